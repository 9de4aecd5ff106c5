/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h - the only face of the queue backends
 *
 * All that the commands may know about queues.  Functions return 0 or -errno and print nothing;
 * queue_explain() turns an error into the limit, the place that sets it and the way to raise it.
 *
 * Errors that all kinds share:
 *   -ENOENT      no such queue
 *   -EIDRM       the queue was removed while in use
 *   -EEXIST      create: it exists already
 *   -EACCES, -EPERM  permission denied
 *   -EAGAIN      nothing to take, or no room, and the caller would not wait
 *   -ETIMEDOUT   the same at the end of the time given
 *   -EINTR       a stop signal came (wait.h); nothing was taken or sent
 *   -EUSERS      the limit of threads leaves none to wait with
 *   -EPIPE       the reader of standard output went away while waiting; nothing was taken
 *   -EMSGSIZE    send: the message can never fit
 *   -E2BIG       take, peek: the message is larger than the room given; it stays on the queue
 *   -ENOBUFS     take: too many messages are in hand: settle them first
 *   -EOPNOTSUPP  this kind of queue has no such operation
 *   -ENODATA     create: a default of the kernel that is needed cannot be read
 *   -ECONNRESET  the connection to the broker was lost, or the node that has the queue is down.
 *                What was taken and not settled is on the queue again; queue_unconfirmed() says
 *                what became of the messages sent; queue_reopen() makes another connection and
 *                sends those again
 */
#ifndef MQTOOL_QUEUE_H
#define MQTOOL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue-stat.h"
#include "queue/ref.h"

/* True if this program can use queues of that kind; a sibling of it may (sibling.h). */
bool queue_supported(enum queue_kind kind);

/*
 * Checks that everything the queue's kind needs beside its name is there: the password for a
 * broker.  Returns 0, or -EINVAL with *error: a usage error.  Makes no connection.
 */
int queue_ref_ready(const struct queue_ref *ref, struct refusal *error) _must_check_;
/* ---- messages ---- */

#define MESSAGE_HAS_TYPE (1u << 0)
#define MESSAGE_HAS_PRIORITY (1u << 1)
/* AMQP: its type is not a number but one of its properties, which queues of other kinds cannot
 * carry. */
#define MESSAGE_HAS_OTHER_TYPE (1u << 2)
/* AMQP: the broker tells whether it was delivered before. */
#define MESSAGE_HAS_REDELIVERED (1u << 3)

/* The highest POSIX priority on Linux: sysconf(_SC_MQ_PRIO_MAX) - 1. */
#define MESSAGE_PRIORITY_MAX 32767
/* AMQP 0-9-1 has an octet for it. */
#define MESSAGE_PRIORITY_MAX_AMQP 255

/* Bytes that must be there and writable before a body: msgsnd(2) and msgrcv(2) want the type in
 * front of the body.  They are left unchanged. */
#define MESSAGE_HEADROOM sizeof(long)

struct message {
	unsigned int have;     /* MESSAGE_HAS_*: absent is not zero */
	long type;             /* System V, AMQP; >= 1 */
	unsigned int priority; /* POSIX, 0 to 32767; AMQP, 0 to 255 */
	char *data;            /* the body, in the caller's memory, MESSAGE_HEADROOM before it */
	size_t len;            /* bytes of body */
	uint64_t tag;          /* the backend's: how a broker knows a taken message */
	bool redelivered;      /* AMQP: it was delivered before, and came back */
	/*
	 * What else it carries, in the backend's own form (amqp-properties.h); empty: nothing.  In
	 * a message that was taken they belong to the queue, until the message is settled or the
	 * queue reopened.
	 */
	const char *properties;
	size_t properties_len;
};

/* Which message to take: msgtyp and MSG_EXCEPT of msgrcv(2).  Zero takes the first of any type. */
struct queue_select {
	long type;
	bool except;
};

enum queue_settle { QUEUE_DELIVERED, QUEUE_RETURN };

/* Timeouts, in nanoseconds from the moment that a call finds it has to wait. */
#define QUEUE_NO_WAIT 0
#define QUEUE_WAIT_FOREVER (-1)

/* ---- one queue ---- */

#define QUEUE_READ (1u << 0)
#define QUEUE_WRITE (1u << 1)

/* An open queue; its backend defines what it consists of. */
struct queue;

/*
 * Opens an existing queue for QUEUE_READ (take, peek) and/or QUEUE_WRITE (send): sending never
 * needs read permission, nor receiving write permission.  With neither, only for queue_stat().  *q
 * is the caller's to close, even if this fails: it is then what queue_may_reopen() asks about, or
 * NULL.
 */
int queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access) _must_check_;
/* Closes and frees; NULL is fine. */
void queue_close(struct queue *q);
/* The name that the queue was opened by; lives as long as the queue. */
const struct queue_ref *queue_ref_of(const struct queue *q);
/*
 * A descriptor that poll(2) finds ready after a send and after a receive, once with EPOLLET
 * (epoll(7)), or -1: this kind has none.  The queue owns it.
 */
int queue_change_fd(const struct queue *q);
/*
 * After -ECONNRESET: tries at growing intervals to make another connection, for at most timeout_ns
 * (negative for ever).  Returns 0, -EINTR after a stop signal, or another error of queue_open():
 * the last one, or one that trying again will not cure.
 */
int queue_reopen(struct queue *q, int64_t timeout_ns) _must_check_;
/* True if queue_reopen() may cure an error of queue_open(). */
bool queue_may_reopen(const struct queue *q, int error);
/* How to speak to brokers from now on; the kernel's queues need none of it. */
struct queue_broker {
	/* The longest time for a connection or an answer, at least a second; <= 0: ten. */
	int64_t timeout_ns;
	bool plaintext;      /* a password may go in the clear to another machine */
	const char *command; /* for whom: a part of the connection's name; static */
};
/* Sets that for all queues opened from now on; *how is copied. */
void queue_set_broker(const struct queue_broker *how);
enum queue_expectation {
	QUEUE_AS_THEY_COME,
	QUEUE_ALL_THERE, /* those that are there now: after them a take is -EAGAIN */
};
/*
 * Says that at most n messages are to be taken, and which.  A broker then sends no more than that
 * ahead: what it has sent ahead others do not get until it is returned.  Has no effect on the
 * kernel's queues, which send nothing ahead.
 */
void queue_expect(struct queue *q, uint64_t n, enum queue_expectation how);
/* Says that at most n messages are to be in hand: others then get those that wait meanwhile. */
void queue_hold(struct queue *q, unsigned int n);

/*
 * Sends one message.  First tries without waiting; then waits for at most timeout_ns
 * (QUEUE_NO_WAIT, QUEUE_WAIT_FOREVER) in the kernel's own call (wait.h).  A message that can never
 * fit is -EMSGSIZE at once, even if msgsnd(2) would block for ever.
 *
 * A broker has a message for certain only when it has confirmed it: 0 then means that the message
 * is on its way, an error may be that of an earlier one, and queue_flush() waits for the rest.
 */
int queue_send(struct queue *q, const struct message *m, int64_t timeout_ns) _must_check_;
/* True if the queue cannot take all properties of the message: queue_send() leaves those out. */
bool queue_leaves_out(const struct queue *q, const struct message *m);
/*
 * Waits until all messages sent are on the queue, and all that were settled are known to be; gives
 * up after timeout_ns without an answer.  Errors of queue_send().  For the kernel's queues that is
 * always so, except: -EIDRM if a POSIX queue was removed, which sending to it does not tell.
 */
int queue_flush(struct queue *q, int64_t timeout_ns) _must_check_;
/*
 * Tells a broker what was settled: call it before anything that may take time, since a broker takes
 * back what it hears nothing of.  Does not wait for an answer.
 */
int queue_tell(struct queue *q) _must_check_;
/*
 * After something that took time: finds out (-ECONNRESET) whether a broker has meanwhile taken back
 * what it had sent ahead, before any of that is taken.
 */
int queue_catch_up(struct queue *q) _must_check_;
/*
 * Limits how many messages may be sent and not confirmed, and how many bytes of them, not
 * counting one message.  Only for brokers' queues; affects later messages.
 */
void queue_window(struct queue *q, size_t messages, size_t bytes);
/*
 * Has before_wait(arg) called whenever queue_send() or queue_flush() is about to wait for an answer
 * or, with for_room, for room.  It may ask for and withdraw messages of q.  Only for brokers'
 * queues.
 */
void queue_before_wait(struct queue *q, void (*before_wait)(void *arg, bool for_room), void *arg);
/*
 * The same check only for POSIX queues, whether or not anything was sent since: 0, or -EIDRM.  To
 * be used while input is waited for (wait_watch()).
 */
int queue_still_there(struct queue *q) _must_check_;
/*
 * After an error of queue_send() or queue_flush(): appends to `numbers` which of the messages given
 * to queue_send() since the queue was opened, counted from 1, are not known to be on the queue
 * ("41-43, 45").  Returns how many, *first the first of them.  Returns 0 for the kernel's queues,
 * where only the message at hand is in doubt, except for POSIX queues that were removed.
 */
