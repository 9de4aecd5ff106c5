/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-rm.c - mqtool rm: remove queues by name or by description
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/ask.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "show/queue-filter.h"

enum {
	OPT_FORCE = OPT_FIRST,
	OPT_ALL,
	OPT_SYSV,
	OPT_POSIX,
	OPT_MATCH,
	OPT_EMPTY,
	OPT_IDLE,
	OPT_OWNER,
	OPT_DRY_RUN,
	OPT_YES,
	OPT_VERBOSE
};

static const struct poptOption rm_options[] = {
	{ "force", 'f', POPT_ARG_NONE, NULL, OPT_FORCE, N_("ignore queues that do not exist"),
	  NULL },
	{ "all", 'a', POPT_ARG_NONE, NULL, OPT_ALL,
	  N_("no QUEUE: all queues that meet all of the conditions that follow"), NULL },
	{ "sysv", 'S', POPT_ARG_NONE, NULL, OPT_SYSV, N_("-a: System V queues"), NULL },
	{ "posix", 'P', POPT_ARG_NONE, NULL, OPT_POSIX, N_("-a: POSIX queues"), NULL },
	{ "match", 0, POPT_ARG_STRING, NULL, OPT_MATCH,
	  N_("-a: queues whose name or key, as mqtool prints it, matches"), N_("GLOB") },
	{ "empty", 0, POPT_ARG_NONE, NULL, OPT_EMPTY, N_("-a: queues without messages"), NULL },
	{ "idle", 0, POPT_ARG_STRING, NULL, OPT_IDLE, N_("-a: queues idle for at least this long"),
	  N_("DURATION") },
	{ "owner", 0, POPT_ARG_STRING, NULL, OPT_OWNER, N_("-a: queues of a user"), N_("USER") },
	{ "dry-run", 0, POPT_ARG_NONE, NULL, OPT_DRY_RUN,
	  N_("print what would be removed, and remove nothing"), NULL },
	{ "yes", 'y', POPT_ARG_NONE, NULL, OPT_YES, N_("-a: do not ask"), NULL },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE,
	  N_("print the name of each queue removed"), NULL },
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

struct rm {
	bool force;
	bool all;
	bool dry_run;
	bool yes;
	bool verbose;
	struct queue_filter filter;
	const char *filter_seen; /* a filter's option, as written */
};

/* ---- the command line ---- */

static bool read_owner(struct cmdline *cl, const char *text, struct queue_filter *f)
{
	struct queue_attr attr = { 0 };

	if (!opt_owner(cl, text, &attr))
		return false;
	if (attr.have != ATTR_OWNER)
		return msg_refuse(_("%s: '%s' is not a user alone"), cl->seen, msg_quote(text));
	f->owner = attr.uid;
	return true;
}

static bool read_filter(struct cmdline *cl, int opt, const char *value, struct rm *rm)
{
	struct queue_filter *f = &rm->filter;

	rm->filter_seen = opt == OPT_SYSV  ? "-S" :
			  opt == OPT_POSIX ? "-P" :
			  opt == OPT_MATCH ? "--match" :
			  opt == OPT_EMPTY ? "--empty" :
			  opt == OPT_IDLE  ? "--idle" :
					     "--owner";
	switch (opt) {
	case OPT_SYSV:
	case OPT_POSIX:
		f->have |= FILTER_KIND;
		f->kinds |= opt == OPT_SYSV ? QUEUE_MASK_SYSV : QUEUE_MASK_POSIX;
		return true;
	case OPT_MATCH:
		f->have |= FILTER_MATCH;
		return opt_glob(cl, value, &f->glob);
	case OPT_EMPTY:
		f->have |= FILTER_EMPTY;
		return true;
	case OPT_IDLE:
		f->have |= FILTER_IDLE;
		return opt_duration(cl, value, &f->idle_ns);
	default:
		f->have |= FILTER_OWNER;
		return read_owner(cl, value, f);
	}
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct rm *rm = arg;

	switch (opt) {
	case OPT_FORCE:
		rm->force = true;
		return true;
	case OPT_ALL:
		rm->all = true;
		return true;
	case OPT_DRY_RUN:
		rm->dry_run = true;
		return true;
	case OPT_YES:
		rm->yes = true;
		return true;
	case OPT_VERBOSE:
		rm->verbose = true;
		return true;
	default:
		return read_filter(cl, opt, value, rm);
	}
}

