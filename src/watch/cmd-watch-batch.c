/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-watch-batch.c - mqtool watch -b and -j: looks as text, without a screen
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "cmd/counting.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "show/columns.h"
#include "show/report.h"
#include "watch/model.h"
#include "watch/sampler.h"
#include "watch/watch.h"

struct printer {
	const struct watch_options *o;
	struct sampler sampler;
	struct model model;
	unsigned int detail;
	enum sampler_waiters waiters;
	struct queue_stat *items; /* the rows, in order */
	size_t cap;
	struct buffer out;
};

/* ---- what is printed ---- */

/* The rows in order, as the columns want them, without those that are gone. */
static int collect_rows(struct printer *p, size_t *n)
{
	const struct model *m = &p->model;

	*n = 0;
	if (p->cap < m->shown) {
		struct queue_stat *items = reallocarray(p->items, m->rows_cap, sizeof(*items));

		if (!items)
			return -ENOMEM;
		p->items = items;
		p->cap = m->rows_cap;
	}
	for (uint32_t i = 0; i < m->shown; i++) {
		const struct row *row = model_row(m, i);

		if (row->state & ROW_GONE)
			continue;
		p->items[*n] = row->st;
		p->items[*n].history = &row->history;
		p->items[(*n)++].have |= STAT_HISTORY;
	}
	return 0;
}

static void put_summary(struct printer *p, const struct timespec *when)
{
	const struct totals *t = &p->model.totals;
	const struct procs *procs = &p->sampler.procs;

	format_iso_time(&p->out, when);
	buffer_puts(&p->out, "  ");
	totals_put_queues(&p->out, t);
	buffer_puts(&p->out, "  ");
	totals_put_messages(&p->out, t);
	buffer_puts(&p->out, "  ");
	totals_put_bytes(&p->out, t);
	buffer_puts(&p->out, "  ");
	totals_put_full(&p->out, t);
	if (p->waiters != SAMPLER_NO_WAITERS) {
		buffer_puts(&p->out, "  ");
		totals_put_waiting(&p->out, t, procs->hidden || procs->hidepid || procs->blind);
	}
	buffer_putc(&p->out, '\n');
}

static int put_text(struct printer *p, const struct report *report, size_t n,
		    const struct timespec *when)
{
	int rc;

	/* A blank line between two looks. */
	if (p->model.updates > 1)
		buffer_putc(&p->out, '\n');
	put_summary(p, when);
	rc = report_put_table(&p->out, report, p->items, n);
	return rc;
}

/* Seconds with milliseconds, exact whatever the locale. */
static void put_seconds(struct buffer *b, int64_t ns)
{
	buffer_printf(b, "%lld.%03lld", ns / NSEC_PER_SEC,
		      ns % NSEC_PER_SEC / (NSEC_PER_SEC / 1000));
}

static void put_objects(struct printer *p, const struct report *report, size_t n,
			const struct timespec *when)
{
	for (size_t i = 0; i < n; i++) {
		buffer_puts(&p->out, "{\"time\":");
		put_seconds(&p->out, when->tv_sec * NSEC_PER_SEC + when->tv_nsec);
		buffer_puts(&p->out, ",\"dt\":");
		if (p->model.dt_ns > 0)
			put_seconds(&p->out, p->model.dt_ns);
		else
			buffer_puts(&p->out, "null");
		buffer_putc(&p->out, ',');
		report_put_members(&p->out, report, &p->items[i]);
		buffer_puts(&p->out, "}\n");
	}
}

/* ---- writing ---- */

/* As many whole lines as one write(2) puts into a pipe all at once or not at all (pipe(7)); at
 * least one line. */
static size_t lines_at_once(const char *text, size_t len)
{
	const char *end;

	if (len <= PIPE_BUF)
		return len;
	end = memrchr(text, '\n', PIPE_BUF);
	if (!end)
		end = memchr(text, '\n', len);
	return end ? (size_t)(end - text) + 1 : len;
}

static int write_failed(ssize_t error)
{
	if (error == -EPIPE && !stop_pipe_ignored())
		stop_die(SIGPIPE);
	msg_error(_("standard output: %s"), strerror((int)-error));
	return EX_FAILED;
}

