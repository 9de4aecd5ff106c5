/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - queues as stat shows them: a table, a block for each, JSON
 */
#include "config.h"

#include "show/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/table.h"
#include "base/text.h"
#include "base/util.h"
#include "show/diagnose.h"
#include "show/json.h"

/* ---- the table ---- */

static void put_headings(struct table *t, const struct column_list *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		table_cell_puts(t, column_name(columns->col[i]));
}

static void put_row(struct table *t, const struct report *report, const struct queue_stat *st)
{
	const struct column_list *columns = report->columns;

	for (size_t i = 0; i < columns->n; i++) {
		column_put_cell(&t->text, columns->col[i], st, &report->context);
		table_cell(t);
	}
}

int report_put_table(struct buffer *b, const struct report *report, const struct queue_stat *items,
		     size_t n)
{
	const struct column_list *columns = report->columns;
	struct table t = { .columns = columns->n };
	uint64_t right = 0;
	int ret;

	for (size_t i = 0; i < columns->n; i++)
		right |= (uint64_t)column_right(columns->col[i]) << i;
	table_expect(&t, (n + 1) * columns->n);
	if (report->headings)
		put_headings(&t, columns);
	for (size_t i = 0; i < n; i++)
		put_row(&t, report, &items[i]);
	ret = table_put(&t, right, b);
	table_free(&t);
	return ret;
}

/* ---- processes ---- */

static void put_command(struct buffer *b, const char *command)
{
	escape_put(b, command, strlen(command), ESCAPE_FOREIGN);
}

/* Appended to the number of a System V process: its command, if it still exists. */
static void put_past_process(struct buffer *b, pid_t pid, int64_t then)
{
	char command[PROC_COMMAND];
	int rc;

	if (!pid)
		return;
	rc = procs_command(pid, then, command);
	if (rc == 0) {
		buffer_putc(b, ' ');
		put_command(b, command);
	} else if (rc == -ESRCH) {
		buffer_printf(b, " %s", _("(exited)"));
	}
}

static void put_access(struct buffer *b, const struct proc_holder *holder)
{
	if (holder->reads && holder->writes)
		buffer_puts(b, _("reads and writes"));
	else if (holder->reads || holder->writes)
		buffer_puts(b, holder->reads ? _("reads") : _("writes"));
	else
		buffer_putc(b, '?');
}

static void put_holder(struct buffer *b, const struct proc_holder *holder)
{
	buffer_printf(b, "%d ", holder->pid);
	put_command(b, holder->command);
	buffer_printf(b, ", fd %d, ", holder->fd);
	put_access(b, holder);
}

static void put_wanted(struct buffer *b, const struct proc_waiter *waiter)
{
	unsigned long size = (unsigned long)waiter->size;

	if (waiter->sender) {
		buffer_printf(b, text_n("sends %" PRIu64 " byte", "sends %" PRIu64 " bytes", size),
			      waiter->size);
		if (waiter->kind == QUEUE_POSIX)
			buffer_printf(b, _(", priority %u"), waiter->priority);
		return;
	}
	buffer_puts(b, _("receives"));
	if (waiter->kind == QUEUE_SYSV && waiter->except)
		buffer_printf(b, _(", any type but %ld"), waiter->type);
	else if (waiter->kind == QUEUE_SYSV && waiter->untold)
		buffer_puts(b, _(", type ?"));
	else if (waiter->kind == QUEUE_SYSV && waiter->type)
		buffer_printf(b, _(", type %ld"), waiter->type);
	buffer_printf(b,
		      text_n(", room for %" PRIu64 " byte", ", room for %" PRIu64 " bytes", size),
		      waiter->size);
}

static void put_waiter(struct buffer *b, const struct proc_waiter *waiter)
{
	buffer_printf(b, "%d ", waiter->pid);
	put_command(b, waiter->command);
	if (waiter->tid != waiter->pid)
		buffer_printf(b, _(", thread %d"), waiter->tid);
	buffer_puts(b, ", ");
	put_wanted(b, waiter);
	if (waiter->waited_ns >= 0) {
		buffer_puts(b, _(", for "));
		format_age(b, waiter->waited_ns / NSEC_PER_SEC);
	}
}

