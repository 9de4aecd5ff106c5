/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIZE, DURATION, MODE and numbers, against readers that are slow and simple. */
#include "config.h"

#include <errno.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/parse.h"
#include "fuzz.h"

#define DIGITS "0123456789"

/* The number that n digits write; false if 64 bits do not hold it. */
static bool number(const char *digits, size_t n, unsigned int base, uint64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < n; i++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, parse_digit(digits[i]), value))
			return false;
	return true;
}

static void check_u64(const char *text, uint64_t min, uint64_t max)
{
	size_t n = strspn(text, DIGITS);
	uint64_t value = 4711, expected;
	bool fits = number(text, n, 10, &expected);
	int rc = parse_u64(text, min, max, &value);

	if (!n || text[n])
		fuzz_check(rc == -EINVAL);
	else if (!fits || expected < min || expected > max)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 && value == expected);
	fuzz_check(rc == 0 || value == 4711);
}

static void check_i64(const char *text)
{
	bool negative = *text == '-';
	size_t n = strspn(text + negative, DIGITS);
	uint64_t size;
	bool fits = number(text + negative, n, 10, &size);
	int64_t value = 4711;
	int rc = parse_i64(text, INT64_MIN, INT64_MAX, &value);

	if (!n || text[negative + n])
		fuzz_check(rc == -EINVAL);
	else if (!fits || size > (uint64_t)INT64_MAX + negative)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 && (uint64_t)value == (negative ? -size : size));
}

static void check_hex(const char *text)
{
	bool begun = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	size_t n = begun ? strspn(text + 2, DIGITS "abcdefABCDEF") : 0;
	uint64_t value = 4711, expected = 0;
	bool fits = number(text + 2 * begun, n, 16, &expected);
	int rc = parse_hex(text, UINT32_MAX, &value);

	if (!n || text[2 + n])
		fuzz_check(rc == -EINVAL);
	else if (!fits || expected > UINT32_MAX)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 && value == expected);
}

static void check_mode(const char *text)
{
	size_t n = strspn(text, "01234567");
	uint64_t expected;
	bool fits = number(text, n, 8, &expected) && expected <= 0777;
	mode_t mode = 0;
	int rc = parse_mode(text, &mode);

	if (!n || text[n])
		fuzz_check(rc == -EINVAL || (rc == -ERANGE && n));
	else
		fuzz_check(rc == (fits ? 0 : -ERANGE) && (rc || mode == expected));
}

static void check_size(const char *text)
{
	static const char *const units[] = { "", "K", "KiB", "M", "MiB", "G", "GiB" };
	size_t n = strspn(text, DIGITS);
	uint64_t bytes = 4711, expected;
	int rc = parse_size(text, &bytes);

	for (size_t i = 0; n && i < sizeof(units) / sizeof(*units); i++) {
		unsigned int shift = (unsigned int)(i + 1) / 2 * 10;
		bool fits = number(text, n, 10, &expected) && expected <= UINT64_MAX >> shift;

		if (strcasecmp(text + n, units[i]) != 0)
			continue;
		fuzz_check(rc == (fits ? 0 : -ERANGE));
		fuzz_check(rc || bytes == expected << shift);
		return;
	}
	fuzz_check(rc < 0 && bytes == 4711);
}

/*
 * The fraction 0.digits of `millions` million nanoseconds, rounded down.  Its first 18 digits are
 * taken as two numbers of nine, so that no product overflows.
 */
static uint64_t fraction(const char *digits, size_t n, uint64_t millions)
{
	const uint64_t billion = 1000000000;
	uint64_t half[2] = { 0, 0 };

	for (size_t i = 0; i < 18; i++)
		half[i / 9] = half[i / 9] * 10 + (i < n ? parse_digit(digits[i]) : 0);
	half[0] *= millions;
	half[1] *= millions;
	return half[0] / 1000 + (half[0] % 1000 * billion + half[1]) / (1000 * billion);
}

static void check_duration(const char *text)
{
	static const struct {
		const char *name;
		uint64_t millions;
	} units[] = { { "", 1000 },   { "ms", 1 },      { "s", 1000 },
		      { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
	size_t whole = strspn(text, DIGITS);
	size_t part = text[whole] == '.' ? strspn(text + whole + 1, DIGITS) : 0;
	size_t end = whole + (part ? part + 1 : 0);
	int64_t ns = 4711;
	int rc = parse_duration(text, &ns);

	for (size_t i = 0; whole + part && i < sizeof(units) / sizeof(*units); i++) {
		uint64_t expected;
		bool fits =
			number(text, whole, 10, &expected) &&
			!__builtin_mul_overflow(expected, units[i].millions * 1000000, &expected) &&
			expected <= INT64_MAX;

		if (strcmp(text + end, units[i].name) != 0)
			continue;
		if (fits)
			expected += fraction(text + whole + 1, part, units[i].millions);
		fuzz_check(rc == (fits && expected <= INT64_MAX ? 0 : -ERANGE));
		/* What comes after 18 digits is worth less than a nanosecond. */
		fuzz_check(rc || (uint64_t)ns == expected ||
			   (part > 18 && (uint64_t)ns == expected + 1));
		return;
	}
	fuzz_check(rc < 0 && ns == 4711);
}

static void check_escapes(const char *text)
{
	size_t size = strlen(text) + 1, len = 0, back_len = 0;
	char *out = malloc(size), *back = malloc(size);
	struct buffer escaped = { 0 };

	fuzz_check(out && back);
	if (parse_escapes(text, out, size, &len) == 0) {
		fuzz_check(len < size);
		escape_put(&escaped, out, len, ESCAPE_FOREIGN);
		fuzz_check(parse_escapes(buffer_string(&escaped), back, size, &back_len) == 0);
		fuzz_check(len == back_len && memcmp(out, back, len) == 0);
	}
	buffer_free(&escaped);
	free(back);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_u64(text, 0, UINT64_MAX);
	check_u64(text, 1, 32767);
	check_i64(text);
	check_hex(text);
	check_mode(text);
	check_size(text);
	check_duration(text);
	check_escapes(text);
	free(text);
	return 0;
}