static int check_all(const struct cmdline *cl, const struct rm *rm)
{
	if (cl->noperands > 0)
		return msg_usage(_("-a takes no QUEUE: '%s' cannot be named"),
				 msg_quote(cl->operands[0]));
	if (!rm->filter.have)
		return msg_usage(_("-a needs -S, -P, --match, --empty, --idle or --owner"));
	if (rm->force)
		return msg_usage(_("-f is for queues that are named; -y does not ask"));
	return EX_DONE;
}

static int check_named(const struct cmdline *cl, const struct rm *rm)
{
	if (rm->filter.have)
		return msg_usage(_("%s needs -a"), rm->filter_seen);
	if (rm->yes)
		return msg_usage(_("-y needs -a: only -a asks"));
	if (cl->noperands == 0)
		return msg_usage(_("no queue given"));
	return EX_DONE;
}

/* ---- queues by name ---- */

static int remove_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_REMOVE, .ref = ref };
	const struct rm *rm = arg;
	int rc = rm->dry_run ? queue_exists(ref) : queue_remove(ref);

	/* An ftok path that does not exist names no queue, so nothing is known to be missing. */
	if (rc == -ENOENT && rm->force && !ref->error)
		return EX_DONE;
	if (rc < 0)
		return msg_queue_failed(&attempt, rc);
	if (rm->verbose || rm->dry_run)
		puts(msg_name(ref));
	return EX_DONE;
}

static int remove_named(struct cmdline *cl, struct rm *rm)
{
	struct queue_ref *refs = cmdline_names(cl, 0);
	int status;

	if (!refs)
		return EX_BADUSAGE;
	status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = cmdline_each(refs, cl->noperands, remove_one, rm);
	free(refs);
	return status;
}

/* ---- queues by description ---- */

#define FILTER_DETAIL STAT_MESSAGES

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* How messages name the queue: as it is printed. */
static void printed_ref(const struct queue_stat *st, struct queue_ref *ref)
{
	queue_stat_ref(st, ref);
	if (st->kind == QUEUE_SYSV && st->key) {
		ref->by = QUEUE_BY_KEY;
		ref->key = st->key;
	}
}

static int report(const struct queue_stat *st, int error)
{
	struct queue_ref ref;
	const struct queue_attempt attempt = { .op = QUEUE_OP_REMOVE, .ref = &ref };

	printed_ref(st, &ref);
	return msg_queue_failed(&attempt, error);
}

/* Removes a queue that was just looked at. */
static int remove_described(const struct rm *rm, const struct queue_stat *st)
{
	char name[QUEUE_NAME_TEXT];
	struct queue_ref ref;
	int rc = 0;

	if (!rm->dry_run) {
		queue_stat_ref(st, &ref);
		rc = queue_remove(&ref);
	}
	if (rc == -ENOENT)
		return EX_DONE; /* somebody else was faster */
	if (rc < 0)
		return report(st, rc);
	if (rm->verbose || rm->dry_run) {
		queue_stat_text(st, name);
		puts(name);
	}
	return EX_DONE;
}

/*
 * Looks again, since much may have happened after the list was made, and removes the queue if it is
 * the same and still matches.
 */
static int remove_listed(const struct rm *rm, const struct queue_stat *seen)
{
	char name[QUEUE_NAME_TEXT];
	struct queue_stat now;
	int rc = queue_look_again(seen, FILTER_DETAIL, &now);

	if (rc == -ESTALE || (rc == 0 && !queue_filter_holds(&rm->filter, &now, now_ns()))) {
		queue_stat_text(seen, name);
		msg_error(_("%s: not removed: it changed meanwhile"), name);
		return EX_DONE;
	}
	if (rc == -ENOENT)
		return EX_DONE;
	return rc < 0 ? report(seen, rc) : remove_described(rm, seen);
}

