/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-filter.c - tests of which queues are meant, what is not known of them above all
 */
#include "config.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/util.h"
#include "show/queue-filter.h"

#define NOW (1000000 * NSEC_PER_SEC)

static const struct queue_stat posix = {
	.kind = QUEUE_POSIX,
	.have = STAT_MESSAGES | STAT_OWNER | STAT_LAST | STAT_CTIME,
	.name = "/jobs",
	.uid = 5,
	.last = 999000,
	.ctime = 999999,
};

static const struct queue_stat sysv = {
	.kind = QUEUE_SYSV,
	.have = STAT_MESSAGES | STAT_OWNER | STAT_LAST | STAT_CTIME | STAT_KEY,
	.key = 0x4d510001,
	.messages = 1,
	.uid = 0,
	.last = 0,
	.ctime = 999990,
};

static void test_kinds(void **state)
{
	struct queue_filter f = { 0 };

	(void)state;
	assert_int_equal(queue_filter_kinds(&f), QUEUE_MASK_ALL);
	assert_true(queue_filter_holds(&f, &posix, NOW));
	f.have = FILTER_KIND;
	f.kinds = QUEUE_MASK_POSIX;
	assert_int_equal(queue_filter_kinds(&f), QUEUE_MASK_POSIX);
	assert_true(queue_filter_holds(&f, &posix, NOW));
	assert_false(queue_filter_holds(&f, &sysv, NOW));
	f.kinds = QUEUE_MASK_ALL;
	assert_true(queue_filter_holds(&f, &sysv, NOW));
}

static void test_match(void **state)
{
	static const struct {
		const char *glob;
		bool posix, sysv;
	} rows[] = {
		{ "*", true, true },
		{ "/jobs", true, false },
		{ "jobs", false, false },
		{ "*s", true, false },
		{ "key:0x4d510001", false, true },
		{ "key:0x4D510001", false, false },
		{ "0x4d510001", false, false },
		{ "key:*", false, true },
		{ "[", false, false },
		{ "/j?b[rst]", true, false },
	};
	struct queue_filter f = { .have = FILTER_MATCH };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		f.glob = rows[i].glob;
		assert_int_equal(queue_filter_holds(&f, &posix, NOW), rows[i].posix);
		assert_int_equal(queue_filter_holds(&f, &sysv, NOW), rows[i].sysv);
	}
}

static void test_empty(void **state)
{
	const struct queue_filter f = { .have = FILTER_EMPTY };
	struct queue_stat st = posix;

	(void)state;
	assert_true(queue_filter_holds(&f, &posix, NOW));
	assert_false(queue_filter_holds(&f, &sysv, NOW));
	st.have &= ~STAT_MESSAGES;
	assert_false(queue_filter_holds(&f, &st, NOW));
}

static void test_owner(void **state)
{
	const struct queue_filter f = { .have = FILTER_OWNER, .owner = 0 };
	struct queue_stat st = sysv;

	(void)state;
	assert_false(queue_filter_holds(&f, &posix, NOW));
	assert_true(queue_filter_holds(&f, &sysv, NOW));
	st.have &= ~STAT_OWNER;
	assert_false(queue_filter_holds(&f, &st, NOW));
}

static bool idle(const struct queue_stat *st, int64_t ns)
{
	const struct queue_filter f = { .have = FILTER_IDLE, .idle_ns = ns };

	return queue_filter_holds(&f, st, NOW);
}

static void test_idle(void **state)
{
	struct queue_stat st = posix;

	(void)state;
	/* Used some time in the second 999000: it is 999 seconds at least, and 1000 perhaps. */
	assert_true(idle(&st, 999 * NSEC_PER_SEC));
	assert_false(idle(&st, 999 * NSEC_PER_SEC + 1));
	assert_true(idle(&st, 0));
	assert_true(idle(&st, 1));
	/* Never used. */
	assert_true(idle(&sysv, 9 * NSEC_PER_SEC));
	assert_false(idle(&sysv, 9 * NSEC_PER_SEC + 1));
	/* A clock that was set back. */
	st.last = 1000001;
	assert_false(idle(&st, 1));
	assert_true(idle(&st, 0));
	/* Now, and times beyond all clocks. */
	st.last = 1000000;
	assert_false(idle(&st, 1));
	st.last = INT64_MAX / NSEC_PER_SEC;
	assert_false(idle(&st, 1));
	st.last = INT64_MAX - 1;
	assert_false(idle(&st, 1));
	st.last = 1;
	assert_false(idle(&st, INT64_MAX));
	/* Nothing is known. */
	st = posix;
	st.have &= ~(STAT_LAST | STAT_CTIME);
	assert_false(idle(&st, 1));
	st.have |= STAT_CTIME;
	assert_false(idle(&st, 1));
	st.ctime = 0;
	assert_false(idle(&st, 1));
}

static void test_all_must_hold(void **state)
{
	struct queue_filter f = { .have = FILTER_KIND | FILTER_MATCH | FILTER_EMPTY | FILTER_IDLE |
					  FILTER_OWNER,
				  .kinds = QUEUE_MASK_POSIX,
				  .glob = "/*",
				  .idle_ns = 1,
				  .owner = 5 };
	struct queue_filter g;

	(void)state;
	assert_true(queue_filter_holds(&f, &posix, NOW));
	g = f;
	g.kinds = QUEUE_MASK_SYSV;
	assert_false(queue_filter_holds(&g, &posix, NOW));
	g = f;
	g.glob = "/x";
	assert_false(queue_filter_holds(&g, &posix, NOW));
	g = f;
	g.idle_ns = INT64_MAX;
	assert_false(queue_filter_holds(&g, &posix, NOW));
	g = f;
	g.owner = 6;
	assert_false(queue_filter_holds(&g, &posix, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds), cmocka_unit_test(test_match),
		cmocka_unit_test(test_empty), cmocka_unit_test(test_owner),
		cmocka_unit_test(test_idle),  cmocka_unit_test(test_all_must_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
