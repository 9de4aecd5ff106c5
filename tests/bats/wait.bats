# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool wait

load helper

setup()
{
	test_setup
	small_queues
}

# A wait that is never over.
pending()
{
	start timeout 60 mqtool wait "$@" 2>stderr
	timeout=$pid
	wait_until sleeps
}

# The mqtool under $timeout looks no more and sleeps.
sleeps()
{
	waiter=$(pgrep -P "$timeout") && in_epoll "$waiter"
}

in_epoll()
{
	grep -qE 'epoll|ep_poll' "/proc/$1/wchan" 2>/dev/null
}

# still_waits: it sleeps again, having been awake since $before was taken.
still_waits()
{
	wait_until looked_again
	wait_until sleeps
	! exited "$timeout"
}

looked_again()
{
	[ "$(switches)" -gt "$before" ]
}

switches()
{
	awk '/^voluntary/ { print $2 }' "/proc/$waiter/status"
}

# one_line TEXT: that is all of stderr.
one_line()
{
	equal "$stderr" "mqtool wait: $1"
}

# queues: one of each kind, made for the test, removed with it.
queues()
{
	create /w -c 5 -s 100
	create -b 1000 key:0x61
	set -- /w key:0x61
	both=("$@")
}

# ---- at once ----

@test "--messages: as many as are there, at once and in silence" {
	queues
	local queue n
	for queue in "${both[@]}"; do
		mqtool send "$queue" one
		mqtool send "$queue" two
		for n in "" --messages=1 --messages=2 "--messages 1"; do
			# shellcheck disable=SC2086
			run -0 mqtool wait $n "$queue"
			equal "$output" ""
		done
		run --separate-stderr -3 mqtool wait --messages=3 -T 0 "$queue"
		[[ $stderr == "mqtool wait: "*": messages waiting: 2, wanted: 3" ]]
		run -0 mqtool recv -a "$queue"
		equal "$output" $'one\ntwo'
		run --separate-stderr -3 mqtool wait -T 0 "$queue"
		[[ $stderr == "mqtool wait: "*": messages waiting: 0, wanted: 1" ]]
	done
}

@test "--empty" {
	queues
	local queue
	for queue in "${both[@]}"; do
		run -0 mqtool wait --empty "$queue"
		mqtool send "$queue" x
		run --separate-stderr -3 mqtool wait --empty -T 0 "$queue"
		[[ $stderr == "mqtool wait: "*": not empty; messages waiting: 1" ]]
	done
}

@test "--writable: room for a byte, or for SIZE bytes" {
	queues
	local size
	for size in "" =0 =1 =100; do
		run -0 mqtool wait "--writable$size" /w
		run -0 mqtool wait "--writable$size" key:0x61
	done
	run -0 mqtool wait --writable=1000 key:0x61
	head -c 900 /dev/zero | mqtool send key:0x61
	run -0 mqtool wait --writable=100 key:0x61
	run --separate-stderr -3 mqtool wait --writable=101 -T 0 key:0x61
	matches "$stderr" "mqtool wait: key:0x00000061: the queue is full: *900*1000"
	head -c 100 /dev/zero | mqtool send key:0x61
	run -3 mqtool wait --writable -T 0 key:0x61
	# The kernel takes an empty message still.
	run -0 mqtool wait --writable=0 key:0x61
	mqtool send -n key:0x61 ""
	mqtool send /w 1 2 3 4 5
	run --separate-stderr -3 mqtool wait --writable -T 0 /w
	matches "$stderr" "mqtool wait: /w: the queue is full: *5*"
	run -3 mqtool wait --writable=0 -T 0 /w
}

@test "--writable: as many messages as bytes fill a System V queue" {
	create -b 10 key:0x62
	yes "" | head -n 10 | mqtool send -l key:0x62
	run -3 mqtool wait --writable=0 -T 0 key:0x62
	mqtool recv key:0x62
	run -0 mqtool wait --writable=0 -T 0 key:0x62
}

@test "--exists, --gone" {
	queues
	local queue
	for queue in "${both[@]}"; do
		run -0 mqtool wait --exists "$queue"
		run --separate-stderr -3 mqtool wait --gone -T 0 "$queue"
		[[ $stderr == "mqtool wait: "*": the queue is still there" ]]
	done
	for queue in /gone key:0x404 id:2147483647; do
		run -0 mqtool wait --gone "$queue"
		run --separate-stderr -3 mqtool wait --exists -T 0 "$queue"
		[[ $stderr == "mqtool wait: "*": no such queue" ]]
	done
}

