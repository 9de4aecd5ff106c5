# SPDX-License-Identifier: GPL-2.0-or-later
#
# Help and manual pages, held to the tables that mqtool is made of: everything is documented, and
# nothing is that does not exist.

load helper

man=$BATS_TEST_DIRNAME/../../man

# table WORD [COMMAND]: the last field of its lines; see tests/optdump.c.
table()
{
	"${MQTOOL_BUILD:?}/tests/optdump" | awk -F '\t' -v word="$1" -v command="${2-}" '
	$1 == word && (command == "" || $2 == command) { print $NF }'
}

commands()
{
	table command
}

# same WHAT ACTUAL EXPECTED: the same lines in any order.
same()
{
	[ -n "$3" ] || { echo "$1: nothing expected" >&2; return 1; }
	diff <(sort <<<"$2") <(sort <<<"$3") >diff || {
		printf '%s: < is there, > should be\n' "$1" >&2
		cat diff >&2
		return 1
	}
}

# ---- help ----

# The options that --help shows, as tests/optdump writes them.
help_options()
{
	mqtool "$1" --help | awk '
	function show(    option) {
		option = text
		sub(/^ +/, "", option)
		sub(/  .*/, "", option)
		if (text ~ /[(]also +-J[)]/)
			sub(/^-j, /, "-j, -J, ", option)
		if (option ~ /^-/)
			print option
		text = ""
	}
	# A text that is long goes on in a second line.
	/^(  -|      --|$)/ { show() }
	{ text = text $0 }
	END { show() }'
}

@test "help shows the options of each command" {
	local command
	for command in $(commands); do
		same "$command --help" "$(help_options "$command")" "$(table option "$command")"
	done
}

@test "help speaks of no option that is not there" {
	local command word
	for command in $(commands); do
		table option "$command" | tr -s ', =[' '\n' | grep '^-' >known
		# Options of COMMAND in the notes are those of the command itself.
		mqtool "$command" --help | sed '1,/^$/d' |
			grep -oE '(^|[[:space:](])--?[[:alnum:]][[:alnum:]-]*' | tr -d ' (\t' >spoken
		while read -r word; do
			[[ $word == -[0-9N] ]] || grep -qxe "$word" known || {
				echo "$command --help: $word" >&2
				return 1
			}
		done <spoken
		[ -s spoken ]
	done
}

@test "mqtool --help shows each command and what it is for" {
	local command
	run -0 mqtool --help
	for command in $(commands); do
		[[ $output == *$'\n  '"$command "* ]] || { echo "$command" >&2; return 1; }
	done
}

@test "stat --help names each column" {
	local column
	run -0 mqtool stat --help
	for column in $(table column); do
		[[ $output == *[[:space:]]"$column"[[:space:].,]* ]] || { echo "$column" >&2; return 1; }
	done
}

@test "help that cannot be written is a failure" {
	local command
	for command in $(commands); do
		run -1 --separate-stderr bash -c 'mqtool "$1" --help >/dev/full' - "$command"
		matches "$stderr" "mqtool $command: *"
		run -1 --separate-stderr bash -c 'mqtool help "$1" >/dev/full' - "$command"
		run -1 --separate-stderr bash -c 'mqtool "$1" --version >/dev/full' - "$command"
	done
	run -1 bash -c 'mqtool --help >/dev/full'
	run -1 bash -c 'mqtool help >/dev/full'
	run -1 bash -c 'mqtool --version >/dev/full'
}

@test "an unknown option is two lines and status 2" {
	local command option status
	for command in $(commands); do
		for option in --no-such-option -%; do
			# Monitoring reads standard output, and 2 is its CRITICAL.
			status=2
			[ "$command" != check ] || status=3
			run -$status --separate-stderr mqtool "$command" "$option" /queue
			[ "$command" = check ] || equal "$output" ""
			equal "${#stderr_lines[@]}" 2
			equal "${stderr_lines[0]}" "mqtool $command: unknown option '$option'"
		done
	done
}

