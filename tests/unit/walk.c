/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.c - tests that a line is walked as popt reads it
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/walk.h"

enum { FLAG = 1, TYPE, JSON, FILE_OPTION, ROOM };

static const struct poptOption options[] = {
	{ "flag", 'f', POPT_ARG_NONE, NULL, FLAG, NULL, NULL },
	{ "type", 't', POPT_ARG_STRING, NULL, TYPE, NULL, NULL },
	{ "json", 'j', POPT_ARG_NONE, NULL, JSON, NULL, NULL },
	{ NULL, 'J', POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN, NULL, JSON, NULL, NULL },
	{ "file", '\0', POPT_ARG_STRING, NULL, FILE_OPTION, NULL, NULL },
	{ "room", '\0', POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, ROOM, NULL, NULL },
	POPT_TABLEEND
};

static void test_seen(void **state)
{
	static const struct {
		const char *line[4];
		enum walk_result result;
		int val;
		const char *seen, *value;
	} rows[] = {
		{ { "-t", "5" }, WALK_OPTION, TYPE, "-t", "5" },
		{ { "-t5" }, WALK_OPTION, TYPE, "-t", "5" },
		{ { "-t=5" }, WALK_OPTION, TYPE, "-t", "5" },
		{ { "-t==5" }, WALK_OPTION, TYPE, "-t", "=5" },
		{ { "-t=" }, WALK_OPTION, TYPE, "-t", "" },
		{ { "-t", "" }, WALK_OPTION, TYPE, "-t", "" },
		{ { "-t", "-f" }, WALK_OPTION, TYPE, "-t", "-f" },
		{ { "-t", "--" }, WALK_OPTION, TYPE, "-t", "--" },
		{ { "--type", "5" }, WALK_OPTION, TYPE, "--type", "5" },
		{ { "--type=5" }, WALK_OPTION, TYPE, "--type", "5" },
		{ { "--type==5" }, WALK_OPTION, TYPE, "--type", "=5" },
		{ { "--type=" }, WALK_OPTION, TYPE, "--type", "" },
		{ { "/q", "-f" }, WALK_OPTION, FLAG, "-f", NULL },
		{ { "-", "", "-J" }, WALK_OPTION, JSON, "-J", NULL },
		{ { "--json" }, WALK_OPTION, JSON, "--json", NULL },
		{ { "--room=5", "x" }, WALK_OPTION, ROOM, "--room", "5" },
		{ { "--room=", "x" }, WALK_OPTION, ROOM, "--room", "" },
		{ { "--room", "x" }, WALK_OPTION, ROOM, "--room", NULL },
		{ { "--room" }, WALK_OPTION, ROOM, "--room", NULL },
		{ { "/q" }, WALK_DONE, 0, NULL, NULL },
		{ { "--", "-f" }, WALK_DONE, 0, NULL, NULL },
		{ { "-t" }, WALK_NO_VALUE, TYPE, "-t", NULL },
		{ { "--file" }, WALK_NO_VALUE, FILE_OPTION, "--file", NULL },
		{ { "-f=" }, WALK_UNWANTED_VALUE, FLAG, "-f", NULL },
		{ { "--flag=" }, WALK_UNWANTED_VALUE, FLAG, "--flag", "" },
		{ { "--flags" }, WALK_UNKNOWN, 0, "--flags", NULL },
		{ { "--fla" }, WALK_UNKNOWN, 0, "--fla", NULL },
		{ { "--=x" }, WALK_UNKNOWN, 0, "--", NULL },
		{ { "--bad=x" }, WALK_UNKNOWN, 0, "--bad", NULL },
		{ { "-q" }, WALK_UNKNOWN, 0, "-q", NULL },
		{ { "-=" }, WALK_UNKNOWN, 0, "-=", NULL },
		{ { "-5" }, WALK_UNKNOWN, 0, "-5", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *line[5] = { NULL };
		struct option_walk walk;

		memcpy(line, rows[i].line, sizeof(rows[i].line));
		walk_begin(&walk, options, line);
		if (walk_next(&walk) != rows[i].result)
			fail_msg("row %zu: %s", i, line[0]);
		if (rows[i].result == WALK_DONE)
			continue;
		assert_string_equal(walk.seen, rows[i].seen);
		if (rows[i].val)
			assert_int_equal(walk.row->val, rows[i].val);
		else
			assert_null(walk.row);
		if (rows[i].value)
			assert_string_equal(walk.value, rows[i].value);
		else
			assert_null(walk.value);
	}
}

static void test_cluster(void **state)
{
	const char *line[] = { "-fjt5", "x", "-Jq", NULL };
	struct option_walk walk;

	(void)state;
	walk_begin(&walk, options, line);
	assert_int_equal(walk_next(&walk), WALK_OPTION);
	assert_string_equal(walk.seen, "-f");
	assert_int_equal(walk_next(&walk), WALK_OPTION);
	assert_string_equal(walk.seen, "-j");
	assert_int_equal(walk_next(&walk), WALK_OPTION);
	assert_string_equal(walk.seen, "-t");
	assert_string_equal(walk.value, "5");
	assert_int_equal(walk_next(&walk), WALK_OPTION);
	assert_string_equal(walk.seen, "-J");
	assert_int_equal(walk_next(&walk), WALK_UNKNOWN);
	assert_string_equal(walk.seen, "-q");
	assert_string_equal(walk.word, "-Jq");
}

static void test_long_name(void **state)
{
	char word[600];
	const char *line[] = { word, NULL };
	struct option_walk walk;

	(void)state;
	memset(word, '-', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	walk_begin(&walk, options, line);
	assert_int_equal(walk_next(&walk), WALK_UNKNOWN);
	assert_int_equal(strlen(walk.seen), sizeof(walk.seen) - 1);
}

/* ---- every short line, beside popt ---- */

/* What a parser makes of a line, as text. */
static void read_by_walk(struct buffer *b, const char **argv)
{
	struct option_walk walk;
	enum walk_result result;

	walk_begin(&walk, options, argv + 1);
	while ((result = walk_next(&walk)) == WALK_OPTION)
		buffer_printf(b, "%d(%s) ", walk.row->val, walk.value ? walk.value : "");
	switch (result) {
	case WALK_UNKNOWN:
		buffer_puts(b, "unknown");
		break;
	case WALK_NO_VALUE:
		buffer_puts(b, "no value");
		break;
	case WALK_UNWANTED_VALUE:
		buffer_puts(b, "unwanted value");
		break;
	default:
		buffer_puts(b, "done");
	}
}

static const char *popt_end(int rc)
{
	switch (rc) {
	case -1:
		return "done";
	case POPT_ERROR_NOARG:
		return "no value";
	case POPT_ERROR_UNWANTEDARG:
		return "unwanted value";
	default:
		return "unknown";
	}
}

static void read_by_popt(struct buffer *b, int argc, const char **argv)
{
	poptContext con = poptGetContext(NULL, argc, argv, options, 0);
	int rc;

	while ((rc = poptGetNextOpt(con)) > 0) {
		char *value = poptGetOptArg(con);

		buffer_printf(b, "%d(%s) ", rc, value ? value : "");
		free(value);
	}
	buffer_puts(b, popt_end(rc));
	poptFreeContext(con);
}

static void compare(int argc, const char **argv)
{
	struct buffer walked = { 0 }, popped = { 0 };
	int i;

	read_by_walk(&walked, argv);
	read_by_popt(&popped, argc, argv);
	if (strcmp(buffer_string(&walked), buffer_string(&popped)) != 0) {
		for (i = 1; i < argc; i++)
			print_message("'%s' ", argv[i]);
		fail_msg("walked: %s, popt: %s", buffer_string(&walked), buffer_string(&popped));
	}
	buffer_free(&walked);
	buffer_free(&popped);
}

static void compare_all(void)
{
	static const char *const words[] = {
		"-f",      "-t",       "-t5",    "-t=5",    "-ft",      "-fJ=x",  "-tf",
		"-f=",     "-fq",      "-",      "--",      "",         "x",      "--type",
		"--type=", "--type=x", "--flag", "--flag=", "--file",   "--json", "--bad",
		"-j-",     "---",      "-=",     "--room=", "--room=x",
	};
	const size_t n = ARRAY_SIZE(words);
	size_t i;

	for (i = 0; i < n * n * n; i++) {
		const char *argv[] = { "mqtool", words[i / n / n], words[i / n % n], words[i % n],
				       NULL };

		compare(4, argv);
	}
	for (i = 0; i < n; i++) {
		const char *argv[] = { "mqtool", words[i], NULL };

		compare(2, argv);
	}
}

static void test_beside_popt(void **state)
{
	(void)state;
	compare_all();
}

static void test_beside_popt_posixly(void **state)
{
	const char *line[] = { "/q", "-f", NULL };
	struct option_walk walk;

	(void)state;
	setenv("POSIXLY_CORRECT", "", 1);
	walk_begin(&walk, options, line);
	assert_int_equal(walk_next(&walk), WALK_DONE);
	compare_all();
	unsetenv("POSIXLY_CORRECT");
	setenv("POSIX_ME_HARDER", "", 1);
	compare_all();
	unsetenv("POSIX_ME_HARDER");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seen),
		cmocka_unit_test(test_cluster),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_beside_popt),
		cmocka_unit_test(test_beside_popt_posixly),
	};

	unsetenv("POSIXLY_CORRECT");
	unsetenv("POSIX_ME_HARDER");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
