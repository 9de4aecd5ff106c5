/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.c - a look at all processes for waiters and holders of queues
 *
 * The cheap file comes first: one read of wchan rules out all threads except those that sleep on a
 * queue, and statx(2) tells a descriptor's queue without its path, which says little (an mq_open(3)
 * of /jobs reads "/jobs", like a file in the root directory).
 */
#include "config.h"

#include "show/procs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "queue/mqueue-file.h"

#define PROC_SUPER_MAGIC 0x9fa0 /* linux/magic.h */

/* Room for any path below /proc that is read here. */
#define PROC_PATH 80

struct scan {
	struct procs *procs;
	unsigned int what;
	int proc; /* /proc */
	DIR *dir; /* the same, being read */
	pid_t self;
	dev_t *devs; /* the file systems of the queues: one for each IPC namespace */
	size_t ndevs;
	int ipc_error; /* from finding out our own IPC namespace */
	dev_t ipc_dev;
	ino_t ipc_ino;
	bool have_clock;
	int64_t clock_ns; /* the scheduler's clock at monotonic_ns */
	int64_t monotonic_ns;
};

/* The process being looked at. */
struct process {
	pid_t pid;
	bool denied; /* something about it may not be looked at */
	bool named;
	char command[PROC_COMMAND];
};

static bool denied(int error)
{
	return error == -EACCES || error == -EPERM;
}

/* ---- small files ---- */

/* Reads a file below /proc as text; returns its length or -errno. */
static int read_at(int proc, const char *path, char *buf, size_t size)
{
	int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return (int)n;
}

static int task_path(char path[static PROC_PATH], pid_t pid, pid_t tid, const char *file)
{
	return snprintf(path, PROC_PATH, "%d/task/%d/%s", pid, tid, file);
}

#if !HAVE_STATX
/* As the kernel lays it out; for a C library that lacks it (musl before 1.2.4). */
#define STATX_INO 0x100U
struct statx {
	uint32_t head[8]; /* stx_mask to stx_mode */
	uint64_t stx_ino;
	uint64_t middle[12]; /* stx_size to stx_rdev_minor */
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t rest[14];
};
_Static_assert(offsetof(struct statx, stx_dev_major) == 136 && sizeof(struct statx) == 256,
	       "statx(2)");

static int statx(int dir, const char *path, int flags, unsigned int mask, struct statx *stx)
{
	return (int)syscall(SYS_statx, dir, path, flags, mask, stx);
}
#endif

/* A file's identity; never asks a file server that may not answer. */
static int identify(int dir, const char *path, dev_t *dev, ino_t *ino)
{
	struct statx stx;

	if (statx(dir, path, AT_STATX_DONT_SYNC, STATX_INO, &stx) < 0)
		return -errno;
	*dev = makedev(stx.stx_dev_major, stx.stx_dev_minor);
	*ino = stx.stx_ino;
	return 0;
}

/* A name that is all digits; the others in /proc are 0. */
static pid_t number_of(const char *name)
{
	return isdigit((unsigned char)*name) ? (pid_t)strtol(name, NULL, 10) : 0;
}

static int read_command(int proc, const char *path, char command[static PROC_COMMAND])
{
	int n = read_at(proc, path, command, PROC_COMMAND);

	if (n > 0 && command[n - 1] == '\n')
		command[n - 1] = '\0';
	return n < 0 ? n : 0;
}

static void name_process(const struct scan *scan, struct process *process, char *command)
{
	char path[PROC_PATH];

	if (!process->named) {
		snprintf(path, sizeof(path), "%d/comm", process->pid);
		/* It has ended meanwhile: it stays without a name. */
		(void)read_command(scan->proc, path, process->command);
		process->named = true;
	}
	memcpy(command, process->command, PROC_COMMAND);
}

/* ---- how long ---- */

/*
 * A thread's se.exec_start stands still while it sleeps; ours, which runs, is the time on the same
 * clock.  Nothing else tells when a call blocked.
 */
static void read_clock(struct scan *scan)
{
	char text[4096];

	if (read_at(scan->proc, "thread-self/sched", text, sizeof(text)) > 0)
		scan->have_clock = proc_parse_sched(text, &scan->clock_ns);
	scan->monotonic_ns = clock_monotonic_ns();
}

