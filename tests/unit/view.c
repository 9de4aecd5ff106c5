/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.c - tests of watch's screen: what keys do, and what is painted at every size
 *
 * Linked with --wrap=getpwuid and --wrap=getgrgid: users that exist nowhere; and with --wrap of what
 * allocates, to count.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "watch/view.h"

#define NOW 1700000000 /* 22:13:20 UTC */

struct passwd *__wrap_getpwuid(uid_t uid);
struct group *__wrap_getgrgid(gid_t gid);

static char root[] = "root";

struct passwd *__wrap_getpwuid(uid_t uid)
{
	static char jo[] = "jo";
	static struct passwd entry;

	entry.pw_name = uid ? jo : root;
	return &entry;
}

struct group *__wrap_getgrgid(gid_t gid)
{
	static char app[] = "app";
	static struct group entry;

	entry.gr_name = gid ? app : root;
	return &entry;
}

/* ---- what is allocated ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);

static int allocations;

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	allocations++;
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return __real_realloc(old, size);
}

void *__wrap_reallocarray(void *old, size_t n, size_t size)
{
	allocations++;
	return __real_reallocarray(old, n, size);
}

char *__wrap_strdup(const char *text)
{
	allocations++;
	return __real_strdup(text);
}

/* ---- a machine with queues ---- */

static const struct proc_waiter waiters[] = {
	{ .kind = QUEUE_POSIX,
	  .dev = 26,
	  .ino = 1,
	  .sender = true,
	  .size = 64,
	  .waited_ns = 42 * NSEC_PER_SEC,
	  .pid = 901,
	  .tid = 901,
	  .command = "worker" },
	{ .kind = QUEUE_POSIX,
	  .dev = 26,
	  .ino = 1,
	  .sender = true,
	  .size = 7,
	  .waited_ns = -1,
	  .pid = 902,
	  .tid = 903,
	  .command = "a\x1b[31m" },
};

static const struct proc_holder holders[] = {
	{ .dev = 26, .ino = 1, .pid = 812, .fd = 3, .reads = true, .command = "logd" },
	{ .dev = 26, .ino = 1, .pid = 901, .fd = 7, .writes = true, .command = "worker" },
};

struct scene {
	struct model m;
	struct view v;
	struct canvas c;
	struct facts facts;
	struct alarms alarms;
	struct queue_stat items[32];
	size_t n;
	int64_t ns;
};

static struct queue_stat *add(struct scene *s, const char *name, ino_t ino, uint64_t messages)
{
	struct queue_stat *st = &s->items[s->n++];

	*st = (struct queue_stat){
		.kind = QUEUE_POSIX,
		.have = STAT_MESSAGES | STAT_MAXMSG | STAT_MSGSIZE | STAT_INODE | STAT_BYTES |
			STAT_OWNER | STAT_LAST | STAT_NOTIFY | STAT_WAITING | STAT_SEEN,
		.name = name,
		.ino = ino,
		.dev = 26,
		.maxmsg = 10,
		.msgsize = 64,
		.uid = 7,
		.gid = 1,
		.mode = 0640,
		.messages = messages,
		.bytes = 64 * messages,
		.last = NOW - 3,
	};
	return st;
}

static void look(struct scene *s)
{
	const struct facts_look l = { .items = s->items,
				      .n = s->n,
				      .kinds = QUEUE_MASK_ALL,
				      .monotonic_ns = s->ns,
				      .now = NOW + s->ns / NSEC_PER_SEC };

	s->ns += NSEC_PER_SEC;
	assert_int_equal(model_update(&s->m, &l), 0);
}

static int begin(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct queue_stat *st;

	*state = s;
	if (!s)
		return -1;
	setenv("TZ", "UTC", 1);
	tzset();
	model_init(&s->m);
	view_init(&s->v, &s->m);
	s->facts = (struct facts){ .host = "db1",
				   .now = NOW,
				   .cost = 0.7,
				   .delay_ns = NSEC_PER_SEC,
				   .limits = "1/32000 System V, 4/256 POSIX" };
	s->facts.alarms = &s->alarms;
	add(s, "/orders", 1, 10)->senders = 2;
	add(s, "/audit\x1b[31m", 2, 6);
	add(s, "/\xc3\xa4\xe4\xb8\xad\xe6\x96\x87", 3, 0);
	st = add(s, "/sealed", 4, 0);
	st->have = STAT_OWNER | STAT_INODE | STAT_LAST;
	s->items[s->n++] = (struct queue_stat){
		.kind = QUEUE_SYSV,
		.have = STAT_MESSAGES | STAT_BYTES | STAT_QBYTES | STAT_OWNER | STAT_KEY |
			STAT_PIDS | STAT_SENT | STAT_RECEIVED | STAT_LAST | STAT_CTIME |
			STAT_WAITING | STAT_SEEN,
		.key = 0x4d510001,
		.msqid = 32769,
		.messages = 4,
		.bytes = 8000,
		.qbytes = 16384,
		.lspid = 77,
		.stime = NOW - 100000,
		.receivers = 1,
	};
	look(s);
	look(s);
	return 0;
}

