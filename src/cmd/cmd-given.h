/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-given.h - what send and move share: the type and priority that they give to messages
 */
#ifndef MQTOOL_CMD_GIVEN_H
#define MQTOOL_CMD_GIVEN_H

#include <stdbool.h>

#include "base/util.h"
#include "cmd/cmd.h"
#include "queue/message.h"

/* Read the value of an option into *as; print the error and return false like opt_*(). */
bool cmd_given_type(struct cmdline *cl, struct carry_as *as, const char *value);
bool cmd_given_priority(struct cmdline *cl, struct carry_as *as, const char *value);
/*
 * Checks that messages of the queue can have what these options give them.  Returns EX_DONE or,
 * printed, EX_BADUSAGE.
 */
int cmd_given_check(const struct carry_as *as, const struct queue_ref *ref, const char *type_option,
		    const char *priority_option) _must_check_;

#endif
