/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util.c - tests of translation set-up, buffers, the clock and small files
 *
 * Linked with --wrap=realloc and --wrap=read, so that memory can run out and a signal can come.
 */
#include "config.h"

#include <errno.h>
#if ENABLE_NLS
#include <libintl.h>
#endif
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include <cmocka.h>

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

static int interruptions;

ssize_t __real_read(int fd, void *buf, size_t size);
ssize_t __wrap_read(int fd, void *buf, size_t size);

ssize_t __wrap_read(int fd, void *buf, size_t size)
{
	if (interruptions) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	return __real_read(fd, buf, size);
}

/* ---- translation ---- */

static void test_text_keeps_numbers(void **state)
{
	(void)state;
	assert_string_equal(setlocale(LC_CTYPE, NULL), "C");
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	assert_int_equal(unsetenv("LANGUAGE"), 0);

	assert_string_equal(text_get("no such msgid"), "no such msgid");
	/* glibc and musl have that locale built in; the first text set it. */
	assert_string_not_equal(setlocale(LC_CTYPE, NULL), "C");
	assert_string_equal(setlocale(LC_NUMERIC, NULL), "C");

	/* Set up once: a later call does not read the environment again. */
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
	text_init();
	assert_string_not_equal(setlocale(LC_CTYPE, NULL), "C");
}

static void test_text_untranslated(void **state)
{
	(void)state;
	assert_string_equal(_(""), "");
	assert_string_equal(_("no such msgid"), "no such msgid");
	assert_string_equal(text_n("%lu dog", "%lu dogs", 1), "%lu dog");
	assert_string_equal(text_n("%lu dog", "%lu dogs", 0), "%lu dogs");
	assert_string_equal(text_n("%lu dog", "%lu dogs", 2), "%lu dogs");
}

#if ENABLE_NLS && defined(__GLIBC__)
/* A catalogue of one text, as msgfmt(1) writes it (gettext's manual, "The Format of GNU MO
 * Files"). */
static void write_catalogue(const char *path)
{
	static const char header[] = "Content-Type: text/plain; charset=UTF-8\n";
	static const char texts[] = "\0mode\0Content-Type: text/plain; charset=UTF-8\n\0"
				    "\u00e9t\u00e9";
	const uint32_t strings = 15 * sizeof(uint32_t);
	const uint32_t words[15] = {
		0x950412de,
		0,
		2,
		7 * sizeof(uint32_t),
		11 * sizeof(uint32_t),
		0,
		strings,
		/* the texts, then their translations: length and place */
		0,
		strings,
		4,
		strings + 1,
		sizeof(header) - 1,
		strings + 6,
		5,
		strings + 6 + sizeof(header),
	};
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(words, sizeof(words), 1, f), 1);
	assert_int_equal(fwrite(texts, sizeof(texts), 1, f), 1);
	assert_int_equal(fclose(f), 0);
}

/* A screen of ASCII gets texts of ASCII, whatever the catalogue has; musl cannot convert. */
static void test_text_ascii(void **state)
{
	char dir[] = "/tmp/mqtool-text-XXXXXX", path[32], sub[64], file[96];
	const char *text;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/xx", dir);
	snprintf(sub, sizeof(sub), "%s/LC_MESSAGES", path);
	snprintf(file, sizeof(file), "%s/mqtool.mo", sub);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(mkdir(sub, 0700), 0);
	write_catalogue(file);
	assert_int_equal(setenv("LANGUAGE", "xx", 1), 0);
	assert_non_null(bindtextdomain("mqtool", dir));

	assert_string_equal(text_get("mode"), "\u00e9t\u00e9");
	text_ascii();
	text = text_get("mode");
	assert_string_not_equal(text, "mode");
	for (; *text; text++)
		assert_in_range(*text, ' ', '~');

	assert_int_equal(unsetenv("LANGUAGE"), 0);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(dir), 0);
}
#endif

