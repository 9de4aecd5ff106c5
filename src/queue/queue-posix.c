/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-posix.c - POSIX message queues: mq_overview(7) and the mqueue file system
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/limit.h"
#include "queue/mqueue-dir.h"
#include "queue/mqueue-file.h"
#include "queue/queue-backend.h"
#include "queue/queue-call.h"
#include "queue/snapshot.h"
#include "queue/tracer-refusal.h"

#define SYSCTL_DIR "/proc/sys/fs/mqueue/"

struct mqueue {
	struct queue queue;
	int fd;
	int return_fd; /* opened for writing if something must go back; else -1 */
	/* in a stream: */
	int try_fd;                 /* a descriptor that never blocks, or < 0 */
	unsigned int waits;         /* number of waits so far */
	unsigned int tries;         /* before each wait */
	unsigned int vain;          /* fruitless waits in a row */
	unsigned int waits_without; /* waits left that skip the tries */
	size_t room;                /* what a take needs: mq_msgsize */
	/* sends since the queue was last seen not to be removed, and before that */
	uint64_t unlooked, looked;
	struct snapshot snapshot; /* what peek() shows */
};

static struct mqueue *mqueue_of(struct queue *q)
{
	return (struct mqueue *)(void *)q;
}

static int mqueue_fd(const struct queue *q)
{
	return ((const struct mqueue *)(const void *)q)->fd;
}

/* Named by a descriptor: the queue may have been removed, which must not keep anybody from it. */
static bool by_proc(const struct mqueue *q)
{
	return q->queue.ref.by == QUEUE_BY_PROC;
}

/* ---- opening ---- */

static mqd_t open_name(const char *name, int flags)
{
	return mq_open(name, flags | O_CLOEXEC);
}

/* A descriptor, or -errno. */
static int open_for(const struct mqueue *q, unsigned int access)
{
	const char *name = q->queue.ref.name;
	struct stat st;
	int fd;

	if (by_proc(q))
		fd = mqueue_open_proc(name + strlen("proc:"), access);
	else if (access == 0)
		fd = mqueue_open_to_look(name);
	else
		fd = open_name(name, access == QUEUE_READ  ? O_RDONLY :
				     access == QUEUE_WRITE ? O_WRONLY :
							     O_RDWR);
	if (fd < 0)
		return by_proc(q) ? fd : -errno;
	/* What is sent to a removed queue reaches nobody. */
	if (by_proc(q) && access & QUEUE_WRITE && fstat(fd, &st) == 0 && st.st_nlink == 0) {
		close(fd);
		return -EIDRM;
	}
	return fd;
}

static int mqueue_open(struct queue *queue, unsigned int access)
{
	struct mqueue *q = mqueue_of(queue);
	struct mq_attr attr;

	q->return_fd = q->try_fd = -1;
	q->fd = open_for(q, access);
	if (q->fd < 0)
		return q->fd;
	wait_keep(q->fd); /* for removed_check() */
	if (access & QUEUE_READ) {
		if (mq_getattr(q->fd, &attr) < 0)
			return -errno;
		q->room = (size_t)attr.mq_msgsize;
	}
	return 0;
}

static void mqueue_close(struct queue *queue)
{
	struct mqueue *q = mqueue_of(queue);

	if (q->fd >= 0) {
		wait_forget(q->fd);
		mq_close(q->fd);
	}
	if (q->return_fd >= 0)
		close(q->return_fd);
	if (q->try_fd >= 0)
		close(q->try_fd);
	snapshot_free(&q->snapshot);
}

/* ---- what both directions need ---- */

/* A removed queue accepts messages as before (mq_overview(7) is silent), and they reach nobody. */
static int sending_check(const struct mqueue *q)
{
	struct stat st;

	return fstat(q->fd, &st) == 0 && st.st_nlink == 0 ? -EIDRM : 0;
}

/* While blocked: the kernel does not wake those who wait on a queue when it is removed. */
static int removed_check(const struct mqueue *q)
{
	return by_proc(q) ? 0 : sending_check(q);
}

