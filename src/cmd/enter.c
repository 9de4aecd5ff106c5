/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * enter.c - --namespace: the IPC namespace that a command acts in
 */
#include "config.h"

#include "cmd/enter.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/buffer.h"
#include "base/parse.h"
#include "base/text.h"
#include "cmd/msg.h"

bool cmdline_read_namespace(struct cmdline *cl, const char *text)
{
	uint64_t pid;

	cl->namespaces = strcmp(text, "all") == 0;
	cl->namespace_pid = 0;
	if (cl->namespaces && cl->cmd->all_namespaces)
		return true;
	if (cl->namespaces)
		return msg_refuse(_("%s: only stat, watch and trace take 'all'; name a process"),
				  cl->seen);
	if (parse_u64(text, 1, INT_MAX, &pid) < 0)
		return msg_refuse(cl->cmd->all_namespaces ?
					  _("%s: '%s' is neither a process number nor 'all'") :
					  _("%s: '%s' is not a process number"),
				  cl->seen, msg_quote(text));
	cl->namespace_pid = (pid_t)pid;
	return true;
}

/* The capability whose lack an error stands for. */
static const char *capability_of(int error)
{
	return error == -EACCES ? "CAP_SYS_PTRACE" : "CAP_SYS_ADMIN";
}

int msg_namespace_failed(pid_t pid, int error)
{
	bool denied = error == -EACCES || error == -EPERM;

	if (error == -ESRCH)
		msg_error(_("--namespace: there is no process %d"), (int)pid);
	else if (denied && !pid)
		msg_error(_("--namespace=all: not permitted: it needs %s, which root has"),
			  capability_of(error));
	else if (denied)
		msg_error(_("--namespace: the IPC namespace of process %d may not be entered: it"
			    " needs %s, which root has"),
			  (int)pid, capability_of(error));
	else if (error == -ENOSYS)
		msg_error(_("--namespace: this kernel has no IPC namespaces, or /proc is not"
			    " mounted"));
	else
		msg_error("--namespace: %s", strerror(-error));
	if (error == -ESRCH)
		return EX_NOQUEUE;
	return denied ? EX_DENIED : EX_FAILED;
}

int cmdline_enter(struct cmdline *cl)
{
	int rc;

	if (!cl->namespace_pid && !cl->namespaces)
		return EX_DONE;
	/* move may move from a namespace to a broker. */
	if (cl->kinds == QUEUE_MASK_AMQP || (cl->namespaces && cl->kinds & QUEUE_MASK_AMQP))
		return msg_usage(_("--namespace is for queues of the kernel, not for AMQP queues"));
	if (cl->namespaces)
		return EX_DONE;
	rc = namespace_enter(cl->namespace_pid, &cl->namespace_id);
	return rc < 0 ? msg_namespace_failed(cl->namespace_pid, rc) : EX_DONE;
}

void msg_namespaces_hidden(const struct namespaces_hidden *hidden)
{
	struct buffer b = { 0 };

	namespaces_explain_hidden(hidden, &b);
	if (b.len)
		msg_error("%s", buffer_string(&b));
	buffer_free(&b);
}

int cmdline_check_columns(const struct cmdline *cl, const struct column_list *list, enum column sort)
{
	enum column wrong = sort;

	for (size_t i = 0; i < list->n && !column_of_namespace(wrong); i++)
		wrong = list->col[i];
	if (cl->namespaces || !column_of_namespace(wrong))
		return EX_DONE;
	return msg_usage(_("column %s needs --namespace=all"), column_name(wrong));
}