/* ---- the block ---- */

/* The process to notify, if the queue's own file does not name it. */
static bool put_notified(struct buffer *b, const struct report *report, const struct queue_stat *st)
{
	if (st->kind != QUEUE_POSIX || !report->who || !report->who->notified)
		return false;
	buffer_printf(b, "notify: %d ", (int)report->who->notified);
	put_command(b, report->who->command);
	buffer_printf(b, "%s\n", _(", in another PID namespace"));
	return true;
}

static void put_field(struct buffer *b, const struct report *report, enum column col,
		      const struct queue_stat *st)
{
	if (col == COL_NOTIFY && put_notified(b, report, st))
		return;
	buffer_printf(b, "%s: ", column_member(col));
	column_put_cell(b, col, st, &report->context);
	if (column_known(col, st)) {
		if (col == COL_LSPID)
			put_past_process(b, st->lspid, st->stime);
		else if (col == COL_LRPID)
			put_past_process(b, st->lrpid, st->rtime);
		else if (col == COL_NOTIFY)
			put_past_process(b, st->notify_pid, INT64_MAX - 1);
	}
	buffer_putc(b, '\n');
}

static void put_holders(struct buffer *b, const struct proc_holder *holders, size_t n, bool partial)
{
	if (!n)
		buffer_puts(b, partial ? "holders: ?\n" : "holders: -\n");
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, "holders: ");
		put_holder(b, &holders[i]);
		buffer_putc(b, '\n');
	}
}

static void put_waiters(struct buffer *b, const struct proc_waiter *waiters, size_t n, bool partial)
{
	if (!n)
		buffer_puts(b, partial ? "waiters: ?\n" : "waiters: -\n");
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, "waiters: ");
		put_waiter(b, &waiters[i]);
		buffer_putc(b, '\n');
	}
}

static void put_diagnosis(struct buffer *b, const struct diagnose_view *view)
{
	struct finding findings[FINDINGS_MAX];
	size_t n = diagnose(view, findings);

	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, "diagnosis: ");
		finding_put(b, view, &findings[i]);
		buffer_putc(b, '\n');
	}
}

/* What a program that has a removed queue open does not notice: others use the new one. */
static void put_removed(struct buffer *b, const struct procs *procs, const struct queue_stat *st)
{
	for (size_t i = 0; i < procs->nremoved; i++) {
		const struct proc_removed *removed = &procs->removed[i];

		if (removed->dev != st->dev || strcmp(removed->name, st->name) != 0)
			continue;
		buffer_puts(b, "diagnosis: ");
		put_command(b, removed->command);
		buffer_printf(
			b,
			procs_waits_on(procs, removed) ?
				_(" %d still waits on a removed queue of this name; restart it") :
				_(" %d still holds a removed queue of this name; restart it"),
			removed->pid);
		buffer_putc(b, '\n');
	}
}

void report_put_block(struct buffer *b, const struct report *report, const struct queue_stat *st)
{
	struct diagnose_view view = {
		.st = st,
		.receiver_gone = procs_receiver_gone(st),
		.took_ns = report->took_ns,
	};

	for (int col = 0; col < COLUMNS_ALL; col++) {
		if (column_applies((enum column)col, st->kind) &&
		    (!column_of_namespace((enum column)col) || st->have & STAT_NAMESPACE) &&
		    (!column_of_rates((enum column)col) || st->have & STAT_RATES))
			put_field(b, report, (enum column)col, st);
	}
	if (!report->procs || st->kind == QUEUE_AMQP)
		return;
	view.partial = procs_partial(report->procs);
	view.nwaiters = procs_waiters_of(report->procs, st, &view.waiters);
	view.nholders = procs_holders_of(report->procs, st, &view.holders);
	if (st->kind == QUEUE_POSIX)
		put_holders(b, view.holders, view.nholders, view.partial);
	put_waiters(b, view.waiters, view.nwaiters, view.partial);
	if (report->who)
		buffer_put(b, report->who->polls.data, report->who->polls.len);
	put_diagnosis(b, &view);
	if (st->kind == QUEUE_POSIX)
		put_removed(b, report->procs, st);
}

