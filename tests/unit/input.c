/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - tests of how an input of send is cut into messages
 *
 * The input comes from memory, in pieces as small as a test likes.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/input.h"
#include "queue/queue.h"

#define BLOCK ((size_t)64 * 1024)

/* Linked with --wrap=realloc. */
static bool out_of_memory;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
	return out_of_memory ? NULL : __real_realloc(p, size);
}

static struct {
	const char *data;
	size_t len, at;
	size_t piece;   /* the most that one read gives */
	size_t fail_at; /* where reading fails, once all before it was read */
	int error;
	unsigned int reads;
} source;

static ssize_t fake_read(int fd, void *buf, size_t size)
{
	size_t n = source.len - source.at;

	assert_int_equal(fd, 77);
	assert_true(size > 0);
	source.reads++;
	if (source.error && source.at == source.fail_at)
		return source.error;
	if (n > size)
		n = size;
	if (n > source.piece)
		n = source.piece;
	if (source.error && n > source.fail_at - source.at)
		n = source.fail_at - source.at;
	if (n)
		memcpy(buf, source.data + source.at, n);
	source.at += n;
	return (ssize_t)n;
}

static void begin(struct input *in, enum input_framing framing, const char *data, size_t len,
		  size_t piece)
{
	memset(&source, 0, sizeof(source));
	source.data = data;
	source.len = len;
	source.piece = piece;
	assert_int_equal(input_init(in, 77, framing), 0);
	in->read = fake_read;
}

static void expect(struct input *in, const char *data, size_t len)
{
	char *got;
	size_t got_len;

	assert_int_equal(input_next(in, &got, &got_len), 1);
	assert_int_equal(got_len, len);
	assert_memory_equal(got, data, len);
	/* The caller writes a type there. */
	memset(got - MESSAGE_HEADROOM, 0xee, MESSAGE_HEADROOM);
}

static void expect_end(struct input *in)
{
	char *got;
	size_t len;

	/* However often it is asked. */
	assert_int_equal(input_next(in, &got, &len), 0);
	assert_int_equal(input_next(in, &got, &len), 0);
}

/* Cuts data by hand, and has it cut with reads of at most piece bytes. */
static void check_cuts(enum input_framing framing, const char *data, size_t len, size_t piece)
{
	char separator = framing == INPUT_LINES ? '\n' : '\0';
	const char *p = data, *end;
	struct input in;

	begin(&in, framing, data, len, piece);
	while ((end = memchr(p, separator, len - (size_t)(p - data)))) {
		expect(&in, p, (size_t)(end - p));
		p = end + 1;
	}
	if (p < data + len)
		expect(&in, p, len - (size_t)(p - data));
	expect_end(&in);
	input_free(&in);
}

static void check_cuts_of_all_sizes(enum input_framing framing, const char *data, size_t len)
{
	for (size_t piece = 1; piece <= len + 1; piece++)
		check_cuts(framing, data, len, piece);
}

static void test_small_pieces(void **state)
{
	static const char *const texts[] = {
		"",         "\n",        "\n\n",
		"a",        "a\n",       "a\nb",
		"\na",      "\n\na\n\n", "one\ntwo\n\nthree",
		"ab\ncd\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_cuts_of_all_sizes(INPUT_LINES, texts[i], strlen(texts[i]));
}

static void test_nul(void **state)
{
	static const char text[] = "one\0\0two\nthree\0\0\0end";

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++)
		check_cuts_of_all_sizes(INPUT_NUL, text, len);
	/* NUL and newline are ordinary bytes of the other framing. */
	check_cuts_of_all_sizes(INPUT_LINES, text, sizeof(text));
}

/* A newline at every place around the end of the first block, and of the second. */
static void test_block_boundaries(void **state)
{
	size_t len = 3 * BLOCK;
	char *data = malloc(len);

	(void)state;
	assert_non_null(data);
	for (size_t block = 1; block <= 2; block++) {
		for (size_t at = block * BLOCK - 3; at <= block * BLOCK + 3; at++) {
			for (size_t i = 0; i < len; i++)
				data[i] = i % 1000 ? (char)('a' + i % 26) : '\n';
			data[at] = '\n';
			data[at + 1] = '\n';
			check_cuts(INPUT_LINES, data, len, SIZE_MAX);
			check_cuts(INPUT_LINES, data, len, BLOCK - 1);
			check_cuts(INPUT_LINES, data, at, SIZE_MAX);
		}
	}
	free(data);
}

static void test_whole(void **state)
{
	static const char text[] = "line\nline\0nul";
	struct input in;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		for (size_t piece = 1; piece <= len + 1; piece++) {
			begin(&in, INPUT_WHOLE, text, len, piece);
			expect(&in, text, len);
			expect_end(&in);
			input_free(&in);
		}
	}
}

