/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.h - a message on its way to a queue of any kind: what becomes of its type and priority
 *
 * POSIX priority p corresponds to System V type p + 1.
 */
#ifndef MQTOOL_MESSAGE_H
#define MQTOOL_MESSAGE_H

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

/* MESSAGE_HAS_*: what messages of a kind of queue have. */
unsigned int message_traits(enum queue_kind kind);
/* The highest priority of a message of a kind of queue; 0 if it has none. */
unsigned int message_priority_max(enum queue_kind kind);

/* What a message is given, whatever it came with. */
struct carry_as {
	unsigned int have; /* MESSAGE_HAS_*: which of the two */
	long type;
	unsigned int priority;
};

/*
 * Gives the message what `as` has, for a queue of kind `to`, as far as its messages have that; the
 * message loses what they do not have.  Has no effect if as->have is 0.
 */
void message_set(struct message *m, const struct carry_as *as, enum queue_kind to);
/*
 * Converts type and priority to what messages of a queue of kind `to` have.  Returns 0, or -ERANGE
 * if that would lose something: the message is then unchanged.
 */
int message_carry(struct message *m, enum queue_kind to) _must_check_;
/* Appends why message_carry() refused that: one clause, translated, no newline. */
void message_carry_explain(const struct message *m, enum queue_kind to, struct buffer *why);

#endif
