/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sampler.c - looks at the machine for watch
 */
#include "config.h"

#include "watch/sampler.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"
#include "queue/limit.h"
#include "queue/tracer-refusal.h"
#include "queue/tracer.h"
#include "show/diagnose.h"

/* Looking at processes takes at most this fraction of the time. */
#define WAITERS_SHARE 100
#define LIMITS_EVERY_NS (5 * NSEC_PER_SEC)

/* ---- queues ---- */

/* Keeps those whose name or key matches. */
static void keep_matching(struct sampler *s)
{
	char name[QUEUE_NAME_TEXT];
	size_t kept = 0;

	for (size_t i = 0; i < s->list.n; i++) {
		if (fnmatch(s->match, queue_stat_text(&s->list.items[i], name), 0) == 0)
			s->list.items[kept++] = s->list.items[i];
	}
	s->list.n = kept;
}

static unsigned int listed_kinds(const struct sampler *s)
{
	unsigned int kinds = 0;

	for (unsigned int kind = 0; kind < QUEUE_KINDS; kind++) {
		if (s->mask & (1u << kind) && !s->list.note[kind])
			kinds |= 1u << kind;
	}
	return kinds;
}

static void note_missing(struct sampler *s)
{
	s->missing.len = 0;
	if (s->traced && !s->counting)
		tracer_refusal_put(&s->why, &s->missing);
	for (unsigned int kind = 0; kind < QUEUE_KINDS; kind++) {
		if (!(s->mask & (1u << kind)) || !s->list.note[kind])
			continue;
		if (s->missing.len)
			buffer_puts(&s->missing, "; ");
		queue_explain_list((enum queue_kind)kind, s->list.note[kind], &s->missing);
	}
	namespaces_explain_hidden(&s->hidden, &s->missing);
}

/* ---- rates ---- */

/* The look goes on, whatever keeps the kernel from counting. */
static void begin_rates(struct sampler *s)
{
	if (!s->traced) {
		if (s->counting)
			rates_end(&s->rates);
		s->counting = false;
		return;
	}
	s->rates.mask = s->mask;
	s->rates.namespaces = s->namespaces;
	s->rates.waits = s->waits;
	s->counting = rates_before(&s->rates, &s->why) == 0;
}

static void finish_rates(struct sampler *s)
{
	if (s->counting && rates_after(&s->rates, s->list.items, s->list.n, &s->why) < 0)
		s->counting = false;
}

static int list_queues(struct sampler *s, unsigned int detail)
{
	int rc;

	begin_rates(s);
	detail |= s->counting ? RATES_DETAIL : 0;
	if (s->namespaces)
		rc = namespaces_list(&s->list, s->mask, detail, &s->hidden);
	else
		rc = queue_list(&s->list, s->mask, detail);
	if (rc == 0)
		finish_rates(s);
	return rc;
}

/* ---- limits ---- */

static const struct limit *find_limit(const struct limit *limits, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(limits[i].name, name) == 0 && limits[i].known)
			return &limits[i];
	}
	return NULL;
}

/* "24/32000 System V": how many queues there are, of how many there may be. */
static void put_limit(struct buffer *b, const struct limit *limit, const char *kind)
{
	if (!limit || !limit->use_known)
		return;
	buffer_printf(b, "%s%" PRIu64 "/%" PRIu64 " %s", b->len ? ", " : "", limit->use,
		      limit->value, kind);
}

static void read_limits(struct sampler *s, int64_t now_ns)
{
	struct limit limits[LIMITS_MAX];
	size_t n;

	/* Each namespace has its own. */
	if (s->namespaces || now_ns < s->limits_due_ns)
		return;
	s->limits_due_ns = now_ns + LIMITS_EVERY_NS;
	n = limits_read(limits, s->mask, &s->list);
	s->limits.len = 0;
	put_limit(&s->limits, find_limit(limits, n, "msgmni"), "System V");
	put_limit(&s->limits, find_limit(limits, n, "queues_max"), "POSIX");
}

/* ---- processes ---- */

