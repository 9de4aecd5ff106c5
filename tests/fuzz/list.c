/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of queues: lines of /proc/sysvipc/msg, the status text of /dev/mqueue. */
#include "config.h"

#include "fuzz.h"
#include "queue/mqueue-file.h"
#include "queue/queue-backend.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct queue_stat st = { .have = 0 };

	if (queue_parse_proc_line(text, &st)) {
		fuzz_check(st.kind == QUEUE_SYSV && (st.mode & ~(mode_t)0777) == 0);
		fuzz_check(st.last >= st.stime && st.last >= st.rtime);
		fuzz_check(queue_stat_use(&st) >= -1);
	} else {
		fuzz_check(st.have == 0);
	}
	st = (struct queue_stat){ .kind = QUEUE_POSIX };
	mqueue_parse_status(text, &st);
	fuzz_check((st.have & ~(STAT_BYTES | STAT_NOTIFY)) == 0);
	free(text);
	return 0;
}
