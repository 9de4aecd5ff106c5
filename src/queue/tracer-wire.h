/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer-wire.h - what mqtool and its sibling mqtool-trace say to each other
 *
 * recv, stat and watch start the sibling with one end of a socketpair as its standard input
 * (tracer.h) and ask it for what only a program in the kernel can tell.  One request, one answer,
 * in turn:
 *
 *   -> struct tracer_request, with a descriptor of a queue (SCM_RIGHTS) if the kind wants one
 *   <- struct tracer_reply, then `length` bytes: `records` records of the kind asked for
 *
 * Both programs run on one machine, so numbers are in its own order.  Structs have no padding, and
 * a record begins at a multiple of 8.  An answer with an error has no records, and says why
 * by a code: whoever asked has the text (tracer-refusal.h).
 *
 * The sibling holds no descriptor of a queue between requests, and what it has loaded hangs on its
 * own descriptors.  It ends when the socket is closed, for whatever reason.
 *
 * A new kind of request: a number here, its records here, a function for it in the table of
 * trace-serve.c.  Any change of what is here is another TRACER_VERSION.
 */
#ifndef MQTOOL_TRACER_WIRE_H
#define MQTOOL_TRACER_WIRE_H

#include <stdint.h>

/* The two may be of different releases while one of their packages is upgraded. */
#define TRACER_VERSION 1u

/* The argument that makes mqtool-trace serve its standard input. */
#define TRACER_SERVE "serve"

enum tracer_kind {
	TRACER_CHECK = 1, /* may a program be loaded?  no records */
	/* The messages of the POSIX queue whose descriptor, open for reading, comes with it: struct
	 * tracer_message, in the order that mq_receive(3) would take them. */
	TRACER_PEEK,
	/* Who is to be notified of the POSIX queue whose descriptor comes with it, and who polls
	 * it: struct tracer_who. */
	TRACER_WHO,
	TRACER_COUNTERS, /* what has passed through queues since the first of these */
};

/* Flags of TRACER_COUNTERS.  If they change, counting begins again.  ns 0: in all
 * IPC namespaces. */
#define TRACER_SYSV (1u << 0)
#define TRACER_POSIX (1u << 1)
#define TRACER_WAITS (1u << 2) /* and how long calls were blocked, which slows them more */

enum tracer_direction { TRACER_SEND, TRACER_RECEIVE, TRACER_DIRECTIONS };

/* Sums of one direction.  They only grow, and may overflow: only differences mean something. */
struct tracer_sums {
	uint64_t messages;
	uint64_t bytes;
	uint64_t wait_ns; /* in calls that slept */
	uint64_t clock_ns; /* of the times at which the calls returned, by the clock of tracer_moment */
};

/* Before the records of TRACER_COUNTERS. */
struct tracer_moment {
	uint64_t clock_ns; /* now, since counting began */
	uint64_t lost;     /* calls whose queues found no room: those have no record */
};

/* A record of TRACER_COUNTERS: a queue through which anything has passed. */
struct tracer_counter {
	uint64_t ns;   /* IPC namespace */
	uint64_t id;   /* msqid, or inode number */
	uint32_t kind; /* 0 System V, 1 POSIX */
	uint32_t unused;
	struct tracer_sums sums[TRACER_DIRECTIONS];
};

struct tracer_request {
	uint32_t version; /* TRACER_VERSION */
	uint32_t kind;    /* enum tracer_kind */
	uint32_t flags;   /* of the kind; else 0 */
	uint32_t unused;
	uint64_t ns; /* IPC namespace (inode of /proc/PID/ns/ipc), for kinds without a descriptor */
};

/* Why something is refused. */
enum tracer_code {
	TRACER_PLAIN,         /* error says all */
	TRACER_NOT_BUILT,     /* this build has no mqtool-trace */
	TRACER_NOT_INSTALLED, /* it is in a separate package */
	TRACER_NOT_STARTED,   /* cause: errno */
	TRACER_ENDED,         /* it went away without an answer */
	TRACER_OTHER_RELEASE, /* it is of another version, or does not know the kind */
	TRACER_NO_CAPABILITY, /* number: TRACER_NEEDS_* */
	TRACER_USER_NAMESPACE,
	TRACER_OLD_KERNEL, /* number: this release, cause: the one needed; TRACER_LINUX() */
	TRACER_NO_BTF,     /* cause: errno */
	TRACER_NOT_TAKEN,  /* what: the call, cause: errno */
	TRACER_LOCKED_DOWN,
	TRACER_FILTERED,       /* what: the call */
	TRACER_NO_TRACEFS,     /* cause: errno */
	TRACER_TRACEFS_CLOSED, /* it is mounted, but only for root */
	TRACER_NO_EVENT,       /* what: its name, cause: errno */
	TRACER_BUSY,           /* the queue changes faster than it can be read */
	TRACER_TOO_LARGE,      /* its messages, all together, are too large */
	TRACER_CODES
};

#define TRACER_NEEDS_BPF (1u << 0)
#define TRACER_NEEDS_PERFMON (1u << 1)
#define TRACER_LINUX(major, minor) ((major) << 8 | (minor))

struct tracer_refusal {
	int32_t error;   /* -errno: -EPERM if a privilege is missing; 0: nothing is refused */
	uint32_t code;   /* enum tracer_code */
	int32_t cause;   /* with some codes */
	uint32_t number; /* with some codes */
	char what[40];   /* with some codes; NUL-terminated */
};

struct tracer_reply {
	uint32_t version; /* TRACER_VERSION */
	uint32_t records;
	uint64_t length; /* bytes of all records */
	struct tracer_refusal refusal;
};

/* A message; its body follows, and zeros up to a multiple of 8. */
struct tracer_message {
	uint32_t priority;
	uint32_t size;
};

enum tracer_how {
	TRACER_NOTIFIED = 1, /* registered by mq_notify(3) */
	TRACER_POLLS,        /* by poll(2), select(2) and their like */
	TRACER_EPOLLS,       /* an instance of epoll(7); the kernel does not know whose */
	TRACER_OTHER,        /* in another way: see function */
};

struct tracer_who {
	uint32_t how;      /* enum tracer_how */
	int32_t pid;       /* 0: not there in our PID namespace */
	int32_t first_pid; /* in the first PID namespace; 0: not known */
	uint32_t unused;
	char command[16];  /* foreign bytes, NUL-terminated */
	char function[32]; /* of the kernel, called when something happens; NUL-terminated */
};

#endif
