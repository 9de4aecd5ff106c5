/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter.c - reads the filter of watch and applies it
 */
#include "config.h"

#include "watch/filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/near.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"

/* Other words for a column. */
static const struct {
	const char *word;
	enum column col;
} aliases[] = {
	{ "name", COL_QUEUE }, { "user", COL_OWNER },   { "msgs", COL_MESSAGES },
	{ "net", COL_NET },    { "wait", COL_WAITING },
};

enum state { STATE_FULL, STATE_WAITING, STATE_EMPTY, STATE_IDLE };
static const char *const states[] = {
	[STATE_FULL] = "full",
	[STATE_WAITING] = "waiting",
	[STATE_EMPTY] = "empty",
	[STATE_IDLE] = "idle",
};

static const struct {
	const char *text;
	enum filter_compare compare;
} operators[] = {
	/* Longer ones first. */
	{ "!=", FILTER_NOT_EQUAL }, { "<=", FILTER_LESS_EQUAL }, { ">=", FILTER_MORE_EQUAL },
	{ "=", FILTER_EQUAL },      { "<", FILTER_LESS },        { ">", FILTER_MORE },
};

static bool find_field(const char *word, size_t len, enum column *col)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (strlen(aliases[i].word) == len && strncasecmp(aliases[i].word, word, len) == 0) {
			*col = aliases[i].col;
			return true;
		}
	}
	return column_find(word, len, true, col) == 0 && *col != COL_HISTORY;
}

/* Fields whose value is compared as shown in its cell. */
static bool is_text(enum column col)
{
	return col == COL_QUEUE || col == COL_KIND || col == COL_OWNER || col == COL_KEY;
}

/* A decimal number with an optional sign and fraction. */
static int parse_signed(const char *text, double *value)
{
	bool negative = *text == '-';
	int64_t ns;
	int rc;

	if (*text == '-' || *text == '+')
		text++;
	/* A DURATION without a unit is such a number. */
	if (!*text || !isdigit((unsigned char)text[strlen(text) - 1]))
		return -EINVAL;
	rc = parse_duration(text, &ns);
	if (rc == 0)
		*value = (negative ? -1.0 : 1.0) * (double)ns / NSEC_PER_SEC;
	return rc;
}

static int parse_percent(char *text, uint64_t *value)
{
	size_t len = strlen(text);

	if (len > 1 && text[len - 1] == '%')
		text[len - 1] = '\0';
	return parse_u64(text, 0, INT32_MAX, value);
}

static int parse_number(enum column col, char *text, double *number)
{
	uint64_t value = 0;
	int64_t ns = 0;
	mode_t mode = 0;
	int rc;

	switch (column_form(col)) {
	case FORM_SIZE:
	case FORM_RATE_SIZE:
		rc = parse_size(text, &value);
		break;
	case FORM_PERCENT:
		rc = parse_percent(text, &value);
		break;
	case FORM_MODE:
		rc = parse_mode(text, &mode);
		value = mode;
		break;
	case FORM_AGE:
	case FORM_TIME:
	case FORM_SECONDS:
		rc = parse_duration(text, &ns);
		*number = (double)ns / NSEC_PER_SEC;
		return rc;
	case FORM_RATE:
	case FORM_NET:
		return parse_signed(text, number);
	default:
		rc = parse_u64(text, 0, UINT64_MAX, &value);
		break;
	}
	*number = (double)value;
	return rc;
}

static int refuse_value(const struct filter_term *term, const char *word, const char *value,
			struct refusal *error)
{
	struct buffer quoted = { 0 };

	escape_put(&quoted, *value ? value : word, strlen(*value ? value : word), ESCAPE_FOREIGN);
	if (!*value)
		refuse(error, _("'%s' lacks a value"), buffer_string(&quoted));
	else
		refuse(error, _("'%s' is not a value of %s"), buffer_string(&quoted),
		       column_name(term->col));
	buffer_free(&quoted);
	return -EINVAL;
}

static int parse_value(struct filter *f, struct filter_term *term, char *word, char *value,
		       struct refusal *error)
{
	if (is_text(term->col)) {
		if (term->compare != FILTER_EQUAL && term->compare != FILTER_NOT_EQUAL)
			return refuse(error, _("%s can only be compared with = and !="),
				      column_name(term->col));
		term->word = (unsigned char)(value - f->words);
		return *value ? 0 : refuse_value(term, word, value, error);
	}
	return parse_number(term->col, value, &term->number) == 0 ?
		       0 :
		       refuse_value(term, word, value, error);
}

static int refuse_field(const char *word, size_t len, struct refusal *error)
{
	struct buffer quoted = { 0 };
	struct near_miss near;

	near_begin(&near, word, len);
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		near_offer(&near, aliases[i].word, aliases[i].word);
	for (int col = 0; col < COL_HISTORY; col++)
		near_offer(&near, column_member((enum column)col), column_member((enum column)col));
	escape_put(&quoted, word, len, ESCAPE_FOREIGN);
	if (near_answer(&near))
		refuse(error, _("no column is called '%s'; did you mean '%s'?"),
		       buffer_string(&quoted), near_answer(&near));
	else
		refuse(error, _("no column is called '%s'"), buffer_string(&quoted));
	buffer_free(&quoted);
	return -EINVAL;
}

