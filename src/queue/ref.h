/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ref.h - the names of queues: read as users write them, printed so that they can be read back
 */
#ifndef MQTOOL_REF_H
#define MQTOOL_REF_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/refusal.h"
#include "base/util.h"

/* The kernel's kinds come first: only they can be listed. */
enum queue_kind { QUEUE_SYSV, QUEUE_POSIX, QUEUE_AMQP };
#define QUEUE_KINDS 2
#define QUEUE_BACKENDS 3

/* Bits for functions that take several kinds; ALL is all that can be listed. */
#define QUEUE_MASK_SYSV (1u << QUEUE_SYSV)
#define QUEUE_MASK_POSIX (1u << QUEUE_POSIX)
#define QUEUE_MASK_AMQP (1u << QUEUE_AMQP)
#define QUEUE_MASK_ALL (QUEUE_MASK_SYSV | QUEUE_MASK_POSIX)

/* BY_PROC: a POSIX queue by the descriptor of a process that has it open (proc(5), /proc/PID/fd). */
enum queue_by { QUEUE_BY_KEY, QUEUE_BY_ID, QUEUE_BY_NAME, QUEUE_BY_PROC, QUEUE_BY_ADDRESS };

#define ADDRESS_MORE 1024
/* A queue of a broker.  Texts are decoded and NUL-terminated; an AMQP short string has 255 bytes. */
struct queue_address {
	bool tls;
	uint16_t port;
	char host[256]; /* a name or number, without the brackets of IPv6 */
	char user[256]; /* "" if none was written */
	char vhost[256];
	char queue[256];
	char more[ADDRESS_MORE]; /* further nodes of its cluster, each after a comma, as printed */
};

/* What a user named.  A plain value: copy it freely. */
struct queue_ref {
	enum queue_kind kind;
	enum queue_by by;
	int error;    /* -errno of an ftok path that cannot be read; else 0 */
	uint32_t key; /* by key */
	int msqid;    /* by id */
	union {
		/* by name: with its slash, NUL-terminated; by proc: "proc:PID/FD", which no name of
		 * a queue can be; if error is set, the beginning of what was written after ftok: */
		char name[NAME_MAX + 2];
		struct queue_address address; /* by address */
	};
};

/* Room for any name as printed, with its NUL: every byte of a user, vhost and queue may need three,
 * as %2F (a POSIX name, each byte of which may need four, is shorter). */
#define QUEUE_NAME_TEXT (sizeof("amqps://@[]:65535//") + 256 + ADDRESS_MORE + 3 * 3 * 255)

/*
 * Reads a queue's name in any form of mqtool-queue(7).  Returns 0, or -EINVAL, a usage error, with
 * one line (translated, without the offending text, but with a better spelling if there is one, as
 * printed) in *error.  A path given to ftok: that stat(2) refuses is not a usage error: the text
 * parses, ref->error is set, and every function of queue.h returns it.
 */
int queue_ref_parse(struct queue_ref *ref, const char *text, struct refusal *error) _must_check_;
/* Writes the name in the form mqtool prints and accepts back; returns buf. */
const char *queue_ref_text(const struct queue_ref *ref, char buf[static QUEUE_NAME_TEXT]);
/* "sysv", "posix" or "amqp"; static. */
const char *queue_kind_name(enum queue_kind kind);

#endif
