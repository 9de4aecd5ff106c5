/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - tests of the strict readers of numbers, sizes, durations, modes and escapes
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/parse.h"
#include "base/util.h"

/* What *value holds before: a refused text must leave it there. */
#define UNTOUCHED 4711

/* Fails with the row's text, because a line number says nothing in a table. */
#define check_row(text, rc, expected_rc, value, expected)                             \
	do {                                                                          \
		if ((rc) != (expected_rc))                                            \
			fail_msg("\"%s\" gives %d, not %d", text, rc, expected_rc);   \
		if ((value) != ((expected_rc) ? UNTOUCHED : (expected)))              \
			fail_msg("\"%s\" is read as %lld", text, (long long)(value)); \
	} while (0)

static void test_u64(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0", 0, UINT64_MAX, 0, 0 },
		{ "7", 0, UINT64_MAX, 0, 7 },
		{ "010", 0, UINT64_MAX, 0, 10 },
		{ "000000000000000000000000000009", 0, UINT64_MAX, 0, 9 },
		{ "18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, -ERANGE, 0 },
		{ "18446744073709551620", 0, UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", 0, UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999x", 0, UINT64_MAX, -EINVAL, 0 },
		{ "1", 1, 9, 0, 1 },
		{ "9", 1, 9, 0, 9 },
		{ "0", 1, 9, -ERANGE, 0 },
		{ "10", 1, 9, -ERANGE, 0 },
		{ "", 0, UINT64_MAX, -EINVAL, 0 },
		{ "-", 0, UINT64_MAX, -EINVAL, 0 },
		{ "-0", 0, UINT64_MAX, -EINVAL, 0 },
		{ "-5", 0, UINT64_MAX, -EINVAL, 0 },
		{ "+5", 0, UINT64_MAX, -EINVAL, 0 },
		{ " 5", 0, UINT64_MAX, -EINVAL, 0 },
		{ "5 ", 0, UINT64_MAX, -EINVAL, 0 },
		{ "5\n", 0, UINT64_MAX, -EINVAL, 0 },
		{ "5.0", 0, UINT64_MAX, -EINVAL, 0 },
		{ "1e3", 0, UINT64_MAX, -EINVAL, 0 },
		{ "0x5", 0, UINT64_MAX, -EINVAL, 0 },
		{ "a", 0, UINT64_MAX, -EINVAL, 0 },
		{ "1,000", 0, UINT64_MAX, -EINVAL, 0 },
		{ "\xd9\xa1", 0, UINT64_MAX, -EINVAL, 0 }, /* ARABIC-INDIC DIGIT ONE */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = UNTOUCHED;
		int rc = parse_u64(rows[i].text, rows[i].min, rows[i].max, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_i64(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int rc;
		int64_t value;
	} rows[] = {
		{ "0", INT64_MIN, INT64_MAX, 0, 0 },
		{ "-0", INT64_MIN, INT64_MAX, 0, 0 },
		{ "-1", INT64_MIN, INT64_MAX, 0, -1 },
		{ "-010", INT64_MIN, INT64_MAX, 0, -10 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MIN + 1 },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "18446744073709551616", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-18446744073709551616", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-3", -2, 2, -ERANGE, 0 },
		{ "-2", -2, 2, 0, -2 },
		{ "3", -2, 2, -ERANGE, 0 },
		{ "", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "-", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "--1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "- 1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "+1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "-+1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "1-", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "-0x1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t value = UNTOUCHED;
		int rc = parse_i64(rows[i].text, rows[i].min, rows[i].max, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_hex(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0x0", UINT64_MAX, 0, 0 },
		{ "0x10", UINT64_MAX, 0, 16 },
		{ "0X10", UINT64_MAX, 0, 16 },
		{ "0xaBcDeF09", UINT64_MAX, 0, 0xabcdef09 },
		{ "0x000000000000000000001", UINT64_MAX, 0, 1 },
		{ "0xffffffffffffffff", UINT64_MAX, 0, UINT64_MAX },
		{ "0x10000000000000000", UINT64_MAX, -ERANGE, 0 },
		{ "0x10000000000000000g", UINT64_MAX, -EINVAL, 0 },
		{ "0xff", 0xff, 0, 0xff },
		{ "0x100", 0xff, -ERANGE, 0 },
		{ "", UINT64_MAX, -EINVAL, 0 },
		{ "0", UINT64_MAX, -EINVAL, 0 },
		{ "0x", UINT64_MAX, -EINVAL, 0 },
		{ "x10", UINT64_MAX, -EINVAL, 0 },
		{ "10", UINT64_MAX, -EINVAL, 0 },
		{ "0x-1", UINT64_MAX, -EINVAL, 0 },
		{ "-0x1", UINT64_MAX, -EINVAL, 0 },
		{ "0x 1", UINT64_MAX, -EINVAL, 0 },
		{ "0x0x1", UINT64_MAX, -EINVAL, 0 },
		{ "0x1g", UINT64_MAX, -EINVAL, 0 },
		{ "0x1@", UINT64_MAX, -EINVAL, 0 },
		{ "0x1`", UINT64_MAX, -EINVAL, 0 },
		{ "0x1G", UINT64_MAX, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = UNTOUCHED;
		int rc = parse_hex(rows[i].text, rows[i].max, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_size(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "0K", 0, 0 },
		{ "640", 0, 640 },
		{ "010", 0, 10 },
		{ "1K", 0, 1024 },
		{ "1KiB", 0, 1024 },
		{ "16M", 0, 16777216 },
		{ "16MiB", 0, 16777216 },
		{ "3G", 0, 3221225472 },
		{ "3GiB", 0, 3221225472 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "18014398509481983K", 0, UINT64_MAX - 1023 },
		{ "18014398509481984K", -ERANGE, 0 },
		{ "17179869183G", 0, UINT64_MAX - 1073741823 },
		{ "17179869184G", -ERANGE, 0 },
		{ "99999999999999999999G", -ERANGE, 0 },
		{ "99999999999999999999x", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "KiB", -EINVAL, 0 },
		{ "1k", 0, 1024 },
		{ "3m", 0, 3145728 },
		{ "1g", 0, 1073741824 },
		{ "1kib", 0, 1024 },
		{ "2MIB", 0, 2097152 },
		{ "1gIb", 0, 1073741824 },
		{ "1kibs", -EINVAL, 0 },
		{ "1\x0b", -EINVAL, 0 },
		{ "1[", -EINVAL, 0 },
		{ "1Ki", -EINVAL, 0 },
		{ "1KB", -EINVAL, 0 },
		{ "1KiBs", -EINVAL, 0 },
		{ "1B", -EINVAL, 0 },
		{ "1T", -EINVAL, 0 },
		{ "1.5K", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "1K ", -EINVAL, 0 },
		{ " 1K", -EINVAL, 0 },
		{ "-1K", -EINVAL, 0 },
		{ "+1K", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1K1", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = UNTOUCHED;
		int rc = parse_size(rows[i].text, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "0ms", 0, 0 },
		{ "0.0", 0, 0 },
		{ "1", 0, NSEC_PER_SEC },
		{ "1s", 0, NSEC_PER_SEC },
		{ "010", 0, 10 * NSEC_PER_SEC },
		{ "500ms", 0, 500000000 },
		{ "2m", 0, 120 * NSEC_PER_SEC },
		{ "3h", 0, 10800 * NSEC_PER_SEC },
		{ "5d", 0, 432000 * NSEC_PER_SEC },
		{ ".5", 0, 500000000 },
		{ ".5ms", 0, 500000 },
		{ "1.5h", 0, 5400 * NSEC_PER_SEC },
		{ "0.000000001", 0, 1 },
		{ "0.0000000019", 0, 1 },
		{ "0.0000000009", 0, 0 },
		{ "0.000001ms", 0, 1 },
		/* Two thirds of a day as far as the digits go, rounded down once at the end. */
		{ "0.66666666666666666666666666666666d", 0, 57599999999999 },
		{ "0.99999999999999999999999999999999", 0, 999999999 },
		{ "0.1234567890123456789012345678901", 0, 123456789 },
		{ "9223372036.854775807", 0, INT64_MAX },
		{ "9223372036.8547758079", 0, INT64_MAX },
		{ "9223372036.854775808", -ERANGE, 0 },
		{ "9223372037", -ERANGE, 0 },
		{ "9223372036854ms", 0, 9223372036854000000 },
		{ "106751d", 0, 9223286400000000000 },
		{ "106752d", -ERANGE, 0 },
		{ "18446744073709551615", -ERANGE, 0 },
		{ "18446744073.709551615", -ERANGE, 0 },
		{ "18446744073.709551616", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "99999999999999999999999x", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ ".s", -EINVAL, 0 },
		{ "1.", -EINVAL, 0 },
		{ "1.s", -EINVAL, 0 },
		{ "1..5", -EINVAL, 0 },
		{ "1.5.5", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "0x1p3", -EINVAL, 0 },
		{ "nan", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1M", -EINVAL, 0 },
		{ "1us", -EINVAL, 0 },
		{ "1sec", -EINVAL, 0 },
		{ "1h30m", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t value = UNTOUCHED;
		int rc = parse_duration(rows[i].text, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_mode(void **state)
{
	static const struct {
		const char *text;
		int rc;
		mode_t value;
	} rows[] = {
		{ "0", 0, 0 },           { "600", 0, 0600 },
		{ "0600", 0, 0600 },     { "000000000000000000000000000600", 0, 0600 },
		{ "777", 0, 0777 },      { "1000", -ERANGE, 0 },
		{ "1777", -ERANGE, 0 },  { "7777777777777777777777777", -ERANGE, 0 },
		{ "", -EINVAL, 0 },      { "8", -EINVAL, 0 },
		{ "680", -EINVAL, 0 },   { "0x180", -EINVAL, 0 },
		{ "0o600", -EINVAL, 0 }, { "-600", -EINVAL, 0 },
		{ "+600", -EINVAL, 0 },  { " 600", -EINVAL, 0 },
		{ "600 ", -EINVAL, 0 },  { "u=rw", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		mode_t value = UNTOUCHED;
		int rc = parse_mode(rows[i].text, &value);

		check_row(rows[i].text, rc, rows[i].rc, value, rows[i].value);
	}
}

static void test_escapes(void **state)
{
	static const struct {
		const char *text;
		size_t room;
		int rc;
		size_t len;
		const char *bytes;
	} rows[] = {
		{ "", 0, 0, 0, "" },
		{ "abc", 3, 0, 3, "abc" },
		{ "abc", 8, 0, 3, "abc" },
		{ "abc", 2, -ERANGE, 0, NULL },
		{ "a", 0, -ERANGE, 0, NULL },
		{ "a\\x20b", 8, 0, 3, "a b" },
		{ "\\\\", 8, 0, 1, "\\" },
		{ "\\\\x41", 8, 0, 4, "\\x41" },
		{ "\\x00\\xfF\\xA0", 3, 0, 3, "\0\xff\xa0" },
		{ "\\x414", 8, 0, 2, "A4" },
		{ "\xc3\xa4\n", 8, 0, 3, "\xc3\xa4\n" },
		{ "\\", 8, -EINVAL, 0, NULL },
		{ "a\\", 8, -EINVAL, 0, NULL },
		{ "\\x", 8, -EINVAL, 0, NULL },
		{ "\\x4", 8, -EINVAL, 0, NULL },
		{ "\\x4g", 8, -EINVAL, 0, NULL },
		{ "\\xg4", 8, -EINVAL, 0, NULL },
		{ "\\X41", 8, -EINVAL, 0, NULL },
		{ "\\n", 8, -EINVAL, 0, NULL },
		{ "\\101", 8, -EINVAL, 0, NULL },
		{ "abc\\q", 2, -EINVAL, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char out[16];
		size_t len = UNTOUCHED;
		int rc;

		memset(out, '#', sizeof(out));
		rc = parse_escapes(rows[i].text, out, rows[i].room, &len);
		check_row(rows[i].text, rc, rows[i].rc, len, rows[i].len);
		if (rc == 0)
			assert_memory_equal(out, rows[i].bytes, rows[i].len);
		assert_int_equal(out[rows[i].room], '#');
	}
}

static void test_digit(void **state)
{
	static const char digits[] = "0123456789abcdef";

	(void)state;
	for (int c = 0; c < 256; c++) {
		int lower = c >= 'A' && c <= 'F' ? c | 0x20 : c;
		const char *found = c ? strchr(digits, lower) : NULL;

		assert_int_equal(parse_digit((char)c), found ? found - digits : 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digit), cmocka_unit_test(test_u64),
		cmocka_unit_test(test_i64),   cmocka_unit_test(test_hex),
		cmocka_unit_test(test_size),  cmocka_unit_test(test_duration),
		cmocka_unit_test(test_mode),  cmocka_unit_test(test_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
