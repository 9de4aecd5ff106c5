/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render.c - tests of `recv -F`
 *
 * Linked with --wrap=calloc, so that memory can run out.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/render.h"

static bool no_memory;

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory ? NULL : __real_calloc(n, size);
}

static char body[] = { 'a', '\0', '\n', '\\', '\x1b', '\xff', 'z' };
static const struct timespec when = { .tv_sec = 1000000000, .tv_nsec = 123456789 };

static const struct message sysv = {
	.have = MESSAGE_HAS_TYPE,
	.type = 7,
	.data = body,
	.len = sizeof(body),
};
static const struct message posix = {
	.have = MESSAGE_HAS_PRIORITY,
	.priority = 0,
	.data = body,
	.len = sizeof(body),
};
static const struct message empty = { .have = MESSAGE_HAS_TYPE, .type = 1 };

static const struct render_context context = { .queue = "/jobs", .seq = 42, .time = &when };

/* The message as the format says, in b; fails if the format is refused. */
static void render(struct buffer *b, const char *text, const struct message *m,
		   const struct render_context *how)
{
	struct render_format *format = NULL;
	const char *bad = NULL;

	if (render_format_compile(text, &format, &bad) < 0)
		fail_msg("\"%s\" is refused at \"%s\"", text, bad);
	b->len = 0;
	render_format_put(b, format, m, how);
	assert_false(b->failed);
	render_format_free(format);
}

static void test_formats(void **state)
{
	static const struct {
		const char *format;
		const struct message *m;
		const char *out;
	} rows[] = {
		{ "", &sysv, "" },
		{ "plain", &sysv, "plain" },
		{ "%S", &sysv, "7" },
		{ "%S", &empty, "0" },
		{ "%q", &sysv, "a\\x00\\x0a\\\\\\x1b\\xffz" },
		{ "%q", &empty, "" },
		{ "%x", &sysv, "61000a5c1bff7a" },
		{ "%x", &empty, "" },
		{ "%s", &empty, "" },
		{ "[%t]", &sysv, "[7]" },
		{ "[%p]", &sysv, "[]" },
		{ "[%t]", &posix, "[]" },
		{ "[%p]", &posix, "[0]" },
		{ "%n", &sysv, "42" },
		{ "%Q", &sysv, "/jobs" },
		{ "%T", &sysv, "2001-09-09T03:46:40.123456+02:00" },
		{ "%%", &sysv, "%" },
		{ "%%s", &sysv, "%s" },
		{ "\\n\\t\\\\", &sysv, "\n\t\\" },
		{ "\\x41\\x7e\\xFf\\xfF", &sysv, "A~\xff\xff" },
		{ "\\\\x41", &sysv, "\\x41" },
		{ "\\x4142", &sysv, "A42" },
		{ "%n %Q %t: %x\\n", &sysv, "42 /jobs 7: 61000a5c1bff7a\n" },
		{ "a%na%nb", &sysv, "a42a42b" },
		{ "gr\xc3\xbc\xc3\x9f%n", &sysv,
		  "gr\xc3\xbc\xc3\x9f"
		  "42" },
	};
	struct buffer b = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		render(&b, rows[i].format, rows[i].m, &context);
		if (strcmp(buffer_string(&b), rows[i].out) != 0)
			fail_msg("\"%s\" gives \"%s\"", rows[i].format, buffer_string(&b));
	}
	buffer_free(&b);
}

static void test_exact_bytes(void **state)
{
	static const char expected[] = { 0, 'a', 0, '\n', '\\', '\x1b', '\xff', 'z', 0, 'x', 0 };
	struct buffer b = { 0 };

	(void)state;
	render(&b, "\\0%s\\x00x\\0", &sysv, &context);
	assert_int_equal(b.len, sizeof(expected));
	assert_memory_equal(b.data, expected, sizeof(expected));
	buffer_free(&b);
}

static void test_terminal(void **state)
{
	static const char text[] = "a\\x00\n\\\\x1b\\xffz \x1b 42";
	struct render_context terminal = context;
	struct buffer b = { 0 };

	(void)state;
	terminal.terminal = true;
	/* The body is foreign, the format is not. */
	render(&b, "%s \\x1b %n", &sysv, &terminal);
	assert_string_equal(buffer_string(&b), text);
	buffer_free(&b);
}

static void test_refused(void **state)
{
	static const struct {
		const char *format;
		size_t at;
	} rows[] = {
		{ "%", 0 },     { "abc%", 3 },   { "%s%", 2 },       { "%%%", 2 },
		{ "%y", 0 },    { "a%5n", 1 },   { "%s %-S", 3 },    { "% s", 0 },
		{ "%N", 0 },    { "%\\n", 0 },   { "%\xc3\xa4", 0 }, { "\\", 0 },
		{ "abc\\", 3 }, { "\\\\\\", 2 }, { "%s\\r", 2 },     { "\\a", 0 },
		{ "\\1", 0 },   { "x\\x", 1 },   { "x\\x4", 1 },     { "x\\x4g", 1 },
		{ "\\xg4", 0 }, { "\\X41", 0 },  { "\\%n", 0 },      { "\\s", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct render_format *format = NULL;
		const char *bad = NULL;

		if (render_format_compile(rows[i].format, &format, &bad) != -EINVAL)
			fail_msg("\"%s\" is taken", rows[i].format);
		assert_ptr_equal(bad, rows[i].format + rows[i].at);
		assert_null(format);
	}
}

static void test_needs_time(void **state)
{
	static const struct {
		const char *format;
		bool needs;
	} rows[] = { { "", false },    { "T%%T", false }, { "\\x54", false },
		     { "%s%T", true }, { "%T%s", true },  { "%t", false } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct render_format *format;
		const char *bad;

		assert_int_equal(render_format_compile(rows[i].format, &format, &bad), 0);
		assert_int_equal(render_format_needs_time(format), rows[i].needs);
		render_format_free(format);
	}
}

static void test_no_memory(void **state)
{
	struct render_format *format = NULL;
	const char *bad = NULL;

	(void)state;
	no_memory = true;
	assert_int_equal(render_format_compile("%s", &format, &bad), -ENOMEM);
	no_memory = false;
	assert_null(format);
	assert_null(bad);
	render_format_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),    cmocka_unit_test(test_exact_bytes),
		cmocka_unit_test(test_terminal),   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_needs_time), cmocka_unit_test(test_no_memory),
	};

	/* Two hours east, without a time zone database. */
	if (setenv("TZ", "XXX-2", 1) < 0)
		return 99;
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
