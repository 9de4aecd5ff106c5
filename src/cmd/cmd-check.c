/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-check.c - mqtool check: one line for monitoring, as the plugins of Nagios print it
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "cmd/stdout.h"
#include "queue/limit.h"
#include "show/queue-filter.h"

enum {
	OPT_WARNING = OPT_FIRST,
	OPT_CRITICAL,
	OPT_MESSAGES,
	OPT_LIMITS,
	OPT_READABLE,
	OPT_MATCH,
	OPT_MAX_MESSAGES
};

static const struct poptOption check_options[] = {
	{ "warning", 'w', POPT_ARG_STRING, NULL, OPT_WARNING,
	  N_("WARNING if a queue reaches LIMIT percent of its room"), N_("LIMIT") },
	{ "critical", 'c', POPT_ARG_STRING, NULL, OPT_CRITICAL,
	  N_("CRITICAL if a queue reaches LIMIT percent of its room"), N_("LIMIT") },
	{ "messages", 'm', POPT_ARG_NONE, NULL, OPT_MESSAGES,
	  N_("LIMIT is a number of messages, not a percentage"), NULL },
	{ "limits", 'L', POPT_ARG_NONE, NULL, OPT_LIMITS,
	  N_("check the use of msgmni and queues_max too"), NULL },
	{ "match", '\0', POPT_ARG_STRING, NULL, OPT_MATCH,
	  N_("queues whose name or key, as mqtool prints it, matches"), N_("GLOB") },
	{ "readable", '\0', POPT_ARG_NONE, NULL, OPT_READABLE,
	  N_("only count the queues that may not be read"), NULL },
	{ "max-messages", '\0', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPT_MAX_MESSAGES,
	  NULL, NULL },
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

/* The exit statuses of Nagios plugins. */
enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };
#define STATES 4

static const char *const state_names[STATES] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* The findings of one state: the first few in words. */
struct findings {
	size_t n;
	struct buffer text;
};

#define FINDINGS_SHOWN 10

struct check {
	const char *warning_text, *critical_text; /* NULL: not given */
	uint64_t warning, critical;
	bool messages; /* these are numbers of messages, else percentages */
	bool limits;
	bool readable;
	struct queue_filter filter;
	uint64_t max_messages; /* for AMQP queues; 0: not given */
	uint64_t unreadable;   /* queues left out because of `readable` */
	struct findings found[STATES];
	struct buffer perfdata;
	bool has_highest;
	uint64_t highest; /* use, in percent or messages */
	char highest_name[QUEUE_NAME_TEXT];
};

/* ---- findings ---- */

static void add_finding(struct findings *f, const char *fmt, ...) _printf_(2, 3);

static void add_finding(struct findings *f, const char *fmt, ...)
{
	va_list ap;

	if (f->n++ >= FINDINGS_SHOWN)
		return;
	if (f->text.len)
		buffer_puts(&f->text, ", ");
	va_start(ap, fmt);
	buffer_vprintf(&f->text, fmt, ap);
	va_end(ap);
}

/*
 * A name in the form for the line and for a label: '|' ends the text and '=' the label, so both
 * take the esc: form.
 */
static void make_label(char name[static QUEUE_NAME_TEXT])
{
	char plain[QUEUE_NAME_TEXT];
	const char *from = plain;
	char *to = name;

	if (!strpbrk(name, "=|"))
		return;
	memcpy(plain, name, sizeof(plain));
	if (*from == '/')
		to = stpcpy(to, "esc:");
	for (; *from; from++) {
		if (*from == '=' || *from == '|')
			to += sprintf(to, "\\x%02x", (unsigned int)*from);
		else
			*to++ = *from;
	}
	*to = '\0';
}

/* A broker does not tell how much room a queue has. */
static void note_unknown_room(struct check *c, const char *name, const struct queue_stat *st)
{
	add_finding(&c->found[STATE_UNKNOWN],
		    text_n("%s: %" PRIu64 " message; the broker reports no maximum (give -m)",
			   "%s: %" PRIu64 " messages; the broker reports no maximum (give -m)",
			   st->messages),
		    name, st->messages);
}

