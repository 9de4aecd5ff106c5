/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stop.c - stop signals: catching them, blocking them, and dying by them
 */
#include "config.h"

#include "base/stop.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include "base/util.h"

/* All that end a process by default (signal(7)), except SIGPIPE and those raised by a fault of the
 * process itself. */
static const int stop_signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGALRM, SIGVTALRM,
				    SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGIO,   SIGPWR };

/* Lock-free, so the handler may use them. */
static atomic_int received;
static atomic_bool again;
static atomic_int told = -1;
static bool ready;
static bool deferred;
static sigset_t defer_mask; /* what was blocked before stop_defer() */
static bool pipe_was_ignored, size_was_ignored;

static void on_stop(int sig)
{
	const uint64_t one = 1;
	int saved = errno, none = 0;
	int fd = told;

	if (!atomic_compare_exchange_strong(&received, &none, sig))
		again = true;
	/* A full counter wakes as well. */
	if (fd >= 0)
		(void)!write(fd, &one, sizeof(one));
	errno = saved;
}

static void all_stop_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++)
		sigaddset(set, stop_signals[i]);
}

/*
 * All are blocked: an ignored signal that comes at this moment is then forgotten, as it should be,
 * when it is ignored again.
 */
static void catch_all(void)
{
	struct sigaction action = { .sa_handler = on_stop }; /* no SA_RESTART: calls must end */
	struct sigaction old;

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++) {
		if (sigaction(stop_signals[i], &action, &old) == 0 && old.sa_handler == SIG_IGN)
			sigaction(stop_signals[i], &old, NULL);
	}
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, &old) == 0)
		pipe_was_ignored = old.sa_handler == SIG_IGN;
	if (sigaction(SIGXFSZ, &action, &old) == 0)
		size_was_ignored = old.sa_handler == SIG_IGN;
}

void stop_init(void)
{
	if (ready)
		return;
	ready = true;
	if (!deferred)
		stop_hold(&defer_mask);
	catch_all();
	stop_release(&defer_mask);
}

void stop_defer(void)
{
	if (ready || deferred)
		return;
	deferred = true;
	stop_hold(&defer_mask);
}

int stop_look(void)
{
	sigset_t pending;
	bool came = false;

	if (deferred && !ready && sigpending(&pending) == 0)
		for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++)
			came = came || sigismember(&pending, stop_signals[i]) == 1;
	if (came)
		stop_init();
	return stop_signal();
}

int stop_signal(void)
{
	return atomic_load_explicit(&received, memory_order_relaxed);
}

bool stop_insisted(void)
{
	return again;
}

void stop_tell(int fd)
{
	told = fd;
}

void stop_hold(sigset_t *mask)
{
	sigset_t held;

	all_stop_signals(&held);
	pthread_sigmask(SIG_BLOCK, &held, mask);
}

void stop_release(const sigset_t *mask)
{
	pthread_sigmask(SIG_SETMASK, mask, NULL);
}

bool stop_pipe_ignored(void)
{
	return pipe_was_ignored;
}

void stop_die(int sig)
{
	sigset_t set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	raise(sig);
	/* Only a signal that the parent had blocked is still pending here. */
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	_exit(128 + sig);
}

void stop_child_defaults(sigset_t *set)
{
	sigemptyset(set);
	if (!pipe_was_ignored)
		sigaddset(set, SIGPIPE);
	if (!size_was_ignored)
		sigaddset(set, SIGXFSZ);
}
