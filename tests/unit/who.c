/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.c - tests of what the kernel says of an instance of epoll
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "show/who.h"

static void lines_of_epoll_name_a_file(void **state)
{
	dev_t dev;
	ino_t ino;

	(void)state;
	assert_true(who_parse_tfd("tfd:        7 events:       19 data:                7  pos:0 "
				  "ino:86c0b2 sdev:28\n",
				  &dev, &ino));
	assert_int_equal(ino, 0x86c0b2);
	assert_int_equal(dev, makedev(0, 0x28));
	assert_true(who_parse_tfd("tfd:        7 events:       19 data: ffffffffffffffff  pos:-1 "
				  "ino:1 sdev:800011\n",
				  &dev, &ino));
	assert_int_equal(ino, 1);
	assert_int_equal(dev, makedev(8, 0x11));
}

static void other_lines_are_none(void **state)
{
	static const char *const lines[] = {
		"",
		"pos:\t0\n",
		"ino:\t65861575\n",
		"tfd:        7 events:       19 data:                7\n",
		"tfd:        7 events:       19 data:                7  pos:0 ino:86c0b2\n",
		"inotify wd:1 ino:86c0b2 sdev:28 mask:fce ignored_mask:0\n",
		"tfd: 7 ino:x sdev:28\n",
	};
	dev_t dev;
	ino_t ino;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_false(who_parse_tfd(lines[i], &dev, &ino));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_epoll_name_a_file),
		cmocka_unit_test(other_lines_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
