/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alarms.c - tests of who counts as stuck, and of what is said first
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "watch/alarms.h"

#define NOW 1700000000

static const struct queue_stat full = {
	.kind = QUEUE_SYSV,
	.have = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_KEY | STAT_LAST | STAT_SEEN,
	.key = 1,
	.msqid = 1,
	.messages = 4,
	.bytes = 100,
	.qbytes = 100,
	.last = NOW - 60,
	.senders = 1,
	.receivers = 1,
};

static struct proc_waiter sender(pid_t tid, int64_t waited_ns)
{
	return (struct proc_waiter){ .kind = QUEUE_SYSV,
				     .msqid = 1,
				     .sender = true,
				     .size = 10,
				     .waited_ns = waited_ns,
				     .pid = tid,
				     .tid = tid };
}

static void look(struct alarms *a, struct proc_waiter *waiters, size_t n,
		 const struct queue_stat *st, int64_t seconds)
{
	const struct procs procs = { .waiters = waiters, .nwaiters = n };

	assert_int_equal(alarms_update(a, &procs, st, 1, seconds * NSEC_PER_SEC, NOW + seconds, 0),
			 0);
}

/* A thread that gets on between two looks is not stuck, however often it is blocked. */
static void test_busy_is_no_alarm(void **state)
{
	struct alarms a = { .n = 0 };
	struct proc_waiter w;

	(void)state;
	for (int i = 1; i < 10; i++) {
		w = sender(7, NSEC_PER_SEC / 1000);
		look(&a, &w, 1, &full, i);
		assert_int_equal(a.n, 0);
	}
	/* Others each time, though the kernel does not say for how long. */
	for (int i = 10; i < 20; i++) {
		w = sender(7 + i, -1);
		look(&a, &w, 1, &full, i);
		assert_int_equal(a.n, 0);
	}
	alarms_free(&a);
}

static void test_two_looks_and_two_seconds(void **state)
{
	struct alarms a = { .n = 0 };
	struct proc_waiter w = sender(7, 42 * NSEC_PER_SEC);

	(void)state;
	look(&a, &w, 1, &full, 1);
	assert_int_equal(a.n, 0);
	w.waited_ns += NSEC_PER_SEC;
	look(&a, &w, 1, &full, 2);
	assert_int_equal(a.n, 1);
	assert_string_equal(a.items[0].text, "key:0x00000001: full, 1 sender blocked for 43s");
	assert_true(a.items[0].fresh);
	assert_true(alarm_is_grave(&a.items[0]));
	assert_ptr_equal(alarms_of(&a, &full), &a.items[0]);
	w.waited_ns += NSEC_PER_SEC;
	look(&a, &w, 1, &full, 3);
	assert_false(a.items[0].fresh);
	look(&a, &w, 0, &full, 4);
	assert_int_equal(a.n, 0);
	alarms_clear(&a);
	alarms_free(&a);
}

/* Without the kernel's word a thread counts from when it was first seen, unless its queue moves. */
static void test_time_not_known(void **state)
{
	struct queue_stat moving = full;
	struct alarms a = { .n = 0 };
	struct proc_waiter w = sender(7, -1);

	(void)state;
	look(&a, &w, 1, &full, 1);
	look(&a, &w, 1, &full, 2);
	assert_int_equal(a.n, 0);
	look(&a, &w, 1, &full, 4);
	assert_int_equal(a.n, 1);
	assert_int_equal(a.items[0].blocked_ns, 3 * NSEC_PER_SEC);
	moving.last = NOW + 4;
	look(&a, &w, 1, &moving, 5);
	assert_int_equal(a.n, 0);
	alarms_free(&a);
}

static void test_gravest_first(void **state)
{
	struct alarms a = { .n = 0 };
	struct proc_waiter w[] = { sender(1, 50 * NSEC_PER_SEC), sender(2, 5 * NSEC_PER_SEC),
				   sender(3, 9 * NSEC_PER_SEC) };

	(void)state;
	w[0].sender = false;
	w[0].type = 77;
	w[1].size = 5000;
	look(&a, w, 3, &full, 1);
	look(&a, w, 3, &full, 2);
	assert_int_equal(a.n, 3);
	assert_string_equal(a.items[0].text,
			    "key:0x00000001: a message that can never fit, 1 sender blocked for 5s");
	assert_string_equal(a.items[1].text, "key:0x00000001: full, 1 sender blocked for 9s");
	assert_string_equal(a.items[2].text, "key:0x00000001: no message of type 77 is queued, "
					     "1 receiver waits for 50s");
	assert_false(alarm_is_grave(&a.items[2]));
	alarms_free(&a);
}

static void test_more_than_are_kept(void **state)
{
	static struct queue_stat queues[ALARMS_KEPT + 5];
	static struct proc_waiter w[ALARMS_KEPT + 5];
	const struct procs procs = { .waiters = w, .nwaiters = ARRAY_SIZE(w) };
	struct alarms a = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(w); i++) {
		queues[i] = full;
		queues[i].msqid = (int)i;
		w[i] = sender((pid_t)i + 1, (int64_t)(i + 3) * NSEC_PER_SEC);
		w[i].msqid = (int)i;
	}
	for (int pass = 1; pass < 3; pass++)
		assert_int_equal(alarms_update(&a, &procs, queues, ARRAY_SIZE(w),
					       pass * NSEC_PER_SEC, NOW, 0),
				 0);
	assert_int_equal(a.n, ALARMS_KEPT);
	assert_int_equal(a.more, 5);
	/* The longest are kept. */
	assert_int_equal(a.items[0].st.msqid, ALARMS_KEPT + 4);
	assert_int_equal(a.items[ALARMS_KEPT - 1].st.msqid, 5);
	alarms_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_busy_is_no_alarm),
		cmocka_unit_test(test_two_looks_and_two_seconds),
		cmocka_unit_test(test_time_not_known),
		cmocka_unit_test(test_gravest_first),
		cmocka_unit_test(test_more_than_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
