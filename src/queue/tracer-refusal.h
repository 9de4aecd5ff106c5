/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer-refusal.h - why the kernel, or the sibling mqtool-trace, does not tell what is asked
 */
#ifndef MQTOOL_TRACER_REFUSAL_H
#define MQTOOL_TRACER_REFUSAL_H

#include "base/buffer.h"
#include "queue/tracer-wire.h"

/* Fills *why (may be NULL), replacing what it said; what may be NULL too.  Returns
 * error, a -errno. */
int tracer_refuse(struct tracer_refusal *why, int error, enum tracer_code code, const char *what,
		  int cause);
/* Appends one clause (translated, no newline) that says why, and what would help. */
void tracer_refusal_put(const struct tracer_refusal *why, struct buffer *b);

#endif
