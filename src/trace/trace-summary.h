/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-summary.h - what processes did with queues, counted in the kernel
 */
#ifndef MQTOOL_TRACE_SUMMARY_H
#define MQTOOL_TRACE_SUMMARY_H

#include "base/buffer.h"
#include "trace/trace-line.h"
#include "trace/trace-load.h"
#include "trace/trace-names.h"

/* The command of a process, as it was when its row began. */
struct trace_seen {
	struct kern_row_key key;
	char command[KERN_COMMAND];
};

struct trace_seen_list {
	struct trace_seen *items;
	size_t n, cap;
};

/* Keeps what a record with KERN_FIRST_SEEN tells.  Returns 0 or -ENOMEM. */
int trace_seen_add(struct trace_seen_list *seen, const struct kern_event *event) _must_check_;
/*
 * Looks at the depth of all queues, each at a moment at which nothing passes, for their first or
 * last look.  A queue that never rests stays unknown.  Returns 0 or -errno.
 */
int trace_summary_look(struct trace_load *load, struct trace_names *names, bool first) _must_check_;
/* Appends the summary of what passed in duration_ns.  Returns 0 or -errno. */
int trace_summary_put(struct buffer *b, struct trace_load *load, struct trace_names *names,
		      const struct trace_seen_list *seen, int64_t duration_ns, bool waits)
	_must_check_;

#endif