struct sweep {
	const struct rm *rm;
	int status;
};

static bool remove_visited(const struct queue_stat *st, void *arg)
{
	struct sweep *sweep = arg;

	if (queue_filter_holds(&sweep->rm->filter, st, now_ns()))
		sweep->status = status_first(sweep->status, remove_described(sweep->rm, st));
	return true;
}

/*
 * Removes in one pass what needs no question and no sorted output; *kinds is what is left to be
 * listed.
 */
static int remove_at_sight(const struct rm *rm, unsigned int *kinds)
{
	struct sweep sweep = { rm, EX_DONE };

	if (!rm->yes || rm->dry_run || rm->verbose)
		return EX_DONE;
	for (unsigned int kind = 0; kind < QUEUE_KINDS; kind++)
		if (*kinds & 1u << kind && queue_visit(kind, remove_visited, &sweep) == 0)
			*kinds &= ~(1u << kind);
	return sweep.status;
}

static bool confirmed(const struct queue_list *list)
{
	return ask(list, _("nothing was removed"),
		   text_n("Remove %zu queue?", "Remove %zu queues?", list->n), list->n);
}

static int remove_chosen(const struct rm *rm, const struct queue_list *list)
{
	int status = EX_DONE;

	if (list->n && !rm->yes && !rm->dry_run && !confirmed(list))
		return EX_FAILED;
	for (size_t i = 0; i < list->n; i++)
		status = status_first(status, remove_listed(rm, &list->items[i]));
	return status;
}

static int remove_from_list(const struct rm *rm, unsigned int kinds)
{
	struct queue_list list = { 0 };
	int rc = queue_list(&list, kinds, FILTER_DETAIL);
	int status;

	if (rc < 0) {
		msg_error("%s", strerror(-rc));
		return EX_FAILED;
	}
	/* If a kind cannot be listed, nobody knows that all is done. */
	status = msg_list_notes(&list, kinds);
	for (size_t i = 0; i < QUEUE_KINDS; i++)
		if (list.note[i])
			status = status_first(status, EX_FAILED);
	queue_filter_keep(&rm->filter, &list, now_ns());
	queue_list_sort(&list);
	status = status_first(status, remove_chosen(rm, &list));
	queue_list_free(&list);
	return status;
}

static int remove_all(struct cmdline *cl, const struct rm *rm)
{
	unsigned int kinds = queue_filter_kinds(&rm->filter);
	int status;

	if (!rm->yes && !rm->dry_run && !ask_possible())
		return msg_usage(_("no terminal to ask on: give -y or --dry-run"));
	status = cmdline_enter(cl);
	if (status != EX_DONE)
		return status;
	status = remove_at_sight(rm, &kinds);
	return kinds ? status_first(status, remove_from_list(rm, kinds)) : status;
}

/* ---- the command ---- */

static int rm_run(struct cmdline *cl)
{
	struct rm rm = { 0 };
	int status;

	if (!cmdline_read(cl, read_option, &rm))
		return EX_BADUSAGE;
	status = rm.all ? check_all(cl, &rm) : check_named(cl, &rm);
	if (status != EX_DONE)
		return status;
	return rm.all ? remove_all(cl, &rm) : remove_named(cl, &rm);
}

const struct command cmd_rm = {
	.name = "rm",
	.operands = N_("QUEUE..."),
	.summary = N_("Remove queues"),
	.notes = N_("With -a, rm asks before it removes anything and checks each queue again just\n"
		    "before removing it.  The default answer is no."),
	.options = rm_options,
	.min_operands = 0, /* -a takes none */
	.max_operands = -1,
	.run = rm_run,
};
