# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by the *.sh tests: results as TAP.

tap_number=0
tap_failed=0

# result STATUS NAME: a test passed (0) or not.
result()
{
	tap_number=$((tap_number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_number - $2"
	else
		echo "not ok $tap_number - $2"
		tap_failed=1
	fi
}

# result_skip NAME WHY
result_skip()
{
	tap_number=$((tap_number + 1))
	echo "ok $tap_number - $1 # SKIP $2"
}

# Ends the test.
finish()
{
	echo "1..$tap_number"
	exit $tap_failed
}
