/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-properties-read.c - the reader of what a message of AMQP carries besides its body
 */
#include "config.h"

#if HAVE_JANSSON
#include "show/json-properties.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/base64.h"
#include "base/parse.h"
#include "base/text.h"
#include "queue/amqp-properties.h"
#include "show/json-library.h"

/* RabbitMQ's limit: a message cannot expire later, in milliseconds. */
#define EXPIRATION_MAX UINT32_MAX

/* Where a value is: the members or elements that lead to it, from 0. */
struct place {
	const struct place *up; /* NULL: in the line itself */
	size_t index;
};

/* Properties being read. */
struct encoder {
	const char *line, *end;
	struct buffer *b;
	struct json_error *error;
	unsigned int level; /* tables and arrays around what is read */
};

/* ---- where it is wrong ---- */

static const char *skip_blanks(const char *p, const char *end)
{
	while (p < end && strchr(" \t\r\n", *p))
		p++;
	return p;
}

static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\')
			p++;
	return p + 1;
}

/* Skips a value, or the name of a member, in a line that is JSON. */
static const char *skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	do {
		if (*p == '"') {
			p = skip_string(p, end);
			continue;
		}
		depth += *p == '[' || *p == '{';
		depth -= *p == ']' || *p == '}';
		p++;
	} while (p < end && (depth > 0 || !strchr(" \t\r\n,:]}", *p)));
	return skip_blanks(p, end);
}

/* The value at a place, without the name of a member. */
static const char *find(const struct encoder *e, const struct place *at)
{
	const char *p, *after;

	if (!at)
		return skip_blanks(e->line, e->end);
	p = skip_blanks(find(e, at->up) + 1, e->end);
	for (size_t i = 0;; i++) {
		after = skip_value(p, e->end);
		if (after < e->end && *after == ':') {
			p = skip_blanks(after + 1, e->end);
			after = skip_value(p, e->end);
		}
		if (i == at->index || after >= e->end)
			return p;
		p = skip_blanks(after + 1, e->end);
	}
}

/* Refuses what is at a place: the text is translated. */
#define refuse(e, at, ...) json_refuse((e)->error, (int)(find(e, at) - (e)->line) + 1, __VA_ARGS__)

/* ---- texts ---- */

/* The one member of an object that stands for a form of a value, or NULL. */
static const json_t *find_form(const json_t *value, const char **name)
{
	void *iter;

	if (!json_is_object(value) || jansson.object_size(value) != 1)
		return NULL;
	iter = jansson.object_iter((json_t *)(uintptr_t)value);
	*name = jansson.object_iter_key(iter);
	return **name == '$' ? jansson.object_iter_value(iter) : NULL;
}

/* Appends the bytes that the base64 text encodes. */
static int put_base64(struct encoder *e, const json_t *value, const struct place *at)
{
	size_t len = json_is_string(value) ? jansson.string_length(value) : 0, n;
	char *out = buffer_reserve(e->b, len);

	if (!out)
		return -ENOMEM;
	if (!json_is_string(value) || base64_decode(out, jansson.string_value(value), len, &n) < 0)
		return refuse(e, at, _("this must be a string of base64"));
	e->b->len += n;
	return 0;
}

/* Appends the bytes of a string, or of the form for one that is not UTF-8. */
static int put_bytes(struct encoder *e, const json_t *value, const struct place *at)
{
	const struct place inside = { at, 0 };
	const json_t *coded;
	const char *form;

	if (json_is_string(value)) {
		buffer_put(e->b, jansson.string_value(value), jansson.string_length(value));
		return 0;
	}
	coded = find_form(value, &form);
	if (!coded || strcmp(form, "$string") != 0)
		return refuse(e, at, _("this must be a string"));
	return put_base64(e, coded, &inside);
}

/* Makes room for a length of n bytes, which is filled in at the end. */
static size_t begin_counted(struct encoder *e, size_t n)
{
	size_t start = e->b->len;

	property_put_number(e->b, 0, n);
	return start;
}

static void end_counted(struct encoder *e, size_t start, size_t n)
{
	size_t len = e->b->len - start - n;

	for (size_t i = 0; !e->b->failed && i < n; i++)
		e->b->data[start + i] = (char)(len >> (8 * (n - 1 - i)));
}

/* Appends a text or name with its length. */
static int put_text(struct encoder *e, const json_t *value, const struct place *at)
{
	size_t start = begin_counted(e, 1);
	int rc = put_bytes(e, value, at);

	if (rc == 0 && e->b->len - start - 1 > PROPERTY_TEXT_MAX)
		return refuse(e, at, _("this must not be longer than %d bytes"), PROPERTY_TEXT_MAX);
	end_counted(e, start, 1);
	return rc;
}

