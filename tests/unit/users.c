/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * users.c - tests of USER[:GROUP] and of names of users and groups, with a user database of ours
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "base/util.h"
#include "show/users.h"

static char name_app[] = "app", name_1000[] = "1000", name_toor[] = "toor";
static char name_evil[] = "a\033[31m";

static struct passwd passwd_db[] = {
	{ .pw_name = name_app, .pw_uid = 500, .pw_gid = 600 },
	{ .pw_name = name_1000, .pw_uid = 7, .pw_gid = 8 },
	{ .pw_name = name_toor, .pw_uid = 500, .pw_gid = 601 },
	{ .pw_name = name_evil, .pw_uid = 501, .pw_gid = 601 },
};

static struct group group_db[] = {
	{ .gr_name = name_app, .gr_gid = 700 },
	{ .gr_name = name_1000, .gr_gid = 9 },
};

static int lookups;

struct passwd *__wrap_getpwnam(const char *name);
struct passwd *__wrap_getpwuid(uid_t uid);
struct group *__wrap_getgrnam(const char *name);
struct group *__wrap_getgrgid(gid_t gid);

struct passwd *__wrap_getpwnam(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(passwd_db); i++)
		if (strcmp(passwd_db[i].pw_name, name) == 0)
			return &passwd_db[i];
	return NULL;
}

struct passwd *__wrap_getpwuid(uid_t uid)
{
	size_t i;

	lookups++;
	for (i = 0; i < ARRAY_SIZE(passwd_db); i++)
		if (passwd_db[i].pw_uid == uid)
			return &passwd_db[i];
	return NULL;
}

struct group *__wrap_getgrnam(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(group_db); i++)
		if (strcmp(group_db[i].gr_name, name) == 0)
			return &group_db[i];
	return NULL;
}

struct group *__wrap_getgrgid(gid_t gid)
{
	size_t i;

	lookups++;
	for (i = 0; i < ARRAY_SIZE(group_db); i++)
		if (group_db[i].gr_gid == gid)
			return &group_db[i];
	return NULL;
}

#define BOTH (ATTR_OWNER | ATTR_GROUP)

static void test_owner(void **state)
{
	static const struct {
		const char *text;
		unsigned int have;
		uid_t uid;
		gid_t gid;
	} rows[] = {
		{ "app", ATTR_OWNER, 500, 0 },
		{ "app:app", BOTH, 500, 700 },
		{ "app:", BOTH, 500, 600 },
		{ "toor:", BOTH, 500, 601 }, /* the entry named, not the first of its uid */
		{ ":app", ATTR_GROUP, 0, 700 },
		{ "1000", ATTR_OWNER, 7, 0 }, /* a name wins over a number */
		{ ":1000", ATTR_GROUP, 0, 9 },
		{ "1000:1000", BOTH, 7, 9 },
		{ "500:", BOTH, 500, 600 },
		{ "0", ATTR_OWNER, 0, 0 },
		{ "42:43", BOTH, 42, 43 },
		{ "app:43", BOTH, 500, 43 },
		{ "042", ATTR_OWNER, 42, 0 },
		{ "4294967294:4294967294", BOTH, 4294967294u, 4294967294u },
	};
	struct refusal error;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct queue_attr attr = { .have = ATTR_MODE | BOTH };

		if (owner_parse(rows[i].text, &attr, &error) != 0)
			fail_msg("\"%s\": %s", rows[i].text, error.text);
		assert_int_equal(attr.have, ATTR_MODE | rows[i].have);
		if (rows[i].have & ATTR_OWNER)
			assert_int_equal(attr.uid, rows[i].uid);
		if (rows[i].have & ATTR_GROUP)
			assert_int_equal(attr.gid, rows[i].gid);
	}
}

static void test_owner_refused(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "'': neither a user nor a group is named" },
		{ ":", "':': neither a user nor a group is named" },
		{ "nobody-here", "'nobody-here': no such user" },
		{ "nobody-here:app", "'nobody-here': no such user" },
		{ "app:nobody-here", "'nobody-here': no such group" },
		{ ":nobody-here", "'nobody-here': no such group" },
		{ "app:app:app", "'app:app': no such group" },
		{ "app.app", "'app.app': no such user" },
		{ "42:", "'42': this user's login group is not known" },
		{ "-1", "'-1': no such user" },
		{ "+42", "'+42': no such user" },
		{ " 42", "' 42': no such user" },
		{ "42 ", "'42 ': no such user" },
		{ "0x2a", "'0x2a': no such user" },
		/* (uid_t)-1 tells chown(2) to leave the owner alone. */
		{ "4294967295", "'4294967295': no such user" },
		{ ":4294967295", "'4294967295': no such group" },
		{ "4294967296", "'4294967296': no such user" },
		{ "x\033[31m", "'x\\x1b[31m': no such user" },
	};
	struct refusal error;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct queue_attr attr = { .have = ATTR_MODE, .uid = 1, .gid = 2 };

		if (owner_parse(rows[i].text, &attr, &error) != -EINVAL)
			fail_msg("\"%s\" is accepted", rows[i].text);
		assert_string_equal(error.text, rows[i].error);
		assert_int_equal(attr.have, ATTR_MODE);
		assert_int_equal(attr.uid, 1);
		assert_int_equal(attr.gid, 2);
	}
}

static void test_owner_too_long(void **state)
{
	char text[4096];
	struct queue_attr attr = { 0 };
	struct refusal error;

	(void)state;
	memset(text, '\033', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(owner_parse(text, &attr, &error), -EINVAL);
	/* What is wrong still fits after the name. */
	assert_non_null(strstr(error.text, "no such user"));
	assert_true(strlen(error.text) < sizeof(error.text));
}

static void test_names(void **state)
{
	const char *first = user_name(500), *unknown;
	uint32_t id;

	(void)state;
	assert_string_equal(first, "app");
	assert_string_equal(user_name(501), name_evil); /* escaping is the caller's */
	assert_string_equal(group_name(700), "app");
	assert_string_equal(group_name(500), "500");
	unknown = user_name(4294967295u);
	assert_string_equal(unknown, "4294967295");

	/* Each is looked up once, even if it has no name, and stays in its place. */
	for (id = 1000; id < 3000; id++)
		user_name(id);
	lookups = 0;
	for (id = 1000; id < 3000; id++)
		user_name(id);
	assert_ptr_equal(user_name(500), first);
	assert_ptr_equal(user_name(4294967295u), unknown);
	group_name(700);
	assert_int_equal(lookups, 0);
	assert_string_equal(user_name(2345), "2345");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_owner_refused),
		cmocka_unit_test(test_owner_too_long),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
