/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffer.h - bytes that grow
 */
#ifndef MQTOOL_BUFFER_H
#define MQTOOL_BUFFER_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"

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

/* Makes room for `more` bytes after the first len.  Returns where they start, or NULL (failed is
 * set).  One byte more is always kept, for the NUL of buffer_string(). */
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
/* The same with the arguments as a va_list, which it uses up. */
void buffer_vprintf(struct buffer *b, const char *fmt, va_list ap) _printf_(2, 0);
/* The contents as a string: a NUL is kept after the len bytes.  Owned by the buffer; "" if it
 * failed. */
const char *buffer_string(struct buffer *b);
/* Frees the memory and leaves an empty buffer. */
void buffer_free(struct buffer *b);

#endif
