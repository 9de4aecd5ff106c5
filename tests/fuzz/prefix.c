/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * send --prefix: a line with SEP, then a record.  What is read as its number and SEP is there, and a
 * record that begins with a number in bounds and SEP is taken.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>

#include "base/buffer.h"
#include "cmd/prefix.h"
#include "fuzz.h"

static void check_record(const char *record, size_t len, const char *sep, size_t sep_len)
{
	uint64_t number = 4711;
	ssize_t n = prefix_read(record, len, sep, sep_len, 1, 32767, &number);

	if (n < 0) {
		fuzz_check((n == -EINVAL || n == -ERANGE) && number == 4711);
		return;
	}
	fuzz_check((size_t)n > sep_len && (size_t)n <= len && number >= 1 && number <= 32767);
	fuzz_check(memcmp(record + n - sep_len, sep, sep_len) == 0);
}

static void check_back(const char *record, size_t len, const char *sep, size_t sep_len)
{
	struct buffer b = { 0 };
	uint64_t number;

	buffer_puts(&b, "32767");
	buffer_put(&b, sep, sep_len);
	buffer_put(&b, record, len);
	fuzz_check(prefix_read(b.data, b.len, sep, sep_len, 0, 32767, &number) ==
		   (ssize_t)(5 + sep_len));
	fuzz_check(number == 32767);
	fuzz_check(prefix_read(b.data, b.len, sep, sep_len, 0, 32766, &number) == -ERANGE);
	buffer_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	char *text = fuzz_text(data, end ? (size_t)(end - data) : size);
	const char *bad = NULL;
	size_t sep_len = 0;

	if (prefix_compile(text, '\n', &sep_len, &bad) < 0) {
		fuzz_check(bad && *bad);
	} else {
		const char *record = end ? (const char *)end + 1 : "";
		size_t len = end ? size - (size_t)(end + 1 - data) : 0;

		fuzz_check(sep_len > 0 && !memchr(text, '\n', sep_len));
		check_record(record, len, text, sep_len);
		check_back(record, len, text, sep_len);
	}
	free(text);
	return 0;
}
