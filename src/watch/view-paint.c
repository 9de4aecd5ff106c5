/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-paint.c - the lines of watch's screen: title, summary, what is wrong, table, keys
 */
#include "config.h"

#include "watch/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"

/* Where everything stands; -1 is not shown. */
struct plan {
	int title, summary, alert, heading, keys;
	int table, table_lines;
	int pane, pane_lines; /* below the table */
	int body_end;         /* the first line after the table and panes */
};

#define PANE_LEAST 6
#define TABLE_LEAST 3

static void plan_pane(struct plan *p, int body)
{
	p->pane_lines = body < PANE_LEAST + TABLE_LEAST ? body : body * 2 / 3;
	if (p->pane_lines < PANE_LEAST && body >= PANE_LEAST + TABLE_LEAST)
		p->pane_lines = PANE_LEAST;
	if (p->pane_lines > 22)
		p->pane_lines = 22;
	p->table_lines = body - p->pane_lines;
	p->pane = p->table + p->table_lines;
}

/* What a screen of h lines has room for: the summary first, then rows, then everything else. */
static void plan_lines(struct plan *p, const struct view *v, bool alert, int h)
{
	int y = 0, body;
	bool pane = v->pane == PANE_EVENTS || (v->pane == PANE_DETAIL && !v->wide);

	*p = (struct plan){ -1, -1, -1, -1, -1, -1, 0, -1, 0, 0 };
	if (h >= 6)
		p->title = y++;
	p->summary = y++;
	if (h >= 12 || (alert && h >= 8))
		p->alert = y++;
	if (h >= 5)
		p->keys = --h;
	p->body_end = h;
	if (h >= 3 && v->over == OVER_NONE)
		p->heading = y++;
	body = h - y;
	p->table = y;
	p->table_lines = body > 0 ? body : 0;
	if (pane && body > 0)
		plan_pane(p, body);
}

/* ---- lines above the table ---- */

static void put_delay(struct buffer *b, const struct view *v, const struct facts *facts, bool room)
{
	const int64_t tenth = NSEC_PER_SEC / 10;

	buffer_printf(b, "%s ", _("every"));
	/* Looking is slow here: the interval grows so that looks take only a part of the time. */
	if (facts->delay_ns > v->delay_ns + v->delay_ns / 10) {
		format_duration(b, (facts->delay_ns / tenth + 1) * tenth);
		if (room)
			buffer_printf(b, " (%s)", _("refreshing is slow"));
	} else {
		format_duration(b, v->delay_ns);
	}
}

static void put_state(struct buffer *b, const struct view *v, const struct facts *facts)
{
	const struct model *m = v->model;

	if (v->paused)
		buffer_printf(b, "   %s", _("PAUSED"));
	if (m->follow)
		buffer_printf(b, "   %s", _("FOLLOW"));
	if (!v->paused && model_held(m, facts->monotonic_ns))
		buffer_printf(b, "   %s", _("sorting paused"));
	if (m->kinds != QUEUE_MASK_ALL)
		buffer_printf(b, "   %s",
			      m->kinds == QUEUE_MASK_SYSV ? _("System V only") : _("POSIX only"));
	if (m->hide_idle)
		buffer_printf(b, "   %s", _("idle queues hidden"));
	if (!v->waiters)
		buffer_printf(b, "   %s", _("processes not looked at"));
	/* Counting slows those that are counted. */
	if (v->traced)
		buffer_printf(b, "   %s", facts->counting ? _("COUNTING") : _("not counted"));
	if (v->filter_text[0] && v->typing != TYPING_FILTER)
		buffer_printf(b, "   %s: %s", _("filter"), v->filter_text);
}

/* Paints the buffer's text at x, if it fits whole or must be shown, and empties it.  Returns the
 * next x. */
static int put_piece(struct view *v, struct canvas *c, int y, int x, unsigned int style, bool must)
{
	struct buffer *b = &v->line;
	int width = canvas_text_width(c, buffer_string(b), b->len);

	if (must || x + width <= c->width)
		x += canvas_put(c, y, x, c->width - x, style, buffer_string(b), b->len);
	b->len = 0;
	return x;
}

/* ---- a line of pieces, of which the least important are left out if they do not fit ---- */

