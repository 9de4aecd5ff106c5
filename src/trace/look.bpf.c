/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * look.bpf.c - the programs in the kernel that look at one POSIX queue, when they are called
 *
 * A queue keeps its messages in a tree of priorities, each a list from the oldest on; a body lies in
 * pages, the first of them after the message's head (ipc/mqueue.c, ipc/msgutil.c).  The walk takes no
 * lock, so if the queue changes meanwhile it shows a state that never was; trace-look.c keeps that
 * from everybody else.  Reads of memory that was freed fail or give nonsense, and do no other harm.
 *
 * The structs of the kernel are declared only as far as they are read; libbpf finds out where their
 * members really are (CO-RE).
 */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "trace/kern-look.h"

#define MQUEUE_MAGIC 0x19800202

char LICENSE[] SEC("license") = "GPL";

/* ---- the kernel's structs ---- */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block {
	unsigned long s_magic;
};

struct inode {
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct upid {
	int nr;
	void *ns;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

#define PIDTYPE_TGID 1

struct pid {
	unsigned int level;
	struct hlist_head tasks[2];
	struct upid numbers[1];
};

struct task_struct {
	struct files_struct *files;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct hlist_node pid_links[2];
	char comm[KERN_COMMAND];
};

struct list_head {
	struct list_head *next;
};

struct wait_queue_head {
	struct list_head head;
};

struct wait_queue_entry {
	void *private;
	void *func;
	struct list_head entry;
};

/* What the private member of a wait_queue_entry of poll(2) and select(2) points to. */
struct poll_wqueues {
	struct task_struct *polling_task;
};

struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct mq_attr {
	long mq_curmsgs;
};

struct mqueue_inode_info {
	struct inode vfs_inode;
	struct wait_queue_head wait_q;
	struct rb_root msg_tree;
	struct mq_attr attr;
	struct pid *notify_owner;
	unsigned long qsize;
};

struct posix_msg_tree_node {
	struct rb_node rb_node;
	struct list_head msg_list;
	int priority;
};

struct msg_msgseg {
	struct msg_msgseg *next;
};

struct msg_msg {
	struct list_head m_list;
	size_t m_ts;
	struct msg_msgseg *next;
};

#pragma clang attribute pop

/* The struct that has this member at this address. */
#define CONTAINER(address, type, member) \
	((struct type *)((kern_u64)(address)-bpf_core_field_offset(struct type, member)))
#define MEMBER(address, type, member) \
	((kern_u64)(address) + bpf_core_field_offset(struct type, member))

/* ---- constants once loaded ---- */

const volatile kern_u64 room = 0; /* of the area */
const volatile kern_u64 page = 4096;

/* ---- results ---- */

struct look_walk walk;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(kern_u32));
	__uint(value_size, 4096);
} area SEC(".maps");

/* ---- the queue ---- */

static __always_inline struct mqueue_inode_info *find_queue(kern_u32 fd)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file *file = NULL;
	struct inode *inode;

	if (fd >= BPF_CORE_READ(fdt, max_fds))
		return NULL;
	if (bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(fdt, fd) + fd) != 0 || !file)
		return NULL;
	inode = BPF_CORE_READ(file, f_inode);
	if (BPF_CORE_READ(inode, i_sb, s_magic) != MQUEUE_MAGIC)
		return NULL;
	return CONTAINER(inode, mqueue_inode_info, vfs_inode);
}

/* ---- the walk ---- */

enum phase {
	GO_RIGHT, /* to the highest priority below this node */
	NEXT_MESSAGE,
	NEXT_PIECE, /* of a body */
	GO_LEFT,    /* the node is done: go to the next lower priority */
	GO_UP,
};

struct state {
	struct rb_node *node;
	struct list_head *message;  /* the next one, or the head of the list */
	struct msg_msgseg *segment; /* the next piece of the body */
	kern_u64 left;              /* of the body */
	kern_u64 at;                /* in the area */
	kern_u32 phase;
	kern_u32 priority;
};

/* Not on the stack: the verifier follows each value that lies there through every step. */
static struct state state;

static __always_inline long end_walk(enum look_end end)
{
	walk.end = end;
	return 1;
}

/* A place for a piece if the area has room, or NULL. */
static __always_inline void *place(kern_u64 at)
{
	const kern_u32 zero = 0;
	char *start = bpf_map_lookup_elem(&area, &zero);

	if (!start || room < LOOK_PIECE_MAX || at > room - LOOK_PIECE_MAX)
		return NULL;
	return start + at;
}

