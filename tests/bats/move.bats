# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool move: what was on one queue is on the other, byte for byte; what cannot be there is back.

load helper

setup()
{
	test_setup
	mqtool rm -f /a /b 0x31 0x32
	mqtool create -c 10 -s 512 /a /b
	mqtool create 0x31 0x32
}

# Bounded, since a move that wrongly waits would wait for ever.
move()
{
	timeout 20 mqtool move "$@"
}

# Every pair of kinds: SOURCE DEST.
pairs=("/a /b" "/a 0x31" "0x31 /a" "0x31 0x32")

# on QUEUE: all that is on it, taken: its type or priority and its body, in their order.
on()
{
	mqtool recv -a -F '[%t%p %q]' "$1"
}

# holds QUEUE TEXT
holds()
{
	equal "$(on "$1")" "$2"
}

# usage TEXT ARG...: move ARG... is refused with that line and a second one.
usage()
{
	local text=$1
	shift
	run -2 --separate-stderr move "$@"
	equal "$output" ""
	equal "$stderr" "mqtool move: $text
Try 'mqtool move --help' for more information."
}

# fails STATUS TEXT ARG...: one line on stderr, a pattern.
fails()
{
	local status=$1 text=$2
	shift 2
	run "-$status" --separate-stderr move "$@"
	equal "$output" ""
	equal "${#stderr_lines[@]}" 1
	matches "$stderr" "mqtool move: $text"
}

# silent STATUS ARG...: without a word.
silent()
{
	run "-$1" --separate-stderr move "${@:2}"
	equal "$output$stderr" ""
}

