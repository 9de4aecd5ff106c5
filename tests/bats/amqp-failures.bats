# SPDX-License-Identifier: GPL-2.0-or-later
#
# Queues that are full or go away, brokers that are gone or stall, and receivers that end: no message
# is lost, and what is not known to have arrived is named.
#
# MQTOOL_CONSUMER_TIMEOUT is in milliseconds; check-release has a long one.
#
# needs: broker

load helper
load broker

setup()
{
	amqp_setup
}

# takes_ms LEAST MOST COMMAND [ARG...]: as run does, and within that time.
takes_ms()
{
	local least=$1 most=$2 begin took
	shift 2
	begin=${EPOCHREALTIME/./}
	run --separate-stderr timeout 30 "$@"
	took=$(((${EPOCHREALTIME/./} - begin) / 1000))
	((took >= least && took <= most)) || { echo "$*: took $took ms" >&2; return 1; }
}

# ---- full queues ----

@test "a full queue, -n: status 3, and which messages it refused" {
	mqtool create -c 3 "$q"
	fails 3 "message 4: $q: *3 messages were sent before it*" send -n "$q" a b c d
	holds "$q" '[a][b][c]'
	fails 3 "message 4: $q: *not confirmed: 4-6*" send -n "$q" a b c d e f
	holds "$q" '[a][b][c]'
	seq 5 >lines
	fails 3 "*line 4: $q: *3 messages were sent before it*not confirmed: 4-5*" send -n -l "$q" <lines
	fails 3 "$q: *" send -n "$q" x
	holds "$q" '[1][2][3]'
}

@test "a full queue, -T: status 3 after that time" {
	mqtool create -c 2 "$q"
	takes_ms 400 5000 mqtool send -T 400ms "$q" a b c
	equal "$status" 3
	matches "$stderr" "mqtool send: message 3: $q: *2 messages were sent before it*"
	takes_ms 400 5000 mqtool send -T 0.4 "$q" d
	equal "$status" 3
	takes_ms 0 5000 mqtool send -T 0 "$q" d
	equal "$status" 3
	holds "$q" '[a][b]'
}

@test "a full queue: waits until there is room, and nothing is lost" {
	mqtool create -c 10 "$q"
	seq 10 | send -l "$q"
	start mqtool send "$q" last
	fails 3 "*" send -T 100ms "$q" impatient
	run ! exited "$pid"
	recv "$q" >got
	finish "$pid" 0
	recv -a "$q" >>got
	(seq 10; echo last) | cmp - got
	# More than the queue has room for, by far.
	seq 1000 >numbers
	start mqtool send -l "$q" <numbers
	recv -T 5 -c 1000 "$q" >got
	finish "$pid" 0
	sort -n got | cmp - numbers
}

# ---- queues that go away ----

@test "send to a queue that is not there, or is removed: status 4" {
	fails 4 "$q: *" send "$q" x
	mqtool create "$q"
	fed mqtool send -l "$q" 2>err
	echo one >&8
	wait_until is_waiting "$q" 1
	mqtool rm "$q"
	echo two >&8
	exec 8>&-
	finish "$pid" 4
	equal "$(cat err)" "mqtool send: line 2: $(sed 's/^mqtool send: line 2: //' err)"
	matches "$(cat err)" "*$q: *; 1 message was sent before it; not confirmed: 2"
}

@test "recv on a queue that is not there, or is removed: status 4" {
	local args
	fails 4 "$q: *" recv "$q"
	fails 4 "$q: *" recv -a "$q"
	fails 4 "$q: *" recv -f "$q"
	for args in -f "-c 2" "-f -T 20"; do
		mqtool create "$q"
		# shellcheck disable=SC2086
		start mqtool recv $args "$q" >out 2>err
		send "$q" one
		wait_until grep -qx one out
		wait_until consumed
		mqtool rm "$q"
		finish "$pid" 4
		matches "$(cat err)" "mqtool recv: $q: *"
	done
}

# Somebody waits on $q.
consumed()
{
	broker ctl list_queues --no-table-headers name consumers | grep -qx "$name[[:space:]]1"
}

@test "wait on a queue that is removed: status 4" {
	mqtool create "$q"
	start mqtool wait --messages=1 "$q" 2>err
	fails 3 "*" wait -T 50ms "$q"
	mqtool rm "$q"
	finish "$pid" 4
}

# ---- receivers that end ----

