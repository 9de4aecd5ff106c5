/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waiting.h - what send and recv say to people at a terminal when they wait
 *
 * A command that waits looks like one that hangs.  If a wait lasts two seconds, a line says what it
 * waits for, once in a run.
 */
#ifndef MQTOOL_WAITING_H
#define MQTOOL_WAITING_H

#include <stdbool.h>

#include "queue/queue.h"

enum waiting { WAITING_MESSAGE, WAITING_ROOM, WAITING_INPUT };
#define WAITINGS 3

/* True if people would see it: standard error is a terminal. */
bool waiting_is_seen(void);
/* Prepares, once, the line for a message or room on the queue; some: only messages of certain
 * types. */
void waiting_for_queue(enum waiting what, const struct queue_ref *ref, bool some);
/* The same for input typed at a terminal; many: it is cut into messages. */
void waiting_for_input(bool many);

/* For the two below only: true if a line was prepared, and what they do then. */
extern bool waiting_prepared;
void waiting_tell(enum waiting what);
void waiting_untell(enum waiting what);

/* Called before a call that may wait for that, and after it; do nothing if no line was prepared. */
static inline void waiting_begin(enum waiting what)
{
	if (waiting_prepared)
		waiting_tell(what);
}

static inline void waiting_end(enum waiting what)
{
	if (waiting_prepared)
		waiting_untell(what);
}

#endif
