/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FORMAT of recv -F: compiled and used on a hostile message, or refused at a place that is in it. */
#include "config.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "fuzz.h"
#include "show/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct timespec time = { .tv_sec = 1790000000, .tv_nsec = 123456789 };
	char body[] = "a\033[2J\0\n\xff\xc2\x9b";
	const struct message m = {
		.have = MESSAGE_HAS_TYPE, .type = 7, .data = body, .len = sizeof(body) - 1
	};
	const struct render_context context = { .queue = "/q", .seq = 1, .time = &time };
	char *text = fuzz_text(data, size);
	struct render_format *format = NULL;
	struct buffer out = { 0 };
	const char *bad = NULL;
	int rc = render_format_compile(text, &format, &bad);

	if (rc == 0) {
		render_format_put(&out, format, &m, &context);
		fuzz_check(!out.failed);
		/* Without an escape or a conversion the format is the output. */
		if (!strpbrk(text, "%\\"))
			fuzz_check(out.len == strlen(text) &&
				   (!out.len || memcmp(out.data, text, out.len) == 0));
		/* Nothing shown escaped may hold a control character of the message's. */
		if (strcmp(text, "%q") == 0 || strcmp(text, "%x") == 0)
			fuzz_check(escape_clean(out.data, out.len, ESCAPE_TERMINAL));
	} else {
		fuzz_check(rc == -EINVAL && bad >= text && bad < text + strlen(text));
		fuzz_check(*bad == '%' || *bad == '\\');
	}
	render_format_free(format);
	buffer_free(&out);
	free(text);
	return 0;
}
