/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * area.c - lines of text into a part of a canvas
 */
#include "config.h"

#include "watch/area.h"

#include <string.h>

static void put_in_area(struct area *a, unsigned int style, int x, const char *text, size_t len)
{
	if (a->y < a->end && a->y >= a->top)
		canvas_put(a->c, a->y, a->x + x, a->width - x, style, text, len);
	a->y += a->y < a->end;
}

void area_line(struct area *a, unsigned int style, struct buffer *b)
{
	put_in_area(a, style, 0, buffer_string(b), b->len);
	b->len = 0;
}

void area_puts(struct area *a, unsigned int style, const char *text)
{
	put_in_area(a, style, 0, text, strlen(text));
}

/* Bytes of the first character. */
static size_t first_character(const char *text, size_t len)
{
	size_t n = 1;

	while (n < len && ((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Where a line must end, or earlier: at a blank, or at two if fields are kept whole. */
static size_t line_end(const struct canvas *c, const char *text, size_t len, int width, bool fields)
{
	size_t at = 0, blank = 0, gap = 0;
	int used = 0;

	while (at < len && text[at] != '\n') {
		size_t n = first_character(text + at, len - at);
		int wide = canvas_text_width(c, text + at, n);

		if (text[at] == ' ' && at) {
			blank = at;
			gap = fields && at + 1 < len && text[at + 1] == ' ' ? at : gap;
		}
		if (used + wide > width && at)
			return gap ? gap : blank ? blank : at;
		used += wide;
		at += n;
	}
	return at;
}

size_t text_fits(const struct canvas *c, const char *text, size_t len, int width)
{
	return line_end(c, text, len, width, false);
}

static void wrap(struct area *a, unsigned int style, const char *text, int indent, bool fields)
{
	size_t len = strlen(text);
	int x = 0;

	if (indent * 2 > a->width)
		indent = 0;
	do {
		size_t n = line_end(a->c, text, len, a->width - x, fields);

		put_in_area(a, style, x, text, n);
		n += strspn(text + n, " \n");
		text += n;
		len -= n;
		x = indent;
	} while (len && a->y < a->end);
}

void area_wrap(struct area *a, unsigned int style, const char *text, int indent)
{
	wrap(a, style, text, indent, false);
}

void area_fields(struct area *a, unsigned int style, const char *text, int indent)
{
	wrap(a, style, text, indent, true);
}

void area_rule(struct area *a, const char *text)
{
	const char *rule = a->c->ascii ? "-" : "\u2500";

	if (a->y >= a->end)
		return;
	for (int x = 0; x < a->width; x++)
		canvas_puts(a->c, a->y, a->x + x, 1, STYLE_DIM, rule);
	if (a->width > 6)
		canvas_printf(a->c, a->y, a->x + 2, a->width - 4, STYLE_BOLD, " %s ", text);
	a->y++;
}
