# SPDX-License-Identifier: GPL-2.0-or-later
#
# recv QUEUE -- COMMAND: each message is the input of one COMMAND, and what that fails at is not
# lost.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1 0x2 /p
	mqtool create 0x1 0x2
	mqtool create -c 10 -s 64 /p
}

# script NAME LINE...: an executable of these lines of shell.
script()
{
	local name=$1
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$name"
	chmod 755 "$name"
}

# holds QUEUE TEXT: what waits there, "ORDER BODY" a line; takes it.
holds()
{
	equal "$(mqtool recv -a -F '%t%p %s\n' "$1")" "$2"
}

@test "each message is the standard input of a COMMAND of its own" {
	local queue
	for queue in 0x1 /p; do
		mqtool send $queue one '' three
		printf 'a\0\n\377' | mqtool send $queue
		run -0 --separate-stderr mqtool recv -c 4 $queue -- sh -c 'od -An -tx1; echo .'
		equal "$output" $' 6f 6e 65\n.\n.\n 74 68 72 65 65\n.\n 61 00 0a ff\n.'
		equal "$stderr" ""
		equal "$(waiting $queue)" 0
	done
}

@test "standard input is a file: it has a size, and can be read again" {
	mqtool send 0x1 'read me twice'
	# shellcheck disable=SC2016
	run -0 mqtool recv 0x1 -- perl -e 'print -s STDIN, " ", tell(STDIN), "\n";
		for (1, 2) { print scalar <STDIN>, "\n"; seek(STDIN, 5, 0) }'
	equal "$output" $'13 0\nread me twice\nme twice'
}

@test "COMMAND's words are its own, from the first -- on" {
	mqtool send 0x1 a b c
	run -0 mqtool recv 0x1 -- printf '%s|' -n --help -- ''
	equal "$output" '-n|--help|--||'
	# The first -- ends the line: no QUEUE is left.
	run -2 mqtool recv -- 0x1 -- echo x
	run -2 mqtool recv 0x1 echo x
	run -2 mqtool recv 0x1 --
	equal "$(waiting 0x1)" 2
}

@test "COMMAND's environment says what the message is" {
	export MQTOOL_TYPE=stale MQTOOL_PRIORITY=stale MQTOOL_SEQ=stale MQTOOL_SIZE=stale
	export MQTOOL_QUEUE=stale MQTOOL_AMQP_PASSWORD=secret MQTOOL_AMQP_PASSFILE=/file
	export SHOWN='^MQTOOL_(QUEUE|TYPE|PRIORITY|SIZE|SEQ|AMQP.*)='
	mqtool send -t 9223372036854775807 0x1 hello
	mqtool send -t 1 0x1 ''
	mqtool create -e -c 10 -s 64 'esc:/with\x20blank'
	mqtool send -p 32767 'esc:/with\x20blank' xy
	run -0 mqtool recv -c 2 0x1 -- sh -c 'env | grep -E "$SHOWN" |
		sort | tr "\n" " "; echo'
	equal "${lines[0]}" "MQTOOL_AMQP_PASSFILE=/file MQTOOL_QUEUE=key:0x00000001"`
		`" MQTOOL_SEQ=1 MQTOOL_SIZE=5 MQTOOL_TYPE=9223372036854775807 "
	equal "${lines[1]}" "MQTOOL_AMQP_PASSFILE=/file MQTOOL_QUEUE=key:0x00000001"`
		`" MQTOOL_SEQ=2 MQTOOL_SIZE=0 MQTOOL_TYPE=1 "
	run -0 mqtool recv 'esc:/with\x20blank' -- \
		sh -c 'env | grep -E "$SHOWN" | sort'
	equal "$output" $'MQTOOL_AMQP_PASSFILE=/file\nMQTOOL_PRIORITY=32767\n'`
		`$'MQTOOL_QUEUE=esc:/with\\x20blank\nMQTOOL_SEQ=1\nMQTOOL_SIZE=2'
	mqtool rm 'esc:/with\x20blank'
}

@test "COMMAND gets signals and files as mqtool got them" {
	local expected
	# glibc's posix_spawn(3) ignores the two signals that it has for itself.
	# shellcheck disable=SC2016
	script state "perl -ne '"'print hex($2) & 0x7fffffff, "\n" if /^Sig(Ign|Blk):\s*(\w+)/'"' \\" \
		'/proc/self/status' 'ls /proc/self/fd'
	mqtool send /p 1 2
	expected=$(./state)
	run -0 mqtool recv --move-failed=0x1 /p -- ./state
	equal "$output" "$expected"
	trap '' PIPE HUP
	run ! equal "$(./state)" "$expected"
	expected=$(./state)
	run -0 mqtool recv /p -- ./state
	equal "$output" "$expected"
}

