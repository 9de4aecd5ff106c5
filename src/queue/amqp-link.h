/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-link.h - a connection to a broker, with one channel (AMQP 0-9-1, librabbitmq)
 *
 * Functions return 0 or -errno and print nothing.  -ECONNRESET: the connection is lost, or the node
 * that has the queue is down, and only amqp_link_close() is left.  -EINTR, -EPIPE and -ETIMEDOUT
 * are those of wait.h; if they cut a call short in the middle, the connection is lost too.
 * amqp_link_error() has the broker's or the library's own words.
 *
 * librabbitmq does not allow two threads to use its socket at once, and a broker takes a client
 * that is silent for dead.  So one lock is around all of it, and the helper of wait.h sends
 * heartbeats whatever mqtool waits for.
 */
#ifndef MQTOOL_AMQP_LINK_H
#define MQTOOL_AMQP_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"

struct amqp_link;

/* How a queue is to be made. */
struct amqp_arguments {
	uint64_t max_length;       /* 0: none */
	unsigned int max_priority; /* 0: none */
	bool quorum;
	const char *dead_letter; /* a queue, or NULL */
};

enum amqp_event_kind {
	AMQP_DELIVERY,   /* a message, from a consumer or amqp_link_get() */
	AMQP_NO_MESSAGE, /* the answer of amqp_link_get() on an empty queue */
	AMQP_CONFIRM,
	AMQP_REFUSAL,   /* basic.nack of a message that was published */
	AMQP_RETURN,    /* nothing takes what was published; a confirmation follows */
	AMQP_CANCEL,    /* the consumer has ended: its queue was deleted, or its node is down */
	AMQP_CANCELLED, /* the answer of amqp_link_cancel(): no message comes after it */
	AMQP_COUNT,     /* the answer of amqp_link_count(): the number of messages ready */
};

/* What came from the broker. */
struct amqp_event {
	enum amqp_event_kind kind;
	uint64_t tag;  /* of a delivery; of the message confirmed or refused, counted from 1;
		        * COUNT: the messages */
	bool multiple; /* CONFIRM, REFUSAL: all before it too */
	/* DELIVERY, RETURN: data is the link's, until the next event. */
	struct message message;
};

/*
 * Connects, logs in and opens the channel, all within the broker's timeout (queue_set_broker()).
 * -EACCES: our user or what we want is refused; -ENOENT: no such vhost; -EPERM: the password would
 * go in the clear to another machine; -EINVAL: there is no password (amqp-secret.h).  *link is NULL
 * or the caller's to close, even after an error.
 */
int amqp_link_open(struct amqp_link **link, const struct queue_address *address) _must_check_;
/* Closes, in order if the connection is alive, and frees; NULL is fine. */
void amqp_link_close(struct amqp_link *link);
/* Gives up on a broker that did not answer in time: -ETIMEDOUT; nothing waits for it any more. */
int amqp_link_give_up(struct amqp_link *link);
/* May a password for this address be sent?  0, or -EPERM: in the clear to another machine. */
int amqp_link_may_send_password(const struct queue_address *address) _must_check_;
/* Why the last call failed, escaped, and translated if the text is ours; "" if not
 * known.  Static. */
const char *amqp_link_error(void);
/* True if it failed because there is no such queue. */
bool amqp_link_no_queue(void);

/*
 * The next event: 1, 0 if none has come whole yet, or -errno of a channel or connection that the
 * broker closed (-EIDRM cannot be told from -ENOENT here).
 */
int amqp_link_event(struct amqp_link *link, struct amqp_event *event) _must_check_;
/* Sleeps until something may have come, at most timeout_ns (negative for ever). */
int amqp_link_wait(struct amqp_link *link, int64_t timeout_ns) _must_check_;
/* The same, always with a timeout and without failing for a stop signal: for answers under way. */
int amqp_link_linger(struct amqp_link *link, int64_t timeout_ns) _must_check_;
/* The name of the broker's cluster, "" if it tells none; owned by the link. */
const char *amqp_link_cluster(const struct amqp_link *link);

/* Asks whether the queue exists, and how many messages are ready.  -ENOENT if it does not. */
int amqp_link_look(struct amqp_link *link, const char *queue, uint64_t *messages) _must_check_;
/* Makes a durable queue; succeeds if an equal one exists.  -ENOTUNIQ: it is not equal. */
int amqp_link_declare(struct amqp_link *link, const char *queue,
		      const struct amqp_arguments *arguments) _must_check_;
/* Deletes a queue, whatever is on it; one that does not exist is no error. */
int amqp_link_delete(struct amqp_link *link, const char *queue) _must_check_;

/* Asks for the confirmation of every message from now on; an error comes with the next answer. */
int amqp_link_confirm(struct amqp_link *link) _must_check_;
/* Can a message with these properties be sent?  0, or -EBADMSG. */
int amqp_link_can_publish(struct amqp_link *link, const struct message *m) _must_check_;
/*
 * Sends a message to the queue through the default exchange: persistent, mandatory, with those of
 * its properties that may be sent (properties_withhold()).
 */
int amqp_link_publish(struct amqp_link *link, const char *queue, const struct message *m,
		      int64_t timeout_ns) _must_check_;
/* True if that leaves out properties of the message: those that this client may not send.  link may
 * be NULL: our user is then not known. */
bool amqp_link_withholds(const struct amqp_link *link, const struct message *m);
/* Begins to consume, with at most `ahead` messages unsettled.  A failure is an error of
 * amqp_link_event(). */
int amqp_link_consume(struct amqp_link *link, const char *queue, uint16_t ahead) _must_check_;
/* Cancels the consumer; the answer is an event.  The broker does it before anything it is told
 * later. */
int amqp_link_cancel(struct amqp_link *link) _must_check_;
/* Asks how many messages are ready, like amqp_link_look(), but the answer is an event. */
int amqp_link_count(struct amqp_link *link, const char *queue) _must_check_;
/* Asks for one message; the answer is an event. */
int amqp_link_get(struct amqp_link *link, const char *queue) _must_check_;
/* Settles a delivery and, with multiple, all before it. */
int amqp_link_ack(struct amqp_link *link, uint64_t tag, bool multiple) _must_check_;
/* Puts a delivery back in its old place. */
int amqp_link_requeue(struct amqp_link *link, uint64_t tag) _must_check_;

#endif
