/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * posix-recv.c - receives what comes through a POSIX message queue
 *
 * usage: posix-recv /NAME
 *
 * Writes data messages to standard output until a control message says "end".  Send them with
 * posix-send /NAME or with
 *	mqtool send -p 1 /NAME TEXT
 *	mqtool send -p 0 /NAME end
 */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in posix-send.c. */
#define DATA 1
#define CONTROL 0

static mqd_t open_queue(const char *name)
{
	mqd_t queue = mq_open(name, O_RDONLY | O_CREAT, 0600, NULL);

	if (queue == (mqd_t)-1)
		err(1, "%s", name);
	return queue;
}

/* A buffer smaller than this is refused (EMSGSIZE), however small the message is. */
static size_t body_max(mqd_t queue)
{
	struct mq_attr attr;

	if (mq_getattr(queue, &attr) < 0)
		err(1, "mq_getattr");
	return (size_t)attr.mq_msgsize;
}

/* Takes one message, returns the size of its body.  Blocks while there is none. */
static size_t take_message(mqd_t queue, char *body, size_t max, unsigned int *priority)
{
	ssize_t size = mq_receive(queue, body, max, priority);

	if (size < 0)
		err(1, "mq_receive");
	return (size_t)size;
}

int main(int argc, char **argv)
{
	unsigned int priority;
	mqd_t queue;
	size_t max, size;
	char *body;

	if (argc != 2)
		errx(2, "usage: posix-recv /NAME");
	queue = open_queue(argv[1]);
	max = body_max(queue);
	body = malloc(max);
	if (!body)
		err(1, NULL);
	for (;;) {
		size = take_message(queue, body, max, &priority);
		if (priority >= DATA)
			fwrite(body, 1, size, stdout);
		else if (size == 3 && memcmp(body, "end", 3) == 0)
			break;
		else
			warnx("control message not understood: %zu bytes", size);
	}
	free(body);
	mq_close(queue);
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "standard output");
	return 0;
}
