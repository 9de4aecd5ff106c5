/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message.c - a message on its way to a queue of any kind: what becomes of its type and priority
 */
#include "config.h"

#include "queue/message.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/text.h"

#define HAS_BOTH (MESSAGE_HAS_TYPE | MESSAGE_HAS_PRIORITY)

static const struct {
	unsigned int have;
	unsigned int priority_max; /* if it has one */
} traits[QUEUE_BACKENDS] = {
	[QUEUE_SYSV] = { MESSAGE_HAS_TYPE, 0 },
	[QUEUE_POSIX] = { MESSAGE_HAS_PRIORITY, MESSAGE_PRIORITY_MAX },
	[QUEUE_AMQP] = { HAS_BOTH, MESSAGE_PRIORITY_MAX_AMQP },
};

unsigned int message_traits(enum queue_kind kind)
{
	return traits[kind].have;
}

unsigned int message_priority_max(enum queue_kind kind)
{
	return traits[kind].priority_max;
}

void message_set(struct message *m, const struct carry_as *as, enum queue_kind to)
{
	unsigned int kept = traits[to].have;

	if (!as->have)
		return;
	/* A type that cannot be carried stays until there is another, or none at all. */
	if (kept & MESSAGE_HAS_TYPE && !(as->have & MESSAGE_HAS_TYPE))
		kept |= MESSAGE_HAS_OTHER_TYPE;
	if (as->have & MESSAGE_HAS_TYPE)
		m->type = as->type;
	if (as->have & MESSAGE_HAS_PRIORITY)
		m->priority = as->priority;
	m->have = (m->have & kept) | as->have;
}

/* For queues whose messages have only a type. */
static int carry_type(struct message *m)
{
	if (!(m->have & MESSAGE_HAS_TYPE))
		m->type = m->have & MESSAGE_HAS_PRIORITY ? (long)m->priority + 1 : 1;
	else if (m->have & MESSAGE_HAS_PRIORITY && m->priority > 0)
		return -ERANGE;
	m->have = MESSAGE_HAS_TYPE;
	return 0;
}

/* For queues whose messages have only a priority, at most max. */
static int carry_priority(struct message *m, unsigned int max)
{
	if ((m->have & HAS_BOTH) == HAS_BOTH)
		return -ERANGE;
	if (m->have & MESSAGE_HAS_TYPE) {
		if (m->type > (long)max + 1)
			return -ERANGE;
		m->priority = (unsigned int)(m->type - 1);
	} else if (!(m->have & MESSAGE_HAS_PRIORITY)) {
		m->priority = 0;
	}
	m->have = MESSAGE_HAS_PRIORITY;
	return 0;
}

int message_carry(struct message *m, enum queue_kind to)
{
	const unsigned int max = traits[to].priority_max;

	if (m->have & MESSAGE_HAS_OTHER_TYPE && traits[to].have != HAS_BOTH)
		return -ERANGE;
	if (traits[to].have == MESSAGE_HAS_TYPE)
		return carry_type(m);
	if (m->have & MESSAGE_HAS_PRIORITY && m->priority > max)
		return -ERANGE;
	return traits[to].have == MESSAGE_HAS_PRIORITY ? carry_priority(m, max) : 0;
}

void message_carry_explain(const struct message *m, enum queue_kind to, struct buffer *why)
{
	if (m->have & MESSAGE_HAS_OTHER_TYPE && traits[to].have != HAS_BOTH)
		buffer_puts(why, _("its type is not a number, so it cannot be carried"));
	else if (traits[to].have != HAS_BOTH && (m->have & HAS_BOTH) == HAS_BOTH)
		buffer_printf(why,
			      traits[to].have == MESSAGE_HAS_TYPE ?
				      _("it has type %ld and priority %u, and messages there have"
					" only a type") :
				      _("it has type %ld and priority %u, and messages there have"
					" only a priority"),
			      m->type, m->priority);
	else if (m->have & MESSAGE_HAS_PRIORITY)
		buffer_printf(why, _("its priority is %u, and the highest allowed there is %u"),
			      m->priority, traits[to].priority_max);
	else
		buffer_printf(why, _("no priority corresponds to type %ld"), m->type);
}
