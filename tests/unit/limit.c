/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.c - tests of the kernel's limits
 *
 * Linked with --wrap=open and --wrap=getrlimit.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "queue/limit.h"
#include "wrap.h"

static rlim_t soft;

int __wrap_open(const char *path, int flags, ...);
WRAP_ALSO(open, open64);
WRAP_OPEN_2();
int __wrap_getrlimit(int resource, struct rlimit *rlim);
WRAP_ALSO(getrlimit, getrlimit64);

static int pipe_of(const char *text)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	return ends[0];
}

/* Only limits are read here. */
int __wrap_open(const char *path, int flags, ...)
{
	(void)flags;
	assert_int_equal(strncmp(path, "/proc/sys/", strlen("/proc/sys/")), 0);
	if (strcmp(path, "/proc/sys/kernel/msgmax") == 0) {
		errno = EACCES;
		return -1;
	}
	if (strcmp(path, "/proc/sys/kernel/msgmni") == 0)
		return pipe_of("4\n");
	return pipe_of(strcmp(path, "/proc/sys/fs/mqueue/queues_max") == 0 ? "0\n" : "8192\n");
}

int __wrap_getrlimit(int resource, struct rlimit *rlim)
{
	rlim->rlim_cur = resource == RLIMIT_MSGQUEUE ? soft : RLIM_INFINITY;
	rlim->rlim_max = RLIM_INFINITY;
	return 0;
}

static struct limit limits[LIMITS_MAX];
static size_t nlimits;

static const struct limit *find(const char *name)
{
	for (size_t i = 0; i < nlimits; i++) {
		if (strcmp(limits[i].name, name) == 0)
			return &limits[i];
	}
	fail_msg("no limit %s", name);
	return NULL;
}

static void test_use(void **state)
{
	struct queue_stat items[] = {
		{ .kind = QUEUE_SYSV },
		{ .kind = QUEUE_POSIX,
		  .have = LIMITS_DETAIL,
		  .uid = getuid(),
		  .maxmsg = 10,
		  .msgsize = 8192 },
		{ .kind = QUEUE_POSIX,
		  .have = LIMITS_DETAIL,
		  .uid = getuid(),
		  .maxmsg = 1,
		  .msgsize = 1 },
		{ .kind = QUEUE_POSIX,
		  .have = LIMITS_DETAIL,
		  .uid = getuid() + 1,
		  .maxmsg = 10,
		  .msgsize = 8192 },
		{ .kind = QUEUE_POSIX, .have = STAT_OWNER, .uid = getuid(), .maxmsg = 10 },
	};
	const struct queue_list list = { .items = items, .n = ARRAY_SIZE(items) };

	(void)state;
	soft = 819200;
	nlimits = limits_read(limits, QUEUE_MASK_ALL, &list);
	assert_int_equal(nlimits, LIMITS_MAX);

	assert_int_equal(find("msgmni")->use, 1);
	assert_false(find("msgmni")->use_least);
	assert_int_equal(limit_percent(find("msgmni")), 25);

	assert_int_equal(find("queues_max")->use, 4);
	assert_true(find("queues_max")->use_least);
	assert_int_equal(limit_percent(find("queues_max")), 100);

	assert_int_equal(find("RLIMIT_MSGQUEUE")->use, queue_charge(10, 8192) + queue_charge(1, 1));
	assert_true(find("RLIMIT_MSGQUEUE")->use_least);
	assert_int_equal(limit_percent(find("RLIMIT_MSGQUEUE")), 10);

	assert_false(find("msgmnb")->use_known);
	assert_int_equal(limit_percent(find("msgmnb")), -1);
}

static void test_values(void **state)
{
	const struct queue_list list = { 0 };

	(void)state;
	soft = RLIM_INFINITY;
	nlimits = limits_read(limits, QUEUE_MASK_ALL, &list);
	assert_false(find("msgmax")->known);
	assert_int_equal(limit_percent(find("msgmax")), -1);
	assert_true(find("msgmnb")->known);
	assert_int_equal(find("msgmnb")->value, 8192);
	assert_true(find("RLIMIT_MSGQUEUE")->unlimited);
	assert_int_equal(limit_percent(find("RLIMIT_MSGQUEUE")), -1);
	assert_true(find("RLIMIT_NOFILE")->unlimited);
}

static void test_kinds(void **state)
{
	const struct queue_list list = { 0 };

	(void)state;
	nlimits = limits_read(limits, QUEUE_MASK_SYSV, &list);
	assert_int_equal(nlimits, 3);
	for (size_t i = 0; i < nlimits; i++)
		assert_int_equal(limits[i].kind, QUEUE_SYSV);
	nlimits = limits_read(limits, QUEUE_MASK_POSIX, &list);
	assert_int_equal(nlimits, LIMITS_MAX - 3);
}

/* Queues that could not be listed are not none. */
static void test_unlisted(void **state)
{
	const struct queue_list list = { .note = { [QUEUE_POSIX] = -ENODEV } };

	(void)state;
	nlimits = limits_read(limits, QUEUE_MASK_ALL, &list);
	assert_true(find("msgmni")->use_known);
	assert_false(find("queues_max")->use_known);
	assert_true(find("queues_max")->has_use);
	assert_false(find("msg_max")->has_use);
	assert_false(find("RLIMIT_MSGQUEUE")->use_known);
}

static void test_percent_of_much(void **state)
{
	struct limit limit = {
		.known = true, .use_known = true, .value = UINT64_MAX, .use = UINT64_MAX
	};

	(void)state;
	assert_int_equal(limit_percent(&limit), 100);
	limit.value = 1;
	assert_int_equal(limit_percent(&limit), INT_MAX);
	limit.value = 3;
	limit.use = 2;
	assert_int_equal(limit_percent(&limit), 66);
}

/* getrlimit(2) and mqueue.c: 96 bytes a message beside the body on 64 bits. */
static void test_charge(void **state)
{
	(void)state;
	if (sizeof(void *) != 8)
		skip();
	assert_int_equal(queue_charge(10, 8192), 82880);
	assert_int_equal(queue_charge(65536, 1), 65536 * 48 + 32768 * 48 + 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_unlisted),
		cmocka_unit_test(test_percent_of_much),
		cmocka_unit_test(test_charge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
