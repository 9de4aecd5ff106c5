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

/* A FORMAT of `recv -F`, compiled.  Owner: whoever called render_format_compile(). */
struct render_format;

/*
 * Compiles FORMAT.  Returns 0 with *format, -ENOMEM, or -EINVAL with *bad pointing at the % or
 * backslash in text that means nothing.
 */
int render_format_compile(const char *text, struct render_format **format, const char **bad)
	_must_check_;
/* Frees; NULL is fine. */
void render_format_free(struct render_format *format);
/* True where the format shows %T: the time of receipt then has to be taken. */
bool render_format_needs_time(const struct render_format *format);

/* What a message does not know of itself. */
struct render_context {
	const char *queue;           /* its name as printed */
	uint64_t seq;                /* from 1 */
	const struct timespec *time; /* of receipt, CLOCK_REALTIME; only for %T */
	bool terminal;               /* %s as escape_put() shows it with ESCAPE_TERMINAL */
};

/* Appends the message as the format says; nothing is added. */
void render_format_put(struct buffer *b, const struct render_format *format,
		       const struct message *m, const struct render_context *context);

#endif
