/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * least.c - the least that a C program does that parses mqtool's line with libpopt
 *
 *	least send -n QUEUE MESSAGE
 *	least recv -n QUEUE
 *	least create QUEUE
 *	least rm QUEUE
 *
 * QUEUE is the name of a POSIX queue.  The table has as many options as that of mqtool send.  Knows
 * nothing of mqtool's sources.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <popt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM 8192

static int nonblock, verbose, lines, null, json, progress;
static char *file, *prefix, *type, *priority, *timeout;

static const struct poptOption options[] = {
	{ "file", 'f', POPT_ARG_STRING, &file, 0, "file", "PATH" },
	{ "lines", 'l', POPT_ARG_NONE, &lines, 0, "lines", NULL },
	{ "null", '0', POPT_ARG_NONE, &null, 0, "null", NULL },
	{ "json", 'j', POPT_ARG_NONE, &json, 0, "json", NULL },
	{ "prefix", 0, POPT_ARG_STRING, &prefix, 0, "prefix", "SEP" },
	{ "type", 't', POPT_ARG_STRING, &type, 0, "type", "N" },
	{ "priority", 'p', POPT_ARG_STRING, &priority, 0, "priority", "N" },
	{ "nonblock", 'n', POPT_ARG_NONE, &nonblock, 0, "nonblock", NULL },
	{ "timeout", 'T', POPT_ARG_STRING, &timeout, 0, "timeout", "DURATION" },
	{ "verbose", 'v', POPT_ARG_NONE, &verbose, 0, "verbose", NULL },
	{ "progress", 0, POPT_ARG_NONE, &progress, 0, "progress", NULL },
	POPT_TABLEEND,
};

static void die(const char *what)
{
	fprintf(stderr, "least: %s: %s\n", what, strerror(errno));
	exit(1);
}

static mqd_t open_queue(const char *queue, int flags)
{
	mqd_t q = mq_open(queue, flags | (nonblock ? O_NONBLOCK : 0));

	if (q < 0)
		die(queue);
	return q;
}

static void receive(const char *queue)
{
	static char body[ROOM + 1];
	ssize_t n = mq_receive(open_queue(queue, O_RDONLY), body, ROOM, NULL);

	if (n < 0)
		die("mq_receive");
	body[n++] = '\n';
	if (write(STDOUT_FILENO, body, (size_t)n) != n)
		die("standard output");
}

static bool run(const char *verb, const char *queue, const char *message)
{
	if (!strcmp(verb, "send") && queue && message) {
		if (mq_send(open_queue(queue, O_WRONLY), message, strlen(message), 0) < 0)
			die("mq_send");
	} else if (!strcmp(verb, "recv") && queue) {
		receive(queue);
	} else if (!strcmp(verb, "create") && queue) {
		if (mq_open(queue, O_RDONLY | O_CREAT | O_EXCL, 0600, NULL) < 0)
			die(queue);
	} else if (!strcmp(verb, "rm") && queue) {
		if (mq_unlink(queue) < 0)
			die(queue);
	} else {
		return false;
	}
	return true;
}

int main(int argc, const char **argv)
{
	poptContext context;
	const char *queue, *message;

	if (argc > 2) {
		context = poptGetContext(NULL, argc - 1, argv + 1, options, 0);
		if (poptGetNextOpt(context) == -1) {
			queue = poptGetArg(context);
			message = poptGetArg(context);
			if (run(argv[1], queue, message))
				return 0;
		}
	}
	fprintf(stderr,
		"usage: least send -n QUEUE MESSAGE; least recv -n QUEUE; least create QUEUE; "
		"least rm QUEUE\n");
	return 2;
}
