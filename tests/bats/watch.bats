# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool watch on a terminal: tmux plays it, with a plain sh in it

load watch

@test "the first screen: queues, their use, who waits and what is wrong" {
	some_queues
	terminal
	watch
	shows "1 System V  1 POSIX"
	shows "5 messages"
	shows "1 full   waiting: "
	shows "1 receiver, "
	# Not before they have waited for two seconds; the gravest comes first.
	shows "! /orders: full, 1 sender blocked for "
	shows "(+1 more)"
	run -0 screen
	grep -qE '^> posix +/orders +4/4 +4 +100%! +[-0] +[0-9]+s +1 send' <<<"$output"
	grep -qE '^  sysv +key:0x4d510001 +1 +5 +0% +[-0] +[0-9]+s +1 recv' <<<"$output"
	matches "$output" "*USE%▼*? help*q quit*"
	tm resize-window -x 139 -y 30
	shows "key:0x4d510001: no message of type 77 is queued, 1 receiver waits for "
	keys q
	ended 0
}

@test "a queue comes, fills, is drained and goes under the eyes" {
	terminal
	watch
	shows "there are no queues"
	mqtool create /q -c 2 -s 8
	shows "/q"
	keys e
	shows "created            /q"
	mqtool send /q a b
	shows "100%!"
	shows "full               /q"
	mqtool recv -a /q >/dev/null
	shows "drained            /q"
	mqtool rm /q
	shows "removed            /q"
	shows "there are no queues"
	keys q
	ended 0
}

@test "the detail pane names who is blocked, and outlives its queue" {
	some_queues
	terminal 120 30
	# What went is shown for one look.
	watch -d 2s
	keys Enter
	shows "mode 0600"
	shows "! full: 1 sender is blocked"
	run -0 screen
	grep -qE ' [0-9]+ mqtool +fd [0-9]+ +w +blocked [0-9]+s, sends 1 bytes' <<<"$output"
	shows "every"
	mqtool rm /orders
	shows "REMOVED"
	shows "/orders  posix"
	shows "it last held 4 messages"
	shows_not "x posix"
	shows "it last held 4 messages"
	keys Home
	shows "key:0x4d510001  sysv"
	shows "! 1 receiver waits for type 77: none is queued"
	shows ", receives type 77"
	keys Escape
	shows_not "receives type 77"
	keys q
	ended 0
}

@test "peeking shows messages and leaves them, hostile bytes escaped" {
	mqtool create 0x7
	printf 'one\033[31m\377' | mqtool send -t 5 0x7
	before=$(mqtool stat -o received,lrpid,messages -H 0x7)
	terminal
	watch
	keys p
	shows '1          5      9  one\x1b[31m\xff'
	equal "$(mqtool stat -o received,lrpid,messages -H 0x7)" "$before"
	keys q
	ended 0
}

@test "messages of a POSIX queue without mqtool-trace, or privilege: the pane says why" {
	mqtool create -c 10 -s 64 /q
	mqtool send /q x
	# The screen alone.
	mkdir "$BATS_TEST_TMPDIR/libexec"
	cp "$MQTOOL_BUILD/mqtool-watch" "$BATS_TEST_TMPDIR/libexec"
	MQTOOL_LIBEXECDIR=$BATS_TEST_TMPDIR/libexec
	terminal
	watch
	keys p
	shows "messages cannot be looked at: "
	keys Enter
	shows "the message cannot be looked at: "
	keys Escape q
	ended 0
	equal "$(waiting /q)" 1
}

@test "filter and sort" {
	mqtool create /aa /bb /cc -c 4 -s 8
	mqtool send /bb 1
	terminal
	watch
	keys /
	shows "Enter keeps, Esc clears"
	keys -l bb
	shows_not "/aa"
	shows "/bb"
	keys BSpace BSpace
	shows "/aa"
	keys -l 'use>x'
	shows "'x' is not a value of USE%"
	keys BSpace 20 Enter
	shows "filter: use>20"
	shows_not "/aa"
	keys Escape
	shows "/aa"
	first()
	{
		screen | sed -n '/ KIND/{n;p}' | grep -q "/$1"
	}
	wait_until first bb
	keys N
	wait_until first aa
	keys R
	wait_until first cc
	keys M
	wait_until first bb
	keys s
	shows "Sort by"
	keys Home Enter
	shows "QUEUE▲"
	keys '>'
	shows "MESSAGES▼"
	keys '<'
	shows "QUEUE▲"
	keys F6
	shows "Sort by"
	keys Escape
	shows "QUEUE▲"
	keys q
	ended 0
}

