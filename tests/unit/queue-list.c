/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-list.c - tests of listing again and again: what is asked of the kernel, and what need not be
 *
 * Makes System V queues.  Linked with --wrap=msgctl, which counts, and --wrap=time, whose clock the
 * test sets.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <time.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "wrap.h"

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

#define QUEUES 40

static int asked; /* single queues asked for */
static time_t clock_ahead;
static int ids[QUEUES];

int __real_msgctl(int msqid, int op, struct msqid_ds *buf) REAL_TIME64(__msgctl64);
int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf);
WRAP_ALSO(msgctl, __msgctl64);
time_t __real_time(time_t *t) REAL_TIME64(__time64);
time_t __wrap_time(time_t *t);
WRAP_ALSO(time, __time64);

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf)
{
	asked += op == MSG_STAT_ANY || op == IPC_STAT;
	return __real_msgctl(msqid, op, buf);
}

time_t __wrap_time(time_t *t)
{
	return __real_time(t) + clock_ahead;
}

static int make_queues(void **state)
{
	(void)state;
	for (int i = 0; i < QUEUES; i++) {
		ids[i] = msgget(IPC_PRIVATE, 0600);
		if (ids[i] < 0)
			return -1;
	}
	return 0;
}

static int remove_queues(void **state)
{
	(void)state;
	for (int i = 0; i < QUEUES; i++) {
		if (ids[i] >= 0)
			__real_msgctl(ids[i], IPC_RMID, NULL);
	}
	return 0;
}

static void set_qbytes(int msqid, unsigned long qbytes)
{
	struct msqid_ds ds;

	assert_int_equal(__real_msgctl(msqid, IPC_STAT, &ds), 0);
	ds.msg_qbytes = qbytes;
	assert_int_equal(__real_msgctl(msqid, IPC_SET, &ds), 0);
}

/* Lists; returns how many single queues were asked for. */
static int list_again(struct queue_list *list)
{
	asked = 0;
	assert_int_equal(queue_list(list, QUEUE_MASK_SYSV, STAT_QBYTES), 0);
	for (size_t i = 0; i < list->n; i++)
		assert_true(list->items[i].have & STAT_QBYTES);
	return asked;
}

static uint64_t qbytes_of(const struct queue_list *list, int msqid)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].msqid == msqid)
			return list->items[i].qbytes;
	}
	fail_msg("%d is not listed", msqid);
	return 0;
}

/* A queue that changed in this second may change once more in it. */
static void test_fresh_are_asked_again(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	clock_ahead = 0;
	assert_true(list_again(&list) >= QUEUES);
	set_qbytes(ids[7], 100);
	assert_true(list_again(&list) >= QUEUES);
	assert_int_equal(qbytes_of(&list, ids[7]), 100);
	set_qbytes(ids[7], 200);
	list_again(&list);
	assert_int_equal(qbytes_of(&list, ids[7]), 200);
	queue_list_free(&list);
}

static void test_settled_are_not_asked(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	clock_ahead = 10;
	assert_true(list_again(&list) >= QUEUES);
	assert_int_equal(list_again(&list), 0);
	assert_int_equal(list.n, QUEUES);
	assert_int_equal(qbytes_of(&list, ids[7]), 200);
	queue_list_free(&list);
}

/* Whatever came or went between, each value is its queue's own. */
static void test_come_and_gone(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	clock_ahead = 10;
	for (int i = 0; i < QUEUES; i++)
		set_qbytes(ids[i], 1000 + (unsigned long)i);
	list_again(&list);
	/* More in a row than are looked over for. */
	for (int i = 5; i < 30; i++) {
		assert_int_equal(__real_msgctl(ids[i], IPC_RMID, NULL), 0);
		ids[i] = -1;
	}
	ids[12] = msgget(IPC_PRIVATE, 0600);
	set_qbytes(ids[12], 77);
	list_again(&list);
	assert_int_equal(list.n, QUEUES - 25 + 1);
	for (int i = 0; i < QUEUES; i++) {
		if (ids[i] >= 0)
			assert_int_equal(qbytes_of(&list, ids[i]),
					 i == 12 ? 77 : 1000 + (unsigned long)i);
	}
	assert_int_equal(list_again(&list), 0);
	queue_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fresh_are_asked_again),
		cmocka_unit_test(test_settled_are_not_asked),
		cmocka_unit_test(test_come_and_gone),
	};

	return cmocka_run_group_tests(tests, make_queues, remove_queues);
}
