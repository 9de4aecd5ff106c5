/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-run.c - traces until it is told to stop or has enough
 *
 * The kernel does not wake the reader for each message: the reader looks again and again, and is
 * woken when the buffer is a quarter full.  Records of several processors may lie in it out of
 * order by the time between two instructions, so the newest are held back until the next look.
 */
#include "config.h"

#include "trace/trace-run.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "queue/tracer-refusal.h"
#include "trace/trace-line.h"
#include "trace/trace-load.h"
#include "trace/trace-names.h"
#include "trace/trace-summary.h"

#define LOOK_NS (20 * 1000000LL)
#define PAUSE_NS (1 * 1000000LL)
#define HOLD_NS (1 * 1000000LL)
#define WRITE_AT (64u << 10)
/* At the end, a reader that takes nothing is waited for this long. */
#define LAST_WRITE_MS 1000
/* What a writable pipe takes at once (pipe(7)). */
#define LAST_WRITE_SIZE 4096

/* A record that was read and not yet shown. */
struct held {
	uint64_t time_ns;
	size_t at, size; /* in tracer.records */
};

struct tracer {
	const struct trace_options *o;
	struct trace_load *load;
	struct trace_names names;
	struct trace_seen_list seen;
	bool waits;
	struct buffer records;
	struct held *held;
	size_t nheld, held_cap;
	struct buffer out;
	uint64_t shown;
	uint64_t lost_told;
	int64_t began_ns, ended_ns; /* monotonic */
	int64_t wall_ns;            /* from CLOCK_MONOTONIC to the epoch's time */
	bool enough, terminal;
	int write_error;
};

/* ---- writing ---- */

/* Writes what is there; a stop signal ends it, and the rest stays. */
static void write_out(struct tracer *t)
{
	size_t done = 0;

	while (done < t->out.len && !t->write_error) {
		ssize_t n = wait_write(STDOUT_FILENO, t->out.data + done, t->out.len - done);

		if (n == -EINTR)
			break;
		if (n < 0)
			t->write_error = (int)n;
		else
			done += (size_t)n;
	}
	if (!done)
		return;
	t->out.len -= done;
	memmove(t->out.data, t->out.data + done, t->out.len);
}

/* The same at the end, when only a reader that does not read ends it, not a stop signal. */
static void write_last(struct tracer *t)
{
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t done = 0;

	while (done < t->out.len && !t->write_error) {
		size_t size = t->out.len - done;
		ssize_t n;

		n = poll(&fd, 1, LAST_WRITE_MS);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		n = write(STDOUT_FILENO, t->out.data + done,
			  size < LAST_WRITE_SIZE ? size : LAST_WRITE_SIZE);
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR && errno != EAGAIN)
			t->write_error = -errno;
	}
	t->out.len = 0;
}

/* ---- records ---- */

static int hold(struct tracer *t, const void *data, size_t size, uint64_t time_ns)
{
	struct held *held = array_grow(t->held, t->nheld, &t->held_cap, sizeof(*held));

	if (!held)
		return -ENOMEM;
	t->held = held;
	t->held[t->nheld++] =
		(struct held){ .time_ns = time_ns, .at = t->records.len, .size = size };
	buffer_put(&t->records, data, size);
	return t->records.failed ? -ENOMEM : 0;
}

/* The queue of a record; for a new one the kernel is told whether it is wanted. */
static struct trace_name *find_name(struct tracer *t, const struct trace_record *record)
{
	bool is_new;
	struct trace_name *name = trace_names_find(&t->names, record, &is_new);

	if (name && (record->event.flags & KERN_UNDECIDED))
		(void)!trace_load_decide(t->load, &record->event.queue, name->wanted);
	return name;
}

