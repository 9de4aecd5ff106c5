## SPDX-License-Identifier: GPL-2.0-or-later
## All but main.c goes into a library that the unit tests link too.

bin_PROGRAMS += mqtool
mqtool_SOURCES = src/main.c
mqtool_CPPFLAGS = $(AM_CPPFLAGS) -DWITH_AMQP=0
mqtool_LDADD = libmqtool.a $(POPT_LIBS) $(LIBINTL)

# Links that run one command each: linked_commands in src/commands.c.
MQTOOL_LINKS = mqcreate mqsend mqrecv mqstat mqrm mqwatch

if INSTALL_LINKS
installed_links = $(MQTOOL_LINKS)

install-exec-hook:
	@target=`echo mqtool$(EXEEXT) | sed '$(transform)'` && cd '$(DESTDIR)$(bindir)' && \
	for link in $(MQTOOL_LINKS); do \
		echo " $(LN_S) $$target $(DESTDIR)$(bindir)/$$link"; \
		rm -f $$link && $(LN_S) $$target $$link || exit; \
	done

uninstall-hook:
	cd '$(DESTDIR)$(bindir)' && rm -f $(MQTOOL_LINKS)
endif

# The same objects once more, with the screen: nothing else is to map ncurses.
if HAVE_NCURSESW
pkglibexec_PROGRAMS += mqtool-watch
endif
mqtool_watch_SOURCES = src/cmd-watch-main.c src/tui.c src/tui.h
mqtool_watch_CFLAGS = $(AM_CFLAGS) $(NCURSESW_CFLAGS)
mqtool_watch_LDADD = libmqtool.a $(NCURSESW_LIBS) $(POPT_LIBS) $(LIBINTL)

# And with queues of brokers, which other commands are not to map librabbitmq and OpenSSL for.
if HAVE_RABBITMQ
pkglibexec_PROGRAMS += mqtool-amqp
endif
mqtool_amqp_SOURCES = src/main.c src/amqp-link.c src/amqp-link.h \
	src/queue-amqp.c src/queue-amqp.h
mqtool_amqp_CPPFLAGS = $(AM_CPPFLAGS) -DWITH_AMQP=1
mqtool_amqp_CFLAGS = $(AM_CFLAGS) $(RABBITMQ_CFLAGS) $(OPENSSL_CFLAGS)
mqtool_amqp_LDADD = libmqtool.a $(RABBITMQ_LIBS) $(OPENSSL_LIBS) $(POPT_LIBS) $(LIBINTL)

noinst_LIBRARIES += libmqtool.a

libmqtool_a_SOURCES = \
	src/address.c \
	src/address.h \
	src/amqp-secret.c \
	src/amqp-secret.h \
	src/base64.c \
	src/base64.h \
	src/batch.c \
	src/batch.h \
	src/canvas.c \
	src/canvas.h \
	src/carry.c \
	src/carry.h \
	src/cmd-check.c \
	src/cmd-create.c \
	src/cmd-move.c \
	src/cmd-purge.c \
	src/cmd-recv.c \
	src/cmd-rm.c \
	src/cmd-send.c \
	src/cmd-set.c \
	src/cmd-stat.c \
	src/cmd-take.c \
	src/cmd-take.h \
	src/cmd-wait.c \
	src/cmd-watch-batch.c \
	src/cmd-watch.c \
	src/cmd.h \
	src/cmdline.c \
	src/commands.c \
	src/columns.c \
	src/columns.h \
	src/diagnose.c \
	src/diagnose.h \
	src/filter.c \
	src/filter.h \
	src/format.c \
	src/format.h \
	src/handler.c \
	src/handler.h \
	src/input.c \
	src/input.h \
	src/history.c \
	src/history.h \
	src/json-plain.h \
	src/json-read.c \
	src/json-write.c \
	src/json.h \
	src/layout.c \
	src/layout.h \
	src/limit.c \
	src/limit.h \
	src/model.c \
	src/model.h \
	src/msg.c \
	src/near.c \
	src/near.h \
	src/opt.c \
	src/parse.c \
	src/parse.h \
	src/procs-parse.c \
	src/procs.c \
	src/procs.h \
	src/progress.c \
	src/progress.h \
	src/queue-backend.h \
	src/queue-call.c \
	src/queue-call.h \
	src/queue-change.c \
	src/queue-change.h \
	src/queue-filter.c \
	src/queue-filter.h \
	src/queue-posix.c \
	src/queue-sysv.c \
	src/queue.c \
	src/queue.h \
	src/ref.c \
	src/render.c \
	src/render.h \
	src/report.c \
	src/report.h \
	src/sampler.c \
	src/sampler.h \
	src/sibling.c \
	src/sibling.h \
	src/table.c \
	src/table.h \
	src/take.c \
	src/take.h \
	src/unicode-ranges.h \
	src/users.c \
	src/users.h \
	src/util.c \
	src/util.h \
	src/view-pane.c \
	src/view-paint.c \
	src/view.c \
	src/view.h \
	src/wait.c \
	src/wait.h \
	src/walk.c \
	src/walk.h \
	src/watch.h

# Writes src/unicode-ranges.h, when Unicode has a new version.
EXTRA_DIST += scripts/unicode-ranges