struct piece {
	size_t from, len; /* in v->line */
	int width;
	unsigned int style;
	int rank; /* the largest is left out first, up to RANK_MAX, and 0 never */
};

#define RANK_MAX 4

struct pieces {
	struct piece items[6];
	size_t n;
};

/* Makes a piece of what v->line got since the piece before. */
static void end_piece(struct view *v, const struct canvas *c, struct pieces *p, unsigned int style,
		      int rank)
{
	const struct piece *before = p->n ? &p->items[p->n - 1] : NULL;
	struct piece *piece = &p->items[p->n++];

	*piece = (struct piece){ .from = before ? before->from + before->len : 0,
				 .style = style,
				 .rank = rank };
	piece->len = v->line.len - piece->from;
	piece->width = canvas_text_width(c, buffer_string(&v->line) + piece->from, piece->len);
}

static void leave_out(struct pieces *p, int width)
{
	const int first = p->items[0].width;
	int sum = 0;

	for (int rank = 0; rank <= RANK_MAX; rank++) {
		for (size_t i = 0; i < p->n; i++) {
			if (p->items[i].rank != rank)
				continue;
			if (rank && sum + p->items[i].width > width)
				p->items[i].width = 0;
			sum += p->items[i].width;
		}
	}
	/* Where none fits the first is cut, rather than a line left empty. */
	if (!sum)
		p->items[0].width = first;
}

/* Paints them, and empties v->line.  Returns the column after them. */
static int paint_pieces(struct view *v, struct canvas *c, int y, struct pieces *p)
{
	int x = 0;

	leave_out(p, c->width);
	for (size_t i = 0; i < p->n; i++) {
		const char *text = buffer_string(&v->line) + p->items[i].from;
		size_t len = p->items[i].width ? p->items[i].len : 0, blanks = 0;

		/* A gap before the first piece is left out. */
		while (!x && blanks < len && text[blanks] == ' ')
			blanks++;
		x += canvas_put(c, y, x, c->width - x, p->items[i].style, text + blanks,
				len - blanks);
	}
	v->line.len = 0;
	return x;
}

static void paint_title(struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	struct buffer *b = &v->line;
	struct pieces p = { .n = 0 };
	int width, x;

	buffer_puts(b, "mqtool watch");
	end_piece(v, c, &p, STYLE_BOLD, 2);
	buffer_printf(b, "   %s", facts->host);
	end_piece(v, c, &p, STYLE_BOLD, 3);
	buffer_puts(b, "   ");
	put_delay(b, v, facts, c->width >= 100);
	end_piece(v, c, &p, STYLE_BOLD, 1);
	buffer_puts(b, "   ");
	format_clock(b, facts->now);
	end_piece(v, c, &p, STYLE_BOLD, 4);
	put_state(b, v, facts);
	end_piece(v, c, &p, STYLE_WARN, 0);
	x = paint_pieces(v, c, y, &p);
	totals_put_queues(b, &v->model->totals);
	width = canvas_text_width(c, buffer_string(b), b->len);
	if (x + 2 + width <= c->width)
		put_piece(v, c, y, c->width - width, STYLE_PLAIN, false);
	b->len = 0;
}

static void paint_summary(struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	const struct totals *t = &v->model->totals;
	struct buffer *b = &v->line;
	const char *gap = c->width < 60 ? "  " : "   ";
	struct pieces p = { .n = 0 };

	/* Without a title this is the place to say it. */
	if (v->paused && y == 0) {
		buffer_puts(b, _("PAUSED"));
		end_piece(v, c, &p, STYLE_WARN, 0);
		buffer_puts(b, gap);
	}
	totals_put_messages(b, t);
	end_piece(v, c, &p, STYLE_PLAIN, 0);
	buffer_puts(b, "  ");
	totals_put_bytes(b, t);
	end_piece(v, c, &p, STYLE_PLAIN, 3);
	buffer_puts(b, gap);
	totals_put_full(b, t);
	end_piece(v, c, &p, t->full.value ? STYLE_ALARM : STYLE_PLAIN, 1);
	if (v->waiters) {
		buffer_puts(b, "   ");
		totals_put_waiting(b, t, facts->hidden || facts->hidepid || facts->blind);
		end_piece(v, c, &p, STYLE_PLAIN, 2);
	}
	if (facts->limits && *facts->limits) {
		buffer_printf(b, "   %s %s", _("queues"), facts->limits);
		end_piece(v, c, &p, STYLE_PLAIN, 4);
	}
	paint_pieces(v, c, y, &p);
}

