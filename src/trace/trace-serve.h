/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trace-serve.h - mqtool-trace answering requests of recv, stat and watch (queue/tracer-wire.h)
 */
#ifndef MQTOOL_TRACE_SERVE_H
#define MQTOOL_TRACE_SERVE_H

/*
 * Answers requests on standard input until that is closed, and prints nothing.  Returns the exit
 * status of the program: 2 if standard input is not a socket.
 */
int trace_serve(void);

#endif
