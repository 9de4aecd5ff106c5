# SPDX-License-Identifier: GPL-2.0-or-later
#
# send and recv --progress, and the summary of -v.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1 /p
	mqtool create 0x1
	mqtool create -c 10 -s 64 /p
}

# Prints the lines that --progress showed, one a line, of what a terminal got.
shown()
{
	perl -0777 -ne 'print "$_\n" for /\r([^\r\n]+)\e\[K/g' "$1"
}

# As many lines as ten a second allow, for what took $2 seconds; and some.
not_too_often()
{
	local n
	n=$(shown "$1" | wc -l)
	awk -v n="$n" -v s="$2" 'BEGIN { exit !(n >= 2 && n <= 10 * s + 1) }' ||
		{ echo "$n lines in $2 s" >&2; cat -v "$1" >&2; return 1; }
}

# The time of day in seconds, to the microsecond.
now()
{
	echo "${EPOCHREALTIME/,/.}"
}

# elapsed SINCE: seconds from then.
elapsed()
{
	awk -v a="$1" -v b="$(now)" 'BEGIN { print b - a }'
}

@test "--progress shows nothing where stderr is no terminal" {
	seq 2000 >in
	run -0 --separate-stderr mqtool send -l --progress -f in 0x1
	equal "$output$stderr" ""
	run -0 --separate-stderr mqtool recv -a --progress 0x1
	equal "$output" "$(cat in)"
	equal "$stderr" ""
}

@test "-v says at the end how much it was, terminal or not" {
	printf 'one\n\ntwo\n' >in
	run -0 --separate-stderr mqtool send -l -v 0x1 <in
	[[ $stderr =~ ^'mqtool send: sent 3 messages, 6 bytes in '[0-9]+[.][0-9]{3}' s ('[0-9]+' messages/s)'$ ]]
	run -0 --separate-stderr mqtool recv -v 0x1
	equal "$output" one
	[[ $stderr =~ ^'mqtool recv: received 1 message, 3 bytes in '[0-9]+[.][0-9]{3}' s ('[0-9]+' messages/s)'$ ]]
	on_terminal sh -c 'mqtool recv -a -v 0x1 >out' >tty
	equal "$(cat out)" $'\ntwo'
	[[ $(cat tty) =~ ^'mqtool recv: received 2 messages, 3 bytes in ' ]]
	run -0 --separate-stderr mqtool send -v 0x1 a b
	matches "$stderr" 'mqtool send: sent 2 messages, 2 bytes in *'
}

@test "-v says how much it was when it failed" {
	perl -e 'print "a\nb\n", "x" x 65, "\nc\n"' >in
	run -1 --separate-stderr mqtool send -l -v -f in /p
	matches "${stderr_lines[0]}" 'mqtool send: in: line 3: 65 bytes; *; 2 messages were sent before it'
	matches "${stderr_lines[1]}" 'mqtool send: sent 2 messages, 2 bytes in *'
	run -3 --separate-stderr mqtool recv -c 3 -n -v /p
	matches "${stderr_lines[1]}" 'mqtool recv: received 2 messages, 2 bytes in *'
}

# Sends numbers to a queue for about 0.8 s, a few each 10 ms, and prints how many.
trickle()
{
	perl -e '$| = 1; for (1 .. 80) { print "$_\n"; select(undef, undef, undef, 0.01) }' |
		mqtool send -l "$1"
}

@test "recv --progress: a line at most ten times a second, gone at the end" {
	local began
	start trickle 0x1
	began=$(now)
	on_terminal sh -c 'mqtool recv -c 80 --progress 0x1 >out' >tty
	not_too_often tty "$(elapsed "$began")"
	seq 80 | cmp out
	# The number asked for is what the percentage is of.
	[[ $(shown tty | tail -n 1) =~ ^[0-9]+' messages  '[0-9]+'  '[0-9]+'/s  '[0-9]{1,2}'%  left '[0-9]+s$ ]]
	[[ $(cat tty) == *$'\r\e[K' ]]
	shown tty | grep -o '[0-9]*%' | sort -n -c
	finish "$pid" 0
}

@test "recv -f --progress: no percentage, and the line makes way for messages" {
	start trickle /p
	run -3 on_terminal mqtool recv -f -T 1500ms --progress /p
	printf '%s\n' "$output" >tty
	finish "$pid" 0
	[[ $(shown tty | tail -n 1) =~ ^[0-9]+' messages  '[0-9]+'  '[0-9]+/s$ ]]
	# Each message stands on a line of its own.
	tr -d '\r' <tty | perl -pe 's/[^\n]*\e\[K//g' | grep -v mqtool | diff - <(seq 80)
}

@test "send --progress: percent and time left where the input has a size" {
	local began
	seq 100 199 >in
	# shellcheck disable=SC2016
	start mqtool recv -c 100 /p -- sleep 0.01
	began=$(now)
	on_terminal mqtool send -l --progress -f in /p >tty
	not_too_often tty "$(elapsed "$began")"
	finish "$pid" 0
	[[ $(shown tty | tail -n 1) =~ ^[0-9]+' messages  '[0-9]+'  '[0-9]+'/s  '[0-9]{1,2}'%  left '[0-9]+s$ ]]
	shown tty | grep -o '[0-9]*%' | sort -n -c
	[[ $(cat tty) == *$'\r\e[K' ]]
}

@test "send --progress: no percentage where the input has no size" {
	start mqtool recv -c 50 /p -- sleep 0.01
	# shellcheck disable=SC2016
	on_terminal sh -c 'seq 50 | mqtool send -l --progress /p' >tty
	finish "$pid" 0
	[[ $(shown tty | tail -n 1) =~ ^[0-9]+' messages  '[0-9]+'  '[0-9]+/s$ ]]
}

# A message whose way back the sender took is printed, so how many are left is not known.
drained()
{
	mqtool recv -a /p >/dev/null
	exited "$pid"
}

@test "--progress: the line is gone before an error is printed" {
	perl -e 'print "$_\n" for 1 .. 60; print "x" x 65, "\n"' >in
	start mqtool recv -c 60 /p -- sleep 0.01
	run -1 on_terminal mqtool send -l --progress -f in /p
	finish "$pid" 0
	[[ $output == *$'\r\e[Kmqtool send: in: line 61: 65 bytes; '* ]]
	start trickle /p
	run -1 on_terminal sh -c 'mqtool recv -f --progress /p -- sh -c "[ \$MQTOOL_SEQ -lt 60 ]"'
	[[ $output == *$'\r\e[Kmqtool recv: sh exited with status 1; '* ]]
	wait_until drained
	finish "$pid" 0
}
