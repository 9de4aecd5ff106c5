# SPDX-License-Identifier: GPL-2.0-or-later
#
# Queues of a broker, in each command.  What goes wrong is in amqp-failures.bats, who may do what in
# amqp-secrets.bats.
#
# needs: broker

load helper
load broker

setup()
{
	amqp_setup
}

# ---- names ----

# prints GIVEN PRINTED: how a name that may be given is printed.
prints()
{
	fails 2 "*" set -m 600 "$1"
	[[ $stderr == *" $2 "* ]] || { echo "$1: $stderr" >&2; return 1; }
}

@test "a name is printed in one form, which is read back" {
	local name
	export MQTOOL_AMQP_PASSWORD=x
	for name in 127.0.0.1/q 127.0.0.1:5671/q me@127.0.0.1:1/q 127.0.0.1/v/q '[::1]/q' \
		'[::1]:65535/other%2Fvhost/q' m%40e@127.0.0.1/q%20q 127.0.0.1/a-._~Z9 \
		127.0.0.1/%C3%A4 "127.0.0.1/$(printf 'q%.0s' {1..255})"; do
		prints "amqp://$name" "amqp://$name"
	done
	prints amqp://127.0.0.1:5672/q amqp://127.0.0.1/q
	prints amqps://127.0.0.1:5671/q amqps://127.0.0.1/q
	prints amqps://127.0.0.1:5672/q amqps://127.0.0.1:5672/q
	prints amqp://127.0.0.1/%2f/q amqp://127.0.0.1/q
	prints amqp://127.0.0.1/a%2fb/%41%7e 'amqp://127.0.0.1/a%2Fb/A~'
	prints 'amqp://127.0.0.1/a!b:c@d' amqp://127.0.0.1/a%21b%3Ac%40d
	prints 'amqp://127.0.0.1/%1b%22' amqp://127.0.0.1/%1B%22
}

@test "what is no name is refused, before anything is done" {
	local name
	mqtool create "$q"
	for name in amqp: amqp:/h/q amqp:// amqp://h amqp://h/ amqp:///q amqp://h/a/b/c amqp://h//q \
		amqp://h/v/ amqp://h:/q amqp://h:0/q amqp://h:65536/q amqp://h:x/q amqp://h:1x/q \
		amqp://@h/q amqp://[::1/q 'amqp://[::1]x/q' 'amqp://h h/q' 'amqp://h/a b' amqp://h/%4 \
		amqp://h/%zz amqp://h/%00 amqp://h/%ff amqp://h/ä 'amqp://h/q?heartbeat=1' \
		'amqp://h/q#f' "amqp://h/$(printf 'q%.0s' {1..256})" amqp:q amqpss://h/q; do
		run -2 --separate-stderr mqtool rm "$q" "$name"
		equal "$output" ""
		matches "$stderr" "mqtool rm: *"
	done
	mqtool rm "$q"
}

@test "a password in a name is refused and not shown" {
	local name
	for name in amqp://me:geheim@127.0.0.1/q amqps://me:geheim@h:1/v/q amqp://:geheim@h/q; do
		run -2 --separate-stderr mqtool stat "$name"
		[[ $stderr != *geheim* ]]
		matches "$stderr" "*MQTOOL_AMQP_PASSWORD*"
	done
}

@test "names of queues and vhosts are any UTF-8" {
	mqtool create "$at/other%2Fvhost/$name" "$at/$name%20%C3%A4%2F%25%22"
	send "$at/other%2fvhost/$name" there
	send "$at/$name%20%c3%a4%2f%25%22" here
	is_gone "$q"
	run -0 mqtool stat -H -o QUEUE,MESSAGES "$at/other%2Fvhost/$name"
	matches "$output" "$at/other%2Fvhost/$name *1"
	run -0 recv -j "$at/$name%20%C3%A4%2F%25%22"
	matches "$output" "{\"queue\":\"$at/$name%20%C3%A4%2F%25%22\",*\"body\":\"here\"}"
	holds "$at/other%2Fvhost/$name" '[there]'
}

