/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat.c - tests of stat where memory runs out or processes cannot be looked at
 *
 * Linked with failures of its own in place of what stat calls.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "queues.h"
#include "show/columns.h"
#include "show/procs.h"
#include "show/report.h"

/* Which call fails, and how. */
static enum failing { NOTHING, LIST, SORT, SCAN, UNSEEN, TABLE, JSON, BLOCK, LIMITS } failing;
static int error;

static struct queue_stat queues[] = {
	{ .kind = QUEUE_SYSV, .have = STAT_KEY | STAT_OWNER, .key = 2, .msqid = 2 },
	{ .kind = QUEUE_SYSV, .have = STAT_KEY | STAT_OWNER, .key = 1, .msqid = 1 },
};

int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail);
void __wrap_queue_list_free(struct queue_list *list);
int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access);
int __wrap_queue_stat(struct queue *q, struct queue_stat *st);
void __wrap_queue_close(struct queue *q);
int __wrap_procs_scan(struct procs *procs, unsigned int what, const struct queue_stat *items,
		      size_t n);
int __real_column_sort(struct queue_stat *items, size_t n, enum column col, bool reverse);
int __wrap_column_sort(struct queue_stat *items, size_t n, enum column col, bool reverse);
int __real_report_put_table(struct buffer *b, const struct report *report,
			    const struct queue_stat *items, size_t n);
int __wrap_report_put_table(struct buffer *b, const struct report *report,
			    const struct queue_stat *items, size_t n);
void __wrap_report_put_json(struct buffer *b, const struct report *report,
			    const struct queue_stat *items, size_t n);
void __wrap_report_put_block(struct buffer *b, const struct report *report,
			     const struct queue_stat *st);
int __wrap_report_put_limits(struct buffer *b, const struct report *report,
			     const struct limit *limits, size_t n);

int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	(void)mask;
	(void)detail;
	list->items = queues;
	list->n = ARRAY_SIZE(queues);
	return failing == LIST ? error : 0;
}

void __wrap_queue_list_free(struct queue_list *list)
{
	list->items = NULL;
}

int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access)
{
	(void)access;
	*q = fake_queue(ref);
	return 0;
}

int __wrap_queue_stat(struct queue *q, struct queue_stat *st)
{
	(void)q;
	*st = queues[0];
	st->have = ~0u;
	return 0;
}

void __wrap_queue_close(struct queue *q)
{
	(void)q;
}

int __wrap_procs_scan(struct procs *procs, unsigned int what, const struct queue_stat *items,
		      size_t n)
{
	(void)what;
	(void)items;
	(void)n;
	procs->nwaiters = procs->nholders = 0;
	procs->error = failing == UNSEEN ? error : 0;
	return failing == SCAN ? error : 0;
}

int __wrap_column_sort(struct queue_stat *items, size_t n, enum column col, bool reverse)
{
	return failing == SORT ? error : __real_column_sort(items, n, col, reverse);
}

int __wrap_report_put_table(struct buffer *b, const struct report *report,
			    const struct queue_stat *items, size_t n)
{
	return failing == TABLE ? error : __real_report_put_table(b, report, items, n);
}

void __wrap_report_put_json(struct buffer *b, const struct report *report,
			    const struct queue_stat *items, size_t n)
{
	(void)report;
	(void)items;
	(void)n;
	b->failed = failing == JSON;
}

void __wrap_report_put_block(struct buffer *b, const struct report *report,
			     const struct queue_stat *st)
{
	(void)report;
	(void)st;
	b->failed = failing == BLOCK;
}

int __wrap_report_put_limits(struct buffer *b, const struct report *report,
			     const struct limit *limits, size_t n)
{
	(void)b;
	(void)report;
	(void)limits;
	(void)n;
	return failing == LIMITS ? error : 0;
}

/* Runs "stat WORD" with one call failing.  What it says on stderr is in said. */
static char said[512];

static int stat_fails(enum failing call, int how, const char *word)
{
	char line[2][16] = { "stat", "" };
	char *argv[] = { line[0], line[1], NULL };
	int saved = dup(STDERR_FILENO), out = dup(STDOUT_FILENO), ends[2], status;
	ssize_t n;

	failing = call;
	error = how;
	strcpy(line[1], word);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
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

static void test_nothing_fails(void **state)
{
	static const char *const words[] = { "", "-w", "-j", "-wj", "-L", "key:1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		assert_int_equal(stat_fails(NOTHING, 0, words[i]), EX_DONE);
		assert_string_equal(said, "");
	}
}

static void test_no_memory(void **state)
{
	static const struct {
		enum failing call;
		const char *word;
	} cases[] = {
		{ LIST, "" },   { LIST, "-L" },     { SORT, "" },
		{ SCAN, "-w" }, { SCAN, "key:1" },  { TABLE, "" },
		{ JSON, "-j" }, { BLOCK, "key:1" }, { LIMITS, "-L" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(stat_fails(cases[i].call, -ENOMEM, cases[i].word), EX_FAILED);
		assert_string_equal(said, "mqtool stat: out of memory\n");
	}
}

static void test_no_processes(void **state)
{
	(void)state;
	assert_int_equal(stat_fails(UNSEEN, -EMFILE, "-w"), EX_DONE);
	assert_string_equal(said, "mqtool stat: cannot look at processes: /proc: Too many open"
				  " files\n");
	/* Where nobody asks for them they are not looked at. */
	assert_int_equal(stat_fails(UNSEEN, -EMFILE, ""), EX_DONE);
	assert_int_equal(stat_fails(UNSEEN, -EMFILE, "-j"), EX_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_fails),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