static int end(void **state)
{
	struct scene *s = *state;

	model_free(&s->m);
	view_free(&s->v);
	alarms_free(&s->alarms);
	canvas_free(&s->c);
	free(s);
	return 0;
}

static unsigned int key(struct scene *s, uint32_t k)
{
	return view_key(&s->v, k, s->ns);
}

static void keys(struct scene *s, const char *text)
{
	for (; *text; text++)
		key(s, (unsigned char)*text);
}

/* The screen as text at a size. */
static const char *screen(struct scene *s, int width, int height)
{
	static struct buffer b;

	assert_int_equal(canvas_resize(&s->c, width, height), 0);
	s->facts.monotonic_ns = s->ns;
	view_paint(&s->v, &s->c, &s->facts);
	b.len = 0;
	for (int y = 0; y < height; y++) {
		canvas_put_line(&s->c, y, &b);
		buffer_putc(&b, '\n');
	}
	return buffer_string(&b);
}

static void shows(struct scene *s, const char *text)
{
	const char *got = screen(s, 100, 30);

	if (!strstr(got, text))
		fail_msg("no '%s' in:\n%s", text, got);
}

static void shows_not(struct scene *s, const char *text)
{
	const char *got = screen(s, 100, 30);

	if (strstr(got, text))
		fail_msg("'%s' in:\n%s", text, got);
}

static void fill_detail(struct scene *s)
{
	s->facts.detail = (struct facts_detail){
		.valid = true,
		.of = s->items[0],
		.waiters = waiters,
		.nwaiters = 2,
		.holders = holders,
		.nholders = 2,
		.looked = true,
		.findings = "full: 2 blocked\nand so on\n",
		.grave = 1,
	};
	s->facts.hidden = 1;
	if (!s->alarms.n) {
		s->alarms.items[0] = (struct alarm){ .kind = ALARM_FULL,
						     .st = s->items[0],
						     .blocked_ns = 42 * NSEC_PER_SEC };
		s->alarms.items[0].text = "/orders: full, 2 senders blocked for 42s";
		s->alarms.n = 1;
		s->alarms.more = 2;
	}
}

/* ---- painting ---- */

static void test_main_screen(void **state)
{
	struct scene *s = *state;
	const char *text = screen(s, 100, 24);

	assert_non_null(strstr(text, "mqtool watch   db1   every 1s   22:13:20"));
	assert_non_null(strstr(text, "1 System V  4 POSIX\n"));
	assert_non_null(strstr(
		text, ">= 20 messages  >= 8.8K   >= 1 full   waiting: >= 1 receiver, >= 2 senders"));
	assert_non_null(strstr(text, " KIND  QUEUE "));
	assert_non_null(strstr(text, "\n> posix /orders "));
	assert_non_null(strstr(text, "100%!"));
	assert_non_null(strstr(text, "60%~"));
	assert_non_null(strstr(text, "esc:/audit\\x1b[31m"));
	assert_non_null(strstr(text, "\u4e2d\u6587"));
	assert_non_null(strstr(text, "USE%\u25bc"));
	assert_non_null(strstr(text, "\u2588\u2588\n"));
	assert_non_null(strstr(text, "? help"));
	assert_non_null(strstr(text, "q quit"));
}

/* The selected row is in reverse, except for the graph in it. */
static void test_selected_row(void **state)
{
	struct scene *s = *state;
	const struct layout *l = &s->v.layout;

	screen(s, 100, 24);
	for (int x = 0; x < 100; x++) {
		bool selected = canvas_at(&s->c, s->v.table_y, x)->style & STYLE_SELECTED;

		assert_int_equal(selected, layout_find(l, x) != COL_HISTORY);
		assert_false(canvas_at(&s->c, s->v.table_y + 1, x)->style & STYLE_SELECTED);
	}
}

/* In ASCII nothing else comes out, whatever queues are called. */
static void test_ascii(void **state)
{
	struct scene *s = *state;
	const char *text;

	s->c.ascii = true;
	fill_detail(s);
	for (int pane = 0; pane < 4; pane++) {
		s->v.pane = (enum view_pane)(pane % 3);
		s->v.over = pane == 3 ? OVER_HELP : OVER_NONE;
		for (text = screen(s, 120, 40); *text; text++)
			assert_true(*text == '\n' || (*text >= ' ' && *text <= '~'));
	}
	s->v.over = OVER_NONE;
	text = screen(s, 120, 40);
	assert_non_null(strstr(text, "/\\xc3\\xa4\\xe4"));
	assert_non_null(strstr(text, "USE%v"));
	assert_non_null(strstr(text, "@@"));
}

/* Whatever the size and whatever is open: no cell beyond, no control character. */
static void check_size(struct scene *s, int width, int height)
{
	const char *text = screen(s, width, height);

	for (; *text; text++)
		assert_true((unsigned char)*text >= ' ' || *text == '\n');
}

