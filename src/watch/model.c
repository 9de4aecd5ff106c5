/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.c - queues over time
 *
 * Rows live in slots that are reused; a hash finds the row of a queue, one list has all rows by
 * name, and the order shown consists of sixteen bytes a row, so that sorting ten thousand queues
 * touches no row twice.
 */
#include "config.h"

#include "watch/model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"

#define HALF_PERCENT 50
#define HIGH_PERCENT 90

void model_init(struct model *m)
{
	*m = (struct model){
		.free = MODEL_NONE,
		.sort = COL_USE,
		.reverse = true,
		.kinds = QUEUE_MASK_ALL,
		.selected = MODEL_NONE,
	};
}

static char *own_name(const struct row *row)
{
	/* Ours by allocation; const for all who only look. */
	return (char *)(uintptr_t)row->st.name;
}

static void forget_removed(struct model *m)
{
	free(own_name(&m->removed));
	m->removed = (struct row){ .used = false };
	m->removed_when = 0;
}

void model_free(struct model *m)
{
	for (uint32_t i = 0; i < m->nrows; i++) {
		if (m->rows[i].used)
			free(own_name(&m->rows[i]));
	}
	forget_removed(m);
	events_free(&m->events);
	free(m->rows);
	free(m->buckets);
	free(m->by_name);
	free(m->order);
	*m = (struct model){ 0 };
}

/* ---- events ---- */

static void add_event(struct model *m, enum event_kind kind, const struct queue_stat *st)
{
	char name[QUEUE_NAME_TEXT];

	/* What is true at the first look did not happen then. */
	if (m->updates >= 2)
		events_add(&m->events, m->now, kind, queue_stat_text(st, name), NULL);
}

/* ---- rows ---- */

static uint32_t hash_of(const struct queue_stat *st)
{
	uint64_t x = st->kind == QUEUE_SYSV ? (uint32_t)st->msqid : st->ino;

	x = (x + st->kind) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(x >> 32);
}

/*
 * The kernel reuses an msqid after some 32768 removals, and the times of a queue never go back.  A
 * change of mode or owner moves only ctime, and only forward.
 */
static bool same_sysv(const struct queue_stat *old, const struct queue_stat *st)
{
	return old->msqid == st->msqid && old->key == st->key && st->ctime >= old->ctime &&
	       st->stime >= old->stime && st->rtime >= old->rtime;
}

static bool same_queue(const struct queue_stat *old, const struct queue_stat *st)
{
	if (old->kind != st->kind || old->ns != st->ns)
		return false;
	if (st->kind == QUEUE_SYSV)
		return same_sysv(old, st);
	return old->ino == st->ino && old->dev == st->dev && strcmp(old->name, st->name) == 0;
}

static uint32_t find_row(const struct model *m, const struct queue_stat *st)
{
	uint32_t slot;

	if (!m->nbuckets)
		return MODEL_NONE;
	slot = m->buckets[hash_of(st) & (m->nbuckets - 1)];
	while (slot != MODEL_NONE &&
	       !((m->rows[slot].state & ROW_GONE) == 0 && same_queue(&m->rows[slot].st, st)))
		slot = m->rows[slot].next;
	return slot;
}

/* The row for an item of a look: the one after the row of the item before it, since looks have the
 * same order and rows are made in it, else by the hash. */
static uint32_t guess_row(const struct model *m, uint32_t guess, const struct queue_stat *st)
{
	if (guess < m->nrows && m->rows[guess].used && !(m->rows[guess].state & ROW_GONE) &&
	    same_queue(&m->rows[guess].st, st))
		return guess;
	return find_row(m, st);
}

static void link_row(struct model *m, uint32_t slot)
{
	uint32_t *bucket = &m->buckets[hash_of(&m->rows[slot].st) & (m->nbuckets - 1)];

	m->rows[slot].next = *bucket;
	*bucket = slot;
}

