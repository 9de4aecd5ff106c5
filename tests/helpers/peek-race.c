/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peek-race QUEUE SECONDS - peeks at a POSIX queue while one process sends and another receives
 *
 * Messages are numbered; a number says the priority, the size and every byte.  In what is shown, the
 * numbers of a priority must follow each other, and the last ones of all priorities must be the last
 * that were sent.  Prints how many peeks showed messages and how many found the queue too busy; exit 1
 * if one shows what was never there, 2 if none can be made.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/queue.h"
#include "queue/tracer.h"

#define PRIORITIES 3
#define PRIORITY(number) ((unsigned int)((number) % PRIORITIES * 16383))

static size_t max_size;
static char *body;

/* ---- messages ---- */

static size_t size_of(uint64_t number)
{
	return sizeof(number) + (size_t)(number * 2654435761u % (max_size - sizeof(number) + 1));
}

static void fill(char *to, uint64_t number)
{
	size_t size = size_of(number);

	for (size_t i = sizeof(number); i < size; i++)
		to[i] = (char)(number * 7 + i);
	memcpy(to, &number, sizeof(number));
}

static bool is_filled(const char *from, uint64_t number)
{
	for (size_t i = sizeof(number); i < size_of(number); i++)
		if (from[i] != (char)(number * 7 + i))
			return false;
	return true;
}

/* ---- who races ---- */

static void send_all(mqd_t q)
{
	for (uint64_t number = 0;; number++) {
		fill(body, number);
		if (mq_send(q, body, size_of(number), PRIORITY(number)) != 0)
			_exit(2);
	}
}

/* With pauses, so that the queue is full at times. */
static void receive_all(mqd_t q)
{
	for (unsigned int n = 1; mq_receive(q, body, max_size, NULL) >= 0; n++)
		if (n % 64 == 0)
			usleep(100);
	_exit(2);
}

static pid_t start(void (*all)(mqd_t q), mqd_t q)
{
	pid_t pid = fork();

	if (pid == 0)
		all(q);
	return pid;
}

/* ---- who looks ---- */

static int torn(const char *what, uint64_t number)
{
	fprintf(stderr, "peek-race: message %llu: %s\n", (unsigned long long)number, what);
	return 1;
}

struct seen {
	uint64_t last[PRIORITIES];
	bool any[PRIORITIES];
	unsigned int priority; /* of the message before */
};

static int check(struct seen *seen, const struct message *m, bool first)
{
	uint64_t number;
	size_t which;

	if (m->len < sizeof(number))
		return torn("too short", 0);
	memcpy(&number, m->data, sizeof(number));
	which = number % PRIORITIES;
	if (m->len != size_of(number) || !is_filled(m->data, number))
		return torn("not as it was sent", number);
	if (m->priority != PRIORITY(number))
		return torn("another priority", number);
	if (!first && m->priority > seen->priority)
		return torn("after one of a lower priority", number);
	if (seen->any[which] && number != seen->last[which] + PRIORITIES)
		return torn("does not follow the one before", number);
	seen->last[which] = number;
	seen->any[which] = true;
	seen->priority = m->priority;
	return 0;
}

static int check_last(const struct seen *seen)
{
	for (size_t a = 0; a < PRIORITIES; a++)
		for (size_t b = 0; b < PRIORITIES; b++)
			if (seen->any[a] && seen->any[b] &&
			    seen->last[a] > seen->last[b] + PRIORITIES - 1)
				return torn("is of another moment", seen->last[a]);
	return 0;
}

/* 0, -EBUSY, 1 if it is torn, or another -errno. */
static int peek(const struct queue_ref *ref, uint64_t *messages)
{
	static char *room;
	struct seen seen = { 0 };
	struct message m = { 0 };
	struct queue *q;
	int rc = queue_open(&q, ref, QUEUE_READ);

	if (!room)
		room = malloc(MESSAGE_HEADROOM + max_size);
	m.data = room + MESSAGE_HEADROOM;
	for (size_t i = 0; rc == 0; i++) {
		rc = queue_peek(q, &m, max_size, i);
		if (rc == 0) {
			rc = check(&seen, &m, i == 0);
			++*messages;
		}
	}
	queue_close(q);
	return rc == -ENOMSG ? check_last(&seen) : rc;
}

static int race(const struct queue_ref *ref, int64_t until_ns)
{
	unsigned long whole = 0, busy = 0;
	uint64_t messages = 0;
	int rc = 0;

	while (clock_monotonic_ns() < until_ns && (rc == 0 || rc == -EBUSY)) {
		rc = peek(ref, &messages);
		whole += rc == 0;
		busy += rc == -EBUSY;
	}
	printf("whole %lu busy %lu messages %llu\n", whole, busy, (unsigned long long)messages);
	tracer_end();
	if (rc < 0 && rc != -EBUSY)
		fprintf(stderr, "peek-race: %s\n", strerror(-rc));
	return rc > 0 ? 1 : rc < 0 && rc != -EBUSY ? 2 : 0;
}

int main(int argc, char **argv)
{
	mqd_t q = argc == 3 ? mq_open(argv[1], O_RDWR) : -1;
	struct mq_attr attr;
	struct refusal error;
	struct queue_ref ref;
	pid_t sender, receiver;
	int status;

	if (q < 0 || mq_getattr(q, &attr) != 0 || queue_ref_parse(&ref, argv[1], &error) < 0)
		return 2;
	max_size = (size_t)attr.mq_msgsize;
	body = malloc(max_size);
	sender = start(send_all, q);
	receiver = start(receive_all, q);
	status = race(&ref, clock_monotonic_ns() + atoi(argv[2]) * NSEC_PER_SEC);
	kill(sender, SIGKILL);
	kill(receiver, SIGKILL);
	while (wait(NULL) > 0)
		;
	mq_close(q);
	free(body);
	return status;
}
