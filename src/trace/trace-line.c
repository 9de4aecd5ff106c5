/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-line.c - records of the kernel as lines, JSON and a summary
 */
#include "config.h"

#include "trace/trace-line.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/format.h"
#include "base/table.h"
#include "base/text.h"
#include "show/json.h"

#define NSEC_PER_USEC 1000
#define NSEC_PER_MSEC 1000000

bool trace_record_read(const void *data, size_t size, struct trace_record *record)
{
	struct kern_event *event = &record->event;
	size_t rest;

	if (size < sizeof(*event))
		return false;
	memcpy(event, data, sizeof(*event));
	rest = size - sizeof(*event);
	if (event->name_len > rest || event->name_len >= KERN_NAME ||
	    event->kept > rest - event->name_len || event->kept > event->size)
		return false;
	if (event->queue.kind > KERN_POSIX || event->direction >= KERN_DIRECTIONS ||
	    event->error < 0)
		return false;
	event->command[KERN_COMMAND - 1] = '\0';
	record->name = (const char *)data + sizeof(*event);
	record->body = record->name + event->name_len;
	return true;
}

const char *trace_event_name(const struct kern_event *event)
{
	return event->direction == KERN_SEND ? "send" : "recv";
}

const char *trace_error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ 0, "" },
		{ E2BIG, "E2BIG" },
		{ EACCES, "EACCES" },
		{ EAGAIN, "EAGAIN" },
		{ EBADF, "EBADF" },
		{ EFAULT, "EFAULT" },
		{ EIDRM, "EIDRM" },
		{ EINTR, "EINTR" },
		{ EINVAL, "EINVAL" },
		{ EMSGSIZE, "EMSGSIZE" },
		{ ENOMEM, "ENOMEM" },
		{ ENOMSG, "ENOMSG" },
		{ ENOSYS, "ENOSYS" },
		{ EPERM, "EPERM" },
		{ ETIMEDOUT, "ETIMEDOUT" },
	};
	static char other[24];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].error == error)
			return names[i].name;
	}
	snprintf(other, sizeof(other), "error %d", error);
	return other;
}

bool trace_truncated(const struct trace_record *record)
{
	const struct kern_event *event = &record->event;

	return (event->flags & KERN_HAS_SIZE) && event->kept < event->size;
}

/* ---- lines ---- */

/* "4us", "503ms", "2.5s". */
static void put_wait(struct buffer *b, const struct kern_event *event)
{
	const uint64_t ns = event->wait_ns;

	if (!(event->flags & KERN_HAS_WAIT))
		buffer_putc(b, '-');
	else if (ns < NSEC_PER_MSEC)
		buffer_printf(b, "%" PRIu64 "us", ns / NSEC_PER_USEC);
	else if (ns < NSEC_PER_SEC)
		buffer_printf(b, "%" PRIu64 "ms", ns / NSEC_PER_MSEC);
	else
		buffer_printf(b, "%llu.%llus", ns / NSEC_PER_SEC,
			      ns % NSEC_PER_SEC / (NSEC_PER_SEC / 10));
}

/* Blanks up to a column, at least one; start is where the line begins. */
static void pad(struct buffer *b, size_t start, size_t column)
{
	do
		buffer_putc(b, ' ');
	while (b->len - start < column);
}

static void put_clock(struct buffer *b, int64_t time_ns)
{
	const time_t seconds = (time_t)(time_ns / NSEC_PER_SEC);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	buffer_printf(b, "%02d:%02d:%02d.%06d", tm.tm_hour, tm.tm_min, tm.tm_sec,
		      (int)(time_ns % NSEC_PER_SEC / NSEC_PER_USEC));
}

/* "prio=5", "type=7"; "-" if not known. */
static void put_order(struct buffer *b, const struct kern_event *event)
{
	if (event->flags & KERN_HAS_PRIORITY)
		buffer_printf(b, "prio=%u", event->priority);
	else if (event->flags & KERN_HAS_TYPE)
		buffer_printf(b, "type=%lld", (long long)event->type);
	else
		buffer_putc(b, '-');
}

