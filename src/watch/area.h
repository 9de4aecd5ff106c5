/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * area.h - a part of a canvas, filled line by line
 *
 * Pure.
 */
#ifndef MQTOOL_AREA_H
#define MQTOOL_AREA_H

#include <stddef.h>

#include "base/buffer.h"
#include "watch/canvas.h"

/* A part of the canvas that is filled line by line. */
struct area {
	struct canvas *c;
	int x, width;
	int y, end; /* the next line, and the first one below the area */
	int top;    /* lines above it are not painted */
};

/* Puts a line, and empties b. */
void area_line(struct area *a, unsigned int style, struct buffer *b);
/* Puts a line of text, cut to the width. */
void area_puts(struct area *a, unsigned int style, const char *text);
/* The same in as many lines as the text needs, broken at blanks; later ones begin at `indent`. */
void area_wrap(struct area *a, unsigned int style, const char *text, int indent);
/* The same for fields two blanks apart, which are kept whole if possible. */
void area_fields(struct area *a, unsigned int style, const char *text, int indent);
/* A rule with text in it. */
void area_rule(struct area *a, const char *text);
/* Bytes of text that fit into width columns: up to a newline, or a blank if there is one, at least
 * one character. */
size_t text_fits(const struct canvas *c, const char *text, size_t len, int width);

#endif
