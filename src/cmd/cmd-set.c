/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-set.c - mqtool set: change mode, owner and size of queues
 */
#include "config.h"

#include <stdlib.h>

#include "base/text.h"
#include "cmd/cmd-attr.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

static const struct poptOption set_options[] = { CMD_MODE_OPTION(N_("permissions in octal")),
						 CMD_OWNER_OPTION, CMD_MAX_BYTES_OPTION,
						 CMD_NAMESPACE_OPTION(N_("PID")),
						 CMD_COMMON_OPTIONS };

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	return cmd_attr_option(cl, arg, opt, value);
}

static int set_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attr *attr = arg;
	const struct queue_attempt attempt = { .op = QUEUE_OP_SET, .ref = ref, .attr = attr };
	int rc = queue_set(ref, attr);

	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static int set_all(struct cmdline *cl, struct queue_attr *attr)
{
	struct queue_ref *refs = cmdline_names(cl, 0);
	int status = EX_DONE, i;

	if (!refs)
		return EX_BADUSAGE;
	for (i = 0; i < cl->noperands && status == EX_DONE; i++)
		status = cmd_attr_check(attr, &refs[i]);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = cmdline_each(refs, cl->noperands, set_one, attr);
	free(refs);
	return status;
}

static int set_run(struct cmdline *cl)
{
	struct queue_attr attr = { 0 };

	if (!cmdline_read(cl, read_option, &attr))
		return EX_BADUSAGE;
	if (!attr.have)
		return msg_usage(_("nothing to change: give -m, -o or -b"));
	return set_all(cl, &attr);
}

const struct command cmd_set = {
	.name = "set",
	.operands = N_("QUEUE..."),
	.summary = N_("Change the mode, the owner or the size of queues"),
	.notes = N_(
		"The number and size of the messages of a POSIX queue are fixed when it is made."),
	.options = set_options,
	.min_operands = 1,
	.max_operands = -1,
	.run = set_run,
};
