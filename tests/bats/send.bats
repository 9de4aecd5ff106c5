# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool send

load helper

# usage TEXT ARG...: send ARG... is refused with that line and a second one, and does nothing.
usage()
{
	local text=$1
	shift
	run -2 --separate-stderr send "$@" <<<"must not be sent"
	equal "$output" ""
	equal "$stderr" "mqtool send: $text
Try 'mqtool send --help' for more information."
}

# fails STATUS TEXT ARG...: one line on stderr, a pattern.
fails()
{
	local status=$1 text=$2
	shift 2
	run "-$status" --separate-stderr send "$@"
	equal "$output" ""
	equal "${#stderr_lines[@]}" 1
	matches "$stderr" "mqtool send: $text"
}

# bytes N: so many of them.
bytes()
{
	head -c "$1" /dev/zero | tr '\0' "${2-x}"
}

@test "operands are messages, in silence" {
	create_small /op 0x10
	for queue in /op 0x10; do
		run -0 send "$queue" one "" "two words" $'line\n' --
		equal "$output" ""
		run -0 send "$queue" -- -n --help -
		holds "$queue" '[one][][two words][line\x0a][-n][--help][-]'
	done
}

@test "options may stand anywhere; mqsend is send" {
	create_small /any
	send /any -p 3 a -n
	mqsend /any b
	holds /any '[a][b]'
}

@test "without MESSAGE all of standard input is one message" {
	create_small /in 0x11
	for queue in /in 0x11; do
		printf 'a\nb\0c\n\n' | send "$queue"
		printf 'no newline' | send "$queue"
		send "$queue" </dev/null
		holds "$queue" '[a\x0ab\x00c\x0a\x0a][no newline][]'
	done
}

@test "-f names the input; - is standard input; several are several messages" {
	create_small /file 0x12
	printf 'one\n' >one
	: >empty
	for queue in /file 0x12; do
		send -f one --file empty --file=- "$queue" <<<in
		send "$queue" -fone
		holds "$queue" '[one\x0a][][in\x0a][one\x0a]'
	done
}

@test "-f - more than once reads standard input on" {
	create_small /twice
	printf in | send -f - -f - /twice
	holds /twice '[in][]'
	printf 'a\nb' | send -l -f - -f - /twice
	holds /twice '[a][b]'
}

@test "a file named - needs a directory" {
	create_small /dash
	printf 'the file' >-
	printf stdin | send -f ./- -f - /dash
	holds /dash '[the file][stdin]'
}

@test "-l: each line is a message, also a last one without newline" {
	create_small /lines 0x13
	for queue in /lines 0x13; do
		printf 'a\n\nb\0c\n\n' | send -l "$queue"
		printf 'open\nend' | send --lines "$queue"
		holds "$queue" '[a][][b\x00c][][open][end]'
		run -0 send -l "$queue" </dev/null
		equal "$output" ""
		printf '\n' | send -l "$queue"
		holds "$queue" '[]'
	done
}

@test "-0: NUL separates messages" {
	create_small /null 0x14
	for queue in /null 0x14; do
		printf 'a\0\0b\nc\0' | send -0 "$queue"
		printf 'open\0end' | send --null "$queue"
		holds "$queue" '[a][][b\x0ac][open][end]'
		send -0 "$queue" </dev/null
		printf '\0' | send -0 "$queue"
		holds "$queue" '[]'
	done
}

@test "-l of several files: a line does not go on in the next file" {
	create_small /seam
	printf 'a\nb' >one
	printf 'c\nd' >two
	send -lf one -f two /seam
	holds /seam '[a][b][c][d]'
}

@test "a framing given twice is the same framing" {
	create_small /same
	printf 'a\nb\n' | send -l -l /same
	holds /same '[a][b]'
}

