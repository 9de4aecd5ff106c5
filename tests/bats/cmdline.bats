# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is meant by a line: the command, its links, help, versions, wrong words, descriptors.

load helper

# refused WHAT WHAT_TO_DO COMMAND [ARG...]: exit 2, nothing on stdout, exactly these two lines.
refused()
{
	local what=$1 next=$2
	shift 2
	run --separate-stderr -2 "$@"
	equal "$output" "" && equal "$stderr" "$what"$'\n'"$next"
}

try="Try 'mqtool --help' for more information."

# lists_commands COMMAND [ARG...]: exit 2, the list of commands and the error on stderr.
lists_commands()
{
	run --separate-stderr -2 "$@"
	equal "$output" ""
	matches "$stderr" "Usage: mqtool COMMAND *Commands:*  create *  watch *  help *"
	matches "$stderr" "*"$'\n'"mqtool: no command given"$'\n'"$try"
}

@test "mqtool alone lists the commands" {
	lists_commands mqtool
}

@test "the name of the program may be empty" {
	command -v perl >/dev/null || skip_loudly "perl not found"
	# shellcheck disable=SC2016
	lists_commands \
		perl -e 'my $p = shift; exec { $p } "" or die' "$(command -v mqtool)"
}

@test "an unknown command" {
	refused "mqtool: unknown command 'frobnicate'" "$try" mqtool frobnicate
	refused "mqtool: unknown command ''" "$try" mqtool ""
	refused "mqtool: unknown command '\\x1b[31m'" "$try" mqtool $'\e[31m'
	refused "mqtool: unknown command 'RM'" "$try" mqtool RM
}

@test "a command nearly right, or called as others call it" {
	refused "mqtool: unknown command 'remove'" "Did you mean 'rm'?" mqtool remove /q
	refused "mqtool: unknown command 'delete'" "Did you mean 'rm'?" mqtool delete
	refused "mqtool: unknown command 'delet'" "Did you mean 'rm'?" mqtool delet
	refused "mqtool: unknown command 'craete'" "Did you mean 'create'?" mqtool craete
	refused "mqtool: unknown command 'creat'" "Did you mean 'create'?" mqtool creat -m 600
	refused "mqtool: unknown command 'hlep'" "Did you mean 'help'?" mqtool hlep
	refused "mqtool: unknown command 'rmm'" "Did you mean 'rm'?" mqtool help rmm
}

@test "each word that others use is answered" {
	local word answer
	while read -r word answer; do
		refused "mqtool: unknown command '$word'" "Did you mean '$answer'?" mqtool "$word" /q
	done <<-END
		receive recv
		list stat
		ls stat
		remove rm
		delete rm
		drain purge
		flush purge
		clear purge
		peek recv --peek
		listen recv
		consume recv
		subscribe recv
		write send
	END
}

@test "a queue in the command's place" {
	refused "mqtool: unknown command '/q'" "Did you mean 'mqtool stat /q'?" mqtool /q
	refused "mqtool: unknown command '/q'" "Did you mean 'mqtool send /q hi'?" mqtool /q send hi
	refused "mqtool: unknown command '/q'" "Did you mean 'mqtool recv /q -n'?" \
		mqtool /q receive -n
	refused "mqtool: unknown command 'key:7'" \
		"Did you mean 'mqtool send key:7 \"two words\" ... \"\"'?" \
		mqtool key:7 send "two words" $'\e[31m' ""
	refused "mqtool: unknown command '/q'" "$try" mqtool /q frobnicate
	refused "mqtool: unknown command 'q'" "$try" mqtool q send hi
}

@test "a message before its queue" {
	refused "mqtool send: 'hi': a POSIX queue's name begins with a slash: write /hi" \
		"Did you mean 'mqtool send /jobs hi'?" mqtool send hi /jobs
	refused "mqtool send: 'a b': a POSIX queue's name begins with a slash: write esc:/a\\x20b" \
		"Did you mean 'mqtool send key:7 \"a b\" c'?" mqtool send -n "a b" c key:7
	run --separate-stderr -2 mqtool send hi jobs
	equal "$stderr" "mqtool send: 'hi': a POSIX queue's name begins with a slash: write /hi"
}

