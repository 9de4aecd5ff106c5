/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs-parse.c - tests of reading the files of /proc
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/util.h"
#include "show/procs.h"

/* ---- syscall ---- */

static void test_syscall(void **state)
{
	struct proc_syscall call;

	(void)state;
	assert_true(proc_parse_syscall("70 0x8000 0x7ffe1 0x2000 0x4d 0x0 0xffffffffffffffff"
				       " 0x7ffd00 0x7f11\n",
				       &call));
	assert_int_equal(call.nr, 70);
	assert_int_equal(call.arg[0], 0x8000);
	assert_int_equal(call.arg[1], 0x7ffe1);
	assert_int_equal(call.arg[3], 77);
	assert_true(call.arg[5] == UINT64_MAX);
}

static void test_syscall_refused(void **state)
{
	static const char *const texts[] = {
		"running\n",
		"-1 0x7ffd00 0x7f11\n",
		"",
		"\n",
		"70\n",
		"70 0x1 0x2 0x3 0x4 0x5\n",
		"70 1 2 3 4 5 6 7 8\n",
		"70 0x 0x2 0x3 0x4 0x5 0x6\n",
		" 70 0x1 0x2 0x3 0x4 0x5 0x6",
		"70 0x1 0x2 0x3 0x4 0x5 -0x6\n",
		"70  0x1 0x2 0x3 0x4 0x5 0x6\n",
	};
	struct proc_syscall call;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (proc_parse_syscall(texts[i], &call))
			fail_msg("taken: %s", texts[i]);
	}
}

/* ---- wchan ---- */