/* Copies the next piece of a body, of at most this many bytes. */
static __always_inline long copy(struct state *s, const void *from, kern_u64 longest)
{
	void *to = place(s->at);
	kern_u64 size = s->left < longest ? s->left : longest;

	if (!to)
		return end_walk(LOOK_NO_ROOM);
	if (size > LOOK_PIECE_MAX || bpf_probe_read_kernel(to, size, from) != 0)
		return end_walk(LOOK_TORN);
	s->at += size;
	s->left -= size;
	s->phase = NEXT_PIECE;
	if (s->left)
		return 0;
	s->at = (s->at + 7) & ~7ULL;
	s->phase = NEXT_MESSAGE;
	return 0;
}

static __always_inline long next_message(struct state *s)
{
	const void *node = CONTAINER(s->node, posix_msg_tree_node, rb_node);
	struct look_message record = { .priority = s->priority };
	struct msg_msg *message;
	kern_u64 size = 0;
	void *to;

	if ((kern_u64)s->message == MEMBER(node, posix_msg_tree_node, msg_list)) {
		s->phase = GO_LEFT;
		return 0;
	}
	message = CONTAINER(s->message, msg_msg, m_list);
	if (BPF_CORE_READ_INTO(&s->message, message, m_list.next) != 0 ||
	    BPF_CORE_READ_INTO(&size, message, m_ts) != 0 ||
	    BPF_CORE_READ_INTO(&s->segment, message, next) != 0 || size > room)
		return end_walk(LOOK_TORN);
	to = place(s->at);
	if (!to)
		return end_walk(LOOK_NO_ROOM);
	record.address = (kern_u64)message;
	record.size = (kern_u32)size;
	bpf_probe_read_kernel(to, sizeof(record), &record);
	walk.found++;
	walk.found_bytes += size;
	s->at += sizeof(record);
	s->left = size;
	return copy(s, (char *)message + bpf_core_type_size(struct msg_msg),
		    page - bpf_core_type_size(struct msg_msg));
}

static __always_inline long next_piece(struct state *s)
{
	const struct msg_msgseg *segment = s->segment;

	if (!segment || BPF_CORE_READ_INTO(&s->segment, segment, next) != 0)
		return end_walk(LOOK_TORN);
	return copy(s, (const char *)segment + bpf_core_type_size(struct msg_msgseg),
		    page - bpf_core_type_size(struct msg_msgseg));
}

/* The messages of this node come next. */
static __always_inline long begin_list(struct state *s)
{
	struct posix_msg_tree_node *node = CONTAINER(s->node, posix_msg_tree_node, rb_node);

	s->phase = NEXT_MESSAGE;
	if (BPF_CORE_READ_INTO(&s->message, node, msg_list.next) != 0 ||
	    BPF_CORE_READ_INTO(&s->priority, node, priority) != 0)
		return end_walk(LOOK_TORN);
	return 0;
}

static __always_inline long go_right(struct state *s)
{
	struct rb_node *node = s->node, *right = NULL;

	if (BPF_CORE_READ_INTO(&right, node, rb_right) != 0)
		return end_walk(LOOK_TORN);
	if (!right)
		return begin_list(s);
	s->node = right;
	return 0;
}

static __always_inline long go_left(struct state *s)
{
	struct rb_node *node = s->node, *left = NULL;

	if (BPF_CORE_READ_INTO(&left, node, rb_left) != 0)
		return end_walk(LOOK_TORN);
	s->phase = left ? GO_RIGHT : GO_UP;
	if (left)
		s->node = left;
	return 0;
}

static __always_inline long go_up(struct state *s)
{
	struct rb_node *node = s->node, *parent, *right = NULL;
	unsigned long colored = 0;

	if (BPF_CORE_READ_INTO(&colored, node, __rb_parent_color) != 0)
		return end_walk(LOOK_TORN);
	parent = (struct rb_node *)(colored & ~3UL);
	if (!parent)
		return end_walk(LOOK_WHOLE);
	if (BPF_CORE_READ_INTO(&right, parent, rb_right) != 0)
		return end_walk(LOOK_TORN);
	s->node = parent;
	return right == node ? begin_list(s) : 0;
}

/* Returns 1 at the end. */
static long step(kern_u32 i, void *context)
{
	struct state *s = &state;

	(void)i;
	(void)context;
	switch (s->phase) {
	case GO_RIGHT:
		return go_right(s);
	case NEXT_MESSAGE:
		return next_message(s);
	case NEXT_PIECE:
		return next_piece(s);
	case GO_LEFT:
		return go_left(s);
	default:
		return go_up(s);
	}
}

