/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history.h - how full a queue was in the last samples, small enough to keep for ten thousand
 * queues
 *
 * Pure.
 */
#ifndef MQTOOL_HISTORY_H
#define MQTOOL_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "queue/queue.h"

#define HISTORY_SIZE 60

/* A ring.  Zeroed it is empty. */
struct history {
	uint16_t depth[HISTORY_SIZE]; /* messages, packed (history_pack()) */
	uint8_t use[HISTORY_SIZE];    /* percent, HISTORY_UNKNOWN_USE if it could not be read */
	uint8_t next, n;
};

#define HISTORY_UNKNOWN_USE 255

/*
 * A count in 16 bits: exact up to 4095, above that with an error below one part in two thousand.
 * Never more than the count.
 */
uint16_t history_pack(uint64_t count);
/* The count that was packed, rounded down as above. */
uint64_t history_unpack(uint16_t packed);

/* Adds what a look found, and forgets the oldest. */
void history_add(struct history *h, const struct queue_stat *st);
/* Adds the last sample once more, if there is one. */
void history_repeat(struct history *h);
/* Messages `age` looks ago (0 is the last look); -1 if not known. */
int64_t history_depth(const struct history *h, size_t age);
/* Percent in use, likewise. */
int history_use(const struct history *h, size_t age);

/* The steps of a bar, from empty to full. */
#define SPARK_STEPS 9
/* One step as text, one column wide: eighths of a block, or ASCII; static. */
const char *spark_step(unsigned int step, bool ascii);
/*
 * Appends a line `width` columns wide, a step for each look from the left, the last `width` looks
 * if there are more.  A step shows the share in use of what the queue can hold; it is never empty
 * if the queue holds a message.
 */
void history_put_spark(struct buffer *b, const struct history *h, size_t width, bool ascii);

#endif
