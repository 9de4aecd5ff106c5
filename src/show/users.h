/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * users.h - users and groups: their names, and USER[:GROUP] as chown(1) takes it
 */
#ifndef MQTOOL_USERS_H
#define MQTOOL_USERS_H

#include <sys/types.h>

#include "base/refusal.h"
#include "base/util.h"
#include "queue/queue.h"

/*
 * Reads USER, USER:GROUP, USER: (that user's login group) or :GROUP.  A name wins over a number; a
 * number needs no entry in the user database, except for its login group.  Sets uid and gid with
 * ATTR_OWNER and ATTR_GROUP in attr, clearing those that the text does not name.  Returns 0, or
 * -EINVAL with *error and attr unchanged.
 */
int owner_parse(const char *text, struct queue_attr *attr, struct refusal *error) _must_check_;

/*
 * The name of a user or group, or its number as text if it has none.  Each is looked up once.
 * Owned by the cache and good for the life of the process; not escaped.
 */
const char *user_name(uid_t uid);
const char *group_name(gid_t gid);

#endif
