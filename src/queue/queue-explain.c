/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-explain.c - what the errors of calls on queues mean, in words
 *
 * What a backend finds out about an error (its explain) comes before the plain meaning here.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "queue/queue-backend.h"

static bool changes_owner(const struct queue_attempt *a)
{
	return (a->op == QUEUE_OP_SET || a->op == QUEUE_OP_CREATE) && a->attr &&
	       (a->attr->have & (ATTR_OWNER | ATTR_GROUP));
}

const char *queue_plain_meaning(const struct queue_attempt *attempt, int error)
{
	switch (-error) {
	case EINVAL: /* chown(2), of an id that user_namespaces(7) does not map */
		return changes_owner(attempt) ? _("no such user or group in this user namespace") :
						strerror(EINVAL);
	case ENOENT:
		return _("no such queue");
	case EIDRM:
		return _("the queue was removed");
	case EEXIST:
		return _("the queue is there already");
	case EACCES:
		return _("permission denied");
	case EPERM:
		return _("not permitted: only the owner, the creator or a privileged user may");
	case ETIMEDOUT:
	case EAGAIN:
		return attempt->op == QUEUE_OP_SEND ? _("the queue is full") :
						      _("the queue is empty");
	case EMFILE:
		return _("too many open files (RLIMIT_NOFILE); raise it with ulimit -n");
	case ENOSYS:
		return _("this kernel has no such queues");
	case EXDEV:
		return _("it is not for certain a queue of this IPC namespace");
	case EOPNOTSUPP:
		return _("this kind of queue cannot do that");
	default:
		return strerror(-error);
	}
}

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
	else
		buffer_printf(why, _("%s queues are not listed: %s"), name, strerror(-error));
}
