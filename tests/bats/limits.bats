# SPDX-License-Identifier: GPL-2.0-or-later
#
# Limits that several commands meet: named, with the way to raise them.  Those of one command are
# tested with it.

load helper

# fails TEXT COMMAND...: status 1, and one line: a pattern.
fails()
{
	local text=$1
	shift
	run -1 --separate-stderr "$@"
	equal "${#stderr_lines[@]}" 1
	matches "$stderr" "$text"
}

@test "too many POSIX queues" {
	limit fs/mqueue/queues_max 2
	create_small /m1 /m2
	created+=(/m3)
	text="mqtool create: /m3: there are 2 POSIX queues already, all that are allowed (fs.mqueue.queues_max; raise it with sysctl fs.mqueue.queues_max=N)"
	fails "$text" without_capabilities mqtool create -c 1 -s 64 /m3
	run -4 mqtool rm /m3
	# Of several, those before it are made.
	mqtool rm /m2
	fails "$text" without_capabilities mqtool create -c 1 -s 64 /m2 /m3
	mqtool send /m2 x
}

@test "too many System V queues" {
	limit kernel/msgmni 2
	create 0x60 0x61
	text="there are 2 System V queues already, all that are allowed (kernel.msgmni; raise it with sysctl kernel.msgmni=N)"
	fails "mqtool create: key:0x00000062: $text" mqtool create 0x62
	fails "mqtool create: $text" mqtool create --private
	run -4 mqtool rm 0x62
}

@test "too many bytes of POSIX queues are told from too many open files" {
	fails "mqtool create: /b1: 4192 bytes would be charged; all queues of a user together may have 1000 (RLIMIT_MSGQUEUE; *ulimit -q)" \
		bash -c 'ulimit -q 1000; exec mqtool create -c 1 -s 4096 /b1'
}

@test "too many open files are told from too many bytes of queues" {
	create_small /f1 /f2
	mqtool send /f1 stays
	# One descriptor is left: the loader needs it, and then the first queue.
	fails "mqtool recv: /f2: too many open files: 4 are allowed (RLIMIT_NOFILE; raise it with ulimit -n)" \
		sh -c 'exec 3>&- && for fd in 4 5 6 7 8 9; do eval "exec $fd>&-"; done
			ulimit -n 4 && exec timeout 20 mqtool recv --move-failed=/f2 /f1 -- cat'
	equal "$(mqtool recv -n /f1)" stays
}

@test "sizes of POSIX queues over their limit" {
	limit fs/mqueue/msg_max 5
	limit fs/mqueue/msgsize_max 1000
	fails "mqtool create: /s: mq_maxmsg of 6 asked; at most 5 is allowed (fs.mqueue.msg_max; raise it with sysctl fs.mqueue.msg_max=N)" \
		without_capabilities mqtool create -c 6 -s 100 /s
	fails "mqtool create: /s: mq_msgsize of 1001 asked; at most 1000 is allowed (fs.mqueue.msgsize_max; raise it with sysctl fs.mqueue.msgsize_max=N)" \
		without_capabilities mqtool create -c 1 -s 1001 /s
	create -c 5 -s 1000 /s
}

@test "msg_qbytes over msgmnb" {
	limit kernel/msgmnb 5000
	text="5001 bytes asked; at most 5000 are allowed without CAP_SYS_RESOURCE (kernel.msgmnb; raise it with sysctl kernel.msgmnb=N)"
	fails "mqtool create: key:0x00000063: $text" without_capabilities mqtool create -b 5001 0x63
	run -4 mqtool rm 0x63
	create -b 5000 0x63
	fails "mqtool set: key:0x00000063: $text" without_capabilities mqtool set -b 5001 0x63
}

@test "limits are believed as they are now" {
	limit kernel/msgmax 100
	create 0x64
	fails "mqtool send: 101 bytes; key:0x00000064 takes at most 100 (kernel.msgmax; *" \
		mqtool send 0x64 "$(printf '%0101d' 0)"
	limit kernel/msgmax 101
	mqtool send 0x64 "$(printf '%0101d' 0)"
	# What is there may be larger than what could be sent today.
	limit kernel/msgmax 50
	equal "$(mqtool recv -n -F %S 0x64)" 101
}
