/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.h - the processes that use queues: which are blocked on one, and which have one open
 *
 * The kernel keeps no list of either.  A blocked thread shows its system call and arguments in
 * /proc/TID/syscall, an open POSIX queue is a file in /proc/PID/fd (proc(5)).  Looking needs the
 * right to trace the process (ptrace(2), access mode checking): what may not be looked at is
 * counted and is not an error.
 */
#ifndef MQTOOL_PROCS_H
#define MQTOOL_PROCS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/util.h"
#include "queue/queue.h"

/* Room for a command as /proc/PID/comm has it, with its NUL: kernel workers have the longest. */
#define PROC_COMMAND 64

/* A thread that is blocked on a queue. */
struct proc_waiter {
	enum queue_kind kind;
	int msqid;   /* System V */
	uint64_t ns; /* System V, with PROCS_NAMESPACES: as queue_stat.ns */
	dev_t dev;   /* POSIX */
	ino_t ino;   /* POSIX */
	bool sender;
	bool except;           /* System V receiver: any type but `type` (MSG_EXCEPT) */
	long type;             /* System V receiver: as given to msgrcv(2) */
	bool untold;           /* System V receiver: type and except cannot be known, and are 0 */
	unsigned int priority; /* POSIX sender */
	uint64_t size;         /* sender: bytes of its message; receiver: bytes of its room */
	int64_t waited_ns;     /* since it blocked; -1 if the kernel does not tell */
	pid_t pid, tid;
	char command[PROC_COMMAND]; /* foreign bytes */
};

/* A process that has a POSIX queue open. */
struct proc_holder {
	dev_t dev;
	ino_t ino;
	pid_t pid;
	int fd;
	bool reads, writes;
	char command[PROC_COMMAND]; /* foreign bytes */
};

/* A descriptor of a POSIX queue that was removed after it was opened. */
struct proc_removed {
	dev_t dev;
	ino_t ino;
	pid_t pid;
	int fd;
	char command[PROC_COMMAND]; /* foreign bytes */
	char name[NAME_MAX + 2];    /* the queue's former name, with its slash: foreign bytes */
};

/* What a look at all processes found.  Zero-initialise it; the owner calls procs_free(). */
struct procs {
	struct proc_waiter *waiters; /* those of one queue are adjacent */
	size_t nwaiters, waiters_cap;
	struct proc_holder *holders; /* likewise */
	size_t nholders, holders_cap;
	struct proc_removed *removed; /* likewise */
	size_t nremoved, removed_cap;
	unsigned int hidden; /* processes that may not be looked at */
	unsigned int blind;  /* threads blocked on some queue, but we may not see on which */
	bool hidepid;        /* processes of others are not visible at all (proc(5), hidepid) */
	bool foreign;        /* /proc is that of another PID namespace, in which not even we are */
	int error;           /* 0, or -errno: /proc could not be looked at, or not to its end */
};

#define PROCS_WAITERS (1u << 0)
#define PROCS_HOLDERS (1u << 1)
#define PROCS_SINCE (1u << 2) /* waited_ns of waiters: one more file for each */
/* Removed queues too: with PROCS_HOLDERS those of the namespaces of the queues given, else all. */
#define PROCS_REMOVED (1u << 4)
/* The queues have their namespaces set: waiters of all namespaces, not only of our own. */
#define PROCS_NAMESPACES (1u << 3)

/*
 * Looks at all threads of all processes except our own for what the PROCS_* bits ask.  Holders are
 * sought only for the n queues given, waiters for any.  Returns 0 or -ENOMEM; procs_partial() tells
 * whether something could not be looked at.
 */
int procs_scan(struct procs *procs, unsigned int what, const struct queue_stat *queues, size_t n)
	_must_check_;
/* Frees the memory; safe on a zeroed struct. */
void procs_free(struct procs *procs);
/* Forgets what was found but keeps the memory. */
void procs_forget(struct procs *procs);
/* True if not all could be looked at: a queue for which nobody was found may have somebody. */
bool procs_partial(const struct procs *procs);
/* The waiters and holders of one queue: returns how many, *first is the first. */
size_t procs_waiters_of(const struct procs *procs, const struct queue_stat *st,
			const struct proc_waiter **first);
size_t procs_holders_of(const struct procs *procs, const struct queue_stat *st,
			const struct proc_holder **first);
/* True if a thread of the process is blocked on the removed queue. */
bool procs_waits_on(const struct procs *procs, const struct proc_removed *removed);
/*
 * Fills receivers and senders of all queues that can be told apart and sets their STAT_SEEN, and
 * STAT_WAITING too unless a partial look found nobody.
 */
void procs_count(const struct procs *procs, struct queue_stat *queues, size_t n);
/*
 * Reads the command of process pid, provided that it existed at `then` (seconds since the epoch).
 * Returns 0, -ESRCH if it is gone or its number was given to a later process, or -EACCES if it is
 * hidden or /proc has other numbers than ours.
 */
int procs_command(pid_t pid, int64_t then, char command[static PROC_COMMAND]) _must_check_;

/* True if the process that received last from a System V queue no longer exists, or nobody ever
 * received from it. */
bool procs_receiver_gone(const struct queue_stat *st);

/* ---- readers for the files of /proc: pure ---- */

/* /proc/TID/syscall */
struct proc_syscall {
	long nr;
	uint64_t arg[6];
};

/* False for a thread that is not in a system call. */
bool proc_parse_syscall(const char *text, struct proc_syscall *call);

/* What the kernel function that a thread sleeps in (/proc/TID/wchan) says about it. */
enum proc_sleep { SLEEP_ELSEWHERE, SLEEP_MSGRCV, SLEEP_MSGSND, SLEEP_MQUEUE };

/* Reads wchan, whose names may carry a compiler's suffix (".constprop.0"). */
enum proc_sleep proc_parse_wchan(const char *text);
/*
 * Decodes a blocked call of any ABI that the machine runs.  System call numbers differ between
 * these: a number is believed only if it fits the function in which the thread sleeps.  Fills kind,
 * sender, msqid or *fd, type, except, untold, size and priority; returns false for any other call.
 */
bool proc_decode(enum proc_sleep sleep, const struct proc_syscall *call, struct proc_waiter *waiter,
		 int *fd);
/* The octal `flags:` of /proc/PID/fdinfo/N, as open(2) has them.  False if there are none. */
bool proc_parse_fdinfo(const char *text, unsigned int *flags);
/* `se.exec_start` of /proc/TID/sched, which the kernel writes in milliseconds: nanoseconds. */
bool proc_parse_sched(const char *text, int64_t *ns);

/* /proc/PID/stat */
#define PROC_KERNEL_THREAD 0x00200000 /* PF_KTHREAD */
struct proc_stat {
	char state;
	unsigned long flags;      /* PF_* of linux/sched.h */
	unsigned long long start; /* clock ticks after boot */
};

/* The name in parentheses may itself hold any byte. */
bool proc_parse_stat(const char *text, struct proc_stat *stat);

#endif
