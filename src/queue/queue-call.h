/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-call.h - the four system calls that move messages, bare
 *
 * In the C library they are cancellation points, which costs two atomic exchanges a call as soon as
 * there is a second thread (wait.h): up to a tenth of the call.  Nobody cancels threads here.
 * Arguments, results and errno are those of msgop(2), mq_send(3) and mq_receive(3).
 */
#ifndef MQTOOL_QUEUE_CALL_H
#define MQTOOL_QUEUE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* As msgop(2) says of msgsnd(2). */
int call_msgsnd(int msqid, const void *msgp, size_t size, int flags);
/* As msgop(2) says of msgrcv(2). */
ssize_t call_msgrcv(int msqid, void *msgp, size_t room, long type, int flags);
/* wait false: -1 with ETIMEDOUT at once if there is no room. */
int call_mq_send(int fd, const char *data, size_t len, unsigned int priority, bool wait);
/* wait false: -1 with ETIMEDOUT at once if there is no message. */
ssize_t call_mq_receive(int fd, char *data, size_t room, unsigned int *priority, bool wait);

#endif
