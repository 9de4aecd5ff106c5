# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool watch as its users see it: what stays where, what is said, what can be done

load watch

@test "left alone, the fullest stay on top while queues come, fill and are drained" {
	local i
	for i in {1..60}; do
		printf '/q%d\n' "$i"
	done | xargs mqtool create -c 10 -s 8
	for i in {1..5}; do
		seq 10 | mqtool send -l "/q$i"
	done
	seq 9 | mqtool send -l /q9
	terminal 80 24
	watch
	shows "1/60"
	# What was first but is no more does not take the screen along.
	mqtool recv -a /q1 >/dev/null
	mqtool create /new -c 10 -s 8
	top_is()
	{
		[ "$(screen | sed -n '/ KIND/,$p' | sed -n '2,6p' | grep -c '/q[2-5] \|/q9 ')" = 5 ]
	}
	wait_until top_is
	keys q
	ended 0
}

@test "a sender that is blocked for a moment is no alarm; one that stays is, with its age" {
	mqtool create /busy -c 1 -s 64
	start mqtool recv -f /busy >/dev/null
	receiver=$pid
	start mqtool send -l /busy < <(yes x 3>&-)
	sender=$pid
	mqtool create /stuck -c 1 -s 64
	mqtool send /stuck a
	start mqtool send /stuck b
	blocked "$pid" mq_timedsend
	terminal 139 24
	watch
	shows "! /stuck: full, 1 sender blocked for "
	not_showing "! /busy"
	kill "$sender" "$receiver"
	mqtool recv /stuck >/dev/null
	shows_not "! /stuck"
	keys q
	ended 0
}

@test "messages scroll, say of how many, and one is shown whole" {
	mqtool create 0x7
	seq 1 61 | sed 's/^/message /' | mqtool send -l -t 4 0x7
	printf 'a\0b\377' | mqtool send 0x7
	terminal 100 30
	watch
	keys p
	shows "1 of 62"
	keys Down Down
	shows "3 of 62"
	keys End
	shows "62 of 62"
	keys Enter
	shows "message 62 of 62  type 1  4 bytes"
	shows "00000000   61 00 62 ff"
	keys h
	shows 'a\x00b\xff'
	keys Escape g Enter
	shows "message 1 of 62  type 4  9 bytes"
	keys Escape Tab q
	ended 0
}

@test "x shows the command, asks, does it and logs it" {
	mqtool create /q -c 4 -s 64
	mqtool send /q a b
	terminal 100 30
	watch
	keys x
	shows "watch changes nothing unless it is started with --allow-changes"
	keys Down Enter
	shows "mqtool rm /q"
	mqtool stat /q >/dev/null
	keys q
	ended 0
	rm after
	watch --allow-changes
	keys x Down Down Enter
	shows "message: "
	keys -l "it's me"
	keys Enter
	shows "Do it? [y/N]"
	keys n
	shows "nothing was changed"
	equal "$(mqtool stat -H -o messages /q | tr -d ' ')" 2
	keys x Down Down Enter
	keys -l "it's me"
	keys Enter y
	shows "a message sent from here"
	keys x Up Enter y
	shows "the message received"
	keys Escape x Enter y
	shows "2 messages thrown away"
	keys x Down Enter y
	shows "there are no queues"
	keys e
	shows "removed from here"
	equal "$(mqtool stat -H -o queue)" ""
	keys q
	ended 0
}

@test "the detail beside the table, and of a queue that goes" {
	some_queues
	terminal 200 60
	watch
	shows "sends 1 bytes"
	shows "│"
	shows "100% is 4"
	keys Down Up
	mqtool rm /orders
	shows "REMOVED"
	shows "it last held 4 messages, 4"
	keys q
	ended 0
}

@test "every size in every language says who is stuck, or as much as fits" {
	local size language
	some_queues
	terminal 120 40
	for language in C C.UTF-8 de_DE.UTF-8 es_ES.UTF-8 fr_FR.UTF-8; do
		keys "export LC_ALL=$language" Enter
		keys "sh play -d 50ms" Enter
		shows "mqtool watch "
		for size in 200x60 80x24 40x10 20x5 120x40; do
			tm resize-window -x "${size%x*}" -y "${size#*x}"
			wait_until drawn "${size#*x}"
			shows "/orders"
		done
		shows "! /orders: "
		keys '?'
		shows "1/"
		keys Escape q
		ended 0
		rm after
		keys clear Enter
	done
}

@test "search, focus and keys that do nothing" {
	mqtool create /alpha /beta /gamma -c 4 -s 8
	terminal 100 20
	watch
	keys F3
	shows "search: "
	keys -l "GAM"
	keys Enter
	selected()
	{
		screen | grep -q "^> *posix */$1"
	}
	wait_until selected gamma
	keys F3
	keys -l a
	keys Enter n
	wait_until selected alpha
	keys N
	wait_until selected gamma
	keys %
	shows "that key does nothing here"
	keys F2
	shows "Columns (Space"
	keys Escape F5 Tab
	shows "no messages are shown"
	keys q
	ended 0
}
