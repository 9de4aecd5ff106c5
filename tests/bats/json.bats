# SPDX-License-Identifier: GPL-2.0-or-later
#
# send -j and recv -j: what a line of JSON says is what is on the queue, byte for byte.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1 0x2 /p
	mqtool create 0x1 0x2
	mqtool create -c 10 -s 64 /p
}

# What recv -F shows of every message: nothing of it is JSON.
SHOWN='%t%p %x\n'

# Bodies, each ended by NUL: every byte but NUL alone, all together, UTF-8 of every length, its
# edges, what JSON escapes and what is no UTF-8.
bodies()
{
	perl -e '
		my @bytes = map { chr } 1 .. 255;
		my @texts = ("", "hello", join("", @bytes), reverse(join("", @bytes)), "\n", "\\",
			"\"body\":\"", "{\"body\":1}", "a\tb\r\n", "\\u0041", " ", "  x  ",
			"\xc2\x80", "\xc2\x9b31m", "\xc2\x9f", "\xc2\xa0", "\xd8\x9c", "\xe2\x80\xae",
			"\xe2\x81\xa6x\xe2\x81\xa9", "\xef\xbb\xbf", "\xef\xbf\xbd", "\xef\xbf\xbf",
			"\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80",
			"\xf4\x8f\xbf\xbf", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80\xed\xb0\x80",
			"\xf4\x90\x80\x80", "\xc3", "a\xe2\x82", "\x7f", "\x1b[31m", "gr\xc3\xbc\xc3\x9f");
		print "$_\0" for @bytes, @texts;'
}

# What SHOWN shows of them with an order (type or priority) of $1.
shown()
{
	bodies | perl -0 -ne 'chomp; print "'"$1"' ", unpack("H*", $_), "\n"'
}

@test "recv -j to send -j is exact for any bytes and any type" {
	# NUL comes by way of stdin.
	printf 'a\0b' | mqtool send -t 3 0x1
	printf '\0' | mqtool send -t 4 0x1
	bodies | mqtool send -0 -t 7 0x1
	bodies | mqtool send -0 -t 9223372036854775807 0x1
	{ echo "3 610062"; echo "4 00"; shown 7; shown 9223372036854775807; } >expected
	equal "$(waiting 0x1)" "$(wc -l <expected)"
	mqtool recv -a -j 0x1 >lines
	equal "$(wc -l <lines)" "$(wc -l <expected)"
	mqtool send -j 0x2 <lines
	mqtool recv -a -F "$SHOWN" 0x2 >got
	cmp expected got
	# Through a pipe, the other way.
	mqtool send -j 0x2 <lines
	mqtool recv -a -j 0x2 | mqtool send -j -f - 0x1
	mqtool recv -a -F "$SHOWN" 0x1 >got
	cmp expected got
}

@test "recv -j to send -j is exact for any bytes and any priority" {
	local n
	limit fs/mqueue/msg_max 400
	mqtool create -c 320 -s 256 /a
	mqtool create -c 320 -s 256 /b
	bodies | mqtool send -0 /a
	mqtool send -p 32767 /a first
	printf 'x\0y' | mqtool send -p 9 /a
	n=$(waiting /a)
	# The kernel gives the highest priority first.
	{ echo "32767 6669727374"; echo "9 780079"; shown 0; } >expected
	equal "$n" "$(wc -l <expected)"
	mqtool recv -a -j /a | mqtool send -j /b
	equal "$(waiting /b)" "$n"
	mqtool recv -a -F "$SHOWN" /b >got
	cmp expected got
	mqtool rm /a /b
}

@test "recv -j to send -j is exact for huge bodies" {
	limit kernel/msgmax 4000000
	limit kernel/msgmnb 9000000
	mqtool create 0x11 0x12
	perl -e 'srand 1; print map { chr rand 256 } 1 .. 2_000_000' >binary
	# Six characters each in JSON: the longest line that a message can make.
	perl -e 'print "\1" x 2_000_000' >control
	mqtool send -t 5 0x11 <binary
	mqtool send -t 6 0x11 <control
	mqtool recv -a -j 0x11 | mqtool send -j 0x12
	mqtool recv -t 6 -r 0x12 | cmp control
	mqtool recv -t 5 -r 0x12 | cmp binary
	limit kernel/msgmax 8192
	limit kernel/msgmnb 16384
	mqtool rm 0x11 0x12
}

