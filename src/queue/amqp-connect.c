/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-connect.c - where a broker may be reached, and the way there: TCP, with or without TLS
 */
#include "config.h"

#include "queue/amqp-connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if HAVE_RABBITMQ_C_FOLDER
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else /* before 0.12 */
#include <amqp.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

#include "base/buffer.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"

/* ---- places ---- */

static bool is_loopback(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	if (sa->sa_family == AF_INET6) {
		const struct in6_addr *a =
			&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;

		return IN6_IS_ADDR_LOOPBACK(a) ||
		       (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
	}
	return false;
}

bool amqp_places_local(const struct amqp_places *places)
{
	for (size_t i = 0; i < places->n; i++)
		if (!is_loopback(places->items[i].at->ai_addr))
			return false;
	return true;
}

void amqp_places_free(struct amqp_places *places)
{
	for (size_t i = 0; i < places->nlists; i++)
		freeaddrinfo(places->lists[i]);
	free(places->items);
}

static int resolve(const struct address_host *host, struct addrinfo **list, struct buffer *why)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", (unsigned int)host->port);
	rc = getaddrinfo(host->name, port, &hints, list);
	if (rc == 0)
		return 0;
	buffer_printf(why, "%s", why->len ? "; " : "");
	buffer_printf(why, _("host %s: %s"), host->name,
		      rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
	return -EHOSTUNREACH;
}

static int add_places(struct amqp_places *places, const struct address_host *host,
		      const struct addrinfo *list)
{
	for (; list; list = list->ai_next) {
		struct amqp_place *items =
			reallocarray(places->items, places->n + 1, sizeof(*items));

		if (!items)
			return -ENOMEM;
		places->items = items;
		items[places->n++] = (struct amqp_place){ *host, list };
	}
	return 0;
}

int amqp_places_find(const struct queue_address *address, struct amqp_places *places,
		     struct buffer *why)
{
	struct address_host host;
	int rc = 0, found;

	*places = (struct amqp_places){ 0 };
	for (size_t i = 0; address_host(address, i, &host); i++) {
		found = resolve(&host, &places->lists[places->nlists], why);
		if (found == 0)
			found = add_places(places, &host, places->lists[places->nlists++]);
		if (found < 0)
			rc = found;
	}
	return places->n > 0 && rc != -ENOMEM ? 0 : rc;
}

/* ---- TCP ---- */

static void put_failure(struct buffer *why, const struct amqp_place *place, const char *reason)
{
	buffer_printf(why, _("cannot connect to %s, port %u: %s"), place->host.name,
		      (unsigned int)place->host.port, reason);
}

static int connect_to(const struct addrinfo *to, int64_t timeout_ns, int *result)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = 0, error = 0, one = 1;
	socklen_t size = sizeof(error);

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, to->ai_addr, to->ai_addrlen) < 0)
		rc = errno == EINPROGRESS ? wait_poll(fd, POLLOUT, timeout_ns) : -errno;
	if (rc == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0)
		rc = -error;
	if (rc < 0)
		close(fd);
	else
		*result = fd;
	return rc;
}

static int connect_plain(amqp_connection_state_t state, const struct amqp_place *place,
			 int64_t timeout_ns, int *fd, struct buffer *why)
{
	amqp_socket_t *socket;
	int rc = connect_to(place->at, timeout_ns, fd);

	if (rc < 0 && rc != -EINTR)
		put_failure(why, place, strerror(-rc));
	if (rc < 0)
		return rc;
	socket = amqp_tcp_socket_new(state);
	if (!socket) {
		close(*fd);
		return -ENOMEM;
	}
	amqp_tcp_socket_set_sockfd(socket, *fd);
	return 0;
}

/* ---- TLS ---- */

/*
 * The library connects to one host by its name.  It is given the numeric address of one place, so
 * that each has its share of the time; these functions make sure that the name is asked for and
 * verified.
 */
static const char *server_name;
static int verify_error; /* X509_V_ERR_* of the last handshake */

static void begin_handshake(const SSL *ssl, int where, int unused)
{
	struct in6_addr number;

	(void)unused;
	/* A number must not go into the extension (RFC 6066). */
	if (where & SSL_CB_HANDSHAKE_START && inet_pton(AF_INET, server_name, &number) != 1 &&
	    inet_pton(AF_INET6, server_name, &number) != 1)
		SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, (char *)(uintptr_t)server_name);
}

static int note_verified(int ok, X509_STORE_CTX *store)
{
	if (!ok)
		verify_error = X509_STORE_CTX_get_error(store);
	return ok;
}

static void verify_name(SSL_CTX *ctx, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);

	server_name = name;
	verify_error = X509_V_OK;
	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) != 1)
		X509_VERIFY_PARAM_set1_host(param, name, 0);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, note_verified);
	SSL_CTX_set_info_callback(ctx, begin_handshake);
}