/* Whole lines, whatever signal comes: an interrupted batch is just a shorter one. */
static int write_out(struct printer *p)
{
	const char *text = p->out.data;
	size_t left = p->out.len;

	while (left && !stop_signal()) {
		size_t len = lines_at_once(text, left);

		for (size_t done = 0; done < len;) {
			ssize_t n = wait_write(STDOUT_FILENO, text + done, len - done);

			if (n == -EINTR && done == 0)
				return EX_DONE;
			if (n < 0 && n != -EINTR)
				return write_failed(n);
			done += n > 0 ? (size_t)n : 0;
		}
		text += len;
		left -= len;
	}
	return EX_DONE;
}

/* ---- looks ---- */

static int print_look(struct printer *p, const struct timespec *when)
{
	const struct report report = {
		.columns = &p->o->look.columns,
		.context = { .now = when->tv_sec, .ascii = p->o->ascii },
		.headings = true,
	};
	size_t n;
	int rc = collect_rows(p, &n);

	p->out.len = 0;
	if (rc == 0 && p->o->look.json)
		put_objects(p, &report, n, when);
	else if (rc == 0)
		rc = put_text(p, &report, n, when);
	if (rc < 0 || p->out.failed)
		return msg_no_memory();
	return write_out(p);
}

static int look_once(struct printer *p)
{
	struct timespec when;
	struct facts_look look;
	int status = EX_DONE, rc;

	rc = sampler_look(&p->sampler, p->detail, p->waiters, &look);
	if (rc < 0)
		return watch_look_failed(p->o, rc);
	clock_gettime(CLOCK_REALTIME, &when);
	if (!p->model.updates) {
		if (p->sampler.traced && !p->sampler.counting)
			(void)!msg_not_counted(&p->sampler.why);
		msg_namespaces_hidden(&p->sampler.hidden);
		status = msg_list_notes(&p->sampler.list, p->sampler.mask);
		if (status == EX_DONE)
			status = msg_check_named(p->o->look.refs, p->o->look.nrefs, look.items,
						 look.n);
	}
	if (status != EX_DONE)
		return status;
	if (model_update(&p->model, &look) < 0)
		return msg_no_memory();
	return print_look(p, &when);
}

/* Waits until due; ends early after a stop signal, or if the reader goes away. */
static int wait_until(int64_t due_ns)
{
	struct pollfd out = { .fd = STDOUT_FILENO };
	sigset_t usual;
	int64_t left;
	bool closed = false;

	/* A signal that comes between the look at the flag and ppoll(2) is
	 * delivered in ppoll(2). */
	stop_hold(&usual);
	while (!stop_signal() && !closed && (left = due_ns - clock_monotonic_ns()) > 0) {
		struct timespec timeout = { .tv_sec = left / NSEC_PER_SEC,
					    .tv_nsec = left % NSEC_PER_SEC };

		closed = ppoll(&out, 1, &timeout, &usual) > 0 && out.revents & POLLERR;
	}
	stop_release(&usual);
	return closed ? write_failed(-EPIPE) : EX_DONE;
}

/* One look after the other; missed ones are skipped, not caught up. */
static int look_on(struct printer *p)
{
	int64_t delay = p->o->delay_ns, due = clock_monotonic_ns();
	int status = look_once(p);

	for (uint64_t done = 1; status == EX_DONE && done != p->o->iterations; done++) {
		int64_t now = clock_monotonic_ns();

		due += delay;
		if (due < now)
			due += (now - due + delay - 1) / delay * delay;
		status = wait_until(due);
		if (stop_signal())
			break;
		if (status == EX_DONE)
			status = look_once(p);
	}
	return status;
}

static bool wants_waiters(const struct printer *p)
{
	const struct filter *f = &p->o->filter;

	for (size_t i = 0; i < f->n; i++) {
		if (f->terms[i].compare != FILTER_CONTAINS && f->terms[i].col == COL_WAITING)
			return true;
	}
	return column_list_has(&p->o->look.columns, COL_WAITING) || p->model.sort == COL_WAITING;
}

int watch_batch(const struct watch_options *o)
{
	struct printer p = {
		.o = o,
		.sampler = watch_sampler(o),
	};
	int status;

	stop_init();
	model_init(&p.model);
	p.model.sort = o->look.sort;
	p.model.reverse = o->look.reverse;
	p.model.filter = o->filter;
	p.detail = watch_detail(&o->look.columns, o->look.sort, &o->filter);
	p.waiters = wants_waiters(&p) ? SAMPLER_ALWAYS : SAMPLER_NO_WAITERS;
	status = look_on(&p);
	model_free(&p.model);
	sampler_free(&p.sampler);
	buffer_free(&p.out);
	free(p.items);
	if (stop_signal())
		stop_die(stop_signal());
	return status;
}
