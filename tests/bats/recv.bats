# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool recv; waiting is in waiting.bats

load helper

# usage TEXT ARG...: recv ARG... is refused with that line and a second one.
usage()
{
	local text=$1
	shift
	run -2 --separate-stderr recv "$@"
	equal "$output" ""
	equal "$stderr" "mqtool recv: $text
Try 'mqtool recv --help' for more information."
}

# fails STATUS TEXT ARG...: one line on stderr, a pattern; $output is what was received.
fails()
{
	local status=$1 text=$2
	shift 2
	run "-$status" --separate-stderr recv "$@"
	equal "${#stderr_lines[@]}" 1
	matches "$stderr" "mqtool recv: $text"
}

both=(/r 0x20)

@test "one message, the oldest, with a newline behind it" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" a b "" c
		recv "$queue" >got
		recv "$queue" >>got
		recv "$queue" >>got
		mqrecv "$queue" >>got
		printf 'a\nb\n\nc\n' | cmp - got
	done
}

@test "-c: so many, and no more are taken" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" a b c d e
		run -0 recv -c 3 "$queue"
		equal "$output" $'a\nb\nc'
		run -0 recv --count=1 "$queue"
		equal "$output" d
		holds "$queue" '[e]'
	done
}

@test "-a: all there is, also when that is nothing; with -c at most N" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		run -0 --separate-stderr recv -a "$queue"
		equal "$output$stderr" ""
		send "$queue" a b c d
		run -0 recv -a -c 2 "$queue"
		equal "$output" $'a\nb'
		run -0 --separate-stderr recv --all -c 100 "$queue"
		equal "$output" $'c\nd'
		equal "$stderr" ""
		send "$queue" e f
		run -0 recv -a -n "$queue"
		equal "$output" $'e\nf'
	done
}

@test "-n: nothing there is status 3" {
	create_small "${both[@]}"
	for queue in /r:/r 0x20:key:0x00000020; do
		name=${queue#*:}
		queue=${queue%%:*}
		fails 3 "$name: the queue is empty" -n "$queue"
		equal "$output" ""
		send "$queue" x
		run -0 --separate-stderr recv --nonblock "$queue"
		equal "$output" x
		equal "$stderr" ""
	done
}

@test "fewer than asked for in time: those are written, status 3" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		for wait in -n "-T 0" "-T 10ms" "--timeout=0.01"; do
			send "$queue" a b
			# shellcheck disable=SC2086
			fails 3 "*: the queue is empty" -c 3 $wait "$queue"
			equal "$output" $'a\nb'
			# shellcheck disable=SC2086
			fails 3 "*: the queue is empty" $wait "$queue"
			equal "$output" ""
		done
	done
}

@test "-f -T: ends with status 3 when nothing came for so long" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" a b c
		fails 3 "*: the queue is empty" -f -T 50ms "$queue"
		equal "$output" $'a\nb\nc'
	done
}

@test "-f: each message is out before the next is waited for" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		start mqtool recv --follow "$queue" >got
		for i in 1 2 3; do
			blocked "$pid"
			send "$queue" "$i"
			wait_until grep -q "$i" got
		done
		kill -TERM "$pid"
		finish "$pid" 143
		printf '1\n2\n3\n' | cmp - got
		holds "$queue" ""
	done
}

@test "-0, -r: NUL, or nothing, behind each message" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" a "" b
		recv -a -0 "$queue" | cmp - <(printf 'a\0\0b\0')
		send "$queue" a "" b
		recv -a --null "$queue" | cmp - <(printf 'a\0\0b\0')
		send "$queue" a "" b
		recv -a -r "$queue" | cmp - <(printf 'ab')
		send "$queue" a "" b
		recv -a --raw -r "$queue" | cmp - <(printf 'ab')
	done
}

