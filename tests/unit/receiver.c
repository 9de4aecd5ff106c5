/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * receiver.c - tests of recv where the connection, memory or standard output fails in the middle
 *
 * The queue is one that is nowhere.  Linked with --wrap of write, which takes what is written to
 * standard output, of syscall, so that it all goes by write, and of reallocarray.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/util.h"
#include "cmd/exit.h"
#include "cmd/receiver.h"
#include "queue/queue-backend.h"

/* ---- the queue: its messages are "0", "1" and so on, of falling types ---- */

#define MESSAGES 5

static struct {
	int next;         /* of the take to come */
	int lost_at;      /* before that message the connection is lost, once */
	int reopened;     /* how often it was made again */
	int reopen_error; /* what that ends with */
	int returned;     /* messages put back */
	size_t stop_at;   /* a stop signal comes when that one is looked at */
} fake;

static int give(struct message *m, size_t index)
{
	m->data[0] = (char)('0' + index);
	m->len = 1;
	m->have = MESSAGE_HAS_TYPE;
	m->type = MESSAGES - (long)index;
	return 0;
}

static int fake_take(struct queue *q, struct message *m, size_t room,
		     const struct queue_select *want, int64_t timeout_ns)
{
	(void)q;
	(void)want;
	(void)timeout_ns;
	assert_true(room > 0);
	if (fake.next == fake.lost_at) {
		fake.lost_at = -1;
		return -ECONNRESET;
	}
	return give(m, (size_t)fake.next++);
}

static int fake_peek(struct queue *q, struct message *m, size_t room, size_t index)
{
	(void)q;
	if (room == 0)
		_exit(97);
	if (index == fake.stop_at)
		raise(SIGTERM);
	return index < MESSAGES ? give(m, index) : -ENOMSG;
}

static size_t fake_room_wanted(struct queue *q)
{
	(void)q;
	return 1;
}

static int fake_put_back(struct queue *q, const struct message *m)
{
	(void)q;
	assert_int_equal(m->len, 1);
	fake.returned++;
	return 0;
}

static int fake_reopen(struct queue *q, int64_t timeout_ns)
{
	(void)q;
	(void)timeout_ns;
	fake.reopened++;
	return fake.reopen_error;
}

static const struct queue_backend backend = {
	.take = fake_take,
	.peek = fake_peek,
	.room_wanted = fake_room_wanted,
	.put_back = fake_put_back,
	.reopen = fake_reopen,
};

/* ---- standard output, memory ---- */

static struct buffer out;
static int out_error;
static bool no_memory;

ssize_t __real_write(int fd, const void *buf, size_t size);
ssize_t __wrap_write(int fd, const void *buf, size_t size);
long __wrap_syscall(long number, ...);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	if (fd != STDOUT_FILENO)
		return __real_write(fd, buf, size);
	if (out_error) {
		errno = -out_error;
		return -1;
	}
	buffer_put(&out, buf, size);
	return (ssize_t)size;
}

/* As on a kernel that has none of the newer calls. */
long __wrap_syscall(long number, ...)
{
	(void)number;
	errno = ENOSYS;
	return -1;
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return no_memory ? NULL : __real_reallocarray(p, n, size);
}

/* ---- one run ---- */

static struct queue nowhere = {
	.backend = &backend,
	.ref = { .kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .key = 7 },
};
static struct receiver r;

static int begin(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.lost_at = -1;
	fake.stop_at = SIZE_MAX;
	out.len = 0;
	out_error = 0;
	no_memory = false;
	r = (struct receiver){ .q = &nowhere, .ref = nowhere.ref };
	r.take.count = UINT64_MAX;
	return batch_init(&r.batch, r.q, &r.output, &r.progress);
}

static int end(void **state)
{
	(void)state;
	batch_free(&r.batch);
	buffer_free(&out);
	return 0;
}

static int saved_stderr, stderr_pipe;

