/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * read-proc.c - reads the files of all processes that a look for waiters and holders of queues
 * cannot do without, and does nothing with them
 *
 *   read-proc [fd]
 *
 * /proc/PID/task/TID/wchan of every thread, and with fd the inode of each descriptor: what
 * mqtool stat -w and mqtool stat -wj are measured against.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long files;

static void read_file(int dir, const char *name)
{
	char path[300], text[256];
	int fd;

	snprintf(path, sizeof(path), "%s/wchan", name);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text)) >= 0)
		files++;
	close(fd);
}

static void stat_file(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, 0) == 0)
		files++;
}

/* Calls one for each entry of a directory that begins with a digit. */
static void each(int at, const char *path, void (*one)(int dir, const char *name))
{
	int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (isdigit((unsigned char)*entry->d_name))
			one(dirfd(dir), entry->d_name);
	}
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
}

static void threads(int dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/task", name);
	each(dir, path, read_file);
}

static void descriptors(int dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/fd", name);
	each(dir, path, stat_file);
}

int main(int argc, char **argv)
{
	(void)argv;
	each(AT_FDCWD, "/proc", threads);
	if (argc > 1)
		each(AT_FDCWD, "/proc", descriptors);
	if (!files)
		errx(1, "nothing could be read");
	printf("%lu\n", files);
	return 0;
}
