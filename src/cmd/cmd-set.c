/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-set.c - mqtool set: change mode, owner and size of queues
 */
#include "config.h"

#include <stdlib.h>

#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

enum { OPT_MODE = OPT_FIRST, OPT_OWNER, OPT_MAX_BYTES };

static const struct poptOption set_options[] = {
	{ "mode", 'm', POPT_ARG_STRING, NULL, OPT_MODE, N_("permissions in octal"), N_("MODE") },
	{ "owner", 'o', POPT_ARG_STRING, NULL, OPT_OWNER,
	  N_("owner and group, as chown(1) takes them"), N_("USER[:GROUP]") },
	{ "max-bytes", 'b', POPT_ARG_STRING, NULL, OPT_MAX_BYTES,
	  N_("System V: room for SIZE bytes (msg_qbytes)"), N_("SIZE") },
	CMD_COMMON_OPTIONS
};

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct queue_attr *attr = arg;

	switch (opt) {
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

static int set_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attr *attr = arg;
	const struct queue_attempt attempt = { .op = QUEUE_OP_SET, .ref = ref, .attr = attr };
	int rc = queue_set(ref, attr);

	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static int check_kind(const struct queue_attr *attr, const struct queue_ref *ref)
{
	if (attr->have & ATTR_QBYTES && ref->kind != QUEUE_SYSV)
		return msg_wrong_kind("--max-bytes", ref);
	if (ref->kind == QUEUE_AMQP)
		return msg_wrong_kind(attr->have & ATTR_MODE ? "--mode" : "--owner", ref);
	return EX_DONE;
}

static int set_all(struct cmdline *cl, struct queue_attr *attr)
{
	struct queue_ref *refs = cmdline_queues(cl, 0);
	int status = EX_DONE, i;

	if (!refs)
		return EX_BADUSAGE;
	for (i = 0; i < cl->noperands && status == EX_DONE; i++)
		status = check_kind(attr, &refs[i]);
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
