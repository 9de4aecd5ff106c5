/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.h - what `mqtool trace` was asked for, and who does it
 *
 * mqtool itself reads the line; the sibling program mqtool-trace consists of the same objects and
 * of what loads the program into the kernel, so that nothing else ever maps libbpf.
 */
#ifndef MQTOOL_TRACE_H
#define MQTOOL_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "queue/queue.h"
#include "show/queue-filter.h"
#include "show/render.h"

struct trace_options {
	unsigned int mask; /* QUEUE_MASK_* */
	bool send, recv;
	bool failed, blocked;
	int64_t blocked_ns;
	bool has_type, except;
	int64_t type;
	pid_t pid;           /* 0: any */
	const char *command; /* NULL: any */
	uint64_t snaplen;    /* bytes of a body; KERN_SNAPLEN_MAX: as many as possible */
	uint64_t count;      /* lines; 0: without end */
	int64_t duration_ns; /* negative: without end */
	uint64_t buffer;     /* bytes */
	bool json, summary, strict;
	struct render_format *format;
	struct queue_filter filter; /* --match */
	struct queue_ref *refs;
	int nrefs;
	bool namespaces; /* --namespace=all */
};

/* Traces; returns an exit status.  NULL in mqtool itself, set by mqtool-trace. */
extern int (*trace_live)(const struct trace_options *o);

#endif
