/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-read.c - the quick reader of common lines never disagrees with jansson
 *
 * Includes the source to reach both readers.  Lines as our writer makes them, as other programs write
 * them, both with damage, and lines put together from JSON's odd corners; what the quick reader takes,
 * jansson takes too, as the same message.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/json-read.c"

#if HAVE_JANSSON

/* How many random lines; valgrind, to which a few say the same, takes half a minute for these. */
static int lines(void)
{
	return getenv("MQTOOL_VALGRIND") ? 6000 : 60000;
}

/* Fixed, so that a failure can be repeated: xorshift64*. */
static uint64_t seed = 0x4d515f746f6f6c31;

static uint32_t below(uint32_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (uint32_t)((seed * UINT64_C(2685821657736338717)) >> 32) % n;
}

/* ---- both readers ---- */

struct tally {
	unsigned int own, any;
};

/* Room for one line's body after its headroom, of exactly the promised size. */
static char *body_room(size_t len)
{
	char *room = malloc(MESSAGE_HEADROOM + len + JSON_COPY_SLACK);

	assert_non_null(room);
	return room;
}

/* Reads one line with both; returns whether the quick reader took it. */
static bool compare(const char *text, size_t len, struct tally *tally)
{
	char *line = malloc(len ? len : 1);
	char *own_room = body_room(len), *any_room = body_room(len);
	struct message own = { .data = own_room + MESSAGE_HEADROOM };
	struct message any = { .data = any_room + MESSAGE_HEADROOM };
	struct buffer properties = { 0 };
	struct json_error error;
	bool taken, good;

	assert_non_null(line);
	memcpy(line, text, len);
	taken = read_common(line, len, &own);
	good = read_any(line, len, &any, &properties, &error) == 0;
	buffer_free(&properties);
	if (taken) {
		if (!good)
			fail_msg("%.*s: taken, but %s", (int)len, line, error.text);
		if (own.have != any.have || own.len != any.len || own.type != any.type ||
		    own.priority != any.priority || memcmp(own.data, any.data, own.len) != 0)
			fail_msg("%.*s: read in two ways", (int)len, line);
	}
	tally->own += taken;
	tally->any += good;
	free(line);
	free(own_room);
	free(any_room);
	return taken;
}

/* ---- lines ---- */

static void put_character(struct buffer *b, unsigned int kind)
{
	static const char *const special[] = {
		"\"",
		"\\",
		"\n",
		"\t",
		"\x7f",
		"\xc2\x80",
		"\xc2\xa0",
		"\xd8\x9c",
		"\xe2\x80\xae",
		"\xe2\x80\xa8",
		"\xef\xbf\xbf",
		"\xef\xbf\xbd",
		"\xf0\x9f\x98\x80",
		"\xf4\x8f\xbf\xbf",
		"\xed\x9f\xbf",
		"\xee\x80\x80",
		"/",
		"\x1b",
		"\x01",
	};
	static const char *const broken[] = {
		"\xff", "\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80",
	};

	if (kind == 0)
		buffer_putc(b, (char)(0x20 + below(0x5f)));
	else if (kind == 1)
		buffer_puts(b, special[below(ARRAY_SIZE(special))]);
	else if (kind == 2)
		buffer_putc(b, (char)below(256));
	else
		buffer_puts(b, broken[below(ARRAY_SIZE(broken))]);
}

/* A body: plain, with characters that are escaped, with anything. */
static void random_body(struct buffer *b)
{
	uint32_t len = below(4) ? below(40) : below(300), strange = below(4);

	b->len = 0;
	for (uint32_t i = 0; i < len; i++)
		put_character(b, below(8) ? 0 : strange);
}

static void random_message(struct message *m, struct buffer *body)
{
	random_body(body);
	*m = (struct message){ .data = body->data, .len = body->len };
	if (below(2)) {
		m->have = MESSAGE_HAS_TYPE;
		m->type = below(2) ? 1 + (long)below(100) : LONG_MAX - (long)below(3);
	} else {
		m->have = MESSAGE_HAS_PRIORITY;
		m->priority = below(PRIORITY_MAX + 1);
	}
}

static void put_own_line(struct buffer *line, struct message *m, struct buffer *body)
{
	static const char *const queues[] = { "/jobs", "esc:/a\\x20b", "/gr\xc3\xbc\xc3\x9f",
					      "id:0" };

	random_message(m, body);
	line->len = 0;
	json_put_message(line, queues[below(ARRAY_SIZE(queues))], m);
	assert_false(line->failed);
}

/* Every line of the writer's is taken by the quick reader, and means the message again. */
static void test_own_lines(void **state)
{
	const int count = lines();
	struct buffer line = { 0 }, body = { 0 }, again = { 0 };
	struct tally tally = { 0 };
	struct json_error error;
	struct message m, read;

	(void)state;
	for (int i = 0; i < count; i++) {
		put_own_line(&line, &m, &body);
		if (!compare(line.data, line.len, &tally))
			fail_msg("%s: not taken", buffer_string(&line));
		assert_int_equal(json_read_message(line.data, line.len, &read, &again, &error), 0);
		assert_int_equal(read.have, m.have);
		assert_int_equal(read.type, m.type);
		assert_int_equal(read.priority, m.priority);
		assert_int_equal(read.len, m.len);
		if (m.len)
			assert_memory_equal(read.data, m.data, m.len);
	}
	buffer_free(&line);
	buffer_free(&body);
	buffer_free(&again);
}

