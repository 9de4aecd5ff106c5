/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-purge.c - mqtool purge: throw away the messages that wait on queues
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/wait.h"
#include "cmd/cmd-take.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/stdout.h"
#include "cmd/take.h"

static const struct poptOption purge_options[] = {
	CMD_TYPE_OPTIONS,
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS,
};

struct purge {
	struct take_options opt;
	struct take_room room;
};

/* Takes one message and lets it go, without waiting. */
static int throw_away(struct purge *p, struct queue *q)
{
	struct message m = { 0 };
	int rc = take_whole(q, &m, &p->room, &p->opt.want, QUEUE_NO_WAIT);

	return rc < 0 ? rc : queue_settle(q, &m, QUEUE_DELIVERED);
}

/* At most as many as there are now: those that come meanwhile are somebody else's. */
static int purge_open(struct purge *p, struct queue *q, uint64_t *done)
{
	struct queue_stat st;
	int rc;

	rc = queue_look(q, STAT_MESSAGES, &st);
	if (rc < 0)
		return rc;
	queue_expect(q, st.messages, QUEUE_ALL_THERE);
	while (*done < st.messages && !stop_signal()) {
		rc = throw_away(p, q);
		if (rc == -EAGAIN)
			break;
		if (rc < 0)
			return rc;
		++*done;
	}
	return queue_flush(q, QUEUE_WAIT_FOREVER);
}

static int purge_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_TAKE, .ref = ref };
	struct purge *p = arg;
	uint64_t done = 0;
	struct queue q;
	int rc;

	if (stop_signal())
		return EX_DONE;
	rc = queue_open(&q, ref, QUEUE_READ);
	if (rc == 0)
		rc = purge_open(p, &q, &done);
	queue_close(&q);
	if (rc == 0 || done > 0)
		printf(text_n("%s: %" PRIu64 " message purged\n",
			      "%s: %" PRIu64 " messages purged\n", done),
		       msg_name(ref), done);
	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

/* ---- the command line ---- */

static int check_kinds(const struct purge *p, const struct queue_ref *refs, int n)
{
	int status = EX_DONE, i;

	for (i = 0; i < n && p->opt.has_type && status == EX_DONE; i++)
		if (refs[i].kind != QUEUE_SYSV)
			status = msg_wrong_kind("--type", &refs[i]);
	return status;
}

static int purge_all(struct cmdline *cl, struct purge *p)
{
	struct queue_ref *refs = cmdline_queues(cl, 0);
	int status;

	if (!refs)
		return EX_BADUSAGE;
	status = check_kinds(p, refs, cl->noperands);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE) {
		stop_init();
		status = cmdline_each(refs, cl->noperands, purge_one, p);
	}
	free(refs);
	return status;
}

static bool read_option(struct cmdline *cl, int val, const char *value, void *arg)
{
	struct purge *p = arg;

	return cmd_take_option(cl, &p->opt, val, value);
}

static int purge_run(struct cmdline *cl)
{
	struct purge p = { 0 };
	int status;

	if (!cmdline_read(cl, read_option, &p))
		return EX_BADUSAGE;
	status = cmd_take_check(&p.opt, NULL);
	if (status != EX_DONE)
		return status;
	status = purge_all(cl, &p);
	take_room_free(&p.room);
	if (stop_signal()) {
		status = stdout_finish(status);
		stop_die(stop_signal());
	}
	return status;
}

const struct command cmd_purge = {
	.name = "purge",
	.operands = N_("QUEUE..."),
	.summary = N_("Throw away the messages that wait on queues"),
	.notes = N_("At most as many as wait at the start are thrown away; how many is printed."),
	.options = purge_options,
	.min_operands = 1,
	.max_operands = -1,
	.run = purge_run,
};
