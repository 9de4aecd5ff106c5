/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-secret.c - who to be for a broker
 */
#include "config.h"

#include "queue/amqp-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/refusal.h"
#include "base/text.h"
#include "queue/address.h"

/* The user that RabbitMQ creates, for its own machine only. */
#define DEFAULT_USER "guest"

void amqp_secret_wipe(struct amqp_secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

/* ---- one line ---- */

/* Copies a field up to its colon, unescaped; returns the place after the colon, or NULL. */
static const char *take_field(const char *line, char field[static 256])
{
	size_t n = 0;

	for (; *line && *line != ':'; line++) {
		if (*line == '\\' && (line[1] == ':' || line[1] == '\\'))
			line++;
		if (n == 255)
			return NULL;
		field[n++] = *line;
	}
	field[n] = '\0';
	return *line == ':' ? line + 1 : NULL;
}

static bool is_any(const char *field)
{
	return strcmp(field, "*") == 0;
}

static bool is_port(const char *field, unsigned int port)
{
	char digits[8];

	snprintf(digits, sizeof(digits), "%u", port);
	return is_any(field) || strcmp(field, digits) == 0;
}

/* One password serves all hosts of an address. */
static bool is_host_of(const struct queue_address *a, const char *name, const char *port)
{
	struct address_host host;

	for (size_t i = 0; address_host(a, i, &host); i++)
		if ((is_any(name) || strcasecmp(name, host.name) == 0) && is_port(port, host.port))
			return true;
	return false;
}

int amqp_secret_line(const char *line, const struct queue_address *a, struct amqp_secret *secret)
{
	enum { HOST, PORT, VHOST, USER, FIELDS };
	char field[FIELDS][256];

	if (!*line || *line == '#')
		return 0;
	for (int i = 0; i < FIELDS && line; i++)
		line = take_field(line, field[i]);
	if (!line || strlen(line) >= sizeof(secret->password))
		return -EINVAL;
	if (!is_host_of(a, field[HOST], field[PORT]) ||
	    (!is_any(field[VHOST]) && strcmp(field[VHOST], a->vhost) != 0))
		return 0;
	if (*a->user && !is_any(field[USER]) && strcmp(field[USER], a->user) != 0)
		return 0;
	strcpy(secret->password, line);
	/* If the address names no user, the line does. */
	if (*a->user)
		strcpy(secret->user, a->user);
	else
		strcpy(secret->user, is_any(field[USER]) ? DEFAULT_USER : field[USER]);
	return 1;
}

/* ---- the file ---- */

/* The path, and whether the user named that file; false without a path. */
static bool find_path(char path[static PATH_MAX], bool *asked)
{
	const char *file = getenv("MQTOOL_AMQP_PASSFILE"), *home = getenv("HOME");

	*asked = file && *file;
	if (*asked)
		snprintf(path, PATH_MAX, "%s", file);
	else if (home && *home)
		snprintf(path, PATH_MAX, "%s/.config/mqtool/amqp", home);
	else
		return false;
	return true;
}

static FILE *open_file(const char *path, bool asked, struct refusal *error, int *rc)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = NULL;
	struct stat st;

	*rc = 0;
	if (fd < 0 && errno == ENOENT && !asked)
		return NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		*rc = refuse(error, _("the password file cannot be read: %s"), strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 0177)
		*rc = refuse(error, _("the password file is ignored: it must be a regular file of"
				      " yours that nobody else can read (chmod 600)"));
	else
		file = fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	return file;
}

/* 1 found, 0 not, or -EINVAL. */
static int search_file(FILE *file, const struct queue_address *address, struct amqp_secret *secret,
		       struct refusal *error)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int rc = 0;

	while (rc == 0 && (len = getline(&line, &size, file)) > 0) {
		number++;
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		rc = strlen(line) == (size_t)len ? amqp_secret_line(line, address, secret) :
						   -EINVAL;
	}
	if (line)
		explicit_bzero(line, size);
	free(line);
	if (rc < 0)
		return refuse(error,
			      _("line %u of the password file is not host:port:vhost:user:password"),
			      number);
	return rc;
}

static int look_in_file(const struct queue_address *address, struct amqp_secret *secret,
			struct refusal *error)
{
	char path[PATH_MAX];
	bool asked;
	FILE *file;
	int rc;

	if (!find_path(path, &asked))
		return 0;
	file = open_file(path, asked, error, &rc);
	if (!file)
		return rc;
	rc = search_file(file, address, secret, error);
	fclose(file);
	return rc;
}

/* ---- the variable ---- */

/* A variable names no broker: it is for the only one in use. */
static bool is_other_broker(const struct queue_address *address)
{
	static struct queue_address first;

	if (!*first.host)
		first = *address;
	return !address_same_broker(&first, address);
}

/*
 * The password of the variable, or NULL.  The variable is wiped: others may read the memory in
 * which the environment was handed over (proc(5), /proc/PID/environ).
 */
static const char *variable_password(void)
{
	static char *wiped, *kept;
	char *value = getenv("MQTOOL_AMQP_PASSWORD");

	if (!value || value == wiped)
		return value ? kept : NULL;
	free(kept);
	kept = strdup(value);
	if (!kept)
		return value;
	explicit_bzero(value, strlen(value));
	wiped = value;
	return kept;
}

int amqp_secret_find(const struct queue_address *address, struct amqp_secret *secret,
		     struct refusal *error)
{
	const char *password = variable_password();
	int rc;

	*secret = (struct amqp_secret){ 0 };
	if (password) {
		if (is_other_broker(address))
			return refuse(error, _("MQTOOL_AMQP_PASSWORD is for one broker, and two"
					       " are named: write the passwords to a file"
					       " (MQTOOL_AMQP_PASSFILE)"));
		if (strlen(password) >= sizeof(secret->password))
			return refuse(error, _("MQTOOL_AMQP_PASSWORD is too long"));
		strcpy(secret->password, password);
		strcpy(secret->user, *address->user ? address->user : DEFAULT_USER);
		return 0;
	}
	rc = look_in_file(address, secret, error);
	if (rc)
		return rc < 0 ? rc : 0;
	if (*address->user && strcmp(address->user, DEFAULT_USER) != 0)
		return refuse(error, _("there is no password for this user: add a line"
				       " host:port:vhost:user:password to ~/.config/mqtool/amqp"
				       " (chmod 600), or set MQTOOL_AMQP_PASSWORD"));
	strcpy(secret->user, DEFAULT_USER);
	strcpy(secret->password, DEFAULT_USER);
	return 0;
}