static void note_unreadable(struct check *c, const char *name)
{
	if (c->readable)
		c->unreadable++;
	else
		add_finding(&c->found[STATE_UNKNOWN], _("%s: cannot be read"), name);
}

static void put_state(struct check *c, enum state state, const char *name, uint64_t use)
{
	if (c->messages)
		add_finding(&c->found[state],
			    text_n("%s: %" PRIu64 " message", "%s: %" PRIu64 " messages", use),
			    name, use);
	else
		add_finding(&c->found[state], _("%s: %" PRIu64 "%% in use"), name, use);
}

/* What is known about one queue or limit: its state, its performance data, up to `most` or 0. */
static enum state judge_use(struct check *c, const char *name, uint64_t use, uint64_t most)
{
	enum state state = use >= c->critical ? STATE_CRITICAL :
			   use >= c->warning  ? STATE_WARNING :
						STATE_OK;

	if (state != STATE_OK)
		put_state(c, state, name, use);
	if (!c->has_highest || use > c->highest) {
		c->has_highest = true;
		c->highest = use;
		snprintf(c->highest_name, sizeof(c->highest_name), "%s", name);
	}
	buffer_printf(&c->perfdata, " '%s'=%" PRIu64 "%s;%" PRIu64 ";%" PRIu64 ";0", name, use,
		      c->messages ? "" : "%", c->warning, c->critical);
	if (most)
		buffer_printf(&c->perfdata, ";%" PRIu64, most);
	return state;
}

static void judge_messages(struct check *c, const char *name, const struct queue_stat *st)
{
	enum state state;

	if (!(st->have & STAT_MESSAGES)) {
		note_unreadable(c, name);
		return;
	}
	state = judge_use(c, name, st->messages, st->have & STAT_MAXMSG ? st->maxmsg : 0);
	c->found[STATE_OK].n += state == STATE_OK;
}

static void judge(struct check *c, char name[static QUEUE_NAME_TEXT], const struct queue_stat *st)
{
	int use = queue_stat_use(st);
	enum state state;

	make_label(name);
	if (c->messages) {
		judge_messages(c, name, st);
	} else if (use < 0 && st->kind == QUEUE_AMQP) {
		note_unknown_room(c, name, st);
	} else if (use < 0) {
		note_unreadable(c, name);
	} else {
		state = judge_use(c, name, (uint64_t)use, 100);
		c->found[STATE_OK].n += state == STATE_OK;
	}
}

/* ---- looking ---- */

#define CHECK_DETAIL (STAT_MESSAGES | STAT_MAXMSG | STAT_QBYTES)

static void check_one(struct check *c, const struct queue_ref *ref)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_STAT, .ref = ref };
	char name[QUEUE_NAME_TEXT];
	struct buffer why = { 0 };
	struct queue_stat st;
	struct queue *q;
	int rc;

	queue_ref_text(ref, name);
	rc = queue_open(&q, ref, 0);
	if (rc == 0)
		rc = queue_look(q, CHECK_DETAIL, &st);
	if (rc == 0 && st.kind == QUEUE_AMQP && c->max_messages) {
		st.maxmsg = c->max_messages;
		st.have |= STAT_MAXMSG;
	}
	if (rc == 0) {
		judge(c, name, &st);
	} else {
		msg_explain(&attempt, rc, &why);
		make_label(name);
		add_finding(&c->found[STATE_UNKNOWN], "%s: %s", name, buffer_string(&why));
	}
	queue_close(q);
	buffer_free(&why);
}

static void check_note(struct check *c, enum queue_kind kind, int error)
{
	struct buffer why = { 0 };

	queue_explain_list(kind, error, &why);
	add_finding(&c->found[STATE_UNKNOWN], "%s", buffer_string(&why));
	buffer_free(&why);
}

static void check_listed(struct check *c, const struct queue_list *list)
{
	char name[QUEUE_NAME_TEXT];

	for (size_t i = 0; i < list->n; i++) {
		queue_stat_text(&list->items[i], name);
		judge(c, name, &list->items[i]);
	}
}