/* ---- numbers ---- */

/* The string of a value, or "" if it contains NUL. */
static const char *text_of(const json_t *value)
{
	const char *text = jansson.string_value(value);

	return strlen(text) == jansson.string_length(value) ? text : "";
}

/* A whole number; also as a string of digits, since not every reader takes it exactly. */
static bool read_signed(const json_t *value, int64_t min, int64_t max, int64_t *number)
{
	if (json_is_string(value))
		return parse_i64(text_of(value), min, max, number) == 0;
	*number = jansson.integer_value(value);
	return json_is_integer(value) && *number >= min && *number <= max;
}

static bool read_unsigned(const json_t *value, uint64_t max, uint64_t *number)
{
	if (json_is_string(value))
		return parse_u64(text_of(value), 0, max, number) == 0;
	*number = (uint64_t)jansson.integer_value(value);
	return json_is_integer(value) && jansson.integer_value(value) >= 0 && *number <= max;
}

static int put_whole(struct encoder *e, const struct json_form *form, const json_t *value,
		     const struct place *at)
{
	uint64_t max = UINT64_MAX >> (8 * (sizeof(max) - form->bytes)), number;
	int64_t top = (int64_t)(max >> 1), signed_number;

	if (form->has_sign) {
		if (!read_signed(value, -top - 1, top, &signed_number))
			return refuse(e, at,
				      _("this must be a whole number from %" PRId64 " to %" PRId64),
				      -top - 1, top);
		number = (uint64_t)signed_number;
	} else if (!read_unsigned(value, max, &number)) {
		return refuse(e, at, _("this must be a whole number from %" PRIu64 " to %" PRIu64),
			      UINT64_C(0), max);
	}
	property_put_number(e->b, number, form->bytes);
	return 0;
}

static uint64_t double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static uint64_t float_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Infinity and NaN are given by their bits. */
static int put_real(struct encoder *e, char kind, const json_t *value, const struct place *at)
{
	uint64_t max = kind == 'f' ? UINT32_MAX : UINT64_MAX, bits;
	double number = jansson.number_value(value);

	if (json_is_string(value)) {
		if (parse_hex(text_of(value), max, &bits) < 0)
			return refuse(e, at, _("this must be a number, or its bits from 0x"));
	} else if (!json_is_number(value) || (kind == 'f' && !isfinite((float)number))) {
		return refuse(e, at, _("this must be a number, or its bits from 0x"));
	} else {
		bits = kind == 'f' ? float_bits((float)number) : double_bits(number);
	}
	property_put_number(e->b, bits, kind == 'f' ? 4 : 8);
	return 0;
}

/* Digits with at most one point among them. */
static bool read_decimal(const char *text, size_t len, size_t *places, uint64_t *number)
{
	const char *point = memchr(text, '.', len);

	*number = 0;
	*places = point ? len - (size_t)(point - text) - 1 : 0;
	if (len == 0 || point == text || (point && *places == 0) || *places > UINT8_MAX)
		return false;
	for (const char *p = text; p < text + len; p++) {
		if (p == point)
			continue;
		if (*p < '0' || *p > '9')
			return false;
		*number = *number * 10 + (uint64_t)(*p - '0');
		if (*number > UINT32_MAX)
			return false;
	}
	return true;
}

static int put_decimal(struct encoder *e, const json_t *value, const struct place *at)
{
	uint64_t number;
	size_t places;

	if (!json_is_string(value) || !read_decimal(jansson.string_value(value),
						    jansson.string_length(value), &places, &number))
		return refuse(e, at,
			      _("this must be a string like \"12.34\", its digits at most %" PRIu32),
			      UINT32_MAX);
	property_put_number(e->b, places, 1);
	property_put_number(e->b, number, 4);
	return 0;
}

/* ---- values of headers ---- */

static int put_value(struct encoder *e, const json_t *value, const struct place *at);

static int put_elements(struct encoder *e, const json_t *array, const struct place *at)
{
	struct place inside = { at, 0 };
	int rc = 0;

	for (; rc == 0 && inside.index < jansson.array_size(array); inside.index++)
		rc = put_value(e, jansson.array_get(array, inside.index), &inside);
	return rc;
}