/* A message over the limit, which is raised when asked: it comes out whole. */
static void check_long(enum input_framing framing, size_t len, const char *tail)
{
	size_t total = len + strlen(tail);
	char *data = malloc(total + 1);
	struct input in;
	char *got;
	size_t seen;

	assert_non_null(data);
	memset(data, 'x', len);
	strcpy(data + len, tail);
	begin(&in, framing, data, total, 10000);
	assert_int_equal(input_next(&in, &got, &seen), -EMSGSIZE);
	assert_true(seen > BLOCK);
	assert_true(seen <= total);
	/* Asked again, without reading more. */
	source.reads = 0;
	assert_int_equal(input_next(&in, &got, &seen), -EMSGSIZE);
	assert_int_equal(source.reads, 0);
	in.limit = SIZE_MAX;
	expect(&in, data, framing == INPUT_WHOLE ? total : len);
	if (*tail && framing == INPUT_LINES)
		expect(&in, tail + 1, strlen(tail + 1));
	expect_end(&in);
	input_free(&in);
	free(data);
}

static void test_long_messages(void **state)
{
	(void)state;
	check_long(INPUT_LINES, BLOCK + 1, "");
	check_long(INPUT_LINES, BLOCK + 1, "\nnext");
	check_long(INPUT_LINES, 10 * BLOCK, "\nnext");
	check_long(INPUT_NUL, 3 * BLOCK + 7, "");
	check_long(INPUT_WHOLE, BLOCK + 1, "");
	check_long(INPUT_WHOLE, 10 * BLOCK, "\nnext");
}

/* At the limit is within it; cut tells whether the end has been seen. */
static void test_limit(void **state)
{
	static const char text[] = "12345678\n123456789\nx";
	struct input in;
	char *got;
	size_t len;

	(void)state;
	begin(&in, INPUT_LINES, text, strlen(text), SIZE_MAX);
	in.limit = 8;
	expect(&in, "12345678", 8);
	assert_int_equal(input_next(&in, &got, &len), -EMSGSIZE);
	assert_int_equal(len, 9);
	assert_false(in.cut);
	in.limit = 9;
	expect(&in, "123456789", 9);
	expect(&in, "x", 1);
	expect_end(&in);
	input_free(&in);

	begin(&in, INPUT_LINES, text + 9, strlen(text + 9), 4);
	in.limit = 3;
	assert_int_equal(input_next(&in, &got, &len), -EMSGSIZE);
	assert_int_equal(len, 4);
	assert_true(in.cut);
	input_free(&in);

	begin(&in, INPUT_WHOLE, text, 9, SIZE_MAX);
	in.limit = 8;
	assert_int_equal(input_next(&in, &got, &len), -EMSGSIZE);
	assert_int_equal(len, 9);
	in.limit = 9;
	expect(&in, text, 9);
	expect_end(&in);
	input_free(&in);
}

/* What was read before a failure is handed out first; the failure is told as often as it comes. */
static void test_errors(void **state)
{
	static const char text[] = "one\ntwo\nthr";
	struct input in;
	char *got;
	size_t len;

	(void)state;
	for (size_t piece = 1; piece <= sizeof(text); piece++) {
		begin(&in, INPUT_LINES, text, strlen(text), piece);
		source.fail_at = strlen(text);
		source.error = -EIO;
		expect(&in, "one", 3);
		expect(&in, "two", 3);
		assert_int_equal(input_next(&in, &got, &len), -EIO);
		assert_int_equal(input_next(&in, &got, &len), -EIO);
		/* A stop signal is an error as well; nothing of the line begun is lost by it. */
		source.error = -EINTR;
		assert_int_equal(input_next(&in, &got, &len), -EINTR);
		source.error = 0;
		expect(&in, "thr", 3);
		expect_end(&in);
		input_free(&in);
	}
	begin(&in, INPUT_WHOLE, text, strlen(text), 2);
	source.error = -EISDIR;
	assert_int_equal(input_next(&in, &got, &len), -EISDIR);
	input_free(&in);
}

static void test_out_of_memory(void **state)
{
	size_t len = 2 * BLOCK;
	char *data = malloc(len), *got;
	struct input in;

	(void)state;
	assert_non_null(data);
	memset(data, 'x', len);
	begin(&in, INPUT_LINES, data, len, SIZE_MAX);
	in.limit = SIZE_MAX;
	out_of_memory = true;
	assert_int_equal(input_next(&in, &got, &len), -ENOMEM);
	out_of_memory = false;
	expect(&in, data, 2 * BLOCK);
	expect_end(&in);
	input_free(&in);
	free(data);
}

/* Nothing is read before the messages that are there have been handed out. */
static void test_reads_no_more_than_needed(void **state)
{
	struct input in;

	(void)state;
	begin(&in, INPUT_LINES, "a\nb\nc\n", 6, 4);
	expect(&in, "a", 1);
	expect(&in, "b", 1);
	assert_int_equal(source.reads, 1);
	expect(&in, "c", 1);
	assert_int_equal(source.reads, 2);
	expect_end(&in);
	/* The end is asked for once: a terminal would want another ^D. */
	assert_int_equal(source.reads, 3);
	input_free(&in);
}

static void test_free_of_nothing(void **state)
{
	struct input in = { 0 };

	(void)state;
	input_free(&in);
	assert_null(in.buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_pieces),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_block_boundaries),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_long_messages),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_reads_no_more_than_needed),
		cmocka_unit_test(test_free_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
