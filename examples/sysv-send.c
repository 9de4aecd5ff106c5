/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysv-send.c - sends standard input through a System V message queue
 *
 * usage: sysv-send FILE
 *
 * The input goes as data messages, then one control message says that there is no more.  Take them
 * with sysv-recv FILE or, each kind by its type, with
 *	mqtool recv -a -r -t 1 ftok:FILE:M
 *	mqtool recv -t 2 ftok:FILE:M
 */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

/* What the programs that share a queue agree on: the project number of ftok(3) ... */
#define PROJECT 'M'
/* ... the types, which must be above 0 ... */
#define DATA 1
#define CONTROL 2
/* ... and the largest body; the kernel's own limit is kernel.msgmax, by default 8192 bytes. */
#define BODY_MAX 4096

/* msgsnd(2) wants the type in front of the body. */
struct message {
	long type;
	char body[BODY_MAX];
};

/* The key comes from FILE's inode: any file will do that is there and stays there. */
static int open_queue(const char *file)
{
	key_t key = ftok(file, PROJECT);
	int msqid;

	if (key == -1)
		err(1, "%s", file);
	/* Whoever comes first makes the queue.  It stays when we are gone: see mqtool rm. */
	msqid = msgget(key, IPC_CREAT | 0600);
	if (msqid < 0)
		err(1, "msgget");
	return msqid;
}

/* size counts the body alone, not the type.  Blocks while the queue is full. */
static void send_message(int msqid, const struct message *message, size_t size)
{
	if (msgsnd(msqid, message, size, 0) < 0)
		err(1, "msgsnd");
}

int main(int argc, char **argv)
{
	struct message message = { .type = DATA };
	ssize_t size;
	int msqid;

	if (argc != 2)
		errx(2, "usage: sysv-send FILE");
	msqid = open_queue(argv[1]);
	while ((size = read(STDIN_FILENO, message.body, sizeof(message.body))) > 0)
		send_message(msqid, &message, (size_t)size);
	if (size < 0)
		err(1, "standard input");

	message.type = CONTROL;
	memcpy(message.body, "end", 3);
	send_message(msqid, &message, 3);
	return 0;
}
