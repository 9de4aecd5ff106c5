/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handler.c - tests of what can go wrong before and after recv's COMMAND runs
 *
 * Linked with --wrap: each call that a COMMAND takes can fail.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "cmd/handler.h"
#include "wrap.h"

/* ---- what fails, errno or 0; and after how many calls that do not ---- */

static struct {
	int memfd, pwrite, actions, attr, spawn, wait;
	int pwrite_after, spawn_after, wait_after;
	int allocations;
	bool paths;   /* asprintf(3) */
	size_t piece; /* bytes that one pwrite(2) takes at most */
} fail;

static void reset(void)
{
	fail = (__typeof__(fail)){ .allocations = INT_MAX, .piece = SIZE_MAX };
}

int __wrap_memfd_create(const char *name, unsigned int flags);
int __real_memfd_create(const char *name, unsigned int flags);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset);
ssize_t __real_pwrite(int fd, const void *buf, size_t size, off_t offset) REAL_FILE64(pwrite64);
WRAP_ALSO(pwrite, pwrite64);
int __wrap_posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
int __real_posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions);
int __wrap_posix_spawnattr_init(posix_spawnattr_t *attr);
int __real_posix_spawnattr_init(posix_spawnattr_t *attr);
int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const *argv, char *const *env);
int __real_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const *argv, char *const *env);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);
pid_t __real_waitpid(pid_t pid, int *status, int options);
void *__wrap_calloc(size_t n, size_t size);
void *__real_calloc(size_t n, size_t size);

int __wrap_memfd_create(const char *name, unsigned int flags)
{
	errno = fail.memfd;
	return fail.memfd ? -1 : __real_memfd_create(name, flags);
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	if (fail.pwrite && fail.pwrite_after-- <= 0) {
		errno = fail.pwrite;
		if (fail.pwrite == EINTR)
			fail.pwrite = 0;
		return -1;
	}
	return __real_pwrite(fd, buf, size < fail.piece ? size : fail.piece, offset);
}

int __wrap_posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	return fail.actions ? fail.actions : __real_posix_spawn_file_actions_init(actions);
}

int __wrap_posix_spawnattr_init(posix_spawnattr_t *attr)
{
	return fail.attr ? fail.attr : __real_posix_spawnattr_init(attr);
}

int __wrap_posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		       const posix_spawnattr_t *attr, char *const *argv, char *const *env)
{
	if (fail.spawn && fail.spawn_after-- <= 0)
		return fail.spawn;
	return __real_posix_spawn(pid, path, actions, attr, argv, env);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	if (fail.wait && fail.wait_after-- <= 0) {
		errno = fail.wait;
		if (fail.wait == EINTR)
			fail.wait = 0;
		return -1;
	}
	return __real_waitpid(pid, status, options);
}

void *__wrap_calloc(size_t n, size_t size)
{
	if (fail.allocations == 0)
		return NULL;
	fail.allocations--;
	return __real_calloc(n, size);
}

int __wrap_asprintf(char **text, const char *format, ...);
/* What _FORTIFY_SOURCE makes of it; with clang the last, where the C library has it. */
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...);
__attribute__((weak)) int __real___vasprintf_chk(char **text, int flag, const char *format,
						 va_list ap);
int __wrap___vasprintf_chk(char **text, int flag, const char *format, va_list ap);

__attribute__((format(printf, 2, 0))) static int put_path(char **text, const char *format,
							  va_list ap)
{
	return fail.paths ? -1 : vasprintf(text, format, ap);
}

__attribute__((format(printf, 2, 3))) int __wrap_asprintf(char **text, const char *format, ...)
{
	va_list ap;
	int n;

	va_start(ap, format);
	n = put_path(text, format, ap);
	va_end(ap);
	return n;
}

__attribute__((format(printf, 3, 4))) int __wrap___asprintf_chk(char **text, int flag,
								const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = put_path(text, format, ap);
	va_end(ap);
	return n;
}

__attribute__((format(printf, 3, 0))) int __wrap___vasprintf_chk(char **text, int flag,
								 const char *format, va_list ap)
{
	return fail.paths ? -1 : __real___vasprintf_chk(text, flag, format, ap);
}

/* ---- running ---- */

static char body[] = "what is in the message";
static const struct message message = {
	.have = MESSAGE_HAS_TYPE, .type = 7, .data = body, .len = sizeof(body) - 1
};

/* The next free descriptor: if it stays the same, all that were opened have been closed. */
static int next_fd(void)
{
	int fd = dup(STDIN_FILENO);

	close(fd);
	return fd;
}

