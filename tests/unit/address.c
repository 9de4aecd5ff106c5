/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.c - tests of amqp:// names: what they mean, how they are printed, which are refused
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "base/util.h"
#include "queue/address.h"

static void test_read_and_print(void **state)
{
	static const struct {
		const char *text; /* behind amqp:// */
		struct queue_address address;
		const char *printed; /* NULL: as it was written */
	} rows[] = {
		{ "localhost/jobs", { false, 5672, "localhost", "", "/", "jobs" }, NULL },
		{ "localhost:5672/jobs",
		  { false, 5672, "localhost", "", "/", "jobs" },
		  "amqp://localhost/jobs" },
		{ "localhost:5671/jobs", { false, 5671, "localhost", "", "/", "jobs" }, NULL },
		{ "mq.example:1/v/q", { false, 1, "mq.example", "", "v", "q" }, NULL },
		{ "jo@127.0.0.1:65535/q", { false, 65535, "127.0.0.1", "jo", "/", "q" }, NULL },
		{ "[::1]/q", { false, 5672, "::1", "", "/", "q" }, NULL },
		{ "[::1]:99/q", { false, 99, "::1", "", "/", "q" }, NULL },
		{ "[fe80::1%eth0]/q", { false, 5672, "fe80::1%eth0", "", "/", "q" }, NULL },
		{ "h/%2F/q", { false, 5672, "h", "", "/", "q" }, "amqp://h/q" },
		{ "h/%2f%2F/a%2fb", { false, 5672, "h", "", "//", "a/b" }, "amqp://h/%2F%2F/a%2Fb" },
		{ "h/a%20b%25", { false, 5672, "h", "", "/", "a b%" }, NULL },
		{ "h/a:b@c", { false, 5672, "h", "", "/", "a:b@c" }, "amqp://h/a%3Ab%40c" },
		{ "h/%1B%5B31m", { false, 5672, "h", "", "/", "\033[31m" }, NULL },
		{ "h/caf%C3%A9", { false, 5672, "h", "", "/", "caf\xc3\xa9" }, NULL },
		{ "a%40b@h/q", { false, 5672, "h", "a@b", "/", "q" }, NULL },
		{ "a@b@h/q", { false, 5672, "h", "a@b", "/", "q" }, "amqp://a%40b@h/q" },
		{ "H-1_x.y~/q", { false, 5672, "H-1_x.y~", "", "/", "q" }, NULL },
		{ "a,b/q", { false, 5672, "a", "", "/", "q", ",b" }, NULL },
		{ "u@a:1,[::1]:2,b:5672,[::2]/v/q",
		  { false, 1, "a", "u", "v", "q", ",[::1]:2,b,[::2]" },
		  "amqp://u@a:1,[::1]:2,b,[::2]/v/q" },
	};
	char printed[QUEUE_NAME_TEXT], text[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct refusal error = { "" };
		struct queue_address a, again;

		if (address_parse(&a, false, rows[i].text, &error) != 0)
			fail_msg("%s: %s", rows[i].text, error.text);
		assert_string_equal(a.host, rows[i].address.host);
		assert_string_equal(a.user, rows[i].address.user);
		assert_string_equal(a.vhost, rows[i].address.vhost);
		assert_string_equal(a.queue, rows[i].address.queue);
		assert_string_equal(a.more, rows[i].address.more);
		assert_int_equal(a.port, rows[i].address.port);
		assert_false(a.tls);
		snprintf(text, sizeof(text), "amqp://%s", rows[i].text);
		assert_string_equal(address_text(&a, printed),
				    rows[i].printed ? rows[i].printed : text);
		/* What is printed means the same. */
		assert_int_equal(address_parse(&again, false, printed + strlen("amqp://"), &error),
				 0);
		assert_memory_equal(&a, &again, sizeof(a));
	}
}

static void test_tls(void **state)
{
	char printed[QUEUE_NAME_TEXT];
	struct refusal error;
	struct queue_address a;

	(void)state;
	assert_int_equal(address_parse(&a, true, "h/q", &error), 0);
	assert_true(a.tls);
	assert_int_equal(a.port, 5671);
	assert_string_equal(address_text(&a, printed), "amqps://h/q");
	assert_int_equal(address_parse(&a, true, "h:5672/q", &error), 0);
	assert_string_equal(address_text(&a, printed), "amqps://h:5672/q");
}

