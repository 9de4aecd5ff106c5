/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-amqp.c - tests of queues of a broker, on a link that answers as a test says
 *
 * A real broker answers in amqp*.bats; here are the orders and moments that it seldom shows.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/util.h"
#include "queue/amqp-link.h"
#include "queue/queue-amqp.h"
#include "queue/queue.h"

#define MS (NSEC_PER_SEC / 1000)
#define MANY 2000

/* ---- the link ---- */

struct amqp_link {
	int unused;
};

static struct amqp_link the_link;
/* What was asked of the broker, a word each. */
static struct buffer asked;
/* What it answers, in turn; after that nothing has come, and a wait for more does as told. */
static struct amqp_event events[MANY];
static size_t nevents, next_event;
static int event_error, wait_result, look_result;
static uint64_t published, ready = 3;
static bool confirm_all; /* whatever is published, at the next wait */
/* What amqp_link_count() says in turn, up to -1; or always that there are some. */
static const int *answers_to_count;
static bool always_ready;
static char *body_of_get; /* the answer to every amqp_link_get() */
static int open_results[8];
static size_t opened;

static void note(const char *fmt, ...) _printf_(1, 2);

static void note(const char *fmt, ...)
{
	va_list ap;

	if (asked.len)
		buffer_putc(&asked, ' ');
	va_start(ap, fmt);
	buffer_vprintf(&asked, fmt, ap);
	va_end(ap);
}

/* What was asked since the last time. */
static void was_asked(const char *text)
{
	if (strcmp(buffer_string(&asked), text) != 0)
		fail_msg("asked: %s\nnot:   %s", buffer_string(&asked), text);
	asked.len = 0;
}

static void comes(enum amqp_event_kind kind, uint64_t tag, bool multiple)
{
	events[nevents++] = (struct amqp_event){ .kind = kind, .tag = tag, .multiple = multiple };
}

static void comes_with(enum amqp_event_kind kind, uint64_t tag, char *body)
{
	comes(kind, tag, false);
	events[nevents - 1].message =
		(struct message){ .data = body, .len = strlen(body), .tag = tag };
}

int amqp_link_open(struct amqp_link **link, const struct queue_address *address)
{
	(void)address;
	*link = &the_link;
	return open_results[opened++];
}

void amqp_link_close(struct amqp_link *link)
{
	(void)link;
}

int amqp_link_give_up(struct amqp_link *link)
{
	(void)link;
	note("give-up");
	return -ETIMEDOUT;
}

int amqp_link_may_send_password(const struct queue_address *address)
{
	(void)address;
	return 0;
}

const char *amqp_link_error(void)
{
	return "";
}

bool amqp_link_no_queue(void)
{
	return true;
}

const char *amqp_link_cluster(const struct amqp_link *link)
{
	(void)link;
	return "";
}

bool amqp_link_withholds(const struct amqp_link *link, const struct message *m)
{
	(void)link;
	return m->properties[0] == 'w';
}

int amqp_link_can_publish(struct amqp_link *link, const struct message *m)
{
	(void)link;
	return m->properties[0] == 'x' ? -EBADMSG : 0;
}

int amqp_link_event(struct amqp_link *link, struct amqp_event *event)
{
	(void)link;
	/* The answer to what is published comes after that. */
	if (next_event == nevents ||
	    (events[next_event].kind == AMQP_REFUSAL && events[next_event].tag > published) ||
	    (events[next_event].kind == AMQP_CONFIRM && events[next_event].tag > published))
		return event_error;
	*event = events[next_event++];
	return 1;
}

int amqp_link_wait(struct amqp_link *link, int64_t timeout_ns)
{
	(void)link;
	assert_true(timeout_ns != 0);
	if (confirm_all)
		comes(AMQP_CONFIRM, published, true);
	else if (wait_result == 0)
		fail_msg("waits for what never comes");
	return confirm_all ? 0 : wait_result;
}

int amqp_link_linger(struct amqp_link *link, int64_t timeout_ns)
{
	(void)link;
	(void)timeout_ns;
	fail_msg("no signal came");
	return 0;
}

int amqp_link_look(struct amqp_link *link, const char *queue, uint64_t *messages)
{
	(void)link;
	assert_string_equal(queue, "jobs");
	note("look");
	*messages = ready;
	return look_result;
}

