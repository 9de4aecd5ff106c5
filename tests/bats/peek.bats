# SPDX-License-Identifier: GPL-2.0-or-later
#
# recv --peek: shows what recv would take, and changes nothing.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1
	mqtool create 0x1
}

# fill TYPE...: one message each, its body the place in this list.
fill()
{
	local n=0
	for type; do
		n=$((n + 1))
		mqtool send -t "$type" 0x1 "$n"
	done
}

# What a look must leave alone.
facts()
{
	mqtool stat -H -o MESSAGES,BYTES,SENT,RECEIVED,LSPID,LRPID,CTIME 0x1
	cat /proc/sysvipc/msg
}

# same STATUS ARG...: recv --peek ARG... shows exactly what recv ARG... takes then, with that
# status for both, and leaves the queue as it was.
same()
{
	local before status=$1
	shift
	# A receiver of before: its pid and time must stay.
	mqtool send -t 99 0x1 x
	mqtool recv -t 99 0x1 >/dev/null
	before=$(facts)
	run "-$status" --separate-stderr mqtool recv --peek -F '%n %t %s\n' "$@" 0x1
	equal "$(facts)" "$before" || return
	# shellcheck disable=SC2154
	peeked=$output
	run "-$status" --separate-stderr mqtool recv -n -F '%n %t %s\n' "$@" 0x1
	equal "$output" "$peeked"
}

@test "--peek shows the message that recv would take, and it stays" {
	fill 3 1 2
	same 0
	equal "$peeked" "1 3 1"
	equal "$(waiting 0x1)" 2
}

@test "--peek -c and -a: as many as recv would take" {
	fill 1 1 1
	same 0 -c 2
	equal "$peeked" $'1 1 1\n2 1 2'
	fill 1 1
	same 3 -c 4
	equal "${#lines[@]}" 3
	fill 1 1 1
	same 0 -a
	equal "${#lines[@]}" 3
	fill 1 1 1
	same 0 -a -c 2
	equal "${#lines[@]}" 2
	same 0 -a -c 9
	equal "${#lines[@]}" 1
}

@test "--peek -t and -x: those of the type, or the others" {
	local types=(2 7 2 5 7 1 2)
	fill "${types[@]}"
	same 0 -t 7
	equal "$peeked" "1 7 2"
	same 0 -a -t 2
	equal "$peeked" $'1 2 1\n2 2 3\n3 2 7'
	fill "${types[@]}"
	same 0 -a -t 7 -x
	same 3 -t 8
	equal "$peeked" ""
	same 0 -a -t 8
	same 0 -a -t 0
	equal "$(waiting 0x1)" 0
}

@test "--peek -t -N: the lowest type first, the oldest of it first" {
	local types=(5 2 9 2 5 1 9223372036854775807 3)
	fill "${types[@]}"
	same 0 -t -5
	equal "$peeked" "1 1 6"
	same 0 -t -2 -c 2
	equal "$peeked" $'1 2 2\n2 2 4'
	fill "${types[@]}"
	same 3 -t -5 -c 14
	equal "${#lines[@]}" 9
	fill "${types[@]}"
	same 0 -a -t -5
	same 0 -a -t -9223372036854775808
	fill "${types[@]}"
	same 0 -a -t -9223372036854775807
	same 3 -t -1
	equal "$(waiting 0x1)" 0
}

@test "--peek of an empty queue: status 3, with -a 0" {
	run -3 --separate-stderr mqtool recv --peek 0x1
	equal "$output" ""
	equal "$stderr" "mqtool recv: key:0x00000001: the queue is empty"
	run -0 --separate-stderr mqtool recv --peek -a 0x1
	equal "$output$stderr" ""
	run -0 --separate-stderr mqtool recv --peek -a -t -3 0x1
	equal "$output$stderr" ""
}

