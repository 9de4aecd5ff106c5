# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a new user gets wrong, as a transcript: "$" is what is typed, then what mqtool answers, "=>" the
# exit status, and "+" the next line, which that answer makes right: it works.

load helper

setup()
{
	test_setup
	small_queues
	need_mqueue
	mkdir bin
	# The owner, held to the mode of the queue.
	printf '#!/bin/sh\nexec setpriv --bounding-set=-all --inh-caps=-all "$@"\n' >bin/nobody
	chmod 755 bin/nobody
	PATH=$PATH:$PWD/bin
	printf 'a\0b\377' >binary
}

teardown()
{
	mqtool rm -ay --match='*'
	test_teardown
}

# The same queues for every line.
start_over()
{
	mqtool rm -a -y --match='*' &&
		mqtool create -c 4 -s 128 /jobs &&
		mqtool create -c 4 -s 64 /work &&
		mqtool create -c 1 -s 16 /full /app-1 /app-2 &&
		mqtool create -m 0 -c 1 -s 16 /closed &&
		mqtool create -m 0 key:0xc &&
		mqtool create key:7 &&
		mqtool send /work x &&
		mqtool send /full x &&
		mqtool send key:7 x
}

run_line()
{
	run timeout 20 bash -c "$1" </dev/null
}

# The next line is the suggested one, except for the answer to a question.
follows()
{
	local said=$1 next=${2/ -y/}
	case $said in
	*"Did you mean 'mqtool "*) matches "$said" "*Did you mean '$next'[?]" ;;
	*"Did you mean '"*)
		said=${said##*Did you mean \'}
		matches "$next" "*${said%\'[?]}*"
		;;
	*"('mqtool create "*)
		said=${said##*(\'}
		matches "$next" "${said%%\'*} *"
		;;
	esac
}

# transcript: reads one, and holds mqtool to it.
transcript()
{
	local line typed='' answer='' count=0
	while IFS= read -r line; do
		case $line in
		'$ '*)
			typed=${line#'$ '} answer=
			;;
		'=> '*)
			start_over || return
			run_line "$typed"
			# The list of commands is for who gave none.
			[[ $answer != *$'\n*\n'* ]] || output=${lines[0]}$'\n*\n'${lines[-2]}$'\n'${lines[-1]}
			equal "$output"$'\n'"=> $status" "$answer$line" || { echo "$typed" >&2; return 1; }
			;;
		'+ '*)
			line=${line#+ }
			follows "${answer%$'\n'}" "$line" || return
			start_over || return
			run_line "$line"
			[ "$status" -eq 0 ] || { echo "$line: $status, $output" >&2; return 1; }
			count=$((count + 1))
			;;
		*)
			answer+=$line$'\n'
			;;
		esac
	done
	[ $count -gt 0 ]
}

@test "commands that are misspelled, or called otherwise" {
	transcript <<-'END'
	$ mqtool crate /new
	mqtool: unknown command 'crate'
	Did you mean 'create'?
	=> 2
	+ mqtool create /new
	$ mqtool snd /jobs x
	mqtool: unknown command 'snd'
	Did you mean 'send'?
	=> 2
	+ mqtool send /jobs x
	$ mqtool rcv /work
	mqtool: unknown command 'rcv'
	Did you mean 'recv'?
	=> 2
	+ mqtool recv /work
	$ mqtool mvoe /work /jobs
	mqtool: unknown command 'mvoe'
	Did you mean 'move'?
	=> 2
	+ mqtool move /work /jobs
	$ mqtool stta
	mqtool: unknown command 'stta'
	Did you mean 'stat'?
	=> 2
	+ mqtool stat
	$ mqtool chek -w 80 -c 90 /jobs
	mqtool: unknown command 'chek'
	Did you mean 'check'?
	=> 2
	+ mqtool check -w 80 -c 90 /jobs
	$ mqtool ste -m 600 /jobs
	mqtool: unknown command 'ste'
	Did you mean 'set'?
	=> 2
	+ mqtool set -m 600 /jobs
	$ mqtool rmm /jobs
	mqtool: unknown command 'rmm'
	Did you mean 'rm'?
	=> 2
	+ mqtool rm /jobs
	$ mqtool purg /work
	mqtool: unknown command 'purg'
	Did you mean 'purge'?
	=> 2
	+ mqtool purge /work
	$ mqtool wiat --empty /jobs
	mqtool: unknown command 'wiat'
	Did you mean 'wait'?
	=> 2
	+ mqtool wait --empty /jobs
	$ mqtool trcae
	mqtool: unknown command 'trcae'
	Did you mean 'trace'?
	=> 2
	+ mqtool trace --help
	$ mqtool wacth
	mqtool: unknown command 'wacth'
	Did you mean 'watch'?
	=> 2
	+ mqtool watch --help
	$ mqtool hlep
	mqtool: unknown command 'hlep'
	Did you mean 'help'?
	=> 2
	+ mqtool help
	$ mqtool receive /work
	mqtool: unknown command 'receive'
	Did you mean 'recv'?
	=> 2
	+ mqtool recv /work
	$ mqtool ls
	mqtool: unknown command 'ls'
	Did you mean 'stat'?
	=> 2
	+ mqtool stat
	$ mqtool delete /jobs
	mqtool: unknown command 'delete'
	Did you mean 'rm'?
	=> 2
	+ mqtool rm /jobs
	$ mqtool peek key:7
	mqtool: unknown command 'peek'
	Did you mean 'recv --peek'?
	=> 2
	+ mqtool recv --peek key:7
	$ mqtool tail /jobs
	mqtool: unknown command 'tail'
	Did you mean 'trace'?
	=> 2
	+ mqtool trace --help
	$ mqtool help recieve
	mqtool: unknown command 'recieve'
	Did you mean 'recv'?
	=> 2
	+ mqtool help recv
	$ mqtool
	Usage: mqtool COMMAND [OPTION...] ...
	*
	mqtool: no command given
	Try 'mqtool --help' for more information.
	=> 2
	+ mqtool --help
	END
}