@test "recv -j writes these members, and nothing a terminal could obey" {
	local private
	private=$(mqtool create --private)
	mqtool create -c 10 -s 64 'esc:/a\x20b'
	mqtool send -t 7 0x1 hello
	mqtool send "$private" ''
	mqtool send -p 5 /p "$(printf '\033[1m\302\233\342\200\256\177"\\')"
	printf '\377\0' | mqtool send 'esc:/a\x20b'
	equal "$(mqtool recv -j 0x1)" '{"queue":"key:0x00000001","type":7,"size":5,"body":"hello"}'
	equal "$(mqtool recv -J "$private")" '{"queue":"'"$private"'","type":1,"size":0,"body":""}'
	equal "$(mqtool recv --json /p)" '{"queue":"/p","priority":5,"size":12,'`
		`'"body":"\u001b[1m\u009b\u202e\u007f\"\\"}'
	equal "$(mqtool recv -j 'esc:/a\x20b')" '{"queue":"esc:/a\\x20b","priority":0,"size":2,'`
		`'"body_base64":"/wA="}'
	mqtool rm "$private" 'esc:/a\x20b'
}

@test "send -j: order, blanks and other members do not matter" {
	printf '%s\r\n%s\n%s\n%s' \
		' { "body" : "one" , "type" : 2 , "more": {"body": [1, null]}, "size": "wrong" } ' \
		'{"size":99,"queue":"/elsewhere","type":3,"body":"tw\u006F"}' \
		'{"type":4,"body_base64":"dGhyZWU="}' \
		'{"body":"no newline"}' |
		mqtool send -v -j 0x1 2>err
	matches "$(cat err)" 'mqtool send: sent 4 messages, 21 bytes in *'
	equal "$(mqtool recv -a -F '%t %s\n' 0x1)" $'2 one\n3 two\n4 three\n1 no newline'
	run -0 mqtool send -j 0x1 </dev/null
	equal "$(waiting 0x1)" 0
}

@test "send -j: the line's own type or priority wins over the option's" {
	printf '%s\n' '{"type":7,"body":"own"}' '{"body":"given"}' | mqtool send -J -t 5 0x1
	equal "$(mqtool recv -a -F '%t %s\n' 0x1)" $'7 own\n5 given'
	printf '%s\n' '{"priority":0,"body":"own"}' '{"body":"given"}' | mqtool send --json -p 5 /p
	equal "$(mqtool recv -a -F '%p %s\n' /p)" $'5 given\n0 own'
}

@test "send -j: the other kind's member is an error unless -t or -p is given" {
	printf '%s\n' '{"body":"a"}' '{"priority":3,"body":"b"}' '{"body":"c"}' >priorities
	printf '%s\n' '{"body":"a"}' '{"type":3,"body":"b"}' '{"body":"c"}' >types
	printf '%s\n' '{"type":3,"priority":4,"body":"b"}' >both

	run -1 --separate-stderr mqtool send -j 0x1 <priorities
	equal "$stderr" "mqtool send: line 2: a System V queue has types, no priorities; say which"`
		`" type to use with -t; 1 message was sent before it"
	equal "$(mqtool recv -a 0x1)" a
	run -1 --separate-stderr mqtool send -j /p <types
	equal "$stderr" "mqtool send: line 2: a POSIX queue has priorities, no types; say which"`
		`" priority to use with -p; 1 message was sent before it"
	equal "$(mqtool recv -a /p)" a
	run -1 mqtool send -j 0x1 <both
	run -1 mqtool send -j /p <both
	equal "$(waiting 0x1) $(waiting /p)" "0 0"

	mqtool send -j -t 9 0x1 <priorities
	mqtool send -j -t 9 0x1 <both
	equal "$(mqtool recv -a -F '%t%s ' 0x1)" '9a 9b 9c 3b '
	mqtool send -j -p 9 /p <types
	mqtool send -j -p 9 /p <both
	equal "$(mqtool recv -a -F '%p%s ' /p)" '9a 9b 9c 4b '
}

