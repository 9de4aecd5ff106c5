/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ref.c - tests of the names of queues: every form taken, every form refused, and back again
 *
 * Linked with --wrap=ftok, so that a file may have any key.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue-stat.h"
#include "queue/ref.h"

/* What ftok(3) answers for this path; any other is asked of the C library. */
#define WRAPPED "/wrapped"
static key_t wrapped_key;
static int wrapped_errno;

key_t __real_ftok(const char *path, int proj);
key_t __wrap_ftok(const char *path, int proj);

key_t __wrap_ftok(const char *path, int proj)
{
	if (strcmp(path, WRAPPED))
		return __real_ftok(path, proj);
	if (wrapped_errno)
		errno = wrapped_errno;
	return wrapped_key;
}

/* Member by member: a struct may have holes. */
static void assert_same(const struct queue_ref *a, const struct queue_ref *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->by, b->by);
	assert_int_equal(a->error, b->error);
	assert_int_equal(a->key, b->key);
	assert_int_equal(a->msqid, b->msqid);
	assert_string_equal(a->name, b->name);
}

/* ---- forms taken ---- */

static void test_taken(void **state)
{
	static const struct {
		const char *text;
		struct queue_ref ref;
		const char *printed;
	} rows[] = {
#define NAMED(n) { .kind = QUEUE_POSIX, .by = QUEUE_BY_NAME, .name = n }
#define KEYED(k)                                                 \
	{                                                        \
		.kind = QUEUE_SYSV, .by = QUEUE_BY_KEY, .key = k \
	}
#define WITH_ID(i)                                                \
	{                                                         \
		.kind = QUEUE_SYSV, .by = QUEUE_BY_ID, .msqid = i \
	}
		{ "/jobs", NAMED("/jobs"), "/jobs" },
		{ "posix:/jobs", NAMED("/jobs"), "/jobs" },
		{ "posix:jobs", NAMED("/jobs"), "/jobs" },
		{ "/.jobs", NAMED("/.jobs"), "/.jobs" },
		{ "/...", NAMED("/..."), "/..." },
		{ "/-n", NAMED("/-n"), "/-n" },
		{ "/0x10", NAMED("/0x10"), "/0x10" },
		{ "posix:12", NAMED("/12"), "/12" },
		{ "/posix:x", NAMED("/posix:x"), "/posix:x" },
		{ "posix:id:5", NAMED("/id:5"), "/id:5" },
		{ "/esc:", NAMED("/esc:"), "/esc:" },
		{ "/j\xc3\xb6"
		  "b",
		  NAMED("/j\xc3\xb6"
			"b"),
		  "/j\xc3\xb6"
		  "b" },
		{ "/a b", NAMED("/a b"), "esc:/a\\x20b" },
		{ "posix:a'b", NAMED("/a'b"), "esc:/a\\x27b" },
		{ "/a\"b", NAMED("/a\"b"), "esc:/a\\x22b" },
		{ "/a`b", NAMED("/a`b"), "esc:/a\\x60b" },
		{ "/a\\x20b", NAMED("/a\\x20b"), "esc:/a\\\\x20b" },
		{ "/a\nb", NAMED("/a\nb"), "esc:/a\\x0ab" },
		{ "/a\x1b[m", NAMED("/a\x1b[m"), "esc:/a\\x1b[m" },
		{ "/j\xc3\xb6\xff", NAMED("/j\xc3\xb6\xff"), "esc:/j\xc3\xb6\\xff" },
		{ "/\xe2\x80\xae", NAMED("/\xe2\x80\xae"), "esc:/\\xe2\\x80\\xae" },
		{ "esc:/jobs", NAMED("/jobs"), "/jobs" },
		{ "esc:/a\\x20b", NAMED("/a b"), "esc:/a\\x20b" },
		{ "esc:/a b", NAMED("/a b"), "esc:/a\\x20b" },
		{ "esc:/\\\\", NAMED("/\\"), "esc:/\\\\" },
		{ "esc:/\\x6A\\x6f\\x62", NAMED("/job"), "/job" },
		{ "esc:/\\x2e\\x2e\\x2e", NAMED("/..."), "/..." },

		{ "0x4d510001", KEYED(0x4d510001), "key:0x4d510001" },
		{ "0X4D510001", KEYED(0x4d510001), "key:0x4d510001" },
		{ "0X10", KEYED(0x10), "key:0x00000010" },
		{ "0x0000000000000001", KEYED(1), "key:0x00000001" },
		{ "0xffffffff", KEYED(0xffffffff), "key:0xffffffff" },
		{ "key:0x4d510001", KEYED(0x4d510001), "key:0x4d510001" },
		{ "key:0X1", KEYED(1), "key:0x00000001" },
		{ "key:1297154049", KEYED(0x4d510001), "key:0x4d510001" },
		{ "key:1", KEYED(1), "key:0x00000001" },
		{ "key:4294967295", KEYED(0xffffffff), "key:0xffffffff" },
		{ "key:-1", KEYED(0xffffffff), "key:0xffffffff" },
		{ "key:-559038737", KEYED(0xdeadbeef), "key:0xdeadbeef" },
		{ "key:-2147483648", KEYED(0x80000000), "key:0x80000000" },

		{ "id:0", WITH_ID(0), "id:0" },
		{ "id:32769", WITH_ID(32769), "id:32769" },
		{ "id:2147483647", WITH_ID(2147483647), "id:2147483647" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char printed[QUEUE_NAME_TEXT];
		struct refusal error;
		struct queue_ref ref, back;

		memset(&ref, 0xa5, sizeof(ref));
		if (queue_ref_parse(&ref, rows[i].text, &error))
			fail_msg("\"%s\": %s", rows[i].text, error.text);
		assert_same(&ref, &rows[i].ref);
		assert_ptr_equal(queue_ref_text(&ref, printed), printed);
		assert_string_equal(printed, rows[i].printed);
		assert_int_equal(queue_ref_parse(&back, printed, &error), 0);
		assert_same(&back, &ref);
	}
}

/* A name of n bytes after the slash. */
static const char *long_text(const char *prefix, const char *unit, size_t n)
{
	static char text[2048];
	char *p = stpcpy(text, prefix);

	while (n--)
		p = stpcpy(p, unit);
	return text;
}

static void test_longest(void **state)
{
	static const struct {
		const char *prefix, *unit;
		size_t n;
	} rows[] = {
		{ "/", "x", NAME_MAX },         { "posix:", "x", NAME_MAX },
		{ "posix:/", "x", NAME_MAX },   { "/", "\xff", NAME_MAX },
		{ "/", "\\", NAME_MAX },        { "/", "\xe2\x80\xae", NAME_MAX / 3 },
		{ "esc:/", "\\x01", NAME_MAX }, { "esc:/", "\\\\", NAME_MAX },
	};
	char printed[QUEUE_NAME_TEXT + 1];
	struct refusal error;
	struct queue_ref ref, back;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = long_text(rows[i].prefix, rows[i].unit, rows[i].n);

		printed[QUEUE_NAME_TEXT] = '#';
		assert_int_equal(queue_ref_parse(&ref, text, &error), 0);
		assert_int_equal(strlen(ref.name), NAME_MAX + 1);
		queue_ref_text(&ref, printed);
		assert_int_equal(printed[QUEUE_NAME_TEXT], '#');
		assert_int_equal(queue_ref_parse(&back, printed, &error), 0);
		assert_same(&back, &ref);
	}
}

