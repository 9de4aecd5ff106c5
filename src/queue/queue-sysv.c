/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-sysv.c - System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2)
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/queue-backend.h"
#include "queue/queue-call.h"

#ifndef MSG_STAT_ANY
#define MSG_STAT_ANY 13
#endif
#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

struct sysv_queue {
	struct queue queue;
	int msqid;
	int64_t fits; /* the msg_qbytes last seen; -1 not looked yet */
};

static struct sysv_queue *sysv_of(struct queue *q)
{
	return (struct sysv_queue *)(void *)q;
}

static int sysv_msqid(const struct queue *q)
{
	return ((const struct sysv_queue *)(const void *)q)->msqid;
}

/* An msqid holds its index in its low bits: 15, or 24 with the boot option ipcmni_extend. */
static const unsigned int index_bits[] = { 15, 24 };

/*
 * Attributes without read permission: MSG_STAT_ANY (msgctl(2), Linux 4.17) goes by index and needs
 * none, IPC_STAT is for older kernels.
 */
static int stat_any(int msqid, struct msqid_ds *ds)
{
	/* valgrind does not know that MSG_STAT_ANY fills it. */
	memset(ds, 0, sizeof(*ds));
	for (size_t i = 0; i < ARRAY_SIZE(index_bits); i++) {
		int index = msqid & ((1 << index_bits[i]) - 1);

		if (msgctl(index, MSG_STAT_ANY, ds) == msqid)
			return 0;
	}
	if (msgctl(msqid, IPC_STAT, ds) == 0)
		return 0;
	return errno == EINVAL || errno == EIDRM ? -ENOENT : -errno;
}

static uint64_t limit_msgmax(void)
{
	struct msginfo info;
	uint64_t value;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)&info) >= 0)
		return (uint64_t)info.msgmax;
	/* A security module may refuse IPC_INFO even if the file is readable. */
	return read_number_file("/proc/sys/kernel/msgmax", &value) == 0 ? value : INT_MAX;
}

/* ---- opening ---- */

static int sysv_open(struct queue *queue, unsigned int access)
{
	struct sysv_queue *q = sysv_of(queue);
	struct msqid_ds ds;
	int want = 0;
	int rc;

	q->fits = -1;
	if (q->queue.ref.by == QUEUE_BY_ID) {
		rc = stat_any(q->queue.ref.msqid, &ds);
		/* Even a queue that may not be looked at may accept messages. */
		if (rc < 0 && rc != -EACCES)
			return rc;
		q->msqid = q->queue.ref.msqid;
		return 0;
	}
	/* msgget(2) checks the permission bits given to it against the queue's, and only those. */
	if (access & QUEUE_READ)
		want |= 0400;
	if (access & QUEUE_WRITE)
		want |= 0200;
	q->msqid = msgget((key_t)q->queue.ref.key, want);
	return q->msqid < 0 ? -errno : 0;
}

/* ---- sending ---- */

/* The type, in front of a body that lies anywhere: msgop(2) needs no alignment. */
typedef long unaligned_long __attribute__((aligned(1), may_alias));

/*
 * -EMSGSIZE if a message of len bytes can never fit: msgsnd(2) blocks for ever on one over
 * msg_qbytes, and on any message if msg_qbytes is 0.
 */
static int check_fits(struct sysv_queue *q, size_t len)
{
	struct msqid_ds ds;
	int rc;

	rc = stat_any(q->msqid, &ds);
	if (rc < 0)
		return rc == -ENOENT ? -EIDRM : 0;
	q->fits = (int64_t)ds.msg_qbytes;
	return ds.msg_qbytes == 0 || len > ds.msg_qbytes ? -EMSGSIZE : 0;
}

static int send_error(size_t len)
{
	if (errno == EINVAL)
		return len > limit_msgmax() ? -EMSGSIZE : -EIDRM;
	return -errno;
}

/* msgsnd(2), waiting. */
struct send_call {
	struct sysv_queue *q;
	const char *msgp;
	size_t len;
};

