/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - numbers, times and foreign bytes as text
 *
 * Pure and free of the locale: the same bytes come out on a terminal, in a pipe and in a test.
 */
#ifndef MQTOOL_FORMAT_H
#define MQTOOL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/util.h"

/*
 * Decodes the UTF-8 character at p, of which n bytes are there.  Returns its length and sets *cp,
 * or 0 where the bytes are no character: overlong, a surrogate, above U+10FFFF, cut short
 * (RFC 3629).
 */
size_t utf8_decode(const char *p, size_t n, uint32_t *cp);
/* True where all len bytes are UTF-8.  Quick on ASCII. */
bool utf8_valid(const char *data, size_t len);
/*
 * True for a character that may be shown to a terminal and read back by a person: no control
 * (C0, DEL, C1), no bidi control, no blank but U+0020, nothing invisible, unassigned by design
 * (noncharacters) or private.
 */
bool utf8_printable(uint32_t cp);
/* True for the characters that reorder text (U+061C, U+200E, U+200F, U+202A-E, U+2066-9). */
bool utf8_bidi_control(uint32_t cp);
/* Columns that a printable character takes on a terminal: 0 (combining), 1 or 2 (wide); 1 for
 * others. */
int utf8_width(uint32_t cp);

enum escape_style {
	ESCAPE_NAME,     /* a queue's name in its esc: form: also blank, backslash and quotes */
	ESCAPE_FOREIGN,  /* other names (commands, users, -F %q): also backslash */
	ESCAPE_TERMINAL, /* a body on a terminal: newline and tab stay, backslash too; only
			    controls, bidi controls and invalid UTF-8 change */
};

/* Appends data to b, with each byte that the style does not let through as \xNN (and, but for
 * ESCAPE_TERMINAL, a backslash as \\). */
void escape_put(struct buffer *b, const char *data, size_t len, enum escape_style style);
/* True where escape_put() would change nothing. */
bool escape_clean(const char *data, size_t len, enum escape_style style);

/* Bytes that escape_char() may write. */
#define ESCAPE_CHAR_MAX 16
/*
 * escape_put() for one character and no buffer: writes the character at data, of which len >= 1
 * bytes are there, to out, without a NUL.  Returns the bytes written; *used is the bytes read.
 */
size_t escape_char(const char *data, size_t len, enum escape_style style,
		   char out[static ESCAPE_CHAR_MAX], size_t *used);

/*
 * Whole numbers with at most one digit behind the point and K, M, G, T (1024-based), as
 * util-linux prints sizes: "640", "3.9K", "16K", "1.5G"; plain digits where exact.  Appends to b.
 */
void format_size(struct buffer *b, uint64_t bytes, bool exact);
/* An age in its largest unit: "0s", "59s", "3m", "2h", "5d"; negative ages count as 0.
 * Appends to b. */
void format_age(struct buffer *b, int64_t seconds);
/*
 * ISO 8601 in local time with microseconds and offset: 2026-11-23T15:28:19.000123+01:00; "@" and
 * the seconds since the epoch for a time beyond the years that fit an int.  Appends to b.
 */
void format_iso_time(struct buffer *b, const struct timespec *when);
/* A duration for people, exact: "500ms", "1.5s", "2m", "1h30m"; negative counts as 0.
 * Appends to b. */
void format_duration(struct buffer *b, int64_t ns);

#endif
