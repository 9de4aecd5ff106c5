/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rates.c - tests of what is worked out of the kernel's counters
 *
 * Linked with --wrap=tracer_ask, --wrap=tracer_end and --wrap=namespace_enter: counters of the test's
 * own.
 */
#include "config.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/util.h"
#include "show/namespaces.h"
#include "show/rates.h"

#define NS 4026531839u
#define SEC ((uint64_t)NSEC_PER_SEC)

int __wrap_tracer_ask(struct tracer_request *request, int fd, struct tracer_answer *answer,
		      struct tracer_refusal *why);
void __wrap_tracer_end(void);
int __wrap_namespace_enter(pid_t pid, uint64_t *id);

/* The kernel: what it would answer now. */
static struct {
	struct tracer_moment moment;
	struct tracer_counter counters[2];
	uint32_t n;
	uint32_t flags; /* asked for last */
	int error;
	bool short_answer;
	int ended;
} kernel;

int __wrap_tracer_ask(struct tracer_request *request, int fd, struct tracer_answer *answer,
		      struct tracer_refusal *why)
{
	assert_int_equal(request->kind, TRACER_COUNTERS);
	assert_int_equal(request->ns, NS);
	assert_int_equal(fd, -1);
	kernel.flags = request->flags;
	if (kernel.error) {
		*why = (struct tracer_refusal){ .error = kernel.error };
		return kernel.error;
	}
	answer->records = kernel.n;
	answer->data.len = 0;
	buffer_put(&answer->data, (const char *)&kernel.moment, sizeof(kernel.moment));
	buffer_put(&answer->data, (const char *)kernel.counters,
		   kernel.n * sizeof(kernel.counters[0]) - kernel.short_answer);
	return 0;
}

void __wrap_tracer_end(void)
{
	kernel.ended++;
}

int __wrap_namespace_enter(pid_t pid, uint64_t *id)
{
	(void)pid;
	*id = NS;
	return 0;
}

/* `messages` of 10 bytes each passed at the moment, each of which slept a quarter of a second. */
static void pass(enum tracer_direction direction, uint64_t messages)
{
	struct tracer_sums *sums = &kernel.counters[0].sums[direction];

	kernel.counters[0].ns = NS;
	kernel.counters[0].id = 7;
	kernel.n = 1;
	sums->messages += messages;
	sums->bytes += 10 * messages;
	sums->wait_ns += messages * SEC / 4;
	sums->clock_ns += messages * kernel.moment.clock_ns;
}

static struct queue_stat queue_of(uint64_t depth)
{
	return (struct queue_stat){
		.kind = QUEUE_SYSV, .have = STAT_MESSAGES, .msqid = 7, .messages = depth
	};
}

/* A look at one queue while nothing passes. */
static struct queue_stat look(struct rates *r, uint64_t depth)
{
	struct queue_stat st = queue_of(depth);
	struct tracer_refusal why;

	assert_int_equal(rates_before(r, &why), 0);
	assert_int_equal(rates_after(r, &st, 1, &why), 0);
	return st;
}

static struct rates start(void)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.moment.clock_ns = 100 * SEC;
	return (struct rates){ .mask = QUEUE_MASK_ALL, .waits = true };
}

static void test_known_rates(void **state)
{
	struct rates r = start();
	struct tracer_sums sums[TRACER_DIRECTIONS];
	struct queue_stat st = look(&r, 0);

	(void)state;
	assert_int_equal(kernel.flags, TRACER_SYSV | TRACER_POSIX | TRACER_WAITS);
	/* From one look nothing follows. */
	assert_true(isnan(st.rates.send) && isnan(st.rates.age));
	assert_false(rates_sums(&r, &st, sums));
	kernel.moment.clock_ns += SEC;
	pass(TRACER_SEND, 8);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_RECEIVE, 6);
	kernel.moment.clock_ns += 2 * SEC;
	st = look(&r, 2);
	assert_float_equal(st.rates.send, 2, 1e-6);
	assert_float_equal(st.rates.recv, 1.5, 1e-6);
	assert_float_equal(st.rates.in, 20, 1e-6);
	assert_float_equal(st.rates.out, 15, 1e-6);
	assert_float_equal(st.rates.swait, 0.25, 1e-6);
	assert_float_equal(st.rates.rwait, 0.25, 1e-6);
	/* Eight stayed a second, and two of them two seconds more: by message that went. */
	assert_float_equal(st.rates.age, (8 + 2 * 2) / 6.0, 1e-6);
	assert_true(rates_sums(&r, &st, sums));
	assert_int_equal(sums[TRACER_SEND].messages, 8);
	assert_int_equal(sums[TRACER_RECEIVE].bytes, 60);
	rates_free(&r);
}

