# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool stat: the table, the block, JSON, and what a line may ask for

load helper

headings="QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST"

setup()
{
	test_setup
	remove_all
}

# Later tests see what earlier ones left behind.
remove_all()
{
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# squeezed TEXT: runs of blanks made one.
squeezed()
{
	tr -s ' ' <<<"$1"
}

# refused REASON OPTION...: a usage error, exit 2, nothing on stdout, two lines.
refused()
{
	local reason=$1
	shift
	run --separate-stderr -2 mqtool stat "$@"
	equal "$output" "" || return
	matches "${stderr_lines[0]}" "mqtool stat: $reason" || return
	equal "${stderr_lines[1]}" "Try 'mqtool stat --help' for more information." || return
	equal "${#stderr_lines[@]}" 2
}

# member FILTER: of the JSON in $output, by jq.
member()
{
	jq -r "$1" <<<"$output"
}

@test "nothing there: headings alone, and an empty array" {
	run -0 mqtool stat
	equal "$(squeezed "$output")" "$headings"
	run -0 mqtool stat -H
	equal "$output" ""
	run -0 mqtool stat -j
	equal "$output" "[]"
	run -0 mqtool stat -Hj -o queue
	equal "$output" "[]"
}

@test "the table has both kinds, in the order of their names" {
	need_mqueue
	mqtool create -m 640 -c 10 -s 64 /b /a
	mqtool create -m 640 key:0x20 key:0x3
	mqtool create -m 600 --private
	run -0 mqtool stat -H -o queue,kind,mode
	equal "$(squeezed "${lines[1]}")" "key:0x00000003 sysv 0640"
	equal "$(squeezed "${lines[2]}")" "key:0x00000020 sysv 0640"
	equal "$(squeezed "${lines[3]}")" "/a posix 0640"
	equal "$(squeezed "${lines[4]}")" "/b posix 0640"
	matches "$(squeezed "${lines[0]}")" "id:+([0-9]) sysv 0600"
	equal "${#lines[@]}" 5
}

@test "the default columns" {
	need_mqueue
	mqtool create -c 10 -s 1K /q
	mqtool create -b 16K key:0x1
	mqtool send /q one two three
	mqtool send key:0x1 "$(head -c 1536 /dev/zero | tr '\0' x)"
	run -0 mqtool stat
	equal "$(squeezed "${lines[0]}")" "$headings"
	matches "$(squeezed "${lines[1]}")" "key:0x00000001 sysv 1 1.5K 9% 0600 root +([0-9])s"
	matches "$(squeezed "${lines[2]}")" "/q posix 3 11 30% 0600 root +([0-9])s"
	# Each column is as wide as its widest cell, and no line ends in a blank.
	[[ $output != *' '$'\n'* ]]
	[ "${#lines[0]}" = "${#lines[1]}" ]
}

@test "-S and -P" {
	need_mqueue
	mqtool create -c 10 -s 64 /q
	mqtool create key:0x1
	run -0 mqtool stat -H -S -o queue
	equal "$output" key:0x00000001
	run -0 mqtool stat -H --posix -o queue
	equal "$output" /q
	run -0 mqtool stat -H -SP -o queue
	equal "$output" $'key:0x00000001\n/q'
}

@test "-b prints sizes in bytes" {
	need_mqueue
	mqtool create -c 1 -s 8192 /q
	mqtool create -b 16384 key:0x1
	run -0 mqtool stat -H -o msgsize,qbytes
	equal "$(squeezed "$output")" $' - 16K\n8K -'
	run -0 mqtool stat -H -b -o msgsize,qbytes
	equal "$(squeezed "$output")" $' - 16384\n8192 -'
	run -0 mqtool stat --bytes /q
	matches "$output" *$'\n'"msgsize: 8192"$'\n'*
}

@test "-o chooses columns, + adds, names as heading or member" {
	mqtool create -m 600 key:0x4d
	run -0 mqtool stat -S -o KEY,Use,mode
	equal "$(squeezed "$output")" $' KEY USE% MODE\n0x0000004d 0% 0600'
	run -0 mqtool stat -S -o +msqid,key
	equal "$(squeezed "${lines[0]}")" "$headings MSQID KEY"
	# The last of several stands.
	run -0 mqtool stat -S -o ino -o use% -o +ino
	equal "$(squeezed "${lines[0]}")" "$headings INO"
}

@test "every column has a heading, a member, and is in the help" {
	mqtool create key:0x1
	local column columns
	columns="QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST WAITING KEY MSQID MAXMSG MSGSIZE"
	columns+=" QBYTES UID GID CUID CGID SENT RECEIVED LSPID LRPID CTIME INO NOTIFY"
	run -0 mqtool stat --help
	local help=$output
	for column in $columns; do
		matches "$help" *[[:space:]]"$column"[[:space:],.]* || return
		run --separate-stderr -0 mqtool stat -o "$column"
		equal "$(tr -d ' ' <<<"${lines[0]}")" "$column" || return
		run --separate-stderr -0 mqtool stat -j -o "$column"
		column=${column%\%}
		equal "$(member '.[0] | keys | .[]')" "${column,,}" || return
	done
	columns+=" NAMESPACE PROCS PID SEND/s RECV/s IN/s OUT/s AGE SWAIT RWAIT"
	run -2 mqtool stat -o x
	matches "$output" "*the columns are ${columns// /, }"$'\n'*
}

@test "-s sorts by number, size, age and text, :r the other way" {
	local n
	for n in 9 100 20; do
		mqtool create "key:$n"
		seq "$n" | head -c $((n * 10)) | mqtool send -l "key:$n"
	done
	run -0 mqtool stat -H -s messages -o queue
	equal "$output" $'key:0x00000009\nkey:0x00000014\nkey:0x00000064'
	run -0 mqtool stat -H -s MESSAGES:r -o queue
	equal "$output" $'key:0x00000064\nkey:0x00000014\nkey:0x00000009'
	# By a column that is not shown, and one that costs a look at each queue.
	run -0 mqtool stat -H -s bytes:r -o key
	equal "$output" $'0x00000064\n0x00000014\n0x00000009'
	run -0 mqtool stat -H -s key:r -o queue key:9 key:20 key:100
	equal "$output" $'key:0x00000064\nkey:0x00000014\nkey:0x00000009'
	# Without -s those that were named come as they were named.
	run -0 mqtool stat -H -o queue key:20 key:9 key:100 key:20
	equal "$output" $'key:0x00000014\nkey:0x00000009\nkey:0x00000064\nkey:0x00000014'
}

@test "a queue that is named is shown in full" {
	need_mqueue
	mqtool create -m 640 -c 10 -s 64 /q
	mqtool send -p 3 /q hello
	start "$MQTOOL_BUILD/tests/helpers/blocked" hold /q r
	local holder=$pid
	wait_until test -e "/proc/$holder/fd/3"
	wait_until eval '[[ $(readlink "/proc/$holder/fd/3") == */q ]]'
	run --separate-stderr -0 mqtool stat /q
	# None was seen to wait, and where others' processes cannot be read it is not known.
	matches "$output" "queue: /q
kind: posix
messages: 1
bytes: 5
use: 10%
mode: 0640
owner: root
last: +([0-9])s
waiting: [-?]
maxmsg: 10
msgsize: 64
uid: 0
gid: 0
ctime: 2*T*:*:*+00:00
ino: $(stat -c %i /dev/mqueue/q)
notify: -
holders: $holder blocked, fd 3, reads
waiters: [-?]"
	mqtool create -m 600 -b 16K key:0x1
	run --separate-stderr -0 mqtool stat key:1
	matches "$output" "queue: key:0x00000001
kind: sysv
messages: 0
bytes: 0
use: 0%
mode: 0600
owner: root
last: -
waiting: [-?]
key: 0x00000001
msqid: +([0-9])
qbytes: 16K
uid: 0
gid: 0
cuid: 0
cgid: 0
sent: -
received: -
lspid: -
lrpid: -
ctime: 2*T*:*:*+00:00
waiters: [-?]"
}

@test "the last sender and receiver of a System V queue, gone or not" {
	mqtool create key:0x1
	mqtool send key:0x1 one two
	mqtool recv key:0x1
	run --separate-stderr -0 mqtool stat key:0x1
	matches "$output" *$'\n'"lspid: +([0-9]) (exited)"$'\n'*
	matches "$output" *$'\n'"lrpid: +([0-9]) (exited)"$'\n'*
	matches "$output" *$'\n'"sent: 2"*$'\n'"received: 2"*
	# A sender that is still there.
	mkfifo pipe
	start mqtool send -l -f pipe key:0x1
	exec 9>pipe
	echo three >&9
	wait_until eval '[ "$(mqtool stat -H -o messages key:0x1)" = 2 ]'
	run --separate-stderr -0 mqtool stat key:0x1
	matches "$output" *$'\n'"lspid: $pid mqtool"$'\n'*
	exec 9>&-
	finish "$pid" 0
}

@test "several blocks, and a queue that is missing" {
	mqtool create key:0x1 key:0x2
	run --separate-stderr -4 mqtool stat key:0x1 /missing key:0x2 id:77777777
	equal "$(grep -A1 '^$' <<<"$output")" $'\nqueue: key:0x00000002'
	equal "$(grep '^queue:' <<<"$output")" $'queue: key:0x00000001\nqueue: key:0x00000002'
	equal "${stderr_lines[0]}" "mqtool stat: /missing: no such queue ('mqtool create /missing' makes it)"
	equal "${stderr_lines[1]}" "mqtool stat: id:77777777: no such queue"
	run --separate-stderr -4 mqtool stat -j -o queue /missing key:0x2
	equal "$(member '.[].queue')" key:0x00000002
	run --separate-stderr -4 mqtool stat /missing
	equal "$output" ""
	# The status is that of the first that failed.
	run --separate-stderr -1 mqtool stat ftok:/no/such /missing key:0x1
	run --separate-stderr -4 mqtool stat /missing ftok:/no/such key:0x1
}

@test "-o, -H, -s and -j make a table of what is named; -b and -w do not" {
	mqtool create key:0x1
	local options
	for options in -okey -H -squeue -j; do
		run -0 mqtool stat "$options" key:0x1
		[[ $output != *"queue: "* ]] || return
	done
	for options in -b -w; do
		run --separate-stderr -0 mqtool stat "$options" key:0x1
		matches "$output" "queue: key:0x00000001"$'\n'* || return
	done
}

@test "use of a queue is that of what fills it" {
	need_mqueue
	mqtool create -b 100 key:0x1
	mqtool create -b 0 key:0x2
	mqtool create -c 3 /q
	seq 60 | tr -d 1-9 | mqtool send -l key:0x1 # 54 messages, 6 of them a byte
	run -0 mqtool stat -H -S -o messages,bytes,use
	equal "$(squeezed "${lines[0]}")" "60 6 60%"
	equal "$(squeezed "${lines[1]}")" " 0 0 100%"
	mqtool send /q a b
	run -0 mqtool stat -H -o use /q
	equal "$output" 66%
	mqtool send /q c
	run -0 mqtool stat -H -o use /q
	equal "$output" 100%
}

@test "JSON has every column, each by its kind" {
	need_mqueue
	mqtool create -m 640 -c 10 -s 1024 /q
	mqtool create -m 620 -b 4096 key:0xffffffff
	mqtool send /q hello
	mqtool send key:-1 'a' 'b'
	run -0 mqtool stat -j
	python3 -m json.tool <<<"$output" >/dev/null
	equal "$(member '.[0] | [.queue, .kind, .messages, .bytes, .use, .mode, .key, .qbytes] | @json')" \
		'["key:0xffffffff","sysv",2,2,0,"0620",4294967295,4096]'
	equal "$(member '.[0] | [.maxmsg, .msgsize, .ino, .notify] | @json')" '[null,null,null,null]'
	equal "$(member '.[0] | (.sent == .last) and .last > 1600000000 and .received == 0')" true
	equal "$(member '.[1] | [.queue, .kind, .messages, .bytes, .use, .mode, .owner, .uid, .maxmsg, .msgsize, .notify] | @json')" \
		'["/q","posix",1,5,10,"0640","root",0,10,1024,0]'
	equal "$(member '.[1] | [.key, .msqid, .qbytes, .sent, .lspid] | @json')" \
		'[null,null,null,null,null]'
	equal "$(member '.[1].ino')" "$(stat -c %i /dev/mqueue/q)"
	equal "$(member '.[0] | has("waiting") or has("holders")')" false
	# One vocabulary: the block's fields are the members.
	local fields
	fields=$(mqtool stat /q key:-1 2>/dev/null | sed -n 's/:.*//p' | sort -u |
		grep -vxE 'waiting|holders|waiters|diagnosis')
	equal "$(member '.[0] | keys | .[]' | sort)" "$fields"
	run -0 mqtool stat -J -o key,mode key:-1
	equal "$(member '.[] | @json')" '{"key":4294967295,"mode":"0620"}'
}

@test "names with anything in them come back as they went" {
	need_mqueue
	local long name names listed
	long=$(printf '%255s' '' | tr ' ' '\377')
	names=("/a b" $'/a\nb' $'/a\tb' $'/\e[31mred' '/back\slash' $'/\xff\xfe' "/$long" "/'\"" '/-rf'
		'/*' '/%s%n' '/.hidden' '/..x' $'/\u202e' $'/\u00e9' $'/\u4e2d' $'/\x7f\xc2\x9b')
	for name in "${names[@]}"; do
		mqtool create -m 600 -c 1 -s 1 -- "$name"
		[ -e "/dev/mqueue$name" ]
	done
	run --separate-stderr -0 mqtool stat -P -H -o queue
	equal "${#lines[@]}" "${#names[@]}"
	# Nothing that a terminal would act on.
	[[ $output != *[$'\x01'-$'\x09'$'\x0b'-$'\x1f'$'\x7f']* ]]
	LC_ALL=C grep -qv $'\xc2\x9b\|\xe2\x80\xae' <<<"$output"
	for listed in "${lines[@]}"; do
		run -0 mqtool stat -H -o queue -- "$listed"
		equal "$output" "$listed" || return
	done
	run -0 mqtool stat -j -P
	python3 -m json.tool <<<"$output" >/dev/null
	equal "$(member '.[].queue')" "$(mqtool stat -P -H -o queue)"
	# Given back, each form removes the queue that it names.
	mqtool stat -j -P | jq -r '.[].queue' | xargs -d '\n' mqtool rm --
	equal "$(ls -A /dev/mqueue)" ""
}

@test "wide and combining characters keep the columns straight" {
	need_mqueue
	mqtool create -m 600 -c 1 -s 1 $'/\u4e2d\u6587' $'/e\u0301' /abcd
	run -0 mqtool stat -P -o queue,mode
	equal "${lines[1]}" "/abcd  0600"
	equal "${lines[2]}" $'/e\u0301     0600'
	equal "${lines[3]}" $'/\u4e2d\u6587  0600'
}

@test "a queue that may not be read is listed with ?, and named is status 5" {
	need_mqueue
	mqtool create -m 0 -c 1 -s 1 /sealed
	run -0 without_capabilities mqtool stat -H -P -o queue,messages,bytes,use,mode,owner,notify
	equal "$(squeezed "$output")" "/sealed ? ? ? 0000 root ?"
	run -0 without_capabilities mqtool stat -j -P
	equal "$(member '.[] | [.messages, .bytes, .use, .maxmsg, .mode, .notify] | @json')" \
		'[null,null,null,null,"0000",null]'
	run --separate-stderr -5 without_capabilities mqtool stat /sealed
	matches "$output" "queue: /sealed"$'\n'*"messages: ?"$'\n'*"mode: 0000"$'\n'*
	matches "$stderr" "*mqtool stat: /sealed: permission denied (mode 0000, owner root:root)*"
	run --separate-stderr -5 without_capabilities mqtool stat -H -o messages /sealed
	equal "$output" "?"
	# All that was asked for can be read.
	run --separate-stderr -0 without_capabilities mqtool stat -H -o queue,mode,ino /sealed
	matches "$output" "/sealed  0000  +([0-9])"
	equal "$stderr" ""
	# The first that failed counts, and the others are shown.
	mqtool create key:0x1
	run --separate-stderr -5 without_capabilities mqtool stat -H -o queue,use /sealed /no key:1
	equal "$(squeezed "$output")" $'/sealed ?\nkey:0x00000001 0%'
}

@test "a queue that may only be written to shows its depth" {
	need_mqueue
	mqtool create -m 200 -c 4 -s 1 /drop
	without_capabilities mqtool send /drop x
	run -0 without_capabilities mqtool stat -H -P -o messages,use,bytes,notify
	equal "$(squeezed "$output")" "1 25% ? ?"
	run --separate-stderr -0 without_capabilities mqtool stat -H -o messages,use /drop
	equal "$(squeezed "$output")" "1 25%"
	run --separate-stderr -5 without_capabilities mqtool stat -H -o bytes /drop
}

@test "System V queues show without the right to read them" {
	mqtool create -m 0 -b 100 key:0x1
	run -0 without_capabilities mqtool stat -H -S -o queue,messages,use,qbytes,mode
	equal "$(squeezed "$output")" "key:0x00000001 0 0% 100 0000"
	run --separate-stderr -0 without_capabilities mqtool stat key:1
	matches "$output" *$'\n'"qbytes: 100"$'\n'*
}

@test "usage errors: nothing is shown" {
	mqtool create key:0x1
	refused "-o: there is no column 'nosuch'; the columns are QUEUE, *" -o nosuch
	refused "--output: there is no column ''; the columns are *" --output=
	refused "-o: there is no column ''; the columns are *" -o queue,
	refused "-o: there is no column '\\\\x1b\[31m'; the columns are *" -o $'\e[31m'
	refused "-s: there is no column 'x'; the columns are *" -s x
	refused "-s: 'use:x' is not COL or COL:r" -s use:x
	refused "--sort: '\\\\x0a:' is not COL or COL:r" --sort $'\n:'
	refused "unknown option '-q'" -q
	run --separate-stderr -2 mqtool stat key:0x1 jobs
	equal "$output" ""
	run --separate-stderr -2 mqtool stat -j key:0x1 /a/b
	equal "$output" ""
	refused "--sysv is for System V queues, and /q is a POSIX queue" -S /q
	refused "--posix is for POSIX queues, and key:0x00000001 is a System V queue" -P key:1
	refused "--limits shows no queues: 'key:1' cannot be named" -L key:1
	refused "--limits has its own columns: not with --output" -L -o queue
	refused "--limits has its own columns: not with --sort" -L -s queue
	refused "--limits has its own columns: not with --waiters" -L -w
}

@test "a write that fails is a failure" {
	mqtool create key:0x1
	local options
	for options in -S key:1 -j -L; do
		run --separate-stderr -1 eval "mqtool stat $options >/dev/full"
		matches "$stderr" *"mqtool stat: "*"No space left on device"* || return
	done
}

@test "called as mqstat" {
	mqtool create key:0x1
	run -0 mqstat -H -o queue
	equal "$output" key:0x00000001
}

@test "queues that come and go while they are listed are whole or not there" {
	need_mqueue
	local i name
	mqtool create -c 1 -s 1 /stays
	for name in /come1 /come2 /come3; do
		start "$MQTOOL_BUILD/tests/helpers/blocked" churn "$name"
	done
	for i in {1..100}; do
		run --separate-stderr -0 mqtool stat -P -H
		equal "$stderr" "" || return
		matches $'\n'"$output" *$'\n'"/stays "* || return
		[[ $output != *\?* ]] || return
		# Without privilege it is by its queues that /dev/mqueue is known to be ours.
		run --separate-stderr -0 without_capabilities mqtool stat -P -H
		equal "$stderr" "" || return
		matches $'\n'"$output" *$'\n'"/stays "* || return
	done
}
