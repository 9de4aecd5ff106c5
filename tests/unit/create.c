/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * create.c - tests of create where others make and remove the queue at the same time
 *
 * Linked with queues of its own in place of the kernel's.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "queues.h"

/* What the kernel answers, one after another; the last answer stays. */
#define ANSWERS 4
static int create_answers[ANSWERS], open_answers[ANSWERS], stat_answers[ANSWERS];
static int creates, opens, stats, closes;

static int answer(const int *answers, int *calls)
{
	int i = (*calls)++;

	return answers[i < ANSWERS ? i : ANSWERS - 1];
}

int __wrap_queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
			struct queue_ref *made);
int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access);
int __wrap_queue_stat(struct queue *q, struct queue_stat *st);
void __wrap_queue_close(struct queue *q);

int __wrap_queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
			struct queue_ref *made)
{
	(void)ref;
	(void)attr;
	(void)exist_ok;
	(void)made;
	return answer(create_answers, &creates);
}

int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access)
{
	assert_int_equal(access, 0);
	*q = fake_queue(ref);
	return answer(open_answers, &opens);
}

int __wrap_queue_stat(struct queue *q, struct queue_stat *st)
{
	(void)q;
	*st = (struct queue_stat){
		.have = STAT_OWNER, .mode = 0600, .uid = geteuid(), .gid = getegid()
	};
	return answer(stat_answers, &stats);
}

void __wrap_queue_close(struct queue *q)
{
	(void)q;
	closes++;
}

/* Runs "create OPTION /q" with stderr thrown away. */
static int create(const char *option)
{
	char line[3][8] = { "create", "", "/q" };
	char *argv[] = { line[0], line[1], line[2], NULL };
	int saved = dup(STDERR_FILENO), status;

	strcpy(line[1], option);
	creates = opens = stats = closes = 0;
	close(STDERR_FILENO);
	status = cmdline_run(&cmd_create, 3, argv);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(closes, opens);
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
	set(open_answers, -EACCES, 0, 0, 0);
	assert_int_equal(create("-e"), EX_DENIED);
	assert_int_equal(creates, 1);
	/* A size that was asked for and cannot be read may not be as asked. */
	set(open_answers, 0, 0, 0, 0);
	set(stat_answers, 0, 0, 0, 0);
	assert_int_equal(create("-ec10"), EX_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_at_once),      cmocka_unit_test(test_there_already),
		cmocka_unit_test(test_removed_meanwhile), cmocka_unit_test(test_never_seen),
		cmocka_unit_test(test_unreadable),
	};

	unsetenv("POSIXLY_CORRECT");
	unsetenv("POSIX_ME_HARDER");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