@test "a message that looks like an option" {
	refused "mqtool send: unknown option '-5'" "Did you mean '-- -5'?" mqtool send /q -5
	refused "mqtool send: unknown option '-5'" "Did you mean '-- -5x'?" mqtool send /q -5x
	refused "mqtool send: unknown option '-e'" "Did you mean '-- -hello'?" mqtool send /q -hello
	refused "mqtool send: unknown option '--foo'" "Try 'mqtool send --help' for more information." \
		mqtool send /q --foo
	refused "mqtool send: unknown option '-5'" "Try 'mqtool send --help' for more information." \
		mqtool send -p 1 -5x /q
}

@test "an unknown global option" {
	refused "mqtool: unknown option '--bogus'" "$try" mqtool --bogus rm
	refused "mqtool: unknown option '--hepl'" "Did you mean '--help'?" mqtool --hepl
	refused "mqtool: unknown option '--versoin'" "Did you mean '--version'?" mqtool --versoin
	refused "mqtool: unknown option '-n'" "$try" mqtool -n rm
	refused "mqtool: unknown option '-n'" "Did you mean 'mqtool recv -n /q'?" mqtool -n recv /q
	refused "mqtool: unknown option '--'" "$try" mqtool -- rm
	refused "mqtool: unknown option '-x'" "$try" mqtool help -x
}

@test "global help, spelled in four ways" {
	run --separate-stderr -0 mqtool --help
	equal "$stderr" ""
	matches "$output" "Usage: mqtool COMMAND *"
	matches "$output" "*  create *  rm *  help *"
	matches "$output" "*man mqtool*"
	local help=$output status
	for status in 0 1 2 3 4 5; do
		matches "$help" "*"$'\n'"  $status  *"
	done
	run -0 mqtool -h
	equal "$output" "$help"
	run -0 mqtool help
	equal "$output" "$help"
	run -0 mqtool help help
	equal "$output" "$help"
	run -0 mqtool help --help
	equal "$output" "$help"
}

@test "help of each command, spelled in three ways" {
	run -0 mqtool --help
	local commands help
	commands=$(awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }' <<<"$output")
	matches "$commands" "create*rm*help"
	for command in $commands; do
		[ "$command" != help ] || continue
		run --separate-stderr -0 mqtool "$command" --help
		equal "$stderr" ""
		matches "$output" "Usage: mqtool $command [[]OPTION...[]] *-h, --help*-V, --version*"
		help=$output
		run -0 mqtool "$command" -h
		equal "$output" "$help"
		run -0 mqtool help "$command"
		equal "$output" "$help"
	done
}

@test "help for what is not there" {
	refused "mqtool: unknown command 'nosuch'" "$try" mqtool help nosuch
	refused "mqtool: extra operand 'create'" "$try" mqtool help rm create
}

@test "the version" {
	run --separate-stderr -0 mqtool --version
	equal "$stderr" ""
	matches "${lines[0]}" "mqtool [0-9]*.[0-9]*"
	matches "$output" "*GNU GPL version 2 or later*NO WARRANTY*"
	local version=$output
	run -0 mqtool -V
	equal "$output" "$version"
	run -0 mqtool rm --version
	equal "$output" "$version"
	run -0 mqtool create -V /never
	equal "$output" "$version"
	run -4 mqtool rm /never
}

@test "links run their command" {
	run -0 mqcreate -v /link
	equal "$output" /link
	run -0 mqrm -v /link
	equal "$output" /link
	run -0 mqrm --help
	matches "$output" "Usage: mqtool rm *"
	run --separate-stderr -2 mqrm
	equal "$stderr" "mqtool rm: no queue given"$'\n'"Try 'mqtool rm --help' for more information."
	"$BATS_FILE_TMPDIR/bin/mqcreate" /by-path
	run -0 mqtool rm /by-path
}

@test "other names of the program are mqtool" {
	local name
	for name in mq mqhelp mqcheck mqrmx xmqrm; do
		ln -s "$(command -v mqtool)" "$name"
		lists_commands "./$name"
		run -0 "./$name" rm --help
	done
}

@test "help that cannot be written is a failure" {
	run --separate-stderr -1 bash -c 'mqtool --help >/dev/full'
	equal "$stderr" "mqtool: cannot write standard output: No space left on device"
	run --separate-stderr -1 bash -c 'mqtool rm --help >/dev/full'
	equal "$stderr" "mqtool rm: cannot write standard output: No space left on device"
	run --separate-stderr -1 bash -c 'mqtool -V >&-'
	equal "$stderr" "mqtool: cannot write standard output: Bad file descriptor"
}

