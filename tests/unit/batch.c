/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch.c - tests of messages taken and not yet written
 *
 * The queue is a backend of the test's own, the system calls that write standard
 * output are those below, and memory can run out.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "base/wait.h"
#include "cmd/batch.h"
#include "queue/queue-backend.h"
#include "wrap.h"

/* ---- the queue ---- */

/* Bodies of the messages that are there; room: how large they are at most. */
static struct {
	const struct message *messages;
	size_t n, next;
	size_t room_wanted;
	size_t delivered, returned; /* how many, and that in this order */
	int return_error;           /* of every second one that is put back */
} queue;

static int give(struct message *m, size_t room, size_t index)
{
	const struct message *there = &queue.messages[index % queue.n];

	if (there->len > room)
		return -E2BIG;
	/* What msgrcv(2) does with the bytes in front is undone by the backend. */
	if (there->len)
		memcpy(m->data, there->data, there->len);
	m->len = there->len;
	m->have = MESSAGE_HAS_PRIORITY;
	m->priority = (unsigned int)(index % 100);
	m->properties_len = 0;
	return 0;
}

static int fake_take(struct queue *q, struct message *m, size_t room,
		     const struct queue_select *want, int64_t timeout_ns)
{
	int rc;

	(void)q;
	(void)want;
	(void)timeout_ns;
	rc = give(m, room, queue.next);
	queue.next += rc == 0;
	return rc;
}

static int fake_peek(struct queue *q, struct message *m, size_t room, size_t index)
{
	(void)q;
	return give(m, room, index);
}

/* The next of those that were taken, as it was. */
static void expect_next(const struct message *m)
{
	size_t index = queue.delivered + queue.returned;
	const struct message *expected = &queue.messages[index % queue.n];

	assert_int_equal(m->priority, index % 100);
	assert_int_equal(m->len, expected->len);
	if (m->len)
		assert_memory_equal(m->data, expected->data, m->len);
}

static int fake_delivered(struct queue *q, const struct message *m)
{
	(void)q;
	expect_next(m);
	assert_int_equal(queue.returned, 0);
	queue.delivered++;
	return 0;
}

static int fake_put_back(struct queue *q, const struct message *m)
{
	(void)q;
	expect_next(m);
	return queue.returned++ % 2 ? queue.return_error : 0;
}

static size_t fake_room_wanted(struct queue *q)
{
	(void)q;
	return queue.room_wanted;
}

static const struct queue_backend backend = {
	.take = fake_take,
	.peek = fake_peek,
	.delivered = fake_delivered,
	.put_back = fake_put_back,
	.room_wanted = fake_room_wanted,
};
static struct queue source = { .backend = &backend };

/* ---- standard output ---- */

static struct {
	struct buffer got;
	size_t limit; /* bytes that it takes, then error */
	int error;
	size_t piece;   /* bytes that one write takes at most */
	size_t stop_at; /* a stop signal comes when it has so many */
} out;

ssize_t __real_write(int fd, const void *buf, size_t size);
ssize_t __wrap_write(int fd, const void *buf, size_t size);
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
int __wrap_stop_signal(void);

static ssize_t write_out(const void *buf, size_t size)
{
	assert_true(size > 0);
	if (size > out.piece)
		size = out.piece;
	if (size > out.limit - out.got.len)
		size = out.limit - out.got.len;
	if (size == 0) {
		errno = -out.error;
		return -1;
	}
	buffer_put(&out.got, buf, size);
	return (ssize_t)size;
}

ssize_t __wrap_write(int fd, const void *buf, size_t size)
{
	return fd == STDOUT_FILENO ? write_out(buf, size) : __real_write(fd, buf, size);
}

/* pwritev2(2) of one piece; everything else is as it is. */
long __wrap_syscall(long number, ...)
{
	const struct iovec *v;
	long a[6];

	WRAP_ARGS(a, number);
	if (number != SYS_pwritev2 || a[0] != STDOUT_FILENO)
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	v = (const struct iovec *)a[1];
	assert_int_equal(a[2], 1);
	return write_out(v->iov_base, v->iov_len);
}

