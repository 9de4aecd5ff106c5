/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-create.c - mqtool create: make queues
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/wait.h"
#include "cmd/cmd-attr.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "show/users.h"

/* Rounds of "it exists" and "it is gone" before create gives up and says so. */
#define ENSURE_TRIES 10

enum {
	OPT_MAX_MESSAGES = OPT_ATTR_END,
	OPT_MESSAGE_SIZE,
	OPT_MAX_PRIORITY,
	OPT_QUORUM,
	OPT_DEAD_LETTER,
	OPT_EXIST_OK,
	OPT_PRIVATE,
	OPT_VERBOSE
};

static const struct poptOption create_options[] = {
	CMD_MODE_OPTION(N_("permissions in octal, whatever the umask (default 0600)")),
	CMD_OWNER_OPTION,
	{ "max-messages", 'c', POPT_ARG_STRING, NULL, OPT_MAX_MESSAGES,
	  N_("POSIX, AMQP: room for N messages (mq_maxmsg, x-max-length)"), N_("N") },
	{ "message-size", 's', POPT_ARG_STRING, NULL, OPT_MESSAGE_SIZE,
	  N_("POSIX: the largest message (mq_msgsize)"), N_("SIZE") },
	CMD_MAX_BYTES_OPTION,
	{ "max-priority", '\0', POPT_ARG_STRING, NULL, OPT_MAX_PRIORITY,
	  N_("AMQP: priorities from 0 to N (x-max-priority)"), N_("N") },
	{ "quorum", '\0', POPT_ARG_NONE, NULL, OPT_QUORUM,
	  N_("AMQP: a quorum queue, replicated by the broker"), NULL },
	{ "dead-letter", '\0', POPT_ARG_STRING, NULL, OPT_DEAD_LETTER,
	  N_("AMQP: send dropped messages to queue NAME of the vhost"), N_("NAME") },
	{ "exist-ok", 'e', POPT_ARG_NONE, NULL, OPT_EXIST_OK,
	  N_("succeed if the queue already exists as asked"), NULL },
	{ "private", '\0', POPT_ARG_NONE, NULL, OPT_PRIVATE,
	  N_("make a System V queue without a key and print its id"), NULL },
	{ "verbose", 'v', POPT_ARG_NONE, NULL, OPT_VERBOSE, N_("print the name of each queue"),
	  NULL },
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

struct create {
	struct queue_attr attr;
	bool exist_ok;
	bool private;
	bool verbose;
};

static bool read_count(struct cmdline *cl, const char *text, struct queue_attr *attr)
{
	attr->have |= ATTR_MAXMSG;
	return opt_u64(cl, text, 1, INT64_MAX, &attr->maxmsg);
}

static bool read_message_size(struct cmdline *cl, const char *text, struct queue_attr *attr)
{
	attr->have |= ATTR_MSGSIZE;
	if (!opt_size(cl, text, &attr->msgsize))
		return false;
	if (attr->msgsize > 0)
		return true;
	return msg_refuse(_("%s: the size of a message must be at least 1"), cl->seen);
}

/* An AMQP queue's name is a short string. */
static bool read_dead_letter(const char *text, struct queue_attr *attr)
{
	attr->have |= ATTR_DEAD_LETTER;
	attr->dead_letter = text;
	if (*text && strlen(text) <= 255 && utf8_valid(text, strlen(text)))
		return true;
	(void)!msg_usage(_("--dead-letter=NAME: the name of a queue is UTF-8, 1 to 255 bytes long"));
	return false;
}

static bool read_max_priority(struct cmdline *cl, const char *text, struct queue_attr *attr)
{
	uint64_t max;

	if (!opt_u64(cl, text, 1, MESSAGE_PRIORITY_MAX_AMQP, &max))
		return false;
	attr->have |= ATTR_MAX_PRIORITY;
	attr->max_priority = (unsigned int)max;
	return true;
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct create *c = arg;
	struct queue_attr *attr = &c->attr;

	switch (opt) {
	case OPT_MAX_MESSAGES:
		return read_count(cl, value, attr);
	case OPT_MESSAGE_SIZE:
		return read_message_size(cl, value, attr);
	case OPT_MAX_PRIORITY:
		return read_max_priority(cl, value, attr);
	case OPT_DEAD_LETTER:
		return read_dead_letter(value, attr);
	case OPT_QUORUM:
		attr->have |= ATTR_QUORUM;
		return true;
	case OPT_EXIST_OK:
		c->exist_ok = true;
		return true;
	case OPT_PRIVATE:
		c->private = true;
		return true;
	case OPT_VERBOSE:
		c->verbose = true;
		return true;
	default:
		return cmd_attr_option(cl, attr, opt, value);
	}
}

/* ---- what fits together ---- */

static int check_ref(const struct create *c, const struct queue_ref *ref)
{
	if (ref->by == QUEUE_BY_ID)
		return msg_usage(_("%s: the kernel chooses ids; give a key, or --private"),
				 msg_name(ref));
	return cmd_attr_check(&c->attr, ref);
}

static int check_private(const struct create *c, const struct cmdline *cl)
{
	bool amqp;
	const char *foreign = cmd_attr_foreign(&c->attr, QUEUE_SYSV, &amqp);

	if (cl->noperands > 0)
		return msg_usage(_("--private makes one new queue: '%s' cannot be named"),
				 msg_quote(cl->operands[0]));
	if (c->exist_ok)
		return msg_usage(_("--private and --exist-ok exclude each other"));
	if (foreign && amqp)
		return msg_usage(_("%s is for AMQP queues, and --private makes a System V queue"),
				 foreign);
	if (foreign)
		return msg_usage(_("%s is for POSIX queues, and --private makes a System V queue"),
				 foreign);
	return EX_DONE;
}

/* ---- a queue that exists already ---- */

static void difference(const struct queue_ref *ref, const char *what, const char *is,
		       const char *asked)
{
	msg_error(_("%s exists with %s %s, not %s"), msg_name(ref), what, is, asked);
}

static bool same_number(const struct queue_ref *ref, const char *what, bool known, uint64_t is,
			uint64_t asked)
{
	char is_text[32], asked_text[32];

	if (known && is == asked)
		return true;
	snprintf(is_text, sizeof(is_text), "%" PRIu64, is);
	snprintf(asked_text, sizeof(asked_text), "%" PRIu64, asked);
	difference(ref, what, known ? is_text : "?", asked_text);
	return false;
}

static bool same_mode(const struct queue_ref *ref, mode_t is, mode_t asked)
{
	char is_text[16], asked_text[16];

	if (is == asked)
		return true;
	snprintf(is_text, sizeof(is_text), "%04o", (unsigned int)is);
	snprintf(asked_text, sizeof(asked_text), "%04o", (unsigned int)asked);
	difference(ref, _("mode"), is_text, asked_text);
	return false;
}

/* Owner, group and mode as they would have been made, given or not. */
static bool same_rights(const struct queue_ref *ref, const struct queue_stat *st,
			const struct queue_attr *attr)
{
	uid_t uid = attr->have & ATTR_OWNER ? attr->uid : geteuid();
	gid_t gid = attr->have & ATTR_GROUP ? attr->gid : getegid();
	bool same = true;

	if (st->uid != uid) {
		difference(ref, _("owner"), msg_quote(user_name(st->uid)),
			   msg_quote(user_name(uid)));
		same = false;
	}
	if (st->gid != gid) {
		difference(ref, _("group"), msg_quote(group_name(st->gid)),
			   msg_quote(group_name(gid)));
		same = false;
	}
	return same_mode(ref, st->mode, attr->have & ATTR_MODE ? attr->mode : 0600) && same;
}

/* Names each difference. */
static bool same_queue(const struct queue_ref *ref, const struct queue_stat *st,
		       const struct queue_attr *attr)
{
	bool same = same_rights(ref, st, attr);

	if (attr->have & ATTR_MAXMSG)
		same &= same_number(ref, "mq_maxmsg", st->have & STAT_MAXMSG, st->maxmsg,
				    attr->maxmsg);
	if (attr->have & ATTR_MSGSIZE)
		same &= same_number(ref, "mq_msgsize", st->have & STAT_MSGSIZE, st->msgsize,
				    attr->msgsize);
	if (attr->have & ATTR_QBYTES)
		same &= same_number(ref, "msg_qbytes", st->have & STAT_QBYTES, st->qbytes,
				    attr->qbytes);
	return same;
}

static int look_at(const struct queue_ref *ref, struct queue **q, struct queue_stat *st)
{
	int rc = queue_open(q, ref, 0);

	return rc < 0 ? rc : queue_stat(*q, st);
}

/* Is the existing queue as asked?  If not, names each difference and returns -EEXIST. */
static int compare_existing(const struct queue_ref *ref, const struct queue_attr *attr)
{
	struct queue_stat st;
	struct queue *q;
	int rc = look_at(ref, &q, &st);

	if (rc == 0 && !same_queue(ref, &st, attr))
		rc = -EEXIST;
	queue_close(q);
	return rc;
}

/* ---- making ---- */

static int failed(enum queue_op op, const struct queue_ref *ref, const struct queue_attr *attr,
		  int error)
{
	const struct queue_attempt attempt = { .op = op, .ref = ref, .attr = attr };

	return msg_queue_failed(&attempt, error);
}

/*
 * With --exist-ok.  Between "it exists" and a look at it the queue may be removed: then it has to
 * be made after all.
 */
static int ensure(const struct queue_ref *ref, const struct queue_attr *attr)
{
	int tries = ENSURE_TRIES, rc;

	do {
		rc = queue_create(ref, attr, true, NULL);
		if (rc != -EEXIST)
			return rc < 0 ? failed(QUEUE_OP_CREATE, ref, attr, rc) : EX_DONE;
		rc = compare_existing(ref, attr);
	} while ((rc == -ENOENT || rc == -EIDRM) && --tries > 0);
	if (rc == 0)
		return EX_DONE;
	return rc == -EEXIST ? EX_FAILED : failed(QUEUE_OP_STAT, ref, attr, rc);
}

static int make(const struct queue_ref *ref, const struct queue_attr *attr)
{
	int rc = queue_create(ref, attr, false, NULL);

	return rc < 0 ? failed(QUEUE_OP_CREATE, ref, attr, rc) : EX_DONE;
}

static int create_one(const struct queue_ref *ref, void *arg)
{
	const struct create *c = arg;
	int status = c->exist_ok ? ensure(ref, &c->attr) : make(ref, &c->attr);

	if (status == EX_DONE && c->verbose)
		puts(msg_name(ref));
	return status;
}

/* Prints the name at once; a stop signal ends that.  0 or -errno. */
static int print_name(const struct queue_ref *ref)
{
	char line[QUEUE_NAME_TEXT + 1];
	size_t len, done = 0;

	queue_ref_text(ref, line);
	len = strlen(line);
	line[len++] = '\n';
	while (done < len) {
		ssize_t n = wait_write(STDOUT_FILENO, line + done, len - done);

		if (n < 0)
			return (int)n;
		done += (size_t)n;
	}
	return 0;
}

/* Nobody was told about the queue: it does not stay. */
static int remove_untold(const struct queue_ref *made, int error)
{
	const char *why = error == -EINTR ? _("interrupted") : strerror(-error);

	if (queue_remove(made) == 0)
		msg_error(_("cannot write standard output: %s; the new queue was removed"), why);
	else
		msg_error(_("cannot write standard output: %s; the new queue is %s"), why,
			  msg_name(made));
	return EX_FAILED;
}

static int make_private(const struct create *c)
{
	struct queue_ref made;
	int rc = queue_create(NULL, &c->attr, false, &made);

	if (rc < 0)
		return failed(QUEUE_OP_CREATE, NULL, &c->attr, rc);
	rc = print_name(&made);
	return rc < 0 ? remove_untold(&made, rc) : EX_DONE;
}

/* After the queue is made no signal ends create before the name is out. */
static int create_private(const struct create *c)
{
	int status;

	stop_init();
	status = make_private(c);
	if (stop_signal())
		stop_die(stop_signal());
	return status;
}

static void suggest_mode(const struct cmdline *cl)
{
	struct buffer line = { 0 };

	if (cmd_attr_with_mode(cl, &line))
		msg_near(buffer_string(&line));
	buffer_free(&line);
}

static int create_named(struct cmdline *cl, struct create *c)
{
	struct queue_ref *refs = cmdline_names(cl, 0);
	int status = EX_DONE, i;

	if (!refs) {
		suggest_mode(cl);
		return EX_BADUSAGE;
	}
	for (i = 0; i < cl->noperands && status == EX_DONE; i++)
		status = check_ref(c, &refs[i]);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = cmdline_each(refs, cl->noperands, create_one, c);
	free(refs);
	return status;
}

static int check_together(const struct create *c)
{
	if (c->attr.have & ATTR_QUORUM && c->attr.have & ATTR_MAX_PRIORITY)
		return msg_usage(_("--quorum and --max-priority exclude each other: quorum queues"
				   " have no priorities"));
	return EX_DONE;
}

static int create_run(struct cmdline *cl)
{
	struct create c = { 0 };
	int status;

	if (!cmdline_read(cl, read_option, &c))
		return EX_BADUSAGE;
	status = check_together(&c);
	if (status != EX_DONE)
		return status;
	if (c.private) {
		status = check_private(&c, cl);
		if (status == EX_DONE)
			status = cmdline_enter(cl);
		return status == EX_DONE ? create_private(&c) : status;
	}
	if (cl->noperands == 0)
		return msg_usage(_("no queue given"));
	return create_named(cl, &c);
}

const struct command cmd_create = {
	.name = "create",
	.operands = N_("QUEUE..."),
	.summary = N_("Make queues"),
	.notes = N_("With only one of -c and -s, the other is the kernel's default, or its maximum\n"
		    "if that is smaller.  SIZE takes K, M and G."),
	.options = create_options,
	.min_operands = 0, /* --private takes none */
	.max_operands = -1,
	.run = create_run,
};
