/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.c - what rm -a and purge --match ask before they act
 */
#include "config.h"

#include "cmd/ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/msg.h"
#include "queue/queue-stat.h"

#define NAMES_SHOWN 20

bool ask_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static void show_names(const struct queue_list *list)
{
	char name[QUEUE_NAME_TEXT];
	size_t i;

	for (i = 0; i < list->n && i < NAMES_SHOWN; i++)
		fprintf(stderr, "%s\n", queue_stat_text(&list->items[i], name));
	if (list->n > i)
		fprintf(stderr, text_n("... and %zu more\n", "... and %zu more\n", list->n - i),
			list->n - i);
}

/* The first letter of a line from the terminal; 0 at its end. */
static char read_answer(void)
{
	char first = '\0', c;
	bool begun = false;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n') {
		if (!begun && c != ' ' && c != '\t') {
			first = c;
			begun = true;
		}
	}
	return first;
}

bool ask(const struct queue_list *list, const char *declined, const char *question, ...)
{
	va_list ap;
	char answer;

	show_names(list);
	va_start(ap, question);
	vfprintf(stderr, question, ap);
	va_end(ap);
	fputs(" [y/N] ", stderr);
	answer = read_answer();
	if (answer == 'y' || answer == 'Y')
		return true;
	msg_error("%s", declined);
	return false;
}