/* Any name there can be is printed so that it is read back as the same. */
static void test_round_trip(void **state)
{
	unsigned int seed = 20261123;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct queue_ref ref = { .kind = QUEUE_POSIX, .by = QUEUE_BY_NAME, .name = "/" };
		struct queue_ref back;
		size_t len = 1 + (size_t)rand_r(&seed) % (round % 2 ? 8 : NAME_MAX);
		char printed[QUEUE_NAME_TEXT];
		struct refusal error;

		for (size_t i = 1; i <= len; i++) {
			do {
				ref.name[i] = (char)rand_r(&seed);
			} while (ref.name[i] == '\0' || ref.name[i] == '/');
		}
		if (!strcmp(ref.name, "/.") || !strcmp(ref.name, "/.."))
			continue;
		queue_ref_text(&ref, printed);
		assert_true(escape_clean(printed, strlen(printed), ESCAPE_TERMINAL));
		assert_null(strpbrk(printed, " '\"`\n\t"));
		if (queue_ref_parse(&back, printed, &error))
			fail_msg("%s: %s", printed, error.text);
		assert_same(&back, &ref);
	}
}

/* ---- forms refused ---- */

static void test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "", "no queue is named: write /NAME, key:N, id:N or ftok:PATH" },

		/* what people write first */
		{ "jobs", "begins with a slash: write /jobs" },
		{ "posix", "write /posix" },
		{ ":jobs", "write /:jobs" },
		{ "a b", "write esc:/a\\x20b" },
		{ "job\x1b[31m", "write esc:/job\\x1b[31m" },
		{ "\xff", "write esc:/\\xff" },
		{ "4d510001", "write /4d510001" },
		{ "-", "write /-" },
		{ ".", "directories" },
		{ "..", "directories" },
		{ "a/b", "one slash, at its start" },
		{ "./jobs", "one slash, at its start" },
		{ "/dev/mqueue/x", "without /dev/mqueue: write /x" },
		{ "/dev/mqueue/a b", "write esc:/a\\x20b" },
		{ "posix:/dev/mqueue/x", "write /x" },
		{ "/dev/mqueue/", "one slash" },
		{ "/dev/mqueue/a/b", "one slash" },
		{ "/dev/mqueue/..", "one slash" },

		/* numbers alone */
		{ "12", "write id:12 or key:12" },
		{ "0", "write id:0" },
		{ "2147483648", "write key:2147483648" },
		{ "4294967295", "write key:4294967295" },
		{ "-5", "write key:-5" },
		{ "4294967296", "write id:N or key:N" },
		{ "99999999999999999999999", "write id:N or key:N" },
		{ "-2147483649", "write id:N or key:N" },
		{ "012", "write id:N or key:N" },
		{ " 12", "write id:N or key:N" },
		{ "12 ", "write id:N or key:N" },
		{ "12\n", "write id:N or key:N" },
		{ "+5", "write id:N or key:N" },

		/* words before a colon */
		{ "foo:bar",
		  "esc:/NAME, 0xN, key:N, id:N, ftok:PATH[:PROJ], proc:PID/FD or amqp://HOST/QUEUE" },
		{ "http://host/queue", "no form of a queue's name begins with that word" },
		{ "KEY:5", "no form of a queue's name begins with that word" },
		{ "Posix:/jobs", "no form of a queue's name begins with that word" },
		{ "sysv:5", "no form of a queue's name begins with that word" },
		{ "jobs:", "no form of a queue's name begins with that word" },
		{ "amqp:jobs", "no form of a queue's name begins with that word" },
		{ "amqp://", "no host" },
		{ "amqps:///jobs", "no host" },

		/* names */
		{ "/", "at least one character" },
		{ "posix:", "at least one character" },
		{ "posix:/", "at least one character" },
		{ "//", "one slash" },
		{ "//x", "one slash" },
		{ "/a/b", "one slash" },
		{ "/a/", "one slash" },
		{ "posix:a/b", "one slash" },
		{ "posix://a", "one slash" },
		{ "/.", "directories" },
		{ "/..", "directories" },
		{ "posix:.", "directories" },
		{ "posix:..", "directories" },
		{ "esc:", "write esc:/NAME" },
		{ "esc:jobs", "write esc:/NAME" },
		{ "esc:\\x2fjobs", "write esc:/NAME" },
		{ "esc:/", "at least one character" },
		{ "esc:/a/b", "one slash" },
		{ "esc:/a\\x2fb", "one slash" },
		{ "esc:/a\\x00b", "contain NUL" },
		{ "esc:/\\x2e", "directories" },
		{ "esc:/\\x2e.", "directories" },
		{ "esc:/a\\", "two hex digits" },
		{ "esc:/a\\n", "two hex digits" },
		{ "esc:/a\\x2", "two hex digits" },
		{ "esc:/a\\xzz", "two hex digits" },

		/* keys */
		{ "0x", "not a key" },
		{ "0X", "not a key" },
		{ "0xg", "not a key" },
		{ "0x4d510001 ", "not a key" },
		{ "0x-1", "not a key" },
		{ "0x0", "IPC_PRIVATE" },
		{ "0x100000000", "32 bits" },
		{ "0x10000000000000000", "32 bits" },
		{ "key:", "not a key" },
		{ "key:x", "not a key" },
		{ "key:jobs", "not a key" },
		{ "key:0x", "not a key" },
		{ "key:-", "not a key" },
		{ "key:--1", "not a key" },
		{ "key:-0x1", "not a key" },
		{ "key:+5", "not a key" },
		{ "key: 5", "not a key" },
		{ "key:5 ", "not a key" },
		{ "key:1.0", "not a key" },
		{ "key:/jobs", "not a key" },
		{ "key:0", "'mqtool create --private' makes one, id:N names it" },
		{ "key:-0", "IPC_PRIVATE" },
		{ "key:0x0", "IPC_PRIVATE" },
		{ "key:0x00000000", "IPC_PRIVATE" },
		{ "key:010", "octal" },
		{ "key:00", "octal" },
		{ "key:-010", "octal" },
		{ "key:4294967296", "32 bits" },
		{ "key:0x100000000", "32 bits" },
		{ "key:-2147483649", "32 bits" },
		{ "key:18446744073709551617", "32 bits" },
		{ "key:-18446744073709551617", "32 bits" },

		/* ids */
		{ "id:", "not an id" },
		{ "id:-1", "not an id" },
		{ "id:+1", "not an id" },
		{ "id: 1", "not an id" },
		{ "id:1 ", "not an id" },
		{ "id:0x5", "not an id" },
		{ "id:x", "not an id" },
		{ "id:007", "leading zeros" },
		{ "id:00", "leading zeros" },
		{ "id:2147483648", "from 0 to 2147483647" },
		{ "id:4294967296", "no id is that large" },
		{ "id:18446744073709551617", "no id is that large" },

		/* proc */
		{ "proc:", "proc:PID/FD" },
		{ "proc:1", "proc:PID/FD" },
		{ "proc:1/", "proc:PID/FD" },
		{ "proc:/1", "proc:PID/FD" },
		{ "proc:0/1", "proc:PID/FD" },
		{ "proc:-1/1", "proc:PID/FD" },
		{ "proc:1/2/3", "proc:PID/FD" },
		{ "proc:2147483648/1", "proc:PID/FD" },
		{ "proc:1/2147483648", "proc:PID/FD" },

		/* ftok */
		{ "ftok:", "ftok:PATH:PROJ" },
		{ "ftok::", "ftok:PATH:PROJ" },
		{ "ftok::A", "ftok:PATH:PROJ" },
		{ "ftok:/:", "PROJ" },
		{ "ftok:/path:with:colon", "add :1" },
		{ "ftok:/:ab", "add :1" },
		{ "ftok:/:1a", "add :1" },
		{ "ftok:/:-1", "add :1" },
		{ "ftok:/:+1", "add :1" },
		{ "ftok:/:0x", "add :1" },
		{ "ftok:/:0xg", "add :1" },
		{ "ftok:/:\xc3\xa4", "add :1" },
		{ "ftok:/:\xe4", "add :1" },
		{ "ftok:/:300", "8 bits" },
		{ "ftok:/:256", "8 bits" },
		{ "ftok:/:0x100", "8 bits" },
		{ "ftok:/:18446744073709551617", "8 bits" },
		{ "ftok:/:01", "octal" },
		{ "ftok:/:00", "octal" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct refusal error = { "" };
		struct queue_ref ref;
		int rc = queue_ref_parse(&ref, rows[i].text, &error);

		if (rc != -EINVAL)
			fail_msg("\"%s\" gives %d", rows[i].text, rc);
		if (!strstr(error.text, rows[i].says))
			fail_msg("\"%s\": %s", rows[i].text, error.text);
		assert_true(escape_clean(error.text, strlen(error.text), ESCAPE_TERMINAL));
		assert_null(strchr(error.text, '\n'));
		assert_true(strlen(error.text) < sizeof(error.text) - 100);
	}
}

