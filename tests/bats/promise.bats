# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every message that recv takes is written, put back, or reported.  Whatever stops recv: what came
# in is what is on the output, on the queue and in the JSON lines on stderr.

load helper

setup()
{
	test_setup
	mqtool rm -f 0x1 /p
	mqtool create 0x1
	mqtool create -c 10 -s 64 /p
}

# fill QUEUE: five messages, of several types or priorities; what recv -a shows of them is in the
# file "in", sorted.
fill()
{
	local n option=-t
	[ "$1" != /p ] || option=-p
	for n in 1 2 3; do
		mqtool send $option $n "$1" "message $n of $1"
	done
	mqtool send $option 1 "$1" '' 'another one'
	case $1 in
	/p) printf '%s\n' '1 another one' '1 message 1 of /p' '1 ' ;;
	*) printf '%s\n' '1 another one' "1 message 1 of $1" '1 ' ;;
	esac >in
	printf '%s\n' "2 message 2 of $1" "3 message 3 of $1" >>in
	sort -o in in
}

# intact QUEUE: all that fill put there waits there, with its type or priority.
intact()
{
	mqtool recv -a -F '%t%p %s\n' "$1" | sort | diff in - >&2
}

# reported FILE: the bodies in the JSON lines of a file, a line each.
reported()
{
	perl -ne 'print "$1\n" if /^\{"queue":"[^"]*","(?:type|priority)":\d+,"size":\d+,"body":"([^"]*)"\}$/' "$1"
}

# conserved QUEUE: the lines of the file "in" are those of "out" (whole ones), those reported in
# "err" and those on the queue, each once.
conserved()
{
	{
		perl -ne 'print if /\n$/' out
		reported err
		mqtool recv -a "$1"
	} >found || :
	sort found | diff <(sort in) - >&2
}

# receive FILE ARG...: starts recv ARG... with FILE for its output and "err" for its errors, where
# bash may not write its own, and where SIGINT, that bash ignores in the background, ends it.
receive()
{
	# shellcheck disable=SC2016
	start perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
		sh -c 'out=$1; shift; exec mqtool recv "$@" >>"$out" 2>>err' - "$@"
}

@test "recv -f | head -1: ends, and takes nothing more" {
	local queue
	for queue in 0x1 /p; do
		# shellcheck disable=SC2016
		start bash -c 'mqtool recv -f "$1" | head -1 >out; echo "${PIPESTATUS[0]}" >status' \
			- "$queue"
		mqtool send "$queue" one
		finish "$pid" 0
		equal "$(cat out status)" $'one\n141'
		mqtool send "$queue" two
		equal "$(mqtool recv -a "$queue")" two
	done
}

@test "a pipe without a reader: all put back, death by SIGPIPE" {
	local queue args
	broken_pipe
	for queue in 0x1 /p; do
		for args in -a '-c 3' -f '-a -j' '-a -F %s\n' '-n -r'; do
			fill $queue
			# shellcheck disable=SC2086
			run -141 sh -c 'exec mqtool recv "$@" >&9' - $args $queue
			equal "$output" ""
			intact $queue
		done
	done
}

@test "a socket whose other end is closed: the same" {
	local queue
	for queue in 0x1 /p; do
		fill $queue
		run -141 perl -e 'use Socket; socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or die;
			open(STDOUT, ">&", $a); close $a; close $b; exec @ARGV' mqtool recv -a $queue
		equal "$output" ""
		intact $queue
	done
}

@test "a terminal that was stopped, then a signal: the rest goes back" {
	command -v script >/dev/null || skip_loudly "script not found"
	seq 10000 10499 >in
	mqtool send -l 0x1 <in
	mkfifo tty
	exec 9<>tty
	# Nobody reads what script(1) is given: its terminal fills up, and then recv waits.
	start script -qefc 'echo $$ >pid; exec mqtool recv -a -F "$(printf %01000d)%s\\n" 0x1 2>err' \
		/dev/null </dev/null >tty
	wait_until test -s pid
	wait_until in_terminal_write "$(cat pid)"
	kill -TERM "$(cat pid)"
	wait_until exited "$(cat pid)"
	equal "$(cat err)" ""
	exec 7<tty 9>&-
	tr -d '\r' <&7 | sed 's/^0\{1000\}//' >out
	exec 7<&-
	finish "$pid" 143
	conserved 0x1
}

