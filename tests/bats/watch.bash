# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of watch on a terminal share: tmux plays it, with a plain sh in it

load helper

setup()
{
	test_setup
	[ -x "$MQTOOL_BUILD/mqtool-watch" ] || skip_loudly "mqtool-watch was not built: no ncursesw"
	command -v tmux >/dev/null || skip_loudly "tmux not found"
	need_mqueue
	remove_all
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD TMUX_TMPDIR=$BATS_TEST_TMPDIR
	# dash has its own prompt for root, whatever the environment says.
	echo "PS1='ready> '" >rc
	export ENV=$PWD/rc
	# An interactive shell forgets the rest of a line whose command died by SIGINT.
	cat >play <<-'END'
		trap : INT QUIT
		stty -g >before
		mqtool watch "$@"
		echo "status $?" >after
		stty -g >>after
	END
	export ASAN_OPTIONS=$ASAN_OPTIONS:handle_abort=0
	unset NO_COLOR LINES COLUMNS TMUX
	# A tests' machine may be busy.
	WAIT_LIMIT=15
}

teardown()
{
	tm kill-server 2>/dev/null || :
	test_teardown
}

# Later tests see what earlier ones left behind.
remove_all()
{
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

tm()
{
	tmux -L mqtool -f /dev/null "$@" 3>&-
}

# terminal [WIDTH [HEIGHT]]: opens one with a shell in it.
terminal()
{
	tm new-session -d -x "${1:-100}" -y "${2:-30}" "sh"
	wait_until showing 'ready>'
}

screen()
{
	tm capture-pane -p "$@"
}

showing()
{
	screen | grep -qF -- "$1"
}

not_showing()
{
	! showing "$1"
}

shows()
{
	wait_until showing "$1" || { screen >&2; return 1; }
}

shows_not()
{
	wait_until not_showing "$1" || { screen >&2; return 1; }
}

# keys KEY...: as tmux names them; pieces of text are typed as they are.
keys()
{
	tm send-keys "$@"
}

# watch [ARG...]: begins it there, the state of the terminal noted before and after.
watch()
{
	keys "sh play -d 50ms $*" Enter
	shows "mqtool watch"
	shows " KIND"
	watch_pid=$(pgrep_watch)
}

# The process of the screen, by what its shell waits for.
pgrep_watch()
{
	local shell play child
	shell=$(tm display -p '#{pane_pid}')
	read -r play _ <"/proc/$shell/task/$shell/children"
	read -r child _ <"/proc/$play/task/$play/children"
	echo "$child"
}

flags()
{
	tm display -p '#{alternate_on} #{cursor_flag} #{keypad_flag} #{mouse_any_flag}'
}

# ended STATUS: back in the shell, with the terminal as it was.
ended()
{
	wait_until test -s after
	wait_until lines_in after 2
	equal "$(head -n 1 after)" "status $1" || return
	equal "$(tail -n 1 after)" "$(cat before)" || return
	equal "$(flags)" "0 1 0 0"
}

lines_in()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# Two queues, one of them full with a sender blocked, and a receiver that waits and gets nothing.
some_queues()
{
	mqtool create /orders -c 4 -s 64
	mqtool send /orders a b c d
	start mqtool send /orders e
	blocked "$pid" mq_timedsend
	mqtool create 0x4d510001
	mqtool send -t 4 0x4d510001 hello
	start mqtool recv -t 77 0x4d510001
	blocked "$pid" msgrcv
}

# drawn WIDTHxHEIGHT TEXT: the terminal is of that size, and its first line begins with TEXT.
drawn()
{
	[ "$(tm display -p '#{pane_width}x#{pane_height}')" = "$1" ] &&
		[[ $(screen | head -n 1) == "$2"* ]]
}
