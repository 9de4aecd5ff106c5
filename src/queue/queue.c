/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - the front door: picks the backend
 */
#include "config.h"

#include "queue/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"
#include "queue/queue-backend.h"

#define DEFAULT_TIMEOUT_NS (10 * NSEC_PER_SEC)
/* Even for a caller who waits only a moment for a message the connection needs this long. */
#define SHORTEST_TIMEOUT_NS NSEC_PER_SEC

const struct queue_backend *queue_backend_amqp;
/* One for the process: a command speaks to all its brokers in the same way. */
static struct queue_broker broker = { .timeout_ns = DEFAULT_TIMEOUT_NS, .command = "" };

static const struct queue_backend *backend_of(enum queue_kind kind)
{
	switch (kind) {
	case QUEUE_SYSV:
		return &queue_backend_sysv;
	case QUEUE_POSIX:
		return &queue_backend_posix;
	default:
		return queue_backend_amqp;
	}
}

bool queue_supported(enum queue_kind kind)
{
	return backend_of(kind) != NULL;
}

int queue_ref_ready(const struct queue_ref *ref, struct refusal *error)
{
	const struct queue_backend *backend = backend_of(ref->kind);

	return backend->ready ? backend->ready(ref, error) : 0;
}

void queue_set_broker(const struct queue_broker *how)
{
	broker = *how;
	if (broker.timeout_ns <= 0)
		broker.timeout_ns = DEFAULT_TIMEOUT_NS;
	else if (broker.timeout_ns < SHORTEST_TIMEOUT_NS)
		broker.timeout_ns = SHORTEST_TIMEOUT_NS;
}

const struct queue_broker *queue_broker(void)
{
	return &broker;
}

int queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access)
{
	const struct queue_backend *backend = backend_of(ref->kind);

	*q = NULL;
	if (ref->error)
		return ref->error;
	*q = calloc(1, backend->size);
	if (!*q)
		return -ENOMEM;
	(*q)->backend = backend;
	(*q)->ref = *ref;
	return backend->open(*q, access);
}

void queue_close(struct queue *q)
{
	if (q)
		q->backend->close(q);
	free(q);
}

const struct queue_ref *queue_ref_of(const struct queue *q)
{
	return &q->ref;
}

int queue_change_fd(const struct queue *q)
{
	return q->backend->change_fd ? q->backend->change_fd(q) : -1;
}

int queue_reopen(struct queue *q, int64_t timeout_ns)
{
	return q->backend->reopen ? q->backend->reopen(q, timeout_ns) : -EOPNOTSUPP;
}

bool queue_may_reopen(const struct queue *q, int error)
{
	return q && q->backend->may_reopen && q->backend->may_reopen(error);
}

void queue_expect(struct queue *q, uint64_t n, enum queue_expectation how)
{
	if (q->backend->expect)
		q->backend->expect(q, n, how);
}

void queue_hold(struct queue *q, unsigned int n)
{
	if (q->backend->hold)
		q->backend->hold(q, n);
}

int queue_send(struct queue *q, const struct message *m, int64_t timeout_ns)
{
	return q->backend->send(q, m, timeout_ns);
}

bool queue_leaves_out(const struct queue *q, const struct message *m)
{
	if (m->properties_len == 0)
		return false;
	return !q->backend->leaves_out || q->backend->leaves_out(q, m);
}

int queue_flush(struct queue *q, int64_t timeout_ns)
{
	return q && q->backend->flush ? q->backend->flush(q, timeout_ns) : 0;
}

int queue_tell(struct queue *q)
{
	return q->backend->tell ? q->backend->tell(q) : 0;
}

int queue_catch_up(struct queue *q)
{
	return q->backend->catch_up ? q->backend->catch_up(q) : 0;
}

void queue_window(struct queue *q, size_t messages, size_t bytes)
{
	if (q->backend->window)
		q->backend->window(q, messages, bytes);
}

void queue_before_wait(struct queue *q, void (*before_wait)(void *arg, bool for_room), void *arg)
{
	if (q->backend->before_wait)
		q->backend->before_wait(q, before_wait, arg);
}

int queue_still_there(struct queue *q)
{
	return q->backend->still_there ? q->backend->still_there(q) : 0;
}

uint64_t queue_unconfirmed(struct queue *q, struct buffer *numbers, uint64_t *first)
{
	return q && q->backend->unconfirmed ? q->backend->unconfirmed(q, numbers, first) : 0;
}

bool queue_confirmed(struct queue *q, uint64_t number)
{
	return !q->backend->confirmed || q->backend->confirmed(q, number);
}

bool queue_kept(struct queue *q, uint64_t number, struct message *m)
{
	return q->backend->kept && q->backend->kept(q, number, m);
}

bool queue_withdraw(struct queue *q, uint64_t number)
{
	return q->backend->withdraw && q->backend->withdraw(q, number);
}

uint64_t queue_resent(struct queue *q)
{
	return q && q->backend->resent ? q->backend->resent(q) : 0;
}