@test "closed descriptors 0, 1 and 2 stay useless" {
	# The queue must not become one of them.
	mqtool create /fds <&- >&- 2>&-
	run --separate-stderr -1 bash -c 'mqtool create -v /fds2 <&- >&-'
	equal "$stderr" "mqtool create: cannot write standard output: Bad file descriptor"
	run -1 bash -c 'mqtool create -v /fds3 <&- >&- 2>&-'
	run -1 bash -c 'mqtool create /fds3 2>&-'
	equal "$output" ""
	# Nothing was to be printed.
	mqtool rm /fds /fds2 /fds3 >&-
}

@test "closed descriptors are opened so that their use fails" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -o /dev/null true 2>/dev/null || skip_loudly "strace is not permitted"
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 run -4 strace -f -o trace -e trace=openat \
		bash -c 'exec mqtool rm /nosuch <&- >&- 2>&-'
	grep -q 'openat(AT_FDCWD, "/dev/null", O_WRONLY) = 0$' trace
	grep -q 'openat(AT_FDCWD, "/dev/null", O_RDONLY) = 1$' trace
	grep -q 'openat(AT_FDCWD, "/dev/null", O_RDONLY) = 2$' trace
}

@test "a command that prints nothing reads no locale" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -o /dev/null true 2>/dev/null || skip_loudly "strace is not permitted"
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 LC_ALL=en_US.UTF-8 \
		strace -o trace -e trace=openat mqtool rm -f /nosuch
	run ! grep -E 'locale|gconv' trace
	grep -q libpopt trace
}

@test "options may follow operands, unless POSIXLY_CORRECT" {
	run -0 mqtool rm /nosuch -f
	POSIXLY_CORRECT=1 run -2 mqtool rm /nosuch -f
	POSIXLY_CORRECT=1 run -0 mqtool rm -f /nosuch
	run -2 mqtool rm /nosuch -- -f
}

@test "the first -- ends the options, a later one is an operand" {
	mqtool create /dashes
	mqtool send /dashes -- -- x -v
	run -0 mqtool recv -a /dashes
	equal "$output" "--
x
-v"
	mqtool rm /dashes
}

@test "what popt would replace by the next operand" {
	mqtool create /subst
	# As an operand it is a message like any other.
	mqtool send /subst '!#:+' 'a!#:+b'
	run -0 mqtool recv -a /subst
	equal "$output" '!#:+
a!#:+b'
	run --separate-stderr -2 mqtool recv -F '!#:+' -n /subst
	equal "${stderr_lines[0]}" \
		"mqtool recv: option '-F' cannot be given a value with '!#:+' in it"
	run --separate-stderr -2 mqtool send --file='!#:+' /subst
	equal "${stderr_lines[0]}" \
		"mqtool send: option '--file' cannot be given a value with '!#:+' in it"
	mqtool rm /subst
}

@test "a command begins at the first --, and its options are its own" {
	mqtool create /cmd
	mqtool send /cmd message
	run -0 mqtool recv /cmd -- sh -c 'cat; echo " $1 $2"' -- --help
	equal "$output" "message --help "
	run --separate-stderr -2 mqtool recv /cmd --
	equal "${stderr_lines[0]}" "mqtool recv: no command after '--'"
	run --separate-stderr -2 mqtool recv /cmd cat
	equal "${stderr_lines[0]}" \
		"mqtool recv: extra operand 'cat' (write a command after '--')"
	mqtool rm /cmd
}

@test "-j is also -J and --json" {
	mqtool create /json
	local json
	for json in -j -J --json; do
		mqtool send /json x
		run -0 mqtool recv "$json" /json
		equal "$output" '{"queue":"/json","priority":0,"size":1,"body":"x"}'
	done
	run -0 mqtool recv --help
	matches "$output" "*-j, --json *(also -J)*"
	run ! grep -E '^ *-J' <<<"$output"
	mqtool rm /json
}

@test "a closed standard input is no empty message" {
	mqtool create /stdin
	run --separate-stderr -1 bash -c 'mqtool send /stdin <&-'
	matches "$stderr" "mqtool send: *Bad file descriptor*"
	run -3 mqtool recv -n /stdin
	mqtool rm /stdin
}
