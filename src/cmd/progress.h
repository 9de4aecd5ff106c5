/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h - progress of send, recv and move on stderr: --progress and -v
 */
#ifndef MQTOOL_PROGRESS_H
#define MQTOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct progress {
	bool live;        /* --progress, and stderr is a terminal */
	bool shown;       /* a line is on the screen now */
	bool shared;      /* so is standard output: the line is removed for it */
	int64_t start_ns; /* CLOCK_MONOTONIC */
	int64_t next_ns;  /* when the line is due again */
	uint64_t messages;
	uint64_t bytes;       /* of bodies */
	uint64_t lessened;    /* messages that lost properties that their queue does not take */
	uint64_t done, total; /* for the percentage, in any unit; total 0: not known */
};

/* What was done with the messages. */
enum progress_verb { PROGRESS_SENT, PROGRESS_RECEIVED, PROGRESS_MOVED };

/* Starts counting.  live: --progress was given. */
void progress_begin(struct progress *p, bool live);
/* Shows the line if it is due; for progress_count(). */
void progress_show(struct progress *p);
/* Counts one message of len bytes, and shows the line if it is due. */
static inline void progress_count(struct progress *p, uint64_t len)
{
	p->messages++;
	p->bytes += len;
	if (p->live)
		progress_show(p);
}
/* Removes the line from the screen: call it before anything else is printed there. */
void progress_clear(struct progress *p);
/* The same before a write to standard output, if that goes to the screen too. */
void progress_make_way(struct progress *p);
/* Removes the line and, for -v, prints the summary. */
void progress_end(struct progress *p, enum progress_verb verb, bool summary);

/* Append the texts to b: the line with rate, percent and time left, and the summary.  Pure. */
void progress_put_line(struct buffer *b, const struct progress *p, int64_t elapsed_ns);
void progress_put_summary(struct buffer *b, const struct progress *p, enum progress_verb verb,
			  int64_t elapsed_ns);

#endif