# first QUEUE: what a message has there that was sent without -t or -p.
first()
{
	case $1 in
	/*) echo 0 ;;
	*) echo 1 ;;
	esac
}

# ---- what is moved ----

@test "all there is, in its order, of every kind to every kind" {
	local pair from to n
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		mqtool send "$from" one two "" three
		silent 0 "$from" "$to"
		equal "$(waiting "$from")" 0
		n=$(first "$to")
		holds "$to" "[$n one][$n two][$n ][$n three]"
	done
}

@test "nothing there: done, without waiting" {
	local pair
	for pair in "${pairs[@]}"; do
		# shellcheck disable=SC2086
		silent 0 $pair
		# shellcheck disable=SC2086
		silent 0 -T 10m $pair
	done
}

@test "any bytes, of no size up to the largest" {
	local pair from to size
	mqtool rm /a /b
	create -c 2 -s 8192 /a /b
	head -c 8192 /dev/urandom >random
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		for size in 0 1 7 8 9 511 4096 8191 8192; do
			head -c $size random >in
			mqtool send "$from" <in
			move "$from" "$to"
			mqtool recv -n -r "$to" | cmp - in
			equal "$(waiting "$from") $(waiting "$to")" "0 0"
		done
		all_bytes >in
		mqtool send "$from" <in
		move "$from" "$to"
		mqtool recv -n -r "$to" | cmp - in
	done
}

@test "larger messages than any before, also than today's msgmax allows" {
	limit kernel/msgmax 200000
	limit kernel/msgmnb 400000
	create 0x33
	create 0x34
	head -c 5 /dev/urandom >small
	head -c 200000 /dev/urandom >large
	mqtool send 0x33 <small
	mqtool send 0x33 <large
	move 0x33 0x34
	mqtool recv -r 0x34 | cmp - small
	mqtool recv -r 0x34 | cmp - large
	# It is woken by one that has no room, which then is there.
	start mqtool move -c 1 0x33 0x34
	blocked "$pid" msgrcv
	mqtool send 0x33 <large
	finish "$pid" 0
	mqtool recv -n -r 0x34 | cmp - large
	# A limit that was lowered since: the message cannot be sent anywhere, nor back.
	mqtool send 0x33 <large
	limit kernel/msgmax 100
	run -1 --separate-stderr move 0x33 0x34
	matches "${stderr_lines[0]}" '{"queue":"key:0x00000033","type":1,"size":200000,"body_base64":"*'
	matches "${stderr_lines[1]}" "mqtool move: 200000 bytes; key:0x00000034 takes at most 100 (*"
	matches "${stderr_lines[2]}" "mqtool move: key:0x00000033: 1 message could not be put back (larger"*
}

@test "more than DEST holds goes through it while somebody reads" {
	local pair from to
	mqtool set -b 64 0x31
	mqtool set -b 32 0x32
	seq 1000 >in
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		start mqtool send -l -f in "$from"
		local sender=$pid
		start mqtool move -c 1000 "$from" "$to"
		local mover=$pid
		timeout 60 mqtool recv -c 1000 "$to" | cmp - in
		finish "$sender" 0
		finish "$mover" 0
	done
}

# ---- types and priorities ----

@test "priority p is type p + 1, and back" {
	local p
	for p in 0 1 255 32767; do
		mqtool send -p "$p" /a "$p"
	done
	mqtool send -p 1 /a again
	move /a 0x31
	equal "$(mqtool recv --peek -a -F '[%t %q]' 0x31)" \
		"[32768 32767][256 255][2 1][2 again][1 0]"
	move 0x31 /b
	holds /b "[32767 32767][255 255][1 1][1 again][0 0]"
}

@test "of the same kind: as they are" {
	mqtool send -p 32767 /a high
	mqtool send -p 3 /a low
	move /a /b
	holds /b "[32767 high][3 low]"
	mqtool send -t 9223372036854775807 0x31 x
	mqtool send -t 32769 0x31 y
	move 0x31 0x32
	holds 0x32 "[9223372036854775807 x][32769 y]"
}

@test "a type without a priority: back, and what came before it is moved" {
	mqtool send -t 7 0x31 before
	mqtool send -t 32769 0x31 high
	mqtool send -t 8 0x31 behind
	fails 1 "/a: no priority corresponds to type 32769 (see --set-priority);"`
		`" 1 message was moved before it" 0x31 /a
	holds /a "[6 before]"
	holds 0x31 "[8 behind][32769 high]"
}

@test "--set-type, --set-priority: all get it, whatever they had" {
	mqtool send -t 32769 0x31 high
	mqtool send -t 2 0x31 low
	move --set-priority=5 0x31 /a
	holds /a "[5 high][5 low]"
	mqtool send -p 5 /a x
	move --set-priority 32767 /a /b
	holds /b "[32767 x]"
	mqtool send -p 5 /a x
	move --set-type 9223372036854775807 /a 0x31
	move --set-type=1 0x31 0x32
	holds 0x32 "[1 x]"
	mqtool send -p 5 /a x
	move --set-priority=0 /a /b
	holds /b "[0 x]"
}

@test "-t, -x: which, as recv chooses" {
	local n
	fill()
	{
		for n in 1 2 3 2; do
			mqtool send -t $n 0x31 "$n"
		done
	}
	fill
	move -t 2 0x31 0x32
	holds 0x32 "[2 2][2 2]"
	move --type=-3 0x31 0x32
	holds 0x32 "[1 1][3 3]"
	fill
	move -x -t 2 0x31 0x32
	holds 0x32 "[1 1][3 3]"
	move -t 0 0x31 /a
	holds /a "[1 2][1 2]"
	fill
	move -c 1 --except -t 1 0x31 0x32
	holds 0x32 "[2 2]"
	fails 3 "key:0x00000031: no message of the type asked for" -n -c 1 -t 9 0x31 0x32
	silent 0 -t 9 0x31 0x32
	holds 0x31 "[1 1][3 3][2 2]"
}

# ---- how many, how long ----

@test "-c: so many, and no more" {
	local pair from to n
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		mqtool send "$from" a b c d
		silent 0 -c 3 "$from" "$to"
		n=$(first "$to")
		holds "$to" "[$n a][$n b][$n c]"
		silent 0 --count=1 "$from" "$to"
		holds "$to" "[$n d]"
	done
}

@test "-c: waits for them, and with -n or -T not for ever" {
	local pair from to name wait n
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		n=$(first "$to")
		start mqtool move -c 2 "$from" "$to"
		for name in 1 2; do
			blocked "$pid" msgrcv mq_timedreceive
			mqtool send "$from" "$name"
		done
		finish "$pid" 0
		holds "$to" "[$n 1][$n 2]"
		for wait in -n "-T 0" "-T 10ms" "--timeout=0.01" --nonblock; do
			mqtool send "$from" a b
			# shellcheck disable=SC2086
			fails 3 "*: the queue is empty" -c 3 $wait "$from" "$to"
			holds "$to" "[$n a][$n b]"
		done
	done
}

@test "-f: each message as it comes, until a signal or -T ends it" {
	local pair from to signal n
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		n=$(first "$to")
		for signal in TERM INT HUP; do
			# bash ignores SIGINT in what it starts in the background.
			start perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' mqtool move -f "$from" "$to"
			blocked "$pid" msgrcv mq_timedreceive
			mqtool send "$from" 1
			wait_until is_waiting "$to" 1
			blocked "$pid" msgrcv mq_timedreceive
			kill -$signal "$pid"
			finish "$pid" $((128 + $(kill -l $signal)))
			holds "$to" "[$n 1]"
		done
		mqtool send "$from" 1 2
		fails 3 "*: the queue is empty" --follow -T 50ms "$from" "$to"
		holds "$to" "[$n 1][$n 2]"
	done
}

# full QUEUE: without room for a message of 4 bytes.
full()
{
	case $1 in
	/*) mqtool send "$1" 0 1 2 3 4 5 6 7 8 9 ;;
	*) mqtool set -b 10 "$1" && mqtool send "$1" 0123456 ;;
	esac
}

@test "no room in DEST within -n or -T: back, status 1" {
	local pair from to wait
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		full "$to"
		mqtool send "$from" late tail
		for wait in -n "-T 0" "-T 20ms" "-n -c 2" "-f -T 20ms"; do
			# shellcheck disable=SC2086
			fails 1 "*: the queue is full: *; 0 messages were moved before it" $wait "$from" "$to"
			matches "$stderr" "mqtool move: $(mqtool stat -H -o QUEUE "$to" | tr -d ' '): *"
			equal "$(waiting "$from")" 2
		done
		# Each time one went to the end of its line.
		equal "$(on "$from" | grep -o late)" late
		mqtool rm "$to"
		case $to in
		/*) mqtool create -c 10 -s 512 "$to" ;;
		*) mqtool create "$to" ;;
		esac
	done
}

@test "no room in DEST: waits for it, in the kernel" {
	local pair from to
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		full "$to"
		mqtool send "$from" late
		start mqtool move "$from" "$to"
		blocked "$pid" msgsnd mq_timedsend
		mqtool recv "$to"
		finish "$pid" 0
		matches "$(on "$to")" "*late]"
		equal "$(waiting "$from")" 0
		mqtool rm "$to"
		case $to in
		/*) mqtool create -c 10 -s 512 "$to" ;;
		*) mqtool create "$to" ;;
		esac
	done
}

# ---- what goes back ----

@test "what goes back has the type or priority it had, whatever it was to get" {
	local pair from to option set
	full /b
	full 0x32
	for pair in "/a /b -p --set-priority=9" "/a 0x32 -p --set-type=9" \
		"0x31 /b -t --set-priority=9" "0x31 0x32 -t --set-type=9"; do
		read -r from to option set <<<"$pair"
		mqtool send "$option" 7 "$from" late
		fails 1 "*: the queue is full: *" -n "$from" "$to"
		fails 1 "*: the queue is full: *" -n "$set" "$from" "$to"
		holds "$from" "[7 late]"
	done
}

@test "too large for DEST: back, with the limit" {
	mqtool rm /b
	create -c 2 -s 3 /b
	mqtool set -b 3 0x32
	local from to name
	for from in /a 0x31; do
		for to in /b:/b 0x32:key:0x00000032; do
			name=${to#*:}
			to=${to%%:*}
			mqtool send "$from" ok
			mqtool send "$from" large
			mqtool send "$from" z
			fails 1 "5 bytes; $name takes at most 3 (*); 1 message was moved before it" \
				"$from" "$to"
			equal "$(mqtool recv -a "$to")" ok
			equal "$(mqtool recv -a "$from" | sort)" $'large\nz'
		done
	done
}

@test "DEST removed while there is no room in it: back, status 4" {
	local pair from to
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		full "$to"
		mqtool send "$from" late
		start mqtool move "$from" "$to" 2>err
		blocked "$pid" msgsnd mq_timedsend
		mqtool rm "$to"
		finish "$pid" 4
		matches "$(cat err)" "mqtool move: *: the queue was removed; 0 messages were moved before it"
		holds "$from" "[$(first "$from") late]"
		case $to in
		/*) mqtool create -c 10 -s 512 "$to" ;;
		*) mqtool create "$to" ;;
		esac
	done
}

@test "a signal while there is no room in DEST: back, and dead by it" {
	local pair from to signal
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		full "$to"
		mqtool send "$from" late
		for signal in TERM INT HUP; do
			start perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' mqtool move "$from" "$to" 2>err
			blocked "$pid" msgsnd mq_timedsend
			kill -$signal "$pid"
			finish "$pid" $((128 + $(kill -l $signal)))
			equal "$(cat err)" ""
			equal "$(waiting "$from")" 1
		done
		holds "$from" "[$(first "$from") late]"
		mqtool rm "$to"
		case $to in
		/*) mqtool create -c 10 -s 512 "$to" ;;
		*) mqtool create "$to" ;;
		esac
	done
}

@test "it cannot go back either: reported as JSON, status 1, whatever ended it" {
	local pair from to name
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		name=$(mqtool stat -H -o QUEUE "$from" | tr -d ' ')
		full "$to"
		mqtool send "$from" late
		start mqtool move "$from" "$to" 2>err
		blocked "$pid" msgsnd mq_timedsend
		mqtool rm "$from"
		kill -TERM "$pid"
		finish "$pid" 1
		matches "$(head -n 1 err)" "{\"queue\":\"$name\",*,\"size\":4,\"body\":\"late\"}"
		equal "$(tail -n +2 err)" "mqtool move: $name: 1 message could not be put back (the queue"`
			`" was removed); it is printed above as JSON"
		mqtool rm "$to"
		for name in "$from" "$to"; do
			case $name in
			/*) mqtool create -c 10 -s 512 "$name" ;;
			*) mqtool create "$name" ;;
			esac
		done
	done
}

@test "SOURCE full again: why it is not there, and why not back" {
	mqtool rm /a
	create -c 1 -s 64 /a
	full /b
	mqtool send -p 3 /a "in hand"
	start mqtool move -T 500ms /a /b 2>err
	blocked "$pid" mq_timedsend
	mqtool send -n /a other
	finish "$pid" 1
	mapfile -t said <err
	equal "${#said[@]}" 3
	equal "${said[0]}" '{"queue":"/a","priority":3,"size":7,"body":"in hand"}'
	matches "${said[1]}" "mqtool move: /b: the queue is full: *; 0 messages were moved before it"
	matches "${said[2]}" "mqtool move: /a: 1 message could not be put back (the queue is full again); *"
	holds /a "[0 other]"
}

# ---- SOURCE ----

@test "SOURCE removed while it is waited for: status 4" {
	local pair from to
	for pair in "${pairs[@]}"; do
		read -r from to <<<"$pair"
		mqtool send "$from" one
		start mqtool move -f "$from" "$to" 2>err
		wait_until is_waiting "$to" 1
		blocked "$pid" msgrcv mq_timedreceive
		mqtool rm "$from"
		finish "$pid" 4
		matches "$(cat err)" "mqtool move: *: the queue was removed"
		holds "$to" "[$(first "$to") one]"
		case $from in
		/*) mqtool create -c 10 -s 512 "$from" ;;
		*) mqtool create "$from" ;;
		esac
	done
}

@test "a queue that is missing or closed to us: nothing is taken" {
	mqtool send /a stays
	mqtool send 0x31 stays
	local from to
	for from in /a 0x31; do
		for to in /missing 0x99; do
			fails 4 "*: no such queue*" "$from" "$to"
		done
		mqtool set -m 400 /b 0x32
		for to in /b 0x32; do
			run -5 --separate-stderr without_capabilities mqtool move "$from" "$to"
			matches "$stderr" "mqtool move: *: permission denied (mode 0400, owner root:root)"
		done
		mqtool set -m 600 /b 0x32
	done
	fails 4 "/missing: no such queue ('mqtool create /missing' makes it)" /missing /a
	fails 4 "key:0x00000099: no such queue (*)" 0x99 /a
	# The first that fails is the one that counts.
	fails 4 "/missing: no such queue (*)" /missing 0x99
	fails 1 "ftok:/no/such: no key from this path: *" /a ftok:/no/such
	mqtool set -m 200 /a 0x31
	for from in /a 0x31; do
		run -5 --separate-stderr without_capabilities mqtool move "$from" /b
		matches "$stderr" "mqtool move: *: permission denied (mode 0200, owner root:root)"
	done
	holds /a "[0 stays]"
	holds 0x31 "[1 stays]"
}

@test "the same queue twice, also by two names: nothing is taken" {
	local id
	id=id:$(sysv 0x31 msqid)
	mqtool send /a stays
	mqtool send 0x31 stays
	usage "SOURCE and DEST are the same queue: /a" /a /a
	usage "SOURCE and DEST are the same queue: /a" /a esc:/a
	usage "SOURCE and DEST are the same queue: /a" -f posix:a /a
	usage "SOURCE and DEST are the same queue: key:0x00000031" 0x31 key:49
	usage "SOURCE and DEST are the same queue: key:0x00000031" -c 1 0x31 "$id"
	usage "SOURCE and DEST are the same queue: $id" "$id" 0x31
	holds /a "[0 stays]"
	holds 0x31 "[1 stays]"
}

# ---- what it says ----

@test "-v: how much it was, also when it failed" {
	mqtool send /a one two
	run -0 --separate-stderr move -v /a 0x31
	equal "$output" ""
	[[ $stderr =~ ^'mqtool move: moved 2 messages, 6 bytes in '[0-9]+[.][0-9]{3}' s ('[0-9]+' messages/s)'$ ]]
	mqtool send -t 40000 0x31 x
	run -1 --separate-stderr move --verbose 0x31 /a
	matches "${stderr_lines[0]}" "mqtool move: /a: *type 40000 *; 2 messages were moved before it"
	matches "${stderr_lines[1]}" "mqtool move: moved 2 messages, 6 bytes in *"
	run -3 --separate-stderr move -n -v -c 3 /a /b
	matches "${stderr_lines[1]}" "mqtool move: moved 2 messages, 6 bytes in *"
	run -0 --separate-stderr move -v /a /b
	matches "$stderr" "mqtool move: moved 0 messages, 0 bytes in *"
}

# Sends numbers to a queue for about 0.8 s, a few each 10 ms.
trickle()
{
	perl -e '$| = 1; for (1 .. 80) { print "$_\n"; select(undef, undef, undef, 0.01) }' |
		mqtool send -l "$1"
}

@test "--progress: a line on a terminal, gone before an error and at the end" {
	local lines
	mqtool send 0x31 x
	run -0 --separate-stderr move --progress 0x31 0x32
	equal "$output$stderr" ""
	start trickle 0x31
	on_terminal mqtool move -c 80 --progress 0x31 0x32 >tty
	finish "$pid" 0
	lines=$(perl -0777 -ne 'print "$_\n" for /\r([^\r\n]+)\e\[K/g' tty)
	[[ $(tail -n 1 <<<"$lines") =~ ^[0-9]+' messages  '[0-9]+'  '[0-9]+'/s  '[0-9]{1,2}'%  left '[0-9]+s$ ]]
	[[ $(cat tty) == *$'\r\e[K' ]]
	mqtool recv -a 0x32 | tail -n +2 | diff - <(seq 80)
	start trickle 0x31
	run -3 on_terminal mqtool move -f -T 1s --progress 0x31 0x32
	finish "$pid" 0
	[[ $output == *' messages  '*'/s'*$'\r\e[Kmqtool move: key:0x00000031: the queue is empty'* ]]
}

@test "it writes nothing to standard output, and does not care what that is" {
	mqtool send /a one
	move -v /a /b >/dev/full
	mqtool send /a two
	move /a /b >&-
	holds /b "[0 one][0 two]"
}

# ---- the command line ----

@test "wrong options, values and names, and nothing is taken" {
	local bad
	mqtool send /a stays
	mqtool send 0x31 stays
	usage "-f never ends, -c ends after N messages: give one" -f -c 3 /a /b
	usage "-f waits for messages, -n never waits: give one" -f -n /a /b
	usage "-n never waits, so -T has no meaning with it" -n -T 1 /a /b
	usage "-t is for System V queues, and /a is a POSIX queue" -t 1 /a /b
	usage "-x is for System V queues, and /a is a POSIX queue" -x /a 0x31
	usage "-x needs a type above 0: -t N" -x 0x31 /a
	usage "-x needs a type above 0: -t N" -x -t -1 0x31 /a
	usage "--set-type is for System V queues, and /a is a POSIX queue" --set-type=1 0x31 /a
	usage "--set-priority is for POSIX queues, and key:0x00000032 is a System V queue" \
		--set-priority=1 0x31 0x32
	usage "no queue given"
	usage "missing operand after '/a'" /a
	usage "extra operand '0x31'" /a /b 0x31
	for bad in -c0 -c-1 -cx -c -T -Tx -T-1 -t -tx --set-type=0 --set-type=-1 \
		--set-type=9223372036854775808 --set-type --set-priority=32768 --set-priority=-1 \
		--set-priority=x -a -j --bogus --follow=1; do
		run --separate-stderr -2 move /a 0x31 "$bad"
		equal "$output" ""
		equal "${#stderr_lines[@]}" 2
	done
	for bad in msg 12 id:x /dev/mqueue/a ""; do
		run --separate-stderr -2 move /a "$bad"
		run --separate-stderr -2 move "$bad" /a
	done
	holds /a "[0 stays]"
	holds 0x31 "[1 stays]"
}

@test "what others call it leads to it" {
	local word
	for word in mv transfer forward moev; do
		run -2 mqtool "$word" /a /b
		equal "$output" "mqtool: unknown command '$word'
Did you mean 'move'?"
	done
}

@test "options may follow the queues, and of one that is repeated the last counts" {
	mqtool send /a one two
	move /a -c 2 /b -c 1 --set-priority=3 --set-priority=4
	holds /b "[4 one]"
	move -- /a /b
	holds /b "[0 two]"
}
