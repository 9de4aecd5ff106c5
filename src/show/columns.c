/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.c - one table of columns, and what it drives: cells, JSON values, order
 */
#include "config.h"

#include "show/columns.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/format.h"
#include "base/text.h"
#include "base/util.h"
#include "show/history.h"
#include "show/json.h"
#include "show/users.h"

struct column_info {
	const char *name;
	const char *member;
	const char *help;
	enum column_form form;
	unsigned int kinds;  /* QUEUE_MASK_*: kinds that have such a value */
	unsigned int have;   /* STAT_* bits without which the value is not known */
	unsigned int detail; /* STAT_* bits to ask queue_list() for */
};

/* As RATES_DETAIL of rates.h. */
#define STAT_RATES_NEED (STAT_MESSAGES | STAT_INODE)
#define SYSV QUEUE_MASK_SYSV
#define POSIX QUEUE_MASK_POSIX
#define LOCAL QUEUE_MASK_ALL
#define ALL (QUEUE_MASK_ALL | QUEUE_MASK_AMQP)

/* clang-format off */
static const struct column_info columns[COLUMNS_WATCH] = {
	[COL_QUEUE] = { "QUEUE", "queue", N_("name, as every command takes it"),
			FORM_QUEUE, ALL, 0, 0 },
	[COL_KIND] = { "KIND", "kind", N_("sysv, posix or amqp"), FORM_KIND, ALL, 0, 0 },
	[COL_MESSAGES] = { "MESSAGES", "messages", N_("messages waiting"),
			   FORM_NUMBER, ALL, STAT_MESSAGES, STAT_MESSAGES },
	[COL_BYTES] = { "BYTES", "bytes", N_("bytes waiting"),
			FORM_SIZE, LOCAL, STAT_BYTES, STAT_BYTES },
	[COL_USE] = { "USE%", "use", N_("how full the queue is, in percent"),
		      FORM_PERCENT, LOCAL, STAT_MESSAGES,
		      STAT_MESSAGES | STAT_MAXMSG | STAT_QBYTES },
	[COL_MODE] = { "MODE", "mode", N_("permissions, octal"),
		       FORM_MODE, LOCAL, STAT_OWNER, STAT_OWNER },
	[COL_OWNER] = { "OWNER", "owner", N_("name of the owning user"),
			FORM_USER, LOCAL, STAT_OWNER, STAT_OWNER },
	[COL_LAST] = { "LAST", "last", N_("age of the last send or receive"),
		       FORM_AGE, LOCAL, STAT_LAST, STAT_LAST },
	[COL_WAITING] = { "WAITING", "waiting", N_("threads blocked in a receive or a send"),
			  FORM_WAITING, LOCAL, STAT_WAITING, STAT_INODE },
	[COL_KEY] = { "KEY", "key", N_("System V key"), FORM_KEY, SYSV, STAT_KEY, STAT_KEY },
	[COL_MSQID] = { "MSQID", "msqid", N_("System V identifier"),
			FORM_NUMBER, SYSV, STAT_KEY, STAT_KEY },
	[COL_MAXMSG] = { "MAXMSG", "maxmsg", N_("messages that a POSIX queue can hold"),
			 FORM_NUMBER, POSIX, STAT_MAXMSG, STAT_MAXMSG },
	[COL_MSGSIZE] = { "MSGSIZE", "msgsize", N_("largest message of a POSIX queue"),
			  FORM_SIZE, POSIX, STAT_MSGSIZE, STAT_MSGSIZE },
	[COL_QBYTES] = { "QBYTES", "qbytes", N_("bytes that a System V queue can hold"),
			 FORM_SIZE, SYSV, STAT_QBYTES, STAT_QBYTES },
	[COL_UID] = { "UID", "uid", N_("number of the owning user"),
		      FORM_NUMBER, LOCAL, STAT_OWNER, STAT_OWNER },
	[COL_GID] = { "GID", "gid", N_("number of the owning group"),
		      FORM_NUMBER, LOCAL, STAT_OWNER, STAT_OWNER },
	[COL_CUID] = { "CUID", "cuid", N_("number of the user who created it (System V)"),
		       FORM_NUMBER, SYSV, STAT_OWNER, STAT_OWNER },
	[COL_CGID] = { "CGID", "cgid", N_("number of the group that it was created with (System V)"),
		       FORM_NUMBER, SYSV, STAT_OWNER, STAT_OWNER },
	[COL_SENT] = { "SENT", "sent", N_("time of the last send (System V)"),
		       FORM_TIME, SYSV, STAT_SENT, STAT_SENT },
	[COL_RECEIVED] = { "RECEIVED", "received", N_("time of the last receive (System V)"),
			   FORM_TIME, SYSV, STAT_RECEIVED, STAT_RECEIVED },
	[COL_LSPID] = { "LSPID", "lspid", N_("process that sent last (System V)"),
			FORM_PID, SYSV, STAT_PIDS, STAT_PIDS },
	[COL_LRPID] = { "LRPID", "lrpid", N_("process that received last (System V)"),
			FORM_PID, SYSV, STAT_PIDS, STAT_PIDS },
	[COL_CTIME] = { "CTIME", "ctime", N_("time of the last change of mode, owner or size"),
			FORM_TIME, LOCAL, STAT_CTIME, STAT_CTIME },
	[COL_INO] = { "INO", "ino", N_("inode number (POSIX)"),
		      FORM_NUMBER, POSIX, STAT_INODE, STAT_INODE },
	[COL_NOTIFY] = { "NOTIFY", "notify", N_("process registered with mq_notify(3) (POSIX)"),
			 FORM_PID, POSIX, STAT_NOTIFY, STAT_NOTIFY },
	[COL_NAMESPACE] = { "NAMESPACE", "namespace", N_("IPC namespace, as in /proc/PID/ns/ipc"),
			    FORM_NUMBER, LOCAL, STAT_NAMESPACE, 0 },
	[COL_PROCS] = { "PROCS", "procs", N_("processes that live in the namespace"),
			FORM_NUMBER, LOCAL, STAT_NAMESPACE, 0 },
	[COL_PID] = { "PID", "pid", N_("one of those processes"),
		      FORM_PID, LOCAL, STAT_NAMESPACE, 0 },
	[COL_SEND] = { "SEND/s", "send", N_("messages sent per second (--trace)"),
		       FORM_RATE, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_RECV] = { "RECV/s", "recv", N_("messages received per second (--trace)"),
		       FORM_RATE, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_IN] = { "IN/s", "in", N_("bytes sent per second (--trace)"),
		     FORM_RATE_SIZE, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_OUT] = { "OUT/s", "out", N_("bytes received per second (--trace)"),
		      FORM_RATE_SIZE, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_AGE] = { "AGE", "age", N_("mean time that a message stays (--trace)"),
		      FORM_SECONDS, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_SWAIT] = { "SWAIT", "swait", N_("mean time that a send is blocked (--trace)"),
			FORM_SECONDS, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_RWAIT] = { "RWAIT", "rwait", N_("mean time that a receive is blocked (--trace)"),
			FORM_SECONDS, LOCAL, STAT_RATES, STAT_RATES_NEED },
	[COL_NET] = { "NET/s", "net", N_("change of depth per second, not traffic"),
		      FORM_NET, LOCAL, STAT_NET, STAT_MESSAGES },
	[COL_HISTORY] = { "HISTORY", "history", N_("how full it was in the last samples"),
			  FORM_HISTORY, LOCAL, STAT_HISTORY,
			  STAT_MESSAGES | STAT_MAXMSG | STAT_QBYTES },
};
/* clang-format on */

