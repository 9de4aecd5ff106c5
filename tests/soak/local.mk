## SPDX-License-Identifier: GPL-2.0-or-later
## What takes hours done thoroughly: make soak.  Its quick forms are in make check.

check_PROGRAMS += tests/soak/conserve
tests_soak_conserve_LDADD =
EXTRA_DIST += tests/soak/soak

# make soak MESSAGES=n
MESSAGES = 10000000
soak: mqtool$(EXEEXT) tests/soak/conserve$(EXEEXT) tests/helpers/ask-tracer$(EXEEXT) \
		tests/helpers/blocked$(EXEEXT) tests/helpers/peek-race$(EXEEXT) soak-rights
	@$(srcdir)/tests/soak/soak $(abs_top_builddir) $(MESSAGES)

# What a user may do with the queues of others, in all 512 modes.
soak-rights: mqtool$(EXEEXT) tests/helpers/rights$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) MQTOOL_RIGHTS=full MQTOOL_TEST_LIMIT=1800 BATS_TEST_TIMEOUT=900 \
		$(srcdir)/tests/run-bats $(srcdir)/tests/bats/rights-users.bats
.PHONY: soak soak-rights
