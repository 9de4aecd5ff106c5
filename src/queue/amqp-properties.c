/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-properties.c - what a message of AMQP carries besides its body, in its own encoding
 */
#include "config.h"

#include "queue/amqp-properties.h"

#include <string.h>

static const struct {
	const char *name;
	enum property_form form;
} properties[PROPERTIES] = {
	[PROPERTY_CONTENT_TYPE] = { "content_type", PROPERTY_TEXT },
	[PROPERTY_CONTENT_ENCODING] = { "content_encoding", PROPERTY_TEXT },
	[PROPERTY_HEADERS] = { "headers", PROPERTY_TABLE },
	[PROPERTY_DELIVERY_MODE] = { "delivery_mode", PROPERTY_OCTET },
	[PROPERTY_PRIORITY] = { "priority", PROPERTY_OCTET },
	[PROPERTY_CORRELATION_ID] = { "correlation_id", PROPERTY_TEXT },
	[PROPERTY_REPLY_TO] = { "reply_to", PROPERTY_TEXT },
	[PROPERTY_EXPIRATION] = { "expiration", PROPERTY_TEXT },
	[PROPERTY_MESSAGE_ID] = { "message_id", PROPERTY_TEXT },
	[PROPERTY_TIMESTAMP] = { "timestamp", PROPERTY_TIME },
	[PROPERTY_TYPE] = { "type", PROPERTY_TEXT },
	[PROPERTY_USER_ID] = { "user_id", PROPERTY_TEXT },
	[PROPERTY_APP_ID] = { "app_id", PROPERTY_TEXT },
	[PROPERTY_CLUSTER_ID] = { "cluster_id", PROPERTY_TEXT },
};

const char *property_name(enum property which)
{
	return properties[which].name;
}

enum property_form property_form(enum property which)
{
	return properties[which].form;
}

/* ---- bytes ---- */

uint64_t property_number(const char *data, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | (unsigned char)*data++;
	return value;
}

void property_put_number(struct buffer *b, uint64_t value, size_t n)
{
	while (n--)
		buffer_putc(b, (char)(value >> (8 * n)));
}

static bool take(struct property_bytes *rest, size_t n, struct property_bytes *taken)
{
	if (rest->len < n)
		return false;
	*taken = (struct property_bytes){ rest->data, n };
	rest->data += n;
	rest->len -= n;
	return true;
}

/* Takes what follows its length, a number of n bytes. */
static bool take_counted(struct property_bytes *rest, size_t n, struct property_bytes *taken)
{
	struct property_bytes count;

	return take(rest, n, &count) && take(rest, (size_t)property_number(count.data, n), taken);
}

static void put_counted(struct buffer *b, const struct property_bytes *bytes, size_t n)
{
	property_put_number(b, bytes->len, n);
	buffer_put(b, bytes->data, bytes->len);
}

/* ---- properties ---- */

static bool take_property(struct property_bytes *rest, enum property_form form,
			  struct property_bytes *taken)
{
	switch (form) {
	case PROPERTY_TEXT:
		return take_counted(rest, 1, taken);
	case PROPERTY_TABLE:
		return take_counted(rest, 4, taken);
	case PROPERTY_OCTET:
		return take(rest, 1, taken);
	default:
		return take(rest, 8, taken);
	}
}

bool properties_parse(struct properties *p, const void *data, size_t len)
{
	struct property_bytes rest = { data, len }, flags;

	*p = (struct properties){ 0 };
	if (!take(&rest, 2, &flags))
		return false;
	for (unsigned int i = 0; i < PROPERTIES; i++)
		if (property_number(flags.data, 2) & property_flag(i) &&
		    !take_property(&rest, properties[i].form, &p->of[i]))
			return false;
	return rest.len == 0;
}

static void put_property(struct buffer *b, enum property_form form,
			 const struct property_bytes *bytes)
{
	if (form == PROPERTY_TEXT)
		put_counted(b, bytes, 1);
	else if (form == PROPERTY_TABLE)
		put_counted(b, bytes, 4);
	else
		buffer_put(b, bytes->data, bytes->len);
}

void properties_put(struct buffer *b, const struct properties *p)
{
	uint16_t flags = 0;

	for (unsigned int i = 0; i < PROPERTIES; i++)
		flags |= p->of[i].data ? property_flag(i) : 0;
	property_put_number(b, flags, 2);
	for (unsigned int i = 0; i < PROPERTIES; i++)
		if (p->of[i].data)
			put_property(b, properties[i].form, &p->of[i]);
}

bool properties_empty(const struct properties *p)
{
	for (unsigned int i = 0; i < PROPERTIES; i++)
		if (p->of[i].data)
			return false;
	return true;
}

/* ---- values of headers ---- */

/* Bytes of a value of that type; 0: it carries its length; -1: no such type. */
static int fixed_size(char kind)
{
	switch (kind) {
	case 't':
	case 'b':
	case 'B':
		return 1;
	case 's':
	case 'u':
		return 2;
	case 'I':
	case 'i':
	case 'f':
		return 4;
	case 'D':
		return 5;
	case 'l':
	case 'L':
	case 'd':
	case 'T':
		return 8;
	case 'S':
	case 'x':
	case 'A':
	case 'F':
		return 0;
	default:
		return -1;
	}
}

bool property_next_value(struct property_bytes *rest, struct property_value *v)
{
	struct property_bytes kind;
	int size;

	if (!take(rest, 1, &kind))
		return false;
	v->kind = *kind.data;
	if (v->kind == 'V')
		return take(rest, 0, &v->bytes);
	size = fixed_size(v->kind);
	if (size < 0)
		return false;
	return size ? take(rest, (size_t)size, &v->bytes) : take_counted(rest, 4, &v->bytes);
}

bool property_next_name(struct property_bytes *rest, struct property_bytes *name)
{
	return take_counted(rest, 1, name);
}

/* ---- what is not sent ---- */

static bool is(const struct property_bytes *bytes, const char *text)
{
	return bytes->len == strlen(text) && memcmp(bytes->data, text, bytes->len) == 0;
}

static bool routes(const struct property_bytes *name)
{
	return is(name, "CC") || is(name, "BCC");
}

static bool counts_deliveries(const struct property_bytes *name)
{
	return is(name, "x-delivery-count") || is(name, "x-acquired-count");
}

/* Appends the headers that are sent.  Returns true if some of those left out route. */
static bool put_sendable(struct buffer *b, struct property_bytes table)
{
	struct property_bytes name;
	struct property_value value;
	bool withheld = false;

	while (table.len > 0) {
		const char *start = table.data;

		if (!property_next_name(&table, &name) || !property_next_value(&table, &value)) {
			buffer_put(b, start, table.len + (size_t)(table.data - start));
			break;
		}
		withheld |= routes(&name);
		if (!routes(&name) && !counts_deliveries(&name))
			buffer_put(b, start, (size_t)(table.data - start));
	}
	return withheld;
}

bool properties_withhold(struct properties *p, const char *user, struct buffer *b)
{
	struct property_bytes *headers = &p->of[PROPERTY_HEADERS];
	struct property_bytes *id = &p->of[PROPERTY_USER_ID];
	size_t start = b->len;
	bool withheld = false;

	if (id->data && !is(id, user)) {
		id->data = NULL;
		withheld = true;
	}
	if (headers->len == 0)
		return withheld;
	withheld |= put_sendable(b, *headers);
	*headers =
		(struct property_bytes){ b->len > start ? b->data + start : NULL, b->len - start };
	return withheld;
}
