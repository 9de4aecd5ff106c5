/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.c - tests of what becomes of type and priority between kinds of queue
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/message.h"

#define T MESSAGE_HAS_TYPE
#define P MESSAGE_HAS_PRIORITY
#define O MESSAGE_HAS_OTHER_TYPE

static const struct {
	enum queue_kind to;
	unsigned int have; /* the message, before */
	long type;
	unsigned int priority;
	const char *why; /* it is refused; else */
	long carried;    /* the type or priority that it then has */
} rows[] = {
	/* Its own. */
	{ QUEUE_SYSV, T, 1, 9, NULL, 1 },
	{ QUEUE_SYSV, T, LONG_MAX, 9, NULL, LONG_MAX },
	{ QUEUE_POSIX, P, 9, 0, NULL, 0 },
	{ QUEUE_POSIX, P, 9, 32767, NULL, 32767 },
	/* The other's. */
	{ QUEUE_SYSV, P, 9, 0, NULL, 1 },
	{ QUEUE_SYSV, P, 9, 255, NULL, 256 },
	{ QUEUE_SYSV, P, 9, 32767, NULL, 32768 },
	{ QUEUE_POSIX, T, 1, 9, NULL, 0 },
	{ QUEUE_POSIX, T, 256, 9, NULL, 255 },
	{ QUEUE_POSIX, T, 32768, 9, NULL, 32767 },
	/* None. */
	{ QUEUE_SYSV, 0, 9, 9, NULL, 1 },
	{ QUEUE_POSIX, 0, 9, 9, NULL, 0 },
	/* Both: priority 0 says nothing. */
	{ QUEUE_SYSV, T | P, 7, 0, NULL, 7 },
	{ QUEUE_SYSV, T | P, 7, 1,
	  "it has type 7 and priority 1, and messages there have only a type", 0 },
	{ QUEUE_POSIX, T | P, 7, 3,
	  "it has type 7 and priority 3, and messages there have only a priority", 0 },
	{ QUEUE_POSIX, T | P, 1, 0,
	  "it has type 1 and priority 0, and messages there have only a priority", 0 },
	/* Too high. */
	{ QUEUE_POSIX, T, 32769, 9, "no priority corresponds to type 32769", 0 },
	{ QUEUE_POSIX, T, LONG_MAX, 9,
#if LONG_MAX > INT32_MAX
	  "no priority corresponds to type 9223372036854775807",
#else
	  "no priority corresponds to type 2147483647",
#endif
	  0 },
	/* A queue of a broker takes both, or none. */
	{ QUEUE_AMQP, T, LONG_MAX, 9, NULL, 0 },
	{ QUEUE_AMQP, P, 9, 255, NULL, 0 },
	{ QUEUE_AMQP, T | P, 7, 3, NULL, 0 },
	{ QUEUE_AMQP, 0, 9, 9, NULL, 0 },
	{ QUEUE_AMQP, P, 9, 256, "its priority is 256, and the highest allowed there is 255", 0 },
	{ QUEUE_AMQP, O, 9, 9, NULL, 0 },
	{ QUEUE_SYSV, O | P, 9, 9, "its type is not a number, so it cannot be carried", 0 },
	{ QUEUE_POSIX, O, 9, 9, "its type is not a number, so it cannot be carried", 0 },
	{ QUEUE_POSIX, P, 9, 32768, "its priority is 32768, and the highest allowed there is 32767",
	  0 },
};

static void check_row(size_t i)
{
	char body[] = "body";
	const struct message before = { .have = rows[i].have,
					.type = rows[i].type,
					.priority = rows[i].priority,
					.data = body,
					.len = 4 };
	struct message m = before;
	struct buffer why = { 0 };
	int rc = message_carry(&m, rows[i].to);

	assert_int_equal(rc, rows[i].why ? -ERANGE : 0);
	assert_ptr_equal(m.data, body);
	assert_int_equal(m.len, 4);
	if (rows[i].why) {
		assert_int_equal(m.have, before.have);
		assert_int_equal(m.type, before.type);
		assert_int_equal(m.priority, before.priority);
		message_carry_explain(&m, rows[i].to, &why);
		assert_string_equal(buffer_string(&why), rows[i].why);
		buffer_free(&why);
		return;
	}
	if (rows[i].to == QUEUE_AMQP) { /* as it was */
		assert_int_equal(m.have, before.have);
		assert_int_equal(m.type, before.type);
		assert_int_equal(m.priority, before.priority);
		return;
	}
	assert_int_equal(m.have, message_traits(rows[i].to));
	assert_int_equal(m.have == T ? m.type : (long)m.priority, rows[i].carried);
}

static void test_carry(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(i);
}

/* There and back is the same message, for all priorities. */
static void test_there_and_back(void **state)
{
	(void)state;
	for (unsigned int priority = 0; priority <= MESSAGE_PRIORITY_MAX; priority++) {
		struct message m = { .have = P, .priority = priority };

		assert_int_equal(message_carry(&m, QUEUE_SYSV), 0);
		assert_int_equal(message_carry(&m, QUEUE_POSIX), 0);
		assert_int_equal(m.have, P);
		assert_int_equal(m.priority, priority);
	}
}

static void test_set(void **state)
{
	const struct carry_as none = { 0 };
	const struct carry_as type = { .have = T, .type = 5 };
	const struct carry_as priority = { .have = P, .priority = 6 };
	struct message m = { .have = T | P, .type = 70000, .priority = 3 };

	(void)state;
	message_set(&m, &none, QUEUE_SYSV);
	assert_int_equal(m.have, T | P);
	assert_int_equal(m.type, 70000);
	assert_int_equal(m.priority, 3);
	assert_int_equal(message_carry(&m, QUEUE_SYSV), -ERANGE);
	/* What was asked for stands for both. */
	message_set(&m, &type, QUEUE_SYSV);
	assert_int_equal(message_carry(&m, QUEUE_SYSV), 0);
	assert_int_equal(m.have, T);
	assert_int_equal(m.type, 5);

	m = (struct message){ .have = T, .type = 70000 };
	assert_int_equal(message_carry(&m, QUEUE_POSIX), -ERANGE);
	message_set(&m, &priority, QUEUE_POSIX);
	assert_int_equal(message_carry(&m, QUEUE_POSIX), 0);
	assert_int_equal(m.have, P);
	assert_int_equal(m.priority, 6);

	/* A type that is not a number goes with another one, or if there are none. */
	m = (struct message){ .have = O | P, .priority = 3 };
	message_set(&m, &priority, QUEUE_AMQP);
	assert_int_equal(message_carry(&m, QUEUE_AMQP), 0);
	assert_int_equal(m.have, O | P);
	message_set(&m, &type, QUEUE_AMQP);
	assert_int_equal(message_carry(&m, QUEUE_AMQP), 0);
	assert_int_equal(m.have, T | P);
	m = (struct message){ .have = O };
	message_set(&m, &priority, QUEUE_POSIX);
	assert_int_equal(message_carry(&m, QUEUE_POSIX), 0);
	assert_int_equal(m.have, P);

	m = (struct message){ .have = T | P, .type = 7, .priority = 3 };
	message_set(&m, &priority, QUEUE_POSIX);
	assert_int_equal(message_carry(&m, QUEUE_POSIX), 0);
	assert_int_equal(m.priority, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_carry),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
