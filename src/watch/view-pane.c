/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-pane.c - what watch shows beside the table: one queue in detail, events, help, menus
 */
#include "config.h"

#include "watch/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"
#include "show/users.h"

/* ---- one queue ---- */

static void put_attributes(struct buffer *b, const struct row *row)
{
	static const enum column shown[] = {
		COL_MODE, COL_MSQID, COL_KEY, COL_INO, COL_MAXMSG, COL_MSGSIZE, COL_QBYTES,
	};
	const struct column_context context = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (!column_known(shown[i], &row->st))
			continue;
		buffer_printf(b, "%s%s ", b->len ? "  " : "", column_member(shown[i]));
		column_put_cell(b, shown[i], &row->st, &context);
	}
}

static void put_owner(struct buffer *b, const struct queue_stat *st)
{
	const char *user = user_name(st->uid), *group = group_name(st->gid);

	if (!(st->have & STAT_OWNER))
		return;
	buffer_printf(b, "%s ", _("owner"));
	escape_put(b, user, strlen(user), ESCAPE_FOREIGN);
	buffer_putc(b, ':');
	escape_put(b, group, strlen(group), ESCAPE_FOREIGN);
}

static void put_moment(struct buffer *b, const char *what, int64_t when, int64_t now)
{
	if (!when) {
		buffer_printf(b, "  %s %s", what, _("never"));
		return;
	}
	buffer_printf(b, "  %s ", what);
	if (now - when < 86400)
		format_clock(b, when);
	else
		format_age(b, now - when);
}

static void put_pid(struct buffer *b, pid_t pid, const char *command)
{
	if (pid)
		buffer_printf(b, " pid %d%s%s", (int)pid, *command ? " " : "", command);
}

static void put_times(struct buffer *b, const struct row *row, const struct facts *facts)
{
	const struct facts_detail *d = &facts->detail;
	const struct queue_stat *st = &row->st;

	put_owner(b, st);
	if (st->kind == QUEUE_SYSV) {
		put_moment(b, _("sent"), st->stime, facts->now);
		put_pid(b, st->lspid, d->sender);
		put_moment(b, _("received"), st->rtime, facts->now);
		put_pid(b, st->lrpid, d->receiver);
	} else if (st->have & STAT_LAST) {
		put_moment(b, _("last send or receive"), st->last, facts->now);
	}
	if (row->since)
		put_moment(b, _("not empty since"), row->since, facts->now);
	if (st->have & STAT_NOTIFY) {
		buffer_printf(b, "  %s ", _("notify"));
		if (st->notify_pid)
			buffer_printf(b, "pid %d", (int)st->notify_pid);
		else
			buffer_puts(b, _("none"));
	}
}

static bool is_about(const struct facts_detail *d, const struct row *row)
{
	return d->valid && queue_stat_same(&d->of, &row->st);
}

/* Red is for senders that cannot go on, as in the line of alarms. */
static void paint_findings(struct view *v, struct area *a, const struct facts_detail *d)
{
	const char *findings = d->findings;

	for (size_t i = 0; findings && *findings; i++) {
		size_t len = strcspn(findings, "\n");

		buffer_puts(&v->line, "! ");
		buffer_put(&v->line, findings, len);
		area_wrap(a, i < d->grave ? STYLE_ALARM : STYLE_WARN, buffer_string(&v->line), 2);
		v->line.len = 0;
		findings += len + (findings[len] == '\n');
	}
}

/* ---- its processes ---- */

/* The most important first: a narrow half cuts the rest. */
static void put_waiting_state(struct buffer *b, const struct proc_waiter *w)
{
	buffer_puts(b, _("blocked"));
	if (w->waited_ns >= 0) {
		buffer_putc(b, ' ');
		format_age(b, w->waited_ns / NSEC_PER_SEC);
	}
	if (w->sender)
		buffer_printf(b, _(", sends %" PRIu64 " bytes"), w->size);
	else if (w->untold)
		buffer_puts(b, _(", receives type ?"));
	else if (w->kind == QUEUE_POSIX || w->type == 0)
		buffer_puts(b, _(", receives"));
	else if (w->except)
		buffer_printf(b, _(", receives any type but %ld"), w->type);
	else if (w->type > 0)
		buffer_printf(b, _(", receives type %ld"), w->type);
	else
		buffer_printf(b, _(", receives types up to %lu"), 0ul - (unsigned long)w->type);
}

/* Most names of programs are no longer. */
#define COMMAND_WIDTH 10

