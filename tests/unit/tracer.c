/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer.c - tests of what mqtool and mqtool-trace say to each other
 *
 * The sibling is a script that says what the test wrote down for it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "queue/tracer-refusal.h"
#include "queue/tracer.h"

static char dir[] = "/tmp/mqtool-tracer-XXXXXX";
static char sibling[64], said[64];

static const char *text_of(const struct tracer_refusal *why)
{
	static struct buffer b;

	b.len = 0;
	tracer_refusal_put(why, &b);
	return buffer_string(&b);
}

/* ---- both ends ---- */

static void ends(int sockets[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
}

static void what_is_put_comes_whole_with_its_descriptor(void **state)
{
	struct tracer_request sent = { .version = TRACER_VERSION, .kind = TRACER_CHECK, .ns = 7 };
	struct tracer_request got;
	struct stat a, b;
	int s[2], fd;

	(void)state;
	ends(s);
	assert_int_equal(stat("/dev/null", &a), 0);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(tracer_put(s[0], &sent, sizeof(sent), fd), 0);
	close(fd);
	assert_int_equal(tracer_put(s[0], &sent, sizeof(sent), -1), 0);
	assert_int_equal(tracer_get(s[1], &got, sizeof(got), &fd), 1);
	assert_memory_equal(&got, &sent, sizeof(sent));
	assert_int_equal(fstat(fd, &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	assert_int_equal(tracer_get(s[1], &got, sizeof(got), &fd), 1);
	assert_int_equal(fd, -1);
	close(s[0]);
	assert_int_equal(tracer_get(s[1], &got, sizeof(got), &fd), 0);
	close(s[1]);
}

static void half_of_a_struct_is_an_error(void **state)
{
	struct tracer_request sent = { .version = TRACER_VERSION }, got;
	int s[2], fd;

	(void)state;
	ends(s);
	assert_int_equal(tracer_put(s[0], &sent, sizeof(sent) - 1, -1), 0);
	close(s[0]);
	assert_int_equal(tracer_get(s[1], &got, sizeof(got), &fd), -EPROTO);
	assert_int_equal(tracer_put(s[1], &sent, sizeof(sent), -1), -EPIPE);
	close(s[1]);
}

/* ---- answers ---- */

#if HAVE_BPF

/* The sibling's next answer is these bytes, and then it goes away. */
static void say(const void *data, size_t size)
{
	FILE *f = fopen(said, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static int ask(struct tracer_answer *answer, struct tracer_refusal *why)
{
	struct tracer_request request = { .kind = TRACER_CHECK };
	int rc = tracer_ask(&request, -1, answer, why);

	tracer_end();
	return rc;
}

static void an_answer_has_its_records(void **state)
{
	struct {
		struct tracer_reply reply;
		uint64_t records[2];
	} all = { { .version = TRACER_VERSION, .records = 2, .length = 16 }, { 1, 2 } };
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;

	(void)state;
	say(&all, sizeof(all));
	assert_int_equal(ask(&answer, &why), 0);
	assert_int_equal(answer.records, 2);
	assert_int_equal(answer.data.len, 16);
	assert_memory_equal(answer.data.data, all.records, 16);
	all.reply.records = 0;
	all.reply.length = 0;
	say(&all.reply, sizeof(all.reply));
	assert_int_equal(ask(&answer, &why), 0);
	assert_int_equal(answer.records, 0);
	assert_int_equal(answer.data.len, 0);
	tracer_answer_free(&answer);
}

static void a_refusal_says_why(void **state)
{
	struct tracer_reply reply = { .version = TRACER_VERSION,
				      .refusal = { .error = -EPERM,
						   .code = TRACER_NO_CAPABILITY,
						   .number = TRACER_NEEDS_PERFMON } };
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;

	(void)state;
	say(&reply, sizeof(reply));
	assert_int_equal(ask(&answer, &why), -EPERM);
	assert_string_equal(
		text_of(&why),
		"not permitted: it needs CAP_PERFMON (root has both CAP_BPF and CAP_PERFMON)");
	/* What would say that the queue is not there. */
	reply.refusal.error = -ENOENT;
	say(&reply, sizeof(reply));
	assert_int_equal(ask(&answer, &why), -EIO);
	/* Text of the other end is cut if it has no end. */
	reply.refusal = (struct tracer_refusal){ .error = -ENOTSUP, .code = TRACER_NOT_TAKEN };
	memset(reply.refusal.what, 'x', sizeof(reply.refusal.what));
	say(&reply, sizeof(reply));
	assert_int_equal(ask(&answer, &why), -ENOTSUP);
	assert_int_equal(strlen(why.what), sizeof(why.what) - 1);
	tracer_answer_free(&answer);
}

static void expect_broken(struct tracer_reply reply, size_t size, int error, const char *text)
{
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;

	say(&reply, size);
	assert_int_equal(ask(&answer, &why), error);
	assert_string_equal(text_of(&why), text);
	assert_int_equal(answer.records, 0);
	assert_int_equal(answer.data.len, 0);
	tracer_answer_free(&answer);
}

static void what_is_no_answer_is_refused(void **state)
{
	const struct tracer_reply good = { .version = TRACER_VERSION };
	const char *other = "mqtool-trace is of another release than mqtool";
	struct tracer_reply reply = good;

	(void)state;
	expect_broken(good, 0, -EIO, "mqtool-trace ended without an answer");
	expect_broken(good, sizeof(good) - 1, -EPROTO, other);
	reply.version++;
	expect_broken(reply, sizeof(reply), -EPROTO, other);
	reply = good;
	reply.refusal.code = TRACER_CODES;
	expect_broken(reply, sizeof(reply), -EPROTO, other);
	reply = good;
	reply.refusal.error = 1;
	expect_broken(reply, sizeof(reply), -EPROTO, other);
	reply = good;
	reply.refusal.error = -EPERM;
	reply.length = 8;
	expect_broken(reply, sizeof(reply), -EPROTO, other);
	/* Records that do not come. */
	reply = good;
	reply.length = 8;
	expect_broken(reply, sizeof(reply), -EIO, "mqtool-trace ended without an answer");
	/* More than there is memory for. */
	reply.length = UINT64_MAX / 2;
	expect_broken(reply, sizeof(reply), -ENOMEM, strerror(ENOMEM));
}

static void a_sibling_that_is_not_there_is_named(void **state)
{
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;
	char expected[256];

	(void)state;
	/* Its posix_spawn(3) does not tell that a file is no program. */
	if (getenv("MQTOOL_VALGRIND"))
		skip();
	assert_int_equal(chmod(sibling, 0600), 0);
	assert_int_equal(ask(&answer, &why), -EACCES);
	snprintf(expected, sizeof(expected), "%s: %s", sibling, strerror(EACCES));
	assert_string_equal(text_of(&why), expected);
	assert_int_equal(unlink(sibling), 0);
	assert_int_equal(ask(&answer, &why), -ENOSYS);
	snprintf(expected, sizeof(expected),
		 "mqtool-trace is not installed: %s is in the package of that name", sibling);
	assert_string_equal(text_of(&why), expected);
}

#else

static void a_build_without_it_says_so(void **state)
{
	struct tracer_refusal why;

	(void)state;
	assert_int_equal(tracer_start(&why), -ENOSYS);
	assert_string_equal(text_of(&why),
			    "this build cannot look into the kernel: it was made without libbpf");
}

#endif

/* ---- texts ---- */

static void every_code_has_a_text(void **state)
{
	static struct {
		struct tracer_refusal why;
		const char *text;
	} all[] = {
		{ { .error = -EBUSY }, "Device or resource busy" },
		{ { .error = -EBUSY, .code = TRACER_BUSY }, "the queue is too busy to look at: *" },
		{ { .error = -EFBIG, .code = TRACER_TOO_LARGE },
		  "the queue has more than 512 MiB of messages, *" },
		{ { .code = TRACER_NO_CAPABILITY, .number = TRACER_NEEDS_BPF },
		  "not permitted: it needs CAP_BPF (root*" },
		{ { .code = TRACER_NO_CAPABILITY,
		    .number = TRACER_NEEDS_BPF | TRACER_NEEDS_PERFMON },
		  "not permitted: it needs CAP_BPF, CAP_PERFMON (root*" },
		{ { .code = TRACER_USER_NAMESPACE }, "not permitted inside a user namespace: *" },
		{ { .code = TRACER_OLD_KERNEL,
		    .number = TRACER_LINUX(5, 4),
		    .cause = TRACER_LINUX(5, 17) },
		  "this kernel is too old: Linux 5.17 is needed, and this is 5.4" },
		{ { .code = TRACER_NO_BTF, .what = "/x", .cause = ENOENT },
		  "the kernel does not describe its structures: /x: No such file or directory*" },
		{ { .code = TRACER_NOT_TAKEN, .what = "bpf(2)", .cause = EINVAL },
		  "the kernel does not take the program (bpf(2)): Invalid argument" },
		{ { .code = TRACER_LOCKED_DOWN }, "not permitted: the kernel is locked down *" },
		{ { .code = TRACER_FILTERED, .what = "bpf(2)" },
		  "not permitted: bpf(2) is refused, *" },
		{ { .code = TRACER_NO_TRACEFS, .cause = EPERM },
		  "tracefs is not mounted on */tracing and cannot be opened: Operation not*" },
		{ { .code = TRACER_NO_EVENT, .what = "sys_exit_x", .cause = EACCES },
		  "tracefs has no event sys_exit_x that may be read: Permission denied *" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (fnmatch(all[i].text, text_of(&all[i].why), 0) != 0)
			fail_msg("expected %s, got %s", all[i].text, text_of(&all[i].why));
}

static int set_up(void **state)
{
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(sibling, sizeof(sibling), "%s/mqtool-trace", dir);
	snprintf(said, sizeof(said), "%s/said", dir);
	setenv("MQTOOL_LIBEXECDIR", dir, 1);
	f = fopen(sibling, "w");
	assert_non_null(f);
	/* It reads the question first: a socket that is closed unread is reset. */
	fprintf(f, "#!/bin/sh\nhead -c %zu >/dev/null\nexec cat '%s' >&0\n",
		sizeof(struct tracer_request), said);
	assert_int_equal(fclose(f), 0);
	return chmod(sibling, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(sibling);
	unlink(said);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_whole_with_its_descriptor),
		cmocka_unit_test(half_of_a_struct_is_an_error),
		cmocka_unit_test(every_code_has_a_text),
#if HAVE_BPF
		cmocka_unit_test(an_answer_has_its_records),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(a_sibling_that_is_not_there_is_named),
#else
		cmocka_unit_test(a_build_without_it_says_so),
#endif
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
