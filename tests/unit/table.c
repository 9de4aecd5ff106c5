/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c - tests of rows of cells as columns of text
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/table.h"
#include "base/util.h"

static bool out_of_memory;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
	return out_of_memory ? NULL : __real_realloc(p, size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return out_of_memory ? NULL : __real_calloc(n, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return out_of_memory ? NULL : __real_reallocarray(p, n, size);
}

static void fill(struct table *t, const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_cell_puts(t, cells[i]);
}

static void test_alignment(void **state)
{
	static const char *const cells[] = { "QUEUE", "BYTES",   "OWNER", "/a", "1",
					     "root",  "/longer", "16.5K", "x" };
	struct table t = { .columns = 3 };
	struct buffer b = { 0 };

	(void)state;
	fill(&t, cells, ARRAY_SIZE(cells));
	assert_int_equal(table_put(&t, 1 << 1, &b), 0);
	assert_string_equal(buffer_string(&b), "QUEUE    BYTES  OWNER\n"
					       "/a           1  root\n"
					       "/longer  16.5K  x\n");
	buffer_free(&b);
	table_free(&t);
}

static void test_last_to_the_right(void **state)
{
	static const char *const cells[] = { "A", "LAST", "b", "3s" };
	struct table t = { .columns = 2 };
	struct buffer b = { 0 };

	(void)state;
	fill(&t, cells, ARRAY_SIZE(cells));
	assert_int_equal(table_put(&t, 1 << 1, &b), 0);
	assert_string_equal(buffer_string(&b), "A  LAST\nb    3s\n");
	buffer_free(&b);
	table_free(&t);
}

/* Two columns of a terminal for one character, or none, or one for two bytes. */
static void test_width(void **state)
{
	static const char *const cells[] = { "/\xe4\xb8\xad\xe6\x96\x87",
					     "1",
					     "/\xc3\xa9",
					     "2",
					     "/e\xcc\x81",
					     "3",
					     "/plain",
					     "4",
					     "\xff\xfe",
					     "5" };
	struct table t = { .columns = 2 };
	struct buffer b = { 0 };

	(void)state;
	fill(&t, cells, ARRAY_SIZE(cells));
	assert_int_equal(table_put(&t, 0, &b), 0);
	assert_string_equal(buffer_string(&b), "/\xe4\xb8\xad\xe6\x96\x87   1\n"
					       "/\xc3\xa9      2\n"
					       "/e\xcc\x81      3\n"
					       "/plain  4\n"
					       "\xff\xfe      5\n");
	buffer_free(&b);
	table_free(&t);
}

static void test_many(void **state)
{
	struct table t = { .columns = 1 };
	struct buffer b = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		buffer_printf(&t.text, "%d", i);
		table_cell(&t);
	}
	assert_int_equal(table_put(&t, 1, &b), 0);
	assert_int_equal(b.len, 10000 * 5);
	assert_memory_equal(b.data, "   0\n   1\n", 10);
	assert_memory_equal(b.data + b.len - 5, "9999\n", 5);
	buffer_free(&b);
	table_free(&t);
}

static void test_empty(void **state)
{
	struct table t = { .columns = 3 };
	struct buffer b = { 0 };

	(void)state;
	assert_int_equal(table_put(&t, 0, &b), 0);
	assert_int_equal(b.len, 0);
	buffer_free(&b);
	table_free(&t);
}

static void test_no_memory(void **state)
{
	struct table t = { .columns = 1 };
	struct buffer b = { 0 };

	(void)state;
	table_cell_puts(&t, "one");
	out_of_memory = true;
	assert_int_equal(table_put(&t, 0, &b), -ENOMEM);
	for (int i = 0; i < 1000; i++)
		table_cell_puts(&t, "more");
	out_of_memory = false;
	/* What is lost stays lost: no table with a hole in it. */
	assert_int_equal(table_put(&t, 0, &b), -ENOMEM);
	buffer_free(&b);
	table_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alignment), cmocka_unit_test(test_last_to_the_right),
		cmocka_unit_test(test_width),     cmocka_unit_test(test_many),
		cmocka_unit_test(test_empty),     cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
