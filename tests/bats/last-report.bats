# SPDX-License-Identifier: GPL-2.0-or-later
#
# A message that cannot go back stands on stderr, whole: however slow its reader is and however little
# memory there is.

load helper

setup()
{
	test_setup
	limit kernel/msgmax 700000
	limit kernel/msgmnb 1500000
	mqtool rm -f 0x9
	mqtool create 0x9
}

# The message of the file "in" stands in the file "err", and then the line that closes it.
check_report()
{
	perl -ne 'print $1 if /^\{"queue":"[^"]*","type":1,"size":600000,"body":"(.*)"\}$/' err >body
	perl -pe 's/\\u([0-9a-f]{4})/chr hex $1/ge' body | cmp - in
	matches "$(tail -n 1 err)" \
		"mqtool recv: *: 1 message could not be put back (*); it is printed above as JSON"
}

# In front of a command: stderr is the pipe "fifo", which does not block.
nonblocking=(perl -e 'use Fcntl; open(STDERR, ">", "fifo") or die;
	fcntl(STDERR, F_SETFL, O_WRONLY | O_NONBLOCK); exec @ARGV')

# held COMMAND...: recv in the background that holds the message, while its reader does nothing, and
# the queue is removed meanwhile.
held()
{
	stopped_reader
	mv fifo full
	mkfifo fifo
	exec 6<>fifo
	start "${nonblocking[@]}" sh -c 'exec mqtool recv -f 0x9 >full'
	wait_until in_write "$pid"
	mqtool rm 0x9
}

in_poll()
{
	[[ $(cat "/proc/$1/wchan") == *poll* ]]
}

@test "a full stderr that does not block is waited for, also after a signal" {
	perl -e 'print "x" x 600000' >in
	mqtool send 0x9 <in
	held
	kill -TERM "$pid"
	wait_until in_poll "$pid"
	local receiver=$pid
	start cat <fifo >err 6>&-
	exec 6>&-
	finish "$receiver" 1
	finish "$pid" 0
	check_report
	exec 9>&-
}

@test "a second stop signal gives it up" {
	perl -e 'print "x" x 600000' >in
	mqtool send 0x9 <in
	held
	kill -TERM "$pid"
	wait_until in_poll "$pid"
	kill -TERM "$pid"
	finish "$pid" 1
	exec 6>&- 9>&-
}

@test "no memory for six times the message" {
	! nm -D "$MQTOOL" 2>/dev/null | grep -q __asan || skip_loudly "a sanitizer needs more memory"
	perl -e 'print "\001" x 600000' >in
	mqtool send 0x9 <in
	stopped_reader
	start sh -c 'ulimit -v 8000; exec mqtool recv -f 0x9 >fifo 2>err'
	wait_until in_write "$pid"
	mqtool rm 0x9
	kill -TERM "$pid"
	finish "$pid" 1
	exec 9>&-
	check_report
}
