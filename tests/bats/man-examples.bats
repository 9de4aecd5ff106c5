# SPDX-License-Identifier: GPL-2.0-or-later
#
# The examples of the manual pages, run as they are printed.

load helper

man=$BATS_TEST_DIRNAME/../../man

setup()
{
	test_setup
	need_mqueue
	mqtool stat -H -o QUEUE | xargs -r -d '\n' mqtool rm -f --
}

# run_page PAGE
run_page()
{
	"$BATS_TEST_DIRNAME/../run-examples" "$man/$1"
}

@test "no page is forgotten" {
	local page
	for page in "$man"/mqtool*.[1-8]; do
		# What trace does takes privileges: trace.bats.
		[ "${page##*/}" != mqtool-trace.1 ] || continue
		grep -q "run_page ${page##*/}\$" "$BATS_TEST_FILENAME" || {
			echo "${page##*/} has no test here" >&2
			return 1
		}
	done
}

# example STATUS LINE...: the end of a run of these lines.
example()
{
	local status=$1
	shift
	printf '%s\n' '```console' "$@" '```' >example.md
	WAIT_LIMIT=0 run "-$status" "$BATS_TEST_DIRNAME/../run-examples" "$PWD/example.md"
}

@test "an example that shows something else fails" {
	example 0 '$ echo a b' 'a  b' '$ echo c; echo d' 'c' 'd' '$ true'
	equal "$output" 3
	# What differs from run to run is the same on both sides; nothing else is.
	example 0 '$ date -Ins | tr , .; echo x 5s' '2001-01-01T00:00:00.5+01:00' 'x 3m'
	example 1 '$ echo a b c' 'a ...'
	example 1 '$ echo x 5s y' 'x 3s y'
	example 0 '$ x=$(echo 1 \' '> 2)' '$ echo "$x"; false' '1 2'
	example 1 '$ echo a' 'b'
	example 1 '$ echo a'
	example 1 '$ echo a >&2'
	example 1 '$ true' 'a'
	example 1 '$ echo a; echo b' 'a'
	example 1 'nothing'
}

@test "mqtool-create.1" {
	run_page mqtool-create.1
}

@test "mqtool-queue.7" {
	run_page mqtool-queue.7
}

@test "mqtool-recv.1" {
	run_page mqtool-recv.1
}

@test "mqtool-rm.1" {
	run_page mqtool-rm.1
}

@test "mqtool-send.1" {
	run_page mqtool-send.1
}

@test "mqtool-stat.1" {
	run_page mqtool-stat.1
}

@test "mqtool.1" {
	run_page mqtool.1
}

@test "mqtool-check.1" {
	run_page mqtool-check.1
}

@test "mqtool-set.1" {
	run_page mqtool-set.1
}

@test "mqtool-move.1" {
	run_page mqtool-move.1
}

@test "mqtool-purge.1" {
	run_page mqtool-purge.1
}

@test "mqtool-watch.1" {
	run_page mqtool-watch.1
}

@test "mqtool-wait.1" {
	run_page mqtool-wait.1
}
