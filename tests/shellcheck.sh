#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shell scripts and tests, read by shellcheck.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

cd "$tests/.." || exit 99
for script in autogen.sh .ci/run completions/*.bash examples/* scripts/* tests/* tests/bench/*; do
	[ -f "$script" ] || continue
	case $script in
	*.sh | *.bash) ;;
	*) head -n 1 "$script" | grep -q '^#!.*sh$' || continue ;;
	esac
	if command -v shellcheck >/dev/null; then
		shellcheck -x "$script"
		result $? "$script"
	else
		result_skip "$script" "shellcheck not found; install shellcheck (ShellCheck)"
	fi
done
# Of these what bats itself lets pass: "! command" fails no test, except as its last line.
for file in tests/bats/*.bats tests/bats/*.bash; do
	if command -v shellcheck >/dev/null; then
		shellcheck -x -i SC2314,SC2315 "$file"
		result $? "$file"
	else
		result_skip "$file" "shellcheck not found; install shellcheck (ShellCheck)"
	fi
done
finish
