/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.c - tests of queues over time
 *
 * Linked with --wrap for allocations that fail.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/refusal.h"
#include "base/util.h"
#include "watch/model.h"

#define NOW 1700000000

/* Allocations until one fails; negative: none does. */
static long allocations_left = -1;

void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

static bool fails(void)
{
	return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fails() ? NULL : __real_reallocarray(p, n, size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

/* ---- looks ---- */

struct scene {
	struct model m;
	struct queue_stat items[64];
	size_t n;
	int64_t seconds; /* of the clock, since the first look */
};

#define SYSV_HAVE                                                                       \
	(STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_KEY | STAT_CTIME | STAT_SENT | \
	 STAT_RECEIVED | STAT_LAST)
#define POSIX_HAVE (STAT_MESSAGES | STAT_MAXMSG | STAT_INODE)

static struct queue_stat *add_sysv(struct scene *s, uint32_t key, int msqid)
{
	struct queue_stat *st = &s->items[s->n++];

	*st = (struct queue_stat){ .kind = QUEUE_SYSV,
				   .have = SYSV_HAVE,
				   .key = key,
				   .msqid = msqid,
				   .qbytes = 1000,
				   .ctime = NOW };
	return st;
}

static struct queue_stat *add_posix(struct scene *s, const char *name, ino_t ino, uint64_t messages)
{
	struct queue_stat *st = &s->items[s->n++];

	*st = (struct queue_stat){ .kind = QUEUE_POSIX,
				   .have = POSIX_HAVE,
				   .name = name,
				   .ino = ino,
				   .dev = 26,
				   .maxmsg = 10,
				   .messages = messages };
	return st;
}

static int try_look(struct scene *s)
{
	struct facts_look look = { .items = s->items,
				   .n = s->n,
				   .kinds = QUEUE_MASK_ALL,
				   .monotonic_ns = s->seconds * NSEC_PER_SEC,
				   .now = NOW + s->seconds };

	s->seconds++;
	return model_update(&s->m, &look);
}

static void look(struct scene *s)
{
	assert_int_equal(try_look(s), 0);
}

static void begin(struct scene *s)
{
	*s = (struct scene){ .n = 0 };
	model_init(&s->m);
}

/* The rows as shown: names, with + for new and x for gone. */
static const char *shown(const struct scene *s)
{
	static char text[1024];
	char name[QUEUE_NAME_TEXT];
	size_t len = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < s->m.shown; i++) {
		const struct row *row = model_row(&s->m, i);

		assert_int_equal(row->place, i);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s", i ? " " : "",
					queue_stat_text(&row->st, name),
					row->state & ROW_GONE ? "x" :
					row->state & ROW_NEW  ? "+" :
								"");
	}
	return text;
}

static const char *selected(const struct scene *s)
{
	static char name[QUEUE_NAME_TEXT];
	const struct row *row = model_selected(&s->m);

	return row ? queue_stat_text(&row->st, name) : "";
}

/* The events, the last first: "removed /a". */
static const char *events(const struct scene *s)
{
	static char text[1024];
	size_t len = 0;

	text[0] = '\0';
	for (size_t age = 0; age < s->m.events.n; age++) {
		const struct event *event = events_get(&s->m.events, age);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s %s", age ? ", " : "",
					event_text(event), event->queue);
	}
	return text;
}

/* ---- coming and going ---- */

static void test_come_and_go(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 0);
	add_posix(&s, "/b", 2, 0);
	look(&s);
	/* What is there at first is not new. */
	assert_string_equal(shown(&s), "/a /b");
	assert_string_equal(events(&s), "");
	add_posix(&s, "/c", 3, 0);
	look(&s);
	assert_string_equal(shown(&s), "/a /b /c+");
	look(&s);
	assert_string_equal(shown(&s), "/a /b /c");
	s.items[1] = s.items[2];
	s.n = 2;
	look(&s);
	/* One look to see it go. */
	assert_string_equal(shown(&s), "/a /bx /c");
	assert_int_equal(s.m.totals.queues[QUEUE_POSIX], 2);
	look(&s);
	assert_string_equal(shown(&s), "/a /c");
	assert_string_equal(events(&s), "removed /b, created /c");
	s.n = 0;
	look(&s);
	assert_string_equal(shown(&s), "/ax /cx");
	look(&s);
	assert_string_equal(shown(&s), "");
	assert_int_equal(s.m.live, 0);
	model_free(&s.m);
}