static ssize_t call_send(void *arg)
{
	const struct send_call *c = arg;

	return call_msgsnd(c->q->msqid, c->msgp, c->len, 0) < 0 ? send_error(c->len) : 0;
}

/* Meanwhile somebody may lower msg_qbytes. */
static int check_send(void *arg)
{
	const struct send_call *c = arg;

	return check_fits(c->q, c->len);
}

/* The first try, which does not wait. */
static int send_now(struct sysv_queue *q, const char *msgp, size_t len)
{
	int rc;

	do {
		rc = call_msgsnd(q->msqid, msgp, len, IPC_NOWAIT);
	} while (rc < 0 && errno == EINTR && !stop_signal());
	if (rc == 0)
		return 0;
	rc = send_error(len);
	if (rc == -EAGAIN && (q->fits <= 0 || len > (uint64_t)q->fits)) {
		int never = check_fits(q, len);

		if (never < 0)
			rc = never;
	}
	return rc;
}

static int send_type(struct sysv_queue *q, const struct message *m, long type, int64_t timeout_ns)
{
	unaligned_long *msgp = (unaligned_long *)(void *)(m->data - sizeof(long));
	struct send_call c = { .q = q, .msgp = (const char *)msgp, .len = m->len };
	long saved = *msgp;
	int rc;

	*msgp = type;
	/* A queue fills only after hundreds of messages: preparing a wait for each would cost more
	 * than the one failed try. */
	rc = send_now(q, (const char *)msgp, m->len);
	if (rc == -EAGAIN && timeout_ns != QUEUE_NO_WAIT)
		rc = (int)wait_call(timeout_ns, call_send, check_send, &c);
	*msgp = saved;
	return rc;
}

static int sysv_send(struct queue *q, const struct message *m, int64_t timeout_ns)
{
	return send_type(sysv_of(q), m, m->have & MESSAGE_HAS_TYPE ? m->type : 1, timeout_ns);
}

static int sysv_put_back(struct queue *q, const struct message *m)
{
	return send_type(sysv_of(q), m, m->type, QUEUE_NO_WAIT);
}

/* ---- taking ---- */

static int take_error(void)
{
	switch (errno) {
	case ENOMSG:
		return -EAGAIN;
	case EINVAL: /* all our arguments are valid: the msqid is stale */
		return -EIDRM;
	default:
		return -errno;
	}
}

/* msgrcv(2), waiting. */
struct take_call {
	int msqid;
	char *msgp;
	size_t room;
	long type;
	int flags;
};

static ssize_t call_take(void *arg)
{
	const struct take_call *c = arg;
	ssize_t n = call_msgrcv(c->msqid, c->msgp, c->room, c->type, c->flags);

	return n < 0 ? take_error() : n;
}

/* Receives into m->data by msgrcv(2), whose type uses the headroom for a moment. */
static int receive(struct sysv_queue *q, struct message *m, size_t room, long type, int flags,
		   int64_t timeout_ns)
{
	unaligned_long *msgp = (unaligned_long *)(void *)(m->data - sizeof(long));
	struct take_call c = { q->msqid, (char *)msgp, room, type, flags };
	long saved = *msgp;
	ssize_t n = -EAGAIN;

	/* Once the helper runs, the call that waits is as good a try. */
	if (timeout_ns == QUEUE_NO_WAIT || !wait_started()) {
		do {
			n = call_msgrcv(q->msqid, msgp, room, type, flags | IPC_NOWAIT);
		} while (n < 0 && errno == EINTR && !stop_signal());
		if (n < 0)
			n = take_error();
	}
	if (n == -EAGAIN && timeout_ns != QUEUE_NO_WAIT)
		n = wait_call(timeout_ns, call_take, NULL, &c);
	if (n >= 0) {
		m->type = *msgp;
		m->have = MESSAGE_HAS_TYPE;
		m->len = (size_t)n;
	}
	*msgp = saved;
	return n < 0 ? (int)n : 0;
}

static int sysv_take(struct queue *queue, struct message *m, size_t room,
		     const struct queue_select *want, int64_t timeout_ns)
{
	struct sysv_queue *q = sysv_of(queue);

	return receive(q, m, room, want->type, want->except ? MSG_EXCEPT : 0, timeout_ns);
}

