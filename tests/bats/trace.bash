# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Helpers of tests that trace, after: load helper

setup()
{
	test_setup
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD
	grep -q '^#define HAVE_BPF 1$' "$MQTOOL_BUILD/config.h" || skip_loudly "built without libbpf"
	[ -x "$MQTOOL_BUILD/mqtool-trace" ] || skip_loudly "mqtool-trace was not built"
	traffic=$MQTOOL_BUILD/tests/helpers/traffic
	may_trace
	small_queues
	need_mqueue
	create_small /one key:0x51
}

# What is refused here, by whoever runs this machine, is no fault of trace.
may_trace()
{
	mqtool trace -d 0 >allowed 2>&1 || skip_loudly "$(<allowed)"
}

# trace ARG...: starts it in the background, and waits until it sees what passes.
trace()
{
	start mqtool trace "$@" >out 2>err
	tracer=$pid
	wait_until attached "$tracer"
}

# As many programs as LINKS, 8 where it is not said, hang on its descriptors; or it is gone.
attached()
{
	exited "$1" ||
		[ "$(find /proc/"$1"/fd -lname '*bpf*link*' 2>/dev/null | wc -l)" -ge "${LINKS:-8}" ]
}

# traced_by PID: a child of it traces.
traced_by()
{
	local child
	for child in $(ps -o pid= --ppid "$1"); do
		exited "$child" || ! attached "$child" || return 0
	done
	return 1
}
