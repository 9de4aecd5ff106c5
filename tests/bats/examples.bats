# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool and plain C programs (examples/) on the two ends of one queue: what either sends, byte for
# byte, is what the other receives.

load helper

setup()
{
	test_setup
	PATH=$PATH:${MQTOOL_BUILD:?}/examples
	: >key
	# Made by whoever comes first, so not by create().
	created=(/e ftok:key:M)
}

# Bodies that are hard on whoever counts, cuts or prints.
write_bodies()
{
	: >empty
	printf x >one
	all_bytes >all
	printf 'a\0b\n\0' >nul
	printf 'no newline' >open
	head -c 4096 /dev/urandom >large
}
bodies=(empty one all nul open large)

@test "System V: mqtool sends data and control messages to a C program" {
	write_bodies
	for body in "${bodies[@]}"; do
		mqtool create -e ftok:key:M
		mqtool send -t 1 ftok:key:M <"$body"
		mqtool send -t 2 ftok:key:M end
		sysv-recv key >got
		cmp "$body" got
	done
	run -3 mqtool recv -n ftok:key:M
}

@test "System V: a C program sends data and control messages to mqtool" {
	write_bodies
	for body in "${bodies[@]}"; do
		sysv-send key <"$body"
		mqtool recv -a -t 1 -r ftok:key:M >got
		cmp "$body" got
		mqtool recv -n -t 2 -r ftok:key:M >got
		printf end | cmp - got
	done
	run -3 mqtool recv -n ftok:key:M
}

@test "System V: types and bodies of a C program's messages are seen as they are" {
	head -c 5000 /dev/zero | tr '\0' z >body
	sysv-send key <body
	run -0 mqtool recv -a -F '%t %S\n' ftok:key:M
	equal "$output" $'1 4096\n1 904\n2 3'
}

@test "System V: control overtakes nothing, whichever was sent first" {
	mqtool create ftok:key:M
	mqtool send -t 2 ftok:key:M end
	mqtool send -t 1 ftok:key:M data
	sysv-recv key >got
	printf data | cmp - got
}

@test "System V: the key of ftok:FILE:M is the one that ftok(3) gives a C program" {
	sysv-send key </dev/null
	run -0 mqtool recv -a ftok:key:M
	equal "$output" end
	run -4 mqtool recv -n ftok:key:N
}

@test "System V: a C program waits for mqtool, and mqtool for a C program" {
	mqtool create ftok:key:M
	start sysv-recv key >got
	blocked "$pid" msgrcv
	mqtool send -t 1 ftok:key:M "now comes the data"
	mqtool send -t 2 ftok:key:M end
	finish "$pid" 0
	printf 'now comes the data' | cmp - got

	start mqtool recv -c 2 -r ftok:key:M >got
	blocked "$pid" msgrcv
	printf 'and back' | sysv-send key
	finish "$pid" 0
	printf 'and backend' | cmp - got
}

@test "System V: a stream through both, as fast as it goes" {
	seq 20000 >expected
	mqtool create ftok:key:M
	start sysv-recv key >got
	receiver=$pid
	mqtool send -t 1 ftok:key:M --file=<(head -c 4000 expected)
	tail -c +4001 expected | split -b 3000 --filter='mqtool send -t 1 ftok:key:M'
	mqtool send -t 2 ftok:key:M end
	finish "$receiver" 0
	cmp expected got
}

@test "POSIX: mqtool sends data and control messages to a C program" {
	write_bodies
	for body in "${bodies[@]}"; do
		mqtool create -e /e
		mqtool send -p 1 /e <"$body"
		mqtool send -p 0 /e end
		posix-recv /e >got
		cmp "$body" got
	done
	run -3 mqtool recv -n /e
}

@test "POSIX: a C program sends data and control messages to mqtool" {
	write_bodies
	for body in "${bodies[@]}"; do
		posix-send /e <"$body"
		mqtool recv -a -F '%p %S\n' /e >sizes
		if [ -s "$body" ]; then
			equal "$(cat sizes)" "1 $(stat -c %s "$body")"$'\n''0 3'
		else
			equal "$(cat sizes)" '0 3'
		fi
		posix-send /e <"$body"
		mqtool recv -a -r /e >got
		{ cat "$body"; printf end; } | cmp - got
	done
	run -3 mqtool recv -n /e
}

@test "POSIX: control overtakes nothing, whichever was sent first" {
	mqtool create /e
	mqtool send -p 0 /e end
	mqtool send -p 1 /e data
	posix-recv /e >got
	printf data | cmp - got
}

@test "POSIX: a C program waits for mqtool, and mqtool for a C program" {
	mqtool create /e
	start posix-recv /e >got
	blocked "$pid" mq_timedreceive
	mqtool send -p 1 /e "now comes the data"
	mqtool send -p 0 /e end
	finish "$pid" 0
	printf 'now comes the data' | cmp - got

	start mqtool recv -c 2 -r /e >got
	blocked "$pid" mq_timedreceive
	printf 'and back' | posix-send /e
	finish "$pid" 0
	printf 'and backend' | cmp - got
}

@test "POSIX: a stream through both, as fast as it goes" {
	head -c 300000 /dev/urandom >expected
	mqtool create /e
	start mqtool recv -f -r /e >got
	receiver=$pid
	posix-send /e <expected
	printf end >>expected
	wait_until cmp -s expected got
	kill -TERM "$receiver"
	finish "$receiver" 143
	cmp expected got
}

@test "the examples say what they cannot do" {
	run -1 sysv-send missing
	matches "$output" "sysv-send: missing: No such file or directory"
	run -1 sysv-recv missing
	matches "$output" "sysv-recv: missing: No such file or directory"
	run -1 posix-send /no/queue
	matches "$output" "posix-send: /no/queue: *"
	run -1 posix-recv /no/queue
	matches "$output" "posix-recv: /no/queue: *"
	for program in sysv-send sysv-recv posix-send posix-recv; do
		run -2 "$program"
		matches "$output" "$program: usage: $program *"
	done
}

@test "the examples report control messages they do not know" {
	mqtool create /e
	mqtool send -p 0 /e what end
	run -0 posix-recv /e
	matches "$output" "*control message not understood: 4 bytes"
	mqtool create -e ftok:key:M
	mqtool send -t 2 ftok:key:M what end
	run -0 sysv-recv key
	matches "$output" "*control message not understood: 4 bytes"
}
