/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd.h - commands: the table's row, one command line, exit statuses, error lines
 */
#ifndef MQTOOL_CMD_H
#define MQTOOL_CMD_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "cmd/walk.h"
#include "queue/queue.h"
#include "show/columns.h"

enum exit_status {
	EX_DONE = 0,
	EX_FAILED = 1,   /* bad input data, a limit, a failed write, a failed COMMAND */
	EX_BADUSAGE = 2, /* nothing was done */
	EX_NOTHING = 3,  /* nothing to receive, no room, condition not met in time */
	EX_NOQUEUE = 4,  /* no such queue, or removed while in use */
	EX_DENIED = 5,   /* permission denied */
};

struct cmdline;

struct command {
	const char *name;
	const char *operands;             /* N_("QUEUE [MESSAGE...]"): behind [OPTION...] */
	const char *summary;              /* N_("Put messages on a queue"): no full stop */
	const char *notes;                /* N_(): under the options in --help; may be NULL */
	const struct poptOption *options; /* const data, arg NULL throughout, val > 0 */
	int min_operands;
	int max_operands;               /* -1: any number */
	bool takes_command;             /* "-- COMMAND [ARG...]" ends the line (recv) */
	int (*run)(struct cmdline *cl); /* returns an exit_status */
	/* For a command with statuses of its own: called where run() is not, as the line is wrong and
	 * that has been said.  Returns the exit status; NULL is EX_BADUSAGE. */
	int (*refused)(void);
};

/* Every command, in the order of --help; ended by NULL. */
extern const struct command *const commands[];
/* The words that a link of mqtool may be named after, as mqsend; ended by NULL. */
extern const char *const linked_commands[];
extern const struct command cmd_create, cmd_send, cmd_recv, cmd_move, cmd_stat, cmd_check, cmd_set,
	cmd_rm, cmd_purge, cmd_wait, cmd_watch;

/* Values of options that every command has; a command's own begin at OPT_FIRST. */
enum { OPT_HELP = 1, OPT_VERSION, OPT_PLAINTEXT, OPT_FIRST };

/*
 * Rows of option tables are POPT_ARG_NONE or POPT_ARG_STRING: numbers are parsed by opt_*().
 * A value that may be left out (--name[=VALUE]) is POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, and
 * NULL where it was; such a row has no letter.
 * The last rows of every table:
 */
/* clang-format off */
#define CMD_COMMON_OPTIONS                                                                        \
	{ "help", 'h', POPT_ARG_NONE, NULL, OPT_HELP, N_("show this help and exit"), NULL },      \
	{ "version", 'V', POPT_ARG_NONE, NULL, OPT_VERSION, N_("show the version and exit"),      \
	  NULL },                                                                                 \
	POPT_TABLEEND
/* clang-format on */

/* The row of commands that take queues of brokers too: cmdline_next() reads it itself. */
/* clang-format off */
#define CMD_AMQP_OPTION                                                                           \
	{ "allow-plaintext", '\0', POPT_ARG_NONE, NULL, OPT_PLAINTEXT,                            \
	  N_("amqp:// may send a password to another machine in the clear"), NULL }
/* clang-format on */

/* The rows of -j, -J, --json; text says "(also -J)", as popt shows one letter a row. */
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
	char **words;     /* the whole line behind the command's name */
	char **trailing;  /* takes_command: the words behind "--", at least one; or NULL */
	const char *seen; /* how the option last returned was written: "-t", "--type" */
	bool plaintext;   /* --allow-plaintext */

	/* cmdline.c's own */
	char title[32];    /* "mqtool send": popt's argv[0] */
	const char **argv; /* what popt was given */
	char **kept;       /* every value popt handed out, every word made for it */
	size_t nkept;
	struct option_walk walk; /* in step with popt */
};

/*
 * Runs one command on its arguments (argv[0] is ignored): checks the line as a whole, serves
 * --help and --version, runs the command, frees.  Returns an exit status.
 */
int cmdline_run(const struct command *cmd, int argc, char **argv);
/*
 * The next option: its val with *value set (NULL for a flag), 0 after the last, when operands and
 * their count have been checked, or < 0 for a usage error, already reported.
 */
int cmdline_next(struct cmdline *cl, const char **value) _must_check_;

/* ---- reporting: lines on stderr, each begun with "mqtool COMMAND: " and written at once ---- */

