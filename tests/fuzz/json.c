/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of send -j: a message that is read is written so that it is read as the same one, and the quick
 * reader never disagrees with jansson.  Includes the source to reach both.
 */
#include "config.h"

#include <errno.h>
#include <limits.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "show/json-read.c"

#if HAVE_JANSSON
/* What the quick reader takes, jansson takes too, as the same message. */
static void compare_readers(const char *line, size_t len)
{
	struct buffer quick_room = { 0 }, any_room = { 0 }, properties = { 0 };
	struct json_error error;
	struct message quick = { 0 }, any = { 0 };

	fuzz_check(buffer_reserve(&quick_room, len + JSON_COPY_SLACK));
	fuzz_check(buffer_reserve(&any_room, len + JSON_COPY_SLACK));
	quick.data = quick_room.data;
	any.data = any_room.data;
	if (read_common(line, len, &quick)) {
		fuzz_check(read_any(line, len, &any, &properties, &error) == 0);
		fuzz_check(properties.len == 0);
		fuzz_check(quick.have == any.have && quick.len == any.len);
		fuzz_check(quick.type == any.type && quick.priority == any.priority);
		fuzz_check(memcmp(quick.data, any.data, any.len) == 0);
	}
	buffer_free(&quick_room);
	buffer_free(&any_room);
}
#else
static void compare_readers(const char *line, size_t len)
{
	(void)line;
	(void)len;
}
#endif

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
	compare_readers(line, size);
	buffer_free(&written);
	buffer_free(&body_back);
	buffer_free(&body);
	free(line);
	return 0;
}
