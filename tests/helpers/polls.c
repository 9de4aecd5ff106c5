/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * polls poll|select|epoll NAME - waits until a POSIX queue can be received from, in that way
 */
#include "config.h"

#include <err.h>
#include <mqueue.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int by_poll(mqd_t q)
{
	struct pollfd fd = { .fd = q, .events = POLLIN };

	return poll(&fd, 1, -1);
}

static int by_select(mqd_t q)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(q, &set);
	return select(q + 1, &set, NULL, NULL, NULL);
}

static int by_epoll(mqd_t q)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, q, &event) != 0)
		err(1, "epoll");
	return epoll_wait(epoll, &event, 1, -1);
}

int main(int argc, char **argv)
{
	mqd_t q = argc == 3 ? mq_open(argv[2], O_RDONLY) : -1;

	if (q < 0)
		err(1, "polls");
	if (strcmp(argv[1], "poll") == 0)
		return by_poll(q) != 1;
	if (strcmp(argv[1], "select") == 0)
		return by_select(q) != 1;
	return by_epoll(q) != 1;
}