static int look_at_waiters(struct sampler *s, enum sampler_waiters waiters, int64_t now)
{
	int64_t began = clock_monotonic_ns();
	bool due = waiters == SAMPLER_ALWAYS || began >= s->waiters_due_ns;
	int64_t now_ns;
	int rc = 0;

	if (due) {
		rc = procs_scan(&s->procs,
				PROCS_WAITERS | PROCS_SINCE | (s->namespaces ? PROCS_NAMESPACES : 0),
				NULL, 0);
		s->waiters_due_ns = clock_monotonic_ns();
		s->waiters_due_ns += (s->waiters_due_ns - began) * WAITERS_SHARE;
	}
	if (rc < 0)
		return rc;
	procs_count(&s->procs, s->list.items, s->list.n);
	/* Fresh numbers with stale waiters would give false findings. */
	now_ns = clock_monotonic_ns();
	return due ? alarms_update(&s->alarms, &s->procs, s->list.items, s->list.n, now_ns, now,
				   now_ns - s->began_ns) :
		     0;
}

static void forget_waiters(struct sampler *s)
{
	procs_forget(&s->procs);
	alarms_clear(&s->alarms);
	s->waiters_due_ns = 0;
}

int sampler_look(struct sampler *s, unsigned int detail, enum sampler_waiters waiters,
		 struct facts_look *look)
{
	struct timespec now;
	int rc;

	s->began_ns = clock_monotonic_ns();
	if (s->ns_pid && !namespace_has(s->ns_pid, s->ns_id))
		return -ESRCH;
	rc = list_queues(s, detail);
	if (rc < 0)
		return rc;
	clock_gettime(CLOCK_REALTIME, &now);
	*look = (struct facts_look){
		.kinds = listed_kinds(s),
		.monotonic_ns = clock_monotonic_ns(),
		.now = now.tv_sec,
	};
	note_missing(s);
	read_limits(s, look->monotonic_ns);
	if (s->refs)
		queue_list_keep(&s->list, s->refs, s->nrefs);
	if (s->match)
		keep_matching(s);
	if (waiters == SAMPLER_NO_WAITERS)
		forget_waiters(s);
	else
		rc = look_at_waiters(s, waiters, look->now);
	look->items = s->list.items;
	look->n = s->list.n;
	return rc;
}

void sampler_facts(struct sampler *s, struct facts *facts)
{
	facts->alarms = &s->alarms;
	facts->limits = buffer_string(&s->limits);
	facts->missing = buffer_string(&s->missing);
	facts->counting = s->counting;
	facts->hidden = s->procs.hidden;
	facts->blind = s->procs.blind;
	facts->hidepid = s->procs.hidepid || s->procs.foreign || s->procs.error;
}

/* ---- one queue ---- */

/* "logd", after the pid of a System V process, or that it is gone. */
static void name_past_process(char *text, size_t size, pid_t pid, int64_t then)
{
	char command[PROC_COMMAND];
	struct buffer b = { 0 };
	int rc = pid ? procs_command(pid, then, command) : -EACCES;

	text[0] = '\0';
	if (rc == 0)
		escape_put(&b, command, strlen(command), ESCAPE_FOREIGN);
	else if (rc == -ESRCH)
		buffer_puts(&b, _("(exited)"));
	if (b.len < size)
		memcpy(text, buffer_string(&b), b.len + 1);
	buffer_free(&b);
}

static long type_or_priority(const struct message *m)
{
	return m->have & MESSAGE_HAS_PRIORITY ? (long)m->priority : m->type;
}

/* Copies what is shown of one message; returns 0, or -errno of looking at it. */
static int peek_one(struct sampler *s, struct queue *q, size_t index, struct facts_message *peeked)
{
	size_t room = queue_room_wanted(q);
	struct message m = { 0 };
	int rc;

	s->body.len = 0;
	if (!buffer_reserve(&s->body, MESSAGE_HEADROOM + room))
		return -ENOMEM;
	m.data = s->body.data + MESSAGE_HEADROOM;
	rc = queue_peek(q, &m, room, index);
	if (rc < 0)
		return rc;
	*peeked = (struct facts_message){ .type = type_or_priority(&m), .size = m.len };
	peeked->shown = m.len < sizeof(peeked->data) ? m.len : sizeof(peeked->data);
	memcpy(peeked->data, m.data, peeked->shown);
	return 0;
}

