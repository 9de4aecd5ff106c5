/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-look.c - looks at one POSIX queue from inside the kernel
 *
 * The walk through a queue takes no lock.  A reading counts if the next one is equal, byte for byte
 * and address for address, and both agree with what the queue says about itself; no other leaves
 * this file.
 */
#include "config.h"

#include "trace/trace-look.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "queue/tracer-refusal.h"
#include "trace/kern-look.h"
#include "trace/trace-may.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wshadow"
#include "trace/look.skel.h"
#pragma GCC diagnostic pop

/* bpf_loop() came with Linux 5.17. */
#define LOOK_LINUX TRACER_LINUX(5, 17)
#define FIRST_ROOM (1u << 20)
/* The verifier follows no pointer further than this. */
#define MOST_ROOM ((uint64_t)1 << 29)
/* A busy queue is read this often, and for this long, before it is given up. */
#define READINGS 10000
/* Waiters may come and go all the time. */
#define WHO_READINGS 100
#define LONGEST_NS (2 * NSEC_PER_SEC)

struct trace_look {
	struct look_bpf *skel;
	char *area;
	uint64_t room;
	char *before; /* the reading before, in an area of the same size */
};

/* ---- loading ---- */

void trace_look_close(struct trace_look *look)
{
	if (!look)
		return;
	if (look->area)
		munmap(look->area, look->room);
	if (look->skel)
		look_bpf__destroy(look->skel);
	free(look->before);
	free(look);
}

static int silence(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static int load_programs(struct trace_look *look, struct tracer_refusal *why)
{
	void *area;
	int rc;

	libbpf_set_print(silence);
	look->before = malloc(look->room);
	look->skel = look_bpf__open();
	if (!look->before || !look->skel)
		return -ENOMEM;
	look->skel->rodata->room = look->room;
	look->skel->rodata->page = (uint64_t)sysconf(_SC_PAGESIZE);
	rc = bpf_map__set_value_size(look->skel->maps.area, (uint32_t)look->room);
	if (rc == 0)
		rc = look_bpf__load(look->skel);
	if (rc < 0)
		return trace_explain_refusal(rc, "bpf(2)", why);
	area = mmap(NULL, look->room, PROT_READ, MAP_SHARED, bpf_map__fd(look->skel->maps.area), 0);
	if (area == MAP_FAILED)
		return -errno;
	look->area = area;
	return 0;
}

/* Loads it with an area of that many bytes. */
static int open_look(struct trace_look **look, uint64_t room, struct tracer_refusal *why)
{
	struct trace_look *made;
	int rc = trace_may_load(LOOK_LINUX, why);

	if (rc < 0)
		return rc;
	made = calloc(1, sizeof(*made));
	if (!made)
		return -ENOMEM;
	made->room = room;
	rc = load_programs(made, why);
	if (rc == 0)
		*look = made;
	else
		trace_look_close(made);
	return rc;
}

/* Makes room for a queue of that many messages and bytes, by what it says about itself. */
static int make_room(struct trace_look **look, uint64_t messages, uint64_t bytes,
		     struct tracer_refusal *why)
{
	uint64_t needed = messages * (sizeof(struct look_message) + 8) + bytes + LOOK_PIECE_MAX;
	uint64_t room = FIRST_ROOM;

	/* It may grow meanwhile. */
	while (room < needed && room < MOST_ROOM)
		room *= 2;
	if (room < needed)
		return tracer_refuse(why, -EFBIG, TRACER_TOO_LARGE, NULL, 0);
	if (*look && (*look)->room >= needed)
		return 0;
	trace_look_close(*look);
	*look = NULL;
	return open_look(look, room, why);
}

/* ---- reading ---- */

/* The steps of a walk through that many messages and bytes: a message may have a node of its own,
 * which takes four, and the pieces of its body. */
static uint32_t steps_for(uint64_t messages, uint64_t bytes)
{
	uint64_t piece = (uint64_t)sysconf(_SC_PAGESIZE) / 2;

	return (uint32_t)(64 + 6 * messages + bytes / piece);
}

static int run(struct trace_look *look, const struct bpf_program *program, int fd, uint32_t steps)
{
	struct look_call call = { .fd = (uint32_t)fd, .steps = steps };
	struct bpf_test_run_opts opts = { .sz = sizeof(opts),
					  .ctx_in = &call,
					  .ctx_size_in = sizeof(call) };

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts) != 0)
		return -errno;
	return look->skel->bss->walk.end == LOOK_NO_QUEUE ? -EBADF : 0;
}

