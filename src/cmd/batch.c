/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.c - messages taken and not yet written
 */
#include "config.h"

#include "cmd/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/stop.h"
#include "base/wait.h"
#include "cmd/take.h"
#include "show/json.h"

int batch_init(struct batch *b, struct queue *q, const struct output *output,
	       struct progress *progress)
{
	*b = (struct batch){ .q = q, .output = output, .cap = BATCH_BYTES, .progress = progress };
	/* One byte more than the bodies: the terminator of one as large as the room. */
	b->data = malloc(MESSAGE_HEADROOM + b->cap + 1);
	/* Not zeroed: few runs use them all, and each page touched slows every start. */
	b->entries = malloc(BATCH_MESSAGES * sizeof(*b->entries));
	if (b->data && b->entries)
		return 0;
	batch_free(b);
	return -ENOMEM;
}

void batch_free(struct batch *b)
{
	free(b->data);
	free(b->entries);
	buffer_free(&b->rendered);
	b->data = NULL;
	b->entries = NULL;
}

void batch_forget(struct batch *b)
{
	b->n = 0;
	b->len = 0;
}

void batch_drop_last(struct batch *b)
{
	b->n--;
	b->len = b->n ? b->entries[b->n - 1].end : 0;
}

/* True if the output is just the bodies as they lie. */
static bool is_plain(const struct output *output)
{
	return output->style == OUTPUT_RAW ||
	       (!output->terminal && (output->style == OUTPUT_LINES || output->style == OUTPUT_NUL));
}

/* The place of the next message, its body after all others. */
static struct message *next_message(struct batch *b)
{
	struct message *m = &b->entries[b->n].message;

	m->data = b->data + MESSAGE_HEADROOM + b->len;
	return m;
}

/* Adds the message, which has been read into that place. */
static void add_entry(struct batch *b)
{
	struct batch_entry *entry = &b->entries[b->n++];

	if (b->output->time)
		clock_gettime(CLOCK_REALTIME, &entry->time);
	b->len += entry->message.len;
	if (b->output->style == OUTPUT_LINES)
		b->data[MESSAGE_HEADROOM + b->len++] = '\n';
	else if (b->output->style == OUTPUT_NUL)
		b->data[MESSAGE_HEADROOM + b->len++] = '\0';
	entry->end = b->len;
}

/* More room for one message; nothing is in hand, so nothing points into the memory. */
static int grow(struct batch *b)
{
	size_t wanted = queue_room_wanted(b->q);
	char *data;

	if (wanted <= b->cap)
		wanted = b->cap * 2; /* it came after we looked */
	data = realloc(b->data, MESSAGE_HEADROOM + wanted + 1);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->cap = wanted;
	return 0;
}

/* Is there no room for another message, not even an empty one?  Its terminator would be beyond the
 * memory. */
static bool is_full(const struct batch *b)
{
	return b->n == BATCH_MESSAGES || (b->n > 0 && b->len >= BATCH_BYTES);
}

/* Bytes of room for one more message, if the batch is not full. */
static size_t room_left(const struct batch *b)
{
	return b->n == 0 ? b->cap : BATCH_BYTES - b->len;
}

/* After -E2BIG or -ENOBUFS: makes room by writing, else by growing. */
static int make_room(struct batch *b)
{
	return b->n > 0 ? batch_write(b) : grow(b);
}

int batch_take(struct batch *b, const struct queue_select *want, int64_t timeout_ns)
{
	int rc;

	if (is_full(b)) {
		rc = batch_write(b);
		if (rc < 0)
			return rc;
	}
	for (;;) {
		rc = queue_take(b->q, next_message(b), room_left(b), want, timeout_ns);
		if (rc != -E2BIG && rc != -ENOBUFS)
			break;
		rc = make_room(b);
		if (rc < 0)
			return rc;
	}
	if (rc == 0)
		add_entry(b);
	return rc;
}

int batch_peek(struct batch *b, size_t index)
{
	int rc = is_full(b) ? batch_write(b) : 0;

	while (rc == 0) {
		rc = queue_peek(b->q, next_message(b), room_left(b), index);
		if (rc == 0) {
			add_entry(b);
			break;
		}
		if (rc == -E2BIG)
			rc = make_room(b);
	}
	return rc;
}

/* ---- writing ---- */

static void render(struct batch *b, struct batch_entry *entry, uint64_t seq)
{
	const struct output *output = b->output;
	const struct message *m = &entry->message;
	struct render_context context = { .queue = output->queue,
					  .seq = seq,
					  .time = &entry->time,
					  .terminal = output->terminal };

	switch (output->style) {
	case OUTPUT_FORMAT:
		render_format_put(&b->rendered, output->format, m, &context);
		break;
	case OUTPUT_JSON:
		json_put_message(&b->rendered, output->queue, m);
		buffer_putc(&b->rendered, '\n');
		break;
	default:
		escape_put(&b->rendered, m->data, m->len, ESCAPE_TERMINAL);
		buffer_putc(&b->rendered, output->style == OUTPUT_NUL ? '\0' : '\n');
	}
	entry->end = b->rendered.len;
}

static int render_all(struct batch *b)
{
	b->rendered.len = 0;
	for (size_t i = 0; i < b->n; i++)
		render(b, &b->entries[i], b->seq + i + 1);
	return b->rendered.failed ? -ENOMEM : 0;
}

/* Settles what has been written whole; keeps the rest, with its output forgotten. */
static void settle_written(struct batch *b, size_t written)
{
	size_t done = 0;

	while (done < b->n && b->entries[done].end <= written) {
		/* A kernel queue needs no telling, and nothing can be done about a broker that did
		 * not hear it. */
		(void)!queue_settle(b->q, &b->entries[done].message, QUEUE_DELIVERED);
		progress_count(b->progress, b->entries[done].message.len);
		b->progress->done++;
		done++;
	}
	b->seq += done;
	b->n -= done;
	memmove(b->entries, b->entries + done, b->n * sizeof(*b->entries));
	if (b->n == 0)
		b->len = 0;
}

static int write_all(struct batch *b)
{
	bool plain = is_plain(b->output);
	const char *out = b->data + MESSAGE_HEADROOM;
	size_t len = b->len;
	size_t done = 0;
	int rc = 0;

	if (!plain) {
		rc = render_all(b);
		if (rc < 0)
			return rc;
		out = b->rendered.data;
		len = b->rendered.len;
	}
	progress_make_way(b->progress);
	/* The reader of standard output may take its time. */
	(void)!queue_tell(b->q);
	while (done < len) {
		ssize_t n = wait_write(STDOUT_FILENO, out + done, len - done);

		if (n < 0) {
			rc = (int)n;
			break;
		}
		done += (size_t)n;
		if (done < len && stop_signal()) {
			rc = -EINTR;
			break;
		}
	}
	settle_written(b, done);
	return rc;
}

int batch_write(struct batch *b)
{
	b->unwritten = b->n > 0 ? write_all(b) : 0;
	return b->unwritten;
}

/* ---- putting back ---- */

size_t batch_put_back(struct batch *b, int *why)
{
	size_t lost = 0;

	*why = 0;
	for (size_t i = 0; i < b->n; i++) {
		int rc = take_back(b->q, &b->entries[i].message, b->output->queue);

		if (rc < 0 && lost++ == 0)
			*why = rc;
	}
	batch_forget(b);
	return lost;
}
