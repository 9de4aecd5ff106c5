/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c - tests of which columns fit into which width
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "show/history.h"
#include "watch/layout.h"

static const int wanted[COLUMNS_WATCH] = {
	[COL_QUEUE] = 30,  [COL_KIND] = 5,       [COL_MESSAGES] = 9, [COL_BYTES] = 6,
	[COL_USE] = 5,     [COL_MODE] = 5,       [COL_OWNER] = 6,    [COL_LAST] = 5,
	[COL_WAITING] = 8, [COL_KEY] = 10,       [COL_MSQID] = 6,    [COL_MAXMSG] = 7,
	[COL_MSGSIZE] = 8, [COL_QBYTES] = 7,     [COL_UID] = 5,      [COL_GID] = 5,
	[COL_SENT] = 25,   [COL_RECEIVED] = 25,  [COL_LSPID] = 6,    [COL_LRPID] = 6,
	[COL_CTIME] = 25,  [COL_INO] = 6,        [COL_NOTIFY] = 7,   [COL_NET] = 6,
	[COL_HISTORY] = 8, [COL_NAMESPACE] = 11, [COL_PROCS] = 6,    [COL_PID] = 7,
};

static struct column_list chosen(const char *text)
{
	struct column_list list = { .live = true };
	const char *bad;
	size_t len;

	assert_int_equal(column_list_parse(text, &list, &bad, &len), 0);
	return list;
}

#define EVERYTHING                                                                        \
	"queue,kind,messages,bytes,use,mode,owner,last,waiting,key,msqid,maxmsg,msgsize," \
	"qbytes,uid,gid,sent,received,lspid,lrpid,ctime,ino,notify,net/s,history"
#define DEFAULTS "kind,queue,messages,bytes,use,net,last,waiting,history"

/* The columns left at a width, as text. */
static const char *left_at(const char *text, int width)
{
	const struct column_list list = chosen(text);
	static char names[512];
	struct layout l;
	size_t len = 0;

	layout_columns(&l, &list, wanted, width);
	names[0] = '\0';
	for (size_t i = 0; i < l.n; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i ? " " : "",
					column_name(l.columns[i].col));
	return names;
}

static void check_width(const struct column_list *list, int width)
{
	struct layout l;
	int end = -1;

	layout_columns(&l, list, wanted, width);
	assert_true(l.n >= 1);
	assert_true(l.gutter == LAYOUT_GUTTER || width <= LAYOUT_GUTTER);
	for (size_t i = 0; i < l.n; i++) {
		const struct layout_column *c = &l.columns[i];

		/* Apart from each other, all on the screen, and wide enough unless cut on purpose. */
		assert_true(i ? c->x > end : c->x == l.gutter);
		assert_true(c->width >= 1);
		end = c->x + c->width;
		assert_true(end <= width);
		if (c->col != COL_QUEUE && c->col != COL_HISTORY && l.n > 1)
			assert_int_equal(c->width, wanted[c->col]);
		assert_true(c->col != COL_HISTORY || c->width <= HISTORY_SIZE);
		assert_true(c->col != COL_QUEUE || l.n == 1 || c->width <= wanted[COL_QUEUE]);
	}
}

static void test_every_width(void **state)
{
	static const char *const choices[] = {
		DEFAULTS,    "queue",    "use",      "history", "ctime,sent,received",
		"use,queue", "kind,use", EVERYTHING,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		const struct column_list list = chosen(choices[i]);

		for (int width = 1; width <= 300; width++)
			check_width(&list, width);
	}
}

/* A column that is left out at some width does not come back at a smaller one. */
static void test_grows_with_width(void **state)
{
	const struct column_list list = chosen(DEFAULTS);
	size_t before = 0;

	(void)state;
	for (int width = 1; width <= 300; width++) {
		struct layout l;

		layout_columns(&l, &list, wanted, width);
		assert_true(l.n >= before);
		before = l.n;
	}
	assert_int_equal(before, list.n);
}

static void test_order_of_leaving(void **state)
{
	static const struct {
		int width;
		const char *left;
	} rows[] = {
		{ 200, "KIND QUEUE MESSAGES BYTES USE% NET/s LAST WAITING HISTORY" },
		{ 77, "KIND QUEUE MESSAGES USE% NET/s LAST WAITING HISTORY" },
		{ 70, "QUEUE MESSAGES USE% NET/s LAST WAITING HISTORY" },
		{ 62, "QUEUE MESSAGES USE% NET/s LAST WAITING" },
		{ 55, "QUEUE MESSAGES USE% NET/s WAITING" },
		{ 48, "QUEUE MESSAGES USE% WAITING" },
		{ 37, "QUEUE MESSAGES USE%" },
		{ 26, "QUEUE USE%" },
		{ 14, "QUEUE USE%" },
		{ 13, "QUEUE" },
		{ 1, "QUEUE" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(left_at(DEFAULTS, rows[i].width), rows[i].left);
	/* What was added goes before what was there. */
	assert_string_equal(left_at(DEFAULTS ",owner,key,mode", 78),
			    "KIND QUEUE MESSAGES BYTES USE% NET/s LAST WAITING HISTORY");
	assert_string_equal(left_at("queue,key,mode,use", 37), "QUEUE KEY USE%");
}

static void test_room_is_shared(void **state)
{
	const struct column_list list = chosen(DEFAULTS);
	struct layout l;

	(void)state;
	/* First the names whole, then a longer history. */
	layout_columns(&l, &list, wanted, 110);
	assert_int_equal(l.columns[1].width, 30);
	assert_true(l.columns[8].width > 8);
	layout_columns(&l, &list, wanted, 300);
	assert_int_equal(l.columns[1].width, 30);
	assert_int_equal(l.columns[8].width, HISTORY_SIZE);
}

static void test_find(void **state)
{
	const struct column_list list = chosen("kind,queue");
	struct layout l;

	(void)state;
	layout_columns(&l, &list, wanted, 80);
	assert_int_equal(layout_find(&l, 1), -1);
	assert_int_equal(layout_find(&l, 2), COL_KIND);
	assert_int_equal(layout_find(&l, 6), COL_KIND);
	assert_int_equal(layout_find(&l, 7), -1);
	assert_int_equal(layout_find(&l, 8), COL_QUEUE);
	assert_int_equal(layout_find(&l, 79), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_width),
		cmocka_unit_test(test_grows_with_width),
		cmocka_unit_test(test_order_of_leaving),
		cmocka_unit_test(test_room_is_shared),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
