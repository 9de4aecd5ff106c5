/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-recv.c - mqtool recv: take messages from a queue
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/wait.h"
#include "cmd/batch.h"
#include "cmd/cmd-take.h"
#include "cmd/enter.h"
#include "cmd/handler.h"
#include "cmd/msg.h"
#include "queue/carry.h"
#include "show/render.h"

enum {
	OPT_PEEK = OPT_OWN,
	OPT_NULL,
	OPT_RAW,
	OPT_FORMAT,
	OPT_JSON,
	OPT_ON_FAILURE,
	OPT_MOVE_FAILED
};

static const struct poptOption recv_options[] = {
	{ "count", 'c', POPT_ARG_STRING, NULL, OPT_COUNT, N_("take N messages; default 1"),
	  N_("N") },
	{ "follow", 'f', POPT_ARG_NONE, NULL, OPT_FOLLOW, N_("take messages without end"), NULL },
	{ "all", 'a', POPT_ARG_NONE, NULL, OPT_ALL,
	  N_("take messages until the queue is empty; with -c at most N"), NULL },
	{ "nonblock", 'n', POPT_ARG_NONE, NULL, OPT_NONBLOCK,
	  N_("do not wait for a message: exit with status 3"), NULL },
	{ "timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  N_("wait at most this long for each message"), N_("DURATION") },
	CMD_TYPE_OPTIONS,
	{ "peek", 0, POPT_ARG_NONE, NULL, OPT_PEEK,
	  N_("show messages without taking them (System V)"), NULL },
	{ "null", '0', POPT_ARG_NONE, NULL, OPT_NULL,
	  N_("write NUL behind each message, not newline"), NULL },
	{ "raw", 'r', POPT_ARG_NONE, NULL, OPT_RAW, N_("write the messages and nothing else"),
	  NULL },
	{ "format", 'F', POPT_ARG_STRING, NULL, OPT_FORMAT, N_("write each message as FORMAT says"),
	  N_("FORMAT") },
	CMD_JSON_OPTION(OPT_JSON, N_("write each message as a line of JSON (also -J)")),
	{ "on-failure", 0, POPT_ARG_STRING, NULL, OPT_ON_FAILURE,
	  N_("when COMMAND fails: put the message back and stop, or drop it"), "stop|drop" },
	{ "move-failed", 0, POPT_ARG_STRING, NULL, OPT_MOVE_FAILED,
	  N_("when COMMAND fails: send the message to QUEUE and go on"), N_("QUEUE") },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE,
	  N_("say at the end how much was received"), NULL },
	{ "progress", 0, POPT_ARG_NONE, NULL, OPT_PROGRESS, N_("show how far it is, on a terminal"),
	  NULL },
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

enum on_failure { FAILURE_STOP, FAILURE_DROP, FAILURE_MOVE };

struct recv_options {
	bool peek, has_style, has_failure;
	const char *format;
	enum on_failure on_failure;
	const char *move_to;
};

/* One run of recv. */
struct receiver {
	struct take_options take;
	struct recv_options opt;
	struct queue_ref ref;
	struct queue *q;
	struct output output;
	struct render_format *format;
	struct batch batch;
	struct progress progress;
	char **command; /* COMMAND and its arguments, or NULL */
	char *program;  /* its path */
	struct queue_ref failed_ref;
	struct queue *failed_q; /* --move-failed */
	bool command_failed;    /* for some message that did not stop us */
	bool lost;              /* a message could not go back and was reported */
	bool pipe_closed;       /* nobody reads standard output any more */
};

/* ---- the command line ---- */

static bool set_style(struct receiver *r, enum output_style style)
{
	if (r->opt.has_style && r->output.style != style)
		return msg_refuse(_("only one of -0, -r, -F and -j can say what to write"));
	r->opt.has_style = true;
	r->output.style = style;
	return true;
}

static bool set_failure(struct receiver *r, const char *value)
{
	if (!strcmp(value, "stop"))
		r->opt.on_failure = FAILURE_STOP;
	else if (!strcmp(value, "drop"))
		r->opt.on_failure = FAILURE_DROP;
	else
		return msg_refuse(_("--on-failure is stop or drop, not '%s'"), msg_quote(value));
	r->opt.has_failure = true;
	return true;
}

static bool read_option(struct cmdline *cl, int val, const char *value, void *arg)
{
	struct receiver *r = arg;
	struct recv_options *opt = &r->opt;

	switch (val) {
	case OPT_PEEK:
		opt->peek = true;
		break;
	case OPT_NULL:
		return set_style(r, OUTPUT_NUL);
	case OPT_RAW:
		return set_style(r, OUTPUT_RAW);
	case OPT_FORMAT:
		opt->format = value;
		return set_style(r, OUTPUT_FORMAT);
	case OPT_JSON:
		return set_style(r, OUTPUT_JSON);
	case OPT_ON_FAILURE:
		return set_failure(r, value);
	case OPT_MOVE_FAILED:
		opt->move_to = value;
		break;
	default:
		return cmd_take_option(cl, &r->take, val, value);
	}
	return true;
}

/* Which options go together. */
static int check_options(const struct receiver *r)
{
	const struct recv_options *opt = &r->opt;

	if (opt->peek && r->take.follow)
		return msg_usage(_("--peek never waits, so -f has no meaning with it"));
	if (opt->peek && r->take.has_timeout)
		return msg_usage(_("--peek never waits, so -T has no meaning with it"));
	if (r->command && (opt->has_style || opt->peek))
		return msg_usage(_("COMMAND takes each message itself: -0, -r, -F, -j and --peek"
				   " have no meaning with it"));
	if (!r->command && (opt->has_failure || opt->move_to))
		return msg_usage(_("--on-failure and --move-failed need a COMMAND"));
	if (opt->has_failure && opt->move_to)
		return msg_usage(_("only one of --on-failure and --move-failed can be given"));
	return EX_DONE;
}

static int check_peek(const struct receiver *r)
{
	const char *name = msg_name(&r->ref);

	if (!r->opt.peek || r->ref.kind == QUEUE_SYSV)
		return EX_DONE;
	if (r->ref.kind == QUEUE_AMQP)
		msg_error(_("%s: AMQP has no way to look at a message without taking it; --peek is"
			    " for System V queues"),
			  name);
	else
		msg_error(_("%s: Linux has no way to look at a message of a POSIX queue without"
			    " taking it; --peek is for System V queues"),
			  name);
	return EX_BADUSAGE;
}

static int compile_format(struct receiver *r)
{
	const char *bad;
	int rc;

	if (r->output.style != OUTPUT_FORMAT)
		return EX_DONE;
	rc = render_format_compile(r->opt.format, &r->format, &bad);
	if (rc == -EINVAL)
		return msg_usage(_("the format means nothing at '%s'; see mqtool recv --help"),
				 msg_quote(bad));
	if (rc < 0) {
		msg_error("%s", strerror(-rc));
		return EX_FAILED;
	}
	r->output.format = r->format;
	r->output.time = render_format_needs_time(r->format);
	return EX_DONE;
}

static int find_command(struct receiver *r)
{
	int rc;

	if (!r->command)
		return EX_DONE;
	rc = handler_find(r->command[0], &r->program);
	if (rc == 0)
		return EX_DONE;
	msg_error(_("cannot run %s: %s; nothing was taken"), msg_quote(r->command[0]),
		  rc == -ENOENT ? _("no such command") : strerror(-rc));
	return rc == -ENOMEM ? EX_FAILED : EX_BADUSAGE;
}

static int read_options(struct cmdline *cl, struct receiver *r)
{
	int status;

	r->take.timeout_ns = QUEUE_WAIT_FOREVER;
	if (!cmdline_read(cl, read_option, r))
		return EX_BADUSAGE;
	r->command = cl->trailing;
	cmdline_set_timeout(cl, r->take.timeout_ns);
	if (!cmdline_queue(cl, cl->operands[0], &r->ref))
		return EX_BADUSAGE;
	if (r->opt.move_to && !cmdline_queue(cl, r->opt.move_to, &r->failed_ref))
		return EX_BADUSAGE;
	status = cmd_take_check(&r->take, &r->ref);
	if (status == EX_DONE)
		status = check_options(r);
	if (status == EX_DONE)
		status = check_peek(r);
	if (status == EX_DONE)
		status = compile_format(r);
	if (status == EX_DONE)
		status = find_command(r);
	if (r->take.nonblock || r->take.all || r->opt.peek)
		r->take.timeout_ns = QUEUE_NO_WAIT;
	if (!r->take.has_count)
		r->take.count = r->take.follow || r->take.all ? UINT64_MAX : 1;
	return status;
}

/* ---- endings ---- */

/* Puts back what is in hand, and reports what cannot go back.  Returns how many went back. */
static size_t put_back(struct receiver *r)
{
	size_t n = r->batch.n;
	size_t lost;
	int why;

	lost = batch_put_back(&r->batch, &why);
	if (lost == 0)
		return n;
	r->lost = true;
	msg_lost(&r->ref, lost, why);
	return n - lost;
}

/*
 * Standard output took no more: what is in hand goes back.  The signal that a closed pipe stands
 * for is passed on, unless a message could not go back: then its report is what counts.
 */
static int end_unwritten(struct receiver *r, int error)
{
	size_t n = 0;

	progress_clear(&r->progress);
	if (r->opt.peek)
		batch_forget(&r->batch);
	else
		n = put_back(r);
	if (error == -EINTR)
		return EX_FAILED; /* recv_run() passes the signal on */
	if (error == -EPIPE && !stop_pipe_ignored())
		r->pipe_closed = true;
	else if (n == 0)
		msg_error(_("cannot write standard output: %s"), strerror(-error));
	else
		msg_error(text_n("cannot write standard output: %s; %zu message was put back",
				 "cannot write standard output: %s; %zu messages were put back", n),
			  strerror(-error), n);
	return EX_FAILED;
}

/* Any end of taking: what is in hand is written first. */
static int end_taking(struct receiver *r, int error)
{
	enum queue_op op = r->opt.peek ? QUEUE_OP_PEEK : QUEUE_OP_TAKE;
	int rc = batch_write(&r->batch);

	if (rc < 0)
		return end_unwritten(r, rc);
	if (error == -EPIPE)
		return end_unwritten(r, error);
	return error ? cmd_take_failed(r->q, &r->take, &r->progress, op, error) : EX_DONE;
}

/* ---- taking ---- */

/* After -ECONNRESET while following: what is in hand is written, then the connection made again. */
static int take_again(struct receiver *r, int64_t timeout_ns, bool *writing)
{
	int rc;

	do {
		*writing = true;
		rc = batch_write(&r->batch);
		if (rc < 0)
			return rc;
		*writing = false;
		progress_clear(&r->progress);
		rc = msg_reconnect(r->q, -ECONNRESET, r->take.timeout_ns);
		if (rc == 0)
			rc = batch_take(&r->batch, &r->take.want, timeout_ns, writing);
	} while (rc == -ECONNRESET);
	return rc;
}

/* batch_take(), which survives the loss of a connection where messages are followed. */
static inline int take(struct receiver *r, int64_t timeout_ns, bool *writing)
{
	int rc = batch_take(&r->batch, &r->take.want, timeout_ns, writing);

	return rc == -ECONNRESET && r->take.follow ? take_again(r, timeout_ns, writing) : rc;
}

/* ---- to standard output ---- */

/*
 * Takes what is there without a write each; writes everything before it waits.
 */
static int receive(struct receiver *r)
{
	int64_t timeout_ns;
	bool writing;
	int rc = 0;

	for (uint64_t left = r->take.count; left > 0; left--) {
		if (stop_signal())
			return end_taking(r, -EINTR);
		timeout_ns = r->batch.n ? QUEUE_NO_WAIT : r->take.timeout_ns;
		rc = take(r, timeout_ns, &writing);
		/* A full batch may have been written on the way: only what was asked counts. */
		if (rc == -EAGAIN && timeout_ns != r->take.timeout_ns) {
			writing = true;
			rc = batch_write(&r->batch);
			if (rc == 0)
				rc = take(r, r->take.timeout_ns, &writing);
		}
		if (rc < 0)
			return writing ? end_unwritten(r, rc) : end_taking(r, rc);
	}
	return end_taking(r, 0);
}

/* ---- looking without taking ---- */

/* One message that a look will show. */
struct sight {
	size_t index;
	long type;
};

static bool is_wanted(const struct queue_select *want, long type)
{
	if (want->type == 0)
		return true;
	if (want->type < 0) /* msgrcv(2): LONG_MIN has no positive counterpart */
		return want->type == LONG_MIN || type <= -want->type;
	return want->except ? type != want->type : type == want->type;
}

/* The order in which msgrcv(2) takes for a negative type: the lowest first, the oldest of it. */
static int compare_sights(const void *a, const void *b)
{
	const struct sight *x = a;
	const struct sight *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

static int end_peek(struct receiver *r, size_t hidden, bool short_of)
{
	int status = end_taking(r, short_of ? -EAGAIN : 0);

	if (hidden == 0)
		return status;
	progress_clear(&r->progress);
	msg_error(text_n("%s: %zu message is larger than kernel.msgmax now and cannot be seen",
			 "%s: %zu messages are larger than kernel.msgmax now and cannot be seen",
			 hidden),
		  msg_name(&r->ref), hidden);
	return EX_FAILED;
}

/*
 * Goes through the queue from the oldest message: shows those wanted, or with sights only notes
 * where they are.  Returns 0 at the end of the queue or of the count, or -errno of batch_peek(),
 * and with *writing what it was of.
 */
static int visit(struct receiver *r, struct sight **sights, size_t *n, size_t *hidden, bool *writing)
{
	size_t max = 0;

	for (size_t index = 0; sights || *n < r->take.count; index++) {
		long type;
		int rc;

		*writing = false;
		if (stop_signal())
			return -EINTR;
		rc = batch_peek(&r->batch, index, writing);
		if (rc == -ENOMSG)
			return 0;
		if (rc == -EMSGSIZE) {
			++*hidden;
			continue;
		}
		if (rc < 0)
			return rc;
		type = r->batch.entries[r->batch.n - 1].message.type;
		if (sights || !is_wanted(&r->take.want, type))
			batch_drop_last(&r->batch);
		if (!is_wanted(&r->take.want, type))
			continue;
		if (sights) {
			if (*n == max) {
				struct sight *more;

				max = max ? 2 * max : 64;
				more = reallocarray(*sights, max, sizeof(*more));
				if (!more)
					return -ENOMEM;
				*sights = more;
			}
			(*sights)[*n] = (struct sight){ index, type };
		}
		++*n;
	}
	return 0;
}

static int peek_lowest_first(struct receiver *r)
{
	struct sight *sights = NULL;
	size_t n = 0, hidden = 0, shown = 0;
	bool writing = false;
	int rc;

	rc = visit(r, &sights, &n, &hidden, &writing);
	if (rc == 0 && n > 0) /* qsort(3) takes no NULL */
		qsort(sights, n, sizeof(*sights), compare_sights);
	while (rc == 0 && shown < n && shown < r->take.count) {
		rc = batch_peek(&r->batch, sights[shown].index, &writing);
		if (rc == 0)
			shown++;
	}
	free(sights);
	if (rc < 0 && rc != -ENOMSG)
		return writing ? end_unwritten(r, rc) : end_taking(r, rc);
	return end_peek(r, hidden, shown < r->take.count);
}

static int peek(struct receiver *r)
{
	size_t n = 0, hidden = 0;
	bool writing = false;
	int rc;

	if (r->take.want.type < 0)
		return peek_lowest_first(r);
	rc = visit(r, NULL, &n, &hidden, &writing);
	if (rc < 0)
		return writing ? end_unwritten(r, rc) : end_taking(r, rc);
	return end_peek(r, hidden, n < r->take.count);
}

/* ---- to COMMAND ---- */

/* Says how COMMAND failed for the message at hand, and what became of it. */
static void report_command(struct receiver *r, int status, const char *outcome)
{
	const char *command = msg_quote(r->command[0]);

	progress_clear(&r->progress);
	if (WIFSIGNALED(status))
		msg_error(_("%s was ended by signal %d; %s"), command, WTERMSIG(status), outcome);
	else
		msg_error(_("%s exited with status %d; %s"), command, WEXITSTATUS(status), outcome);
}

/* Says why the message was not sent to the other queue. */
static void report_move(const struct queue_attempt *attempt, const struct message *m, int error)
{
	struct buffer why = { 0 };

	if (error != -ERANGE) {
		(void)!msg_queue_failed(attempt, error);
		return;
	}
	message_carry_explain(m, attempt->ref->kind, &why);
	msg_error("%s", buffer_string(&why));
	buffer_free(&why);
}

/* --move-failed: EX_DONE where the other queue has the message. */
static int move_failed(struct receiver *r, int status)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_SEND,
					       .ref = &r->failed_ref,
					       .queue = r->failed_q,
					       .size = r->batch.entries[0].message.len };
	struct message m = r->batch.entries[0].message;
	int rc;

	rc = message_carry(&m, r->failed_ref.kind);
	if (rc == 0)
		rc = queue_send(r->failed_q, &m, QUEUE_NO_WAIT);
	if (rc == 0)
		rc = queue_flush(r->failed_q, QUEUE_NO_WAIT);
	if (rc == 0) {
		report_command(r, status, _("the message was moved"));
		return EX_DONE;
	}
	report_command(r, status, _("the message cannot be moved and goes back"));
	report_move(&attempt, &m, rc);
	put_back(r);
	return EX_FAILED;
}