/* ---- JSON ---- */

/* A command is foreign bytes: escaped, as everywhere, it is a string of printable characters. */
static void put_json_command(struct buffer *b, const char *command)
{
	struct buffer escaped = { 0 };

	put_command(&escaped, command);
	json_put_string(b, buffer_string(&escaped), escaped.len);
	b->failed |= escaped.failed;
	buffer_free(&escaped);
}

static void put_json_holder(struct buffer *b, const struct proc_holder *holder)
{
	buffer_printf(b, "{\"pid\":%d,\"command\":", holder->pid);
	put_json_command(b, holder->command);
	buffer_printf(b, ",\"fd\":%d,\"access\":", holder->fd);
	if (holder->reads || holder->writes)
		buffer_printf(b, "\"%s%s\"}", holder->reads ? "r" : "", holder->writes ? "w" : "");
	else
		buffer_puts(b, "null}");
}

static void put_json_waiter(struct buffer *b, const struct report *report,
			    const struct proc_waiter *waiter)
{
	buffer_printf(b, "{\"pid\":%d,\"tid\":%d,\"command\":", waiter->pid, waiter->tid);
	put_json_command(b, waiter->command);
	buffer_printf(b, ",\"direction\":\"%s\",\"type\":", waiter->sender ? "send" : "receive");
	if (waiter->kind == QUEUE_SYSV && !waiter->sender && !waiter->untold)
		buffer_printf(b, "%ld,\"except\":%s", waiter->type,
			      waiter->except ? "true" : "false");
	else
		buffer_puts(b, "null,\"except\":null");
	buffer_puts(b, ",\"priority\":");
	if (waiter->kind == QUEUE_POSIX && waiter->sender)
		buffer_printf(b, "%u", waiter->priority);
	else
		buffer_puts(b, "null");
	buffer_printf(b, ",\"size\":%" PRIu64 ",\"since\":", waiter->size);
	if (waiter->waited_ns >= 0)
		buffer_printf(b, "%lld}",
			      (long long)report->context.now - waiter->waited_ns / NSEC_PER_SEC);
	else
		buffer_puts(b, "null}");
}

static void put_json_holders(struct buffer *b, const struct report *report,
			     const struct queue_stat *st)
{
	const struct proc_holder *holders;
	size_t n = procs_holders_of(report->procs, st, &holders);

	buffer_puts(b, ",\"holders\":");
	if (st->kind != QUEUE_POSIX || (!n && procs_partial(report->procs))) {
		buffer_puts(b, "null");
		return;
	}
	buffer_putc(b, '[');
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, i ? "," : "");
		put_json_holder(b, &holders[i]);
	}
	buffer_putc(b, ']');
}

static void put_json_waiters(struct buffer *b, const struct report *report,
			     const struct queue_stat *st)
{
	const struct proc_waiter *waiters;
	size_t n = procs_waiters_of(report->procs, st, &waiters);

	/* Processes on other machines, or hidden here. */
	if (st->kind == QUEUE_AMQP || (!n && procs_partial(report->procs))) {
		buffer_puts(b, ",\"waiters\":null");
		return;
	}
	buffer_puts(b, ",\"waiters\":[");
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, i ? "," : "");
		put_json_waiter(b, report, &waiters[i]);
	}
	buffer_putc(b, ']');
}

void report_put_members(struct buffer *b, const struct report *report, const struct queue_stat *st)
{
	const struct column_list *columns = report->columns;

	for (size_t i = 0; i < columns->n; i++) {
		if (i)
			buffer_putc(b, ',');
		buffer_putc(b, '"');
		buffer_puts(b, column_member(columns->col[i]));
		buffer_puts(b, "\":");
		column_put_json(b, columns->col[i], st);
	}
	if (report->procs) {
		put_json_holders(b, report, st);
		put_json_waiters(b, report, st);
	}
}

/* Who could not be looked for is unknown, not nobody. */
static void put_json_pollers(struct buffer *b, const struct who *who)
{
	if (!who->json.len && !who->told) {
		buffer_puts(b, ",\"pollers\":null");
		return;
	}
	buffer_puts(b, ",\"pollers\":[");
	buffer_put(b, who->json.data, who->json.len);
	buffer_putc(b, ']');
}

