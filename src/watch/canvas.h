/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * canvas.h - a screen as cells of text and style, before any terminal sees it
 *
 * Pure.  What is painted is cut to the canvas and to the room given, so every size is safe.
 */
#ifndef MQTOOL_CANVAS_H
#define MQTOOL_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_BAR,   /* headings and keys: reverse */
	STYLE_GOOD,  /* green */
	STYLE_WARN,  /* yellow */
	STYLE_ALARM, /* red and bold */
	STYLES
};
/* Combined with the others: the selected row. */
#define STYLE_SELECTED 0x40

/* A character and at most this many combining ones. */
#define CELL_CHARS 3

struct cell {
	uint32_t ch[CELL_CHARS]; /* unused ones are 0; ch[0] is 0 in the right half of a wide one */
	uint8_t style;
};

/* Zero-initialise it; the owner calls canvas_free(). */
struct canvas {
	int width, height;
	bool ascii; /* only ASCII: other characters become \xNN */
	struct cell *cells;
	size_t cap;
	int cursor_x, cursor_y; /* where a text is being typed; cursor_y is -1 if none is */
	struct buffer format;   /* of canvas_printf(): kept to be reused */
};

/* Makes the canvas this large, and blank.  Returns 0, or -ENOMEM with the canvas unchanged. */
int canvas_resize(struct canvas *c, int width, int height) _must_check_;
/* Frees the memory; safe on a zeroed struct. */
void canvas_free(struct canvas *c);
/* Blanks everything. */
void canvas_clear(struct canvas *c);
/* The cell at a place, which must be on the canvas. */
struct cell *canvas_at(const struct canvas *c, int y, int x);

/* Columns that len bytes of text take on this canvas. */
int canvas_text_width(const struct canvas *c, const char *text, size_t len);
/*
 * Puts text at line y, column x, into at most `room` columns; if it does not fit, its end is cut
 * and shows … (~ in ASCII).  Returns the columns taken.  text: UTF-8, escaped if foreign.
 */
int canvas_put(struct canvas *c, int y, int x, int room, unsigned int style, const char *text,
	       size_t len);
/* The same for a string. */
int canvas_puts(struct canvas *c, int y, int x, int room, unsigned int style, const char *text);
/* The same for formatted text. */
int canvas_printf(struct canvas *c, int y, int x, int room, unsigned int style, const char *fmt,
		  ...) _printf_(6, 7);
/* Sets the style of `width` cells from x on, and keeps their text. */
void canvas_style(struct canvas *c, int y, int x, int width, unsigned int style);
/* Blanks `width` cells from x on, in a style. */
void canvas_blank(struct canvas *c, int y, int x, int width, unsigned int style);

/* Appends line y as text, without blanks at its end. */
void canvas_put_line(const struct canvas *c, int y, struct buffer *b);

#endif
