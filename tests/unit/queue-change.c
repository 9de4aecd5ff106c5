/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-change.c - tests of sleeping until a queue changes: what ends the sleep, and what does not
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stop.h"
#include "base/util.h"
#include "queue/queue-change.h"
#include "queues.h"

#define MSEC 1000000LL

/* What the last sleep was told to do, and how long it was. */
static int last_timeout_ms;
static int epoll_errors[3]; /* of epoll_create1, epoll_ctl, epoll_pwait */
static int inotify_error;

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags);
int __real_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __real_epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout,
		       const sigset_t *mask);
int __wrap_epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout,
		       const sigset_t *mask);
int __real_inotify_init1(int flags);
int __wrap_inotify_init1(int flags);

static bool fails(int error)
{
	errno = error;
	return error != 0;
}

int __wrap_epoll_create1(int flags)
{
	return fails(epoll_errors[0]) ? -1 : __real_epoll_create1(flags);
}

int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
	return fails(epoll_errors[1]) ? -1 : __real_epoll_ctl(epfd, op, fd, event);
}

int __wrap_epoll_pwait(int epfd, struct epoll_event *events, int n, int timeout,
		       const sigset_t *mask)
{
	last_timeout_ms = timeout;
	return fails(epoll_errors[2]) ? -1 : __real_epoll_pwait(epfd, events, n, timeout, mask);
}

int __wrap_inotify_init1(int flags)
{
	return fails(inotify_error) ? -1 : __real_inotify_init1(flags);
}

/* Sleeps; true if something ended it before its time. */
static bool woken(struct queue_change *c)
{
	int64_t begin = clock_monotonic_ns();

	assert_int_equal(queue_change_sleep(c, -1), 0);
	return clock_monotonic_ns() - begin < (last_timeout_ms - 1) * MSEC;
}

static void test_posix_sends_and_receives(void **state)
{
	struct queue_ref ref = ref_of("/change");
	struct queue_change c;
	struct queue *q;

	(void)state;
	make("/change");
	assert_int_equal(queue_change_begin(&c, &ref), 0);
	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_change_add(&c, q), 0);
	/* The first look comes after the adding, which is told. */
	assert_true(woken(&c));
	assert_false(woken(&c));
	assert_int_equal(last_timeout_ms, 500);
	for (int i = 0; i < 10; i++) {
		move_one("/change", true);
		assert_true(woken(&c));
	}
	/* Full or not, with messages or not: only a change ends it. */
	assert_false(woken(&c));
	for (int i = 0; i < 10; i++) {
		move_one("/change", false);
		assert_true(woken(&c));
	}
	assert_false(woken(&c));
	drop("/change");
	queue_close(q);
	queue_change_end(&c);
}

static void test_posix_existence(void **state)
{
	struct queue_ref ref = ref_of("/coming");
	struct queue_change c;

	(void)state;
	assert_int_equal(queue_change_begin(&c, &ref), 0);
	/* To close it takes longer than most that is waited for. */
	assert_int_equal(c.dir, -1);
	queue_change_watch_dir(&c);
	do {
		assert_false(woken(&c));
	} while (last_timeout_ms < 50);
	make("/coming");
	assert_true(woken(&c));
	assert_false(woken(&c));
	/* What goes on in queues is not what is waited for. */
	move_one("/coming", true);
	assert_false(woken(&c));
	drop("/coming");
	assert_true(woken(&c));
	queue_change_end(&c);
}

/* Nothing tells: looks at growing intervals. */
static void test_looks(void **state)
{
	static const int expected[] = { 1, 2, 4, 8, 16, 32, 50, 50 };
	static const char *const names[] = { "key:0x00000055", "/looks" };
	struct queue_change c;

	(void)state;
	inotify_error = EMFILE;
	for (size_t n = 0; n < ARRAY_SIZE(names); n++) {
		struct queue_ref ref = ref_of(names[n]);

		assert_int_equal(queue_change_begin(&c, &ref), 0);
		queue_change_watch_dir(&c);
		assert_int_equal(c.dir, -1);
		for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
			assert_int_equal(queue_change_sleep(&c, -1), 0);
			assert_int_equal(last_timeout_ms, expected[i]);
		}
		/* Never beyond the time that is left, and never short of it. */
		assert_int_equal(queue_change_sleep(&c, 3 * MSEC + 1), 0);
		assert_int_equal(last_timeout_ms, 4);
		assert_int_equal(queue_change_sleep(&c, 0), 0);
		assert_int_equal(last_timeout_ms, 0);
		queue_change_end(&c);
	}
	inotify_error = 0;
}

static void test_sysv_is_not_polled(void **state)
{
	struct queue_ref ref = ref_of("key:0x00000056");
	struct queue_change c;
	struct queue *q;

	(void)state;
	make("key:0x00000056");
	assert_int_equal(queue_change_begin(&c, &ref), 0);
	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_change_add(&c, q), 0);
	assert_int_equal(queue_change_sleep(&c, -1), 0);
	assert_int_equal(last_timeout_ms, 1);
	queue_close(q);
	queue_change_end(&c);
	drop("key:0x00000056");
}

static void test_errors(void **state)
{
	struct queue_ref ref = ref_of("/errors");
	struct queue_change c;
	struct queue *q;

	(void)state;
	make("/errors");
	epoll_errors[0] = EMFILE;
	assert_int_equal(queue_change_begin(&c, &ref), -EMFILE);
	queue_change_end(&c);
	epoll_errors[0] = 0;

	/* The directory is a hint; the queue is not. */
	epoll_errors[1] = ENOSPC;
	assert_int_equal(queue_change_begin(&c, &ref), 0);
	queue_change_watch_dir(&c);
	assert_int_equal(c.dir, -1);
	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_change_add(&c, q), -ENOSPC);
	epoll_errors[1] = 0;

	epoll_errors[2] = ENOMEM;
	assert_int_equal(queue_change_sleep(&c, -1), -ENOMEM);
	/* A signal that stops nothing. */
	epoll_errors[2] = EINTR;
	assert_int_equal(queue_change_sleep(&c, -1), 0);
	epoll_errors[2] = 0;
	queue_close(q);
	queue_change_end(&c);
	drop("/errors");
}

/* A stop signal is held back until the sleep, which does not miss it. */
static void test_stopped(void **state)
{
	struct queue_ref ref = ref_of("key:0x00000057");
	struct queue_change c;

	(void)state;
	stop_init();
	assert_int_equal(queue_change_begin(&c, &ref), 0);
	raise(SIGTERM);
	assert_int_equal(stop_signal(), 0);
	assert_int_equal(queue_change_sleep(&c, -1), -EINTR);
	assert_int_equal(stop_signal(), SIGTERM);
	queue_change_end(&c);
}

/* One that comes after the last sleep is caught at the end. */
static void test_stopped_late(void **state)
{
	struct queue_ref ref = ref_of("key:0x00000058");
	struct queue_change c;
	int status;
	pid_t pid = fork();

	(void)state;
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		stop_init();
		if (queue_change_begin(&c, &ref) < 0 || raise(SIGINT) || stop_signal())
			_exit(1);
		queue_change_end(&c);
		_exit(stop_signal() == SIGINT ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_posix_sends_and_receives),
		cmocka_unit_test(test_posix_existence),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_sysv_is_not_polled),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_stopped_late),
		cmocka_unit_test(test_stopped), /* the last: the signal stays */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