# ---- create ----

@test "create: durable queues, with what was asked for" {
	run -0 mqtool create -v "$q.plain"
	equal "$output" "$q.plain"
	mqtool create -c 5 "$q.limited"
	mqtool create --max-priority=9 "$q.priority"
	mqtool create --quorum --max-messages=7 "$q.quorum"
	mqtool create --dead-letter="$name.plain" "$q.dead"
	broker ctl list_queues --no-table-headers name durable auto_delete arguments |
		grep "^$name[.]" | sort >found
	diff found - <<-END
	$name.dead	true	false	[{"x-dead-letter-exchange",[]},{"x-dead-letter-routing-key","$name.plain"}]
	$name.limited	true	false	[{"x-max-length",5},{"x-overflow","reject-publish"}]
	$name.plain	true	false	[]
	$name.priority	true	false	[{"x-max-priority",9}]
	$name.quorum	true	false	[{"x-max-length",7},{"x-overflow","reject-publish"},{"x-queue-type","quorum"}]
	END
}

@test "create --dead-letter: what the queue drops comes to the other" {
	broker ctl set_policy -p / --apply-to queues mqtool "^$name\$" '{"message-ttl": 0}'
	mqtool create "$q.dead"
	mqtool create --dead-letter="$name.dead" "$q"
	send "$q" a b
	equal "$(recv -T 10 -c 2 "$q.dead")" $'a\nb'
	broker ctl clear_policy -p / mqtool
	fails 1 "$q: *x-dead-letter-*" create -e "$q"
	mqtool create -e --dead-letter="$name.dead" "$q"
}

@test "create: one that is there is status 1; -e is content if it is equal" {
	mqtool create "$q" -c 5
	fails 1 "$q: *already exists*" create "$q"
	fails 1 "$q: *already exists*" create -c 5 "$q"
	mqtool create -e -c 5 "$q"
	mqtool create -e "$q.new"
	fails 1 "$q: *x-max-length*" create -e -c 6 "$q"
	fails 1 "$q: *x-max-length*" create -e "$q"
	fails 1 "$q: *x-queue-type*" create -e --quorum -c 5 "$q"
	fails 1 "$q: *x-max-priority*" create -e --max-priority=3 -c 5 "$q"
	# The others are made all the same.
	fails 1 "$q: *" create "$q" "$q.other"
	mqtool rm "$q" "$q.new" "$q.other"
}

@test "create: options that the kind does not have, and values that do not fit" {
	local args
	for args in "-m 600 $q" "-o root $q" "-s 100 $q" "-b 100 $q" "--private --quorum" \
		"--quorum /x" "--dead-letter=q /x" "--dead-letter=q 0x1" "--dead-letter= $q" \
		"--dead-letter=$(printf 'q%.0s' {1..256}) $q" "--max-priority=3 /x" "--quorum 0x1" "--max-priority=3 0x1" \
		"--quorum $q /x" "--quorum --max-priority=3 $q" "--max-priority=0 $q" \
		"--max-priority=256 $q" "--max-priority=-1 $q" "--max-priority= $q" "-c 0 $q" "-c x $q"; do
		# shellcheck disable=SC2086
		fails 2 "*" create $args
	done
	is_gone "$q"
}

# ---- send and recv ----

@test "bytes are exact, in each framing" {
	local option
	mqtool create "$q"
	all_bytes >bytes
	printf 'one\n\n\xff\nlast' >lines
	printf 'one\0\0\n\0last' >nulls
	send "$q" <bytes
	recv -r "$q" | cmp - bytes
	send -l "$q" <lines
	recv -a "$q" | cmp - <(cat lines; echo)
	send -0 "$q" <nulls
	recv -0 -a "$q" | cmp - <(cat nulls; printf '\0')
	send "$q" <bytes
	send "$q" '' 'text ä'
	recv -j -a "$q" >json
	send -j "$q" <json
	recv -j -a "$q" | cmp - json
	send "$q" -f bytes -f lines
	recv -r -c 2 "$q" | cmp - <(cat bytes lines)
	send "$q" </dev/null
	run -0 mqsend "$q" end
	run -0 mqrecv -a "$q"
	equal "$output" $'\nend'
}

