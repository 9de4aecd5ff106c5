/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-send.c - mqtool send: put messages on a queue
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "cmd/cmd-given.h"
#include "cmd/cmd-take.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/input.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "cmd/prefix.h"
#include "cmd/progress.h"
#include "cmd/waiting.h"
#include "queue/message.h"
#include "show/json.h"

/* Bytes of a JSON line that are not its body. */
#define JSON_OTHER_MEMBERS ((size_t)64 * 1024)

enum { OPT_FILE = OPT_OWN, OPT_LINES, OPT_NULL, OPT_JSON, OPT_PREFIX, OPT_PRIORITY };

static const struct poptOption send_options[] = {
	{ "file", 'f', POPT_ARG_STRING, NULL, OPT_FILE,
	  N_("read PATH instead of standard input; may be repeated, - is standard input"),
	  N_("PATH") },
	{ "lines", 'l', POPT_ARG_NONE, NULL, OPT_LINES,
	  N_("each line of input is one message, without its newline"), NULL },
	{ "null", '0', POPT_ARG_NONE, NULL, OPT_NULL,
	  N_("messages in the input are separated by NUL"), NULL },
	CMD_JSON_OPTION(OPT_JSON, N_("each line of input is one message as JSON (also -J)")),
	{ "prefix", 0, POPT_ARG_STRING, NULL, OPT_PREFIX,
	  N_("with -l or -0: each message begins with its type or priority and SEP"), N_("SEP") },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE,
	  N_("type of the messages, 1 or more; default 1 (System V, AMQP)"), N_("N") },
	{ "priority", 'p', POPT_ARG_STRING, NULL, OPT_PRIORITY,
	  N_("priority of the messages, 0 to 32767; default 0 (POSIX, AMQP: to 255)"), N_("N") },
	CMD_WAIT_OPTIONS(N_("do not wait for room: exit with status 3"),
			 N_("wait at most this long for room for each message")),
	CMD_SUMMARY_OPTIONS(N_("say at the end how much was sent")),
	CMD_NAMESPACE_OPTION(N_("PID")),
	CMD_AMQP_OPTION,
	CMD_COMMON_OPTIONS
};

struct send_options {
	const char **files; /* names, the strings popt's */
	size_t nfiles;
	enum input_framing framing;
	bool framed; /* -l, -0 or -j was given */
	bool json;
	char *prefix; /* SEP of --prefix, decoded, or NULL; malloc'd */
	size_t prefix_len;
	struct carry_as as;       /* -t, -p */
	struct take_options wait; /* -n, -T, -v and --progress alone */
};

/* One run of send. */
struct sender {
	struct send_options opt;
	struct queue_ref ref;
	struct queue *q;
	struct progress progress;
	struct buffer body;  /* of a JSON line */
	const char *source;  /* the input's name, or "-"; NULL if there is only one */
	uint64_t place;      /* number of the line or message in the source, from 1 */
	uint64_t given;      /* messages given to the queue, from all sources */
	bool many;           /* more than one message is to come */
	unsigned int always; /* MESSAGE_HAS_*: what every message is given */
	bool seen;           /* a terminal is told what it waits for */
	bool typed;          /* so is the present input */
};

/* ---- the command line ---- */

static bool set_framing(struct send_options *opt, enum input_framing framing, bool json)
{
	if (opt->framed && (opt->framing != framing || opt->json != json))
		return msg_refuse(_("give only one of -l, -0 and -j"));
	opt->framed = true;
	opt->framing = framing;
	opt->json = json;
	return true;
}

static bool set_prefix(struct send_options *opt, const char *value)
{
	free(opt->prefix);
	opt->prefix = strdup(value);
	if (opt->prefix)
		return true;
	msg_no_memory();
	return false;
}

