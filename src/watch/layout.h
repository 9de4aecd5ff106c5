/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - which columns of a choice fit into a width, where they stand and how wide they are
 *
 * Pure.
 */
#ifndef MQTOOL_LAYOUT_H
#define MQTOOL_LAYOUT_H

#include <stddef.h>

#include "show/columns.h"

/* The mark of the selected row stands before the first column, followed by a blank. */
#define LAYOUT_GUTTER 2
/* After USE%, for the mark that says the same as its colour. */
#define LAYOUT_MARK 1

struct layout_column {
	enum column col;
	int x, width; /* the width of USE% includes LAYOUT_MARK */
};

struct layout {
	struct layout_column columns[COLUMNS_WATCH];
	size_t n;
	int gutter; /* LAYOUT_GUTTER, or 0 if there is no room for it */
};

/*
 * Lays out the columns of list, in its order.  wanted: the width that each would like; QUEUE and
 * HISTORY get less if there is no room, and the others get it or are left out.  Columns added to
 * the default ones are left out first, then OWNER, BYTES, HISTORY, LAST, NET/s, WAITING, MESSAGES
 * and KIND; QUEUE and USE% stay longest.
 */
void layout_columns(struct layout *l, const struct column_list *list,
		    const int wanted[static COLUMNS_WATCH], int width);
/* The column at x of a line, or -1. */
int layout_find(const struct layout *l, int x);

#endif
