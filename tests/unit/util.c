/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.c - tests of the clock and of small files
 *
 * Linked with --wrap=read, so that a signal can come.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"

static int interruptions;

ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (interruptions) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	return __real_read(fd, buf, size);
}

static void test_clock_advances(void **state)
{
	int64_t before = clock_monotonic_ns(), after;

	(void)state;
	assert_true(before > 0);
	usleep(1000);
	after = clock_monotonic_ns();
	assert_true(after - before >= 1000000);
	assert_true(after - before < 3600 * NSEC_PER_SEC);
}

/* ---- small files ---- */

static void test_deadlines(void **state)
{
	int64_t soon = clock_deadline_ns(NSEC_PER_SEC * 3600);

	(void)state;
	assert_true(clock_left_ns(soon) > 0 && clock_left_ns(soon) <= NSEC_PER_SEC * 3600);
	assert_int_equal(clock_left_ns(clock_deadline_ns(0)), 0);
	assert_int_equal(clock_left_ns(1), 0);
	/* For ever, and what comes to the same. */
	assert_true(clock_deadline_ns(-1) == INT64_MAX);
	assert_true(clock_deadline_ns(INT64_MAX) == INT64_MAX);
	assert_int_equal(clock_left_ns(INT64_MAX), -1);
}

static char scratch[] = "/tmp/mqtool-util-XXXXXX";

static int make_scratch(void **state)
{
	int fd = mkstemp(scratch);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_scratch(void **state)
{
	(void)state;
	return unlink(scratch);
}

static void write_scratch(const char *data, size_t len)
{
	FILE *f = fopen(scratch, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_read_text(void **state)
{
	char buf[8];

	(void)state;
	write_scratch("", 0);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	write_scratch("1234567", 7);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "1234567");
	write_scratch("123456789", 9);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "1234567");
	write_scratch("a\0b", 3);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "a\0b", 4);
	interruptions = 2;
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 3);
	assert_int_equal(interruptions, 0);
}

static void test_read_text_fails(void **state)
{
	char buf[8] = "before";

	(void)state;
	assert_int_equal(read_text_file("/nonexistent/file", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(read_text_file("/proc/self", buf, sizeof(buf)), -EISDIR);
	assert_int_equal(read_text_file(scratch, buf, 0), -EINVAL);
	assert_int_equal(read_text_file(scratch, buf, SIZE_MAX), -EINVAL);
}

static void test_read_number(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0\n", 0, 0 },
		{ "8192\n", 0, 8192 },
		{ "8192", 0, 8192 },
		{ "18446744073709551615\n", 0, UINT64_MAX },
		{ "18446744073709551616\n", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "-1\n", -EINVAL, 0 },
		{ "+1\n", -EINVAL, 0 },
		{ " 1\n", -EINVAL, 0 },
		{ "1 2\n", -EINVAL, 0 },
		{ "1\t2\n", -EINVAL, 0 },
		{ "0x10\n", -EINVAL, 0 },
		{ "one\n", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 4711;

		write_scratch(rows[i].text, strlen(rows[i].text));
		if (read_number_file(scratch, &value) != rows[i].rc)
			fail_msg("\"%s\": not %d", rows[i].text, rows[i].rc);
		assert_int_equal(value, rows[i].rc ? 4711 : rows[i].value);
	}
	assert_int_equal(read_number_file("/nonexistent/file", &(uint64_t){ 0 }), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock_advances),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test_setup_teardown(test_read_text, make_scratch, NULL),
		cmocka_unit_test(test_read_text_fails),
		cmocka_unit_test_setup_teardown(test_read_number, NULL, remove_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
