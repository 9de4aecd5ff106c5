#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the compiler and the linker can do against exploits is seen in the programs that were built:
# each flag is tried on a program of one line first, by itself, so that configure cannot forget one.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

: "${MQTOOL_BUILD:?}"
export LC_ALL=C
# Not the jobs of the make that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL

# variable NAME: its value in the Makefile of the build tree.
variable()
{
	# shellcheck disable=SC2016
	printf 'include Makefile\nprint-value:\n\t@printf "%%s" "$(%s)"\n' "$1" |
		make --no-print-directory -C "$MQTOOL_BUILD" -f - print-value
}

if ! command -v readelf >/dev/null; then
	result_skip hardening "readelf not found; install binutils"
	finish
fi
cc=$(variable CC)
cflags="$(variable CPPFLAGS) $(variable CFLAGS)"
ldflags=$(variable LDFLAGS)
hardening=$(variable enable_hardening)
sanitizers=$(variable SANITIZER_FLAGS)
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
cat >"$dir/one.c" <<'END'
#include <stdio.h>
int main(int argc, char **argv)
{
	char text[8];

	return snprintf(text, (size_t)argc + 1, "%s", argv[0]) + text[0];
}
END

# can FLAG...: the compiler makes a program with these and no warning.
can()
{
	# shellcheck disable=SC2086
	$cc $cflags $ldflags -Werror "$@" -o "$dir/one" "$dir/one.c" 2>/dev/null
}

has_property()
{
	readelf -nW "$1" | grep -q 'Properties:.*IBT'
}

fortified()
{
	readelf -sW "$1" | grep -qE ' __[a-z]+_chk(@|$)'
}

protects_stack()
{
	readelf -sW "$1" | grep -qE ' __stack_chk_fail(@|$)'
}

# want NAME CAN HAS: if it can be (CAN is 0) it must be there (HAS is 0).
want()
{
	if [ "$hardening" = no ]; then
		result_skip "$1" "configured with --disable-hardening"
	elif [ "$2" -ne 0 ]; then
		result_skip "$1" "this compiler, linker or C library cannot"
	else
		result "$3" "$1"
	fi
}

# The same of what the sanitizers exclude.
want_plain()
{
	if [ -n "$sanitizers" ]; then
		result_skip "$1" "built with sanitizers, which do without"
	else
		want "$@"
	fi
}

check_program()
{
	program=$MQTOOL_BUILD/$1

	can -fPIE -pie
	can=$?
	readelf -hW "$program" | grep -q 'Type: *DYN'
	want_plain "$1: PIE" $can $?

	can -Wl,-z,relro
	can=$?
	readelf -lW "$program" | grep -q GNU_RELRO
	want_plain "$1: RELRO" $can $?

	can -Wl,-z,now
	can=$?
	readelf -dW "$program" | grep -qE 'BIND_NOW|FLAGS_1.* NOW'
	want_plain "$1: all is bound at start, so that RELRO is full" $can $?

	can -fstack-protector-strong
	can=$?
	protects_stack "$program"
	want_plain "$1: stack protector" $can $?

	case " $cflags " in
	*" -O"[123sz]*) can -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 && fortified "$dir/one" ;;
	*) false ;;
	esac
	can=$?
	fortified "$program"
	want_plain "$1: _FORTIFY_SOURCE" $can $?

	# Whatever the options.
	! readelf -lW "$program" | grep GNU_STACK | grep -q E
	result $? "$1: no stack that can be executed"
	! readelf -lW "$program" | grep LOAD | grep -q WE
	result $? "$1: nothing both to write and to execute"
	! readelf -dW "$program" | grep -qE 'TEXTREL'
	result $? "$1: no relocations in its code"
	# What a user's own LDFLAGS say stands.
	case " $ldflags " in
	*rpath* | *" -R"*) result_skip "$1: no RPATH" "LDFLAGS has one" ;;
	*)
		! readelf -dW "$program" | grep -qE 'RPATH|RUNPATH'
		result $? "$1: no RPATH"
		;;
	esac
}

# The linker keeps the mark only if the C library's start files bear it too, so it is looked for
# in what was compiled.
check_objects()
{
	can -fcf-protection -c && { mv "$dir/one" "$dir/one.o"; has_property "$dir/one.o"; }
	can=$?
	members=$(ar t "$MQTOOL_BUILD/libmqtool.a" | wc -l)
	marked=$(readelf -nW "$MQTOOL_BUILD/libmqtool.a" | grep -c 'Properties:.*IBT.*SHSTK')
	ready=0
	[ "$members" -gt 10 ] && [ "$members" -eq "$marked" ] || ready=1
	want_plain "every object is ready for IBT and SHSTK" $can $ready

	case " $cflags " in
	*_FORTIFY_SOURCE*) result_skip "the highest level" "the user's flags have one" ;;
	*)
		level=$(sed -n 's/^#define MQTOOL_FORTIFY_LEVEL //p' "$MQTOOL_BUILD/config.h")
		can -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
		can=$?
		highest=0
		[ "$level" = 3 ] || highest=1
		want_plain "the highest level of _FORTIFY_SOURCE" $can $highest
		;;
	esac

	# A page is touched for each page of the stack that is taken: seen in the flags alone.
	can -fstack-clash-protection
	can=$?
	case " $(variable HARDENING_CFLAGS) " in *" -fstack-clash-protection "*) true ;; *) false ;; esac
	want_plain "stack clash protection" $can $?
}

check_program mqtool
for sibling in mqtool-watch mqtool-amqp mqtool-trace; do
	[ ! -e "$MQTOOL_BUILD/$sibling" ] || check_program $sibling
done
check_objects
finish
