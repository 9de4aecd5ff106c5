/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue-file.c - one POSIX queue as a file of the mqueue file system
 */
#include "config.h"

#include "queue/mqueue-file.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

int mqueue_open_to_look(const char *name)
{
	mqd_t fd = mq_open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		fd = mq_open(name, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fd;
}

/* Not a real open, which something other than a queue, such as a pipe, would notice. */
static int open_path_only(const char *pid_fd)
{
	char path[64];
	const char *slash = strchr(pid_fd, '/');
	struct statfs fs;
	int fd;

	snprintf(path, sizeof(path), "/proc/%.*s/fd%s", (int)(slash - pid_fd), pid_fd, slash);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESRCH ? -ENOENT : -errno;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == MQUEUE_MAGIC)
		return fd;
	close(fd);
	return -ENOENT;
}

int mqueue_open_proc(const char *pid_fd, unsigned int access)
{
	static const int flags[] = { O_RDONLY | O_NONBLOCK, O_RDONLY, O_WRONLY, O_RDWR };
	int through = open_path_only(pid_fd), fd;
	char path[sizeof("/proc/self/fd/") + 12];

	if (through < 0)
		return through;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", through);
	fd = open(path, flags[access] | O_CLOEXEC);
	if (fd < 0 && errno == EACCES && access == 0)
		fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		fd = -errno;
	close(through);
	return fd;
}

int mqueue_look_proc(const char *pid_fd, struct stat *file)
{
	int through = open_path_only(pid_fd), rc = 0;

	if (through < 0)
		return through;
	if (fstat(through, file) < 0)
		rc = -errno;
	close(through);
	return rc;
}

bool mqueue_same_file(int a, int b)
{
	struct stat sa, sb;

	return fstat(a, &sa) == 0 && fstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

void mqueue_fill_inode(struct queue_stat *st, const struct stat *file)
{
	st->kind = QUEUE_POSIX;
	st->have |= STAT_OWNER | STAT_LAST | STAT_CTIME | STAT_INODE;
	st->mode = file->st_mode & 0777;
	st->uid = file->st_uid;
	st->gid = file->st_gid;
	/* The kernel moves mtime on send and receive, and nowhere else. */
	st->last = file->st_mtim.tv_sec;
	st->ctime = file->st_ctim.tv_sec;
	st->dev = file->st_dev;
	st->ino = file->st_ino;
}

void mqueue_parse_status(const char *text, struct queue_stat *st)
{
	const char *qsize = strstr(text, "QSIZE:");
	const char *pid = strstr(text, "NOTIFY_PID:");

	if (qsize) {
		st->bytes = strtoull(qsize + strlen("QSIZE:"), NULL, 10);
		st->have |= STAT_BYTES;
	}
	if (pid) {
		/* NOTIFY 0 means SIGEV_SIGNAL and "none" alike; only the pid tells. */
		st->notify_pid = (pid_t)strtol(pid + strlen("NOTIFY_PID:"), NULL, 10);
		st->have |= STAT_NOTIFY;
	}
}

int mqueue_fill_open(struct queue_stat *st, int fd, unsigned int detail)
{
	struct mq_attr attr;
	char text[128];
	ssize_t n;

	if (mq_getattr(fd, &attr) < 0)
		return -errno;
	st->messages = (uint64_t)attr.mq_curmsgs;
	st->maxmsg = (uint64_t)attr.mq_maxmsg;
	st->msgsize = (uint64_t)attr.mq_msgsize;
	st->have |= STAT_MESSAGES | STAT_MAXMSG | STAT_MSGSIZE;
	/* No messages have no bytes; reading costs as much as two of the other calls. */
	if (st->messages == 0) {
		st->bytes = 0;
		st->have |= STAT_BYTES;
		detail &= ~(unsigned int)STAT_BYTES;
	}
	if (detail & (STAT_BYTES | STAT_NOTIFY)) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		if (n < 0 && errno != EBADF) /* and it is, if open only for writing */
			return -errno;
		text[n > 0 ? n : 0] = '\0';
		mqueue_parse_status(text, st);
	}
	return 0;
}
