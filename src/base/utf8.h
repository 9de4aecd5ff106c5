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

/* Bytes that a character may take. */
#define UTF8_MAX 4
/* Writes a character, at most U+10FFFF, to out.  Returns its length, 1 to UTF8_MAX. */
size_t utf8_encode(uint32_t cp, char out[static UTF8_MAX]);

#endif
