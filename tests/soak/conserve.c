/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conserve.c - messages in are messages out, whatever happens to those who carry them
 *
 *   conserve [-k] [-m DEST] [-s SEED] QUEUE MESSAGES
 *
 * Three mqtool send and a thread of our own put MESSAGES numbered messages of 0 bytes up to the
 * largest on QUEUE (0xKEY or /NAME, which it makes and removes); three mqtool recv, in three styles,
 * and another thread take them.  The readers of recv are slow at times and their pipes small; recv
 * is ended by SIGTERM, SIGINT or SIGHUP at any moment and started anew; msg_qbytes changes
 * meanwhile.  Then every message must be received, on the queue or reported, exactly once.
 *
 * -k: by SIGKILL, which may lose one output buffer each time.
 * -m: two mqtool move, ended in the same way, carry them from QUEUE to DEST; those that receive are
 * there.
 *
 * $MQTOOL is the program.  Prints one line of figures; exit 1 where a message is missing, doubled or
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
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SENDERS 3
#define RECEIVERS 3
#define MOVERS 2
#define MS 1000000
#define POSIX_LIMIT 512
#define SYSV_LIMIT 4096
/* What SIGKILL may lose. */
#define OUTPUT_BUFFER 65536
#define OUTPUT_MESSAGES 1024

struct text {
	char *data;
	size_t len, cap;
};

struct sender {
	pid_t pid;
	int fd;
	struct text waiting; /* not yet in the pipe */
	uint64_t left;
};

/* An mqtool recv, or, behind them, an mqtool move, whose output is none. */
struct receiver {
	pid_t pid;
	int out, err;
	int style; /* index of styles; RECEIVERS: move */
	struct text got, said;
	int64_t slow_until, kill_at;
};

static const struct {
	const char *option;
	char end;
} styles[RECEIVERS] = { { NULL, '\n' }, { "-0", '\0' }, { "-j", '\n' } };

struct queue {
	const char *name;
	int msqid;
	mqd_t mqd;
};

/* Where messages are put, and where they are taken: mostly one and the same. */
static struct queue source, dest, *in = &source, *out = &source;
static const char *queue, *program;
static bool by_kill;
static int receivers_and_movers = RECEIVERS;
static size_t limit;
static uint64_t total, next_number, empty_in, empty_out, taken, on_queue, reported, kills, wrong;
static unsigned char *seen;   /* how often each number came */
static unsigned short *sizes; /* of the messages of each number */
static uint64_t seed = 1;
static volatile bool stop_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the counters, seed and seen */

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

static void count_message(const char *data, size_t len, uint64_t *counter)
{
	char copy[SYSV_LIMIT + 1], *end;
	unsigned long number;
	unsigned int sum;

	++*counter;
	if (len == 0) {
		empty_out++;
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
	if (seen[number]++) {
		wrong++;
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
				      counter);
		else if (!json)
			count_message(body, (size_t)(nl - start), counter);
		start = nl + 1;
	}
	pthread_mutex_unlock(&lock);
	t->len = (size_t)(stop - start);
	if (t->len)
		memmove(t->data, start, t->len);
}

/* ---- the queue, by the bare calls ---- */

static void make_queue(struct queue *q, const char *name)
{
	size_t largest = name[0] == '/' ? POSIX_LIMIT : SYSV_LIMIT;

	*q = (struct queue){ .name = name, .msqid = -1, .mqd = -1 };
	if (name[0] == '/') {
		struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = POSIX_LIMIT };

		q->mqd = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK, 0600, &attr);
	} else {
		q->msqid = msgget((key_t)strtoul(name, NULL, 16), IPC_CREAT | IPC_EXCL | 0600);
	}
	if (q->mqd < 0 && q->msqid < 0)
		err(2, "%s", name);
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
	ds.msg_qbytes = SYSV_LIMIT + chance(3 * SYSV_LIMIT);
	msgctl(q->msqid, IPC_SET, &ds);
}

