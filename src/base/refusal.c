/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * refusal.c - why a text that a user wrote is refused
 */
#include "config.h"

#include "base/refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int refuse(struct refusal *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}
