/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of send -j: a message that is read is written so that it is read as the same one. */
#include "config.h"

#include <errno.h>
#include <limits.h>

#include "base/format.h"
#include "fuzz.h"
#include "show/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_text(data, size);
	struct buffer body = { 0 }, body_back = { 0 }, written = { 0 };
	struct json_error error = { 0 };
	struct message m = { 0 }, back = { 0 };
	int rc = json_read_message(line, size, &m, &body, &error);

	if (rc == 0) {
		fuzz_check(!(m.have & MESSAGE_HAS_TYPE) || m.type >= 1);
		fuzz_check(!(m.have & MESSAGE_HAS_PRIORITY) || m.priority <= MESSAGE_PRIORITY_MAX);
		memset(m.data - MESSAGE_HEADROOM, 0xee, MESSAGE_HEADROOM);
		json_put_message(&written, "/q", &m);
		fuzz_check(utf8_valid(written.data, written.len));
		fuzz_check(!memchr(written.data, '\n', written.len));
		rc = json_read_message(written.data, written.len, &back, &body_back, &error);
		fuzz_check(rc == 0 && back.have == m.have && back.len == m.len);
		fuzz_check(!(m.have & MESSAGE_HAS_TYPE) || back.type == m.type);
		fuzz_check(!(m.have & MESSAGE_HAS_PRIORITY) || back.priority == m.priority);
		fuzz_check(m.len == 0 || memcmp(m.data, back.data, m.len) == 0);
	} else {
		fuzz_check(rc == -EINVAL);
		fuzz_check(strnlen(error.text, sizeof(error.text)) < sizeof(error.text));
		fuzz_check(error.text[0] && utf8_valid(error.text, strlen(error.text)));
		fuzz_check(escape_clean(error.text, strlen(error.text), ESCAPE_TERMINAL));
	}
	buffer_free(&written);
	buffer_free(&body_back);
	buffer_free(&body);
	free(line);
	return 0;
}