int queue_take(struct queue *q, struct message *m, size_t room, const struct queue_select *want,
	       int64_t timeout_ns)
{
	m->properties_len = 0;
	return q->backend->take(q, m, room, want, timeout_ns);
}

size_t queue_room_wanted(struct queue *q)
{
	return q->backend->room_wanted(q);
}

size_t queue_max_message(struct queue *q)
{
	return q->backend->max_message(q);
}

bool queue_same(const struct queue *a, const struct queue *b)
{
	return a->backend == b->backend && a->backend->same(a, b);
}

int queue_settle(struct queue *q, const struct message *m, enum queue_settle how)
{
	if (how == QUEUE_RETURN)
		return q->backend->put_back(q, m);
	/* The kernel forgets a message as it is taken; there is nothing left to acknowledge. */
	return q->backend->delivered ? q->backend->delivered(q, m) : 0;
}

int queue_peek(struct queue *q, struct message *m, size_t room, size_t index)
{
	m->properties_len = 0;
	return q->backend->peek ? q->backend->peek(q, m, room, index) : -EOPNOTSUPP;
}

int queue_look(struct queue *q, unsigned int detail, struct queue_stat *st)
{
	*st = (struct queue_stat){ .kind = q->ref.kind };
	return q->backend->look(q, detail, st);
}

int queue_stat(struct queue *q, struct queue_stat *st)
{
	return queue_look(q, ~0u, st);
}

int queue_exists(const struct queue_ref *ref)
{
	struct queue *q;
	int rc;

	if (ref->error)
		return ref->error;
	rc = queue_open(&q, ref, 0);
	queue_close(q);
	/* The kernel says so only of a queue that exists. */
	return rc == -EACCES && ref->kind != QUEUE_AMQP ? 0 : rc;
}

int queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
		 struct queue_ref *made)
{
	struct queue_attr with_mode = *attr;
	struct queue_ref unused;

	if (ref && ref->error)
		return ref->error;
	if (!(attr->have & ATTR_MODE))
		with_mode.mode = 0600;
	return backend_of(ref ? ref->kind : QUEUE_SYSV)
		->create(ref, &with_mode, exist_ok, made ? made : &unused);
}

int queue_set(const struct queue_ref *ref, const struct queue_attr *attr)
{
	const struct queue_backend *backend = backend_of(ref->kind);

	if (ref->error)
		return ref->error;
	return backend->set ? backend->set(ref, attr) : -EOPNOTSUPP;
}

int queue_remove(const struct queue_ref *ref)
{
	return ref->error ? ref->error : backend_of(ref->kind)->remove(ref);
}

int queue_rights(const struct queue_ref *ref, struct queue_stat *st)
{
	const struct queue_backend *backend = backend_of(ref->kind);

	*st = (struct queue_stat){ .kind = ref->kind };
	if (ref->error)
		return ref->error;
	return backend->rights ? backend->rights(ref, st) : -EOPNOTSUPP;
}

static int list_kinds(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	for (unsigned int kind = 0; kind < QUEUE_KINDS; kind++) {
		size_t first;
		int rc;

		list->note[kind] = 0;
		if (!(mask & (1u << kind)))
			continue;
		first = list->n;
		rc = backend_of(kind)->list(list, detail);
		if (rc < 0)
			list->n = first; /* some of them are not among those that exist */
		if (rc == -ENOMEM)
			return rc;
		list->note[kind] = rc;
	}
	return 0;
}

int queue_list(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	queue_list_empty(list);
	return list_kinds(list, mask, detail);
}

int queue_list_more(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	return list_kinds(list, mask, detail);
}

int queue_visit(enum queue_kind kind, queue_visitor *visit, void *arg)
{
	const struct queue_backend *backend = backend_of(kind);

	return backend->visit ? backend->visit(visit, arg) : -EOPNOTSUPP;
}

int queue_look_again(const struct queue_stat *seen, unsigned int detail, struct queue_stat *now)
{
	const struct queue_backend *backend = backend_of(seen->kind);

	if (seen->have & STAT_NAMESPACE)
		return -EXDEV;
	*now = (struct queue_stat){ .kind = seen->kind };
	return backend->look_again ? backend->look_again(seen, detail, now) : -EOPNOTSUPP;
}

/* ---- why it failed ---- */

bool queue_explain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	const struct queue_ref *ref = attempt->ref;
	bool limit;
	size_t before = why->len;

	text_init(); /* strerror(3) speaks the user's language too */
	if (ref && ref->error == error) {
		buffer_printf(why, _("no key from this path: %s"), strerror(-error));
		return true;
	}
	if (error == -EUSERS) { /* about waiting, not about the queue */
		queue_explain_plain(attempt, error, why);
		return true;
	}
	limit = backend_of(ref ? ref->kind : QUEUE_SYSV)->explain(attempt, error, why);
	if (why->len == before)
		queue_explain_plain(attempt, error, why);
	return limit;
}