static size_t sysv_room_wanted(struct queue *queue)
{
	struct sysv_queue *q = sysv_of(queue);
	struct msqid_ds ds;

	/* msgmax may have been lowered since a message came: only the bytes in the queue are a
	 * bound. */
	if (stat_any(q->msqid, &ds) == 0)
		return ds.__msg_cbytes;
	return limit_msgmax();
}

static size_t sysv_max_message(struct queue *queue)
{
	struct sysv_queue *q = sysv_of(queue);
	uint64_t max = limit_msgmax();
	struct msqid_ds ds;

	if (stat_any(q->msqid, &ds) == 0 && ds.msg_qbytes < max)
		max = ds.msg_qbytes;
	return max;
}

static void sysv_close(struct queue *q)
{
	(void)q; /* an msqid is not a descriptor */
}

static bool sysv_same(const struct queue *a, const struct queue *b)
{
	return sysv_msqid(a) == sysv_msqid(b);
}

static int sysv_peek(struct queue *queue, struct message *m, size_t room, size_t index)
{
	struct sysv_queue *q = sysv_of(queue);
	struct msqid_ds ds;
	int rc;

	if (index > LONG_MAX)
		return -ENOMSG;
	rc = receive(q, m, room, (long)index, MSG_COPY, QUEUE_NO_WAIT);
	if (rc == -EAGAIN)
		return -ENOMSG;
	/* EINVAL has two meanings here; the other is a message over today's msgmax. */
	if (rc == -EIDRM && stat_any(q->msqid, &ds) == 0)
		return -EMSGSIZE;
	return rc;
}

/* ---- attributes ---- */

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

#define SYSV_HAVE                                                                     \
	(STAT_MESSAGES | STAT_BYTES | STAT_OWNER | STAT_KEY | STAT_PIDS | STAT_SENT | \
	 STAT_RECEIVED | STAT_LAST | STAT_CTIME)

static void fill_stat(struct queue_stat *st, int msqid, const struct msqid_ds *ds)
{
	st->kind = QUEUE_SYSV;
	st->have = SYSV_HAVE | STAT_QBYTES;
	st->key = (uint32_t)ds->msg_perm.__key;
	st->msqid = msqid;
	st->messages = ds->msg_qnum;
	st->bytes = ds->__msg_cbytes;
	st->qbytes = ds->msg_qbytes;
	st->mode = ds->msg_perm.mode & 0777;
	st->uid = ds->msg_perm.uid;
	st->gid = ds->msg_perm.gid;
	st->cuid = ds->msg_perm.cuid;
	st->cgid = ds->msg_perm.cgid;
	st->lspid = ds->msg_lspid;
	st->lrpid = ds->msg_lrpid;
	st->stime = ds->msg_stime;
	st->rtime = ds->msg_rtime;
	st->ctime = ds->msg_ctime;
	st->last = later(st->stime, st->rtime);
}

/* One call fetches them all. */
static int sysv_look(struct queue *queue, unsigned int detail, struct queue_stat *st)
{
	struct sysv_queue *q = sysv_of(queue);
	struct msqid_ds ds;
	int rc;

	(void)detail;
	rc = stat_any(q->msqid, &ds);
	if (rc < 0)
		return rc == -ENOENT ? -EIDRM : rc;
	fill_stat(st, q->msqid, &ds);
	return 0;
}

static int sysv_look_again(const struct queue_stat *seen, unsigned int detail,
			   struct queue_stat *now)
{
	struct msqid_ds ds;
	int rc;

	(void)detail;
	rc = stat_any(seen->msqid, &ds);
	if (rc < 0)
		return rc;
	fill_stat(now, seen->msqid, &ds);
	/* An msqid is used again once its sequence number has gone round. */
	return now->ctime == seen->ctime && now->key == seen->key ? 0 : -ESTALE;
}

/* ---- listing ---- */

/*
 * Looks at every index in turn.  -ENOENT if no queue is found, as on a kernel without MSG_STAT_ANY;
 * -ECANCELED if visit() ended it.
 */
