/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render.c - received messages as a FORMAT says
 */
#include "config.h"

#include "show/render.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/parse.h"
#include "base/util.h"

#define LETTERS "sSqxtpnQT"

/* A piece of a format: literal text, or what one letter stands for. */
struct piece {
	char letter;       /* 0: text */
	size_t start, len; /* of text, in render_format.text */
};

struct render_format {
	struct piece *pieces; /* in the memory of the format, like text */
	size_t n;
	char *text;
	size_t text_len;
	bool needs_time;
};

/* ---- compiling ---- */

/* Adds one byte of text, to the piece before if that is text too. */
static void add_text(struct render_format *f, char c)
{
	if (!f->n || f->pieces[f->n - 1].letter)
		f->pieces[f->n++] = (struct piece){ .start = f->text_len };
	f->text[f->text_len++] = c;
	f->pieces[f->n - 1].len++;
}

/* Adds what the escape at p, a backslash, stands for.  Returns its length, or 0. */
static size_t add_escape(struct render_format *f, const char *p)
{
	char byte = 0;
	size_t n = parse_format_escape(p, &byte);

	if (n)
		add_text(f, byte);
	return n;
}

/* Adds what the letter after the % at p stands for.  Returns the length of both, or 0. */
static size_t add_letter(struct render_format *f, const char *p, const char *letters)
{
	if (p[1] == '%') {
		add_text(f, '%');
		return 2;
	}
	if (!p[1] || !strchr(letters, p[1]))
		return 0;
	f->pieces[f->n++] = (struct piece){ .letter = p[1] };
	f->needs_time |= p[1] == 'T';
	return 2;
}

/* One allocation for all: no format has more pieces or text than characters. */
static struct render_format *format_alloc(size_t len)
{
	struct render_format *f = calloc(1, sizeof(*f) + len * (sizeof(*f->pieces) + 1));

	if (f) {
		f->pieces = (struct piece *)(f + 1);
		f->text = (char *)(f->pieces + len);
	}
	return f;
}

static int compile(const char *text, const char *letters, struct render_format **format,
		   const char **bad)
{
	struct render_format *f = format_alloc(strlen(text));
	size_t n;

	if (!f)
		return -ENOMEM;
	for (const char *p = text; *p; p += n) {
		n = 1;
		if (*p == '%')
			n = add_letter(f, p, letters);
		else if (*p == '\\')
			n = add_escape(f, p);
		else
			add_text(f, *p);
		if (!n) {
			*bad = p;
			render_format_free(f);
			return -EINVAL;
		}
	}
	*format = f;
	return 0;
}

int render_format_compile(const char *text, struct render_format **format, const char **bad)
{
	return compile(text, LETTERS, format, bad);
}

int render_format_compile_call(const char *text, struct render_format **format, const char **bad)
{
	return compile(text, LETTERS "EPICWeN", format, bad);
}

bool render_format_has(const struct render_format *format, char letter)
{
	for (size_t i = 0; i < format->n; i++) {
		if (format->pieces[i].letter == letter)
			return true;
	}
	return false;
}

void render_format_free(struct render_format *format)
{
	free(format);
}

bool render_format_needs_time(const struct render_format *format)
{
	return format->needs_time;
}

/* ---- rendering ---- */

static void put_hex(struct buffer *b, const char *data, size_t len)
{
	char *out = buffer_reserve(b, 2 * len);

	if (!out)
		return;
	for (size_t i = 0; i < len; i++) {
		*out++ = format_hex_digit((unsigned char)data[i] >> 4);
		*out++ = format_hex_digit((unsigned char)data[i]);
	}
	b->len += 2 * len;
}

static void put_body(struct buffer *b, const struct message *m, const struct render_context *context)
{
	if (context->terminal)
		escape_put(b, m->data, m->len, ESCAPE_TERMINAL);
	else
		buffer_put(b, m->data, m->len);
}

static void put_size(struct buffer *b, const struct message *m, const struct render_call *call)
{
	if (!call)
		buffer_printf(b, "%zu", m->len);
	else if (call->has_size)
		buffer_printf(b, "%" PRIu64, call->size);
}

static void put_call_letter(struct buffer *b, char letter, const struct render_call *call)
{
	switch (letter) {
	case 'E':
		buffer_puts(b, call->event);
		break;
	case 'P':
		buffer_printf(b, "%u", call->pid);
		break;
	case 'I':
		buffer_printf(b, "%u", call->tid);
		break;
	case 'C':
		escape_put(b, call->command, strlen(call->command), ESCAPE_FOREIGN);
		break;
	case 'W':
		if (call->wait_ns >= 0)
			buffer_printf(b, "%lld.%09lld", call->wait_ns / NSEC_PER_SEC,
				      call->wait_ns % NSEC_PER_SEC);
		break;
	case 'e':
		buffer_puts(b, call->error);
		break;
	case 'N':
		buffer_printf(b, "%" PRIu64, call->ns);
		break;
	}
}

static void put_letter(struct buffer *b, char letter, const struct message *m,
		       const struct render_context *context)
{
	switch (letter) {
	case 's':
		put_body(b, m, context);
		break;
	case 'S':
		put_size(b, m, context->call);
		break;
	case 'q':
		escape_put(b, m->data, m->len, ESCAPE_FOREIGN);
		break;
	case 'x':
		put_hex(b, m->data, m->len);
		break;
	case 't':
		if (m->have & MESSAGE_HAS_TYPE)
			buffer_printf(b, "%ld", m->type);
		break;
	case 'p':
		if (m->have & MESSAGE_HAS_PRIORITY)
			buffer_printf(b, "%u", m->priority);
		break;
	case 'n':
		buffer_printf(b, "%" PRIu64, context->seq);
		break;
	case 'Q':
		buffer_puts(b, context->queue);
		break;
	case 'T':
		format_iso_time(b, context->time);
		break;
	default:
		put_call_letter(b, letter, context->call);
		break;
	}
}

void render_format_put(struct buffer *b, const struct render_format *format,
		       const struct message *m, const struct render_context *context)
{
	for (size_t i = 0; i < format->n; i++) {
		const struct piece *piece = &format->pieces[i];

		if (piece->letter)
			put_letter(b, piece->letter, m, context);
		else
			buffer_put(b, format->text + piece->start, piece->len);
	}
}
