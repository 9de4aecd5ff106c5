/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-amqp.c - queues of a broker: RabbitMQ, AMQP 0-9-1
 *
 * Sending: messages go out without waiting for each confirmation, and are kept until it comes (the
 * window).  A full queue that was made with reject-publish refuses them: from the first refusal on
 * the window is emptied, and one message is sent at a time, again and again until there is room.
 *
 * Taking: without waiting by basic.get; with it by a consumer, to whom the broker sends some ahead.
 */
#include "config.h"

#include "queue/queue-amqp.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/address.h"
#include "queue/amqp-link.h"
#include "queue/amqp-secret.h"
#include "queue/queue-backend.h"

#define WINDOW_MESSAGES 1024
#define WINDOW_BYTES ((size_t)4 * 1024 * 1024)
/* Confirmations are looked for each time that so many more have been sent. */
#define LOOK_EVERY 64
/* How many messages a broker sends ahead of a consumer without end, and how many of them may be
 * delivered before it is told. */
#define AHEAD_MAX 512
#define ACKS_MAX (AHEAD_MAX / 4)
/* How many that were asked for one by one may be in hand.  Of a quorum queue RabbitMQ has a consumer
 * for each of them; it keeps back acknowledgements beyond 32, and forgets them when the channel
 * ends. */
#define GETS_MAX 16
/* Between two tries of a message that was refused. */
#define FIRST_PAUSE (NSEC_PER_SEC / 100)
#define LAST_PAUSE NSEC_PER_SEC
/* Between two tries to connect again. */
#define FIRST_RETRY (NSEC_PER_SEC / 4)
#define LAST_RETRY (10 * NSEC_PER_SEC)

enum sent_state {
	SENT_WAITING,  /* for its confirmation */
	SENT_DONE,     /* confirmed */
	SENT_REFUSED,  /* by the queue */
	SENT_RETURNED, /* there is no such queue */
	SENT_NOT       /* never went out */
};

/* A message in the window.  Its data is the window's, kept for the next one in its place. */
struct sent {
	enum sent_state state;
	uint64_t tag;    /* of this try: how many were published before it, and one */
	uint64_t number; /* of the message: how many were given to send() before it, and one */
	struct message message;
	size_t cap;
};

/* What belongs to an open queue. */
struct amqp {
	struct amqp_link *link;
	unsigned int access;
	unsigned int generation; /* of the connection */

	/* sending */
	struct sent *window; /* a ring */
	size_t first, n, bytes;
	uint64_t given, placed, published; /* placed: the last one that found a place */
	bool one_by_one;
	bool returned; /* some message: the queue is gone */
	int failed;    /* -errno, once no answer can come any more */

	/* taking */
	uint16_t ahead;
	bool consuming;
	bool has_event; /* a delivery that found no room yet */
	struct amqp_event event;
	uint64_t settled;  /* the last tag before which all are settled */
	unsigned int acks; /* of those, how many the broker has not been told of */
	bool acked;        /* anything at all */
	unsigned int in_hand;
};

/* A tag of a queue is that of its connection and which connection it is: after another one was
 * made, nothing can be settled that came by the old one, nor need it be. */
#define TAG_BITS 48
#define TAG_MASK (((uint64_t)1 << TAG_BITS) - 1)

/* ---- opening and closing ---- */

static int connect_queue(struct queue *q)
{
	struct amqp *a = q->amqp;
	uint64_t messages;
	int rc;

	rc = amqp_link_open(&a->link, &q->ref.address);
	if (rc == 0)
		rc = amqp_link_look(a->link, q->ref.address.queue, &messages);
	if (rc == 0 && a->access & QUEUE_WRITE)
		rc = amqp_link_confirm(a->link);
	return rc;
}

static int amqp_open(struct queue *q, unsigned int access)
{
	struct amqp *a = calloc(1, sizeof(*a));

	q->amqp = a;
	if (!a)
		return -ENOMEM;
	a->access = access;
	a->ahead = AHEAD_MAX;
	if (access & QUEUE_WRITE) {
		a->window = calloc(WINDOW_MESSAGES, sizeof(*a->window));
		if (!a->window)
			return -ENOMEM;
	}
	return connect_queue(q);
}

