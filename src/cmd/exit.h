/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit.h - exit statuses, the same for every command
 */
#ifndef MQTOOL_EXIT_H
#define MQTOOL_EXIT_H

enum exit_status {
	EX_DONE = 0,
	EX_FAILED = 1,   /* bad input data, a limit, a failed write, a failed COMMAND */
	EX_BADUSAGE = 2, /* nothing was done */
	EX_NOTHING = 3,  /* nothing to receive, no room, condition not met in time */
	EX_NOQUEUE = 4,  /* no such queue, or removed while in use */
	EX_DENIED = 5,   /* permission denied */
};

/* The exit status that belongs to -errno of a queue operation. */
int exit_status_of(int error);
/* The one of two statuses that counts: the first that is not success. */
int status_first(int first, int next);

#endif
