/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates.c - what passes through queues in a second, and how long it stays
 */
#include "config.h"

#include "show/rates.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "show/namespaces.h"

/* A queue at one moment. */
struct rates_point {
	uint64_t clock_ns;
	struct tracer_sums sums[TRACER_DIRECTIONS];
	uint64_t depth;
	bool has_depth;
};

struct rates_queue {
	uint64_t ns, id;
	uint32_t kind;
	bool counted;  /* the kernel has a record of it */
	bool known;    /* the last look told its rates */
	uint64_t seen; /* seen in this look */
	struct tracer_sums before[TRACER_DIRECTIONS], after[TRACER_DIRECTIONS];
	struct tracer_sums passed[TRACER_DIRECTIONS]; /* between the last two looks */
	struct rates_point last;
	struct queue_rates rates;
};

/* Queues that are gone are forgotten once there are this many more of them than of others. */
#define GONE_MAX 4096

/* ---- queues ---- */

static struct rates_queue key_of(const struct rates *r, const struct queue_stat *st)
{
	const bool sysv = st->kind == QUEUE_SYSV;

	return (struct rates_queue){ .ns = st->have & STAT_NAMESPACE ? st->ns : r->own_ns,
				     .id = sysv ? (uint32_t)st->msqid : st->ino,
				     .kind = !sysv };
}

static bool same(const struct rates_queue *a, const struct rates_queue *b)
{
	return a->id == b->id && a->ns == b->ns && a->kind == b->kind;
}

/* The slot of the queue's index, or the one where it would be put. */
static uint32_t *place_of(const struct rates *r, const struct rates_queue *key)
{
	uint64_t x = (key->id ^ key->ns << 32 ^ key->kind) * UINT64_C(0x9e3779b97f4a7c15);
	size_t i = (size_t)(x >> 20) & (r->nplaces - 1);

	while (r->places[i] && !same(&r->queues[r->places[i] - 1], key))
		i = (i + 1) & (r->nplaces - 1);
	return &r->places[i];
}

static struct rates_queue *find_queue(const struct rates *r, const struct rates_queue *key)
{
	uint32_t place = r->nplaces ? *place_of(r, key) : 0;

	return place ? &r->queues[place - 1] : NULL;
}

static int grow_places(struct rates *r, size_t n)
{
	uint32_t *places = calloc(n, sizeof(*places));

	if (!places)
		return -ENOMEM;
	free(r->places);
	r->places = places;
	r->nplaces = n;
	for (size_t i = 0; i < r->n; i++)
		*place_of(r, &r->queues[i]) = (uint32_t)i + 1;
	return 0;
}

static int make_room(struct rates *r)
{
	struct rates_queue *queues = array_grow(r->queues, r->n, &r->cap, sizeof(*queues));

	if (!queues)
		return -ENOMEM;
	r->queues = queues;
	return 2 * r->n < r->nplaces ? 0 : grow_places(r, r->nplaces ? 2 * r->nplaces : 256);
}

/* The queue of a key, made if it is new; NULL if there is no memory.  guess: its index if nothing
 * changed since the look before. */
static struct rates_queue *add_queue(struct rates *r, const struct rates_queue *key, size_t guess)
{
	struct rates_queue *q;

	if (guess < r->n && same(&r->queues[guess], key))
		return &r->queues[guess];
	q = find_queue(r, key);
	if (q)
		return q;
	if (make_room(r) < 0)
		return NULL;
	r->queues[r->n] = *key;
	*place_of(r, key) = (uint32_t)r->n + 1;
	return &r->queues[r->n++];
}

static void forget_gone(struct rates *r, size_t listed)
{
	size_t kept = 0;

	if (r->n < 2 * listed + GONE_MAX)
		return;
	for (size_t i = 0; i < r->n; i++) {
		if (r->queues[i].seen == r->looks || r->queues[i].counted)
			r->queues[kept++] = r->queues[i];
	}
	r->n = kept;
	memset(r->places, 0, r->nplaces * sizeof(*r->places));
	for (size_t i = 0; i < r->n; i++)
		*place_of(r, &r->queues[i]) = (uint32_t)i + 1;
}

/* ---- counters ---- */

