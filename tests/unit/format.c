/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.c - tests of numbers and times as text
 */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/util.h"

#define check_text(b, expected)                                             \
	do {                                                                \
		if (strcmp(buffer_string(b), expected))                     \
			fail_msg("%s, not %s", buffer_string(b), expected); \
		(b)->len = 0;                                               \
	} while (0)

static void test_size(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 640, "640" },
		{ 1023, "1023" },
		{ 1024, "1K" },
		{ 1075, "1K" },
		{ 1076, "1.1K" },
		{ 1536, "1.5K" },
		{ 4000, "3.9K" },
		{ 8192, "8K" },
		{ 16384, "16K" },
		{ 1023 * 1024, "1023K" },
		{ 1048524, "1023.9K" },
		{ 1048525, "1M" },
		{ 1048575, "1M" },
		{ 1048576, "1M" },
		{ 1610612736, "1.5G" },
		{ UINT64_C(1) << 40, "1T" },
		{ (UINT64_C(1) << 40) - 1, "1T" },
		{ UINT64_C(1536) << 40, "1536T" },
		{ UINT64_MAX, "16777216T" },
	};
	struct buffer b = { 0 };
	char exact[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		format_size(&b, rows[i].bytes, false);
		check_text(&b, rows[i].text);
		snprintf(exact, sizeof(exact), "%" PRIu64, rows[i].bytes);
		format_size(&b, rows[i].bytes, true);
		check_text(&b, exact);
	}
	buffer_free(&b);
}

static void test_age(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} rows[] = {
		{ INT64_MIN, "0s" },
		{ -1, "0s" },
		{ 0, "0s" },
		{ 59, "59s" },
		{ 60, "1m" },
		{ 119, "1m" },
		{ 3599, "59m" },
		{ 3600, "1h" },
		{ 86399, "23h" },
		{ 86400, "1d" },
		{ 432000, "5d" },
		{ 86400 * 3650, "3650d" },
		{ INT64_MAX, "106751991167300d" },
	};
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		format_age(&b, rows[i].seconds);
		check_text(&b, rows[i].text);
	}
	buffer_free(&b);
}

static void test_iso_time(void **state)
{
	static const struct {
		const char *zone;
		struct timespec when;
		const char *text;
	} rows[] = {
		{ "UTC0", { 0, 0 }, "1970-01-01T00:00:00.000000+00:00" },
		{ "CET-1", { 1795444099, 123999 }, "2026-11-23T15:28:19.000123+01:00" },
		{ "UTC0", { 1795444099, 999999999 }, "2026-11-23T14:28:19.999999+00:00" },
		{ "IST-5:30", { 1795444099, 0 }, "2026-11-23T19:58:19.000000+05:30" },
		{ "NST3:30", { 1795444099, 0 }, "2026-11-23T10:58:19.000000-03:30" },
		{ "EST5EDT,M3.2.0,M11.1.0", { 1784000000, 0 }, "2026-07-13T23:33:20.000000-04:00" },
		{ "UTC0", { -1, 0 }, "1969-12-31T23:59:59.000000+00:00" },
	};
	struct buffer b = { 0 };
	struct timespec far = { (time_t)INT64_MAX, 5000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(setenv("TZ", rows[i].zone, 1), 0);
		tzset();
		format_iso_time(&b, &rows[i].when);
		check_text(&b, rows[i].text);
	}
	if (sizeof(time_t) == 8) {
		format_iso_time(&b, &far);
		check_text(&b, "@9223372036854775807.000005");
	}
	buffer_free(&b);
}

static void test_duration(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} rows[] = {
		{ INT64_MIN, "0s" },
		{ -1, "0s" },
		{ 0, "0s" },
		{ 1, "0.000001ms" },
		{ 1500000, "1.5ms" },
		{ 500000000, "500ms" },
		{ 999999999, "999.999999ms" },
		{ NSEC_PER_SEC, "1s" },
		{ 1500000000, "1.5s" },
		{ 1000000001, "1.000000001s" },
		{ 10 * NSEC_PER_SEC, "10s" },
		{ 60 * NSEC_PER_SEC, "1m" },
		{ 120 * NSEC_PER_SEC, "2m" },
		{ 90 * NSEC_PER_SEC + 500000000, "1m30.5s" },
		{ 60 * NSEC_PER_SEC + 500000000, "1m0.5s" },
		{ 3600 * NSEC_PER_SEC, "1h" },
		{ 5400 * NSEC_PER_SEC, "1h30m" },
		{ 3601 * NSEC_PER_SEC, "1h1s" },
		{ 86400 * NSEC_PER_SEC, "1d" },
		{ INT64_MAX, "106751d23h47m16.854775807s" },
	};
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		format_duration(&b, rows[i].ns);
		check_text(&b, rows[i].text);
	}
	buffer_free(&b);
}

static void test_u64(void **state)
{
	static const uint64_t values[] = { 0, 1, 9, 10, 1234567890, UINT64_MAX };
	struct buffer b = { 0 };
	char expected[24];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(expected, sizeof(expected), "%" PRIu64, values[i]);
		format_u64(&b, values[i]);
		check_text(&b, expected);
	}
	buffer_free(&b);
}

static void test_hex_digit(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 32; i++)
		assert_int_equal(format_hex_digit(i), "0123456789abcdef"[i % 16]);
}

static void test_clock(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	format_clock(&b, 86400 + 3723);
	check_text(&b, "01:02:03");
	format_clock(&b, INT64_MAX);
	check_text(&b, "@9223372036854775807");
	buffer_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size),     cmocka_unit_test(test_age),
		cmocka_unit_test(test_iso_time), cmocka_unit_test(test_duration),
		cmocka_unit_test(test_u64),      cmocka_unit_test(test_hex_digit),
		cmocka_unit_test(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