# bad LINE TEXT: it stops send -j, with that text after its place, after the lines before it.
bad()
{
	printf '%s\n' '{"type":2,"body":"before"}' "$1" '{"body":"behind"}' >lines
	run -1 --separate-stderr mqtool send -j 0x1 <lines
	equal "$output" ""
	# shellcheck disable=SC2154
	matches "$stderr" "mqtool send: line 2: $2; 1 message was sent before it" || return
	run -1 --separate-stderr mqtool send -j -f lines 0x1
	matches "$stderr" "mqtool send: lines: line 2: $2; 1 message was sent before it" || return
	equal "$(mqtool recv -a 0x1)" $'before\nbefore'
}

@test "send -j: a bad line is named, with nothing sent from it on" {
	bad 'hello' 'column 5: bad JSON: *'
	bad '{"body":x}' "column 9: bad JSON: *near 'x'*"
	bad '{"body":"x"' 'column 11: bad JSON: *'
	bad '{"body":"x"} {"body":"y"}' 'column 14: bad JSON: *'
	bad '{"body":"x","body":"y"}' 'column 18: bad JSON: duplicate object key*'
	bad '{"type":1,"type":1,"body":"y"}' 'column 16: bad JSON: duplicate object key*'
	bad $'{"body":"\377"}' 'column 10: bad JSON: *0xff*'
	bad $'{"body":"a\tb"}' 'column 10: bad JSON: *control character*'
	bad '{"type":99999999999999999999,"body":""}' 'column 28: bad JSON: too big integer*'
	bad '' '*bad JSON: *'
	bad '[{"body":"x"}]' 'not a JSON object'
	bad '{"type":1}' 'neither "body" nor "body_base64"'
	bad '{"body":"x","body_base64":"eA=="}' 'both "body" and "body_base64"'
	bad '{"body":7}' '"body" must be a string'
	bad '{"body_base64":"eA"}' '"body_base64" is not base64'
	bad '{"body":"x","type":0}' '"type" must be a whole number from 1 to 9223372036854775807'
	bad '{"body":"x","type":1.5}' '"type" must be a whole number from 1 to *'
	bad '{"body":"x","type":"2"}' '"type" must be a whole number from 1 to *'
	bad '{"body":"x","priority":32768}' '"priority" must be a whole number from 0 to 32767'
}

@test "send -j: what a bad line holds reaches stderr escaped" {
	printf '{"body":\033[31m\302\233}\n' >lines
	run -1 --separate-stderr mqtool send -j 0x1 <lines
	[[ $stderr == *'\x1b'* && $stderr != *[$'\033\302\233']* ]]
}

@test "send -j: a message over the limit is named with its line and the limit" {
	{ echo '{"body":"fits"}'; perl -e 'print "{\"body\":\"", "x" x 65, "\"}\n"'; } >lines
	run -1 --separate-stderr mqtool send -j /p <lines
	matches "$stderr" 'mqtool send: line 2: 65 bytes; /p takes at most 64 *; 1 message was sent before it'
	equal "$(mqtool recv -a /p)" fits
}

@test "send -j: a long line is read, an endless one is not" {
	# More than the first block, less than what the queue's largest message could make.
	perl -e 'print "{\"x\":\"", "y" x 90000, "\",\"body\":\"long\"}\n", "{\"body\":\"next\"}\n"' |
		mqtool send -j 0x1
	equal "$(mqtool recv -a 0x1)" $'long\nnext'
	run -1 --separate-stderr timeout 20 mqtool send -j 0x1 < <(
		echo '{"body":"before"}'
		exec perl -e 'print "{\"body\":\""; while (print "x" x 65536) {}' 2>/dev/null)
	equal "$stderr" "mqtool send: line 2: the line is longer than any message the queue takes;"`
		`" 1 message was sent before it"
	equal "$(mqtool recv -a 0x1)" before
}