int amqp_link_declare(struct amqp_link *link, const char *queue,
		      const struct amqp_arguments *arguments)
{
	(void)link;
	(void)queue;
	(void)arguments;
	return 0;
}

int amqp_link_delete(struct amqp_link *link, const char *queue)
{
	(void)link;
	(void)queue;
	return 0;
}

int amqp_link_confirm(struct amqp_link *link)
{
	(void)link;
	return 0;
}

int amqp_link_publish(struct amqp_link *link, const char *queue, const struct message *m,
		      int64_t timeout_ns)
{
	(void)link;
	(void)queue;
	(void)timeout_ns;
	published++;
	if (m->len < 8)
		note("%.*s", (int)m->len, m->data);
	return 0;
}

int amqp_link_consume(struct amqp_link *link, const char *queue, uint16_t ahead)
{
	(void)link;
	(void)queue;
	note("consume/%u", ahead);
	return 0;
}

int amqp_link_cancel(struct amqp_link *link)
{
	(void)link;
	note("cancel");
	return 0;
}

int amqp_link_count(struct amqp_link *link, const char *queue)
{
	(void)link;
	(void)queue;
	note("count");
	if (always_ready)
		comes(AMQP_COUNT, 1, false);
	else if (answers_to_count && *answers_to_count >= 0)
		comes(AMQP_COUNT, (uint64_t)*answers_to_count++, false);
	return 0;
}

int amqp_link_get(struct amqp_link *link, const char *queue)
{
	(void)link;
	(void)queue;
	note("get");
	if (body_of_get)
		comes_with(AMQP_DELIVERY, 1, body_of_get);
	return 0;
}

int amqp_link_ack(struct amqp_link *link, uint64_t tag, bool multiple)
{
	(void)link;
	note("ack/%llu%s", (unsigned long long)tag, multiple ? "+" : "");
	return 0;
}

int amqp_link_requeue(struct amqp_link *link, uint64_t tag)
{
	(void)link;
	note("requeue/%llu", (unsigned long long)tag);
	return 0;
}

/* ---- the queue ---- */

static struct queue *q;

static void open_queue(unsigned int access)
{
	struct refusal error;
	struct queue_ref ref;

	nevents = next_event = opened = 0;
	event_error = wait_result = look_result = 0;
	published = 0;
	confirm_all = always_ready = false;
	answers_to_count = NULL;
	body_of_get = NULL;
	memset(open_results, 0, sizeof(open_results));
	queue_amqp_use();
	assert_int_equal(queue_ref_parse(&ref, "amqp://localhost/jobs", &error), 0);
	assert_int_equal(queue_open(&q, &ref, access), 0);
	asked.len = 0;
}

static int tear_down(void **state)
{
	(void)state;
	queue_close(q);
	buffer_free(&asked);
	return 0;
}

static int send_body(char *body, int64_t timeout_ns)
{
	const struct message m = { .data = body, .len = strlen(body) };

	return queue_send(q, &m, timeout_ns);
}

static void sends(const char *bodies)
{
	for (; *bodies; bodies++) {
		char body[2] = { *bodies, '\0' };

		assert_int_equal(send_body(body, QUEUE_WAIT_FOREVER), 0);
	}
}

/* numbers: those that are not confirmed. */
static void lacks(const char *numbers, uint64_t count, uint64_t first)
{
	struct buffer found = { 0 };
	uint64_t lowest = 0;

	assert_int_equal(queue_unconfirmed(q, &found, &lowest), count);
	assert_string_equal(buffer_string(&found), numbers);
	assert_int_equal(lowest, first);
	buffer_free(&found);
}

/* ---- sending ---- */

static void test_confirmed(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	sends("abcde");
	was_asked("a b c d e");
	lacks("1-5", 5, 1);
	comes(AMQP_CONFIRM, 2, true);
	comes(AMQP_CONFIRM, 4, false);
	wait_result = -ETIMEDOUT;
	assert_int_equal(queue_flush(q, MS), -ETIMEDOUT);
	was_asked("give-up");
	lacks("3, 5", 2, 3);
}

static void test_all_confirmed(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	assert_int_equal(queue_flush(q, MS), 0);
	sends("abc");
	comes(AMQP_CONFIRM, 2, false);
	comes(AMQP_CONFIRM, 0, true); /* all there are */
	assert_int_equal(queue_flush(q, MS), 0);
	lacks("", 0, 0);
	sends("d");
	lacks("4", 1, 4);
	comes(AMQP_CONFIRM, 4, true);
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("a b c d");
}