/* Called for each record in the buffer. */
static int take_record(void *arg, void *data, size_t size)
{
	struct trace_record record;
	struct tracer *t = arg;

	if (!trace_record_read(data, size, &record))
		return -EPROTO;
	if (record.event.flags & (KERN_UNDECIDED | KERN_FIRST_SEEN) && !find_name(t, &record))
		return -ENOMEM;
	if (record.event.flags & KERN_FIRST_SEEN)
		return trace_seen_add(&t->seen, &record.event);
	return hold(t, data, size, record.event.time_ns);
}

static int compare_held(const void *pa, const void *pb)
{
	const struct held *a = pa, *b = pb;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void sort_held(struct tracer *t)
{
	for (size_t i = 1; i < t->nheld; i++) {
		if (t->held[i].time_ns < t->held[i - 1].time_ns) {
			qsort(t->held, t->nheld, sizeof(*t->held), compare_held);
			return;
		}
	}
}

static void put_record(struct tracer *t, const struct trace_record *record, const char *queue)
{
	const struct trace_context context = {
		.queue = queue,
		.seq = ++t->shown,
		.time_ns = (int64_t)record->event.time_ns + t->wall_ns,
		.namespaces = t->o->namespaces,
		.terminal = t->terminal,
	};

	if (t->o->json)
		trace_put_json(&t->out, record, &context);
	else if (t->o->format)
		trace_put_format(&t->out, t->o->format, record, &context);
	else
		trace_put_line(&t->out, record, &context);
	t->enough = t->o->count && t->shown == t->o->count;
}

static int show_record(struct tracer *t, const struct held *held)
{
	struct trace_record record;
	const struct trace_name *name;
	bool is_new;

	if (!trace_record_read(t->records.data + held->at, held->size, &record))
		return -EPROTO;
	if (!(record.event.flags & KERN_HAS_QUEUE)) {
		put_record(t, &record, "?");
		return 0;
	}
	name = trace_names_find(&t->names, &record, &is_new);
	if (!name)
		return -ENOMEM;
	if (name->wanted)
		put_record(t, &record, name->text);
	return 0;
}

/* Keeps what was not shown for the next time. */
static void keep_held(struct tracer *t, size_t from)
{
	struct buffer kept = { 0 };

	for (size_t i = from; i < t->nheld; i++) {
		struct held *held = &t->held[i];
		size_t at = kept.len;

		buffer_put(&kept, t->records.data + held->at, held->size);
		t->held[i - from] = *held;
		t->held[i - from].at = at;
	}
	t->nheld -= from;
	if (!t->nheld) {
		t->records.len = 0;
		buffer_free(&kept);
		return;
	}
	kept.failed |= t->records.failed;
	buffer_free(&t->records);
	t->records = kept;
}

/* Shows the records that are held, up to a moment. */
static int show_held(struct tracer *t, uint64_t until_ns)
{
	size_t i;
	int rc = 0;

	sort_held(t);
	for (i = 0; i < t->nheld && t->held[i].time_ns <= until_ns && rc == 0 && !t->enough; i++) {
		rc = show_record(t, &t->held[i]);
		if (t->out.len >= WRITE_AT && !stop_signal())
			write_out(t);
	}
	keep_held(t, i);
	return t->records.failed || t->out.failed ? -ENOMEM : rc;
}

static void tell_lost(struct tracer *t)
{
	struct kern_lost lost;
	struct buffer line = { 0 };

	trace_load_lost(t->load, &lost);
	lost.messages += lost.rows;
	if (lost.messages == t->lost_told)
		return;
	/* A FORMAT is printed as given, without anything else. */
	trace_put_lost(t->o->format ? &line : &t->out, t->o->json, lost.messages - t->lost_told);
	if (t->o->format && line.len > 3)
		msg_error("%.*s", (int)line.len - 3, buffer_string(&line) + 2);
	buffer_free(&line);
	t->lost_told = lost.messages;
}

static void read_wall(struct tracer *t)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	t->wall_ns = now.tv_sec * NSEC_PER_SEC + now.tv_nsec - clock_monotonic_ns();
}