/* A kind that could not be listed this time has not lost its queues. */
static void test_kind_not_listed(void **state)
{
	struct scene s;
	struct facts_look only_sysv;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 3);
	add_sysv(&s, 7, 1);
	look(&s);
	only_sysv = (struct facts_look){ .items = &s.items[1],
					 .n = 1,
					 .kinds = QUEUE_MASK_SYSV,
					 .monotonic_ns = NSEC_PER_SEC,
					 .now = NOW + 1 };
	assert_int_equal(model_update(&s.m, &only_sysv), 0);
	assert_string_equal(shown(&s), "/a key:0x00000007");
	assert_string_equal(events(&s), "");
	assert_int_equal(s.m.totals.messages.value, 3);
	model_free(&s.m);
}

static void test_replaced_under_its_name(void **state)
{
	struct scene s;
	struct row *row;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	look(&s);
	look(&s);
	model_move(&s.m, 0, 0);
	assert_int_equal(model_selected(&s.m)->history.n, 2);
	s.items[0].ino = 5;
	s.items[0].messages = 1;
	look(&s);
	assert_string_equal(events(&s), "removed /a, created /a");
	assert_int_equal(s.m.shown, 2);
	/* The selection is on the one that is there. */
	row = model_selected(&s.m);
	assert_int_equal(row->st.ino, 5);
	assert_int_equal(row->history.n, 1);
	assert_false(row->st.have & STAT_NET);
	look(&s);
	assert_string_equal(shown(&s), "/a");
	assert_string_equal(selected(&s), "/a");
	model_free(&s.m);
}

/* The first row that is there. */
static const struct row *living(const struct scene *s)
{
	uint32_t i = 0;

	while (model_row(&s->m, i)->state & ROW_GONE)
		i++;
	return model_row(&s->m, i);
}

static void check_afresh(void (*change)(struct queue_stat *st), bool afresh)
{
	struct scene s;

	begin(&s);
	*add_sysv(&s, 7, 32768) = (struct queue_stat){
		.kind = QUEUE_SYSV,
		.have = SYSV_HAVE,
		.key = 7,
		.msqid = 32768,
		.qbytes = 1000,
		.messages = 5,
		.stime = NOW - 5,
		.rtime = NOW - 9,
		.ctime = NOW - 100,
	};
	look(&s);
	look(&s);
	change(&s.items[0]);
	look(&s);
	assert_int_equal(s.m.shown, afresh ? 2 : 1);
	assert_int_equal(living(&s)->history.n, afresh ? 1 : 3);
	assert_int_equal((living(&s)->st.have & STAT_NET) != 0, !afresh);
	model_free(&s.m);
}

static void change_key(struct queue_stat *st)
{
	st->key = 8;
}

static void change_made_anew(struct queue_stat *st)
{
	st->ctime = NOW + 1;
	st->stime = st->rtime = 0;
	st->messages = 0;
}

static void change_stime_back(struct queue_stat *st)
{
	st->stime--;
}

static void change_rtime_back(struct queue_stat *st)
{
	st->rtime--;
}

static void change_ctime_back(struct queue_stat *st)
{
	st->ctime--;
}

static void change_mode(struct queue_stat *st)
{
	st->mode = 0666;
	st->ctime = NOW + 1;
}

static void change_used(struct queue_stat *st)
{
	st->stime = st->rtime = NOW + 1;
	st->messages = 900;
}

static void test_id_reuse(void **state)
{
	(void)state;
	check_afresh(change_made_anew, true);
	check_afresh(change_key, true);
	check_afresh(change_stime_back, true);
	check_afresh(change_rtime_back, true);
	check_afresh(change_ctime_back, true);
	check_afresh(change_mode, false);
	check_afresh(change_used, false);
}

/* readdir(3) of a directory being changed may return an entry twice. */
static void test_twice_in_a_look(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 4);
	add_posix(&s, "/a", 1, 5);
	look(&s);
	look(&s);
	assert_string_equal(shown(&s), "/a");
	assert_int_equal(s.m.totals.messages.value, 4);
	assert_int_equal(model_selected(&s.m)->history.n, 2);
	model_free(&s.m);
}

/* ---- numbers ---- */

