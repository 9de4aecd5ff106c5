/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-trace.c - mqtool trace: the options, and who does it
 */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/sibling.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/opt.h"
#include "trace/kern.h"
#include "trace/trace.h"

#define DEFAULT_SNAPLEN 64
#define DEFAULT_BUFFER (1u << 20)
#define SMALLEST_BUFFER (64u << 10)
#define LARGEST_BUFFER (1u << 30)

enum {
	OPT_SNAPLEN = OPT_FIRST,
	OPT_COUNT,
	OPT_DURATION,
	OPT_SEND,
	OPT_RECV,
	OPT_PID,
	OPT_COMMAND,
	OPT_FAILED,
	OPT_BLOCKED,
	OPT_TYPE,
	OPT_EXCEPT,
	OPT_SYSV,
	OPT_POSIX,
	OPT_MATCH,
	OPT_FORMAT,
	OPT_JSON,
	OPT_SUMMARY,
	OPT_BUFFER,
	OPT_STRICT
};

static const struct poptOption trace_options[] = {
	{ "snaplen", 's', POPT_ARG_STRING, NULL, OPT_SNAPLEN,
	  N_("keep SIZE bytes of each body (default 64); max keeps all"), N_("SIZE") },
	{ "count", 'c', POPT_ARG_STRING, NULL, OPT_COUNT, N_("exit after N lines"), N_("N") },
	{ "duration", 'd', POPT_ARG_STRING, NULL, OPT_DURATION, N_("exit after this time"),
	  N_("DURATION") },
	{ "send", '\0', POPT_ARG_NONE, NULL, OPT_SEND, N_("only messages that are sent"), NULL },
	{ "recv", '\0', POPT_ARG_NONE, NULL, OPT_RECV, N_("only messages that are received"), NULL },
	{ "pid", 'p', POPT_ARG_STRING, NULL, OPT_PID, N_("only calls of this process"), N_("PID") },
	{ "command", '\0', POPT_ARG_STRING, NULL, OPT_COMMAND,
	  N_("only calls of processes with this name"), N_("NAME") },
	{ "failed", '\0', POPT_ARG_NONE, NULL, OPT_FAILED, N_("failed calls too"), NULL },
	{ "blocked", '\0', POPT_ARG_STRING | POPT_ARGFLAG_OPTIONAL, NULL, OPT_BLOCKED,
	  N_("only calls that had to wait, at least DURATION"), N_("DURATION") },
	{ "type", 't', POPT_ARG_STRING, NULL, OPT_TYPE, N_("only messages of type N (System V)"),
	  N_("N") },
	{ "except", 'x', POPT_ARG_NONE, NULL, OPT_EXCEPT,
	  N_("with -t: only messages of other types"), NULL },
	{ "sysv", 'S', POPT_ARG_NONE, NULL, OPT_SYSV, N_("System V queues"), NULL },
	{ "posix", 'P', POPT_ARG_NONE, NULL, OPT_POSIX, N_("POSIX queues"), NULL },
	{ "match", '\0', POPT_ARG_STRING, NULL, OPT_MATCH,
	  N_("queues whose name or key, as mqtool prints it, matches"), N_("GLOB") },
	{ "format", 'F', POPT_ARG_STRING, NULL, OPT_FORMAT, N_("write each message as FORMAT says"),
	  N_("FORMAT") },
	CMD_JSON_OPTION(OPT_JSON, N_("write one JSON object per line (also -J)")),
	{ "summary", '\0', POPT_ARG_NONE, NULL, OPT_SUMMARY,
	  N_("write one table at the end instead of messages"), NULL },
	{ "buffer", '\0', POPT_ARG_STRING, NULL, OPT_BUFFER,
	  N_("size of the kernel's buffer (default 1M)"), N_("SIZE") },
	{ "strict", '\0', POPT_ARG_NONE, NULL, OPT_STRICT,
	  N_("exit with status 1 if any message was lost"), NULL },
	CMD_NAMESPACE_OPTION(N_("PID|all")),
	CMD_COMMON_OPTIONS
};

