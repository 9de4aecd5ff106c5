/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.c - tests of check, rm and wait when the kernel or memory fails them
 *
 * Named queues are those of a backend of the test's own; the kernel's answers to looks and sleeps are
 * wrapped.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "cmd/stdout.h"
#include "queue/queue-backend.h"
#include "wrap.h"

#define QUEUE "amqp://localhost/q"

/* What each of these fails with, as an errno or, of functions of the backend, -errno. */
static struct {
	int stat_any, epoll_create, epoll_ctl, epoll_wait;
	int open, look, popt;
} answer;

/* ---- the kernel ---- */

int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf);
WRAP_ALSO(msgctl, __msgctl64);
int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __wrap_epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout,
		       const sigset_t *mask);
int __real_poptGetNextOpt(poptContext con);
int __wrap_poptGetNextOpt(poptContext con);

static int result(int error)
{
	errno = error;
	return error ? -1 : 0;
}

/* One System V queue, which cannot be looked at.  Never the kernel's: rm -a removes what it finds. */
int __wrap_msgctl(int msqid, int op, struct msqid_ds *buf)
{
	(void)msqid;
	if (op != MSG_INFO)
		return result(answer.stat_any);
	((struct msginfo *)(void *)buf)->msgpool = 1;
	return 0;
}

int __wrap_epoll_create1(int flags)
{
	return answer.epoll_create ? result(answer.epoll_create) : __real_epoll_create1(flags);
}

int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	(void)epfd;
	(void)op;
	(void)fd;
	(void)event;
	return result(answer.epoll_ctl);
}

int __wrap_epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout,
		       const sigset_t *mask)
{
	(void)epfd;
	(void)events;
	(void)n;
	(void)timeout;
	(void)mask;
	return result(answer.epoll_wait);
}

int __wrap_poptGetNextOpt(poptContext con)
{
	int rc = __real_poptGetNextOpt(con);

	return answer.popt ? answer.popt : rc;
}

/* ---- a queue without messages ---- */

static int fake_open(struct queue *q, unsigned int access)
{
	(void)q;
	(void)access;
	return answer.open;
}

static void fake_close(struct queue *q)
{
	(void)q;
}

static int fake_change_fd(const struct queue *q)
{
	(void)q;
	return STDIN_FILENO;
}

static int fake_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	(void)q;
	(void)detail;
	st->have = STAT_MESSAGES | STAT_MAXMSG;
	st->maxmsg = 10;
	st->msgsize = 10;
	return answer.look;
}

static bool fake_explain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	(void)attempt;
	(void)error;
	(void)why;
	return false;
}

static const struct queue_backend backend = {
	.size = sizeof(struct queue),
	.open = fake_open,
	.close = fake_close,
	.change_fd = fake_change_fd,
	.look = fake_look,
	.explain = fake_explain,
};

/* ---- running a command ---- */

static char out[1024], err[1024];

static void slurp(int fd, char *text)
{
	ssize_t n = pread(fd, text, sizeof(out) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

/* Runs a command on the words of line in a process of its own: its exit status. */
static int run(const struct command *cmd, const char *line)
{
	int fds[2] = { memfd_create("out", 0), memfd_create("err", 0) };
	char *words = strdup(line), *argv[9] = { words };
	int argc = 1, status;
	pid_t pid;

	assert_true(fds[0] >= 0 && fds[1] >= 0 && words);
	for (char *word = strtok(words, " "); word && argc < 8; word = strtok(NULL, " "))
		argv[argc++] = word;
	fflush(stdout);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		dup2(fds[0], STDOUT_FILENO);
		dup2(fds[1], STDERR_FILENO);
		_exit(stdout_finish(cmdline_run(cmd, argc, argv)));
	}
	free(words);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	slurp(fds[0], out);
	slurp(fds[1], err);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int reset(void **state)
{
	(void)state;
	memset(&answer, 0, sizeof(answer));
	return 0;
}

static void test_list_fails(void **state)
{
	(void)state;
	answer.stat_any = ENOMEM;
	assert_int_equal(run(&cmd_check, "-w 80 -c 90"), 3);
	assert_string_equal(out, "MQTOOL UNKNOWN - Cannot allocate memory\n");
	assert_string_equal(err, "");
	assert_int_equal(run(&cmd_rm, "-a -S -y"), EX_FAILED);
	assert_string_equal(out, "");
	assert_string_equal(err, "mqtool rm: Cannot allocate memory\n");
}

/* popt itself out of memory. */
static void test_popt_fails(void **state)
{
	(void)state;
	answer.popt = POPT_ERROR_MALLOC;
	assert_int_equal(run(&cmd_check, "-w 80 -c 90 " QUEUE), 3);
	assert_non_null(strstr(out, "MQTOOL UNKNOWN - "));
	assert_int_equal(run(&cmd_rm, "-a -S -y"), EX_BADUSAGE);
	assert_int_equal(run(&cmd_purge, "-x " QUEUE), EX_BADUSAGE);
	assert_int_equal(run(&cmd_set, "-m 600 " QUEUE), EX_BADUSAGE);
	assert_int_equal(run(&cmd_wait, "--empty " QUEUE), EX_BADUSAGE);
}

static void test_wait_fails(void **state)
{
	static const char *const lines[] = { QUEUE, "--messages=5 " QUEUE, "--gone " QUEUE };

	(void)state;
	answer.epoll_create = EMFILE;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run(&cmd_wait, lines[i]), EX_FAILED);
		assert_non_null(strstr(err, "mqtool wait: " QUEUE ": "));
	}
	answer.epoll_create = 0;
	answer.epoll_wait = ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run(&cmd_wait, lines[i]), EX_FAILED);
		assert_non_null(strstr(err, "mqtool wait: " QUEUE ": no memory left: "));
	}
	answer.epoll_ctl = ENOSPC;
	assert_int_equal(run(&cmd_wait, QUEUE), EX_FAILED);
	/* It is not added if only its existence counts. */
	assert_int_equal(run(&cmd_wait, "--exists " QUEUE), EX_DONE);
}

/* A queue may go between the opening of it and the look. */
static void test_gone_under_the_look(void **state)
{
	(void)state;
	answer.look = -EIDRM;
	assert_int_equal(run(&cmd_wait, QUEUE), EX_NOQUEUE);
	assert_int_equal(run(&cmd_wait, "--gone " QUEUE), EX_DONE);
	assert_int_equal(run(&cmd_check, "-w 80 -c 90 " QUEUE), 3);
	assert_string_equal(out, "MQTOOL UNKNOWN - " QUEUE ": the queue was removed\n");
}

/* What tells neither that it is there nor that it is not. */
static void test_open_fails(void **state)
{
	(void)state;
	answer.open = -ENFILE;
	assert_int_equal(run(&cmd_wait, "--gone " QUEUE), EX_FAILED);
	assert_int_equal(run(&cmd_wait, "--exists " QUEUE), EX_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_list_fails, reset),
		cmocka_unit_test_setup(test_popt_fails, reset),
		cmocka_unit_test_setup(test_wait_fails, reset),
		cmocka_unit_test_setup(test_gone_under_the_look, reset),
		cmocka_unit_test_setup(test_open_fails, reset),
	};

	setenv("LC_ALL", "C", 1);
	queue_backend_amqp = &backend;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
