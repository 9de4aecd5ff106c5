## SPDX-License-Identifier: GPL-2.0-or-later
## What mqtool costs, beside the least that a C program does.  Not part of make check: a figure
## takes a quiet machine, and minutes.

bench_programs = \
	tests/bench/bare \
	tests/bench/least \
	tests/bench/pairs
if HAVE_RABBITMQ
bench_programs += tests/bench/window
endif
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)

tests_bench_bare_LDADD =
tests_bench_least_CPPFLAGS = $(AM_CPPFLAGS) $(POPT_CFLAGS)
tests_bench_least_LDADD = $(POPT_LIBS)
tests_bench_pairs_LDADD =
tests_bench_window_CFLAGS = $(AM_CFLAGS) $(RABBITMQ_CFLAGS)
tests_bench_window_LDADD = $(RABBITMQ_LIBS)

EXTRA_DIST += tests/bench/bench

# make bench BENCH='start stream' measures some of the groups.
bench: all $(bench_programs) tests/helpers/traffic$(EXEEXT)
	@MQTOOL='$(abs_top_builddir)/mqtool$(EXEEXT)' MQTOOL_BUILD='$(abs_top_builddir)' \
		BENCH_CFLAGS='$(CC) $(CFLAGS)' $(srcdir)/tests/bench/bench $(BENCH)
.PHONY: bench
