/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rights.c - asks the kernel what a user may do with a queue, and mqtool the same, in many modes
 *
 *   rights MQTOOL KIND RELATION quick|full
 *
 * KIND is sysv or posix; RELATION says what the user is to the queue: owner, creator (System V:
 * made it, and it was given away), group, supplementary (the group is not his first), other.
 * quick tries the triples of r and w that concern the user, beside the opposite ones for all others;
 * full all modes from 0 to 0777.  Each difference is a line on stdout and makes the status 1; the
 * last line counts what was compared.  To be run by root in an IPC namespace of its own.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <mqueue.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

#define USER 1234
#define GROUP 77
#define KEY 0x4d510777
#define NAME "/rights"
#define MESSAGE "message"

struct body {
	long type;
	char text[512];
};

enum relation { OWNER, CREATOR, GROUP_FIRST, GROUP_OTHER, NOBODY, NRELATIONS };

static const char *const relation_names[] = { "owner", "creator", "group", "supplementary",
					      "other" };

/* How far the bits of the user's triple are shifted. */
static const unsigned int relation_shift[] = { 6, 6, 3, 3, 0 };

/* All of one: the kind under test is either of them. */
struct kind {
	const char *operand;
	void (*make)(enum relation relation, mode_t mode);
	void (*remove)(void);
	int (*count)(void);
	void (*fill)(void);
	mode_t (*mode)(void);
};

struct action {
	const char *name;
	const char *args[6]; /* QUEUE stands for the queue */
	int (*sysv)(void);   /* the same by the kernel's own calls: 0 or errno */
	int (*posix)(void);
};

static const struct kind *kind;
static const char *mqtool;
static unsigned long compared, different;

/* ---- System V ---- */

static int id(void)
{
	int msqid = msgget(KEY, 0);

	if (msqid < 0)
		err(99, "msgget");
	return msqid;
}

static void sysv_remove(void)
{
	int msqid = msgget(KEY, 0);

	if (msqid >= 0)
		msgctl(msqid, IPC_RMID, NULL);
}

static void sysv_fill(void)
{
	struct body body = { .type = 1, .text = MESSAGE };

	if (msgsnd(id(), &body, strlen(MESSAGE), IPC_NOWAIT) < 0)
		err(99, "msgsnd");
}

static void sysv_make(enum relation relation, mode_t mode)
{
	struct msqid_ds ds;
	int msqid;

	sysv_remove();
	if (relation == CREATOR && seteuid(USER) < 0)
		err(99, "seteuid");
	msqid = msgget(KEY, IPC_CREAT | IPC_EXCL | 0600);
	if (relation == CREATOR && seteuid(0) < 0)
		err(99, "seteuid");
	if (msqid < 0 || msgctl(msqid, IPC_STAT, &ds) < 0)
		err(99, "msgget");
	ds.msg_perm.uid = relation == OWNER ? USER : 0;
	ds.msg_perm.gid = relation == GROUP_FIRST || relation == GROUP_OTHER ? GROUP : 0;
	ds.msg_perm.mode = mode;
	if (msgctl(msqid, IPC_SET, &ds) < 0)
		err(99, "msgctl");
}

static int sysv_count(void)
{
	int msqid = msgget(KEY, 0);
	struct msqid_ds ds;

	return msqid >= 0 && msgctl(msqid, IPC_STAT, &ds) == 0 ? (int)ds.msg_qnum : -1;
}

static mode_t sysv_mode(void)
{
	struct msqid_ds ds;

	if (msgctl(id(), IPC_STAT, &ds) < 0)
		err(99, "msgctl");
	return ds.msg_perm.mode & 0777;
}

static int sysv_recv(void)
{
	struct body body;

	return msgrcv(id(), &body, sizeof(body.text), 0, IPC_NOWAIT) < 0 ? errno : 0;
}

static int sysv_peek(void)
{
	struct body body;

	return msgrcv(id(), &body, sizeof(body.text), 0, IPC_NOWAIT | MSG_COPY) < 0 ? errno : 0;
}

static int sysv_send(void)
{
	struct body body = { .type = 1, .text = "x" };

	return msgsnd(id(), &body, 1, IPC_NOWAIT) < 0 ? errno : 0;
}

/* /proc/sysvipc/msg tells everybody, as MSG_STAT_ANY does. */
static int sysv_look(void)
{
	FILE *f = fopen("/proc/sysvipc/msg", "r");

	if (!f)
		return errno;
	fclose(f);
	return 0;
}

