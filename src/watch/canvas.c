/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canvas.c - a screen as cells
 */
#include "config.h"

#include "watch/canvas.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/utf8.h"

int canvas_resize(struct canvas *c, int width, int height)
{
	size_t n = (size_t)width * (size_t)height;

	if (n > c->cap) {
		struct cell *cells = reallocarray(c->cells, n, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		c->cells = cells;
		c->cap = n;
	}
	c->width = width;
	c->height = height;
	canvas_clear(c);
	return 0;
}

void canvas_free(struct canvas *c)
{
	free(c->cells);
	buffer_free(&c->format);
	*c = (struct canvas){ 0 };
}

void canvas_clear(struct canvas *c)
{
	c->cursor_y = -1;
	for (int y = 0; y < c->height; y++)
		canvas_blank(c, y, 0, c->width, STYLE_PLAIN);
}

struct cell *canvas_at(const struct canvas *c, int y, int x)
{
	return &c->cells[(size_t)y * (size_t)c->width + (size_t)x];
}

/* ---- characters ---- */

/* What a character becomes on the canvas: itself, or \xNN for each of its bytes. */
struct glyph {
	uint32_t cp;
	int width;
	size_t bytes; /* of text */
	bool escaped; /* the width of the escapes */
};

static struct glyph next_glyph(const struct canvas *c, const char *text, size_t len)
{
	struct glyph g = { .bytes = utf8_decode(text, len, &g.cp) };
	bool known = g.bytes && (g.cp >= 0x20 && g.cp != 0x7f) && !(g.cp >= 0x80 && g.cp < 0xa0) &&
		     !utf8_bidi_control(g.cp);

	if (!g.bytes)
		g.bytes = 1;
	if (known && !(c->ascii && g.cp > 0x7e)) {
		g.width = utf8_width(g.cp);
		return g;
	}
	g.escaped = true;
	g.width = 4 * (int)g.bytes;
	return g;
}

int canvas_text_width(const struct canvas *c, const char *text, size_t len)
{
	int width = 0;

	while (len) {
		struct glyph g = next_glyph(c, text, len);

		width += g.width;
		text += g.bytes;
		len -= g.bytes;
	}
	return width;
}

static void set_cell(struct canvas *c, int y, int x, uint32_t cp, unsigned int style)
{
	*canvas_at(c, y, x) = (struct cell){ .ch = { cp }, .style = (uint8_t)style };
}

static void add_mark(struct canvas *c, int y, int x, uint32_t cp)
{
	struct cell *cell = canvas_at(c, y, x);

	for (int i = 1; i < CELL_CHARS && cell->ch[0]; i++) {
		if (cell->ch[i])
			continue;
		cell->ch[i] = cp;
		return;
	}
}

/* Puts one glyph that fits. */
static void put_glyph(struct canvas *c, int y, int x, const struct glyph *g, const char *text,
		      unsigned int style)
{
	if (g->escaped) {
		for (size_t i = 0; i < g->bytes; i++) {
			unsigned char byte = (unsigned char)text[i];

			set_cell(c, y, x++, '\\', style);
			set_cell(c, y, x++, 'x', style);
			set_cell(c, y, x++, (uint32_t)format_hex_digit(byte >> 4), style);
			set_cell(c, y, x++, (uint32_t)format_hex_digit(byte), style);
		}
	} else {
		set_cell(c, y, x, g->cp, style);
		if (g->width == 2)
			set_cell(c, y, x + 1, 0, style);
	}
}

int canvas_put(struct canvas *c, int y, int x, int room, unsigned int style, const char *text,
	       size_t len)
{
	int used = 0;
	bool cut;

	if (y < 0 || y >= c->height || x < 0 || x >= c->width)
		return 0;
	if (room > c->width - x)
		room = c->width - x;
	if (room <= 0)
		return 0;
	cut = canvas_text_width(c, text, len) > room;
	while (len) {
		struct glyph g = next_glyph(c, text, len);

		if (used + g.width > room - cut)
			break;
		if (g.width)
			put_glyph(c, y, x + used, &g, text, style);
		else if (used)
			add_mark(c, y, x + used - 1, g.cp);
		used += g.width;
		text += g.bytes;
		len -= g.bytes;
	}
	if (cut)
		set_cell(c, y, x + used++, c->ascii ? '~' : 0x2026, style);
	return used;
}

int canvas_puts(struct canvas *c, int y, int x, int room, unsigned int style, const char *text)
{
	return canvas_put(c, y, x, room, style, text, strlen(text));
}

int canvas_printf(struct canvas *c, int y, int x, int room, unsigned int style, const char *fmt, ...)
{
	va_list ap;

	c->format.len = 0;
	va_start(ap, fmt);
	buffer_vprintf(&c->format, fmt, ap);
	va_end(ap);
	return canvas_puts(c, y, x, room, style, buffer_string(&c->format));
}

void canvas_style(struct canvas *c, int y, int x, int width, unsigned int style)
{
	if (y < 0 || y >= c->height)
		return;
	for (; width > 0 && x < c->width; width--, x++) {
		if (x >= 0)
			canvas_at(c, y, x)->style = (uint8_t)style;
	}
}

void canvas_blank(struct canvas *c, int y, int x, int width, unsigned int style)
{
	if (y < 0 || y >= c->height)
		return;
	for (; width > 0 && x < c->width; width--, x++) {
		if (x >= 0)
			set_cell(c, y, x, ' ', style);
	}
}

static void put_character(struct buffer *b, uint32_t cp)
{
	char utf8[UTF8_MAX];

	buffer_put(b, utf8, utf8_encode(cp, utf8));
}

void canvas_put_line(const struct canvas *c, int y, struct buffer *b)
{
	size_t end = b->len;

	for (int x = 0; x < c->width; x++) {
		const struct cell *cell = canvas_at(c, y, x);

		for (int i = 0; i < CELL_CHARS && cell->ch[i]; i++)
			put_character(b, cell->ch[i]);
		if (cell->ch[0] != ' ' && cell->ch[0])
			end = b->len;
	}
	if (!b->failed)
		b->len = end;
}