void report_put_json(struct buffer *b, const struct report *report, const struct queue_stat *items,
		     size_t n)
{
	buffer_putc(b, '[');
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, i ? ",\n{" : "\n{");
		report_put_members(b, report, &items[i]);
		if (report->who)
			put_json_pollers(b, &report->who[i]);
		buffer_putc(b, '}');
	}
	buffer_puts(b, n ? "\n]\n" : "]\n");
}

/* ---- limits ---- */

static void put_limit_number(struct buffer *b, const struct report *report,
			     const struct limit *limit, uint64_t value)
{
	if (limit->bytes)
		format_size(b, value, report->context.exact);
	else
		buffer_printf(b, "%" PRIu64, value);
}

static void put_limit_value(struct buffer *b, const struct report *report, const struct limit *limit)
{
	if (!limit->known)
		buffer_putc(b, '?');
	else if (limit->unlimited)
		buffer_puts(b, "unlimited");
	else
		put_limit_number(b, report, limit, limit->value);
}

static void put_limit_use(struct buffer *b, const struct report *report, const struct limit *limit)
{
	if (!limit->use_known) {
		buffer_putc(b, limit->has_use ? '?' : '-');
		return;
	}
	if (limit->use_least)
		buffer_puts(b, ">=");
	put_limit_number(b, report, limit, limit->use);
}

static void put_limit_row(struct table *t, const struct report *report, const struct limit *limit)
{
	int percent = limit_percent(limit);

	table_cell_puts(t, limit->name);
	put_limit_value(&t->text, report, limit);
	table_cell(t);
	put_limit_use(&t->text, report, limit);
	table_cell(t);
	if (percent >= 0)
		buffer_printf(&t->text, "%d%%", percent);
	else
		buffer_putc(&t->text, limit->has_use && !limit->unlimited ? '?' : '-');
	table_cell(t);
	table_cell_puts(t, limit->setting);
	table_cell_puts(t, text_get(limit->help));
}

int report_put_limits(struct buffer *b, const struct report *report, const struct limit *limits,
		      size_t n)
{
	static const char *const headings[] = { "LIMIT", "VALUE",   "USED",
						"USE%",  "SETTING", "MEANING" };
	struct table t = { .columns = ARRAY_SIZE(headings) };
	int ret;

	for (size_t i = 0; report->headings && i < ARRAY_SIZE(headings); i++)
		table_cell_puts(&t, headings[i]);
	for (size_t i = 0; i < n; i++)
		put_limit_row(&t, report, &limits[i]);
	ret = table_put(&t, 1 << 1 | 1 << 2 | 1 << 3, b);
	table_free(&t);
	return ret;
}

static void put_json_number(struct buffer *b, bool known, uint64_t value)
{
	if (known)
		buffer_printf(b, "%" PRIu64, value);
	else
		buffer_puts(b, "null");
}

static void put_json_limit(struct buffer *b, const struct limit *limit)
{
	int percent = limit_percent(limit);

	buffer_printf(b, "{\"limit\":\"%s\",\"kind\":\"%s\",\"value\":", limit->name,
		      queue_kind_name(limit->kind));
	put_json_number(b, limit->known && !limit->unlimited, limit->value);
	buffer_printf(b, ",\"unlimited\":%s,\"used\":", limit->unlimited ? "true" : "false");
	put_json_number(b, limit->use_known, limit->use);
	buffer_printf(b, ",\"at_least\":%s,\"use\":", limit->use_least ? "true" : "false");
	put_json_number(b, percent >= 0, (uint64_t)percent);
	buffer_printf(b, ",\"setting\":\"%s\"}", limit->setting);
}

void report_put_limits_json(struct buffer *b, const struct limit *limits, size_t n)
{
	buffer_putc(b, '[');
	for (size_t i = 0; i < n; i++) {
		buffer_puts(b, i ? ",\n" : "\n");
		put_json_limit(b, &limits[i]);
	}
	buffer_puts(b, "\n]\n");
}
