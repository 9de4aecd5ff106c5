/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * format.c - numbers, times and foreign bytes as text
 */
#include "config.h"

#include "base/format.h"

#include <inttypes.h>
#include <string.h>

#include "base/unicode-ranges.h"

/* ---- UTF-8 ---- */

/* Length of the character that begins with this byte, or 0 where none does (RFC 3629). */
static size_t utf8_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2)
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

size_t utf8_decode(const char *p, size_t n, uint32_t *cp)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = n ? utf8_length((unsigned char)*p) : 0;
	uint32_t value;

	if (len > n || !len)
		return 0;
	if (len == 1) {
		*cp = (unsigned char)*p;
		return 1;
	}
	value = (unsigned char)*p & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((unsigned char)p[i] & 0x3f);
	}
	if (value < smallest[len] || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
		return 0;
	*cp = value;
	return len;
}

/* Bytes of ASCII at the start of data, in steps of eight but for what is left over. */
static size_t ascii_run(const char *data, size_t len)
{
	size_t i = 0;
	uint64_t eight;

	for (; len - i >= sizeof(eight); i += sizeof(eight)) {
		memcpy(&eight, data + i, sizeof(eight));
		if (eight & UINT64_C(0x8080808080808080))
			break;
	}
	while (i < len && (unsigned char)data[i] < 0x80)
		i++;
	return i;
}

bool utf8_valid(const char *data, size_t len)
{
	size_t i = 0, used;
	uint32_t cp;

	while (i < len) {
		if ((unsigned char)data[i] < 0x80) {
			i += ascii_run(data + i, len - i);
			continue;
		}
		used = utf8_decode(data + i, len - i, &cp);
		if (!used)
			return false;
		i += used;
	}
	return true;
}

static bool in_ranges(const struct unicode_range *ranges, size_t n, uint32_t cp)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (cp > ranges[middle].last)
			low = middle + 1;
		else if (cp < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

bool utf8_printable(uint32_t cp)
{
	if (cp < 0x7f)
		return cp >= 0x20;
	return cp > 0x7f && cp <= 0x10ffff &&
	       !in_ranges(unicode_unprintable, ARRAY_SIZE(unicode_unprintable), cp);
}

bool utf8_bidi_control(uint32_t cp)
{
	return cp == 0x061c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
	       (cp >= 0x2066 && cp <= 0x2069);
}

int utf8_width(uint32_t cp)
{
	if (cp < unicode_zero_width[0].first)
		return 1;
	/* First: some marks lie within the ranges of the wide. */
	if (in_ranges(unicode_zero_width, ARRAY_SIZE(unicode_zero_width), cp))
		return 0;
	return in_ranges(unicode_wide, ARRAY_SIZE(unicode_wide), cp) ? 2 : 1;
}

/* ---- escapes ---- */

static bool ascii_passes(unsigned char c, enum escape_style style)
{
	if (c < 0x20)
		return style == ESCAPE_TERMINAL && (c == '\n' || c == '\t');
	switch (c) {
	case 0x7f:
		return false;
	case '\\':
		return style == ESCAPE_TERMINAL;
	case ' ':
	case '\'':
	case '"':
	case '`':
		return style != ESCAPE_NAME;
	default:
		return true;
	}
}

/* For characters behind ASCII. */
static bool unicode_passes(uint32_t cp, enum escape_style style)
{
	if (style == ESCAPE_TERMINAL)
		return cp >= 0xa0 && !utf8_bidi_control(cp);
	return utf8_printable(cp);
}

/* Bytes at the start of data that the style lets through. */
static size_t clean_run(const char *data, size_t len, enum escape_style style)
{
	size_t i = 0, used;
	uint32_t cp;

	while (i < len) {
		if ((unsigned char)data[i] < 0x80) {
			if (!ascii_passes((unsigned char)data[i], style))
				break;
			i++;
			continue;
		}
		used = utf8_decode(data + i, len - i, &cp);
		if (!used || !unicode_passes(cp, style))
			break;
		i += used;
	}
	return i;
}

size_t escape_char(const char *data, size_t len, enum escape_style style,
		   char out[static ESCAPE_CHAR_MAX], size_t *used)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t cp;
	size_t n = utf8_decode(data, len, &cp), written = 0;

	/* Of bytes that are no character, one is escaped: the next may begin one. */
	*used = n ? n : 1;
	if (n && clean_run(data, n, style) == n) {
		memcpy(out, data, n);
		return n;
	}
	if (*data == '\\') {
		memcpy(out, "\\\\", 2); /* NOLINT(bugprone-not-null-terminated-result) */
		return 2;
	}
	for (size_t i = 0; i < *used; i++) {
		out[written++] = '\\';
		out[written++] = 'x';
		out[written++] = digits[(unsigned char)data[i] >> 4];
		out[written++] = digits[(unsigned char)data[i] & 0xf];
	}
	return written;
}