static void put_process(struct buffer *b, pid_t pid, const char *command)
{
	size_t end;

	buffer_printf(b, "%7d ", (int)pid);
	end = b->len + COMMAND_WIDTH;
	escape_put(b, command, strlen(command), ESCAPE_FOREIGN);
	buffer_printf(b, "%*s", end > b->len ? (int)(end - b->len) + 1 : 1, "");
}

static const struct proc_waiter *waiter_of(const struct facts_detail *d, pid_t pid)
{
	for (size_t i = 0; i < d->nwaiters; i++) {
		if (d->waiters[i].pid == pid)
			return &d->waiters[i];
	}
	return NULL;
}

static const char *access_text(const struct proc_holder *h)
{
	if (h->reads && h->writes)
		return "rw";
	return h->reads ? "r" : h->writes ? "w" : "-";
}

static void paint_holders(struct view *v, struct area *a, const struct facts_detail *d)
{
	for (size_t i = 0; i < d->nholders; i++) {
		const struct proc_holder *h = &d->holders[i];
		const struct proc_waiter *w = waiter_of(d, h->pid);

		put_process(&v->line, h->pid, h->command);
		buffer_printf(&v->line, "fd %d %-2s ", h->fd, access_text(h));
		if (w)
			put_waiting_state(&v->line, w);
		area_line(a, w && w->sender ? STYLE_ALARM : STYLE_PLAIN, &v->line);
	}
}

static bool is_holder(const struct facts_detail *d, pid_t pid)
{
	for (size_t i = 0; i < d->nholders; i++) {
		if (d->holders[i].pid == pid)
			return true;
	}
	return false;
}

static void paint_waiters(struct view *v, struct area *a, const struct facts_detail *d)
{
	for (size_t i = 0; i < d->nwaiters; i++) {
		const struct proc_waiter *w = &d->waiters[i];

		if (is_holder(d, w->pid))
			continue;
		put_process(&v->line, w->pid, w->command);
		put_waiting_state(&v->line, w);
		area_line(a, w->sender ? STYLE_ALARM : STYLE_PLAIN, &v->line);
	}
}

static void put_hidden(struct buffer *b, const struct facts *facts)
{
	if (facts->hidepid)
		buffer_printf(b, ", %s", _("others' processes hidden"));
	else if (facts->hidden)
		buffer_printf(b,
			      text_n(", %u process hidden", ", %u processes hidden", facts->hidden),
			      facts->hidden);
	if (facts->blind)
		buffer_printf(b,
			      text_n(", %u waits on some queue", ", %u wait on some queue",
				     facts->blind),
			      facts->blind);
}

static void put_holders(struct buffer *b, const struct facts_detail *d)
{
	if (d->nholders)
		buffer_printf(b, text_n("%zu descriptor, ", "%zu descriptors, ", d->nholders),
			      d->nholders);
	else
		buffer_puts(b, d->partial ? _("descriptors: ?, ") : _("nobody has it open, "));
}

static void put_waiters(struct buffer *b, const struct facts_detail *d)
{
	if (d->nwaiters)
		buffer_printf(b, text_n("%zu waits", "%zu wait", d->nwaiters), d->nwaiters);
	else
		buffer_puts(b, d->partial ? _("waiting: ?") : _("nobody waits"));
}

static void paint_processes(struct view *v, struct area *a, const struct facts *facts,
			    const struct row *row)
{
	const struct facts_detail *d = &facts->detail;
	struct buffer *b = &v->line;

	if (!v->waiters) {
		area_puts(a, STYLE_DIM, _("processes are not looked at (i)"));
		return;
	}
	if (row->st.kind == QUEUE_POSIX)
		put_holders(b, d);
	put_waiters(b, d);
	put_hidden(b, facts);
	area_line(a, STYLE_BOLD, b);
	paint_holders(v, a, d);
	paint_waiters(v, a, d);
}

/* ---- how full it was ---- */

/* Lines, including its title: a higher graph tells no more. */
#define GRAPH_MOST 10

/* One column of the graph: bars of eighths, from below, relative to the queue's capacity. */
static void paint_bar(struct area *a, int x, int use, bool any, unsigned int style)
{
	const int steps = SPARK_STEPS - 1;
	int lines = a->end - a->y;
	int eighths = use * lines * steps / 100;

	if (any && eighths == 0)
		eighths = 1;
	for (int y = a->end - 1; y >= a->y && eighths > 0; y--, eighths -= steps)
		canvas_puts(a->c, y, x, 1, style,
			    spark_step(eighths > steps ? (unsigned int)steps : (unsigned int)eighths,
				       a->c->ascii));
}

