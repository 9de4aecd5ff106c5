# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool watch as its users see it: what stays where, what is said, what can be done

load watch

# MQTOOL_WATCH_SECONDS: how long screens are left alone here; make soak has ten.
seconds=${MQTOOL_WATCH_SECONDS:-4}

# for_seconds COMMAND [ARG...]: it must succeed all that time, however often it is tried.
for_seconds()
{
	local end=$((SECONDS + seconds + 1)) tries=0
	while ((SECONDS < end)); do
		if ! "$@"; then
			echo "not after $tries tries: $*" >&2
			screen >&2
			return 1
		fi
		tries=$((tries + 1))
	done
	((tries > 2))
}

# The first five rows are those of the five that are full.
five_fullest()
{
	local rows
	rows=$(screen | sed -n '/ KIND/,$p' | sed -n '2,6p')
	[ "$(grep -c '/full[1-5] .* 100%!' <<<"$rows")" = 5 ]
}

# Fills and empties fifty-five queues, up to nine tenths; and makes and removes one.
play_traffic()
{
	local i=0
	while true; do
		i=$((i + 1))
		seq 9 | mqtool send -n -l "/q$((i % 55))" || :
		mqtool recv -a "/q$(((i + 3) % 55))" || :
		mqtool create -c 4 -s 8 "/z$i"
		mqtool rm "/z$i"
	done >/dev/null 2>&1
}

@test "sixty queues left alone: the five fullest stay on top" {
	printf '/q%d\n' {0..54} | xargs mqtool create -c 10 -s 8
	printf '/full%d\n' {1..5} | xargs mqtool create -c 2 -s 8
	for i in {1..5}; do
		mqtool send "/full$i" a b
	done
	# What is first at the beginning, but not for long, does not take the screen along.
	mqtool create /aaa -c 2 -s 8
	mqtool send /aaa a b
	terminal 80 24
	watch
	shows "1/61"
	mqtool recv -a /aaa >/dev/null
	wait_until five_fullest
	start play_traffic
	wait_until filled_some
	for_seconds five_fullest
	keys q
	ended 0
}

filled_some()
{
	screen | grep -q '/q[0-9]* .* 9/10 '
}

alarm()
{
	screen | sed -n 3p | grep -q '^! '
}

no_alarm()
{
	if alarm; then
		return 1
	fi
}

# One that stress-ng makes is on the screen, with messages that come and go.
stressed()
{
	screen | grep -qE '^[> +] (sysv|posix) .* [1-9][0-9]*(/[0-9]+)? .* [-+][0-9.]+[KMG]? '
}

@test "healthy fast traffic is no alarm" {
	command -v stress-ng >/dev/null || skip_loudly "stress-ng not found"
	terminal 139 24
	watch
	start stress-ng --quiet --mq 2 --msg 2 --timeout $((seconds + 30))
	wait_until stressed
	for_seconds no_alarm
	stressed || wait_until stressed
	# It ends its own, who remove their queues.
	kill -INT "$pid"
	wait_until exited "$pid"
	keys q
	ended 0
}