static void test_net_over_the_time_that_passed(void **state)
{
	struct scene s;
	struct row *row;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 1);
	look(&s);
	assert_false(model_selected(&s.m)->st.have & STAT_NET);
	s.items[0].messages = 4;
	look(&s);
	row = model_selected(&s.m);
	assert_true(row->st.have & STAT_NET);
	assert_true(row->st.net > 2.999 && row->st.net < 3.001);
	assert_true(row->state & ROW_CHANGED);
	/* Four seconds stopped. */
	s.seconds += 3;
	s.items[0].messages = 2;
	look(&s);
	assert_true(row->st.net > -0.501 && row->st.net < -0.499);
	assert_int_equal(s.m.dt_ns, 4 * NSEC_PER_SEC);
	look(&s);
	assert_true(row->st.net > -0.001 && row->st.net < 0.001);
	assert_false(row->state & ROW_CHANGED);
	/* No time at all. */
	s.seconds--;
	look(&s);
	assert_false(row->st.have & STAT_NET);
	/* Not readable for one look. */
	s.items[0].have &= ~STAT_MESSAGES;
	look(&s);
	s.items[0].have |= STAT_MESSAGES;
	look(&s);
	assert_false(row->st.have & STAT_NET);
	look(&s);
	assert_true(row->st.have & STAT_NET);
	model_free(&s.m);
}

static void test_totals(void **state)
{
	struct scene s;
	struct queue_stat *st;

	(void)state;
	begin(&s);
	st = add_sysv(&s, 7, 1);
	st->messages = 1000;
	st->bytes = 1000;
	st->senders = 2;
	st->have |= STAT_SEEN | STAT_WAITING;
	st = add_posix(&s, "/a", 1, 3);
	st->receivers = 1;
	st->have |= STAT_SEEN | STAT_WAITING;
	add_posix(&s, "/sealed", 2, 0)->have = STAT_INODE;
	look(&s);
	assert_int_equal(s.m.totals.queues[QUEUE_SYSV], 1);
	assert_int_equal(s.m.totals.queues[QUEUE_POSIX], 2);
	assert_int_equal(s.m.totals.messages.value, 1003);
	assert_int_equal(s.m.totals.bytes.value, 1000);
	assert_int_equal(s.m.totals.full.value, 1);
	assert_int_equal(s.m.totals.messages.unknown, 1);
	assert_int_equal(s.m.totals.bytes.unknown, 2);
	assert_int_equal(s.m.totals.full.unknown, 1);
	assert_int_equal(s.m.totals.receivers.value, 1);
	assert_int_equal(s.m.totals.senders.value, 2);
	model_free(&s.m);
}

static void test_marks(void **state)
{
	static const struct {
		unsigned int messages;
		char mark;
	} rows[] = { { 0, ' ' }, { 4, ' ' }, { 5, '~' }, { 8, '~' }, { 9, '!' }, { 10, '!' } };
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		s.items[0].messages = rows[i].messages;
		look(&s);
		assert_int_equal(model_mark(model_selected(&s.m)), rows[i].mark);
	}
	assert_int_equal(s.m.totals.full.value, 1);
	/* A sender that is blocked for a moment says nothing of how full it is. */
	s.items[0].messages = 1;
	s.items[0].have |= STAT_SEEN | STAT_WAITING;
	s.items[0].senders = 1;
	look(&s);
	assert_int_equal(model_mark(model_selected(&s.m)), ' ');
	assert_int_equal(s.m.totals.full.value, 0);
	model_free(&s.m);
}

static void test_events(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 10)->have |= STAT_WAITING | STAT_SEEN;
	look(&s);
	assert_string_equal(events(&s), "");
	s.items[0].messages = 9;
	look(&s);
	assert_string_equal(events(&s), "has room again /a");
	s.items[0].messages = 0;
	look(&s);
	assert_string_equal(events(&s), "drained /a, has room again /a");
	/* A little and nothing again is no news. */
	s.items[0].messages = 2;
	look(&s);
	s.items[0].messages = 0;
	look(&s);
	assert_string_equal(events(&s), "drained /a, has room again /a");
	s.items[0].receivers = 1;
	look(&s);
	assert_string_equal(events(&s), "a receiver waits /a, drained /a, has room again /a");
	look(&s);
	s.items[0].receivers = 0;
	s.items[0].messages = 10;
	s.items[0].senders = 1;
	look(&s);
	assert_string_equal(events(&s), "full /a, a receiver waits /a, drained /a, "
					"has room again /a");
	assert_int_equal(events_get(&s.m.events, 0)->when, NOW + 7);
	model_free(&s.m);
}

