/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.c - tests of the columns of queues: choice, cells, JSON values, order
 *
 * Linked with --wrap=getpwuid: users that exist nowhere.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/columns.h"
#include "show/history.h"
#include "show/users.h"

#define NOW 1700000000 /* 2023-11-14T22:13:20Z */

static bool out_of_memory;

struct passwd *__wrap_getpwuid(uid_t uid);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

struct passwd *__wrap_getpwuid(uid_t uid)
{
	static char root[] = "root", hostile[] = "a\x1b[31m", zed[] = "zed";
	static struct passwd entry;

	entry.pw_name = uid == 0 ? root : uid == 7 ? hostile : zed;
	return &entry;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return out_of_memory ? NULL : __real_calloc(n, size);
}

static const struct queue_stat sysv = {
	.kind = QUEUE_SYSV,
	.have = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_OWNER | STAT_KEY | STAT_PIDS |
		STAT_SENT | STAT_RECEIVED | STAT_LAST | STAT_CTIME | STAT_WAITING | STAT_NAMESPACE |
		STAT_RATES,
	.key = 0xdeadbeef,
	.msqid = 32769,
	.messages = 4,
	.bytes = 8192,
	.qbytes = 16384,
	.mode = 0640,
	.uid = 7,
	.gid = 9,
	.cuid = 11,
	.cgid = 12,
	.lspid = 812,
	.lrpid = 0,
	.stime = NOW - 3,
	.rtime = 0,
	.last = NOW - 3,
	.ctime = NOW - 7200,
	.receivers = 1,
	.senders = 2,
	.ns = 4026531839,
	.rates = { .send = 12.5f, .in = 2048, .age = 2.5f, .swait = 0.012f, .rwait = NAN },
	.ns_pid = 77,
	.ns_procs = 12,
};

static const struct queue_stat posix = {
	.kind = QUEUE_POSIX,
	.have = STAT_MESSAGES | STAT_BYTES | STAT_MAXMSG | STAT_MSGSIZE | STAT_OWNER | STAT_LAST |
		STAT_CTIME | STAT_INODE | STAT_NOTIFY | STAT_WAITING,
	.name = "/a b\xff",
	.messages = 7,
	.bytes = 70,
	.maxmsg = 10,
	.msgsize = 8192,
	.mode = 0,
	.last = 0,
	.ctime = NOW,
	.ino = 6731,
	.notify_pid = 0,
};

/* Only what stat(2) tells without opening. */
static const struct queue_stat sealed = {
	.kind = QUEUE_POSIX,
	.have = STAT_OWNER | STAT_LAST | STAT_CTIME | STAT_INODE,
	.name = "/sealed",
	.uid = 1,
	.mode = 0600,
	.last = NOW,
	.ctime = NOW,
	.ino = 1,
};

static const char *cell(enum column col, const struct queue_stat *st, bool exact)
{
	const struct column_context context = { .now = NOW, .exact = exact };
	static struct buffer b;

	b.len = 0;
	column_put_cell(&b, col, st, &context);
	return buffer_string(&b);
}

static const char *json(enum column col, const struct queue_stat *st)
{
	static struct buffer b;

	b.len = 0;
	column_put_json(&b, col, st);
	return buffer_string(&b);
}

