/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - tests of looking at queues once more, with queues of the kernel's
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "queue/queue.h"
#include "queues.h"

/* The queue of that name in a list. */
static const struct queue_stat *find(const struct queue_list *list, const char *text)
{
	char name[QUEUE_NAME_TEXT];

	for (size_t i = 0; i < list->n; i++)
		if (strcmp(queue_stat_text(&list->items[i], name), text) == 0)
			return &list->items[i];
	fail_msg("%s is not in the list", text);
	return NULL;
}

static const char *const names[] = { "key:0x00000077", "/again" };

static void test_same(void **state)
{
	struct queue_list list = { 0 };
	struct queue_stat now;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, STAT_MESSAGES), 0);
		move_one(names[i], true);
		assert_int_equal(queue_look_again(find(&list, names[i]), STAT_MESSAGES, &now), 0);
		assert_true(now.have & STAT_MESSAGES);
		assert_int_equal(now.messages, 1);
		assert_int_equal(now.mode, 0600);
		drop(names[i]);
		assert_int_equal(queue_look_again(find(&list, names[i]), 0, &now), -ENOENT);
		queue_list_free(&list);
	}
}

static void test_replaced(void **state)
{
	struct queue_list list = { 0 };
	struct queue_stat seen, now;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
		seen = *find(&list, names[i]);
		assert_int_equal(queue_look_again(&seen, 0, &now), 0);
		/* Whatever the kernel would number alike. */
		seen.ctime--;
		seen.ino++;
		assert_int_equal(queue_look_again(&seen, 0, &now), -ESTALE);
		seen = *find(&list, names[i]);
		seen.key++;
		seen.dev++;
		assert_int_equal(queue_look_again(&seen, 0, &now),
				 seen.kind == QUEUE_POSIX ? -EXDEV : -ESTALE);
		drop(names[i]);
		queue_list_free(&list);
	}
	make("/again");
	assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
	drop("/again");
	make("/again");
	assert_int_equal(queue_look_again(find(&list, "/again"), 0, &now), -ESTALE);
	drop("/again");
	queue_list_free(&list);
}

/* The reference means that queue and no other, whoever has its key by then. */
static void test_ref(void **state)
{
	struct queue_list list = { 0 };
	struct queue_ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
		queue_stat_ref(find(&list, names[i]), &ref);
		assert_int_equal(queue_exists(&ref), 0);
		if (ref.kind == QUEUE_SYSV) {
			drop(names[i]);
			make(names[i]);
			assert_int_equal(queue_exists(&ref), -ENOENT);
			assert_int_equal(queue_remove(&ref), -ENOENT);
			drop(names[i]);
		} else {
			assert_int_equal(queue_remove(&ref), 0);
		}
		queue_list_free(&list);
	}
}

static void test_exists(void **state)
{
	struct queue_ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ref = ref_of(names[i]);
		assert_int_equal(queue_exists(&ref), -ENOENT);
		make(names[i]);
		assert_int_equal(queue_exists(&ref), 0);
		drop(names[i]);
	}
	/* Not a queue that may not be looked at. */
	ref.error = -EACCES;
	assert_int_equal(queue_exists(&ref), -EACCES);
}

static void test_sort(void **state)
{
	static const char *const sorted[] = {
		"key:0x00000001", "key:0x00000002", "key:0xffffffff", "/a", "/a.b", "/ab", "/b"
	};
	static const size_t order[] = { 3, 6, 1, 0, 5, 2, 4 };
	struct queue_list list = { 0 };
	char name[QUEUE_NAME_TEXT];
	struct queue_ref private;
	size_t i, first;

	(void)state;
	queue_list_sort(&list);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		make(sorted[order[i]]);
	for (i = 0; i < 2; i++)
		assert_int_equal(queue_create(NULL, &(struct queue_attr){ 0 }, false, &private), 0);
	assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
	queue_list_sort(&list);
	/* Those without a key come first, by id. */
	assert_int_equal(list.items[0].key, 0);
	assert_int_equal(list.items[1].key, 0);
	assert_true(list.items[0].msqid < list.items[1].msqid);
	first = list.n - ARRAY_SIZE(sorted);
	assert_int_equal(first, 2);
	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		assert_string_equal(queue_stat_text(&list.items[first + i], name), sorted[i]);
		drop(sorted[i]);
	}
	queue_list_free(&list);
}

/* Looking without STAT_BYTES does not read the status of a POSIX queue. */
static void test_detail(void **state)
{
	struct queue_ref ref = ref_of("/detail");
	struct queue_stat st;
	struct queue *q;

	(void)state;
	make("/detail");
	move_one("/detail", true);
	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_look(q, STAT_MESSAGES, &st), 0);
	assert_int_equal(st.messages, 1);
	assert_false(st.have & (STAT_BYTES | STAT_NOTIFY));
	assert_int_equal(queue_stat(q, &st), 0);
	assert_int_equal(st.bytes, 1);
	assert_true(st.have & STAT_NOTIFY);
	drop("/detail");
	assert_int_equal(queue_look(q, 0, &st), -EIDRM);
	queue_close(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same), cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_ref),  cmocka_unit_test(test_exists),
		cmocka_unit_test(test_sort), cmocka_unit_test(test_detail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
