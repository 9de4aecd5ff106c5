/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnose.c - tests of what follows from a queue's numbers and its processes
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/diagnose.h"

#define SYSV_HAVE (STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_PIDS | STAT_RECEIVED)
#define POSIX_HAVE (STAT_MESSAGES | STAT_BYTES | STAT_MAXMSG | STAT_MSGSIZE)

static const struct proc_waiter receiver = { .kind = QUEUE_SYSV, .pid = 9, .waited_ns = -1 };

/* All findings, a line each. */
static const char *said(const struct diagnose_view *view)
{
	static struct buffer b;
	struct finding findings[FINDINGS_MAX];
	size_t n = diagnose(view, findings);

	b.len = 0;
	for (size_t i = 0; i < n; i++) {
		finding_put(&b, view, &findings[i]);
		buffer_putc(&b, '\n');
	}
	return buffer_string(&b);
}

static struct proc_waiter wants(long type, bool except)
{
	struct proc_waiter waiter = receiver;

	waiter.type = type;
	waiter.except = except;
	return waiter;
}

static void test_nothing(void **state)
{
	const struct queue_stat empty = { .kind = QUEUE_SYSV, .have = SYSV_HAVE, .qbytes = 16384 };
	const struct queue_stat used = {
		.kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 3, .qbytes = 16384, .rtime = 5
	};
	const struct proc_waiter waiters[] = { wants(7, false), wants(0, false) };

	(void)state;
	assert_string_equal(said(&(struct diagnose_view){ .st = &empty }), "");
	/* An idle worker. */
	assert_string_equal(
		said(&(struct diagnose_view){ .st = &empty, .waiters = waiters, .nwaiters = 2 }),
		"");
	/* The last receiver is there and busy. */
	assert_string_equal(said(&(struct diagnose_view){ .st = &used }), "");
}

static void test_type_absent(void **state)
{
	const struct queue_stat st = {
		.kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 2, .qbytes = 16384
	};
	const struct proc_waiter waiters[] = {
		wants(77, false), wants(-5, false), wants(3, true),
		wants(77, false), wants(0, false), /* is about to have one */
	};
	const struct diagnose_view view = { .st = &st,
					    .waiters = waiters,
					    .nwaiters = ARRAY_SIZE(waiters) };

	(void)state;
	assert_string_equal(said(&view),
			    "2 receivers wait for type 77: none is queued\n"
			    "1 receiver waits for types up to 5: none is queued\n"
			    "1 receiver waits for any type but 3: only that is queued\n");
}

static void test_type_least(void **state)
{
	const struct queue_stat st = { .kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 2 };
	const struct proc_waiter waiter = wants(LONG_MIN, false);
	const struct diagnose_view view = { .st = &st, .waiters = &waiter, .nwaiters = 1 };

	(void)state;
	assert_non_null(
		strstr(said(&view), sizeof(long) == 8 ? "9223372036854775808" : "2147483648"));
}

/* One that blocked after the messages were counted may have found none. */
static void test_type_since(void **state)
{
	const struct queue_stat st = { .kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 2 };
	struct proc_waiter waiter = wants(77, false);
	struct diagnose_view view = {
		.st = &st, .waiters = &waiter, .nwaiters = 1, .took_ns = 1000
	};

	(void)state;
	waiter.waited_ns = 999;
	assert_string_equal(said(&view), "");
	waiter.waited_ns = 1000;
	assert_string_not_equal(said(&view), "");
}

static void test_types_beyond_room(void **state)
{
	const struct queue_stat st = { .kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 2 };
	struct proc_waiter waiters[2 * FINDINGS_MAX];
	struct finding findings[FINDINGS_MAX];
	const struct diagnose_view view = { .st = &st,
					    .waiters = waiters,
					    .nwaiters = ARRAY_SIZE(waiters) };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(waiters); i++)
		waiters[i] = wants((long)i + 1, false);
	assert_int_equal(diagnose(&view, findings), FINDINGS_MAX);
}