static const struct {
	enum column col;
	const char *sysv, *posix, *sealed;
	const char *sysv_json, *posix_json, *sealed_json;
} cells[] = {
	{ COL_QUEUE, "key:0xdeadbeef", "esc:/a\\x20b\\xff", "/sealed", "\"key:0xdeadbeef\"",
	  "\"esc:/a\\\\x20b\\\\xff\"", "\"/sealed\"" },
	{ COL_KIND, "sysv", "posix", "posix", "\"sysv\"", "\"posix\"", "\"posix\"" },
	{ COL_MESSAGES, "4", "7", "?", "4", "7", "null" },
	{ COL_BYTES, "8K", "70", "?", "8192", "70", "null" },
	{ COL_USE, "50%", "70%", "?", "50", "70", "null" },
	{ COL_MODE, "0640", "0000", "0600", "\"0640\"", "\"0000\"", "\"0600\"" },
	{ COL_OWNER, "a\\x1b[31m", "root", "zed", "\"a\\\\x1b[31m\"", "\"root\"", "\"zed\"" },
	{ COL_LAST, "3s", "-", "0s", "1699999997", "0", "1700000000" },
	{ COL_WAITING, "1 recv, 2 send", "-", "?", "3", "0", "null" },
	{ COL_KEY, "0xdeadbeef", "-", "-", "3735928559", "null", "null" },
	{ COL_MSQID, "32769", "-", "-", "32769", "null", "null" },
	{ COL_MAXMSG, "-", "10", "?", "null", "10", "null" },
	{ COL_MSGSIZE, "-", "8K", "?", "null", "8192", "null" },
	{ COL_QBYTES, "16K", "-", "-", "16384", "null", "null" },
	{ COL_UID, "7", "0", "1", "7", "0", "1" },
	{ COL_GID, "9", "0", "0", "9", "0", "0" },
	{ COL_CUID, "11", "-", "-", "11", "null", "null" },
	{ COL_CGID, "12", "-", "-", "12", "null", "null" },
	{ COL_SENT, "2023-11-14T22:13:17+00:00", "-", "-", "1699999997", "null", "null" },
	{ COL_RECEIVED, "-", "-", "-", "0", "null", "null" },
	{ COL_LSPID, "812", "-", "-", "812", "null", "null" },
	{ COL_LRPID, "-", "-", "-", "0", "null", "null" },
	{ COL_CTIME, "2023-11-14T20:13:20+00:00", "2023-11-14T22:13:20+00:00",
	  "2023-11-14T22:13:20+00:00", "1699992800", "1700000000", "1700000000" },
	{ COL_INO, "-", "6731", "1", "null", "6731", "1" },
	{ COL_NOTIFY, "-", "-", "?", "null", "0", "null" },
	{ COL_NAMESPACE, "4026531839", "?", "?", "4026531839", "null", "null" },
	{ COL_PROCS, "12", "?", "?", "12", "null", "null" },
	{ COL_PID, "77", "?", "?", "77", "null", "null" },
	{ COL_SEND, "12.5", "?", "?", "12.500", "null", "null" },
	{ COL_RECV, "0", "?", "?", "0.000", "null", "null" },
	{ COL_IN, "2K", "?", "?", "2048.000", "null", "null" },
	{ COL_OUT, "0", "?", "?", "0.000", "null", "null" },
	{ COL_AGE, "2.5s", "?", "?", "2.500000", "null", "null" },
	{ COL_SWAIT, "12ms", "?", "?", "0.012000", "null", "null" },
	/* There is no mean of no messages. */
	{ COL_RWAIT, "-", "?", "?", "null", "null", "null" },
};

static void test_cells(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(cells), COLUMNS_ALL);
	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		assert_string_equal(cell(cells[i].col, &sysv, false), cells[i].sysv);
		assert_string_equal(cell(cells[i].col, &posix, false), cells[i].posix);
		assert_string_equal(cell(cells[i].col, &sealed, false), cells[i].sealed);
		assert_string_equal(json(cells[i].col, &sysv), cells[i].sysv_json);
		assert_string_equal(json(cells[i].col, &posix), cells[i].posix_json);
		assert_string_equal(json(cells[i].col, &sealed), cells[i].sealed_json);
	}
}

static void test_exact(void **state)
{
	(void)state;
	assert_string_equal(cell(COL_BYTES, &sysv, true), "8192");
	assert_string_equal(cell(COL_QBYTES, &sysv, true), "16384");
	assert_string_equal(cell(COL_MSGSIZE, &posix, true), "8192");
	assert_string_equal(cell(COL_USE, &sysv, true), "50%");
}

