# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hostile bytes on a terminal, hostile environments, closed files and small limits

load helper

# One string a line, as printf takes them: each alone must not reach a terminal.
HOSTILE='\033[6661m
\033]0;PWNED\007
\302\2336661m
\2336661m
\302\235x\302\234
\342\200\252
\342\200\253
\342\200\254
\342\200\255
\342\200\256
\342\201\246
\342\201\247
\342\201\250
\342\201\251
\300\233
\340\200\233
\360\200\200\233
\355\240\200
\364\220\200\200
\377\376
\177
\r
\010
\013
\016'

# What may or may not be hostile, but shall not break a line.
HARMLESS='\342\200\213
\342\200\250
\357\273\277
e\314\201'

setup()
{
	test_setup
	command -v perl >/dev/null || skip_loudly "perl not found"
	# shellcheck disable=SC2059
	all=$(printf "${HOSTILE//$'\n'/}${HARMLESS//$'\n'/}_")
	export all
}

teardown()
{
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
	test_teardown
}

# clean FILE: what a terminal got is text in lines.  "\r\n" is the terminal's own newline.
clean()
{
	perl -MEncode -e 'local $/; my $bytes = <>; $bytes =~ s/\r+\n/\n/g;
		my $text = eval { decode("UTF-8", $bytes, Encode::FB_CROAK) };
		if (!defined $text) { print STDERR "no UTF-8\n"; exit 1 }
		my $bad = "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\x{61c}\\x{200e}\\x{200f}" .
			"\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}]";
		if ($text =~ /(.{0,80}$bad)/) {
			printf STDERR "hostile: %s\n", join " ", map { sprintf "%x", ord } split //, $1;
			exit 1
		}' "$1"
}

# An esc: name of the bytes on stdin.
name_of()
{
	printf 'esc:/%s' "$(od -An -v -tx1 | tr -d '\n' | sed 's/ /\\x/g')"
}

# session FILE: a file of commands, run on a terminal, whose output is clean; left in "got".
session()
{
	local locale
	for locale in C.UTF-8 C; do
		# The last command is one that fails, mostly.
		LC_ALL=$locale on_terminal bash "$1" >got || :
		clean got || { cat -v got >&2; return 1; }
		# It was no silent failure.
		[ "$(wc -l <got)" -ge "${2:-5}" ]
	done
}

@test "the check sees each of them" {
	local text
	while read -r text; do
		# shellcheck disable=SC2059
		printf "a${text}b\n" >got
		run ! clean got
	done <<<"$HOSTILE"
	# shellcheck disable=SC2059
	printf "ok\tok\r\n${HARMLESS//$'\n'/}\n" >got
	clean got
}

@test "names of queues: tables, blocks, questions, failures" {
	local name text
	need_mqueue
	name=$(printf '%s' "$all" | name_of)
	mqtool create -c 4 -s 600 "$name"
	while read -r text; do
		# shellcheck disable=SC2059
		mqtool create -c 1 -s 1 "$(printf "a$text" | name_of)"
	done <<<"$HOSTILE"
	mqtool send "$name" x
	export name
	cat >commands <<-'END'
		mqtool stat
		mqtool stat -w
		mqtool stat -j
		mqtool stat "$name"
		mqtool stat -wj "$name"
		mqtool check -w 1 -c 2 "$name"
		mqtool check -w 1 -c 2
		mqtool watch -b -n 1
		mqtool watch -j -n 1
		mqtool create "$name"
		mqtool create -ev -m 666 "$name"
		mqtool create -e -m 664 "$name"
		mqtool set -b 5 "$name"
		mqtool set -v -m 640 "$name"
		mqtool send -n -v "$name" y
		mqtool send -n "$name" "$(head -c 700 /dev/zero | tr '\0' x)"
		mqtool recv --peek "$name"
		mqtool recv -n -F '%Q\n' "$name"
		mqtool recv -n -j "$name"
		mqtool recv -n "$name"
		mqtool recv -v -T 1ms "$name"
		mqtool wait -T 1ms "$name"
		mqtool purge "$name"
		mqtool rm -a -P --dry-run
		mqtool rm -a -P </dev/null
		echo n | mqtool rm -a -P
		mqtool rm "${name}x"
		mqtool stat "${name}x"
		mqtool watch -b -n 1 "${name}x"
	END
	session commands 60
	# shellcheck disable=SC2016
	echo 'mqtool rm -v "$name"; mqtool rm -a -P -y -v' >commands
	on_terminal bash commands >got
	clean got
	[ "$(wc -l <got)" -ge 26 ]
}

