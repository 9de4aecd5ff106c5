/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.c - tests of the texts of --progress and -v
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/progress.h"

static void test_line(void **state)
{
	static const struct {
		struct progress p;
		int64_t elapsed_ns;
		const char *line;
	} rows[] = {
		{ { 0 }, 0, "0 messages  0  0/s" },
		{ { .messages = 1, .bytes = 5 }, NSEC_PER_SEC / 2, "1 message  5  2/s" },
		{ { .messages = 3000000, .bytes = 3145728 },
		  10 * NSEC_PER_SEC,
		  "3000000 messages  3M  300000/s" },
		/* a total that is known */
		{ { .messages = 1, .total = 1000 }, NSEC_PER_SEC, "1 message  0  1/s  0%" },
		{ { .messages = 10, .done = 1, .total = 1000 },
		  NSEC_PER_SEC,
		  "10 messages  0  10/s  0%  left 16m" },
		{ { .messages = 10, .done = 250, .total = 1000 },
		  20 * NSEC_PER_SEC,
		  "10 messages  0  0/s  25%  left 1m" },
		{ { .messages = 10, .done = 999, .total = 1000 },
		  20 * NSEC_PER_SEC,
		  "10 messages  0  0/s  99%  left 0s" },
		{ { .messages = 2, .done = 1000, .total = 1000 },
		  NSEC_PER_SEC,
		  "2 messages  0  2/s  100%  left 0s" },
		/* the input grew */
		{ { .messages = 2, .done = 2000, .total = 1000 },
		  NSEC_PER_SEC,
		  "2 messages  0  2/s  100%  left 0s" },
		/* sizes that overflow 64 bits when multiplied */
		{ { .messages = 1, .done = UINT64_MAX / 2, .total = UINT64_MAX },
		  NSEC_PER_SEC,
		  "1 message  0  1/s  50%  left 1s" },
	};
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		b.len = 0;
		progress_put_line(&b, &rows[i].p, rows[i].elapsed_ns);
		assert_string_equal(buffer_string(&b), rows[i].line);
	}
	buffer_free(&b);
}

static void test_summary(void **state)
{
	struct progress p = { .messages = 1, .bytes = 1 };
	struct buffer b = { 0 };

	(void)state;
	progress_put_summary(&b, &p, PROGRESS_SENT, NSEC_PER_SEC / 4);
	assert_string_equal(buffer_string(&b), "sent 1 message, 1 bytes in 0.250 s (4 messages/s)");
	p.messages = 0;
	p.bytes = 0;
	b.len = 0;
	progress_put_summary(&b, &p, PROGRESS_RECEIVED, 0);
	assert_string_equal(buffer_string(&b),
			    "received 0 messages, 0 bytes in 0.000 s (0 messages/s)");
	p.lessened = 1;
	b.len = 0;
	progress_put_summary(&b, &p, PROGRESS_MOVED, 0);
	assert_string_equal(buffer_string(&b), "moved 0 messages, 0 bytes in 0.000 s (0 messages/s)"
					       "; 1 message without some of its properties");
	p.messages = UINT64_MAX / 2;
	p.bytes = UINT64_MAX;
	b.len = 0;
	progress_put_summary(&b, &p, PROGRESS_MOVED, 1000 * NSEC_PER_SEC);
	assert_non_null(strstr(buffer_string(&b),
			       "moved 9223372036854775807 messages, 18446744073709551615 bytes"
			       " in 1000.000 s"));
	buffer_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_summary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
