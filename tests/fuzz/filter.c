/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter of watch: a text is taken whole or refused with a reason, and ! turns its term round. */
#include "config.h"

#include <errno.h>

#include "base/escape.h"
#include "base/refusal.h"
#include "fuzz.h"
#include "watch/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct queue_stat known = {
		.kind = QUEUE_POSIX,
		.have = STAT_MESSAGES | STAT_BYTES | STAT_MAXMSG | STAT_MSGSIZE | STAT_OWNER |
			STAT_LAST | STAT_CTIME | STAT_INODE | STAT_NOTIFY,
		.name = "/jobs",
		.messages = 3,
		.bytes = 17,
		.maxmsg = 10,
		.msgsize = 8192,
		.mode = 0600,
		.last = 1000,
	};
	char *text = fuzz_text(data, size);
	struct refusal error = { "" };
	struct filter f = { .n = 0 }, before = f;
	int rc = filter_parse(&f, text, &error);

	if (rc == 0) {
		struct filter turned = f;

		fuzz_check(f.n <= FILTER_TERMS);
		(void)!filter_match(&f, &known, 2000);
		if (f.n == 1 && f.terms[0].compare == FILTER_CONTAINS) {
			turned.terms[0].negate = !turned.terms[0].negate;
			fuzz_check(filter_match(&f, &known, 2000) !=
				   filter_match(&turned, &known, 2000));
		}
	} else {
		fuzz_check(rc == -EINVAL && memcmp(&f, &before, sizeof(f)) == 0);
		fuzz_check(strnlen(error.text, sizeof(error.text)) < sizeof(error.text));
		fuzz_check(error.text[0] &&
			   escape_clean(error.text, strlen(error.text), ESCAPE_TERMINAL));
	}
	free(text);
	return 0;
}
