/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-stat.c - tests of what follows from what is known of a queue
 */
#include "config.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "queue/queue-stat.h"

static void test_stat_use(void **state)
{
#define SYSV_HAVE (STAT_MESSAGES | STAT_BYTES | STAT_QBYTES)
#define SYSV(m, b, q)                                                                         \
	{                                                                                     \
		.kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = m, .bytes = b, .qbytes = q \
	}
#define POSIX_HAVE (STAT_MESSAGES | STAT_MAXMSG)
#define POSIX_ROOM(m, x, s)                                                   \
	{                                                                     \
		.kind = QUEUE_POSIX, .messages = m, .maxmsg = x, .msgsize = s \
	}
#define POSIX(m, x)                                                                 \
	{                                                                           \
		.kind = QUEUE_POSIX, .have = POSIX_HAVE, .messages = m, .maxmsg = x \
	}
	static const struct {
		struct queue_stat st;
		int use;
	} rows[] = {
		{ SYSV(0, 0, 16384), 0 },
		{ SYSV(1, 8192, 16384), 50 },
		{ SYSV(1, 16383, 16384), 99 },
		{ SYSV(1, 16384, 16384), 100 },
		/* Empty messages fill a queue too. */
		{ SYSV(16384, 0, 16384), 100 },
		{ SYSV(8192, 1000, 16384), 50 },
		/* The limit was lowered under what is there. */
		{ SYSV(1, 16384, 8192), 200 },
		{ SYSV(0, 0, 0), 100 },
		{ SYSV(5, 50, 0), 100 },
		{ SYSV(0, UINT64_MAX, UINT64_MAX), 100 },
		{ SYSV(0, UINT64_MAX / 2, UINT64_MAX), 50 },
		{ SYSV(0, UINT64_MAX, 1), INT_MAX },
		{ SYSV(0, UINT64_MAX, 12345), INT_MAX },
		{ POSIX(0, 10), 0 },
		{ POSIX(3, 10), 30 },
		{ POSIX(2, 3), 66 },
		{ POSIX(10, 10), 100 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct queue_stat st = rows[i].st;
		unsigned int have = st.have;

		if (queue_stat_use(&st) != rows[i].use)
			fail_msg("row %zu: %d%%", i, queue_stat_use(&st));
		/* Without any one of the numbers there is no answer. */
		for (unsigned int bit = 1; bit <= have; bit <<= 1) {
			st.have = have & ~bit;
			if (have & bit)
				assert_int_equal(queue_stat_use(&st), -1);
		}
	}
}

static void test_stat_fits(void **state)
{
	static const struct {
		struct queue_stat st;
		uint64_t size;
		bool fits;
	} rows[] = {
		{ SYSV(0, 0, 100), 0, true },
		{ SYSV(0, 0, 100), 100, true },
		{ SYSV(0, 0, 100), 101, false },
		{ SYSV(1, 99, 100), 1, true },
		{ SYSV(1, 99, 100), 2, false },
		{ SYSV(1, 100, 100), 0, true },
		{ SYSV(1, 100, 100), 1, false },
		/* Not even empty messages may be more in number. */
		{ SYSV(99, 0, 100), 0, true },
		{ SYSV(100, 0, 100), 0, false },
		{ SYSV(0, 0, 0), 0, false },
		/* The limit was lowered under what is there. */
		{ SYSV(1, 101, 100), 0, false },
		{ SYSV(1, 1, 100), UINT64_MAX, false },
		{ POSIX_ROOM(0, 10, 5), 5, true },
		{ POSIX_ROOM(9, 10, 5), 0, true },
		{ POSIX_ROOM(0, 10, 5), 6, false },
		{ POSIX_ROOM(10, 10, 5), 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (queue_stat_fits(&rows[i].st, rows[i].size) != rows[i].fits)
			fail_msg("row %zu", i);
}

/* Each is before the next, and equal to itself. */
static void test_compare(void **state)
{
	static const struct queue_address early = { .host = "a", .vhost = "/", .queue = "q" },
					  late = { .host = "a", .vhost = "/", .queue = "r" };
	static const struct queue_stat rows[] = {
		{ .kind = QUEUE_SYSV, .key = 0, .msqid = 2 },
		{ .kind = QUEUE_SYSV, .key = 0, .msqid = 10 },
		{ .kind = QUEUE_SYSV, .key = 1, .msqid = 1 },
		{ .kind = QUEUE_SYSV, .key = UINT32_MAX, .msqid = 0 },
		{ .kind = QUEUE_POSIX, .name = "/B" },
		{ .kind = QUEUE_POSIX, .name = "/a" },
		{ .kind = QUEUE_POSIX, .name = "/ab" },
		{ .kind = QUEUE_AMQP, .address = &early },
		{ .kind = QUEUE_AMQP, .address = &late },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(rows); k++) {
			int order = queue_stat_compare(&rows[i], &rows[k]);

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat_use),
		cmocka_unit_test(test_stat_fits),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