const char *column_name(enum column col)
{
	return columns[col].name;
}

const char *column_member(enum column col)
{
	return columns[col].member;
}

const char *column_help(enum column col)
{
	return text_get(columns[col].help);
}

bool column_right(enum column col)
{
	switch (columns[col].form) {
	case FORM_QUEUE:
	case FORM_KIND:
	case FORM_USER:
	case FORM_HISTORY:
		return false;
	default:
		return true;
	}
}

enum column_form column_form(enum column col)
{
	return columns[col].form;
}

unsigned int column_detail(enum column col)
{
	return columns[col].detail;
}

bool column_of_namespace(enum column col)
{
	return columns[col].have == STAT_NAMESPACE;
}

bool column_of_rates(enum column col)
{
	return columns[col].have == STAT_RATES;
}

bool column_of_waits(enum column col)
{
	return col == COL_SWAIT || col == COL_RWAIT;
}

bool column_applies(enum column col, enum queue_kind kind)
{
	return columns[col].kinds & (1u << kind);
}

bool column_known(enum column col, const struct queue_stat *st)
{
	if (!column_applies(col, st->kind) || (columns[col].have & ~st->have))
		return false;
	if (column_of_rates(col))
		return !isnan(column_real(col, st));
	return col != COL_USE || queue_stat_use(st) >= 0;
}

