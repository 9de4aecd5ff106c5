/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-properties.c - tests of the encoding of what a message of AMQP carries
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/amqp-properties.h"

/* content_type "t", headers with a number and an array, timestamp, user_id "me". */
#define HEADERS "\1aI\0\0\0\5\1bA\0\0\0\2t\1"
static const char some[] = "\xa0\x50"
			   "\1t"
			   "\0\0\0\x10" HEADERS "\0\0\0\0\0\0\1\2"
			   "\2me";
#define SOME (sizeof(some) - 1)

static void is(const struct property_bytes *bytes, const char *text, size_t len)
{
	assert_int_equal(bytes->len, len);
	assert_memory_equal(bytes->data, text, len);
}

static void test_apart_and_together(void **state)
{
	struct buffer b = { 0 };
	struct properties p;

	(void)state;
	assert_true(properties_parse(&p, some, SOME));
	is(&p.of[PROPERTY_CONTENT_TYPE], "t", 1);
	is(&p.of[PROPERTY_HEADERS], HEADERS, 16);
	is(&p.of[PROPERTY_USER_ID], "me", 2);
	assert_int_equal(property_number(p.of[PROPERTY_TIMESTAMP].data, 8), 0x102);
	assert_null(p.of[PROPERTY_TYPE].data);
	assert_false(properties_empty(&p));
	properties_put(&b, &p);
	assert_int_equal(b.len, SOME);
	assert_memory_equal(b.data, some, SOME);
	buffer_free(&b);
}

/* From memory of exactly that size. */
static bool parses(const char *data, size_t len)
{
	char *exact = malloc(len ? len : 1);
	struct properties p;
	bool good;

	assert_non_null(exact);
	memcpy(exact, data, len);
	good = properties_parse(&p, exact, len);
	free(exact);
	return good;
}

static void test_not_whole(void **state)
{
	char more[SOME + 1] = { 0 };

	(void)state;
	for (size_t len = 0; len < SOME; len++)
		assert_false(parses(some, len));
	memcpy(more, some, SOME);
	assert_false(parses(more, sizeof(more)));
	assert_true(parses("\0\0", 2));
}

static void test_names(void **state)
{
	struct properties none;

	(void)state;
	assert_true(properties_parse(&none, "\0\0", 2) && properties_empty(&none));
	assert_string_equal(property_name(PROPERTY_CONTENT_TYPE), "content_type");
	assert_string_equal(property_name(PROPERTY_CLUSTER_ID), "cluster_id");
	assert_int_equal(property_flag(PROPERTY_CONTENT_TYPE), 0x8000);
	assert_int_equal(property_flag(PROPERTY_CLUSTER_ID), 0x0004);
	assert_int_equal(property_form(PROPERTY_PRIORITY), PROPERTY_OCTET);
}

/* Each kind of value, from memory that ends with it; and cut. */
static void test_values(void **state)
{
	static const struct {
		const char *bytes;
		size_t len, size;
	} values[] = {
		{ "V", 1, 0 },
		{ "t\1", 2, 1 },
		{ "b\1", 2, 1 },
		{ "B\1", 2, 1 },
		{ "s\1\2", 3, 2 },
		{ "u\1\2", 3, 2 },
		{ "I\1\2\3\4", 5, 4 },
		{ "i\1\2\3\4", 5, 4 },
		{ "f\1\2\3\4", 5, 4 },
		{ "D\1\2\3\4\5", 6, 5 },
		{ "l\1\2\3\4\5\6\7\x8", 9, 8 },
		{ "L\1\2\3\4\5\6\7\x8", 9, 8 },
		{ "d\1\2\3\4\5\6\7\x8", 9, 8 },
		{ "T\1\2\3\4\5\6\7\x8", 9, 8 },
		{ "S\0\0\0\2ab", 7, 2 },
		{ "x\0\0\0\0", 5, 0 },
		{ "A\0\0\0\1V", 6, 1 },
		{ "F\0\0\0\3\1aV", 8, 3 },
	};
	struct property_bytes rest;
	struct property_value v;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		rest = (struct property_bytes){ values[i].bytes, values[i].len };
		assert_true(property_next_value(&rest, &v));
		assert_int_equal(rest.len, 0);
		assert_int_equal(v.kind, values[i].bytes[0]);
		assert_int_equal(v.bytes.len, values[i].size);
		for (size_t len = 0; len < values[i].len; len++) {
			rest = (struct property_bytes){ values[i].bytes, len };
			assert_false(property_next_value(&rest, &v));
		}
	}
	rest = (struct property_bytes){ "?\1", 2 };
	assert_false(property_next_value(&rest, &v));
}

/* What is left of the properties of user_id "me" for a user: its encoding, after the flags. */
static void withholds(const char *headers, size_t len, const char *user, bool withheld,
		      const char *left, size_t left_len)
{
	struct properties p = { 0 };
	struct buffer memory = { 0 };

	if (headers)
		p.of[PROPERTY_HEADERS] = (struct property_bytes){ headers, len };
	p.of[PROPERTY_USER_ID] = (struct property_bytes){ "me", 2 };
	assert_int_equal(properties_withhold(&p, user, &memory), withheld);
	assert_int_equal(p.of[PROPERTY_USER_ID].data != NULL, strcmp(user, "me") == 0);
	assert_int_equal(p.of[PROPERTY_HEADERS].len, left_len);
	if (left)
		assert_memory_equal(p.of[PROPERTY_HEADERS].data, left, left_len);
	assert_int_equal(p.of[PROPERTY_HEADERS].data != NULL, left != NULL);
	buffer_free(&memory);
}

static void test_withhold(void **state)
{
	(void)state;
	withholds(NULL, 0, "me", false, NULL, 0);
	withholds(NULL, 0, "you", true, NULL, 0);
	withholds(NULL, 0, "", true, NULL, 0);
	withholds("", 0, "me", false, "", 0);
	withholds("\1aV", 3, "me", false, "\1aV", 3);
	withholds("\2CCV\1aV", 7, "me", true, "\1aV", 3);
	withholds("\1aV\3BCCV", 8, "me", true, "\1aV", 3);
	withholds("\2CCV", 4, "me", true, NULL, 0);
	withholds("\2ccV", 4, "me", false, "\2ccV", 4);
	withholds("\x10x-delivery-countV\1aV", 21, "me", false, "\1aV", 3);
	withholds("\x10x-acquired-countV", 18, "me", false, NULL, 0);
	withholds("\2CCV\1a", 6, "me", true, "\1a", 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart_and_together),
		cmocka_unit_test(test_not_whole),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_withhold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
