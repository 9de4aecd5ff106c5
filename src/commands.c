/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.c - the table of commands
 */
#include "config.h"

#include "cmd/cmd.h"

const struct command *const commands[] = { &cmd_create, &cmd_send,  &cmd_recv,  &cmd_move,
					   &cmd_stat,   &cmd_check, &cmd_set,   &cmd_rm,
					   &cmd_purge,  &cmd_wait,  &cmd_trace, &cmd_watch,
					   NULL };

const char *const linked_commands[] = { "create", "send", "recv", "stat", "rm", "watch", NULL };
