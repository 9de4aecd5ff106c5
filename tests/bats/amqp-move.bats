# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool move to and from a broker, and within it; move.bats has the queues of the kernel.
#
# needs: broker

load helper
load broker

setup()
{
	amqp_setup
}

move()
{
	timeout 20 mqtool move "$@"
}

# all QUEUE: takes all that is there, "TYPE/PRIORITY BODY" a line.
all()
{
	recv -a -F '%t/%p %s\n' "$1"
}

@test "all there is, in its order, of every kind to every kind" {
	local from to
	all_bytes >bytes
	mqtool create "$q.1" "$q.2"
	create_small /one /two 0x51 0x52
	for from in /one 0x51 "$q.1"; do
		for to in /two 0x52 "$q.2"; do
			[[ $from == "$q"* || $to == "$q"* ]] || continue
			send "$from" a '' 'c d'
			send "$from" <bytes
			run -0 --separate-stderr move "$from" "$to"
			equal "$output$stderr" ""
			equal "$(waiting "$from")" 0
			run -0 recv -c 3 "$to"
			equal "$output" $'a\n\nc d'
			recv -r "$to" | cmp - bytes
			equal "$(waiting "$to")" 0
		done
	done
}

@test "what type and priority become" {
	mqtool create "$q" "$q.2"
	create_small /p 0x53
	send -p 5 /p a
	send -p 255 /p b
	move /p "$q"
	move "$q" "$q.2"
	equal "$(all "$q.2")" $'/255 b\n/5 a'
	send -t 6 0x53 c
	send -t 9223372036854775807 0x53 d
	move 0x53 "$q"
	move "$q" "$q.2"
	equal "$(all "$q.2")" $'6/ c\n9223372036854775807/ d'
	# POSIX priority p is System V type p + 1, by way of a broker too.
	send -p 5 /p e
	move /p "$q"
	move "$q" 0x53
	equal "$(all 0x53)" "6/ e"
	send -t 6 0x53 f
	move 0x53 "$q"
	move "$q" /p
	equal "$(all /p)" "/5 f"
	# Neither.
	send "$q" g
	move "$q" 0x53
	equal "$(all 0x53)" "1/ g"
	send "$q" h
	move "$q" /p
	equal "$(all /p)" "/0 h"
	# Both stay both.
	send -t 3 -p 9 "$q" i
	move "$q" "$q.2"
	equal "$(all "$q.2")" "3/9 i"
}

@test "what cannot be carried is refused unless it is set, and what came before it is moved" {
	mqtool create "$q" "$q.2"
	create_small /p 0x53
	send -p 256 /p b
	fails 1 "*256*255*--set-priority*0 messages were moved*" move /p "$q"
	equal "$(waiting /p)" 1
	equal "$(waiting "$q")" 0
	move --set-priority=200 /p "$q"
	equal "$(all "$q")" "/200 b"
	send -t 3 "$q" a
	send -t 3 -p 9 "$q" b
	send -t 4 "$q" c
	fails 1 "*--set-type*1 message was moved*" move "$q" 0x53
	equal "$(all 0x53)" "3/ a"
	equal "$(all "$q")" $'3/9 b\n4/ c'
	send -t 3 -p 9 "$q" b
	move --set-type=8 "$q" 0x53
	equal "$(all 0x53)" "8/ b"
	send -t 3 -p 9 "$q" b
	move --set-priority=8 "$q" /p
	equal "$(all /p)" "/8 b"
	send -t 3 "$q" a
	move --set-type=5 --set-priority=6 "$q" "$q.2"
	equal "$(all "$q.2")" "5/6 a"
	send -t 9223372036854775807 "$q" z
	fails 1 "*" move "$q" /p
	equal "$(all "$q")" "9223372036854775807/ z"
}