/* Puts the note about `left` more alarms into v->line.  Returns its columns, 0 if there is nothing
 * to tell or no room for it. */
static int put_more(struct view *v, const struct canvas *c, size_t left)
{
	int width;

	v->line.len = 0;
	if (!left)
		return 0;
	buffer_printf(&v->line, _("(+%zu more)"), left);
	width = canvas_text_width(c, buffer_string(&v->line), v->line.len);
	return width < c->width / 3 ? width : 0;
}

static void paint_more(struct view *v, struct canvas *c, int y, size_t left)
{
	int width = put_more(v, c, left);

	canvas_puts(c, y, c->width - width, width, STYLE_BOLD, buffer_string(&v->line));
	v->line.len = 0;
}

/* As many alarms as there is room for, gravest first; then how many more there are. */
static void paint_alarms(struct view *v, struct canvas *c, const struct alarms *a, int y)
{
	size_t left = a->n + a->more;
	int x = 0;

	for (size_t i = 0; i < a->n; i++, left--) {
		const struct alarm *alarm = &a->items[i];
		unsigned int style = alarm_is_grave(alarm) ? STYLE_ALARM : STYLE_WARN;
		int width = 2 + canvas_text_width(c, alarm->text, strlen(alarm->text));
		int more = put_more(v, c, left - 1), reserve = more ? more + 1 : 0;

		if (i && x + 3 + width + reserve > c->width)
			break;
		x += i ? 3 : 0;
		x += canvas_printf(c, y, x, c->width - x - reserve, style, "! %s", alarm->text);
	}
	paint_more(v, c, y, left);
}

static void paint_alert(struct view *v, struct canvas *c, const struct facts *facts, int y)
{
	if (v->said[0])
		canvas_puts(c, y, 0, c->width, STYLE_WARN, v->said);
	else if (facts->alarms && facts->alarms->n)
		paint_alarms(v, c, facts->alarms, y);
	else if (facts->missing && *facts->missing)
		canvas_puts(c, y, 0, c->width, STYLE_WARN, facts->missing);
}

/* ---- the table ---- */

/* The text of a cell: as in stat, and for messages also the maximum. */
static void put_cell(struct buffer *b, enum column col, const struct row *row, int64_t now)
{
	const struct column_context context = { .now = now };
	const struct queue_stat *st = &row->st;

	b->len = 0;
	column_put_cell(b, col, st, &context);
	if (col == COL_MESSAGES && st->have & STAT_MESSAGES && st->have & STAT_MAXMSG)
		buffer_printf(b, "/%" PRIu64, st->maxmsg);
}

/* The time that HISTORY spans once it is full. */
static void put_span(struct buffer *b, const struct view *v, int width)
{
	int64_t span = v->model->dt_ns * width;

	if (width < 14 || v->model->dt_ns <= 0)
		return;
	buffer_puts(b, " (");
	format_age(b, (span + NSEC_PER_SEC / 2) / NSEC_PER_SEC);
	buffer_putc(b, ')');
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
	struct buffer *b = &v->line;

	for (size_t i = 0; i < v->columns.n; i++) {
		enum column col = v->columns.col[i];

		want(v, col, (int)strlen(column_name(col)) + 1);
		if (col == COL_HISTORY)
			continue;
		for (uint32_t at = v->model->top;
		     at < v->model->shown && lines && at - v->model->top < (uint32_t)lines; at++) {
			put_cell(b, col, model_row(v->model, at), now);
			want(v, col,
			     canvas_text_width(c, buffer_string(b), b->len) +
				     (col == COL_USE ? LAYOUT_MARK : 0));
		}
	}
	b->len = 0;
}