static void test_wchan(void **state)
{
	static const struct {
		const char *text;
		enum proc_sleep sleep;
	} cases[] = {
		{ "do_msgrcv", SLEEP_MSGRCV },
		{ "do_msgrcv.constprop.0", SLEEP_MSGRCV },
		{ "do_msgsnd", SLEEP_MSGSND },
		{ "ksys_msgsnd", SLEEP_MSGSND },
		{ "wq_sleep", SLEEP_MQUEUE },
		{ "wq_sleep.isra.0", SLEEP_MQUEUE },
		{ "do_mq_timedreceive", SLEEP_MQUEUE },
		{ "__do_sys_mq_timedsend", SLEEP_MQUEUE },
		{ "0", SLEEP_ELSEWHERE },
		{ "", SLEEP_ELSEWHERE },
		{ "do_epoll_wait", SLEEP_ELSEWHERE },
		{ "swq_sleep", SLEEP_ELSEWHERE },
		{ "futex_wait_queue", SLEEP_ELSEWHERE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		if (proc_parse_wchan(cases[i].text) != cases[i].sleep)
			fail_msg("%s", cases[i].text);
	}
}

/* ---- decoding ---- */

static void test_decode_msgrcv(void **state)
{
	struct proc_syscall call = { SYS_msgrcv, { 32769, 0x1000, 8192, (uint64_t)-7, 0 } };
	struct proc_waiter waiter = { 0 };
	int fd = -1;

	(void)state;
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_int_equal(waiter.kind, QUEUE_SYSV);
	assert_false(waiter.sender);
	assert_int_equal(waiter.msqid, 32769);
	assert_int_equal(waiter.type, -7);
	assert_int_equal(waiter.size, 8192);
	assert_false(waiter.except);

	call.arg[4] = 020000; /* MSG_EXCEPT: means something with a positive type only */
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_false(waiter.except);
	call.arg[3] = 7;
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_true(waiter.except);
	assert_int_equal(waiter.type, 7);
}

static void test_decode_msgsnd(void **state)
{
	const struct proc_syscall call = { SYS_msgsnd, { 0, 0x1000, 64, 0 } };
	struct proc_waiter waiter = { .msqid = -1 };
	int fd = -1;

	(void)state;
	assert_true(proc_decode(SLEEP_MSGSND, &call, &waiter, &fd));
	assert_int_equal(waiter.kind, QUEUE_SYSV);
	assert_true(waiter.sender);
	assert_int_equal(waiter.msqid, 0);
	assert_int_equal(waiter.size, 64);
}

#if defined SYS_mq_timedsend && defined SYS_mq_timedreceive
static void test_decode_mqueue(void **state)
{
	struct proc_syscall call = { SYS_mq_timedsend, { 7, 0x1000, 100, 31, 0 } };
	struct proc_waiter waiter = { 0 };
	int fd = -1;

	(void)state;
	assert_true(proc_decode(SLEEP_MQUEUE, &call, &waiter, &fd));
	assert_int_equal(waiter.kind, QUEUE_POSIX);
	assert_true(waiter.sender);
	assert_int_equal(waiter.size, 100);
	assert_int_equal(waiter.priority, 31);
	assert_int_equal(fd, 7);

	/* Behind a receiver's fourth argument lies an address, not a priority. */
	call = (struct proc_syscall){ SYS_mq_timedreceive, { 3, 0x1000, 8192, 0x7ffe0000, 0 } };
	assert_true(proc_decode(SLEEP_MQUEUE, &call, &waiter, &fd));
	assert_false(waiter.sender);
	assert_int_equal(waiter.size, 8192);
	assert_int_equal(waiter.priority, 0);
	assert_int_equal(fd, 3);
}
#endif

#if defined __x86_64__ || defined __i386__
/* A program of the other width, with its own numbers. */
static void test_decode_other_abi(void **state)
{
	struct proc_syscall call = { 70, { 5, 0x1000, 8192, (uint64_t)-7, 0 } };
	struct proc_waiter waiter = { 0 };
	int fd = -1;

	(void)state;
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_int_equal(waiter.type, -7);
	call.arg[3] = (uint64_t)1 << 40; /* fits no 32-bit program's long */
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_int_equal(waiter.untold, sizeof(long) == 4);
	call = (struct proc_syscall){ 401, { 5, 0x1000, 8192, 0xfffffff9, 0 } };
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_int_equal(waiter.type, -7);
	assert_false(waiter.untold);
	/* ipc(2), as glibc has it: the type is in memory. */
	call = (struct proc_syscall){ 117, { 12, 6, 100, 0, 0xffd00000, 0 } };
	assert_true(proc_decode(SLEEP_MSGRCV, &call, &waiter, &fd));
	assert_false(waiter.sender);
	assert_int_equal(waiter.msqid, 6);
	assert_int_equal(waiter.size, 100);
	assert_true(waiter.untold);
	waiter = (struct proc_waiter){ 0 };
	call.arg[0] = 11;
	assert_true(proc_decode(SLEEP_MSGSND, &call, &waiter, &fd));
	assert_true(waiter.sender);
	assert_false(waiter.untold);
	for (size_t i = 0; i < 3; i++) {
		call = (struct proc_syscall){ (const long[]){ 242, 279, 418 }[i], { 7, 0, 9, 3 } };
		assert_true(proc_decode(SLEEP_MQUEUE, &call, &waiter, &fd));
		assert_true(waiter.sender);
		call.nr++;
		assert_true(proc_decode(SLEEP_MQUEUE, &call, &waiter, &fd));
		assert_false(waiter.sender);
		assert_int_equal(fd, 7);
	}
}
#endif

/* Where it sleeps does not fit the call. */
static void test_decode_refused(void **state)
{
	const struct proc_syscall receive = { SYS_msgrcv, { 1, 2, 3, 4, 5 } };
	const struct proc_syscall send = { SYS_msgsnd, { 1, 2, 3, 4, 5 } };
	const struct proc_syscall other = { SYS_getpid, { 0 } };
	struct proc_waiter waiter;
	int fd;

	(void)state;
	assert_false(proc_decode(SLEEP_MSGSND, &receive, &waiter, &fd));
	assert_false(proc_decode(SLEEP_MQUEUE, &receive, &waiter, &fd));
	assert_false(proc_decode(SLEEP_ELSEWHERE, &receive, &waiter, &fd));
	assert_false(proc_decode(SLEEP_MSGRCV, &send, &waiter, &fd));
	assert_false(proc_decode(SLEEP_MQUEUE, &other, &waiter, &fd));
	assert_false(proc_decode(SLEEP_MSGRCV, &other, &waiter, &fd));
}

/* ---- fdinfo, sched, stat ---- */

static void test_fdinfo(void **state)
{
	unsigned int flags = 0;

	(void)state;
	assert_true(
		proc_parse_fdinfo("pos:\t0\nflags:\t0100002\nmnt_id:\t15\nino:\t6731\n", &flags));
	assert_int_equal(flags, 0100002);
	assert_true(proc_parse_fdinfo("flags:\t00\n", &flags));
	assert_int_equal(flags, 0);
	assert_false(proc_parse_fdinfo("pos:\t0\n", &flags));
	assert_false(proc_parse_fdinfo("flags:\t\nmnt_id:\t15\n", &flags));
	assert_false(proc_parse_fdinfo("eventfd-flags:\t02\n", &flags));
	assert_false(proc_parse_fdinfo("", &flags));
}

static void test_sched(void **state)
{
	int64_t ns = -1;

	(void)state;
	assert_true(proc_parse_sched("worker (901, #threads: 1)\n-----\n"
				     "se.exec_start                                :"
				     "     123456789.000123\nse.vruntime : 1.5\n",
				     &ns));
	assert_true(ns == 123456789000123);
	/* A command of that name is not the line. */
	assert_false(proc_parse_sched("worker (901, #threads: 1)\nse.vruntime : 1.5\n", &ns));
	assert_false(proc_parse_sched("se.exec_start : \n", &ns));
	assert_false(proc_parse_sched("se.exec_start : 12\n", &ns));
	assert_false(proc_parse_sched("se.exec_start", &ns));
	assert_false(proc_parse_sched("se.exec_start : 99999999999999999999.000001\n", &ns));
	assert_true(ns == 123456789000123);
}

#define STAT_TAIL \
	" 1 901 901 0 -1 4194560 100 0 0 0 5 3 0 0 20 0 1 0 1234567 8192 100 18446744073709551615"

static void test_stat(void **state)
{
	/* A command may be called like the rest of the line. */
	static const char *const names[] = { "worker", "a b", ") S 1", "((", ")", "x) R 1 (y", "" };
	struct proc_stat stat;
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "901 (%s) S" STAT_TAIL "\n", names[i]);
		memset(&stat, 0, sizeof(stat));
		assert_true(proc_parse_stat(text, &stat));
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.flags, 4194560);
		assert_int_equal(stat.start, 1234567);
	}
	assert_false(proc_parse_stat("", &stat));
	assert_false(proc_parse_stat("901 (worker", &stat));
	assert_false(proc_parse_stat("901 (worker)", &stat));
	assert_false(proc_parse_stat("901 (worker) S", &stat));
	assert_false(proc_parse_stat("901 (worker) S 1 901 901 0 -1 4194560 100 0", &stat));
}

