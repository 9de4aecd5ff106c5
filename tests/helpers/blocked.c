/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blocked.c - blocks on a queue, holds it open, or plays other parts, until it is killed
 *
 *   blocked [-t THREADS] msgrcv KEY SIZE TYPE FLAGS
 *   blocked msgrcv32 KEY SIZE TYPE    as a 32-bit program does; exit 77 if there are none
 *   blocked [-t THREADS] msgsnd KEY SIZE
 *   blocked [-t THREADS] mq_receive NAME
 *   blocked [-t THREADS] mq_send NAME SIZE PRIORITY
 *   blocked hold NAME r|w|rw
 *   blocked churn NAME        makes and removes the queue as fast as it can
 *   blocked notify NAME       prints "ready"; "notified" and exits 0 at a message's arrival
 *   blocked idle N            N processes that do nothing, each with 16 descriptors; "ready"
 *   blocked sealed            may not be traced by its user; prints "ready"
 *
 * With -t the calls are made by that many threads while the first one sleeps.  Numbers as
 * strtol(3) takes them.
 */
#include "config.h"

#include <err.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <unistd.h>

static char **args;
static mqd_t mqd = -1;
static int msqid = -1;

static long number(int i)
{
	return args[i] ? strtol(args[i], NULL, 0) : 0;
}

/* mtype and body */
static char *message(size_t size)
{
	long *m = calloc(1, sizeof(long) + size + 1);

	if (!m)
		err(1, "calloc");
	*m = 1;
	return (char *)m;
}

/* ipc(2) of 32-bit programs, as their glibc calls it (x86). */
static void msgrcv32(void)
{
#if defined __x86_64__ && defined MAP_32BIT
	enum { IPC = 117, MSGRCV = 12 };
	const size_t size = (size_t)number(2) + 4096;
	unsigned int *low = mmap(NULL, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int status = 77;

	if (low == MAP_FAILED)
		err(1, "mmap");
	/* A kernel that has no such programs ends us. */
	signal(SIGSEGV, _exit);
	low[0] = (unsigned int)(uintptr_t)&low[2];
	low[1] = (unsigned int)number(3);
	__asm__ volatile("int $0x80"
			 : "=a"(status)
			 : "a"(IPC), "b"(MSGRCV), "c"(msqid), "d"(number(2)), "S"(0), "D"(low)
			 : "memory");
	errx(1, "ipc: %d", status);
#else
	exit(77);
#endif
}

static void *call(void *unused)
{
	char *m = NULL;

	(void)unused;
	if (!strcmp(args[0], "msgrcv32")) {
		msgrcv32();
	} else if (!strcmp(args[0], "msgrcv")) {
		m = message((size_t)number(2));
		if (msgrcv(msqid, m, (size_t)number(2), number(3), (int)number(4)) < 0)
			err(1, "msgrcv");
	} else if (!strcmp(args[0], "msgsnd")) {
		m = message((size_t)number(2));
		if (msgsnd(msqid, m, (size_t)number(2), 0) < 0)
			err(1, "msgsnd");
	} else if (!strcmp(args[0], "mq_receive")) {
		m = message(65536);
		if (mq_receive(mqd, m, 65536, NULL) < 0)
			err(1, "mq_receive");
	} else {
		m = message((size_t)number(2));
		if (mq_send(mqd, m, (size_t)number(2), (unsigned int)number(3)) < 0)
			err(1, "mq_send");
	}
	free(m);
	exit(0);
}

static void in_threads(long n)
{
	pthread_t thread;

	prctl(PR_SET_NAME, "first", 0, 0, 0);
	while (n-- > 0) {
		if (pthread_create(&thread, NULL, call, NULL) != 0)
			errx(1, "pthread_create");
	}
	for (;;)
		pause();
}

static int open_flags(const char *mode)
{
	if (!strcmp(mode, "r"))
		return O_RDONLY;
	return strcmp(mode, "w") ? O_RDWR : O_WRONLY;
}

static void hold(void)
{
	if (mq_open(args[1], open_flags(args[2])) < 0)
		err(1, "mq_open %s", args[1]);
	for (;;)
		pause();
}

static void churn(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };

	for (;;) {
		mqd = mq_open(args[1], O_RDONLY | O_CREAT | O_EXCL, 0600, &attr);
		if (mqd < 0)
			err(1, "mq_open %s", args[1]);
		mq_close(mqd);
		if (mq_unlink(args[1]) < 0)
			err(1, "mq_unlink %s", args[1]);
	}
}

static void notify(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	mqd = mq_open(args[1], O_RDONLY);
	if (mqd < 0 || mq_notify(mqd, &event) < 0)
		err(1, "mq_notify %s", args[1]);
	puts("ready");
	fflush(stdout);
	sigwait(&set, &sig);
	puts("notified");
	exit(0);
}

static void idle(void)
{
	pid_t parent = getpid(), child = 1;

	for (int i = 0; i < 13; i++)
		if (dup(0) < 0)
			err(1, "dup");
	for (long n = number(1); n > 0 && child; n--) {
		child = fork();
		if (child < 0)
			err(1, "fork");
	}
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent)
			exit(0);
	} else {
		puts("ready");
		fflush(stdout);
	}
	for (;;)
		pause();
}

static void sealed(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void open_queue(void)
{
	if (!strncmp(args[0], "msg", 3)) {
		msqid = msgget((key_t)strtoul(args[1], NULL, 0), 0);
		if (msqid < 0)
			err(1, "msgget %s", args[1]);
		return;
	}
	mqd = mq_open(args[1], !strcmp(args[0], "mq_send") ? O_WRONLY : O_RDONLY);
	if (mqd < 0)
		err(1, "mq_open %s", args[1]);
}

int main(int argc, char **argv)
{
	long threads = 0;

	if (argc > 2 && !strcmp(argv[1], "-t")) {
		threads = strtol(argv[2], NULL, 10);
		argv += 2;
		argc -= 2;
	}
	args = argv + 1;
	if (argc > 1 && !strcmp(args[0], "sealed"))
		sealed();
	if (argc < 3)
		errx(2, "usage: see the source");
	if (!strcmp(args[0], "hold"))
		hold();
	if (!strcmp(args[0], "churn"))
		churn();
	if (!strcmp(args[0], "idle"))
		idle();
	if (!strcmp(args[0], "notify"))
		notify();
	open_queue();
	if (threads)
		in_threads(threads);
	call(NULL);
}
