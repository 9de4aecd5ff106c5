# SPDX-License-Identifier: GPL-2.0-or-later
# needs: processes
#
# mqtool stat: who waits on a queue, who holds it, and what follows

load helper

setup()
{
	test_setup
	program=$MQTOOL_BUILD/tests/helpers/blocked
}

teardown()
{
	test_teardown
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# waiters QUEUE FIELD...: those fields of each waiter of a queue, a line each, as stat -wj has them.
waiters()
{
	local queue=$1 fields
	shift
	fields=$(printf ', .%s' "$@")
	mqtool stat -wj "$queue" 2>/dev/null | jq -r ".[].waiters[] | [${fields#, }] | @json"
}

# column QUEUE: WAITING in the table.
column()
{
	mqtool stat -w -H -o queue 2>/dev/null |
		awk -v queue="$1" '$1 == queue { $1 = ""; print substr($0, 2) }'
}

# block QUEUE FIELD: the values of a field of the block, a line each.
block()
{
	mqtool stat "$1" 2>/dev/null | sed -n "s/^$2: //p"
}

# all_blocked PID N CALL: N threads of PID are.
all_blocked()
{
	local task n=0
	for task in "/proc/$1/task/"*; do
		thread_blocked "$task" "$3" && n=$((n + 1))
	done
	[ "$n" = "$2" ]
}

@test "a receiver of a System V queue, with its type" {
	mqtool create key:0x1 key:0x2
	start "$program" msgrcv 0x1 100 77 0
	blocked "$pid" msgrcv
	equal "$(waiters key:1 pid tid command direction type except priority size)" \
		"[$pid,$pid,\"blocked\",\"receive\",77,false,null,100]"
	equal "$(waiters key:2 pid)" ""
	equal "$(column key:0x00000001) $(column key:0x00000002)" "1 recv -"
	matches "$(block key:1 waiters)" \
		"$pid blocked, receives, type 77, room for 100 bytes, for +([0-9])s"
	equal "$(block key:1 waiting)" "1 recv"
	equal "$(block key:2 waiters)" -
	equal "$(block key:1 diagnosis)" ""
}

@test "a receiver of a 32-bit program, whose type is in its memory" {
	mqtool create key:0x1
	start "$program" msgrcv32 0x1 100 77
	# Blocked, or ended for want of such a call.
	wait_until grep -q -e msgrcv -e '^State:.*Z' "/proc/$pid/wchan" "/proc/$pid/status"
	! grep -q '^State:.*Z' "/proc/$pid/status" || skip_loudly "no 32-bit programs here"
	equal "$(waiters key:1 pid command direction type except size)" \
		"[$pid,\"blocked\",\"receive\",null,null,100]"
	equal "$(column key:0x00000001)" "1 recv"
	matches "$(block key:1 waiters)" "$pid blocked, receives, type ?, room for 100 bytes, *"
	equal "$(block key:1 diagnosis)" ""
}

@test "receivers with other wishes" {
	mqtool create key:0x1
	local any up_to but
	start "$program" msgrcv 0x1 1 0 0
	any=$pid
	start "$program" msgrcv 0x1 2 -9223372036854775808 0
	up_to=$pid
	start "$program" msgrcv 0x1 3 5 020000
	but=$pid
	blocked "$any" msgrcv
	blocked "$up_to" msgrcv
	blocked "$but" msgrcv
	# jq 1.6 would round the type.
	run --separate-stderr -0 mqtool stat -wj key:1
	matches "$output" *"\"pid\":$any,"*"\"type\":0,\"except\":false,"*
	matches "$output" *"\"pid\":$up_to,"*"\"type\":-9223372036854775808,\"except\":false,"*
	matches "$output" *"\"pid\":$but,"*"\"type\":5,\"except\":true,"*
	matches "$(block key:1 waiters)" *"$any blocked, receives, room for 1 byte, "*
	matches "$(block key:1 waiters)" *"$up_to blocked, receives, type -9223372036854775808, "*
	matches "$(block key:1 waiters)" *"$but blocked, receives, any type but 5, room for 3 "*
	equal "$(column key:0x00000001)" "3 recv"
}

@test "a sender to a full System V queue" {
	mqtool create -b 100 key:0x1
	mqtool send key:1 "$(printf '%90s' '')"
	start "$program" msgsnd 0x1 64
	blocked "$pid" msgsnd
	equal "$(waiters key:1 pid tid command direction type except priority size)" \
		"[$pid,$pid,\"blocked\",\"send\",null,null,null,64]"
	equal "$(column key:0x00000001)" "1 send"
	matches "$(block key:1 waiters)" "$pid blocked, sends 64 bytes, for +([0-9])s"
	matches "$(block key:1 diagnosis)" \
		"full: 1 sender is blocked, with 64 bytes while 90 of 100 are in use"*
	equal "$(block key:1 lspid)" "$(mqtool stat -H -o lspid key:1) (exited)"
}

@test "a sender whose message can never fit" {
	mqtool create -b 100 key:0x1
	start "$program" msgsnd 0x1 101
	blocked "$pid" msgsnd
	equal "$(block key:1 diagnosis)" "1 sender waits for ever: its 101 bytes are more than\
 msg_qbytes, 100, allows (raise it with mqtool set -b)"
}

@test "both at once, and a receiver whose type is not queued" {
	mqtool create -b 100 key:0x1
	mqtool send -t 5 key:1 "$(printf '%100s' '')"
	local receiver
	start "$program" msgrcv 0x1 100 77 0
	receiver=$pid
	start "$program" msgsnd 0x1 1
	blocked "$receiver" msgrcv
	blocked "$pid" msgsnd
	equal "$(column key:0x00000001)" "1 recv, 1 send"
	# What it says of a receiver it must have seen before the messages were counted.
	wait_until eval '[[ $(block key:1 diagnosis) == "full: 1 sender is blocked, "*"1 receiver waits for type 77: none is queued" ]]'
}

@test "a receiver of a POSIX queue" {
	mqtool create -c 1 -s 1 /a /b
	start "$program" mq_receive /a
	blocked "$pid" mq_timedreceive
	equal "$(waiters /a pid tid command direction type except priority size)" \
		"[$pid,$pid,\"blocked\",\"receive\",null,null,null,65536]"
	equal "$(waiters /b pid)" ""
	equal "$(block /a waiting) $(block /b waiting)" "1 recv -"
	matches "$(block /a waiters)" "$pid blocked, receives, room for 65536 bytes, for +([0-9])s"
	equal "$(block /a holders)" "$pid blocked, fd 3, reads"
}

@test "senders to a full POSIX queue" {
	mqtool create -c 1 -s 64 /a
	mqtool send /a x
	start "$program" mq_send /a 64 31
	blocked "$pid" mq_timedsend
	equal "$(waiters /a pid tid command direction type except priority size)" \
		"[$pid,$pid,\"blocked\",\"send\",null,null,31,64]"
	matches "$(block /a waiters)" "$pid blocked, sends 64 bytes, priority 31, for +([0-9])s"
	matches "$(block /a diagnosis)" "full: 1 sender is blocked"*
	equal "$(block /a holders)" "$pid blocked, fd 3, writes"
}

@test "threads: the one that waits is found, under the name of its process" {
	mqtool create -b 1 key:0x1
	mqtool create key:0x2
	mqtool create -c 1 -s 1 /full /empty
	mqtool send key:1 x
	mqtool send /full x
	local call number queue
	while read -r number queue call; do
		# shellcheck disable=SC2086
		start "$program" -t 3 $call
		wait_until all_blocked "$pid" 3 "$number" || return
		equal "$(waiters "$queue" pid command)" \
			"$(printf '[%s,"first"]\n' "$pid" "$pid" "$pid")" || return
		# None of them is the leader.
		equal "$(waiters "$queue" tid | sort | uniq | grep -vcxF "[$pid]")" 3 || return
		matches "$(block "$queue" waiters)" \
			"$pid first, thread +([0-9]), *"$'\n'"$pid first, thread "* || return
	done <<-'END'
		msgsnd key:1 msgsnd 0x1 1
		msgrcv key:2 msgrcv 0x2 1 0 0
		mq_timedsend /full mq_send /full 1 0
		mq_timedreceive /empty mq_receive /empty
	END
	equal "$(column key:0x00000001) $(column key:0x00000002)" "3 send 3 recv"
}

@test "mqtool's own waits" {
	mqtool create -b 1 key:0x1
	mqtool create key:0x2
	mqtool create -c 1 -s 1 /full /empty
	mqtool send key:1 x
	mqtool send /full x
	local pids=()
	start mqtool send key:1 y
	pids+=("$pid")
	start mqtool recv -t 7 key:2
	pids+=("$pid")
	start mqtool send -p 9 /full y
	pids+=("$pid")
	start mqtool recv /empty
	pids+=("$pid")
	for pid in "${pids[@]}"; do
		blocked "$pid"
	done
	equal "$(waiters key:1 pid command direction size)" "[${pids[0]},\"mqtool\",\"send\",1]"
	equal "$(waiters key:2 pid command direction type)" "[${pids[1]},\"mqtool\",\"receive\",7]"
	equal "$(waiters /full pid command direction priority)" "[${pids[2]},\"mqtool\",\"send\",9]"
	equal "$(waiters /empty pid command direction)" "[${pids[3]},\"mqtool\",\"receive\"]"
}

@test "since when" {
	mqtool create key:0x1
	start "$program" msgrcv 0x1 100 0 0
	blocked "$pid" msgrcv
	local since now
	since=$(waiters key:1 since)
	since=${since//[][]/}
	[ "$since" != null ] || skip_loudly "this kernel has no /proc/TID/sched"
	now=$(date +%s)
	((since >= now - 5 && since <= now + 1))
	# It stays where it is while time goes on.
	wait_until eval '(($(date +%s) >= now + 3))'
	local later
	later=$(waiters key:1 since)
	later=${later//[][]/}
	((later >= since - 1 && later <= since + 1))
	matches "$(block key:1 waiters)" *", for "[2-6]s
}

@test "holders: who, by which descriptor, to do what" {
	mqtool create -c 2 -s 1 /a /b
	local reader writer both
	start "$program" hold /a r
	reader=$pid
	start "$program" hold /a w
	writer=$pid
	start "$program" hold /a rw
	both=$pid
	holds() { [[ $(readlink "/proc/$1/fd/3") == */a ]]; }
	for pid in "$reader" "$writer" "$both"; do
		wait_until holds "$pid"
	done
	run --separate-stderr -0 mqtool stat -wj /a /b
	equal "$(jq -c '.[0].holders | sort_by(.pid)' <<<"$output")" \
		"$(printf '%s\n' "$reader r" "$writer w" "$both rw" | sort -n |
			jq -cRn '[inputs / " " | {pid: .[0] | tonumber, command: "blocked", fd: 3, access: .[1]}]')"
	equal "$(jq -c '.[1] | [.holders, .waiters, .waiting]' <<<"$output")" '[[],[],0]'
	matches $'\n'"$(block /a holders)"$'\n' *$'\n'"$writer blocked, fd 3, writes"$'\n'*
	matches $'\n'"$(block /a holders)"$'\n' *$'\n'"$both blocked, fd 3, reads and writes"$'\n'*
	equal "$(block /b holders)" -
	# System V queues are not held.
	mqtool create key:0x1
	run --separate-stderr -0 mqtool stat -wj key:1
	equal "$(jq -c '.[].holders' <<<"$output")" null
	equal "$(block key:1 holders)" ""
}

@test "a queue held by its path, and one that was removed" {
	need_mqueue
	mqtool create -c 10 -s 64 /a
	exec 8</dev/mqueue/a
	matches $'\n'"$(block /a holders)"$'\n' *$'\n'"$BASHPID bats"*", fd 8, reads"$'\n'* ||
		matches $'\n'"$(block /a holders)"$'\n' *$'\n'"$BASHPID bash, fd 8, reads"$'\n'*
	# Another queue of that name is another queue.
	mqtool rm /a
	mqtool create -c 10 -s 64 /a
	equal "$(block /a holders)" -
	exec 8<&-
}

@test "mqtool is not its own holder" {
	mqtool create -c 10 -s 64 /a
	equal "$(block /a holders)" -
	run --separate-stderr -0 mqtool stat -wj
	equal "$(jq -c '[.[].holders[]]' <<<"$output")" '[]'
}

@test "who is registered to be notified" {
	mqtool create -c 10 -s 64 /a
	start "$program" notify /a >out
	wait_until grep -q ready out
	equal "$(block /a notify)" "$pid blocked"
	run -0 mqtool stat -H -o notify /a
	equal "$output" "$pid"
	run -0 mqtool stat -j -o notify /a
	equal "$(jq '.[].notify' <<<"$output")" "$pid"
}

@test "commands with anything in their names" {
	mqtool create -c 10 -s 64 /a
	mqtool create key:0x1
	local name=$'e\e[31m\xff \\n'
	cp "$program" "$name"
	start "./$name" msgrcv 0x1 1 0 0
	local receiver=$pid
	start "./$name" hold /a r
	blocked "$receiver" msgrcv
	wait_until eval '[[ $(readlink "/proc/$pid/fd/3") == */a ]]'
	local waiter
	waiter=$(block key:1 waiters)
	equal "${waiter%%, *}" "$receiver "'e\x1b[31m\xff \\n'
	equal "$(block /a holders)" "$pid "'e\x1b[31m\xff \\n, fd 3, reads'
	run --separate-stderr -0 mqtool stat -wj
	python3 -m json.tool <<<"$output" >/dev/null
	equal "$(jq -r '.[].waiters[].command' <<<"$output")" 'e\x1b[31m\xff \\n'
}

@test "messages that nobody is there to receive" {
	mqtool create -c 10 -s 64 /a
	mqtool send /a x
	# Where all processes may be looked at.
	run --separate-stderr -0 unshare -p --fork --mount-proc mqtool stat /a
	equal "$(sed -n 's/^diagnosis: //p' <<<"$output")" \
		"1 message waits, and nobody has the queue open"
	equal "$stderr" ""
	mqtool create key:0x1
	mqtool send key:1 x y
	equal "$(block key:1 diagnosis)" "2 messages wait, and nothing was ever received"
	mqtool recv key:1
	equal "$(block key:1 diagnosis)" "1 message waits, and the last receiver has exited"
}

@test "-w, -o waiting and -s waiting look at processes" {
	mqtool create key:0x1 key:0x2
	start "$program" msgrcv 0x2 1 0 0
	blocked "$pid" msgrcv
	run --separate-stderr -0 mqtool stat -S -w
	matches "${lines[0]}" "*LAST  WAITING"
	run --separate-stderr -0 mqtool stat -S -w -o queue
	equal "$(tr -s ' ' <<<"$output")" $'QUEUE WAITING\nkey:0x00000001 -\nkey:0x00000002 1 recv'
	run --separate-stderr -0 mqtool stat -S -H -o waiting
	equal "$output" $'     -\n1 recv'
	run --separate-stderr -0 mqtool stat -S -H -s waiting:r -o queue
	equal "$output" $'key:0x00000002\nkey:0x00000001'
	run --separate-stderr -0 mqtool stat -S -j -o waiting
	equal "$(jq -c . <<<"$output")" '[{"waiting":0},{"waiting":1}]'
	run --separate-stderr -0 mqtool stat -S -jw -o key
	equal "$(jq -c '.[] | keys' <<<"$output" | sort -u)" '["holders","key","waiters","waiting"]'
	# Without any of them no process is looked at, so none can be hidden.
	run --separate-stderr -0 mqtool stat
	equal "$stderr" ""
}

@test "waiters of another namespace are not ours" {
	mqtool create key:0x1
	local id
	id=$(mqtool stat -H -o msqid key:1)
	# The same number there.
	start unshare -i bash -c "
		until [ \"\$(mqtool create --private)\" = id:$id ]; do :; done
		exec mqtool recv id:$id"
	blocked "$pid" msgrcv
	equal "$(column key:0x00000001)" -
	equal "$(block key:1 waiters)" -
}

@test "a sender or receiver of another PID namespace has not exited" {
	mqtool create key:0x1
	mqtool send key:1 x y
	mqtool recv key:1
	run --separate-stderr -0 unshare -p --fork --mount-proc mqtool stat key:1
	matches "$output" *$'\n'"lspid: -"$'\n'"lrpid: -"$'\n'*
	[[ $output != *diagnosis* ]]
}

@test "without /proc queues are shown, and who waits is not known" {
	mqtool create key:0x1
	# The sanitizers miss it too, and say so.
	# shellcheck disable=SC2016
	local without_proc='
		mqtool=$(command -v mqtool)
		mount -n -t tmpfs none /proc && exec "$mqtool" stat "$@"'
	run --separate-stderr unshare -m bash -c "$without_proc" bash -w -H -o queue
	succeeded
	equal "$(tr -s ' ' <<<"$output")" "key:0x00000001 ?"
	matches "$stderr" \
		"*mqtool stat: cannot look at processes: /proc: No such file or directory*"
	run --separate-stderr unshare -m bash -c "$without_proc" bash key:1
	succeeded
	matches "$output" *$'\n'"waiting: ?"$'\n'*
	matches "$output" *$'\n'"waiters: ?"
	run --separate-stderr unshare -m bash -c "$without_proc" bash -wj -o queue
	succeeded
	equal "$(jq -c . <<<"$output")" \
		'[{"queue":"key:0x00000001","waiting":null,"holders":null,"waiters":null}]'
	# Nothing is said of processes where no queue is shown.
	mqtool rm key:1
	run --separate-stderr unshare -m bash -c "$without_proc" bash -w
	succeeded
	[[ $stderr != *mqtool* ]]
	run --separate-stderr unshare -m bash -c "$without_proc" bash /none
	equal "$(grep mqtool <<<"$stderr")" "mqtool stat: /none: no such queue ('mqtool create /none' makes it)"
}
