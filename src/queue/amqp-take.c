/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-take.c - queues of a broker: taking
 *
 * One message without waiting is asked for (basic.get).  Otherwise a consumer gets them ahead of
 * their settlement: a few at first, then as many as the size of those that came allows.  Whatever
 * is settled lets the broker send more.  So if only a certain number is wanted, the consumer is
 * cancelled before the broker hears of what would bring one too many, and another one gets the
 * rest.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "base/wait.h"
#include "queue/amqp-queue.h"
#include "queue/queue-backend.h"

/* Bytes that may be on their way to a consumer, and messages before their size is known. */
#define AHEAD_BYTES ((uint64_t)4 * 1024 * 1024)
#define AHEAD_FIRST 8
/* How many may be settled before the broker is told. */
#define ACKS_MAX (AHEAD_MAX / 4)
/*
 * How many messages fetched one by one may be in hand.  On a quorum queue RabbitMQ makes a consumer
 * for each of them; it delays every acknowledgement after the 32nd, and drops the delayed ones if
 * the channel closes.
 */
#define GETS_MAX 16
/* A consumer that is not told what was settled is cancelled after this long without a message. */
#define IDLE (NSEC_PER_SEC / 10)
/*
 * If all there is is wanted: after this long without a message the broker is asked whether there
 * are more, twice (its answer may overtake what it sent).  If it then does not send them for as
 * long, each is asked for: the queue has an only consumer, and that is somebody else.
 */
#define COUNT_AFTER (NSEC_PER_SEC / 100)
#define COUNTS_WANTED 2
#define UNSENT_LIMIT 100

enum tag_state { TAG_OPEN, TAG_SETTLED, TAG_TOLD };

/* A tag of a queue is that of its connection and which connection it is: after another connection
 * is made, what came by the old one can no longer be settled, nor need it be. */
#define TAG_BITS 48
#define TAG_MASK (((uint64_t)1 << TAG_BITS) - 1)

static uint64_t make_tag(const struct amqp *a, uint64_t tag)
{
	return (uint64_t)a->generation << TAG_BITS | (tag & TAG_MASK);
}

static bool is_current(const struct amqp *a, const struct message *m)
{
	return m->tag >> TAG_BITS == a->generation;
}

static unsigned char *tag_state(struct amqp *a, uint64_t tag)
{
	return &a->tags[tag % TAGS_MAX];
}

/* ---- properties of messages in hand ---- */

/* A copy of the properties, which lives until the message is settled. */
static bool keep_properties(struct amqp *a, const struct message *m)
{
	char *copy = m->properties_len ? malloc(m->properties_len) : NULL;

	if (!copy)
		return m->properties_len == 0;
	memcpy(copy, m->properties, m->properties_len);
	a->properties[m->tag % TAGS_MAX] = copy;
	a->has_properties = true;
	return true;
}

static void drop_properties(struct amqp *a, uint64_t tag)
{
	if (!a->has_properties)
		return;
	free(a->properties[tag % TAGS_MAX]);
	a->properties[tag % TAGS_MAX] = NULL;
}

static void drop_all_properties(struct amqp *a)
{
	for (uint64_t i = 0; a->has_properties && i < TAGS_MAX; i++)
		drop_properties(a, i);
	a->has_properties = false;
}

/* ---- the consumer ---- */

/* How many messages to have on their way, given their recent size. */
static uint64_t ahead_wanted(const struct amqp *a)
{
	uint64_t n = a->average ? AHEAD_BYTES / a->average : AHEAD_FIRST;

	return n > a->ahead_max ? a->ahead_max : n > 0 ? n : 1;
}

static int start_consumer(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	uint64_t rest = a->bound - a->received, ahead = ahead_wanted(a);

	a->ahead = (uint16_t)(ahead < rest ? ahead : rest);
	a->base = a->last_tag;
	a->budget = a->bound == UINT64_MAX ? UINT64_MAX : rest;
	a->consumer = CONSUMER_ON;
	return amqp_link_consume(a->link, q->ref.address.queue, a->ahead);
}

static int end_consumer(struct amqp *a)
{
	if (a->consumer != CONSUMER_ON)
		return 0;
	a->consumer = CONSUMER_ENDING;
	return amqp_link_cancel(a->link);
}

/*
 * If messages are much smaller or larger than those before, another consumer gets the next.  Not
 * while one may be on its way to this consumer, as after an acknowledgement: it would come too
 * late.
 */
static int adapt_consumer(struct amqp *a, size_t len)
{
	uint64_t told = a->told > a->base ? a->told : a->base, wanted;

	a->average = a->average ? (7 * a->average + len + 64) / 8 : len + 64;
	if (a->consumer != CONSUMER_ON || a->last_tag - told < a->ahead)
		return 0;
	wanted = ahead_wanted(a);
	if (wanted > a->bound - a->received)
		wanted = a->bound - a->received;
	return wanted >= 2 * (uint64_t)a->ahead || 2 * wanted <= a->ahead ? end_consumer(a) : 0;
}

