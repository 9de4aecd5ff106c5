/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counting.h - stat --trace: what passes through queues while it waits
 */
#ifndef MQTOOL_COUNTING_H
#define MQTOOL_COUNTING_H

#include <stdint.h>

#include "base/util.h"
#include "show/rates.h"

/*
 * Counts for duration_ns; r is then as after the look at its end.  A stop signal ends the process
 * with that signal.  Returns EX_DONE or, printed, an exit status: EX_DENIED if a privilege is
 * missing.
 */
int counting_run(struct rates *r, int64_t duration_ns) _must_check_;
/* Prints why nothing is counted; returns the exit status. */
int msg_not_counted(const struct tracer_refusal *why) _must_check_;

#endif
