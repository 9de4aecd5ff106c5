/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-paint.c - the lines of watch's screen: title, summary, what is wrong, table, keys
 */
#include "config.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/util.h"
#include "watch/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/format.h"

/* Where everything stands; -1 is nowhere. */
struct plan {
	int title, summary, alert, heading, keys;
	int table, table_lines;
	int pane, pane_lines;
};

#define PANE_LEAST 6
#define TABLE_LEAST 3

/* What a screen of h lines has room for: the summary first, then rows, then all around them. */
static void plan_lines(struct plan *p, const struct view *v, bool alert, int h)
{
	int y = 0, body;

	*p = (struct plan){ -1, -1, -1, -1, -1, -1, 0, -1, 0 };
	if (h >= 6)
		p->title = y++;
	p->summary = y++;
	if (h >= 12 || (alert && h >= 8))
		p->alert = y++;
	if (h >= 5)
		p->keys = --h;
	if (h >= 3 && v->over == OVER_NONE)
		p->heading = y++;
	body = h - y;
	p->table = y;
	p->table_lines = body > 0 ? body : 0;
	if (v->pane == PANE_NONE || body < 1)
		return;
	p->pane_lines = body < PANE_LEAST + TABLE_LEAST ? body : body * 2 / 3;
	if (p->pane_lines < PANE_LEAST && body >= PANE_LEAST + TABLE_LEAST)
		p->pane_lines = PANE_LEAST;
	if (p->pane_lines > 22)
		p->pane_lines = 22;
	p->table_lines = body - p->pane_lines;
	p->pane = y + p->table_lines;
}

/* ---- lines above the table ---- */

static void put_delay(struct buffer *b, const struct view *v, const struct facts *facts)
{
	format_duration(b, v->delay_ns);
	/* Looking is slow here: it takes no more than a part of the time. */
	if (facts->delay_ns > v->delay_ns + v->delay_ns / 10) {
		buffer_puts(b, " -> ");
		format_duration(b,
				(facts->delay_ns / (NSEC_PER_SEC / 10) + 1) * (NSEC_PER_SEC / 10));
	}
}

static void put_state(struct buffer *b, const struct view *v, const struct facts *facts)
{
	const struct model *m = v->model;

	if (v->paused)
		buffer_printf(b, "  %s", _("PAUSED"));
	if (m->follow)
		buffer_printf(b, "  %s", _("FOLLOW"));
	if (!v->paused && model_held(m, facts->monotonic_ns))
		buffer_printf(b, "  %s", _("order held"));
	if (m->kinds != QUEUE_MASK_ALL)
		buffer_printf(b, "  %s",
			      m->kinds == QUEUE_MASK_SYSV ? _("System V only") : _("POSIX only"));
	if (m->hide_idle)
		buffer_printf(b, "  %s", _("idle hidden"));
	if (!v->waiters)
		buffer_printf(b, "  %s", _("waiters off"));
	if (v->filter_text[0] && !v->typing)
		buffer_printf(b, "  %s: %s", _("filter"), v->filter_text);
}

static void paint_title(const struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	const struct totals *t = &v->model->totals;
	struct buffer left = { 0 }, state = { 0 }, right = { 0 };
	int width, x;

	buffer_printf(&left, "mqtool watch  %s", facts->host);
	if (facts->ipc)
		buffer_printf(&left, "  ipc %" PRIu64, facts->ipc);
	buffer_puts(&left, "  ");
	put_delay(&left, v, facts);
	buffer_puts(&left, "  ");
	format_clock(&left, facts->now);
	if (facts->cost >= 0)
		buffer_printf(&left, "  %s %.1f%%", _("cost"), facts->cost);
	put_state(&state, v, facts);
	buffer_printf(&right, "%zu System V  %zu POSIX", t->queues[QUEUE_SYSV],
		      t->queues[QUEUE_POSIX]);
	width = canvas_text_width(c, buffer_string(&right), right.len);
	x = canvas_puts(c, y, 0, c->width, STYLE_BOLD, buffer_string(&left));
	if (state.len)
		x += canvas_puts(c, y, x, c->width - x, STYLE_WARN, buffer_string(&state));
	if (x + 2 + width <= c->width)
		canvas_puts(c, y, c->width - width, width, STYLE_PLAIN, buffer_string(&right));
	buffer_free(&left);
	buffer_free(&state);
	buffer_free(&right);
}

