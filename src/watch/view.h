/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.h - the screen of watch: what keys do and what is painted
 *
 * Pure: keys, times and what was found on the machine are arguments, and it paints on a canvas, so
 * that all of it can be tested without a terminal.
 */
#ifndef MQTOOL_VIEW_H
#define MQTOOL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/refusal.h"
#include "base/util.h"
#include "show/columns.h"
#include "watch/canvas.h"
#include "watch/facts.h"
#include "watch/layout.h"
#include "watch/model.h"

#define VIEW_SHORTEST_NS (NSEC_PER_SEC / 10)
#define VIEW_LONGEST_NS (60 * NSEC_PER_SEC)

/* ---- the state of the screen ---- */

enum view_pane { PANE_NONE, PANE_DETAIL, PANE_EVENTS };
enum view_over { OVER_NONE, OVER_HELP, OVER_SORT, OVER_COLUMNS };

struct view {
	struct model *model;        /* the caller's */
	struct column_list columns; /* shown */
	enum view_pane pane;
	enum view_over over; /* what lies over the table */
	size_t over_at;      /* its line */
	bool peek;           /* the detail pane shows messages */
	bool typing;         /* a filter is being typed */
	char typed[FILTER_TEXT];
	struct filter before;               /* the filter to go back to */
	char filter_text[FILTER_TEXT];      /* of the filter in force */
	char wrong[sizeof(struct refusal)]; /* why what was typed is no filter; "" */
	char said[128];                     /* a line to say once; "" */
	bool paused;
	bool waiters; /* processes are looked at */
	bool mouse;
	int64_t delay_ns;          /* asked for */
	int wanted[COLUMNS_WATCH]; /* widths that cells have had */
	struct layout layout;      /* as painted last */
	int table_y, table_lines;  /* where the rows were painted last */
	int heading_y;
};

/* Keys that are no character; characters are their code points. */
enum view_key {
	VIEW_KEY_NONE = 0,
	VIEW_KEY_TAB = '\t',
	VIEW_KEY_ENTER = '\n',
	VIEW_KEY_ESC = 27,
	VIEW_KEY_BACKSPACE = 0x110000,
	VIEW_KEY_UP,
	VIEW_KEY_DOWN,
	VIEW_KEY_PAGE_UP,
	VIEW_KEY_PAGE_DOWN,
	VIEW_KEY_HOME,
	VIEW_KEY_END,
	VIEW_KEY_LEFT,
	VIEW_KEY_RIGHT,
	VIEW_KEY_F1,
	VIEW_KEY_F4,
	VIEW_KEY_F6,
	VIEW_KEY_F10,
};

/* What a key makes necessary. */
#define VIEW_PAINT (1u << 0)
#define VIEW_LOOK (1u << 1)   /* look at the queues now */
#define VIEW_REPAIR (1u << 2) /* paint all of the screen anew */
#define VIEW_QUIT (1u << 3)
#define VIEW_TIMER (1u << 4)  /* the interval is another */
#define VIEW_MOUSE (1u << 5)  /* the mouse was turned on or off */
#define VIEW_DETAIL (1u << 6) /* another queue is looked at in detail, or more of it */

/* The screen of a model, with its default columns. */
void view_init(struct view *v, struct model *m);

/* Does what a key is for.  Returns VIEW_* bits. */
unsigned int view_key(struct view *v, uint32_t key, int64_t monotonic_ns);
/* A click at a place; wheel is -1 or 1 for a turn of the wheel instead. */
unsigned int view_click(struct view *v, int y, int x, int wheel, int64_t monotonic_ns);
/* True where the detail pane is open on a row. */
bool view_wants_detail(const struct view *v);

/* Paints everything.  The canvas has been resized; whatever its size, nothing goes wrong. */
void view_paint(struct view *v, struct canvas *c, const struct facts *facts);

/* ---- view-pane.c, for view-paint.c ---- */

void view_paint_detail(struct view *v, struct canvas *c, const struct facts *facts, int y,
		       int lines);
void view_paint_events(struct view *v, struct canvas *c, int y, int lines);
void view_paint_help(struct view *v, struct canvas *c, const struct facts *facts, int y, int lines);
void view_paint_menu(struct view *v, struct canvas *c, int y, int lines);

#endif