@test "--peek never waits, and says so where asked to" {
	run -2 mqtool recv --peek -f 0x1
	matches "${lines[0]}" "mqtool recv: --peek never waits, so -f has no meaning with it"
	run -2 mqtool recv --peek -T 1 0x1
	matches "${lines[0]}" "mqtool recv: --peek never waits, so -T has no meaning with it"
	run -3 mqtool recv --peek -n 0x1
	mqtool send 0x1 x
	run -2 mqtool recv --peek -n -a -x 0x1
	equal "$(mqtool recv --peek -n 0x1)" x
}

@test "--peek of a POSIX queue without mqtool-trace names the package, or says that it was not built" {
	mqtool create -c 10 -s 64 /p
	mqtool send /p stays
	export MQTOOL_LIBEXECDIR=$PWD
	run -1 --separate-stderr mqtool recv --peek -a /p
	equal "$output" ""
	if grep -q '^#define HAVE_BPF 1$' "$MQTOOL_BUILD/config.h"; then
		equal "$stderr" "mqtool recv: /p: mqtool-trace is not installed: $PWD/mqtool-trace is in \
the package of that name"
	else
		equal "$stderr" \
			"mqtool recv: /p: this build cannot look into the kernel: it was made without libbpf"
	fi
	equal "$(mqtool recv -a /p)" stays
	mqtool rm /p
}

@test "--peek of a queue that is not there: status 4" {
	run -4 mqtool recv --peek 0x2
}

@test "--peek needs read permission: status 5" {
	mqtool create -m 0200 0x2
	without_capabilities mqtool send 0x2 secret
	run -5 --separate-stderr without_capabilities mqtool recv --peek 0x2
	equal "$output" ""
	mqtool rm 0x2
}

@test "--peek writes as recv does: -0, -r, -j" {
	printf 'a\0b' | mqtool send -t 3 0x1
	printf 'c\n' | mqtool send -t 4 0x1
	mqtool recv --peek -a 0x1 | cmp <(printf 'a\0b\nc\n\n')
	mqtool recv --peek -a -0 0x1 | cmp <(printf 'a\0b\0c\n\0')
	mqtool recv --peek -a -r 0x1 | cmp <(printf 'a\0bc\n')
	equal "$(mqtool recv --peek -j 0x1)" \
		'{"queue":"key:0x00000001","type":3,"size":3,"body":"a\u0000b"}'
	equal "$(waiting 0x1)" 2
}

@test "--peek -v counts what it showed" {
	fill 1 2 3
	run -0 --separate-stderr mqtool recv --peek -a -v 0x1
	matches "$stderr" "mqtool recv: received 3 messages, 3 bytes in *"
	run -0 --separate-stderr mqtool recv --peek -a -t -2 -v 0x1
	matches "$stderr" "mqtool recv: received 2 messages, 2 bytes in *"
}

@test "--peek moves no time" {
	local before
	fill 1 2
	mqtool recv 0x1
	before=$(facts)
	# The kernel counts whole seconds.
	wait_until later_than "$(date +%s)"
	mqtool recv --peek -a 0x1
	mqtool recv --peek -a -t -9 0x1
	equal "$(facts)" "$before"
}

later_than()
{
	[ "$(date +%s)" -gt "$1" ]
}

@test "--peek -a -j is a backup" {
	local before
	perl -e 'print map { chr } 0 .. 255' | mqtool send -t 9 0x1
	mqtool send 0x1 '' hello
	before=$(facts)
	mqtool recv --peek -a -j 0x1 >backup
	equal "$(facts)" "$before"
	mqtool recv -a -F '%t %x\n' 0x1 >expected
	mqtool send -j 0x1 <backup
	mqtool recv -a -F '%t %x\n' 0x1 | cmp expected
}

