/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-send.c - queues of a broker: sending
 *
 * Messages go out without waiting for each confirmation, and are kept until it comes (the window).
 * A full queue that was made with reject-publish refuses them.  From the first refusal on the
 * window is emptied, and one message is sent at a time, again and again until there is room, until
 * many in a row have found some.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/amqp-queue.h"
#include "queue/queue-backend.h"

#define WINDOW_MESSAGES 1024
/* One more place: the message that met a failure is kept with the others. */
#define WINDOW_PLACES (WINDOW_MESSAGES + 1)
#define WINDOW_BYTES ((size_t)4 * 1024 * 1024)
/* Confirmations are looked for after this many more messages. */
#define LOOK_EVERY 64
/* After this many confirmed since a refusal, several are sent at a time again. */
#define SUCCESSES_WANTED 64
/* Between two tries of a message that was refused. */
#define FIRST_PAUSE (NSEC_PER_SEC / 100)
#define LAST_PAUSE NSEC_PER_SEC

int amqp_send_open(struct amqp *a)
{
	a->max_messages = WINDOW_MESSAGES;
	a->max_bytes = WINDOW_BYTES;
	/* Not zeroed: keep() does that place by place, so that one message touches one page of 28. */
	a->window = malloc(WINDOW_PLACES * sizeof(*a->window));
	return a->window ? 0 : -ENOMEM;
}

void amqp_send_window(struct queue *q, size_t messages, size_t bytes)
{
	amqp_of(q)->max_messages = messages < WINDOW_MESSAGES ? messages : WINDOW_MESSAGES;
	amqp_of(q)->max_bytes = bytes;
}

void amqp_send_free(struct amqp *a)
{
	for (size_t i = 0; i < a->places; i++)
		free(a->window[i].memory);
	free(a->window);
}

/* ---- the window ---- */

static struct sent *sent_at(struct amqp *a, size_t i)
{
	return &a->window[(a->first + i) % WINDOW_PLACES];
}

/* Drops confirmed messages from the beginning of the window, which keeps little memory. */
static void forget_confirmed(struct amqp *a)
{
	while (a->n > 0 && a->window[a->first].state == SENT_DONE) {
		struct sent *s = &a->window[a->first];

		a->bytes -= amqp_size(&s->message);
		a->first = (a->first + 1) % WINDOW_PLACES;
		a->n--;
		if (s->cap > WINDOW_BYTES / WINDOW_MESSAGES) {
			free(s->memory);
			s->memory = NULL;
			s->cap = 0;
		}
	}
}

static void confirm(struct amqp *a, struct sent *s, enum amqp_event_kind kind)
{
	if (s->state != SENT_WAITING)
		return;
	s->state = kind == AMQP_CONFIRM ? SENT_DONE : SENT_REFUSED;
	if (a->one_by_one && s->state == SENT_DONE && ++a->successes >= SUCCESSES_WANTED)
		a->one_by_one = false;
}

static void take_confirm(struct amqp *a, const struct amqp_event *event)
{
	if (event->kind == AMQP_REFUSAL) {
		a->one_by_one = true;
		a->successes = 0;
	}
	for (size_t i = 0; i < a->n; i++) {
		struct sent *s = sent_at(a, i);

		/* The broker counts like AMQP: 0 stands for all there are. */
		if (s->tag == event->tag ||
		    (event->multiple && (s->tag < event->tag || event->tag == 0)))
			confirm(a, s, event->kind);
		if (s->tag == event->tag && event->tag)
			break;
	}
	forget_confirmed(a);
}

