/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-run.h - traces until it is told to stop or has enough
 */
#ifndef MQTOOL_TRACE_RUN_H
#define MQTOOL_TRACE_RUN_H

#include "trace/trace.h"

/* Loads, shows what passes, ends.  Returns an exit status, or ends the process with the signal that
 * stopped it; nothing is left in the kernel by then. */
int trace_run_live(const struct trace_options *o);

#endif