@test "a message of many frames" {
	mqtool create "$q"
	head -c 3000000 /dev/urandom >large
	send "$q" <large
	recv -r "$q" >back
	cmp large back
	send "$q" -f large -f large -f large
	recv -a -r "$q" | cmp - <(cat large large large)
}

@test "the type and the priority of messages, where they have one" {
	mqtool create "$q"
	send "$q" none
	send -t 7 "$q" type
	send -p 255 "$q" priority
	send -p 0 -t 9223372036854775807 "$q" both
	recv -j -a "$q" >got
	sed 's/^{"queue":"[^"]*",//' got | diff - <(cat <<-'END'
	"size":4,"redelivered":false,"body":"none"}
	"type":7,"size":4,"redelivered":false,"body":"type"}
	"priority":255,"size":8,"redelivered":false,"body":"priority"}
	"type":9223372036854775807,"priority":0,"size":4,"redelivered":false,"body":"both"}
	END
	)
	send -j "$q" <got
	recv -a -F '%t/%p %s %S %n %Q\n' "$q" | diff - <(cat <<-END
	/ none 4 1 $q
	7/ type 4 2 $q
	/255 priority 8 3 $q
	9223372036854775807/0 both 4 4 $q
	END
	)
}

@test "priorities and types that AMQP cannot carry" {
	mqtool create "$q"
	fails 2 "*255*" send -p 256 "$q" x
	fails 2 "*255*" send -p 300 "$q" x
	fails 2 "*" send -t 0 "$q" x
	fails 2 "*" send -t -1 "$q" x
	printf '%s\n' '{"body":"a"}' '{"priority":256,"body":"b"}' '{"body":"c"}' >json
	fails 1 "*line 2:*255*" send -j "$q" <json
	holds "$q" '[a]'
}

@test "urgent messages go first where the queue knows priorities" {
	mqtool create --max-priority=9 "$q"
	send -p 1 "$q" low
	send -p 9 "$q" high
	send "$q" none
	send -p 5 "$q" middle
	holds "$q" '[high][middle][low][none]'
}

@test "messages are persistent" {
	mqtool create "$q"
	seq 50 | send -l "$q"
	run -0 broker ctl list_queues --no-table-headers name messages messages_persistent
	[[ $'\n'$output$'\n' == *$'\n'"$name"$'\t50\t50\n'* ]]
	run -0 mqtool purge "$q"
}

@test "recv: one, so many, all, with and without waiting" {
	mqtool create "$q"
	fails 3 "$q: the queue is empty" recv -n "$q"
	fails 3 "$q: the queue is empty" recv -T 50ms "$q"
	run -0 --separate-stderr recv -a "$q"
	equal "$output$stderr" ""
	send "$q" a b c d e f g
	run -0 recv "$q"
	equal "$output" a
	run -0 recv -n "$q"
	equal "$output" b
	run -0 recv -T 5 -c 2 "$q"
	equal "$output" $'c\nd'
	run -0 recv -a -c 1 "$q"
	equal "$output" e
	fails 3 "$q: the queue is empty" recv -n -c 3 "$q"
	equal "$output" $'f\ng'
	send "$q" h i
	fails 3 "$q: the queue is empty" recv -T 100ms -c 3 "$q"
	equal "$output" $'h\ni'
	send "$q" j k
	fails 3 "$q: the queue is empty" recv -f -T 100ms "$q"
	equal "$output" $'j\nk'
	equal "$(waiting "$q")" 0
}

