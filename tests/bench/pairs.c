/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pairs.c - two groups of processes in turn, A B A B, and what each of them cost
 *
 *	pairs [-n PAIRS] [-p] [PREPARATION :::] A [::: B]
 *
 * A group is PROCESS [+ PROCESS]..., run at the same time; `|` in the place of + makes a pipe.  A
 * PROCESS is a command with its arguments, behind any of <FILE, >FILE, and @pty (a terminal of 80
 * x 24 of its own).  With -p the first group is run before each of the others, unmeasured.
 *
 * Processes come from posix_spawn(3): a fork would cost by the size of the parent.  The time of a
 * group is from before the first spawn until the last process is gone (CLOCK_MONOTONIC); its CPU
 * time is the sum over its processes (wait4(2)).  Every process has to succeed.  Prints
 * assignments for a shell: medians in nanoseconds (a_wall, a_cpu, b_wall, b_cpu), medians of the
 * ratios A over B of each pair (wall, cpu), and of the largest resident sizes in KiB, one for each
 * process (a_rss, b_rss).  The kernel counts those only roughly: one run alone says little.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MAX 8
#define NSEC 1000000000LL

struct process {
	char **argv;
	const char *in, *out;
	bool pty, pipe; /* pipe: to the next process */
	pid_t pid;
	double *rss; /* KiB, one of each pair */
};

struct group {
	struct process processes[PROCESSES_MAX];
	size_t n;
	double *wall, *cpu; /* nanoseconds, one of each pair */
};

static void die(const char *what, int error)
{
	fprintf(stderr, "pairs: %s: %s\n", what, strerror(error));
	exit(1);
}

static void usage(const char *why)
{
	fprintf(stderr,
		"pairs: %s\n"
		"usage: pairs [-n PAIRS] [-p] [PREPARATION :::] A [::: B]\n",
		why);
	exit(2);
}

/* ---- starting ---- */

/* A terminal of 80 x 24: sets *master, returns the name of the other side in static memory. */
static const char *open_terminal(int *master)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0 || grantpt(*master) < 0 || unlockpt(*master) < 0 ||
	    ioctl(*master, TIOCSWINSZ, &size) < 0)
		die("terminal", errno);
	return ptsname(*master);
}

static void add_open(posix_spawn_file_actions_t *actions, int fd, const char *path)
{
	int flags = fd ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
	int error = path ? posix_spawn_file_actions_addopen(actions, fd, path, flags, 0600) : 0;

	if (error)
		die(path, error);
}

static void add_fd(posix_spawn_file_actions_t *actions, int from, int to)
{
	if (from >= 0)
		posix_spawn_file_actions_adddup2(actions, from, to);
}

/* Starts one process, reading from and writing to descriptors if they are not negative. */
static void start(struct process *p, int in, int out, int *terminal)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	if (p->pty) {
		const char *tty = open_terminal(terminal);

		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID);
		posix_spawn_file_actions_addopen(&actions, 0, tty, O_RDWR, 0);
		add_fd(&actions, 0, 1);
		add_fd(&actions, 0, 2);
	}
	add_fd(&actions, in, 0);
	add_fd(&actions, out, 1);
	add_open(&actions, 0, p->in);
	add_open(&actions, 1, p->out);
	error = posix_spawnp(&p->pid, p->argv[0], &actions, &attr, p->argv, environ);
	if (error)
		die(p->argv[0], error);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
}

/* Starts all; returns the terminal of the one that has one, or -1. */
static int start_all(struct group *g)
{
	int in = -1, terminal = -1;

	for (size_t i = 0; i < g->n; i++) {
		int ends[2] = { -1, -1 };

		if (g->processes[i].pipe && pipe2(ends, O_CLOEXEC) < 0)
			die("pipe", errno);
		start(&g->processes[i], in, ends[1], &terminal);
		if (in >= 0)
			close(in);
		if (ends[1] >= 0)
			close(ends[1]);
		in = ends[0];
	}
	return terminal;
}

/* ---- measuring ---- */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * NSEC + (double)ts.tv_nsec;
}

static double nanoseconds(const struct timeval *tv)
{
	return (double)tv->tv_sec * NSEC + (double)tv->tv_usec * 1000;
}

/* Reads what a screen is painted with until the last process on the terminal is gone (EIO). */
static void read_terminal(int terminal)
{
	char bytes[65536];

	while (read(terminal, bytes, sizeof(bytes)) > 0)
		;
	close(terminal);
}

static bool succeeded(const struct process *p, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	fprintf(stderr, "pairs: %s %s: ", p->argv[0], p->argv[1] ? p->argv[1] : "");
	if (WIFSIGNALED(status))
		fprintf(stderr, "killed by signal %d\n", WTERMSIG(status));
	else
		fprintf(stderr, "exit status %d\n", WEXITSTATUS(status));
	return false;
}

