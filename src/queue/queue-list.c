/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-list.c - lists of queues: their items and names
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "queue/queue-backend.h"

/* Names of one list: they must not move while items point to them. */
struct name_block {
	struct name_block *next;
	size_t used;
	char text[64 * 1024];
};

struct queue_stat *queue_list_add(struct queue_list *list)
{
	struct queue_stat *items = array_grow(list->items, list->n, &list->cap, sizeof(*items));

	if (!items)
		return NULL;
	list->items = items;
	list->items[list->n] = (struct queue_stat){ 0 };
	return &list->items[list->n++];
}

const char *queue_list_name(struct queue_list *list, const char *name)
{
	struct name_block *block = list->names;
	size_t size = strlen(name) + 1;
	char *copy;

	if (!block || sizeof(block->text) - block->used < size) {
		block = malloc(sizeof(*block));
		if (!block)
			return NULL;
		block->next = list->names;
		block->used = 0;
		list->names = block;
	}
	copy = block->text + block->used;
	memcpy(copy, name, size);
	block->used += size;
	return copy;
}

void queue_list_empty(struct queue_list *list)
{
	list->n = 0;
	while (list->names && list->names->next) {
		struct name_block *next = list->names->next;

		free(list->names);
		list->names = next;
	}
	/* One block stays for the next filling. */
	if (list->names)
		list->names->used = 0;
}

static bool names_one(const struct queue_ref *refs, int n, const struct queue_stat *st)
{
	while (n > 0 && !queue_ref_is(&refs[n - 1], st))
		n--;
	return n > 0;
}

void queue_list_keep(struct queue_list *list, const struct queue_ref *refs, int n)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (names_one(refs, n, &list->items[i]))
			list->items[kept++] = list->items[i];
	}
	list->n = kept;
}

static int compare_items(const void *a, const void *b)
{
	return queue_stat_compare(a, b);
}

void queue_list_sort(struct queue_list *list)
{
	if (list->n > 1)
		qsort(list->items, list->n, sizeof(*list->items), compare_items);
}

void queue_list_free(struct queue_list *list)
{
	queue_list_empty(list);
	free(list->names);
	free(list->items);
	*list = (struct queue_list){ 0 };
}
