/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view.c - the state of watch's screen, and what keys do to it
 */
#include "config.h"

#include "watch/view.h"

#include <stdio.h>
#include <string.h>

#include "base/refusal.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/util.h"

/* A queue looked at in detail binds the selection, not its line. */
static void bind(struct view *v)
{
	model_bind(v->model, v->pane == PANE_DETAIL || v->wide);
}

/* Something was asked for this very queue. */
static void touch(struct view *v)
{
	if (!v->model->removed_when && v->model->shown)
		v->model->touched = true;
	bind(v);
}

/* ---- the filter being typed ---- */

/* What is typed takes effect at once; while it is not a valid filter the last one stays. */
static void apply_typed(struct view *v)
{
	struct filter filter;
	struct refusal error;

	v->wrong[0] = '\0';
	if (filter_parse(&filter, v->typed, &error) < 0) {
		snprintf(v->wrong, sizeof(v->wrong), "%s", error.text);
		return;
	}
	model_set_filter(v->model, &filter);
}

static void end_filter(struct view *v, bool keep)
{
	if (keep && !v->wrong[0])
		memcpy(v->filter_text, v->typed, sizeof(v->filter_text));
	else
		model_set_filter(v->model, &v->before);
	v->wrong[0] = '\0';
}

/* The next queue, in either direction and wrapping around, whose name contains the text. */
static unsigned int find_next(struct view *v, int step, bool here, int64_t now)
{
	const struct model *m = v->model;
	char name[QUEUE_NAME_TEXT];

	for (uint32_t i = here ? 0 : 1; i <= m->shown && m->shown; i++) {
		uint32_t away = step > 0 ? i : m->shown - i % m->shown;
		uint32_t place = (m->cursor + away) % m->shown;

		if (strcasestr(queue_stat_text(&model_row(m, place)->st, name), v->search)) {
			model_select(v->model, place, now);
			return VIEW_PAINT | VIEW_DETAIL;
		}
	}
	view_say(v, _("no queue has that in its name"));
	return VIEW_PAINT;
}

/* The typed line was entered. */
static unsigned int end_typing(struct view *v, int64_t now)
{
	enum view_typing what = v->typing;

	v->typing = TYPING_NONE;
	if (what == TYPING_MESSAGE)
		return view_change_typed(v);
	if (what == TYPING_FILTER) {
		end_filter(v, true);
		return VIEW_PAINT | VIEW_LOOK;
	}
	memcpy(v->search, v->typed, sizeof(v->search));
	return v->search[0] ? find_next(v, 1, true, now) : VIEW_PAINT;
}

/* Esc: leaves the line, and clears the filter. */
static unsigned int leave_typing(struct view *v)
{
	if (v->typing == TYPING_FILTER) {
		v->typed[0] = v->filter_text[0] = '\0';
		apply_typed(v);
		v->before = v->model->filter;
		end_filter(v, true);
	}
	v->typing = TYPING_NONE;
	return VIEW_PAINT;
}

/* Bytes of the last character of text. */
static size_t last_character(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len) {
		n++;
		if (((unsigned char)text[len - n] & 0xc0) != 0x80)
			break;
	}
	return n;
}

static void type_character(struct view *v, uint32_t key)
{
	size_t len = strlen(v->typed);
	char utf8[UTF8_MAX];
	size_t n = utf8_encode(key, utf8);

	if (len + n >= sizeof(v->typed))
		return;
	memcpy(v->typed + len, utf8, n);
	v->typed[len + n] = '\0';
}

