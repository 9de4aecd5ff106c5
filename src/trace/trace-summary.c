/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-summary.c - what processes did with queues, counted in the kernel
 */
#include "config.h"

#include "trace/trace-summary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "show/namespaces.h"

/* How often to look at a queue that never rests. */
#define LOOKS 50

int trace_seen_add(struct trace_seen_list *seen, const struct kern_event *event)
{
	struct trace_seen *items = array_grow(seen->items, seen->n, &seen->cap, sizeof(*items));
	struct trace_seen *added;

	if (!items)
		return -ENOMEM;
	seen->items = items;
	added = &items[seen->n++];
	*added = (struct trace_seen){ .key = { .queue = event->queue, .pid = event->pid } };
	memcpy(added->command, event->command, KERN_COMMAND);
	return 0;
}

static void add_sums(struct kern_row *to, const struct kern_row *row)
{
	for (int d = 0; d < KERN_DIRECTIONS; d++) {
		to->sums[d].messages += row->sums[d].messages;
		to->sums[d].bytes += row->sums[d].bytes;
		to->sums[d].wait_ns += row->sums[d].wait_ns;
		to->sums[d].clock_ns += row->sums[d].clock_ns;
	}
}

static void subtract_sums(struct kern_row *from, const struct kern_row *row)
{
	for (int d = 0; d < KERN_DIRECTIONS; d++) {
		from->sums[d].messages -= row->sums[d].messages;
		from->sums[d].bytes -= row->sums[d].bytes;
		from->sums[d].wait_ns -= row->sums[d].wait_ns;
		from->sums[d].clock_ns -= row->sums[d].clock_ns;
	}
}

/* ---- depths ---- */

static int add_to_queue(void *arg, const struct kern_row_key *key, const struct kern_row *row)
{
	struct trace_name *name = trace_names_get(arg, &key->queue);

	if (name)
		add_sums(&name->sums, row);
	return 0;
}

/* What has passed through each queue so far. */
static int sum_queues(struct trace_load *load, struct trace_names *names)
{
	for (size_t i = 0; i < names->cap; i++)
		names->items[i].sums = (struct kern_row){ 0 };
	return trace_load_rows(load, add_to_queue, names);
}

/* Fills looks that are not known; *left is how many stay unknown. */
static int look_once(struct trace_load *load, struct trace_names *names, bool first, size_t *left)
{
	struct namespaces_hidden hidden;
	uint64_t clock_ns;
	int rc = trace_names_list(names, &hidden);

	for (size_t i = 0; rc == 0 && i < names->list.n; i++) {
		struct kern_queue queue;

		trace_names_key(names, &names->list.items[i], &queue);
		if (!trace_names_add(names, &queue, &names->list.items[i]))
			rc = -ENOMEM;
	}
	if (rc == 0)
		rc = sum_queues(load, names);
	for (size_t i = 0; rc == 0 && i < names->cap; i++)
		(first ? &names->items[i].first : &names->items[i].last)->sums =
			names->items[i].sums;
	if (rc == 0)
		rc = trace_names_list(names, &hidden);
	clock_ns = trace_load_clock(load);
	if (rc == 0)
		rc = sum_queues(load, names);
	*left = 0;
	for (size_t i = 0; rc == 0 && i < names->list.n; i++) {
		const struct queue_stat *st = &names->list.items[i];
		struct trace_name *name;
		struct trace_look *look;
		struct kern_queue queue;

		trace_names_key(names, st, &queue);
		name = trace_names_get(names, &queue);
		if (!name || !(st->have & STAT_MESSAGES))
			continue;
		look = first ? &name->first : &name->last;
		look->depth = (struct trace_depth){ st->messages, clock_ns };
		look->known = memcmp(&look->sums, &name->sums, sizeof(look->sums)) == 0;
		*left += !look->known;
	}
	return rc;
}

int trace_summary_look(struct trace_load *load, struct trace_names *names, bool first)
{
	size_t left = 1;
	int rc = 0;

	for (int i = 0; rc == 0 && left && i < LOOKS; i++)
		rc = look_once(load, names, first, &left);
	return rc;
}

/* ---- rows ---- */

struct collection {
	struct trace_names *names;
	const struct trace_seen_list *seen;
	struct trace_row *rows;
	size_t n, cap;
};

static struct trace_row *add_row(struct collection *c)
{
	struct trace_row *rows = array_grow(c->rows, c->n, &c->cap, sizeof(*rows));

	if (!rows)
		return NULL;
	c->rows = rows;
	c->rows[c->n] = (struct trace_row){ .queue = "?" };
	return &c->rows[c->n++];
}

static const char *command_of(const struct trace_seen_list *seen, const struct kern_row_key *key)
{
	for (size_t i = 0; i < seen->n; i++) {
		if (memcmp(&seen->items[i].key, key, sizeof(*key)) == 0)
			return seen->items[i].command;
	}
	return "?";
}

static int collect_process(void *arg, const struct kern_row_key *key, const struct kern_row *sums)
{
	struct collection *c = arg;
	const struct trace_name *name = trace_names_get(c->names, &key->queue);
	struct trace_row *row;

	if (name && !name->wanted)
		return 0;
	row = add_row(c);
	if (!row)
		return -ENOMEM;
	if (name)
		row->queue = name->text;
	row->ns = key->queue.ns;
	row->pid = key->pid;
	snprintf(row->command, sizeof(row->command), "%s", command_of(c->seen, key));
	row->sums = *sums;
	return 0;
}

/* The queue as a whole: given two looks that agree with the sums, also its messages' time in it. */
static int collect_queue(struct collection *c, const struct trace_name *name)
{
	struct kern_row between = name->last.sums;
	struct trace_row *row;

	if (!name->text || !name->wanted ||
	    !(name->sums.sums[KERN_SEND].messages | name->sums.sums[KERN_RECEIVE].messages))
		return 0;
	row = add_row(c);
	if (!row)
		return -ENOMEM;
	row->queue = name->text;
	row->ns = name->queue.ns;
	row->sums = name->sums;
	subtract_sums(&between, &name->first.sums);
	/* A queue that did not exist at the first look was empty then. */
	if (name->last.known && (name->first.known || !name->first.depth.clock_ns))
		row->has_age =
			trace_age(&between, &name->first.depth, &name->last.depth, &row->age_ns);
	return 0;
}

static int compare_rows(const void *pa, const void *pb)
{
	const struct trace_row *a = pa, *b = pb;
	int order = strcmp(a->queue, b->queue);

	if (!order)
		order = (a->ns > b->ns) - (a->ns < b->ns);
	return order ? order : (a->pid > b->pid) - (a->pid < b->pid);
}

int trace_summary_put(struct buffer *b, struct trace_load *load, struct trace_names *names,
		      const struct trace_seen_list *seen, int64_t duration_ns, bool waits)
{
	struct collection c = { .names = names, .seen = seen };
	int rc = sum_queues(load, names);

	for (size_t i = 0; rc == 0 && i < names->cap; i++)
		rc = collect_queue(&c, &names->items[i]);
	if (rc == 0)
		rc = trace_load_rows(load, collect_process, &c);
	if (rc == 0 && c.n)
		qsort(c.rows, c.n, sizeof(*c.rows), compare_rows);
	if (rc == 0 && names->o->json)
		trace_put_summary_json(b, c.rows, c.n, duration_ns, waits);
	else if (rc == 0)
		rc = trace_put_summary(b, c.rows, c.n, duration_ns, waits, names->o->namespaces);
	free(c.rows);
	return rc;
}