/* Who was found; nobody is certain only where all processes could be looked at. */
static int paint_waiting(struct canvas *c, const struct totals *t, const struct facts *facts, int y,
			 int x)
{
	bool partial = facts->hidden || facts->blind || facts->hidepid;

	if (partial && !t->receivers && !t->senders)
		return canvas_printf(c, y, x, c->width - x, STYLE_PLAIN, "  %s ?", _("waiting"));
	return canvas_printf(c, y, x, c->width - x, t->senders ? STYLE_WARN : STYLE_PLAIN,
			     "  %s %" PRIu64 "r %" PRIu64 "s", _("waiting"), t->receivers,
			     t->senders);
}

static void paint_summary(const struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	const struct totals *t = &v->model->totals;
	struct buffer b = { 0 };
	int x;

	buffer_printf(&b, "%s %" PRIu64 "  %s ", _("messages"), t->messages, _("bytes"));
	format_size(&b, t->bytes, false);
	x = canvas_puts(c, y, 0, c->width, STYLE_PLAIN, buffer_string(&b));
	x += canvas_printf(c, y, x, c->width - x, t->full ? STYLE_ALARM : STYLE_PLAIN, "  %s %zu",
			   _("full"), t->full);
	if (v->waiters)
		x += paint_waiting(c, t, facts, y, x);
	if (v->model->shown != v->model->live)
		x += canvas_printf(c, y, x, c->width - x, STYLE_PLAIN, "  %s %u", _("shown"),
				   v->model->shown);
	if (facts->limits && *facts->limits && x + 12 < c->width)
		canvas_printf(c, y, x, c->width - x, STYLE_PLAIN, "  |  %s", facts->limits);
	buffer_free(&b);
}

static void paint_alert(const struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	if (v->said[0])
		canvas_puts(c, y, 0, c->width, STYLE_WARN, v->said);
	else if (facts->alerts && *facts->alerts)
		canvas_printf(c, y, 0, c->width, STYLE_ALARM, "! %s", facts->alerts);
	else if (facts->missing && *facts->missing)
		canvas_puts(c, y, 0, c->width, STYLE_WARN, facts->missing);
}

/* ---- the table ---- */

/* The text of a cell as stat has it. */
static void put_cell(struct buffer *b, enum column col, const struct row *row, int64_t now)
{
	const struct column_context context = { .now = now };

	b->len = 0;
	column_put_cell(b, col, &row->st, &context);
}

static void heading_text(struct buffer *b, const struct view *v, enum column col, bool ascii)
{
	const struct model *m = v->model;

	b->len = 0;
	buffer_puts(b, column_name(col));
	if (col == m->sort)
		buffer_puts(b, m->reverse ? (ascii ? "v" : "\u25bc") : (ascii ? "^" : "\u25b2"));
}

static void want(struct view *v, enum column col, int width)
{
	if (v->wanted[col] < width)
		v->wanted[col] = width;
}

/* Widths grow with what has been seen and do not shrink, so that columns stand still. */
static void measure(struct view *v, const struct canvas *c, int lines, int64_t now)
{
	struct buffer b = { 0 };

	for (size_t i = 0; i < v->columns.n; i++) {
		enum column col = v->columns.col[i];

		want(v, col, (int)strlen(column_name(col)) + 1);
		if (col == COL_HISTORY)
			continue;
		for (uint32_t at = v->model->top;
		     at < v->model->shown && lines && at - v->model->top < (uint32_t)lines; at++) {
			put_cell(&b, col, model_row(v->model, at), now);
			want(v, col,
			     canvas_text_width(c, buffer_string(&b), b.len) +
				     (col == COL_USE ? LAYOUT_MARK : 0));
		}
	}
	buffer_free(&b);
}

static void lay_out(struct view *v, const struct canvas *c, int lines, int64_t now)
{
	int wanted[COLUMNS_WATCH];

	measure(v, c, lines, now);
	memcpy(wanted, v->wanted, sizeof(wanted));
	/* One long name leaves the others their room. */
	if (wanted[COL_QUEUE] > c->width / 2 && wanted[COL_QUEUE] > 24)
		wanted[COL_QUEUE] = c->width / 2 > 24 ? c->width / 2 : 24;
	if (wanted[COL_OWNER] > 16)
		wanted[COL_OWNER] = 16;
	layout_columns(&v->layout, &v->columns, wanted, c->width);
}

/* Texts stand to the left, numbers to the right, USE% before its mark. */
static void paint_aligned(struct canvas *c, int y, const struct layout_column *lc, bool right,
			  int reserve, unsigned int style, const char *text, size_t len)
{
	int room = lc->width - reserve;
	int width = canvas_text_width(c, text, len);
	int x = lc->x + (right && width < room ? room - width : 0);

	canvas_put(c, y, x, room - (x - lc->x), style, text, len);
}

