/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.c - tests of the messages that mqtool-trace has sent
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "queue/snapshot.h"

static struct snapshot s;
static char body[64];
static struct message m = { .data = body };

static void add(unsigned int priority, const char *text)
{
	const struct tracer_message record = { priority, (uint32_t)strlen(text) };
	static const char padding[8];

	buffer_put(&s.messages.data, &record, sizeof(record));
	buffer_put(&s.messages.data, text, record.size);
	buffer_put(&s.messages.data, padding, -record.size & 7);
	s.messages.records++;
}

static void expect(size_t index, unsigned int priority, const char *text)
{
	assert_int_equal(snapshot_get(&s, index, &m, sizeof(body)), 0);
	assert_int_equal(m.have, MESSAGE_HAS_PRIORITY);
	assert_int_equal(m.priority, priority);
	assert_int_equal(m.len, strlen(text));
	assert_memory_equal(body, text, m.len);
}

static void messages_are_found_in_any_order(void **state)
{
	(void)state;
	add(32767, "first");
	add(5, "");
	add(5, "12345678");
	add(0, "last one");
	expect(0, 32767, "first");
	expect(1, 5, "");
	expect(2, 5, "12345678");
	expect(3, 0, "last one");
	expect(0, 32767, "first");
	expect(3, 0, "last one");
	expect(1, 5, "");
	assert_int_equal(snapshot_get(&s, 4, &m, sizeof(body)), -ENOMSG);
	assert_int_equal(snapshot_get(&s, SIZE_MAX, &m, sizeof(body)), -ENOMSG);
	expect(2, 5, "12345678");
	snapshot_free(&s);
}

static void without_room_it_stays(void **state)
{
	(void)state;
	add(1, "12345678");
	assert_int_equal(snapshot_get(&s, 0, &m, 7), -E2BIG);
	assert_int_equal(snapshot_get(&s, 0, &m, 8), 0);
	snapshot_free(&s);
	assert_int_equal(snapshot_get(&s, 0, &m, 8), -ENOMSG);
}

/* What no mqtool-trace sends. */
static void what_is_cut_is_refused(void **state)
{
	(void)state;
	add(1, "12345678");
	s.messages.data.len--;
	assert_int_equal(snapshot_get(&s, 0, &m, sizeof(body)), -EPROTO);
	s.messages.data.len = sizeof(struct tracer_message) - 1;
	assert_int_equal(snapshot_get(&s, 0, &m, sizeof(body)), -EPROTO);
	s.messages.data.len = 0;
	s.messages.records = 2;
	assert_int_equal(snapshot_get(&s, 0, &m, sizeof(body)), -EPROTO);
	add(1, "a");
	s.messages.data.len -= 7; /* the last one's zeros */
	assert_int_equal(snapshot_get(&s, 0, &m, sizeof(body)), 0);
	assert_int_equal(snapshot_get(&s, 1, &m, sizeof(body)), -EPROTO);
	snapshot_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_found_in_any_order),
		cmocka_unit_test(without_room_it_stays),
		cmocka_unit_test(what_is_cut_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
