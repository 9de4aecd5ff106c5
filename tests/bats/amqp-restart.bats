# SPDX-License-Identifier: GPL-2.0-or-later
#
# Brokers that die and come back: no message that was confirmed is lost, what is not confirmed is
# named, and who follows a queue goes on.
#
# needs: broker

load helper
load broker

setup()
{
	amqp_setup
}

@test "recv -f outlives the broker: it says so, connects again, and gets the rest" {
	local follower
	mqtool create "$q" "$q.handled"
	seq 300 | send -l "$q"
	seq 4 | send -l "$q.handled"
	start mqtool recv -f "$q" >got 2>err
	follower=$pid
	mkfifo go
	exec 9<>go
	start mqtool recv -f "$q.handled" -- sh -c 'cat >>out; echo >>out; read -r _ <go' 2>err2 9>&-
	wait_until lines_in 300 got
	wait_until lines_in 1 out
	tables_on_disk
	broker kill
	wait_until grep -q "connection.*lost" err
	run ! exited "$follower"
	broker restart
	# What COMMAND was at goes on, and the message comes again.
	printf '\n\n\n\n\n\n' >&9
	handled()
	{
		[ "$(sort -u out)" = "$(seq 4)" ]
	}
	wait_until handled
	kill -TERM "$pid"
	echo >&9
	finish "$pid" 143
	exec 9>&-
	grep -q "connection.*lost" err2
	seq 301 400 | send -l "$q"
	wait_until grep -qx 400 got
	# A graceful end is no other.
	broker restart
	seq 401 500 | send -l "$q"
	wait_until grep -qx 500 got
	kill -TERM "$follower"
	finish "$follower" 143
	sort -n -u got | diff - <(seq 500)
	equal "$(waiting "$q")" 0
}

@test "the broker is killed: what was confirmed is there, and send says what was not" {
	local receiver
	mqtool create "$q" "$q.other"
	mqtool create --quorum "$q.quorum"
	mqtool create --max-priority=5 "$q.priority"
	tables_on_disk
	send "$q.quorum" kept
	send -p 5 "$q.priority" kept
	start mqtool recv -c 5 "$q.other" >out 2>recv.err
	receiver=$pid
	send "$q.other" a b
	wait_until lines_in 2 out
	fed mqtool send -l "$q" 2>send.err
	seq 1000000 >&8 2>seq.err &
	exec 8>&-
	wait_until at_least "$q" 2000
	broker kill
	finish "$pid" 1
	finish "$receiver" 1
	matches "$(cat recv.err)" "mqtool recv: $q.other: *lost*"
	matches "$(cat send.err)" "mqtool send: line *: $q: *sent before it; not confirmed: *"
	[ "$(given_by send.err)" -ge 2000 ]
	broker restart
	recv -a "$q" >got
	arrived send.err got
	send "$q.other" c
	recv -a "$q.other" >>out
	equal "$(sort -u out | tr -d '\n')" abc
	# It says that it is empty until it has chosen a leader.
	wait_until is_waiting "$q.quorum" 1
	holds "$q.quorum" '[kept]'
	holds "$q.priority" '[kept]'
}

@test "a loop of send sends again what is not confirmed: nothing is lost" {
	local status tries=0 killer
	mqtool create "$q"
	tables_on_disk
	seq 40000 >rest
	: >again
	# The broker dies again and again meanwhile.
	(
		for i in 1 2; do
			wait_until at_least "$q" $((i * 4000))
			broker kill
			broker restart
		done
	) 3>&- &
	killer=$!
	while [ -s rest ] && [ $((tries += 1)) -lt 300 ]; do
		status=0
		mqtool send -l "$q" <rest 2>err || status=$?
		if [ $status = 0 ]; then
			: >rest
		elif grep -q 'sent before it' err; then
			unconfirmed_in err | awk 'NR == FNR { n[$1]; next } FNR in n' - rest >unconfirmed
			cat unconfirmed >>again
			tail -n +$(($(given_by err) + 1)) rest | cat unconfirmed - >next
			mv next rest
		fi
		[ $status = 0 ] || sleep 0.1
	done
	finish "$killer" 0
	[ ! -s rest ]
	[ -s again ]
	recv -a "$q" >got
	sort -n -u got | diff - <(seq 40000) >lost || { head lost >&2; return 1; }
	# What came twice was not confirmed.
	sort got | uniq -d | comm -23 - <(sort again) >doubled
	[ ! -s doubled ]
	echo "# $(sort got | uniq -d | wc -l) of $(wc -l <again) unconfirmed messages came twice" >&3
}
