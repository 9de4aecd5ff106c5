# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shell scripts of examples/ do what they say.

load helper

setup()
{
	test_setup
	PATH=$PATH:$(cd "$BATS_TEST_DIRNAME/../../examples" && pwd)
	mqtool rm -a -S -P -y
}

queues()
{
	mqtool stat -S -H -o QUEUE
}

@test "work-queue: all lines, each once, by several workers" {
	# A queue that is full again and again.
	echo 64 >/proc/sys/kernel/msgmnb
	seq 100 | work-queue 3 sh -c 'echo "$(cat)"' >out
	echo 16384 >/proc/sys/kernel/msgmnb
	equal "$(sort -n out)" "$(seq 100)"
	equal "$(queues)" ""
}

@test "work-queue: what failed is printed" {
	run -1 --separate-stderr work-queue 2 sh -c 'w=$(cat); echo "$w" >&2; [ "$w" != bad ]' \
		<<<$'good 1\nbad\ngood 2'
	equal "$output" bad
	# What the command says is seen.
	equal "$(sort <<<"$stderr")" $'bad\ngood 1\ngood 2'
	equal "$(queues)" ""
	run -2 work-queue 2
}

@test "work-queue: more failures than a queue holds" {
	echo 64 >/proc/sys/kernel/msgmnb
	run -1 work-queue 2 false < <(seq 60)
	echo 16384 >/proc/sys/kernel/msgmnb
	equal "$(sort -n <<<"$output")" "$(seq 60)"
}

@test "work-queue: no work" {
	run -0 work-queue 2 false </dev/null
	equal "$output" ""
	equal "$(queues)" ""
}

@test "call and serve: each caller gets its own reply" {
	local n pids=()
	mqtool create key:7
	start serve key:7 tr a-z A-Z 2>serve.log
	for n in 1 2 3 4; do
		echo "caller $n" | call key:7 >"reply$n" &
		pids+=($!)
	done
	for n in "${pids[@]}"; do
		wait "$n"
	done
	equal "$(cat reply[1-4])" $'CALLER 1\nCALLER 2\nCALLER 3\nCALLER 4'
	equal "$(queues)" key:0x00000007
	mqtool rm key:7
	finish "$pid" 4
}

@test "serve: a request that names a queue of somebody else is dropped" {
	mqtool create key:7 key:8
	start serve key:7 cat 2>serve.log
	printf 'key:8\nmischief' | mqtool send key:7
	echo honest | call key:7 >reply
	equal "$(cat reply)" honest
	equal "$(mqtool stat -H -o MESSAGES key:8 | tr -d ' ')" 0
	mqtool rm key:7 key:8
	finish "$pid" 4
}

@test "alarm: the most urgent first" {
	mqtool create -c 4 /alarms
	alarm /alarms info started
	alarm /alarms emerg smoke in room 3
	alarm /alarms warning disk 80% full
	alarm /alarms emerg fire
	run -3 alarm /alarms debug no room
	run -0 alarm /alarms
	equal "$output" "emerg: smoke in room 3
emerg: fire
warning: disk 80% full
info: started"
	run -2 alarm /alarms loud noise
	run -2 alarm /alarms info
	mqtool rm /alarms
}

@test "sample: never waits, and counts what it drops" {
	mqtool create -c 3 /samples
	run -0 --separate-stderr sample /samples < <(seq 10)
	equal "$stderr" "sample: 7 dropped"
	equal "$(mqtool recv -a /samples)" $'1\n2\n3'
	run -0 --separate-stderr sample /samples <<<$'-n\nx'
	equal "$stderr" ""
	equal "$(mqtool recv -a /samples)" $'-n\nx'
	run -4 --separate-stderr sample /missing <<<x
	mqtool rm /samples
}

@test "save-queues, restore-queues: the same queues with the same messages" {
	mqtool create -m 640 -b 4000 key:7
	mqtool create 0xdeadbeef
	mqtool create --private
	mqtool send -t 3 key:7 three ''
	all_bytes | mqtool send -t 1 key:7
	save-queues saved
	mqtool stat -S -b -o QUEUE,MODE,QBYTES,MESSAGES,BYTES key:7 0xdeadbeef >before
	mqtool recv --peek -a -j key:7 >messages
	# What is there is left alone.
	run -1 restore-queues saved
	mqtool recv --peek -a -j key:7 | cmp - messages
	mqtool rm key:7 0xdeadbeef
	restore-queues saved
	mqtool stat -S -b -o QUEUE,MODE,QBYTES,MESSAGES,BYTES key:7 0xdeadbeef | cmp - before
	mqtool recv -a -j key:7 | cmp - messages
	run -1 save-queues saved
}

@test "notify-full: tells of each state once" {
	need_mqueue
	mqtool create -c 10 /q
	run -0 notify-full state cat
	equal "$output" ""
	seq 9 | mqtool send -l /q
	run -0 notify-full state cat
	equal "$output" "MQTOOL WARNING - /q: 90% in use"
	run -0 notify-full state cat
	equal "$output" ""
	mqtool send /q 10
	# Nobody has heard.
	run -1 notify-full state false
	run -0 notify-full state cat
	equal "$output" "MQTOOL CRITICAL - /q: 100% in use"
	mqtool rm /q
	run -0 notify-full state cat
	equal "$output" "MQTOOL OK - no queues"
}

