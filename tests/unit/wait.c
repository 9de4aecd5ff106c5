/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait.c - tests of calls that block until there is a cause to end them
 *
 * Stop signals and the helper belong to the process: what needs them fresh runs in a child.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/stop.h"
#include "base/util.h"
#include "base/wait.h"
#include "wrap.h"

#define MS (NSEC_PER_SEC / 1000)

/* Linked with --wrap= of what is wrapped here. */
static int thread_error, attr_error;
static bool no_eventfd;
static bool no_timerfd;
static bool no_pthread_kill;
static atomic_int poll_error, polls_failed;

int __real_clock_gettime(clockid_t id, struct timespec *ts) REAL_TIME64(__clock_gettime64);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts);
WRAP_ALSO(clock_gettime, __clock_gettime64);

/* Whoever asks for the time of day has it set: an hour on, then an hour back. */
int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	static int step = 3600;
	int rc = __real_clock_gettime(id, ts);

	if (id != CLOCK_MONOTONIC)
		ts->tv_sec += step = -step;
	return rc;
}

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg)
{
	return thread_error ? thread_error : __real_pthread_create(thread, attr, run, arg);
}

int __real_pthread_attr_init(pthread_attr_t *attr);
int __wrap_pthread_attr_init(pthread_attr_t *attr);

int __wrap_pthread_attr_init(pthread_attr_t *attr)
{
	return attr_error ? attr_error : __real_pthread_attr_init(attr);
}

int __real_eventfd(unsigned int count, int flags);
int __wrap_eventfd(unsigned int count, int flags);

int __wrap_eventfd(unsigned int count, int flags)
{
	if (no_eventfd) {
		errno = EMFILE;
		return -1;
	}
	return __real_eventfd(count, flags);
}

int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags);

int __wrap_timerfd_create(int clock, int flags)
{
	if (no_timerfd) {
		errno = EMFILE;
		return -1;
	}
	return __real_timerfd_create(clock, flags);
}

int __real_pthread_kill(pthread_t thread, int sig);
int __wrap_pthread_kill(pthread_t thread, int sig);

int __wrap_pthread_kill(pthread_t thread, int sig)
{
	return no_pthread_kill ? EPERM : __real_pthread_kill(thread, sig);
}

int __real_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
WRAP_ALSO(ppoll, __ppoll64);

int __wrap_ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	if (poll_error) {
		polls_failed++;
		errno = poll_error;
		return -1;
	}
	return __real_ppoll(fds, n, timeout, mask);
}

/* What _FORTIFY_SOURCE makes of ppoll() and poll() with clang. */
int __wrap___ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		       const sigset_t *mask, size_t size);
int __wrap___poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size);

int __wrap___ppoll_chk(struct pollfd *fds, nfds_t n, const struct timespec *timeout,
		       const sigset_t *mask, size_t size)
{
	(void)size;
	return __wrap_ppoll(fds, n, timeout, mask);
}

static bool no_own_table;         /* as before Linux 5.9 */
static bool no_nowait;            /* as before Linux 6.4 */
static int syscall_interruptions; /* of calls that do not wait, still to come */

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* Calls of at most six arguments. */
long __wrap_syscall(long number, ...)
{
	long a[6];

	WRAP_ARGS(a, number);
	if (number == SYS_close_range && no_own_table) {
		errno = EINVAL;
		return -1;
	}
	if (number == SYS_preadv2 || number == SYS_pwritev2) {
		if (no_nowait) {
			errno = EOPNOTSUPP;
			return -1;
		}
		if (syscall_interruptions > 0) {
			syscall_interruptions--;
			raise(SIGTERM);
		}
	}
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int poll_interruptions; /* of poll(2), still to come */

int __real_poll(struct pollfd *fds, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout);

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	if (poll_interruptions > 0) {
		poll_interruptions--;
		raise(SIGTERM);
		errno = EINTR;
		return -1;
	}
	return __real_poll(fds, n, timeout);
}

