/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-names.h - which queue a number of the kernel means, and whether it was asked for
 *
 * The kernel tells the name of a POSIX queue with each record; that of a System V queue is its key,
 * which is looked up once.
 */
#ifndef MQTOOL_TRACE_NAMES_H
#define MQTOOL_TRACE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"
#include "trace/kern.h"
#include "trace/trace-line.h"
#include "trace/trace.h"

/* The depth of a queue, and what had passed by then. */
struct trace_look {
	bool known;
	struct kern_row sums;
	struct trace_depth depth;
};

struct trace_name {
	struct kern_queue queue;
	char *text; /* as printed */
	bool wanted;
	/* For the summary: what has passed so far, and two looks that agree with it. */
	struct kern_row sums;
	struct trace_look first, last;
};

/* Zero-initialise it except for the options; the owner calls trace_names_free(). */
struct trace_names {
	const struct trace_options *o;
	uint64_t own_ns;          /* queues of a list without namespaces are in this one */
	struct trace_name *items; /* an open hash; text NULL: free */
	size_t n, cap;
	struct queue_list list;
};

/* What a record of that queue would say about it. */
void trace_names_key(const struct trace_names *names, const struct queue_stat *st,
		     struct kern_queue *queue);
/*
 * Lists the queues that exist, all that may be traced, into names->list.  Returns 0, or an error of
 * queue_list() or namespaces_list(), with *hidden.
 */
struct namespaces_hidden;
int trace_names_list(struct trace_names *names, struct namespaces_hidden *hidden) _must_check_;
/* The name of a queue, or NULL if there is no memory.  Good until the next call. */
struct trace_name *trace_names_add(struct trace_names *names, const struct kern_queue *queue,
				   const struct queue_stat *st) _must_check_;
/* The same for the queue of a record, which is looked up if it is new: then *is_new. */
struct trace_name *trace_names_find(struct trace_names *names, const struct trace_record *record,
				    bool *is_new) _must_check_;
/* A known queue, or NULL. */
struct trace_name *trace_names_get(const struct trace_names *names, const struct kern_queue *queue);
/* Frees the memory; safe on a zeroed struct. */
void trace_names_free(struct trace_names *names);

#endif
