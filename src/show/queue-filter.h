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

/* Conditions; all that `have` names must hold. */
struct queue_filter {
	unsigned int have;  /* FILTER_* */
	unsigned int kinds; /* QUEUE_MASK_* */
	const char *glob;   /* fnmatch(3), on the name as printed */
	int64_t idle_ns;    /* time since the last send or receive, at least */
	uid_t owner;
};

/* The kinds to list: all if none was asked for. */
unsigned int queue_filter_kinds(const struct queue_filter *f);
/*
 * True if all conditions hold at the time now_ns (nanoseconds since the epoch).  A condition on
 * something not known about a queue (STAT_*) does not hold.  A queue never used is idle since it
 * was made or last changed.  Times of queues are whole seconds, so a queue counts as idle only from
 * the end of that second.
 */
bool queue_filter_holds(const struct queue_filter *f, const struct queue_stat *st, int64_t now_ns);

/* Leaves in list the queues for which all conditions hold, in their order.  Sets up the locale, by
 * whose characters patterns match (fnmatch(3)). */
void queue_filter_keep(const struct queue_filter *f, struct queue_list *list, int64_t now_ns);

#endif