int __wrap___poll_chk(struct pollfd *fds, nfds_t n, int timeout, size_t size)
{
	(void)size;
	return __wrap_poll(fds, n, timeout);
}

/* What a child must find true; its line is the child's exit status, as far as that goes. */
#define CHECK(condition)                                                                \
	do {                                                                            \
		if (!(condition)) {                                                     \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1);                                                       \
		}                                                                       \
	} while (0)

/* A call that is never ended fails the test.  alarm(2) would be one more stop signal. */
static void set_watchdog(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	struct itimerspec when = { .it_value = { 30, 0 } };
	timer_t timer;

	CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
	CHECK(timer_settime(timer, 0, &when, NULL) == 0);
}

/* Runs test in a process of its own; returns how it ended, as waitpid(2) has it. */
static int in_child(void (*test)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		set_watchdog();
		test();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void passes(void (*test)(void))
{
	assert_int_equal(in_child(test), 0);
}

static void dies_by(int sig, void (*test)(void))
{
	int status = in_child(test);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), sig);
}

/* A call that blocks until it is interrupted. */
static void block(void)
{
	while (poll(NULL, 0, -1) < 0 && errno == EINTR && !wait_cause())
		;
}

/* ---- deadlines ---- */

static void deadline(void)
{
	static const int64_t timeouts[] = { 1, 20 * MS, 150 * MS, 1100 * MS, 30 * MS };

	for (size_t i = 0; i < ARRAY_SIZE(timeouts); i++) {
		int64_t begin = clock_monotonic_ns();

		CHECK(wait_begin(timeouts[i], NULL, NULL) == 0);
		block();
		CHECK(wait_end() == -ETIMEDOUT);
		CHECK(clock_monotonic_ns() - begin >= timeouts[i]);
	}
}

static void test_deadline(void **state)
{
	(void)state;
	passes(deadline);
}

static void second_wait_ends_sooner(void)
{
	int64_t begin;

	/* The helper sleeps till its look in a second ... */
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	CHECK(wait_end() == 0);
	/* ... and must be told that there is less time now.  A busy machine may be late once. */
	for (int tries = 0; tries < 5; tries++) {
		begin = clock_monotonic_ns();
		CHECK(wait_begin(50 * MS, NULL, NULL) == 0);
		block();
		CHECK(wait_end() == -ETIMEDOUT);
		if (clock_monotonic_ns() - begin < 700 * MS)
			return;
	}
	CHECK(!"in time");
}

static void test_second_wait_ends_sooner(void **state)
{
	(void)state;
	passes(second_wait_ends_sooner);
}

static void longest_deadline(void)
{
	CHECK(wait_begin(INT64_MAX, NULL, NULL) == 0);
	CHECK(wait_cause() == 0);
	poll(NULL, 0, 30);
	CHECK(wait_cause() == 0);
	CHECK(wait_end() == 0);
}

static void test_longest_deadline(void **state)
{
	(void)state;
	passes(longest_deadline);
}

/* ---- checks ---- */

static int checks;

static int check_third(void *arg)
{
	CHECK(arg == &checks);
	return ++checks == 3 ? -EIDRM : 0;
}

/* Once a second, until it gives the cause; at the beginning too, or the queue may be long gone. */
static void check_ends_wait(void)
{
	int64_t begin = clock_monotonic_ns();

	CHECK(wait_begin(-1, check_third, &checks) == 0);
	block();
	CHECK(wait_end() == -EIDRM);
	CHECK(checks == 3);
	CHECK(clock_monotonic_ns() - begin >= 900 * MS);
}

static void test_check_ends_wait(void **state)
{
	(void)state;
	passes(check_ends_wait);
}

/* ---- stop signals ---- */

static void stop_before_wait(void)
{
	stop_init();
	CHECK(stop_signal() == 0);
	raise(SIGTERM);
	CHECK(stop_signal() == SIGTERM);
	/* The signal is long past when the call blocks: only the helper can end it. */
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	poll(NULL, 0, -1);
	CHECK(wait_end() == -EINTR);
	/* The first one counts. */
	raise(SIGINT);
	CHECK(stop_signal() == SIGTERM);
}

