/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near.c - tests of distances between words and of the word that was probably meant
 */
#include "config.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/near.h"
#include "base/util.h"

static void test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		int distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "rm", 2 },
		{ "rm", "", 2 },
		{ "send", "send", 0 },
		{ "sned", "send", 1 },
		{ "sen", "send", 1 },
		{ "sendd", "send", 1 },
		{ "bend", "send", 1 },
		{ "esdn", "send", 2 },
		{ "nesd", "send", 2 },
		{ "recv", "create", 4 },
		/* Optimal string alignment: what was swapped is not edited again. */
		{ "ca", "abc", 3 },
		{ "1234567890123456789012345678901", "123456789012345678901234567890", 1 },
		{ "12345678901234567890123456789012", "1", INT_MAX },
		{ "1", "12345678901234567890123456789012", INT_MAX },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int distance = near_distance(rows[i].a, strlen(rows[i].a), rows[i].b);

		if (distance != rows[i].distance)
			fail_msg("\"%s\" to \"%s\": %d", rows[i].a, rows[i].b, distance);
	}
	/* Only len bytes of it count. */
	assert_int_equal(near_distance("type=5", 4, "type"), 0);
}

static void test_near_miss(void **state)
{
	static const char *const words[] = { "create", "send",         "recv",      "stat",
					     "rm",     "max-messages", "max-bytes", "help" };
	static const struct {
		const char *typed, *answer;
	} rows[] = {
		{ "sned", "send" },
		{ "crate", "create" },
		{ "craete", "create" },
		{ "rcv", "recv" },
		{ "recvv", "recv" },
		{ "rmm", "rm" },
		{ "stats", "stat" },
		{ "cre", "create" }, /* the beginning of a word */
		{ "max-b", "max-bytes" },
		{ "max", "max-messages" }, /* the first of two */
		{ "xx", NULL },            /* half of it would change */
		{ "r", NULL },
		{ "rx", NULL },
		{ "snde", NULL },
		{ "nesd", NULL },
		{ "abcd", NULL },
		{ "", NULL },
		{ "createcreatecreatecreatecreatecreate", NULL },
	};
	struct near_miss near;
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		near_begin(&near, rows[i].typed, strlen(rows[i].typed));
		for (j = 0; j < ARRAY_SIZE(words); j++)
			near_offer(&near, words[j], words[j]);
		if (!rows[i].answer && near_answer(&near))
			fail_msg("\"%s\": %s", rows[i].typed, near_answer(&near));
		if (rows[i].answer &&
		    (!near_answer(&near) || strcmp(near_answer(&near), rows[i].answer) != 0))
			fail_msg("\"%s\": %s", rows[i].typed, near_answer(&near));
	}
}

static void test_other_name(void **state)
{
	struct near_miss near;

	(void)state;
	near_begin(&near, "recieve", 7);
	near_offer(&near, "recv", "recv");
	near_offer(&near, "receive", "recv");
	assert_string_equal(near_answer(&near), "recv");
	/* What is nearer wins, wherever it stands. */
	near_begin(&near, "push", 4);
	near_offer(&near, "pull", "recv");
	near_offer(&near, "push", "send");
	near_offer(&near, "posh", "no");
	assert_string_equal(near_answer(&near), "send");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_near_miss),
		cmocka_unit_test(test_other_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
