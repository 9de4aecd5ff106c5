/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.h - who is to be notified of a POSIX queue, and who polls it
 *
 * The kernel names whoever registered with mq_notify(3) by a number of the reader's PID namespace
 * or not at all, and nobody who polls; mqtool-trace sees both (tracer.h).  It cannot tell whose an
 * instance of epoll(7) is, but that shows in /proc/PID/fdinfo.
 */
#ifndef MQTOOL_WHO_H
#define MQTOOL_WHO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"
#include "show/procs.h"

/* One look.  Zero-initialise it; the owner calls who_free(). */
struct who {
	struct buffer polls; /* lines of a block, "polls: ..." */
	pid_t notified;      /* of another PID namespace: its number in the first one; else 0 */
	char command[PROC_COMMAND]; /* of that; foreign bytes */
};

/*
 * Looks at the queue st, a POSIX one of our own IPC namespace.  procs has those that hold it open.
 * What may not be seen is left out.
 */
void who_look(struct who *who, const struct queue_stat *st, const struct procs *procs);
void who_free(struct who *who);

/* A line of /proc/PID/fdinfo/N: true for one of an epoll(7) instance, with what it looks at.  Pure. */
bool who_parse_tfd(const char *line, dev_t *dev, ino_t *ino);

#endif
