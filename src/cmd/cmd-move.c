/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-move.c - mqtool move: messages from one queue to another
 *
 * A message is in hand from when it was taken until DEST has it for certain, and only then settled.
 * Between queues of the kernel that is one at a time; to a broker as many are on their way as may
 * be lost or delivered twice if mqtool is killed.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd-given.h"
#include "cmd/cmd-take.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "cmd/take.h"
#include "queue/message.h"

enum { OPT_SET_TYPE = OPT_OWN, OPT_SET_PRIORITY, OPT_STRICT };

/* Messages and bytes that may be in hand: no more are lost from a kernel queue by SIGKILL... */
#define HELD_KERNEL 256
#define HELD_KERNEL_BYTES ((size_t)64 * 1024)
/* ...and no more are delivered again by a broker. */
#define HELD_MAX 512
#define HELD_BYTES ((size_t)4 * 1024 * 1024)
/* After this long without another broker's message DEST has to answer for those in hand. */
#define PATIENCE (NSEC_PER_SEC / 500)
/* If DEST took this long, SOURCE may have taken back what it had sent ahead. */
#define LONG_WAIT NSEC_PER_SEC

static const struct poptOption move_options[] = {
	{ "count", 'c', POPT_ARG_STRING, NULL, OPT_COUNT,
	  N_("move N messages, waiting for them; default all there are"), N_("N") },
	{ "follow", 'f', POPT_ARG_NONE, NULL, OPT_FOLLOW, N_("move messages until interrupted"),
	  NULL },
	CMD_WAIT_OPTIONS(N_("wait neither for a message nor for room"),
			 N_("wait at most this long for each message and for its room")),
	CMD_TYPE_OPTIONS,
	{ "set-type", 0, POPT_ARG_STRING, NULL, OPT_SET_TYPE,
	  N_("type of the messages in DEST, 1 or more (System V, AMQP)"), N_("N") },
	{ "set-priority", 0, POPT_ARG_STRING, NULL, OPT_SET_PRIORITY,
	  N_("priority of the messages in DEST, 0 to 32767 (POSIX; AMQP: to 255)"), N_("N") },
	{ "strict", 0, POPT_ARG_NONE, NULL, OPT_STRICT,
	  N_("refuse a message with properties that DEST cannot take (AMQP)"), NULL },
	CMD_SUMMARY_OPTIONS(N_("say at the end how much was moved")),
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

/* A message in hand.  Its data is in the room while it is the last, and in DEST's window. */
struct held {
	struct message taken;
	uint64_t number; /* its number among those given to DEST, from 1 */
	bool lessened;   /* it has properties that DEST does not take */
};

/* One run of move. */
struct mover {
	struct take_options opt;
	struct carry_as as; /* --set-type, --set-priority */
	bool strict;
	struct queue_ref source_ref, dest_ref;
	struct queue *source, *dest;
	struct take_room room;
	struct held held[HELD_MAX + 1];
	size_t nheld;
	uint64_t given, accepted; /* to DEST: messages, and those that it did not refuse at once */
	uint64_t left;            /* messages still to be taken */
	int64_t waits_since;      /* how long to wait for room on DEST; 0: not at all */
	struct progress progress;
	bool lost; /* a message could not go back and was reported */
};

/* ---- the command line ---- */

static bool read_option(struct cmdline *cl, int val, const char *value, void *arg)
{
	struct mover *mv = arg;

	switch (val) {
	case OPT_SET_TYPE:
		return cmd_given_type(cl, &mv->as, value);
	case OPT_SET_PRIORITY:
		return cmd_given_priority(cl, &mv->as, value);
	case OPT_STRICT:
		mv->strict = true;
		return true;
	default:
		return cmd_take_option(cl, &mv->opt, val, value);
	}
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
		status = cmd_given_check(&mv->as, &mv->dest_ref, "--set-type", "--set-priority");
	if (mv->opt.nonblock)
		mv->opt.timeout_ns = QUEUE_NO_WAIT;
	if (!mv->opt.has_count) {
		mv->opt.all = !mv->opt.follow;
		mv->opt.count = UINT64_MAX;
	}
	return status;
}

/* The properties of a message that DEST does not take and --strict must not lose. */
static const char *explain_strict(enum queue_kind to)
{
	if (to == QUEUE_AMQP)
		return _("it has a user_id that is not ours, or a header CC or BCC, which cannot be"
			 " sent (--strict)");
	return _("it has properties, and messages there have none (--strict)");
}

/* Says why DEST did not take the message as it was to be sent; -ERANGE is from message_carry(),
 * -ENOTSUP from --strict. */
static void put_reason(struct mover *mv, const struct message *m, int error, struct buffer *why)
{
	const struct queue_attempt attempt = {
		.op = QUEUE_OP_SEND, .ref = &mv->dest_ref, .queue = mv->dest, .size = m ? m->len : 0
	};
	enum queue_kind to = mv->dest_ref.kind;
	bool by_type;

	/* EMSGSIZE names the queue itself: "9000 bytes; /jobs takes at most 8192". */
	if (error != -EMSGSIZE)
		buffer_printf(why, "%s: ", msg_name(&mv->dest_ref));
	if (error == -ENOTSUP) {
		buffer_puts(why, explain_strict(to));
		return;
	}
	if (error != -ERANGE) {
		msg_explain(&attempt, error, why);
		return;
	}
	message_carry_explain(m, to, why);
	by_type = !(message_traits(to) & MESSAGE_HAS_PRIORITY) ||
		  (message_traits(to) & MESSAGE_HAS_TYPE && m->have & MESSAGE_HAS_OTHER_TYPE);
	buffer_printf(why, _(" (see %s)"), by_type ? "--set-type" : "--set-priority");
}

/* ---- messages in hand ---- */

static bool is_broker(const struct queue_ref *ref)
{
	return ref->kind == QUEUE_AMQP;
}

static bool has_arrived(struct mover *mv, const struct held *h)
{
	return is_broker(&mv->dest_ref) ? queue_confirmed(mv->dest, h->number) :
					  h->number <= mv->accepted;
}

static void hold(struct mover *mv, const struct message *taken, bool lessened)
{
	mv->held[mv->nheld++] = (struct held){ *taken, ++mv->given, lessened };
}

static void settle(struct mover *mv, const struct held *h)
{
	/* A broker that could not be told delivers it once more, marked as such. */
	(void)!queue_settle(mv->source, &h->taken, QUEUE_DELIVERED);
	progress_count(&mv->progress, h->taken.len);
	mv->progress.lessened += h->lessened;
	mv->progress.done++;
}

/* Removes the first n from those in hand. */
static void drop_held(struct mover *mv, size_t n)
{
	mv->nheld -= n;
	memmove(mv->held, mv->held + n, mv->nheld * sizeof(*mv->held));
}

/* Settles in SOURCE what DEST has for certain, up to the first that it does not have. */
static void settle_arrived(struct mover *mv)
{
	size_t n = 0;

	while (n < mv->nheld && has_arrived(mv, &mv->held[n]))
		settle(mv, &mv->held[n++]);
	if (n)
		drop_held(mv, n);
}

/* A broker takes back what it waits too long for: only the first that DEST refuses
 * stays in hand. */
static void keep_one(struct mover *mv)
{
	size_t kept = 0;

	for (size_t i = 0; i < mv->nheld; i++) {
		const struct held *h = &mv->held[i];

		if (has_arrived(mv, h)) {
			settle(mv, h);
		} else if (kept > 0 && queue_withdraw(mv->dest, h->number)) {
			(void)!queue_settle(mv->source, &h->taken, QUEUE_RETURN);
			mv->left++;
		} else {
			mv->held[kept++] = *h;
		}
	}
	mv->nheld = kept;
}

/* Called before DEST waits, for an unknown time. */
static void before_wait(void *arg, bool for_room)
{
	struct mover *mv = arg;

	settle_arrived(mv);
	if (for_room && is_broker(&mv->source_ref))
		keep_one(mv);
	(void)!queue_tell(mv->source);
	if (!mv->waits_since)
		mv->waits_since = clock_monotonic_ns();
}

/* Puts back what DEST does not have, in its order.  Returns how many could not go back, *why the
 * first error. */
static size_t put_back(struct mover *mv, int *why)
{
	struct message kept;
	size_t lost = 0;

	for (size_t i = 0; i < mv->nheld; i++) {
		struct held *h = &mv->held[i];
		int rc;

		if (has_arrived(mv, h)) {
			settle(mv, h);
			continue;
		}
		if (queue_kept(mv->dest, h->number, &kept))
			h->taken.data = kept.data;
		rc = take_back(mv->source, &h->taken, msg_name(&mv->source_ref));
		if (rc < 0 && lost++ == 0)
			*why = rc;
	}
	mv->nheld = 0;
	return lost;
}

/* ---- endings ---- */

/*
 * Puts back what is in hand and ends with status, or with 1 if something cannot go back.  why:
 * DEST's reason, or NULL after a signal.
 */
static int end_back(struct mover *mv, const char *why, int status)
{
	int error = 0;
	size_t lost;
	uint64_t moved;

	progress_clear(&mv->progress);
	lost = put_back(mv, &error);
	moved = mv->progress.messages;
	mv->lost = lost > 0;
	if (why)
		msg_error(text_n("%s; %" PRIu64 " message was moved before it",
				 "%s; %" PRIu64 " messages were moved before it", moved),
			  why, moved);
	if (lost)
		msg_lost(&mv->source_ref, lost, error);
	return lost ? EX_FAILED : status;
}

/* DEST does not take a message; sent: the last one as it was to be sent, or NULL. */
static int refuse_message(struct mover *mv, const struct message *sent, int error)
{
	struct buffer why = { 0 };
	int status;

	if (error == -EINTR)
		return end_back(mv, NULL, EX_FAILED);
	put_reason(mv, sent, error, &why);
	status = end_back(mv, buffer_string(&why),
			  error == -EIDRM && !is_broker(&mv->dest_ref) ? exit_status_of(error) :
									 EX_FAILED);
	buffer_free(&why);
	return status;
}

/* ---- moving ---- */

/* Makes a connection lost while following again; 0 on success. */
static int recover(struct mover *mv, struct queue *q, int error)
{
	if (error != -ECONNRESET || !mv->opt.follow)
		return error;
	progress_clear(&mv->progress);
	return msg_reconnect(q, error, mv->opt.timeout_ns);
}

/* Waits until DEST has all that was given to it. */
static int flush(struct mover *mv)
{
	int rc;

	do {
		rc = mv->nheld ? queue_flush(mv->dest, mv->opt.timeout_ns) : 0;
		if (rc == 0)
			break;
		rc = recover(mv, mv->dest, rc);
	} while (rc == 0);
	if (rc == 0)
		settle_arrived(mv);
	return rc;
}

static int catch_up(struct mover *mv)
{
	int64_t since = mv->waits_since;

	mv->waits_since = 0;
	return since && clock_monotonic_ns() - since > LONG_WAIT ? queue_catch_up(mv->source) : 0;
}

static int take_now(struct mover *mv, struct message *m, int64_t wait_ns)
{
	int rc;

	do {
		rc = catch_up(mv);
		if (rc == 0)
			rc = take_whole(mv->source, m, &mv->room, &mv->opt.want, wait_ns);
		if (rc == 0)
			return 0;
		rc = recover(mv, mv->source, rc);
	} while (rc == 0);
	return rc;
}

static bool is_empty(int error)
{
	return error == -EAGAIN || error == -ETIMEDOUT || error == -ENOBUFS;
}

/* Takes the next message; nothing is in hand during a wait for it.  False: *status says how it
 * ends. */
static bool take(struct mover *mv, struct message *m, int *status)
{
	bool now = mv->opt.all || !is_broker(&mv->source_ref);
	int64_t wait_ns = mv->opt.all ? QUEUE_NO_WAIT : mv->opt.timeout_ns;
	int rc = -EAGAIN, sent;

	if (mv->nheld)
		rc = take_now(mv, m, now ? QUEUE_NO_WAIT : PATIENCE);
	if (rc == 0)
		return true;
	sent = flush(mv);
	if (sent < 0) {
		*status = refuse_message(mv, NULL, sent);
		return false;
	}
	if (is_empty(rc))
		rc = take_now(mv, m, wait_ns);
	if (rc < 0)
		*status = cmd_take_failed(mv->source, &mv->opt, &mv->progress, QUEUE_OP_TAKE, rc);
	return rc == 0;
}

/* Sends the message; a broker may not have it yet. */
static int deliver(struct mover *mv, const struct message *m)
{
	int64_t timeout_ns = mv->opt.timeout_ns;
	bool tell = is_broker(&mv->source_ref) && !is_broker(&mv->dest_ref);
	int rc;

	rc = queue_send(mv->dest, m, tell ? QUEUE_NO_WAIT : timeout_ns);
	if (tell && rc == -EAGAIN && timeout_ns != QUEUE_NO_WAIT) {
		before_wait(mv, true);
		rc = queue_send(mv->dest, m, timeout_ns);
	}
	if (rc == 0)
		rc = queue_still_there(mv->dest);
	/* A new connection sends it with all that was not confirmed. */
	return rc < 0 ? recover(mv, mv->dest, rc) : 0;
}

/* Moves one message.  True: go on; else *status says how it ends. */
static bool move_one(struct mover *mv, int *status)
{
	struct message taken = { 0 }, sent;
	int rc, flushed = 0;
	bool lessened;

	if (!take(mv, &taken, status))
		return false;
	mv->left--;
	sent = taken;
	message_set(&sent, &mv->as, mv->dest_ref.kind);
	lessened = queue_leaves_out(mv->dest, &sent);
	rc = lessened && mv->strict ? -ENOTSUP : message_carry(&sent, mv->dest_ref.kind);
	if (rc < 0)
		flushed = flush(mv); /* what came before it is moved */
	hold(mv, &taken, lessened);
	if (rc == 0)
		rc = deliver(mv, &sent);
	if (rc < 0) {
		*status = refuse_message(mv, &sent, flushed < 0 ? flushed : rc);
		return false;
	}
	mv->accepted++;
	settle_arrived(mv);
	return true;
}

static int move_all(struct mover *mv)
{
	int status = EX_DONE, rc;

	cmd_take_begin(&mv->opt, &mv->progress);
	while (mv->left > 0 && !stop_signal())
		if (!move_one(mv, &status))
			break;
	rc = flush(mv);
	if (rc < 0)
		status = refuse_message(mv, NULL, rc);
	return cmd_take_end(mv->source, &mv->opt, &mv->progress, PROGRESS_MOVED, status);
}

/* ---- the command ---- */

static int open_one(struct mover *mv, struct queue **q, const struct queue_ref *ref,
		    unsigned int access)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = ref };
	int rc;

	if (mv->opt.follow)
		return msg_open_following(q, ref, access, mv->opt.timeout_ns);
	rc = queue_open(q, ref, access);
	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