static void test_waiting(void **state)
{
	struct queue_stat st = { .have = STAT_WAITING, .receivers = 3 };

	(void)state;
	assert_string_equal(cell(COL_WAITING, &st, false), "3 recv");
	st.receivers = 0;
	st.senders = 12;
	assert_string_equal(cell(COL_WAITING, &st, false), "12 send");
}

static void test_time_zone(void **state)
{
	(void)state;
	setenv("TZ", "XXX-5:30", 1);
	tzset();
	assert_string_equal(cell(COL_SENT, &sysv, false), "2023-11-15T03:43:17+05:30");
	setenv("TZ", "UTC", 1);
	tzset();
}

/* What scripts write and what JSON says is one vocabulary. */
static void test_names(void **state)
{
	(void)state;
	for (int col = 0; col < COLUMNS_ALL; col++) {
		const char *name = column_name((enum column)col);
		const char *member = column_member((enum column)col);
		size_t len = strlen(member);

		assert_true(strlen(name) == len || strcmp(name + len, "%") == 0 ||
			    strcmp(name + len, "/s") == 0);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(tolower((unsigned char)name[i]), member[i]);
		assert_true(strlen(column_help((enum column)col)) > 0);
	}
}

/* ---- choosing ---- */

static const char *chosen(const char *text)
{
	static char names[512];
	struct column_list list;
	const char *bad;
	size_t len;

	column_list_default(&list);
	if (column_list_parse(text, &list, &bad, &len) < 0) {
		snprintf(names, sizeof(names), "no %.*s", (int)len, bad);
		return names;
	}
	names[0] = '\0';
	for (size_t i = 0; i < list.n; i++) {
		strcat(names, i ? " " : "");
		strcat(names, column_name(list.col[i]));
	}
	return names;
}

static void test_list(void **state)
{
	static const struct {
		const char *text, *chosen;
	} cases[] = {
		{ "QUEUE", "QUEUE" },
		{ "mode,Queue", "MODE QUEUE" },
		{ "USE%,use", "USE%" },
		{ "use,use%,bytes,use", "USE% BYTES" },
		{ "+key", "QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST KEY" },
		{ "+LAST,INO", "QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST INO" },
		{ "", "no " },
		{ "+", "no " },
		{ "queue,", "no " },
		{ ",queue", "no " },
		{ "queue,nosuch,kind", "no nosuch" },
		{ "queu", "no queu" },
		{ "queue ", "no queue " },
		{ "queue,+kind", "no +kind" },
		{ "%", "no %" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(chosen(cases[i].text), cases[i].chosen);
}

static void test_list_refused_is_unchanged(void **state)
{
	struct column_list list = { .col = { COL_INO }, .n = 1 };
	const char *bad;
	size_t len;

	(void)state;
	assert_int_equal(column_list_parse("queue,kind,x", &list, &bad, &len), -EINVAL);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.col[0], COL_INO);
}

/* All columns at once fit, however often they are named. */
static void test_list_all(void **state)
{
	struct buffer text = { 0 };
	struct column_list list = { .n = 0 };
	const char *bad;
	size_t len;

	(void)state;
	for (int i = 0; i < 3 * COLUMNS_ALL; i++) {
		buffer_puts(&text, i ? "," : "");
		buffer_puts(&text, column_name((enum column)(i % COLUMNS_ALL)));
	}
	assert_int_equal(column_list_parse(buffer_string(&text), &list, &bad, &len), 0);
	assert_int_equal(list.n, COLUMNS_ALL);
	buffer_free(&text);
}

/* ---- what only watch knows ---- */

static void test_live_columns(void **state)
{
	static const struct {
		double net;
		const char *cell, *json;
	} rows[] = {
		{ 0, "0", "0.000" },         { 3, "+3", "3.000" },
		{ -12, "-12", "-12.000" },   { 0.5, "+0.5", "0.500" },
		{ -1.25, "-1.2", "-1.250" }, { 0.04, "0", "0.040" },
		{ 2.98, "+3", "2.980" },     { 123456.7, "+123457", "123456.700" },
	};
	struct queue_stat st = { .kind = QUEUE_POSIX,
				 .have = STAT_MESSAGES | STAT_MAXMSG,
				 .messages = 10,
				 .maxmsg = 10 };
	struct history history = { 0 };

	(void)state;
	assert_string_equal(cell(COL_NET, &st, false), "-");
	assert_string_equal(json(COL_NET, &st), "null");
	assert_string_equal(cell(COL_NET, &sealed, false), "?");
	st.have |= STAT_NET;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		st.net = rows[i].net;
		assert_string_equal(cell(COL_NET, &st, false), rows[i].cell);
		assert_string_equal(json(COL_NET, &st), rows[i].json);
	}
	assert_string_equal(json(COL_HISTORY, &st), "null");
	history_add(&history, &sealed);
	history_add(&history, &st);
	st.have |= STAT_HISTORY;
	st.history = &history;
	assert_string_equal(json(COL_HISTORY, &st), "[null,10]");
	assert_string_equal(cell(COL_HISTORY, &st, false), " \u2588          ");
}

