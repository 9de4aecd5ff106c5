/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - a message on its way to a queue of any kind: what becomes of its type and priority
 *
 * POSIX priority p is System V type p + 1, and back.
 */
#ifndef MQTOOL_MESSAGE_H
#define MQTOOL_MESSAGE_H

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

/* MESSAGE_HAS_* of what the messages of a kind of queue have. */
unsigned int message_traits(enum queue_kind kind);
/* The highest priority that a message of a kind of queue can have; 0 where it has none. */
unsigned int message_priority_max(enum queue_kind kind);

/* What a message is given, whatever it came with. */
struct carry_as {
	unsigned int have; /* MESSAGE_HAS_*: which of both */
	long type;
	unsigned int priority;
};

/*
 * Gives the message what `as` has, for a queue of kind `to`, whose messages have that; what they
 * have not it loses.  Without effect where as->have is 0.
 */
void message_set(struct message *m, const struct carry_as *as, enum queue_kind to);
/*
 * Makes of type and priority what the messages of a queue of kind `to` have.  Returns 0, or -ERANGE
 * where that would lose something: the message is as it was.
 */
int message_carry(struct message *m, enum queue_kind to) _must_check_;
/* Appends why message_carry() refused that: one clause, translated, no newline. */
void message_carry_explain(const struct message *m, enum queue_kind to, struct buffer *why);

#endif
