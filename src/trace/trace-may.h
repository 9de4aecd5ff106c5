/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-may.h - whether a program may be loaded into the kernel, and if not, why
 */
#ifndef MQTOOL_TRACE_MAY_H
#define MQTOOL_TRACE_MAY_H

#include "base/util.h"
#include "queue/tracer-wire.h"

/* The release from which the kernel has everything that the tracing programs call. */
#define TRACE_LINUX TRACER_LINUX(5, 15)

/*
 * What can be known before asking the kernel: the capabilities, its age, whether it describes its
 * structs.  Returns 0, or -errno with *why: -EPERM if a privilege is missing.
 */
int trace_may_load(unsigned int release, struct tracer_refusal *why) _must_check_;
/* Sets *why to the reason that the kernel refused a call all the same; error is its -errno.
 * Returns the -errno to report. */
int trace_explain_refusal(int error, const char *call, struct tracer_refusal *why) _must_check_;

#endif
