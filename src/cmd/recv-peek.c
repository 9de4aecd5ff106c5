/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * recv-peek.c - recv --peek: messages are shown and stay on the queue
 */
#include "config.h"

#include "cmd/receiver.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/msg.h"
#include "queue/tracer.h"

/* A walk through the queue, from the oldest message. */
struct walk {
	size_t index; /* of the next message */
	size_t shown;
	size_t hidden; /* messages that cannot be seen */
};

/* One message that will be shown. */
struct sight {
	size_t index;
	long type;
};

static bool is_wanted(const struct queue_select *want, long type)
{
	if (want->type == 0)
		return true;
	if (want->type < 0) /* msgrcv(2): LONG_MIN has no positive counterpart */
		return want->type == LONG_MIN || type <= -want->type;
	return want->except ? type != want->type : type == want->type;
}

static long last_type(const struct receiver *r)
{
	return r->batch.entries[r->batch.n - 1].message.type;
}

/*
 * Puts the next wanted message into the batch.  Returns 0, -ENOMSG at the end of the queue, -EINTR
 * after a stop signal, or -errno of batch_peek().
 */
static int next_wanted(struct receiver *r, struct walk *walk)
{
	int rc;

	while (!stop_signal()) {
		rc = batch_peek(&r->batch, walk->index++);
		if (rc == -EMSGSIZE) {
			walk->hidden++;
			continue;
		}
		if (rc < 0 || is_wanted(&r->take.want, last_type(r)))
			return rc;
		batch_drop_last(&r->batch);
	}
	return -EINTR;
}

/* rc: why no more are shown, -ENOMSG at the end of the queue, or 0. */
static int end_peek(struct receiver *r, const struct walk *walk, int rc)
{
	int status;

	if (rc < 0 && rc != -ENOMSG)
		return receiver_end(r, rc);
	status = receiver_end(r, walk->shown < r->take.count ? -EAGAIN : 0);
	if (walk->hidden == 0)
		return status;
	progress_clear(&r->progress);
	msg_error(text_n("%s: %zu message is larger than kernel.msgmax now and cannot be seen",
			 "%s: %zu messages are larger than kernel.msgmax now and cannot be seen",
			 walk->hidden),
		  msg_name(&r->ref), walk->hidden);
	return EX_FAILED;
}

/* ---- in the order of the queue ---- */

static int peek_in_order(struct receiver *r)
{
	struct walk walk = { 0 };
	int rc = 0;

	while (walk.shown < r->take.count) {
		rc = next_wanted(r, &walk);
		if (rc < 0)
			break;
		walk.shown++;
	}
	return end_peek(r, &walk, rc);
}

/* ---- the lowest type first ---- */

/* The places of the wanted messages. */
struct sights {
	struct sight *items;
	size_t n, cap;
};

/* The order of msgrcv(2) for a negative type: the lowest type first, the oldest of it. */
static int compare_sights(const void *a, const void *b)
{
	const struct sight *x = a;
	const struct sight *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static int add_sight(struct sights *s, size_t index, long type)
{
	struct sight *items = array_grow(s->items, s->n, &s->cap, sizeof(*items));

	if (!items)
		return -ENOMEM;
	s->items = items;
	s->items[s->n++] = (struct sight){ index, type };
	return 0;
}

/* Returns 0 at the end of the queue, or -errno. */
static int find_sights(struct receiver *r, struct walk *walk, struct sights *s)
{
	int rc;

	do {
		rc = next_wanted(r, walk);
		if (rc < 0)
			break;
		rc = add_sight(s, walk->index - 1, last_type(r));
		batch_drop_last(&r->batch);
	} while (rc == 0);
	return rc == -ENOMSG ? 0 : rc;
}

static int peek_lowest_first(struct receiver *r)
{
	struct sights s = { 0 };
	struct walk walk = { 0 };
	int rc = find_sights(r, &walk, &s);

	if (rc == 0 && s.n > 0) /* qsort(3) does not take NULL */
		qsort(s.items, s.n, sizeof(*s.items), compare_sights);
	while (rc == 0 && walk.shown < s.n && walk.shown < r->take.count) {
		rc = batch_peek(&r->batch, s.items[walk.shown].index);
		if (rc == 0)
			walk.shown++;
	}
	free(s.items);
	return end_peek(r, &walk, rc);
}

int recv_peek(struct receiver *r)
{
	int status = r->take.want.type < 0 ? peek_lowest_first(r) : peek_in_order(r);

	/* Nothing is left in the kernel when this is over. */
	tracer_end();
	return status;
}
