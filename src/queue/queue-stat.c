/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-stat.c - what follows from what is known of a queue
 */
#include "config.h"

#include "queue/queue-stat.h"

#include <limits.h>
#include <string.h>

#include "base/util.h"

void queue_stat_name(struct queue_stat *st, const struct queue_ref *ref)
{
	if (st->kind == QUEUE_POSIX)
		st->name = ref->name;
	else if (st->kind == QUEUE_AMQP)
		st->address = &ref->address;
}

void queue_stat_ref(const struct queue_stat *st, struct queue_ref *ref)
{
	*ref = (struct queue_ref){ .kind = st->kind, .by = QUEUE_BY_ID, .msqid = st->msqid };
	if (st->kind == QUEUE_POSIX) {
		ref->by = st->name[0] == '/' ? QUEUE_BY_NAME : QUEUE_BY_PROC;
		memcpy(ref->name, st->name, strnlen(st->name, sizeof(ref->name) - 1));
	}
}

bool queue_stat_same(const struct queue_stat *a, const struct queue_stat *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == QUEUE_SYSV ? a->msqid == b->msqid : a->dev == b->dev && a->ino == b->ino;
}

bool queue_ref_is(const struct queue_ref *ref, const struct queue_stat *st)
{
	if (ref->error)
		return false;
	switch (ref->by) {
	case QUEUE_BY_NAME:
		return st->kind == QUEUE_POSIX && strcmp(st->name, ref->name) == 0;
	case QUEUE_BY_KEY:
		return st->kind == QUEUE_SYSV && st->key == ref->key;
	case QUEUE_BY_ID:
		return st->kind == QUEUE_SYSV && st->msqid == ref->msqid;
	default:
		return false; /* no list has such queues */
	}
}

static _cold_ int compare_addresses(const struct queue_stat *a, const struct queue_stat *b)
{
	char x[QUEUE_NAME_TEXT], y[QUEUE_NAME_TEXT];

	return strcmp(queue_stat_text(a, x), queue_stat_text(b, y));
}

static int compare_names(const struct queue_stat *a, const struct queue_stat *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == QUEUE_POSIX)
		return strcmp(a->name, b->name);
	if (a->kind == QUEUE_AMQP)
		return compare_addresses(a, b);
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->msqid > b->msqid) - (a->msqid < b->msqid);
}

int queue_stat_compare(const struct queue_stat *a, const struct queue_stat *b)
{
	int order = compare_names(a, b);

	return order ? order : (a->ns > b->ns) - (a->ns < b->ns);
}

/* ---- use ---- */

int queue_percent(uint64_t part, uint64_t whole)
{
	uint64_t percent;

	if (!whole)
		return 100;
	if (part <= UINT64_MAX / 100)
		percent = part * 100 / whole;
	else /* If this fits an int, whole is so large that its last two digits do not matter. */
		percent = whole < 100 ? UINT64_MAX : part / (whole / 100);
	return percent > INT_MAX ? INT_MAX : (int)percent;
}

int queue_stat_use(const struct queue_stat *st)
{
	unsigned int need = STAT_MESSAGES;

	/* A broker may not tell a maximum at all. */
	need |= st->kind == QUEUE_SYSV ? STAT_BYTES | STAT_QBYTES : STAT_MAXMSG;
	if ((st->have & need) != need)
		return -1;
	if (st->kind != QUEUE_SYSV)
		return queue_percent(st->messages, st->maxmsg);
	return queue_percent(st->bytes > st->messages ? st->bytes : st->messages, st->qbytes);
}

bool queue_stat_fits(const struct queue_stat *st, uint64_t size)
{
	if (st->kind == QUEUE_POSIX)
		return st->messages < st->maxmsg && size <= st->msgsize;
	return st->messages < st->qbytes && st->bytes <= st->qbytes &&
	       size <= st->qbytes - st->bytes;
}
