/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.c - the one helper thread that ends blocked calls for cause
 */
#include "config.h"

#include "base/wait.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/stop.h"
#include "base/util.h"

/* Linux and its headers have it since 5.9; without it the call is refused. */
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1u << 1)
#endif
#ifndef SYS_close_range
#define SYS_close_range (-1)
#endif
/* The same, since 4.14 and 4.6; some versions of the C library have a function for them. */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif
#ifndef SYS_preadv2
#define SYS_preadv2 (-1)
#endif
#ifndef SYS_pwritev2
#define SYS_pwritev2 (-1)
#endif

#define LOOK_INTERVAL NSEC_PER_SEC
#define TELL_AFTER (2 * NSEC_PER_SEC)
/* Not a real-time signal: none can be sent once RLIMIT_SIGPENDING is used up, even by others. */
#define KICK_SIGNAL SIGURG
/* If the signal came when a call was only about to block, it is sent again after this time. */
#define KICK_INTERVAL (NSEC_PER_SEC / 100)
#define HELPER_STACK (64 * 1024)
/* Descriptors that checks look at: the queues that a command has open. */
#define KEPT_MAX 4
/* What a library does with a socket usually takes a moment, and is worth finishing in order when
 * mqtool is about to stop. */
#define SOCKET_GRACE NSEC_PER_SEC

/*
 * What the wait is for (deadline, check, arg) belongs to the caller while `waiting` is false, and
 * to both, unchanged, while it is true.  The helper sets `looking` before it reads `waiting`, and
 * the caller clears `waiting` before it reads `looking`: so beginning and ending a wait takes one
 * store each, and the lock only if the helper looks at that very moment.  The lock guards the rest,
 * except wake, timer and started, which are set before the helper runs.
 */
static struct {
	pthread_mutex_t lock;
	pthread_t caller;
	int wake;  /* eventfd(2): tells the helper to look again */
	int timer; /* timerfd_create(2), or -1 */
	bool started;
	atomic_bool waiting;
	atomic_bool looking;
	atomic_int cause;
	int64_t deadline;  /* INT64_MAX: none */
	int64_t next_look; /* when the helper looks without being told */
	int64_t next_check;
	int (*check)(void *arg);
	void *arg;
	int socket;       /* to be shut down for cause, or -1 */
	int64_t break_at; /* when that is due */
	bool watch_stdout;
	bool stdout_gone;
	void (*beat)(void);      /* set before the helper runs */
	int kept[KEPT_MAX];      /* the same, and the members after it */
	size_t nkept;            /* one more than KEPT_MAX: there were too many */
	int (*watch)(void *arg); /* for reads, or NULL; only the caller uses it */
	void *watch_arg;
	void (*_Atomic say)(void); /* whoever takes it has it: the helper, or the caller */
	atomic_uint told_to;       /* how often wait_tell() was called */
	unsigned int told_before;  /* only the helper's: what it was at its last look, */
	int64_t told_since;        /* and when that was first so */
} state = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = -1, .timer = -1, .socket = -1 };

static void wake_helper(void)
{
	const uint64_t one = 1;
	ssize_t unused = write(state.wake, &one, sizeof(one));

	(void)unused; /* a full counter wakes as well */
}

static void on_kick(int sig)
{
	(void)sig; /* its only effect is EINTR */
}

void wait_watch_stdout(void)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		state.watch_stdout = true;
}

/* Why the wait should end now; called with the lock held. */
static int find_cause(int64_t now)
{
	if (stop_signal())
		return -EINTR;
	if (state.stdout_gone)
		return -EPIPE;
	if (now >= state.deadline)
		return -ETIMEDOUT;
	if (state.check && now >= state.next_check) {
		state.next_check = now + LOOK_INTERVAL;
		return state.check(state.arg);
	}
	return 0;
}

void wait_tell(void (*say)(void))
{
	atomic_store_explicit(&state.say, say, memory_order_relaxed);
	atomic_fetch_add_explicit(&state.told_to, 1, memory_order_release);
}

/* Runs in the helper while the caller waits. */
static void tell(int64_t now)
{
	unsigned int told_to = atomic_load_explicit(&state.told_to, memory_order_acquire);
	void (*say)(void);

	if (told_to != state.told_before) {
		state.told_before = told_to;
		state.told_since = now;
	}
	if (now - state.told_since < TELL_AFTER)
		return;
	say = atomic_exchange(&state.say, NULL);
	if (say)
		say();
}

/* If one call is refused (seccomp(2)), the other will do: the helper blocks all signals. */
static void kick(void)
{
	if (pthread_kill(state.caller, KICK_SIGNAL) != 0)
		kill(getpid(), KICK_SIGNAL);
}