@test "SIGTERM while messages are held: they are on the queue again" {
	local args
	mqtool create "$q"
	for args in -f -a "-c 400"; do
		seq -f '%0600.0f' 500 >all
		send -l "$q" <all
		stopped_reader
		# shellcheck disable=SC2086
		start mqtool recv $args "$q" >&9
		wait_until in_write "$pid"
		kill -TERM "$pid"
		drain
		finish "$pid" 143
		recv -a "$q" >back
		# What was written is delivered, and only that.
		sort out back | cmp - all
		rm fifo
	done
}

@test "SIGKILL of a receiver: nothing is lost" {
	mqtool create "$q"
	seq 3000 >all
	send -l "$q" <all
	start mqtool recv -f "$q" >out
	wait_until lines_in 1 out
	kill -KILL "$pid"
	finish "$pid" 137
	# The broker takes back what it had sent ahead once it has seen that the receiver is gone.
	recv -f -T 1 "$q" >back || [ $? = 3 ]
	sort -n -u out back | cmp - all
	sort -n back | uniq -d >doubled
	[ ! -s doubled ]
}

@test "a closed pipe: what it did not take is on the queue again" {
	mqtool create "$q"
	send "$q" a b c
	broken_pipe
	start mqtool recv "$q" >&9
	finish "$pid" 141
	start mqtool recv -a "$q" >&9
	finish "$pid" 141
	equal "$(waiting "$q")" 3
	# A reader that goes while nothing is there to read.
	mqtool purge "$q"
	mkfifo pipe
	exec 8<>pipe
	start mqtool recv -f "$q" >pipe 8>&-
	send "$q" first
	read -r line <&8
	equal "$line" first
	exec 8>&-
	finish "$pid" 141
	send "$q" second
	holds "$q" '[second]'
	trap '' PIPE
	send "$q" third
	start mqtool recv "$q" >&9 2>err
	finish "$pid" 1
	matches "$(cat err)" "mqtool recv: *"
	holds "$q" '[third]'
}

@test "an output that is full: status 1, and the message is on the queue again" {
	[ -c /dev/full ] || skip_loudly "no /dev/full"
	mqtool create "$q"
	send "$q" a b
	run -1 --separate-stderr bash -c 'mqtool recv -a "$1" >/dev/full' - "$q"
	holds "$q" '[a][b]'
}

@test "COMMAND is interrupted: the message is on the queue again" {
	mqtool create "$q"
	send "$q" a b
	mkfifo go
	start mqtool recv -f "$q" -- sh -c 'echo started >>out; read -r _ <go'
	wait_until grep -q started out
	kill -TERM "$pid"
	exec 9<>go
	echo end >&9
	finish "$pid" 143
	exec 9>&-
	recv -a "$q" | grep -x b
}

# ---- brokers that are not there ----

@test "nobody listens: status 1, at once" {
	local nowhere=amqp://127.0.0.1:1/q
	for args in "send $nowhere x" "recv $nowhere" "recv -T 60 $nowhere" \
		"create $nowhere" "create -e $nowhere" "stat -H $nowhere" "purge $nowhere" \
		"rm $nowhere" "rm -f $nowhere" "wait $nowhere" "wait --gone $nowhere"; do
		# shellcheck disable=SC2086
		takes_ms 0 5000 mqtool $args
		equal "$args: $status" "$args: 1"
		matches "$stderr" "mqtool ${args%% *}: *127.0.0.1*"
	done
	run -3 mqtool check -w 1 -c 2 --max-messages=3 "$nowhere"
	matches "$output" "MQTOOL UNKNOWN - *"
}

@test "nobody listens: -f tries again" {
	local nowhere=amqp://127.0.0.1:1/q
	create_small 0x53
	takes_ms 300 5000 mqtool recv -f -T 300ms "$nowhere"
	equal "$status" 3
	matches "${stderr_lines[0]}" "mqtool recv: $nowhere: cannot connect to 127.0.0.1, port 1: *"
	equal "${stderr_lines[1]}" "mqtool recv: trying to connect again"
	start mqtool recv -f "$nowhere" 2>err
	wait_until grep -q "trying to connect again" err
	kill -TERM "$pid"
	finish "$pid" 143
	start mqtool move -f 0x53 "$nowhere" 2>err
	wait_until grep -q "trying to connect again" err
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(wc -l <err)" 2
}

