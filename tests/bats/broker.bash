# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Helpers of the *.bats files that have "# needs: broker", read after helper: load broker
#
# All tests of a file have one RabbitMQ server; $AMQP_PORT, $AMQPS_PORT and $AMQP_CA are its own.
# A test names its queues after itself ($BATS_TEST_NUMBER), as they stay.

setup()
{
	broker_setup
}

teardown()
{
	broker_teardown
}

broker_setup()
{
	test_setup || return
	[ -n "${MQTOOL_BROKER-}" ] || { echo "there is no server; use: make check" >&2; return 1; }
	# shellcheck source=/dev/null
	. "$MQTOOL_BROKER/env"
}

# The next test finds a server that answers.
broker_teardown()
{
	test_teardown
	broker resume 2>/dev/null || broker restart
}

# broker VERB [ARG...]: tests/broker, of the server of this file.
broker()
{
	"$BATS_TEST_DIRNAME/../broker" "$1" "$MQTOOL_BROKER" "${@:2}"
}

# A server that is killed may forget a durable queue that it said it has made, and with it messages
# that it confirmed, until it has come to write its tables.
tables_on_disk()
{
	equal "$(broker ctl eval 'mnesia:dump_log().')" dumped
}

need_amqp_tools()
{
	command -v amqp-publish >/dev/null || skip_loudly "amqp-publish not found; install amqp-tools"
}

# amqp TOOL [ARG...]: amqp-TOOL of amqp-tools, as guest on the vhost "/".
amqp()
{
	"amqp-$1" --server=127.0.0.1 --port="$AMQP_PORT" --username=guest --password=guest "${@:2}"
}
