/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main-trace.c - mqtool-trace, which mqtool becomes to load a program into the kernel
 */
#include "config.h"

#include "cmd/dispatch.h"
#include "trace/trace-run.h"
#include "trace/trace.h"

int main(int argc, char **argv)
{
	trace_live = trace_run_live;
	return dispatch(argc, argv);
}