@test "words in the wrong order" {
	transcript <<-'END'
	$ mqtool /jobs send hi
	mqtool: unknown command '/jobs'
	Did you mean 'mqtool send /jobs hi'?
	=> 2
	+ mqtool send /jobs hi
	$ mqtool /jobs
	mqtool: unknown command '/jobs'
	Did you mean 'mqtool stat /jobs'?
	=> 2
	+ mqtool stat /jobs
	$ mqtool send hi /jobs
	mqtool send: 'hi': a POSIX queue's name begins with a slash: write /hi
	Did you mean 'mqtool send /jobs hi'?
	=> 2
	+ mqtool send /jobs hi
	$ mqtool send 'hello world' /jobs
	mqtool send: 'hello world': a POSIX queue's name begins with a slash: write esc:/hello\x20world
	Did you mean 'mqtool send /jobs "hello world"'?
	=> 2
	+ mqtool send /jobs "hello world"
	$ mqtool -n recv /work
	mqtool: unknown option '-n'
	Did you mean 'mqtool recv -n /work'?
	=> 2
	+ mqtool recv -n /work
	$ mqtool set 644 /jobs
	mqtool set: nothing to change: give -m, -o or -b
	Did you mean 'mqtool set -m 644 /jobs'?
	=> 2
	+ mqtool set -m 644 /jobs
	$ mqtool create 0644 /new
	mqtool create: '0644': a number alone may be an id or a key: write id:N or key:N, N of at most 32 bits without blanks, plus sign or leading zeros
	Did you mean 'mqtool create -m 0644 /new'?
	=> 2
	+ mqtool create -m 0644 /new
	$ mqtool recv /work cat
	mqtool recv: extra operand 'cat' (write a command after '--')
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv /work -- cat
	$ mqtool recv -n /work /jobs
	mqtool recv: extra operand '/jobs': recv takes one queue
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -n /work
	$ mqtool move /work
	mqtool move: missing operand after '/work'
	Try 'mqtool move --help' for more information.
	=> 2
	+ mqtool move /work /jobs
	END
}

