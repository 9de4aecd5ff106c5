/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stdout.h - the end of standard output
 */
#ifndef MQTOOL_STDOUT_H
#define MQTOOL_STDOUT_H

/*
 * The last use of standard output: flushes and closes it, and reports a failed write.  Returns
 * status, or EX_FAILED.  main() calls it.
 */
int stdout_finish(int status);

#endif
