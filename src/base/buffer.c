/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffer.c - bytes that grow
 */
#include "config.h"

#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BUFFER_FIRST_CAP 256

char *buffer_grow(struct buffer *b, size_t more)
{
	size_t cap = b->cap ? b->cap : BUFFER_FIRST_CAP;
	char *data;

	if (b->failed)
		return NULL;
	if (more >= PTRDIFF_MAX - b->len)
		goto failed;
	/* len and more together are below PTRDIFF_MAX here, so that cap cannot wrap. */
	while (more >= cap - b->len)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		goto failed;
	b->data = data;
	b->cap = cap;
	return data + b->len;

failed:
	b->failed = true;
	return NULL;
}

void buffer_vprintf(struct buffer *b, const char *fmt, va_list ap)
{
	size_t room;
	va_list again;
	char *to = buffer_reserve(b, 0);
	int n;

	if (!to)
		return;
	room = b->cap - b->len;
	va_copy(again, ap);
	n = vsnprintf(to, room, fmt, ap);
	if (n < 0) {
		b->failed = true;
	} else if ((size_t)n >= room) {
		to = buffer_reserve(b, (size_t)n);
		if (to)
			vsnprintf(to, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	if (!b->failed)
		b->len += (size_t)n;
}

void buffer_printf(struct buffer *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buffer_vprintf(b, fmt, ap);
	va_end(ap);
}

const char *buffer_string(struct buffer *b)
{
	char *end = buffer_reserve(b, 0);

	if (!end)
		return "";
	*end = '\0';
	return b->data;
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ 0 };
}