/* ---- choices ---- */

void column_list_default(struct column_list *list)
{
	*list = (struct column_list){ .n = 0 };
	for (int col = COL_QUEUE; col <= COL_LAST; col++)
		list->col[list->n++] = (enum column)col;
}

void column_list_watch(struct column_list *list, bool batch)
{
	static const enum column chosen[] = {
		COL_KIND, COL_QUEUE, COL_OWNER, COL_MESSAGES, COL_BYTES,
		COL_USE,  COL_NET,   COL_LAST,  COL_WAITING,  COL_HISTORY,
	};

	*list = (struct column_list){ .live = true };
	for (size_t i = 0; i < ARRAY_SIZE(chosen); i++) {
		bool screen_only = chosen[i] == COL_WAITING || chosen[i] == COL_HISTORY;

		if (batch ? !screen_only : chosen[i] != COL_OWNER)
			column_list_add(list, chosen[i]);
	}
}

bool column_list_has(const struct column_list *list, enum column col)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->col[i] == col)
			return true;
	}
	return false;
}

void column_list_add(struct column_list *list, enum column col)
{
	if (!column_list_has(list, col))
		list->col[list->n++] = col;
}

void column_list_add_namespace(struct column_list *list)
{
	for (int col = 0; col < COLUMNS_ALL; col++) {
		if (column_of_namespace((enum column)col))
			column_list_add(list, (enum column)col);
	}
}

void column_list_add_rates(struct column_list *list, bool waits)
{
	for (int col = 0; col < COLUMNS_ALL; col++) {
		if (column_of_rates((enum column)col) &&
		    (waits || !column_of_waits((enum column)col)))
			column_list_add(list, (enum column)col);
	}
}

void column_list_remove_rates(struct column_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!column_of_rates(list->col[i]))
			list->col[kept++] = list->col[i];
	}
	list->n = kept;
}

unsigned int column_list_detail(const struct column_list *list)
{
	unsigned int detail = 0;

	for (size_t i = 0; i < list->n; i++)
		detail |= columns[list->col[i]].detail;
	return detail;
}

static bool name_is(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && strncasecmp(name, text, len) == 0;
}

int column_find(const char *text, size_t len, bool live, enum column *found)
{
	for (int col = 0; col < (live ? COLUMNS_WATCH : COLUMNS_ALL); col++) {
		if (!name_is(columns[col].name, text, len) &&
		    !name_is(columns[col].member, text, len))
			continue;
		*found = (enum column)col;
		return 0;
	}
	return -EINVAL;
}

int column_list_parse(const char *text, struct column_list *list, const char **bad, size_t *bad_len)
{
	struct column_list chosen = { .n = 0, .live = list->live };

	if (*text == '+') {
		chosen = *list;
		text++;
	}
	for (;;) {
		size_t len = strcspn(text, ",");
		enum column col;

		if (column_find(text, len, list->live, &col) < 0) {
			*bad = text;
			*bad_len = len;
			return -EINVAL;
		}
		column_list_add(&chosen, col);
		if (!text[len])
			break;
		text += len + 1;
	}
	*list = chosen;
	return 0;
}

int column_sort_parse(const char *text, bool live, enum column *col, bool *reverse)
{
	size_t len = strcspn(text, ":");

	if (text[len] && strcmp(text + len, ":r") != 0)
		return -EINVAL;
	*reverse = text[len] != '\0';
	if (column_find(text, len, live, col) < 0 || *col == COL_HISTORY)
		return -EINVAL;
	return 0;
}

/* ---- values ---- */

/* Columns about processes and where they are. */
static uint64_t process_number(enum column col, const struct queue_stat *st)
{
	switch (col) {
	case COL_LSPID:
		return (uint64_t)st->lspid;
	case COL_LRPID:
		return (uint64_t)st->lrpid;
	case COL_NOTIFY:
		return (uint64_t)st->notify_pid;
	case COL_NAMESPACE:
		return st->ns;
	case COL_PROCS:
		return st->ns_procs;
	case COL_PID:
		return (uint64_t)st->ns_pid;
	default: /* texts */
		return 0;
	}
}

