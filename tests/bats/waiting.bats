# SPDX-License-Identifier: GPL-2.0-or-later
#
# send and recv while they wait: what ends the wait, and that nothing else disturbs it

load helper

# The four ways to wait: on an empty queue of each kind, and on a full one.
ways=(recv:/empty recv:0x30 send:/full send:0x31)

setup()
{
	test_setup
	create -c 10 -s 64 /empty
	create -c 1 -s 64 /full
	create 0x30
	create -b 10 0x31
	mqtool send /full first
	mqtool send 0x31 first
}

# wait_on WAY [OPTION...]: starts such a wait in the background.
wait_on()
{
	local way=$1
	shift
	case $way in
	recv:*) start mqtool recv "$@" "${way#*:}" ;;
	send:*) start mqtool send "$@" "${way#*:}" second ;;
	esac
}

# end_wait WAY: gives it what it waits for.
end_wait()
{
	case $1 in
	recv:*) mqtool send "${1#*:}" message ;;
	send:*) mqtool recv "${1#*:}" >taken ;;
	esac
}

# with_pid PROGRAM...: by way of how-ended, the pid of PROGRAM itself in $pid, its end in ./ended.
with_pid()
{
	rm -f ended
	start "$MQTOOL_BUILD/tests/programs/how-ended" ended "$@"
	waiter=$pid
	wait_until test -s ended
	read -r pid <ended
}

# ended TEXT: how it ended.
ended()
{
	finish "$waiter" 0
	equal "$(tail -n 1 ended)" "$1"
}

now_ms()
{
	local now=${EPOCHREALTIME/[.,]/}
	echo $((now / 1000))
}

state_of()
{
	local stat
	stat=$(<"/proc/$1/stat")
	stat=${stat##*) }
	echo "${stat%% *}"
}

is_in_state()
{
	[ "$(state_of "$1")" = "$2" ]
}

# in_time FUNCTION WAY: a wait of half a second, which FUNCTION does in $took ms, takes no less, and no
# more than 10 % and 20 ms beyond what one of no time does.  A busy machine may be late, but not each
# time.
in_time()
{
	local attempt without
	for attempt in {1..20}; do
		waits "$2" 0
		without=$took
		"$1" "$2" 0.5
		[ "$took" -ge 500 ] || return
		[ $((took - without)) -gt 570 ] || return 0
	done
	echo "$* took $took ms, too many $attempt times" >&2
	return 1
}

# waits WAY TIMEOUT
waits()
{
	local begin
	begin=$(now_ms)
	case $1 in
	recv:*) run -3 mqtool recv -T "$2" "${1#*:}" ;;
	send:*) run -3 mqtool send -T "$2" "${1#*:}" second ;;
	esac
	took=$(($(now_ms) - begin))
}

is_later_than()
{
	[ "$(now_ms)" -gt "$1" ]
}

waits_stopped()
{
	local begin
	begin=$(now_ms)
	wait_on "$1" -T "$2" 2>/dev/null
	blocked "$pid"
	kill -STOP "$pid"
	wait_until is_later_than $((begin + 300))
	kill -CONT "$pid"
	finish "$pid" 3
	took=$(($(now_ms) - begin))
}

@test "-T ends the wait in time, with status 3" {
	for way in "${ways[@]}"; do
		in_time waits "$way"
		matches "$output" "mqtool *: *: the queue is @(empty|full: *)"
	done
	equal "$(mqtool recv -n /full)$(mqtool recv -n 0x31)" firstfirst
}

@test "a waiter that is stopped in between ends in the same time" {
	for way in recv:/empty send:0x31; do
		in_time waits_stopped "$way"
	done
}

@test "no clock that may be set is waited by" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -o /dev/null true 2>/dev/null || skip_loudly "strace is not permitted"
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	for way in "${ways[@]}" wait:/empty wait:0x30; do
		run strace -f -o trace mqtool "${way%:*}" -T 20ms "${way#*:}" </dev/null
		grep -qE 'p?poll\(|epoll_pwait2?\(' trace
		run ! grep -E 'CLOCK_REALTIME|CLOCK_TAI|mq_timed.*tv_sec=[1-9]' trace
	done
}

@test "-T longer than the time between two looks" {
	pids=()
	begin=$(now_ms)
	for way in "${ways[@]}"; do
		wait_on "$way" -T 2300ms 2>/dev/null
		pids+=("$pid")
	done
	for pid in "${pids[@]}"; do
		finish "$pid" 3
	done
	[ $(($(now_ms) - begin)) -ge 2300 ]
}

