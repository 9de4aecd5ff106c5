# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool create

load helper

# nothing_made NAME...: none of these queues is there.
nothing_made()
{
	local name
	for name; do
		run -4 mqtool rm "$name"
	done
}

# one_line TEXT: that is all of stderr.
one_line()
{
	equal "$stderr" "mqtool create: $1"
}

@test "makes queues of both kinds, in silence" {
	run -0 mqtool create /a key:0x4d510001 -- /-b 'esc:/c\x20d'
	equal "$output" ""
	run -0 sysv 0x4d510001 perms
	equal "$output" 600
	run -0 mqtool rm -v /a 0x4d510001 /-b 'esc:/c\x20d'
	equal "${#lines[@]}" 4
}

@test "-v prints the names in the form that is accepted back" {
	run -0 mqtool create -v posix:v1 1>&2 'esc:/v\x0a2' key:-559038737 ftok:/:A
	equal "${lines[0]}" /v1
	equal "${lines[1]}" 'esc:/v\x0a2'
	equal "${lines[2]}" key:0xdeadbeef
	matches "${lines[3]}" "key:0x41*"
	run -0 mqtool rm "${lines[@]}"
}

@test "the mode is exact whatever the umask" {
	local mask
	for mask in 000 022 077 777; do
		(umask "$mask" && mqtool create -m 664 /mode 0x664 && mqtool create /plain 0x600)
		run -0 sysv 0x664 perms
		equal "$output" 664
		run -0 sysv 0x600 perms
		equal "$output" 600
		run -0 posix_mode /mode
		equal "$output" 664
		run -0 posix_mode /plain
		equal "$output" 600
		mqtool rm /mode 0x664 /plain 0x600
	done
}

@test "the mode is exact too where owner and size are set" {
	mqtool create -m 0640 -o 0:0 /owned 0x1640
	mqtool create -m 0622 -b 1000 0x1622
	run -0 posix_mode /owned
	equal "$output" 640
	run -0 sysv 0x1640 perms
	equal "$output" 640
	run -0 sysv 0x1622 perms
	equal "$output" 622
	run -0 qbytes 0x1622
	equal "$output" 1000
	mqtool rm /owned 0x1640 0x1622
}

@test "modes that are none" {
	local mode
	for mode in 999 1777 0o644 u=rw 64x "" -1 +600; do
		run --separate-stderr -2 mqtool create "--mode=$mode" /bad
		matches "$stderr" "mqtool create: --mode: '$mode' is not a mode *"
		equal "$output" ""
	done
	nothing_made /bad
	mqtool create -m 0 0x1000
	run -0 sysv 0x1000 perms
	equal "$output" 0
	mqtool rm 0x1000
}

@test "sizes of POSIX queues" {
	mqtool create -c 4 -s 1K /sized
	run --separate-stderr -1 mqtool create -e -c 5 -s 1000 /sized
	equal "$stderr" "mqtool create: /sized exists with mq_maxmsg 4, not 5
mqtool create: /sized exists with mq_msgsize 1024, not 1000"
	run -0 mqtool create -e -c 4 -s 1024 /sized
	mqtool rm /sized
}

@test "one size alone leaves the other at the smaller of default and maximum" {
	cd /proc/sys/fs/mqueue
	echo 7 2>/dev/null >msg_default || skip_loudly "fs.mqueue cannot be set here"
	echo 2000 >msgsize_default
	mqtool create -s 64 /other-c
	mqtool create -c 2 /other-s
	run -0 mqtool create -e -c 7 -s 64 /other-c
	run -0 mqtool create -e -c 2 -s 2000 /other-s
	mqtool rm /other-c /other-s
	echo 5 >msg_max
	echo 1500 >msgsize_max
	mqtool create -s 64 /other-c
	mqtool create -c 2 /other-s
	run -0 mqtool create -e -c 5 -s 64 /other-c
	run -0 mqtool create -e -c 2 -s 1500 /other-s
	mqtool rm /other-c /other-s
	echo 10 | tee msg_max >msg_default
	echo 8192 | tee msgsize_max >msgsize_default
}

@test "numbers and sizes that are none" {
	run --separate-stderr -2 mqtool create -c 0 /bad
	matches "$stderr" "mqtool create: -c: 0 is out of range (1 to *"
	run --separate-stderr -2 mqtool create -c 1K /bad
	matches "$stderr" "mqtool create: -c: '1K' is not a whole number *"
	run --separate-stderr -2 mqtool create --max-messages=99999999999999999999 /bad
	matches "$stderr" "mqtool create: --max-messages: 99999999999999999999 is out of range *"
	run --separate-stderr -2 mqtool create -s 0 /bad
	matches "$stderr" "mqtool create: -s: *at least 1*"
	run --separate-stderr -2 mqtool create -s 1.5K /bad
	matches "$stderr" "mqtool create: -s: '1.5K' is not a size *"
	run --separate-stderr -2 mqtool create -b -1 key:5
	matches "$stderr" "mqtool create: -b: '-1' is not a size *"
	nothing_made /bad key:5
}