static void test_event_log_wraps(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 0);
	look(&s);
	for (int i = 0; i < 3 * EVENTS_MAX; i++) {
		s.items[0].messages = i % 2 ? 0 : 10;
		look(&s);
	}
	assert_int_equal(s.m.events.n, EVENTS_MAX);
	assert_int_equal(events_get(&s.m.events, 0)->kind, EVENT_DRAINED);
	assert_int_equal(events_get(&s.m.events, 1)->kind, EVENT_FULL);
	assert_true(events_get(&s.m.events, EVENTS_MAX - 1)->when <
		    events_get(&s.m.events, 0)->when);
	model_free(&s.m);
}

static void test_not_empty_since(void **state)
{
	struct scene s;
	struct row *row;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 0);
	look(&s);
	row = model_selected(&s.m);
	assert_int_equal(row->since, 0);
	s.items[0].messages = 1;
	look(&s);
	look(&s);
	assert_int_equal(row->since, NOW + 1);
	s.items[0].messages = 0;
	look(&s);
	assert_int_equal(row->since, 0);
	model_free(&s.m);
}

/* ---- order ---- */

static void test_order(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/c", 1, 2);
	add_posix(&s, "/a", 2, 7);
	add_posix(&s, "/b", 3, 2);
	add_posix(&s, "/sealed", 4, 0)->have = STAT_INODE;
	add_sysv(&s, 0x10, 5)->messages = 1;
	look(&s);
	/* By use, the fullest first; ties by name; what is not known last. */
	assert_string_equal(shown(&s), "/a /b /c key:0x00000010 /sealed");
	model_sort_by(&s.m, COL_USE, false);
	assert_string_equal(shown(&s), "key:0x00000010 /b /c /a /sealed");
	model_sort_by(&s.m, COL_MESSAGES, true);
	assert_string_equal(shown(&s), "/a /b /c key:0x00000010 /sealed");
	model_sort_by(&s.m, COL_QUEUE, false);
	assert_string_equal(shown(&s), "key:0x00000010 /a /b /c /sealed");
	model_sort_by(&s.m, COL_QUEUE, true);
	assert_string_equal(shown(&s), "/sealed /c /b /a key:0x00000010");
	model_sort_by(&s.m, COL_KIND, false);
	assert_string_equal(shown(&s), "key:0x00000010 /a /b /c /sealed");
	model_free(&s.m);
}

static void test_directions(void **state)
{
	(void)state;
	assert_true(model_largest_first(COL_USE));
	assert_true(model_largest_first(COL_NET));
	assert_true(model_largest_first(COL_WAITING));
	assert_false(model_largest_first(COL_QUEUE));
	assert_false(model_largest_first(COL_OWNER));
	assert_false(model_largest_first(COL_LAST));
}

/* Left alone, the screen stays with the fullest. */
static void test_untouched_stays_at_the_top(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 5);
	look(&s);
	model_scroll(&s.m, 1);
	assert_string_equal(selected(&s), "/a");
	s.items[0].messages = 0;
	look(&s);
	model_scroll(&s.m, 1);
	assert_string_equal(selected(&s), "/b");
	assert_int_equal(s.m.top, 0);
	model_free(&s.m);
}

/* Moved, the selection keeps its line, whatever comes there. */
static void test_moved_keeps_its_line(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 5);
	add_posix(&s, "/c", 3, 1);
	look(&s);
	model_move(&s.m, 1, 0);
	s.items[2].messages = 10;
	/* While the order is held it is the queue that counts. */
	look(&s);
	assert_string_equal(selected(&s), "/b");
	s.seconds = 10;
	look(&s);
	assert_string_equal(shown(&s), "/c /a /b");
	assert_string_equal(selected(&s), "/a");
	assert_int_equal(s.m.cursor, 1);
	model_free(&s.m);
}

