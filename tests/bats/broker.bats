# SPDX-License-Identifier: GPL-2.0-or-later
#
# The server of tests/broker does what the other tests trust it to do.
#
# needs: broker

load helper
load broker

@test "messages go in and come out" {
	need_amqp_tools
	amqp declare-queue -q first -d
	amqp publish -r first -b 'hello there'
	equal "$(amqp get -q first)" "hello there"
	run -2 amqp get -q first
}

@test "what is durable outlives SIGKILL, and the ports stay" {
	need_amqp_tools
	amqp declare-queue -q kept -d
	amqp publish -p -r kept -b precious
	# amqp-publish does not wait for the server's confirmation.
	wait_until grep -qr precious "$MQTOOL_BROKER/data"
	tables_on_disk
	broker kill
	run ! amqp get -q kept
	broker restart
	equal "$(amqp get -q kept)" precious
}

# Somebody has sent the 8 bytes that begin a connection to port $1, and they are not read.
asked()
{
	awk -v to="$(printf '0100007F:%04X' "$1")" '
	$2 == to && $4 == "01" && $5 ~ /:00000008$/ { found = 1 }
	END { exit !found }' /proc/net/tcp
}

@test "a server that is paused accepts connections and answers nothing" {
	need_amqp_tools
	broker pause
	start amqp declare-queue -q paused -d
	wait_until asked "$AMQP_PORT"
	run ! exited "$pid"
	broker resume
	finish "$pid" 0
	run -2 amqp get -q paused
}

@test "who may what" {
	need_amqp_tools
	amqp declare-queue -q shared -d
	amqp-declare-queue --server=127.0.0.1 --port="$AMQP_PORT" --vhost=other/vhost \
		--username=tester --password=pass:word -q shared -d
	run ! amqp-get --server=127.0.0.1 --port="$AMQP_PORT" --username=denied --password=denied -q shared
	matches "$output" "*ACCESS_REFUSED*"
	run ! amqp-get --server=127.0.0.1 --port="$AMQP_PORT" --username=guest --password=wrong -q shared
	matches "$output" "*ACCESS_REFUSED*"
}

# What openssl says of the server's certificate, to who asks for the name $1.
verify()
{
	openssl s_client -connect "localhost:$AMQPS_PORT" -CAfile "$AMQP_CA" -verify_return_error \
		-verify_hostname "$1" -brief </dev/null
}

@test "over TLS it is localhost, and nobody else" {
	run -0 verify localhost
	matches "$output" "*Verification: OK*"
	run ! verify 127.0.0.1
	matches "$output" "*ostname mismatch*"
	run ! openssl s_client -connect "localhost:$AMQPS_PORT" -no-CAfile -no-CApath \
		-no-CAstore -verify_return_error -brief </dev/null
}

# Where the server listens, as hexadecimal ADDRESS:PORT.
listening()
{
	local link sockets=
	for link in "/proc/$(cat "$MQTOOL_BROKER/pid")/fd/"*; do
		link=$(readlink "$link")
		[[ $link != socket:* ]] || sockets+=" ${link//[^0-9]/} "
	done
	awk -v sockets="$sockets" '$4 == "0A" && index(sockets, " " $10 " ") { print $2 }' \
		/proc/net/tcp /proc/net/tcp6 | sort
}

# Every process of these namespaces with the name $1.
named()
{
	local comm
	for comm in /proc/[0-9]*/comm; do
		[ "$(cat "$comm" 2>/dev/null)" != "$1" ] ||
			[ "$(readlink "${comm%comm}ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ] ||
			echo "$comm"
	done
}

@test "it listens on loopback alone, and epmd is not there" {
	broker ctl list_queues name
	run -0 listening
	equal "$output" "$(printf '0100007F:%04X\n' "$AMQP_PORT" "$AMQPS_PORT" "$DIST_PORT" | sort)"
	run -0 named beam.smp
	matches "$output" "/proc/*"
	run -0 named epmd
	equal "$output" ""
}