/* Why the messages cannot be looked at; q is NULL if the queue cannot be opened. */
static void explain_peek(struct sampler *s, const struct queue_ref *ref, const struct queue *q,
			 int error)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_PEEK, .ref = ref, .queue = q };

	s->peek_why.len = 0;
	(void)queue_explain(&attempt, error, &s->peek_why);
}

struct peek {
	struct sampler *s;
	struct facts_detail *detail;
};

/* Runs in the namespace of the queue. */
static int peek_there(void *arg)
{
	struct sampler *s = ((struct peek *)arg)->s;
	struct facts_detail *detail = ((struct peek *)arg)->detail;
	struct queue_ref ref;
	struct queue *q;
	bool opened;
	int rc;

	queue_stat_ref(&detail->of, &ref);
	rc = queue_open(&q, &ref, QUEUE_READ);
	opened = rc == 0;
	while (rc == 0 && detail->npeek < FACTS_MESSAGES) {
		rc = peek_one(s, q, detail->peek_from + detail->npeek, &detail->peek[detail->npeek]);
		/* One more message may have made room too small: the next look will have enough. */
		if (rc == 0)
			detail->npeek++;
	}
	if (rc < 0)
		explain_peek(s, &ref, opened ? q : NULL, rc);
	queue_close(q);
	return rc;
}

/* The text of explain_peek(); "" if the namespace could not be entered. */
static const char *why_not(struct sampler *s, int error)
{
	if (!s->peek_why.len && error < 0)
		buffer_puts(&s->peek_why, strerror(-error));
	return buffer_string(&s->peek_why);
}

/* Started here, since it stays: so it does not keep a namespace that is entered for a while. */
static void start_tracer(const struct queue_stat *st)
{
	struct tracer_refusal why;

	/* If there is none, the request for messages says so. */
	if (st->kind == QUEUE_POSIX)
		(void)!tracer_start(&why);
}

static void peek_all(struct sampler *s, size_t from, struct facts_detail *detail)
{
	struct peek peek = { .s = s, .detail = detail };
	int rc;

	detail->peek_from = from;
	detail->npeek = 0;
	s->peek_why.len = 0;
	start_tracer(&detail->of);
	rc = namespace_call(&detail->of, peek_there, &peek);
	detail->peeked = true;
	if (rc == 0 || rc == -ENOMSG || rc == -E2BIG || detail->npeek)
		return;
	detail->peek_why = why_not(s, rc);
}

/* Makes the room that the largest message of the queue may need. */
static int make_room(struct take_room *room, size_t size)
{
	char *memory;

	if (room->memory && room->size >= size)
		return 0;
	memory = realloc(room->memory, MESSAGE_HEADROOM + size);
	if (!memory)
		return -ENOMEM;
	room->memory = memory;
	room->size = size;
	return 0;
}

struct copy {
	struct sampler *s;
	const struct queue_stat *st;
	size_t index;
	struct message m;
};

/* Runs in the namespace of the queue. */
static int copy_there(void *arg)
{
	struct copy *copy = arg;
	struct take_room *room = &copy->s->whole;
	struct queue_ref ref;
	struct queue *q;
	bool opened;
	int rc;

	queue_stat_ref(copy->st, &ref);
	rc = queue_open(&q, &ref, QUEUE_READ);
	opened = rc == 0;
	if (rc == 0)
		rc = make_room(room, queue_room_wanted(q));
	if (rc == 0) {
		copy->m.data = room->memory + MESSAGE_HEADROOM;
		rc = queue_peek(q, &copy->m, room->size, copy->index);
	}
	if (rc < 0)
		explain_peek(copy->s, &ref, opened ? q : NULL, rc);
	queue_close(q);
	return rc;
}