/* Between two sends: counts the earlier ones as sent, if the queue still exists. */
static int mqueue_still_there(struct queue *queue)
{
	struct mqueue *q = mqueue_of(queue);
	int rc = sending_check(q);

	if (rc == 0) {
		q->looked += q->unlooked;
		q->unlooked = 0;
	}
	return rc;
}

static int mqueue_flush(struct queue *queue, int64_t timeout_ns)
{
	(void)timeout_ns;
	return mqueue_of(queue)->unlooked ? mqueue_still_there(queue) : 0;
}

static uint64_t mqueue_unconfirmed(struct queue *queue, struct buffer *numbers, uint64_t *first)
{
	struct mqueue *q = mqueue_of(queue);

	*first = q->looked + 1;
	if (!q->unlooked || sending_check(q) == 0)
		return 0;
	buffer_printf(numbers, "%" PRIu64, *first);
	if (q->unlooked > 1)
		buffer_printf(numbers, "-%" PRIu64, q->looked + q->unlooked);
	return q->unlooked;
}

static int move_error(void)
{
	return errno == ETIMEDOUT ? -EAGAIN : -errno; /* EAGAIN itself if through try_fd */
}

/*
 * Opens an open queue once more, in another way.  Through /proc it is the very same one, removed or
 * not; the permission that counts is the queue's own.
 */
static int open_again(struct mqueue *q, int flags)
{
	char path[sizeof("/proc/self/fd/") + 12];
	int fd, error;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", q->fd);
	fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0 || errno == EACCES)
		return fd >= 0 ? fd : -EACCES;
	error = -errno;
	/* No /proc here: the name will do if it still means this queue. */
	fd = open_name(q->queue.ref.name, flags);
	if (fd < 0)
		return error;
	if (mqueue_same_file(fd, q->fd))
		return fd;
	close(fd);
	return -EIDRM;
}

/* ---- the moment before a wait ---- */

/*
 * A queue of ten messages is full or empty every few microseconds, and on two processors the other
 * side is then often at work: sleeping and being woken costs both sides several times what it takes
 * to try again for a moment.  Trying takes nobody's place in the line, since the kernel gives
 * messages first to those who wait in it.  After a few fruitless waits (the other side is slow, or
 * has no processor), the next ones skip the tries.
 */
#define TRIES 64
#define VAIN_LIMIT 3
#define WAITS_WITHOUT 10000

/* A descriptor for tries that end at once.  Only for a stream, so from the second wait on; without
 * it a try is expensive, so only one is made. */
static void prepare_tries(struct mqueue *q, int access)
{
	if (q->waits++ != 1)
		return;
	q->try_fd = open_again(q, access | O_NONBLOCK);
	q->tries = q->try_fd >= 0 ? TRIES : 0;
}

static bool tries_pay(const struct mqueue *q)
{
	return q->tries && q->waits_without == 0;
}

/* How many tries to make before this wait. */
static unsigned int tries_before_wait(struct mqueue *q)
{
	if (tries_pay(q))
		return q->tries;
	if (q->waits_without)
		q->waits_without--;
	return 0;
}

static void tried(struct mqueue *q, bool in_vain)
{
	if (!in_vain) {
		q->vain = 0;
	} else if (++q->vain >= VAIN_LIMIT) {
		q->vain = VAIN_LIMIT - 1; /* one more fruitless wait is enough */
		q->waits_without = WAITS_WITHOUT;
	}
}

/* ---- one message, either way ---- */

struct transfer {
	struct mqueue *q;
	struct message *m; /* what is sent, or where to put what is taken */
	size_t room;
	bool send;
};

/* The bytes taken, 0 if it was sent, or -1 with errno. */
static inline ssize_t move(const struct transfer *t, int fd, bool wait)
{
	struct message *m = t->m;

	return t->send ? call_mq_send(fd, m->data, m->len, m->priority, wait) :
			 call_mq_receive(fd, m->data, t->room, &m->priority, wait);
}

