/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-told.h - what RabbitMQ's own words mean, apart from the names in them
 *
 * Pure.  Reply codes of AMQP 0-9-1 say less than the texts that come with them: a queue whose node
 * is down is 404, like one that never existed.
 */
#ifndef MQTOOL_AMQP_TOLD_H
#define MQTOOL_AMQP_TOLD_H

#include <stdbool.h>
#include <stddef.h>

enum told_meaning {
	TOLD_OTHER,       /* the reply code says all */
	TOLD_NO_QUEUE,    /* there is no such queue */
	TOLD_NO_VHOST,    /* there is no such vhost */
	TOLD_DOWN,        /* the queue or vhost exists, but what runs it is down */
	TOLD_TOO_LARGE,   /* the message is larger than the broker takes */
	TOLD_ACK_TIMEOUT, /* consumer_timeout: a message was not acknowledged in time */
	TOLD_NOT_EQUAL,   /* the queue exists with other arguments */
};

/*
 * The meaning of len bytes of reply text.  RabbitMQ quotes the names in it, which can hold
 * anything: only the text before the first quote and after the last one counts.
 */
enum told_meaning told_meaning(const char *text, size_t len);
/* True if that version of RabbitMQ by default drops from a quorum queue what was put back often. */
bool told_limits_deliveries(const char *version);
/* The text for users that precedes the broker's words: untranslated, static, or NULL. */
const char *told_explanation(enum told_meaning meaning);

#endif
