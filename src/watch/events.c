/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events.c - a ring of what happened
 */
#include "config.h"

#include "watch/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

static void forget(struct event *event)
{
	free(event->queue);
	free(event->text);
	*event = (struct event){ .queue = NULL };
}

void events_add(struct events *log, int64_t when, enum event_kind kind, const char *queue,
		const char *text)
{
	struct event event = { .when = when, .kind = kind, .queue = strdup(queue) };
	struct event *place;

	if (text)
		event.text = strdup(text);
	if (!event.queue || (text && !event.text)) {
		forget(&event);
		return;
	}
	if (log->n == EVENTS_MAX) {
		forget(&log->items[log->first]);
		log->first = (log->first + 1) % EVENTS_MAX;
		log->n--;
	}
	place = &log->items[(log->first + log->n++) % EVENTS_MAX];
	*place = event;
}

const struct event *events_get(const struct events *log, size_t age)
{
	return &log->items[(log->first + log->n - 1 - age) % EVENTS_MAX];
}

const char *event_kind_text(enum event_kind kind)
{
	static const char *const texts[EVENT_KINDS] = {
		[EVENT_CREATED] = N_("created"),
		[EVENT_REMOVED] = N_("removed"),
		[EVENT_FULL] = N_("full"),
		[EVENT_ROOM] = N_("has room again"),
		[EVENT_DRAINED] = N_("drained"),
		[EVENT_RECEIVER] = N_("a receiver waits"),
		[EVENT_SENDER] = N_("a sender is stuck"),
		[EVENT_DONE] = N_("changed"),
		[EVENT_FAILED] = N_("not changed"),
	};

	return text_get(texts[kind]);
}

const char *event_text(const struct event *event)
{
	return event->text ? event->text : event_kind_text(event->kind);
}

void events_free(struct events *log)
{
	for (size_t i = 0; i < log->n; i++)
		forget(&log->items[(log->first + i) % EVENTS_MAX]);
	log->first = log->n = 0;
}