static bool read_option(struct cmdline *cl, int val, const char *value, void *arg)
{
	struct send_options *opt = arg;

	switch (val) {
	case OPT_FILE:
		opt->files[opt->nfiles++] = value;
		break;
	case OPT_LINES:
		return set_framing(opt, INPUT_LINES, false);
	case OPT_NULL:
		return set_framing(opt, INPUT_NUL, false);
	case OPT_JSON:
		return set_framing(opt, INPUT_LINES, true);
	case OPT_PREFIX:
		return set_prefix(opt, value);
	case OPT_TYPE:
		return cmd_given_type(cl, &opt->as, value);
	case OPT_PRIORITY:
		return cmd_given_priority(cl, &opt->as, value);
	default:
		return cmd_take_option(cl, &opt->wait, val, value);
	}
	return true;
}

static bool has_types(const struct sender *s)
{
	return message_traits(s->ref.kind) & MESSAGE_HAS_TYPE;
}

static bool has_priorities(const struct sender *s)
{
	return message_traits(s->ref.kind) & MESSAGE_HAS_PRIORITY;
}

/* `send hi /jobs`: the queue comes first. */
static _cold_ void suggest_order(const struct cmdline *cl)
{
	const char *last = cl->operands[cl->noperands - 1];
	struct buffer line = { 0 };
	struct refusal error;
	struct queue_ref ref;

	if (cl->noperands < 2 || queue_ref_parse(&ref, cl->operands[0], &error) == 0 ||
	    queue_ref_parse(&ref, last, &error) < 0)
		return;
	buffer_printf(&line, "mqtool send %s", msg_word(last));
	for (int i = 0; i < cl->noperands - 1; i++) {
		buffer_putc(&line, ' ');
		buffer_puts(&line, msg_word(cl->operands[i]));
	}
	msg_near(buffer_string(&line));
	buffer_free(&line);
}

static int check_prefix(struct send_options *opt)
{
	const char *bad;

	if (!opt->prefix)
		return EX_DONE;
	if (!opt->framed || opt->json)
		return msg_usage(_("--prefix needs messages cut by -l or -0"));
	if (opt->as.have)
		return msg_usage(_("with --prefix each message gives its own type or priority: -t"
				   " and -p have no meaning"));
	if (prefix_compile(opt->prefix, opt->framing == INPUT_NUL ? '\0' : '\n', &opt->prefix_len,
			   &bad) < 0)
		return msg_usage(_("--prefix: SEP cannot be used: %s"), text_get(bad));
	return EX_DONE;
}

static int read_options(struct cmdline *cl, struct sender *s)
{
	struct send_options *opt = &s->opt;
	size_t words = 0;
	int status;

	/* No more files than words. */
	while (cl->words[words])
		words++;
	opt->files = calloc(words + 1, sizeof(*opt->files));
	if (!opt->files)
		return msg_no_memory();
	opt->wait.timeout_ns = QUEUE_WAIT_FOREVER;
	if (!cmdline_read(cl, read_option, opt))
		return EX_BADUSAGE;
	cmdline_set_timeout(cl, opt->wait.timeout_ns);
	if (!cmdline_queue(cl, cl->operands[0], &s->ref)) {
		suggest_order(cl);
		return EX_BADUSAGE;
	}
	if (cl->noperands > 1 && (opt->framed || opt->nfiles))
		return msg_usage(_("a MESSAGE cannot be given together with -f, -l, -0 or -j"));
	status = cmd_take_check(&opt->wait, NULL);
	if (status != EX_DONE)
		return status;
	if (opt->wait.nonblock)
		opt->wait.timeout_ns = QUEUE_NO_WAIT;
	status = cmd_given_check(&opt->as, &s->ref, "-t", "-p");
	return status == EX_DONE ? check_prefix(opt) : status;
}

/* ---- reporting ---- */

/* What is known about the messages given to the queue. */
struct outcome {
	uint64_t sent;
	uint64_t lacking, first; /* not confirmed: how many, the first of them from 1 */
	struct buffer numbers;   /* all of them */
};

static void find_outcome(struct sender *s, struct outcome *o)
{
	*o = (struct outcome){ .sent = s->progress.messages };
	o->lacking = queue_unconfirmed(s->q, &o->numbers, &o->first);
	/* By now a broker may have confirmed messages that were unconfirmed when queue_send()
	 * failed. */
	if (s->ref.kind == QUEUE_AMQP || o->lacking)
		o->sent = s->given - o->lacking;
}

