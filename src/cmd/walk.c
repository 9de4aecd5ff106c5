/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * walk.c - the options of a line as popt will read them, before popt does
 */
#include "config.h"

#include "cmd/walk.h"

#include <stdlib.h>
#include <string.h>

void walk_begin(struct option_walk *walk, const struct poptOption *options, const char **argv)
{
	memset(walk, 0, sizeof(*walk));
	walk->options = options;
	walk->next = argv;
	/* popt.c, poptGetContext() */
	walk->operand_ends = getenv("POSIXLY_CORRECT") || getenv("POSIX_ME_HARDER");
}

static bool is_end(const struct poptOption *row)
{
	return !row->longName && !row->shortName && !row->arg;
}

static const struct poptOption *find_long(const struct poptOption *row, const char *name, size_t len)
{
	for (; !is_end(row); row++)
		if (row->longName && strlen(row->longName) == len &&
		    memcmp(row->longName, name, len) == 0)
			return row;
	return NULL;
}

static const struct poptOption *find_short(const struct poptOption *row, char letter)
{
	for (; letter && !is_end(row); row++)
		if (row->shortName == letter)
			return row;
	return NULL;
}

static bool wants_value(const struct poptOption *row)
{
	return (row->argInfo & POPT_ARG_MASK) != POPT_ARG_NONE;
}

/* The value of an option that has none in its own word is the next word, whatever it looks like; a
 * value that may be left out is only ever in the own word. */
static enum walk_result value_behind(struct option_walk *walk)
{
	if (walk->row->argInfo & POPT_ARGFLAG_OPTIONAL)
		return WALK_OPTION;
	if (!*walk->next)
		return WALK_NO_VALUE;
	walk->value = *walk->next++;
	return WALK_OPTION;
}

/* Stores how the option was written, cut to the room for it.  printf() would cost each start three
 * pages of the C library and its stack. */
static void set_seen(struct option_walk *walk, const char *dashes, const char *name, size_t len)
{
	char *at = stpcpy(walk->seen, dashes);
	size_t room = sizeof(walk->seen) - 1 - (size_t)(at - walk->seen);

	if (len > room)
		len = room;
	memcpy(at, name, len);
	at[len] = '\0';
}

static enum walk_result walk_long(struct option_walk *walk)
{
	const char *name = walk->word + 2;
	size_t len = strcspn(name, "=");

	set_seen(walk, "--", name, len);
	walk->row = find_long(walk->options, name, len);
	if (!walk->row)
		return WALK_UNKNOWN;
	if (name[len] == '=')
		walk->value = name + len + 1;
	if (!wants_value(walk->row))
		return walk->value ? WALK_UNWANTED_VALUE : WALK_OPTION;
	return walk->value ? WALK_OPTION : value_behind(walk);
}

/* The next letter of "-abc", "-t5" or "-t=5", of which popt drops the "=". */
static enum walk_result walk_short(struct option_walk *walk)
{
	char letter = *walk->cluster++;

	set_seen(walk, "-", &letter, 1);
	walk->row = find_short(walk->options, letter);
	if (!walk->row)
		return WALK_UNKNOWN;
	if (!wants_value(walk->row))
		return *walk->cluster == '=' ? WALK_UNWANTED_VALUE : WALK_OPTION;
	if (!*walk->cluster)
		return value_behind(walk);
	walk->value = walk->cluster + (*walk->cluster == '=');
	walk->cluster = "";
	return WALK_OPTION;
}

static bool is_option_word(const char *word)
{
	return word[0] == '-' && word[1] != '\0';
}

enum walk_result walk_next(struct option_walk *walk)
{
	walk->value = NULL;
	if (walk->cluster && *walk->cluster)
		return walk_short(walk);
	while (*walk->next) {
		walk->word = *walk->next++;
		if (strcmp(walk->word, "--") == 0)
			return WALK_DONE;
		if (is_option_word(walk->word)) {
			walk->cluster = walk->word + 1;
			if (walk->word[1] != '-')
				return walk_short(walk);
			walk->cluster = NULL;
			return walk_long(walk);
		}
		walk->operands++;
		if (walk->operand_ends)
			return WALK_DONE;
	}
	return WALK_DONE;
}