@test "-T longer than time itself is for ever" {
	for way in "${ways[@]}"; do
		wait_on "$way" -T 106751d >/dev/null
		blocked "$pid"
		end_wait "$way"
		finish "$pid" 0
	done
}

@test "what is waited for comes while there is a deadline" {
	for way in "${ways[@]}"; do
		wait_on "$way" -T 1h >got
		blocked "$pid"
		end_wait "$way"
		finish "$pid" 0
	done
	equal "$(mqtool recv -n /full)$(mqtool recv -n 0x31)" secondsecond
}

@test "SIGINT, SIGTERM and SIGHUP end the wait at once, by that signal" {
	local -A full_names=([/full]=/full [0x31]=key:0x00000031)
	for way in "${ways[@]}"; do
		best=99999
		for signal in 2 15 1; do
			case $way in
			recv:*) with_pid mqtool recv "${way#*:}" 2>stderr ;;
			send:*) with_pid mqtool send "${way#*:}" second 2>stderr ;;
			esac
			blocked "$pid"
			begin=$(now_ms)
			kill "-$signal" "$pid"
			ended "signal $signal"
			took=$(($(now_ms) - begin))
			((took >= best)) || best=$took
			# A message that was not sent is said.
			case $way in
			recv:*) equal "$(cat stderr)" "" ;;
			send:*) equal "$(cat stderr)" "mqtool send: ${full_names[${way#*:}]}: interrupted, not sent" ;;
			esac
		done
		# Not only at the next look.
		[ "$best" -lt 900 ]
	done
	# Nothing came, nothing went.
	for queue in /empty:0 0x30:0 /full:1 0x31:1; do
		equal "$(mqtool stat -H -o MESSAGES "${queue%:*}")" "${queue#*:}"
	done
}

@test "a signal ends recv -f with all that came before it written" {
	for queue in /empty 0x30; do
		with_pid mqtool recv -f "$queue" >got
		blocked "$pid"
		mqtool send "$queue" a b c
		wait_until grep -q c got
		kill -INT "$pid"
		ended "signal 2"
		equal "$(cat got)" $'a\nb\nc'
	done
}

@test "an interrupted stream says how far it came" {
	mqtool recv /full
	mqtool recv 0x31
	for queue in /full:2:1 0x31:4:3; do
		IFS=: read -r queue line sent <<<"$queue"
		printf '%s\n' 12345 6789 x y >lines
		with_pid mqtool send -l -f lines "$queue" 2>stderr
		blocked "$pid"
		kill -TERM "$pid"
		ended "signal 15"
		matches "$(cat stderr)" \
			"mqtool send: lines: line $line: *: interrupted, not sent; $sent message?(s) w* sent before it"
		mqtool recv -a "$queue"
	done
}

@test "a signal ends a send that waits for its input" {
	mkfifo input
	exec 8<>input
	for queue in /empty 0x30; do
		with_pid mqtool send -l "$queue" <input 2>stderr 8>&-
		echo one >&8
		wait_until test "$(mqtool recv "$queue")" = one
		# Waits in read(2) now, or soon.
		kill -TERM "$pid"
		ended "signal 15"
		equal "$(cat stderr)" \
			"mqtool send: line 2: interrupted, not sent; 1 message was sent before it"
	done
	exec 8>&-
}

@test "signals that were ignored at the start stay ignored" {
	for way in "${ways[@]}"; do
		trap '' INT TERM HUP
		wait_on "$way" >/dev/null
		trap - INT TERM HUP
		for signal in INT TERM HUP; do
			blocked "$pid"
			kill "-$signal" "$pid"
		done
		blocked "$pid"
		end_wait "$way"
		finish "$pid" 0
	done
}

@test "one ignored signal does not protect from the others" {
	for way in "${ways[@]}"; do
		trap '' HUP
		wait_on "$way" >/dev/null
		trap - HUP
		blocked "$pid"
		kill -HUP "$pid"
		blocked "$pid"
		kill -TERM "$pid"
		finish "$pid" 143
	done
}

