/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-secret.c - tests of where a password comes from, and of what is refused
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "base/util.h"
#include "queue/address.h"
#include "queue/amqp-secret.h"

static struct queue_address address(const char *text)
{
	struct refusal error = { "" };
	struct queue_address a;

	if (address_parse(&a, false, text, &error) < 0)
		fail_msg("%s: %s", text, error.text);
	return a;
}

static void test_lines(void **state)
{
	static const struct {
		const char *line, *address;
		int rc;
		const char *user, *password;
	} rows[] = {
		{ "", "h/q", 0, NULL, NULL },
		{ "# h:5672:/:u:p", "h/q", 0, NULL, NULL },
		{ "h:5672:/:u:p", "h/q", 1, "u", "p" },
		{ "H:5672:/:u:p", "h/q", 1, "u", "p" },
		{ "h:5672:/:u:p", "u@h/q", 1, "u", "p" },
		{ "h:5672:/:u:p", "v@h/q", 0, NULL, NULL },
		{ "h:5672:/:u:p", "h:1/q", 0, NULL, NULL },
		{ "h:5672:/:u:p", "g/q", 0, NULL, NULL },
		{ "h:5672:/:u:p", "h/v/q", 0, NULL, NULL },
		{ "h:5672:v:u:p", "h/v/q", 1, "u", "p" },
		{ "*:*:*:*:p", "x@h:7/v/q", 1, "x", "p" },
		{ "*:*:*:*:p", "h/q", 1, "guest", "p" },
		{ "b:7:*:*:p", "a,b:7,c/q", 1, "guest", "p" },
		{ "b:5672:*:*:p", "a,b:7,c/q", 0, NULL, NULL },
		{ "h:5672:/:u:a:b\\c ", "h/q", 1, "u", "a:b\\c " },
		{ "h:5672:/:u:", "h/q", 1, "u", "" },
		{ "\\:\\:1:5672:a\\\\b:u\\:v:p", "[::1]/a%5Cb/q", 1, "u:v", "p" },
		{ "h:5672:/:u", "h/q", -EINVAL, NULL, NULL },
		{ "password", "h/q", -EINVAL, NULL, NULL },
		{ "a:b", "h/q", -EINVAL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct queue_address a = address(rows[i].address);
		struct amqp_secret secret = { "", "" };
		int rc = amqp_secret_line(rows[i].line, &a, &secret);

		if (rc != rows[i].rc)
			fail_msg("%s for %s: %d", rows[i].line, rows[i].address, rc);
		if (rc <= 0)
			continue;
		assert_string_equal(secret.user, rows[i].user);
		assert_string_equal(secret.password, rows[i].password);
	}
}

static void test_long_lines(void **state)
{
	struct queue_address a = address("h/q");
	char line[AMQP_PASSWORD_MAX + 64];
	struct amqp_secret secret;

	(void)state;
	strcpy(line, "h:5672:/:u:");
	memset(line + 11, 'p', AMQP_PASSWORD_MAX);
	line[11 + AMQP_PASSWORD_MAX - 1] = '\0';
	assert_int_equal(amqp_secret_line(line, &a, &secret), 1);
	line[11 + AMQP_PASSWORD_MAX - 1] = 'p';
	line[11 + AMQP_PASSWORD_MAX] = '\0';
	assert_int_equal(amqp_secret_line(line, &a, &secret), -EINVAL);
	memset(line, 'h', 256);
	strcpy(line + 256, ":1:/:u:p");
	assert_int_equal(amqp_secret_line(line, &a, &secret), -EINVAL);
}

/* ---- files and the environment ---- */

static char path[] = "/tmp/mqtool-secret-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	unsetenv("MQTOOL_AMQP_PASSWORD");
	strcpy(path + strlen(path) - 6, "XXXXXX");
	close(mkstemp(path));
	return setenv("MQTOOL_AMQP_PASSFILE", path, 1);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return unsetenv("MQTOOL_AMQP_PASSFILE");
}

static void write_file(const char *text, mode_t mode)
{
	FILE *file;

	unlink(path); /* it may be one that not even its owner may write */
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void finds(const char *text, const char *user, const char *password)
{
	struct refusal error = { "" };
	struct queue_address a = address(text);
	struct amqp_secret secret;

	if (amqp_secret_find(&a, &secret, &error) < 0)
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(secret.user, user);
	assert_string_equal(secret.password, password);
	amqp_secret_wipe(&secret);
	assert_string_equal(secret.password, "");
}

static void refuses(const char *text, const char *why)
{
	struct refusal error = { "" };
	struct queue_address a = address(text);
	struct amqp_secret secret;

	assert_int_equal(amqp_secret_find(&a, &secret, &error), -EINVAL);
	if (!strstr(error.text, why))
		fail_msg("%s: %s", text, error.text);
	assert_string_equal(secret.password, "");
}

static void test_file(void **state)
{
	(void)state;
	write_file("# brokers\n\nh:5672:/:u:first\nh:*:*:*:second\n", 0600);
	finds("h/q", "u", "first");
	finds("x@h/q", "x", "second");
	finds("g/q", "guest", "guest");
	refuses("x@g/q", "no password for this user");
	write_file("h:5672:/:u:no newline", 0400);
	finds("h/q", "u", "no newline");
	write_file("h:5672:/:u:p\nnonsense\n", 0600);
	finds("h/q", "u", "p");
	refuses("g/q", "line 2");
}

static void test_file_of_others(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0700 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		write_file("h:5672:/:u:p\n", 0600);
		assert_int_equal(chmod(path, modes[i]), 0);
		refuses("h/q", "chmod 600");
	}
	assert_int_equal(setenv("MQTOOL_AMQP_PASSFILE", "/nonexistent/file", 1), 0);
	refuses("h/q", "cannot be read");
	assert_int_equal(setenv("MQTOOL_AMQP_PASSFILE", "/dev/null", 1), 0);
	refuses("h/q", "regular file");
}

static void test_home(void **state)
{
	char home[] = "/tmp/mqtool-home-XXXXXX", dir[64], file[80];

	(void)state;
	unsetenv("MQTOOL_AMQP_PASSFILE");
	assert_non_null(mkdtemp(home));
	setenv("HOME", home, 1);
	finds("h/q", "guest", "guest"); /* there is no such file */
	snprintf(dir, sizeof(dir), "%s/.config", home);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(dir, sizeof(dir), "%s/.config/mqtool", home);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(file, sizeof(file), "%s/amqp", dir);
	write_file("h:5672:/:u:at home\n", 0600);
	assert_int_equal(rename(path, file), 0);
	finds("h/q", "u", "at home");
	unlink(file);
	rmdir(dir);
	snprintf(dir, sizeof(dir), "%s/.config", home);
	rmdir(dir);
	rmdir(home);
	unsetenv("HOME");
	finds("h/q", "guest", "guest");
}

/* The variable is for the first broker that is asked for, in this whole process. */
static void test_variable(void **state)
{
	char large[AMQP_PASSWORD_MAX + 1];

	(void)state;
	write_file("h:5672:/:u:p\n", 0600);
	setenv("MQTOOL_AMQP_PASSWORD", "secret", 1);
	finds("h/q", "guest", "secret");
	finds("u@H/other", "u", "secret");
	refuses("h:1/q", "for one broker");
	refuses("g/q", "for one broker");
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	setenv("MQTOOL_AMQP_PASSWORD", large, 1);
	refuses("h/q", "too long");
	unsetenv("MQTOOL_AMQP_PASSWORD");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test_setup_teardown(test_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_file_of_others, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_home, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_variable, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
