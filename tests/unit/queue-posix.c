/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-posix.c - tests of POSIX queues without /proc, and of errors that no limit explains
 *
 * Makes POSIX queues.  Linked with --wrap of open, getrlimit and getgroups.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queues.h"
#include "wrap.h"

static bool no_proc, no_getrlimit;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
WRAP_ALSO(open, open64);
WRAP_OPEN_2();
int __real_getrlimit(int resource, struct rlimit *limit) REAL_FILE64(getrlimit64);
int __wrap_getrlimit(int resource, struct rlimit *limit);
WRAP_ALSO(getrlimit, getrlimit64);
int __wrap_getgroups(int n, gid_t *groups);
/* What _FORTIFY_SOURCE makes of it. */
int __wrap___getgroups_chk(int n, gid_t *groups, size_t size);

/* Nothing here is made by it. */
int __wrap_open(const char *path, int flags, ...)
{
	if (no_proc && strncmp(path, "/proc/", strlen("/proc/")) == 0) {
		errno = ENOENT;
		return -1;
	}
	return __real_open(path, flags);
}

int __wrap_getrlimit(int resource, struct rlimit *limit)
{
	if (no_getrlimit) {
		errno = EPERM;
		return -1;
	}
	return __real_getrlimit(resource, limit);
}

/* Beside the effective one, whatever it is. */
static const gid_t groups_of_ours[] = { 4241, 4242 };

int __wrap_getgroups(int n, gid_t *groups)
{
	const int all = (int)ARRAY_SIZE(groups_of_ours);

	if (n == 0)
		return all;
	assert_int_equal(n, all);
	memcpy(groups, groups_of_ours, sizeof(groups_of_ours));
	return all;
}

int __wrap___getgroups_chk(int n, gid_t *groups, size_t size)
{
	assert_true((size_t)n * sizeof(*groups) <= size);
	return __wrap_getgroups(n, groups);
}

static int as_before(void **state)
{
	(void)state;
	no_proc = no_getrlimit = false;
	return 0;
}

/* ---- without /proc ---- */

/* Takes from a queue with nothing on it. */
static int take(struct queue *q)
{
	static char memory[MESSAGE_HEADROOM + MADE_MSGSIZE];
	const struct queue_select any = { 0 };
	struct message m = { .data = memory + MESSAGE_HEADROOM };

	return queue_take(q, &m, MADE_MSGSIZE, &any, NSEC_PER_SEC / 100);
}

static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static uint64_t messages_of(const char *text)
{
	struct queue_ref ref = ref_of(text);
	struct queue_stat st = { 0 };
	struct queue *q;

	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_look(q, STAT_MESSAGES, &st), 0);
	queue_close(q);
	return st.messages;
}

/* A new queue, opened to read where there is no /proc, that one call has waited on. */
static struct queue *waited_once(const char *name)
{
	struct queue_ref ref = ref_of(name);
	struct queue *q;

	no_proc = true;
	make(name);
	assert_int_equal(queue_open(&q, &ref, QUEUE_READ), 0);
	assert_int_equal(take(q), -ETIMEDOUT);
	return q;
}

/* The descriptor for tries is opened at the second wait, by name where there is no /proc: another
 * queue that has the name by then is left alone. */
static void test_name_means_another(void **state)
{
	struct queue *q;
	int before;

	(void)state;
	q = waited_once("/a");
	drop("/a");
	make("/a");
	move_one("/a", true);
	before = next_fd();
	for (int i = 0; i < 3; i++) {
		int rc = take(q);

		/* Whether it is removed is looked at once a second. */
		assert_true(rc == -ETIMEDOUT || rc == -EIDRM);
	}
	assert_int_equal(next_fd(), before);
	assert_int_equal(messages_of("/a"), 1);
	queue_close(q);
	drop("/a");
}

/* The same queue all the same: one descriptor more. */
static void test_name_means_it(void **state)
{
	struct queue *q;
	int before;

	(void)state;
	q = waited_once("/a");
	before = next_fd();
	assert_int_equal(take(q), -ETIMEDOUT);
	assert_true(next_fd() > before);
	move_one("/a", true);
	assert_int_equal(take(q), 0);
	queue_close(q);
	drop("/a");
}

