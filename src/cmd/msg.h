/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg.h - what mqtool says: lines on stderr
 *
 * Each line begins with "mqtool COMMAND: " and is written at once.
 */
#ifndef MQTOOL_MSG_H
#define MQTOOL_MSG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/exit.h"
#include "queue/queue.h"

/* Names the command in every later line; NULL is mqtool itself. */
void msg_set_command(const char *name);
/* Prints the line: the caller must have escaped foreign text in it. */
void msg_error(const char *fmt, ...) _printf_(1, 2);
/* Appends the line that msg_error() would print. */
void msg_put(struct buffer *b, const char *fmt, ...) _printf_(2, 3);
/* msg_error() with "Try 'mqtool COMMAND --help'" as a second line; returns EX_BADUSAGE. */
int msg_usage(const char *fmt, ...) _printf_(1, 2) _must_check_;
/* The same, but returns false, like readers of options when they refuse a value. */
bool msg_refuse(const char *fmt, ...) _printf_(1, 2);
/* The same, with "Did you mean 'NEAR'?" as the second line. */
int msg_usage_near(const char *near, const char *fmt, ...) _printf_(2, 3) _must_check_;
/* A word of a command line as it can be typed again, in quotes if it needs them; "..." if that is
 * not enough or it is long.  Valid until the next call. */
const char *msg_word(const char *word);
/* Prints "Did you mean 'NEAR'?": the second line after msg_error(). */
void msg_near(const char *near);
/* Foreign text ready for a message: escaped, and cut if it is very long; in one of four static
 * buffers used in turn. */
const char *msg_quote(const char *text);
/* A queue's name as mqtool prints it; in one of the same buffers. */
const char *msg_name(const struct queue_ref *ref);
/* Says that there is no memory; returns EX_FAILED. */
int msg_no_memory(void);
/*
 * Appends what queue_explain() says and, if the queue itself refused us, its mode and its owner.
 * Returns what queue_explain() returned.
 */
bool msg_explain(const struct queue_attempt *attempt, int error, struct buffer *why);
/*
 * Prints "QUEUE: why" for a queue operation that failed with error (-errno): the explanation with
 * its limit.  Returns the exit status for it.
 */
int msg_queue_failed(const struct queue_attempt *attempt, int error) _must_check_;
/* Says that n messages taken from a queue could not go back (take_back()); error is the first
 * error. */
void msg_lost(const struct queue_ref *ref, size_t n, int error);
/*
 * Says why there is no connection to a queue, and makes one with queue_reopen().  For commands that
 * follow, and for send if there are several hosts.  -ETIMEDOUT: the time ran out first.
 */
int msg_reconnect(struct queue *q, int error, int64_t timeout_ns) _must_check_;
/*
 * queue_open() for commands that follow: tries again, within timeout_ns, to reach a broker that
 * does not answer.  Returns EX_DONE or, printed, the exit status.
 */
int msg_open_following(struct queue **q, const struct queue_ref *ref, unsigned int access,
		       int64_t timeout_ns) _must_check_;
/*
 * Prints a line for each kind in mask whose queues could not be listed (list->note): why, and what
 * to do.  Returns EX_DONE if another kind was asked for too, else the exit status for it.
 */
int msg_list_notes(const struct queue_list *list, unsigned int mask);
/* The usage error for the first of n queues whose kind is not in mask (0 is any), or EX_DONE. */
int msg_check_kinds(unsigned int mask, const struct queue_ref *refs, int n) _must_check_;
/* Prints an error for each of n refs that names none of the nitems queues; returns the status of
 * the first, or EX_DONE. */
int msg_check_named(const struct queue_ref *refs, int n, const struct queue_stat *items,
		    size_t nitems) _must_check_;
/* The usage error for an option that only another kind of queue has; returns EX_BADUSAGE. */
int msg_wrong_kind(const char *option, const struct queue_ref *ref) _must_check_;
/* The same for an option that only queues of brokers have. */
int msg_amqp_only(const char *option, const struct queue_ref *ref) _must_check_;

#endif