/* How many queues there are, against what the kernel allows. */
static void check_limits(struct check *c, const struct queue_list *list)
{
	struct limit limits[LIMITS_MAX];
	size_t n = limits_read(limits, QUEUE_MASK_ALL, list);

	for (size_t i = 0; i < n; i++) {
		const struct limit *limit = &limits[i];
		int use = limit_percent(limit);

		if (strcmp(limit->name, "msgmni") != 0 && strcmp(limit->name, "queues_max") != 0)
			continue;
		if (use >= 0)
			(void)judge_use(c, limit->name, (uint64_t)use, 100);
		else
			add_finding(&c->found[STATE_UNKNOWN], _("%s: its use is not known"),
				    limit->name);
	}
}

/* Without operands: all queues, and the limits if they are asked for. */
static void check_all(struct check *c, bool queues)
{
	struct queue_list list = { 0 };
	size_t i;
	int rc;

	rc = queue_list(&list, QUEUE_MASK_ALL, queues ? CHECK_DETAIL : 0);
	if (rc < 0)
		add_finding(&c->found[STATE_UNKNOWN], "%s", strerror(-rc));
	for (i = 0; i < QUEUE_KINDS; i++)
		if (list.note[i])
			check_note(c, (enum queue_kind)i, list.note[i]);
	queue_list_sort(&list);
	/* Before the list is narrowed. */
	if (c->limits)
		check_limits(c, &list);
	queue_filter_keep(&c->filter, &list, 0);
	if (queues)
		check_listed(c, &list);
	queue_list_free(&list);
}

/* ---- the line ---- */

/* Worst first.  What is known to be full counts more than what is not known. */
static const enum state by_severity[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN };

static enum state worst(const struct check *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_severity); i++)
		if (c->found[by_severity[i]].n > 0)
			return by_severity[i];
	return STATE_OK;
}

static void put_findings(struct buffer *line, struct findings *f, const char **separator)
{
	if (f->n == 0)
		return;
	buffer_puts(line, *separator);
	buffer_puts(line, buffer_string(&f->text));
	if (f->n > FINDINGS_SHOWN)
		buffer_printf(line, _(" and %zu more"), f->n - FINDINGS_SHOWN);
	*separator = "; ";
}

static void put_healthy(struct buffer *line, const struct check *c)
{
	size_t n = c->found[STATE_OK].n;

	if (n == 0)
		buffer_puts(line, _("no queues"));
	else
		buffer_printf(line, text_n("%zu queue", "%zu queues", n), n);
	if (c->has_highest && c->messages)
		buffer_printf(line,
			      text_n(", at most %" PRIu64 " message (%s)",
				     ", at most %" PRIu64 " messages (%s)", c->highest),
			      c->highest, c->highest_name);
	else if (c->has_highest)
		buffer_printf(line, _(", at most %" PRIu64 "%% in use (%s)"), c->highest,
			      c->highest_name);
}

static void put_text(struct buffer *line, struct check *c, enum state state)
{
	const char *separator = "";

	if (state == STATE_OK)
		put_healthy(line, c);
	for (size_t i = 0; i < ARRAY_SIZE(by_severity); i++)
		put_findings(line, &c->found[by_severity[i]], &separator);
	if (c->unreadable)
		buffer_printf(line,
			      text_n(", %" PRIu64 " cannot be read", ", %" PRIu64 " cannot be read",
				     c->unreadable),
			      c->unreadable);
}

/* Prints the one line; if that fails nobody has read it, and the state is STATE_UNKNOWN. */
static int print_line(struct check *c)
{
	enum state state = worst(c);
	struct buffer line = { 0 };
	bool written;

	put_text(&line, c, state);
	if (c->perfdata.len)
		buffer_printf(&line, " |%s", buffer_string(&c->perfdata));
	printf("MQTOOL %s - %s\n", state_names[state], buffer_string(&line));
	written = stdout_finish(EX_DONE) == EX_DONE && !line.failed && !c->perfdata.failed;
	buffer_free(&line);
	return written ? (int)state : STATE_UNKNOWN;
}

/* Monitoring shows only standard output. */
static int check_refused(void)
{
	printf("MQTOOL %s - %s\n", state_names[STATE_UNKNOWN],
	       _("wrong usage: see standard error, and mqtool check --help"));
	(void)stdout_finish(EX_DONE);
	return STATE_UNKNOWN;
}