@test "bodies of every kind and size, exact, on both kinds" {
	create /body
	create 0x15
	: >body0
	printf x >body1
	all_bytes >body2
	printf '\0' >body3
	printf 'a\0\nb' >body4
	head -c 8191 /dev/urandom >body5
	head -c 8192 /dev/urandom >body6
	for queue in /body 0x15; do
		for body in body?; do
			send "$queue" <"$body"
			mqtool recv -n -r "$queue" | cmp - "$body"
		done
		send -f body0 -f body1 -f body2 -f body3 -f body4 -f body5 -n "$queue"
		mqtool recv -a -r "$queue" | cmp - <(cat body[0-5])
	done
}

@test "lines of every length near the size of what is read at once" {
	create -s 8192 -c 10 /block
	# The second line begins and ends at every place around 64 KiB.
	for extra in 0 1 2 3 4 5; do
		{
			for i in 1 2 3 4 5 6 7; do
				bytes 8191
				echo
			done
			bytes $((8187 + extra))
			echo
			printf 'b\nlast'
		} >lines
		send -l /block <lines
		mqtool recv -n -c 8 /block >got
		mqtool recv -n -c 2 /block >>got
		{ cat lines; echo; } | cmp - got
	done
}

@test "what goes in by -l comes out by recv, -0 by recv -0, as it was by recv -r" {
	printf 'first\n\nthird \t \n\0\n' >lines
	printf 'first\n\0\0third\n\0' >nulls
	all_bytes >whole
	create_small /round 0x16
	for queue in /round 0x16; do
		send -l "$queue" <lines
		mqtool recv -a "$queue" | cmp - lines
		send -0 "$queue" <nulls
		mqtool recv -a -0 "$queue" | cmp - nulls
		send "$queue" <whole
		mqtool recv -r "$queue" | cmp - whole
	done
}

@test "-p: the highest first, and in the order sent within one" {
	create_small /prio
	send /prio none1
	send -p 0 /prio zero2
	send -p 7 /prio seven1
	send --priority=32767 /prio top
	send -p7 /prio seven2
	send -p 1 /prio one
	run -0 mqtool recv -a -F '%p %s\n' /prio
	equal "$output" "32767 top
7 seven1
7 seven2
1 one
0 none1
0 zero2"
}

@test "-t: types of System V, 1 when left out" {
	create 0x17
	send 0x17 one
	send -t 7 0x17 seven
	send --type=9223372036854775807 0x17 last
	run -0 mqtool recv -a -F '%t %s\n' 0x17
	equal "$output" "1 one
7 seven
9223372036854775807 last"
}

@test "a repeated option: the last wins" {
	create_small /last 0x18
	send -p 1 -p 2 /last x
	send -t 1 -t 2 0x18 x
	equal "$(mqtool recv -n -F %p /last)$(mqtool recv -n -F %t 0x18)" 22
	create -c 1 -s 512 /last1
	send /last1 x
	run -3 send -T 1h -T 0 /last1 x
}

@test "-v sums up on stderr" {
	create /sum
	run -0 --separate-stderr send -v /sum a bcd ""
	equal "$output" ""
	matches "$stderr" "mqtool send: sent 3 messages, 4 bytes in +([0-9]).[0-9][0-9][0-9] s (+([0-9]) messages/s)"
	run -0 --separate-stderr send --verbose /sum a
	matches "$stderr" "mqtool send: sent 1 message, 1 bytes in *"
	run -1 --separate-stderr send -v /sum a "$(bytes 8193)" c
	matches "${stderr_lines[0]}" "mqtool send: message 2: 8193 bytes; /sum takes at most 8192 *"
	matches "${stderr_lines[1]}" "mqtool send: sent 1 message, *"
}

# ---- what is refused before anything is done ----

@test "options that do not go together" {
	create_small /no 0x20
	for option in -l --lines -0 --null -j -J --json -ffile --file=-; do
		usage "a MESSAGE cannot be given together with -f, -l, -0 or -j" "$option" /no x
	done
	for pair in "-l -0" "-0 -l" "-l -j" "-j -l" "-0 -j" "-0 -J"; do
		# shellcheck disable=SC2086
		usage "give only one of -l, -0 and -j" $pair /no
	done
	usage "-n never waits, so -T has no meaning with it" -n -T 1 /no
	usage "-n never waits, so -T has no meaning with it" --timeout=1h /no --nonblock x
	holds /no ""
}

