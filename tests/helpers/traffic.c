/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * traffic - messages for tests of trace: many, or one in each way that there is
 *
 *	traffic loop QUEUE N     sends and receives N numbered messages of 64 bytes, one at a time
 *	traffic pair QUEUE N     the same, sent by one process and received by another
 *	traffic cpu QUEUE N      loop; prints the nanoseconds of processor time it took
 *	traffic ppid N           N times getppid(2); prints the same
 *	traffic steady QUEUE N   N messages a second, each of which stays for one second; until it is killed
 *	traffic hungry QUEUE N   N a second, for a process that is blocked until they come; likewise
 *	traffic stuffed QUEUE N  N a second, of a process that is blocked until they go; likewise
 *	traffic WAY QUEUE        see ways[]
 *
 * QUEUE is a key as 0xHEX, or a POSIX name with its slash; it must be there.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SIZE 64
#define ROOM 8192

static struct {
	long type;
	char body[ROOM];
} message;

static const char *queue_name;
static bool posix_queue;
static int msqid;
static mqd_t mqd;

static void die(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void check(bool ok, const char *what)
{
	if (!ok)
		die(what);
}

static void open_queue(const char *name)
{
	queue_name = name;
	posix_queue = *name == '/';
	if (posix_queue)
		mqd = mq_open(name, O_RDWR);
	else
		msqid = msgget((key_t)strtoul(name, NULL, 16), 0);
	check(posix_queue ? mqd >= 0 : msqid >= 0, name);
}

static void send_body(const char *body, size_t size, long type)
{
	message.type = type;
	memcpy(message.body, body, size);
	if (posix_queue)
		check(mq_send(mqd, message.body, size, (unsigned int)type) == 0, "mq_send");
	else
		check(msgsnd(msqid, &message, size, 0) == 0, "msgsnd");
}

static void send_text(const char *text)
{
	send_body(text, strlen(text), 1);
}

static void receive(void)
{
	unsigned int priority;

	if (posix_queue)
		check(mq_receive(mqd, message.body, ROOM, &priority) >= 0, "mq_receive");
	else
		check(msgrcv(msqid, &message, ROOM, 0, 0) >= 0, "msgrcv");
}

/* ---- many ---- */

static void send_numbered(unsigned long i, unsigned long types)
{
	char body[SIZE + 1];

	snprintf(body, sizeof(body), "%-*lu", SIZE, i);
	send_body(body, SIZE, (long)(1 + i % types));
}

static void loop(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		send_numbered(i, 7);
		receive();
	}
}

static void pair(unsigned long n)
{
	pid_t child = fork();

	check(child >= 0, "fork");
	for (unsigned long i = 0; i < n; i++) {
		if (child)
			send_numbered(i,
				      posix_queue ? 1 : 7); /* priorities would change the order */
		else
			receive();
	}
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

/* ---- at a rate ---- */

/* Sleeps until the next of n moments a second: what comes late does not make the others so. */
static void wait_for_next(unsigned long n)
{
	static struct timespec next;

	if (!next.tv_sec)
		clock_gettime(CLOCK_MONOTONIC, &next);
	next.tv_nsec += (long)(1000000000 / n);
	next.tv_sec += next.tv_nsec / 1000000000;
	next.tv_nsec %= 1000000000;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL) != 0)
		;
}

static void steady(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++)
		send_numbered(i, 1);
	for (unsigned long i = n;; i++) {
		wait_for_next(n);
		receive();
		send_numbered(i, 1);
	}
}

/* One process goes at a rate, and the other one waits for it. */
static void with_other(unsigned long n, bool other_sends)
{
	pid_t child = fork();

	check(child >= 0, "fork");
	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned long i = 0;; i++) {
		if (child)
			wait_for_next(n);
		if (other_sends == !child)
			send_numbered(i, 1);
		else
			receive();
	}
}

static void hungry(unsigned long n)
{
	with_other(n, false);
}

static void stuffed(unsigned long n)
{
	with_other(n, true);
}

static void print_cpu(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%lld\n", (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
				 (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL);
}

/* ---- ways ---- */

static void *in_thread(void *arg)
{
	send_text(arg);
	return NULL;
}

static void way_thread(void)
{
	char text[] = "thread";
	pthread_t thread;

	check(pthread_create(&thread, NULL, in_thread, text) == 0, "pthread_create");
	pthread_join(thread, NULL);
	receive();
}

