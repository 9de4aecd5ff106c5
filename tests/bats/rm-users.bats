# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# mqtool rm, with several users

load helper

@test "another user's queue stays, status 5" {
	mqtool create -m 666 /others key:0x05
	run --separate-stderr -5 as_user 1234 mqtool rm /others
	matches "$stderr" "mqtool rm: /others: not permitted: only the owner, * (mode 0666, owner root:root)"
	equal "${#stderr_lines[@]}" 1
	run --separate-stderr -5 as_user 1234 mqtool rm -f key:0x05
	matches "$stderr" "mqtool rm: key:0x00000005: not permitted: *, * (mode 0666, owner root:root)"
	mqtool rm /others key:0x05
}

@test "the first failure is the status, whatever follows" {
	mqtool create /others
	run -5 as_user 1234 mqtool rm /others /missing
	run -4 as_user 1234 mqtool rm /missing /others
	mqtool rm /others
}

@test "an owner who may neither read nor write may still remove" {
	as_user 1234 mqtool create -m 0 /closed key:0x06
	as_user 1234 mqtool rm /closed key:0x06
}