@test "options of the other kind of queue" {
	create_small /kind 0x21
	usage "-t is for System V queues, and /kind is a POSIX queue" -t 1 /kind x
	usage "-p is for POSIX queues, and key:0x00000021 is a System V queue" 0x21 -p 0 x
	usage "-p is for POSIX queues, and id:0 is a System V queue" id:0 -p 0
	holds /kind ""
	holds 0x21 ""
}

@test "values that are none" {
	create_small /value 0x22
	for type in 0 -1 9223372036854775808; do
		usage "-t: $type is out of range (1 to 9223372036854775807)" -t "$type" 0x22 x
	done
	for type in "" x 1x " 1" 0x1 1.0 +1; do
		usage "--type: '$type' is not a whole number (decimal digits only)" --type "$type" 0x22 x
	done
	for priority in 32768 99999999999999999999; do
		usage "-p: $priority is out of range (0 to 32767)" -p "$priority" /value x
	done
	for priority in "" -1 x 1p; do
		usage "--priority: '$priority' is not a whole number (decimal digits only)" \
			--priority "$priority" /value x
	done
	for timeout in "" -1 x 1x "1 s" inf; do
		usage "-T: '$timeout' is not a duration (seconds, or a number with ms, s, m, h or d)" \
			-T "$timeout" /value x
	done
	usage "-T: '99999999999999999999d' is too long for a duration" -T 99999999999999999999d /value x
	holds /value ""
	holds 0x22 ""
}

@test "lines that are incomplete or unknown" {
	usage "no queue given"
	usage "no queue given" -l
	usage "option '-t' needs a value" /q -t
	usage "unknown option '-c'" -c 1 /q
	run -2 --separate-stderr send --prioriti 1 /q x
	equal "$stderr" "mqtool send: unknown option '--prioriti'
Did you mean '--priority'?"
}

@test "names that are no queue" {
	for name in jobs 12 /a/b amqp://localhost/q ""; do
		run -2 --separate-stderr send "$name" x
		equal "${#stderr_lines[@]}" 1
		matches "$stderr" "mqtool send: '$name': *"
	done
}

# ---- failures ----

@test "a queue that is not there is status 4" {
	fails 4 "/nix: no such queue ('mqtool create /nix' makes it)" /nix x
	fails 4 "key:0x7fffffff: no such queue ('mqtool create key:0x7fffffff' makes it)" 0x7fffffff x
	fails 4 "id:2147483647: no such queue" id:2147483647 x
	fails 1 "ftok:/nix: no key from this path: No such file or directory" ftok:/nix x
}

@test "files are opened before the first message goes" {
	create_small /files
	echo there >there
	fails 1 "cannot open missing: No such file or directory; nothing was sent" \
		-f there -f missing /files
	fails 1 "cannot open missing: *; nothing was sent" -l -f there -f missing /files
	fails 1 "cannot open .: Is a directory; nothing was sent" -f there -f . /files
	fails 1 "cannot open : No such file or directory; nothing was sent" -f there -f "" /files
	fails 1 'cannot open a\\x1b\[31mb: *; nothing was sent' -f $'a\033[31mb' /files
	many=()
	for ((i = 0; i < 30; i++)); do many+=(-f there); done
	(ulimit -n 20 && fails 1 "cannot open there: Too many open files; nothing was sent" \
		"${many[@]}" /files)
	holds /files ""
}

@test "an input that cannot be read" {
	create_small /read
	fails 1 "cannot read standard input: Is a directory; 0 messages were sent" /read <.
	fails 1 "cannot read standard input: Is a directory; 0 messages were sent" -l /read <.
	echo a >a
	fails 1 "cannot read standard input: Is a directory; 1 message was sent" -f a -f - /read <.
	holds /read '[a\x0a]'
	# Without one, and with one that is open for writing.
	# shellcheck disable=SC2016
	for redirection in '<&-' '0>written'; do
		run -1 --separate-stderr timeout 20 sh -c "mqtool send /read $redirection"
		equal "$stderr" "mqtool send: cannot read standard input: Bad file descriptor; 0 messages were sent"
	done
	holds /read ""
}