static void lay_out(struct view *v, const struct canvas *c, int lines, int64_t now)
{
	const int width = v->table_width - v->wide;
	int wanted[COLUMNS_WATCH];

	measure(v, c, lines, now);
	memcpy(wanted, v->wanted, sizeof(wanted));
	/* One long name leaves the others their room. */
	if (wanted[COL_QUEUE] > width / 3 && wanted[COL_QUEUE] > 24)
		wanted[COL_QUEUE] = width / 3 > 24 ? width / 3 : 24;
	if (wanted[COL_OWNER] > 16)
		wanted[COL_OWNER] = 16;
	layout_columns(&v->layout, &v->columns, wanted, width);
}

/* Texts are aligned to the left, numbers to the right, USE% before its mark. */
static void paint_aligned(struct canvas *c, int y, const struct layout_column *lc, bool right,
			  int reserve, unsigned int style, const char *text, size_t len)
{
	int room = lc->width - reserve;
	int width = canvas_text_width(c, text, len);
	int x = lc->x + (right && width < room ? room - width : 0);

	canvas_put(c, y, x, room - (x - lc->x), style, text, len);
}

static void paint_heading(struct view *v, struct canvas *c, int y)
{
	struct buffer *b = &v->line;

	canvas_blank(c, y, 0, v->table_width, STYLE_BAR);
	for (size_t i = 0; i < v->layout.n; i++) {
		const struct layout_column *lc = &v->layout.columns[i];

		heading_text(b, v, lc->col, c->ascii);
		if (lc->col == COL_HISTORY)
			put_span(b, v, lc->width);
		paint_aligned(c, y, lc, column_right(lc->col), 0, STYLE_BAR, buffer_string(b),
			      b->len);
		b->len = 0;
	}
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

static unsigned int waiting_style(const struct row *row, const struct facts *facts)
{
	const struct alarm *alarm = facts->alarms ? alarms_of(facts->alarms, &row->st) : NULL;

	if (!alarm)
		return row->st.receivers || row->st.senders ? STYLE_PLAIN : STYLE_DIM;
	return alarm_is_grave(alarm) ? STYLE_ALARM : STYLE_WARN;
}

static unsigned int cell_style(enum column col, const struct row *row, const struct facts *facts)
{
	switch (col) {
	case COL_USE:
		return use_style(row);
	case COL_MESSAGES:
	case COL_NET:
		if (row->state & ROW_CHANGED)
			return STYLE_BOLD;
		return col == COL_NET && row->st.net == 0 ? STYLE_DIM : STYLE_PLAIN;
	case COL_WAITING:
		return waiting_style(row, facts);
	default:
		return STYLE_PLAIN;
	}
}

/* Each sample in the colour of its use, unless the row has a colour of its own. */
static void paint_history(struct canvas *c, int y, const struct layout_column *lc,
			  const struct row *row, unsigned int style, struct buffer *b)
{
	const struct history *h = &row->history;
	int n = h->n < lc->width ? h->n : lc->width;

	if (!(row->st.have & STAT_MESSAGES)) {
		canvas_puts(c, y, lc->x, lc->width, style, _("may not be read"));
		return;
	}
	history_put_spark(b, h, (size_t)lc->width, c->ascii);
	canvas_put(c, y, lc->x, lc->width, style, buffer_string(b), b->len);
	b->len = 0;
	for (int i = 0; i < n && style == STYLE_PLAIN; i++)
		canvas_style(c, y, lc->x + i, 1,
			     view_use_style(history_use(h, (size_t)(n - 1 - i))));
}

static void paint_cell(struct canvas *c, int y, const struct layout_column *lc,
		       const struct row *row, unsigned int style, int64_t now, struct buffer *b)
{
	char mark[2] = { model_mark(row), '\0' };

	put_cell(b, lc->col, row, now);
	paint_aligned(c, y, lc, column_right(lc->col), lc->col == COL_USE ? LAYOUT_MARK : 0, style,
		      buffer_string(b), b->len);
	if (lc->col == COL_USE)
		canvas_puts(c, y, lc->x + lc->width - LAYOUT_MARK, LAYOUT_MARK, style, mark);
	b->len = 0;
}

/* What a row is, before it: selected, new, gone. */
static char gutter_mark(const struct row *row, bool selected)
{
	if (row->state & ROW_GONE)
		return 'x';
	if (row->state & ROW_NEW)
		return '+';
	return selected ? '>' : ' ';
}

static bool is_idle(const struct queue_stat *st)
{
	return st->have & STAT_MESSAGES && !st->messages &&
	       !(st->have & STAT_WAITING && (st->receivers || st->senders));
}

/* The style of all its cells, or STYLE_PLAIN if each has its own. */
static unsigned int row_style(const struct row *row, bool selected)
{
	if (row->state & ROW_GONE)
		return STYLE_DIM;
	if (row->state & ROW_NEW)
		return STYLE_GOOD;
	return is_idle(&row->st) && !(row->state & ROW_CHANGED) && !selected ? STYLE_DIM :
									       STYLE_PLAIN;
}

/* Where the selected row ends: a HISTORY at its end is not part of the bar. */
static int selection_end(const struct view *v)
{
	const struct layout *l = &v->layout;
	const struct layout_column *last = l->n ? &l->columns[l->n - 1] : NULL;

	return last && last->col == COL_HISTORY ? last->x : v->table_width;
}

static void paint_row(struct view *v, struct canvas *c, const struct facts *facts, int y,
		      const struct row *row, bool selected, int64_t now)
{
	unsigned int whole = row_style(row, selected);
	char mark[2] = { gutter_mark(row, selected), '\0' };

	if (v->layout.gutter)
		canvas_puts(c, y, 0, 1, whole, mark);
	for (size_t i = 0; i < v->layout.n; i++) {
		unsigned int style = whole ? whole :
					     cell_style(v->layout.columns[i].col, row, facts);

		/* Dim in reverse looks like a stain. */
		if (selected && style == STYLE_DIM)
			style = STYLE_PLAIN;
		if (v->layout.columns[i].col == COL_HISTORY)
			paint_history(c, y, &v->layout.columns[i], row, style, &v->line);
		else
			paint_cell(c, y, &v->layout.columns[i], row, style, now, &v->line);
	}
	/* A graph in reverse would say the opposite. */
	for (int x = 0; selected && x < selection_end(v); x++) {
		if (layout_find(&v->layout, x) != COL_HISTORY)
			canvas_at(c, y, x)->style |= STYLE_SELECTED;
	}
}

static void paint_empty(const struct view *v, struct canvas *c, const struct facts *facts, int y,
			int lines)
{
	const char *why = v->model->live ? _("no queue passes the filter (Esc clears it)") :
					   _("there are no queues");

	if (v->model->live && !v->model->filter.n)
		why = _("no queue of that kind, or none that is not idle (t, z)");
	if (lines > 0)
		canvas_puts(c, y, v->layout.gutter, v->table_width, STYLE_DIM, why);
	if (lines > 1 && facts->missing)
		canvas_puts(c, y + 1, v->layout.gutter, v->table_width, STYLE_DIM, facts->missing);
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

		paint_row(v, c, facts, p->table + i, model_row(m, place),
			  place == m->cursor && !m->removed_when, now);
	}
}

