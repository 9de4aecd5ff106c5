/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of each command: read and checked whole.  The first byte chooses the command, NUL
 * ends each argument.  No queue can be opened or made, so nothing happens after the reading.
 */
#include "config.h"

#include <errno.h>
#include <unistd.h>

#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/exit.h"
#include "fuzz.h"
#include "queue/queue-change.h"

#define ARGUMENTS 64

int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access);
int __wrap_queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
			struct queue_ref *made);
int __wrap_queue_set(const struct queue_ref *ref, const struct queue_attr *attr);
int __wrap_queue_remove(const struct queue_ref *ref);
int __wrap_queue_exists(const struct queue_ref *ref);
int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail);
int __wrap_queue_change_begin(struct queue_change *change, const struct queue_ref *ref);
int __wrap_execv(const char *path, char *const argv[]);
void __wrap_stop_init(void);

int __wrap_queue_open(struct queue **q, const struct queue_ref *ref, unsigned int access)
{
	(void)access;
	(void)ref;
	*q = NULL;
	return -EIO;
}

int __wrap_queue_create(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
			struct queue_ref *made)
{
	(void)ref;
	(void)exist_ok;
	(void)made;
	fuzz_check(!(attr->have & ATTR_MODE) || attr->mode <= 0777);
	return -EIO;
}

int __wrap_queue_set(const struct queue_ref *ref, const struct queue_attr *attr)
{
	(void)ref;
	fuzz_check(attr->have);
	return -EIO;
}

int __wrap_queue_remove(const struct queue_ref *ref)
{
	(void)ref;
	return -EIO;
}

int __wrap_queue_exists(const struct queue_ref *ref)
{
	(void)ref;
	return -EIO;
}

int __wrap_queue_list(struct queue_list *list, unsigned int mask, unsigned int detail)
{
	(void)list;
	(void)detail;
	fuzz_check(mask && !(mask & ~QUEUE_MASK_ALL));
	return -EIO;
}

int __wrap_queue_change_begin(struct queue_change *change, const struct queue_ref *ref)
{
	(void)ref;
	*change = (struct queue_change){ 0 };
	return -EIO;
}

int __wrap_execv(const char *path, char *const argv[])
{
	(void)path;
	(void)argv;
	errno = ENOENT;
	return -1;
}

/* The fuzzer's own signals stay its own. */
void __wrap_stop_init(void)
{
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[] = "mqtool";
	char *argv[ARGUMENTS + 2] = { name };
	char *text;
	size_t ncommands = 0;
	int argc = 1, status;

	if (!size)
		return 0;
	while (commands[ncommands])
		ncommands++;
	text = fuzz_text(data + 1, size - 1);
	for (char *arg = text; arg < text + size - 1 && argc <= ARGUMENTS; arg += strlen(arg) + 1)
		argv[argc++] = arg;
	status = cmdline_run(commands[data[0] % ncommands], argc, argv);
	fuzz_check(status >= EX_DONE && status <= EX_DENIED);
	free(text);
	return 0;
}
