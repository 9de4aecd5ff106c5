/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-look.h - looks at one POSIX queue from inside the kernel
 *
 * The programs run when they are called and are not attached to anything.
 */
#ifndef MQTOOL_TRACE_LOOK_H
#define MQTOOL_TRACE_LOOK_H

#include "base/util.h"
#include "queue/tracer.h"

/* The programs, loaded. */
struct trace_look;

/*
 * Puts all messages of the queue that fd is open for into *answer: TRACER_PEEK.  *look is NULL at
 * first, and the caller's to free.  Returns 0, or -errno with *why: -EBUSY if the queue changes so
 * fast that no two readings were equal.
 */
int trace_look_peek(struct trace_look **look, int fd, struct tracer_answer *answer,
		    struct tracer_refusal *why) _must_check_;
/* The same for the process to be notified of the queue, and those that poll it: TRACER_WHO. */
int trace_look_who(struct trace_look **look, int fd, struct tracer_answer *answer,
		   struct tracer_refusal *why) _must_check_;
/* Frees all; NULL is fine. */
void trace_look_close(struct trace_look *look);

#endif