static inline ssize_t move_now(const struct transfer *t)
{
	int try_fd = t->q->try_fd;
	ssize_t n;

	do {
		n = try_fd >= 0 ? move(t, try_fd, true) : move(t, t->q->fd, false);
	} while (n < 0 && errno == EINTR && !stop_signal());
	return n < 0 ? move_error() : n;
}

static ssize_t call_move(void *arg)
{
	const struct transfer *t = arg;
	ssize_t n = move(t, t->q->fd, true);

	return n < 0 ? -errno : n;
}

static int check_move(void *arg)
{
	const struct transfer *t = arg;

	return t->send ? sending_check(t->q) : removed_check(t->q);
}

static ssize_t move_blocking(struct transfer *t, int64_t timeout_ns)
{
	unsigned int tries = tries_before_wait(t->q);
	ssize_t n = -EAGAIN;

	for (unsigned int i = 0; n == -EAGAIN && i < tries; i++)
		n = move_now(t);
	if (tries)
		tried(t->q, n == -EAGAIN);
	if (n != -EAGAIN)
		return n;
	/* A call without tries before it may not have to wait: look_is_due(). */
	if (t->send && (tries || !wait_started())) {
		n = mqueue_flush(&t->q->queue, timeout_ns);
		if (n < 0)
			return n;
	}
	prepare_tries(t->q, t->send ? O_WRONLY : O_RDONLY);
	return wait_call(timeout_ns, call_move, check_move, t);
}

/* ---- sending ---- */

/* A stream that never waits checks after this many messages whether its queue was removed. */
#define LOOK_EVERY 1024
/* The same for one that may be about to wait: a call that blocks is also a try. */
#define LOOK_BEFORE_WAIT 64

static bool look_is_due(const struct mqueue *q)
{
	return q->unlooked >= (wait_started() && !tries_pay(q) ? LOOK_BEFORE_WAIT : LOOK_EVERY);
}

/* As mqueue_send(), but counts the sends. */
static int try_and_wait(struct mqueue *q, const struct message *m, int64_t timeout_ns)
{
	struct transfer t = { .q = q, .m = (struct message *)(uintptr_t)m, .send = true };
	int rc = -EAGAIN;

	/* Once the helper runs, the call that waits is as good a try. */
	if (timeout_ns >= 0 || !wait_started() || tries_pay(q))
		rc = (int)move_now(&t);
	if (rc == -EAGAIN && timeout_ns != QUEUE_NO_WAIT)
		rc = (int)move_blocking(&t, timeout_ns);
	return rc;
}

static int mqueue_send(struct queue *queue, const struct message *m, int64_t timeout_ns)
{
	struct mqueue *q = mqueue_of(queue);
	int rc = look_is_due(q) ? mqueue_still_there(queue) : 0;

	if (rc == 0)
		rc = try_and_wait(q, m, timeout_ns);
	/* What failed was not sent, unless every call fails by now. */
	if (rc < 0 && sending_check(q) == 0)
		return rc;
	q->unlooked++;
	return rc < 0 ? -EIDRM : 0;
}

/* ---- taking ---- */

static int mqueue_take(struct queue *queue, struct message *m, size_t room,
		       const struct queue_select *want, int64_t timeout_ns)
{
	struct mqueue *q = mqueue_of(queue);
	struct transfer t = { .q = q, .m = m, .room = room };
	ssize_t n = -EAGAIN;

	(void)want; /* POSIX queues know only one order */
	if (room < q->room)
		return -E2BIG; /* mq_receive(3) wants room for the largest, whatever is there */
	if (timeout_ns == QUEUE_NO_WAIT || !wait_started())
		n = move_now(&t);
	if (n == -EAGAIN && timeout_ns != QUEUE_NO_WAIT)
		n = move_blocking(&t, timeout_ns);
	if (n < 0)
		return (int)n;
	m->have = MESSAGE_HAS_PRIORITY;
	m->len = (size_t)n;
	return 0;
}

static size_t mqueue_room_wanted(struct queue *queue)
{
	struct mqueue *q = mqueue_of(queue);

	return q->room;
}

static size_t mqueue_max_message(struct queue *queue)
{
	struct mqueue *q = mqueue_of(queue);
	struct mq_attr attr;

	return mq_getattr(q->fd, &attr) == 0 ? (size_t)attr.mq_msgsize : SIZE_MAX;
}

