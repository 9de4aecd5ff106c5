/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz.h - what every fuzz target has
 *
 * A target is one file with LLVMFuzzerTestOneInput(), which libFuzzer and AFL++ call, and replay.c
 * without a fuzzer.  It aborts if what it tests breaks a promise.
 */
#ifndef MQTOOL_TESTS_FUZZ_H
#define MQTOOL_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Called once for each input; returns 0.  data is the caller's and is not changed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The promise that is broken where condition is false. */
#define fuzz_check(condition)                                                                   \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

/* The input as a string of its own, so that one byte too far is seen; the caller frees it. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	fuzz_check(text);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

#endif
