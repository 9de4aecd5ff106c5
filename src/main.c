/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - mqtool itself
 */
#include "config.h"

#include "cmd/dispatch.h"

int main(int argc, char **argv)
{
	return dispatch(argc, argv);
}
