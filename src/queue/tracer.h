/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer.h - asks the sibling program mqtool-trace for what only the kernel knows
 *
 * A process has one sibling at most, started by the first question and ended by tracer_end() or with
 * the process.  The protocol is in tracer-wire.h.  Nothing here is for several threads at a time.
 */
#ifndef MQTOOL_TRACER_H
#define MQTOOL_TRACER_H

#include "base/buffer.h"
#include "base/util.h"
#include "queue/tracer-wire.h"

/* Zero-initialise it; the owner calls tracer_answer_free(). */
struct tracer_answer {
	uint32_t records;
	struct buffer data; /* all of the records, as they came */
};

/*
 * Starts the sibling unless it runs already.  It lives in the namespaces of the thread that starts
 * it, so call this from a thread in our own before another one enters a namespace for a while.
 * Returns 0, or -errno with *why: if it is not installed, as tracer_ask().
 */
int tracer_start(struct tracer_refusal *why) _must_check_;
/*
 * Asks, and waits for the answer.  request->version is filled in; fd is a descriptor of the queue
 * that is meant, or -1, and stays the caller's.  Returns 0 with *answer, whose data is replaced; or
 * -errno with *why: -EPERM if a privilege is missing, -EINTR after a stop signal, else what the
 * machine lacks, but never one that says something about a queue, like -ENOENT and -EAGAIN.
 */
int tracer_ask(struct tracer_request *request, int fd, struct tracer_answer *answer,
	       struct tracer_refusal *why) _must_check_;
/* Ends the sibling, and waits until what it had in the kernel is gone; does nothing if there is
 * none. */
void tracer_end(void);
/* Frees the records; safe on a zeroed struct. */
void tracer_answer_free(struct tracer_answer *answer);

/* ---- both ends ---- */

/*
 * Send and receive all of a struct, with a descriptor (-1: none).  The receiver owns *fd, which may
 * be NULL if none is expected.  tracer_get() returns 1, 0 if the other end is closed, or -errno
 * (-EPROTO: in the middle of the struct); tracer_put() returns 0 or -errno.
 */
int tracer_put(int socket, const void *data, size_t size, int fd) _must_check_;
int tracer_get(int socket, void *data, size_t size, int *fd) _must_check_;

#endif
