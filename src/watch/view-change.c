/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-change.c - the menu of changes to a queue: each shows the mqtool command that does the same,
 * and asks before it acts
 */
#include "config.h"

#include "watch/view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"

static const struct {
	const char *command, *label;
} changes[CHANGE_KINDS] = {
	[CHANGE_PURGE] = { "purge", N_("throw its messages away") },
	[CHANGE_REMOVE] = { "rm", N_("remove it") },
	[CHANGE_SEND] = { "send", N_("send it a message") },
	[CHANGE_RECEIVE] = { "recv", N_("receive one message, which removes it") },
};

/* Appends a word as a shell takes it. */
static void put_word(struct buffer *b, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/:_.,+@%=-";

	if (*word && word[strspn(word, plain)] == '\0') {
		buffer_puts(b, word);
		return;
	}
	buffer_putc(b, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buffer_puts(b, "'\\'");
		buffer_putc(b, *word);
	}
	buffer_putc(b, '\'');
}

/* The mqtool command that does the same; text NULL: it is not known yet. */
static void put_command(struct buffer *b, const struct view_change *change, enum change_kind kind,
			const char *text)
{
	buffer_printf(b, "mqtool %s ", changes[kind].command);
	put_word(b, change->text);
	if (kind != CHANGE_SEND)
		return;
	if (text && *text == '-')
		buffer_puts(b, " --");
	buffer_putc(b, ' ');
	if (text)
		put_word(b, text);
	else
		buffer_puts(b, _("MESSAGE"));
}

unsigned int view_open_changes(struct view *v)
{
	const struct row *row = model_selected(v->model);
	struct view_change *change = &v->change;
	char name[QUEUE_NAME_TEXT];

	if (!row || row->state & ROW_GONE) {
		view_say(v, _("no queue is selected"));
		return VIEW_PAINT;
	}
	*change = (struct view_change){ .of = row->st };
	snprintf(change->text, sizeof(change->text), "%s", queue_stat_text(&row->st, name));
	if (row->st.kind == QUEUE_POSIX)
		snprintf(change->name, sizeof(change->name), "%s", row->st.name);
	change->of.name = change->name;
	v->over = OVER_CHANGE;
	v->over_at = 0;
	v->model->touched = true;
	return VIEW_PAINT | VIEW_DETAIL;
}

/* Without --allow-changes only the command is shown. */
static unsigned int choose(struct view *v)
{
	struct view_change *change = &v->change;
	struct buffer b = { 0 };

	change->kind = (enum change_kind)v->over_at;
	if (v->allow_changes) {
		if (change->kind == CHANGE_SEND)
			view_begin_typing(v, TYPING_MESSAGE);
		else
			change->asking = true;
		return VIEW_PAINT;
	}
	put_command(&b, change, change->kind, NULL);
	view_say(v, buffer_string(&b));
	buffer_free(&b);
	v->over = OVER_NONE;
	return VIEW_PAINT;
}

unsigned int view_change_typed(struct view *v)
{
	v->change.asking = true;
	return VIEW_PAINT;
}

static unsigned int answer(struct view *v, uint32_t key)
{
	v->change.asking = false;
	v->over = OVER_NONE;
	if (key == 'y' || key == 'Y')
		return VIEW_PAINT | VIEW_CHANGE | VIEW_LOOK;
	view_say(v, _("nothing was changed"));
	return VIEW_PAINT;
}

unsigned int view_change_key(struct view *v, uint32_t key)
{
	if (v->change.asking)
		return answer(v, key);
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		v->over_at = (v->over_at + CHANGE_KINDS - 1) % CHANGE_KINDS;
		return VIEW_PAINT;
	case VIEW_KEY_DOWN:
	case 'j':
		v->over_at = (v->over_at + 1) % CHANGE_KINDS;
		return VIEW_PAINT;
	case VIEW_KEY_ENTER:
		return choose(v);
	case VIEW_KEY_ESC:
	case 'q':
	case 'x':
		v->over = OVER_NONE;
		return VIEW_PAINT;
	default:
		return 0;
	}
}

static void put_choice(struct view *v, size_t kind)
{
	put_command(&v->line, &v->change, (enum change_kind)kind, NULL);
}