/* ---- what the broker is told of ---- */

/* The last tag that the broker may hear of without sending more than is wanted. */
static uint64_t may_tell(const struct amqp *a)
{
	if (a->consumer != CONSUMER_ON || a->budget == UINT64_MAX)
		return UINT64_MAX;
	return a->base + a->budget - a->ahead;
}

/* Tells of those up to a tag before which all are settled. */
static int tell_up_to(struct amqp *a, uint64_t last)
{
	uint64_t tag = last;

	while (tag > a->told && *tag_state(a, tag) != TAG_SETTLED)
		tag--;
	if (tag <= a->told)
		return 0;
	for (uint64_t t = a->told + 1; t <= tag; t++) {
		a->untold -= *tag_state(a, t) == TAG_SETTLED;
		*tag_state(a, t) = TAG_OPEN;
	}
	a->told = tag;
	return amqp_link_ack(a->link, tag, true);
}

static int tell_one(struct amqp *a, uint64_t tag)
{
	if (*tag_state(a, tag) != TAG_SETTLED)
		return 0;
	*tag_state(a, tag) = TAG_TOLD;
	a->untold--;
	return amqp_link_ack(a->link, tag, false);
}

/* Tells as much as is possible without another consumer. */
static int tell_some(struct amqp *a)
{
	uint64_t limit = may_tell(a);

	return a->untold ? tell_up_to(a, a->settled < limit ? a->settled : limit) : 0;
}

static int tell_all(struct amqp *a)
{
	int rc;

	if (a->untold == 0)
		return 0;
	rc = a->settled > may_tell(a) || a->untold > a->settled - a->told ? end_consumer(a) : 0;
	if (rc == 0)
		rc = tell_up_to(a, a->settled);
	for (uint64_t tag = a->settled + 1; rc == 0 && a->untold && tag <= a->last_tag; tag++)
		rc = tell_one(a, tag);
	return rc;
}

int amqp_take_tell(struct queue *q)
{
	return tell_all(amqp_of(q));
}

/* Nothing more has to be done about a tag, here or (TAG_TOLD) at the broker. */
static void settle_tag(struct amqp *a, uint64_t tag, enum tag_state state)
{
	a->in_hand--;
	drop_properties(a, tag);
	*tag_state(a, tag) = (unsigned char)state;
	a->untold += state == TAG_SETTLED;
	while (a->settled < a->last_tag && *tag_state(a, a->settled + 1) != TAG_OPEN)
		a->settled++;
	while (a->told < a->settled && *tag_state(a, a->told + 1) == TAG_TOLD)
		*tag_state(a, ++a->told) = TAG_OPEN;
}

int amqp_take_delivered(struct queue *q, const struct message *m)
{
	struct amqp *a = amqp_of(q);

	if (!is_current(a, m))
		return -ECONNRESET; /* it will be delivered again */
	a->acked = true;
	settle_tag(a, m->tag & TAG_MASK, TAG_SETTLED);
	if (!a->consumes)
		return a->untold < GETS_MAX ? 0 : amqp_take_flush(q);
	return a->untold < ACKS_MAX && a->untold < a->ahead ? 0 : tell_some(a);
}

/* The consumer is cancelled first: else it gets that very message again at once, and RabbitMQ
 * counts that against the delivery limit of a quorum queue. */
int amqp_take_put_back(struct queue *q, const struct message *m)
{
	struct amqp *a = amqp_of(q);
	uint64_t tag = m->tag & TAG_MASK;
	int rc;

	if (!is_current(a, m))
		return 0; /* the broker has put it back by itself */
	rc = end_consumer(a);
	if (rc == 0)
		rc = tell_all(a);
	if (rc == 0)
		rc = amqp_link_requeue(a->link, tag);
	settle_tag(a, tag, TAG_TOLD);
	a->received--;
	return rc == -ECONNRESET || rc == -ETIMEDOUT ? 0 : rc;
}

/* ---- deliveries ---- */

static int take_delivery(struct amqp *a)
{
	a->last_tag = a->event.tag;
	*tag_state(a, a->last_tag) = TAG_OPEN;
	a->received++;
	a->counts = 0;
	a->has_event = true;
	/* Before the last one is settled. */
	return a->received >= a->bound ? end_consumer(a) :
					 adapt_consumer(a, amqp_size(&a->event.message));
}

/* The broker ended the consumer: only a look tells whether the queue is gone or its
 * node is down. */
