/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay.c - gives a fuzz target the inputs in files, if no fuzzer is built in
 *
 * replay FILE...: 0 if every input went well; the target aborts if one did not.
 */
#include "config.h"

#include "fuzz.h"

static uint8_t *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	size_t cap = 0, n;

	*size = 0;
	if (!file)
		return NULL;
	do {
		cap += 65536;
		data = realloc(data, cap);
		fuzz_check(data);
		n = fread(data + *size, 1, cap - *size, file);
		*size += n;
	} while (n > 0);
	if (ferror(file)) {
		free(data);
		data = NULL;
	}
	fclose(file);
	return data;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t size;
		uint8_t *data = read_file(argv[i], &size);

		if (!data) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(data, size);
		free(data);
	}
	return 0;
}
