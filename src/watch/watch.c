/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.c - what `mqtool watch` was asked for, put to use
 */
#include "config.h"

#include "watch/watch.h"

#include <errno.h>

#include "cmd/enter.h"
#include "cmd/msg.h"

struct sampler watch_sampler(const struct watch_options *o)
{
	return (struct sampler){
		.mask = cmd_look_mask(&o->look),
		.refs = o->look.refs,
		.nrefs = o->look.nrefs,
		.match = o->look.match,
		.namespaces = o->look.namespaces,
		.ns_pid = o->ns_pid,
		.ns_id = o->ns_id,
		.traced = o->look.traced,
		.waits = cmd_look_wants_waits(&o->look.columns, o->look.sort),
	};
}

unsigned int watch_detail(const struct column_list *columns, enum column sort,
			  const struct filter *filter)
{
	unsigned int detail = cmd_look_detail(columns, sort);

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