static int each_index(int max_index, queue_visitor *visit, void *arg)
{
	struct msqid_ds ds = { 0 };
	int rc = -ENOENT;

	for (int i = 0; i <= max_index; i++) {
		struct queue_stat st = { 0 };
		int msqid = msgctl(i, MSG_STAT_ANY, &ds);

		if (msqid < 0 && errno != EINVAL && errno != EIDRM)
			return -errno;
		if (msqid < 0)
			continue;
		fill_stat(&st, msqid, &ds);
		if (!visit(&st, arg))
			return -ECANCELED;
		rc = 0;
	}
	return rc;
}

static bool add_to_list(const struct queue_stat *st, void *list)
{
	struct queue_stat *item = queue_list_add(list);

	if (item)
		*item = *st;
	return item;
}

static int list_by_index(struct queue_list *list, int max_index)
{
	int rc = each_index(max_index, add_to_list, list);

	return rc == -ECANCELED ? -ENOMEM : rc;
}

/* Reads one number after blanks; sscanf(3) takes several times as long. */
static const char *read_field(const char *p, int64_t *value)
{
	uint64_t n = 0;
	bool negative;

	while (*p == ' ')
		p++;
	negative = *p == '-';
	if (negative)
		p++;
	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	*value = negative ? (int64_t)(0 - n) : (int64_t)n;
	return p;
}

/*
 * key msqid perms cbytes qnum lspid lrpid uid gid cuid cgid stime rtime ctime: key is a signed
 * number, perms is octal, msg_qbytes is missing.
 */
bool queue_parse_proc_line(const char *line, struct queue_stat *st)
{
	int64_t f[14];

	for (size_t i = 0; i < ARRAY_SIZE(f); i++) {
		line = read_field(line, &f[i]);
		if (!line)
			return false;
	}
	st->kind = QUEUE_SYSV;
	st->have = SYSV_HAVE;
	st->key = (uint32_t)f[0];
	st->msqid = (int)f[1];
	/* It was read as decimal digits; each is an octal one. */
	for (int64_t digits = f[2], shift = 0; digits && shift < 9; digits /= 10, shift += 3)
		st->mode |= (mode_t)(digits % 10 & 7) << shift;
	st->bytes = (uint64_t)f[3];
	st->messages = (uint64_t)f[4];
	st->lspid = (pid_t)f[5];
	st->lrpid = (pid_t)f[6];
	st->uid = (uid_t)f[7];
	st->gid = (gid_t)f[8];
	st->cuid = (uid_t)f[9];
	st->cgid = (gid_t)f[10];
	st->stime = f[11];
	st->rtime = f[12];
	st->ctime = f[13];
	st->last = later(st->stime, st->rtime);
	return true;
}

/* Takes the whole lines out of buf; returns how many bytes are left over at its front. */
static ssize_t add_proc_lines(struct queue_list *list, char *buf, size_t len)
{
	char *line = buf;
	char *end;

	while ((end = memchr(line, '\n', len - (size_t)(line - buf)))) {
		struct queue_stat *item = queue_list_add(list);

		if (!item)
			return -ENOMEM;
		*end = '\0';
		if (!queue_parse_proc_line(line, item)) /* the heading */
			list->n--;
		line = end + 1;
	}
	len -= (size_t)(line - buf);
	memmove(buf, line, len);
	return (ssize_t)len;
}

static int list_proc(struct queue_list *list)
{
	char buf[16384];
	size_t left = 0;
	ssize_t n = 0;
	int fd;

	fd = open("/proc/sysvipc/msg", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* The bound is for compilers, which cannot know that a line is short. */
	while (left < sizeof(buf) && (n = read(fd, buf + left, sizeof(buf) - left)) > 0) {
		n = add_proc_lines(list, buf, left + (size_t)n);
		if (n < 0)
			break;
		left = (size_t)n;
	}
	if (n < 0 && n != -ENOMEM)
		n = -errno;
	close(fd);
	return (int)n;
}

/* Reads msg_qbytes; false if the queue is already gone. */
static bool read_qbytes(struct queue_stat *st)
{
	struct msqid_ds ds;
	int rc = stat_any(st->msqid, &ds);

	if (rc == 0) {
		st->qbytes = ds.msg_qbytes;
		st->have |= STAT_QBYTES;
	}
	return rc != -ENOENT;
}

/* Fills in msg_qbytes, which /proc does not have; drops queues that are already gone. */
static void add_qbytes(struct queue_list *list, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < list->n; i++) {
		struct queue_stat *st = &list->items[i];

		if (!read_qbytes(st))
			continue;
		if (kept != i)
			list->items[kept] = *st;
		kept++;
	}
	list->n = kept;
}