static void put_size(struct buffer *b, const struct kern_event *event)
{
	if (event->flags & KERN_HAS_SIZE)
		buffer_printf(b, " %4u B", event->size);
	else
		buffer_puts(b, "    - B");
}

static void put_body(struct buffer *b, const struct trace_record *record)
{
	if (record->event.kept || !trace_truncated(record)) {
		buffer_putc(b, '"');
		escape_put(b, record->body, record->event.kept, ESCAPE_FOREIGN);
		buffer_putc(b, '"');
	}
	if (trace_truncated(record))
		buffer_puts(b, "...");
}

/* Columns of a line, from the queue on. */
#define QUEUE_WIDTH 17
#define EVENT_WIDTH 6
#define COMMAND_WIDTH 10
#define PID_WIDTH 7
#define ORDER_WIDTH 7
#define WAIT_WIDTH 7

void trace_put_line(struct buffer *b, const struct trace_record *record,
		    const struct trace_context *context)
{
	const struct kern_event *event = &record->event;
	size_t at;

	put_clock(b, context->time_ns);
	buffer_putc(b, ' ');
	if (context->namespaces)
		buffer_printf(b, "%" PRIu64 " ", event->queue.ns);
	at = b->len;
	buffer_puts(b, context->queue);
	pad(b, at, QUEUE_WIDTH);
	at = b->len;
	buffer_puts(b, trace_event_name(event));
	pad(b, at, EVENT_WIDTH);
	at = b->len;
	escape_put(b, event->command, strlen(event->command), ESCAPE_FOREIGN);
	pad(b, at, COMMAND_WIDTH);
	at = b->len;
	buffer_printf(b, "%u", event->pid);
	pad(b, at, PID_WIDTH);
	at = b->len;
	put_order(b, event);
	while (b->len - at < ORDER_WIDTH - 1 && !b->failed)
		buffer_putc(b, ' ');
	put_size(b, event);
	buffer_puts(b, "  ");
	at = b->len;
	put_wait(b, event);
	pad(b, at, WAIT_WIDTH);
	if (event->error) {
		buffer_puts(b, trace_error_name(event->error));
		if (event->direction == KERN_SEND && event->kept)
			buffer_putc(b, ' ');
	}
	if (!event->error || event->kept)
		put_body(b, record);
	buffer_putc(b, '\n');
}

/* ---- JSON ---- */

static void put_json_text(struct buffer *b, const char *member, const char *text)
{
	buffer_printf(b, ",\"%s\":", member);
	json_put_string(b, text, strlen(text));
}

/* A command is foreign bytes: escaped, as everywhere, it is a string of printable characters. */
static void put_json_command(struct buffer *b, const char *command)
{
	struct buffer escaped = { 0 };

	escape_put(&escaped, command, strlen(command), ESCAPE_FOREIGN);
	put_json_text(b, "command", buffer_string(&escaped));
	b->failed |= escaped.failed;
	buffer_free(&escaped);
}

static void put_seconds(struct buffer *b, const char *member, int64_t ns)
{
	buffer_printf(b, ",\"%s\":%lld.%09lld", member, ns / NSEC_PER_SEC, ns % NSEC_PER_SEC);
}

/* What recv -j writes about a message, as far as it is known. */
static void put_json_message(struct buffer *b, const struct trace_record *record,
			     const struct trace_context *context)
{
	const struct kern_event *event = &record->event;

	buffer_puts(b, "{\"queue\":");
	json_put_string(b, context->queue, strlen(context->queue));
	if (event->flags & KERN_HAS_TYPE)
		buffer_printf(b, ",\"type\":%lld", (long long)event->type);
	if (event->flags & KERN_HAS_PRIORITY)
		buffer_printf(b, ",\"priority\":%u", event->priority);
	if (!(event->flags & KERN_HAS_SIZE)) {
		buffer_puts(b, ",\"size\":null,\"body\":null");
		return;
	}
	buffer_printf(b, ",\"size\":%u,", event->size);
	json_put_body(b, record->body, event->kept);
	if (trace_truncated(record))
		buffer_puts(b, ",\"truncated\":true");
}