/* Tells the broker of all that was delivered. */
static int flush_acks(struct amqp *a)
{
	if (a->acks == 0)
		return 0;
	a->acks = 0;
	return amqp_link_ack(a->link, a->settled, true);
}

/* The same, and comes back when the queue has heard it, which the channel alone cannot say. */
static int finish_acks(struct queue *q)
{
	uint64_t messages;
	int rc = flush_acks(q->amqp);

	if (rc == 0)
		rc = amqp_link_look(q->amqp->link, q->ref.address.queue, &messages);
	return rc == -ENOENT ? 0 : rc; /* in a queue that is gone nothing is left to be told */
}

static void amqp_close(struct queue *q)
{
	struct amqp *a = q->amqp;

	if (!a)
		return;
	if (a->link)
		(void)!flush_acks(a);
	amqp_link_close(a->link);
	for (size_t i = 0; a->window && i < WINDOW_MESSAGES; i++)
		free(a->window[i].message.data);
	free(a->window);
	free(a);
	q->amqp = NULL;
}

/* What may be cured by waiting: a broker that starts again, a net that comes back. */
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

/* Sleeps, unless a stop signal comes. */
static int pause_for(int64_t ns)
{
	int rc = wait_poll(-1, 0, ns);

	return rc == -ETIMEDOUT ? 0 : rc;
}

static void forget_connection(struct amqp *a)
{
	amqp_link_close(a->link);
	a->link = NULL;
	a->generation++;
	a->consuming = a->has_event = a->acked = false;
	a->settled = a->acks = a->in_hand = 0;
	/* Whoever sent it has it still, and sends it again. */
	a->n = a->bytes = 0;
	a->given = a->placed = a->published = 0;
	a->failed = 0;
}

static int amqp_reopen(struct queue *q)
{
	int64_t pause = FIRST_RETRY;
	int rc;

	for (;;) {
		forget_connection(q->amqp);
		rc = stop_signal() ? -EINTR : connect_queue(q);
		if (rc == 0 || !worth_a_retry(rc))
			return rc;
		rc = pause_for(pause);
		if (rc < 0)
			return rc;
		pause = 2 * pause < LAST_RETRY ? 2 * pause : LAST_RETRY;
	}
}

/* ---- sending: the window ---- */

static struct sent *sent_at(struct amqp *a, size_t i)
{
	return &a->window[(a->first + i) % WINDOW_MESSAGES];
}

/* Drops what is confirmed from the beginning of the window, which holds on to little memory. */
static void forget_confirmed(struct amqp *a)
{
	while (a->n > 0 && a->window[a->first].state == SENT_DONE) {
		struct sent *s = &a->window[a->first];

		a->bytes -= s->message.len;
		a->first = (a->first + 1) % WINDOW_MESSAGES;
		a->n--;
		if (s->cap > WINDOW_BYTES / WINDOW_MESSAGES) {
			free(s->message.data);
			s->message.data = NULL;
			s->cap = 0;
		}
	}
}

static void confirm(struct sent *s, enum amqp_event_kind kind)
{
	if (s->state == SENT_WAITING)
		s->state = kind == AMQP_CONFIRM ? SENT_DONE : SENT_REFUSED;
}

static void take_confirm(struct amqp *a, const struct amqp_event *event)
{
	for (size_t i = 0; i < a->n; i++) {
		struct sent *s = sent_at(a, i);

		/* A broker counts as AMQP does: 0 stands for all there are. */
		if (s->tag == event->tag ||
		    (event->multiple && (s->tag < event->tag || event->tag == 0)))
			confirm(s, event->kind);
		if (s->tag == event->tag && event->tag)
			break;
	}
	if (event->kind == AMQP_REFUSAL)
		a->one_by_one = true;
	forget_confirmed(a);
}