/* ---- the line of keys ---- */

struct key_help {
	const char *key, *text;
	uint32_t code;
};

static const struct key_help main_keys[] = {
	{ "?", N_("help"), '?' },
	{ "/", N_("filter"), '/' },
	{ "s", N_("sort"), 's' },
	{ "Space", N_("pause"), ' ' },
	{ "Enter", N_("detail"), VIEW_KEY_ENTER },
	{ "p", N_("messages"), 'p' },
	{ "e", N_("events"), 'e' },
	{ "x", N_("change"), 'x' },
	{ "t", N_("kind"), 't' },
	{ "o", N_("columns"), 'o' },
	{ "f", N_("follow"), 'f' },
	{ "z", N_("idle"), 'z' },
	{ "q", N_("quit"), 'q' },
};

static const struct key_help menu_keys[] = {
	{ "Enter", N_("choose"), VIEW_KEY_ENTER },
	{ "Esc", N_("back"), VIEW_KEY_ESC },
};

static const struct key_help help_keys[] = {
	{ "PgDn", N_("next page"), VIEW_KEY_PAGE_DOWN },
	{ "PgUp", N_("page before"), VIEW_KEY_PAGE_UP },
	{ "Esc", N_("back"), VIEW_KEY_ESC },
};

static const struct key_help message_keys[] = {
	{ "Up Down", N_("scroll"), VIEW_KEY_DOWN },
	{ "h", N_("text or hex"), 'h' },
	{ "Esc", N_("back"), VIEW_KEY_ESC },
};

