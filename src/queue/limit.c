/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit.c - every limit of the kernel on message queues: value, known use, where it is set
 */
#include "config.h"

#include "queue/limit.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/text.h"
#include "base/util.h"
#include "queue/queue-stat.h"

enum limit_use { USE_UNKNOWN, USE_QUEUES, USE_CHARGE };

struct limit_source {
	const char *name;
	const char *setting;
	const char *help;
	enum queue_kind kind;
	bool bytes;
	const char *path; /* of the sysctl; NULL for a resource limit */
	int resource;
	enum limit_use use;
};

#define SYSV_SYSCTL(name) "kernel." name, .path = "/proc/sys/kernel/" name
#define POSIX_SYSCTL(name) "fs.mqueue." name, .path = "/proc/sys/fs/mqueue/" name

static const struct limit_source sources[LIMITS_MAX] = {
	{ "msgmax", .setting = SYSV_SYSCTL("msgmax"), .help = N_("largest message"),
	  .kind = QUEUE_SYSV, .bytes = true },
	{ "msgmnb", .setting = SYSV_SYSCTL("msgmnb"), .help = N_("msg_qbytes of a new queue"),
	  .kind = QUEUE_SYSV, .bytes = true },
	{ "msgmni", .setting = SYSV_SYSCTL("msgmni"), .help = N_("queues"), .kind = QUEUE_SYSV,
	  .use = USE_QUEUES },
	{ "msg_max", .setting = POSIX_SYSCTL("msg_max"), .help = N_("largest mq_maxmsg"),
	  .kind = QUEUE_POSIX },
	{ "msgsize_max", .setting = POSIX_SYSCTL("msgsize_max"), .help = N_("largest mq_msgsize"),
	  .kind = QUEUE_POSIX, .bytes = true },
	{ "queues_max", .setting = POSIX_SYSCTL("queues_max"), .help = N_("queues"),
	  .kind = QUEUE_POSIX, .use = USE_QUEUES },
	{ "msg_default", .setting = POSIX_SYSCTL("msg_default"),
	  .help = N_("default mq_maxmsg of a new queue"), .kind = QUEUE_POSIX },
	{ "msgsize_default", .setting = POSIX_SYSCTL("msgsize_default"),
	  .help = N_("default mq_msgsize of a new queue"), .kind = QUEUE_POSIX, .bytes = true },
	{ "RLIMIT_MSGQUEUE", .setting = "ulimit -q", .resource = RLIMIT_MSGQUEUE,
	  .help = N_("total capacity of a user's queues"), .kind = QUEUE_POSIX, .bytes = true,
	  .use = USE_CHARGE },
	{ "RLIMIT_NOFILE", .setting = "ulimit -n", .resource = RLIMIT_NOFILE,
	  .help = N_("open queues and files of a process"), .kind = QUEUE_POSIX },
};

static void read_value(struct limit *limit, const struct limit_source *source)
{
	struct rlimit rlim;

	if (source->path) {
		limit->known = read_number_file(source->path, &limit->value) == 0;
	} else if (getrlimit(source->resource, &rlim) == 0) {
		limit->known = true;
		limit->unlimited = rlim.rlim_cur == RLIM_INFINITY;
		limit->value = limit->unlimited ? 0 : rlim.rlim_cur;
	}
}

static uint64_t count_queues(const struct queue_list *list, enum queue_kind kind)
{
	uint64_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += list->items[i].kind == kind;
	return n;
}

/* A queue's maker is charged, but only its owner can be seen. */
static uint64_t count_charge(const struct queue_list *list, uid_t uid)
{
	const unsigned int need = STAT_OWNER | STAT_MAXMSG | STAT_MSGSIZE;
	uint64_t bytes = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct queue_stat *st = &list->items[i];

		if (st->kind == QUEUE_POSIX && !(need & ~st->have) && st->uid == uid)
			bytes += queue_charge(st->maxmsg, st->msgsize);
	}
	return bytes;
}

static void read_use(struct limit *limit, const struct limit_source *source,
		     const struct queue_list *list)
{
	limit->has_use = source->use != USE_UNKNOWN;
	if (!limit->has_use || list->note[source->kind])
		return;
	limit->use_known = true;
	/* Removed queues that are still open count too, and cannot be seen (mq_unlink(3)). */
	limit->use_least = source->kind == QUEUE_POSIX;
	limit->use = source->use == USE_QUEUES ? count_queues(list, source->kind) :
						 count_charge(list, getuid());
}

size_t limits_read(struct limit limits[static LIMITS_MAX], unsigned int mask,
		   const struct queue_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct limit_source *source = &sources[i];

		if (!(mask & (1u << source->kind)))
			continue;
		limits[n] = (struct limit){
			.name = source->name,
			.setting = source->setting,
			.help = source->help,
			.kind = source->kind,
			.bytes = source->bytes,
		};
		read_value(&limits[n], source);
		read_use(&limits[n], source, list);
		n++;
	}
	return n;
}

uint64_t queue_charge(uint64_t maxmsg, uint64_t msgsize)
{
	/* struct msg_msg, and a node of the tree of priorities: six words each */
	const uint64_t per_message = 6 * sizeof(void *);
	const uint64_t max_priorities = 32768;
	uint64_t nodes = maxmsg < max_priorities ? maxmsg : max_priorities;

	return maxmsg * per_message + nodes * per_message + maxmsg * msgsize;
}

int limit_percent(const struct limit *limit)
{
	if (!limit->known || limit->unlimited || !limit->use_known)
		return -1;
	return queue_percent(limit->use, limit->value);
}