/* The text is translated only when it is printed: text.h. */
static const char *source_name(const struct sender *s)
{
	return s->source && strcmp(s->source, "-") != 0 ? msg_quote(s->source) :
							  _("standard input");
}

/* Appends where a message stands, "FILE: line 42: "; nothing if there is only one. */
static void put_place(const struct sender *s, uint64_t place, struct buffer *b)
{
	if (s->source)
		buffer_printf(b, "%s: ", source_name(s));
	if (s->opt.framed && s->opt.framing == INPUT_LINES)
		buffer_printf(b, _("line %" PRIu64 ": "), place);
	else if (s->opt.framed || (!s->source && s->many))
		buffer_printf(b, _("message %" PRIu64 ": "), place);
}

/* Appends how many had been sent before the message at hand, and what is not confirmed. */
static void put_sent(const struct sender *s, struct outcome *o, struct buffer *b)
{
	if (s->many || o->sent > 0) {
		buffer_puts(b, "; ");
		buffer_printf(b,
			      text_n("%" PRIu64 " message was sent before it",
				     "%" PRIu64 " messages were sent before it", o->sent),
			      o->sent);
	}
	if (o->lacking && s->many)
		buffer_printf(b, _("; not confirmed: %s"), buffer_string(&o->numbers));
}

/*
 * The one line about the message that was not sent: the one at hand or, if the queue refused an
 * earlier one, the first of those.
 */
static void report(struct sender *s, bool by_queue, const char *why)
{
	struct buffer line = { 0 };
	uint64_t place = s->place;
	struct outcome o;

	stop_init(); /* standard error may take its time */
	find_outcome(s, &o);
	if (!o.lacking && o.sent > s->progress.messages)
		place++; /* that one has arrived */
	if (by_queue && o.lacking && s->opt.nfiles > 1)
		buffer_printf(&line, _("message %" PRIu64 ": "), o.first);
	else
		put_place(s, by_queue && o.lacking ? o.first : place, &line);
	buffer_puts(&line, why);
	put_sent(s, &o, &line);
	s->progress.messages = o.sent;
	progress_clear(&s->progress);
	msg_error("%s", buffer_string(&line));
	buffer_free(&line);
	buffer_free(&o.numbers);
}

/* A last look found that the queue was removed: that says more than any other error. */
static int report_removed(struct sender *s);

/* EINTR comes with a stop signal, which send_run() passes on: the status then does not matter. */
static int report_send(struct sender *s, size_t size, bool at_least, int error)
{
	struct queue_attempt attempt = { .op = QUEUE_OP_SEND,
					 .ref = &s->ref,
					 .queue = s->q,
					 .size = size,
					 .size_at_least = at_least };
	struct buffer why = { 0 };
	int status;

	/* EMSGSIZE names the queue itself: "9000 bytes; /jobs takes at most 8192". */
	if (error != -EMSGSIZE)
		buffer_printf(&why, "%s: ", msg_name(&s->ref));
	if (error == -EINTR)
		buffer_puts(&why, _("interrupted, not sent"));
	else
		msg_explain(&attempt, error, &why);
	status = error == -EMSGSIZE ? EX_FAILED : exit_status_of(error);
	if ((error == -EMSGSIZE || error == -EINTR) &&
	    queue_flush(s->q, s->opt.wait.timeout_ns) == -EIDRM) {
		buffer_free(&why);
		return report_removed(s);
	}
	report(s, true, buffer_string(&why));
	buffer_free(&why);
	return status;
}

static int report_removed(struct sender *s)
{
	return report_send(s, 0, false, -EIDRM);
}

/* The same for input that is not a message: everything before it is still sent. */
static int report_bad(struct sender *s, const char *why)
{
	if (queue_flush(s->q, s->opt.wait.timeout_ns) == -EIDRM)
		return report_removed(s);
	report(s, false, why);
	return EX_FAILED;
}

