/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-library.c - jansson, only for the readers of JSON
 */
#include "config.h"

#if HAVE_JANSSON
#include "show/json-library.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

struct json_library jansson;

/* jansson reports some failed allocations as bad syntax, so note them here. */
static void *jansson_malloc(size_t size)
{
	void *p = malloc(size);

	if (!p)
		jansson.out_of_memory = true;
	return p;
}

static const struct {
	const char *name;
	void *slot;
} symbols[] = {
	{ "json_loadb", &jansson.loadb },
	{ "json_delete", &jansson.delete },
	{ "json_object_get", &jansson.object_get },
	{ "json_object_size", &jansson.object_size },
	{ "json_object_iter", &jansson.object_iter },
	{ "json_object_iter_next", &jansson.object_iter_next },
	{ "json_object_iter_key", &jansson.object_iter_key },
	{ "json_object_iter_value", &jansson.object_iter_value },
	{ "json_array_size", &jansson.array_size },
	{ "json_array_get", &jansson.array_get },
	{ "json_integer_value", &jansson.integer_value },
	{ "json_number_value", &jansson.number_value },
	{ "json_string_value", &jansson.string_value },
	{ "json_string_length", &jansson.string_length },
	{ "json_set_alloc_funcs", &jansson.set_alloc_funcs },
};

bool json_library_load(void)
{
	void *library;

	if (jansson.loaded)
		return true;
	library = dlopen(JSON_LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *symbol = dlsym(library, symbols[i].name);

		if (!symbol) {
			dlclose(library);
			return false;
		}
		/* ISO C does not convert void * to a function; POSIX gives both the same form. */
		memcpy(symbols[i].slot, &symbol, sizeof(symbol));
	}
	jansson.set_alloc_funcs(jansson_malloc, free);
	jansson.loaded = true;
	return true;
}

/* Cuts a text that is too long at the start of a character. */
static void trim_text(char *text, size_t len)
{
	size_t end = len;
	uint32_t c;

	while (end && (text[end - 1] & 0xc0) == 0x80)
		end--;
	if (end && (text[end - 1] & 0x80) && !utf8_decode(text + end - 1, len - (end - 1), &c))
		text[end - 1] = '\0';
}

int json_refuse(struct json_error *error, int column, const char *fmt, ...)
{
	va_list ap;
	int n;

	error->column = column;
	va_start(ap, fmt);
	n = vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(error->text))
		trim_text(error->text, sizeof(error->text) - 1);
	return -EINVAL;
}
#endif
