/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * window.c - the least that a C program with librabbitmq does, keeping a window of messages whose
 * confirmation it does not wait for: what mqtool is measured against
 *
 *	window PORT send QUEUE WINDOW              a message for each line of standard input
 *	window PORT sysv KEY QUEUE N WINDOW        N messages from a System V queue (0xHEX)
 *	window PORT move FROM TO N WINDOW          N messages, settled when TO has confirmed them
 *
 * The broker is that of 127.0.0.1, the user guest; messages are persistent.  Knows nothing of mqtool's
 * sources, and gives up if anything fails.
 */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

#if HAVE_RABBITMQ_C_FOLDER
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else /* before 0.12 */
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

#define CHANNEL 1
#define BODY_MAX 65536

static amqp_connection_state_t connection;
static uint64_t sent, confirmed;

static void die(const char *what)
{
	fprintf(stderr, "window: %s\n", what);
	exit(1);
}

static void check(bool good, const char *what)
{
	if (!good)
		die(what);
}

static void check_reply(const char *what)
{
	check(amqp_get_rpc_reply(connection).reply_type == AMQP_RESPONSE_NORMAL, what);
}

static void open_connection(int port)
{
	amqp_socket_t *socket;

	connection = amqp_new_connection();
	socket = amqp_tcp_socket_new(connection);
	check(amqp_socket_open(socket, "127.0.0.1", port) == AMQP_STATUS_OK, "connect");
	check(amqp_login(connection, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")
			      .reply_type == AMQP_RESPONSE_NORMAL,
	      "login");
	amqp_channel_open(connection, CHANNEL);
	check_reply("channel.open");
	amqp_confirm_select(connection, CHANNEL);
	check_reply("confirm.select");
}

static void publish(const char *queue, const void *data, size_t len)
{
	const amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG,
						     .delivery_mode = AMQP_DELIVERY_PERSISTENT };
	amqp_bytes_t body = { .len = len, .bytes = (void *)(uintptr_t)data };

	check(amqp_basic_publish(connection, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes(queue),
				 true, false, &properties, body) == AMQP_STATUS_OK,
	      "basic.publish");
	sent++;
}

/* Takes one frame; fetched: the tag of a message that begins with it, else 0. */
static uint64_t take_frame(void)
{
	amqp_frame_t frame;
	const amqp_method_t *method = &frame.payload.method;

	amqp_maybe_release_buffers(connection);
	check(amqp_simple_wait_frame(connection, &frame) == AMQP_STATUS_OK, "a frame");
	check(frame.frame_type == AMQP_FRAME_METHOD, "a frame that is no method");
	if (method->id == AMQP_BASIC_DELIVER_METHOD)
		return ((amqp_basic_deliver_t *)method->decoded)->delivery_tag;
	check(method->id == AMQP_BASIC_ACK_METHOD, "neither a message nor a confirmation");
	confirmed = ((amqp_basic_ack_t *)method->decoded)->delivery_tag;
	return 0;
}

static void keep_window(uint64_t window)
{
	while (sent - confirmed > window)
		take_frame();
}

static void send_lines(const char *queue, uint64_t window)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, stdin)) > 0) {
		publish(queue, line, (size_t)n - 1);
		keep_window(window - 1);
	}
	keep_window(0);
	free(line);
}

static void from_sysv(key_t key, const char *queue, uint64_t n, uint64_t window)
{
	static struct {
		long type;
		char body[BODY_MAX];
	} message;
	int id = msgget(key, 0);

	check(id >= 0, "msgget");
	while (n-- > 0) {
		ssize_t len = msgrcv(id, &message, sizeof(message.body), 0, 0);

		check(len >= 0, "msgrcv");
		publish(queue, message.body, (size_t)len);
		keep_window(window - 1);
	}
	keep_window(0);
}

/* The body of the message that a method began, in `body`; how long it is. */
static size_t take_body(char *body)
{
	amqp_message_t message;
	size_t len;

	check(amqp_read_message(connection, CHANNEL, &message, 0).reply_type == AMQP_RESPONSE_NORMAL,
	      "a message");
	len = message.body.len;
	check(len <= BODY_MAX, "a message that is too large");
	memcpy(body, message.body.bytes, len);
	amqp_destroy_message(&message);
	return len;
}

static void acknowledge(uint64_t tag)
{
	check(amqp_basic_ack(connection, CHANNEL, tag, true) == AMQP_STATUS_OK, "basic.ack");
}

/* Tags are from 1 on both sides, so that of the last confirmation is that of its message. */
static void move(const char *from, const char *to, uint64_t n, uint16_t window)
{
	static char body[BODY_MAX];
	uint64_t settled = 0;

	amqp_basic_qos(connection, CHANNEL, 0, window, false);
	check_reply("basic.qos");
	amqp_basic_consume(connection, CHANNEL, amqp_cstring_bytes(from), amqp_empty_bytes, false,
			   false, false, amqp_empty_table);
	check_reply("basic.consume");
	while (confirmed < n) {
		if (take_frame() > 0 && sent < n)
			publish(to, body, take_body(body));
		if (confirmed - settled >= window / 4u || confirmed == n) {
			acknowledge(confirmed);
			settled = confirmed;
		}
	}
}

static void close_connection(void)
{
	amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
	amqp_destroy_connection(connection);
}

int main(int argc, char **argv)
{
	check(argc >= 5, "see its source");
	open_connection(atoi(argv[1]));
	if (strcmp(argv[2], "send") == 0)
		send_lines(argv[3], strtoull(argv[4], NULL, 10));
	else if (strcmp(argv[2], "sysv") == 0 && argc == 7)
		from_sysv((key_t)strtoul(argv[3], NULL, 16), argv[4], strtoull(argv[5], NULL, 10),
			  strtoull(argv[6], NULL, 10));
	else if (strcmp(argv[2], "move") == 0 && argc == 7)
		move(argv[3], argv[4], strtoull(argv[5], NULL, 10), (uint16_t)atoi(argv[6]));
	else
		die("see its source");
	close_connection();
	return 0;
}