static void unlink_row(struct model *m, uint32_t slot)
{
	uint32_t *link = &m->buckets[hash_of(&m->rows[slot].st) & (m->nbuckets - 1)];

	while (*link != slot)
		link = &m->rows[*link].next;
	*link = m->rows[slot].next;
}

static int grow_buckets(struct model *m, uint32_t n)
{
	uint32_t *buckets = reallocarray(m->buckets, n, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;
	m->buckets = buckets;
	m->nbuckets = n;
	memset(buckets, 0xff, n * sizeof(*buckets));
	for (uint32_t i = 0; i < m->nrows; i++) {
		if (m->rows[i].used)
			link_row(m, i);
	}
	return 0;
}

static int grow_lists(struct model *m, uint32_t n)
{
	uint32_t *by_name = reallocarray(m->by_name, n, sizeof(*by_name));
	struct order_item *order;

	if (!by_name)
		return -ENOMEM;
	m->by_name = by_name;
	order = reallocarray(m->order, n, sizeof(*order));
	if (!order)
		return -ENOMEM;
	m->order = order;
	m->list_cap = n;
	return 0;
}

/* Makes room for one more row everywhere, so that nothing can fail half way. */
static int grow(struct model *m)
{
	uint32_t cap = m->rows_cap ? m->rows_cap + m->rows_cap / 2 : 32;
	struct row *rows;

	if (m->nbuckets < m->rows_cap + 1 && grow_buckets(m, m->nbuckets ? 2 * m->nbuckets : 64) < 0)
		return -ENOMEM;
	if (m->list_cap < cap && grow_lists(m, cap) < 0)
		return -ENOMEM;
	rows = reallocarray(m->rows, cap, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	m->rows = rows;
	m->rows_cap = cap;
	return 0;
}

static uint32_t add_row(struct model *m, const struct queue_stat *st)
{
	uint32_t slot;
	char *name = NULL;

	if (m->free == MODEL_NONE && m->nrows == m->rows_cap && grow(m) < 0)
		return MODEL_NONE;
	if (st->name) {
		name = strdup(st->name);
		if (!name)
			return MODEL_NONE;
	}
	if (m->free != MODEL_NONE) {
		slot = m->free;
		m->free = m->rows[slot].next;
	} else {
		slot = m->nrows++;
	}
	m->rows[slot] = (struct row){
		.st = *st, .place = MODEL_NONE, .used = true, .state = m->updates > 1 ? ROW_NEW : 0
	};
	m->rows[slot].st.name = name;
	link_row(m, slot);
	return slot;
}

static void drop_row(struct model *m, uint32_t slot)
{
	struct row *row = &m->rows[slot];

	unlink_row(m, slot);
	free(own_name(row));
	row->used = false;
	row->next = m->free;
	m->free = slot;
}

/* ---- one queue's change ---- */

static void note_fullness(struct model *m, struct row *row)
{
	const struct queue_stat *st = &row->st;
	int use = queue_stat_use(st);
	bool full = use >= 100;
	bool was_full = row->state & ROW_FULL;

	if (!(st->have & STAT_MESSAGES))
		return;
	if (use >= HALF_PERCENT)
		row->state |= ROW_HALF;
	if (full && !was_full)
		add_event(m, EVENT_FULL, st);
	if (was_full && !full && st->messages)
		add_event(m, EVENT_ROOM, st);
	row->state = (uint8_t)(full ? row->state | ROW_FULL : row->state & ~ROW_FULL);
	if (st->messages == 0) {
		if (row->state & ROW_HALF)
			add_event(m, EVENT_DRAINED, st);
		row->state &= (uint8_t)~ROW_HALF;
		row->since = 0;
	} else if (!row->since) {
		row->since = m->now;
	}
}

/* What the changes need from the look before. */
struct earlier {
	unsigned int have;
	uint64_t messages;
	unsigned int receivers, senders;
};

static void note_waiters(struct model *m, struct row *row, const struct earlier *old)
{
	bool looked = old && old->have & STAT_SEEN;

	if (!(row->st.have & STAT_SEEN))
		return;
	if (looked && row->st.receivers && !old->receivers)
		add_event(m, EVENT_RECEIVER, &row->st);
	row->state =
		(uint8_t)(row->st.receivers ? row->state | ROW_WAITED : row->state & ~ROW_WAITED);
}

/* The change of depth in a second, over the time that really passed. */
static void note_net(const struct model *m, struct row *row, const struct earlier *old)
{
	int64_t change;

	row->st.have &= ~STAT_NET;
	if (!(old->have & STAT_MESSAGES) || !(row->st.have & STAT_MESSAGES))
		return;
	change = (int64_t)(row->st.messages - old->messages);
	if (change)
		row->state |= ROW_CHANGED;
	if (m->dt_ns <= 0)
		return;
	row->st.net = (double)change * NSEC_PER_SEC / (double)m->dt_ns;
	row->st.have |= STAT_NET;
}

/* True if nothing on which its use depends has changed: nearly always, of thousands. */
static bool same_use(const struct queue_stat *old, const struct queue_stat *st)
{
	const unsigned int bits = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_MAXMSG |
				  STAT_WAITING;

	return old->messages == st->messages && old->bytes == st->bytes &&
	       old->qbytes == st->qbytes && old->maxmsg == st->maxmsg &&
	       old->senders == st->senders && (old->have & bits) == (st->have & bits);
}

static void update_row(struct model *m, struct row *row, const struct queue_stat *st)
{
	const struct earlier old = { row->st.have, row->st.messages, row->st.receivers,
				     row->st.senders };
	const char *name = row->st.name;
	bool same = same_use(&row->st, st);

	row->st = *st;
	row->st.name = name;
	row->state &= (uint8_t) ~(ROW_NEW | ROW_CHANGED);
	row->seen = m->updates;
	note_net(m, row, &old);
	note_waiters(m, row, &old);
	if (same) {
		history_repeat(&row->history);
	} else {
		note_fullness(m, row);
		history_add(&row->history, &row->st);
	}
	totals_add(&m->totals, &row->st);
}

static void begin_row(struct model *m, struct row *row)
{
	row->st.have &= ~STAT_NET;
	add_event(m, EVENT_CREATED, &row->st);
	note_waiters(m, row, NULL);
	note_fullness(m, row);
	history_add(&row->history, &row->st);
	row->seen = m->updates;
	totals_add(&m->totals, &row->st);
}

/* ---- all rows by name ---- */

/* A queue that is gone may still be the one that the user is reading about. */
static void keep_removed(struct model *m, uint32_t slot)
{
	struct row *row = &m->rows[slot];

	m->selected = MODEL_NONE;
	if (!m->touched || (!m->bound && !m->follow))
		return;
	forget_removed(m);
	m->removed = *row;
	m->removed_when = m->gone_when;
	row->st.name = NULL; /* the copy owns it now */
}

/* Removes from by_name the rows that were already gone, and forgets them. */
static void forget_gone(struct model *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->live && m->gone; i++) {
		uint32_t slot = m->by_name[i];

		if (m->rows[slot].state & ROW_GONE) {
			if (m->selected == slot)
				keep_removed(m, slot);
			drop_row(m, slot);
		} else {
			m->by_name[kept++] = slot;
		}
	}
	if (m->gone)
		m->live = kept;
	m->gone = 0;
}

static int compare_slots(const void *pa, const void *pb, void *arg)
{
	const struct model *m = arg;
	const uint32_t *a = pa, *b = pb;
	int order = queue_stat_compare(&m->rows[*a].st, &m->rows[*b].st);

	/* A queue and the one that took its place have the same name. */
	return order ? order : (*a > *b) - (*a < *b);
}

/* by_name is in order up to `sorted`; merges the rest in, from the end. */
static void merge_names(struct model *m, uint32_t sorted, uint32_t *scratch)
{
	uint32_t fresh = m->live - sorted;
	uint32_t left = sorted, to = m->live;

	memcpy(scratch, m->by_name + sorted, fresh * sizeof(*scratch));
	while (fresh) {
		if (left && compare_slots(&m->by_name[left - 1], &scratch[fresh - 1], m) > 0)
			m->by_name[--to] = m->by_name[--left];
		else
			m->by_name[--to] = scratch[--fresh];
	}
}

static void rank_rows(struct model *m, uint32_t sorted)
{
	uint32_t fresh = m->live - sorted;
	uint32_t *scratch = NULL;

	if (fresh) {
		qsort_r(m->by_name + sorted, fresh, sizeof(*m->by_name), compare_slots, m);
		scratch = sorted ? calloc(fresh, sizeof(*scratch)) : NULL;
		if (scratch)
			merge_names(m, sorted, scratch);
		else if (sorted) /* no memory: the slow way needs none */
			qsort_r(m->by_name, m->live, sizeof(*m->by_name), compare_slots, m);
		free(scratch);
	}
	for (uint32_t i = 0; i < m->live; i++)
		m->rows[m->by_name[i]].rank = i;
}

/* ---- the order shown ---- */

static bool is_shown(const struct model *m, const struct row *row)
{
	const struct queue_stat *st = &row->st;

	if (!(m->kinds & (1u << st->kind)))
		return false;
	if (m->hide_idle && st->have & STAT_MESSAGES && !st->messages && !st->receivers &&
	    !st->senders && !(row->state & (ROW_CHANGED | ROW_NEW | ROW_GONE)))
		return false;
	return m->filter.n == 0 || filter_match(&m->filter, st, m->now);
}

static void set_key(const struct model *m, struct order_item *item)
{
	struct column_key key;

	column_key(m->sort, &m->rows[item->slot].st, &key);
	item->text = key.text;
	item->rank = m->rows[item->slot].rank;
	if (m->sort == COL_QUEUE)
		key.number = item->rank;
	/* Absent values come last in either direction. */
	if (key.number >= UINT64_MAX - 1)
		key.number = UINT64_MAX - 2;
	if (m->reverse)
		key.number = UINT64_MAX - 2 - key.number;
	item->key = key.absent ? UINT64_MAX : key.number;
}

static int compare_order(const void *pa, const void *pb, void *arg)
{
	const struct order_item *a = pa, *b = pb;
	const bool *reverse = arg;
	int order;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->text && b->text && a->text != b->text) {
		order = strcmp(a->text, b->text);
		if (order)
			return *reverse ? -order : order;
	}
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The rows already shown stay in their order; new ones are appended. */
static void collect(struct model *m)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < m->live; i++)
		m->rows[m->by_name[i]].place = MODEL_NONE;
	for (uint32_t i = 0; i < m->shown; i++) {
		uint32_t slot = m->order[i].slot;

		/* The slot may hold another queue by now. */
		if (!m->rows[slot].used || m->rows[slot].place != MODEL_NONE ||
		    !is_shown(m, &m->rows[slot]))
			continue;
		m->rows[slot].place = kept;
		m->order[kept++].slot = slot;
	}
	for (uint32_t i = 0; i < m->live && kept < m->live; i++) {
		uint32_t slot = m->by_name[i];

		if (m->rows[slot].place != MODEL_NONE || !is_shown(m, &m->rows[slot]))
			continue;
		m->rows[slot].place = kept;
		m->order[kept++].slot = slot;
	}
	m->shown = kept;
}

