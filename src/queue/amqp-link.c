/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp-link.c - a connection to a broker, with one channel
 */
#include "config.h"

#include "queue/amqp-link.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if HAVE_RABBITMQ_C_FOLDER
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else /* before 0.12 */
#include <amqp.h>
#include <amqp_framing.h>
#endif

#include "base/buffer.h"
#include "base/escape.h"
#include "base/parse.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"
#include "base/wait.h"
#include "queue/amqp-connect.h"
#include "queue/amqp-properties.h"
#include "queue/amqp-secret.h"
#include "queue/amqp-told.h"
#include "queue/queue-backend.h"

#define CHANNEL 1
/* RabbitMQ's default, and no more than its guide recommends for a frame. */
#define FRAME_MAX 131072
/* Seconds, unless the broker wants less; a side that is silent for twice as long counts as dead. */
#define HEARTBEAT 10
/* Time for a last word to a broker. */
#define CLOSE_TIMEOUT (5 * NSEC_PER_SEC)

struct amqp_link {
	struct amqp_link *next; /* of all links, for heartbeats */
	amqp_connection_state_t state;
	int fd;
	bool lost;
	bool channel;      /* is open */
	char consumer[24]; /* the name of the only consumer */
	unsigned int consumers;
	bool blocked; /* the broker takes no message now */
	struct buffer why_blocked;
	char version[32];  /* of RabbitMQ, "" if it tells none */
	char cluster[256]; /* the name that the broker's cluster has, or "" */
	char user[256];    /* our user there */
	int64_t next_beat, beat_interval;
	/* A message that has not come whole. */
	bool in_content, has_header;
	enum amqp_event_kind content;
	uint64_t tag, missing;
	struct message message;
	struct buffer body, properties;
	bool redelivered;
	/* Of a message that is sent: the properties that may be sent, and the library's form of
	 * them. */
	struct buffer sendable;
	amqp_pool_t pool;
};

/* Held around all calls of librabbitmq, and the list. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;
static struct amqp_link *links;

/* ---- what went wrong ---- */

static struct buffer error_text;
static bool no_queue; /* it says that there is no such queue */

const char *amqp_link_error(void)
{
	return error_text.len ? buffer_string(&error_text) : "";
}

bool amqp_link_no_queue(void)
{
	return no_queue;
}

static void no_error(void)
{
	error_text.len = 0;
	no_queue = false;
}

static int _printf_(2, 3) fail(int error, const char *fmt, ...)
{
	va_list ap;

	no_error();
	va_start(ap, fmt);
	buffer_vprintf(&error_text, fmt, ap);
	va_end(ap);
	return error;
}

/* What a reply code of AMQP 0-9-1 (section 1.5 of its reference) means here. */
static int told_error(uint16_t code, enum told_meaning meaning)
{
	switch (meaning) {
	case TOLD_DOWN:
	case TOLD_ACK_TIMEOUT:
		return -ECONNRESET;
	case TOLD_TOO_LARGE:
		return -EMSGSIZE;
	case TOLD_NO_QUEUE:
	case TOLD_NO_VHOST:
		return -ENOENT;
	case TOLD_NOT_EQUAL:
		return -ENOTUNIQ;
	default:
		break;
	}
	switch (code) {
	case AMQP_ACCESS_REFUSED:
	case AMQP_NOT_ALLOWED:
		return -EACCES;
	case AMQP_NOT_FOUND:
		return -ENOENT;
	case AMQP_RESOURCE_LOCKED:
		return -EBUSY;
	case AMQP_CONNECTION_FORCED:
		return -ECONNRESET;
	case AMQP_RESOURCE_ERROR:
		return -ENOSPC;
	default:
		return -EPROTO;
	}
}

/* The broker's own words are foreign bytes. */
static int fail_as_told(uint16_t code, amqp_bytes_t text)
{
	enum told_meaning meaning = told_meaning(text.bytes, text.len);
	const char *ours = told_explanation(meaning);

	error_text.len = 0;
	no_queue = meaning == TOLD_NO_QUEUE;
	if (ours)
		buffer_printf(&error_text, "%s; ", _(ours));
	buffer_puts(&error_text, _("the broker says: "));
	escape_put(&error_text, text.bytes, text.len, ESCAPE_FOREIGN);
	return told_error(code, meaning);
}

/* "low on memory" or "low on disk", in the words of RabbitMQ. */
static void take_blocked(struct amqp_link *l, const amqp_connection_blocked_t *blocked)
{
	l->blocked = true;
	l->why_blocked.len = 0;
	escape_put(&l->why_blocked, blocked->reason.bytes, blocked->reason.len, ESCAPE_FOREIGN);
}

