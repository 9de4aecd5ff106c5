/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alarms.h - what is wrong: which threads are blocked for longer than on a busy queue
 *
 * Pure: queues, waiters and times are arguments.
 */
#ifndef MQTOOL_ALARMS_H
#define MQTOOL_ALARMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"
#include "show/procs.h"

/* A thread counts as stuck after two looks saw it blocked on the same queue, for at least this
 * long. */
#define ALARM_AFTER_NS (2 * NSEC_PER_SEC)
/* More are counted, not kept. */
#define ALARMS_KEPT 32

/* Gravest first: senders that cannot go on, then receivers that wait, often for an answer. */
enum alarm_kind { ALARM_NEVER_FITS, ALARM_FULL, ALARM_TYPE_ABSENT };

struct alarm {
	enum alarm_kind kind;
	struct queue_stat st; /* without its name */
	int64_t blocked_ns;   /* the longest */
	bool fresh;           /* nobody was stuck there at the look before */
	const char *text;     /* one line, translated: "/orders: full, 2 senders blocked for 42s" */
	struct buffer line;   /* that text; reused for the next alarm in this place */
};

/* A blocked thread, as it was at the last look. */
struct alarm_seen {
	struct proc_waiter waiter;
	int64_t since_ns; /* monotonic: first seen so */
	bool stuck;
	bool fresh; /* and was not at the look before */
};

/* Zeroed it holds no alarm; the owner calls alarms_free(). */
struct alarms {
	struct alarm items[ALARMS_KEPT + 1]; /* gravest, then longest first; one to sort in */
	size_t n;
	size_t more; /* alarms not kept */
	struct alarm_seen *seen, *judged;
	size_t nseen, seen_cap, judged_cap;
	struct proc_waiter *stuck; /* of one queue, while looking for alarms */
	size_t stuck_cap;
};

/*
 * Takes in a look: the waiters of procs at now_ns (monotonic; now in seconds since the epoch) on n
 * queues, which were read at most took_ns earlier.  Returns 0 or -ENOMEM.
 */
int alarms_update(struct alarms *a, const struct procs *procs, const struct queue_stat *queues,
		  size_t n, int64_t now_ns, int64_t now, int64_t took_ns) _must_check_;
/* The gravest alarm of a queue, or NULL. */
const struct alarm *alarms_of(const struct alarms *a, const struct queue_stat *st);
/* True for an alarm about blocked senders, which is red. */
bool alarm_is_grave(const struct alarm *alarm);
/* Forgets all: processes are no longer looked at. */
void alarms_clear(struct alarms *a);
/* Frees the memory; safe on a zeroed struct. */
void alarms_free(struct alarms *a);

#endif
