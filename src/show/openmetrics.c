/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * openmetrics.c - queues and limits as OpenMetrics text, for a textfile collector
 */
#include "config.h"

#include "show/openmetrics.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue-stat.h"

/* Appends one value; false if it is not known. */
typedef bool put_value(struct buffer *b, const struct queue_stat *st);

static bool put_known(struct buffer *b, const struct queue_stat *st, unsigned int have,
		      uint64_t value)
{
	if (!(st->have & have))
		return false;
	buffer_printf(b, "%" PRIu64, value);
	return true;
}

static bool put_messages(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_MESSAGES, st->messages);
}

static bool put_bytes(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_BYTES, st->bytes);
}

static bool put_use(struct buffer *b, const struct queue_stat *st)
{
	int percent = queue_stat_use(st);

	if (percent < 0)
		return false;
	buffer_printf(b, "%d.%02d", percent / 100, percent % 100);
	return true;
}

static bool put_max_messages(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_MAXMSG, st->maxmsg);
}

static bool put_max_bytes(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_QBYTES, st->qbytes);
}

static bool put_receivers(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_WAITING, st->receivers);
}

static bool put_senders(struct buffer *b, const struct queue_stat *st)
{
	return put_known(b, st, STAT_WAITING, st->senders);
}

/* 0 is never, which has no value. */
static bool put_last(struct buffer *b, const struct queue_stat *st)
{
	return st->last > 0 && put_known(b, st, STAT_LAST, (uint64_t)st->last);
}

static const struct family {
	const char *name;
	const char *help;
	put_value *put;
} families[] = {
	{ "mqtool_queue_messages", "Messages waiting in the queue.", put_messages },
	{ "mqtool_queue_bytes", "Bytes of the messages waiting in the queue.", put_bytes },
	{ "mqtool_queue_use_ratio", "Part of the room that is in use; 1 is full.", put_use },
	{ "mqtool_queue_max_messages", "Messages that a POSIX queue can hold (mq_maxmsg).",
	  put_max_messages },
	{ "mqtool_queue_max_bytes", "Bytes that a System V queue can hold (msg_qbytes).",
	  put_max_bytes },
	{ "mqtool_queue_receivers", "Threads blocked in a receive.", put_receivers },
	{ "mqtool_queue_senders", "Threads blocked in a send.", put_senders },
	{ "mqtool_queue_last_activity_timestamp_seconds",
	  "Time of the last send or receive, in seconds since the epoch.", put_last },
};

static void put_head(struct buffer *b, const char *name, const char *type, const char *help)
{
	buffer_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A label's value: a name as mqtool prints it contains no newline. */
static void put_label(struct buffer *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			buffer_putc(b, '\\');
		buffer_putc(b, *text);
	}
}

static void put_labels(struct buffer *b, const char *name, const char *suffix,
		       const struct queue_stat *st)
{
	char text[QUEUE_NAME_TEXT];

	buffer_printf(b, "%s%s{queue=\"", name, suffix);
	put_label(b, queue_stat_text(st, text));
	buffer_printf(b, "\",kind=\"%s\"} ", queue_kind_name(st->kind));
}

static void put_sample(struct buffer *b, const struct family *family, const struct queue_stat *st)
{
	size_t begin = b->len;

	put_labels(b, family->name, "", st);
	if (family->put(b, st))
		buffer_putc(b, '\n');
	else
		b->len = begin;
}

void openmetrics_put_queues(struct buffer *b, const struct queue_stat *items, size_t n)
{
	for (size_t f = 0; f < ARRAY_SIZE(families); f++) {
		put_head(b, families[f].name, "gauge", families[f].help);
		for (size_t i = 0; i < n; i++)
			put_sample(b, &families[f], &items[i]);
	}
}

/* ---- what passes ---- */

static void put_count(struct buffer *b, uint64_t value)
{
	buffer_printf(b, "%" PRIu64 "\n", value);
}

static void put_nanoseconds(struct buffer *b, uint64_t ns)
{
	buffer_printf(b, "%llu.%09llu\n", ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
}

static const struct counter {
	const char *name;
	const char *help;
	size_t at; /* in struct tracer_sums */
	enum tracer_direction direction;
	void (*put)(struct buffer *b, uint64_t value);
} counters[] = {
	{ "mqtool_queue_sent_messages", "Messages sent while it was counted.",
	  offsetof(struct tracer_sums, messages), TRACER_SEND, put_count },
	{ "mqtool_queue_received_messages", "Messages received while it was counted.",
	  offsetof(struct tracer_sums, messages), TRACER_RECEIVE, put_count },
	{ "mqtool_queue_sent_bytes", "Bytes sent while it was counted.",
	  offsetof(struct tracer_sums, bytes), TRACER_SEND, put_count },
	{ "mqtool_queue_received_bytes", "Bytes received while it was counted.",
	  offsetof(struct tracer_sums, bytes), TRACER_RECEIVE, put_count },
	{ "mqtool_queue_send_wait_seconds", "Time that sends were blocked while it was counted.",
	  offsetof(struct tracer_sums, wait_ns), TRACER_SEND, put_nanoseconds },
	{ "mqtool_queue_receive_wait_seconds",
	  "Time that receives were blocked while it was counted.",
	  offsetof(struct tracer_sums, wait_ns), TRACER_RECEIVE, put_nanoseconds },
};

static void put_counter(struct buffer *b, const struct counter *counter, const struct rates *r,
			const struct queue_stat *st)
{
	struct tracer_sums sums[TRACER_DIRECTIONS];
	uint64_t value;

	if (!rates_sums(r, st, sums))
		return;
	memcpy(&value, (const char *)&sums[counter->direction] + counter->at, sizeof(value));
	put_labels(b, counter->name, "_total", st);
	counter->put(b, value);
}

void openmetrics_put_rates(struct buffer *b, const struct rates *r, const struct queue_stat *items,
			   size_t n)
{
	for (size_t f = 0; f < ARRAY_SIZE(counters); f++) {
		put_head(b, counters[f].name, "counter", counters[f].help);
		for (size_t i = 0; i < n; i++)
			put_counter(b, &counters[f], r, &items[i]);
	}
	put_head(b, "mqtool_queue_age_seconds", "gauge", "Mean time that a message stays.");
	for (size_t i = 0; i < n; i++) {
		if (!(items[i].have & STAT_RATES) || isnan(items[i].rates.age))
			continue;
		put_labels(b, "mqtool_queue_age_seconds", "", &items[i]);
		buffer_printf(b, "%.6f\n", (double)items[i].rates.age);
	}
}

void openmetrics_put_limits(struct buffer *b, const struct limit *limits, size_t n)
{
	put_head(b, "mqtool_limit", "gauge", "A limit of the kernel on message queues.");
	for (size_t i = 0; i < n; i++)
		if (limits[i].known && !limits[i].unlimited)
			buffer_printf(b, "mqtool_limit{name=\"%s\"} %" PRIu64 "\n", limits[i].name,
				      limits[i].value);
	put_head(b, "mqtool_limit_used", "gauge", "What is known to be used of that limit.");
	for (size_t i = 0; i < n; i++)
		if (limits[i].use_known)
			buffer_printf(b, "mqtool_limit_used{name=\"%s\"} %" PRIu64 "\n",
				      limits[i].name, limits[i].use);
}

void openmetrics_put_end(struct buffer *b)
{
	buffer_puts(b, "# EOF\n");
}