/* Nanoseconds since process pid started, or -1. */
static int64_t age_of(const struct scan *scan, pid_t pid)
{
	char path[PROC_PATH], text[1024];
	struct proc_stat stat;
	struct timespec up;

	snprintf(path, sizeof(path), "%d/stat", pid);
	if (read_at(scan->proc, path, text, sizeof(text)) < 0 || !proc_parse_stat(text, &stat))
		return -1;
	clock_gettime(CLOCK_BOOTTIME, &up);
	return up.tv_sec * NSEC_PER_SEC + up.tv_nsec -
	       (int64_t)(stat.start * (NSEC_PER_SEC / (unsigned long)sysconf(_SC_CLK_TCK)));
}

static int64_t waited(const struct scan *scan, pid_t pid, pid_t tid)
{
	char path[PROC_PATH], text[4096];
	int64_t then, now, ns, age;

	task_path(path, pid, tid, "sched");
	if (!scan->have_clock || read_at(scan->proc, path, text, sizeof(text)) < 0 ||
	    !proc_parse_sched(text, &then))
		return -1;
	now = scan->clock_ns + (clock_monotonic_ns() - scan->monotonic_ns);
	ns = now > then ? now - then : 0;
	/* The clocks of two processors may differ: never longer than the process has existed. */
	age = age_of(scan, pid);
	return age >= 0 && ns > age ? age : ns;
}

/* ---- waiters ---- */

static int add_waiter(struct scan *scan, struct process *process, const struct proc_waiter *waiter)
{
	struct procs *procs = scan->procs;
	struct proc_waiter *items =
		array_grow(procs->waiters, procs->nwaiters, &procs->waiters_cap, sizeof(*items));
	struct proc_waiter *added;

	if (!items)
		return -ENOMEM;
	procs->waiters = items;
	added = &items[procs->nwaiters++];
	*added = *waiter;
	name_process(scan, process, added->command);
	added->waited_ns = scan->what & PROCS_SINCE ? waited(scan, waiter->pid, waiter->tid) : -1;
	return 0;
}

/* Identifiers mean something only in one IPC namespace.  1 if that is looked at, 0, or -errno. */
static int find_namespace(const struct scan *scan, struct proc_waiter *waiter)
{
	char path[PROC_PATH];
	dev_t dev;
	ino_t ino;
	int ret;

	if (scan->procs->foreign)
		return 0; /* ours cannot be found there */
	if (scan->ipc_error == -ENOENT)
		return 1; /* a kernel with one namespace for all */
	if (scan->ipc_error < 0)
		return -EACCES;
	task_path(path, waiter->pid, waiter->tid, "ns/ipc");
	ret = identify(scan->proc, path, &dev, &ino);
	if (ret < 0)
		return ret;
	if (scan->what & PROCS_NAMESPACES)
		waiter->ns = ino;
	return scan->what & PROCS_NAMESPACES || (dev == scan->ipc_dev && ino == scan->ipc_ino);
}

/* Which queue the blocked call is about: 1, 0 if it is none of ours, or -errno. */
static int find_queue(const struct scan *scan, struct proc_waiter *waiter, int fd)
{
	char path[PROC_PATH];
	int ret;

	if (waiter->kind == QUEUE_SYSV)
		return find_namespace(scan, waiter);
	snprintf(path, sizeof(path), "%d/task/%d/fd/%d", waiter->pid, waiter->tid, fd);
	ret = identify(scan->proc, path, &waiter->dev, &waiter->ino);
	return ret < 0 ? ret : 1;
}

/* A thread that sleeps on some queue. */
static int look_closer(struct scan *scan, struct process *process, pid_t tid, enum proc_sleep sleep)
{
	struct proc_waiter waiter = { .pid = process->pid, .tid = tid };
	char path[PROC_PATH], text[256];
	struct proc_syscall call;
	int fd = -1, ret;

	task_path(path, process->pid, tid, "syscall");
	ret = read_at(scan->proc, path, text, sizeof(text));
	/* A thread that has woken meanwhile has no call to show. */
	if (ret >= 0 && !proc_parse_syscall(text, &call))
		return 0;
	if (ret >= 0 && !proc_decode(sleep, &call, &waiter, &fd))
		ret = -EACCES;
	if (ret >= 0)
		ret = find_queue(scan, &waiter, fd);
	if (ret > 0)
		return add_waiter(scan, process, &waiter);
	if (denied(ret))
		scan->procs->blind++;
	return 0;
}

/* May this process be looked at?  wchan reads "0" both for a thread that runs and for one that may
 * not be looked at. */
static bool may_look(const struct scan *scan, pid_t pid)
{
	char path[PROC_PATH];
	int fd;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return !denied(-errno);
	close(fd);
	return true;
}

