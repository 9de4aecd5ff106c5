/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.bpf.c - the program in the kernel: what passes through a queue, when the call returns
 *
 * At the exit of a system call its arguments are still in pt_regs, and the body lies in memory that
 * the kernel has just touched.  So the entries are attached only where waiting times are wanted,
 * and filters act before anything is copied: they are constants to the verifier, which drops what
 * they rule out.
 *
 * The structs of the kernel are written down as far as they are read; libbpf finds out where their
 * members really are (CO-RE).
 */
#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "trace/kern.h"

#define MQUEUE_MAGIC 0x19800202
#define MSG_EXCEPT_FLAG 020000
#define MSG_COPY_FLAG 040000
#define ERESTARTSYS 512
#define ERESTART_RESTARTBLOCK 516
#define EINTR 4
#define TYPE_SIZE 8 /* of the mtype before a body */

char LICENSE[] SEC("license") = "GPL";

/* ---- the kernel's structs ---- */

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct ipc_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct ipc_namespace *ipc_ns;
};

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct qstr d_name;
};

struct super_block {
	unsigned long s_magic;
	void *s_fs_info;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct path {
	struct dentry *dentry;
};

struct file {
	struct inode *f_inode;
	struct path f_path;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct task_struct {
	int tgid;
	int pid;
	unsigned long nvcsw;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	char comm[KERN_COMMAND];
};

/* The registers that hold the arguments, on each processor: which one it is libbpf finds out. */
struct pt_regs___x86 {
	unsigned long di, si, dx, r10, r8;
};

struct pt_regs___arm64 {
	unsigned long long regs[31];
	unsigned long long orig_x0;
};

struct pt_regs___riscv {
	unsigned long orig_a0, a1, a2, a3, a4;
};

#pragma clang attribute pop

#define REGISTER(x86, arm64, riscv)                                      \
	(bpf_core_field_exists(((struct pt_regs___x86 *)0)->x86) ?       \
		 (kern_u64)((struct pt_regs___x86 *)regs)->x86 :         \
	 bpf_core_field_exists(((struct pt_regs___arm64 *)0)->orig_x0) ? \
		 (kern_u64)((struct pt_regs___arm64 *)regs)->arm64 :     \
		 (kern_u64)((struct pt_regs___riscv *)regs)->riscv)

static __always_inline kern_u64 argument(const void *regs, int n)
{
	switch (n) {
	case 1:
		return REGISTER(di, orig_x0, orig_a0);
	case 2:
		return REGISTER(si, regs[1], a1);
	case 3:
		return REGISTER(dx, regs[2], a2);
	case 4:
		return REGISTER(r10, regs[3], a3);
	default:
		return REGISTER(r8, regs[4], a4);
	}
}

struct exit_context {
	kern_u64 unused;
	kern_u64 nr;
	kern_s64 ret;
};

/* ---- what is asked for: constants once loaded ---- */

const volatile kern_u32 want_events = 1; /* messages go to the reader */
const volatile kern_u32 want_rows = 0;   /* rows of the summary are kept */
const volatile kern_u32 want_wait = 0;   /* the entries are attached */
const volatile kern_u32 want_failed = 0;
const volatile kern_u32 want_blocked = 0;
const volatile kern_u64 blocked_ns = 0;
const volatile kern_u32 want_pid = 0;
const volatile kern_u32 want_command = 0;
const volatile char command[KERN_COMMAND] = "";
const volatile kern_u32 want_queues = 0; /* those of the map `wanted` */
const volatile kern_u64 want_ns = 0;
const volatile kern_u32 want_type = 0; /* 1: type, 2: any but type, 3: at most type */
const volatile kern_s64 type = 0;
const volatile kern_u32 snaplen = 64;
const volatile kern_u64 clock_base_ns = 0; /* what clocks are counted from */
const volatile kern_u64 wake_at = 0;       /* bytes in the buffer that wake the reader */

/* ---- maps ---- */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

/* A record is put together here, one place for each processor. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(kern_u32));
	__uint(value_size, sizeof(struct kern_event) + KERN_NAME + 64);
} scratch SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, kern_u32);
	__type(value, struct kern_lost);
} lost SEC(".maps");

/* Queues that were decided on: 1 is wanted, 0 is not. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct kern_queue);
	__type(value, kern_u32);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct kern_row_key);
	__type(value, struct kern_row);
} rows SEC(".maps");

struct entered {
	kern_u64 time_ns;
	kern_u64 switches;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct entered);
} pending SEC(".maps");

/* ---- entries ---- */

static __always_inline int enter(void)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct entered *entered;

