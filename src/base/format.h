/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.h - numbers and times as text
 *
 * Pure and free of the locale: the same bytes come out on a terminal, in a pipe and in a test.
 */
#ifndef MQTOOL_FORMAT_H
#define MQTOOL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buffer.h"

/* The hexadecimal digit of the lowest four bits of value. */
static inline char format_hex_digit(unsigned int value)
{
	return "0123456789abcdef"[value & 15];
}

/* Appends a decimal number to b, without what printf(3) costs. */
void format_u64(struct buffer *b, uint64_t value);
/*
 * Appends a number of bytes to b as util-linux prints sizes: at most one digit after the point and
 * K, M, G or T (1024-based), "640", "3.9K", "16K", "1.5G"; plain digits if exact.
 */
void format_size(struct buffer *b, uint64_t bytes, bool exact);
/*
 * Appends an age to b in its largest unit: "0s", "59s", "3m", "2h", "5d"; negative ages count as 0.
 */
void format_age(struct buffer *b, int64_t seconds);
/*
 * Appends a time to b in ISO 8601, local, with microseconds and offset:
 * 2026-11-23T15:28:19.000123+01:00; "@" and the seconds since the epoch if the year does not fit an
 * int.
 */
void format_iso_time(struct buffer *b, const struct timespec *when);
/* Appends the time of day of `when`, seconds since the epoch, to b: 12:03:41; "@" and the seconds
 * if the year does not fit an int. */
void format_clock(struct buffer *b, int64_t when);
/*
 * Appends an exact duration for people to b: "500ms", "1.5s", "2m", "1h30m"; negative counts as 0.
 */
void format_duration(struct buffer *b, int64_t ns);

#endif