/* The highest index in use, and the number in use; -ENOSYS if the kernel does not
 * tell (msgctl(2)). */
static int indices(int *in_use)
{
	struct msginfo info;
	int max_index = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);

	*in_use = max_index < 0 ? 0 : info.msgpool;
	return max_index < 0 ? -ENOSYS : max_index;
}

/* A call for an index costs a third of a line of /proc/sysvipc/msg; for an unused one, a tenth. */
static bool dense(int max_index, int in_use)
{
	return max_index >= 0 && max_index / 8 < in_use;
}

static int sysv_list(struct queue_list *list, unsigned int detail)
{
	size_t first = list->n;
	int in_use, max_index = indices(&in_use), rc;

	if (max_index >= 0 && in_use == 0)
		return 0;
	if (dense(max_index, in_use)) {
		rc = list_by_index(list, max_index);
		if (rc == 0 || rc == -ENOMEM)
			return rc;
		/* What is refused here may be readable there. */
		list->n = first;
	}
	rc = list_proc(list);
	if (rc == -ENOENT && max_index >= 0)
		return list_by_index(list, max_index);
	if (rc == 0 && detail & STAT_QBYTES)
		add_qbytes(list, first);
	return rc;
}

static int sysv_visit(queue_visitor *visit, void *arg)
{
	int in_use, max_index = indices(&in_use), rc;

	if (max_index >= 0 && in_use == 0)
		return 0;
	if (!dense(max_index, in_use))
		return -EOPNOTSUPP;
	rc = each_index(max_index, visit, arg);
	return rc == 0 || rc == -ECANCELED ? rc : -EOPNOTSUPP;
}

/* ---- creating, changing, removing ---- */

static int apply(int msqid, const struct queue_attr *attr, unsigned int which)
{
	struct msqid_ds ds;
	int rc;

	/* IPC_SET writes owner, mode and msg_qbytes all at once (msgctl(2)). */
	rc = stat_any(msqid, &ds);
	if (rc < 0)
		return rc;
	which &= attr->have;
	if (which & ATTR_OWNER)
		ds.msg_perm.uid = attr->uid;
	if (which & ATTR_GROUP)
		ds.msg_perm.gid = attr->gid;
	if (which & ATTR_QBYTES)
		ds.msg_qbytes = attr->qbytes;
	if (which & ATTR_MODE)
		ds.msg_perm.mode = attr->mode;
	if (msgctl(msqid, IPC_SET, &ds) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* The msqid is stale, or our user namespace does not have the owner. */
	return stat_any(msqid, &ds) == 0 ? -EINVAL : -EIDRM;
}

/* Makes it, then gives it its owner, size and mode: returns its msqid, or -errno. */
static int make_whole(key_t key, const struct queue_attr *attr)
{
	struct queue_attr full = *attr;
	bool later_mode = attr->have & (ATTR_OWNER | ATTR_GROUP | ATTR_QBYTES);
	int msqid, rc;

	/* Until owner and size are right nobody may use it.  msgget(2) ignores the umask. */
	msqid = msgget(key, IPC_CREAT | IPC_EXCL | (later_mode ? 0 : (int)attr->mode));
	if (msqid < 0)
		return -errno;
	if (!later_mode)
		return msqid;
	full.have |= ATTR_MODE;
	rc = apply(msqid, &full, ATTR_OWNER | ATTR_GROUP | ATTR_QBYTES);
	if (rc == 0)
		rc = apply(msqid, &full, ATTR_MODE);
	if (rc == 0)
		return msqid;
	msgctl(msqid, IPC_RMID, NULL);
	return rc;
}

static int sysv_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
		       struct queue_ref *made)
{
	sigset_t mask;
	int msqid;

