/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-line.c - tests of what trace writes
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/util.h"
#include "trace/trace-line.h"

#define TIME (INT64_C(1700000000) * NSEC_PER_SEC + 762233000)

/* A record as it comes from the kernel. */
static char data[sizeof(struct kern_event) + 512];
static size_t size;

static struct kern_event sample(void)
{
	return (struct kern_event){
		.wait_ns = 4567,
		.queue = { .ns = 4026531839, .id = 7, .kind = KERN_POSIX },
		.priority = 5,
		.pid = 10976,
		.tid = 10977,
		.size = 11,
		.kept = 11,
		.name_len = 4,
		.flags = KERN_HAS_WAIT | KERN_HAS_PRIORITY | KERN_HAS_QUEUE | KERN_HAS_SIZE,
		.direction = KERN_SEND,
		.command = "worker",
	};
}

static struct trace_record record_of(struct kern_event event, const char *body)
{
	struct trace_record record;

	memcpy(data, &event, sizeof(event));
	memcpy(data + sizeof(event), "jobs", 4);
	memcpy(data + sizeof(event) + 4, body, event.kept);
	size = sizeof(event) + event.name_len + event.kept;
	assert_true(trace_record_read(data, size, &record));
	return record;
}

static const struct trace_context context = { .queue = "/jobs", .seq = 3, .time_ns = TIME };
static struct buffer out;

static const char *line(struct kern_event event, const char *body)
{
	struct trace_record record = record_of(event, body);

	out.len = 0;
	trace_put_line(&out, &record, &context);
	return buffer_string(&out);
}

static void test_line(void **state)
{
	struct kern_event event = sample();

	(void)state;
	assert_string_equal(line(event, "hello world"),
			    "22:13:20.762233 /jobs            send  worker    10976  prio=5   11 B"
			    "  4us    \"hello world\"\n");
	event.direction = KERN_RECEIVE;
	event.wait_ns = 503 * 1000000LL;
	event.size = event.kept = 4;
	event.priority = 0;
	event.pid = 10981;
	memcpy(event.command, "sink\0", 6);
	assert_string_equal(line(event, "late"),
			    "22:13:20.762233 /jobs            recv  sink      10981  prio=0    4 B"
			    "  503ms  \"late\"\n");
	event.wait_ns = 2550 * 1000000LL;
	event.size = 400;
	assert_non_null(strstr(line(event, "late"), "  400 B  2.5s   \"late\"...\n"));
	event.kept = 0;
	assert_non_null(strstr(line(event, ""), "B  2.5s   ...\n"));
	event.size = 0;
	assert_non_null(strstr(line(event, ""), "B  2.5s   \"\"\n"));
}

static void test_line_unknown(void **state)
{
	struct kern_event event = sample();

	(void)state;
	event.flags = 0;
	event.kept = event.size = 0;
	event.error = EAGAIN;
	assert_string_equal(line(event, ""),
			    "22:13:20.762233 /jobs            send  worker    10976  -         - B"
			    "  -      EAGAIN\n");
	event.error = 200;
	event.flags = KERN_HAS_TYPE;
	event.type = -1;
	assert_non_null(strstr(line(event, ""), " type=-1 "));
	assert_non_null(strstr(line(event, ""), "error 200\n"));
}

/* What comes from others reaches a terminal only escaped. */
static void test_foreign(void **state)
{
	struct kern_event event = sample();

	(void)state;
	memcpy(event.command, "a\033[31m\n", 8);
	assert_non_null(strstr(line(event, "\033]0;x\007\nabcde"), "a\\x1b[31m\\x0a"));
	assert_non_null(strstr(line(event, "\033]0;x\007\nabcde"), "\"\\x1b]0;x\\x07\\x0aabcd\""));
}

static const char *json(struct kern_event event, const char *body)
{
	struct trace_record record = record_of(event, body);

	out.len = 0;
	trace_put_json(&out, &record, &context);
	return buffer_string(&out);
}

