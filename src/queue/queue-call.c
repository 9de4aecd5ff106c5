/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-call.c - the four system calls that move messages, bare
 */
#include "config.h"

#include "queue/queue-call.h"

#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * A time that is past: these calls then never wait.  All zeros, so that it is the same to a kernel
 * whose time_t has another width than ours.  Not const: qemu-user writes it back and, if it cannot,
 * reports EFAULT for a message that was sent.
 */
static struct timespec long_past[2];

static const struct timespec *time_limit(bool wait)
{
	return wait ? NULL : long_past;
}

int call_msgsnd(int msqid, const void *msgp, size_t size, int flags)
{
#if defined(SYS_msgsnd)
	return (int)syscall(SYS_msgsnd, msqid, msgp, size, flags);
#else /* a number of ipc(2) on some machines */
	return msgsnd(msqid, msgp, size, flags);
#endif
}

ssize_t call_msgrcv(int msqid, void *msgp, size_t room, long type, int flags)
{
#if defined(SYS_msgrcv)
	return syscall(SYS_msgrcv, msqid, msgp, room, type, flags);
#else
	return msgrcv(msqid, msgp, room, type, flags);
#endif
}

int call_mq_send(int fd, const char *data, size_t len, unsigned int priority, bool wait)
{
#if defined(SYS_mq_timedsend)
	return (int)syscall(SYS_mq_timedsend, fd, data, len, priority, time_limit(wait));
#else
	return wait ? mq_send(fd, data, len, priority) :
		      mq_timedsend(fd, data, len, priority, time_limit(wait));
#endif
}

ssize_t call_mq_receive(int fd, char *data, size_t room, unsigned int *priority, bool wait)
{
#if defined(SYS_mq_timedreceive)
	return syscall(SYS_mq_timedreceive, fd, data, room, priority, time_limit(wait));
#else
	return wait ? mq_receive(fd, data, room, priority) :
		      mq_timedreceive(fd, data, room, priority, time_limit(wait));
#endif
}
