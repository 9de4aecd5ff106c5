/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * escape.h - foreign bytes as text that is safe to show
 */
#ifndef MQTOOL_ESCAPE_H
#define MQTOOL_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

enum escape_style {
	ESCAPE_NAME,     /* a queue's name in its esc: form: also blanks, backslashes and quotes */
	ESCAPE_FOREIGN,  /* other names (commands, users, -F %q): also backslashes */
	ESCAPE_TERMINAL, /* a body on a terminal: newlines, tabs and backslashes stay; only
			  * controls, bidi controls and invalid UTF-8 change */
};

/* Appends data to b, with each byte that the style does not let through as \xNN (and, except with
 * ESCAPE_TERMINAL, each backslash as \\). */
void escape_put(struct buffer *b, const char *data, size_t len, enum escape_style style);
/* How many bytes at the start of data the style lets through as they are. */
size_t escape_run(const char *data, size_t len, enum escape_style style);
/* True if escape_put() would change nothing. */
bool escape_clean(const char *data, size_t len, enum escape_style style);

/* The most bytes that escape_char() writes. */
#define ESCAPE_CHAR_MAX 16
/*
 * escape_put() for one character, without a buffer: reads the character at data, of which len >= 1
 * bytes are there, and writes it to out, without a NUL.  Returns the bytes written; *used is the
 * bytes read.
 */
size_t escape_char(const char *data, size_t len, enum escape_style style,
		   char out[static ESCAPE_CHAR_MAX], size_t *used);

#endif