static int channel_closed(struct amqp_link *l, const amqp_channel_close_t *close)
{
	amqp_channel_close_ok_t ok = { 0 };
	int error = fail_as_told(close->reply_code, close->reply_text);

	l->channel = false;
	(void)!amqp_send_method(l->state, CHANNEL, AMQP_CHANNEL_CLOSE_OK_METHOD, &ok);
	return error;
}

static int connection_closed(struct amqp_link *l, const amqp_connection_close_t *close)
{
	amqp_connection_close_ok_t ok = { 0 };
	int error = fail_as_told(close->reply_code, close->reply_text);

	l->lost = true;
	(void)!amqp_send_method(l->state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &ok);
	return error;
}

/* Does the broker take nothing?  What says so may have come and not been read yet. */
static bool is_blocked(struct amqp_link *l)
{
	struct timeval now = { 0 };
	amqp_frame_t frame;

	while (!l->blocked &&
	       amqp_simple_wait_frame_noblock(l->state, &frame, &now) == AMQP_STATUS_OK)
		if (frame.frame_type == AMQP_FRAME_METHOD &&
		    frame.payload.method.id == AMQP_CONNECTION_BLOCKED_METHOD)
			take_blocked(l, frame.payload.method.decoded);
	return l->blocked;
}

/* Called with the library's lock held. */
static int give_up(struct amqp_link *l)
{
	bool blocked = is_blocked(l);

	l->lost = true;
	if (!blocked)
		return fail(-ETIMEDOUT, "%s", _("the broker does not answer"));
	fail(-ETIMEDOUT, "%s", _("the broker takes no messages now, and says why: "));
	buffer_put(&error_text, l->why_blocked.data, l->why_blocked.len);
	return -ETIMEDOUT;
}

int amqp_link_give_up(struct amqp_link *l)
{
	int rc;

	pthread_mutex_lock(&library);
	rc = give_up(l);
	pthread_mutex_unlock(&library);
	return rc;
}

static int library_failed(struct amqp_link *l, int status)
{
	l->lost = true;
	switch (status) {
	case AMQP_STATUS_NO_MEMORY:
		return fail(-ENOMEM, "%s", strerror(ENOMEM));
	case AMQP_STATUS_TIMEOUT:
		return give_up(l);
	case AMQP_STATUS_HEARTBEAT_TIMEOUT:
		return fail(-ECONNRESET, _("nothing was heard from the broker for %d seconds"),
			    2 * amqp_get_heartbeat(l->state));
	case AMQP_STATUS_CONNECTION_CLOSED:
	case AMQP_STATUS_SOCKET_CLOSED:
	case AMQP_STATUS_SOCKET_ERROR:
	case AMQP_STATUS_TCP_ERROR:
	case AMQP_STATUS_SSL_ERROR:
		return fail(-ECONNRESET, "%s", _("the connection to the broker was lost"));
	default:
		return fail(-EPROTO, "%s", amqp_error_string2(status));
	}
}

/* The result of a call of the library, as an error. */
static int reply_error(struct amqp_link *l, amqp_rpc_reply_t reply)
{
	switch (reply.reply_type) {
	case AMQP_RESPONSE_NORMAL:
		return 0;
	case AMQP_RESPONSE_SERVER_EXCEPTION:
		if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD)
			return channel_closed(l, reply.reply.decoded);
		if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD)
			return connection_closed(l, reply.reply.decoded);
		l->lost = true;
		return fail(-EPROTO, _("the broker sent method 0x%08x when none was due"),
			    reply.reply.id);
	default:
		return library_failed(l, reply.library_error);
	}
}

/* ---- heartbeats ---- */

/* Runs in the helper's thread: a link that is in use needs no heartbeat just now. */
static void beat(void)
{
	const amqp_frame_t heartbeat = { .frame_type = AMQP_FRAME_HEARTBEAT };
	int64_t now = clock_monotonic_ns();

	if (pthread_mutex_trylock(&library) != 0)
		return;
	for (struct amqp_link *l = links; l; l = l->next) {
		struct pollfd pfd = { .fd = l->fd, .events = POLLOUT };

		if (l->lost || now < l->next_beat || poll(&pfd, 1, 0) <= 0)
			continue;
		l->next_beat = now + l->beat_interval;
		/* Whoever uses the link will find out that it is lost. */
		(void)!amqp_send_frame(l->state, &heartbeat);
	}
	pthread_mutex_unlock(&library);
}

static void add_link(struct amqp_link *l)
{
	pthread_mutex_lock(&library);
	l->next_beat = INT64_MAX;
	l->next = links;
	links = l;
	pthread_mutex_unlock(&library);
}

static void remove_link(struct amqp_link *link)
{
	struct amqp_link **at = &links;

	pthread_mutex_lock(&library);
	while (*at && *at != link)
		at = &(*at)->next;
	if (*at)
		*at = link->next;
	pthread_mutex_unlock(&library);
}

