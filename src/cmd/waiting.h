/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waiting.h - what send and recv say to people at a terminal when they wait
 *
 * A command that waits looks like one that hangs.  If a wait lasts two seconds, a line says what is
 * waited for, once in a run.
 */
#ifndef MQTOOL_WAITING_H
#define MQTOOL_WAITING_H

#include <stdbool.h>

#include "queue/queue.h"

enum waiting { WAITING_MESSAGE, WAITING_ROOM, WAITING_INPUT };
#define WAITINGS 3

/* Whether people would see it: standard error is a terminal. */
bool waiting_is_seen(void);
/* Prepares, once, the line for a message or room on the queue; some: for messages of some type alone. */
void waiting_for_queue(enum waiting what, const struct queue_ref *ref, bool some);
/* The same for input typed at a terminal; many: it is cut into messages. */
void waiting_for_input(bool many);
/* Before a call that may wait for that, and after it; nothing if no line was prepared. */
void waiting_begin(enum waiting what);
void waiting_end(enum waiting what);

#endif
