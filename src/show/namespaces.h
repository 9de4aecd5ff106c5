/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namespaces.h - the queues of other IPC namespaces (ipc_namespaces(7)), those of containers
 *
 * A namespace is found by the processes that live in it and entered by setns(2), which changes
 * whose queues and whose limits of queues are meant and nothing else.  If it has to be left again,
 * a thread enters it and ends there: the way back may be closed, and other threads never leave.
 */
#ifndef MQTOOL_NAMESPACES_H
#define MQTOOL_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

/*
 * Makes the calling thread enter the IPC namespace of process pid, for good.  *id (may be NULL) is
 * what queue_stat.ns says of its queues.  Does nothing if the thread is there already.  Returns 0,
 * or -ESRCH: no such process; -EACCES: it may not be looked at, which takes CAP_SYS_PTRACE; -EPERM:
 * its namespace may not be entered, which takes CAP_SYS_ADMIN over it; -ENOSYS: no IPC namespaces
 * in this kernel, or no /proc here; another -errno of setns(2).
 */
int namespace_enter(pid_t pid, uint64_t *id) _must_check_;
/* True if process pid lives in the namespace id. */
bool namespace_has(pid_t pid, uint64_t id);
/*
 * Calls call(arg) in a thread that is in the namespace of st, if that is set (STAT_NAMESPACE), else
 * in this thread.  Returns what call() returned, or -errno of namespace_enter(): -ESRCH also if
 * another process has the number now.
 */
int namespace_call(const struct queue_stat *st, int (*call)(void *arg), void *arg) _must_check_;

/* What namespaces_list() could not look at. */
struct namespaces_hidden {
	unsigned int processes;  /* processes that may not be looked at */
	unsigned int namespaces; /* namespaces that may not be entered */
};

/*
 * queue_list() in every IPC namespace that a process lives in, our own first: each queue has its
 * namespace set (STAT_NAMESPACE).  A namespace whose last process ends meanwhile is left out; one
 * that cannot be looked at is counted in *hidden.  Returns 0, or -EACCES or -EPERM if
 * CAP_SYS_PTRACE or CAP_SYS_ADMIN is missing altogether, -ENOSYS as above, -ENOMEM, or -EUSERS if
 * no thread can be started.
 */
int namespaces_list(struct queue_list *list, unsigned int mask, unsigned int detail,
		    struct namespaces_hidden *hidden) _must_check_;

/* Appends one sentence (translated, no newline) about what was left out, or nothing
 * if nothing was. */
void namespaces_explain_hidden(const struct namespaces_hidden *hidden, struct buffer *b);

#endif
