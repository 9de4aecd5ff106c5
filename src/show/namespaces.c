/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * namespaces.c - the queues of other IPC namespaces
 */
#include "config.h"

#include "show/namespaces.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "show/procs.h"

#define NS_PATH 40
#define OWN_NS "/proc/thread-self/ns/ipc"

/* ---- one namespace ---- */

/* What a path below /proc says about a namespace: 0 with *id, or -errno. */
static int read_id(const char *path, uint64_t *id)
{
	struct stat st;

	*id = 0; /* compilers cannot know that an errno is not 0 */
	if (stat(path, &st) < 0)
		return -errno;
	/* All are of one file system, nsfs. */
	*id = st.st_ino;
	return 0;
}

static int own_id(uint64_t *id)
{
	return read_id(OWN_NS, id) == 0 ? 0 : -ENOSYS;
}

static int id_of(pid_t pid, uint64_t *id)
{
	char path[NS_PATH];
	int rc;

	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", pid);
	rc = read_id(path, id);
	return rc == -ENOENT ? -ESRCH : rc;
}

bool namespace_has(pid_t pid, uint64_t id)
{
	uint64_t now;

	return id_of(pid, &now) == 0 && now == id;
}

int namespace_enter(pid_t pid, uint64_t *id)
{
	char path[NS_PATH];
	uint64_t own, there;
	int fd, rc;

	rc = own_id(&own);
	if (rc == 0)
		rc = id_of(pid, &there);
	if (rc < 0)
		return rc;
	if (id)
		*id = there;
	if (there == own)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	rc = setns(fd, CLONE_NEWIPC) == 0 ? 0 : -errno;
	close(fd);
	return rc;
}

/* ---- a thread that enters and does not return ---- */

struct visit {
	pid_t pid; /* 0: not in one yet */
	uint64_t id;
	int (*call)(void *arg);
	void *arg;
	int rc;
};

static void *visit_main(void *arg)
{
	struct visit *visit = arg;
	uint64_t id;

	visit->rc = visit->pid ? namespace_enter(visit->pid, &id) : 0;
	if (visit->rc == 0 && visit->pid && id != visit->id)
		visit->rc = -ESRCH;
	if (visit->rc == 0)
		visit->rc = visit->call(visit->arg);
	return NULL;
}

static int run_visit(struct visit *visit)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, visit_main, visit) != 0)
		return -EUSERS;
	pthread_join(thread, NULL);
	return visit->rc;
}

int namespace_call(const struct queue_stat *st, int (*call)(void *arg), void *arg)
{
	struct visit visit = { .pid = st->ns_pid, .id = st->ns, .call = call, .arg = arg };
	uint64_t own;

	if (!(st->have & STAT_NAMESPACE) || (own_id(&own) == 0 && own == st->ns))
		return call(arg);
	return run_visit(&visit);
}

/* ---- all of them ---- */

/* A namespace that was found, and which items of the list are its queues. */
struct found {
	uint64_t id;
	pid_t pid; /* the first process seen in it */
	unsigned int procs;
	size_t first, n;
};

struct walk {
	struct queue_list *list;
	unsigned int mask, detail;
	struct namespaces_hidden *hidden;
	struct found *found;
	size_t nfound, cap;
	int note[QUEUE_KINDS]; /* of the first namespace that has one */
};

static struct found *find(const struct walk *walk, uint64_t id)
{
	for (size_t i = 0; i < walk->nfound; i++) {
		if (walk->found[i].id == id)
			return &walk->found[i];
	}
	return NULL;
}

static struct found *add(struct walk *walk, uint64_t id)
{
	struct found *found = array_grow(walk->found, walk->nfound, &walk->cap, sizeof(*found));

	if (!found)
		return NULL;
	walk->found = found;
	walk->found[walk->nfound] = (struct found){ .id = id };
	return &walk->found[walk->nfound++];
}

/* Lists the queues of the namespace in which this thread is. */
static int list_here(struct walk *walk, uint64_t id)
{
	struct found *found = add(walk, id);
	int rc;

	if (!found)
		return -ENOMEM;
	found->first = walk->list->n;
	rc = queue_list_more(walk->list, walk->mask, walk->detail);
	found->n = walk->list->n - found->first;
	for (int kind = 0; kind < QUEUE_KINDS; kind++) {
		if (!walk->note[kind])
			walk->note[kind] = walk->list->note[kind];
	}
	return rc;
}

