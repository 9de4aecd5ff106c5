/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * totals.c - sums of all queues
 */
#include "config.h"

#include "watch/totals.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buffer.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"

static void add(struct sum *sum, bool known, uint64_t value)
{
	if (known) {
		sum->value += value;
		sum->known++;
	} else {
		sum->unknown++;
	}
}

/* Threads that were seen exist, whatever could not be looked at. */
static void add_seen(struct sum *sum, const struct queue_stat *st, unsigned int n)
{
	if (st->have & STAT_SEEN)
		sum->value += n;
	if (st->have & STAT_WAITING)
		sum->known++;
	else
		sum->unknown++;
}

void totals_add(struct totals *t, const struct queue_stat *st)
{
	int use = queue_stat_use(st);

	t->queues[st->kind]++;
	add(&t->messages, st->have & STAT_MESSAGES, st->messages);
	add(&t->bytes, st->have & STAT_BYTES, st->bytes);
	add(&t->full, use >= 0, use >= 100);
	add_seen(&t->receivers, st, st->receivers);
	add_seen(&t->senders, st, st->senders);
}

/* Room for ">= " and any number or size. */
#define SUM_TEXT 32

static bool unknown(const struct sum *sum)
{
	return sum->unknown && !sum->known;
}

static const char *least(const struct sum *sum)
{
	return sum->unknown ? ">= " : "";
}

static const char *sum_text(const struct sum *sum, char text[static SUM_TEXT])
{
	if (unknown(sum) && !sum->value)
		snprintf(text, SUM_TEXT, "?");
	else
		snprintf(text, SUM_TEXT, "%s%" PRIu64, least(sum), sum->value);
	return text;
}

void totals_put_messages(struct buffer *b, const struct totals *t)
{
	char text[SUM_TEXT];

	buffer_printf(b, text_n("%s message", "%s messages", (unsigned long)t->messages.value),
		      sum_text(&t->messages, text));
}

void totals_put_bytes(struct buffer *b, const struct totals *t)
{
	if (unknown(&t->bytes)) {
		buffer_puts(b, _("? bytes"));
		return;
	}
	buffer_puts(b, least(&t->bytes));
	format_size(b, t->bytes.value, false);
	/* "640" alone says nothing; "3.1M" does. */
	if (t->bytes.value < 1024)
		buffer_puts(b, text_n(" byte", " bytes", (unsigned long)t->bytes.value));
}

void totals_put_full(struct buffer *b, const struct totals *t)
{
	char text[SUM_TEXT];

	buffer_printf(b, text_n("%s full", "%s full", (unsigned long)t->full.value),
		      sum_text(&t->full, text));
}

void totals_put_queues(struct buffer *b, const struct totals *t)
{
	buffer_printf(b, "%zu System V  %zu POSIX", t->queues[QUEUE_SYSV], t->queues[QUEUE_POSIX]);
}

void totals_put_waiting(struct buffer *b, const struct totals *t, bool partial)
{
	struct sum receivers = t->receivers, senders = t->senders;
	char text[SUM_TEXT];

	buffer_printf(b, "%s: ", _("waiting"));
	/* What was seen exists; whether that is all is not known. */
	if (partial) {
		receivers.unknown++;
		senders.unknown++;
	}
	if (receivers.unknown && !receivers.value && !senders.value) {
		buffer_putc(b, '?');
		return;
	}
	if (!receivers.value && !senders.value) {
		buffer_puts(b, _("nobody"));
		return;
	}
	if (receivers.value)
		buffer_printf(b,
			      text_n("%s receiver", "%s receivers", (unsigned long)receivers.value),
			      sum_text(&receivers, text));
	if (receivers.value && senders.value)
		buffer_puts(b, ", ");
	if (senders.value)
		buffer_printf(b, text_n("%s sender", "%s senders", (unsigned long)senders.value),
			      sum_text(&senders, text));
}
