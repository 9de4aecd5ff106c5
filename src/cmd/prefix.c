/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.c - the number before each record of `send --prefix`
 */
#include "config.h"

#include "cmd/prefix.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *refuse_separator(const char *sep, size_t len, char end)
{
	if (len == 0)
		return N_("it is empty");
	if (is_digit(sep[0]))
		return N_("it begins with a digit, which would be read as part of the number");
	if (memchr(sep, end, len))
		return N_("it contains what ends a message");
	return NULL;
}

int prefix_compile(char *text, char end, size_t *len, const char **bad)
{
	size_t n = 0, used;
	char byte;

	for (const char *p = text; *p; p += used) {
		used = 1;
		byte = *p;
		if (byte == '\\')
			used = parse_format_escape(p, &byte);
		if (!used) {
			*bad = N_("an escape is \\n, \\t, \\0, \\\\ or \\xNN");
			return -EINVAL;
		}
		text[n++] = byte;
	}
	*len = n;
	*bad = refuse_separator(text, n, end);
	return *bad ? -EINVAL : 0;
}

ssize_t prefix_read(const char *record, size_t len, const char *sep, size_t sep_len, uint64_t min,
		    uint64_t max, uint64_t *number)
{
	char digits[PREFIX_DIGITS + 1];
	size_t n = 0;

	while (n < len && n < PREFIX_DIGITS && is_digit(record[n])) {
		digits[n] = record[n];
		n++;
	}
	digits[n] = '\0';
	if (n < len && is_digit(record[n]))
		return -ERANGE;
	if (n == 0 || len - n < sep_len || memcmp(record + n, sep, sep_len) != 0)
		return -EINVAL;
	if (parse_u64(digits, min, max, number) < 0)
		return -ERANGE;
	return (ssize_t)(n + sep_len);
}
