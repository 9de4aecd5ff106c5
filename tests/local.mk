## SPDX-License-Identifier: GPL-2.0-or-later
## Tests.  make check runs each of TESTS by itself, so make -j check runs them side by side: every
## one that makes queues has namespaces of its own (tests/in-ns).

# Unit tests, one cmocka program each: tests/unit/NAME is made from tests/unit/NAME.c.  Those in
# UNIT_PURE make no queues and run even if namespaces are refused.
UNIT_PURE = \
	tests/unit/address \
	tests/unit/alarms \
	tests/unit/amqp-properties \
	tests/unit/amqp-secret \
	tests/unit/amqp-told \
	tests/unit/batch \
	tests/unit/buffer \
	tests/unit/cmdline \
	tests/unit/columns \
	tests/unit/diagnose \
	tests/unit/escape \
	tests/unit/events \
	tests/unit/filter \
	tests/unit/format \
	tests/unit/handler \
	tests/unit/history \
	tests/unit/input \
	tests/unit/json \
	tests/unit/json-properties \
	tests/unit/json-read \
	tests/unit/layout \
	tests/unit/limit \
	tests/unit/message \
	tests/unit/model \
	tests/unit/msg \
	tests/unit/near \
	tests/unit/parse \
	tests/unit/prefix \
	tests/unit/procs \
	tests/unit/procs-parse \
	tests/unit/progress \
	tests/unit/purge \
	tests/unit/queue-amqp \
	tests/unit/queue-call \
	tests/unit/queue-filter \
	tests/unit/queue-stat \
	tests/unit/rates \
	tests/unit/receiver \
	tests/unit/ref \
	tests/unit/render \
	tests/unit/snapshot \
	tests/unit/table \
	tests/unit/text \
	tests/unit/totals \
	tests/unit/trace-line \
	tests/unit/tracer \
	tests/unit/users \
	tests/unit/utf8 \
	tests/unit/util \
	tests/unit/view \
	tests/unit/wait \
	tests/unit/walk \
	tests/unit/who
UNIT_TESTS = $(UNIT_PURE) \
	tests/unit/changes \
	tests/unit/commands \
	tests/unit/create \
	tests/unit/mqueue-dir \
	tests/unit/queue \
	tests/unit/queue-change \
	tests/unit/queue-list \
	tests/unit/queue-posix \
	tests/unit/queue-sysv \
	tests/unit/stat

# Tests of the commands.  make starts them in this order: those that take longest are not left to the
# end, alone.
BATS_TESTS = \
	tests/bats/amqp.bats \
	$(LONG_TESTS) \
	tests/bats/signals.bats \
	tests/bats/mistakes.bats \
	tests/bats/trace.bats \
	tests/bats/move.bats \
	tests/bats/waiting.bats \
	tests/bats/stat.bats \
	tests/bats/load.bats \
	tests/bats/wait.bats \
	tests/bats/watch.bats \
	tests/bats/watch-trace.bats \
	tests/bats/watch-screen.bats \
	tests/bats/i18n.bats \
	tests/bats/watch-batch.bats \
	tests/bats/watch-peek.bats \
	tests/bats/send.bats \
	tests/bats/hostile.bats \
	tests/bats/rm-all.bats \
	tests/bats/promise.bats \
	tests/bats/batch.bats \
	tests/bats/broker.bats \
	tests/bats/check.bats \
	tests/bats/cmdline.bats \
	tests/bats/command.bats \
	tests/bats/conserve.bats \
	tests/bats/create-users.bats \
	tests/bats/create.bats \
	tests/bats/errors.bats \
	tests/bats/examples.bats \
	tests/bats/format.bats \
	tests/bats/harness.bats \
	tests/bats/json.bats \
	tests/bats/last-report.bats \
	tests/bats/limits.bats \
	tests/bats/namespaces.bats \
	tests/bats/openmetrics.bats \
	tests/bats/peek.bats \
	tests/bats/peek-posix.bats \
	tests/bats/progress.bats \
	tests/bats/purge.bats \
	tests/bats/recv.bats \
	tests/bats/rates.bats \
	tests/bats/removed.bats \
	tests/bats/rights-users.bats \
	tests/bats/rm-all-users.bats \
	tests/bats/rm-users.bats \
	tests/bats/rm.bats \
	tests/bats/seccomp.bats \
	tests/bats/set-users.bats \
	tests/bats/set.bats \
	tests/bats/siblings.bats \
	tests/bats/stat-cost.bats \
	tests/bats/stat-limits.bats \
	tests/bats/stat-removed.bats \
	tests/bats/stat-untouched.bats \
	tests/bats/stat-users.bats \
	tests/bats/stat-waiters.bats \
	tests/bats/stat-who.bats \
	tests/bats/terminal.bats \
	tests/bats/trace-many.bats \
	tests/bats/users.bats \
	$(TEXT_TESTS)