int __wrap_stop_signal(void)
{
	return out.got.len >= out.stop_at ? SIGTERM : 0;
}

/* ---- memory ---- */

static int allocations = INT_MAX; /* that are left */

static bool may_allocate(void)
{
	if (!allocations)
		return false;
	allocations--;
	return true;
}

WRAP_MEMORY(may_allocate);

/* ---- tests ---- */

static const struct queue_select any = { 0 };
static struct progress progress;

static void reset(const struct message *messages, size_t n)
{
	memset(&queue, 0, sizeof(queue));
	queue.messages = messages;
	queue.n = n;
	out.got.len = 0;
	out.limit = out.piece = out.stop_at = SIZE_MAX;
	out.error = -ENOSPC;
	progress = (struct progress){ 0 };
}

static void take(struct batch *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(batch_take(b, &any, QUEUE_NO_WAIT), 0);
}

static char body_a[] = "first", body_b[] = "\0\xff\n", body_c[] = "a longer one than the others";

static const struct message few[] = {
	{ .data = body_a, .len = 5 },
	{ .len = 0 },
	{ .data = body_b, .len = 3 },
	{ .len = 0 },
	{ .len = 0 },
	{ .data = body_c, .len = 28 },
};

/* What a batch of the few writes, and where the output of each ends. */
static void expected_output(const struct output *output, struct buffer *whole, size_t *ends)
{
	struct batch b;

	for (size_t i = 0; i < ARRAY_SIZE(few); i++) {
		reset(few, ARRAY_SIZE(few));
		assert_int_equal(batch_init(&b, &source, output, &progress), 0);
		take(&b, i + 1);
		assert_int_equal(batch_write(&b), 0);
		ends[i] = out.got.len;
		batch_free(&b);
	}
	buffer_put(whole, out.got.data, out.got.len);
}

/* Standard output stops at every byte, in pieces of any size. */
static void check_every_stop(const struct output *output, bool by_signal)
{
	struct buffer whole = { 0 };
	size_t ends[ARRAY_SIZE(few)];
	struct batch b;

	expected_output(output, &whole, ends);
	for (size_t limit = 0; limit < whole.len; limit++) {
		size_t piece = limit % 7 + 1;
		size_t done = 0;
		int why, rc;

		reset(few, ARRAY_SIZE(few));
		assert_int_equal(batch_init(&b, &source, output, &progress), 0);
		take(&b, ARRAY_SIZE(few));
		out.piece = piece;
		*(by_signal ? &out.stop_at : &out.limit) = limit;
		rc = batch_write(&b);
		assert_true(out.got.len <= whole.len);
		assert_memory_equal(out.got.data ? out.got.data : "", whole.data, out.got.len);
		while (done < ARRAY_SIZE(few) && ends[done] <= out.got.len)
			done++;
		assert_int_equal(rc, done == ARRAY_SIZE(few) ? 0 : by_signal ? -EINTR : -ENOSPC);
		assert_int_equal(queue.delivered, done);
		assert_int_equal(progress.messages, done);
		assert_int_equal(b.seq, done);
		assert_int_equal(b.n, ARRAY_SIZE(few) - done);
		assert_int_equal(batch_put_back(&b, &why), 0);
		assert_int_equal(why, 0);
		assert_int_equal(queue.delivered + queue.returned, ARRAY_SIZE(few));
		batch_free(&b);
	}
	buffer_free(&whole);
}

static void test_every_stop(void **state)
{
	struct render_format *format;
	struct output output = { .queue = "/q" };
	const char *bad;

	(void)state;
	assert_int_equal(render_format_compile("%n:%q|", &format, &bad), 0);
	output.format = format;
	for (int style = OUTPUT_LINES; style <= OUTPUT_JSON; style++) {
		output.style = (enum output_style)style;
		output.terminal = false;
		check_every_stop(&output, false);
		check_every_stop(&output, true);
		output.terminal = true;
		check_every_stop(&output, false);
	}
	render_format_free(format);
}