# Names of the libraries that a process has mapped, but those of sanitizers.
mapped()
{
	local sanitizers='a^'
	if grep -q -e libasan -e __asan_init "/proc/$1/maps" "$MQTOOL"; then
		sanitizers='lib(asan|ubsan|stdc[+][+]|m|gcc_s|resolv|dl|rt|pthread)[.-]'
	fi
	awk '{ print $6 }' "/proc/$1/maps" | grep -o '[^/]*[.]so[^/]*$' | sort -u |
		grep -vE -e '^ld-' -e "^($sanitizers)" | sed 's/[.-].*//' | sort -u | xargs
}

@test "send and recv map libc and popt alone; jansson comes with the first line of send -j" {
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind maps files of its own"
	mkfifo fifo
	start mqtool recv 0x1
	blocked "$pid"
	equal "$(mapped "$pid")" "libc libpopt"
	mqtool send 0x1 go
	finish "$pid" 0

	start mqtool recv -j 0x1 >out
	blocked "$pid"
	equal "$(mapped "$pid")" "libc libpopt"
	mqtool send 0x1 go
	finish "$pid" 0

	start sh -c 'exec mqtool send -l 0x1 <fifo'
	exec 9>fifo
	echo one >&9
	wait_until is_waiting 0x1 1
	equal "$(mapped "$pid")" "libc libpopt"
	exec 9>&-
	finish "$pid" 0

	start sh -c 'exec mqtool send -j 0x1 <fifo'
	exec 9>fifo
	wait_until pipe_read "$pid"
	equal "$(mapped "$pid")" "libc libpopt"
	echo '{"body":"two"}' >&9
	wait_until is_waiting 0x1 2
	equal "$(mapped "$pid")" "libc libjansson libpopt"
	exec 9>&-
	finish "$pid" 0
}

# The process is in read(2), or in poll(2) for it.
pipe_read()
{
	[[ $(cat "/proc/$1/wchan") == *pipe*read* ]]
}

@test "send and recv open no locale until a text is printed" {
	[ -z "${MQTOOL_VALGRIND-}" ] || skip "valgrind and strace do not go together"
	command -v strace >/dev/null || skip_loudly "strace not found"
	# LeakSanitizer needs ptrace(2) for itself.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	strace -f -e trace=open,openat -o trace mqtool send 0x1 one
	printf 'two\n' | strace -f -A -e trace=open,openat -o trace mqtool send -l 0x1
	strace -f -A -e trace=open,openat -o trace mqtool recv 0x1
	strace -f -A -e trace=open,openat -o trace mqtool recv -a -F '%s %T\n' 0x1
	grep -q libpopt trace
	run ! grep -e locale -e gconv -e '[.]mo"' trace
	# The same does see them.
	run -3 strace -f -e trace=open,openat -o trace mqtool recv -n 0x1
	grep -q -i -e locale -e 'C[.]utf' trace
}

@test "exactly once: several send -j and recv -j on one queue" {
	local i pids=()
	for i in 1 2 3; do
		start mqtool recv -f -j 0x1 >"out$i"
		pids+=("$pid")
	done
	for i in 1 2 3; do
		perl -e 'print "{\"type\":'$i',\"body\":\"'$i':$_\\n\"}\n" for 1 .. 3000' >"in$i"
		start mqtool send -j 0x1 <"in$i"
		pids+=("$pid")
	done
	for i in 3 4 5; do
		finish "${pids[i]}" 0
	done
	wait_until is_waiting 0x1 0
	for i in 0 1 2; do
		kill -TERM "${pids[i]}"
		finish "${pids[i]}" 143
	done
	cat out? | sed 's/"queue":"key:0x00000001",//; s/"size":[0-9]*,//' | sort >got
	cat in? | sort >expected
	cmp expected got
	equal "$(waiting 0x1)" 0
}