static void test_removed_while_looked_at(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 5);
	look(&s);
	model_bind(&s.m, true);
	model_move(&s.m, 1, 0);
	s.n = 1;
	s.seconds = 10;
	look(&s);
	look(&s);
	look(&s);
	/* What was in it last, until another one is selected. */
	assert_string_equal(selected(&s), "/b");
	assert_int_equal(model_selected(&s.m)->st.messages, 5);
	assert_true(model_selected(&s.m)->state & ROW_GONE);
	assert_int_equal(s.m.removed_when, NOW + 10);
	assert_int_equal(s.m.shown, 1);
	model_move(&s.m, 0, 0);
	assert_string_equal(selected(&s), "/a");
	assert_int_equal(s.m.removed_when, 0);
	/* Made again under its name it is selected again. */
	s.n = 0;
	look(&s);
	look(&s);
	assert_string_equal(selected(&s), "/a");
	add_posix(&s, "/a", 7, 3);
	look(&s);
	assert_int_equal(model_selected(&s.m)->st.ino, 7);
	/* Out of the detail nothing is kept. */
	s.n = 0;
	look(&s);
	look(&s);
	model_bind(&s.m, false);
	assert_null(model_selected(&s.m));
	model_free(&s.m);
}

static void test_selection_goes_with_its_queue(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 5);
	add_posix(&s, "/c", 3, 1);
	look(&s);
	assert_string_equal(selected(&s), "/a");
	model_bind(&s.m, true);
	model_move(&s.m, 1, 0);
	assert_string_equal(selected(&s), "/b");
	s.items[2].messages = 10;
	s.seconds = 10; /* the hold is over */
	look(&s);
	assert_string_equal(shown(&s), "/c /a /b");
	assert_string_equal(selected(&s), "/b");
	assert_int_equal(s.m.cursor, 2);
	/* It goes, and stays selected. */
	s.items[1] = s.items[2];
	s.n = 2;
	look(&s);
	assert_string_equal(shown(&s), "/c /a /bx");
	assert_string_equal(selected(&s), "/b");
	look(&s);
	assert_string_equal(selected(&s), "/b");
	model_free(&s.m);
}

static void test_moves_are_bounded(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	model_move(&s.m, 1, 0);
	assert_null(model_selected(&s.m));
	add_posix(&s, "/a", 1, 0);
	add_posix(&s, "/b", 2, 0);
	look(&s);
	model_move(&s.m, -1000, 0);
	assert_string_equal(selected(&s), "/a");
	model_select(&s.m, INT64_MAX, 0);
	assert_string_equal(selected(&s), "/b");
	model_select(&s.m, INT64_MIN, 0);
	assert_string_equal(selected(&s), "/a");
	model_free(&s.m);
}

/* Nothing jumps under the cursor for a while after it was moved; new rows come below. */
static void test_order_is_held(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 5);
	look(&s);
	model_move(&s.m, 1, NSEC_PER_SEC / 2);
	s.items[0].messages = 0;
	add_posix(&s, "/c", 3, 10);
	look(&s);
	assert_true(model_held(&s.m, NSEC_PER_SEC));
	assert_string_equal(shown(&s), "/a /b /c+");
	look(&s);
	assert_string_equal(shown(&s), "/a /b /c");
	look(&s);
	look(&s); /* at 4 s */
	assert_false(model_held(&s.m, 4 * NSEC_PER_SEC));
	assert_string_equal(shown(&s), "/c /b /a");
	/* A sort key acts at once. */
	model_move(&s.m, 1, 5 * NSEC_PER_SEC);
	model_sort_by(&s.m, COL_QUEUE, false);
	assert_string_equal(shown(&s), "/a /b /c");
	assert_false(model_held(&s.m, 5 * NSEC_PER_SEC));
	model_free(&s.m);
}

static void test_scrolling(void **state)
{
	static char names[40][8];
	struct scene s;

	(void)state;
	begin(&s);
	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "/q%02d", i);
		add_posix(&s, names[i], (ino_t)i + 1, 0);
	}
	look(&s);
	model_scroll(&s.m, 10);
	assert_int_equal(s.m.top, 0);
	model_select(&s.m, 9, 0);
	model_scroll(&s.m, 10);
	assert_int_equal(s.m.top, 0);
	model_select(&s.m, 10, 0);
	model_scroll(&s.m, 10);
	assert_int_equal(s.m.top, 1);
	model_select(&s.m, 39, 0);
	model_scroll(&s.m, 10);
	assert_int_equal(s.m.top, 30);
	/* A larger screen leaves no lines empty, a smaller one keeps the selection. */
	model_scroll(&s.m, 25);
	assert_int_equal(s.m.top, 15);
	model_scroll(&s.m, 1);
	assert_int_equal(s.m.top, 39);
	model_scroll(&s.m, 100);
	assert_int_equal(s.m.top, 0);
	model_scroll(&s.m, 0);
	model_select(&s.m, 0, 0);
	model_scroll(&s.m, 5);
	assert_int_equal(s.m.top, 0);
	model_free(&s.m);
}

