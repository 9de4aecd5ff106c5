/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The escaper: what it writes may be shown to any terminal, and can be read back. */
#include "config.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/parse.h"
#include "base/utf8.h"
#include "fuzz.h"

/* Only printable characters, and what a body may have besides. */
static void check_shown(const char *text, size_t len, enum escape_style style)
{
	for (size_t n; len; text += n, len -= n) {
		uint32_t cp;

		n = utf8_decode(text, len, &cp);
		fuzz_check(n);
		if (style == ESCAPE_TERMINAL) {
			fuzz_check(cp == '\n' || cp == '\t' || cp >= ' ');
			fuzz_check(cp < 0x7f || cp > 0x9f);
			fuzz_check(!utf8_bidi_control(cp));
		} else {
			fuzz_check(utf8_printable(cp));
			fuzz_check(style != ESCAPE_NAME || cp != ' ');
		}
	}
}

static void check_style(const char *data, size_t size, enum escape_style style)
{
	struct buffer all = { 0 }, single = { 0 };
	const char *text;
	size_t used, len;
	bool same;

	escape_put(&all, data, size, style);
	text = buffer_string(&all);
	len = strlen(text);
	check_shown(text, len, style);
	same = len == size && memcmp(text, data, size) == 0;
	fuzz_check(escape_clean(data, size, style) == same);
	for (size_t i = 0; i < size; i += used) {
		char out[ESCAPE_CHAR_MAX];
		size_t n = escape_char(data + i, size - i, style, out, &used);

		fuzz_check(n > 0 && n <= ESCAPE_CHAR_MAX && used > 0 && used <= size - i);
		buffer_put(&single, out, n);
	}
	fuzz_check(strcmp(text, buffer_string(&single)) == 0);
	if (style != ESCAPE_TERMINAL) {
		char *back = malloc(size + 1);

		fuzz_check(back && parse_escapes(text, back, size + 1, &len) == 0);
		fuzz_check(len == size && memcmp(back, data, size) == 0);
		free(back);
	}
	buffer_free(&single);
	buffer_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	check_style(text, size, ESCAPE_NAME);
	check_style(text, size, ESCAPE_FOREIGN);
	check_style(text, size, ESCAPE_TERMINAL);
	free(text);
	return 0;
}
