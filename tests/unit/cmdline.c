/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.c - tests of reading a command's line: each trap of popt's, help, values, error lines
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

/* ---- what a command saw, and what was printed ---- */

static struct buffer seen; /* by the test's command */
static char out[8192];     /* on stdout */
static char err[8192];     /* on stderr */

static int saved[2], capture[2];

static void capture_begin(void)
{
	int fd;

	fflush(stdout);
	for (fd = 0; fd < 2; fd++) {
		saved[fd] = dup(fd + 1);
		capture[fd] = memfd_create("output", MFD_CLOEXEC);
		assert_true(saved[fd] >= 0 && capture[fd] >= 0);
		dup2(capture[fd], fd + 1);
	}
	seen.len = 0;
}

static void capture_end(void)
{
	char *text[] = { out, err };
	ssize_t n;
	int fd;

	fflush(stdout);
	for (fd = 0; fd < 2; fd++) {
		dup2(saved[fd], fd + 1);
		close(saved[fd]);
		n = pread(capture[fd], text[fd], sizeof(out) - 1, 0);
		text[fd][n > 0 ? n : 0] = '\0';
		close(capture[fd]);
	}
}

/* ---- a command with one of each ---- */

enum { OPT_FLAG = OPT_FIRST, OPT_TYPE, OPT_JSON_OUT, OPT_SIZE };

static const struct poptOption options[] = {
	{ "flag", 'f', POPT_ARG_NONE, NULL, OPT_FLAG, N_("a flag"), NULL },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, N_("a value"), N_("N") },
	{ "size", '\0', POPT_ARG_STRING, NULL, OPT_SIZE, N_("a long option alone"), N_("SIZE") },
	CMD_JSON_OPTION(OPT_JSON_OUT, N_("print JSON (also -J)")),
	CMD_COMMON_OPTIONS
};

static int run(struct cmdline *cl)
{
	const char *value;
	char **word;
	int opt, i;

	while ((opt = cmdline_next(cl, &value)) > 0)
		buffer_printf(&seen, "%s(%s) ", cl->seen, value ? value : "");
	if (opt < 0)
		return EX_BADUSAGE;
	for (i = 0; i < cl->noperands; i++)
		buffer_printf(&seen, "[%s]", cl->operands[i]);
	assert_null(cl->operands[cl->noperands]);
	for (word = cl->trailing; word && *word; word++)
		buffer_printf(&seen, "{%s}", *word);
	return 42;
}

static const struct command send_like = {
	.name = "send",
	.operands = N_("QUEUE [MESSAGE...]"),
	.summary = N_("Put messages on a queue"),
	.notes = N_("These are notes."),
	.options = options,
	.min_operands = 1,
	.max_operands = -1,
	.run = run,
};

static const struct command recv_like = {
	.name = "recv",
	.operands = N_("QUEUE [-- COMMAND [ARG...]]"),
	.summary = N_("Take"),
	.options = options,
	.min_operands = 1,
	.max_operands = 1,
	.takes_command = true,
	.run = run,
};

static const struct command stat_like = {
	.name = "stat",
	.operands = N_("[QUEUE...]"),
	.summary = N_("Show"),
	.options = options,
	.min_operands = 0,
	.max_operands = -1,
	.run = run,
};

static const struct command move_like = {
	.name = "move",
	.operands = N_("SOURCE DEST"),
	.summary = N_("Move"),
	.options = options,
	.min_operands = 2,
	.max_operands = 2,
	.run = run,
};

/* With an option whose value may be left out. */
static const struct poptOption room_options[] = {
	{ "flag", 'f', POPT_ARG_NONE, NULL, OPT_FLAG, N_("a flag"), NULL },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, N_("a value"), N_("N") },
	{ "room", '\0', POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, OPT_SIZE, N_("room"),
	  N_("SIZE") },
	CMD_COMMON_OPTIONS
};

static int run_room(struct cmdline *cl)
{
	const char *value;
	int opt;

	while ((opt = cmdline_next(cl, &value)) > 0)
		buffer_printf(&seen, "%s(%s) ", cl->seen, value ? value : "NULL");
	if (opt < 0)
		return EX_BADUSAGE;
	buffer_puts(&seen, cl->operands[0]);
	return 42;
}

