/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.c - tests of the filter of watch
 *
 * Linked with --wrap=getpwuid: users that exist nowhere.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "base/util.h"
#include "watch/filter.h"

#define NOW 1700000000

struct passwd *__wrap_getpwuid(uid_t uid);

struct passwd *__wrap_getpwuid(uid_t uid)
{
	static char jo[] = "jo", root[] = "root";
	static struct passwd entry;

	entry.pw_name = uid == 7 ? jo : root;
	return &entry;
}

static const struct queue_stat sysv = {
	.kind = QUEUE_SYSV,
	.have = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_OWNER | STAT_KEY | STAT_PIDS |
		STAT_SENT | STAT_RECEIVED | STAT_LAST | STAT_CTIME | STAT_WAITING | STAT_NET,
	.key = 0x4d510001,
	.msqid = 32769,
	.messages = 4,
	.bytes = 8192,
	.qbytes = 16384,
	.mode = 0640,
	.uid = 7,
	.gid = 9,
	.lspid = 812,
	.stime = NOW - 120,
	.last = NOW - 120,
	.ctime = NOW - 7200,
	.receivers = 1,
	.senders = 2,
	.net = -1.5,
};

static const struct queue_stat posix = {
	.kind = QUEUE_POSIX,
	.have = STAT_MESSAGES | STAT_MAXMSG | STAT_OWNER | STAT_LAST,
	.name = "/Orders",
	.messages = 7,
	.maxmsg = 10,
	.last = 0,
};

/* Nothing but its owner may be read. */
static const struct queue_stat sealed = {
	.kind = QUEUE_POSIX,
	.have = STAT_OWNER,
	.name = "/a b",
	.uid = 7,
};

/* Which of the three pass, as three letters. */
static const char *passing(const char *text)
{
	static char letters[4];
	struct refusal error;
	struct filter f = { .n = 0 };

	if (filter_parse(&f, text, &error) < 0)
		fail_msg("%s: %s", text, error.text);
	snprintf(letters, sizeof(letters), "%s%s%s", filter_match(&f, &sysv, NOW) ? "s" : "",
		 filter_match(&f, &posix, NOW) ? "p" : "",
		 filter_match(&f, &sealed, NOW) ? "x" : "");
	return letters;
}

static void test_grammar(void **state)
{
	static const struct {
		const char *text, *pass;
	} rows[] = {
		{ "", "spx" },
		{ "   ", "spx" },
		{ "order", "p" },
		{ "ORDER", "p" },
		{ "!order", "sx" },
		{ "4d51", "s" },
		{ "key:", "s" },
		{ "esc:", "x" },
		{ "nosuch", "" },
		{ "!", "" },
		{ "/ order", "p" },
		{ "use>50", "p" },
		{ "use>=50", "sp" },
		{ "use>=50%", "sp" },
		{ "USE%<60", "s" },
		{ "use<=50", "s" },
		{ "use=70", "p" },
		{ "use!=70", "s" },
		{ "!use=70", "sx" },
		{ "messages>4", "p" },
		{ "msgs=4", "s" },
		{ "bytes>=8K", "s" },
		{ "bytes>8K", "" },
		{ "qbytes=16KiB", "s" },
		{ "user=jo", "sx" },
		{ "owner=jo", "sx" },
		{ "user!=jo", "p" },
		{ "user=j", "" },
		{ "uid=7", "sx" },
		{ "kind=posix", "px" },
		{ "kind!=posix", "s" },
		{ "kind=sysv user=jo", "s" },
		{ "kind=posix user=jo", "x" },
		{ "key=0x4d510001", "s" },
		{ "queue=/Orders", "p" },
		{ "name=/orders", "" },
		{ "mode=640", "s" },
		{ "mode=0640", "s" },
		{ "waiting>2", "s" },
		{ "wait=0", "" },
		{ "last>1m", "s" },
		{ "last<1m", "" },
		{ "last=120", "s" },
		{ "ctime>1h", "s" },
		{ "received>0", "" },
		{ "net<0", "s" },
		{ "net/s=-1.5", "s" },
		{ "net>-1.6", "s" },
		{ "net>+0.5", "" },
		/* Not a field: text. */
		{ "full", "" },
		{ "!full", "spx" },
		{ "WAITING", "s" },
		{ "empty", "" },
		{ "idle", "" },
		{ "!idle", "spx" },
		{ "0x4D510001", "s" },
		{ "0x04d510001", "s" },
		{ "0x4d51", "s" },
		{ "0x1", "" },
		{ "=", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *got = passing(rows[i].text);

		if (strcmp(got, rows[i].pass))
			fail_msg("'%s' lets '%s' through", rows[i].text, got);
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "usage>50", "no column is called 'usage'; did you mean 'use'?" },
		{ "mesages=1", "no column is called 'mesages'; did you mean 'messages'?" },
		{ "colour=red", "no column is called 'colour'" },
		{ "history=1", "no column is called 'history'" },
		{ "!\x1b=1", "no column is called '\\x1b'" },
		{ "use>", "'use>' lacks a value" },
		{ "user=", "'user=' lacks a value" },
		{ "use>x", "'x' is not a value of USE%" },
		{ "use>-1", "'-1' is not a value of USE%" },
		{ "use>%", "'%' is not a value of USE%" },
		{ "bytes>1X", "'1X' is not a value of BYTES" },
		{ "mode=9", "'9' is not a value of MODE" },
		{ "last>soon", "'soon' is not a value of LAST" },
		{ "net>1m", "'1m' is not a value of NET/s" },
		{ "net>", "'net>' lacks a value" },
		{ "user<jo", "OWNER can only be compared with = and !=" },
		{ "ok use>\x1b", "'\\x1b' is not a value of USE%" },
		{ "1 2 3 4 5 6 7 8 9", "a filter has at most 8 terms" },
	};
	char longest[FILTER_TEXT + 1];
	struct refusal error;
	struct filter f = { .n = 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(filter_parse(&f, rows[i].text, &error), -EINVAL);
		assert_string_equal(error.text, rows[i].error);
		assert_int_equal(f.n, 0);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[FILTER_TEXT] = '\0';
	assert_int_equal(filter_parse(&f, longest, &error), -EINVAL);
	assert_string_equal(error.text, "a filter has at most 127 bytes");
	longest[FILTER_TEXT - 1] = '\0';
	assert_int_equal(filter_parse(&f, longest, &error), 0);
}

/* A filter is a plain value. */
static void test_copies(void **state)
{
	struct refusal error;
	struct filter f, copy;

	(void)state;
	assert_int_equal(filter_parse(&f, "user=jo order", &error), 0);
	copy = f;
	memset(&f, 0xff, sizeof(f));
	assert_false(filter_match(&copy, &posix, NOW));
	assert_int_equal(filter_parse(&f, "order", &error), 0);
	assert_true(filter_match(&f, &posix, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grammar),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