@test "COMMAND's status is known where SIGCHLD was ignored" {
	mqtool send 0x1 1 2
	run -1 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' \
		mqtool recv -a --on-failure=drop 0x1 -- sh -c 'cat; [ "$MQTOOL_SEQ" != 2 ]'
	equal "$output" $'12mqtool recv: sh exited with status 1; the message was dropped'
}

@test "COMMAND is found as the shell finds it" {
	mkdir first second
	mqtool send 0x1 1 2 3 4 5
	script second/tool 'echo second'
	mkdir first/tool
	PATH=$PWD/first:$PATH:$PWD/second run -0 mqtool recv 0x1 -- tool
	equal "$output" second
	rmdir first/tool
	script first/tool 'echo first'
	chmod 644 first/tool
	PATH=first:second:$PATH run -0 mqtool recv 0x1 -- tool
	equal "$output" second
	chmod 755 first/tool
	PATH=first:second:$PATH run -0 mqtool recv 0x1 -- tool
	equal "$output" first
	cd second
	PATH=$PATH: run -0 mqtool recv 0x1 -- tool
	equal "$output" second
	# shellcheck disable=SC2123
	run -0 env -u PATH "$(command -v mqtool)" recv 0x1 -- cat
	equal "$output" 5
}

@test "a script without #! is run by the shell" {
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind hides from posix_spawn(3) what exec says"
	mqtool send 0x1 body
	# shellcheck disable=SC2016
	echo 'echo "$0 $#:$1:$2"; cat' >script
	chmod 755 script
	run -0 mqtool recv 0x1 -- ./script 'a b' c
	equal "$output" $'./script 2:a b:c\nbody'
}

# not_run TEXT COMMAND: status 2 with TEXT, and nothing is taken.
not_run()
{
	run -2 --separate-stderr mqtool recv 0x1 -- "$2"
	equal "$output" ""
	equal "$stderr" "mqtool recv: cannot run $2: $1; nothing was taken"
	equal "$(waiting 0x1)" 1
}

@test "COMMAND is looked up before anything is taken" {
	mqtool send 0x1 stays
	mkdir directory
	echo 'echo x' >plain-file
	not_run 'no such command' no-such-command
	not_run 'no such command' ./missing
	not_run 'no such command' ''
	not_run 'Permission denied' ./directory
	not_run 'Permission denied' ./plain-file
	not_run 'Not a directory' plain-file/x
	PATH=$PWD:$PATH not_run 'Permission denied' plain-file
	# Though the queue is not there either: the line is read first.
	run -2 mqtool recv 0x77 -- no-such-command
	run -4 mqtool recv 0x77 -- true
}

@test "a directory of PATH that may not be searched is no reason" {
	mkdir closed
	chmod 0 closed
	mqtool send 0x1 stays
	PATH=$PWD/closed:$PATH run -2 --separate-stderr without_capabilities mqtool recv 0x1 -- no-such
	equal "$stderr" "mqtool recv: cannot run no-such: no such command; nothing was taken"
	run -2 --separate-stderr without_capabilities mqtool recv 0x1 -- "$PWD/closed/no-such"
	matches "$stderr" "mqtool recv: cannot run */closed/no-such: Permission denied; nothing was taken"
	chmod 755 closed
}

@test "COMMAND need not read its input" {
	perl -e 'print "x" x 8000' | mqtool send 0x1
	mqtool send 0x1 small
	run -0 mqtool recv -c 2 0x1 -- true
	equal "$output$(waiting 0x1)" 0
	mqtool send 0x1 small
	run -0 mqtool recv 0x1 -- sh -c 'exec <&-; echo closed'
	equal "$output$(waiting 0x1)" closed0
}

@test "-c, -a, -f, -n and -T mean the same with COMMAND" {
	mqtool send 0x1 1 2 3
	run -3 --separate-stderr mqtool recv -c 4 -n 0x1 -- cat
	equal "$output" 123
	equal "$stderr" "mqtool recv: key:0x00000001: the queue is empty"
	run -3 mqtool recv -f -T 10ms 0x1 -- cat
	run -0 mqtool recv -a 0x1 -- cat
	mqtool send -t 1 0x1 1
	mqtool send -t 2 0x1 2
	run -0 mqtool recv -a -t 2 0x1 -- cat
	equal "$output" 2
	run -0 --separate-stderr mqtool recv -a -v 0x1 -- cat
	equal "$output" 1
	matches "$stderr" "mqtool recv: received 1 message, 1 bytes in *"
}

