# SPDX-License-Identifier: GPL-2.0-or-later
#
# POSIX queues that were removed while processes have them open: stat --removed, proc:PID/FD
#
# needs: processes

load helper

setup()
{
	test_setup
	small_queues
	need_mqueue
}

# hold NAME: a process, $pid, that has the queue open as descriptor 7 and writes nothing.
hold()
{
	start sleep 1000 7<"/dev/mqueue/$1"
}

@test "who holds what, and what is charged for it" {
	mqtool create -c 4 -s 100 /gone /there
	mqtool send /gone one two
	hold gone
	mqtool rm /gone
	run --separate-stderr -0 mqtool stat --removed
	equal "$stderr" ""
	equal "${#lines[@]}" 2
	matches "${lines[0]}" "QUEUE * NAME *MESSAGES *BYTES *CHARGED *HOLDERS"
	matches "${lines[1]}" "proc:$pid/7 * /gone * 2 * 6 * 784 * sleep $pid"
	run -0 mqtool stat --removed -H -b
	equal "${#lines[@]}" 1
	run -0 mqtool stat --removed -j
	equal "$(jq -c '.[] | [.queue, .name, .messages, .bytes, .charged, .holders]' <<<"$output")" \
		"[\"proc:$pid/7\",\"/gone\",2,6,784,[{\"pid\":$pid,\"command\":\"sleep\",\"fd\":7}]]"
	kill "$pid"
	finish "$pid" 143
	run -0 mqtool stat --removed -H
	equal "$output" ""
	run -0 mqtool stat --removed -j
	equal "$(jq length <<<"$output")" 0
	mqtool rm /there
}

@test "other removed files are none, and neither are queues that are there" {
	mqtool create '/a (deleted)'
	: >file
	start sleep 1000 7<"/dev/mqueue/a (deleted)" 8<file
	rm file
	run -0 mqtool stat --removed -H
	equal "$output" ""
	kill "$pid"
	finish "$pid" 143
	mqtool rm '/a (deleted)'
}

@test "its messages can be seen, taken and moved" {
	mqtool create /gone /new
	mqtool send -p 5 /gone five
	mqtool send /gone one two
	hold gone
	mqtool rm /gone
	run -0 mqtool stat -H -o QUEUE,MESSAGES "proc:$pid/7"
	matches "$output" "proc:$pid/7 *3"
	run -0 mqtool recv "proc:$pid/7"
	equal "$output" five
	run -0 mqtool move -v "proc:$pid/7" /new
	run -0 mqtool recv -a /new
	equal "$output" $'one\ntwo'
	run -3 mqtool recv -n "proc:$pid/7"
	# Nothing is lost where it cannot be delivered.
	mqtool create /back
	mqtool send /back x
	start sleep 1000 7<"/dev/mqueue/back"
	mqtool rm /back
	run -1 mqtool recv "proc:$pid/7" -- false
	equal "$(mqtool recv "proc:$pid/7")" x
	mqtool rm /new
}

@test "a descriptor of a queue that is there names it too" {
	mqtool create /q
	hold q
	mqtool send "proc:$pid/7" x
	equal "$(mqtool recv -n /q)" x
	mqtool rm /q
	run --separate-stderr -4 mqtool send "proc:$pid/7" x
	equal "$stderr" "mqtool send: proc:$pid/7: the queue was removed"
}

@test "no process, no descriptor, no queue: status 4" {
	local pipe
	run --separate-stderr -4 mqtool recv -n proc:2147483647/3
	equal "$stderr" "mqtool recv: proc:2147483647/3: no such queue"
	run -4 mqtool recv -n "proc:$$/1023"
	: >file
	exec 5<file
	run -4 mqtool recv -n "proc:$$/5"
	exec 5<&-
	# A pipe is not even opened: that could wait for ever.
	mkfifo pipe
	exec 5<>pipe
	run -4 timeout 10 mqtool recv -n "proc:$$/5"
	exec 5<&-
}

@test "create, set and rm refuse it; other forms of it are refused by all" {
	local command bad
	for command in create "set -m 600" rm; do
		# shellcheck disable=SC2086
		run --separate-stderr -2 mqtool $command "proc:$$/3"
		equal "${stderr_lines[0]}" "mqtool ${command%% *}: proc:$$/3 names an open descriptor: \
give the queue's own name"
	done
	for bad in proc: proc:1 proc:/3 proc:1/ proc:0/3 proc:-1/3 proc:1/3x proc:1/3/4 proc:x/3 \
		proc:99999999999/3; do
		run --separate-stderr -2 mqtool stat "$bad"
		equal "${stderr_lines[0]}" "mqtool stat: '$bad': not a descriptor of a process: \
write proc:PID/FD, two decimal numbers"
	done
}

@test "a block says who did not notice that the queue is a new one" {
	mqtool create /q
	hold q
	mqtool rm /q
	mqtool create /q
	run --separate-stderr -0 mqtool stat /q
	matches "$output" "*"$'\n'"diagnosis: sleep $pid still holds a removed queue of this name; restart it"
	# mqtool itself ends when its queue is removed, so one that does not:
	"${MQTOOL_BUILD:?}/examples/posix-recv" /q >got &
	local waiter=$!
	blocked "$waiter" mq_timedreceive
	mqtool rm /q
	mqtool create /q
	run -0 mqtool stat /q
	matches "$output" "*diagnosis: posix-recv $waiter still waits on a removed queue of this name;*"
	kill "$waiter"
	mqtool rm /q
}

@test "wrong usage" {
	local option
	run --separate-stderr -2 mqtool stat --removed /q
	equal "${stderr_lines[0]}" "mqtool stat: --removed takes no QUEUE: '/q' cannot be named"
	for option in -S -P -L -w --output=KIND --sort=KIND --match=x --openmetrics; do
		run --separate-stderr -2 mqtool stat --removed "$option"
		matches "${stderr_lines[0]}" "mqtool stat: --removed has its own columns: not with --*"
	done
}
