/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changes.h - what watch does to a queue when the user asks: purge, remove, send, receive
 */
#ifndef MQTOOL_CHANGES_H
#define MQTOOL_CHANGES_H

#include <stdint.h>

#include "cmd/take.h"
#include "queue/queue.h"

enum change_kind { CHANGE_PURGE, CHANGE_REMOVE, CHANGE_SEND, CHANGE_RECEIVE };
#define CHANGE_KINDS 4

/* What became of it. */
struct change_result {
	int error;              /* 0, or -errno */
	uint64_t count;         /* purge: messages thrown away */
	struct message message; /* receive: in the caller's room */
};

/*
 * Changes the queue that was seen, if it is still that queue and neither owner, mode nor size
 * changed (else -ESTALE or -ENOENT).  Waits for nothing: a send to a full queue is -EAGAIN.  text:
 * the message to send.  room: for the message received, freed by its owner.
 */
void change_queue(enum change_kind kind, const struct queue_stat *seen, const char *text,
		  struct take_room *room, struct change_result *result);

#endif