/* True if this is the whole queue and nothing else, as far as one reading can tell. */
static bool is_whole(const struct look_walk *walk)
{
	return walk->end == LOOK_WHOLE && walk->found == walk->messages &&
	       walk->found_bytes == walk->bytes && walk->messages == walk->messages_after &&
	       walk->bytes == walk->bytes_after;
}

/* Reads until two readings are equal; *walk is then the last one. */
static int read_twice(struct trace_look **look, int fd, struct look_walk *walk,
		      struct tracer_refusal *why)
{
	const int64_t until = clock_monotonic_ns() + LONGEST_NS;
	struct look_walk before = { .end = LOOK_UNFINISHED };
	int rc = 0;

	*walk = before;
	for (int i = 0; i < READINGS && clock_monotonic_ns() < until; i++) {
		rc = make_room(look, walk->messages, walk->bytes, why);
		if (rc == 0)
			rc = run(*look, (*look)->skel->progs.peek, fd,
				 steps_for(walk->messages, walk->bytes));
		if (rc < 0)
			return rc;
		*walk = (*look)->skel->bss->walk;
		if (!is_whole(walk)) {
			before.end = LOOK_UNFINISHED;
			continue;
		}
		if (is_whole(&before) && before.used == walk->used &&
		    memcmp((*look)->before, (*look)->area, walk->used) == 0)
			return 0;
		memcpy((*look)->before, (*look)->area, walk->used);
		before = *walk;
	}
	return tracer_refuse(why, -EBUSY, TRACER_BUSY, NULL, 0);
}

/* Addresses of the kernel are left out. */
static void put_messages(const struct trace_look *look, const struct look_walk *walk,
			 struct tracer_answer *answer)
{
	static const char padding[8];
	struct look_message message;

	for (uint64_t at = 0; at < walk->used; answer->records++) {
		struct tracer_message record;

		memcpy(&message, look->before + at, sizeof(message));
		record = (struct tracer_message){ message.priority, message.size };
		at += sizeof(message);
		buffer_put(&answer->data, &record, sizeof(record));
		buffer_put(&answer->data, look->before + at, message.size);
		buffer_put(&answer->data, padding, -message.size & 7);
		at += (message.size + 7ULL) & ~7ULL;
	}
}

/* A process that may not receive may not look either; the caller has opened the queue. */
static bool is_readable(int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_PATH) && (flags & O_ACCMODE) != O_WRONLY;
}

int trace_look_peek(struct trace_look **look, int fd, struct tracer_answer *answer,
		    struct tracer_refusal *why)
{
	struct look_walk walk;
	int rc;

	if (!is_readable(fd))
		return -EBADF;
	rc = read_twice(look, fd, &walk, why);
	if (rc == 0)
		put_messages(*look, &walk, answer);
	return rc;
}

/* ---- notification and polling ---- */

static enum tracer_how how(const struct look_who *who)
{
	if (who->notified)
		return TRACER_NOTIFIED;
	if (strcmp(who->function, "pollwake") == 0)
		return TRACER_POLLS;
	return strcmp(who->function, "ep_poll_callback") == 0 ? TRACER_EPOLLS : TRACER_OTHER;
}

static void put_who(const struct look_who *who, struct tracer_answer *answer)
{
	struct tracer_who record = {
		.how = how(who),
		.pid = who->pid,
		.first_pid = who->first_pid,
	};

	memcpy(record.command, who->command, sizeof(record.command));
	memcpy(record.function, who->function, sizeof(record.function));
	buffer_put(&answer->data, &record, sizeof(record));
	answer->records++;
}

int trace_look_who(struct trace_look **look, int fd, struct tracer_answer *answer,
		   struct tracer_refusal *why)
{
	struct look_who before[LOOK_WHO_MAX];
	uint32_t nbefore = UINT32_MAX;
	const struct look_bpf__bss *bss;
	bool equal = false;
	int rc = make_room(look, 0, 0, why);

	for (int i = 0; rc == 0 && i < WHO_READINGS && !equal; i++) {
		rc = run(*look, (*look)->skel->progs.find_who, fd, 0);
		bss = (*look)->skel->bss;
		equal = bss->nwho == nbefore &&
			memcmp(before, bss->who, nbefore * sizeof(*before)) == 0;
		nbefore = bss->nwho;
		memcpy(before, bss->who, nbefore * sizeof(*before));
	}
	if (rc == 0 && !equal)
		return tracer_refuse(why, -EBUSY, TRACER_BUSY, NULL, 0);
	for (uint32_t i = 0; rc == 0 && i < nbefore; i++)
		put_who(&before[i], answer);
	return rc;
}