@test "a failed COMMAND: the message goes to the end of the line, and recv stops" {
	local queue
	for queue in 0x1 /p; do
		local option=-t
		[ $queue != /p ] || option=-p
		mqtool send $option 3 $queue a b c
		script fails 'cat >>seen' '[ "$(cat)" != "" ] || [ "$MQTOOL_SEQ" != 2 ]'
		run -1 --separate-stderr mqtool recv -a $queue -- ./fails
		equal "$stderr" "mqtool recv: ./fails exited with status 1; the message goes back"
		holds $queue $'3 c\n3 b'
		mqtool send $option 4 $queue x y
		run -1 --separate-stderr mqtool recv -v --on-failure=stop $queue -- sh -c 'kill -9 $$'
		equal "${stderr_lines[0]}" "mqtool recv: sh was ended by signal 9; the message goes back"
		matches "${stderr_lines[1]}" "mqtool recv: received 0 messages, 0 bytes in *"
		holds $queue $'4 y\n4 x'
	done
}

@test "--on-failure=drop: the message is gone, recv goes on, the status is 1" {
	mqtool send 0x1 1 2 3
	# shellcheck disable=SC2016
	run -1 --separate-stderr mqtool recv -a --on-failure=drop 0x1 -- sh -c 'cat; [ "$MQTOOL_SEQ" != 2 ]'
	equal "$output" 123
	equal "$stderr" "mqtool recv: sh exited with status 1; the message was dropped"
	equal "$(waiting 0x1)" 0
}

@test "--on-failure and --move-failed: what may not go together" {
	mqtool send 0x1 stays
	usage 'only one of --on-failure and --move-failed can be given' \
		--on-failure=drop --move-failed=0x2 0x1 -- true
	usage 'only one of --on-failure and --move-failed can be given' \
		--on-failure=stop --move-failed=0x2 0x1 -- true
	usage '--on-failure and --move-failed need a COMMAND' --on-failure=drop 0x1
	usage '--on-failure and --move-failed need a COMMAND' --move-failed=0x2 0x1
	usage "--on-failure is stop, drop or retry, not 'again'" --on-failure=again 0x1 -- true
	usage '--move-failed needs another queue than the one received from' \
		--move-failed=0x1 0x1 -- true
	usage '--move-failed needs another queue than the one received from' \
		"--move-failed=id:$(ipcs -q | awk '$1 == "0x00000001" { print $2 }')" 0x1 -- true
	usage '--move-failed needs another queue than the one received from' \
		--move-failed=posix:p /p -- true
	run -2 mqtool recv --move-failed=nonsense 0x1 -- true
	run -4 mqtool recv --move-failed=/missing 0x1 -- true
	equal "$(waiting 0x1)" 1
}

# usage TEXT ARG...: recv ARG... is a usage error that says TEXT.
usage()
{
	local text=$1
	shift
	run -2 --separate-stderr mqtool recv "$@"
	equal "$output" ""
	equal "${stderr_lines[0]}" "mqtool recv: $text"
}

@test "COMMAND takes no format, and nothing to look at" {
	local option
	mqtool send 0x1 stays
	for option in -0 -r -F%s -j -J --peek; do
		usage 'COMMAND takes each message itself: -0, -r, -F, -j and --peek have no meaning with it' \
			$option 0x1 -- true
	done
	equal "$(waiting 0x1)" 1
}

@test "--move-failed: to a queue of the same kind, with the type or priority" {
	mqtool send -t 7 0x1 good bad ugly
	# shellcheck disable=SC2016
	run -1 --separate-stderr mqtool recv -a --move-failed=0x2 0x1 -- sh -c '[ "$(cat)" != bad ]'
	equal "$stderr" "mqtool recv: sh exited with status 1; the message was moved"
	holds 0x2 '7 bad'
	equal "$(waiting 0x1)" 0
	mqtool create -c 10 -s 64 /failed
	mqtool send -p 9 /p one two
	run -1 mqtool recv -a --move-failed=/failed /p -- false
	holds /failed $'9 one\n9 two'
	mqtool rm /failed
}

@test "--move-failed: to the other kind, priority p is type p + 1" {
	mqtool send -p 0 /p low
	mqtool send -p 32767 /p high
	run -1 mqtool recv -a --move-failed=0x1 /p -- false
	equal "$(mqtool recv --peek -a -F '%t %s\n' 0x1)" $'32768 high\n1 low'
	run -1 mqtool recv -a --move-failed=/p 0x1 -- false
	holds /p $'32767 high\n0 low'
}

