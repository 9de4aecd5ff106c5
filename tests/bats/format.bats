# SPDX-License-Identifier: GPL-2.0-or-later
#
# recv -F, and what a terminal gets to see.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1
	mqtool create 0x1
}

# formatted FORMAT TEXT: the next message of the queue looks like that; TEXT as printf reads it.
formatted()
{
	mqtool recv -F "$1" "$queue" >got
	# shellcheck disable=SC2059
	printf "$2" >expected
	cmp got expected || { od -c got >&2; return 1; }
}

# refused FORMAT PLACE: a usage error that shows what was not understood, and nothing is taken.
refused()
{
	run -2 --separate-stderr mqtool recv -n -F "$1" "$queue"
	equal "$output" ""
	equal "${stderr_lines[0]}" \
		"mqtool recv: invalid format at '$2'; see mqtool recv --help"
}

@test "-F: every letter, on a System V queue" {
	queue=0x1
	body='h\303\244llo\t\\\n\377\033\0'
	for _ in 1 2 3 4 5; do
		# shellcheck disable=SC2059
		printf "$body" | mqtool send -t 77 0x1
	done
	formatted '%s' "$body"
	formatted '%S' 12
	formatted '%q' 'h\303\244llo\\x09\\\\\\x0a\\xff\\x1b\\x00'
	formatted '%x' '68c3a46c6c6f095c0aff1b00'
	formatted '%t:%p:%n:%Q:%%' '77::1:key:0x00000001:%%'
}

@test "-F: every letter, on a POSIX queue" {
	queue='esc:/form\x20at'
	mqtool create -c 10 -s 64 "$queue"
	mqtool send -p 32767 "$queue" '' '' '' ''
	formatted '%s' ''
	formatted '%q%x' ''
	formatted '%S' 0
	formatted '%t:%p:%n:%Q' ':32767:1:esc:/form\\x20at'
	mqtool rm "$queue"
}

@test "-F: escapes and text, with nothing added" {
	queue=0x1
	mqtool send 0x1 a b c d e
	formatted '\n\t\0\\\x41\x0a\xfF\x00' '\n\t\0\\A\n\377\0'
	formatted '' ''
	formatted 'just "text", \\n' 'just "text", \\n'
	formatted 'grüße' 'gr\303\274\303\237e'
	formatted '%s%s%%s' 'ee%%s'
}

@test "-F: the body is no format" {
	queue=0x1
	mqtool send 0x1 '%s%n\n%%'
	formatted '<%s>\n' '<%%s%%n\\n%%%%>\n'
}

@test "-F: %n counts the messages of this run" {
	perl -e 'print "$_\n" for 1 .. 100' | mqtool send -l 0x1
	mqtool recv -c 50 -F '%n=%s\n' 0x1 >got
	mqtool recv -a -F '%n=%s\n' 0x1 >>got
	perl -e 'print "$_=$_\n" for 1 .. 50; print "$_=", $_ + 50, "\n" for 1 .. 50' >expected
	cmp got expected
}

@test "-F: what means nothing is a usage error" {
	queue=0x1
	mqtool send 0x1 stays
	refused '%' '%'
	refused 'a%' '%'
	refused '%y' '%y'
	refused '%s %5s' '%5s'
	refused '%-s' '%-s'
	refused $'%\033' '%\x1b'
	refused '\' '\\'
	refused 'x\a' '\\a'
	refused '\x4' '\\x4'
	refused '\xg0' '\\xg0'
	refused '\1' '\\1'
	equal "$(mqtool recv 0x1)" stays
}

# The seconds since the epoch that an ISO 8601 time means.
epoch()
{
	date -d "$1" +%s
}

@test "-F: %T is the time of receipt, with microseconds and offset" {
	local before after got
	mqtool send 0x1 a b
	before=$(date +%s)
	got=$(mqtool recv -F %T 0x1)
	after=$(date +%s)
	[[ $got =~ ^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9][.][0-9]{6}[+]00:00$ ]]
	[ "$(epoch "$got")" -ge "$before" ]
	[ "$(epoch "$got")" -le "$after" ]
	got=$(TZ=XYZ-05:30 mqtool recv -F %T 0x1)
	[[ $got == *+05:30 ]]
	[ "$(epoch "$got")" -ge "$before" ]
	[ "$(epoch "$got")" -le "$(date +%s)" ]
}

@test "-F: %T of messages that were there together grows" {
	mqtool send 0x1 a b c d
	mqtool recv -a -F '%T\n' 0x1 >got
	sort -c got
}

# What a terminal must not obey, and what it may show; as printf reads it.
HOSTILE='a\033[1mb\n\tc\007\177\302\233\342\200\256\342\201\246\377\r\0gr\303\274n\\'
SHOWN='a\\x1b[1mb\r\n\tc\\x07\\x7f\\xc2\\x9b\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xff\\x0d\\x00gr\303\274n\\'

# shown TEXT ARG...: recv ARG... of one hostile message looks like that on a terminal.
shown()
{
	local text=$1
	shift
	# shellcheck disable=SC2059
	printf "$HOSTILE" | mqtool send 0x1
	on_terminal mqtool recv "$@" 0x1 >got
	# shellcheck disable=SC2059
	printf "$text" >expected
	cmp got expected || { od -c got >&2; return 1; }
}

@test "a terminal gets bodies escaped, but newline and tab" {
	shown "$SHOWN\r\n"
	shown "$SHOWN\0" -0
	shown "$SHOWN|1\r\n" -F '%s|%t\n'
	shown "$SHOWN\r\n" --peek
	mqtool recv -a 0x1 >/dev/null
}

@test "a terminal gets bodies as they are with -r, and what -F says" {
	shown "${HOSTILE/\\n/\\r\\n}" -r
	# The format is the user's own.
	shown '\033[1m!' -F '\x1b[1m!'
}

@test "a pipe or file gets bodies as they are" {
	# shellcheck disable=SC2059
	printf "$HOSTILE" | mqtool send 0x1
	mqtool recv 0x1 | cat >got
	# shellcheck disable=SC2059
	printf "$HOSTILE\n" | cmp got
	# Though stderr and stdin are a terminal.
	# shellcheck disable=SC2059
	printf "$HOSTILE" | mqtool send 0x1
	on_terminal sh -c 'mqtool recv 0x1 >got'
	# shellcheck disable=SC2059
	printf "$HOSTILE\n" | cmp got
}
