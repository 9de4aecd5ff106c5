# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# mqtool watch on a terminal: the messages of POSIX queues, which the kernel lets only root of the
# machine see.

load watch

@test "peeking into a POSIX queue shows messages by priority, follows them and leaves them" {
	[ -x "$MQTOOL_BUILD/mqtool-trace" ] || skip_loudly "mqtool-trace was not built"
	"$MQTOOL_BUILD/tests/helpers/ask-tracer" >allowed 2>&1 || skip_loudly "$(<allowed)"
	mqtool create -c 10 -s 64 /q
	printf 'one\033[31m\377' | mqtool send -p 5 /q
	mqtool send -p 32767 /q first
	terminal
	watch
	keys p
	shows "   #   PRIORITY   SIZE  DATA"
	shows '1      32767      5  first'
	shows '2          5      9  one\x1b[31m\xff'
	mqtool send -p 32766 /q second
	shows '2      32766      6  second'
	shows '3          5      9  one\x1b[31m\xff'
	keys Down Enter
	shows "message 2 of 3  priority 32766  6 bytes"
	keys Escape
	mqtool recv /q
	shows '1      32766      6  second'
	equal "$(waiting /q)" 2
	keys q
	ended 0
	mqtool rm /q
}