@test "--move-failed: what cannot be moved goes back, and recv stops" {
	# A type that no priority stands for.
	mqtool send -t 32769 0x1 type
	mqtool send -t 1 0x1 behind
	run -1 --separate-stderr mqtool recv -a --move-failed=/p 0x1 -- false
	equal "${stderr_lines[0]}" "mqtool recv: false exited with status 1; the message cannot be moved"`
		`" and goes back"
	equal "${stderr_lines[1]}" "mqtool recv: no priority corresponds to type 32769"
	holds 0x1 $'1 behind\n32769 type'
	# Too large for the other.
	mqtool send -t 5 0x1 "$(printf '%065d' 0)"
	run -1 --separate-stderr mqtool recv -a --move-failed=/p 0x1 -- false
	matches "${stderr_lines[1]}" "mqtool recv: /p: 65 bytes; /p takes at most 64 *"
	holds 0x1 "5 $(printf '%065d' 0)"
	# Full.
	mqtool create -c 1 -s 64 /full
	mqtool send /full x
	mqtool send -t 2 0x1 y
	run -1 --separate-stderr mqtool recv -a --move-failed=/full 0x1 -- false
	matches "${stderr_lines[1]}" "mqtool recv: /full: the queue is full: *"
	holds 0x1 '2 y'
	mqtool rm /full
}

@test "a COMMAND that cannot be started later: the message goes back, whatever was asked" {
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind hides from posix_spawn(3) what exec says"
	local option
	for option in --on-failure=stop --on-failure=drop --on-failure=retry --move-failed=/p; do
		mqtool send -t 4 0x1 1 2 3
		# shellcheck disable=SC2016
		script once 'cat' 'rm "$0"'
		run -1 --separate-stderr mqtool recv -a $option 0x1 -- ./once
		equal "$output" 1
		equal "$stderr" "mqtool recv: cannot run ./once: No such file or directory;"`
			`" the message goes back"
		holds 0x1 $'4 3\n4 2'
	done
	equal "$(waiting /p)" 0
}

@test "a failed COMMAND whose message cannot go back: reported as JSON, status 1" {
	mqtool create -c 1 -s 64 /one
	mqtool send -p 3 /one gone
	run -1 --separate-stderr mqtool recv /one -- sh -c 'mqtool send -n /one other; exit 5'
	equal "${stderr_lines[0]}" "mqtool recv: sh exited with status 5; the message goes back"
	equal "${stderr_lines[1]}" '{"queue":"/one","priority":3,"size":4,"body":"gone"}'
	equal "${stderr_lines[2]}" "mqtool recv: /one: 1 message could not be put back (the queue is full"`
		`" again); it is printed above as JSON"
	equal "$(mqtool recv /one)" other
	mqtool send /one gone
	run -1 --separate-stderr mqtool recv /one -- sh -c 'mqtool rm /one; exit 5'
	equal "${stderr_lines[1]}" '{"queue":"/one","priority":0,"size":4,"body":"gone"}'
	# And where COMMAND succeeds, the queue's end is what comes next.
	mqtool send 0x1 last
	run -4 --separate-stderr mqtool recv -f 0x1 -- mqtool rm 0x1
}

# stopped_in_command SIGNAL STATUS ARG...: recv -f ARG... gets SIGNAL while its COMMAND runs, which
# ends with STATUS then; SIGNAL does not end COMMAND.
stopped_in_command()
{
	local signal=$1 status=$2
	shift 2
	rm -f started go
	mqtool send -t 6 0x1 first second
	script waits "trap '' INT TERM HUP" 'cat >got' ': >started' \
		'while [ ! -e go ]; do sleep 0.01; done' 'echo ended' "exit $status"
	# The shell of a test has SIGINT ignored for what it starts.
	start perl -e '$SIG{INT} = "DEFAULT"; exec { $ARGV[0] } @ARGV' \
		sh -c 'exec mqtool recv -f "$@" >out 2>err' - "$@" 0x1 -- ./waits
	wait_until test -e started
	kill "-$signal" "$pid"
	# Time for what must not happen.
	sleep 0.1
	run ! exited "$pid"
	: >go
	finish "$pid" $((128 + $(kill -l "$signal")))
	equal "$(cat got out)" $'firstended'
}

@test "a signal during COMMAND: COMMAND ends first, then recv by that signal" {
	local signal
	for signal in INT TERM HUP; do
		stopped_in_command $signal 0
		equal "$(cat err)" ""
		holds 0x1 '6 second'
	done
}

@test "a signal during a COMMAND that then fails: the message goes back, whatever was asked" {
	local option
	for option in --on-failure=stop --on-failure=drop --move-failed=0x2; do
		stopped_in_command INT 7 $option
		equal "$(cat err)" "mqtool recv: ./waits exited with status 7; the message goes back"
		holds 0x1 $'6 second\n6 first'
	done
	equal "$(waiting 0x2)" 0
}