static void test_hosts(void **state)
{
	static const struct address_host wanted[] = { { "a", 1 }, { "::1", 5671 }, { "b", 2 } };
	char many[4000] = "a";
	struct address_host host;
	struct refusal error;
	struct queue_address a;
	size_t i;

	(void)state;
	assert_int_equal(address_parse(&a, true, "a:1,[::1],b:2/q", &error), 0);
	for (i = 0; address_host(&a, i, &host); i++) {
		assert_true(i < ARRAY_SIZE(wanted));
		assert_string_equal(host.name, wanted[i].name);
		assert_int_equal(host.port, wanted[i].port);
	}
	assert_int_equal(i, ARRAY_SIZE(wanted));
	for (i = 1; i < ADDRESS_HOSTS_MAX; i++)
		strcat(many, ",b");
	strcat(many, "/q");
	assert_int_equal(address_parse(&a, false, many, &error), 0);
	memmove(many + 2, many, strlen(many) + 1);
	memcpy(many, "c,", 2);
	assert_int_equal(address_parse(&a, false, many, &error), -EINVAL);
	assert_non_null(strstr(error.text, "too many hosts"));
	memset(many, 'h', 255);
	for (i = 1; i < 6; i++) {
		many[256 * i - 1] = ',';
		memset(many + 256 * i, 'h', 255);
	}
	strcpy(many + 256 * i - 1, "/q");
	assert_int_equal(address_parse(&a, false, many, &error), -EINVAL);
	assert_non_null(strstr(error.text, "too many hosts"));
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ "", "no host" },
		{ "/q", "no host" },
		{ ":5672/q", "no host" },
		{ "[]/q", "no host" },
		{ "[h]/q", "no host" },
		{ "[e80%eth0]/q", "no host" },
		{ "a b/q", "no host" },
		{ "-h/q", "no host" },
		{ "h\x1b/q", "no host" },
		{ "[::1/q", "bracket" },
		{ "[::1]x/q", "a slash, or a colon" },
		{ "a,/q", "no host" },
		{ ",a/q", "no host" },
		{ "a,,b/q", "no host" },
		{ "a,b:x/q", "from 1 to 65535" },
		{ "a,b", "no queue" },
		{ "h", "no queue" },
		{ "h/", "no queue" },
		{ "h/v/", "no queue" },
		{ "h//q", "an empty vhost" },
		{ "h/a/b/c", "too many slashes" },
		{ "h:/q", "from 1 to 65535" },
		{ "h:0/q", "from 1 to 65535" },
		{ "h:65536/q", "from 1 to 65535" },
		{ "h:99999999/q", "from 1 to 65535" },
		{ "h:+1/q", "from 1 to 65535" },
		{ "h:amqp/q", "from 1 to 65535" },
		{ "@h/q", "no user" },
		{ "u:p@h/q", "a password does not belong" },
		{ "u:@h/q", "a password does not belong" },
		{ "h/a b", "%20" },
		{ "h/a?b", "%XX" },
		{ "h/a#b", "%XX" },
		{ "h/\xc3\xa9", "%XX" },
		{ "h/a%", "two hex digits" },
		{ "h/a%2", "two hex digits" },
		{ "h/a%zz", "two hex digits" },
		{ "h/a%00", "contain NUL" },
		{ "h/%ff", "UTF-8" },
		{ "u%00@h/q", "contain NUL" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct refusal error = { "" };
		struct queue_address a;

		if (address_parse(&a, false, rows[i].text, &error) != -EINVAL)
			fail_msg("%s was not refused", rows[i].text);
		if (!strstr(error.text, rows[i].why))
			fail_msg("%s: %s", rows[i].text, error.text);
	}
}

/* 255 bytes of a name fit, and so does the longest text that is printed. */
static void test_lengths(void **state)
{
	char text[4096], printed[QUEUE_NAME_TEXT];
	struct refusal error;
	struct queue_address a;
	char *to;

	(void)state;
	to = text;
	for (int i = 0; i < 255; i++)
		to = stpcpy(to, "%2A");
	*to++ = '@';
	memset(to, 'h', 255);
	to += 255;
	to = stpcpy(to, ":65535/");
	for (int part = 0; part < 2; part++) {
		for (int i = 0; i < 255; i++)
			to = stpcpy(to, "%2A");
		*to++ = part ? '\0' : '/';
	}
	assert_int_equal(address_parse(&a, true, text, &error), 0);
	assert_int_equal(strlen(a.queue), 255);
	assert_string_equal(address_text(&a, printed) + strlen("amqps://"), text);
	strcpy(strrchr(text, '\0'), "x");
	assert_int_equal(address_parse(&a, true, text, &error), -EINVAL);
	assert_non_null(strstr(error.text, "255"));
	memset(text, 'h', 256);
	strcpy(text + 256, "/q");
	assert_int_equal(address_parse(&a, false, text, &error), -EINVAL);
}

static void test_same(void **state)
{
	struct queue_address a, b;
	struct refusal error;

	(void)state;
	assert_int_equal(address_parse(&a, false, "Host/v/q", &error), 0);
	assert_int_equal(address_parse(&b, false, "jo@host:5672/v/q", &error), 0);
	assert_true(address_same(&a, &b));
	assert_int_equal(address_parse(&b, false, "host/q", &error), 0);
	assert_false(address_same(&a, &b));
	assert_int_equal(address_parse(&b, false, "host/v/Q", &error), 0);
	assert_false(address_same(&a, &b));
	assert_int_equal(address_parse(&b, false, "host:1/v/q", &error), 0);
	assert_false(address_same(&a, &b));
	assert_int_equal(address_parse(&b, false, "other,host/v/q", &error), 0);
	assert_true(address_same(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_and_print), cmocka_unit_test(test_tls),
		cmocka_unit_test(test_hosts),          cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),        cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