static int sysv_set(void)
{
	struct msqid_ds ds = { 0 };
	int msqid = id();

	/* Not IPC_STAT, which asks for a right to read that IPC_SET does not need. */
	ds.msg_perm.uid = geteuid();
	ds.msg_perm.gid = getegid();
	ds.msg_qbytes = 1;
	return msgctl(msqid, IPC_SET, &ds) < 0 ? errno : 0;
}

static int sysv_rm(void)
{
	return msgctl(id(), IPC_RMID, NULL) < 0 ? errno : 0;
}

/* ---- POSIX ---- */

static mqd_t open_queue(int flags)
{
	return mq_open(NAME, flags | O_NONBLOCK);
}

static void mqueue_remove(void)
{
	mq_unlink(NAME);
}

static void mqueue_fill(void)
{
	mqd_t mq = open_queue(O_WRONLY);

	if (mq < 0 || mq_send(mq, MESSAGE, strlen(MESSAGE), 0) < 0)
		err(99, "mq_send");
	mq_close(mq);
}

static void mqueue_make(enum relation relation, mode_t mode)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	uid_t uid = relation == OWNER ? USER : 0;
	gid_t gid = relation == GROUP_FIRST || relation == GROUP_OTHER ? GROUP : 0;
	mqd_t mq;

	mqueue_remove();
	mq = mq_open(NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	if (mq < 0 || fchown(mq, uid, gid) < 0 || fchmod(mq, mode) < 0)
		err(99, "mq_open");
	mq_close(mq);
}

static int mqueue_count(void)
{
	mqd_t mq = open_queue(O_RDONLY);
	struct mq_attr attr;

	if (mq < 0)
		return -1;
	if (mq_getattr(mq, &attr) < 0)
		err(99, "mq_getattr");
	mq_close(mq);
	return (int)attr.mq_curmsgs;
}

static mode_t mqueue_mode(void)
{
	mqd_t mq = open_queue(O_RDONLY);
	struct stat st;

	if (mq < 0 || fstat(mq, &st) < 0)
		err(99, "fstat");
	mq_close(mq);
	return st.st_mode & 0777;
}

static int mqueue_recv(void)
{
	mqd_t mq = open_queue(O_RDONLY);
	char text[64];

	return mq < 0 || mq_receive(mq, text, sizeof(text), NULL) < 0 ? errno : 0;
}

static int mqueue_send(void)
{
	mqd_t mq = open_queue(O_WRONLY);

	return mq < 0 || mq_send(mq, "x", 1, 0) < 0 ? errno : 0;
}

/* Its messages are told to who may open it at all. */
static int mqueue_look(void)
{
	struct mq_attr attr;
	mqd_t mq = open_queue(O_RDONLY);

	if (mq < 0)
		mq = open_queue(O_WRONLY);
	return mq < 0 || mq_getattr(mq, &attr) < 0 ? errno : 0;
}

/* Their bytes to who may read it. */
static int mqueue_read(void)
{
	return open_queue(O_RDONLY) < 0 ? errno : 0;
}

static int mqueue_set(void)
{
	return chmod("/dev/mqueue" NAME, 0640) < 0 ? errno : 0;
}

static int mqueue_rm(void)
{
	return mq_unlink(NAME) < 0 ? errno : 0;
}

static const struct kind kinds[] = {
	{ "key:0x4d510777", sysv_make, sysv_remove, sysv_count, sysv_fill, sysv_mode },
	{ NAME, mqueue_make, mqueue_remove, mqueue_count, mqueue_fill, mqueue_mode },
};

#define QUEUE "\001"

static const struct action actions[] = {
	{ "recv", { "recv", "-n", QUEUE }, sysv_recv, mqueue_recv },
	{ "recv COMMAND", { "recv", "-n", QUEUE, "--", "/bin/cat" }, sysv_recv, mqueue_recv },
	{ "send", { "send", "-n", QUEUE, "x" }, sysv_send, mqueue_send },
	{ "peek", { "recv", "--peek", QUEUE }, sysv_peek, NULL },
	{ "purge", { "purge", QUEUE }, sysv_recv, mqueue_recv },
	{ "stat messages", { "stat", "-o", "queue,messages", QUEUE }, sysv_look, mqueue_look },
	{ "stat bytes", { "stat", "-o", "queue,bytes", QUEUE }, sysv_look, mqueue_read },
	{ "set", { "set", "-m", "640", QUEUE }, sysv_set, mqueue_set },
	{ "rm", { "rm", QUEUE }, sysv_rm, mqueue_rm },
};

