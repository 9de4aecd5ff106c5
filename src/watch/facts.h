/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - what sampler.c finds out about the machine, for the model and the screen of watch
 */
#ifndef MQTOOL_FACTS_H
#define MQTOOL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/queue.h"
#include "show/procs.h"
#include "watch/alarms.h"

/* One look at the queues. */
struct facts_look {
	const struct queue_stat *items;
	size_t n;
	unsigned int kinds; /* QUEUE_MASK_* that could be listed: rows of others stay as they are */
	int64_t monotonic_ns; /* when */
	int64_t now;          /* the same in seconds since the epoch */
};

struct facts_message {
	long type; /* or its priority: POSIX */
	size_t size;
	size_t shown;   /* bytes in data */
	char data[256]; /* the body's beginning; foreign bytes */
};

#define FACTS_MESSAGES 64

/* The selected queue in detail.  Zeroed it is about no queue. */
struct facts_detail {
	bool valid;           /* it is about `of` */
	struct queue_stat of; /* without its name */
	const struct proc_waiter *waiters;
	size_t nwaiters;
	const struct proc_holder *holders;
	size_t nholders;
	bool looked;          /* processes were looked at */
	bool partial;         /* but not all of them */
	const char *findings; /* lines, gravest first; or NULL */
	size_t grave;         /* how many of them say that senders are blocked */
	char sender[PROC_COMMAND + 16], receiver[PROC_COMMAND + 16]; /* escaped; "" if not known */
	bool peeked;                                                 /* messages were looked at */
	const char *peek_why; /* why none can be, translated; or NULL */
	size_t peek_from; /* the place of the first message of peek on the queue; 0 is the oldest */
	struct facts_message peek[FACTS_MESSAGES];
	size_t npeek;
};

/* One message, whole.  Zeroed there is none. */
struct facts_whole {
	bool valid;
	bool taken;      /* it has left the queue */
	int error;       /* 0, or -errno: why it cannot be shown */
	const char *why; /* the same, translated */
	size_t index;    /* its place on the queue */
	bool has_priority;
	long type; /* or its priority */
	size_t size;
	const char *data; /* foreign bytes, owned by the sampler */
};

struct facts {
	char host[65]; /* escaped */
	int64_t now;   /* seconds since the epoch */
	int64_t monotonic_ns;
	double cost;                 /* percent of a processor; negative: not yet known */
	int64_t delay_ns;            /* the real time between looks */
	const struct alarms *alarms; /* what is wrong; or NULL */
	const char *limits;          /* use of the kernel's limits, in one line; or NULL */
	const char *missing;         /* why queues of a kind are not listed, in one line; or NULL */
	unsigned int hidden;         /* processes that may not be looked at */
	unsigned int blind;          /* threads blocked on a queue that cannot be identified */
	bool hidepid;                /* processes of others, or all, are not visible */
	bool counting;               /* the kernel counts what passes */
	bool root;
	struct facts_detail detail;
	struct facts_whole whole;
};

#endif
