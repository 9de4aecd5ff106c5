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

/* A digit of base 16: the lowest four bits of value. */
static inline char format_hex_digit(unsigned int value)
{
	return "0123456789abcdef"[value & 15];
}

/* A decimal number, without what printf(3) costs.  Appends to b. */
void format_u64(struct buffer *b, uint64_t value);
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
/* The time of day of `when`, seconds since the epoch: 12:03:41; "@" and the seconds for a time beyond
 * the years that fit an int.  Appends to b. */
void format_clock(struct buffer *b, int64_t when);
/* A duration for people, exact: "500ms", "1.5s", "2m", "1h30m"; negative counts as 0.
 * Appends to b. */
void format_duration(struct buffer *b, int64_t ns);

#endif
