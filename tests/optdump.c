/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * optdump - prints the tables that mqtool is made of, for tests of what documents it
 *
 * Lines of fields, separated by tabs:
 *	command NAME
 *	linked NAME              mqNAME runs it
 *	option COMMAND TEXT      as help and manual pages write it: "-o, --owner=USER[:GROUP]"
 *	column NAME
 *	live-column NAME         that only watch has
 *	filter-field NAME        that the filter of watch compares
 */
#include "config.h"

#include <stdio.h>

#include "cmd/cmd.h"
#include "show/columns.h"

static void print_name(const struct poptOption *row, const char *separator)
{
	if (row->shortName)
		printf("%s-%c", separator, row->shortName);
	if (row->longName)
		printf("%s--%s", row->shortName ? ", " : separator, row->longName);
}

static bool takes_value(const struct poptOption *row)
{
	return (row->argInfo & POPT_ARG_MASK) != POPT_ARG_NONE;
}

static void print_value(const struct poptOption *row)
{
	if (!takes_value(row))
		return;
	if (row->argInfo & POPT_ARGFLAG_OPTIONAL)
		printf("[=%s]", row->argDescrip);
	else
		printf("=%s", row->argDescrip);
}

static bool is_end(const struct poptOption *row)
{
	return !row->longName && !row->shortName;
}

/*
 * A row without a text is another letter for the option in the row above it.  Short letters come
 * first, as the pages have them.
 */
static const struct poptOption *print_option(const struct command *cmd, const struct poptOption *row)
{
	const struct poptOption *next = row + 1;

	printf("option\t%s\t", cmd->name);
	if (!is_end(next) && !next->longName && next->val == row->val) {
		printf("-%c, -%c, --%s", row->shortName, next->shortName, row->longName);
		next++;
	} else {
		print_name(row, "");
	}
	print_value(row);
	putchar('\n');
	return next;
}

static void print_command(const struct command *cmd)
{
	const struct poptOption *row = cmd->options;

	printf("command\t%s\n", cmd->name);
	while (!is_end(row)) {
		/* An old name that still works, and that no page mentions. */
		if (row->longName && row->argInfo & POPT_ARGFLAG_DOC_HIDDEN)
			row++;
		else
			row = print_option(cmd, row);
	}
}

/* Links of commands that this mqtool does not have run nothing. */
static bool exists(const char *name)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		if (strcmp((*cmd)->name, name) == 0)
			return true;
	return false;
}

int main(void)
{
	const struct command *const *cmd;
	const char *const *word;
	int col;

	for (cmd = commands; *cmd; cmd++)
		print_command(*cmd);
	for (word = linked_commands; *word; word++)
		if (exists(*word))
			printf("linked\t%s\n", *word);
	for (col = 0; col < COLUMNS_WATCH; col++)
		printf("%s\t%s\n", col < COLUMNS_ALL ? "column" : "live-column",
		       column_name((enum column)col));
	for (col = 0; col < COL_HISTORY; col++)
		printf("filter-field\t%s\n", column_member((enum column)col));
	return 0;
}
