# SPDX-License-Identifier: GPL-2.0-or-later
#
# The helpers do what the other tests trust them to do.

load helper

@test "a test sees no queue but its own" {
	run -0 ipcs -q
	[[ $output != *0x* ]]
	need_mqueue
	run -0 ls -A /dev/mqueue
	equal "$output" ""
}

@test "wait_until gives up" {
	WAIT_LIMIT=0 run ! wait_until false
	[[ $output == "gave up waiting for: false" ]]
}

@test "finish tells exit statuses apart" {
	start sh -c 'exit 3'
	finish "$pid" 3
	start sh -c 'exit 3'
	run -1 finish "$pid" 4
	start sleep 60
	kill -TERM "$pid"
	finish "$pid" 143
}

@test "equal and matches fail on a difference" {
	equal "a b" "a b"
	run -1 equal "a b" "a  b"
	matches "abc" "a*"
	run -1 matches "abc" "b*"
}

@test "without_capabilities holds uid 0 to the modes of files" {
	echo secret >file
	chmod 0 file
	cat file
	run -1 without_capabilities cat file
}

@test "blocked sees a thread in msgrcv, and only there" {
	command -v perl >/dev/null || skip_loudly "perl not found"
	start perl -e 'my $buf; msgrcv(msgget(0, 01600), $buf, 64, 0, 0); sleep 60'
	blocked "$pid"
	is_blocked "$pid" msgrcv
	run ! is_blocked "$pid" msgsnd mq_timedreceive mq_timedsend
	kill -USR1 "$pid"
	finish "$pid" 138
	run ! is_blocked "$pid" msgrcv
}
