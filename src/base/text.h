/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.h - text for people: translation
 */
#ifndef MQTOOL_TEXT_H
#define MQTOOL_TEXT_H

/*
 * Translation.  The first text that is asked for sets up the locale and the catalogue: setlocale(3)
 * costs a quarter of a bare process start, and a plain send or recv prints nothing.  LC_NUMERIC
 * stays "C": numbers that mqtool reads and writes look the same everywhere.
 */
#define _(s) text_get(s)
#define N_(s) s

/* Sets up locale and catalogue; later calls do nothing.  text_get() and text_n() call it. */
void text_init(void);
/* From now on translations are ASCII: glibc spells out other characters ("e" for an accented one)
 * or writes '?'.  Has no effect with a C library that cannot convert. */
void text_ascii(void);
/* The translation of msgid, or msgid itself; static memory, never NULL. */
const char *text_get(const char *msgid) __attribute__((format_arg(1)));
/* The translation for a count of n, by the language's plural rule; static memory. */
const char *text_n(const char *one, const char *many, unsigned long n)
	__attribute__((format_arg(1), format_arg(2)));

#endif
