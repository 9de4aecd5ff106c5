/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.h - which queues watch shows: text, !text, use>50, user=jo, kind=posix, full
 *
 * Pure except for the names of users.
 */
#ifndef MQTOOL_FILTER_H
#define MQTOOL_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue.h"
#include "show/columns.h"

#define FILTER_TERMS 8
#define FILTER_TEXT 128

enum filter_compare {
	FILTER_CONTAINS, /* the name as printed contains the text */
	FILTER_KEY,      /* the System V key is the number */
	FILTER_WORD,     /* the state of a queue that the word names */
	FILTER_EQUAL,
	FILTER_NOT_EQUAL,
	FILTER_LESS,
	FILTER_LESS_EQUAL,
	FILTER_MORE,
	FILTER_MORE_EQUAL,
};

struct filter_term {
	enum filter_compare compare;
	bool negate;
	enum column col;
	double number; /* columns that are numbers; ages in seconds; a key; an enum of filter.c */
	unsigned char word; /* texts: their place in words[] */
};

/* A filter that was read; all its terms must hold.  Zeroed it passes everything.  A plain value:
 * copy it freely. */
struct filter {
	struct filter_term terms[FILTER_TERMS];
	size_t n;
	char words[FILTER_TEXT]; /* the text, cut into words */
};

/*
 * Reads terms separated by blanks.  A term made of FIELD, one of = != < <= > >=, and a value
 * compares; FIELD is a column (heading or member name; user is OWNER, msgs MESSAGES).  The words
 * full, waiting, empty and idle are states (idle: empty, and nobody waits), 0x99 is a System V key;
 * anything else is text that the queue's name contains, in upper or lower case.  ! before a term
 * negates it.  Sizes take K, M, G; times are ages and take s, m, h, d.  Returns 0, or -EINVAL with
 * *error and the filter unchanged.
 */
int filter_parse(struct filter *f, const char *text, struct refusal *error) _must_check_;
/* True if the queue passes; a value that is not known passes no comparison.  now: seconds since the
 * epoch. */
bool filter_match(const struct filter *f, const struct queue_stat *st, int64_t now);

#endif