# ---- several hosts ----

# listen: accepts connections on $port, which was free, and says nothing.
listen()
{
	start perl -MIO::Socket::INET -e '
		my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 0, Listen => 5)
			or die "listen: $!";
		open(my $file, ">", "listening.new");
		print($file $socket->sockport(), "\n");
		close($file);
		rename("listening.new", "listening");
		while (my $client = $socket->accept()) { push(@all, $client); }'
	wait_until test -e listening
	read -r port <listening
	rm listening
}

@test "several hosts: the one that answers, beginning at any" {
	local number
	listen
	for number in 1 2 3 4 5 6; do
		takes_ms 0 6000 mqtool create -e "amqp://127.0.0.1:1,127.0.0.1:$port,127.0.0.1:$AMQP_PORT/$name"
		equal "$status$stderr" 0
		takes_ms 0 4000 mqtool send -T 3 "amqp://127.0.0.1:1,127.0.0.1:$port,127.0.0.1:$AMQP_PORT/$name" "$number"
		equal "$status$stderr" 0
	done
	holds "$q" '[1][2][3][4][5][6]'
	fails 3 "*127.0.0.1, port 1:*" send -T 1 amqp://127.0.0.1:1,127.0.0.1:$port/q x
	matches "$stderr" "*the broker does not answer*"
	kill "$pid"
	finish "$pid" 143
	fails 1 "*127.0.0.1, port [12]: *; *127.0.0.1, port [12]: *" recv amqp://127.0.0.1:1,127.0.0.1:2/q
	# A name that is not known is no reason not to try the others.
	RES_OPTIONS="timeout:1 attempts:1" send "$(sed "s|127|no-such-host.invalid,127|" <<<"$q")" x
	holds "$q" '[x]'
}

# drop: on $port, which was free, nothing answers a connection: the queue of those to be accepted is full.
drop()
{
	start perl -MSocket -MFcntl -e '
		socket(my $listener, PF_INET, SOCK_STREAM, 0) or die;
		bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
		listen($listener, 0) or die;
		my $address = getsockname($listener);
		my @clients;
		# Until one of them is not answered within a second.
		for (my $full = 0; !$full;) {
			socket(my $client, PF_INET, SOCK_STREAM, 0) or die;
			fcntl($client, F_SETFL, O_NONBLOCK);
			connect($client, $address);
			my $ready = "";
			vec($ready, fileno($client), 1) = 1;
			$full = !select(undef, $ready, undef, 1);
			push(@clients, $client);
		}
		open(my $file, ">", "listening.new");
		print($file ((sockaddr_in($address))[0]), "\n");
		close($file);
		rename("listening.new", "listening");
		sleep(600);'
	wait_until test -e listening
	read -r port <listening
	rm listening
}

@test "a host that drops what is sent to it: the next is tried in its share of the time" {
	local number
	drop
	mqtool create "$q"
	# Each begins at any of the three: one drops, one refuses.
	for number in 1 2 3 4 5 6; do
		takes_ms 0 5500 mqtool send -T 6 "amqp://127.0.0.1:$port,127.0.0.2:$port,127.0.0.1:$AMQP_PORT/$name" "$number"
		equal "$status$stderr" 0
	done
	holds "$q" '[1][2][3][4][5][6]'
	takes_ms 900 8000 mqtool recv -T 1 "amqp://127.0.0.1:$port/q"
	equal "$status" 3
	matches "$stderr" "*cannot connect to 127.0.0.1, port $port: *"
	# A stop signal is heard meanwhile.
	start mqtool recv "amqp://127.0.0.1:$port/q"
	wait_until connecting "$port"
	kill -TERM "$pid"
	finish "$pid" 143
}

# connecting PORT: somebody tries to connect to it, and has no answer.
connecting()
{
	grep -qi "0100007F:[0-9A-F]* 0100007F:$(printf '%04X' "$1") 02" /proc/net/tcp
}

@test "a connection is made over TLS: a stop signal ends it" {
	listen
	listener=$pid
	start mqtool send amqps://localhost:$port/q x
	wait_until connected "$port"
	kill -TERM "$pid"
	finish "$pid" 143
	kill "$listener"
	finish "$listener" 143
}

# connected PORT: somebody is, on this machine.
connected()
{
	grep -qi "0100007F:[0-9A-F]* 0100007F:$(printf '%04X' "$1") 01" /proc/net/tcp
}