@test "names of queues" {
	transcript <<-'END'
	$ mqtool send jobs hi
	mqtool send: 'jobs': a POSIX queue's name begins with a slash: write /jobs
	=> 2
	+ mqtool send /jobs hi
	$ mqtool stat /dev/mqueue/jobs
	mqtool stat: '/dev/mqueue/jobs': a queue is named without /dev/mqueue: write /jobs
	=> 2
	+ mqtool stat /jobs
	$ mqtool create /app/jobs
	mqtool create: '/app/jobs': a POSIX queue's name has one slash, at its start: write /NAME without a second one
	=> 2
	+ mqtool create /app-jobs
	$ mqtool stat 7
	mqtool stat: '7': a number alone may be an id or a key: write id:7 or key:7
	=> 2
	+ mqtool stat key:7
	$ mqtool stat key:07
	mqtool stat: 'key:07': a leading 0 may be meant as octal: write the key in decimal without it, or in hex after 0x
	=> 2
	+ mqtool stat key:7
	$ mqtool stat key:7f
	mqtool stat: 'key:7f': not a key: write hex digits after 0x (0x4d510001) or a decimal number (key:1297154049)
	=> 2
	+ mqtool stat 0x7
	$ mqtool stat sysv:7
	mqtool stat: 'sysv:7': no form of a queue's name begins with that word and a colon: write /NAME, posix:NAME, esc:/NAME, 0xN, key:N, id:N, ftok:PATH[:PROJ], proc:PID/FD or amqp://HOST/QUEUE
	=> 2
	+ mqtool stat key:7
	$ mqtool create id:7
	mqtool create: id:7: the kernel chooses ids; give a key, or --private
	Try 'mqtool create --help' for more information.
	=> 2
	+ mqtool create --private
	$ mqtool rm '/app*'
	mqtool rm: /app*: no such queue
	Did you mean 'mqtool rm -a --match="/app*"'?
	=> 4
	+ mqtool rm -a -y --match="/app*"
	$ mqtool stat '/app*'
	mqtool stat: /app*: no such queue
	Did you mean 'mqtool stat --match="/app*"'?
	=> 4
	+ mqtool stat --match="/app*"
	$ mqtool rm
	mqtool rm: no queue given
	Try 'mqtool rm --help' for more information.
	=> 2
	+ mqtool rm /jobs
	$ mqtool rm -a -y
	mqtool rm: -a needs -S, -P, --match, --empty, --idle or --owner
	Try 'mqtool rm --help' for more information.
	=> 2
	+ mqtool rm -a -y --match="/app*"
	$ mqtool rm -a -P
	mqtool rm: no terminal to ask on: give -y or --dry-run
	Try 'mqtool rm --help' for more information.
	=> 2
	+ mqtool rm -a -P -y
	END
}

@test "queues that are missing, there already, full, empty or closed" {
	transcript <<-'END'
	$ mqtool send /new hi
	mqtool send: /new: no such queue ('mqtool create /new' makes it)
	=> 4
	+ mqtool create /new && mqtool send /new hi
	$ mqtool recv key:9
	mqtool recv: key:0x00000009: no such queue ('mqtool create key:0x00000009' makes it)
	=> 4
	+ mqtool create key:0x00000009 && mqtool send key:9 x && mqtool recv key:9
	$ mqtool stat /new
	mqtool stat: /new: no such queue ('mqtool create /new' makes it)
	=> 4
	+ mqtool create /new && mqtool stat /new
	$ mqtool set -m 640 /new
	mqtool set: /new: no such queue ('mqtool create /new' makes it)
	=> 4
	+ mqtool create /new && mqtool set -m 640 /new
	$ mqtool purge /new
	mqtool purge: /new: no such queue ('mqtool create /new' makes it)
	=> 4
	+ mqtool create /new && mqtool purge /new
	$ mqtool watch -b -n 1 /new
	mqtool watch: /new: no such queue ('mqtool create /new' makes it)
	=> 4
	+ mqtool create /new && mqtool watch -b -n 1 /new
	$ mqtool check -w 80 -c 90 /new
	MQTOOL UNKNOWN - /new: no such queue
	=> 3
	+ mqtool create /new && mqtool check -w 80 -c 90 /new
	$ mqtool rm /new
	mqtool rm: /new: no such queue
	=> 4
	+ mqtool rm -f /new
	$ mqtool create /jobs
	mqtool create: /jobs: the queue already exists
	=> 1
	+ mqtool create -e /jobs
	$ mqtool send -n /full y
	mqtool send: /full: the queue is full: 1 message, mq_maxmsg 1
	=> 3
	+ mqtool recv /full && mqtool send -n /full y
	$ mqtool recv -n /jobs
	mqtool recv: /jobs: the queue is empty
	=> 3
	+ mqtool send /jobs x && mqtool recv -n /jobs
	$ nobody mqtool recv -n /closed
	mqtool recv: /closed: permission denied (mode 0000, owner root:root)
	=> 5
	+ mqtool set -m 600 /closed && nobody mqtool stat /closed
	$ nobody mqtool send key:0xc x
	mqtool send: key:0x0000000c: permission denied (mode 0000, owner root:root)
	=> 5
	+ mqtool set -m 600 key:0xc && nobody mqtool send key:0xc x
	END
}