void escape_put(struct buffer *b, const char *data, size_t len, enum escape_style style)
{
	char escaped[ESCAPE_CHAR_MAX];
	size_t run, used;

	while (len) {
		run = clean_run(data, len, style);
		buffer_put(b, data, run);
		data += run;
		len -= run;
		if (!len)
			break;
		buffer_put(b, escaped, escape_char(data, len, style, escaped, &used));
		data += used;
		len -= used;
	}
}

bool escape_clean(const char *data, size_t len, enum escape_style style)
{
	return clean_run(data, len, style) == len;
}

/* ---- numbers and times ---- */

void format_size(struct buffer *b, uint64_t bytes, bool exact)
{
	static const char units[] = "KMGT";
	unsigned int unit = 0, shift = 10;
	uint64_t tenths, rest;

	if (exact || bytes < 1024) {
		buffer_printf(b, "%" PRIu64, bytes);
		return;
	}
	for (; bytes >> shift >= 1024 && units[unit + 1]; shift += 10)
		unit++;
	rest = bytes & ((UINT64_C(1) << shift) - 1);
	/* Half a tenth is rounded up. */
	tenths = (bytes >> shift) * 10 + ((rest * 10 + (UINT64_C(1) << (shift - 1))) >> shift);
	if (tenths >= 10240 && units[unit + 1]) {
		tenths = 10;
		unit++;
	}
	buffer_printf(b, "%" PRIu64, tenths / 10);
	if (tenths % 10)
		buffer_printf(b, ".%" PRIu64, tenths % 10);
	buffer_putc(b, units[unit]);
}

void format_age(struct buffer *b, int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 60)
		buffer_printf(b, "%" PRId64 "s", seconds);
	else if (seconds < 3600)
		buffer_printf(b, "%" PRId64 "m", seconds / 60);
	else if (seconds < 86400)
		buffer_printf(b, "%" PRId64 "h", seconds / 3600);
	else
		buffer_printf(b, "%" PRId64 "d", seconds / 86400);
}

void format_iso_time(struct buffer *b, const struct timespec *when)
{
	long micros = when->tv_nsec / 1000, offset;
	struct tm tm;

	if (!localtime_r(&when->tv_sec, &tm)) {
		buffer_printf(b, "@%lld.%06ld", (long long)when->tv_sec, micros);
		return;
	}
	offset = (tm.tm_gmtoff < 0 ? -tm.tm_gmtoff : tm.tm_gmtoff) / 60;
	buffer_printf(b, "%04lld-%02d-%02dT%02d:%02d:%02d.%06ld%c%02ld:%02ld", tm.tm_year + 1900LL,
		      tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, micros,
		      tm.tm_gmtoff < 0 ? '-' : '+', offset / 60, offset % 60);
}

/* value over one (a power of ten) in decimal, without zeros at the end. */
static void put_decimal(struct buffer *b, int64_t value, int64_t one)
{
	int64_t rest = value % one;

	buffer_printf(b, "%" PRId64, value / one);
	if (rest)
		buffer_putc(b, '.');
	while (rest) {
		one /= 10;
		buffer_putc(b, (char)('0' + rest / one));
		rest %= one;
	}
}

void format_duration(struct buffer *b, int64_t ns)
{
	static const struct {
		int64_t ns;
		char name;
	} units[] = {
		{ 86400 * NSEC_PER_SEC, 'd' },
		{ 3600 * NSEC_PER_SEC, 'h' },
		{ 60 * NSEC_PER_SEC, 'm' },
	};
	bool any = false;

	if (ns > 0 && ns < NSEC_PER_SEC) {
		put_decimal(b, ns, NSEC_PER_SEC / 1000);
		buffer_puts(b, "ms");
		return;
	}
	if (ns < 0)
		ns = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (ns < units[i].ns)
			continue;
		buffer_printf(b, "%" PRId64 "%c", ns / units[i].ns, units[i].name);
		ns %= units[i].ns;
		any = true;
	}
	if (ns || !any) {
		put_decimal(b, ns, NSEC_PER_SEC);
		buffer_putc(b, 's');
	}
}
