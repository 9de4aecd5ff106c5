#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# What passes in a second, how long it stays and how long calls are blocked, as the kernel counts it:
# beside traffic whose rates, stays and waits are known, within 5 %.

load helper
load trace

# near EXPRESSION VALUE: what jq finds in the file "out" is VALUE, within 5 %.
near()
{
	jq -e --argjson v "$2" "$1 as \$x | \$x != null and \$x >= \$v * 0.95 and \$x <= \$v * 1.05" out ||
		{ echo "$1: not $2 within 5 %: $(cat out)" >&2; return 1; }
}

# traffic ARG...: in the background, until the test is over.
traffic()
{
	start "$traffic" "$@"
}

is_deep()
{
	[ "$(waiting "$1")" -ge "$2" ]
}

@test "rates and stays that are known, of queues that had messages before" {
	limit fs/mqueue/msg_max 100
	create -c 100 -s 64 /deep
	traffic steady 0x51 100
	traffic steady /deep 100
	wait_until is_deep 0x51 99
	wait_until is_deep /deep 99
	mqtool stat --trace=3 -j -o QUEUE,SEND/s,RECV/s,IN/s,OUT/s,AGE key:0x51 /deep >out
	for i in 0 1; do
		near ".[$i].send" 100
		near ".[$i].recv" 100
		near ".[$i].in" 6400
		near ".[$i].out" 6400
		near ".[$i].age" 1
	done
}

@test "how long receivers and senders are blocked" {
	traffic hungry 0x51 10
	traffic hungry /one 10
	mqtool stat --trace=3 -j -o RWAIT,SWAIT,RECV/s 0x51 /one >out
	for i in 0 1; do
		near ".[$i].rwait" 0.1
		near ".[$i].recv" 10.2
		jq -e ".[$i].swait < 0.01" out
	done
	create /full key:0x52
	mqtool set -b 640 key:0x52
	traffic stuffed 0x52 10
	traffic stuffed /full 10
	wait_until is_deep 0x52 10
	wait_until is_deep /full 10
	mqtool stat --trace=3 -j -o RWAIT,SWAIT,SEND/s 0x52 /full >out
	for i in 0 1; do
		near ".[$i].swait" 0.1
		jq -e ".[$i].rwait < 0.01" out
	done
}

# sample NAME QUEUE: of the metrics in the file "out".
sample()
{
	sed -n "s|^$1{queue=\"$2\",kind=\"[a-z]*\"} ||p" out
}

@test "metrics: every message is counted, in both directions" {
	local n=${MQTOOL_TRACE_MESSAGES:-20000}
	start mqtool stat --openmetrics --trace=$((n / 20000 + 4)) >out
	counter=$pid
	wait_until traced_by "$counter"
	"$traffic" loop /one "$n"
	"$traffic" pair 0x51 "$n"
	WAIT_LIMIT=$((n / 20000 + 20)) finish "$counter" 0
	for queue in /one key:0x00000051; do
		equal "$(sample mqtool_queue_sent_messages_total $queue)" "$n"
		equal "$(sample mqtool_queue_received_messages_total $queue)" "$n"
		equal "$(sample mqtool_queue_sent_bytes_total $queue)" $((n * 64))
		equal "$(sample mqtool_queue_received_bytes_total $queue)" $((n * 64))
		[ -n "$(sample mqtool_queue_age_seconds $queue)" ]
		[ -n "$(sample mqtool_queue_send_wait_seconds_total $queue)" ]
		[ -n "$(sample mqtool_queue_receive_wait_seconds_total $queue)" ]
	done
	equal "$(tail -n 1 out)" "# EOF"
}

@test "a queue that is idle has rates of 0, and no age; one that is made meanwhile has rates" {
	start mqtool stat --trace=2 -j -o QUEUE,SEND/s,AGE,SWAIT >out
	counter=$pid
	wait_until traced_by "$counter"
	create_small /made
	send /made x
	recv /made
	finish "$counter" 0
	equal "$(jq -c '.[] | select(.queue == "/one") | [.send, .age, .swait]' out)" '[0,null,null]'
	jq -e '.[] | select(.queue == "/made") | .send > 0 and .age >= 0 and .age < 2' out
	run -0 mqtool stat --trace=0.01 -o SEND/s,AGE -H /one
	equal "$(tr -s ' ' <<<"$output")" "0 -"
}

