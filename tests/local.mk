## SPDX-License-Identifier: GPL-2.0-or-later

# ---- unit tests ----

if HAVE_CMOCKA
unit_tests = \
	tests/unit/parse \
	tests/unit/util

check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
unit_ldadd = libmqtool.a $(CMOCKA_LIBS) $(LIBINTL)

tests_unit_parse_CPPFLAGS = $(unit_cppflags)
tests_unit_parse_LDADD = $(unit_ldadd)

tests_unit_util_CPPFLAGS = $(unit_cppflags)
tests_unit_util_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
tests_unit_util_LDADD = $(unit_ldadd)
