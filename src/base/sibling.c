/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sibling.c - the programs that mqtool becomes if a command needs a library of its own
 */
#include "config.h"

#include "base/sibling.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *sibling_path(const char *sibling, char *path, size_t size)
{
	const char *dir = secure_getenv("MQTOOL_LIBEXECDIR");

	snprintf(path, size, "%s/%s", dir && *dir ? dir : MQTOOL_LIBEXECDIR, sibling);
	return path;
}

int sibling_exec(const char *sibling, const char *command, char *const *args)
{
	char path[PATH_MAX];
	size_t n = 0;
	char **argv;
	int rc;

	while (args[n])
		n++;
	argv = calloc(n + 3, sizeof(*argv));
	if (!argv)
		return -ENOMEM;
	/* execv(3) promises not to change them. */
	argv[0] = (char *)(uintptr_t)sibling;
	argv[1] = (char *)(uintptr_t)command;
	for (size_t i = 0; i < n; i++)
		argv[i + 2] = args[i];
	execv(sibling_path(sibling, path, sizeof(path)), argv);
	rc = -errno;
	free(argv);
	return rc;
}