@test "--peek goes through more and larger messages than one batch" {
	perl -e 'printf "%s\n", "x" x ($_ % 5) for 1 .. 5000' >in
	mqtool send -l 0x1 <in
	mqtool recv --peek -a 0x1 | cmp in
	mqtool recv --peek -a -t -1 0x1 | cmp in
	mqtool recv -a 0x1 | cmp in
	limit kernel/msgmax 300000
	limit kernel/msgmnb 1000000
	mqtool rm 0x1
	mqtool create 0x1
	perl -e 'print "x" x $_, "\n" for 90000, 7, 100, 299990, 65536' >in
	mqtool send -l 0x1 <in
	mqtool recv --peek -a 0x1 | cmp in
	limit kernel/msgmax 8192
	limit kernel/msgmnb 16384
}

@test "a message larger than today's msgmax is reported, and the rest is shown" {
	mqtool send -t 2 0x1 first
	perl -e 'print "x" x 5000' | mqtool send -t 1 0x1
	mqtool send -t 3 0x1 last
	limit kernel/msgmax 4000
	run -1 --separate-stderr mqtool recv --peek -a 0x1
	equal "$output" $'first\nlast'
	equal "$stderr" "mqtool recv: key:0x00000001: 1 message is larger than kernel.msgmax now"`
		`" and cannot be seen"
	run -1 --separate-stderr mqtool recv --peek -a -t -9 0x1
	equal "$output" $'first\nlast'
	# Not reached, so not in the way.
	equal "$(mqtool recv --peek 0x1)" first
	# recv takes it all the same.
	limit kernel/msgmax 100
	equal "$(mqtool recv -a 0x1 | wc -c)" "$((6 + 5001 + 5))"
	limit kernel/msgmax 8192
}

@test "--peek, its output refused: nothing is put back, for nothing was taken" {
	fill 1 2 3
	run -1 --separate-stderr sh -c 'mqtool recv --peek -a 0x1 >/dev/full'
	equal "$stderr" "mqtool recv: cannot write standard output: No space left on device"
	equal "$(waiting 0x1)" 3
	run -1 --separate-stderr sh -c 'mqtool recv --peek -a -t -3 0x1 >/dev/full'
	equal "$(waiting 0x1)" 3
	broken_pipe
	run -141 sh -c 'exec mqtool recv --peek -a 0x1 >&9'
	equal "$output" ""
	equal "$(mqtool recv -a 0x1)" $'1\n2\n3'
}

# Messages that come in more than one batch.
many()
{
	yes | head -n 3000 >in
	mqtool send -l 0x1 <in
}

@test "--peek, its output refused before all was seen: the same" {
	many
	run -1 --separate-stderr sh -c 'mqtool recv --peek -a 0x1 >/dev/full'
	equal "$stderr" "mqtool recv: cannot write standard output: No space left on device"
	run -1 --separate-stderr sh -c 'mqtool recv --peek -a -t -1 0x1 >/dev/full'
	equal "$stderr" "mqtool recv: cannot write standard output: No space left on device"
	equal "$(waiting 0x1)" 3000
}

@test "--peek is stopped by a signal, or goes on when its reader does" {
	local option
	many
	for option in '' '-t -1'; do
		stopped_reader
		# shellcheck disable=SC2086
		start mqtool recv --peek -a $option 0x1 >fifo
		wait_until in_write "$pid"
		kill -TERM "$pid"
		finish "$pid" 143
		exec 9>&-
		rm fifo
		stopped_reader
		# shellcheck disable=SC2086
		start mqtool recv --peek -a $option 0x1 >fifo
		wait_until in_write "$pid"
		drain
		finish "$pid" 0
		cmp out in
		rm fifo
	done
	equal "$(waiting 0x1)" 3000
}

@test "--peek of a queue that is removed meanwhile: status 4, what was seen is shown" {
	local option
	for option in '' '-t -1'; do
		many
		stopped_reader
		# shellcheck disable=SC2086
		start sh -c 'exec mqtool recv --peek -a "$@" >fifo 2>err' - $option 0x1
		wait_until in_write "$pid"
		mqtool rm 0x1
		drain
		finish "$pid" 4
		[ "$(wc -l <out)" -ge 1024 ]
		matches "$(cat err)" "mqtool recv: key:0x00000001: the queue was removed*"
		mqtool create 0x1
		rm fifo
	done
}