/* Messages that were there before count from the first look on. */
static void test_age_with_messages_before(void **state)
{
	struct rates r = start();
	struct queue_stat st;

	(void)state;
	pass(TRACER_SEND, 5);
	look(&r, 5);
	kernel.moment.clock_ns += 3 * SEC;
	pass(TRACER_RECEIVE, 5);
	kernel.moment.clock_ns += SEC;
	st = look(&r, 0);
	assert_float_equal(st.rates.age, 3, 1e-6);
	/* Nothing passed: no mean of nothing, and a rate of 0. */
	kernel.moment.clock_ns += SEC;
	st = look(&r, 0);
	assert_true(st.rates.send == 0 && st.rates.recv == 0);
	assert_true(isnan(st.rates.age) && isnan(st.rates.swait) && isnan(st.rates.rwait));
	rates_free(&r);
}

/* A queue in use: its depth follows from the last one that was certain. */
static void test_depth_of_a_busy_queue(void **state)
{
	struct rates r = start();
	struct tracer_refusal why;
	struct queue_stat st;

	(void)state;
	look(&r, 0);
	kernel.moment.clock_ns += SEC;
	assert_int_equal(rates_before(&r, &why), 0);
	pass(TRACER_SEND, 4);
	/* Listed before or after that: neither is believed. */
	st = queue_of(1);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_RECEIVE, 4);
	assert_int_equal(rates_after(&r, &st, 1, &why), 0);
	assert_int_equal(r.unsure, 0);
	assert_float_equal(st.rates.age, 1, 1e-6);
	rates_free(&r);
	/* Without a first certain depth there is none, and no age. */
	r = start();
	assert_int_equal(rates_before(&r, &why), 0);
	pass(TRACER_SEND, 4);
	st = queue_of(3);
	assert_int_equal(rates_after(&r, &st, 1, &why), 0);
	assert_int_equal(r.unsure, 1);
	rates_free(&r);
}

/* One that was not there at the look before was made since, and empty. */
static void test_new_queue(void **state)
{
	struct rates r = start();
	struct tracer_refusal why;
	struct queue_stat st;

	(void)state;
	assert_int_equal(rates_before(&r, &why), 0);
	assert_int_equal(rates_after(&r, NULL, 0, &why), 0);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_SEND, 3);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_RECEIVE, 3);
	st = look(&r, 0);
	assert_float_equal(st.rates.send, 1.5, 1e-6);
	assert_float_equal(st.rates.age, 1, 1e-6);
	rates_free(&r);
}

/* Sums only grow, and may overflow. */
static void test_overflow(void **state)
{
	struct rates r = start();
	struct tracer_sums *sums = kernel.counters[0].sums;
	struct queue_stat st;

	(void)state;
	kernel.counters[0] = (struct tracer_counter){ .ns = NS, .id = 7 };
	sums[TRACER_SEND] = sums[TRACER_RECEIVE] = (struct tracer_sums){
		.messages = UINT64_MAX, .bytes = UINT64_MAX - 3, .clock_ns = UINT64_MAX - 5
	};
	pass(TRACER_SEND, 0);
	look(&r, 0);
	pass(TRACER_SEND, 2);
	kernel.moment.clock_ns += 2 * SEC;
	pass(TRACER_RECEIVE, 2);
	st = look(&r, 0);
	assert_float_equal(st.rates.send, 1, 1e-6);
	assert_float_equal(st.rates.out, 10, 1e-6);
	assert_float_equal(st.rates.age, 2, 1e-6);
	rates_free(&r);
}