/* ---- calls of the library ---- */

/* Before a call that may block. */
static int begin(struct amqp_link *l, int64_t timeout_ns)
{
	int rc;

	if (l->lost)
		return fail(-ECONNRESET, "%s", _("the connection to the broker was lost"));
	pthread_mutex_lock(&library);
	no_error();
	rc = wait_begin_socket(timeout_ns, l->fd);
	if (rc < 0)
		pthread_mutex_unlock(&library);
	return rc;
}

/* After the call; error is its result, which is the cause if that ended it. */
static int end(struct amqp_link *l, int error)
{
	int cause = wait_end();

	if (error < 0 && l->lost && cause)
		error = cause == -ETIMEDOUT ? give_up(l) : cause;
	pthread_mutex_unlock(&library);
	return error;
}

static int64_t answer_timeout(void)
{
	return queue_broker()->timeout_ns;
}

/* After a call that returns its answer. */
static int end_call(struct amqp_link *l)
{
	return end(l, reply_error(l, amqp_get_rpc_reply(l->state)));
}

/* Sends a method that has no answer, or whose answer is an event. */
static int send_method(struct amqp_link *l, amqp_method_number_t id, void *method)
{
	int rc = begin(l, answer_timeout()), status;

	if (rc < 0)
		return rc;
	status = amqp_send_method(l->state, CHANNEL, id, method);
	return end(l, status == AMQP_STATUS_OK ? 0 : library_failed(l, status));
}

/* Does not wait for anything: a broker takes what is sent in its order. */
static int open_channel(struct amqp_link *l)
{
	amqp_channel_open_t open = { 0 };

	if (l->channel)
		return 0;
	l->channel = true;
	return send_method(l, AMQP_CHANNEL_OPEN_METHOD, &open);
}

/* Before a call that needs the channel, which an earlier error may have closed. */
static int begin_call(struct amqp_link *l)
{
	int rc = open_channel(l);

	return rc < 0 ? rc : begin(l, answer_timeout());
}

/* ---- connecting ---- */

static bool plaintext_allowed(void)
{
	const char *allowed = getenv("MQTOOL_AMQP_ALLOW_PLAINTEXT");

	return queue_broker()->plaintext || (allowed && strcmp(allowed, "1") == 0);
}

static bool may_know_password(const struct queue_address *a, const struct amqp_places *places)
{
	return a->tls || plaintext_allowed() || amqp_places_local(places);
}

int amqp_link_may_send_password(const struct queue_address *address)
{
	struct amqp_places places = { 0 };
	bool may = true;

	/* Connecting will find out that a host is not known. */
	if (!address->tls && amqp_places_find(address, &places, &error_text) == 0)
		may = may_know_password(address, &places);
	amqp_places_free(&places);
	return may ? 0 : -EPERM;
}

static struct timeval as_timeval(int64_t ns)
{
	return (struct timeval){ .tv_sec = ns / NSEC_PER_SEC,
				 .tv_usec = ns % NSEC_PER_SEC / 1000 + 1 };
}

/* The name that the broker's administrator sees: "mqtool recv 1234@host". */
static void connection_name(char *name, size_t size)
{
	char host[HOST_NAME_MAX + 1] = "";

	(void)!gethostname(host, sizeof(host) - 1);
	snprintf(name, size, "mqtool %s %d@%s", queue_broker()->command, (int)getpid(), host);
}

/* Asks to be told when a queue is deleted under a consumer, and why a login is refused. */
static amqp_rpc_reply_t log_in(struct amqp_link *l, const struct queue_address *a,
			       const struct amqp_secret *secret)
{
	static const char *const able[] = { "consumer_cancel_notify", "publisher_confirms",
					    "authentication_failure_close", "connection.blocked" };
	amqp_table_entry_t abilities[ARRAY_SIZE(able)], properties[2];
	amqp_table_t table = { .num_entries = ARRAY_SIZE(properties), .entries = properties };
	char name[256];

	connection_name(name, sizeof(name));
	for (size_t i = 0; i < ARRAY_SIZE(able); i++) {
		abilities[i].key = amqp_cstring_bytes(able[i]);
		abilities[i].value.kind = AMQP_FIELD_KIND_BOOLEAN;
		abilities[i].value.value.boolean = 1;
	}
	properties[0].key = amqp_cstring_bytes("capabilities");
	properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
	properties[0].value.value.table =
		(amqp_table_t){ .num_entries = ARRAY_SIZE(able), .entries = abilities };
	properties[1].key = amqp_cstring_bytes("connection_name");
	properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
	properties[1].value.value.bytes = amqp_cstring_bytes(name);
	return amqp_login_with_properties(l->state, a->vhost, 0, FRAME_MAX, HEARTBEAT, &table,
					  AMQP_SASL_METHOD_PLAIN, secret->user, secret->password);
}

