# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool rm -a

load helper

setup()
{
	test_setup
	small_queues
}

teardown()
{
	exec 7>&-
	test_teardown
	left | xargs -r -d '\n' mqtool rm -f --
}

# left: the queues that are there, a line each, sorted.
left()
{
	mqtool stat -H -o queue 2>/dev/null | tr -d ' ' | sort
}

# remains NAME...: these queues are left and no others.
remains()
{
	equal "$(left)" "$([ $# -eq 0 ] || printf '%s\n' "$@" | sort)"
}

# would NAME... -- ARGUMENT...: rm -a with these options, and with --dry-run, would remove these.
would()
{
	local names=() all
	all=$(left)
	while [ "$1" != -- ]; do
		names+=("$1")
		shift
	done
	shift
	run --separate-stderr -0 mqtool rm -a --dry-run "$@"
	equal "$(sort <<<"$output")" "$([ ${#names[@]} -eq 0 ] || printf '%s\n' "${names[@]}" | sort)"
	equal "$stderr" ""
	equal "$(left)" "$all"
}

# asked ARGUMENT...: runs rm -a on a terminal, up to its question; answer TEXT gives the answer.
# What the terminal shows is in the file screen.
asked()
{
	command -v script >/dev/null || skip_loudly "script not found"
	mkfifo keys
	exec 7<>keys
	# Processes in the background ignore SIGINT from the start.
	SHELL=$BASH start perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
		script -qefc "$(printf '%q ' mqtool rm -a "$@")" /dev/null <keys >screen
	wait_until grep -q 'y/N' screen
}

answer()
{
	echo "$1" >&7
}

@test "-S, -P, or both" {
	need_mqueue
	mqtool create /a /b key:0x71
	run -0 mqtool create --private
	local private=$output
	would key:0x00000071 "$private" -- -S
	would /a /b -- -P
	would /a /b key:0x00000071 "$private" -- -S -P
	would /a /b key:0x00000071 "$private" -- --sysv --posix
	run -0 mqtool rm -a -P -y
	equal "$output" ""
	remains key:0x00000071 "$private"
	run -0 mqtool rm --all --sysv --yes -v
	equal "$output" "$private
key:0x00000071"
	remains
	run -0 mqtool rm -a -SPyv
	equal "$output" ""
}

@test "--match: the name or key as it is printed" {
	need_mqueue
	mqtool create /jobs /jobs.old /other 'esc:/sp\x20ace' key:0x4d510001 key:0x4d510002
	run -0 mqtool create --private
	local private=$output
	would /jobs /jobs.old -- '--match=/jobs*'
	would /jobs -- --match /jobs
	would /other -- '--match=/o[s-u]?er'
	would key:0x4d510001 key:0x4d510002 -- '--match=key:0x4d51*'
	would "$private" -- '--match=id:*'
	would 'esc:/sp\x20ace' -- '--match=esc:/sp\\x20ace'
	would 'esc:/sp\x20ace' -- '--match=esc:*'
	would -- '--match=jobs'
	would -- '--match=/jobs*' -S
	would -- '--match=0x4d51*'
	would -- --match='[unclosed'
	would /jobs /jobs.old /other 'esc:/sp\x20ace' key:0x4d510001 key:0x4d510002 "$private" -- \
		'--match=*'
	# The last of repeated options wins.
	would /other -- --match=/jobs --match=/other
}

@test "--match goes by the characters of the locale" {
	need_mqueue
	mqtool create /é /ab
	would /é -- '--match=/?'
	would /é -- '--match=/[é]'
}

@test "--empty" {
	mqtool create /e1 /e2 key:0x72 key:0x73
	mqtool send /e1 ""
	mqtool send key:0x72 ""
	would /e2 key:0x00000073 -- --empty
	run -0 mqtool rm -a --empty -y
	remains /e1 key:0x00000072
}

@test "--empty does not hold for a queue that may not be read" {
	need_mqueue
	mqtool create /open
	mqtool create -m 0 /closed
	run -0 without_capabilities mqtool rm -a --empty --dry-run
	equal "$output" /open
	mqtool set -m 200 /closed
	# Writing tells how many there are, too.
	run -0 without_capabilities mqtool rm -a --empty --dry-run
	equal "$output" "/closed
/open"
}

@test "--idle: so long without a send or receive" {
	need_mqueue
	mqtool create /i1 /i2 /i3
	touch -m -d '-2 hours' /dev/mqueue/i1
	touch -m -d '-23 hours' /dev/mqueue/i2
	would /i1 /i2 -- --idle=1h
	would /i1 /i2 -- --idle=7000
	would /i2 -- --idle 2.5h
	would -- --idle=1d
	would /i1 /i2 /i3 -- --idle=0
	mqtool send /i1 x
	would /i2 -- --idle=1h
}

@test "--idle: a queue never used counts from its making" {
	mqtool create key:0x74
	would -- --idle=1h
	wait_until eval '[ -n "$(mqtool rm -a --idle=1 --dry-run)" ]'
	would key:0x00000074 -- --idle=1
	mqtool send key:0x74 x
	would -- --idle=1
}

