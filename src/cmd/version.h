/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * version.h - which mqtool this is
 */
#ifndef MQTOOL_VERSION_H
#define MQTOOL_VERSION_H

/* Prints the version and the licence to stdout. */
void print_version(void);

#endif
