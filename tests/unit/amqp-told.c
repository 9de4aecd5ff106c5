/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-told.c - tests of what RabbitMQ's words mean, whatever the names in them are
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "queue/amqp-told.h"

static void means(const char *text, enum told_meaning meaning)
{
	if (told_meaning(text, strlen(text)) != meaning)
		fail_msg("not %d: %s", (int)meaning, text);
}

/* In the words of RabbitMQ 3.10. */
static void test_meaning(void **state)
{
	(void)state;
	means("NOT_FOUND - no queue 'jobs' in vhost '/'", TOLD_NO_QUEUE);
	means("NOT_ALLOWED - vhost jobs not found", TOLD_NO_VHOST);
	means("NOT_FOUND - home node 'rabbit@a' of durable queue 'jobs' in vhost '/' is down or"
	      " inaccessible",
	      TOLD_DOWN);
	means("NOT_FOUND - queue 'jobs' in vhost '/' process is stopped by supervisor", TOLD_DOWN);
	means("NOT_FOUND - queue 'jobs' in vhost '/' has crashed and failed to restart", TOLD_DOWN);
	means("NOT_ALLOWED - access to vhost '/' refused for user 'guest': vhost '/' is down",
	      TOLD_DOWN);
	means("PRECONDITION_FAILED - message size 600 is larger than configured max size 500",
	      TOLD_TOO_LARGE);
	means("PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value"
	      " used: 10000 ms. This timeout value can be configured, see consumers doc guide to"
	      " learn more",
	      TOLD_ACK_TIMEOUT);
	means("PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'jobs' in vhost '/':"
	      " received none but current is the value '5' of type 'signedint'",
	      TOLD_NOT_EQUAL);
	means("ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN", TOLD_OTHER);
	means("NOT_ALLOWED - access to vhost 'jobs' refused for user 'me'", TOLD_OTHER);
	means("PRECONDITION_FAILED - unknown delivery tag 7", TOLD_OTHER);
	means("", TOLD_OTHER);
}

static void test_names_mean_nothing(void **state)
{
	char cut[256] = "NOT_FOUND - no queue '";

	(void)state;
	means("NOT_FOUND - no queue 'go down' in vhost '/'", TOLD_NO_QUEUE);
	means("NOT_FOUND - no queue 'home node' in vhost 'is down'", TOLD_NO_QUEUE);
	means("ACCESS_REFUSED - access to queue 'not found' in vhost '/' refused for user 'is down'",
	      TOLD_OTHER);
	means("PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'message size' in vhost '/'",
	      TOLD_NOT_EQUAL);
	means("NOT_ALLOWED - access to vhost 'x' refused for user 'vhost not found'", TOLD_OTHER);
	/* Cut at 255 bytes, in the middle of a name. */
	memset(cut + strlen(cut), 'x', 255 - strlen(cut));
	strcpy(cut + 255 - strlen("' is down"), "' is down");
	means(cut, TOLD_NO_QUEUE);
	memcpy(cut, "ACCESS_REFUSED", strlen("ACCESS_REFUSED"));
	means(cut, TOLD_OTHER);
}

static void test_explanation(void **state)
{
	(void)state;
	assert_non_null(strstr(told_explanation(TOLD_DOWN), "down"));
	assert_non_null(strstr(told_explanation(TOLD_ACK_TIMEOUT), "consumer_timeout"));
	assert_null(told_explanation(TOLD_OTHER));
	assert_null(told_explanation(TOLD_NO_QUEUE));
}

static void test_versions(void **state)
{
	(void)state;
	assert_false(told_limits_deliveries("3.10.8"));
	assert_false(told_limits_deliveries("3.13.7"));
	assert_true(told_limits_deliveries("4.0.2"));
	assert_true(told_limits_deliveries("4.1.0-rc.1"));
	assert_true(told_limits_deliveries("10.0"));
	assert_false(told_limits_deliveries(""));
	assert_false(told_limits_deliveries("unknown"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_meaning),
		cmocka_unit_test(test_names_mean_nothing),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_explanation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