@test "one byte too many fails at once, on both kinds" {
	create -s 16 -c 2 /limit
	create -b 100 0x30
	create 0x31
	for how in operand whole file; do
		for queue in /limit:16 0x30:100 0x31:8192; do
			max=${queue#*:}
			queue=${queue%:*}
			bytes $((max + 1)) >over
			bytes "$max" >fits
			case $queue in
			/limit) text="17 bytes; /limit takes at most 16 (its mq_msgsize*" ;;
			0x30) text="101 bytes; key:0x00000030 takes at most 100 (its msg_qbytes*" ;;
			0x31) text="8193 bytes; key:0x00000031 takes at most 8192 (kernel.msgmax; raise it*" ;;
			esac
			case $how in
			operand)
				fails 1 "$text" "$queue" "$(cat over)"
				send "$queue" "$(cat fits)"
				;;
			whole)
				fails 1 "standard input: $text" "$queue" <over
				send "$queue" <fits
				;;
			file)
				fails 1 "over: $text" "$queue" -f over
				send "$queue" -f fits
				;;
			esac
			mqtool recv -n -r "$queue" | cmp - fits
		done
	done
}

@test "a queue that takes nothing says so at once" {
	create -b 0 0x32
	text="key:0x00000032 takes no message at all: its msg_qbytes is 0 (raise it with mqtool set --max-bytes)"
	fails 1 "$text" 0x32 x
	fails 1 "$text" 0x32 ""
	fails 1 "$text" -n 0x32 ""
	fails 1 "standard input: $text" 0x32 </dev/null
	fails 1 "line 1: $text; 0 messages were sent before it" -l 0x32 <<<x
	equal "$(ipcs -q | awk '$1 == "0x00000032" { print $6 }')" 0
}

@test "what can never fit fails at once also on a full queue" {
	create -c 1 -s 16 /full
	create -b 100 0x33
	send /full x
	send 0x33 "$(bytes 100)"
	fails 1 "17 bytes; /full takes at most 16 *" /full "$(bytes 17)"
	fails 1 "101 bytes; key:0x00000033 takes at most 100 *" 0x33 "$(bytes 101)"
	fails 1 "8193 bytes; key:0x00000033 takes at most 8192 (kernel.msgmax; *" 0x33 "$(bytes 8193)"
}

@test "an input without end is not read to its end" {
	create /endless
	create 0x34
	for queue in /endless 0x34; do
		fails 1 "standard input: more than * bytes; * takes at most 8192 *" "$queue" </dev/zero
		fails 1 "line 1: more than * bytes; * takes at most 8192 *; 0 messages were sent before it" \
			-l "$queue" </dev/zero
		holds "$queue" ""
	done
}

