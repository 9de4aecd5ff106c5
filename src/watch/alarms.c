/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alarms.c - what is wrong, from one look to the next
 *
 * A sender of a busy queue is blocked at many a look and yet gets on.  So threads are followed: one
 * that the kernel says has slept for two seconds or, if it does not say, one on a queue on which
 * nothing has moved meanwhile.
 */
#include "config.h"

#include "watch/alarms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"
#include "show/diagnose.h"

/* ---- threads ---- */

static bool same_wait(const struct proc_waiter *a, const struct proc_waiter *b)
{
	return a->tid == b->tid && a->kind == b->kind && a->sender == b->sender &&
	       a->msqid == b->msqid && a->dev == b->dev && a->ino == b->ino;
}

static int compare_seen(const void *pa, const void *pb)
{
	const struct alarm_seen *a = pa, *b = pb;

	return (a->waiter.tid > b->waiter.tid) - (a->waiter.tid < b->waiter.tid);
}

static const struct alarm_seen *find_seen(const struct alarms *a, const struct proc_waiter *waiter)
{
	const struct alarm_seen key = { .waiter = *waiter };
	const struct alarm_seen *seen =
		a->nseen ? bsearch(&key, a->seen, a->nseen, sizeof(*a->seen), compare_seen) : NULL;

	return seen && same_wait(&seen->waiter, waiter) ? seen : NULL;
}

/* Since when, and whether for long enough, given what was known at the look before. */
static struct alarm_seen judge(const struct alarms *a, const struct proc_waiter *waiter,
			       int64_t now_ns)
{
	const struct alarm_seen *before = find_seen(a, waiter);
	struct alarm_seen seen = { .waiter = *waiter, .since_ns = now_ns };

	if (!before)
		return seen;
	seen.since_ns = before->since_ns;
	if (waiter->waited_ns < 0)
		seen.waiter.waited_ns = now_ns - seen.since_ns;
	seen.stuck = seen.waiter.waited_ns >= ALARM_AFTER_NS;
	seen.fresh = seen.stuck && !before->stuck;
	return seen;
}

