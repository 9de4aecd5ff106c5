/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.h - the screen of watch: what keys do and what is painted
 *
 * Pure: keys, times and facts about the machine are arguments, and it paints on a canvas, so that
 * all of it can be tested without a terminal.
 */
#ifndef MQTOOL_VIEW_H
#define MQTOOL_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/util.h"
#include "show/columns.h"
#include "watch/area.h"
#include "watch/canvas.h"
#include "watch/changes.h"
#include "watch/facts.h"
#include "watch/layout.h"
#include "watch/model.h"

#define VIEW_SHORTEST_NS (NSEC_PER_SEC / 10)
#define VIEW_LONGEST_NS (60 * NSEC_PER_SEC)

/* ---- the state of the screen ---- */

enum view_pane { PANE_NONE, PANE_DETAIL, PANE_EVENTS };
enum view_over { OVER_NONE, OVER_HELP, OVER_SORT, OVER_COLUMNS, OVER_MESSAGE, OVER_CHANGE };
enum view_typing { TYPING_NONE, TYPING_FILTER, TYPING_SEARCH, TYPING_MESSAGE };

/* From this many columns on the table and the selected queue in detail stand side by side. */
#define VIEW_WIDE 140
/* The detail gets the columns that the table does not use, but no more than are easy to read. */
#define VIEW_DETAIL_WIDEST 96

/* A change that was chosen in the menu. */
struct view_change {
	enum change_kind kind;
	bool asking;                 /* y confirms it */
	struct queue_stat of;        /* named by name */
	char name[NAME_MAX + 2];     /* POSIX */
	char text[4 * NAME_MAX + 8]; /* as printed, cut if it is very long */
};

/* A key in the last line, for the mouse. */
struct view_button {
	int x, width;
	uint32_t key;
};
#define VIEW_BUTTONS 16

struct view {
	struct model *model;        /* owned by the caller */
	struct column_list columns; /* shown */
	enum view_pane pane;
	enum view_over over; /* what covers the table */
	size_t over_at;      /* its line; of help its page */
	bool wide;           /* the detail stands beside the table */

	bool peek;                 /* the detail pane shows messages of: */
	struct queue_stat peek_of; /* the queue for which this was asked */
	bool in_messages;          /* the arrows move among them */
	size_t message;            /* the selected one */
	bool hex_chosen, hex;      /* how the message shown whole is shown */

	enum view_typing typing;
	char typed[FILTER_TEXT];
	struct filter before;               /* the filter to return to */
	char filter_text[FILTER_TEXT];      /* of the active filter */
	char search[FILTER_TEXT];           /* what n and N search for */
	char wrong[sizeof(struct refusal)]; /* why the typed text is not a filter; "" */
	char said[512];                     /* a line to say once; "" */

	bool allow_changes;
	struct view_change change;

	bool paused;
	bool waiters; /* processes are looked at */
	bool traced;  /* the kernel counts what passes */
	bool mouse;
	int64_t delay_ns; /* asked for */
	int64_t start_ns; /* asked for at the start */
	int steps;        /* how often it was doubled, or halved */

	int wanted[COLUMNS_WATCH]; /* widths that cells have had so far */
	struct layout layout;      /* as painted last */
	int table_y, table_lines;  /* where the rows were painted last */
	int table_width;
	int heading_y, keys_y, over_y; /* of the menu's first line; -1: not painted */
	int over_lines;
	size_t over_row; /* the line of the menu where over_at is */
	struct view_button footer[VIEW_BUTTONS];
	size_t nfooter;
	struct buffer line;  /* what is being painted */
	struct buffer words; /* a part of it */
};

/* Keys that are not characters; characters are their code points. */
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
	VIEW_KEY_F2,
	VIEW_KEY_F3,
	VIEW_KEY_F4,
	VIEW_KEY_F5,
	VIEW_KEY_F6,
	VIEW_KEY_F9,
	VIEW_KEY_F10,
};

/* What a key requires. */
#define VIEW_PAINT (1u << 0)
#define VIEW_LOOK (1u << 1)   /* look at the queues now */
#define VIEW_REPAIR (1u << 2) /* repaint the whole screen */
#define VIEW_QUIT (1u << 3)
#define VIEW_TIMER (1u << 4)   /* the interval has changed */
#define VIEW_MOUSE (1u << 5)   /* the mouse was turned on or off */
#define VIEW_DETAIL (1u << 6)  /* another queue is looked at in detail, or more of it */
#define VIEW_MESSAGE (1u << 7) /* the message at v->message is to be shown whole */
#define VIEW_CHANGE (1u << 8)  /* v->change is to be done */

/* Begins the screen of a model, with its default columns; the owner calls view_free(). */
void view_init(struct view *v, struct model *m);
/* Frees what belongs to the screen; not the model. */
void view_free(struct view *v);

/* Does what a key stands for.  Returns VIEW_* bits. */
unsigned int view_key(struct view *v, uint32_t key, int64_t monotonic_ns);
/* A click at a place; wheel is -1 or 1 for a turn of the wheel instead. */
unsigned int view_click(struct view *v, int y, int x, int wheel, int64_t monotonic_ns);
/* True if the selected queue is shown in detail. */
bool view_wants_detail(const struct view *v);
/* True if its messages are shown. */
bool view_wants_messages(const struct view *v);
/* Logs and shows the result of v->change.  now: seconds since the epoch. */
void view_tell_change(struct view *v, const struct change_result *result, int64_t now);

/* Paints everything.  The canvas has been resized; every size is safe. */
void view_paint(struct view *v, struct canvas *c, const struct facts *facts);

/* ---- shared by the files of the view ---- */

/* view-state.c */
/* Shows text, which is copied, once in the last line. */
void view_say(struct view *v, const char *text);
/* Begins a line that is typed: a filter, a search, a message to send. */
void view_begin_typing(struct view *v, enum view_typing what);
/*
 * Moves *at as a scrolling key says, by a line, by a page, or past either end; the painter knows
 * where the end is.  False if the key is for something else.
 */
bool view_scroll(size_t *at, uint32_t key, size_t page);
/* The style of a queue that is in use to that percentage, if it has one. */
unsigned int view_use_style(int use);

/* view-message.c */
/* Keys of the list of messages, and of one of them; return VIEW_* bits. */
unsigned int view_messages_key(struct view *v, uint32_t key);
unsigned int view_message_key(struct view *v, uint32_t key);
/* Paint the list, of the queue in row, and the one message. */
void view_paint_messages(struct view *v, struct area *a, const struct facts *facts,
			 const struct row *row);
void view_paint_message(struct view *v, struct area *a, const struct facts *facts);

/* view-change.c */
/* Opens the menu for the selected queue.  Returns VIEW_* bits, like the next two. */
unsigned int view_open_changes(struct view *v);
unsigned int view_change_key(struct view *v, uint32_t key);
/* The text to send was typed. */
unsigned int view_change_typed(struct view *v);
/* Paints the menu. */
void view_paint_changes(struct view *v, struct area *a, const struct facts *facts);
/* The question, for the last line. */
void view_put_question(const struct view *v, struct buffer *b);

/* view-help.c */
/* A key while help is shown.  Returns VIEW_* bits. */
unsigned int view_help_key(struct view *v, uint32_t key);
/* Paints the pages that fit. */
void view_paint_help(struct view *v, struct area *a, const struct facts *facts);

/* view-pane.c */
/* Paint the selected queue in detail, the events, and the menu that is open. */
void view_paint_detail(struct view *v, struct area *a, const struct facts *facts);
void view_paint_events(struct view *v, struct area *a);
void view_paint_menu(struct view *v, struct area *a);

#endif
