/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-write.c - the writer of JSON
 */
#include "config.h"

#include "base/buffer.h"
#include "base/utf8.h"
#include "show/json.h"

#include <string.h>

#include "base/base64.h"
#include "base/format.h"
#include "show/json-plain.h"

/* Characters that one byte may become: \u007f. */
#define ESCAPE_MAX 6
/* Bytes that are written before room is made again, so that no byte has to look for room. */
#define CHUNK 1024

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
 * Writes the character at p, of which left bytes are there; it is not a plain one.  Returns its
 * length, or 0 where it is not UTF-8.
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
 * Writes what begins before stop; the text goes on to end.  Returns what is behind the last
 * character written: before stop only where no UTF-8 is there.
 */
static const char *write_escaped(char **out, const char *p, const char *stop, const char *end)
{
	size_t n = 1;

	while (n && p < stop) {
		n = json_copy_plain(*out, p, (size_t)(stop - p));
		*out += n;
		p += n;
		/* What is not plain seldom comes alone. */
		for (n = 1; n && p < stop && !json_plain(*p); p += n)
			n = write_character(out, p, (size_t)(end - p));
	}
	return p;
}

/* Appends data as the inside of a JSON string, up to the first byte that is not UTF-8.  Returns
 * how many bytes of data were taken. */
static size_t put_escaped(struct buffer *b, const char *data, size_t len)
{
	const char *p = data, *stop = data, *end = data + len;

	while (p >= stop && p < end) {
		size_t chunk = (size_t)(end - p) < CHUNK ? (size_t)(end - p) : CHUNK;
		char *out = buffer_reserve(b, (chunk + UTF8_MAX) * ESCAPE_MAX + JSON_COPY_SLACK);

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
		size_t n = put_escaped(b, data, len);

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

static void put_base64(struct buffer *b, const char *data, size_t len)
{
	char *out = buffer_reserve(b, BASE64_LENGTH(len));

	if (out)
		b->len = (size_t)(base64_encode(out, data, len) - b->data);
}

void json_put_body(struct buffer *b, const char *data, size_t len)
{
	size_t start = b->len;

	/* Escaping finds out what is UTF-8: one pass over the body does for both. */
	buffer_puts(b, "\"body\":\"");
	if (put_escaped(b, data, len) < len && !b->failed) {
		b->len = start;
		buffer_puts(b, "\"body_base64\":\"");
		put_base64(b, data, len);
	}
	buffer_putc(b, '"');
}

static void put_number(struct buffer *b, const char *member, uint64_t value)
{
	buffer_puts(b, member);
	format_u64(b, value);
}

/* What stands before the body. */
static void put_head(struct buffer *b, const char *queue, const struct message *m)
{
	buffer_puts(b, "{\"queue\":");
	json_put_string(b, queue, strlen(queue));
	if (m->have & MESSAGE_HAS_TYPE)
		put_number(b, ",\"type\":", (uint64_t)m->type);
	if (m->have & MESSAGE_HAS_PRIORITY)
		put_number(b, ",\"priority\":", m->priority);
	put_number(b, ",\"size\":", m->len);
	buffer_putc(b, ',');
}

void json_put_message(struct buffer *b, const char *queue, const struct message *m)
{
	put_head(b, queue, m);
	json_put_body(b, m->data, m->len);
	buffer_putc(b, '}');
}

/* ---- without memory ---- */

/* Bytes of a body to a piece: whole groups of three, which base64 needs. */
#define PIECE_BODY ((size_t)768)
/* A head has the queue's name, which is ASCII as printed, and each step makes room for a chunk. */
#define PIECE_MEMORY (QUEUE_NAME_TEXT + (CHUNK + UTF8_MAX) * ESCAPE_MAX + 1024)

/* How much of the body makes the next piece: no character is cut in two. */
static size_t piece_length(const char *data, size_t len, bool text)
{
	size_t n = len < PIECE_BODY ? len : PIECE_BODY;

	while (text && n < len && (data[n] & 0xc0) == 0x80)
		n--;
	return n;
}

int json_write_line(const char *queue, const struct message *m,
		    int (*put)(const void *data, size_t size))
{
	static char memory[PIECE_MEMORY];
	struct buffer b = { .data = memory, .cap = sizeof(memory) };
	bool text = utf8_valid(m->data, m->len);
	int rc;

	put_head(&b, queue, m);
	buffer_puts(&b, text ? "\"body\":\"" : "\"body_base64\":\"");
	rc = put(b.data, b.len);
	for (size_t done = 0; rc == 0 && done < m->len;) {
		size_t n = piece_length(m->data + done, m->len - done, text);

		b.len = 0;
		if (text)
			put_escaped(&b, m->data + done, n);
		else
			put_base64(&b, m->data + done, n);
		rc = put(b.data, b.len);
		done += n;
	}
	return rc == 0 ? put("\"}\n", 3) : rc;
}