static void test_posix_full(void **state)
{
	const struct queue_stat st = {
		.kind = QUEUE_POSIX, .have = POSIX_HAVE, .messages = 10, .maxmsg = 10
	};
	const struct proc_waiter waiters[] = {
		{ .kind = QUEUE_POSIX, .sender = true },
		{ .kind = QUEUE_POSIX, .sender = true },
	};
	const struct proc_holder reader = { .reads = true };
	struct diagnose_view view = {
		.st = &st, .waiters = waiters, .nwaiters = 2, .holders = &reader, .nholders = 1
	};

	(void)state;
	assert_string_equal(said(&view), "full: 2 senders are blocked\n");
	view.nwaiters = 1;
	assert_string_equal(said(&view), "full: 1 sender is blocked\n");
}

static void test_sysv_full(void **state)
{
	struct queue_stat st = { .kind = QUEUE_SYSV,
				 .have = SYSV_HAVE,
				 .messages = 4,
				 .bytes = 400,
				 .qbytes = 500,
				 .rtime = 7 };
	const struct proc_waiter waiters[] = {
		{ .kind = QUEUE_SYSV, .sender = true, .size = 501 },
		{ .kind = QUEUE_SYSV, .sender = true, .size = 500 },
	};
	const struct diagnose_view view = { .st = &st, .waiters = waiters, .nwaiters = 2 };

	(void)state;
	assert_string_equal(
		said(&view),
		"1 sender waits for ever: its 501 bytes are more than msg_qbytes, 500,"
		" allows (raise it with mqtool set -b)\n"
		"full: 1 sender is blocked, with 500 bytes while 400 of 500 are in use\n");
	/* Then not even an empty message goes. */
	st.qbytes = 0;
	assert_non_null(strstr(said(&view), "2 senders wait for ever"));
}

static void test_no_reader(void **state)
{
	struct queue_stat posix = {
		.kind = QUEUE_POSIX, .have = POSIX_HAVE, .messages = 1, .maxmsg = 10
	};
	struct queue_stat sysv = {
		.kind = QUEUE_SYSV, .have = SYSV_HAVE, .messages = 2, .qbytes = 500
	};
	const struct proc_holder writer = { .writes = true };
	const struct proc_waiter sender = { .kind = QUEUE_SYSV, .sender = true, .size = 5 };
	struct diagnose_view view = { .st = &posix, .holders = &writer };

	(void)state;
	assert_string_equal(said(&view), "1 message waits, and nobody has the queue open\n");
	view.nholders = 1;
	assert_string_equal(said(&view),
			    "1 message waits, and nobody has the queue open for reading\n");
	/* A reader may be among those that may not be looked at. */
	view.partial = true;
	assert_string_equal(said(&view), "");
	view.partial = false;
	posix.messages = 0;
	assert_string_equal(said(&view), "");

	view = (struct diagnose_view){ .st = &sysv, .receiver_gone = true };
	assert_string_equal(said(&view), "2 messages wait, and nothing was ever received\n");
	sysv.rtime = 9;
	assert_string_equal(said(&view), "2 messages wait, and the last receiver has exited\n");
	view.waiters = &receiver;
	view.nwaiters = 1;
	assert_string_equal(said(&view), "");
	view.waiters = &sender;
	assert_non_null(strstr(said(&view), "full: 1 sender"));
	assert_non_null(strstr(said(&view), "receiver has exited"));
}

/* A queue whose numbers may not be read leads to no finding. */
static void test_unread(void **state)
{
	const struct queue_stat st = { .kind = QUEUE_POSIX, .have = STAT_OWNER, .messages = 5 };
	const struct diagnose_view view = { .st = &st, .receiver_gone = true };

	(void)state;
	assert_string_equal(said(&view), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_type_absent),
		cmocka_unit_test(test_type_least),
		cmocka_unit_test(test_type_since),
		cmocka_unit_test(test_types_beyond_room),
		cmocka_unit_test(test_posix_full),
		cmocka_unit_test(test_sysv_full),
		cmocka_unit_test(test_no_reader),
		cmocka_unit_test(test_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
