/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-properties.c - tests of the properties of a message of AMQP as JSON: each form both ways, and what
 * is refused where
 */
#include "config.h"

#include <errno.h>
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
#include "show/json-properties.h"
#include "show/json.h"

#if HAVE_JANSSON

/* Values of a header, as JSON and encoded. */
static const struct {
	const char *json;
	const char *bytes;
	size_t len;
} values[] = {
#define BYTES(text) text, sizeof(text) - 1
	{ "null", BYTES("V") },
	{ "true", BYTES("t\1") },
	{ "false", BYTES("t\0") },
	{ "\"\"", BYTES("S\0\0\0\0") },
	{ "\"a\\u0000\u00fc\"", BYTES("S\0\0\0\4a\0\xc3\xbc") },
	{ "{\"$string\":\"/w==\"}", BYTES("S\0\0\0\1\xff") },
	{ "{\"$bytes\":\"YQ==\"}", BYTES("x\0\0\0\1a") },
	{ "5", BYTES("I\0\0\0\5") },
	{ "-2147483648", BYTES("I\x80\0\0\0") },
	{ "2147483648", BYTES("l\0\0\0\0\x80\0\0\0") },
	{ "-9007199254740992", BYTES("l\xff\xe0\0\0\0\0\0\0") },
	{ "{\"$int64\":5}", BYTES("l\0\0\0\0\0\0\0\5") },
	{ "{\"$int64\":\"9007199254740993\"}", BYTES("l\0\x20\0\0\0\0\0\1") },
	{ "{\"$int64\":\"-9223372036854775808\"}", BYTES("l\x80\0\0\0\0\0\0\0") },
	{ "{\"$uint64\":\"18446744073709551615\"}", BYTES("L\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "{\"$int8\":-128}", BYTES("b\x80") },
	{ "{\"$uint8\":255}", BYTES("B\xff") },
	{ "{\"$int16\":-1}", BYTES("s\xff\xff") },
	{ "{\"$uint16\":65535}", BYTES("u\xff\xff") },
	{ "{\"$uint32\":4294967295}", BYTES("i\xff\xff\xff\xff") },
	{ "{\"$timestamp\":1700000000}", BYTES("T\0\0\0\0\x65\x53\xf1\0") },
	{ "{\"$double\":1}", BYTES("d\x3f\xf0\0\0\0\0\0\0") },
	{ "{\"$double\":-0.0}", BYTES("d\x80\0\0\0\0\0\0\0") },
	{ "0.1", BYTES("d\x3f\xb9\x99\x99\x99\x99\x99\x9a") },
	{ "{\"$double\":1e+100}", BYTES("d\x54\xb2\x49\xad\x25\x94\xc3\x7d") },
	{ "5e-324", BYTES("d\0\0\0\0\0\0\0\1") },
	{ "{\"$double\":\"0x7ff0000000000000\"}", BYTES("d\x7f\xf0\0\0\0\0\0\0") },
	{ "{\"$double\":\"0xfff8000000000001\"}", BYTES("d\xff\xf8\0\0\0\0\0\1") },
	{ "{\"$float\":0.1}", BYTES("f\x3d\xcc\xcc\xcd") },
	{ "{\"$float\":1}", BYTES("f\x3f\x80\0\0") },
	{ "{\"$float\":\"0x7fc00000\"}", BYTES("f\x7f\xc0\0\0") },
	{ "{\"$decimal\":\"12.34\"}", BYTES("D\2\0\0\4\xd2") },
	{ "{\"$decimal\":\"0.001\"}", BYTES("D\3\0\0\0\1") },
	{ "{\"$decimal\":\"4294967295\"}", BYTES("D\0\xff\xff\xff\xff") },
	{ "[]", BYTES("A\0\0\0\0") },
	{ "[1,[null]]", BYTES("A\0\0\0\x0bI\0\0\0\1A\0\0\0\1V") },
	{ "{}", BYTES("F\0\0\0\0") },
	{ "{\"a\":null,\"\":{\"b\":true}}", BYTES("F\0\0\0\x0d\1aV\0F\0\0\0\4\1bt\1") },
	{ "{\"$a\":null,\"b\":null}", BYTES("F\0\0\0\7\2$aV\1bV") },
	/* Tables that would be something else as an object. */
	{ "{\"$table\":[[\"$a\",null]]}", BYTES("F\0\0\0\4\2$aV") },
	{ "{\"$table\":[[\"a\",1],[\"a\",null]]}", BYTES("F\0\0\0\x0a\1aI\0\0\0\1\1aV") },
	{ "{\"$table\":[[{\"$string\":\"/w==\"},null]]}", BYTES("F\0\0\0\3\1\xffV") },
	{ "{\"$table\":[[\"\\u0000\",null]]}", BYTES("F\0\0\0\3\1\0V") },
};

/* Properties of one header "h". */
static void put_header(struct buffer *b, const char *bytes, size_t len)
{
	property_put_number(b, property_flag(PROPERTY_HEADERS), 2);
	property_put_number(b, 2 + len, 4);
	buffer_put(b, "\1h", 2);
	buffer_put(b, bytes, len);
}

/* Reads a line; body and properties are the test's to free with it. */
static int read_line(const char *line, struct message *m, struct buffer *body,
		     struct json_error *error)
{
	size_t len = strlen(line);
	char *exact = malloc(len);
	int rc;

	assert_non_null(exact);
	memcpy(exact, line, len);
	rc = json_read_message(exact, len, m, body, error);
	free(exact);
	return rc;
}

static void reads(const char *json, const char *encoded, size_t len)
{
	struct buffer line = { 0 }, body = { 0 };
	struct json_error error;
	struct message m;

	buffer_printf(&line, "{\"body\":\"x\",%s}", json);
	if (read_line(buffer_string(&line), &m, &body, &error) != 0)
		fail_msg("%s: column %d: %s", line.data, error.column, error.text);
	assert_int_equal(m.len, 1);
	assert_int_equal(*m.data, 'x');
	if (m.properties_len != len || (len && memcmp(m.properties, encoded, len) != 0))
		fail_msg("%s: read as other bytes", line.data);
	buffer_free(&body);
	buffer_free(&line);
}

static void test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		struct buffer encoded = { 0 }, json = { 0 }, wanted = { 0 };

		put_header(&encoded, values[i].bytes, values[i].len);
		json_put_properties(&json, encoded.data, encoded.len);
		buffer_printf(&wanted, "\"properties\":{\"headers\":{\"h\":%s}}", values[i].json);
		assert_string_equal(buffer_string(&json), buffer_string(&wanted));
		reads(buffer_string(&json), encoded.data, encoded.len);
		buffer_free(&wanted);
		buffer_free(&json);
		buffer_free(&encoded);
	}
}

