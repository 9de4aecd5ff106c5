/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address.c - queues of a broker as URIs
 */
#include "config.h"

#include "queue/address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/utf8.h"

/* RFC 3986, unreserved. */
static bool is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

/* RFC 3986, pchar: what a part may contain unencoded. */
static bool is_plain(unsigned char c)
{
	return is_unreserved(c) || (c && strchr("!$&'()*+,;=:@", c));
}

/* Decodes len bytes of a user, vhost or queue into to. */
static int decode(const char *text, size_t len, char to[static 256], struct refusal *error)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '%') {
			unsigned int high = i + 1 < len ? parse_digit(text[i + 1]) : 16;
			unsigned int low = high < 16 && i + 2 < len ? parse_digit(text[i + 2]) : 16;

			if (low >= 16)
				return refuse(error, "%s",
					      _("a % begins %XX (two hex digits): write a "
						"percent sign itself as %25"));
			c = (unsigned char)(high << 4 | low);
			if (!c)
				return refuse(error, "%s",
					      /* xgettext:no-c-format */
					      _("a name cannot contain NUL: leave %00 out"));
			i += 2;
		} else if (!is_plain(c)) {
			return refuse(error, "%s",
				      _("in an address, write each byte that is not a letter, a"
					" digit or one of -._~!$&'()*+,;=:@ as %XX in hex (a"
					" space is %20, a slash in a name %2F)"));
		}
		if (n == 255)
			return refuse(error, "%s",
				      _("the name of an AMQP user, vhost or queue has at most 255"
					" bytes: write a shorter one"));
		to[n++] = (char)c;
	}
	to[n] = '\0';
	if (!utf8_valid(to, n))
		return refuse(error, "%s", _("AMQP names are UTF-8, and this one is not"));
	return 0;
}

/* A name or number in the form of DNS and inet_pton(3); its meaning is found out later. */
static bool is_host(const char *text, size_t len, bool bracketed)
{
	const char *more = bracketed ? ":%" : "";

	/* Brackets are for the colons of IPv6; without a colon they would not be printed. */
	if (bracketed && !memchr(text, ':', len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_unreserved((unsigned char)text[i]) && !strchr(more, text[i]))
			return false;
	return len > 0 && len < 256 && *text != '-';
}

static uint16_t default_port(const struct queue_address *a)
{
	return a->tls ? ADDRESS_PORT_TLS : ADDRESS_PORT;
}

static int take_port(struct queue_address *a, const char *text, size_t len, struct refusal *error)
{
	char digits[8] = "";
	uint64_t port;

	if (len < sizeof(digits))
		memcpy(digits, text, len);
	if (parse_u64(digits, 1, UINT16_MAX, &port) < 0)
		return refuse(error, "%s",
			      _("a port follows the host's colon: write a number from 1 to 65535"));
	a->port = (uint16_t)port;
	return 0;
}

/* HOST[:PORT] or [IPV6][:PORT] */
static int take_host(struct queue_address *a, const char *text, size_t len, struct refusal *error)
{
	bool bracketed = len > 0 && *text == '[';
	const char *end = text + len, *host = text + bracketed;
	const char *host_end = memchr(host, bracketed ? ']' : ':', (size_t)(end - host));
	const char *behind;

	if (bracketed && !host_end)
		return refuse(error, "%s",
			      _("the bracket before the host is not closed: write [ADDRESS]"));
	if (!host_end)
		host_end = end;
	if (!is_host(host, (size_t)(host_end - host), bracketed))
		return refuse(error, "%s",
			      _("no host: write amqp://HOST/QUEUE, HOST a name, a number or"
				" [IPv6]"));
	memcpy(a->host, host, (size_t)(host_end - host));
	a->host[host_end - host] = '\0';
	behind = host_end + bracketed;
	if (behind == end)
		return 0;
	if (*behind != ':')
		return refuse(error, "%s",
			      _("only a slash, or a colon and a port, may follow [ADDRESS]"));
	return take_port(a, behind + 1, (size_t)(end - behind - 1), error);
}

static char *put_host(char *to, const struct queue_address *a)
{
	bool number6 = strchr(a->host, ':') != NULL;

	to += sprintf(to, "%s%s%s", number6 ? "[" : "", a->host, number6 ? "]" : "");
	if (a->port != default_port(a))
		to += sprintf(to, ":%u", (unsigned int)a->port);
	return to;
}

/* Appends a host to those after the first. */
static int add_host(struct queue_address *a, const struct queue_address *one, struct refusal *error)
{
	char printed[sizeof(one->host) + sizeof(",[]:65535")] = ",";
	size_t used = strlen(a->more), commas = 1;

	for (const char *at = a->more; *at; at++)
		commas += *at == ',';
	put_host(printed + 1, one);
	if (commas >= ADDRESS_HOSTS_MAX || used + strlen(printed) >= sizeof(a->more))
		return refuse(error, "%s",
			      _("too many hosts: name only the nodes of the cluster to try"));
	strcpy(a->more + used, printed);
	return 0;
}

/* HOST[:PORT][,HOST[:PORT]...] */
static int take_hosts(struct queue_address *a, const char *text, size_t len, struct refusal *error)
{
	const char *end = text + len, *comma = memchr(text, ',', len);
	int rc = take_host(a, text, comma ? (size_t)(comma - text) : len, error);

	while (rc == 0 && comma) {
		struct queue_address one = { .tls = a->tls, .port = default_port(a) };

		text = comma + 1;
		comma = memchr(text, ',', (size_t)(end - text));
		rc = take_host(&one, text, (size_t)((comma ? comma : end) - text), error);
		if (rc == 0)
			rc = add_host(a, &one, error);
	}
	return rc;
}

/* [USER@]HOST[:PORT][,HOST[:PORT]...] */
static int take_authority(struct queue_address *a, const char *text, size_t len,
			  struct refusal *error)
{
	const char *at = memrchr(text, '@', len);
	size_t user = at ? (size_t)(at - text) : 0;
	int rc;

	if (!at)
		return take_hosts(a, text, len, error);
	if (memchr(text, ':', user))
		return refuse(error, "%s",
			      _("a password does not belong in an address, where others can see"
				" it: leave it out and write it to ~/.config/mqtool/amqp"
				" (mqtool-queue(7)) or MQTOOL_AMQP_PASSWORD"));
	if (!user)
		return refuse(error, "%s", _("no user before the @: leave it out"));
	rc = decode(text, user, a->user, error);
	return rc < 0 ? rc : take_hosts(a, at + 1, len - user - 1, error);
}

/* [VHOST/]QUEUE */
static int take_path(struct queue_address *a, const char *text, struct refusal *error)
{
	const char *slash = strchr(text, '/'), *queue = slash ? slash + 1 : text;
	int rc = 0;

	strcpy(a->vhost, "/");
	if (strchr(queue, '/'))
		/* xgettext:no-c-format */
		return refuse(error, "%s",
			      _("too many slashes: write amqp://HOST/QUEUE or "
				"amqp://HOST/VHOST/QUEUE, a slash in a name as %2F"));
	if (slash == text)
		/* xgettext:no-c-format */
		return refuse(error, "%s",
			      _("an empty vhost: leave it and its slash out, or write the one"
				" called / as %2F"));
	if (!*queue)
		return refuse(error, "%s", _("no queue: write amqp://HOST/QUEUE"));
	if (slash)
		rc = decode(text, (size_t)(slash - text), a->vhost, error);
	return rc < 0 ? rc : decode(queue, strlen(queue), a->queue, error);
}

int address_parse(struct queue_address *address, bool tls, const char *text, struct refusal *error)
{
	size_t authority = strcspn(text, "/");
	int rc;

	*address = (struct queue_address){ .tls = tls };
	address->port = default_port(address);
	if (authority == 0)
		return refuse(error, "%s",
			      _("no host: write amqp://HOST/QUEUE, HOST a name, a number or"
				" [IPv6]"));
	rc = take_authority(address, text, authority, error);
	if (rc < 0)
		return rc;
	if (!text[authority])
		return refuse(error, "%s", _("no queue: write amqp://HOST/QUEUE"));
	return take_path(address, text + authority + 1, error);
}

static char *encode(char *to, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_unreserved(c))
			*to++ = (char)c;
		else
			to += sprintf(to, "%%%02X", c);
	}
	*to = '\0';
	return to;
}