static int report_input(struct sender *s, int error)
{
	struct outcome o;

	if (error == -EIDRM)
		return report_send(s, 0, false, error);
	if (error == -EINTR)
		return report_bad(s, _("interrupted, not sent"));
	if (queue_flush(s->q, s->opt.wait.timeout_ns) == -EIDRM)
		return report_removed(s);
	find_outcome(s, &o);
	s->progress.messages = o.sent;
	progress_clear(&s->progress);
	msg_error(text_n("cannot read %s: %s; %" PRIu64 " message was sent",
			 "cannot read %s: %s; %" PRIu64 " messages were sent", o.sent),
		  source_name(s), strerror(-error), o.sent);
	buffer_free(&o.numbers);
	return EX_FAILED;
}

/* -v: how many messages a new connection sent again. */
static void report_resent(struct sender *s)
{
	uint64_t n = queue_resent(s->q);

	if (!s->opt.wait.verbose || n == 0)
		return;
	progress_clear(&s->progress);
	msg_error(text_n("%" PRIu64 " message was sent again and may be there twice",
			 "%" PRIu64 " messages were sent again and may be there twice", n),
		  n);
}

/* A signal that came after the last message ends the process too: a caller that sees it must not
 * send again. */
static void report_all(struct sender *s)
{
	uint64_t n = s->progress.messages;

	progress_clear(&s->progress);
	msg_error(text_n("interrupted; %" PRIu64 " message was sent, and that is all",
			 "interrupted; %" PRIu64 " messages were sent, and that is all", n),
		  n);
}

/* ---- sending ---- */

/* Makes a lost connection again if there is another host: what is not confirmed is sent again.
 * Returns 0 to go on, else the error that ends it. */
static int recover(struct sender *s, int error)
{
	if (error != -ECONNRESET || s->ref.kind != QUEUE_AMQP || !*s->ref.address.more)
		return error;
	progress_clear(&s->progress);
	return msg_reconnect(s->q, error, s->opt.wait.timeout_ns);
}

static int flush(struct sender *s)
{
	int rc;

	do {
		rc = queue_flush(s->q, s->opt.wait.timeout_ns);
		if (rc == 0)
			return 0;
		rc = recover(s, rc);
	} while (rc == 0);
	return rc;
}

/* For wait_watch(). */
static int check_queue(void *q)
{
	return queue_still_there(q);
}

static int send_message(struct sender *s, struct message *m)
{
	int rc;

	/* The line's own type or priority wins over the option's. */
	if (!(m->have & MESSAGE_HAS_TYPE))
		m->type = s->opt.as.have & MESSAGE_HAS_TYPE ? s->opt.as.type : 1;
	if (!(m->have & MESSAGE_HAS_PRIORITY))
		m->priority = s->opt.as.priority;
	m->have |= s->always;
	/* A type that is a property is also the line's own. */
	if (m->have & MESSAGE_HAS_OTHER_TYPE)
		m->have &= ~MESSAGE_HAS_TYPE;
	if (stop_signal())
		return report_send(s, m->len, false, -EINTR);
	s->given++;
	waiting_begin(WAITING_ROOM);
	rc = queue_send(s->q, m, s->opt.wait.timeout_ns);
	waiting_end(WAITING_ROOM);
	if (rc < 0)
		rc = recover(s, rc);
	if (rc < 0)
		return report_send(s, m->len, false, rc);
	progress_count(&s->progress, m->len);
	return EX_DONE;
}

/* Removes from a line of JSON what its queue does not have, if an option replaces it; returns why
 * the line is refused, or NULL. */
static const char *refuse_members(const struct sender *s, struct message *m)
{
	if (m->have & MESSAGE_HAS_PRIORITY && !has_priorities(s) &&
	    !(s->opt.as.have & MESSAGE_HAS_TYPE))
		return _("a System V queue has types, no priorities; say which type"
			 " to use with -t");
	if (m->have & MESSAGE_HAS_TYPE && !has_types(s) && !(s->opt.as.have & MESSAGE_HAS_PRIORITY))
		return _("a POSIX queue has priorities, no types; say which priority"
			 " to use with -p");
	if (!has_priorities(s))
		m->have &= ~MESSAGE_HAS_PRIORITY;
	if (!has_types(s))
		m->have &= ~MESSAGE_HAS_TYPE;
	if (s->ref.kind != QUEUE_AMQP)
		m->have &= ~MESSAGE_HAS_OTHER_TYPE;
	if (m->have & MESSAGE_HAS_PRIORITY && m->priority > message_priority_max(s->ref.kind))
		return _("an AMQP message has a priority from 0 to 255");
	return NULL;
}

