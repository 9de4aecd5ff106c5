/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conserve.c - messages in are messages out, whatever happens to those who carry them
 *
 *   conserve [-k] [-m DEST] [-r WHICH] [-s SEED] QUEUE MESSAGES
 *
 * Three mqtool send and a thread of our own put MESSAGES numbered messages of 0 bytes up to the
 * largest on QUEUE (0xKEY or /NAME, which it makes and removes); three mqtool recv, in three styles,
 * and another thread take them.  The readers of recv are slow at times and their pipes small.  At any
 * moment each is stopped and goes on, and is ended: by one of the stop signals, recv also by an
 * output that is closed, send by the end of its input.  Then it is started again, send with what it
 * said that it had not sent.  msg_qbytes changes meanwhile.  Every message must be received, on the
 * queue or reported, exactly once.
 *
 * -k: recv and move end by SIGKILL alone, which may lose one output buffer each time.
 * -m: two mqtool move, ended in the same way, carry them from QUEUE to DEST; those that receive are
 * there.
 * -r: the queue is removed and made again at any moment; WHICH is s for QUEUE, d for DEST, b for both.
 * What was on a System V queue is gone with it.  What a removed POSIX queue holds or still takes is
 * found on it, but may be there, or have been received from it, and be sent again: none is missing,
 * and some come twice.
 *
 * $MQTOOL is the program.  Prints one line of figures; exit 1 if a message is missing, doubled or
 * not as it was.
 */
#include "config.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

#define SENDERS 3
#define RECEIVERS 3
#define MOVERS 2
#define MS 1000000
#define POSIX_LIMIT 512
#define SYSV_LIMIT 4096
#define SYSV_QBYTES (4 * SYSV_LIMIT) /* at most */
/* What SIGKILL may lose. */
#define OUTPUT_BUFFER 65536
#define OUTPUT_MESSAGES 1024
/* Removed queues that somebody may have open still; they count against RLIMIT_MSGQUEUE. */
#define RETIRED_MAX 64
/* How a process ends, other than by a signal. */
#define END_OF_PIPE 0
#define BY_ITSELF (-1)

struct text {
	char *data;
	size_t len, cap;
};

/* One run of mqtool, from its start to its end. */
struct life {
	pid_t pid;
	int64_t end_at, stop_at, cont_at; /* 0: not */
	uint64_t removals;                /* before it was started */
	struct text said;
	int err;
};

struct sender {
	struct life life;
	int fd;            /* of its input, or -1 */
	struct text given; /* in this life, each message with its newline */
	size_t written;    /* bytes of it that are in the pipe, or were */
	bool closing;      /* its input ends with that */
	uint64_t left;     /* messages to be made */
};

/* An mqtool recv or, after those, an mqtool move, which has no output. */
struct receiver {
	struct life life;
	int out;
	int style; /* index of styles; RECEIVERS: move */
	struct text got;
	int64_t slow_until;
};

static const struct {
	const char *option;
	char end;
} styles[RECEIVERS + 1] = { { NULL, '\n' }, { "-0", '\0' }, { "-j", '\n' }, { NULL, '\n' } };

struct queue {
	const char *name;
	int msqid;
	mqd_t mqd;
	bool removed_at_times;
};

static const int stop_signals[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGALRM, SIGVTALRM,
				    SIGPROF, SIGUSR1, SIGUSR2, SIGXCPU, SIGIO,   SIGPWR };

/* Where messages are put, and where they are taken: mostly one and the same. */
static struct queue source, dest, *in = &source, *out = &source;
static const char *queue, *program;
static bool by_kill;
static int receivers_and_movers = RECEIVERS;
static size_t limit;
static uint64_t total, next_number, empty_in, empty_out, empty_gone, taken, on_queue, reported,
	gone;