static int take_cancel(struct queue *q)
{
	uint64_t messages;
	int rc;

	amqp_of(q)->consumer = CONSUMER_NONE;
	rc = amqp_link_look(amqp_of(q)->link, q->ref.address.queue, &messages);
	return rc == -ENOENT ? -EIDRM : rc;
}

/* 1: a delivery; 0: go on; -EAGAIN: there is certainly none. */
static int take_event(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int rc;

	switch (a->event.kind) {
	case AMQP_DELIVERY:
		rc = take_delivery(a);
		return rc < 0 ? rc : 1;
	case AMQP_NO_MESSAGE:
		return -EAGAIN;
	case AMQP_CANCEL:
		return take_cancel(q);
	case AMQP_CANCELLED:
		a->consumer = CONSUMER_NONE;
		return 0;
	case AMQP_COUNT:
		a->counting = false;
		a->counts = a->event.tag == 0 ? a->counts + 1 : 0;
		a->unsent += a->event.tag != 0;
		return 0;
	default:
		return 0;
	}
}

/* ---- deliveries read ahead ---- */

static int stash(struct amqp *a)
{
	const struct message *m = &a->event.message;
	struct stashed *s = malloc(sizeof(*s) + amqp_size(m));

	if (!s)
		return -ENOMEM;
	s->next = NULL;
	s->message = *m;
	s->message.data = s->data;
	s->message.properties = s->data + m->len;
	if (m->len)
		memcpy(s->data, m->data, m->len);
	if (m->properties_len)
		memcpy(s->data + m->len, m->properties, m->properties_len);
	if (!a->stash)
		a->stash_end = &a->stash;
	*a->stash_end = s;
	a->stash_end = &s->next;
	a->has_event = false;
	return 0;
}

static bool unstash(struct amqp *a)
{
	struct stashed *s = a->stash;

	free(a->unstashed);
	a->unstashed = s;
	if (!s)
		return false;
	a->stash = s->next;
	a->event = (struct amqp_event){ .kind = AMQP_DELIVERY,
					.tag = s->message.tag,
					.message = s->message };
	a->has_event = true;
	return true;
}

int amqp_take_catch_up(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int64_t deadline = clock_deadline_ns(queue_broker()->timeout_ns);
	int rc;

	if (a->has_event)
		return 0;
	rc = a->counting ? 0 : amqp_link_count(a->link, q->ref.address.queue);
	a->counting = true;
	while (rc == 0 && a->counting) {
		rc = amqp_link_event(a->link, &a->event);
		if (rc > 0)
			rc = take_event(q);
		else if (rc == 0)
			rc = amqp_wait_answer(a, clock_left_ns(deadline));
		if (rc > 0)
			rc = stash(a);
	}
	return rc;
}

/* 1: the next delivery; 0: nothing has come yet. */
static int next_delivery(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int rc = 0;

	if (unstash(a))
		return 1;
	do {
		if (a->consumes && a->consumer == CONSUMER_NONE && a->received < a->bound)
			rc = start_consumer(q);
		if (rc == 0)
			rc = amqp_link_event(a->link, &a->event);
		if (rc <= 0)
			return rc;
		rc = take_event(q);
	} while (rc == 0);
	return rc;
}

/* Without a consumer: asks for one message. */
static int get(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int64_t deadline = clock_deadline_ns(queue_broker()->timeout_ns);
	int rc;

	if (a->in_hand >= GETS_MAX)
		return -ENOBUFS;
	rc = amqp_link_get(a->link, q->ref.address.queue);
	while (rc == 0) {
		rc = next_delivery(q);
		if (rc == 0)
			rc = amqp_wait_answer(a, clock_left_ns(deadline));
	}
	return rc == -ETIMEDOUT ? amqp_link_give_up(a->link) : rc;
}

/* Nothing has come: waits that long for what may. */
static int wait_for_more(struct amqp *a, int64_t left)
{
	int64_t idle = left < 0 || left > IDLE ? IDLE : left;
	int rc = tell_some(a);

	if (rc == 0 && left == 0)
		rc = -ETIMEDOUT;
	if (rc < 0)
		return rc;
	if (a->untold == 0)
		return amqp_link_wait(a->link, left);
	rc = amqp_link_wait(a->link, idle);
	return rc == -ETIMEDOUT && idle != left ? tell_all(a) : rc;
}

