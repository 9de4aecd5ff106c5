/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-change.h - sleeps until something about a queue may have changed, and takes no part in it
 *
 * Nothing here stands in a queue's line, takes a notification or keeps a place of anybody's: a
 * POSIX queue is polled (mq_overview(7)), or its directory watched (inotify(7)); a System V queue
 * can only be looked at, at intervals that grow to a twentieth of a second, one of a broker to half
 * of one.
 */
#ifndef MQTOOL_QUEUE_CHANGE_H
#define MQTOOL_QUEUE_CHANGE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/stop.h"
#include "base/util.h"
#include "queue/queue.h"

/* Owner: whoever called queue_change_begin(); ended with queue_change_end(). */
struct queue_change {
	int epoll;
	int dir;            /* inotify on the directory of POSIX queues, or -1 */
	bool polled;        /* a queue tells of its sends and receives */
	int64_t pause;      /* nanoseconds until the next look, where nothing tells */
	int64_t last_pause; /* and the longest */
	sigset_t mask;      /* of the sleep: stop signals come through */
};

/* Begins, for a queue that need not exist.  Holds back the stop signals (stop_hold()). Returns 0
 * or -errno. */
int queue_change_begin(struct queue_change *c, const struct queue_ref *ref) _must_check_;
/*
 * From now on the making and removing of POSIX queues ends the sleep, if the directory can be
 * watched.  Only for who waits for that: to end it takes the kernel 10 ms (inotify(7)).
 */
void queue_change_watch_dir(struct queue_change *c);
/*
 * From now on the sends and receives of an open queue end the sleep.  Returns 0, also for a kind
 * that cannot tell, or -errno.  The queue must be looked at twice a second: held open it lives on
 * when it is removed.
 */
int queue_change_add(struct queue_change *c, const struct queue *q) _must_check_;
/*
 * Sleeps until something may have changed, it is time for the next look, or timeout_ns are over
 * (negative: never).  Returns 0, -EINTR where a stop signal came, or -errno.
 */
int queue_change_sleep(struct queue_change *c, int64_t timeout_ns) _must_check_;
/* Frees; also after a failed queue_change_begin(). */
void queue_change_end(struct queue_change *c);

#endif
