/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * utf8.c - characters
 */
#include "config.h"

#include "base/utf8.h"

#include <string.h>

#include "base/unicode-ranges.h"
#include "base/util.h"

/* Length of the character that begins with this byte, or 0 if none does (RFC 3629). */
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

/* Eight bytes at a time except for the rest. */
size_t utf8_ascii_run(const char *data, size_t len)
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
			i += utf8_ascii_run(data + i, len - i);
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
	/* Combining marks come first: some lie within the wide ranges. */
	if (in_ranges(unicode_zero_width, ARRAY_SIZE(unicode_zero_width), cp))
		return 0;
	return in_ranges(unicode_wide, ARRAY_SIZE(unicode_wide), cp) ? 2 : 1;
}

size_t utf8_encode(uint32_t cp, char out[static UTF8_MAX])
{
	size_t len = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	if (len == 1) {
		out[0] = (char)cp;
		return 1;
	}
	for (size_t i = len - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	/* The first byte has as many bits set at its top as the character has bytes. */
	out[0] = (char)(0xf00u >> len | cp);
	return len;
}
