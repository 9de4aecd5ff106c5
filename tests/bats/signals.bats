# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every signal that would end mqtool, in every command that has messages or half a queue in hand:
# nothing is lost, and mqtool dies by that signal.  strace(1) delivers it at the chosen call, or it
# comes while mqtool is seen to block.

load helper

signals=(HUP INT QUIT TERM ALRM VTALRM PROF USR1 USR2 XCPU IO PWR)

setup()
{
	test_setup
	printf '%s\n' one two three four five >in
}

# new QUEUE: as new, and small.
new()
{
	mqtool rm -f "$1" && case $1 in
	/*) mqtool create -c 5 -s 64 "$1" ;;
	*) mqtool create -b 40 "$1" ;;
	esac
}

# begin COMMAND [ARG...]: in the background, with its default signals; its pid is in $pid.
begin()
{
	rm -f ended
	start "$MQTOOL_BUILD/tests/programs/how-ended" ended "$@"
	wait_until test -s ended
	pid=$(head -n 1 ended)
	wait_until is_mqtool "$pid"
}

is_mqtool()
{
	[[ $(readlink "/proc/$1/exe") == */mqtool* ]]
}

is_ended()
{
	[ "$(wc -l <ended)" -ge 2 ]
}

# ended_by SIGNAL WHERE: the program that begin started.
ended_by()
{
	wait_until is_ended
	[ "$(sed -n 2p ended)" = "signal $(kill -l "$1")" ] ||
		{ echo "$2, SIG$1: $(sed -n 2p ended)" >&2; return 1; }
}

# all_in WHERE FILE: the lines of "in", each once, in any order.
all_in()
{
	sort in | cmp -s - <(sort "$2") || { echo "$1: $(tr '\n' ' ' <"$2")" >&2; return 1; }
}

@test "recv to a pipe that nobody reads: all goes back" {
	local sig queue
	mkfifo pipe
	exec 7<>pipe
	fill_pipe
	for sig in "${signals[@]}"; do
		for queue in /slow 0x51; do
			new "$queue"
			mqtool send -l -f in "$queue"
			begin mqtool recv -f "$queue" >pipe
			wait_until in_write "$pid"
			kill -s "$sig" "$pid"
			ended_by "$sig" "recv $queue"
			mqtool recv -a "$queue" >found
			all_in "recv $queue, SIG$sig" found
		done
	done
}

# All that the pipe on descriptor 7 takes.
fill_pipe()
{
	timeout 1 dd if=/dev/zero of=/dev/fd/7 oflag=nonblock bs=4096 count=1000 2>/dev/null || :
	timeout 1 dd if=/dev/zero of=/dev/fd/7 oflag=nonblock bs=1 count=4096 2>/dev/null || :
}

@test "recv -- COMMAND: its message is done, the others stay" {
	local sig queue
	for sig in "${signals[@]}"; do
		for queue in /command 0x52; do
			new "$queue"
			mqtool send -l -f in "$queue"
			rm -f running go done
			mkfifo go
			# shellcheck disable=SC2016
			begin mqtool recv -f "$queue" -- sh -c 'touch running; read -r x <go; cat >>done; echo >>done'
			wait_until test -e running
			kill -s "$sig" "$pid"
			echo >go
			ended_by "$sig" "recv -- COMMAND $queue"
			mqtool recv -a "$queue" >found
			cat done >>found
			all_in "recv -- COMMAND $queue, SIG$sig" found
		done
	done
}

@test "move to a full queue, both ways: what is in hand goes back" {
	local sig from to
	for sig in "${signals[@]}"; do
		for from in /source 0x53; do
			[ "$from" = /source ] && to=0x54 || to=/dest
			new "$from"
			new "$to"
			mqtool send -l -f in "$from"
			fill "$to"
			begin mqtool move -f "$from" "$to"
			wait_until blocked "$pid"
			kill -s "$sig" "$pid"
			ended_by "$sig" "move $from"
			mqtool recv -a "$from" >found
			all_in "move $from, SIG$sig" found
		done
	done
}

# Until no more goes in.
fill()
{
	while mqtool send -n "$1" xxxx 2>/dev/null; do :; done
}

@test "send from a pipe: what came is sent, and how many is said" {
	local sig queue
	rm -f pipe
	mkfifo pipe
	for sig in "${signals[@]}"; do
		for queue in /piped 0x55; do
			new "$queue"
			exec 7<>pipe
			begin mqtool send -l "$queue" <pipe 2>err
			cat in >pipe
			wait_until holds_messages "$queue" 5
			kill -s "$sig" "$pid"
			ended_by "$sig" "send $queue"
			grep -q 5 err
			mqtool recv -a "$queue" >found
			all_in "send $queue, SIG$sig" found
			exec 7<&-
		done
	done
}

holds_messages()
{
	[ "$(mqtool stat -Hbo MESSAGES "$1" | tr -d ' ')" = "$2" ]
}

# at CALL SIGNAL COMMAND [ARG...]: runs it; the signal comes with that call.
at()
{
	local call=$1 sig=$2
	shift 2
	status=0
	# LeakSanitizer cannot work in a process that is traced.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 timeout -k 5 20 strace -f -qq -o trace \
		-e "trace=${call%%:*}" -e "inject=${call%%:*}:signal=SIG$sig:when=${call##*:}" \
		"$MQTOOL_BUILD/tests/programs/how-ended" ended "$@" >out 2>err </dev/null || :
	grep -q "SIG$sig" trace || { echo "$*: no SIG$sig" >&2; return 1; }
}

need_strace()
{
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -qq -o /dev/null true 2>/dev/null || skip_loudly "strace may not trace here"
}

