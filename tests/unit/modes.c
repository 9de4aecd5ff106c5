/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modes.c - tests of the modes of new queues: exact under every umask, and never wider, not even
 * between two calls
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "queues.h"

#define NAME "/modes"
#define FILE_NAME "/dev/mqueue" NAME
#define KEY 0x4d510778
#define KEY_TEXT "0x4d510778"

/* ---- the mode of a queue, by the kernel's own calls ---- */

static int posix_mode(void)
{
	struct stat st;

	return stat(FILE_NAME, &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

static int sysv_mode(void)
{
	struct msqid_ds ds;
	int id = msgget(KEY, 0);

	return id >= 0 && msgctl(id, IPC_STAT, &ds) == 0 ? (int)(ds.msg_perm.mode & 0777) : -1;
}

static struct kind {
	const char *text;
	int (*mode)(void);
	unsigned int also; /* what makes it take more than one call */
} kinds[] = {
	{ NAME, posix_mode, ATTR_OWNER | ATTR_MAXMSG | ATTR_MSGSIZE },
	{ KEY_TEXT, sysv_mode, ATTR_OWNER | ATTR_QBYTES },
};

static struct queue_attr attr_of(const struct kind *kind, mode_t mode, bool one_call)
{
	struct queue_attr attr = { .have = ATTR_MODE | kind->also,
				   .mode = mode,
				   .uid = geteuid(),
				   .maxmsg = 2,
				   .msgsize = 8,
				   .qbytes = 100 };

	if (one_call)
		attr.have &= ~(unsigned int)(ATTR_OWNER | ATTR_QBYTES);
	return attr;
}

/* ---- every umask ---- */

static void exact(const struct kind *kind, mode_t mask, mode_t mode, bool one_call)
{
	const struct queue_attr attr = attr_of(kind, mode, one_call);
	struct queue_ref ref = ref_of(kind->text);

	umask(mask);
	assert_int_equal(queue_create(&ref, &attr, false, NULL), 0);
	assert_int_equal(kind->mode(), mode);
	assert_int_equal(umask(mask), mask);
	assert_int_equal(queue_remove(&ref), 0);
}

/* Each mode under each umask would be 262144 queues: of one of both a few bits are enough. */
static void exact_under_every_umask(void **state)
{
	static const mode_t few[] = { 0, 0600, 0666, 0777, 0421, 0124 };
	const struct kind *kind = *state;

	if (kind->mode == posix_mode && access("/dev/mqueue", X_OK) < 0)
		skip();
	for (mode_t all = 0; all <= 0777; all++) {
		for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++) {
			exact(kind, all, few[i], i % 2);
			exact(kind, few[i], all, (all + i) % 2);
		}
	}
	umask(022);
}

/* ---- between two calls ---- */

struct watcher {
	const struct kind *kind;
	mode_t allowed;
	atomic_bool stop;
	atomic_ulong seen, wider;
};

static void *watch(void *arg)
{
	struct watcher *w = arg;
	int mode;

	while (!w->stop) {
		mode = w->kind->mode();
		if (mode >= 0)
			w->seen++;
		if (mode >= 0 && (mode_t)mode & ~w->allowed)
			w->wider++;
	}
	return NULL;
}

/* Until the watcher has seen it often enough, whatever the scheduler does. */
static void make_many(struct watcher *w, void (*make_one)(const struct kind *kind),
		      unsigned long often, bool until_wider)
{
	pthread_t thread;

	umask(0);
	assert_int_equal(pthread_create(&thread, NULL, watch, w), 0);
	for (unsigned long i = 0; i < 500000; i++) {
		make_one(w->kind);
		if (i >= often && (until_wider ? w->wider : w->seen >= often))
			break;
	}
	w->stop = true;
	pthread_join(thread, NULL);
	umask(022);
}

static void make_ours(const struct kind *kind)
{
	struct queue_ref ref = ref_of(kind->text);
	struct queue_attr attr = attr_of(kind, 0440, false);

	assert_int_equal(queue_create(&ref, &attr, false, NULL), 0);
	assert_int_equal(queue_remove(&ref), 0);
	attr = attr_of(kind, 0440, true);
	assert_int_equal(queue_create(&ref, &attr, false, NULL), 0);
	assert_int_equal(queue_remove(&ref), 0);
}

/* What must not be: the mode comes after the queue. */
static void make_wrong(const struct kind *kind)
{
	struct queue_ref ref = ref_of(kind->text);
	const struct queue_attr wide = attr_of(kind, 0666, true);
	const struct queue_attr narrow = { .have = ATTR_MODE, .mode = 0440 };

	assert_int_equal(queue_create(&ref, &wide, false, NULL), 0);
	assert_int_equal(queue_set(&ref, &narrow), 0);
	assert_int_equal(queue_remove(&ref), 0);
}

static void never_wider(void **state)
{
	struct watcher ours = { .kind = *state, .allowed = 0440 };
	struct watcher wrong = { .kind = *state, .allowed = 0440 };

	if (ours.kind->mode == posix_mode && access("/dev/mqueue", X_OK) < 0)
		skip();
	make_many(&ours, make_ours, 2000, false);
	assert_true(ours.seen > 0);
	assert_int_equal(ours.wider, 0);
	/* It would have been seen. */
	make_many(&wrong, make_wrong, 0, true);
	assert_true(wrong.wider > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(exact_under_every_umask, &kinds[0]),
		cmocka_unit_test_prestate(exact_under_every_umask, &kinds[1]),
		cmocka_unit_test_prestate(never_wider, &kinds[0]),
		cmocka_unit_test_prestate(never_wider, &kinds[1]),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
