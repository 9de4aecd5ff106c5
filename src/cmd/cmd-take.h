/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-take.h - what recv, move, purge and send have in common: options, and how taking ends
 */
#ifndef MQTOOL_CMD_TAKE_H
#define MQTOOL_CMD_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"

/* Values of these options; a command has rows for those it accepts, and its own from OPT_OWN. */
enum {
	OPT_COUNT = OPT_FIRST,
	OPT_FOLLOW,
	OPT_ALL,
	OPT_NONBLOCK,
	OPT_TIMEOUT,
	OPT_TYPE,
	OPT_EXCEPT,
	OPT_VERBOSE,
	OPT_PROGRESS,
	OPT_OWN
};

/* The rows of -t and -x. */
/* clang-format off */
#define CMD_TYPE_OPTIONS                                                                          \
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE,                                           \
	  N_("only messages of type N; 0 any, -N the lowest type up to N (System V)"), N_("N") }, \
	{ "except", 'x', POPT_ARG_NONE, NULL, OPT_EXCEPT,                                         \
	  N_("with -t N: only messages of other types (System V)"), NULL }
/* The rows of -n and -T, and of -v and --progress; the texts say what is waited for and counted. */
#define CMD_WAIT_OPTIONS(nonblock, timeout)                                                       \
	{ "nonblock", 'n', POPT_ARG_NONE, NULL, OPT_NONBLOCK, nonblock, NULL },                   \
	{ "timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT, timeout, N_("DURATION") }
#define CMD_SUMMARY_OPTIONS(verbose)                                                              \
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE, verbose, NULL },                      \
	{ "progress", 0, POPT_ARG_NONE, NULL, OPT_PROGRESS, N_("show progress on a terminal"),    \
	  NULL }
/* clang-format on */

struct take_options {
	bool has_count, follow, all, nonblock, has_timeout, has_type;
	uint64_t count;
	int64_t timeout_ns;
	struct queue_select want;
	bool verbose, progress;
};

/* Stores an option, whose value in the table is val; prints the error and returns false like
 * opt_*(). */
bool cmd_take_option(struct cmdline *cl, struct take_options *opt, int val, const char *value);
/*
 * Checks which of them go together, and with the queue to take from (NULL: with any).  Returns
 * EX_DONE or, printed, EX_BADUSAGE.
 */
int cmd_take_check(const struct take_options *opt, const struct queue_ref *source) _must_check_;

/* Starts counting, as -v and --progress ask. */
void cmd_take_begin(const struct take_options *opt, struct progress *p);
/*
 * The queue gave no message: op, QUEUE_OP_TAKE or _PEEK, returned error (-errno).  Says why, except
 * after -a emptied the queue, and after a signal, which the command passes on.  Returns the exit
 * status.
 */
int cmd_take_failed(const struct queue *q, const struct take_options *opt, struct progress *p,
		    enum queue_op op, int error) _must_check_;
/*
 * The end, with the status so far: flushes what was settled, which a broker may not have heard, and
 * prints the summary.  Returns the exit status.
 */
int cmd_take_end(struct queue *q, const struct take_options *opt, struct progress *p,
		 enum progress_verb verb, int status) _must_check_;

#endif