/* Depths that do not agree with what passed: a part was not counted, so the age is not known. */
static void test_uncounted_messages(void **state)
{
	struct rates r = start();
	struct queue_stat st;

	(void)state;
	look(&r, 0);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_SEND, 4);
	pass(TRACER_RECEIVE, 1);
	st = look(&r, 9);
	assert_float_equal(st.rates.send, 4, 1e-6);
	assert_true(isnan(st.rates.age));
	rates_free(&r);
}

/* Where the kernel had no room for all queues, one without a record is unknown, never 0. */
static void test_no_room_for_all(void **state)
{
	struct rates r = start();
	struct queue_stat st;

	(void)state;
	look(&r, 0);
	kernel.moment.clock_ns += SEC;
	st = look(&r, 0);
	assert_true(st.have & STAT_RATES && st.rates.send == 0);
	kernel.moment.lost = 1;
	kernel.moment.clock_ns += SEC;
	st = look(&r, 0);
	assert_false(st.have & STAT_RATES);
	pass(TRACER_SEND, 1);
	kernel.moment.clock_ns += SEC;
	st = look(&r, 1);
	assert_true(st.have & STAT_RATES && st.rates.send > 0);
	rates_free(&r);
}

static void test_choices(void **state)
{
	struct rates r = start();
	struct queue_stat st;

	(void)state;
	look(&r, 0);
	kernel.moment.clock_ns += SEC;
	pass(TRACER_SEND, 1);
	/* Another choice begins again, and has no waits. */
	r.waits = false;
	r.mask = QUEUE_MASK_SYSV;
	st = look(&r, 1);
	assert_int_equal(kernel.flags, TRACER_SYSV);
	assert_true(isnan(st.rates.send));
	kernel.moment.clock_ns += SEC;
	pass(TRACER_SEND, 1);
	st = look(&r, 2);
	assert_float_equal(st.rates.send, 1, 1e-6);
	assert_true(isnan(st.rates.swait));
	rates_end(&r);
	assert_int_equal(kernel.ended, 1);
	rates_free(&r);
}

static void test_failures(void **state)
{
	struct rates r = start();
	struct tracer_refusal why;
	struct queue_stat st = look(&r, 0);

	(void)state;
	kernel.error = -EPERM;
	assert_int_equal(rates_before(&r, &why), -EPERM);
	assert_int_equal(why.error, -EPERM);
	/* All is forgotten. */
	rates_set(&r, &st, 1);
	assert_false(st.have & STAT_RATES);
	kernel.error = 0;
	pass(TRACER_SEND, 1);
	kernel.short_answer = true;
	assert_int_equal(rates_before(&r, &why), -EPROTO);
	kernel.short_answer = false;
	st = look(&r, 1);
	assert_true(isnan(st.rates.send));
	assert_int_equal(rates_before(&r, &why), 0);
	kernel.error = -EINTR;
	assert_int_equal(rates_after(&r, &st, 1, &why), -EINTR);
	rates_free(&r);
}

/* Queues that come and go by the thousand take no more and more memory, and the others are found. */
static void test_many_come_and_go(void **state)
{
	struct rates r = start();
	struct tracer_refusal why;
	size_t most = 0;

	(void)state;
	pass(TRACER_SEND, 0);
	for (int i = 0; i < 20; i++) {
		struct queue_stat items[1000];

		for (int q = 0; q < 1000; q++) {
			items[q] = queue_of(0);
			items[q].msqid = q ? 1000 * i + q + 10 : 7;
		}
		kernel.moment.clock_ns += SEC;
		pass(TRACER_SEND, 1);
		items[0].messages = (uint64_t)i + 1;
		assert_int_equal(rates_before(&r, &why), 0);
		assert_int_equal(rates_after(&r, items, 1000, &why), 0);
		if (i)
			assert_float_equal(items[0].rates.send, 1, 1e-6);
		most = r.n > most ? r.n : most;
	}
	assert_true(most < 8000);
	rates_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_rates),
		cmocka_unit_test(test_age_with_messages_before),
		cmocka_unit_test(test_depth_of_a_busy_queue),
		cmocka_unit_test(test_new_queue),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_uncounted_messages),
		cmocka_unit_test(test_no_room_for_all),
		cmocka_unit_test(test_choices),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_many_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