@test "bodies, in all styles but -r" {
	local text style
	create 0x60
	while read -r text; do
		# shellcheck disable=SC2059
		printf "<$text>" | mqtool send 0x60
	done <<<"$HOSTILE"$'\n'"$HARMLESS"
	for style in "" "-F %s\\n" "-F %q\\n" "-F %x\\n" -j; do
		# shellcheck disable=SC2086
		on_terminal mqtool recv --peek -a $style 0x60 >got
		clean got
		[ "$(wc -l <got)" -ge 29 ]
	done
	on_terminal mqtool recv --peek -a -0 0x60 | tr '\0' '\n' >got
	clean got
	# What cannot go back is reported, on the terminal.
	mqtool set -m 400 0x60
	mqtool recv --peek -a -j 0x60 >before
	# shellcheck disable=SC2016
	on_terminal setpriv --bounding-set=-all --inh-caps=-all sh -c 'mqtool recv -a 0x60 >/dev/full' \
		>got || :
	clean got
	[ "$(grep -c '^{' got)" -ge 29 ]
	mqtool set -m 600 0x60
	mqtool send -j -f before 0x60
	on_terminal mqtool recv -a 0x60 >got
	clean got
}

@test "values of options, operands, commands, paths" {
	create 0x61
	mqtool send 0x61 x
	cat >commands <<-'END'
		mqtool "$all"
		mqtool "--$all"
		mqtool help "$all"
		mqtool stat "--$all"
		mqtool stat "-$all"
		for c in create set; do
			mqtool $c -m "$all" 0x61
			mqtool $c -o "$all" 0x61
			mqtool $c -o ":$all" 0x61
			mqtool $c -b "$all" 0x61
		done
		mqtool create -c "$all" /x
		mqtool create -s "$all" /x
		mqtool create --private "$all"
		mqtool send -f "$all" 0x61
		mqtool send -f "/$all" 0x61
		mqtool send -t "$all" 0x61 x
		mqtool send -p "$all" 0x61 x
		mqtool send -T "$all" 0x61 x
		printf '%s\n' "$all" | mqtool send -j 0x61
		printf '{"%s":1}\n' "$all" | mqtool send -j 0x61
		mqtool recv -c "$all" 0x61
		mqtool recv -t "$all" 0x61
		mqtool recv -T "$all" 0x61
		mqtool recv -F "%$all" 0x61
		mqtool recv 0x61 "$all"
		mqtool recv 0x61 -- "$all"
		mqtool recv 0x61 -- "/$all"
		mqtool recv --on-failure="$all" 0x61 -- cat
		mqtool recv --move-failed="$all" 0x61 -- cat
		mqtool stat -o "$all"
		mqtool stat -s "$all"
		mqtool stat -s "queue:$all"
		mqtool check -w "$all" -c 2 0x61
		mqtool check -w 1 -c 2 "$all"
		mqtool rm -a -y --match="$all"
		mqtool rm -a -y --owner="$all"
		mqtool rm -a -y --idle="$all"
		mqtool wait --messages="$all" 0x61
		mqtool wait --writable="$all" 0x61
		mqtool move 0x61 "$all"
		mqtool move "/a/$all" 0x61
		mqtool move -c "$all" 0x61 /a
		mqtool move --set-type="$all" /a 0x61
		mqtool watch -b -n 1 --filter="$all"
		mqtool watch -b -n 1 --filter="use=$all"
		mqtool watch -b -n 1 -o "$all"
		mqtool watch -b -n 1 -d "$all"
		mqtool watch --color="$all"
		for c in create send recv stat set rm purge wait 'watch -b -n 1'; do
			mqtool $c "$all"
			mqtool $c "key:$all"
			mqtool $c "id:$all"
			mqtool $c "/a/$all"
			mqtool $c "ftok:/nonexistent/$all"
			mqtool $c "ftok:/:$all"
			mqtool $c "amqp://$all"
		done
		MQTOOL_LIBEXECDIR=/nonexistent/$all mqtool watch
		TERM=$all mqtool stat 0x61
		TERM=$all MQTOOL_LIBEXECDIR=$MQTOOL_BUILD mqtool watch -n 1 -d 10ms >/dev/null
		MQTOOL_LIBEXECDIR=$MQTOOL_BUILD TERM=dumb$all mqtool watch >/dev/null
	END
	session commands 100
	equal "$(mqtool recv -a 0x61)" x
}

