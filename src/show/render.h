/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render.h - how a received message is written: as it is, by a format, as JSON, for a terminal
 *
 * Pure: what is rendered depends only on the message and what is given here.
 */
#ifndef MQTOOL_RENDER_H
#define MQTOOL_RENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

/* A FORMAT of `recv -F`, compiled.  Owned by the caller of render_format_compile(). */
struct render_format;

/*
 * Compiles FORMAT.  Returns 0 with *format, -ENOMEM, or -EINVAL with *bad pointing at the invalid %
 * or backslash in text.
 */
int render_format_compile(const char *text, struct render_format **format, const char **bad)
	_must_check_;
/* The same for `trace -F`, which also has letters for the call: render_call. */
int render_format_compile_call(const char *text, struct render_format **format, const char **bad)
	_must_check_;
/* Frees; NULL is fine. */
void render_format_free(struct render_format *format);
/* True if the format shows %T: the time of receipt then has to be taken. */
bool render_format_needs_time(const struct render_format *format);

/* True if the format shows that letter. */
bool render_format_has(const struct render_format *format, char letter);

/* The system call that a message passed in, for trace. */
struct render_call {
	const char *event;   /* %E: "send", "recv" */
	const char *command; /* %C: foreign bytes */
	unsigned int pid, tid;
	uint64_t size;     /* %S: bytes of the message, of which only some may have been kept */
	bool has_size;     /* else the size is not known */
	int64_t wait_ns;   /* %W: in the call; negative: not known */
	const char *error; /* %e: "EAGAIN", or "" */
	uint64_t ns;       /* %N: IPC namespace */
};

/* What a message does not know about itself. */
struct render_context {
	const char *queue;              /* its name as printed */
	uint64_t seq;                   /* from 1 */
	const struct timespec *time;    /* of receipt, CLOCK_REALTIME; only for %T */
	bool terminal;                  /* %s as escape_put() shows it with ESCAPE_TERMINAL */
	const struct render_call *call; /* or NULL: it was received by mqtool */
};

/* Appends the message as the format says; nothing is added. */
void render_format_put(struct buffer *b, const struct render_format *format,
		       const struct message *m, const struct render_context *context);

#endif
