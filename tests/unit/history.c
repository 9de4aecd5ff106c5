/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.c - tests of the ring of a queue's last looks
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/history.h"

static struct queue_stat look(uint64_t messages)
{
	return (struct queue_stat){ .kind = QUEUE_POSIX,
				    .have = STAT_MESSAGES | STAT_MAXMSG,
				    .messages = messages,
				    .maxmsg = 10 };
}

static void test_pack(void **state)
{
	uint64_t before = 0;

	(void)state;
	for (uint64_t i = 0; i < 4096; i++)
		assert_int_equal(history_unpack(history_pack(i)), i);
	for (uint64_t i = 4096; i < UINT64_C(1) << 42; i += i / 777) {
		uint64_t back = history_unpack(history_pack(i));

		assert_true(back <= i);
		assert_true(i - back <= i / 2000);
		assert_true(back >= before);
		before = back;
	}
	/* Every packed value stands for itself. */
	for (unsigned int packed = 0; packed <= 0xffff; packed++)
		assert_int_equal(history_pack(history_unpack((uint16_t)packed)), packed);
	assert_int_equal(history_pack(UINT64_MAX), 0xffff);
}

static void test_ring_wraps(void **state)
{
	struct history h = { 0 };

	(void)state;
	assert_int_equal(history_depth(&h, 0), -1);
	assert_int_equal(history_use(&h, 0), -1);
	for (unsigned int i = 0; i < 3 * HISTORY_SIZE + 7; i++) {
		struct queue_stat st = look(i);

		history_add(&h, &st);
		assert_int_equal(h.n, i + 1 < HISTORY_SIZE ? i + 1 : HISTORY_SIZE);
		for (unsigned int age = 0; age < HISTORY_SIZE; age++)
			assert_int_equal(history_depth(&h, age),
					 age < h.n ? (int64_t)(i - age) : -1);
	}
	assert_int_equal(history_depth(&h, HISTORY_SIZE), -1);
	assert_int_equal(history_depth(&h, SIZE_MAX), -1);
}

static void test_repeat(void **state)
{
	struct history h = { 0 };
	struct queue_stat st = look(7);

	(void)state;
	history_repeat(&h);
	assert_int_equal(h.n, 0);
	history_add(&h, &st);
	for (int i = 0; i < 2 * HISTORY_SIZE; i++)
		history_repeat(&h);
	assert_int_equal(h.n, HISTORY_SIZE);
	assert_int_equal(history_depth(&h, 0), 7);
	assert_int_equal(history_use(&h, HISTORY_SIZE - 1), 70);
	st = look(8);
	history_add(&h, &st);
	history_repeat(&h);
	assert_int_equal(history_depth(&h, 1), 8);
	assert_int_equal(history_depth(&h, 2), 7);
}

static void test_unknown(void **state)
{
	struct queue_stat st = { .kind = QUEUE_POSIX };
	struct history h = { 0 };

	(void)state;
	history_add(&h, &st);
	assert_int_equal(history_depth(&h, 0), -1);
	assert_int_equal(history_use(&h, 0), -1);
	/* A depth without anything to be part of. */
	st = (struct queue_stat){ .kind = QUEUE_SYSV, .have = STAT_MESSAGES, .messages = 7 };
	history_add(&h, &st);
	assert_int_equal(history_depth(&h, 0), 7);
	assert_int_equal(history_use(&h, 0), 0);
	assert_int_equal(history_depth(&h, 1), -1);
}

static void check_spark(const struct history *h, size_t width, bool ascii, const char *text)
{
	struct buffer b = { 0 };

	history_put_spark(&b, h, width, ascii);
	assert_string_equal(buffer_string(&b), text);
	buffer_free(&b);
}

static void test_spark(void **state)
{
	static const unsigned int depths[] = { 0, 1, 2, 5, 9, 10, 11 };
	struct history h = { 0 };

	(void)state;
	check_spark(&h, 3, true, "   ");
	for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
		struct queue_stat st = look(depths[i]);

		history_add(&h, &st);
	}
	check_spark(&h, 0, false, "");
	check_spark(&h, 9, true, " .:=#@@  ");
	check_spark(&h, 3, true, "#@@");
	check_spark(&h, 7, false, " ▁▂▄▇██");
	assert_string_equal(spark_step(99, false), "█");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pack),   cmocka_unit_test(test_ring_wraps),
		cmocka_unit_test(test_repeat), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_spark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
