/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-properties.h - what a message of AMQP carries besides its body, in its own encoding
 *
 * Pure.  The bytes are those of a content header of class basic (AMQP 0-9-1, section 4.2.6.1): two
 * bytes of flags, then the properties that these announce.  Types of values in headers are
 * RabbitMQ's.
 */
#ifndef MQTOOL_AMQP_PROPERTIES_H
#define MQTOOL_AMQP_PROPERTIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"

/* In encoding order: the first one's flag is the highest bit. */
enum property {
	PROPERTY_CONTENT_TYPE,
	PROPERTY_CONTENT_ENCODING,
	PROPERTY_HEADERS,
	PROPERTY_DELIVERY_MODE,
	PROPERTY_PRIORITY,
	PROPERTY_CORRELATION_ID,
	PROPERTY_REPLY_TO,
	PROPERTY_EXPIRATION,
	PROPERTY_MESSAGE_ID,
	PROPERTY_TIMESTAMP,
	PROPERTY_TYPE,
	PROPERTY_USER_ID,
	PROPERTY_APP_ID,
	PROPERTY_CLUSTER_ID,
	PROPERTIES
};

/* How a property is encoded. */
enum property_form { PROPERTY_TEXT, PROPERTY_TABLE, PROPERTY_OCTET, PROPERTY_TIME };

/* The most bytes of a text, and of the name of a header. */
#define PROPERTY_TEXT_MAX 255
/* The most bytes of all properties: the rest of a frame of 128 KiB, which holds nothing else that
 * grows. */
#define PROPERTIES_MAX ((size_t)130000)

/* Bytes in somebody else's memory. */
struct property_bytes {
	const char *data;
	size_t len;
};

/* Decoded properties; data is NULL if the property is absent.  Texts and tables come without
 * their length. */
struct properties {
	struct property_bytes of[PROPERTIES];
};

/* The name of a property in AMQP: static. */
const char *property_name(enum property which);
/* Its encoding. */
enum property_form property_form(enum property which);
/* The flag of a property. */
static inline uint16_t property_flag(enum property which)
{
	return (uint16_t)(0x8000u >> which);
}

/* Decodes properties: p points into data.  False if they are not whole. */
bool properties_parse(struct properties *p, const void *data, size_t len) _must_check_;
/* Appends the encoding of the properties. */
void properties_put(struct buffer *b, const struct properties *p);
/* True if there are no properties. */
bool properties_empty(const struct properties *p);
/*
 * Takes out what must not be sent with a message; headers are rewritten in the memory of b, which
 * is appended to.  It drops a user_id that is not `user`, because the broker would refuse the
 * message; the headers CC and BCC, which would route it to other queues too; and x-delivery-count
 * and x-acquired-count, which count deliveries of the queue it was taken from.  Returns true if it
 * dropped anything except the last two.
 */
bool properties_withhold(struct properties *p, const char *user, struct buffer *b);

/* ---- values of headers ---- */

/* A value; of strings, byte arrays, tables and arrays without the length. */
struct property_value {
	char kind; /* RabbitMQ's letter */
	struct property_bytes bytes;
};

/* Reads a whole number of n bytes, the highest first. */
uint64_t property_number(const char *data, size_t n);
/* Appends a whole number of n bytes, the highest first. */
void property_put_number(struct buffer *b, uint64_t value, size_t n);
/* Takes the next value of an array, or of a table after its name.  False if it is not whole, or of
 * an unknown type. */
bool property_next_value(struct property_bytes *rest, struct property_value *v) _must_check_;
/* Takes the next name of a table. */
bool property_next_name(struct property_bytes *rest, struct property_bytes *name) _must_check_;

#endif