@test "a host that does not exist: status 1" {
	# Where no server of names answers, that is to be noticed soon.
	RES_OPTIONS="timeout:1 attempts:1" fails 1 "*" send amqps://no-such-host.invalid/q x
}

# ---- what RabbitMQ says ----

@test "a queue whose name reads like a failure" {
	local odd
	for odd in "go%20down" "is%20down" "not%20found" "message%20size"; do
		mqtool create "$at/$odd"
		fails 1 "*already exists*" create "$at/$odd"
		send "$at/$odd" x
		holds "$at/$odd" '[x]'
		mqtool rm "$at/$odd"
		fails 4 "*no such queue*" send "$at/$odd" x
		is_gone "$at/$odd"
	done
}

@test "the broker is low on memory: send waits, and -T says why" {
	mqtool create "$q"
	broker ctl set_vm_memory_high_watermark absolute 1MB
	takes_ms 900 8000 mqtool send -T 1 "$q" x
	equal "$status" 3
	matches "$stderr" "mqtool send: $q: *low on memory*"
	start mqtool send "$q" y
	fails 3 "*low on memory*" send -T 1 "$q" z
	broker ctl set_vm_memory_high_watermark 0.95
	finish "$pid" 0
	recv -a "$q" | grep -qx y
}

@test "consumer_timeout while DEST is full: what is in hand comes twice at most" {
	broker ctl eval "application:set_env(rabbit, consumer_timeout, ${MQTOOL_CONSUMER_TIMEOUT:-2000})."
	mqtool create "$q" "$q.handled"
	create -c 2 -s 512 /small
	seq 50 | send -l "$q"
	start mqtool move -f "$q" /small 2>err
	blocked "$pid" mq_timedsend
	# RabbitMQ looks once a minute, or when it is told to.
	sweep()
	{
		broker ctl eval '[P ! tick || P <- rabbit_channel:list_local()].' >tick
		[ "$(waiting "$q")" -ge 47 ]
	}
	wait_until sweep
	mqtool recv -f -T 2 /small >got || [ $? = 3 ]
	kill -TERM "$pid"
	finish "$pid" 143
	broker ctl eval 'application:set_env(rabbit, consumer_timeout, 1800000).'
	matches "$(head -n 1 err)" "*consumer_timeout*"
	sort -n -u got | diff - <(seq 50)
	[ "$(wc -l <got)" -le 51 ]
}

# ---- brokers that stall ----

@test "a broker that does not answer: status 3 within -T" {
	mqtool create "$q"
	broker pause
	takes_ms 300 5000 mqtool send -T 300ms "$q" x
	equal "$status" 3
	takes_ms 300 5000 mqtool recv -T 300ms "$q"
	equal "$status" 3
	takes_ms 300 5000 mqtool recv -f -T 300ms "$q"
	equal "$status" 3
	takes_ms 300 5000 mqtool wait -T 300ms "$q"
	equal "$status" 3
	# No time was said: it can be interrupted.
	start mqtool recv "$q"
	kill -TERM "$pid"
	finish "$pid" 143
	start mqtool send "$q" x
	kill -INT "$pid" || :
	kill -TERM "$pid"
	finish "$pid" 143
	broker resume
	holds "$q" ""
}

@test "a broker that stalls while much is sent: status 3 within -T" {
	mqtool create "$q"
	fed mqtool send -T 500ms -l "$q" 2>err
	seq -f '%0500.0f' 10000000 >&8 2>seq.err &
	exec 8>&-
	wait_until at_least "$q" 100
	broker pause
	finish "$pid" 3
	matches "$(cat err)" "mqtool send: line *not confirmed: *"
	broker resume
	# What it had is there; what it had not read may come yet.
	recv -f -T 1 "$q" >got || [ $? = 3 ]
	sed -i 's/^0*//' got
	arrived err got
}

@test "a broker that stalls while a receiver holds messages: SIGTERM ends it" {
	mqtool create "$q"
	send "$q" a b c
	start mqtool recv -f "$q" >out
	wait_until lines_in 3 out
	send "$q" d
	wait_until lines_in 4 out
	broker pause
	kill -TERM "$pid"
	finish "$pid" 143
	broker resume
	recv -f -T 500ms "$q" >>out || [ $? = 3 ]
	sort -u out | tr -d '\n' >letters
	equal "$(cat letters)" abcd
}