/* Ends the processes that still run: one of them failed, and the others may wait for it. */
static void stop_all(struct group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->processes[i].pid > 0)
			kill(g->processes[i].pid, SIGKILL);
	}
	exit(1);
}

/* Waits for one process of the group, whichever ends first, and takes note of what it used. */
static void reap(struct group *g, size_t pair)
{
	struct rusage used;
	int status;
	pid_t pid = wait4(-1, &status, 0, &used);
	struct process *p = g->processes;

	if (pid < 0)
		die("wait4", errno);
	while (p->pid != pid)
		p++;
	p->pid = 0;
	if (!succeeded(p, status))
		stop_all(g);
	g->cpu[pair] += nanoseconds(&used.ru_utime) + nanoseconds(&used.ru_stime);
	p->rss[pair] = (double)used.ru_maxrss;
}

static void run(struct group *g, size_t pair)
{
	double begin = now();
	int terminal = start_all(g);

	if (terminal >= 0)
		read_terminal(terminal);
	g->cpu[pair] = 0;
	for (size_t i = 0; i < g->n; i++)
		reap(g, pair);
	g->wall[pair] = now() - begin;
}

/* ---- results ---- */

static double *room_for(size_t n)
{
	double *room = calloc(n, sizeof(*room));

	if (!room)
		die("memory", errno);
	return room;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Sorts values. */
static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static double median_ratio(const double *a, const double *b, size_t n)
{
	double *ratios = room_for(n), result;

	for (size_t i = 0; i < n; i++)
		ratios[i] = b[i] > 0 ? a[i] / b[i] : 0;
	result = median(ratios, n);
	free(ratios);
	return result;
}

static void print_group(const char *name, struct group *g, size_t n)
{
	printf("%s_wall=%.0f\n", name, median(g->wall, n));
	printf("%s_cpu=%.0f\n", name, median(g->cpu, n));
	printf("%s_rss='", name);
	for (size_t i = 0; i < g->n; i++)
		printf("%s%.0f", i ? " " : "", median(g->processes[i].rss, n));
	printf("'\n");
}

/* ---- the command line ---- */

/* Reads one process and what ends it; cuts argv there.  Returns the place after it. */
static char **read_process(struct group *g, char **argv)
{
	struct process *p = &g->processes[g->n++];

	for (; *argv; argv++) {
		if (**argv == '<')
			p->in = *argv + 1;
		else if (**argv == '>')
			p->out = *argv + 1;
		else if (!strcmp(*argv, "@pty"))
			p->pty = true;
		else
			break;
	}
	p->argv = argv;
	while (*argv && strcmp(*argv, "+") != 0 && strcmp(*argv, "|") != 0 &&
	       strcmp(*argv, ":::") != 0)
		argv++;
	if (argv == p->argv)
		usage("a process without a command");
	return argv;
}

/* Reads one group; returns the place after its end, or NULL if it was the last. */
static char **read_group(struct group *g, char **argv, size_t pairs)
{
	bool more = true, last = true;

	while (more) {
		if (g->n == PROCESSES_MAX)
			usage("too many processes");
		argv = read_process(g, argv);
		more = *argv && strcmp(*argv, ":::") != 0;
		last = !*argv;
		g->processes[g->n - 1].pipe = more && **argv == '|';
		if (*argv)
			*argv++ = NULL;
	}
	g->wall = room_for(pairs);
	g->cpu = room_for(pairs);
	for (size_t i = 0; i < g->n; i++)
		g->processes[i].rss = room_for(pairs);
	return last ? NULL : argv;
}

static void run_pairs(struct group *prepare, struct group *groups, size_t n, size_t pairs)
{
	for (size_t i = 0; i < pairs; i++) {
		for (size_t k = 0; k < n; k++) {
			if (prepare->n)
				run(prepare, i);
			run(&groups[k], i);
		}
	}
}

int main(int argc, char **argv)
{
	static struct group prepare, groups[2];
	size_t pairs = 7, n = 0;
	bool with_preparation = false;
	int option;

	while ((option = getopt(argc, argv, "+n:p")) != -1) {
		if (option == 'n')
			pairs = strtoul(optarg, NULL, 10);
		else if (option == 'p')
			with_preparation = true;
		else
			usage("unknown option");
	}
	argv += optind;
	if (!pairs || !*argv)
		usage("nothing to run");
	if (with_preparation)
		argv = read_group(&prepare, argv, pairs);
	while (argv && n < 2)
		argv = read_group(&groups[n++], argv, pairs);
	if (argv || !n)
		usage("one or two groups are measured");
	run_pairs(&prepare, groups, n, pairs);
	if (n == 2) {
		printf("wall=%.4f\n", median_ratio(groups[0].wall, groups[1].wall, pairs));
		printf("cpu=%.4f\n", median_ratio(groups[0].cpu, groups[1].cpu, pairs));
	}
	for (size_t k = 0; k < n; k++)
		print_group(k ? "b" : "a", &groups[k], pairs);
	return 0;
}