/* Copies a text of the server's properties (AMQP 0-9-1, connection.start); "" if it has none. */
static void server_property(struct amqp_link *l, const char *key, char *text, size_t size)
{
	const amqp_table_t *table = amqp_get_server_properties(l->state);

	*text = '\0';
	for (int i = 0; i < table->num_entries; i++) {
		const amqp_table_entry_t *entry = &table->entries[i];
		amqp_bytes_t value = entry->value.value.bytes;

		if (entry->value.kind != AMQP_FIELD_KIND_UTF8 || entry->key.len != strlen(key) ||
		    memcmp(entry->key.bytes, key, entry->key.len) != 0)
			continue;
		snprintf(text, size, "%.*s", (int)value.len, (const char *)value.bytes);
	}
}

static int introduce(struct amqp_link *l, const struct queue_address *a,
		     const struct amqp_secret *secret, int64_t timeout_ns)
{
	struct timeval timeout = as_timeval(timeout_ns);
	int heartbeat, rc;

	amqp_set_handshake_timeout(l->state, &timeout);
	rc = begin(l, timeout_ns);
	if (rc < 0)
		return rc;
	rc = reply_error(l, log_in(l, a, secret));
	if (rc == 0)
		server_property(l, "cluster_name", l->cluster, sizeof(l->cluster));
	if (rc == 0)
		server_property(l, "version", l->version, sizeof(l->version));
	/* The smaller of both sides' wishes; 0 if there is no connection. */
	heartbeat = amqp_get_heartbeat(l->state);
	l->beat_interval = (heartbeat ? heartbeat : HEARTBEAT) * NSEC_PER_SEC / 2;
	l->next_beat = clock_monotonic_ns() + l->beat_interval;
	return end(l, rc);
}

/* Makes a connection through one place, within that time. */
static int open_place(struct amqp_link **link, const struct queue_address *a,
		      const struct amqp_place *place, const struct amqp_secret *secret,
		      int64_t timeout_ns)
{
	int64_t deadline = clock_monotonic_ns() + timeout_ns;
	struct amqp_link *l = calloc(1, sizeof(*l));
	int rc = -ENOMEM;

	no_error();
	if (l)
		l->state = amqp_new_connection();
	if (l && l->state)
		rc = amqp_place_connect(l->state, place, a->tls, timeout_ns, &l->fd, &error_text);
	if (rc < 0) {
		if (l && l->state)
			amqp_destroy_connection(l->state);
		free(l);
		return rc;
	}
	init_amqp_pool(&l->pool, 4096);
	snprintf(l->user, sizeof(l->user), "%s", secret->user);
	add_link(l);
	timeout_ns = deadline - clock_monotonic_ns();
	rc = introduce(l, a, secret, timeout_ns > 0 ? timeout_ns : 1);
	if (rc < 0)
		amqp_link_close(l);
	else
		*link = l;
	return rc;
}

/* Another place may succeed. */
static bool worth_another_place(int error)
{
	switch (error) {
	case -EACCES:
	case -ENOENT:
	case -ENOMEM:
	case -EINTR:
	case -EPIPE:
		return false;
	default:
		return true;
	}
}

/* Tries one place after the other, each with its share of the time, until one answers. */
static int open_places(struct amqp_link **link, const struct queue_address *a,
		       const struct amqp_places *places, const struct amqp_secret *secret)
{
	/* Beginning at a random one, so that a cluster shares the load; the next
	 * time at the next. */
	static size_t turn = SIZE_MAX;
	int64_t deadline = clock_monotonic_ns() + answer_timeout();
	struct buffer tried = { 0 };
	bool silent = false;
	int rc = -EHOSTUNREACH;

	if (turn == SIZE_MAX)
		turn = (size_t)clock_monotonic_ns() / 1000 ^ (size_t)getpid();
	for (size_t i = places->n; i > 0; i--) {
		int64_t left = deadline - clock_monotonic_ns();
		int64_t share = left / (int64_t)i;

		rc = open_place(link, a, &places->items[turn++ % places->n], secret,
				share > 0 ? share : 1);
		if (rc == 0 || !worth_another_place(rc))
			break;
		silent |= rc == -ETIMEDOUT;
		buffer_printf(&tried, "%s%s", tried.len ? "; " : "", amqp_link_error());
	}
	/* Whichever came first: with more time the silent one might have answered. */
	if (rc < 0 && worth_another_place(rc))
		rc = fail(silent ? -ETIMEDOUT : rc, "%s", buffer_string(&tried));
	buffer_free(&tried);
	return rc;
}

