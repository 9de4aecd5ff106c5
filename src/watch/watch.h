/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h - what `mqtool watch` was asked for, and who does it
 *
 * mqtool itself does the batch; the screen is in the sibling program mqtool-watch, which consists
 * of the same objects and tui.c, so that nothing else ever maps ncurses.
 */
#ifndef MQTOOL_WATCH_H
#define MQTOOL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/util.h"
#include "cmd/cmd-look.h"
#include "show/columns.h"
#include "watch/filter.h"
#include "watch/sampler.h"

enum watch_color { WATCH_COLOR_AUTO, WATCH_COLOR_ALWAYS, WATCH_COLOR_NEVER };

struct watch_options {
	struct look_options look;
	struct filter filter;
	char filter_text[FILTER_TEXT];
	int64_t delay_ns;
	uint64_t iterations; /* 0: without end */
	bool batch;
	enum watch_color color;
	bool ascii;
	bool mouse;
	bool allow_changes;
	const char *screen_only; /* an option that only the screen has, as written; or NULL */
	pid_t ns_pid;            /* --namespace=PID, entered; or 0 */
	uint64_t ns_id;          /* its IPC namespace */
};

/* Prints looks as text or NDJSON; returns an exit status. */
int watch_batch(const struct watch_options *o);
/* Shows the screen; returns an exit status.  NULL in mqtool itself, set by mqtool-watch. */
extern int (*watch_screen)(const struct watch_options *o);

/* A sampler that has not looked yet, for the requested queues. */
struct sampler watch_sampler(const struct watch_options *o);
/* The STAT_* bits that columns, order and filter need. */
unsigned int watch_detail(const struct column_list *columns, enum column sort,
			  const struct filter *filter);

/* Prints why a look failed: errors of sampler_look().  Returns the exit status. */
int watch_look_failed(const struct watch_options *o, int error) _must_check_;

#endif
