/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-load.c - the program in the kernel, from this side
 */
#include "config.h"

#include "trace/trace-load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "queue/tracer-refusal.h"
#include "trace/trace-may.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wshadow"
#include "trace/trace.skel.h"
#pragma GCC diagnostic pop

#define LINKS_MAX 8
/* A row is read again if a processor counts in it, which takes it some nanoseconds. */
#define ROW_TRIES 1000
/* Queues, or processes with their queues, that have rows of their own. */
#define ROWS_OF_PROCESSES 16384
#define ROWS_OF_QUEUES 65536

struct trace_load {
	struct trace_bpf *skel;
	struct ring_buffer *ring;
	struct bpf_link *links[LINKS_MAX];
	size_t nlinks;
	int tracefs; /* its root, not mounted anywhere; -1 */
	int cpus;
	void *values; /* for one key of a map that has a copy for each processor */
};

/* ---- loading ---- */

static void set_wants(struct trace_load *load, const struct trace_wants *w)
{
	struct trace_bpf__rodata *ro = load->skel->rodata;

	ro->want_events = w->events;
	ro->want_rows = w->rows;
	ro->want_wait = w->waits;
	ro->want_failed = w->failed;
	ro->want_blocked = w->blocked;
	ro->blocked_ns = w->blocked_ns;
	ro->want_pid = w->pid;
	ro->want_command = w->command != NULL;
	if (w->command)
		memcpy(ro->command, w->command, strnlen(w->command, KERN_COMMAND - 1));
	ro->want_queues = w->queues;
	ro->want_ns = w->ns;
	ro->want_type = w->which_type;
	ro->type = w->type;
	ro->snaplen = w->snaplen;
	ro->clock_base_ns = (uint64_t)clock_monotonic_ns();
}

/* The programs of one call: the entry, the exit, and the exit for kernels without
 * bpf_rdonly_cast(). */
struct call_programs {
	struct bpf_program *entry, *exit, *older_exit;
	enum kern_kind kind;
	enum kern_direction direction;
};

#define CALLS 4

static void list_programs(const struct trace_load *load, struct call_programs calls[static CALLS])
{
	const struct trace_bpf *skel = load->skel;

	calls[0] = (struct call_programs){ skel->progs.enter_msgsnd, skel->progs.exit_msgsnd, NULL,
					   KERN_SYSV, KERN_SEND };
	calls[1] = (struct call_programs){ skel->progs.enter_msgrcv, skel->progs.exit_msgrcv, NULL,
					   KERN_SYSV, KERN_RECEIVE };
	calls[2] = (struct call_programs){ skel->progs.enter_mq_timedsend,
					   skel->progs.exit_mq_timedsend,
					   skel->progs.exit_mq_timedsend_probe, KERN_POSIX,
					   KERN_SEND };
	calls[3] = (struct call_programs){ skel->progs.enter_mq_timedreceive,
					   skel->progs.exit_mq_timedreceive,
					   skel->progs.exit_mq_timedreceive_probe, KERN_POSIX,
					   KERN_RECEIVE };
}

/* What is not attached need not be loaded. */
static void choose_programs(struct trace_load *load, const struct trace_wants *w, bool older)
{
	struct call_programs calls[CALLS];

	list_programs(load, calls);
	for (size_t i = 0; i < CALLS; i++) {
		bool wanted = w->kinds[calls[i].kind] && w->directions[calls[i].direction];

		bpf_program__set_autoload(calls[i].entry, wanted && w->waits);
		bpf_program__set_autoload(calls[i].exit, wanted && !(older && calls[i].older_exit));
		if (calls[i].older_exit)
			bpf_program__set_autoload(calls[i].older_exit, wanted && older);
	}
}

static int size_maps(struct trace_load *load, const struct trace_wants *w)
{
	uint32_t size = 4096;
	int rc;

	while (size < w->buffer && size < 1u << 30)
		size *= 2;
	load->skel->rodata->wake_at = size / 4;
	/* No record is larger than this, so none is overlooked. */
	load->skel->rodata->wake_until =
		size / 4 + 2 * (sizeof(struct kern_event) + KERN_NAME + w->snaplen);
	rc = bpf_map__set_max_entries(load->skel->maps.events, size);
	if (rc == 0)
		rc = bpf_map__set_max_entries(load->skel->maps.rows,
					      w->rows == KERN_ROWS_OF_QUEUES ? ROWS_OF_QUEUES :
									       ROWS_OF_PROCESSES);
	if (rc == 0)
		rc = bpf_map__set_max_entries(load->skel->maps.scratch, (uint32_t)load->cpus);
	if (rc == 0)
		rc = bpf_map__set_value_size(load->skel->maps.scratch,
					     (uint32_t)sizeof(struct kern_event) + KERN_NAME +
						     w->snaplen);
	return rc;
}

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int load_skeleton(struct trace_load *load, const struct trace_wants *wants, bool older)
{
	int rc;

	load->skel = trace_bpf__open();
	if (!load->skel)
		return -ENOMEM;
	set_wants(load, wants);
	choose_programs(load, wants, older);
	rc = size_maps(load, wants);
	if (rc == 0)
		rc = trace_bpf__load(load->skel);
	if (rc < 0) {
		trace_bpf__destroy(load->skel);
		load->skel = NULL;
	}
	return rc;
}