@test "every other key" {
	mqtool create /aa -c 4 -s 8
	mqtool create 0x9
	terminal
	watch
	keys '?'
	shows "quit; Esc goes back one step"
	keys PPage NPage Escape
	shows "? help"
	keys F1
	shows "next page"
	keys Escape
	keys o
	shows "[ ] MODE"
	keys Down Down Down Down Down Space Escape
	keys End Up Up j k Home G g
	shows "sorting paused"
	keys Space
	shows "PAUSED"
	mqtool send /aa x
	shows "PAUSED"
	keys Space
	shows "1 message "
	keys +
	keys + + + + +
	shows "every 3.2s"
	keys -
	shows "every 1.6s"
	keys + + + + + + + + - - - - - - -
	shows "every 800ms"
	keys t
	shows "System V only"
	shows_not "/aa"
	keys t
	shows "POSIX only"
	keys t
	shows "/aa"
	keys z
	shows "idle queues hidden"
	shows_not "key:0x00000009"
	keys z
	shows "key:0x00000009"
	keys f
	shows "FOLLOW"
	keys f
	keys i
	shows "processes not looked at"
	keys i
	shows_not "processes not looked at"
	equal "$(flags | cut -d' ' -f4)" 0
	keys m
	mouse_on()
	{
		[ "$(flags | cut -d' ' -f4)" = 1 ]
	}
	wait_until mouse_on
	keys r C-l
	keys e
	shows "events, the last first"
	keys Escape
	shows_not "events, the last first"
	# Esc ends nothing.
	keys Escape Escape
	shows "/aa"
	keys F10
	ended 0
}

@test "MODE and HISTORY chosen on the command line" {
	mqtool create -m 640 /aa -c 4 -s 8
	terminal 120 20
	watch -o kind,queue,mode,history -s queue:r --filter aa -P
	shows "0640"
	shows "filter: aa"
	shows "QUEUE▼"
	keys q
	ended 0
}

@test "any size, there and back" {
	local size line
	some_queues
	terminal 200 60
	watch
	keys Enter
	# What the first line of each begins with; 1x1 is too small for curses.
	while read -r size line; do
		tm resize-window -x "${size%x*}" -y "${size#*x}"
		wait_until drawn "$size" "$line" || { screen >&2; return 1; }
		[ -d "/proc/$watch_pid" ]
	done <<-'END'
		200x60 mqtool watch
		100x30 mqtool watch
		40x5 5 messages  9 bytes  1 full
		20x3 5 messages  1 full
		10x2 5 messages
		1x1
		3x50 mq…
		200x1 5 messages  9 bytes   1 full   waiting:
		1x5 …
		2x1 5…
		80x24 mqtool watch
	END
	shows "mqtool watch"
	shows "/orders  posix"
	shows "? help"
	keys q
	ended 0
}

# suspended PANE: stopped with the terminal as the shell had it, and continued where it was.
suspended()
{
	shows "$1"
	keys C-z
	shows "Stopped"
	equal "$(flags)" "0 1 0 0" || return
	keys 'clear; stty -g | cmp - before && echo same' Enter
	wait_until grep_line same || return
	keys "clear; fg" Enter
	shows "$1"
}

# As a job of the shell itself, which then can continue it.
watch_as_job()
{
	keys "stty -g >before" Enter "mqtool watch -d 50ms $*" Enter
	shows " KIND"
}

ended_as_job()
{
	keys q
	wait_until grep_line 'ready>'
	keys 'echo "status $?" >after; stty -g >>after' Enter
	ended 0
}