static void test_json(void **state)
{
	struct kern_event event = sample();

	(void)state;
	assert_string_equal(
		json(event, "hello world"),
		"{\"queue\":\"/jobs\",\"priority\":5,\"size\":11,\"body\":\"hello world\","
		"\"time\":1700000000.762233,\"event\":\"send\",\"pid\":10976,\"tid\":10977,"
		"\"command\":\"worker\",\"wait\":0.000004567,\"namespace\":4026531839,"
		"\"errno\":0}\n");
	event.kept = 2;
	event.flags &= ~KERN_HAS_WAIT;
	assert_non_null(strstr(json(event, "h\xff"),
			       "\"size\":11,\"body_base64\":\"aP8=\",\"truncated\":true,"));
	assert_non_null(strstr(json(event, "he"), "\"wait\":null"));
	event.flags = KERN_HAS_TYPE | KERN_HAS_QUEUE;
	event.type = 7;
	event.kept = 0;
	event.error = EIDRM;
	assert_non_null(strstr(json(event, ""), "\"type\":7,\"size\":null,\"body\":null,"));
	assert_non_null(strstr(json(event, ""), "\"errno\":43}"));
}

static const char *format(const char *text, struct kern_event event, const char *body)
{
	struct trace_record record = record_of(event, body);
	struct render_format *compiled;
	const char *bad;

	assert_int_equal(render_format_compile_call(text, &compiled, &bad), 0);
	out.len = 0;
	trace_put_format(&out, compiled, &record, &context);
	render_format_free(compiled);
	return buffer_string(&out);
}

static void test_format(void **state)
{
	struct kern_event event = sample();

	(void)state;
	assert_string_equal(format("%E %P %I %C %W %e %N", event, "hello world"),
			    "send 10976 10977 worker 0.000004567  4026531839");
	assert_string_equal(format("%Q %n %p%t %S %s %T", event, "hello world"),
			    "/jobs 3 5 11 hello world 2023-11-14T22:13:20.762233+00:00");
	event.kept = 2;
	event.flags = KERN_HAS_SIZE;
	assert_string_equal(format("[%S %s %W %p]", event, "he"), "[11 he  ]");
	event.flags = 0;
	event.error = EINTR;
	assert_string_equal(format("[%S %e]", event, "he"), "[ EINTR]");
}

static void test_format_letters(void **state)
{
	struct render_format *compiled = NULL;
	const char *bad, *text = "%E%W";

	(void)state;
	assert_int_equal(render_format_compile(text, &compiled, &bad), -EINVAL);
	assert_ptr_equal(bad, text);
	assert_int_equal(render_format_compile_call(text, &compiled, &bad), 0);
	assert_true(render_format_has(compiled, 'W'));
	assert_false(render_format_has(compiled, 's'));
	render_format_free(compiled);
}

/* A record that is not one is refused, whatever lies there. */
static void test_wrong_records(void **state)
{
	struct trace_record record;
	struct kern_event event = sample();

	(void)state;
	record_of(event, "hello world");
	for (size_t n = 0; n < size; n++)
		assert_false(trace_record_read(data, n, &record));
	event.name_len = KERN_NAME;
	memcpy(data, &event, sizeof(event));
	assert_false(trace_record_read(data, sizeof(data), &record));
	event = sample();
	event.size = 10;
	memcpy(data, &event, sizeof(event));
	assert_false(trace_record_read(data, size, &record));
	event = sample();
	event.direction = 2;
	memcpy(data, &event, sizeof(event));
	assert_false(trace_record_read(data, size, &record));
	event = sample();
	event.queue.kind = 2;
	memcpy(data, &event, sizeof(event));
	assert_false(trace_record_read(data, size, &record));
}

static void test_lost(void **state)
{
	(void)state;
	out.len = 0;
	trace_put_lost(&out, false, 1);
	trace_put_lost(&out, false, 12);
	trace_put_lost(&out, true, 12);
	assert_string_equal(buffer_string(&out),
			    "# 1 message not shown: it found no room (--buffer)\n"
			    "# 12 messages not shown: they found no room (--buffer)\n"
			    "{\"event\":\"lost\",\"count\":12}\n");
}

