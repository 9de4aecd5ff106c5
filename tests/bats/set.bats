# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool set

load helper

setup()
{
	test_setup
	small_queues
}

# one_line TEXT: that is all of stderr.
one_line()
{
	equal "$stderr" "mqtool set: $1"
}

@test "the mode, of both kinds" {
	mqtool create /mode key:0x10
	local mode
	for mode in 640 0622 666 400 600; do
		run -0 mqtool set -m "$mode" /mode key:0x10
		equal "$output" ""
		equal "$(posix_mode /mode)" "${mode#0}"
		equal "$(sysv 0x10 perms)" "${mode#0}"
	done
	mqtool rm /mode key:0x10
}

@test "mode 0 and back, of both kinds" {
	mqtool create /closed key:0x11
	without_capabilities mqtool set -m 0 /closed key:0x11
	equal "$(posix_mode /closed)" 0
	equal "$(sysv 0x11 perms)" 0
	run -5 without_capabilities mqtool send -n /closed x
	without_capabilities mqtool set -m 600 /closed key:0x11
	equal "$(posix_mode /closed)" 600
	equal "$(sysv 0x11 perms)" 600
	mqtool rm /closed key:0x11
}

@test "a POSIX queue of mode 0 beside one that opens, with no room for another" {
	need_mqueue
	mqtool create /closed /open
	mqtool set -m 0 /closed
	# RLIMIT_MSGQUEUE 0: nothing may be made to find out by.
	(ulimit -q 0 && without_capabilities mqtool set -m 640 /closed)
	equal "$(posix_mode /closed)" 640
	mqtool set -m 0 /closed
	mqtool rm /open
	run --separate-stderr -5 bash -c "ulimit -q 0; exec setpriv --bounding-set=-all \
		--inh-caps=-all mqtool set -m 640 /closed"
	one_line "/closed: permission denied (mode 0000, owner root:root)"
	equal "$(posix_mode /closed)" 0
	mqtool rm /closed
}

@test "a POSIX queue of mode 0 without /dev/mqueue" {
	need_mqueue
	mqtool create -m 0 /closed
	run --separate-stderr -5 unshare -m bash -c 'umount /dev/mqueue &&
		exec setpriv --bounding-set=-all --inh-caps=-all mqtool set -m 600 /closed'
	one_line "/closed: permission denied"
	run -0 unshare -m bash -c 'umount /dev/mqueue && mqtool set -m 600 /closed'
	equal "$(posix_mode /closed)" 600
	mqtool rm /closed
}

@test "what is made to find out is gone at once" {
	need_mqueue
	mqtool create -m 0 /closed
	without_capabilities mqtool set -m 600 /closed
	run -0 ls -A /dev/mqueue
	equal "$output" closed
	mqtool rm /closed
}

@test "never a queue of another namespace of the same name" {
	need_mqueue
	mqtool create -m 0 /closed
	# /dev/mqueue still shows the old one.
	run -5 unshare -i bash -c 'mqtool create -m 0 /closed &&
		exec setpriv --bounding-set=-all --inh-caps=-all mqtool set -m 666 /closed'
	equal "$(posix_mode /closed)" 0
	run -0 unshare -i bash -c 'mqtool create -m 0 /closed && mqtool set -m 666 /closed'
	equal "$(posix_mode /closed)" 0
	mqtool rm /closed
}

@test "msg_qbytes" {
	mqtool create key:0x12
	local size
	for size in 1000 1K 16K 0; do
		run -0 mqtool set -b "$size" key:0x12
		equal "$(qbytes 0x12)" "$(($(sed 's/K/*1024/' <<<"$size")))"
	done
	equal "$(sysv 0x12 perms)" 600
	run -0 mqtool set --max-bytes=2K --mode 0640 key:0x12
	equal "$(qbytes 0x12)" 2048
	equal "$(sysv 0x12 perms)" 640
	mqtool rm key:0x12
}

