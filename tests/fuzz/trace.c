/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A record of the kernel, whoever made it: refused, or written without a control character. */
#include "config.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "fuzz.h"
#include "trace/trace-line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct trace_context context = { .queue = "/q", .seq = 1, .namespaces = true };
	struct trace_record record;
	struct buffer out = { 0 };

	if (!trace_record_read(data, size, &record))
		return 0;
	trace_put_line(&out, &record, &context);
	fuzz_check(!out.failed && out.len && out.data[out.len - 1] == '\n');
	fuzz_check(escape_clean(out.data, out.len, ESCAPE_TERMINAL));
	fuzz_check(memchr(out.data, '\n', out.len) == out.data + out.len - 1);
	out.len = 0;
	trace_put_json(&out, &record, &context);
	fuzz_check(!out.failed && out.data[0] == '{' && out.data[out.len - 1] == '\n');
	fuzz_check(escape_clean(out.data, out.len, ESCAPE_TERMINAL));
	buffer_free(&out);
	return 0;
}