SEC("syscall")
int peek(struct look_call *call)
{
	struct mqueue_inode_info *queue = find_queue(call->fd);

	walk = (struct look_walk){ .end = LOOK_UNFINISHED };
	state = (struct state){ .phase = GO_RIGHT };
	if (!queue)
		return end_walk(LOOK_NO_QUEUE);
	walk.messages = BPF_CORE_READ(queue, attr.mq_curmsgs);
	walk.bytes = BPF_CORE_READ(queue, qsize);
	state.node = BPF_CORE_READ(queue, msg_tree.rb_node);
	if (state.node)
		bpf_loop(call->steps, step, NULL, 0);
	else
		walk.end = LOOK_WHOLE;
	walk.messages_after = BPF_CORE_READ(queue, attr.mq_curmsgs);
	walk.bytes_after = BPF_CORE_READ(queue, qsize);
	walk.used = state.at;
	return 0;
}

/* ---- who is notified, who polls ---- */

struct look_who who[LOOK_WHO_MAX];
kern_u32 nwho;

static struct list_head *next_entry, *last_entry;

/* The next free place, or NULL. */
static __always_inline struct look_who *add_who(void)
{
	kern_u64 n = nwho;

	if (n >= LOOK_WHO_MAX)
		return NULL;
	nwho++;
	who[n & (LOOK_WHO_MAX - 1)] = (struct look_who){ 0 };
	return &who[n & (LOOK_WHO_MAX - 1)];
}

/* The number of a process in the first PID namespace, and in that of the caller. */
static __always_inline void put_pid(struct look_who *to, struct pid *pid)
{
	const struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *own = BPF_CORE_READ(task, thread_pid);
	kern_u64 level = BPF_CORE_READ(own, level);
	kern_u64 at = level * bpf_core_type_size(struct upid);
	struct upid *there = (struct upid *)(MEMBER(pid, pid, numbers) + at);
	struct upid *here = (struct upid *)(MEMBER(own, pid, numbers) + at);

	to->first_pid = BPF_CORE_READ(pid, numbers[0].nr);
	if (BPF_CORE_READ(pid, level) >= level &&
	    BPF_CORE_READ(there, ns) == BPF_CORE_READ(here, ns))
		to->pid = BPF_CORE_READ(there, nr);
}

static __always_inline void put_owner(struct pid *pid)
{
	struct look_who *to = pid ? add_who() : NULL;
	struct hlist_node *first;
	struct task_struct *task;

	if (!to)
		return;
	to->notified = 1;
	put_pid(to, pid);
	first = BPF_CORE_READ(pid, tasks[PIDTYPE_TGID].first);
	task = CONTAINER(first, task_struct, pid_links[PIDTYPE_TGID]);
	if (first)
		BPF_CORE_READ_STR_INTO(&to->command, task, comm);
}

/* "pollwake": only then is `private` known to belong to poll(2). */
static __always_inline bool is_poll(const char *function)
{
	const char name[] = "pollwake";

	for (int i = 0; i < (int)sizeof(name); i++)
		if (function[i] != name[i])
			return false;
	return true;
}

static long add_poller(kern_u32 i, void *context)
{
	static const char symbol[] = "%ps";
	struct wait_queue_entry *entry;
	struct poll_wqueues *table;
	struct task_struct *task;
	struct look_who *to;
	kern_u64 function;

	(void)i;
	(void)context;
	if (!next_entry || next_entry == last_entry)
		return 1;
	to = add_who();
	if (!to)
		return 1;
	entry = CONTAINER(next_entry, wait_queue_entry, entry);
	next_entry = BPF_CORE_READ(entry, entry.next);
	function = (kern_u64)BPF_CORE_READ(entry, func);
	bpf_snprintf(to->function, sizeof(to->function), symbol, &function, sizeof(function));
	if (!is_poll(to->function))
		return 0;
	table = BPF_CORE_READ(entry, private);
	task = BPF_CORE_READ(table, polling_task, group_leader);
	put_pid(to, BPF_CORE_READ(task, thread_pid));
	BPF_CORE_READ_STR_INTO(&to->command, task, comm);
	return 0;
}

SEC("syscall")
int find_who(struct look_call *call)
{
	struct mqueue_inode_info *queue = find_queue(call->fd);

	nwho = 0;
	walk = (struct look_walk){ .end = queue ? LOOK_WHOLE : LOOK_NO_QUEUE };
	if (!queue)
		return 0;
	put_owner(BPF_CORE_READ(queue, notify_owner));
	last_entry = (struct list_head *)MEMBER(queue, mqueue_inode_info, wait_q.head);
	next_entry = BPF_CORE_READ(queue, wait_q.head.next);
	bpf_loop(LOOK_WHO_MAX, add_poller, NULL, 0);
	return 0;
}
