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

/* After the declaration of __real_NAME(): the name of what takes 64-bit times. */
#if defined __USE_TIME64_REDIRECTS || \
	(defined __USE_TIME_BITS64 && defined __TIMESIZE && __TIMESIZE == 32)
#define REAL_TIME64(name) __asm__("__real_" #name)
#else
#define REAL_TIME64(name)
#endif

#endif
