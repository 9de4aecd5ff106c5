/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * receiver.c - one run of recv: what its three ways of receiving share
 */
#include "config.h"

#include "cmd/receiver.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/stop.h"
#include "cmd/msg.h"

size_t receiver_put_back(struct receiver *r)
{
	size_t n = r->batch.n;
	size_t lost;
	int why;

	lost = batch_put_back(&r->batch, &why);
	if (lost == 0)
		return n;
	r->lost = true;
	msg_lost(&r->ref, lost, why);
	return n - lost;
}

/*
 * Standard output took no more: puts back what is in hand.  The signal that a closed pipe stands
 * for is passed on, unless a message could not go back: then its report is what counts.
 */
static int end_unwritten(struct receiver *r, int error)
{
	size_t n = 0;

	progress_clear(&r->progress);
	if (r->opt.peek)
		batch_forget(&r->batch);
	else
		n = receiver_put_back(r);
	if (error == -EINTR)
		return EX_FAILED; /* recv_run() passes the signal on */
	if (error == -EPIPE && !stop_pipe_ignored())
		r->pipe_closed = true;
	else if (n == 0)
		msg_error(_("cannot write standard output: %s"), strerror(-error));
	else
		msg_error(text_n("cannot write standard output: %s; %zu message was put back",
				 "cannot write standard output: %s; %zu messages were put back", n),
			  strerror(-error), n);
	return EX_FAILED;
}

int receiver_end(struct receiver *r, int error)
{
	enum queue_op op = r->opt.peek ? QUEUE_OP_PEEK : QUEUE_OP_TAKE;
	int rc = r->batch.unwritten ? r->batch.unwritten : batch_write(&r->batch);

	if (rc < 0)
		return end_unwritten(r, rc);
	if (error == -EPIPE)
		return end_unwritten(r, error);
	return error ? cmd_take_failed(r->q, &r->take, &r->progress, op, error) : EX_DONE;
}

int receiver_take_again(struct receiver *r, int64_t timeout_ns)
{
	int rc;

	do {
		rc = batch_write(&r->batch);
		if (rc < 0)
			return rc;
		progress_clear(&r->progress);
		rc = msg_reconnect(r->q, -ECONNRESET, r->take.timeout_ns);
		if (rc == 0)
			rc = batch_take(&r->batch, &r->take.want, timeout_ns);
	} while (rc == -ECONNRESET);
	return rc;
}
