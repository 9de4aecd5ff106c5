/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * take.c - a message in hand: taken whole, and put back if it could not be delivered
 */
#include "config.h"

#include "cmd/take.h"

#include <errno.h>
#include <stdlib.h>

#include "base/wait.h"
#include "show/json.h"

/* Most messages fit at once: one that does not wakes a waiting receiver for nothing (msgrcv(2)). */
#define FIRST_ROOM ((size_t)64 * 1024)

void take_room_free(struct take_room *room)
{
	free(room->memory);
	*room = (struct take_room){ 0 };
}

/* What was there before may be gone, so less may be wanted now, not more. */
static int make_room(struct take_room *room, size_t wanted)
{
	char *memory;

	if (wanted < FIRST_ROOM)
		wanted = FIRST_ROOM;
	if (wanted <= room->size)
		return 0;
	if (wanted > SIZE_MAX - MESSAGE_HEADROOM)
		return -ENOMEM;
	memory = realloc(room->memory, MESSAGE_HEADROOM + wanted);
	if (!memory)
		return -ENOMEM;
	room->memory = memory;
	room->size = wanted;
	return 0;
}

int take_whole(struct queue *q, struct message *m, struct take_room *room,
	       const struct queue_select *want, int64_t timeout_ns)
{
	int rc = room->memory ? 0 : make_room(room, queue_room_wanted(q));

	while (rc == 0) {
		m->data = room->memory + MESSAGE_HEADROOM;
		rc = queue_take(q, m, room->size, want, timeout_ns);
		if (rc != -E2BIG)
			break;
		rc = make_room(room, queue_room_wanted(q));
	}
	return rc;
}

int take_back(struct queue *q, const struct message *m, const char *name)
{
	int rc = queue_settle(q, m, QUEUE_RETURN);

	/* The message is nowhere else: nothing can be done about a failure. */
	if (rc < 0)
		(void)!json_write_line(name, m, wait_report);
	return rc;
}
