/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare.c - the least that a C program does with a queue: what mqtool is measured against
 *
 *	bare make QUEUE            a queue with the kernel's own limits; POSIX: 10 x 8192 bytes
 *	bare make-many N           N System V queues
 *	bare make-many-posix N     N POSIX queues of one byte, in the namespace's own limits
 *	bare gone QUEUE            removes a POSIX queue, if it is there
 *	bare look DIRECTORY        opens every queue in it and reads its attributes and its inode
 *	bare send QUEUE N SIZE     N messages of SIZE bytes
 *	bare recv QUEUE N          N messages
 *	bare drain QUEUE           what is there, without waiting
 *	bare lines N LINE          N times LINE, to standard output
 *
 * QUEUE is a key as 0xHEX, or a POSIX name with its slash.  Knows nothing of mqtool's sources and
 * blocks in the kernel's plain calls.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#define POSIX_MAXMSG 10
#define POSIX_MSGSIZE 8192
#define BODY_MAX 65536

static struct {
	long type;
	char body[BODY_MAX];
} message = { .type = 1 };

static void die(const char *what)
{
	fprintf(stderr, "bare: %s: %s\n", what, strerror(errno));
	exit(1);
}

static size_t number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || *end) {
		fprintf(stderr, "bare: %s is no number\n", text);
		exit(2);
	}
	return value;
}

/* ---- System V ---- */

static int sysv_open(const char *queue, int flags)
{
	int id = msgget((key_t)strtoul(queue, NULL, 16), flags);

	if (id < 0)
		die(queue);
	return id;
}

static void sysv_send(const char *queue, size_t n, size_t size)
{
	int id = sysv_open(queue, 0);

	while (n--) {
		if (msgsnd(id, &message, size, 0) < 0)
			die("msgsnd");
	}
}

static void sysv_receive(const char *queue, size_t n)
{
	int id = sysv_open(queue, 0);

	while (n--) {
		if (msgrcv(id, &message, BODY_MAX, 0, 0) < 0)
			die("msgrcv");
	}
}

static void sysv_drain(const char *queue)
{
	int id = sysv_open(queue, 0);

	while (msgrcv(id, &message, BODY_MAX, 0, IPC_NOWAIT) >= 0)
		;
	if (errno != ENOMSG)
		die("msgrcv");
}

static void sysv_make_many(size_t n)
{
	while (n--) {
		if (msgget(IPC_PRIVATE, 0600) < 0)
			die("msgget");
	}
}

/* ---- POSIX ---- */

static mqd_t mqueue_open(const char *queue, int flags)
{
	mqd_t q = mq_open(queue, flags);

	if (q == (mqd_t)-1)
		die(queue);
	return q;
}

static void mqueue_make(const char *queue)
{
	struct mq_attr attr = { .mq_maxmsg = POSIX_MAXMSG, .mq_msgsize = POSIX_MSGSIZE };

	if (mq_open(queue, O_CREAT | O_EXCL | O_RDWR, 0600, &attr) == (mqd_t)-1)
		die(queue);
}

static void mqueue_send(const char *queue, size_t n, size_t size)
{
	mqd_t q = mqueue_open(queue, O_WRONLY);

	while (n--) {
		if (mq_send(q, message.body, size, 0) < 0)
			die("mq_send");
	}
}

static void mqueue_receive(const char *queue, size_t n)
{
	mqd_t q = mqueue_open(queue, O_RDONLY);

	while (n--) {
		if (mq_receive(q, message.body, BODY_MAX, NULL) < 0)
			die("mq_receive");
	}
}

static void mqueue_drain(const char *queue)
{
	mqd_t q = mqueue_open(queue, O_RDONLY | O_NONBLOCK);

	while (mq_receive(q, message.body, BODY_MAX, NULL) >= 0)
		;
	if (errno != EAGAIN)
		die("mq_receive");
}

static void mqueue_make_many(size_t n)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	char name[32];
	mqd_t q;

	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "/many-%d-%zu", (int)getpid(), i);
		q = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
		if (q == (mqd_t)-1)
			die(name);
		mq_close(q);
	}
}

static void mqueue_look(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	if (!dir)
		die(directory);
	while ((entry = readdir(dir))) {
		char name[sizeof(entry->d_name) + 1] = "/";
		struct mq_attr attr;
		struct stat st;
		mqd_t q;

		if (entry->d_name[0] == '.')
			continue;
		strcat(name, entry->d_name);
		q = mqueue_open(name, O_RDONLY);
		if (mq_getattr(q, &attr) < 0 || fstat(q, &st) < 0)
			die(name);
		mq_close(q);
	}
	closedir(dir);
}

/* ---- the command line ---- */

static void lines(size_t n, const char *line)
{
	while (n--) {
		if (puts(line) < 0)
			die("standard output");
	}
	if (fflush(stdout) < 0)
		die("standard output");
}

static void send_all(const char *queue, size_t n, size_t size)
{
	if (size > BODY_MAX) {
		fprintf(stderr, "bare: at most %d bytes\n", BODY_MAX);
		exit(2);
	}
	memset(message.body, 'x', size);
	if (*queue == '/')
		mqueue_send(queue, n, size);
	else
		sysv_send(queue, n, size);
}

static bool run_more(int argc, char **argv, const char *verb)
{
	if (argc != 3)
		return false;
	if (!strcmp(verb, "make-many"))
		sysv_make_many(number(argv[2]));
	else if (!strcmp(verb, "make-many-posix"))
		mqueue_make_many(number(argv[2]));
	else if (!strcmp(verb, "gone"))
		mq_unlink(argv[2]);
	else if (!strcmp(verb, "look"))
		mqueue_look(argv[2]);
	else
		return false;
	return true;
}

static bool run(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";
	bool posix = argc > 2 && argv[2][0] == '/';

	if (!strcmp(verb, "send") && argc == 5)
		send_all(argv[2], number(argv[3]), number(argv[4]));
	else if (!strcmp(verb, "recv") && argc == 4)
		(posix ? mqueue_receive : sysv_receive)(argv[2], number(argv[3]));
	else if (!strcmp(verb, "drain") && argc == 3)
		(posix ? mqueue_drain : sysv_drain)(argv[2]);
	else if (!strcmp(verb, "lines") && argc == 4)
		lines(number(argv[2]), argv[3]);
	else if (!strcmp(verb, "make") && argc == 3 && posix)
		mqueue_make(argv[2]);
	else if (!strcmp(verb, "make") && argc == 3)
		sysv_open(argv[2], IPC_CREAT | IPC_EXCL | 0600);
	else
		return run_more(argc, argv, verb);
	return true;
}

int main(int argc, char **argv)
{
	if (run(argc, argv))
		return 0;
	fprintf(stderr,
		"usage: bare make|drain|gone QUEUE; bare make-many|make-many-posix N; bare look "
		"DIRECTORY; bare send QUEUE N SIZE; bare recv QUEUE N; bare lines N LINE\n");
	return 2;
}
