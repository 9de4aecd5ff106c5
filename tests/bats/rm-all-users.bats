# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# mqtool rm -a, with several users

load helper

teardown()
{
	test_teardown
	mqtool rm -a -S -P -y
}

@test "--owner chooses by the queue's owner" {
	as_user 1234 mqtool create /his key:0x81
	mqtool create /mine key:0x82
	run -0 mqtool rm -a -y -v --owner=1234
	equal "$output" "key:0x00000081
/his"
	run -0 mqtool rm -a -y -v --owner=root
	equal "$output" "key:0x00000082
/mine"
}

@test "what may not be removed stays, status 5, and the rest goes" {
	mqtool create -m 666 /a1 key:0x83
	as_user 1234 mqtool create /a2 key:0x84
	run --separate-stderr -5 as_user 1234 mqtool rm -a -S -P -y -v
	equal "$output" "key:0x00000084
/a2"
	equal "${#stderr_lines[@]}" 2
	matches "${stderr_lines[0]}" "mqtool rm: key:0x00000083: *"
	matches "${stderr_lines[1]}" "mqtool rm: /a1: *"
	run -0 mqtool rm -a -S -P -y -v
	equal "$output" "key:0x00000083
/a1"
}
