/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * purge.c - tests of purge while others move messages, or signals come
 *
 * The queue is a backend of the test's own.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
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
#include "queues.h"

/* In the process of purge, where no test can fail. */
static void expect(bool holds)
{
	if (!holds)
		_exit(98);
}

/* The queue: what its takes answer, one after another; then it is empty. */
static struct {
	uint64_t messages; /* as queue_look() has it */
	int look_error;
	int answers[8];
	size_t wanted[8]; /* room, before each take */
	int raise_at;     /* a signal comes with that take, from 1 */
	int takes, delivered;
} fake;

static int fake_open(struct queue *q, unsigned int access)
{
	(void)q;
	expect(access == QUEUE_READ);
	return 0;
}

static void fake_close(struct queue *q)
{
	(void)q;
}

static int fake_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	(void)q;
	(void)detail;
	st->have = STAT_MESSAGES;
	st->messages = fake.messages;
	return fake.look_error;
}

static size_t fake_room_wanted(struct queue *q)
{
	(void)q;
	return fake.wanted[fake.takes];
}

static int fake_take(struct queue *q, struct message *m, size_t room,
		     const struct queue_select *want, int64_t timeout_ns)
{
	(void)q;
	(void)want;
	expect(timeout_ns == QUEUE_NO_WAIT);
	expect((size_t)fake.takes < ARRAY_SIZE(fake.answers));
	/* All of it must be there. */
	memset(m->data - MESSAGE_HEADROOM, 0xaa, MESSAGE_HEADROOM + room);
	m->len = room;
	if (fake.takes + 1 == fake.raise_at)
		raise(SIGTERM);
	return fake.answers[fake.takes++];
}

static void fake_expect(struct queue *q, uint64_t n, enum queue_expectation how)
{
	(void)q;
	expect(n == fake.messages && how == QUEUE_ALL_THERE);
}

static int fake_delivered(struct queue *q, const struct message *m)
{
	(void)q;
	(void)m;
	fake.delivered++;
	return 0;
}

static int fake_put_back(struct queue *q, const struct message *m)
{
	(void)q;
	(void)m;
	expect(false);
	return 0;
}

/* Everything that was taken has been delivered by then. */
static int fake_flush(struct queue *q, int64_t timeout_ns)
{
	int taken = 0;

	(void)q;
	(void)timeout_ns;
	for (int i = 0; i < fake.takes; i++)
		taken += fake.answers[i] == 0;
	expect(fake.delivered == taken);
	return 0;
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
	.look = fake_look,
	.room_wanted = fake_room_wanted,
	.take = fake_take,
	.expect = fake_expect,
	.delivered = fake_delivered,
	.put_back = fake_put_back,
	.flush = fake_flush,
	.explain = fake_explain,
};

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
	return size > 1 << 30 ? NULL : __real_realloc(p, size);
}

static char out[1024];

#define QUEUE "amqp://localhost/q"

/* Runs "purge QUEUE" in a process of its own: its wait status, its stdout in out. */
static int purge(void)
{
	char line[2][32] = { "purge", QUEUE };
	char *argv[] = { line[0], line[1], NULL };
	int fd = memfd_create("out", 0), status;
	ssize_t n;
	pid_t pid;

	assert_true(fd >= 0);
	fflush(stdout);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		dup2(fd, STDOUT_FILENO);
		close(STDERR_FILENO);
		_exit(stdout_finish(cmdline_run(&cmd_purge, 2, argv)));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	n = pread(fd, out, sizeof(out) - 1, 0);
	out[n > 0 ? n : 0] = '\0';
	close(fd);
	return status;
}

static int exit_status(int status)
{
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int reset(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	return 0;
}

static void test_no_more_than_at_the_start(void **state)
{
	(void)state;
	fake.messages = 3;
	assert_int_equal(exit_status(purge()), EX_DONE);
	assert_string_equal(out, QUEUE ": 3 messages purged\n");
}

static void test_others_take_too(void **state)
{
	(void)state;
	fake.messages = 5;
	fake.answers[2] = -EAGAIN;
	assert_int_equal(exit_status(purge()), EX_DONE);
	assert_string_equal(out, QUEUE ": 2 messages purged\n");
}

/* A larger message came than any that was there at the start. */
static void test_room_grows(void **state)
{
	(void)state;
	fake.messages = 2;
	fake.wanted[0] = 100000;
	fake.answers[0] = -E2BIG;
	fake.wanted[1] = 200000;
	fake.answers[1] = -E2BIG;
	/* It is gone again: less is wanted than there is. */
	fake.wanted[2] = 5;
	assert_int_equal(exit_status(purge()), EX_DONE);
	assert_string_equal(out, QUEUE ": 2 messages purged\n");
}

static void test_no_memory(void **state)
{
	(void)state;
	fake.messages = 2;
	fake.wanted[0] = SIZE_MAX;
	assert_int_equal(exit_status(purge()), EX_FAILED);
	assert_string_equal(out, "");
	fake.wanted[0] = 10;
	fake.answers[1] = -E2BIG;
	fake.wanted[2] = SIZE_MAX / 2;
	assert_int_equal(exit_status(purge()), EX_FAILED);
	assert_string_equal(out, QUEUE ": 1 message purged\n");
}

/* What is gone is said, whatever comes then. */
static void test_removed(void **state)
{
	(void)state;
	fake.messages = 5;
	fake.answers[3] = -EIDRM;
	assert_int_equal(exit_status(purge()), EX_NOQUEUE);
	assert_string_equal(out, QUEUE ": 3 messages purged\n");
	fake.look_error = -EIDRM;
	assert_int_equal(exit_status(purge()), EX_NOQUEUE);
	assert_string_equal(out, "");
}

static void test_stopped(void **state)
{
	int status;

	(void)state;
	fake.messages = 6;
	fake.raise_at = 2;
	status = purge();
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_string_equal(out, QUEUE ": 2 messages purged\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_more_than_at_the_start, reset),
		cmocka_unit_test_setup(test_others_take_too, reset),
		cmocka_unit_test_setup(test_room_grows, reset),
		cmocka_unit_test_setup(test_no_memory, reset),
		cmocka_unit_test_setup(test_removed, reset),
		cmocka_unit_test_setup(test_stopped, reset),
	};

	setenv("LC_ALL", "C", 1);
	queue_backend_amqp = &backend;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