static int load_program(struct trace_load *load, const struct trace_wants *wants,
			struct tracer_refusal *why)
{
	const char *older = secure_getenv("MQTOOL_TRACE_OLDER"); /* for tests */
	int rc;

	libbpf_set_print(silence);
	load->cpus = libbpf_num_possible_cpus();
	if (load->cpus < 0)
		return load->cpus;
	load->values = calloc((size_t)load->cpus, sizeof(struct kern_row));
	if (!load->values)
		return -ENOMEM;
	rc = load_skeleton(load, wants, older != NULL);
	/* bpf_rdonly_cast() came with Linux 6.2. */
	if (rc < 0 && rc != -EPERM && rc != -ENOMEM && !older)
		rc = load_skeleton(load, wants, true);
	return rc < 0 ? trace_explain_refusal(rc, "bpf(2)", why) : 0;
}

int trace_load_open(struct trace_load **load, const struct trace_wants *wants,
		    struct tracer_refusal *why)
{
	struct trace_load *made;
	int rc = trace_may_load(TRACE_LINUX, why);

	if (rc < 0)
		return rc;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->tracefs = -1;
	rc = load_program(made, wants, why);
	if (rc == 0)
		*load = made;
	else
		trace_load_close(made);
	return rc;
}

/* ---- attaching ---- */

/* The file system of events, if it is mounted; -EACCES if it is, and may not be read. */
static int open_mounted(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	int error = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		int fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (fd >= 0 && faccessat(fd, "events/syscalls", F_OK, AT_EACCESS) == 0)
			return fd;
		if (fd >= 0 && errno == EACCES)
			error = -EACCES;
		if (fd >= 0)
			close(fd);
	}
	return error;
}

/* The same, not mounted anywhere, if that is permitted. */
static int open_unmounted(void)
{
	int mount = -1, fs = (int)syscall(SYS_fsopen, "tracefs", 1 /* FSOPEN_CLOEXEC */);

	if (fs < 0)
		return -errno;
	if (syscall(SYS_fsconfig, fs, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0) == 0)
		mount = (int)syscall(SYS_fsmount, fs, 1 /* FSMOUNT_CLOEXEC */, 0);
	if (mount < 0)
		mount = -errno;
	close(fs);
	return mount;
}

static int open_tracefs(struct tracer_refusal *why)
{
	int mounted = open_mounted(), fd = mounted < 0 ? open_unmounted() : mounted;

	if (fd >= 0)
		return fd;
	if (mounted == -EACCES)
		return tracer_refuse(why, -EPERM, TRACER_TRACEFS_CLOSED, NULL, 0);
	return tracer_refuse(why, fd == -EPERM ? -EPERM : -ENOTSUP, TRACER_NO_TRACEFS, NULL, -fd);
}

static int read_event_id(struct trace_load *load, const char *event, struct tracer_refusal *why)
{
	char path[96], text[32];
	ssize_t n = -1;
	int fd;

	if (load->tracefs < 0)
		load->tracefs = open_tracefs(why);
	if (load->tracefs < 0)
		return load->tracefs;
	snprintf(path, sizeof(path), "events/syscalls/%s/id", event);
	fd = openat(load->tracefs, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	if (n > 0) {
		text[n] = '\0';
		return atoi(text);
	}
	return tracer_refuse(why, errno == EACCES ? -EPERM : -ENOTSUP, TRACER_NO_EVENT, event,
			     errno);
}

/* One event on one processor is enough: the program then runs on all of them. */
static int open_event(int id)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = (uint64_t)id,
		.sample_period = 1,
	};
	int cpu = sched_getcpu();
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu < 0 ? 0 : cpu, -1,
			      PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* SEC() is "tp/syscalls/sys_exit_msgsnd". */
static const char *event_of(const struct bpf_program *program)
{
	const char *slash = strrchr(bpf_program__section_name(program), '/');

	return slash ? slash + 1 : "";
}

static int attach_one(struct trace_load *load, struct bpf_program *program,
		      struct tracer_refusal *why)
{
	int id = read_event_id(load, event_of(program), why);
	struct bpf_link *link;
	int fd;