/* From the first refusal on one message is on its way at a time, those refused first. */
static void test_refused(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	sends("abcd");
	comes(AMQP_CONFIRM, 1, false);
	comes(AMQP_REFUSAL, 2, false);
	comes(AMQP_CONFIRM, 3, false);
	comes(AMQP_REFUSAL, 4, false);
	comes(AMQP_REFUSAL, 5, false); /* b once more */
	comes(AMQP_CONFIRM, 6, false); /* and again */
	comes(AMQP_CONFIRM, 7, false); /* d */
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	was_asked("a b c d b b d");
	lacks("", 0, 0);
	comes(AMQP_REFUSAL, 8, false);
	comes(AMQP_CONFIRM, 9, false);
	sends("e");
	was_asked("e e");
	lacks("", 0, 0);
}

/* Until many in a row found room: then several are on their way again. */
static void test_refused_long_ago(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	sends("a");
	comes(AMQP_REFUSAL, 1, false);
	comes(AMQP_CONFIRM, 2, false);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	for (uint64_t tag = 3; tag <= 65; tag++) {
		comes(AMQP_CONFIRM, tag, false);
		sends("x");
	}
	asked.len = 0;
	sends("yz"); /* without an answer */
	was_asked("y z");
	lacks("65-66", 2, 65);
	comes(AMQP_REFUSAL, 67, false);
	comes(AMQP_CONFIRM, 66, false);
	comes(AMQP_CONFIRM, 68, false);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	was_asked("z");
}

static void test_refused_without_waiting(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	sends("abc");
	comes(AMQP_CONFIRM, 1, false);
	comes(AMQP_REFUSAL, 3, true);
	assert_int_equal(queue_flush(q, QUEUE_NO_WAIT), -EAGAIN);
	was_asked("a b c");
	lacks("2-3", 2, 2);
	/* A later message is not sent before them. */
	assert_int_equal(send_body((char[]){ "d" }, QUEUE_NO_WAIT), -EAGAIN);
	was_asked("");
	lacks("2-4", 3, 2);
}

static void test_refused_for_too_long(void **state)
{
	int64_t start = clock_monotonic_ns();

	(void)state;
	open_queue(QUEUE_WRITE);
	sends("a");
	for (uint64_t tag = 1; tag < 50; tag++)
		comes(AMQP_REFUSAL, tag, false);
	assert_int_equal(queue_flush(q, 60 * MS), -ETIMEDOUT);
	assert_true(clock_monotonic_ns() - start >= 60 * MS);
	assert_true(published > 1 && published < 10);
	lacks("1", 1, 1);
}

/* What is returned does not say which it was; it is confirmed too. */
static void test_returned(void **state)
{
	char body[] = "b";

	(void)state;
	open_queue(QUEUE_WRITE);
	sends("abbc");
	comes(AMQP_CONFIRM, 1, false);
	comes_with(AMQP_RETURN, 0, body);
	comes(AMQP_CONFIRM, 4, true);
	look_result = -ENOENT;
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), -ENOENT);
	lacks("2", 1, 2);
	assert_int_equal(send_body((char[]){ "d" }, QUEUE_WAIT_FOREVER), -ENOENT);
	lacks("2, 5", 2, 2);
	was_asked("a b b c look look");
}

/* The queue is there all the same, or its node is down: only a look tells. */
static void test_returned_by_mistake(void **state)
{
	char body[] = "b", other[] = "what nobody sent";

	(void)state;
	open_queue(QUEUE_WRITE);
	sends("ab");
	comes_with(AMQP_RETURN, 0, body);
	comes(AMQP_CONFIRM, 2, true);
	comes(AMQP_CONFIRM, 3, false); /* b once more */
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	was_asked("a b look b");
	lacks("", 0, 0);
	/* One that is not known again may be any. */
	sends("cd");
	comes_with(AMQP_RETURN, 0, other);
	comes(AMQP_CONFIRM, 5, true);
	look_result = -ECONNRESET;
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), -ECONNRESET);
	was_asked("c d look");
	lacks("3-4", 2, 3);
}

