/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg.c - what mqtool says: lines on stderr
 */
#include "config.h"

#include "cmd/msg.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "show/users.h"

/* Foreign text is cut to this many bytes: a line that contains it should stay readable. */
#define QUOTE_MAX 200
#define QUOTES 4

static const char *command_name;

void msg_set_command(const char *name)
{
	command_name = name;
}

/* One write: lines of several processes on one stderr must not mix. */
static void write_stderr(struct buffer *b)
{
	const char *text = b->failed ? "mqtool: out of memory\n" : b->data;
	size_t len = b->failed ? strlen(text) : b->len;

	(void)!wait_report(text, len);
	buffer_free(b);
}

static void put_line(struct buffer *b, const char *fmt, va_list ap) _printf_(2, 0);

static void put_line(struct buffer *b, const char *fmt, va_list ap)
{
	buffer_puts(b, "mqtool");
	if (command_name) {
		buffer_putc(b, ' ');
		buffer_puts(b, command_name);
	}
	buffer_puts(b, ": ");
	buffer_vprintf(b, fmt, ap);
	buffer_putc(b, '\n');
}

void msg_error(const char *fmt, ...)
{
	struct buffer b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	put_line(&b, fmt, ap);
	va_end(ap);
	write_stderr(&b);
}

void msg_put(struct buffer *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(b, fmt, ap);
	va_end(ap);
}

static void say_usage(const char *fmt, va_list ap) _printf_(1, 0);

static void say_usage(const char *fmt, va_list ap)
{
	struct buffer b = { 0 };

	put_line(&b, fmt, ap);
	buffer_printf(&b, _("Try 'mqtool%s%s --help' for more information."),
		      command_name ? " " : "", command_name ? command_name : "");
	buffer_putc(&b, '\n');
	write_stderr(&b);
}

int msg_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_usage(fmt, ap);
	va_end(ap);
	return EX_BADUSAGE;
}

bool msg_refuse(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_usage(fmt, ap);
	va_end(ap);
	return false;
}

int msg_no_memory(void)
{
	msg_error(_("out of memory"));
	return EX_FAILED;
}

#define WORD_MAX 60

const char *msg_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "/_.,:@%+=-";
	static char quoted[WORD_MAX + 3];
	size_t len = strlen(word);

	if (len > WORD_MAX)
		return "...";
	if (len > 0 && strspn(word, plain) == len)
		return word;
	if (strpbrk(word, "\"$`\\!") || !escape_clean(word, len, ESCAPE_TERMINAL) ||
	    strchr(word, '\n'))
		return "...";
	snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	return quoted;
}

void msg_near(const char *near)
{
	struct buffer b = { 0 };

	buffer_printf(&b, _("Did you mean '%s'?"), near);
	buffer_putc(&b, '\n');
	write_stderr(&b);
}

int msg_usage_near(const char *near, const char *fmt, ...)
{
	struct buffer b = { 0 };
	va_list ap;

	va_start(ap, fmt);
	put_line(&b, fmt, ap);
	va_end(ap);
	buffer_printf(&b, _("Did you mean '%s'?"), near);
	buffer_putc(&b, '\n');
	write_stderr(&b);
	return EX_BADUSAGE;
}

/* The next of the buffers that are used in turn, empty. */
static struct buffer *next_buffer(void)
{
	static struct buffer ring[QUOTES];
	static unsigned int turn;
	struct buffer *b = &ring[turn++ % QUOTES];

	b->len = 0;
	return b;
}

const char *msg_name(const struct queue_ref *ref)
{
	struct buffer *b = next_buffer();
	char *name = buffer_reserve(b, QUEUE_NAME_TEXT);

	return name ? queue_ref_text(ref, name) : "?";
}

const char *msg_quote(const char *text)
{
	struct buffer *b = next_buffer();
	size_t len = strnlen(text, QUOTE_MAX + 1);
	bool cut = len > QUOTE_MAX;

	if (cut)
		for (len = QUOTE_MAX; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80; len--)
			;
	escape_put(b, text, len, ESCAPE_FOREIGN);
	if (cut)
		buffer_puts(b, "...");
	return buffer_string(b);
}