/* handler_run() of a shell's line, whose exit status is 0 if the message is right. */
static int run(const char *line, int *status)
{
	char sh[] = "sh", c[] = "-c";
	char text[256];
	char *argv[] = { sh, c, text, NULL };
	int before = next_fd();
	int rc;

	strncpy(text, line, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	*status = -1;
	rc = handler_run("/bin/sh", argv, "/q", &message, 42, status);
	assert_int_equal(next_fd(), before);
	return rc;
}

static const char check_line[] = "test \"$(cat)\" = 'what is in the message' &&"
				 " test \"$MQTOOL_TYPE-$MQTOOL_SEQ-$MQTOOL_SIZE\" = 7-42-22";

static void test_works(void **state)
{
	int status;

	(void)state;
	reset();
	assert_int_equal(run(check_line, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(run("exit 3", &status), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
	assert_int_equal(run("kill -9 $$", &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == 9);
}

/* The body arrives whole though it is written in pieces and interrupted. */
static void test_pieces(void **state)
{
	int status;

	(void)state;
	for (fail.piece = 1; fail.piece < sizeof(body); fail.piece++) {
		fail.pwrite = EINTR;
		fail.pwrite_after = (int)fail.piece % 3;
		assert_int_equal(run(check_line, &status), 0);
		assert_int_equal(status, 0);
	}
	reset();
	fail.wait = EINTR;
	assert_int_equal(run("exit 3", &status), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
}

static void test_failures(void **state)
{
	static const int errors[] = { EMFILE, ENOSPC, ENOMEM, EAGAIN };
	int status;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		int *const slots[] = { &fail.memfd, &fail.pwrite, &fail.actions, &fail.attr,
				       &fail.spawn };

		for (size_t slot = 0; slot < ARRAY_SIZE(slots); slot++) {
			reset();
			*slots[slot] = errors[i];
			assert_int_equal(run("exit 0", &status), -errors[i]);
		}
		/* Not at the first piece. */
		reset();
		fail.piece = 5;
		fail.pwrite = errors[i];
		fail.pwrite_after = 2;
		assert_int_equal(run("exit 0", &status), -errors[i]);
	}
	reset();
	fail.allocations = 0;
	assert_int_equal(run("exit 0", &status), -ENOMEM);
	reset();
	fail.wait = ECHILD;
	assert_int_equal(run("exit 0", &status), -ECHILD);
	reset();
	assert_true(__real_waitpid(-1, &status, 0) > 0);
}

/* A file without #! goes to the shell, which may fail to start as well. */
static void test_script(void **state)
{
	char path[] = "/tmp/mqtool-handler-XXXXXX";
	char name[] = "script", arg[] = "two words";
	char *argv[] = { name, arg, NULL };
	int fd = mkstemp(path);
	int status;

	(void)state;
	/* Its posix_spawn(3) does not tell that a file is no program. */
	if (getenv("MQTOOL_VALGRIND")) {
		close(fd);
		unlink(path);
		skip();
	}
	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "test \"$#:$1\" = '1:two words' && %s\n", check_line) > 0, 1);
	fchmod(fd, 0700);
	close(fd);
	reset();
	assert_int_equal(handler_run(path, argv, "/q", &message, 42, &status), 0);
	assert_int_equal(status, 0);
	fail.spawn = EAGAIN;
	fail.spawn_after = 1;
	assert_int_equal(handler_run(path, argv, "/q", &message, 42, &status), -EAGAIN);
	reset();
	fail.allocations = 1;
	assert_int_equal(handler_run(path, argv, "/q", &message, 42, &status), -ENOMEM);
	reset();
	unlink(path);
}

static void test_find(void **state)
{
	char *path = NULL;

	(void)state;
	reset();
	assert_int_equal(handler_find("sh", &path), 0);
	assert_true(path[0] == '/');
	free(path);
	assert_int_equal(handler_find("/bin/sh", &path), 0);
	assert_string_equal(path, "/bin/sh");
	free(path);
	assert_int_equal(handler_find("", &path), -ENOENT);
	assert_int_equal(handler_find("no-such-command", &path), -ENOENT);
	assert_int_equal(handler_find("/", &path), -EACCES);
	assert_int_equal(handler_find("/dev/null", &path), -EACCES);
	assert_null(path);
	/* No memory ends the search: the next directory might have another program. */
	fail.paths = true;
	assert_int_equal(handler_find("sh", &path), -ENOMEM);
	assert_null(path);
	assert_int_equal(handler_find("/bin/sh", &path), -ENOMEM);
	assert_null(path);
	fail.paths = false;
	setenv("PATH", "", 1);
	assert_int_equal(handler_find("sh", &path), -ENOENT);
	unsetenv("PATH");
	assert_int_equal(handler_find("sh", &path), 0);
	assert_string_equal(path, "/bin/sh");
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_works),    cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_failures), cmocka_unit_test(test_script),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
