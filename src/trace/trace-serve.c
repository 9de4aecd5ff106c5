/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-serve.c - mqtool-trace answering requests of recv, stat and watch
 */
#include "config.h"

#include "trace/trace-serve.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "cmd/exit.h"
#include "queue/tracer-refusal.h"
#include "queue/tracer.h"
#include "trace/trace-load.h"
#include "trace/trace-look.h"
#include "trace/trace-may.h"

/* What is kept between requests. */
struct server {
	struct trace_load *load; /* counts */
	uint64_t counted_ns;     /* in this namespace */
	uint32_t counted_flags;
	struct tracer_answer answer;
	struct trace_look *look;
};

/* ---- the requests ---- */

static int check(struct server *s, const struct tracer_request *request, int fd,
		 struct tracer_refusal *why)
{
	(void)s;
	(void)request;
	(void)fd;
	return trace_may_load(TRACE_LINUX, why);
}

static int peek(struct server *s, const struct tracer_request *request, int fd,
		struct tracer_refusal *why)
{
	(void)request;
	return trace_look_peek(&s->look, fd, &s->answer, why);
}

static int who(struct server *s, const struct tracer_request *request, int fd,
	       struct tracer_refusal *why)
{
	(void)request;
	return trace_look_who(&s->look, fd, &s->answer, why);
}

/* Begins to count, if it is not doing so yet or counts something else. */
static int begin_counting(struct server *s, const struct tracer_request *request,
			  struct tracer_refusal *why)
{
	const struct trace_wants wants = {
		.kinds = { request->flags & TRACER_SYSV, request->flags & TRACER_POSIX },
		.directions = { true, true },
		.rows = KERN_ROWS_OF_QUEUES,
		.waits = request->flags & TRACER_WAITS,
		.ns = request->ns,
	};
	int rc;

	if (s->load && s->counted_ns == request->ns && s->counted_flags == request->flags)
		return 0;
	trace_load_close(s->load);
	s->load = NULL;
	rc = trace_load_open(&s->load, &wants, why);
	if (rc == 0)
		rc = trace_load_attach(s->load, why);
	if (rc < 0) {
		trace_load_close(s->load);
		s->load = NULL;
	}
	s->counted_ns = request->ns;
	s->counted_flags = request->flags;
	return rc;
}

static int add_counter(void *arg, const struct kern_row_key *key, const struct kern_row *row)
{
	struct tracer_counter counter = { .ns = key->queue.ns,
					  .id = key->queue.id,
					  .kind = key->queue.kind };
	struct server *s = arg;

	for (int d = 0; d < TRACER_DIRECTIONS; d++)
		counter.sums[d] = (struct tracer_sums){
			.messages = row->sums[d].messages,
			.bytes = row->sums[d].bytes,
			.wait_ns = row->sums[d].wait_ns,
			.clock_ns = row->sums[d].clock_ns,
		};
	buffer_put(&s->answer.data, &counter, sizeof(counter));
	s->answer.records++;
	return s->answer.data.failed ? -ENOMEM : 0;
}

static int count(struct server *s, const struct tracer_request *request, int fd,
		 struct tracer_refusal *why)
{
	struct tracer_moment moment;
	struct kern_lost lost;
	int rc = begin_counting(s, request, why);

	(void)fd;
	if (rc < 0)
		return rc;
	trace_load_lost(s->load, &lost);
	moment = (struct tracer_moment){ .clock_ns = trace_load_clock(s->load), .lost = lost.rows };
	buffer_put(&s->answer.data, &moment, sizeof(moment));
	return trace_load_rows(s->load, add_counter, s);
}

/* Each puts its records into s->answer, which is empty before, and returns 0, or -errno with or
 * without *why. */
static int (*const answers[])(struct server *s, const struct tracer_request *request, int fd,
			      struct tracer_refusal *why) = {
	[TRACER_CHECK] = check,
	[TRACER_PEEK] = peek,
	[TRACER_WHO] = who,
	[TRACER_COUNTERS] = count,
};

/* ---- the socket ---- */

/* False if nobody waits for the answer any more. */
static bool put_answer(const struct server *s, const struct tracer_refusal *why)
{
	struct tracer_reply reply = { .version = TRACER_VERSION, .refusal = *why };

	if (!why->error) {
		reply.records = s->answer.records;
		reply.length = s->answer.data.len;
	}
	return tracer_put(STDIN_FILENO, &reply, sizeof(reply), -1) == 0 &&
	       tracer_put(STDIN_FILENO, s->answer.data.data, (size_t)reply.length, -1) == 0;
}

static void find_answer(struct server *s, const struct tracer_request *request, int fd,
			struct tracer_refusal *why)
{
	int rc;

	s->answer.records = 0;
	s->answer.data.len = 0;
	if (request->version != TRACER_VERSION || request->kind >= ARRAY_SIZE(answers) ||
	    !answers[request->kind]) {
		(void)tracer_refuse(why, -EPROTO, TRACER_OTHER_RELEASE, NULL, 0);
		return;
	}
	rc = answers[request->kind](s, request, fd, why);
	if (rc == 0 && s->answer.data.failed)
		rc = -ENOMEM;
	if (rc < 0 && !why->error)
		(void)tracer_refuse(why, rc, TRACER_PLAIN, NULL, 0);
}

/* Answers one request; false if there are no more. */
static bool serve_one(struct server *s)
{
	struct tracer_refusal why = { 0 };
	struct tracer_request request;
	bool goes_on;
	int fd;

	if (tracer_get(STDIN_FILENO, &request, sizeof(request), &fd) <= 0)
		return false;
	find_answer(s, &request, fd, &why);
	/* No queue is kept open by this process. */
	if (fd >= 0)
		close(fd);
	goes_on = put_answer(s, &why);
	/* A large one is not kept: the next may be small. */
	tracer_answer_free(&s->answer);
	/* The next record may have another size. */
	return goes_on && request.version == TRACER_VERSION;
}

int trace_serve(void)
{
	struct server s = { 0 };
	struct stat st;

	if (fstat(STDIN_FILENO, &st) != 0 || !S_ISSOCK(st.st_mode))
		return EX_BADUSAGE;
	while (serve_one(&s))
		;
	trace_look_close(s.look);
	trace_load_close(s.load);
	return EX_DONE;
}
