# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by *.bats: runs examples as they are printed.
#
# In an example, a line that begins with "$ " is typed into a shell ("> " goes on with it), and the
# other lines are what it shows, on standard output and standard error.  There "..." stands for
# anything, and a line of it alone for any number of lines.

# man_examples PAGE: the literal displays of the section EXAMPLES.
man_examples()
{
	awk '
	/^[.]Sh / { examples = /^[.]Sh EXAMPLES$/ }
	/^[.]Ed$/ { shown = 0; print "" }
	shown {
		# What troff would otherwise take for its own.
		sub(/^\\&/, "")
		gsub(/\\-/, "-")
		gsub(/\\[(]aq/, "\047")
		gsub(/\\[(]ga/, "`")
		gsub(/\\[(]ha/, "^")
		gsub(/\\[(]ti/, "~")
		gsub(/\\e/, "\\")
		print
	}
	examples && /^[.]Bd -literal/ { shown = 1 }' "$1"
}

# markdown_examples FILE: the fenced blocks of the language "console".
markdown_examples()
{
	awk '
	/^```/ { if (shown) print ""; shown = /^```console$/; next }
	shown' "$1"
}

# as_pattern TEXT: a pattern of the shell.
as_pattern()
{
	local text=$1
	text=${text//\\/\\\\}
	text=${text//\*/\\*}
	text=${text//\?/\\?}
	text=${text//\[/\\[}
	# Lines of dots, at the beginning, in the middle, then all others.
	text=${text/#$'...\n'/*}
	text=${text//$'\n...\n'/$'\n'*}
	printf '%s' "${text//.../*}"
}

shown_is()
{
	shown=$(tail -c +$((from + 1)) "$out" | tr -s ' ')
	# shellcheck disable=SC2053
	[[ $shown == $pattern ]]
}

# What a command shows may come from one in the background: it is waited for.
expect_shown()
{
	local pattern
	pattern=$(as_pattern "$(tr -s ' ' <<<"$expected")")
	WAIT_LIMIT=${WAIT_LIMIT:-10} wait_until shown_is && return
	printf 'after:\n%s\nexpected:\n%s\nbut got:\n%s\n' "$line" "$expected" "$shown" >&2
	return 1
}

run_line()
{
	local from shown
	[ -n "$line" ] || return 0
	from=$(stat -c %s "$out")
	eval "$line" >>"$out" 2>&1 </dev/null 3>&- 4<&- || :
	expect_shown || return
	examples_run=$((examples_run + 1))
}

# run_examples: those on standard input, in one shell; fails at the first that shows something else,
# or where there are none.
run_examples()
{
	local line='' expected='' text out=$BATS_TEST_TMPDIR/.shown
	examples_run=0
	: >"$out"
	while IFS= read -r text <&4; do
		case $text in
		'$ '*)
			run_line || return
			line=${text#??}
			expected=
			;;
		'> '*)
			line+=$'\n'${text#??}
			;;
		*)
			expected+=${expected:+$'\n'}$text
			;;
		esac
	done 4<&0
	run_line || return
	[ "$examples_run" -gt 0 ] || { echo "no examples" >&2; return 1; }
}