/* A term of one word: a state, a key, or a part of the name. */
static void parse_word(struct filter *f, struct filter_term *term, char *word)
{
	uint64_t key;

	term->word = (unsigned char)(word - f->words);
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (strcasecmp(word, states[i]) == 0) {
			term->compare = FILTER_WORD;
			term->col = i == STATE_WAITING || i == STATE_IDLE ? COL_WAITING : COL_USE;
			term->number = (double)i;
			return;
		}
	}
	if (strncasecmp(word, "0x", 2) == 0 && parse_hex(word, UINT32_MAX, &key) == 0) {
		term->compare = FILTER_KEY;
		term->col = COL_KEY;
		term->number = (double)key;
	}
}

/* Reads one word of f->words. */
static int parse_term(struct filter *f, struct filter_term *term, char *word, struct refusal *error)
{
	size_t len;

	*term = (struct filter_term){ .compare = FILTER_CONTAINS };
	if (*word == '!' && word[1]) {
		term->negate = true;
		word++;
	}
	len = strcspn(word, "!<=>");
	for (size_t i = 0; len && word[len] && i < ARRAY_SIZE(operators); i++) {
		size_t op_len = strlen(operators[i].text);

		if (strncmp(word + len, operators[i].text, op_len) != 0)
			continue;
		if (!find_field(word, len, &term->col))
			return refuse_field(word, len, error);
		term->compare = operators[i].compare;
		return parse_value(f, term, word, word + len + op_len, error);
	}
	parse_word(f, term, word);
	return 0;
}

int filter_parse(struct filter *f, const char *text, struct refusal *error)
{
	struct filter parsed = { .n = 0 };
	char *word, *rest = parsed.words;
	int rc;

	if (strlen(text) >= sizeof(parsed.words))
		return refuse(error, _("a filter has at most %zu bytes"), sizeof(parsed.words) - 1);
	memcpy(parsed.words, text, strlen(text) + 1);
	while ((word = strtok_r(rest, " \t", &rest))) {
		if (parsed.n == FILTER_TERMS)
			return refuse(error, _("a filter has at most %d terms"), FILTER_TERMS);
		rc = parse_term(&parsed, &parsed.terms[parsed.n++], word, error);
		if (rc < 0)
			return rc;
	}
	*f = parsed;
	return 0;
}

/* ---- matching ---- */

static bool contains(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

static bool compare_numbers(enum filter_compare compare, double a, double b)
{
	switch (compare) {
	case FILTER_EQUAL:
		return a >= b && a <= b;
	case FILTER_NOT_EQUAL:
		return a < b || a > b;
	case FILTER_LESS:
		return a < b;
	case FILTER_LESS_EQUAL:
		return a <= b;
	case FILTER_MORE:
		return a > b;
	default:
		return a >= b;
	}
}

/* The number of a column as the filter means it: times as ages. */
static bool number_of(enum column col, const struct queue_stat *st, int64_t now, double *number)
{
	enum column_form form = column_form(col);

	if (!column_known(col, st))
		return false;
	if (form == FORM_NET || column_of_rates(col)) {
		*number = column_real(col, st);
		return true;
	}
	*number = (double)column_number(col, st);
	if (form != FORM_AGE && form != FORM_TIME)
		return true;
	if (*number <= 0)
		return false; /* never */
	*number = (double)now - *number;
	return true;
}

static bool text_equals(enum column col, const struct queue_stat *st, const char *word)
{
	const struct column_context context = { 0 };
	struct buffer cell = { 0 };
	bool equal;

	column_put_cell(&cell, col, st, &context);
	equal = strcmp(buffer_string(&cell), word) == 0;
	buffer_free(&cell);
	return equal;
}

static bool is_empty(const struct queue_stat *st)
{
	return st->have & STAT_MESSAGES && st->messages == 0;
}

static bool anyone_waits(const struct queue_stat *st)
{
	return st->have & STAT_WAITING && (st->receivers || st->senders);
}

static bool state_holds(enum state state, const struct queue_stat *st)
{
	switch (state) {
	case STATE_FULL:
		return queue_stat_use(st) >= 100;
	case STATE_WAITING:
		return anyone_waits(st);
	case STATE_EMPTY:
		return is_empty(st);
	default:
		return is_empty(st) && !anyone_waits(st);
	}
}

static bool term_match(const struct filter *f, const struct filter_term *term,
		       const struct queue_stat *st, int64_t now)
{
	const char *word = f->words + term->word;
	char name[QUEUE_NAME_TEXT];
	double number;

	if (term->compare == FILTER_CONTAINS)
		return contains(queue_stat_text(st, name), word);
	if (term->compare == FILTER_WORD)
		return state_holds((enum state)term->number, st);
	if (term->compare == FILTER_KEY)
		return contains(queue_stat_text(st, name), word) ||
		       (st->kind == QUEUE_SYSV && (double)st->key >= term->number &&
			(double)st->key <= term->number);
	if (!is_text(term->col))
		return number_of(term->col, st, now, &number) &&
		       compare_numbers(term->compare, number, term->number);
	if (!column_known(term->col, st))
		return false;
	return text_equals(term->col, st, word) == (term->compare == FILTER_EQUAL);
}

bool filter_match(const struct filter *f, const struct queue_stat *st, int64_t now)
{
	for (size_t i = 0; i < f->n; i++) {
		if (term_match(f, &f->terms[i], st, now) == f->terms[i].negate)
			return false;
	}
	return true;
}
