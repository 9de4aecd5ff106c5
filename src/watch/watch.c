/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.c - what `mqtool watch` was asked for, put to use
 */
#include "config.h"

#include "watch/watch.h"

#include <errno.h>
#include "cmd/enter.h"
#include "cmd/msg.h"

unsigned int watch_mask(const struct watch_options *o)
{
	unsigned int mask = 0;

	for (int i = 0; i < o->nrefs; i++)
		mask |= 1u << o->refs[i].kind;
	if (mask)
		return mask;
	return o->mask ? o->mask : QUEUE_MASK_ALL;
}

unsigned int watch_detail(const struct column_list *columns, enum column sort,
			  const struct filter *filter)
{
	unsigned int detail = column_list_detail(columns) | column_detail(sort);

	for (size_t i = 0; i < filter->n; i++)
		detail |= column_detail(filter->terms[i].col) |
			  (filter->terms[i].compare == FILTER_WORD ? column_detail(COL_USE) : 0);
	return detail;
}

int watch_look_failed(const struct watch_options *o, int error)
{
	if (error != -ENOMEM)
		return msg_namespace_failed(o->ns_pid, error);
	return msg_no_memory();
}
