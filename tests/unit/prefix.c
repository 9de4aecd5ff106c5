/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.c - tests of the number before each record of `send --prefix`
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/prefix.h"

static void test_compile(void **state)
{
	static const struct {
		const char *text;
		char end;
		int rc;
		size_t len;
		const char *bytes;
	} rows[] = {
		{ ":", '\n', 0, 1, ":" },
		{ "\\t", '\n', 0, 1, "\t" },
		{ "\\0", '\n', 0, 1, "" },
		{ "\\n", '\0', 0, 1, "\n" },
		{ " \\x41\\\\", '\n', 0, 3, " A\\" },
		{ "%t", '\n', 0, 2, "%t" },
		{ "", '\n', -EINVAL, 0, NULL },
		{ "\\n", '\n', -EINVAL, 0, NULL },
		{ "a\\0", '\0', -EINVAL, 0, NULL },
		{ "0", '\n', -EINVAL, 0, NULL },
		{ "\\x39", '\n', -EINVAL, 0, NULL },
		{ "\\q", '\n', -EINVAL, 0, NULL },
		{ "\\", '\n', -EINVAL, 0, NULL },
		{ "\\x4", '\n', -EINVAL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *bad = NULL;
		char text[16];
		size_t len = 0;

		strcpy(text, rows[i].text);
		assert_int_equal(prefix_compile(text, rows[i].end, &len, &bad), rows[i].rc);
		if (rows[i].rc < 0) {
			assert_non_null(bad);
			continue;
		}
		assert_int_equal(len, rows[i].len);
		assert_memory_equal(text, rows[i].bytes, len);
	}
}

static void test_read(void **state)
{
	static const struct {
		const char *record, *sep;
		ssize_t rc;
		uint64_t number;
	} rows[] = {
		{ "5\thello", "\t", 2, 5 },
		{ "5\t", "\t", 2, 5 },
		{ "007: x", ": ", 5, 7 },
		{ "32767:x", ":", 6, 32767 },
		{ "1::x", ":", 2, 1 },
		{ "32768:x", ":", -ERANGE, 0 },
		{ "0:x", ":", -ERANGE, 0 },
		{ "18446744073709551616:x", ":", -ERANGE, 0 },
		{ "000000000000000000000000001:x", ":", -ERANGE, 0 },
		{ "", ":", -EINVAL, 0 },
		{ ":x", ":", -EINVAL, 0 },
		{ "5", ":", -EINVAL, 0 },
		{ "5: ", ": x", -EINVAL, 0 },
		{ "5 :x", ":", -EINVAL, 0 },
		{ " 5:x", ":", -EINVAL, 0 },
		{ "+5:x", ":", -EINVAL, 0 },
		{ "-5:x", ":", -EINVAL, 0 },
		{ "5;x", ":", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t number = 0;
		ssize_t rc = prefix_read(rows[i].record, strlen(rows[i].record), rows[i].sep,
					 strlen(rows[i].sep), 1, 32767, &number);

		if (rc != rows[i].rc || number != rows[i].number)
			fail_msg("\"%s\": %zd, %lu", rows[i].record, rc, (unsigned long)number);
	}
}

static void test_largest_type(void **state)
{
	char record[32];
	uint64_t number = 0;
	size_t length = (size_t)snprintf(record, sizeof(record), "%ld,", LONG_MAX);

	(void)state;
	assert_int_equal(prefix_read(record, length, ",", 1, 1, LONG_MAX, &number), length);
	assert_int_equal(number, LONG_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compile),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_largest_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
