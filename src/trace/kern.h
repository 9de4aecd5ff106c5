/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kern.h - what the program in the kernel and mqtool-trace tell each other
 *
 * Both include it, so it uses only numbers of fixed size.  Members are ordered so that no padding
 * is left.
 */
#ifndef MQTOOL_KERN_H
#define MQTOOL_KERN_H

#ifdef __BPF__
typedef unsigned char kern_u8;
typedef unsigned int kern_u32;
typedef int kern_s32;
typedef unsigned long long kern_u64;
typedef long long kern_s64;
#else
#include <stdint.h>
typedef uint8_t kern_u8;
typedef uint32_t kern_u32;
typedef int32_t kern_s32;
typedef uint64_t kern_u64;
typedef int64_t kern_s64;
#endif

#define KERN_COMMAND 16
/* Room for the name of a POSIX queue with its NUL, without its slash. */
#define KERN_NAME 256
/* The most bytes of a body that are kept. */
#define KERN_SNAPLEN_MAX (1u << 20)

enum kern_kind { KERN_SYSV, KERN_POSIX };
enum kern_direction { KERN_SEND, KERN_RECEIVE, KERN_DIRECTIONS };

/* What distinguishes one queue from all others on the machine. */
struct kern_queue {
	kern_u64 ns; /* IPC namespace: what /proc/PID/ns/ipc shows */
	kern_u64 id; /* msqid, or inode number */
	kern_u32 kind;
	kern_u32 unused; /* 0: keys of maps are compared whole */
};

#define KERN_HAS_WAIT (1u << 0)
#define KERN_HAS_TYPE (1u << 1)
#define KERN_HAS_PRIORITY (1u << 2)
#define KERN_HAS_QUEUE (1u << 3)  /* else the call, which failed, named none */
#define KERN_HAS_SIZE (1u << 4)   /* else it is not known: a receive that failed */
#define KERN_BODY_LOST (1u << 5)  /* the body could not be read, or only its beginning */
#define KERN_UNDECIDED (1u << 6)  /* nobody has yet said whether the queue is wanted */
#define KERN_FIRST_SEEN (1u << 7) /* not a message: a row of the summary begins */

/*
 * One call.  After it come the name (POSIX, if it was not told before: name_len bytes), the body
 * (kept bytes), and unused room.
 */
struct kern_event {
	kern_u64 time_ns; /* CLOCK_MONOTONIC, when the call returned */
	kern_u64 wait_ns; /* in the call */
	struct kern_queue queue;
	kern_u32 priority;
	kern_s32 error; /* errno, 0 on success */
	kern_u32 pid, tid;
	kern_u32 size; /* bytes of the message */
	kern_u32 kept;
	kern_u32 name_len;
	kern_u32 flags;     /* KERN_* */
	kern_u32 direction; /* enum kern_direction */
	kern_u32 unused;
	char command[KERN_COMMAND];
	kern_s64 type; /* last: it is read together with the body of a System V message */
};

/* What is counted: nothing, what each process did with each queue, or what all did. */
enum kern_rows { KERN_NO_ROWS, KERN_ROWS_OF_PROCESSES, KERN_ROWS_OF_QUEUES };

/* The key of a row. */
struct kern_row_key {
	struct kern_queue queue;
	kern_u32 pid; /* 0: all */
	kern_u32 unused;
};

/*
 * Sums of one direction; a copy for each processor, so that none waits for another.  `started`
 * counts first and `messages` last, and readers go the other way: if the two agree, the copy is
 * whole.
 */
struct kern_sums {
	kern_u64 messages;
	kern_u64 bytes;
	kern_u64 wait_ns; /* in calls that slept */
	/* Sum of the times at which the calls returned, from the same moment for all.  It may
	 * overflow: only differences mean something. */
	kern_u64 clock_ns;
	kern_u64 started;
};

struct kern_row {
	struct kern_sums sums[KERN_DIRECTIONS];
};

/* What was not passed on, a copy for each processor. */
struct kern_lost {
	kern_u64 messages; /* the buffer was full */
	kern_u64 rows;     /* calls that found no room for a row of their own */
};

#endif