static void test_every_size(void **state)
{
	struct scene *s = *state;
	/* Up to here every size; valgrind takes half a minute for this many. */
	const bool few = getenv("MQTOOL_VALGRIND");
	const int wide = few ? 8 : 60, high = few ? 6 : 30;

	fill_detail(s);
	s->facts.missing = "POSIX queues are not listed: why";
	for (int what = 0; what < 11; what++) {
		s->v.pane = what < 3 ? (enum view_pane)what : PANE_NONE;
		s->v.peek = what == 1;
		s->v.peek_of = s->items[0];
		s->v.over = what >= 3 && what < 6 ? (enum view_over)(what - 2) : OVER_NONE;
		s->v.typing = what == 6 ? TYPING_FILTER : TYPING_NONE;
		if (what > 7)
			s->v.over = what == 8 ? OVER_MESSAGE : OVER_CHANGE;
		s->v.change.asking = what == 10;
		if (what == 7)
			s->facts.alarms = NULL;
		for (int width = 1; width <= 300; width += width < wide ? 1 : 7) {
			for (int height = 1; height <= 60; height += height < high ? 1 : 5)
				check_size(s, width, height);
		}
	}
}

/* Each of the things that can be shown. */
static void show(struct scene *s, int what)
{
	s->v.pane = what < 3 ? (enum view_pane)what : PANE_NONE;
	s->v.over = what >= 3 && what < 8 ? (enum view_over)(what - 2) : OVER_NONE;
	s->v.typing = what == 8 ? TYPING_FILTER : TYPING_NONE;
}

/* Once it was painted, a screen is painted again without memory from anywhere. */
static void test_painting_allocates_nothing(void **state)
{
	static const int sizes[][2] = {
		{ 80, 24 }, { 120, 40 }, { 200, 60 }, { 40, 10 }, { 20, 5 }
	};
	struct scene *s = *state;

	fill_detail(s);
	s->facts.whole =
		(struct facts_whole){ .valid = true, .type = 7, .size = 5, .data = "hello" };
	s->facts.missing = "POSIX queues are not listed: why";
	for (int what = 0; what < 9; what++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			show(s, what);
			assert_int_equal(canvas_resize(&s->c, sizes[i][0], sizes[i][1]), 0);
			view_paint(&s->v, &s->c, &s->facts);
			allocations = 0;
			/* Other numbers, the same queues. */
			s->items[1].messages ^= 1;
			look(s);
			assert_int_equal(canvas_resize(&s->c, sizes[i][0], sizes[i][1]), 0);
			view_paint(&s->v, &s->c, &s->facts);
			assert_int_equal(allocations, 0);
		}
	}
}

static void test_small(void **state)
{
	struct scene *s = *state;

	assert_string_equal(screen(s, 10, 1), ">= 20 mes\u2026\n");
	assert_non_null(strstr(screen(s, 60, 1), ">= 20 messages"));
	assert_non_null(strstr(screen(s, 60, 2), "/orders"));
	assert_non_null(strstr(screen(s, 60, 3), "QUEUE"));
	assert_non_null(strstr(screen(s, 60, 5), "q quit"));
	assert_non_null(strstr(screen(s, 60, 6), "mqtool watch"));
	/* The selection stays on the screen. */
	key(s, VIEW_KEY_END);
	assert_non_null(strstr(screen(s, 60, 2), ">"));
}

/* What does not fit is left out whole, the least important first; a state is always told. */
static void test_narrow_lines(void **state)
{
	struct scene *s = *state;

	fill_detail(s);
	s->items[3].have = s->items[0].have; /* all is known */
	look(s);
	assert_non_null(strstr(screen(s, 80, 24), "mqtool watch   db1   every 1s   22:13:20"));
	assert_non_null(strstr(screen(s, 38, 10), "mqtool watch   db1   every 1s\n20 messages"));
	assert_non_null(strstr(screen(s, 40, 10), "20 messages  8.8K  1 full\n"));
	assert_non_null(
		strstr(screen(s, 40, 10), "! /orders: full, 2 senders bl\u2026 (+2 more)\n"));
	assert_non_null(strstr(screen(s, 20, 10), "! /orders: full, 2 \u2026\n"));
	assert_non_null(strstr(screen(s, 20, 10), "db1   every 1s\n20 messages  1 full\n"));
	/* Where nothing fits there is still no empty line. */
	assert_memory_equal(screen(s, 3, 10), "mq\u2026\n20\u2026\n", 12);
	key(s, ' ');
	assert_non_null(strstr(screen(s, 40, 10), "db1   every 1s   PAUSED\n"));
	assert_non_null(strstr(screen(s, 20, 10), "every 1s   PAUSED\n"));
	assert_non_null(strstr(screen(s, 40, 5), "PAUSED  20 messages"));
	s->m.hide_idle = true;
	assert_non_null(strstr(screen(s, 35, 10), "PAUSED   idle queues hidden\n"));
}

