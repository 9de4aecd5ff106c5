/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-sysv.c - tests of reading /proc/sysvipc/msg, whatever its pieces are, and of what is refused
 *
 * Makes System V queues.  Linked with --wrap=read, which cuts, and --wrap=msgctl, which can be a
 * kernel without MSG_STAT_ANY, MSG_INFO or IPC_INFO, and --wrap=reallocarray.
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

#include "base/buffer.h"
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
static bool no_stat_any, no_msg_info, no_ipc_info;
static int set_error; /* of IPC_SET */
static int gone = -1; /* an msqid that is listed, and no queue's when it is looked at */
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
	int rc;

	if ((op == MSG_STAT_ANY && no_stat_any) || (op == MSG_INFO && no_msg_info) ||
	    (op == IPC_INFO && no_ipc_info)) {
		errno = EINVAL;
		return -1;
	}
	if (op == IPC_SET && set_error) {
		errno = set_error;
		return -1;
	}
	rc = __real_msgctl(msqid, op, buf);
	if ((op == MSG_STAT_ANY && rc == gone) || (op == IPC_STAT && msqid == gone)) {
		errno = EINVAL;
		return -1;
	}
	return rc;
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
	no_stat_any = no_msg_info = no_ipc_info = false;
	set_error = 0;
	gone = -1;
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

/* A queue goes between the list and the look at its msg_qbytes: the list is of the others. */
static void test_gone_meanwhile(void **state)
{
	struct queue_list list = { 0 };

	(void)state;
	gone = ids[QUEUES - 3];
	assert_int_equal(queue_list(&list, QUEUE_MASK_SYSV, STAT_QBYTES), 0);
	assert_int_equal(list.n, KEPT - 1);
	for (size_t i = 0; i < list.n; i++) {
		const struct queue_stat *st = &list.items[i];

		assert_int_equal(st->msqid, ids[QUEUES - KEPT + i + (i >= KEPT - 3)]);
		assert_true(st->have & STAT_QBYTES && st->qbytes > 0);
	}
	queue_list_free(&list);
}

static struct queue_ref last_of_ours(void)
{
	return (struct queue_ref){ .kind = QUEUE_SYSV, .by = QUEUE_BY_ID, .msqid = ids[QUEUES - 1] };
}

/* EINVAL of IPC_SET on a queue that is there: an owner that cannot be. */
static void test_set_refused(void **state)
{
	const struct queue_attr attr = { .have = ATTR_OWNER, .uid = 1234 };
	struct queue_ref ref = last_of_ours();
	struct queue_stat st = { 0 };

	(void)state;
	set_error = EINVAL;
	assert_int_equal(queue_set(&ref, &attr), -EINVAL);
	set_error = EPERM;
	assert_int_equal(queue_set(&ref, &attr), -EPERM);
	assert_int_equal(queue_rights(&ref, &st), 0);
	assert_int_equal(st.uid, geteuid());
}

/* ---- limits that are not told ---- */

/* Files cannot be read, from the next one on that is. */
static void no_file(void)
{
	read_error = EIO;
	reads_before_error = 0;
}

static size_t largest(void)
{
	struct queue_ref ref = last_of_ours();
	struct queue *q;
	size_t size;

	assert_int_equal(queue_open(&q, &ref, 0), 0);
	size = queue_max_message(q);
	queue_close(q);
	return size;
}

static void test_msgmax_not_told(void **state)
{
	struct queue_ref ref = last_of_ours();
	struct queue_stat st = { 0 };
	size_t told = largest();

	(void)state;
	no_ipc_info = true;
	assert_int_equal(largest(), told); /* by /proc/sys/kernel/msgmax */
	no_file();
	assert_int_equal(queue_rights(&ref, &st), 0);
	assert_int_equal(largest(), st.qbytes); /* no more is known */
}

static void plain(const struct queue_attempt *a, int error, const char *expected)
{
	struct buffer why = { 0 };

	no_file();
	assert_false(queue_explain(a, error, &why));
	assert_string_equal(buffer_string(&why), expected);
	buffer_free(&why);
}

static void test_not_explained(void **state)
{
	static const char refused[] = "not permitted: only the owner, the creator or a privileged"
				      " user may";
	const struct queue_attr huge = { .have = ATTR_QBYTES, .qbytes = UINT32_MAX };
	struct queue_ref ref = last_of_ours();
	struct queue_attempt set = { .op = QUEUE_OP_SET, .ref = &ref, .attr = &huge };
	struct queue_attempt create = { .op = QUEUE_OP_CREATE, .ref = &ref, .attr = &huge };
	struct queue_attempt send = { .op = QUEUE_OP_SEND, .ref = &ref, .size = 1 };

	(void)state;
	plain(&send, -EMSGSIZE, strerror(EMSGSIZE));
	no_ipc_info = true;
	plain(&create, -EPERM, "not permitted: a seccomp filter or a security module forbids it");
	plain(&create, -ENOSPC, "as many System V queues exist as kernel.msgmni allows");
	plain(&send, -ENOSPC, strerror(ENOSPC));
	/* Gone by now: nobody's to change. */
	read_error = 0;
	gone = ref.msqid;
	no_ipc_info = false;
	plain(&set, -EPERM, refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_pieces, as_before),
		cmocka_unit_test_setup(test_old_kernels, as_before),
		cmocka_unit_test_setup(test_read_error, as_before),
		cmocka_unit_test_setup(test_out_of_memory, as_before),
		cmocka_unit_test_setup(test_gone_meanwhile, as_before),
		cmocka_unit_test_setup(test_set_refused, as_before),
		cmocka_unit_test_setup(test_msgmax_not_told, as_before),
		cmocka_unit_test_setup(test_not_explained, as_before),
	};

	return cmocka_run_group_tests(tests, make_queues, remove_queues);
}
