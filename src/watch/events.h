/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.h - what happened to queues, the last EVENTS_MAX events
 *
 * Pure: times are arguments.
 */
#ifndef MQTOOL_EVENTS_H
#define MQTOOL_EVENTS_H

#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_CREATED,
	EVENT_REMOVED,
	EVENT_FULL,
	EVENT_ROOM,
	EVENT_DRAINED,
	EVENT_RECEIVER,
	EVENT_SENDER,
	EVENT_DONE,  /* the user changed the queue: the text says how */
	EVENT_FAILED /* and failed to */
};
#define EVENT_KINDS 9

struct event {
	int64_t when; /* seconds since the epoch */
	enum event_kind kind;
	char *queue; /* its name as printed */
	char *text;  /* what happened, escaped; NULL: event_text() says it */
};

/* The log forgets the oldest beyond this many. */
#define EVENTS_MAX 256

/* Zeroed it is empty; the owner calls events_free(). */
struct events {
	struct event items[EVENTS_MAX];
	size_t first, n;
};

/* Adds an event, copying both texts; text may be NULL.  If memory runs out the log has a gap. */
void events_add(struct events *log, int64_t when, enum event_kind kind, const char *queue,
		const char *text);
/* The event `age` places before the last one (below log->n). */
const struct event *events_get(const struct events *log, size_t age);
/* What happened, translated; owned by the event, or static. */
const char *event_text(const struct event *event);
/* The same for any event of a kind without a text of its own; static. */
const char *event_kind_text(enum event_kind kind);
/* Frees the events and leaves an empty log. */
void events_free(struct events *log);

#endif
