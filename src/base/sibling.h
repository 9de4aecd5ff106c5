/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sibling.h - the programs that mqtool becomes if a command needs a library of its own
 *
 * Whatever needs ncurses or librabbitmq is linked separately, so that nothing else maps them.
 */
#ifndef MQTOOL_SIBLING_H
#define MQTOOL_SIBLING_H

#include <stddef.h>

#define SIBLING_WATCH "mqtool-watch"
#define SIBLING_AMQP "mqtool-amqp"
#define SIBLING_TRACE "mqtool-trace"

/*
 * Writes the path of a sibling: in $MQTOOL_LIBEXECDIR, which is for tests and is ignored in a
 * program with more rights than its caller, else where it is installed.  Returns path.
 */
const char *sibling_path(const char *sibling, char *path, size_t size);
/*
 * Becomes the sibling, as "sibling COMMAND ARG...": command is the word, args the line without its
 * argv[0], ended by NULL.  Returns only if that fails: -errno of execve(2), or -ENOMEM.
 */
int sibling_exec(const char *sibling, const char *command, char *const *args);

#endif
