/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * columns.h - the columns of queues that stat and watch share: names, cells, order, JSON members
 *
 * Pure except for the names of users: the time is an argument.  One table holds all there is to
 * know about a column, so that the table, the block of `field: value`, the JSON members and the
 * sort keys cannot differ.
 */
#ifndef MQTOOL_COLUMNS_H
#define MQTOOL_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

enum column {
	COL_QUEUE,
	COL_KIND,
	COL_MESSAGES,
	COL_BYTES,
	COL_USE,
	COL_MODE,
	COL_OWNER,
	COL_LAST,
	COL_WAITING,
	COL_KEY,
	COL_MSQID,
	COL_MAXMSG,
	COL_MSGSIZE,
	COL_QBYTES,
	COL_UID,
	COL_GID,
	COL_CUID,
	COL_CGID,
	COL_SENT,
	COL_RECEIVED,
	COL_LSPID,
	COL_LRPID,
	COL_CTIME,
	COL_INO,
	COL_NOTIFY,
	/* What is known only about queues of other IPC namespaces (STAT_NAMESPACE). */
	COL_NAMESPACE,
	COL_PROCS,
	COL_PID,
	/* What is known only if the kernel counts (STAT_RATES). */
	COL_SEND,
	COL_RECV,
	COL_IN,
	COL_OUT,
	COL_AGE,
	COL_SWAIT,
	COL_RWAIT,
	COLUMNS_ALL,
	/* What only watch can know. */
	COL_NET = COLUMNS_ALL,
	COL_HISTORY,
	COLUMNS_WATCH
};

/* How a column's value becomes text; its numbers are those of column_number(). */
enum column_form {
	FORM_QUEUE,
	FORM_KIND,
	FORM_NUMBER,
	FORM_SIZE,
	FORM_PERCENT,
	FORM_MODE,
	FORM_USER,
	FORM_KEY,
	FORM_AGE,  /* 0 is never */
	FORM_TIME, /* 0 is never */
	FORM_PID,  /* 0: no process */
	FORM_WAITING,
	FORM_NET,
	FORM_RATE,      /* a number in a second: column_real() */
	FORM_RATE_SIZE, /* bytes in a second: column_real() */
	FORM_SECONDS,   /* column_real() */
	FORM_HISTORY,
};

/* What a cell needs beside the queue itself. */
struct column_context {
	int64_t now; /* seconds since the epoch */
	bool exact;  /* sizes in plain bytes */
	bool ascii;  /* HISTORY without block characters */
};

/* A choice of columns in order, each at most once. */
struct column_list {
	enum column col[COLUMNS_WATCH];
	size_t n;
	bool live; /* watch's own columns may be chosen too */
};

/* Finds a column by heading or member, in upper or lower case; also watch's own if live.  Returns 0
 * or -EINVAL. */
int column_find(const char *text, size_t len, bool live, enum column *col) _must_check_;
/* The heading, "USE%"; static, never translated: it is what -o and -s take. */
const char *column_name(enum column col);
/* The JSON member and block field, "use"; static. */
const char *column_member(enum column col);
/* One line about the column; translated, static. */
const char *column_help(enum column col);
/* True for columns whose cells are aligned to the right. */
bool column_right(enum column col);
/* What kind of value it has. */
enum column_form column_form(enum column col);
/* The value of a column that is basically a number and known, except NET/s; 0 for texts. */
uint64_t column_number(enum column col, const struct queue_stat *st);
/* The value of NET/s or a column of column_of_rates(), if it is known. */
double column_real(enum column col, const struct queue_stat *st);
/* The STAT_* bits that queue_list() must be asked for to fill the column. */
unsigned int column_detail(enum column col);
/* True for the columns that are filled if all IPC namespaces are looked at. */
bool column_of_namespace(enum column col);
/* True for the columns that are filled if the kernel counts what passes (rates.h). */
bool column_of_rates(enum column col);
/* True for those of them that need the time that calls are blocked. */
bool column_of_waits(enum column col);
/* True if queues of that kind have such a value at all. */
bool column_applies(enum column col, enum queue_kind kind);
/* True if the queue has the value: false for another kind's and for what may not be read. */
bool column_known(enum column col, const struct queue_stat *st);

/* The default choice of stat. */
void column_list_default(struct column_list *list);
/*
 * The default choice of watch.  In batch it lacks HISTORY, since earlier looks are in print, and
 * WAITING, which costs a look at all processes; the screen lacks OWNER, which the detail has.
 */
void column_list_watch(struct column_list *list, bool batch);
/* True if the column was chosen. */
bool column_list_has(const struct column_list *list, enum column col);
/* Adds a column at the end, unless it is there. */
void column_list_add(struct column_list *list, enum column col);
/* Adds those of column_of_namespace(). */
void column_list_add_namespace(struct column_list *list);
/* Adds those of column_of_rates(), or only the cheapest of them. */
void column_list_add_rates(struct column_list *list, bool waits);
/* Removes all of those. */
void column_list_remove_rates(struct column_list *list);
/* The STAT_* bits for all columns chosen. */
unsigned int column_list_detail(const struct column_list *list);
/*
 * Reads LIST or +LIST (adds to what is there): names separated by commas, in upper or lower case,
 * as heading or member; one that is already chosen is not added again.  Returns 0, or -EINVAL with
 * *bad, *bad_len the part that is not a column, and the list unchanged.
 */
int column_list_parse(const char *text, struct column_list *list, const char **bad, size_t *bad_len)
	_must_check_;
/* Reads a sort key COL or COL:r, also watch's NET/s if live.  Returns 0 or -EINVAL. */
int column_sort_parse(const char *text, bool live, enum column *col, bool *reverse) _must_check_;

/* Appends the cell's text: "-" if the kind has no such value or nothing ever happened, "?" if it
 * may not be read. */
void column_put_cell(struct buffer *b, enum column col, const struct queue_stat *st,
		     const struct column_context *context);
/* Appends the JSON value: a number, a string, or null. */
void column_put_json(struct buffer *b, enum column col, const struct queue_stat *st);

/* What decides a queue's place when sorted by a column: absent values last in either direction,
 * then by number, then by text, if there is one, in bytes. */
struct column_key {
	bool absent;
	uint64_t number;
	const char *text; /* static */
};

/* LAST sorts by age: the queue that moved last is the smallest, one that never moved the largest.
 * QUEUE sorts by queue_stat_compare() and has no key of its own. */
void column_key(enum column col, const struct queue_stat *st, struct column_key *key);
/*
 * Sorts queues in place: numbers by size, LAST by age, texts by bytes, absent values last in either
 * direction, ties by name.  Returns 0, or -ENOMEM with the order unchanged.
 */
int column_sort(struct queue_stat *items, size_t n, enum column col, bool reverse) _must_check_;

#endif