static void paint_heading(const struct view *v, struct canvas *c, int y)
{
	struct buffer b = { 0 };

	canvas_blank(c, y, 0, c->width, STYLE_BAR);
	for (size_t i = 0; i < v->layout.n; i++) {
		const struct layout_column *lc = &v->layout.columns[i];

		heading_text(&b, v, lc->col, c->ascii);
		paint_aligned(c, y, lc, column_right(lc->col), 0, STYLE_BAR, buffer_string(&b),
			      b.len);
	}
	buffer_free(&b);
}

static unsigned int use_style(const struct row *row)
{
	switch (model_mark(row)) {
	case '!':
		return STYLE_ALARM;
	case '~':
		return STYLE_WARN;
	default:
		return STYLE_PLAIN;
	}
}

static unsigned int cell_style(enum column col, const struct row *row)
{
	switch (col) {
	case COL_USE:
		return use_style(row);
	case COL_MESSAGES:
	case COL_NET:
		return row->state & ROW_CHANGED ? STYLE_BOLD : STYLE_PLAIN;
	case COL_WAITING:
		return row->st.have & STAT_WAITING && row->st.senders ? STYLE_ALARM : STYLE_PLAIN;
	case COL_HISTORY:
		return use_style(row);
	default:
		return STYLE_PLAIN;
	}
}

static void paint_cell(struct canvas *c, int y, const struct layout_column *lc,
		       const struct row *row, unsigned int style, int64_t now, struct buffer *b)
{
	char mark[2] = { model_mark(row), '\0' };

	if (lc->col == COL_HISTORY) {
		b->len = 0;
		history_put_spark(b, &row->history, (size_t)lc->width, c->ascii);
	} else {
		put_cell(b, lc->col, row, now);
	}
	paint_aligned(c, y, lc, column_right(lc->col), lc->col == COL_USE ? LAYOUT_MARK : 0, style,
		      buffer_string(b), b->len);
	if (lc->col == COL_USE)
		canvas_puts(c, y, lc->x + lc->width - LAYOUT_MARK, LAYOUT_MARK, style, mark);
}

/* What a row is, in front of it: selected, new, gone. */
static char gutter_mark(const struct row *row, bool selected)
{
	if (row->state & ROW_GONE)
		return 'x';
	if (row->state & ROW_NEW)
		return '+';
	return selected ? '>' : ' ';
}

static void paint_row(const struct view *v, struct canvas *c, int y, const struct row *row,
		      bool selected, int64_t now)
{
	unsigned int whole = row->state & ROW_GONE ? STYLE_DIM :
			     row->state & ROW_NEW  ? STYLE_GOOD :
						     STYLE_PLAIN;
	char mark[2] = { gutter_mark(row, selected), '\0' };
	struct buffer b = { 0 };

	if (v->layout.gutter)
		canvas_puts(c, y, 0, 1, whole, mark);
	for (size_t i = 0; i < v->layout.n; i++) {
		unsigned int style = whole ? whole : cell_style(v->layout.columns[i].col, row);

		paint_cell(c, y, &v->layout.columns[i], row, style, now, &b);
	}
	/* A picture turned round would say the opposite. */
	for (int x = 0; selected && x < c->width; x++) {
		if (layout_find(&v->layout, x) != COL_HISTORY)
			canvas_at(c, y, x)->style |= STYLE_SELECTED;
	}
	buffer_free(&b);
}

static void paint_empty(const struct view *v, struct canvas *c, const struct facts *facts, int y,
			int lines)
{
	const char *why = v->model->live ? _("no queue passes the filter (Esc clears it)") :
					   _("there are no queues");

	if (v->model->live && !v->model->filter.n)
		why = _("no queue of that kind, or none that is not idle (t, z)");
	if (lines > 0)
		canvas_puts(c, y, v->layout.gutter, c->width, STYLE_DIM, why);
	if (lines > 1 && facts->missing)
		canvas_puts(c, y + 1, v->layout.gutter, c->width, STYLE_DIM, facts->missing);
}

static void paint_table(struct view *v, struct canvas *c, const struct facts *facts,
			const struct plan *p)
{
	struct model *m = v->model;
	int64_t now = v->paused ? m->now : facts->now;

	model_scroll(m, (uint32_t)p->table_lines);
	lay_out(v, c, p->table_lines, now);
	v->table_y = p->table;
	v->table_lines = p->table_lines;
	v->heading_y = p->heading;
	if (p->heading >= 0)
		paint_heading(v, c, p->heading);
	if (!m->shown)
		paint_empty(v, c, facts, p->table, p->table_lines);
	for (int i = 0; i < p->table_lines && m->top + (uint32_t)i < m->shown; i++) {
		uint32_t place = m->top + (uint32_t)i;

		paint_row(v, c, p->table + i, model_row(m, place), place == m->cursor, now);
	}
}

