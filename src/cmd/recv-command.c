/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recv-command.c - recv -- COMMAND: each message is given to a program
 */
#include "config.h"

#include "cmd/receiver.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/stop.h"
#include "base/util.h"
#include "cmd/handler.h"
#include "cmd/msg.h"
#include "queue/message.h"

/* The pauses of --on-failure=retry, in nanoseconds: they double while only failures come. */
#define RETRY_PAUSE_MIN (NSEC_PER_SEC / 100)
#define RETRY_PAUSE_MAX NSEC_PER_SEC

/* Says how COMMAND failed for the message at hand, and what became of it. */
static void report_command(struct receiver *r, int status, const char *outcome)
{
	const char *command = msg_quote(r->command[0]);

	progress_clear(&r->progress);
	if (WIFSIGNALED(status))
		msg_error(_("%s was ended by signal %d; %s"), command, WTERMSIG(status), outcome);
	else
		msg_error(_("%s exited with status %d; %s"), command, WEXITSTATUS(status), outcome);
}

/* Says why the message was not sent to the other queue. */
static void report_move(const struct queue_attempt *attempt, const struct message *m, int error)
{
	struct buffer why = { 0 };

	if (error != -ERANGE) {
		(void)!msg_queue_failed(attempt, error);
		return;
	}
	message_carry_explain(m, attempt->ref->kind, &why);
	msg_error("%s", buffer_string(&why));
	buffer_free(&why);
}

/* --move-failed: EX_DONE if the other queue has the message. */
static int move_failed(struct receiver *r, int status)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_SEND,
					       .ref = &r->failed_ref,
					       .queue = r->failed_q,
					       .size = r->batch.entries[0].message.len };
	struct message m = r->batch.entries[0].message;
	int rc;

	rc = message_carry(&m, r->failed_ref.kind);
	if (rc == 0)
		rc = queue_send(r->failed_q, &m, QUEUE_NO_WAIT);
	if (rc == 0)
		rc = queue_flush(r->failed_q, QUEUE_NO_WAIT);
	if (rc == 0) {
		r->progress.lessened += queue_leaves_out(r->failed_q, &m);
		report_command(r, status, _("the message was moved"));
		return EX_DONE;
	}
	report_command(r, status, _("the message cannot be moved and goes back"));
	report_move(&attempt, &m, rc);
	receiver_put_back(r);
	return rc == -EIDRM && !r->lost ? exit_status_of(rc) : EX_FAILED;
}

/* Pauses before the next message; a stop signal ends the pause. */
static void pause_retry(struct receiver *r)
{
	struct timespec time;
	sigset_t mask;

	r->pause_ns = r->pause_ns ? 2 * r->pause_ns : RETRY_PAUSE_MIN;
	if (r->pause_ns > RETRY_PAUSE_MAX)
		r->pause_ns = RETRY_PAUSE_MAX;
	time.tv_sec = r->pause_ns / NSEC_PER_SEC;
	time.tv_nsec = r->pause_ns % NSEC_PER_SEC;
	stop_hold(&mask);
	if (!stop_signal())
		(void)!ppoll(NULL, 0, &time, &mask);
	stop_release(&mask);
}

/* --on-failure=retry: EX_DONE if the message is back on its queue. */
static int retry_failed(struct receiver *r, int status)
{
	report_command(r, status, _("the message goes back and is tried again"));
	receiver_put_back(r);
	if (r->lost)
		return EX_FAILED;
	r->batch.seq++;
	pause_retry(r);
	return EX_DONE;
}

/* COMMAND failed for the message in hand: EX_DONE if that is dealt with and recv goes on. */
static int handle_failure(struct receiver *r, int status)
{
	/* What stops mqtool often stops COMMAND too: it says nothing about the message. */
	enum on_failure what = stop_signal() ? FAILURE_STOP : r->opt.on_failure;

	r->command_failed = true;
	switch (what) {
	case FAILURE_DROP:
		report_command(r, status, _("the message was dropped"));
		return EX_DONE;
	case FAILURE_RETRY:
		return retry_failed(r, status);
	case FAILURE_MOVE:
		return move_failed(r, status);
	default:
		report_command(r, status, _("the message goes back"));
		receiver_put_back(r);
		return EX_FAILED;
	}
}

/* Gives the one message in hand to COMMAND.  EX_DONE: go on. */
static int handle_message(struct receiver *r)
{
	const struct message *m = &r->batch.entries[0].message;
	int status = 0;
	int result = EX_DONE;
	int rc;

	progress_make_way(&r->progress);
	rc = handler_run(r->program, r->command, r->output.queue, m, r->batch.seq + 1, &status);
	if (rc < 0) {
		progress_clear(&r->progress);
		msg_error(_("cannot run %s: %s; the message goes back"), msg_quote(r->command[0]),
			  strerror(-rc));
		receiver_put_back(r);
		return EX_FAILED;
	}
	if (status)
		result = handle_failure(r, status);
	else
		r->pause_ns = 0;
	if (result == EX_DONE && r->batch.n) {
		(void)!queue_settle(r->q, m, QUEUE_DELIVERED);
		progress_count(&r->progress, m->len);
		r->progress.done++;
		r->batch.seq++;
		batch_forget(&r->batch);
	}
	return result;
}

static int receive_for_command(struct receiver *r)
{
	uint64_t left = r->take.count;
	int status, rc;

	while (left > 0) {
		if (stop_signal())
			return EX_FAILED;
		rc = receiver_take(r, r->take.timeout_ns);
		if (rc < 0)
			return receiver_end(r, rc);
		status = handle_message(r);
		if (status != EX_DONE)
			return status;
		/* What went back was not taken. */
		if (r->pause_ns == 0)
			left--;
	}
	return EX_DONE;
}

int recv_command(struct receiver *r)
{
	int status = receive_for_command(r);

	return status == EX_DONE && r->command_failed ? EX_FAILED : status;
}

/* It must not be the queue that is read. */
int recv_command_open(struct receiver *r)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = &r->failed_ref };
	int rc;

	if (!r->opt.move_to)
		return EX_DONE;
	r->opt.on_failure = FAILURE_MOVE;
	rc = queue_open(&r->failed_q, &r->failed_ref, QUEUE_WRITE);
	if (rc < 0)
		return msg_queue_failed(&attempt, rc);
	if (queue_same(r->q, r->failed_q))
		return msg_usage(_("--move-failed needs another queue than the one received from"));
	return EX_DONE;
}