static const struct command wait_like = {
	.name = "wait",
	.operands = N_("QUEUE"),
	.summary = N_("Wait"),
	.options = room_options,
	.min_operands = 1,
	.max_operands = 1,
	.run = run_room,
};

#define LINE_MAX_WORDS 8

/* Runs a command on the words, NULL-terminated. */
static int run_line(const struct command *cmd, const char *const *words)
{
	char *argv[LINE_MAX_WORDS + 2] = { NULL };
	int argc = 0, i, status;

	argv[argc++] = strdup("ignored");
	for (i = 0; i < LINE_MAX_WORDS && words[i]; i++)
		argv[argc++] = strdup(words[i]);
	capture_begin();
	status = cmdline_run(cmd, argc, argv);
	capture_end();
	for (i = 0; i < argc; i++)
		free(argv[i]);
	return status;
}

struct row {
	const struct command *cmd;
	const char *words[LINE_MAX_WORDS];
	const char *expected; /* what the command saw, or the first line of the error */
};

static void test_accepted(void **state)
{
	static const struct row rows[] = {
		{ &send_like, { "/q" }, "[/q]" },
		{ &send_like, { "/q", "x", "y" }, "[/q][x][y]" },
		{ &send_like, { "-f", "/q" }, "-f() [/q]" },
		{ &send_like, { "/q", "x", "--flag" }, "--flag() [/q][x]" },
		{ &send_like, { "-t5", "-t", "6", "-t=7", "/q" }, "-t(5) -t(6) -t(7) [/q]" },
		{ &send_like, { "--type=5", "--type", "6", "/q" }, "--type(5) --type(6) [/q]" },
		{ &send_like, { "-t-5", "/q" }, "-t(-5) [/q]" },
		{ &send_like, { "-t", "-5", "/q" }, "-t(-5) [/q]" },
		{ &send_like, { "-ft5", "/q" }, "-f() -t(5) [/q]" },
		{ &send_like, { "-j", "-J", "--json", "/q" }, "-j() -J() --json() [/q]" },
		{ &send_like, { "-t", "", "/q" }, "-t() [/q]" },
		{ &send_like, { "-t", "010", "/q" }, "-t(010) [/q]" },
		{ &send_like, { "-", "" }, "[-][]" },
		{ &send_like, { "/q", "!#:+", "a!#:+b" }, "[/q][!#:+][a!#:+b]" },
		{ &send_like, { "--", "!#:+" }, "[!#:+]" },
		{ &send_like, { "-t", "!#:", "/q" }, "-t(!#:) [/q]" },
		/* popt swallows the first "--"; a later one is an operand. */
		{ &send_like, { "/q", "--", "-f" }, "[/q][-f]" },
		{ &send_like, { "/q", "--", "--", "x" }, "[/q][--][x]" },
		{ &send_like, { "--", "-h" }, "[-h]" },
		{ &send_like, { "-t", "--", "/q", "--", "x" }, "-t(--) [/q][x]" },
		{ &stat_like, { NULL }, "" },
		{ &stat_like, { "--" }, "" },
		{ &move_like, { "/a", "/b" }, "[/a][/b]" },
		/* COMMAND begins at the first "--", and nothing after it is looked at. */
		{ &recv_like, { "/q", "--", "cat" }, "[/q]{cat}" },
		{ &recv_like,
		  { "/q", "-f", "--", "sh", "-c", "--", "--help" },
		  "-f() [/q]{sh}{-c}{--}{--help}" },
		{ &recv_like, { "/q", "--", "echo", "!#:+" }, "[/q]{echo}{!#:+}" },
		{ &recv_like, { "/q", "--", "" }, "[/q]{}" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = run_line(rows[i].cmd, rows[i].words);

		if (status != 42 || strcmp(buffer_string(&seen), rows[i].expected) != 0)
			fail_msg("row %zu: status %d, saw: %s, stderr: %s", i, status,
				 buffer_string(&seen), err);
		assert_string_equal(err, "");
		assert_string_equal(out, "");
	}
}

static void test_left_out(void **state)
{
	static const struct row rows[] = {
		{ &wait_like, { "--room", "/q" }, "--room(NULL) /q" },
		{ &wait_like, { "/q", "--room" }, "--room(NULL) /q" },
		{ &wait_like, { "--room", "-f", "/q" }, "--room(NULL) -f(NULL) /q" },
		{ &wait_like, { "--room=5", "/q" }, "--room(5) /q" },
		{ &wait_like, { "--room=", "/q" }, "--room() /q" },
		{ &wait_like,
		  { "--room", "--room=6", "--room", "/q" },
		  "--room(NULL) --room(6) --room(NULL) /q" },
		/* If it is not an option it stays as it is. */
		{ &wait_like, { "-t", "--room", "/q" }, "-t(--room) /q" },
		{ &wait_like, { "--type", "--room", "/q" }, "--type(--room) /q" },
		{ &wait_like, { "--room", "--", "--room" }, "--room(NULL) --room" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = run_line(rows[i].cmd, rows[i].words);

		if (status != 42 || strcmp(buffer_string(&seen), rows[i].expected) != 0)
			fail_msg("row %zu: status %d, saw: %s, stderr: %s", i, status,
				 buffer_string(&seen), err);
	}
}

static int refused(void)
{
	return 3;
}

/* A command with statuses of its own is asked for that of a wrong line, and of no other. */
static void test_refused_hook(void **state)
{
	static const char *const wrong[] = { "/q", "--bogus", NULL };
	static const char *const help[] = { "--help", NULL };
	static const char *const right[] = { "/q", NULL };
	struct command cmd = wait_like;

	(void)state;
	cmd.refused = refused;
	assert_int_equal(run_line(&cmd, wrong), 3);
	assert_int_equal(run_line(&cmd, help), EX_DONE);
	assert_non_null(strstr(out, "--room[=SIZE]"));
	assert_int_equal(run_line(&cmd, right), 42);
}

/* What a usage error looks like: two lines on stderr, the second what to do. */
static void check_usage(const struct row *row, size_t i, int status)
{
	char expected[1024];
	const char *second = strchr(row->expected, '\n');

	if (second)
		snprintf(expected, sizeof(expected), "mqtool %s: %s\n", row->cmd->name,
			 row->expected);
	else
		snprintf(expected, sizeof(expected),
			 "mqtool %s: %s\nTry 'mqtool %s --help' for more information.\n",
			 row->cmd->name, row->expected, row->cmd->name);
	if (status != EX_BADUSAGE)
		fail_msg("row %zu: status %d", i, status);
	assert_string_equal(err, expected);
	assert_string_equal(out, "");
}

static void test_refused(void **state)
{
	static const struct row rows[] = {
		{ &send_like, { NULL }, "no queue given" },
		{ &send_like, { "-f" }, "no queue given" },
		{ &send_like, { "--" }, "no queue given" },
		{ &move_like, { "/a" }, "missing operand after '/a'" },
		{ &move_like, { "/a", "/b", "/c", "/d" }, "extra operand '/c'" },
		{ &move_like, { "/a", "/b", "\033[m" }, "extra operand '\\x1b[m'" },
		{ &recv_like, { "/q", "/r" }, "extra operand '/r': recv takes one queue" },
		{ &recv_like,
		  { "/q", "/r", "--", "cat" },
		  "extra operand '/r': recv takes one queue" },
		{ &recv_like, { "--", "cat" }, "no queue given" },
		{ &recv_like, { "/q", "--" }, "no command after '--'" },
		{ &send_like, { "-q", "/q" }, "unknown option '-q'" },
		{ &send_like, { "-fq", "/q" }, "unknown option '-q'" },
		{ &send_like, { "-5", "/q" }, "unknown option '-5'\nDid you mean '-- -5'?" },
		{ &send_like, { "-\303\244", "/q" }, "unknown option '-\303\244'" },
		{ &send_like, { "-\377", "/q" }, "unknown option '-\\xff'" },
		{ &send_like, { "--bogus=1", "/q" }, "unknown option '--bogus'" },
		{ &send_like, { "--\033[m", "/q" }, "unknown option '--\\x1b[m'" },
		{ &send_like, { "---", "/q" }, "unknown option '---'" },
		{ &send_like,
		  { "--tpye=5", "/q" },
		  "unknown option '--tpye'\nDid you mean '--type'?" },
		{ &send_like, { "--typ", "/q" }, "unknown option '--typ'\nDid you mean '--type'?" },
		{ &send_like, { "--hlep" }, "unknown option '--hlep'\nDid you mean '--help'?" },
		{ &send_like, { "-type" }, "no queue given" }, /* -t with the value "ype" */
		{ &send_like, { "-json", "/q" }, "unknown option '-s'\nDid you mean '--json'?" },
		{ &send_like, { "/q", "-t" }, "option '-t' needs a value" },
		{ &send_like, { "/q", "--type" }, "option '--type' needs a value" },
		{ &send_like, { "/q", "-ft" }, "option '-t' needs a value" },
		{ &recv_like, { "/q", "-t", "--", "cat" }, "option '-t' needs a value" },
		{ &send_like, { "/q", "--flag=1" }, "option '--flag' takes no value" },
		{ &send_like, { "/q", "-f=1" }, "option '-f' takes no value" },
		{ &wait_like,
		  { "/q", "--room=!#:+" },
		  "option '--room' cannot be given a value with '!#:+' in it" },
		/* popt would put the next operand in its place. */
		{ &send_like,
		  { "-t", "!#:+", "/q" },
		  "option '-t' cannot be given a value with '!#:+' in it" },
		{ &send_like,
		  { "-ta!#:+b", "/q" },
		  "option '-t' cannot be given a value with '!#:+' in it" },
		{ &send_like,
		  { "--type=!#:+", "/q" },
		  "option '--type' cannot be given a value with '!#:+' in it" },
		{ &send_like,
		  { "/q", "--type", "x!#:+" },
		  "option '--type' cannot be given a value with '!#:+' in it" },
		/* An error anywhere comes before the command is run. */
		{ &send_like, { "-f", "/q", "--bogus" }, "unknown option '--bogus'" },
		{ &send_like, { "--bogus", "--help" }, "unknown option '--bogus'" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		check_usage(&rows[i], i, run_line(rows[i].cmd, rows[i].words));
}

static void test_posixly_correct(void **state)
{
	static const char *const behind[] = { "/q", "-f", NULL };
	static const char *const before[] = { "-f", "/q", "-f", "--", "-t", NULL };
	static const struct row extra = { &recv_like,
					  { "/q", "-f" },
					  "extra operand '-f' (write a command after '--')" };

	(void)state;
	setenv("POSIXLY_CORRECT", "1", 1);
	assert_int_equal(run_line(&send_like, behind), 42);
	assert_string_equal(buffer_string(&seen), "[/q][-f]");
	assert_int_equal(run_line(&send_like, before), 42);
	assert_string_equal(buffer_string(&seen), "-f() [/q][-f][--][-t]");
	check_usage(&extra, 0, run_line(extra.cmd, extra.words));
	unsetenv("POSIXLY_CORRECT");
	assert_int_equal(run_line(&send_like, behind), 42);
	assert_string_equal(buffer_string(&seen), "-f() [/q]");
}

/* A file of aliases could redefine every option, and start programs. */
static void test_no_popt_aliases(void **state)
{
	static const char *const words[] = { "-f", "--evil", NULL };
	char home[] = "/tmp/mqtool-test-XXXXXX", path[64];
	char *old = getenv("HOME");
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(home));
	snprintf(path, sizeof(path), "%s/.popt", home);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("send alias --evil --flag\nmqtool alias --evil --flag\n"
	      "mqtool\\ send alias --evil --flag\n",
	      file);
	fclose(file);
	old = old ? strdup(old) : NULL;
	setenv("HOME", home, 1);
	assert_int_equal(run_line(&send_like, words), EX_BADUSAGE);
	if (old)
		setenv("HOME", old, 1);
	free(old);
	unlink(path);
	rmdir(home);
	assert_memory_equal(err, "mqtool send: unknown option '--evil'\n", 36);
}

static void test_help(void **state)
{
	static const char *const lines[][3] = {
		{ "--help" }, { "-h" }, { "-fh" }, { "/q", "-h" }, { "-h", "--bogus" }
	};
	const char *usage = "Usage: mqtool send [OPTION...] QUEUE [MESSAGE...]\n"
			    "Put messages on a queue.\n\n  -f, --flag ";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *words[] = { lines[i][0], lines[i][1], NULL };

		assert_int_equal(run_line(&send_like, words), EX_DONE);
		assert_string_equal(err, "");
		assert_memory_equal(out, usage, strlen(usage));
		assert_non_null(strstr(out, "\n\nThese are notes.\n"));
		assert_non_null(strstr(out, "-t, --type=N"));
		assert_non_null(strstr(out, "-j, --json "));
		assert_non_null(strstr(out, " print JSON (also -J)\n"));
		assert_non_null(strstr(out, "-h, --help "));
		assert_null(strstr(out, "-J\n"));
		assert_null(strstr(out, "-J  "));
		assert_string_equal(buffer_string(&seen), "");
	}
}

static void test_version(void **state)
{
	static const char *const lines[][3] = { { "--version" }, { "-V" }, { "-fV", "-h" } };
	const char *version = "mqtool " PACKAGE_VERSION "\nLicense GPLv2+";
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(run_line(&send_like, lines[i]), EX_DONE);
		assert_memory_equal(out, version, strlen(version));
		assert_string_equal(err, "");
	}
}

/* Values live until the command is done, however often an option is repeated. */
static const char *first_value, *last_value;

static int keep_values(struct cmdline *cl)
{
	const char *value;
	int opt;

	first_value = NULL;
	while ((opt = cmdline_next(cl, &value)) > 0) {
		if (!first_value)
			first_value = value;
		last_value = value;
	}
	buffer_printf(&seen, "%s %s", first_value, last_value);
	return opt;
}

static void test_values_live(void **state)
{
	static const char *const words[] = { "-tone", "-t", "two", "--type=three", "/q", NULL };
	struct command cmd = send_like;

	(void)state;
	cmd.run = keep_values;
	assert_int_equal(run_line(&cmd, words), EX_DONE);
	assert_string_equal(buffer_string(&seen), "one three");
}

/* A command that gives up in the middle of its line leaks nothing (LeakSanitizer tells). */
static int stop_early(struct cmdline *cl)
{
	const char *value;

	return cmdline_next(cl, &value) > 0 ? EX_FAILED : EX_DONE;
}

static void test_stop_early(void **state)
{
	static const char *const words[] = { "-t", "one", "-t", "two", "/q", NULL };
	struct command cmd = send_like;

	(void)state;
	cmd.run = stop_early;
	assert_int_equal(run_line(&cmd, words), EX_FAILED);
}

/* ---- memory or popt fails ---- */

static int popt_result;
static bool no_context;

int __real_poptGetNextOpt(poptContext con);
int __wrap_poptGetNextOpt(poptContext con);
poptContext __real_poptGetContext(const char *name, int argc, const char **argv,
				  const struct poptOption *table, unsigned int flags);
poptContext __wrap_poptGetContext(const char *name, int argc, const char **argv,
				  const struct poptOption *table, unsigned int flags);

int __wrap_poptGetNextOpt(poptContext con)
{
	int rc = __real_poptGetNextOpt(con);

	return popt_result ? popt_result : rc;
}

static bool no_memory;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

poptContext __wrap_poptGetContext(const char *name, int argc, const char **argv,
				  const struct poptOption *table, unsigned int flags)
{
	return no_context ? NULL : __real_poptGetContext(name, argc, argv, table, flags);
}

static void test_popt_fails(void **state)
{
	static const char *const words[] = { "-f", "/q", NULL };

	(void)state;
	popt_result = POPT_ERROR_MALLOC;
	assert_int_equal(run_line(&send_like, words), EX_BADUSAGE);
	popt_result = 0;
	assert_string_equal(err, "mqtool send: -f: memory allocation failed\n");

	no_context = true;
	assert_int_equal(run_line(&send_like, words), EX_FAILED);
	no_context = false;
	assert_string_equal(err, "mqtool send: out of memory\n");
}

static void test_no_memory(void **state)
{
	static const char *const words[] = { "--room", "/q", NULL };

	(void)state;
	no_memory = true;
	assert_int_equal(run_line(&wait_like, words), EX_FAILED);
	no_memory = false;
	assert_string_equal(err, "mqtool wait: out of memory\n");
	assert_int_equal(run_line(&wait_like, words), 42);
}

static void test_no_words(void **state)
{
	char *argv[] = { NULL };

	(void)state;
	capture_begin();
	assert_int_equal(cmdline_run(&stat_like, 0, argv), 42);
	capture_end();
	assert_string_equal(buffer_string(&seen), "");
}

/* ---- values ---- */

/* Parses -t's value as the test at hand wants; its run() gives EX_DONE if it is accepted. */
static union {
	uint64_t u64;
	int64_t i64;
	mode_t mode;
	struct queue_attr attr;
} parsed;

static bool as_u64(struct cmdline *cl, const char *text)
{
	return opt_u64(cl, text, 1, 100, &parsed.u64);
}

static bool as_i64(struct cmdline *cl, const char *text)
{
	return opt_i64(cl, text, -5, 5, &parsed.i64);
}

static bool as_size(struct cmdline *cl, const char *text)
{
	return opt_size(cl, text, &parsed.u64);
}

static bool as_duration(struct cmdline *cl, const char *text)
{
	return opt_duration(cl, text, &parsed.i64);
}

static bool as_mode(struct cmdline *cl, const char *text)
{
	return opt_mode(cl, text, &parsed.mode);
}

static bool as_owner(struct cmdline *cl, const char *text)
{
	return opt_owner(cl, text, &parsed.attr);
}

static bool (*parse_value)(struct cmdline *cl, const char *text);

static int run_value(struct cmdline *cl)
{
	const char *value;
	int opt = cmdline_next(cl, &value);

	/* The name is that of the option at hand, whatever follows. */
	return opt > 0 && parse_value(cl, value) ? EX_DONE : EX_BADUSAGE;
}

static void test_values(void **state)
{
	static const struct {
		bool (*parse)(struct cmdline *cl, const char *text);
		const char *word, *error; /* NULL: accepted */
	} rows[] = {
		{ as_u64, "-t5", NULL },
		{ as_u64, "-t0", "-t: 0 is out of range (1 to 100)" },
		{ as_u64, "--type=101", "--type: 101 is out of range (1 to 100)" },
		{ as_u64, "--type=", "--type: '' is not a whole number (decimal digits only)" },
		{ as_u64, "-t0x5", "-t: '0x5' is not a whole number (decimal digits only)" },
		{ as_u64, "-t-5", "-t: '-5' is not a whole number (decimal digits only)" },
		{ as_u64, "-t\033", "-t: '\\x1b' is not a whole number (decimal digits only)" },
		{ as_i64, "-t-5", NULL },
		{ as_i64, "-t-6", "-t: -6 is out of range (-5 to 5)" },
		{ as_i64, "-t--5", "-t: '--5' is not a whole number (decimal digits only)" },
		{ as_size, "--size=4K", NULL },
		{ as_size, "--size=4Q",
		  "--size: '4Q' is not a size (digits, then K, M, G or nothing)" },
		{ as_size, "--size=99999999999G", "--size: '99999999999G' is too large for a size" },
		{ as_duration, "-t1.5s", NULL },
		{ as_duration, "-t1y",
		  "-t: '1y' is not a duration"
		  " (seconds, or a number with ms, s, m, h or d)" },
		{ as_duration, "-t999999999d", "-t: '999999999d' is too long for a duration" },
		{ as_mode, "-t0640", NULL },
		{ as_mode, "-t999", "-t: '999' is not a mode (octal digits, at most 0777)" },
		{ as_mode, "-t1777", "-t: '1777' is not a mode (octal digits, at most 0777)" },
		{ as_owner, "-t0:0", NULL },
		{ as_owner, "-t:", "-t: ':': neither a user nor a group is named" },
	};
	struct command cmd = send_like;
	size_t i;

	(void)state;
	cmd.run = run_value;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *words[] = { rows[i].word, "-f", "/q", NULL };
		struct row row = { &cmd, { NULL }, rows[i].error };
		int status;

		parse_value = rows[i].parse;
		status = run_line(&cmd, words);
		if (row.expected)
			check_usage(&row, i, status);
		else if (status != EX_DONE || *err)
			fail_msg("row %zu: status %d: %s", i, status, err);
	}
}

