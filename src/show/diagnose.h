/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnose.h - what is wrong with a queue, if that follows from what is seen
 *
 * Pure: the queue's numbers and the processes that use it are arguments.
 */
#ifndef MQTOOL_DIAGNOSE_H
#define MQTOOL_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "queue/queue.h"
#include "show/procs.h"

/* What is known about a queue. */
struct diagnose_view {
	const struct queue_stat *st;
	const struct proc_waiter *waiters;
	size_t nwaiters;
	const struct proc_holder *holders; /* POSIX */
	size_t nholders;
	bool receiver_gone; /* System V: lrpid no longer exists */
	bool partial;       /* some processes may not be looked at */
	int64_t took_ns;    /* from reading st to the end of the look at processes */
};

enum finding_kind {
	FINDING_NEVER_FITS,  /* a blocked message is larger than the queue */
	FINDING_NO_ROOM,     /* senders are blocked */
	FINDING_TYPE_ABSENT, /* messages wait, but none of the type that a receiver waits for */
	FINDING_NO_READER,   /* messages wait, and nobody is there to receive them */
};

struct finding {
	enum finding_kind kind;
	size_t count;                     /* threads in that state */
	const struct proc_waiter *waiter; /* the first of them; NULL for FINDING_NO_READER */
	int64_t longest_ns;               /* how long it has waited; -1 if not known */
};

#define FINDINGS_MAX 8

/* Fills findings, gravest first, and returns how many; leaves out types waited for that have no
 * room. */
size_t diagnose(const struct diagnose_view *view, struct finding findings[static FINDINGS_MAX]);
/* Appends the finding as one line of text, translated, without a newline. */
void finding_put(struct buffer *b, const struct diagnose_view *view, const struct finding *finding);

#endif
