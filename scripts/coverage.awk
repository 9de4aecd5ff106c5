# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sums up what gcov -n prints: a line for each source of ours, and one for all.
/^File / {
	file = $0
	gsub(/^File .|.$/, "", file)
	sub(/^.*src\//, "src/", file)
}
/^Lines executed:/ && file ~ /^src\/.*[.]c$/ {
	percent = $0
	gsub(/^Lines executed:|%.*/, "", percent)
	lines = $NF
	printf "%6.1f%% of %5d  %s\n", percent, lines, file
	total += lines
	run += lines * percent / 100
	file = ""
}
END {
	if (!total) {
		print "no lines were counted" > "/dev/stderr"
		exit 1
	}
	printf "%6.1f%% of %5d  all\n", 100 * run / total, total
}