@test "--exists, --gone need no permission" {
	create -m 0 /closed key:0x63
	local queue
	for queue in /closed key:0x63; do
		run -0 without_capabilities mqtool wait --exists "$queue"
		run -3 without_capabilities mqtool wait --gone -T 0 "$queue"
	done
}

# ---- later ----

@test "until messages come, of both kinds, and takes none" {
	queues
	local queue
	for queue in "${both[@]}"; do
		pending "$queue"
		mqtool send "$queue" x
		finish "$timeout" 0
		equal "$(mqtool recv -n "$queue")" x
	done
}

@test "until enough of them have come" {
	queues
	local queue
	for queue in "${both[@]}"; do
		pending --messages=3 "$queue"
		before=$(switches)
		mqtool send "$queue" one
		mqtool send "$queue" two
		still_waits
		# What is taken meanwhile does not count.
		mqtool recv "$queue"
		before=$(switches)
		mqtool send "$queue" three
		still_waits
		mqtool send "$queue" four
		finish "$timeout" 0
	done
}

@test "until it is empty, also by somebody else's purge" {
	queues
	local queue
	for queue in "${both[@]}"; do
		mqtool send "$queue" one
		mqtool send "$queue" two
		pending --empty "$queue"
		before=$(switches)
		mqtool recv "$queue"
		still_waits
		mqtool purge "$queue"
		finish "$timeout" 0
	done
}

@test "until there is room" {
	queues
	mqtool send /w 1 2 3 4 5
	pending --writable=100 /w
	mqtool recv /w
	finish "$timeout" 0
	head -c 600 /dev/zero | mqtool send key:0x61
	head -c 400 /dev/zero | mqtool send key:0x61
	pending --writable=500 key:0x61
	mqtool recv -r key:0x61 >/dev/null
	finish "$timeout" 0
	# More room is made, too.
	pending --writable=1000 key:0x61
	mqtool set -b 2000 key:0x61
	finish "$timeout" 0
}

@test "until it is made, of both kinds and any mode" {
	local queue
	for queue in /coming key:0x64; do
		pending --exists "$queue"
		create -m 0 "$queue"
		finish "$timeout" 0
	done
	create /there
	pending --exists 'esc:/odd\x20name'
	before=$(switches)
	create /other
	still_waits
	create 'esc:/odd\x20name'
	finish "$timeout" 0
}

@test "until it is gone" {
	queues
	local queue
	for queue in "${both[@]}"; do
		pending --gone "$queue"
		before=$(switches)
		mqtool send "$queue" x
		still_waits
		mqtool rm "$queue"
		finish "$timeout" 0
	done
	run -0 mqtool create --private
	pending --gone "$output"
	mqtool rm "$output"
	finish "$timeout" 0
}

@test "one that takes its place at once is another one" {
	queues
	local queue
	for queue in "${both[@]}"; do
		pending --gone "$queue"
		# Stopped, it cannot see that there was none for a moment.
		kill -STOP "$waiter"
		mqtool rm "$queue"
		mqtool create "$queue"
		kill -CONT "$waiter"
		finish "$timeout" 0

		pending "$queue"
		kill -STOP "$waiter"
		mqtool rm "$queue"
		mqtool create "$queue"
		mqtool send "$queue" x
		kill -CONT "$waiter"
		finish "$timeout" 4
	done
}

# ---- what can never be ----

@test "removed while waiting: status 4, at once" {
	queues
	local queue condition
	for queue in "${both[@]}"; do
		for condition in --messages=2 --empty --writable; do
			[ "$queue" != /w ] || mqtool send /w 1 2 3 4 5
			[ "$queue" = /w ] || head -c 1000 /dev/zero | mqtool send "$queue"
			[ $condition != --messages=2 ] || mqtool purge "$queue"
			pending "$condition" "$queue"
			local begin=${EPOCHREALTIME/./}
			mqtool rm "$queue"
			finish "$timeout" 4
			((${EPOCHREALTIME/./} - begin < 5000000))
			[[ $(<stderr) == "mqtool wait: "*": the queue was removed" ]]
			create -c 5 -s 100 /w 2>/dev/null || create -b 1000 key:0x61
		done
	done
}

@test "no such queue: status 4" {
	local condition
	for condition in --messages=1 --empty --writable; do
		run --separate-stderr -4 mqtool wait "$condition" /gone
		one_line "/gone: no such queue ('mqtool create /gone' makes it)"
		run -4 mqtool wait "$condition" key:0x404
		run -4 mqtool wait "$condition" id:2147483647
	done
}