# Those that take long and go the same way for every user.
LONG_TESTS = \
	tests/bats/amqp-failures.bats \
	tests/bats/amqp-move.bats \
	tests/bats/amqp-properties.bats \
	tests/bats/amqp-restart.bats \
	tests/bats/amqp-secrets.bats \
	tests/bats/faults.bats \
	tests/bats/errnos.bats

# Those of what is installed and of what is printed in it, which no sanitizer has a say in.
TEXT_TESTS = \
	tests/bats/completions.bats \
	tests/bats/docs.bats \
	tests/bats/install.bats \
	tests/bats/man-examples.bats \
	tests/bats/readme.bats \
	tests/bats/recipes.bats \
	tests/bats/systemd.bats

# Tests of the sources and of the tests themselves.
SOURCE_TESTS = \
	tests/circles.sh \
	tests/count.sh \
	tests/demo.sh \
	tests/hardening.sh \
	tests/in-ns.sh \
	tests/include-rules.sh \
	tests/listed.sh \
	tests/shellcheck.sh

# What valgrind runs beside the unit tests; see check-valgrind.
VALGRIND_BATS_TESTS = \
	tests/bats/examples.bats

# Programs that tests run.
check_PROGRAMS += tests/programs/how-ended
tests_programs_how_ended_SOURCES = tests/programs/how-ended.c
tests_programs_how_ended_LDADD =

TESTS += $(BATS_TESTS)
if HAVE_CMOCKA
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
else
TESTS += tests/no-cmocka.sh
endif
TESTS += $(SOURCE_TESTS)

# Programs that the tests of commands start.
check_PROGRAMS += \
	tests/helpers/ask-tracer \
	tests/helpers/blocked \
	tests/helpers/peek-race \
	tests/helpers/polls \
	tests/helpers/read-proc \
	tests/helpers/rights \
	tests/helpers/system-service \
	tests/helpers/traffic

# Prints the tables of commands and columns.
check_PROGRAMS += tests/optdump
tests_optdump_LDADD = libmqtool.a $(POPT_LIBS) $(LIBINTL)

# Of the unit tests; mqtool has its own.
AM_DEFAULT_SOURCE_EXT = .c
LDADD = libmqtool.a $(CMOCKA_LIBS) $(POPT_LIBS) $(LIBINTL)

# popt and others out of memory.
tests_unit_cmdline_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=poptGetNextOpt -Wl,--wrap=poptGetContext -Wl,--wrap=malloc

# Others, who make and remove the queue between two calls.
tests_unit_create_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=mq_open -Wl,--wrap=__mq_open_2

# A link of the test's own: without librabbitmq.
tests_unit_queue_amqp_SOURCES = tests/unit/queue-amqp.c src/queue/amqp-queue.h \
	src/queue/amqp-queue.c src/queue/amqp-send.c src/queue/amqp-take.c src/queue/queue-amqp.c

# Users that are not there, allocations that fail.
tests_unit_columns_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=getpwuid

# Counted calls, a clock that the test sets.
tests_unit_queue_list_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=msgctl -Wl,--wrap=__msgctl64