static void test_follow(void **state)
{
	static char names[40][8];
	struct scene s;

	(void)state;
	begin(&s);
	for (int i = 0; i < 40; i++) {
		snprintf(names[i], sizeof(names[i]), "/q%02d", i);
		add_posix(&s, names[i], (ino_t)i + 1, 0);
	}
	look(&s);
	model_select(&s.m, 20, 0);
	model_scroll(&s.m, 10);
	s.m.follow = true;
	assert_int_equal(s.m.cursor - s.m.top, 9);
	s.seconds = 10;
	s.items[20].messages = 5;
	s.items[0].messages = s.items[1].messages = s.items[2].messages = 9;
	for (int i = 3; i < 19; i++)
		s.items[i].messages = 9;
	look(&s);
	model_scroll(&s.m, 10);
	assert_string_equal(selected(&s), "/q20");
	assert_int_equal(s.m.cursor, 19);
	assert_int_equal(s.m.cursor - s.m.top, 9);
	model_free(&s.m);
}

static void set_filter(struct scene *s, const char *text)
{
	struct refusal error;
	struct filter f;

	assert_int_equal(filter_parse(&f, text, &error), 0);
	model_set_filter(&s->m, &f);
}

static void test_what_is_shown(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	add_posix(&s, "/a", 1, 9);
	add_posix(&s, "/b", 2, 0);
	add_sysv(&s, 7, 1)->messages = 100;
	look(&s);
	model_select(&s.m, 1, 0);
	assert_string_equal(selected(&s), "key:0x00000007");
	model_set_kinds(&s.m, QUEUE_MASK_POSIX);
	assert_string_equal(shown(&s), "/a /b");
	assert_string_equal(selected(&s), "/b");
	model_set_hide_idle(&s.m, true);
	assert_string_equal(shown(&s), "/a");
	model_set_kinds(&s.m, QUEUE_MASK_ALL);
	assert_string_equal(shown(&s), "/a key:0x00000007");
	set_filter(&s, "use>50");
	assert_string_equal(shown(&s), "/a");
	/* The filter goes on while queues change. */
	s.seconds = 10;
	s.items[0].messages = 1;
	s.items[1].messages = 8;
	look(&s);
	assert_string_equal(shown(&s), "/b");
	set_filter(&s, "nosuch");
	assert_string_equal(shown(&s), "");
	assert_null(model_selected(&s.m));
	set_filter(&s, "");
	assert_int_equal(s.m.shown, 3);
	/* Totals are of all. */
	assert_int_equal(s.m.totals.messages.value, 109);
	model_free(&s.m);
}

/* ---- size ---- */

static int compare_uses(const void *pa, const void *pb)
{
	const unsigned int *a = pa, *b = pb;

	return (*a < *b) - (*a > *b);
}

static void test_sorts_many(void **state)
{
	enum { MANY = 5000 };
	struct queue_stat *items = calloc(MANY, sizeof(*items));
	unsigned int *uses = calloc(MANY, sizeof(*uses));
	struct model m;

	(void)state;
	assert_non_null(items);
	assert_non_null(uses);
	model_init(&m);
	srandom(1);
	for (int pass = 0; pass < 5; pass++) {
		struct facts_look l = { .items = items,
					.n = MANY,
					.kinds = QUEUE_MASK_ALL,
					.monotonic_ns = pass * 10 * NSEC_PER_SEC,
					.now = NOW };

		for (int i = 0; i < MANY; i++) {
			items[i] = (struct queue_stat){ .kind = QUEUE_SYSV,
							.have = SYSV_HAVE,
							.key = (uint32_t)(i * 7919 % MANY),
							.msqid = i,
							.qbytes = 1000,
							.messages = (uint64_t)random() % 1001 };
			uses[i] = (unsigned int)queue_stat_use(&items[i]);
		}
		assert_int_equal(model_update(&m, &l), 0);
		assert_int_equal(m.shown, MANY);
		qsort(uses, MANY, sizeof(*uses), compare_uses);
		for (uint32_t i = 0; i < MANY; i++)
			assert_int_equal(queue_stat_use(&model_row(&m, i)->st), uses[i]);
		model_sort_by(&m, COL_QUEUE, false);
		for (uint32_t i = 0; i < MANY; i++)
			assert_int_equal(model_row(&m, i)->st.key, i);
		model_sort_by(&m, COL_USE, true);
	}
	/* What a queue costs: history, hash and order included. */
	assert_true(sizeof(struct row) + sizeof(struct order_item) + 3 * sizeof(uint32_t) <= 512);
	model_free(&m);
	free(items);
	free(uses);
}