static bool is_message(const struct message *a, const struct message *b)
{
	unsigned int same = MESSAGE_HAS_TYPE | MESSAGE_HAS_PRIORITY;

	return a->len == b->len && (a->have & same) == (b->have & same) &&
	       (!(a->have & MESSAGE_HAS_TYPE) || a->type == b->type) &&
	       (!(a->have & MESSAGE_HAS_PRIORITY) || a->priority == b->priority) &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* Marks the first message that is on its way, or all. */
static bool mark_returned(struct amqp *a, const struct message *returned)
{
	bool found = false;

	for (size_t i = 0; i < a->n && !(found && returned); i++) {
		struct sent *s = sent_at(a, i);

		if (s->state != SENT_WAITING || (returned && !is_message(&s->message, returned)))
			continue;
		s->state = SENT_RETURNED;
		found = true;
	}
	return found;
}

/* A returned message does not say which one it was, but it is one of these, word for word; a
 * confirmation follows. */
static void take_return(struct amqp *a, const struct amqp_event *event)
{
	a->returned = true;
	if (!mark_returned(a, &event->message))
		(void)!mark_returned(a, NULL); /* better one too many than one lost */
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

/* Handles all answers that have come; returns how many, or -errno. */
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

/* The rest of a timeout for a broker's answer: -n does not wait for room, but must still wait for
 * that. */
static int64_t answer_time(int64_t timeout_ns)
{
	return timeout_ns == QUEUE_NO_WAIT ? queue_broker()->timeout_ns : timeout_ns;
}

static void about_to_wait(struct amqp *a, bool for_room)
{
	if (a->before_wait)
		a->before_wait(a->before_wait_arg, for_room);
}

/* Waits for any answer, as long as one is due. */
static int await_answer(struct amqp *a, int64_t timeout_ns)
{
	int64_t deadline = clock_deadline_ns(timeout_ns);
	int rc;

	while ((rc = take_answers(a)) == 0) {
		int64_t left = clock_left_ns(deadline);

		about_to_wait(a, false);
		rc = left == 0 ? -ETIMEDOUT : amqp_wait_answer(a, left);
		if (rc == -ETIMEDOUT)
			a->failed = rc = amqp_link_give_up(a->link);
		if (rc < 0)
			return rc;
	}
	return rc < 0 ? rc : 0;
}

/* Waits until all in the window are answered. */
static int drain(struct amqp *a, int64_t timeout_ns)
{
	int rc = take_answers(a);

	while (rc >= 0 && count_waiting(a) > 0)
		rc = await_answer(a, answer_time(timeout_ns));
	return rc < 0 ? rc : 0;
}

/* A copy in the memory of s. */
static bool copy_message(struct sent *s, const struct message *m)
{
	size_t size = amqp_size(m);

	if (!s->memory || s->cap < size) {
		free(s->memory);
		s->cap = size > 64 ? size : 64;
		s->memory = malloc(MESSAGE_HEADROOM + s->cap);
		if (!s->memory)
			return false;
	}
	s->message = *m;
	s->message.data = s->memory + MESSAGE_HEADROOM;
	s->message.properties = s->message.data + m->len;
	if (m->len)
		memcpy(s->message.data, m->data, m->len);
	if (m->properties_len)
		memcpy(s->message.data + m->len, m->properties, m->properties_len);
	return true;
}

/* A place in the window for a copy of m, or NULL if there is no memory or none is free. */
static struct sent *keep(struct amqp *a, const struct message *m)
{
	struct sent *s = sent_at(a, a->n);

	if (a->n == WINDOW_PLACES)
		return NULL;
	if (s == a->window + a->places) {
		*s = (struct sent){ 0 };
		a->places++;
	}
	if (!copy_message(s, m))
		return NULL;
	s->number = a->placed = a->given;
	s->state = SENT_NOT;
	s->tag = UINT64_MAX; /* no confirmation of its own */
	a->n++;
	a->bytes += amqp_size(m);
	return s;
}

static int publish(struct queue *q, struct sent *s, int64_t timeout_ns)
{
	int rc = amqp_link_publish(amqp_of(q)->link, q->ref.address.queue, &s->message,
				   answer_time(timeout_ns));

	if (rc < 0) {
		amqp_of(q)->failed = rc; /* part of it may have gone out */
		return rc;
	}
	s->tag = ++amqp_of(q)->published;
	s->state = SENT_WAITING;
	return 0;
}

/* ---- one by one ---- */

static bool is_unsent(const struct sent *s)
{
	return s->state == SENT_REFUSED || s->state == SENT_NOT;
}

/* Waits before another try of what was refused. */
static int wait_for_room(struct amqp *a, int64_t left, int64_t *pause)
{
	int64_t now = *pause;

	about_to_wait(a, true);
	*pause = 2 * now < LAST_PAUSE ? 2 * now : LAST_PAUSE;
	return amqp_pause(left < 0 || now < left ? now : left);
}

/* Sends what has not gone or was refused until there is room, or time is up. */
static int insist(struct queue *q, struct sent *s, int64_t timeout_ns)
{
	int64_t deadline = clock_deadline_ns(timeout_ns), pause = FIRST_PAUSE, left;
	int rc;

	do {
		left = clock_left_ns(deadline);
		if (s->state == SENT_REFUSED) {
			if (timeout_ns == QUEUE_NO_WAIT)
				return -EAGAIN;
			if (left == 0)
				return -ETIMEDOUT;
			rc = wait_for_room(amqp_of(q), left, &pause);
			if (rc < 0)
				return rc;
		}
		rc = publish(q, s, left);
		if (rc == 0)
			rc = drain(amqp_of(q), timeout_ns);
	} while (rc == 0 && s->state == SENT_REFUSED);
	return rc;
}

/*
 * A message came back.  0: the queue exists, and they are to be sent once more; -ENOENT; or
 * -ECONNRESET: its node is down.
 */
static int look_for_queue(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	uint64_t messages;
	int rc = amqp_link_look(a->link, q->ref.address.queue, &messages);

	if (rc < 0) {
		a->failed = rc == -ENOENT ? 0 : rc;
		return rc;
	}
	a->returned = false;
	for (size_t i = 0; i < a->n; i++)
		if (sent_at(a, i)->state == SENT_RETURNED)
			sent_at(a, i)->state = SENT_REFUSED;
	return 0;
}

/* After a refusal: only one message is on its way. */
static int settle_window(struct queue *q, int64_t timeout_ns)
{
	struct amqp *a = amqp_of(q);
	int rc = drain(a, timeout_ns);

	for (size_t i = 0; rc == 0 && i < a->n; i++) {
		if (a->returned)
			rc = look_for_queue(q);
		if (rc == 0 && is_unsent(sent_at(a, i))) {
			rc = insist(q, sent_at(a, i), timeout_ns);
			i = SIZE_MAX; /* what is confirmed has left the window */
		}
	}
	return rc;
}

static bool window_full(const struct amqp *a, size_t more)
{
	return a->n >= a->max_messages || (a->n > 0 && a->bytes + more > a->max_bytes);
}

static int make_room(struct queue *q, size_t size, int64_t timeout_ns)
{
	struct amqp *a = amqp_of(q);
	int rc = 0;

	if (a->failed || a->published % LOOK_EVERY == 0)
		rc = take_answers(a);
	while (rc >= 0 && !a->one_by_one && !a->returned && window_full(a, size))
		rc = await_answer(a, answer_time(timeout_ns));
	if (rc >= 0 && a->one_by_one && window_full(a, size))
		rc = settle_window(q, timeout_ns);
	return rc < 0 ? rc : 0;
}

/* A message whose properties cannot be sent ends it, after an answer for all before it. */
static int check_properties(struct queue *q, const struct message *m, int64_t timeout_ns)
{
	int rc;

	if (m->properties_len == 0 || amqp_link_can_publish(amqp_of(q)->link, m) == 0)
		return 0;
	rc = amqp_send_flush(q, timeout_ns);
	return rc < 0 ? rc : amqp_link_can_publish(amqp_of(q)->link, m);
}

int amqp_send(struct queue *q, const struct message *m, int64_t timeout_ns)
{
	struct amqp *a = amqp_of(q);
	struct sent *s;
	int rc;

	a->given++;
	rc = check_properties(q, m, timeout_ns);
	if (rc < 0)
		return rc;
	rc = make_room(q, amqp_size(m), timeout_ns);
	s = keep(a, m);
	if (!s)
		return rc < 0 ? rc : -ENOMEM;
	if (rc < 0)
		return rc;
	return a->one_by_one || a->returned ? settle_window(q, timeout_ns) :
					      publish(q, s, timeout_ns);
}

int amqp_send_flush(struct queue *q, int64_t timeout_ns)
{
	return amqp_of(q)->n > 0 || amqp_of(q)->failed ? settle_window(q, timeout_ns) : 0;
}

/* ---- another connection ---- */

void amqp_send_forget(struct amqp *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct sent *s = sent_at(a, i);

		if (s->state == SENT_DONE)
			continue;
		a->resent += s->state == SENT_WAITING;
		s->state = SENT_NOT;
		s->tag = UINT64_MAX;
	}
	a->published = 0;
	a->failed = 0;
	a->returned = false;
}

int amqp_send_again(struct queue *q)
{
	struct amqp *a = amqp_of(q);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->n; i++)
		if (sent_at(a, i)->state == SENT_NOT)
			rc = publish(q, sent_at(a, i), queue_broker()->timeout_ns);
	return rc;
}