@test "bodies of every kind and size, exact, however they are written" {
	create "${both[@]}"
	: >body0
	printf x >body1
	all_bytes >body2
	printf '\0' >body3
	printf 'a\0\nb\n' >body4
	head -c 8192 /dev/urandom >body5
	for queue in "${both[@]}"; do
		for body in body?; do
			send "$queue" <"$body"
			recv -n -r "$queue" | cmp - "$body"
			send "$queue" <"$body"
			recv -n "$queue" | cmp - <(cat "$body"; echo)
			send "$queue" <"$body"
			recv -n -0 "$queue" | cmp - <(cat "$body"; printf '\0')
		done
	done
}

@test "-t: that type, any with 0, the lowest up to N with -N" {
	create 0x21
	fill() { for message in 3:c1 9:i 7:g1 1:a 7:g2 3:c2; do
		send -t "${message%:*}" 0x21 "${message#*:}"; done; }
	fill
	run -0 recv -n -t 7 0x21
	equal "$output" g1
	run -0 recv -a --type=7 0x21
	equal "$output" g2
	fails 3 "key:0x00000021: no message of the type asked for" -n -t 7 0x21
	run -0 recv -a -t -7 -F '%t%s ' 0x21
	equal "$output" "1a 3c1 3c2 "
	fails 3 "key:0x00000021: no message of the type asked for" -n -t -8 0x21
	fails 3 "key:0x00000021: no message of the type asked for" -T 10ms -t 8 0x21
	holds 0x21 '[i]'
	fill
	run -0 recv -a -t 0 -F '%s ' 0x21
	equal "$output" "c1 i g1 a g2 c2 "
	fill
	run -0 recv -a -t -9223372036854775808 -F '%s ' 0x21
	equal "$output" "a c1 c2 g1 g2 i "
	send -t 9223372036854775807 0x21 last
	run -0 recv -n -t 9223372036854775807 0x21
	equal "$output" last
}

@test "-x -t: any other type" {
	create 0x22
	for message in 7:g1 3:c 7:g2 9:i; do
		send -t "${message%:*}" 0x22 "${message#*:}"
	done
	run -0 recv -n -x -t 7 0x22
	equal "$output" c
	run -0 recv -a -t 7 --except 0x22
	equal "$output" i
	fails 3 "key:0x00000022: no message of the type asked for" -n -x -t 7 0x22
	holds 0x22 '[g1][g2]'
}

@test "waits for its type, whatever else comes" {
	create 0x23
	start mqtool recv -t 7 0x23 >got
	receiver=$pid
	blocked "$receiver" msgrcv
	send -t 6 0x23 other
	blocked "$receiver" msgrcv
	send -t 7 0x23 mine
	finish "$receiver" 0
	equal "$(cat got)" mine
	holds 0x23 '[other]'
}

@test "priorities: the highest first, in the order sent within one" {
	create_small /prio
	for message in 1:a 5:b 1:c 32767:d 5:e 0:f; do
		send -p "${message%:*}" /prio "${message#*:}"
	done
	run -0 recv -c 2 -F '%p%s ' /prio
	equal "$output" "32767d 5b "
	run -0 recv -a -F '%p%s ' /prio
	equal "$output" "5e 1a 1c 0f "
}

@test "a repeated option: the last wins" {
	create 0x24
	send 0x24 a b c
	send -t 2 0x24 d
	run -0 recv -c 4 -c 2 -T 1h -T 1 0x24
	equal "$output" $'a\nb'
	run -0 recv -t 1 -t 2 0x24
	equal "$output" d
	run -0 recv -F wrong -F '%s' 0x24
	equal "$output" c
}

@test "-v sums up on stderr" {
	create_small /sum
	send /sum a bcd ""
	run -0 --separate-stderr recv -v -a /sum
	equal "$output" $'a\nbcd'
	matches "$stderr" "mqtool recv: received 3 messages, 4 bytes in +([0-9]).[0-9][0-9][0-9] s (+([0-9]) messages/s)"
	run -3 --separate-stderr recv --verbose -n /sum
	equal "${stderr_lines[0]}" "mqtool recv: /sum: the queue is empty"
	matches "${stderr_lines[1]}" "mqtool recv: received 0 messages, 0 bytes in *"
}

# ---- what is refused before anything is done ----

