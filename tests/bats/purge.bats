# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool purge

load helper

setup()
{
	test_setup
	small_queues
}

# types KEY: the types of the messages that wait, in their order.
types()
{
	mqtool recv --peek -a -F '%t ' "$1"
}

@test "throws away what waits, of both kinds, and prints how many" {
	mqtool create /p1 key:0x21
	mqtool send /p1 one two three
	mqtool send key:0x21 one ""
	run -0 mqtool purge /p1 key:0x21
	equal "$output" "/p1: 3 messages purged
key:0x00000021: 2 messages purged"
	run -3 mqtool recv -n /p1
	run -3 mqtool recv -n key:0x21
	mqtool send /p1 one
	run -0 mqtool purge /p1
	equal "$output" "/p1: 1 message purged"
	mqtool rm /p1 key:0x21
}

@test "an empty queue: none, without waiting" {
	mqtool create /p2 key:0x22
	run -0 timeout 10 mqtool purge /p2 key:0x22
	equal "$output" "/p2: 0 messages purged
key:0x00000022: 0 messages purged"
	mqtool rm /p2 key:0x22
}

@test "any bytes, any size, many" {
	mqtool create -b 16384 key:0x23
	mqtool create /small -s 1
	mqtool create /large -s 8192
	head -c 8192 /dev/zero | mqtool send key:0x23
	head -c 8192 /dev/urandom | mqtool send key:0x23
	mqtool send /small ""
	head -c 8192 /dev/urandom | mqtool send /large
	run -0 mqtool purge /small key:0x23 /large
	equal "${lines[0]} ${lines[1]} ${lines[2]}" \
		"/small: 1 message purged key:0x00000023: 2 messages purged /large: 1 message purged"
	yes "" | head -n 16384 | mqtool send -l key:0x23
	run -0 mqtool purge key:0x23
	equal "$output" "key:0x00000023: 16384 messages purged"
	mqtool rm key:0x23 /small /large
}

@test "messages over today's msgmax go too" {
	mqtool create key:0x24
	head -c 8192 /dev/zero | mqtool send key:0x24
	limit kernel/msgmax 100
	run -0 mqtool purge key:0x24
	equal "$output" "key:0x00000024: 1 message purged"
	mqtool rm key:0x24
}

# ---- -t, -x ----

# fill: messages of types 1 2 3 2 1 3.
fill()
{
	local type
	for type in 1 2 3 2 1 3; do
		mqtool send -t "$type" key:0x25 x
	done
}

@test "-t chooses as recv does" {
	mqtool create key:0x25
	fill
	run -0 mqtool purge -t 2 key:0x25
	equal "$output" "key:0x00000025: 2 messages purged"
	equal "$(types key:0x25)" "1 3 1 3 "
	run -0 mqtool purge --type=7 key:0x25
	equal "$output" "key:0x00000025: 0 messages purged"
	run -0 mqtool purge -t 0 key:0x25
	equal "$output" "key:0x00000025: 4 messages purged"
	fill
	run -0 mqtool purge -t -2 key:0x25
	equal "$output" "key:0x00000025: 4 messages purged"
	equal "$(types key:0x25)" "3 3 "
	mqtool purge key:0x25
	fill
	run -0 mqtool purge -x -t 3 key:0x25
	equal "$output" "key:0x00000025: 4 messages purged"
	equal "$(types key:0x25)" "3 3 "
	mqtool purge -t -9223372036854775808 key:0x25
	equal "$(types key:0x25)" ""
	mqtool rm key:0x25
}

# ---- at most as many as there were ----

@test "what a blocked sender then puts on stays, of both kinds" {
	mqtool create /p3 -c 2 -s 10
	mqtool create -b 2 key:0x26
	mqtool send /p3 a b
	mqtool send -t 5 key:0x26 a b
	start mqtool send /p3 late
	local posix=$pid
	start mqtool send -t 5 key:0x26 l
	local sysv=$pid
	blocked "$posix" mq_timedsend
	blocked "$sysv" msgsnd
	run -0 mqtool purge /p3
	equal "$output" "/p3: 2 messages purged"
	run -0 mqtool purge -t 5 key:0x26
	equal "$output" "key:0x00000026: 2 messages purged"
	finish "$posix" 0
	finish "$sysv" 0
	equal "$(mqtool recv /p3)" late
	equal "$(mqtool recv key:0x26)" l
	mqtool rm /p3 key:0x26
}

@test "beside a sender that never ends" {
	mqtool create /p4 key:0x27
	start mqtool send -l /p4 < <(yes)
	blocked "$pid" mq_timedsend
	start mqtool send -l key:0x27 < <(yes)
	blocked "$pid" msgsnd
	run -0 timeout 30 mqtool purge /p4 key:0x27
	equal "${lines[0]}" "/p4: 10 messages purged"
	matches "${lines[1]}" "key:0x00000027: * messages purged"
	run -0 awk 'NR == 2 { exit !($2 > 0 && $2 <= 16384) }' <<<"$output"
	mqtool rm /p4 key:0x27
}

# ---- permissions ----

@test "needs read permission, and no other" {
	mqtool create -m 400 /p5 key:0x28
	mqtool send /p5 x
	mqtool send key:0x28 x
	run -0 without_capabilities mqtool purge /p5 key:0x28
	equal "${lines[1]}" "key:0x00000028: 1 message purged"
	mqtool set -m 200 /p5 key:0x28
	without_capabilities mqtool send /p5 x
	without_capabilities mqtool send key:0x28 x
	run --separate-stderr -5 without_capabilities mqtool purge /p5 key:0x28
	equal "$output" ""
	equal "$stderr" "mqtool purge: /p5: permission denied (mode 0200, owner root:root)
mqtool purge: key:0x00000028: permission denied (mode 0200, owner root:root)"
	run -0 mqtool purge /p5 key:0x28
	mqtool rm /p5 key:0x28
}