static int scan_task(struct scan *scan, struct process *process, pid_t tid)
{
	char path[PROC_PATH], wchan[128];
	enum proc_sleep sleep;
	int n;

	task_path(path, process->pid, tid, "wchan");
	n = read_at(scan->proc, path, wchan, sizeof(wchan));
	if (n < 0) {
		process->denied |= denied(n);
		return 0;
	}
	sleep = proc_parse_wchan(wchan);
	if (sleep != SLEEP_ELSEWHERE)
		return look_closer(scan, process, tid, sleep);
	if (!process->denied && strcmp(wchan, "0") == 0)
		process->denied = !may_look(scan, process->pid);
	return 0;
}

/* Opens a directory below /proc; NULL with errno set. */
static DIR *open_dir(int proc, const char *path)
{
	int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

/* The next entry; if that fails, the rest of the process was not looked at. */
static struct dirent *read_entry(DIR *dir, struct process *process)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(dir);
	/* A process that has already ended has nothing left. */
	if (!entry && errno && errno != ENOENT && errno != ESRCH)
		process->denied = true;
	return entry;
}

static int scan_tasks(struct scan *scan, struct process *process)
{
	struct dirent *entry;
	char path[PROC_PATH];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%d/task", process->pid);
	dir = open_dir(scan->proc, path);
	if (!dir) {
		process->denied |= denied(-errno);
		return errno == ENOMEM ? -ENOMEM : 0;
	}
	while (!ret && (entry = read_entry(dir, process))) {
		pid_t tid = number_of(entry->d_name);

		if (tid)
			ret = scan_task(scan, process, tid);
	}
	closedir(dir);
	return ret;
}

/* ---- holders ---- */

static bool on_queue_device(const struct scan *scan, dev_t dev)
{
	for (size_t i = 0; i < scan->ndevs; i++) {
		if (scan->devs[i] == dev)
			return true;
	}
	return false;
}

static void read_access(const struct scan *scan, struct proc_holder *holder)
{
	char path[PROC_PATH], text[512];
	unsigned int flags;

	snprintf(path, sizeof(path), "%d/fdinfo/%d", holder->pid, holder->fd);
	if (read_at(scan->proc, path, text, sizeof(text)) < 0 || !proc_parse_fdinfo(text, &flags))
		return;
	holder->reads = (flags & O_ACCMODE) != O_WRONLY;
	holder->writes = (flags & O_ACCMODE) != O_RDONLY;
}

static int add_holder(struct scan *scan, struct process *process, const struct proc_holder *holder)
{
	struct procs *procs = scan->procs;
	struct proc_holder *items =
		array_grow(procs->holders, procs->nholders, &procs->holders_cap, sizeof(*items));
	struct proc_holder *added;

	if (!items)
		return -ENOMEM;
	procs->holders = items;
	added = &items[procs->nholders++];
	*added = *holder;
	read_access(scan, added);
	name_process(scan, process, added->command);
	return 0;
}

#define REMOVED " (deleted)"

/*
 * The name in a descriptor's link, if the link says that the file was removed: "/q (deleted)" for a
 * queue opened with mq_open(3), "/dev/mqueue/q (deleted)" for one opened by path (proc(5)).
 */
static bool removed_name(int dir, const char *fd, char name[static NAME_MAX + 2])
{
	char link[PATH_MAX], *slash;
	ssize_t n = readlinkat(dir, fd, link, sizeof(link));
	size_t len = n < 0 ? 0 : (size_t)n, tail = strlen(REMOVED);

	if (len <= tail || len == sizeof(link) || memcmp(link + len - tail, REMOVED, tail) != 0)
		return false;
	link[len - tail] = '\0';
	slash = strrchr(link, '/');
	if (!slash || strlen(slash) > NAME_MAX + 1)
		return false;
	strcpy(name, slash);
	return true;
}

/* Files of other kinds are removed while open too, and a queue can be called "a (deleted)". */
static bool is_removed_queue(int dir, const char *fd)
{
	int file = openat(dir, fd, O_PATH | O_CLOEXEC);
	struct statfs fs;
	struct stat st;
	bool is;

	if (file < 0)
		return false;
	is = fstatfs(file, &fs) == 0 && fs.f_type == MQUEUE_MAGIC && fstat(file, &st) == 0 &&
	     st.st_nlink == 0;
	close(file);
	return is;
}

