/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.h - what every file needs: attributes, translation, growing buffers, the clock, small files
 */
#ifndef MQTOOL_UTIL_H
#define MQTOOL_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define _must_check_ __attribute__((warn_unused_result))
/* For failures with large buffers: a caller's frame is to have no part of them, since each page of
 * it is touched as it begins (-fstack-clash-protection), and a page costs at every start. */
#define _cold_ __attribute__((cold, noinline))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))

#define NSEC_PER_SEC 1000000000LL

/*
 * Translation.  The locale and the catalogue are set up by the first text that is asked for:
 * setlocale(3) costs a quarter of a bare process start, and a plain send or recv prints nothing.
 * LC_NUMERIC stays "C": numbers read and written by mqtool look the same everywhere.
 */
#define _(s) text_get(s)
#define N_(s) s

/* Sets up locale and catalogue; later calls do nothing.  text_get() and text_n() call it. */
void text_init(void);
/* From now on translations are ASCII: glibc spells what is not ("e" for an accented one), or puts
 * '?'.  Nothing changes with a C library that cannot convert. */
void text_ascii(void);
/* The translation of msgid, or msgid itself; static memory, never NULL. */
const char *text_get(const char *msgid) __attribute__((format_arg(1)));
/* The translation for a count of n, by the language's plural rule; static memory. */
const char *text_n(const char *one, const char *many, unsigned long n)
	__attribute__((format_arg(1), format_arg(2)));

/*
 * A byte buffer that grows.  Zero-initialise it; the owner calls buffer_free().  A failed
 * allocation sets `failed` and makes every later call do nothing, so a writer may check once,
 * at its end; what was there before stays.  `data` is not NUL-terminated unless buffer_string()
 * was asked.
 */
struct buffer {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

/* The slow path of buffer_reserve(): the memory has to grow, or has failed. */
char *buffer_grow(struct buffer *b, size_t more);

/* Makes room for `more` bytes behind len.  Returns where they start, or NULL (failed is set).
 * One byte more is always kept, for the NUL of buffer_string(). */
static inline char *buffer_reserve(struct buffer *b, size_t more)
{
	if (__builtin_expect(more < b->cap - b->len && !b->failed, 1))
		return b->data + b->len;
	return buffer_grow(b, more);
}

/* Appends len bytes. */
static inline void buffer_put(struct buffer *b, const void *data, size_t len)
{
	char *to = buffer_reserve(b, len);

	/* An empty message may have no memory, and memcpy(3) takes no NULL. */
	if (to && len) {
		memcpy(to, data, len);
		b->len += len;
	}
}

/* Appends one byte. */
static inline void buffer_putc(struct buffer *b, char c)
{
	char *to = buffer_reserve(b, 1);

	if (to) {
		*to = c;
		b->len++;
	}
}

/* Appends a NUL-terminated string without its NUL. */
static inline void buffer_puts(struct buffer *b, const char *s)
{
	buffer_put(b, s, strlen(s));
}

/* Appends formatted text. */
void buffer_printf(struct buffer *b, const char *fmt, ...) _printf_(2, 3);
void buffer_vprintf(struct buffer *b, const char *fmt, va_list ap) _printf_(2, 0);
/* The contents as a string: a NUL is kept behind len.  Owned by the buffer; "" where it failed. */
const char *buffer_string(struct buffer *b);
/* Frees the memory and leaves an empty buffer. */
void buffer_free(struct buffer *b);

/* CLOCK_MONOTONIC in nanoseconds. */
int64_t clock_monotonic_ns(void);

/*
 * Reads a small text file (a file of /proc or /sys) into buf, at most size - 1 bytes, and adds a
 * NUL.  Returns the length, or -errno.
 */
int read_text_file(const char *path, char *buf, size_t size) _must_check_;
/* Reads the one unsigned number that a file of /proc/sys holds.  Returns 0 or -errno. */
int read_number_file(const char *path, uint64_t *value) _must_check_;

#endif