@test "a sender that is blocked for a moment is no alarm; one that stays is, with its age" {
	local sender receiver
	mqtool create /busy -c 1 -s 64
	start mqtool recv -f /busy >/dev/null
	receiver=$pid
	start mqtool send -l /busy < <(yes x 3>&-)
	sender=$pid
	terminal 139 24
	watch
	for_seconds no_alarm
	mqtool create /stuck -c 1 -s 64
	mqtool send /stuck a
	start mqtool send /stuck b
	blocked "$pid" mq_timedsend
	wait_until alarm
	run -0 screen
	[[ $output =~ "! /stuck: full, 1 sender blocked for "([2-9]|[1-9][0-9])s ]]
	# The age goes on.
	shows_not "${BASH_REMATCH[0]}"
	shows "! /stuck: full, 1 sender blocked for "
	run -0 screen
	[[ $output != *"! /busy"* ]]
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

# every_size LOCALE: from large to one cell and back; of the queue that is stuck as much is said as fits.
# tests/bats/i18n.bats has the other languages.
every_size()
{
	local size line
	some_queues
	terminal 120 40
	keys "export LC_ALL=$1" Enter
	keys "sh play -d 50ms" Enter
	shows "mqtool watch "
	# What the first line of each begins with; 1x1 is too small for curses.
	while read -r size line; do
		tm resize-window -x "${size%x*}" -y "${size#*x}"
		wait_until drawn "$size" "$line" || { screen >&2; return 1; }
		[ "$size" = 1x1 ] || shows "/orders"
		[ "$1" != C ] || run -1 grep -P '[^\x00-\x7f]' <(screen)
	done <<-'END'
		200x60 mqtool watch
		80x24 mqtool watch
		40x10 mqtool watch
		20x5 5 messages  1 full
		1x1
		120x40 mqtool watch
	END
	shows "! /orders: full, 1 sender blocked for "
	keys '?'
	shows "1/"
	keys Escape q
	ended 0
}

@test "every size in C" {
	every_size C
}

@test "every size in C.UTF-8" {
	every_size C.UTF-8
}

# row NAME: its numbers of messages and bytes, what is in use, and who waits, as the screen has them.
row()
{
	screen | grep -E "^[> ] (posix|sysv) +$1 " |
		sed -E 's/^[> ] //; s/([0-9])\/[0-9]+/\1/; s/%[!~]/%/; s/ (-|[+0-9.-]+) +[0-9]+s / /'
}

@test "in print there are the sums and the words of the screen" {
	some_queues
	terminal 139 24
	watch -d 1s
	shows "1 receiver, "
	shows "1 send"
	summary=$(screen | sed -n 2p)
	mqtool watch -b -n 1 -o kind,queue,messages,bytes,use,waiting >print
	# "   " there is "  " here, and what is not a sum is elsewhere.  The machine may have processes
	# that may not be looked at, now or then.
	want=$(sed -E 's/   queues .*//; s/   /  /g; s/ +$//; s/>= //g' <<<"$summary")
	equal "$want" "5 messages  9 bytes  1 full  waiting: 1 receiver, 1 sender"
	matches "$(sed '1s/>= //g; q' print)" "*  1 System V  1 POSIX  $want"
	matches "$(screen | sed -n 1p)" "*  1 System V  1 POSIX"
	for name in /orders key:0x4d510001; do
		equal "$(row "$name" | awk '{ print $1, $2, $3, $4, $5, $6, $7 }')" \
			"$(awk -v name="$name" '$2 == name { print $1, $2, $3, $4, $5, $6, $7 }' print)"
	done
	# For programs: the exact numbers.
	mqtool watch -j -n 1 -o +waiting >objects
	equal "$(jq -c -s '[(map(.messages) | add), (map(.bytes) | add), (map(.waiting) | add)]' objects)" \
		"[5,9,2]"
	equal "$(jq -c 'select(.use >= 100) | .queue' objects)" '"/orders"'
	keys q
	ended 0
}

# click X Y: the first button pressed and released at a cell, from 0, as terminals of TERM=screen send it.
click()
{
	local x y button
	x=$(printf %x $(($1 + 33)))
	y=$(printf %x $(($2 + 33)))
	for button in 20 23; do
		keys -H 1b 5b 4d $button "$x" "$y"
	done
}

# place TEXT: sets $x and $y to where it is on the screen.
place()
{
	local line
	line=$(screen | grep -nF -m 1 -- "$1")
	y=$((${line%%:*} - 1))
	line=${line#*:}
	line=${line%%"$1"*}
	x=${#line}
}

@test "headings, rows, the keys below and lines of menus can be clicked" {
	local x y
	mqtool create /aa /bb -c 4 -s 8
	mqtool send /bb 1
	terminal 100 24
	keys "export TERM=screen" Enter
	watch --mouse
	place QUEUE
	click $x $y
	shows "QUEUE▲"
	click $x $y
	shows "QUEUE▼"
	place "/aa "
	click $x $y
	shows "> posix /aa"
	click $x $y
	shows "── /aa  posix"
	place "e events"
	click $x $y
	shows "events, the last first"
	place "/ filter"
	click $x $y
	shows "Enter keeps, Esc clears"
	keys Escape
	shows "s sort"
	place "s sort"
	click $x $y
	shows "Sort by"
	place " MESSAGES "
	click $x $y
	shows "MESSAGES▼"
	place "q quit"
	click $x $y
	ended 0
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