@test "a queue that is removed ends the wait with status 4" {
	pids=()
	for way in "${ways[@]}"; do
		wait_on "$way" 2>"stderr.${#pids[@]}"
		pids+=("$pid")
	done
	for pid in "${pids[@]}"; do
		blocked "$pid"
	done
	begin=$(now_ms)
	mqtool rm 0x30 0x31
	finish "${pids[1]}" 4
	finish "${pids[3]}" 4
	mqtool rm /empty /full
	# Nothing in the kernel wakes these: it is the next look, in a second at most.
	finish "${pids[0]}" 4
	finish "${pids[2]}" 4
	[ $(($(now_ms) - begin)) -lt 5000 ]
	equal "$(cat stderr.?)" "mqtool recv: /empty: the queue was removed
mqtool recv: key:0x00000030: the queue was removed
mqtool send: /full: the queue was removed
mqtool send: key:0x00000031: the queue was removed"
}

@test "a queue that is removed ends a stream, which says how much was sent" {
	for queue in /empty 0x31; do
		mqtool recv -a "$queue" >/dev/null
		start mqtool send -l "$queue" < <(yes) 2>stderr
		blocked "$pid"
		mqtool rm "$queue"
		finish "$pid" 4
		matches "$(cat stderr)" \
			"mqtool send: line *: *: the queue was removed; * messages were sent before it*"
	done
}

@test "a queue that comes anew under its old name is another one" {
	start mqtool recv /empty 2>stderr
	blocked "$pid"
	mqtool rm /empty
	mqtool create -c 10 -s 64 /empty
	mqtool send /empty "not for the old reader"
	finish "$pid" 4
	equal "$(mqtool recv -n /empty)" "not for the old reader"
}

@test "room that is taken away under a blocked send: it never fits" {
	start mqtool send 0x31 "ten bytes." 2>stderr
	blocked "$pid"
	mqtool set -b 9 0x31
	finish "$pid" 1
	matches "$(cat stderr)" "mqtool send: 10 bytes; key:0x00000031 takes at most 9 *"
	equal "$(mqtool recv -a 0x31)" first
}

# reader_gone KIND: recv -f waits, and the reader of its output goes away.
reader_gone()
{
	rm -f pipe
	mkfifo pipe
	exec 8<>pipe
	with_pid "$@" >pipe 2>stderr 8>&-
	blocked "$pid"
	exec 8>&-
}

@test "a reader of recv -f that goes away ends it, by SIGPIPE" {
	for queue in /empty 0x30; do
		reader_gone mqtool recv -f "$queue"
		ended "signal 13"
		equal "$(cat stderr)" ""
		mqtool send "$queue" "not lost"
		equal "$(mqtool recv -n "$queue")" "not lost"
	done
}

@test "a reader of recv -f that goes away where SIGPIPE is ignored: status 1" {
	for queue in /empty 0x30; do
		trap '' PIPE
		reader_gone mqtool recv -f "$queue"
		trap - PIPE
		ended "exit 1"
		equal "$(cat stderr)" "mqtool recv: cannot write standard output: Broken pipe"
	done
}

@test "the first to wait is the first served, also after seconds" {
	pids=()
	for way in "${ways[@]}"; do
		for turn in turn-one turn-two; do
			case $way in
			recv:*) start mqtool recv -T 1h "${way#*:}" >"$turn.${#pids[@]}" ;;
			send:*) start mqtool send -T 1h "${way#*:}" "$turn" ;;
			esac
			pids+=("$pid")
			blocked "$pid"
		done
	done
	# Time for looks to disturb the line, if they did.
	sleep 2.5
	for queue in /empty 0x30; do
		mqtool send "$queue" turn-one
		mqtool send "$queue" turn-two
	done
	equal "$(mqtool recv /full)" first
	equal "$(mqtool recv -T 20 /full)" turn-one
	equal "$(mqtool recv -T 20 /full)" turn-two
	# System V wakes every sender whose message would fit, and the first to run wins (msgsnd in
	# ipc/msg.c): no program can keep the order of senders there.
	equal "$(mqtool recv 0x31)" first
	equal "$(mqtool recv -T 20 -c 2 0x31 | sort)" $'turn-one\nturn-two'
	for pid in "${pids[@]}"; do
		finish "$pid" 0
	done
	equal "$(cat turn-one.0 turn-two.1 turn-one.2 turn-two.3)" \
		$'turn-one\nturn-two\nturn-one\nturn-two'
}