/* Sends the message of a line of JSON; only such a one has properties. */
static int send_read(struct sender *s, struct message *m)
{
	const char *refusal = refuse_members(s, m);
	bool lessened = queue_leaves_out(s->q, m);
	int status = refusal ? report_bad(s, refusal) : send_message(s, m);

	s->progress.lessened += status == EX_DONE && lessened;
	return status;
}

static int send_json(struct sender *s, const char *line, size_t len)
{
	struct message m = { 0 };
	struct json_error error;
	struct buffer why = { 0 };
	int rc;

	rc = json_read_message(line, len, &m, &s->body, &error);
	if (rc == 0)
		return send_read(s, &m);
	if (rc != -EINVAL && rc != -ENOSYS)
		buffer_puts(&why, strerror(-rc));
	else if (error.column > 0)
		buffer_printf(&why, _("column %d: %s"), error.column, error.text);
	else
		buffer_puts(&why, error.text);
	rc = report_bad(s, buffer_string(&why));
	buffer_free(&why);
	return rc;
}

/* Sends a record that begins with its type or priority. */
static int send_prefixed(struct sender *s, char *data, size_t len)
{
	uint64_t min = has_priorities(s) ? 0 : 1;
	uint64_t max = has_priorities(s) ? message_priority_max(s->ref.kind) : LONG_MAX;
	struct message m = { 0 };
	struct buffer why = { 0 };
	uint64_t number;
	int status;
	ssize_t n = prefix_read(data, len, s->opt.prefix, s->opt.prefix_len, min, max, &number);

	if (n < 0) {
		buffer_printf(&why,
			      n == -ERANGE ? _("the number before the separator must be from"
					       " %" PRIu64 " to %" PRIu64) :
					     _("it does not begin with a number from %" PRIu64
					       " to %" PRIu64 " and the separator of --prefix"),
			      min, max);
		status = report_bad(s, buffer_string(&why));
		buffer_free(&why);
		return status;
	}
	if (has_priorities(s)) {
		m.have = MESSAGE_HAS_PRIORITY;
		m.priority = (unsigned int)number;
	} else {
		m.have = MESSAGE_HAS_TYPE;
		m.type = (long)number;
	}
	m.data = data + n;
	m.len = len - (size_t)n;
	return send_message(s, &m);
}

static int send_record(struct sender *s, char *data, size_t len)
{
	struct message m = { .data = data, .len = len };

	if (s->opt.json)
		return send_json(s, data, len);
	return s->opt.prefix ? send_prefixed(s, data, len) : send_message(s, &m);
}

/* A message is longer than what has been read.  Reads on if the queue could take it. */
static int raise_limit(struct sender *s, struct input *in, size_t seen)
{
	size_t max = queue_max_message(s->q);
	size_t before = s->opt.prefix ? PREFIX_DIGITS + s->opt.prefix_len : 0;

	/* JSON writes a byte of the body as up to six, and has other members. */
	if (s->opt.json && (__builtin_mul_overflow(max, 6, &max) ||
			    __builtin_add_overflow(max, JSON_OTHER_MEMBERS, &max)))
		max = SIZE_MAX;
	if (__builtin_add_overflow(max, before, &max))
		max = SIZE_MAX;
	if (seen <= max) {
		in->limit = max;
		return EX_DONE;
	}
	if (s->opt.json)
		return report_bad(s, _("the line is longer than any message the queue takes"));
	/* The length of the number is not known yet: the body has at least this much. */
	return report_send(s, seen - before, in->cut || before, -EMSGSIZE);
}

