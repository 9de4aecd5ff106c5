/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opt.c - values of options, read strictly
 */
#include "config.h"

#include "cmd/opt.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buffer.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"
#include "cmd/msg.h"
#include "show/users.h"

/* Prints "-t: 'x' WHY"; returns false. */
static bool refused(const struct cmdline *cl, const char *text, const char *why)
{
	return msg_refuse("%s: '%s' %s", cl->seen, msg_quote(text), why);
}

bool opt_u64(struct cmdline *cl, const char *text, uint64_t min, uint64_t max, uint64_t *value)
{
	int rc = parse_u64(text, min, max, value);

	if (rc == -ERANGE)
		return msg_refuse(_("%s: %s is out of range (%" PRIu64 " to %" PRIu64 ")"),
				  cl->seen, msg_quote(text), min, max);
	return rc == 0 || refused(cl, text, _("is not a whole number (decimal digits only)"));
}

bool opt_i64(struct cmdline *cl, const char *text, int64_t min, int64_t max, int64_t *value)
{
	int rc = parse_i64(text, min, max, value);

	if (rc == -ERANGE)
		return msg_refuse(_("%s: %s is out of range (%" PRId64 " to %" PRId64 ")"),
				  cl->seen, msg_quote(text), min, max);
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
	return *text || msg_refuse(_("%s: an empty pattern matches no queue"), cl->seen);
}

static bool no_column(const struct cmdline *cl, const char *name, size_t len, bool live)
{
	struct buffer names = { 0 }, bad = { 0 };

	for (int col = 0; col < (live ? COLUMNS_WATCH : COLUMNS_ALL); col++) {
		buffer_puts(&names, col ? ", " : "");
		buffer_puts(&names, column_name((enum column)col));
	}
	buffer_put(&bad, name, len);
	(void)!msg_usage(_("%s: there is no column '%s'; the columns are %s"), cl->seen,
			 msg_quote(buffer_string(&bad)), buffer_string(&names));
	buffer_free(&names);
	buffer_free(&bad);
	return false;
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
		return msg_refuse(_("%s: '%s' is not COL or COL:r"), cl->seen, msg_quote(text));
	if (column_find(text, len, live, col) == 0)
		return msg_refuse(_("%s: cannot sort by %s"), cl->seen, column_name(*col));
	return no_column(cl, text, len, live);
}

bool opt_owner(struct cmdline *cl, const char *text, struct queue_attr *attr)
{
	struct refusal error;

	return owner_parse(text, attr, &error) == 0 || msg_refuse("%s: %s", cl->seen, error.text);
}