static bool is_message(const struct message *a, const struct message *b)
{
	return a->len == b->len && a->have == b->have &&
	       (!(a->have & MESSAGE_HAS_TYPE) || a->type == b->type) &&
	       (!(a->have & MESSAGE_HAS_PRIORITY) || a->priority == b->priority) &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* What is returned does not say which message it was, but it is one of them, word for word; a
 * confirmation follows. */
static void take_return(struct amqp *a, const struct amqp_event *event)
{
	a->returned = true;
	for (size_t i = 0; i < a->n; i++) {
		struct sent *s = sent_at(a, i);

		if (s->state == SENT_WAITING && is_message(&s->message, &event->message)) {
			s->state = SENT_RETURNED;
			return;
		}
	}
}

static void take_answer(struct amqp *a, const struct amqp_event *event)
{
	switch (event->kind) {
	case AMQP_CONFIRM:
	case AMQP_REFUSAL:
		take_confirm(a, event);
		break;
	case AMQP_RETURN:
		take_return(a, event);
		break;
	default: /* nothing else was asked for */
		break;
	}
}

/* All answers that have come: how many, or -errno. */
static int take_answers(struct amqp *a)
{
	struct amqp_event event;
	int count = 0, rc;

	if (a->failed)
		return a->failed;
	while ((rc = amqp_link_event(a->link, &event)) > 0) {
		take_answer(a, &event);
		count++;
	}
	a->failed = rc;
	return rc < 0 ? rc : count;
}

static size_t count_waiting(struct amqp *a)
{
	size_t waiting = 0;

	for (size_t i = 0; i < a->n; i++)
		waiting += sent_at(a, i)->state == SENT_WAITING;
	return waiting;
}

/* Time that is left of a timeout, for a broker's answer: not waiting for room is no reason not to
 * wait for that. */
static int64_t answer_time(int64_t timeout_ns)
{
	return timeout_ns == QUEUE_NO_WAIT ? queue_broker.timeout_ns : timeout_ns;
}

/* Waits for some answer, as long as there is one to come. */
static int await_answer(struct amqp *a, int64_t timeout_ns)
{
	int64_t deadline = timeout_ns < 0 ? INT64_MAX : clock_monotonic_ns() + timeout_ns;
	int rc;

	while ((rc = take_answers(a)) == 0) {
		int64_t left = timeout_ns < 0 ? -1 : deadline - clock_monotonic_ns();

		rc = timeout_ns >= 0 && left <= 0 ? -ETIMEDOUT : amqp_link_wait(a->link, left);
		if (rc == -ETIMEDOUT)
			a->failed = rc = amqp_link_give_up(a->link);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

/* Waits until all in the window were answered. */
static int drain(struct amqp *a, int64_t timeout_ns)
{
	int rc = take_answers(a);

	while (rc >= 0 && count_waiting(a) > 0)
		rc = await_answer(a, answer_time(timeout_ns));
	return rc < 0 ? rc : 0;
}

/* A place in the window for a copy of m, or NULL where there is no memory. */
static struct sent *keep(struct amqp *a, const struct message *m)
{
	struct sent *s = sent_at(a, a->n);
	char *data = s->message.data;

	if (!data || s->cap < m->len) {
		free(data);
		s->cap = m->len > 64 ? m->len : 64;
		s->message.data = data = malloc(s->cap);
		if (!data)
			return NULL;
	}
	s->message = *m;
	s->message.data = data;
	if (m->len)
		memcpy(data, m->data, m->len);
	s->number = a->given;
	s->state = SENT_NOT;
	a->n++;
	a->bytes += m->len;
	return s;
}

static int publish(struct queue *q, struct sent *s, int64_t timeout_ns)
{
	int rc = amqp_link_publish(q->amqp->link, q->ref.address.queue, &s->message,
				   answer_time(timeout_ns));

	if (rc < 0) {
		q->amqp->failed = rc; /* it may have gone out in part */
		return rc;
	}
	s->tag = ++q->amqp->published;
	s->state = SENT_WAITING;
	return 0;
}

/* ---- sending: one by one ---- */

/* Sends what was refused until there is room, or the time is over. */
static int insist(struct queue *q, struct sent *s, int64_t timeout_ns)
{
	int64_t deadline = timeout_ns < 0 ? INT64_MAX : clock_monotonic_ns() + timeout_ns;
	int64_t pause = FIRST_PAUSE;
	int rc;

	for (;;) {
		int64_t left = timeout_ns < 0 ? INT64_MAX : deadline - clock_monotonic_ns();

		if (s->state == SENT_REFUSED && timeout_ns == QUEUE_NO_WAIT)
			return -EAGAIN;
		if (s->state == SENT_REFUSED) {
			if (left <= 0)
				return -ETIMEDOUT;
			rc = pause_for(pause < left ? pause : left);
			if (rc < 0)
				return rc;
			pause = 2 * pause < LAST_PAUSE ? 2 * pause : LAST_PAUSE;
		}
		rc = publish(q, s, timeout_ns < 0 ? -1 : left > 0 ? left : 1);
		if (rc == 0)
			rc = drain(q->amqp, timeout_ns);
		if (rc < 0 || s->state != SENT_REFUSED)
			return rc;
	}
}

/* Once something was refused: no more than one message is on its way. */
static int settle_window(struct queue *q, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;
	int rc = drain(a, timeout_ns);

	for (size_t i = 0; rc == 0 && !a->returned && i < a->n; i++) {
		struct sent *s = sent_at(a, i);

		if (s->state == SENT_REFUSED) {
			rc = insist(q, s, timeout_ns);
			i = SIZE_MAX; /* what is confirmed has left the window */
		}
	}
	return rc == 0 && a->returned ? -ENOENT : rc;
}

static bool window_full(const struct amqp *a, size_t more)
{
	return a->n == WINDOW_MESSAGES || (a->n > 0 && a->bytes + more > WINDOW_BYTES);
}

static int make_room(struct queue *q, size_t size, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;
	int rc = 0;

	if (a->published % LOOK_EVERY == 0)
		rc = take_answers(a);
	while (rc >= 0 && !a->one_by_one && !a->returned && window_full(a, size))
		rc = await_answer(a, answer_time(timeout_ns));
	if (rc >= 0 && (a->one_by_one || a->returned))
		rc = settle_window(q, timeout_ns);
	return rc < 0 ? rc : 0;
}

static int amqp_send(struct queue *q, const struct message *m, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;
	struct sent *s;
	int rc;

	a->given++;
	rc = make_room(q, m->len, timeout_ns);
	if (rc < 0)
		return rc;
	s = keep(a, m);
	if (!s)
		return -ENOMEM;
	a->placed = a->given;
	if (!a->one_by_one)
		return publish(q, s, timeout_ns);
	rc = insist(q, s, timeout_ns);
	return rc == 0 && a->returned ? -ENOENT : rc;
}

static int amqp_flush(struct queue *q, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;

	if (a->access & QUEUE_WRITE)
		return a->n > 0 || a->returned ? settle_window(q, timeout_ns) : 0;
	/* Only an answer makes certain that they came. */
	return a->acked ? finish_acks(q) : 0;
}

/* Numbers in their order, as ranges: "41-43, 45". */
struct numbers {
	struct buffer *text;
	uint64_t count, first;
	uint64_t from, to; /* the range that may go on */
};

static void put_range(struct numbers *n)
{
	if (n->count == 0)
		return;
	buffer_printf(n->text, "%s%" PRIu64, n->text->len ? ", " : "", n->from);
	if (n->to > n->from)
		buffer_printf(n->text, "-%" PRIu64, n->to);
}

static void add_number(struct numbers *n, uint64_t number)
{
	if (n->count == 0) {
		n->first = n->from = number;
	} else if (number != n->to + 1) {
		put_range(n);
		n->from = number;
	}
	n->to = number;
	n->count++;
}

static uint64_t amqp_unconfirmed(struct queue *q, struct buffer *text, uint64_t *first)
{
	struct numbers numbers = { .text = text };
	struct amqp *a = q->amqp;

	for (size_t i = 0; i < a->n; i++) {
		const struct sent *s = sent_at(a, i);

		if (s->state != SENT_DONE)
			add_number(&numbers, s->number);
	}
	if (a->given > a->placed) /* it found no place in the window */
		add_number(&numbers, a->given);
	put_range(&numbers);
	if (numbers.count)
		*first = numbers.first;
	return numbers.count;
}

/* ---- taking ---- */

static uint64_t make_tag(const struct amqp *a, uint64_t tag)
{
	return (uint64_t)a->generation << TAG_BITS | (tag & TAG_MASK);
}

static bool is_current(const struct amqp *a, const struct message *m)
{
	return m->tag >> TAG_BITS == a->generation;
}

/* Hands out the delivery that has come. */
static int hand_out(struct amqp *a, struct message *m, size_t room)
{
	const struct message *from = &a->event.message;
	char *data = m->data;

	a->has_event = from->len > room;
	if (a->has_event)
		return -E2BIG;
	if (from->len)
		memcpy(data, from->data, from->len);
	*m = *from;
	m->data = data;
	m->tag = make_tag(a, from->tag);
	a->in_hand++;
	return 0;
}

/* The next delivery: 1, 0 where there is none for sure, or -errno. */
static int await_delivery(struct amqp *a, int64_t timeout_ns)
{
	int64_t deadline = timeout_ns < 0 ? INT64_MAX : clock_monotonic_ns() + timeout_ns;
	int rc;

	for (;;) {
		int64_t left = timeout_ns < 0 ? -1 : deadline - clock_monotonic_ns();

		rc = amqp_link_event(a->link, &a->event);
		if (rc < 0)
			return rc;
		if (rc > 0 && a->event.kind == AMQP_DELIVERY)
			return 1;
		if (rc > 0 && a->event.kind == AMQP_NO_MESSAGE)
			return 0;
		if (rc > 0 && a->event.kind == AMQP_CANCEL)
			return -EIDRM;
		if (rc > 0)
			continue;
		rc = flush_acks(a);
		if (rc == 0 && timeout_ns >= 0 && left <= 0)
			rc = -ETIMEDOUT;
		if (rc == 0)
			rc = amqp_link_wait(a->link, left);
		if (rc < 0)
			return rc;
	}
}

/* Without waiting: asks for one. */
static int get(struct queue *q)
{
	struct amqp *a = q->amqp;
	int rc = -E2BIG;

	if (a->in_hand < GETS_MAX)
		rc = amqp_link_get(a->link, q->ref.address.queue);
	if (rc == 0)
		rc = await_delivery(a, queue_broker.timeout_ns);
	if (rc == -ETIMEDOUT)
		rc = amqp_link_give_up(a->link);
	return rc == 0 ? -EAGAIN : rc;
}

static int consume(struct queue *q, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;
	int rc = 0;

	if (!a->consuming)
		rc = amqp_link_consume(a->link, q->ref.address.queue, a->ahead);
	if (rc < 0)
		return rc;
	a->consuming = true;
	rc = await_delivery(a, timeout_ns);
	return rc == -ETIMEDOUT && timeout_ns == QUEUE_NO_WAIT ? -EAGAIN : rc;
}

static int amqp_take(struct queue *q, struct message *m, size_t room,
		     const struct queue_select *want, int64_t timeout_ns)
{
	struct amqp *a = q->amqp;
	int rc = 1;

	(void)want; /* brokers know one order only */
	if (!a->has_event)
		rc = timeout_ns == QUEUE_NO_WAIT && !a->consuming ? get(q) : consume(q, timeout_ns);
	if (rc == -ENOENT) /* it was there when it was opened */
		rc = -EIDRM;
	return rc < 0 ? rc : hand_out(a, m, room);
}

static int amqp_delivered(struct queue *q, const struct message *m)
{
	struct amqp *a = q->amqp;
	uint64_t tag = m->tag & TAG_MASK;

	if (!is_current(a, m))
		return -ECONNRESET; /* it will be delivered again */
	a->acked = true;
	a->in_hand--;
	if (tag != a->settled + 1)
		return amqp_link_ack(a->link, tag, false);
	a->settled = tag;
	a->acks++;
	if (!a->consuming)
		return a->acks < GETS_MAX ? 0 : finish_acks(q);
	return a->acks < ACKS_MAX && a->acks < a->ahead ? 0 : flush_acks(a);
}

static int amqp_put_back(struct queue *q, const struct message *m)
{
	struct amqp *a = q->amqp;
	uint64_t tag = m->tag & TAG_MASK;
	int rc;

	if (!is_current(a, m))
		return 0; /* the broker has put it back by itself */
	a->in_hand--;
	rc = flush_acks(a);
	if (rc == 0)
		rc = amqp_link_requeue(a->link, tag);
	if (tag == a->settled + 1)
		a->settled = tag;
	return rc == -ECONNRESET || rc == -ETIMEDOUT ? 0 : rc;
}

static void amqp_expect(struct queue *q, uint64_t n)
{
	q->amqp->ahead = n < AHEAD_MAX ? (uint16_t)n : AHEAD_MAX;
}

static size_t amqp_room_wanted(struct queue *q)
{
	return q->amqp->has_event ? q->amqp->event.message.len : 0;
}

static size_t amqp_max_message(struct queue *q)
{
	(void)q;
	return SIZE_MAX; /* a broker tells only when it refuses one */
}

static bool amqp_same(const struct queue *a, const struct queue *b)
{
	return address_same(&a->ref.address, &b->ref.address);
}

static int amqp_peek(struct queue *q, struct message *m, size_t room, size_t index)
{
	(void)q;
	(void)m;
	(void)room;
	(void)index;
	return -EOPNOTSUPP;
}

/* ---- attributes ---- */

static int amqp_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	int rc = amqp_link_look(q->amqp->link, q->ref.address.queue, &st->messages);

	(void)detail;
	if (rc < 0)
		return rc == -ENOENT ? -EIDRM : rc;
	st->have = STAT_MESSAGES;
	st->address = &q->ref.address;
	return 0;
}

static int amqp_look_again(const struct queue_stat *seen, unsigned int detail,
			   struct queue_stat *now)
{
	(void)seen;
	(void)detail;
	(void)now;
	return -EOPNOTSUPP; /* nor is there a list of them */
}

static int amqp_list(struct queue_list *list, unsigned int detail)
{
	(void)list;
	(void)detail;
	return -EOPNOTSUPP;
}

/* To declare a queue that is there is no error in AMQP, so it is looked for first. */
static int declare(struct amqp_link *link, const struct queue_ref *ref,
		   const struct queue_attr *attr, bool exist_ok)
{
	const struct amqp_arguments arguments = {
		.max_length = attr->have & ATTR_MAXMSG ? attr->maxmsg : 0,
		.max_priority = attr->have & ATTR_MAX_PRIORITY ? attr->max_priority : 0,
		.quorum = attr->have & ATTR_QUORUM,
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

static int amqp_set(const struct queue_ref *ref, const struct queue_attr *attr)
{
	(void)ref;
	(void)attr;
	return -EOPNOTSUPP;
}

/* To delete a queue that is not there is no error either. */
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

/* ---- before it, and when it failed ---- */

static int amqp_ready(const struct queue_ref *ref, struct queue_ref_error *error)
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
		if (strstr(amqp_link_error(), "no queue"))
			return _("no such queue");
		return attempt->op == QUEUE_OP_SEND ?
			       _("no such queue: the broker returned what was sent") :
			       NULL;
	case -ENOTUNIQ:
		return _("the queue is there already, with other attributes");
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
	.open = amqp_open,
	.close = amqp_close,
	.send = amqp_send,
	.take = amqp_take,
	.room_wanted = amqp_room_wanted,
	.max_message = amqp_max_message,
	.same = amqp_same,
	.put_back = amqp_put_back,
	.delivered = amqp_delivered,
	.flush = amqp_flush,
	.unconfirmed = amqp_unconfirmed,
	.reopen = amqp_reopen,
	.expect = amqp_expect,
	.ready = amqp_ready,
	.peek = amqp_peek,
	.look = amqp_look,
	.look_again = amqp_look_again,
	.list = amqp_list,
	.create = amqp_create,
	.set = amqp_set,
	.remove = amqp_remove,
	.explain = amqp_explain,
};

void queue_amqp_use(void)
{
	queue_backend_amqp = &backend;
}
