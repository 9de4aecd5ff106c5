/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-queue.h - an open queue of a broker; only queue-amqp.c and amqp-*.c see inside
 */
#ifndef MQTOOL_AMQP_QUEUE_H
#define MQTOOL_AMQP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/amqp-link.h"
#include "queue/queue-backend.h"

/* The most messages that a broker sends ahead of their settlement: more than can be in hand, or
 * settled without the broker knowing it. */
#define AHEAD_MAX 512
#define TAGS_MAX 2048

enum sent_state {
	SENT_NOT,      /* has not been sent on this connection */
	SENT_WAITING,  /* waits for its confirmation */
	SENT_DONE,     /* confirmed, or withdrawn */
	SENT_REFUSED,  /* by the queue */
	SENT_RETURNED, /* no queue took it */
};

/* A message in the window.  Its memory belongs to the window, which reuses it for the next one
 * here. */
struct sent {
	enum sent_state state;
	uint64_t tag;    /* of this try: its number among those published, from 1 */
	uint64_t number; /* of the message: its number among those given to send(), from 1 */
	struct message message;
	char *memory; /* MESSAGE_HEADROOM, then cap bytes: body and properties */
	size_t cap;
};

/* A delivery that was read before it was asked for. */
struct stashed {
	struct stashed *next;
	struct message message;
	char data[];
};

enum consumer_state { CONSUMER_NONE, CONSUMER_ON, CONSUMER_ENDING };

struct amqp {
	struct queue queue;
	struct amqp_link *link;
	unsigned int access;
	unsigned int generation; /* of the connection */
	uint64_t ready;          /* messages that were ready when it was made */
	int64_t grace_end; /* after a stop signal answers are waited for until then; 0: none came */

	/* sending */
	struct sent *window; /* a ring */
	size_t places;       /* of it, that have been used: the first ones */
	size_t first, n, bytes;
	size_t max_messages, max_bytes;    /* of those not confirmed */
	uint64_t given, placed, published; /* placed: the last one that found a place */
	bool one_by_one;
	unsigned int successes; /* confirmed since the last refusal */
	bool returned;          /* some message came back: the queue may be gone */
	int failed;             /* -errno, once no answer can come any more */
	uint64_t resent;        /* that may have been there already */
	void (*before_wait)(void *arg, bool for_room);
	void *before_wait_arg;

	/* taking */
	bool consumes;     /* by a consumer; else each message is asked for */
	bool all_there;    /* and only those that were ready */
	uint64_t bound;    /* messages that may be taken in all */
	uint64_t received; /* of those; messages put back do not count */
	enum consumer_state consumer;
	unsigned int ahead_max;
	uint16_t ahead;   /* of the consumer: the most unsettled messages */
	uint64_t base;    /* the last tag before the consumer began */
	uint64_t budget;  /* messages that the broker may send it */
	uint64_t average; /* bytes of a message, 0 if none has come */
	struct stashed *stash, **stash_end, *unstashed; /* unstashed: that of the event */
	bool has_event;                                 /* a delivery that found no room yet */
	struct amqp_event event;
	unsigned char tags[TAGS_MAX]; /* a ring: enum tag_state of each tag above told */
	char *properties[TAGS_MAX];   /* of the messages in hand, by their tags; malloc'd */
	bool has_properties;          /* some of them may be there */
	uint64_t last_tag;            /* of the deliveries */
	uint64_t settled;             /* the last tag up to which all are settled */
	uint64_t told;                /* the last tag up to which the broker knows */
	unsigned int untold;          /* settled without the broker knowing */
	bool acked;                   /* anything at all */
	unsigned int in_hand;
	unsigned int counts; /* answers in a row that said no message is ready */
	bool counting;       /* an answer to amqp_link_count() is due */
	unsigned int unsent; /* how often it reported some, and none came */
};

/* Bytes of memory that the message takes, here and on its way. */
static inline size_t amqp_size(const struct message *m)
{
	return m->len + m->properties_len;
}

static inline struct amqp *amqp_of(struct queue *q)
{
	return (struct amqp *)(void *)q;
}

/* ---- both halves (amqp-queue.c) ---- */

/* Sleeps; -EINTR if a stop signal comes. */
int amqp_pause(int64_t ns) _must_check_;
/*
 * Waits for an answer that is under way, like amqp_link_wait(): after a stop signal it waits a
 * second more, then returns -EINTR.
 */
int amqp_wait_answer(struct amqp *a, int64_t timeout_ns) _must_check_;

/* ---- sending (amqp-send.c): the functions of the backend ---- */

/* Makes the window of a queue that is opened for sending: 0, or -ENOMEM. */
int amqp_send_open(struct amqp *a) _must_check_;
/* Frees the window. */
void amqp_send_free(struct amqp *a);
/* What queue.h says of queue_window(), queue_send() and so on. */
void amqp_send_window(struct queue *q, size_t messages, size_t bytes);
int amqp_send(struct queue *q, const struct message *m, int64_t timeout_ns) _must_check_;
int amqp_send_flush(struct queue *q, int64_t timeout_ns) _must_check_;
uint64_t amqp_send_unconfirmed(struct queue *q, struct buffer *text, uint64_t *first);
bool amqp_send_confirmed(struct queue *q, uint64_t number);
bool amqp_send_kept(struct queue *q, uint64_t number, struct message *m);
bool amqp_send_withdraw(struct queue *q, uint64_t number);
/* The connection is lost: marks what was under way to be sent again. */
void amqp_send_forget(struct amqp *a);
/* Sends that on the new connection. */
int amqp_send_again(struct queue *q) _must_check_;

/* ---- taking (amqp-take.c) ---- */

/* What queue.h says of queue_take(), queue_room_wanted() and so on. */
int amqp_take(struct queue *q, struct message *m, size_t room, const struct queue_select *want,
	      int64_t timeout_ns) _must_check_;
size_t amqp_take_room_wanted(struct queue *q);
int amqp_take_delivered(struct queue *q, const struct message *m) _must_check_;
int amqp_take_put_back(struct queue *q, const struct message *m) _must_check_;
void amqp_take_expect(struct queue *q, uint64_t n, enum queue_expectation how);
void amqp_take_hold(struct queue *q, unsigned int n);
/* Tells the broker about all that was settled. */
int amqp_take_tell(struct queue *q) _must_check_;
/* The same, and returns when the queue has heard it, which the channel alone cannot tell. */
int amqp_take_flush(struct queue *q) _must_check_;
/* The connection is lost: drops what came by it and is not settled. */
void amqp_take_forget(struct amqp *a);
/* Reads all that the broker has sent so far; an error is that of its channel. */
int amqp_take_catch_up(struct queue *q) _must_check_;

#endif
