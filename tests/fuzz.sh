#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Gives every fuzz target its seeds, those found by fuzzing among them.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

for source in "$tests"/fuzz/*.c; do
	target=$(basename "$source" .c)
	[ "$target" != replay ] || continue
	set -- "$tests/fuzz/seeds/$target"/*
	seeded=0
	[ -e "$1" ] || seeded=1
	result $seeded "$target has seeds"
	# shellcheck disable=SC2086
	if log=$(${MQTOOL_EMULATOR-} "$MQTOOL_BUILD/tests/fuzz/$target" "$@" 2>&1 </dev/null); then
		result 0 "$target: $# inputs"
	else
		result 1 "$target: $# inputs"
		printf '%s\n' "$log" | tail -n 40 | sed 's/^/# /'
	fi
done
finish
