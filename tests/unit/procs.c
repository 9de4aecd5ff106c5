/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.c - tests of the look at processes
 *
 * A file stands for a queue: to have it open is to hold it.  Linked with --wrap=openat and
 * --wrap=reallocarray: files of a child that say what the test wants, and memory that runs out.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "show/procs.h"
#include "wrap.h"

static bool out_of_memory;
static int proc_error;

static pid_t child;

/* Of a file whose path ends so, a descriptor that reads `text`, or an error if that is NULL. */
static struct {
	const char *end;
	const char *text;
	int error;
} fakes[3];

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
WRAP_ALSO(openat, openat64);
WRAP_OPENAT_2();
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

static int pipe_of(const char *text)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	return ends[0];
}

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	size_t len = strlen(path);

	if (proc_error && strcmp(path, "/proc") == 0) {
		errno = proc_error;
		return -1;
	}
	/* The other processes of the machine come and go: there is but the child. */
	if (*path >= '0' && *path <= '9' && strtol(path, NULL, 10) != child) {
		errno = ENOENT;
		return -1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(fakes); i++) {
		size_t end = fakes[i].end ? strlen(fakes[i].end) : SIZE_MAX;

		if (end > len || strcmp(path + len - end, fakes[i].end) != 0)
			continue;
		if (fakes[i].text)
			return pipe_of(fakes[i].text);
		errno = fakes[i].error;
		return -1;
	}
	return __real_openat(dir, path, flags);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return out_of_memory ? NULL : __real_reallocarray(p, n, size);
}

/* ---- a child with a file open ---- */

static char path[] = "/tmp/procs-scan-XXXXXX";
static int file;
static char child_wchan[64], child_syscall[64];
static struct queue_stat queue;

static int start_child(void **state)
{
	struct stat st;
	int ready[2];
	char c;

	(void)state;
	file = mkstemp(path);
	if (file < 0 || fstat(file, &st) < 0 || pipe(ready) < 0)
		return -1;
	queue = (struct queue_stat){
		.kind = QUEUE_POSIX, .have = STAT_INODE, .dev = st.st_dev, .ino = st.st_ino
	};
	child = fork();
	if (child == 0) {
		int writer = open(path, O_WRONLY);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "a\033holder");
		if (writer < 0 || write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		return -1;
	close(ready[0]);
	snprintf(child_wchan, sizeof(child_wchan), "%d/task/%d/wchan", child, child);
	snprintf(child_syscall, sizeof(child_syscall), "%d/task/%d/syscall", child, child);
	return 0;
}

static int end_child(void **state)
{
	(void)state;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(file);
	unlink(path);
	return 0;
}

static int reset(void **state)
{
	(void)state;
	memset(fakes, 0, sizeof(fakes));
	out_of_memory = false;
	proc_error = 0;
	return 0;
}

/* ---- holders ---- */

static void test_holders(void **state)
{
	const struct proc_holder *holder;
	struct procs procs = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(procs_scan(&procs, PROCS_HOLDERS, &queue, 1), 0);
	n = procs_holders_of(&procs, &queue, &holder);
	/* The descriptor that it inherited and its own; ours is not shown. */
	assert_int_equal(n, 2);
	assert_int_equal(holder[0].pid, child);
	assert_int_equal(holder[0].fd, file);
	assert_true(holder[0].reads && holder[0].writes);
	assert_string_equal(holder[0].command, "a\033holder");
	assert_int_equal(holder[1].pid, child);
	assert_true(!holder[1].reads && holder[1].writes);
	assert_int_equal(procs.nwaiters, 0);

	/* A second look does not add to the first. */
	assert_int_equal(procs_scan(&procs, PROCS_HOLDERS, &queue, 1), 0);
	assert_int_equal(procs_holders_of(&procs, &queue, &holder), 2);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, &queue, 1), 0);
	assert_int_equal(procs.nholders, 0);
	procs_free(&procs);
	procs_free(&procs);
}

static void test_holders_denied(void **state)
{
	const struct proc_holder *holder;
	struct procs procs = { 0 };
	char fd_dir[32];

	(void)state;
	snprintf(fd_dir, sizeof(fd_dir), "%d/fd", child);
	fakes[0].end = fd_dir;
	fakes[0].error = EACCES;
	assert_int_equal(procs_scan(&procs, PROCS_HOLDERS, &queue, 1), 0);
	assert_int_equal(procs_holders_of(&procs, &queue, &holder), 0);
	assert_int_equal(procs.hidden, 1);
	/* One that is gone hides nothing. */
	fakes[0].error = ENOENT;
	assert_int_equal(procs_scan(&procs, PROCS_HOLDERS, &queue, 1), 0);
	assert_int_equal(procs.hidden, 0);
	procs_free(&procs);
}

/* ---- waiters ---- */

static void wait_in(const char *wchan, const char *syscall_text)
{
	fakes[0].end = child_wchan;
	fakes[0].text = wchan;
	fakes[1].end = child_syscall;
	fakes[1].text = syscall_text;
	fakes[1].error = EPERM;
}

