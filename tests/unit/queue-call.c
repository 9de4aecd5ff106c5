/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-call.c - tests of what the backends make of the kernel's answers
 *
 * The kernel is a script: linked with --wrap of the system calls that move messages, of msgctl and
 * mq_getattr.  No queue is made.  The waits are wrapped too, though they are ours: what ends one comes
 * at the interruption that the test chooses; real ones are in wait.c.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <mqueue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "base/wait.h"
#include "queue/queue-backend.h"
#include "queue/queue.h"
#include "wrap.h"

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif

/* ---- the kernel ---- */

#define ANSWERS 8

/* What the calls answer in turn: bytes received or 0, or -errno. */
static struct {
	int answers[ANSWERS];
	int n, used;
	int flags[ANSWERS]; /* of each call */
	bool wait[ANSWERS];
	int causes[ANSWERS]; /* of each interruption; 0: none */
	int interrupted;
	int begin_error;
	int begun, ended;
	int64_t timeout_ns;
	int checked;    /* what check returned while the call was blocked */
	bool started;   /* there has been a wait */
	int stat_error; /* of msgctl(2) */
	unsigned long qbytes, cbytes;
	int msgmax;
	long room; /* mq_msgsize */
} kernel;

static void script(int n, const int *answers)
{
	memset(&kernel, 0, sizeof(kernel));
	if (n)
		memcpy(kernel.answers, answers, (size_t)n * sizeof(*answers));
	kernel.n = n;
	kernel.qbytes = 16384;
	kernel.msgmax = 8192;
	kernel.room = 64;
}

#define SCRIPT(...) \
	script((int)ARRAY_SIZE(((const int[]){ __VA_ARGS__ })), (const int[]){ __VA_ARGS__ })

static int answer(int flags, bool wait)
{
	int rc;

	assert_true(kernel.used < kernel.n);
	kernel.flags[kernel.used] = flags;
	kernel.wait[kernel.used] = wait;
	rc = kernel.answers[kernel.used++];
	if (rc >= 0)
		return rc;
	errno = -rc;
	return -1;
}

/* All that was foreseen has been asked, and each wait begun has ended. */
static void all_asked(void)
{
	assert_int_equal(kernel.used, kernel.n);
	assert_int_equal(kernel.begun, kernel.ended);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __wrap_msgsnd(int msqid, const void *msgp, size_t size, int flags);
ssize_t __wrap_msgrcv(int msqid, void *msgp, size_t room, long type, int flags);

int __wrap_msgsnd(int msqid, const void *msgp, size_t size, int flags)
{
	long type;

	assert_int_equal(msqid, 7);
	memcpy(&type, msgp, sizeof(type));
	assert_int_equal(type, 42);
	assert_int_equal(size, 4);
	return answer(flags, !(flags & IPC_NOWAIT));
}

ssize_t __wrap_msgrcv(int msqid, void *msgp, size_t room, long type, int flags)
{
	const long got = 42;
	int rc = answer(flags, !(flags & IPC_NOWAIT));

	assert_int_equal(msqid, 7);
	assert_true(room >= 8);
	(void)type;
	/* msgrcv(2) may write even if it fails. */
	memcpy(msgp, &got, sizeof(got));
	if (rc > 0)
		memset((char *)msgp + sizeof(got), 'm', (size_t)rc);
	return rc;
}

static int answer_mq_send(int fd, const char *data, size_t len, unsigned int priority, bool wait)
{
	assert_int_equal(fd, 7);
	assert_memory_equal(data, "body", 4);
	assert_int_equal(len, 4);
	assert_int_equal(priority, 42);
	return answer(0, wait);
}

static ssize_t answer_mq_receive(int fd, char *data, size_t room, unsigned int *priority, bool wait)
{
	int rc = answer(0, wait);

	assert_int_equal(fd, 7);
	assert_true(room >= 64);
	if (rc >= 0)
		*priority = 42;
	if (rc > 0)
		memset(data, 'm', (size_t)rc);
	return rc;
}

/* A call that does not wait has a time that is past. */
static bool waits(long limit)
{
	const struct timespec *time = (const struct timespec *)limit;

	assert_true(!time || (time->tv_sec == 0 && time->tv_nsec == 0));
	return !time;
}

long __wrap_syscall(long number, ...)
{
	long a[6];

	WRAP_ARGS(a, number);
	switch (number) {
#ifdef SYS_msgsnd
	case SYS_msgsnd:
		return __wrap_msgsnd((int)a[0], (const void *)a[1], (size_t)a[2], (int)a[3]);
	case SYS_msgrcv:
		return __wrap_msgrcv((int)a[0], (void *)a[1], (size_t)a[2], a[3], (int)a[4]);
#endif
	case SYS_mq_timedsend:
		return answer_mq_send((int)a[0], (const char *)a[1], (size_t)a[2],
				      (unsigned int)a[3], waits(a[4]));
	case SYS_mq_timedreceive:
		return answer_mq_receive((int)a[0], (char *)a[1], (size_t)a[2],
					 (unsigned int *)a[3], waits(a[4]));
	default:
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	}
}

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf);
WRAP_ALSO(msgctl, __msgctl64);
int __wrap_mq_getattr(mqd_t queue, struct mq_attr *attr);

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf)
{
	if (op == IPC_INFO) {
		((struct msginfo *)(void *)buf)->msgmax = kernel.msgmax;
		return 0;
	}
	assert_int_equal(msqid, 7);
	assert_true(op == MSG_STAT_ANY || op == IPC_STAT);
	if (kernel.stat_error) {
		errno = kernel.stat_error;
		return -1;
	}
	buf->msg_qbytes = kernel.qbytes;
	buf->__msg_cbytes = kernel.cbytes;
	return op == MSG_STAT_ANY ? 7 : 0;
}

