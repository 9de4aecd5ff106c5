/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * snapshot.c - all messages of a POSIX queue as they were at one moment
 */
#include "config.h"

#include "queue/snapshot.h"

#include <errno.h>
#include <string.h>

int snapshot_take(struct snapshot *s, int fd)
{
	struct tracer_request request = { .kind = TRACER_PEEK };
	int rc;

	if (s->taken)
		return 0;
	rc = tracer_ask(&request, fd, &s->messages, &s->why);
	s->taken = rc == 0;
	return rc;
}

/* The record at s->at, whole. */
static bool read_record(const struct snapshot *s, struct tracer_message *record)
{
	size_t left = s->messages.data.len - s->at;

	if (left < sizeof(*record))
		return false;
	memcpy(record, s->messages.data.data + s->at, sizeof(*record));
	return record->size <= left - sizeof(*record);
}

static size_t record_end(const struct snapshot *s, const struct tracer_message *record)
{
	size_t end = s->at + sizeof(*record) + (((size_t)record->size + 7) & ~(size_t)7);

	return end < s->messages.data.len ? end : s->messages.data.len;
}

/* Goes to message number index, usually the next one. */
static int find(struct snapshot *s, size_t index, struct tracer_message *record)
{
	if (index >= s->messages.records)
		return -ENOMSG;
	if (index < s->index)
		s->index = s->at = 0;
	while (read_record(s, record)) {
		if (s->index == index)
			return 0;
		s->at = record_end(s, record);
		s->index++;
	}
	return -EPROTO;
}

int snapshot_get(struct snapshot *s, size_t index, struct message *m, size_t room)
{
	struct tracer_message record;
	int rc = find(s, index, &record);

	if (rc < 0)
		return rc;
	if (record.size > room)
		return -E2BIG;
	m->have = MESSAGE_HAS_PRIORITY;
	m->priority = record.priority;
	m->len = record.size;
	if (record.size)
		memcpy(m->data, s->messages.data.data + s->at + sizeof(record), record.size);
	return 0;
}

void snapshot_free(struct snapshot *s)
{
	tracer_answer_free(&s->messages);
	*s = (struct snapshot){ 0 };
}
