/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.h - what every file needs: attributes, arrays that grow, the clock, small files
 */
#ifndef MQTOOL_UTIL_H
#define MQTOOL_UTIL_H

#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define _must_check_ __attribute__((warn_unused_result))
/*
 * For error paths with large buffers: they must not enlarge the caller's frame, since entering a
 * function touches each page of its frame (-fstack-clash-protection), and a page costs at every
 * start.
 */
#define _cold_ __attribute__((cold, noinline))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))

#define NSEC_PER_SEC 1000000000LL

/*
 * Makes room for one more item in an array of n items of `size` bytes each, which has room for
 * *cap.  Returns the array, which may have moved and stays the caller's to free(); or NULL (out of
 * memory), with items and *cap unchanged.
 */
void *array_grow(void *items, size_t n, size_t *cap, size_t size) _must_check_;

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t clock_monotonic_ns(void);
/* The time on that clock at which a timeout that begins now ends; INT64_MAX (never) for a negative
 * one. */
int64_t clock_deadline_ns(int64_t timeout_ns);
/*
 * What is left until a deadline, again as a timeout: negative for INT64_MAX, 0 once it has passed.
 */
int64_t clock_left_ns(int64_t deadline_ns);

/*
 * Reads a small text file (a file of /proc or /sys) into buf, at most size - 1 bytes, and adds a
 * NUL.  Returns the length, or -errno.
 */
int read_text_file(const char *path, char *buf, size_t size) _must_check_;
/* Reads the one unsigned number that a file of /proc/sys holds.  Returns 0 or -errno. */
int read_number_file(const char *path, uint64_t *value) _must_check_;

#endif
