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

/* The mark of the selected row stands in front of the first column, and a blank after it. */
#define LAYOUT_GUTTER 2
/* Behind USE%, for the mark that says the same as its colour. */
#define LAYOUT_MARK 1

struct layout_column {
	enum column col;
	int x, width; /* LAYOUT_MARK of USE% is within its width */
};

struct layout {
	struct layout_column columns[COLUMNS_WATCH];
	size_t n;
	int gutter; /* LAYOUT_GUTTER, or 0 where there is no room for it */
};

/*
 * Lays out the columns of list, in its order.  wanted: the width that each would like, of which
 * QUEUE and HISTORY are given less where there is no room; the others are wide enough or left
 * out.  What was added to the default columns goes first, then OWNER, BYTES, HISTORY, LAST, NET/s,
 * WAITING, MESSAGES and KIND; QUEUE and USE% stay longest.
 */
void layout_columns(struct layout *l, const struct column_list *list,
		    const int wanted[static COLUMNS_WATCH], int width);
/* The column at x of a line, or -1. */
int layout_find(const struct layout *l, int x);

#endif