static void test_stop_before_wait(void **state)
{
	(void)state;
	passes(stop_before_wait);
}

static void stop_before_later_wait(void)
{
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	CHECK(wait_end() == 0);
	raise(SIGHUP);
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	poll(NULL, 0, -1);
	CHECK(wait_cause() == -EINTR);
	CHECK(wait_end() == -EINTR);
}

static void test_stop_before_later_wait(void **state)
{
	(void)state;
	passes(stop_before_later_wait);
}

/*
 * The race itself: the signal comes when the wait has begun and the call not.  A thread of ours
 * sends it to the caller, who has not blocked yet.
 */
static void stop_between(void)
{
	for (int i = 0; i < 3; i++) {
		CHECK(wait_begin(20 * MS, NULL, NULL) == 0);
		/* The deadline passes, and its first kick hits nothing. */
		while (wait_cause() == 0)
			;
		poll(NULL, 0, -1);
		CHECK(wait_end() == -ETIMEDOUT);
	}
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	raise(SIGINT);
	poll(NULL, 0, -1);
	CHECK(wait_end() == -EINTR);
}

static void test_stop_between(void **state)
{
	(void)state;
	passes(stop_between);
}

static const int ending[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGALRM, SIGVTALRM,
			      SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGIO,   SIGPWR };
static int ending_signal;

static void caught(void)
{
	stop_init();
	raise(ending_signal);
	CHECK(stop_signal() == ending_signal);
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -EINTR);
	stop_die(stop_signal());
}

static void left_ignored(void)
{
	signal(ending_signal, SIG_IGN);
	stop_init();
	raise(ending_signal);
	CHECK(stop_signal() == 0);
}

/* Without stop_init(): it takes effect when it is let through. */
static void held(void)
{
	sigset_t mask;

	stop_hold(&mask);
	raise(ending_signal);
	stop_release(&mask);
	CHECK(!"still there");
}

static void test_every_signal(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
		ending_signal = ending[i];
		dies_by(ending_signal, caught);
		dies_by(ending_signal, held);
		passes(left_ignored);
	}
}

static void ignored_stays_ignored(void)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	stop_init();
	raise(SIGINT);
	CHECK(stop_signal() == 0);
	CHECK(stop_pipe_ignored());
	raise(SIGHUP);
	CHECK(stop_signal() == SIGHUP);
}

static void test_ignored_stays_ignored(void **state)
{
	(void)state;
	passes(ignored_stays_ignored);
}

static void pipe_signal(void)
{
	sigset_t set;

	stop_init();
	CHECK(!stop_pipe_ignored());
	raise(SIGPIPE); /* ignored from now on */
	stop_child_defaults(&set);
	CHECK(sigismember(&set, SIGPIPE) == 1);
	CHECK(sigismember(&set, SIGXFSZ) == 1);
	CHECK(sigismember(&set, SIGTERM) == 0);
}

static void pipe_signal_ignored_before(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	stop_init();
	stop_child_defaults(&set);
	CHECK(sigismember(&set, SIGPIPE) == 0);
	CHECK(sigismember(&set, SIGXFSZ) == 0);
}

static void test_pipe_signal(void **state)
{
	(void)state;
	passes(pipe_signal);
	passes(pipe_signal_ignored_before);
}

static void die_by_term(void)
{
	stop_init();
	raise(SIGTERM);
	stop_die(stop_signal());
}

static void die_by_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	stop_init();
	stop_die(SIGINT);
}

/* One that comes while it is put off is told by a look, and by a wait. */
static void deferred_is_told(void)
{
	stop_defer();
	CHECK(stop_look() == 0);
	CHECK(raise(SIGUSR1) == 0);
	CHECK(stop_signal() == 0);
	CHECK(stop_look() == SIGUSR1);
	CHECK(stop_signal() == SIGUSR1);
	CHECK(raise(SIGHUP) == 0 && stop_insisted());
}