@test "the limit on sizes is named" {
	run --separate-stderr -1 mqtool create -c 11 /large
	matches "$stderr" "mqtool create: /large: *11*10*fs.mqueue.msg_max*"
	run --separate-stderr -1 mqtool create -s 8193 /large
	matches "$stderr" "mqtool create: /large: *8193*8192*fs.mqueue.msgsize_max*"
	run --separate-stderr -1 mqtool create -c 9223372036854775807 /large
	matches "$stderr" "mqtool create: /large: *9223372036854775807*fs.mqueue.msg_max*"
	run --separate-stderr -1 mqtool create -s 16777215G /large
	matches "$stderr" "mqtool create: /large: *fs.mqueue.msgsize_max*"
	nothing_made /large
}

@test "the limit on bytes of a user's queues is named, not files" {
	run --separate-stderr -1 bash -c 'ulimit -q 1000 && mqtool create /rlimit'
	matches "$stderr" "mqtool create: /rlimit: *RLIMIT_MSGQUEUE*"
	nothing_made /rlimit
}

@test "-b above msgmnb removes the queue again, and names the limit" {
	run --separate-stderr -1 without_capabilities mqtool create -b 1M key:0xb1
	matches "$stderr" "mqtool create: key:0x000000b1: *kernel.msgmnb*"
	nothing_made key:0xb1
	mqtool create -b 16K key:0xb1
	run -0 qbytes 0xb1
	equal "$output" 16384
	mqtool rm key:0xb1
	mqtool create -b 0 key:0xb0
	run -0 qbytes 0xb0
	equal "$output" 0
	mqtool rm key:0xb0
}

@test "options of the other kind are refused before anything is made" {
	run --separate-stderr -2 mqtool create -c 4 /kind key:0x1d
	equal "${stderr_lines[0]}" "mqtool create: --max-messages is for POSIX queues, and key:0x0000001d is a System V queue"
	equal "${#stderr_lines[@]}" 2
	run --separate-stderr -2 mqtool create -s 4 key:0x1d /kind
	matches "$stderr" "mqtool create: --message-size is for POSIX queues, and *"
	run --separate-stderr -2 mqtool create -b 4 key:0x1d /kind
	equal "${stderr_lines[0]}" "mqtool create: --max-bytes is for System V queues, and /kind is a POSIX queue"
	run --separate-stderr -2 mqtool create --private -c 4
	matches "$stderr" "mqtool create: --max-messages is for POSIX queues, and --private *"
	nothing_made /kind key:0x1d
}

@test "all operands are read before anything is made" {
	run --separate-stderr -2 mqtool create /first key:0x1e jobs
	matches "$stderr" "mqtool create: 'jobs': */jobs*"
	equal "${#stderr_lines[@]}" 1
	run --separate-stderr -2 mqtool create /first key:0
	equal "${#stderr_lines[@]}" 1
	run --separate-stderr -2 mqtool create /first id:5
	matches "$stderr" "mqtool create: id:5: *"
	run --separate-stderr -2 mqtool create /first --bogus
	nothing_made /first key:0x1e
}

@test "every operand is tried, and the first failure is the status" {
	mqtool create /there
	run --separate-stderr -1 mqtool create -v /new1 /there key:0x1f ftok:/nosuch /new2
	equal "$output" "/new1
key:0x0000001f
/new2"
	equal "${#stderr_lines[@]}" 2
	matches "${stderr_lines[0]}" "mqtool create: /there: *"
	matches "${stderr_lines[1]}" "mqtool create: ftok:/nosuch: *No such file or directory"
	mqtool rm /there /new1 /new2 key:0x1f
}

@test "an existing queue is an error" {
	mqtool create /dup key:0xd0
	run --separate-stderr -1 mqtool create /dup
	one_line "/dup: the queue already exists"
	run --separate-stderr -1 mqtool create key:0xd0
	one_line "key:0x000000d0: the queue already exists"
	run -1 mqtool create /twice /twice
	mqtool rm /dup key:0xd0 /twice
}

@test "-e makes a queue that is not there" {
	mqtool create -e -v -m 640 /e-new key:0xe0
	run -0 sysv 0xe0 perms
	equal "$output" 640
	run -0 posix_mode /e-new
	equal "$output" 640
	mqtool rm /e-new key:0xe0
}

@test "-e takes an existing queue as it would have been made" {
	mqtool create /e key:0xe1
	run -0 mqtool create -e -v /e key:0xe1
	equal "$output" "/e
key:0x000000e1"
	run -0 mqtool create --exist-ok -m 0600 -o 0:0 /e key:0xe1
	equal "$output" ""
	mqtool rm /e key:0xe1
}