@test "options that do not go together" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" stays
		usage "-f never ends, -c ends after N messages: give one" -f -c 1 "$queue"
		usage "-f never ends, -a ends on an empty queue: give one" -a -f "$queue"
		usage "-n never waits, so -T has no meaning with it" -n -T 1 "$queue"
		usage "-n never waits, so -T has no meaning with it" -T 0 -n "$queue"
		usage "-a never waits, so -T has no meaning with it" -a --timeout=1 "$queue"
		usage "-f waits for messages, -n never waits: give one" -f -n "$queue"
		for pair in "-0 -r" "-r -0" "-0 -F%s" "-j -0" "-r -F%s" "-r -j" "-J -r" "-F%s -j"; do
			# shellcheck disable=SC2086
			usage "give only one of -0, -r, -F and -j" $pair "$queue"
		done
		for style in -0 -r -F%s -j --json; do
			usage "COMMAND takes each message itself: -0, -r, -F, -j and --peek have no meaning with it" \
				$style "$queue" -- cat
		done
		for option in --on-failure=stop --on-failure=drop --move-failed=/other; do
			usage "--on-failure and --move-failed need a COMMAND" $option "$queue"
		done
		usage "only one of --on-failure and --move-failed can be given" \
			--on-failure=drop --move-failed=/other "$queue" -- cat
		usage "--on-failure is stop, drop or retry, not 'keep'" --on-failure=keep "$queue" -- cat
		usage "invalid format at '%z'; see mqtool recv --help" -F '%s %z' "$queue"
		holds "$queue" '[stays]'
	done
}

@test "options of --peek that do not go together" {
	create 0x25
	send 0x25 stays
	usage "--peek never waits, so -f has no meaning with it" --peek -f 0x25
	usage "--peek never waits, so -T has no meaning with it" --peek -T 1 0x25
	usage "COMMAND takes each message itself: -0, -r, -F, -j and --peek have no meaning with it" \
		--peek 0x25 -- cat
	holds 0x25 '[stays]'
}

@test "-x needs a type above 0" {
	create 0x26
	send 0x26 stays
	usage "-x needs a type above 0: -t N" -x 0x26
	usage "-x needs a type above 0: -t N" -x -t 0 0x26
	usage "-x needs a type above 0: -t N" -t -7 -x 0x26
	usage "-x needs a type above 0: -t N" --peek -x 0x26
	holds 0x26 '[stays]'
}

@test "options of the other kind of queue" {
	create_small /kind
	send /kind stays
	usage "-t is for System V queues, and /kind is a POSIX queue" -t 1 /kind
	usage "-t is for System V queues, and /kind is a POSIX queue" -t 0 /kind
	usage "-t is for System V queues, and /kind is a POSIX queue" -x -t 1 /kind
	usage "-x is for System V queues, and /kind is a POSIX queue" -x /kind
	holds /kind '[stays]'
}

@test "values that are none" {
	create 0x27
	send 0x27 stays
	for count in 0 18446744073709551616; do
		usage "-c: $count is out of range (1 to 18446744073709551615)" -c "$count" 0x27
	done
	for count in "" -1 x 1x 0x1 1K; do
		usage "--count: '$count' is not a whole number (decimal digits only)" --count "$count" 0x27
	done
	for type in 9223372036854775808 -9223372036854775809; do
		usage "-t: $type is out of range (-9223372036854775808 to 9223372036854775807)" \
			-t "$type" 0x27
	done
	for type in "" x - --1 +1 1.5; do
		usage "-t: '$type' is not a whole number (decimal digits only)" -t "$type" 0x27
	done
	for timeout in "" -1 x 1y 1ss; do
		usage "-T: '$timeout' is not a duration (seconds, or a number with ms, s, m, h or d)" \
			-T "$timeout" 0x27
	done
	holds 0x27 '[stays]'
}

