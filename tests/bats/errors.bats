# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an error is said to mean: the reason that there is, and no other.

load helper

setup()
{
	test_setup
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -qq -o /dev/null true 2>/dev/null || skip_loudly "strace may not trace here"
	# LeakSanitizer cannot work in a process that is traced.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
}

SECCOMP="not permitted: a seccomp filter or a security module forbids it"

# means FAULT STATUS TEXT COMMAND [ARG...]: mqtool COMMAND, with the injection FAULT of strace(1), ends
# with STATUS and says TEXT, a pattern, of the queue.
means()
{
	local fault=$1 expected=$2 text=$3
	shift 3
	run "-$expected" --separate-stderr strace -f -qq -o trace -e "inject=$fault" mqtool "$@"
	matches "$stderr" "mqtool $1: *: $text"
	grep -q INJECTED trace
}

@test "EPERM that no owner could cure" {
	create_small /e1
	create key:0xe1
	means mq_open:error=EPERM 5 "$SECCOMP" send -n /e1 x
	means mq_open:error=EPERM 5 "$SECCOMP" stat /e1
	means mq_open:error=EPERM 5 "$SECCOMP" create /e2
	means mq_open:error=EPERM 5 "$SECCOMP" set -m 600 /e1
	means fchmod:error=EPERM 5 "$SECCOMP" set -m 600 /e1
	means fchownat:error=EPERM 5 "$SECCOMP" create -o "$(id -u)" /e2
	means fchownat:error=EPERM 5 "only a privileged user may give *" create -o 1 /e2
	means fchownat:error=EPERM 5 "only a privileged user may give *" create -o :1 /e2
	means fchownat:error=EPERM 5 "$SECCOMP" create -o ":$(id -g)" /e2
	means msgget:error=EPERM 5 "$SECCOMP" send -n key:0xe1 x
	means msgget:error=EPERM 5 "$SECCOMP" create key:0xe2
	means msgctl:error=EPERM:when=2 5 "$SECCOMP" set -m 600 key:0xe1
	means msgctl:error=EPERM:when=1 5 "$SECCOMP" rm key:0xe1
	means mq_unlink:error=EPERM 5 "$SECCOMP" rm /e1
	for queue in /e1 key:0xe1; do
		means eventfd2:error=EPERM 5 "$SECCOMP" recv -T 0.1 "$queue"
		means clone3:error=EPERM 5 "$SECCOMP" recv -T 0.1 "$queue"
		means epoll_create1:error=EPERM 5 "$SECCOMP" wait -T 0.1 "$queue"
	done
	run -4 mqtool stat /e2
	run -4 mqtool stat key:0xe2
}

@test "no thread, for want of memory or by a limit" {
	create_small /t1
	create key:0x71
	for queue in /t1 key:0x71; do
		means clone3:error=ENOMEM 1 "no memory left: *" recv -T 0.1 "$queue"
		means clone3:error=EAGAIN 1 "no thread can be started *RLIMIT_NPROC*" \
			recv -T 0.1 "$queue"
	done
}

@test "calls that the kernel does not have" {
	create key:0x51
	mqtool send key:0x51 x
	means msgrcv:error=ENOSYS 1 "*without CONFIG_CHECKPOINT_RESTORE" recv --peek key:0x51
	means msgrcv:error=ENOSYS 1 "this kernel lacks a system call *" recv -n key:0x51
	means msgget:error=ENOSYS 1 "this kernel has no such queues*" recv -n key:0x51
	means mq_open:error=ENOSYS 1 "this kernel has no such queues*" recv -n /s1
	means eventfd2:error=ENOSYS 1 "this kernel lacks a system call *" recv -t 9 -T 0.1 key:0x51
	equal "$(recv -n key:0x51)" x
}

