/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracer-refusal.c - why the kernel, or the sibling mqtool-trace, does not tell what is asked
 */
#include "config.h"

#include "queue/tracer-refusal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/sibling.h"
#include "base/text.h"

int tracer_refuse(struct tracer_refusal *why, int error, enum tracer_code code, const char *what,
		  int cause)
{
	*why = (struct tracer_refusal){ .error = error, .code = code, .cause = cause };
	if (what)
		snprintf(why->what, sizeof(why->what), "%s", what);
	return error;
}

/* Why there is no sibling. */
static void put_no_sibling(const struct tracer_refusal *why, struct buffer *b)
{
	struct buffer shown = { 0 };
	char path[PATH_MAX];

	sibling_path(SIBLING_TRACE, path, sizeof(path));
	escape_put(&shown, path, strlen(path), ESCAPE_FOREIGN);
	if (why->code == TRACER_NOT_INSTALLED)
		buffer_printf(b,
			      _("mqtool-trace is not installed: %s is in the package of that name"),
			      buffer_string(&shown));
	else
		buffer_printf(b, "%s: %s", buffer_string(&shown), strerror(why->cause));
	buffer_free(&shown);
}

static void put_capability(const struct tracer_refusal *why, struct buffer *b)
{
	const char *needed = why->number == TRACER_NEEDS_BPF     ? "CAP_BPF" :
			     why->number == TRACER_NEEDS_PERFMON ? "CAP_PERFMON" :
								   "CAP_BPF, CAP_PERFMON";

	buffer_printf(b, _("not permitted: it needs %s (root has both CAP_BPF and CAP_PERFMON)"),
		      needed);
}

static void put_old_kernel(const struct tracer_refusal *why, struct buffer *b)
{
	unsigned int needed = (unsigned int)why->cause;

	buffer_printf(b, _("this kernel is too old: Linux %u.%u is needed, and this is %u.%u"),
		      needed >> 8, needed & 255, why->number >> 8, why->number & 255);
}

/* What the sibling could not do. */
static void put_unable(const struct tracer_refusal *why, struct buffer *b)
{
	const char *cause = strerror(why->cause);

	switch (why->code) {
	case TRACER_OLD_KERNEL:
		put_old_kernel(why, b);
		break;
	case TRACER_NO_BTF:
		buffer_printf(b,
			      _("the kernel does not describe its structures: %s: %s"
				" (CONFIG_DEBUG_INFO_BTF)"),
			      why->what, cause);
		break;
	case TRACER_NOT_TAKEN:
		buffer_printf(b, _("the kernel does not take the program (%s): %s"), why->what,
			      cause);
		break;
	case TRACER_NO_TRACEFS:
		buffer_printf(b,
			      _("tracefs is not mounted on /sys/kernel/tracing and cannot be"
				" opened: %s (as root: mount -t tracefs none"
				" /sys/kernel/tracing)"),
			      cause);
		break;
	case TRACER_NO_EVENT:
		buffer_printf(b,
			      _("tracefs has no event %s that may be read: %s"
				" (CONFIG_FTRACE_SYSCALLS; root may read it)"),
			      why->what, cause);
		break;
	default:
		buffer_puts(b, strerror(-why->error));
	}
}

/* What the caller is not permitted to do. */
static void put_denied(const struct tracer_refusal *why, struct buffer *b)
{
	switch (why->code) {
	case TRACER_NO_CAPABILITY:
		put_capability(why, b);
		break;
	case TRACER_USER_NAMESPACE:
		buffer_puts(b, _("not permitted inside a user namespace: the kernel lets only"
				 " those of the first one trace"));
		break;
	case TRACER_LOCKED_DOWN:
		buffer_puts(b, _("not permitted: the kernel is locked down"
				 " (lockdown=confidentiality)"));
		break;
	case TRACER_TRACEFS_CLOSED:
		buffer_puts(b, _("not permitted: tracefs is for root alone, and this takes"
				 " CAP_DAC_READ_SEARCH too"));
		break;
	case TRACER_FILTERED:
		buffer_printf(b,
			      _("not permitted: %s is refused, by a container's filter of system"
				" calls or a security module"),
			      why->what);
		break;
	default:
		put_unable(why, b);
	}
}

void tracer_refusal_put(const struct tracer_refusal *why, struct buffer *b)
{
	switch (why->code) {
	case TRACER_NOT_BUILT:
		buffer_puts(
			b, _("this build cannot look into the kernel: it was made without libbpf"));
		break;
	case TRACER_NOT_INSTALLED:
	case TRACER_NOT_STARTED:
		put_no_sibling(why, b);
		break;
	case TRACER_ENDED:
		buffer_puts(b, _("mqtool-trace ended without an answer"));
		break;
	case TRACER_OTHER_RELEASE:
		buffer_puts(b, _("mqtool-trace is of another release than mqtool"));
		break;
	case TRACER_BUSY:
		buffer_puts(b, _("the queue is too busy to look at: no two readings were equal"));
		break;
	case TRACER_TOO_LARGE:
		buffer_puts(b,
			    _("the queue has more than 512 MiB of messages, too much to look at"));
		break;
	default:
		put_denied(why, b);
	}
}