int amqp_link_open(struct amqp_link **link, const struct queue_address *address)
{
	struct refusal refusal;
	struct amqp_places places;
	struct amqp_secret secret;
	int rc;

	*link = NULL;
	no_error();
	rc = wait_keep_beating(beat);
	if (rc < 0)
		return rc;
	if (amqp_secret_find(address, &secret, &refusal) < 0)
		return fail(-EINVAL, "%s", refusal.text);
	/* The very places that are connected to, not what a name may mean next time. */
	rc = amqp_places_find(address, &places, &error_text);
	if (rc == 0 && !may_know_password(address, &places))
		rc = -EPERM;
	if (rc == 0)
		rc = open_places(link, address, &places, &secret);
	amqp_places_free(&places);
	amqp_secret_wipe(&secret);
	return rc;
}

void amqp_link_close(struct amqp_link *l)
{
	struct buffer kept = error_text;

	if (!l)
		return;
	error_text = (struct buffer){ 0 }; /* why it is closed is still to be told */
	if (begin(l, CLOSE_TIMEOUT) == 0)
		(void)!end(l, reply_error(l, amqp_connection_close(l->state, AMQP_REPLY_SUCCESS)));
	remove_link(l);
	amqp_destroy_connection(l->state);
	empty_amqp_pool(&l->pool);
	buffer_free(&l->sendable);
	buffer_free(&l->properties);
	buffer_free(&l->body);
	buffer_free(&l->why_blocked);
	free(l);
	buffer_free(&error_text);
	error_text = kept;
}

/* ---- what comes ---- */

static void begin_content(struct amqp_link *l, enum amqp_event_kind kind, uint64_t tag,
			  bool redelivered)
{
	l->in_content = true;
	l->redelivered = redelivered;
	l->has_header = false;
	l->content = kind;
	l->tag = tag;
	l->body.len = 0;
}

/* Other kinds of queue understand only a type that is a number, as we would write it. */
static void take_type(struct message *m, amqp_bytes_t type)
{
	char digits[24] = "0";
	uint64_t number;

	if (type.len < sizeof(digits) && !memchr(type.bytes, '\0', type.len)) {
		memcpy(digits, type.bytes, type.len);
		digits[type.len] = '\0';
	}
	if (digits[0] == '0' || parse_u64(digits, 1, LONG_MAX, &number) < 0) {
		m->have |= MESSAGE_HAS_OTHER_TYPE;
		return;
	}
	m->have |= MESSAGE_HAS_TYPE;
	m->type = (long)number;
}

/* All properties except those that mqtool sets itself: delivery mode, priority, a numeric type. */
static void take_properties(struct amqp_link *l, amqp_bytes_t raw)
{
	struct properties p;

	l->properties.len = 0;
	if (!properties_parse(&p, raw.bytes, raw.len))
		return; /* the library decoded them before */
	p.of[PROPERTY_DELIVERY_MODE].data = NULL;
	p.of[PROPERTY_PRIORITY].data = NULL;
	if (!(l->message.have & MESSAGE_HAS_OTHER_TYPE))
		p.of[PROPERTY_TYPE].data = NULL;
	if (!properties_empty(&p))
		properties_put(&l->properties, &p);
}

static void take_header(struct amqp_link *l, const amqp_frame_t *frame)
{
	const amqp_basic_properties_t *p = frame->payload.properties.decoded;

	l->has_header = true;
	l->missing = frame->payload.properties.body_size;
	l->message =
		(struct message){ .have = MESSAGE_HAS_REDELIVERED, .redelivered = l->redelivered };
	if (p->_flags & AMQP_BASIC_PRIORITY_FLAG) {
		l->message.have |= MESSAGE_HAS_PRIORITY;
		l->message.priority = p->priority;
	}
	if (p->_flags & AMQP_BASIC_TYPE_FLAG)
		take_type(&l->message, p->type);
	take_properties(l, frame->payload.properties.raw);
}

/* 1 if that was the last of it. */
static int take_content(struct amqp_link *l, const amqp_frame_t *frame, struct amqp_event *event)
{
	if (frame->frame_type == AMQP_FRAME_HEADER && !l->has_header) {
		take_header(l, frame);
	} else if (frame->frame_type == AMQP_FRAME_BODY && l->has_header &&
		   frame->payload.body_fragment.len <= l->missing) {
		buffer_put(&l->body, frame->payload.body_fragment.bytes,
			   frame->payload.body_fragment.len);
		l->missing -= frame->payload.body_fragment.len;
	} else {
		l->lost = true;
		return fail(-EPROTO, "%s", _("the broker sent a message in the wrong order"));
	}
	if (l->body.failed || l->properties.failed) {
		l->lost = true; /* others get it only through the broker */
		return fail(-ENOMEM, "%s", strerror(ENOMEM));
	}
	if (l->missing)
		return 0;
	l->in_content = false;
	*event = (struct amqp_event){ .kind = l->content, .tag = l->tag, .message = l->message };
	event->message.data = l->body.data;
	event->message.len = l->body.len;
	event->message.properties = l->properties.data;
	event->message.properties_len = l->properties.len;
	event->message.tag = l->tag;
	return 1;
}

