## SPDX-License-Identifier: GPL-2.0-or-later
## What takes hours done thoroughly: make soak.  Its quick forms are in make check.

check_PROGRAMS += tests/soak/conserve
tests_soak_conserve_LDADD =
EXTRA_DIST += tests/soak/soak

# make soak MESSAGES=n
MESSAGES = 10000000
soak: mqtool$(EXEEXT) tests/soak/conserve$(EXEEXT)
	@$(srcdir)/tests/soak/soak $(abs_top_builddir) $(MESSAGES)
.PHONY: soak
