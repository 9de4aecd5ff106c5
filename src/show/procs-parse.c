/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs-parse.c - the files of /proc that tell of threads and descriptors, read
 */
#include "config.h"

#include "show/procs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#define FLAG_EXCEPT 020000 /* MSG_EXCEPT; <sys/msg.h> is the backend's */

/* strtoull(3) would take blanks, signs and, with base 16, nothing at all. */
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
 * Names seen: do_msgrcv, do_msgsnd and wq_sleep; where a compiler made one function of several,
 * those of the system calls.
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

static bool is_mq_send(long nr)
{
#if defined SYS_mq_timedsend_time64
	if (nr == SYS_mq_timedsend_time64)
		return true;
#endif
#if defined SYS_mq_timedsend
	if (nr == SYS_mq_timedsend)
		return true;
#endif
	return false;
}

static bool is_mq_receive(long nr)
{
#if defined SYS_mq_timedreceive_time64
	if (nr == SYS_mq_timedreceive_time64)
		return true;
#endif
#if defined SYS_mq_timedreceive
	if (nr == SYS_mq_timedreceive)
		return true;
#endif
	return false;
}

/* msgrcv(msqid, msgp, msgsz, msgtyp, msgflg) */
static void decode_msgrcv(const struct proc_syscall *call, struct proc_waiter *waiter)
{
	waiter->kind = QUEUE_SYSV;
	waiter->sender = false;
	waiter->msqid = (int)call->arg[0];
	waiter->size = call->arg[2];
	waiter->type = (long)call->arg[3];
	/* The kernel ignores the flag with any other type. */
	waiter->except = (call->arg[4] & FLAG_EXCEPT) && waiter->type > 0;
}

/* msgsnd(msqid, msgp, msgsz, msgflg) */
static void decode_msgsnd(const struct proc_syscall *call, struct proc_waiter *waiter)
{
	waiter->kind = QUEUE_SYSV;
	waiter->sender = true;
	waiter->msqid = (int)call->arg[0];
	waiter->size = call->arg[2];
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
#if defined SYS_msgrcv
	if (sleep == SLEEP_MSGRCV && call->nr == SYS_msgrcv) {
		decode_msgrcv(call, waiter);
		return true;
	}
#endif
#if defined SYS_msgsnd
	if (sleep == SLEEP_MSGSND && call->nr == SYS_msgsnd) {
		decode_msgsnd(call, waiter);
		return true;
	}
#endif
	if (sleep != SLEEP_MQUEUE || (!is_mq_send(call->nr) && !is_mq_receive(call->nr)))
		return false;
	decode_mqueue(call, is_mq_send(call->nr), waiter, fd);
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

/* Goes to the nth blank-separated word behind text's first. */
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
