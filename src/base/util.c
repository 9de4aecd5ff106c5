/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.c - arrays that grow, the clock, small files
 */
#include "config.h"

#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void *array_grow(void *items, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? 2 * *cap : 64;
	void *grown;

	if (n < *cap)
		return items;
	grown = reallocarray(items, more, size);
	if (grown)
		*cap = more;
	return grown;
}

int64_t clock_monotonic_ns(void)
{
	struct timespec now;

	/* Linux always has this clock: clock_gettime(2) has no error left to report. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

int64_t clock_deadline_ns(int64_t timeout_ns)
{
	int64_t deadline;

	if (timeout_ns < 0 || __builtin_add_overflow(clock_monotonic_ns(), timeout_ns, &deadline))
		return INT64_MAX;
	return deadline;
}

int64_t clock_left_ns(int64_t deadline_ns)
{
	int64_t now;

	if (deadline_ns == INT64_MAX)
		return -1;
	now = clock_monotonic_ns();
	return deadline_ns > now ? deadline_ns - now : 0;
}

/* ---- small files ---- */

/* Reads fd to its end or until size bytes are there.  Returns the bytes read or -errno. */
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