static int mqueue_peek(struct queue *queue, struct message *m, size_t room, size_t index)
{
	struct mqueue *q = mqueue_of(queue);
	int rc = snapshot_take(&q->snapshot, q->fd);

	return rc < 0 ? rc : snapshot_get(&q->snapshot, index, m, room);
}

static bool mqueue_same(const struct queue *a, const struct queue *b)
{
	return mqueue_same_file(mqueue_fd(a), mqueue_fd(b));
}

static int mqueue_put_back(struct queue *queue, const struct message *m)
{
	struct mqueue *q = mqueue_of(queue);
	int rc;

	/* Nobody could find it again in a removed queue. */
	rc = removed_check(q);
	if (rc < 0)
		return rc;
	if (q->return_fd < 0) {
		rc = open_again(q, O_WRONLY | O_NONBLOCK);
		if (rc < 0)
			return rc;
		q->return_fd = rc;
	}
	if (call_mq_send(q->return_fd, m->data, m->len, m->priority, false) == 0)
		return 0;
	return move_error();
}

/* ---- attributes ---- */

static int mqueue_look(struct queue *queue, unsigned int detail, struct queue_stat *st)
{
	struct mqueue *q = mqueue_of(queue);
	struct stat file;

	if (fstat(q->fd, &file) < 0)
		return -errno;
	if (file.st_nlink == 0 && !by_proc(q))
		return -EIDRM;
	mqueue_fill_inode(st, &file);
	st->name = q->queue.ref.name;
	return mqueue_fill_open(st, q->fd, detail);
}

static int compare_inode(const struct queue_stat *seen, const struct queue_stat *now)
{
	if (now->dev != seen->dev)
		return -EXDEV;
	return now->ino == seen->ino ? 0 : -ESTALE;
}

static int mqueue_look_again(const struct queue_stat *seen, unsigned int detail,
			     struct queue_stat *now)
{
	mqd_t fd = mqueue_open_to_look(seen->name);
	bool opened = fd >= 0;
	struct stat file;
	int rc;

	if (!opened)
		fd = errno == EACCES ? mqueue_dir_open_path(seen->name, false) : -errno;
	if (fd < 0)
		return fd;
	now->name = seen->name;
	rc = fstat(fd, &file) == 0 ? 0 : -errno;
	if (rc == 0) {
		mqueue_fill_inode(now, &file);
		rc = compare_inode(seen, now);
	}
	if (rc == 0 && opened)
		rc = mqueue_fill_open(now, fd, detail);
	close(fd);
	return rc;
}

static int mqueue_rights(const struct queue_ref *ref, struct queue_stat *st)
{
	struct stat file;
	int rc = ref->by == QUEUE_BY_PROC ? mqueue_look_proc(ref->name + strlen("proc:"), &file) :
					    mqueue_dir_look(ref->name, &file);

	if (rc == 0)
		mqueue_fill_inode(st, &file);
	return rc;
}

/* ---- creating, changing, removing ---- */

static int read_sysctl(const char *name, uint64_t *value)
{
	char path[sizeof(SYSCTL_DIR) + 32];

	snprintf(path, sizeof(path), SYSCTL_DIR "%s", name);
	return read_number_file(path, value);
}

/* What the kernel would use for an attribute that was not given (mq_overview(7)). */
static int default_of(const char *default_name, const char *max_name, uint64_t *value)
{
	uint64_t max;
	int rc;

	rc = read_sysctl(default_name, value);
	if (rc == 0)
		rc = read_sysctl(max_name, &max);
	if (rc == 0 && *value > max)
		*value = max;
	return rc;
}

/* Completes the sizes as the kernel would; -ENODATA if it does not tell its own. */
static int complete_attr(struct queue_attr *attr)
{
	int rc = 0;

	if (!(attr->have & ATTR_MAXMSG))
		rc = default_of("msg_default", "msg_max", &attr->maxmsg);
	if (rc == 0 && !(attr->have & ATTR_MSGSIZE))
		rc = default_of("msgsize_default", "msgsize_max", &attr->msgsize);
	if (rc < 0)
		return -ENODATA;
	return attr->maxmsg > LONG_MAX || attr->msgsize > LONG_MAX ? -EINVAL : 0;
}