static void test_waiter_sysv(void **state)
{
	const struct queue_stat st = { .kind = QUEUE_SYSV, .msqid = 0x7fffffff };
	const struct proc_waiter *waiter;
	struct procs procs = { 0 };
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "%d 0x7fffffff 0x1 0x40 0xfffffffffffffff9 0x0 0x0 0x1 0x2\n",
		 (int)SYS_msgrcv);
	wait_in("do_msgrcv", text);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS | PROCS_SINCE, NULL, 0), 0);
	assert_int_equal(procs_waiters_of(&procs, &st, &waiter), 1);
	assert_int_equal(waiter->pid, child);
	assert_int_equal(waiter->tid, child);
	assert_int_equal(waiter->type, -7);
	assert_string_equal(waiter->command, "a\033holder");
	/* Unknown, or no longer than the child is there. */
	assert_true(waiter->waited_ns >= -1 && waiter->waited_ns < 3600 * NSEC_PER_SEC);

	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs_waiters_of(&procs, &st, &waiter), 1);
	assert_true(waiter->waited_ns == -1);
	procs_free(&procs);
}

#if defined SYS_mq_timedreceive
static void test_waiter_posix(void **state)
{
	const struct proc_waiter *waiter;
	struct procs procs = { 0 };
	char text[128];

	(void)state;
	snprintf(text, sizeof(text), "%d 0x%x 0x1 0x40 0x0 0x0 0x0 0x1 0x2\n",
		 (int)SYS_mq_timedreceive, (unsigned int)file);
	wait_in("wq_sleep", text);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, &queue, 1), 0);
	assert_int_equal(procs_waiters_of(&procs, &queue, &waiter), 1);
	assert_false(waiter->sender);

	/* A descriptor that is closed by now. */
	snprintf(text, sizeof(text), "%d 0x3ff 0x1 0x40 0x0 0x0 0x0 0x1 0x2\n",
		 (int)SYS_mq_timedreceive);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, &queue, 1), 0);
	assert_int_equal(procs_waiters_of(&procs, &queue, &waiter), 0);
	procs_free(&procs);
}
#endif

/* Yama lets one see that a process of one's own sleeps on a queue, but not on which. */
static void test_waiter_blind(void **state)
{
	struct procs procs = { 0 };

	(void)state;
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.blind, 0);
	wait_in("do_msgsnd", NULL);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.blind, 1);
	/* Calls of another ABI. */
	wait_in("do_msgsnd", "9999 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8\n");
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.blind, 1);
	/* One that woke meanwhile waits no more. */
	wait_in("do_msgsnd", "running\n");
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.blind, 0);
	procs_free(&procs);
}

/* wchan reads "0" for what may not be looked at, and for what runs. */
static void test_waiter_denied(void **state)
{
	struct procs procs = { 0 };
	char fd_dir[32];

	(void)state;
	wait_in("0", NULL);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.hidden, 0);
	snprintf(fd_dir, sizeof(fd_dir), "%d/fd", child);
	fakes[2].end = fd_dir;
	fakes[2].error = EACCES;
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.hidden, 1);
	procs_free(&procs);
}

/* ---- failures ---- */

static void test_no_memory(void **state)
{
	struct procs procs = { 0 };
	char text[128];

	(void)state;
	out_of_memory = true;
	assert_int_equal(procs_scan(&procs, PROCS_HOLDERS, &queue, 1), -ENOMEM);
	snprintf(text, sizeof(text), "%d 0x1 0x1 0x40 0x1 0x0 0x0 0x1 0x2\n", (int)SYS_msgrcv);
	wait_in("do_msgrcv", text);
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), -ENOMEM);
	procs_free(&procs);
}

static void test_no_proc(void **state)
{
	struct procs procs = { 0 };

	(void)state;
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.error, 0);
	proc_error = ENOENT;
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), 0);
	assert_int_equal(procs.error, -ENOENT);
	assert_true(procs_partial(&procs));
	proc_error = ENOMEM;
	assert_int_equal(procs_scan(&procs, PROCS_WAITERS, NULL, 0), -ENOMEM);
	procs_free(&procs);
}

/* ---- one process ---- */

static void test_command(void **state)
{
	char command[PROC_COMMAND];

	(void)state;
	assert_int_equal(procs_command(child, time(NULL), command), 0);
	assert_string_equal(command, "a\033holder");
	/* Whoever had the number an hour ago, it was not this child. */
	assert_int_equal(procs_command(child, time(NULL) - 3600, command), -ESRCH);
}

static void test_command_gone(void **state)
{
	char command[PROC_COMMAND];
	siginfo_t info;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	/* A zombie has exited, though its number is taken. */
	assert_int_equal(procs_command(pid, time(NULL), command), -ESRCH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(procs_command(pid, time(NULL), command), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_holders, reset),
		cmocka_unit_test_teardown(test_holders_denied, reset),
		cmocka_unit_test_teardown(test_waiter_sysv, reset),
#if defined SYS_mq_timedreceive
		cmocka_unit_test_teardown(test_waiter_posix, reset),
#endif
		cmocka_unit_test_teardown(test_waiter_blind, reset),
		cmocka_unit_test_teardown(test_waiter_denied, reset),
		cmocka_unit_test_teardown(test_no_memory, reset),
		cmocka_unit_test_teardown(test_no_proc, reset),
		cmocka_unit_test_teardown(test_command, reset),
		cmocka_unit_test_teardown(test_command_gone, reset),
	};

	return cmocka_run_group_tests(tests, start_child, end_child);
}