@test "-e names each difference and changes nothing" {
	mqtool create -m 640 -b 1000 key:0xe2
	run --separate-stderr -1 mqtool create -v -e -b 2K -o 7:8 key:0xe2
	equal "$output" ""
	equal "$stderr" "mqtool create: key:0x000000e2 exists with owner root, not $(id -un 7 2>/dev/null || echo 7)
mqtool create: key:0x000000e2 exists with group root, not $(getent group 8 | cut -d: -f1 | grep . || echo 8)
mqtool create: key:0x000000e2 exists with mode 0640, not 0600
mqtool create: key:0x000000e2 exists with msg_qbytes 1000, not 2048"
	run -0 sysv 0xe2 perms
	equal "$output" 640
	run -0 qbytes 0xe2
	equal "$output" 1000
	run --separate-stderr -1 mqtool create -e key:0xe2
	one_line "key:0x000000e2 exists with mode 0640, not 0600"
	run -0 mqtool create -e -m 640 key:0xe2
	mqtool rm key:0xe2
}

@test "--private prints an id that is accepted back" {
	run -0 mqtool create --private
	matches "$output" "id:[0-9]*"
	local first=$output
	run -0 mqtool create --private -v -m 640 -b 500
	matches "$output" "id:[0-9]*"
	equal "${#lines[@]}" 1
	local second=$output
	[ "$first" != "$second" ]
	run -0 awk -v id="${second#id:}" '$2 == id { print $1, $3 }' /proc/sysvipc/msg
	equal "$output" "0 640"
	run -0 ipcs -q -i "${second#id:}"
	matches "$output" "*qbytes=500*"
	run -0 mqtool rm -v "$first" "$second"
	equal "$output" "$first
$second"
}

@test "--private: a name that cannot be written leaves no queue" {
	local before
	before=$(mqtool stat -SHo QUEUE)
	run --separate-stderr -1 sh -c 'mqtool create --private >/dev/full'
	equal "$stderr" "mqtool create: cannot write standard output: No space left on device;"`
		`" the new queue was removed"
	run --separate-stderr -1 sh -c 'mqtool create --private >&-'
	equal "$stderr" "mqtool create: cannot write standard output: Bad file descriptor;"`
		`" the new queue was removed"
	equal "$(mqtool stat -SHo QUEUE)" "$before"
	command -v strace >/dev/null || skip_loudly "strace not found"
	run --separate-stderr -1 env "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0" strace -f -o /dev/null \
		-e inject=msgctl:error=EPERM sh -c 'mqtool create --private >/dev/full'
	matches "$stderr" "mqtool create: cannot write standard output: No space left on device;"`
		`" the new queue is id:*"
	mqtool rm "${stderr##* }"
}

@test "--private goes with no queue and no -e" {
	local before
	before=$(</proc/sysvipc/msg)
	run --separate-stderr -2 mqtool create --private /q
	matches "${stderr_lines[0]}" "mqtool create: --private *'/q'*"
	run --separate-stderr -2 mqtool create --private -e
	equal "${stderr_lines[0]}" "mqtool create: --private and --exist-ok exclude each other"
	equal "$(</proc/sysvipc/msg)" "$before"
}

@test "no queue at all" {
	run --separate-stderr -2 mqtool create
	equal "$stderr" "mqtool create: no queue given
Try 'mqtool create --help' for more information."
	run --separate-stderr -2 mqtool create -v --
	equal "${stderr_lines[0]}" "mqtool create: no queue given"
}

@test "an owner that is none" {
	run --separate-stderr -2 mqtool create -o no-such-user /bad
	equal "${stderr_lines[0]}" "mqtool create: -o: 'no-such-user': no such user"
	run --separate-stderr -2 mqtool create --owner=root:no-such-group /bad
	equal "${stderr_lines[0]}" "mqtool create: --owner: 'no-such-group': no such group"
	run --separate-stderr -2 mqtool create -o 4294967295 /bad
	nothing_made /bad
}

@test "a queue that cannot be given away is removed again" {
	[ "$MQTOOL_TEST_NS" = user ] || skip "root may give queues to anyone"
	# No other user exists in this user namespace.
	run --separate-stderr ! mqtool create -o 12345 /given
	matches "$stderr" "mqtool create: /given: *"
	equal "${#stderr_lines[@]}" 1
	run --separate-stderr ! mqtool create -o 12345 key:0x91
	matches "$stderr" "mqtool create: key:0x00000091: *"
	nothing_made /given key:0x91
}

@test "a repeated option: the last wins" {
	mqtool create -m 600 -m 644 -b 1K -b 2K 0x1a57
	run -0 sysv 0x1a57 perms
	equal "$output" 644
	run -0 qbytes 0x1a57
	equal "$output" 2048
	mqtool rm 0x1a57
}

@test "names that cannot be written are a failure, the queues being made" {
	run --separate-stderr -1 bash -c 'mqtool create -v /full >/dev/full'
	one_line "cannot write standard output: No space left on device"
	mqtool rm /full
}
