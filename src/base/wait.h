/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.h - calls that block in the kernel until there is a cause to end them
 *
 * A blocking call keeps its place in the queue's line only while nothing interrupts it, so it
 * blocks without a timeout and undisturbed.  A helper thread, started by the first call that has to
 * wait, watches the deadline, a check of the caller's once a second, the reader of standard output
 * and the stop flag.  It interrupts the call only for cause, and again and again until the call has
 * ended: that closes the race with a call that is about to block (signal(7)).
 */
#ifndef MQTOOL_WAIT_H
#define MQTOOL_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/util.h"

/* From now on a wait also ends (-EPIPE) when the reader of standard output, a pipe or socket,
 * goes away. */
void wait_watch_stdout(void);

/*
 * For people at a terminal: if the caller waits, and still does two seconds from now, the helper
 * calls say() once, in its thread; say() may write to standard error and may use nothing of the
 * caller's.  NULL cancels it.  It does not begin a wait, and so does not start a helper.
 */
void wait_tell(void (*say)(void));

/*
 * Keeps fd for checks: the helper, which gets a table of descriptors of its own at the first wait,
 * keeps fd open there until the process ends.  Has no effect after the first wait.
 */
void wait_keep(int fd);
/* Undoes that if there was no wait yet: call it before fd is closed. */
void wait_forget(int fd);

/*
 * From now on wait_read() also ends with the -errno of check(arg).  It is called before a read that
 * may block, and during one as wait_begin() says.
 */
void wait_watch(int (*check)(void *arg), void *arg);

/*
 * Begins a wait: the calling thread is about to make a call that blocks.  timeout_ns from now,
 * negative for ever.  While the wait lasts the helper calls check (may be NULL) with arg about once
 * a second, in its thread: 0, or -errno, which ends the wait.  check may only use descriptors given
 * to wait_keep() before the first wait.  Returns 0, or -errno if no helper can be started: -EUSERS
 * if a limit allows no more threads (pthread_create(3)).  Every success is paired with a
 * wait_end().
 */
int wait_begin(int64_t timeout_ns, int (*check)(void *arg), void *arg) _must_check_;
/*
 * The same around calls of a library that restarts them after an interruption: for cause the socket
 * fd is shut down in both directions, so that they fail; a second later, if the cause is not the
 * timeout.  Needs wait_keep_beating() first.
 */
int wait_begin_socket(int64_t timeout_ns, int fd) _must_check_;
/* True once there has been a wait: the helper runs, and the next wait costs next to nothing. */
bool wait_started(void);
/*
 * For connections that must show signs of life: starts the helper, which from now on calls beat()
 * about once a second, in its thread, whatever the caller does, and shares the table of
 * descriptors.  Returns 0, or -errno as wait_begin().
 */
int wait_keep_beating(void (*beat)(void)) _must_check_;
/* During a wait, after EINTR: 0, or why to give up: -EINTR (stop signal), -ETIMEDOUT, -EPIPE or
 * what check returned. */
int wait_cause(void);
/* Ends the wait; returns what wait_cause() would. */
int wait_end(void);

/*
 * Makes a blocking call as a wait: begins the wait with check (see wait_begin()), repeats the call
 * after each interruption without a cause, and ends the wait.  call(arg) returns the result of the
 * call or its -errno, -EINTR if it was interrupted.  Returns that, -errno of wait_begin(), or the
 * cause.
 */
ssize_t wait_call(int64_t timeout_ns, ssize_t (*call)(void *arg), int (*check)(void *arg),
		  void *arg) _must_check_;

/*
 * read(2) and write(2) on a file that may block (a terminal, a pipe), ended by a stop signal.
 * Return the bytes moved or -errno: -EINTR only if a stop signal came before any byte.
 */
ssize_t wait_read(int fd, void *buf, size_t size) _must_check_;
ssize_t wait_write(int fd, const void *buf, size_t size) _must_check_;
/*
 * Writes all to standard error, for what must not get lost: waits as long as its reader takes, even
 * if it was opened O_NONBLOCK, and without a helper.  Returns 0, or -errno of write(2), or -EINTR
 * once stop_insisted().
 */
int wait_report(const void *data, size_t size);
/*
 * poll(2) on one descriptor, as a wait: 0 once one of events is there, else -errno as wait_end(),
 * or -ETIMEDOUT after timeout_ns (negative for ever).
 */
int wait_poll(int fd, short events, int64_t timeout_ns) _must_check_;

#endif