/* Ten hours of looks at 1,000 queues that come and go: not a byte more than at first. */
static void test_constant_memory(void **state)
{
	enum { QUEUES = 1000, CHANGED = 4 };
	/* valgrind is there for the memory of one look, and takes two minutes for this many. */
	const int looks = getenv("MQTOOL_VALGRIND") ? 500 : 36000;
	static char names[QUEUES][16];
	struct queue_stat *items = calloc(QUEUES, sizeof(*items));
	struct model m;
	uint32_t rows = 0, lists = 0, buckets = 0;

	(void)state;
	assert_non_null(items);
	model_init(&m);
	for (int i = 0; i < QUEUES; i++) {
		snprintf(names[i], sizeof(names[i]), "/queue-%d", i);
		items[i] = (struct queue_stat){ .kind = QUEUE_POSIX,
						.have = POSIX_HAVE,
						.name = names[i],
						.ino = (ino_t)i,
						.maxmsg = 10 };
	}
	for (int pass = 0; pass < looks; pass++) {
		struct facts_look l = { .items = items,
					.n = QUEUES,
					.kinds = QUEUE_MASK_ALL,
					.monotonic_ns = pass * NSEC_PER_SEC,
					.now = NOW + pass };

		for (int i = 0; i < CHANGED; i++) {
			struct queue_stat *st = &items[(pass * CHANGED + i) % QUEUES];

			if (pass % 2) /* made again under its name */
				st->ino += QUEUES;
			else
				st->messages = (st->messages + 3) % 11;
		}
		/* Some go and come back. */
		l.n -= pass % 3 ? 0 : 10;
		assert_int_equal(model_update(&m, &l), 0);
		if (pass == 20) {
			rows = m.rows_cap;
			lists = m.list_cap;
			buckets = m.nbuckets;
		}
	}
	assert_int_equal(m.rows_cap, rows);
	assert_int_equal(m.list_cap, lists);
	assert_int_equal(m.nbuckets, buckets);
	assert_true(m.nrows <= QUEUES + 40);
	assert_int_equal(m.events.n, EVENTS_MAX);
	model_free(&m);
	free(items);
}

static void test_out_of_memory(void **state)
{
	struct scene s;
	int failed = 0;

	(void)state;
	for (long after = 0; after < 40; after++) {
		begin(&s);
		for (int i = 0; i < 60; i++)
			add_sysv(&s, (uint32_t)i + 1, i);
		allocations_left = after;
		failed += try_look(&s) < 0;
		allocations_left = -1;
		/* Sound, and whole again at the next look. */
		look(&s);
		assert_int_equal(s.m.shown, 60);
		model_free(&s.m);
	}
	assert_true(failed >= 4);
	/* New names sorted in without memory for a merge. */
	begin(&s);
	add_posix(&s, "/b", 1, 0);
	look(&s);
	add_posix(&s, "/a", 2, 0);
	add_posix(&s, "/c", 3, 0);
	allocations_left = 0;
	look(&s);
	allocations_left = -1;
	model_sort_by(&s.m, COL_QUEUE, false);
	assert_string_equal(shown(&s), "/a+ /b /c+");
	model_free(&s.m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_come_and_go),
		cmocka_unit_test(test_kind_not_listed),
		cmocka_unit_test(test_replaced_under_its_name),
		cmocka_unit_test(test_id_reuse),
		cmocka_unit_test(test_twice_in_a_look),
		cmocka_unit_test(test_net_over_the_time_that_passed),
		cmocka_unit_test(test_totals),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_event_log_wraps),
		cmocka_unit_test(test_not_empty_since),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_directions),
		cmocka_unit_test(test_selection_goes_with_its_queue),
		cmocka_unit_test(test_untouched_stays_at_the_top),
		cmocka_unit_test(test_moved_keeps_its_line),
		cmocka_unit_test(test_removed_while_looked_at),
		cmocka_unit_test(test_moves_are_bounded),
		cmocka_unit_test(test_order_is_held),
		cmocka_unit_test(test_scrolling),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_what_is_shown),
		cmocka_unit_test(test_sorts_many),
		cmocka_unit_test(test_constant_memory),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
