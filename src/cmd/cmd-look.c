/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-look.c - what stat and watch share: which queues to show, in which columns and order
 */
#include "config.h"

#include "cmd/cmd-look.h"

#include <stdlib.h>

#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

void cmd_look_begin(struct look_options *look, const struct column_list *usual)
{
	look->usual = look->columns = *usual;
}

bool cmd_look_option(struct cmdline *cl, struct look_options *look, int val, const char *value)
{
	switch (val) {
	case OPT_SYSV:
		look->mask |= QUEUE_MASK_SYSV;
		return true;
	case OPT_POSIX:
		look->mask |= QUEUE_MASK_POSIX;
		return true;
	case OPT_OUTPUT:
		look->chosen = true;
		look->columns = look->usual;
		return opt_columns(cl, value, &look->columns);
	case OPT_SORT:
		look->sorted = true;
		return opt_sort(cl, value, look->columns.live, &look->sort, &look->reverse);
	case OPT_MATCH:
		return opt_glob(cl, value, &look->match);
	default:
		look->json = true;
		return true;
	}
}

/* Programs pick what they need: JSON has every value that needs no look at processes. */
static bool in_json(const struct look_options *look, enum column col)
{
	return col != COL_WAITING && col != COL_HISTORY &&
	       (look->namespaces || !column_of_namespace(col)) &&
	       (look->traced || !column_of_rates(col));
}

static void complete_columns(struct look_options *look)
{
	const struct column_list before = look->columns;
	int end = before.live ? COLUMNS_WATCH : COLUMNS_ALL;

	if (look->json && !look->chosen) {
		look->columns.n = 0;
		for (int col = 0; col < end; col++)
			if (in_json(look, (enum column)col) ||
			    column_list_has(&before, (enum column)col))
				column_list_add(&look->columns, (enum column)col);
		return;
	}
	if (look->namespaces)
		column_list_add_namespace(&look->columns);
	if (look->traced && !look->chosen)
		column_list_add_rates(&look->columns, false);
}

/* The usage error for a column, shown or sorted by, that needs --trace. */
static int check_traced(const struct look_options *look)
{
	enum column wrong = look->sort;

	for (size_t i = 0; i < look->columns.n && !column_of_rates(wrong); i++)
		wrong = look->columns.col[i];
	if (look->traced || !column_of_rates(wrong))
		return EX_DONE;
	return msg_usage(_("column %s needs --trace"), column_name(wrong));
}

int cmd_look_finish(struct cmdline *cl, struct look_options *look)
{
	look->namespaces = cl->namespaces;
	complete_columns(look);
	if (cmdline_check_columns(cl, &look->columns, look->sort) != EX_DONE ||
	    check_traced(look) != EX_DONE)
		return EX_BADUSAGE;
	if (!cl->noperands)
		return EX_DONE;
	look->refs = cmdline_queues(cl, 0);
	if (!look->refs)
		return EX_BADUSAGE;
	look->nrefs = cl->noperands;
	return msg_check_kinds(look->mask, look->refs, look->nrefs);
}

void cmd_look_free(struct look_options *look)
{
	free(look->refs);
}

unsigned int cmd_look_mask(const struct look_options *look)
{
	unsigned int mask = 0;

	for (int i = 0; i < look->nrefs; i++)
		mask |= 1u << look->refs[i].kind;
	if (mask)
		return mask;
	return look->mask ? look->mask : QUEUE_MASK_ALL;
}

bool cmd_look_wants_waits(const struct column_list *columns, enum column sort)
{
	return column_of_waits(sort) || column_list_has(columns, COL_SWAIT) ||
	       column_list_has(columns, COL_RWAIT);
}

unsigned int cmd_look_detail(const struct column_list *columns, enum column sort)
{
	return column_list_detail(columns) | column_detail(sort);
}
