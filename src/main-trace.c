/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main-trace.c - mqtool-trace, which mqtool becomes to load a program into the kernel, or asks
 */
#include "config.h"

#include <string.h>

#include "cmd/dispatch.h"
#include "queue/tracer-wire.h"
#include "trace/trace-run.h"
#include "trace/trace-serve.h"
#include "trace/trace.h"

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], TRACER_SERVE) == 0)
		return trace_serve();
	trace_live = trace_run_live;
	return dispatch(argc, argv);
}
