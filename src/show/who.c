/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.c - which process is to be notified of a POSIX queue, and which ones poll it
 */
#include "config.h"

#include "show/who.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/escape.h"
#include "base/text.h"
#include "queue/tracer.h"
#include "show/json.h"

/* ---- epoll ---- */

bool who_parse_tfd(const char *line, dev_t *dev, ino_t *ino)
{
	const char *at = strstr(line, " ino:");
	unsigned long number;
	unsigned int device;

	if (strncmp(line, "tfd:", 4) != 0 || !at ||
	    sscanf(at, " ino:%lx sdev:%x", &number, &device) != 2)
		return false;
	/* As the kernel packs it: 20 bits for the minor number. */
	*dev = makedev(device >> 20, device & 0xfffff);
	*ino = (ino_t)number;
	return true;
}

/* True if the descriptor is an epoll instance that watches the queue. */
static bool is_epoll_of(pid_t pid, const char *fd, const struct queue_stat *st)
{
	char path[64], line[256];
	bool found = false;
	dev_t dev;
	ino_t ino;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.20s", (int)pid, fd);
	f = fopen(path, "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = who_parse_tfd(line, &dev, &ino) && dev == st->dev && ino == st->ino;
	if (f)
		fclose(f);
	return found;
}

static void put_process(struct buffer *b, pid_t pid, const char *command)
{
	buffer_printf(b, "polls: %d ", (int)pid);
	escape_put(b, command, strlen(command), ESCAPE_FOREIGN);
}

/* pid 0, or no command or descriptor: not known, or none.  by: "poll" or "epoll". */
static void put_json(struct buffer *b, pid_t pid, const char *command, const char *by,
		     const char *fd)
{
	struct buffer escaped = { 0 };

	buffer_puts(b, b->len ? ",{\"pid\":" : "{\"pid\":");
	if (pid)
		buffer_printf(b, "%d", (int)pid);
	else
		buffer_puts(b, "null");
	buffer_puts(b, ",\"command\":");
	if (command) {
		escape_put(&escaped, command, strlen(command), ESCAPE_FOREIGN);
		json_put_string(b, buffer_string(&escaped), escaped.len);
	} else {
		buffer_puts(b, "null");
	}
	buffer_printf(b, ",\"by\":\"%s\",\"fd\":%s}", by, fd ? fd : "null");
	b->failed |= escaped.failed;
	buffer_free(&escaped);
}

/* Returns how many of them process holder->pid has. */
static unsigned int find_epolls(struct who *who, const struct proc_holder *holder,
				const struct queue_stat *st)
{
	unsigned int n = 0;
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)holder->pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name) ||
		    !is_epoll_of(holder->pid, entry->d_name, st))
			continue;
		n++;
		put_process(&who->polls, holder->pid, holder->command);
		buffer_printf(&who->polls, ", epoll, fd %s\n", entry->d_name);
		put_json(&who->json, holder->pid, holder->command, "epoll", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return n;
}

/* Whoever puts a queue into an epoll instance has it open. */
static unsigned int put_epolls(struct who *who, const struct queue_stat *st,
			       const struct procs *procs)
{
	const struct proc_holder *holders;
	size_t n = procs_holders_of(procs, st, &holders);
	unsigned int found = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 || holders[i].pid != holders[i - 1].pid)
			found += find_epolls(who, &holders[i], st);
	return found;
}

/* ---- what the kernel knows ---- */

static void put_poller(struct who *who, const struct tracer_who *record)
{
	struct buffer *b = &who->polls;
	bool here = record->pid != 0;

	put_process(b, here ? record->pid : record->first_pid, record->command);
	buffer_puts(b, ", poll");
	if (!here)
		buffer_puts(b, _(", in another PID namespace"));
	buffer_putc(b, '\n');
	put_json(&who->json, record->pid, record->command, "poll", NULL);
}

static void put_other(struct buffer *b, const struct tracer_who *record)
{
	buffer_puts(b, "polls: ? ");
	escape_put(b, record->function, strlen(record->function), ESCAPE_FOREIGN);
	buffer_putc(b, '\n');
}

static void keep_notified(struct who *who, const struct tracer_who *record)
{
	if (record->pid)
		return; /* the queue's own file says so */
	who->notified = record->first_pid;
	snprintf(who->command, sizeof(who->command), "%s", record->command);
}

/* Fills *who; returns the number of epoll instances. */
static unsigned int put_answer(struct who *who, const struct tracer_answer *answer)
{
	struct tracer_who record;
	unsigned int epolls = 0;

	for (size_t i = 0; i < answer->data.len / sizeof(record); i++) {
		memcpy(&record, answer->data.data + i * sizeof(record), sizeof(record));
		record.command[sizeof(record.command) - 1] = '\0';
		record.function[sizeof(record.function) - 1] = '\0';
		if (record.how == TRACER_NOTIFIED)
			keep_notified(who, &record);
		else if (record.how == TRACER_POLLS)
			put_poller(who, &record);
		else if (record.how == TRACER_EPOLLS)
			epolls++;
		else
			put_other(&who->polls, &record);
	}
	return epolls;
}

static unsigned int ask(struct who *who, const struct queue_stat *st)
{
	struct tracer_request request = { .kind = TRACER_WHO };
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;
	unsigned int epolls = 0;
	struct queue_ref ref;
	struct queue *q;

	queue_stat_ref(st, &ref);
	if (queue_open(&q, &ref, 0) == 0 &&
	    tracer_ask(&request, queue_change_fd(q), &answer, &why) == 0) {
		epolls = put_answer(who, &answer);
		who->told = true;
	}
	queue_close(q);
	tracer_answer_free(&answer);
	return epolls;
}

void who_look(struct who *who, const struct queue_stat *st, const struct procs *procs)
{
	unsigned int epolls = ask(who, st);

	if (put_epolls(who, st, procs) > 0 || !epolls)
		return;
	buffer_puts(&who->polls, "polls: ?, epoll\n");
	put_json(&who->json, 0, NULL, "epoll", NULL);
}

void who_free(struct who *who)
{
	buffer_free(&who->polls);
	buffer_free(&who->json);
}