void trace_put_json(struct buffer *b, const struct trace_record *record,
		    const struct trace_context *context)
{
	const struct kern_event *event = &record->event;

	put_json_message(b, record, context);
	buffer_printf(b, ",\"time\":%lld.%06lld", (long long)(context->time_ns / NSEC_PER_SEC),
		      (long long)(context->time_ns % NSEC_PER_SEC / NSEC_PER_USEC));
	buffer_printf(b, ",\"event\":\"%s\",\"pid\":%u,\"tid\":%u", trace_event_name(event),
		      event->pid, event->tid);
	put_json_command(b, event->command);
	if (event->flags & KERN_HAS_WAIT)
		put_seconds(b, "wait", (int64_t)event->wait_ns);
	else
		buffer_puts(b, ",\"wait\":null");
	buffer_printf(b, ",\"namespace\":%" PRIu64 ",\"errno\":%d}\n", event->queue.ns,
		      event->error);
}

/* ---- FORMAT ---- */

void trace_put_format(struct buffer *b, const struct render_format *format,
		      const struct trace_record *record, const struct trace_context *context)
{
	const struct kern_event *event = &record->event;
	const struct timespec time = { .tv_sec = context->time_ns / NSEC_PER_SEC,
				       .tv_nsec = context->time_ns % NSEC_PER_SEC };
	const struct render_call call = {
		.event = trace_event_name(event),
		.command = event->command,
		.pid = event->pid,
		.tid = event->tid,
		.size = event->size,
		.has_size = event->flags & KERN_HAS_SIZE,
		.wait_ns = event->flags & KERN_HAS_WAIT ? (int64_t)event->wait_ns : -1,
		.error = trace_error_name(event->error),
		.ns = event->queue.ns,
	};
	const struct render_context how = { .queue = context->queue,
					    .seq = context->seq,
					    .time = &time,
					    .terminal = context->terminal,
					    .call = &call };
	struct buffer body = { 0 };
	struct message m = { .type = (long)event->type, .priority = event->priority };

	/* A message's body is writable memory. */
	buffer_put(&body, record->body, event->kept);
	m.data = body.data;
	m.len = body.len;
	m.have = (event->flags & KERN_HAS_TYPE ? MESSAGE_HAS_TYPE : 0) |
		 (event->flags & KERN_HAS_PRIORITY ? MESSAGE_HAS_PRIORITY : 0);
	render_format_put(b, format, &m, &how);
	b->failed |= body.failed;
	buffer_free(&body);
}

void trace_put_lost(struct buffer *b, bool json, uint64_t count)
{
	if (json) {
		buffer_printf(b, "{\"event\":\"lost\",\"count\":%" PRIu64 "}\n", count);
		return;
	}
	buffer_puts(b, "# ");
	buffer_printf(b,
		      text_n("%" PRIu64 " message not shown: it found no room (--buffer)",
			     "%" PRIu64 " messages not shown: they found no room (--buffer)",
			     (unsigned long)count),
		      count);
	buffer_putc(b, '\n');
}

/* ---- the summary ---- */

bool trace_age(const struct kern_row *sums, const struct trace_depth *before,
	       const struct trace_depth *now, int64_t *age_ns)
{
	const struct kern_sums *in = &sums->sums[KERN_SEND], *out = &sums->sums[KERN_RECEIVE];
	uint64_t total;

	if (!out->messages)
		return false;
	/* Each may overflow; their difference is the time that all messages stayed together. */
	total = out->clock_ns - in->clock_ns + now->messages * now->clock_ns -
		before->messages * before->clock_ns;
	if ((int64_t)total < 0)
		return false;
	*age_ns = (int64_t)(total / out->messages);
	return true;
}

static void put_time(struct buffer *b, bool known, int64_t ns)
{
	const struct kern_event event = { .flags = known ? KERN_HAS_WAIT : 0,
					  .wait_ns = ns > 0 ? (uint64_t)ns : 0 };

	put_wait(b, &event);
}

static double rate(uint64_t count, int64_t duration_ns)
{
	return duration_ns > 0 ? (double)count * (double)NSEC_PER_SEC / (double)duration_ns : 0;
}