static void test_window(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	for (int i = 0; i < 1024; i++)
		sends("x");
	assert_int_equal(published, 1024);
	/* The next one waits for a confirmation. */
	wait_result = -ETIMEDOUT;
	assert_int_equal(send_body((char[]){ "y" }, MS), -ETIMEDOUT);
	assert_int_equal(published, 1024);
	lacks("1-1025", 1025, 1);
	/* And after that nothing goes. */
	assert_int_equal(queue_flush(q, MS), -ETIMEDOUT);
}

static void test_window_moves(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	confirm_all = true;
	for (int i = 0; i < 5000; i++)
		sends("x");
	assert_int_equal(published, 5000);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	lacks("", 0, 0);
}

/* A window of bytes too, of which one message may be more. */
static void test_large(void **state)
{
	static char large[3 * 1024 * 1024];
	const struct message m = { .data = large, .len = sizeof(large) };

	(void)state;
	open_queue(QUEUE_WRITE);
	assert_int_equal(queue_send(q, &m, MS), 0);
	wait_result = -ETIMEDOUT;
	assert_int_equal(queue_send(q, &m, MS), -ETIMEDOUT);
	assert_int_equal(published, 1);
	queue_close(q);
	open_queue(QUEUE_WRITE);
	confirm_all = true;
	for (int i = 0; i < 1100; i++)
		assert_int_equal(queue_send(q, &m, QUEUE_WAIT_FOREVER), 0);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
}

/* Another connection: what was not confirmed goes again, in order. */
static void test_lost(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	sends("abc");
	comes(AMQP_CONFIRM, 2, false);
	event_error = -ECONNRESET;
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), -ECONNRESET);
	lacks("1, 3", 2, 1);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), -ECONNRESET);
	/* Nor is it lost what was given meanwhile. */
	assert_int_equal(send_body((char[]){ "d" }, MS), -ECONNRESET);
	lacks("1, 3-4", 3, 1);
	event_error = 0;
	open_results[1] = -ECONNREFUSED;
	open_results[2] = 0;
	asked.len = 0;
	assert_int_equal(queue_reopen(q, QUEUE_WAIT_FOREVER), 0);
	assert_int_equal(opened, 3);
	was_asked("look a c d");
	assert_int_equal(queue_resent(q), 2);
	lacks("1, 3-4", 3, 1);
	published = 3;
	comes(AMQP_CONFIRM, 3, true);
	sends("e");
	comes(AMQP_CONFIRM, 4, false);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	was_asked("e");
	lacks("", 0, 0);
	open_results[3] = -EACCES;
	assert_int_equal(queue_reopen(q, QUEUE_WAIT_FOREVER), -EACCES);
	open_results[4] = open_results[5] = -ECONNREFUSED;
	assert_int_equal(queue_reopen(q, MS), -ECONNREFUSED);
}

/* ---- a window that somebody else keeps too ---- */

static unsigned int waits, waits_for_room;

static void count_waits(void *arg, bool for_room)
{
	(void)arg;
	waits += !for_room;
	if (for_room && waits_for_room++ == 0)
		assert_true(queue_withdraw(q, 3));
}

static void test_confirmed_numbers(void **state)
{
	struct message m;

	(void)state;
	open_queue(QUEUE_WRITE);
	queue_before_wait(q, count_waits, NULL);
	waits = waits_for_room = 0;
	sends("abcd");
	comes(AMQP_CONFIRM, 1, false);
	comes(AMQP_REFUSAL, 2, false);
	comes(AMQP_REFUSAL, 3, false);
	comes(AMQP_CONFIRM, 4, false);
	assert_false(queue_confirmed(q, 1));
	assert_int_equal(queue_flush(q, QUEUE_NO_WAIT), -EAGAIN);
	assert_true(queue_confirmed(q, 1));
	assert_false(queue_confirmed(q, 2));
	assert_true(queue_confirmed(q, 4));
	assert_false(queue_confirmed(q, 5));
	assert_false(queue_kept(q, 1, &m));
	assert_true(queue_kept(q, 2, &m));
	assert_int_equal(m.len, 1);
	assert_int_equal(*m.data, 'b');
	assert_false(queue_withdraw(q, 1));
	/* c goes back meanwhile. */
	comes(AMQP_CONFIRM, 5, false);
	assert_int_equal(queue_flush(q, QUEUE_WAIT_FOREVER), 0);
	was_asked("a b c d b");
	assert_int_equal(waits_for_room, 1);
}

