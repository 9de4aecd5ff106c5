/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create.c - tests of create while others make and remove the queue
 *
 * The queue is the kernel's; others act in the moment before each mq_open(3).
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "queues.h"

#define QUEUE "/create"

/* What the calls answer, one after another; the last answer stays.  Stats are of what was opened. */
#define ANSWERS 4
static int create_answers[ANSWERS], open_answers[ANSWERS], stat_answers[ANSWERS];
static int creates, opens, stats;
static bool watching; /* mqtool runs */

static int answer(const int *answers, int *calls)
{
	int i = (*calls)++;

	return answers[i < ANSWERS ? i : ANSWERS - 1];
}

mqd_t __real_mq_open(const char *name, int flags, ...);
mqd_t __wrap_mq_open(const char *name, int flags, ...);
mqd_t __wrap___mq_open_2(const char *name, int flags);

/* What others do to the queue, so that the call answers that by itself. */
static void others(bool there)
{
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 10 };
	mqd_t q = there ? __real_mq_open(QUEUE, O_RDONLY | O_CREAT, 0600, &attr) : -1;

	if (there)
		close(q);
	else
		mq_unlink(QUEUE);
}

static mqd_t open_to_look(const char *name, int flags)
{
	int error = answer(open_answers, &opens);
	mqd_t q;

	if (error == -EACCES) {
		errno = EACCES;
		return -1;
	}
	others(error == 0);
	q = __real_mq_open(name, flags);
	if (q >= 0 && answer(stat_answers, &stats) == -EIDRM)
		mq_unlink(name);
	return q;
}

mqd_t __wrap_mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attr = NULL;
	mode_t mode = 0;
	va_list ap;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, unsigned int);
		attr = va_arg(ap, struct mq_attr *);
		va_end(ap);
		if (watching)
			others(answer(create_answers, &creates) == -EEXIST);
		return __real_mq_open(name, flags, mode, attr);
	}
	return watching ? open_to_look(name, flags) : __real_mq_open(name, flags);
}

/* With _FORTIFY_SOURCE. */
mqd_t __wrap___mq_open_2(const char *name, int flags)
{
	return __wrap_mq_open(name, flags);
}

static int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

/* Runs "create OPTION QUEUE" with stderr thrown away. */
static int create(const char *option)
{
	char line[3][16] = { "create", "", QUEUE };
	char *argv[] = { line[0], line[1], line[2], NULL };
	int saved = dup(STDERR_FILENO), status, fd;

	strcpy(line[1], option);
	creates = opens = stats = 0;
	close(STDERR_FILENO);
	fd = next_fd();
	watching = true;
	status = cmdline_run(&cmd_create, 3, argv);
	watching = false;
	assert_int_equal(next_fd(), fd);
	dup2(saved, STDERR_FILENO);
	close(saved);
	mq_unlink(QUEUE);
	return status;
}

static void set(int *answers, int a, int b, int c, int d)
{
	answers[0] = a;
	answers[1] = b;
	answers[2] = c;
	answers[3] = d;
}

static void test_made_at_once(void **state)
{
	(void)state;
	set(create_answers, 0, 0, 0, 0);
	assert_int_equal(create("-e"), EX_DONE);
	assert_int_equal(creates, 1);
	assert_int_equal(opens, 0);
}

static void test_there_already(void **state)
{
	(void)state;
	set(create_answers, -EEXIST, -EEXIST, -EEXIST, -EEXIST);
	set(open_answers, 0, 0, 0, 0);
	set(stat_answers, 0, 0, 0, 0);
	assert_int_equal(create("-e"), EX_DONE);
	assert_int_equal(creates, 1);
	assert_int_equal(stats, 1);
	assert_int_equal(create("-em640"), EX_FAILED);
	assert_int_equal(creates, 1);
	/* Without -e nobody looks at it. */
	assert_int_equal(create("-m600"), EX_FAILED);
	assert_int_equal(opens, 0);
}

/* Removed between "it exists" and the look at it: it is made after all. */
static void test_removed_meanwhile(void **state)
{
	(void)state;
	set(create_answers, -EEXIST, -EEXIST, 0, 0);
	set(open_answers, -ENOENT, 0, 0, 0);
	set(stat_answers, -EIDRM, 0, 0, 0);
	assert_int_equal(create("-e"), EX_DONE);
	assert_int_equal(creates, 3);
	assert_int_equal(opens, 2);
	assert_int_equal(stats, 1);
}

/* That may go on for ever; create does not. */
static void test_never_seen(void **state)
{
	(void)state;
	set(create_answers, -EEXIST, -EEXIST, -EEXIST, -EEXIST);
	set(open_answers, -ENOENT, -ENOENT, -ENOENT, -ENOENT);
	assert_int_equal(create("-e"), EX_NOQUEUE);
	assert_in_range(creates, 2, 100);
	assert_int_equal(creates, opens);
}

static void test_unreadable(void **state)
{
	(void)state;
	set(create_answers, -EEXIST, -EEXIST, -EEXIST, -EEXIST);
	set(open_answers, -EACCES, -EACCES, -EACCES, -EACCES);
	assert_int_equal(create("-e"), EX_DENIED);
	assert_int_equal(creates, 1);
}

/* Others make it with room for ten messages. */
static void test_size(void **state)
{
	(void)state;
	set(create_answers, -EEXIST, -EEXIST, -EEXIST, -EEXIST);
	set(open_answers, 0, 0, 0, 0);
	set(stat_answers, 0, 0, 0, 0);
	assert_int_equal(create("-ec10"), EX_DONE);
	assert_int_equal(create("-ec5"), EX_FAILED);
	assert_int_equal(creates, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_at_once),      cmocka_unit_test(test_there_already),
		cmocka_unit_test(test_removed_meanwhile), cmocka_unit_test(test_never_seen),
		cmocka_unit_test(test_unreadable),        cmocka_unit_test(test_size),
	};

	unsetenv("POSIXLY_CORRECT");
	unsetenv("POSIX_ME_HARDER");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