/* A limit is a failure whatever errno it came with, but one that waiting may cure stays "not now";
 * a path that ftok(3) cannot read says nothing about a queue. */
static int attempt_status(const struct queue_attempt *attempt, int error, bool limit)
{
	if (attempt->ref && attempt->ref->error)
		return EX_FAILED;
	if (limit && error != -EAGAIN && error != -ETIMEDOUT)
		return EX_FAILED;
	return exit_status_of(error);
}

static bool is_command(const char *name)
{
	return command_name && strcmp(command_name, name) == 0;
}

/* Looks like a pattern, and can be typed again. */
static bool is_pattern(const char *name)
{
	return strpbrk(name, "*?[") && msg_word(name)[0] != '.';
}

/* `rm '/app*'` of nothing: commands that take patterns have an option for them. */
static _cold_ void hint_pattern(const struct queue_ref *ref)
{
	static const char *const options[][2] = {
		{ "rm", "rm -a" },
		{ "purge", "purge" },
		{ "stat", "stat" },
	};
	struct buffer line = { 0 };
	const char *name = msg_name(ref);

	for (size_t i = 0; i < ARRAY_SIZE(options) && is_pattern(name); i++) {
		if (!is_command(options[i][0]))
			continue;
		buffer_printf(&line, "mqtool %s --match=%s", options[i][1], msg_word(name));
		msg_near(buffer_string(&line));
	}
	buffer_free(&line);
}

/* Does a command that fails at this need the queue? */
static bool needs_queue(enum queue_op op)
{
	return op == QUEUE_OP_OPEN || op == QUEUE_OP_STAT || op == QUEUE_OP_SET ||
	       op == QUEUE_OP_TAKE;
}

/* Would creating the queue help, by a name that can be typed as it is? */
static bool can_be_made(const struct queue_attempt *attempt, const struct queue_ref *ref, int error)
{
	return error == -ENOENT && ref && !ref->error && ref->by != QUEUE_BY_ID &&
	       ref->by != QUEUE_BY_PROC && needs_queue(attempt->op) &&
	       msg_word(msg_name(ref))[0] != '.' && !is_pattern(msg_name(ref));
}

/* Did a queue refuse us by its mode or its owner?  Its owner may change and remove it. */
static bool refused_by_rights(enum queue_op op, int error, const struct queue_stat *st)
{
	uid_t uid = geteuid();

	if (op == QUEUE_OP_REMOVE || (op == QUEUE_OP_SET && error == -EPERM))
		return st->uid != uid && !(st->kind == QUEUE_SYSV && st->cuid == uid);
	return error == -EACCES;
}

bool msg_explain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	bool limit = queue_explain(attempt, error, why);
	const struct queue_ref *ref = attempt->ref;
	struct queue_stat st;

	if (limit || !ref || (error != -EACCES && error != -EPERM) || queue_rights(ref, &st) < 0 ||
	    !refused_by_rights(attempt->op, error, &st))
		return limit;
	buffer_printf(why, _(" (mode %04o, owner %s:%s)"), (unsigned int)st.mode,
		      msg_quote(user_name(st.uid)), msg_quote(group_name(st.gid)));
	return false;
}

int msg_queue_failed(const struct queue_attempt *attempt, int error)
{
	const struct queue_ref *ref = attempt->ref;
	struct buffer why = { 0 };
	bool limit;

	/* A signal that mqtool dies by explains itself. */
	if (error == -EINTR && stop_signal())
		return EX_FAILED;
	limit = msg_explain(attempt, error, &why);
	if (can_be_made(attempt, ref, error))
		msg_error(_("%s: %s ('mqtool create %s' makes it)"), msg_name(ref),
			  buffer_string(&why), msg_word(msg_name(ref)));
	else if (ref)
		msg_error("%s: %s", msg_name(ref), buffer_string(&why));
	else
		msg_error("%s", buffer_string(&why));
	buffer_free(&why);
	if (error == -ENOENT && ref)
		hint_pattern(ref);
	return attempt_status(attempt, error, limit);
}