static void test_too_long(void **state)
{
	static const struct {
		const char *prefix, *unit;
		size_t n;
		const char *says;
	} rows[] = {
		{ "/", "x", NAME_MAX + 1, "at most 255 bytes" },
		{ "posix:", "x", NAME_MAX + 1, "at most 255 bytes" },
		{ "/", "x", 2000, "at most 255 bytes" },
		{ "esc:/", "x", NAME_MAX + 1, "at most 255 bytes" },
		{ "esc:/", "x", 2000, "at most 255 bytes" },
		{ "esc:/", "\\x01", NAME_MAX + 1, "at most 255 bytes" },
		{ "esc:/a\\n", "x", NAME_MAX + 1, "two hex digits" },
		{ "", "x", NAME_MAX, "write /xxx" },
		{ "", "x", NAME_MAX + 1, "at most 255 bytes" },
		/* A name that would fill the message when escaped is not shown. */
		{ "", "\xff", NAME_MAX, "add one" },
		{ "/dev/mqueue/", "\xff", NAME_MAX, "one slash" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = long_text(rows[i].prefix, rows[i].unit, rows[i].n);
		struct refusal error = { "" };
		struct queue_ref ref;

		assert_int_equal(queue_ref_parse(&ref, text, &error), -EINVAL);
		if (!strstr(error.text, rows[i].says))
			fail_msg("row %zu: %s", i, error.text);
	}
}

/* ---- ftok ---- */

static char dir[] = "/tmp/mqtool-ref-XXXXXX";

static int make_files(void **state)
{
	static const char *const names[] = { "file", "a:b", ":" };
	char path[64];

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		f = fopen(path, "w");
		if (!f || fclose(f))
			return -1;
	}
	return 0;
}