# ---- failures ----

@test "every operand is tried, and the first failure is the status" {
	mqtool create /p6
	mqtool send /p6 x
	run --separate-stderr -4 mqtool purge /gone ftok:/no/such /p6
	equal "$output" "/p6: 1 message purged"
	equal "${stderr_lines[0]}" "mqtool purge: /gone: no such queue ('mqtool create /gone' makes it)"
	equal "${#stderr_lines[@]}" 2
	run -1 mqtool purge ftok:/no/such /gone
	mqtool rm /p6
}

@test "a number that cannot be written" {
	mqtool create /p7
	run --separate-stderr -1 bash -c 'mqtool purge /p7 >/dev/full'
	equal "$stderr" "mqtool purge: cannot write standard output: No space left on device"
	mqtool rm /p7
}

@test "wrong options, values and names, and nothing is thrown away" {
	mqtool create /p8 key:0x29
	mqtool send /p8 x
	mqtool send key:0x29 x
	local bad
	for bad in -x -x0 -t -t= -tx -t1x -t9223372036854775808 -q --bogus --except=1 msg 12 id:x; do
		run --separate-stderr -2 mqtool purge key:0x29 "$bad"
		equal "$output" ""
	done
	run --separate-stderr -2 mqtool purge -x -t -1 key:0x29
	equal "${stderr_lines[0]}" "mqtool purge: -x needs a type above 0: -t N"
	run --separate-stderr -2 mqtool purge -t 1 key:0x29 /p8
	equal "${stderr_lines[0]}" \
		"mqtool purge: --type is for System V queues, and /p8 is a POSIX queue"
	run --separate-stderr -2 mqtool purge
	equal "${stderr_lines[0]}" "mqtool purge: no queue given"
	run -0 mqtool purge key:0x29 /p8
	equal "$output" "key:0x00000029: 1 message purged
/p8: 1 message purged"
	mqtool rm /p8 key:0x29
}

@test "--help names the options" {
	run -0 mqtool purge --help
	matches "$output" "*--type=N*--except*"
}

# ---- queues by name pattern ----

@test "--match: queues whose name matches, of both kinds, with how many" {
	need_mqueue
	mqtool create /app-1 /app-2 /other key:0x2a
	mqtool send /app-1 one two
	mqtool send /other one
	mqtool send key:0x2a one
	run --separate-stderr -0 mqtool purge -y --match='/app*'
	equal "$output" $'/app-1: 2 messages purged\n/app-2: 0 messages purged'
	equal "$stderr" ""
	equal "$(waiting /other)" 1
	run -0 mqtool purge -y --match='key:*'
	equal "$output" "key:0x0000002a: 1 message purged"
	run --separate-stderr -0 mqtool purge -y --match='/none*'
	equal "$output$stderr" ""
	mqtool rm /app-1 /app-2 /other key:0x2a
}

@test "--match with -t: only System V queues have types" {
	need_mqueue
	mqtool create /t1 key:0x2b
	mqtool send /t1 x
	mqtool send -t 1 key:0x2b x
	mqtool send -t 2 key:0x2b y
	run -0 mqtool purge -y -t 2 --match='*'
	equal "$output" "key:0x0000002b: 1 message purged"
	equal "$(waiting /t1)" 1
	mqtool rm /t1 key:0x2b
}

@test "--match asks on a terminal, and without one wants -y" {
	need_mqueue
	mqtool create /a1
	mqtool send /a1 x
	run --separate-stderr -2 mqtool purge --match='/a*'
	equal "${stderr_lines[0]}" "mqtool purge: no terminal to ask on: give -y"
	equal "$(waiting /a1)" 1
	command -v script >/dev/null || skip_loudly "script not found"
	run -1 script -qec "mqtool purge --match='/a*'" /dev/null <<<"n"
	matches "$output" "*/a1*Throw away the messages of 1 queue? [[]y/N[]] *nothing was thrown away*"
	equal "$(waiting /a1)" 1
	run -0 script -qec "mqtool purge --match='/a*'" /dev/null <<<"y"
	matches "$output" "*/a1: 1 message purged*"
	equal "$(waiting /a1)" 0
	mqtool rm /a1
}

@test "--match: wrong usage" {
	local line
	run --separate-stderr -2 mqtool purge --match='*' /q
	equal "${stderr_lines[0]}" "mqtool purge: --match takes no QUEUE: '/q' cannot be named"
	run --separate-stderr -2 mqtool purge -y /q
	equal "${stderr_lines[0]}" "mqtool purge: -y needs --match: only --match asks"
	run --separate-stderr -2 mqtool purge
	equal "${stderr_lines[0]}" "mqtool purge: no queue given"
	run --separate-stderr -2 mqtool purge -y --match=
}

@test "a pattern in place of a name" {
	run --separate-stderr -4 mqtool purge '/app*'
	equal "$stderr" "mqtool purge: /app*: no such queue
Did you mean 'mqtool purge --match=\"/app*\"'?"
	run --separate-stderr -4 mqtool rm '/app?'
	equal "$stderr" "mqtool rm: /app?: no such queue
Did you mean 'mqtool rm -a --match=\"/app?\"'?"
	run --separate-stderr -4 mqtool stat '/app[12]'
	matches "$stderr" "*Did you mean 'mqtool stat --match=\"/app\\[12\\]\"'[?]*"
}