const char *address_text(const struct queue_address *a, char buf[static QUEUE_NAME_TEXT])
{
	char *to = stpcpy(buf, a->tls ? "amqps://" : "amqp://");

	if (*a->user)
		to = stpcpy(encode(to, a->user), "@");
	to = stpcpy(put_host(to, a), a->more);
	to = stpcpy(to, "/");
	if (strcmp(a->vhost, "/") != 0)
		to = stpcpy(encode(to, a->vhost), "/");
	encode(to, a->queue);
	return buf;
}

/* One of the hosts after the first, as written by put_host(). */
static void read_host(const struct queue_address *a, const char *text, struct address_host *host)
{
	struct queue_address one = { .tls = a->tls, .port = default_port(a) };
	struct refusal unused;

	(void)!take_host(&one, text, strcspn(text, ","), &unused);
	memcpy(host->name, one.host, sizeof(host->name));
	host->port = one.port;
}

bool address_host(const struct queue_address *a, size_t i, struct address_host *host)
{
	const char *text = a->more;

	if (i == 0) {
		memcpy(host->name, a->host, sizeof(host->name));
		host->port = a->port;
		return true;
	}
	/* Each begins with a comma. */
	while (*text && --i > 0)
		text += 1 + strcspn(text + 1, ",");
	if (*text)
		read_host(a, text + 1, host);
	return *text;
}

static bool has_host(const struct queue_address *a, const struct address_host *wanted)
{
	struct address_host host;

	for (size_t i = 0; address_host(a, i, &host); i++)
		if (host.port == wanted->port && strcasecmp(host.name, wanted->name) == 0)
			return true;
	return false;
}

bool address_same_broker(const struct queue_address *a, const struct queue_address *b)
{
	struct address_host host;

	for (size_t i = 0; address_host(a, i, &host); i++)
		if (has_host(b, &host))
			return true;
	return false;
}

bool address_same(const struct queue_address *a, const struct queue_address *b)
{
	return address_same_broker(a, b) && strcmp(a->vhost, b->vhost) == 0 &&
	       strcmp(a->queue, b->queue) == 0;
}
