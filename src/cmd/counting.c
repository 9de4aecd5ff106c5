/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counting.c - stat --trace: what passes through queues while it waits
 */
#include "config.h"

#include "cmd/counting.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/util.h"
#include "cmd/enter.h"
#include "cmd/exit.h"
#include "cmd/msg.h"
#include "queue/tracer-refusal.h"
#include "show/namespaces.h"

/* How often to look at a queue that never rests, until its depth is known. */
#define LOOKS 50

int msg_not_counted(const struct tracer_refusal *why)
{
	struct buffer text = { 0 };

	tracer_refusal_put(why, &text);
	msg_error("%s", buffer_string(&text));
	buffer_free(&text);
	return why->error == -EPERM ? EX_DENIED : EX_FAILED;
}

static int list_queues(const struct rates *r, struct queue_list *list)
{
	struct namespaces_hidden hidden;
	int rc;

	if (!r->namespaces)
		return queue_list(list, r->mask, RATES_DETAIL) < 0 ? msg_no_memory() : EX_DONE;
	rc = namespaces_list(list, r->mask, RATES_DETAIL, &hidden);
	if (rc == -ENOMEM)
		return msg_no_memory();
	return rc < 0 ? msg_namespace_failed(0, rc) : EX_DONE;
}

static int look_once(struct rates *r, struct queue_list *list)
{
	struct tracer_refusal why;
	int status;

	if (rates_before(r, &why) < 0)
		return msg_not_counted(&why);
	status = list_queues(r, list);
	if (status == EX_DONE && rates_after(r, list->items, list->n, &why) < 0)
		status = msg_not_counted(&why);
	return status;
}

/* The look with which counting begins. */
static int begin(struct rates *r, struct queue_list *list)
{
	int status = look_once(r, list);

	for (int i = 1; status == EX_DONE && r->unsure && i < LOOKS && !stop_signal(); i++)
		status = look_once(r, list);
	return status;
}

/* False after a stop signal. */
static bool wait_for(int64_t duration_ns)
{
	int64_t end = clock_deadline_ns(duration_ns), left;
	sigset_t usual;

	stop_hold(&usual);
	while (!stop_signal() && (left = clock_left_ns(end)) > 0) {
		const struct timespec timeout = { .tv_sec = left / NSEC_PER_SEC,
						  .tv_nsec = left % NSEC_PER_SEC };

		(void)ppoll(NULL, 0, &timeout, &usual);
	}
	stop_release(&usual);
	return !stop_signal();
}

int counting_run(struct rates *r, int64_t duration_ns)
{
	struct queue_list list = { 0 };
	int status;

	stop_init();
	status = begin(r, &list);
	if (status == EX_DONE && wait_for(duration_ns))
		status = look_once(r, &list);
	queue_list_free(&list);
	tracer_end();
	if (stop_signal())
		stop_die(stop_signal());
	return status;
}
