# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completions, asked of the shells themselves, and held to the tables that mqtool is made of.

load helper

# shellcheck source=tests/complete.sh
. "$BATS_TEST_DIRNAME/../complete.sh"

setup()
{
	test_setup
	need_mqueue
	mqtool stat -H -o QUEUE | xargs -r -d '\n' mqtool rm -f --
}

table()
{
	"${MQTOOL_BUILD:?}/tests/optdump" | awk -F '\t' -v word="$1" -v command="${2-}" '
	$1 == word && (command == "" || $2 == command) { print $NF }'
}

# offers LINE EXPECTED: exactly these, one a line.
offers()
{
	local got
	got=$(ask "$1") || return
	[ "$got" = "$(sort -u <<<"$2")" ] && return
	printf '%s: "%s"\n< is offered, > should be\n' "$shell" "$1" >&2
	diff <(printf '%s\n' "$got") <(sort -u <<<"$2") >&2
	return 1
}

# ---- what is held to the tables ----

# The options of a command, each spelling a line, as the shell shows them.
spellings()
{
	table option "$1" | sed 's/, /\n/g' | if [ "$shell" = bash ]; then
		# A long option is offered with the "=" that its value follows.
		sed -E 's/^(--[a-z-]+)=.*/\1=/; s/\[.*//'
	else
		sed -E 's/[=[].*//'
	fi
}

offers_all_options()
{
	local command got
	start_shell "$1"
	for command in $(table command); do
		got=$(ask "mqtool $command -") || return
		diff <(sed -E '/^--/!s/=$//' <<<"$got") <(spellings "$command" | sort -u) >diff || {
			echo "$shell: mqtool $command: < is offered, > should be" >&2
			cat diff >&2
			return 1
		}
	done
	for command in $(table linked); do
		equal "$(ask "mq$command -")" "$(ask "mqtool $command -")" || return
	done
}

@test "bash: all options of all commands, and no others" {
	offers_all_options bash
}

@test "zsh: all options of all commands, and no others" {
	offers_all_options zsh
}

@test "fish: all options of all commands, and no others" {
	offers_all_options fish
}

offers_all_words()
{
	local commands columns live
	start_shell "$1"
	commands=$(table command)
	columns=$(table column)
	live=$(table live-column)
	offers 'mqtool ' "$commands"$'\nhelp' &&
		offers 'mqtool se' $'send\nset' &&
		offers 'mqtool help pu' purge &&
		offers 'mqtool stat -o ' "$columns" &&
		offers 'mqtool watch -o ' "$columns"$'\n'"$live" &&
		offers 'mqtool recv --on-failure ' $'drop\nretry\nstop' &&
		offers 'mqtool watch --color ' $'always\nauto\nnever'
}

@test "bash: all commands, columns and words" {
	offers_all_words bash
}

@test "zsh: all commands, columns and words" {
	offers_all_words zsh
}

@test "fish: all commands, columns and words" {
	offers_all_words fish
}

# ---- fields and letters ----

# The letters that COMMAND takes in a format, each behind "%".
letters()
{
	local letter
	for letter in {a..z} {A..Z} %; do
		# Of a queue that is not there, so that nothing is done.
		run mqtool "$1" -F "%$letter" key:1
		[ "$status" -ne 0 ]
		[[ $output == *"invalid format"* ]] || printf '%%%s\n' "$letter"
	done
}

knows_fields_and_letters()
{
	local fields states=$'full\nwaiting\nempty\nidle' command head
	start_shell "$1"
	fields=$(table filter-field)
	offers "mqtool watch --filter '" "$fields"$'\n'"$states" || return
	# zsh keeps what it does not complete in front.
	head='messages>5 !'
	offers "mqtool watch --filter '${head}e" "${head}empty" || return
	offers "mqtool watch --filter 'use>5 kind=" $'use>5 kind=posix\nuse>5 kind=sysv' || return
	offers "mqtool watch --filter 'maxm" "$(printf 'maxmsg%s\n' = != '<' '<=' '>' '>=')" || return
	offers "mqtool watch --filter 'own" $'owner=\nowner!=' || return
	for command in recv trace; do
		offers "mqtool $command -F " "$(letters $command)" || return
		offers "mqtool $command -F '%S bytes%%: %" \
			"$(letters $command | sed 's/^/%S bytes%%: /')" || return
		offers "mqtool $command -F '%%" '' || return
	done
}