# A collector that reads whatever *.prom is there; what it finds must be whole.
collect()
{
	equal "$(find out -name '*.prom')" out/mqtool.prom
	equal "$(tail -n 1 out/mqtool.prom)" "# EOF"
	cat out/mqtool.prom
}

# slow_mqtool: writes half of what mqtool does, then waits for what to do.
slow_mqtool()
{
	mkdir bin out
	mkfifo go
	cat >bin/mqtool <<-END
	#!/bin/bash
	$(command -v mqtool) "\$@" >all
	head -c \$((\$(wc -c <all) / 2)) all
	: >half
	read -r word <go
	[ "\$word" = on ] || exit 1
	tail -c +\$((\$(wc -c <all) / 2 + 1)) all
	END
	chmod 755 bin/mqtool
}

@test "textfile-metrics: the collector never reads half a file" {
	need_mqueue
	local old
	mqtool create /q
	slow_mqtool
	textfile-metrics out/mqtool.prom
	equal "$(stat -c %a out/mqtool.prom)" 644
	old=$(collect)
	mqtool send /q one
	start env PATH="$PWD/bin:$PATH" textfile-metrics out/mqtool.prom --match='/q'
	wait_until [ -e half ]
	equal "$(collect)" "$old"
	echo on >go
	finish "$pid" 0
	collect | grep -qx 'mqtool_queue_messages{queue="/q",kind="posix"} 1'
	equal "$(ls out)" mqtool.prom
	if command -v promtool >/dev/null; then
		run -0 promtool check metrics <out/mqtool.prom
		equal "$output" ""
	else
		skip_loudly "promtool not found; install prometheus"
	fi
}

@test "textfile-metrics: what fails, or is stopped, leaves the old file and nothing else" {
	need_mqueue
	local old
	slow_mqtool
	textfile-metrics out/mqtool.prom
	old=$(collect)
	mqtool create /q
	start env PATH="$PWD/bin:$PATH" textfile-metrics out/mqtool.prom
	wait_until [ -e half ]
	echo fail >go
	finish "$pid" 1
	equal "$(ls out)" mqtool.prom
	equal "$(collect)" "$old"
	rm half
	start env PATH="$PWD/bin:$PATH" textfile-metrics out/mqtool.prom
	wait_until [ -e half ]
	kill "$pid"
	echo fail >go
	finish "$pid" 1
	equal "$(ls out)" mqtool.prom
	equal "$(collect)" "$old"
	run -1 textfile-metrics missing/mqtool.prom
	run -2 textfile-metrics out/mqtool.prom --no-such-option
	equal "$(collect)" "$old"
	run -2 textfile-metrics
}

# item KEY: what the Zabbix agent gets for it, which it runs by sh.
item()
{
	local line
	line=$(grep "^UserParameter=$1," "$BATS_TEST_DIRNAME/../../examples/zabbix/mqtool.conf") || return
	sh -c "${line#*,}"
}

# path KEY QUEUE MEMBER: a JSONPath of mqtool.conf, in the language of jq.
path()
{
	item mqtool.queues | jq -c --arg queue "$1" --arg member "$2" \
		'[.[] | select(.queue == $queue) | .[$member]] | first'
}

@test "zabbix: queues are discovered, and have the values that their items ask for" {
	need_mqueue
	mqtool create -c 4 /jobs
	mqtool create -b 100 key:7
	mqtool create 'esc:/two\x20words'
	mqtool send /jobs 12345
	equal "$(item mqtool.queues | jq -c 'sort_by(.queue) | map({ "{#QUEUE}": .queue, "{#KIND}": .kind })')" \
		'[{"{#QUEUE}":"/jobs","{#KIND}":"posix"},{"{#QUEUE}":"esc:/two\\x20words","{#KIND}":"posix"},{"{#QUEUE}":"key:0x00000007","{#KIND}":"sysv"}]'
	equal "$(path /jobs messages)" 1
	equal "$(path /jobs bytes)" 5
	equal "$(path /jobs use)" 25
	within_a_minute "$(path /jobs last)"
	equal "$(path key:0x00000007 messages)" 0
	equal "$(path 'esc:/two\x20words' use)" 0
	equal "$(item mqtool.limits | jq '[.[] | select(.limit == "msgmni") | .value] | first')" \
		"$(cat /proc/sys/kernel/msgmni)"
	mqtool send /jobs 2 3 4
	run item mqtool.check
	matches "$output" "MQTOOL CRITICAL - /jobs: 100% in use | *"
}

within_a_minute()
{
	local now
	now=$(date +%s)
	[ "$1" -gt $((now - 60)) ] && [ "$1" -le "$now" ]
}

@test "zabbix: each line is a key, a comma and a command that shellcheck lets pass" {
	local line
	while IFS= read -r line; do
		case $line in
		'#'* | '') ;;
		UserParameter=mqtool.*,*) ! command -v shellcheck >/dev/null || shellcheck -s sh - <<<"${line#*,}" ;;
		*) echo "$line" >&2; return 1 ;;
		esac
	done <"$BATS_TEST_DIRNAME/../../examples/zabbix/mqtool.conf"
	# What the agent refuses in what comes from the server is in no parameter: there are none.
	run ! grep -E '^UserParameter=[^,]*\[' "$BATS_TEST_DIRNAME/../../examples/zabbix/mqtool.conf"
}
