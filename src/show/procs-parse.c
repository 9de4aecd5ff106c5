/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs-parse.c - the files of /proc that tell of threads and descriptors, read
 */
#include "config.h"

#include "base/util.h"
#include "show/procs.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define FLAG_EXCEPT 020000 /* MSG_EXCEPT; <sys/msg.h> is the backend's */

/* strtoull(3) would accept blanks, signs and, with base 16, nothing at all. */
static bool parse_hex_word(const char **text, uint64_t *value)
{
	char *end;

	if (strncmp(*text, " 0x", 3) != 0 || !isxdigit((unsigned char)(*text)[3]))
		return false;
	*value = strtoull(*text + 3, &end, 16);
	*text = end;
	return true;
}

bool proc_parse_syscall(const char *text, struct proc_syscall *call)
{
	char *end;

	/* "running", or -1 for a thread that sleeps outside any call (a page fault) */
	if (!isdigit((unsigned char)*text))
		return false;
	call->nr = strtol(text, &end, 10);
	text = end;
	for (size_t i = 0; i < ARRAY_SIZE(call->arg); i++) {
		if (!parse_hex_word(&text, &call->arg[i]))
			return false;
	}
	return true;
}

/*
 * Names seen: do_msgrcv, do_msgsnd and wq_sleep; if a compiler split a function, those of the
 * system calls.
 */
enum proc_sleep proc_parse_wchan(const char *text)
{
	if (strstr(text, "msgrcv"))
		return SLEEP_MSGRCV;
	if (strstr(text, "msgsnd"))
		return SLEEP_MSGSND;
	if (strncmp(text, "wq_sleep", 8) == 0 || strstr(text, "mq_timed"))
		return SLEEP_MQUEUE;
	return SLEEP_ELSEWHERE;
}

/*
 * The calls that block, by their number in each ABI of the machine: a 64-bit kernel runs 32-bit
 * programs too, and either may look at the other.  ipc(2) is all of System V in one.
 */
enum blocking { CALL_MSGSND, CALL_MSGRCV, CALL_IPC, CALL_MQ_SEND, CALL_MQ_RECEIVE };

static const struct {
	long nr;
	enum blocking call;
	bool narrow; /* of 32-bit programs */
} numbers[] = {
#if defined __x86_64__ || defined __i386__
	{ 69, CALL_MSGSND, false },     { 70, CALL_MSGRCV, false },
	{ 242, CALL_MQ_SEND, false },   { 243, CALL_MQ_RECEIVE, false },
	{ 400, CALL_MSGSND, true },     { 401, CALL_MSGRCV, true },
	{ 117, CALL_IPC, true },        { 279, CALL_MQ_SEND, true },
	{ 280, CALL_MQ_RECEIVE, true }, { 418, CALL_MQ_SEND, true },
	{ 419, CALL_MQ_RECEIVE, true },
#elif defined __aarch64__ || defined __arm__
	{ 189, CALL_MSGSND, false },  { 188, CALL_MSGRCV, false },
	{ 182, CALL_MQ_SEND, false }, { 183, CALL_MQ_RECEIVE, false },
	{ 301, CALL_MSGSND, true },   { 302, CALL_MSGRCV, true },
	{ 276, CALL_MQ_SEND, true },  { 277, CALL_MQ_RECEIVE, true },
	{ 418, CALL_MQ_SEND, true },  { 419, CALL_MQ_RECEIVE, true },
#else
#if defined SYS_msgsnd
	{ SYS_msgsnd, CALL_MSGSND, false },
	{ SYS_msgrcv, CALL_MSGRCV, false },
#endif
#if defined SYS_ipc
	{ SYS_ipc, CALL_IPC, false },
#endif
#if defined SYS_mq_timedsend
	{ SYS_mq_timedsend, CALL_MQ_SEND, false },
	{ SYS_mq_timedreceive, CALL_MQ_RECEIVE, false },
#endif
#if defined SYS_mq_timedsend_time64
	{ SYS_mq_timedsend_time64, CALL_MQ_SEND, false },
	{ SYS_mq_timedreceive_time64, CALL_MQ_RECEIVE, false },
#endif
#endif
};

/* Can a thread that made this call sleep there? */
static bool fits(enum blocking call, enum proc_sleep sleep)
{
	switch (sleep) {
	case SLEEP_MSGSND:
		return call == CALL_MSGSND || call == CALL_IPC;
	case SLEEP_MSGRCV:
		return call == CALL_MSGRCV || call == CALL_IPC;
	case SLEEP_MQUEUE:
		return call == CALL_MQ_SEND || call == CALL_MQ_RECEIVE;
	case SLEEP_ELSEWHERE:
		break;
	}
	return false;
}

