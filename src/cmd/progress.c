/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.c - progress of send, recv and move on stderr
 */
#include "config.h"

#include "cmd/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/msg.h"

/* Ten times a second at most. */
#define INTERVAL (NSEC_PER_SEC / 10)

void progress_begin(struct progress *p, bool live)
{
	*p = (struct progress){ .live = live && isatty(STDERR_FILENO) };
	p->shared = p->live && isatty(STDOUT_FILENO);
	p->start_ns = clock_monotonic_ns();
	p->next_ns = p->start_ns + INTERVAL;
}

static void write_stderr(const struct buffer *b)
{
	ssize_t unused = write(STDERR_FILENO, b->data, b->len);

	(void)unused; /* there is nowhere to report it */
}

static void show(struct progress *p, int64_t now)
{
	struct buffer b = { 0 };

	buffer_puts(&b, "\r");
	progress_put_line(&b, p, now - p->start_ns);
	buffer_puts(&b, "\033[K");
	write_stderr(&b);
	buffer_free(&b);
	p->shown = true;
	p->next_ns = now + INTERVAL;
}

void progress_show(struct progress *p)
{
	int64_t now = clock_monotonic_ns();

	if (now >= p->next_ns)
		show(p, now);
}

void progress_clear(struct progress *p)
{
	const struct buffer clear = { .data = (char[]){ "\r\033[K" }, .len = 4 };

	if (p->shown)
		write_stderr(&clear);
	p->shown = false;
}

void progress_make_way(struct progress *p)
{
	if (p->shared)
		progress_clear(p);
}

static uint64_t per_second(uint64_t count, int64_t elapsed_ns)
{
	return elapsed_ns > 0 ? (uint64_t)((double)count * 1e9 / (double)elapsed_ns) : 0;
}

void progress_put_line(struct buffer *b, const struct progress *p, int64_t elapsed_ns)
{
	uint64_t done;

	buffer_printf(b, text_n("%" PRIu64 " message", "%" PRIu64 " messages", p->messages),
		      p->messages);
	buffer_puts(b, "  ");
	format_size(b, p->bytes, false);
	buffer_printf(b, _("  %" PRIu64 "/s"), per_second(p->messages, elapsed_ns));
	if (p->total == 0)
		return;
	/* An input may grow while it is read. */
	done = p->done < p->total ? p->done : p->total;
	buffer_printf(b, "  %d%%", (int)(100.0 * (double)done / (double)p->total));
	if (done == 0)
		return;
	buffer_puts(b, _("  left "));
	format_age(b,
		   (int64_t)((double)elapsed_ns / (double)done * (double)(p->total - done) / 1e9));
}

static void put_done(struct buffer *b, enum progress_verb verb, uint64_t n, uint64_t bytes)
{
	switch (verb) {
	case PROGRESS_SENT:
		buffer_printf(b,
			      text_n("sent %" PRIu64 " message, %" PRIu64 " bytes",
				     "sent %" PRIu64 " messages, %" PRIu64 " bytes", n),
			      n, bytes);
		break;
	case PROGRESS_RECEIVED:
		buffer_printf(b,
			      text_n("received %" PRIu64 " message, %" PRIu64 " bytes",
				     "received %" PRIu64 " messages, %" PRIu64 " bytes", n),
			      n, bytes);
		break;
	case PROGRESS_MOVED:
		buffer_printf(b,
			      text_n("moved %" PRIu64 " message, %" PRIu64 " bytes",
				     "moved %" PRIu64 " messages, %" PRIu64 " bytes", n),
			      n, bytes);
		break;
	}
}

void progress_put_summary(struct buffer *b, const struct progress *p, enum progress_verb verb,
			  int64_t elapsed_ns)
{
	put_done(b, verb, p->messages, p->bytes);
	buffer_printf(b, _(" in %.3f s (%" PRIu64 " messages/s)"), (double)elapsed_ns / 1e9,
		      per_second(p->messages, elapsed_ns));
	if (p->lessened)
		buffer_printf(b,
			      text_n("; %" PRIu64 " message without some of its properties",
				     "; %" PRIu64 " messages without some of their properties",
				     p->lessened),
			      p->lessened);
}

void progress_end(struct progress *p, enum progress_verb verb, bool summary)
{
	struct buffer line = { 0 };

	progress_clear(p);
	if (!summary)
		return;
	progress_put_summary(&line, p, verb, clock_monotonic_ns() - p->start_ns);
	msg_error("%s", buffer_string(&line));
	buffer_free(&line);
}
