/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sampler.h - looks at the machine for watch: queues, their processes, limits
 *
 * Expensive work is done only for what is on screen, and is rationed to a small share of the time.
 * No descriptor on a queue is kept between looks.  Prints nothing.
 */
#ifndef MQTOOL_SAMPLER_H
#define MQTOOL_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/take.h"
#include "queue/queue.h"
#include "show/namespaces.h"
#include "show/procs.h"
#include "show/rates.h"
#include "watch/facts.h"

/* Zero-initialise it except for the first seven; the owner calls sampler_free(). */
struct sampler {
	unsigned int mask;            /* QUEUE_MASK_* looked at */
	const struct queue_ref *refs; /* only those are looked at, or NULL: all */
	int nrefs;
	bool namespaces; /* in all IPC namespaces */
	pid_t ns_pid;    /* or in that of this process, which was entered; 0: our own */
	uint64_t ns_id;
	const char *match; /* fnmatch(3) on the name as printed, or NULL */
	bool traced,
		waits; /* counted by the kernel, and the time that calls are blocked; may change */

	struct queue_list list; /* of the last look */
	struct namespaces_hidden hidden;
	struct procs procs;
	struct procs holders;   /* of the queue shown in detail */
	int64_t waiters_due_ns; /* monotonic */
	int64_t began_ns;       /* the last look that had processes */
	int64_t limits_due_ns;
	struct alarms alarms;
	struct rates rates;
	bool counting;             /* the last look was with rates */
	struct tracer_refusal why; /* why it was not, if it was asked for */
	struct buffer limits, missing, findings, peek_why;
	struct buffer body;     /* of the messages looked at */
	struct take_room whole; /* of the message shown whole */
};

/* How often processes are looked at. */
enum sampler_waiters {
	SAMPLER_NO_WAITERS,
	SAMPLER_PACED, /* rationed to one percent of the time */
	SAMPLER_ALWAYS,
};

/*
 * Looks at the queues.  detail: STAT_* as for queue_list().  Fills *look; the sampler owns its
 * items, which are good until the next look.  Returns 0, -ENOMEM, -ESRCH once process ns_pid is
 * gone, so that we do not keep its namespace alive, or an error of namespaces_list().
 */
int sampler_look(struct sampler *s, unsigned int detail, enum sampler_waiters waiters,
		 struct facts_look *look) _must_check_;
/* What the screen shows about the last look: alarms, limits, missing, hidden, blind. */
void sampler_facts(struct sampler *s, struct facts *facts);
/*
 * Looks at one queue in detail: if peek, with its messages from the place `from` on; if processes,
 * with the processes that have it open.
 */
void sampler_detail(struct sampler *s, const struct queue_stat *st, bool peek, size_t from,
		    bool processes, struct facts_detail *detail);
/* Copies the message at a place of a queue, 0 the oldest, whole.  The sampler owns it until the
 * next one is asked for. */
void sampler_message(struct sampler *s, const struct queue_stat *st, size_t index,
		     struct facts_whole *whole);
/* Updates the waiters and findings of detail, which may be zeroed, to the last look. */
void sampler_refresh(struct sampler *s, struct facts_detail *detail);
/* Frees what it has, and ends the counting. */
void sampler_free(struct sampler *s);

#endif
