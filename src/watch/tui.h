/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui.h - the screen of watch on a real terminal
 */
#ifndef MQTOOL_TUI_H
#define MQTOOL_TUI_H

#include "watch/watch.h"

/*
 * Runs the screen until the user leaves it, its looks are done, or its terminal is gone.  Returns
 * an exit status, with the terminal as it was before; a signal that ends it kills the process.
 */
int tui_run(const struct watch_options *o);

#endif
