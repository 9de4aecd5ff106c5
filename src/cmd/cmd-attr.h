/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-attr.h - what create and set share: attributes of queues on a command line
 */
#ifndef MQTOOL_CMD_ATTR_H
#define MQTOOL_CMD_ATTR_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "queue/queue.h"

/* Values of these options; a command's own begin at OPT_ATTR_END. */
enum { OPT_MODE = OPT_FIRST, OPT_OWNER, OPT_MAX_BYTES, OPT_ATTR_END };

/* clang-format off */
#define CMD_MODE_OPTION(text)                                                                     \
	{ "mode", 'm', POPT_ARG_STRING, NULL, OPT_MODE, text, N_("MODE") }
#define CMD_OWNER_OPTION                                                                          \
	{ "owner", 'o', POPT_ARG_STRING, NULL, OPT_OWNER,                                         \
	  N_("owner and group, as chown(1) takes them"), N_("USER[:GROUP]") }
#define CMD_MAX_BYTES_OPTION                                                                      \
	{ "max-bytes", 'b', POPT_ARG_STRING, NULL, OPT_MAX_BYTES,                                 \
	  N_("System V: room for SIZE bytes (msg_qbytes)"), N_("SIZE") }
/* clang-format on */

/* Stores one of these options; prints the error and returns false like opt_*(). */
bool cmd_attr_option(struct cmdline *cl, struct queue_attr *attr, int val, const char *value);
/* The given option that queues of that kind do not have, or NULL; *amqp: only AMQP has it. */
const char *cmd_attr_foreign(const struct queue_attr *attr, enum queue_kind kind, bool *amqp);
/* `set 640 /jobs`, in the order of chmod(1): appends the correct line, with -m, to b; false if the
 * first operand is not a mode. */
bool cmd_attr_with_mode(const struct cmdline *cl, struct buffer *line);
/* The usage error for an attribute that the queue's kind does not have, or EX_DONE. */
int cmd_attr_check(const struct queue_attr *attr, const struct queue_ref *ref) _must_check_;

#endif