static int scan_removed(struct scan *scan, struct process *process, int dir, const char *fd,
			const struct proc_holder *holder)
{
	struct procs *procs = scan->procs;
	struct proc_removed *items, *added;
	char name[NAME_MAX + 2];

	if (!removed_name(dir, fd, name) || !is_removed_queue(dir, fd))
		return 0;
	items = array_grow(procs->removed, procs->nremoved, &procs->removed_cap, sizeof(*items));
	if (!items)
		return -ENOMEM;
	procs->removed = items;
	added = &items[procs->nremoved++];
	*added = (struct proc_removed){
		.dev = holder->dev, .ino = holder->ino, .pid = holder->pid, .fd = holder->fd
	};
	strcpy(added->name, name);
	name_process(scan, process, added->command);
	return 0;
}

static int scan_fd(struct scan *scan, struct process *process, int dir, const char *name)
{
	struct proc_holder holder = { .pid = process->pid };
	int ret = identify(dir, name, &holder.dev, &holder.ino);

	if (ret < 0) {
		process->denied |= denied(ret);
		return 0;
	}
	if (scan->what & PROCS_HOLDERS && !on_queue_device(scan, holder.dev))
		return 0;
	holder.fd = (int)strtol(name, NULL, 10);
	if (scan->what & PROCS_REMOVED)
		ret = scan_removed(scan, process, dir, name, &holder);
	return ret == 0 && scan->what & PROCS_HOLDERS ? add_holder(scan, process, &holder) : ret;
}

static int scan_fds(struct scan *scan, struct process *process)
{
	struct dirent *entry;
	char path[PROC_PATH];
	int ret = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%d/fd", process->pid);
	dir = open_dir(scan->proc, path);
	if (!dir) {
		process->denied |= denied(-errno);
		return errno == ENOMEM ? -ENOMEM : 0;
	}
	while (!ret && (entry = read_entry(dir, process))) {
		if (isdigit((unsigned char)*entry->d_name))
			ret = scan_fd(scan, process, dirfd(dir), entry->d_name);
	}
	closedir(dir);
	return ret;
}

/* ---- all of them ---- */

/* Kernel threads and zombies have nothing to hide. */
static bool hides_something(const struct scan *scan, pid_t pid)
{
	char path[PROC_PATH], text[1024];
	struct proc_stat stat;
	int n;

	snprintf(path, sizeof(path), "%d/stat", pid);
	n = read_at(scan->proc, path, text, sizeof(text));
	if (n < 0)
		return denied(n);
	if (!proc_parse_stat(text, &stat))
		return true;
	return !(stat.flags & PROC_KERNEL_THREAD) && stat.state != 'Z' && stat.state != 'X';
}

static int scan_process(struct scan *scan, pid_t pid)
{
	struct process process = { .pid = pid };
	int ret = 0;

	if (scan->what & PROCS_HOLDERS ? scan->ndevs > 0 : scan->what & PROCS_REMOVED)
		ret = scan_fds(scan, &process);
	if (!ret && scan->what & PROCS_WAITERS)
		ret = scan_tasks(scan, &process);
	if (process.denied && hides_something(scan, pid))
		scan->procs->hidden++;
	return ret;
}

/*
 * Our own number in that /proc; 0 if it has none for us because it is that of a PID namespace that
 * we are not in.  -ENOENT if it is not proc(5) at all.
 */