static int put_name(struct encoder *e, const char *name, const struct place *at)
{
	size_t len = strlen(name);

	if (len > PROPERTY_TEXT_MAX)
		return refuse(e, at, _("the name of this is longer than %d bytes"),
			      PROPERTY_TEXT_MAX);
	property_put_number(e->b, len, 1);
	buffer_put(e->b, name, len);
	return 0;
}

static int put_members(struct encoder *e, const json_t *object, const struct place *at)
{
	json_t *table = (json_t *)(uintptr_t)object;
	void *iter = jansson.object_iter(table);
	struct place inside = { at, 0 };
	int rc = 0;

	for (; rc == 0 && iter; iter = jansson.object_iter_next(table, iter)) {
		rc = put_name(e, jansson.object_iter_key(iter), &inside);
		if (rc == 0)
			rc = put_value(e, jansson.object_iter_value(iter), &inside);
		inside.index++;
	}
	return rc;
}

/* A table as a list of [name, value]. */
static int put_pairs(struct encoder *e, const json_t *list, const struct place *at)
{
	struct place inside = { at, 0 };
	int rc = 0;

	if (!json_is_array(list))
		return refuse(e, at, _("this must be an array of [name, value]"));
	for (; rc == 0 && inside.index < jansson.array_size(list); inside.index++) {
		const json_t *pair = jansson.array_get(list, inside.index);
		const struct place name = { &inside, 0 }, value = { &inside, 1 };

		if (!json_is_array(pair) || jansson.array_size(pair) != 2)
			return refuse(e, &inside, _("this must be an array of [name, value]"));
		rc = put_text(e, jansson.array_get(pair, 0), &name);
		if (rc == 0)
			rc = put_value(e, jansson.array_get(pair, 1), &value);
	}
	return rc;
}

/* Appends the elements of a table or array with their length. */
static int put_nested(struct encoder *e, const json_t *value, const struct place *at,
		      int (*put)(struct encoder *e, const json_t *value, const struct place *at))
{
	size_t start = begin_counted(e, 4);
	int rc;

	if (e->level == JSON_LEVELS_MAX)
		return refuse(e, at, _("this is within more than %d tables and arrays"),
			      JSON_LEVELS_MAX);
	e->level++;
	rc = put(e, value, at);
	e->level--;
	end_counted(e, start, 4);
	return rc;
}

/* A value in its encoded form, whole. */
static int put_encoded(struct encoder *e, const json_t *value, const struct place *at)
{
	size_t start = e->b->len;
	struct property_bytes rest;
	struct property_value v;
	int rc = put_base64(e, value, at);

	if (rc < 0)
		return rc;
	rest = (struct property_bytes){ e->b->data + start, e->b->len - start };
	if (!property_next_value(&rest, &v) || rest.len > 0)
		return refuse(e, at, _("this is not an encoded value"));
	return 0;
}

static int put_form(struct encoder *e, const struct json_form *form, const json_t *value,
		    const struct place *at)
{
	size_t start;
	int rc;

	if (!form->kind)
		return put_encoded(e, value, at);
	buffer_putc(e->b, form->kind);
	switch (form->kind) {
	case 'S':
	case 'x':
		start = begin_counted(e, 4);
		rc = put_base64(e, value, at);
		end_counted(e, start, 4);
		return rc;
	case 'F':
		return put_nested(e, value, at, put_pairs);
	case 'f':
	case 'd':
		return put_real(e, form->kind, value, at);
	case 'D':
		return put_decimal(e, value, at);
	default:
		return put_whole(e, form, value, at);
	}
}

static int put_object(struct encoder *e, const json_t *object, const struct place *at)
{
	const struct json_form *form = json_forms;
	const struct place inside = { at, 0 };
	const char *name;
	const json_t *value = find_form(object, &name);

	if (!value) {
		buffer_putc(e->b, 'F');
		return put_nested(e, object, at, put_members);
	}
	while (form->name && strcmp(form->name, name) != 0)
		form++;
	if (!form->name)
		return refuse(e, at, _("a header's value cannot have this form"));
	return put_form(e, form, value, &inside);
}

/* The narrower of the two types of whole numbers that need no form. */
static void put_integer(struct encoder *e, int64_t number)
{
	bool small = number >= INT32_MIN && number <= INT32_MAX;

	buffer_putc(e->b, small ? 'I' : 'l');
	property_put_number(e->b, (uint64_t)number, small ? 4 : 8);
}