@test "exactly once: several receivers, each with COMMAND" {
	local queue i pids
	for queue in 0x1 /p; do
		rm -f out?
		pids=()
		for i in 1 2 3; do
			start mqtool recv -f $queue -- cat >>"out$i"
			pids+=("$pid")
		done
		seq 300 | sed 's/.*/{"body":"&\\n"}/' | mqtool send -j $queue
		wait_until is_waiting $queue 0
		for i in 0 1 2; do
			kill -TERM "${pids[i]}"
			finish "${pids[i]}" 143
		done
		sort -n out? | diff - <(seq 300)
	done
}

@test "exactly once: a COMMAND that fails now and then, started again and again" {
	local status=1 rounds=0
	seq 40 | mqtool send -l 0x1
	# Fails for each number the first time.
	# shellcheck disable=SC2016
	script picky 'n=$(cat)' '[ $((n % 7)) != 0 ] || [ -e "$n" ] || { : >"$n"; exit 1; }' \
		'echo "$n" >>out'
	while [ $status != 0 ]; do
		status=0
		mqtool recv -a 0x1 -- ./picky 2>err || status=$?
		rounds=$((rounds + 1))
		[ $rounds -lt 20 ]
	done
	equal $rounds 6
	sort -n out | diff - <(seq 40)
}

@test "--on-failure=retry: the message goes back, and is tried again until it is done" {
	local queue
	for queue in 0x1 /p; do
		rm -f failed seen
		mqtool send $queue good bad last
		# Fails twice for "bad".
		# shellcheck disable=SC2016
		script picky 'read -r body; echo "$body" >>seen' \
			'[ "$body" != bad ] || { echo >>failed; [ "$(wc -l <failed)" -gt 2 ]; }'
		run -1 --separate-stderr mqtool recv -a --on-failure=retry $queue -- ./picky
		equal "${#stderr_lines[@]}" 2
		equal "${stderr_lines[0]}" 'mqtool recv: ./picky exited with status 1; the message'`
			`' goes back and is tried again'
		equal "$(<seen)" $'good\nbad\nlast\nbad\nbad'
		equal "$(waiting $queue)" 0
	done
}

@test "--on-failure=retry: what went back does not count for -c" {
	mqtool send 0x1 bad good other
	# shellcheck disable=SC2016
	run -1 --separate-stderr mqtool recv -c 2 --on-failure=retry 0x1 -- \
		sh -c 'read -r body; echo "$MQTOOL_SEQ $body"; [ "$body" != bad ]'
	equal "$output" $'1 bad\n2 good\n3 other'
	holds 0x1 '1 bad'
	# None given is one.
	mqtool send 0x1 bad good
	# shellcheck disable=SC2016
	run -1 --separate-stderr mqtool recv --on-failure=retry 0x1 -- \
		sh -c 'read -r body; [ "$body" != bad ]'
	holds 0x1 '1 bad'
}

@test "--on-failure=retry: the pause grows to a second, and a stop signal ends it" {
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind and strace do not go together"
	command -v strace >/dev/null || skip_loudly "strace not found"
	mqtool send 0x1 stays
	start strace -o calls -e trace=ppoll -e signal=none \
		mqtool recv -f --on-failure=retry 0x1 -- false 2>stderr
	WAIT_LIMIT=60 wait_until grep -q 'tv_sec=1, tv_nsec=0' calls
	kill -TERM "$(pgrep -P "$pid")"
	finish "$pid" 143
	grep -o 'tv_sec=[0-9]*, tv_nsec=[0-9]*}, \[' calls | head -n 8 >pauses
	equal "$(sed 's/tv_sec=//; s/, tv_nsec=/ /; s/}.*//' pauses)" \
		$'0 10000000\n0 20000000\n0 40000000\n0 80000000\n'`
		`$'0 160000000\n0 320000000\n0 640000000\n1 0'
	holds 0x1 '1 stays'
}

@test "--on-failure=retry: no room for what goes back" {
	mqtool create -c 1 -s 64 /full
	mqtool send /full x
	# The queue is full again before COMMAND has failed.
	run -1 --separate-stderr mqtool recv -f --on-failure=retry /full -- \
		sh -c 'mqtool send -n /full other; exit 1'
	equal "$output" ""
	equal "${stderr_lines[1]}" '{"queue":"/full","priority":0,"size":1,"body":"x"}'
	matches "${stderr_lines[2]}" '*1 message could not be put back (the queue is full again)*'
	mqtool rm /full
}
