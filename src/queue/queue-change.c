/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-change.c - sleeps until something about a queue may have changed
 */
#include "config.h"

#include "queue/queue-change.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/stop.h"
#include "queue/mqueue-file.h"

#define MSEC 1000000LL
#define FIRST_PAUSE (1 * MSEC)
#define LAST_PAUSE (50 * MSEC)
/* A broker is remote, and a fruitless question costs it too. */
#define FIRST_PAUSE_AMQP (20 * MSEC)
#define LAST_PAUSE_AMQP (500 * MSEC)
/* A queue held open is looked at this often: nothing tells that it was removed, unless its
 * directory is watched, and that directory may be one of another namespace. */
#define POLLED_PAUSE (500 * MSEC)

static int add(struct queue_change *c, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };

	return epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

int queue_change_begin(struct queue_change *c, const struct queue_ref *ref)
{
	bool amqp = ref->kind == QUEUE_AMQP;

	*c = (struct queue_change){ .dir = -1,
				    .pause = amqp ? FIRST_PAUSE_AMQP : FIRST_PAUSE,
				    .last_pause = amqp ? LAST_PAUSE_AMQP : LAST_PAUSE };
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll < 0)
		return -errno;
	stop_hold(&c->mask);
	return 0;
}

/* Only a hint, so it may be missing. */
void queue_change_watch_dir(struct queue_change *c)
{
	c->dir = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (c->dir < 0)
		return;
	if (inotify_add_watch(c->dir, MQUEUE_DIR, IN_CREATE | IN_DELETE) >= 0 &&
	    add(c, c->dir, EPOLLIN) == 0)
		return;
	close(c->dir);
	c->dir = -1;
}

int queue_change_add(struct queue_change *c, const struct queue *q)
{
	int fd = queue_change_fd(q);
	int rc;

	if (fd < 0)
		return 0;
	/*
	 * A queue can always be read or written, so without EPOLLET this would never sleep; with it
	 * each send and each receive is reported once (epoll(7)).
	 */
	rc = add(c, fd, EPOLLIN | EPOLLOUT | EPOLLET);
	c->polled = rc == 0;
	return rc;
}

static int64_t next_pause(struct queue_change *c)
{
	int64_t pause = c->pause;

	if (c->polled)
		return POLLED_PAUSE;
	c->pause = 2 * pause < c->last_pause ? 2 * pause : c->last_pause;
	return pause;
}

static void drain(int fd)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	while (fd >= 0 && read(fd, events, sizeof(events)) > 0)
		;
}

int queue_change_sleep(struct queue_change *c, int64_t timeout_ns)
{
	int64_t pause = next_pause(c);
	struct epoll_event event;
	int n;

	if (timeout_ns >= 0 && timeout_ns < pause)
		pause = timeout_ns;
	/* Rounded up: waking too soon would mean one more look. */
	n = epoll_pwait(c->epoll, &event, 1, (int)((pause + MSEC - 1) / MSEC), &c->mask);
	if (n < 0 && errno != EINTR)
		return -errno;
	if (n < 0 && stop_signal())
		return -EINTR;
	drain(c->dir);
	return 0;
}

void queue_change_end(struct queue_change *c)
{
	if (c->dir >= 0)
		close(c->dir);
	if (c->epoll >= 0) {
		close(c->epoll);
		stop_release(&c->mask);
	}
	c->dir = c->epoll = -1;
}