@test "stopped and continued, also with another size meanwhile" {
	mqtool create /aa -c 4 -s 8
	terminal
	watch_as_job
	keys C-z
	shows "Stopped"
	equal "$(flags)" "0 1 0 0"
	keys 'stty -g | cmp - before && echo same' Enter
	wait_until grep_line same
	tm resize-window -x 60 -y 12
	keys fg Enter
	shows "/aa"
	shows " QUEUE"
	wait_until narrow
	ended_as_job
}

@test "stopped and continued in every pane" {
	mqtool create 0x7 -b 1000
	mqtool send 0x7 hello
	terminal 100 30
	watch_as_job --mouse --allow-changes
	suspended "key:0x00000007"
	keys Enter
	suspended "── key:0x00000007  sysv"
	keys p
	suspended "1 of 1"
	keys Enter
	suspended "message 1 of 1"
	keys Escape Escape e
	suspended "events, the last first"
	keys '?'
	suspended "quit; Esc goes back one step"
	keys Escape s
	suspended "Sort by"
	keys Escape o
	suspended "Columns (Space"
	keys Escape / 0
	suspended "filter: 0"
	keys Escape F3
	suspended "search: "
	keys Escape x
	suspended "mqtool purge"
	keys Down Down Enter
	suspended "message: "
	keys x Enter
	suspended "Do it? [y/N]"
	keys n Space
	suspended "PAUSED"
	ended_as_job
}

@test "an error that ends it leaves the terminal as it was" {
	mqtool create /aa -c 4 -s 8
	start unshare -i sleep 60
	terminal
	watch --namespace="$pid"
	kill "$pid"
	ended 4
	shows "there is no process $pid"
}

# The screen has a line that is just that.
grep_line()
{
	screen | grep -qx "$1 *"
}

narrow()
{
	! screen | grep -q '.\{61\}' && screen | tail -n 1 | grep -q "q quit"
}

@test "each signal that ends it leaves the terminal as it was" {
	local sig
	mqtool create /aa -c 4 -s 8
	terminal
	for sig in HUP INT QUIT TERM ALRM VTALRM PROF USR1 USR2 XCPU IO PWR; do
		rm -f after
		watch
		equal "$(flags)" "1 0 1 0"
		kill -"$sig" "$watch_pid"
		ended $((128 + $(kill -l "$sig")))
		keys clear Enter
	done
	rm -f after
	watch
	keys C-c
	ended 130
}

@test "a crash leaves the terminal as it was" {
	local sig
	mqtool create /aa -c 4 -s 8
	terminal
	for sig in SEGV ABRT BUS; do
		rm -f after
		watch --mouse
		kill -"$sig" "$watch_pid"
		wait_until test -s after
		wait_until lines_in after 2
		equal "$(tail -n 1 after)" "$(cat before)"
		equal "$(flags)" "0 1 0 0"
		keys clear Enter
	done
}

@test "a signal that was ignored stays so" {
	mqtool create /aa -c 4 -s 8
	terminal
	keys "trap '' INT" Enter
	watch
	kill -INT "$watch_pid"
	mqtool create /bb
	shows "/bb"
	keys q
	ended 0
}

@test "a terminal that goes away ends it" {
	mqtool create /aa -c 4 -s 8
	terminal
	watch
	tm kill-server
	wait_until exited "$watch_pid"
	terminal
	keys "trap '' HUP" Enter
	watch
	tm kill-server
	wait_until exited "$watch_pid"
}

@test "no colour where none is wanted, and some where it is" {
	some_queues
	terminal
	watch
	colour()
	{
		screen -e | grep -q $'\e\\[[0-9;]*3[0-7]m'
	}
	wait_until colour
	keys q
	ended 0
	rm after
	keys "export NO_COLOR=1" Enter
	watch
	shows "100%!"
	run ! colour
	keys q
	ended 0
	rm after
	watch --color=always
	wait_until colour
	keys q
	ended 0
	rm after
	keys "unset NO_COLOR" Enter
	watch --color=never
	shows "100%!"
	run ! colour
	keys q
	ended 0
}

