/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-attr.c - what create and set share: attributes of queues on a command line
 */
#include "config.h"

#include "cmd/cmd-attr.h"

#include <string.h>

#include "base/parse.h"
#include "base/util.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

bool cmd_attr_option(struct cmdline *cl, struct queue_attr *attr, int val, const char *value)
{
	switch (val) {
	case OPT_MODE:
		attr->have |= ATTR_MODE;
		return opt_mode(cl, value, &attr->mode);
	case OPT_OWNER:
		return opt_owner(cl, value, attr);
	default:
		attr->have |= ATTR_QBYTES;
		return opt_size(cl, value, &attr->qbytes);
	}
}

/* Which kinds of queue have an attribute, and the option that asks for it. */
static const struct {
	unsigned int attr, kinds;
	const char *option;
} attributes[] = {
	{ ATTR_MODE, QUEUE_MASK_ALL, "--mode" },
	{ ATTR_OWNER | ATTR_GROUP, QUEUE_MASK_ALL, "--owner" },
	{ ATTR_MAXMSG, QUEUE_MASK_POSIX | QUEUE_MASK_AMQP, "--max-messages" },
	{ ATTR_MSGSIZE, QUEUE_MASK_POSIX, "--message-size" },
	{ ATTR_QBYTES, QUEUE_MASK_SYSV, "--max-bytes" },
	{ ATTR_MAX_PRIORITY, QUEUE_MASK_AMQP, "--max-priority" },
	{ ATTR_QUORUM, QUEUE_MASK_AMQP, "--quorum" },
	{ ATTR_DEAD_LETTER, QUEUE_MASK_AMQP, "--dead-letter" },
};

const char *cmd_attr_foreign(const struct queue_attr *attr, enum queue_kind kind, bool *amqp)
{
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++) {
		if (!(attr->have & attributes[i].attr) || attributes[i].kinds & 1u << kind)
			continue;
		*amqp = attributes[i].kinds == QUEUE_MASK_AMQP;
		return attributes[i].option;
	}
	return NULL;
}

bool cmd_attr_with_mode(const struct cmdline *cl, struct buffer *line)
{
	mode_t mode;

	/* A shorter number is more likely a key or an id. */
	if (cl->noperands < 2 || strlen(cl->operands[0]) < 3 ||
	    parse_mode(cl->operands[0], &mode) < 0)
		return false;
	buffer_printf(line, "mqtool %s -m", cl->cmd->name);
	for (int i = 0; i < cl->noperands; i++) {
		buffer_putc(line, ' ');
		buffer_puts(line, msg_word(cl->operands[i]));
	}
	return true;
}

int cmd_attr_check(const struct queue_attr *attr, const struct queue_ref *ref)
{
	bool amqp;
	const char *foreign = cmd_attr_foreign(attr, ref->kind, &amqp);

	if (!foreign)
		return EX_DONE;
	return amqp ? msg_amqp_only(foreign, ref) : msg_wrong_kind(foreign, ref);
}
