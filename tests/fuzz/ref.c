/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of queues: what is accepted is printed so that it can be read back as the same queue. */
#include "config.h"

#include "base/refusal.h"
#include "base/utf8.h"
#include "fuzz.h"
#include "queue/queue.h"

static void check_readable(const char *text)
{
	for (size_t len = strlen(text), n; len; text += n, len -= n) {
		uint32_t cp;

		n = utf8_decode(text, len, &cp);
		fuzz_check(n && utf8_printable(cp) && cp != ' ');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	char printed[QUEUE_NAME_TEXT], again[QUEUE_NAME_TEXT];
	struct refusal error = { "" };
	struct queue_ref ref, back;
	int rc = queue_ref_parse(&ref, text, &error);

	if (rc == 0 && !ref.error) {
		queue_ref_text(&ref, printed);
		check_readable(printed);
		fuzz_check(queue_ref_parse(&back, printed, &error) == 0);
		fuzz_check(back.kind == ref.kind && back.by == ref.by && back.key == ref.key);
		fuzz_check(back.msqid == ref.msqid);
		if (ref.by == QUEUE_BY_ADDRESS)
			fuzz_check(memcmp(&back.address, &ref.address, sizeof(ref.address)) == 0);
		else
			fuzz_check(strcmp(back.name, ref.name) == 0);
		fuzz_check(strcmp(queue_ref_text(&back, again), printed) == 0);
		fuzz_check(ref.by != QUEUE_BY_KEY || ref.key != 0);
	} else if (rc == 0) {
		fuzz_check(ref.error < 0);
		check_readable(queue_ref_text(&ref, printed));
	} else {
		size_t len = strnlen(error.text, sizeof(error.text));

		fuzz_check(len > 0 && len < sizeof(error.text));
		fuzz_check(!strchr(error.text, '\n') && !strchr(error.text, '\033'));
	}
	free(text);
	return 0;
}