@test "what is not asked for stays" {
	mqtool create -m 640 -b 1234 key:0x13
	mqtool create -m 640 /stays
	mqtool set -o 0:0 key:0x13 /stays
	equal "$(sysv 0x13 perms) $(qbytes 0x13) $(posix_mode /stays)" "640 1234 640"
	mqtool set -m 600 key:0x13
	equal "$(qbytes 0x13)" 1234
	mqtool set -b 4321 key:0x13
	equal "$(sysv 0x13 perms)" 600
	mqtool rm key:0x13 /stays
}

@test "the messages stay" {
	mqtool create /full key:0x14
	mqtool send /full one two
	mqtool send key:0x14 one two
	mqtool set -m 660 /full key:0x14
	mqtool set -b 3 key:0x14
	run -0 mqtool recv -a /full
	equal "$output" $'one\ntwo'
	run -0 mqtool recv -a key:0x14
	equal "$output" $'one\ntwo'
	mqtool rm /full key:0x14
}

@test "the last of repeated options wins" {
	mqtool create /twice
	mqtool set -m 777 -m 611 /twice
	equal "$(posix_mode /twice)" 611
	mqtool rm /twice
}

@test "queues of any name" {
	mqtool create 'esc:/s\x20t\x0a' ftok:/:S
	run -0 mqtool create --private
	mqtool set -m 644 'esc:/s\x20t\x0a' ftok:/:S "$output"
	equal "$(posix_mode $'/s t\n')" 644
	equal "$(awk 'NR > 1 { print $3 }' /proc/sysvipc/msg | sort -u)" 644
	mqtool rm 'esc:/s\x20t\x0a' ftok:/:S "$output"
}

@test "every operand is tried, and the first failure is the status" {
	mqtool create /s1 key:0x15
	run --separate-stderr -4 mqtool set -m 644 /gone /s1 ftok:/no/such key:0x15 id:2147483647
	equal "${#stderr_lines[@]}" 3
	equal "${stderr_lines[0]}" "mqtool set: /gone: no such queue ('mqtool create /gone' makes it)"
	equal "${stderr_lines[2]}" "mqtool set: id:2147483647: no such queue"
	equal "$(posix_mode /s1) $(sysv 0x15 perms)" "644 644"
	run -1 mqtool set -m 600 ftok:/no/such /gone
	mqtool rm /s1 key:0x15
}

@test "an owner that cannot be leaves the mode as it was" {
	need_mqueue
	[ "$MQTOOL_TEST_NS" = user ] || skip "every user is one of this namespace"
	mqtool create -m 666 /kept key:0x16
	run --separate-stderr -1 mqtool set -m 600 -o 12345 /kept
	one_line "/kept: no such user or group in this user namespace"
	equal "$(posix_mode /kept)" 666
	run --separate-stderr -1 mqtool set -m 600 -o 12345 key:0x16
	one_line "key:0x00000016: no such user or group in this user namespace"
	equal "$(sysv 0x16 perms)" 666
	mqtool rm /kept key:0x16
}

# ---- msgmnb ----

@test "more bytes than msgmnb are refused with the limit" {
	mqtool create key:0x17
	run --separate-stderr -1 without_capabilities mqtool set -b 16385 key:0x17
	one_line "key:0x00000017: 16385 bytes asked; at most 16384 are allowed without \
CAP_SYS_RESOURCE (kernel.msgmnb; raise it with sysctl kernel.msgmnb=N)"
	equal "$(qbytes 0x17)" 16384
	mqtool rm key:0x17
}

@test "a queue that has more than msgmnb can only be changed with less" {
	mqtool create key:0x18
	limit kernel/msgmnb 8192
	run --separate-stderr -1 without_capabilities mqtool set -m 640 key:0x18
	one_line "key:0x00000018: its msg_qbytes is 16384, over the 8192 of kernel.msgmnb: without \
CAP_SYS_RESOURCE nothing of it can be changed unless --max-bytes lowers it too"
	equal "$(sysv 0x18 perms)" 600
	without_capabilities mqtool set -m 640 -b 8K key:0x18
	equal "$(sysv 0x18 perms) $(qbytes 0x18)" "640 8192"
	mqtool rm key:0x18
}

