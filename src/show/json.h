/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - JSON out by our own writer, JSON in by jansson
 *
 * The writer is ours because bodies and names are foreign: it escapes U+007F to U+009F and the bidi
 * controls, which jansson writes raw.  The reader is jansson's (json-library.h).
 */
#ifndef MQTOOL_JSON_H
#define MQTOOL_JSON_H

#include <stddef.h>

#include "base/buffer.h"
#include "base/util.h"
#include "queue/queue.h"

/* Appends a JSON string, quotes included.  Bytes that are not UTF-8 become U+FFFD. */
void json_put_string(struct buffer *b, const char *data, size_t len);
/* Appends `"body":"..."`, or `"body_base64":"..."` if data is not UTF-8. */
void json_put_body(struct buffer *b, const char *data, size_t len);
/*
 * Appends one message as an object without a newline: queue (its name as printed), type or
 * priority, size, what a message of AMQP has besides (json-properties.h), and body.  If memory runs
 * out these functions set b->failed, as struct buffer says.
 */
void json_put_message(struct buffer *b, const char *queue, const struct message *m);

/*
 * Writes that object and a newline in pieces, each by put(), which returns 0, or -errno to end it.
 * Allocates nothing, so it works when memory has run out.
 * Leaves out the properties: a broker still has a message that could not be given back to it.
 * Returns 0 or what put() returned.
 */
int json_write_line(const char *queue, const struct message *m,
		    int (*put)(const void *data, size_t size)) _must_check_;

/* Why a line is not a message. */
struct json_error {
	int column;     /* from 1, in bytes: where reading stopped; 0 if no one place is wrong */
	char text[160]; /* translated */
};

/*
 * Reads one line, without its newline, as a message: an object with exactly one of the strings body
 * and body_base64, and maybe the whole numbers type (1 to LONG_MAX) and priority (0 to 32767), and
 * properties (json-properties.h); other members are ignored, except a true "truncated" (trace),
 * which is refused.  The body is put into `body` (its content replaced, MESSAGE_HEADROOM bytes kept
 * in front); m->data and m->properties point there; m->have says which of type and priority the
 * line carried, maybe both, since only the caller knows which its queue has.  Returns 0, -EINVAL
 * with *error, -ENOMEM, or -ENOSYS with *error if libjansson is not installed, whatever the line
 * is.  *m is set only if it returns 0.
 */
int json_read_message(const char *line, size_t len, struct message *m, struct buffer *body,
		      struct json_error *error) _must_check_;

#endif
