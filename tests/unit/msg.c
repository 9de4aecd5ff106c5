/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * msg.c - tests of the lines on stderr, of exit statuses and of the end of standard output
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "cmd/msg.h"
#include "cmd/stdout.h"
#include "queues.h"

/* Every write(2) to stderr is one record of a socket: records tell how many there were. */
static int saved, record;

static void listen_begin(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	saved = dup(STDERR_FILENO);
	dup2(pair[1], STDERR_FILENO);
	close(pair[1]);
	record = pair[0];
}

/* What was written, in one write; empty if nothing was. */
static const char *listen_end(void)
{
	static char text[4096];
	ssize_t n;

	dup2(saved, STDERR_FILENO);
	close(saved);
	n = recv(record, text, sizeof(text) - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	if (n > 0)
		assert_int_equal(recv(record, text + n, 1, 0), 0);
	close(record);
	return text;
}

static void test_error(void **state)
{
	(void)state;
	msg_set_command("send");
	listen_begin();
	msg_error("%s: %d%%", "/q", 5);
	assert_string_equal(listen_end(), "mqtool send: /q: 5%\n");

	msg_set_command(NULL);
	listen_begin();
	msg_error("no");
	assert_string_equal(listen_end(), "mqtool: no\n");
}

static void test_usage(void **state)
{
	int status;

	(void)state;
	msg_set_command(NULL);
	listen_begin();
	status = msg_usage("no %s given", "command");
	assert_string_equal(listen_end(), "mqtool: no command given\n"
					  "Try 'mqtool --help' for more information.\n");
	assert_int_equal(status, EX_BADUSAGE);

	msg_set_command("rm");
	listen_begin();
	status = msg_usage_near("--force", "unknown option '%s'", "--focre");
	assert_string_equal(listen_end(), "mqtool rm: unknown option '--focre'\n"
					  "Did you mean '--force'?\n");
	assert_int_equal(status, EX_BADUSAGE);
}

static bool no_memory;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_realloc(void *memory, size_t size)
{
	return no_memory ? NULL : __real_realloc(memory, size);
}

static void test_error_without_memory(void **state)
{
	const char *line;

	(void)state;
	listen_begin();
	no_memory = true;
	msg_error("%s", "anything");
	no_memory = false;
	line = listen_end();
	assert_string_equal(line, "mqtool: out of memory\n");
}

/* The reader of stderr may be gone, or stderr be closed: the status is what is left. */
static void test_error_unwritable(void **state)
{
	int closed = dup(STDERR_FILENO), status;

	(void)state;
	close(STDERR_FILENO);
	status = msg_usage("no");
	dup2(closed, STDERR_FILENO);
	close(closed);
	assert_int_equal(status, EX_BADUSAGE);
}

static void test_quote(void **state)
{
	char text[1000];
	const char *quoted, *a, *b, *c, *d;

	(void)state;
	assert_string_equal(msg_quote(""), "");
	assert_string_equal(msg_quote("plain \303\244"), "plain \303\244");
	assert_string_equal(msg_quote("a\033[31m\n\\\377"), "a\\x1b[31m\\x0a\\\\\\xff");

	a = msg_quote("a");
	b = msg_quote("b");
	c = msg_quote("c");
	d = msg_quote("d");
	assert_string_equal(a, "a");
	assert_string_equal(b, "b");
	assert_string_equal(c, "c");
	assert_string_equal(d, "d");

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	quoted = msg_quote(text);
	assert_int_equal(strlen(quoted), 203);
	assert_string_equal(quoted + 200, "...");
	/* Never cut inside a character. */
	memcpy(text + 199, "\303\244", 2);
	assert_string_equal(msg_quote(text) + 199, "...");
	text[200] = '\0';
	text[199] = 'y';
	assert_string_equal(msg_quote(text) + 199, "y");
}

static void test_status(void **state)
{
	static const struct {
		int error, status;
	} rows[] = {
		{ -EAGAIN, 3 }, { -ETIMEDOUT, 3 }, { -ENOMSG, 3 }, { -ENOENT, 4 }, { -EIDRM, 4 },
		{ -EACCES, 5 }, { -EPERM, 5 },     { -EINVAL, 1 }, { -EEXIST, 1 }, { -ENOSPC, 1 },
		{ -EMFILE, 1 }, { -EMSGSIZE, 1 },  { -EIO, 1 },    { -ENOMEM, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(exit_status_of(rows[i].error), rows[i].status);
	assert_int_equal(status_first(EX_DONE, EX_DONE), EX_DONE);
	assert_int_equal(status_first(EX_DONE, EX_DENIED), EX_DENIED);
	assert_int_equal(status_first(EX_NOQUEUE, EX_DENIED), EX_NOQUEUE);
	assert_int_equal(status_first(EX_NOQUEUE, EX_DONE), EX_NOQUEUE);
}

/* ---- operations of queues ---- */

static bool limit_found;

/* A backend whose explanations the test knows. */
static bool explain(const struct queue_attempt *attempt, int error, struct buffer *why)
{
	buffer_printf(why, "op %d: error %d", attempt->op, -error);
	return limit_found;
}

static const struct queue_backend backend = { .explain = explain };

static void test_queue_failed(void **state)
{
	static const struct {
		int error;
		bool limit;
		int status;
	} rows[] = {
		{ -ENOENT, false, 4 },
		{ -EPERM, false, 5 },
		{ -EIO, false, 1 },
		{ -EAGAIN, false, 3 },
		{ -ETIMEDOUT, false, 3 },
		/* A limit is a failure, whatever errno says; room may come, though. */
		{ -EPERM, true, 1 },
		{ -EMFILE, true, 1 },
		{ -EACCES, true, 1 },
		{ -EAGAIN, true, 3 },
		{ -ETIMEDOUT, true, 3 },
	};
	struct queue_ref ref = ref_of("amqp://localhost/a%20b");
	struct queue_attempt attempt = { .op = QUEUE_OP_SEND, .ref = &ref };
	struct queue_attempt nameless = { .op = QUEUE_OP_CREATE };
	char expected[128];
	size_t i;
	int status;

	(void)state;
	msg_set_command("send");
	queue_backend_amqp = &backend;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		limit_found = rows[i].limit;
		listen_begin();
		status = msg_queue_failed(&attempt, rows[i].error);
		snprintf(expected, sizeof(expected),
			 "mqtool send: amqp://localhost/a%%20b: op %d: error %d\n", QUEUE_OP_SEND,
			 -rows[i].error);
		assert_string_equal(listen_end(), expected);
		assert_int_equal(status, rows[i].status);
	}

	limit_found = false;
	listen_begin();
	status = msg_queue_failed(&nameless, -EACCES);
	assert_string_equal(listen_end(), "mqtool send: permission denied\n");
	assert_int_equal(status, EX_DENIED);

	/* A path that ftok(3) cannot read tells nothing of a queue. */
	ref.error = -ENOENT;
	listen_begin();
	status = msg_queue_failed(&attempt, -ENOENT);
	listen_end();
	assert_int_equal(status, EX_FAILED);
}

/* ---- the end of standard output ---- */

/*
 * In a child with stdout on `path` (NULL: closed), prints n bytes and finishes with status.
 * Returns the exit status; what it said is in *said.
 */
static int finish(const char *path, size_t n, bool unbuffered, int status, const char **said)
{
	int ended;
	pid_t pid;

	listen_begin();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (path)
			dup2(open(path, O_WRONLY), STDOUT_FILENO);
		else
			close(STDOUT_FILENO);
		if (unbuffered)
			setvbuf(stdout, NULL, _IONBF, 0);
		while (n-- > 0)
			putchar('x');
		status = stdout_finish(status);
		_exit(stdout_finish(status) == status ? status : 77);
	}
	assert_int_equal(waitpid(pid, &ended, 0), pid);
	*said = listen_end();
	assert_true(WIFEXITED(ended));
	return WEXITSTATUS(ended);
}

static int list_notes(int sysv, int posix, unsigned int mask, const char *said)
{
	const struct queue_list list = { .note = { [QUEUE_SYSV] = sysv, [QUEUE_POSIX] = posix } };
	int status;

	listen_begin();
	status = msg_list_notes(&list, mask);
	assert_string_equal(listen_end(), said);
	return status;
}

/* A kind that cannot be listed is a failure only if no other was asked for. */
static void test_list_notes(void **state)
{
	(void)state;
	msg_set_command("stat");
	assert_int_equal(list_notes(0, 0, QUEUE_MASK_ALL, ""), EX_DONE);
	assert_int_equal(list_notes(0, -ENODEV, QUEUE_MASK_SYSV, ""), EX_DONE);
	assert_int_equal(list_notes(-ENOSYS, 0, QUEUE_MASK_ALL,
				    "mqtool stat: System V queues are not listed: this kernel has"
				    " none\n"),
			 EX_DONE);
	assert_int_equal(
		list_notes(0, -ENODEV, QUEUE_MASK_POSIX,
			   "mqtool stat: POSIX queues are not listed: mqueue is not mounted"
			   " on /dev/mqueue (as root: mount -t mqueue none /dev/mqueue)\n"),
		EX_FAILED);
	assert_int_equal(list_notes(0, -EXDEV, QUEUE_MASK_ALL,
				    "mqtool stat: POSIX queues are not listed: /dev/mqueue shows"
				    " those of another IPC namespace (as root, to see those of this"
				    " one: mount -t mqueue none /dev/mqueue)\n"),
			 EX_DONE);
	assert_int_equal(list_notes(0, -EACCES, QUEUE_MASK_POSIX,
				    "mqtool stat: POSIX queues are not listed: permission denied\n"),
			 EX_DENIED);
}

static void test_stdout_fine(void **state)
{
	const char *said;

	(void)state;
	assert_int_equal(finish("/dev/null", 5, false, EX_DONE, &said), EX_DONE);
	assert_string_equal(said, "");
	assert_int_equal(finish("/dev/null", 100000, false, EX_NOTHING, &said), EX_NOTHING);
	assert_string_equal(said, "");
	assert_int_equal(finish("/dev/full", 0, false, EX_DONE, &said), EX_DONE);
	assert_string_equal(said, "");
	/* Closed, but nothing was to be printed. */
	assert_int_equal(finish(NULL, 0, false, EX_NOQUEUE, &said), EX_NOQUEUE);
	assert_string_equal(said, "");
}

static void test_stdout_fails(void **state)
{
	const char *full = "mqtool stat: cannot write standard output: No space left on device\n";
	const char *said;

	(void)state;
	msg_set_command("stat");
	assert_int_equal(finish("/dev/full", 1, false, EX_DONE, &said), EX_FAILED);
	assert_string_equal(said, full);
	assert_int_equal(finish("/dev/full", 100000, false, EX_NOTHING, &said), EX_FAILED);
	assert_string_equal(said, full);
	assert_int_equal(finish(NULL, 1, false, EX_DONE, &said), EX_FAILED);
	assert_string_equal(said,
			    "mqtool stat: cannot write standard output: Bad file descriptor\n");
	/* The write that failed is long past, and with it its errno. */
	assert_int_equal(finish("/dev/full", 1, true, EX_DONE, &said), EX_FAILED);
	assert_string_equal(said, "mqtool stat: cannot write standard output\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_error_without_memory),
		cmocka_unit_test(test_error_unwritable),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_queue_failed),
		cmocka_unit_test(test_list_notes),
		cmocka_unit_test(test_stdout_fine),
		cmocka_unit_test(test_stdout_fails),
	};

	setenv("LC_ALL", "C", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
