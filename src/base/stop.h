/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.h - stop signals: every signal that would end mqtool and can be caught in order to end well
 */
#ifndef MQTOOL_STOP_H
#define MQTOOL_STOP_H

#include <signal.h>
#include <stdbool.h>

/*
 * Catches the stop signals (HUP INT QUIT TERM ALRM VTALRM PROF USR1 USR2 XCPU IO PWR), those not
 * ignored at start, and from then on ignores SIGPIPE and SIGXFSZ: a write to a closed pipe or
 * beyond RLIMIT_FSIZE must come back so that messages can be put back.  The first wait does it too;
 * whoever holds messages calls it before.
 */
void stop_init(void);
/*
 * For what is mostly done in a moment, without a wait: holds the stop signals back until
 * stop_init(), which is to come before anything that may take its time.  That costs two calls with
 * stop_look(), where stop_init() costs sixteen.
 */
void stop_defer(void);
/* As stop_signal(), for when it is done: one that is held back by stop_defer() has come too, and is
 * let through. */
int stop_look(void);
/* The stop signal that came first, or 0.  Any thread may ask. */
int stop_signal(void);
/* True after a second one: somebody insists. */
bool stop_insisted(void);
/* From now on a stop signal is also counted on the eventfd(2) fd (-1: no longer). */
void stop_tell(int fd);
/* True if SIGPIPE was ignored before stop_init(). */
bool stop_pipe_ignored(void);
/*
 * Keeps the stop signals back from now on, except in calls that are given *mask as theirs
 * (ppoll(2), epoll_pwait(2)): none is missed between a look and the sleep that follows.  Does not
 * need stop_init(): what is done until stop_release() is then done whole.
 */
void stop_hold(sigset_t *mask);
/* Lets them through again: one that came takes effect before this returns. */
void stop_release(const sigset_t *mask);
/* Ends the process by signal sig, its default action restored.  Flushes nothing. */
_Noreturn void stop_die(int sig);
/* The signals that a child of ours must have set back to their default before exec: those we
 * ignore but were not told to (caught ones fall back by themselves, execve(2)). */
void stop_child_defaults(sigset_t *set);

#endif