static void test_live_choice(void **state)
{
	struct column_list list = { .live = true };
	const char *bad;
	enum column col;
	bool reverse;
	size_t len;

	(void)state;
	assert_int_equal(column_list_parse("net,NET/s,history", &list, &bad, &len), 0);
	assert_int_equal(list.n, 2);
	assert_true(list.live);
	list.live = false;
	assert_int_equal(column_list_parse("net", &list, &bad, &len), -EINVAL);
	assert_int_equal(column_sort_parse("net:r", true, &col, &reverse), 0);
	assert_int_equal(col, COL_NET);
	assert_int_equal(column_sort_parse("net:r", false, &col, &reverse), -EINVAL);
	/* A picture has no order. */
	assert_int_equal(column_sort_parse("history", true, &col, &reverse), -EINVAL);
}

static void test_net_order(void **state)
{
	static const double order[] = { -1e300, -5, -0.002, -0.001, 0, 0.001, 7, 1e15, 1e300 };
	struct queue_stat st = { .have = STAT_NET };
	struct column_key key, before = { .number = 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		st.net = order[i];
		column_key(COL_NET, &st, &key);
		assert_false(key.absent);
		assert_true(key.number >= before.number);
		assert_true(i == 0 || order[i] > 1e15 || key.number > before.number);
		before = key;
	}
	st.have = 0;
	column_key(COL_NET, &st, &key);
	assert_true(key.absent);
}

static void test_sort_parse(void **state)
{
	enum column col;
	bool reverse;

	(void)state;
	assert_int_equal(column_sort_parse("use%", false, &col, &reverse), 0);
	assert_int_equal(col, COL_USE);
	assert_false(reverse);
	assert_int_equal(column_sort_parse("MESSAGES:r", false, &col, &reverse), 0);
	assert_int_equal(col, COL_MESSAGES);
	assert_true(reverse);
	assert_int_equal(column_sort_parse("messages:", false, &col, &reverse), -EINVAL);
	assert_int_equal(column_sort_parse("messages:rr", false, &col, &reverse), -EINVAL);
	assert_int_equal(column_sort_parse("messages:R", false, &col, &reverse), -EINVAL);
	assert_int_equal(column_sort_parse(":r", false, &col, &reverse), -EINVAL);
	assert_int_equal(column_sort_parse("", false, &col, &reverse), -EINVAL);
	assert_int_equal(column_sort_parse("nosuch", false, &col, &reverse), -EINVAL);
}

static void test_detail(void **state)
{
	struct column_list list = { .col = { COL_KIND }, .n = 1 };

	(void)state;
	/* A list of names alone opens no queue. */
	assert_int_equal(column_list_detail(&list), 0);
	column_list_add(&list, COL_MAXMSG);
	column_list_add(&list, COL_NOTIFY);
	assert_int_equal(column_list_detail(&list), STAT_MAXMSG | STAT_NOTIFY);
}

/* ---- order ---- */

