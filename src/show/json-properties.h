/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-properties.h - what a message of AMQP carries besides its body, as JSON and back
 *
 * An object with AMQP's names.  Of the types of a header's value JSON has strings, true and false,
 * null, arrays and tables (objects); a whole number stands for one of 32 bits or, beyond these, of
 * 64, any other number for a double.  Whatever else there is, or would not be exact as such a
 * value, is an object with one member: "$int64": 5, "$timestamp": 1700000000, "$bytes": "base64".
 * So what is written is read as the same bytes.
 */
#ifndef MQTOOL_JSON_PROPERTIES_H
#define MQTOOL_JSON_PROPERTIES_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"
#include "show/json.h"

/* The deepest nesting of tables and arrays, counting the headers themselves; deeper ones are
 * "$encoded". */
#define JSON_LEVELS_MAX 64

/* Appends `"properties":{...}` for the encoded properties. */
void json_put_properties(struct buffer *b, const char *properties, size_t len);

/* A type of header value that JSON does not have, and the name of the one member of its object. */
struct json_form {
	const char *name;
	char kind;    /* RabbitMQ's letter; 0: a whole encoded value */
	size_t bytes; /* for a whole number */
	bool has_sign;
};
/* All of those types, ended by one without a name. */
extern const struct json_form json_forms[];

/*
 * Appends the encoding of `value`, the member "properties" of a line, its index-th; value is a
 * json_t (jansson).  Returns 0, -ENOMEM, or -EINVAL with *error and its place in the line.
 */
int json_read_properties(const void *value, size_t index, const char *line, size_t len,
			 struct buffer *b, struct json_error *error) _must_check_;

#endif
