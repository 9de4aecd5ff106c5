/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-connect.h - where a broker may be reached, and the way there: TCP, with or without TLS
 *
 * Functions return 0 or -errno and append to why, translated, what went wrong.
 */
#ifndef MQTOOL_AMQP_CONNECT_H
#define MQTOOL_AMQP_CONNECT_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/address.h"

struct amqp_connection_state_t_;

/* One of the addresses of one of the hosts. */
struct amqp_place {
	struct address_host host;
	const struct addrinfo *at; /* owned by the list */
};

/* All of the addresses. */
struct amqp_places {
	struct amqp_place *items;
	size_t n;
	struct addrinfo *lists[ADDRESS_HOSTS_MAX]; /* from getaddrinfo(3) */
	size_t nlists;
};

/*
 * Looks the hosts up.  Fails only if none is known.  The places are the caller's to free, even
 * after an error.
 */
int amqp_places_find(const struct queue_address *address, struct amqp_places *places,
		     struct buffer *why) _must_check_;
/* Frees the list; safe on a zeroed struct. */
void amqp_places_free(struct amqp_places *places);
/* True if all of them are this machine. */
bool amqp_places_local(const struct amqp_places *places);
/*
 * Connects within timeout_ns; *fd is the socket, which state owns.  -EINTR: a stop signal came;
 * -EKEYREJECTED: a certificate, the broker's or ours, is not acceptable.
 */
int amqp_place_connect(struct amqp_connection_state_t_ *state, const struct amqp_place *place,
		       bool tls, int64_t timeout_ns, int *fd, struct buffer *why) _must_check_;

#endif
