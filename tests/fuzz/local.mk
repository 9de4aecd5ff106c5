## SPDX-License-Identifier: GPL-2.0-or-later
## Fuzz targets.  With --enable-fuzzers (CC=clang, or CC=afl-clang-fast) each is a fuzzer, else a
## program that replays the inputs it is given; make check does that with all seeds in any build.

FUZZ_TARGETS = \
	tests/fuzz/command \
	tests/fuzz/escape \
	tests/fuzz/filter \
	tests/fuzz/input \
	tests/fuzz/json \
	tests/fuzz/list \
	tests/fuzz/prefix \
	tests/fuzz/proc \
	tests/fuzz/properties \
	tests/fuzz/ref \
	tests/fuzz/render \
	tests/fuzz/secret \
	tests/fuzz/trace \
	tests/fuzz/value
check_PROGRAMS += $(FUZZ_TARGETS)

if FUZZERS
fuzz_driver =
else
fuzz_driver = tests/fuzz/replay.c
endif
fuzz_ldadd = libmqtool.a $(POPT_LIBS) $(LIBINTL) $(FUZZER_LIBS)

tests_fuzz_command_SOURCES = tests/fuzz/command.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_command_LDADD = $(fuzz_ldadd)
tests_fuzz_command_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=queue_open -Wl,--wrap=queue_create \
	-Wl,--wrap=queue_set -Wl,--wrap=queue_remove -Wl,--wrap=queue_exists \
	-Wl,--wrap=queue_list -Wl,--wrap=queue_change_begin -Wl,--wrap=execv -Wl,--wrap=stop_init
tests_fuzz_escape_SOURCES = tests/fuzz/escape.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_escape_LDADD = $(fuzz_ldadd)
tests_fuzz_filter_SOURCES = tests/fuzz/filter.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_filter_LDADD = $(fuzz_ldadd)
tests_fuzz_input_SOURCES = tests/fuzz/input.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_input_LDADD = $(fuzz_ldadd)
tests_fuzz_json_SOURCES = tests/fuzz/json.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_json_LDADD = $(fuzz_ldadd)
tests_fuzz_list_SOURCES = tests/fuzz/list.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_list_LDADD = $(fuzz_ldadd)
tests_fuzz_prefix_SOURCES = tests/fuzz/prefix.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_prefix_LDADD = $(fuzz_ldadd)
tests_fuzz_proc_SOURCES = tests/fuzz/proc.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_proc_LDADD = $(fuzz_ldadd)
tests_fuzz_properties_SOURCES = tests/fuzz/properties.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_properties_LDADD = $(fuzz_ldadd)
tests_fuzz_ref_SOURCES = tests/fuzz/ref.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_ref_LDADD = $(fuzz_ldadd)
tests_fuzz_render_SOURCES = tests/fuzz/render.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_render_LDADD = $(fuzz_ldadd)
tests_fuzz_secret_SOURCES = tests/fuzz/secret.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_secret_LDADD = $(fuzz_ldadd)
tests_fuzz_trace_SOURCES = tests/fuzz/trace.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_trace_LDADD = $(fuzz_ldadd)
tests_fuzz_value_SOURCES = tests/fuzz/value.c tests/fuzz/fuzz.h $(fuzz_driver)
tests_fuzz_value_LDADD = $(fuzz_ldadd)

TESTS += tests/fuzz.sh
EXTRA_DIST += tests/fuzz.sh tests/fuzz/run tests/fuzz/seeds

# make fuzz SECONDS=n TARGETS='tests/fuzz/ref ...': n seconds of processor time for each.
SECONDS = 60
TARGETS = $(FUZZ_TARGETS)
fuzz: $(TARGETS)
	@$(srcdir)/tests/fuzz/run $(SECONDS) . $(srcdir) $(TARGETS)
.PHONY: fuzz
