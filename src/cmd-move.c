/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-move.c - mqtool move: messages from one queue to another
 *
 * One message is in hand at a time: taken, sent, and only then settled.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>

#include "carry.h"
#include "cmd.h"
#include "progress.h"
#include "take.h"
#include "wait.h"

enum {
	OPT_COUNT = OPT_FIRST,
	OPT_FOLLOW,
	OPT_NONBLOCK,
	OPT_TIMEOUT,
	OPT_TYPE,
	OPT_EXCEPT,
	OPT_SET_TYPE,
	OPT_SET_PRIORITY,
	OPT_VERBOSE,
	OPT_PROGRESS
};

static const struct poptOption move_options[] = {
	{ "count", 'c', POPT_ARG_STRING, NULL, OPT_COUNT,
	  N_("move N messages, and wait for them; default all there are"), N_("N") },
	{ "follow", 'f', POPT_ARG_NONE, NULL, OPT_FOLLOW, N_("move messages without end"), NULL },
	{ "nonblock", 'n', POPT_ARG_NONE, NULL, OPT_NONBLOCK,
	  N_("wait neither for a message nor for room"), NULL },
	{ "timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  N_("wait at most this long for each message and for its room"), N_("DURATION") },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE,
	  N_("only messages of type N; 0 any, -N the lowest type up to N (System V)"), N_("N") },
	{ "except", 'x', POPT_ARG_NONE, NULL, OPT_EXCEPT,
	  N_("with -t N: only messages of other types (System V)"), NULL },
	{ "set-type", 0, POPT_ARG_STRING, NULL, OPT_SET_TYPE,
	  N_("type of the messages in DEST, 1 or more (System V, AMQP)"), N_("N") },
	{ "set-priority", 0, POPT_ARG_STRING, NULL, OPT_SET_PRIORITY,
	  N_("priority of the messages in DEST, 0 to 32767 (POSIX; AMQP: to 255)"), N_("N") },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE, N_("say at the end how much was moved"),
	  NULL },
	{ "progress", 0, POPT_ARG_NONE, NULL, OPT_PROGRESS, N_("show how far it is, on a terminal"),
	  NULL },
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

struct move_options {
	bool has_count, follow, nonblock, has_timeout, has_type;
	uint64_t count;
	int64_t timeout_ns;
	struct queue_select want;
	struct carry_as as; /* --set-type, --set-priority */
	bool verbose, progress;
};

/* One run of move. */
struct mover {
	struct move_options opt;
	struct queue_ref source_ref, dest_ref;
	struct queue source, dest;
	struct take_room room;
	struct progress progress;
	bool lost; /* a message could not go back and was reported */
};

/* ---- the command line ---- */

static int set_type(struct cmdline *cl, struct move_options *opt, const char *value)
{
	int64_t type;

	if (!opt_i64(cl, value, 1, LONG_MAX, &type))
		return EX_BADUSAGE;
	opt->as.type = (long)type;
	opt->as.have |= MESSAGE_HAS_TYPE;
	return EX_DONE;
}

static int set_priority(struct cmdline *cl, struct move_options *opt, const char *value)
{
	uint64_t priority;

	if (!opt_u64(cl, value, 0, MESSAGE_PRIORITY_MAX, &priority))
		return EX_BADUSAGE;
	opt->as.priority = (unsigned int)priority;
	opt->as.have |= MESSAGE_HAS_PRIORITY;
	return EX_DONE;
}

static int take_option(struct cmdline *cl, struct move_options *opt, int val, const char *value)
{
	int64_t type;

	switch (val) {
	case OPT_COUNT:
		opt->has_count = true;
		return opt_u64(cl, value, 1, UINT64_MAX, &opt->count) ? EX_DONE : EX_BADUSAGE;
	case OPT_FOLLOW:
		opt->follow = true;
		break;
	case OPT_NONBLOCK:
		opt->nonblock = true;
		break;
	case OPT_TIMEOUT:
		opt->has_timeout = true;
		return opt_duration(cl, value, &opt->timeout_ns) ? EX_DONE : EX_BADUSAGE;
	case OPT_TYPE:
		if (!opt_i64(cl, value, LONG_MIN, LONG_MAX, &type))
			return EX_BADUSAGE;
		opt->has_type = true;
		opt->want.type = (long)type;
		break;
	case OPT_EXCEPT:
		opt->want.except = true;
		break;
	case OPT_SET_TYPE:
		return set_type(cl, opt, value);
	case OPT_SET_PRIORITY:
		return set_priority(cl, opt, value);
	case OPT_VERBOSE:
		opt->verbose = true;
		break;
	case OPT_PROGRESS:
		opt->progress = true;
		break;
	}
	return EX_DONE;
}

/* Which options go together. */
static int check_options(const struct move_options *opt)
{
	if (opt->follow && opt->has_count)
		return msg_usage(_("-f takes messages without end, -c only so many: give one"));
	if (opt->has_timeout && opt->nonblock)
		return msg_usage(_("-n never waits, so -T has no meaning with it"));
	if (opt->follow && opt->nonblock)
		return msg_usage(_("-f waits for messages, -n never waits: give one"));
	return EX_DONE;
}