	if (id < 0)
		return id;
	fd = open_event(id);
	if (fd < 0)
		return trace_explain_refusal(fd, "perf_event_open(2)", why);
	link = bpf_program__attach_perf_event(program, fd);
	if (!link) {
		id = -errno;
		close(fd);
		return trace_explain_refusal(id, "bpf(2)", why);
	}
	load->links[load->nlinks++] = link;
	return 0;
}

static int attach_loaded(struct trace_load *load, struct bpf_program *program,
			 struct tracer_refusal *why)
{
	return program && bpf_program__autoload(program) ? attach_one(load, program, why) : 0;
}

/* Entries first: an exit without its entry has no time. */
int trace_load_attach(struct trace_load *load, struct tracer_refusal *why)
{
	struct call_programs calls[CALLS];
	int rc = 0;

	list_programs(load, calls);
	for (size_t i = 0; i < CALLS && rc == 0; i++)
		rc = attach_loaded(load, calls[i].entry, why);
	for (size_t i = 0; i < CALLS && rc == 0; i++) {
		rc = attach_loaded(load, calls[i].exit, why);
		if (rc == 0)
			rc = attach_loaded(load, calls[i].older_exit, why);
	}
	return rc;
}

void trace_load_detach(struct trace_load *load)
{
	while (load->nlinks)
		bpf_link__destroy(load->links[--load->nlinks]);
}

void trace_load_close(struct trace_load *load)
{
	if (!load)
		return;
	trace_load_detach(load);
	ring_buffer__free(load->ring);
	if (load->skel)
		trace_bpf__destroy(load->skel);
	if (load->tracefs >= 0)
		close(load->tracefs);
	free(load->values);
	free(load);
}

/* ---- reading ---- */

int trace_load_set_reader(struct trace_load *load, int (*one)(void *arg, void *data, size_t size),
			  void *arg)
{
	load->ring = ring_buffer__new(bpf_map__fd(load->skel->maps.events), one, arg, NULL);
	return load->ring ? 0 : -errno;
}

int trace_load_fd(const struct trace_load *load)
{
	return ring_buffer__epoll_fd(load->ring);
}

int trace_load_read(struct trace_load *load)
{
	int rc = ring_buffer__consume(load->ring);

	return rc < 0 ? rc : 0;
}

int trace_load_decide(struct trace_load *load, const struct kern_queue *queue, bool wanted)
{
	const uint32_t value = wanted;

	return bpf_map_update_elem(bpf_map__fd(load->skel->maps.wanted), queue, &value, BPF_ANY) ==
			       0 ?
		       0 :
		       -errno;
}

void trace_load_lost(struct trace_load *load, struct kern_lost *lost)
{
	const struct kern_lost *each = load->values;
	const uint32_t zero = 0;

	*lost = (struct kern_lost){ 0 };
	if (bpf_map_lookup_elem(bpf_map__fd(load->skel->maps.lost), &zero, load->values) != 0)
		return;
	for (int i = 0; i < load->cpus; i++) {
		lost->messages += each[i].messages;
		lost->rows += each[i].rows;
	}
}

/* False if a processor was counting while its copy was made. */
static bool add_up(const struct trace_load *load, struct kern_row *sum)
{
	const struct kern_row *each = load->values;

	*sum = (struct kern_row){ 0 };
	for (int i = 0; i < load->cpus; i++) {
		for (int d = 0; d < KERN_DIRECTIONS; d++) {
			if (each[i].sums[d].started != each[i].sums[d].messages)
				return false;
			sum->sums[d].messages += each[i].sums[d].messages;
			sum->sums[d].bytes += each[i].sums[d].bytes;
			sum->sums[d].wait_ns += each[i].sums[d].wait_ns;
			sum->sums[d].clock_ns += each[i].sums[d].clock_ns;
		}
	}
	return true;
}

/* A row, its processors added up; false if it is gone. */
static bool read_row(struct trace_load *load, int map, const struct kern_row_key *key,
		     struct kern_row *sum)
{
	for (int i = 0; i < ROW_TRIES; i++) {
		if (bpf_map_lookup_elem(map, key, load->values) != 0)
			return false;
		if (add_up(load, sum))
			break;
	}
	return true;
}

int trace_load_rows(struct trace_load *load,
		    int (*one)(void *arg, const struct kern_row_key *key,
			       const struct kern_row *row),
		    void *arg)
{
	int map = bpf_map__fd(load->skel->maps.rows), rc = 0;
	struct kern_row_key key, next, *before = NULL;
	struct kern_row sum;

	while (rc == 0 && bpf_map_get_next_key(map, before, &next) == 0) {
		if (read_row(load, map, &next, &sum))
			rc = one(arg, &next, &sum);
		key = next;
		before = &key;
	}
	return rc;
}

uint64_t trace_load_clock(const struct trace_load *load)
{
	return (uint64_t)clock_monotonic_ns() - load->skel->rodata->clock_base_ns;
}
