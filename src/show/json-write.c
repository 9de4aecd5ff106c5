/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-write.c - the writer of JSON
 */
#include "config.h"

#include "base/buffer.h"
#include "show/json.h"

#include <string.h>

#include "base/base64.h"
#include "base/format.h"
#include "base/utf8.h"
#include "show/json-properties.h"
#include "show/json-string.h"

static void put_base64(struct buffer *b, const char *data, size_t len)
{
	char *out = buffer_reserve(b, BASE64_LENGTH(len));

	if (out)
		b->len = (size_t)(base64_encode(out, data, len) - b->data);
}

void json_put_body(struct buffer *b, const char *data, size_t len)
{
	size_t start = b->len;

	/* Escaping finds out what is UTF-8: one pass over the body does both. */
	buffer_puts(b, "\"body\":\"");
	if (json_put_escaped(b, data, len) < len && !b->failed) {
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

/* What precedes the body. */
static void put_head(struct buffer *b, const char *queue, const struct message *m)
{
	buffer_puts(b, "{\"queue\":");
	json_put_string(b, queue, strlen(queue));
	if (m->have & MESSAGE_HAS_TYPE)
		put_number(b, ",\"type\":", (uint64_t)m->type);
	if (m->have & MESSAGE_HAS_PRIORITY)
		put_number(b, ",\"priority\":", m->priority);
	put_number(b, ",\"size\":", m->len);
	if (m->have & MESSAGE_HAS_REDELIVERED)
		buffer_puts(b, m->redelivered ? ",\"redelivered\":true" : ",\"redelivered\":false");
	buffer_putc(b, ',');
}

void json_put_message(struct buffer *b, const char *queue, const struct message *m)
{
	put_head(b, queue, m);
	if (m->properties_len) {
		json_put_properties(b, m->properties, m->properties_len);
		buffer_putc(b, ',');
	}
	json_put_body(b, m->data, m->len);
	buffer_putc(b, '}');
}

/* ---- without memory ---- */

/* Bytes of a body in a piece: whole groups of three, which base64 needs. */
#define PIECE_BODY ((size_t)768)
/* A head contains the queue's name, which is ASCII as printed, and each step makes room for a
 * chunk. */
#define PIECE_MEMORY (QUEUE_NAME_TEXT + JSON_CHUNK_ROOM + 1024)

/* The bytes of the body for the next piece: no character is split. */
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
			json_put_escaped(&b, m->data + done, n);
		else
			put_base64(&b, m->data + done, n);
		rc = put(b.data, b.len);
		done += n;
	}
	return rc == 0 ? put("\"}\n", 3) : rc;
}
