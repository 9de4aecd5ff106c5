/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - tests of looking at queues once more, and of the modes of new ones: exact under every
 * umask, and never wider, not even between two calls
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
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "queue/queue.h"
#include "queues.h"

#define MODES_NAME "/modes"
#define MODES_FILE "/dev/mqueue" MODES_NAME
#define MODES_KEY 0x4d510778
#define MODES_KEY_TEXT "0x4d510778"

/* The queue of that name in a list. */
static const struct queue_stat *find(const struct queue_list *list, const char *text)
{
	char name[QUEUE_NAME_TEXT];

	for (size_t i = 0; i < list->n; i++)
		if (strcmp(queue_stat_text(&list->items[i], name), text) == 0)
			return &list->items[i];
	fail_msg("%s is not in the list", text);
	return NULL;
}

static const char *const names[] = { "key:0x00000077", "/again" };

static void test_same(void **state)
{
	struct queue_list list = { 0 };
	struct queue_stat now;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, STAT_MESSAGES), 0);
		move_one(names[i], true);
		assert_int_equal(queue_look_again(find(&list, names[i]), STAT_MESSAGES, &now), 0);
		assert_true(now.have & STAT_MESSAGES);
		assert_int_equal(now.messages, 1);
		assert_int_equal(now.mode, 0600);
		drop(names[i]);
		assert_int_equal(queue_look_again(find(&list, names[i]), 0, &now), -ENOENT);
		queue_list_free(&list);
	}
}

static void test_replaced(void **state)
{
	struct queue_list list = { 0 };
	struct queue_stat seen, now;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
		seen = *find(&list, names[i]);
		assert_int_equal(queue_look_again(&seen, 0, &now), 0);
		/* Whatever the kernel would number alike. */
		seen.ctime--;
		seen.ino++;
		assert_int_equal(queue_look_again(&seen, 0, &now), -ESTALE);
		seen = *find(&list, names[i]);
		seen.key++;
		seen.dev++;
		assert_int_equal(queue_look_again(&seen, 0, &now),
				 seen.kind == QUEUE_POSIX ? -EXDEV : -ESTALE);
		drop(names[i]);
		queue_list_free(&list);
	}
	make("/again");
	assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
	drop("/again");
	make("/again");
	assert_int_equal(queue_look_again(find(&list, "/again"), 0, &now), -ESTALE);
	drop("/again");
	queue_list_free(&list);
}

/* The reference means that queue and no other, whoever has its key by then. */
static void test_ref(void **state)
{
	struct queue_list list = { 0 };
	struct queue_ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		make(names[i]);
		assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
		queue_stat_ref(find(&list, names[i]), &ref);
		assert_int_equal(queue_exists(&ref), 0);
		if (ref.kind == QUEUE_SYSV) {
			drop(names[i]);
			make(names[i]);
			assert_int_equal(queue_exists(&ref), -ENOENT);
			assert_int_equal(queue_remove(&ref), -ENOENT);
			drop(names[i]);
		} else {
			assert_int_equal(queue_remove(&ref), 0);
		}
		queue_list_free(&list);
	}
}

static void test_exists(void **state)
{
	struct queue_ref ref;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ref = ref_of(names[i]);
		assert_int_equal(queue_exists(&ref), -ENOENT);
		make(names[i]);
		assert_int_equal(queue_exists(&ref), 0);
		drop(names[i]);
	}
	/* Not a queue that may not be looked at. */
	ref.error = -EACCES;
	assert_int_equal(queue_exists(&ref), -EACCES);
}

static void test_sort(void **state)
{
	static const char *const sorted[] = {
		"key:0x00000001", "key:0x00000002", "key:0xffffffff", "/a", "/a.b", "/ab", "/b"
	};
	static const size_t order[] = { 3, 6, 1, 0, 5, 2, 4 };
	struct queue_list list = { 0 };
	char name[QUEUE_NAME_TEXT];
	struct queue_ref private;
	size_t i, first;

	(void)state;
	queue_list_sort(&list);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		make(sorted[order[i]]);
	for (i = 0; i < 2; i++)
		assert_int_equal(queue_create(NULL, &(struct queue_attr){ 0 }, false, &private), 0);
	assert_int_equal(queue_list(&list, QUEUE_MASK_ALL, 0), 0);
	queue_list_sort(&list);
	/* Those without a key come first, by id. */
	assert_int_equal(list.items[0].key, 0);
	assert_int_equal(list.items[1].key, 0);
	assert_true(list.items[0].msqid < list.items[1].msqid);
	first = list.n - ARRAY_SIZE(sorted);
	assert_int_equal(first, 2);
	for (i = 0; i < ARRAY_SIZE(sorted); i++) {
		assert_string_equal(queue_stat_text(&list.items[first + i], name), sorted[i]);
		drop(sorted[i]);
	}
	queue_list_free(&list);
}

/* Looking without STAT_BYTES does not read the status of a POSIX queue. */
static void test_detail(void **state)
{
	struct queue_ref ref = ref_of("/detail");
	struct queue_stat st;
	struct queue *q;

	(void)state;
	make("/detail");
	move_one("/detail", true);
	assert_int_equal(queue_open(&q, &ref, 0), 0);
	assert_int_equal(queue_look(q, STAT_MESSAGES, &st), 0);
	assert_int_equal(st.messages, 1);
	assert_false(st.have & (STAT_BYTES | STAT_NOTIFY));
	assert_int_equal(queue_stat(q, &st), 0);
	assert_int_equal(st.bytes, 1);
	assert_true(st.have & STAT_NOTIFY);
	drop("/detail");
	assert_int_equal(queue_look(q, 0, &st), -EIDRM);
	queue_close(q);
}

/* ---- the modes of new queues, by the kernel's own calls ---- */

static int posix_mode(void)
{
	struct stat st;

	return stat(MODES_FILE, &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

static int sysv_mode(void)
{
	struct msqid_ds ds;
	int id = msgget(MODES_KEY, 0);

	return id >= 0 && msgctl(id, IPC_STAT, &ds) == 0 ? (int)(ds.msg_perm.mode & 0777) : -1;
}

static struct kind {
	const char *text;
	int (*mode)(void);
	unsigned int also; /* what makes it take more than one call */
} kinds[] = {
	{ MODES_NAME, posix_mode, ATTR_OWNER | ATTR_MAXMSG | ATTR_MSGSIZE },
	{ MODES_KEY_TEXT, sysv_mode, ATTR_OWNER | ATTR_QBYTES },
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
		for (size_t i = 0; i < ARRAY_SIZE(few); i++) {
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
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_ref),
		cmocka_unit_test(test_exists),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_detail),
		cmocka_unit_test_prestate(exact_under_every_umask, &kinds[0]),
		cmocka_unit_test_prestate(exact_under_every_umask, &kinds[1]),
		cmocka_unit_test_prestate(never_wider, &kinds[0]),
		cmocka_unit_test_prestate(never_wider, &kinds[1]),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
