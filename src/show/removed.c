/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * removed.c - POSIX queues that were removed while processes have them open (stat --removed)
 */
#include "config.h"

#include "show/removed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/format.h"
#include "base/table.h"
#include "queue/limit.h"
#include "queue/queue-stat.h"
#include "queue/queue.h"
#include "show/json.h"

/* One queue: the processes that have it open, and what it says about itself. */
struct removed {
	const struct proc_removed *holders;
	size_t nholders;
	struct queue_ref ref;
	struct queue_stat st; /* only `have` is set if it may not be read */
};

#define DETAIL (STAT_MESSAGES | STAT_BYTES | STAT_MAXMSG | STAT_MSGSIZE)

/* Fills *r with the queue that begins at *at, and moves *at past it; false at the end. */
static bool next_removed(const struct procs *procs, size_t *at, struct removed *r)
{
	const struct proc_removed *first = &procs->removed[*at];
	struct queue *q;

	if (*at == procs->nremoved)
		return false;
	*r = (struct removed){ .holders = first };
	while (*at < procs->nremoved && procs->removed[*at].dev == first->dev &&
	       procs->removed[*at].ino == first->ino) {
		r->nholders++;
		++*at;
	}
	r->ref = (struct queue_ref){ .kind = QUEUE_POSIX, .by = QUEUE_BY_PROC };
	snprintf(r->ref.name, sizeof(r->ref.name), "proc:%d/%d", first->pid, first->fd);
	if (queue_open(&q, &r->ref, 0) == 0 && queue_look(q, DETAIL, &r->st) < 0)
		r->st.have = 0;
	queue_close(q);
	return true;
}

static bool charge_known(const struct queue_stat *st)
{
	return st->have & STAT_MAXMSG && st->have & STAT_MSGSIZE;
}

/* The queue's former name, as a queue of that name would be printed. */
static void put_name(struct buffer *b, const char *name)
{
	const struct queue_stat st = { .kind = QUEUE_POSIX, .name = name };
	char text[QUEUE_NAME_TEXT];

	buffer_puts(b, queue_stat_text(&st, text));
}

/* ---- the table ---- */

static void put_count(struct table *t, bool known, uint64_t value)
{
	if (known)
		format_u64(&t->text, value);
	else
		buffer_putc(&t->text, '?');
	table_cell(t);
}

static void put_size(struct table *t, bool known, uint64_t bytes, bool exact)
{
	if (known)
		format_size(&t->text, bytes, exact);
	else
		buffer_putc(&t->text, '?');
	table_cell(t);
}

static void put_holders(struct table *t, const struct removed *r)
{
	for (size_t i = 0; i < r->nholders; i++) {
		const struct proc_removed *holder = &r->holders[i];

		/* A process counts once, whatever number of descriptors it has. */
		if (i && holder->pid == r->holders[i - 1].pid)
			continue;
		if (i)
			buffer_puts(&t->text, ", ");
		escape_put(&t->text, holder->command, strlen(holder->command), ESCAPE_FOREIGN);
		buffer_printf(&t->text, " %d", holder->pid);
	}
	table_cell(t);
}

static void put_row(struct table *t, const struct removed *r, bool exact)
{
	const struct queue_stat *st = &r->st;

	table_cell_puts(t, r->ref.name);
	put_name(&t->text, r->holders->name);
	table_cell(t);
	put_count(t, st->have & STAT_MESSAGES, st->messages);
	put_size(t, st->have & STAT_BYTES, st->bytes, exact);
	put_size(t, charge_known(st), queue_charge(st->maxmsg, st->msgsize), exact);
	put_holders(t, r);
}

int removed_put_table(struct buffer *b, const struct procs *procs, bool headings, bool exact)
{
	static const char *const names[] = { "QUEUE", "NAME",    "MESSAGES",
					     "BYTES", "CHARGED", "HOLDERS" };
	struct table t = { .columns = ARRAY_SIZE(names) };
	struct removed r;
	size_t at = 0;
	int rc;

	for (size_t i = 0; headings && i < ARRAY_SIZE(names); i++)
		table_cell_puts(&t, names[i]);
	while (next_removed(procs, &at, &r))
		put_row(&t, &r, exact);
	rc = table_put(&t, 1 << 2 | 1 << 3 | 1 << 4, b);
	table_free(&t);
	return rc;
}

/* ---- JSON ---- */

static void put_json_text(struct buffer *b, const char *text)
{
	json_put_string(b, text, strlen(text));
}

static void put_member(struct buffer *b, const char *name, bool known, uint64_t value)
{
	buffer_printf(b, ",\"%s\":", name);
	if (known)
		format_u64(b, value);
	else
		buffer_puts(b, "null");
}

static void put_json_holders(struct buffer *b, const struct removed *r)
{
	struct buffer command = { 0 };

	buffer_puts(b, ",\"holders\":[");
	for (size_t i = 0; i < r->nholders; i++) {
		const struct proc_removed *holder = &r->holders[i];

		command.len = 0;
		escape_put(&command, holder->command, strlen(holder->command), ESCAPE_FOREIGN);
		buffer_printf(b, "%s{\"pid\":%d,\"command\":", i ? "," : "", holder->pid);
		put_json_text(b, buffer_string(&command));
		buffer_printf(b, ",\"fd\":%d}", holder->fd);
		b->failed |= command.failed;
	}
	buffer_putc(b, ']');
	buffer_free(&command);
}

static void put_json(struct buffer *b, const struct removed *r)
{
	struct buffer name = { 0 };

	put_name(&name, r->holders->name);
	buffer_puts(b, "{\"queue\":");
	put_json_text(b, r->ref.name);
	buffer_puts(b, ",\"name\":");
	put_json_text(b, buffer_string(&name));
	put_member(b, "messages", r->st.have & STAT_MESSAGES, r->st.messages);
	put_member(b, "bytes", r->st.have & STAT_BYTES, r->st.bytes);
	put_member(b, "charged", charge_known(&r->st), queue_charge(r->st.maxmsg, r->st.msgsize));
	put_json_holders(b, r);
	buffer_putc(b, '}');
	b->failed |= name.failed;
	buffer_free(&name);
}

void removed_put_json(struct buffer *b, const struct procs *procs)
{
	const char *separator = "[\n";
	struct removed r;
	size_t at = 0;

	while (next_removed(procs, &at, &r)) {
		buffer_puts(b, separator);
		put_json(b, &r);
		separator = ",\n";
	}
	buffer_puts(b, at ? "\n]\n" : "[]\n");
}
