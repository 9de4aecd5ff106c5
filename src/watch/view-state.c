/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-state.c - the state of watch's screen: how it begins, and what all files of the view ask
 * about it
 */
#include "config.h"

#include "watch/view.h"

#include <stdio.h>
#include <string.h>

#include "base/util.h"

void view_init(struct view *v, struct model *m)
{
	*v = (struct view){
		.model = m, .waiters = true, .delay_ns = NSEC_PER_SEC, .start_ns = NSEC_PER_SEC
	};
	column_list_watch(&v->columns, false);
}

void view_free(struct view *v)
{
	buffer_free(&v->line);
	buffer_free(&v->words);
}

bool view_wants_detail(const struct view *v)
{
	return (v->pane == PANE_DETAIL || v->wide || v->over == OVER_CHANGE) &&
	       model_selected(v->model);
}

bool view_wants_messages(const struct view *v)
{
	const struct row *row = model_selected(v->model);

	if (!row || v->model->removed_when || !view_wants_detail(v))
		return false;
	return v->wide || (v->peek && queue_stat_same(&v->peek_of, &row->st));
}

unsigned int view_use_style(int use)
{
	return use >= 90 ? STYLE_ALARM : use >= 50 ? STYLE_WARN : STYLE_GOOD;
}

void view_say(struct view *v, const char *text)
{
	snprintf(v->said, sizeof(v->said), "%s", text);
}

void view_begin_typing(struct view *v, enum view_typing what)
{
	v->typing = what;
	v->before = v->model->filter;
	v->wrong[0] = v->typed[0] = '\0';
	if (what == TYPING_FILTER)
		memcpy(v->typed, v->filter_text, sizeof(v->typed));
}

bool view_scroll(size_t *at, uint32_t key, size_t page)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		*at -= *at > 0;
		return true;
	case VIEW_KEY_DOWN:
	case 'j':
		*at += 1;
		return true;
	case VIEW_KEY_PAGE_UP:
		*at -= *at > page ? page : *at;
		return true;
	case VIEW_KEY_PAGE_DOWN:
	case ' ':
		*at += page;
		return true;
	case VIEW_KEY_HOME:
	case 'g':
		*at = 0;
		return true;
	case VIEW_KEY_END:
	case 'G':
		*at = SIZE_MAX / 2;
		return true;
	default:
		return false;
	}
}
