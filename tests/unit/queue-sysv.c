/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-sysv.c - tests of reading /proc/sysvipc/msg, whatever its pieces are
 *
 * Makes System V queues.  Linked with --wrap=read, which cuts, and --wrap=msgctl, which can be a
 * kernel without MSG_STAT_ANY or MSG_INFO, and --wrap=reallocarray.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "wrap.h"

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

#define QUEUES 200
#define KEPT 5

static size_t piece = SIZE_MAX;
static int read_error;
static int reads_before_error;
static bool no_stat_any, no_msg_info;
static int allocations_left = -1;
static int ids[QUEUES];

ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);
/* What _FORTIFY_SOURCE makes of read(2). */
ssize_t __wrap___read_chk(int fd, void *buf, size_t size, size_t room);
int __real_msgctl(int msqid, int op, struct msqid_ds *buf) REAL_TIME64(__msgctl64);
int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf);
WRAP_ALSO(msgctl, __msgctl64);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (read_error && reads_before_error-- == 0) {
		errno = read_error;
		return -1;
	}
	return __real_read(fd, buf, size < piece ? size : piece);
}

ssize_t __wrap___read_chk(int fd, void *buf, size_t size, size_t room)
{
	assert_true(size <= room);
	return __wrap_read(fd, buf, size);
}

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf)
{
	if ((op == MSG_STAT_ANY && no_stat_any) || (op == MSG_INFO && no_msg_info)) {
		errno = EINVAL;
		return -1;
	}
	return __real_msgctl(msqid, op, buf);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	if (allocations_left == 0)
		return NULL;
	if (allocations_left > 0)
		allocations_left--;
	return __real_reallocarray(p, n, size);
}

/* Most of the queues go again, so that the list is sparse and goes by /proc. */
static int make_queues(void **state)
{
	(void)state;
	for (int i = 0; i < QUEUES; i++) {
		ids[i] = msgget(i == QUEUES - 1 ? (key_t)0xdeadbeef : IPC_PRIVATE,
				IPC_CREAT | (i == QUEUES - 1 ? 0431 : 0600));
		if (ids[i] < 0)
			return -1;
	}
	for (int i = 0; i < QUEUES - KEPT; i++)
		__real_msgctl(ids[i], IPC_RMID, NULL);
	return 0;
}

static int remove_queues(void **state)
{
	(void)state;
	for (int i = QUEUES - KEPT; i < QUEUES; i++)
		__real_msgctl(ids[i], IPC_RMID, NULL);
	return 0;
}

static int as_before(void **state)
{
	(void)state;
	piece = SIZE_MAX;
	read_error = 0;
	no_stat_any = no_msg_info = false;
	allocations_left = -1;
	return 0;
}

static void check_list(unsigned int detail)
{
	struct queue_list list = { 0 };

	assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, detail), 0);
	assert_int_equal(list.note[QUEUE_SYSV], 0);
	assert_int_equal(list.n, KEPT);
	for (size_t i = 0; i < list.n; i++) {
		const struct queue_stat *st = &list.items[i];
		bool last = i == KEPT - 1;

		assert_int_equal(st->msqid, ids[QUEUES - KEPT + i]);
		assert_int_equal(st->key, last ? 0xdeadbeef : 0);
		assert_int_equal(st->mode, last ? 0431 : 0600);
		assert_int_equal(st->uid, geteuid());
		assert_int_equal(st->messages, 0);
		assert_int_equal(st->bytes, 0);
		assert_int_equal(st->stime, 0);
		assert_true(st->ctime > 0);
		if (detail & STAT_QBYTES)
			assert_true(st->have & STAT_QBYTES && st->qbytes > 0);
	}
	queue_list_free(&list);
}

static void test_pieces(void **state)
{
	(void)state;
	for (piece = 1; piece < 400; piece += piece < 20 ? 1 : 37) {
		check_list(STAT_MESSAGES);
		check_list(STAT_QBYTES);
	}
	piece = SIZE_MAX;
	check_list(STAT_MESSAGES);
	check_list(STAT_QBYTES);
}

/* Kernels before 4.17 have no MSG_STAT_ANY; a security module may refuse MSG_INFO. */
static void test_old_kernels(void **state)
{
	(void)state;
	no_stat_any = true;
	check_list(STAT_QBYTES);
	check_list(STAT_MESSAGES);
	no_msg_info = true;
	check_list(STAT_QBYTES);
	no_stat_any = false;
	check_list(STAT_QBYTES);
}

static void test_read_error(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	for (int before = 0; before < 3; before++) {
		piece = 150;
		read_error = EIO;
		reads_before_error = before;
		assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, STAT_MESSAGES), 0);
		assert_int_equal(list.note[QUEUE_SYSV], -EIO);
	}
	queue_list_free(&list);
}

static void test_out_of_memory(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	allocations_left = 0;
	assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, STAT_MESSAGES), -ENOMEM);
	assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, STAT_QBYTES), -ENOMEM);
	queue_list_free(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pieces, as_before),
		cmocka_unit_test_setup(test_old_kernels, as_before),
		cmocka_unit_test_setup(test_read_error, as_before),
		cmocka_unit_test_setup(test_out_of_memory, as_before),
	};

	return cmocka_run_group_tests(tests, make_queues, remove_queues);
}
