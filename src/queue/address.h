/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.h - queues of a broker as URIs: amqp://[USER@]HOST[:PORT][,HOST[:PORT]...]/[VHOST/]QUEUE
 *
 * Pure.  RFC 3986; vhosts and queues as in the AMQP URI specification of RabbitMQ.
 */
#ifndef MQTOOL_ADDRESS_H
#define MQTOOL_ADDRESS_H

#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue.h"

#define ADDRESS_PORT 5672
#define ADDRESS_PORT_TLS 5671

/*
 * Reads what comes after "amqp://" or, with tls, "amqps://".  Returns 0, or -EINVAL with one line
 * (translated) that says what to write instead.
 */
int address_parse(struct queue_address *address, bool tls, const char *text, struct refusal *error)
	_must_check_;
/* Writes the address in the form that is printed and can be read back; returns buf. */
const char *address_text(const struct queue_address *address, char buf[static QUEUE_NAME_TEXT]);
/* The most hosts that an address may have. */
#define ADDRESS_HOSTS_MAX 32
struct address_host {
	char name[256]; /* without the brackets of IPv6 */
	uint16_t port;
};
/* Copies host number i of an address, from 0; false if it has no more. */
bool address_host(const struct queue_address *address, size_t i, struct address_host *host);
/* True if they have a host in common. */
bool address_same_broker(const struct queue_address *a, const struct queue_address *b);
/* True if both are one queue of one broker, as far as names tell. */
bool address_same(const struct queue_address *a, const struct queue_address *b);

#endif
