/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.c - tests of JSON out and in, and of base64
 *
 * Linked with --wrap for dlopen, dlsym, malloc and realloc: the library can be missing, and memory
 * can run out.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buffer.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "base/util.h"
#include "show/json.h"

/* ---- what can be missing ---- */

static bool no_library, no_symbol, no_memory;
static int allocations = INT_MAX; /* that malloc(3) has left */

void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);
void *__real_dlsym(void *library, const char *name);
void *__wrap_dlsym(void *library, const char *name);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_dlopen(const char *name, int flags)
{
	return no_library ? NULL : __real_dlopen(name, flags);
}

void *__wrap_dlsym(void *library, const char *name)
{
	return no_symbol ? NULL : __real_dlsym(library, name);
}

void *__wrap_malloc(size_t size)
{
	if (!allocations)
		return NULL;
	allocations--;
	return __real_malloc(size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return no_memory ? NULL : __real_realloc(p, size);
}

/* ---- strings ---- */

static const char *string_of(struct buffer *b, const char *data, size_t len)
{
	b->len = 0;
	json_put_string(b, data, len);
	return buffer_string(b);
}

static void test_strings(void **state)
{
	static const struct {
		const char *data, *json;
	} rows[] = {
		{ "", "\"\"" },
		{ "hello", "\"hello\"" },
		{ "a\"b\\c/d", "\"a\\\"b\\\\c/d\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
		{ "0123456789abcde\"", "\"0123456789abcde\\\"\"" },
		{ "0123456789abcdef\"", "\"0123456789abcdef\\\"\"" },
		{ "0123456789abcdef\n0123456789abcdef", "\"0123456789abcdef\\n0123456789abcdef\"" },
		/* C1 controls, and the first character after them */
		{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\"\\u0080\\u009b\\u009f\xc2\xa0\"" },
		{ "\xd8\x9c", "\"\\u061c\"" },
		{ "\xe2\x80\x8e\xe2\x80\x8f", "\"\\u200e\\u200f\"" },
		{ "\xe2\x80\xaa\xe2\x80\xae", "\"\\u202a\\u202e\"" },
		{ "\xe2\x81\xa6\xe2\x81\xa9", "\"\\u2066\\u2069\"" },
		{ "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
		  "\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"" },
		/* not UTF-8: alone, at the end, overlong, a surrogate, too large */
		{ "a\xff"
		  "b",
		  "\"a\\ufffdb\"" },
		{ "a\xe2\x82", "\"a\\ufffd\\ufffd\"" },
		{ "\xc0\x80", "\"\\ufffd\\ufffd\"" },
		{ "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"" },
		{ "\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	};
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(string_of(&b, rows[i].data, strlen(rows[i].data)), rows[i].json);
	assert_string_equal(string_of(&b, "a\0b", 3), "\"a\\u0000b\"");
	buffer_free(&b);
}

/* Every ASCII character, at each place within a block of 16 and after it. */
static void test_string_positions(void **state)
{
	struct buffer b = { 0 }, expected = { 0 };
	char data[40];

	(void)state;
	for (int c = 0; c < 0x80; c++) {
		for (size_t at = 0; at < sizeof(data); at++) {
			memset(data, 'x', sizeof(data));
			data[at] = (char)c;
			expected.len = 0;
			buffer_putc(&expected, '"');
			buffer_put(&expected, data, at);
			if (c == '"' || c == '\\')
				buffer_printf(&expected, "\\%c", c);
			else if (c && strchr("\b\f\n\r\t", c))
				buffer_printf(&expected, "\\%c", "btn?fr"[c - '\b']);
			else if (c < 0x20 || c == 0x7f)
				buffer_printf(&expected, "\\u%04x", (unsigned int)c);
			else
				buffer_putc(&expected, (char)c);
			buffer_put(&expected, data + at + 1, sizeof(data) - at - 1);
			buffer_putc(&expected, '"');
			assert_string_equal(string_of(&b, data, sizeof(data)),
					    buffer_string(&expected));
		}
	}
	buffer_free(&b);
	buffer_free(&expected);
}

/* Bodies longer than the writer's steps: what straddles the end of one is whole. */
static void test_string_long(void **state)
{
	struct buffer b = { 0 }, data = { 0 };

	(void)state;
	for (size_t lead = 0; lead < 4; lead++) {
		data.len = 0;
		for (size_t i = 0; i < lead; i++)
			buffer_putc(&data, 'x');
		for (int i = 0; i < 3000; i++)
			buffer_puts(&data, "\xf0\x9f\x98\x80");
		string_of(&b, data.data, data.len);
		assert_int_equal(b.len, data.len + 2);
		assert_memory_equal(b.data + 1, data.data, data.len);
	}
	data.len = 0;
	for (int i = 0; i < 5000; i++)
		buffer_putc(&data, '\0');
	string_of(&b, data.data, data.len);
	assert_int_equal(b.len, 5000 * 6 + 2);
	for (size_t i = 0; i < 5000; i++)
		assert_memory_equal(b.data + 1 + 6 * i, "\\u0000", 6);
	buffer_free(&b);
	buffer_free(&data);
}

/* ---- messages ---- */

static const char *message_of(struct buffer *b, const struct message *m)
{
	b->len = 0;
	json_put_message(b, "/jobs", m);
	return buffer_string(b);
}

static void test_messages(void **state)
{
	char text[] = "hello", bytes[] = { 'a', '\xff' };
	struct message m = { .data = text, .len = 5 };
	struct buffer b = { 0 };

	(void)state;
	assert_string_equal(message_of(&b, &m),
			    "{\"queue\":\"/jobs\",\"size\":5,\"body\":\"hello\"}");
	m.have = MESSAGE_HAS_PRIORITY;
	m.priority = 5;
	assert_string_equal(message_of(&b, &m), "{\"queue\":\"/jobs\",\"priority\":5,\"size\":5,"
						"\"body\":\"hello\"}");
	m.priority = 0;
	m.len = 0;
	assert_string_equal(message_of(&b, &m),
			    "{\"queue\":\"/jobs\",\"priority\":0,\"size\":0,\"body\":\"\"}");
	m.have = MESSAGE_HAS_TYPE;
	m.type = LONG_MAX;
	m.data = bytes;
	m.len = 2;
	assert_string_equal(message_of(&b, &m),
			    LONG_MAX == INT64_MAX ?
				    "{\"queue\":\"/jobs\",\"type\":9223372036854775807,\"size\":2,"
				    "\"body_base64\":\"Yf8=\"}" :
				    "{\"queue\":\"/jobs\",\"type\":2147483647,\"size\":2,"
				    "\"body_base64\":\"Yf8=\"}");
	m.data = NULL;
	m.len = 0;
	assert_non_null(strstr(message_of(&b, &m), "\"body\":\"\"}"));
	buffer_free(&b);
}

static void test_bodies(void **state)
{
	struct buffer b = { 0 }, data = { 0 }, again = { 0 };
	size_t n;

	(void)state;
	/* Far after the first step of the writer: what was written is taken back. */
	for (int i = 0; i < 5000; i++)
		buffer_putc(&data, (char)('a' + i % 26));
	buffer_putc(&data, '\x80');
	buffer_puts(&b, "before ");
	json_put_body(&b, data.data, data.len);
	assert_memory_equal(b.data, "before \"body_base64\":\"", 22);
	assert_int_equal(b.data[b.len - 1], '"');
	assert_int_equal(b.len, 22 + BASE64_LENGTH(data.len) + 1);
	assert_non_null(buffer_reserve(&again, data.len + 2));
	assert_int_equal(base64_decode(again.data, b.data + 22, b.len - 23, &n), 0);
	assert_int_equal(n, data.len);
	assert_memory_equal(again.data, data.data, n);
	buffer_free(&b);
	buffer_free(&data);
	buffer_free(&again);
}

static void test_writer_without_memory(void **state)
{
	char text[600];
	struct message m = { .data = text, .len = sizeof(text) };
	struct buffer b = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	no_memory = true;
	json_put_string(&b, text, sizeof(text));
	assert_true(b.failed);
	buffer_free(&b);
	no_memory = false;
	buffer_putc(&b, '[');
	no_memory = true;
	json_put_message(&b, "/jobs", &m);
	no_memory = false;
	assert_true(b.failed);
	buffer_free(&b);
}

/* ---- base64 ---- */

static void test_base64(void **state)
{
	static const struct {
		const char *data, *text;
	} rows[] = {
		/* RFC 4648 section 10 */
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xef\xbf\xfb\xff", "/++/+/8=" },
	};
	char out[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t len = strlen(rows[i].data), text_len = strlen(rows[i].text);

		assert_int_equal(BASE64_LENGTH(len), text_len);
		assert_ptr_equal(base64_encode(out, rows[i].data, len), out + text_len);
		assert_memory_equal(out, rows[i].text, text_len);
		assert_int_equal(base64_decode(out, rows[i].text, text_len, &n), 0);
		assert_int_equal(n, len);
		assert_memory_equal(out, rows[i].data, len);
	}
}

static void test_base64_refused(void **state)
{
	static const char *const rows[] = {
		"Z",      "Zg",       "Zg=",      "Zm8",          "Zg== ", " Zg=",    "Zm9vZg",
		"Zm9v\n", "Zm9v====", "====",     "Z===",         "Zg=v",  "=g==",    "Zm=v",
		"Zh==",   "Zm9=",     "Zm9v-_8=", "Zm9vZg==Zm9v", "Z\0g=", "Zm9\x80",
	};
	char out[64];
	size_t n = 4711;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (base64_decode(out, rows[i], strlen(rows[i]), &n) != -EINVAL)
			fail_msg("\"%s\" is taken", rows[i]);
	}
	assert_int_equal(base64_decode(out, "Z\0g=", 4, &n), -EINVAL);
	assert_int_equal(n, 4711);
}

#if HAVE_JANSSON

/* ---- lines ---- */

/* Reads a line from memory of exactly its size, so that reading too far shows. */
static int read_line(const char *line, size_t len, struct message *m, struct buffer *body,
		     struct json_error *error)
{
	char *exact = malloc(len ? len : 1);
	int rc;

	assert_non_null(exact);
	memcpy(exact, line, len);
	rc = json_read_message(exact, len, m, body, error);
	free(exact);
	return rc;
}

/* The first of all: nothing is loaded yet. */
static void test_no_library(void **state)
{
	static const char line[] = "{\"body\":\"x\"}";
	struct message m = { .type = 4711 };
	struct buffer body = { 0 };
	struct json_error error = { .column = 4711 };

	(void)state;
	no_library = true;
	assert_int_equal(read_line(line, strlen(line), &m, &body, &error), -ENOSYS);
	no_library = false;
	assert_non_null(strstr(error.text, "libjansson4"));
	assert_int_equal(error.column, 0);
	no_symbol = true;
	assert_int_equal(read_line(line, strlen(line), &m, &body, &error), -ENOSYS);
	no_symbol = false;
	assert_int_equal(m.type, 4711);
	assert_null(m.data);
	assert_int_equal(read_line(line, strlen(line), &m, &body, &error), 0);
	buffer_free(&body);
}

static void test_lines(void **state)
{
	static const struct {
		const char *line;
		unsigned int have;
		long type;
		unsigned int priority;
		const char *body;
	} rows[] = {
		{ "{\"body\":\"\"}", 0, 0, 0, "" },
		{ "{\"body\":\"hello\"}", 0, 0, 0, "hello" },
		{ "{\"queue\":\"/jobs\",\"type\":7,\"size\":1,\"body\":\"x\"}", MESSAGE_HAS_TYPE, 7,
		  0, "x" },
		{ "{\"queue\":\"/jobs\",\"priority\":0,\"size\":1,\"body\":\"x\"}",
		  MESSAGE_HAS_PRIORITY, 0, 0, "x" },
		{ "{\"priority\":32767,\"body\":\"x\"}", MESSAGE_HAS_PRIORITY, 0, 32767, "x" },
		{ "{\"type\":1,\"body_base64\":\"Zm9v\"}", MESSAGE_HAS_TYPE, 1, 0, "foo" },
		/* one is foreign to any queue, but which one is not known here */
		{ "{\"type\":7,\"priority\":5,\"body\":\"x\"}",
		  MESSAGE_HAS_TYPE | MESSAGE_HAS_PRIORITY, 7, 5, "x" },
		{ "{\"priority\":5,\"type\":7,\"body\":\"x\"}",
		  MESSAGE_HAS_TYPE | MESSAGE_HAS_PRIORITY, 7, 5, "x" },
		/* other orders, blanks, other members, whatever they hold */
		{ " { \"body\" : \"x\" , \"type\" : 2 } \r", MESSAGE_HAS_TYPE, 2, 0, "x" },
		{ "{\"body\":\"x\",\"size\":\"none\",\"queue\":null,\"nested\":{\"body\":1,\"a\":[2]}}",
		  0, 0, 0, "x" },
		{ "{\"queue\":3,\"body\":\"x\"}", 0, 0, 0, "x" },
		{ "{\"queue\":\"\\ud83d\\ude00\",\"size\":-1.5,\"body\":\"x\"}", 0, 0, 0, "x" },
		{ "{\"b\\u006fdy\":\"x\"}", 0, 0, 0, "x" },
		{ "{\"body\":\"x\",\"BODY\":1}", 0, 0, 0, "x" },
		/* what a string may hold */
		{ "{\"body\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", 0, 0, 0, "\"\\/\b\f\n\r\t" },
		{ "{\"body\":\"\\u00e4\\u20AC\\ud83d\\uDE00\\u007f\"}", 0, 0, 0,
		  "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f" },
		{ "{\"body\":\"\x7f\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"}", 0, 0, 0,
		  "\x7f\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "{\"body\":\"0123456789abcdef0123456789abcdef\\n\"}", 0, 0, 0,
		  "0123456789abcdef0123456789abcdef\n" },
		{ "{\"body_base64\":\"\\/++\\/+\\/8=\"}", 0, 0, 0, "\xff\xef\xbf\xfb\xff" },
	};
	struct buffer body = { 0 };
	struct json_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct message m = { .have = 4711 };

		if (read_line(rows[i].line, strlen(rows[i].line), &m, &body, &error))
			fail_msg("%s: %s", rows[i].line, error.text);
		assert_int_equal(m.have, rows[i].have);
		if (m.have & MESSAGE_HAS_TYPE)
			assert_int_equal(m.type, rows[i].type);
		if (m.have & MESSAGE_HAS_PRIORITY)
			assert_int_equal(m.priority, rows[i].priority);
		assert_int_equal(m.len, strlen(rows[i].body));
		assert_memory_equal(m.data, rows[i].body, m.len);
		assert_ptr_equal(m.data, body.data + MESSAGE_HEADROOM);
		assert_int_equal(body.len, MESSAGE_HEADROOM + m.len);
	}
	buffer_free(&body);
}

static void test_line_limits(void **state)
{
	struct buffer body = { 0 }, line = { 0 };
	struct json_error error;
	struct message m;

	(void)state;
	buffer_printf(&line, "{\"type\":%ld,\"body\":\"\"}", LONG_MAX);
	assert_int_equal(read_line(line.data, line.len, &m, &body, &error), 0);
	assert_int_equal(m.type, LONG_MAX);

	static const char nul[] = "{\"body\":\"a\\u0000b\",\"type\":1}";
	assert_int_equal(read_line(nul, strlen(nul), &m, &body, &error), 0);
	assert_int_equal(m.len, 3);
	assert_memory_equal(m.data, "a\0b", 3);
	buffer_free(&body);
	buffer_free(&line);
}

static void test_bad_lines(void **state)
{
	static const struct {
		const char *line;
		int column;
		const char *text;
	} rows[] = {
		{ "", 0, "bad JSON" },
		{ "hello", 5, "bad JSON" },
		{ "{\"body\":x}", 9, "near 'x'" },
		{ "{\"body\":\"x\"", 11, "near end of file" },
		{ "{\"body\":\"x\"}}", 13, "bad JSON" },
		{ "{\"body\":\"\xc3\xa4\xff\"}", 12, "0xff" },
		{ "{\"body\":\"\\ud800\"}", 16, "bad JSON" },
		{ "{\"body\":\"a\tb\"}", 10, "control character" },
		{ "{\"body\":\"x\",\"body\":\"y\"}", 18, "duplicate" },
		{ "{\"type\":1,\"type\":2,\"body\":\"y\"}", 16, "duplicate" },
		{ "{\"queue\":\"q\",\"queue\":\"q\",\"body\":\"y\"}", 20, "duplicate" },
		{ "{\"type\":99999999999999999999,\"body\":\"y\"}", 28, "too big" },
		{ "{\"type\":01,\"body\":\"y\"}", 9, "bad JSON" },
		{ "[{\"body\":\"x\"}]", 0, "not a JSON object" },
		{ "[]", 0, "not a JSON object" },
		{ "{}", 0, "neither \"body\" nor \"body_base64\"" },
		{ "{\"type\":1}", 0, "neither \"body\" nor \"body_base64\"" },
		{ "{\"body\":\"x\",\"body_base64\":\"Zm9v\"}", 0,
		  "both \"body\" and \"body_base64\"" },
		{ "{\"body\":1}", 0, "\"body\" must be a string" },
		{ "{\"body\":null}", 0, "\"body\" must be a string" },
		{ "{\"body_base64\":[\"Zm9v\"]}", 0, "\"body_base64\" must be a string" },
		{ "{\"body_base64\":\"Zm9\"}", 0, "\"body_base64\" is not base64" },
		{ "{\"body_base64\":\"Zm9v \"}", 0, "\"body_base64\" is not base64" },
		{ "{\"type\":0,\"priority\":1,\"body\":\"x\"}", 0,
		  "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":1,\"priority\":-1,\"body\":\"x\"}", 0,
		  "\"priority\" must be a whole number from 0 to 32767" },
		{ "{\"type\":0,\"body\":\"x\"}", 0, "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":-1,\"body\":\"x\"}", 0, "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":1.0,\"body\":\"x\"}", 0, "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":\"1\",\"body\":\"x\"}", 0,
		  "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":null,\"body\":\"x\"}", 0, "\"type\" must be a whole number from 1 to" },
		{ "{\"type\":true,\"body\":\"x\"}", 0, "\"type\" must be a whole number from 1 to" },
		{ "{\"priority\":-1,\"body\":\"x\"}", 0,
		  "\"priority\" must be a whole number from 0 to 32767" },
		{ "{\"priority\":32768,\"body\":\"x\"}", 0,
		  "\"priority\" must be a whole number from 0 to 32767" },
		{ "{\"priority\":1e2,\"body\":\"x\"}", 0,
		  "\"priority\" must be a whole number from 0 to 32767" },
		{ "{\"priority\":\"1\",\"body\":\"x\"}", 0,
		  "\"priority\" must be a whole number from 0 to 32767" },
	};
	struct buffer body = { 0 };
	struct json_error error;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct message m = { .have = 1, .type = 2, .priority = 3 };

		error = (struct json_error){ .column = -1 };
		assert_int_equal(read_line(rows[i].line, strlen(rows[i].line), &m, &body, &error),
				 -EINVAL);
		if (error.column != rows[i].column || !strstr(error.text, rows[i].text))
			fail_msg("%s: column %d: %s", rows[i].line, error.column, error.text);
		assert_true(m.have == 1 && m.type == 2 && m.priority == 3 && !m.data);
	}
	buffer_free(&body);
}

static void test_bad_bytes(void **state)
{
	static const char nul[] = "{\"body\":\"a\0b\"}";
	static const char key[] = "{\"a\\u0000b\":1,\"body\":\"x\"}";
	struct buffer body = { 0 };
	struct json_error error;
	struct message m;

	(void)state;
	assert_int_equal(read_line(nul, sizeof(nul) - 1, &m, &body, &error), -EINVAL);
	assert_int_equal(read_line(key, sizeof(key) - 1, &m, &body, &error), -EINVAL);
	buffer_free(&body);
}

/* What jansson quotes from the line reaches the terminal escaped, and cut between characters. */
static void test_foreign_text(void **state)
{
	char line[200] = "{\"body\":\xc2\x9b\x1b[2J";
	struct buffer body = { 0 };
	struct json_error error;
	struct message m;

	(void)state;
	assert_int_equal(read_line(line, strlen(line), &m, &body, &error), -EINVAL);
	assert_true(escape_clean(error.text, strlen(error.text), ESCAPE_TERMINAL));
	for (size_t lead = 0; lead < 4; lead++) {
		size_t n = lead;

		memset(line, 'x', lead);
		while (n + 2 < sizeof(line)) {
			line[n++] = '\xc3';
			line[n++] = '\xa4';
		}
		assert_int_equal(read_line(line, n, &m, &body, &error), -EINVAL);
		assert_true(strlen(error.text) < sizeof(error.text));
		assert_true(utf8_valid(error.text, strlen(error.text)));
	}
	buffer_free(&body);
}

/* Whichever allocation of jansson's fails, it is memory that is named, not the line. */
static void test_reader_without_memory(void **state)
{
	static const char line[] = "{ \"type\": 3, \"body\": \"hello\", \"list\": [1] }";
	struct buffer body = { 0 };
	struct json_error error;
	struct message m;
	int rc = -ENOMEM, failures = 0;

	(void)state;
	no_memory = true;
	assert_int_equal(json_read_message(line, strlen(line), &m, &body, &error), -ENOMEM);
	no_memory = false;
	buffer_free(&body);

	assert_int_equal(json_read_message(line, strlen(line), &m, &body, &error), 0);
	for (int n = 0; rc == -ENOMEM && n < 100; n++) {
		allocations = n;
		rc = json_read_message(line, strlen(line), &m, &body, &error);
		failures += rc == -ENOMEM;
	}
	allocations = INT_MAX;
	assert_int_equal(rc, 0);
	assert_true(failures > 5);

	/* Bad JSON is bad JSON again. */
	assert_int_equal(json_read_message("{", 1, &m, &body, &error), -EINVAL);
	buffer_free(&body);
}

#else

static void test_built_without(void **state)
{
	struct buffer body = { 0 };
	struct json_error error;
	struct message m;

	(void)state;
	assert_int_equal(json_read_message("{}", 2, &m, &body, &error), -ENOSYS);
	assert_non_null(strstr(error.text, "jansson"));
}

#endif

int main(void)
{
	static const struct CMUnitTest tests[] = {
#if HAVE_JANSSON
		cmocka_unit_test(test_no_library),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_line_limits),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_bad_bytes),
		cmocka_unit_test(test_foreign_text),
		cmocka_unit_test(test_reader_without_memory),
#else
		cmocka_unit_test(test_built_without),
#endif
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_positions),
		cmocka_unit_test(test_string_long),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_writer_without_memory),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