/* ---- what is not confirmed ---- */

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

uint64_t amqp_send_unconfirmed(struct queue *q, struct buffer *text, uint64_t *first)
{
	struct numbers numbers = { .text = text };
	struct amqp *a = amqp_of(q);

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

/* The place of a message, or NULL: it has left the window, or never came into it. */
static struct sent *find(struct amqp *a, uint64_t number)
{
	uint64_t first = a->n > 0 ? sent_at(a, 0)->number : 0;

	/* Numbers in the window are consecutive. */
	if (a->n == 0 || number < first || number - first >= a->n)
		return NULL;
	return sent_at(a, (size_t)(number - first));
}

bool amqp_send_confirmed(struct queue *q, uint64_t number)
{
	const struct sent *s = find(amqp_of(q), number);

	return s ? s->state == SENT_DONE : number <= amqp_of(q)->placed;
}

bool amqp_send_kept(struct queue *q, uint64_t number, struct message *m)
{
	const struct sent *s = find(amqp_of(q), number);

	if (!s)
		return false;
	*m = s->message;
	return true;
}

bool amqp_send_withdraw(struct queue *q, uint64_t number)
{
	struct sent *s = find(amqp_of(q), number);

	if (!s || !is_unsent(s))
		return false;
	s->state = SENT_DONE;
	return true;
}