static int remove_files(void **state)
{
	static const char *const names[] = { "file", "a:b", ":" };
	char path[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		if (unlink(path))
			return -1;
	}
	return rmdir(dir);
}

/* What mqtool reads is what a program gets that calls ftok(PATH, PROJ). */
static void test_ftok_agrees(void **state)
{
	static const struct {
		const char *name, *proj;
		int id;
	} rows[] = {
		{ "file", "", 1 },
		{ "file", ":1", 1 },
		{ "file", ":0", 0 },
		{ "file", ":9", 9 },
		{ "file", ":65", 65 },
		{ "file", ":128", 128 },
		{ "file", ":255", 255 },
		{ "file", ":0x41", 0x41 },
		{ "file", ":0XfF", 0xff },
		{ "file", ":0x0007", 7 },
		{ "file", ":A", 'A' },
		{ "file", ":z", 'z' },
		{ "file", ":-", '-' },
		{ "file", ":/", '/' },
		{ "file", ": ", ' ' },
		{ "a:b", ":1", 1 },
		{ "a:b", ":b", 'b' },
		{ ":", ":1", 1 },
		{ "", "", 1 },
		{ "", ":x", 'x' },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[64], text[96], printed[QUEUE_NAME_TEXT], key_text[32];
		struct refusal error;
		struct queue_ref ref;
		key_t key;

		snprintf(path, sizeof(path), "%s/%s", dir, rows[i].name);
		key = ftok(path, rows[i].id);
		assert_int_not_equal(key, -1);
		snprintf(text, sizeof(text), "ftok:%s%s", path, rows[i].proj);
		if (queue_ref_parse(&ref, text, &error))
			fail_msg("%s: %s", text, error.text);
		assert_int_equal(ref.kind, QUEUE_SYSV);
		assert_int_equal(ref.by, QUEUE_BY_KEY);
		assert_int_equal(ref.error, 0);
		assert_int_equal(ref.key, (uint32_t)key);
		snprintf(key_text, sizeof(key_text), "key:0x%08" PRIx32, (uint32_t)key);
		assert_string_equal(queue_ref_text(&ref, printed), key_text);
	}
}

