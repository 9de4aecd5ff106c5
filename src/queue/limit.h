/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.h - every limit of the kernel on message queues: value, known use, where it is set
 */
#ifndef MQTOOL_LIMIT_H
#define MQTOOL_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "queue/queue.h"

struct limit {
	const char *name;    /* "msgmni", "RLIMIT_MSGQUEUE"; static */
	const char *setting; /* "kernel.msgmni", "ulimit -q"; static */
	const char *help;    /* N_(): what it limits; static */
	enum queue_kind kind;
	bool bytes;     /* value and use are sizes */
	bool known;     /* value could be read */
	bool unlimited; /* and there is no limit */
	uint64_t value;
	bool has_use; /* there is something to count */
	bool use_known;
	bool use_least; /* the kernel exports no figure: at least that many */
	uint64_t use;
};

#define LIMITS_MAX 10

/* The STAT_* bits that a list for limits_read() must have been asked for. */
#define LIMITS_DETAIL (STAT_OWNER | STAT_MAXMSG | STAT_MSGSIZE)

/*
 * Reads the limits of the kinds in mask (QUEUE_MASK_*) of our IPC namespace and our process into
 * limits.  Their use is counted in list, the queues of those kinds.  Returns how many there are.
 */
size_t limits_read(struct limit limits[static LIMITS_MAX], unsigned int mask,
		   const struct queue_list *list);
/*
 * Bytes that the kernel charges against RLIMIT_MSGQUEUE when a POSIX queue is made: its whole
 * capacity and what the kernel keeps beside the bodies (getrlimit(2)).
 */
uint64_t queue_charge(uint64_t maxmsg, uint64_t msgsize);

/* Percent of the limit in use, rounded down; -1 if it is not known or there is no limit. */
int limit_percent(const struct limit *limit);

#endif
