/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-read.c - the reader of messages as JSON
 *
 * jansson decides what a line means.  It takes some twenty thousand instructions for one, more than
 * the kernel takes for the message, so lines as programs commonly write them are read here.  That
 * reader knows no errors: it leaves whatever it does not fully understand (lists, objects,
 * exponents, escapes in names, members that come twice) to jansson, so the two never disagree.
 */
#include "config.h"

#include "base/buffer.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/util.h"
#include "show/json.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if HAVE_JANSSON
#include "base/base64.h"
#include "base/parse.h"
#include "queue/amqp-properties.h"
#include "show/json-library.h"
#include "show/json-plain.h"
#include "show/json-properties.h"

#define PRIORITY_MAX 32767
/* Any number with this many digits fits 64 bits. */
#define DIGITS_SAFE 19

/* ---- lines as programs commonly write them ---- */

/* Members other than ours that a line may have here; they are kept to notice one
 * that comes twice. */
#define OTHERS_MAX 8

struct span {
	const char *p;
	size_t len;
};

/* A line being read.  Its decoded form is never longer than the line. */
struct reader {
	const char *p, *end;
	char *out; /* where the next decoded byte goes */
	struct message *m;
	unsigned int seen; /* bits of enum member */
	struct span others[OTHERS_MAX];
	size_t nothers;
};

