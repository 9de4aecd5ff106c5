/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefix.h - the number before each record of `send --prefix`
 */
#ifndef MQTOOL_PREFIX_H
#define MQTOOL_PREFIX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/util.h"

/* Digits of the largest number that a record may begin with. */
#define PREFIX_DIGITS 20

/*
 * Decodes SEP, with the escapes of `recv -F`, in place: text is writable and may hold NUL
 * afterwards.  Returns 0 with *len, or -EINVAL with *bad, a constant text (untranslated) that says
 * why: it is empty, has an unknown escape, begins with a digit or contains end, the byte that ends
 * a record.
 */
int prefix_compile(char *text, char end, size_t *len, const char **bad) _must_check_;
/*
 * Reads "NUMBER SEP" at the start of the record of len bytes.  Returns the bytes it takes with
 * *number, -EINVAL if there is no number and SEP, or -ERANGE if the number is not from min to max.
 */
ssize_t prefix_read(const char *record, size_t len, const char *sep, size_t sep_len, uint64_t min,
		    uint64_t max, uint64_t *number) _must_check_;

#endif
