/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.h - strict readers of what users write: numbers, sizes, durations, modes
 *
 * Pure.  Each takes the whole text or refuses it: no blanks, signs, trailing text or empty
 * numbers, and no locale.  All return 0, -EINVAL (not of that form) or -ERANGE (of that form but
 * too large, or too small), and leave *value alone unless they return 0.
 */
#ifndef MQTOOL_PARSE_H
#define MQTOOL_PARSE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/util.h"

/* A decimal number from min to max.  "010" is ten. */
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value) _must_check_;
/* The same with an optional leading '-': what `recv -t` takes (msgrcv(2) knows negative types). */
int parse_i64(const char *text, int64_t min, int64_t max, int64_t *value) _must_check_;
/* A hexadecimal number after "0x" or "0X", at most max. */
int parse_hex(const char *text, uint64_t max, uint64_t *value) _must_check_;
/* SIZE in bytes: digits, then nothing, K, M, G, KiB, MiB or GiB (1024-based), in either case. */
int parse_size(const char *text, uint64_t *bytes) _must_check_;
/*
 * DURATION in nanoseconds: digits with an optional fraction (".5" too, "1." not), then nothing
 * (seconds), ms, s, m, h or d.  Digits below a nanosecond are dropped.  -ERANGE above INT64_MAX.
 */
int parse_duration(const char *text, int64_t *ns) _must_check_;
/* MODE: octal digits, at most 0777. */
int parse_mode(const char *text, mode_t *mode) _must_check_;
/* The value of a hexadecimal digit, or 16.  isxdigit(3) would ask the locale. */
unsigned int parse_digit(char c);
/*
 * Decodes the \xNN (two hex digits) or \\ at text, which begins with a backslash.  Returns its
 * length with *byte, or 0 for anything else.
 */
size_t parse_escape(const char *text, char *byte);
/* The same for the escapes of `recv -F`: \n, \t and \0 too. */
size_t parse_format_escape(const char *text, char *byte);
/*
 * Decodes \xNN (two hex digits) and \\ from text into out, which has room for size bytes and gets
 * no NUL.  *len is what was written.  -EINVAL for any other use of a backslash, -ERANGE if out is
 * too small.
 */
int parse_escapes(const char *text, char *out, size_t size, size_t *len) _must_check_;

#endif
