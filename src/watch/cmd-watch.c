/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-watch.c - mqtool watch: the options, and who does it
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/refusal.h"
#include "base/sibling.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "watch/watch.h"

/* Anything shorter is not watching but a loop. */
#define SHORTEST_DELAY_NS (NSEC_PER_SEC / 100)
#define LONGEST_DELAY_NS (86400 * NSEC_PER_SEC)

enum {
	OPT_DELAY = OPT_LOOK_END,
	OPT_ITERATIONS,
	OPT_FILTER,
	OPT_BATCH,
	OPT_COLOR,
	OPT_ASCII,
	OPT_MOUSE,
	OPT_CHANGES
};

static const struct poptOption watch_options[] = {
	{ "delay", 'd', POPT_ARG_STRING, NULL, OPT_DELAY, N_("time between refreshes (default 1s)"),
	  N_("DURATION") },
	{ "iterations", 'n', POPT_ARG_STRING, NULL, OPT_ITERATIONS, N_("exit after N refreshes"),
	  N_("N") },
	CMD_KIND_OPTIONS,
	CMD_COLUMN_OPTIONS,
	{ "filter", '\0', POPT_ARG_STRING, NULL, OPT_FILTER,
	  N_("show only these: text, !text, use>50, user=jo, kind=posix"), N_("EXPR") },
	CMD_MATCH_OPTION,
	{ "batch", 'b', POPT_ARG_NONE, NULL, OPT_BATCH, N_("print tables instead of a screen"),
	  NULL },
	CMD_JSON_OPTION(OPT_JSON, N_("print one JSON object per line for each queue (also -J)")),
	{ "color", '\0', POPT_ARG_STRING, NULL, OPT_COLOR, N_("colours on the screen"),
	  N_("auto|always|never") },
	{ "ascii", '\0', POPT_ARG_NONE, NULL, OPT_ASCII, N_("use only ASCII characters"), NULL },
	{ "mouse", '\0', POPT_ARG_NONE, NULL, OPT_MOUSE, N_("use the mouse on the screen"), NULL },
	{ "allow-changes", '\0', POPT_ARG_NONE, NULL, OPT_CHANGES,
	  N_("let x on the screen purge, remove, send and receive"), NULL },
	{ "trace", '\0', POPT_ARG_NONE, NULL, OPT_TRACE,
	  N_("count what passes: SEND/s, AGE and so on; it slows those that send"), NULL },
	CMD_NAMESPACE_OPTION(N_("PID|all")),
	CMD_COMMON_OPTIONS
};

int (*watch_screen)(const struct watch_options *o);

/* ---- the line ---- */

static bool read_delay(struct cmdline *cl, const char *text, struct watch_options *o)
{
	if (!opt_duration(cl, text, &o->delay_ns))
		return false;
	if (o->delay_ns < SHORTEST_DELAY_NS || o->delay_ns > LONGEST_DELAY_NS)
		return msg_refuse(_("%s: %s is out of range (10ms to 1d)"), cl->seen,
				  msg_quote(text));
	return true;
}

static bool read_filter(struct cmdline *cl, const char *text, struct watch_options *o)
{
	struct refusal error;

	if (filter_parse(&o->filter, text, &error) < 0)
		return msg_refuse("%s: %s", cl->seen, error.text);
	snprintf(o->filter_text, sizeof(o->filter_text), "%s", text);
	return true;
}

/* Options of every screen in MQTOOL_WATCH do not keep the line from asking for none. */
static void screen_only(const struct cmdline *cl, struct watch_options *o, const char *option)
{
	if (!cl->by_environment)
		o->screen_only = option;
}

static bool read_color(struct cmdline *cl, const char *text, struct watch_options *o)
{
	static const char *const words[] = {
		[WATCH_COLOR_AUTO] = "auto",
		[WATCH_COLOR_ALWAYS] = "always",
		[WATCH_COLOR_NEVER] = "never",
	};

	screen_only(cl, o, "--color");
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(text, words[i]) == 0) {
			o->color = (enum watch_color)i;
			return true;
		}
	}
	return msg_refuse(_("%s: '%s' is not auto, always or never"), cl->seen, msg_quote(text));
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct watch_options *o = arg;

	switch (opt) {
	case OPT_DELAY:
		return read_delay(cl, value, o);
	case OPT_ITERATIONS:
		return opt_u64(cl, value, 1, UINT64_MAX, &o->iterations);
	case OPT_FILTER:
		return read_filter(cl, value, o);
	case OPT_COLOR:
		return read_color(cl, value, o);
	case OPT_BATCH:
		o->batch = true;
		return true;
	case OPT_TRACE:
		o->look.traced = true;
		return true;
	case OPT_ASCII:
		o->ascii = true;
		return true;
	case OPT_CHANGES:
		o->allow_changes = true;
		screen_only(cl, o, "--allow-changes");
		return true;
	case OPT_MOUSE:
		o->mouse = true;
		screen_only(cl, o, "--mouse");
		return true;
	default:
		return cmd_look_option(cl, &o->look, opt, value);
	}
}

