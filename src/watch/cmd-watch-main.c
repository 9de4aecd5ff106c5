/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd-watch-main.c - mqtool-watch, the sibling that mqtool execs for the screen of watch
 */
#include "config.h"

#include "cmd/cmd.h"
#include "watch/tui.h"
#include "watch/watch.h"

int main(int argc, char **argv)
{
	watch_screen = tui_run;
	/* argv[1] is "watch" (sibling.h). */
	return stdout_finish(cmdline_run(&cmd_watch, argc - 1, argv + 1));
}