# foreign TYPE BODY: a message to $q as others' programs send them: with headers, and any text for a
# type.
foreign()
{
	broker ctl eval "rabbit_basic:publish(rabbit_misc:r(<<\"/\">>, exchange, <<>>), <<\"$name\">>,
		{'P_basic', <<\"text/plain\">>, undefined, [{<<\"x-from\">>, longstr, <<\"here\">>}], 2, 3,
		undefined, undefined, undefined, <<\"id 1\">>, 1700000000, <<\"$1\">>, undefined,
		undefined, undefined}, <<\"$2\">>)."
}

@test "a type that is no number: kept within AMQP, else refused unless another is set" {
	mqtool create "$q" "$q.2"
	create_small 0x53
	foreign order.created hello
	fails 1 "*type*--set-type*" move "$q" 0x53
	move "$q" "$q.2"
	run -0 recv -j "$q.2"
	equal "$(jq -c '[.type, .properties.type, .priority, .body]' <<<"$output")" \
		'[null,"order.created",3,"hello"]'
	foreign order.created again
	move --set-type=7 "$q" "$q.2"
	equal "$(all "$q.2")" "7/3 again"
}

@test "options and queues that do not fit, and nothing is taken" {
	local args
	mqtool create "$q" "$q.2"
	create_small /p
	send "$q" x
	for args in "$q $q" "-t 1 $q /p" "-x -t 1 $q /p" \
		"--set-type=1 $q /p" "--set-priority=256 $q $q.2" "--set-priority=256 /p $q" \
		"--set-type=0 $q $q.2" "-c 0 $q /p" "-f -c 1 $q /p" "-n -T 1 $q /p" "$q" \
		"$q /p $q.2" "$q amqp://127.0.0.1/" "amqp://u:p@h/q $q"; do
		# shellcheck disable=SC2086
		fails 2 "*" move $args
	done
	MQTOOL_AMQP_PASSWORD=guest fails 2 "*MQTOOL_AMQP_PASSWORD*" move "$q" "${q/127.0.0.1/localhost}"
	holds "$q" '[x]'
}

@test "one queue by two names is one queue" {
	mqtool create "$q"
	send "$q" x
	fails 2 "*same queue*" move "$q" "amqp://localhost:$AMQP_PORT/$name"
	fails 2 "*same queue*" move -f "amqp://127.0.0.1:1,localhost:$AMQP_PORT/$name" "$q"
	fails 2 "*another queue*" recv --move-failed="amqp://localhost:$AMQP_PORT/$name" "$q" -- false
	holds "$q" '[x]'
}

@test "all there is: what comes meanwhile stays" {
	create -c 5 -s 512 /small
	mqtool create "$q"
	seq 10 | send -l "$q"
	start mqtool move "$q" /small
	blocked "$pid" mq_timedsend
	seq 11 20 | send -l "$q"
	recv -c 10 /small | diff - <(seq 10)
	finish "$pid" 0
	equal "$(waiting "$q")" 10
}

@test "a queue that is missing: status 4, and nothing is taken" {
	mqtool create "$q"
	create_small /p
	send "$q" x
	send /p y
	fails 4 "$q.missing: *" move "$q.missing" /p
	fails 4 "$q.missing: *" move "$q" "$q.missing"
	fails 4 "/missing: *" move "$q" /missing
	fails 4 "$q.missing: *" move /p "$q.missing"
	holds "$q" '[x]'
	holds /p '[y]'
}

@test "so many, as they come, and without waiting" {
	mqtool create "$q" "$q.2"
	create_small /p 0x53
	move "$q" /p
	fails 3 "$q: *" move -c 1 -n "$q" /p
	fails 3 "$q: *" move -c 1 -T 50ms "$q" /p
	send "$q" 1 2 3 4 5
	move -c 2 "$q" 0x53
	holds 0x53 '[1][2]'
	fails 3 "$q: *" move -c 4 -n "$q" 0x53
	holds 0x53 '[3][4][5]'
	send "$q" 6
	fails 3 "$q: *" move -f -T 200ms "$q" 0x53
	holds 0x53 '[6]'
	start mqtool move -f 0x53 "$q"
	first=$pid
	start mqtool move -f "$q" "$q.2"
	send 0x53 7
	equal "$(recv "$q.2")" 7
	send 0x53 8 9
	equal "$(recv -c 2 "$q.2")" $'8\n9'
	kill -TERM "$first" "$pid"
	finish "$first" 143
	finish "$pid" 143
	equal "$(waiting 0x53)$(waiting "$q")$(waiting "$q.2")" 000
}