@test "lines that are incomplete or unknown" {
	create_small /line
	send /line stays
	usage "no queue given"
	usage "no queue given" -n
	usage "extra operand '/b': recv takes one queue" /line /b
	usage "no command after '--'" /line --
	usage "option '-c' needs a value" /line -c
	usage "unknown option '-z'" -z /line
	usage "unknown option '-p'" -p 1 /line
	run -2 --separate-stderr recv --folow /line
	equal "$stderr" "mqtool recv: unknown option '--folow'
Did you mean '--follow'?"
	holds /line '[stays]'
}

@test "a COMMAND that cannot run takes nothing" {
	create_small /cmd
	send /cmd stays
	: >not-executable
	# Where a directory of PATH may not be searched, nobody knows what is in it.
	PATH=$BATS_FILE_TMPDIR/bin:/usr/bin:/bin
	fails 2 "cannot run no-such-command: no such command; nothing was taken" /cmd -- no-such-command
	fails 2 "cannot run ./not-executable: Permission denied; nothing was taken" /cmd -- ./not-executable
	fails 2 "cannot run ./missing: no such command; nothing was taken" /cmd -- ./missing
	fails 2 "cannot run .: Permission denied; nothing was taken" /cmd -- .
	fails 2 "cannot run /: Permission denied; nothing was taken" /cmd -- /
	fails 2 "cannot run : no such command; nothing was taken" /cmd -- ""
	holds /cmd '[stays]'
}

# ---- failures ----

@test "a queue that is not there is status 4" {
	fails 4 "/nix: no such queue ('mqtool create /nix' makes it)" /nix
	fails 4 "key:0x7fffffff: no such queue ('mqtool create key:0x7fffffff' makes it)" -n 0x7fffffff
	fails 4 "id:2147483647: no such queue" -a id:2147483647
	fails 1 "ftok:/nix: no key from this path: No such file or directory" -n ftok:/nix
	for name in jobs 12 /a/b amqp://localhost/q; do
		fails 2 "'$name': *" "$name"
	done
}

@test "what cannot be written goes back: a full device, a closed output, one open for reading" {
	create_small "${both[@]}"
	for queue in "${both[@]}"; do
		send "$queue" a b c
		for refusal in '>/dev/full:No space left on device' '>&-:Bad file descriptor' \
			'1</dev/null:Bad file descriptor'; do
			run -1 --separate-stderr timeout 20 \
				sh -c "mqtool recv -a $queue ${refusal%%:*}"
			equal "$stderr" "mqtool recv: cannot write standard output: ${refusal#*:}; 3 messages were put back"
		done
		run -1 --separate-stderr timeout 20 sh -c "mqtool recv $queue >/dev/full"
		equal "$stderr" "mqtool recv: cannot write standard output: No space left on device; 1 message was put back"
		holds "$queue" '[b][c][a]'
	done
}

@test "what goes back has its type, and its priority" {
	create_small "${both[@]}"
	send -t 7 0x20 seven
	send -t 9 0x20 nine
	send -p 7 /r seven
	send -p 9 /r nine
	for queue in "${both[@]}"; do
		run -1 timeout 20 sh -c "mqtool recv -a $queue >/dev/full"
	done
	run -0 recv -a -F '%t%s ' 0x20
	equal "$output" "7seven 9nine "
	run -0 recv -a -F '%p%s ' /r
	equal "$output" "9nine 7seven "
}

@test "a closed pipe: put back, then dead by SIGPIPE; where that is ignored status 1" {
	create_small "${both[@]}"
	broken_pipe
	for queue in "${both[@]}"; do
		send "$queue" a b c
		run -141 --separate-stderr sh -c "mqtool recv -a $queue >&9"
		equal "$stderr" ""
		run -1 --separate-stderr sh -c "trap '' PIPE; mqtool recv -a $queue >&9"
		equal "$stderr" "mqtool recv: cannot write standard output: Broken pipe; 3 messages were put back"
		holds "$queue" '[a][b][c]'
	done
}

@test "help goes to standard output" {
	for command in send recv; do
		run -0 --separate-stderr mqtool "$command" --help
		matches "$output" "Usage: mqtool $command \[OPTION...\] QUEUE *"
		equal "$stderr" ""
		run -1 --separate-stderr sh -c "mqtool $command --help >/dev/full"
	done
}