/* Names the command in every later line; NULL is mqtool itself. */
void msg_set_command(const char *name);
/* Prints the line: foreign text in it must have been escaped by the caller. */
void msg_error(const char *fmt, ...) _printf_(1, 2);
/* The same, with "Try 'mqtool COMMAND --help'" as a second line; returns EX_BADUSAGE. */
int msg_usage(const char *fmt, ...) _printf_(1, 2) _must_check_;
/* The same, with "Did you mean 'NEAR'?" as the second line. */
int msg_usage_near(const char *near, const char *fmt, ...) _printf_(2, 3) _must_check_;
/* A word of a command line as one may type it again, in quotes if it needs them; "..." if that is not
 * enough or it is long.  Valid until the next call. */
const char *msg_word(const char *word);
/* Prints "Did you mean 'NEAR'?": the second line after msg_error(). */
void msg_near(const char *near);
/* Foreign text ready for a message: escaped, cut where it is very long; in one of four static
 * buffers used in turn. */
const char *msg_quote(const char *text);
/*
 * Prints "QUEUE: why" for a queue operation that failed with error (-errno): the explanation with
 * its limit.  Returns the exit status for it.
 */
int msg_queue_failed(const struct queue_attempt *attempt, int error) _must_check_;
/* Says that n messages taken from a queue could not go back (take_back()), by the first error. */
void msg_lost(const struct queue_ref *ref, size_t n, int error);
/*
 * Says that the connection of a queue was lost, and makes it again: queue_reopen().  For commands
 * that follow.
 */
int msg_reconnect(struct queue *q) _must_check_;
/*
 * Prints a line for each kind in mask whose queues could not be listed (list->note): why, and what
 * to do.  Returns EX_DONE where another kind was asked for too, else the exit status for it.
 */
int msg_list_notes(const struct queue_list *list, unsigned int mask);
/* The exit status that belongs to -errno of a queue operation. */
int exit_status_of(int error);
/* Of two statuses the one that counts: the first that is no success. */
int status_first(int first, int next);

/*
 * Values of options, parsed strictly.  They print a usage error that names the option as it was
 * written and return false where the text is refused.
 */
bool opt_u64(struct cmdline *cl, const char *text, uint64_t min, uint64_t max, uint64_t *value);
bool opt_i64(struct cmdline *cl, const char *text, int64_t min, int64_t max, int64_t *value);
bool opt_size(struct cmdline *cl, const char *text, uint64_t *bytes);
bool opt_duration(struct cmdline *cl, const char *text, int64_t *ns);
bool opt_mode(struct cmdline *cl, const char *text, mode_t *mode);
/* A pattern for names of queues, fnmatch(3); it must match something.  *glob is text. */
bool opt_glob(struct cmdline *cl, const char *text, const char **glob);
/* COL,... or +COL,..., which adds to what is in *list; watch's own columns where list->live. */
bool opt_columns(struct cmdline *cl, const char *text, struct column_list *list);
/* COL or COL:r; watch's NET/s too where live. */
bool opt_sort(struct cmdline *cl, const char *text, bool live, enum column *col, bool *reverse);
/* USER[:GROUP] as chown(1) takes it: sets uid and gid, ATTR_OWNER and ATTR_GROUP. */
bool opt_owner(struct cmdline *cl, const char *text, struct queue_attr *attr);

/*
 * Parses operands first..noperands-1 as queues into a malloc'd array, owned by the caller: all of
 * them, or an error (printed) and NULL.
 */
struct queue_ref *cmdline_queues(struct cmdline *cl, int first) _must_check_;
/*
 * Parses one queue's name; prints the error, one line, and returns false where it is refused.  A
 * queue of a kind that this program lacks makes it become the sibling that has it: nothing may have
 * been done by then.
 */
bool cmdline_queue(struct cmdline *cl, const char *text, struct queue_ref *ref);
/* From now on a broker is given at most so long to answer; <= 0: the default. */
void cmdline_set_timeout(const struct cmdline *cl, int64_t timeout_ns);
/*
 * Calls one(), which returns an exit status, for each of n queues, whatever became of those before.
 * Returns the status of the first that failed.
 */
int cmdline_each(const struct queue_ref *refs, int n,
		 int (*one)(const struct queue_ref *ref, void *arg), void *arg) _must_check_;
/* The usage error for the first of n queues that is of no kind in mask (0 is any), or EX_DONE. */
int msg_check_kinds(unsigned int mask, const struct queue_ref *refs, int n) _must_check_;
/* The usage error for an option that only another kind of queue has; returns EX_BADUSAGE. */
int msg_wrong_kind(const char *option, const struct queue_ref *ref) _must_check_;
/* The same for an option that only queues of brokers have. */
int msg_amqp_only(const char *option, const struct queue_ref *ref) _must_check_;

/*
 * The last use of standard output: flushes and closes it, and reports a write that failed.
 * Returns status, or EX_FAILED.  main() calls it.
 */
int stdout_finish(int status);

#endif
