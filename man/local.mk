## SPDX-License-Identifier: GPL-2.0-or-later
## Manual pages.  A link of mqtool has the page of its command.

dist_man_MANS = \
	man/mqtool-check.1 \
	man/mqtool-create.1 \
	man/mqtool-move.1 \
	man/mqtool-purge.1 \
	man/mqtool-queue.7 \
	man/mqtool-recv.1 \
	man/mqtool-rm.1 \
	man/mqtool-send.1 \
	man/mqtool-set.1 \
	man/mqtool-stat.1 \
	man/mqtool-trace.1 \
	man/mqtool-wait.1 \
	man/mqtool-watch.1 \
	man/mqtool.1

if INSTALL_LINKS
link_pages = $(installed_links:%=man/%.1)
nodist_man_MANS = $(link_pages)
CLEANFILES += $(link_pages)

$(link_pages): Makefile
	@$(MKDIR_P) man
	$(AM_V_GEN)name=`basename $@ .1` && echo ".so man1/mqtool-$${name#mq}.1" >$@
endif
