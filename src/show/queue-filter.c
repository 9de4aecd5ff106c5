/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-filter.c - which of the queues listed are meant
 */
#include "config.h"

#include "show/queue-filter.h"

#include <fnmatch.h>

#include "base/text.h"
#include "base/util.h"

unsigned int queue_filter_kinds(const struct queue_filter *f)
{
	return f->have & FILTER_KIND ? f->kinds : QUEUE_MASK_ALL;
}

static bool name_matches(const struct queue_filter *f, const struct queue_stat *st)
{
	char name[QUEUE_NAME_TEXT];

	text_init(); /* the locale defines what a character is */
	return fnmatch(f->glob, queue_stat_text(st, name), 0) == 0;
}

static bool is_idle(const struct queue_filter *f, const struct queue_stat *st, int64_t now_ns)
{
	int64_t since = st->have & STAT_LAST ? st->last : 0;
	int64_t end;

	if (f->idle_ns == 0)
		return true;
	if (since == 0 && (st->have & STAT_CTIME))
		since = st->ctime;
	/* 0 is "never": nothing is known. */
	return since > 0 && since < INT64_MAX &&
	       !__builtin_mul_overflow(since + 1, NSEC_PER_SEC, &end) && now_ns >= end &&
	       now_ns - end >= f->idle_ns;
}

bool queue_filter_holds(const struct queue_filter *f, const struct queue_stat *st, int64_t now_ns)
{
	if ((f->have & FILTER_KIND) && !(f->kinds & (1u << st->kind)))
		return false;
	if ((f->have & FILTER_MATCH) && !name_matches(f, st))
		return false;
	if ((f->have & FILTER_EMPTY) && (!(st->have & STAT_MESSAGES) || st->messages > 0))
		return false;
	if ((f->have & FILTER_OWNER) && (!(st->have & STAT_OWNER) || st->uid != f->owner))
		return false;
	return !(f->have & FILTER_IDLE) || is_idle(f, st, now_ns);
}

void queue_filter_keep(const struct queue_filter *f, struct queue_list *list, int64_t now_ns)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (queue_filter_holds(f, &list->items[i], now_ns))
			list->items[n++] = list->items[i];
	list->n = n;
}
