/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-names.c - which queue a number of the kernel means, and whether it was asked for
 */
#include "config.h"

#include "trace/trace-names.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "show/namespaces.h"

static size_t hash_of(const struct kern_queue *queue, size_t cap)
{
	uint64_t x = (queue->id ^ queue->ns << 32 ^ queue->kind) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(x >> 20) & (cap - 1);
}

static bool same(const struct kern_queue *a, const struct kern_queue *b)
{
	return a->id == b->id && a->ns == b->ns && a->kind == b->kind;
}

/* The place of the queue, or the one where it would be put. */
static struct trace_name *place_of(struct trace_name *items, size_t cap,
				   const struct kern_queue *queue)
{
	size_t i = hash_of(queue, cap);

	while (items[i].text && !same(&items[i].queue, queue))
		i = (i + 1) & (cap - 1);
	return &items[i];
}

static bool make_room(struct trace_names *names)
{
	size_t cap = names->cap ? 2 * names->cap : 256;
	struct trace_name *items;

	if (2 * names->n < names->cap)
		return true;
	items = calloc(cap, sizeof(*items));
	if (!items)
		return false;
	for (size_t i = 0; i < names->cap; i++) {
		if (names->items[i].text)
			*place_of(items, cap, &names->items[i].queue) = names->items[i];
	}
	free(names->items);
	names->items = items;
	names->cap = cap;
	return true;
}

void trace_names_key(const struct trace_names *names, const struct queue_stat *st,
		     struct kern_queue *queue)
{
	*queue = (struct kern_queue){
		.ns = st->have & STAT_NAMESPACE ? st->ns : names->own_ns,
		.id = st->kind == QUEUE_SYSV ? (uint32_t)st->msqid : st->ino,
		.kind = st->kind == QUEUE_SYSV ? KERN_SYSV : KERN_POSIX,
	};
}

int trace_names_list(struct trace_names *names, struct namespaces_hidden *hidden)
{
	const unsigned int detail = STAT_MESSAGES | STAT_INODE;

	if (names->o->namespaces)
		return namespaces_list(&names->list, names->o->mask, detail, hidden);
	*hidden = (struct namespaces_hidden){ 0 };
	return queue_list(&names->list, names->o->mask, detail);
}

static bool is_wanted(const struct trace_names *names, const struct queue_stat *st)
{
	const struct trace_options *o = names->o;

	if (o->filter.have && !queue_filter_holds(&o->filter, st, 0))
		return false;
	for (int i = 0; i < o->nrefs; i++) {
		if (queue_ref_is(&o->refs[i], st))
			return true;
	}
	return !o->nrefs;
}

struct trace_name *trace_names_get(const struct trace_names *names, const struct kern_queue *queue)
{
	struct trace_name *name = names->cap ? place_of(names->items, names->cap, queue) : NULL;

	return name && name->text ? name : NULL;
}

struct trace_name *trace_names_add(struct trace_names *names, const struct kern_queue *queue,
				   const struct queue_stat *st)
{
	char text[QUEUE_NAME_TEXT];
	struct trace_name *name = trace_names_get(names, queue);

	if (name)
		return name;
	if (!make_room(names))
		return NULL;
	name = place_of(names->items, names->cap, queue);
	name->text = strdup(queue_stat_text(st, text));
	if (!name->text)
		return NULL;
	name->queue = *queue;
	name->wanted = is_wanted(names, st);
	names->n++;
	return name;
}

/* ---- the key of a System V queue ---- */

struct lookup {
	int msqid;
	struct queue_stat found;
};

static int look_up(void *arg)
{
	struct lookup *lookup = arg;
	struct queue_list list = { 0 };
	int rc = queue_list(&list, QUEUE_MASK_SYSV, 0);

	for (size_t i = 0; rc == 0 && i < list.n; i++) {
		if (list.items[i].msqid == lookup->msqid)
			lookup->found = list.items[i];
	}
	queue_list_free(&list);
	return rc;
}

/* A key that is already gone leaves the number as the name. */
static void describe_sysv(const struct kern_event *event, struct queue_stat *st)
{
	const struct queue_stat where = { .have = STAT_NAMESPACE,
					  .ns = event->queue.ns,
					  .ns_pid = (pid_t)event->pid };
	struct lookup lookup = { .msqid = (int)event->queue.id };

	lookup.found.kind = QUEUE_SYSV;
	lookup.found.msqid = lookup.msqid;
	if (namespace_call(&where, look_up, &lookup) < 0)
		lookup.found.key = 0;
	*st = lookup.found;
}

static void describe_posix(const struct trace_record *record, char name[static KERN_NAME + 1],
			   struct queue_stat *st)
{
	name[0] = '/';
	memcpy(name + 1, record->name, record->event.name_len);
	name[1 + record->event.name_len] = '\0';
	*st = (struct queue_stat){ .kind = QUEUE_POSIX, .name = name };
}

struct trace_name *trace_names_find(struct trace_names *names, const struct trace_record *record,
				    bool *is_new)
{
	const struct kern_event *event = &record->event;
	struct trace_name *name = trace_names_get(names, &event->queue);
	char text[KERN_NAME + 1];
	struct queue_stat st;

	*is_new = !name;
	if (name)
		return name;
	if (event->queue.kind == KERN_SYSV)
		describe_sysv(event, &st);
	else
		describe_posix(record, text, &st);
	return trace_names_add(names, &event->queue, &st);
}

void trace_names_free(struct trace_names *names)
{
	for (size_t i = 0; i < names->cap; i++)
		free(names->items[i].text);
	free(names->items);
	queue_list_free(&names->list);
}