	(void)exist_ok;
	if (ref && ref->by == QUEUE_BY_ID)
		return -EINVAL;
	/* A signal must not end us between making the queue and finishing it. */
	stop_hold(&mask);
	msqid = make_whole(ref ? (key_t)ref->key : IPC_PRIVATE, attr);
	stop_release(&mask);
	if (msqid < 0)
		return msqid;
	*made = ref ? *ref :
		      (struct queue_ref){ .kind = QUEUE_SYSV, .by = QUEUE_BY_ID, .msqid = msqid };
	return 0;
}

static int find_id(const struct queue_ref *ref)
{
	int msqid;

	if (ref->by == QUEUE_BY_ID)
		return ref->msqid;
	msqid = msgget((key_t)ref->key, 0);
	return msqid < 0 ? -errno : msqid;
}

static int sysv_rights(const struct queue_ref *ref, struct queue_stat *st)
{
	int msqid = find_id(ref);
	struct msqid_ds ds;
	int rc = msqid < 0 ? msqid : stat_any(msqid, &ds);

	if (rc == 0)
		fill_stat(st, msqid, &ds);
	return rc;
}

static int sysv_set(const struct queue_ref *ref, const struct queue_attr *attr)
{
	int msqid = find_id(ref);

	return msqid < 0 ? msqid : apply(msqid, attr, ~0u);
}

static int sysv_remove(const struct queue_ref *ref)
{
	int msqid = find_id(ref);

	if (msqid < 0)
		return msqid;
	if (msgctl(msqid, IPC_RMID, NULL) == 0)
		return 0;
	return errno == EINVAL || errno == EIDRM ? -ENOENT : -errno;
}

/* ---- why it failed ---- */

static bool explain_size(const struct queue_attempt *a, struct buffer *why)
{
	uint64_t msgmax = limit_msgmax();
	char name[QUEUE_NAME_TEXT];
	struct msqid_ds ds;

	if (a->size > msgmax) {
		queue_explain_size(a, msgmax,
				   _("kernel.msgmax; raise it with sysctl kernel.msgmax=N"), why);
		return true;
	}
	if (!a->queue || stat_any(sysv_msqid(a->queue), &ds) < 0)
		return false;
	if (ds.msg_qbytes == 0)
		buffer_printf(why,
			      _("%s takes no message at all: its msg_qbytes is 0 (raise it with"
				" mqtool set --max-bytes)"),
			      queue_ref_text(a->ref, name));
	else
		queue_explain_size(a, ds.msg_qbytes,
				   _("its msg_qbytes; raise it with mqtool set --max-bytes"), why);
	return true;
}

static bool explain_full(const struct queue_attempt *a, struct buffer *why)
{
	struct msqid_ds ds;

	if (a->op != QUEUE_OP_SEND || !a->queue || stat_any(sysv_msqid(a->queue), &ds) < 0)
		return false;
	buffer_printf(why, _("the queue is full: messages %lu, bytes %lu, msg_qbytes %lu"),
		      (unsigned long)ds.msg_qnum, (unsigned long)ds.__msg_cbytes,
		      (unsigned long)ds.msg_qbytes);
	return true;
}

/* May we change the queue at all (msgctl(2))?  If not, that alone explains EPERM. */
static bool may_set(const struct msqid_ds *ds)
{
	uid_t uid = geteuid();

	return uid == 0 || uid == ds->msg_perm.uid || uid == ds->msg_perm.cuid;
}

/* The kernel tells msgmnb and msgmni without /proc too (msgctl(2)). */
static bool read_info(struct msginfo *info)
{
	return msgctl(0, IPC_INFO, (struct msqid_ds *)info) >= 0;
}

static bool limit_msgmnb(uint64_t *value)
{
	struct msginfo info;

	if (read_number_file("/proc/sys/kernel/msgmnb", value) == 0)
		return true;
	*value = read_info(&info) ? (unsigned int)info.msgmnb : 0;
	return *value > 0;
}

