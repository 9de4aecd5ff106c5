# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool watch -b and -j: looks in print

load helper

setup()
{
	test_setup
	remove_all
}

# Later tests see what earlier ones left behind.
remove_all()
{
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# refused REASON OPTION...: a usage error, exit 2, nothing on stdout, two lines.
refused()
{
	local reason=$1
	shift
	run --separate-stderr -2 mqtool watch "$@"
	equal "$output" "" || return
	matches "${stderr_lines[0]}" "mqtool watch: $reason" || return
	equal "${stderr_lines[1]}" "Try 'mqtool watch --help' for more information." || return
	equal "${#stderr_lines[@]}" 2
}

need_jq()
{
	command -v jq >/dev/null || skip_loudly "jq not found"
}

# lines_of FILE N: it has at least N.
lines_of()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

@test "a look is a line of totals and a table" {
	mqtool create /orders -c 10 -s 64
	mqtool create 0x4d510001
	mqtool send /orders a b cc
	run --separate-stderr -0 mqtool watch -b -n 1
	matches "${lines[0]}" "20??-??-??T??:??:??.??????+00:00  1 System V  1 POSIX  3 messages  4 bytes  0 full"
	equal "$(tr -s ' ' <<<"${lines[1]}")" "KIND QUEUE OWNER MESSAGES BYTES USE% NET/s LAST"
	matches "$(tr -s ' ' <<<"${lines[2]}")" "posix /orders $(id -un) 3 4 30% - [0-9]s"
	equal "$(tr -s ' ' <<<"${lines[3]}")" "sysv key:0x4d510001 $(id -un) 0 0 0% - -"
	equal "${#lines[@]}" 4
	equal "$stderr" ""
}

@test "looks follow each other, a blank line between, with rates" {
	mqtool create /q
	start mqtool watch -b -n 3 -d 100ms -o queue,messages,net >out
	wait_until lines_of out 3
	mqtool send /q a b c d
	finish "$pid" 0
	equal "$(grep -c '^QUEUE' out)" 3
	equal "$(grep -c '^$' out)" 2
	run -0 awk '/^\/q/ { print $2 }' out
	equal "${lines[0]} ${lines[2]}" "0 4"
	run -0 awk '/^\/q/ { print $3 }' out
	equal "${lines[0]}" -
	matches "${lines[*]:1}" "*+*"
}

@test "a look is not earlier than its turn" {
	local before=$EPOCHREALTIME after
	mqtool watch -b -n 4 -d 0.1 >out
	after=$EPOCHREALTIME
	[ $((${after/./} - ${before/./})) -ge 300000 ]
}

@test "no queues" {
	run --separate-stderr -0 mqtool watch -b -n 1
	matches "${lines[0]}" "*0 System V  0 POSIX  0 messages  0 bytes  0 full"
	run --separate-stderr -0 mqtool watch -j -n 2 -d 10ms
	equal "$output" ""
}

@test "NDJSON: an object a line with stat's members, time and dt" {
	need_jq
	mqtool create /orders -c 10 -s 64
	mqtool create --private
	mqtool send /orders a
	mqtool watch -j -n 3 -d 50ms >out
	equal "$(wc -l <out)" 6
	while IFS= read -r line; do
		jq -e 'type == "object"' <<<"$line" >&2
	done <out
	run -0 jq -c 'keys_unsorted' out
	equal "$(sort -u <<<"$output" | wc -l)" 1
	mqtool stat -j /orders | jq -c '.[0] | keys_unsorted' >of-stat
	equal "$(jq -c 'keys_unsorted - ["time", "dt", "net"]' out | sort -u)" "$(cat of-stat)"
	equal "$(jq -c '.dt' out | head -n 2 | sort -u)" null
	run -0 jq -e -s '.[2:] | all(.dt > 0.01 and .dt < 20 and .net == 0)' out
	# Times of one look are the same, and go forward.
	run -0 jq -e -s '.[0].time == .[1].time and .[0].time < .[2].time' out
	run -0 jq -e --argjson now "$EPOCHSECONDS" '.time > $now - 60 and .time <= $now + 1' out
}

@test "what it printed is valid whenever it is interrupted" {
	need_jq
	local sig n
	for n in $(seq 300); do
		mqtool create --private
	done >/dev/null
	for sig in INT TERM HUP INT TERM; do
		# A shell has what it starts in the background ignore SIGINT.
		start env --default-signal=INT mqtool watch -j -d 10ms >out
		wait_until lines_of out 400
		kill -"$sig" "$pid"
		finish "$pid" $((128 + $(kill -l "$sig")))
		jq . out >/dev/null
		equal "$(tail -c 1 out | od -An -c | tr -d ' ')" '\n'
	done
}

@test "a signal ends it while its reader does not read" {
	for _ in $(seq 300); do
		mqtool create --private
	done >/dev/null
	mkfifo fifo
	start sh -c 'exec <fifo; exec sleep 60'
	start mqtool watch -j -d 10ms >fifo
	# The pipe is full: it is blocked in a write.
	wait_until grep -q pipe_write "/proc/$pid/wchan"
	kill -TERM "$pid"
	finish "$pid" 143
}

@test "a reader that goes away ends it by SIGPIPE, also between looks" {
	mqtool create /q
	mkfifo fifo
	start sh -c 'exec mqtool watch -b -d 1h >fifo'
	head -n 1 <fifo >/dev/null
	finish "$pid" 141
}

@test "where SIGPIPE is ignored it is an error" {
	mqtool create /q
	mkfifo fifo
	start sh -c 'trap "" PIPE; exec mqtool watch -b -d 1h >fifo 2>err'
	head -n 1 <fifo >/dev/null
	finish "$pid" 1
	equal "$(cat err)" "mqtool watch: standard output: Broken pipe"
}

@test "a full disk is an error" {
	[ -c /dev/full ] || skip_loudly "no /dev/full"
	mqtool create /q
	run --separate-stderr -1 sh -c 'mqtool watch -b -n 2 >/dev/full'
	equal "$stderr" "mqtool watch: standard output: No space left on device"
}

@test "it works under cron: no terminal, nothing to read" {
	mqtool create /q
	run -0 setsid mqtool watch -b -n 1 </dev/null
	matches "$output" "*/q*"
	run -0 setsid sh -c 'mqtool watch -b -n 1 <&-'
	matches "$output" "*/q*"
}

@test "it needs no sibling" {
	mqtool create /q
	MQTOOL_LIBEXECDIR=/nonexistent run -0 mqtool watch -b -n 1
	matches "$output" "*/q*"
}

@test "sorted and filtered as asked" {
	mqtool create /a /b /c -c 4 -s 8
	mqtool send /b 1
	mqtool send /c 1 2 3
	names()
	{
		mqtool watch -b -n 1 -o queue "$@" | sed 1,2d | paste -sd ' '
	}
	equal "$(names)" "/c /b /a"
	equal "$(names -s use)" "/a /b /c"
	equal "$(names -s queue:r)" "/c /b /a"
	equal "$(names -s messages --filter 'use>20')" "/b /c"
	equal "$(names --filter '!c')" "/b /a"
	equal "$(names --filter 'kind=sysv')" ""
	equal "$(names --filter "user=$(id -un) msgs=0")" "/a"
	mqtool create 0x5
	equal "$(names -S)" "key:0x00000005"
	equal "$(names -P -s queue)" "/a /b /c"
	equal "$(names -s queue /b 0x5)" "key:0x00000005 /b"
}

@test "-o +COL adds, wherever it stands; sizes of what was not chosen stay out" {
	mqtool create /q -c 4 -s 8
	run -0 mqtool watch -o +maxmsg,history -b -n 1
	equal "$(tr -s ' ' <<<"${lines[1]}")" "KIND QUEUE OWNER MESSAGES BYTES USE% NET/s LAST MAXMSG HISTORY"
	run -0 mqtool watch -b -n 1 -o net,queue
	equal "$(tr -s ' ' <<<"${lines[1]}")" "NET/s QUEUE"
	run -0 mqtool watch -b -n 1 -o net,queue -o +ino # the last wins, as in stat
	equal "$(tr -s ' ' <<<"${lines[1]}")" "KIND QUEUE OWNER MESSAGES BYTES USE% NET/s LAST INO"
}

@test "HISTORY is a picture in text, and numbers in JSON" {
	need_jq
	mqtool create /q -c 4 -s 8
	mqtool send /q 1 2 3 4
	run -0 mqtool watch -b -n 1 -o history
	matches "${lines[2]}" "*█*"
	run -0 mqtool watch -b -n 1 -o history --ascii
	matches "${lines[2]}" "*@*"
	run -0 mqtool watch -j -n 3 -d 10ms -o history
	equal "$(jq -c '.history' <<<"${lines[2]}")" "[4,4,4]"
	equal "$(jq -c 'keys_unsorted' <<<"${lines[2]}")" '["time","dt","history"]'
}

@test "WAITING names who is blocked" {
	mqtool create /q -c 1 -s 8
	mqtool create 0x7
	mqtool send /q full
	start mqtool send /q more
	blocked "$pid"
	start mqtool recv -t 77 0x7
	blocked "$pid"
	run -0 mqtool watch -b -n 1 -o queue,waiting -s waiting:r
	equal "$(tr -s ' ' <<<"${lines[2]}")" "key:0x00000007 1 recv"
	equal "$(tr -s ' ' <<<"${lines[3]}")" "/q 1 send"
	run -0 mqtool watch -b -n 1 -o queue --filter 'waiting>0' -P
	equal "${lines[2]}" "/q"
}

@test "queues that come and go while it looks" {
	mqtool create /a -c 4 -s 8
	start mqtool watch -b -d 20ms -o queue,messages >out
	wait_until grep -q '^/a' out
	mqtool create /b
	wait_until grep -q '^/b' out
	mqtool rm /b
	there_no_more()
	{
		! tail -n 4 out | grep -q '^/b'
	}
	wait_until there_no_more
	kill -TERM "$pid"
	finish "$pid" 143
}

@test "a queue that was named must be there at first, and may come back" {
	mqtool create /a -c 4 -s 8
	run --separate-stderr -4 mqtool watch -b -n 1 /a /nosuch 0x9
	equal "$output" ""
	equal "${stderr_lines[0]}" "mqtool watch: /nosuch: no such queue ('mqtool create /nosuch' makes it)"
	equal "${stderr_lines[1]}" "mqtool watch: key:0x00000009: no such queue ('mqtool create key:0x00000009' makes it)"
	run --separate-stderr -1 mqtool watch -b -n 1 ftok:/nonexistent
	matches "$stderr" "mqtool watch: *No such file*"
	start mqtool watch -b -d 20ms -o ino,queue /a >out
	wait_until grep -q '/a$' out
	mqtool rm /a
	mqtool create /a
	anew()
	{
		[ "$(grep '/a$' out | sort -u | wc -l)" -ge 2 ]
	}
	wait_until anew
	kill -TERM "$pid"
	finish "$pid" 143
}

@test "hostile names stay on their line" {
	mqtool create 'esc:/a\x1b[31m\x0ab' 'esc:/\xff\x20x'
	run -0 mqtool watch -b -n 1 -o queue -s queue
	equal "${lines[2]}" 'esc:/a\x1b[31m\x0ab'
	equal "${lines[3]}" 'esc:/\xff\x20x'
	equal "${#lines[@]}" 4
}

@test "mqueue that is not mounted is said, and what there is shown" {
	need_mqueue
	mqtool create 0x5
	unmounted()
	{
		# shellcheck disable=SC2016
		unshare -m sh -c 'umount -n /dev/mqueue &&
			exec setpriv --bounding-set=-all --inh-caps=-all "$@"' sh "$@"
	}
	run --separate-stderr -0 unmounted mqtool watch -b -n 1 -o queue
	equal "${lines[2]}" "key:0x00000005"
	matches "$stderr" "mqtool watch: POSIX queues are not listed: mqueue is not mounted on /dev/mqueue*"
	run --separate-stderr -1 unmounted mqtool watch -b -n 1 -P
}

@test "lines that ask for what cannot be" {
	refused "--filter: 'use>' lacks a value" -b --filter 'use>'
	refused "--filter: 'x' is not a value of USE%" -b --filter 'use=x'
	refused "-s: cannot sort by HISTORY" -b -s history
	refused "-s: there is no column 'x'; the columns are QUEUE, *, NET/s, HISTORY" -b -s x
	refused "-s: 'use:x' is not COL or COL:r" -b -s use:x
	refused "-o: there is no column 'nosuch'; the columns are QUEUE, *" -b -o queue,nosuch
	refused "-d: 0 is out of range (10ms to 1d)" -b -d 0
	refused "-d: 5ms is out of range (10ms to 1d)" -b -d 5ms
	refused "-d: 2d is out of range (10ms to 1d)" -b -d 2d
	refused "-d: 'soon' *" -b -d soon
	refused "-n: 0 is out of range *" -b -n 0
	refused "--color: 'red' is not auto, always or never" --color=red
	refused "--color is for the screen, and --batch asks for none" -b --color=never
	refused "--mouse is for the screen, and --json asks for none" -j --mouse
	refused "--allow-changes is for the screen, and --batch asks for none" -b --allow-changes
	refused "--filter: no column is called 'usage'; did you mean 'use'?" -b --filter 'usage>50'
	refused "--posix is for POSIX queues, and key:0x00000005 is a System V queue" -b -P 0x5
	run --separate-stderr -2 mqtool watch -b jobs
	matches "$stderr" "mqtool watch: 'jobs': *"
}

@test "stdin or stdout that is no terminal" {
	refused "standard input is not a terminal; to print instead, use --batch or --json" </dev/null
}

@test "words of a filter, patterns, and options of the environment" {
	mqtool create /full /part -c 2 -s 8
	mqtool create 0x99 0x199
	mqtool send /full a b
	mqtool send /part a
	look_for()
	{
		mqtool watch -b -n 1 -o queue -s queue "$@" | tail -n +3 | xargs
	}
	equal "$(look_for --filter full)" "/full"
	equal "$(look_for --filter '!empty')" "/full /part"
	equal "$(look_for --filter 0x99)" "key:0x00000099"
	equal "$(look_for --match '/*')" "/full /part"
	equal "$(look_for --match 'key:*99' --filter empty)" "key:0x00000099 key:0x00000199"
	export MQTOOL_WATCH="-P  --mouse --filter part"
	equal "$(look_for)" "/part"
	equal "$(look_for --filter full)" "/full"
	MQTOOL_WATCH="--nosuch"
	refused "unknown option '--nosuch'" -b
}
