/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.h - stop signals: every signal that would end mqtool and that it can catch to end in good
 * order
 */
#ifndef MQTOOL_STOP_H
#define MQTOOL_STOP_H

#include <signal.h>
#include <stdbool.h>

/*
 * Catches the stop signals (HUP INT QUIT TERM ALRM VTALRM PROF USR1 USR2 XCPU IO PWR) that were not
 * ignored at start, and from then on ignores SIGPIPE and SIGXFSZ: a write to a closed pipe or
 * beyond RLIMIT_FSIZE must return so that messages can be put back.  The first wait calls it too; a
 * caller that holds messages calls it earlier.
 */
void stop_init(void);
/*
 * For work that usually takes a moment and does not wait: blocks the stop signals until
 * stop_init(), which must be called before anything that may take time.  With stop_look() that
 * costs two system calls; stop_init() costs sixteen.
 */
void stop_defer(void);
/* As stop_signal(), for the end of that work: it counts a signal that stop_defer() blocked, too,
 * and lets it through. */
int stop_look(void);
/* The first stop signal that came, or 0.  Any thread may call it. */
int stop_signal(void);
/* True after a second stop signal: somebody insists. */
bool stop_insisted(void);
/* From now on a stop signal is also counted on the eventfd(2) fd (-1: no longer). */
void stop_tell(int fd);
/* True if SIGPIPE was ignored before stop_init(). */
bool stop_pipe_ignored(void);
/*
 * Blocks the stop signals from now on, except inside calls given *mask (ppoll(2), epoll_pwait(2)),
 * so that none is missed between a look and the sleep that follows.  Does not need stop_init(): all
 * work before stop_release() is then done whole.
 */
void stop_hold(sigset_t *mask);
/* Unblocks them: one that came takes effect before this returns. */
void stop_release(const sigset_t *mask);
/* Ends the process by signal sig, with its default action restored.  Flushes nothing. */
_Noreturn void stop_die(int sig);
/* The signals that a child of ours must reset to their default before exec: those that we ignore
 * without having been told to (exec resets the caught ones itself, execve(2)). */
void stop_child_defaults(sigset_t *set);

#endif