uint64_t queue_unconfirmed(struct queue *q, struct buffer *numbers, uint64_t *first);
/*
 * True if the message of that number, counted as above, is on the queue for certain.  Always true
 * for the kernel's queues, which have it or fail.
 */
bool queue_confirmed(struct queue *q, uint64_t number);
/*
 * A message that is not confirmed: true, and *m is as it was sent; the queue owns its data, with
 * MESSAGE_HEADROOM before it, until the next call for q.
 */
bool queue_kept(struct queue *q, uint64_t number, struct message *m);
/* Gives up a message that was refused and waits to be sent again: true if it did wait. */
bool queue_withdraw(struct queue *q, uint64_t number);
/* How many messages were sent again after queue_reopen() and may be on the queue twice. */
uint64_t queue_resent(struct queue *q);
/*
 * Takes one message into m->data, which has room for `room` bytes; sets all other members.  -E2BIG
 * leaves it on the queue: settle what is in hand, or else call again with queue_room_wanted()
 * bytes.
 */
int queue_take(struct queue *q, struct message *m, size_t room, const struct queue_select *want,
	       int64_t timeout_ns) _must_check_;
/* Bytes of room that fit the largest message the queue may hold now. */
size_t queue_room_wanted(struct queue *q);
/* The most bytes that a message sent to the queue may have today; SIZE_MAX if not known. */
size_t queue_max_message(struct queue *q);
/* True if two open queues are the same queue. */
bool queue_same(const struct queue *a, const struct queue *b);
/*
 * Ends the life of a taken message: QUEUE_DELIVERED, or QUEUE_RETURN, which puts it back with its
 * type or priority at the end of its line (a broker: in its old place), without waiting.  Errors as
 * queue_send().
 */
int queue_settle(struct queue *q, const struct message *m, enum queue_settle how) _must_check_;
/*
 * Copies the message at position index (0 is the one that queue_take() would take first) without
 * taking it: msgrcv(2), MSG_COPY.  -ENOMSG past the last; -EMSGSIZE for one that today's msgmax
 * hides; -ENOSYS if the kernel was built without it.  POSIX: all messages are those of one moment,
 * that of the first call; after the last of them the caller calls tracer_end(); the errors include
 * those of tracer_ask(), which queue_explain() recognizes by attempt->queue.
 */
int queue_peek(struct queue *q, struct message *m, size_t room, size_t index) _must_check_;

/* ---- attributes ---- */

/* Attributes of an open queue (any access).  q owns st->name. */
int queue_stat(struct queue *q, struct queue_stat *st) _must_check_;
/*
 * The same with only those of the costlier fields that detail names, like queue_list().  Without
 * STAT_BYTES and STAT_NOTIFY not even the atime of a POSIX queue moves.
 */
int queue_look(struct queue *q, unsigned int detail, struct queue_stat *st) _must_check_;
/*
 * 0 if the queue exists, whatever its permissions; -ENOENT if not; another -errno if it cannot be
 * known.
 */
int queue_exists(const struct queue_ref *ref) _must_check_;

/*
 * Who may use a queue that refuses us: sets what STAT_OWNER stands for, which needs no permission
 * on the queue.  Returns 0, or -errno if even that cannot be known.
 */
int queue_rights(const struct queue_ref *ref, struct queue_stat *st) _must_check_;

/* All queues of some kinds at one moment. */
struct queue_list {
	struct queue_stat *items;
	size_t n, cap;
	struct name_block *names; /* the memory that items[].name points to */
	int note[QUEUE_KINDS];    /* 0, or -errno: why the queues of that kind could not be listed
				     (POSIX: -ENODEV not mounted, -EXDEV of another namespace) */
};

/*
 * Fills list with the queues of the kinds in mask (QUEUE_MASK_*), in no order; replaces what was in
 * it and reuses its memory.  detail: STAT_* bits worth extra system calls (STAT_MESSAGES,
 * STAT_BYTES, STAT_QBYTES, STAT_NOTIFY ...); cheaper fields come in any case.  Returns 0 or -errno;
 * a kind that cannot be listed is noted in the list and is not an error.
 */
