/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - commands: the table's row, and one command line being read
 */
#ifndef MQTOOL_CMD_H
#define MQTOOL_CMD_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/walk.h"
#include "queue/queue.h"

struct cmdline;

struct command {
	const char *name;
	const char *operands;             /* N_("QUEUE [MESSAGE...]"): after [OPTION...] */
	const char *summary;              /* N_("Put messages on a queue"): no full stop */
	const char *notes;                /* N_(): under the options in --help; may be NULL */
	const struct poptOption *options; /* const data, arg NULL throughout, val > 0 */
	const char *environment;          /* a variable with options that come first; or NULL */
	int min_operands;
	int max_operands;               /* -1: any number */
	bool takes_command;             /* "-- COMMAND [ARG...]" ends the line (recv) */
	bool takes_text;                /* operands after the first are any text */
	bool all_namespaces;            /* it only looks: --namespace=all is allowed */
	int (*run)(struct cmdline *cl); /* returns an exit_status */
	/* For a command with statuses of its own: called instead of run() if the line is wrong and
	 * the error has been printed.  Returns the exit status; NULL is EX_BADUSAGE. */
	int (*refused)(void);
};

/* Every command, in the order of --help; ended by NULL. */
extern const struct command *const commands[];
/* The names that a link to mqtool may have, such as mqsend; ended by NULL. */
extern const char *const linked_commands[];
extern const struct command cmd_create, cmd_send, cmd_recv, cmd_move, cmd_stat, cmd_check, cmd_set,
	cmd_rm, cmd_purge, cmd_wait, cmd_trace, cmd_watch;

/* Values of options that every command has; a command's own begin at OPT_FIRST. */
enum { OPT_HELP = 1, OPT_VERSION, OPT_PLAINTEXT, OPT_NAMESPACE, OPT_FIRST };

/*
 * Rows of option tables are POPT_ARG_NONE or POPT_ARG_STRING: opt_*() parse numbers.  A value that
 * may be left out (--name[=VALUE]) is POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, and NULL if it was
 * left out; such a row has no letter.  The last rows of every table:
 */
/* clang-format off */
#define CMD_COMMON_OPTIONS                                                                        \
	{ "help", 'h', POPT_ARG_NONE, NULL, OPT_HELP, N_("show this help and exit"), NULL },      \
	{ "version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, N_("show the version and exit"),      \
	  NULL },                                                                                 \
	POPT_TABLEEND
/* clang-format on */

/* The row of commands that also take queues of brokers: cmdline_next() reads it itself. */
/* clang-format off */
#define CMD_AMQP_OPTION                                                                           \
	{ "allow-plaintext", '\0', POPT_ARG_NONE, NULL, OPT_PLAINTEXT,                            \
	  N_("amqp:// may send a password to another machine in the clear"), NULL }
/* clang-format on */

/* The row of commands that act in one IPC namespace; those that look have N_("PID|all").
 * cmdline_next() reads it too, and cmdline_enter() acts on it. */
/* clang-format off */
#define CMD_NAMESPACE_OPTION(value)                                                               \
	{ "namespace", '\0', POPT_ARG_STRING, NULL, OPT_NAMESPACE,                                \
	  N_("the queues of a process's IPC namespace"), value }
/* clang-format on */

/* The rows of -j, -J, --json; text says "(also -J)", since popt shows one letter a row. */
/* clang-format off */
#define CMD_JSON_OPTION(val, text)                                                                \
	{ "json", 'j', POPT_ARG_NONE, NULL, val, text, NULL },                                    \
	{ NULL, 'J', POPT_ARG_NONE | POPT_ARGFLAG_DOC_HIDDEN, NULL, val, NULL, NULL }
/* clang-format on */

/* One command line being read.  All strings live until cmdline_run() is done with the command. */
struct cmdline {
	const struct command *cmd;
	poptContext con;
	const char **operands; /* NULL-terminated, once cmdline_next() has returned 0 */
	int noperands;
	char **words;          /* the whole line after the command's name */
	char **trailing;       /* takes_command: the words after "--", at least one; or NULL */
	const char *seen;      /* spelling of the last option returned: "-t", "--type" */
	bool by_environment;   /* which is one of those of cmd->environment */
	bool plaintext;        /* --allow-plaintext */
	pid_t namespace_pid;   /* --namespace=PID, or 0 */
	uint64_t namespace_id; /* its IPC namespace, after it was entered */
	bool namespaces;       /* --namespace=all */
	unsigned int kinds;    /* QUEUE_MASK_* of the queues that were named */

	/* cmdline.c's own */
	char title[32];    /* "mqtool send": popt's argv[0] */
	const char **argv; /* what popt was given */
	char **kept;       /* every value that popt returned, every word made for it */
	size_t nkept;
	const char *value;       /* of the last option, or NULL */
	size_t nfirst;           /* words of cmd->environment */
	struct option_walk walk; /* kept in step with popt */
};

/*
 * Runs one command on its arguments (argv[0] is ignored): checks the line as a whole, handles
 * --help and --version, runs the command, frees.  Returns an exit status.
 */
int cmdline_run(const struct command *cmd, int argc, char **argv);
/*
 * The next option: its val with *value set (NULL for a flag), 0 after the last, when operands and
 * their count have been checked, or < 0 for a usage error, already reported.
 */
int cmdline_next(struct cmdline *cl, const char **value) _must_check_;
/* Stores one option, whose value in the table is val, with its argument or NULL.  False if it
 * refuses that, printed. */
typedef bool option_reader(struct cmdline *cl, int val, const char *value, void *arg);
/*
 * Reads the whole line with cmdline_next(), and gives each option, and arg, to one().  False for a
 * usage error, already reported.
 */
bool cmdline_read(struct cmdline *cl, option_reader *one, void *arg) _must_check_;

/*
 * Parses operands first..noperands-1 as queues into a malloc'd array, owned by the caller: all of
 * them, or an error (printed) and NULL.
 */
struct queue_ref *cmdline_queues(struct cmdline *cl, int first) _must_check_;
/* The same for commands that need a queue's own name: they refuse proc:PID/FD. */
struct queue_ref *cmdline_names(struct cmdline *cl, int first) _must_check_;
/*
 * Parses one queue's name; if it is refused, prints one line and returns false.  For a queue of a
 * kind that this program lacks the process becomes the sibling that has it: nothing may have been
 * done by then.
 */
bool cmdline_queue(struct cmdline *cl, const char *text, struct queue_ref *ref);
/* From now on a broker has at most this long to answer; <= 0: the default. */
void cmdline_set_timeout(const struct cmdline *cl, int64_t timeout_ns);
/*
 * Calls one(), which returns an exit status, for each of n queues, even after one failed.  Returns
 * the status of the first that failed.
 */
int cmdline_each(const struct queue_ref *refs, int n,
		 int (*one)(const struct queue_ref *ref, void *arg), void *arg) _must_check_;
#endif
