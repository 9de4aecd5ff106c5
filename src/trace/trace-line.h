/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-line.h - records of the kernel as lines, JSON and a summary
 *
 * Pure: the output depends only on the arguments, except for the time zone.
 */
#ifndef MQTOOL_TRACE_LINE_H
#define MQTOOL_TRACE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"
#include "show/render.h"
#include "trace/kern.h"

/* One decoded record: all members point into it. */
struct trace_record {
	struct kern_event event; /* a copy: records may be unaligned */
	const char *name;        /* event.name_len bytes, no NUL */
	const char *body;        /* event.kept bytes */
};

/* Decodes a record of size bytes; false if it is not one, whoever wrote it. */
bool trace_record_read(const void *data, size_t size, struct trace_record *record) _must_check_;
/* "send" or "recv"; static. */
const char *trace_event_name(const struct kern_event *event);
/* "EAGAIN", "error 200", or "" for 0.  Valid until the next call. */
const char *trace_error_name(int error);

/* What a record does not know about itself. */
struct trace_context {
	const char *queue; /* its name as printed */
	uint64_t seq;      /* from 1 */
	int64_t time_ns;   /* of the call, since the epoch */
	bool namespaces;   /* lines name the IPC namespace */
	bool terminal;     /* -F %s as for a terminal */
};

/* True if some of the body is missing. */
bool trace_truncated(const struct trace_record *record);
/* Appends the record as a line of text, with its newline. */
void trace_put_line(struct buffer *b, const struct trace_record *record,
		    const struct trace_context *context);
/* Appends the record as a JSON object and a newline: the members of recv -j, and
 * those of the call. */
void trace_put_json(struct buffer *b, const struct trace_record *record,
		    const struct trace_context *context);
/* Appends the record as a FORMAT says. */
void trace_put_format(struct buffer *b, const struct render_format *format,
		      const struct trace_record *record, const struct trace_context *context);
/* Appends the line that says how many messages were not shown. */
void trace_put_lost(struct buffer *b, bool json, uint64_t count);

/* ---- the summary ---- */

/* What one process did with one queue, or all of them: pid 0. */
struct trace_row {
	const char *queue;
	uint64_t ns;
	uint32_t pid;
	char command[KERN_COMMAND]; /* foreign bytes */
	struct kern_row sums;
	bool has_age;
	int64_t age_ns; /* mean time that a message stays */
};

/* How many messages a queue had, at a moment of the clock of struct kern_sums. */
struct trace_depth {
	uint64_t messages;
	uint64_t clock_ns;
};

/*
 * The mean time that messages stayed, by Little's law, between two moments; sums are of what passed
 * between them.  Returns false if nothing was received.
 */
bool trace_age(const struct kern_row *sums, const struct trace_depth *before,
	       const struct trace_depth *now, int64_t *age_ns) _must_check_;
/*
 * Appends the summary: a row for each queue and each of its processes, over duration_ns.  waits:
 * the time in calls was recorded.  Returns 0 or -ENOMEM.
 */
int trace_put_summary(struct buffer *b, const struct trace_row *rows, size_t n, int64_t duration_ns,
		      bool waits, bool namespaces) _must_check_;
/* The same as JSON, an object a line. */
void trace_put_summary_json(struct buffer *b, const struct trace_row *rows, size_t n,
			    int64_t duration_ns, bool waits);

#endif
