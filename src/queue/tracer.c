/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer.c - asks the sibling program mqtool-trace for what only the kernel knows
 */
#include "config.h"

#include "queue/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sibling.h"
#include "base/stop.h"
#include "queue/tracer-refusal.h"

/* The one sibling. */
static struct {
	pid_t pid; /* 0: none */
	int socket;
} sibling;

/* ---- both ends ---- */

/* The first part of a struct, with the descriptor. */
static ssize_t put_part(int socket, const void *data, size_t size, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	char copy[64];
	struct iovec part = { .iov_base = copy,
			      .iov_len = size < sizeof(copy) ? size : sizeof(copy) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *header;

	/* sendmsg(2) does not change it, but its type does not say so. */
	memcpy(copy, data, part.iov_len);
	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, MSG_NOSIGNAL);
}

int tracer_put(int socket, const void *data, size_t size, int fd)
{
	const char *from = data;
	ssize_t n;

	while (size) {
		n = fd >= 0 ? put_part(socket, from, size, fd) :
			      send(socket, from, size, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		from += n;
		size -= (size_t)n;
		fd = -1;
	}
	return 0;
}

static void keep_fd(struct msghdr *message, int *fd)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);

	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return;
	if (*fd >= 0)
		close(*fd);
	memcpy(fd, CMSG_DATA(header), sizeof(*fd));
}

static ssize_t get_part(int socket, void *data, size_t size, int *fd)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { .iov_base = data, .iov_len = size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (!fd)
		return recv(socket, data, size, 0);
	message.msg_control = control;
	message.msg_controllen = sizeof(control);
	n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	if (n >= 0)
		keep_fd(&message, fd);
	return n;
}

int tracer_get(int socket, void *data, size_t size, int *fd)
{
	size_t done = 0;
	ssize_t n;

	if (fd)
		*fd = -1;
	while (done < size) {
		n = get_part(socket, (char *)data + done, size - done, fd);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return done ? -EPROTO : 0;
		done += (size_t)n;
	}
	return 1;
}

/* ---- the sibling ---- */

void tracer_end(void)
{
	if (!sibling.pid)
		return;
	close(sibling.socket);
	while (waitpid(sibling.pid, NULL, 0) < 0 && errno == EINTR)
		;
	sibling.pid = 0;
}

/* Its standard input is the socket; it does not keep open what it has nothing to do with, such as a
 * pipe of ours. */
static int spawn(const char *path, int socket, pid_t *pid)
{
	static char name[] = SIBLING_TRACE, serve[] = TRACER_SERVE;
	char *argv[] = { name, serve, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attr);
	rc = posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
						      O_WRONLY, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	/* The terminal's keys, and its end, are for us: we then close the socket. */
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
	if (rc == 0)
		rc = posix_spawn(pid, path, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static int refuse_start(struct tracer_refusal *why, int cause)
{
	return tracer_refuse(why, cause == EACCES ? -EACCES : -ENOSYS,
			     cause == ENOENT ? TRACER_NOT_INSTALLED : TRACER_NOT_STARTED, NULL,
			     cause);
}

int tracer_start(struct tracer_refusal *why)
{
	char path[PATH_MAX];
	int sockets[2], rc;
	pid_t pid;

	*why = (struct tracer_refusal){ 0 };
	if (sibling.pid)
		return 0;
	if (!HAVE_BPF)
		return tracer_refuse(why, -ENOSYS, TRACER_NOT_BUILT, NULL, 0);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return tracer_refuse(why, -errno, TRACER_PLAIN, NULL, 0);
	rc = spawn(sibling_path(SIBLING_TRACE, path, sizeof(path)), sockets[1], &pid);
	close(sockets[1]);
	if (rc != 0) {
		close(sockets[0]);
		return refuse_start(why, rc);
	}
	sibling.pid = pid;
	sibling.socket = sockets[0];
	return 0;
}

/* Waits until there is an answer; -EINTR after a stop signal. */
static int wait_answer(void)
{
	struct pollfd fd = { .fd = sibling.socket, .events = POLLIN };
	sigset_t usual;
	int n;

	stop_hold(&usual);
	do
		n = stop_signal() ? -1 : ppoll(&fd, 1, NULL, &usual);
	while (n < 0 && errno == EINTR && !stop_signal());
	stop_release(&usual);
	return stop_signal() ? -EINTR : 0;
}

/* Reads an answer; errors as tracer_get(), and -EPROTO for what no sibling of this
 * release sends. */
static int get_answer(struct tracer_answer *answer, struct tracer_reply *reply)
{
	int rc = tracer_get(sibling.socket, reply, sizeof(*reply), NULL);
	char *to;

	answer->data.len = 0;
	answer->records = 0;
	if (rc <= 0)
		return rc;
	if (reply->version != TRACER_VERSION || reply->refusal.code >= TRACER_CODES ||
	    reply->refusal.error > 0 || (reply->refusal.error && reply->length))
		return -EPROTO;
	to = buffer_reserve(&answer->data, (size_t)reply->length);
	if (!to) {
		buffer_free(&answer->data);
		return -ENOMEM;
	}
	rc = reply->length ? tracer_get(sibling.socket, to, (size_t)reply->length, NULL) : 1;
	if (rc > 0) {
		answer->data.len = (size_t)reply->length;
		answer->records = reply->records;
	}
	return rc;
}

/* rc: the error of get_answer() or a call before it.  The next question goes to another sibling. */
static int lose_sibling(int rc, struct tracer_refusal *why)
{
	tracer_end();
	if (rc == 0 || rc == -EPIPE || rc == -ECONNRESET)
		return tracer_refuse(why, -EIO, TRACER_ENDED, NULL, 0);
	if (rc == -EPROTO)
		return tracer_refuse(why, rc, TRACER_OTHER_RELEASE, NULL, 0);
	return tracer_refuse(why, rc, TRACER_PLAIN, NULL, 0);
}

/* Errors that would say something about the queue (queue.h), or about standard output. */
static bool is_of_queue(int error)
{
	return error == -ENOENT || error == -EIDRM || error == -EAGAIN || error == -ETIMEDOUT ||
	       error == -ENOMSG || error == -E2BIG || error == -EMSGSIZE || error == -EPIPE;
}

int tracer_ask(struct tracer_request *request, int fd, struct tracer_answer *answer,
	       struct tracer_refusal *why)
{
	struct tracer_reply reply;
	int rc = tracer_start(why);

	if (rc < 0)
		return rc;
	request->version = TRACER_VERSION;
	rc = tracer_put(sibling.socket, request, sizeof(*request), fd);
	if (rc == 0)
		rc = wait_answer();
	if (rc < 0)
		return lose_sibling(rc, why);
	rc = get_answer(answer, &reply);
	if (rc <= 0)
		return lose_sibling(rc, why);
	*why = reply.refusal;
	why->what[sizeof(why->what) - 1] = '\0';
	if (is_of_queue(why->error))
		why->error = -EIO;
	return why->error;
}

void tracer_answer_free(struct tracer_answer *answer)
{
	buffer_free(&answer->data);
	*answer = (struct tracer_answer){ 0 };
}