@test "no room in DEST: back, status 1; or waits for it" {
	mqtool create "$q"
	mqtool create -c 2 "$q.small"
	create -c 2 -s 512 /small
	send "$q" 1 2 3 4
	fails 1 "/small: *2 messages were moved*" move -n "$q" /small
	holds /small '[1][2]'
	holds "$q" '[3][4]'
	send /small 1 2
	send "$q.small" x
	fails 1 "$q.small: *1 message was moved*" move -n /small "$q.small"
	holds /small '[2]'
	holds "$q.small" '[x][1]'
	send "$q.small" 1 2
	send "$q" 3
	fails 1 "$q.small: *0 messages were moved*" move -T 200ms "$q" "$q.small"
	equal "$(waiting "$q")" 1
	start mqtool move -c 1 "$q" "$q.small"
	equal "$(recv "$q.small")" 1
	finish "$pid" 0
	holds "$q.small" '[2][3]'
	equal "$(waiting "$q")" 0
}

@test "too large for DEST: back, with the limit" {
	mqtool create "$q"
	create_small /p
	send "$q" small
	head -c 600 /dev/zero | send "$q"
	fails 1 "*600 bytes; /p takes at most 512*1 message was moved*" move "$q" /p
	holds /p '[small]'
	recv -r "$q" | cmp - <(head -c 600 /dev/zero)
}

@test "DEST or SOURCE removed meanwhile" {
	mqtool create "$q" "$q.2"
	create_small 0x53
	start mqtool move -f 0x53 "$q" 2>err
	send 0x53 a
	equal "$(recv "$q")" a
	mqtool rm "$q"
	send 0x53 b
	finish "$pid" 1
	matches "$(cat err)" "mqtool move: $q: *1 message was moved*"
	holds 0x53 '[b]'
	start mqtool move -f "$q.2" 0x53 2>err
	send "$q.2" c
	equal "$(recv 0x53)" c
	mqtool rm "$q.2"
	finish "$pid" 4
}

@test "a signal ends it, and the message in hand goes back" {
	mqtool create "$q"
	create -c 1 -s 512 /small
	send /small full
	send "$q" 1 2 3
	start mqtool move "$q" /small
	blocked "$pid" mq_timedsend
	kill -TERM "$pid"
	finish "$pid" 143
	holds /small '[full]'
	holds "$q" '[1][2][3]'
}

@test "SIGKILL on the way into a broker loses what is in hand at most, doubles none" {
	local i
	mqtool create "$q"
	create 0x53
	start mqtool send -l 0x53 < <(seq 30000)
	sender=$pid
	for i in 1 2 3; do
		start mqtool move -f 0x53 "$q"
		wait_until at_least "$q" $((i * 5000))
		kill -KILL "$pid"
		finish "$pid" 137
	done
	start mqtool move -f 0x53 "$q"
	finish "$sender" 0
	wait_until is_waiting 0x53 0
	kill -TERM "$pid"
	finish "$pid" 143
	recv -a "$q" | sort -n >got
	uniq -d got >doubled
	[ ! -s doubled ]
	echo "# $((30000 - $(wc -l <got))) messages are lost" >&3
	[ "$(wc -l <got)" -ge $((30000 - 3 * 256)) ]
}

