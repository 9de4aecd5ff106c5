/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-queue.c - waiting for what a broker answers, for both halves of an open queue
 */
#include "config.h"

#include "queue/amqp-queue.h"

#include <errno.h>

#include "base/stop.h"
#include "base/util.h"
#include "base/wait.h"

/* How much longer an answer is waited for after a stop signal. */
#define GRACE NSEC_PER_SEC

int amqp_pause(int64_t ns)
{
	int rc = wait_poll(-1, 0, ns);

	return rc == -ETIMEDOUT ? 0 : rc;
}

int amqp_wait_answer(struct amqp *a, int64_t timeout_ns)
{
	int64_t left;
	int rc;

	if (timeout_ns == 0)
		return -ETIMEDOUT;
	if (!stop_signal()) {
		rc = amqp_link_wait(a->link, timeout_ns);
		if (rc != -EINTR)
			return rc;
	}
	if (!a->grace_end)
		a->grace_end = clock_deadline_ns(GRACE);
	left = clock_left_ns(a->grace_end);
	return left > 0 && amqp_link_linger(a->link, left) == 0 ? 0 : -EINTR;
}