/* One look with the lock held; sets next_look to the time of the next one. */
static void look_around(void)
{
	int64_t now = clock_monotonic_ns();
	int64_t pause = LOOK_INTERVAL;

	state.looking = true;
	if (state.waiting) {
		if (!state.cause) {
			state.cause = find_cause(now);
			state.break_at = now + (state.cause == -ETIMEDOUT ? 0 : SOCKET_GRACE);
		}
		if (!state.cause)
			tell(now);
		if (state.cause) {
			if (state.socket >= 0 && now >= state.break_at)
				shutdown(state.socket, SHUT_RDWR);
			kick();
			pause = KICK_INTERVAL;
		} else if (state.deadline - now < pause) {
			pause = state.deadline - now;
		}
	}
	state.looking = false;
	state.next_look = now + pause;
}

/*
 * poll(2), but no later than the time `at`.  The rest of a timeout stands still while the process
 * is stopped; a timer does not.  Without one the timeout has to do.
 */
static int poll_until(struct pollfd *fds, nfds_t nfds, int64_t at)
{
	int64_t left = at - clock_monotonic_ns();
	struct itimerspec when = { .it_value = { at / NSEC_PER_SEC, at % NSEC_PER_SEC } };
	struct timespec pause = { left / NSEC_PER_SEC, left % NSEC_PER_SEC };

	if (left <= 0)
		return 0;
	if (state.timer >= 0 && timerfd_settime(state.timer, TFD_TIMER_ABSTIME, &when, NULL) == 0)
		return ppoll(fds, nfds, NULL, NULL);
	return ppoll(fds, nfds, &pause, NULL);
}

/* As poll_until(), even if poll(2) itself fails because RLIMIT_NOFILE was lowered below nfds or
 * memory is short.  The helper then looks again soon, but not in a busy loop. */