/* Reads what is there and shows it; at the end, all of it. */
static int look(struct tracer *t, bool last)
{
	uint64_t until_ns = last ? UINT64_MAX : (uint64_t)(clock_monotonic_ns() - HOLD_NS);
	int rc;

	read_wall(t);
	rc = trace_load_read(t->load);
	if (rc == 0)
		rc = show_held(t, until_ns);
	if (rc == 0 && !t->enough)
		tell_lost(t);
	if (!last && !stop_signal())
		write_out(t);
	return rc;
}

/* ---- waiting ---- */

/* False once it is over. */
static bool goes_on(const struct tracer *t)
{
	if (t->enough || t->write_error || stop_signal())
		return false;
	return t->o->duration_ns < 0 || clock_monotonic_ns() - t->began_ns < t->o->duration_ns;
}

static void sleep_for(struct tracer *t, int64_t ns, bool wake)
{
	struct pollfd fds[] = { { .fd = STDOUT_FILENO },
				{ .fd = trace_load_fd(t->load), .events = POLLIN } };
	struct timespec timeout = { .tv_nsec = ns };
	sigset_t usual;

	stop_hold(&usual);
	if (!stop_signal() && ppoll(fds, wake ? 2 : 1, &timeout, &usual) > 0 &&
	    fds[0].revents & POLLERR)
		t->write_error = -EPIPE;
	stop_release(&usual);
}

static int64_t until_end(const struct tracer *t, int64_t ns)
{
	int64_t left = t->o->duration_ns < 0 ?
			       ns :
			       t->o->duration_ns - (clock_monotonic_ns() - t->began_ns);

	return left < 0 ? 0 : left < ns ? left : ns;
}

static int run(struct tracer *t)
{
	int rc = 0;

	while (rc == 0 && goes_on(t)) {
		/* At full speed there is always something: do not wake for each message. */
		sleep_for(t, until_end(t, PAUSE_NS), false);
		if (goes_on(t))
			sleep_for(t, until_end(t, LOOK_NS - PAUSE_NS), true);
		rc = look(t, false);
	}
	return rc;
}

/* ---- beginning and end ---- */

static void set_wants(const struct tracer *t, struct trace_wants *w)
{
	const struct trace_options *o = t->o;

	*w = (struct trace_wants){
		.kinds = { o->mask & QUEUE_MASK_SYSV, o->mask & QUEUE_MASK_POSIX },
		.directions = { o->send, o->recv },
		.events = !o->summary,
		.rows = o->summary ? KERN_ROWS_OF_PROCESSES : KERN_NO_ROWS,
		.waits = t->waits,
		.failed = o->failed,
		.blocked = o->blocked,
		.queues = o->nrefs || o->filter.have,
		.blocked_ns = (uint64_t)o->blocked_ns,
		.pid = (uint32_t)o->pid,
		.command = o->command,
		.ns = o->namespaces ? 0 : t->names.own_ns,
		.type = o->type < 0 ? -o->type : o->type,
		.snaplen = (uint32_t)o->snaplen,
		.buffer = o->buffer,
	};
	if (o->has_type && o->type)
		w->which_type = o->type < 0 ? TRACE_TYPE_UP_TO :
				o->except   ? TRACE_OTHER_TYPE :
					      TRACE_TYPE;
}