/* Opened, they are number 7. */
int __wrap_msgget(key_t key, int flags);
mqd_t __wrap_mq_open(const char *name, int flags, ...);
mqd_t __wrap___mq_open_2(const char *name, int flags);
int __wrap_mq_close(mqd_t queue);

int __wrap_msgget(key_t key, int flags)
{
	(void)key;
	(void)flags;
	return 7;
}

mqd_t __wrap_mq_open(const char *name, int flags, ...)
{
	(void)name;
	(void)flags;
	return 7;
}

/* With _FORTIFY_SOURCE. */
mqd_t __wrap___mq_open_2(const char *name, int flags)
{
	(void)name;
	(void)flags;
	return 7;
}

int __wrap_mq_close(mqd_t queue)
{
	(void)queue;
	return 0;
}

int __wrap_mq_getattr(mqd_t queue, struct mq_attr *attr)
{
	assert_int_equal(queue, 7);
	if (kernel.stat_error) {
		errno = kernel.stat_error;
		return -1;
	}
	*attr = (struct mq_attr){ .mq_maxmsg = 10, .mq_msgsize = kernel.room };
	return 0;
}

/* ---- the wait ---- */

ssize_t __wrap_wait_call(int64_t timeout_ns, ssize_t (*call)(void *arg), int (*check)(void *arg),
			 void *arg);
bool __wrap_wait_started(void);

ssize_t __wrap_wait_call(int64_t timeout_ns, ssize_t (*call)(void *arg), int (*check)(void *arg),
			 void *arg)
{
	int cause = 0;
	ssize_t n;

	if (kernel.begin_error)
		return kernel.begin_error;
	kernel.begun++;
	kernel.timeout_ns = timeout_ns;
	do {
		n = call(arg);
		if (n == -EINTR && check)
			kernel.checked = check(arg);
		if (n == -EINTR)
			cause = kernel.causes[kernel.interrupted++];
	} while (n == -EINTR && !cause);
	kernel.ended++;
	return n == -EINTR ? cause : n;
}

bool __wrap_wait_started(void)
{
	return kernel.started;
}

/* ---- one queue of each kind ---- */

static struct queue *q;
/* In front of the body stands what is not ours: its last bytes must come back. */
static char memory[MESSAGE_HEADROOM + 64];
static struct message m;

static void open_queue(const struct queue_backend *backend)
{
	static const struct queue_ref key = { .kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .key = 1 };
	static const struct queue_ref name = { .kind = QUEUE_POSIX,
					       .by = QUEUE_BY_NAME,
					       .name = "/q" };
	bool sysv = backend == &queue_backend_sysv;

	kernel.stat_error = 0;
	kernel.room = 64;
	queue_close(q);
	assert_int_equal(queue_open(&q, sysv ? &key : &name, QUEUE_READ | QUEUE_WRITE), 0);
	memset(memory, 0xaa, sizeof(memory));
	memcpy(memory + MESSAGE_HEADROOM, "body", 4);
	m = (struct message){ .have = sysv ? MESSAGE_HAS_TYPE : MESSAGE_HAS_PRIORITY,
			      .type = 42,
			      .priority = 42,
			      .data = memory + MESSAGE_HEADROOM,
			      .len = 4 };
}