static void deferred_ends_wait(void)
{
	stop_defer();
	CHECK(raise(SIGTERM) == 0);
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -EINTR);
	CHECK(stop_look() == SIGTERM);
}

/* What came was ignored before, and what the parent has blocked stays so. */
static void deferred_keeps(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(signal(SIGHUP, SIG_IGN) != SIG_ERR);
	stop_defer();
	stop_defer();
	CHECK(raise(SIGHUP) == 0);
	stop_init();
	CHECK(stop_look() == 0);
	CHECK(raise(SIGINT) == 0 && stop_signal() == 0);
	CHECK(raise(SIGHUP) == 0 && stop_signal() == 0);
	CHECK(signal(SIGHUP, SIG_DFL) == SIG_IGN);
}

static void test_defer(void **state)
{
	(void)state;
	passes(deferred_is_told);
	passes(deferred_ends_wait);
	passes(deferred_keeps);
}

static void test_die(void **state)
{
	(void)state;
	dies_by(SIGTERM, die_by_term);
	dies_by(SIGINT, die_by_blocked);
}

/* Signals are the caller's: the helper never takes one from it. */
static void helper_takes_no_signal(void)
{
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	CHECK(wait_end() == 0);
	for (int i = 0; i < 100; i++) {
		CHECK(kill(getpid(), SIGUSR1) == 0);
		CHECK(sigtimedwait(&set, &info, &(struct timespec){ 0, 0 }) == SIGUSR1);
	}
}

static void test_helper_takes_no_signal(void **state)
{
	(void)state;
	passes(helper_takes_no_signal);
}

/* ---- standard output ---- */

