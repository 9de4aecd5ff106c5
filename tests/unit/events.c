/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.c - tests of the log of what happened
 *
 * Linked with --wrap=strdup: a log without memory has a gap.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "watch/events.h"

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

static int copies_left = -1; /* strdup() fails after so many; -1: never */

char *__wrap_strdup(const char *text)
{
	if (copies_left == 0)
		return NULL;
	copies_left -= copies_left > 0;
	return __real_strdup(text);
}

static void test_last_first(void **state)
{
	struct events log = { .n = 0 };
	char name[] = "/q", text[] = "3 messages thrown away";

	(void)state;
	events_add(&log, 10, EVENT_CREATED, name, NULL);
	events_add(&log, 20, EVENT_DONE, name, text);
	/* They are copies. */
	name[1] = 'x';
	text[0] = 'x';
	assert_int_equal(log.n, 2);
	assert_int_equal(events_get(&log, 0)->when, 20);
	assert_int_equal(events_get(&log, 0)->kind, EVENT_DONE);
	assert_string_equal(event_text(events_get(&log, 0)), "3 messages thrown away");
	assert_int_equal(events_get(&log, 1)->when, 10);
	assert_string_equal(events_get(&log, 1)->queue, "/q");
	assert_string_equal(event_text(events_get(&log, 1)), "created");
	events_free(&log);
	assert_int_equal(log.n, 0);
}

/* Beyond EVENTS_MAX the oldest goes, wherever the ring begins. */
static void test_oldest_goes(void **state)
{
	struct events log = { .n = 0 };
	char name[16];

	(void)state;
	for (int i = 0; i < 2 * EVENTS_MAX + 7; i++) {
		snprintf(name, sizeof(name), "/%d", i);
		events_add(&log, i, EVENT_FULL, name, NULL);
		assert_int_equal(log.n, i < EVENTS_MAX ? i + 1 : EVENTS_MAX);
		assert_string_equal(events_get(&log, 0)->queue, name);
		assert_int_equal(events_get(&log, log.n - 1)->when,
				 i < EVENTS_MAX ? 0 : i + 1 - EVENTS_MAX);
	}
	events_free(&log);
	/* And it can be used again. */
	events_add(&log, 1, EVENT_ROOM, "/again", NULL);
	assert_string_equal(events_get(&log, 0)->queue, "/again");
	events_free(&log);
}

static void test_every_kind_has_a_text(void **state)
{
	(void)state;
	for (int a = 0; a < EVENT_KINDS; a++) {
		assert_true(*event_kind_text((enum event_kind)a));
		for (int b = 0; b < a; b++)
			assert_string_not_equal(event_kind_text((enum event_kind)a),
						event_kind_text((enum event_kind)b));
	}
}

static void test_no_memory(void **state)
{
	struct events log = { .n = 0 };

	(void)state;
	events_add(&log, 1, EVENT_CREATED, "/q", NULL);
	for (copies_left = 0; copies_left < 2;) {
		int given = copies_left;

		events_add(&log, 2, EVENT_FAILED, "/q", "no room");
		copies_left = given + 1;
	}
	copies_left = -1;
	assert_int_equal(log.n, 1);
	assert_int_equal(events_get(&log, 0)->when, 1);
	events_free(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_last_first),
		cmocka_unit_test(test_oldest_goes),
		cmocka_unit_test(test_every_kind_has_a_text),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