static void headroom_is_untouched(void)
{
	for (size_t i = 0; i < MESSAGE_HEADROOM; i++)
		assert_int_equal((unsigned char)memory[i], 0xaa);
}

static int send(int64_t timeout_ns)
{
	int rc = queue_send(q, &m, timeout_ns);

	headroom_is_untouched();
	assert_memory_equal(m.data, "body", 4);
	return rc;
}

static int take(int64_t timeout_ns)
{
	const struct queue_select any = { 0 };
	int rc;

	m.have = 0;
	m.len = 99;
	rc = queue_take(q, &m, 64, &any, timeout_ns);
	headroom_is_untouched();
	if (rc < 0)
		assert_int_equal(m.have, 0);
	return rc;
}

static const struct queue_backend *const kinds[] = { &queue_backend_sysv, &queue_backend_posix };

/* How the kind says "nothing there" and "no room" if it was not to wait. */
static int empty_error(size_t kind)
{
	return kind == 0 ? -ENOMSG : -ETIMEDOUT;
}

static int full_error(size_t kind)
{
	return kind == 0 ? -EAGAIN : -ETIMEDOUT;
}

/* ---- taking ---- */

static void test_take_at_once(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(5);
		assert_int_equal(take(QUEUE_WAIT_FOREVER), 0);
		assert_int_equal(m.len, 5);
		assert_memory_equal(m.data, "mmmmm", 5);
		assert_int_equal(kind == 0 ? m.type : (long)m.priority, 42);
		assert_int_equal(m.have, kind == 0 ? MESSAGE_HAS_TYPE : MESSAGE_HAS_PRIORITY);
		assert_false(kernel.wait[0]);
		assert_int_equal(kernel.begun, 0);
		all_asked();

		SCRIPT(empty_error(kind));
		assert_int_equal(take(QUEUE_NO_WAIT), -EAGAIN);
		assert_int_equal(kernel.begun, 0);
		all_asked();
	}
}

static void test_take_waits(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(empty_error(kind), 0);
		assert_int_equal(take(12345), 0);
		assert_int_equal(m.len, 0);
		assert_true(kernel.wait[1]);
		assert_int_equal(kernel.begun, 1);
		assert_int_equal(kernel.timeout_ns, 12345);
		all_asked();
	}
}

/* A signal that is not a cause to stop: the call is made again. */
static void test_take_interrupted(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(empty_error(kind), -EINTR, -EINTR, -EINTR, 5);
		assert_int_equal(take(QUEUE_WAIT_FOREVER), 0);
		assert_int_equal(m.len, 5);
		all_asked();
	}
}

static void test_take_ends_for_cause(void **state)
{
	static const int causes[] = { -EINTR, -ETIMEDOUT, -EPIPE, -EIDRM };

	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
			open_queue(kinds[kind]);
			SCRIPT(empty_error(kind), -EINTR, -EINTR);
			kernel.causes[1] = causes[i];
			assert_int_equal(take(QUEUE_WAIT_FOREVER), causes[i]);
			all_asked();
		}
	}
}

/* The message came as the signal did: it has been taken, whatever the cause. */
static void test_take_wins_over_cause(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(empty_error(kind), 5);
		kernel.causes[0] = -EINTR;
		assert_int_equal(take(QUEUE_WAIT_FOREVER), 0);
		assert_int_equal(m.len, 5);
		all_asked();
	}
}

static void test_take_without_helper(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(empty_error(kind));
		kernel.begin_error = -EAGAIN;
		assert_int_equal(take(QUEUE_WAIT_FOREVER), -EAGAIN);
		all_asked();
	}
}