@test "a user that is not mapped, a full file table, and no more watches" {
	create_small /o1
	means mq_open:error=EOVERFLOW 1 "this user namespace does not map *" \
		create /o2
	means mq_open:error=ENFILE 1 "too many open files on this machine (fs.file-max; *" \
		recv -n /o1
	means mq_open:error=EMFILE 1 "too many open files (RLIMIT_NOFILE); *" recv -n /o1
	# That is no number of queues.
	means epoll_ctl:error=ENOSPC 1 "no more files can be watched (fs.epoll.max_user_watches)" \
		wait -T 0.1 /o1
}

@test "a value that fails to be read is not a permission that lacks" {
	create_small /v1
	means mq_getsetattr:error=EIO 1 "Input/output error" stat /v1
	run -3 strace -qq -o trace -e inject=mq_getsetattr:error=EIO mqtool check -w 1 -c 2 /v1
	matches "$output" "MQTOOL UNKNOWN - /v1: Input/output error"
}

@test "limits that queues fill which do not show here" {
	need_mqueue
	limit fs/mqueue/queues_max 2
	create -c 1 -s 2000 /h1
	create -c 1 -s 10 /h2
	exec 5</dev/mqueue/h1
	mqtool rm /h1
	run -1 --separate-stderr without_capabilities mqtool create -c 1 -s 10 /h3
	matches "$stderr" "mqtool create: /h3: there are 2 POSIX queues already, all that are allowed \
(*fs.mqueue.queues_max=N); 1 is visible here, the others were removed while open (mqtool stat --removed)"
	mqtool rm /h2
	limit fs/mqueue/queues_max 100
	run -1 --separate-stderr bash -c 'ulimit -q 3000; exec mqtool create -c 1 -s 1000 /h3'
	matches "$stderr" "mqtool create: /h3: 1096 bytes would be charged; * may have 3000 \
(RLIMIT_MSGQUEUE; *); the queues visible here use 0, the rest belongs to queues that were removed \
while open (mqtool stat --removed), or to other containers"
	exec 5<&-
	create -c 1 -s 2000 /h4
	run -1 --separate-stderr bash -c 'ulimit -q 3000; exec mqtool create -c 1 -s 1000 /h3'
	matches "$stderr" "* with ulimit -q); the queues visible here use 2096"
}

# without_sysctls COMMAND [ARG...]: where /proc/sys is not there, and without capabilities.
without_sysctls()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none /proc/sys &&
		exec setpriv --bounding-set=-all --inh-caps=-all "$@"' sh "$@"
}

@test "a limit that cannot be read is named, and is no missing queue" {
	without_sysctls true || skip_loudly "nothing can be mounted here"
	run -1 --separate-stderr without_sysctls mqtool create -c 5 /l1
	matches "$stderr" "mqtool create: /l1: fs.mqueue.msgsize_default cannot be read (*: No such file \
or directory), so the limit is unknown; give both --max-messages and --message-size"
	run -1 --separate-stderr without_sysctls mqtool create -s 5 /l1
	matches "$stderr" "mqtool create: /l1: fs.mqueue.msg_default cannot be read *"
	run -1 --separate-stderr without_sysctls \
		mqtool create -c 5000 -s 5 /l1
	matches "$stderr" "mqtool create: /l1: fs.mqueue.msg_max cannot be read (*: No such file or \
directory), so the limit is unknown"
	without_sysctls mqtool create -c 5 -s 5 /l1
	created+=(/l1)
	# The kernel tells that one in another way.
	run -1 --separate-stderr without_sysctls mqtool create -b 1G key:0x11
	matches "$stderr" "mqtool create: key:0x00000011: 1073741824 bytes asked; at most *"
	limit kernel/msgmni 1
	create key:0x12
	run -1 --separate-stderr without_sysctls mqtool create key:0x13
	matches "$stderr" "mqtool create: key:0x00000013: there are 1 System V queues already, all that *"
	run -1 --separate-stderr without_sysctls bash -c 'ulimit -q 10; exec mqtool create -c 5 /l2'
	matches "$stderr" "mqtool create: /l2: *cannot be read*"
	run -1 --separate-stderr without_sysctls bash -c 'ulimit -q 10; exec mqtool create /l2'
	matches "$stderr" "mqtool create: /l2: all queues of a user together may have 10 *RLIMIT_MSGQUEUE*"
}

