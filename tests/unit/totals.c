/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * totals.c - tests of sums of which a part is not known
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "watch/totals.h"

static const struct queue_stat known = {
	.kind = QUEUE_SYSV,
	.have = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_SEEN | STAT_WAITING,
	.messages = 10,
	.bytes = 4096,
	.qbytes = 4096,
	.senders = 2,
};
static const struct queue_stat sealed = { .kind = QUEUE_POSIX };

static const char *text(const struct totals *t, bool partial)
{
	static struct buffer b;

	b.len = 0;
	totals_put_messages(&b, t);
	buffer_puts(&b, ", ");
	totals_put_bytes(&b, t);
	buffer_puts(&b, ", ");
	totals_put_full(&b, t);
	buffer_puts(&b, ", ");
	totals_put_waiting(&b, t, partial);
	return buffer_string(&b);
}

static void test_sums(void **state)
{
	struct totals t = { .queues = { 0 } };
	struct queue_stat seen = known;

	(void)state;
	assert_string_equal(text(&t, false), "0 messages, 0 bytes, 0 full, waiting: nobody");
	assert_string_equal(text(&t, true), "0 messages, 0 bytes, 0 full, waiting: ?");
	totals_add(&t, &known);
	assert_string_equal(text(&t, false), "10 messages, 4K, 1 full, waiting: 2 senders");
	totals_add(&t, &sealed);
	assert_string_equal(text(&t, false),
			    ">= 10 messages, >= 4K, >= 1 full, waiting: >= 2 senders");
	t = (struct totals){ .queues = { 0 } };
	totals_add(&t, &sealed);
	assert_string_equal(text(&t, false), "? messages, ? bytes, ? full, waiting: ?");
	/* Threads that were seen are there, whatever else is. */
	t = (struct totals){ .queues = { 0 } };
	seen.have &= ~STAT_WAITING;
	seen.receivers = 1;
	totals_add(&t, &seen);
	assert_string_equal(text(&t, false),
			    "10 messages, 4K, 1 full, waiting: >= 1 receiver, >= 2 senders");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sums) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
