/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kern-look.h - the protocol between trace-look.c and the programs that look at a queue
 */
#ifndef MQTOOL_KERN_LOOK_H
#define MQTOOL_KERN_LOOK_H

#include "trace/kern.h"

/* The most of a body that lies in one piece: a page (ipc/msgutil.c). */
#define LOOK_PIECE_MAX 65536u

/* How a walk ended. */
enum look_end {
	LOOK_UNFINISHED, /* after all the steps that it may make */
	LOOK_WHOLE,
	LOOK_NO_QUEUE, /* the descriptor is not a POSIX queue's */
	LOOK_NO_ROOM,
	LOOK_TORN, /* the queue changed during the walk */
};

/* What a program is called with. */
struct look_call {
	kern_u32 fd;    /* of the queue, in the caller's table */
	kern_u32 steps; /* the most steps that a walk may make */
};

/* What the walk found out, beside the messages. */
struct look_walk {
	kern_u64 messages, bytes; /* as the queue says, before it */
	kern_u64 messages_after, bytes_after;
	kern_u64 found, found_bytes; /* on the way */
	kern_u64 used;               /* bytes of the area */
	kern_u32 end;                /* enum look_end */
	kern_u32 unused;
};

/* A message in the area, at a multiple of 8; its body follows. */
struct look_message {
	kern_u64 address; /* in the kernel: no other message has it at the same time */
	kern_u32 priority;
	kern_u32 size;
};

/* The most waiters that are reported; a power of two. */
#define LOOK_WHO_MAX 64
#define LOOK_FUNCTION 32

/* A process that is to be notified of a queue, or polls it. */
struct look_who {
	kern_u32 notified; /* else it polls */
	kern_s32 pid, first_pid;
	kern_u32 unused;
	char command[KERN_COMMAND];
	char function[LOOK_FUNCTION]; /* that the kernel calls for it */
};

#endif