static uint64_t kills, stops, closed, removals, doubled, wrong;
static unsigned char *seen;   /* how often each number came */
static bool *was_gone;        /* it was found on a removed queue */
static unsigned short *sizes; /* of the messages of each number */
static uint64_t seed = 1;
static int64_t start_time; /* of mqtool, in nanoseconds */
static atomic_bool stop_thread, thread_done;
static pthread_mutex_t lock =
	PTHREAD_MUTEX_INITIALIZER; /* of the counters, seed, seen and queues */

/* POSIX queues that were removed. */
static struct {
	mqd_t mqd;
	uint64_t removals;    /* that one counted */
	uint64_t next_number; /* when it was removed: what was made since has no excuse to be there */
} retired[RETIRED_MAX];
static size_t nretired;

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* xorshift64*, under the lock. */
static uint64_t chance(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dULL >> 16) % below;
}

static void append(struct text *t, const char *data, size_t len)
{
	if (t->cap - t->len < len) {
		t->cap = 2 * t->cap + len;
		t->data = realloc(t->data, t->cap);
		if (!t->data)
			err(2, "realloc");
	}
	memcpy(t->data + t->len, data, len);
	t->len += len;
}

static unsigned int checksum(const char *data, size_t len)
{
	unsigned int sum = 2166136261u;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)data[i]) * 16777619u;
	return sum;
}

/* ---- messages: "NUMBER CHECKSUM PADDING", or nothing at all ---- */

/* The next one, for buf of limit bytes; its length.  Under the lock. */
static size_t make_message(char *buf)
{
	size_t pad, len;

	if (chance(16) == 0) {
		empty_in++;
		return 0;
	}
	pad = chance(8) ? chance(40) : chance(limit - 40);
	memset(buf + 40, 'a' + (int)chance(26), pad);
	len = (size_t)snprintf(buf, 40, "%" PRIu64 " %08x ", next_number, checksum(buf + 40, pad));
	memmove(buf + len, buf + 40, pad);
	sizes[next_number++] = (unsigned short)(len + pad);
	return len + pad;
}

static bool is_removed(bool posix)
{
	return (source.removed_at_times && (source.mqd >= 0) == posix) ||
	       (dest.removed_at_times && (dest.mqd >= 0) == posix);
}

/* What a removed queue took may have been received from it by who has not noticed either. */
static bool may_double(void)
{
	return is_removed(true);
}

/* With a System V queue goes what is on it. */
static bool may_miss(void)
{
	return is_removed(false);
}

/* Of those that are gone: elsewhere is the number of the first that must be elsewhere too. */
static void count_message(const char *data, size_t len, uint64_t *counter, uint64_t elsewhere)
{
	char copy[SYSV_LIMIT + 1], *end;
	unsigned long number;
	unsigned int sum;

	++*counter;
	if (len == 0) {
		(counter == &gone ? empty_gone++ : empty_out++);
		return;
	}
	if (len > SYSV_LIMIT)
		goto damaged;
	memcpy(copy, data, len);
	copy[len] = '\0';
	number = strtoul(copy, &end, 10);
	if (*end != ' ' || number >= next_number)
		goto damaged;
	sum = (unsigned int)strtoul(end + 1, &end, 16);
	if (*end != ' ' || sum != checksum(end + 1, len - (size_t)(end + 1 - copy)))
		goto damaged;
	if (counter == &gone) {
		was_gone[number] |= number < elsewhere;
	} else if (seen[number]++) {
		doubled++;
		if (!may_double())
			warnx("%s: message %lu came again", queue, number);
	}
	return;
damaged:
	wrong++;
	warnx("%s: a damaged message of %zu bytes: %.60s", queue, len, data);
}

