# SPDX-License-Identifier: GPL-2.0-or-later
#
# The examples of the manual pages, run as they are printed.

load helper

# shellcheck source=tests/examples.sh
. "$BATS_TEST_DIRNAME/../examples.sh"

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
	man_examples "$man/$1" | run_examples
}

@test "no page is forgotten" {
	local page
	for page in "$man"/*.[1-8]; do
		grep -q "run_page ${page##*/}\$" "$BATS_TEST_FILENAME" || {
			echo "${page##*/} has no test here" >&2
			return 1
		}
	done
}

@test "an example that shows something else fails" {
	run -0 run_examples <<<$'$ echo a b\na  b\n$ echo c; echo d\n...\nd'
	run -1 run_examples <<<$'$ echo a\nb'
	run -1 run_examples <<<$'$ echo a'
	run -1 run_examples <<<$'$ true\na'
	run -1 run_examples <<<$'$ true\n$ echo a \\\n> b\na'
	run -1 run_examples <<<'nothing'
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

@test "mqtool-purge.1" {
	run_page mqtool-purge.1
}

@test "mqtool-watch.1" {
	run_page mqtool-watch.1
}

@test "mqtool-wait.1" {
	run_page mqtool-wait.1
}
