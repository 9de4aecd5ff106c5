/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue-dir.c - the directory of POSIX queues, and whose IPC namespace it shows
 */
#include "config.h"

#include "queue/mqueue-dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/mqueue-file.h"
#include "queue/queue-backend.h"

#define MQUEUE_MAGIC 0x19800202

static bool is_mqueue(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type == MQUEUE_MAGIC;
}

/* The number in a line of /proc/self/status; `missing` if there is no such line. */
static uint64_t status_number(const char *status, const char *name, int base, uint64_t missing)
{
	const char *line = strstr(status, name);

	return line ? strtoull(line + strlen(name), NULL, base) : missing;
}

/*
 * May this process try fsopen(2)?  A seccomp filter may kill a process that makes a call it does
 * not list, as systemd's SystemCallFilter=@system-service does, and no filter can be asked.
 */
static bool may_fsopen(void)
{
	enum { CAP_SYS_ADMIN_BIT = 21 };
	char status[8192];

	if (read_text_file("/proc/self/status", status, sizeof(status)) < 0)
		return false;
	return status_number(status, "\nCapEff:", 16, 0) >> CAP_SYS_ADMIN_BIT & 1 &&
	       status_number(status, "\nSeccomp:", 10, 0) == 0;
}

/*
 * Opens the file system of our own IPC namespace without touching the mount table (fsopen(2), Linux
 * 5.2).  Needs CAP_SYS_ADMIN over the namespace.  The descriptor of fsmount(2) is O_PATH: reading
 * it as a directory silently yields nothing, so "." is opened from it.
 */
static int open_own_dir(void)
{
#if defined(SYS_fsopen) && defined(SYS_fsconfig) && defined(SYS_fsmount)
	enum { CMD_CREATE = 6 }; /* FSCONFIG_CMD_CREATE */
	int dir = -1;
	int mount = -1;
	int fs;

	if (!may_fsopen())
		return -EPERM;
	fs = (int)syscall(SYS_fsopen, "mqueue", 1 /* FSOPEN_CLOEXEC */);
	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, CMD_CREATE, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, fs, 1 /* FSMOUNT_CLOEXEC */, 0);
	if (mount >= 0)
		dir = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		dir = -errno;
	if (mount >= 0)
		close(mount);
	close(fs);
	return dir;
#else
	return -ENOSYS;
#endif
}

/* What is known about a mounted directory. */
enum dir_state { DIR_OURS, DIR_FOREIGN, DIR_UNKNOWN };

/*
 * A directory that somebody mounted may show another IPC namespace, while mq_open(3) always means
 * ours.  A queue that opens by path decides: the one of that name must be the very same queue.
 */
static enum dir_state compare_by_name(int by_path, const char *slash_name)
{
	mqd_t by_name = mqueue_open_to_look(slash_name);
	struct stat file;
	bool same;

	if (by_name < 0 && errno != ENOENT)
		return DIR_UNKNOWN;
	same = by_name >= 0 && mqueue_same_file(by_path, by_name);
	if (by_name >= 0)
		mq_close(by_name);
	if (same)
		return DIR_OURS;
	/* It was removed after it was opened by path: the name no longer says anything about it. */
	return fstat(by_path, &file) < 0 || file.st_nlink == 0 ? DIR_UNKNOWN : DIR_FOREIGN;
}