/* Takes the whole records out of t. */
static void count_records(struct text *t, char end, bool json, uint64_t *counter)
{
	char *start = t->data, *stop = t->data + t->len, *nl;

	pthread_mutex_lock(&lock);
	while (start < stop && (nl = memchr(start, end, (size_t)(stop - start)))) {
		static const char key[] = "\"body\":\"";
		char *body = json ? memmem(start, (size_t)(nl - start), key, strlen(key)) : start;

		if (json && body)
			count_message(body + strlen(key), (size_t)(nl - 2 - body) - strlen(key),
				      counter, 0);
		else if (!json)
			count_message(body, (size_t)(nl - start), counter, 0);
		start = nl + 1;
	}
	pthread_mutex_unlock(&lock);
	t->len = (size_t)(stop - start);
	if (t->len)
		memmove(t->data, start, t->len);
}

/* ---- the queue, by the bare calls ---- */

/* Made; what else is known of it stays. */
static void make_queue(struct queue *q)
{
	q->msqid = -1;
	q->mqd = -1;
	if (q->name[0] == '/') {
		struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = POSIX_LIMIT };

		q->mqd = mq_open(q->name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
	} else {
		q->msqid = msgget((key_t)strtoul(q->name, NULL, 16), IPC_CREAT | IPC_EXCL | 0600);
	}
	if (q->mqd < 0 && q->msqid < 0)
		err(2, "%s", q->name);
}

static void first_queue(struct queue *q, const char *name, bool removed_at_times)
{
	size_t largest = name[0] == '/' ? POSIX_LIMIT : SYSV_LIMIT;

	q->name = name;
	q->removed_at_times = removed_at_times;
	make_queue(q);
	if (!limit || largest < limit)
		limit = largest;
}

static void remove_queue(struct queue *q)
{
	if (q->mqd >= 0)
		mq_unlink(q->name);
	else
		msgctl(q->msqid, IPC_RMID, NULL);
}

struct kernel_message {
	long type;
	char body[SYSV_LIMIT];
};

/* Without waiting: the bytes taken, or -1. */
static ssize_t take(struct queue *q, struct kernel_message *m)
{
	if (q->mqd >= 0)
		return mq_receive(q->mqd, m->body, SYSV_LIMIT, NULL);
	return msgrcv(q->msqid, m, SYSV_LIMIT, 0, IPC_NOWAIT);
}

static bool put(struct kernel_message *m, size_t len)
{
	m->type = 1;
	return (in->mqd >= 0 ? mq_send(in->mqd, m->body, len, 0) :
			       msgsnd(in->msqid, m, len, IPC_NOWAIT)) == 0;
}

static void change_limit(struct queue *q)
{
	struct msqid_ds ds;

	if (q->msqid < 0 || msgctl(q->msqid, IPC_STAT, &ds) < 0)
		return;
	ds.msg_qbytes = SYSV_LIMIT + chance(SYSV_QBYTES - SYSV_LIMIT);
	msgctl(q->msqid, IPC_SET, &ds);
}

/* What is on a removed queue is no longer anywhere else. */
static void empty_retired(size_t i)
{
	static char body[POSIX_LIMIT];
	ssize_t n;

	while ((n = mq_receive(retired[i].mqd, body, sizeof(body), NULL)) >= 0)
		count_message(body, (size_t)n, &gone, retired[i].next_number);
}

/* Under the lock.  Those that nobody can have open any more, who was started after so many removals,
 * are closed. */
static void empty_all_retired(uint64_t oldest)
{
	size_t kept = 0;

	for (size_t i = 0; i < nretired; i++) {
		empty_retired(i);
		if (retired[i].removals <= oldest)
			mq_close(retired[i].mqd);
		else
			retired[kept++] = retired[i];
	}
	nretired = kept;
}

/* Under the lock: removed, and another made in its place. */
static void renew_queue(struct queue *q)
{
	if (!q->removed_at_times || nretired == RETIRED_MAX)
		return;
	removals++;
	remove_queue(q);
	if (q->mqd >= 0) {
		retired[nretired].removals = removals;
		retired[nretired].next_number = next_number;
		retired[nretired++].mqd = q->mqd;
	}
	make_queue(q);
}