static void sort_order(struct model *m)
{
	bool sorted = true;

	for (uint32_t i = 0; i < m->shown; i++) {
		set_key(m, &m->order[i]);
		if (i && sorted)
			sorted = compare_order(&m->order[i - 1], &m->order[i], &m->reverse) < 0;
	}
	if (!sorted)
		qsort_r(m->order, m->shown, sizeof(*m->order), compare_order, &m->reverse);
	for (uint32_t i = 0; i < m->shown && !sorted; i++)
		m->rows[m->order[i].slot].place = i;
}

/* The row that has the name of one that is gone. */
static uint32_t successor(const struct model *m, const struct queue_stat *st)
{
	for (uint32_t i = 0; i < m->shown; i++) {
		const struct row *row = &m->rows[m->order[i].slot];

		if (!(row->state & ROW_GONE) && row->st.kind == st->kind &&
		    (st->kind == QUEUE_POSIX ? strcmp(row->st.name, st->name) == 0 :
					       st->key && row->st.key == st->key))
			return m->order[i].slot;
	}
	return MODEL_NONE;
}

/* The slot of the queue that the selection goes with, or of the one that took its name. */
static uint32_t bound_slot(const struct model *m)
{
	uint32_t slot = m->selected, next;

	if (m->removed_when)
		return successor(m, &m->removed.st);
	if (slot == MODEL_NONE || !(m->rows[slot].state & ROW_GONE))
		return slot;
	next = successor(m, &m->rows[slot].st);
	return next != MODEL_NONE ? next : slot;
}