# By all their names: of files over 2 GiB on 32-bit machines, and those of _FORTIFY_SOURCE.
WRAP_OPEN = -Wl,--wrap=open -Wl,--wrap=open64 -Wl,--wrap=__open_2 -Wl,--wrap=__open64_2
WRAP_OPENAT = -Wl,--wrap=openat -Wl,--wrap=openat64 -Wl,--wrap=__openat_2 -Wl,--wrap=__openat64_2

# Limits of the test's own.
tests_unit_limit_LDFLAGS = $(AM_LDFLAGS) $(WRAP_OPEN) \
	-Wl,--wrap=getrlimit -Wl,--wrap=getrlimit64

# Allocations that fail.
tests_unit_model_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=reallocarray -Wl,--wrap=calloc

# Allocations that fail.
tests_unit_msg_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc

# Users that exist nowhere.
tests_unit_filter_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getpwuid

# Looks and sleeps that fail, popt out of memory.
tests_unit_commands_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=msgctl -Wl,--wrap=__msgctl64 \
	-Wl,--wrap=epoll_create1 -Wl,--wrap=epoll_ctl -Wl,--wrap=epoll_pwait \
	-Wl,--wrap=poptGetNextOpt

# Sleeps as they were asked for, descriptors that cannot be had.
tests_unit_queue_change_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=epoll_create1 \
	-Wl,--wrap=epoll_ctl -Wl,--wrap=epoll_pwait -Wl,--wrap=inotify_init1

# Allocations that fail.
tests_unit_purge_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc

# Allocations that fail, a /proc that cannot be opened.
tests_unit_stat_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc \
	-Wl,--wrap=reallocarray $(WRAP_OPENAT)

# Files of /proc that say what the test wants, allocations that fail.
tests_unit_procs_LDFLAGS = $(AM_LDFLAGS) $(WRAP_OPENAT) -Wl,--wrap=reallocarray

# Users that exist nowhere.
tests_unit_view_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=getpwuid -Wl,--wrap=getgrgid \
	-Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=reallocarray \
	-Wl,--wrap=strdup

# Files of any key.
tests_unit_ref_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=ftok

# A user database of its own.
tests_unit_users_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=getpwnam -Wl,--wrap=getpwuid -Wl,--wrap=getgrnam -Wl,--wrap=getgrgid

# Counters of the test's own.  The functions are ours, but the counters are a sibling's, which takes
# root and another namespace.
tests_unit_rates_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=tracer_ask -Wl,--wrap=tracer_end \
	-Wl,--wrap=namespace_enter

# Allocations that fail.
tests_unit_events_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=strdup

# Libraries that are missing.
tests_unit_json_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=dlopen -Wl,--wrap=dlsym -Wl,--wrap=malloc -Wl,--wrap=realloc

# Allocations that fail.
tests_unit_table_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc -Wl,--wrap=realloc \
	-Wl,--wrap=reallocarray

# Directories, inodes and memory that cannot be had, names that mean another queue.
tests_unit_mqueue_dir_LDFLAGS = $(AM_LDFLAGS) $(WRAP_OPENAT) \
	-Wl,--wrap=fdopendir -Wl,--wrap=fstat -Wl,--wrap=fstat64 -Wl,--wrap=__fstat64_time64 \
	-Wl,--wrap=fstatat -Wl,--wrap=fstatat64 -Wl,--wrap=__fstatat64_time64 \
	-Wl,--wrap=reallocarray -Wl,--wrap=malloc $(WRAP_OPEN) \
	-Wl,--wrap=mq_open -Wl,--wrap=__mq_open_2

# No /proc, limits that are not told, groups of the test's own.
tests_unit_queue_posix_LDFLAGS = $(AM_LDFLAGS) $(WRAP_OPEN) \
	-Wl,--wrap=getrlimit -Wl,--wrap=getrlimit64 \
	-Wl,--wrap=getgroups -Wl,--wrap=__getgroups_chk