/* COMMAND failed for the message in hand: EX_DONE where it is dealt with and recv goes on. */
static int handle_failure(struct receiver *r, int status)
{
	/* What stops mqtool often stops COMMAND too: no verdict on the message. */
	enum on_failure what = stop_signal() ? FAILURE_STOP : r->opt.on_failure;

	r->command_failed = true;
	switch (what) {
	case FAILURE_DROP:
		report_command(r, status, _("the message was dropped"));
		return EX_DONE;
	case FAILURE_MOVE:
		return move_failed(r, status);
	default:
		report_command(r, status, _("the message goes back"));
		put_back(r);
		return EX_FAILED;
	}
}

/* Gives the one message in hand to COMMAND.  EX_DONE: go on. */
static int handle_message(struct receiver *r)
{
	const struct message *m = &r->batch.entries[0].message;
	int status = 0;
	int result = EX_DONE;
	int rc;

	progress_make_way(&r->progress);
	rc = handler_run(r->program, r->command, r->output.queue, m, r->batch.seq + 1, &status);
	if (rc < 0) {
		progress_clear(&r->progress);
		msg_error(_("cannot run %s: %s; the message goes back"), msg_quote(r->command[0]),
			  strerror(-rc));
		put_back(r);
		return EX_FAILED;
	}
	if (status)
		result = handle_failure(r, status);
	if (result == EX_DONE) {
		(void)!queue_settle(r->q, m, QUEUE_DELIVERED);
		progress_count(&r->progress, m->len);
		r->progress.done++;
		r->batch.seq++;
		batch_forget(&r->batch);
	}
	return result;
}