static void test_take_errors(void **state)
{
	static const struct {
		size_t kind;
		int answer, rc;
	} cases[] = {
		{ 0, -EIDRM, -EIDRM },  /* removed under us */
		{ 0, -EINVAL, -EIDRM }, /* removed before: the msqid is stale */
		{ 0, -E2BIG, -E2BIG },  { 0, -EACCES, -EACCES },   { 0, -ENOSYS, -ENOSYS },
		{ 1, -EBADF, -EBADF },  { 1, -EBADMSG, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t kind = cases[i].kind;

		open_queue(kinds[kind]);
		SCRIPT(cases[i].answer);
		assert_int_equal(take(QUEUE_WAIT_FOREVER), cases[i].rc);
		all_asked();
		/* The same out of a wait. */
		open_queue(kinds[kind]);
		SCRIPT(empty_error(kind), cases[i].answer);
		assert_int_equal(take(QUEUE_WAIT_FOREVER), cases[i].rc);
		all_asked();
	}
}

static void test_posix_room(void **state)
{
	const struct queue_select any = { 0 };

	(void)state;
	open_queue(&queue_backend_posix);
	script(0, NULL);
	assert_int_equal(queue_take(q, &m, 63, &any, QUEUE_NO_WAIT), -E2BIG);
	assert_int_equal(queue_room_wanted(q), 64);
	assert_int_equal(queue_max_message(q), 64);
	kernel.stat_error = EBADF;
	assert_true(queue_max_message(q) == SIZE_MAX);
}

static void test_sysv_room(void **state)
{
	(void)state;
	open_queue(&queue_backend_sysv);
	script(0, NULL);
	/* msgmax was lowered after a larger message came. */
	kernel.cbytes = 20000;
	assert_int_equal(queue_room_wanted(q), 20000);
	assert_int_equal(queue_max_message(q), 8192);
	kernel.qbytes = 100;
	assert_int_equal(queue_max_message(q), 100);
	kernel.stat_error = EACCES;
	assert_int_equal(queue_room_wanted(q), 8192);
	assert_int_equal(queue_max_message(q), 8192);
}

/* ---- sending ---- */

static void test_send_at_once(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(0);
		assert_int_equal(send(QUEUE_WAIT_FOREVER), 0);
		assert_false(kernel.wait[0]);
		all_asked();

		SCRIPT(full_error(kind));
		assert_int_equal(send(QUEUE_NO_WAIT), -EAGAIN);
		assert_int_equal(kernel.begun, 0);
		all_asked();
	}
}

static void test_send_waits(void **state)
{
	static const int causes[] = { -EINTR, -ETIMEDOUT, -EIDRM, -EMSGSIZE };

	(void)state;
	for (size_t kind = 0; kind < 2; kind++) {
		open_queue(kinds[kind]);
		SCRIPT(full_error(kind), -EINTR, -EINTR, 0);
		assert_int_equal(send(12345), 0);
		assert_true(kernel.wait[1]);
		assert_int_equal(kernel.timeout_ns, 12345);
		all_asked();
		for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
			open_queue(kinds[kind]);
			SCRIPT(full_error(kind), -EINTR);
			kernel.causes[0] = causes[i];
			assert_int_equal(send(QUEUE_WAIT_FOREVER), causes[i]);
			all_asked();
		}
		/* Sent is sent, whatever came with it. */
		open_queue(kinds[kind]);
		SCRIPT(full_error(kind), 0);
		kernel.causes[0] = -EINTR;
		assert_int_equal(send(QUEUE_WAIT_FOREVER), 0);
		all_asked();

		open_queue(kinds[kind]);
		SCRIPT(full_error(kind));
		kernel.begin_error = -EMFILE;
		assert_int_equal(send(QUEUE_WAIT_FOREVER), -EMFILE);
		all_asked();
	}
}

static void test_send_errors(void **state)
{
	static const struct {
		size_t kind;
		int answer, rc;
	} cases[] = {
		{ 0, -EIDRM, -EIDRM },   { 0, -EINVAL, -EIDRM },      { 0, -EACCES, -EACCES },
		{ 0, -ENOMEM, -ENOMEM }, { 1, -EMSGSIZE, -EMSGSIZE }, { 1, -EBADF, -EBADF },
		{ 1, -ENOMEM, -ENOMEM },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t kind = cases[i].kind;

		open_queue(kinds[kind]);
		SCRIPT(cases[i].answer);
		assert_int_equal(send(QUEUE_WAIT_FOREVER), cases[i].rc);
		all_asked();
		open_queue(kinds[kind]);
		SCRIPT(full_error(kind), cases[i].answer);
		assert_int_equal(send(QUEUE_WAIT_FOREVER), cases[i].rc);
		all_asked();
	}
}

/* EINVAL of msgsnd(2): over msgmax, or the queue is gone. */
static void test_send_over_msgmax(void **state)
{
	(void)state;
	open_queue(&queue_backend_sysv);
	SCRIPT(-EINVAL);
	kernel.msgmax = 3;
	assert_int_equal(send(QUEUE_WAIT_FOREVER), -EMSGSIZE);
	SCRIPT(-EINVAL);
	kernel.msgmax = 4;
	assert_int_equal(send(QUEUE_WAIT_FOREVER), -EIDRM);
}