void msg_lost(const struct queue_ref *ref, size_t n, int error)
{
	msg_error(text_n("%s: %zu message could not be put back (%s); it is printed above as JSON",
			 "%s: %zu messages could not be put back (%s); they are printed above as"
			 " JSON",
			 n),
		  msg_name(ref), n, queue_explain_return(ref, error));
}

int msg_reconnect(struct queue *q, int error, int64_t timeout_ns)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN,
					       .ref = queue_ref_of(q),
					       .queue = q };
	int rc;

	(void)!msg_queue_failed(&attempt, error);
	msg_error(_("trying to connect again"));
	rc = queue_reopen(q, timeout_ns);
	if (rc == 0)
		msg_error(_("connected again"));
	return queue_may_reopen(q, rc) ? -ETIMEDOUT : rc;
}

int msg_open_following(struct queue **q, const struct queue_ref *ref, unsigned int access,
		       int64_t timeout_ns)
{
	const struct queue_attempt attempt = { .op = QUEUE_OP_OPEN, .ref = ref };
	int rc = queue_open(q, ref, access);

	if (rc < 0 && queue_may_reopen(*q, rc))
		rc = msg_reconnect(*q, rc, timeout_ns);
	return rc < 0 ? msg_queue_failed(&attempt, rc) : EX_DONE;
}

static void list_note(enum queue_kind kind, int error)
{
	struct buffer why = { 0 };

	queue_explain_list(kind, error, &why);
	msg_error("%s", buffer_string(&why));
	buffer_free(&why);
}

/* A file of the kernel's is missing, not a queue. */
static int list_status(int error)
{
	return error == -ENOENT ? EX_FAILED : exit_status_of(error);
}

int msg_list_notes(const struct queue_list *list, unsigned int mask)
{
	int status = EX_DONE;

	for (unsigned int kind = 0; kind < QUEUE_KINDS; kind++) {
		if (!(mask & (1u << kind)) || !list->note[kind])
			continue;
		list_note((enum queue_kind)kind, list->note[kind]);
		if (mask == 1u << kind)
			status = list_status(list->note[kind]);
	}
	return status;
}

/* ---- options that a kind of queue does not have ---- */

int msg_wrong_kind(const char *option, const struct queue_ref *ref)
{
	const char *name = msg_name(ref);

	if (ref->kind == QUEUE_AMQP)
		return msg_usage(_("%s is for queues of the kernel, and %s is an AMQP queue"),
				 option, name);
	if (ref->kind == QUEUE_SYSV)
		return msg_usage(_("%s is for POSIX queues, and %s is a System V queue"), option,
				 name);
	return msg_usage(_("%s is for System V queues, and %s is a POSIX queue"), option, name);
}

int msg_amqp_only(const char *option, const struct queue_ref *ref)
{
	return msg_usage(_("%s is for AMQP queues, and %s is not one"), option, msg_name(ref));
}

int msg_check_kinds(unsigned int mask, const struct queue_ref *refs, int n)
{
	for (int i = 0; mask && i < n; i++) {
		if (!(mask & (1u << refs[i].kind)))
			return msg_wrong_kind(refs[i].kind == QUEUE_SYSV ? "--posix" : "--sysv",
					      &refs[i]);
	}
	return EX_DONE;
}

int msg_check_named(const struct queue_ref *refs, int n, const struct queue_stat *items,
		    size_t nitems)
{
	int status = EX_DONE;

	for (int i = 0; i < n; i++) {
		const struct queue_attempt attempt = { .op = QUEUE_OP_STAT, .ref = &refs[i] };
		int rc = refs[i].error ? refs[i].error : -ENOENT;
		size_t at = 0;

		while (at < nitems && !queue_ref_is(&refs[i], &items[at]))
			at++;
		if (at == nitems)
			status = status_first(status, msg_queue_failed(&attempt, rc));
	}
	return status;
}