@test "recv waits for the next message, and -f for each" {
	local i
	mqtool create "$q"
	start mqtool recv "$q" >one
	send "$q" 1
	finish "$pid" 0
	equal "$(cat one)" 1
	start mqtool recv -f "$q" >got
	for i in 1 2 3; do
		send "$q" "$i"
		wait_until grep -q "$i" got
	done
	kill -TERM "$pid"
	finish "$pid" 143
	printf '1\n2\n3\n' | cmp - got
	holds "$q" ""
}

@test "recv -c N never holds more than N" {
	mqtool create "$q"
	seq 10 | send -l "$q"
	mkfifo go
	# shellcheck disable=SC2016
	start mqtool recv -c 3 "$q" -- sh -c 'cat; echo; : >go' >got
	wait_until grep -q 1 got
	[ "$(waiting "$q")" -ge 7 ]
	# Another one gets the rest at once.
	run -0 recv -n -c 7 "$q"
	equal "${#lines[@]}" 7
	exec 9<>go
	wait_until exited "$pid"
	exec 9>&-
	finish "$pid" 0
	[ "$(wc -l <got)" = 3 ]
	sort -n got <(printf '%s\n' "${lines[@]}") | diff - <(seq 10)
	equal "$(waiting "$q")" 0
}

sanitized()
{
	nm "$MQTOOL" 2>/dev/null | grep -q __asan_init
}

# untouched QUEUE: how many messages are there that were never given to anybody.
untouched()
{
	broker ctl eval "
		{ok, Q} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"$1\">>)),
		Take = fun(Take, N) ->
			case rabbit_amqqueue:basic_get(Q, true, self(), {<<>>, undefined}, rabbit_queue_type:init()) of
				{ok, _, {_, _, _, false, _}, _} -> Take(Take, N + 1);
				{ok, _, _, _} -> Take(Take, N);
				_ -> N
			end
		end,
		Take(Take, 0)."
}

@test "what was not asked for is untouched" {
	local args
	mqtool create "$q"
	for args in "-c 5" "-a -c 5" "-c 5 -T 1" "-n -c 5"; do
		seq 12 | send -l "$q"
		# shellcheck disable=SC2086
		recv $args "$q" | diff - <(seq 5)
		equal "$args $(untouched "$name")" "$args 7"
	done
	seq 12 | send -l "$q"
	recv "$q" -- cat >out
	equal "$(untouched "$name")" 11
}