int queue_list(struct queue_list *list, unsigned int mask, unsigned int detail) _must_check_;
/* The same, appended to what is in the list: the queues of another IPC namespace (namespaces.h). */
int queue_list_more(struct queue_list *list, unsigned int mask, unsigned int detail) _must_check_;
/* Gets one queue, as it is at that moment, and may remove it; false ends the visit. */
typedef bool queue_visitor(const struct queue_stat *st, void *arg);
/*
 * Calls visit() with each queue of a kind.  Returns 0, or -ECANCELED if visit() ended it, or
 * -EOPNOTSUPP if queues of this kind can only be listed, here or now; some may have been visited.
 */
int queue_visit(enum queue_kind kind, queue_visitor *visit, void *arg) _must_check_;
/* Leaves only the queues in the list that one of n refs names. */
void queue_list_keep(struct queue_list *list, const struct queue_ref *refs, int n);
/* Sorts by kind, then by name, or by key and msqid. */
void queue_list_sort(struct queue_list *list);
/* Frees the memory; safe on a zeroed list. */
void queue_list_free(struct queue_list *list);

/*
 * Looks again at a queue that was listed; *now is filled as by queue_list(), now->name being
 * seen->name.  -ENOENT if it is gone; -ESTALE if another one has its place, or its owner, mode or
 * size were changed (System V: msqid and ctime are compared, POSIX: st_dev and st_ino); -EXDEV if
 * it is not for certain a queue of the caller's own IPC namespace.
 */
int queue_look_again(const struct queue_stat *seen, unsigned int detail, struct queue_stat *now)
	_must_check_;

/* ---- creating, changing, removing ---- */

#define ATTR_OWNER (1u << 0)
#define ATTR_GROUP (1u << 1)
#define ATTR_MAXMSG (1u << 2)
#define ATTR_MSGSIZE (1u << 3)
#define ATTR_QBYTES (1u << 4)
#define ATTR_MODE (1u << 5)
#define ATTR_MAX_PRIORITY (1u << 6) /* AMQP, like the next */
#define ATTR_QUORUM (1u << 7)
#define ATTR_DEAD_LETTER (1u << 8)

/* Attributes asked for; `have` says which.  Without ATTR_MODE a queue is made with 0600. */
struct queue_attr {
	unsigned int have;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	uint64_t maxmsg, msgsize, qbytes;
	unsigned int max_priority;
	const char *dead_letter; /* a queue of the same vhost; owned by the caller */
};

/*
 * Makes a queue that must not exist yet (-EEXIST), with exactly that mode whatever the umask, and
 * never wider even for an instant.  ref NULL: a private System V queue.  *made (may be NULL) is set
 * to the new queue: by key or name as asked, by id if private.  exist_ok, only for brokers: an
 * existing queue is fine if the broker finds it equal, else -ENOTUNIQ; the kernel's queues can be
 * looked at instead.
 */
int queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
		 struct queue_ref *made) _must_check_;
/* Changes those of mode, owner and msg_qbytes of an existing queue that `have` names. */
int queue_set(const struct queue_ref *ref, const struct queue_attr *attr) _must_check_;
/* Removes the queue. */
int queue_remove(const struct queue_ref *ref) _must_check_;

/* ---- why it failed ---- */

enum queue_op {
	QUEUE_OP_CREATE,
	QUEUE_OP_OPEN,
	QUEUE_OP_SEND,
	QUEUE_OP_TAKE,
	QUEUE_OP_RETURN,
	QUEUE_OP_PEEK,
	QUEUE_OP_SET,
	QUEUE_OP_REMOVE,
	QUEUE_OP_STAT
};

/* What was tried when an error came; members that do not apply stay zero. */
struct queue_attempt {
	enum queue_op op;
	const struct queue_ref *ref;
	const struct queue *queue;     /* open queue, for send and take */
	const struct queue_attr *attr; /* create, set */
	size_t size;                   /* send: bytes of the message */
	bool size_at_least;            /* send: it has more bytes, not yet counted */
};

/*
 * Appends one clause (translated, no newline) that says why `error` (-errno) came: what was asked,
 * what is allowed, the sysctl or rlimit that says so and how to raise it, or else the plain meaning
 * of the error.  Returns true if a limit was found: such a failure is a limit, whatever errno the
 * kernel chose for it.
 */
bool queue_explain(const struct queue_attempt *attempt, int error, struct buffer *why);
/* Why (-errno) a message could not go back to the queue, as one clause in static memory, since
 * memory may be short. */
const char *queue_explain_return(const struct queue_ref *ref, int error);
/* Like queue_explain(), but a whole sentence, for a kind that queue_list() could not list. */
void queue_explain_list(enum queue_kind kind, int error, struct buffer *why);

#endif