static void put_graph_title(struct buffer *b, const struct row *row, size_t n, int64_t dt_ns)
{
	buffer_printf(b, text_n("use, last %zu sample", "use, last %zu samples", n), n);
	if (dt_ns > 0) {
		buffer_puts(b, _(", every "));
		format_duration(b, (dt_ns + NSEC_PER_SEC / 20) / (NSEC_PER_SEC / 10) *
					   (NSEC_PER_SEC / 10));
	}
	if (row->st.have & STAT_MAXMSG)
		buffer_printf(b, _("; 100%% is %" PRIu64), row->st.maxmsg);
	else if (row->st.have & STAT_QBYTES)
		buffer_printf(b, _("; 100%% is %" PRIu64 " bytes"), row->st.qbytes);
}

static void paint_scale(struct area *a)
{
	int lines = a->end - a->y;

	canvas_puts(a->c, a->y, a->x, 5, STYLE_DIM, "100%");
	if (lines >= 5)
		canvas_puts(a->c, a->y + lines / 2, a->x, 5, STYLE_DIM, " 50%");
	if (lines >= 2)
		canvas_puts(a->c, a->end - 1, a->x, 5, STYLE_DIM, "  0%");
}

/* One look; its width is its share of the room once the history is full. */
static void paint_look(struct area *a, int from, int to, const struct history *h, size_t age)
{
	int use = history_use(h, age);

	for (int x = from; x < to; x++)
		paint_bar(a, x, use, history_depth(h, age) > 0, view_use_style(use));
}

/* Relative to capacity, like HISTORY: a queue that is a quarter full must not look full. */
static void paint_graph(struct view *v, struct area *a, const struct row *row)
{
	const struct history *h = &row->history;
	const int scale = 5;
	const int room = a->width - scale;
	const int looks = room < HISTORY_SIZE ? room : HISTORY_SIZE;
	size_t n;

	if (a->end - a->y < 2 || a->width < 16)
		return;
	n = h->n < looks ? h->n : (size_t)looks;
	put_graph_title(&v->line, row, n, v->model->dt_ns);
	area_line(a, STYLE_BOLD, &v->line);
	paint_scale(a);
	for (int i = 0; i < (int)n; i++)
		paint_look(a, a->x + scale + i * room / looks,
			   a->x + scale + (i + 1) * room / looks, h, n - 1 - (size_t)i);
	a->y = a->end;
}

/* ---- all of it ---- */

/* Below the table: side by side if there is room, else one below the other. */
static void paint_halves(struct view *v, const struct facts *f, const struct row *row,
			 struct area *a)
{
	struct area first = *a, second = *a;

	if (a->width >= 96) {
		second.width = a->width / 2 - 1;
		first.x += second.width + 2;
		first.width -= second.width + 2;
	} else {
		first.end = first.y + (first.end - first.y) / 2;
	}
	if (view_wants_messages(v)) {
		view_paint_messages(v, &first, f, row);
	} else {
		if (first.end > first.y + GRAPH_MOST)
			first.end = first.y + GRAPH_MOST;
		paint_graph(v, &first, row);
	}
	if (a->width < 96)
		second.y = first.y;
	if (is_about(&f->detail, row))
		paint_processes(v, &second, f, row);
}

/* Beside the table: the graph, processes, messages. */
static void paint_column(struct view *v, const struct facts *f, const struct row *row,
			 struct area *a)
{
	int lines = a->end - a->y;
	struct area part = *a;

	part.end = a->y + (lines > 3 * GRAPH_MOST ? GRAPH_MOST : lines / 3);
	paint_graph(v, &part, row);
	a->y = part.y + 1;
	if (!is_about(&f->detail, row))
		return;
	part = *a;
	part.end = a->y + (a->end - a->y) / 2;
	paint_processes(v, &part, f, row);
	a->y = part.y + 1;
	if (!view_wants_messages(v))
		return;
	area_rule(a, _("messages"));
	view_paint_messages(v, a, f, row);
}