static int create_exactly(const char *name, mode_t mode, struct mq_attr *attr)
{
	mode_t mask = umask(0); /* mq_open(3) would take its bits away */
	mqd_t fd = mq_open(name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode, attr);
	int error = errno;

	umask(mask);
	return fd < 0 ? -error : fd;
}

/*
 * Removes the queue that was made as fd.  Its name may belong to another queue by now: a queue has
 * one name at most, so as long as ours has one, the name is ours.
 */
static void remove_made(int fd, const char *name)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && st.st_nlink > 0)
		mq_unlink(name);
}

/* Works on an O_PATH descriptor too, which fchown(2) refuses. */
static int change_owner(int fd, const struct queue_attr *attr)
{
	uid_t uid = attr->have & ATTR_OWNER ? attr->uid : (uid_t)-1;
	gid_t gid = attr->have & ATTR_GROUP ? attr->gid : (gid_t)-1;

	if (!(attr->have & (ATTR_OWNER | ATTR_GROUP)))
		return 0;
	return fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

/* Makes it, then gives it its owner and mode. */
static int make_whole(const char *name, const struct queue_attr *attr, struct mq_attr *limits)
{
	bool later_mode = attr->have & (ATTR_OWNER | ATTR_GROUP);
	/* Until the owner is right nobody may use it. */
	int fd = create_exactly(name, later_mode ? 0 : attr->mode, limits);
	int rc = 0;

	if (fd < 0)
		return fd;
	if (later_mode) {
		rc = change_owner(fd, attr);
		if (rc == 0 && fchmod(fd, attr->mode) < 0)
			rc = -errno;
		if (rc < 0)
			remove_made(fd, name);
	}
	mq_close(fd);
	return rc;
}

static int mqueue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
			 struct queue_ref *made)
{
	bool sized = attr->have & (ATTR_MAXMSG | ATTR_MSGSIZE);
	struct queue_attr full = *attr;
	struct mq_attr limits = { 0 };
	sigset_t mask;
	int rc = 0;

	(void)exist_ok;
	if (sized)
		rc = complete_attr(&full);
	if (rc < 0)
		return rc;
	limits.mq_maxmsg = (long)full.maxmsg;
	limits.mq_msgsize = (long)full.msgsize;
	/* A signal must not end us between making the queue and finishing it. */
	stop_hold(&mask);
	rc = make_whole(ref->name, attr, sized ? &limits : NULL);
	stop_release(&mask);
	if (rc == 0)
		*made = *ref;
	return rc;
}