/* ---- queues ---- */

static int run_queues(struct cmdline *cl)
{
	struct queue_ref *refs;
	const char *value;
	char name[QUEUE_NAME_TEXT];
	int i;

	while (cmdline_next(cl, &value) > 0)
		;
	refs = cmdline_queues(cl, 1);
	for (i = 1; refs && i < cl->noperands; i++)
		buffer_printf(&seen, "%s ", queue_ref_text(&refs[i - 1], name));
	free(refs);
	return refs ? EX_DONE : EX_BADUSAGE;
}

static void test_queues(void **state)
{
	static const char *const good[] = { "first", "/a", "0x10", "id:0", NULL };
	static const char *const none[] = { "first", NULL };
	static const char *const bad[] = { "first", "/a", "jobs\033", "/b", NULL };
	struct command cmd = send_like;

	(void)state;
	cmd.run = run_queues;
	assert_int_equal(run_line(&cmd, good), EX_DONE);
	assert_string_equal(buffer_string(&seen), "/a key:0x00000010 id:0 ");
	assert_int_equal(run_line(&cmd, none), EX_DONE);
	assert_string_equal(buffer_string(&seen), "");
	assert_int_equal(run_line(&cmd, bad), EX_BADUSAGE);
	assert_string_equal(buffer_string(&seen), "");
	assert_string_equal(out, "");
	/* One line, which names the operand. */
	assert_memory_equal(err, "mqtool send: 'jobs\\x1b': ", 25);
	assert_ptr_equal(strchr(err, '\n'), err + strlen(err) - 1);
}

