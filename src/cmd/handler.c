/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handler.c - recv's COMMAND: one process for each message
 */
#include "config.h"

#include "cmd/handler.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"
#include "base/util.h"

/* The default of execvp(3) if PATH is not set. */
#define DEFAULT_PATH "/bin:/usr/bin"
#define SHELL "/bin/sh"

/* there: something has that name, as far as we may see. */
static int check_program(const char *path, bool *there)
{
	struct stat st;

	*there = stat(path, &st) == 0;
	if (!*there)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 ? 0 : -errno;
}

/* One directory of PATH; an empty one is the current directory. */
static int try_dir(const char *dir, size_t dir_len, const char *command, char **path, bool *there)
{
	int rc;

	if (asprintf(path, "%.*s%s%s", (int)dir_len, dir, dir_len ? "/" : "", command) < 0) {
		*path = NULL;
		return -ENOMEM;
	}
	rc = check_program(*path, there);
	if (rc < 0) {
		free(*path);
		*path = NULL;
	}
	return rc;
}

int handler_find(const char *command, char **path)
{
	const char *dir = getenv("PATH");
	int result = -ENOENT;
	bool there;

	if (strchr(command, '/'))
		return try_dir("", 0, command, path, &there);
	if (*command == '\0')
		return -ENOENT;
	if (!dir)
		dir = DEFAULT_PATH;
	for (;;) {
		size_t len = strcspn(dir, ":");
		int rc = try_dir(dir, len, command, path, &there);

		if (rc == 0 || rc == -ENOMEM)
			return rc;
		/* A directory that may not be searched says nothing about the command. */
		if (rc == -EACCES && there)
			result = rc; /* unless a later directory has an executable one */
		if (dir[len] == '\0')
			return result;
		dir += len + 1;
	}
}

/* A memory file that holds the body, with its offset at the start. */
static int open_body(const struct message *m)
{
	int fd = memfd_create("mqtool-message", MFD_CLOEXEC);
	size_t done = 0;
	int rc;

	if (fd < 0)
		return -errno;
	while (done < m->len) {
		ssize_t n = pwrite(fd, m->data + done, m->len - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = -errno;
			close(fd);
			return rc;
		}
		done += (size_t)n;
	}
	return fd;
}

/* Variables that we set, and a secret that COMMAND must not see. */
static bool is_replaced(const char *variable)
{
	static const char *const names[] = { "MQTOOL_QUEUE=",    "MQTOOL_TYPE=",
					     "MQTOOL_PRIORITY=", "MQTOOL_SIZE=",
					     "MQTOOL_SEQ=",      "MQTOOL_AMQP_PASSWORD=" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(variable, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The variables of one message. */
struct message_env {
	char queue[sizeof("MQTOOL_QUEUE=") + QUEUE_NAME_TEXT];
	char type[sizeof("MQTOOL_TYPE=") + 24];
	char priority[sizeof("MQTOOL_PRIORITY=") + 24];
	char size[sizeof("MQTOOL_SIZE=") + 24];
	char seq[sizeof("MQTOOL_SEQ=") + 24];
};

/* Returns a malloc'd array; its strings are environ's and those of env. */
static char **build_env(struct message_env *env, const char *queue, const struct message *m,
			uint64_t seq)
{
	size_t n = 0, kept = 0;
	char **list;

	while (environ[n])
		n++;
	list = calloc(n + 6, sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!is_replaced(environ[i]))
			list[kept++] = environ[i];
	snprintf(env->queue, sizeof(env->queue), "MQTOOL_QUEUE=%s", queue);
	snprintf(env->type, sizeof(env->type), "MQTOOL_TYPE=%ld", m->type);
	snprintf(env->priority, sizeof(env->priority), "MQTOOL_PRIORITY=%u", m->priority);
	snprintf(env->size, sizeof(env->size), "MQTOOL_SIZE=%zu", m->len);
	snprintf(env->seq, sizeof(env->seq), "MQTOOL_SEQ=%" PRIu64, seq);
	list[kept++] = env->queue;
	if (m->have & MESSAGE_HAS_TYPE)
		list[kept++] = env->type;
	if (m->have & MESSAGE_HAS_PRIORITY)
		list[kept++] = env->priority;
	list[kept++] = env->size;
	list[kept++] = env->seq;
	return list;
}

static int spawn(pid_t *pid, const char *path, char *const *argv, char *const *env, int body)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int rc;

	rc = posix_spawn_file_actions_init(&actions);
	if (rc)
		return -rc;
	rc = posix_spawnattr_init(&attr);
	if (rc) {
		posix_spawn_file_actions_destroy(&actions);
		return -rc;
	}
	stop_child_defaults(&defaults);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn_file_actions_adddup2(&actions, body, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn(pid, path, &actions, &attr, argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* A file that only the shell can run is run as by execvp(3): sh PATH ARG... */
static int spawn_script(pid_t *pid, const char *path, char *const *argv, char *const *env, int body)
{
	size_t n = 0;
	char **script;
	int rc;

	while (argv[n])
		n++;
	script = calloc(n + 2, sizeof(*script));
	if (!script)
		return -ENOMEM;
	/* exec has no const in its type, and changes nothing. */
	memcpy(script, (const char *const[]){ SHELL, path }, 2 * sizeof(*script));
	memcpy(script + 2, argv + 1, (n - 1) * sizeof(*script));
	rc = spawn(pid, SHELL, script, env, body);
	free(script);
	return rc;
}

int handler_run(const char *path, char *const *argv, const char *queue, const struct message *m,
		uint64_t seq, int *status)
{
	struct message_env env;
	char **list;
	pid_t pid;
	int body, rc;

	body = open_body(m);
	if (body < 0)
		return body;
	/* If the parent had it ignored, a child's status would be lost (waitpid(2)). */
	signal(SIGCHLD, SIG_DFL);
	list = build_env(&env, queue, m, seq);
	rc = list ? spawn(&pid, path, argv, list, body) : -ENOMEM;
	if (rc == -ENOEXEC)
		rc = spawn_script(&pid, path, argv, list, body);
	free(list);
	close(body);
	if (rc < 0)
		return rc;
	/* A stop signal ends mqtool after this message, not in the middle of it. */
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}