# in_between PID: the process that strace PID traces, from now on $child, has met its SIGSTOP.
in_between()
{
	grep -qs 'stopped by SIGSTOP' trace || return
	# strace has had other children before.  That line has no end.
	read -r child _ <"/proc/$1/task/$1/children"
	[ -n "$child" ]
}

@test "create -o that fails leaves alone what another made meanwhile" {
	local queue call child
	for queue in /c1 key:0xc1; do
		call=fchownat
		[ "$queue" = /c1 ] || call=msgctl:when=2
		rm -f trace
		start strace -qq -o trace -e "inject=$call:error=EPERM:signal=STOP" \
			mqtool create -m 640 -o "$(id -u)" "$queue" 2>err
		wait_until in_between "$pid"
		mqtool rm "$queue"
		create -m 600 "$queue"
		mqtool send "$queue" stays
		kill -CONT "$child"
		finish "$pid" 5
		equal "$(recv -n "$queue")" stays
	done
}

@test "a directory that cannot be read to its end is not taken for a short one" {
	local command
	need_mqueue
	create_small /d1
	run -3 strace -qq -o trace -e inject=getdents64:error=EIO mqtool check -w 50 -c 60
	matches "$output" "MQTOOL UNKNOWN - POSIX queues are not listed: Input/output error"
	for command in "stat -P" "watch -b -n 1 -P" "rm -a -P --dry-run"; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr strace -qq -o trace -e inject=getdents64:error=EIO \
			mqtool $command
		matches "$stderr" "mqtool ${command%% *}: POSIX queues are not listed: Input/output error"
		[[ $output != */d1* ]]
	done
	# Neither are calls that are refused.
	create key:0xd1
	run -0 strace -qq -o trace -e inject=msgctl:error=EPERM mqtool stat -H -S -o QUEUE,USE%
	matches "$output" "key:0x000000d1 *?"
}

# without_list COMMAND [ARG...]: where /proc/sysvipc/msg is not there.
without_list()
{
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t tmpfs none /proc/sysvipc && exec "$@"' sh "$@"
}

@test "System V queues are listed by their file or by their numbers, or said not to be" {
	create key:0x21 key:0x22
	run -0 strace -qq -o trace -e inject=msgctl:error=EPERM:when=2+ mqtool stat -H -S -o QUEUE,USE%
	equal "$(tr -s ' ' <<<"$output")" $'key:0x00000021 ?\nkey:0x00000022 ?'
	without_list true || skip_loudly "nothing can be mounted here"
	run -0 without_list mqtool stat -H -S -o QUEUE
	equal "$output" $'key:0x00000021\nkey:0x00000022'
	# As a kernel before MSG_STAT_ANY answers.
	run -1 --separate-stderr without_list strace -qq -o trace -e inject=msgctl:error=EINVAL:when=2+ \
		mqtool stat -H -S -o QUEUE
	equal "$output" ""
	equal "$stderr" "mqtool stat: System V queues are not listed: there is no /proc/sysvipc/msg"
}

@test "what cannot be written goes back by name where there is no /proc" {
	[ -w /dev/full ] || skip_loudly "no /dev/full"
	create_small /b1
	mqtool send /b1 back
	# shellcheck disable=SC2016
	run -1 --separate-stderr unshare -m bash -c '
		mqtool=$(command -v mqtool)
		mount -n -t tmpfs none /proc && exec "$mqtool" recv -a /b1 >/dev/full'
	matches "$stderr" "*mqtool recv: cannot write standard output: *; 1 message was put back*"
	equal "$(recv -n /b1)" back
}
