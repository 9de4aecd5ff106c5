/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stdout.c - the end of standard output
 */
#include "config.h"

#include "cmd/stdout.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>

#include "base/text.h"
#include "cmd/msg.h"

int stdout_finish(int status)
{
	static bool finished;
	bool pending, failed;
	int error = 0;

	if (finished)
		return status;
	finished = true;
	pending = __fpending(stdout) != 0;
	failed = ferror(stdout);
	/* close(2) too can bring a failed write (NFS, quotas). */
	if (fclose(stdout) != 0 && (pending || errno != EBADF))
		error = errno;
	if (!failed && error == 0)
		return status;
	if (error)
		msg_error(_("cannot write standard output: %s"), strerror(error));
	else
		msg_error(_("cannot write standard output"));
	return EX_FAILED;
}
