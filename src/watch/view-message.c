/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-message.c - the messages of the selected queue: a list that scrolls, and one of them whole
 */
#include "config.h"

#include "watch/view.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"

#define HEX_BYTES 16

/* ---- the list ---- */

static size_t messages_of(const struct view *v)
{
	const struct row *row = model_selected(v->model);

	return row && row->st.have & STAT_MESSAGES ? (size_t)row->st.messages : 0;
}

static unsigned int go_to(struct view *v, size_t at)
{
	size_t n = messages_of(v);

	v->message = at < n ? at : n ? n - 1 : 0;
	return VIEW_PAINT | VIEW_DETAIL;
}

static unsigned int open_message(struct view *v)
{
	if (!messages_of(v))
		return VIEW_PAINT;
	v->over = OVER_MESSAGE;
	v->over_at = 0;
	v->hex_chosen = false;
	return VIEW_PAINT | VIEW_MESSAGE;
}

unsigned int view_messages_key(struct view *v, uint32_t key)
{
	const size_t page = 10;

	if (!view_wants_messages(v)) {
		v->in_messages = false;
		return 0;
	}
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		return go_to(v, v->message - (v->message > 0));
	case VIEW_KEY_DOWN:
	case 'j':
		return go_to(v, v->message + 1);
	case VIEW_KEY_PAGE_UP:
		return go_to(v, v->message > page ? v->message - page : 0);
	case VIEW_KEY_PAGE_DOWN:
		return go_to(v, v->message + page);
	case VIEW_KEY_HOME:
	case 'g':
		return go_to(v, 0);
	case VIEW_KEY_END:
	case 'G':
		return go_to(v, SIZE_MAX);
	case VIEW_KEY_ENTER:
		return open_message(v);
	default:
		return 0;
	}
}

static void paint_why_not(struct view *v, struct area *a, const struct facts_detail *d)
{
	struct buffer *b = &v->line;

	if (!d->peeked)
		buffer_puts(b, v->paused ? _("paused") : "...");
	else if (d->peek_why)
		buffer_printf(b, _("messages cannot be looked at: %s"), d->peek_why);
	else
		buffer_puts(b, _("no messages"));
	area_wrap(a, STYLE_DIM, buffer_string(b), 0);
	b->len = 0;
}

static void paint_item(struct view *v, struct area *a, const struct facts_detail *d, size_t i)
{
	const struct facts_message *m = &d->peek[i];
	bool at = v->in_messages && d->peek_from + i == v->message;
	unsigned int style = at ? STYLE_SELECTED : STYLE_PLAIN;

	if (at)
		canvas_blank(a->c, a->y, a->x, a->width, style);
	buffer_printf(&v->line, "%4zu %10ld %6zu  ", d->peek_from + i + 1, m->type, m->size);
	escape_put(&v->line, m->data, m->shown, ESCAPE_FOREIGN);
	area_line(a, style, &v->line);
}

static void paint_heading(struct view *v, struct area *a, const struct queue_stat *st)
{
	const char *hint = _("DATA (Tab: move here, Enter: all of it)");
	size_t total = (size_t)st->messages;
	bool fits;
	int width;

	buffer_printf(&v->line, _("%zu of %zu"), total ? v->message + 1 : 0, total);
	width = canvas_text_width(a->c, buffer_string(&v->line), v->line.len);
	if (a->y < a->end && width + 26 < a->width)
		canvas_puts(a->c, a->y, a->x + a->width - width, width, STYLE_BOLD,
			    buffer_string(&v->line));
	v->line.len = 0;
	buffer_printf(&v->line, "   # %10s   SIZE  ", st->kind == QUEUE_POSIX ? "PRIORITY" : "TYPE");
	a->width -= width + 2;
	fits = canvas_text_width(a->c, buffer_string(&v->line), v->line.len) +
		       canvas_text_width(a->c, hint, strlen(hint)) <=
	       a->width;
	buffer_puts(&v->line, fits ? hint : "DATA");
	area_line(a, STYLE_BOLD, &v->line);
	a->width += width + 2;
}

void view_paint_messages(struct view *v, struct area *a, const struct facts *facts,
			 const struct row *row)
{
	const struct facts_detail *d = &facts->detail;
	size_t lines, first;

	if (a->end - a->y < 1)
		return;
	if (!d->npeek) {
		paint_why_not(v, a, d);
		return;
	}
	if (v->message >= row->st.messages)
		v->message = row->st.messages ? (size_t)row->st.messages - 1 : 0;
	paint_heading(v, a, &row->st);
	lines = a->end > a->y ? (size_t)(a->end - a->y) : 0;
	first = v->message >= lines && lines ? v->message - lines + 1 : 0;
	for (size_t i = 0; i < d->npeek && a->y < a->end; i++) {
		if (d->peek_from + i >= first)
			paint_item(v, a, d, i);
	}
}

