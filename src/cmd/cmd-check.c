/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-check.c - mqtool check: one line for monitoring, as the plugins of Nagios print it
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

enum { OPT_WARNING = OPT_FIRST, OPT_CRITICAL, OPT_MAX_MESSAGES };

static const struct poptOption check_options[] = {
	{ "warning", 'w', POPT_ARG_STRING, NULL, OPT_WARNING,
	  N_("WARNING where a queue is in use to PCT percent or more"), N_("PCT") },
	{ "critical", 'c', POPT_ARG_STRING, NULL, OPT_CRITICAL,
	  N_("CRITICAL where a queue is in use to PCT percent or more"), N_("PCT") },
	{ "max-messages", '\0', POPT_ARG_STRING, NULL, OPT_MAX_MESSAGES,
	  N_("AMQP: N messages are 100 percent, as brokers do not tell their maximum"), N_("N") },
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

/* The exit statuses of such plugins. */
enum state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };
#define STATES 4

static const char *const state_names[STATES] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* What belongs to one state: the first few in words. */
struct findings {
	size_t n;
	struct buffer text;
};

#define FINDINGS_SHOWN 10

struct check {
	bool has_warning, has_critical;
	uint64_t warning, critical;
	uint64_t max_messages; /* of AMQP queues; 0 not given */
	struct findings found[STATES];
	struct buffer perfdata;
	int highest; /* use, in percent */
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
 * A name as it may stand in the line and in a label: '|' ends the text and '=' the label, so both
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

static void judge(struct check *c, char name[static QUEUE_NAME_TEXT], const struct queue_stat *st)
{
	int use = queue_stat_use(st);
	enum state state = STATE_OK;

	make_label(name);
	if (use < 0 && st->kind == QUEUE_AMQP) {
		add_finding(&c->found[STATE_UNKNOWN],
			    text_n("%s: %" PRIu64 " message, of how many the broker does not tell"
				   " (--max-messages)",
				   "%s: %" PRIu64 " messages, of how many the broker does not tell"
				   " (--max-messages)",
				   st->messages),
			    name, st->messages);
		return;
	}
	if (use < 0) {
		add_finding(&c->found[STATE_UNKNOWN], _("%s: may not be read"), name);
		return;
	}
	if ((uint64_t)use >= c->critical)
		state = STATE_CRITICAL;
	else if ((uint64_t)use >= c->warning)
		state = STATE_WARNING;
	if (state == STATE_OK)
		c->found[state].n++;
	else
		add_finding(&c->found[state], _("%s: %d%% in use"), name, use);
	if (use > c->highest) {
		c->highest = use;
		strcpy(c->highest_name, name);
	}
	buffer_printf(&c->perfdata, " '%s'=%d%%;%d;%d;0;100", name, use, (int)c->warning,
		      (int)c->critical);
}

/* ---- looking ---- */

#define CHECK_DETAIL (STAT_MESSAGES | STAT_MAXMSG | STAT_QBYTES)

static void check_one(struct check *c, const struct queue_ref *ref)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_STAT, .ref = ref };
	char name[QUEUE_NAME_TEXT];
	struct buffer why = { 0 };
	struct queue_stat st;
	struct queue q;
	int rc;

	queue_ref_text(ref, name);
	rc = queue_open(&q, ref, 0);
	if (rc == 0)
		rc = queue_look(&q, CHECK_DETAIL, &st);
	if (rc == 0 && st.kind == QUEUE_AMQP && c->max_messages) {
		st.maxmsg = c->max_messages;
		st.have |= STAT_MAXMSG;
	}
	if (rc == 0) {
		judge(c, name, &st);
	} else {
		queue_explain(&attempt, rc, &why);
		make_label(name);
		add_finding(&c->found[STATE_UNKNOWN], "%s: %s", name, buffer_string(&why));
	}
	queue_close(&q);
	buffer_free(&why);
}

static void check_note(struct check *c, enum queue_kind kind, int error)
{
	struct buffer why = { 0 };

	queue_explain_list(kind, error, &why);
	add_finding(&c->found[STATE_UNKNOWN], "%s", buffer_string(&why));
	buffer_free(&why);
}

static void check_all(struct check *c)
{
	struct queue_list list = { 0 };
	char name[QUEUE_NAME_TEXT];
	size_t i;
	int rc;

	rc = queue_list(&list, QUEUE_MASK_ALL, CHECK_DETAIL);
	if (rc < 0)
		add_finding(&c->found[STATE_UNKNOWN], "%s", strerror(-rc));
	for (i = 0; i < QUEUE_KINDS; i++)
		if (list.note[i])
			check_note(c, (enum queue_kind)i, list.note[i]);
	queue_list_sort(&list);
	for (i = 0; i < list.n; i++) {
		queue_stat_text(&list.items[i], name);
		judge(c, name, &list.items[i]);
	}
	queue_list_free(&list);
}

/* ---- the line ---- */

static enum state worst(const struct check *c)
{
	enum state state = STATE_UNKNOWN;

	while (state > STATE_OK && c->found[state].n == 0)
		state--;
	return state;
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

static void put_text(struct buffer *line, struct check *c, enum state state)
{
	size_t n = c->found[STATE_OK].n;
	const char *separator = "";

	if (state != STATE_OK) {
		while (state > STATE_OK)
			put_findings(line, &c->found[state--], &separator);
	} else if (n == 0) {
		buffer_puts(line, _("no queues"));
	} else {
		buffer_printf(line, text_n("%zu queue", "%zu queues", n), n);
		buffer_printf(line, _(", at most %d%% in use (%s)"), c->highest, c->highest_name);
	}
}

/* Prints the one line; a line that nobody could read is STATE_UNKNOWN whatever it says. */
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

/* Monitoring shows standard output alone. */
static int check_refused(void)
{
	printf("MQTOOL %s - %s\n", state_names[STATE_UNKNOWN],
	       _("wrong usage: see standard error, and mqtool check --help"));
	(void)stdout_finish(EX_DONE);
	return STATE_UNKNOWN;
}

/* ---- the command ---- */

static bool read_options(struct cmdline *cl, struct check *c)
{
	const char *value;
	int opt;

	while ((opt = cmdline_next(cl, &value)) > 0) {
		bool is_warning = opt == OPT_WARNING;

		if (opt == OPT_MAX_MESSAGES) {
			if (!opt_u64(cl, value, 1, UINT64_MAX, &c->max_messages))
				return false;
			continue;
		}
		if (!opt_u64(cl, value, 0, 100, is_warning ? &c->warning : &c->critical))
			return false;
		*(is_warning ? &c->has_warning : &c->has_critical) = true;
	}
	if (opt < 0)
		return false;
	if (!c->has_warning || !c->has_critical)
		return msg_usage(_("both -w and -c are needed")) == EX_DONE;
	if (c->warning > c->critical)
		return msg_usage(_("-w is above -c: there could be no warning")) == EX_DONE;
	return true;
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
	struct check c = { .highest = -1 };
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
	if (cl->noperands == 0)
		check_all(&c);
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
		"1 (WARNING), 2 (CRITICAL) or 3 (UNKNOWN: wrong usage, a queue that is missing or\n"
		"may not be read)."),
	.options = check_options,
	.min_operands = 0,
	.max_operands = -1,
	.run = check_run,
	.refused = check_refused,
};
