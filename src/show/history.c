/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.c - the ring of a queue's last samples, and the line that shows it
 */
#include "config.h"

#include "show/history.h"

#include "base/buffer.h"

/* Eleven bits after a leading one that is not stored, times a power of two. */
#define MANTISSA_BITS 11
#define MANTISSA_ONE (1u << MANTISSA_BITS)
/* Below this a count stands for itself. */
#define EXACT (2 * MANTISSA_ONE)
#define DEPTH_LARGEST 0xffffu

uint16_t history_pack(uint64_t count)
{
	unsigned int exponent = 0;

	if (count < EXACT)
		return (uint16_t)count;
	while (count >> exponent >= EXACT)
		exponent++;
	if (exponent >= (1u << (16 - MANTISSA_BITS)) - 1)
		return DEPTH_LARGEST;
	return (uint16_t)((exponent + 1) * MANTISSA_ONE + (count >> exponent) - MANTISSA_ONE);
}

uint64_t history_unpack(uint16_t packed)
{
	unsigned int exponent;

	if (packed < EXACT)
		return packed;
	exponent = packed / MANTISSA_ONE - 1;
	return (uint64_t)(packed % MANTISSA_ONE + MANTISSA_ONE) << exponent;
}

static void advance(struct history *h)
{
	h->next = (uint8_t)(h->next + 1 < HISTORY_SIZE ? h->next + 1 : 0);
	if (h->n < HISTORY_SIZE)
		h->n++;
}

void history_repeat(struct history *h)
{
	unsigned int last = h->next ? h->next - 1u : HISTORY_SIZE - 1u;

	if (!h->n)
		return;
	h->depth[h->next] = h->depth[last];
	h->use[h->next] = h->use[last];
	advance(h);
}

void history_add(struct history *h, const struct queue_stat *st)
{
	int use = queue_stat_use(st);

	if (st->have & STAT_MESSAGES) {
		h->depth[h->next] = history_pack(st->messages);
		/* Without msg_qbytes the depth is known, but not the capacity. */
		h->use[h->next] = (uint8_t)(use < 0 ? 0 : use > 100 ? 100 : use);
	} else {
		h->depth[h->next] = 0;
		h->use[h->next] = HISTORY_UNKNOWN_USE;
	}
	advance(h);
}

/* The place of the look `age` looks ago, or -1. */
static int position(const struct history *h, size_t age)
{
	int at;

	if (age >= h->n)
		return -1;
	at = (int)((h->next + HISTORY_SIZE - 1 - age) % HISTORY_SIZE);
	return h->use[at] == HISTORY_UNKNOWN_USE ? -1 : at;
}

int64_t history_depth(const struct history *h, size_t age)
{
	int at = position(h, age);

	return at < 0 ? -1 : (int64_t)history_unpack(h->depth[at]);
}

int history_use(const struct history *h, size_t age)
{
	int at = position(h, age);

	return at < 0 ? -1 : h->use[at];
}

const char *spark_step(unsigned int step, bool ascii)
{
	static const char *const blocks[SPARK_STEPS] = { " ",      "\u2581", "\u2582",
							 "\u2583", "\u2584", "\u2585",
							 "\u2586", "\u2587", "\u2588" };
	static const char *const letters[SPARK_STEPS] = { " ", ".", ":", "-", "=",
							  "+", "*", "#", "@" };

	return (ascii ? letters : blocks)[step < SPARK_STEPS ? step : SPARK_STEPS - 1];
}

static unsigned int step_at(const struct history *h, size_t age)
{
	const unsigned int most = SPARK_STEPS - 1;
	int at = position(h, age);

	if (at < 0 || h->depth[at] == 0)
		return 0;
	return 1 + h->use[at] * (most - 1) / 100;
}

void history_put_spark(struct buffer *b, const struct history *h, size_t width, bool ascii)
{
	size_t n = h->n < width ? h->n : width;

	for (size_t age = n; age-- > 0;)
		buffer_puts(b, spark_step(step_at(h, age), ascii));
	for (size_t i = n; i < width; i++)
		buffer_putc(b, ' ');
}