@test "messages" {
	transcript <<-'END'
	$ mqtool send /jobs -5
	mqtool send: unknown option '-5'
	Did you mean '-- -5'?
	=> 2
	+ mqtool send /jobs -- -5
	$ mqtool send /jobs -hello
	mqtool send: unknown option '-e'
	Did you mean '-- -hello'?
	=> 2
	+ mqtool send /jobs -- -hello
	$ mqtool send /jobs '--- begin ---'
	mqtool send: unknown option '--- begin ---'
	Did you mean '-- "--- begin ---"'?
	=> 2
	+ mqtool send /jobs -- "--- begin ---"
	$ mqtool recv --raw -0 /work >out
	mqtool recv: give only one of -0, -r, -F and -j
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv --raw /work >out
	$ mqtool send -l /jobs -f binary hi
	mqtool send: a MESSAGE cannot be given together with -f, -l, -0 or -j
	Try 'mqtool send --help' for more information.
	=> 2
	+ mqtool send -l /jobs -f binary
	$ printf '{"body":"\xff"}' | mqtool send -j /jobs
	mqtool send: line 1: column 10: bad JSON: unable to decode byte 0xff near '"' (bytes that are not UTF-8 go in body_base64); 0 messages were sent before it
	=> 1
	+ printf '{"body_base64":"/w=="}' | mqtool send -j /jobs
	$ mqtool send /jobs "$(printf %0200d 1)"
	mqtool send: 200 bytes; /jobs takes at most 128 (its mq_msgsize, fixed by mqtool create --message-size)
	=> 1
	+ mqtool create -s 200 /new && mqtool send /new "$(printf %0200d 1)"
	$ mqtool send -l /jobs hi
	mqtool send: a MESSAGE cannot be given together with -f, -l, -0 or -j
	Try 'mqtool send --help' for more information.
	=> 2
	+ echo hi | mqtool send -l /jobs
	$ mqtool send -f missing /jobs
	mqtool send: cannot open missing: No such file or directory; nothing was sent
	=> 1
	+ mqtool send -f binary /jobs
	$ echo '{body: hi}' | mqtool send -j /jobs
	mqtool send: line 1: column 5: bad JSON: string or '}' expected near 'body'; 0 messages were sent before it
	=> 1
	+ echo '{"body": "hi"}' | mqtool send -j /jobs
	$ mqtool send -t 5 /jobs x
	mqtool send: -t is for System V queues, and /jobs is a POSIX queue
	Try 'mqtool send --help' for more information.
	=> 2
	+ mqtool send -p 5 /jobs x
	$ mqtool send -p 5 key:7 x
	mqtool send: -p is for POSIX queues, and key:0x00000007 is a System V queue
	Try 'mqtool send --help' for more information.
	=> 2
	+ mqtool send -t 5 key:7 x
	$ mqtool send -p 40000 /jobs x
	mqtool send: -p: 40000 is out of range (0 to 32767)
	Try 'mqtool send --help' for more information.
	=> 2
	+ mqtool send -p 32767 /jobs x
	$ mqtool recv -t 5 /work
	mqtool recv: -t is for System V queues, and /work is a POSIX queue
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv /work
	END
}

