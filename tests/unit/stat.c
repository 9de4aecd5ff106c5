/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat.c - tests of stat when memory runs out or processes cannot be looked at
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "queues.h"
#include "wrap.h"

#define FIRST "0x4d510731"
#define SECOND "0x4d510732"
#define PLENTY (INT_MAX / 2)

/* ---- memory ---- */

static int allocations = PLENTY; /* that are left; below 0: some have failed */
static bool once;                /* only one fails: its message finds memory */

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);

static bool may_allocate(void)
{
	allocations--;
	return allocations >= 0 || (once && allocations < -1);
}

WRAP_MEMORY(may_allocate);

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return may_allocate() ? __real_reallocarray(p, n, size) : NULL;
}

/* ---- processes ---- */

static int proc_error; /* of opening /proc */

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
WRAP_ALSO(openat, openat64);
WRAP_OPENAT_2();

int __wrap_openat(int dir, const char *path, int flags, ...)
{
	if (proc_error && strcmp(path, "/proc") == 0) {
		errno = proc_error;
		return -1;
	}
	/* The processes of the machine come and go, and some may not be looked at: there are none. */
	if (*path >= '0' && *path <= '9') {
		errno = ENOENT;
		return -1;
	}
	return __real_openat(dir, path, flags);
}

/* ---- stat ---- */

/* Runs "stat WORD".  What it says on stderr is in said. */
static char said[512];

static int stat_run(const char *word)
{
	char line[2][24] = { "stat", "" };
	char *argv[] = { line[0], line[1], NULL };
	int saved = dup(STDERR_FILENO), out = dup(STDOUT_FILENO), ends[2], null, status;
	ssize_t n;

	strcpy(line[1], word);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, STDOUT_FILENO);
	close(null);
	status = cmdline_run(&cmd_stat, *word ? 2 : 1, argv);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(saved, STDERR_FILENO);
	close(out);
	close(saved);
	n = read(ends[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	return status;
}

static const char *const words[] = { "", "-w", "-j", "-wj", "-L", "-Lj", "--openmetrics", FIRST };

static void test_nothing_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_int_equal(stat_run(words[i]), EX_DONE);
		assert_string_equal(said, "");
	}
}

/* Without any memory each line, a warning too, is only this one. */
static void only_says_no_memory(void)
{
	static const char line[] = "mqtool: out of memory\n";
	size_t len = strlen(line);

	assert_true(*said);
	for (const char *p = said; *p; p += len)
		assert_int_equal(strncmp(p, line, len), 0);
}

static void says_no_memory(const char *word)
{
	if (!once)
		only_says_no_memory();
	else if (*word != '-' && strstr(said, "no memory left"))
		assert_non_null(strstr(said, "mqtool stat: key:" FIRST ": no memory left: "));
	else
		assert_string_equal(said, "mqtool stat: out of memory\n");
}

/* With room for that many allocations: true if it needs more. */
static bool runs_out(const char *word, int room, unsigned int *refused)
{
	int status;

	allocations = room;
	status = stat_run(word);
	if (status != EX_DONE || *said) {
		/* A name that could not be read counts as a line that is wrong. */
		assert_true(status == EX_FAILED || (status == EX_BADUSAGE && *word != '-'));
		says_no_memory(word);
		++*refused;
	}
	return allocations < 0;
}

/* Each allocation in turn fails, alone or with all after it.  A name in the cache of users is one
 * that stat can do without. */
static void test_no_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(words); i++) {
		const char *word = words[i / 2];
		unsigned int refused = 0;
		int room = 0;

		once = i % 2;
		while (runs_out(word, room, &refused))
			room++;
		allocations = PLENTY;
		/* The words of the line, the list, the text. */
		assert_in_range(refused, 3, (uintmax_t)room);
	}
}

static void test_no_processes(void **state)
{
	(void)state;
	proc_error = EMFILE;
	assert_int_equal(stat_run("-w"), EX_DONE);
	assert_string_equal(said, "mqtool stat: cannot look at processes: /proc: Too many open"
				  " files\n");
	/* If nobody asks for them they are not looked at. */
	assert_int_equal(stat_run(""), EX_DONE);
	assert_string_equal(said, "");
	assert_int_equal(stat_run("-j"), EX_DONE);
	assert_string_equal(said, "");
	proc_error = 0;
}

static int make_queues(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct queue_attr attr = { 0 };
		struct queue_ref ref = ref_of(i ? SECOND : FIRST);

		if (queue_create(&ref, &attr, false, NULL) < 0)
			return -1;
	}
	return 0;
}

static int remove_queues(void **state)
{
	(void)state;
	drop(FIRST);
	drop(SECOND);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_fails),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_processes),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, make_queues, remove_queues);
}
