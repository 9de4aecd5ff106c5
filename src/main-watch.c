/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main-watch.c - mqtool-watch, which mqtool becomes for the screen of watch
 */
#include "config.h"

#include "cmd/dispatch.h"
#include "watch/tui.h"
#include "watch/watch.h"

int main(int argc, char **argv)
{
	watch_screen = tui_run;
	return dispatch(argc, argv);
}