uint64_t column_number(enum column col, const struct queue_stat *st)
{
	switch (col) {
	case COL_KIND:
		return st->kind;
	case COL_MESSAGES:
		return st->messages;
	case COL_BYTES:
		return st->bytes;
	case COL_USE:
		return (uint64_t)queue_stat_use(st);
	case COL_MODE:
		return st->mode;
	case COL_UID:
		return st->uid;
	case COL_GID:
		return st->gid;
	case COL_CUID:
		return st->cuid;
	case COL_CGID:
		return st->cgid;
	case COL_LAST:
		return (uint64_t)st->last;
	case COL_WAITING:
		return (uint64_t)st->receivers + st->senders;
	case COL_KEY:
		return st->key;
	case COL_MSQID:
		return (uint64_t)st->msqid;
	case COL_MAXMSG:
		return st->maxmsg;
	case COL_MSGSIZE:
		return st->msgsize;
	case COL_QBYTES:
		return st->qbytes;
	case COL_SENT:
		return (uint64_t)st->stime;
	case COL_RECEIVED:
		return (uint64_t)st->rtime;
	case COL_CTIME:
		return (uint64_t)st->ctime;
	case COL_INO:
		return st->ino;
	default:
		return process_number(col, st);
	}
}

double column_real(enum column col, const struct queue_stat *st)
{
	const struct queue_rates *rates = &st->rates;

	switch (col) {
	case COL_SEND:
		return (double)rates->send;
	case COL_RECV:
		return (double)rates->recv;
	case COL_IN:
		return (double)rates->in;
	case COL_OUT:
		return (double)rates->out;
	case COL_AGE:
		return (double)rates->age;
	case COL_SWAIT:
		return (double)rates->swait;
	case COL_RWAIT:
		return (double)rates->rwait;
	default:
		return st->net;
	}
}

static void put_mode(struct buffer *b, uint64_t mode)
{
	const char octal[4] = { '0', (char)('0' + (mode >> 6 & 7)), (char)('0' + (mode >> 3 & 7)),
				(char)('0' + (mode & 7)) };

	buffer_put(b, octal, sizeof(octal));
}

static void put_key(struct buffer *b, uint64_t key)
{
	char hex[10] = "0x";

	for (int i = 0; i < 8; i++)
		hex[2 + i] = format_hex_digit((unsigned int)(key >> (28 - 4 * i)));
	buffer_put(b, hex, sizeof(hex));
}

static void put_name(struct buffer *b, const struct queue_stat *st)
{
	char name[QUEUE_NAME_TEXT];

	buffer_puts(b, queue_stat_text(st, name));
}

static void put_user(struct buffer *b, const struct queue_stat *st)
{
	const char *name = user_name(st->uid);

	escape_put(b, name, strlen(name), ESCAPE_FOREIGN);
}

/* As lsipc --time-format=iso: one word, wherever the reader splits it. */
static void put_time(struct buffer *b, int64_t seconds)
{
	time_t when = (time_t)seconds;
	char iso[40];
	struct tm tm;
	size_t n;

	if (when != seconds || !localtime_r(&when, &tm)) {
		format_u64(b, (uint64_t)seconds);
		return;
	}
	n = strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%S%z", &tm);
	if (n < 2)
		return;
	/* strftime(3) has +0100 for ISO 8601's +01:00 */
	buffer_put(b, iso, n - 2);
	buffer_putc(b, ':');
	buffer_put(b, iso + n - 2, 2);
}

/* "1 recv", "2 send" or both: a letter alone would read as a unit of time beside LAST. */
static void put_waiting(struct buffer *b, const struct queue_stat *st)
{
	if (!st->receivers && !st->senders)
		buffer_putc(b, '-');
	if (st->receivers)
		/* TRANSLATORS: threads that wait to receive, as short as can be: a column. */
		buffer_printf(b, _("%u recv"), st->receivers);
	if (st->receivers && st->senders)
		buffer_puts(b, ", ");
	if (st->senders)
		/* TRANSLATORS: threads that wait to send, as short as can be: a column. */
		buffer_printf(b, _("%u send"), st->senders);
}

/* With its sign, and a digit after the point if it is small. */
static void put_net(struct buffer *b, double net)
{
	double size = net < 0 ? -net : net;

	if (size < 0.05)
		buffer_putc(b, '0');
	else if (size < 9.95 && size - (double)(int64_t)(size + 0.05) > 0.05)
		buffer_printf(b, "%+.1f", net);
	else
		buffer_printf(b, "%+.0f", net);
}