/* The selection stays at its place, whatever queue is there now. */
static void select_place(struct model *m, uint32_t place)
{
	if (place >= m->shown)
		place = m->shown ? m->shown - 1 : 0;
	m->cursor = place;
	m->selected = m->shown ? m->order[place].slot : MODEL_NONE;
}

static void select_slot(struct model *m, uint32_t slot)
{
	uint32_t before = m->cursor;

	forget_removed(m);
	m->selected = slot;
	m->cursor = m->rows[slot].place;
	if (m->follow && m->cursor != before)
		m->top = m->top + m->cursor > before ? m->top + m->cursor - before : 0;
}

/*
 * Until it is moved, the selection is the first row.  Then it keeps its line of the screen, and
 * goes with its queue only while it is bound to it, followed, or was just moved.
 */
static void keep_selection(struct model *m)
{
	bool bound = m->bound || m->follow || model_held(m, m->last_ns);
	uint32_t slot = m->touched && bound ? bound_slot(m) : MODEL_NONE;

	if (!m->touched)
		select_place(m, 0);
	else if (slot != MODEL_NONE && m->rows[slot].place != MODEL_NONE)
		select_slot(m, slot);
	else if (!m->removed_when)
		select_place(m, m->cursor);
	else if (m->cursor >= m->shown)
		m->cursor = m->shown ? m->shown - 1 : 0;
	if (!m->touched)
		m->top = 0;
}