static int find_self(int proc, pid_t *self)
{
	char text[32];
	struct statfs fs;
	ssize_t n = readlinkat(proc, "self", text, sizeof(text) - 1);

	*self = 0;
	if (n < 0)
		return fstatfs(proc, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC ? 0 : -ENOENT;
	text[n] = '\0';
	*self = number_of(text);
	return 0;
}

static int find_devices(struct scan *scan, const struct queue_stat *queues, size_t n)
{
	size_t cap = 0;

	for (size_t i = 0; i < n; i++) {
		dev_t *devs;

		if (!(queues[i].have & STAT_INODE) || on_queue_device(scan, queues[i].dev))
			continue;
		devs = array_grow(scan->devs, scan->ndevs, &cap, sizeof(*devs));
		if (!devs)
			return -ENOMEM;
		scan->devs = devs;
		devs[scan->ndevs++] = queues[i].dev;
	}
	return 0;
}

static int scan_begin(struct scan *scan, const struct queue_stat *queues, size_t n)
{
	dev_t dev;
	ino_t ino;
	int ret;

	scan->dir = open_dir(AT_FDCWD, "/proc");
	if (!scan->dir)
		return -errno;
	scan->proc = dirfd(scan->dir);
	ret = find_self(scan->proc, &scan->self);
	if (ret < 0)
		return ret;
	scan->procs->foreign = scan->self == 0;
	scan->ipc_error = identify(scan->proc, "self/ns/ipc", &scan->ipc_dev, &scan->ipc_ino);
	if (scan->what & PROCS_SINCE)
		read_clock(scan);
	/* Every PID namespace has a first process; hidepid=2 hides even its existence. */
	scan->procs->hidepid = identify(scan->proc, "1", &dev, &ino) == -ENOENT;
	return find_devices(scan, queues, n);
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_waiters(const void *pa, const void *pb)
{
	const struct proc_waiter *a = pa, *b = pb;
	int order = compare(a->kind, b->kind);

	if (!order)
		order = compare((uint64_t)a->msqid, (uint64_t)b->msqid);
	if (!order)
		order = compare(a->ns, b->ns);
	if (!order)
		order = compare(a->dev, b->dev);
	if (!order)
		order = compare(a->ino, b->ino);
	return order ? order : compare((uint64_t)a->tid, (uint64_t)b->tid);
}

static int compare_holders(const void *pa, const void *pb)
{
	const struct proc_holder *a = pa, *b = pb;
	int order = compare(a->dev, b->dev);

	if (!order)
		order = compare(a->ino, b->ino);
	if (!order)
		order = compare((uint64_t)a->pid, (uint64_t)b->pid);
	return order ? order : compare((uint64_t)a->fd, (uint64_t)b->fd);
}

static int compare_removed(const void *pa, const void *pb)
{
	const struct proc_removed *a = pa, *b = pb;
	int order = strcmp(a->name, b->name);

	if (!order)
		order = compare(a->dev, b->dev);
	if (!order)
		order = compare(a->ino, b->ino);
	if (!order)
		order = compare((uint64_t)a->pid, (uint64_t)b->pid);
	return order ? order : compare((uint64_t)a->fd, (uint64_t)b->fd);
}

void procs_forget(struct procs *procs)
{
	procs->nwaiters = procs->nholders = procs->nremoved = 0;
	procs->hidden = procs->blind = 0;
	procs->hidepid = procs->foreign = false;
	procs->error = 0;
}

/* Looks at all that is there.  Returns 0 or -ENOMEM; anything else that cuts it short is
 * procs->error. */
static int scan_all(struct scan *scan)
{
	struct dirent *entry;
	int ret = 0;

	do {
		pid_t pid;

		errno = 0;
		entry = readdir(scan->dir);
		pid = entry ? number_of(entry->d_name) : 0;
		if (pid && pid != scan->self)
			ret = scan_process(scan, pid);
	} while (!ret && entry);
	if (!ret)
		scan->procs->error = -errno;
	return ret;
}

int procs_scan(struct procs *procs, unsigned int what, const struct queue_stat *queues, size_t n)
{
	struct scan scan = { .procs = procs, .what = what };
	int ret;

	procs_forget(procs);
	procs->error = scan_begin(&scan, queues, n);
	if (procs->error < 0)
		ret = procs->error == -ENOMEM ? -ENOMEM : 0;
	else
		ret = scan_all(&scan);
	if (scan.dir)
		closedir(scan.dir);
	free(scan.devs);
	if (procs->nwaiters)
		qsort(procs->waiters, procs->nwaiters, sizeof(*procs->waiters), compare_waiters);
	if (procs->nholders)
		qsort(procs->holders, procs->nholders, sizeof(*procs->holders), compare_holders);
	if (procs->nremoved)
		qsort(procs->removed, procs->nremoved, sizeof(*procs->removed), compare_removed);
	return ret;
}

void procs_free(struct procs *procs)
{
	free(procs->removed);
	free(procs->waiters);
	free(procs->holders);
	*procs = (struct procs){ 0 };
}

bool procs_partial(const struct procs *procs)
{
	return procs->hidden || procs->blind || procs->hidepid || procs->foreign || procs->error;
}

/* ---- one queue's ---- */

/* Where the run of the n items that compare equal begins, and its length; they are sorted by
 * compare. */
static size_t find_run(const void *items, size_t n, size_t size, const void *key,
		       int (*order)(const void *item, const void *key), const void **first)
{
	size_t low = 0, high = n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order((const char *)items + middle * size, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < n && order((const char *)items + end * size, key) == 0; end++)
		;
	*first = (const char *)items + low * size;
	return end - low;
}

static int waiter_against_queue(const void *item, const void *key)
{
	const struct proc_waiter *waiter = item;
	const struct queue_stat *st = key;
	int order = compare(waiter->kind, st->kind);

	if (order)
		return order;
	if (st->kind == QUEUE_SYSV) {
		order = compare((uint64_t)waiter->msqid, (uint64_t)st->msqid);
		return order ? order : compare(waiter->ns, st->ns);
	}
	order = compare(waiter->dev, st->dev);
	return order ? order : compare(waiter->ino, st->ino);
}

static int holder_against_queue(const void *item, const void *key)
{
	const struct proc_holder *holder = item;
	const struct queue_stat *st = key;
	int order = compare(holder->dev, st->dev);

	return order ? order : compare(holder->ino, st->ino);
}

/* Does the queue have what distinguishes it from others? */
static bool identified(const struct queue_stat *st)
{
	return st->kind == QUEUE_SYSV || st->have & STAT_INODE;
}

size_t procs_waiters_of(const struct procs *procs, const struct queue_stat *st,
			const struct proc_waiter **first)
{
	const void *run = NULL;
	size_t n = 0;

	if (procs->nwaiters && identified(st))
		n = find_run(procs->waiters, procs->nwaiters, sizeof(*procs->waiters), st,
			     waiter_against_queue, &run);
	*first = run;
	return n;
}

size_t procs_holders_of(const struct procs *procs, const struct queue_stat *st,
			const struct proc_holder **first)
{
	const void *run = NULL;
	size_t n = 0;

	if (procs->nholders && st->kind == QUEUE_POSIX && identified(st))
		n = find_run(procs->holders, procs->nholders, sizeof(*procs->holders), st,
			     holder_against_queue, &run);
	*first = run;
	return n;
}

bool procs_waits_on(const struct procs *procs, const struct proc_removed *removed)
{
	for (size_t i = 0; i < procs->nwaiters; i++) {
		const struct proc_waiter *waiter = &procs->waiters[i];

		if (waiter->kind == QUEUE_POSIX && waiter->dev == removed->dev &&
		    waiter->ino == removed->ino && waiter->pid == removed->pid)
			return true;
	}
	return false;
}

void procs_count(const struct procs *procs, struct queue_stat *queues, size_t n)
{
	const bool partial = procs_partial(procs);

	for (size_t i = 0; i < n; i++) {
		const struct proc_waiter *waiter;
		size_t count = procs_waiters_of(procs, &queues[i], &waiter);
		bool known = count || !partial;

		if (!identified(&queues[i]))
			continue;
		queues[i].receivers = queues[i].senders = 0;
		for (; count; count--, waiter++) {
			queues[i].senders += waiter->sender;
			queues[i].receivers += !waiter->sender;
		}
		queues[i].have |= known ? STAT_SEEN | STAT_WAITING : STAT_SEEN;
	}
}

/* Seconds since the epoch at which a process began that started `ticks` after boot. */
static int64_t start_time(unsigned long long ticks)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec + (int64_t)(ticks / (unsigned long)sysconf(_SC_CLK_TCK));
}

/* Does /proc have the same numbers as we?  Not if we came only into its mount namespace. */
static bool same_numbers(void)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid_t self = 0;
	bool same;

	if (proc < 0)
		return false;
	same = find_self(proc, &self) == 0 && self == getpid();
	close(proc);
	return same;
}

int procs_command(pid_t pid, int64_t then, char command[static PROC_COMMAND])
{
	char path[PROC_PATH], text[1024];
	struct proc_stat stat;

	/* The one question that hidepid allows about another user's process. */
	if (kill(pid, 0) < 0 && errno == ESRCH)
		return -ESRCH;
	if (!same_numbers())
		return -EACCES;
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_text_file(path, text, sizeof(text)) < 0 || !proc_parse_stat(text, &stat))
		return -EACCES;
	/* A second of grace: both times are cut to whole seconds. */
	if (stat.state == 'Z' || start_time(stat.start) > then + 1)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	return read_command(AT_FDCWD, path, command) < 0 ? -EACCES : 0;
}

bool procs_receiver_gone(const struct queue_stat *st)
{
	char command[PROC_COMMAND];

	/* lrpid is also 0 if the receiver is in another PID namespace. */
	if (!(st->have & STAT_PIDS) || !(st->have & STAT_RECEIVED) || (st->rtime && !st->lrpid))
		return false;
	return !st->rtime || procs_command(st->lrpid, st->rtime, command) == -ESRCH;
}
