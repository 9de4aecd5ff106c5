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

#include "base/buffer.h"
#include "base/text.h"
#include "base/wait.h"
#include "cmd/cmd-take.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "cmd/take.h"
#include "queue/carry.h"

enum { OPT_SET_TYPE = OPT_OWN, OPT_SET_PRIORITY };

static const struct poptOption move_options[] = {
	{ "count", 'c', POPT_ARG_STRING, NULL, OPT_COUNT,
	  N_("move N messages, and wait for them; default all there are"), N_("N") },
	{ "follow", 'f', POPT_ARG_NONE, NULL, OPT_FOLLOW, N_("move messages without end"), NULL },
	{ "nonblock", 'n', POPT_ARG_NONE, NULL, OPT_NONBLOCK,
	  N_("wait neither for a message nor for room"), NULL },
	{ "timeout", 'T', POPT_ARG_STRING, NULL, OPT_TIMEOUT,
	  N_("wait at most this long for each message and for its room"), N_("DURATION") },
	CMD_TYPE_OPTIONS,
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

/* One run of move. */
struct mover {
	struct take_options opt;
	struct carry_as as; /* --set-type, --set-priority */
	struct queue_ref source_ref, dest_ref;
	struct queue source, dest;
	struct take_room room;
	struct progress progress;
	bool lost; /* a message could not go back and was reported */
};

/* ---- the command line ---- */

static bool set_type(struct cmdline *cl, struct mover *mv, const char *value)
{
	int64_t type;

	if (!opt_i64(cl, value, 1, LONG_MAX, &type))
		return false;
	mv->as.type = (long)type;
	mv->as.have |= MESSAGE_HAS_TYPE;
	return true;
}

static bool set_priority(struct cmdline *cl, struct mover *mv, const char *value)
{
	uint64_t priority;

	if (!opt_u64(cl, value, 0, MESSAGE_PRIORITY_MAX, &priority))
		return false;
	mv->as.priority = (unsigned int)priority;
	mv->as.have |= MESSAGE_HAS_PRIORITY;
	return true;
}

static bool read_option(struct cmdline *cl, int val, const char *value, void *arg)
{
	struct mover *mv = arg;

	switch (val) {
	case OPT_SET_TYPE:
		return set_type(cl, mv, value);
	case OPT_SET_PRIORITY:
		return set_priority(cl, mv, value);
	default:
		return cmd_take_option(cl, &mv->opt, val, value);
	}
}

/* What messages are given goes with the queue they go to. */
static int check_given(const struct mover *mv)
{
	const struct carry_as *as = &mv->as;
	unsigned int foreign = as->have & ~message_traits(mv->dest_ref.kind);

	if (as->have & MESSAGE_HAS_PRIORITY && !foreign &&
	    as->priority > message_priority_max(mv->dest_ref.kind))
		return msg_usage(_("--set-priority: a message of AMQP has a priority from 0 to %u"),
				 message_priority_max(mv->dest_ref.kind));
	if (foreign)
		return msg_wrong_kind(foreign & MESSAGE_HAS_TYPE ? "--set-type" : "--set-priority",
				      &mv->dest_ref);
	return EX_DONE;
}

static int read_options(struct cmdline *cl, struct mover *mv)
{
	int status;

	mv->opt.timeout_ns = QUEUE_WAIT_FOREVER;
	if (!cmdline_read(cl, read_option, mv))
		return EX_BADUSAGE;
	cmdline_set_timeout(cl, mv->opt.timeout_ns);
	if (!cmdline_queue(cl, cl->operands[0], &mv->source_ref) ||
	    !cmdline_queue(cl, cl->operands[1], &mv->dest_ref))
		return EX_BADUSAGE;
	status = cmd_take_check(&mv->opt, &mv->source_ref);
	if (status == EX_DONE)
		status = check_given(mv);
	if (mv->opt.nonblock)
		mv->opt.timeout_ns = QUEUE_NO_WAIT;
	if (!mv->opt.has_count) {
		mv->opt.all = !mv->opt.follow;
		mv->opt.count = UINT64_MAX;
	}
	return status;
}

/* ---- endings ---- */

/* Why DEST did not take the message, as it was to be sent; -ERANGE is message_carry()'s. */
static void put_reason(struct mover *mv, const struct message *m, int error, struct buffer *why)
{
	const struct queue_attempt attempt = {
		.op = QUEUE_OP_SEND, .ref = &mv->dest_ref, .queue = &mv->dest, .size = m->len
	};
	enum queue_kind to = mv->dest_ref.kind;
	bool by_type;

	/* EMSGSIZE names the queue itself: "9000 bytes; /jobs takes at most 8192". */
	if (error != -EMSGSIZE)
		buffer_printf(why, "%s: ", msg_name(&mv->dest_ref));
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
	int rc;

	progress_clear(&mv->progress);
	rc = take_back(&mv->source, m, msg_name(&mv->source_ref));
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
	int64_t wait_ns = mv->opt.all ? QUEUE_NO_WAIT : mv->opt.timeout_ns;
	int rc;

	do {
		rc = take_whole(&mv->source, m, &mv->room, &mv->opt.want, wait_ns);
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
		*status = cmd_take_failed(&mv->source, &mv->opt, &mv->progress, QUEUE_OP_TAKE, rc);
		return false;
	}
	sent = taken;
	message_set(&sent, &mv->as, mv->dest_ref.kind);
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

static int move_all(struct mover *mv)
{
	int status = EX_DONE;

	cmd_take_begin(&mv->opt, &mv->progress);
	for (uint64_t left = mv->opt.count; left > 0 && !stop_signal(); left--)
		if (!move_one(mv, &status))
			break;
	return cmd_take_end(&mv->source, &mv->opt, &mv->progress, PROGRESS_MOVED, status);
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
	int status = open_one(&mv->source, &mv->source_ref, QUEUE_READ);

	if (status == EX_DONE)
		status = open_one(&mv->dest, &mv->dest_ref, QUEUE_WRITE);
	if (status == EX_DONE && queue_same(&mv->source, &mv->dest))
		status = msg_usage(_("SOURCE and DEST are the same queue: %s"),
				   msg_name(&mv->source_ref));
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
