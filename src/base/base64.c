/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base64.c - bytes as base64 and back
 */
#include "config.h"

#include "base/base64.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of a character plus one; 0 for one that is not in the alphabet. */
static const unsigned char values[256] = {
	['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,
	['H'] = 8,  ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14,
	['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21,
	['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28,
	['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35,
	['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42,
	['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49,
	['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
	['/'] = 64,
};

/* Writes four characters for three bytes. */
static char *encode_group(char *out, unsigned int a, unsigned int b, unsigned int c)
{
	out[0] = alphabet[a >> 2];
	out[1] = alphabet[(a & 3) << 4 | b >> 4];
	out[2] = alphabet[(b & 15) << 2 | c >> 6];
	out[3] = alphabet[c & 63];
	return out + 4;
}

char *base64_encode(char *out, const char *data, size_t len)
{
	const unsigned char *p = (const unsigned char *)data;

	for (; len >= 3; p += 3, len -= 3)
		out = encode_group(out, p[0], p[1], p[2]);
	if (!len)
		return out;
	out = encode_group(out, p[0], len == 2 ? p[1] : 0, 0);
	out[-1] = '=';
	if (len == 1)
		out[-2] = '=';
	return out;
}

/* Reads n characters as the upper bits of a 24-bit group.  False if one is not in the alphabet. */
static bool decode_group(const unsigned char *p, size_t n, uint32_t *group)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++) {
		if (!values[p[i]])
			return false;
		bits |= (uint32_t)(values[p[i]] - 1) << (18 - 6 * i);
	}
	*group = bits;
	return true;
}

int base64_decode(char *out, const char *text, size_t len, size_t *written)
{
	const unsigned char *p = (const unsigned char *)text;
	char *start = out;
	size_t padding = 0;
	uint32_t group;

	if (len % 4)
		return -EINVAL;
	if (len && p[len - 1] == '=')
		padding = p[len - 2] == '=' ? 2 : 1;
	for (size_t left = len - (padding ? 4 : 0); left; left -= 4, p += 4) {
		if (!decode_group(p, 4, &group))
			return -EINVAL;
		*out++ = (char)(group >> 16);
		*out++ = (char)(group >> 8);
		*out++ = (char)group;
	}
	if (padding) {
		/* An encoder leaves the bits that no byte of the result takes at zero. */
		if (!decode_group(p, 4 - padding, &group) || group & (padding == 2 ? 0xffff : 0xff))
			return -EINVAL;
		*out++ = (char)(group >> 16);
		if (padding == 1)
			*out++ = (char)(group >> 8);
	}
	*written = (size_t)(out - start);
	return 0;
}