/* Somebody else's program: takes part without mqtool, as sender and receiver. */
static void *other_program(void *arg)
{
	uint64_t left = *(uint64_t *)arg;
	static struct kernel_message mine, theirs;
	bool have = false;
	size_t len = 0;

	while (!stop_thread) {
		bool idle = true;
		ssize_t n;

		pthread_mutex_lock(&lock);
		if (!have && left) {
			len = make_message(mine.body);
			have = true;
			left--;
		}
		if (have && put(&mine, len)) {
			have = false;
			idle = false;
		}
		n = take(out, &theirs);
		if (n >= 0)
			count_message(theirs.body, (size_t)n, &taken, 0);
		pthread_mutex_unlock(&lock);
		thread_done = !have && !left;
		if (idle)
			nanosleep(&(struct timespec){ .tv_nsec = MS / 5 }, NULL);
	}
	return NULL;
}

/* ---- mqtool ---- */

static void make_pipe(int fds[2])
{
	if (pipe2(fds, O_CLOEXEC) < 0)
		err(2, "pipe");
}

/*
 * While a new process is still a copy of this one it keeps the pipes of others open.  exec closes
 * descriptors in their order, so that this one, held by the copy alone, is the last.
 */
#define GATE_FD 512

static int make_gate(int *writer)
{
	int gate[2];

	make_pipe(gate);
	*writer = fcntl(gate[1], F_DUPFD_CLOEXEC, GATE_FD);
	if (*writer < 0)
		err(2, "F_DUPFD_CLOEXEC");
	close(gate[1]);
	return gate[0];
}

static void pass_gate(int gate, int writer)
{
	char none;

	close(writer);
	while (read(gate, &none, 1) < 0 && errno == EINTR)
		;
	close(gate);
}

/* Starts mqtool; returns when it is that. */
static pid_t spawn(const char *const *argv, const int fds[3])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int gate, writer;
	pid_t pid;

	gate = make_gate(&writer);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	for (size_t i = 0; i < ARRAY_SIZE(stop_signals); i++)
		sigaddset(&defaults, stop_signals[i]);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		if (fds[i] >= 0)
			posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	errno = posix_spawn(&pid, program, &actions, &attr, (char **)(uintptr_t)argv, environ);
	if (errno)
		err(2, "%s", program);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	pass_gate(gate, writer);
	return pid;
}

/* How long a start takes, as a build with sanitizers, or a busy machine, has it. */
static void measure_start(void)
{
	const char *const argv[] = { "mqtool", "--version", NULL };
	int64_t before = now_ns();
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = spawn(argv, (const int[3]){ null, null, null });

	if (waitpid(pid, NULL, 0) != pid)
		err(2, "waitpid");
	close(null);
	start_time = now_ns() - before;
}

/* Starts it with standard_in and standard_out (-1: as ours), to end in span_ms (0: not). */
static void start_life(struct life *l, const char *const *argv, int standard_in, int standard_out,
		       unsigned int span_ms)
{
	int said[2];

	make_pipe(said);
	*l = (struct life){ .said = l->said, .err = said[0], .removals = removals };
	l->said.len = 0;
	if (span_ms)
		l->end_at = now_ns() + start_time + (int64_t)(chance(span_ms) + 1) * MS;
	if (span_ms && chance(4) == 0)
		l->stop_at = now_ns() + (int64_t)chance(span_ms) * MS;
	l->pid = spawn(argv, (const int[3]){ standard_in, standard_out, said[1] });
	close(said[1]);
}