@test "ASCII where the locale is C, or as asked" {
	mqtool create 'esc:/\xc3\xa4' -c 1 -s 8
	mqtool send 'esc:/\xc3\xa4' x
	terminal
	keys "export LC_ALL=C" Enter
	watch
	shows '/\xc3\xa4'
	shows "USE%v"
	shows "@"
	run -1 grep -P '[^\x00-\x7f]' <(screen)
	keys q
	ended 0
	rm after
	keys "export LC_ALL=C.UTF-8" Enter
	watch
	shows '/ä'
	shows "█"
	keys q
	ended 0
	rm after
	watch --ascii
	shows "USE%v"
	shows "@"
	keys q
	ended 0
}

@test "hostile names" {
	mqtool create 'esc:/a\x1b[31m\x0ab' 'esc:/\xff\x80' 'esc:/..x' 'esc:/\x20' -c 1 -s 8
	mqtool create "/$(printf '%0254d' 0)"
	terminal
	watch
	shows 'esc:/a\x1b[31m\x0ab'
	shows 'esc:/\xff\x80'
	shows '/..x'
	shows '000000000…'
	keys Enter Down Down Down Down Down
	shows "/"
	keys q
	ended 0
}

@test "a terminal that is not known, one that can do nothing, and none" {
	mqtool create /aa -c 4 -s 8
	terminal
	keys "TERM=nosuch" Enter
	watch
	shows "the terminal's type is not known here: taken for xterm"
	keys q
	ended 0
	rm after
	keys "clear; TERM=dumb; mqtool watch; echo \"status \$?\" >after" Enter
	wait_until test -s after
	equal "$(cat after)" "status 2"
	shows "a terminal of type 'dumb' cannot show a screen; to print instead, use --batch"
	rm after
	keys "clear; mqtool watch </dev/null; echo \"status \$?\" >after" Enter
	wait_until test -s after
	equal "$(cat after)" "status 2"
	shows "standard input is not a terminal"
	rm after
	keys "clear; mqtool watch | cat; echo done >after" Enter
	wait_until test -s after
	shows "standard output is not a terminal"
}

@test "it ends by itself after -n looks" {
	mqtool create /aa -c 4 -s 8
	terminal
	keys "sh play -n 3 -d 50ms" Enter
	ended 0
}

@test "without the sibling it says which package has it" {
	terminal 120 20
	keys "MQTOOL_LIBEXECDIR=/nonexistent mqtool watch; echo \"status \$?\" >after" Enter
	wait_until test -s after
	equal "$(cat after)" "status 1"
	shows "the screen is not installed: /nonexistent/mqtool-watch is in the package mqtool-watch"
}

@test "queues that are not there are said before there is a screen" {
	mqtool create /aa
	terminal
	keys "mqtool watch /aa /nosuch; echo \"status \$?\" >after" Enter
	wait_until test -s after
	equal "$(cat after)" "status 4"
	shows "mqtool watch: /nosuch: no such queue ('mqtool create /nosuch' makes it)"
	rm after
	watch /aa
	shows "/aa"
	keys q
	ended 0
}

@test "it looks and changes nothing, and keeps no queue open" {
	mqtool create /aa -c 4 -s 8
	mqtool create 0x9
	mqtool send /aa x
	mqtool send 0x9 x
	terminal
	state()
	{
		mqtool stat -H -o queue,messages,last,sent,received,lspid,lrpid /aa 0x9 |
			awk '{ $3 = ""; print }'
		stat -c %Y /dev/mqueue/aa
	}
	state >state
	watch
	keys Enter p
	shows "messages cannot be looked at: "
	keys Tab Down p
	shows "DATA"
	state | cmp - state
	holds()
	{
		find "/proc/$watch_pid/fd" -lname '*aa*' | grep -q .
	}
	# Between two looks there is none.
	closed()
	{
		! holds
	}
	wait_until closed
	mqtool rm /aa
	shows_not "/aa  "
	wait_until closed
	keys q
	ended 0
}
