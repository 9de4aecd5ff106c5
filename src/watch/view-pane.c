/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view-pane.c - what watch shows beside the table: one queue in detail, events, help, menus
 */
#include "config.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/util.h"
#include "watch/view.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "show/users.h"

/* A part of the canvas that is filled line by line. */
struct area {
	struct canvas *c;
	int x, width;
	int y, end; /* the next line, and the first that is no more ours */
};

static void area_line(struct area *a, unsigned int style, struct buffer *b)
{
	if (a->y < a->end)
		canvas_puts(a->c, a->y++, a->x, a->width, style, buffer_string(b));
	b->len = 0;
}

static void area_puts(struct area *a, unsigned int style, const char *text)
{
	if (a->y < a->end)
		canvas_puts(a->c, a->y++, a->x, a->width, style, text);
}

/* The pane's first line: a rule with text in it. */
static void paint_rule(struct canvas *c, int y, const char *text)
{
	const char *rule = c->ascii ? "-" : "\u2500";

	for (int x = 0; x < c->width; x++)
		canvas_puts(c, y, x, 1, STYLE_DIM, rule);
	if (c->width > 6)
		canvas_printf(c, y, 2, c->width - 4, STYLE_BOLD, " %s ", text);
}

/* ---- one queue ---- */

static void put_attributes(struct buffer *b, const struct row *row)
{
	static const enum column shown[] = {
		COL_MODE, COL_MSQID, COL_KEY, COL_INO, COL_MAXMSG, COL_MSGSIZE, COL_QBYTES,
	};
	const struct column_context context = { 0 };
	const struct queue_stat *st = &row->st;
	char name[QUEUE_NAME_TEXT];

	buffer_printf(b, "%s  %s", queue_stat_text(st, name), queue_kind_name(st->kind));
	for (size_t i = 0; i < ARRAY_SIZE(shown); i++) {
		if (!column_known(shown[i], st))
			continue;
		buffer_printf(b, "  %s ", column_member(shown[i]));
		column_put_cell(b, shown[i], st, &context);
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
		area_line(a, STYLE_ALARM, &b);
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

/* ---- its messages ---- */

static void put_peek_error(struct buffer *b, int error, const struct queue_stat *st)
{
	struct queue_ref ref;
	const struct queue_attempt attempt = { .op = QUEUE_OP_PEEK, .ref = &ref };
	struct buffer why = { 0 };

	queue_stat_ref(st, &ref);
	(void)queue_explain(&attempt, error, &why);
	buffer_printf(b, _("messages cannot be looked at: %s"), buffer_string(&why));
	buffer_free(&why);
}

static void paint_peek(struct area *a, const struct facts_detail *d, const struct row *row)
{
	struct buffer b = { 0 };

	if (row->st.kind == QUEUE_POSIX) {
		area_puts(a, STYLE_DIM, _("Linux cannot peek into a POSIX queue"));
		return;
	}
	if (!d->peeked || d->peek_error) {
		if (d->peek_error)
			put_peek_error(&b, d->peek_error, &row->st);
		else
			buffer_puts(&b, "...");
		area_line(a, STYLE_DIM, &b);
		buffer_free(&b);
		return;
	}
	area_puts(a, STYLE_BOLD, "   #       TYPE   SIZE  DATA");
	for (size_t i = 0; i < d->npeek; i++) {
		const struct facts_message *p = &d->peek[i];

		buffer_printf(&b, "%4zu %10ld %6zu  ", i + 1, p->type, p->size);
		escape_put(&b, p->data, p->shown, ESCAPE_FOREIGN);
		area_line(a, STYLE_PLAIN, &b);
	}
	if (!d->npeek)
		area_puts(a, STYLE_DIM, _("no messages"));
	buffer_free(&b);
}

/* ---- its depth over time ---- */

static int64_t largest_depth(const struct history *h)
{
	int64_t most = 1;

	for (size_t age = 0; age < h->n; age++) {
		if (history_depth(h, age) > most)
			most = history_depth(h, age);
	}
	return most;
}

/* One column of the graph: bars of eighths, from below. */
static void paint_bar(struct area *a, int x, int64_t depth, int64_t most, unsigned int style)
{
	const int steps = SPARK_STEPS - 1;
	int lines = a->end - a->y;
	int64_t eighths = depth * lines * steps / most;

	if (depth > 0 && eighths == 0)
		eighths = 1;
	for (int y = a->end - 1; y >= a->y && eighths > 0; y--, eighths -= steps)
		canvas_puts(a->c, y, x, 1, style,
			    spark_step(eighths > steps ? (unsigned int)steps : (unsigned int)eighths,
				       a->c->ascii));
}

static void paint_graph(struct area *a, const struct row *row, int64_t dt_ns)
{
	const struct history *h = &row->history;
	int64_t most = largest_depth(h);
	struct buffer b = { 0 };
	int each, left;

	if (a->end - a->y < 2 || a->width < 12)
		return;
	buffer_printf(&b, _("messages, the last %u looks"), h->n);
	if (dt_ns > 0) {
		buffer_puts(&b, _(", every "));
		format_duration(&b, (dt_ns + NSEC_PER_SEC / 20) / (NSEC_PER_SEC / 10) *
					    (NSEC_PER_SEC / 10));
	}
	buffer_printf(&b, _("; top %" PRId64), most);
	area_line(a, STYLE_BOLD, &b);
	buffer_free(&b);
	each = a->width / HISTORY_SIZE > 0 ? a->width / HISTORY_SIZE : 1;
	left = a->x;
	for (int x = a->width - 1; x >= 0; x--) {
		size_t age = (size_t)((a->width - 1 - x) / each);
		int use = history_use(h, age);

		if (age >= h->n)
			break;
		paint_bar(a, left + x, history_depth(h, age) > 0 ? history_depth(h, age) : 0, most,
			  use >= 90 ? STYLE_ALARM :
			  use >= 50 ? STYLE_WARN :
				      STYLE_GOOD);
	}
	a->y = a->end;
}

/* Side by side where there is room, else one below the other, the graph or messages first. */
static void paint_halves(struct view *v, const struct facts *facts, const struct row *row,
			 struct area *a)
{
	static const struct facts nothing;
	bool about = is_about(&facts->detail, row);
	const struct facts *f = about ? facts : &nothing;
	struct area right = *a;
	bool wide = a->width >= 96;

	if (wide) {
		a->width = a->width / 2 - 1;
		right.x = a->width + 2;
		right.width -= right.x;
	} else {
		right.end = right.y + (right.end - right.y) / 2;
	}
	if (v->peek)
		paint_peek(&right, &f->detail, row);
	else
		paint_graph(&right, row, v->model->dt_ns);
	if (!wide)
		a->y = right.y;
	if (about)
		paint_processes(a, f, row, v->waiters);
}

void view_paint_detail(struct view *v, struct canvas *c, const struct facts *facts, int y, int lines)
{
	const struct row *row = model_selected(v->model);
	struct area a = { .c = c, .width = c->width, .y = y + 1, .end = y + lines };
	struct buffer b = { 0 };

	if (!row) {
		paint_rule(c, y, _("no queue is selected"));
		return;
	}
	put_attributes(&b, row);
	if (row->state & ROW_GONE)
		buffer_printf(&b, "  %s", _("REMOVED"));
	paint_rule(c, y, buffer_string(&b));
	b.len = 0;
	put_times(&b, row, facts);
	area_line(&a, STYLE_PLAIN, &b);
	buffer_free(&b);
	if (is_about(&facts->detail, row))
		paint_findings(&a, facts->detail.findings);
	paint_halves(v, facts, row, &a);
}

/* ---- events ---- */

static unsigned int event_style(enum event_kind kind)
{
	switch (kind) {
	case EVENT_FULL:
	case EVENT_SENDER:
		return STYLE_ALARM;
	case EVENT_CREATED:
	case EVENT_DRAINED:
	case EVENT_ROOM:
		return STYLE_GOOD;
	default:
		return STYLE_PLAIN;
	}
}

/* Every event's text is given the room that the longest takes. */
static void put_event_text(struct buffer *b, const struct canvas *c, enum event_kind kind)
{
	int room = 18, width = 0;

	for (int k = 0; k < EVENT_KINDS; k++) {
		const char *text = event_text((enum event_kind)k);
		int needed = canvas_text_width(c, text, strlen(text));

		if (needed > room)
			room = needed;
		if (k == (int)kind)
			width = needed;
	}
	buffer_printf(b, "%s%*s", event_text(kind), room - width, "");
}

void view_paint_events(struct view *v, struct canvas *c, int y, int lines)
{
	const struct model *m = v->model;
	struct area a = { .c = c, .x = 1, .width = c->width - 1, .y = y + 1, .end = y + lines };
	struct buffer b = { 0 };

	paint_rule(c, y, _("events, the last first"));
	for (size_t age = 0; age < m->nevents && a.y < a.end; age++) {
		const struct event *event = model_event(m, age);

		format_clock(&b, event->when);
		buffer_puts(&b, "  ");
		put_event_text(&b, c, event->kind);
		buffer_printf(&b, " %s", event->queue);
		area_line(&a, event_style(event->kind), &b);
	}
	if (!m->nevents)
		area_puts(&a, STYLE_DIM, _("nothing has happened since watch began"));
	buffer_free(&b);
}

/* ---- help ---- */

static const struct {
	const char *keys, *text;
} key_help[] = {
	{ "q F10", N_("quit (Esc backs out of one thing)") },
	{ "? h F1", N_("this page") },
	{ "Up Down j k", N_("select; it goes with its queue") },
	{ "PgUp PgDn", N_("by pages; Home and End") },
	{ "Enter", N_("the selected queue in detail") },
	{ "p", N_("its messages, which stay (System V)") },
	{ "e", N_("what has happened") },
	{ "/ F4", N_("filter: text !text use>50 user=jo") },
	{ "s F6", N_("sort by; < > the next column, R reverse") },
	{ "M U N A W B", N_("by messages, use, name, age, waiters, bytes") },
	{ "Space", N_("pause") },
	{ "r Ctrl-L", N_("look now, paint anew") },
	{ "+ -", N_("interval twice, half") },
	{ "t", N_("all, System V, POSIX") },
	{ "z", N_("hide what is empty and idle") },
	{ "f", N_("the selected row keeps its line") },
	{ "o", N_("columns") },
	{ "i", N_("look at processes or not") },
	{ "m", N_("mouse on or off") },
};

static void help_lines(struct buffer *b, const struct facts *facts)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_help); i++)
		buffer_printf(b, "%-12s %s\n", key_help[i].keys, _(key_help[i].text));
	buffer_printf(b, "\n%s\n", _("Columns"));
	for (int col = 0; col < COLUMNS_WATCH; col++)
		buffer_printf(b, "%-12s %s\n", column_name((enum column)col),
			      column_help((enum column)col));
	buffer_printf(b, "\n%s\n%s\n%s\n%s\n", _("Marks"),
		      /* xgettext:no-c-format */
		      _("!            in use to 90 % or more, or a sender is blocked"),
		      _("~            in use to half or more"),
		      _("+ x          the queue came or went since the look before"));
	buffer_printf(b, "\n%s\n%s\n", _("What is not known"),
		      _("?            may not be read: it takes root, or read permission"));
	if (!facts->root)
		buffer_printf(b, "%s\n", _("WAITING      of other users' processes: it takes root"));
	buffer_printf(b, "%s\n",
		      _("             rates of sends and receives: NET/s is the change of depth"));
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

