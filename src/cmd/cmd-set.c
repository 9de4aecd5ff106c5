/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-set.c - mqtool set: change mode, owner and size of queues
 */
#include "config.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/text.h"
#include "cmd/cmd-attr.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"

enum { OPT_MAX_MESSAGES = OPT_ATTR_END, OPT_MESSAGE_SIZE };

/* create's options for what nothing can change later are accepted, in order to say so. */
static const struct poptOption set_options[] = {
	CMD_MODE_OPTION(N_("permissions in octal")),
	CMD_OWNER_OPTION,
	CMD_MAX_BYTES_OPTION,
	CMD_NAMESPACE_OPTION(N_("PID")),
	{ "max-messages", 'c', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPT_MAX_MESSAGES,
	  NULL, NULL },
	{ "message-size", 's', POPT_ARG_STRING | POPT_ARGFLAG_DOC_HIDDEN, NULL, OPT_MESSAGE_SIZE,
	  NULL, NULL },
	CMD_COMMON_OPTIONS
};

struct set {
	struct queue_attr attr;
	const char *max_messages, *message_size; /* for a fixed one, its argument; popt's */
};

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct set *set = arg;

	switch (opt) {
	case OPT_MAX_MESSAGES:
		set->max_messages = value;
		return true;
	case OPT_MESSAGE_SIZE:
		set->message_size = value;
		return true;
	default:
		return cmd_attr_option(cl, &set->attr, opt, value);
	}
}

static void put_option(struct buffer *line, const char *option, const char *value)
{
	if (value)
		buffer_printf(line, " %s %s", option, msg_word(value));
}

/* Nothing changes how many messages a POSIX queue holds: says what to do instead. */
static int refuse_fixed(const struct set *set, const struct queue_ref *ref)
{
	const char *option = set->max_messages ? "-c" : "-s";
	struct buffer line = { 0 };

	if (ref->kind != QUEUE_POSIX)
		return msg_wrong_kind(option, ref);
	buffer_puts(&line, "mqtool create");
	put_option(&line, "-c", set->max_messages);
	put_option(&line, "-s", set->message_size);
	buffer_printf(&line, " %s.new && ", msg_word(msg_name(ref)));
	buffer_printf(&line, "mqtool move %s ", msg_word(msg_name(ref)));
	buffer_printf(&line, "%s.new", msg_word(msg_name(ref)));
	msg_error(_("%s: the number and size of the messages of a POSIX queue are fixed when it"
		    " is made: make another one and move the messages"),
		  option);
	msg_near(buffer_string(&line));
	buffer_free(&line);
	return EX_BADUSAGE;
}

static int set_one(const struct queue_ref *ref, void *arg)
{
	const struct queue_attr *attr = arg;
	const struct queue_attempt attempt = { .op = QUEUE_OP_SET, .ref = ref, .attr = attr };
	int rc = queue_set(ref, attr);

	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static int set_all(struct cmdline *cl, struct set *set)
{
	struct queue_ref *refs = cmdline_names(cl, 0);
	struct queue_attr *attr = &set->attr;
	int status = EX_DONE, i;

	if (!refs)
		return EX_BADUSAGE;
	if (set->max_messages || set->message_size)
		status = refuse_fixed(set, &refs[0]);
	for (i = 0; i < cl->noperands && status == EX_DONE; i++)
		status = cmd_attr_check(attr, &refs[i]);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = cmdline_each(refs, cl->noperands, set_one, attr);
	free(refs);
	return status;
}

static int refuse_nothing(const struct cmdline *cl)
{
	const char *why = _("nothing to change: give -m, -o or -b");
	struct buffer line = { 0 };
	int status = cmd_attr_with_mode(cl, &line) ?
			     msg_usage_near(buffer_string(&line), "%s", why) :
			     msg_usage("%s", why);

	buffer_free(&line);
	return status;
}

static int set_run(struct cmdline *cl)
{
	struct set set = { 0 };

	if (!cmdline_read(cl, read_option, &set))
		return EX_BADUSAGE;
	if (!set.attr.have && !set.max_messages && !set.message_size)
		return refuse_nothing(cl);
	return set_all(cl, &set);
}

const struct command cmd_set = {
	.name = "set",
	.operands = N_("QUEUE..."),
	.summary = N_("Change the mode, the owner or the size of queues"),
	.notes = N_(
		"The number and size of the messages of a POSIX queue are fixed when it is made."),
	.options = set_options,
	.min_operands = 1,
	.max_operands = -1,
	.run = set_run,
};