@test "SIGTERM on the way into a broker, at any moment: none lost, none doubled" {
	local i into
	mqtool create "$q"
	mqtool create --quorum "$q.quorum"
	create 0x53
	for into in "$q" "$q.quorum"; do
		start mqtool send -l 0x53 < <(seq 40000)
		sender=$pid
		for i in {1..10}; do
			start mqtool move -f 0x53 "$into"
			wait_until at_least "$into" $((i * 1000 + RANDOM % 1000))
			kill -TERM "$pid"
			finish "$pid" 143
		done
		kill -TERM "$sender"
		finish "$sender" 143 2>err
		mqtool move 0x53 "$into"
		recv -a "$into" | sort -n >got
		seq "$(wc -l <got)" | diff - got
		equal "$(waiting 0x53)" 0
	done
}

@test "SIGKILL on the way out of a broker loses nothing" {
	local i
	mqtool create "$q"
	create 0x53
	seq 30000 | send -l "$q"
	start mqtool recv -f 0x53 >got
	receiver=$pid
	for i in 1 2 3; do
		start mqtool move -f "$q" 0x53
		wait_until lines_in $((i * 4000)) got
		kill -KILL "$pid"
		finish "$pid" 137
	done
	# The broker takes back what it had sent ahead.
	everything()
	{
		[ "$(sort -u got | wc -l)" = 30000 ]
	}
	start mqtool move -f "$q" 0x53
	wait_until everything
	kill -TERM "$pid" "$receiver"
	finish "$pid" 143
	finish "$receiver" 143
	equal "$(waiting "$q")" 0
	# Doubled are at most those that a move had sent and not settled.
	sort got | uniq -d >doubled
	echo "# $(wc -l <doubled) messages came twice" >&3
	[ "$(wc -l <doubled)" -le 768 ]
}

@test "the broker dies under two moves and a sender: none lost" {
	local i into
	mqtool create "$q"
	tables_on_disk
	create 0x53 0x54
	start mqtool send -l 0x53 < <(seq 60000)
	start mqtool move -f 0x53 "$q" 2>into.err
	into=$pid
	start mqtool move -f "$q" 0x54 2>out.err
	start mqtool recv -f 0x54 >got
	for i in 1 2; do
		wait_until lines_in $((i * 5000)) got
		broker kill
		wait_until lines_in $((2 * i - 1)) into.err
		broker restart
	done
	everything()
	{
		[ "$(sort -u got | wc -l)" = 60000 ]
	}
	WAIT_LIMIT=40 wait_until everything
	run ! exited "$into"
	grep -q "connection.*lost" into.err
	grep -q "connection.*lost" out.err
	sort -n -u got | diff - <(seq 60000)
	equal "$(waiting 0x53)$(waiting "$q")$(waiting 0x54)" 000
	# For each death what was on its way, into the broker and out of it.
	sort got | uniq -d >doubled
	echo "# $(wc -l <doubled) messages came twice" >&3
	[ "$(wc -l <doubled)" -le $((2 * (256 + 512))) ]
}

@test "a broker that stalls: -T ends it, and the message in hand goes back" {
	mqtool create "$q"
	create 0x53
	start mqtool move -f -T 500ms 0x53 "$q" 2>err
	send 0x53 a
	wait_until is_waiting "$q" 1
	broker pause
	send 0x53 b
	finish "$pid" 1
	matches "$(cat err)" "mqtool move: $q: *1 message was moved*"
	holds 0x53 '[b]'
	broker resume
	recv "$q"
}

@test "100,000 messages, by way of the broker: none lost, none doubled, in order" {
	mqtool create "$q"
	create 0x53 0x54
	seq 100000 >numbers
	start mqtool send -l 0x53 <numbers
	mqtool move -c 100000 0x53 "$q"
	finish "$pid" 0
	equal "$(waiting "$q")" 100000
	mqtool create "$q.2"
	mqtool move "$q" "$q.2"
	equal "$(waiting "$q")" 0
	mqtool move "$q.2" "$q"
	start mqtool move "$q" 0x54
	mqtool recv -c 100000 0x54 | cmp - numbers
	finish "$pid" 0
	equal "$(waiting "$q")" 0
}