static unsigned int typing_key(struct view *v, uint32_t key, int64_t now)
{
	size_t len = strlen(v->typed);

	switch (key) {
	case VIEW_KEY_ENTER:
		return end_typing(v, now);
	case VIEW_KEY_ESC:
		return leave_typing(v);
	case VIEW_KEY_BACKSPACE:
	case 8:
	case 0x7f:
		v->typed[len - last_character(v->typed, len)] = '\0';
		break;
	case 'U' - 0x40: /* like the terminal's own line editing */
		v->typed[0] = '\0';
		break;
	default:
		if (key < 0x20 || (key >= 0x80 && key < 0xa0) || key > 0x10ffff)
			return 0;
		type_character(v, key);
		break;
	}
	if (v->typing == TYPING_FILTER)
		apply_typed(v);
	return VIEW_PAINT;
}

/* ---- order ---- */

static unsigned int sort_by(struct view *v, enum column col)
{
	bool reverse = model_largest_first(col);

	/* Pressing the key of the present sort order reverses it. */
	if (v->model->sort == col)
		reverse = !v->model->reverse;
	model_sort_by(v->model, col, reverse);
	return VIEW_PAINT;
}

/* The next column to either side of the one sorted by. */
static unsigned int move_sort(struct view *v, int step)
{
	const struct column_list *list = &v->columns;
	size_t at = 0, n = list->n;

	while (at < n && list->col[at] != v->model->sort)
		at++;
	if (at == n) /* sorted by a column that is not shown */
		at = step > 0 ? n - 1 : 0;
	for (size_t i = 0; i < n; i++) {
		at = (at + n + (size_t)(step + (int)n)) % n;
		if (list->col[at] == COL_HISTORY)
			continue;
		model_sort_by(v->model, list->col[at], model_largest_first(list->col[at]));
		break;
	}
	return VIEW_PAINT;
}

/* ---- menus ---- */

/* How many lines the menu has. */
static size_t menu_size(const struct view *v)
{
	return v->over == OVER_SORT ? COL_HISTORY : COLUMNS_WATCH;
}

static void menu_toggle(struct view *v)
{
	enum column col = (enum column)v->over_at;
	struct column_list kept = { .n = 0 };

	if (!column_list_has(&v->columns, col)) {
		column_list_add(&v->columns, col);
		return;
	}
	for (size_t i = 0; i < v->columns.n; i++) {
		if (v->columns.col[i] != col)
			column_list_add(&kept, v->columns.col[i]);
	}
	if (kept.n)
		v->columns = kept;
}

static unsigned int menu_choose(struct view *v)
{
	enum column col = (enum column)v->over_at;

	if (v->over == OVER_COLUMNS) {
		menu_toggle(v);
		return VIEW_PAINT | VIEW_LOOK;
	}
	v->over = OVER_NONE;
	return sort_by(v, col) | VIEW_LOOK;
}

static void menu_move(struct view *v, int step)
{
	size_t n = menu_size(v);

	v->over_at = (v->over_at + n + (size_t)(step + (int)n)) % n;
}

static unsigned int menu_key(struct view *v, uint32_t key)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		menu_move(v, -1);
		return VIEW_PAINT;
	case VIEW_KEY_DOWN:
	case 'j':
		menu_move(v, 1);
		return VIEW_PAINT;
	case VIEW_KEY_HOME:
		v->over_at = 0;
		return VIEW_PAINT;
	case VIEW_KEY_END:
		v->over_at = menu_size(v) - 1;
		return VIEW_PAINT;
	case VIEW_KEY_ENTER:
		return menu_choose(v);
	case ' ':
		return v->over == OVER_COLUMNS ? menu_choose(v) : 0;
	case VIEW_KEY_ESC:
	case 'q':
	case 'o':
	case 's':
	case VIEW_KEY_F2:
	case VIEW_KEY_F6:
		v->over = OVER_NONE;
		return VIEW_PAINT;
	default:
		return 0;
	}
}

/* ---- the main screen ---- */

static unsigned int moved(struct view *v)
{
	v->message = 0;
	v->in_messages = false;
	bind(v);
	return VIEW_PAINT | (v->pane == PANE_DETAIL || v->wide ? VIEW_DETAIL : 0);
}