/* Which go with these queues. */
static int check_kinds(const struct mover *mv)
{
	const struct move_options *opt = &mv->opt;
	unsigned int foreign = opt->as.have & ~message_traits(mv->dest_ref.kind);

	if ((opt->has_type || opt->want.except) && mv->source_ref.kind != QUEUE_SYSV)
		return msg_wrong_kind(opt->has_type ? "-t" : "-x", &mv->source_ref);
	if (opt->want.except && opt->want.type <= 0)
		return msg_usage(_("-x needs a type above 0: -t N"));
	if (opt->as.have & MESSAGE_HAS_PRIORITY && !foreign &&
	    opt->as.priority > message_priority_max(mv->dest_ref.kind))
		return msg_usage(_("--set-priority: a message of AMQP has a priority from 0 to %u"),
				 message_priority_max(mv->dest_ref.kind));
	if (foreign)
		return msg_wrong_kind(foreign & MESSAGE_HAS_TYPE ? "--set-type" : "--set-priority",
				      &mv->dest_ref);
	return EX_DONE;
}

static int read_options(struct cmdline *cl, struct mover *mv)
{
	const char *value;
	int val, status;

	mv->opt.timeout_ns = QUEUE_WAIT_FOREVER;
	while ((val = cmdline_next(cl, &value)) > 0) {
		status = take_option(cl, &mv->opt, val, value);
		if (status != EX_DONE)
			return status;
	}
	if (val < 0)
		return EX_BADUSAGE;
	cmdline_set_timeout(cl, mv->opt.timeout_ns);
	if (!cmdline_queue(cl, cl->operands[0], &mv->source_ref) ||
	    !cmdline_queue(cl, cl->operands[1], &mv->dest_ref))
		return EX_BADUSAGE;
	status = check_options(&mv->opt);
	if (status == EX_DONE)
		status = check_kinds(mv);
	if (mv->opt.nonblock)
		mv->opt.timeout_ns = QUEUE_NO_WAIT;
	if (!mv->opt.has_count)
		mv->opt.count = UINT64_MAX;
	return status;
}

/* ---- endings ---- */

/* SOURCE gave no more. */
static int end_taking(struct mover *mv, int error)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_TAKE,
					       .ref = &mv->source_ref,
					       .queue = &mv->source };
	bool empty = error == -EAGAIN || error == -ETIMEDOUT;
	char name[QUEUE_NAME_TEXT];

	if (error == -EINTR)
		return EX_FAILED; /* move_run() passes the signal on */
	if (empty && !mv->opt.has_count && !mv->opt.follow)
		return EX_DONE;
	progress_clear(&mv->progress);
	if (!empty || mv->opt.want.type == 0)
		return msg_queue_failed(&attempt, error);
	/* Other types may be there. */
	msg_error(_("%s: no message of the type asked for"), queue_ref_text(&mv->source_ref, name));
	return EX_NOTHING;
}

/* Why DEST did not take the message, as it was to be sent; -ERANGE is message_carry()'s. */
static void put_reason(struct mover *mv, const struct message *m, int error, struct buffer *why)
{
	const struct queue_attempt attempt = {
		.op = QUEUE_OP_SEND, .ref = &mv->dest_ref, .queue = &mv->dest, .size = m->len
	};
	enum queue_kind to = mv->dest_ref.kind;
	char name[QUEUE_NAME_TEXT];
	bool by_type;

	/* EMSGSIZE names the queue itself: "9000 bytes; /jobs takes at most 8192". */
	if (error != -EMSGSIZE)
		buffer_printf(why, "%s: ", queue_ref_text(&mv->dest_ref, name));
	if (error != -ERANGE) {
		queue_explain(&attempt, error, why);
		return;
	}
	message_carry_explain(m, to, why);
	by_type = !(message_traits(to) & MESSAGE_HAS_PRIORITY) ||
		  (message_traits(to) & MESSAGE_HAS_TYPE && m->have & MESSAGE_HAS_OTHER_TYPE);
	buffer_printf(why, _(" (see %s)"), by_type ? "--set-type" : "--set-priority");
}

/*
 * The message in hand goes back, and that ends it.  why: what DEST has against it, or NULL where a
 * signal came.
 */
static int end_back(struct mover *mv, const struct message *m, const char *why)
{
	uint64_t moved = mv->progress.messages;
	char name[QUEUE_NAME_TEXT];
	int rc;

	progress_clear(&mv->progress);
	rc = take_back(&mv->source, m, queue_ref_text(&mv->source_ref, name));
	mv->lost = rc < 0;
	if (why)
		msg_error(text_n("%s; %" PRIu64 " message was moved before it",
				 "%s; %" PRIu64 " messages were moved before it", moved),
			  why, moved);
	if (rc < 0)
		msg_lost(&mv->source_ref, 1, rc);
	return EX_FAILED;
}

/* ---- moving ---- */

