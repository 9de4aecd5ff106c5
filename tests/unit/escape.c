/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * escape.c - tests of foreign bytes as text that is safe to show
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/util.h"

static void test_escape(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *name, *foreign, *terminal; /* NULL: passes as it is */
	} rows[] = {
		{ "", 0, NULL, NULL, NULL },
		{ "/jobs-1.2_x", 11, NULL, NULL, NULL },
		{ "!#$%&()*+,:;<=>?@[]^{|}~", 24, NULL, NULL, NULL },
		{ "a b", 3, "a\\x20b", NULL, NULL },
		{ "a'b\"c`d", 7, "a\\x27b\\x22c\\x60d", NULL, NULL },
		{ "a\\b", 3, "a\\\\b", "a\\\\b", NULL },
		{ "\\x20", 4, "\\\\x20", "\\\\x20", NULL },
		{ "a\tb\nc", 5, "a\\x09b\\x0ac", "a\\x09b\\x0ac", NULL },
		{ "a\rb", 3, "a\\x0db", "a\\x0db", "a\\x0db" },
		{ "\0", 1, "\\x00", "\\x00", "\\x00" },
		{ "\x1b[31m", 5, "\\x1b[31m", "\\x1b[31m", "\\x1b[31m" },
		{ "\x7f", 1, "\\x7f", "\\x7f", "\\x7f" },
		/* C1: CSI as a character, then as a byte */
		{ "\xc2\x9b"
		  "1m",
		  4, "\\xc2\\x9b1m", "\\xc2\\x9b1m", "\\xc2\\x9b1m" },
		{ "\x9b"
		  "1m",
		  3, "\\x9b1m", "\\x9b1m", "\\x9b1m" },
		{ "\xc2\xa0", 2, "\\xc2\\xa0", "\\xc2\\xa0", NULL },
		{ "\xc3\xa4", 2, NULL, NULL, NULL },
		{ "a\xff"
		  "b",
		  3, "a\\xffb", "a\\xffb", "a\\xffb" },
		/* Of a character cut short, each byte; what follows is whole again. */
		{ "\xe2\x82z", 3, "\\xe2\\x82z", "\\xe2\\x82z", "\\xe2\\x82z" },
		{ "\xe2\x82", 2, "\\xe2\\x82", "\\xe2\\x82", "\\xe2\\x82" },
		{ "\xe2\xc3\xa4", 3, "\\xe2\xc3\xa4", "\\xe2\xc3\xa4", "\\xe2\xc3\xa4" },
		/* right-to-left override; zero width space; private; noncharacter */
		{ "\xe2\x80\xae", 3, "\\xe2\\x80\\xae", "\\xe2\\x80\\xae", "\\xe2\\x80\\xae" },
		{ "\xe2\x80\x8b", 3, "\\xe2\\x80\\x8b", "\\xe2\\x80\\x8b", NULL },
		{ "\xee\x80\x80", 3, "\\xee\\x80\\x80", "\\xee\\x80\\x80", NULL },
		{ "\xf4\x8f\xbf\xbf", 4, "\\xf4\\x8f\\xbf\\xbf", "\\xf4\\x8f\\xbf\\xbf", NULL },
		{ "\xf0\x9f\x98\x80", 4, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *expected[] = { rows[i].name, rows[i].foreign, rows[i].terminal };

		for (unsigned int style = ESCAPE_NAME; style <= ESCAPE_TERMINAL; style++) {
			const char *want = expected[style];
			size_t len = want ? strlen(want) : rows[i].len;
			struct buffer b = { 0 };

			buffer_putc(&b, '|');
			escape_put(&b, rows[i].data, rows[i].len, style);
			if (b.len != len + 1 || memcmp(b.data + 1, want ? want : rows[i].data, len))
				fail_msg("row %zu, style %u: %s", i, style, buffer_string(&b));
			assert_int_equal(escape_clean(rows[i].data, rows[i].len, style), !want);
			buffer_free(&b);
		}
	}
}

/* What is not clean has changed, and what came out is clean except for the backslashes. */
static void test_escape_each_byte(void **state)
{
	(void)state;
	for (unsigned int style = ESCAPE_NAME; style <= ESCAPE_TERMINAL; style++) {
		for (int byte = 0; byte < 256; byte++) {
			char in[] = { 'a', (char)byte, 'z' };
			struct buffer b = { 0 };

			escape_put(&b, in, sizeof(in), style);
			assert_int_equal(escape_clean(in, sizeof(in), style),
					 b.len == 3 && memcmp(b.data, in, 3) == 0);
			assert_true(escape_clean(b.data, b.len, ESCAPE_TERMINAL));
			assert_int_equal(b.data[0], 'a');
			assert_int_equal(b.data[b.len - 1], 'z');
			buffer_free(&b);
		}
	}
}

static void test_escape_char(void **state)
{
	char out[ESCAPE_CHAR_MAX];
	size_t used;

	(void)state;
	assert_int_equal(escape_char("ab", 2, ESCAPE_NAME, out, &used), 1);
	assert_int_equal(used, 1);
	assert_memory_equal(out, "a", 1);
	assert_int_equal(escape_char("\\x", 2, ESCAPE_NAME, out, &used), 2);
	assert_int_equal(used, 1);
	assert_memory_equal(out, "\\\\", 2);
	/* The longest: four bytes of a private character. */
	assert_int_equal(escape_char("\xf4\x8f\xbf\xbd!", 5, ESCAPE_FOREIGN, out, &used), 16);
	assert_int_equal(used, 4);
	assert_memory_equal(out, "\\xf4\\x8f\\xbf\\xbd", 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_escape_each_byte),
		cmocka_unit_test(test_escape_char),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