@test "more messages than it holds: status 1" {
	queues
	run --separate-stderr -1 mqtool wait --messages=6 /w
	one_line "/w: can never hold that many: at most 5 messages (its mq_maxmsg)"
	run --separate-stderr -1 mqtool wait --messages=1001 key:0x61
	one_line "key:0x00000061: can never hold that many: at most 1000 messages (its msg_qbytes)"
	run -3 mqtool wait --messages=5 -T 0 /w
	run -3 mqtool wait --messages=1000 -T 0 key:0x61
	run -1 mqtool wait --messages=18446744073709551615 -T 0 /w
}

@test "a message larger than it takes: status 1, with the limit" {
	queues
	run --separate-stderr -1 mqtool wait --writable=101 /w
	one_line "/w: 101 bytes; /w takes at most 100 (its mq_msgsize, fixed by mqtool create \
--message-size)"
	run --separate-stderr -1 mqtool wait --writable=1001 key:0x61
	matches "$stderr" "*: 1001 bytes; * takes at most 1000 (its msg_qbytes; *"
	run --separate-stderr -1 mqtool wait --writable=8193 key:0x61
	matches "$stderr" "*: 8193 bytes; * takes at most 8192 (kernel.msgmax; *"
	mqtool set -b 0 key:0x61
	run --separate-stderr -1 mqtool wait --writable=0 key:0x61
	matches "$stderr" "* takes no message at all: its msg_qbytes is 0 *"
}

@test "a limit lowered while waiting: status 1" {
	queues
	head -c 1000 /dev/zero | mqtool send key:0x61
	pending --writable=500 key:0x61
	mqtool set -b 400 key:0x61
	finish "$timeout" 1
	matches "$(<stderr)" "mqtool wait: key:0x00000061: 500 bytes; *"
	pending --messages=300 key:0x61
	mqtool set -b 200 key:0x61
	finish "$timeout" 1
}

@test "permission denied: status 5" {
	create -m 0 /closed
	local condition
	for condition in --messages=1 --empty --writable; do
		run --separate-stderr -5 without_capabilities mqtool wait "$condition" /closed
		one_line "/closed: permission denied (mode 0000, owner root:root)"
	done
	# Whichever way a queue opens will do, and System V asks for nothing.
	mqtool set -m 200 /closed
	run -0 without_capabilities mqtool wait --empty /closed
	create -m 0 key:0x65
	run -0 without_capabilities mqtool wait --empty key:0x65
}

@test "an ftok path that is not there: status 1" {
	local condition
	for condition in --messages=1 --exists --gone; do
		run --separate-stderr -1 mqtool wait "$condition" ftok:/no/such
		one_line "ftok:/no/such: no key from this path: No such file or directory"
	done
	run -3 mqtool wait --exists -T 0 ftok:/
}

# ---- how long ----