static int64_t mean_wait(const struct kern_sums *sums)
{
	return sums->messages ? (int64_t)(sums->wait_ns / sums->messages) : 0;
}

static void put_process(struct table *t, const struct trace_row *row)
{
	if (row->pid) {
		buffer_printf(&t->text, "%u", row->pid);
		table_cell(t);
		escape_put(&t->text, row->command, strlen(row->command), ESCAPE_FOREIGN);
		table_cell(t);
	} else {
		table_cell_puts(t, "-");
		table_cell_puts(t, "-");
	}
}

static void put_summary_row(struct table *t, const struct trace_row *row, int64_t duration_ns,
			    bool waits, bool namespaces)
{
	const struct kern_sums *in = &row->sums.sums[KERN_SEND];
	const struct kern_sums *out = &row->sums.sums[KERN_RECEIVE];

	table_cell_puts(t, row->queue);
	put_process(t, row);
	for (int i = 0; i < KERN_DIRECTIONS; i++) {
		buffer_printf(&t->text, "%" PRIu64, row->sums.sums[i].messages);
		table_cell(t);
		format_size(&t->text, row->sums.sums[i].bytes, false);
		table_cell(t);
		buffer_printf(&t->text, "%.1f", rate(row->sums.sums[i].messages, duration_ns));
		table_cell(t);
	}
	put_time(&t->text, row->has_age, row->age_ns);
	table_cell(t);
	put_time(&t->text, waits && in->messages, mean_wait(in));
	table_cell(t);
	put_time(&t->text, waits && out->messages, mean_wait(out));
	table_cell(t);
	if (namespaces) {
		buffer_printf(&t->text, "%" PRIu64, row->ns);
		table_cell(t);
	}
}

int trace_put_summary(struct buffer *b, const struct trace_row *rows, size_t n, int64_t duration_ns,
		      bool waits, bool namespaces)
{
	static const char *const headings[] = { "QUEUE",  "PID",      "COMMAND",  "SENT",   "IN",
						"SEND/s", "RECEIVED", "OUT",      "RECV/s", "AGE",
						"SWAIT",  "RWAIT",    "NAMESPACE" };
	struct table t = { .columns = ARRAY_SIZE(headings) - !namespaces };
	int rc;

	for (size_t i = 0; i < t.columns; i++)
		table_cell_puts(&t, headings[i]);
	for (size_t i = 0; i < n; i++)
		put_summary_row(&t, &rows[i], duration_ns, waits, namespaces);
	rc = table_put(&t, 0x1ffa, b);
	table_free(&t);
	return rc;
}

static void put_json_time(struct buffer *b, const char *member, bool known, int64_t ns)
{
	if (known)
		put_seconds(b, member, ns);
	else
		buffer_printf(b, ",\"%s\":null", member);
}

void trace_put_summary_json(struct buffer *b, const struct trace_row *rows, size_t n,
			    int64_t duration_ns, bool waits)
{
	for (size_t i = 0; i < n; i++) {
		const struct trace_row *row = &rows[i];
		const struct kern_sums *in = &row->sums.sums[KERN_SEND];
		const struct kern_sums *out = &row->sums.sums[KERN_RECEIVE];

		buffer_puts(b, "{\"event\":\"summary\"");
		put_json_text(b, "queue", row->queue);
		if (row->pid) {
			buffer_printf(b, ",\"pid\":%u", row->pid);
			put_json_command(b, row->command);
		} else {
			buffer_puts(b, ",\"pid\":null,\"command\":null");
		}
		buffer_printf(b,
			      ",\"sent\":%" PRIu64 ",\"received\":%" PRIu64
			      ",\"sent_bytes\":%" PRIu64 ",\"received_bytes\":%" PRIu64,
			      in->messages, out->messages, in->bytes, out->bytes);
		put_json_time(b, "age", row->has_age, row->age_ns);
		put_json_time(b, "swait", waits && in->messages, mean_wait(in));
		put_json_time(b, "rwait", waits && out->messages, mean_wait(out));
		put_seconds(b, "duration", duration_ns);
		buffer_printf(b, ",\"namespace\":%" PRIu64 "}\n", row->ns);
	}
}