static void take_ack(const amqp_basic_ack_t *ack, struct amqp_event *event)
{
	*event = (struct amqp_event){ AMQP_CONFIRM, ack->delivery_tag, ack->multiple, { 0 } };
}

static void take_nack(const amqp_basic_nack_t *nack, struct amqp_event *event)
{
	*event = (struct amqp_event){ AMQP_REFUSAL, nack->delivery_tag, nack->multiple, { 0 } };
}

static void take_deliver(struct amqp_link *l, const amqp_basic_deliver_t *deliver)
{
	begin_content(l, AMQP_DELIVERY, deliver->delivery_tag, deliver->redelivered);
}

static void take_get_ok(struct amqp_link *l, const amqp_basic_get_ok_t *ok)
{
	begin_content(l, AMQP_DELIVERY, ok->delivery_tag, ok->redelivered);
}

/* 1 if it is an event, 0 if not, or if it is only the beginning of one. */
static int take_method(struct amqp_link *l, const amqp_method_t *method, struct amqp_event *event)
{
	const void *decoded = method->decoded;

	*event = (struct amqp_event){ 0 };
	switch (method->id) {
	case AMQP_BASIC_DELIVER_METHOD:
		take_deliver(l, decoded);
		return 0;
	case AMQP_BASIC_GET_OK_METHOD:
		take_get_ok(l, decoded);
		return 0;
	case AMQP_BASIC_RETURN_METHOD:
		begin_content(l, AMQP_RETURN, 0, false);
		return 0;
	case AMQP_BASIC_GET_EMPTY_METHOD:
		event->kind = AMQP_NO_MESSAGE;
		return 1;
	case AMQP_BASIC_CANCEL_METHOD:
		event->kind = AMQP_CANCEL;
		return 1;
	case AMQP_BASIC_CANCEL_OK_METHOD:
		event->kind = AMQP_CANCELLED;
		return 1;
	case AMQP_QUEUE_DECLARE_OK_METHOD:
		event->kind = AMQP_COUNT;
		event->tag = ((const amqp_queue_declare_ok_t *)decoded)->message_count;
		return 1;
	case AMQP_CONNECTION_BLOCKED_METHOD:
		take_blocked(l, decoded);
		return 0;
	case AMQP_CONNECTION_UNBLOCKED_METHOD:
		l->blocked = false;
		return 0;
	case AMQP_BASIC_ACK_METHOD:
		take_ack(decoded, event);
		return 1;
	case AMQP_BASIC_NACK_METHOD:
		take_nack(decoded, event);
		return 1;
	case AMQP_CHANNEL_CLOSE_METHOD:
		return channel_closed(l, decoded);
	case AMQP_CONNECTION_CLOSE_METHOD:
		return connection_closed(l, decoded);
	default:
		return 0;
	}
}

static int next_event(struct amqp_link *l, struct amqp_event *event)
{
	struct timeval now = { 0 };
	amqp_frame_t frame;
	int rc = 0, status;

	while (rc == 0) {
		/* Only between messages is nothing in use of what was read. */
		if (!l->in_content)
			amqp_maybe_release_buffers(l->state);
		status = amqp_simple_wait_frame_noblock(l->state, &frame, &now);
		if (status == AMQP_STATUS_TIMEOUT)
			return 0;
		if (status != AMQP_STATUS_OK)
			return library_failed(l, status);
		if (frame.frame_type == AMQP_FRAME_METHOD)
			rc = take_method(l, &frame.payload.method, event);
		else if (l->in_content)
			rc = take_content(l, &frame, event);
	}
	return rc;
}

int amqp_link_event(struct amqp_link *l, struct amqp_event *event)
{
	int rc;

	if (l->lost)
		return fail(-ECONNRESET, "%s", _("the connection to the broker was lost"));
	pthread_mutex_lock(&library);
	no_error();
	rc = next_event(l, event);
	pthread_mutex_unlock(&library);
	return rc;
}

int amqp_link_wait(struct amqp_link *l, int64_t timeout_ns)
{
	/* The library notices that the broker is silent only when it is asked. */
	bool look = timeout_ns < 0 || timeout_ns > l->beat_interval;
	int rc = wait_poll(l->fd, POLLIN, look ? l->beat_interval : timeout_ns);

	return look && rc == -ETIMEDOUT ? 0 : rc;
}