/* The selected row ends where the graph begins, even if the screen goes on after it. */
static void test_selected_row_beside_the_detail(void **state)
{
	struct scene *s = *state;
	const struct layout_column *last;

	screen(s, 200, 40);
	last = &s->v.layout.columns[s->v.layout.n - 1];
	assert_int_equal(last->col, COL_HISTORY);
	for (int x = 0; x < 200; x++)
		assert_int_equal((canvas_at(&s->c, s->v.table_y, x)->style & STYLE_SELECTED) != 0,
				 x < last->x);
}

/* Each look in the colour of its own use, in the table and in the graph. */
static void test_colours_of_history(void **state)
{
	static const unsigned int styles[] = { STYLE_WARN, STYLE_WARN, STYLE_GOOD, STYLE_ALARM };
	struct scene *s = *state;
	const struct layout_column *last;

	s->items[1].messages = 2;
	look(s);
	s->items[1].messages = 9;
	look(s);
	screen(s, 100, 30);
	last = &s->v.layout.columns[s->v.layout.n - 1];
	for (size_t i = 0; i < ARRAY_SIZE(styles); i++)
		assert_int_equal(canvas_at(&s->c, s->v.table_y + 1, last->x + (int)i)->style,
				 styles[i]);
	/* What does not change is no louder than it must be. */
	for (int x = 0; x < last->x; x++) {
		if (layout_find(&s->v.layout, x) == COL_WAITING)
			assert_int_equal(canvas_at(&s->c, s->v.table_y + 1, x)->style &
						 ~(unsigned int)STYLE_DIM,
					 0);
	}
}

/* The line of the screen that begins with a text, from column x on; -1: none. */
static int line_of(const struct scene *s, int x, const char *text)
{
	for (int y = 0; y < s->c.height; y++) {
		int i = 0;

		while (text[i] && canvas_at(&s->c, y, x + i)->ch[0] == (unsigned char)text[i])
			i++;
		if (!text[i])
			return y;
	}
	return -1;
}

/* Red is for senders that are blocked, the rest is yellow. */
static void test_colours_of_findings(void **state)
{
	struct scene *s = *state;

	fill_detail(s);
	key(s, VIEW_KEY_ENTER);
	screen(s, 100, 30);
	assert_int_equal(canvas_at(&s->c, line_of(s, 0, "! full: 2 blocked"), 0)->style,
			 STYLE_ALARM);
	assert_int_equal(canvas_at(&s->c, line_of(s, 0, "! and so on"), 0)->style, STYLE_WARN);
}

/* Once it has all its looks the graph takes the whole width, and of a high pane ten lines. */
static void test_graph_takes_its_room(void **state)
{
	struct scene *s = *state;
	int y, title, bottom;

	for (int i = 0; i < HISTORY_SIZE; i++)
		look(s);
	key(s, VIEW_KEY_ENTER);
	screen(s, 120, 40);
	title = line_of(s, 61, "use, last ");
	bottom = line_of(s, 61, "  0%");
	assert_true(title > 0 && bottom - title < 10);
	for (y = title + 1; y <= bottom; y++) {
		assert_int_equal(canvas_at(&s->c, y, 66)->ch[0], 0x2588);
		assert_int_equal(canvas_at(&s->c, y, 119)->ch[0], 0x2588);
	}
}

static void test_fields_stay_whole(void **state)
{
	struct scene *s = *state;

	key(s, VIEW_KEY_ENTER);
	assert_non_null(strstr(screen(s, 80, 30), "not empty since 22:13:20\n  notify none\n"));
}

static void test_words_for_none(void **state)
{
	struct scene *s = *state;

	key(s, VIEW_KEY_ENTER);
	fill_detail(s);
	s->facts.hidden = 0;
	s->facts.detail.nwaiters = s->facts.detail.nholders = 0;
	shows(s, "nobody has it open, nobody waits  ");
	s->facts.detail.partial = true;
	shows(s, "descriptors: ?, waiting: ?  ");
}

static void test_graph_of_system_v(void **state)
{
	struct scene *s = *state;

	keys(s, "/4d51\n\n");
	shows(s, "use, last 2 samples, every 1s; 100% is 16384 b");
}

static void test_detail_pane(void **state)
{
	struct scene *s = *state;

	assert_int_equal(key(s, VIEW_KEY_ENTER), VIEW_PAINT | VIEW_DETAIL);
	shows(s, "mode 0640  ino 1  maxmsg 10  msgsize 64");
	shows(s, "owner jo:app  last send or receive 22:13:17");
	shows(s, "use, last 2 samples, every 1s; 100% is 10");
	fill_detail(s);
	shows(s, "! full: 2 blocked");
	shows(s, "! and so on");
	shows(s, "2 descriptors, 2 wait, 1 process hidden");
	shows(s, "812 logd       fd 3 r");
	shows(s, "901 worker     fd 7 w  blocked 42s, sends");
	shows(s, "902 a\\x1b[31m  blocked, sends 7 bytes");
	key(s, 'p');
	s->facts.detail.peeked = true;
	s->facts.detail.peek_why = "not permitted";
	shows(s, "messages cannot be looked at: not permitted");
	s->facts.detail.peek_why = NULL;
	s->facts.detail.npeek = 1;
	s->facts.detail.peek[0] =
		(struct facts_message){ .type = 32767, .size = 3, .shown = 3, .data = "one" };
	shows(s, "   #   PRIORITY   SIZE  DATA");
	shows(s, "1      32767      3  one");
	key(s, VIEW_KEY_TAB);
	/* Another queue is selected: nothing of this one is said of that. */
	key(s, VIEW_KEY_DOWN);
	shows_not(s, "full: 2 blocked");
	shows_not(s, "logd");
	key(s, VIEW_KEY_ESC);
	assert_int_equal(s->v.pane, PANE_NONE);
}

