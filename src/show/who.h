/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.h - which process is to be notified of a POSIX queue, and which ones poll it
 *
 * The kernel gives the process registered with mq_notify(3) as a number of the reader's PID
 * namespace or not at all, and names nobody who polls; mqtool-trace sees both (tracer.h).  It
 * cannot tell who owns an instance of epoll(7), but /proc/PID/fdinfo shows that.
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
	struct buffer json;  /* the same as JSON objects, with commas between them */
	bool told;           /* by mqtool-trace, so that these are all */
	pid_t notified;      /* if in another PID namespace: its number in the first; else 0 */
	char command[PROC_COMMAND]; /* of that process; foreign bytes */
};

/*
 * Looks at the queue st, a POSIX one of our own IPC namespace.  procs has the processes that hold
 * it open.  Leaves out what may not be seen.
 */
void who_look(struct who *who, const struct queue_stat *st, const struct procs *procs);
/* Frees the memory; safe on a zeroed struct. */
void who_free(struct who *who);

/* Reads a line of /proc/PID/fdinfo/N: true for one of an epoll(7) instance, with what it watches.
 * Pure. */
bool who_parse_tfd(const char *line, dev_t *dev, ino_t *ino);

#endif
