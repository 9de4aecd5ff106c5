/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask-tracer [SECONDS] - asks mqtool-trace whether it may load a program, and prints "yes" or why not
 *
 * With SECONDS the sibling stays for that time.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "queue/tracer-refusal.h"
#include "queue/tracer.h"

int main(int argc, char **argv)
{
	struct tracer_request request = { .kind = TRACER_CHECK };
	struct tracer_answer answer = { 0 };
	struct tracer_refusal why;
	struct buffer text = { 0 };
	int rc = tracer_ask(&request, -1, &answer, &why);

	if (rc < 0)
		tracer_refusal_put(&why, &text);
	printf("%s\n", rc < 0 ? buffer_string(&text) : "yes");
	fflush(stdout);
	if (argc > 1)
		sleep((unsigned int)atoi(argv[1]));
	tracer_end();
	tracer_answer_free(&answer);
	buffer_free(&text);
	return rc < 0;
}
