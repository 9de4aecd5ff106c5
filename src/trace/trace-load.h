/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-load.h - the program in the kernel, from this side: loading, attaching, reading
 *
 * Descriptors of this process hold all of it: however the process ends, nothing is left.  Nothing
 * is mounted or pinned.  Functions return 0 or -errno and print nothing.
 */
#ifndef MQTOOL_TRACE_LOAD_H
#define MQTOOL_TRACE_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/tracer-wire.h"
#include "trace/kern.h"

struct trace_load;

/* What the program is to look for; zero means anything. */
struct trace_wants {
	bool kinds[2];      /* by enum kern_kind */
	bool directions[2]; /* by enum kern_direction */
	enum kern_rows rows;
	bool events, waits, failed, blocked, queues;
	uint64_t blocked_ns;
	uint32_t pid;
	const char *command;
	uint64_t ns;
	enum { TRACE_ANY_TYPE, TRACE_TYPE, TRACE_OTHER_TYPE, TRACE_TYPE_UP_TO } which_type;
	int64_t type;
	uint32_t snaplen;
	uint64_t buffer; /* bytes; rounded up to a power of two */
};

/*
 * Loads the program; does not trace yet.  Returns 0 with *load, owned by the caller, or -errno with
 * *why (zeroed by the caller): -EPERM if a privilege is missing, else what the kernel lacks.
 */
int trace_load_open(struct trace_load **load, const struct trace_wants *wants,
		    struct tracer_refusal *why) _must_check_;
/* Attaches it to the system calls that matter: from now on they are traced.  Errors as above. */
int trace_load_attach(struct trace_load *load, struct tracer_refusal *why) _must_check_;
/* Detaches it; what has passed can still be read. */
void trace_load_detach(struct trace_load *load);
/* Frees all, and detaches it; NULL is fine. */
void trace_load_close(struct trace_load *load);

/* A descriptor that is readable when the buffer is a quarter full. */
int trace_load_fd(const struct trace_load *load);
/* Hands each available record to one(); the buffer owns it, only until one() returns. */
int trace_load_read(struct trace_load *load);
/* The function for that, to be set before trace_load_attach(). */
int trace_load_set_reader(struct trace_load *load, int (*one)(void *arg, void *data, size_t size),
			  void *arg) _must_check_;
/* Says whether a queue is wanted: if not, its records stay in the kernel. */
int trace_load_decide(struct trace_load *load, const struct kern_queue *queue, bool wanted);
/* How many messages were not passed on, and calls not counted in a row, so far. */
void trace_load_lost(struct trace_load *load, struct kern_lost *lost);
/* Hands each row of the summary, its processors added up, to one(). */
int trace_load_rows(struct trace_load *load,
		    int (*one)(void *arg, const struct kern_row_key *key,
			       const struct kern_row *row),
		    void *arg) _must_check_;
/* CLOCK_MONOTONIC as the clock of struct kern_sums has it. */
uint64_t trace_load_clock(const struct trace_load *load);

#endif