/* ---- finding one queue's ---- */

static void test_runs(void **state)
{
	struct proc_waiter waiters[] = {
		{ .kind = QUEUE_SYSV, .msqid = 3, .tid = 1 },
		{ .kind = QUEUE_SYSV, .msqid = 7, .tid = 2, .sender = true },
		{ .kind = QUEUE_SYSV, .msqid = 7, .tid = 3 },
		{ .kind = QUEUE_POSIX, .dev = 1, .ino = 5, .tid = 4, .sender = true },
		{ .kind = QUEUE_POSIX, .dev = 2, .ino = 5, .tid = 5 },
	};
	struct proc_holder holders[] = {
		{ .dev = 1, .ino = 5, .pid = 4 },
		{ .dev = 1, .ino = 5, .pid = 9 },
		{ .dev = 1, .ino = 6, .pid = 4 },
	};
	const struct procs procs = { .waiters = waiters,
				     .nwaiters = ARRAY_SIZE(waiters),
				     .holders = holders,
				     .nholders = ARRAY_SIZE(holders) };
	struct queue_stat queues[] = {
		{ .kind = QUEUE_SYSV, .msqid = 7 },
		{ .kind = QUEUE_SYSV, .msqid = 8 },
		{ .kind = QUEUE_POSIX, .have = STAT_INODE, .dev = 1, .ino = 5 },
		{ .kind = QUEUE_POSIX, .dev = 1, .ino = 5 }, /* not known which it is */
	};
	const struct proc_waiter *waiter;
	const struct proc_holder *holder;

	(void)state;
	assert_int_equal(procs_waiters_of(&procs, &queues[0], &waiter), 2);
	assert_ptr_equal(waiter, &waiters[1]);
	assert_int_equal(procs_waiters_of(&procs, &queues[1], &waiter), 0);
	assert_int_equal(procs_holders_of(&procs, &queues[0], &holder), 0);
	assert_int_equal(procs_holders_of(&procs, &queues[2], &holder), 2);
	assert_ptr_equal(holder, &holders[0]);

	procs_count(&procs, queues, ARRAY_SIZE(queues));
	assert_int_equal(queues[0].receivers, 1);
	assert_int_equal(queues[0].senders, 1);
	assert_int_equal(queues[1].receivers + queues[1].senders, 0);
	assert_true(queues[1].have & STAT_WAITING);
	assert_int_equal(queues[2].senders, 1);
	assert_int_equal(queues[2].receivers, 0);
	assert_false(queues[3].have & STAT_WAITING);
}

/* Nobody was found: that is known only if all could be looked at. */
static void test_partial(void **state)
{
	struct procs looks[] = { { .hidden = 1 },
				 { .blind = 1 },
				 { .hidepid = true },
				 { .foreign = true },
				 { .error = -EIO } };
	struct queue_stat st;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(looks); i++) {
		assert_true(procs_partial(&looks[i]));
		st = (struct queue_stat){ .kind = QUEUE_SYSV, .msqid = 7 };
		procs_count(&looks[i], &st, 1);
		assert_int_equal(st.have, STAT_SEEN);
		looks[i].waiters = &(struct proc_waiter){ .kind = QUEUE_SYSV, .msqid = 7 };
		looks[i].nwaiters = 1;
		procs_count(&looks[i], &st, 1);
		assert_int_equal(st.have, STAT_SEEN | STAT_WAITING);
		assert_int_equal(st.receivers, 1);
		looks[i].nwaiters = 0;
		procs_forget(&looks[i]);
		assert_false(procs_partial(&looks[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syscall),
		cmocka_unit_test(test_syscall_refused),
		cmocka_unit_test(test_wchan),
		cmocka_unit_test(test_decode_msgrcv),
		cmocka_unit_test(test_decode_msgsnd),
#if defined SYS_mq_timedsend && defined SYS_mq_timedreceive
		cmocka_unit_test(test_decode_mqueue),
#endif
#if defined __x86_64__ || defined __i386__
		cmocka_unit_test(test_decode_other_abi),
#endif
		cmocka_unit_test(test_decode_refused),
		cmocka_unit_test(test_fdinfo),
		cmocka_unit_test(test_sched),
		cmocka_unit_test(test_stat),
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_partial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