/* Kernel threads and zombies hide nothing. */
static bool is_user_process(pid_t pid)
{
	char path[NS_PATH], text[1024];
	struct proc_stat stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (read_text_file(path, text, sizeof(text)) < 0 || !proc_parse_stat(text, &stat))
		return false;
	return !(stat.flags & PROC_KERNEL_THREAD) && stat.state != 'Z' && stat.state != 'X';
}

/* One process: its namespace is entered and listed if it is new. */
static int look_at_process(struct walk *walk, pid_t pid)
{
	struct found *found;
	uint64_t id;
	int rc = id_of(pid, &id);

	if (rc == -EACCES && is_user_process(pid))
		walk->hidden->processes++;
	if (rc < 0)
		return 0;
	found = find(walk, id);
	if (!found) {
		rc = namespace_enter(pid, &id);
		/* The number of a process that has ended may belong to another one, which still
		 * lives there. */
		if (rc == -ESRCH)
			return 0;
		if (rc == 0 && !find(walk, id))
			rc = list_here(walk, id);
		else if (rc < 0 && add(walk, id))
			walk->hidden->namespaces++;
		if (rc == -ENOMEM)
			return rc;
		found = find(walk, id);
	}
	if (found && !found->procs++)
		found->pid = pid;
	return 0;
}

static void set_namespaces(const struct walk *walk)
{
	for (size_t i = 0; i < walk->nfound; i++) {
		const struct found *found = &walk->found[i];
		struct queue_stat *st = &walk->list->items[found->first];

		for (size_t n = found->n; n > 0; n--, st++) {
			st->ns = found->id;
			st->ns_pid = found->pid;
			st->ns_procs = found->procs;
			st->have |= STAT_NAMESPACE;
		}
	}
}

/* Runs in a thread of its own. */
static int walk_processes(void *arg)
{
	struct walk *walk = arg;
	struct dirent *entry;
	uint64_t id;
	DIR *dir = opendir("/proc");
	int rc = dir ? own_id(&id) : -ENOSYS;

	if (rc == 0)
		rc = list_here(walk, id);
	while (rc == 0 && (entry = readdir(dir))) {
		if (isdigit((unsigned char)*entry->d_name))
			rc = look_at_process(walk, (pid_t)strtol(entry->d_name, NULL, 10));
	}
	if (dir)
		closedir(dir);
	if (rc == 0)
		set_namespaces(walk);
	return rc;
}

static bool has_capability(unsigned int cap)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(cap)].effective & CAP_TO_MASK(cap);
}

int namespaces_list(struct queue_list *list, unsigned int mask, unsigned int detail,
		    struct namespaces_hidden *hidden)
{
	struct walk walk = { .list = list, .mask = mask, .detail = detail, .hidden = hidden };
	struct visit visit = { .call = walk_processes, .arg = &walk };
	int rc;

	*hidden = (struct namespaces_hidden){ 0 };
	if (!has_capability(CAP_SYS_ADMIN))
		return -EPERM;
	if (!has_capability(CAP_SYS_PTRACE))
		return -EACCES;
	rc = queue_list(list, 0, 0);
	if (rc == 0)
		rc = run_visit(&visit);
	for (int kind = 0; kind < QUEUE_KINDS; kind++)
		list->note[kind] = walk.note[kind];
	free(walk.found);
	return rc;
}

void namespaces_explain_hidden(const struct namespaces_hidden *hidden, struct buffer *b)
{
	if (hidden->processes)
		buffer_printf(
			b,
			text_n("%u process may not be looked at, nor an IPC namespace that it"
			       " alone lives in",
			       "%u processes may not be looked at, nor IPC namespaces that they"
			       " alone live in",
			       hidden->processes),
			hidden->processes);
	if (hidden->processes && hidden->namespaces)
		buffer_puts(b, "; ");
	if (hidden->namespaces)
		buffer_printf(b,
			      text_n("%u IPC namespace may not be entered: its queues are not shown",
				     "%u IPC namespaces may not be entered: their queues are not"
				     " shown",
				     hidden->namespaces),
			      hidden->namespaces);
}
