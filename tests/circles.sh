#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No two object files need one another, not by way of others either: by functions and by data.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

: "${MQTOOL_BUILD:?}"

# circle NAME LINE...: a circle is found in these lines of nm.
circle()
{
	name=$1
	shift
	printf '%s\n' "$@" | "$tests/circles"
	[ $? -eq 1 ]
	result $? "$name is found"
}

circle 'a circle of functions' 'a.o:0000 T f' 'a.o:         U g' 'b.o:0000 T g' 'b.o:         U f'
circle 'a circle by data' 'a.o:0000 T f' 'a.o:         U table' 'b.o:0010 R table' 'b.o:         U f'
circle 'a circle of three' 'a.o:0000 T f' 'a.o:         U g' 'b.o:0000 T g' 'b.o:         U h' \
	'c.o:0000 D h' 'c.o:         U f'
printf '%s\n' 'a.o:0000 T f' 'a.o:         U g' 'a.o:         U malloc' 'a.o:         U f' \
	'b.o:0000 T g' 'b.o:0000 t f' 'c.o:         U g' | "$tests/circles"
result $? 'what stands in line is no circle'

if ! command -v nm >/dev/null; then
	result_skip 'the object files' 'nm not found; install binutils'
	finish
fi
# Objects of one program each have its name in front of theirs.
set -- "$MQTOOL_BUILD"/src/*.o "$MQTOOL_BUILD"/src/*/*.o
known=$(nm -A "$@" 2>/dev/null | grep -c ' [TDRB] ')
if [ "$known" -lt $# ]; then
	result_skip 'the object files' 'nm reads nothing of them (link-time optimization?)'
	finish
fi
nm -A "$@" | sed "s|^$MQTOOL_BUILD/||" | "$tests/circles"
result $? "no circle in $# object files"
finish