/* Changes, adds or takes away some bytes. */
static void damage(struct buffer *line)
{
	static const char bytes[] =
		"\"\\{}[]:,0123456789-.eEuUnbft /AZaz=+ \n\t\x01\x7f\x80\xc3\xff";
	uint32_t at = line->len ? below((uint32_t)line->len) : 0;
	uint32_t n = 1 + below(3);
	char c = bytes[below(sizeof(bytes))];

	switch (below(5)) {
	case 0:
		line->data[at] = c;
		break;
	case 1:
		line->len = at;
		break;
	case 2:
		buffer_putc(line, c);
		memmove(line->data + at + 1, line->data + at, line->len - at - 1);
		line->data[at] = c;
		break;
	case 3:
		n = at + n > line->len ? (uint32_t)line->len - at : n;
		memmove(line->data + at, line->data + at + n, line->len - at - n);
		line->len -= n;
		break;
	case 4:
		line->data[at] = (char)(line->data[at] ^ 1 << below(8));
		break;
	}
}

static void test_damaged_lines(void **state)
{
	const int count = lines();
	struct buffer line = { 0 }, body = { 0 };
	struct tally tally = { 0 };
	struct message m;

	(void)state;
	for (int i = 0; i < count; i++) {
		put_own_line(&line, &m, &body);
		for (uint32_t n = 1 + below(3); n && line.len; n--)
			damage(&line);
		compare(line.data, line.len, &tally);
	}
	/* Both happen often, or this proves nothing. */
	assert_in_range(tally.own, count / 20, count * 19 / 20);
	assert_in_range(tally.any, tally.own, count * 19 / 20);
	buffer_free(&line);
	buffer_free(&body);
}

/* ---- lines as other programs write them ---- */

static void put_blanks(struct buffer *line)
{
	for (uint32_t n = below(3) ? below(2) : below(4); n; n--)
		buffer_putc(line, " \t \r"[below(4)]);
}

static void put_member(struct buffer *line, const char *name, const char *value, size_t len)
{
	put_blanks(line);
	buffer_printf(line, "\"%s\"", name);
	put_blanks(line);
	buffer_putc(line, ':');
	put_blanks(line);
	buffer_put(line, value, len);
	put_blanks(line);
}

/* A member that nobody looks at. */
static void put_other(struct buffer *line, uint32_t number)
{
	static const char *const values[] = { "true",  "false",  "null",      "0",
					      "-1",    "12.50",  "\"\"",      "\"text \\u00e9\"",
					      "-0.25", "123456", "\"a\\nb\"", "999999999999999999" };
	char name[16];
	const char *value = values[below(ARRAY_SIZE(values))];

	snprintf(name, sizeof(name), "x%u", (unsigned int)number);
	put_member(line, name, value, strlen(value));
}

/* The body, named as the writer of JSON names it. */
static void put_their_body(struct buffer *line, const struct message *m)
{
	struct buffer text = { 0 };
	char *colon;

	json_put_body(&text, m->data, m->len);
	colon = memchr(text.data, ':', text.len);
	assert_non_null(colon);
	/* Without the quotes, which put_member() has. */
	colon[-1] = '\0';
	put_member(line, text.data + 1, colon + 1, text.len - (size_t)(colon + 1 - text.data));
	buffer_free(&text);
}

static void put_their_number(struct buffer *line, const struct message *m)
{
	bool type = m->have & MESSAGE_HAS_TYPE;
	char text[32];

	snprintf(text, sizeof(text), "%ld", type ? m->type : (long)m->priority);
	put_member(line, type ? "type" : "priority", text, strlen(text));
}

static void put_foreign_line(struct buffer *line, const struct message *m)
{
	uint32_t body = below(6), rest = (body + 1 + below(5)) % 6;

	line->len = 0;
	put_blanks(line);
	buffer_putc(line, '{');
	for (uint32_t i = 0; i < 6; i++) {
		if (i)
			buffer_putc(line, ',');
		if (i == body)
			put_their_body(line, m);
		else if (i == rest)
			put_their_number(line, m);
		else
			put_other(line, i);
	}
	buffer_putc(line, '}');
	put_blanks(line);
	assert_false(line->failed);
}

/* Members in any order, with blanks, among others: the quick reader takes them all. */
static void test_foreign_lines(void **state)
{
	const int count = lines();
	struct buffer line = { 0 }, body = { 0 }, again = { 0 };
	struct tally tally = { 0 };
	struct json_error error;
	struct message m, read;

	(void)state;
	for (int i = 0; i < count; i++) {
		random_message(&m, &body);
		put_foreign_line(&line, &m);
		if (!compare(line.data, line.len, &tally))
			fail_msg("%s: not taken", buffer_string(&line));
		assert_int_equal(json_read_message(line.data, line.len, &read, &again, &error), 0);
		assert_int_equal(read.have, m.have);
		assert_int_equal(read.len, m.len);
		if (m.len)
			assert_memory_equal(read.data, m.data, m.len);
		damage(&line);
		compare(line.data, line.len, &tally);
	}
	buffer_free(&line);
	buffer_free(&body);
	buffer_free(&again);
}