/* In a life of its own or, after -k, for ever. */
static void start_sender(struct sender *s)
{
	const char *const argv[] = { "mqtool", "send", "-l", in->name, NULL };
	int fds[2];

	make_pipe(fds);
	s->written = 0;
	s->closing = false;
	start_life(&s->life, argv, fds[0], -1, by_kill ? 0 : 150);
	close(fds[0]);
	s->fd = fds[1];
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

static void start_receiver(struct receiver *r)
{
	const char *const move[] = { "mqtool", "move", "-f", in->name, out->name, NULL };
	const char *const recv[] = { "mqtool", "recv", "-f", out->name, styles[r->style].option,
				     NULL };
	/* Some live long enough to notice by themselves that their queue was removed. */
	bool old = (in->removed_at_times || out->removed_at_times) && chance(4) == 0;
	int got[2];

	make_pipe(got);
	fcntl(got[1], F_SETPIPE_SZ, 4096);
	r->got.len = 0;
	r->slow_until = chance(4) ? 0 : now_ns() + (int64_t)chance(40) * MS;
	start_life(&r->life, r->style == RECEIVERS ? move : recv, -1, got[1], old ? 2500 : 60);
	close(got[1]);
	r->out = got[0];
}

/* Reads what is there; false at the end. */
static bool read_some(int fd, struct text *t)
{
	char buf[16384];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n > 0)
		append(t, buf, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static void read_output(struct receiver *r)
{
	if (r->style == RECEIVERS)
		return;
	count_records(&r->got, styles[r->style].end,
		      styles[r->style].option && styles[r->style].option[1] == 'j', &taken);
}

static void wrong_end(const struct life *l, const char *what, int status, int sig)
{
	wrong++;
	warnx("%s ended with %#x, after signal %d: %.*s", what, (unsigned int)status, sig,
	      (int)l->said.len, l->said.data ? l->said.data : "");
}

static bool is_status(int status, int wanted)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

/* Status 1 if something could not go back: it must stand there as JSON.  That a queue was removed
 * is reason enough. */
static bool ended_well(const struct receiver *r, int status, int sig)
{
	bool removed = out->removed_at_times || (r->style == RECEIVERS && in->removed_at_times);

	if (removed && (is_status(status, 4) || is_status(status, 1)))
		return true;
	if (sig != BY_ITSELF && is_status(status, 1) && r->life.said.len)
		return true;
	return WIFSIGNALED(status) && WTERMSIG(status) == (sig == END_OF_PIPE ? SIGPIPE : sig);
}

/* It is about to end: reads all that it says, and how it ended. */
static void finish_receiver(struct receiver *r, int sig)
{
	struct pollfd fds[2] = { { .fd = r->out, .events = POLLIN },
				 { .fd = r->life.err, .events = POLLIN } };
	int status;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		poll(fds, 2, -1);
		if (fds[0].revents && !read_some(r->out, &r->got))
			fds[0].fd = -1;
		if (fds[1].revents && !read_some(r->life.err, &r->life.said))
			fds[1].fd = -1;
		read_output(r);
	}
	close(r->out);
	close(r->life.err);
	waitpid(r->life.pid, &status, 0);
	if (!ended_well(r, status, sig))
		wrong_end(&r->life, "recv or move", status, sig);
	count_records(&r->life.said, '\n', true, &reported);
}

static void end_life(struct life *l, int sig)
{
	kills++;
	kill(l->pid, sig);
	kill(l->pid, SIGCONT);
}

/* Closes its output at a moment when nothing is in it that would be lost. */
static void close_output(struct receiver *r)
{
	struct pollfd pfd = { .fd = r->out, .events = POLLIN };
	int null;

	kill(r->life.pid, SIGSTOP);
	/* The status of one that has ended meanwhile is left for finish_receiver(). */
	if (waitid(P_PID, (id_t)r->life.pid, &(siginfo_t){ 0 }, WSTOPPED | WEXITED | WNOWAIT) < 0)
		err(2, "waitid");
	while (poll(&pfd, 1, 0) > 0 && read_some(r->out, &r->got))
		;
	read_output(r);
	r->got.len = 0; /* a part of a message, which goes back */
	closed++;
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0 || dup3(null, r->out, O_CLOEXEC) < 0)
		err(2, "/dev/null");
	close(null);
	kill(r->life.pid, SIGCONT);
}

static int some_signal(void)
{
	return stop_signals[chance(ARRAY_SIZE(stop_signals))];
}

