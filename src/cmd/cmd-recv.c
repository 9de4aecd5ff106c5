/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-recv.c - mqtool recv: take messages from a queue
 */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "base/text.h"
#include "base/wait.h"
#include "cmd/enter.h"
#include "cmd/handler.h"
#include "cmd/msg.h"
#include "cmd/receiver.h"
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
	{ "follow", 'f', POPT_ARG_NONE, NULL, OPT_FOLLOW, N_("take messages until interrupted"),
	  NULL },
	{ "all", 'a', POPT_ARG_NONE, NULL, OPT_ALL,
	  N_("take messages until the queue is empty; with -c at most N"), NULL },
	CMD_WAIT_OPTIONS(N_("do not wait for a message: exit with status 3"),
			 N_("wait at most this long for each message")),
	CMD_TYPE_OPTIONS,
	{ "peek", 0, POPT_ARG_NONE, NULL, OPT_PEEK, N_("show messages without taking them"), NULL },
	{ "null", '0', POPT_ARG_NONE, NULL, OPT_NULL, N_("end each message with NUL, not newline"),
	  NULL },
	{ "raw", 'r', POPT_ARG_NONE, NULL, OPT_RAW, N_("write the messages and nothing else"),
	  NULL },
	{ "format", 'F', POPT_ARG_STRING, NULL, OPT_FORMAT, N_("write each message as FORMAT says"),
	  N_("FORMAT") },
	CMD_JSON_OPTION(OPT_JSON, N_("write each message as a line of JSON (also -J)")),
	{ "on-failure", 0, POPT_ARG_STRING, NULL, OPT_ON_FAILURE,
	  N_("when COMMAND fails: put the message back and stop, drop it, or put it back and go on"),
	  "stop|drop|retry" },
	{ "move-failed", 0, POPT_ARG_STRING, NULL, OPT_MOVE_FAILED,
	  N_("when COMMAND fails: send the message to QUEUE and go on"), N_("QUEUE") },
	CMD_SUMMARY_OPTIONS(N_("say at the end how much was received")),
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

/* ---- the command line ---- */

static bool set_style(struct receiver *r, enum output_style style)
{
	if (r->opt.has_style && r->output.style != style)
		return msg_refuse(_("give only one of -0, -r, -F and -j"));
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
	else if (!strcmp(value, "retry"))
		r->opt.on_failure = FAILURE_RETRY;
	else
		return msg_refuse(_("--on-failure is stop, drop or retry, not '%s'"),
				  msg_quote(value));
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

	if (!r->opt.peek || r->ref.kind != QUEUE_AMQP)
		return EX_DONE;
	msg_error(
		_("%s: AMQP has no way to look at a message without taking it; --peek is for queues"
		  " of this machine"),
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
		return msg_usage(_("invalid format at '%s'; see mqtool recv --help"),
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

/* ---- the command ---- */

/* Takes what is there without a write for each; writes everything before it waits. */
static int receive(struct receiver *r)
{
	int64_t timeout_ns;
	int rc = 0;

	for (uint64_t left = r->take.count; left > 0; left--) {
		if (stop_signal())
			return receiver_end(r, -EINTR);
		timeout_ns = r->batch.n ? QUEUE_NO_WAIT : r->take.timeout_ns;
		rc = receiver_take(r, timeout_ns);
		/* A full batch may have been written on the way: only the number
		 * asked for counts. */
		if (rc == -EAGAIN && timeout_ns != r->take.timeout_ns) {
			rc = batch_write(&r->batch);
			if (rc == 0)
				rc = receiver_take(r, r->take.timeout_ns);
		}
		if (rc < 0)
			return receiver_end(r, rc);
	}
	return receiver_end(r, 0);
}

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
		status = recv_command(r);
	else if (r->opt.peek)
		status = recv_peek(r);
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
		/* What goes back comes again: nobody can tell how many will come. */
		queue_expect(r->q, r->opt.on_failure == FAILURE_RETRY ? UINT64_MAX : r->take.count,
			     QUEUE_AS_THEY_COME);
	/* COMMAND takes its time, and meanwhile others could use the messages after this one. */
	if (r->command)
		queue_hold(r->q, 1);
}

static int open_queue(struct receiver *r)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = &r->ref };
	int rc;

	if (r->take.follow)
		return msg_open_following(&r->q, &r->ref, QUEUE_READ, r->take.timeout_ns);
	rc = queue_open(&r->q, &r->ref, QUEUE_READ);
	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static int open_and_receive(struct receiver *r)
{
	int status = open_queue(r);

	if (status == EX_DONE)
		status = recv_command_open(r);
	if (status != EX_DONE)
		return status;
	expect(r);
	queue_ref_text(&r->ref, r->output.queue);
	if (!r->command) {
		r->output.terminal = r->output.style != OUTPUT_RAW && isatty(STDOUT_FILENO);
		wait_watch_stdout();
	}
	if (r->take.timeout_ns != QUEUE_NO_WAIT && !r->take.progress && waiting_is_seen())
		waiting_for_queue(WAITING_MESSAGE, &r->ref, r->take.want.type != 0);
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
