/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffer.c - tests of bytes that grow
 *
 * Linked with --wrap=realloc, so that memory can run out.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"

static bool out_of_memory;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
	if (out_of_memory) {
		errno = ENOMEM;
		return NULL;
	}
	return __real_realloc(p, size);
}

static void test_buffer_appends(void **state)
{
	static const char bytes[] = { 'a', '\0', '\xff' };
	struct buffer b = { 0 };

	(void)state;
	assert_string_equal(buffer_string(&b), "");
	buffer_put(&b, NULL, 0);
	buffer_put(&b, bytes, sizeof(bytes));
	buffer_putc(&b, '\n');
	buffer_puts(&b, "");
	buffer_puts(&b, "end");
	buffer_printf(&b, "%d%s", 42, "!");
	assert_false(b.failed);
	assert_int_equal(b.len, 10);
	assert_memory_equal(buffer_string(&b), "a\0\xff\nend42!", 11);
	assert_int_equal(b.len, 10);
	buffer_free(&b);
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	assert_int_equal(b.cap, 0);
	buffer_free(&b);
}

/* Every length around a growth step: the byte kept for the NUL is there each time. */
static void test_buffer_grows(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		buffer_putc(&b, (char)('a' + i % 26));
		assert_int_equal(b.len, i + 1);
		assert_true(b.cap > b.len);
		assert_int_equal(strlen(buffer_string(&b)), i + 1);
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
	buffer_free(&b);
}

static void test_buffer_formats_long(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	for (int width = 240; width < 270; width++) {
		b.len = 0;
		buffer_printf(&b, "%*d|", width, 7);
		assert_int_equal(b.len, width + 1);
		assert_int_equal(b.data[width - 1], '7');
		assert_int_equal(b.data[width], '|');
	}
	buffer_printf(&b, "%*d", 100000, 8);
	assert_int_equal(b.len, 270 + 100000);
	assert_int_equal(b.data[b.len - 1], '8');
	buffer_free(&b);
}

static void test_buffer_reserves(void **state)
{
	struct buffer b = { 0 };
	char *to = buffer_reserve(&b, 3000);

	(void)state;
	assert_non_null(to);
	assert_int_equal(b.len, 0);
	memset(to, 'x', 3000);
	b.len += 3000;
	assert_ptr_equal(buffer_reserve(&b, 0), b.data + 3000);
	assert_int_equal(strspn(buffer_string(&b), "x"), 3000);
	buffer_free(&b);
}

/* All that a writer may do to a buffer that failed changes nothing and does not crash. */
static void assert_buffer_stays(struct buffer *b, size_t len)
{
	assert_true(b->failed);
	assert_null(buffer_reserve(b, 0));
	assert_null(buffer_reserve(b, 1));
	buffer_put(b, "x", 1);
	buffer_putc(b, 'x');
	buffer_puts(b, "x");
	buffer_printf(b, "%d", 1);
	assert_int_equal(b->len, len);
	assert_string_equal(buffer_string(b), "");
}

static void test_buffer_out_of_memory(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	out_of_memory = true;
	buffer_puts(&b, "never");
	assert_buffer_stays(&b, 0);
	buffer_free(&b);

	out_of_memory = false;
	buffer_puts(&b, "kept");
	out_of_memory = true;
	buffer_printf(&b, "%1000d", 1);
	out_of_memory = false;
	assert_buffer_stays(&b, 4);
	assert_memory_equal(b.data, "kept", 4);
	buffer_free(&b);
	assert_false(b.failed);
}

static void test_buffer_cannot_format(void **state)
{
	struct buffer b = { 0 };

	(void)state;
	buffer_puts(&b, "kept");
	/* A surrogate is no character in any locale. */
	buffer_printf(&b, "%lc", (wint_t)0xdfff);
	assert_buffer_stays(&b, 4);
	buffer_free(&b);
}

static void test_buffer_too_large(void **state)
{
	static const size_t sizes[] = {
		SIZE_MAX,
		SIZE_MAX - 4,
		PTRDIFF_MAX,
		(size_t)PTRDIFF_MAX - 4,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct buffer b = { 0 };

		buffer_puts(&b, "kept");
		assert_null(buffer_reserve(&b, sizes[i]));
		assert_buffer_stays(&b, 4);
		buffer_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffer_appends),
		cmocka_unit_test(test_buffer_grows),
		cmocka_unit_test(test_buffer_formats_long),
		cmocka_unit_test(test_buffer_reserves),
		cmocka_unit_test(test_buffer_out_of_memory),
		cmocka_unit_test(test_buffer_cannot_format),
		cmocka_unit_test(test_buffer_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