static void reorder(struct model *m, bool sort)
{
	collect(m);
	if (sort)
		sort_order(m);
	keep_selection(m);
}

/* ---- looks ---- */

static int take_in(struct model *m, const struct facts_look *look)
{
	uint32_t slot = MODEL_NONE;
	int rc = 0;

	for (size_t i = 0; i < look->n; i++) {
		slot = guess_row(m, slot + 1, &look->items[i]);

		if (slot != MODEL_NONE) {
			/* A directory that changes may show a queue twice (readdir(3)). */
			if (m->rows[slot].seen != m->updates)
				update_row(m, &m->rows[slot], &look->items[i]);
			continue;
		}
		slot = add_row(m, &look->items[i]);
		if (slot == MODEL_NONE) {
			rc = -ENOMEM;
			continue;
		}
		begin_row(m, &m->rows[slot]);
		m->by_name[m->live++] = slot;
	}
	return rc;
}

/* Marks the rows that the look did not contain. */
static void note_unseen(struct model *m, const struct facts_look *look)
{
	for (uint32_t i = 0; i < m->live; i++) {
		struct row *row = &m->rows[m->by_name[i]];

		if (row->seen == m->updates)
			continue;
		if (!(look->kinds & (1u << row->st.kind))) {
			totals_add(&m->totals, &row->st);
			continue;
		}
		row->state |= ROW_GONE;
		m->gone_when = m->now;
		row->st.have &= ~STAT_NET;
		m->gone++;
		add_event(m, EVENT_REMOVED, &row->st);
	}
}