@test "bash: fields of a filter, letters of a format" {
	knows_fields_and_letters bash
}

@test "zsh: fields of a filter, letters of a format" {
	knows_fields_and_letters zsh
}

@test "fish: fields of a filter, letters of a format" {
	knows_fields_and_letters fish
}

@test "fish: commands and columns are described" {
	start_shell fish
	local line got
	got=$(described 'mqtool ')
	equal "$(cut -f 1 <<<"$got" | sort)" "$(printf '%s\n' $(table command) help | sort)"
	run ! grep -vP '\t.' <<<"$got"
	got=$(described 'mqtool watch -o ')
	run ! grep -vP '\t.' <<<"$got"
	matches "$(described 'mqtool stat -o KIND,MSGS')" $'KIND,MSGSIZE\t?*'
	matches "$(described 'mqtool stat -s MSGS')" $'MSGSIZE\t?*MSGSIZE:r\t?*'
}

# ---- queues ----

# completes_name SHELL WORD QUEUE: a word is made the name of a queue, as its shell reads it.
completes_name()
{
	mqtool create "$3"
	press "mqtool rm $2"$'\t\n'
	wait_until bash -c '! mqtool stat -o QUEUE "$1" 2>/dev/null' - "$3" || {
		cat -v terminal >&2
		return 1
	}
}

completes_names()
{
	start_shell "$1"
	completes_name "$1" /jo /jobs
	completes_name "$1" esc: 'esc:/two\x20words'
	completes_name "$1" /a '/a$b*#;&'
	completes_name "$1" key:0x4 0x4d510001
	completes_name "$1" "'esc:/q" 'esc:/q\x27uote'
	completes_name "$1" /- /-rf
	completes_name "$1" /tw 'esc:/two\x20words'
	if [ "$1" != fish ]; then
		completes_name "$1" '/tw\ w' 'esc:/tw\x20words'
		completes_name "$1" '"/th w' 'esc:/th\x20words'
	fi
	completes_name "$1" 0x 0x4d510001
	completes_name "$1" 0x4D 0x4d510001
	completes_name "$1" 0x7 key:7
}

@test "bash: names of queues, as they have to be quoted" {
	completes_names bash
}

@test "zsh: names of queues, as they have to be quoted" {
	completes_names zsh
}

@test "fish: names of queues, as they have to be quoted" {
	completes_names fish
}

knows_where_queues_go()
{
	mqtool create /jobs /failed
	: >file
	start_shell "$1"
	offers 'mqtool send /' $'/failed\n/jobs' &&
		offers 'mqtool send -p 3 --nonblock /j' /jobs &&
		offers 'mqsend /j' /jobs &&
		offers 'mqtool send /jobs /j' '' &&
		offers 'mqtool wait /jobs /f' '' &&
		offers 'mqtool move -T 1s /f' /failed &&
		offers 'mqtool move /jobs /f' /failed &&
		offers 'mqtool move --set-priority 3 /jobs /f' /failed &&
		offers 'mqtool move /jobs /failed /j' '' &&
		offers 'mqtool stat /jobs /f' /failed &&
		offers 'mqtool recv --move-failed /f' /failed &&
		offers 'mqtool send -f fi' file &&
		offers 'mqtool send -t ' '' &&
		offers 'mqtool create /j' ''
}