/* Written in two goes, numbers go on. */
static void test_sequence(void **state)
{
	struct output output = { .style = OUTPUT_FORMAT };
	struct render_format *format;
	const char *bad;
	struct batch b;

	(void)state;
	assert_int_equal(render_format_compile("%n ", &format, &bad), 0);
	output.format = format;
	reset(few, ARRAY_SIZE(few));
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	take(&b, 2);
	assert_int_equal(batch_write(&b), 0);
	assert_int_equal(batch_write(&b), 0); /* nothing is in hand */
	take(&b, 1);
	assert_int_equal(batch_write(&b), 0);
	assert_string_equal(buffer_string(&out.got), "1 2 3 ");
	batch_free(&b);
	render_format_free(format);
}

/* Bodies as large as the bound, one less, one more, and empty ones after them. */
static void test_bounds(void **state)
{
	static char large[3 * BATCH_BYTES];
	const struct output output = { .style = OUTPUT_LINES };

	(void)state;
	memset(large, 'x', sizeof(large));
	for (size_t len = BATCH_BYTES - 2; len <= BATCH_BYTES + 1; len++) {
		const struct message messages[] = {
			{ .data = large, .len = 1 },
			{ .data = large, .len = len },
			{ .len = 0 },
			{ .len = 0 },
			{ .len = 0 },
		};
		struct batch b;
		reset(messages, ARRAY_SIZE(messages));
		queue.room_wanted = len;
		assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
		for (size_t i = 0; i < 2 * ARRAY_SIZE(messages); i++) {
			assert_int_equal(batch_take(&b, &any, QUEUE_NO_WAIT), 0);
			assert_true(b.n == 1 || b.len <= BATCH_BYTES + b.n);
		}
		assert_int_equal(batch_write(&b), 0);
		assert_int_equal(queue.delivered, 2 * ARRAY_SIZE(messages));
		assert_int_equal(out.got.len, 2 * (1 + len + ARRAY_SIZE(messages)));
		batch_free(&b);
	}
}

static void test_many(void **state)
{
	const struct output output = { .style = OUTPUT_RAW };
	const struct message empty = { .len = 0 };
	struct batch b;
	(void)state;
	reset(&empty, 1);
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	for (size_t i = 0; i < 3 * BATCH_MESSAGES; i++) {
		assert_int_equal(batch_take(&b, &any, QUEUE_NO_WAIT), 0);
		assert_true(b.n <= BATCH_MESSAGES);
	}
	for (size_t i = queue.next; i < 6 * BATCH_MESSAGES; i++) {
		assert_int_equal(batch_peek(&b, i), 0);
		assert_true(b.n <= BATCH_MESSAGES);
	}
	assert_int_equal(batch_write(&b), 0);
	assert_int_equal(queue.delivered, 6 * BATCH_MESSAGES);
	batch_free(&b);
}

/* A message larger than was looked for: room is made until it fits, and what is in hand goes
 * first; if that cannot be written the message stays. */
static void test_growing(void **state)
{
	static char large[5 * BATCH_BYTES];
	const struct message messages[] = { { .data = body_a, .len = 5 },
					    { .data = large, .len = sizeof(large) } };
	const struct output output = { .style = OUTPUT_RAW };
	struct batch b;
	int why;

	(void)state;
	reset(messages, ARRAY_SIZE(messages));
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	take(&b, 2);
	assert_int_equal(queue.delivered, 1);
	take(&b, 1);
	out.limit = out.got.len + 1;
	assert_int_equal(batch_take(&b, &any, QUEUE_NO_WAIT), -ENOSPC);
	assert_int_equal(b.unwritten, -ENOSPC);
	assert_int_equal(queue.next, 3);
	assert_int_equal(batch_put_back(&b, &why), 0);

	/* Nor has it memory. */
	allocations = 0;
	batch_free(&b);
	allocations = INT_MAX;
	reset(messages + 1, 1);
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	allocations = 0;
	assert_int_equal(batch_take(&b, &any, QUEUE_NO_WAIT), -ENOMEM);
	assert_int_equal(b.unwritten, 0);
	assert_int_equal(batch_peek(&b, 0), -ENOMEM);
	assert_int_equal(b.unwritten, 0);
	allocations = INT_MAX;
	assert_int_equal(b.n, 0);
	batch_free(&b);
}

