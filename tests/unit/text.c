/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c - tests of text for people: translation
 */
#include "config.h"

#include <errno.h>
#if ENABLE_NLS
#include <libintl.h>
#endif
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

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

/* LANGUAGE counts in a locale that is not C, whatever its charset: Debian's C.UTF-8 with a name of
 * its own in directory dir.  False if there is none. */
static bool other_locale(const char *dir)
{
	char link[64];
	bool set;

	snprintf(link, sizeof(link), "%s/xx_XX.utf8", dir);
	assert_int_equal(symlink("/usr/lib/locale/C.utf8", link), 0);
	assert_int_equal(setenv("LOCPATH", dir, 1), 0);
	set = setlocale(LC_CTYPE, "xx_XX.UTF-8") && setlocale(LC_MESSAGES, "xx_XX.UTF-8");
	assert_int_equal(unlink(link), 0);
	return set;
}

/* A screen of ASCII gets texts of ASCII, whatever the catalogue has; musl cannot convert. */
static void test_text_ascii(void **state)
{
	char dir[] = "/tmp/mqtool-text-XXXXXX", path[32], sub[64], file[96];
	const char *text;

	(void)state;
	assert_non_null(mkdtemp(dir));
	if (!other_locale(dir)) {
		assert_int_equal(rmdir(dir), 0);
		skip();
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: it needs a process whose locale nobody has set. */
		cmocka_unit_test(test_text_keeps_numbers),
		cmocka_unit_test(test_text_untranslated),
#if ENABLE_NLS && defined(__GLIBC__)
		cmocka_unit_test(test_text_ascii),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
