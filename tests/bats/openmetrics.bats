# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool stat --openmetrics: queues and limits as text for a collector

load helper

setup()
{
	test_setup
	small_queues
}

# Without processes that may not be looked at.
alone()
{
	unshare -pf --mount-proc mqtool "$@"
}

# sample NAME{LABELS}: the value of the one line for it, or nothing.
sample()
{
	awk -v name="$1" 'index($0, name " ") == 1 { print substr($0, length(name) + 2) }' <<<"$output"
}

teardown()
{
	mqtool rm -ay --match='*' >/dev/null
	test_teardown
}

# fails STATUS TEXT ARG...: stat does, with this on stderr.
fails()
{
	local status=$1 text=$2
	shift 2
	run "-$status" --separate-stderr mqtool "$@"
	matches "$stderr" "$text"
}

# within NUMBER LEAST MOST
within()
{
	[ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

@test "every gauge of both kinds" {
	need_mqueue
	mqtool create -c 4 -s 16 /om
	mqtool create -b 100 key:0x61
	mqtool send /om one
	mqtool send key:0x61 1234567890 12345
	run --separate-stderr -0 alone stat --openmetrics
	equal "$stderr" ""
	local posix='queue="/om",kind="posix"' sysv='queue="key:0x00000061",kind="sysv"'
	equal "$(sample "mqtool_queue_messages{$posix}")" 1
	equal "$(sample "mqtool_queue_bytes{$posix}")" 3
	equal "$(sample "mqtool_queue_use_ratio{$posix}")" 0.25
	equal "$(sample "mqtool_queue_max_messages{$posix}")" 4
	equal "$(sample "mqtool_queue_max_bytes{$posix}")" ""
	equal "$(sample "mqtool_queue_receivers{$posix}")" 0
	equal "$(sample "mqtool_queue_senders{$posix}")" 0
	equal "$(sample "mqtool_queue_messages{$sysv}")" 2
	equal "$(sample "mqtool_queue_bytes{$sysv}")" 15
	equal "$(sample "mqtool_queue_use_ratio{$sysv}")" 0.15
	equal "$(sample "mqtool_queue_max_messages{$sysv}")" ""
	equal "$(sample "mqtool_queue_max_bytes{$sysv}")" 100
	local last=mqtool_queue_last_activity_timestamp_seconds now
	now=$(date +%s)
	within "$(sample "$last{$sysv}")" $((now - 60)) "$now"
	within "$(sample "$last{$posix}")" $((now - 60)) "$now"
	equal "$(sample 'mqtool_limit{name="msgmni"}')" "$(cat /proc/sys/kernel/msgmni)"
	equal "$(sample 'mqtool_limit_used{name="msgmni"}')" 1
	equal "$(sample 'mqtool_limit_used{name="queues_max"}')" 1
	equal "${lines[-1]}" "# EOF"
	mqtool rm /om key:0x61
}

@test "who waits" {
	need_mqueue
	mqtool create /om
	start mqtool recv /om >got
	blocked "$pid" mq_timedreceive
	run --separate-stderr -0 mqtool stat --openmetrics -P
	equal "$(sample 'mqtool_queue_receivers{queue="/om",kind="posix"}')" 1
	mqtool send /om x
	finish "$pid" 0
	mqtool rm /om
}

@test "what is not known has no line" {
	need_mqueue
	mqtool create -m 0 /om key:0x62
	run --separate-stderr -0 without_capabilities mqtool stat --openmetrics
	equal "$(sample 'mqtool_queue_messages{queue="/om",kind="posix"}')" ""
	equal "$(sample 'mqtool_queue_use_ratio{queue="/om",kind="posix"}')" ""
	equal "$(sample 'mqtool_queue_messages{queue="key:0x00000062",kind="sysv"}')" 0
	# Nothing was ever sent.
	equal "$(sample 'mqtool_queue_last_activity_timestamp_seconds{queue="key:0x00000062",kind="sysv"}')" ""
	mqtool rm /om key:0x62
}

@test "only the queues that are meant, with the limits of their kinds" {
	need_mqueue
	mqtool create /app-1 /other key:0x63
	run --separate-stderr -0 mqtool stat --openmetrics --match='/app*'
	matches "$output" '*queue="/app-1"*'
	[[ $output != *'queue="/other"'* && $output != *key:* ]]
	equal "$(sample 'mqtool_limit_used{name="queues_max"}')" 2
	run --separate-stderr -0 mqtool stat --openmetrics -S
	[[ $output != *posix* && $output != *queues_max* ]]
	run --separate-stderr -0 mqtool stat --openmetrics /other
	[[ $output != *app-1* && $output == *'queue="/other"'* ]]
	fails 4 "mqtool stat: /gone: no such queue*" stat --openmetrics /gone
	mqtool rm /app-1 /other key:0x63
}

@test "names are escaped, and a checker of the format has nothing to say" {
	need_mqueue
	mqtool create '/a"b' 'esc:/a\x20b' '/ä' key:0x64
	run --separate-stderr -0 mqtool stat --openmetrics
	# In the esc: form, whose backslash a label doubles.
	[[ $output == *'{queue="esc:/a\\x22b",kind="posix"}'* ]]
	matches "$output" '*{queue="/ä",kind="posix"}*'
	command -v promtool >/dev/null || skip_loudly "promtool not found; install prometheus"
	run -0 promtool check metrics <<<"$output"
	equal "$output" ""
	mqtool rm 'esc:/a\x22b' 'esc:/a\x20b' '/ä' key:0x64
}

@test "wrong usage" {
	local option
	for option in -L -j -b -H -w --output=KIND --sort=KIND; do
		fails 2 "mqtool stat: --openmetrics has its own format: not with --*" \
			stat --openmetrics "$option"
	done
	fails 2 "mqtool stat: --match takes no QUEUE: '/q' cannot be named*" stat --match='*' /q
	fails 2 "mqtool stat: --limits shows no queues: not with --match*" stat --match='*' -L
	fails 2 "mqtool stat: --match: an empty pattern matches no queue*" stat --match=
}

@test "a table of the queues whose names match" {
	need_mqueue
	mqtool create /app-1 /app-2 /other key:0x65
	run -0 mqtool stat -H -o QUEUE --match='/app*'
	equal "$output" $'/app-1\n/app-2'
	run -0 mqtool stat -H -o QUEUE --match='*65'
	equal "$output" key:0x00000065
	run -0 mqtool stat -j --match='/none*'
	equal "$(jq length <<<"$output")" 0
	mqtool rm /app-1 /app-2 /other key:0x65
}