static int receive_for_command(struct receiver *r)
{
	bool writing;
	int status, rc;

	for (uint64_t left = r->take.count; left > 0; left--) {
		if (stop_signal())
			return EX_FAILED;
		rc = take(r, r->take.timeout_ns, &writing);
		if (rc < 0)
			return end_taking(r, rc);
		status = handle_message(r);
		if (status != EX_DONE)
			return status;
	}
	return EX_DONE;
}

static int run_command(struct receiver *r)
{
	int status = receive_for_command(r);

	return status == EX_DONE && r->command_failed ? EX_FAILED : status;
}

/* --move-failed: opened before anything is taken, and another queue than the one read. */
static int open_failed_queue(struct receiver *r)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = &r->failed_ref };
	int rc;

	if (!r->opt.move_to)
		return EX_DONE;
	r->opt.on_failure = FAILURE_MOVE;
	rc = queue_open(&r->failed_q, &r->failed_ref, QUEUE_WRITE);
	if (rc < 0)
		return msg_queue_failed(&attempt, rc);
	if (queue_same(r->q, r->failed_q))
		return msg_usage(_("--move-failed needs another queue than the one received from"));
	return EX_DONE;
}

/* ---- the command ---- */

static int receive_all(struct receiver *r)
{
	int status, rc;

	rc = batch_init(&r->batch, r->q, &r->output, &r->progress);
	if (rc < 0) {
		msg_error("%s", strerror(-rc));
		return EX_FAILED;
	}
	cmd_take_begin(&r->take, &r->progress);
	if (r->command)
		status = run_command(r);
	else if (r->opt.peek)
		status = peek(r);
	else
		status = receive(r);
	status = cmd_take_end(r->q, &r->take, &r->progress, PROGRESS_RECEIVED, status);
	batch_free(&r->batch);
	return status;
}

