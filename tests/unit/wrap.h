/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrap.h - calls of the C library that go by a second name
 *
 * On 32-bit machines glibc's headers turn openat() into openat64(), and time() into __time64(), so that
 * ld(1)'s --wrap=openat finds nothing: --wrap=openat64 beside it does, and this gives it the same
 * function.  On 64-bit machines nothing calls it.  _FORTIFY_SOURCE has names of its own, more of
 * them with clang than with gcc.
 */
#ifndef MQTOOL_TESTS_WRAP_H
#define MQTOOL_TESTS_WRAP_H

#include <features.h>

/* __wrap_OTHER() is __wrap_NAME(), which this file defines. */
#define WRAP_ALSO(name, other) \
	extern __typeof__(__wrap_##name) __wrap_##other __attribute__((alias("__wrap_" #name)))

/* What _FORTIFY_SOURCE makes of open(), openat() and mq_open() without a mode. */
#define WRAP_OPEN_2()                                     \
	int __wrap___open_2(const char *path, int flags); \
	WRAP_ALSO(__open_2, __open64_2);                  \
	int __wrap___open_2(const char *path, int flags)  \
	{                                                 \
		return __wrap_open(path, flags);          \
	}                                                 \
	_Static_assert(1, "")
#define WRAP_OPENAT_2()                                              \
	int __wrap___openat_2(int dir, const char *path, int flags); \
	WRAP_ALSO(__openat_2, __openat64_2);                         \
	int __wrap___openat_2(int dir, const char *path, int flags)  \
	{                                                            \
		return __wrap_openat(dir, path, flags);              \
	}                                                            \
	_Static_assert(1, "")
#define WRAP_MQ_OPEN_2()                                       \
	mqd_t __wrap___mq_open_2(const char *name, int flags); \
	mqd_t __wrap___mq_open_2(const char *name, int flags)  \
	{                                                      \
		return __wrap_mq_open(name, flags);            \
	}                                                      \
	_Static_assert(1, "")

/* The six arguments that syscall(2) takes at most, after the last named one. */
#define WRAP_ARGS(a, last)                         \
	do {                                       \
		va_list ap;                        \
		va_start(ap, last);                \
		for (int i = 0; i < 6; i++)        \
			(a)[i] = va_arg(ap, long); \
		va_end(ap);                        \
	} while (0)

/* malloc(), calloc() and realloc() that fail unless may(). */
#define WRAP_MEMORY(may)                                       \
	void *__real_malloc(size_t size);                      \
	void *__wrap_malloc(size_t size);                      \
	void *__real_calloc(size_t n, size_t size);            \
	void *__wrap_calloc(size_t n, size_t size);            \
	void *__real_realloc(void *p, size_t size);            \
	void *__wrap_realloc(void *p, size_t size);            \
	void *__wrap_malloc(size_t size)                       \
	{                                                      \
		return may() ? __real_malloc(size) : NULL;     \
	}                                                      \
	void *__wrap_calloc(size_t n, size_t size)             \
	{                                                      \
		return may() ? __real_calloc(n, size) : NULL;  \
	}                                                      \
	void *__wrap_realloc(void *p, size_t size)             \
	{                                                      \
		return may() ? __real_realloc(p, size) : NULL; \
	}                                                      \
	_Static_assert(1, "")

/* After the declaration of __real_NAME(): the name of what takes 64-bit times, 64-bit sizes of files
 * and limits, or a struct stat, which has both. */
#if defined __USE_TIME64_REDIRECTS || \
	(defined __USE_TIME_BITS64 && defined __TIMESIZE && __TIMESIZE == 32)
#define REAL_TIME64(name) __asm__("__real_" #name)
#define REAL_STAT64(file, time) REAL_TIME64(time)
#else
#define REAL_TIME64(name)
#define REAL_STAT64(file, time) REAL_FILE64(file)
#endif
#if defined __USE_FILE_OFFSET64 && __WORDSIZE == 32
#define REAL_FILE64(name) __asm__("__real_" #name)
#else
#define REAL_FILE64(name)
#endif

#endif
