# SPDX-License-Identifier: GPL-2.0-or-later
#
# send and recv at a terminal: what they say when they wait, and when -v is to say what was empty

load helper

setup()
{
	test_setup
	small_queues
	mqtool create -c 1 /t
	mqtool create key:0x74
}

teardown()
{
	mqtool rm -f /t key:0x74
	test_teardown
}

# at_terminal COMMAND [ARG...]: runs it in the background at a terminal, whose screen goes to the file
# "screen" and whose keys are typed into descriptor $keys; its pid, that of script(1), is in $pid.
at_terminal()
{
	command -v script >/dev/null || skip_loudly "script not found"
	rm -f keyboard
	mkfifo keyboard
	exec {keys}<>keyboard
	start script -qefc "$(printf '%q ' "$@")" /dev/null <keyboard >screen
}

# The screen has that text by now.
shows()
{
	grep -qF -- "$1" screen
}

# screen_is TEXT: all of it, without the carriage returns.
screen_is()
{
	equal "$(tr -d '\r' <screen)" "$1"
}

@test "recv on an empty queue" {
	at_terminal mqtool recv /t
	wait_until shows "mqtool recv: /t is empty; waiting (Ctrl-C ends it)"
	mqtool send /t hello
	finish "$pid" 0
	screen_is $'mqtool recv: /t is empty; waiting (Ctrl-C ends it)\nhello'
}

@test "recv of a type that is not there" {
	mqtool send -t 2 key:0x74 other
	at_terminal mqtool recv -t 1 key:0x74
	wait_until shows "key:0x00000074: no message of the type asked for; waiting (Ctrl-C ends it)"
	mqtool send -t 1 key:0x74 mine
	finish "$pid" 0
	holds key:0x74 "[other]"
}

@test "a stream says it once" {
	mqtool send /t one
	at_terminal mqtool recv -f /t
	wait_until shows "/t is empty; waiting"
	mqtool send /t two
	wait_until shows two
	# As long as it took the first time, and more.
	run -3 timeout 20 mqtool recv -T 4s key:0x74
	equal "$(grep -c waiting screen)" 1
}

@test "recv for a COMMAND" {
	at_terminal mqtool recv /t -- cat
	wait_until shows "/t is empty; waiting"
	mqtool send /t hello
	finish "$pid" 0
	screen_is $'mqtool recv: /t is empty; waiting (Ctrl-C ends it)\nhello'
}

@test "send to a full queue" {
	mqtool send /t first
	at_terminal mqtool send -v /t second
	wait_until shows "mqtool send: /t is full; waiting (Ctrl-C ends it)"
	equal "$(recv /t)" first
	finish "$pid" 0
	holds /t "[second]"
	matches "$(<screen)" *"waiting (Ctrl-C ends it)"*"mqtool send: sent 1 message, 6 bytes in "*
}

@test "send of what is typed" {
	at_terminal mqtool send key:0x74
	wait_until shows "mqtool send: reading the message from the terminal; Ctrl-D ends it"
	printf 'hello\n\004' >&"$keys"
	finish "$pid" 0
	holds key:0x74 '[hello\x0a]'
}

@test "send of lines that are typed: not between them" {
	at_terminal mqtool send -l key:0x74
	wait_until shows "mqtool send: reading messages from the terminal; Ctrl-D ends them"
	printf 'one\n' >&"$keys"
	wait_until is_waiting key:0x74 1
	# As long as it took the first time, and more.
	run -3 timeout 20 mqtool recv -T 4s /t
	printf 'two\n\004' >&"$keys"
	finish "$pid" 0
	equal "$(grep -c reading screen)" 1
	holds key:0x74 "[one][two]"
}

@test "nothing is said with --progress, nor where stderr is no terminal, nor before two seconds" {
	run -3 on_terminal mqtool recv -T 2500ms --progress /t
	[[ $output != *waiting* ]]
	run -3 on_terminal sh -c 'mqtool recv -T 2500ms /t 2>said'
	equal "$(cat said)" "mqtool recv: /t: the queue is empty"
	run -3 on_terminal mqtool recv -T 1s /t
	equal "$output" $'mqtool recv: /t: the queue is empty\r'
}

@test "what does not wait starts no thread for it" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	local line
	for line in 'send key:0x74 x' 'recv key:0x74' 'send -n key:0x74 x' 'recv -n key:0x74' \
		'recv -a key:0x74'; do
		# shellcheck disable=SC2086
		ASAN_OPTIONS=detect_leaks=0 on_terminal strace -f -qq -o trace -e trace=clone,clone3 mqtool $line
		run -1 grep clone trace
	done
}

@test "-v: input that is empty, and no pipe" {
	: >empty
	local said="mqtool send: standard input is empty, and no pipe: an empty message was sent"
	for from in /dev/null empty; do
		run -0 --separate-stderr mqtool send -v key:0x74 <"$from"
		equal "${stderr_lines[0]}" "$said"
		matches "${stderr_lines[1]}" "mqtool send: sent 1 message, 0 bytes in *"
		run -0 --separate-stderr mqtool send -l -v key:0x74 <"$from"
		equal "${stderr_lines[0]}" \
			"mqtool send: standard input is empty, and no pipe: no message was sent"
		run -0 --separate-stderr mqtool send key:0x74 <"$from"
		equal "$stderr" ""
	done
	run -0 --separate-stderr mqtool send -v -f - key:0x74 </dev/null
	equal "${stderr_lines[0]}" "$said"
	# A program that had nothing to say, a file that was named, and what is not empty.
	run -0 --separate-stderr bash -c 'true | mqtool send -v key:0x74'
	equal "${#stderr_lines[@]}" 1
	run -0 --separate-stderr mqtool send -v -f empty key:0x74
	equal "${#stderr_lines[@]}" 1
	run -0 --separate-stderr mqtool send -v key:0x74 <<<x
	equal "${#stderr_lines[@]}" 1
	holds key:0x74 '[][][][][][][][x\x0a]'
}
