/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ref.c - the names of queues: read as users write them, printed so that they can be read back
 */
#include "config.h"

#include "queue/ref.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>

#include "base/escape.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"
#include "queue/address.h"
#include "queue/queue-stat.h"

/* A suggestion that leaves room for the rest of a line in struct refusal. */
#define CANDIDATE_MAX 300

/* The text after prefix, or NULL if it begins otherwise. */
static const char *behind(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(const char *text)
{
	return text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/* ---- names as printed ---- */

/* Writes prefix and the name, which may need four bytes for one. */
static void print_escaped(const char *prefix, const char *name, char *buf)
{
	size_t len = strlen(name), used = 0;

	for (buf = stpcpy(buf, prefix); len; name += used, len -= used) {
		char out[ESCAPE_CHAR_MAX];
		size_t n;

		used = escape_run(name, len, ESCAPE_NAME);
		if (used) {
			buf = mempcpy(buf, name, used);
			continue;
		}
		n = escape_char(name, len, ESCAPE_NAME, out, &used);
		buf = mempcpy(buf, out, n);
	}
	*buf = '\0';
}

/* Writes a POSIX name as /name, or as esc:... if that could be misread. */
static void print_name(const char *name, char *buf)
{
	size_t len = strlen(name);

	if (escape_clean(name, len, ESCAPE_NAME)) /* proc:PID/FD is */
		memcpy(buf, name, len + 1);
	else
		print_escaped("esc:", name, buf);
}

static void print_key(uint32_t key, char *buf)
{
	snprintf(buf, QUEUE_NAME_TEXT, "key:0x%08" PRIx32, key);
}

static void print_id(int msqid, char *buf)
{
	snprintf(buf, QUEUE_NAME_TEXT, "id:%d", msqid);
}

const char *queue_ref_text(const struct queue_ref *ref, char buf[static QUEUE_NAME_TEXT])
{
	if (ref->error) {
		print_escaped("ftok:", ref->name, buf);
		return buf;
	}
	switch (ref->by) {
	case QUEUE_BY_KEY:
		print_key(ref->key, buf);
		break;
	case QUEUE_BY_ID:
		print_id(ref->msqid, buf);
		break;
	case QUEUE_BY_NAME:
	case QUEUE_BY_PROC:
		print_name(ref->name, buf);
		break;
	case QUEUE_BY_ADDRESS:
		address_text(&ref->address, buf);
		break;
	}
	return buf;
}

const char *queue_stat_text(const struct queue_stat *st, char buf[static QUEUE_NAME_TEXT])
{
	if (st->kind == QUEUE_AMQP)
		address_text(st->address, buf);
	else if (st->kind == QUEUE_POSIX)
		print_name(st->name, buf);
	else if (st->key)
		print_key(st->key, buf);
	else
		print_id(st->msqid, buf);
	return buf;
}

const char *queue_kind_name(enum queue_kind kind)
{
	static const char *const names[QUEUE_BACKENDS] = { "sysv", "posix", "amqp" };

	return names[kind];
}

/* ---- System V ---- */

static int refuse_key_zero(struct refusal *error)
{
	return refuse(error, _("key 0 is IPC_PRIVATE and names no queue: 'mqtool create --private' "
			       "makes one, id:N names it"));
}

static int parse_key(struct queue_ref *ref, const char *text, struct refusal *error)
{
	const char *digits = text + (*text == '-');
	uint64_t key = 0;
	int64_t negative = 0;
	int rc;

	if (digits[0] == '0' && is_digit(digits[1]))
		return refuse(error, _("a leading 0 may be meant as octal: write the key in decimal "
				       "without it, or in hex after 0x"));
	if (is_hex(text))
		rc = parse_hex(text, UINT32_MAX, &key);
	else if (*text == '-')
		rc = parse_i64(text, INT32_MIN, 0, &negative);
	else
		rc = parse_u64(text, 0, UINT32_MAX, &key);
	if (rc == -ERANGE)
		return refuse(error, _("a key has 32 bits: write at most 0xffffffff or 4294967295, "
				       "at least -2147483648"));
	if (rc < 0)
		return refuse(error, _("not a key: write hex digits after 0x (0x4d510001) or a "
				       "decimal number (key:1297154049)"));
	key = (uint32_t)(key + (uint64_t)negative);
	if (!key)
		return refuse_key_zero(error);
	*ref = (struct queue_ref){ .kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .key = (uint32_t)key };
	return 0;
}

static int parse_id(struct queue_ref *ref, const char *text, struct refusal *error)
{
	uint64_t id;
	int rc;

	if (text[0] == '0' && is_digit(text[1]))
		return refuse(error, _("an id is written without leading zeros: leave them out"));
	rc = parse_u64(text, 0, INT32_MAX, &id);
	if (rc == -ERANGE)
		return refuse(error, _("no id is that large: write id:N, N from 0 to 2147483647"));
	if (rc < 0)
		return refuse(error, _("not an id: write id:N, N a decimal number from 0 to "
				       "2147483647"));
	*ref = (struct queue_ref){ .kind = QUEUE_SYSV, .by = QUEUE_BY_ID, .msqid = (int)id };
	return 0;
}

/* Reads PROJ: a number from 0 to 255, or one character that is not a digit. */
static int parse_proj(const char *text, int *proj, struct refusal *error)
{
	uint64_t number;
	int rc;

	/* The value of a character constant beyond ASCII depends on the program's compiler. */
	if (text[0] && !text[1] && !is_digit(text[0]) && (unsigned char)text[0] < 0x80) {
		*proj = (unsigned char)text[0];
		return 0;
	}
	if (text[0] == '0' && is_digit(text[1]))
		return refuse(error, _("a leading 0 may be meant as octal: write PROJ in decimal "
				       "without it, or in hex after 0x"));
	rc = is_hex(text) ? parse_hex(text, 255, &number) : parse_u64(text, 0, 255, &number);
	if (rc == -ERANGE)
		return refuse(error,
			      _("PROJ, after the last colon, has 8 bits: write a number from 0 "
				"to 255, or one character"));
	if (rc < 0)
		return refuse(error,
			      _("PROJ, after the last colon, must be a number from 0 to 255 or"
				" one ASCII character: if that colon is part of the path, add :1"));
	*proj = (int)number;
	return 0;
}

/* ftok(3), which may return -1 for a key too: 0 or -errno. */
static int file_key(const char *path, int proj, uint32_t *key)
{
	key_t result;

	errno = 0;
	result = ftok(path, proj);
	if (result == -1 && errno)
		return -errno;
	*key = (uint32_t)result;
	return 0;
}

static _cold_ int parse_ftok(struct queue_ref *ref, const char *text, struct refusal *error)
{
	const char *colon = strrchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);
	char path[PATH_MAX];
	uint32_t key = 0;
	int proj = 1, rc;

	if (!len)
		return refuse(error, _("no path: write ftok:PATH or ftok:PATH:PROJ"));
	if (colon) {
		rc = parse_proj(colon + 1, &proj, error);
		if (rc < 0)
			return rc;
	}
	rc = -ENAMETOOLONG;
	if (len < sizeof(path)) {
		memcpy(path, text, len);
		path[len] = '\0';
		rc = file_key(path, proj, &key);
	}
	if (!rc && !key)
		return refuse(error,
			      _("ftok(3) makes key 0 of that file, which is IPC_PRIVATE: choose "
				"another PROJ"));
	*ref = (struct queue_ref){ .kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .error = rc, .key = key };
	if (rc < 0) /* there is no key to name it by: keep as much of the text as fits */
		snprintf(ref->name, sizeof(ref->name), "%s", text);
	return 0;
}

/* ---- POSIX ---- */

/* Takes a name without its slash: len bytes, from wherever they were written. */
static int take_name(struct queue_ref *ref, const char *name, size_t len, struct refusal *error)
{
	if (!len)
		return refuse(error, _("no name: write /NAME with at least one character"));
	if (memchr(name, '\0', len))
		return refuse(error, _("a name cannot contain NUL: leave \\x00 out"));
	if (memchr(name, '/', len))
		return refuse(error,
			      _("a POSIX queue's name has one slash, at its start: write /NAME "
				"without a second one"));
	if (len > NAME_MAX)
		return refuse(error,
			      _("a POSIX queue's name has at most %d bytes after the slash: "
				"write a shorter one"),
			      NAME_MAX);
	if (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')))
		return refuse(error,
			      _("/. and /.. are directories, not queues: write another name"));
	*ref = (struct queue_ref){ .kind = QUEUE_POSIX, .by = QUEUE_BY_NAME, .name = "/" };
	memcpy(ref->name + 1, name, len);
	return 0;
}

/* A name as printed, for a message; false if it is not a name or too long for one line. */
static bool candidate(const char *name, char buf[static QUEUE_NAME_TEXT])
{
	struct refusal ignored;
	struct queue_ref ref;

	return take_name(&ref, name, strlen(name), &ignored) == 0 &&
	       strlen(queue_ref_text(&ref, buf)) <= CANDIDATE_MAX;
}

static _cold_ int refuse_mounted(const char *name, struct refusal *error)
{
	char buf[QUEUE_NAME_TEXT];

	if (!candidate(name, buf))
		return 0;
	return refuse(error, _("a queue is named without /dev/mqueue: write %s"), buf);
}

static int parse_posix(struct queue_ref *ref, const char *text, struct refusal *error)
{
	const char *mounted = behind(text, "/dev/mqueue/");

	if (mounted && refuse_mounted(mounted, error) < 0)
		return -EINVAL;
	if (*text == '/')
		text++;
	return take_name(ref, text, strlen(text), error);
}

static int parse_esc(struct queue_ref *ref, const char *text, struct refusal *error)
{
	char name[NAME_MAX + 1];
	size_t len;
	int rc;

	if (*text != '/')
		return refuse(error, _("after esc: the name begins with a slash: write esc:/NAME"));
	rc = parse_escapes(text + 1, name, sizeof(name), &len);
	if (rc == -EINVAL)
		return refuse(error,
			      _("after esc: a backslash begins \\xNN (two hex digits) or \\\\: "
				"write a backslash itself as \\\\"));
	/* It holds one byte more than a name may have: take_name() handles the rest. */
	return take_name(ref, name, rc == -ERANGE ? sizeof(name) : len, error);
}

/* Reads PID/FD. */
static int parse_proc(struct queue_ref *ref, const char *text, struct refusal *error)
{
	size_t digits = strspn(text, "0123456789");
	char pid_text[12];
	uint64_t pid, fd;
	int rc = -EINVAL;

	if (digits < sizeof(pid_text) && text[digits] == '/') {
		memcpy(pid_text, text, digits);
		pid_text[digits] = '\0';
		rc = parse_u64(pid_text, 1, INT32_MAX, &pid);
		if (rc == 0)
			rc = parse_u64(text + digits + 1, 0, INT32_MAX, &fd);
	}
	if (rc < 0)
		return refuse(error,
			      _("not a descriptor of a process: write proc:PID/FD, two decimal "
				"numbers"));
	*ref = (struct queue_ref){ .kind = QUEUE_POSIX, .by = QUEUE_BY_PROC };
	snprintf(ref->name, sizeof(ref->name), "proc:%" PRIu64 "/%" PRIu64, pid, fd);
	return 0;
}

/* ---- not in any form ---- */

/* A decimal number, with the blanks and signs that people put around numbers. */
static bool looks_like_number(const char *text)
{
	const char *digits = text + strspn(text, " \t\n+-");
	size_t count = strspn(digits, "0123456789");

	return count && !digits[count + strspn(digits + count, " \t\n")];
}

/* A bare number: which forms could it be meant for? */
static int refuse_number(const char *text, struct refusal *error)
{
	struct refusal ignored;
	struct queue_ref ref;
	bool id = parse_id(&ref, text, &ignored) == 0;
	bool key = parse_key(&ref, text, &ignored) == 0;

	if (id && key)
		return refuse(error,
			      _("a number alone may be an id or a key: write id:%s or key:%s"),
			      text, text);
	if (id)
		return refuse(error, _("a number alone may be an id or a key: write id:%s"), text);
	if (key)
		return refuse(error, _("a number alone may be an id or a key: write key:%s"), text);
	return refuse(error,
		      _("a number alone may be an id or a key: write id:N or key:N, N of at most "
			"32 bits without blanks, plus sign or leading zeros"));
}

/* Length of a word like "http" before a colon, or 0. */
static size_t prefix_length(const char *text)
{
	size_t len =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._");

	return text[len] == ':' ? len : 0;
}

static _cold_ int refuse_word(const char *text, struct refusal *error)
{
	char buf[QUEUE_NAME_TEXT];
	struct queue_ref ref;

	if (!*text)
		return refuse(error, _("no queue is named: write /NAME, key:N, id:N or ftok:PATH"));
	if (looks_like_number(text))
		return refuse_number(text, error);
	if (prefix_length(text))
		return refuse(error,
			      _("no form of a queue's name begins with that word and a colon: "
				"write /NAME, posix:NAME, esc:/NAME, 0xN, key:N, id:N, "
				"ftok:PATH[:PROJ], proc:PID/FD or amqp://HOST/QUEUE"));
	if (candidate(text, buf))
		return refuse(error, _("a POSIX queue's name begins with a slash: write %s"), buf);
	if (take_name(&ref, text, strlen(text), error) < 0)
		return -EINVAL;
	return refuse(error, _("a POSIX queue's name begins with a slash: add one"));
}

/* ---- all forms ---- */

typedef int parse_form(struct queue_ref *ref, const char *text, struct refusal *error);

static int parse_amqp(struct queue_ref *ref, const char *text, struct refusal *error)
{
	*ref = (struct queue_ref){ .kind = QUEUE_AMQP, .by = QUEUE_BY_ADDRESS };
	return address_parse(&ref->address, false, text, error);
}

static int parse_amqps(struct queue_ref *ref, const char *text, struct refusal *error)
{
	*ref = (struct queue_ref){ .kind = QUEUE_AMQP, .by = QUEUE_BY_ADDRESS };
	return address_parse(&ref->address, true, text, error);
}

int queue_ref_parse(struct queue_ref *ref, const char *text, struct refusal *error)
{
	static const struct {
		const char *prefix;
		parse_form *parse;
	} forms[] = {
		{ "posix:", parse_posix },   { "esc:", parse_esc },   { "key:", parse_key },
		{ "id:", parse_id },         { "ftok:", parse_ftok }, { "amqp://", parse_amqp },
		{ "amqps://", parse_amqps }, { "proc:", parse_proc },
	};
	const char *rest;

	if (*text == '/')
		return parse_posix(ref, text, error);
	if (is_hex(text))
		return parse_key(ref, text, error);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		rest = behind(text, forms[i].prefix);
		if (rest)
			return forms[i].parse(ref, rest, error);
	}
	return refuse_word(text, error);
}
