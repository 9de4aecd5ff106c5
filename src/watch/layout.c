/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c - columns into a width
 */
#include "config.h"

#include "watch/layout.h"

#include "base/util.h"
#include "show/history.h"

/* Between two columns. */
#define GAP 1
/* A name cut shorter says too little, as long as others can make room. */
#define QUEUE_SHORT 16
#define QUEUE_SHORTEST 6
#define HISTORY_SHORT 8

/* Left out first is last: a name shows its kind already.  Columns that the user added go before all
 * of these. */
static const enum column last_to_go[] = {
	COL_QUEUE, COL_USE,     COL_MESSAGES, COL_WAITING, COL_NET,
	COL_LAST,  COL_HISTORY, COL_KIND,     COL_BYTES,   COL_OWNER,
};

/* The larger, the sooner a column is left out. */
static int expendable(enum column col, size_t place)
{
	for (size_t i = 0; i < ARRAY_SIZE(last_to_go); i++) {
		if (last_to_go[i] == col)
			return (int)i;
	}
	return 100 + (int)place;
}

static int at_least(enum column col, const int *wanted, int queue_least)
{
	if (col == COL_HISTORY)
		return HISTORY_SHORT;
	if (col == COL_QUEUE && wanted[col] > queue_least)
		return queue_least;
	return wanted[col] > 0 ? wanted[col] : 1;
}

static int total(const struct layout *l)
{
	int sum = l->gutter;

	for (size_t i = 0; i < l->n; i++)
		sum += l->columns[i].width + (i ? GAP : 0);
	return sum;
}

static void take_out(struct layout *l, size_t at)
{
	l->n--;
	for (size_t i = at; i < l->n; i++)
		l->columns[i] = l->columns[i + 1];
}

/* Leaves columns out until the rest fits, but none of the least expendable ones. */
static void drop_until_fits(struct layout *l, int width, int least_expendable)
{
	while (total(l) > width) {
		size_t worst = 0;

		for (size_t i = 1; i < l->n; i++) {
			if (expendable(l->columns[i].col, i) >
			    expendable(l->columns[worst].col, worst))
				worst = i;
		}
		if (l->n < 2 || expendable(l->columns[worst].col, worst) <= least_expendable)
			return;
		take_out(l, worst);
	}
}

static struct layout_column *find_column(struct layout *l, enum column col)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->columns[i].col == col)
			return &l->columns[i];
	}
	return NULL;
}

/* Gives a column the remaining room, up to `most`; returns what is left then. */
static int widen(struct layout *l, enum column col, int most, int left)
{
	struct layout_column *c = find_column(l, col);
	int more;

	if (!c || left <= 0)
		return left;
	more = most - c->width;
	if (more > left)
		more = left;
	if (more > 0)
		c->width += more;
	return more > 0 ? left - more : left;
}

static void choose(struct layout *l, const struct column_list *list, const int *wanted, int width)
{
	/* Expendable from USE% on: what even the narrowest screen shows. */
	const int use_rank = 1;

	l->n = 0;
	l->gutter = LAYOUT_GUTTER;
	for (size_t i = 0; i < list->n; i++)
		l->columns[l->n++] = (struct layout_column){
			.col = list->col[i],
			.width = at_least(list->col[i], wanted, QUEUE_SHORT),
		};
	drop_until_fits(l, width, use_rank);
	if (total(l) <= width)
		return;
	if (find_column(l, COL_QUEUE))
		find_column(l, COL_QUEUE)->width = at_least(COL_QUEUE, wanted, QUEUE_SHORTEST);
	drop_until_fits(l, width, -1);
	if (total(l) <= width || l->n == 0)
		return;
	/* A single column that is too wide. */
	if (width <= LAYOUT_GUTTER)
		l->gutter = 0;
	l->columns[0].width = width - l->gutter > 0 ? width - l->gutter : 0;
}

void layout_columns(struct layout *l, const struct column_list *list,
		    const int wanted[static COLUMNS_WATCH], int width)
{
	int left, x;

	choose(l, list, wanted, width);
	left = width - total(l);
	left = widen(l, COL_QUEUE, wanted[COL_QUEUE], left);
	widen(l, COL_HISTORY, HISTORY_SIZE, left);
	x = l->gutter;
	for (size_t i = 0; i < l->n; i++) {
		l->columns[i].x = x;
		x += l->columns[i].width + GAP;
	}
}

int layout_find(const struct layout *l, int x)
{
	for (size_t i = 0; i < l->n; i++) {
		if (x >= l->columns[i].x && x < l->columns[i].x + l->columns[i].width)
			return (int)l->columns[i].col;
	}
	return -1;
}