static unsigned int navigate(struct view *v, uint32_t key, int64_t now)
{
	int64_t page = v->table_lines > 1 ? v->table_lines - 1 : 1;

	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		model_move(v->model, -1, now);
		break;
	case VIEW_KEY_DOWN:
	case 'j':
		model_move(v->model, 1, now);
		break;
	case VIEW_KEY_PAGE_UP:
		model_move(v->model, -page, now);
		break;
	case VIEW_KEY_PAGE_DOWN:
		model_move(v->model, page, now);
		break;
	case VIEW_KEY_HOME:
	case 'g':
		model_select(v->model, 0, now);
		break;
	case VIEW_KEY_END:
	case 'G':
		model_select(v->model, INT64_MAX, now);
		break;
	default:
		return 0;
	}
	return moved(v);
}

/* The interval after that many doublings, within bounds that the interval at the
 * start may widen. */
static int64_t delay_after(const struct view *v, int steps)
{
	int64_t shortest = v->start_ns < VIEW_SHORTEST_NS ? v->start_ns : VIEW_SHORTEST_NS;
	int64_t longest = v->start_ns > VIEW_LONGEST_NS ? v->start_ns : VIEW_LONGEST_NS;
	int64_t delay = v->start_ns;

	for (; steps > 0 && delay < longest; steps--)
		delay *= 2;
	for (; steps < 0 && delay > shortest; steps++)
		delay /= 2;
	return delay < shortest ? shortest : delay > longest ? longest : delay;
}

/* The way back from a bound leads over the same intervals. */
static unsigned int change_delay(struct view *v, bool longer)
{
	int steps = v->steps + (longer ? 1 : -1);
	int64_t delay = delay_after(v, steps);

	if (delay == v->delay_ns)
		return VIEW_PAINT;
	v->steps = steps;
	v->delay_ns = delay;
	return VIEW_PAINT | VIEW_TIMER;
}

static unsigned int next_kinds(struct view *v)
{
	unsigned int kinds = v->model->kinds;

	model_set_kinds(v->model, kinds == QUEUE_MASK_ALL  ? QUEUE_MASK_SYSV :
				  kinds == QUEUE_MASK_SYSV ? QUEUE_MASK_POSIX :
							     QUEUE_MASK_ALL);
	return VIEW_PAINT;
}

static unsigned int toggle_pane(struct view *v, enum view_pane pane)
{
	v->pane = v->pane == pane ? PANE_NONE : pane;
	if (pane == PANE_DETAIL)
		touch(v);
	return moved(v);
}

/* Messages belong to the queue for which they were asked. */
static unsigned int toggle_peek(struct view *v)
{
	const struct row *row = model_selected(v->model);
	bool shown = v->pane == PANE_DETAIL && v->peek && row &&
		     queue_stat_same(&v->peek_of, &row->st);
	unsigned int todo;

	if (!row || v->model->removed_when)
		return VIEW_PAINT;
	v->peek = !shown;
	v->peek_of = row->st;
	v->peek_of.name = NULL;
	v->pane = PANE_DETAIL;
	touch(v);
	todo = moved(v);
	v->in_messages = v->peek;
	return todo;
}

/* Switches between moving among queues and moving among the messages of one. */
static unsigned int switch_focus(struct view *v)
{
	if (view_wants_messages(v))
		v->in_messages = !v->in_messages;
	else
		view_say(v, _("no messages are shown: p shows those of the selected queue"));
	if (v->in_messages)
		touch(v);
	return VIEW_PAINT;
}

/* Esc goes back one step, the innermost first, and never ends watch. */
static unsigned int back_out(struct view *v)
{
	struct filter none = { .n = 0 };

	if (v->said[0]) {
		v->said[0] = '\0';
	} else if (v->in_messages) {
		v->in_messages = false;
	} else if (v->pane != PANE_NONE) {
		v->pane = PANE_NONE;
		bind(v);
	} else if (v->filter_text[0]) {
		v->filter_text[0] = '\0';
		model_set_filter(v->model, &none);
	}
	return VIEW_PAINT;
}

