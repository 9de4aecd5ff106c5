## SPDX-License-Identifier: GPL-2.0-or-later
## Small C programs that use queues without mqtool: built by make check, for people to read.
## Each is complete in its one file and needs nothing of ours.

check_PROGRAMS += \
	examples/posix-recv \
	examples/posix-send \
	examples/sysv-recv \
	examples/sysv-send
examples_posix_recv_SOURCES = examples/posix-recv.c
examples_posix_recv_LDADD =
examples_posix_send_SOURCES = examples/posix-send.c
examples_posix_send_LDADD =
examples_sysv_recv_SOURCES = examples/sysv-recv.c
examples_sysv_recv_LDADD =
examples_sysv_send_SOURCES = examples/sysv-send.c
examples_sysv_send_LDADD =

# Shell scripts, to be read and changed.
examplesdir = $(docdir)/examples
dist_examples_SCRIPTS = \
	examples/alarm \
	examples/call \
	examples/notify-full \
	examples/restore-queues \
	examples/sample \
	examples/save-queues \
	examples/serve \
	examples/textfile-metrics \
	examples/work-queue
dist_examples_DATA = \
	examples/posix-recv.c \
	examples/posix-send.c \
	examples/sysv-recv.c \
	examples/sysv-send.c

# Units of systemd.
systemdexamplesdir = $(examplesdir)/systemd
dist_systemdexamples_DATA = \
	examples/systemd/mqtool-batch.service \
	examples/systemd/mqtool-batch.socket \
	examples/systemd/mqtool-metrics.service \
	examples/systemd/mqtool-metrics.timer \
	examples/systemd/mqtool-queues.service \
	examples/systemd/mqtool-worker@.service

# Items of the Zabbix agent.
zabbixexamplesdir = $(examplesdir)/zabbix
dist_zabbixexamples_DATA = \
	examples/zabbix/mqtool.conf