static void reader_goes(void)
{
	int fds[2];
	pid_t reader;

	CHECK(pipe(fds) == 0);
	CHECK(dup2(fds[1], STDOUT_FILENO) == STDOUT_FILENO);
	close(fds[1]);
	reader = fork();
	CHECK(reader >= 0);
	if (reader == 0) {
		close(STDOUT_FILENO);
		pause();
		_exit(1);
	}
	close(fds[0]);
	wait_watch_stdout();
	CHECK(wait_begin(100 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
	CHECK(kill(reader, SIGKILL) == 0);
	CHECK(waitpid(reader, NULL, 0) == reader);
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -EPIPE);
	/* Gone is gone. */
	CHECK(wait_begin(-1, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -EPIPE);
}

static void file_never_goes(void)
{
	int fd = open("/dev/null", O_WRONLY);

	CHECK(dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
	wait_watch_stdout();
	CHECK(wait_begin(50 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
}

static void test_reader_goes(void **state)
{
	(void)state;
	passes(reader_goes);
	passes(file_never_goes);
}

/* ---- read and write ---- */

static void moves_bytes(void)
{
	char buf[16] = "";
	int fds[2];

	CHECK(pipe(fds) == 0);
	CHECK(wait_write(fds[1], "hello", 5) == 5);
	CHECK(wait_read(fds[0], buf, sizeof(buf)) == 5);
	CHECK(memcmp(buf, "hello", 5) == 0);
	close(fds[1]);
	CHECK(wait_read(fds[0], buf, sizeof(buf)) == 0);
	CHECK(wait_read(-1, buf, sizeof(buf)) == -EBADF);
	CHECK(wait_write(fds[0], "x", 1) == -EBADF);
	close(fds[0]);
}

/* A file that somebody opened O_NONBLOCK and shares with us is waited for all the same. */
static void nonblocking_files(void)
{
	static char room[1 << 20];
	int fds[2];
	pid_t pid;
	ssize_t n;

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		poll(NULL, 0, 100);
		_exit(write(fds[1], "late", 4) == 4 ? 0 : 1);
	}
	CHECK(wait_read(fds[0], room, sizeof(room)) == 4);
	CHECK(waitpid(pid, NULL, 0) == pid);

	while (write(fds[1], room, 4096) == 4096)
		;
	CHECK(errno == EAGAIN);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		poll(NULL, 0, 100);
		_exit(read(fds[0], room, sizeof(room)) > 0 ? 0 : 1);
	}
	n = wait_write(fds[1], room, 4096);
	CHECK(n > 0 && n <= 4096);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

/* A stop signal ends a read. */
static void stop_ends_read(void)
{
	char buf[16];
	int fds[2];

	CHECK(pipe(fds) == 0);
	stop_init();
	alarm(1);
	CHECK(wait_read(fds[0], buf, sizeof(buf)) == -EINTR);
	CHECK(stop_signal() == SIGALRM);
}

static void stop_ends_write(void)
{
	static char room[1 << 20];
	int fds[2];
	ssize_t n;

	CHECK(pipe(fds) == 0);
	stop_init();
	alarm(1);
	/* The part that went is told first. */
	n = wait_write(fds[1], room, sizeof(room));
	CHECK(n > 0 && (size_t)n < sizeof(room));
	CHECK(wait_write(fds[1], room, sizeof(room)) == -EINTR);
}

/* The signal comes while it is asked whether there is something: no answer is not "ready". */
static void stop_while_asking(void)
{
	char buf[16];
	int fds[2];

	CHECK(pipe(fds) == 0);
	stop_init();
	no_nowait = true;
	poll_interruptions = 1;
	CHECK(wait_read(fds[0], buf, sizeof(buf)) == -EINTR);
	CHECK(poll_interruptions == 0);
}

/* It comes just before the call that would find nothing: that call does not wait. */
static void stop_before_read(void)
{
	char buf[16];
	int fds[2];

	CHECK(pipe(fds) == 0);
	stop_init();
	syscall_interruptions = 1;
	CHECK(wait_read(fds[0], buf, sizeof(buf)) == -EINTR);
	CHECK(syscall_interruptions == 0);
}

static void stop_before_write(void)
{
	static char room[1 << 20];
	int fds[2];

	CHECK(pipe2(fds, O_NONBLOCK) == 0);
	while (write(fds[1], room, 4096) > 0)
		;
	CHECK(fcntl(fds[1], F_SETFL, 0) == 0);
	stop_init();
	syscall_interruptions = 1;
	CHECK(wait_write(fds[1], room, 16) == -EINTR);
	CHECK(syscall_interruptions == 0);
}

/* Linux before 6.4 has no RWF_NOWAIT for pipes, and emulators may not know the call. */
static bool reads_without_waiting(int empty_pipe)
{
#if defined(SYS_preadv2) && defined(RWF_NOWAIT)
	char byte;
	struct iovec v = { .iov_base = &byte, .iov_len = 1 };

	return syscall(SYS_preadv2, empty_pipe, &v, 1, -1L, -1L, RWF_NOWAIT) < 0 && errno == EAGAIN;
#else
	(void)empty_pipe;
	return false;
#endif
}

/* What is there is moved without the helper. */
static void moves_at_once(void)
{
	static char room[1 << 15];
	int fds[2];
	bool at_once;

	CHECK(pipe(fds) == 0);
	at_once = reads_without_waiting(fds[0]);
	CHECK(wait_write(fds[1], room, sizeof(room)) == sizeof(room));
	CHECK(wait_read(fds[0], room, sizeof(room)) == sizeof(room));
	CHECK(!at_once || !wait_started());
}

/* A file on a disk is read and written whatever poll(2) or RWF_NOWAIT say. */
static void regular_files(void)
{
	char buf[16] = "";
	int fd = memfd_create("test", 0);

	CHECK(fd >= 0);
	CHECK(wait_write(fd, "hello", 5) == 5);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK(wait_read(fd, buf, sizeof(buf)) == 5);
	CHECK(wait_read(fd, buf, sizeof(buf)) == 0);
	CHECK(!wait_started());
}

static void without_nowait(void (*test)(void))
{
	no_nowait = true;
	passes(test);
	no_nowait = false;
}

static void test_read_and_write(void **state)
{
	(void)state;
	passes(stop_while_asking);
	passes(stop_before_read);
	passes(stop_before_write);
	passes(moves_at_once);
	passes(moves_bytes);
	without_nowait(moves_bytes);
	passes(regular_files);
	without_nowait(regular_files);
	passes(nonblocking_files);
	without_nowait(nonblocking_files);
	passes(stop_ends_read);
	without_nowait(stop_ends_read);
	passes(stop_ends_write);
	without_nowait(stop_ends_write);
}

/* ---- sockets ---- */

static atomic_int beats;

static void count_beat(void)
{
	beats++;
}

/* A call of a library that restarts after EINTR, as poll(2) in librabbitmq: only an end of the
 * socket ends it.  Nanoseconds that it took. */
static int64_t stubborn_read(int fd)
{
	int64_t start = clock_monotonic_ns();
	char byte;
	ssize_t n;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	CHECK(n == 0);
	return clock_monotonic_ns() - start;
}

static void socket_is_shut_down(void)
{
	int fds[2];

	CHECK(wait_keep_beating(count_beat) == 0);
	CHECK(wait_started());
	CHECK(wait_keep_beating(count_beat) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	CHECK(wait_begin_socket(50 * MS, fds[0]) == 0);
	CHECK(stubborn_read(fds[0]) < NSEC_PER_SEC / 2);
	CHECK(wait_end() == -ETIMEDOUT);
	/* The next wait has nothing to do with it. */
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	CHECK(wait_begin(20 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
	CHECK(write(fds[1], "x", 1) == 1);
}

/* Where mqtool is to stop, what the library does has a second to be done. */
static void stop_leaves_a_moment(void)
{
	int fds[2];

	CHECK(wait_keep_beating(count_beat) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	CHECK(wait_begin_socket(-1, fds[0]) == 0);
	raise(SIGTERM);
	CHECK(stubborn_read(fds[0]) > NSEC_PER_SEC / 2);
	CHECK(wait_end() == -EINTR);
}

static void beats_whatever_happens(void)
{
	struct timespec pause = { 0, 5 * MS };

	CHECK(wait_keep_beating(count_beat) == 0);
	for (int tries = 0; beats < 3 && tries < 4000; tries++)
		nanosleep(&pause, NULL);
	CHECK(beats >= 3);
}

static void polls(void)
{
	int fds[2];

	CHECK(pipe(fds) == 0);
	CHECK(wait_poll(fds[0], POLLIN, 10 * MS) == -ETIMEDOUT);
	CHECK(wait_poll(fds[1], POLLOUT, 10 * MS) == 0);
	CHECK(wait_poll(-1, 0, 10 * MS) == -ETIMEDOUT);
	CHECK(write(fds[1], "x", 1) == 1);
	CHECK(wait_poll(fds[0], POLLIN, -1) == 0);
	raise(SIGTERM);
	CHECK(wait_poll(-1, 0, -1) == -EINTR);
}

static void test_sockets(void **state)
{
	(void)state;
	passes(socket_is_shut_down);
	passes(stop_leaves_a_moment);
	passes(beats_whatever_happens);
	passes(polls);
}

/* ---- what the helper needs ---- */

/* As long as others have queued all signals that the user may have: what is left must do. */
static void no_signals_left(void)
{
	const struct rlimit none = { 0, 0 };

	CHECK(setrlimit(RLIMIT_SIGPENDING, &none) == 0);
	CHECK(wait_begin(20 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
}

static void signalled_as_a_process(void)
{
	no_pthread_kill = true;
	CHECK(wait_begin(20 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
}

static void without_timer(void)
{
	no_timerfd = true;
	deadline();
}

/* Where the helper cannot poll it looks often, and not without a pause. */
static void without_poll(void)
{
	poll_error = EINVAL;
	CHECK(wait_begin(200 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
	CHECK(polls_failed > 1 && polls_failed < 1000);
}

static void test_helper_in_need(void **state)
{
	(void)state;
	passes(no_signals_left);
	passes(signalled_as_a_process);
	passes(without_timer);
	passes(without_poll);
}

/* A pipe that the caller has closed is closed. */
static void keeps_no_pipe(void)
{
	int fds[2];
	char byte = 0;

	CHECK(pipe(fds) == 0);
	stop_init();
	CHECK(wait_begin(20 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
	CHECK(close(fds[0]) == 0);
	CHECK(write(fds[1], &byte, 1) == -1 && errno == EPIPE);
}

static int check_kept(void *arg)
{
	return fcntl(*(int *)arg, F_GETFD) < 0 ? -EBADF : -EIDRM;
}

static int cause_of_check(int fd)
{
	CHECK(wait_begin(-1, check_kept, &fd) == 0);
	block();
	return wait_end();
}

static void keeps_what_it_looks_at(void)
{
	int fds[2];

	CHECK(pipe(fds) == 0);
	wait_keep(fds[1]);
	wait_keep(fds[0]);
	wait_forget(fds[1]);
	CHECK(cause_of_check(fds[0]) == -EIDRM);
	CHECK(cause_of_check(fds[1]) == -EBADF);
}

/* Then it shares the table. */
static void keeps_too_many(void)
{
	int fd = dup(STDERR_FILENO);

	for (int i = 0; i < 10; i++)
		wait_keep(i);
	wait_forget(0);
	CHECK(cause_of_check(fd) == -EIDRM);
}

/* The same where the kernel makes no table for one thread: also of what was not to be kept. */
static void shares_the_table(void)
{
	int fd = dup(STDERR_FILENO);

	no_own_table = true;
	CHECK(cause_of_check(fd) == -EIDRM);
	close(fd);
	CHECK(cause_of_check(fd) == -EBADF);
}

static void test_descriptors(void **state)
{
	(void)state;
	passes(shares_the_table);
	passes(keeps_no_pipe);
	passes(keeps_what_it_looks_at);
	passes(keeps_too_many);
}

/* ---- no helper ---- */

static void no_helper(void)
{
	char buf[1];
	int fds[2];

	CHECK(pipe(fds) == 0);
	thread_error = EAGAIN;
	CHECK(wait_begin(-1, NULL, NULL) == -EUSERS);
	CHECK(wait_keep_beating(count_beat) == -EUSERS);
	CHECK(wait_poll(-1, 0, -1) == -EUSERS);
	CHECK(wait_read(fds[0], buf, 1) == -EAGAIN);
	thread_error = 0;
	attr_error = ENOMEM;
	CHECK(wait_begin(-1, NULL, NULL) == -ENOMEM);
	attr_error = 0;
	no_eventfd = true;
	CHECK(wait_begin(-1, NULL, NULL) == -EMFILE);
	no_eventfd = false;
	CHECK(wait_begin(10 * MS, NULL, NULL) == 0);
	block();
	CHECK(wait_end() == -ETIMEDOUT);
}

static void test_no_helper(void **state)
{
	(void)state;
	passes(no_helper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_second_wait_ends_sooner),
		cmocka_unit_test(test_longest_deadline),
		cmocka_unit_test(test_check_ends_wait),
		cmocka_unit_test(test_stop_before_wait),
		cmocka_unit_test(test_stop_before_later_wait),
		cmocka_unit_test(test_stop_between),
		cmocka_unit_test(test_ignored_stays_ignored),
		cmocka_unit_test(test_pipe_signal),
		cmocka_unit_test(test_die),
		cmocka_unit_test(test_defer),
		cmocka_unit_test(test_helper_takes_no_signal),
		cmocka_unit_test(test_reader_goes),
		cmocka_unit_test(test_read_and_write),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_every_signal),
		cmocka_unit_test(test_helper_in_need),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_no_helper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