static void expect(struct receiver *r)
{
	if (r->take.all)
		queue_expect(r->q, r->take.count, QUEUE_ALL_THERE);
	else if (!r->take.nonblock)
		queue_expect(r->q, r->take.count, QUEUE_AS_THEY_COME);
	/* A COMMAND takes its time, and others could use it for what comes after. */
	if (r->command)
		queue_hold(r->q, 1);
}

static int open_and_receive(struct receiver *r)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = &r->ref };
	int status, rc;

	rc = queue_open(&r->q, &r->ref, QUEUE_READ);
	if (rc < 0)
		return msg_queue_failed(&attempt, rc);
	status = open_failed_queue(r);
	if (status != EX_DONE)
		return status;
	expect(r);
	queue_ref_text(&r->ref, r->output.queue);
	if (!r->command) {
		r->output.terminal = r->output.style != OUTPUT_RAW && isatty(STDOUT_FILENO);
		wait_watch_stdout();
	}
	stop_init();
	return receive_all(r);
}

static int recv_run(struct cmdline *cl)
{
	struct receiver r = { 0 };
	int status;

	status = read_options(cl, &r);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = open_and_receive(&r);
	queue_close(r.q);
	queue_close(r.failed_q);
	render_format_free(r.format);
	free(r.program);
	if (!r.lost && (stop_signal() || r.pipe_closed))
		stop_die(stop_signal() ? stop_signal() : SIGPIPE);
	return status;
}

const struct command cmd_recv = {
	.name = "recv",
	.operands = N_("QUEUE [-- COMMAND [ARG...]]"),
	.summary = N_("Take messages from a queue"),
	.notes = N_(
		"FORMAT: %s body, %S size, %q body escaped, %x body in hex, %t type, %p priority,\n"
		"%n number from 1, %Q queue, %T time of receipt, %%; \\n \\t \\0 \\\\ \\xNN.\n"
		"COMMAND is run for each message, which is its standard input; MQTOOL_QUEUE,\n"
		"MQTOOL_TYPE or MQTOOL_PRIORITY, MQTOOL_SIZE and MQTOOL_SEQ are set for it."),
	.options = recv_options,
	.min_operands = 1,
	.max_operands = 1,
	.takes_command = true,
	.run = recv_run,
};