/* Decides what -o +COL adds to, wherever it is on the line. */
static bool asks_for_batch(const struct cmdline *cl)
{
	struct option_walk walk;

	for (walk = cl->walk; walk_next(&walk) == WALK_OPTION;) {
		if (walk.row->val == OPT_BATCH || walk.row->val == OPT_JSON)
			return true;
	}
	return false;
}

static int check_local(const struct cmdline *cl, const struct look_options *look)
{
	for (int i = 0; i < look->nrefs; i++)
		if (look->refs[i].kind == QUEUE_AMQP)
			return msg_usage(_("'%s': watch shows only the queues of this machine;"
					   " stat shows one of a broker"),
					 msg_quote(cl->operands[i]));
	return EX_DONE;
}

static int read_line(struct cmdline *cl, struct watch_options *o)
{
	struct column_list usual;
	int status;

	column_list_watch(&usual, asks_for_batch(cl));
	cmd_look_begin(&o->look, &usual);
	if (!cmdline_read(cl, read_option, o))
		return EX_BADUSAGE;
	o->batch = o->batch || o->look.json;
	if (o->batch && o->screen_only)
		return msg_usage(_("%s is for the screen, and %s asks for none"), o->screen_only,
				 o->look.json ? "--json" : "--batch");
	status = cmd_look_finish(cl, &o->look);
	return status == EX_DONE ? check_local(cl, &o->look) : status;
}

/* ---- the screen ---- */

static int exec_sibling(const struct cmdline *cl)
{
	int rc = sibling_exec(SIBLING_WATCH, cl->cmd->name, cl->words);
	char path[PATH_MAX];

	sibling_path(SIBLING_WATCH, path, sizeof(path));
	if (rc == -ENOENT)
		msg_error(_("the screen is not installed: %s is in the package mqtool-watch"
			    " (mqtool watch --batch needs none)"),
			  msg_quote(path));
	else
		msg_error("%s: %s", msg_quote(path), strerror(-rc));
	return EX_FAILED;
}

static int show_screen(const struct cmdline *cl, const struct watch_options *o)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return msg_usage(_("%s is not a terminal; to print instead, use --batch or --json"),
				 isatty(STDIN_FILENO) ? _("standard output") : _("standard input"));
	return watch_screen ? watch_screen(o) : exec_sibling(cl);
}

/* If this program becomes another one, that one enters it. */
static int enter(struct cmdline *cl, struct watch_options *o)
{
	int status = o->batch || watch_screen ? cmdline_enter(cl) : EX_DONE;

	o->ns_pid = cl->namespace_pid;
	o->ns_id = cl->namespace_id;
	return status;
}

static int watch_run(struct cmdline *cl)
{
	struct watch_options o = {
		.look = { .sort = COL_USE, .reverse = true },
		.delay_ns = NSEC_PER_SEC,
	};
	int status = read_line(cl, &o);

	if (status == EX_DONE)
		status = enter(cl, &o);
	if (status == EX_DONE)
		status = o.batch ? watch_batch(&o) : show_screen(cl, &o);
	cmd_look_free(&o.look);
	return status;
}

const struct command cmd_watch = {
	.name = "watch",
	.operands = N_("[QUEUE...]"),
	.summary = N_("Show queues live on the screen"),
	.notes = N_(
		"Without QUEUE, shows all queues.  Takes, changes and removes nothing unless\n"
		"--allow-changes is given.  On the screen, ? shows the keys.  Options in\n"
		"MQTOOL_WATCH come before those of the command line.\n"
		"\n"
		"Columns: those of 'mqtool stat', NET/s (change of depth per second) and HISTORY."),
	.options = watch_options,
	.environment = "MQTOOL_WATCH",
	.min_operands = 0,
	.max_operands = -1,
	.all_namespaces = true,
	.run = watch_run,
};
