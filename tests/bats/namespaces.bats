# SPDX-License-Identifier: GPL-2.0-or-later
#
# Other IPC namespaces: --namespace=PID on every command, --namespace=all where queues are looked at.

load helper

# namespace: starts a process in an IPC namespace of its own; its pid is in $pid.
namespace()
{
	unshare -i true 2>/dev/null || skip_loudly "no IPC namespaces may be made here"
	start unshare -i sleep 600
	wait_until other_namespace "$pid"
	# unshare has become sleep, which ends with the test.
}

other_namespace()
{
	[ "$(readlink "/proc/$1/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ]
}

# id PID: the number of its namespace.
ns_id()
{
	stat -L -c %i "/proc/$1/ns/ipc"
}

setup()
{
	test_setup
	small_queues
	namespace
	there=$pid
}

@test "each command acts in the namespace of a process, and there alone" {
	local ns=--namespace=$there
	mqtool create $ns -c 4 -s 64 /one
	mqtool create $ns key:0x41 key:0x42
	mqtool send $ns /one a b
	mqtool send $ns key:0x41 c d e
	run -4 mqtool stat /one
	run -4 mqtool stat key:0x41
	run -0 mqtool stat $ns -H -o QUEUE,MESSAGES
	equal "$output" $'key:0x00000041  3\nkey:0x00000042  0\n/one            2'
	run -0 mqtool recv $ns /one
	equal "$output" a
	run -0 mqtool recv $ns --peek key:0x41
	equal "$output" c
	mqtool move $ns -c 1 key:0x41 key:0x42
	run -1 mqtool check $ns -w 20 -c 90 /one
	run -2 mqtool check $ns -w 20 -c 25 /one
	mqtool set $ns -m 0640 /one
	run -0 mqtool wait $ns --messages=2 key:0x41
	run -0 mqtool purge $ns key:0x41
	equal "$output" "key:0x00000041: 2 messages purged"
	run -0 mqtool watch $ns -b -n 1 -o QUEUE,MESSAGES,MODE
	matches "$output" *$'\n'*"/one "*0640*
	run -0 mqtool rm $ns -a -S -y
	run -0 mqtool stat $ns -H -o QUEUE
	equal "$output" /one
	mqtool rm $ns /one
}

@test "files, processes and users stay the caller's" {
	echo one >file
	mqtool create --namespace=$there "ftok:$PWD/file"
	mqtool send --namespace=$there -f file "ftok:$PWD/file"
	run -0 mqtool recv --namespace=$there "ftok:$PWD/file" -- sh -c 'pwd; cat; readlink /proc/self/ns/ipc'
	equal "${lines[0]}" "$PWD"
	equal "${lines[1]}" one
	equal "${lines[2]}" "ipc:[$(ns_id $there)]"
	run -0 mqtool stat --namespace=$there "ftok:$PWD/file"
	matches "$output" *$'\nowner: root\n'*
}

@test "limits are those of the namespace" {
	local here
	here=$(mqtool stat -L -j -S)
	nsenter -i -t "$there" sh -c 'echo 77 >/proc/sys/kernel/msgmni' 2>/dev/null ||
		skip_loudly "msgmni cannot be set here"
	run -0 mqtool stat -L -H -S --namespace=$there
	matches "$output" *msgmni*" 77 "*
	equal "$(mqtool stat -L -j -S)" "$here"
}

@test "all namespaces, with what is known of them" {
	local second
	namespace
	second=$pid
	create -c 4 -s 64 /here
	mqtool create --namespace=$there -c 4 -s 64 /same
	mqtool create --namespace=$second -c 4 -s 64 /same
	mqtool create --namespace=$second key:0x43
	mqtool send --namespace=$second /same 1
	run -0 --separate-stderr mqtool stat --namespace=all -H -o QUEUE,MESSAGES /same /here
	equal "$(tr -s ' ' <<<"$output" | cut -d ' ' -f 1-3 | sort)" "$(sort <<-END
		/here 0 $(ns_id $$)
		/same 0 $(ns_id $there)
		/same 1 $(ns_id $second)
	END
	)"
	[[ $output == *" 1  $there"* ]]
	run -0 --separate-stderr mqtool stat --namespace=all -j -o QUEUE -S key:0x43
	equal "$(tr -d '\n' <<<"$output")" \
		"[{\"queue\":\"key:0x00000043\",\"namespace\":$(ns_id $second),\"procs\":1,\"pid\":$second}]"
	run -0 --separate-stderr mqtool stat --namespace=all /same
	matches "$output" *"namespace: $(ns_id $there)"*"pid: $there"*
	run -4 mqtool stat --namespace=all /none
	run -0 --separate-stderr mqtool watch --namespace=all -j -n 1 -o QUEUE /same
	equal "$(jq -r '"\(.queue) \(.namespace) \(.pid)"' <<<"$output" | sort)" "$(sort <<-END
		/same $(ns_id $there) $there
		/same $(ns_id $second) $second
	END
	)"
}