# waits CONDITION TIMEOUT QUEUE: for nothing, in $took ms.
waits()
{
	local begin=${EPOCHREALTIME/./}
	run -3 mqtool wait "$1" -T "$2" "$3"
	took=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

@test "-T: status 3, in time and not before" {
	queues
	local queue condition attempt without
	for queue in "${both[@]}"; do
		for condition in --messages=1 --gone; do
			# Within 10 % and 20 ms.  A busy machine may be late, but not each time.
			for attempt in {1..20}; do
				waits "$condition" 0 "$queue"
				without=$took
				waits "$condition" 250ms "$queue"
				[ "$took" -ge 250 ]
				[ $((took - without)) -gt 295 ] || break
			done
			[ $((took - without)) -le 295 ]
		done
	done
	run -3 mqtool wait --exists --timeout=.01 /gone
	# A time beyond all clocks.
	run -0 mqtool wait --exists -T 100000d /w
}

@test "SIGTERM, SIGHUP and SIGINT end it, and it dies by them" {
	queues
	local queue sig
	for queue in "${both[@]}"; do
		for sig in TERM HUP INT; do
			# Processes in the background ignore SIGINT from the start.
			start perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' mqtool wait "$queue"
			wait_until in_epoll "$pid"
			kill "-$sig" "$pid"
			finish "$pid" "$((128 + $(kill -l "$sig")))"
		done
	done
}

@test "a signal that is ignored from the start stays so" {
	queues
	start env --ignore-signal=HUP mqtool wait /w
	wait_until in_epoll "$pid"
	kill -HUP "$pid"
	mqtool send /w x
	finish "$pid" 0
}

# ---- taking no part ----

@test "no descriptor of a queue is kept while waiting for it to go" {
	queues
	pending --gone /w
	run ls -l "/proc/$waiter/fd"
	[[ $output != */w* ]]
	mqtool rm /w
	finish "$timeout" 0
}

@test "receivers in line are served, and a notification stays" {
	queues
	local program=$MQTOOL_BUILD/tests/helpers/blocked
	start mqtool recv /w
	local receiver=$pid
	blocked "$receiver" mq_timedreceive
	pending /w
	before=$(switches)
	mqtool send /w first
	finish "$receiver" 0
	still_waits
	start "$program" notify /w >out
	local notified=$pid
	wait_until grep -q ready out
	run -3 mqtool wait -T .01 /w
	run -0 mqtool wait --writable /w
	run -0 mqtool wait --exists /w
	equal "$(mqtool stat -H -o notify /w)" "$notified"
	mqtool send /w second
	finish "$notified" 0
	finish "$timeout" 0
}

@test "times and pids stay as they were" {
	need_mqueue
	queues
	mqtool send /w x
	mqtool send key:0x61 x
	touch -d @1000 -a /dev/mqueue/w
	local now before after
	before=$(stat -c '%X %Y %Z' /dev/mqueue/w; cat /proc/sysvipc/msg)
	now=$(date +%s)
	wait_until eval '[ "$(date +%s)" -gt $((now + 1)) ]'
	mqtool wait /w
	mqtool wait key:0x61
	run -3 mqtool wait --empty -T .01 /w
	run -3 mqtool wait --empty -T .01 key:0x61
	after=$(stat -c '%X %Y %Z' /dev/mqueue/w; cat /proc/sysvipc/msg)
	equal "$after" "$before"
}

@test "without /dev/mqueue, and with that of another namespace" {
	need_mqueue
	create /w
	pending_in()
	{
		start timeout 60 "$@"
		timeout=$pid
	}
	# Nothing tells of a queue that comes then, and looking finds it.
	pending_in unshare -im bash -c 'umount /dev/mqueue; mqtool wait --exists -T 30 /coming & p=$!
		mqtool create /coming; wait $p'
	finish "$timeout" 0
	pending_in unshare -i bash -c 'mqtool wait --exists -T 0 /w; [ $? = 3 ] || exit 9
		mqtool create /w; mqtool wait --gone -T 30 /w & p=$!; mqtool rm /w; wait $p'
	finish "$timeout" 0
	run -0 mqtool wait --exists /w
}

# ---- usage ----

@test "exactly one condition" {
	queues
	local a b
	for a in --messages=1 --empty --writable --writable=5 --exists --gone; do
		run -2 mqtool wait -T 0 "$a" "$a" /w /w
		for b in --messages=1 --empty --writable --writable=5 --exists --gone; do
			[ "${a%%=*}" != "${b%%=*}" ] || continue
			run --separate-stderr -2 mqtool wait -T 0 "$a" "$b" /w
			equal "${stderr_lines[0]}" "mqtool wait: --messages, --empty, --writable, \
--exists and --gone exclude each other"
		done
	done
	# The same again: the last wins.
	run -0 mqtool wait -T 0 --writable=1000 --writable=10 /w
	run -0 mqtool wait -T 0 --writable=1000 --writable /w
	mqtool send /w x
	run -0 mqtool wait -T 0 --messages=4 --messages=1 /w
}

@test "wrong options, values and names" {
	queues
	local bad
	for bad in --messages --messages=0 --messages= --messages=-1 --messages=1x --messages=0x1 \
		--messages=99999999999999999999 --empty=1 --exists=1 --gone=1 --writable= \
		--writable=x --writable=-1 --writable=1.5 -T -T= -Tx -T-1 -T1y -n -q --bogus; do
		run --separate-stderr -2 mqtool wait /w "$bad"
		equal "$output" ""
	done
	run --separate-stderr -2 mqtool wait --writable=x /w
	equal "${stderr_lines[0]}" "mqtool wait: --writable: 'x' is not a size (digits, then K, M, G \
or nothing)"
	for bad in msg 12 "" /a/b id:4294967298 key:0 /dev/mqueue/w; do
		run --separate-stderr -2 mqtool wait "$bad"
		equal "${#stderr_lines[@]}" 1
	done
	run --separate-stderr -2 mqtool wait
	equal "${stderr_lines[0]}" "mqtool wait: no queue given"
	run --separate-stderr -2 mqtool wait /w key:0x61
	equal "${stderr_lines[0]}" "mqtool wait: extra operand 'key:0x61'"
}

@test "--writable does not take the next word" {
	queues
	run -0 mqtool wait --writable /w
	run -0 mqtool wait /w --writable
	run -0 mqtool wait --writable -T 0 /w
	run -2 mqtool wait --writable 5 /w
}

@test "--help names the options" {
	run -0 mqtool wait --help
	local option
	for option in --messages=N --empty '--writable\[=SIZE\]' --exists --gone --timeout=DURATION; do
		matches "$output" "*$option*"
	done
}
