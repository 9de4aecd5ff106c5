/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * totals.h - sums over all queues, and their texts on the screen and in batch
 *
 * Pure.  A sum with an unknown part says so: ">= 12" if some queues may not be read, "?" if none
 * may.
 */
#ifndef MQTOOL_TOTALS_H
#define MQTOOL_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

struct sum {
	uint64_t value;
	size_t known, unknown; /* queues */
};

/* Zeroed it is of no queues. */
struct totals {
	size_t queues[QUEUE_KINDS];
	struct sum messages, bytes;
	struct sum full; /* in use to 100 % */
	struct sum receivers, senders;
};

/* Adds a queue. */
void totals_add(struct totals *t, const struct queue_stat *st);

/* Append words, translated: "1204 messages", "3.1M", "2 full", "24 System V  13 POSIX". */
void totals_put_messages(struct buffer *b, const struct totals *t);
void totals_put_bytes(struct buffer *b, const struct totals *t);
void totals_put_full(struct buffer *b, const struct totals *t);
void totals_put_queues(struct buffer *b, const struct totals *t);
/* "waiting: 1 receiver, 2 senders".  partial: some processes may not be looked at. */
void totals_put_waiting(struct buffer *b, const struct totals *t, bool partial);

#endif