# ---- usage ----

@test "nothing to change" {
	mqtool create /none
	run --separate-stderr -2 mqtool set /none
	equal "$stderr" "mqtool set: nothing to change: give -m, -o or -b
Try 'mqtool set --help' for more information."
	run --separate-stderr -2 mqtool set -m 600
	equal "${stderr_lines[0]}" "mqtool set: no queue given"
	mqtool rm /none
}

@test "-b is for System V, and nothing is done where a POSIX queue is named" {
	mqtool create /posix key:0x19
	run --separate-stderr -2 mqtool set -b 100 key:0x19 /posix
	equal "${stderr_lines[0]}" \
		"mqtool set: --max-bytes is for System V queues, and /posix is a POSIX queue"
	equal "$(qbytes 0x19)" 16384
	mqtool rm /posix key:0x19
}

# says LINE...: what the second line of stderr suggests; each is a whole command line.
says()
{
	equal "${stderr_lines[1]}" "Did you mean '$1'?"
	equal "${#stderr_lines[@]}" 2
}

@test "-c and -s are fixed when a queue is made: what to do instead, which works" {
	mqtool create -m 640 -c 2 -s 16 /fixed
	mqtool create key:0x1b
	mqtool send /fixed one two
	run --separate-stderr -2 mqtool set -m 600 -c 5 /fixed
	equal "${stderr_lines[0]}" "mqtool set: -c: the number and size of the messages of a POSIX queue\
 are fixed when it is made: make another one and move the messages"
	says "mqtool create -c 5 /fixed.new && mqtool move /fixed /fixed.new"
	equal "$(posix_mode /fixed)" 640
	run --separate-stderr -2 mqtool set --max-messages=5 --message-size 1k /fixed
	says "mqtool create -c 5 -s 1k /fixed.new && mqtool move /fixed /fixed.new"
	bash -c "$(sed -n "s/^Did you mean '\(.*\)'?$/\1/p" <<<"${stderr_lines[1]}")"
	equal "$(mqtool stat -H -b -o MAXMSG,MSGSIZE /fixed.new | tr -s ' ' | sed 's/^ //')" "5 1024"
	holds /fixed.new "[one][two]"
	run --separate-stderr -2 mqtool set -s 1k /fixed
	equal "${stderr_lines[0]%% the*}" "mqtool set: -s:"
	run --separate-stderr -2 mqtool set -c 5 key:0x1b
	equal "${stderr_lines[0]}" \
		"mqtool set: -c is for POSIX queues, and key:0x0000001b is a System V queue"
	mqtool rm /fixed /fixed.new key:0x1b
}

@test "wrong values and names, and nothing is done" {
	mqtool create -m 640 /wrong key:0x1a
	local bad
	for bad in -m8 -m1000 -m01777 -mu+x -m= -m-1 -oroot:no:such -ono-such-user -o -b-1 -b1.5 \
		-b1X -b= -b99999999999999999999 -q --bogus --mode; do
		run --separate-stderr -2 mqtool set -m 600 key:0x1a /wrong "$bad"
		equal "$output" ""
	done
	for bad in msg 12 /a/b id:4294967298 key:0x100001234 key:0 ""; do
		run --separate-stderr -2 mqtool set -m 600 key:0x1a /wrong "$bad"
		equal "${#stderr_lines[@]}" 1
	done
	equal "$(posix_mode /wrong) $(sysv 0x1a perms)" "640 640"
	mqtool rm /wrong key:0x1a
}

@test "--help names the options" {
	run -0 mqtool set --help
	local option
	for option in --mode=MODE '--owner=USER\[:GROUP\]' --max-bytes=SIZE; do
		matches "$output" "*$option*"
	done
}