/* All that is there is wanted, and nothing has come: asks whether there is more. */
static int seek_end(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	bool over = a->received >= a->bound || a->counts >= COUNTS_WANTED;
	int rc;

	if (over) {
		a->bound = a->received;
		rc = end_consumer(a);
		return rc < 0 ? rc : -EAGAIN;
	}
	if (a->in_hand > 0 && a->in_hand + a->untold >= a->ahead)
		return -ENOBUFS;
	rc = tell_some(a);
	if (rc == 0)
		rc = amqp_link_wait(a->link, a->counting ? queue_broker()->timeout_ns : COUNT_AFTER);
	if (rc != -ETIMEDOUT)
		return rc;
	if (a->in_hand > 0)
		return -ENOBUFS;
	if (a->counting)
		return amqp_link_give_up(a->link);
	a->counting = true;
	a->consumes = a->unsent < UNSENT_LIMIT;
	return amqp_link_count(a->link, q->ref.address.queue);
}

/* The next message of a consumer. */
static int await_delivery(struct queue *q, int64_t timeout_ns)
{
	struct amqp *a = amqp_of(q);
	int64_t deadline = clock_deadline_ns(timeout_ns);
	int rc;

	do {
		rc = next_delivery(q);
		if (rc != 0)
			return rc;
		rc = a->all_there ? seek_end(q) : wait_for_more(a, clock_left_ns(deadline));
	} while (rc == 0 && a->consumes);
	if (rc == 0) /* it sends us none of what it has */
		rc = end_consumer(a);
	return rc < 0 ? rc : get(q);
}

/* Hands out the delivery that has come. */
static int hand_out(struct amqp *a, struct message *m, size_t room)
{
	const struct message *from = &a->event.message;
	char *data = m->data;

	a->has_event = true; /* until it is out */
	if (from->len > room)
		return -E2BIG;
	if (!keep_properties(a, from))
		return -ENOMEM;
	a->has_event = false;
	if (from->len)
		memcpy(data, from->data, from->len);
	*m = *from;
	m->data = data;
	m->properties = a->properties[from->tag % TAGS_MAX];
	m->tag = make_tag(a, from->tag);
	a->in_hand++;
	return 0;
}

int amqp_take(struct queue *q, struct message *m, size_t room, const struct queue_select *want,
	      int64_t timeout_ns)
{
	struct amqp *a = amqp_of(q);
	int rc = 1;

	(void)want; /* brokers know only one order */
	if (timeout_ns != QUEUE_NO_WAIT)
		a->consumes = true;
	if (!a->has_event)
		rc = a->consumes ? await_delivery(q, timeout_ns) : get(q);
	if (rc == -ENOENT) /* it was there when the queue was opened */
		rc = -EIDRM;
	if (rc == -ETIMEDOUT && timeout_ns == QUEUE_NO_WAIT && a->consumes && !a->counting)
		rc = -EAGAIN;
	return rc < 0 ? rc : hand_out(a, m, room);
}

size_t amqp_take_room_wanted(struct queue *q)
{
	return amqp_of(q)->has_event ? amqp_of(q)->event.message.len : 0;
}

void amqp_take_expect(struct queue *q, uint64_t n, enum queue_expectation how)
{
	struct amqp *a = amqp_of(q);

	a->consumes = true;
	a->all_there = how == QUEUE_ALL_THERE;
	a->received = 0;
	a->bound = a->all_there && a->ready < n ? a->ready : n;
}

void amqp_take_hold(struct queue *q, unsigned int n)
{
	amqp_of(q)->ahead_max = n;
}

/* ---- the end ---- */

/* Waits for that many answers to amqp_link_count(); the broker keeps what is
 * delivered meanwhile. */
static int await_counts(struct amqp *a, unsigned int counts)
{
	int64_t deadline = clock_deadline_ns(queue_broker()->timeout_ns);
	int rc = 0;

	while (rc == 0 && counts > 0) {
		rc = amqp_link_event(a->link, &a->event);
		if (rc > 0) {
			counts -= a->event.kind == AMQP_COUNT;
			rc = 0;
		} else if (rc == 0) {
			rc = amqp_wait_answer(a, clock_left_ns(deadline));
		}
	}
	return rc == -ETIMEDOUT ? amqp_link_give_up(a->link) : rc;
}

int amqp_take_flush(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	unsigned int counts = 1 + a->counting;
	int rc;

	if (!a->acked)
		return 0;
	rc = end_consumer(a);
	if (rc == 0)
		rc = tell_all(a);
	if (rc == 0)
		rc = amqp_link_count(a->link, q->ref.address.queue);
	a->counting = false;
	if (rc == 0)
		rc = await_counts(a, counts);
	return rc == -ENOENT ? 0 : rc; /* a queue that is gone has nothing left to be told */
}

void amqp_take_forget(struct amqp *a)
{
	while (unstash(a))
		;
	drop_all_properties(a);
	a->consumer = CONSUMER_NONE;
	a->has_event = a->counting = a->acked = false;
	a->received -= a->in_hand;
	a->last_tag = a->settled = a->told = 0;
	a->untold = a->in_hand = a->counts = 0;
	memset(a->tags, TAG_OPEN, sizeof(a->tags));
}