/* ---- buffers ---- */

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

/* ---- the clock ---- */

static void test_clock_advances(void **state)
{
	int64_t before = clock_monotonic_ns(), after;

	(void)state;
	assert_true(before > 0);
	usleep(1000);
	after = clock_monotonic_ns();
	assert_true(after - before >= 1000000);
	assert_true(after - before < 3600 * NSEC_PER_SEC);
}

/* ---- small files ---- */

static char scratch[] = "/tmp/mqtool-util-XXXXXX";

static int make_scratch(void **state)
{
	int fd = mkstemp(scratch);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_scratch(void **state)
{
	(void)state;
	return unlink(scratch);
}

static void write_scratch(const char *data, size_t len)
{
	FILE *f = fopen(scratch, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void test_read_text(void **state)
{
	char buf[8];

	(void)state;
	write_scratch("", 0);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 0);
	assert_string_equal(buf, "");
	write_scratch("1234567", 7);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "1234567");
	write_scratch("123456789", 9);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 7);
	assert_string_equal(buf, "1234567");
	write_scratch("a\0b", 3);
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 3);
	assert_memory_equal(buf, "a\0b", 4);
	interruptions = 2;
	assert_int_equal(read_text_file(scratch, buf, sizeof(buf)), 3);
	assert_int_equal(interruptions, 0);
}

static void test_read_text_fails(void **state)
{
	char buf[8] = "before";

	(void)state;
	assert_int_equal(read_text_file("/nonexistent/file", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(read_text_file("/proc/self", buf, sizeof(buf)), -EISDIR);
	assert_int_equal(read_text_file(scratch, buf, 0), -EINVAL);
	assert_int_equal(read_text_file(scratch, buf, SIZE_MAX), -EINVAL);
}

static void test_read_number(void **state)
{
	static const struct {
		const char *text;
		int rc;
		uint64_t value;
	} rows[] = {
		{ "0\n", 0, 0 },
		{ "8192\n", 0, 8192 },
		{ "8192", 0, 8192 },
		{ "18446744073709551615\n", 0, UINT64_MAX },
		{ "18446744073709551616\n", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "\n", -EINVAL, 0 },
		{ "-1\n", -EINVAL, 0 },
		{ "+1\n", -EINVAL, 0 },
		{ " 1\n", -EINVAL, 0 },
		{ "1 2\n", -EINVAL, 0 },
		{ "1\t2\n", -EINVAL, 0 },
		{ "0x10\n", -EINVAL, 0 },
		{ "one\n", -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = 4711;

		write_scratch(rows[i].text, strlen(rows[i].text));
		if (read_number_file(scratch, &value) != rows[i].rc)
			fail_msg("\"%s\": not %d", rows[i].text, rows[i].rc);
		assert_int_equal(value, rows[i].rc ? 4711 : rows[i].value);
	}
	assert_int_equal(read_number_file("/nonexistent/file", &(uint64_t){ 0 }), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: it needs a process whose locale nobody has set. */
		cmocka_unit_test(test_text_keeps_numbers),
		cmocka_unit_test(test_text_untranslated),
#if ENABLE_NLS && defined(__GLIBC__)
		cmocka_unit_test(test_text_ascii),
#endif
		cmocka_unit_test(test_buffer_appends),
		cmocka_unit_test(test_buffer_grows),
		cmocka_unit_test(test_buffer_formats_long),
		cmocka_unit_test(test_buffer_reserves),
		cmocka_unit_test(test_buffer_out_of_memory),
		cmocka_unit_test(test_buffer_cannot_format),
		cmocka_unit_test(test_buffer_too_large),
		cmocka_unit_test(test_clock_advances),
		cmocka_unit_test_setup_teardown(test_read_text, make_scratch, NULL),
		cmocka_unit_test(test_read_text_fails),
		cmocka_unit_test_setup_teardown(test_read_number, NULL, remove_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
