/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wrap.h - calls of the C library that go by a second name on 32-bit machines
 *
 * There glibc's headers turn openat() into openat64(), and time() into __time64(), so that
 * ld(1)'s --wrap=openat finds nothing: --wrap=openat64 beside it does, and this gives it the same
 * function.  On 64-bit machines nothing calls it.
 */
#ifndef MQTOOL_TESTS_WRAP_H
#define MQTOOL_TESTS_WRAP_H

#include <features.h>

/* __wrap_OTHER() is __wrap_NAME(), which this file defines. */
#define WRAP_ALSO(name, other) \
	extern __typeof__(__wrap_##name) __wrap_##other __attribute__((alias("__wrap_" #name)))

/* After the declaration of __real_NAME(): the name of what takes 64-bit times. */
#if defined __USE_TIME64_REDIRECTS || \
	(defined __USE_TIME_BITS64 && defined __TIMESIZE && __TIMESIZE == 32)
#define REAL_TIME64(name) __asm__("__real_" #name)
#else
#define REAL_TIME64(name)
#endif

#endif
