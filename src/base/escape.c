/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * escape.c - foreign bytes as text that is safe to show
 */
#include "config.h"

#include "base/escape.h"

#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/utf8.h"

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

/* For characters beyond ASCII. */
static bool unicode_passes(uint32_t cp, enum escape_style style)
{
	if (style == ESCAPE_TERMINAL)
		return cp >= 0xa0 && !utf8_bidi_control(cp);
	return utf8_printable(cp);
}

size_t escape_run(const char *data, size_t len, enum escape_style style)
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
	uint32_t cp;
	size_t n = utf8_decode(data, len, &cp), written = 0;

	/* If bytes are not a character, only the first is escaped: the next may begin one. */
	*used = n ? n : 1;
	if (n && escape_run(data, n, style) == n) {
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
		out[written++] = format_hex_digit((unsigned char)data[i] >> 4);
		out[written++] = format_hex_digit((unsigned char)data[i]);
	}
	return written;
}

void escape_put(struct buffer *b, const char *data, size_t len, enum escape_style style)
{
	char escaped[ESCAPE_CHAR_MAX];
	size_t run, used;

	while (len) {
		run = escape_run(data, len, style);
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
	return escape_run(data, len, style) == len;
}
