/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-purge.c - mqtool purge: throw away the messages that wait on queues
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/stop.h"
#include "base/text.h"
#include "cmd/ask.h"
#include "cmd/cmd-take.h"
#include "cmd/enter.h"
#include "cmd/opt.h"
#include "cmd/msg.h"
#include "cmd/stdout.h"
#include "cmd/take.h"
#include "queue/queue-stat.h"
#include "show/queue-filter.h"

enum { OPT_MATCH = OPT_OWN, OPT_YES };

static const struct poptOption purge_options[] = {
	CMD_TYPE_OPTIONS,
	CMD_NAMESPACE_OPTION(N_("PID")),
	{ "match", '\0', POPT_ARG_STRING, NULL, OPT_MATCH,
	  N_("queues whose name or key, as mqtool prints it, matches"), N_("GLOB") },
	{ "yes", 'y', POPT_ARG_NONE, NULL, OPT_YES, N_("--match: do not ask"), NULL },
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS,
};

struct purge {
	struct take_options opt;
	struct take_room room;
	struct queue_filter filter; /* --match */
	bool yes;
};

/* Takes one message and throws it away, without waiting. */
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

/* Purges one queue, called name. */
static int purge_queue(struct purge *p, const struct queue_ref *ref, const char *name)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_TAKE, .ref = ref };
	uint64_t done = 0;
	struct queue *q;
	int rc;

	if (stop_signal())
		return EX_DONE;
	rc = queue_open(&q, ref, QUEUE_READ);
	if (rc == 0)
		rc = purge_open(p, q, &done);
	queue_close(q);
	if (rc == 0 || done > 0)
		printf(text_n("%s: %" PRIu64 " message purged\n",
			      "%s: %" PRIu64 " messages purged\n", done),
		       name, done);
	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static int purge_one(const struct queue_ref *ref, void *arg)
{
	return purge_queue(arg, ref, msg_name(ref));
}

/* ---- queues by name pattern ---- */

static bool confirmed(const struct queue_list *list)
{
	return ask(list, _("nothing was thrown away"),
		   text_n("Throw away the messages of %zu queue?",
			  "Throw away the messages of %zu queues?", list->n),
		   list->n);
}

static int purge_listed(struct purge *p, const struct queue_list *list)
{
	char name[QUEUE_NAME_TEXT];
	struct queue_ref ref;
	int status = EX_DONE;

	if (list->n && !p->yes && !confirmed(list))
		return EX_FAILED;
	stop_init();
	for (size_t i = 0; i < list->n; i++) {
		queue_stat_ref(&list->items[i], &ref);
		queue_stat_text(&list->items[i], name);
		status = status_first(status, purge_queue(p, &ref, name));
	}
	return status;
}

static int purge_matching(struct cmdline *cl, struct purge *p)
{
	/* Only System V has types. */
	unsigned int kinds = p->opt.has_type ? QUEUE_MASK_SYSV : QUEUE_MASK_ALL;
	struct queue_list list = { 0 };
	int status;

	if (!p->yes && !ask_possible())
		return msg_usage(_("no terminal to ask on: give -y"));
	status = cmdline_enter(cl);
	if (status != EX_DONE)
		return status;
	if (queue_list(&list, kinds, 0) < 0)
		return msg_no_memory();
	status = msg_list_notes(&list, kinds);
	queue_filter_keep(&p->filter, &list, 0);
	queue_list_sort(&list);
	status = status_first(status, purge_listed(p, &list));
	queue_list_free(&list);
	return status;
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

static int purge_named(struct cmdline *cl, struct purge *p)
{
	struct queue_ref *refs;
	int status;

	if (p->yes)
		return msg_usage(_("-y needs --match: only --match asks"));
	if (!cl->noperands)
		return msg_usage(_("no queue given"));
	refs = cmdline_queues(cl, 0);
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

	switch (val) {
	case OPT_MATCH:
		p->filter.have |= FILTER_MATCH;
		return opt_glob(cl, value, &p->filter.glob);
	case OPT_YES:
		p->yes = true;
		return true;
	default:
		return cmd_take_option(cl, &p->opt, val, value);
	}
}

static int purge_chosen(struct cmdline *cl, struct purge *p)
{
	if (!p->filter.have)
		return purge_named(cl, p);
	if (cl->noperands)
		return msg_usage(_("%s takes no QUEUE: '%s' cannot be named"), "--match",
				 msg_quote(cl->operands[0]));
	return purge_matching(cl, p);
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
	status = purge_chosen(cl, &p);
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
	.summary = N_("Throw away the messages waiting on queues"),
	.notes = N_("purge throws away at most as many messages as are waiting when it starts, and\n"
		    "prints how many.  With --match, it asks first.  The default answer is no."),
	.options = purge_options,
	.min_operands = 0, /* --match takes none */
	.max_operands = -1,
	.run = purge_run,
};
