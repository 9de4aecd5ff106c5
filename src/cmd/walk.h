/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.h - the options of a line as popt will read them, before popt does
 *
 * popt replaces "!#:+" in an option's value by the next operand, names a whole cluster if one
 * letter is wrong, and does not tell how an option was written.  So each line is walked by popt's
 * own rules first.  Pure except for POSIXLY_CORRECT.
 */
#ifndef MQTOOL_WALK_H
#define MQTOOL_WALK_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>

enum walk_result {
	WALK_DONE, /* no more options: the rest are operands */
	WALK_OPTION,
	WALK_UNKNOWN,        /* unknown option */
	WALK_NO_VALUE,       /* its value is missing */
	WALK_UNWANTED_VALUE, /* a value for an option that takes none */
};

struct option_walk {
	const struct poptOption *options;
	const char **next;   /* the next word; the line ends with NULL */
	const char *cluster; /* the rest of "-abc", or NULL */
	size_t operands;     /* words passed that are neither options nor their values */
	bool operand_ends;   /* POSIXLY_CORRECT: options end at the first operand */

	const char *word;             /* the word in which the last option began */
	const struct poptOption *row; /* the last option's, NULL if unknown */
	const char *value;            /* its value, or NULL; part of the line */
	char seen[256];               /* its spelling: "-t", "--type"; not escaped */
};

/*
 * Begins a walk.  Rows must have no arg pointer and be POPT_ARG_NONE or POPT_ARG_STRING.  A value
 * that may be left out (POPT_ARGFLAG_OPTIONAL) is only ever in the option's own word, after '='.
 * argv is the NULL-terminated line without the program's name; it must outlive the walk.
 */
void walk_begin(struct option_walk *walk, const struct poptOption *options, const char **argv);
/* The next option.  After anything except WALK_OPTION the walk is over. */
enum walk_result walk_next(struct option_walk *walk);

#endif
