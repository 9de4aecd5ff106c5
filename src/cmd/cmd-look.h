/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-look.h - what stat and watch share: which queues to show, in which columns and order
 */
#ifndef MQTOOL_CMD_LOOK_H
#define MQTOOL_CMD_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "queue/queue.h"
#include "show/columns.h"

/* Values of these options; a command's own begin at OPT_LOOK_END. */
enum {
	OPT_SYSV = OPT_FIRST,
	OPT_POSIX,
	OPT_OUTPUT,
	OPT_SORT,
	OPT_JSON,
	OPT_MATCH,
	OPT_TRACE,
	OPT_LOOK_END
};

/* clang-format off */
#define CMD_KIND_OPTIONS                                                                          \
	{ "sysv", 'S', POPT_ARG_NONE, NULL, OPT_SYSV, N_("System V queues"), NULL },              \
	{ "posix", 'P', POPT_ARG_NONE, NULL, OPT_POSIX, N_("POSIX queues"), NULL }
#define CMD_COLUMN_OPTIONS                                                                        \
	{ "output", 'o', POPT_ARG_STRING, NULL, OPT_OUTPUT,                                       \
	  N_("show these columns; +COL adds to the usual ones"), N_("COL,...") },                      \
	{ "sort", 's', POPT_ARG_STRING, NULL, OPT_SORT,                                           \
	  N_("sort by a column; :r reverses the order"), N_("COL[:r]") }
#define CMD_MATCH_OPTION                                                                          \
	{ "match", '\0', POPT_ARG_STRING, NULL, OPT_MATCH,                                        \
	  N_("queues whose name or key, as mqtool prints it, matches"), N_("GLOB") }
/* clang-format on */

/* The choice.  Begin with cmd_look_begin() and the order to use without -s. */
struct look_options {
	unsigned int mask;        /* QUEUE_MASK_* of -S and -P, or 0 */
	struct column_list usual; /* what -o +COL adds to */
	struct column_list columns;
	bool chosen; /* -o */
	bool sorted; /* -s */
	enum column sort;
	bool reverse;
	bool json;
	const char *match;      /* fnmatch(3) on the name as printed, or NULL */
	bool namespaces;        /* --namespace=all */
	bool traced;            /* --trace */
	int64_t trace_ns;       /* stat: how long to count */
	struct queue_ref *refs; /* operands; cmd_look_free() frees them */
	int nrefs;
};

/* Sets the columns to use without -o. */
void cmd_look_begin(struct look_options *look, const struct column_list *usual);
/* Stores one of these options; prints the error and returns false like opt_*(). */
bool cmd_look_option(struct cmdline *cl, struct look_options *look, int val, const char *value);
/*
 * Call it after the options are read: adds the columns that --json and --namespace=all imply, and
 * parses the operands.  Returns EX_DONE or, printed, EX_BADUSAGE.
 */
int cmd_look_finish(struct cmdline *cl, struct look_options *look) _must_check_;
/* Frees what cmd_look_finish() allocated, even after it failed. */
void cmd_look_free(struct look_options *look);

/* The QUEUE_MASK_* to list: the kinds of the operands, else those asked for, else all. */
unsigned int cmd_look_mask(const struct look_options *look);
/* True if the columns or their order need the time that calls are blocked (rates.h). */
bool cmd_look_wants_waits(const struct column_list *columns, enum column sort);
/* The STAT_* bits that columns and their order need. */
unsigned int cmd_look_detail(const struct column_list *columns, enum column sort);

#endif
