/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-amqp.c - queues of a broker: RabbitMQ, AMQP 0-9-1
 *
 * What both directions share; amqp-send.c and amqp-take.c have the two ways of a message.
 */
#include "config.h"

#include "queue/queue-amqp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/address.h"
#include "queue/amqp-link.h"
#include "queue/amqp-queue.h"
#include "queue/amqp-secret.h"
#include "queue/queue-backend.h"

/* Between two tries to connect again. */
#define FIRST_RETRY (NSEC_PER_SEC / 4)
#define LAST_RETRY (10 * NSEC_PER_SEC)

/* ---- opening and closing ---- */

static int connect_queue(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int rc;

	rc = amqp_link_open(&a->link, &q->ref.address);
	/* Sent before the answer that is waited for, so that it costs no round trip of its own. */
	if (rc == 0 && a->access & QUEUE_WRITE)
		rc = amqp_link_confirm(a->link);
	if (rc == 0)
		rc = amqp_link_look(a->link, q->ref.address.queue, &a->ready);
	return rc == 0 && a->access & QUEUE_WRITE ? amqp_send_again(q) : rc;
}

static int amqp_open(struct queue *q, unsigned int access)
{
	struct amqp *a = amqp_of(q);
	int rc = 0;

	a->access = access;
	a->bound = UINT64_MAX;
	a->ahead_max = AHEAD_MAX;
	if (access & QUEUE_WRITE)
		rc = amqp_send_open(a);
	return rc < 0 ? rc : connect_queue(q);
}

static void amqp_close(struct queue *q)
{
	struct amqp *a = amqp_of(q);

	if (a->link)
		(void)!amqp_take_tell(q);
	amqp_link_close(a->link);
	amqp_take_forget(a);
	amqp_send_free(a);
}

/* What waiting may cure: a broker that restarts, a network that comes back. */
static bool worth_a_retry(int error)
{
	switch (error) {
	case -ECONNRESET:
	case -ECONNREFUSED:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
	case -ENETDOWN:
	case -ECONNABORTED:
	case -EPIPE:
	case -ETIMEDOUT:
	case -EPROTO: /* a TLS handshake that was cut short, too */
		return true;
	default:
		return false;
	}
}

static void forget_connection(struct amqp *a)
{
	amqp_link_close(a->link);
	a->link = NULL;
	a->generation++;
	amqp_take_forget(a);
	amqp_send_forget(a);
}

static int amqp_reopen(struct queue *q, int64_t timeout_ns)
{
	int64_t deadline = clock_deadline_ns(timeout_ns), pause = FIRST_RETRY, left;
	int rc;

	for (;;) {
		forget_connection(amqp_of(q));
		rc = stop_signal() ? -EINTR : connect_queue(q);
		left = clock_left_ns(deadline);
		if (rc == 0 || !worth_a_retry(rc) || left == 0)
			return rc;
		rc = amqp_pause(left < 0 || pause < left ? pause : left);
		if (rc < 0)
			return rc;
		pause = 2 * pause < LAST_RETRY ? 2 * pause : LAST_RETRY;
	}
}

/* ---- messages ---- */

static int amqp_flush(struct queue *q, int64_t timeout_ns)
{
	/* Only an answer proves that acknowledgements arrived. */
	return amqp_of(q)->access & QUEUE_WRITE ? amqp_send_flush(q, timeout_ns) :
						  amqp_take_flush(q);
}

static void amqp_before_wait(struct queue *q, void (*before_wait)(void *arg, bool for_room),
			     void *arg)
{
	amqp_of(q)->before_wait = before_wait;
	amqp_of(q)->before_wait_arg = arg;
}

static bool amqp_leaves_out(const struct queue *q, const struct message *m)
{
	return amqp_link_withholds(((const struct amqp *)(const void *)q)->link, m);
}

static uint64_t amqp_resent(struct queue *q)
{
	return amqp_of(q)->resent;
}

static size_t amqp_max_message(struct queue *q)
{
	(void)q;
	return SIZE_MAX; /* a broker tells only when it refuses a message */
}

/* Two names may lead to one broker, or to nodes of one cluster. */
static bool amqp_same(const struct queue *a, const struct queue *b)
{
	const struct queue_address *x = &a->ref.address, *y = &b->ref.address;
	const char *cluster = amqp_link_cluster(((const struct amqp *)(const void *)a)->link);

	if (address_same(x, y))
		return true;
	return *cluster &&
	       strcmp(cluster, amqp_link_cluster(((const struct amqp *)(const void *)b)->link)) ==
		       0 &&
	       strcmp(x->vhost, y->vhost) == 0 && strcmp(x->queue, y->queue) == 0;
}

/* ---- attributes ---- */

