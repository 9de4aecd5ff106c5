/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-list.c - tests of listing System V queues: where from, and that each value is its queue's own
 *
 * Linked with --wrap=msgctl, which counts and can refuse MSG_STAT_ANY.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "wrap.h"

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

#define QUEUES 80

static int asked;   /* single queues asked for */
static int refusal; /* what asking by index fails with, or 0 */
static int ids[QUEUES];

int __real_msgctl(int msqid, int op, struct msqid_ds *buf) REAL_TIME64(__msgctl64);
int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf);
WRAP_ALSO(msgctl, __msgctl64);

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf)
{
	asked += op == MSG_STAT_ANY || op == IPC_STAT;
	if (op == MSG_STAT_ANY && refusal) {
		errno = refusal;
		return -1;
	}
	return __real_msgctl(msqid, op, buf);
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

static void remove_some(int first, int end)
{
	for (int i = first; i < end; i++) {
		assert_int_equal(__real_msgctl(ids[i], IPC_RMID, NULL), 0);
		ids[i] = -1;
	}
}

static void assert_each_has_its_own(const struct queue_list *list)
{
	size_t n = 0;

	for (int i = 0; i < QUEUES; i++) {
		if (ids[i] < 0)
			continue;
		assert_int_equal(qbytes_of(list, ids[i]), 1000 + i);
		n++;
	}
	assert_int_equal(list->n, n);
}

static void test_change_is_seen(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	for (int i = 0; i < QUEUES; i++)
		set_qbytes(ids[i], 5);
	list_again(&list);
	for (int i = 0; i < QUEUES; i++)
		set_qbytes(ids[i], 1000 + (unsigned long)i);
	list_again(&list);
	assert_each_has_its_own(&list);
	queue_list_free(&list);
}

/* No file of /proc has msg_qbytes, so each is asked for; who does not want it reads the file alone. */
static void test_refused_by_index(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	refusal = EPERM;
	assert_true(list_again(&list) > QUEUES);
	assert_each_has_its_own(&list);
	asked = 0;
	assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, STAT_MESSAGES), 0);
	assert_int_equal(list.n, QUEUES);
	assert_int_equal(asked, 1);
	refusal = 0;
	queue_list_free(&list);
}

static bool forget(const struct queue_stat *st, void *arg)
{
	unsigned int *left = arg;

	assert_int_equal(st->kind, QUEUE_SYSV);
	return --*left > 0;
}

static void test_visit(void **state)
{
	unsigned int left = QUEUES + 1;

	(void)state;
	assert_int_equal(queue_visit(QUEUE_SYSV, forget, &left), 0);
	assert_int_equal(left, 1);
	left = 3;
	assert_int_equal(queue_visit(QUEUE_SYSV, forget, &left), -ECANCELED);
	refusal = EPERM;
	assert_int_equal(queue_visit(QUEUE_SYSV, forget, &left), -EOPNOTSUPP);
	refusal = 0;
	assert_int_equal(queue_visit(QUEUE_POSIX, forget, &left), -EOPNOTSUPP);
}

/* One in ten is in use at most: not every index is tried. */
static void test_far_between(void **state)
{
	struct queue_list list = { 0 };
	unsigned int left = QUEUES;

	(void)state;
	remove_some(3, QUEUES - 1);
	assert_int_equal(list_again(&list), 4);
	assert_each_has_its_own(&list);
	assert_int_equal(queue_visit(QUEUE_SYSV, forget, &left), -EOPNOTSUPP);
	queue_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change_is_seen),
		cmocka_unit_test(test_refused_by_index),
		cmocka_unit_test(test_visit),
		cmocka_unit_test(test_far_between),
	};

	return cmocka_run_group_tests(tests, make_queues, remove_queues);
}