static const char *one_of(const char *const *words, size_t n)
{
	return words[below((uint32_t)n)];
}

#define ONE_OF(words) one_of(words, ARRAY_SIZE(words))

static void put_odd_string(struct buffer *line)
{
	static const char *const good[] = {
		"a",
		"hello",
		"0123456789abcdef",
		"\\n",
		"\\\"",
		"\\\\",
		"\\/",
		"\\b",
		"\\f",
		"\\r",
		"\\t",
		"\\u0000",
		"\\u0041",
		"\\u00e9",
		"\\u00E9",
		"\\u20ac",
		"\\ud83d\\ude00",
		"\\uD83D\\uDE00",
		"\\uffff",
		"\\uFFFE",
		"\\ud7ff",
		"\\ue000",
		"\xc3\xa9",
		"\x7f",
		"\xef\xbf\xbf",
		"Zm9v",
		"=",
	};
	static const char *const bad[] = {
		"\\ud83d",    "\\ude00", "\\ude00\\ud83d", "\\ud83d\\u0041", "\\ud83dx",
		"\\ud83d\\n", "\\u12",   "\\u12g4",        "\\x41",          "\\a",
		"\\U0041",    "\\",      "\xff",           "\xed\xa0\x80",   "\t",
		"\x1f",
	};

	buffer_putc(line, '"');
	for (uint32_t n = below(4); n; n--)
		buffer_puts(line, below(40) ? ONE_OF(good) : ONE_OF(bad));
	if (below(80))
		buffer_putc(line, '"');
}

static void put_odd_value(struct buffer *line)
{
	static const char *const values[] = {
		"00",
		"01",
		"-0",
		"-1",
		"1.0",
		"1e2",
		"1E",
		"null",
		"true",
		"{}",
		"[]",
		"[1]",
		"",
		"{\"body\":\"x\"}",
		"18446744073709551617",
		"99999999999999999999",
	};

	buffer_puts(line, ONE_OF(values));
}

static void put_odd_number(struct buffer *line)
{
	static const char *const values[] = {
		"0",
		"1",
		"7",
		"12345",
		"32767",
		"32768",
		"9223372036854775806",
		"9223372036854775807",
		"9223372036854775808",
	};

	buffer_puts(line, ONE_OF(values));
}

static void put_odd_base64(struct buffer *line)
{
	static const char *const values[] = {
		"\"\"",       "\"Zm9v\"", "\"Zg==\"", "\"Zm8=\"",
		"\"\\/+8=\"", "\"Zh==\"", "\"Zg=\"",  "\"Zm9v",
	};

	buffer_puts(line, ONE_OF(values));
}

/* An object, more or less: its members in any order, twice, with blanks, cut short. */
static void put_odd_line(struct buffer *line)
{
	static const struct {
		const char *name;
		void (*put)(struct buffer *line);
	} members[] = {
		{ "\"queue\":", put_odd_string },      { "\"type\":", put_odd_number },
		{ "\"priority\":", put_odd_number },   { "\"size\":", put_odd_number },
		{ "\"body\":", put_odd_string },       { "\"body_base64\":", put_odd_base64 },
		{ "\"other\":", put_odd_value },       { "\"body\" :", put_odd_string },
		{ "\"b\\u006fdy\":", put_odd_string }, { "body:", put_odd_string },
	};
	uint32_t at = below(5);

	line->len = 0;
	if (below(80))
		buffer_putc(line, '{');
	for (uint32_t n = 1 + below(4); n; n--) {
		buffer_puts(line, members[at].name);
		if (below(20))
			members[at].put(line);
		else
			put_odd_value(line);
		if (n > 1)
			buffer_puts(line, below(40) ? "," : " , ");
		/* Mostly onwards, else hardly a line would be in our order. */
		at = (below(8) ? at + 1 + below(2) : below(ARRAY_SIZE(members))) %
		     ARRAY_SIZE(members);
	}
	if (below(80))
		buffer_putc(line, '}');
	if (!below(80))
		buffer_putc(line, below(2) ? ' ' : 'x');
}

static void test_odd_lines(void **state)
{
	const int count = 5 * lines();
	struct buffer line = { 0 };
	struct tally tally = { 0 };

	(void)state;
	for (int i = 0; i < count; i++) {
		put_odd_line(&line);
		compare(line.data, line.len, &tally);
	}
	assert_in_range(tally.own, count / 100, count / 5);
	assert_in_range(tally.any, tally.own, 2 * count / 5);
	buffer_free(&line);
}

static int load(void **state)
{
	(void)state;
	return json_library_load() ? 0 : -1;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_lines),
		cmocka_unit_test(test_damaged_lines),
		cmocka_unit_test(test_foreign_lines),
		cmocka_unit_test(test_odd_lines),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}

#else

static void test_built_without(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_built_without) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
