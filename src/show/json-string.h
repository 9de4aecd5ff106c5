/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-string.h - the inside of JSON strings
 */
#ifndef MQTOOL_JSON_STRING_H
#define MQTOOL_JSON_STRING_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/utf8.h"

/* Characters that one byte may become: \u007f. */
#define JSON_ESCAPE_MAX 6
/* Bytes that are written before room is made again, so that no byte has to check for room. */
#define JSON_CHUNK 1024
/* The room made at a time. */
#define JSON_CHUNK_ROOM ((JSON_CHUNK + UTF8_MAX) * JSON_ESCAPE_MAX)

/* Appends data as the inside of a JSON string, up to the first byte that is not UTF-8.  Returns how
 * many bytes of data were taken. */
size_t json_put_escaped(struct buffer *b, const char *data, size_t len);

#endif
