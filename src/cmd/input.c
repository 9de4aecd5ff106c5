/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.c - one input of send, cut into messages
 */
#include "config.h"

#include "cmd/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/wait.h"
#include "queue/queue.h"

#define BLOCK ((size_t)64 * 1024)

int input_init(struct input *in, int fd, enum input_framing framing)
{
	*in = (struct input){
		.fd = fd, .framing = framing, .read = wait_read, .cap = BLOCK, .limit = BLOCK
	};
	in->buf = malloc(MESSAGE_HEADROOM + in->cap);
	return in->buf ? 0 : -ENOMEM;
}

void input_free(struct input *in)
{
	free(in->buf);
	in->buf = NULL;
}

static char *at(const struct input *in, size_t offset)
{
	return in->buf + MESSAGE_HEADROOM + offset;
}

/* Makes room after end: moves the unfinished piece to the front, or doubles the buffer. */
static int make_room(struct input *in)
{
	size_t cap = in->cap * 2;
	char *buf;

	if (in->start > 0) {
		memmove(at(in, 0), at(in, in->start), in->end - in->start);
		in->end -= in->start;
		in->start = 0;
		return 0;
	}
	if (in->end < in->cap)
		return 0;
	buf = realloc(in->buf, MESSAGE_HEADROOM + cap);
	if (!buf)
		return -ENOMEM;
	in->buf = buf;
	in->cap = cap;
	return 0;
}

/* Reads one block; sets eof at the end. */
static int read_more(struct input *in)
{
	ssize_t n;
	int rc;

	rc = make_room(in);
	if (rc < 0)
		return rc;
	n = in->read(in->fd, at(in, in->end), in->cap - in->end);
	if (n < 0)
		return (int)n;
	in->eof = n == 0;
	in->end += (size_t)n;
	return 0;
}

static int hand_out(struct input *in, size_t size, size_t skip, char **data, size_t *len)
{
	*len = size;
	in->cut = false;
	if (size > in->limit)
		return -EMSGSIZE;
	*data = at(in, in->start);
	in->start += size + skip;
	in->scanned = 0;
	return 1;
}

/* The piece up to the next separator, if one has been read. */
static const char *find_separator(struct input *in)
{
	const char *from = at(in, in->start + in->scanned);
	int separator = in->framing == INPUT_LINES ? '\n' : '\0';

	if (in->framing == INPUT_WHOLE)
		return NULL;
	return memchr(from, separator, in->end - in->start - in->scanned);
}

static int hand_out_last(struct input *in, char **data, size_t *len)
{
	int rc;

	if (in->framing == INPUT_WHOLE) {
		if (in->whole_done)
			return 0;
	} else if (in->end == in->start) {
		return 0;
	}
	rc = hand_out(in, in->end - in->start, 0, data, len);
	in->whole_done = rc == 1;
	return rc;
}

int input_next(struct input *in, char **data, size_t *len)
{
	for (;;) {
		const char *end = find_separator(in);
		int rc;

		if (end)
			return hand_out(in, (size_t)(end - at(in, in->start)), 1, data, len);
		if (in->eof)
			return hand_out_last(in, data, len);
		in->scanned = in->end - in->start;
		if (in->scanned > in->limit) {
			*len = in->scanned;
			in->cut = true;
			return -EMSGSIZE;
		}
		rc = read_more(in);
		if (rc < 0)
			return rc;
	}
}