@test "--owner" {
	mqtool create /o1 key:0x75
	would /o1 key:0x00000075 -- --owner=0
	would /o1 key:0x00000075 -- --owner root
	would -- --owner=12345
}

@test "all that are given must hold" {
	need_mqueue
	mqtool create /x1 /x2 /y1 key:0x76
	mqtool send /x1 m
	would /x2 -- -P '--match=*x*' --empty --owner=0 --idle=0
	would key:0x00000076 -- -S '--match=*x*' --empty
	would -- -P '--match=*x*' --empty --owner=12345
	run -0 mqtool rm -a -y -v -P '--match=/x*' --empty
	equal "$output" /x2
	remains /x1 /y1 key:0x00000076
}

@test "many at once" {
	local i names=()
	for i in {1..300}; do
		names+=("key:$((1000 + i))")
	done
	mqtool create "${names[@]}"
	run -0 mqtool rm -a -y -v '--match=key:*'
	equal "${#lines[@]}" 300
	remains
}

# ---- asking ----

@test "without a terminal nothing is removed, status 2" {
	mqtool create /t1
	run --separate-stderr -2 mqtool rm -a -P </dev/null
	equal "${stderr_lines[0]}" "mqtool rm: no terminal to ask on: give -y or --dry-run"
	run -2 mqtool rm -a -P <<<y
	run -2 bash -c 'yes | mqtool rm -a -P'
	remains /t1
}

