/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opt.h - values of options, read strictly
 *
 * Each function prints a usage error that names the option as it was written, and returns false, if
 * it refuses the text.
 */
#ifndef MQTOOL_OPT_H
#define MQTOOL_OPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cmd/cmd.h"
#include "queue/queue.h"
#include "show/columns.h"

/* A number from min to max, as parse.h reads it. */
bool opt_u64(struct cmdline *cl, const char *text, uint64_t min, uint64_t max, uint64_t *value);
/* The same, with an optional '-'. */
bool opt_i64(struct cmdline *cl, const char *text, int64_t min, int64_t max, int64_t *value);
/* SIZE, in bytes. */
bool opt_size(struct cmdline *cl, const char *text, uint64_t *bytes);
/* DURATION, in nanoseconds. */
bool opt_duration(struct cmdline *cl, const char *text, int64_t *ns);
/* MODE, octal. */
bool opt_mode(struct cmdline *cl, const char *text, mode_t *mode);
/* A pattern for names of queues, fnmatch(3); it must match something.  *glob is the text itself. */
bool opt_glob(struct cmdline *cl, const char *text, const char **glob);
/* COL,... or +COL,..., which adds to what is in *list; also watch's own columns if list->live. */
bool opt_columns(struct cmdline *cl, const char *text, struct column_list *list);
/* COL or COL:r; also watch's NET/s if live. */
bool opt_sort(struct cmdline *cl, const char *text, bool live, enum column *col, bool *reverse);
/* USER[:GROUP] as chown(1) takes it: sets uid and gid, ATTR_OWNER and ATTR_GROUP. */
bool opt_owner(struct cmdline *cl, const char *text, struct queue_attr *attr);

#endif