static int change_mode(int fd, mode_t mode)
{
	char path[sizeof("/proc/self/fd/") + 12];

	/* fchmod(2) refuses an O_PATH descriptor; its name in /proc works for both. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fchmod(fd, mode) == 0 || (errno == EBADF && chmod(path, mode) == 0) ? 0 : -errno;
}

/* Opens it to be changed: by name or, if that is not permitted, by path. */
static int open_to_set(const char *name)
{
	mqd_t fd = mqueue_open_to_look(name);
	int error = errno;

	if (fd < 0 && error == EACCES)
		fd = mqueue_dir_open_path(name, true);
	else if (fd < 0)
		fd = -error;
	return fd == -EXDEV ? -EACCES : fd;
}

/* At no time does the old or the new owner have more than both the old and the new mode give. */
static int set_open(int fd, const struct queue_attr *attr)
{
	mode_t before, mode;
	struct stat st;
	int rc = 0;

	if (fstat(fd, &st) < 0)
		return -errno;
	before = st.st_mode & 0777;
	mode = attr->have & ATTR_MODE ? attr->mode : before;
	/* Even if nothing changes: a user who may not change it must be told. */
	if ((before & mode) != before || ((attr->have & ATTR_MODE) && mode == before))
		rc = change_mode(fd, before & mode);
	if (rc == 0)
		rc = change_owner(fd, attr);
	if (rc == 0 && (before & mode) != mode)
		return change_mode(fd, mode);
	if (rc < 0 && (before & mode) != before)
		(void)!change_mode(fd, before);
	return rc;
}

static int mqueue_set(const struct queue_ref *ref, const struct queue_attr *attr)
{
	int fd = open_to_set(ref->name);
	sigset_t mask;
	int rc;

	if (fd < 0)
		return fd;
	stop_hold(&mask);
	rc = set_open(fd, attr);
	stop_release(&mask);
	close(fd);
	return rc;
}

static int mqueue_remove(const struct queue_ref *ref)
{
	return mq_unlink(ref->name) == 0 ? 0 : -errno;
}

/* ---- why it failed ---- */

static void explain_over(struct buffer *why, const char *what, uint64_t asked, const char *sysctl,
			 uint64_t max)
{
	buffer_printf(why,
		      _("%s of %" PRIu64 " asked; at most %" PRIu64
			" is allowed (fs.mqueue.%s; raise it with sysctl fs.mqueue.%s=N)"),
		      what, asked, max, sysctl, sysctl);
}

/* Says that a limit that is needed cannot be read: its sysctl, and why not. */
static bool explain_unread(const struct queue_attr *attr, struct buffer *why)
{
	static const struct {
		const char *name;
		unsigned int not_with; /* needed if that attribute was not given; 0: always */
	} needed[] = {
		{ "msg_default", ATTR_MAXMSG },
		{ "msgsize_default", ATTR_MSGSIZE },
		{ "msg_max", 0 },
		{ "msgsize_max", 0 },
	};
	uint64_t value;

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		int rc = attr->have & needed[i].not_with ? 0 : read_sysctl(needed[i].name, &value);

		if (rc == 0)
			continue;
		buffer_printf(why,
			      _("fs.mqueue.%s cannot be read (%s%s: %s), so the limit is unknown"),
			      needed[i].name, SYSCTL_DIR, needed[i].name, strerror(-rc));
		if (attr->have & (ATTR_MAXMSG | ATTR_MSGSIZE) &&
		    !(attr->have & ATTR_MAXMSG && attr->have & ATTR_MSGSIZE))
			buffer_puts(why, _("; give both --max-messages and --message-size"));
		return true;
	}
	return false;
}

static bool explain_attr(const struct queue_attempt *a, struct buffer *why)
{
	const struct queue_attr *attr = a->attr;
	uint64_t max;

	if (a->op != QUEUE_OP_CREATE || !attr || !(attr->have & (ATTR_MAXMSG | ATTR_MSGSIZE)))
		return false;
	if ((attr->have & ATTR_MAXMSG) && read_sysctl("msg_max", &max) == 0 && attr->maxmsg > max) {
		explain_over(why, "mq_maxmsg", attr->maxmsg, "msg_max", max);
		return true;
	}
	if ((attr->have & ATTR_MSGSIZE) && read_sysctl("msgsize_max", &max) == 0 &&
	    attr->msgsize > max) {
		explain_over(why, "mq_msgsize", attr->msgsize, "msgsize_max", max);
		return true;
	}
	return explain_unread(attr, why);
}

/* What can be seen of the queues that count against a limit: how many, and the charge for those of
 * this user, who may have made others too.  False if they cannot be listed. */
static bool count_visible(uint64_t *queues, uint64_t *bytes)
{
	const unsigned int sizes = STAT_MAXMSG | STAT_MSGSIZE;
	struct queue_list list = { 0 };
	int rc = mqueue_dir_list(&list, sizes);

	*queues = list.n;
	*bytes = 0;
	for (size_t i = 0; i < list.n; i++) {
		const struct queue_stat *st = &list.items[i];

		if (st->uid == getuid() && !(sizes & ~st->have))
			*bytes += queue_charge(st->maxmsg, st->msgsize);
	}
	queue_list_free(&list);
	return rc == 0;
}

