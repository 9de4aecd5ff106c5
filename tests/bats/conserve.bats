# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages in are messages out, on the queue or reported, while receivers are killed; make soak is
# the long form.

load helper

conserve()
{
	# LeakSanitizer stops a process itself, and waits for ever where others do too.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run "$MQTOOL_BUILD/tests/soak/conserve" -s "$RANDOM" "$@"
	echo "$output"
	echo "# ${lines[-1]}" >&3
	equal "$status" 0
}

@test "senders and receivers, ended and stopped at any moment: none lost, none doubled" {
	conserve 0x50a4 30000
	conserve /conserve 20000
}

@test "with move in the middle, ended as well, between queues of every kind" {
	conserve -m 0x50a5 0x50a4 10000
	conserve -m /conserve2 /conserve 10000
	conserve -m /conserve 0x50a4 10000
	conserve -m 0x50a4 /conserve 10000
	conserve -k -m /conserve 0x50a4 5000
	conserve -k -m 0x50a4 /conserve 5000
}

@test "SIGKILL of a receiver loses an output buffer at most, and doubles nothing" {
	conserve -k 0x50a4 20000
	conserve -k /conserve 10000
}

@test "queues removed and made again: none lost that was not on them, System V's none doubled" {
	conserve -r s 0x50a4 20000
	conserve -r s /conserve 20000
	conserve -r d -m /conserve 0x50a4 5000
	conserve -r d -m 0x50a4 /conserve 5000
	conserve -r b -m 0x50a5 0x50a4 5000
	conserve -r b -m /conserve2 /conserve 5000
}
