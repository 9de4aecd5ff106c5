# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# recv --peek of POSIX queues: shows what recv would take, and changes nothing.  The kernel lets only
# root of the machine do it, and where bpf(2) is refused these tests are skipped.

load helper

setup()
{
	test_setup
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD
	grep -q '^#define HAVE_BPF 1$' "$MQTOOL_BUILD/config.h" || skip_loudly "built without libbpf"
	[ -x "$MQTOOL_BUILD/mqtool-trace" ] || skip_loudly "mqtool-trace was not built"
	may_peek
}

# What is refused here, by whoever runs this machine, is no fault of mqtool.
may_peek()
{
	"$MQTOOL_BUILD/tests/helpers/ask-tracer" >allowed 2>&1 || skip_loudly "$(<allowed)"
}

# create ARG...: as a user of this file's own, whose RLIMIT_MSGQUEUE no other test needs.
create()
{
	local names
	names=$(setpriv --reuid=$((20000 + $$ % 40000)) --inh-caps=+dac_override,+fowner \
		--ambient-caps=+dac_override,+fowner mqtool create -v "$@") || return
	# shellcheck disable=SC2206
	created+=($names)
}

# peek ARG...
peek()
{
	mqtool recv --peek "$@"
}

# same STATUS QUEUE ARG...: recv --peek ARG... shows exactly what recv ARG... takes then, with that
# status for both.
same()
{
	local status=$1 queue=$2 got=0
	shift 2
	peek "$@" "$queue" >peeked 2>err || got=$?
	equal "$got" "$status" || return
	got=0
	mqtool recv -n "$@" "$queue" >taken 2>err || got=$?
	equal "$got" "$status" || return
	cmp peeked taken
}

# fill QUEUE PRIORITY...: one message each, its body the place in this list.
fill()
{
	local n=0 queue=$1
	shift
	for priority; do
		n=$((n + 1))
		mqtool send -p "$priority" "$queue" "$n"
	done
}

@test "--peek shows what recv would take, in that order, in every form" {
	local form
	create -c 10 -s 64 /p
	fill /p 3 0 32767 3 1 32767 0
	for form in "" -a "-c 3" "-a -c 2" "-a -c 99" -r "-a -r" "-a -0" "-a -j" "-a -J" \
		"-n -c 2" "-a -F%n_%p_%S_%s_%x_%Q\n"; do
		# shellcheck disable=SC2086
		same 0 /p $form
		mqtool recv -a /p
		fill /p 3 0 32767 3 1 32767 0
	done
	equal "$(peek -a -F '%p:%s ' /p)" "32767:3 32767:6 3:1 3:4 1:5 0:2 0:7 "
	mqtool recv -c 6 /p
	same 3 /p -c 2
	equal "$(<peeked)" 7
}

@test "--peek of an empty queue: status 3, with -a 0" {
	create -c 10 -s 64 /p
	run -3 --separate-stderr peek /p
	equal "$output" ""
	equal "$stderr" "mqtool recv: /p: the queue is empty"
	run -0 --separate-stderr peek -a /p
	equal "$output$stderr" ""
	mqtool send /p x
	mqtool recv /p
	run -3 peek -c 2 /p
}

@test "options of System V alone, and those that wait, are usage errors" {
	create -c 10 -s 64 /p
	for option in "-t 1" "-x" "-f" "-T 1"; do
		# shellcheck disable=SC2086
		run -2 peek $option /p
	done
}

# sent_and_compared QUEUE SIZE...: a body of each, and what is shown of them.
sent_and_compared()
{
	local queue=$1 size
	shift
	for size; do
		head -c "$size" /dev/urandom >body
		mqtool send "$queue" <body
	done
	same 0 "$queue" -a -j
	equal "$(jq .size peeked)" "$(printf '%s\n' "$@")"
}

@test "bodies of every size about the boundaries of pages, byte for byte" {
	local end page
	page=$(getconf PAGESIZE)
	limit fs/mqueue/msgsize_max 262144
	create -c 6 -s 16384 /p
	sent_and_compared /p 0 1 7 8 9 0
	# A body lies after a head of 48 bytes, and its further pieces after a pointer.
	for end in $((page - 48)) $((2 * page - 56)) $((3 * page - 64)) "$page" $((2 * page)); do
		[ "$end" -lt 16376 ] || continue
		sent_and_compared /p $((end - 8)) $((end - 1)) "$end" $((end + 1)) $((end + 8)) 0
	done
	mqtool rm /p
	create -c 3 -s 262144 /large
	sent_and_compared /large 262144 262143 0
	sent_and_compared /large 65535 65536 65537
}

@test "the largest body that the limits permit" {
	local size
	limit fs/mqueue/msgsize_max 16777216
	for size in 16777216 8388608 4194304 2097152 1048576 786432 524288; do
		! create -c 1 -s $size /largest 2>err || break
	done
	head -c $size /dev/urandom >body
	mqtool send -p 7 /largest <body
	peek -r /largest | cmp - body
	mqtool recv -r /largest | cmp - body
	[ $size -eq 16777216 ] || echo "# largest body: $size (RLIMIT_MSGQUEUE)" >&3
}

