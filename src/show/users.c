/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * users.c - users and groups: their names, and USER[:GROUP] as chown(1) takes it
 */
#include "config.h"

#include "show/users.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/escape.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"

/* (uid_t)-1 and (gid_t)-1 mean "leave it" to chown(2): nothing can be owned by them. */
#define ID_LAST (UINT32_MAX - 1)

/* Longer than any user name can be. */
#define NAME_LIMIT 256

/* This much of a refused name is shown. */
#define QUOTE_MAX 64

#define NAME_BUCKETS 64

struct id_name {
	struct id_name *next;
	uint32_t id;
	char name[];
};

struct name_cache {
	struct id_name *bucket[NAME_BUCKETS];
	const char *(*look_up)(uint32_t id);
};

static const char *look_up_user(uint32_t id)
{
	const struct passwd *pw = getpwuid(id);

	return pw ? pw->pw_name : NULL;
}

static const char *look_up_group(uint32_t id)
{
	const struct group *gr = getgrgid(id);

	return gr ? gr->gr_name : NULL;
}

static struct name_cache users = { .look_up = look_up_user };
static struct name_cache groups = { .look_up = look_up_group };

/* Stores the name of an id, or its number; NULL if there is no memory. */
static const char *remember(struct name_cache *cache, uint32_t id)
{
	struct id_name **head = &cache->bucket[id % NAME_BUCKETS], *entry;
	const char *name = cache->look_up(id);
	char number[sizeof("4294967295")];
	size_t size;

	if (!name) {
		snprintf(number, sizeof(number), "%u", id);
		name = number;
	}
	size = strlen(name) + 1;
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return NULL;
	memcpy(entry->name, name, size);
	entry->id = id;
	entry->next = *head;
	*head = entry;
	return entry->name;
}

static const char *cached(struct name_cache *cache, uint32_t id)
{
	const struct id_name *entry;
	const char *name;

	for (entry = cache->bucket[id % NAME_BUCKETS]; entry; entry = entry->next)
		if (entry->id == id)
			return entry->name;
	name = remember(cache, id);
	return name ? name : "?";
}

const char *user_name(uid_t uid)
{
	return cached(&users, uid);
}

const char *group_name(gid_t gid)
{
	return cached(&groups, gid);
}

/* Puts "'PART': why" into *error; returns -EINVAL. */
static int refuse_part(struct refusal *error, const char *part, const char *why)
{
	struct buffer b = { 0 };
	int rc;

	escape_put(&b, part, strnlen(part, QUOTE_MAX), ESCAPE_FOREIGN);
	rc = refuse(error, "'%s': %s", buffer_string(&b), why);
	buffer_free(&b);
	return rc;
}

static int parse_id(const char *text, uint32_t *id)
{
	uint64_t number;
	int rc = parse_u64(text, 0, ID_LAST, &number);

	if (rc == 0)
		*id = (uint32_t)number;
	return rc;
}

static int parse_user(const char *text, struct queue_attr *attr, struct refusal *error)
{
	const struct passwd *pw = getpwnam(text);
	uint32_t id;

	if (pw)
		id = pw->pw_uid;
	else if (parse_id(text, &id) != 0)
		return refuse_part(error, text, _("no such user"));
	attr->uid = id;
	attr->have |= ATTR_OWNER;
	return 0;
}

static int parse_group(const char *text, struct queue_attr *attr, struct refusal *error)
{
	const struct group *gr = getgrnam(text);
	uint32_t id;

	if (gr)
		id = gr->gr_gid;
	else if (parse_id(text, &id) != 0)
		return refuse_part(error, text, _("no such group"));
	attr->gid = id;
	attr->have |= ATTR_GROUP;
	return 0;
}

/* The group of the named entry: several names may share a number. */
static int login_group(const char *user, struct queue_attr *attr, struct refusal *error)
{
	const struct passwd *pw = getpwnam(user);

	if (!pw)
		pw = getpwuid(attr->uid);
	if (!pw)
		return refuse_part(error, user, _("this user's login group is not known"));
	attr->gid = pw->pw_gid;
	attr->have |= ATTR_GROUP;
	return 0;
}

int owner_parse(const char *text, struct queue_attr *attr, struct refusal *error)
{
	struct queue_attr parsed = *attr;
	size_t len = strcspn(text, ":");
	const char *group = text[len] ? text + len + 1 : NULL;
	char user[NAME_LIMIT];
	int rc = 0;

	if (len >= sizeof(user))
		return refuse_part(error, text, _("no such user"));
	memcpy(user, text, len);
	user[len] = '\0';
	if (!*user && (!group || !*group))
		return refuse_part(error, text, _("neither a user nor a group is named"));

	parsed.have &= ~(ATTR_OWNER | ATTR_GROUP);
	if (*user)
		rc = parse_user(user, &parsed, error);
	if (rc == 0 && group)
		rc = *group ? parse_group(group, &parsed, error) :
			      login_group(user, &parsed, error);
	if (rc == 0)
		*attr = parsed;
	return rc;
}
