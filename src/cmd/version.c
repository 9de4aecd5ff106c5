/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * version.c - which mqtool this is
 */
#include "config.h"

#include "cmd/version.h"

#include <stdio.h>

#include "base/text.h"

void print_version(void)
{
	printf("mqtool %s\n", PACKAGE_VERSION);
	puts(_("License GPLv2+: GNU GPL version 2 or later"
	       " <https://gnu.org/licenses/gpl-2.0.html>.\n"
	       "This is free software: you are free to change and redistribute it.\n"
	       "There is NO WARRANTY, to the extent permitted by law."));
}
