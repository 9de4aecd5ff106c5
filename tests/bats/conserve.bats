# SPDX-License-Identifier: GPL-2.0-or-later
#
# Messages in are messages out, on the queue or reported, while receivers are killed; make soak is
# the long form.

load helper

conserve()
{
	run "$MQTOOL_BUILD/tests/soak/conserve" -s "$RANDOM" "$@"
	echo "$output"
	echo "# ${lines[-1]}" >&3
	equal "$status" 0
}

@test "senders and receivers, ended by signals at any moment: none lost, none doubled" {
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
