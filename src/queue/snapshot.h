/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.h - all messages of a POSIX queue as they were at one moment, by mqtool-trace (tracer.h)
 */
#ifndef MQTOOL_SNAPSHOT_H
#define MQTOOL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "queue/queue.h"
#include "queue/tracer.h"

/* Zero-initialise it; the owner calls snapshot_free(). */
struct snapshot {
	struct tracer_answer messages;
	struct tracer_refusal why; /* there is none */
	bool taken;
	size_t index, at; /* where the last message was that was looked for */
};

/*
 * Takes one of the queue that fd, open for reading, is of; nothing where it is taken already.  The
 * sibling goes on: tracer_end().  Returns 0, or an error of tracer_ask(), with s->why.
 */
int snapshot_take(struct snapshot *s, int fd) _must_check_;
/*
 * Copies message number index, 0 the one that a receive would take first, into m->data.  Returns 0,
 * -ENOMSG past the last, -E2BIG where room is too small, or -EPROTO where what came is no snapshot.
 */
int snapshot_get(struct snapshot *s, size_t index, struct message *m, size_t room) _must_check_;
void snapshot_free(struct snapshot *s);

#endif
