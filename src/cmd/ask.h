/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.h - what rm -a and purge --match ask before they act
 */
#ifndef MQTOOL_ASK_H
#define MQTOOL_ASK_H

#include <stdbool.h>

#include "base/util.h"
#include "queue/queue.h"

/* True if there is a terminal to ask on: standard input and standard error. */
bool ask_possible(void);
/*
 * Shows the first names of a list and asks on standard error; question, printf(3), is translated
 * and says how many queues there are.  True if the answer is y; anything else is no, and prints
 * declined, also translated.
 */
bool ask(const struct queue_list *list, const char *declined, const char *question, ...)
	_printf_(3, 4) _must_check_;

#endif
