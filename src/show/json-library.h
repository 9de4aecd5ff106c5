/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json-library.h - jansson, only for the readers of JSON
 *
 * The first line that is read opens it with dlopen(3), so that nothing else ever maps it.  Only if
 * HAVE_JANSSON is 1.
 */
#ifndef MQTOOL_JSON_LIBRARY_H
#define MQTOOL_JSON_LIBRARY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/util.h"
#include "show/json.h"

#define JSON_LIBRARY "libjansson.so.4"
#define JSON_LIBRARY_PACKAGE "libjansson4"

/* What is used of it: json_NAME() is .NAME. */
struct json_library {
	bool loaded;
	__typeof__(&json_loadb) loadb;
	__typeof__(&json_delete) delete;
	__typeof__(&json_object_get) object_get;
	__typeof__(&json_object_size) object_size;
	__typeof__(&json_object_iter) object_iter;
	__typeof__(&json_object_iter_next) object_iter_next;
	__typeof__(&json_object_iter_key) object_iter_key;
	__typeof__(&json_object_iter_value) object_iter_value;
	__typeof__(&json_array_size) array_size;
	__typeof__(&json_array_get) array_get;
	__typeof__(&json_integer_value) integer_value;
	__typeof__(&json_number_value) number_value;
	__typeof__(&json_string_value) string_value;
	__typeof__(&json_string_length) string_length;
	__typeof__(&json_set_alloc_funcs) set_alloc_funcs;
	bool out_of_memory; /* an allocation of the library's has failed */
};
extern struct json_library jansson;

/* Opens it, once.  False if it is not installed. */
bool json_library_load(void) _must_check_;
/* Fills in *error, cutting the text at the start of a character; always returns -EINVAL. */
int json_refuse(struct json_error *error, int column, const char *fmt, ...) _printf_(3, 4);

#endif