int amqp_link_linger(struct amqp_link *l, int64_t timeout_ns)
{
	const struct timespec timeout = { timeout_ns / NSEC_PER_SEC, timeout_ns % NSEC_PER_SEC };
	struct pollfd pfd = { .fd = l->fd, .events = POLLIN };
	int n = ppoll(&pfd, 1, &timeout, NULL);

	return n == 0 ? -ETIMEDOUT : 0; /* after a signal the caller looks, and calls again */
}

const char *amqp_link_cluster(const struct amqp_link *l)
{
	return l->cluster;
}

/* ---- what is asked for ---- */

int amqp_link_look(struct amqp_link *l, const char *queue, uint64_t *messages)
{
	amqp_queue_declare_ok_t *ok;
	int rc = begin_call(l);

	if (rc < 0)
		return rc;
	ok = amqp_queue_declare(l->state, CHANNEL, amqp_cstring_bytes(queue), 1, 0, 0, 0,
				amqp_empty_table);
	if (ok)
		*messages = ok->message_count;
	return end_call(l);
}

static void add_number(amqp_table_t *table, const char *key, uint64_t value)
{
	amqp_table_entry_t *entry = &table->entries[table->num_entries++];

	entry->key = amqp_cstring_bytes(key);
	entry->value.kind = AMQP_FIELD_KIND_I64;
	entry->value.value.i64 = (int64_t)value;
}

static void add_word(amqp_table_t *table, const char *key, const char *value)
{
	amqp_table_entry_t *entry = &table->entries[table->num_entries++];

	entry->key = amqp_cstring_bytes(key);
	entry->value.kind = AMQP_FIELD_KIND_UTF8;
	entry->value.value.bytes = amqp_cstring_bytes(value);
}

int amqp_link_declare(struct amqp_link *l, const char *queue, const struct amqp_arguments *arguments)
{
	amqp_table_entry_t entries[7];
	amqp_table_t table = { .entries = entries };
	int rc = begin_call(l);

	if (rc < 0)
		return rc;
	if (arguments->max_length) {
		add_number(&table, "x-max-length", arguments->max_length);
		add_word(&table, "x-overflow", "reject-publish");
	}
	if (arguments->max_priority)
		add_number(&table, "x-max-priority", arguments->max_priority);
	if (arguments->quorum)
		add_word(&table, "x-queue-type", "quorum");
	/* Without it such a server drops what was put back 20 times. */
	if (arguments->quorum && told_limits_deliveries(l->version))
		add_number(&table, "x-delivery-limit", (uint64_t)-1);
	if (arguments->dead_letter) { /* through the default exchange */
		add_word(&table, "x-dead-letter-exchange", "");
		add_word(&table, "x-dead-letter-routing-key", arguments->dead_letter);
	}
	amqp_queue_declare(l->state, CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0, table);
	return end_call(l);
}

int amqp_link_delete(struct amqp_link *l, const char *queue)
{
	int rc = begin_call(l);

	if (rc < 0)
		return rc;
	amqp_queue_delete(l->state, CHANNEL, amqp_cstring_bytes(queue), 0, 0);
	return end_call(l);
}

int amqp_link_confirm(struct amqp_link *l)
{
	amqp_confirm_select_t select = { 0 };
	int rc = open_channel(l);

	return rc < 0 ? rc : send_method(l, AMQP_CONFIRM_SELECT_METHOD, &select);
}

/* The properties of the message that may be sent; headers may lie in `memory`.  False if there are
 * none. */
static bool find_sendable(const struct amqp_link *l, const struct message *m, struct properties *p,
			  struct buffer *memory, bool *withheld)
{
	*withheld = false;
	if (m->properties_len == 0 || !properties_parse(p, m->properties, m->properties_len))
		return false;
	*withheld = properties_withhold(p, l ? l->user : "", memory);
	return !properties_empty(p);
}

bool amqp_link_withholds(const struct amqp_link *l, const struct message *m)
{
	struct buffer memory = { 0 };
	struct properties p;
	bool withheld;

	(void)find_sendable(l, m, &p, &memory, &withheld);
	buffer_free(&memory);
	return withheld;
}

/* The library decodes them here and encodes them again as it sends them. */
static int decode_sendable(struct amqp_link *l, const struct message *m,
			   amqp_basic_properties_t *properties)
{
	struct buffer memory = { 0 };
	struct properties p;
	amqp_bytes_t encoded;
	void *decoded;
	bool withheld;
	int status = AMQP_STATUS_OK;

	if (!find_sendable(l, m, &p, &memory, &withheld))
		goto out;
	l->sendable.len = 0;
	properties_put(&l->sendable, &p);
	recycle_amqp_pool(&l->pool);
	encoded = (amqp_bytes_t){ .len = l->sendable.len, .bytes = l->sendable.data };
	status = memory.failed || l->sendable.failed ?
			 AMQP_STATUS_NO_MEMORY :
			 amqp_decode_properties(AMQP_BASIC_CLASS, &l->pool, encoded, &decoded);
	if (status == AMQP_STATUS_OK)
		*properties = *(amqp_basic_properties_t *)decoded;
out:
	buffer_free(&memory);
	return status;
}

