# SPDX-License-Identifier: GPL-2.0-or-later
#
# README.md: its recipes run as they stand, and what it lists is so.

load helper

top=$BATS_TEST_DIRNAME/../..

@test "the recipes" {
	need_mqueue
	run -0 "$BATS_TEST_DIRNAME/../run-examples" "$top/README.md"
	[ "$output" -gt 30 ]
}

@test "there are ten recipes" {
	run -0 sed -n '/^## Recipes/,/^## What/p' "$top/README.md"
	[ "$(grep -c '^\*\*' <<<"$output")" -ge 10 ]
	equal "$(grep -c '^\*\*' <<<"$output")" "$(grep -c '^```console' <<<"$output")"
}

@test "the exit statuses are those of mqtool(1)" {
	equal "$(sed -nE 's/^\| ([0-9]) \| (.*) \|$/\1 \2/p' "$top/README.md")" \
		"$(awk '/^[.]Sh/ { here = /EXIT STATUS/ }
			here && /^[.]It [0-9]/ { status = $2; getline; print status, $0 }' "$top/man/mqtool.1")"
}

@test "the packages are those that a build takes" {
	# shellcheck source=scripts/lib.sh
	. "$top/scripts/lib.sh"
	local package
	# shellcheck disable=SC2154,SC2086
	for package in $(packages_of apt-get $build_needs $bootstrap_needs jansson.pc ncursesw.pc \
		librabbitmq.pc openssl.pc); do
		grep -qE "(^|[[:space:]])$package([[:space:]]|\$)" "$top/README.md" || {
			echo "$package is not in README.md" >&2
			return 1
		}
	done
}

@test "the links are those that are installed" {
	local link
	for link in $("${MQTOOL_BUILD:?}/tests/optdump" | sed -n 's/^linked\t/mq/p'); do
		grep -q "\`$link\`" "$top/README.md" || { echo "$link" >&2; return 1; }
	done
}

@test "files that it refers to are there" {
	local file
	for file in $(grep -oE '\]\([A-Za-z./-]+\)' "$top/README.md" | tr -d '])('); do
		[ -e "$top/$file" ] || { echo "$file" >&2; return 1; }
	done
}

@test "CONTRIBUTING.md speaks of files that are there" {
	local file
	# All but what a build makes.
	for file in $(sed 's|\<build/[A-Za-z0-9_./-]*||g' "$top/CONTRIBUTING.md" |
		grep -oE '\<(src|tests|scripts|man|po|completions)/[A-Za-z0-9_./-]+' |
		sed 's/[.,/]*$//'); do
		[[ $file != *@(NAME|CODE|TARGET|tests/x|mqtool.pot|cmd-)* ]] || continue
		[ -e "$top/$file" ] || [ -e "$top/$file.c" ] || { echo "$file" >&2; return 1; }
	done
	[ -n "$file" ]
}
