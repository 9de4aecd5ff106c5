/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-properties-write.c - the writer of what a message of AMQP carries besides its body
 */
#include "config.h"

#include "show/json-properties.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "queue/amqp-properties.h"

/* The largest whole number up to which every reader's doubles are exact. */
#define EXACT_MAX (INT64_C(1) << 53)
/* The names of a larger table are not compared: that takes the square of their number. */
#define NAMES_MAX 256

const struct json_form json_forms[] = {
	{ "$string", 'S', 0, false },    { "$bytes", 'x', 0, false },
	{ "$int8", 'b', 1, true },       { "$uint8", 'B', 1, false },
	{ "$int16", 's', 2, true },      { "$uint16", 'u', 2, false },
	{ "$int32", 'I', 4, true },      { "$uint32", 'i', 4, false },
	{ "$int64", 'l', 8, true },      { "$uint64", 'L', 8, false },
	{ "$timestamp", 'T', 8, false }, { "$float", 'f', 0, false },
	{ "$double", 'd', 0, false },    { "$decimal", 'D', 0, false },
	{ "$table", 'F', 0, false },     { "$encoded", '\0', 0, false },
	{ NULL, '\0', 0, false },
};

static const struct json_form *form_of(char kind)
{
	const struct json_form *form = json_forms;

	while (form->kind != kind)
		form++;
	return form;
}

/* {"$NAME": */
static void begin_form(struct buffer *b, char kind)
{
	buffer_printf(b, "{\"%s\":", form_of(kind)->name);
}

static void put_base64(struct buffer *b, char kind, const struct property_bytes *bytes)
{
	char *out;

	begin_form(b, kind);
	buffer_putc(b, '"');
	out = buffer_reserve(b, BASE64_LENGTH(bytes->len));
	if (out)
		b->len = (size_t)(base64_encode(out, bytes->data, bytes->len) - b->data);
	buffer_puts(b, "\"}");
}

static void put_text(struct buffer *b, const struct property_bytes *text)
{
	if (utf8_valid(text->data, text->len))
		json_put_string(b, text->data, text->len);
	else
		put_base64(b, 'S', text);
}

/* ---- numbers ---- */