@test "the table, the block, and what takes the entries of calls" {
	run -0 mqtool stat --trace=0.01 -S
	matches "${lines[0]}" "QUEUE *LAST  SEND/s  RECV/s  IN/s  OUT/s  AGE"
	run -0 mqtool stat --trace=0.01 /one
	matches "$output" "*send: 0
recv: 0
in: 0
out: 0
age: -
swait: -
rwait: -*"
	start mqtool stat --trace=600 -S
	LINKS=2 wait_until traced_by "$pid"
	kill -TERM "$pid"
	finish "$pid" 143
	start mqtool stat --trace=600 -S -o +SWAIT
	LINKS=4 wait_until traced_by "$pid"
	kill -INT "$pid" || :
	kill -TERM "$pid"
	finish "$pid" 143
}

@test "queues of another namespace" {
	local there counters
	start unshare -i sleep 600
	there=$pid
	wait_until other_namespace "$there"
	mqtool create --namespace="$there" -c 4 -s 64 /there
	start mqtool stat --namespace="$there" --trace=2 -j -o QUEUE,SEND/s >one
	counters=("$pid")
	start mqtool stat --namespace=all --trace=2 -j -o QUEUE,SEND/s >all
	counters+=("$pid")
	LINKS=4 wait_until traced_by "${counters[0]}"
	LINKS=4 wait_until traced_by "${counters[1]}"
	# Until they are done: their first look comes at a moment that nobody else sees.
	start nsenter -i -t "$there" "$traffic" steady /there 4
	traffic steady /one 4
	finish "${counters[0]}" 0
	finish "${counters[1]}" 0
	equal "$(jq -c '[.[] | select(.send > 0).queue]' one)" '["/there"]'
	# Other namespaces have theirs.
	jq -e '[.[] | select(.send > 0).queue] | contains(["/one", "/there"])' all
}

other_namespace()
{
	[ "$(readlink "/proc/$1/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ]
}

@test "watch -b and -j count from look to look" {
	limit fs/mqueue/msg_max 100
	create -c 100 -s 64 /deep
	traffic steady /deep 100
	wait_until is_deep /deep 99
	# A look during which a message passes does not know the depth that goes with the counters.
	mqtool watch --trace -j -d 2s -n 3 -o QUEUE,SEND/s,RECV/s,IN/s,OUT/s,AGE /deep >looks
	jq -s -e '.[0] | .send == null and .age == null' looks
	jq -s -c 'map(select(.age != null)) | last' looks >out
	near .send 100
	near .recv 100
	near .in 6400
	near .out 6400
	near .age 1
	run -0 mqtool watch --trace -b -n 1 /one
	matches "$output" "*SEND/s  RECV/s  IN/s  OUT/s  AGE"$'\n'"posix *- * - * - * - * -"
}

@test "watch goes on without privilege, says why, and knows no rates" {
	run --separate-stderr -0 setpriv --bounding-set=-bpf,-sys_admin \
		mqtool watch --trace -j -d 10ms -n 2 -o QUEUE,SEND/s,AGE /one
	equal "$stderr" \
		"mqtool watch: not permitted: it needs CAP_BPF (root has both CAP_BPF and CAP_PERFMON)"
	equal "$(jq -c '[.queue, .send, .age]' <<<"$output")" $'["/one",null,null]\n["/one",null,null]'
	run -2 mqtool watch -b -o AGE
}

@test "without privilege, without the sibling, and lines that are wrong" {
	run -5 setpriv --bounding-set=-bpf,-sys_admin mqtool stat --trace=1
	equal "$output" \
		"mqtool stat: not permitted: it needs CAP_BPF (root has both CAP_BPF and CAP_PERFMON)"
	MQTOOL_LIBEXECDIR=$PWD run -1 mqtool stat --trace=1
	matches "$output" "mqtool stat: mqtool-trace is not installed: *"
	run -2 mqtool stat -o AGE
	matches "$output" "mqtool stat: column AGE needs --trace*"
	run -2 mqtool stat -s SEND/s
	run -2 mqtool stat --trace=x
	run -2 mqtool stat --trace=1 --limits
	run -2 mqtool stat --trace=1 --removed
}
