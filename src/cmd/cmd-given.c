/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-given.c - what send and move share: the type and priority that they give to messages
 */
#include "config.h"

#include "cmd/cmd-given.h"

#include <limits.h>

#include "base/text.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

bool cmd_given_type(struct cmdline *cl, struct carry_as *as, const char *value)
{
	int64_t type;

	if (!opt_i64(cl, value, 1, LONG_MAX, &type))
		return false;
	as->type = (long)type;
	as->have |= MESSAGE_HAS_TYPE;
	return true;
}

bool cmd_given_priority(struct cmdline *cl, struct carry_as *as, const char *value)
{
	uint64_t priority;

	if (!opt_u64(cl, value, 0, MESSAGE_PRIORITY_MAX, &priority))
		return false;
	as->priority = (unsigned int)priority;
	as->have |= MESSAGE_HAS_PRIORITY;
	return true;
}

int cmd_given_check(const struct carry_as *as, const struct queue_ref *ref, const char *type_option,
		    const char *priority_option)
{
	unsigned int foreign = as->have & ~message_traits(ref->kind);
	unsigned int max = message_priority_max(ref->kind);

	if (foreign)
		return msg_wrong_kind(foreign & MESSAGE_HAS_TYPE ? type_option : priority_option,
				      ref);
	if (as->have & MESSAGE_HAS_PRIORITY && as->priority > max)
		return msg_usage(_("%s: an AMQP message has a priority from 0 to %u"),
				 priority_option, max);
	return EX_DONE;
}