/* ---- both sides ---- */

/* What a side did: its errno or exit status, and the queue afterwards. */
struct outcome {
	int status;
	int count; /* -1: gone */
	mode_t mode;
};

static void become(enum relation relation)
{
	const gid_t group = GROUP;
	gid_t gid = relation == GROUP_FIRST ? GROUP : USER;

	if (setgroups(relation == GROUP_OTHER, &group) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(USER, USER, USER) < 0)
		err(99, "setresuid");
}

static void run_mqtool(const struct action *action)
{
	const char *argv[ARRAY_SIZE(action->args) + 2] = { "mqtool" };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; i < ARRAY_SIZE(action->args) && action->args[i]; i++)
		argv[i + 1] = action->args[i][0] == QUEUE[0] ? kind->operand : action->args[i];
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		err(99, "/dev/null");
	execv(mqtool, (char *const *)(uintptr_t)argv); /* it changes none of them */
	_exit(98);
}

static struct outcome run(const struct action *action, bool raw, enum relation relation, mode_t mode)
{
	struct outcome got = { 0 };
	int (*call)(void) = kind == &kinds[0] ? action->sysv : action->posix;
	int status;
	pid_t pid;

	kind->make(relation, mode);
	kind->fill();
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		become(relation);
		if (raw)
			_exit(call());
		run_mqtool(action);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		err(99, "fork");
	got.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	got.count = kind->count();
	got.mode = got.count < 0 ? 0 : kind->mode();
	return got;
}

/* The exit status that DESIGN and the man pages give an errno. */
static int status_of(int error)
{
	switch (error) {
	case 0:
		return 0;
	case EACCES:
	case EPERM:
		return 5;
	default:
		errx(99, "the kernel said: %s", strerror(error));
	}
}

static void compare(const struct action *action, enum relation relation, mode_t mode)
{
	const struct outcome raw = run(action, true, relation, mode);
	const struct outcome tool = run(action, false, relation, mode);
	bool same = tool.status == status_of(raw.status) && tool.count == raw.count;

	if (raw.status == 0 && strcmp(action->name, "set") == 0)
		same &= tool.mode == 0640;
	else if (raw.count >= 0)
		same &= tool.mode == mode;
	compared++;
	if (same)
		return;
	different++;
	printf("%s of %s by %s, mode %04o: the kernel says %s and leaves %d messages; mqtool exits "
	       "with %d and leaves %d, mode %04o\n",
	       action->name, kind->operand, relation_names[relation], (unsigned int)mode,
	       raw.status ? strerror(raw.status) : "yes", raw.count, tool.status, tool.count,
	       (unsigned int)tool.mode);
}

static void compare_all(enum relation relation, mode_t mode)
{
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
		if (kind == &kinds[0] ? actions[i].sysv != NULL : actions[i].posix != NULL)
			compare(&actions[i], relation, mode);
}

/* A triple for the user, its opposite for everybody else: only the right one may count. */
static mode_t with_opposites(enum relation relation, mode_t triple)
{
	unsigned int shift = relation_shift[relation];
	mode_t others = 7 - triple;

	return (others * 0111 & ~((mode_t)7 << shift)) | triple << shift;
}

int main(int argc, char **argv)
{
	enum relation relation;
	mode_t mode;

	if (argc != 5)
		errx(99, "usage: rights MQTOOL KIND RELATION quick|full");
	mqtool = argv[1];
	kind = &kinds[strcmp(argv[2], "posix") == 0];
	for (relation = OWNER; relation < NRELATIONS; relation++)
		if (strcmp(relation_names[relation], argv[3]) == 0)
			break;
	if (relation == NRELATIONS)
		errx(99, "%s: no such relation", argv[3]);
	umask(0);
	if (strcmp(argv[4], "full") == 0)
		for (mode = 0; mode <= 0777; mode++)
			compare_all(relation, mode);
	else
		for (mode = 0; mode <= 6; mode += 2)
			compare_all(relation, with_opposites(relation, mode));
	kind->remove();
	printf("%lu compared, %lu different\n", compared, different);
	return different > 0;
}