static const struct key_help messages_keys[] = {
	{ "Up Down", N_("choose"), VIEW_KEY_DOWN },
	{ "Enter", N_("all of it"), VIEW_KEY_ENTER },
	{ "Tab", N_("queues"), VIEW_KEY_TAB },
	{ "q", N_("quit"), 'q' },
};

/* The width of a key, with the blanks around its text. */
static int key_width(const struct canvas *c, const struct key_help *key)
{
	const char *text = _(key->text);

	return (int)strlen(key->key) + canvas_text_width(c, text, strlen(text)) + 3;
}

static void add_button(struct view *v, int x, int width, uint32_t key)
{
	if (v->nfooter < VIEW_BUTTONS)
		v->footer[v->nfooter++] = (struct view_button){ x, width, key };
}

static void paint_key_list(struct view *v, struct canvas *c, int y, int width,
			   const struct key_help *keys, size_t n)
{
	/* The last one, which leads out, is always there. */
	int x = 0, last = key_width(c, &keys[n - 1]);

	for (size_t i = 0; i < n && x < width; i++) {
		int begin = x;

		if (i + 1 < n && x + key_width(c, &keys[i]) + last > width)
			continue;
		x += canvas_puts(c, y, x, width - x, STYLE_BAR, keys[i].key);
		x += canvas_printf(c, y, x, width - x, STYLE_PLAIN, " %s", _(keys[i].text)) + 2;
		add_button(v, begin, x - begin - 2, keys[i].code);
	}
}

static const char *typing_label(const struct view *v)
{
	return v->typing == TYPING_FILTER ? _("filter") :
	       v->typing == TYPING_SEARCH ? _("search") :
					    _("message");
}

static const char *typing_hint(const struct view *v)
{
	switch (v->typing) {
	case TYPING_FILTER:
		return _("text  !text  use>50  user=jo  full  waiting   Enter keeps, Esc clears");
	case TYPING_SEARCH:
		return _("part of a name   Enter finds it, then n and N go on");
	default:
		return _("what to send   Enter goes on, Esc goes back");
	}
}

static void paint_typing(struct view *v, struct canvas *c, int y)
{
	struct buffer *b = &v->line;
	int x = canvas_printf(c, y, 0, c->width, STYLE_BOLD, "%s: ", typing_label(v));

	escape_put(b, v->typed, strlen(v->typed), ESCAPE_TERMINAL);
	x += canvas_puts(c, y, x, c->width - x - 1, STYLE_PLAIN, buffer_string(b));
	b->len = 0;
	c->cursor_x = x < c->width ? x : c->width - 1;
	c->cursor_y = y;
	if (v->wrong[0])
		canvas_printf(c, y, x + 2, c->width - x - 2, STYLE_WARN, "(%s)", v->wrong);
	else if (!v->typed[0])
		canvas_puts(c, y, x + 2, c->width - x - 2, STYLE_DIM, typing_hint(v));
}

/* "12/3256": the place of the selection, if not all rows fit; "4/37 of 60" if some are filtered
 * out.  Returns the width that is left for keys. */
static int paint_position(struct view *v, struct canvas *c, int y)
{
	const struct model *m = v->model;
	int width;

	if (v->over != OVER_NONE || !m->live ||
	    (m->shown <= (uint32_t)v->table_lines && m->shown == m->live))
		return c->width;
	buffer_printf(&v->line, "%u/%u", m->shown ? m->cursor + 1 : 0, m->shown);
	if (m->shown != m->live)
		buffer_printf(&v->line, _(" of %u"), m->live);
	width = canvas_text_width(c, buffer_string(&v->line), v->line.len);
	if (width + 8 < c->width)
		put_piece(v, c, y, c->width - width, STYLE_BOLD, false);
	v->line.len = 0;
	return width + 8 < c->width ? c->width - width - 1 : c->width;
}

