/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-wait.c - mqtool wait: until a condition on a queue holds, taking nothing from it
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "queue/queue-change.h"

enum { OPT_MESSAGES = OPT_FIRST, OPT_EMPTY, OPT_WRITABLE, OPT_EXISTS, OPT_GONE, OPT_TIMEOUT };

static const struct poptOption wait_options[] = {
	{ "messages", 0, POPT_ARG_STRING, NULL, OPT_MESSAGES,
	  N_("until at least N messages wait (the default, with N = 1)"), N_("N") },
	{ "empty", 0, POPT_ARG_NONE, NULL, OPT_EMPTY, N_("until no message waits"), NULL },
	{ "writable", 0, POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, OPT_WRITABLE,
	  N_("until there is room for a message of SIZE bytes (default 1)"), N_("SIZE") },
	{ "exists", 0, POPT_ARG_NONE, NULL, OPT_EXISTS, N_("until there is such a queue"), NULL },
	{ "gone", 0, POPT_ARG_NONE, NULL, OPT_GONE, N_("until there is no such queue"), NULL },
	{ "timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  N_("wait at most this long; 0 checks once"), N_("DURATION") },
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

enum condition { UNTIL_MESSAGES, UNTIL_EMPTY, UNTIL_WRITABLE, UNTIL_EXISTS, UNTIL_GONE };

struct waiting {
	struct queue_ref ref;
	enum condition until;
	bool given;         /* --until was given */
	uint64_t count;     /* --messages */
	uint64_t size;      /* --writable */
	int64_t timeout_ns; /* negative: for ever */
	int64_t deadline;
	struct queue_change change;
	struct queue *q;
};

/* ---- the command line ---- */

static bool set_condition(struct waiting *w, enum condition until)
{
	if (w->given && w->until != until)
		return msg_refuse(_("--messages, --empty, --writable, --exists and --gone exclude"
				    " each other"));
	w->given = true;
	w->until = until;
	return true;
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct waiting *w = arg;

	switch (opt) {
	case OPT_MESSAGES:
		return set_condition(w, UNTIL_MESSAGES) &&
		       opt_u64(cl, value, 1, UINT64_MAX, &w->count);
	case OPT_EMPTY:
		return set_condition(w, UNTIL_EMPTY);
	case OPT_WRITABLE:
		w->size = 1;
		return set_condition(w, UNTIL_WRITABLE) &&
		       (!value || opt_size(cl, value, &w->size));
	case OPT_EXISTS:
		return set_condition(w, UNTIL_EXISTS);
	case OPT_GONE:
		return set_condition(w, UNTIL_GONE);
	default:
		return opt_duration(cl, value, &w->timeout_ns);
	}
}

/* ---- sleeping ---- */

/* Sleeps until it is worth looking again: 0, -ETIMEDOUT, -EINTR or another -errno. */
static int sleep_on(struct waiting *w)
{
	int64_t left = clock_left_ns(w->deadline);

	if (left == 0)
		return -ETIMEDOUT;
	return queue_change_sleep(&w->change, left);
}

static int report(const struct waiting *w, enum queue_op op, int error)
{
	const struct queue_attempt attempt = {
		.op = op, .ref = &w->ref, .queue = w->q, .size = w->size
	};

	if (error == -EINTR && stop_signal()) /* wait_run() passes it on */
		return EX_FAILED;
	return msg_queue_failed(&attempt, error);
}

/* ---- what waits on a queue ---- */

/* The most messages that the queue can hold, as far as known. */
static uint64_t most_messages(const struct queue_stat *st)
{
	if (st->have & STAT_MAXMSG)
		return st->maxmsg;
	/* Even empty messages cannot be more in number (msgsnd(2)). */
	return st->have & STAT_QBYTES ? st->qbytes : UINT64_MAX;
}

static bool is_met(struct waiting *w, const struct queue_stat *st)
{
	switch (w->until) {
	case UNTIL_MESSAGES:
		return st->messages >= w->count;
	case UNTIL_EMPTY:
		return st->messages == 0;
	default:
		return queue_stat_fits(st, w->size) && w->size <= queue_max_message(w->q);
	}
}

/* EX_DONE if the condition may still be met, else the exit status for what was printed. */
static int check_possible(struct waiting *w, const struct queue_stat *st)
{
	if (w->until == UNTIL_WRITABLE &&
	    (w->size > queue_max_message(w->q) || queue_max_message(w->q) == 0))
		return report(w, QUEUE_OP_SEND, -EMSGSIZE);
	if (w->until != UNTIL_MESSAGES || w->count <= most_messages(st))
		return EX_DONE;
	msg_error(_("%s: can never hold that many: at most %" PRIu64 " messages (its %s)"),
		  msg_name(&w->ref), most_messages(st),
		  st->have & STAT_MAXMSG ? "mq_maxmsg" : "msg_qbytes");
	return EX_FAILED;
}

static int not_in_time(struct waiting *w, const struct queue_stat *st)
{
	const char *name = msg_name(&w->ref);

	if (w->until == UNTIL_WRITABLE)
		return report(w, QUEUE_OP_SEND, -ETIMEDOUT);
	if (w->until == UNTIL_EMPTY)
		msg_error(_("%s: not empty; messages waiting: %" PRIu64), name, st->messages);
	else
		msg_error(_("%s: messages waiting: %" PRIu64 ", wanted: %" PRIu64), name,
			  st->messages, w->count);
	return EX_NOTHING;
}

static int wait_open(struct waiting *w)
{
	struct queue_stat st;
	int rc, status;

	for (;;) {
		rc = queue_look(w->q, STAT_MESSAGES, &st);
		if (rc < 0)
			return report(w, QUEUE_OP_STAT, rc);
		if (is_met(w, &st))
			return EX_DONE;
		status = check_possible(w, &st);
		if (status != EX_DONE)
			return status;
		rc = sleep_on(w);
		if (rc == -ETIMEDOUT)
			return not_in_time(w, &st);
		if (rc < 0)
			return report(w, QUEUE_OP_STAT, rc);
	}
}

static int wait_for_depth(struct waiting *w)
{
	int rc, status;

	rc = queue_open(&w->q, &w->ref, 0);
	/* Before the first look, so that a change after that look is reported. */
	if (rc == 0)
		rc = queue_change_add(&w->change, w->q);
	status = rc < 0 ? report(w, QUEUE_OP_OPEN, rc) : wait_open(w);
	queue_close(w->q);
	return status;
}

/* ---- whether the queue exists ---- */

/* Looks by name: 0 if it exists, -ENOENT if not.  st tells which queue it is, unless it may not be
 * opened. */
static int find(const struct waiting *w, struct queue_stat *st)
{
	struct queue *q;
	int rc;

	*st = (struct queue_stat){ .kind = w->ref.kind };
	if (w->ref.error)
		return w->ref.error;
	rc = queue_open(&q, &w->ref, 0);
	if (rc == 0)
		rc = queue_look(q, 0, st);
	queue_close(q);
	if (rc == -EACCES && w->ref.kind != QUEUE_AMQP)
		return 0;
	return rc == -EIDRM ? -ENOENT : rc;
}

/* Has another queue of the same name or key taken the place of the first? */
static bool replaced(const struct queue_stat *first, const struct queue_stat *now)
{
	unsigned int both = first->have & now->have;

	if (both & STAT_INODE)
		return first->dev != now->dev || first->ino != now->ino;
	return (both & STAT_KEY) && first->msqid != now->msqid;
}

static int wait_for_existence(struct waiting *w)
{
	struct queue_stat first = { 0 }, now;
	bool watching = w->ref.kind != QUEUE_POSIX || w->timeout_ns == 0;
	int rc;

	for (;;) {
		rc = find(w, &now);
		/* -ENOENT of an ftok path is not about the queue. */
		if (rc < 0 && (rc != -ENOENT || w->ref.error))
			return report(w, QUEUE_OP_OPEN, rc);
		if ((rc == 0) == (w->until == UNTIL_EXISTS) || replaced(&first, &now))
			return EX_DONE;
		if (!first.have)
			first = now;
		/* One more look sees a change between the look and the watching. */
		if (!watching) {
			queue_change_watch_dir(&w->change);
			watching = true;
			continue;
		}
		rc = sleep_on(w);
		if (rc == -ETIMEDOUT)
			break;
		if (rc < 0)
			return report(w, QUEUE_OP_OPEN, rc);
	}
	if (w->until == UNTIL_EXISTS)
		msg_error(_("%s: no such queue"), msg_name(&w->ref));
	else
		msg_error(_("%s: the queue is still there"), msg_name(&w->ref));
	return EX_NOTHING;
}

/* ---- the command ---- */

static int wait_until(struct waiting *w)
{
	int rc, status;

	stop_init();
	w->deadline = clock_deadline_ns(w->timeout_ns);
	rc = queue_change_begin(&w->change, &w->ref);
	if (rc < 0)
		status = report(w, QUEUE_OP_OPEN, rc);
	else if (w->until == UNTIL_EXISTS || w->until == UNTIL_GONE)
		status = wait_for_existence(w);
	else
		status = wait_for_depth(w);
	queue_change_end(&w->change);
	return status;
}

static int wait_run(struct cmdline *cl)
{
	struct waiting w = { .until = UNTIL_MESSAGES, .count = 1, .timeout_ns = -1 };
	int status;

	if (!cmdline_read(cl, read_option, &w))
		return EX_BADUSAGE;
	cmdline_set_timeout(cl, w.timeout_ns);
	if (!cmdline_queue(cl, cl->operands[0], &w.ref))
		return EX_BADUSAGE;
	if (w.until == UNTIL_WRITABLE && w.ref.kind == QUEUE_AMQP)
		return msg_usage(
			_("--writable: a broker does not tell whether a queue has room; send"
			  " -T waits for it"));
	status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = wait_until(&w);
	if (stop_signal())
		stop_die(stop_signal());
	return status;
}

const struct command cmd_wait = {
	.name = "wait",
	.operands = N_("QUEUE"),
	.summary = N_("Wait for a condition on a queue, taking nothing"),
	.notes = N_(
		"Exits with status 3 when the time is over, 4 if the queue is removed meanwhile."),
	.options = wait_options,
	.min_operands = 1,
	.max_operands = 1,
	.run = wait_run,
};
