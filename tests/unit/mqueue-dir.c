/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue-dir.c - tests of the directory of POSIX queues where what it takes is refused
 *
 * Makes POSIX queues.  Linked with --wrap of the calls that can fail, of mq_open, which can mean
 * another queue.  Where /proc/self/status cannot be opened, the process counts as one without
 * privilege.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "queue/mqueue-dir.h"
#include "queues.h"
#include "wrap.h"

/* ---- what fails ---- */

static struct {
	bool open, opendir, status; /* to open a queue by path, fdopendir(3), /proc/self/status */
	bool first_stat;            /* the next fstat(2) */
	bool stat_at;               /* fstatat(2): the queue is gone */
	bool items, names;          /* memory for them */
	bool swapped;               /* /a and /b, by name */
} fail;

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
WRAP_ALSO(openat, openat64);
WRAP_OPENAT_2();
DIR *__real_fdopendir(int fd);
DIR *__wrap_fdopendir(int fd);
int __real_fstat(int fd, struct stat *st) REAL_STAT64(fstat64, __fstat64_time64);
int __wrap_fstat(int fd, struct stat *st);
WRAP_ALSO(fstat, fstat64);
WRAP_ALSO(fstat, __fstat64_time64);
int __real_fstatat(int dir, const char *path, struct stat *st, int flags)
	REAL_STAT64(fstatat64, __fstatat64_time64);
int __wrap_fstatat(int dir, const char *path, struct stat *st, int flags);
WRAP_ALSO(fstatat, fstatat64);
WRAP_ALSO(fstatat, __fstatat64_time64);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
WRAP_ALSO(open, open64);
WRAP_OPEN_2();
mqd_t __real_mq_open(const char *name, int flags, ...);
mqd_t __wrap_mq_open(const char *name, int flags, ...);
WRAP_MQ_OPEN_2();

static int fails(int error)
{
	errno = error;
	return -1;
}

/* Nothing here is made by it. */
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	if (fail.open && !(flags & (O_DIRECTORY | O_PATH)))
		return fails(EACCES);
	return __real_openat(dir, path, flags);
}

DIR *__wrap_fdopendir(int fd)
{
	if (!fail.opendir)
		return __real_fdopendir(fd);
	errno = ENOMEM;
	return NULL;
}

int __wrap_fstat(int fd, struct stat *st)
{
	bool refused = fail.first_stat;

	fail.first_stat = false;
	return refused ? fails(EACCES) : __real_fstat(fd, st);
}

int __wrap_fstatat(int dir, const char *path, struct stat *st, int flags)
{
	return fail.stat_at ? fails(ENOENT) : __real_fstatat(dir, path, st, flags);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return fail.items ? NULL : __real_reallocarray(p, n, size);
}

void *__wrap_malloc(size_t size)
{
	return fail.names ? NULL : __real_malloc(size);
}

int __wrap_open(const char *path, int flags, ...)
{
	if (fail.status && strcmp(path, "/proc/self/status") == 0)
		return fails(EACCES);
	return __real_open(path, flags);
}

mqd_t __wrap_mq_open(const char *name, int flags, ...)
{
	struct mq_attr *attr;
	mode_t mode;
	va_list ap;

	if (fail.swapped)
		name = strcmp(name, "/a") == 0 ? "/b" : "/a";
	if (!(flags & O_CREAT))
		return __real_mq_open(name, flags);
	va_start(ap, flags);
	mode = (mode_t)va_arg(ap, unsigned int);
	attr = va_arg(ap, struct mq_attr *);
	va_end(ap);
	return __real_mq_open(name, flags, mode, attr);
}

/* ---- before and after each test ---- */

static int first_free;

/* The next descriptor that is free. */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static int two_queues(void **state)
{
	(void)state;
	memset(&fail, 0, sizeof(fail));
	make("/a");
	make("/b");
	first_free = next_fd();
	return 0;
}

