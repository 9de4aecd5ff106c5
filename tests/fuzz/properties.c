/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encoded properties of a message of AMQP: what is written as JSON is read as what is written as the same
 * again; and what is withheld leaves properties that are whole.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "queue/amqp-properties.h"
#include "show/json-properties.h"

#if HAVE_JANSSON
static void read_again(const struct buffer *json)
{
	struct buffer line = { 0 }, body = { 0 }, again = { 0 };
	struct json_error error = { 0 };
	struct message m = { 0 };
	int rc;

	buffer_printf(&line, "{\"body\":\"\",%.*s}", (int)json->len, json->data);
	rc = json_read_message(line.data, line.len, &m, &body, &error);
	/* A broker has no other expiration, nor so much. */
	fuzz_check(rc == 0 || strstr(json->data, "expiration") || json->len > PROPERTIES_MAX / 2);
	if (rc == 0 && m.properties_len > 0) {
		json_put_properties(&again, m.properties, m.properties_len);
		fuzz_check(again.len == json->len && !memcmp(again.data, json->data, json->len));
	}
	buffer_free(&again);
	buffer_free(&body);
	buffer_free(&line);
}
#else
static void read_again(const struct buffer *json)
{
	(void)json;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct buffer json = { 0 }, memory = { 0 }, left = { 0 };
	struct properties p;

	json_put_properties(&json, text, size);
	(void)buffer_string(&json);
	fuzz_check(utf8_valid(json.data, json.len));
	if (properties_parse(&p, text, size)) {
		/* The broker has a say in these before mqtool has. */
		if (!p.of[PROPERTY_DELIVERY_MODE].data && !p.of[PROPERTY_PRIORITY].data)
			read_again(&json);
		(void)properties_withhold(&p, "guest", &memory);
		properties_put(&left, &p);
		fuzz_check(properties_parse(&p, left.data, left.len));
		fuzz_check(!properties_withhold(&p, "guest", &memory));
	}
	buffer_free(&left);
	buffer_free(&memory);
	buffer_free(&json);
	free(text);
	return 0;
}
