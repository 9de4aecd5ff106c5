/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.c - translation, growing buffers, the clock, small files
 */
#include "config.h"

#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#if ENABLE_NLS
#include <libintl.h>
#endif

/* ---- translation ---- */

#define TEXT_DOMAIN "mqtool"

void text_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
#if ENABLE_NLS
	bindtextdomain(TEXT_DOMAIN, LOCALEDIR);
	textdomain(TEXT_DOMAIN);
#endif
}

void text_ascii(void)
{
	text_init();
#if ENABLE_NLS
	bind_textdomain_codeset(TEXT_DOMAIN, "US-ASCII");
#endif
}

#if ENABLE_NLS
const char *text_get(const char *msgid)
{
	text_init();
	/* gettext(3) answers the empty msgid with the header of the catalogue. */
	return *msgid ? gettext(msgid) : msgid;
}

const char *text_n(const char *one, const char *many, unsigned long n)
{
	text_init();
	return ngettext(one, many, n);
}
#else
const char *text_get(const char *msgid)
{
	text_init();
	return msgid;
}

const char *text_n(const char *one, const char *many, unsigned long n)
{
	text_init();
	return n == 1 ? one : many;
}
#endif

/* ---- buffers ---- */

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

/* ---- the clock ---- */

int64_t clock_monotonic_ns(void)
{
	struct timespec now;

	/* Linux always has this clock: clock_gettime(2) has no error left to report. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* ---- small files ---- */

/* Reads fd until its end or until size bytes are there.  Returns the bytes or -errno. */
static ssize_t read_full(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int read_text_file(const char *path, char *buf, size_t size)
{
	ssize_t len;
	int fd;

	if (size == 0 || size > INT_MAX)
		return -EINVAL;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	len = read_full(fd, buf, size - 1);
	close(fd);
	buf[len < 0 ? 0 : len] = '\0';
	return (int)len;
}

int read_number_file(const char *path, uint64_t *value)
{
	char buf[32], *end;
	unsigned long long number;
	int len;

	len = read_text_file(path, buf, sizeof(buf));
	if (len < 0)
		return len;
	/* strtoull(3) would take blanks and signs. */
	if (buf[0] < '0' || buf[0] > '9')
		return -EINVAL;
	errno = 0;
	number = strtoull(buf, &end, 10);
	if (errno)
		return -errno;
	/* The kernel ends it with a newline; a second number means that it is another file. */
	if (end[strspn(end, "\n")])
		return -EINVAL;
	*value = number;
	return 0;
}
