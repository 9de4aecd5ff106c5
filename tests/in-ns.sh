#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What tests/in-ns promises.

# shellcheck disable=SC2016

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

"$tests/in-ns" true 2>/dev/null
if [ $? -eq 77 ]; then
	"$tests/in-ns" true
	exit 77
fi
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# status EXPECTED NAME COMMAND...
status()
{
	expected=$1
	name=$2
	shift 2
	"$@" >"$scratch/out" 2>&1
	got=$?
	cat "$scratch/out"
	[ $got -eq "$expected" ]
	result $? "$name"
}

queues()
{
	tail -n +2 /proc/sysvipc/msg
	[ ! -d /dev/mqueue ] || ls -A /dev/mqueue
}

status 5 "the status is the command's" "$tests/in-ns" sh -c 'exit 5'
status 143 "the signal is the command's" "$tests/in-ns" sh -c 'kill -TERM $$'
status 2 "a command is needed" "$tests/in-ns"
status 2 "a command is needed with --root" "$tests/in-ns" --root
if [ "$(id -u)" != 0 ]; then
	status 77 "--root needs root" "$tests/in-ns" --root true
fi

status 0 "mqueue is there" "$tests/in-ns" sh -c \
	'test "$MQTOOL_TEST_MQUEUE" = /dev/mqueue && test -z "$(ls -A /dev/mqueue)"'
status 0 "nothing is under the mqueue, also inside of another" "$tests/in-ns" "$tests/in-ns" sh -c '
	umount -n /dev/mqueue && test "$(stat -f -c %t /dev/mqueue)" != 19800202'
status 0 "queues are made" "$tests/in-ns" sh -c '
	"$MQTOOL" create /in-ns 0x4d51000f && test -e /dev/mqueue/in-ns &&
		grep -q 1297154063 /proc/sysvipc/msg'
! queues | grep -E '^ *1297154063 |^in-ns$'
result $? "the machine has none of them"

# Nine queues of the usual size are what one user may have.
fill='for n in 1 2 3 4 5 6 7 8 9; do "$MQTOOL" create /q$n || exit; done; sleep 0.5'
"$tests/in-ns" sh -c "$fill" &
status 0 "queues of one test do not count against another's" "$tests/in-ns" sh -c "$fill"
wait $!
result $? "nor the other way round"
finish