/* What is known about a queue that is gone. */
static void paint_removed(struct view *v, struct area *a, const struct row *row)
{
	struct buffer *b = &v->line;

	buffer_printf(b, "%s ", _("REMOVED"));
	format_clock(b, v->model->removed_when ? v->model->removed_when : v->model->gone_when);
	if (row->st.have & STAT_MESSAGES) {
		buffer_printf(b,
			      text_n("; it last held %" PRIu64 " message",
				     "; it last held %" PRIu64 " messages",
				     (unsigned long)row->st.messages),
			      row->st.messages);
	}
	if (row->st.have & STAT_BYTES) {
		buffer_puts(b, ", ");
		format_size(b, row->st.bytes, false);
	}
	area_line(a, STYLE_WARN, b);
}

void view_paint_detail(struct view *v, struct area *a, const struct facts *facts)
{
	static const struct facts nothing;
	const struct row *row = model_selected(v->model);
	const struct facts *f = row && is_about(&facts->detail, row) ? facts : &nothing;
	bool gone = row && row->state & ROW_GONE;
	struct buffer *b = &v->line;
	char name[QUEUE_NAME_TEXT];

	if (!row) {
		area_rule(a, _("no queue is selected"));
		return;
	}
	buffer_printf(b, "%s  %s", queue_stat_text(&row->st, name), queue_kind_name(row->st.kind));
	area_rule(a, buffer_string(b));
	b->len = 0;
	if (gone)
		paint_removed(v, a, row);
	put_attributes(b, row);
	area_fields(a, STYLE_PLAIN, buffer_string(b), 2);
	b->len = 0;
	put_times(b, row, facts);
	area_fields(a, STYLE_PLAIN, buffer_string(b), 2);
	b->len = 0;
	if (!gone)
		paint_findings(v, a, &f->detail);
	if (v->wide)
		paint_column(v, f, row, a);
	else
		paint_halves(v, f, row, a);
}

/* ---- events ---- */

static unsigned int event_style(enum event_kind kind)
{
	switch (kind) {
	case EVENT_FULL:
	case EVENT_SENDER:
	case EVENT_FAILED:
		return STYLE_ALARM;
	case EVENT_CREATED:
	case EVENT_DRAINED:
	case EVENT_ROOM:
	case EVENT_DONE:
		return STYLE_GOOD;
	default:
		return STYLE_PLAIN;
	}
}

/* Every event gets the width of the longest standard text. */
static void put_event_text(struct buffer *b, const struct canvas *c, const struct event *event)
{
	const char *text = event_text(event);
	int room = 18, width = canvas_text_width(c, text, strlen(text));

	for (int k = 0; k < EVENT_DONE; k++) {
		const char *other = event_kind_text((enum event_kind)k);
		int needed = canvas_text_width(c, other, strlen(other));

		if (needed > room)
			room = needed;
	}
	buffer_printf(b, "%s%*s", text, room > width ? room - width : 0, "");
}

void view_paint_events(struct view *v, struct area *a)
{
	const struct events *log = &v->model->events;

	area_rule(a, _("events, the last first"));
	for (size_t age = 0; age < log->n && a->y < a->end; age++) {
		const struct event *event = events_get(log, age);

		format_clock(&v->line, event->when);
		buffer_puts(&v->line, "  ");
		put_event_text(&v->line, a->c, event);
		buffer_printf(&v->line, " %s", event->queue);
		area_line(a, event_style(event->kind), &v->line);
	}
	if (!log->n)
		area_puts(a, STYLE_DIM, _("nothing has happened since watch began"));
}

/* ---- menus ---- */

void view_paint_menu(struct view *v, struct area *a)
{
	bool sort = v->over == OVER_SORT;
	size_t n = sort ? COL_HISTORY : COLUMNS_WATCH, top = 0;
	int room;

	area_puts(a, STYLE_BOLD,
		  sort ? _("Sort by") : _("Columns (Space or Enter turns one on or off)"));
	room = a->end - a->y;
	if (room > 0 && v->over_at >= (size_t)room)
		top = v->over_at - (size_t)room + 1;
	v->over_y = a->y;
	v->over_lines = room;
	v->over_row = v->over_at - top;
	for (size_t i = top; a->y < a->end && i < n; i++) {
		enum column col = (enum column)i;
		bool on = sort ? col == v->model->sort : column_list_has(&v->columns, col);
		unsigned int style = i == v->over_at ? STYLE_SELECTED : STYLE_PLAIN;

		canvas_blank(a->c, a->y, a->x, a->width, style);
		canvas_printf(a->c, a->y++, a->x, a->width, style, " %s %-10s %s",
			      sort ? (on ? "*" : " ") : (on ? "[x]" : "[ ]"), column_name(col),
			      column_help(col));
	}
}
