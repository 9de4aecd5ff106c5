/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * how-ended.c - tells death by a signal from an exit status that looks like it
 *
 * how-ended FILE COMMAND [ARG...]
 *
 * Runs COMMAND and writes two lines to FILE: its pid, and at its end "exit N" or "signal N".  A
 * shell shows the second as 128+N, and starts background commands with SIGINT and SIGQUIT
 * ignored: here they have their default action.
 */
#include "config.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t run(char **argv)
{
	pid_t pid = fork();

	if (pid < 0)
		err(125, "fork");
	if (pid > 0)
		return pid;
	signal(SIGINT, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	execvp(argv[0], argv);
	err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	FILE *file;
	pid_t pid;
	int status;

	if (argc < 3)
		errx(125, "usage: how-ended FILE COMMAND [ARG...]");
	pid = run(argv + 2);
	file = fopen(argv[1], "we");
	if (!file)
		err(125, "%s", argv[1]);
	fprintf(file, "%d\n", (int)pid);
	fflush(file);
	if (waitpid(pid, &status, 0) < 0)
		err(125, "waitpid");
	if (WIFSIGNALED(status))
		fprintf(file, "signal %d\n", WTERMSIG(status));
	else
		fprintf(file, "exit %d\n", WEXITSTATUS(status));
	return fclose(file) == 0 ? 0 : 125;
}
