/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-string.c - the inside of JSON strings
 */
#include "config.h"

#include "show/json-string.h"

#include <stdint.h>
#include <string.h>

#include "base/format.h"
#include "show/json-plain.h"
#include "show/json.h"

static char *write_u(char *out, unsigned int c)
{
	*out++ = '\\';
	*out++ = 'u';
	for (int shift = 12; shift >= 0; shift -= 4)
		*out++ = format_hex_digit(c >> shift);
	return out;
}

/* Writes an ASCII character that cannot stand for itself. */
static char *write_escape(char *out, unsigned char c)
{
	static const char letters[128] = {
		['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
		['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
	};

	if (!letters[c])
		return write_u(out, c);
	*out++ = '\\';
	*out++ = letters[c];
	return out;
}

/*
 * Writes the character at p, of which left bytes are there and which is not plain.  Returns its
 * length, or 0 if it is not UTF-8.
 */
static size_t write_character(char **out, const char *p, size_t left)
{
	uint32_t c;
	size_t n;

	if ((unsigned char)*p < 0x80) {
		*out = write_escape(*out, (unsigned char)*p);
		return 1;
	}
	n = utf8_decode(p, left, &c);
	if (!n)
		return 0;
	if (c < 0xa0 || utf8_bidi_control(c)) {
		*out = write_u(*out, c);
	} else {
		memcpy(*out, p, n);
		*out += n;
	}
	return n;
}

/*
 * Writes the characters that begin before stop; the text goes on to end.  Returns the place after
 * the last one written: before stop only if the text there is not UTF-8.
 */
static const char *write_escaped(char **out, const char *p, const char *stop, const char *end)
{
	size_t n = 1;

	while (n && p < stop) {
		n = json_copy_plain(*out, p, (size_t)(stop - p));
		*out += n;
		p += n;
		/* Characters that are not plain seldom come alone. */
		for (n = 1; n && p < stop && !json_plain(*p); p += n)
			n = write_character(out, p, (size_t)(end - p));
	}
	return p;
}

size_t json_put_escaped(struct buffer *b, const char *data, size_t len)
{
	const char *p = data, *stop = data, *end = data + len;

	while (p >= stop && p < end) {
		size_t chunk = (size_t)(end - p) < JSON_CHUNK ? (size_t)(end - p) : JSON_CHUNK;
		char *out =
			buffer_reserve(b, (chunk + UTF8_MAX) * JSON_ESCAPE_MAX + JSON_COPY_SLACK);

		if (!out)
			break;
		stop = p + chunk;
		p = write_escaped(&out, p, stop, end);
		b->len = (size_t)(out - b->data);
	}
	return (size_t)(p - data);
}

void json_put_string(struct buffer *b, const char *data, size_t len)
{
	buffer_putc(b, '"');
	while (len) {
		size_t n = json_put_escaped(b, data, len);

		if (b->failed)
			return;
		if (n < len) {
			buffer_puts(b, "\\ufffd");
			n++;
		}
		data += n;
		len -= n;
	}
	buffer_putc(b, '"');
}
