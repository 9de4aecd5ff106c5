/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace.bpf.c - the program in the kernel: what passes through a queue, when the call returns
 *
 * At the exit of a system call its arguments are still in pt_regs, and the body lies in memory that
 * the kernel has just touched.  So the entries are attached only if waiting times are wanted, and
 * filters act before anything is copied: they are constants to the verifier, which drops what they
 * rule out.
 *
 * The structs of the kernel are declared only as far as they are read; libbpf finds out where their
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
#define NAMED 64    /* a power of two */
/* Bodies up to this size are written into the buffer itself, which reserves room
 * for the largest. */
#define DIRECT_MAX 256

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

/* Any struct that begins with a pointer. */
struct list_head {
	struct list_head *next;
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

/* The registers that hold the arguments, for each processor: libbpf finds out which one it is. */
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
const volatile kern_u32 want_rows = 0;   /* enum kern_rows */
const volatile kern_u32 want_wait = 0;   /* the entries are attached */
const volatile kern_u32 want_failed = 0;
const volatile kern_u32 want_blocked = 0;
const volatile kern_u64 blocked_ns = 0;
const volatile kern_u32 want_pid = 0;
const volatile kern_u32 want_command = 0;
const volatile char command[KERN_COMMAND] = "";
const volatile kern_u32 want_queues = 0; /* those in the map `wanted` */
const volatile kern_u64 want_ns = 0;
const volatile kern_u32 want_type = 0; /* 1: type, 2: any but type, 3: at most type */
const volatile kern_s64 type = 0;
const volatile kern_u32 snaplen = 64;
const volatile kern_u64 clock_base_ns = 0; /* the time from which clocks are counted */
/* This many bytes in the buffer wake the reader.  Once: it takes all there is, and waking it again
 * and again would slow the traced programs. */
const volatile kern_u64 wake_at = 0;
const volatile kern_u64 wake_until = 0;

/* ---- maps ---- */

struct named {
	kern_u64 ns, id;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

/* A record with a name, or with a large body, is assembled here, one place for each processor. */
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

/* POSIX queues whose names each processor has told the reader. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NAMED);
	__type(key, kern_u32);
	__type(value, struct named);
} named SEC(".maps");

/* Queues that were decided: 1 is wanted, 0 is not. */
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

/* What is known about one call. */
struct call {
	struct task_struct *task;
	struct file *file; /* POSIX */
	struct kern_queue queue;
	/* In the caller's memory: a System V message begins with its type. */
	kern_u64 message, body;
	kern_u64 time_ns, wait_ns;
	bool slept;
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

/* Filters that need only the task. */
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

/* How long the call took; false if only longer ones are wanted. */
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
	call->slept = call->task->nvcsw != entered->switches;
	call->flags |= KERN_HAS_WAIT;
	entered->time_ns = 0;
	return !want_blocked || (call->slept && call->wait_ns >= blocked_ns);
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

/* Everything except the message. */
static __always_inline void fill(struct kern_event *event, const struct call *call)
{
	event->time_ns = call->time_ns;
	event->wait_ns = call->wait_ns;
	event->queue = call->queue;
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
	event->type = call->type;
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

/* Copies the body to `to`; the type of a System V message precedes it there too, and is copied with
 * it. */
static __always_inline void put_message(struct kern_event *event, char *to, const struct call *call)
{
	kern_u32 kept = call->flags & KERN_HAS_SIZE ? call->size : 0;
	long failed = 0;

	if (kept > snaplen)
		kept = snaplen;
	if (call->message) {
		failed = bpf_probe_read_user(&event->type, TYPE_SIZE + kept, (void *)call->message);
		if (!failed ||
		    bpf_probe_read_user(&event->type, TYPE_SIZE, (void *)call->message) == 0)
			event->flags |= KERN_HAS_TYPE;
	} else if (kept) {
		failed = bpf_probe_read_user(to, kept, (void *)call->body);
	}
	if (failed)
		event->flags |= KERN_BODY_LOST;
	else
		event->kept = kept;
}

static __always_inline kern_u64 wake_flags(void)
{
	kern_u64 waiting = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);

	return waiting >= wake_at && waiting < wake_until ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

/* Written directly to the buffer; false if there is no room. */
static __always_inline bool pass_directly(const struct call *call)
{
	kern_u64 flags = wake_flags();
	struct kern_event *event =
		bpf_ringbuf_reserve(&events, sizeof(struct kern_event) + snaplen, 0);

	if (!event)
		return false;
	fill(event, call);
	put_message(event, (char *)(event + 1), call);
	bpf_ringbuf_submit(event, flags);
	return true;
}

/* Assembled elsewhere, so that it takes only the room it needs. */
static __always_inline bool pass_copied(const struct call *call, kern_u32 more_flags)
{
	kern_u32 cpu = bpf_get_smp_processor_id(), name_len;
	struct kern_event *event = bpf_map_lookup_elem(&scratch, &cpu);
	kern_u64 size;
	char *rest;

	if (!event)
		return false;
	fill(event, call);
	event->flags |= more_flags;
	rest = (char *)(event + 1);
	name_len = put_name(rest, call);
	event->name_len = name_len;
	if (!(more_flags & KERN_FIRST_SEEN))
		put_message(event, rest + (name_len & (KERN_NAME - 1)), call);
	size = sizeof(*event) + name_len + event->kept;
	/* As the verifier sees it, from here on. */
	barrier_var(size);
	if (size > sizeof(*event) + KERN_NAME + snaplen)
		return false;
	return bpf_ringbuf_output(&events, event, size, wake_flags()) == 0;
}

/* True if the reader already knows the name of a POSIX queue; else the place to note that it does
 * now. */
static __always_inline bool is_named(const struct call *call, struct named **place)
{
	kern_u32 at = call->queue.id & (NAMED - 1);

	*place = NULL;
	if (!call->file || (want_queues && !(call->flags & KERN_UNDECIDED)))
		return true;
	*place = bpf_map_lookup_elem(&named, &at);
	if (call->flags & KERN_UNDECIDED)
		return false;
	return *place && (*place)->ns == call->queue.ns && (*place)->id == call->queue.id;
}

static __always_inline void pass_on(const struct call *call)
{
	struct named *place;

	if (is_named(call, &place) && snaplen <= DIRECT_MAX) {
		if (!pass_directly(call))
			count_lost();
		return;
	}
	if (!pass_copied(call, 0)) {
		count_lost();
	} else if (place) {
		place->ns = call->queue.ns;
		place->id = call->queue.id;
	}
}

/* The row of a call; the reader is told whose it is the first time. */
static __always_inline struct kern_row *find_row(const struct call *call)
{
	const bool of_processes = want_rows == KERN_ROWS_OF_PROCESSES;
	struct kern_row_key key = { .queue = call->queue,
				    .pid = of_processes ? (kern_u32)call->task->tgid : 0 };
	struct kern_row *row = bpf_map_lookup_elem(&rows, &key);
	static const struct kern_row none;
	kern_u32 zero = 0;
	struct kern_lost *sums;

	if (row)
		return row;
	if (bpf_map_update_elem(&rows, &key, &none, BPF_NOEXIST) == 0 && of_processes &&
	    !pass_copied(call, KERN_FIRST_SEEN))
		count_lost();
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
	sums->started++;
	barrier();
	sums->bytes += call->size;
	if (call->slept)
		sums->wait_ns += call->wait_ns;
	sums->clock_ns += call->time_ns - clock_base_ns;
	barrier();
	sums->messages++;
}

static __always_inline int finish(struct call *call)
{
	if (!queue_wanted(call) || !time_call(call))
		return 0;
	if (want_rows && !call->error)
		count(call);
	if (want_events)
		pass_on(call);
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

/* What a System V message is; its type is read early only if a filter needs it. */
static __always_inline bool take_sysv(struct call *call, kern_u64 message, kern_u32 size)
{
	call->message = message;
	call->size = size;
	call->flags |= KERN_HAS_SIZE;
	if (!want_type)
		return true;
	(void)bpf_probe_read_user(&call->type, sizeof(call->type), (void *)message);
	return type_wanted(call->type);
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
	if (!take_sysv(&call, argument(regs, 2), (kern_u32)argument(regs, 3)))
		return 0;
	return finish(&call);
}

SEC("tp/syscalls/sys_exit_msgrcv")
int exit_msgrcv(struct exit_context *context)
{
	struct call call = { .direction = KERN_RECEIVE };
	void *regs = begin(&call, context);

	/* Copying with MSG_COPY is not receiving. */
	if (!regs || (argument(regs, 5) & MSG_COPY_FLAG))
		return 0;
	find_sysv(&call, (kern_s32)argument(regs, 1));
	if (want_ns && call.queue.ns != want_ns)
		return 0;
	/* A call that failed has no type: the filter sees 0. */
	if (call.error ? want_type && !type_wanted(0) :
			 !take_sysv(&call, argument(regs, 2), (kern_u32)context->ret))
		return 0;
	return finish(&call);
}

/* ---- POSIX ---- */

/* A pointer that the verifier reads through like C, from Linux 6.2 on; a fault reads zeros. */
extern void *bpf_rdonly_cast(const void *pointer, kern_u32 type_id) __ksym __weak;

#define CAST(type, pointer) \
	((struct type *)bpf_rdonly_cast(pointer, bpf_core_type_id_kernel(struct type)))
/* The older way, with a call for each member. */
#define READ(from, member) (cast ? (from)->member : BPF_CORE_READ(from, member))

static __always_inline struct file *file_of(struct fdtable *fdt, kern_u32 fd, const bool cast)
{
	struct file *file = NULL;

	if (fd >= fdt->max_fds)
		return NULL;
	if (cast)
		return CAST(file, CAST(list_head, fdt->fd + fd)->next);
	if (bpf_probe_read_kernel(&file, sizeof(file), fdt->fd + fd) != 0)
		return NULL;
	return file;
}

/* The queue of a descriptor: in the namespace that its file system shows. */
static __always_inline void find_posix(struct call *call, kern_u32 fd, const bool cast)
{
	struct file *file = file_of(call->task->files->fdt, fd, cast);
	struct ipc_namespace *ns;
	struct super_block *sb;
	struct inode *inode;

	call->queue.ns = call->task->nsproxy->ipc_ns->ns.inum;
	call->queue.kind = KERN_POSIX;
	if (!file)
		return;
	inode = READ(file, f_inode);
	sb = READ(inode, i_sb);
	/* Another thread may have closed it and opened something else. */
	if (READ(sb, s_magic) != MQUEUE_MAGIC)
		return;
	ns = READ(sb, s_fs_info);
	if (cast)
		ns = CAST(ipc_namespace, ns);
	call->file = file;
	call->queue.ns = READ(ns, ns.inum);
	call->queue.id = READ(inode, i_ino);
	call->flags |= KERN_HAS_QUEUE;
}

static __always_inline int exit_send(const struct exit_context *context, const bool cast)
{
	struct call call = { .direction = KERN_SEND };
	void *regs = begin(&call, context);

	if (!regs)
		return 0;
	find_posix(&call, (kern_u32)argument(regs, 1), cast);
	call.body = argument(regs, 2);
	call.size = (kern_u32)argument(regs, 3);
	call.priority = (kern_u32)argument(regs, 4);
	call.flags |= KERN_HAS_SIZE | KERN_HAS_PRIORITY;
	return finish(&call);
}

static __always_inline void read_priority(struct call *call, kern_u64 from)
{
	/* A caller that does not want it passes NULL (mq_receive(3)). */
	if (from && bpf_probe_read_user(&call->priority, sizeof(call->priority), (void *)from) == 0)
		call->flags |= KERN_HAS_PRIORITY;
}

static __always_inline int exit_receive(const struct exit_context *context, const bool cast)
{
	struct call call = { .direction = KERN_RECEIVE };
	void *regs = begin(&call, context);

	if (!regs)
		return 0;
	find_posix(&call, (kern_u32)argument(regs, 1), cast);
	if (!call.error) {
		call.body = argument(regs, 2);
		call.size = (kern_u32)context->ret;
		call.flags |= KERN_HAS_SIZE;
		if (want_events)
			read_priority(&call, argument(regs, 4));
	}
	return finish(&call);
}

/* Each in two versions: if the kernel lacks bpf_rdonly_cast(), only the second one loads. */
SEC("tp/syscalls/sys_exit_mq_timedsend")
int exit_mq_timedsend(struct exit_context *context)
{
	return exit_send(context, true);
}

SEC("tp/syscalls/sys_exit_mq_timedsend")
int exit_mq_timedsend_probe(struct exit_context *context)
{
	return exit_send(context, false);
}

SEC("tp/syscalls/sys_exit_mq_timedreceive")
int exit_mq_timedreceive(struct exit_context *context)
{
	return exit_receive(context, true);
}

SEC("tp/syscalls/sys_exit_mq_timedreceive")
int exit_mq_timedreceive_probe(struct exit_context *context)
{
	return exit_receive(context, false);
}