@test "options and their values" {
	transcript <<-'END'
	$ mqtool recv --timout 5 /work
	mqtool recv: unknown option '--timout'
	Did you mean '--timeout'?
	=> 2
	+ mqtool recv --timeout 5 /work
	$ mqtool create --size 100 /new
	mqtool create: unknown option '--size'
	Did you mean '--message-size'?
	=> 2
	+ mqtool create --message-size 100 /new
	$ mqtool create -s 64kb /new
	mqtool create: -s: '64kb' is not a size (digits, then K, M, G or nothing)
	Try 'mqtool create --help' for more information.
	=> 2
	+ mqtool create -s 1k /new
	$ mqtool create -m rw /new
	mqtool create: -m: 'rw' is not a mode (octal digits, at most 0777)
	Try 'mqtool create --help' for more information.
	=> 2
	+ mqtool create -m 600 /new
	$ mqtool create -c 1000000 /new
	mqtool create: /new: mq_maxmsg of 1000000 asked; at most 10 is allowed (fs.mqueue.msg_max; raise it with sysctl fs.mqueue.msg_max=N)
	=> 1
	+ mqtool create -c 10 /new
	$ mqtool create -b 1K /new
	mqtool create: --max-bytes is for System V queues, and /new is a POSIX queue
	Try 'mqtool create --help' for more information.
	=> 2
	+ mqtool create -s 1K /new
	$ mqtool set -c 5 /jobs
	mqtool set: -c: the number and size of the messages of a POSIX queue are fixed when it is made: make another one and move the messages
	Did you mean 'mqtool create -c 5 /jobs.new && mqtool move /jobs /jobs.new'?
	=> 2
	+ mqtool create -c 5 /jobs.new && mqtool move /jobs /jobs.new
	$ mqtool recv -T 5min /work
	mqtool recv: -T: '5min' is not a duration (seconds, or a number with ms, s, m, h or d)
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -T 5m /work
	$ mqtool recv -c /work
	mqtool recv: -c: '/work' is not a whole number (decimal digits only)
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -c 1 /work
	$ mqtool recv -f -c 5 /work
	mqtool recv: -f never ends, -c ends after N messages: give one
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -c 1 /work
	$ mqtool recv -F '%z' /work
	mqtool recv: invalid format at '%z'; see mqtool recv --help
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -F '%s\n' /work
	$ mqtool recv -F /work
	mqtool recv: no queue given: '/work' is taken as the value of -F
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv -F '%s\n' /work
	$ mqtool send -f /jobs
	mqtool send: no queue given: '/jobs' is taken as the value of -f
	Try 'mqtool send --help' for more information.
	=> 2
	+ mqtool send -f binary /jobs
	$ mqtool send --prefix : /jobs
	mqtool send: --prefix needs messages cut by -l or -0
	Try 'mqtool send --help' for more information.
	=> 2
	+ echo 5:hi | mqtool send -l --prefix : /jobs
	$ mqtool recv /work -c
	mqtool recv: option '-c' needs a value
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv /work -c 1
	$ mqtool rm -rf /jobs
	mqtool rm: unknown option '-r'
	Try 'mqtool rm --help' for more information.
	=> 2
	+ mqtool rm -f /jobs
	$ mqtool recv --all=5 /work
	mqtool recv: option '--all' takes no value
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv --all -c 5 /work
	$ mqtool recv --move-failed /jobs -- cat
	mqtool recv: no queue given: '/jobs' is taken as the value of --move-failed
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv --move-failed /jobs /work -- cat
	$ mqtool recv /work -- nosuchcommand
	mqtool recv: cannot run nosuchcommand: no such command; nothing was taken
	=> 2
	+ mqtool recv /work -- cat
	$ mqtool recv /work --
	mqtool recv: no command after '--'
	Try 'mqtool recv --help' for more information.
	=> 2
	+ mqtool recv /work -- cat
	$ mqtool stat -o NAME
	mqtool stat: -o: there is no column 'NAME'; the columns are QUEUE, KIND, MESSAGES, BYTES, USE%, MODE, OWNER, LAST, WAITING, KEY, MSQID, MAXMSG, MSGSIZE, QBYTES, UID, GID, CUID, CGID, SENT, RECEIVED, LSPID, LRPID, CTIME, INO, NOTIFY, NAMESPACE, PROCS, PID, SEND/s, RECV/s, IN/s, OUT/s, AGE, SWAIT, RWAIT
	Try 'mqtool stat --help' for more information.
	=> 2
	+ mqtool stat -o QUEUE
	$ mqtool check -w 80 /jobs
	mqtool check: both -w and -c are needed
	Try 'mqtool check --help' for more information.
	MQTOOL UNKNOWN - wrong usage: see standard error, and mqtool check --help
	=> 3
	+ mqtool check -w 80 -c 90 /jobs
	$ mqtool check -w 80% -c 90% /jobs
	mqtool check: -w: '80%' is not a whole number (decimal digits only)
	Try 'mqtool check --help' for more information.
	MQTOOL UNKNOWN - wrong usage: see standard error, and mqtool check --help
	=> 3
	+ mqtool check -w 80 -c 90 /jobs
	$ mqtool watch
	mqtool watch: standard input is not a terminal; to print instead, use --batch or --json
	Try 'mqtool watch --help' for more information.
	=> 2
	+ mqtool watch --batch -n 1
	$ mqtool set /jobs
	mqtool set: nothing to change: give -m, -o or -b
	Try 'mqtool set --help' for more information.
	=> 2
	+ mqtool set -m 600 /jobs
	END
}
