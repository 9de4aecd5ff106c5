/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parse.c - strict readers of what users write: numbers, sizes, durations, modes
 */
#include "config.h"

#include "base/parse.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"

unsigned int parse_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return 16;
}

/* A run of digits.  The caller looks at what follows before it looks at overflow, because
 * "99999999999999999999x" is not a number, rather than too large a one. */
struct digits {
	uint64_t value;
	size_t count;
	bool overflow;
};

/* Reads digits of a base from *text and moves *text past them. */
static struct digits read_digits(const char **text, unsigned int base)
{
	struct digits d = { 0 };
	unsigned int digit;

	for (; (digit = parse_digit(**text)) < base; ++*text, d.count++) {
		if (__builtin_mul_overflow(d.value, base, &d.value) ||
		    __builtin_add_overflow(d.value, digit, &d.value))
			d.overflow = true;
	}
	return d;
}

/* Reads a text that is digits of a base and nothing else.  Returns 0, -EINVAL or -ERANGE. */
static int read_number(const char *text, unsigned int base, uint64_t *value)
{
	struct digits d = read_digits(&text, base);

	if (!d.count || *text)
		return -EINVAL;
	if (d.overflow)
		return -ERANGE;
	*value = d.value;
	return 0;
}

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	uint64_t number;
	int rc = read_number(text, 10, &number);

	if (rc < 0)
		return rc;
	if (number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

int parse_i64(const char *text, int64_t min, int64_t max, int64_t *value)
{
	bool negative = *text == '-';
	uint64_t magnitude;
	int64_t number;
	int rc = read_number(text + negative, 10, &magnitude);

	if (rc < 0)
		return rc;
	if (magnitude > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	/* Negated with ~ because INT64_MIN has no positive counterpart. */
	number = negative && magnitude ? ~(int64_t)(magnitude - 1) : (int64_t)magnitude;
	if (number < min || number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

int parse_hex(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t number;
	int rc;

	if (text[0] != '0' || (text[1] != 'x' && text[1] != 'X'))
		return -EINVAL;
	rc = read_number(text + 2, 16, &number);
	if (rc < 0)
		return rc;
	if (number > max)
		return -ERANGE;
	*value = number;
	return 0;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* The factor that a suffix stands for, or 0 if no row has it. */
static uint64_t unit_factor(const struct unit *units, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(units[i].name, name) == 0)
			return units[i].factor;
	}
	return 0;
}

#define SIZE_UNIT_LEN 3

/* The unit of a size in lower case, whatever the locale; false if it is too long for one. */
static bool fold_unit(const char *text, char unit[static SIZE_UNIT_LEN + 1])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t len = strlen(text);

	if (len > SIZE_UNIT_LEN)
		return false;
	memcpy(unit, text, len + 1);
	for (size_t i = 0; i < len; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			unit[i] = letters[text[i] - 'A'];
	return true;
}

int parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "k", UINT64_C(1) << 10 },
		{ "kib", UINT64_C(1) << 10 },
		{ "m", UINT64_C(1) << 20 },
		{ "mib", UINT64_C(1) << 20 },
		{ "g", UINT64_C(1) << 30 },
		{ "gib", UINT64_C(1) << 30 },
	};
	struct digits d = read_digits(&text, 10);
	char unit[SIZE_UNIT_LEN + 1];
	uint64_t factor = fold_unit(text, unit) ? unit_factor(units, ARRAY_SIZE(units), unit) : 0;
	uint64_t size;

	if (!d.count || !factor)
		return -EINVAL;
	if (d.overflow || __builtin_mul_overflow(d.value, factor, &size))
		return -ERANGE;
	*bytes = size;
	return 0;
}

/*
 * The fraction 0.digits of a unit, rounded down.  Digits are added from the last to the first, each
 * in front of those before: that is exact for any number of digits.
 */
static uint64_t fraction_of(const char *digits, size_t count, uint64_t unit)
{
	uint64_t part = 0;

	while (count--)
		part = ((uint64_t)(digits[count] - '0') * unit + part) / 10;
	return part;
}

int parse_duration(const char *text, int64_t *ns)
{
	static const struct unit units[] = {
		{ "", NSEC_PER_SEC },         { "ms", NSEC_PER_SEC / 1000 },
		{ "s", NSEC_PER_SEC },        { "m", 60 * NSEC_PER_SEC },
		{ "h", 3600 * NSEC_PER_SEC }, { "d", 86400 * NSEC_PER_SEC },
	};
	struct digits whole = read_digits(&text, 10), fraction = { 0 };
	const char *point = text;
	uint64_t factor, total;

	if (*point == '.') {
		text++;
		fraction = read_digits(&text, 10);
		if (!fraction.count)
			return -EINVAL;
	}
	factor = unit_factor(units, ARRAY_SIZE(units), text);
	if (!factor || !(whole.count || fraction.count))
		return -EINVAL;
	if (whole.overflow || __builtin_mul_overflow(whole.value, factor, &total))
		return -ERANGE;
	if (__builtin_add_overflow(total, fraction_of(point + 1, fraction.count, factor), &total) ||
	    total > INT64_MAX)
		return -ERANGE;
	*ns = (int64_t)total;
	return 0;
}

int parse_mode(const char *text, mode_t *mode)
{
	uint64_t number;
	int rc = read_number(text, 8, &number);

	if (rc < 0)
		return rc;
	if (number > 0777)
		return -ERANGE;
	*mode = (mode_t)number;
	return 0;
}

size_t parse_escape(const char *text, char *byte)
{
	unsigned int high, low;

	if (text[1] == '\\') {
		*byte = '\\';
		return 2;
	}
	if (text[1] != 'x')
		return 0;
	high = parse_digit(text[2]);
	low = high < 16 ? parse_digit(text[3]) : 16;
	if (low >= 16)
		return 0;
	*byte = (char)(high << 4 | low);
	return 4;
}

size_t parse_format_escape(const char *text, char *byte)
{
	static const char letters[] = "nt0";
	static const char meaning[] = "\n\t";
	const char *found = text[1] ? strchr(letters, text[1]) : NULL;

	if (!found)
		return parse_escape(text, byte);
	*byte = meaning[found - letters];
	return 2;
}

int parse_escapes(const char *text, char *out, size_t size, size_t *len)
{
	size_t n = 0, used;
	bool full = false;
	char byte;

	/* Reads to the end even if out is full: a bad escape is the more useful error. */
	for (; *text; text += used) {
		used = 1;
		byte = *text;
		if (byte == '\\')
			used = parse_escape(text, &byte);
		if (!used)
			return -EINVAL;
		full = full || n == size;
		if (!full)
			out[n++] = byte;
	}
	if (full)
		return -ERANGE;
	*len = n;
	return 0;
}
