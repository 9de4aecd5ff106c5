/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of the file of passwords, for an address.  The first line of the input is the address, as
 * behind amqp://, the rest is the line.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/refusal.h"
#include "fuzz.h"
#include "queue/address.h"
#include "queue/amqp-secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *line = strchr(text, '\n');
	struct amqp_secret secret = { "", "" };
	struct refusal error = { "" };
	struct queue_address address;
	int rc;

	if (line) {
		*line++ = '\0';
		if (address_parse(&address, false, text, &error) == 0) {
			rc = amqp_secret_line(line, &address, &secret);
			fuzz_check(rc == 1 || rc == 0 || rc == -EINVAL);
			fuzz_check(rc == 1 || (!*secret.user && !*secret.password));
			/* The password is the end of the line, as it is. */
			fuzz_check(rc != 1 || (strlen(secret.password) < strlen(line) &&
					       strcmp(line + strlen(line) - strlen(secret.password),
						      secret.password) == 0));
			fuzz_check(rc != 1 || !*address.user ||
				   strcmp(secret.user, address.user) == 0);
		}
	}
	free(text);
	return 0;
}
