/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * posix-send.c - sends standard input through a POSIX message queue
 *
 * usage: posix-send /NAME
 *
 * The input goes as data messages, then one control message says that there is no more.  Take them
 * with posix-recv /NAME or with
 *	mqtool recv -f -F '%p %S %q\n' /NAME
 */
#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What the programs that share a queue agree on: a POSIX message has a priority, and the highest
 * comes out first.  The control message must not overtake the data. */
#define DATA 1
#define CONTROL 0

/* Whoever comes first makes the queue, of the kernel's default size.  It stays when we are gone:
 * see mqtool rm. */
static mqd_t open_queue(const char *name)
{
	mqd_t queue = mq_open(name, O_WRONLY | O_CREAT, 0600, NULL);

	if (queue == (mqd_t)-1)
		err(1, "%s", name);
	return queue;
}

/* The largest body that the queue takes, fixed when it was made. */
static size_t body_max(mqd_t queue)
{
	struct mq_attr attr;

	if (mq_getattr(queue, &attr) < 0)
		err(1, "mq_getattr");
	return (size_t)attr.mq_msgsize;
}

/* Blocks while the queue is full. */
static void send_message(mqd_t queue, const char *body, size_t size, unsigned int priority)
{
	if (mq_send(queue, body, size, priority) < 0)
		err(1, "mq_send");
}

int main(int argc, char **argv)
{
	mqd_t queue;
	size_t max;
	ssize_t size;
	char *body;

	if (argc != 2)
		errx(2, "usage: posix-send /NAME");
	queue = open_queue(argv[1]);
	max = body_max(queue);
	body = malloc(max);
	if (!body)
		err(1, NULL);
	while ((size = read(STDIN_FILENO, body, max)) > 0)
		send_message(queue, body, (size_t)size, DATA);
	if (size < 0)
		err(1, "standard input");
	free(body);
	send_message(queue, "end", 3, CONTROL);
	mq_close(queue);
	return 0;
}