int (*trace_live)(const struct trace_options *o);

/* ---- the line ---- */

static bool read_snaplen(struct cmdline *cl, const char *text, struct trace_options *o)
{
	if (strcmp(text, "max") == 0) {
		o->snaplen = KERN_SNAPLEN_MAX;
		return true;
	}
	if (!opt_size(cl, text, &o->snaplen))
		return false;
	if (o->snaplen > KERN_SNAPLEN_MAX)
		return msg_refuse(_("%s: %s is out of range (0 to 1M, or max)"), cl->seen,
				  msg_quote(text));
	return true;
}

static bool read_buffer(struct cmdline *cl, const char *text, struct trace_options *o)
{
	if (!opt_size(cl, text, &o->buffer))
		return false;
	if (o->buffer < SMALLEST_BUFFER || o->buffer > LARGEST_BUFFER)
		return msg_refuse(_("%s: %s is out of range (64K to 1G)"), cl->seen,
				  msg_quote(text));
	return true;
}

static bool read_format(struct cmdline *cl, const char *text, struct trace_options *o)
{
	const char *bad;
	int rc;

	render_format_free(o->format);
	o->format = NULL;
	rc = render_format_compile_call(text, &o->format, &bad);
	if (rc == -EINVAL)
		return msg_refuse(_("%s: invalid format at '%s'"), cl->seen, msg_quote(bad));
	if (rc < 0)
		(void)!msg_no_memory();
	return rc == 0;
}

static bool read_pid(struct cmdline *cl, const char *text, struct trace_options *o)
{
	uint64_t pid = 0;

	if (!opt_u64(cl, text, 1, INT_MAX, &pid))
		return false;
	o->pid = (pid_t)pid;
	return true;
}

static bool read_command(struct cmdline *cl, const char *text, struct trace_options *o)
{
	o->command = text;
	if (*text && strlen(text) < KERN_COMMAND)
		return true;
	return msg_refuse(_("%s: '%s' is not the name of a process, as /proc/PID/comm has it: 1 to"
			    " %d bytes"),
			  cl->seen, msg_quote(text), KERN_COMMAND - 1);
}

static bool read_flag(int opt, struct trace_options *o)
{
	switch (opt) {
	case OPT_SEND:
		o->send = true;
		break;
	case OPT_RECV:
		o->recv = true;
		break;
	case OPT_FAILED:
		o->failed = true;
		break;
	case OPT_EXCEPT:
		o->except = true;
		break;
	case OPT_SYSV:
		o->mask |= QUEUE_MASK_SYSV;
		break;
	case OPT_POSIX:
		o->mask |= QUEUE_MASK_POSIX;
		break;
	case OPT_JSON:
		o->json = true;
		break;
	case OPT_SUMMARY:
		o->summary = true;
		break;
	default:
		o->strict = true;
		break;
	}
	return true;
}

static bool read_option(struct cmdline *cl, int opt, const char *value, void *arg)
{
	struct trace_options *o = arg;

	switch (opt) {
	case OPT_SNAPLEN:
		return read_snaplen(cl, value, o);
	case OPT_COUNT:
		return opt_u64(cl, value, 1, UINT64_MAX, &o->count);
	case OPT_DURATION:
		return opt_duration(cl, value, &o->duration_ns);
	case OPT_PID:
		return read_pid(cl, value, o);
	case OPT_COMMAND:
		return read_command(cl, value, o);
	case OPT_BLOCKED:
		o->blocked = true;
		o->blocked_ns = 0;
		return !value || opt_duration(cl, value, &o->blocked_ns);
	case OPT_TYPE:
		o->has_type = true;
		return opt_i64(cl, value, LONG_MIN, LONG_MAX, &o->type);
	case OPT_MATCH:
		o->filter.have |= FILTER_MATCH;
		return opt_glob(cl, value, &o->filter.glob);
	case OPT_FORMAT:
		return read_format(cl, value, o);
	case OPT_BUFFER:
		return read_buffer(cl, value, o);
	default:
		return read_flag(opt, o);
	}
}

