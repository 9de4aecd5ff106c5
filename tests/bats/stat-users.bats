# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# mqtool stat with several users: what each may see of the others

load helper

setup()
{
	test_setup
	user=(setpriv --reuid=1234 --regid=1234 --clear-groups)
	program=$BATS_FILE_TMPDIR/bin/blocked
	[ -e "$program" ] || cp "$MQTOOL_BUILD/tests/helpers/blocked" "$program"
}

teardown()
{
	test_teardown
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# waiters COMMAND [ARG...]: pid and direction of each waiter that COMMAND, a stat -wj, shows.
waiters()
{
	"$@" 2>/dev/null | jq -r '.[].waiters[] | "\(.pid) \(.direction)"' | sort
}

# May a user look into what his own processes are blocked in?
restricted()
{
	local scope=0
	read -r scope 2>/dev/null </proc/sys/kernel/yama/ptrace_scope || :
	[ "$scope" != 0 ]
}

@test "of one's own, a thread whose queue may not be told is counted" {
	restricted || skip_loudly "kernel.yama.ptrace_scope is 0 or not there"
	mqtool create -m 666 key:0x1
	start "${user[@]}" "$program" msgrcv 0x1 1 7 0
	blocked "$pid" msgrcv
	run --separate-stderr -0 as_user 1234 mqtool stat -w -H -o queue
	equal "$output" "key:0x00000001  ?"
	matches "$stderr" "*mqtool stat: 1 thread waits on a queue that may not be told *ptrace_scope*"
}

@test "a user's own blocked processes are found, those of others counted" {
	! restricted || skip_loudly "kernel.yama.ptrace_scope forbids it"
	mqtool create -m 666 key:0x1
	mqtool create -m 666 -c 1 -s 1 /a
	mqtool send /a x
	local own=() others=() task
	for task in "msgrcv 0x1 1 7 0" "mq_send /a 1 5" "-t 1 msgrcv 0x1 1 8 0" "-t 2 mq_send /a 1 5"; do
		# shellcheck disable=SC2086
		start "${user[@]}" "$program" $task
		own+=("$pid")
		# shellcheck disable=SC2086
		start "$program" $task
		others+=("$pid")
	done
	for pid in "${own[@]}" "${others[@]}"; do
		blocked "$pid" msgrcv mq_timedsend
	done
	expected()
	{
		printf '%s receive\n' "${@:1:1}" "${@:3:1}"
		printf '%s send\n' "${@:2:1}" "${@:4:1}" "${@:4:1}"
	}
	wait_until eval '[ "$(waiters mqtool stat -wj | wc -l)" = 10 ]'
	equal "$(waiters mqtool stat -wj)" \
		"$(expected "${own[@]}" | cat - <(expected "${others[@]}") | sort)"
	equal "$(waiters as_user 1234 mqtool stat -wj)" "$(expected "${own[@]}" | sort)"
	run --separate-stderr -0 as_user 1234 mqtool stat -w -H -o queue
	equal "$(tr -s ' ' <<<"$output")" $'key:0x00000001 2 recv\n/a 3 send'
	matches "$stderr" \
		"mqtool stat: +([0-9]) processes may not be looked at: what they hold or wait for is not shown"
	run --separate-stderr -0 as_user 1234 mqtool stat /a
	matches "$output" *"holders: ${own[1]} blocked, fd 3, writes"*
	[[ $output != *"holders: ${others[1]} "* ]]
	matches "$stderr" "mqtool stat: +([0-9]) processes may not be looked at: *"
}

@test "of one's own, a process that may not be traced is counted, and is no error" {
	# With processes of their own, so that the count stands still.
	mqtool create key:0x1
	# shellcheck disable=SC2016
	run --separate-stderr -0 unshare -p --fork --mount-proc bash -c '
		program=$1
		shift
		"$@" mqtool stat -w -H -o queue
		"$@" "$program" sealed >out &
		until grep -qs ready out; do sleep 0.01; done
		"$@" mqtool stat -w -H -o queue
		kill $!' bash "$program" "${user[@]}"
	equal "$output" $'key:0x00000001  ?\nkey:0x00000001  ?'
	equal "$stderr" "mqtool stat: 1 process may not be looked at: what it holds or waits for is not shown
mqtool stat: 2 processes may not be looked at: what they hold or wait for is not shown"
}

@test "who was not seen is unknown, never nobody" {
	local queues='"queue":"/a"' none
	mqtool create -m 666 -c 1 -s 64 /a
	mqtool create -m 666 key:0x1
	none='"waiting":null,"holders":null,"waiters":null}'
	run --separate-stderr -0 as_user 1234 mqtool stat -P -wj -o queue
	equal "$(jq -c '.[]' <<<"$output")" "{$queues,$none"
	run --separate-stderr -0 as_user 1234 mqtool stat -wj -o queue key:1
	equal "$(jq -c '.[]' <<<"$output")" "{\"queue\":\"key:0x00000001\",${none%\}},\"pollers\":null}"
	run --separate-stderr -0 as_user 1234 mqtool watch -b -n 1 -o QUEUE,WAITING
	equal "$(tr -s ' ' <<<"$output" | tail -n +3)" $'key:0x00000001 ?\n/a ?'
	run --separate-stderr -0 as_user 1234 mqtool watch -j -n 1 -o QUEUE,WAITING /a
	equal "$(jq -c .waiting <<<"$output")" null
	run --separate-stderr -0 as_user 1234 mqtool watch -b -n 1 -o QUEUE --filter 'wait = 0'
	equal "$(tail -n +3 <<<"$output")" ""
	# Who was seen is shown.
	start "${user[@]}" "$program" hold /a r
	wait_until eval '[[ $(readlink "/proc/$pid/fd/3") == */a ]]'
	run --separate-stderr -0 as_user 1234 mqtool stat -P -wj -o queue
	equal "$(jq -c '.[] | [.holders[].pid], .waiters, .waiting' <<<"$output" | paste -sd ' ')" \
		"[$pid] null null"
	# Nothing is said of processes where no queue is shown.
	run --separate-stderr -4 as_user 1234 mqtool stat /none
	equal "$stderr" "mqtool stat: /none: no such queue ('mqtool create /none' makes it)"
	run --separate-stderr -0 as_user 1234 mqtool stat -w --sysv key:1 -H -o queue
	matches "$stderr" "mqtool stat: +([0-9]) processes may not be looked at: *"
	mqtool rm key:1
	run --separate-stderr -0 as_user 1234 mqtool stat -w -S
	equal "$stderr" ""
}

@test "a /proc that is not ours names nobody falsely, and fails nothing" {
	mqtool create -m 666 -c 10 -s 64 /a
	mqtool create key:0x1
	mqtool send key:1 x
	mkfifo go
	# Another PID namespace, with a mount namespace whose /proc is its own.
	start unshare --mount --pid --fork --kill-child --mount-proc \
		bash -c 'exec 3</dev/mqueue/a; read -r <go'
	wait_until eval 'inner=$(pgrep -P "$pid")'
	wait_until eval '[[ $(readlink "/proc/$inner/fd/3") == */a ]]'
	enter=(nsenter -t "$inner" --mount -- "$BATS_FILE_TMPDIR/bin/plain/mqtool")
	run --separate-stderr "${enter[@]}" stat /a
	succeeded
	equal "$(grep mqtool <<<"$stderr")" "mqtool stat: /proc is that of another PID namespace: what \
processes outside it hold or wait for is not shown"
	# Its own are seen, by their numbers there.
	matches "$output" *$'\n'"holders: 1 bash, fd 3, reads"$'\n'"waiters: ?"*
	run --separate-stderr "${enter[@]}" stat key:1
	succeeded
	matches "$output" "*lspid: +([0-9]) (exited)*"
	# Numbers of ours mean nothing in the /proc of others, where most are taken.
	# shellcheck disable=SC2016
	run --separate-stderr -0 unshare --pid --fork --kill-child bash -c '
		mqtool recv -f key:1 >out &
		until [ -s out ]; do sleep 0.01; done
		mqtool stat key:1'
	matches "$output" *$'\n'"lrpid: 2"$'\n'*
}

@test "no diagnosis from what may not be seen" {
	mqtool create -m 666 -c 10 -s 64 /a
	mqtool send /a x
	run --separate-stderr -0 unshare -p --fork --mount-proc mqtool stat /a
	matches "$output" *$'\n'"diagnosis: 1 message waits, and nobody has the queue open"
	equal "$stderr" ""
	# Among the hidden there may be one that has it open.
	run --separate-stderr -0 as_user 1234 mqtool stat /a
	[[ $output != *diagnosis* ]]
	equal "$(sed -n 's/^holders: //p' <<<"$output")" "?"
}

# A /proc with hidepid takes a pid namespace of one's own.
@test "hidepid hides processes, and is said" {
	mqtool create -m 666 key:0x1
	mqtool send key:1 x
	mkfifo pipe
	cat >inside <<-'END'
		mount -n -t proc -o hidepid=2 proc /proc || exit 77
		export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 # it would look into /proc/PID
		stat() { setpriv --reuid=1234 --regid=1234 --clear-groups mqtool stat "$@"; }
		stat -w -H -o queue 2>stderr >table || exit
		mqtool send -l -f pipe key:1 &
		echo "$!" >pid
		exec 9>pipe
		echo y >&9
		until [ "$(mqtool stat -H -o messages key:1)" = 2 ]; do sleep 0.01; done
		stat key:1 >running 2>/dev/null
		exec 9>&-
		wait
		stat key:1 >gone 2>/dev/null
	END
	run timeout 60 unshare --mount --pid --fork --kill-child bash inside
	[ "$status" -ne 77 ] || skip_loudly "/proc cannot be mounted with hidepid"
	equal "$status" 0
	equal "$(<table)" "key:0x00000001  ?"
	matches "$(<stderr)" "mqtool stat: processes of other users are hidden here (/proc is mounted with hidepid): *"
	# Hidden is not gone.
	matches "$(<running)" *$'\n'"lspid: $(<pid)"$'\n'*
	matches "$(<gone)" *$'\n'"lspid: $(<pid) (exited)"$'\n'*
}

@test "another user's queue: its owner shows, its messages do not" {
	mqtool create -m 600 -c 1 -s 1 /root-only
	mqtool create -m 600 key:0x1
	mqtool send /root-only x
	mqtool send key:1 y
	run -0 as_user 1234 mqtool stat -H -o queue,messages,mode,owner
	equal "$(tr -s ' ' <<<"$output")" $'key:0x00000001 1 0600 root\n/root-only ? 0600 root'
	run --separate-stderr -5 as_user 1234 mqtool stat /root-only
	matches "$output" *$'\n'"messages: ?"$'\n'*"owner: root"$'\n'*
	matches "$stderr" *"mqtool stat: /root-only: permission denied (mode 0600, owner root:root)"*
	run --separate-stderr -0 as_user 1234 mqtool stat key:1
	matches "$output" *$'\n'"messages: 1"$'\n'*
}

@test "a user without a name is shown by number" {
	mqtool create -m 600 -o 4242 key:0x1
	run -0 mqtool stat -H -o owner,uid
	equal "$output" "4242  4242"
	run -0 mqtool stat -j -o owner,uid
	equal "$(jq -c . <<<"$output")" '[{"owner":"4242","uid":4242}]'
}

@test "a mqueue of another IPC namespace" {
	mqtool create -m 666 -c 10 -s 64 /ours
	run --separate-stderr -0 unshare -i mqtool stat -H -o queue
	# With privilege it is seen through.
	equal "$output" ""
	equal "$stderr" ""
	# Without, a queue that can be opened gives it away.
	run --separate-stderr -0 unshare -i setpriv --reuid=1234 --regid=1234 --clear-groups mqtool stat -H
	equal "$output" ""
	matches "$stderr" "mqtool stat: POSIX queues are not listed: /dev/mqueue shows those of another IPC namespace *"
	run --separate-stderr -1 unshare -i setpriv --reuid=1234 --regid=1234 --clear-groups mqtool stat -P
	matches "$stderr" "mqtool stat: POSIX queues are not listed: *"
}

@test "mqueue not mounted" {
	mqtool create -m 666 -c 10 -s 64 /a
	mqtool create -m 666 key:0x1
	umount -n /dev/mqueue
	run --separate-stderr -0 mqtool stat -H -o queue
	equal "$output" $'key:0x00000001\n/a'
	# Who may not look past the mount is told what to do; the other kind is shown.
	run --separate-stderr -0 as_user 1234 mqtool stat -H -o queue
	equal "$output" key:0x00000001
	matches "$stderr" "mqtool stat: POSIX queues are not listed: mqueue is not mounted on /dev/mqueue (as root: mount *"
	run --separate-stderr -1 as_user 1234 mqtool stat -P
	run --separate-stderr -0 as_user 1234 mqtool stat -S -H -o queue
	equal "$stderr" ""
	# By its name it is there as ever.
	run --separate-stderr -0 as_user 1234 mqtool stat -H -o queue /a
	equal "$output" /a
	run --separate-stderr -0 as_user 1234 mqtool stat -L -H
	[[ $(tr -s ' ' <<<"$output") == *"queues_max 256 ? ? fs"* ]]
	matches "$stderr" "mqtool stat: POSIX queues are not listed: *"
	mount -n -t mqueue mqueue /dev/mqueue
}

@test "a limit that there is not" {
	ulimit -q unlimited 2>/dev/null || skip_loudly "no CAP_SYS_RESOURCE to raise RLIMIT_MSGQUEUE"
	run -0 mqtool stat -L -H -P
	matches "$(tr -s ' ' <<<"$output")" "*RLIMIT_MSGQUEUE unlimited >=0 - ulimit -q *"
	run -0 mqtool stat -L -j
	equal "$(jq -c '.[] | select(.limit == "RLIMIT_MSGQUEUE") | [.value, .unlimited, .use]' <<<"$output")" \
		'[null,true,null]'
}