static void test_narrow_window(void **state)
{
	(void)state;
	open_queue(QUEUE_WRITE);
	queue_window(q, 3, 2);
	queue_before_wait(q, count_waits, NULL);
	waits = waits_for_room = 0;
	sends("ab");
	wait_result = -ETIMEDOUT;
	assert_int_equal(send_body((char[]){ "c" }, MS), -ETIMEDOUT);
	assert_int_equal(waits, 1);
	was_asked("a b give-up");
	lacks("1-3", 3, 1);
}

/* ---- taking ---- */

static char room[64];

static int take(int64_t timeout_ns, size_t size, struct message *m)
{
	const struct queue_select want = { 0 };

	*m = (struct message){ .data = room };
	return queue_take(q, m, size, &want, timeout_ns);
}

static void takes(const char *body, int64_t timeout_ns, struct message *m)
{
	assert_int_equal(take(timeout_ns, sizeof(room), m), 0);
	assert_int_equal(m->len, strlen(body));
	assert_memory_equal(m->data, body, m->len);
}

static void test_get(void **state)
{
	char one[] = "one", empty[] = "";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	comes_with(AMQP_DELIVERY, 1, one);
	comes_with(AMQP_DELIVERY, 2, empty);
	comes(AMQP_NO_MESSAGE, 0, false);
	takes("one", QUEUE_NO_WAIT, &m);
	assert_int_equal(queue_settle(q, &m, QUEUE_DELIVERED), 0);
	takes("", QUEUE_NO_WAIT, &m);
	assert_int_equal(queue_settle(q, &m, QUEUE_DELIVERED), 0);
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -EAGAIN);
	comes(AMQP_COUNT, 7, false);
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("get get get ack/2+ count");
}

static void test_no_answer(void **state)
{
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	wait_result = -ETIMEDOUT;
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -ETIMEDOUT);
	was_asked("get give-up");
}

/* A message that finds no room waits for one that is large enough. */
static void test_no_room(void **state)
{
	char body[] = "twelve bytes";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	comes_with(AMQP_DELIVERY, 1, body);
	assert_int_equal(take(QUEUE_NO_WAIT, 11, &m), -E2BIG);
	assert_int_equal(queue_room_wanted(q), 12);
	assert_int_equal(take(QUEUE_NO_WAIT, 12, &m), 0);
	assert_int_equal(m.len, 12);
	was_asked("get");
}

static void settles(const struct message *m, enum queue_settle how, const char *asks)
{
	assert_int_equal(queue_settle(q, m, how), 0);
	was_asked(asks);
}

static void test_consume(void **state)
{
	char a[] = "a", b[] = "b", c[] = "c";
	struct message first, second, third;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, 5, QUEUE_AS_THEY_COME);
	comes_with(AMQP_DELIVERY, 1, a);
	comes_with(AMQP_DELIVERY, 2, b);
	comes_with(AMQP_DELIVERY, 3, c);
	wait_result = -ETIMEDOUT;
	assert_int_equal(take(QUEUE_NO_WAIT, 0, &first), -E2BIG);
	takes("a", QUEUE_WAIT_FOREVER, &first);
	takes("b", QUEUE_NO_WAIT, &second);
	takes("c", QUEUE_NO_WAIT, &third);
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &first), -EAGAIN);
	was_asked("consume/5");
	/* The broker is not told of any, lest it send too many. */
	first.tag = third.tag - 2;
	settles(&second, QUEUE_DELIVERED, "");
	settles(&first, QUEUE_DELIVERED, "");
	/* Before one goes back it is told all, without a consumer. */
	settles(&third, QUEUE_RETURN, "cancel ack/2+ requeue/3");
	comes(AMQP_CANCELLED, 0, false);
	comes_with(AMQP_DELIVERY, 4, c);
	takes("c", QUEUE_NO_WAIT, &third);
	was_asked("consume/3");
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &first), -EAGAIN);
	was_asked("");
	assert_int_equal(take(MS, sizeof(room), &first), -ETIMEDOUT);
	comes(AMQP_CANCEL, 0, false);
	look_result = -ENOENT;
	assert_int_equal(take(MS, sizeof(room), &first), -EIDRM);
	comes(AMQP_CANCEL, 0, false);
	look_result = -ECONNRESET;
	assert_int_equal(take(MS, sizeof(room), &first), -ECONNRESET);
	was_asked("look consume/2 look");
	/* It is there. */
	comes(AMQP_CANCEL, 0, false);
	look_result = 0;
	assert_int_equal(take(MS, sizeof(room), &first), -ETIMEDOUT);
	was_asked("consume/2 look consume/2");
}