@test "waiters and holders are told apart by their namespace" {
	local second receiver
	need_mqueue
	namespace
	second=$pid
	mqtool create --namespace=$there key:0x44
	mqtool create --namespace=$second key:0x44
	start mqtool recv --namespace=$second key:0x44
	receiver=$pid
	blocked "$receiver"
	run -0 --separate-stderr mqtool stat --namespace=all -w -H -o WAITING -s NAMESPACE key:0x44
	[ "${#lines[@]}" -eq 2 ]
	matches "$output" *"1 recv "*" $second"*
	# Of the other one nothing is known where some processes may not be looked at.
	run -0 --separate-stderr mqtool stat --namespace=all -w -j -o QUEUE key:0x44
	equal "$(jq -c "[.[] | (.waiters // [])[].pid], [.[] | select(.namespace == $(ns_id $second)) |
		.waiters[].pid]" <<<"$output")" "[$receiver]"$'\n'"[$receiver]"
	run -0 --separate-stderr mqtool stat --namespace=all key:0x44
	matches "$output" *"waiters: $receiver mqtool, receives"*
	# In the namespace itself it waits too, and in the other nobody does.
	run -0 --separate-stderr mqtool stat --namespace=$second -w -H -o WAITING key:0x44
	equal "$output" "1 recv"
	run -0 --separate-stderr mqtool stat --namespace=$there -w -H -o WAITING key:0x44
	matches "$output" [-?]
	mqtool send --namespace=$second key:0x44 x
	finish "$receiver" 0
}

@test "watch ends once the process is gone, and keeps nothing of it" {
	start mqtool watch -b -d 10ms --namespace=$there >out 2>err
	wait_until test -s out
	kill "$there"
	finish "$pid" 4
	equal "$(<err)" "mqtool watch: --namespace: there is no process $there"
}

@test "namespaces that come and go are no failure of the rest" {
	local round
	create -c 4 -s 64 /stays
	start sh -c 'while :; do unshare -i true; done'
	for round in 1 2 3 4 5; do
		run -0 --separate-stderr mqtool stat --namespace=all -H -o QUEUE /stays
		matches "$round $output" "$round /stays *"
	done
}

@test "nothing is mounted, and no namespace is kept" {
	local before
	before=$(cat /proc/self/mountinfo)
	mqtool stat --namespace=all >/dev/null
	mqtool stat --namespace=$there >/dev/null
	equal "$(cat /proc/self/mountinfo)" "$before"
}

@test "a namespace of our own takes no privilege" {
	create -c 4 -s 64 /ours
	# shellcheck disable=SC2016
	run -0 without_capabilities sh -c 'exec mqtool stat --namespace=$$ -H -o QUEUE /ours'
	equal "$output" /ours
}

@test "what may not be looked at is named by its capability" {
	run -5 without_capabilities mqtool stat --namespace=all
	equal "$output" "mqtool stat: --namespace=all: not permitted: it needs CAP_SYS_ADMIN, which root has"
	run -5 setpriv --bounding-set=-sys_ptrace mqtool stat --namespace=all
	equal "$output" "mqtool stat: --namespace=all: not permitted: it needs CAP_SYS_PTRACE, which root has"
	run -5 without_capabilities mqtool recv --namespace=$there /one
	matches "$output" "mqtool recv: --namespace: the IPC namespace of process $there may not be \
entered: it needs CAP_SYS_@(ADMIN|PTRACE), which root has"
	run -5 setpriv --bounding-set=-sys_admin mqtool stat --namespace=$there
	matches "$output" "*it needs CAP_SYS_ADMIN, which root has"
	run -3 without_capabilities mqtool check -w 1 -c 2 --namespace=$there /one
	matches "$output" *"MQTOOL UNKNOWN"*
}

@test "what is wrong with the line" {
	local bad
	run -4 mqtool stat --namespace=2147483646
	equal "$output" "mqtool stat: --namespace: there is no process 2147483646"
	for bad in 0 -1 x '' 1x 2147483648; do
		run -2 --separate-stderr mqtool stat "--namespace=$bad"
		equal "${stderr_lines[0]}" "mqtool stat: --namespace: '$bad' is neither a process number nor 'all'"
		run -2 --separate-stderr mqtool rm "--namespace=$bad" /q
		equal "${stderr_lines[0]}" "mqtool rm: --namespace: '$bad' is not a process number"
	done
	run -2 --separate-stderr mqtool rm --namespace=all -a -y --empty
	matches "${stderr_lines[0]}" "*only stat, watch and trace take 'all'*"
	run -2 mqtool stat --namespace=all -L
	run -2 mqtool stat -o +PROCS
	run -2 mqtool stat -s PID
	run -2 mqtool watch -b -n 1 -o NAMESPACE
	# Before anything is looked at.
	run -2 mqtool send --namespace=$there jobs x
	run -2 mqtool create --namespace=2147483646 -c x /jobs
}