/* ---- errors that no limit explains ---- */

static bool explain(const struct queue_attempt *a, int error, char *text, size_t size)
{
	struct buffer why = { 0 };
	bool limit = queue_explain(a, error, &why);

	assert_true(why.len < size);
	memcpy(text, buffer_string(&why), why.len + 1);
	buffer_free(&why);
	return limit;
}

static void plain(const struct queue_attempt *a, int error, const char *expected)
{
	char text[512];

	assert_false(explain(a, error, text, sizeof(text)));
	assert_string_equal(text, expected);
}

static void limited(const struct queue_attempt *a, int error, const char *name)
{
	char text[512];

	assert_true(explain(a, error, text, sizeof(text)));
	assert_non_null(strstr(text, name));
}

static const struct queue_attr small = { .have = ATTR_MAXMSG | ATTR_MSGSIZE,
					 .maxmsg = 10,
					 .msgsize = MADE_MSGSIZE };

static void test_within_limits(void **state)
{
	const struct queue_attr large = { .have = ATTR_MAXMSG | ATTR_MSGSIZE,
					  .maxmsg = UINT32_MAX,
					  .msgsize = MADE_MSGSIZE };
	struct queue_ref ref = ref_of("/none");
	struct queue_attempt a = { .op = QUEUE_OP_CREATE, .ref = &ref, .attr = &small };

	(void)state;
	plain(&a, -EINVAL, strerror(EINVAL));
	a.attr = &large;
	limited(&a, -EINVAL, "fs.mqueue.msg_max");
}

static void test_limit_not_told(void **state)
{
	const char *meaning = "too many open files (RLIMIT_NOFILE); raise it with ulimit -n";
	struct queue_ref ref = ref_of("/none");
	struct queue_attempt a = { .op = QUEUE_OP_CREATE, .ref = &ref, .attr = &small };
	struct rlimit before, none;

	(void)state;
	limited(&a, -EMFILE, "RLIMIT_MSGQUEUE");
	no_getrlimit = true;
	plain(&a, -EMFILE, meaning);
	no_getrlimit = false;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ .rlim_cur = 0, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	limited(&a, -EMFILE, "too many open files: 0 are allowed");
	no_getrlimit = true;
	plain(&a, -EMFILE, meaning);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void test_size_without_queue(void **state)
{
	struct queue_ref ref = ref_of("/none");
	struct queue_attempt a = { .op = QUEUE_OP_SEND, .ref = &ref, .size = 200 };
	struct queue *q;

	(void)state;
	plain(&a, -EMSGSIZE, strerror(EMSGSIZE));
	plain(&a, -EAGAIN, "the queue is full");
	make("/a");
	ref = ref_of("/a");
	assert_int_equal(queue_open(&q, &ref, QUEUE_WRITE), 0);
	a.queue = q;
	limited(&a, -EMSGSIZE, "200 bytes; /a takes at most 128");
	queue_close(q);
	drop("/a");
}

/* To a group of ours it may be given without privilege: something else refused that. */
static void test_groups(void **state)
{
	struct queue_ref ref = ref_of("/none");
	struct queue_attr attr = { .have = ATTR_GROUP };
	struct queue_attempt a = { .op = QUEUE_OP_CREATE, .ref = &ref, .attr = &attr };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(groups_of_ours); i++) {
		attr.gid = groups_of_ours[i];
		plain(&a, -EPERM, "not permitted: a seccomp filter or a security module forbids it");
	}
	attr.gid = 4243;
	plain(&a, -EPERM,
	      "only a privileged user may give a POSIX queue to another user, or to a group that"
	      " he is not in");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_name_means_another, as_before),
		cmocka_unit_test_setup(test_name_means_it, as_before),
		cmocka_unit_test_setup(test_within_limits, as_before),
		cmocka_unit_test_setup(test_limit_not_told, as_before),
		cmocka_unit_test_setup(test_size_without_queue, as_before),
		cmocka_unit_test_setup(test_groups, as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