/* Options that exclude each other. */
static int check_options(const struct cmdline *cl, const struct trace_options *o)
{
	if (o->format && o->json)
		return msg_usage(_("give -F or -j, not both"));
	if (o->summary && (o->format || o->count))
		return msg_usage(_("--summary writes no messages: not with %s"),
				 o->format ? "--format" : "--count");
	if (o->except && (!o->has_type || o->type <= 0))
		return msg_usage(_("-x needs a type above 0: -t N"));
	if (o->has_type && o->mask == QUEUE_MASK_POSIX)
		return msg_usage(_("-t is for System V queues, and --posix asks for none"));
	if (o->filter.have && cl->noperands)
		return msg_usage(_("--match chooses queues: '%s' cannot be named too"),
				 msg_quote(cl->operands[0]));
	return EX_DONE;
}

static int check_queues(const struct cmdline *cl, const struct trace_options *o)
{
	for (int i = 0; i < o->nrefs; i++) {
		if (o->refs[i].kind == QUEUE_AMQP)
			return msg_usage(_("'%s': trace shows only the queues of this machine"),
					 msg_quote(cl->operands[i]));
		if (o->has_type && o->refs[i].kind == QUEUE_POSIX)
			return msg_wrong_kind("-t", &o->refs[i]);
	}
	return msg_check_kinds(o->mask, o->refs, o->nrefs);
}

static void complete(const struct cmdline *cl, struct trace_options *o)
{
	if (!o->mask)
		o->mask = cl->kinds ? cl->kinds : QUEUE_MASK_ALL;
	/* POSIX messages have no type. */
	if (o->has_type)
		o->mask &= QUEUE_MASK_SYSV;
	if (!o->send && !o->recv)
		o->send = o->recv = true;
	o->namespaces = cl->namespaces;
}

static int read_line(struct cmdline *cl, struct trace_options *o)
{
	int status;

	if (!cmdline_read(cl, read_option, o))
		return EX_BADUSAGE;
	status = check_options(cl, o);
	if (status != EX_DONE)
		return status;
	if (cl->noperands) {
		o->refs = cmdline_queues(cl, 0);
		if (!o->refs)
			return EX_BADUSAGE;
		o->nrefs = cl->noperands;
	}
	status = check_queues(cl, o);
	complete(cl, o);
	return status;
}

/* ---- who does it ---- */

static int exec_sibling(const struct cmdline *cl)
{
	int rc = HAVE_BPF ? sibling_exec(SIBLING_TRACE, cl->cmd->name, cl->words) : -ENOSYS;
	char path[PATH_MAX];

	sibling_path(SIBLING_TRACE, path, sizeof(path));
	if (rc == -ENOSYS)
		msg_error(_("this build cannot trace: it was made without libbpf"));
	else if (rc == -ENOENT)
		msg_error(_("trace is not installed: %s is in the package mqtool-trace"),
			  msg_quote(path));
	else
		msg_error("%s: %s", msg_quote(path), strerror(-rc));
	return EX_FAILED;
}

static int trace_run(struct cmdline *cl)
{
	struct trace_options o = {
		.snaplen = DEFAULT_SNAPLEN,
		.buffer = DEFAULT_BUFFER,
		.duration_ns = -1,
	};
	int status = read_line(cl, &o);

	if (status == EX_DONE && trace_live)
		status = cmdline_enter(cl);
	if (status == EX_DONE)
		status = trace_live ? trace_live(&o) : exec_sibling(cl);
	render_format_free(o.format);
	free(o.refs);
	return status;
}

const struct command cmd_trace = {
	.name = "trace",
	.operands = N_("[QUEUE...]"),
	.summary = N_("Show every message that passes, without taking it"),
	.notes = N_(
		"Without QUEUE, traces all queues of this IPC namespace.  Needs tracefs and the\n"
		"capabilities CAP_BPF and CAP_PERFMON, which root has."),
	.options = trace_options,
	.min_operands = 0,
	.max_operands = -1,
	.all_namespaces = true,
	.run = trace_run,
};
