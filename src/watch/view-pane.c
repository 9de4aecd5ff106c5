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

static void paint_findings(struct area *a, const char *findings)
{
	struct buffer b = { 0 };

	while (findings && *findings) {
		size_t len = strcspn(findings, "\n");

		buffer_puts(&b, "! ");
		buffer_put(&b, findings, len);
		area_wrap(a, STYLE_ALARM, buffer_string(&b), 2);
		b.len = 0;
		findings += len + (findings[len] == '\n');
	}
	buffer_free(&b);
}

/* ---- its processes ---- */

/* What matters most first: a narrow half cuts the rest. */
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

static void put_process(struct buffer *b, pid_t pid, const char *command)
{
	char name[4 * PROC_COMMAND + 1];
	struct buffer escaped = { 0 };

	escape_put(&escaped, command, strlen(command), ESCAPE_FOREIGN);
	snprintf(name, sizeof(name), "%s", buffer_string(&escaped));
	buffer_free(&escaped);
	buffer_printf(b, "%7d %-10s ", (int)pid, name);
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

static void paint_holders(struct area *a, const struct facts_detail *d)
{
	struct buffer b = { 0 };

	for (size_t i = 0; i < d->nholders; i++) {
		const struct proc_holder *h = &d->holders[i];
		const struct proc_waiter *w = waiter_of(d, h->pid);

		put_process(&b, h->pid, h->command);
		buffer_printf(&b, "fd %d %-2s ", h->fd, access_text(h));
		if (w)
			put_waiting_state(&b, w);
		area_line(a, w && w->sender ? STYLE_ALARM : STYLE_PLAIN, &b);
	}
	buffer_free(&b);
}

static bool is_holder(const struct facts_detail *d, pid_t pid)
{
	for (size_t i = 0; i < d->nholders; i++) {
		if (d->holders[i].pid == pid)
			return true;
	}
	return false;
}

static void paint_waiters(struct area *a, const struct facts_detail *d)
{
	struct buffer b = { 0 };

	for (size_t i = 0; i < d->nwaiters; i++) {
		const struct proc_waiter *w = &d->waiters[i];

		if (is_holder(d, w->pid))
			continue;
		put_process(&b, w->pid, w->command);
		put_waiting_state(&b, w);
		area_line(a, w->sender ? STYLE_ALARM : STYLE_PLAIN, &b);
	}
	buffer_free(&b);
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

static void paint_processes(struct area *a, const struct facts *facts, const struct row *row,
			    bool looked)
{
	const struct facts_detail *d = &facts->detail;
	struct buffer b = { 0 };

	if (!looked) {
		area_puts(a, STYLE_DIM, _("processes are not looked at (i)"));
		return;
	}
	if (row->st.kind == QUEUE_POSIX && !d->nholders && d->partial)
		buffer_puts(&b, _("descriptors: ?, "));
	else if (row->st.kind == QUEUE_POSIX)
		buffer_printf(&b, text_n("%zu descriptor, ", "%zu descriptors, ", d->nholders),
			      d->nholders);
	if (!d->nwaiters && d->partial)
		buffer_puts(&b, _("waiting: ?"));
	else
		buffer_printf(&b, text_n("%zu waits", "%zu wait", d->nwaiters), d->nwaiters);
	put_hidden(&b, facts);
	area_line(a, STYLE_BOLD, &b);
	buffer_free(&b);
	paint_holders(a, d);
	paint_waiters(a, d);
}

/* ---- how full it was ---- */

/* One column of the graph: bars of eighths, from below, of all that the queue can hold. */
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
	buffer_printf(b, text_n("use, the last %zu look", "use, the last %zu looks", n), n);
	if (dt_ns > 0) {
		buffer_puts(b, _(", every "));
		format_duration(b, (dt_ns + NSEC_PER_SEC / 20) / (NSEC_PER_SEC / 10) *
					   (NSEC_PER_SEC / 10));
	}
	if (row->st.have & STAT_MAXMSG)
		buffer_printf(b, _("; 100%% is %" PRIu64), row->st.maxmsg);
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

/* To capacity, as HISTORY is: a queue that is a quarter full must not look full. */
static void paint_graph(struct view *v, struct area *a, const struct row *row)
{
	const struct history *h = &row->history;
	const int scale = 5;
	int bars = a->width - scale, each;
	size_t n;

	if (a->end - a->y < 2 || a->width < 16)
		return;
	each = bars / HISTORY_SIZE > 0 ? bars / HISTORY_SIZE : 1;
	n = h->n < bars / each ? h->n : (size_t)(bars / each);
	put_graph_title(&v->line, row, n, v->model->dt_ns);
	area_line(a, STYLE_BOLD, &v->line);
	paint_scale(a);
	for (size_t i = 0; i < n; i++) {
		int use = history_use(h, n - 1 - i);

		for (int k = 0; k < each; k++)
			paint_bar(a, a->x + scale + (int)i * each + k, use,
				  history_depth(h, n - 1 - i) > 0,
				  use >= 90 ? STYLE_ALARM :
				  use >= 50 ? STYLE_WARN :
					      STYLE_GOOD);
	}
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
	if (view_wants_messages(v))
		view_paint_messages(v, &first, f, row);
	else
		paint_graph(v, &first, row);
	if (a->width < 96)
		second.y = first.y;
	if (is_about(&f->detail, row))
		paint_processes(&second, f, row, v->waiters);
}

/* Beside the table: the graph, processes, messages. */
static void paint_column(struct view *v, const struct facts *f, const struct row *row,
			 struct area *a)
{
	int lines = a->end - a->y;
	struct area part = *a;

	part.end = a->y + (lines > 30 ? 10 : lines / 3);
	paint_graph(v, &part, row);
	a->y = part.y + 1;
	if (!is_about(&f->detail, row))
		return;
	part = *a;
	part.end = a->y + (a->end - a->y) / 2;
	paint_processes(&part, f, row, v->waiters);
	a->y = part.y + 1;
	if (!view_wants_messages(v))
		return;
	area_rule(a, _("messages"));
	view_paint_messages(v, a, f, row);
}

/* What is known of a queue that is there no more. */
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
	char name[QUEUE_NAME_TEXT];
	struct buffer b = { 0 };

	if (!row) {
		area_rule(a, _("no queue is selected"));
		return;
	}
	buffer_printf(&b, "%s  %s", queue_stat_text(&row->st, name), queue_kind_name(row->st.kind));
	area_rule(a, buffer_string(&b));
	b.len = 0;
	if (gone)
		paint_removed(v, a, row);
	put_attributes(&b, row);
	area_wrap(a, STYLE_PLAIN, buffer_string(&b), 2);
	b.len = 0;
	put_times(&b, row, facts);
	area_wrap(a, STYLE_PLAIN, buffer_string(&b), 2);
	buffer_free(&b);
	if (!gone)
		paint_findings(a, f->detail.findings);
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

/* Every event's text is given the room that the longest of those without their own takes. */
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
