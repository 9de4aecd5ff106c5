#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Under a filter of system calls, as services and containers have it: what it refuses may be the end.

load helper

# Runs the arguments under the filter.
filtered()
{
	# The leak sanitizer ptraces.
	ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" "$MQTOOL_BUILD/tests/helpers/system-service" "$@"
}

need_filter()
{
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind makes calls of its own"
	filtered true || skip_loudly "no seccomp filters here"
}

@test "the filter of this test is one" {
	need_filter
	run filtered unshare -m mount -n -t tmpfs tmpfs "$BATS_TEST_TMPDIR"
	equal "$status" $((128 + 31))
}

@test "every command works under systemd's @system-service" {
	need_mqueue
	need_filter
	printf 'one\ntwo\n' >lines
	for queue in /filtered key:0x00000051; do
		run -0 filtered mqtool create -v "$queue"
		run -0 filtered mqtool create -e -o "$(id -u)" "$queue"
		run -0 filtered mqtool set -m 640 "$queue"
		run -0 filtered mqtool send -l -f lines "$queue"
		run -0 filtered mqtool stat "$queue"
		matches "$output" "*messages: 2*"
		run -0 filtered mqtool stat -w -o +LSPID
		matches "$output" "*$queue *"
		run -0 filtered mqtool stat -j
		run -0 filtered mqtool check -w 80 -c 90
		run -0 filtered mqtool wait --messages=2 -T 5 "$queue"
		run -0 filtered mqtool watch -b -n 1 "$queue"
		run -0 filtered mqtool recv "$queue"
		equal "$output" one
		run -0 filtered mqtool recv "$queue" -- cat
		equal "$output" two
		run -3 filtered mqtool recv -T 0.01 "$queue"
		run -0 filtered mqtool send "$queue" x y
		run -0 filtered mqtool purge "$queue"
	done
	run -0 filtered mqtool send /filtered moved
	run -0 filtered mqtool move /filtered key:0x51
	run -0 filtered mqtool recv --peek key:0x51
	run -0 filtered mqtool stat -L
	run -0 filtered mqtool rm -a -P -y -v
	equal "$output" /filtered
	run -0 filtered mqtool rm key:0x51
}

@test "without queues, and of mode 0, nothing is asked that the filter refuses" {
	need_mqueue
	need_filter
	run -0 filtered mqtool stat -H
	equal "$output" ""
	mqtool create -m 0 /closed
	run filtered setpriv --bounding-set=-all --inh-caps=-all mqtool set -m 600 /closed
	equal "$status" 0
	mqtool rm /closed
}

@test "an unmounted /dev/mqueue is said, not looked past" {
	need_mqueue
	need_filter
	mqtool create /q
	run --separate-stderr -1 unshare -m bash -c 'umount /dev/mqueue && exec "$@"' bash \
		"$MQTOOL_BUILD/tests/helpers/system-service" env ASAN_OPTIONS=detect_leaks=0 mqtool stat -P
	matches "$stderr" "mqtool stat: POSIX queues are not listed: mqueue is not mounted *"
	mqtool rm /q
}

@test "fsopen(2) is for where /dev/mqueue does not do" {
	need_mqueue
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -o /dev/null true 2>/dev/null || skip_loudly "strace is not permitted"
	mqtool create /q
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run -0 strace -f -o trace -e trace=fsopen mqtool stat -H -o QUEUE
	equal "$output" /q
	run -1 grep fsopen trace
	run -0 unshare -m bash -c 'umount /dev/mqueue &&
		strace -o trace -e trace=fsopen mqtool stat -H -o QUEUE'
	equal "$output" /q
	run -0 grep -c '^fsopen("mqueue"' trace
	mqtool rm /q
}
