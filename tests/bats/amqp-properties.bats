# SPDX-License-Identifier: GPL-2.0-or-later
#
# What messages of a broker carry besides body, type and priority, held against a client that is not
# ours: pika.
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

# peer VERB QUEUE [ARG...]: QUEUE is its name alone.
peer()
{
	"$BATS_TEST_DIRNAME/../amqp-peer" "$AMQP_PORT" "$@"
}

need_peer()
{
	/usr/bin/python3 -c 'import pika' 2>/dev/null || skip_loudly "pika not found; install python3-pika"
}

# same QUEUE: the peer gets from it what is in the file "sent".
same()
{
	peer get "$1" | diff sent -
}

@test "every property, there and back" {
	need_peer
	mqtool create "$q" "$q.2" "$q.3"
	peer put "$name"
	peer get "$name" >sent
	matches "$(cat sent)" "*four*order.created*user_id=guest*"
	# As they came, and by way of JSON.
	peer put "$name"
	move "$q" "$q.2"
	same "$name.2"
	peer put "$name"
	recv -j "$q" >line
	send -j "$q.2" <line
	same "$name.2"
	# A program that other tools are may write the members in another order, and with other escapes.
	jq -c -a '{body, properties: (.properties | to_entries | reverse | from_entries)} + .' line |
		send -j "$q.2"
	same "$name.2"
	# What COMMAND has failed for; and what came back.
	peer put "$name"
	mqtool recv --move-failed="$q.2" "$q" -- false || [ $? = 1 ]
	same "$name.2"
	peer put "$name"
	mqtool recv "$q" -- false || [ $? = 1 ]
	move "$q" "$q.2"
	move -f -T 1 "$q.2" "$q.3" || [ $? = 3 ]
	same "$name.3"
}

@test "recv -j writes AMQP's names, and whether it was delivered before" {
	mqtool create "$q" "$q.2"
	printf '%s\n' '{"body":"a"}' \
		'{"properties":{"content_type":"text/plain","headers":{"n":1}},"body":"b"}' | send -j "$q"
	recv -j -c 2 "$q" >got
	diff got - <<-END
	{"queue":"$q","size":1,"redelivered":false,"body":"a"}
	{"queue":"$q","size":1,"redelivered":false,"properties":{"content_type":"text/plain","headers":{"n":1}},"body":"b"}
	END
	send "$q" c
	mqtool recv "$q" -- false || [ $? = 1 ]
	equal "$(recv -j "$q" | jq .redelivered)" true
	# It is told by a line, not taken from it.
	echo '{"body":"d","redelivered":true}' | send -j "$q"
	equal "$(recv -j "$q" | jq .redelivered)" false
	# A type that is not a number is a property; one that is, or is chosen, is the message's.
	printf '%s\n' '{"body":"e","properties":{"type":"order"}}' '{"body":"f","properties":{"type":"7"}}' |
		send -j "$q"
	equal "$(recv -c 2 -j "$q" | jq -c '[.type, .properties.type]')" $'[null,"order"]\n[7,null]'
	echo '{"body":"e","properties":{"type":"order"}}' | send -j -t 3 "$q"
	equal "$(recv -j "$q" | jq -c '[.type, .properties.type]')" '[null,"order"]'
}

@test "properties that are wrong are a bad line: status 1, line and column" {
	local line before
	mqtool create "$q"
	# @ marks the value that is wrong.
	while read -r line; do
		line="{\"body\":\"bad\", \"properties\": $line}"
		before=${line%%@*}
		printf '%s\n' '{"body":"good"}' "${line/@/}" >lines
		fails 1 "line 2: column $((${#before} + 1)): *; 1 message was sent before it*" send -j "$q" <lines
		equal "$(recv -a "$q")" good
	done <<-'END'
	@5
	@null
	@["content_type"]
	{"content_type":@5}
	{"content_type":@null}
	{"timestamp":1, "no_such":@1}
	{"delivery_mode":@2}
	{"timestamp":@-1}
	{"timestamp":@1.5}
	{"timestamp":@"soon"}
	{"expiration":@600}
	{"expiration":@"soon"}
	{"expiration":@"4294967296"}
	{"headers":@"none"}
	{"headers":@{"$int8":1}}
	{"headers":{"a":@{"$none":1}}}
	{"headers":{"a":{"$int8":@128}}}
	{"headers":{"a":[0,{"$bytes":@"="}]}}
	END
	# A name that is too long, and more than a frame has room for.
	printf '{"body":"x","properties":{"headers":{"%s":1}}}\n' "$(printf 'x%.0s' {1..256})" >line
	fails 1 "line 1: column *: *255*" send -j "$q" <line
	printf '{"body":"x","properties":{"app_id":"%s"}}\n' "$(printf 'x%.0s' {1..256})" >line
	fails 1 "line 1: column *: *255*" send -j "$q" <line
	printf '{"body":"x","properties":{"headers":{"a":"%s"}}}\n' "$(head -c 131000 /dev/zero | tr '\0' x)" >line
	fails 1 "line 1: column 26: *130000*" send -j "$q" <line
	equal "$(waiting "$q")" 0
	# Of a kernel queue's line too, to which they mean nothing.
	create_small /p
	echo '{"body":"x","properties":{"app_id":5}}' >line
	fails 1 "line 1: column 36: *" send -j /p <line
}

