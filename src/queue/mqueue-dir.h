/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mqueue-dir.h - the directory of POSIX queues, and whose IPC namespace it shows
 */
#ifndef MQTOOL_MQUEUE_DIR_H
#define MQTOOL_MQUEUE_DIR_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/util.h"
#include "queue/queue.h"

/*
 * Adds the POSIX queues of our own IPC namespace to the list, like queue_list().  Returns 0,
 * -ENOMEM, -ENODEV if mqueue is not mounted, -EXDEV if the mounted directory shows another
 * namespace, or another -errno; the list is then unchanged.
 */
int mqueue_dir_list(struct queue_list *list, unsigned int detail) _must_check_;
/*
 * The inode of a queue, named with its slash, as the list has it.  Returns 0, -EXDEV if there is no
 * directory that may be ours, or another -errno.
 */
int mqueue_dir_look(const char *slash_name, struct stat *file) _must_check_;
/*
 * Opens the path of a queue (O_PATH) in a directory that is ours for certain.  A queue that its
 * owner may neither read nor write cannot be opened otherwise, but its mode can be changed by path.
 * may_probe: a queue may be made for a moment to find out.  Returns a descriptor, the caller's,
 * -EXDEV if there is no such directory, or another -errno.
 */
int mqueue_dir_open_path(const char *slash_name, bool may_probe) _must_check_;

#endif