/* DEST does not take the message that was taken; sent: what it was to be there. */
static int refuse(struct mover *mv, const struct message *taken, const struct message *sent,
		  int error)
{
	struct buffer why = { 0 };
	int status;

	if (error == -EINTR)
		return end_back(mv, taken, NULL);
	put_reason(mv, sent, error, &why);
	status = end_back(mv, taken, buffer_string(&why));
	buffer_free(&why);
	return status;
}

/* A connection lost while following is made again: 0 where it was, and all is to be tried anew. */
static int recover(struct mover *mv, struct queue *q, int error)
{
	if (error != -ECONNRESET || !mv->opt.follow)
		return error;
	progress_clear(&mv->progress);
	return msg_reconnect(q);
}

static int take(struct mover *mv, struct message *m)
{
	const struct move_options *opt = &mv->opt;
	int64_t wait_ns = opt->has_count || opt->follow ? opt->timeout_ns : QUEUE_NO_WAIT;
	int rc;

	do {
		rc = take_whole(&mv->source, m, &mv->room, &opt->want, wait_ns);
		if (rc == 0)
			return 0;
		rc = recover(mv, &mv->source, rc);
	} while (rc == 0);
	return rc;
}

/* Sends the message, and waits until DEST has it for certain. */
static int deliver(struct mover *mv, const struct message *m)
{
	int rc;

	do {
		rc = queue_send(&mv->dest, m, mv->opt.timeout_ns);
		if (rc == 0)
			rc = queue_flush(&mv->dest, mv->opt.timeout_ns);
		if (rc == 0)
			return 0;
		rc = recover(mv, &mv->dest, rc);
	} while (rc == 0);
	return rc;
}

/* Moves one message.  True: go on; else *status says how it ends. */
static bool move_one(struct mover *mv, int *status)
{
	struct message taken = { 0 }, sent;
	int rc;

	rc = take(mv, &taken);
	if (rc < 0) {
		*status = end_taking(mv, rc);
		return false;
	}
	sent = taken;
	message_set(&sent, &mv->opt.as, mv->dest_ref.kind);
	rc = message_carry(&sent, mv->dest_ref.kind);
	if (rc == 0)
		rc = deliver(mv, &sent);
	if (rc < 0) {
		*status = refuse(mv, &taken, &sent, rc);
		return false;
	}
	/* A broker that could not be told gives it to somebody once more, and says so by then. */
	(void)!queue_settle(&mv->source, &taken, QUEUE_DELIVERED);
	progress_count(&mv->progress, taken.len);
	mv->progress.done++;
	return true;
}

/* A broker may not have heard that all was moved. */
static int end_settling(struct mover *mv, int status)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_TAKE, .ref = &mv->source_ref };
	int rc = queue_flush(&mv->source, mv->opt.timeout_ns);

	if (rc == 0)
		return status;
	progress_clear(&mv->progress);
	if (status == EX_DONE)
		(void)!msg_queue_failed(&attempt, rc);
	msg_error(_("what was moved last may be delivered again"));
	return status_first(status, EX_FAILED);
}

static int move_all(struct mover *mv)
{
	const struct move_options *opt = &mv->opt;
	int status = EX_DONE;

	if (opt->verbose || opt->progress)
		progress_begin(&mv->progress, opt->progress);
	mv->progress.total = opt->has_count ? opt->count : 0;
	for (uint64_t left = opt->count; left > 0 && !stop_signal(); left--)
		if (!move_one(mv, &status))
			break;
	status = end_settling(mv, status);
	progress_end(&mv->progress, PROGRESS_MOVED, opt->verbose);
	return status;
}

/* ---- the command ---- */

static int open_one(struct queue *q, const struct queue_ref *ref, unsigned int access)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = ref };
	int rc = queue_open(q, ref, access);

	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

/* Both, before anything is taken. */
static int open_queues(struct mover *mv)
{
	char name[QUEUE_NAME_TEXT];
	int status = open_one(&mv->source, &mv->source_ref, QUEUE_READ);

	if (status == EX_DONE)
		status = open_one(&mv->dest, &mv->dest_ref, QUEUE_WRITE);
	if (status == EX_DONE && queue_same(&mv->source, &mv->dest))
		status = msg_usage(_("SOURCE and DEST are the same queue: %s"),
				   queue_ref_text(&mv->source_ref, name));
	return status;
}

static int move_run(struct cmdline *cl)
{
	struct mover mv = { 0 };
	int status;

	status = read_options(cl, &mv);
	if (status == EX_DONE)
		status = open_queues(&mv);
	if (status == EX_DONE) {
		stop_init();
		queue_expect(&mv.source, mv.opt.count);
		status = move_all(&mv);
	}
	queue_close(&mv.source);
	queue_close(&mv.dest);
	take_room_free(&mv.room);
	if (!mv.lost && stop_signal())
		stop_die(stop_signal());
	return status;
}

const struct command cmd_move = {
	.name = "move",
	.operands = N_("SOURCE DEST"),
	.summary = N_("Move messages from one queue to another"),
	.notes = N_("POSIX priority P is System V type P+1, and back. A message that DEST does not\n"
		    "take goes back to SOURCE, and that ends it with status 1."),
	.options = move_options,
	.min_operands = 2,
	.max_operands = 2,
	.run = move_run,
};