/* What a message is sent with.  type: room for a numeric one. */
static int set_properties(struct amqp_link *l, const struct message *m, char type[24],
			  amqp_basic_properties_t *properties)
{
	*properties = (amqp_basic_properties_t){ 0 };
	if (m->properties_len + 64 > (size_t)amqp_get_frame_max(l->state))
		return fail(-EBADMSG, _("its properties do not fit a frame of %d bytes"),
			    amqp_get_frame_max(l->state));
	if (decode_sendable(l, m, properties) != AMQP_STATUS_OK)
		return fail(-EBADMSG, "%s", _("its properties cannot be encoded"));
	properties->_flags |= AMQP_BASIC_DELIVERY_MODE_FLAG;
	properties->delivery_mode = AMQP_DELIVERY_PERSISTENT;
	if (m->have & MESSAGE_HAS_PRIORITY) {
		properties->_flags |= AMQP_BASIC_PRIORITY_FLAG;
		properties->priority = (uint8_t)m->priority;
	}
	if (m->have & MESSAGE_HAS_TYPE) {
		snprintf(type, 24, "%ld", m->type);
		properties->_flags |= AMQP_BASIC_TYPE_FLAG;
		properties->type = amqp_cstring_bytes(type);
	}
	return 0;
}

int amqp_link_can_publish(struct amqp_link *l, const struct message *m)
{
	amqp_basic_properties_t properties;
	char type[24];

	return set_properties(l, m, type, &properties);
}

int amqp_link_publish(struct amqp_link *l, const char *queue, const struct message *m,
		      int64_t timeout_ns)
{
	amqp_bytes_t body = { .len = m->len, .bytes = m->data };
	amqp_basic_properties_t properties;
	char type[24];
	int rc, status;

	rc = set_properties(l, m, type, &properties);
	if (rc == 0)
		rc = begin(l, timeout_ns);
	if (rc < 0)
		return rc;
	status = amqp_basic_publish(l->state, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(queue),
				    1, 0, &properties, body);
	return end(l, status == AMQP_STATUS_OK ? 0 : library_failed(l, status));
}

int amqp_link_consume(struct amqp_link *l, const char *queue, uint16_t ahead)
{
	amqp_basic_qos_t qos = { .prefetch_count = ahead };
	amqp_basic_consume_t consume = { .queue = amqp_cstring_bytes(queue) };
	int rc = open_channel(l);

	/* A name of its own: RabbitMQ gives a consumer another one for each message that a consumer
	 * of its name acknowledges. */
	snprintf(l->consumer, sizeof(l->consumer), "mqtool-%u", ++l->consumers);
	consume.consumer_tag = amqp_cstring_bytes(l->consumer);

	if (rc == 0)
		rc = send_method(l, AMQP_BASIC_QOS_METHOD, &qos);
	return rc < 0 ? rc : send_method(l, AMQP_BASIC_CONSUME_METHOD, &consume);
}

int amqp_link_cancel(struct amqp_link *l)
{
	amqp_basic_cancel_t cancel = { .consumer_tag = amqp_cstring_bytes(l->consumer) };

	return send_method(l, AMQP_BASIC_CANCEL_METHOD, &cancel);
}

int amqp_link_count(struct amqp_link *l, const char *queue)
{
	amqp_queue_declare_t declare = { .queue = amqp_cstring_bytes(queue), .passive = 1 };
	int rc = open_channel(l);

	return rc < 0 ? rc : send_method(l, AMQP_QUEUE_DECLARE_METHOD, &declare);
}

int amqp_link_get(struct amqp_link *l, const char *queue)
{
	amqp_basic_get_t get = { .queue = amqp_cstring_bytes(queue) };
	int rc = open_channel(l);

	return rc < 0 ? rc : send_method(l, AMQP_BASIC_GET_METHOD, &get);
}

int amqp_link_ack(struct amqp_link *l, uint64_t tag, bool multiple)
{
	amqp_basic_ack_t ack = { .delivery_tag = tag, .multiple = multiple };

	return send_method(l, AMQP_BASIC_ACK_METHOD, &ack);
}

int amqp_link_requeue(struct amqp_link *l, uint64_t tag)
{
	amqp_basic_nack_t nack = { .delivery_tag = tag, .requeue = 1 };

	return send_method(l, AMQP_BASIC_NACK_METHOD, &nack);
}