# ---- manual pages ----

# The option lists of a page, as tests/optdump writes them.
page_options()
{
	awk '
	# A macro line as text, as far as lists of options need it.
	function plain(n,    i, text, open, glue) {
		text = open = ""
		glue = 1
		for (i = 2; i <= n; i++) {
			if ($i == "Ns") { glue = 1; continue }
			if ($i == "Op") { text = text (glue ? "" : " ") "["; open = open "]"; glue = 1; continue }
			if ($i == "Ar") continue
			if ($i == ",") { text = text ","; glue = 0; continue }
			if ($i == "Fl") { text = text (glue ? "" : " ") "-" $(++i); glue = 0; continue }
			text = text (glue ? "" : " ") $i
			glue = 0
		}
		return text open
	}
	/^[.]It Fl / { print plain(NF) }' "$1"
}

@test "each command has a page, and each page a command" {
	local command page
	for command in $(commands); do
		[ -e "$man/mqtool-$command.1" ] || { echo "no man/mqtool-$command.1" >&2; return 1; }
	done
	for page in "$man"/mqtool-*.1; do
		command=${page##*/mqtool-}
		commands | grep -qx "${command%.1}" || { echo "$page has no command" >&2; return 1; }
	done
}

@test "the pages list the options of each command" {
	local command
	for command in $(commands); do
		same "mqtool-$command.1" "$(page_options "$man/mqtool-$command.1")" \
			"$(table option "$command")"
	done
	same mqtool.1 "$(page_options "$man/mqtool.1")" $'-h, --help\n-V, --version'
}

@test "the pages speak of no option that is not there" {
	local page command
	table option | tr -s ', =[' '\n' | grep '^-' | sort -u >all
	for page in "$man"/mqtool*.[1-8]; do
		command=${page##*/}
		command=${command#mqtool-}
		command=${command%.*}
		# Behind Nm, the options are those of the command that is named.
		sed -nE '/^\.Nm mqtool /s/^\.Nm mqtool ([a-z]+) (Fl .*)$/\1 \2/p' "$page" |
			while read -r other rest; do
				options_in "$rest" | sed "s/^/$other /"
			done >spoken
		sed -nE '/^\.(It|Ta|Nm|Ql|Ev)/!s/^\..*\<(Fl .*)$/\1/p' "$page" |
			while read -r rest; do
				options_in "$rest" | sed "s/^/$command /"
			done >>spoken
		while read -r other option; do
			table option "$other" | tr -s ', =[' '\n' | grep -qxe "$option" ||
				{ [ ! -e "$man/mqtool-$other.1" ] && grep -qxe "$option" all; } || {
				echo "${page##*/}: $other $option" >&2
				return 1
			}
		done <spoken
	done
}

# options_in TEXT: what Fl begins, up to the next macro.
options_in()
{
	local word flag=no
	for word in $1; do
		case $word in
		Fl) flag=yes ;;
		,) ;;
		[A-Z][a-z]) flag=no ;;
		*) [ $flag = no ] || [[ $word != [[:alnum:]-]* ]] || one_letter_each "$word" ;;
		esac
	done
}

# SPbHj stands for -S -P -b -H -j.
one_letter_each()
{
	if [[ $1 == -* ]]; then
		echo "-$1"
	else
		fold -w 1 <<<"$1" | sed 's/^/-/'
	fi
}

@test "mqtool.1 lists the commands and the links" {
	same "mqtool.1: commands" "$(sed -n 's/^\.It Cm //p' "$man/mqtool.1" | grep -vx help)" \
		"$(commands)"
	same "mqtool.1: links" "$(sed -n 's/^\.Nm mq\([a-z]*\)\( ,\)\{0,1\}$/\1/p' "$man/mqtool.1" |
		grep -vx tool)" "$(table linked)"
	same "mqtool.1: see also" "$(sed -n 's/^\.Xr mqtool-\([a-z]*\) 1 ,$/\1/p' "$man/mqtool.1")" \
		"$(commands)"
}

