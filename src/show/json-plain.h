/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-plain.h - the bytes that are the same in a JSON string and in what it stands for
 *
 * Most bodies consist of them, so the writer and the reader copy runs of them, 16 at a time.
 */
#ifndef MQTOOL_JSON_PLAIN_H
#define MQTOOL_JSON_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that json_copy_plain() may overwrite after its copy. */
#define JSON_COPY_SLACK 16

/* Vectors of gcc and clang: SSE2 or NEON if the machine has them, words elsewhere. */
typedef signed char json_block __attribute__((vector_size(16)));

/* Printable ASCII except the quote and the backslash. */
static inline bool json_plain(char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The first byte in memory of a word that is not zero. */
static inline size_t json_first_byte(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return (size_t)__builtin_ctzll(word) / 8;
#else
	return (size_t)__builtin_clzll(word) / 8;
#endif
}

/* The number of plain bytes at the start of a block. */
static inline size_t json_block_plain(json_block v)
{
	/* As signed numbers, bytes above 0x7f are below 0x20 too. */
	json_block stop = (v < 0x20) | (v == '"') | (v == '\\') | (v == 0x7f);
	uint64_t half[2];

	memcpy(half, &stop, sizeof(half));
	if (half[0])
		return json_first_byte(half[0]);
	return half[1] ? sizeof(half[0]) + json_first_byte(half[1]) : sizeof(v);
}

/*
 * Copies the plain bytes at the start of p, of which n are there, and returns how many there were.
 * out has room for n + JSON_COPY_SLACK bytes.
 */
static inline size_t json_copy_plain(char *out, const char *p, size_t n)
{
	size_t i = 0;

	for (json_block v; n - i >= sizeof(v); i += sizeof(v)) {
		size_t plain;

		memcpy(&v, p + i, sizeof(v));
		memcpy(out + i, &v, sizeof(v));
		plain = json_block_plain(v);
		if (plain < sizeof(v))
			return i + plain;
	}
	for (; i < n && json_plain(p[i]); i++)
		out[i] = p[i];
	return i;
}

#endif
