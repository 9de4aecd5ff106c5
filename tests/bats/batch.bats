#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
#
# recv drains what is there in batches of 1024 messages or 64 KiB: nothing may depend on where one
# of them ends.

load helper

# drains_then_waits QUEUE COUNT SIZE: COUNT messages of SIZE bytes fill a batch exactly; recv wants
# one more, which comes later.
drains_then_waits()
{
	local queue=$1 count=$2 size=$3
	local body
	body=$(printf "%0${size}d" 7)

	yes "$body" | head -n "$count" | mqtool send -n -l "$queue"
	start mqtool recv -c $((count + 1)) "$queue" >out
	blocked "$pid" msgrcv
	equal "$(wc -l <out)" "$count"
	mqtool send "$queue" last
	finish "$pid" 0
	equal "$(tail -n 1 out)" last
	mqtool rm "$queue"
}

@test "recv goes on waiting behind a batch that is full by its count" {
	mqtool create 0x100
	drains_then_waits 0x100 1024 1
}

@test "recv goes on waiting behind a batch that is full by its bytes" {
	echo 65536 >/proc/sys/kernel/msgmnb
	echo 8192 >/proc/sys/kernel/msgmax
	mqtool create -b 65536 0x101
	drains_then_waits 0x101 8 8191
}

@test "recv -c of more than a batch takes exactly as many" {
	mqtool create 0x102
	seq 2000 | mqtool send -n -l 0x102
	mqtool recv -c 1025 0x102 >out
	seq 1025 | cmp - out
	equal "$(mqtool recv 0x102)" 1026
	mqtool rm 0x102
}

@test "a message larger than a batch is received alone and exact" {
	echo 200000 >/proc/sys/kernel/msgmnb
	echo 200000 >/proc/sys/kernel/msgmax
	mqtool create -b 200000 0x103
	head -c 150000 /dev/urandom >big
	mqtool send 0x103 first
	mqtool send -f big 0x103
	mqtool send 0x103 last
	mqtool recv -a -r 0x103 >out
	{ printf first && cat big && printf last; } | cmp - out
	mqtool rm 0x103
}
