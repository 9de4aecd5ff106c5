/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - rows of cells as columns of text
 *
 * Pure.  All cells lie in one buffer, so that a row costs no allocation and the whole table is one
 * piece of text: one write(2).
 */
#ifndef MQTOOL_TABLE_H
#define MQTOOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"

struct table_cell {
	uint32_t len;   /* bytes */
	uint32_t width; /* columns on a terminal */
};

/* Zero-initialise it except for `columns`; the owner calls table_free(). */
struct table {
	size_t columns;
	struct buffer text; /* append a cell's text here, then call table_cell() */
	size_t ended;       /* bytes of text in finished cells */
	struct table_cell *cells;
	size_t n, cap;
};

/* Makes room for that many cells at once.  If that fails, table_cell() makes room as they come. */
void table_expect(struct table *t, size_t cells);
/* Ends the cell whose text was appended.  A failed allocation sets text.failed. */
void table_cell(struct table *t);
/* Appends text as one whole cell. */
void table_cell_puts(struct table *t, const char *text);
/*
 * Appends the rows to out, with columns two blanks apart; bit i of right aligns column i to the
 * right.  No line ends in a blank.  Returns 0 or -ENOMEM.
 */
int table_put(const struct table *t, uint64_t right, struct buffer *out) _must_check_;
/* Frees the memory; safe on a zeroed table. */
void table_free(struct table *t);

#endif
