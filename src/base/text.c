/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * text.c - text for people: translation
 */
#include "config.h"

#include "base/text.h"

#include <locale.h>
#include <stdbool.h>

#if ENABLE_NLS
#include <libintl.h>
#endif

#define TEXT_DOMAIN "mqtool"

void text_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
#if ENABLE_NLS
	bindtextdomain(TEXT_DOMAIN, LOCALEDIR);
	textdomain(TEXT_DOMAIN);
#endif
}

void text_ascii(void)
{
	text_init();
#if ENABLE_NLS
	bind_textdomain_codeset(TEXT_DOMAIN, "US-ASCII");
#endif
}

#if ENABLE_NLS
const char *text_get(const char *msgid)
{
	text_init();
	/* gettext(3) answers the empty msgid with the header of the catalogue. */
	return *msgid ? gettext(msgid) : msgid;
}

const char *text_n(const char *one, const char *many, unsigned long n)
{
	text_init();
	return ngettext(one, many, n);
}
#else
const char *text_get(const char *msgid)
{
	text_init();
	return msgid;
}

const char *text_n(const char *one, const char *many, unsigned long n)
{
	text_init();
	return n == 1 ? one : many;
}
#endif