/* Three messages, sent at 10, 20 and 30, received at 110, 120 and 130: each stayed 100. */
static void test_age(void **state)
{
	struct kern_row sums = { .sums = { { .messages = 3, .clock_ns = 60 },
					   { .messages = 3, .clock_ns = 360 } } };
	struct trace_depth before = { 0, 0 }, now = { 0, 200 };
	int64_t age;

	(void)state;
	assert_true(trace_age(&sums, &before, &now, &age));
	assert_int_equal(age, 100);
	/* Two that were there at 0 as well, received at 50 each; and one more stays. */
	sums.sums[1] = (struct kern_sums){ .messages = 4, .clock_ns = 360 + 100 - 130 };
	before = (struct trace_depth){ 2, 0 };
	now = (struct trace_depth){ 1, 200 };
	assert_true(trace_age(&sums, &before, &now, &age));
	assert_int_equal(age, (100 + 100 + 50 + 50 + 170) / 4);
	/* Sums that have overflowed mean the same. */
	sums.sums[0].clock_ns += UINT64_MAX - 100;
	sums.sums[1].clock_ns += UINT64_MAX - 100;
	assert_true(trace_age(&sums, &before, &now, &age));
	assert_int_equal(age, 117);
	sums.sums[1].messages = 0;
	assert_false(trace_age(&sums, &before, &now, &age));
}

static void test_summary(void **state)
{
	const struct trace_row rows[] = {
		{ .queue = "/jobs",
		  .ns = 5,
		  .sums = { .sums = { { .messages = 2, .bytes = 15, .wait_ns = 8000 },
				      { .messages = 1, .bytes = 11, .wait_ns = 503000000 } } },
		  .has_age = true,
		  .age_ns = 1500000000 },
		{ .queue = "/jobs",
		  .ns = 5,
		  .pid = 12,
		  .command = "a\033b",
		  .sums = { .sums = { { .messages = 2, .bytes = 15, .wait_ns = 8000 } } } },
	};

	(void)state;
	out.len = 0;
	assert_int_equal(trace_put_summary(&out, rows, 2, 2 * NSEC_PER_SEC, true, false), 0);
	assert_string_equal(
		buffer_string(&out),
		"QUEUE  PID  COMMAND  SENT  IN  SEND/s  RECEIVED  OUT  RECV/s   AGE  SWAIT  RWAIT\n"
		"/jobs    -  -           2  15     1.0         1   11     0.5  1.5s    4us  503ms\n"
		"/jobs   12  a\\x1bb      2  15     1.0         0    0     0.0     -    4us      -\n");
	out.len = 0;
	assert_int_equal(trace_put_summary(&out, rows, 1, 0, false, true), 0);
	assert_non_null(strstr(buffer_string(&out), "RWAIT  NAMESPACE\n"));
	out.len = 0;
	trace_put_summary_json(&out, rows, 1, 2 * NSEC_PER_SEC, true);
	assert_string_equal(
		buffer_string(&out),
		"{\"event\":\"summary\",\"queue\":\"/jobs\",\"pid\":null,\"command\":null,"
		"\"sent\":2,\"received\":1,\"sent_bytes\":15,\"received_bytes\":11,"
		"\"age\":1.500000000,\"swait\":0.000004000,\"rwait\":0.503000000,"
		"\"duration\":2.000000000,\"namespace\":5}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),          cmocka_unit_test(test_line_unknown),
		cmocka_unit_test(test_foreign),       cmocka_unit_test(test_json),
		cmocka_unit_test(test_format),        cmocka_unit_test(test_format_letters),
		cmocka_unit_test(test_wrong_records), cmocka_unit_test(test_lost),
		cmocka_unit_test(test_age),           cmocka_unit_test(test_summary),
	};
	int failed;

	setenv("TZ", "UTC", 1);
	setenv("LC_ALL", "C", 1);
	tzset();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buffer_free(&out);
	return failed;
}