/* Decides about all queues that exist, before anything is traced. */
static int decide(struct tracer *t)
{
	struct namespaces_hidden hidden;
	int rc = trace_names_list(&t->names, &hidden), status;

	if (rc == -ENOMEM)
		return msg_no_memory();
	if (rc < 0)
		return msg_namespace_failed(0, rc);
	msg_namespaces_hidden(&hidden);
	status = msg_list_notes(&t->names.list, t->o->mask);
	if (status != EX_DONE)
		return status;
	status = msg_check_named(t->o->refs, t->o->nrefs, t->names.list.items, t->names.list.n);
	for (size_t i = 0; status == EX_DONE && i < t->names.list.n; i++) {
		const struct trace_name *name;
		struct kern_queue queue;

		trace_names_key(&t->names, &t->names.list.items[i], &queue);
		name = trace_names_add(&t->names, &queue, &t->names.list.items[i]);
		if (!name)
			return msg_no_memory();
		if (t->o->nrefs || t->o->filter.have)
			(void)!trace_load_decide(t->load, &queue, name->wanted);
	}
	return status;
}

static int failed(int error, const struct tracer_refusal *why)
{
	int status = error == -EPERM ? EX_DENIED : EX_FAILED;
	struct buffer text = { 0 };

	if (why->error)
		tracer_refusal_put(why, &text);
	else
		buffer_puts(&text, strerror(-error));
	msg_error("%s", buffer_string(&text));
	buffer_free(&text);
	return status;
}

static int begin(struct tracer *t)
{
	struct tracer_refusal why = { 0 };
	struct trace_wants wants;
	int rc, status;

	if (namespace_enter(getpid(), &t->names.own_ns) < 0)
		t->names.own_ns = 0;
	set_wants(t, &wants);
	rc = trace_load_open(&t->load, &wants, &why);
	if (rc == 0)
		rc = trace_load_set_reader(t->load, take_record, t);
	if (rc < 0)
		return failed(rc, &why);
	status = decide(t);
	if (status != EX_DONE)
		return status;
	rc = trace_load_attach(t->load, &why);
	t->began_ns = clock_monotonic_ns();
	if (rc == 0 && t->o->summary)
		rc = trace_summary_look(t->load, &t->names, true);
	return rc < 0 ? failed(rc, &why) : EX_DONE;
}

static int put_summary(struct tracer *t)
{
	return trace_summary_put(&t->out, t->load, &t->names, &t->seen, t->ended_ns - t->began_ns,
				 t->waits);
}

/* Shows what has passed so far. */
static int finish(struct tracer *t, int rc)
{
	const struct tracer_refusal none = { 0 };
	int status;

	t->ended_ns = clock_monotonic_ns();
	if (rc == 0 && t->o->summary)
		rc = trace_summary_look(t->load, &t->names, false);
	trace_load_detach(t->load);
	if (rc == 0 && !t->enough && !t->write_error)
		rc = look(t, true);
	if (rc == 0 && t->o->summary)
		rc = put_summary(t);
	write_last(t);
	if (rc < 0)
		return failed(rc, &none);
	if (t->write_error && t->write_error != -EPIPE) {
		msg_error(_("cannot write standard output: %s"), strerror(-t->write_error));
		return EX_FAILED;
	}
	status = t->o->strict && t->lost_told ? EX_FAILED : EX_DONE;
	return t->write_error ? EX_FAILED : status;
}

static void tear_down(struct tracer *t)
{
	trace_load_close(t->load);
	trace_names_free(&t->names);
	buffer_free(&t->records);
	buffer_free(&t->out);
	free(t->held);
	free(t->seen.items);
}

int trace_run_live(const struct trace_options *o)
{
	struct tracer t = {
		.o = o,
		.names = { .o = o },
		.waits = !o->format || o->blocked || render_format_has(o->format, 'W'),
		.terminal = isatty(STDOUT_FILENO),
	};
	int status;

	stop_init();
	text_init(); /* the locale defines fnmatch(3)'s characters */
	status = begin(&t);
	if (status == EX_DONE)
		status = finish(&t, run(&t));
	tear_down(&t);
	if (stop_signal())
		stop_die(stop_signal());
	if (t.write_error == -EPIPE) {
		if (!stop_pipe_ignored())
			stop_die(SIGPIPE);
		msg_error(_("cannot write standard output: %s"), strerror(EPIPE));
	}
	return status;
}