/* "a:b" without PROJ is the file a with PROJ b, which is not there. */
static void test_ftok_unreadable(void **state)
{
	static const struct {
		const char *rest;
		int error;
	} rows[] = {
		{ "/a:b", -ENOENT },          { "/missing", -ENOENT },
		{ "/missing:A", -ENOENT },    { "/missing/file:1", -ENOENT },
		{ "/file/file:1", -ENOTDIR },
	};
	struct refusal error;
	struct queue_ref ref;
	static char text[PATH_MAX + 16];
	char printed[QUEUE_NAME_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(text, sizeof(text), "ftok:%s%s", dir, rows[i].rest);
		assert_int_equal(queue_ref_parse(&ref, text, &error), 0);
		assert_int_equal(ref.kind, QUEUE_SYSV);
		assert_int_equal(ref.error, rows[i].error);
		assert_string_equal(queue_ref_text(&ref, printed), text);
	}
	for (int len = PATH_MAX - 1; len <= PATH_MAX; len++) {
		snprintf(text, sizeof(text), "ftok:%0*d:1", len, 0);
		assert_int_equal(queue_ref_parse(&ref, text, &error), 0);
		assert_int_equal(ref.error, -ENAMETOOLONG);
	}
}

static void test_ftok_odd_keys(void **state)
{
	struct refusal error;
	struct queue_ref ref;

	(void)state;
	wrapped_key = 0;
	assert_int_equal(queue_ref_parse(&ref, "ftok:" WRAPPED ":0", &error), -EINVAL);
	assert_non_null(strstr(error.text, "choose another PROJ"));

	/* -1 is an error only with errno, whatever errno was before. */
	wrapped_key = -1;
	errno = EIO;
	assert_int_equal(queue_ref_parse(&ref, "ftok:" WRAPPED ":255", &error), 0);
	assert_int_equal(ref.error, 0);
	assert_int_equal(ref.key, UINT32_MAX);

	wrapped_errno = EACCES;
	assert_int_equal(queue_ref_parse(&ref, "ftok:" WRAPPED, &error), 0);
	assert_int_equal(ref.error, -EACCES);
	assert_int_equal(ref.kind, QUEUE_SYSV);
}