static bool explain_nofile(struct buffer *why)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return false;
	buffer_printf(why,
		      _("too many open files: %" PRIu64
			" are allowed (RLIMIT_NOFILE; raise it with ulimit -n)"),
		      (uint64_t)limit.rlim_cur);
	return true;
}

static bool explain_msgqueue(const struct queue_attr *attr, struct buffer *why)
{
	struct queue_attr full = *attr;
	uint64_t queues, bytes, charge;
	struct rlimit limit;

	if (getrlimit(RLIMIT_MSGQUEUE, &limit) < 0)
		return false;
	if (complete_attr(&full) < 0) {
		buffer_printf(why,
			      _("all queues of a user together may have %" PRIu64 " bytes"
				" (RLIMIT_MSGQUEUE; remove some, make it smaller, or raise it with"
				" ulimit -q)"),
			      (uint64_t)limit.rlim_cur);
		return true;
	}
	charge = queue_charge(full.maxmsg, full.msgsize);
	buffer_printf(why,
		      _("%" PRIu64 " bytes would be charged; all queues of a user together may have"
			" %" PRIu64 " (RLIMIT_MSGQUEUE; remove some, make it smaller, or raise it"
			" with ulimit -q)"),
		      charge, (uint64_t)limit.rlim_cur);
	if (charge > limit.rlim_cur || !count_visible(&queues, &bytes))
		return true;
	buffer_printf(why, _("; the queues visible here use %" PRIu64), bytes);
	if (bytes <= limit.rlim_cur - charge)
		buffer_puts(why, _(", the rest belongs to queues that were removed while open"
				   " (mqtool stat --removed), or to other containers"));
	return true;
}

/* EMFILE means RLIMIT_MSGQUEUE or RLIMIT_NOFILE: opening one more descriptor tells which. */
static bool explain_emfile(const struct queue_attempt *a, struct buffer *why)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == EMFILE)
		return explain_nofile(why);
	if (fd >= 0)
		close(fd);
	return a->op == QUEUE_OP_CREATE && a->attr && explain_msgqueue(a->attr, why);
}

static bool explain_queues_max(const struct queue_attempt *a, struct buffer *why)
{
	uint64_t max, queues, bytes;

	if (a->op != QUEUE_OP_CREATE || read_sysctl("queues_max", &max) < 0)
		return false;
	buffer_printf(why,
		      _("there are %" PRIu64 " POSIX queues already, all that are allowed"
			" (fs.mqueue.queues_max; raise it with sysctl fs.mqueue.queues_max=N)"),
		      max);
	if (count_visible(&queues, &bytes) && queues < max)
		buffer_printf(why,
			      text_n("; %" PRIu64 " is visible here, the others were removed while"
				     " open (mqtool stat --removed)",
				     "; %" PRIu64 " are visible here, the others were removed while"
				     " open (mqtool stat --removed)",
				     (unsigned long)queues),
			      queues);
	return true;
}

static bool explain_size(const struct queue_attempt *a, struct buffer *why)
{
	struct mq_attr attr;

	if (!a->queue || mq_getattr(mqueue_fd(a->queue), &attr) < 0)
		return false;
	queue_explain_size(a, (uint64_t)attr.mq_msgsize,
			   _("its mq_msgsize, fixed by mqtool create --message-size"), why);
	return true;
}

static bool explain_full(const struct queue_attempt *a, struct buffer *why)
{
	struct mq_attr attr;

	if (a->op != QUEUE_OP_SEND || !a->queue || mq_getattr(mqueue_fd(a->queue), &attr) < 0)
		return false;
	buffer_printf(why,
		      text_n("the queue is full: %ld message, mq_maxmsg %ld",
			     "the queue is full: %ld messages, mq_maxmsg %ld",
			     (unsigned long)attr.mq_curmsgs),
		      attr.mq_curmsgs, attr.mq_maxmsg);
	return true;
}

/* Is gid one of ours?  getgroups(2) may or may not include the effective one. */
static bool have_group(gid_t gid)
{
	int n = getgroups(0, NULL);
	gid_t *groups = n > 0 ? calloc((size_t)n, sizeof(*groups)) : NULL;
	bool found = gid == getegid();

	n = groups ? getgroups(n, groups) : 0;
	for (int i = 0; i < n && !found; i++)
		found = groups[i] == gid;
	free(groups);
	return found;
}