/* The last that is wanted: no more are sent once it is acknowledged. */
static void test_consume_no_more(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, 2, QUEUE_AS_THEY_COME);
	comes_with(AMQP_DELIVERY, 1, body);
	comes_with(AMQP_DELIVERY, 2, body);
	takes("x", QUEUE_WAIT_FOREVER, &m);
	was_asked("consume/2");
	settles(&m, QUEUE_DELIVERED, "");
	takes("x", QUEUE_WAIT_FOREVER, &m);
	was_asked("cancel");
	settles(&m, QUEUE_DELIVERED, "ack/2+");
	comes(AMQP_CANCELLED, 0, false);
	comes(AMQP_COUNT, 0, false);
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("count");
}

/* What is settled is told before somebody takes his time, and another consumer gets the rest. */
static void test_tell(void **state)
{
	char body[] = "x";
	struct message m, first;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, 4, QUEUE_AS_THEY_COME);
	for (uint64_t tag = 1; tag <= 3; tag++)
		comes_with(AMQP_DELIVERY, tag, body);
	takes("x", QUEUE_WAIT_FOREVER, &first);
	takes("x", QUEUE_WAIT_FOREVER, &m);
	was_asked("consume/4");
	settles(&m, QUEUE_DELIVERED, "");
	assert_int_equal(queue_tell(q), 0);
	was_asked("cancel ack/2");
	settles(&first, QUEUE_DELIVERED, "");
	assert_int_equal(queue_tell(q), 0);
	was_asked("ack/1+");
	assert_int_equal(queue_tell(q), 0);
	was_asked("");
	takes("x", QUEUE_NO_WAIT, &m);
	comes(AMQP_CANCELLED, 0, false);
	wait_result = -ETIMEDOUT;
	assert_int_equal(take(MS, sizeof(room), &m), -ETIMEDOUT);
	was_asked("consume/1");
}

static void test_all_there(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, UINT64_MAX, QUEUE_ALL_THERE);
	for (uint64_t tag = 1; tag <= ready; tag++)
		comes_with(AMQP_DELIVERY, tag, body);
	for (uint64_t i = 0; i < ready; i++)
		takes("x", QUEUE_NO_WAIT, &m);
	was_asked("consume/3 cancel");
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -EAGAIN);
	was_asked("");
	queue_close(q);
	/* None at all. */
	ready = 0;
	open_queue(QUEUE_READ);
	ready = 3;
	queue_expect(q, UINT64_MAX, QUEUE_ALL_THERE);
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -EAGAIN);
	was_asked("");
}

/* Somebody else takes some: the broker is asked, twice in a row. */
static void test_all_there_shared(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, 10, QUEUE_ALL_THERE);
	wait_result = -ETIMEDOUT;
	comes_with(AMQP_DELIVERY, 1, body);
	takes("x", QUEUE_NO_WAIT, &m);
	was_asked("consume/3");
	/* First those in hand. */
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -ENOBUFS);
	m.tag = 1;
	settles(&m, QUEUE_DELIVERED, "");
	answers_to_count = (const int[]){ 1, 0, 2, 0, 0, -1 };
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -EAGAIN);
	was_asked("count count count count count cancel");
}

/* It has some and sends none: it has one consumer only, who is somebody else. */
static void test_all_there_not_sent(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, 10, QUEUE_ALL_THERE);
	wait_result = -ETIMEDOUT;
	always_ready = true;
	body_of_get = body;
	takes("x", QUEUE_NO_WAIT, &m);
	always_ready = false;
	body_of_get = NULL;
	assert_non_null(strstr(buffer_string(&asked), "count cancel get"));
	asked.len = 0;
	comes(AMQP_NO_MESSAGE, 0, false);
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -EAGAIN);
	was_asked("get");
}