/* ---- the line of keys ---- */

struct key_help {
	const char *key, *text;
};

static const struct key_help main_keys[] = {
	{ "F1?", N_("help") },    { "/", N_("filter") },     { "s", N_("sort") },
	{ "Space", N_("pause") }, { "Enter", N_("detail") }, { "p", N_("peek") },
	{ "e", N_("events") },    { "t", N_("kind") },       { "o", N_("columns") },
	{ "f", N_("follow") },    { "z", N_("idle") },       { "q", N_("quit") },
};

static const struct key_help menu_keys[] = {
	{ "Enter", N_("choose") },
	{ "Esc", N_("back") },
};

/* What a key takes, with the blanks around its text. */
static int key_width(const struct canvas *c, const struct key_help *key)
{
	const char *text = _(key->text);

	return (int)strlen(key->key) + canvas_text_width(c, text, strlen(text)) + 3;
}

static void paint_key_list(struct canvas *c, int y, const struct key_help *keys, size_t n)
{
	/* The last, which leads out, is there whatever is not. */
	int x = 0, last = key_width(c, &keys[n - 1]);

	for (size_t i = 0; i < n && x < c->width; i++) {
		if (i + 1 < n && x + key_width(c, &keys[i]) + last > c->width)
			continue;
		x += canvas_puts(c, y, x, c->width - x, STYLE_BAR, keys[i].key);
		x += canvas_printf(c, y, x, c->width - x, STYLE_PLAIN, " %s", _(keys[i].text)) + 2;
	}
}

static void paint_typing(struct view *v, struct canvas *c, int y)
{
	int x = canvas_printf(c, y, 0, c->width, STYLE_BOLD, "%s: ", _("filter"));
	struct buffer b = { 0 };

	escape_put(&b, v->typed, strlen(v->typed), ESCAPE_TERMINAL);
	x += canvas_puts(c, y, x, c->width - x - 1, STYLE_PLAIN, buffer_string(&b));
	buffer_free(&b);
	c->cursor_x = x < c->width ? x : c->width - 1;
	c->cursor_y = y;
	if (v->wrong[0])
		canvas_printf(c, y, x + 2, c->width - x - 2, STYLE_WARN, "(%s)", v->wrong);
	else if (!v->typed[0])
		canvas_puts(c, y, x + 2, c->width - x - 2, STYLE_DIM,
			    _("text  !text  use>50  user=jo  kind=posix   Enter keeps, Esc clears"));
}

static void paint_keys(struct view *v, struct canvas *c, int y)
{
	if (v->typing)
		paint_typing(v, c, y);
	else if (v->over == OVER_HELP)
		canvas_puts(c, y, 0, c->width, STYLE_BAR, _("any key: back"));
	else if (v->over != OVER_NONE)
		paint_key_list(c, y, menu_keys, ARRAY_SIZE(menu_keys));
	else
		paint_key_list(c, y, main_keys, ARRAY_SIZE(main_keys));
}

void view_paint(struct view *v, struct canvas *c, const struct facts *facts)
{
	bool alert = v->said[0] || (facts->alerts && *facts->alerts) ||
		     (facts->missing && *facts->missing);
	struct plan p;

	canvas_clear(c);
	if (c->height < 1 || c->width < 1)
		return;
	plan_lines(&p, v, alert, c->height);
	if (p.title >= 0)
		paint_title(v, c, facts, p.title);
	/* On one line what is being typed is all that matters. */
	if (v->typing && p.keys < 0)
		paint_typing(v, c, p.summary);
	else
		paint_summary(v, c, facts, p.summary);
	if (p.alert >= 0)
		paint_alert(v, c, facts, p.alert);
	if (v->over == OVER_HELP) {
		view_paint_help(v, c, facts, p.table, p.table_lines + p.pane_lines);
	} else if (v->over != OVER_NONE) {
		view_paint_menu(v, c, p.table, p.table_lines + p.pane_lines);
	} else {
		paint_table(v, c, facts, &p);
		if (p.pane >= 0 && v->pane == PANE_DETAIL)
			view_paint_detail(v, c, facts, p.pane, p.pane_lines);
		else if (p.pane >= 0)
			view_paint_events(v, c, p.pane, p.pane_lines);
	}
	if (p.keys >= 0)
		paint_keys(v, c, p.keys);
}