/* Room to judge n threads in. */
static int make_room(struct alarms *a, size_t n)
{
	struct alarm_seen *grown;

	if (n <= a->judged_cap)
		return 0;
	grown = reallocarray(a->judged, 2 * n, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	a->judged = grown;
	a->judged_cap = 2 * n;
	return 0;
}

/* The judgements of this look are what was seen before, at the next one. */
static void swap_seen(struct alarms *a)
{
	struct alarm_seen *seen = a->seen;
	size_t cap = a->seen_cap;

	a->seen = a->judged;
	a->seen_cap = a->judged_cap;
	a->judged = seen;
	a->judged_cap = cap;
}

static int remember(struct alarms *a, const struct procs *procs, int64_t now_ns)
{
	if (make_room(a, procs->nwaiters) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < procs->nwaiters; i++)
		a->judged[i] = judge(a, &procs->waiters[i], now_ns);
	if (procs->nwaiters > 1)
		qsort(a->judged, procs->nwaiters, sizeof(*a->judged), compare_seen);
	swap_seen(a);
	a->nseen = procs->nwaiters;
	return 0;
}

/* ---- queues ---- */

/* If the kernel does not say how long a thread has slept, a queue that moves has none stuck. */
static bool moves(const struct queue_stat *st, int64_t now)
{
	return st->have & STAT_LAST && now - st->last <= ALARM_AFTER_NS / NSEC_PER_SEC;
}

/* The stuck threads among the waiters of a queue, with the time that each has been blocked; *fresh
 * if all became stuck after the look before. */
static size_t pick_stuck(struct alarms *a, const struct proc_waiter *waiters, size_t n, bool moving,
			 bool *fresh)
{
	size_t stuck = 0;

	*fresh = true;

	if (n > a->stuck_cap) {
		struct proc_waiter *more = reallocarray(a->stuck, n, sizeof(*more));

		if (!more)
			return 0;
		a->stuck = more;
		a->stuck_cap = n;
	}
	for (size_t i = 0; i < n; i++) {
		const struct alarm_seen *seen = find_seen(a, &waiters[i]);

		if (!seen || !seen->stuck || (moving && waiters[i].waited_ns < 0))
			continue;
		a->stuck[stuck++] = seen->waiter;
		*fresh = *fresh && seen->fresh;
	}
	return stuck;
}

static enum alarm_kind kind_of(const struct finding *finding)
{
	switch (finding->kind) {
	case FINDING_NEVER_FITS:
		return ALARM_NEVER_FITS;
	case FINDING_NO_ROOM:
		return ALARM_FULL;
	default:
		return ALARM_TYPE_ABSENT;
	}
}

static void put_senders(struct buffer *b, const struct finding *f)
{
	buffer_printf(b, text_n("%zu sender blocked for ", "%zu senders blocked for ", f->count),
		      f->count);
	format_age(b, f->longest_ns / NSEC_PER_SEC);
}

static void put_receivers(struct buffer *b, const struct finding *f)
{
	long type = f->waiter->type;

	if (f->waiter->except)
		buffer_printf(b, _("only messages of type %ld are queued, "), type);
	else if (type > 0)
		buffer_printf(b, _("no message of type %ld is queued, "), type);
	else
		buffer_printf(b, _("no message of types up to %lu is queued, "),
			      0ul - (unsigned long)type);
	buffer_printf(b, text_n("%zu receiver waits for ", "%zu receivers wait for ", f->count),
		      f->count);
	format_age(b, f->longest_ns / NSEC_PER_SEC);
}

static void put_text(struct buffer *b, const struct queue_stat *st, const struct finding *f)
{
	char name[QUEUE_NAME_TEXT];

	buffer_printf(b, "%s: ", queue_stat_text(st, name));
	switch (kind_of(f)) {
	case ALARM_NEVER_FITS:
		buffer_puts(b, _("a message that can never fit, "));
		put_senders(b, f);
		break;
	case ALARM_FULL:
		if (queue_stat_use(st) >= 100)
			buffer_printf(b, "%s, ", _("full"));
		else
			buffer_printf(b, _("no room for %" PRIu64 " bytes, "), f->waiter->size);
		put_senders(b, f);
		break;
	case ALARM_TYPE_ABSENT:
		put_receivers(b, f);
		break;
	}
}

static bool graver(const struct alarm *a, const struct alarm *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->blocked_ns > b->blocked_ns;
}

/* Sorts in the item after the last; what falls off the end is only counted. */
static void insert(struct alarms *a)
{
	const struct alarm alarm = a->items[a->n];
	size_t at = a->n;

	while (at && graver(&alarm, &a->items[at - 1]))
		at--;
	memmove(&a->items[at + 1], &a->items[at], (a->n - at) * sizeof(*a->items));
	a->items[at] = alarm;
	if (a->n == ALARMS_KEPT)
		a->more++;
	else
		a->n++;
}

static int add_alarm(struct alarms *a, const struct queue_stat *st, const struct finding *finding,
		     bool fresh)
{
	struct alarm *alarm = &a->items[a->n];

	alarm->kind = kind_of(finding);
	alarm->st = *st;
	alarm->st.name = NULL;
	alarm->blocked_ns = finding->longest_ns;
	alarm->fresh = fresh;
	alarm->line.len = 0;
	put_text(&alarm->line, st, finding);
	alarm->text = buffer_string(&alarm->line);
	if (alarm->line.failed) {
		buffer_free(&alarm->line);
		return -ENOMEM;
	}
	insert(a);
	return 0;
}

static int look_at_queue(struct alarms *a, const struct procs *procs, const struct queue_stat *st,
			 int64_t now, int64_t took_ns)
{
	struct diagnose_view view = { .st = st, .partial = true, .took_ns = took_ns };
	struct finding findings[FINDINGS_MAX];
	const struct proc_waiter *waiters;
	size_t n = procs_waiters_of(procs, st, &waiters);
	bool fresh;
	int rc = 0;

	if (!n)
		return 0;
	view.nwaiters = pick_stuck(a, waiters, n, moves(st, now), &fresh);
	view.waiters = a->stuck;
	n = view.nwaiters ? diagnose(&view, findings) : 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (findings[i].kind != FINDING_NO_READER)
			rc = add_alarm(a, st, &findings[i], fresh);
	}
	return rc;
}

static void forget_items(struct alarms *a)
{
	a->n = a->more = 0;
}

int alarms_update(struct alarms *a, const struct procs *procs, const struct queue_stat *queues,
		  size_t n, int64_t now_ns, int64_t now, int64_t took_ns)
{
	int rc = remember(a, procs, now_ns);

	forget_items(a);
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (queues[i].receivers || queues[i].senders)
			rc = look_at_queue(a, procs, &queues[i], now, took_ns);
	}
	return rc;
}

const struct alarm *alarms_of(const struct alarms *a, const struct queue_stat *st)
{
	for (size_t i = 0; i < a->n; i++) {
		if (queue_stat_same(&a->items[i].st, st))
			return &a->items[i];
	}
	return NULL;
}

bool alarm_is_grave(const struct alarm *alarm)
{
	return alarm->kind != ALARM_TYPE_ABSENT;
}

void alarms_clear(struct alarms *a)
{
	forget_items(a);
	a->nseen = 0;
}

void alarms_free(struct alarms *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(a->items); i++)
		buffer_free(&a->items[i].line);
	free(a->seen);
	free(a->judged);
	free(a->stuck);
	*a = (struct alarms){ .n = 0 };
}