@test "purge: what is not thrown away stays, and it says how many were" {
	local sig queue call
	need_strace
	for sig in "${signals[@]}"; do
		for queue in /purged 0x56; do
			[ "$queue" = /purged ] && call=mq_timedreceive || call=msgrcv
			new "$queue"
			mqtool send -l -f in "$queue"
			at "$call:2" "$sig" mqtool purge "$queue"
			ended_by "$sig" "purge $queue"
			grep -q "$queue: 2 messages purged" out || grep -q ": 2 messages purged" out
			holds_messages "$queue" 3
		done
	done
}

@test "create: no queue stays that lacks its owner and mode" {
	local sig queue call
	need_strace
	for sig in "${signals[@]}"; do
		for queue in /made 0x57; do
			[ "$queue" = /made ] && call=mq_open || call=msgget
			mqtool rm -f "$queue"
			at "$call:1" "$sig" mqtool create -m 0640 -o "$(id -u):$(id -g)" "$queue"
			ended_by "$sig" "create $queue"
			equal "$(mqtool stat -Ho MODE "$queue" | tr -d ' ')" 0640
		done
	done
}

@test "create --private: the new queue is named or gone" {
	local sig before
	need_strace
	before=$(mqtool stat -SHo QUEUE)
	for sig in "${signals[@]}"; do
		at "msgget:1" "$sig" mqtool create --private
		ended_by "$sig" "create --private"
		matches "$(cat out)" "id:*"
		mqtool rm "$(cat out)"
		# It comes while the name waits for a reader.
		rm -f pipe && mkfifo pipe
		exec 7<>pipe
		fill_pipe
		begin mqtool create --private >pipe 2>err
		wait_until in_write "$pid"
		kill -s "$sig" "$pid"
		ended_by "$sig" "create --private"
		equal "$(cat err)" "mqtool create: cannot write standard output: interrupted;"`
			`" the new queue was removed"
		equal "$(mqtool stat -SHo QUEUE)" "$before"
		exec 7<&-
	done
}

@test "send of one message: one that comes with the last call too" {
	local sig queue call
	need_strace
	for sig in "${signals[@]}"; do
		for queue in /single 0x59; do
			[ "$queue" = /single ] && call=mq_timedsend || call=msgsnd
			new "$queue"
			at "$call:1" "$sig" mqtool send -n "$queue" x
			ended_by "$sig" "send $queue"
			equal "$(cat err)" "mqtool send: interrupted; 1 message was sent, and that is all"
			holds_messages "$queue" 1
		done
	done
}

@test "a signal that is ignored at the start stays ignored" {
	local sig
	new /deaf
	for sig in "${signals[@]}"; do
		(
			trap '' "$sig"
			exec mqtool recv -T 10 /deaf
		) >out &
		pid=$!
		started+=("$pid")
		wait_until is_mqtool "$pid"
		wait_until blocked "$pid"
		kill -s "$sig" "$pid"
		mqtool send /deaf "$sig"
		wait "$pid"
		equal "$(cat out)" "$sig"
	done
}

@test "RLIMIT_SIGPENDING used up: a wait ends all the same" {
	new /pending
	new 0x58
	local queue
	for queue in /pending 0x58; do
		status=0
		(ulimit -i 0 && exec timeout 20 mqtool recv -T 0.1 "$queue") 2>err || status=$?
		equal "$status" 3
	done
}

@test "no descriptor left for the helper: said, and nothing is lost" {
	[[ $(make_variable SANITIZER_FLAGS) != *thread* ]] ||
		skip "ThreadSanitizer needs descriptors of its own"
	command -v prlimit >/dev/null || skip_loudly "prlimit not found; install util-linux"
	new /few
	send /few x
	# The queue is descriptor 3, and there is no other.
	start sh -c 'exec 3>&- prlimit --nofile=4 timeout 20 mqtool recv -f /few' \
		>out 2>err </dev/null
	finish "$pid" 1
	equal "$(cat out)" x
	matches "$(cat err)" "mqtool recv: /few: too many open files: 4 are allowed (RLIMIT_NOFILE*"
}

# first_of PID: the process that unshare(1), which is PID, has started.
first_of()
{
	first=$(tr -d ' ' <"/proc/$1/task/$1/children") && is_mqtool "$first"
}

# No signal ends the first process of a container that has no handler for it, one of its own neither.
@test "the first process of a container exits with 128 + the signal" {
	local sig first container=(unshare --pid --fork --kill-child --mount-proc)
	"${container[@]}" true || skip_loudly "no process namespace"
	for sig in TERM INT; do
		new /first
		mqtool send -l -f in /first
		rm -f ended
		start "$MQTOOL_BUILD/tests/programs/how-ended" ended \
			"${container[@]}" mqtool recv -f /first >out
		wait_until test -s ended
		wait_until first_of "$(head -n 1 ended)"
		blocked "$first" mq_timedreceive
		kill -s "$sig" "$first"
		wait_until is_ended
		equal "$(sed -n 2p ended)" "exit $((128 + $(kill -l "$sig")))"
		cmp in out
	done
}

@test "a pipe that send has read to its end is closed" {
	new /closed
	mkfifo one two
	start mqtool send -l -f one -f two /closed
	wait_until test -e "/proc/$pid"
	exec 8<>two
	echo first >one
	wait_until holds_messages /closed 1
	wait_until has_no_reader one
	exec 8>&-
}

# Nobody would read what is written: opening it for writing without waiting is refused.
has_no_reader()
{
	! dd if=/dev/null of="$1" oflag=nonblock conv=notrunc 2>/dev/null
}