@test "bash: queues where queues go, files where files go" {
	knows_where_queues_go bash
	offers 'mqtool stat --output=+QUEUE,MES' '+QUEUE,MESSAGES'
	offers 'mqtool send ftok:fi' file
	offers 'mqtool recv /jobs -- mqsen' mqsend
	offers 'mqtool recv /jobs -- cat fi' file
	offers 'mqtool recv /jobs -- mqtool purge /j' /jobs
	offers 'mqtool recv /jobs -- mqtool recv --on-failure ' $'stop\ndrop\nretry'
}

@test "bash: with bash-completion it completes COMMAND" {
	local library=/usr/share/bash-completion/bash_completion
	[ -e $library ] || skip_loudly "bash-completion not found"
	mqtool create /jobs
	start_shell bash
	press ". $library"$'\n'
	offers 'mqtool recv -n /jobs -- mqtool purge /j' /jobs
	offers 'mqtool recv key:1 -- mqtool recv --on-failure ' $'stop\ndrop\nretry'
}

@test "zsh: queues where queues go, files where files go" {
	knows_where_queues_go zsh
	offers 'mqtool stat --output=+QUEUE,MES' '--output=+QUEUE,MESSAGES'
	offers 'mqtool send ftok:fi' ftok:file
	offers 'mqtool recv /jobs -- mqsen' mqsend
	offers 'mqtool recv /jobs -- cat fi' file
	offers 'mqtool recv /jobs -- mqtool purge /j' /jobs
	offers 'mqtool recv /jobs -- mqtool recv --on-failure ' $'stop\ndrop\nretry'
}

@test "fish: queues where queues go, files where files go" {
	knows_where_queues_go fish
	offers 'mqtool stat --output=+QUEUE,MES' '--output=+QUEUE,MESSAGES'
	offers 'mqtool send ftok:fi' ftok:file
	offers 'mqtool recv /jobs -- mqsen' mqsend
	offers 'mqtool recv /jobs -- cat fi' file
	offers 'mqtool recv /jobs -- mqtool purge /j' /jobs
	offers 'mqtool recv /jobs -- mqtool recv --on-failure ' $'stop\ndrop\nretry'
}

@test "removed queues that are still open" {
	local shell removed
	mqtool create /gone
	exec {held}</dev/mqueue/gone
	mqtool rm /gone
	removed=$(mqtool stat --removed -H)
	matches "$removed" 'proc:*/* *'
	removed=${removed%% *}
	for shell in bash zsh fish; do
		start_shell $shell
		# bash keeps what is before the colon.
		[ $shell = bash ] && offers 'mqtool recv proc:' "${removed#proc:}" && continue
		offers 'mqtool recv proc:' "$removed"
	done
	exec {held}<&-
}

# runs_completed_command SHELL: the words of COMMAND, after the "--" of recv, are made by tabs.
runs_completed_command()
{
	mqtool create /from /into-this
	start_shell "$1"
	mqtool send /from hello
	# Of two tabs each makes one word.
	press $'mqtool recv /from -- mqsen\t/int\t\n'
	wait_until bash -c 'test "$(mqtool stat -H -o MESSAGES /into-this)" = 1' || {
		cat -v terminal >&2
		return 1
	}
	equal "$(mqtool recv -n /into-this)" hello
	mqtool rm /from /into-this
}

@test "COMMAND is completed as a command, with operands of its own" {
	local shell
	for shell in bash zsh fish; do
		runs_completed_command $shell
	done
}

# fails_silently SHELL: where mqtool cannot be run.
fails_silently()
{
	mkdir -p broken
	printf '#!/bin/sh\necho noise >&2\nexit 1\n' >broken/mqtool
	chmod 755 broken/mqtool
	PATH=$PWD/broken:$PATH start_shell "$1"
	PATH=$PWD/broken:$PATH offers 'mqtool send /' '' || return
	run ! grep noise terminal
}

@test "no shell shows what goes wrong" {
	local shell
	for shell in bash zsh fish; do
		fails_silently $shell
	done
}
