/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changes.c - tests of what watch does to a queue when the user asks, on queues of both kinds
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queues.h"
#include "watch/changes.h"

static const char *const names[] = { "key:0x63686701", "/changes" };

static struct take_room room;

/* As the screen saw the queue. */
static struct queue_stat seen(const char *name)
{
	struct queue_ref ref = ref_of(name);
	struct queue_stat st;
	struct queue *q;

	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_stat(q, &st), 0);
	if (st.name)
		st.name = name; /* the other one is the open queue's */
	queue_close(q);
	return st;
}

static struct change_result change(enum change_kind kind, const struct queue_stat *st,
				   const char *text)
{
	struct change_result result;

	change_queue(kind, st, text, &room, &result);
	return result;
}

static void test_purge(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct queue_stat st;
		struct change_result result;

		make(names[i]);
		for (int n = 0; n < 3; n++)
			move_one(names[i], true);
		st = seen(names[i]);
		/* What came since is as many as there are when it begins. */
		move_one(names[i], true);
		result = change(CHANGE_PURGE, &st, NULL);
		assert_int_equal(result.error, 0);
		assert_int_equal(result.count, 4);
		assert_int_equal(seen(names[i]).messages, 0);
		result = change(CHANGE_PURGE, &st, NULL);
		assert_int_equal(result.error, 0);
		assert_int_equal(result.count, 0);
		drop(names[i]);
	}
}

static void test_send_and_receive(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct queue_stat st;
		struct change_result result;

		make(names[i]);
		st = seen(names[i]);
		result = change(CHANGE_RECEIVE, &st, NULL);
		assert_int_equal(result.error, -EAGAIN);
		assert_int_equal(change(CHANGE_SEND, &st, "hello").error, 0);
		assert_int_equal(change(CHANGE_SEND, &st, "").error, 0);
		assert_int_equal(seen(names[i]).messages, 2);
		result = change(CHANGE_RECEIVE, &st, NULL);
		assert_int_equal(result.error, 0);
		assert_int_equal(result.message.len, 5);
		assert_memory_equal(result.message.data, "hello", 5);
		result = change(CHANGE_RECEIVE, &st, NULL);
		assert_int_equal(result.error, 0);
		assert_int_equal(result.message.len, 0);
		drop(names[i]);
	}
}

/* A full queue is refused, and waited for no more than an empty one. */
static void test_full(void **state)
{
	struct queue_stat st;
	int sent = 0;

	(void)state;
	make("/changes");
	st = seen("/changes");
	while (change(CHANGE_SEND, &st, "x").error == 0)
		assert_true(++sent <= 10);
	assert_int_equal(sent, 10);
	assert_int_equal(change(CHANGE_SEND, &st, "x").error, -EAGAIN);
	assert_int_equal(seen("/changes").messages, 10);
	drop("/changes");
}

/* The queue that was seen, and no other one of its name. */
static void test_another_queue(void **state)
{
	static const enum change_kind kinds[] = { CHANGE_PURGE, CHANGE_REMOVE, CHANGE_SEND,
						  CHANGE_RECEIVE };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct queue_stat st;

		make(names[i]);
		st = seen(names[i]);
		drop(names[i]);
		for (int k = 0; k < CHANGE_KINDS; k++)
			assert_int_not_equal(change(kinds[k], &st, "x").error, 0);
		make(names[i]);
		move_one(names[i], true);
		for (int k = 0; k < CHANGE_KINDS; k++) {
			int error = change(kinds[k], &st, "x").error;

			assert_true(error == -ESTALE || error == -ENOENT);
		}
		assert_int_equal(seen(names[i]).messages, 1);
		drop(names[i]);
	}
}

static void test_remove(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct queue_ref ref = ref_of(names[i]);
		struct queue_stat st;
		struct queue *q;

		make(names[i]);
		st = seen(names[i]);
		assert_int_equal(change(CHANGE_REMOVE, &st, NULL).error, 0);
		assert_int_equal(queue_open(&q, &ref, 0), -ENOENT);
		queue_close(q);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_purge),  cmocka_unit_test(test_send_and_receive),
		cmocka_unit_test(test_full),   cmocka_unit_test(test_another_queue),
		cmocka_unit_test(test_remove),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	take_room_free(&room);
	return failed;
}