int model_update(struct model *m, const struct facts_look *look)
{
	bool held = model_held(m, look->monotonic_ns);
	uint32_t sorted, were_gone = m->gone;
	int rc;

	m->dt_ns = m->updates++ ? look->monotonic_ns - m->last_ns : 0;
	m->last_ns = look->monotonic_ns;
	m->now = look->now;
	m->totals = (struct totals){ 0 };
	forget_gone(m);
	sorted = m->live;
	rc = take_in(m, look);
	if (m->totals.queues[QUEUE_SYSV] + m->totals.queues[QUEUE_POSIX] < m->live)
		note_unseen(m, look);
	if (were_gone || m->live != sorted)
		rank_rows(m, sorted);
	/* The rows shown are the same as before if all of them are. */
	if (were_gone || m->live != sorted || m->shown != m->live || m->filter.n || m->hide_idle)
		collect(m);
	if (!held)
		sort_order(m);
	keep_selection(m);
	return rc;
}

/* ---- what the user does ---- */

struct row *model_row(const struct model *m, uint32_t place)
{
	return &m->rows[m->order[place].slot];
}

struct row *model_selected(const struct model *m)
{
	if (m->removed_when)
		return (struct row *)(uintptr_t)&m->removed;
	return m->selected == MODEL_NONE ? NULL : &m->rows[m->selected];
}

char model_mark(const struct row *row)
{
	int use = queue_stat_use(&row->st);

	if (use >= HIGH_PERCENT)
		return '!';
	return use >= HALF_PERCENT ? '~' : ' ';
}

void model_sort_by(struct model *m, enum column col, bool reverse)
{
	m->sort = col;
	m->reverse = reverse;
	m->hold_until_ns = 0;
	reorder(m, true);
}

void model_set_filter(struct model *m, const struct filter *filter)
{
	m->filter = *filter;
	reorder(m, true);
}

void model_set_kinds(struct model *m, unsigned int kinds)
{
	m->kinds = kinds;
	reorder(m, true);
}

void model_set_hide_idle(struct model *m, bool hide)
{
	m->hide_idle = hide;
	reorder(m, true);
}

void model_note(struct model *m, const struct queue_stat *st, enum event_kind kind)
{
	for (uint32_t i = 0; i < m->live; i++) {
		const struct row *row = &m->rows[m->by_name[i]];

		if (!(row->state & ROW_GONE) && queue_stat_same(&row->st, st)) {
			add_event(m, kind, &row->st);
			return;
		}
	}
}

void model_bind(struct model *m, bool bound)
{
	m->bound = bound;
	if (!bound && m->removed_when) {
		forget_removed(m);
		select_place(m, m->cursor);
	}
}

void model_select(struct model *m, int64_t place, int64_t monotonic_ns)
{
	if (!m->shown)
		return;
	if (place >= m->shown)
		place = m->shown - 1;
	if (place < 0)
		place = 0;
	forget_removed(m);
	select_place(m, (uint32_t)place);
	m->touched = m->reveal = true;
	m->hold_until_ns = monotonic_ns + MODEL_HOLD_NS;
}

void model_move(struct model *m, int64_t rows, int64_t monotonic_ns)
{
	model_select(m, (int64_t)m->cursor + rows, monotonic_ns);
}

bool model_held(const struct model *m, int64_t monotonic_ns)
{
	return monotonic_ns < m->hold_until_ns;
}

void model_scroll(struct model *m, uint32_t lines)
{
	/* If the selection keeps its line, a smaller screen moves that line. */
	bool reveal = m->reveal || (m->touched && !m->bound);

	if (!lines)
		return;
	if (reveal && m->cursor < m->top)
		m->top = m->cursor;
	if (reveal && m->cursor >= m->top + lines)
		m->top = m->cursor - lines + 1;
	m->reveal = false;
	/* No empty lines below the last row while there are rows above the first. */
	if (m->top + lines > m->shown)
		m->top = m->shown > lines ? m->shown - lines : 0;
}

bool model_largest_first(enum column col)
{
	switch (column_form(col)) {
	case FORM_QUEUE:
	case FORM_KIND:
	case FORM_USER:
	case FORM_KEY:
	case FORM_MODE:
	case FORM_AGE:
		return false;
	default:
		return true;
	}
}
