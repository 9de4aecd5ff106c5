/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The splitter of send -l and -0: its pieces, with a separator after each, are the input again,
 * whatever pieces read(2) gives.  The first bytes say how: framing, bytes a read, first limit.
 */
#include "config.h"

#include <errno.h>

#include "base/buffer.h"
#include "cmd/input.h"
#include "fuzz.h"

static const uint8_t *rest;
static size_t rest_len, chunk;

static ssize_t read_chunk(int fd, void *buf, size_t size)
{
	size_t n = rest_len < chunk ? rest_len : chunk;

	(void)fd;
	if (n > size)
		n = size;
	if (n)
		memcpy(buf, rest, n);
	rest += n;
	rest_len -= n;
	return (ssize_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer joined = { 0 };
	struct input in;
	enum input_framing framing;
	size_t len, pieces = 0;
	char separator;
	char *piece;
	int rc;

	if (size < 3)
		return 0;
	framing = (enum input_framing)(data[0] % 3);
	separator = framing == INPUT_NUL ? '\0' : '\n';
	chunk = data[1] ? data[1] : 65536;
	fuzz_check(input_init(&in, -1, framing) == 0);
	in.read = read_chunk;
	in.limit = data[2];
	data += 3;
	size -= 3;
	rest = data;
	rest_len = size;
	while ((rc = input_next(&in, &piece, &len)) != 0) {
		if (rc == -EMSGSIZE) {
			fuzz_check(len > in.limit);
			in.limit = len;
			continue;
		}
		fuzz_check(rc == 1 && len <= in.limit);
		memset(piece - sizeof(long), 0xee, sizeof(long));
		buffer_put(&joined, piece, len);
		pieces++;
		if (framing == INPUT_WHOLE)
			continue;
		fuzz_check(!memchr(piece, separator, len));
		buffer_put(&joined, &separator, 1);
	}
	fuzz_check(framing == INPUT_WHOLE ? pieces == 1 : (pieces == 0) == (size == 0));
	if (framing != INPUT_WHOLE && size && data[size - 1] != (uint8_t)separator)
		joined.len--;
	fuzz_check(joined.len == size && (!size || memcmp(joined.data, data, size) == 0));
	buffer_free(&joined);
	input_free(&in);
	return 0;
}
