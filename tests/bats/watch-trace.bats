#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# watch --trace and the key T on a terminal, which tmux plays

load watch

may_count()
{
	mqtool stat --trace=0 >allowed 2>&1 || skip_loudly "$(<allowed)"
}

@test "T counts what passes, and the screen says so; without it nothing is counted" {
	may_count
	mqtool create -c 4 -s 64 /one
	terminal 130
	watch
	shows /one
	shows_not SEND/s
	keys T
	shows COUNTING
	shows SEND/s
	shows AGE
	mqtool send /one x
	keys T
	shows_not COUNTING
	shows_not SEND/s
	keys q
	ended 0
}

@test "--trace counts from the start" {
	may_count
	mqtool create -c 4 -s 64 /one
	terminal 130
	watch --trace
	shows COUNTING
	shows SEND/s
	keys q
	ended 0
}

@test "without privilege the screen says why, and goes on" {
	mqtool create -c 4 -s 64 /one
	terminal 130
	keys "setpriv --bounding-set=-bpf,-sys_admin sh play --trace -d 100ms" Enter
	shows "not counted"
	shows "CAP_BPF"
	shows /one
	keys q
	ended 0
}