static int present_certificate(amqp_socket_t *socket, struct buffer *why)
{
	const char *cert = getenv("MQTOOL_AMQP_CERT"), *key = getenv("MQTOOL_AMQP_KEY");
	unsigned long reason;

	if (!cert || !*cert)
		return 0;
	ERR_clear_error();
	if (amqp_ssl_socket_set_key(socket, cert, key && *key ? key : cert) == AMQP_STATUS_OK)
		return 0;
	reason = ERR_peek_last_error();
	buffer_printf(why,
		      _("the certificate of MQTOOL_AMQP_CERT with the key of MQTOOL_AMQP_KEY"
			" cannot be used: %s"),
		      reason ? ERR_reason_error_string(reason) : strerror(EINVAL));
	return -EKEYREJECTED;
}

static int tls_failed(const struct amqp_place *place, int status, int error, struct buffer *why)
{
	unsigned long reason = ERR_peek_last_error();
	const char *said = reason ? ERR_reason_error_string(reason) : NULL;

	if (verify_error == X509_V_ERR_HOSTNAME_MISMATCH ||
	    verify_error == X509_V_ERR_IP_ADDRESS_MISMATCH) {
		buffer_printf(why, _("the certificate of the broker is not for the name %s"),
			      place->host.name);
		return -EKEYREJECTED;
	}
	switch (status) {
	case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
	case AMQP_STATUS_SSL_CONNECTION_FAILED:
	case AMQP_STATUS_SSL_ERROR:
		buffer_printf(why,
			      _("no TLS with %s, port %u: %s (trusted authorities are those of"
				" OpenSSL, or of SSL_CERT_FILE)"),
			      place->host.name, (unsigned int)place->host.port,
			      said ? said : amqp_error_string2(status));
		return verify_error != X509_V_OK ? -EKEYREJECTED : -EPROTO;
	case AMQP_STATUS_TIMEOUT:
		put_failure(why, place, strerror(ETIMEDOUT));
		return -ETIMEDOUT;
	default:
		put_failure(why, place, error ? strerror(error) : amqp_error_string2(status));
		return error ? -error : -EHOSTUNREACH;
	}
}

/* The descriptor that the next socket(2) will have, so that a stop signal can end
 * its connecting. */
static int next_descriptor(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd;
}

static int open_socket(amqp_socket_t *socket, const struct amqp_place *place, int64_t timeout_ns,
		       int *status, int *error)
{
	struct timeval timeout = { .tv_sec = timeout_ns / NSEC_PER_SEC,
				   .tv_usec = timeout_ns % NSEC_PER_SEC / 1000 + 1 };
	char number[NI_MAXHOST];
	int rc;

	rc = getnameinfo(place->at->ai_addr, place->at->ai_addrlen, number, sizeof(number), NULL, 0,
			 NI_NUMERICHOST);
	if (rc != 0)
		return -EHOSTUNREACH;
	rc = wait_begin_socket(-1, next_descriptor());
	if (rc < 0)
		return rc;
	ERR_clear_error();
	errno = 0;
	*status = amqp_socket_open_noblock(socket, number, place->host.port, &timeout);
	*error = errno;
	rc = wait_end();
	return *status == AMQP_STATUS_OK ? 0 : rc;
}

static int connect_tls(amqp_connection_state_t state, const struct amqp_place *place,
		       int64_t timeout_ns, int *fd, struct buffer *why)
{
	amqp_socket_t *socket = amqp_ssl_socket_new(state);
	int status = AMQP_STATUS_OK, error = 0, rc;

	if (!socket)
		return -ENOMEM;
	SSL_CTX_set_default_verify_paths(amqp_ssl_socket_get_context(socket));
	amqp_ssl_socket_set_verify_peer(socket, 1);
	amqp_ssl_socket_set_verify_hostname(socket, 0); /* verify_name() does that */
	amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
	verify_name(amqp_ssl_socket_get_context(socket), place->host.name);
	rc = present_certificate(socket, why);
	if (rc == 0)
		rc = open_socket(socket, place, timeout_ns, &status, &error);
	if (rc == 0 && status != AMQP_STATUS_OK)
		rc = tls_failed(place, status, error, why);
	if (rc == 0)
		*fd = amqp_socket_get_sockfd(socket);
	return rc;
}

int amqp_place_connect(struct amqp_connection_state_t_ *state, const struct amqp_place *place,
		       bool tls, int64_t timeout_ns, int *fd, struct buffer *why)
{
	return tls ? connect_tls(state, place, timeout_ns, fd, why) :
		     connect_plain(state, place, timeout_ns, fd, why);
}
