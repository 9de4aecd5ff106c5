/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-rm.c - mqtool rm: remove queues
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"

enum { OPT_FORCE = OPT_FIRST, OPT_VERBOSE };

static const struct poptOption rm_options[] = {
	{ "force", 'f', POPT_ARG_NONE, NULL, OPT_FORCE, N_("a queue that is not there is fine"),
	  NULL },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE,
	  N_("print the name of each queue removed"), NULL },
	CMD_COMMON_OPTIONS
};

struct rm {
	bool force;
	bool verbose;
};

static int remove_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_REMOVE, .ref = ref };
	const struct rm *rm = arg;
	char name[QUEUE_NAME_TEXT];
	int rc = queue_remove(ref);

	/* An ftok path that is not there names no queue, so nothing is known to be missing. */
	if (rc == -ENOENT && rm->force && !ref->error)
		return EX_DONE;
	if (rc < 0)
		return msg_queue_failed(&attempt, rc);
	if (rm->verbose)
		puts(queue_ref_text(ref, name));
	return EX_DONE;
}

static int rm_run(struct cmdline *cl)
{
	struct queue_ref *refs;
	struct rm rm = { 0 };
	const char *value;
	int opt, status;

	while ((opt = cmdline_next(cl, &value)) > 0) {
		if (opt == OPT_FORCE)
			rm.force = true;
		else
			rm.verbose = true;
	}
	if (opt < 0)
		return EX_BADUSAGE;
	refs = cmdline_queues(cl, 0);
	if (!refs)
		return EX_BADUSAGE;
	status = cmdline_each(refs, cl->noperands, remove_one, &rm);
	free(refs);
	return status;
}

const struct command cmd_rm = {
	.name = "rm",
	.operands = N_("QUEUE..."),
	.summary = N_("Remove queues"),
	.options = rm_options,
	.min_operands = 1,
	.max_operands = -1,
	.run = rm_run,
};
