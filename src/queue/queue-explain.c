/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-explain.c - what the errors of calls on queues mean, in words
 *
 * What a backend finds out about an error (its explain) is used before the plain meaning here.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "queue/queue-backend.h"

/* ---- what each errno means ---- */

/* An operation of enum queue_op as a bit, and groups for which an errno means the same. */
#define OP(name) (1u << QUEUE_OP_##name)
#define OWNER (1u << 31) /* create and set, for another owner or group */
#define BY_NAME (OP(CREATE) | OP(OPEN) | OP(SET) | OP(REMOVE) | OP(STAT))
#define EMPTY (OP(TAKE) | OP(PEEK))
#define ANY (~0u)

/*
 * What an errno means for an operation on a queue of the kernel; the first row that fits.  The
 * manual pages of the calls explain most of them; the rest come from the calls that a wait takes
 * (wait.h, queue-change.h), from seccomp(2) and from security modules.
 */
static const struct meaning {
	int error;
	unsigned int kinds; /* QUEUE_MASK_* */
	unsigned int ops;
	const char *text;
} meanings[] = {
	/* chown(2), of an id that user_namespaces(7) does not map */
	{ EINVAL, ANY, OWNER, N_("no such user or group in this user namespace") },
	{ EAGAIN, ANY, OP(RETURN), N_("the queue is full again") },
	{ EACCES, ANY, OP(RETURN), N_("no permission to write") },
	{ EMSGSIZE, ANY, OP(RETURN), N_("larger than the queue takes now") },
	{ ENOENT, ANY, ANY, N_("no such queue") },
	{ EIDRM, ANY, ANY, N_("the queue was removed") },
	{ EEXIST, ANY, ANY, N_("the queue already exists") },
	{ EACCES, ANY, ANY, N_("permission denied") },
	{ EPERM, ANY, OP(SET) | OP(REMOVE),
	  N_("not permitted: only the owner, the creator or a privileged user may") },
	{ EPERM, ANY, ANY, N_("not permitted: a seccomp filter or a security module forbids it") },
	{ ETIMEDOUT, ANY, OP(SEND), N_("the queue is full") },
	{ ETIMEDOUT, ANY, EMPTY, N_("the queue is empty") },
	{ EAGAIN, ANY, OP(SEND), N_("the queue is full") },
	{ EAGAIN, ANY, EMPTY, N_("the queue is empty") },
	{ EMFILE, ANY, ANY, N_("too many open files (RLIMIT_NOFILE); raise it with ulimit -n") },
	{ ENFILE, ANY, ANY,
	  N_("too many open files on this machine (fs.file-max; raise it with sysctl"
	     " fs.file-max=N)") },
	{ ENOMEM, ANY, ANY,
	  N_("no memory left: on the machine, in the control group (memory.max) or for the"
	     " process (ulimit -v)") },
	{ ENOSPC, QUEUE_MASK_SYSV, OP(CREATE),
	  N_("as many System V queues exist as kernel.msgmni allows") },
	{ ENOSPC, QUEUE_MASK_POSIX, OP(CREATE),
	  N_("as many POSIX queues exist as fs.mqueue.queues_max allows") },
	/* epoll_ctl(2) */
	{ ENOSPC, ANY, OP(OPEN) | OP(STAT),
	  N_("no more files can be watched (fs.epoll.max_user_watches)") },
	/* pthread_create(3), as wait.h reports it */
	{ EUSERS, ANY, ANY,
	  N_("no thread can be started to wait with: RLIMIT_NPROC (ulimit -u) or "
	     "pids.max of the control group allows no more") },
	{ EOVERFLOW, ANY, ANY,
	  N_("this user namespace does not map the user or group of the process (uid_map,"
	     " gid_map)") },
	{ ENOSYS, QUEUE_MASK_SYSV, OP(PEEK),
	  N_("this kernel cannot copy messages: it was built without CONFIG_CHECKPOINT_RESTORE") },
	{ ENOSYS, ANY, BY_NAME,
	  N_("this kernel has no such queues, or a seccomp filter hides them") },
	{ ENOSYS, ANY, ANY,
	  N_("this kernel lacks a system call that is needed, or a seccomp filter hides it") },
	{ EXDEV, ANY, ANY, N_("it may not be a queue of this IPC namespace") },
	{ EOPNOTSUPP, ANY, ANY, N_("this kind of queue cannot do that") },
};

static unsigned int op_bits(const struct queue_attempt *a)
{
	const unsigned int owner = ATTR_OWNER | ATTR_GROUP;
	unsigned int bits = 1u << a->op;

	if (bits & (OP(SET) | OP(CREATE)) && a->attr && a->attr->have & owner)
		bits |= OWNER;
	return bits;
}

static const char *meaning_of(int error, enum queue_kind kind, unsigned int ops)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if (m->error == -error && m->kinds & 1u << kind && m->ops & ops)
			return text_get(m->text);
	}
	return strerror(-error);
}

void queue_explain_plain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	enum queue_kind kind = attempt->ref ? attempt->ref->kind : QUEUE_SYSV;

	buffer_puts(why, meaning_of(error, kind, op_bits(attempt)));
}

void queue_explain_refused(struct buffer *why)
{
	buffer_puts(why, meaning_of(-EPERM, QUEUE_SYSV, OP(OPEN)));
}

const char *queue_explain_return(const struct queue_ref *ref, int error)
{
	text_init();
	return meaning_of(error, ref->kind, OP(RETURN));
}

/* ---- sizes and lists ---- */

void queue_explain_size(const struct queue_attempt *attempt, uint64_t limit, const char *reason,
			struct buffer *why)
{
	char name[QUEUE_NAME_TEXT];

	if (attempt->size_at_least)
		buffer_printf(why,
			      text_n("more than %zu byte", "more than %zu bytes", attempt->size),
			      attempt->size);
	else
		buffer_printf(why, text_n("%zu byte", "%zu bytes", attempt->size), attempt->size);
	buffer_printf(why, _("; %s takes at most %" PRIu64 " (%s)"),
		      queue_ref_text(attempt->ref, name), limit, reason);
}

void queue_explain_list(enum queue_kind kind, int error, struct buffer *why)
{
	const char *name = kind == QUEUE_SYSV ? "System V" : "POSIX";

	text_init();
	if (error == -ENODEV)
		buffer_printf(why,
			      _("%s queues are not listed: mqueue is not mounted on /dev/mqueue (as"
				" root: mount -t mqueue none /dev/mqueue)"),
			      name);
	else if (error == -EXDEV)
		buffer_printf(why,
			      _("%s queues are not listed: /dev/mqueue shows those of another IPC"
				" namespace (as root, to see those of this one: mount -t mqueue"
				" none /dev/mqueue)"),
			      name);
	else if (error == -ENOSYS)
		buffer_printf(why, _("%s queues are not listed: this kernel has none"), name);
	else if (error == -ENOENT) /* queue-sysv.c reads no other file */
		buffer_printf(why, _("%s queues are not listed: there is no /proc/sysvipc/msg"),
			      name);
	else
		buffer_printf(why, _("%s queues are not listed: %s"), name,
			      meaning_of(error, kind, OP(STAT)));
}