static void test_detail_of_one_that_goes(void **state)
{
	struct scene *s = *state;

	key(s, VIEW_KEY_ENTER);
	memmove(&s->items[0], &s->items[1], 4 * sizeof(s->items[0]));
	s->n--;
	look(s);
	shows(s, "\nx");
	shows(s, "REMOVED");
	look(s);
	shows(s, "REMOVED 22:13:22; it last held 10 messages, 640");
	shows(s, "/orders  posix");
	key(s, VIEW_KEY_HOME);
	shows_not(s, "REMOVED");
	s->n = 0;
	look(s);
	look(s);
	shows(s, "there are no queues");
	shows(s, "REMOVED");
}

static void test_peek(void **state)
{
	struct scene *s = *state;

	keys(s, "/4d51\n");
	key(s, 'p');
	assert_true(s->v.peek);
	s->facts.detail = (struct facts_detail){
		.valid = true,
		.of = s->items[4],
		.peeked = true,
		.looked = true,
		.npeek = 2,
		.peek = { { .type = 7, .size = 5, .shown = 5, .data = "hello" },
			  { .type = 1234567, .size = 3000, .shown = 3, .data = "\x1b\xff\n" } },
		.sender = "logd",
		.receiver = "",
	};
	shows(s, "1          7      5  hello");
	shows(s, "2    1234567   3000  \\x1b\\xff\\x0a");
	shows(s, "pid 77 logd");
	shows(s, "received never");
	s->items[4].messages = 61;
	look(s);
	shows(s, "1 of 61");
	key(s, VIEW_KEY_DOWN);
	shows(s, "2 of 61");
	key(s, VIEW_KEY_END);
	shows(s, "61 of 61");
	assert_true(key(s, VIEW_KEY_ENTER) & VIEW_MESSAGE);
	s->facts.whole = (struct facts_whole){
		.valid = true, .index = 60, .type = 7, .size = 13, .data = "hello\nworld\x1b!"
	};
	shows(s, "message 61 of 61  type 7  13 bytes");
	shows(s, "00000000   68 65 6c 6c 6f 0a 77 6f  72 6c 64 1b 21");
	key(s, 'h');
	shows(s, "\nworld\\x1b!\n");
	key(s, VIEW_KEY_ESC);
	key(s, VIEW_KEY_TAB);
	s->facts.detail.npeek = 0;
	shows(s, "no messages");
	s->facts.detail.peek_why = "permission denied";
	shows(s, "messages cannot be looked at: permission denied");
}

static void test_events_pane(void **state)
{
	struct scene *s = *state;

	key(s, 'e');
	shows(s, "nothing has happened since watch began");
	add(s, "/new", 9, 0);
	look(s);
	shows(s, "22:13:22  created            /new");
	shows(s, "\n+ posix");
	key(s, 'e');
	assert_int_equal(s->v.pane, PANE_NONE);
}

static void test_help(void **state)
{
	struct scene *s = *state;
	struct buffer all = { 0 };

	key(s, '?');
	shows(s, "quit; Esc goes back one step");
	/* All of it can be reached. */
	for (int i = 0; i < 20; i++) {
		buffer_puts(&all, screen(s, 100, 20));
		key(s, VIEW_KEY_PAGE_DOWN);
	}
	assert_non_null(strstr(buffer_string(&all), "change of depth per second, not traffic"));
	assert_non_null(strstr(buffer_string(&all), "needs root or read permission"));
	buffer_free(&all);
	key(s, 'y');
	assert_int_equal(s->v.over, OVER_NONE);
	key(s, VIEW_KEY_F1);
	assert_int_equal(s->v.over, OVER_HELP);
	/* Two pages side by side if there is room. */
	shows_not(s, "\n1/1\n");
	assert_non_null(strstr(screen(s, 200, 60), "\n1/1\n"));
	assert_non_null(strstr(screen(s, 200, 60), "change of depth per second, not traffic"));
}

/* ---- keys ---- */

