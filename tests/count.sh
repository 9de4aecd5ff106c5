#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The numbers that scripts/check ends with are true.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# counts NAME VERDICT LOG "PASSED FAILED SKIPPED"
counts()
{
	mkdir "$scratch/sub"
	printf ':test-result: %s\n' "$2" >"$scratch/sub/a.trs"
	printf '%b' "$3" >"$scratch/sub/a.log"
	found=$("$tests/count" "$scratch")
	[ "$found" = "$4" ] || echo "# $found where it should be $4"
	[ "$found" = "$4" ]
	result $? "$1"
	rm -r "$scratch/sub"
}

counts "bats" PASS '1..3\nok 1 a\nok 2 b # skip no tmux\nok 3 c\n' "2 0 1"
counts "bats, failing" FAIL '1..2\nok 1 a\nnot ok 2 b\n# ok 3 quoted output\n' "1 1 0"
counts "cmocka" FAIL '1..3\nok 1 - a\nnot ok 2 - b\nnot ok 3 # SKIP c\n# not ok - t\n' "1 1 1"
counts "died before its plan was done" FAIL '1..5\nok 1 - a\nok 2 - b\n' "2 3 0"
counts "no plan, no result" FAIL 'Segmentation fault\n' "0 1 0"
counts "failed after its last test" FAIL '1..1\nok 1 - a\n# leak\n' "1 1 0"
counts "nothing could run" SKIP '1..0 # SKIP no bats\n' "0 0 1"
counts "each case of a file without namespaces" SKIP '1..2\nok 1 # skip no\nok 2 # skip no\n' "0 0 2"
counts "no TAP, passed" PASS 'fine\n' "1 0 0"
counts "hard error" ERROR '' "0 1 0"
[ "$("$tests/count" "$scratch")" = "0 0 0" ]
result $? "no results at all"
finish
