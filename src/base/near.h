/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near.h - the word that was probably meant by a mistyped one
 *
 * Pure.  A caller begins with near_begin(), offers every word that would have been right, and asks
 * near_answer().
 */
#ifndef MQTOOL_NEAR_H
#define MQTOOL_NEAR_H

#include <stddef.h>

struct near_miss {
	const char *typed;
	size_t len;         /* of `typed` */
	const char *answer; /* the best so far; the caller's memory */
	int distance;       /* of the best so far */
};

/* Begins a search for what was meant by the len bytes at typed, which must outlive it. */
void near_begin(struct near_miss *near, const char *typed, size_t len);
/*
 * Offers a word; answer is what to suggest if it is the nearest (the word itself, or the one for
 * which it is another name).  Of equally near words the first offered wins.
 */
void near_offer(struct near_miss *near, const char *word, const char *answer);
/* The suggestion, or NULL if nothing offered is near enough to be worth a line. */
const char *near_answer(const struct near_miss *near);

/*
 * The number of insertions, deletions, replacements and swaps of neighbours that turn the len bytes
 * at a into the string b.  INT_MAX if either is longer than any word that mqtool knows.
 */
int near_distance(const char *a, size_t len, const char *b);

#endif
