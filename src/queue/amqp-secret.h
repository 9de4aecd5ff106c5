/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-secret.h - user and password for a broker, which no command line ever holds
 */
#ifndef MQTOOL_AMQP_SECRET_H
#define MQTOOL_AMQP_SECRET_H

#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue.h"

/* SASL PLAIN has no limit; a line of a password file here does. */
#define AMQP_PASSWORD_MAX 1024

struct amqp_secret {
	char user[256];
	char password[AMQP_PASSWORD_MAX];
};

/*
 * Finds user and password for a broker: $MQTOOL_AMQP_PASSWORD, else the first line of the password
 * file ($MQTOOL_AMQP_PASSFILE, ~/.config/mqtool/amqp) that matches, else, if the address names no
 * user, guest, which RabbitMQ creates.  Returns 0, or -EINVAL with one line (translated) that says
 * what to do: there is no password, others may read the file, one of its lines is malformed, or the
 * variable would go to a second broker.  The caller wipes *secret.
 */
int amqp_secret_find(const struct queue_address *address, struct amqp_secret *secret,
		     struct refusal *error) _must_check_;
/* Overwrites the secret. */
void amqp_secret_wipe(struct amqp_secret *secret);

/*
 * Reads one line of the file, without its newline: host:port:vhost:user:password.  '*' matches
 * anything, '\:' and '\\' stand for themselves in all fields except the password.  Returns 1 with
 * *secret if the line is for the address, 0 if not, also for blank lines and those that begin with
 * '#', or -EINVAL.  Pure.
 */
int amqp_secret_line(const char *line, const struct queue_address *address,
		     struct amqp_secret *secret) _must_check_;

#endif