static int ask(struct rates *r, struct tracer_refusal *why)
{
	struct tracer_request request = {
		.kind = TRACER_COUNTERS,
		.flags = (r->mask & QUEUE_MASK_SYSV ? TRACER_SYSV : 0) |
			 (r->mask & QUEUE_MASK_POSIX ? TRACER_POSIX : 0) |
			 (r->waits ? TRACER_WAITS : 0),
		.ns = r->namespaces ? 0 : r->own_ns,
	};
	int rc = tracer_ask(&request, -1, &r->answer, why);

	if (rc < 0)
		return rc;
	if (r->answer.data.len !=
	    sizeof(r->moment) + (size_t)r->answer.records * sizeof(struct tracer_counter)) {
		*why = (struct tracer_refusal){ .error = -EPROTO };
		return -EPROTO;
	}
	memcpy(&r->moment, r->answer.data.data, sizeof(r->moment));
	return 0;
}

static int read_counters(struct rates *r, bool after, struct tracer_refusal *why)
{
	struct tracer_counter counter;
	int rc = ask(r, why);

	for (uint32_t i = 0; rc == 0 && i < r->answer.records; i++) {
		struct rates_queue *q;

		memcpy(&counter, r->answer.data.data + sizeof(r->moment) + i * sizeof(counter),
		       sizeof(counter));
		q = add_queue(r,
			      &(struct rates_queue){
				      .ns = counter.ns, .id = counter.id, .kind = counter.kind },
			      SIZE_MAX);
		if (!q) {
			*why = (struct tracer_refusal){ .error = -ENOMEM };
			return -ENOMEM;
		}
		q->counted = true;
		memcpy(after ? q->after : q->before, counter.sums, sizeof(counter.sums));
	}
	return rc;
}

static void forget(struct rates *r)
{
	r->n = 0;
	if (r->nplaces)
		memset(r->places, 0, r->nplaces * sizeof(*r->places));
	r->looks = 0;
	r->unsure = 0;
}

int rates_before(struct rates *r, struct tracer_refusal *why)
{
	int rc;

	if (!r->own_ns && namespace_enter(getpid(), &r->own_ns) < 0)
		r->own_ns = 0;
	if (r->waits != r->had_waits)
		forget(r);
	r->had_waits = r->waits;
	rc = read_counters(r, false, why);
	if (rc < 0)
		forget(r);
	return rc;
}

/* ---- one queue ---- */

static void subtract(struct tracer_sums to[static TRACER_DIRECTIONS],
		     const struct tracer_sums a[static TRACER_DIRECTIONS],
		     const struct tracer_sums b[static TRACER_DIRECTIONS])
{
	for (int d = 0; d < TRACER_DIRECTIONS; d++)
		to[d] = (struct tracer_sums){
			.messages = a[d].messages - b[d].messages,
			.bytes = a[d].bytes - b[d].bytes,
			.wait_ns = a[d].wait_ns - b[d].wait_ns,
			.clock_ns = a[d].clock_ns - b[d].clock_ns,
		};
}

/* The depth that goes with the present counters: as listed if they stood still, else looked up. */
static void find_depth(struct rates_point *now, const struct rates_queue *q,
		       const struct queue_stat *st)
{
	const struct tracer_sums *passed = q->passed;

	now->has_depth = true;
	if (st->have & STAT_MESSAGES && memcmp(q->before, q->after, sizeof(q->before)) == 0)
		now->depth = st->messages;
	else if (q->last.has_depth)
		now->depth = q->last.depth + passed[TRACER_SEND].messages -
			     passed[TRACER_RECEIVE].messages;
	else
		now->has_depth = false;
}

/* Mean seconds that messages stayed; NAN if not known. */
static float find_age(const struct rates_queue *q, const struct rates_point *now)
{
	const struct tracer_sums *in = &q->passed[TRACER_SEND], *out = &q->passed[TRACER_RECEIVE];
	int64_t together;

	/* Depths that do not match what passed: only a part was counted. */
	if (!out->messages || !now->has_depth || !q->last.has_depth ||
	    now->depth != q->last.depth + in->messages - out->messages)
		return NAN;
	/* Each of these may overflow; their difference is the time that all messages stayed. */
	together = (int64_t)(out->clock_ns - in->clock_ns + now->depth * now->clock_ns -
			     q->last.depth * q->last.clock_ns);
	if (together < 0)
		together = 0;
	return (float)((double)together / (double)out->messages / NSEC_PER_SEC);
}

