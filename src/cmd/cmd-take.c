/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-take.c - what recv, move, purge and send have in common: options, and how taking ends
 */
#include "config.h"

#include "cmd/cmd-take.h"

#include <errno.h>
#include <limits.h>

#include "base/stop.h"
#include "base/text.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

/* ---- the command line ---- */

static bool set_type(struct cmdline *cl, struct take_options *opt, const char *value)
{
	int64_t type;

	if (!opt_i64(cl, value, LONG_MIN, LONG_MAX, &type))
		return false;
	opt->has_type = true;
	opt->want.type = (long)type;
	return true;
}

bool cmd_take_option(struct cmdline *cl, struct take_options *opt, int val, const char *value)
{
	switch (val) {
	case OPT_COUNT:
		opt->has_count = true;
		return opt_u64(cl, value, 1, UINT64_MAX, &opt->count);
	case OPT_FOLLOW:
		opt->follow = true;
		break;
	case OPT_ALL:
		opt->all = true;
		break;
	case OPT_NONBLOCK:
		opt->nonblock = true;
		break;
	case OPT_TIMEOUT:
		opt->has_timeout = true;
		return opt_duration(cl, value, &opt->timeout_ns);
	case OPT_TYPE:
		return set_type(cl, opt, value);
	case OPT_EXCEPT:
		opt->want.except = true;
		break;
	case OPT_VERBOSE:
		opt->verbose = true;
		break;
	case OPT_PROGRESS:
		opt->progress = true;
		break;
	}
	return true;
}

int cmd_take_check(const struct take_options *opt, const struct queue_ref *source)
{
	if (opt->follow && opt->has_count)
		return msg_usage(_("-f never ends, -c ends after N messages: give one"));
	if (opt->follow && opt->all)
		return msg_usage(_("-f never ends, -a ends on an empty queue: give one"));
	if (opt->has_timeout && opt->nonblock)
		return msg_usage(_("-n never waits, so -T has no meaning with it"));
	if (opt->has_timeout && opt->all)
		return msg_usage(_("-a never waits, so -T has no meaning with it"));
	if (opt->follow && opt->nonblock)
		return msg_usage(_("-f waits for messages, -n never waits: give one"));
	if ((opt->has_type || opt->want.except) && source && source->kind != QUEUE_SYSV)
		return msg_wrong_kind(opt->has_type ? "-t" : "-x", source);
	if (opt->want.except && opt->want.type <= 0)
		return msg_usage(_("-x needs a type above 0: -t N"));
	return EX_DONE;
}

/* ---- taking ---- */

void cmd_take_begin(const struct take_options *opt, struct progress *p)
{
	if (opt->verbose || opt->progress)
		progress_begin(p, opt->progress);
	p->total = opt->has_count ? opt->count : 0;
}

int cmd_take_failed(const struct queue *q, const struct take_options *opt, struct progress *p,
		    enum queue_op op, int error)
{
	const struct queue_attempt attempt = { .op = op, .ref = queue_ref_of(q), .queue = q };
	bool empty = error == -EAGAIN || error == -ETIMEDOUT;

	if (error == -EINTR && stop_signal())
		return EX_FAILED;
	if (empty && opt->all)
		return EX_DONE;
	progress_clear(p);
	if (!empty || opt->want.type == 0)
		return msg_queue_failed(&attempt, error);
	/* There may be messages of other types. */
	msg_error(_("%s: no message of the type asked for"), msg_name(queue_ref_of(q)));
	return EX_NOTHING;
}

int cmd_take_end(struct queue *q, const struct take_options *opt, struct progress *p,
		 enum progress_verb verb, int status)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_TAKE,
					       .ref = queue_ref_of(q),
					       .queue = q };
	int rc = queue_flush(q, opt->timeout_ns);

	if (rc < 0) {
		progress_clear(p);
		if (status == EX_DONE)
			(void)!msg_queue_failed(&attempt, rc);
		msg_error("%s", verb == PROGRESS_MOVED ?
					_("what was moved last may be delivered again") :
					_("what was received last may be delivered again"));
		status = status_first(status, EX_FAILED);
	}
	progress_end(p, verb, opt->verbose);
	return status;
}