/* input_next(): a user who has typed a first message knows what is read. */
static int next_record(struct sender *s, struct input *in, char **data, size_t *len)
{
	bool first = s->place == 1;
	int rc;

	if (first && s->typed)
		waiting_begin(WAITING_INPUT);
	rc = input_next(in, data, len);
	if (first && s->typed)
		waiting_end(WAITING_INPUT);
	return rc;
}

/* -v: says that an input was empty, which nobody may have intended, as for a service. */
static void report_empty(struct sender *s, int fd)
{
	struct stat st;

	if (!s->opt.wait.verbose || fd != STDIN_FILENO || fstat(fd, &st) < 0 ||
	    S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
		return;
	progress_clear(&s->progress);
	msg_error("%s",
		  s->opt.framed ?
			  _("standard input is empty, and no pipe: no message was sent") :
			  _("standard input is empty, and no pipe: an empty message was sent"));
}

/* Sends all messages of one input. */
static int send_input(struct sender *s, int fd)
{
	struct input in;
	size_t len = 0;
	char *data;
	int status = EX_DONE;
	int rc;

	rc = input_init(&in, fd, s->opt.framing);
	s->place = 1;
	s->typed = s->seen && isatty(fd);
	if (s->typed)
		waiting_for_input(s->opt.framed);
	while (status == EX_DONE && rc >= 0) {
		rc = next_record(s, &in, &data, &len);
		if (rc == 0)
			break;
		if (rc == -EMSGSIZE) {
			status = raise_limit(s, &in, len);
			rc = 0;
			continue;
		}
		if (rc < 0)
			break;
		status = send_record(s, data, len);
		s->progress.done += len + 1;
		s->place++;
	}
	if (rc < 0)
		status = report_input(s, rc);
	else if (status == EX_DONE && (s->opt.framed ? s->place == 1 : len == 0))
		report_empty(s, fd);
	input_free(&in);
	return status;
}

/* Sends the operands, each copied to where its type fits in front of it. */
static int send_operands(struct sender *s, const char **messages, int n)
{
	int status = EX_DONE;

	s->many = n > 1;
	s->progress.total = (uint64_t)n;
	for (int i = 0; i < n && status == EX_DONE; i++) {
		struct message m = { .len = strlen(messages[i]) };
		char *room = malloc(MESSAGE_HEADROOM + m.len + 1);

		s->place = (uint64_t)i + 1;
		if (!room)
			return report_bad(s, strerror(ENOMEM));
		m.data = room + MESSAGE_HEADROOM;
		memcpy(m.data, messages[i], m.len);
		status = send_message(s, &m);
		s->progress.done++;
		free(room);
	}
	return status;
}

/* ---- inputs ---- */

static void close_files(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] > STDIN_FILENO)
			close(fds[i]);
}

/* A directory can be opened but not read: find out now. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode))
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

/* Opens all files before anything is sent.  Returns a malloc'd array, or NULL, reported. */
static int *open_files(struct sender *s)
{
	int *fds = calloc(s->opt.nfiles, sizeof(*fds));

	for (size_t i = 0; fds && i < s->opt.nfiles; i++) {
		const char *path = s->opt.files[i];

		fds[i] = strcmp(path, "-") ? open_file(path) : STDIN_FILENO;
		if (fds[i] < 0) {
			msg_error(_("cannot open %s: %s; nothing was sent"), msg_quote(path),
				  strerror(errno));
			close_files(fds, i);
			free(fds);
			return NULL;
		}
	}
	if (!fds)
		msg_no_memory();
	return fds;
}

/* For the percentage of --progress: the bytes of all inputs, 0 if one has no size. */
static uint64_t total_size(const int *fds, size_t n)
{
	uint64_t total = 0;
	struct stat st;

	for (size_t i = 0; i < n; i++) {
		if (fstat(fds[i], &st) < 0 || !S_ISREG(st.st_mode))
			return 0;
		total += (uint64_t)st.st_size;
	}
	return total;
}