static void way_fork(void)
{
	pid_t child = fork();

	if (!child) {
		send_text("fork");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	receive();
}

static void way_dup(void)
{
	mqd_t other = dup(mqd);

	check(mq_send(other, "dup", 3, 1) == 0, "mq_send");
	mqd = other;
	receive();
}

static void pass_descriptor(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control) };
	struct cmsghdr *part = CMSG_FIRSTHDR(&header);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	check(sendmsg(socket, &header, 0) == 1, "sendmsg");
}

static int take_descriptor(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr header = { .msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control) };
	int fd;

	check(recvmsg(socket, &header, 0) == 1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof(fd));
	return fd;
}

/* The receiver of the descriptor has no other. */
static void way_rights(void)
{
	int sockets[2];
	pid_t child;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0, "socketpair");
	child = fork();
	if (!child) {
		mq_close(mqd);
		mqd = take_descriptor(sockets[1]);
		send_text("rights");
		_exit(0);
	}
	pass_descriptor(sockets[0], mqd);
	waitpid(child, NULL, 0);
	receive();
}

static void way_path(void)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/dev/mqueue%s", queue_name);
	fd = open(path, O_WRONLY);
	check(fd >= 0, path);
	check(mq_send(fd, "path", 4, 1) == 0, "mq_send");
	receive();
}

static void way_unlinked(void)
{
	check(mq_unlink(queue_name) == 0, "mq_unlink");
	send_text("unlinked");
	receive();
}

/* Another queue of that name, and the old one still open. */
static void way_replaced(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	mqd_t fresh;

	check(mq_unlink(queue_name) == 0, "mq_unlink");
	fresh = mq_open(queue_name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	check(fresh >= 0, queue_name);
	send_text("old");
	check(mq_send(fresh, "new", 3, 1) == 0, "mq_send");
	receive();
	mqd = fresh;
	receive();
}

static void way_except(void)
{
	send_body("one", 3, 1);
	send_body("two", 3, 2);
	check(msgrcv(msqid, &message, ROOM, 1, MSG_EXCEPT) == 3, "msgrcv");
	receive();
}

static void way_negative(void)
{
	send_body("nine", 4, 9);
	send_body("four", 4, 4);
	check(msgrcv(msqid, &message, ROOM, -9, 0) == 4, "msgrcv");
	receive();
}

static void way_copy(void)
{
	send_text("copy");
	check(msgrcv(msqid, &message, ROOM, 0, MSG_COPY | IPC_NOWAIT) == 4, "msgrcv");
	receive();
}

static void way_null(void)
{
	send_text("null");
	check(mq_receive(mqd, message.body, ROOM, NULL) == 4, "mq_receive");
}

static const struct {
	const char *name;
	void (*run)(void);
} ways[] = {
	{ "thread", way_thread },     /* sends in a second thread */
	{ "fork", way_fork },         /* sends by an inherited descriptor */
	{ "dup", way_dup },           /* POSIX: by another descriptor */
	{ "rights", way_rights },     /* POSIX: by one that was passed over a socket */
	{ "path", way_path },         /* POSIX: by one that open(2) gave */
	{ "unlinked", way_unlinked }, /* POSIX: the queue has no name any more */
	{ "replaced", way_replaced }, /* POSIX: another one has it */
	{ "except", way_except },     /* System V: MSG_EXCEPT */
	{ "negative", way_negative }, /* System V: up to a type */
	{ "copy", way_copy },         /* System V: MSG_COPY */
	{ "null", way_null },         /* POSIX: a receiver that does not ask for the priority */
};

static void run_way(const char *name)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (strcmp(ways[i].name, name) == 0) {
			ways[i].run();
			return;
		}
	}
	fprintf(stderr, "traffic: there is no way '%s'\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	unsigned long n = argc > 2 ? strtoul(argv[argc - 1], NULL, 10) : 0;

	if (argc < 3)
		return 2;
	if (strcmp(argv[1], "ppid") == 0) {
		while (n--)
			syscall(SYS_getppid);
		print_cpu();
		return 0;
	}
	open_queue(argv[2]);
	if (argc == 3)
		run_way(argv[1]);
	else if (strcmp(argv[1], "pair") == 0)
		pair(n);
	else if (strcmp(argv[1], "steady") == 0)
		steady(n);
	else if (strcmp(argv[1], "hungry") == 0)
		hungry(n);
	else if (strcmp(argv[1], "stuffed") == 0)
		stuffed(n);
	else
		loop(n);
	if (strcmp(argv[1], "cpu") == 0)
		print_cpu();
	return 0;
}