@test "users, groups and processes" {
	local program
	need_mqueue
	create -m 600 0x62
	create -c 1 -s 8 /held
	# A process has fifteen bytes of name.
	for program in $'\e[6661m\e]0;PWN' $'\xc2\x9b6661m\xe2\x80\xae' $'\x9b\xff\x7f\r\b'; do
		cp "$MQTOOL_BUILD/tests/helpers/blocked" "./$program"
		start "./$program" msgrcv 0x62 8 7 0 2>/dev/null
		# shellcheck disable=SC2154
		blocked "$pid" msgrcv
		start "./$program" mq_receive /held 2>/dev/null
		blocked "$pid" mq_timedreceive
	done
	sed "s/^root:/$(printf '\033[6661m\302\233x\342\200\256'):/" /etc/passwd >passwd
	sed "s/^root:/$(printf '\033]0;y\\\\\302\235')z:/" /etc/group >group
	cat >commands <<-'END'
		mqtool stat
		mqtool stat -w
		mqtool stat -wj
		mqtool stat -o queue,owner,uid,gid,waiting
		mqtool stat 0x62 /held
		mqtool watch -b -n 1 -o +owner
		mqtool watch -j -n 1
		mqtool rm -a --dry-run -S
		mqtool create -e -o 1 0x62
		mqtool create -e -o :1 0x62
		mqtool create -e -o 1 /held
	END
	# shellcheck disable=SC2016
	hidden=(unshare -m sh -c 'mount -n --bind passwd /etc/passwd &&
		mount -n --bind group /etc/group && exec bash commands' sh)
	on_terminal "${hidden[@]}" >got || :
	clean got
	# They were read.
	grep -qF '\x1b[6661m' got
	grep -qE 'x1b\]0;' got
}

# What the screen's library sends, and no more.
@test "the screen" {
	local text
	[ -x "$MQTOOL_BUILD/mqtool-watch" ] || skip_loudly "mqtool-watch was not built: no ncursesw"
	need_mqueue
	mqtool create -c 1 -s 8 "$(printf '%s' "$all" | name_of)"
	while read -r text; do
		# shellcheck disable=SC2059
		mqtool create -c 1 -s 1 "$(printf "a$text" | name_of)"
	done < <(head -n 12 <<<"$HOSTILE")
	cp "$MQTOOL_BUILD/tests/helpers/blocked" $'./\e[6661m\x9b6661m'
	create 0x63
	start $'./\e[6661m\x9b6661m' msgrcv 0x63 8 7 0 2>/dev/null
	blocked "$pid" msgrcv
	on_terminal env TERM=xterm MQTOOL_LIBEXECDIR="$MQTOOL_BUILD" sh -c \
		'stty rows 40 cols 120; exec mqtool watch -n 2 -d 20ms' >got
	grep -q QUEUE got
	grep -q '6661m' got
	# CSI of numbers, character sets, keypad, and a window's own: none of which the names have.
	perl -0777 -pe 's/\e\[[?>]?(?!6661)[0-9;]*[A-Za-ln-z]//g; s/\e\[(?!6661)[0-9;]*m//g;
		s/\e[()][0AB]//g; s/\e[=>78M]//g; s/[\r\x0e\x0f\x08]//g' got >rest
	clean rest
}

# ---- environment ----

# What each command says about one queue of each kind, if nothing may change it.
say_all()
{
	mqtool create -c 4 -s 64 /e && mqtool create 0x65
	mqtool send /e one two && mqtool send 0x65 one two
	mqtool recv -n /e && mqtool recv -n -j 0x65
	mqtool stat -H -o queue,kind,messages,bytes,mode /e 0x65 | tr -s ' '
	mqtool check -w 50 -c 90 /e 0x65
	mqtool set -m 640 /e 0x65 && mqtool wait -T 1s /e && mqtool purge 0x65
	mqtool recv -n 0x65 2>/dev/null
	echo "status $?"
	mqtool watch -b -n 1 -o queue,messages | sed 1d | tr -s ' '
	mqtool rm --help | head -n 1 | tr -d '\n' | wc -c
	mqtool rm /e 0x65
}

@test "no environment changes what is done" {
	local long line values count=0
	need_mqueue
	say_all >expected 2>&1 || :
	grep -q 'status 3' expected
	grep -q '^one$' expected
	long=$(printf '%05000d' 0)
	while read -r line; do
		read -ra values <<<"${line//LONG/$long}"
		env -i PATH="$PATH" ASAN_OPTIONS="$ASAN_OPTIONS" "${values[@]}" bash -c \
			"$(declare -f say_all); say_all" 2>&1 | grep -v 'bash: warning: setlocale' >got || :
		cmp expected got || { echo "with ${line:0:80}" >&2; diff expected got >&2; return 1; }
		count=$((count + 1))
	done <<-'END'
		NOTHING=
		TERM= HOME= LC_ALL= LANGUAGE= COLUMNS= LINES= TZ= MQTOOL_QUEUE= MQTOOL_LIBEXECDIR=
		TERM=nonsense LC_ALL=xx_YY.nonsense COLUMNS=0 LINES=0 TZ=nonsense HOME=/nonexistent
		TERM=LONG LC_ALL=LONG LANGUAGE=LONG TZ=LONG HOME=LONG MQTOOL_LIBEXECDIR=LONG
		TERM=../../../../etc/passwd TERMINFO=../.. LC_ALL=../../../../tmp LANGUAGE=../../../tmp:x
		COLUMNS=-1 LINES=-1 TZ=:../../../../etc/passwd HOME=../../nonexistent LC_ALL=C
		COLUMNS=99999999999999999999 LINES=99999999999999999999 TMPDIR=/nonexistent NO_COLOR=1
		COLUMNS=text LINES=1.5 LC_ALL=POSIX LANG=de_DE.UTF-8 LANGUAGE=de
		POSIXLY_CORRECT=1 POSIX_ME_HARDER=1
		MQTOOL_QUEUE=/other MQTOOL_TYPE=99 MQTOOL_PRIORITY=x MQTOOL_SIZE=-1 MQTOOL_SEQ=0
		MQTOOL_AMQP_PASSFILE=/nonexistent MQTOOL_AMQP_PASSWORD=x MQTOOL_LIBEXECDIR=/nonexistent
	END
	equal "$count" 11
}

# ---- closed files ----

@test "whichever of 0, 1 and 2 are closed, nothing gets into a queue or is lost" {
	local combination queue queues close command
	create_small /c 0x66
	for combination in {0,1}{0,1}{0,1}; do
		close=
		[ "${combination:0:1}" = 0 ] || close+=" <&-"
		[ "${combination:1:1}" = 0 ] || close+=" >&-"
		[ "${combination:2:1}" = 0 ] || close+=" 2>&-"
		# One kind each, so that either meets each of the three open and closed.
		queues=(/c 0x66)
		queue=${queues[${combination:0:1} ^ ${combination:1:1} ^ ${combination:2:1}]}
		mqtool send "$queue" keep
		for command in "stat" "stat -w" "stat $queue" "stat -j" "check -w 1 -c 2" "set -m 600 $queue" \
			"create $queue" "rm /nosuch" "wait $queue" "send -n -l /nosuch" "watch" \
			"watch -b -n 1" "recv --peek $queue" "--help" "nonsense" "rm -a -P"; do
			eval "mqtool $command </dev/null >/dev/null 2>&1 $close" || :
		done
		equal "$combination $(mqtool recv -a "$queue" 2>&1)" "$combination keep"
		# What recv cannot write is back, and what send has no input for is not there.
		mqtool send "$queue" keep
		eval "mqtool recv -n $queue >got 2>/dev/null $close" || :
		eval "mqtool recv -n $queue >>got 2>/dev/null $close" || :
		equal "$combination $(cat got)$(mqtool recv -a "$queue")" "$combination keep"
		eval "mqtool send $queue </dev/null 2>/dev/null $close" || :
		equal "$combination $(waiting "$queue")" "$combination $((1 - ${combination:0:1}))"
		mqtool purge "$queue" >/dev/null
	done
}

# ---- limits ----

sanitized()
{
	nm "$MQTOOL" 2>/dev/null | grep -q __asan_init
}

# limited ULIMIT QUEUE ARG...: recv ARG... from five messages in this limit: an exit status that is
# documented (127 if not even the libraries could be loaded), and all five are somewhere.
limited()
{
	local limit=$1 queue=$2 got=0
	shift 2
	seq 5 | mqtool send -l "$queue"
	# shellcheck disable=SC2016
	bash -c 'ulimit $1 || exit 77; shift; exec mqtool "$@"' - "$limit" recv "$@" "$queue" \
		>out 2>err </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || got=$?
	[[ $got == [01235] || $got == 127 ]] || { echo "$limit: status $got"; cat err; return 1; } >&2
	[ "$got" -eq 0 ] || [ -s err ]
	equal "$limit: $({ mqtool recv -a "$queue"; cat out; } | sort | paste -sd ' ')" "$limit: 1 2 3 4 5"
}

@test "few descriptors, no thread: a clear end, and no message is lost" {
	local queue limit command got
	# LeakSanitizer wants a thread and files of its own.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	create_small /l 0x67
	for queue in /l 0x67; do
		for limit in 3 4 5 6 7 8; do
			limited "-n $limit" "$queue" -c 2
			limited "-n $limit" "$queue" -c 6 -T 10ms
		done
		for limit in 1 0; do
			limited "-u $limit" "$queue" -c 6 -T 10ms
		done
		# The commands that only look.
		for limit in 3 4 5 6 7 8; do
			for command in "stat -w" "stat $queue" "watch -b -n 1" "check -w 1 -c 2" "send -n $queue x" \
				"wait -T 1ms $queue" "purge $queue" "set -m 600 $queue"; do
				got=0
				bash -c "ulimit -n $limit; exec mqtool $command" >out 2>&1 </dev/null \
					3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || got=$?
				[[ $got == [0-5] || $got == 127 ]]
				# A status, and not a word about why, would be a riddle.
				[ "$got" -eq 0 ] || [ -s out ]
			done
		done
		mqtool purge "$queue" >/dev/null
	done
}

# limited_move ULIMIT FROM TO: move from five messages to a queue with room for three in this limit:
# an exit status that is documented, and all five are somewhere.
limited_move()
{
	local got=0
	seq 5 | mqtool send -l "$2"
	# shellcheck disable=SC2016
	bash -c 'ulimit $1 || exit 77; shift; exec mqtool move -T 10ms "$@"' - "$1" "$2" "$3" \
		>out 2>err </dev/null 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || got=$?
	[[ $got == [15] || $got == 127 ]] || { echo "$1: status $got"; cat err; return 1; } >&2
	[ -s err ]
	{
		mqtool recv -a "$2"
		mqtool recv -a "$3"
		sed -n 's/^{"queue":.*"body":"\([0-9]\)"}$/\1/p' err
	} | sort | diff <(seq 5) - >&2
}

@test "move with few descriptors, no thread: a clear end, and no message is lost" {
	local from to limit
	# LeakSanitizer wants a thread and files of its own.
	export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	create_small /l 0x67
	create -c 3 -s 64 /l3
	create -b 3 0x68
	for from in /l 0x67; do
		for to in /l3 0x68; do
			for limit in "-n 3" "-n 4" "-n 5" "-n 6" "-n 7" "-n 8" "-u 1" "-u 0"; do
				limited_move "$limit" "$from" "$to"
			done
		done
	done
}

@test "little memory: a clear end, and no message is lost" {
	local queue limit
	! sanitized || skip_loudly "sanitizers take all the memory there is"
	create_small /m 0x68
	for queue in /m 0x68; do
		for limit in 1000 2000 2500 3000 3500 4000 5000 7000 10000 20000; do
			limited "-v $limit" "$queue" -c 2
			limited "-v $limit" "$queue" -c 6 -T 10ms
		done
	done
}
