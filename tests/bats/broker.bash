# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Helpers of the *.bats files that have "# needs: broker", read after helper: load broker
#
# All tests of a file have one RabbitMQ server; $AMQP_PORT, $AMQPS_PORT and $AMQP_CA are its own.
# A file about mqtool has amqp_setup() for its setup(); its tests find in $at what stands before the
# name of a queue, and in $q a queue that is theirs to make.

# A server takes its time on a busy machine.
WAIT_LIMIT=60

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

amqp_setup()
{
	broker_setup || return
	[ -x "$MQTOOL_BUILD/mqtool-amqp" ] ||
		skip_loudly "mqtool-amqp was not built; install librabbitmq-dev and libssl-dev"
	# Users and authorities are those that a test names.
	unset "${!MQTOOL_AMQP_@}" SSL_CERT_FILE SSL_CERT_DIR
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD HOME=$BATS_TEST_TMPDIR
	at=amqp://127.0.0.1:$AMQP_PORT
	name=test$BATS_TEST_NUMBER
	q=$at/$name
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
	# Those of quorum queues are of another kind.
	equal "$(broker ctl eval 'lists:usort([mnesia:dump_log() | [dets:sync(T) || T <- dets:all()]]).')" \
		"[dumped,ok]"
}

need_amqp_tools()
{
	command -v amqp-publish >/dev/null || skip_loudly "amqp-publish not found; install amqp-tools"
}

# fails STATUS TEXT COMMAND ARG...: mqtool COMMAND ARG... ends with that status and one line on stderr
# (TEXT is a pattern), two where it is 2; $output has the rest.
fails()
{
	local status=$1 text=$2
	shift 2
	run "-$status" --separate-stderr timeout 20 mqtool "$@"
	matches "${stderr_lines[0]}" "mqtool $1: $text" || return
	[ "$status" = 2 ] || equal "${#stderr_lines[@]}" 1
}

# is_gone QUEUE: true if there is no such queue.
is_gone()
{
	mqtool wait --gone -T 0 "$1"
}

# fed COMMAND [ARG...]: starts it with a pipe for its standard input, which descriptor 8 writes to.
fed()
{
	mkfifo fed
	exec 8<>fed
	start "$@" <fed 8>&-
	exec 8>&- 8>fed
}

# at_least QUEUE N: true if at least N messages wait there now.
at_least()
{
	local now
	now=$(waiting "$1") && [ "$now" -ge "$2" ]
}

# lines_in N FILE...: true if they have N lines now.
lines_in()
{
	[ "$(cat "${@:2}" | wc -l)" -ge "$1" ]
}

# unconfirmed_in FILE: the numbers of the messages that may not have arrived, from what send said on
# stderr, one a line.
unconfirmed_in()
{
	sed -n 's/.*; not confirmed: //p' "$1" | sed 's/[^0-9, -].*//' | tr -d ' ' | tr , '\n' |
		awk -F- 'NF { for (i = $1; i <= $NF; i++) print i }'
}

# given_by FILE: how many messages it had given away by then.
given_by()
{
	echo $(($(sed -n 's/.*; \([0-9]*\) messages\? w[a-z]* sent before it.*/\1/p' "$1") +
		$(unconfirmed_in "$1" | wc -l)))
}

# arrived FILE GOT: of the lines of seq(1) that send had given away when it wrote FILE, those that it
# did not name are in GOT, and nothing is there twice.
arrived()
{
	local err=$1 got=$2 given
	given=$(given_by "$err")
	sort -n "$got" | uniq -d >doubled
	[ ! -s doubled ] || { echo "doubled: $(head doubled)" >&2; return 1; }
	seq "$given" | sort | comm -23 - <(unconfirmed_in "$err" | sort) |
		comm -23 - <(sort "$got") >lost
	[ ! -s lost ] || { echo "lost: $(wc -l <lost): $(head lost)" >&2; return 1; }
}

# amqp TOOL [ARG...]: amqp-TOOL of amqp-tools, as guest on the vhost "/".
amqp()
{
	"amqp-$1" --server=127.0.0.1 --port="$AMQP_PORT" --username=guest --password=guest "${@:2}"
}
