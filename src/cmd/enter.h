/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enter.h - --namespace: the IPC namespace that a command acts in, or all of them
 */
#ifndef MQTOOL_ENTER_H
#define MQTOOL_ENTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "cmd/cmd.h"
#include "show/columns.h"
#include "show/namespaces.h"

/* For cmdline_next(): reads PID or, if the command may have it, all; prints a usage error and
 * returns false for anything else. */
bool cmdline_read_namespace(struct cmdline *cl, const char *text);
/*
 * Enters the IPC namespace that --namespace=PID names, for good.  Called after all of the line is
 * known to be valid and before anything is done.  Prints what fails; returns an exit status.
 */
int cmdline_enter(struct cmdline *cl) _must_check_;
/* The usage error for a column, shown or sorted by, that needs --namespace=all; or EX_DONE. */
int cmdline_check_columns(const struct cmdline *cl, const struct column_list *list,
			  enum column sort) _must_check_;

/* Prints why the IPC namespace of process pid, or all of them if pid is 0, cannot be looked at:
 * errors of namespaces.h.  Returns the exit status. */
int msg_namespace_failed(pid_t pid, int error) _must_check_;
/* Prints a line for what was left out, if anything. */
void msg_namespaces_hidden(const struct namespaces_hidden *hidden);

#endif
