/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * near.c - the word that was probably meant by a mistyped one
 */
#include "config.h"

#include "base/near.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#define WORD_MAX_LEN 31
#define DISTANCE_MAX 2
#define PREFIX_MIN_LEN 3

static int min_of(int a, int b)
{
	return a < b ? a : b;
}

/* One cell of the table: the cheapest way to turn i + 1 bytes of a into j + 1 bytes of b. */
static int cell(int row[3][WORD_MAX_LEN + 1], const char *a, size_t i, const char *b, size_t j)
{
	int *now = row[(i + 1) % 3], *above = row[i % 3];
	int best = above[j] + (a[i] != b[j]);

	best = min_of(best, above[j + 1] + 1);
	best = min_of(best, now[j] + 1);
	if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j])
		best = min_of(best, row[(i - 1) % 3][j - 1] + 1);
	return best;
}

int near_distance(const char *a, size_t len, const char *b)
{
	int row[3][WORD_MAX_LEN + 1];
	size_t lb = strlen(b), i, j;

	if (len > WORD_MAX_LEN || lb > WORD_MAX_LEN)
		return INT_MAX;
	for (j = 0; j <= lb; j++)
		row[0][j] = (int)j;
	for (i = 0; i < len; i++) {
		row[(i + 1) % 3][0] = (int)i + 1;
		for (j = 0; j < lb; j++)
			row[(i + 1) % 3][j + 1] = cell(row, a, i, b, j);
	}
	return row[len % 3][lb];
}

void near_begin(struct near_miss *near, const char *typed, size_t len)
{
	near->typed = typed;
	near->len = len;
	near->answer = NULL;
	near->distance = INT_MAX;
}

/* The beginning of a word is a near miss too: options cannot be abbreviated. */
static bool begins(const struct near_miss *near, const char *word)
{
	return near->len >= PREFIX_MIN_LEN && strncmp(near->typed, word, near->len) == 0;
}

/* So is the last part of a word: --size of --message-size. */
static bool ends(const struct near_miss *near, const char *word)
{
	size_t len = strlen(word);

	return near->len >= PREFIX_MIN_LEN && len > near->len && word[len - near->len - 1] == '-' &&
	       memcmp(word + len - near->len, near->typed, near->len) == 0;
}

void near_offer(struct near_miss *near, const char *word, const char *answer)
{
	int distance = near_distance(near->typed, near->len, word);

	if (distance > DISTANCE_MAX && (begins(near, word) || ends(near, word)))
		distance = DISTANCE_MAX;
	else if (distance > DISTANCE_MAX || 2 * (size_t)distance >= near->len)
		return;
	if (distance < near->distance) {
		near->distance = distance;
		near->answer = answer;
	}
}

const char *near_answer(const struct near_miss *near)
{
	return near->answer;
}
