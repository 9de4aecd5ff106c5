## SPDX-License-Identifier: GPL-2.0-or-later
## All but the main of each program goes into a library that the unit tests link too.

bin_PROGRAMS += mqtool
mqtool_SOURCES = src/main.c
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
mqtool_watch_SOURCES = src/main-watch.c src/watch/tui.c src/watch/tui.h
mqtool_watch_CFLAGS = $(AM_CFLAGS) $(NCURSESW_CFLAGS)
mqtool_watch_LDADD = libmqtool.a $(NCURSESW_LIBS) $(POPT_LIBS) $(LIBINTL)

# And with queues of brokers, which other commands are not to map librabbitmq and OpenSSL for.
if HAVE_RABBITMQ
pkglibexec_PROGRAMS += mqtool-amqp
endif
mqtool_amqp_SOURCES = src/main-amqp.c src/queue/amqp-connect.c src/queue/amqp-connect.h \
	src/queue/amqp-link.c src/queue/amqp-link.h src/queue/amqp-queue.c src/queue/amqp-queue.h \
	src/queue/amqp-send.c src/queue/amqp-take.c src/queue/queue-amqp.c \
	src/queue/queue-amqp.h
mqtool_amqp_CFLAGS = $(AM_CFLAGS) $(RABBITMQ_CFLAGS) $(OPENSSL_CFLAGS)
mqtool_amqp_LDADD = libmqtool.a $(RABBITMQ_LIBS) $(OPENSSL_LIBS) $(POPT_LIBS) $(LIBINTL)

# And with what loads a program into the kernel, which nothing else is to map libbpf for.
if HAVE_BPF
pkglibexec_PROGRAMS += mqtool-trace
endif
mqtool_trace_SOURCES = src/main-trace.c src/trace/trace-load.c src/trace/trace-load.h \
	src/trace/trace-look.c src/trace/trace-look.h src/trace/kern-look.h \
	src/trace/trace-may.c src/trace/trace-may.h src/trace/trace-names.c \
	src/trace/trace-names.h src/trace/trace-run.c src/trace/trace-run.h \
	src/trace/trace-serve.c src/trace/trace-serve.h src/trace/trace-summary.c \
	src/trace/trace-summary.h src/trace/look.skel.h src/trace/trace.skel.h
mqtool_trace_CPPFLAGS = $(AM_CPPFLAGS) -iquote src
mqtool_trace_CFLAGS = $(AM_CFLAGS) $(LIBBPF_CFLAGS)
mqtool_trace_LDADD = libmqtool.a $(LIBBPF_LIBS) $(POPT_LIBS) $(LIBINTL)

# The programs themselves, as headers: a release carries them, so that it takes libbpf alone.
EXTRA_DIST += src/trace/look.bpf.c src/trace/trace.bpf.c
src/trace/mqtool_trace-trace-load.$(OBJEXT): src/trace/trace.skel.h
src/trace/mqtool_trace-trace-look.$(OBJEXT): src/trace/look.skel.h
if HAVE_BPF_TOOLS
MOSTLYCLEANFILES += src/trace/look.bpf.o src/trace/look.linked.o \
	src/trace/trace.bpf.o src/trace/trace.linked.o
MAINTAINERCLEANFILES += src/trace/look.skel.h src/trace/trace.skel.h

# NAME.skel.h of NAME.bpf.c.
make_skeleton = name=`basename $@ .skel.h` && $(MKDIR_P) src/trace && \
	$(CLANG) -target bpf -mcpu=v2 -O2 -g -Wall $(BPF_CFLAGS) -iquote $(srcdir)/src \
		-c $(srcdir)/src/trace/$$name.bpf.c -o src/trace/$$name.bpf.o && \
	$(BPFTOOL) gen object src/trace/$$name.linked.o src/trace/$$name.bpf.o && \
	$(BPFTOOL) gen skeleton src/trace/$$name.linked.o name $${name}_bpf >$@.new && \
	mv $@.new $@
src/trace/trace.skel.h: src/trace/trace.bpf.c src/trace/kern.h
	$(AM_V_GEN)$(make_skeleton)
src/trace/look.skel.h: src/trace/look.bpf.c src/trace/kern-look.h src/trace/kern.h
	$(AM_V_GEN)$(make_skeleton)
endif

noinst_LIBRARIES += libmqtool.a

