#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts/demo does what it says, and notices if it does not.

# shellcheck disable=SC2016

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

"$tests/in-ns" true || exit
bin=$(mktemp -d) || exit 99
trap 'rm -rf "$bin"' EXIT

# demo: with the mqtool in $bin.
demo()
{
	PATH=$bin:$PATH "$tests/in-ns" "$tests/../scripts/demo" --inside </dev/null
}

# instead COMMAND SCRIPT: mqtool, except that COMMAND is SCRIPT.
instead()
{
	printf '#!/bin/sh\nif [ "$1" = %s ]; then\n\t%s\nfi\nexec "%s" "$@"\n' \
		"$1" "$2" "$MQTOOL" >"$bin/mqtool"
	chmod +x "$bin/mqtool"
}

instead none 'exit 1'
demo
result $? "the demo goes as it should"

instead recv "'$MQTOOL'"' "$@" | sort -r; exit'
! demo >/dev/null 2>&1
result $? "messages in another order are noticed"
instead rm 'exit 0'
! demo >/dev/null 2>&1
result $? "a queue that stays is noticed"
instead send "'$MQTOOL'"' "$@"; exit 1'
! demo >/dev/null 2>&1
result $? "an exit status is noticed"

# Nobody who may install anything, and nothing there.
said=$(bash -c 'cd "$1" && . scripts/lib.sh; id() { echo 1000; }; have() { false; }
	command() { [ "$2" != sudo ] && builtin command "$@"; }
	package_manager() { echo apk; }
	install_build_needs' sh "$tests/.." 2>&1)
status=$?
echo "$said"
[ $status -eq 1 ] && [ "$(echo "$said" | wc -l)" -eq 1 ] &&
	expr "$said" : 'to install takes root, and there is no sudo: as root, install .*popt-dev' >/dev/null
result $? "without root and sudo one line says what to install"
finish