static float mean_wait(const struct tracer_sums *sums, bool known)
{
	if (!known || !sums->messages)
		return NAN;
	return (float)((double)sums->wait_ns / (double)sums->messages / NSEC_PER_SEC);
}

static const struct queue_rates nothing = { NAN, NAN, NAN, NAN, NAN, NAN, NAN };

static void find_rates(struct rates_queue *q, const struct rates_point *now, bool waits)
{
	const struct tracer_sums *in = &q->passed[TRACER_SEND], *out = &q->passed[TRACER_RECEIVE];
	double seconds = (double)(now->clock_ns - q->last.clock_ns) / NSEC_PER_SEC;

	q->known = seconds > 0;
	q->rates = nothing;
	if (!q->known)
		return;
	q->rates = (struct queue_rates){
		.send = (float)((double)in->messages / seconds),
		.recv = (float)((double)out->messages / seconds),
		.in = (float)((double)in->bytes / seconds),
		.out = (float)((double)out->bytes / seconds),
		.age = find_age(q, now),
		.swait = mean_wait(in, waits),
		.rwait = mean_wait(out, waits),
	};
}

static void look_at(struct rates *r, struct rates_queue *q, const struct queue_stat *st)
{
	struct rates_point now = { .clock_ns = r->moment.clock_ns };
	bool first = !q->seen;

	/* A queue that did not exist at the look before was made since, and was empty. */
	if (first && r->looks)
		q->last = (struct rates_point){ .clock_ns = r->last_clock_ns, .has_depth = true };
	memcpy(now.sums, q->after, sizeof(now.sums));
	subtract(q->passed, q->after, q->last.sums);
	find_depth(&now, q, st);
	q->rates = nothing;
	q->known = false;
	if (!first || r->looks)
		find_rates(q, &now, r->waits);
	q->last = now;
	r->unsure += q->counted && !now.has_depth;
}

/* ---- looks ---- */

static void set_rates(const struct rates *r, const struct rates_queue *q, struct queue_stat *st)
{
	st->have &= ~STAT_RATES;
	/* If there is no room for all queues, one without a record may have had traffic. */
	if (!q || !q->seen || (!q->counted && r->moment.lost))
		return;
	st->rates = q->rates;
	st->have |= STAT_RATES;
}

int rates_after(struct rates *r, struct queue_stat *items, size_t n, struct tracer_refusal *why)
{
	int rc = read_counters(r, true, why);
	size_t guess = 0;

	r->unsure = 0;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		const struct rates_queue key = key_of(r, &items[i]);
		struct rates_queue *q;

		if (items[i].kind != QUEUE_SYSV && items[i].kind != QUEUE_POSIX)
			continue;
		q = add_queue(r, &key, guess);
		if (!q) {
			*why = (struct tracer_refusal){ .error = -ENOMEM };
			rc = -ENOMEM;
			break;
		}
		guess = (size_t)(q - r->queues) + 1;
		look_at(r, q, &items[i]);
		q->seen = r->looks + 1;
		set_rates(r, q, &items[i]);
	}
	if (rc < 0) {
		forget(r);
		return rc;
	}
	r->looks++;
	r->last_clock_ns = r->moment.clock_ns;
	forget_gone(r, n);
	return 0;
}

void rates_set(const struct rates *r, struct queue_stat *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct rates_queue key = key_of(r, &items[i]);

		set_rates(r, find_queue(r, &key), &items[i]);
	}
}

bool rates_sums(const struct rates *r, const struct queue_stat *st,
		struct tracer_sums sums[static TRACER_DIRECTIONS])
{
	const struct rates_queue key = key_of(r, st), *q = find_queue(r, &key);

	if (!(st->have & STAT_RATES) || !q || !q->known)
		return false;
	memcpy(sums, q->passed, sizeof(q->passed));
	return true;
}

void rates_end(struct rates *r)
{
	forget(r);
	tracer_end();
}

void rates_free(struct rates *r)
{
	free(r->queues);
	free(r->places);
	tracer_answer_free(&r->answer);
	*r = (struct rates){ .mask = 0 };
}