void sampler_message(struct sampler *s, const struct queue_stat *st, size_t index,
		     struct facts_whole *whole)
{
	struct copy copy = { .s = s, .st = st, .index = index };
	const struct message *m = &copy.m;
	int rc;

	s->peek_why.len = 0;
	start_tracer(st);
	rc = namespace_call(st, copy_there, &copy);

	*whole = (struct facts_whole){
		.valid = true,
		.error = rc,
		.why = why_not(s, rc),
		.index = index,
		.has_priority = m->have & MESSAGE_HAS_PRIORITY,
		.type = type_or_priority(m),
		.size = m->len,
		.data = m->data,
	};
}

static void find_findings(struct sampler *s, struct facts_detail *detail)
{
	struct diagnose_view view = {
		.st = &detail->of,
		.waiters = detail->waiters,
		.nwaiters = detail->nwaiters,
		.holders = detail->holders,
		.nholders = detail->nholders,
		.receiver_gone = procs_receiver_gone(&detail->of),
		/* Only after a look at processes can it say that none has a POSIX queue open. */
		.partial = detail->partial || !detail->looked,
		.took_ns = clock_monotonic_ns() - s->began_ns,
	};
	struct finding findings[FINDINGS_MAX];
	size_t n = diagnose(&view, findings);

	s->findings.len = 0;
	detail->grave = 0;
	for (size_t i = 0; i < n; i++) {
		finding_put(&s->findings, &view, &findings[i]);
		buffer_putc(&s->findings, '\n');
		detail->grave += findings[i].kind <= FINDING_NO_ROOM;
	}
	detail->findings = buffer_string(&s->findings);
}

/* The queue as it was at the last look, or NULL if it did not exist. */
static const struct queue_stat *find_listed(const struct sampler *s, const struct queue_stat *of)
{
	for (size_t i = 0; i < s->list.n; i++) {
		if (queue_stat_same(&s->list.items[i], of))
			return &s->list.items[i];
	}
	return NULL;
}

void sampler_refresh(struct sampler *s, struct facts_detail *detail)
{
	const struct queue_stat *st = detail->valid ? find_listed(s, &detail->of) : NULL;

	if (!st) {
		*detail = (struct facts_detail){ .valid = false };
		return;
	}
	detail->of = *st;
	detail->of.name = NULL;
	detail->nwaiters = procs_waiters_of(&s->procs, st, &detail->waiters);
	detail->nholders = procs_holders_of(&s->holders, st, &detail->holders);
	detail->partial = procs_partial(&s->procs) || procs_partial(&s->holders);
	find_findings(s, detail);
}

void sampler_detail(struct sampler *s, const struct queue_stat *st, bool peek, size_t from,
		    bool processes, struct facts_detail *detail)
{
	*detail = (struct facts_detail){ .valid = true, .of = *st };
	if (st->have & STAT_PIDS) {
		name_past_process(detail->sender, sizeof(detail->sender), st->lspid, st->stime);
		name_past_process(detail->receiver, sizeof(detail->receiver), st->lrpid, st->rtime);
	}
	if (peek)
		peek_all(s, from, detail);
	procs_forget(&s->holders);
	if (processes && st->kind == QUEUE_POSIX)
		detail->looked = procs_scan(&s->holders, PROCS_HOLDERS, st, 1) == 0;
	else
		detail->looked = processes;
	sampler_refresh(s, detail);
}

void sampler_free(struct sampler *s)
{
	queue_list_free(&s->list);
	procs_free(&s->procs);
	procs_free(&s->holders);
	alarms_free(&s->alarms);
	if (s->counting)
		rates_end(&s->rates);
	rates_free(&s->rates);
	take_room_free(&s->whole);
	buffer_free(&s->limits);
	buffer_free(&s->missing);
	buffer_free(&s->findings);
	buffer_free(&s->peek_why);
	buffer_free(&s->body);
	tracer_end();
}