/* ---- the command ---- */

/* The range of a limit depends on all options, so only its form is checked here. */
static bool read_limit(struct cmdline *cl, const char *value, const char **text)
{
	uint64_t any;

	*text = value;
	return opt_u64(cl, value, 0, UINT64_MAX, &any);
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct check *c = arg;

	switch (opt) {
	case OPT_WARNING:
		return read_limit(cl, value, &c->warning_text);
	case OPT_CRITICAL:
		return read_limit(cl, value, &c->critical_text);
	case OPT_MESSAGES:
		c->messages = true;
		return true;
	case OPT_LIMITS:
		c->limits = true;
		return true;
	case OPT_READABLE:
		c->readable = true;
		return true;
	case OPT_MATCH:
		c->filter.have |= FILTER_MATCH;
		return opt_glob(cl, value, &c->filter.glob);
	default:
		return opt_u64(cl, value, 1, UINT64_MAX, &c->max_messages);
	}
}

static bool set_limits(struct cmdline *cl, struct check *c)
{
	uint64_t most = c->messages ? UINT64_MAX : 100;

	if (!c->warning_text || !c->critical_text)
		return msg_refuse(_("both -w and -c are needed"));
	cl->seen = "-w";
	if (!opt_u64(cl, c->warning_text, 0, most, &c->warning))
		return false;
	cl->seen = "-c";
	if (!opt_u64(cl, c->critical_text, 0, most, &c->critical))
		return false;
	if (c->warning > c->critical)
		return msg_refuse(_("-w is above -c: there could be no warning"));
	return true;
}

static bool check_combination(const struct cmdline *cl, const struct check *c)
{
	const char *alone = c->readable ? "--readable" : c->filter.have ? "--match" : NULL;

	if (alone && cl->noperands > 0)
		return msg_refuse(_("%s takes no QUEUE: '%s' cannot be named"), alone,
				  msg_quote(cl->operands[0]));
	if (c->messages && c->limits)
		return msg_refuse(_("-L is in percent, so it excludes -m"));
	if (c->messages && c->max_messages)
		return msg_refuse(_("--max-messages is in percent, so it excludes -m"));
	return true;
}

static bool read_options(struct cmdline *cl, struct check *c)
{
	return cmdline_read(cl, read_option, c) && set_limits(cl, c) && check_combination(cl, c);
}

static bool names_amqp(const struct queue_ref *refs, int n)
{
	for (int i = 0; i < n; i++)
		if (refs[i].kind == QUEUE_AMQP)
			return true;
	return false;
}

static int check_run(struct cmdline *cl)
{
	struct check c = { 0 };
	struct queue_ref *refs;
	int status, i;

	if (!read_options(cl, &c))
		return check_refused();
	refs = cmdline_queues(cl, 0);
	if (!refs)
		return check_refused();
	if (c.max_messages && !names_amqp(refs, cl->noperands)) {
		free(refs);
		(void)!msg_usage(_("--max-messages is for AMQP queues, and none is named"));
		return check_refused();
	}
	if (cmdline_enter(cl) != EX_DONE) {
		free(refs);
		return check_refused();
	}
	if (cl->noperands == 0 || c.limits)
		check_all(&c, cl->noperands == 0);
	for (i = 0; i < cl->noperands; i++)
		check_one(&c, &refs[i]);
	status = print_line(&c);
	for (i = 0; i < STATES; i++)
		buffer_free(&c.found[i].text);
	buffer_free(&c.perfdata);
	free(refs);
	return status;
}

const struct command cmd_check = {
	.name = "check",
	.operands = N_("[QUEUE...]"),
	.summary = N_("Check how full queues are, for monitoring"),
	.notes = N_(
		"Without QUEUE all queues are checked.  Prints one line and exits with 0 (OK),\n"
		"1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN: wrong usage, or a queue that is missing\n"
		"or may not be read)."),
	.options = check_options,
	.min_operands = 0,
	.max_operands = -1,
	.run = check_run,
	.refused = check_refused,
};
