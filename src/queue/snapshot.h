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
	struct tracer_refusal why; /* if it was refused: the reason */
	bool taken;
	size_t index, at; /* the last message looked up, and where it begins */
};

/*
 * Takes a snapshot of the queue that fd has open for reading, unless s holds one already.  The
 * sibling keeps running until tracer_end().  Returns 0, or an error of tracer_ask(), with s->why.
 */
int snapshot_take(struct snapshot *s, int fd) _must_check_;
/*
 * Copies message number index into m->data; a receive would take number 0 first.  Returns 0,
 * -ENOMSG past the last, -E2BIG if room is too small, or -EPROTO if the sibling's answer is not a
 * snapshot.
 */
int snapshot_get(struct snapshot *s, size_t index, struct message *m, size_t room) _must_check_;
/* Frees the memory; safe on a zeroed struct. */
void snapshot_free(struct snapshot *s);

#endif