static const struct queue_stat unsorted[] = {
	{ .kind = QUEUE_POSIX,
	  .name = "/b",
	  .have = STAT_MESSAGES | STAT_LAST | STAT_OWNER,
	  .messages = 5,
	  .last = 50,
	  .uid = 0 },
	{ .kind = QUEUE_SYSV,
	  .key = 0,
	  .msqid = 10,
	  .have = STAT_MESSAGES | STAT_LAST | STAT_OWNER | STAT_QBYTES,
	  .messages = 5,
	  .last = 0,
	  .uid = 1,
	  .qbytes = 1 },
	{ .kind = QUEUE_SYSV,
	  .key = 0xffffffff,
	  .msqid = 1,
	  .have = STAT_MESSAGES | STAT_LAST | STAT_OWNER,
	  .messages = UINT64_MAX,
	  .last = 99,
	  .uid = 7 },
	{ .kind = QUEUE_POSIX, .name = "/a", .have = STAT_LAST | STAT_OWNER, .last = 60, .uid = 0 },
	{ .kind = QUEUE_SYSV,
	  .key = 0,
	  .msqid = 9,
	  .have = STAT_MESSAGES | STAT_LAST | STAT_OWNER,
	  .messages = 0,
	  .last = 60,
	  .uid = 1 },
};

static const char *order(enum column col, bool reverse)
{
	struct queue_stat items[ARRAY_SIZE(unsorted)];
	static char text[256];

	memcpy(items, unsorted, sizeof(items));
	assert_int_equal(column_sort(items, ARRAY_SIZE(items), col, reverse), 0);
	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		strcat(text, i ? " " : "");
		strcat(text, cell(COL_QUEUE, &items[i], false));
	}
	return text;
}

static void test_order(void **state)
{
	(void)state;
	assert_string_equal(order(COL_QUEUE, false), "id:9 id:10 key:0xffffffff /a /b");
	assert_string_equal(order(COL_QUEUE, true), "/b /a key:0xffffffff id:10 id:9");
	/* Unknown is last in either direction; ties go by name in either. */
	assert_string_equal(order(COL_MESSAGES, false), "id:9 id:10 /b key:0xffffffff /a");
	assert_string_equal(order(COL_MESSAGES, true), "key:0xffffffff id:10 /b id:9 /a");
	/* By age: the youngest first, never the oldest of all. */
	assert_string_equal(order(COL_LAST, false), "key:0xffffffff id:9 /a /b id:10");
	assert_string_equal(order(COL_LAST, true), "id:10 /b id:9 /a key:0xffffffff");
	assert_string_equal(order(COL_OWNER, false), "key:0xffffffff /a /b id:9 id:10");
	assert_string_equal(order(COL_OWNER, true), "id:9 id:10 /a /b key:0xffffffff");
	assert_string_equal(order(COL_KIND, true), "/a /b id:9 id:10 key:0xffffffff");
	/* Of the other kind: not there, so last. */
	assert_string_equal(order(COL_QBYTES, true), "id:10 id:9 key:0xffffffff /a /b");
}

static void test_order_no_memory(void **state)
{
	struct queue_stat items[ARRAY_SIZE(unsorted)];

	(void)state;
	memcpy(items, unsorted, sizeof(items));
	out_of_memory = true;
	assert_int_equal(column_sort(items, ARRAY_SIZE(items), COL_MESSAGES, false), -ENOMEM);
	/* Nothing to sort needs none. */
	assert_int_equal(column_sort(items, 1, COL_MESSAGES, false), 0);
	assert_int_equal(column_sort(NULL, 0, COL_MESSAGES, false), 0);
	out_of_memory = false;
	assert_memory_equal(items, unsorted, sizeof(items));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_time_zone),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_list_refused_is_unchanged),
		cmocka_unit_test(test_list_all),
		cmocka_unit_test(test_live_columns),
		cmocka_unit_test(test_live_choice),
		cmocka_unit_test(test_net_order),
		cmocka_unit_test(test_sort_parse),
		cmocka_unit_test(test_detail),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_order_no_memory),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
