/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch.h - which command is meant
 */
#ifndef MQTOOL_DISPATCH_H
#define MQTOOL_DISPATCH_H

/*
 * Runs the command that the line or a link's name asks for, in any of mqtool's programs: each has a
 * main of its own, which adds what the others must not link.  Returns the exit status; standard
 * output is closed by then.
 */
int dispatch(int argc, char **argv);

#endif