/* Somebody else's program: takes part without mqtool, as sender and receiver. */
static void *other_program(void *arg)
{
	uint64_t left = *(uint64_t *)arg;
	static struct kernel_message mine, theirs;
	bool have = false;
	size_t len = 0;

	while (!stop_thread || have || left) {
		bool idle = true;
		ssize_t n;

		if (!have && left) {
			pthread_mutex_lock(&lock);
			len = make_message(mine.body);
			pthread_mutex_unlock(&lock);
			have = true;
			left--;
		}
		if (have && put(&mine, len)) {
			have = false;
			idle = false;
		}
		n = take(out, &theirs);
		if (n >= 0) {
			pthread_mutex_lock(&lock);
			count_message(theirs.body, (size_t)n, &taken);
			pthread_mutex_unlock(&lock);
		}
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

static void start_sender(struct sender *s, uint64_t messages)
{
	int fds[2];

	make_pipe(fds);
	s->left = messages;
	s->pid = fork();
	if (s->pid == 0) {
		dup2(fds[0], STDIN_FILENO);
		execl(program, "mqtool", "send", "-l", in->name, (char *)NULL);
		_exit(127);
	}
	close(fds[0]);
	s->fd = fds[1];
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

static void exec_receiver(int style)
{
	if (style == RECEIVERS)
		execl(program, "mqtool", "move", "-f", in->name, out->name, (char *)NULL);
	else
		execl(program, "mqtool", "recv", "-f", out->name, styles[style].option,
		      (char *)NULL);
	_exit(127);
}

static void start_receiver(struct receiver *r)
{
	int got[2], said[2];

	make_pipe(got);
	make_pipe(said);
	fcntl(got[1], F_SETPIPE_SZ, 4096);
	r->got.len = r->said.len = 0;
	r->kill_at = now_ns() + (int64_t)(chance(60) + 1) * MS;
	r->slow_until = chance(4) ? 0 : now_ns() + (int64_t)chance(40) * MS;
	r->pid = fork();
	if (r->pid == 0) {
		dup2(got[1], STDOUT_FILENO);
		dup2(said[1], STDERR_FILENO);
		exec_receiver(r->style);
	}
	close(got[1]);
	close(said[1]);
	r->out = got[0];
	r->err = said[0];
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

/* It was told to end: reads all that it says, and how it ended. */
static void finish_receiver(struct receiver *r, int sig)
{
	struct pollfd fds[2] = { { .fd = r->out, .events = POLLIN },
				 { .fd = r->err, .events = POLLIN } };
	int status;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		poll(fds, 2, -1);
		if (fds[0].revents && !read_some(r->out, &r->got))
			fds[0].fd = -1;
		if (fds[1].revents && !read_some(r->err, &r->said))
			fds[1].fd = -1;
		read_output(r);
	}
	close(r->out);
	close(r->err);
	waitpid(r->pid, &status, 0);
	/* Status 1 where something could not go back: it must stand there as JSON. */
	if (!(WIFSIGNALED(status) && WTERMSIG(status) == sig) &&
	    !(WIFEXITED(status) && WEXITSTATUS(status) == 1 && r->said.len)) {
		wrong++;
		warnx("recv or move ended with %#x, not by signal %d: %.*s", (unsigned int)status,
		      sig, (int)r->said.len, r->said.data ? r->said.data : "");
	}
	count_records(&r->said, '\n', true, &reported);
}

/* Gives the sender what its pipe takes. */
static void feed(struct sender *s)
{
	static char buf[SYSV_LIMIT + 1];
	ssize_t n;

	while (s->waiting.len < 65536 && s->left) {
		size_t len;

		pthread_mutex_lock(&lock);
		len = make_message(buf);
		pthread_mutex_unlock(&lock);
		buf[len] = '\n';
		append(&s->waiting, buf, len + 1);
		s->left--;
	}
	n = write(s->fd, s->waiting.data, s->waiting.len);
	if (n > 0) {
		s->waiting.len -= (size_t)n;
		memmove(s->waiting.data, s->waiting.data + n, s->waiting.len);
	}
	if (!s->left && !s->waiting.len) {
		close(s->fd);
		s->fd = -1;
	}
}

static bool senders_done(struct sender *senders)
{
	bool done = true;

	for (int i = 0; i < SENDERS; i++) {
		int status;

		if (senders[i].pid && waitpid(senders[i].pid, &status, WNOHANG) > 0) {
			senders[i].pid = 0;
			if (status) {
				wrong++;
				warnx("send ended with %#x", (unsigned int)status);
			}
		}
		done = done && !senders[i].pid;
	}
	return done;
}

static void carry(struct sender *senders, struct receiver *receivers)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	struct pollfd fds[SENDERS + 2 * (RECEIVERS + MOVERS)];
	const int n = receivers_and_movers;

	while (!senders_done(senders)) {
		int64_t now = now_ns();

		for (int i = 0; i < SENDERS; i++)
			fds[i] = (struct pollfd){ .fd = senders[i].fd, .events = POLLOUT };
		for (int i = 0; i < n; i++) {
			struct receiver *r = &receivers[i];

			fds[SENDERS + 2 * i] =
				(struct pollfd){ .fd = r->slow_until > now ? -1 : r->out,
						 .events = POLLIN };
			fds[SENDERS + 2 * i + 1] =
				(struct pollfd){ .fd = r->err, .events = POLLIN };
		}
		poll(fds, (nfds_t)(SENDERS + 2 * n), 5);
		for (int i = 0; i < SENDERS; i++)
			if (fds[i].revents)
				feed(&senders[i]);
		for (int i = 0; i < n; i++) {
			struct receiver *r = &receivers[i];

			if (fds[SENDERS + 2 * i].revents) {
				read_some(r->out, &r->got);
				read_output(r);
			}
			if (fds[SENDERS + 2 * i + 1].revents)
				read_some(r->err, &r->said);
			if (now > r->kill_at) {
				int sig = by_kill ? SIGKILL : signals[chance(3)];

				kill(r->pid, sig);
				kills++;
				finish_receiver(r, sig);
				change_limit(in);
				change_limit(out);
				start_receiver(r);
			}
		}
	}
}

static void drain(struct queue *q)
{
	struct kernel_message m;
	ssize_t n;

	while ((n = take(q, &m)) >= 0)
		count_message(m.body, (size_t)n, &on_queue);
	remove_queue(q);
}

static int account(void)
{
	uint64_t missing = 0, bytes = 0;

	for (uint64_t i = 0; i < next_number; i++) {
		missing += !seen[i];
		bytes += seen[i] ? 0 : sizes[i];
	}
	if (empty_out > empty_in)
		wrong++;
	else
		missing += empty_in - empty_out;
	printf("%s: %" PRIu64 " messages in, %" PRIu64 " out, %" PRIu64 " on the queue, %" PRIu64
	       " reported, %" PRIu64 " missing (%" PRIu64 " bytes), %" PRIu64 " %s\n",
	       queue, next_number + empty_in, taken, on_queue, reported, missing, bytes, kills,
	       by_kill ? "times SIGKILL" : "signals");
	if (missing > (by_kill ? kills * OUTPUT_MESSAGES : 0) || bytes > kills * OUTPUT_BUFFER ||
	    wrong || next_number + empty_in != total) {
		printf("%s: NOT CONSERVED (%" PRIu64 " wrong)\n", queue, wrong);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct sender senders[SENDERS];
	static struct receiver receivers[RECEIVERS + MOVERS];
	const char *to = NULL;
	uint64_t share;
	pthread_t thread;
	int opt;

	while ((opt = getopt(argc, argv, "km:s:")) != -1) {
		if (opt == 'k')
			by_kill = true;
		else if (opt == 'm')
			to = optarg;
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 10) | 1;
		else
			return 2;
	}
	program = getenv("MQTOOL");
	if (argc - optind != 2 || !program)
		errx(2, "usage: MQTOOL=... conserve [-k] [-m DEST] [-s SEED] QUEUE MESSAGES");
	queue = argv[optind];
	total = strtoull(argv[optind + 1], NULL, 10);
	seen = calloc(total, sizeof(*seen));
	sizes = calloc(total, sizeof(*sizes));
	if (!seen || !sizes)
		err(2, "calloc");
	signal(SIGPIPE, SIG_IGN);
	make_queue(in, queue);
	if (to) {
		out = &dest;
		make_queue(out, to);
		receivers_and_movers += MOVERS;
	}
	share = total / (SENDERS + 1);
	for (int i = 0; i < SENDERS; i++)
		start_sender(&senders[i], share);
	for (int i = 0; i < receivers_and_movers; i++) {
		receivers[i].style = i < RECEIVERS ? i : RECEIVERS;
		start_receiver(&receivers[i]);
	}
	share = total - SENDERS * share;
	if (pthread_create(&thread, NULL, other_program, &share))
		errx(2, "pthread_create");
	carry(senders, receivers);
	stop_thread = true;
	/* The thread may wait for room, which the receivers make. */
	pthread_join(thread, NULL);
	for (int i = receivers_and_movers - 1; i >= 0; i--) {
		kill(receivers[i].pid, SIGTERM);
		finish_receiver(&receivers[i], SIGTERM);
	}
	drain(in);
	if (to)
		drain(out);
	return account();
}