static bool poll_ready(struct pollfd *fds, nfds_t nfds, int64_t at)
{
	const struct timespec pause = { 0, KICK_INTERVAL };
	int n = poll_until(fds, nfds, at);

	if (n < 0 && errno != EINTR)
		nanosleep(&pause, NULL);
	return n > 0;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * With a table of descriptors shared by two threads each call on a queue counts references; with
 * its own the caller does not (fdget() in the kernel).  The helper closes what it does not look at:
 * it would keep a pipe open after the caller has closed it.  Standard error stays for what the C
 * library or a sanitizer has to say.  If refused, the table is shared, which does no harm.
 */
static void own_table(void)
{
	int keep[KEPT_MAX + 4] = { STDERR_FILENO, state.wake };
	size_t n = 2;

	if (state.nkept > KEPT_MAX)
		return;
	if (state.timer >= 0)
		keep[n++] = state.timer;
	if (state.watch_stdout)
		keep[n++] = STDOUT_FILENO;
	for (size_t i = 0; i < state.nkept; i++)
		keep[n++] = state.kept[i];
	qsort(keep, n, sizeof(*keep), compare_fds);
	if (syscall(SYS_close_range, keep[n - 1] + 1, ~0u, CLOSE_RANGE_UNSHARE) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		int from = i ? keep[i - 1] + 1 : 0;

		if (from < keep[i])
			syscall(SYS_close_range, from, keep[i] - 1, 0);
	}
}

static void *helper_main(void *unused)
{
	(void)unused;
	if (!state.beat)
		own_table();
	for (;;) {
		struct pollfd fds[3] = { { .fd = state.wake, .events = POLLIN },
					 { .fd = -1 },
					 { .fd = state.timer, .events = POLLIN } };
		uint64_t count;
		int64_t next;

		pthread_mutex_lock(&state.lock);
		look_around();
		next = state.next_look;
		/* Once closed it stays closed, and poll(2) would return at once for ever. */
		if (state.watch_stdout && !state.stdout_gone)
			fds[1].fd = STDOUT_FILENO;
		pthread_mutex_unlock(&state.lock);
		if (state.beat)
			state.beat();

		if (!poll_ready(fds, ARRAY_SIZE(fds), next))
			continue;
		if (fds[0].revents)
			(void)!read(state.wake, &count, sizeof(count)); /* for poll(2) alone */
		if (fds[1].revents & (POLLERR | POLLHUP)) {
			pthread_mutex_lock(&state.lock);
			state.stdout_gone = true;
			pthread_mutex_unlock(&state.lock);
		}
	}
	return NULL;
}

static int spawn_helper(void)
{
	pthread_t thread;
	pthread_attr_t attr;
	sigset_t all, old;
	int rc;

	rc = pthread_attr_init(&attr);
	if (rc)
		return -rc;
	if (HELPER_STACK >= PTHREAD_STACK_MIN)
		pthread_attr_setstacksize(&attr, HELPER_STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	/* Signals are for the caller: the helper would swallow them without an EINTR. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errno = 0;
	rc = pthread_create(&thread, &attr, helper_main, NULL);
	/* The C library turns ENOMEM into EAGAIN, but that is not a limit of threads. */
	if (rc == EAGAIN && errno == ENOMEM)
		rc = ENOMEM;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	/* EAGAIN would mean an empty queue to the caller. */
	return rc == EAGAIN ? -EUSERS : -rc;
}

/*
 * Before the helper runs: then these numbers mean nothing else in its table either, and the caller
 * knows which number its next descriptor gets.
 */
static int open_events(void)
{
	state.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (state.wake < 0)
		return -errno;
	state.timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	stop_tell(state.wake);
	return 0;
}

static void close_events(void)
{
	stop_tell(-1);
	close(state.wake);
	if (state.timer >= 0)
		close(state.timer);
	state.wake = state.timer = -1;
}

static int start_helper(void)
{
	struct sigaction kick = { .sa_handler = on_kick };
	sigset_t set;
	int rc;

	stop_init();
	state.caller = pthread_self();
	sigemptyset(&kick.sa_mask);
	sigaction(KICK_SIGNAL, &kick, NULL);
	sigemptyset(&set);
	sigaddset(&set, KICK_SIGNAL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);

	rc = open_events();
	if (rc < 0)
		return rc;
	rc = spawn_helper();
	if (rc < 0) {
		close_events();
		return rc;
	}
	state.started = true;
	return 0;
}

void wait_keep(int fd)
{
	if (state.started)
		return;
	if (state.nkept < KEPT_MAX)
		state.kept[state.nkept] = fd;
	if (state.nkept <= KEPT_MAX)
		state.nkept++;
}

void wait_forget(int fd)
{
	if (state.started || state.nkept > KEPT_MAX)
		return;
	for (size_t i = 0; i < state.nkept; i++)
		if (state.kept[i] == fd)
			state.kept[i--] = state.kept[--state.nkept];
}

int wait_keep_beating(void (*beat)(void))
{
	if (state.started)
		return 0;
	state.beat = beat;
	return start_helper();
}

/* Would the helper sleep past the deadline? */
static bool looks_too_late(void)
{
	bool late;

	if (state.deadline == INT64_MAX)
		return false;
	pthread_mutex_lock(&state.lock);
	late = state.deadline < state.next_look;
	pthread_mutex_unlock(&state.lock);
	return late;
}

int wait_begin(int64_t timeout_ns, int (*check)(void *arg), void *arg)
{
	int rc;

	atomic_store_explicit(&state.cause, 0, memory_order_relaxed);
	state.deadline = clock_deadline_ns(timeout_ns);
	state.check = check;
	state.arg = arg;
	/* Publishes the members above to the helper; no later load may move before it. */
	atomic_store_explicit(&state.waiting, true, memory_order_release);
	if (!state.started) {
		rc = start_helper();
		if (rc < 0)
			state.waiting = false;
		return rc;
	}
	/* A stop signal that came before `waiting` was set woke the helper for nothing. */
	if (stop_signal() || looks_too_late())
		wake_helper();
	return 0;
}

int wait_begin_socket(int64_t timeout_ns, int fd)
{
	state.socket = fd;
	return wait_begin(timeout_ns, NULL, NULL);
}

bool wait_started(void)
{
	return state.started;
}

int wait_cause(void)
{
	int cause = state.cause;

	return cause ? cause : stop_signal() ? -EINTR : 0;
}

int wait_end(void)
{
	state.waiting = false;
	if (state.looking) {
		pthread_mutex_lock(&state.lock);
		pthread_mutex_unlock(&state.lock);
	}
	state.socket = -1;
	return wait_cause();
}

ssize_t wait_call(int64_t timeout_ns, ssize_t (*call)(void *arg), int (*check)(void *arg), void *arg)
{
	ssize_t n = wait_begin(timeout_ns, check, arg);
	int cause;

	if (n < 0)
		return n;
	do {
		n = call(arg);
	} while (n == -EINTR && !wait_cause());
	cause = wait_end();
	return n == -EINTR ? cause : n;
}

static ssize_t poll_one(void *arg)
{
	return poll(arg, 1, -1) < 0 ? -errno : 0;
}

int wait_poll(int fd, short events, int64_t timeout_ns)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return (int)wait_call(timeout_ns, poll_one, NULL, &pfd);
}

void wait_watch(int (*check)(void *arg), void *arg)
{
	state.watch = check;
	state.watch_arg = arg;
}

static int check_watch(void *unused)
{
	(void)unused;
	return state.watch ? state.watch(state.watch_arg) : 0;
}

/* strerror(3) describes what stopped a file, and knows EUSERS only as too many users. */
static int begin_for_file(bool reading)
{
	int rc = reading ? check_watch(NULL) : 0;

	if (rc < 0)
		return rc;
	rc = wait_begin(-1, reading ? check_watch : NULL, NULL);
	return rc == -EUSERS ? -EAGAIN : rc;
}

/* Waits, after a first wait, until fd is ready: somebody who shares the file opened it O_NONBLOCK. */
static int wait_ready(int fd, bool reading)
{
	struct pollfd pfd = { .fd = fd, .events = reading ? POLLIN : POLLOUT };
	int rc = (int)wait_call(-1, poll_one, reading ? check_watch : NULL, &pfd);

	return rc == -EINTR || reading ? rc : 0;
}

/* One read (if out is NULL) or write. */
static ssize_t move_once(int fd, void *in, const void *out, size_t size)
{
	ssize_t n = out ? write(fd, out, size) : read(fd, in, size);

	return n < 0 ? -errno : n;
}

/* A regular file is not a stream: the time that a disk takes is not called waiting. */
static bool is_stream(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && !S_ISREG(st.st_mode);
}

/* False also if that cannot be known: the next call is then made inside a wait. */
static bool ready_now(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, 0) > 0;
}