/* ---- one of them ---- */

unsigned int view_message_key(struct view *v, uint32_t key)
{
	const size_t page = v->over_lines > 1 ? (size_t)v->over_lines - 1 : 1;

	if (view_scroll(&v->over_at, key, page))
		return VIEW_PAINT;
	if (key == 'h' || key == VIEW_KEY_TAB) {
		v->hex = !v->hex;
		v->hex_chosen = true;
		v->over_at = 0;
	} else {
		v->over = OVER_NONE;
	}
	return VIEW_PAINT;
}

/* True for text that reads as such: no control characters except newlines and tabs. */
static bool is_text(const char *data, size_t len)
{
	return escape_clean(data, len, ESCAPE_TERMINAL);
}

static size_t hex_lines(const struct facts_whole *w)
{
	return (w->size + HEX_BYTES - 1) / HEX_BYTES;
}

static void put_hex(struct buffer *b, const struct facts_whole *w, size_t line)
{
	const unsigned char *p = (const unsigned char *)w->data + line * HEX_BYTES;
	size_t n = w->size - line * HEX_BYTES;

	if (n > HEX_BYTES)
		n = HEX_BYTES;
	buffer_printf(b, "%08zx ", line * HEX_BYTES);
	for (size_t i = 0; i < HEX_BYTES; i++) {
		if (i < n)
			buffer_printf(b, "%s%02x", i % 8 ? " " : "  ", p[i]);
		else
			buffer_puts(b, i % 8 ? "   " : "    ");
	}
	buffer_puts(b, "  ");
	for (size_t i = 0; i < n; i++)
		buffer_puts(b,
			    p[i] >= ' ' && p[i] <= '~' ? (const char[]){ (char)p[i], '\0' } : ".");
}

/* Counts the lines of text that is already escaped, or paints those from `from` on. */
static size_t walk_text(struct area *a, const char *text, size_t len, size_t from, bool paint)
{
	size_t lines = 0;

	while (len) {
		size_t fits = text_fits(a->c, text, len, a->width);
		size_t skip = fits < len && (text[fits] == '\n' || text[fits] == ' ');

		if (paint && lines >= from && a->y < a->end)
			canvas_put(a->c, a->y++, a->x, a->width, STYLE_PLAIN, text, fits);
		lines++;
		text += fits + skip;
		len -= fits + skip;
	}
	return lines;
}

static void paint_hex(struct view *v, struct area *a, const struct facts_whole *w)
{
	for (size_t line = v->over_at; line < hex_lines(w) && a->y < a->end; line++) {
		put_hex(&v->line, w, line);
		area_line(a, STYLE_PLAIN, &v->line);
	}
}

static void put_title(struct view *v, const struct facts_whole *w)
{
	struct buffer *b = &v->line;

	if (w->taken)
		buffer_puts(b, _("the message received"));
	else
		buffer_printf(b, _("message %zu of %zu"), w->index + 1, messages_of(v));
	buffer_printf(b, w->has_priority ? _("  priority %ld") : _("  type %ld"), w->type);
	buffer_printf(b, text_n("  %zu byte", "  %zu bytes", w->size), w->size);
}

static void clamp(struct view *v, const struct area *a, size_t lines)
{
	size_t room = a->end > a->y ? (size_t)(a->end - a->y) : 1;

	v->over_lines = (int)room;
	if (v->over_at + room > lines)
		v->over_at = lines > room ? lines - room : 0;
}

void view_paint_message(struct view *v, struct area *a, const struct facts *facts)
{
	const struct facts_whole *w = &facts->whole;
	struct buffer *text = &v->words;

	if (!w->valid || w->error) {
		if (w->error)
			buffer_printf(&v->line, _("the message cannot be looked at: %s"),
				      w->error == -ENOMSG ? _("it is gone") : w->why);
		area_line(a, STYLE_DIM, &v->line);
		return;
	}
	put_title(v, w);
	area_rule(a, buffer_string(&v->line));
	v->line.len = 0;
	if (!v->hex_chosen)
		v->hex = !is_text(w->data, w->size);
	if (v->hex) {
		clamp(v, a, hex_lines(w));
		paint_hex(v, a, w);
		return;
	}
	text->len = 0;
	escape_put(text, w->data, w->size, ESCAPE_TERMINAL);
	clamp(v, a, walk_text(a, buffer_string(text), text->len, 0, false));
	walk_text(a, buffer_string(text), text->len, v->over_at, true);
}
