/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of /proc about processes: what is decoded is within what the kernel could mean. */
#include "config.h"

#include <limits.h>

#include "fuzz.h"
#include "show/procs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct proc_syscall call = { 0 };
	struct proc_stat stat;
	unsigned int flags;
	int64_t ns;

	if (proc_parse_syscall(text, &call)) {
		for (int sleep = SLEEP_ELSEWHERE; sleep <= SLEEP_MQUEUE; sleep++) {
			struct proc_waiter waiter = { .priority = 0 };
			int fd = -1;

			if (!proc_decode((enum proc_sleep)sleep, &call, &waiter, &fd))
				continue;
			fuzz_check(sleep != SLEEP_ELSEWHERE);
			fuzz_check((waiter.kind == QUEUE_POSIX) == (sleep == SLEEP_MQUEUE));
			fuzz_check(!waiter.except || !waiter.sender);
		}
	}
	fuzz_check(proc_parse_wchan(text) <= SLEEP_MQUEUE);
	(void)!proc_parse_fdinfo(text, &flags);
	if (proc_parse_sched(text, &ns))
		fuzz_check(ns >= 0);
	(void)!proc_parse_stat(text, &stat);
	free(text);
	return 0;
}