static void test_filter_is_live(void **state)
{
	struct scene *s = *state;

	key(s, '/');
	assert_int_equal(s->v.typing, TYPING_FILTER);
	shows(s, "Enter keeps, Esc clears");
	keys(s, "ord");
	assert_int_equal(s->m.shown, 1);
	shows(s, "filter: ord");
	assert_int_equal(s->c.cursor_y, 29);
	assert_int_equal(s->c.cursor_x, 11);
	/* q is a letter here. */
	assert_int_equal(key(s, 'q'), VIEW_PAINT);
	assert_int_equal(s->m.shown, 0);
	shows(s, "no queue passes the filter");
	key(s, VIEW_KEY_BACKSPACE);
	key(s, VIEW_KEY_ENTER);
	assert_int_equal(s->v.typing, TYPING_NONE);
	assert_int_equal(s->m.shown, 1);
	shows(s, "filter: ord");
	/* What is no filter yet leaves the last one. */
	keys(s, "/\x15"
		"use>");
	shows(s, "('use>' lacks a value)");
	assert_int_equal(s->m.shown, 0);
	keys(s, "50");
	assert_int_equal(s->m.shown, 2);
	shows_not(s, "lacks a value");
	keys(s, "x\n");
	/* Enter on an invalid filter goes back. */
	assert_int_equal(s->m.shown, 1);
	assert_string_equal(s->v.filter_text, "ord");
	key(s, '/');
	key(s, VIEW_KEY_ESC);
	assert_int_equal(s->m.shown, 5);
	assert_string_equal(s->v.filter_text, "");
}

static void test_filter_takes_any_character(void **state)
{
	struct scene *s = *state;

	key(s, '/');
	key(s, 0xe4);
	key(s, 0x4e2d);
	key(s, 0x1f600);
	assert_string_equal(s->v.typed, "\xc3\xa4\xe4\xb8\xad\xf0\x9f\x98\x80");
	key(s, 127);
	assert_string_equal(s->v.typed, "\xc3\xa4\xe4\xb8\xad");
	key(s, 8);
	assert_int_equal(s->m.shown, 1);
	key(s, VIEW_KEY_BACKSPACE);
	key(s, VIEW_KEY_BACKSPACE);
	assert_string_equal(s->v.typed, "");
	for (int i = 0; i < 300; i++)
		key(s, 0x1f600);
	assert_true(strlen(s->v.typed) < FILTER_TEXT);
	key(s, 0x85);
	key(s, VIEW_KEY_F1);
	assert_int_equal(s->v.typing, TYPING_FILTER);
}

static void test_sort_keys(void **state)
{
	static const struct {
		char key;
		enum column col;
		bool reverse;
	} rows[] = {
		{ 'M', COL_MESSAGES, true }, { 'U', COL_USE, true },    { 'U', COL_USE, false },
		{ 'N', COL_QUEUE, false },   { 'A', COL_LAST, false },  { 'W', COL_WAITING, true },
		{ 'B', COL_BYTES, true },    { 'R', COL_BYTES, false }, { '>', COL_USE, true },
		{ '>', COL_NET, true },      { '<', COL_USE, true },    { '<', COL_BYTES, true },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(key(s, (unsigned char)rows[i].key), VIEW_PAINT);
		assert_int_equal(s->m.sort, rows[i].col);
		assert_int_equal(s->m.reverse, rows[i].reverse);
	}
	/* All the way round, past HISTORY, which has no order. */
	for (size_t i = 0; i < 8; i++) {
		key(s, '>');
		assert_int_not_equal(s->m.sort, COL_HISTORY);
	}
	assert_int_equal(s->m.sort, COL_BYTES);
}

static void test_sort_menu(void **state)
{
	struct scene *s = *state;

	key(s, 's');
	assert_int_equal(s->v.over, OVER_SORT);
	assert_int_equal(s->v.over_at, COL_USE);
	shows(s, "* USE%");
	key(s, VIEW_KEY_HOME);
	key(s, VIEW_KEY_UP);
	assert_int_equal(s->v.over_at, COL_NET);
	key(s, VIEW_KEY_DOWN);
	key(s, VIEW_KEY_ENTER);
	assert_int_equal(s->m.sort, COL_QUEUE);
	assert_int_equal(s->v.over, OVER_NONE);
	key(s, VIEW_KEY_F6);
	key(s, VIEW_KEY_ESC);
	assert_int_equal(s->v.over, OVER_NONE);
}

static void test_column_picker(void **state)
{
	struct scene *s = *state;

	key(s, 'o');
	shows(s, "[x] QUEUE");
	shows(s, "[ ] MODE");
	for (int i = 0; i < COL_MODE; i++)
		key(s, 'j');
	assert_true(key(s, ' ') & VIEW_LOOK);
	shows(s, "[x] MODE");
	key(s, VIEW_KEY_ESC);
	assert_non_null(strstr(screen(s, 139, 30), "MODE"));
	/* One column stays, whatever is turned off. */
	key(s, 'o');
	for (int i = 0; i < 2 * COLUMNS_WATCH; i++) {
		if (column_list_has(&s->v.columns, (enum column)s->v.over_at))
			key(s, ' ');
		key(s, VIEW_KEY_DOWN);
	}
	assert_int_equal(s->v.columns.n, 1);
}

