/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * changes.c - does to a queue what the user of watch asks for
 */
#include "config.h"

#include "watch/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "show/namespaces.h"

static const struct queue_select any;

/* At most as many as there were: those that come meanwhile are somebody else's. */
static int purge(struct queue *q, uint64_t most, struct take_room *room, uint64_t *count)
{
	while (*count < most && !stop_signal()) {
		struct message m = { 0 };
		int rc = take_whole(q, &m, room, &any, QUEUE_NO_WAIT);

		if (rc == 0)
			rc = queue_settle(q, &m, QUEUE_DELIVERED);
		if (rc < 0)
			return rc == -EAGAIN ? 0 : rc;
		++*count;
	}
	return 0;
}

static int send_text(struct queue *q, const char *text)
{
	size_t len = strlen(text);
	char *memory = malloc(MESSAGE_HEADROOM + len + 1);
	struct message m = { .type = 1, .len = len };
	int rc;

	if (!memory)
		return -ENOMEM;
	m.data = memory + MESSAGE_HEADROOM;
	m.have = queue_ref_of(q)->kind == QUEUE_SYSV ? MESSAGE_HAS_TYPE : MESSAGE_HAS_PRIORITY;
	memcpy(m.data, text, len + 1);
	rc = queue_send(q, &m, QUEUE_NO_WAIT);
	free(memory);
	return rc;
}

static int receive(struct queue *q, struct take_room *room, struct message *m)
{
	int rc = take_whole(q, m, room, &any, QUEUE_NO_WAIT);

	return rc < 0 ? rc : queue_settle(q, m, QUEUE_DELIVERED);
}

static int change_open(enum change_kind kind, const struct queue_stat *now, const char *text,
		       struct take_room *room, struct change_result *result)
{
	struct queue_ref ref;
	struct queue *q;
	int rc;

	queue_stat_ref(now, &ref);
	rc = queue_open(&q, &ref, kind == CHANGE_SEND ? QUEUE_WRITE : QUEUE_READ);
	if (rc == 0 && kind == CHANGE_PURGE)
		rc = purge(q, now->messages, room, &result->count);
	else if (rc == 0 && kind == CHANGE_SEND)
		rc = send_text(q, text);
	else if (rc == 0)
		rc = receive(q, room, &result->message);
	queue_close(q);
	return rc;
}

struct change {
	enum change_kind kind;
	const struct queue_stat *seen;
	const char *text;
	struct take_room *room;
	struct change_result *result;
};

/* Runs in the namespace of the queue. */
static int change_there(void *arg)
{
	const struct change *c = arg;
	struct queue_stat now;
	struct queue_ref ref;
	int rc = queue_look_again(c->seen, STAT_MESSAGES, &now);

	if (rc < 0)
		return rc;
	if (c->kind != CHANGE_REMOVE)
		return change_open(c->kind, &now, c->text, c->room, c->result);
	queue_stat_ref(&now, &ref);
	return queue_remove(&ref);
}

void change_queue(enum change_kind kind, const struct queue_stat *seen, const char *text,
		  struct take_room *room, struct change_result *result)
{
	struct change c = { kind, seen, text, room, result };

	*result = (struct change_result){ .error = 0 };
	result->error = namespace_call(seen, change_there, &c);
}
