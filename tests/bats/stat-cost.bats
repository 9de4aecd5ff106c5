# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool stat -w: what a look at many processes costs

load helper

# cpu COMMAND [ARG...]: milliseconds of processor that ten runs take.
cpu()
{
	local TIMEFORMAT='%3U %3S' times
	times=$({ time for _ in {1..10}; do "$@"; done >/dev/null 2>&1; } 2>&1)
	# shellcheck disable=SC2086
	printf '%s\n' $times | awk '{ sum += $1 } END { printf "%d\n", sum * 1000 }'
}

# cheap OPTION FLOOR READER [ARG...]: stat OPTION costs at most three times what READER does beside
# 500 idle processes; what starting mqtool and listing the queues costs is measured by FLOOR.
cheap()
{
	local option=$1 floor=$2 stat read
	shift 2
	# The machine has other things to do too: the best of a few rounds.
	for _ in {1..5}; do
		stat=$(($(cpu mqtool stat "$option") - $(cpu mqtool stat "$floor")))
		read=$(cpu "$@")
		((stat <= 3 * read)) && return 0
		echo "stat $option $stat ms, reading the files $read ms" >&2
	done
	return 1
}

@test "500 idle processes cost no more than three times what reading their files costs" {
	need_mqueue
	mqtool create -c 10 -s 64 /a
	mqtool create key:1
	start "$MQTOOL_BUILD/tests/helpers/blocked" idle 500 >out
	wait_until grep -q ready out
	[ "$("$MQTOOL_BUILD/tests/helpers/read-proc")" -ge 501 ]
	# Without holders, and with them.
	cheap -wH -H "$MQTOOL_BUILD/tests/helpers/read-proc"
	cheap -wj -j "$MQTOOL_BUILD/tests/helpers/read-proc" fd
}
