/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.h - characters
 */
#ifndef MQTOOL_UTF8_H
#define MQTOOL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decodes the UTF-8 character at p, of which n bytes are there.  Returns its length and sets *cp,
 * or returns 0 if the bytes are not a character: overlong, a surrogate, above U+10FFFF, cut short
 * (RFC 3629).
 */
size_t utf8_decode(const char *p, size_t n, uint32_t *cp);
/* Returns how many bytes at the start of data are ASCII. */
size_t utf8_ascii_run(const char *data, size_t len);
/* True if all len bytes are UTF-8.  Fast on ASCII. */
bool utf8_valid(const char *data, size_t len);
/*
 * True for a character that may be shown on a terminal and read back by a person: not a control
 * (C0, DEL, C1), a bidi control, a blank other than U+0020, or anything invisible, unassigned by
 * design (noncharacters) or private.
 */
bool utf8_printable(uint32_t cp);
/* True for the characters that reorder text (U+061C, U+200E, U+200F, U+202A-E, U+2066-9). */
bool utf8_bidi_control(uint32_t cp);
/* Columns that a printable character takes on a terminal: 0 (combining), 1 or 2 (wide); 1 for
 * others. */
int utf8_width(uint32_t cp);

/* The most bytes of a character. */
#define UTF8_MAX 4
/* Writes a character, at most U+10FFFF, to out.  Returns its length, 1 to UTF8_MAX. */
size_t utf8_encode(uint32_t cp, char out[static UTF8_MAX]);

#endif