static int amqp_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	int rc = amqp_link_look(amqp_of(q)->link, q->ref.address.queue, &st->messages);

	(void)detail;
	if (rc < 0)
		return rc == -ENOENT ? -EIDRM : rc;
	amqp_of(q)->ready = st->messages;
	st->have = STAT_MESSAGES;
	st->address = &q->ref.address;
	return 0;
}

/* Declaring an existing queue is not an error in AMQP, so look for it first. */
static int declare(struct amqp_link *link, const struct queue_ref *ref,
		   const struct queue_attr *attr, bool exist_ok)
{
	const struct amqp_arguments arguments = {
		.max_length = attr->have & ATTR_MAXMSG ? attr->maxmsg : 0,
		.max_priority = attr->have & ATTR_MAX_PRIORITY ? attr->max_priority : 0,
		.quorum = attr->have & ATTR_QUORUM,
		.dead_letter = attr->have & ATTR_DEAD_LETTER ? attr->dead_letter : NULL,
	};
	uint64_t messages;
	int rc = -ENOENT;

	if (!exist_ok)
		rc = amqp_link_look(link, ref->address.queue, &messages);
	if (rc == 0)
		return -EEXIST;
	return rc == -ENOENT ? amqp_link_declare(link, ref->address.queue, &arguments) : rc;
}

static int amqp_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
		       struct queue_ref *made)
{
	struct amqp_link *link;
	int rc = amqp_link_open(&link, &ref->address);

	if (rc == 0)
		rc = declare(link, ref, attr, exist_ok);
	amqp_link_close(link);
	*made = *ref;
	return rc;
}

/* Deleting a queue that does not exist is not an error either. */
static int amqp_remove(const struct queue_ref *ref)
{
	struct amqp_link *link;
	uint64_t messages;
	int rc = amqp_link_open(&link, &ref->address);

	if (rc == 0)
		rc = amqp_link_look(link, ref->address.queue, &messages);
	if (rc == 0)
		rc = amqp_link_delete(link, ref->address.queue);
	amqp_link_close(link);
	return rc;
}

/* ---- before an attempt, and after it failed ---- */

static int amqp_ready(const struct queue_ref *ref, struct refusal *error)
{
	struct amqp_secret secret;
	int rc = amqp_secret_find(&ref->address, &secret, error);

	amqp_secret_wipe(&secret);
	if (rc == 0 && amqp_link_may_send_password(&ref->address) < 0) {
		snprintf(error->text, sizeof(error->text), "%s",
			 _("the password would go to another machine in the clear: write amqps://,"
			   " or allow it with --allow-plaintext"));
		rc = -EINVAL;
	}
	return rc;
}

static const char *meaning(const struct queue_attempt *attempt, int error)
{
	switch (error) {
	case -EPERM:
		return _("the password would go to another machine in the clear");
	case -EAGAIN:
	case -ETIMEDOUT:
		return attempt->op == QUEUE_OP_SEND ?
			       _("refused by the broker: is the queue full?") :
			       NULL;
	case -ENOENT:
		if (amqp_link_no_queue())
			return _("no such queue");
		return attempt->op == QUEUE_OP_SEND ?
			       _("no such queue: the broker returned what was sent") :
			       NULL;
	case -ENOTUNIQ:
		return _("the queue already exists, with other attributes");
	default:
		return NULL;
	}
}

static bool amqp_explain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	const char *ours = meaning(attempt, error), *told = amqp_link_error();

	if (*told && (error == -EAGAIN || error == -ETIMEDOUT))
		ours = NULL;
	buffer_puts(why, ours ? ours : "");
	if (*told && error != -EIDRM)
		buffer_printf(why, "%s%s", ours ? "; " : "", told);
	return false;
}

static const struct queue_backend backend = {
	.size = sizeof(struct amqp),
	.open = amqp_open,
	.close = amqp_close,
	.send = amqp_send,
	.take = amqp_take,
	.room_wanted = amqp_take_room_wanted,
	.max_message = amqp_max_message,
	.same = amqp_same,
	.leaves_out = amqp_leaves_out,
	.put_back = amqp_take_put_back,
	.delivered = amqp_take_delivered,
	.tell = amqp_take_tell,
	.catch_up = amqp_take_catch_up,
	.flush = amqp_flush,
	.window = amqp_send_window,
	.before_wait = amqp_before_wait,
	.unconfirmed = amqp_send_unconfirmed,
	.confirmed = amqp_send_confirmed,
	.kept = amqp_send_kept,
	.withdraw = amqp_send_withdraw,
	.resent = amqp_resent,
	.reopen = amqp_reopen,
	.may_reopen = worth_a_retry,
	.expect = amqp_take_expect,
	.hold = amqp_take_hold,
	.ready = amqp_ready,
	.look = amqp_look,
	.create = amqp_create,
	.remove = amqp_remove,
	.explain = amqp_explain,
};

void queue_amqp_use(void)
{
	queue_backend_amqp = &backend;
}