@test "messages larger than what is read at once" {
	limit fs/mqueue/msgsize_max 150000
	limit kernel/msgmax 5000000
	limit kernel/msgmnb 9000000
	create -c 1 -s 150000 /huge
	create 0x37
	head -c 5000000 /dev/urandom | tr '\n' ' ' >stream
	for queue in /huge:150000 0x37:5000000; do
		max=${queue#*:}
		queue=${queue%:*}
		head -c "$max" stream >huge
		send "$queue" <huge
		mqtool recv -n -r "$queue" | cmp - huge
		{ cat huge; echo; } | send -l "$queue"
		mqtool recv -n -r "$queue" | cmp - huge
		{ echo; cat huge; echo xx; } >over
		fails 1 "line 2: $((max + 2)) bytes; * takes at most $max *; 1 message was sent before it" \
			-l "$queue" <over
		holds "$queue" '[]'
		fails 1 "standard input: *$((max + 4)) bytes; * takes at most $max *" "$queue" <over
	done
}

@test "the place, the limit and how many were sent: lines" {
	create -s 8 /place
	create -b 10000 0x35
	printf 'a\nbb\n123456789\nc\n' >lines
	fails 1 "line 3: 9 bytes; /place takes at most 8 (its mq_msgsize, fixed by mqtool create --message-size); 2 messages were sent before it" \
		-l /place <lines
	holds /place '[a][bb]'
	fails 1 "lines: line 3: 9 bytes; * 2 messages were sent before it" -l -f lines /place
	holds /place '[a][bb]'
	echo ok >first
	fails 1 "lines: line 3: 9 bytes; * 3 messages were sent before it" -lf first -f lines /place
	holds /place '[ok][a][bb]'
	fails 1 "standard input: line 3: 9 bytes; * 3 messages were sent before it" \
		-lf first -f - /place <lines
	holds /place '[ok][a][bb]'
	{ echo a; bytes 8193; } >lines
	fails 1 "line 2: 8193 bytes; key:0x00000035 takes at most 8192 (kernel.msgmax; raise it with sysctl kernel.msgmax=N); 1 message was sent before it" \
		-l 0x35 <lines
	holds 0x35 '[a]'
}

@test "the place, the limit and how many were sent: NUL, operands, files" {
	create -s 8 /place0
	printf 'a\0bb\n\000123456789\0c' >nulls
	fails 1 "message 3: 9 bytes; /place0 takes at most 8 *; 2 messages were sent before it" \
		-0 /place0 <nulls
	holds /place0 '[a][bb\x0a]'
	fails 1 "nulls: message 3: 9 bytes; * 2 messages were sent before it" -0 -f nulls /place0
	holds /place0 '[a][bb\x0a]'
	fails 1 "message 2: 9 bytes; * 1 message was sent before it" /place0 a 123456789 c
	holds /place0 '[a]'
	printf 12345678 >ok
	printf 123456789 >over
	fails 1 "over: 9 bytes; * 2 messages were sent before it" -f ok -f ok -f over -f ok /place0
	holds /place0 '[12345678][12345678]'
}

@test "no room: status 3, the limit, and how many were sent" {
	create -c 2 -s 512 /room
	create -b 5 0x36
	fails 3 "message 3: /room: the queue is full: 2 messages, mq_maxmsg 2; 2 messages were sent before it" \
		-n /room a b c d
	fails 3 "/room: the queue is full: *" --nonblock /room a
	fails 3 "/room: the queue is full: *" -T 0 /room a
	fails 3 "standard input: /room: the queue is full: *" -T 10ms /room <<<c
	fails 3 "line 1: /room: the queue is full: *; 0 messages were sent before it" -l -n /room <<<c
	holds /room '[a][b]'
	fails 3 "line 3: key:0x00000036: the queue is full: messages 2, bytes 4, msg_qbytes 5; 2 messages were sent before it" \
		-l -n 0x36 < <(printf 'ab\ncd\nef\n')
	fails 3 "key:0x00000036: the queue is full: *" -T 10ms 0x36 ef
	send -n 0x36 e
	holds 0x36 '[ab][cd][e]'
	# Empty messages are counted by the kernel too.
	fails 3 "message 6: * the queue is full: messages 5, bytes 0, msg_qbytes 5; 5 messages were sent before it" \
		-n 0x36 "" "" "" "" "" ""
}

@test "the timeout is for each message" {
	create -c 1 -s 512 /each
	start mqtool recv -f /each >got
	receiver=$pid
	# 0.6 s in all, never 0.5 s for one.
	send -T 0.5 -l /each < <(for i in 1 2 3; do sleep 0.2; echo "$i"; done)
	wait_until grep -q 3 got
	kill -TERM "$receiver"
	finish "$receiver" 143
	equal "$(cat got)" $'1\n2\n3'
}

@test "sending needs no standard output, and none that works" {
	create_small /silent
	send /silent a >/dev/full
	send /silent b >&-
	holds /silent '[a][b]'
}

@test "the message of a failure is escaped" {
	fails 4 'esc:/\\x1b\[31m: no such queue' $'/\033[31m' x
	run -2 --separate-stderr send -t $'\033[31m' 0x10 x
	[[ $stderr != *$'\033'* ]]
}

# ---- --prefix ----

@test "--prefix: each record says its type or priority" {
	create_small /prefix 0x70
	printf '5\thello\n' | send -l --prefix='\t' /prefix
	printf '7\ttab\tin it\n9\t' | send -l --prefix='\t' /prefix
	equal "$(recv -a -F '%p[%q]' /prefix)" '9[]7[tab\x09in it]5[hello]'
	printf '9223372036854775807: a\nb\0001: \0' | send -0 --prefix=': ' 0x70
	equal "$(recv -a -F '%t[%q]' 0x70)" '9223372036854775807[a\x0ab]1[]'
	printf '3\n7\nx' | send -0 --prefix='\n' 0x70
	equal "$(recv -a -F '%t[%q]' 0x70)" '3[7\x0ax]'
	send -l --prefix=: /prefix </dev/null
	holds /prefix ''
}

@test "--prefix: recv -F is the way back" {
	create_small /there /back 0x71
	send -p 1 /there one 'two words'
	send -p 32767 /there ''
	recv -a -F '%p\t%s\n' /there | tee copy | send -l --prefix='\t' /back
	recv -a -F '%p\t%s\n' /back >again
	cmp copy again
	equal "$(wc -l <again)" 3
	all_bytes | tr -d '\0' | send -t 12 0x71
	recv -F '%t:%s\0' 0x71 | send -0 --prefix=: 0x71
	run -0 mqtool recv -F '%t %S' 0x71
	equal "$output" '12 255'
}

@test "--prefix: a record without it is a bad line" {
	local bad
	create_small /bad 0x72
	for bad in '' x ':x' '5' '5;x' ' 5:x' '-5:x' '0x5:x'; do
		printf '%s\n' 4:before "$bad" 6:behind >lines
		run -1 --separate-stderr send -l --prefix=: /bad <lines
		equal "$stderr" "mqtool send: line 2: it does not begin with a number from 0 to"`
			`" 32767 and the separator of --prefix; 1 message was sent before it"
		equal "$(recv -a -F '%p%s,' /bad)" '4before,'
	done
	fails 1 'message 1: the number before the separator must be from 0 to 32767;*' \
		-0 --prefix=: /bad <<<'32768:x'
	for bad in 0 9223372036854775808 18446744073709551617; do
		printf '%s:x\n' "$bad" >f
		fails 1 'f: line 1: the number before the separator must be from 1 to'`
			`' 9223372036854775807; 0 messages were sent before it' \
			-l -f f --prefix=: 0x72
	done
	holds 0x72 ''
}

@test "--prefix: the size is that of the body" {
	create -c 10 -s 100 /size
	{ printf '32767:'; bytes 100; } | send -l --prefix=: /size
	run -0 mqtool recv -F '%p %S' /size
	equal "$output" '32767 100'
	{ printf '1:'; bytes 101; } >f
	fails 1 'line 1: 101 bytes; /size takes at most 100 *' -l --prefix=: /size <f
	{ printf '1:'; bytes 1000000; } >f
	fails 1 'line 1: more than * bytes; /size takes at most 100 *' -l --prefix=: /size <f
	holds /size ''
}

@test "--prefix: what it does not go with" {
	local option
	create_small /alone 0x73
	usage '--prefix needs messages cut by -l or -0' --prefix=: /alone
	usage '--prefix needs messages cut by -l or -0' -j --prefix=: /alone
	usage '--prefix needs messages cut by -l or -0' --prefix=: /alone hello
	for option in '-p 1 /alone' '-t 1 0x73'; do
		# shellcheck disable=SC2086
		usage 'with --prefix each message gives its own type or priority: -t and -p have'`
			`' no meaning' -l --prefix=: $option
	done
	usage '--prefix: SEP cannot be used: it is empty' -l --prefix= /alone
	usage '--prefix: SEP cannot be used: it begins with a digit, which would be read as part of the number' \
		-l --prefix='\x30' /alone
	usage '--prefix: SEP cannot be used: it contains what ends a message' -l --prefix=':\n' /alone
	usage '--prefix: SEP cannot be used: it contains what ends a message' -0 --prefix='\0' /alone
	usage '--prefix: SEP cannot be used: an escape is \n, \t, \0, \\ or \xNN' \
		-l --prefix='\q' /alone
	holds /alone ''
}
