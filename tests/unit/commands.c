/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.c - tests of check, rm and wait where the kernel or memory fails them
 *
 * Linked with lists and sleeps of its own in place of the kernel's.
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
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "cmd/stdout.h"
#include "queue/queue-change.h"
#include "queues.h"

/* What each function returns. */
static struct {
	int list, begin, add, sleep, open, look, popt;
} answer;

int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail);
int __wrap_queue_visit(enum queue_kind kind, queue_visitor *visit, void *arg);
int __wrap_queue_change_begin(struct queue_change *c, const struct queue_ref *ref);
int __wrap_queue_change_add(struct queue_change *c, const struct queue *q);
int __wrap_queue_change_sleep(struct queue_change *c, int64_t timeout_ns);
void __wrap_queue_change_end(struct queue_change *c);
int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access);
void __wrap_queue_close(struct queue *q);
int __wrap_queue_look(struct queue *q, unsigned int detail, struct queue_stat *st);
int __real_poptGetNextOpt(poptContext con);
int __wrap_poptGetNextOpt(poptContext con);

int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	(void)list;
	(void)mask;
	(void)detail;
	return answer.list;
}

/* Never the kernel's: rm -a would remove what it finds. */
int __wrap_queue_visit(enum queue_kind kind, queue_visitor *visit, void *arg)
{
	(void)kind;
	(void)visit;
	(void)arg;
	return answer.list;
}

int __wrap_queue_change_begin(struct queue_change *c, const struct queue_ref *ref)
{
	(void)c;
	(void)ref;
	return answer.begin;
}

int __wrap_queue_change_add(struct queue_change *c, const struct queue *q)
{
	(void)c;
	(void)q;
	return answer.add;
}

int __wrap_queue_change_sleep(struct queue_change *c, int64_t timeout_ns)
{
	(void)c;
	(void)timeout_ns;
	return answer.sleep;
}

void __wrap_queue_change_end(struct queue_change *c)
{
	(void)c;
}

int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access)
{
	(void)access;
	*q = fake_queue(ref);
	return answer.open;
}

void __wrap_queue_close(struct queue *q)
{
	(void)q;
}

/* A queue without messages. */
int __wrap_queue_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	(void)detail;
	*st = (struct queue_stat){ .kind = queue_ref_of(q)->kind,
				   .have = STAT_MESSAGES | STAT_MAXMSG,
				   .maxmsg = 10,
				   .msgsize = 10 };
	return answer.look;
}

int __wrap_poptGetNextOpt(poptContext con)
{
	int rc = __real_poptGetNextOpt(con);

	return answer.popt ? answer.popt : rc;
}

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
	answer.list = -ENOMEM;
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
	assert_int_equal(run(&cmd_check, "-w 80 -c 90 /q"), 3);
	assert_non_null(strstr(out, "MQTOOL UNKNOWN - "));
	assert_int_equal(run(&cmd_rm, "-a -S -y"), EX_BADUSAGE);
	assert_int_equal(run(&cmd_purge, "-x /q"), EX_BADUSAGE);
	assert_int_equal(run(&cmd_set, "-m 600 /q"), EX_BADUSAGE);
	assert_int_equal(run(&cmd_wait, "--empty /q"), EX_BADUSAGE);
}

static void test_wait_fails(void **state)
{
	static const char *const lines[] = { "/q", "--messages=5 /q", "--gone /q" };

	(void)state;
	answer.begin = -EMFILE;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run(&cmd_wait, lines[i]), EX_FAILED);
		assert_non_null(strstr(err, "mqtool wait: /q: "));
	}
	answer.begin = 0;
	answer.sleep = -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run(&cmd_wait, lines[i]), EX_FAILED);
		assert_non_null(strstr(err, "mqtool wait: /q: no memory left: "));
	}
	answer.add = -ENOSPC;
	assert_int_equal(run(&cmd_wait, "/q"), EX_FAILED);
	/* It is not added where only its existence counts. */
	assert_int_equal(run(&cmd_wait, "--exists /q"), EX_DONE);
}

/* A queue may go between the opening of it and the look. */
static void test_gone_under_the_look(void **state)
{
	(void)state;
	answer.look = -EIDRM;
	assert_int_equal(run(&cmd_wait, "/q"), EX_NOQUEUE);
	assert_int_equal(run(&cmd_wait, "--gone /q"), EX_DONE);
	assert_int_equal(run(&cmd_check, "-w 80 -c 90 /q"), 3);
	assert_string_equal(out, "MQTOOL UNKNOWN - /q: the queue was removed\n");
}

/* What tells neither that it is there nor that it is not. */
static void test_open_fails(void **state)
{
	(void)state;
	answer.open = -ENFILE;
	assert_int_equal(run(&cmd_wait, "--gone /q"), EX_FAILED);
	assert_int_equal(run(&cmd_wait, "--exists /q"), EX_FAILED);
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
	return cmocka_run_group_tests(tests, NULL, NULL);
}
