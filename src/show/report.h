/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.h - queues as stat shows them: a table, a block for each, JSON
 *
 * Appends text; prints nothing.
 */
#ifndef MQTOOL_REPORT_H
#define MQTOOL_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/limit.h"
#include "queue/queue.h"
#include "show/columns.h"
#include "show/procs.h"
#include "show/who.h"

struct report {
	const struct column_list *columns;
	struct column_context context;
	bool headings;
	const struct procs *procs; /* NULL: processes were not looked at */
	int64_t took_ns;           /* from reading the queues to the end of that look */
	const struct who *who;     /* of the queue of a block, of each of JSON; or NULL */
};

/* The queues as rows of a table.  Returns 0 or -ENOMEM. */
int report_put_table(struct buffer *b, const struct report *report, const struct queue_stat *items,
		     size_t n) _must_check_;
/*
 * One queue as lines of `field: value`: every column that its kind has, its holders and waiters,
 * and what follows from them.  A field with several values has a line for each.
 */
void report_put_block(struct buffer *b, const struct report *report, const struct queue_stat *st);
/* The members of one queue's JSON object, without braces, so that others may be added. */
void report_put_members(struct buffer *b, const struct report *report, const struct queue_stat *st);
/* The queues as a JSON array, an object a line. */
void report_put_json(struct buffer *b, const struct report *report, const struct queue_stat *items,
		     size_t n);

/* Limits as a table (0 or -ENOMEM) and as a JSON array. */
int report_put_limits(struct buffer *b, const struct report *report, const struct limit *limits,
		      size_t n) _must_check_;
void report_put_limits_json(struct buffer *b, const struct limit *limits, size_t n);

#endif
