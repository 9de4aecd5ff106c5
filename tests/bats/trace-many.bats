#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# trace: numbered messages by the thousand, each of them compared: MQTOOL_TRACE_MESSAGES of them,
# 20,000 where it is not set.

load helper
load trace

n=${MQTOOL_TRACE_MESSAGES:-20000}

# Room for all, so that a busy machine loses none: two records of some 180 bytes for each.
buffer=$((n * 360 / 1048576 + 16))M

# numbered FILE EVENT TYPES: its lines of EVENT are of all messages in their order, whole, with the
# types or priorities that traffic gives them.
numbered()
{
	awk -v e="$2" -v n="$n" -v types="$3" '
		$1 == e {
			if ($2 != 1 + i % types || $3 != 64 || $4 != i) exit 1
			i++
		}
		END { exit i != n }' "$1"
}

# compare QUEUE HOW TYPES: what is shown, and what is counted beside it.
compare()
{
	local counter
	start mqtool trace --summary -j -d 600 "$1" >sums
	counter=$pid
	LINKS=4 wait_until attached "$counter"
	LINKS=2 trace --buffer="$buffer" -F '%E %t%p %S %s\n' -c $((2 * n)) -d 600 "$1"
	"$traffic" "$2" "$1" "$n"
	WAIT_LIMIT=600 finish "$tracer" 0
	numbered out send "$3"
	numbered out recv "$3"
	equal "$(wc -l <out)" $((2 * n))
	equal "$(<err)" ""
	kill -TERM "$counter"
	finish "$counter" 143
	equal "$(jq -c 'select(.pid == null) | [.sent, .received, .sent_bytes, .received_bytes]' sums)" \
		"[$n,$n,$((n * 64)),$((n * 64))]"
}

@test "System V: of one process and of two, each is there once, in order, whole, and counted" {
	compare 0x51 loop 7
	compare 0x51 pair 7
}

@test "POSIX: of one process and of two, each is there once, in order, whole, and counted" {
	compare /one loop 7
	compare /one pair 1
}

@test "the same as older kernels do it, without bpf_rdonly_cast()" {
	export MQTOOL_TRACE_OLDER=1
	compare /one loop 7
}

@test "a reader that stops: shown and lost make all, the counters say so, and --strict" {
	local lost counter
	mkfifo lines
	exec 9<>lines
	start mqtool trace --summary -j -d 600 /one >sums
	counter=$pid
	LINKS=4 wait_until attached "$counter"
	start mqtool trace -j --buffer=64K --strict --send /one >lines 2>err
	tracer=$pid
	LINKS=1 wait_until attached "$tracer"
	"$traffic" loop /one "$n"
	start cat <&9 >out
	wait_until grep -q '"lost"' out
	kill -TERM "$tracer"
	finish "$tracer" 143
	exec 9>&-
	wait_until lines_end
	lost=$(jq -s 'map(select(.event == "lost").count) | add' out)
	[ "$lost" -gt 0 ]
	equal $((lost + $(grep -c '"event":"send"' out))) "$n"
	kill -TERM "$counter"
	finish "$counter" 143
	equal "$(jq -c 'select(.pid == null) | [.sent, .received]' sums)" "[$n,$n]"
}

lines_end()
{
	[ "$(tail -c 1 out | od -An -c | tr -d ' ')" = '\n' ]
}
