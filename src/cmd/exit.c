/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit.c - exit statuses, the same for every command
 */
#include "config.h"

#include "cmd/exit.h"

#include <errno.h>

int exit_status_of(int error)
{
	switch (error) {
	case -EAGAIN:
	case -ETIMEDOUT:
	case -ENOMSG:
		return EX_NOTHING;
	case -ENOENT:
	case -EIDRM:
		return EX_NOQUEUE;
	case -EACCES:
	case -EPERM:
		return EX_DENIED;
	default:
		return EX_FAILED;
	}
}

int status_first(int first, int next)
{
	return first != EX_DONE ? first : next;
}