static unsigned int open_over(struct view *v, enum view_over over)
{
	v->over = over;
	v->over_at = over == OVER_SORT ? (size_t)v->model->sort : 0;
	v->in_messages = false;
	return VIEW_PAINT;
}

static unsigned int toggle_waiters(struct view *v)
{
	v->waiters = !v->waiters;
	view_say(v, v->waiters ?
			    _("the search for waiting processes is on") :
			    _("the search for waiting processes is off: who waits is unknown"));
	return VIEW_PAINT | VIEW_LOOK | VIEW_DETAIL;
}

/* It slows the programs that are counted: never on by itself, and the screen says so. */
static unsigned int toggle_trace(struct view *v)
{
	v->traced = !v->traced;
	if (v->traced)
		column_list_add_rates(&v->columns, false);
	else
		column_list_remove_rates(&v->columns);
	view_say(v, v->traced ?
			    _("what passes is counted: this slows those that send and receive") :
			    _("what passes is no longer counted"));
	return VIEW_PAINT | VIEW_LOOK;
}

static unsigned int toggle_follow(struct view *v)
{
	v->model->follow = !v->model->follow;
	if (v->model->follow)
		touch(v);
	view_say(v, v->model->follow ? _("the screen follows the selected queue") : "");
	return VIEW_PAINT;
}

static unsigned int pause_or_resume(struct view *v)
{
	v->paused = !v->paused;
	return VIEW_PAINT | VIEW_TIMER;
}

static unsigned int sort_key(struct view *v, uint32_t key)
{
	switch (key) {
	case '<':
		return move_sort(v, -1);
	case '>':
		return move_sort(v, 1);
	case 'R':
		model_sort_by(v->model, v->model->sort, !v->model->reverse);
		return VIEW_PAINT;
	case 'M':
		return sort_by(v, COL_MESSAGES);
	case 'U':
		return sort_by(v, COL_USE);
	case 'A':
		return sort_by(v, COL_LAST);
	case 'W':
		return sort_by(v, COL_WAITING);
	case 'B':
		return sort_by(v, COL_BYTES);
	default:
		if (key != VIEW_KEY_NONE)
			view_say(v, _("that key does nothing here: ? shows those that do"));
		return VIEW_PAINT;
	}
}

/* n and N repeat a search, as in less; without one N sorts by name. */
static unsigned int search_key(struct view *v, uint32_t key, int64_t now)
{
	if (key == 'N' && !v->search[0])
		return sort_by(v, COL_QUEUE);
	if (!v->search[0]) {
		view_say(v, _("nothing to search for yet: press F3"));
		return VIEW_PAINT;
	}
	return find_next(v, key == 'n' ? 1 : -1, false, now);
}

/* Keys for what is shown: panes, kinds, rows, the mouse. */
static unsigned int pane_key(struct view *v, uint32_t key)
{
	switch (key) {
	case VIEW_KEY_ENTER:
		return toggle_pane(v, PANE_DETAIL);
	case 'e':
		return toggle_pane(v, PANE_EVENTS);
	case 'p':
		return toggle_peek(v);
	case 't':
		return next_kinds(v);
	case 'f':
		return toggle_follow(v);
	case 'z':
		model_set_hide_idle(v->model, !v->model->hide_idle);
		return VIEW_PAINT;
	case 'i':
		return toggle_waiters(v);
	case 'T':
		return toggle_trace(v);
	case 'm':
		v->mouse = !v->mouse;
		return VIEW_PAINT | VIEW_MOUSE;
	default:
		return sort_key(v, key);
	}
}

