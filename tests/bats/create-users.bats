# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# mqtool create, with several users

load helper

owner_of()
{
	awk -v key="$1" 'NR > 1 && $1 == key { print $8 ":" $9 }' /proc/sysvipc/msg
}

@test "-o gives a queue to its owner and group" {
	need_mqueue
	mqtool create -o 1234 /o1 key:1
	mqtool create -o 1234:5678 -m 640 /o2 key:2
	mqtool create -o :5678 /o3 key:3
	mqtool create -o root: /o4 key:4
	equal "$(stat -c %u:%g:%a /dev/mqueue/o[1-4])" "1234:0:600
1234:5678:640
0:5678:600
0:0:600"
	equal "$(owner_of 1) $(owner_of 2) $(owner_of 3) $(owner_of 4)" \
		"1234:0 1234:5678 0:5678 0:0"
	run --separate-stderr -1 mqtool create -e /o1 key:1
	matches "${stderr_lines[0]}" "mqtool create: /o1 exists with owner 1234, not root"
	matches "${stderr_lines[1]}" "mqtool create: key:0x00000001 exists with owner 1234, not root"
	run -0 mqtool create -e -o 1234:5678 -m 640 /o2 key:2
}

@test "a user may not give a POSIX queue away, and is left with none" {
	run --separate-stderr -5 as_user 1234 mqtool create -o 0 /gift
	matches "$stderr" "mqtool create: /gift: *"
	run -4 mqtool rm /gift
	# A System V queue may be given away, msgctl(2).
	as_user 1234 mqtool create -o 77 key:0x77
	equal "$(owner_of 119)" 77:1234
}

@test "-e of another user's queue" {
	mqtool create -m 666 /world key:0x66
	mqtool create -m 600 /root-only key:0x67
	run --separate-stderr -1 as_user 1234 mqtool create -e -m 666 /world key:0x66
	equal "$stderr" "mqtool create: /world exists with owner root, not 1234
mqtool create: /world exists with group root, not 1234
mqtool create: key:0x00000066 exists with owner root, not 1234
mqtool create: key:0x00000066 exists with group root, not 1234"
	run --separate-stderr -5 as_user 1234 mqtool create -e /root-only
	matches "$stderr" "mqtool create: /root-only: permission denied (mode 0600, owner root:root)"
}
