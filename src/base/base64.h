/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base64.h - bytes as the standard base64 alphabet, with padding (RFC 4648 section 4)
 *
 * Pure.
 */
#ifndef MQTOOL_BASE64_H
#define MQTOOL_BASE64_H

#include <stddef.h>

#include "base/util.h"

/* Characters that encode len bytes. */
#define BASE64_LENGTH(len) (((len) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(len) characters to out, no NUL.  Returns the place after the last one. */
char *base64_encode(char *out, const char *data, size_t len);
/*
 * Decodes exactly what base64_encode() writes and nothing else: no blanks, padding where it
 * belongs, and no bits set that the encoder would not set, so that encoding the result gives text
 * again.  out has room for len / 4 * 3 bytes.  Returns 0 with *written, or -EINVAL.
 */
int base64_decode(char *out, const char *text, size_t len, size_t *written) _must_check_;

#endif
