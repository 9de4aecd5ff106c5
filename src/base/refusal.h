/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refusal.h - why a text that a user wrote is refused
 */
#ifndef MQTOOL_REFUSAL_H
#define MQTOOL_REFUSAL_H

#include "base/util.h"

/* One line, translated; foreign text in it is escaped. */
struct refusal {
	char text[768];
};

/* Says why, and what to write instead; returns -EINVAL. */
int refuse(struct refusal *why, const char *fmt, ...) _printf_(2, 3);

#endif