@test "kernel queues have none: dropped and counted, or refused by --strict" {
	mqtool create "$q"
	create_small /p 0x53
	put()
	{
		printf '%s\n' '{"body":"a"}' '{"body":"b","properties":{"app_id":"app"}}' '{"body":"c"}' |
			send -j "$q"
	}
	put
	run -1 --separate-stderr mqtool move --strict "$q" /p
	matches "$stderr" "*: /p: it has properties*--strict*; 1 message was moved before it"
	holds /p '[a]'
	equal "$(recv -a -j "$q" | jq -r '[.body, .properties.app_id] | join(" ")')" $'b app\nc '
	for to in /p 0x53; do
		put
		run -0 --separate-stderr mqtool move -v "$q" "$to"
		matches "$stderr" "*moved 3 messages*; 1 message without some of its properties"
		equal "$(recv -a "$to")" $'a\nb\nc'
	done
	put
	run -0 --separate-stderr mqtool move "$q" /p
	equal "$stderr" ""
	# Other ways to a kernel queue.
	equal "$(recv -a /p)" $'a\nb\nc'
	put
	recv -a -j "$q" >lines
	run -0 --separate-stderr mqtool send -v -j /p <lines
	matches "$stderr" "*sent 3 messages*; 1 message without some of its properties"
	put
	run -1 --separate-stderr mqtool recv -v -a --move-failed=0x53 "$q" -- false
	matches "${stderr_lines[-1]}" "*; 1 message without some of its properties"
	equal "$(recv -a 0x53)$(recv -a /p)" $'a\nb\nca\nb\nc'
	# Without properties --strict has nothing against a message.
	send -p 2 "$q" d
	mqtool move --strict "$q" 0x53
	send /p e
	mqtool move --strict /p "$q"
	equal "$(recv -a "$q")" e
}

@test "what would send it elsewhere, or be refused, is left out" {
	need_peer
	mqtool create "$q" "$q.2" "$q.copies"
	peer put "$name"
	peer get "$name" >sent
	peer put "$name" "cc=$name.copies" count=4
	equal "$(recv -a "$q.copies")" body
	recv -j "$q" >line
	equal "$(jq -c '.properties.headers | [.CC, ."x-delivery-count"]' line)" "[[\"$name.copies\"],4]"
	run -0 --separate-stderr mqtool send -v -j "$q.2" <line
	matches "$stderr" "*; 1 message without some of its properties"
	same "$name.2"
	peer put "$name" "cc=$name.copies" count=4
	recv -a "$q.copies" >/dev/null
	fails 1 "$q.2: *CC*--strict*" move --strict "$q" "$q.2"
	run -0 --separate-stderr mqtool move -v "$q" "$q.2"
	matches "$stderr" "*; 1 message without some of its properties"
	same "$name.2"
	equal "$(waiting "$q.copies")" 0
	# A count of deliveries alone is nothing that is lost.
	peer put "$name" count=4
	mqtool move --strict "$q" "$q.2"
	same "$name.2"
	echo '{"body":"x","properties":{"headers":{"BCC":["'"$name.copies"'"]}}}' | send -j "$q"
	equal "$(recv -j "$q" | jq -c .properties)" null
	equal "$(waiting "$q.copies")" 0
}

@test "user_id: kept where it is our own, else left out" {
	need_peer
	local tester=${at/127/tester@127}
	mqtool create "$q" "$q.2"
	printf '%s\n' "*:*:*:tester:pass:word" "*:*:*:guest:guest" >passwords
	chmod 600 passwords
	export MQTOOL_AMQP_PASSFILE=$PWD/passwords
	peer put "$name"
	fails 1 "*user_id*--strict*" move --strict "$q" "$tester/$name.2"
	run -0 --separate-stderr mqtool move -v "$q" "$tester/$name.2"
	matches "$stderr" "*; 1 message without some of its properties"
	equal "$(recv -j "$q.2" | jq -c '.properties | [.user_id, .app_id]')" '[null,"app"]'
	peer put "$name"
	mqtool move --strict "$q" "${at/127/guest@127}/$name.2"
	equal "$(recv -j "$q.2" | jq -r .properties.user_id)" guest
	echo '{"body":"x","properties":{"user_id":"root"}}' | send -j "$q"
	equal "$(recv -j "$q" | jq -c .properties)" null
}

@test "headers deep in one another, and many" {
	need_peer
	local levels
	mqtool create "$q" "$q.2"
	for levels in 63 64 200; do
		peer put "$name" levels=$levels
		peer get "$name" >sent
		peer put "$name" levels=$levels
		recv -j "$q" | tee line | send -j "$q.2"
		jq . line >/dev/null
		same "$name.2"
	done
	peer put "$name" large=100000
	peer get "$name" >sent
	peer put "$name" large=100000
	move "$q" "$q.2"
	recv -j "$q.2" | send -j "$q"
	same "$name"
}

@test "properties that do not fit a frame of the broker: status 1, and what came before is there" {
	local large
	large=$(printf 'x%.0s' {1..5000})
	mqtool create "$q" "$q.2"
	printf '%s\n' '{"body":"a"}' "{\"body\":\"b\",\"properties\":{\"headers\":{\"a\":\"$large\"}}}" \
		'{"body":"c"}' >lines
	send -j "$q" <lines
	broker ctl eval 'application:set_env(rabbit, frame_max, 4096).'
	fails 1 "line 2: $q.2: its properties do not fit a frame of 4096 bytes; 1 message was sent before it*" \
		send -j "$q.2" <lines
	equal "$(recv -a "$q.2")" a
	broker ctl eval 'application:set_env(rabbit, frame_max, 131072).'
	move "$q" "$q.2"
	equal "$(recv -a "$q.2")" $'a\nb\nc'
}
