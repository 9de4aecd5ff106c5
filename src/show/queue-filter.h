/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-filter.h - which of the queues listed are meant (rm -a)
 */
#ifndef MQTOOL_QUEUE_FILTER_H
#define MQTOOL_QUEUE_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "queue/queue.h"

#define FILTER_KIND (1u << 0)
#define FILTER_MATCH (1u << 1)
#define FILTER_EMPTY (1u << 2)
#define FILTER_IDLE (1u << 3)
#define FILTER_OWNER (1u << 4)

/* Conditions, of which all that `have` names must hold. */
struct queue_filter {
	unsigned int have;  /* FILTER_* */
	unsigned int kinds; /* QUEUE_MASK_* */
	const char *glob;   /* fnmatch(3), on the name as printed */
	int64_t idle_ns;    /* at least so long without a send or receive */
	uid_t owner;
};

/* The kinds to list: all where none was asked for. */
unsigned int queue_filter_kinds(const struct queue_filter *f);
/*
 * True where all conditions hold at the time now_ns (nanoseconds since the epoch).  What is not
 * known of a queue (STAT_*) does not hold.  A queue never used is idle since it was made or last
 * changed.  Times of queues are whole seconds, so a queue counts as idle only from the end of that
 * second.
 */
bool queue_filter_holds(const struct queue_filter *f, const struct queue_stat *st, int64_t now_ns);

/* Leaves in list the queues for which all conditions hold, in their order.  Patterns go by the
 * characters of the locale, fnmatch(3), which is set up for that. */
void queue_filter_keep(const struct queue_filter *f, struct queue_list *list, int64_t now_ns);

#endif