static void test_modes(void **state)
{
	struct scene *s = *state;

	assert_true(key(s, ' ') & VIEW_TIMER);
	shows(s, "PAUSED");
	key(s, ' ');
	shows_not(s, "PAUSED");
	key(s, 'f');
	shows(s, "FOLLOW");
	key(s, 't');
	shows(s, "System V only");
	assert_int_equal(s->m.shown, 1);
	key(s, 't');
	shows(s, "POSIX only");
	key(s, 't');
	assert_int_equal(s->m.shown, 5);
	key(s, 'z');
	shows(s, "idle queues hidden");
	assert_int_equal(s->m.shown, 4);
	key(s, 'z');
	key(s, 'i');
	shows(s, "processes not looked at");
	assert_false(s->v.waiters);
	assert_true(key(s, 'm') & VIEW_MOUSE);
	assert_true(s->v.mouse);
	assert_true(key(s, 'r') & VIEW_REPAIR);
	assert_true(key(s, 'L' - 0x40) & VIEW_LOOK);
	key(s, 'j');
	shows(s, "sorting paused");
	assert_int_equal(key(s, '%'), VIEW_PAINT);
	shows(s, "that key does nothing here: ? shows those that do");
	assert_int_equal(key(s, VIEW_KEY_NONE), VIEW_PAINT);
	assert_int_equal(key(s, 'q'), VIEW_QUIT);
	assert_int_equal(key(s, VIEW_KEY_F10), VIEW_QUIT);
	assert_int_not_equal(key(s, VIEW_KEY_ESC), VIEW_QUIT);
}

static void test_interval(void **state)
{
	struct scene *s = *state;

	key(s, '+');
	assert_int_equal(s->v.delay_ns, 2 * NSEC_PER_SEC);
	for (int i = 0; i < 20; i++)
		key(s, '+');
	assert_int_equal(s->v.delay_ns, VIEW_LONGEST_NS);
	for (int i = 0; i < 20; i++)
		key(s, '-');
	assert_int_equal(s->v.delay_ns, VIEW_SHORTEST_NS);
	/* And back, over the same intervals. */
	for (int i = 0; i < 4; i++)
		key(s, '+');
	assert_int_equal(s->v.delay_ns, NSEC_PER_SEC);
	/* Given on the command line. */
	s->v.steps = 0;
	s->v.delay_ns = s->v.start_ns = NSEC_PER_SEC / 50;
	key(s, '-');
	assert_int_equal(s->v.delay_ns, NSEC_PER_SEC / 50);
	s->v.delay_ns = s->v.start_ns = 3600 * NSEC_PER_SEC;
	key(s, '+');
	assert_int_equal(s->v.delay_ns, 3600 * NSEC_PER_SEC);
	/* What it really is. */
	s->v.delay_ns = NSEC_PER_SEC;
	s->facts.delay_ns = 3 * NSEC_PER_SEC / 2;
	shows(s, "every 1.6s (refreshing is slow)");
}

static void test_clicks(void **state)
{
	struct scene *s = *state;
	int y;

	screen(s, 100, 30);
	y = s->v.table_y;
	assert_int_equal(view_click(&s->v, y + 2, 10, 0, s->ns), VIEW_PAINT);
	assert_int_equal(s->m.cursor, 2);
	/* Once more: in detail. */
	view_click(&s->v, y + 2, 10, 0, s->ns);
	assert_int_equal(s->v.pane, PANE_DETAIL);
	key(s, VIEW_KEY_ESC);
	view_click(&s->v, y - 1, s->v.layout.columns[1].x, 0, s->ns);
	assert_int_equal(s->m.sort, COL_QUEUE);
	assert_int_equal(view_click(&s->v, y + 20, 1, 0, s->ns), 0);
	assert_int_equal(view_click(&s->v, 0, 1, 0, s->ns), 0);
	view_click(&s->v, y, 1, 1, s->ns);
	view_click(&s->v, y, 1, -1, s->ns);
	key(s, '?');
	assert_int_equal(s->v.over, OVER_HELP);
	key(s, VIEW_KEY_ESC);
	/* Of the last line the keys themselves. */
	screen(s, 100, 30);
	view_click(&s->v, s->v.keys_y, s->v.footer[1].x, 0, s->ns);
	assert_int_equal(s->v.typing, TYPING_FILTER);
	key(s, VIEW_KEY_ESC);
	assert_int_equal(view_click(&s->v, s->v.keys_y, 99, 0, s->ns), 0);
	/* In a menu the line that is meant. */
	key(s, 's');
	screen(s, 100, 30);
	view_click(&s->v, s->v.over_y + COL_BYTES, 3, 0, s->ns);
	assert_int_equal(s->m.sort, COL_BYTES);
}

static void test_search(void **state)
{
	struct scene *s = *state;

	key(s, 'n');
	shows(s, "nothing to search for yet");
	key(s, VIEW_KEY_F3);
	shows(s, "search: ");
	keys(s, "AUD\n");
	assert_int_equal(model_selected(&s->m)->st.ino, 2);
	assert_int_equal(s->m.shown, 5);
	key(s, VIEW_KEY_F3);
	keys(s, "/\n");
	key(s, 'n');
	key(s, 'n');
	key(s, 'N');
	shows(s, "posix");
	assert_int_equal(s->m.sort, COL_USE);
	key(s, VIEW_KEY_F3);
	keys(s, "nosuch\n");
	shows(s, "no queue has that in its name");
}

