# shellcheck shell=sh disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by run-unit and helper.bash: how to run a program under valgrind.  Status 99 is no exit
# status of mqtool's.
VALGRIND_COMMAND="valgrind -q --error-exitcode=99 --leak-check=full
	--show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect
	--child-silent-after-fork=yes"