# numbered N: that many lines of JSON, priorities over all that there are, bodies of several sizes.
numbered()
{
	awk -v n="$1" 'BEGIN {
		srand(7)
		for (i = 0; i < n; i++) {
			body = sprintf("%d", i)
			for (k = i % 40; k > 0; k--)
				body = body "x"
			p = i % 3 ? int(rand() * 32768) : i % 7
			printf "{\"priority\":%d,\"body\":\"%s\"}\n", i == 1 ? 32767 : p, body
		}
	}'
}

@test "10 and 3,000 messages with priorities from 0 to 32767, compared with a real receive" {
	local n
	limit fs/mqueue/msg_max 3000
	for n in 1 10 3000; do
		create -c "$n" -s 64 "/n$n"
		numbered "$n" | mqtool send -j "/n$n"
		same 0 "/n$n" -a -j
		equal "$(wc -l <peeked)" "$n"
		mqtool rm "/n$n"
	done
}

@test "65,536 messages" {
	limit fs/mqueue/msg_max 65536
	# ulimit(1) of the shell has no name for it everywhere.
	prlimit --pid $$ --msgqueue=unlimited 2>/dev/null ||
		skip_loudly "RLIMIT_MSGQUEUE cannot be raised to what they take"
	create -c 65536 -s 64 /many
	numbered 65536 | mqtool send -j /many
	same 0 /many -a -j
	equal "$(wc -l <peeked)" 65536
}

# What a look must leave alone.  Reading the file moves its atime, so the times come first.
facts()
{
	stat -c '%x %y %z %i %s' "/dev/mqueue$1"
}

@test "no time moves, and who is to be notified still is" {
	need_mqueue
	local watcher
	create -c 10 -s 64 /p
	fill /p 1 2 3
	mqtool recv /p
	facts /p >before
	# Times of the next second would differ.
	local now
	now=$(date +%s)
	wait_until eval '[ "$(date +%s)" -gt $((now + 1)) ]'
	peek -a /p
	facts /p | cmp before
	create -c 10 -s 64 /n
	start "$MQTOOL_BUILD/tests/helpers/blocked" notify /n
	watcher=$pid
	wait_until grep -q "NOTIFY_PID:$watcher" /dev/mqueue/n
	run -0 peek -a /n
	grep -q "NOTIFY_PID:$watcher" /dev/mqueue/n
}

@test "a queue that was removed, by the descriptor of who has it open, and of another namespace" {
	local holder there
	create -c 10 -s 64 /p
	fill /p 1 2
	start sh -c 'exec sleep 600 4</dev/mqueue/p'
	holder=$pid
	wait_until test -e "/proc/$holder/fd/4"
	mqtool rm /p
	equal "$(peek -a "proc:$holder/4")" $'2\n1'
	start unshare -i sleep 600
	there=$pid
	wait_until eval '[ "$(readlink "/proc/$there/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ]'
	mqtool create --namespace="$there" -c 4 -s 64 /there
	mqtool send --namespace="$there" /there elsewhere
	equal "$(peek --namespace="$there" -a /there)" elsewhere
	run -4 peek /there
}

@test "while one sends and another receives, nothing is shown that never was" {
	create -c 10 -s 8192 /p
	run -0 "$MQTOOL_BUILD/tests/helpers/peek-race" /p "${MQTOOL_PEEK_SECONDS:-2}"
	echo "# $output" >&3
	matches "$output" "whole +([0-9]) busy +([0-9]) messages +([0-9])"
	[[ $output != "whole 0 "* ]]
	start "$MQTOOL_BUILD/tests/helpers/peek-race" /p 5
	for _ in 1 2 3 4 5; do
		got=0
		peek -a -j /p >out 2>err || got=$?
		[ $got = 0 ] || { equal $got 1 && grep -q 'too busy to look at' err; }
	done
}

# programs: those of peek that the kernel has.
programs()
{
	bpftool prog show 2>/dev/null | grep -c 'name peek' || :
}

@test "however it ends, nothing is left in the kernel" {
	command -v bpftool >/dev/null || PATH=$PATH:/usr/sbin
	command -v bpftool >/dev/null || skip_loudly "bpftool not found"
	# Others may look at the same time.
	[ "$(programs)" -eq 0 ] || skip_loudly "another one looks"
	create -c 10 -s 8192 /p
	head -c 8192 /dev/zero >body
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		mqtool send /p <body
	done
	peek -a -r /p | cmp - <(head -c 81920 /dev/zero)
	equal "$(programs)" 0
	mkfifo pipe
	exec 9<>pipe
	for signal in INT TERM HUP KILL; do
		# Its output fills the pipe, and it waits.
		start env --default-signal=INT mqtool recv --peek -a -r /p >pipe 9<&-
		wait_until in_write "$pid"
		[ "$(programs)" -gt 0 ]
		kill -$signal "$pid"
		finish "$pid" $((128 + $(kill -l $signal)))
		wait_until eval '[ "$(programs)" -eq 0 ]'
		timeout 1 cat <&9 >/dev/null || :
	done
	equal "$(waiting /p)" 10
}