libmqtool_a_SOURCES = \
	src/base/base64.c \
	src/base/base64.h \
	src/base/buffer.c \
	src/base/buffer.h \
	src/base/escape.c \
	src/base/escape.h \
	src/base/format.c \
	src/base/format.h \
	src/base/near.c \
	src/base/near.h \
	src/base/parse.c \
	src/base/parse.h \
	src/base/refusal.c \
	src/base/refusal.h \
	src/base/sibling.c \
	src/base/sibling.h \
	src/base/stop.c \
	src/base/stop.h \
	src/base/table.c \
	src/base/table.h \
	src/base/text.c \
	src/base/text.h \
	src/base/unicode-ranges.h \
	src/base/utf8.c \
	src/base/utf8.h \
	src/base/util.c \
	src/base/util.h \
	src/base/wait.c \
	src/base/wait.h \
	src/cmd/ask.c \
	src/cmd/ask.h \
	src/cmd/batch.c \
	src/cmd/batch.h \
	src/cmd/cmd-attr.c \
	src/cmd/cmd-attr.h \
	src/cmd/cmd-check.c \
	src/cmd/cmd-create.c \
	src/cmd/cmd-given.c \
	src/cmd/cmd-given.h \
	src/cmd/cmd-look.c \
	src/cmd/cmd-look.h \
	src/cmd/cmd-move.c \
	src/cmd/cmd-purge.c \
	src/cmd/cmd-recv.c \
	src/cmd/cmd-rm.c \
	src/cmd/cmd-send.c \
	src/cmd/cmd-set.c \
	src/cmd/cmd-stat.c \
	src/cmd/cmd-take.c \
	src/cmd/cmd-take.h \
	src/cmd/cmd-wait.c \
	src/cmd/cmd.h \
	src/cmd/cmdline.c \
	src/cmd/counting.c \
	src/cmd/counting.h \
	src/cmd/dispatch.c \
	src/cmd/dispatch.h \
	src/cmd/enter.c \
	src/cmd/enter.h \
	src/cmd/exit.c \
	src/cmd/exit.h \
	src/cmd/handler.c \
	src/cmd/handler.h \
	src/cmd/input.c \
	src/cmd/input.h \
	src/cmd/msg.c \
	src/cmd/msg.h \
	src/cmd/opt.c \
	src/cmd/opt.h \
	src/cmd/prefix.c \
	src/cmd/prefix.h \
	src/cmd/progress.c \
	src/cmd/progress.h \
	src/cmd/receiver.c \
	src/cmd/receiver.h \
	src/cmd/recv-command.c \
	src/cmd/recv-peek.c \
	src/cmd/stdout.c \
	src/cmd/stdout.h \
	src/cmd/take.c \
	src/cmd/take.h \
	src/cmd/version.c \
	src/cmd/version.h \
	src/cmd/waiting.c \
	src/cmd/waiting.h \
	src/cmd/walk.c \
	src/cmd/walk.h \
	src/commands.c \
	src/queue/address.c \
	src/queue/address.h \
	src/queue/amqp-properties.c \
	src/queue/amqp-properties.h \
	src/queue/amqp-secret.c \
	src/queue/amqp-secret.h \
	src/queue/amqp-told.c \
	src/queue/amqp-told.h \
	src/queue/limit.c \
	src/queue/limit.h \
	src/queue/message.c \
	src/queue/message.h \
	src/queue/mqueue-dir.c \
	src/queue/mqueue-dir.h \
	src/queue/mqueue-file.c \
	src/queue/mqueue-file.h \
	src/queue/queue-backend.h \
	src/queue/queue-call.c \
	src/queue/queue-call.h \
	src/queue/queue-change.c \
	src/queue/queue-change.h \
	src/queue/queue-explain.c \
	src/queue/queue-list.c \
	src/queue/queue-posix.c \
	src/queue/queue-stat.c \
	src/queue/queue-stat.h \
	src/queue/queue-sysv.c \
	src/queue/queue.c \
	src/queue/queue.h \
	src/queue/ref.c \
	src/queue/ref.h \
	src/queue/snapshot.c \
	src/queue/snapshot.h \
	src/queue/tracer-refusal.c \
	src/queue/tracer-refusal.h \
	src/queue/tracer-wire.h \
	src/queue/tracer.c \
	src/queue/tracer.h \
	src/show/columns.c \
	src/show/columns.h \
	src/show/diagnose.c \
	src/show/diagnose.h \
	src/show/history.c \
	src/show/history.h \
	src/show/json-library.c \
	src/show/json-library.h \
	src/show/json-plain.h \
	src/show/json-properties-read.c \
	src/show/json-properties-write.c \
	src/show/json-properties.h \
	src/show/json-string.c \
	src/show/json-string.h \
	src/show/json-read.c \
	src/show/json-write.c \
	src/show/json.h \
	src/show/namespaces.c \
	src/show/namespaces.h \
	src/show/openmetrics.c \
	src/show/openmetrics.h \
	src/show/procs-parse.c \
	src/show/procs.c \
	src/show/procs.h \
	src/show/queue-filter.c \
	src/show/queue-filter.h \
	src/show/rates.c \
	src/show/rates.h \
	src/show/removed.c \
	src/show/removed.h \
	src/show/render.c \
	src/show/render.h \
	src/show/report.c \
	src/show/report.h \
	src/show/users.c \
	src/show/users.h \
	src/show/who.c \
	src/show/who.h \
	src/trace/cmd-trace.c \
	src/trace/kern.h \
	src/trace/trace-line.c \
	src/trace/trace-line.h \
	src/trace/trace.h \
	src/watch/alarms.c \
	src/watch/alarms.h \
	src/watch/area.c \
	src/watch/area.h \
	src/watch/canvas.c \
	src/watch/canvas.h \
	src/watch/changes.c \
	src/watch/changes.h \
	src/watch/cmd-watch-batch.c \
	src/watch/cmd-watch.c \
	src/watch/events.c \
	src/watch/events.h \
	src/watch/facts.h \
	src/watch/filter.c \
	src/watch/filter.h \
	src/watch/layout.c \
	src/watch/layout.h \
	src/watch/model.c \
	src/watch/model.h \
	src/watch/sampler.c \
	src/watch/sampler.h \
	src/watch/totals.c \
	src/watch/totals.h \
	src/watch/view-change.c \
	src/watch/view-help.c \
	src/watch/view-message.c \
	src/watch/view-paint.c \
	src/watch/view-pane.c \
	src/watch/view-state.c \
	src/watch/view.c \
	src/watch/view.h \
	src/watch/watch.c \
	src/watch/watch.h

# Writes src/base/unicode-ranges.h, when Unicode has a new version.
EXTRA_DIST += scripts/unicode-ranges
