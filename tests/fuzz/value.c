/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SIZE, DURATION, MODE and numbers, against readers that are slow and simple. */
#include "config.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/parse.h"
#include "fuzz.h"

#define DIGITS "0123456789"
/* More than any reader takes, and still without overflow in GiB or days. */
#define TOO_LARGE ((unsigned __int128)1 << 80)

/* The number that n digits write, or TOO_LARGE. */
static unsigned __int128 number(const char *digits, size_t n, unsigned int base)
{
	unsigned __int128 value = 0;

	for (size_t i = 0; i < n; i++) {
		value = value * base + parse_digit(digits[i]);
		if (value > TOO_LARGE)
			return TOO_LARGE;
	}
	return value;
}

static void check_u64(const char *text, uint64_t min, uint64_t max)
{
	size_t n = strspn(text, DIGITS);
	unsigned __int128 expected = number(text, n, 10);
	uint64_t value = 4711;
	int rc = parse_u64(text, min, max, &value);

	if (!n || text[n])
		fuzz_check(rc == -EINVAL);
	else if (expected < min || expected > max)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 && value == expected);
	fuzz_check(rc == 0 || value == 4711);
}

static void check_i64(const char *text)
{
	bool negative = *text == '-';
	size_t n = strspn(text + negative, DIGITS);
	unsigned __int128 size = number(text + negative, n, 10);
	int64_t value = 4711;
	int rc = parse_i64(text, INT64_MIN, INT64_MAX, &value);

	if (!n || text[negative + n])
		fuzz_check(rc == -EINVAL);
	else if (size > (unsigned __int128)INT64_MAX + negative)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 &&
			   (negative ? -(__int128)value : (__int128)value) == (__int128)size);
}

static void check_hex(const char *text)
{
	bool begun = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	size_t n = begun ? strspn(text + 2, DIGITS "abcdefABCDEF") : 0;
	unsigned __int128 expected = begun ? number(text + 2, n, 16) : 0;
	uint64_t value = 4711;
	int rc = parse_hex(text, UINT32_MAX, &value);

	if (!n || text[2 + n])
		fuzz_check(rc == -EINVAL);
	else if (expected > UINT32_MAX)
		fuzz_check(rc == -ERANGE);
	else
		fuzz_check(rc == 0 && value == expected);
}

static void check_mode(const char *text)
{
	size_t n = strspn(text, "01234567");
	unsigned __int128 expected = number(text, n, 8);
	mode_t mode = 0;
	int rc = parse_mode(text, &mode);

	if (!n || text[n])
		fuzz_check(rc == -EINVAL || (rc == -ERANGE && n));
	else
		fuzz_check(rc == (expected <= 0777 ? 0 : -ERANGE) && (rc || mode == expected));
}

static void check_size(const char *text)
{
	static const char *const units[] = { "", "K", "KiB", "M", "MiB", "G", "GiB" };
	size_t n = strspn(text, DIGITS);
	uint64_t bytes = 4711;
	int rc = parse_size(text, &bytes);

	for (size_t i = 0; n && i < sizeof(units) / sizeof(*units); i++) {
		unsigned __int128 expected = number(text, n, 10) << (i + 1) / 2 * 10;

		if (strcmp(text + n, units[i]) != 0)
			continue;
		fuzz_check(rc == (expected <= UINT64_MAX ? 0 : -ERANGE));
		fuzz_check(rc || bytes == expected);
		return;
	}
	fuzz_check(rc < 0 && bytes == 4711);
}

static void check_duration(const char *text)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "", 1000000000 },   { "ms", 1000000 },      { "s", 1000000000 },
		      { "m", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 } };
	size_t whole = strspn(text, DIGITS);
	size_t part = text[whole] == '.' ? strspn(text + whole + 1, DIGITS) : 0;
	size_t end = whole + (part ? part + 1 : 0);
	int64_t ns = 4711;
	int rc = parse_duration(text, &ns);

	for (size_t i = 0; whole + part && i < sizeof(units) / sizeof(*units); i++) {
		/* With 18 digits no sum overflows, and the rest is worth less than a nanosecond. */
		size_t used = part < 18 ? part : 18;
		unsigned __int128 scale = 1, expected;

		if (strcmp(text + end, units[i].name) != 0)
			continue;
		for (size_t digit = 0; digit < used; digit++)
			scale *= 10;
		expected = number(text, whole, 10);
		if (expected <= INT64_MAX)
			expected = expected * units[i].ns +
				   number(text + whole + 1, used, 10) * units[i].ns / scale;
		fuzz_check(rc == (expected <= INT64_MAX ? 0 : -ERANGE));
		fuzz_check(rc || (unsigned __int128)ns == expected ||
			   (part > used && (unsigned __int128)ns == expected + 1));
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
