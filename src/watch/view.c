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

void view_init(struct view *v, struct model *m)
{
	*v = (struct view){ .model = m, .waiters = true, .delay_ns = NSEC_PER_SEC };
	column_list_watch(&v->columns, false);
}

bool view_wants_detail(const struct view *v)
{
	return v->pane == PANE_DETAIL && model_selected(v->model);
}

static void say(struct view *v, const char *text)
{
	snprintf(v->said, sizeof(v->said), "%s", text);
}

/* ---- the filter being typed ---- */

/* What is typed takes effect at once; while it is no filter the last one stays. */
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

static void begin_typing(struct view *v)
{
	v->typing = true;
	v->before = v->model->filter;
	memcpy(v->typed, v->filter_text, sizeof(v->typed));
	v->wrong[0] = '\0';
}

static void end_typing(struct view *v, bool keep)
{
	v->typing = false;
	if (keep && !v->wrong[0])
		memcpy(v->filter_text, v->typed, sizeof(v->filter_text));
	else
		model_set_filter(v->model, &v->before);
	v->wrong[0] = '\0';
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

static unsigned int typing_key(struct view *v, uint32_t key)
{
	size_t len = strlen(v->typed);

	switch (key) {
	case VIEW_KEY_ENTER:
		end_typing(v, true);
		return VIEW_PAINT;
	case VIEW_KEY_ESC:
		/* Out of the line and out of the filter. */
		v->typed[0] = v->filter_text[0] = '\0';
		apply_typed(v);
		v->before = v->model->filter;
		end_typing(v, true);
		return VIEW_PAINT;
	case VIEW_KEY_BACKSPACE:
	case 8:
	case 0x7f:
		v->typed[len - last_character(v->typed, len)] = '\0';
		break;
	case 'U' - 0x40: /* as the terminal's own line editing */
		v->typed[0] = '\0';
		break;
	default:
		if (key < 0x20 || (key >= 0x80 && key < 0xa0) || key > 0x10ffff)
			return 0;
		type_character(v, key);
		break;
	}
	apply_typed(v);
	return VIEW_PAINT;
}

/* ---- order ---- */

static unsigned int sort_by(struct view *v, enum column col)
{
	bool reverse = model_largest_first(col);

	/* The key that sorts already turns the order round. */
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
	case VIEW_KEY_F6:
		v->over = OVER_NONE;
		return VIEW_PAINT;
	default:
		return 0;
	}
}

static unsigned int help_key(struct view *v, uint32_t key)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		v->over_at -= v->over_at > 0;
		return VIEW_PAINT;
	case VIEW_KEY_DOWN:
	case 'j':
		v->over_at++;
		return VIEW_PAINT;
	case VIEW_KEY_PAGE_UP:
		v->over_at -= v->over_at > 10 ? 10 : v->over_at;
		return VIEW_PAINT;
	case VIEW_KEY_PAGE_DOWN:
	case ' ':
		v->over_at += 10;
		return VIEW_PAINT;
	case VIEW_KEY_HOME:
		v->over_at = 0;
		return VIEW_PAINT;
	default: /* any other key leaves */
		v->over = OVER_NONE;
		return VIEW_PAINT;
	}
}

/* ---- the main screen ---- */

static unsigned int moved(const struct view *v)
{
	return VIEW_PAINT | (v->pane == PANE_DETAIL ? VIEW_DETAIL : 0);
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
		model_select(v->model, 0, now);
		break;
	case VIEW_KEY_END:
		model_select(v->model, INT64_MAX, now);
		break;
	default:
		return 0;
	}
	return moved(v);
}

static unsigned int change_delay(struct view *v, bool longer)
{
	int64_t delay = longer ? v->delay_ns * 2 : v->delay_ns / 2;

	if (delay < VIEW_SHORTEST_NS)
		delay = VIEW_SHORTEST_NS;
	if (delay > VIEW_LONGEST_NS)
		delay = VIEW_LONGEST_NS;
	/* A delay given beyond these is not made shorter by asking for more. */
	if (longer ? delay > v->delay_ns : delay < v->delay_ns)
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
	return moved(v);
}

static unsigned int toggle_peek(struct view *v)
{
	v->peek = v->pane != PANE_DETAIL || !v->peek;
	v->pane = PANE_DETAIL;
	return moved(v);
}

/* Esc backs out of one thing, the innermost first, and never ends watch. */
static unsigned int back_out(struct view *v)
{
	struct filter none = { .n = 0 };

	if (v->said[0]) {
		v->said[0] = '\0';
	} else if (v->pane != PANE_NONE) {
		v->pane = PANE_NONE;
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
	return VIEW_PAINT;
}

static unsigned int toggle_waiters(struct view *v)
{
	v->waiters = !v->waiters;
	say(v, v->waiters ? _("processes are looked at again") :
			    _("processes are not looked at: WAITING is not known"));
	return VIEW_PAINT | VIEW_LOOK | VIEW_DETAIL;
}

static unsigned int toggle_follow(struct view *v)
{
	v->model->follow = !v->model->follow;
	say(v, v->model->follow ? _("the selected row keeps its line") : "");
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
	case 'N':
		return sort_by(v, COL_QUEUE);
	case 'A':
		return sort_by(v, COL_LAST);
	case 'W':
		return sort_by(v, COL_WAITING);
	case 'B':
		return sort_by(v, COL_BYTES);
	default:
		return 0;
	}
}

static unsigned int main_key(struct view *v, uint32_t key)
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
		return open_over(v, OVER_COLUMNS);
	case '/':
	case VIEW_KEY_F4:
		begin_typing(v);
		return VIEW_PAINT;
	case ' ':
		return pause_or_resume(v);
	case 'r':
	case 'L' - 0x40:
		memset(v->wanted, 0, sizeof(v->wanted));
		return VIEW_PAINT | VIEW_LOOK | VIEW_REPAIR;
	case '+':
	case '-':
		return change_delay(v, key == '+');
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
	case 'm':
		v->mouse = !v->mouse;
		return VIEW_PAINT | VIEW_MOUSE;
	default:
		return sort_key(v, key);
	}
}

unsigned int view_key(struct view *v, uint32_t key, int64_t monotonic_ns)
{
	unsigned int todo;

	if (key == '\r')
		key = VIEW_KEY_ENTER;
	if (v->typing)
		return typing_key(v, key);
	if (v->over == OVER_HELP)
		return help_key(v, key);
	if (v->over != OVER_NONE)
		return menu_key(v, key);
	todo = navigate(v, key, monotonic_ns);
	if (todo)
		return todo;
	if (key != VIEW_KEY_ESC)
		v->said[0] = '\0';
	return main_key(v, key);
}

unsigned int view_click(struct view *v, int y, int x, int wheel, int64_t monotonic_ns)
{
	int64_t place;
	int col;

	if (v->typing || v->over != OVER_NONE)
		return 0;
	if (wheel) {
		model_move(v->model, 3 * wheel, monotonic_ns);
		return moved(v);
	}
	if (y == v->heading_y) {
		col = layout_find(&v->layout, x);
		return col < 0 || col == COL_HISTORY ? 0 : sort_by(v, (enum column)col);
	}
	if (y < v->table_y || y >= v->table_y + v->table_lines)
		return 0;
	place = (int64_t)v->model->top + y - v->table_y;
	if (place >= v->model->shown)
		return 0;
	if (v->model->cursor == (uint32_t)place)
		return toggle_pane(v, PANE_DETAIL);
	model_select(v->model, place, monotonic_ns);
	return moved(v);
}
