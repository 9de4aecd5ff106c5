/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h - stop signals, and calls that block in the kernel until there is a cause to end them
 *
 * A blocking call keeps its place in the queue's line only while nothing interrupts it, so it
 * blocks without a timeout and undisturbed.  A helper thread, started by the first call that has
 * to wait, looks at the deadline, at a check of the caller's once a second, at the reader of
 * standard output and at the stop flag, and interrupts the call only for cause, again and again
 * until it is out: that closes the race with a call about to block (signal(7)).
 */
#ifndef MQTOOL_WAIT_H
#define MQTOOL_WAIT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/util.h"

/*
 * Catches SIGINT, SIGTERM and SIGHUP, those not ignored at start, and from then on ignores SIGPIPE
 * and SIGXFSZ: a write to a closed pipe or beyond RLIMIT_FSIZE must come back so that messages can
 * be put back.  The first wait does it too; whoever holds messages calls it before.
 */
void stop_init(void);
/* The stop signal that came, or 0. */
int stop_signal(void);
/* True where SIGPIPE was ignored before stop_init(). */
bool stop_pipe_ignored(void);
/*
 * Keeps the stop signals back from now on, but in calls that are given *mask as theirs
 * (ppoll(2), epoll_pwait(2)): none is missed between a look and the sleep behind it.
 */
void stop_hold(sigset_t *mask);
/* Lets them through again: one that came is caught before this returns. */
void stop_release(const sigset_t *mask);
/* Ends the process by signal sig, its default action restored.  Flushes nothing. */
_Noreturn void stop_die(int sig);
/* The signals that a child of ours must have set back to their default before exec: those we
 * ignore but were not told to (caught ones fall back by themselves, execve(2)). */
void stop_child_defaults(sigset_t *set);

/* From now on a wait also ends (-EPIPE) when the reader of standard output, a pipe or socket,
 * goes away. */
void wait_watch_stdout(void);

/*
 * Begins a wait: the calling thread is about to make a call that blocks.  timeout_ns from now,
 * negative for ever.  check (may be NULL) is called with arg by the helper about once a second
 * while the wait lasts, in its thread: 0, or -errno, which ends the wait.  The helper has a table
 * of descriptors of its own, as it was at the first wait: check may use no later one, and what is
 * closed after it stays open until the process ends.  Returns 0, or -errno
 * where no helper can be started: -EUSERS where a limit allows no more threads
 * (pthread_create(3)).  Every success is paired with a wait_end().
 */
int wait_begin(int64_t timeout_ns, int (*check)(void *arg), void *arg) _must_check_;
/*
 * The same around calls of a library that begins them anew after an interruption: for cause the
 * socket fd is shut down in both directions, so that they fail; where the cause is another than the
 * timeout, a second later.  Needs wait_keep_beating() before.
 */
int wait_begin_socket(int64_t timeout_ns, int fd) _must_check_;
/* True once there has been a wait: the helper is there, and the next wait costs next to nothing. */
bool wait_started(void);
/*
 * For connections that must be heard from: starts the helper, which from now on calls beat() about
 * once a second, in its thread, whatever the caller does, and shares the table of descriptors.
 * Returns 0, or -errno as wait_begin().
 */
int wait_keep_beating(void (*beat)(void)) _must_check_;
/* While in a wait, after EINTR: 0, or why to give up: -EINTR (stop signal), -ETIMEDOUT, -EPIPE or
 * what check returned. */
int wait_cause(void);
/* Ends the wait; returns what wait_cause() would. */
int wait_end(void);

/*
 * read(2) and write(2) on a file that may block (a terminal, a pipe), ended by a stop signal.
 * Return the bytes moved or -errno: -EINTR only where a stop signal came before any byte.
 */
ssize_t wait_read(int fd, void *buf, size_t size) _must_check_;
ssize_t wait_write(int fd, const void *buf, size_t size) _must_check_;
/*
 * poll(2) on one descriptor, as a wait: 0 once one of events is there, else -errno as wait_end(), or
 * -ETIMEDOUT after timeout_ns (negative for ever).
 */
int wait_poll(int fd, short events, int64_t timeout_ns) _must_check_;

#endif