/* One by one they are acknowledged before there are too many, and that is waited for. */
static void test_acknowledge_gets(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	for (uint64_t tag = 1; tag <= 17; tag++) {
		comes_with(AMQP_DELIVERY, tag, body);
		takes("x", QUEUE_NO_WAIT, &m);
		asked.len = 0;
		comes(AMQP_COUNT, 0, false);
		if (tag != 16)
			nevents--;
		settles(&m, QUEUE_DELIVERED, tag == 16 ? "ack/16+ count" : "");
	}
	comes(AMQP_COUNT, 0, false);
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("ack/17+ count");
	queue_close(q);
	open_queue(QUEUE_READ);
	for (uint64_t tag = 1; tag <= 17; tag++)
		comes_with(AMQP_DELIVERY, tag, body);
	for (uint64_t tag = 1; tag <= 16; tag++)
		takes("x", QUEUE_NO_WAIT, &m);
	asked.len = 0;
	assert_int_equal(take(QUEUE_NO_WAIT, sizeof(room), &m), -ENOBUFS);
	was_asked("");
	m.tag = 16;
	settles(&m, QUEUE_RETURN, "requeue/16");
	takes("x", QUEUE_NO_WAIT, &m);
	was_asked("get");
}

/* Few are sent ahead until their size is known; many are acknowledged together. */
static void test_acknowledge(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, UINT64_MAX, QUEUE_AS_THEY_COME);
	for (uint64_t tag = 1; tag <= 400; tag++) {
		comes_with(AMQP_DELIVERY, tag, body);
		if (tag == 8)
			comes(AMQP_CANCELLED, 0, false);
		takes("x", QUEUE_WAIT_FOREVER, &m);
		assert_int_equal(queue_settle(q, &m, QUEUE_DELIVERED), 0);
	}
	was_asked("consume/8 cancel ack/8+ consume/512 ack/136+ ack/264+ ack/392+");
	queue_close(q);
	open_queue(QUEUE_READ);
	queue_expect(q, 1, QUEUE_AS_THEY_COME);
	comes_with(AMQP_DELIVERY, 1, body);
	takes("x", QUEUE_WAIT_FOREVER, &m);
	settles(&m, QUEUE_DELIVERED, "consume/1 cancel ack/1+");
}

/* Of large ones few are on their way. */
static void test_ahead_by_bytes(void **state)
{
	static char large[1024 * 1024], to[sizeof(large)];
	const struct queue_select want = { 0 };
	struct message m = { .data = to };

	(void)state;
	open_queue(QUEUE_READ);
	queue_expect(q, UINT64_MAX, QUEUE_AS_THEY_COME);
	memset(large, 'x', sizeof(large) - 1);
	for (uint64_t tag = 1; tag <= 8; tag++) {
		comes_with(AMQP_DELIVERY, tag, large);
		assert_int_equal(queue_take(q, &m, sizeof(to), &want, QUEUE_WAIT_FOREVER), 0);
	}
	was_asked("consume/8 cancel");
	comes(AMQP_CANCELLED, 0, false);
	wait_result = -ETIMEDOUT;
	assert_int_equal(take(MS, sizeof(room), &m), -ETIMEDOUT);
	was_asked("consume/3");
	/* And if others want them, one. */
	queue_close(q);
	open_queue(QUEUE_READ);
	queue_expect(q, 5, QUEUE_AS_THEY_COME);
	queue_hold(q, 1);
	wait_result = -ETIMEDOUT;
	assert_int_equal(take(MS, sizeof(room), &m), -ETIMEDOUT);
	was_asked("consume/1");
}

/* What came by a connection that was lost is the broker's again. */
static void test_settle_after_loss(void **state)
{
	char body[] = "x";
	struct message m;

	(void)state;
	open_queue(QUEUE_READ);
	comes_with(AMQP_DELIVERY, 1, body);
	takes("x", QUEUE_WAIT_FOREVER, &m);
	assert_int_equal(queue_reopen(q, QUEUE_WAIT_FOREVER), 0);
	asked.len = 0;
	assert_int_equal(queue_settle(q, &m, QUEUE_RETURN), 0);
	assert_int_equal(queue_settle(q, &m, QUEUE_DELIVERED), -ECONNRESET);
	was_asked("");
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("");
}

/* ---- properties ---- */

