/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * waiting.c - what send and recv say to people at a terminal when they wait
 */
#include "config.h"

#include "cmd/waiting.h"

#include <stdatomic.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/wait.h"
#include "cmd/msg.h"

/* Made before the wait: the thread that writes them may use nothing else. */
static struct {
	struct buffer text;
	atomic_bool said;
} lines[WAITINGS];

bool waiting_prepared;

static void say(enum waiting what)
{
	lines[what].said = true;
	(void)!write(STDERR_FILENO, lines[what].text.data, lines[what].text.len);
}

static void say_message(void)
{
	say(WAITING_MESSAGE);
}

static void say_room(void)
{
	say(WAITING_ROOM);
}

static void say_input(void)
{
	say(WAITING_INPUT);
}

bool waiting_is_seen(void)
{
	return isatty(STDERR_FILENO);
}

void waiting_for_queue(enum waiting what, const struct queue_ref *ref, bool some)
{
	struct buffer *text = &lines[what].text;
	const char *name = msg_name(ref);

	waiting_prepared = true;
	if (what == WAITING_ROOM)
		msg_put(text, _("%s is full; waiting (Ctrl-C ends it)"), name);
	else if (some)
		msg_put(text, _("%s: no message of the type asked for; waiting (Ctrl-C ends it)"),
			name);
	else
		msg_put(text, _("%s is empty; waiting (Ctrl-C ends it)"), name);
}

void waiting_for_input(bool many)
{
	waiting_prepared = true;
	msg_put(&lines[WAITING_INPUT].text, "%s",
		many ? _("reading messages from the terminal; Ctrl-D ends them") :
		       _("reading the message from the terminal; Ctrl-D ends it"));
}

/* There is no line, or no longer one. */
static bool is_silent(enum waiting what)
{
	return !lines[what].text.len || lines[what].text.failed || lines[what].said;
}

void waiting_tell(enum waiting what)
{
	static void (*const says[WAITINGS])(void) = { say_message, say_room, say_input };

	if (!is_silent(what))
		wait_tell(says[what]);
}

void waiting_untell(enum waiting what)
{
	if (!is_silent(what))
		wait_tell(NULL);
}