static void end_receiver(struct receiver *r)
{
	int sig = by_kill ? SIGKILL : some_signal();

	if (!by_kill && r->style < RECEIVERS && chance(4) == 0) {
		sig = END_OF_PIPE;
		close_output(r);
	} else {
		end_life(&r->life, sig);
	}
	finish_receiver(r, sig);
	change_limit(in);
	change_limit(out);
	start_receiver(r);
}

/* ---- those who send ---- */

/* How many messages it says that it has sent. */
static size_t said_sent(const struct life *l)
{
	static const char *const endings[] = { " message was sent", " messages were sent" };
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(endings) && l->said.len && !found; i++)
		found = memmem(l->said.data, l->said.len, endings[i], strlen(endings[i]));
	while (found && found > l->said.data && found[-1] >= '0' && found[-1] <= '9')
		found--;
	return found ? strtoul(found, NULL, 10) : 0;
}

/* Takes the first n messages away from what is to be sent. */
static void drop_given(struct sender *s, size_t n)
{
	char *start = s->given.data, *stop = s->given.data + s->given.len;

	for (; n > 0; n--) {
		start = memchr(start, '\n', (size_t)(stop - start));
		if (!start) {
			wrong++;
			warnx("send said that it sent more than it was given");
			return;
		}
		start++;
	}
	s->given.len = (size_t)(stop - start);
	if (s->given.len)
		memmove(s->given.data, start, s->given.len);
}

/* It is about to end: what it has not sent goes to the next. */
static void finish_sender(struct sender *s, int sig)
{
	bool at_end = s->fd < 0;
	int status;

	while (read_some(s->life.err, &s->life.said))
		;
	close(s->life.err);
	if (s->fd >= 0)
		close(s->fd);
	waitpid(s->life.pid, &status, 0);
	if (status == 0 && at_end) {
		s->given.len = 0;
	} else if ((in->removed_at_times && is_status(status, 4)) ||
		   (sig > 0 && WIFSIGNALED(status) && WTERMSIG(status) == sig)) {
		drop_given(s, said_sent(&s->life));
	} else {
		wrong_end(&s->life, "send", status, sig);
	}
	s->life.pid = 0;
	if (s->given.len || s->left)
		start_sender(s);
}

static void end_sender(struct sender *s)
{
	int sig = some_signal();

	if (chance(4) == 0) {
		s->closing = true;
		s->life.end_at = 0;
		return;
	}
	end_life(&s->life, sig);
	finish_sender(s, sig);
}

/* Gives the sender what its pipe takes. */
static void feed(struct sender *s)
{
	static char buf[SYSV_LIMIT + 1];
	ssize_t n;

	while (s->given.len - s->written < 65536 && s->left && !s->closing) {
		size_t len;

		pthread_mutex_lock(&lock);
		len = make_message(buf);
		pthread_mutex_unlock(&lock);
		buf[len] = '\n';
		append(&s->given, buf, len + 1);
		s->left--;
	}
	n = write(s->fd, s->given.data + s->written, s->given.len - s->written);
	if (n > 0)
		s->written += (size_t)n;
	if ((!s->left || s->closing) && s->written == s->given.len) {
		close(s->fd);
		s->fd = -1;
	}
}

/* ---- all together ---- */

/* Stops it for a moment, and lets it go on. */
static void stop_and_go(struct life *l, int64_t now)
{
	if (l->stop_at && now > l->stop_at) {
		kill(l->pid, SIGSTOP);
		stops++;
		l->stop_at = 0;
		l->cont_at = now + (int64_t)chance(20) * MS;
	} else if (l->cont_at && now > l->cont_at) {
		kill(l->pid, SIGCONT);
		l->cont_at = 0;
	}
}

static void serve_sender(struct sender *s, const struct pollfd *fds, int64_t now)
{
	if (!s->life.pid)
		return;
	if (fds[0].revents)
		feed(s);
	stop_and_go(&s->life, now);
	if (fds[1].revents && !read_some(s->life.err, &s->life.said))
		finish_sender(s, BY_ITSELF);
	else if (s->life.end_at && now > s->life.end_at)
		end_sender(s);
}