/* May it block, by what poll(2) says?  Somebody else who shares the file may still be first. */
static bool may_block(int fd, bool reading, size_t size)
{
	if (reading)
		return !ready_now(fd, POLLIN);
	/* pipe(7): if poll(2) says that there is room, up to PIPE_BUF bytes go at once. */
	return (size > PIPE_BUF || !ready_now(fd, POLLOUT)) && is_stream(fd);
}

/*
 * Moves what can be moved at once, without the helper, which most inputs and outputs never need;
 * -EAGAIN if it takes a wait.  Between poll(2) and the call somebody else may be first, and a stop
 * signal that comes in that moment would be forgotten.  RWF_NOWAIT leaves no such moment, but named
 * pipes, terminals, and pipes before Linux 6.4 do not support it.
 */
static ssize_t move_at_once(int fd, void *in, const void *out, size_t size)
{
	struct iovec v = { .iov_base = out ? (void *)(uintptr_t)out : in, .iov_len = size };
	/* The offset, in two halves: use the file's own. */
	ssize_t n = syscall(out ? SYS_pwritev2 : SYS_preadv2, fd, &v, 1, -1L, -1L, RWF_NOWAIT);

	if (n >= 0)
		return n;
	if (errno == EAGAIN ? is_stream(fd) : may_block(fd, !out, size))
		return -EAGAIN;
	return move_once(fd, in, out, size);
}

static ssize_t move_bytes(int fd, void *in, const void *out, size_t size)
{
	bool wait = state.started; /* asking would then cost more than a wrong guess */
	int rc, cause = 0;
	ssize_t n;

	for (;; wait = wait || n == -EAGAIN) {
		rc = wait ? begin_for_file(!out) : 0;
		if (rc < 0)
			return rc;
		n = wait ? move_once(fd, in, out, size) : move_at_once(fd, in, out, size);
		if (wait)
			cause = wait_end();
		if (n >= 0)
			return n;
		rc = (int)n;
		if (rc == -EAGAIN)
			rc = wait ? wait_ready(fd, !out) : 0;
		else if (rc == -EINTR)
			rc = stop_signal() ? -EINTR : cause == -EPIPE ? 0 : cause;
		if (rc < 0)
			return rc;
	}
}

ssize_t wait_read(int fd, void *buf, size_t size)
{
	return move_bytes(fd, buf, NULL, size);
}

ssize_t wait_write(int fd, const void *buf, size_t size)
{
	return move_bytes(fd, NULL, buf, size);
}

/* Waits until there is room or no reader left to make some; 0, or -EINTR as wait_report(). */
static int wait_for_stderr(void)
{
	struct pollfd pfd = { .fd = STDERR_FILENO, .events = POLLOUT };
	sigset_t mask;

	/* Blocked except in ppoll(2): no signal is missed between the look and the sleep. */
	stop_hold(&mask);
	if (!stop_insisted())
		(void)!ppoll(&pfd, 1, NULL, &mask);
	stop_release(&mask);
	return stop_insisted() ? -EINTR : 0;
}

int wait_report(const void *data, size_t size)
{
	const char *p = data;

	while (size > 0) {
		/* pipe(7): if poll(2) says that there is room, this much goes at once, so the wait
		 * is in ppoll(2). */
		ssize_t n = size < PIPE_BUF ? (ssize_t)size : PIPE_BUF;
		int rc = wait_for_stderr();

		if (rc < 0)
			return rc;
		n = write(STDERR_FILENO, p, (size_t)n);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		p += n < 0 ? 0 : n;
		size -= n < 0 ? 0 : (size_t)n;
	}
	return 0;
}