/* They are the queue's until the message is settled, whatever comes after it. */
static void test_properties_in_hand(void **state)
{
	char one[] = "one", two[] = "two", first[] = "first", second[] = "second";
	struct message a, b, c;

	(void)state;
	open_queue(QUEUE_READ);
	comes_with(AMQP_DELIVERY, 1, one);
	events[0].message.properties = first;
	events[0].message.properties_len = sizeof(first);
	comes_with(AMQP_DELIVERY, 2, two);
	events[1].message.properties = second;
	events[1].message.properties_len = sizeof(second);
	comes_with(AMQP_DELIVERY, 3, two);
	takes("one", QUEUE_WAIT_FOREVER, &a);
	takes("two", QUEUE_WAIT_FOREVER, &b);
	takes("two", QUEUE_WAIT_FOREVER, &c);
	memset(first, 'x', sizeof(first) - 1);
	assert_int_equal(a.properties_len, sizeof("first"));
	assert_string_equal(a.properties, "first");
	assert_string_equal(b.properties, "second");
	assert_int_equal(c.properties_len, 0);
	assert_int_equal(queue_settle(q, &a, QUEUE_DELIVERED), 0);
	assert_string_equal(b.properties, "second");
}

/* A message that is sent is kept with them. */
static void test_properties_sent(void **state)
{
	char body[] = "x", properties[] = "plain";
	struct message m = { .data = body, .len = 1, .properties = properties, .properties_len = 6 };
	struct message kept;

	(void)state;
	open_queue(QUEUE_WRITE);
	assert_false(queue_leaves_out(q, &m));
	assert_int_equal(queue_send(q, &m, MS), 0);
	*properties = 'w';
	assert_true(queue_leaves_out(q, &m));
	assert_true(queue_kept(q, 1, &kept));
	assert_int_equal(kept.properties_len, 6);
	assert_string_equal(kept.properties, "plain");
	/* Those that cannot be sent end it, when all before it are answered for. */
	*properties = 'x';
	comes(AMQP_CONFIRM, 1, false);
	assert_int_equal(queue_send(q, &m, MS), -EBADMSG);
	assert_true(queue_confirmed(q, 1));
	lacks("2", 1, 2);
	assert_int_equal(queue_flush(q, MS), 0);
	was_asked("x");
}

/* ---- the rest of the face ---- */

static void test_face(void **state)
{
	const struct queue_attr attr = { 0 };
	struct queue_stat st;
	struct message m;
	char name[QUEUE_NAME_TEXT];

	(void)state;
	open_queue(QUEUE_READ);
	assert_true(queue_supported(QUEUE_AMQP));
	assert_true(queue_same(q, q));
	assert_int_equal(queue_peek(q, &m, 1, 0), -EOPNOTSUPP);
	assert_int_equal(queue_set(queue_ref_of(q), &attr), -EOPNOTSUPP);
	assert_int_equal(queue_stat(q, &st), 0);
	assert_int_equal(st.have, STAT_MESSAGES);
	assert_int_equal(st.messages, 3);
	assert_string_equal(queue_stat_text(&st, name), "amqp://localhost/jobs");
	assert_int_equal(queue_create(queue_ref_of(q), &attr, false, NULL), -EEXIST);
	assert_int_equal(queue_remove(queue_ref_of(q)), 0);
}

#define TEST(test) cmocka_unit_test_teardown(test, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_confirmed),
		TEST(test_all_confirmed),
		TEST(test_refused),
		TEST(test_refused_long_ago),
		TEST(test_refused_without_waiting),
		TEST(test_refused_for_too_long),
		TEST(test_returned),
		TEST(test_returned_by_mistake),
		TEST(test_window),
		TEST(test_window_moves),
		TEST(test_large),
		TEST(test_lost),
		TEST(test_confirmed_numbers),
		TEST(test_narrow_window),
		TEST(test_get),
		TEST(test_no_answer),
		TEST(test_no_room),
		TEST(test_consume),
		TEST(test_consume_no_more),
		TEST(test_tell),
		TEST(test_all_there),
		TEST(test_all_there_shared),
		TEST(test_all_there_not_sent),
		TEST(test_acknowledge_gets),
		TEST(test_acknowledge),
		TEST(test_ahead_by_bytes),
		TEST(test_settle_after_loss),
		TEST(test_properties_in_hand),
		TEST(test_properties_sent),
		TEST(test_face),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