static void put_rate(struct buffer *b, double rate)
{
	if (rate <= 0)
		buffer_putc(b, '0');
	else
		buffer_printf(b, rate < 9.995 ? "%.2f" : rate < 99.95 ? "%.1f" : "%.0f", rate);
}

/* "4us", "503ms", "2.5s", "3m", as trace prints it. */
static void put_seconds(struct buffer *b, double seconds)
{
	if (seconds < 0.001)
		buffer_printf(b, "%.0fus", seconds * 1e6);
	else if (seconds < 1)
		buffer_printf(b, "%.0fms", seconds * 1e3);
	else if (seconds < 60)
		buffer_printf(b, "%.1fs", seconds);
	else
		format_age(b, (int64_t)seconds);
}

static void put_real(struct buffer *b, enum column col, const struct queue_stat *st, bool exact)
{
	double value = column_real(col, st);

	if (columns[col].form == FORM_RATE)
		put_rate(b, value);
	else if (columns[col].form == FORM_RATE_SIZE)
		format_size(b, (uint64_t)(value + 0.5), exact);
	else
		put_seconds(b, value);
}

/* A table's columns are as wide as their widest cell, so show only the last samples. */
#define HISTORY_CELL 12

static void put_json_history(struct buffer *b, const struct history *history)
{
	buffer_putc(b, '[');
	for (size_t age = history->n; age-- > 0;) {
		int64_t depth = history_depth(history, age);

		if (depth < 0)
			buffer_puts(b, "null");
		else
			format_u64(b, (uint64_t)depth);
		if (age)
			buffer_putc(b, ',');
	}
	buffer_putc(b, ']');
}

/* Values for which zero means none. */
static bool none(enum column_form form, uint64_t value)
{
	return value == 0 && (form == FORM_AGE || form == FORM_TIME || form == FORM_PID);
}

/* Found by a look at processes, by several looks, or by the kernel's counters. */
static void put_live_cell(struct buffer *b, enum column col, const struct queue_stat *st,
			  const struct column_context *context)
{
	switch (columns[col].form) {
	case FORM_WAITING:
		put_waiting(b, st);
		break;
	case FORM_NET:
		put_net(b, st->net);
		break;
	case FORM_HISTORY:
		history_put_spark(b, st->history, HISTORY_CELL, context->ascii);
		break;
	default:
		put_real(b, col, st, context->exact);
		break;
	}
}

static void put_cell(struct buffer *b, enum column col, const struct queue_stat *st,
		     const struct column_context *context)
{
	uint64_t value = column_number(col, st);

	if (none(columns[col].form, value)) {
		buffer_putc(b, '-');
		return;
	}
	switch (columns[col].form) {
	case FORM_QUEUE:
		put_name(b, st);
		break;
	case FORM_KIND:
		buffer_puts(b, queue_kind_name(st->kind));
		break;
	case FORM_NUMBER:
	case FORM_PID:
		format_u64(b, value);
		break;
	case FORM_SIZE:
		format_size(b, value, context->exact);
		break;
	case FORM_PERCENT:
		format_u64(b, value);
		buffer_putc(b, '%');
		break;
	case FORM_MODE:
		put_mode(b, value);
		break;
	case FORM_USER:
		put_user(b, st);
		break;
	case FORM_KEY:
		put_key(b, value);
		break;
	case FORM_AGE:
		format_age(b, context->now - (int64_t)value);
		break;
	case FORM_TIME:
		put_time(b, (int64_t)value);
		break;
	default:
		put_live_cell(b, col, st, context);
		break;
	}
}

/* Why a value is not known: a single look shows no change, and no messages have no mean. */
static bool nothing_yet(enum column col, const struct queue_stat *st)
{
	return column_of_rates(col) ? st->have & STAT_RATES :
				      col == COL_NET && st->have & STAT_MESSAGES;
}

void column_put_cell(struct buffer *b, enum column col, const struct queue_stat *st,
		     const struct column_context *context)
{
	if (column_known(col, st))
		put_cell(b, col, st, context);
	else if (!column_applies(col, st->kind) || nothing_yet(col, st))
		buffer_putc(b, '-');
	else
		buffer_putc(b, '?');
}

static void put_json_user(struct buffer *b, const struct queue_stat *st)
{
	struct buffer name = { 0 };

	put_user(&name, st);
	json_put_string(b, buffer_string(&name), name.len);
	buffer_free(&name);
}

