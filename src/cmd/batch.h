/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.h - messages taken and not yet written: kept together until standard output has them
 *
 * The promise of recv lives here: every message taken is written, put back, or reported.  At most
 * BATCH_BYTES of bodies, or one message, are in hand at any moment.
 */
#ifndef MQTOOL_BATCH_H
#define MQTOOL_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/progress.h"
#include "queue/queue.h"
#include "show/render.h"

#define BATCH_BYTES ((size_t)64 * 1024)
#define BATCH_MESSAGES 1024

enum output_style { OUTPUT_LINES, OUTPUT_NUL, OUTPUT_RAW, OUTPUT_FORMAT, OUTPUT_JSON };

/* How messages are written. */
struct output {
	enum output_style style;
	const struct render_format *format; /* OUTPUT_FORMAT */
	bool terminal;                      /* show bodies escaped */
	bool time;                          /* the format shows the time of receipt */
	char queue[QUEUE_NAME_TEXT];        /* name as printed */
};

struct batch_entry {
	struct message message; /* its data in batch.data */
	struct timespec time;   /* of receipt, if output.time */
	size_t end;             /* where its output ends, from the start of the batch's */
};

struct batch {
	struct queue *q;
	const struct output *output;
	struct batch_entry *entries;
	size_t n;
	char *data; /* bodies, each with its terminator, after MESSAGE_HEADROOM */
	size_t cap, len;
	struct buffer rendered; /* the output, if it is not just the bodies */
	uint64_t seq;           /* messages written so far */
	int unwritten;          /* 0, or -errno: what the last batch_write() returned */
	struct progress *progress;
};

/*
 * Prepares an empty batch over q, which counts in progress what it writes; the caller owns all of
 * them.  Returns 0 or -ENOMEM.
 */
int batch_init(struct batch *b, struct queue *q, const struct output *output,
	       struct progress *progress) _must_check_;
/* Frees the memory; nothing may be in hand. */
void batch_free(struct batch *b);
/*
 * Takes one more message into the batch, and writes the batch first if that is needed to keep its
 * bound.  Errors of queue_take() and of batch_write(); b->unwritten tells them apart.
 */
int batch_take(struct batch *b, const struct queue_select *want, int64_t timeout_ns) _must_check_;
/* The same for queue_peek(): the copy is written and settled like a message. */
int batch_peek(struct batch *b, size_t index) _must_check_;
/* Forgets the last one in hand: a copy that is not wanted. */
void batch_drop_last(struct batch *b);
/*
 * Writes all in hand to standard output and settles as delivered what write(2) accepted whole.
 * Returns 0, or -errno of write(2) (-EINTR: a stop signal) with the rest still in hand.
 */
int batch_write(struct batch *b) _must_check_;
/*
 * Puts back what is in hand, without waiting.  What cannot go back is written to standard error, a
 * line of JSON each.  Returns how many messages that was; *why is the first error.
 */
size_t batch_put_back(struct batch *b, int *why);
/* Forgets what is in hand: for copies, and for what was settled otherwise. */
void batch_forget(struct batch *b);

#endif
