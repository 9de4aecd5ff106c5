/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue-file.h - one POSIX queue as a file of the mqueue file system
 */
#ifndef MQTOOL_MQUEUE_FILE_H
#define MQTOOL_MQUEUE_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "queue/queue-stat.h"

/* The type of the mqueue file system that statfs(2) returns; no header names it. */
#define MQUEUE_MAGIC 0x19800202
/* Where mqueue is mounted, if it is (mq_overview(7)). */
#define MQUEUE_DIR "/dev/mqueue"

/*
 * Opens a queue, named with its slash, only to look at it, in whichever way the permissions allow.
 * Returns a descriptor that never blocks, or -1 with errno as mq_open(3).
 */
int mqueue_open_to_look(const char *name);
/*
 * Opens the queue that "proc:" names as PID/FD, even if it was removed, for access (QUEUE_READ and
 * QUEUE_WRITE, or 0 to look).  Returns a descriptor or -errno: -ENOENT if there is no such process
 * or descriptor, or it is not a queue's.
 */
int mqueue_open_proc(const char *pid_fd, unsigned int access) _must_check_;
/* The inode of that queue, which needs no permission on the queue.  Returns 0 or
 * -errno, as above. */
int mqueue_look_proc(const char *pid_fd, struct stat *file) _must_check_;
/* True if both descriptors are of the same queue. */
bool mqueue_same_file(int a, int b);
/* Fills st with what the inode of a queue tells. */
void mqueue_fill_inode(struct queue_stat *st, const struct stat *file);
/*
 * Fills st with what an open queue tells: STAT_BYTES and STAT_NOTIFY only if detail asks for them.
 * Returns 0 or -errno.
 */
int mqueue_fill_open(struct queue_stat *st, int fd, unsigned int detail);
/*
 * Reads the status text of a POSIX queue (mq_overview(7)), "QSIZE:129 NOTIFY:2 SIGNO:0
 * NOTIFY_PID:8260", into st: those of STAT_BYTES and STAT_NOTIFY that it has.  Pure.
 */
void mqueue_parse_status(const char *text, struct queue_stat *st);

#endif
