# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Helpers of tests that make system calls fail by strace(1), after: load helper

setup()
{
	test_setup
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -qq -o /dev/null true 2>/dev/null || skip_loudly "strace may not trace here"
	# LeakSanitizer cannot work in a process that is traced.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	injected=0
	printf '%s\n' one two three four five >in
}

teardown()
{
	[ "${injected:-0}" -eq 0 ] || echo "# faults injected: $injected ($BATS_TEST_DESCRIPTION)" >&3
	test_teardown
}

all()
{
	[ "${MQTOOL_FAULTS-}" = all ]
}

# fault WHAT COMMAND [ARG...]: runs it with the strace injections WHAT (several: with a blank
# between).  Sets $status and $fired; its output is in the files "out" and "err".
fault()
{
	local what=$1 options=() calls=() one count
	shift
	for one in $what; do
		calls+=("${one%%:*}")
		options+=(-e "inject=$one")
	done
	status=0
	timeout -k 5 20 strace -f -qq -o trace -e "trace=$(IFS=,; echo "${calls[*]}")" \
		"${options[@]}" "$@" >out 2>err </dev/null || status=$?
	fired=$(grep -cE 'INJECTED|--- SIG(TERM|INT) ' trace) || :
	injected=$((injected + fired))
	what_failed="$what: $*: status $status, fired $fired"
}

# Says what was going on, for the log of a test that fails.
broken()
{
	printf '%s\n' "$1" "$what_failed" "--- out" "$(cat -v out)" "--- err" "$(cat -v err)" >&2
	return 1
}

# What every outcome keeps to.
documented()
{
	! grep -qE 'Sanitizer|runtime error' err || broken "a sanitizer spoke" || return
	case $status in
	0 | 143 | 130) ;;
	[1-5])
		# The write that was to say it may be the one that failed.
		[[ $what_failed == write:* ]] || grep -q '^mqtool' err ||
			broken "failed without a word"
		;;
	*) broken "undocumented exit status" ;;
	esac
}

# kinds: queues, one of each kind.
kinds()
{
	echo 0x7a1 /faults
}

# The queue as new, with the lines of "in".
refill()
{
	mqtool rm -f "$1" || return
	case $1 in
	/*) create_small "$1" ;;
	*) create "$1" ;;
	esac && mqtool send -l -f in "$1"
}

# The bodies in the lines of JSON in "err".
reported()
{
	sed -n 's/^{"queue":.*"body":"\([^"]*\)"}$/\1/p' err
}

# conserved QUEUE: "in" is what is in "got", on the queue and reported, each once.
conserved()
{
	{
		cat got
		reported
		mqtool recv -a "$1"
	} | sort >found
	sort in | cmp -s - found || broken "messages lost or doubled: $(tr '\n' ' ' <found)"
}

# prefixed QUEUE: what is on it is the beginning of "in", and all of it where send says so.
prefixed()
{
	local sent
	mqtool recv -a "$1" >found
	sent=$(wc -l <found)
	head -n "$sent" in | cmp -s - found || broken "not in order" || return
	[ "$status" -ne 0 ] || [ "$sent" -eq 5 ] || broken "status 0 for $sent of 5" || return
	! grep -qE '[0-9]+ messages? (was|were) sent' err ||
		grep -qE "(^|[^0-9])$sent messages? (was|were) sent" err ||
		broken "sent $sent, said another number"
}
