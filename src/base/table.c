/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c - rows of cells as columns of text
 */
#include "config.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "base/util.h"

#define GAP 2

/* Columns of a terminal that text takes.  What is printed is printable, so bytes above 0x7f are
 * UTF-8; any that are not count as one column. */
static uint32_t text_width(const char *text, size_t len)
{
	uint32_t width = 0;

	while (len) {
		uint32_t cp = 0;
		size_t n = (unsigned char)*text < 0x80 ? 1 : utf8_decode(text, len, &cp);

		width += cp ? (uint32_t)utf8_width(cp) : 1;
		n = n ? n : 1;
		text += n;
		len -= n;
	}
	return width;
}

static bool make_room(struct table *t)
{
	struct table_cell *cells = array_grow(t->cells, t->n, &t->cap, sizeof(*cells));

	if (!cells) {
		t->text.failed = true;
		return false;
	}
	t->cells = cells;
	return true;
}

void table_expect(struct table *t, size_t cells)
{
	struct table_cell *more = cells > t->cap ? reallocarray(t->cells, cells, sizeof(*more)) :
						   NULL;

	if (!more)
		return;
	t->cells = more;
	t->cap = cells;
}

void table_cell(struct table *t)
{
	size_t len = t->text.len - t->ended;

	if (t->text.failed || !make_room(t))
		return;
	t->cells[t->n++] = (struct table_cell){
		.len = (uint32_t)len,
		.width = text_width(t->text.data + t->ended, len),
	};
	t->ended = t->text.len;
}

void table_cell_puts(struct table *t, const char *text)
{
	buffer_puts(&t->text, text);
	table_cell(t);
}

static void put_blanks(struct buffer *out, size_t n)
{
	char *at = n ? buffer_reserve(out, n) : NULL;

	if (!at)
		return;
	memset(at, ' ', n);
	out->len += n;
}

/* Sets width[] to the widest cell of each column. */
static void measure(const struct table *t, uint32_t *width)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t col = i % t->columns;

		if (t->cells[i].width > width[col])
			width[col] = t->cells[i].width;
	}
}

static void put_cells(const struct table *t, const uint32_t *width, uint64_t right,
		      struct buffer *out)
{
	const char *text = t->text.data;

	for (size_t i = 0; i < t->n; i++) {
		const struct table_cell *cell = &t->cells[i];
		size_t col = i % t->columns, pad = width[col] - cell->width;
		bool last = col + 1 == t->columns;

		if (right >> col & 1)
			put_blanks(out, pad);
		buffer_put(out, text, cell->len);
		if (last)
			buffer_putc(out, '\n');
		else
			put_blanks(out, GAP + (right >> col & 1 ? 0 : pad));
		text += cell->len;
	}
}

int table_put(const struct table *t, uint64_t right, struct buffer *out)
{
	uint32_t *width;

	if (t->text.failed)
		return -ENOMEM;
	width = calloc(t->columns, sizeof(*width));
	if (!width)
		return -ENOMEM;
	measure(t, width);
	put_cells(t, width, right, out);
	free(width);
	return out->failed ? -ENOMEM : 0;
}

void table_free(struct table *t)
{
	free(t->cells);
	buffer_free(&t->text);
	t->cells = NULL;
	t->n = t->cap = t->ended = 0;
}
