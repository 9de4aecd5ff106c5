/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-help.c - the pages of help on watch's screen
 */
#include "config.h"

#include "watch/view.h"

#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"

#define KEYS_WIDTH 15
/* Lines longer than this are hard to read. */
#define WIDEST 100
/* If there is room for two this wide, two pages stand side by side. */
#define NARROWEST 78

struct help_line {
	const char *keys, *text;
};

static const struct help_line key_help[] = {
	{ "q F10", N_("quit; Esc goes back one step and never quits") },
	{ "? h F1", N_("these pages") },
	{ "Up Down j k", N_("move the selection") },
	{ "PgUp PgDn g G", N_("a page up or down; g or Home the first, G or End the last") },
	{ "Enter", N_("the selected queue in detail; the selection then stays with it") },
	{ "p", N_("its messages, without taking them") },
	{ "Tab", N_("move among the messages, or among the queues again; Enter shows one whole") },
	{ "e", N_("what has happened") },
	{ "/ F4", N_("filter: text !text use>50 user=jo full waiting empty idle 0x99") },
	{ "F3 n N", N_("search for a name; n the next, N the one before") },
	{ "s F6", N_("sort by; < > the next column, R reverse") },
	{ "M U N A W B", N_("by messages, use, name, age, who waits, bytes") },
	{ "Space", N_("pause") },
	{ "r F5 Ctrl-L", N_("refresh now and redraw") },
	{ "+ -", N_("double or halve the interval") },
	{ "t", N_("all queues, System V, POSIX") },
	{ "z", N_("hide queues that are empty and idle") },
	{ "f", N_("follow: the screen stays with the selected queue") },
	{ "o F2", N_("choose columns") },
	{ "x F9", N_("purge, remove, send, receive (with --allow-changes), or their commands") },
	{ "i", N_("turn the search for waiting processes on or off") },
	{ "T", N_("count what passes, or not: SEND/s, AGE and so on; slows those that send") },
	{ "m", N_("turn the mouse on or off: rows, headings and the keys below can be clicked") },
};

static const struct help_line mark_help[] = {
	/* xgettext:no-c-format */
	{ "!", N_("after USE%: in use to 90 % or more; before a line: something is wrong") },
	{ "~", N_("in use to half or more") },
	{ "+ x", N_("the queue appeared or disappeared since the last refresh") },
	{ ">", N_("selected") },
	{ "?", N_("unknown: reading it needs root or read permission") },
	{ ">= 12", N_("at least: some queues or processes may not be read") },
	{ "61/100", N_("messages, and how many the queue can hold (POSIX)") },
};

static void paint_line(struct view *v, struct area *a, const char *keys, const char *text)
{
	int pad = KEYS_WIDTH - canvas_text_width(a->c, keys, strlen(keys));

	buffer_printf(&v->line, "%s%*s%s", keys, pad > 0 ? pad : 1, "", text);
	area_wrap(a, STYLE_PLAIN, buffer_string(&v->line), KEYS_WIDTH);
	v->line.len = 0;
}

static void paint_list(struct view *v, struct area *a, const char *title,
		       const struct help_line *list, size_t n)
{
	area_puts(a, STYLE_BOLD, title);
	for (size_t i = 0; i < n; i++)
		paint_line(v, a, list[i].keys, _(list[i].text));
	area_puts(a, STYLE_PLAIN, "");
}

/* All of it, as if the area began `y` lines above the screen and had no end. */
static void paint_all(struct view *v, struct area *a, const struct facts *facts)
{
	paint_list(v, a, _("Keys"), key_help, ARRAY_SIZE(key_help));
	paint_list(v, a, _("Marks"), mark_help, ARRAY_SIZE(mark_help));
	area_puts(a, STYLE_BOLD, _("Columns"));
	for (int col = 0; col < COLUMNS_WATCH; col++)
		paint_line(v, a, column_name((enum column)col), column_help((enum column)col));
	if (!facts->root)
		paint_line(v, a, "", _("only root can see which processes of other users wait"));
	if (facts->cost >= 0) {
		area_puts(a, STYLE_PLAIN, "");
		buffer_printf(&v->line, _("watch itself takes %.1f %% of one processor"),
			      facts->cost);
		area_wrap(a, STYLE_DIM, buffer_string(&v->line), 0);
		v->line.len = 0;
	}
}

static size_t pages_of(size_t lines, size_t room)
{
	return lines ? (lines + room - 1) / room : 1;
}

void view_paint_help(struct view *v, struct area *a, const struct facts *facts)
{
	const int endless = 10000;
	const int beside = a->width >= 2 * NARROWEST ? 2 : 1;
	const int room = a->end - a->y - 1, part = a->width / beside - (beside - 1);
	struct canvas none = { .ascii = a->c->ascii };
	struct area measure = { .c = &none, .width = part > WIDEST ? WIDEST : part };
	size_t pages;

	if (room < 1)
		return;
	measure.end = endless;
	/* On a canvas without cells nothing is painted, and the lines are counted. */
	paint_all(v, &measure, facts);
	pages = pages_of((size_t)measure.y, (size_t)room * (size_t)beside);
	if (v->over_at >= pages)
		v->over_at = pages - 1;
	for (int i = 0; i < beside; i++) {
		struct area page = { .c = a->c, .width = measure.width, .top = a->y };

		page.x = a->x + i * (part + beside - 1);
		page.y = a->y - ((int)v->over_at * beside + i) * room;
		page.end = a->y + room;
		paint_all(v, &page, facts);
	}
	canvas_printf(a->c, a->y + room, a->x, a->width, STYLE_BOLD, "%zu/%zu", v->over_at + 1,
		      pages);
}

unsigned int view_help_key(struct view *v, uint32_t key)
{
	if (key == VIEW_KEY_LEFT)
		key = VIEW_KEY_UP;
	else if (key == VIEW_KEY_RIGHT)
		key = VIEW_KEY_DOWN;
	if (!view_scroll(&v->over_at, key, 1)) /* any other key leaves */
		v->over = OVER_NONE;
	return VIEW_PAINT;
}
