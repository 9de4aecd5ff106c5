/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handler.h - recv's COMMAND: one process for each message
 */
#ifndef MQTOOL_HANDLER_H
#define MQTOOL_HANDLER_H

#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"

/*
 * Finds the program that COMMAND names, like execvp(3).  Returns 0 with a malloc'd path in *path,
 * or -ENOENT, -EACCES (it exists, but is not executable) or -ENOMEM.
 */
int handler_find(const char *command, char **path) _must_check_;
/*
 * Runs argv (argv[0] was found as path) with the message as a seekable standard input and MQTOOL_*
 * in its environment, and waits for it, even after stop signals.  queue: the name as printed.
 * Returns 0 with *status as of waitpid(2), or -errno if it could not be started.
 */
int handler_run(const char *path, char *const *argv, const char *queue, const struct message *m,
		uint64_t seq, int *status) _must_check_;

#endif