static void serve_receiver(struct receiver *r, const struct pollfd *fds, int64_t now)
{
	if (fds[0].revents) {
		read_some(r->out, &r->got);
		read_output(r);
	}
	stop_and_go(&r->life, now);
	if (fds[1].revents && !read_some(r->life.err, &r->life.said)) {
		finish_receiver(r, BY_ITSELF);
		start_receiver(r);
	} else if (r->life.end_at && now > r->life.end_at) {
		end_receiver(r);
	}
}

static void set_fds(struct pollfd *fds, const struct sender *senders,
		    const struct receiver *receivers, int64_t now)
{
	for (int i = 0; i < SENDERS; i++, fds += 2) {
		const struct sender *s = &senders[i];

		fds[0] = (struct pollfd){ .fd = s->life.pid ? s->fd : -1, .events = POLLOUT };
		fds[1] = (struct pollfd){ .fd = s->life.pid ? s->life.err : -1, .events = POLLIN };
	}
	for (int i = 0; i < receivers_and_movers; i++, fds += 2) {
		const struct receiver *r = &receivers[i];

		fds[0] = (struct pollfd){ .fd = r->slow_until > now ? -1 : r->out,
					  .events = POLLIN };
		fds[1] = (struct pollfd){ .fd = r->life.err, .events = POLLIN };
	}
}

static bool all_sent(const struct sender *senders)
{
	bool done = thread_done;

	for (int i = 0; i < SENDERS; i++)
		done = done && !senders[i].life.pid;
	return done;
}

/* Removes a queue now and then, and finds what the removed ones have. */
static void renew_queues(const struct sender *senders, const struct receiver *receivers, int64_t now)
{
	static int64_t next;
	uint64_t oldest = UINT64_MAX;

	for (int i = 0; i < SENDERS; i++)
		if (senders[i].life.pid && senders[i].life.removals < oldest)
			oldest = senders[i].life.removals;
	for (int i = 0; i < receivers_and_movers; i++)
		if (receivers[i].life.removals < oldest)
			oldest = receivers[i].life.removals;
	pthread_mutex_lock(&lock);
	empty_all_retired(oldest);
	if (now > next) {
		if (next)
			renew_queue(chance(2) ? &source : &dest);
		next = now + (int64_t)chance(100) * MS;
	}
	pthread_mutex_unlock(&lock);
}

static void carry(struct sender *senders, struct receiver *receivers)
{
	struct pollfd fds[2 * (SENDERS + RECEIVERS + MOVERS)];
	const int n = receivers_and_movers;

	while (!all_sent(senders)) {
		int64_t now = now_ns();

		set_fds(fds, senders, receivers, now);
		poll(fds, (nfds_t)(2 * (SENDERS + n)), 5);
		for (int i = 0; i < SENDERS; i++)
			serve_sender(&senders[i], &fds[2 * i], now);
		for (int i = 0; i < n; i++)
			serve_receiver(&receivers[i], &fds[2 * (SENDERS + i)], now);
		renew_queues(senders, receivers, now);
	}
}

static void drain(struct queue *q)
{
	struct kernel_message m;
	ssize_t n;

	while ((n = take(q, &m)) >= 0)
		count_message(m.body, (size_t)n, &on_queue, 0);
	remove_queue(q);
}

/* No more than what SIGKILL and removals may lose. */
static bool is_lost(uint64_t missing, uint64_t bytes)
{
	uint64_t most = by_kill ? kills * OUTPUT_MESSAGES : 0;
	uint64_t most_bytes = by_kill ? kills * OUTPUT_BUFFER : 0;

	if (may_miss()) {
		most += removals * SYSV_QBYTES; /* an empty message counts as a byte */
		most_bytes += removals * SYSV_QBYTES;
	}
	return missing > most || bytes > most_bytes;
}

