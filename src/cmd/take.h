/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * take.h - a message in hand: taken whole, and put back if it could not be delivered
 */
#ifndef MQTOOL_TAKE_H
#define MQTOOL_TAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"

/* Memory for one message, which grows as needed.  Zeroed it has none yet; its owner frees it. */
struct take_room {
	char *memory; /* MESSAGE_HEADROOM, then size bytes */
	size_t size;
};

/* Frees the memory; safe on a zeroed struct. */
void take_room_free(struct take_room *room);

/*
 * queue_take() of a message of any size: m->data lies in room, until the next one is taken.  A
 * larger one than any before costs a waiting caller its place in the line.  Errors of queue_take()
 * except -E2BIG, or -ENOMEM, with the message still on the queue.
 */
int take_whole(struct queue *q, struct message *m, struct take_room *room,
	       const struct queue_select *want, int64_t timeout_ns) _must_check_;

/*
 * Puts back a message that was taken, without waiting.  One that cannot go back is written to
 * standard error as a line of JSON, with name for its queue.  Returns 0, or -errno of
 * queue_settle().
 */
int take_back(struct queue *q, const struct message *m, const char *name) _must_check_;

#endif
