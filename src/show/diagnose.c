/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnose.c - what is wrong with a queue, if that follows from what is seen
 */
#include "config.h"

#include "show/diagnose.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/text.h"

/* ---- finding ---- */

static bool never_fits(const struct queue_stat *st, const struct proc_waiter *waiter)
{
	/* The kernel refuses such a message on a POSIX queue, but on a System V queue the sender
	 * waits for ever (msgsnd(2)); if msg_qbytes is 0, even with an empty one. */
	return waiter->sender && st->kind == QUEUE_SYSV && st->have & STAT_QBYTES &&
	       (waiter->size > st->qbytes || st->qbytes == 0);
}

static bool has_messages(const struct queue_stat *st)
{
	return st->have & STAT_MESSAGES && st->messages > 0;
}

/*
 * A message goes straight to a blocked receiver that it suits: if one is blocked while messages
 * wait, none of them suits it.  It must have been blocked already when they were counted.
 */
static bool type_absent(const struct diagnose_view *view, const struct proc_waiter *waiter)
{
	return view->st->kind == QUEUE_SYSV && !waiter->sender && waiter->type != 0 &&
	       has_messages(view->st) &&
	       (waiter->waited_ns < 0 || waiter->waited_ns >= view->took_ns);
}

static bool wants_same(const struct proc_waiter *a, const struct proc_waiter *b)
{
	return a->type == b->type && a->except == b->except;
}

struct finding_list {
	struct finding *items;
	size_t n;
};

/* Counts the waiter under a finding of that kind (and, for types, of that type). */
static void count(struct finding_list *list, enum finding_kind kind,
		  const struct proc_waiter *waiter)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->items[i].kind != kind)
			continue;
		if (kind == FINDING_TYPE_ABSENT && !wants_same(list->items[i].waiter, waiter))
			continue;
		list->items[i].count++;
		if (list->items[i].longest_ns < waiter->waited_ns)
			list->items[i].longest_ns = waiter->waited_ns;
		return;
	}
	if (list->n < FINDINGS_MAX)
		list->items[list->n++] = (struct finding){ kind, 1, waiter, waiter->waited_ns };
}

static bool any_receiver(const struct diagnose_view *view)
{
	for (size_t i = 0; i < view->nwaiters; i++) {
		if (!view->waiters[i].sender)
			return true;
	}
	return false;
}

static bool any_reader(const struct diagnose_view *view)
{
	for (size_t i = 0; i < view->nholders; i++) {
		if (view->holders[i].reads)
			return true;
	}
	return false;
}

/* System V queues are not held open: the last receiver is the only clue. */
static bool no_reader(const struct diagnose_view *view)
{
	if (!has_messages(view->st) || any_receiver(view))
		return false;
	if (view->st->kind == QUEUE_SYSV)
		return view->receiver_gone;
	return !view->partial && !any_reader(view);
}

size_t diagnose(const struct diagnose_view *view, struct finding findings[static FINDINGS_MAX])
{
	struct finding_list list = { findings, 0 };

	for (size_t i = 0; i < view->nwaiters; i++) {
		if (never_fits(view->st, &view->waiters[i]))
			count(&list, FINDING_NEVER_FITS, &view->waiters[i]);
	}
	for (size_t i = 0; i < view->nwaiters; i++) {
		if (view->waiters[i].sender && !never_fits(view->st, &view->waiters[i]))
			count(&list, FINDING_NO_ROOM, &view->waiters[i]);
	}
	if (no_reader(view))
		list.items[list.n++] = (struct finding){ FINDING_NO_READER, 0, NULL, -1 };
	for (size_t i = 0; i < view->nwaiters; i++) {
		if (type_absent(view, &view->waiters[i]))
			count(&list, FINDING_TYPE_ABSENT, &view->waiters[i]);
	}
	return list.n;
}

/* ---- saying ---- */

static void put_never_fits(struct buffer *b, const struct queue_stat *st, const struct finding *f)
{
	buffer_printf(b,
		      text_n("%zu sender waits for ever: its %" PRIu64 " bytes are more than"
			     " msg_qbytes, %" PRIu64 ", allows (raise it with mqtool set -b)",
			     "%zu senders wait for ever: %" PRIu64 " bytes, as the first has, are"
			     " more than msg_qbytes, %" PRIu64
			     ", allows (raise it with mqtool set -b)",
			     f->count),
		      f->count, f->waiter->size, st->qbytes);
}

static void put_no_room(struct buffer *b, const struct queue_stat *st, const struct finding *f)
{
	if (st->kind == QUEUE_POSIX) {
		buffer_printf(b,
			      text_n("full: %zu sender is blocked", "full: %zu senders are blocked",
				     f->count),
			      f->count);
		return;
	}
	buffer_printf(b,
		      text_n("full: %zu sender is blocked, with %" PRIu64 " bytes while %" PRIu64
			     " of %" PRIu64 " are in use",
			     "full: %zu senders are blocked, the first with %" PRIu64
			     " bytes while %" PRIu64 " of %" PRIu64 " are in use",
			     f->count),
		      f->count, f->waiter->size, st->bytes, st->qbytes);
}

static void put_type_absent(struct buffer *b, const struct finding *f)
{
	long type = f->waiter->type;

	if (f->waiter->except)
		buffer_printf(b,
			      text_n("%zu receiver waits for any type but %ld: only that is queued",
				     "%zu receivers wait for any type but %ld: only that is queued",
				     f->count),
			      f->count, type);
	else if (type > 0)
		buffer_printf(b,
			      text_n("%zu receiver waits for type %ld: none is queued",
				     "%zu receivers wait for type %ld: none is queued", f->count),
			      f->count, type);
	else
		buffer_printf(b,
			      text_n("%zu receiver waits for types up to %lu: none is queued",
				     "%zu receivers wait for types up to %lu: none is queued",
				     f->count),
			      f->count, 0ul - (unsigned long)type);
}

static void put_no_reader(struct buffer *b, const struct diagnose_view *view)
{
	const struct queue_stat *st = view->st;
	unsigned long n = (unsigned long)st->messages;

	if (st->kind == QUEUE_SYSV && st->rtime == 0)
		buffer_printf(b,
			      text_n("%lu message waits, and nothing was ever received",
				     "%lu messages wait, and nothing was ever received", n),
			      n);
	else if (st->kind == QUEUE_SYSV)
		buffer_printf(b,
			      text_n("%lu message waits, and the last receiver has exited",
				     "%lu messages wait, and the last receiver has exited", n),
			      n);
	else if (view->nholders)
		buffer_printf(b,
			      text_n("%lu message waits, and nobody has the queue open for reading",
				     "%lu messages wait, and nobody has the queue open for reading",
				     n),
			      n);
	else
		buffer_printf(b,
			      text_n("%lu message waits, and nobody has the queue open",
				     "%lu messages wait, and nobody has the queue open", n),
			      n);
}

void finding_put(struct buffer *b, const struct diagnose_view *view, const struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_NEVER_FITS:
		put_never_fits(b, view->st, finding);
		break;
	case FINDING_NO_ROOM:
		put_no_room(b, view->st, finding);
		break;
	case FINDING_TYPE_ABSENT:
		put_type_absent(b, finding);
		break;
	case FINDING_NO_READER:
		put_no_reader(b, view);
		break;
	}
}