static void paint_keys(struct view *v, struct canvas *c, int y)
{
	int width;

	v->nfooter = 0;
	v->keys_y = y;
	if (v->typing) {
		paint_typing(v, c, y);
		return;
	}
	if (v->over == OVER_CHANGE && v->change.asking) {
		view_put_question(v, &v->line);
		put_piece(v, c, y, 0, STYLE_ALARM, true);
		return;
	}
	width = paint_position(v, c, y);
	if (v->over == OVER_HELP)
		paint_key_list(v, c, y, width, help_keys, ARRAY_SIZE(help_keys));
	else if (v->over == OVER_MESSAGE)
		paint_key_list(v, c, y, width, message_keys, ARRAY_SIZE(message_keys));
	else if (v->over != OVER_NONE)
		paint_key_list(v, c, y, width, menu_keys, ARRAY_SIZE(menu_keys));
	else if (v->in_messages)
		paint_key_list(v, c, y, width, messages_keys, ARRAY_SIZE(messages_keys));
	else
		paint_key_list(v, c, y, width, main_keys, ARRAY_SIZE(main_keys));
}

/* ---- all of it ---- */

static void paint_over(struct view *v, struct canvas *c, const struct facts *facts,
		       const struct plan *p)
{
	struct area a = { .c = c, .width = c->width, .y = p->table, .end = p->body_end };

	switch (v->over) {
	case OVER_HELP:
		view_paint_help(v, &a, facts);
		break;
	case OVER_MESSAGE:
		view_paint_message(v, &a, facts);
		break;
	case OVER_CHANGE:
		view_paint_changes(v, &a, facts);
		break;
	default:
		view_paint_menu(v, &a);
		break;
	}
}

/* The queue in detail, beside the table. */
static void paint_beside(struct view *v, struct canvas *c, const struct facts *facts,
			 const struct plan *p)
{
	struct area a = { .c = c, .x = v->table_width + 2, .y = p->heading, .end = p->body_end };

	a.width = c->width - a.x;
	for (int y = p->heading; y < p->body_end; y++)
		canvas_puts(c, y, v->table_width, 1, STYLE_DIM, c->ascii ? "|" : "\u2502");
	view_paint_detail(v, &a, facts);
}

static void paint_body(struct view *v, struct canvas *c, const struct facts *facts,
		       const struct plan *p)
{
	struct area pane = {
		.c = c, .width = v->table_width, .y = p->pane, .end = p->pane + p->pane_lines
	};

	paint_table(v, c, facts, p);
	if (p->pane >= 0 && v->pane == PANE_EVENTS)
		view_paint_events(v, &pane);
	else if (p->pane >= 0)
		view_paint_detail(v, &pane, facts);
	if (v->wide)
		paint_beside(v, c, facts, p);
}

static void plan_width(struct view *v, const struct canvas *c)
{
	v->wide = c->width >= VIEW_WIDE && c->height >= 12;
	v->table_width = v->wide ? c->width * 56 / 100 : c->width;
	if (v->wide && c->width - v->table_width > VIEW_DETAIL_WIDEST)
		v->table_width = c->width - VIEW_DETAIL_WIDEST;
	model_bind(v->model, v->wide || v->pane == PANE_DETAIL);
}

void view_paint(struct view *v, struct canvas *c, const struct facts *facts)
{
	bool alert = v->said[0] || (facts->alarms && facts->alarms->n) ||
		     (facts->missing && *facts->missing);
	struct plan p;

	canvas_clear(c);
	if (c->height < 1 || c->width < 1)
		return;
	plan_width(v, c);
	plan_lines(&p, v, alert, c->height);
	v->over_y = v->keys_y = -1;
	if (p.title >= 0)
		paint_title(v, c, facts, p.title);
	/* If the screen is one line, only what is being typed matters. */
	if (v->typing && p.keys < 0)
		paint_typing(v, c, p.summary);
	else
		paint_summary(v, c, facts, p.summary);
	if (p.alert >= 0)
		paint_alert(v, c, facts, p.alert);
	if (v->over == OVER_NONE)
		paint_body(v, c, facts, &p);
	else
		paint_over(v, c, facts, &p);
	if (p.keys >= 0)
		paint_keys(v, c, p.keys);
}