static int send_files(struct sender *s)
{
	static const int standard_input = STDIN_FILENO;
	const int *fds = &standard_input;
	size_t n = 1, i;
	int *opened = NULL;
	int status = EX_DONE;

	if (s->opt.nfiles) {
		opened = open_files(s);
		if (!opened)
			return EX_FAILED;
		fds = opened;
		n = s->opt.nfiles;
	}
	s->many = s->opt.framed || n > 1;
	s->progress.total = total_size(fds, n);
	for (i = 0; i < n && status == EX_DONE; i++) {
		s->source = s->opt.nfiles ? s->opt.files[i] : s->opt.framed ? NULL : "-";
		status = send_input(s, fds[i]);
		/* A process that writes to a pipe after its end must be refused. */
		close_files(fds + i, 1);
	}
	close_files(fds + i, n - i);
	free(opened);
	return status;
}

static void prepare_waiting(struct sender *s, bool reads)
{
	/* A broker may take time for reasons other than having no room. */
	bool waits = s->ref.kind != QUEUE_AMQP && s->opt.wait.timeout_ns != QUEUE_NO_WAIT;

	s->seen = (waits || reads) && !s->opt.wait.progress && waiting_is_seen();
	if (s->seen && waits)
		waiting_for_queue(WAITING_ROOM, &s->ref, false);
}

static int send_all(struct sender *s, struct cmdline *cl)
{
	int status, rc;

	if (s->opt.wait.verbose || s->opt.wait.progress)
		progress_begin(&s->progress, s->opt.wait.progress);
	prepare_waiting(s, cl->noperands == 1);
	if (cl->noperands > 1)
		status = send_operands(s, cl->operands + 1, cl->noperands - 1);
	else
		status = send_files(s);
	if (status == EX_DONE) {
		rc = flush(s);
		if (rc < 0)
			status = report_send(s, 0, false, rc);
		else if (stop_look())
			report_all(s);
	}
	report_resent(s);
	progress_end(&s->progress, PROGRESS_SENT, s->opt.wait.verbose);
	return status;
}

/* A message of the kernel always has the one that its kind of queue has. */
static void choose_members(struct sender *s)
{
	if (s->ref.kind == QUEUE_SYSV || (s->opt.as.have & MESSAGE_HAS_TYPE))
		s->always |= MESSAGE_HAS_TYPE;
	if (s->ref.kind == QUEUE_POSIX || (s->opt.as.have & MESSAGE_HAS_PRIORITY))
		s->always |= MESSAGE_HAS_PRIORITY;
}

/* Whatever ends it, it must say how far it came. */
static void catch_stops(const struct sender *s, const struct cmdline *cl)
{
	bool one = cl->noperands == 2 && !s->opt.wait.verbose && !s->opt.wait.progress;

	/* One message is usually sent in a moment, and catching all signals would be a part of
	 * that. */
	if (one && s->ref.kind != QUEUE_AMQP)
		stop_defer();
	else
		stop_init();
}

static int send_run(struct cmdline *cl)
{
	struct sender s = { 0 };
	int status, rc;

	status = read_options(cl, &s);
	if (status == EX_DONE)
		status = cmdline_enter(cl);
	if (status == EX_DONE) {
		rc = queue_open(&s.q, &s.ref, QUEUE_WRITE);
		if (rc < 0) {
			const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = &s.ref };

			status = msg_queue_failed(&attempt, rc);
		} else {
			choose_members(&s);
			catch_stops(&s, cl);
			wait_watch(check_queue, s.q);
			status = send_all(&s, cl);
		}
		queue_close(s.q);
	}
	buffer_free(&s.body);
	free(s.opt.files);
	free(s.opt.prefix);
	if (stop_signal())
		stop_die(stop_signal());
	return status;
}

const struct command cmd_send = {
	.name = "send",
	.operands = N_("QUEUE [MESSAGE...]"),
	.summary = N_("Put messages on a queue"),
	.notes = N_(
		"Each MESSAGE is one message.  Without MESSAGE, -f, -l, -0 or -j, all of standard\n"
		"input is one message, byte for byte.  What send -l, -0 or -j puts in, recv,\n"
		"recv -0 or recv -j writes out the same."),
	.options = send_options,
	.min_operands = 1,
	.max_operands = -1,
	.takes_text = true,
	.run = send_run,
};
