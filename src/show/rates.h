/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates.h - what passes through queues in a second, and how long it stays, by the kernel's counters
 *
 * A look is rates_before(), a list of the queues, rates_after(): if a queue's counters stand still
 * meanwhile, its depth belongs to them.  From one such depth on, the counters alone tell it.  The
 * mean time that messages stay follows by Little's law from the depths at both ends and two sums of
 * clocks, without anything being kept for each message; it is right also for queues that had
 * messages before.
 *
 * mqtool-trace counts (queue/tracer.h), which slows the programs that send and receive.  Prints
 * nothing.
 */
#ifndef MQTOOL_RATES_H
#define MQTOOL_RATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"
#include "queue/tracer.h"

/* The STAT_* bits that the lists of queues must have been asked for. */
#define RATES_DETAIL (STAT_MESSAGES | STAT_INODE)

struct rates_queue;

/* Zero-initialise it except for the first three; the owner calls rates_free(). */
struct rates {
	unsigned int mask; /* QUEUE_MASK_* counted */
	bool namespaces;   /* in all IPC namespaces, else in ours */
	bool waits;        /* and how long calls are blocked; another choice begins again */

	bool had_waits;
	uint64_t own_ns;
	struct rates_queue *queues;
	size_t n, cap;
	uint32_t *places; /* a hash of them, open; 0: free, else the index + 1 */
	size_t nplaces;
	struct tracer_answer answer;
	struct tracer_moment moment;
	uint64_t looks;
	uint64_t last_clock_ns; /* of the look before */
	size_t unsure;          /* queues of the last look with traffic and unknown depths */
};

/*
 * Reads the counters; the first time, begins to count.  Returns 0, or an error of tracer_ask() with
 * *why; what was known is then forgotten.
 */
int rates_before(struct rates *r, struct tracer_refusal *why) _must_check_;
/*
 * Reads them again, and works out what happened since the look before; items are the queues listed
 * in between.  Sets their rates (STAT_RATES).  Errors as above.
 */
int rates_after(struct rates *r, struct queue_stat *items, size_t n, struct tracer_refusal *why)
	_must_check_;
/* Sets the rates of items other than those listed: as of the last look. */
void rates_set(const struct rates *r, struct queue_stat *items, size_t n);
/* What passed between the last two looks; false if it is not known. */
bool rates_sums(const struct rates *r, const struct queue_stat *st,
		struct tracer_sums sums[static TRACER_DIRECTIONS]) _must_check_;
/* Forgets all, and ends the counting. */
void rates_end(struct rates *r);
/* Frees the memory; the counting goes on. */
void rates_free(struct rates *r);

#endif
