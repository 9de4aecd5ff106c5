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
		size_t n = utf8_ascii_run(text, len);
		uint32_t cp = 0;

		if (n) {
			width += (uint32_t)n;
		} else {
			n = utf8_decode(text, len, &cp);
			width += cp ? (uint32_t)utf8_width(cp) : 1;
			n = n ? n : 1;
		}
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

static char *put_blanks(char *to, size_t n)
{
	memset(to, ' ', n);
	return to + n;
}

/* Sets width[] to the widest cell of each column; returns the bytes that the rows take at most. */
static size_t measure(const struct table *t, uint32_t *width)
{
	const struct table_cell *cell = t->cells, *end = cell + t->n;
	size_t row = 0, cut = 0;

	while (cell < end) {
		for (size_t col = 0; col < t->columns; col++, cell++) {
			if (cell->width > width[col])
				width[col] = cell->width;
			cut += cell->width;
		}
	}
	for (size_t col = 0; col < t->columns; col++)
		row += width[col] + GAP;
	return t->text.len - cut + t->n / t->columns * row;
}

/* Writes the rows to `to`, which has room for them; returns their end. */
static char *put_rows(const struct table *t, const uint32_t *width, uint64_t right, char *to)
{
	const struct table_cell *cell = t->cells, *end = cell + t->n;
	const char *text = t->text.data;

	while (cell < end) {
		for (size_t col = 0; col < t->columns; col++, cell++) {
			size_t pad = width[col] - cell->width;
			bool to_the_right = right >> col & 1;

			if (to_the_right)
				to = put_blanks(to, pad);
			to = mempcpy(to, text, cell->len);
			text += cell->len;
			if (col + 1 < t->columns)
				to = put_blanks(to, GAP + (to_the_right ? 0 : pad));
		}
		*to++ = '\n';
	}
	return to;
}

int table_put(const struct table *t, uint64_t right, struct buffer *out)
{
	uint32_t *width;
	char *to;

	if (t->text.failed)
		return -ENOMEM;
	width = calloc(t->columns, sizeof(*width));
	if (!width)
		return -ENOMEM;
	to = buffer_reserve(out, measure(t, width));
	if (to)
		out->len += (size_t)(put_rows(t, width, right, to) - to);
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
