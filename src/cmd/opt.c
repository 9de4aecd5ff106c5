/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opt.c - values of options and names of queues on a command line, with their error lines
 */
#include "config.h"

#include "cmd/cmd.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "cmd/sibling.h"
#include "show/users.h"

/* Prints "-t: 'x' WHY"; returns false. */
static bool refused(const struct cmdline *cl, const char *text, const char *why)
{
	return msg_usage("%s: '%s' %s", cl->seen, msg_quote(text), why) == EX_DONE;
}

bool opt_u64(struct cmdline *cl, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	int rc = parse_u64(text, min, max, value);

	if (rc == -ERANGE)
		return msg_usage(_("%s: %s is out of range (%" PRIu64 " to %" PRIu64 ")"), cl->seen,
				 msg_quote(text), min, max) == EX_DONE;
	return rc == 0 || refused(cl, text, _("is not a whole number (decimal digits only)"));
}

bool opt_i64(struct cmdline *cl, const char *text, int64_t min, int64_t max, int64_t *value)
{
	int rc = parse_i64(text, min, max, value);

	if (rc == -ERANGE)
		return msg_usage(_("%s: %s is out of range (%" PRId64 " to %" PRId64 ")"), cl->seen,
				 msg_quote(text), min, max) == EX_DONE;
	return rc == 0 || refused(cl, text, _("is not a whole number (decimal digits only)"));
}

bool opt_size(struct cmdline *cl, const char *text, uint64_t *bytes)
{
	int rc = parse_size(text, bytes);

	if (rc == -ERANGE)
		return refused(cl, text, _("is too large for a size"));
	return rc == 0 || refused(cl, text, _("is not a size (digits, then K, M, G or nothing)"));
}

bool opt_duration(struct cmdline *cl, const char *text, int64_t *ns)
{
	int rc = parse_duration(text, ns);

	if (rc == -ERANGE)
		return refused(cl, text, _("is too long for a duration"));
	return rc == 0 ||
	       refused(cl, text,
		       _("is not a duration (seconds, or a number with ms, s, m, h or d)"));
}

bool opt_mode(struct cmdline *cl, const char *text, mode_t *mode)
{
	return parse_mode(text, mode) == 0 ||
	       refused(cl, text, _("is not a mode (octal digits, at most 0777)"));
}

bool opt_glob(struct cmdline *cl, const char *text, const char **glob)
{
	*glob = text;
	return *text || msg_usage(_("%s: an empty pattern matches no queue"), cl->seen) == EX_DONE;
}

static bool no_column(const struct cmdline *cl, const char *name, size_t len, bool live)
{
	struct buffer names = { 0 }, bad = { 0 };
	int status;

	for (int col = 0; col < (live ? COLUMNS_WATCH : COLUMNS_ALL); col++) {
		buffer_puts(&names, col ? ", " : "");
		buffer_puts(&names, column_name((enum column)col));
	}
	buffer_put(&bad, name, len);
	status = msg_usage(_("%s: there is no column '%s'; there are %s"), cl->seen,
			   msg_quote(buffer_string(&bad)), buffer_string(&names));
	buffer_free(&names);
	buffer_free(&bad);
	return status == EX_DONE;
}

bool opt_columns(struct cmdline *cl, const char *text, struct column_list *list)
{
	const char *bad;
	size_t len;

	return column_list_parse(text, list, &bad, &len) == 0 ||
	       no_column(cl, bad, len, list->live);
}

bool opt_sort(struct cmdline *cl, const char *text, bool live, enum column *col, bool *reverse)
{
	size_t len = strcspn(text, ":");

	if (column_sort_parse(text, live, col, reverse) == 0)
		return true;
	if (text[len] && strcmp(text + len, ":r") != 0)
		return msg_usage(_("%s: '%s' is not COL or COL:r"), cl->seen, msg_quote(text)) ==
		       EX_DONE;
	if (column_find(text, len, live, col) == 0)
		return msg_usage(_("%s: nothing is sorted by %s"), cl->seen, column_name(*col)) ==
		       EX_DONE;
	return no_column(cl, text, len, live);
}

bool opt_owner(struct cmdline *cl, const char *text, struct queue_attr *attr)
{
	struct owner_error error;

	return owner_parse(text, attr, &error) == 0 ||
	       msg_usage("%s: %s", cl->seen, error.text) == EX_DONE;
}

/* Becomes the program that has queues of that kind, or says why not. */
static _cold_ bool use_sibling(const struct cmdline *cl, const struct queue_ref *ref)
{
	char path[PATH_MAX], name[QUEUE_NAME_TEXT];
	int rc = HAVE_RABBITMQ ? sibling_exec(SIBLING_AMQP, cl->cmd->name, cl->words) : -ENOSYS;

	sibling_path(SIBLING_AMQP, path, sizeof(path));
	queue_ref_text(ref, name);
	if (rc == -ENOSYS)
		msg_error(_("'%s': AMQP queues are not supported by this build: name a System V or"
			    " POSIX queue"),
			  name);
	else if (rc == -ENOENT)
		msg_error(_("'%s': AMQP queues are not supported by this build: %s is in the package"
			    " mqtool-amqp"),
			  name, msg_quote(path));
	else
		msg_error("%s: %s", msg_quote(path), strerror(-rc));
	return false;
}

/* An address as it may be shown: where a password was written into it, without that. */
static const char *show_name(const char *text)
{
	const char *user = strstr(text, "://");
	const char *at = user ? strchr(user, '@') : NULL;
	const char *colon = at ? strchr(user + 3, ':') : NULL;
	struct buffer b = { 0 };
	const char *shown;

	if (strncmp(text, "amqp", 4) != 0 || !colon || colon > at)
		return msg_quote(text);
	buffer_put(&b, text, (size_t)(colon + 1 - text));
	buffer_puts(&b, "...");
	buffer_puts(&b, at);
	shown = msg_quote(buffer_string(&b));
	buffer_free(&b);
	return shown;
}

bool cmdline_queue(struct cmdline *cl, const char *text, struct queue_ref *ref)
{
	struct queue_ref_error error;
	int rc = queue_ref_parse(ref, text, &error);

	if (rc == 0 && !queue_supported(ref->kind))
		return use_sibling(cl, ref);
	if (rc == 0)
		rc = queue_ref_ready(ref, &error);
	if (rc == 0)
		return true;
	msg_error("'%s': %s", show_name(text), error.text);
	return false;
}

struct queue_ref *cmdline_queues(struct cmdline *cl, int first)
{
	int n = cl->noperands - first, i;
	struct queue_ref *refs = calloc(n > 0 ? (size_t)n : 1, sizeof(*refs));

	if (!refs) {
		msg_error(_("out of memory"));
		return NULL;
	}
	for (i = 0; i < n; i++) {
		if (!cmdline_queue(cl, cl->operands[first + i], &refs[i])) {
			free(refs);
			return NULL;
		}
	}
	return refs;
}

int cmdline_each(const struct queue_ref *refs, int n,
		 int (*one)(const struct queue_ref *ref, void *arg), void *arg)
{
	int status = EX_DONE, i;

	for (i = 0; i < n; i++)
		status = status_first(status, one(&refs[i], arg));
	return status;
}

int msg_wrong_kind(const char *option, const struct queue_ref *ref)
{
	char name[QUEUE_NAME_TEXT];

	queue_ref_text(ref, name);
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
	char name[QUEUE_NAME_TEXT];

	return msg_usage(_("%s is for AMQP queues, and %s is none"), option,
			 queue_ref_text(ref, name));
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