void column_put_json(struct buffer *b, enum column col, const struct queue_stat *st)
{
	char name[QUEUE_NAME_TEXT];

	if (!column_known(col, st)) {
		buffer_puts(b, "null");
		return;
	}
	switch (columns[col].form) {
	case FORM_QUEUE:
		queue_stat_text(st, name);
		json_put_string(b, name, strlen(name));
		break;
	case FORM_KIND:
		buffer_printf(b, "\"%s\"", queue_kind_name(st->kind));
		break;
	case FORM_MODE:
		buffer_putc(b, '"');
		put_mode(b, st->mode);
		buffer_putc(b, '"');
		break;
	case FORM_USER:
		put_json_user(b, st);
		break;
	case FORM_NET:
		buffer_printf(b, "%.3f", st->net);
		break;
	case FORM_RATE:
	case FORM_RATE_SIZE:
		buffer_printf(b, "%.3f", column_real(col, st));
		break;
	case FORM_SECONDS:
		buffer_printf(b, "%.6f", column_real(col, st));
		break;
	case FORM_HISTORY:
		put_json_history(b, st->history);
		break;
	default:
		format_u64(b, column_number(col, st));
		break;
	}
}

/* ---- order ---- */

/* One queue with all that decides its place, so that comparing needs nothing else. */
struct sort_item {
	uint64_t key;
	const char *text;
	const struct queue_stat *st;
	bool absent;
	signed char sign;      /* of values: -1 if reversed */
	signed char name_sign; /* of names: reversed only if they are the key, not a tie */
};

static int compare_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_items(const void *pa, const void *pb)
{
	const struct sort_item *a = pa, *b = pb;
	int order;

	if (a->absent != b->absent)
		return a->absent ? 1 : -1;
	order = compare_u64(a->key, b->key);
	if (!order && a->text && b->text)
		order = strcmp(a->text, b->text);
	if (order)
		return order * a->sign;
	return queue_stat_compare(a->st, b->st) * a->name_sign;
}

/* Thousandths of a message, shifted so that no change is in the middle. */
static uint64_t net_key(double net)
{
	const double limit = 1e15;

	if (net > limit || net < -limit)
		net = net > 0 ? limit : -limit;
	return (uint64_t)((INT64_C(1) << 62) + (int64_t)(net * 1000));
}

void column_key(enum column col, const struct queue_stat *st, struct column_key *key)
{
	*key = (struct column_key){ .absent = !column_known(col, st) };
	if (key->absent)
		return;
	if (col == COL_OWNER)
		key->text = user_name(st->uid);
	else if (col == COL_NET || column_of_rates(col))
		key->number = net_key(columns[col].form == FORM_SECONDS ?
					      column_real(col, st) * 1e6 :
					      column_real(col, st));
	else
		key->number = column_number(col, st);
	if (columns[col].form == FORM_AGE)
		key->number = key->number ? (uint64_t)INT64_MAX - key->number : INT64_MAX;
}

static void sort_item_set(struct sort_item *item, const struct queue_stat *st, enum column col,
			  bool reverse)
{
	struct column_key key;

	column_key(col, st, &key);
	*item = (struct sort_item){
		.st = st,
		.key = key.number,
		.text = key.text,
		.absent = key.absent,
		.sign = reverse ? -1 : 1,
		.name_sign = reverse && col == COL_QUEUE ? -1 : 1,
	};
}

/* Moves each queue to its place in the order, one cycle of the permutation after the other: to fill
 * a second array, page by page, costs more than sorting. */
static void move_items(struct queue_stat *items, struct sort_item *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct queue_stat first = items[i];
		size_t to = i, from;

		while ((from = (size_t)(order[to].st - items)) != i) {
			items[to] = items[from];
			order[to].st = &items[to];
			to = from;
		}
		items[to] = first;
		order[to].st = &items[to];
	}
}

int column_sort(struct queue_stat *items, size_t n, enum column col, bool reverse)
{
	struct sort_item *order;

	if (n < 2)
		return 0;
	if (col == COL_QUEUE && !reverse) {
		queue_list_sort(&(struct queue_list){ .items = items, .n = n });
		return 0;
	}
	order = calloc(n, sizeof(*order));
	if (!order)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		sort_item_set(&order[i], &items[i], col, reverse);
	qsort(order, n, sizeof(*order), compare_items);
	move_items(items, order, n);
	free(order);
	return 0;
}
