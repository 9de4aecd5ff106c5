/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysv-recv.c - receives what comes through a System V message queue
 *
 * usage: sysv-recv FILE
 *
 * Writes data messages to standard output until a control message says "end".  Send them with
 * sysv-send FILE or with
 *	mqtool send -t 1 ftok:FILE:M TEXT
 *	mqtool send -t 2 ftok:FILE:M end
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

/* As in sysv-send.c. */
#define PROJECT 'M'
#define DATA 1
#define CONTROL 2
/* A message larger than our buffer would not be cut, it would stay where it is (E2BIG). */
#define BODY_MAX 8192

struct message {
	long type;
	char body[BODY_MAX];
};

static int open_queue(const char *file)
{
	key_t key = ftok(file, PROJECT);
	int msqid;

	if (key == -1)
		err(1, "%s", file);
	msqid = msgget(key, IPC_CREAT | 0600);
	if (msqid < 0)
		err(1, "msgget");
	return msqid;
}

/*
 * Takes one message and returns the size of its body.  -CONTROL means: of all types up to CONTROL
 * the lowest first, so that no "end" overtakes data.  Blocks while there is none.
 */
static size_t take_message(int msqid, struct message *message)
{
	ssize_t size = msgrcv(msqid, message, sizeof(message->body), -CONTROL, 0);

	if (size < 0)
		err(1, "msgrcv");
	return (size_t)size;
}

static int is_end(const struct message *message, size_t size)
{
	return message->type == CONTROL && size == 3 && memcmp(message->body, "end", 3) == 0;
}

int main(int argc, char **argv)
{
	struct message message;
	size_t size;
	int msqid;

	if (argc != 2)
		errx(2, "usage: sysv-recv FILE");
	msqid = open_queue(argv[1]);
	for (;;) {
		size = take_message(msqid, &message);
		if (is_end(&message, size))
			break;
		if (message.type == DATA)
			fwrite(message.body, 1, size, stdout);
		else
			warnx("control message not understood: %zu bytes", size);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		err(1, "standard output");
	return 0;
}
