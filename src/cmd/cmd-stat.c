/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-stat.c - mqtool stat: which queues there are, how full, and which processes use them
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd-look.h"
#include "cmd/cmd.h"
#include "cmd/counting.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "queue/limit.h"
#include "queue/tracer.h"
#include "show/columns.h"
#include "show/namespaces.h"
#include "show/openmetrics.h"
#include "show/procs.h"
#include "show/queue-filter.h"
#include "show/rates.h"
#include "show/removed.h"
#include "show/report.h"

enum {
	OPT_BYTES = OPT_LOOK_END,
	OPT_NOHEADINGS,
	OPT_WAITERS,
	OPT_LIMITS,
	OPT_OPENMETRICS,
	OPT_REMOVED
};

static const struct poptOption stat_options[] = {
	CMD_KIND_OPTIONS,
	CMD_COLUMN_OPTIONS,
	{ "bytes", 'b', POPT_ARG_NONE, NULL, OPT_BYTES, N_("sizes in bytes, without K and M"),
	  NULL },
	{ "noheadings", 'H', POPT_ARG_NONE, NULL, OPT_NOHEADINGS, N_("omit the headings"), NULL },
	CMD_JSON_OPTION(OPT_JSON, N_("a JSON array of objects (also -J)")),
	{ "waiters", 'w', POPT_ARG_NONE, NULL, OPT_WAITERS,
	  N_("look for the processes that wait on queues"), NULL },
	{ "limits", 'L', POPT_ARG_NONE, NULL, OPT_LIMITS,
	  N_("show the kernel's limits instead of queues"), NULL },
	CMD_MATCH_OPTION,
	{ "openmetrics", '\0', POPT_ARG_NONE, NULL, OPT_OPENMETRICS,
	  N_("queues and limits as OpenMetrics text"), NULL },
	{ "removed", '\0', POPT_ARG_NONE, NULL, OPT_REMOVED,
	  N_("removed POSIX queues that processes still hold open"), NULL },
	{ "trace", '\0', POPT_ARG_STRING, NULL, OPT_TRACE,
	  N_("count what passes for this time: SEND/s, AGE and so on"), N_("DURATION") },
	CMD_NAMESPACE_OPTION(N_("PID|all")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

/* The line, read. */
struct stat_line {
	struct look_options look;
	bool bytes, noheadings, waiters, limits, openmetrics, removed;
};

/* What was found. */
struct stat_result {
	struct queue_list list;
	struct queue_stat *items; /* list.items, or those that were named */
	size_t n;
	struct procs procs;
	bool looked; /* processes were looked at: procs is filled */
	bool failed; /* there is nothing to show */
	struct rates rates;
	int64_t began_ns;
};

/* ---- the line ---- */

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct stat_line *line = arg;

	switch (opt) {
	case OPT_BYTES:
		line->bytes = true;
		return true;
	case OPT_NOHEADINGS:
		line->noheadings = true;
		return true;
	case OPT_WAITERS:
		line->waiters = true;
		return true;
	case OPT_LIMITS:
		line->limits = true;
		return true;
	case OPT_OPENMETRICS:
		line->openmetrics = true;
		return true;
	case OPT_REMOVED:
		line->removed = true;
		return true;
	case OPT_TRACE:
		line->look.traced = true;
		return opt_duration(cl, value, &line->look.trace_ns);
	default:
		return cmd_look_option(cl, &line->look, opt, value);
	}
}

/* What has no meaning with --openmetrics or --limits, or NULL. */
static const char *shows_columns(const struct stat_line *line)
{
	return line->look.chosen ? "--output" :
	       line->look.sorted ? "--sort" :
	       line->waiters     ? "--waiters" :
				   NULL;
}

static int check_openmetrics(const struct stat_line *line, const struct cmdline *cl)
{
	const char *other = cl->namespaces   ? "--namespace=all" :
			    line->limits     ? "--limits" :
			    line->look.json  ? "--json" :
			    line->bytes      ? "--bytes" :
			    line->noheadings ? "--noheadings" :
					       shows_columns(line);

	if (line->openmetrics && other)
		return msg_usage(_("--openmetrics has its own format: not with %s"), other);
	return EX_DONE;
}

static int check_match(const struct stat_line *line, const struct cmdline *cl)
{
	if (line->look.match && cl->noperands)
		return msg_usage(_("%s takes no QUEUE: '%s' cannot be named"), "--match",
				 msg_quote(cl->operands[0]));
	return EX_DONE;
}

static int check_limits(const struct stat_line *line, const struct cmdline *cl)
{
	if (cl->noperands)
		return msg_usage(_("--limits shows no queues: '%s' cannot be named"),
				 msg_quote(cl->operands[0]));
	if (cl->namespaces)
		return msg_usage(_("--limits are those of one IPC namespace: name a process"));
	if (line->look.match)
		return msg_usage(_("--limits shows no queues: not with %s"), "--match");
	if (shows_columns(line))
		return msg_usage(_("--limits has its own columns: not with %s"),
				 shows_columns(line));
	return EX_DONE;
}

static int check_trace(const struct stat_line *line)
{
	const char *other = line->removed ? "--removed" : line->limits ? "--limits" : NULL;

	if (line->look.traced && other)
		return msg_usage(_("--trace is about queues that are there: not with %s"), other);
	return EX_DONE;
}

static int check_removed(const struct stat_line *line, const struct cmdline *cl)
{
	const char *other = cl->namespaces    ? "--namespace" :
			    line->look.mask   ? "--sysv or --posix" :
			    line->look.match  ? "--match" :
			    line->limits      ? "--limits" :
			    line->openmetrics ? "--openmetrics" :
						shows_columns(line);

	if (!line->removed)
		return EX_DONE;
	if (cl->noperands)
		return msg_usage(_("%s takes no QUEUE: '%s' cannot be named"), "--removed",
				 msg_quote(cl->operands[0]));
	if (other)
		return msg_usage(_("--removed has its own columns: not with %s"), other);
	return EX_DONE;
}

static int check_options(const struct stat_line *line, const struct cmdline *cl)
{
	int status = check_removed(line, cl);

	if (status == EX_DONE)
		status = check_trace(line);
	if (status == EX_DONE)
		status = check_openmetrics(line, cl);
	if (status == EX_DONE)
		status = check_match(line, cl);
	if (status == EX_DONE && line->limits)
		status = check_limits(line, cl);
	return status;
}

static int read_line(struct cmdline *cl, struct stat_line *line)
{
	struct column_list usual;
	int status;

	column_list_default(&usual);
	cmd_look_begin(&line->look, &usual);
	if (!cmdline_read(cl, read_option, line))
		return EX_BADUSAGE;
	status = check_options(line, cl);
	if (status != EX_DONE)
		return status;
	if (line->waiters)
		column_list_add(&line->look.columns, COL_WAITING);
	return cmd_look_finish(cl, &line->look);
}

/* ---- looking ---- */

static bool as_block(const struct stat_line *line)
{
	return line->look.nrefs && !line->look.chosen && !line->look.sorted && !line->noheadings &&
	       !line->look.json && !line->openmetrics;
}

static unsigned int detail_wanted(const struct stat_line *line)
{
	if (as_block(line))
		return ~0u;
	return cmd_look_detail(&line->look.columns, line->look.sort) |
	       (line->openmetrics ? OPENMETRICS_DETAIL : 0);
}

static int list_namespaces(unsigned int mask, unsigned int detail, struct queue_list *list)
{
	struct namespaces_hidden hidden;
	int rc = namespaces_list(list, mask, detail, &hidden);

	if (rc == -ENOMEM)
		return msg_no_memory();
	if (rc < 0)
		return msg_namespace_failed(0, rc);
	msg_namespaces_hidden(&hidden);
	return EX_DONE;
}

static int list_all(const struct stat_line *line, struct stat_result *result)
{
	const struct look_options *look = &line->look;
	const struct queue_filter filter = { .have = look->match ? FILTER_MATCH : 0,
					     .glob = look->match };
	unsigned int mask = cmd_look_mask(look);
	int status = EX_DONE;

	if (look->namespaces)
		status = list_namespaces(mask, detail_wanted(line), &result->list);
	else if (queue_list(&result->list, mask, detail_wanted(line)) < 0)
		status = msg_no_memory();
	result->failed = status != EX_DONE;
	if (result->failed)
		return status;
	status = msg_list_notes(&result->list, mask);
	queue_filter_keep(&filter, &result->list, 0);
	if (look->nrefs) {
		queue_list_keep(&result->list, look->refs, look->nrefs);
		status = status_first(status, msg_check_named(look->refs, look->nrefs,
							      result->list.items, result->list.n));
	}
	result->items = result->list.items;
	result->n = result->list.n;
	return status;
}

/* For a queue that may not be opened the list still has its owner and mode. */
static bool find_listed(const struct queue_ref *ref, struct queue_list *list, struct queue_stat *st)
{
	if (!(QUEUE_MASK_ALL & 1u << ref->kind) || queue_list(list, 1u << ref->kind, STAT_INODE) < 0)
		return false;
	for (size_t i = 0; i < list->n; i++) {
		if (!queue_ref_is(ref, &list->items[i]))
			continue;
		*st = list->items[i];
		return true;
	}
	return false;
}

/* Reads one queue that was named; *st->name is the ref's. */
static int look_at(const struct queue_ref *ref, struct queue_list *list, struct queue_stat *st)
{
	struct queue *q;
	int rc = queue_open(&q, ref, 0);

	if (rc == 0)
		rc = queue_stat(q, st);
	queue_close(q);
	if (rc == -EACCES && find_listed(ref, list, st))
		rc = 0;
	if (rc == 0)
		queue_stat_name(st, ref);
	return rc;
}

/* Is there a value to show that may not be read? */
static bool unreadable(const struct stat_line *line, const struct queue_stat *st)
{
	for (int col = 0; col < COLUMNS_ALL; col++) {
		enum column c = (enum column)col;

		if (c != COL_WAITING && !column_of_namespace(c) && !column_of_rates(c) &&
		    (as_block(line) || column_list_has(&line->look.columns, c)) &&
		    column_applies(c, st->kind) && !column_known(c, st))
			return true;
	}
	return false;
}

static int look_at_named(const struct stat_line *line, struct stat_result *result)
{
	int status = EX_DONE;

	result->items = calloc((size_t)line->look.nrefs, sizeof(*result->items));
	if (!result->items)
		return msg_no_memory();
	for (int i = 0; i < line->look.nrefs; i++) {
		const struct queue_attempt attempt = { .op = QUEUE_OP_STAT,
						       .ref = &line->look.refs[i] };
		struct queue_stat *st = &result->items[result->n];
		int rc = look_at(&line->look.refs[i], &result->list, st);

		if (rc == 0) {
			result->n++;
			rc = unreadable(line, st) ? -EACCES : 0;
		}
		if (rc < 0)
			status = status_first(status, msg_queue_failed(&attempt, rc));
	}
	return status;
}

/* ---- processes ---- */

/* The processes of a broker's queue are on other machines. */
static bool any_local(const struct stat_result *result)
{
	for (size_t i = 0; i < result->n; i++)
		if (result->items[i].kind != QUEUE_AMQP)
			return true;
	return false;
}

static unsigned int processes_wanted(const struct stat_line *line)
{
	if (as_block(line))
		return PROCS_WAITERS | PROCS_HOLDERS | PROCS_SINCE | PROCS_REMOVED;
	if (line->waiters && line->look.json)
		return PROCS_WAITERS | PROCS_HOLDERS | PROCS_SINCE;
	if (line->openmetrics || column_list_has(&line->look.columns, COL_WAITING) ||
	    line->look.sort == COL_WAITING)
		return PROCS_WAITERS;
	return 0;
}

static void say_hidden(const struct procs *procs)
{
	if (procs->error)
		msg_error(_("cannot look at processes: /proc: %s"), strerror(-procs->error));
	if (procs->foreign)
		msg_error(_("/proc is that of another PID namespace: what processes outside it hold"
			    " or wait for is not shown"));
	if (procs->hidepid)
		msg_error(_("processes of other users are hidden here (/proc is mounted with"
			    " hidepid): what they hold or wait for is not shown"));
	if (procs->hidden)
		msg_error(text_n("%u process may not be looked at: what it holds or waits for is"
				 " not shown",
				 "%u processes may not be looked at: what they hold or wait for is"
				 " not shown",
				 procs->hidden),
			  procs->hidden);
	if (procs->blind)
		msg_error(text_n("%u thread is blocked on a queue that cannot be identified"
				 " without root (or kernel.yama.ptrace_scope=0)",
				 "%u threads are blocked on queues that cannot be identified"
				 " without root (or kernel.yama.ptrace_scope=0)",
				 procs->blind),
			  procs->blind);
}

static int look_at_processes(const struct stat_line *line, struct stat_result *result)
{
	unsigned int wanted = processes_wanted(line);
	int rc;

	if (!wanted || !any_local(result))
		return EX_DONE;
	if (line->look.namespaces)
		wanted |= PROCS_NAMESPACES;
	rc = procs_scan(&result->procs, wanted, result->items, result->n);
	if (rc < 0)
		return msg_no_memory();
	result->looked = true;
	procs_count(&result->procs, result->items, result->n);
	say_hidden(&result->procs);
	return EX_DONE;
}

/* ---- showing ---- */

/* One write for all; main() reports a failed one. */
static int print(struct buffer *b, int status)
{
	if (b->failed)
		status = status_first(status, msg_no_memory());
	else if (b->len)
		fwrite(b->data, 1, b->len, stdout);
	buffer_free(b);
	return status;
}

/* Limits apply to all queues, whichever are shown. */
static int put_limit_metrics(struct buffer *b, const struct stat_line *line)
{
	unsigned int mask = line->look.mask ? line->look.mask : QUEUE_MASK_ALL;
	struct limit limits[LIMITS_MAX];
	struct queue_list list = { 0 };

	if (queue_list(&list, mask, LIMITS_DETAIL) < 0)
		return msg_no_memory();
	openmetrics_put_limits(b, limits, limits_read(limits, mask, &list));
	queue_list_free(&list);
	return EX_DONE;
}

static int show_openmetrics(const struct stat_line *line, const struct stat_result *result,
			    int status)
{
	struct buffer b = { 0 };

	openmetrics_put_queues(&b, result->items, result->n);
	if (line->look.traced)
		openmetrics_put_rates(&b, &result->rates, result->items, result->n);
	status = status_first(status, put_limit_metrics(&b, line));
	openmetrics_put_end(&b);
	return print(&b, status);
}

/* Nobody asks about a queue of another IPC namespace. */
static void put_block(struct buffer *b, struct report *report, const struct queue_stat *st)
{
	struct who who = { 0 };

	if (st->kind == QUEUE_POSIX && report->procs && !(st->have & STAT_NAMESPACE)) {
		who_look(&who, st, report->procs);
		report->who = &who;
	}
	report_put_block(b, report, st);
	b->failed |= who.polls.failed;
	report->who = NULL;
	who_free(&who);
}

/* Nobody asks either about all the queues that there are. */
static void put_json(struct buffer *b, struct report *report, const struct stat_line *line,
		     const struct stat_result *result)
{
	struct who *who = NULL;

	if (report->procs && line->look.nrefs && !line->look.namespaces) {
		who = calloc(result->n + 1, sizeof(*who));
		b->failed |= !who;
	}
	for (size_t i = 0; who && i < result->n; i++) {
		if (result->items[i].kind == QUEUE_POSIX)
			who_look(&who[i], &result->items[i], report->procs);
		b->failed |= who[i].json.failed;
	}
	report->who = who;
	report_put_json(b, report, result->items, result->n);
	for (size_t i = 0; who && i < result->n; i++)
		who_free(&who[i]);
	free(who);
	tracer_end();
}

static int show(const struct stat_line *line, const struct stat_result *result, int status)
{
	bool processes = result->looked && (line->waiters || as_block(line));
	struct timespec now;
	struct report report = {
		.columns = &line->look.columns,
		.context = { .exact = line->bytes },
		.headings = !line->noheadings,
		.procs = processes ? &result->procs : NULL,
		.took_ns = clock_monotonic_ns() - result->began_ns,
	};
	struct buffer b = { 0 };

	/* Not time(2), an indirect function: each start of mqtool, whatever the command, would resolve it. */
	clock_gettime(CLOCK_REALTIME, &now);
	report.context.now = now.tv_sec;
	if (line->look.json) {
		put_json(&b, &report, line, result);
	} else if (as_block(line)) {
		for (size_t i = 0; i < result->n; i++) {
			if (i)
				buffer_putc(&b, '\n');
			put_block(&b, &report, &result->items[i]);
		}
		tracer_end();
	} else if (report_put_table(&b, &report, result->items, result->n) < 0) {
		b.failed = true;
	}
	return print(&b, status);
}

static int sort(const struct stat_line *line, struct stat_result *result)
{
	/* Named queues come in the order given, unless another order is asked for. */
	if (line->look.nrefs && !line->look.sorted && !line->look.namespaces)
		return EX_DONE;
	if (column_sort(result->items, result->n, line->look.sort, line->look.reverse) < 0)
		return msg_no_memory();
	return EX_DONE;
}

/* Counts what passes, before the look that is shown. */
static int count(const struct stat_line *line, struct stat_result *result)
{
	result->rates.mask = cmd_look_mask(&line->look);
	result->rates.namespaces = line->look.namespaces;
	result->rates.waits = as_block(line) || line->openmetrics ||
			      cmd_look_wants_waits(&line->look.columns, line->look.sort);
	return counting_run(&result->rates, line->look.trace_ns);
}

static int look(const struct stat_line *line, struct stat_result *result)
{
	result->began_ns = clock_monotonic_ns();
	if (line->look.nrefs && !line->look.namespaces)
		return look_at_named(line, result);
	return list_all(line, result);
}

static void free_result(struct stat_result *result)
{
	if (result->items != result->list.items)
		free(result->items);
	queue_list_free(&result->list);
	procs_free(&result->procs);
	rates_free(&result->rates);
}

static int stat_queues(const struct stat_line *line)
{
	struct stat_result result = { 0 };
	int status = line->look.traced ? count(line, &result) : EX_DONE;

	if (status != EX_DONE) {
		free_result(&result);
		return status;
	}
	status = look(line, &result);
	if (!result.failed) {
		if (line->look.traced)
			rates_set(&result.rates, result.items, result.n);
		status = status_first(status, look_at_processes(line, &result));
		status = status_first(status, sort(line, &result));
		status = line->openmetrics ? show_openmetrics(line, &result, status) :
					     show(line, &result, status);
	}
	free_result(&result);
	return status;
}

static int stat_limits(const struct stat_line *line)
{
	const struct report report = {
		.context = { .exact = line->bytes },
		.headings = !line->noheadings,
	};
	unsigned int mask = line->look.mask ? line->look.mask : QUEUE_MASK_ALL;
	struct limit limits[LIMITS_MAX];
	struct queue_list list = { 0 };
	struct buffer b = { 0 };
	size_t n;

	if (queue_list(&list, mask, LIMITS_DETAIL) < 0)
		return msg_no_memory();
	(void)msg_list_notes(&list, mask); /* a use that is not known is not a failure */
	n = limits_read(limits, mask, &list);
	queue_list_free(&list);
	if (line->look.json)
		report_put_limits_json(&b, limits, n);
	else if (report_put_limits(&b, &report, limits, n) < 0)
		b.failed = true;
	return print(&b, EX_DONE);
}

static int stat_removed(const struct stat_line *line)
{
	struct procs procs = { 0 };
	struct buffer b = { 0 };

	if (procs_scan(&procs, PROCS_REMOVED, NULL, 0) < 0)
		return msg_no_memory();
	if (line->look.json)
		removed_put_json(&b, &procs);
	else if (removed_put_table(&b, &procs, !line->noheadings, line->bytes) < 0)
		b.failed = true;
	say_hidden(&procs);
	procs_free(&procs);
	return print(&b, EX_DONE);
}

static int stat_run(struct cmdline *cl)
{
	struct stat_line line = { 0 };
	int status = read_line(cl, &line);

	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = line.limits  ? stat_limits(&line) :
			 line.removed ? stat_removed(&line) :
					stat_queues(&line);
	cmd_look_free(&line.look);
	return status;
}

const struct command cmd_stat = {
	.name = "stat",
	.operands = N_("[QUEUE...]"),
	.summary = N_("Show queues, how full they are, and which processes use them"),
	.notes = N_(
		"Without QUEUE, shows a table of all queues.  A QUEUE without -o, -s, -H or -j is\n"
		"shown in full, with the processes that hold it or wait on it and a diagnosis.\n"
		"\n"
		"Columns: QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST, and WAITING KEY MSQID\n"
		"MAXMSG MSGSIZE QBYTES UID GID CUID CGID SENT RECEIVED LSPID LRPID CTIME INO\n"
		"NOTIFY, with --namespace=all NAMESPACE PROCS PID, and with --trace SEND/s RECV/s\n"
		"IN/s OUT/s AGE SWAIT RWAIT.\n"
		"? is a value that may not be read, - one that this kind of queue does not have."),
	.options = stat_options,
	.min_operands = 0,
	.max_operands = -1,
	.all_namespaces = true,
	.run = stat_run,
};
