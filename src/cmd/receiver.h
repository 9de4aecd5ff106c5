/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * receiver.h - one run of recv: what its three ways of receiving share
 */
#ifndef MQTOOL_RECEIVER_H
#define MQTOOL_RECEIVER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "cmd/batch.h"
#include "cmd/cmd-take.h"
#include "cmd/progress.h"
#include "cmd/waiting.h"
#include "queue/queue.h"
#include "show/render.h"

enum on_failure { FAILURE_STOP, FAILURE_DROP, FAILURE_RETRY, FAILURE_MOVE };

struct recv_options {
	bool peek, has_style, has_failure;
	const char *format;
	enum on_failure on_failure;
	const char *move_to;
};

struct receiver {
	struct take_options take;
	struct recv_options opt;
	struct queue_ref ref;
	struct queue *q;
	struct output output;
	struct render_format *format;
	struct batch batch;
	struct progress progress;
	char **command; /* COMMAND and its arguments, or NULL */
	char *program;  /* its path */
	struct queue_ref failed_ref;
	struct queue *failed_q; /* --move-failed */
	bool command_failed;    /* for some message, without ending the run */
	int64_t pause_ns;       /* --on-failure=retry: the last one; 0 after a success */
	bool lost;              /* a message could not go back and was reported */
	bool pipe_closed;       /* nobody reads standard output any more */
};

/* Puts back what is in hand, and reports what cannot go back.  Returns how many went back. */
size_t receiver_put_back(struct receiver *r);
/*
 * Any end of taking, by error (0, or -errno): what is in hand is written first, or goes back if
 * standard output takes no more.  Returns the exit status; may set r->pipe_closed and r->lost.
 */
int receiver_end(struct receiver *r, int error) _must_check_;
/* receiver_take() after -ECONNRESET: writes what is in hand, then makes the connection again. */
int receiver_take_again(struct receiver *r, int64_t timeout_ns) _must_check_;

/* batch_take(), which makes a lost connection again if messages are followed. */
static inline int receiver_take(struct receiver *r, int64_t timeout_ns)
{
	int rc;

	if (timeout_ns != QUEUE_NO_WAIT)
		waiting_begin(WAITING_MESSAGE);
	rc = batch_take(&r->batch, &r->take.want, timeout_ns);
	if (timeout_ns != QUEUE_NO_WAIT)
		waiting_end(WAITING_MESSAGE);
	return rc == -ECONNRESET && r->take.follow ? receiver_take_again(r, timeout_ns) : rc;
}

/* --peek (recv-peek.c): shows messages without taking them.  Returns the exit status. */
int recv_peek(struct receiver *r) _must_check_;

/* COMMAND (recv-command.c): opens the queue of --move-failed, before anything is taken. */
int recv_command_open(struct receiver *r) _must_check_;
/* Gives each message to its own run of COMMAND.  Returns the exit status. */
int recv_command(struct receiver *r) _must_check_;

#endif
