/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-change.h - sleeps until something about a queue may have changed, without taking part in it
 *
 * It never stands in a queue's line, and takes neither a notification nor anybody's place: a POSIX
 * queue is polled (mq_overview(7)), or its directory watched (inotify(7)); a System V queue can
 * only be looked at, at intervals that grow to a twentieth of a second, and one of a broker at
 * intervals that grow to half a second.
 */
#ifndef MQTOOL_QUEUE_CHANGE_H
#define MQTOOL_QUEUE_CHANGE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/stop.h"
#include "base/util.h"
#include "queue/queue.h"

/* Owned by the caller of queue_change_begin(), who calls queue_change_end(). */
struct queue_change {
	int epoll;
	int dir;            /* inotify on the directory of POSIX queues, or -1 */
	bool polled;        /* the queue tells of its sends and receives */
	int64_t pause;      /* nanoseconds until the next look, if nothing tells */
	int64_t last_pause; /* and the longest such interval */
	sigset_t mask;      /* of the sleep: lets stop signals through */
};

/* Begins, for a queue that need not exist.  Blocks the stop signals (stop_hold()).  Returns 0 or
 * -errno. */
int queue_change_begin(struct queue_change *c, const struct queue_ref *ref) _must_check_;
/*
 * From now on the making and removing of POSIX queues ends the sleep, if the directory can be
 * watched.  Only for callers that wait for that: ending the watch takes the kernel 10 ms
 * (inotify(7)).
 */
void queue_change_watch_dir(struct queue_change *c);
/*
 * From now on the sends and receives of an open queue end the sleep.  Returns 0, also for a kind
 * that cannot tell, or -errno.  The caller must look at the queue twice a second: as long as it is
 * held open, a removed queue lives on.
 */
int queue_change_add(struct queue_change *c, const struct queue *q) _must_check_;
/*
 * Sleeps until something may have changed, the next look is due, or timeout_ns have passed
 * (negative: never).  Returns 0, -EINTR if a stop signal came, or -errno.
 */
int queue_change_sleep(struct queue_change *c, int64_t timeout_ns) _must_check_;
/* Frees c; also after a failed queue_change_begin(). */
void queue_change_end(struct queue_change *c);

#endif