void view_paint_help(struct view *v, struct canvas *c, const struct facts *facts, int y, int lines)
{
	struct buffer b = { 0 };
	bool two = c->width >= 110;
	int half = two ? c->width / 2 : c->width;
	size_t n, shown, skip;
	const char *p;

	if (lines < 1)
		return;
	help_lines(&b, facts);
	n = count_lines(buffer_string(&b));
	shown = (size_t)lines * (two ? 2 : 1);
	if (v->over_at + shown > n)
		v->over_at = n > shown ? n - shown : 0;
	p = buffer_string(&b);
	skip = v->over_at;
	for (size_t i = 0; *p && i < skip + shown; i++) {
		size_t len = strcspn(p, "\n");
		size_t at = i - skip;

		if (i >= skip)
			canvas_put(c, y + (int)(at % (size_t)lines), at >= (size_t)lines ? half : 0,
				   half - 1, STYLE_PLAIN, p, len);
		p += len + 1;
	}
	buffer_free(&b);
}

/* ---- menus ---- */

void view_paint_menu(struct view *v, struct canvas *c, int y, int lines)
{
	bool sort = v->over == OVER_SORT;
	size_t n = sort ? COL_HISTORY : COLUMNS_WATCH;
	size_t top = 0;
	int room = lines - 1;

	if (lines < 1)
		return;
	canvas_puts(c, y, 0, c->width, STYLE_BOLD,
		    sort ? _("Sort by") : _("Columns (Space or Enter turns one on or off)"));
	if (room > 0 && v->over_at >= (size_t)room)
		top = v->over_at - (size_t)room + 1;
	for (int i = 0; i < room && top + (size_t)i < n; i++) {
		enum column col = (enum column)(top + (size_t)i);
		bool on = sort ? col == v->model->sort : column_list_has(&v->columns, col);
		unsigned int style = STYLE_PLAIN;

		if (top + (size_t)i == v->over_at) {
			style |= STYLE_SELECTED;
			canvas_blank(c, y + 1 + i, 0, c->width, style);
		}
		canvas_printf(c, y + 1 + i, 0, c->width, style, " %s %-10s %s",
			      sort ? (on ? "*" : " ") : (on ? "[x]" : "[ ]"), column_name(col),
			      column_help(col));
	}
}