in_terminal_write()
{
	[[ $(cat "/proc/$1/wchan") == *@(wait_woken|n_tty_write)* ]]
}

@test "a pipe without a reader where SIGPIPE is ignored: status 1 with a message" {
	broken_pipe
	fill 0x1
	run -1 sh -c 'trap "" PIPE; exec mqtool recv -a 0x1 >&9'
	equal "$output" "mqtool recv: cannot write standard output: Broken pipe; 5 messages were put back"
	intact 0x1
	fill /p
	run -1 sh -c 'trap "" PIPE; exec mqtool recv /p >&9'
	equal "$output" "mqtool recv: cannot write standard output: Broken pipe; 1 message was put back"
	intact /p
	# Also one that goes away while recv waits.
	exec 9>&-
	mkfifo fifo
	start sh -c 'trap "" PIPE; exec mqtool recv -f 0x1 >fifo 2>err'
	exec 8<fifo
	blocked "$pid" msgrcv
	exec 8<&-
	finish "$pid" 1
	equal "$(cat err)" "mqtool recv: cannot write standard output: Broken pipe"
}

@test "a full device: all put back, status 1" {
	local queue args n
	for queue in 0x1 /p; do
		for args in -a:5 '-c 3:3' -f:5 -n:1 '-a -j:5' '-a -F %s\n:5' '-c 2 -r:2' '-a -0:5'; do
			fill $queue
			n=${args##*:}
			# shellcheck disable=SC2086
			run -1 sh -c 'exec mqtool recv "$@" >/dev/full' - ${args%:*} $queue
			matches "$output" "mqtool recv: cannot write standard output:"`
				`" No space left on device; $n message* put back"
			intact $queue
		done
	done
}

@test "a full file system: what fits is there, the rest goes back" {
	local queue
	mkdir small
	mount -n -t tmpfs -o size=16k tmpfs small || skip_loudly "tmpfs cannot be mounted here"
	limit fs/mqueue/msg_max 300
	mqtool rm /p
	mqtool create -c 300 -s 128 /p
	for queue in 0x1 /p; do
		perl -e 'printf "%0100d\n", $_ for 1 .. 160' >in
		# Beside another file, so that it is full in the middle of a message.
		perl -e 'print "x" x 4000' >small/other
		mqtool send -l $queue <in
		run -1 --separate-stderr sh -c 'mqtool recv -a "$1" >small/out' - $queue
		cp small/out out
		[ "$(wc -l <out)" -gt 100 ]
		equal "$(waiting $queue)" "$((160 - $(wc -l <out)))"
		equal "$stderr" "mqtool recv: cannot write standard output: No space left on"`
			`" device; $((160 - $(wc -l <out))) messages were put back"
		: >err
		conserved $queue
		rm small/*
	done
	umount -n small
	limit fs/mqueue/msg_max 10
}

@test "a closed standard output: put back, also by a recv that had to wait" {
	local queue
	for queue in 0x1 /p; do
		fill $queue
		run -1 sh -c 'exec mqtool recv -a "$1" >&-' - $queue
		equal "$output" "mqtool recv: cannot write standard output: Bad file descriptor;"`
			`" 5 messages were put back"
		intact $queue
		# The descriptors that a wait opens must not take the place of standard output:
		# eight bytes would fit one of eventfd(2).
		start sh -c 'exec mqtool recv -f "$1" >&- 2>err' - $queue
		blocked "$pid" msgrcv mq_timedreceive
		mqtool send $queue 7777777
		finish "$pid" 1
		equal "$(mqtool recv -a $queue)" 7777777
	done
}

# stopped QUEUE SIGNAL: a recv whose reader has stopped in the middle, ended by SIGNAL.
stopped()
{
	local number
	number=$(kill -l "$2")
	stopped_reader page
	mqtool send -l "$1" <in
	receive fifo -f "$1"
	wait_until in_write "$pid"
	equal "$(waiting "$1")" 0
	kill "-$2" "$pid"
	finish "$pid" $((128 + number))
	drain
	equal "$(cat err)" ""
	# Four are there whole, and some of the fifth, which counts as not written.
	equal "$(wc -lc <out | xargs)" "4 4096"
	equal "$(waiting "$1")" 5
	conserved "$1"
	rm fifo
}

@test "a stopped reader, then a signal: the rest goes back" {
	local queue signal
	perl -e 'printf "%0999d\n", $_ for 1 .. 9' >in
	mqtool rm /p
	mqtool create -c 10 -s 1000 /p
	for queue in 0x1 /p; do
		for signal in TERM INT HUP; do
			stopped $queue $signal
		done
	done
}

@test "a reader that stopped for a while gets everything" {
	local queue
	for queue in 0x1 /p; do
		fill $queue
		stopped_reader
		receive fifo -a -F '%t%p %s\n' $queue
		wait_until in_write "$pid"
		drain
		finish "$pid" 0
		sort out | diff in -
		rm fifo
	done
}

@test "the queue is removed meanwhile: reported as JSON, status 1" {
	local queue
	for queue in 0x1 /p; do
		perl -e 'print "message $_\n" for 1 .. 9' >in
		stopped_reader
		mqtool send -l $queue <in
		receive fifo -f $queue
		wait_until in_write "$pid"
		mqtool rm $queue
		# Not the same one, though it has its name.
		mqtool create $queue
		kill -TERM "$pid"
		finish "$pid" 1
		drain
		equal "$(waiting $queue)" 0
		conserved $queue
		equal "$(reported err | wc -l)" 9
		matches "$(tail -n 1 err)" "mqtool recv: *:* messages could not be put back (the queue"`
			`" was removed); they are printed above as JSON"
		rm fifo err
	done
}

# refilled QUEUE N: a recv that took the two messages that QUEUE holds, and N more sent meanwhile
# by one that waited for room.
refilled()
{
	mqtool send "$1" a b
	printf '%s\n' a b c d | head -n $((2 + $2)) >in
	stopped_reader
	tail -n "$2" in >rest
	start mqtool send -l "$1" <rest
	local sender=$pid
	blocked "$sender" msgsnd mq_timedsend
	receive fifo -c 2 "$1"
	finish "$sender" 0
	wait_until in_write "$pid"
	equal "$(waiting "$1")" "$2"
	kill -TERM "$pid"
	finish "$pid" 1
	drain
	rm fifo
	equal "$(reported err | wc -l)" "$2"
	conserved "$1"
	: >err
}

@test "the queue is full again: reported as JSON, status 1" {
	local queue
	mqtool rm 0x1 /p
	mqtool create -b 2 0x1
	mqtool create -c 2 -s 64 /p
	for queue in 0x1 /p; do
		refilled $queue 2
		refilled $queue 1
	done
}

@test "put-back refused: the lines on stderr say what recv -j would" {
	mqtool rm /p
	mqtool create -c 1 -s 64 /p
	printf '\377x' | mqtool send -p 7 /p
	stopped_reader
	receive fifo /p
	wait_until in_write "$pid"
	mqtool send /p other
	kill -TERM "$pid"
	finish "$pid" 1
	equal "$(cat err)" '{"queue":"/p","priority":7,"size":2,"body_base64":"/3g="}'`
		`$'\nmqtool recv: /p: 1 message could not be put back (the queue is full again)'`
		`'; it is printed above as JSON'
	exec 9>&-
	# It can be sent again as it is.
	mqtool recv /p >/dev/null
	head -n 1 err | mqtool send -j /p
	equal "$(mqtool recv -F '%p %x' /p)" '7 ff78'
}

@test "a reader without write permission: reported as JSON, status 1" {
	local queue
	mqtool rm 0x1 /p
	mqtool create -m 0400 0x1
	mqtool create -m 0400 -c 10 -s 64 /p
	for queue in 0x1 /p; do
		mqtool send $queue good bad
		equal "$(without_capabilities mqtool recv $queue)" good
		run -1 without_capabilities sh -c 'exec mqtool recv "$1" >/dev/full' - $queue
		matches "${lines[0]}" '{"queue":"*","*":*,"size":3,"body":"bad"}'
		matches "${lines[1]}" "mqtool recv: *: 1 message could not be put back (no permission"`
			`" to write); it is printed above as JSON"
		equal "${lines[2]}" "mqtool recv: cannot write standard output: No space left on device"
		equal "${#lines[@]}" 3
		equal "$(waiting $queue)" 0
	done
}

@test "msgmax lowered meanwhile: what fits goes back, the rest is reported" {
	{ perl -e 'print "x" x 200, "\n", "y" x 100, "\n"'; echo small; } >in
	mqtool send -l 0x1 <in
	stopped_reader
	receive fifo -a 0x1
	wait_until in_write "$pid"
	limit kernel/msgmax 50
	kill -TERM "$pid"
	finish "$pid" 1
	drain
	limit kernel/msgmax 8192
	equal "$(waiting 0x1)" 1
	equal "$(reported err | wc -l)" 2
	matches "$(tail -n 1 err)" "mqtool recv: *: 2 messages could not be put back (larger than"`
		`" the queue takes now); they are printed above as JSON"
	conserved 0x1
}

@test "msgmax lowered before: messages larger than that are received" {
	perl -e 'print "x" x 8000, "\n"' >in
	mqtool send -l 0x1 <in
	limit kernel/msgmax 50
	mqtool recv 0x1 | cmp in
	limit kernel/msgmax 8192
}

@test "at most 64 KiB are in hand" {
	limit kernel/msgmnb 1000000
	mqtool rm 0x1
	mqtool create 0x1
	perl -e 'printf "%0999d\n", $_ for 1 .. 300' >in
	mqtool send -l 0x1 <in
	stopped_reader
	receive fifo -a 0x1
	wait_until in_write "$pid"
	[ "$(waiting 0x1)" -ge $((300 - 66)) ]
	kill -KILL "$pid"
	finish "$pid" 137
	exec 9>&-
	limit kernel/msgmnb 16384
}

@test "empty messages behind 64 KiB" {
	limit kernel/msgmnb 1000000
	mqtool rm 0x1
	mqtool create 0x1
	perl -e 'print "x" x 8191, "\n" for 1 .. 8; print "\n" x 3000' >in
	mqtool send -l 0x1 <in
	mqtool recv --peek -a 0x1 | cmp in
	mqtool recv --peek -a -F '%s\n' 0x1 | cmp in
	mqtool recv --peek -a -r 0x1 | cmp <(tr -d '\n' <in)
	mqtool recv -a -0 0x1 | cmp <(tr '\n' '\0' <in)
	limit kernel/msgmnb 16384
}

# In front of a command: makes its standard output, a pipe, as small as can be (F_SETPIPE_SZ).
small_pipe=(perl -e 'fcntl(STDOUT, 1031, 4096); exec @ARGV')
# The same, and one that does not block.
nonblocking=(perl -e 'use Fcntl; fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK);
	fcntl(STDOUT, 1031, 4096); exec @ARGV')
# Reads its input a little at a time.
sipping=(perl -e 'my $n = 1; while (sysread(STDIN, my $some, $n)) { print $some; $n = $n % 777 + 5 }')

@test "partial writes: a pipe of one page, and one that does not block" {
	local queue
	perl -e 'print "x" x ($_ % 60), "$_\n" for 1 .. 400' >in
	for queue in 0x1 /p; do
		start mqtool send -l $queue <in
		"${small_pipe[@]}" mqtool recv -c 400 $queue | "${sipping[@]}" >out
		finish "$pid" 0
		cmp in out
		start mqtool send -l $queue <in
		"${nonblocking[@]}" mqtool recv -c 400 $queue | "${sipping[@]}" >out
		finish "$pid" 0
		cmp in out
	done
}

@test "partial writes: messages that are larger than a pipe" {
	limit kernel/msgmax 400000
	limit kernel/msgmnb 1000000
	mqtool rm 0x1
	mqtool create 0x1
	perl -e 'print map { chr(32 + $_ % 90) } 1 .. 300000' >in
	mqtool send 0x1 <in
	mqtool send 0x1 <in
	"${small_pipe[@]}" mqtool recv -r 0x1 | "${sipping[@]}" | cmp in
	"${nonblocking[@]}" mqtool recv -r 0x1 | "${sipping[@]}" | cmp in
	limit kernel/msgmax 8192
	limit kernel/msgmnb 16384
}

# Sends 1, 2, 3 ... to a queue, a line each, until the process $pid gets SIGTERM; how many that were
# is in the file "sent" then.
counting()
{
	rm -f numbers sent
	mkfifo numbers
	start sh -c 'exec mqtool send -l "$1" <numbers' - "$1"
	sender=$pid
	start perl -e '
		open(my $out, ">", "numbers") or die;
		$out->autoflush(1);
		$SIG{TERM} = sub { $stop = 1 };
		for (my $n = 0; !$stop; $n += 50) {
			print $out map { "$_\n" } $n + 1 .. $n + 50;
			select(undef, undef, undef, 0.001);
			$sent = $n + 50;
		}
		open(my $file, ">", "sent");
		print $file $sent;'
	counter=$pid
}

# The file is longer than when it was asked before.
grows()
{
	local before=$size
	size=$(stat -c %s "$1")
	[ "$size" -gt "$before" ]
}

@test "stopped again and again in the middle of a stream: nothing lost, nothing twice" {
	local queue
	for queue in 0x1 /p; do
		rm -f out
		size=0
		counting $queue
		for _ in 1 2 3 4 5 6; do
			receive out -f $queue
			wait_until grows out
			kill -TERM "$pid"
			finish "$pid" 143
		done
		receive out -f $queue
		kill -TERM "$counter"
		finish "$counter" 0
		finish "$sender" 0
		wait_until is_waiting $queue 0
		kill -TERM "$pid"
		finish "$pid" 143
		equal "$(cat err)" ""
		seq "$(cat sent)" >in
		conserved $queue
	done
}

@test "-v counts what was delivered" {
	fill 0x1
	run -1 sh -c 'exec mqtool recv -v -a 0x1 >/dev/full'
	matches "${lines[1]}" "mqtool recv: received 0 messages, 0 bytes in *"
	broken_pipe
	run -141 sh -c 'exec mqtool recv -v -a 0x1 >&9'
	matches "$output" "mqtool recv: received 0 messages, 0 bytes in *"
	run -0 --separate-stderr mqtool recv -v -a 0x1
	matches "$stderr" "mqtool recv: received 5 messages, * bytes in *"
}

@test "a limit on the size of files: what cannot be written goes back" {
	local queue name
	create_small /fsize 0xf5
	for queue in /fsize 0xf5; do
		mqtool send "$queue" a bb
		name=$(mqtool stat -H -o queue "$queue")
		# Stderr is a pipe, which has no size.
		run -1 bash -c 'ulimit -f 0; exec mqtool recv -a "$1" 2>&1 >out' - "$queue"
		equal "$output" "mqtool recv: cannot write standard output: File too large; 2 messages were put back"
		run -1 bash -c 'ulimit -f 0; exec mqtool recv -n "$1" -- cat' - "$queue"
		equal "$output" "mqtool recv: cannot run cat: File too large; the message goes back"
		equal "$(waiting "$name")" 2
		# What mqtool ignores COMMAND does not.
		run -0 mqtool recv -n "$queue" -- sh -c 'cat >/dev/null
			ulimit -f 0; sh -c "echo x >out"; kill -l $?'
		matches "$output" "*XFSZ"
		equal "$(waiting "$name")" 1
	done
}