@test "asks on a terminal, and shows what it asks about" {
	mqtool create /t2 'esc:/t3\x1b[31m' key:0x77
	asked -P
	answer y
	finish "$pid" 0
	equal "$(tr -d '\r' <screen)" '/t2
esc:/t3\x1b[31m
Remove 2 queues? [y/N] y'
	remains key:0x00000077
}

@test "only yes is yes, else status 1" {
	mqtool create /t4
	local text
	for text in n "" no x " n" N 1; do
		rm -f keys
		asked -P
		answer "$text"
		finish "$pid" 1
		grep -q 'mqtool rm: nothing was removed' screen
		grep -q 'Remove 1 queue? \[y/N\]' screen
		remains /t4
	done
	# The end of the input: Control-D.
	rm -f keys
	asked -P
	printf '\4' >&7
	finish "$pid" 1
	remains /t4
	rm -f keys
	asked -P
	answer " Yes"
	finish "$pid" 0
	remains
}

@test "Control-C at the question removes nothing" {
	mqtool create /t5
	asked -P
	printf '\3' >&7
	finish "$pid" 130
	remains /t5
}

@test "more than twenty are counted" {
	local i names=()
	for i in {10..34}; do
		names+=("key:0x$i")
	done
	mqtool create "${names[@]}"
	asked -S
	grep -q '^\.\.\. and 5 more' screen
	equal "$(grep -c '^key:' screen)" 20
	answer y
	finish "$pid" 0
	remains
}

@test "nothing to remove, nothing to ask" {
	mqtool create key:0x78
	on_terminal mqtool rm -a -S '--match=/x'
	run -0 on_terminal mqtool rm -a --match=/x
	equal "$output" ""
	run -0 on_terminal mqtool rm -a -S -y
	equal "$output" ""
	remains
}

# ---- looking again ----

@test "a queue that is no longer as described stays" {
	mqtool create /l1 /l2 key:0x79
	asked --empty
	mqtool send /l1 x
	mqtool send key:0x79 x
	answer y
	finish "$pid" 0
	remains /l1 key:0x00000079
	grep -q 'mqtool rm: /l1: not removed: it changed meanwhile' screen
	grep -q 'mqtool rm: key:0x00000079: not removed: it changed meanwhile' screen
}

@test "another queue of the same name or key stays" {
	mqtool create /l3 key:0x7a
	asked -S -P -v
	mqtool rm /l3 key:0x7a
	mqtool create /l3 key:0x7a
	answer y
	finish "$pid" 0
	remains /l3 key:0x0000007a
	grep -q 'mqtool rm: /l3: not removed: it changed meanwhile' screen
}

@test "a queue that was changed meanwhile stays" {
	mqtool create key:0x7b
	asked -S
	# Its ctime is in whole seconds.
	local ctime
	ctime=$(sysv 0x7b ctime)
	wait_until eval 'mqtool set -m 644 key:0x7b; [ "$(sysv 0x7b ctime)" != "$ctime" ]'
	answer y
	finish "$pid" 0
	remains key:0x0000007b
}

@test "a queue that is gone meanwhile is fine" {
	mqtool create /l4 /l5 key:0x7c
	asked -S -P
	mqtool rm /l4 key:0x7c
	answer y
	finish "$pid" 0
	remains
	run -1 grep l4: screen
}

# ---- what is ours ----

@test "the queues of another namespace are not touched" {
	need_mqueue
	mqtool create /same /theirs
	# /dev/mqueue still shows the old namespace.
	run --separate-stderr -1 unshare -i bash -c 'mqtool create /same &&
		setpriv --bounding-set=-all --inh-caps=-all mqtool rm -a -P -y -v
		status=$?; mqtool rm /same && exit $status'
	equal "$output" ""
	matches "$stderr" "mqtool rm: POSIX queues are not listed: * another IPC namespace *"
	# Privilege finds our own.
	run -0 unshare -i bash -c 'mqtool create /same /ours && mqtool rm -a -P -y -v'
	equal "$output" "/ours
/same"
	remains /same /theirs
}

@test "queues that nobody may open are not touched where they may be another namespace's" {
	need_mqueue
	mqtool create -m 0 /same /theirs
	run --separate-stderr -1 unshare -i bash -c 'mqtool create -m 0 /same &&
		setpriv --bounding-set=-all --inh-caps=-all mqtool rm -a -P -y -v
		status=$?; mqtool rm /same && exit $status'
	equal "$output" ""
	equal "$stderr" \
		"mqtool rm: /same: it may not be a queue of this IPC namespace"
	remains /same /theirs
}

@test "a queue that nobody may open goes where another one shows that it is ours" {
	need_mqueue
	mqtool create -m 0 /closed
	run --separate-stderr -1 without_capabilities mqtool rm -a -P -y -v
	equal "$stderr" \
		"mqtool rm: /closed: it may not be a queue of this IPC namespace"
	remains /closed
	mqtool create /open
	run -0 without_capabilities mqtool rm -a -y -v '--match=/c*'
	equal "$output" /closed
	remains /open
}

@test "a kind that cannot be listed is status 1, and the other is done" {
	need_mqueue
	mqtool create /u1 key:0x7d
	run --separate-stderr -1 unshare -m bash -c 'umount /dev/mqueue &&
		exec setpriv --bounding-set=-all --inh-caps=-all mqtool rm -a -y -v --empty'
	equal "$output" key:0x0000007d
	matches "$stderr" "mqtool rm: POSIX queues are not listed: mqueue is not mounted *"
	remains /u1
	run -0 unshare -m bash -c 'umount /dev/mqueue && mqtool rm -a -S -y'
	run -0 unshare -m bash -c 'umount /dev/mqueue && mqtool rm -a -P -y -v'
	equal "$output" /u1
}

# ---- usage ----

# refused ARGUMENT...: a usage error, and nothing is removed.
refused()
{
	run --separate-stderr -2 mqtool rm "$@"
	equal "$output" ""
	remains /keep key:0x0000007e
}

@test "-a needs a filter and takes no QUEUE" {
	mqtool create /keep key:0x7e
	refused -a
	equal "${stderr_lines[0]}" \
		"mqtool rm: -a needs -S, -P, --match, --empty, --idle or --owner"
	refused -a -y
	refused -a -v --dry-run
	refused -a msg
	equal "${stderr_lines[0]}" "mqtool rm: -a takes no QUEUE: 'msg' cannot be named"
	refused -a /keep
	refused -a -P -y /keep
	refused -a -S -y -- msg
	refused -a -f -P -y
	equal "${stderr_lines[0]}" \
		"mqtool rm: -f is for queues that are named; -y does not ask"
	refused
	equal "${stderr_lines[0]}" "mqtool rm: no queue given"
}

@test "filters and -y need -a" {
	mqtool create /keep key:0x7e
	local option
	for option in -S -P --match=x --empty --idle=1 --owner=0; do
		refused "$option" /keep
		equal "${stderr_lines[0]}" "mqtool rm: ${option%%=*} needs -a"
		refused "$option"
	done
	refused -y /keep
	equal "${stderr_lines[0]}" "mqtool rm: -y needs -a: only -a asks"
}

@test "wrong values" {
	mqtool create /keep key:0x7e
	local bad
	for bad in --match --match= --idle --idle= --idle=-1 --idle=1y --idle=x --owner --owner= \
		--owner=no-such-user --owner=root:root --owner=:root --owner=root: --empty=1 \
		--dry-run=1 --all=1 -q --bogus; do
		refused -a -y -S -P "$bad"
	done
	run --separate-stderr -2 mqtool rm -a -y --owner=0:0
	equal "${stderr_lines[0]}" "mqtool rm: --owner: '0:0' is not a user alone"
	run --separate-stderr -2 mqtool rm -a -y --match=
	equal "${stderr_lines[0]}" "mqtool rm: --match: an empty pattern matches no queue"
}

@test "--dry-run of queues that are named" {
	mqtool create /keep key:0x7e
	run --separate-stderr -4 mqtool rm --dry-run /keep /gone key:0x7e
	equal "$output" "/keep
key:0x0000007e"
	equal "$stderr" "mqtool rm: /gone: no such queue"
	run -0 mqtool rm --dry-run -f /gone
	equal "$output" ""
	remains /keep key:0x0000007e
}

@test "names that cannot be written are a failure, the queues being gone" {
	mqtool create /full
	run --separate-stderr -1 bash -c 'mqtool rm -a -P -y -v >/dev/full'
	equal "$stderr" "mqtool rm: cannot write standard output: No space left on device"
	remains
}

@test "--help names the options" {
	run -0 mqtool rm --help
	local option
	for option in --all --sysv --posix --match=GLOB --empty --idle=DURATION --owner=USER \
		--dry-run --yes; do
		matches "$output" "*$option*"
	done
}