/* Whatever failed, no descriptor is left open. */
static int closed_again(void **state)
{
	(void)state;
	memset(&fail, 0, sizeof(fail));
	drop("/a");
	drop("/b");
	return next_fd() == first_free ? 0 : -1;
}

/* ---- listing ---- */

static struct queue_list list;

static int list_them(unsigned int detail)
{
	queue_list_free(&list);
	return mqueue_dir_list(&list, detail);
}

/* A queue whose inode is refused through its descriptor has it read by its name. */
static void test_inode_refused(void **state)
{
	size_t looked_into = 0;

	(void)state;
	fail.first_stat = true;
	assert_int_equal(list_them(STAT_MESSAGES), 0);
	assert_int_equal(list.n, 2);
	for (size_t i = 0; i < list.n; i++) {
		assert_true(list.items[i].have & STAT_INODE);
		assert_int_not_equal(list.items[i].ino, 0);
		looked_into += (list.items[i].have & STAT_MESSAGES) != 0;
	}
	assert_int_equal(looked_into, 1);
	queue_list_free(&list);
}

/* The second goes, once the first has told that the directory is ours. */
static void test_gone_meanwhile(void **state)
{
	(void)state;
	fail.stat_at = true;
	assert_int_equal(list_them(STAT_OWNER), 0);
	assert_int_equal(list.n, 1);
	queue_list_free(&list);
}

static void test_out_of_memory(void **state)
{
	(void)state;
	fail.items = true;
	assert_int_equal(list_them(STAT_MESSAGES), -ENOMEM);
	assert_int_equal(list.n, 0);
	fail.items = false;
	fail.names = true;
	assert_int_equal(list_them(STAT_MESSAGES), -ENOMEM);
	assert_int_equal(list.n, 0);
	fail.names = false;
	assert_int_equal(list_them(STAT_MESSAGES), 0);
	assert_int_equal(list.n, 2);
	queue_list_free(&list);
}

static void test_no_directory(void **state)
{
	(void)state;
	fail.opendir = fail.status = true;
	assert_int_equal(list_them(STAT_MESSAGES), -ENOMEM);
	assert_int_equal(list.n, 0);
}

/* By name its queues are others: it is of another namespace. */
static void test_foreign(void **state)
{
	struct stat file;

	(void)state;
	fail.swapped = fail.status = true;
	assert_int_equal(list_them(STAT_MESSAGES), -EXDEV);
	assert_int_equal(list.n, 0);
	assert_int_equal(mqueue_dir_look("/a", &file), -EXDEV);
	assert_int_equal(mqueue_dir_open_path("/a", true), -EXDEV);
}

/* ---- by path ---- */

static void opens_by_path(const char *name)
{
	int path = mqueue_dir_open_path(name, true);
	mqd_t queue = mq_open(name, O_RDONLY | O_CLOEXEC);
	struct stat a, b;

	assert_true(path >= 0 && queue >= 0);
	assert_int_equal(fstat(path, &a) | fstat(queue, &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(a.st_dev, b.st_dev);
	close(path);
	mq_close(queue);
}

/* No queue tells whose the directory is, and without privilege there is no other: a queue made for
 * a moment tells, if it may be made. */
static void test_unknown(void **state)
{
	(void)state;
	fail.status = fail.open = true;
	assert_int_equal(mqueue_dir_open_path("/a", false), -EXDEV);
	opens_by_path("/a");
	fail.open = false;
	fail.opendir = true;
	assert_int_equal(mqueue_dir_open_path("/b", false), -EXDEV);
	opens_by_path("/b");
}

static void test_no_such_queue(void **state)
{
	struct stat file;

	(void)state;
	assert_int_equal(mqueue_dir_open_path("/none", true), -ENOENT);
	assert_int_equal(mqueue_dir_look("/none", &file), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, two_queues, closed_again)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_inode_refused), TEST(test_gone_meanwhile), TEST(test_out_of_memory),
		TEST(test_no_directory),  TEST(test_foreign),        TEST(test_unknown),
		TEST(test_no_such_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