/* msgrcv(msqid, msgp, msgsz, msgtyp, msgflg) */
static void decode_msgrcv(const struct proc_syscall *call, bool narrow, struct proc_waiter *waiter)
{
	int64_t type = narrow ? (int32_t)call->arg[3] : (int64_t)call->arg[3];

	waiter->msqid = (int)call->arg[0];
	waiter->size = call->arg[2];
	waiter->untold = type < LONG_MIN || type > LONG_MAX;
	waiter->type = waiter->untold ? 0 : (long)type;
	/* With any other type the kernel ignores the flag. */
	waiter->except = (call->arg[4] & FLAG_EXCEPT) && waiter->type > 0;
}

/* msgsnd(msqid, msgp, msgsz, msgflg) */
static void decode_msgsnd(const struct proc_syscall *call, struct proc_waiter *waiter)
{
	waiter->msqid = (int)call->arg[0];
	waiter->size = call->arg[2];
}

/* ipc(call, msqid, msgsz, msgflg, ...): a receiver's type is in its memory. */
static void decode_ipc(const struct proc_syscall *call, struct proc_waiter *waiter)
{
	waiter->msqid = (int)call->arg[1];
	waiter->size = call->arg[2];
	waiter->untold = !waiter->sender;
}

/* mq_timedsend(mqd, ptr, len, prio, timeout), mq_timedreceive(mqd, ptr, len, *prio, timeout) */
static void decode_mqueue(const struct proc_syscall *call, bool sender, struct proc_waiter *waiter,
			  int *fd)
{
	waiter->kind = QUEUE_POSIX;
	waiter->sender = sender;
	waiter->size = call->arg[2];
	waiter->priority = sender ? (unsigned int)call->arg[3] : 0;
	*fd = (int)call->arg[0];
}

bool proc_decode(enum proc_sleep sleep, const struct proc_syscall *call, struct proc_waiter *waiter,
		 int *fd)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(numbers) &&
	       (numbers[i].nr != call->nr || !fits(numbers[i].call, sleep)))
		i++;
	if (i == ARRAY_SIZE(numbers))
		return false;
	waiter->kind = QUEUE_SYSV;
	waiter->sender = sleep == SLEEP_MSGSND;
	switch (numbers[i].call) {
	case CALL_MSGSND:
		decode_msgsnd(call, waiter);
		break;
	case CALL_MSGRCV:
		decode_msgrcv(call, numbers[i].narrow, waiter);
		break;
	case CALL_IPC:
		decode_ipc(call, waiter);
		break;
	case CALL_MQ_SEND:
	case CALL_MQ_RECEIVE:
		decode_mqueue(call, numbers[i].call == CALL_MQ_SEND, waiter, fd);
		break;
	}
	return true;
}

bool proc_parse_fdinfo(const char *text, unsigned int *flags)
{
	const char *at = strstr(text, "flags:");

	if (!at || (at != text && at[-1] != '\n'))
		return false;
	at += strlen("flags:");
	at += strspn(at, "\t ");
	if (*at < '0' || *at > '7')
		return false;
	*flags = (unsigned int)strtoul(at, NULL, 8);
	return true;
}

/* "se.exec_start      :     123456789.123456", the fraction in nanoseconds of a millisecond */
bool proc_parse_sched(const char *text, int64_t *ns)
{
	const char *at = strstr(text, "se.exec_start");
	unsigned long long ms, fraction;
	char *end;

	at = at ? strchr(at, ':') : NULL;
	if (!at)
		return false;
	at += 1 + strspn(at + 1, " \t");
	if (!isdigit((unsigned char)*at))
		return false;
	ms = strtoull(at, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]) || ms > INT64_MAX / 1000000 - 1)
		return false;
	fraction = strtoull(end + 1, NULL, 10);
	*ns = (int64_t)(ms * 1000000 + fraction % 1000000);
	return true;
}

/* Goes to the nth blank-separated word after text's first. */
static const char *skip_words(const char *text, int n)
{
	while (n-- > 0) {
		text += strcspn(text, " ");
		if (!*text)
			return NULL;
		text++;
	}
	return text;
}

bool proc_parse_stat(const char *text, struct proc_stat *stat)
{
	const char *state = strrchr(text, ')'), *flags, *start;

	if (!state || state[1] != ' ' || !state[2])
		return false;
	state += 2;
	/* proc(5): state is field 3, flags 9, starttime 22 */
	flags = skip_words(state, 9 - 3);
	start = flags ? skip_words(flags, 22 - 9) : NULL;
	if (!start || !isdigit((unsigned char)*flags) || !isdigit((unsigned char)*start))
		return false;
	stat->state = *state;
	stat->flags = strtoul(flags, NULL, 10);
	stat->start = strtoull(start, NULL, 10);
	return true;
}