static int account(void)
{
	uint64_t missing = 0, bytes = 0, empty = empty_out + empty_gone;

	for (uint64_t i = 0; i < next_number; i++) {
		bool lost = !seen[i] && !was_gone[i];

		missing += lost;
		bytes += lost ? sizes[i] : 0;
	}
	missing += empty < empty_in ? empty_in - empty : 0;
	if (empty_out > empty_in)
		doubled += empty_out - empty_in;
	printf("%s: %" PRIu64 " messages in, %" PRIu64 " out, %" PRIu64 " on the queue, %" PRIu64
	       " reported, %" PRIu64 " missing (%" PRIu64 " bytes), %" PRIu64 " doubled; %" PRIu64
	       " %s, %" PRIu64 " pipes closed, %" PRIu64 " stops, %" PRIu64
	       " removals with %" PRIu64 " messages\n",
	       queue, next_number + empty_in, taken, on_queue, reported, missing, bytes, doubled,
	       kills, by_kill ? "times SIGKILL" : "signals", closed, stops, removals, gone);
	if (is_lost(missing, bytes) || (doubled && !may_double()) || wrong ||
	    next_number + empty_in != total) {
		printf("%s: NOT CONSERVED (%" PRIu64 " wrong)\n", queue, wrong);
		return 1;
	}
	return 0;
}

static void allocate(void)
{
	seen = calloc(total, sizeof(*seen));
	was_gone = calloc(total, sizeof(*was_gone));
	sizes = calloc(total, sizeof(*sizes));
	if (!seen || !was_gone || !sizes)
		err(2, "calloc");
}

/* Ended, and their messages found. */
static void end_all(struct receiver *receivers, const char *to)
{
	for (int i = receivers_and_movers - 1; i >= 0; i--) {
		kill(receivers[i].life.pid, SIGTERM);
		kill(receivers[i].life.pid, SIGCONT);
		finish_receiver(&receivers[i], SIGTERM);
	}
	empty_all_retired(UINT64_MAX);
	drain(in);
	if (to)
		drain(out);
}

int main(int argc, char **argv)
{
	static struct sender senders[SENDERS];
	static struct receiver receivers[RECEIVERS + MOVERS];
	const char *to = NULL, *removed = "";
	uint64_t share;
	pthread_t thread;
	int opt;

	while ((opt = getopt(argc, argv, "km:r:s:")) != -1) {
		if (opt == 'k')
			by_kill = true;
		else if (opt == 'm')
			to = optarg;
		else if (opt == 'r')
			removed = optarg;
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 10) | 1;
		else
			return 2;
	}
	program = getenv("MQTOOL");
	if (argc - optind != 2 || !program)
		errx(2,
		     "usage: MQTOOL=... conserve [-k] [-m DEST] [-r s|d|b] [-s SEED] QUEUE MESSAGES");
	queue = argv[optind];
	total = strtoull(argv[optind + 1], NULL, 10);
	allocate();
	signal(SIGPIPE, SIG_IGN);
	measure_start();
	first_queue(in, queue, *removed == 's' || *removed == 'b');
	if (to) {
		out = &dest;
		first_queue(out, to, *removed == 'd' || *removed == 'b');
		receivers_and_movers += MOVERS;
	}
	share = total / (SENDERS + 1);
	for (int i = 0; i < SENDERS; i++) {
		senders[i].left = share;
		start_sender(&senders[i]);
	}
	for (int i = 0; i < receivers_and_movers; i++) {
		receivers[i].style = i < RECEIVERS ? i : RECEIVERS;
		start_receiver(&receivers[i]);
	}
	share = total - SENDERS * share;
	if (pthread_create(&thread, NULL, other_program, &share))
		errx(2, "pthread_create");
	carry(senders, receivers);
	stop_thread = true;
	pthread_join(thread, NULL);
	end_all(receivers, to);
	return account();
}
