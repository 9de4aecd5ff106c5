/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queues.h - queues of the kernel's for unit tests
 */
#ifndef MQTOOL_TESTS_QUEUES_H
#define MQTOOL_TESTS_QUEUES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "queue/queue-backend.h"
#include "queue/queue.h"

/* Bytes of the largest message in the queues of make(). */
#define MADE_MSGSIZE 128

static inline struct queue_ref ref_of(const char *text)
{
	struct refusal error;
	struct queue_ref ref;

	assert_int_equal(queue_ref_parse(&ref, text, &error), 0);
	return ref;
}

/* Small: all POSIX queues of a user share one limit, those of other tests too. */
static inline void make(const char *text)
{
	const struct queue_attr attr = { .have = ATTR_MAXMSG | ATTR_MSGSIZE,
					 .maxmsg = 10,
					 .msgsize = MADE_MSGSIZE };
	struct queue_ref ref = ref_of(text);

	assert_int_equal(queue_create(&ref, &attr, false, NULL), 0);
}

static inline void drop(const char *text)
{
	struct queue_ref ref = ref_of(text);

	assert_int_equal(queue_remove(&ref), 0);
}

/* Sends one byte to the queue, or takes a message from it. */
static inline void move_one(const char *text, bool in)
{
	static char memory[MESSAGE_HEADROOM + 8192];
	const struct queue_select any = { 0 };
	struct message m = { .data = memory + MESSAGE_HEADROOM, .len = 1 };
	struct queue_ref ref = ref_of(text);
	struct queue *q;

	assert_int_equal(queue_open(&q, &ref, in ? QUEUE_WRITE : QUEUE_READ), 0);
	if (in)
		assert_int_equal(queue_send(q, &m, QUEUE_NO_WAIT), 0);
	else
		assert_int_equal(queue_take(q, &m, 8192, &any, QUEUE_NO_WAIT), 0);
	queue_close(q);
}

#endif