@test "save-queues, restore-queues: POSIX queues with their messages" {
	PATH=$PATH:$(cd "$BATS_TEST_DIRNAME/../../examples" && pwd)
	need_mqueue
	mqtool rm -a -S -P -y
	create -m 640 -c 5 -s 300 /saved 'esc:/a\x20b'
	create key:7
	mqtool send -t 3 key:7 three
	all_bytes | mqtool send -p 32767 /saved
	mqtool send /saved '' low
	save-queues saved
	mqtool stat -o QUEUE,MODE,MAXMSG,MSGSIZE,MESSAGES,BYTES >before
	peek -a -j /saved >messages
	mqtool rm /saved 'esc:/a\x20b' key:7
	restore-queues saved
	mqtool stat -o QUEUE,MODE,MAXMSG,MSGSIZE,MESSAGES,BYTES | cmp - before
	mqtool recv -a -j /saved | cmp - messages
	equal "$(wc -l <messages)" 3
}

# scratch CAPABILITY...: a copy of the programs that any user may run, in which mqtool-trace has them.
scratch()
{
	local dir=$BATS_TEST_TMPDIR/scratch
	rm -rf "$dir"
	mkdir "$dir"
	cp "$MQTOOL" "$dir/mqtool"
	cp "$MQTOOL_BUILD/mqtool-trace" "$dir/mqtool-trace"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$dir" "$dir"/*
	[ $# -eq 0 ] || setcap "$(IFS=,; echo "$*")=ep" "$dir/mqtool-trace" ||
		skip_loudly "no file capabilities here"
	export MQTOOL_LIBEXECDIR=$dir
	scratch=$dir/mqtool
}

@test "privileges: what each has is enough, or what is missing is said" {
	local both="it needs CAP_BPF, CAP_PERFMON (root has both CAP_BPF and CAP_PERFMON)"
	local one="(root has both CAP_BPF and CAP_PERFMON)" queue=/p
	create -m 0644 -c 10 -s 64 /p
	create -m 0600 -c 10 -s 64 /closed
	mqtool send /p hello
	command -v setcap >/dev/null || PATH=$PATH:/usr/sbin
	command -v setcap >/dev/null || skip_loudly "setcap not found"
	equal "$(setpriv --bounding-set=-all,+bpf,+perfmon --inh-caps=-all mqtool recv --peek $queue)" hello
	run -5 without_capabilities mqtool recv --peek $queue
	equal "$output" "mqtool recv: /p: not permitted: $both"
	run -5 setpriv --bounding-set=-bpf,-sys_admin mqtool recv --peek $queue
	equal "$output" "mqtool recv: /p: not permitted: it needs CAP_BPF $one"
	run -5 setpriv --bounding-set=-perfmon,-sys_admin mqtool recv --peek $queue
	equal "$output" "mqtool recv: /p: not permitted: it needs CAP_PERFMON $one"
	run -5 unshare -Ur mqtool recv --peek $queue
	matches "$output" "mqtool recv: /p: not permitted inside a user namespace: *"
	scratch
	run -5 as_user 12345 "$scratch" recv --peek $queue
	equal "$output" "mqtool recv: /p: not permitted: $both"
	scratch cap_perfmon
	run -5 as_user 12345 "$scratch" recv --peek $queue
	equal "$output" "mqtool recv: /p: not permitted: it needs CAP_BPF $one"
	scratch cap_bpf cap_perfmon
	equal "$(as_user 12345 "$scratch" recv --peek $queue)" hello
	# The sibling's capabilities do not open another's queue.
	run -5 as_user 12345 "$scratch" recv --peek /closed
	matches "$output" "mqtool recv: /closed: *ermission*"
	equal "$(peek -a /p)" hello
}

@test "what is missing beside privileges is said: no BTF, no mqtool-trace" {
	create -c 10 -s 64 /p
	mqtool send /p hello
	run -1 unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec mqtool recv --peek /p'
	matches "$output" "mqtool recv: /p: the kernel does not describe its structures: *"
	# No tracefs is needed: nothing is attached.
	# shellcheck disable=SC2016
	equal "$(unshare -m sh -c 'for dir in /sys/kernel/tracing /sys/kernel/debug; do
			[ ! -d $dir ] || mount -t tmpfs none $dir || exit
		done
		exec setpriv --bounding-set=-sys_admin mqtool recv --peek /p')" hello
	export MQTOOL_LIBEXECDIR=$PWD
	run -1 peek /p
	equal "$output" "mqtool recv: /p: mqtool-trace is not installed: $PWD/mqtool-trace is in the \
package of that name"
	run -0 recv /p
	equal "$output" hello
}
