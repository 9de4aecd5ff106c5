/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * removed.h - POSIX queues that were removed while processes have them open (stat --removed)
 *
 * Such a queue is in no directory, but lives, and counts against queues_max and RLIMIT_MSGQUEUE,
 * until the last process closes it (mq_unlink(3)).  Appends text; prints nothing.
 */
#ifndef MQTOOL_REMOVED_H
#define MQTOOL_REMOVED_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/util.h"
#include "show/procs.h"

/*
 * A table with a row for each queue that procs_scan() found with PROCS_REMOVED: how to name it
 * (proc:PID/FD), its former name, its messages and bytes, the bytes charged for it, and who has it
 * open.  exact: sizes in plain bytes.  Returns 0 or -ENOMEM.
 */
int removed_put_table(struct buffer *b, const struct procs *procs, bool headings, bool exact)
	_must_check_;
/* The same as a JSON array, an object a line. */
void removed_put_json(struct buffer *b, const struct procs *procs);

#endif