/* Both, before anything is taken. */
static int open_queues(struct mover *mv)
{
	int status = open_one(mv, &mv->source, &mv->source_ref, QUEUE_READ);

	if (status == EX_DONE)
		status = open_one(mv, &mv->dest, &mv->dest_ref, QUEUE_WRITE);
	if (status == EX_DONE && queue_same(mv->source, mv->dest))
		status = msg_usage(_("SOURCE and DEST are the same queue: %s"),
				   msg_name(&mv->source_ref));
	return status;
}

/* How many are to be taken, and how many of them may be in hand. */
static void set_bounds(struct mover *mv)
{
	bool broker = is_broker(&mv->source_ref);
	bool all = mv->opt.all || mv->opt.nonblock;
	struct queue_stat st;

	mv->left = mv->opt.count;
	/* All there are now: those that come meanwhile are somebody else's. */
	if (mv->opt.all && !broker && queue_look(mv->source, STAT_MESSAGES, &st) == 0 &&
	    st.have & STAT_MESSAGES && st.messages < mv->left)
		mv->left = st.messages;
	queue_expect(mv->source, mv->opt.count, all ? QUEUE_ALL_THERE : QUEUE_AS_THEY_COME);
	queue_window(mv->dest, broker ? HELD_MAX : HELD_KERNEL,
		     broker ? HELD_BYTES : HELD_KERNEL_BYTES);
	queue_before_wait(mv->dest, before_wait, mv);
}

static int move_run(struct cmdline *cl)
{
	struct mover *mv = calloc(1, sizeof(*mv));
	int status;

	if (!mv) {
		msg_error("%s", strerror(ENOMEM));
		return EX_FAILED;
	}
	status = read_options(cl, mv);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = open_queues(mv);
	if (status == EX_DONE) {
		stop_init();
		set_bounds(mv);
		status = move_all(mv);
	}
	queue_close(mv->source);
	queue_close(mv->dest);
	take_room_free(&mv->room);
	if (!mv->lost && stop_signal())
		stop_die(stop_signal());
	free(mv);
	return status;
}

const struct command cmd_move = {
	.name = "move",
	.operands = N_("SOURCE DEST"),
	.summary = N_("Move messages from one queue to another"),
	.notes = N_(
		"POSIX priority P becomes System V type P+1, and the other way round.  If DEST\n"
		"does not take a message, move puts it back into SOURCE and exits with status 4\n"
		"if DEST was removed, else 1."),
	.options = move_options,
	.min_operands = 2,
	.max_operands = 2,
	.run = move_run,
};