@test "the page of a command has the name of its link" {
	local command
	for command in $(commands); do
		table linked | grep -qx "$command" || continue
		grep -qx "\.Nm mq$command" "$man/mqtool-$command.1" || { echo "$command" >&2; return 1; }
	done
}

@test "mqtool-stat.1 lists the columns" {
	same mqtool-stat.1 "$(awk '/^[.]Sh/ { in_columns = $2 == "COLUMNS" }
		in_columns && /^[.]It Li/ { print $3 }' "$man/mqtool-stat.1")" "$(table column)"
}

@test "mqtool-watch.1 lists the columns that only watch has" {
	same mqtool-watch.1 "$(awk '/^[.]Sh/ { in_columns = $2 == "COLUMNS" }
		in_columns && /^[.]It Li/ { print $3 }' "$man/mqtool-watch.1")" "$(table live-column)"
}

@test "mqtool-watch.1 lists the keys of the screen" {
	same "mqtool-watch.1: keys" "$(sed -nE '/^\.Sh KEYS/,/^\.Sh COLUMNS/s/^\.It Ic //p' \
		"$man/mqtool-watch.1" | sed 's/\\[&]//g; s/\\-/-/g')" \
		"$(sed -n '/key_help\[\] = {/,/^};/p' "$man/../src/watch/view-help.c" |
			sed -nE 's/^\t\{ "(.*)", N_\(".*"\) \},$/\1/p')"
}

@test "each page has its sections" {
	local page section
	for page in "$man"/mqtool*.1; do
		for section in NAME SYNOPSIS DESCRIPTION OPTIONS ENVIRONMENT 'EXIT STATUS' EXAMPLES \
			'SEE ALSO'; do
			grep -qx "\.Sh $section" "$page" || { echo "${page##*/}: $section" >&2; return 1; }
		done
	done
}

@test "pages refer to pages of mqtool that exist" {
	local page ref
	for page in "$man"/mqtool*.[1-8]; do
		for ref in $(sed -n 's/^\.Xr \(mq[a-z-]*\) \([1-8]\).*/\1.\2/p' "$page"); do
			[[ $ref == mq_* ]] || [ -e "$man/$ref" ] || { echo "${page##*/}: $ref" >&2; return 1; }
		done
	done
}