/* Other ways to write a value, which only the reader knows. */
static void test_other_forms(void **state)
{
	static const struct {
		const char *json, *bytes;
		size_t len;
	} rows[] = {
		{ "{\"$int32\":5}", BYTES("I\0\0\0\5") },
		{ "{\"$int8\":\"-5\"}", BYTES("b\xfb") },
		{ "2.0", BYTES("d\x40\0\0\0\0\0\0\0") },
		{ "{\"$double\":0.5}", BYTES("d\x3f\xe0\0\0\0\0\0\0") },
		{ "{\"$string\":\"YQ==\"}", BYTES("S\0\0\0\1a") },
		{ "{\"$table\":[]}", BYTES("F\0\0\0\0") },
		{ "{\"$encoded\":\"SQAAAAU=\"}", BYTES("I\0\0\0\5") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct buffer json = { 0 }, encoded = { 0 };

		put_header(&encoded, rows[i].bytes, rows[i].len);
		buffer_printf(&json, "\"properties\":{\"headers\":{\"h\":%s}}", rows[i].json);
		reads(buffer_string(&json), encoded.data, encoded.len);
		buffer_free(&json);
		buffer_free(&encoded);
	}
}

static void test_all_properties(void **state)
{
	static const char json[] =
		"\"properties\":{\"content_type\":\"a\",\"content_encoding\":\"b\",\"headers\":{},"
		"\"correlation_id\":\"c\",\"reply_to\":{\"$string\":\"/w==\"},"
		"\"expiration\":\"4294967295\",\"message_id\":\"\","
		"\"timestamp\":\"18446744073709551615\",\"type\":\"d\",\"user_id\":\"e\","
		"\"app_id\":\"f\",\"cluster_id\":\"g\"}";
	static const char encoded[] = "\xe7\xfc\1a\1b\0\0\0\0\1c\1\xff\x0a"
				      "4294967295\0\xff\xff\xff\xff\xff\xff\xff\xff\1d\1e\1f\1g";
	struct buffer b = { 0 };

	(void)state;
	reads(json, encoded, sizeof(encoded) - 1);
	json_put_properties(&b, encoded, sizeof(encoded) - 1);
	assert_string_equal(buffer_string(&b), json);
	buffer_free(&b);
	reads("\"properties\":{}", "", 0);
}

/* A type among them is told, as it takes the place of one that is a number. */
static void test_type(void **state)
{
	struct buffer body = { 0 };
	struct json_error error;
	struct message m;

	(void)state;
	assert_int_equal(
		read_line("{\"body\":\"\",\"properties\":{\"type\":\"x\"}}", &m, &body, &error), 0);
	assert_int_equal(m.have, MESSAGE_HAS_OTHER_TYPE);
	assert_int_equal(read_line("{\"body\":\"\",\"properties\":{\"app_id\":\"x\"}}", &m, &body,
				   &error),
			 0);
	assert_int_equal(m.have, 0);
	buffer_free(&body);
}

/* Arrays in one another, of so many levels. */
static void put_nested(struct buffer *b, unsigned int levels)
{
	for (unsigned int i = levels; i > 0; i--) {
		buffer_putc(b, 'A');
		property_put_number(b, 5 * (i - 1), 4);
	}
}

static void test_deep(void **state)
{
	(void)state;
	/* The headers are the first level. */
	for (unsigned int levels = JSON_LEVELS_MAX - 1; levels < JSON_LEVELS_MAX + 3; levels++) {
		struct buffer value = { 0 }, encoded = { 0 }, json = { 0 };

		put_nested(&value, levels);
		put_header(&encoded, value.data, value.len);
		json_put_properties(&json, encoded.data, encoded.len);
		assert_int_equal(strstr(buffer_string(&json), "$encoded") != NULL,
				 levels >= JSON_LEVELS_MAX);
		reads(buffer_string(&json), encoded.data, encoded.len);
		buffer_free(&json);
		buffer_free(&encoded);
		buffer_free(&value);
	}
}

/* More names than are compared. */
static void test_many(void **state)
{
	struct buffer table = { 0 }, encoded = { 0 }, json = { 0 };

	(void)state;
	for (int i = 0; i < 300; i++)
		buffer_printf(&table, "\3%03dV", i);
	property_put_number(&encoded, property_flag(PROPERTY_HEADERS), 2);
	property_put_number(&encoded, table.len, 4);
	buffer_put(&encoded, table.data, table.len);
	json_put_properties(&json, encoded.data, encoded.len);
	assert_non_null(strstr(buffer_string(&json), "\"headers\":{\"$table\":[[\"000\",null]"));
	reads(buffer_string(&json), encoded.data, encoded.len);
	buffer_free(&json);
	buffer_free(&encoded);
	buffer_free(&table);
}

/* ---- what is refused, and where ---- */

/* json: @ marks the value that is wrong. */
static void refuses(const char *json)
{
	const char *mark = strchr(json, '@');
	struct buffer line = { 0 }, body = { 0 };
	struct json_error error = { 0 };
	struct message m;
	int column;

	buffer_printf(&line, "{\"properties\": %.*s", (int)(mark - json), json);
	column = (int)line.len + 1;
	buffer_printf(&line, "%s ,\"body\":\"x\"}", mark + 1);
	if (read_line(buffer_string(&line), &m, &body, &error) != -EINVAL)
		fail_msg("%s: taken", json);
	if (error.column != column || !error.text[0])
		fail_msg("%s: column %d: %s", json, error.column, error.text);
	buffer_free(&body);
	buffer_free(&line);
}

static void test_refused(void **state)
{
	static const char *const rows[] = {
		"@5",
		"@\"content_type\"",
		"{\"a\":@1}",
		"{\"app_id\" : @5}",
		"{\"app_id\":@{\"$bytes\":\"\"}}",
		"{\"app_id\":{\"$string\":@\"=\"}}",
		"{\"message_id\":\"\\\"}]\",\"priority\":@1}",
		"{\"timestamp\":@\"-1\"}",
		"{\"timestamp\":@\"1\\u0000\"}",
		"{\"expiration\":@\"1 \"}",
		"{\"headers\":@[]}",
		"{\"headers\":{\"$table\":@{}}}",
		"{\"headers\":{\"$table\":[@[\"a\"]]}}",
		"{\"headers\":{\"$table\":[[\"a\",1],[@5,1]]}}",
		"{\"headers\":{\"x\":[{},[1,2],{\"a\":@{\"$none\":1}}]}}",
		"{\"headers\":{\"x\":[ \"],[\" , {\"$decimal\":@\".5\"}]}}",
		"{\"headers\":{\"x\":{\"$decimal\":@\"5.\"}}}",
		"{\"headers\":{\"x\":{\"$decimal\":@\"1.2.3\"}}}",
		"{\"headers\":{\"x\":{\"$decimal\":@\"4294967296\"}}}",
		"{\"headers\":{\"x\":{\"$uint8\":@-1}}}",
		"{\"headers\":{\"x\":{\"$int8\":@-129}}}",
		"{\"headers\":{\"x\":{\"$int64\":@1.0}}}",
		"{\"headers\":{\"x\":{\"$float\":@1e39}}}",
		"{\"headers\":{\"x\":{\"$float\":@\"1\"}}}",
		"{\"headers\":{\"x\":{\"$double\":@\"0x10000000000000000\"}}}",
		"{\"headers\":{\"x\":{\"$encoded\":@\"\"}}}",
		"{\"headers\":{\"x\":{\"$encoded\":@\"VlY=\"}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		refuses(rows[i]);
}

static void test_too_deep_or_large(void **state)
{
	struct buffer json = { 0 };

	(void)state;
	buffer_puts(&json, "{\"headers\":{\"h\":");
	for (int i = 1; i < JSON_LEVELS_MAX; i++)
		buffer_putc(&json, '[');
	buffer_puts(&json, "@[");
	for (int i = 0; i < JSON_LEVELS_MAX; i++)
		buffer_putc(&json, ']');
	buffer_puts(&json, "}}");
	refuses(buffer_string(&json));
	json.len = 0;
	buffer_puts(&json, "@{\"headers\":{\"h\":\"");
	for (size_t i = 0; i < PROPERTIES_MAX; i++)
		buffer_putc(&json, 'x');
	buffer_puts(&json, "\"}}");
	refuses(buffer_string(&json));
	buffer_free(&json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),         cmocka_unit_test(test_other_forms),
		cmocka_unit_test(test_all_properties), cmocka_unit_test(test_type),
		cmocka_unit_test(test_deep),           cmocka_unit_test(test_many),
		cmocka_unit_test(test_refused),        cmocka_unit_test(test_too_deep_or_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void test_built_without(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(test_built_without) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
