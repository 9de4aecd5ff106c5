/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-told.c - what RabbitMQ's own words mean, apart from the names in them
 */
#include "config.h"

#include "queue/amqp-told.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

/* A reply text is an AMQP short string: one of this length may have been cut within a name. */
#define TEXT_CUT 255

static const struct {
	const char *head; /* the text begins with this, before any name; "" for all */
	const char *tail; /* and ends with this, after any name; "" for all */
	enum told_meaning meaning;
} phrases[] = {
	{ "NOT_FOUND - no queue '", "", TOLD_NO_QUEUE },
	{ "NOT_FOUND - home node '", "", TOLD_DOWN },
	{ "NOT_FOUND - queue '", " process is stopped by supervisor", TOLD_DOWN },
	{ "NOT_FOUND - queue '", " has crashed and failed to restart", TOLD_DOWN },
	{ "NOT_ALLOWED - vhost ", " not found", TOLD_NO_VHOST },
	{ "", "' is down", TOLD_DOWN },
	{ "PRECONDITION_FAILED - message size ", "", TOLD_TOO_LARGE },
	{ "PRECONDITION_FAILED - delivery acknowledgement on channel ", "", TOLD_ACK_TIMEOUT },
	{ "PRECONDITION_FAILED - inequivalent arg '", "", TOLD_NOT_EQUAL },
};

static bool begins(const char *text, size_t len, const char *head)
{
	return len >= strlen(head) && memcmp(text, head, strlen(head)) == 0;
}

static bool ends(const char *text, size_t len, const char *tail)
{
	size_t size = strlen(tail);

	if (!size)
		return true;
	return len < TEXT_CUT && len >= size && memcmp(text + len - size, tail, size) == 0;
}

enum told_meaning told_meaning(const char *text, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(phrases); i++)
		if (begins(text, len, phrases[i].head) && ends(text, len, phrases[i].tail))
			return phrases[i].meaning;
	return TOLD_OTHER;
}

bool told_limits_deliveries(const char *version)
{
	return strtol(version, NULL, 10) >= 4;
}

const char *told_explanation(enum told_meaning meaning)
{
	switch (meaning) {
	case TOLD_DOWN:
		return N_("the queue is there, but the node that has it is down");
	case TOLD_ACK_TIMEOUT:
		return N_("messages not settled within the broker's consumer_timeout are back on"
			  " the queue");
	default:
		return NULL;
	}
}