static unsigned int main_key(struct view *v, uint32_t key, int64_t now)
{
	switch (key) {
	case 'q':
	case VIEW_KEY_F10:
		return VIEW_QUIT;
	case VIEW_KEY_ESC:
		return back_out(v);
	case '?':
	case 'h':
	case VIEW_KEY_F1:
		return open_over(v, OVER_HELP);
	case 's':
	case VIEW_KEY_F6:
		return open_over(v, OVER_SORT);
	case 'o':
	case VIEW_KEY_F2:
		return open_over(v, OVER_COLUMNS);
	case '/':
	case VIEW_KEY_F4:
		view_begin_typing(v, TYPING_FILTER);
		return VIEW_PAINT;
	case VIEW_KEY_F3:
		view_begin_typing(v, TYPING_SEARCH);
		return VIEW_PAINT;
	case 'n':
	case 'N':
		return search_key(v, key, now);
	case VIEW_KEY_TAB:
		return switch_focus(v);
	case 'x':
	case VIEW_KEY_F9:
		return view_open_changes(v);
	case ' ':
		return pause_or_resume(v);
	case 'r':
	case VIEW_KEY_F5:
	case 'L' - 0x40:
		memset(v->wanted, 0, sizeof(v->wanted));
		return VIEW_PAINT | VIEW_LOOK | VIEW_REPAIR;
	case '+':
	case '-':
		return change_delay(v, key == '+');
	default:
		return pane_key(v, key);
	}
}

static unsigned int over_key(struct view *v, uint32_t key)
{
	switch (v->over) {
	case OVER_HELP:
		return view_help_key(v, key);
	case OVER_MESSAGE:
		return view_message_key(v, key);
	case OVER_CHANGE:
		return view_change_key(v, key);
	default:
		return menu_key(v, key);
	}
}

unsigned int view_key(struct view *v, uint32_t key, int64_t monotonic_ns)
{
	unsigned int todo;

	if (key == '\r')
		key = VIEW_KEY_ENTER;
	if (v->typing)
		return typing_key(v, key, monotonic_ns);
	if (v->over != OVER_NONE)
		return over_key(v, key);
	todo = v->in_messages ? view_messages_key(v, key) : navigate(v, key, monotonic_ns);
	if (todo)
		return todo;
	if (key != VIEW_KEY_ESC)
		v->said[0] = '\0';
	return main_key(v, key, monotonic_ns);
}

/* A click on a line of a menu chooses it, like Enter. */
static unsigned int click_over(struct view *v, int y, int64_t now)
{
	if (v->over_y < 0 || y < v->over_y || y >= v->over_y + v->over_lines)
		return 0;
	v->over_at += (size_t)(y - v->over_y) - v->over_row;
	return view_key(v, VIEW_KEY_ENTER, now);
}

static unsigned int click_row(struct view *v, int y, int64_t now)
{
	int64_t place = (int64_t)v->model->top + y - v->table_y;

	if (y < v->table_y || y >= v->table_y + v->table_lines || place >= v->model->shown)
		return 0;
	if (v->model->touched && v->model->cursor == (uint32_t)place)
		return toggle_pane(v, PANE_DETAIL);
	model_select(v->model, place, now);
	return moved(v);
}

unsigned int view_click(struct view *v, int y, int x, int wheel, int64_t monotonic_ns)
{
	int col;

	if (y == v->keys_y && !wheel) {
		for (size_t i = 0; i < v->nfooter; i++) {
			if (x >= v->footer[i].x && x < v->footer[i].x + v->footer[i].width)
				return view_key(v, v->footer[i].key, monotonic_ns);
		}
		return 0;
	}
	if (v->typing)
		return 0;
	if (wheel)
		return view_key(v, wheel < 0 ? VIEW_KEY_UP : VIEW_KEY_DOWN, monotonic_ns);
	if (v->over != OVER_NONE)
		return click_over(v, y, monotonic_ns);
	if (x >= v->table_width)
		return 0;
	if (y == v->heading_y) {
		col = layout_find(&v->layout, x);
		return col < 0 || col == COL_HISTORY ? 0 : sort_by(v, (enum column)col);
	}
	return click_row(v, y, monotonic_ns);
}