@test "a message that goes back counts once against the delivery limit" {
	local i
	# The limit is of the queue: mqtool sets none.
	broker ctl eval "rabbit_amqqueue:declare(rabbit_misc:r(<<\"/\">>, queue, <<\"$name\">>), true, false,
		[{<<\"x-queue-type\">>, longstr, <<\"quorum\">>}, {<<\"x-delivery-limit\">>, long, 20}], none,
		<<\"guest\">>)." >/dev/null
	mqtool create --quorum "$q.unlimited"
	send "$q" kept
	send "$q.unlimited" kept
	for i in {1..20}; do
		fails 1 "*" recv -T 5 "$q" -- false
	done
	equal "$(recv -T 5 "$q")" kept
	for i in {1..30}; do
		fails 1 "*" recv -T 5 "$q.unlimited" -- false
	done
	equal "$(recv -T 5 "$q.unlimited")" kept
}

@test "1 MiB messages take little memory" {
	! sanitized || skip "sanitizers take memory of their own"
	mqtool create "$q" "$q.2"
	head -c 1048576 /dev/zero >large
	for i in {1..40}; do
		send "$q" -f large
	done
	peak()
	{
		/usr/bin/time -f %M -o peak "$@" >out && [ "$(cat peak)" -le 16384 ]
	}
	peak mqtool move "$q" "$q.2"
	peak mqtool recv -r -c 20 "$q.2"
	peak mqtool recv -r -a "$q.2"
}

@test "what AMQP does not have is refused" {
	mqtool create "$q"
	send "$q" x
	fails 2 "*" recv -t 1 "$q"
	fails 2 "*" recv -x -t 1 "$q"
	fails 2 "*" purge -t 1 "$q"
	run -2 --separate-stderr mqtool recv --peek "$q"
	matches "$stderr" "mqtool recv: $q: AMQP has no way to look at a message without taking it; --peek is for queues \
of this machine"
	fails 2 "*--mode*" set -m 600 "$q"
	fails 2 "*" set -b 100 "$q"
	fails 2 "*" watch "$q"
	fails 2 "*" watch -b -n 1 "$q"
	fails 2 "*send -T*" wait --writable "$q"
	holds "$q" '[x]'
}

@test "quorum queues: all commands" {
	mqtool create --quorum "$q"
	# Far more than a broker keeps track of at once.
	seq 500 | send -l "$q"
	recv -c 50 "$q" | diff - <(seq 50)
	recv -a "$q" | diff - <(seq 51 500)
	fails 3 "*" recv -n "$q"
	seq 60 | send -l "$q"
	run -0 mqtool purge "$q"
	equal "$output" "$q: 60 messages purged"
	fails 3 "*" recv -n "$q"
	mqtool rm "$q"
}

# ---- commands ----

@test "recv -- COMMAND: delivered once it has exited 0" {
	mqtool create "$q"
	send -t 5 -p 3 "$q" one
	send "$q" two three
	export MQTOOL_AMQP_PASSWORD=guest MQTOOL_TYPE=stale MQTOOL_PRIORITY=stale
	# shellcheck disable=SC2016
	run -0 recv -c 2 "$q" -- sh -c \
		'echo "$(cat) $MQTOOL_TYPE/$MQTOOL_PRIORITY $MQTOOL_SIZE $MQTOOL_SEQ $MQTOOL_QUEUE"
		env | grep PASSWORD || :'
	equal "$output" "one 5/3 3 1 $q
two / 3 2 $q"
	run -0 recv -a "$q" -- cat
	equal "$output" three
	equal "$(waiting "$q")" 0
}

@test "recv -- COMMAND: put back where it fails, the status is 1" {
	mqtool create "$q"
	send "$q" good bad ugly
	# shellcheck disable=SC2016
	fails 1 "*exited with status 7*" recv -a "$q" -- sh -c '[ "$(cat)" != bad ] || exit 7'
	holds "$q" '[bad][ugly]'
	send "$q" again
	fails 2 "*" recv "$q" -- /nonexistent/command
	holds "$q" '[again]'
}

@test "recv -- COMMAND: dropped, or moved to a queue of either kind" {
	local failed options
	mqtool create "$q" "$q.failed"
	create_small /failed 0x4d
	# shellcheck disable=SC2016
	local command=(sh -c '[ "$(cat)" != bad ]')
	send "$q" good bad ugly
	fails 1 "*dropped*" recv -a --on-failure=drop "$q" -- "${command[@]}"
	equal "$(waiting "$q")" 0
	for failed in /failed 0x4d "$q.failed"; do
		case $failed in
		/*) options=(-p 3) ;;
		0x*) options=(-t 4) ;;
		*) options=(-p 3 -t 4) ;;
		esac
		send "${options[@]}" "$q" good bad ugly
		fails 1 "*moved*" recv -a --move-failed="$failed" "$q" -- "${command[@]}"
		equal "$(waiting "$q")" 0
		run -0 recv -a -F '%t/%p %s' "$failed"
		case $failed in
		/*) equal "$output" "/3 bad" ;;
		0x*) equal "$output" "4/ bad" ;;
		*) equal "$output" "4/3 bad" ;;
		esac
	done
	# One that has more than messages there have stays.
	send -p 3 -t 4 "$q" bad
	run -1 recv --move-failed=/failed "$q" -- false
	holds "$q" '[bad]'
	send 0x4d bad
	fails 1 "*moved*" recv --move-failed="$q.failed" 0x4d -- false
	holds "$q.failed" '[bad]'
	fails 2 "*" recv --move-failed="$q" "$q" -- false
}

@test "recv -- COMMAND: put back and tried again, until it is done" {
	mqtool create --max-priority=9 "$q"
	send "$q" good bad last
	# Fails twice for "bad".
	cat >picky <<-'END'
	#!/bin/sh
	read -r body
	echo "$body $MQTOOL_PRIORITY" >>seen
	[ "$body" != bad ] || { echo >>failed; [ "$(wc -l <failed)" -gt 2 ]; }
	END
	chmod 755 picky
	start mqtool recv -f -T 5 --on-failure=retry "$q" -- ./picky 2>stderr
	wait_until eval 'test "$(wc -l <seen)" = 5'
	# What is done stays so, and the receiver goes on.
	send -p 3 "$q" more
	wait_until grep -q '^more' seen
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(sort seen)" $'bad \nbad \nbad \ngood \nlast \nmore 3'
	equal "$(sort -u stderr | grep -c 'mqtool recv: ./picky exited with status 1; the message goes back')" 1
	fails 3 "*" recv -n "$q"
	# All there is, and no more than that.
	rm failed seen
	send "$q" bad good
	run -1 --separate-stderr recv -a --on-failure=retry "$q" -- ./picky
	equal "${#stderr_lines[@]}" 2
	fails 3 "*" recv -n "$q"
	# One that ends while it fails leaves the message there.
	send -p 5 -t 7 "$q" stays
	start mqtool recv -f --on-failure=retry "$q" -- false 2>stderr
	wait_until test -s stderr
	kill -TERM "$pid"
	finish "$pid" 143
	run -0 recv -F '%t/%p %s' "$q"
	equal "$output" "7/5 stays"
}

@test "send --prefix: each record says its priority, and recv -F is the way back" {
	local again=$q.again
	mqtool create --max-priority=9 "$q" "$again"
	printf '1\tlater\n9\tnow: 3\t4\n0\t\n' | send -l --prefix='\t' "$q"
	run -0 recv -a -F '%p\t%s\n' "$q"
	equal "$output" $'9\tnow: 3\t4\n1\tlater\n0\t'
	send -l --prefix='\t' "$again" <<<"$output"
	run -0 recv -a -F '%p\t%s\n' "$again"
	equal "$output" $'9\tnow: 3\t4\n1\tlater\n0\t'
	printf '5: a\nb\0006: c' | send -0 --prefix=': ' "$q"
	run -0 recv -a -F '%p[%q]' "$q"
	equal "$output" '6[c]5[a\x0ab]'
	# What came before a bad one was confirmed.
	run -1 --separate-stderr send -l --prefix=: "$q" <<<$'1:one\n2:two\n256:x\n3:three'
	matches "$stderr" "mqtool send: line 3: * 0 to 255; 2 messages were sent before it"
	run -1 --separate-stderr send -l --prefix=: "$q" <<<$'one\n2:two'
	matches "$stderr" "mqtool send: line 1: *; 0 messages were sent before it"
	run -0 recv -a -F '%p%s ' "$q"
	equal "$output" "2two 1one "
	fails 2 "*" send -l --prefix=: -p 3 "$q"
}

# ---- the other commands ----

@test "stat: a block, a table, JSON" {
	mqtool create "$q"
	send "$q" a b c
	run -0 --separate-stderr mqtool stat "$q"
	# Whoever has it open is on other machines.
	equal "$stderr" ""
	matches "$output" "*queue:*$q
*kind:*amqp
*messages:*3*"
	run -0 mqtool stat -o QUEUE,KIND,MESSAGES,BYTES,USE%,MODE,OWNER,LAST "$q"
	matches "${lines[1]}" "$q *amqp *3 *- *- *- *- *-"
	mqtool stat -j "$q" >json
	jq -e --arg q "$q" '.[0] | .queue == $q and .kind == "amqp" and .messages == 3 and
		([.bytes, .use, .mode, .owner, .last, .maxmsg, .uid, .sent, .received] |
		all(. == null))' json
	# The queues of the machine have their places beside it.
	create /beside
	run -0 mqtool stat -H -o QUEUE,KIND "$q" /beside
	equal "$(awk '{ print $2 }' <<<"$output")" $'amqp\nposix'
	fails 4 "$q.missing: *" stat "$q.missing"
	run -4 --separate-stderr mqtool stat -H -o QUEUE "$q.missing" "$q"
	equal "$output" "$q"
	# Those of brokers are not listed.
	run -0 mqtool stat
	[[ $output != *amqp* ]]
}

@test "stat counts what is ready, not what is being handled" {
	mqtool create "$q"
	send "$q" a b c
	mkfifo go
	start mqtool recv "$q" -- sh -c 'cat; : >go' >got
	wait_until grep -q a got
	equal "$(waiting "$q")" 2
	exec 9<>go
	finish "$pid" 0
	exec 9>&-
	equal "$(waiting "$q")" 2
}

@test "check: -m, or --max-messages, says what is full" {
	mqtool create "$q"
	send "$q" a b c
	run -3 mqtool check -w 50 -c 90 "$q"
	matches "$output" "MQTOOL UNKNOWN - *$q*3 messages*(give -m)*"
	run -1 mqtool check -m -w 3 -c 4 "$q"
	equal "$output" "MQTOOL WARNING - $q: 3 messages | '$q'=3;3;4;0"
	run -0 mqtool check -w 50 -c 90 --max-messages=10 "$q"
	matches "$output" "MQTOOL OK - *| '$q'=30%;50;90;*"
	run -1 mqtool check -w 50 -c 90 --max-messages=5 "$q"
	matches "$output" "MQTOOL WARNING - *"
	run -2 mqtool check -w 50 -c 90 --max-messages=3 "$q"
	matches "$output" "MQTOOL CRITICAL - *"
	run -3 mqtool check -w 50 -c 90 --max-messages=0 "$q"
	run -3 mqtool check -w 50 -c 90 --max-messages=3 /x
	run -3 mqtool check -w 50 -c 90 --max-messages=3 "$q.missing"
	matches "$output" "MQTOOL UNKNOWN - *$q.missing*"
}

@test "wait: for messages, none, a queue, no queue" {
	fails 3 "*" wait --exists -T 0 "$q"
	fails 4 "*" wait --messages=1 -T 0 "$q"
	start mqtool wait --exists "$q"
	mqtool create "$q"
	finish "$pid" 0
	mqtool wait --exists -T 0 "$q"
	mqtool wait --empty -T 0 "$q"
	fails 3 "*" wait -T 50ms "$q"
	start mqtool wait --messages=2 "$q"
	send "$q" a
	run ! exited "$pid"
	send "$q" b
	finish "$pid" 0
	start mqtool wait --empty "$q"
	run -0 recv -c 2 "$q"
	finish "$pid" 0
	fails 3 "*" wait --gone -T 0 "$q"
	start mqtool wait --gone "$q"
	mqtool rm "$q"
	finish "$pid" 0
	mqtool wait --gone -T 0 "$q"
}

@test "purge: what is there goes, and is counted" {
	mqtool create "$q"
	run -0 mqtool purge "$q"
	equal "$output" "$q: 0 messages purged"
	seq 100 | send -l "$q"
	run -0 mqtool purge "$q"
	equal "$output" "$q: 100 messages purged"
	equal "$(waiting "$q")" 0
	fails 4 "$q.missing: *" purge "$q.missing"
}

@test "rm: gone, also with messages; a missing one is status 4" {
	mqtool create "$q" "$q.2"
	send "$q" a
	run -0 mqtool rm --dry-run "$q" "$q.2"
	equal "$output" "$q"$'\n'"$q.2"
	mqtool stat "$q" "$q.2" >/dev/null
	run -0 mqtool rm -v "$q"
	matches "$output" "*$q*"
	is_gone "$q"
	fails 4 "$q: *" rm "$q"
	mqtool rm -f "$q"
	fails 4 "$q: *" rm --dry-run "$q"
	# The others go all the same.
	fails 4 "$q: *" rm "$q" "$q.2"
	fails 4 "$q.2: *" rm "$q.2"
}

# ---- others' programs ----

@test "amqp-publish to recv, and send to amqp-get" {
	need_amqp_tools
	mqtool create "$q"
	all_bytes >bytes
	amqp publish -r "$name" -b 'from amqp-publish'
	amqp publish -r "$name" -p <bytes
	seq 20 | amqp publish -r "$name" -l
	run -0 recv "$q"
	equal "$output" 'from amqp-publish'
	recv -r "$q" | cmp - bytes
	# Each with its newline.
	recv -a -r "$q" | diff - <(seq 20)
	send "$q" 'from mqtool'
	send -t 3 -p 4 "$q" <bytes
	equal "$(amqp get -q "$name")" 'from mqtool'
	amqp get -q "$name" | cmp - bytes
	run -2 amqp get -q "$name"
}

@test "amqp-consume gets what send sends, and a queue that amqp-declare-queue made will do" {
	need_amqp_tools
	amqp declare-queue -q "$name"
	start amqp consume -q "$name" -c 20 cat >got
	seq -f 'message %g;' 20 | send -l "$q"
	finish "$pid" 0
	equal "$(cat got)" "$(seq -f 'message %g;' 20 | tr -d '\n')"
	equal "$(waiting "$q")" 0
	# It is not durable: another queue than create would make.
	fails 1 "$q: *durable*" create -e "$q"
}

@test "two receivers share what comes, and each message goes to one" {
	local first sent=0
	mqtool create "$q"
	start mqtool recv -f "$q" >one
	first=$pid
	start mqtool recv -f "$q" >two
	# Until both are there, and then a crowd.
	both_have_some()
	{
		send "$q" $((++sent))
		[ -s one ] && [ -s two ]
	}
	wait_until both_have_some
	seq $((sent + 1)) 2000 | send -l "$q"
	all_there()
	{
		[ "$(cat one two | wc -l)" -ge 2000 ]
	}
	wait_until all_there
	kill -TERM "$first" "$pid"
	finish "$first" 143
	finish "$pid" 143
	sort -n one two | diff - <(seq 2000)
}

@test "the example of README.md" {
	local tests=$BATS_TEST_DIRNAME/..
	sed -n '/^```shell-session$/,/^```$/p' "$tests/../README.md" |
		sed "s/^\`\`\`shell-session\$/\`\`\`console/; s|amqp://localhost/|$at/|g" >example.md
	run -0 "$tests/run-examples" example.md
}

# The server wants to hear of its clients each second, and closes the connections of those who are
# silent for three.
@test "a connection is kept while mqtool is busy with something else" {
	broker ctl eval 'application:set_env(rabbit, heartbeat, 1).'
	mqtool create "$q" "$q.dest"
	create_small /source
	send "$q" one two
	run -0 --separate-stderr recv -c 2 "$q" -- sleep 4
	equal "$stderr" ""
	equal "$(waiting "$q")" 0
	run -0 --separate-stderr send -l "$q" < <(sleep 5; echo late)
	equal "$stderr" ""
	{ sleep 5; mqtool send /source later; } &
	run -0 --separate-stderr timeout 20 mqtool move -c 1 /source "$q.dest"
	equal "$stderr" ""
	broker ctl eval 'application:set_env(rabbit, heartbeat, 60).'
	holds "$q" '[late]'
	holds "$q.dest" '[later]'
}
