# SPDX-License-Identifier: GPL-2.0-or-later
#
# Looking changes nothing (mqtool-stat(1)): not the messages, not the times, not who is waiting or
# to be notified.

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

look()
{
	local options
	for options in "" -w -j -wj -L "-o +notify,ctime,lspid" "/a key:1" "-wj /a key:1" "-S" "-P -s last"; do
		# shellcheck disable=SC2086
		mqtool stat $options >/dev/null 2>&1 || return
	done
}

# The kernel's own view: all except the times of a POSIX queue's inode that reading it moves.
kernel_view()
{
	cat /proc/sysvipc/msg
	stat -c '%n %i %a %u:%g %s %h %Y' /dev/mqueue/a
	sed 's/ *$//' /dev/mqueue/a
}

# switches PID...: how often each has given up the processor.
switches()
{
	local pid
	for pid in "$@"; do
		grep ctxt "/proc/$pid/status"
	done
}

@test "messages, times and pids stay as they were" {
	need_mqueue
	mqtool create -c 10 -s 64 /a
	mqtool create key:1
	mqtool send /a one two
	mqtool send key:1 one two
	mqtool recv /a
	mqtool recv key:1
	kernel_view >before
	# Times are whole seconds.
	local now
	now=$(date +%s)
	wait_until eval '[ "$(date +%s)" -gt $((now + 1)) ]'
	look
	kernel_view >after
	cmp before after
	run -0 mqtool recv -a /a
	equal "$output" two
	run -0 mqtool recv -a key:1
	equal "$output" two
}

@test "a process registered to be notified stays so" {
	mqtool create -c 10 -s 64 /a
	mqtool create key:1
	start "$program" notify /a >out
	wait_until grep -q ready out
	look
	equal "$(mqtool stat -H -o notify /a)" "$pid"
	mqtool send /a x
	finish "$pid" 0
	grep -qx notified out
}

@test "those who wait keep their place" {
	mqtool create -c 10 -s 64 /a
	mqtool create key:1
	local pids=() kind
	for kind in "msgrcv 1 1 0 0" "msgrcv 1 1 0 0" "mq_receive /a" "mq_receive /a"; do
		# shellcheck disable=SC2086
		start "$program" $kind
		pids+=("$pid")
		blocked "$pid"
	done
	local before
	before=$(switches "${pids[@]}")
	look
	# Not one of them has run meanwhile, so none has left its line.
	equal "$(switches "${pids[@]}")" "$before"
	mqtool send /a x
	finish "${pids[2]}" 0
	mqtool send key:1 x
	finish "${pids[0]}" 0
	is_blocked "${pids[1]}" msgrcv
	is_blocked "${pids[3]}" mq_timedreceive
}
