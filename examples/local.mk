## SPDX-License-Identifier: GPL-2.0-or-later
## Small C programs that use queues without mqtool: built by make check, for people to read.

EXAMPLES = \
	examples/posix-recv \
	examples/posix-send \
	examples/sysv-recv \
	examples/sysv-send
check_PROGRAMS += $(EXAMPLES)

# Nothing of ours: each is complete in its one file.
examples_posix_recv_LDADD =
examples_posix_send_LDADD =
examples_sysv_recv_LDADD =
examples_sysv_send_LDADD =