static int put_value(struct encoder *e, const json_t *value, const struct place *at)
{
	size_t start;
	int rc = 0;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return put_object(e, value, at);
	case JSON_ARRAY:
		buffer_putc(e->b, 'A');
		return put_nested(e, value, at, put_elements);
	case JSON_STRING:
		buffer_putc(e->b, 'S');
		start = begin_counted(e, 4);
		rc = put_bytes(e, value, at);
		end_counted(e, start, 4);
		return rc;
	case JSON_INTEGER:
		put_integer(e, jansson.integer_value(value));
		return 0;
	case JSON_REAL:
		buffer_putc(e->b, 'd');
		return put_real(e, 'd', value, at);
	case JSON_TRUE:
	case JSON_FALSE:
		buffer_putc(e->b, 't');
		buffer_putc(e->b, json_is_true(value) ? 1 : 0);
		return 0;
	default:
		buffer_putc(e->b, 'V');
		return 0;
	}
}

/* ---- all of them ---- */

/* The broker refuses a message with any other, and others with it. */
static int check_expiration(struct encoder *e, const json_t *value, const struct place *at)
{
	uint64_t ms;

	if (json_is_string(value) && read_unsigned(value, EXPIRATION_MAX, &ms))
		return 0;
	return refuse(e, at, _("this must be milliseconds, a string of digits up to %" PRIu32),
		      EXPIRATION_MAX);
}

static int put_headers(struct encoder *e, const json_t *value, const struct place *at)
{
	const struct place inside = { at, 0 };
	const char *name;
	const json_t *pairs = find_form(value, &name);

	if (pairs && strcmp(name, "$table") == 0)
		return put_nested(e, pairs, &inside, put_pairs);
	if (!json_is_object(value) || pairs)
		return refuse(e, at, _("this must be an object"));
	return put_nested(e, value, at, put_members);
}

static int put_property(struct encoder *e, enum property which, const json_t *value,
			const struct place *at)
{
	static const struct json_form time = { "", 'T', 8, false };

	if (which == PROPERTY_EXPIRATION && check_expiration(e, value, at) < 0)
		return -EINVAL;
	switch (property_form(which)) {
	case PROPERTY_TEXT:
		return put_text(e, value, at);
	case PROPERTY_TABLE:
		return put_headers(e, value, at);
	default:
		return put_whole(e, &time, value, at);
	}
}

/* The members of the object, by meaning. */
struct members {
	const json_t *value[PROPERTIES];
	size_t index[PROPERTIES];
};

/* Numeric types and priorities are members of the message, and all messages are persistent. */
static enum property which_property(const char *name)
{
	unsigned int i = 0;

	while (i < PROPERTIES &&
	       (property_form(i) == PROPERTY_OCTET || strcmp(property_name(i), name) != 0))
		i++;
	return i;
}

static int find_members(struct encoder *e, const json_t *object, const struct place *at,
			struct members *m)
{
	json_t *table = (json_t *)(uintptr_t)object;
	void *iter = jansson.object_iter(table);
	struct place inside = { at, 0 };

	*m = (struct members){ 0 };
	for (; iter; iter = jansson.object_iter_next(table, iter)) {
		enum property which = which_property(jansson.object_iter_key(iter));

		if (which == PROPERTIES)
			return refuse(e, &inside, _("a message has no property of this name"));
		m->value[which] = jansson.object_iter_value(iter);
		m->index[which] = inside.index++;
	}
	return 0;
}

static int put_properties(struct encoder *e, const json_t *object, const struct place *at)
{
	struct members m;
	uint16_t flags = 0;
	int rc = find_members(e, object, at, &m);

	for (unsigned int i = 0; i < PROPERTIES; i++)
		flags |= m.value[i] ? property_flag(i) : 0;
	property_put_number(e->b, flags, 2);
	for (unsigned int i = 0; rc == 0 && i < PROPERTIES; i++) {
		const struct place inside = { at, m.index[i] };

		if (m.value[i])
			rc = put_property(e, i, m.value[i], &inside);
	}
	return rc;
}

int json_read_properties(const void *value, size_t index, const char *line, size_t len,
			 struct buffer *b, struct json_error *error)
{
	struct encoder e = { .line = line, .end = line + len, .b = b, .error = error };
	const struct place at = { NULL, index };
	size_t start = b->len;
	int rc;

	if (!json_is_object((const json_t *)value))
		return refuse(&e, &at, _("this must be an object"));
	if (jansson.object_size(value) == 0)
		return 0;
	rc = put_properties(&e, value, &at);
	if (rc == 0 && b->failed)
		return -ENOMEM;
	if (rc == 0 && b->len - start > PROPERTIES_MAX)
		return refuse(&e, &at, _("these take more than %zu bytes"), PROPERTIES_MAX);
	return rc;
}
#endif