/* What is written to standard error from now on is kept. */
static void catch_stderr(void)
{
	int fds[2];

	saved_stderr = dup(STDERR_FILENO);
	assert_true(saved_stderr >= 0 && pipe(fds) == 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	stderr_pipe = fds[0];
}

static void caught_stderr(const char *expected)
{
	char text[1024];
	ssize_t n;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	n = read(stderr_pipe, text, sizeof(text) - 1);
	close(stderr_pipe);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_non_null(strstr(text, expected));
}

/* ---- the connection is lost with messages in hand ---- */

static void take_two(void)
{
	fake.lost_at = 2;
	r.take.follow = true;
	for (int i = 0; i < 2; i++)
		assert_int_equal(receiver_take(&r, QUEUE_NO_WAIT), 0);
	assert_int_equal(r.batch.n, 2);
	assert_int_equal(out.len, 0);
}

/* They are written before it is made again; then it goes on with the next. */
static void test_connects_again(void **state)
{
	(void)state;
	take_two();
	catch_stderr();
	assert_int_equal(receiver_take(&r, QUEUE_NO_WAIT), 0);
	caught_stderr("connected again");
	assert_int_equal(fake.reopened, 1);
	assert_string_equal(buffer_string(&out), "0\n1\n");
	assert_int_equal(receiver_end(&r, 0), EX_DONE);
	assert_string_equal(buffer_string(&out), "0\n1\n2\n");
}

/* What cannot be written goes back, and no connection is made for more. */
static void test_unwritten(void **state)
{
	(void)state;
	take_two();
	out_error = -ENOSPC;
	assert_int_equal(receiver_take(&r, QUEUE_NO_WAIT), -ENOSPC);
	assert_int_equal(fake.reopened, 0);
	assert_int_equal(r.batch.n, 2);
	catch_stderr();
	assert_int_equal(receiver_end(&r, -ENOSPC), EX_FAILED);
	caught_stderr("No space left on device; 2 messages were put back");
	assert_int_equal(fake.returned, 2);
	assert_int_equal(r.batch.n, 0);
}

static void test_cannot_connect(void **state)
{
	(void)state;
	take_two();
	fake.reopen_error = -EACCES;
	catch_stderr();
	assert_int_equal(receiver_take(&r, QUEUE_NO_WAIT), -EACCES);
	caught_stderr("trying to connect again");
	assert_int_equal(fake.reopened, 1);
	assert_string_equal(buffer_string(&out), "0\n1\n");
	assert_int_equal(fake.next, 2);
}

/* ---- looking without taking ---- */

static void test_peek(void **state)
{
	(void)state;
	r.opt.peek = true;
	catch_stderr();
	assert_int_equal(recv_peek(&r), EX_NOTHING);
	caught_stderr("the queue is empty");
	assert_string_equal(buffer_string(&out), "0\n1\n2\n3\n4\n");
}

static void test_peek_lowest_first(void **state)
{
	(void)state;
	r.opt.peek = true;
	r.take.count = 2;
	r.take.want.type = -3;
	assert_int_equal(recv_peek(&r), EX_DONE);
	assert_string_equal(buffer_string(&out), "4\n3\n");
}

/* Without memory for what is to be sorted nothing is shown in a wrong order. */
static void test_peek_without_memory(void **state)
{
	(void)state;
	r.opt.peek = true;
	r.take.want.type = -3;
	no_memory = true;
	catch_stderr();
	assert_int_equal(recv_peek(&r), EX_FAILED);
	caught_stderr("no memory left");
	assert_int_equal(out.len, 0);
}

/* In a process of its own, which the signal would end: what was seen by then is shown. */
static int stopped_at(size_t index, long type, const char *shown)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		stop_init();
		r.opt.peek = true;
		r.take.want.type = type;
		fake.stop_at = index;
		if (recv_peek(&r) != EX_FAILED)
			_exit(1);
		if (strcmp(buffer_string(&out), shown) != 0)
			_exit(2);
		_exit(stop_signal() == SIGTERM && r.batch.n == 0 ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void test_peek_is_stopped(void **state)
{
	(void)state;
	assert_int_equal(stopped_at(1, 0, "0\n1\n"), 0);
	assert_int_equal(stopped_at(1, -3, ""), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connects_again),    TEST(test_unwritten),
		TEST(test_cannot_connect),    TEST(test_peek),
		TEST(test_peek_lowest_first), TEST(test_peek_without_memory),
		TEST(test_peek_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
