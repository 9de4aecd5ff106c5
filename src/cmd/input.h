/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - one input of send, cut into messages
 */
#ifndef MQTOOL_INPUT_H
#define MQTOOL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/util.h"

enum input_framing {
	INPUT_WHOLE, /* all of it is one message, even if it is empty */
	INPUT_LINES, /* each line without its newline; a last line without one counts */
	INPUT_NUL,   /* the same with NUL */
};

/*
 * An input being read.  The file is read in large blocks into one buffer, and messages are
 * handed out where they lie.
 */
struct input {
	int fd;
	enum input_framing framing;
	ssize_t (*read)(int fd, void *buf, size_t size); /* as wait_read() */
	char *buf; /* MESSAGE_HEADROOM bytes, then cap bytes */
	size_t cap;
	size_t start, end; /* what was read and not yet handed out */
	size_t scanned;    /* of that, from start: known to contain no separator */
	bool eof;
	bool whole_done;
	bool cut;     /* after -EMSGSIZE: the message's end has not been seen */
	size_t limit; /* a message over this is -EMSGSIZE; may be raised between calls */
};

/*
 * Begins to read fd, which stays the caller's.  Returns 0 or -ENOMEM.  The caller calls
 * input_free().
 */
int input_init(struct input *in, int fd, enum input_framing framing) _must_check_;
/*
 * The next message: 1 with *data and *len, 0 at the end, or -errno: of read(2), -EINTR after a stop
 * signal, -ENOMEM, or -EMSGSIZE if a message is longer than in->limit; *len is then how much of it
 * has been seen, and the call may be repeated after the limit was raised.  *data has
 * MESSAGE_HEADROOM writable bytes before it and is good until the next call.
 */
int input_next(struct input *in, char **data, size_t *len) _must_check_;
/* Frees the memory; safe on a zeroed struct. */
void input_free(struct input *in);

#endif