static void test_no_memory(void **state)
{
	const struct output output = { .style = OUTPUT_JSON, .queue = "/q" };
	struct batch b;
	int why;

	(void)state;
	for (allocations = 0; allocations < 2;) {
		int before = allocations;

		assert_int_equal(batch_init(&b, &source, &output, &progress), -ENOMEM);
		allocations = before + 1;
	}
	allocations = INT_MAX;
	reset(few, ARRAY_SIZE(few));
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	take(&b, ARRAY_SIZE(few));
	allocations = 0;
	assert_int_equal(batch_write(&b), -ENOMEM);
	assert_int_equal(out.got.len, 0);
	assert_int_equal(batch_put_back(&b, &why), 0);
	allocations = INT_MAX;
	assert_int_equal(queue.returned, ARRAY_SIZE(few));
	batch_free(&b);
}

/* What a function writes to standard error. */
static size_t put_back_with_stderr(struct batch *b, int *why, char *text, size_t size)
{
	int saved = dup(STDERR_FILENO);
	size_t lost;
	ssize_t n;
	int fds[2];

	assert_true(saved >= 0 && pipe(fds) == 0);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	lost = batch_put_back(b, why);
	dup2(saved, STDERR_FILENO);
	close(saved);
	n = read(fds[0], text, size - 1);
	close(fds[0]);
	assert_true(n >= 0);
	text[n] = '\0';
	return lost;
}

static void test_put_back_refused(void **state)
{
	const struct output output = { .style = OUTPUT_LINES, .queue = "/q" };
	char text[1024];
	struct batch b;
	int why;

	(void)state;
	reset(few, ARRAY_SIZE(few));
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	take(&b, ARRAY_SIZE(few));
	queue.return_error = -EAGAIN;
	/* Every second one; the others went back all the same. */
	assert_int_equal(put_back_with_stderr(&b, &why, text, sizeof(text)), 3);
	assert_int_equal(why, -EAGAIN);
	assert_int_equal(queue.returned, ARRAY_SIZE(few));
	assert_int_equal(b.n, 0);
	assert_string_equal(text, "{\"queue\":\"/q\",\"priority\":1,\"size\":0,\"body\":\"\"}\n"
				  "{\"queue\":\"/q\",\"priority\":3,\"size\":0,\"body\":\"\"}\n"
				  "{\"queue\":\"/q\",\"priority\":5,\"size\":28,"
				  "\"body\":\"a longer one than the others\"}\n");
	batch_free(&b);
}

static void test_peek(void **state)
{
	const struct output output = { .style = OUTPUT_LINES };
	struct batch b;
	(void)state;
	reset(few, ARRAY_SIZE(few));
	assert_int_equal(batch_init(&b, &source, &output, &progress), 0);
	assert_int_equal(batch_peek(&b, 0), 0);
	assert_int_equal(batch_peek(&b, 2), 0);
	batch_drop_last(&b);
	assert_int_equal(b.n, 1);
	batch_drop_last(&b);
	assert_int_equal(b.n + b.len, 0);
	assert_int_equal(batch_peek(&b, 5), 0);
	batch_forget(&b);
	assert_int_equal(batch_write(&b), 0);
	assert_int_equal(out.got.len, 0);
	batch_free(&b);
}

static int free_output(void **state)
{
	(void)state;
	buffer_free(&out.got);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_stop),       cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_bounds),           cmocka_unit_test(test_many),
		cmocka_unit_test(test_growing),          cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_put_back_refused), cmocka_unit_test(test_peek),
	};

	return cmocka_run_group_tests(tests, NULL, free_output);
}