static void test_changes(void **state)
{
	struct scene *s = *state;
	struct change_result result = { .count = 10 };

	/* Without --allow-changes there is the command to copy. */
	key(s, 'x');
	shows(s, "watch changes nothing unless it is started with --allow-changes");
	shows(s, "mqtool purge /orders");
	/* With what it is about. */
	shows(s, "mode 0640  ino 1");
	key(s, VIEW_KEY_DOWN);
	assert_int_equal(key(s, VIEW_KEY_ENTER), VIEW_PAINT);
	assert_string_equal(s->v.said, "mqtool rm /orders");
	s->v.allow_changes = true;
	key(s, 'x');
	key(s, VIEW_KEY_ENTER);
	shows(s, "mqtool purge /orders   Do it? [y/N]");
	assert_int_equal(key(s, VIEW_KEY_ENTER), VIEW_PAINT);
	shows(s, "nothing was changed");
	key(s, 'x');
	key(s, VIEW_KEY_ENTER);
	assert_true(key(s, 'y') & VIEW_CHANGE);
	assert_int_equal(s->v.change.kind, CHANGE_PURGE);
	assert_string_equal(s->v.change.of.name, "/orders");
	view_tell_change(&s->v, &result, NOW);
	shows(s, "/orders: 10 messages thrown away");
	key(s, 'x');
	keys(s, "jj\n");
	shows(s, "message: ");
	keys(s, "it's me\n");
	shows(s, "mqtool send /orders 'it'\\''s me'   Do it? [y/N]");
	assert_true(key(s, 'y') & VIEW_CHANGE);
	result = (struct change_result){ .error = -EACCES };
	view_tell_change(&s->v, &result, NOW);
	key(s, 'e');
	shows(s, "send failed: ");
	shows(s, "10 messages thrown away /orders");
}

static void test_wide(void **state)
{
	struct scene *s = *state;
	const char *text;

	fill_detail(s);
	text = screen(s, 160, 40);
	assert_non_null(strstr(text, "! /orders: full, 2 senders blocked for 42s"));
	assert_non_null(strstr(text, "(+2 more)"));
	assert_non_null(strstr(text, "\u2502"));
	assert_non_null(strstr(text, "812 logd"));
	assert_non_null(strstr(text, "HISTORY"));
	assert_true(view_wants_detail(&s->v));
	assert_true(view_wants_messages(&s->v));
	/* A queue that goes stays in the detail. */
	key(s, VIEW_KEY_DOWN);
	key(s, VIEW_KEY_UP);
	memmove(&s->items[0], &s->items[1], 4 * sizeof(s->items[0]));
	s->n--;
	look(s);
	look(s);
	assert_non_null(strstr(screen(s, 160, 40), "REMOVED"));
}

static void test_position(void **state)
{
	struct scene *s = *state;

	assert_non_null(strstr(screen(s, 80, 7), "1/5\n"));
	assert_null(strstr(screen(s, 80, 24), "1/5"));
	keys(s, "/ord\n");
	assert_non_null(strstr(screen(s, 80, 24), "1/1 of 5\n"));
}

static void test_navigation(void **state)
{
	struct scene *s = *state;

	screen(s, 100, 8);
	key(s, VIEW_KEY_END);
	assert_int_equal(s->m.cursor, 4);
	key(s, 'k');
	assert_int_equal(s->m.cursor, 3);
	key(s, VIEW_KEY_PAGE_UP);
	assert_true(s->m.cursor < 3);
	key(s, VIEW_KEY_HOME);
	assert_int_equal(s->m.cursor, 0);
	key(s, VIEW_KEY_PAGE_DOWN);
	assert_true(s->m.cursor > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_main_screen),
		TEST(test_selected_row),
		TEST(test_ascii),
		TEST(test_every_size),
		TEST(test_painting_allocates_nothing),
		TEST(test_small),
		TEST(test_narrow_lines),
		TEST(test_selected_row_beside_the_detail),
		TEST(test_colours_of_history),
		TEST(test_colours_of_findings),
		TEST(test_graph_takes_its_room),
		TEST(test_fields_stay_whole),
		TEST(test_words_for_none),
		TEST(test_graph_of_system_v),
		TEST(test_detail_pane),
		TEST(test_detail_of_one_that_goes),
		TEST(test_peek),
		TEST(test_events_pane),
		TEST(test_help),
		TEST(test_filter_is_live),
		TEST(test_filter_takes_any_character),
		TEST(test_sort_keys),
		TEST(test_sort_menu),
		TEST(test_column_picker),
		TEST(test_modes),
		TEST(test_interval),
		TEST(test_clicks),
		TEST(test_navigation),
		TEST(test_search),
		TEST(test_changes),
		TEST(test_wide),
		TEST(test_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