/* The widest command, as long as it leaves half of the room for its description. */
static int command_width(struct view *v, const struct area *a)
{
	int widest = 0;

	for (size_t i = 0; i < CHANGE_KINDS; i++) {
		int width;

		put_choice(v, i);
		width = canvas_text_width(a->c, buffer_string(&v->line), v->line.len);
		widest = width > widest ? width : widest;
		v->line.len = 0;
	}
	return widest < a->width / 2 ? widest : a->width / 2;
}

static void paint_choices(struct view *v, struct area *a)
{
	const bool labels = a->width > 60;
	const int room = labels ? command_width(v, a) : a->width - 1;

	v->over_y = a->y;
	v->over_lines = CHANGE_KINDS;
	v->over_row = v->over_at;
	for (size_t i = 0; i < CHANGE_KINDS && a->y < a->end; i++) {
		unsigned int style = i == v->over_at ? STYLE_SELECTED : STYLE_PLAIN;

		canvas_blank(a->c, a->y, a->x, a->width, style);
		if (labels)
			canvas_puts(a->c, a->y, a->x + room + 4, a->width - room - 4, style,
				    _(changes[i].label));
		put_choice(v, i);
		canvas_puts(a->c, a->y++, a->x + 1, room, style, buffer_string(&v->line));
		v->line.len = 0;
	}
}

/* The state of the queue stands below, since the choice depends on it. */
void view_paint_changes(struct view *v, struct area *a, const struct facts *facts)
{
	if (!v->allow_changes)
		area_wrap(a, STYLE_WARN,
			  _("watch changes nothing unless it is started with --allow-changes; Enter"
			    " shows the command to copy"),
			  0);
	paint_choices(v, a);
	if (a->end - a->y < 3)
		return;
	a->y++;
	if (a->width > VIEW_DETAIL_WIDEST)
		a->width = VIEW_DETAIL_WIDEST;
	view_paint_detail(v, a, facts);
}

void view_put_question(const struct view *v, struct buffer *b)
{
	put_command(b, &v->change, v->change.kind, v->typed);
	buffer_puts(b, "   ");
	/* TRANSLATORS: the answer is y in every language. */
	buffer_puts(b, _("Do it? [y/N]"));
}

/* ---- what became of it ---- */

static void put_done(struct buffer *b, enum change_kind kind, const struct change_result *result)
{
	switch (kind) {
	case CHANGE_PURGE:
		buffer_printf(b,
			      text_n("%" PRIu64 " message thrown away",
				     "%" PRIu64 " messages thrown away", result->count),
			      result->count);
		break;
	case CHANGE_REMOVE:
		buffer_puts(b, _("removed from here"));
		break;
	case CHANGE_SEND:
		buffer_puts(b, _("a message sent from here"));
		break;
	case CHANGE_RECEIVE:
		buffer_puts(b, _("a message received here"));
		break;
	}
}

static void put_failed(struct buffer *b, const struct view_change *change, int error)
{
	static const enum queue_op ops[CHANGE_KINDS] = {
		[CHANGE_PURGE] = QUEUE_OP_TAKE,
		[CHANGE_REMOVE] = QUEUE_OP_REMOVE,
		[CHANGE_SEND] = QUEUE_OP_SEND,
		[CHANGE_RECEIVE] = QUEUE_OP_TAKE,
	};
	struct queue_ref ref;
	struct queue_attempt attempt = { .op = ops[change->kind], .ref = &ref };

	queue_stat_ref(&change->of, &ref);
	buffer_printf(b, _("%s failed: "), changes[change->kind].command);
	queue_explain(&attempt, error, b);
}

void view_tell_change(struct view *v, const struct change_result *result, int64_t now)
{
	const struct view_change *change = &v->change;
	struct buffer b = { 0 };

	if (result->error)
		put_failed(&b, change, result->error);
	else
		put_done(&b, change->kind, result);
	events_add(&v->model->events, now, result->error ? EVENT_FAILED : EVENT_DONE, change->text,
		   buffer_string(&b));
	buffer_puts(&v->line, change->text);
	buffer_puts(&v->line, ": ");
	buffer_puts(&v->line, buffer_string(&b));
	view_say(v, buffer_string(&v->line));
	v->line.len = 0;
	buffer_free(&b);
	if (result->error || change->kind != CHANGE_RECEIVE)
		return;
	v->over = OVER_MESSAGE;
	v->over_at = 0;
	v->hex_chosen = false;
}