/* Opens /dev/mqueue, whosever queues it shows.  -ENODEV if mqueue is not mounted there. */
static int open_mounted_dir(void)
{
	int fd = open(MQUEUE_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENODEV : -errno;
	if (!is_mqueue(fd)) {
		close(fd);
		return -ENODEV;
	}
	return fd;
}

static bool is_dot(const char *name)
{
	/* Only these two are not queues: "..x" and ".x" are. */
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The next entry; NULL at the end, or with the -errno of readdir(3) in *rc. */
static struct dirent *read_entry(DIR *dir, int *rc)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(dir);
	if (!entry && errno)
		*rc = -errno;
	return entry;
}

static int open_at(int dir, const char *name)
{
	const int flags = O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(dir, name, O_RDONLY | flags);

	if (fd < 0 && errno == EACCES)
		fd = openat(dir, name, O_WRONLY | flags);
	return fd;
}

/* ---- its queues ---- */

/*
 * Opens a queue to look at it and reads its inode: both of the same queue, even if another one
 * takes its name meanwhile.  The inode of a queue that may not be opened is still read.  -ENOENT if
 * it is gone.  If the directory is ours, mq_open(2) opens the same queue, at less cost than a path.
 */
static int open_listed(int dir, const char *slash_name, bool ours, struct stat *file)
{
	const char *name = slash_name + 1;
	int fd = ours ? mqueue_open_to_look(slash_name) : open_at(dir, name);
	int rc = fd < 0 ? -errno : fd;

	if (fd >= 0 && fstat(fd, file) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	if (rc == -ENOENT || fstatat(dir, name, file, AT_SYMLINK_NOFOLLOW) < 0)
		return -ENOENT;
	return rc < 0 ? rc : -EACCES;
}

/* Fills what is known of one queue; returns 1 if it is already gone. */
static int look_at(struct queue_stat *st, int dir, const char *slash_name, unsigned int detail,
		   enum dir_state *state)
{
	const unsigned int inside = STAT_MESSAGES | STAT_BYTES | STAT_NOTIFY | STAT_MAXMSG |
				    STAT_MSGSIZE;
	struct stat file;
	int fd = -1;

	if ((detail & inside) || *state == DIR_UNKNOWN)
		fd = open_listed(dir, slash_name, *state == DIR_OURS, &file);
	else if (fstatat(dir, slash_name + 1, &file, AT_SYMLINK_NOFOLLOW) < 0)
		fd = -ENOENT;
	if (fd == -ENOENT)
		return 1;
	mqueue_fill_inode(st, &file);
	if (fd >= 0) {
		(void)mqueue_fill_open(st, fd, detail); /* what failed is unknown */
		if (*state == DIR_UNKNOWN)
			*state = compare_by_name(fd, slash_name);
		close(fd);
	}
	return *state == DIR_FOREIGN ? -EXDEV : 0;
}

/* Adds one queue, unless it is already gone. */
static int add_queue(struct queue_list *list, int dir, const char *name, unsigned int detail,
		     enum dir_state *state)
{
	struct queue_stat *st = queue_list_add(list);
	char slash_name[NAME_MAX + 2];
	int rc;

	if (!st)
		return -ENOMEM;
	slash_name[0] = '/';
	memcpy(slash_name + 1, name, strlen(name) + 1);
	rc = look_at(st, dir, slash_name, detail, state);
	if (rc == 0) {
		st->name = queue_list_name(list, slash_name);
		rc = st->name ? 0 : -ENOMEM;
	}
	if (rc != 0)
		list->n--;
	return rc < 0 ? rc : 0;
}

/* Adds the queues of a directory, and closes it; *state is what is known about it, and is updated
 * with what its queues tell.  Adds none if it fails: -EXDEV if they are another namespace's. */
static int list_dir(struct queue_list *list, int fd, unsigned int detail, enum dir_state *state)
{
	size_t first = list->n;
	struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int rc = 0;

	if (!dir) {
		rc = -errno;
		close(fd);
		return rc;
	}
	while (rc >= 0 && (entry = read_entry(dir, &rc))) {
		if (is_dot(entry->d_name))
			continue;
		rc = add_queue(list, dirfd(dir), entry->d_name, detail, state);
	}
	closedir(dir);
	if (rc >= 0)
		return 0;
	list->n = first;
	return rc;
}

/* The mounted directory will do if a queue in it proves that it is ours; else privilege gets one
 * that is ours for certain. */
int mqueue_dir_list(struct queue_list *list, unsigned int detail)
{
	enum dir_state state = DIR_UNKNOWN;
	size_t first = list->n;
	int fd = open_mounted_dir();
	int rc = fd < 0 ? fd : list_dir(list, fd, detail, &state);

	if (rc == -ENOMEM || state == DIR_OURS)
		return rc;
	fd = open_own_dir();
	if (fd < 0)
		return rc;
	list->n = first;
	state = DIR_OURS;
	return list_dir(list, fd, detail, &state);
}

/* ---- a directory that is ours for certain ---- */

static enum dir_state compare_entry(int dir, const char *name)
{
	char slash_name[NAME_MAX + 2];
	enum dir_state state;
	int fd = open_at(dir, name);

	if (fd < 0)
		return DIR_UNKNOWN;
	snprintf(slash_name, sizeof(slash_name), "/%s", name);
	state = compare_by_name(fd, slash_name);
	close(fd);
	return state;
}

/* Any queue in it that opens decides. */
static enum dir_state compare_entries(int dir)
{
	enum dir_state state = DIR_UNKNOWN;
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!stream) {
		if (fd >= 0)
			close(fd);
		return DIR_UNKNOWN;
	}
	while (state == DIR_UNKNOWN && (entry = readdir(stream)))
		if (!is_dot(entry->d_name))
			state = compare_entry(dir, entry->d_name);
	closedir(stream);
	return state;
}

/*
 * The last resort: a queue made for a moment, which nobody else can open, is in our namespace, and
 * all queues of a namespace are on one device.
 */
static enum dir_state compare_probe(int dir)
{
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = 1 };
	enum dir_state state = DIR_UNKNOWN;
	struct stat ours, shown;
	char name[40];
	mqd_t fd;

	snprintf(name, sizeof(name), "/.mqtool-%ld", (long)getpid());
	fd = mq_open(name, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0, &attr);
	if (fd < 0)
		return DIR_UNKNOWN;
	mq_unlink(name);
	if (fstat(fd, &ours) == 0 && fstat(dir, &shown) == 0)
		state = ours.st_dev == shown.st_dev ? DIR_OURS : DIR_FOREIGN;
	mq_close(fd);
	return state;
}

/* Opens a directory that is ours for certain: -EXDEV if there is none. */
static int open_certain_dir(bool may_probe)
{
	int mounted = open_mounted_dir();
	enum dir_state state = mounted < 0 ? DIR_FOREIGN : compare_entries(mounted);
	int own = state == DIR_OURS ? -EXDEV : open_own_dir();

	if (own < 0 && state == DIR_UNKNOWN && may_probe)
		state = compare_probe(mounted);
	if (state == DIR_OURS)
		return mounted;
	if (mounted >= 0)
		close(mounted);
	return own < 0 ? -EXDEV : own;
}

int mqueue_dir_open_path(const char *slash_name, bool may_probe)
{
	int dir = open_certain_dir(may_probe);
	int fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, slash_name + 1, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(dir);
	return fd;
}

int mqueue_dir_look(const char *slash_name, struct stat *file)
{
	int dir = open_mounted_dir(), rc = 0;

	/* A directory that may be ours is listed too. */
	if (dir < 0 || compare_entries(dir) == DIR_FOREIGN) {
		if (dir >= 0)
			close(dir);
		dir = open_own_dir();
	}
	if (dir < 0)
		return -EXDEV;
	if (fstatat(dir, slash_name + 1, file, AT_SYMLINK_NOFOLLOW) < 0)
		rc = -errno;
	close(dir);
	return rc;
}