/* As a string if it is beyond what every reader takes exactly. */
static void put_u64(struct buffer *b, uint64_t value)
{
	buffer_printf(b, value > EXACT_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
}

static void put_i64(struct buffer *b, int64_t value)
{
	bool exact = value <= EXACT_MAX && value >= -EXACT_MAX;

	buffer_printf(b, exact ? "%" PRId64 : "\"%" PRId64 "\"", value);
}

/* With the sign of a number of that many bytes. */
static int64_t extend(uint64_t value, size_t bytes)
{
	unsigned int shift = (unsigned int)(8 * (8 - bytes));

	return (int64_t)(value << shift) >> shift;
}

static void put_whole(struct buffer *b, const struct property_value *v)
{
	const struct json_form *form = form_of(v->kind);
	uint64_t value = property_number(v->bytes.data, form->bytes);
	int64_t number = extend(value, form->bytes);
	bool small = number >= INT32_MIN && number <= INT32_MAX;
	bool exact = number <= EXACT_MAX && number >= -EXACT_MAX;
	bool plain = v->kind == 'I' || (v->kind == 'l' && !small && exact);

	if (!plain)
		begin_form(b, v->kind);
	if (form->has_sign)
		put_i64(b, number);
	else
		put_u64(b, value);
	if (!plain)
		buffer_putc(b, '}');
}

static bool reads_as(const char *text, double value, bool is_float)
{
	double read = strtod(text, NULL);

	return is_float ? (float)read == (float)value : read == value;
}

/* The shortest text that is read as the same number. */
static void put_finite(struct buffer *b, double value, bool is_float)
{
	char text[40];
	int digits = 1;

	do {
		snprintf(text, sizeof(text), "%.*g", digits, value);
	} while (!reads_as(text, value, is_float) && digits++ < 17);
	buffer_puts(b, text);
	if (strcmp(text, "-0") == 0)
		buffer_puts(b, ".0");
}

/* Beyond 53 bits all doubles are whole. */
static bool is_whole(double value)
{
	const double exact = (double)EXACT_MAX;

	return value >= exact || value <= -exact || value == (double)(int64_t)value;
}

static void put_double(struct buffer *b, const struct property_value *v)
{
	uint64_t bits = property_number(v->bytes.data, 8);
	double value;
	bool whole;

	memcpy(&value, &bits, sizeof(value));
	/* Other programs would turn a whole one into an integer. */
	whole = !isfinite(value) || is_whole(value);
	if (whole)
		begin_form(b, v->kind);
	if (isfinite(value))
		put_finite(b, value, false);
	else
		buffer_printf(b, "\"0x%016" PRIx64 "\"", bits);
	if (whole)
		buffer_putc(b, '}');
}

static void put_float(struct buffer *b, const struct property_value *v)
{
	uint32_t bits = (uint32_t)property_number(v->bytes.data, 4);
	float value;

	memcpy(&value, &bits, sizeof(value));
	begin_form(b, v->kind);
	if (isfinite(value))
		put_finite(b, (double)value, true);
	else
		buffer_printf(b, "\"0x%08" PRIx32 "\"", bits);
	buffer_putc(b, '}');
}

/* One octet says how many of the digits are after the point. */
static void put_decimal(struct buffer *b, const struct property_value *v)
{
	size_t places = (unsigned char)v->bytes.data[0], len;
	char digits[UINT8_MAX + 16];

	snprintf(digits, sizeof(digits), "%0*" PRIu64, (int)places + 1,
		 property_number(v->bytes.data + 1, 4));
	len = strlen(digits) - places;
	begin_form(b, v->kind);
	buffer_printf(b, "\"%.*s%s%s\"}", (int)len, digits, places ? "." : "", digits + len);
}

/* ---- tables and arrays ---- */

static void put_value(struct buffer *b, const struct property_value *v, unsigned int level);

static void put_array(struct buffer *b, struct property_bytes rest, unsigned int level)
{
	struct property_value v;
	const char *comma = "[";

	while (property_next_value(&rest, &v)) {
		buffer_puts(b, comma);
		put_value(b, &v, level);
		comma = ",";
	}
	buffer_puts(b, *comma == '[' ? "[]" : "]");
}

static bool is_among(const struct property_bytes *name, const struct property_bytes *names, size_t n)
{
	while (n--)
		if (names[n].len == name->len && !memcmp(names[n].data, name->data, name->len))
			return true;
	return false;
}

/* True if an object can stand for a table: its names are valid in JSON, each comes once, and it
 * does not look like another form of a value. */
static bool is_object(struct property_bytes rest)
{
	struct property_bytes names[NAMES_MAX];
	struct property_value v;
	size_t n = 0;

	while (n < NAMES_MAX && property_next_name(&rest, &names[n]) &&
	       property_next_value(&rest, &v)) {
		const struct property_bytes *name = &names[n];

		if (!utf8_valid(name->data, name->len) || memchr(name->data, '\0', name->len) ||
		    is_among(name, names, n))
			return false;
		n++;
	}
	return n < NAMES_MAX && !(n == 1 && names[0].len > 0 && *names[0].data == '$');
}

static void put_members(struct buffer *b, struct property_bytes rest, unsigned int level)
{
	struct property_bytes name;
	struct property_value v;
	const char *comma = "{";

	while (property_next_name(&rest, &name) && property_next_value(&rest, &v)) {
		buffer_puts(b, comma);
		put_text(b, &name);
		buffer_putc(b, ':');
		put_value(b, &v, level);
		comma = ",";
	}
	buffer_puts(b, *comma == '{' ? "{}" : "}");
}

static void put_pairs(struct buffer *b, struct property_bytes rest, unsigned int level)
{
	struct property_bytes name;
	struct property_value v;
	const char *comma = "[";

	begin_form(b, 'F');
	while (property_next_name(&rest, &name) && property_next_value(&rest, &v)) {
		buffer_printf(b, "%s[", comma);
		put_text(b, &name);
		buffer_putc(b, ',');
		put_value(b, &v, level);
		buffer_putc(b, ']');
		comma = ",";
	}
	buffer_puts(b, "]}");
}

static void put_table(struct buffer *b, struct property_bytes rest, unsigned int level)
{
	if (is_object(rest))
		put_members(b, rest, level);
	else
		put_pairs(b, rest, level);
}

/* With the letter of its type and its length, as they precede its bytes. */
static void put_encoded(struct buffer *b, const struct property_value *v)
{
	const size_t head = 1 + sizeof(uint32_t);

	put_base64(b, '\0', &(struct property_bytes){ v->bytes.data - head, v->bytes.len + head });
}

static void put_value(struct buffer *b, const struct property_value *v, unsigned int level)
{
	bool too_deep = level == JSON_LEVELS_MAX;

	switch (v->kind) {
	case 't':
		buffer_puts(b, *v->bytes.data ? "true" : "false");
		break;
	case 'V':
		buffer_puts(b, "null");
		break;
	case 'S':
		put_text(b, &v->bytes);
		break;
	case 'x':
		put_base64(b, v->kind, &v->bytes);
		break;
	case 'd':
		put_double(b, v);
		break;
	case 'f':
		put_float(b, v);
		break;
	case 'D':
		put_decimal(b, v);
		break;
	case 'A':
	case 'F':
		if (too_deep)
			put_encoded(b, v);
		else if (v->kind == 'A')
			put_array(b, v->bytes, level + 1);
		else
			put_table(b, v->bytes, level + 1);
		break;
	default:
		put_whole(b, v);
		break;
	}
}

/* ---- all of them ---- */

static void put_property(struct buffer *b, enum property which, const struct property_bytes *bytes)
{
	buffer_printf(b, "\"%s\":", property_name(which));
	switch (property_form(which)) {
	case PROPERTY_TEXT:
		put_text(b, bytes);
		break;
	case PROPERTY_TABLE:
		put_table(b, *bytes, 1);
		break;
	default:
		put_u64(b, property_number(bytes->data, bytes->len));
		break;
	}
}

void json_put_properties(struct buffer *b, const char *properties, size_t len)
{
	struct properties p;
	const char *comma = "";

	buffer_puts(b, "\"properties\":{");
	if (properties_parse(&p, properties, len)) {
		for (unsigned int i = 0; i < PROPERTIES; i++) {
			if (!p.of[i].data)
				continue;
			buffer_puts(b, comma);
			put_property(b, i, &p.of[i]);
			comma = ",";
		}
	}
	buffer_putc(b, '}');
}