static bool limit_msgmni(uint64_t *value)
{
	struct msginfo info;

	if (read_number_file("/proc/sys/kernel/msgmni", value) == 0)
		return true;
	*value = read_info(&info) ? (unsigned int)info.msgmni : 0;
	return *value > 0;
}

/* EPERM of IPC_SET: msg_qbytes over msgmnb needs CAP_SYS_RESOURCE, even to chmod (msgctl(2)). */
static bool explain_qbytes(const struct queue_attempt *a, struct buffer *why)
{
	uint64_t msgmnb, qbytes = 0;
	struct msqid_ds ds;
	bool asked = a->attr && (a->attr->have & ATTR_QBYTES);
	int msqid;

	if (!limit_msgmnb(&msgmnb))
		return false;
	if (a->op == QUEUE_OP_SET) {
		msqid = find_id(a->ref);
		if (msqid < 0 || stat_any(msqid, &ds) < 0 || !may_set(&ds))
			return false;
		qbytes = ds.msg_qbytes;
	}
	if (asked)
		qbytes = a->attr->qbytes;
	if (qbytes <= msgmnb)
		return false;
	if (asked)
		buffer_printf(why,
			      _("%" PRIu64 " bytes asked; at most %" PRIu64
				" are allowed without CAP_SYS_RESOURCE (kernel.msgmnb; raise it"
				" with sysctl kernel.msgmnb=N)"),
			      qbytes, msgmnb);
	else
		buffer_printf(why,
			      _("its msg_qbytes is %" PRIu64 ", over the %" PRIu64
				" of kernel.msgmnb: without CAP_SYS_RESOURCE nothing of it can be"
				" changed unless --max-bytes lowers it too"),
			      qbytes, msgmnb);
	return true;
}

/* EPERM for the owner or creator, whom msgctl(2) lets change and remove the queue. */
static void explain_refused(const struct queue_attempt *a, struct buffer *why)
{
	struct msqid_ds ds;
	uid_t uid = geteuid();
	int msqid;

	if (a->op != QUEUE_OP_SET && a->op != QUEUE_OP_REMOVE)
		return;
	msqid = find_id(a->ref);
	if (msqid < 0 || stat_any(msqid, &ds) < 0)
		return;
	if (uid == ds.msg_perm.uid || uid == ds.msg_perm.cuid)
		queue_explain_refused(why);
}

static bool explain_msgmni(const struct queue_attempt *a, struct buffer *why)
{
	uint64_t msgmni;

	if (a->op != QUEUE_OP_CREATE || !limit_msgmni(&msgmni))
		return false;
	buffer_printf(why,
		      _("there are %" PRIu64 " System V queues already, all that are allowed"
			" (kernel.msgmni; raise it with sysctl kernel.msgmni=N)"),
		      msgmni);
	return true;
}

static bool sysv_explain(const struct queue_attempt *a, int error, struct buffer *why)
{
	switch (-error) {
	case EMSGSIZE:
		return explain_size(a, why);
	case EAGAIN:
	case ETIMEDOUT:
		return explain_full(a, why);
	case EPERM:
		if (explain_qbytes(a, why))
			return true;
		explain_refused(a, why);
		return false;
	case ENOSPC:
		return explain_msgmni(a, why);
	default:
		return false;
	}
}

const struct queue_backend queue_backend_sysv = {
	.size = sizeof(struct sysv_queue),
	.open = sysv_open,
	.close = sysv_close,
	.send = sysv_send,
	.take = sysv_take,
	.room_wanted = sysv_room_wanted,
	.max_message = sysv_max_message,
	.same = sysv_same,
	.put_back = sysv_put_back,
	.peek = sysv_peek,
	.look = sysv_look,
	.look_again = sysv_look_again,
	.list = sysv_list,
	.visit = sysv_visit,
	.rights = sysv_rights,
	.create = sysv_create,
	.set = sysv_set,
	.remove = sysv_remove,
	.explain = sysv_explain,
};
