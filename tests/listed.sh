#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Nothing is forgotten: every source is in its local.mk, every test is run, what packages are made by
# is in the tarball, every source with text for people is in po/POTFILES.in, and the map of
# CONTRIBUTING.md is complete.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

cd "$tests/.." || exit 99

# listed FILE LIST: LIST has FILE as a word.
listed()
{
	grep -qE "(^|[[:space:]])$(echo "$1" | sed 's/[.]/[.]/g')([[:space:]]|\$)" "$2"
	result $? "$1 is in $2"
}

for file in src/*.[ch] src/*/*.[ch]; do
	[ -e "$file" ] && listed "$file" src/local.mk
done
for file in tests/unit/*.c; do
	[ -e "$file" ] && listed "${file%.c}" tests/local.mk
done
for file in tests/bats/*.bats; do
	[ -e "$file" ] && listed "$file" tests/local.mk
done
for file in examples/*; do
	# Not what building in the source tree makes of a source.
	case $file in
	*.o | *.gcno | *.gcda | examples/local.mk) continue ;;
	esac
	[ -e "$file.c" ] || [ -d "$file" ] || listed "$file" examples/local.mk
done
for file in examples/systemd/* examples/zabbix/*; do
	listed "$file" examples/local.mk
done
for file in man/mqtool*.[1-8]; do
	listed "$file" man/local.mk
done
for file in completions/*; do
	[ "$file" = completions/local.mk ] || listed "$file" completions/local.mk
done
for file in packaging/* packaging/debian/* packaging/debian/source/* packaging/debian/tests/* \
	packaging/debian/upstream/*; do
	[ -d "$file" ] || listed "$file" Makefile.am
done
for file in src/*.c src/*/*.c; do
	grep -qE '(^|[^[:alnum:]_])(N?_|text_n)\("' "$file" && listed "$file" po/POTFILES.in
done

# The map of CONTRIBUTING.md: each place in it is there, and each source has a place.
# shellcheck disable=SC2016
places=$(sed -n '/^```$/,/^```$/s|^\(src/[^ ]*\).*|\1|p' CONTRIBUTING.md)
for place in $places; do
	# shellcheck disable=SC2086
	set -- $place
	[ -e "$1" ]
	result $? "$place of CONTRIBUTING.md is there"
done
for file in src/*.[ch] src/*/; do
	found=1
	for place in $places; do
		# shellcheck disable=SC2254
		case $file in
		$place) found=0 ;;
		esac
	done
	result $found "$file is in CONTRIBUTING.md"
done
finish
