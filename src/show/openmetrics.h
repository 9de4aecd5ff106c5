/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * openmetrics.h - queues and limits as OpenMetrics text, for a textfile collector
 *
 * Appends text; prints nothing.  A value that is not known has no line.
 */
#ifndef MQTOOL_OPENMETRICS_H
#define MQTOOL_OPENMETRICS_H

#include <stddef.h>

#include "base/buffer.h"
#include "queue/limit.h"
#include "queue/queue.h"
#include "show/rates.h"

/* The STAT_* bits that a list of queues must have been asked for. */
#define OPENMETRICS_DETAIL \
	(STAT_MESSAGES | STAT_BYTES | STAT_MAXMSG | STAT_QBYTES | STAT_LAST | STAT_INODE)

/* The gauges of n queues, one family after the other, with the labels queue and kind. */
void openmetrics_put_queues(struct buffer *b, const struct queue_stat *items, size_t n);
/* What passed through them between the last two looks, as counters, and how long it stayed. */
void openmetrics_put_rates(struct buffer *b, const struct rates *r, const struct queue_stat *items,
			   size_t n);
/* mqtool_limit and mqtool_limit_used of n limits, with the label name. */
void openmetrics_put_limits(struct buffer *b, const struct limit *limits, size_t n);
/* The line that ends the text. */
void openmetrics_put_end(struct buffer *b);

#endif