/* Does making that the owner of a queue of ours need privilege (chown(2))? */
static bool gives_away(const struct queue_attr *attr)
{
	return (attr->have & ATTR_OWNER && attr->uid != geteuid()) ||
	       (attr->have & ATTR_GROUP && !have_group(attr->gid));
}

/*
 * EPERM: not the owner, or the owner gives away what only a privileged user may.  An owner who does
 * neither is refused by something else.
 */
static void explain_eperm(const struct queue_attempt *a, struct buffer *why)
{
	bool owner = a->op == QUEUE_OP_CREATE;
	struct stat st;
	mqd_t fd;

	if (a->op == QUEUE_OP_SET || a->op == QUEUE_OP_REMOVE) {
		fd = mqueue_open_to_look(a->ref->name);
		owner = fd < 0 ? errno == EPERM : fstat(fd, &st) == 0 && st.st_uid == geteuid();
		if (fd >= 0)
			mq_close(fd);
	}
	if (!owner)
		return;
	if (a->attr && gives_away(a->attr))
		buffer_puts(why, _("only a privileged user may give a POSIX queue to another user,"
				   " or to a group that he is not in"));
	else
		queue_explain_refused(why);
}

/* Another user's queue, though mq_unlink(3) turns EPERM into EACCES; or another user's process. */
static void explain_eacces(const struct queue_attempt *a, struct buffer *why)
{
	struct stat st;

	if (a->op == QUEUE_OP_REMOVE) {
		explain_eperm(a, why);
		if (why->len == 0)
			queue_explain_plain(a, -EPERM, why);
	} else if (a->ref && a->ref->by == QUEUE_BY_PROC &&
		   mqueue_look_proc(a->ref->name + strlen("proc:"), &st) == -EACCES) {
		buffer_puts(why, _("the process may not be looked into: that takes CAP_SYS_PTRACE,"
				   " which root has"));
	}
}

/* Why there is no snapshot. */
static bool explain_peek(const struct queue_attempt *a, struct buffer *why)
{
	const struct mqueue *q = (const struct mqueue *)(const void *)a->queue;

	if (a->op != QUEUE_OP_PEEK || !q || !q->snapshot.why.error)
		return false;
	tracer_refusal_put(&q->snapshot.why, why);
	return true;
}

static bool mqueue_explain(const struct queue_attempt *a, int error, struct buffer *why)
{
	if (explain_peek(a, why))
		return false;
	switch (-error) {
	case EPERM:
		explain_eperm(a, why);
		return false;
	case EACCES:
		explain_eacces(a, why);
		return false;
	case EINVAL:
		return explain_attr(a, why);
	case ENODATA:
		return a->attr && explain_unread(a->attr, why);
	case EMFILE:
		return explain_emfile(a, why);
	case ENOSPC:
		return explain_queues_max(a, why);
	case EMSGSIZE:
		return explain_size(a, why);
	case EAGAIN:
	case ETIMEDOUT:
		return explain_full(a, why);
	default:
		return false;
	}
}

const struct queue_backend queue_backend_posix = {
	.size = sizeof(struct mqueue),
	.open = mqueue_open,
	.close = mqueue_close,
	.send = mqueue_send,
	.take = mqueue_take,
	.room_wanted = mqueue_room_wanted,
	.max_message = mqueue_max_message,
	.change_fd = mqueue_fd,
	.same = mqueue_same,
	.put_back = mqueue_put_back,
	.peek = mqueue_peek,
	.flush = mqueue_flush,
	.still_there = mqueue_still_there,
	.unconfirmed = mqueue_unconfirmed,
	.look = mqueue_look,
	.look_again = mqueue_look_again,
	.list = mqueue_dir_list,
	.rights = mqueue_rights,
	.create = mqueue_create,
	.set = mqueue_set,
	.remove = mqueue_remove,
	.explain = mqueue_explain,
};