static int visit(const struct queue_ref *ref, void *arg)
{
	buffer_printf(&seen, "%d ", ref->msqid);
	return ((const int *)arg)[ref->msqid];
}

static void test_each(void **state)
{
	static const struct queue_ref refs[] = {
		{ .by = QUEUE_BY_ID, .msqid = 0 },
		{ .by = QUEUE_BY_ID, .msqid = 1 },
		{ .by = QUEUE_BY_ID, .msqid = 2 },
		{ .by = QUEUE_BY_ID, .msqid = 3 },
	};
	int all_fine[] = { EX_DONE, EX_DONE, EX_DONE, EX_DONE };
	int two_bad[] = { EX_DONE, EX_NOQUEUE, EX_DENIED, EX_DONE };

	(void)state;
	seen.len = 0;
	assert_int_equal(cmdline_each(refs, 4, visit, all_fine), EX_DONE);
	assert_int_equal(cmdline_each(refs, 4, visit, two_bad), EX_NOQUEUE);
	assert_int_equal(cmdline_each(refs, 0, visit, two_bad), EX_DONE);
	assert_string_equal(buffer_string(&seen), "0 1 2 3 0 1 2 3 ");
}

static void test_wrong_kind(void **state)
{
	static const struct queue_ref sysv = { .kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .key = 5 };
	static const struct queue_ref posix = { .kind = QUEUE_POSIX,
						.by = QUEUE_BY_NAME,
						.name = "/q" };
	int status;

	(void)state;
	msg_set_command("send");
	capture_begin();
	status = msg_wrong_kind("-p", &sysv);
	capture_end();
	assert_int_equal(status, EX_BADUSAGE);
	assert_string_equal(err, "mqtool send: -p is for POSIX queues,"
				 " and key:0x00000005 is a System V queue\n"
				 "Try 'mqtool send --help' for more information.\n");
	capture_begin();
	status = msg_wrong_kind("-t", &posix);
	capture_end();
	assert_int_equal(status, EX_BADUSAGE);
	assert_string_equal(err, "mqtool send: -t is for System V queues, and /q is a POSIX queue\n"
				 "Try 'mqtool send --help' for more information.\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_refused_hook),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_posixly_correct),
		cmocka_unit_test(test_no_popt_aliases),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_values_live),
		cmocka_unit_test(test_stop_early),
		cmocka_unit_test(test_popt_fails),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_wrong_kind),
	};
	int failed;

	unsetenv("POSIXLY_CORRECT");
	unsetenv("POSIX_ME_HARDER");
	setenv("LC_ALL", "C", 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buffer_free(&seen);
	return failed;
}