# What is to be copied from an example would be hyphens and quotation marks of typography.
@test "examples are written with the characters of ASCII" {
	run -1 awk '
	/^[.]Ed$/ { literal = 0 }
	literal {
		text = $0
		gsub(/\\(e|&|-|[(]aq|[(]ga|[(]ha|[(]ti)/, "", text)
		if (text ~ /[-\\\047`^~]/) { print FILENAME ":" FNR ": " $0; bad = 1 }
	}
	/^[.]Bd -literal/ { literal = 1 }
	END { exit !bad }' "$man"/mqtool*.[1-8]
	equal "$output" ""
}

@test "mandoc finds nothing wrong with the pages" {
	command -v mandoc >/dev/null || skip_loudly "mandoc not found"
	run -0 mandoc -T lint -W warning "$man"/mqtool*.[1-8]
	equal "$output" ""
}

@test "man and groff find nothing wrong with the pages" {
	local page
	man --version >/dev/null 2>&1 && command -v groff >/dev/null ||
		skip_loudly "man or groff not found"
	for page in "$man"/mqtool*.[1-8]; do
		run -0 --separate-stderr env MANROFFSEQ= MANWIDTH=80 \
			man --warnings -E UTF-8 -l -Tutf8 -Z "$page"
		equal "$stderr" ""
		[ -n "$output" ]
	done
}

# ---- exit statuses ----

# Lines that end with each status of each page: COMMAND STATUS LINE.
status_lines()
{
	cat <<-'END'
	create 0 mqtool create /new
	create 1 mqtool create /there
	create 2 mqtool create there
	create 5 chmod 555 /dev/mqueue; without_capabilities mqtool create /new
	send 0 mqtool send /there x
	send 1 head -c 9000 /dev/zero | mqtool send /there
	send 2 mqtool send -p 32768 /there x
	send 3 mqtool send -n /full x
	send 4 mqtool send /missing x
	send 5 without_capabilities mqtool send /closed x
	recv 0 mqtool recv /full
	recv 1 mqtool recv /full -- false
	recv 2 mqtool recv /full -- no-such-command
	recv 3 mqtool recv -n /there
	recv 4 mqtool recv /missing
	recv 5 without_capabilities mqtool recv /closed
	move 0 mqtool move /full /there
	move 1 mqtool move -n /half /full
	move 2 mqtool move /full posix:full
	move 3 mqtool move -n -c 1 /there /half
	move 4 mqtool move /full /missing
	move 5 without_capabilities mqtool move /closed /there
	stat 0 mqtool stat -o QUEUE /there
	stat 1 mqtool stat >/dev/full
	stat 2 mqtool stat -o NONE
	stat 4 mqtool stat /missing
	stat 5 without_capabilities mqtool stat -o MESSAGES /closed
	check 0 mqtool check -w 50 -c 90 /there
	check 1 mqtool check -w 10 -c 90 /half
	check 2 mqtool check -w 50 -c 90 /full
	check 3 mqtool check -w 50 -c 90 /missing
	set 0 mqtool set -m 600 /there
	set 1 mqtool set -m 600 ftok:no-such-file
	set 2 mqtool set /there
	set 4 mqtool set -m 600 /missing
	set 5 mqtool rm /there /full /half; (ulimit -q 0; without_capabilities mqtool set -m 640 /closed)
	purge 0 mqtool purge /full
	purge 1 mqtool purge /full >/dev/full
	purge 2 mqtool purge
	purge 4 mqtool purge /missing
	purge 5 without_capabilities mqtool purge /closed
	watch 0 mqtool watch -b -n 1 /there
	watch 1 mqtool watch -b -n 1 >/dev/full
	watch 2 mqtool watch -b -n x
	watch 4 mqtool watch -b -n 1 /missing
	wait 0 mqtool wait /full
	wait 1 mqtool wait --messages=2 /full
	wait 2 mqtool wait --empty --gone /there
	wait 3 mqtool wait -T 0 /there
	wait 4 mqtool wait /missing
	wait 5 without_capabilities mqtool wait /closed
	rm 0 mqtool rm /there
	rm 1 mqtool rm -v /there >/dev/full
	rm 2 mqtool rm
	rm 4 mqtool rm /missing
	rm 5 chmod 555 /dev/mqueue; without_capabilities mqtool rm /there
	END
}

page_statuses()
{
	awk '/^[.]Sh/ { here = /EXIT STATUS/ } here && /^[.]It [0-9]/ { print $2 }' "$1"
}

@test "each exit status of the pages is produced" {
	local command status line
	for command in $(commands); do
		# trace.bats has those of trace, which take privileges.
		[ "$command" != trace ] || continue
		same "mqtool-$command.1" "$(page_statuses "$man/mqtool-$command.1")" \
			"$(status_lines | awk -v c="$command" '$1 == c { print $2 }')"
	done
	same mqtool.1 "$(page_statuses "$man/mqtool.1")" \
		"$(status_lines | awk '$1 != "check" { print $2 }' | sort -u)"
	need_mqueue
	while read -r command status line; do
		mqtool stat -H -o QUEUE | xargs -r -d '\n' mqtool rm -f --
		mqtool create /there
		mqtool create -c 1 /full
		mqtool create -c 2 /half
		mqtool send /half x
		mqtool send /full x
		mqtool create -m 0 /closed
		got=0
		eval "$line" >out 2>&1 </dev/null || got=$?
		chmod 1777 /dev/mqueue
		[ "$got" = "$status" ] || {
			echo "status $got, not $status: $line" >&2
			cat out >&2
			return 1
		}
	done < <(status_lines)
}
