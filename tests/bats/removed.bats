# SPDX-License-Identifier: GPL-2.0-or-later
#
# A queue that was removed takes nothing, though the kernel goes on taking what is sent to a POSIX
# queue: such messages count as not sent, and those that were taken from elsewhere go back there.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x6 /b
	mqtool create 0x6
	mqtool create -c 10 -s 64 /b
}

# make_again QUEUE: removes it and makes another of that name.
make_again()
{
	mqtool rm "$1"
	case $1 in
	/*) mqtool create -c 10 -s 64 "$1" ;;
	*) mqtool create "$1" ;;
	esac
}

@test "move -f: DEST is removed and made again: the message goes back, status 4" {
	local pair source dest
	mqtool create 0x7
	for pair in 0x6:/b /b:0x6 0x6:0x7; do
		source=${pair%:*} dest=${pair#*:}
		start mqtool move -f "$source" "$dest" 2>err
		mqtool send "$source" first
		wait_until is_waiting "$dest" 1
		blocked "$pid"
		make_again "$dest"
		mqtool send "$source" second
		finish "$pid" 4
		matches "$(cat err)" \
			"mqtool move: *: the queue was removed; 1 message was moved before it"
		holds "$source" "[second]"
		equal "$(waiting "$dest")" 0
	done
	mqtool rm 0x7
}

@test "move: DEST is removed and not made again: the message goes back, status 4" {
	start mqtool move -f 0x6 /b 2>err
	blocked "$pid"
	kill -STOP "$pid"
	mqtool rm /b
	mqtool send 0x6 only
	kill -CONT "$pid"
	finish "$pid" 4
	holds 0x6 "[only]"
}

@test "--move-failed: the other queue is removed and made again: back, status 4" {
	local pair source dest
	mqtool create 0x7
	for pair in 0x6:/b /b:0x6 0x6:0x7; do
		source=${pair%:*} dest=${pair#*:}
		start mqtool recv -f --move-failed="$dest" "$source" -- false 2>err
		mqtool send "$source" first
		wait_until is_waiting "$dest" 1
		blocked "$pid"
		make_again "$dest"
		mqtool send "$source" second
		finish "$pid" 4
		equal "$(grep -c 'the message was moved' err)" 1
		matches "$(tail -n 1 err)" "mqtool recv: *: the queue was removed"
		holds "$source" "[second]"
	done
	mqtool rm 0x7
}

# stream: send -l of what is written to descriptor 7, on /b.
stream()
{
	mkfifo input
	exec 7<>input
	start mqtool send -v "$@" /b <input 2>err 7>&-
}

@test "send ends within about a second where it waits for input" {
	local framing
	for framing in -l -0 -j; do
		rm -f input
		stream "$framing"
		case $framing in
		-l) echo one >&7 ;;
		-0) printf 'one\0' >&7 ;;
		-j) echo '{"body":"one"}' >&7 ;;
		esac
		wait_until is_waiting /b 1
		make_again /b
		finish "$pid" 4
		matches "$(head -n 1 err)" \
			"mqtool send: *2: /b: the queue was removed; 1 message was sent before it"
		matches "$(tail -n 1 err)" "mqtool send: sent 1 message, *"
		exec 7>&-
	done
}

@test "send of a whole input ends there too" {
	stream
	wait_until in_read "$pid"
	make_again /b
	finish "$pid" 4
	matches "$(head -n 1 err)" "mqtool send: standard input: /b: the queue was removed*"
	exec 7>&-
}

# The process waits for its input.
in_read()
{
	[[ $(cat "/proc/$1/wchan") == *pipe_read* ]]
}

@test "send: what a removed queue took counts as not sent" {
	stream -l
	echo one >&7
	wait_until is_waiting /b 1
	wait_until in_read "$pid"
	# It sees the removal only after it has sent two more.
	kill -STOP "$pid"
	mqtool rm /b
	printf 'two\nthree\n' >&7
	exec 7>&-
	kill -CONT "$pid"
	finish "$pid" 4
	matches "$(head -n 1 err)" "mqtool send: line 2: /b: the queue was removed;"`
		`" 1 message was sent before it*"
	matches "$(tail -n 1 err)" "mqtool send: sent 1 message, *"
}

@test "send: a bad record after the removal is less to be said than that" {
	stream -j
	echo '{"body":"one"}' >&7
	wait_until is_waiting /b 1
	wait_until in_read "$pid"
	kill -STOP "$pid"
	mqtool rm /b
	printf '{"body":"two"}\n{"body":3}\n' >&7
	exec 7>&-
	kill -CONT "$pid"
	finish "$pid" 4
	matches "$(head -n 1 err)" "mqtool send: line *: /b: the queue was removed;"`
		`" 1 message was sent before it*"
}

@test "send: signals say how much was sent, with one message too" {
	stream
	wait_until in_read "$pid"
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(head -n 1 err)" "mqtool send: standard input: interrupted, not sent"
	exec 7>&-
	mqtool send -l /b < <(seq 10)
	start mqtool send /b one two 2>err
	blocked "$pid"
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(cat err)" \
		"mqtool send: message 1: /b: interrupted, not sent; 0 messages were sent before it"
	start mqtool send /b one 2>err
	blocked "$pid"
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(cat err)" "mqtool send: /b: interrupted, not sent"
}

# at_call N CALL STATUS COMMAND [ARG...]: the command gets SIGTERM at that call of its.
at_call()
{
	local n=$1 call=$2
	shift 2
	strace -f -o /dev/null -e trace="$call" -e inject="$call:signal=TERM:when=$n" "$@"
}

@test "send: a signal after the last message, and before any wait, is no reason to send again" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	run -143 --separate-stderr at_call 2 mq_timedsend mqtool send /b one two
	equal "$stderr" "mqtool send: interrupted; 2 messages were sent, and that is all"
	holds /b "[one][two]"
	run -143 --separate-stderr at_call 1 mq_timedsend mqtool send /b one two
	equal "$stderr" \
		"mqtool send: message 2: /b: interrupted, not sent; 1 message was sent before it"
	holds /b "[one]"
	run -143 --separate-stderr at_call 2 msgsnd mqtool send 0x6 one two
	equal "$stderr" "mqtool send: interrupted; 2 messages were sent, and that is all"
	holds 0x6 "[one][two]"
}