# Processor time of all threads in ticks, and how often the main thread was switched away.
cost_of()
{
	local stat
	stat=$(<"/proc/$1/stat")
	# shellcheck disable=SC2086
	set -- "$1" ${stat##*) }
	echo "$((${13} + ${14})) $(grep _ctxt_switches "/proc/$1/task/$1/status" | tr -d '\n')"
}

@test "while it waits it uses no processor time, and its call is not interrupted" {
	pids=()
	before=()
	for way in "${ways[@]}"; do
		wait_on "$way" -T 1h
		pids+=("$pid")
		blocked "$pid"
	done
	for pid in "${pids[@]}"; do
		wait_until is_in_state "$pid" S
		before+=("$(cost_of "$pid")")
	done
	sleep 3.2
	for i in "${!pids[@]}"; do
		after=$(cost_of "${pids[i]}")
		equal "${after#* }" "${before[i]#* }"
		# The helper's three looks: less than a tick, of which the clock may hit one.
		[ $((${after%% *} - ${before[i]%% *})) -le 1 ]
	done
}

@test "a waiter has one helper thread" {
	for way in "${ways[@]}"; do
		wait_on "$way" -T 1h
		blocked "$pid"
		equal "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" 2
	done
}

@test "no deadline is left to the kernel, whose clock may be set" {
	for way in recv:/empty send:/full; do
		wait_on "$way" -T 1h
		blocked "$pid"
		# NUMBER and six arguments: the fifth is abs_timeout, of CLOCK_REALTIME.
		read -r -a call 2>/dev/null <"/proc/$pid/task/$pid/syscall" ||
			skip_loudly "the arguments of system calls cannot be read"
		equal "${call[0]} ${call[5]}" \
			"$(syscall_number "mq_timed$([ "$way" = send:/full ] && echo send || echo receive)") 0x0"
	done
}

@test "stopping and continuing a waiter changes nothing" {
	for way in "${ways[@]}"; do
		wait_on "$way" -T 1h >got
		blocked "$pid"
		for i in 1 2 3; do
			kill -STOP "$pid"
			wait_until is_in_state "$pid" T
			kill -CONT "$pid"
			wait_until is_in_state "$pid" S
			blocked "$pid"
		done
		end_wait "$way"
		finish "$pid" 0
	done
}

@test "a stopped waiter is late, and not lost" {
	for queue in /empty 0x30; do
		start mqtool recv -T 1h "$queue" >got
		blocked "$pid"
		kill -STOP "$pid"
		wait_until is_in_state "$pid" T
		mqtool send "$queue" message
		kill -CONT "$pid"
		finish "$pid" 0
		equal "$(cat got)" message
	done
}

# True if the main thread of the process is in write(2) on standard output.
is_writing()
{
	local number fd
	read -r number fd _ 2>/dev/null <"/proc/$1/task/$1/syscall"
	case $(uname -m):$number in
	x86_64:1 | aarch64:64 | riscv64:64 | loongarch64:64) [ "$fd" = 0x1 ] ;;
	*) return 1 ;;
	esac
}

@test "SIGTERM ends a write to a reader that stalls; what it has not got goes back" {
	create -c 10 -s 1024 /stall
	create 0x32
	head -c 1000 /dev/zero | tr '\0' x >body
	for queue in /stall 0x32; do
		for i in 0 1 2 3 4 5 6 7 8 9; do
			mqtool send "$queue" "$i$(cat body)"
		done
		rm -f pipe
		mkfifo pipe
		exec 8<>pipe
		head -c 65536 /dev/zero >&8
		with_pid mqtool recv -a "$queue" >pipe 8>&-
		wait_until is_writing "$pid"
		kill -TERM "$pid"
		ended "signal 15"
		equal "$(mqtool recv -a -F %s "$queue" | tr -d x)" 0123456789
		exec 8>&-
	done
}

@test "SIGTERM ends a write that went half way: whole messages are gone, the rest is back" {
	create 0x33
	head -c 2999 /dev/zero | tr '\0' x >body
	for i in 0 1 2 3 4; do
		mqtool send 0x33 "$i$(cat body)"
	done
	mkfifo pipe
	exec 8<>pipe
	head -c 61440 /dev/zero >&8
	with_pid mqtool recv -a 0x33 >pipe 8>&-
	wait_until is_writing "$pid"
	kill -TERM "$pid"
	ended "signal 15"
	# One page: the first message, and a part of the second.
	head -c 61440 <&8 >/dev/null
	equal "$(head -c 4096 <&8 | tr -d 'x\n')" 01
	equal "$(mqtool recv -a -F %s 0x33 | tr -d x)" 1234
	exec 8>&-
}