# Programs that cannot be started.
tests_unit_handler_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=memfd_create -Wl,--wrap=pwrite \
	-Wl,--wrap=pwrite64 -Wl,--wrap=posix_spawn_file_actions_init \
	-Wl,--wrap=posix_spawnattr_init -Wl,--wrap=posix_spawn -Wl,--wrap=waitpid \
	-Wl,--wrap=calloc -Wl,--wrap=asprintf -Wl,--wrap=__asprintf_chk \
	-Wl,--wrap=__vasprintf_chk

# An output that stops anywhere, allocations that fail.  stop_signal() is ours: a real stop signal
# stays for the life of a process, and this test needs hundreds.
tests_unit_batch_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write -Wl,--wrap=syscall \
	-Wl,--wrap=stop_signal -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc

# A standard output of the test's own, allocations that fail.
tests_unit_receiver_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=write -Wl,--wrap=syscall \
	-Wl,--wrap=reallocarray

# A kernel that answers as it is told.  The waits are ours: only so what ends one can come at the
# interruption that the test chooses, and be no stop signal, which stays.
tests_unit_queue_call_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=syscall -Wl,--wrap=msgsnd \
	-Wl,--wrap=msgrcv -Wl,--wrap=msgctl -Wl,--wrap=__msgctl64 -Wl,--wrap=mq_getattr \
	-Wl,--wrap=msgget -Wl,--wrap=mq_open -Wl,--wrap=__mq_open_2 -Wl,--wrap=mq_close \
	-Wl,--wrap=wait_call -Wl,--wrap=wait_started
# Files that say what the test wants, allocations that fail.
tests_unit_queue_sysv_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read -Wl,--wrap=__read_chk \
	-Wl,--wrap=msgctl -Wl,--wrap=__msgctl64 -Wl,--wrap=reallocarray

# Allocations that fail, no thread to be had, a clock that is set.
tests_unit_input_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
tests_unit_wait_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create -Wl,--wrap=eventfd \
	-Wl,--wrap=pthread_attr_init \
	-Wl,--wrap=clock_gettime -Wl,--wrap=timerfd_create -Wl,--wrap=syscall \
	-Wl,--wrap=pthread_kill -Wl,--wrap=ppoll -Wl,--wrap=__ppoll64 -Wl,--wrap=poll \
	-Wl,--wrap=__ppoll_chk -Wl,--wrap=__poll_chk -Wl,--wrap=__clock_gettime64

# Allocations that fail, reads that are interrupted.
tests_unit_render_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
tests_unit_buffer_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
tests_unit_util_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=read

TEST_EXTENSIONS = .bats .sh
LOG_COMPILER = $(srcdir)/tests/run-unit
BATS_LOG_COMPILER = $(srcdir)/tests/run-bats
AM_TESTS_ENVIRONMENT = \
	MQTOOL='$(abs_top_builddir)/mqtool$(EXEEXT)'; export MQTOOL; \
	MQTOOL_BUILD='$(abs_top_builddir)'; export MQTOOL_BUILD; \
	UNIT_PURE='$(UNIT_PURE)'; export UNIT_PURE;

EXTRA_DIST += \
	$(BATS_TESTS) \
	$(SOURCE_TESTS) \
	tests/amqp-peer \
	tests/bats/broker.bash \
	tests/bats/faults.bash \
	tests/bats/helper.bash \
	tests/bats/trace.bash \
	tests/bats/watch.bash \
	tests/broker \
	tests/cluster \
	tests/circles \
	tests/complete.sh \
	tests/count \
	tests/in-ns \
	tests/include-rules \
	tests/no-cmocka.sh \
	tests/run-bats \
	tests/run-examples \
	tests/run-unit \
	tests/tap.sh \
	tests/unit/queues.h \
	tests/unit/wrap.h \
	tests/unprivileged \
	tests/valgrind.sh

# The unit tests, and what valgrind can do of the others in reasonable time, under valgrind.
check-valgrind:
	$(MAKE) $(AM_MAKEFLAGS) check MQTOOL_VALGRIND=yes \
		BATS_TEST_TIMEOUT=300 MQTOOL_TEST_LIMIT=600 \
		TESTS='$(VALGRIND_BATS_TESTS) $(UNIT_TESTS)'
.PHONY: check-valgrind coverage