static inline void skip_blanks(struct reader *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

/* Skips c, if that is the next byte. */
static inline bool scan_byte(struct reader *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/* Skips digits, the first of which is not 0 unless it is alone; returns how many, or 0. */
static size_t scan_digits(struct reader *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return *start == '0' && s->p - start > 1 ? 0 : (size_t)(s->p - start);
}

/* Reads a whole number from 0 to max, with at most the digits that cannot overflow. */
static bool scan_number(struct reader *s, uint64_t max, uint64_t *value)
{
	const char *start = s->p;
	size_t digits = scan_digits(s);

	*value = 0;
	if (!digits || digits > DIGITS_SAFE)
		return false;
	for (; start < s->p; start++)
		*value = *value * 10 + (uint64_t)(*start - '0');
	return *value <= max;
}

/* Reads \uNNNN. */
static bool scan_u(struct reader *s, uint32_t *c)
{
	if (s->end - s->p < 6 || s->p[0] != '\\' || s->p[1] != 'u')
		return false;
	*c = 0;
	for (int i = 2; i < 6; i++) {
		unsigned int digit = parse_digit(s->p[i]);

		if (digit >= 16)
			return false;
		*c = *c << 4 | digit;
	}
	s->p += 6;
	return true;
}

/* Reads \uNNNN, or the pair of them for a character above U+FFFF. */
static bool scan_unicode(struct reader *s)
{
	uint32_t c, low;

	if (!scan_u(s, &c))
		return false;
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c >= 0xdc00 || !scan_u(s, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	s->out += utf8_encode(c, s->out);
	return true;
}

static bool scan_escape(struct reader *s)
{
	static const char meaning[128] = {
		['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
	};
	unsigned char letter;

	if (s->end - s->p < 2)
		return false;
	letter = (unsigned char)s->p[1];
	if (letter == 'u')
		return scan_unicode(s);
	if (letter >= sizeof(meaning) || !meaning[letter])
		return false;
	*s->out++ = meaning[letter];
	s->p += 2;
	return true;
}

/* Takes a character that stands for itself but is not plain: DEL, or one above ASCII. */
static bool scan_character(struct reader *s)
{
	uint32_t c;
	size_t n = utf8_decode(s->p, (size_t)(s->end - s->p), &c);

	if (!n || c < 0x7f)
		return false;
	memcpy(s->out, s->p, n);
	s->out += n;
	s->p += n;
	return true;
}

static bool scan_string(struct reader *s)
{
	if (s->p == s->end || *s->p++ != '"')
		return false;
	for (;;) {
		size_t n = json_copy_plain(s->out, s->p, (size_t)(s->end - s->p));

		s->p += n;
		s->out += n;
		/* Characters that are not plain seldom come alone. */
		while (s->p < s->end && !json_plain(*s->p)) {
			if (*s->p == '"') {
				s->p++;
				return true;
			}
			if (!(*s->p == '\\' ? scan_escape(s) : scan_character(s)))
				return false;
		}
		if (s->p == s->end)
			return false;
	}
}

static bool scan_base64(struct reader *s)
{
	const char *quote;
	size_t n;

	if (s->p == s->end || *s->p++ != '"')
		return false;
	quote = memchr(s->p, '"', (size_t)(s->end - s->p));
	if (!quote || base64_decode(s->out, s->p, (size_t)(quote - s->p), &n) < 0)
		return false;
	s->p = quote + 1;
	s->out += n;
	return true;
}

/* ---- members ---- */

enum member {
	MEMBER_TYPE = 1 << 0,
	MEMBER_PRIORITY = 1 << 1,
	MEMBER_BODY = 1 << 2,
	MEMBER_BASE64 = 1 << 3,
	MEMBER_OTHER = 1 << 4
};

/* Reads a name of plain characters, its colon, and the blanks around them. */
static bool scan_name(struct reader *s, struct span *name)
{
	if (!scan_byte(s, '"'))
		return false;
	name->p = s->p;
	while (s->p < s->end && json_plain(*s->p))
		s->p++;
	name->len = (size_t)(s->p - name->p);
	if (!scan_byte(s, '"'))
		return false;
	skip_blanks(s);
	if (!scan_byte(s, ':'))
		return false;
	skip_blanks(s);
	return true;
}

static inline bool span_is(const struct span *a, const char *text, size_t len)
{
	return a->len == len && memcmp(a->p, text, len) == 0;
}

#define IS(name, text) span_is(name, text, sizeof(text) - 1)

static enum member which_member(const struct span *name)
{
	if (IS(name, "body"))
		return MEMBER_BODY;
	if (IS(name, "type"))
		return MEMBER_TYPE;
	if (IS(name, "priority"))
		return MEMBER_PRIORITY;
	if (IS(name, "body_base64"))
		return MEMBER_BASE64;
	return MEMBER_OTHER;
}

/* Keeps the name of another member; false if it came before, or there are too many to keep. */
static bool note_other(struct reader *s, const struct span *name)
{
	for (size_t i = 0; i < s->nothers; i++)
		if (span_is(name, s->others[i].p, s->others[i].len))
			return false;
	if (s->nothers == OTHERS_MAX)
		return false;
	s->others[s->nothers++] = *name;
	return true;
}

static bool scan_word(struct reader *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return false;
	s->p += len;
	return true;
}

/* Skips a number without an exponent that is in the range of every reader. */
static bool skip_number(struct reader *s)
{
	size_t digits;

	(void)scan_byte(s, '-');
	if (s->p == s->end)
		return false;
	digits = scan_digits(s);
	if (!digits || digits >= DIGITS_SAFE)
		return false;
	if (scan_byte(s, '.')) {
		const char *start = s->p;

		while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
			s->p++;
		if (s->p == start || s->p - start > DIGITS_SAFE)
			return false;
	}
	return s->p == s->end || (*s->p != 'e' && *s->p != 'E');
}

/* Skips the value of another member: nothing looks at it, but it must be JSON.  Lists and objects
 * are left to jansson. */
static bool skip_value(struct reader *s)
{
	char *out = s->out;
	bool ok;

	if (s->p == s->end)
		return false;
	if (*s->p == '"') {
		ok = scan_string(s);
		s->out = out;
		return ok;
	}
	if (*s->p == '-' || (*s->p >= '0' && *s->p <= '9'))
		return skip_number(s);
	return scan_word(s, "true") || scan_word(s, "false") || scan_word(s, "null");
}

static bool scan_type(struct reader *s)
{
	uint64_t number;

	if (s->p == s->end || !scan_number(s, LONG_MAX, &number) || !number)
		return false;
	s->m->type = (long)number;
	s->m->have |= MESSAGE_HAS_TYPE;
	return true;
}

static bool scan_priority(struct reader *s)
{
	uint64_t number;

	if (s->p == s->end || !scan_number(s, PRIORITY_MAX, &number))
		return false;
	s->m->priority = (unsigned int)number;
	s->m->have |= MESSAGE_HAS_PRIORITY;
	return true;
}

static bool scan_body(struct reader *s, enum member member)
{
	if (!(member == MEMBER_BODY ? scan_string(s) : scan_base64(s)))
		return false;
	s->m->len = (size_t)(s->out - s->m->data);
	return true;
}

static bool scan_member(struct reader *s)
{
	enum member member;
	struct span name;

	if (!scan_name(s, &name))
		return false;
	member = which_member(&name);
	/* jansson reads the values of these. */
	if (IS(&name, "truncated") || IS(&name, "properties"))
		return false;
	if (member == MEMBER_OTHER)
		return note_other(s, &name) && skip_value(s);
	if (s->seen & member)
		return false;
	s->seen |= member;
	if (member == MEMBER_TYPE)
		return scan_type(s);
	if (member == MEMBER_PRIORITY)
		return scan_priority(s);
	return scan_body(s, member);
}

static bool scan_object(struct reader *s)
{
	skip_blanks(s);
	if (!scan_byte(s, '{'))
		return false;
	do {
		skip_blanks(s);
		if (!scan_member(s))
			return false;
		skip_blanks(s);
	} while (scan_byte(s, ','));
	if (!scan_byte(s, '}'))
		return false;
	skip_blanks(s);
	return s->p == s->end;
}

/*
 * Reads a line as programs commonly write it: members in any order with any blanks between them.
 * m->data has room for len + JSON_COPY_SLACK bytes.  False for every other line, also a wrong one:
 * *m is then meaningless.
 */
static bool read_common(const char *line, size_t len, struct message *m)
{
	struct reader s = { .p = line, .end = line + len, .out = m->data, .m = m };

	if (!scan_object(&s))
		return false;
	return !(s.seen & MEMBER_BODY) != !(s.seen & MEMBER_BASE64);
}

/* ---- every other line ---- */

/* A line, and where the properties in it go. */
struct line {
	const char *text;
	size_t len;
	struct buffer *properties;
};

/* jansson quotes the line in its text, and the line is foreign. */
static int refuse_syntax(struct json_error *error, const json_error_t *why)
{
	bool not_utf8 = json_error_code(why) == json_error_invalid_utf8;
	struct buffer text = { 0 };
	/* It stops after what it does not understand, but before a byte that is not UTF-8. */
	int column = why->position + not_utf8;

	if (jansson.out_of_memory)
		return -ENOMEM;
	escape_put(&text, why->text, strlen(why->text), ESCAPE_TERMINAL);
	if (text.failed) {
		buffer_free(&text);
		return -ENOMEM;
	}
	if (not_utf8)
		json_refuse(error, column,
			    _("bad JSON: %s (bytes that are not UTF-8 go in body_base64)"),
			    buffer_string(&text));
	else
		json_refuse(error, column, _("bad JSON: %s"), buffer_string(&text));
	buffer_free(&text);
	return -EINVAL;
}

static int read_type(const json_t *value, struct message *m, struct json_error *error)
{
	json_int_t type = jansson.integer_value(value);

	if (!json_is_integer(value) || type < 1 || type > LONG_MAX)
		return json_refuse(error, 0, _("\"%s\" must be a whole number from %ld to %ld"),
				   "type", 1L, LONG_MAX);
	m->type = (long)type;
	m->have |= MESSAGE_HAS_TYPE;
	return 0;
}

static int read_priority(const json_t *value, struct message *m, struct json_error *error)
{
	json_int_t priority = jansson.integer_value(value);

	if (!json_is_integer(value) || priority < 0 || priority > PRIORITY_MAX)
		return json_refuse(error, 0, _("\"%s\" must be a whole number from %ld to %ld"),
				   "priority", 0L, (long)PRIORITY_MAX);
	m->priority = (unsigned int)priority;
	m->have |= MESSAGE_HAS_PRIORITY;
	return 0;
}

static int read_base64(const char *text, size_t len, struct message *m, struct json_error *error)
{
	if (base64_decode(m->data, text, len, &m->len) < 0)
		return json_refuse(error, 0, _("\"%s\" is not base64"), "body_base64");
	return 0;
}

static int read_body(const json_t *object, struct message *m, struct json_error *error)
{
	const json_t *plain = jansson.object_get(object, "body");
	const json_t *coded = jansson.object_get(object, "body_base64");
	const json_t *value = plain ? plain : coded;
	const char *text;
	size_t len;

	if (plain && coded)
		return json_refuse(error, 0, _("both \"%s\" and \"%s\""), "body", "body_base64");
	if (!value)
		return json_refuse(error, 0, _("neither \"%s\" nor \"%s\""), "body", "body_base64");
	if (!json_is_string(value))
		return json_refuse(error, 0, _("\"%s\" must be a string"),
				   plain ? "body" : "body_base64");
	text = jansson.string_value(value);
	len = jansson.string_length(value);
	if (coded)
		return read_base64(text, len, m, error);
	memcpy(m->data, text, len);
	m->len = len;
	return 0;
}

/* The index of a member among the others, for messages about it. */
static size_t index_of(const json_t *object, const json_t *member)
{
	json_t *table = (json_t *)(uintptr_t)object;
	void *iter = jansson.object_iter(table);
	size_t index = 0;

	for (; jansson.object_iter_value(iter) != member; index++)
		iter = jansson.object_iter_next(table, iter);
	return index;
}

/* Has the properties encoded, in memory of their own. */
static int read_properties(const json_t *object, struct line *line, struct json_error *error)
{
	const json_t *value = jansson.object_get(object, "properties");

	if (!value)
		return 0;
	return json_read_properties(value, index_of(object, value), line->text, line->len,
				    line->properties, error);
}

static int read_object(const json_t *object, struct message *m, struct line *line,
		       struct json_error *error)
{
	const json_t *type = jansson.object_get(object, "type");
	const json_t *priority = jansson.object_get(object, "priority");
	int rc = 0;

	if (!json_is_object(object))
		return json_refuse(error, 0, _("not a JSON object"));
	if (json_is_true(jansson.object_get(object, "truncated")))
		return json_refuse(
			error, 0, _("the body is truncated: 'mqtool trace -s max' keeps all of it"));
	if (type)
		rc = read_type(type, m, error);
	if (rc == 0 && priority)
		rc = read_priority(priority, m, error);
	if (rc == 0)
		rc = read_body(object, m, error);
	return rc ? rc : read_properties(object, line, error);
}

/* Reads any line with jansson; m as for read_common(), except for its properties, which are
 * appended to `properties`. */
static int read_any(const char *text, size_t len, struct message *m, struct buffer *properties,
		    struct json_error *error)
{
	struct line line = { text, len, properties };
	json_error_t why;
	json_t *root;
	int rc;

	jansson.out_of_memory = false;
	root = jansson.loadb(text, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
	if (!root)
		return refuse_syntax(error, &why);
	rc = read_object(root, m, &line, error);
	/* json_decref() would link the library; this is the only reference. */
	jansson.delete(root);
	return rc;
}

/* Puts encoded properties after the body. */
static int add_properties(struct message *m, struct buffer *body, const struct buffer *properties)
{
	struct properties p;

	buffer_put(body, properties->data, properties->len);
	if (body->failed)
		return -ENOMEM;
	m->data = body->data + MESSAGE_HEADROOM;
	m->properties = m->data + m->len;
	m->properties_len = properties->len;
	if (properties_parse(&p, m->properties, m->properties_len) && p.of[PROPERTY_TYPE].data)
		m->have |= MESSAGE_HAS_OTHER_TYPE;
	return 0;
}

/* Reads any line into body, after its headroom. */
static int read_line(const char *line, size_t len, struct message *m, struct buffer *body,
		     struct json_error *error)
{
	struct buffer properties = { 0 };
	int rc;

	m->have = 0;
	rc = read_any(line, len, m, &properties, error);
	body->len = MESSAGE_HEADROOM + m->len;
	if (rc == 0 && properties.len > 0)
		rc = add_properties(m, body, &properties);
	buffer_free(&properties);
	return rc;
}

int json_read_message(const char *line, size_t len, struct message *m, struct buffer *body,
		      struct json_error *error)
{
	struct message read = { 0 };
	int rc;

	/* Even for a line that does not need it: else a stream would be half sent
	 * before one does. */
	if (!json_library_load()) {
		json_refuse(error, 0, _("reading JSON needs %s: install the package %s"),
			    JSON_LIBRARY, JSON_LIBRARY_PACKAGE);
		return -ENOSYS;
	}
	body->len = 0;
	if (!buffer_reserve(body, MESSAGE_HEADROOM + len + JSON_COPY_SLACK))
		return -ENOMEM;
	read.data = body->data + MESSAGE_HEADROOM;
	if (read_common(line, len, &read)) {
		body->len = MESSAGE_HEADROOM + read.len;
	} else {
		rc = read_line(line, len, &read, body, error);
		if (rc < 0)
			return rc;
	}
	*m = read;
	return 0;
}

#else

int json_read_message(const char *line, size_t len, struct message *m, struct buffer *body,
		      struct json_error *error)
{
	(void)line;
	(void)len;
	(void)m;
	(void)body;
	error->column = 0;
	snprintf(error->text, sizeof(error->text), "%s",
		 _("this mqtool was built without the JSON reader (jansson)"));
	return -ENOSYS;
}

#endif