	if (want_pid && (kern_u32)task->tgid != want_pid)
		return 0;
	entered = bpf_task_storage_get(&pending, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!entered)
		return 0;
	entered->switches = task->nvcsw;
	entered->time_ns = bpf_ktime_get_ns();
	return 0;
}

#define ENTRY(name)                                                         \
	SEC("tp/syscalls/sys_enter_" #name) int enter_##name(void *context) \
	{                                                                   \
		return enter();                                             \
	}

ENTRY(msgsnd)
ENTRY(msgrcv)
ENTRY(mq_timedsend)
ENTRY(mq_timedreceive)

/* ---- exits ---- */

/* What is known of one call. */
struct call {
	struct task_struct *task;
	struct file *file; /* POSIX */
	struct kern_queue queue;
	kern_u64 body; /* in the caller's memory */
	kern_u64 time_ns, wait_ns;
	kern_s64 type;
	kern_u32 size;
	kern_u32 flags;
	kern_u32 priority;
	kern_s32 error;
	kern_u32 direction;
};

static __always_inline kern_s32 error_of(kern_s64 ret)
{
	if (ret >= 0)
		return 0;
	/* The kernel's own numbers for calls that a signal interrupted. */
	if (ret <= -ERESTARTSYS && ret >= -ERESTART_RESTARTBLOCK)
		return EINTR;
	return (kern_s32)-ret;
}

static __always_inline bool command_matches(const struct task_struct *task)
{
	for (int i = 0; i < KERN_COMMAND; i++) {
		char c = task->comm[i];

		if (c != command[i])
			return false;
		if (!c)
			break;
	}
	return true;
}

/* Filters that need the task alone. */
static __always_inline bool process_wanted(const struct task_struct *task)
{
	if (want_pid && (kern_u32)task->tgid != want_pid)
		return false;
	return !want_command || command_matches(task);
}

static __always_inline bool type_wanted(kern_s64 found)
{
	if (want_type == 1)
		return found == type;
	if (want_type == 2)
		return found != type;
	return want_type != 3 || found <= type;
}

/* How long the call took; false where only longer ones are wanted. */
static __always_inline bool time_call(struct call *call)
{
	struct entered *entered;

	call->time_ns = bpf_ktime_get_ns();
	if (!want_wait)
		return true;
	entered = bpf_task_storage_get(&pending, call->task, 0, 0);
	if (!entered || !entered->time_ns)
		return !want_blocked;
	call->wait_ns = call->time_ns - entered->time_ns;
	call->flags |= KERN_HAS_WAIT;
	entered->time_ns = 0;
	if (!want_blocked)
		return true;
	/* It has slept, and long enough. */
	return call->task->nvcsw != entered->switches && call->wait_ns >= blocked_ns;
}

static __always_inline bool queue_wanted(struct call *call)
{
	kern_u32 *decided;

	if (want_ns && call->queue.ns != want_ns)
		return false;
	if (!want_queues)
		return true;
	if (!(call->flags & KERN_HAS_QUEUE))
		return false;
	decided = bpf_map_lookup_elem(&wanted, &call->queue);
	if (!decided)
		call->flags |= KERN_UNDECIDED;
	return !decided || *decided;
}

static __always_inline void count_lost(void)
{
	kern_u32 zero = 0;
	struct kern_lost *sums = bpf_map_lookup_elem(&lost, &zero);

	if (sums)
		sums->messages++;
}

/* Fills the place of this processor but for name and body. */
static __always_inline void fill(struct kern_event *event, const struct call *call)
{
	event->time_ns = call->time_ns;
	event->wait_ns = call->wait_ns;
	event->queue = call->queue;
	event->type = call->type;
	event->priority = call->priority;
	event->error = call->error;
	event->pid = (kern_u32)call->task->tgid;
	event->tid = (kern_u32)call->task->pid;
	event->size = call->size;
	event->kept = 0;
	event->name_len = 0;
	event->flags = call->flags;
	event->direction = call->direction;
	event->unused = 0;
	bpf_get_current_comm(event->command, sizeof(event->command));
}

/* The name of a POSIX queue from its dentry, so that removed ones have theirs too. */
static __always_inline kern_u32 put_name(char *to, const struct call *call)
{
	struct file *file = call->file;
	long n = 0;

	if (file)
		n = bpf_probe_read_kernel_str(to, KERN_NAME,
					      BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return n > 1 && n <= KERN_NAME ? (kern_u32)n - 1 : 0;
}

static __always_inline void put_body(char *to, const struct call *call, struct kern_event *event)
{
	kern_u32 kept = call->size;

	if (kept > snaplen)
		kept = snaplen;
	if (!kept || !(call->flags & KERN_HAS_SIZE))
		return;
	if (bpf_probe_read_user(to, kept, (void *)call->body) == 0)
		event->kept = kept;
	else
		event->flags |= KERN_BODY_LOST;
}

static __always_inline void pass_on(const struct call *call, kern_u32 more_flags, bool body)
{
	kern_u32 cpu = bpf_get_smp_processor_id(), name_len, kept;
	struct kern_event *event = bpf_map_lookup_elem(&scratch, &cpu);
	kern_u64 size, flags = BPF_RB_NO_WAKEUP;
	char *rest;

	if (!event)
		return;
	fill(event, call);
	event->flags |= more_flags;
	rest = (char *)(event + 1);
	name_len = put_name(rest, call);
	event->name_len = name_len;
	if (body && snaplen)
		put_body(rest + (name_len & (KERN_NAME - 1)), call, event);
	kept = event->kept;
	if (kept > snaplen)
		kept = snaplen;
	size = sizeof(*event) + (name_len & (KERN_NAME - 1)) + kept;
	if (bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >= wake_at)
		flags = BPF_RB_FORCE_WAKEUP;
	if (bpf_ringbuf_output(&events, event, size, flags) != 0)
		count_lost();
}

/* The row of a process and a queue; the first time the reader is told its name. */
static __always_inline struct kern_row *find_row(const struct call *call)
{
	struct kern_row_key key = { .queue = call->queue, .pid = (kern_u32)call->task->tgid };
	struct kern_row *row = bpf_map_lookup_elem(&rows, &key);
	static const struct kern_row none;
	kern_u32 zero = 0;
	struct kern_lost *sums;

	if (row)
		return row;
	if (bpf_map_update_elem(&rows, &key, &none, BPF_NOEXIST) == 0)
		pass_on(call, KERN_FIRST_SEEN, false);
	row = bpf_map_lookup_elem(&rows, &key);
	if (!row) {
		sums = bpf_map_lookup_elem(&lost, &zero);
		if (sums)
			sums->rows++;
	}
	return row;
}

static __always_inline void count(const struct call *call)
{
	struct kern_row *row = find_row(call);
	struct kern_sums *sums;

	if (!row)
		return;
	sums = &row->sums[call->direction & 1];
	sums->messages++;
	sums->bytes += call->size;
	sums->wait_ns += call->wait_ns;
	sums->clock_ns += call->time_ns - clock_base_ns;
}

static __always_inline int finish(struct call *call)
{
	if (!queue_wanted(call) || !time_call(call))
		return 0;
	if (want_rows && !call->error)
		count(call);
	if (want_events)
		pass_on(call, 0, true);
	return 0;
}

static __always_inline void *begin(struct call *call, const struct exit_context *context)
{
	call->task = bpf_get_current_task_btf();
	call->error = error_of(context->ret);
	if (call->error && !want_failed)
		return NULL;
	if (!process_wanted(call->task))
		return NULL;
	return (void *)bpf_task_pt_regs(call->task);
}

/* ---- System V ---- */

static __always_inline void find_sysv(struct call *call, kern_s32 msqid)
{
	call->queue.ns = call->task->nsproxy->ipc_ns->ns.inum;
	call->queue.id = (kern_u32)msqid;
	call->queue.kind = KERN_SYSV;
	call->flags |= KERN_HAS_QUEUE;
}

static __always_inline void read_type(struct call *call, kern_u64 message)
{
	if (bpf_probe_read_user(&call->type, sizeof(call->type), (void *)message) == 0)
		call->flags |= KERN_HAS_TYPE;
	call->body = message + TYPE_SIZE;
}

SEC("tp/syscalls/sys_exit_msgsnd")
int exit_msgsnd(struct exit_context *context)
{
	struct call call = { .direction = KERN_SEND };
	void *regs = begin(&call, context);

	if (!regs)
		return 0;
	find_sysv(&call, (kern_s32)argument(regs, 1));
	if (want_ns && call.queue.ns != want_ns)
		return 0;
	read_type(&call, argument(regs, 2));
	if (want_type && !type_wanted(call.type))
		return 0;
	call.size = (kern_u32)argument(regs, 3);
	call.flags |= KERN_HAS_SIZE;
	return finish(&call);
}

SEC("tp/syscalls/sys_exit_msgrcv")
int exit_msgrcv(struct exit_context *context)
{
	struct call call = { .direction = KERN_RECEIVE };
	void *regs = begin(&call, context);

	/* What is copied is not received. */
	if (!regs || (argument(regs, 5) & MSG_COPY_FLAG))
		return 0;
	find_sysv(&call, (kern_s32)argument(regs, 1));
	if (want_ns && call.queue.ns != want_ns)
		return 0;
	if (!call.error) {
		read_type(&call, argument(regs, 2));
		call.size = (kern_u32)context->ret;
		call.flags |= KERN_HAS_SIZE;
	}
	if (want_type && !type_wanted(call.type))
		return 0;
	return finish(&call);
}

/* ---- POSIX ---- */

/* The queue of a descriptor: of the namespace that its file system shows. */
static __always_inline void find_posix(struct call *call, kern_u32 fd)
{
	struct fdtable *fdt = call->task->files->fdt;
	struct file *file = NULL;
	struct super_block *sb;
	struct inode *inode;
	struct ipc_namespace *ns;

	call->queue.ns = call->task->nsproxy->ipc_ns->ns.inum;
	call->queue.kind = KERN_POSIX;
	if (fd >= fdt->max_fds)
		return;
	if (bpf_probe_read_kernel(&file, sizeof(file), fdt->fd + fd) != 0 || !file)
		return;
	inode = BPF_CORE_READ(file, f_inode);
	sb = BPF_CORE_READ(inode, i_sb);
	/* Another thread may have closed it and opened something else. */
	if (BPF_CORE_READ(sb, s_magic) != MQUEUE_MAGIC)
		return;
	ns = BPF_CORE_READ(sb, s_fs_info);
	call->file = file;
	call->queue.ns = BPF_CORE_READ(ns, ns.inum);
	call->queue.id = BPF_CORE_READ(inode, i_ino);
	call->flags |= KERN_HAS_QUEUE;
}

SEC("tp/syscalls/sys_exit_mq_timedsend")
int exit_mq_timedsend(struct exit_context *context)
{
	struct call call = { .direction = KERN_SEND };
	void *regs = begin(&call, context);

	if (!regs)
		return 0;
	find_posix(&call, (kern_u32)argument(regs, 1));
	call.body = argument(regs, 2);
	call.size = (kern_u32)argument(regs, 3);
	call.priority = (kern_u32)argument(regs, 4);
	call.flags |= KERN_HAS_SIZE | KERN_HAS_PRIORITY;
	return finish(&call);
}

SEC("tp/syscalls/sys_exit_mq_timedreceive")
int exit_mq_timedreceive(struct exit_context *context)
{
	struct call call = { .direction = KERN_RECEIVE };
	void *regs = begin(&call, context);
	kern_u64 priority;

	if (!regs)
		return 0;
	find_posix(&call, (kern_u32)argument(regs, 1));
	if (!call.error) {
		call.body = argument(regs, 2);
		call.size = (kern_u32)context->ret;
		call.flags |= KERN_HAS_SIZE;
		priority = argument(regs, 4);
		/* A caller that does not care gives none (mq_receive(3)). */
		if (priority && bpf_probe_read_user(&call.priority, sizeof(call.priority),
						    (void *)priority) == 0)
			call.flags |= KERN_HAS_PRIORITY;
	}
	return finish(&call);
}