/* EAGAIN of msgsnd(2) also comes for what will never fit. */
static void test_send_never_fits(void **state)
{
	(void)state;
	for (unsigned long qbytes = 0; qbytes < 4; qbytes++) {
		open_queue(&queue_backend_sysv);
		SCRIPT(-EAGAIN);
		kernel.qbytes = qbytes;
		assert_int_equal(send(QUEUE_WAIT_FOREVER), -EMSGSIZE);
		assert_int_equal(kernel.begun, 0);
		SCRIPT(-EAGAIN);
		kernel.qbytes = qbytes;
		assert_int_equal(send(QUEUE_NO_WAIT), -EMSGSIZE);
	}
	open_queue(&queue_backend_sysv);
	SCRIPT(-EAGAIN);
	kernel.qbytes = 4;
	assert_int_equal(send(QUEUE_NO_WAIT), -EAGAIN);
	/* Gone in the meantime. */
	open_queue(&queue_backend_sysv);
	SCRIPT(-EAGAIN);
	kernel.stat_error = EINVAL;
	assert_int_equal(send(QUEUE_WAIT_FOREVER), -EIDRM);
	/* A queue that may not be looked at can be waited for. */
	open_queue(&queue_backend_sysv);
	SCRIPT(-EAGAIN, 0);
	kernel.stat_error = EACCES;
	assert_int_equal(send(QUEUE_WAIT_FOREVER), 0);
	all_asked();
}

/* While the send is blocked the helper looks whether the message can still fit. */
static int checked_while_blocked(unsigned long qbytes, int stat_error)
{
	open_queue(&queue_backend_sysv);
	SCRIPT(-EAGAIN);
	assert_int_equal(send(QUEUE_NO_WAIT), -EAGAIN);
	SCRIPT(-EAGAIN, -EINTR);
	kernel.causes[0] = -ETIMEDOUT;
	kernel.qbytes = qbytes;
	kernel.stat_error = stat_error;
	assert_int_equal(send(QUEUE_WAIT_FOREVER), -ETIMEDOUT);
	all_asked();
	return kernel.checked;
}

static void test_send_check(void **state)
{
	(void)state;
	assert_int_equal(checked_while_blocked(4, 0), 0);
	assert_int_equal(checked_while_blocked(3, 0), -EMSGSIZE);
	assert_int_equal(checked_while_blocked(0, 0), -EMSGSIZE);
	assert_int_equal(checked_while_blocked(4, EINVAL), -EIDRM);
	assert_int_equal(checked_while_blocked(4, EACCES), 0);
}

/* ---- looking ---- */

static int peek(void)
{
	int rc;

	m.have = 0;
	rc = queue_peek(q, &m, 64, 3);
	headroom_is_untouched();
	return rc;
}

static void test_peek(void **state)
{
	(void)state;
	open_queue(&queue_backend_sysv);
	SCRIPT(5);
	assert_int_equal(peek(), 0);
	assert_int_equal(m.len, 5);
	assert_true(kernel.flags[0] & IPC_NOWAIT);
	SCRIPT(-ENOMSG);
	assert_int_equal(peek(), -ENOMSG);
	SCRIPT(-E2BIG);
	assert_int_equal(peek(), -E2BIG);
	SCRIPT(-ENOSYS);
	assert_int_equal(peek(), -ENOSYS);
	SCRIPT(-EACCES);
	assert_int_equal(peek(), -EACCES);
	/* EINVAL: over today's msgmax, or gone. */
	SCRIPT(-EINVAL);
	assert_int_equal(peek(), -EMSGSIZE);
	SCRIPT(-EINVAL);
	kernel.stat_error = EINVAL;
	assert_int_equal(peek(), -EIDRM);
	assert_int_equal(queue_peek(q, &m, 64, SIZE_MAX), -ENOMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_at_once),
		cmocka_unit_test(test_take_waits),
		cmocka_unit_test(test_take_interrupted),
		cmocka_unit_test(test_take_ends_for_cause),
		cmocka_unit_test(test_take_wins_over_cause),
		cmocka_unit_test(test_take_without_helper),
		cmocka_unit_test(test_take_errors),
		cmocka_unit_test(test_posix_room),
		cmocka_unit_test(test_sysv_room),
		cmocka_unit_test(test_send_at_once),
		cmocka_unit_test(test_send_waits),
		cmocka_unit_test(test_send_errors),
		cmocka_unit_test(test_send_over_msgmax),
		cmocka_unit_test(test_send_never_fits),
		cmocka_unit_test(test_send_check),
		cmocka_unit_test(test_peek),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