/* ---- queues as listed ---- */

static void test_stat_text(void **state)
{
	static const struct {
		struct queue_stat st;
		const char *text;
	} rows[] = {
		{ { .kind = QUEUE_POSIX, .name = "/jobs" }, "/jobs" },
		{ { .kind = QUEUE_POSIX, .name = "/a b" }, "esc:/a\\x20b" },
		{ { .kind = QUEUE_SYSV, .key = 0x4d510001, .msqid = 7 }, "key:0x4d510001" },
		{ { .kind = QUEUE_SYSV, .key = UINT32_MAX, .msqid = 7 }, "key:0xffffffff" },
		{ { .kind = QUEUE_SYSV, .key = 0, .msqid = 7 }, "id:7" },
		{ { .kind = QUEUE_SYSV, .key = 0, .msqid = 0 }, "id:0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[QUEUE_NAME_TEXT];

		assert_ptr_equal(queue_stat_text(&rows[i].st, buf), buf);
		assert_string_equal(buf, rows[i].text);
	}
}

static void test_kind_name(void **state)
{
	(void)state;
	assert_string_equal(queue_kind_name(QUEUE_SYSV), "sysv");
	assert_string_equal(queue_kind_name(QUEUE_POSIX), "posix");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test_setup(test_ftok_agrees, make_files),
		cmocka_unit_test_teardown(test_ftok_unreadable, remove_files),
		cmocka_unit_test(test_ftok_odd_keys),
		cmocka_unit_test(test_stat_text),
		cmocka_unit_test(test_kind_name),
	};

	/* The messages are compared: whatever language is set, they are to be the originals. */
	if (setenv("LC_ALL", "C", 1))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
