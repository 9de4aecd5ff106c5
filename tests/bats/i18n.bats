# SPDX-License-Identifier: GPL-2.0-or-later
#
# Translations: each is whole, nothing stays English, and what is shown keeps its shape.
#
# The catalogues are put where mqtool looks for them, in the mount namespace of this file.  "xx" is
# one made of the template, with every letter of English replaced: what is not replaced in the
# output never went through gettext(3).

load helper

setup_file()
{
	unset MAKEFLAGS MFLAGS MAKELEVEL
	[ "$(make_variable USE_NLS)" = yes ] || return 0
	command -v msgen >/dev/null || return 0
	make -C "$MQTOOL_BUILD/po" install DESTDIR="$BATS_FILE_TMPDIR/root" \
		>"$BATS_FILE_TMPDIR/install.log" 2>&1 || {
		cat "$BATS_FILE_TMPDIR/install.log" >&2
		return 1
	}
	place_catalogues "$(make_variable localedir)"
	make_locale
}

setup()
{
	test_setup
	unset MAKEFLAGS MFLAGS MAKELEVEL
	po=$(cd "$BATS_TEST_DIRNAME/../../po" && pwd)
	mapfile -t languages < <(grep -v '^#' "$po/LINGUAS")
	[ "$(make_variable USE_NLS)" = yes ] ||
		skip_loudly "configured with --disable-nls, or the C library has no gettext(3)"
	command -v msgen >/dev/null || skip_loudly "msgen not found; install gettext"
	getconf GNU_LIBC_VERSION >/dev/null 2>&1 ||
		skip_loudly "LANGUAGE is a matter of the GNU C library"
	[ -e "$BATS_FILE_TMPDIR/locales" ] || skip_loudly "no C.UTF-8 to make a locale of"
	# For the programs: bash itself does not find it there, and says so.
	{ export LOCPATH=$BATS_FILE_TMPDIR/locales LC_ALL=en_XX.UTF-8; } 2>/dev/null
	[ ! -e "$BATS_FILE_TMPDIR/nowhere" ] || skip_loudly "$(<"$BATS_FILE_TMPDIR/nowhere")"
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD
	small_queues
	remove_all
}

teardown()
{
	local server
	for server in "$BATS_TEST_TMPDIR/tmux-$UID"/*; do
		server=${server##*/}
		tm kill-server 2>/dev/null || :
	done
	test_teardown
}

# LANGUAGE counts in a locale that is not C, and the C library may take C.UTF-8 for that: this is it,
# with a name of its own.
make_locale()
{
	local from
	for from in /usr/lib/locale/C.utf8 /usr/lib/locale/C.UTF-8; do
		[ -d $from ] || continue
		mkdir "$BATS_FILE_TMPDIR/locales"
		cp -r $from "$BATS_FILE_TMPDIR/locales/en_XX.utf8"
		cp -r $from "$BATS_FILE_TMPDIR/locales/C.utf8"
		return
	done
}

# Later tests see what earlier ones left behind.
remove_all()
{
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# ---- catalogues in their place ----

# Every letter of the text replaced by one as wide; conversions and escapes stay.
replaced_text()
{
	msgen --no-wrap --no-location --lang=en "$1" | perl -CSD -Mutf8 -ne '
		s/charset=\w+/charset=UTF-8/ if $. < 25;
		$text = $header++ if /^msgstr/;
		$text = 0 if /^(#|msgid)/;
		if ($text) {
			s{(^msgstr(?:\[\d\])?\s|\\.|%%|%[-0-9.]*(?:<\w+>|[hlzj]*[a-zA-Z]))|([a-zA-Z])}
			 {defined $1 ? $1 : $2 =~ tr/a-zA-Z/а-щА-Щ/r}ge;
		}
		print'
}

# place_catalogues LOCALEDIR: over a directory that is there; else its nearest parent is replaced by
# one with the same entries and this one more.  Those are bound from descriptor 7, since a name of
# theirs in a directory that bats removes would be their end.
place_catalogues()
{
	local catalogues=$BATS_FILE_TMPDIR/root$1 parent=$1 entry
	mkdir -p "$catalogues/xx/LC_MESSAGES"
	replaced_text "$BATS_TEST_DIRNAME/../../po/mqtool.pot" >"$BATS_FILE_TMPDIR/xx.po"
	msgfmt -o "$catalogues/xx/LC_MESSAGES/mqtool.mo" "$BATS_FILE_TMPDIR/xx.po"
	until [ -d "${parent:-/}" ]; do
		parent=${parent%/*}
	done
	if [ -z "$parent" ]; then
		echo "no place for catalogues: $1 would be in /" >"$BATS_FILE_TMPDIR/nowhere"
	elif [ "$parent" = "$1" ]; then
		# popt's are wanted too, where they are in the same directory.
		for entry in "$1"/*/LC_MESSAGES/popt.mo; do
			[ ! -e "$entry" ] || install -D "$entry" "$catalogues${entry#"$1"}"
		done
		mount -n -o bind "$catalogues" "$1"
	else
		exec 7<"$parent"
		mount -n -t tmpfs -o mode=755 tmpfs "$parent"
		for entry in /proc/self/fd/7/* /proc/self/fd/7/.[!.]*; do
			bind_entry "$entry" "$parent/${entry##*/}"
		done
		exec 7<&-
		mkdir -p "$1"
		mount -n -o bind "$catalogues" "$1"
	fi
}

bind_entry()
{
	if [ -L "$1" ]; then
		cp -P "$1" "$2"
	elif [ -d "$1" ]; then
		mkdir "$2"
		mount -n -c -o rbind "$1" "$2"
	elif [ -e "$1" ]; then
		: >"$2"
		mount -n -c -o bind "$1" "$2"
	fi
}

# in_language LANGUAGE COMMAND [ARG...]; "C" is English.
in_language()
{
	local language=$1
	shift
	if [ "$language" = C ]; then
		"$@"
	else
		LANGUAGE=$language "$@"
	fi
}

# ---- what mqtool says ----

# The names of the commands.
commands()
{
	"$MQTOOL_BUILD/tests/optdump" | sed -n 's/^command\t\([^\t]*\).*/\1/p'
}

say_help()
{
	local command
	mqtool --help
	mqtool --version
	for command in $(commands); do
		mqtool "$command" --help
	done
}

say_usage()
{
	local line
	mqtool
	while read -r line; do
		# shellcheck disable=SC2086
		mqtool $line
	done <<-'END'
		nonsense
		snd
		--nonsense
		--hepl
		help send more
		send
		send --nonsense /q
		send --lnies /q
		send /q -t
		send --lines=3 /q
		send /q -t x
		send /q -t 0
		send /q -p 99999
		send /q -T x
		send /q -T 999999999999d
		send -l -0 /q
		send -l /q text
		send -n -T 1 /q
		send -t 1 /q
		send -p 1 0x4d510001
		recv /q x
		recv /q --
		recv -0 -r /q
		recv -f -c 3 /q
		recv -f -a /q
		recv -n -T 1 /q
		recv -a -T 1 /q
		recv -f -n /q
		recv --peek -f 0x4d510001
		recv --peek -T 1 0x4d510001
		recv -0 /q -- true
		recv --on-failure=stop /q
		recv --on-failure=x /q -- true
		recv --on-failure=stop --move-failed=/b /q -- true
		recv -F %y /q
		create
		create -m 999 /q
		create -s x /q
		create -s 99999999999999999999 /q
		create -s 0 /q
		create id:3
		create --private /q
		create --private --exist-ok
		create --private -c 3
		create -c 3 0x4d510001
		create -b 3 /q
		create -o nobody-here /q
		create -o : /q
		create -o :nobody-here /q
		set /q
		move /q
		move -f -c 3 /q 0x4d510001
		move -T x /q 0x4d510001
		move --set-type=0 /q 0x4d510001
		move --set-priority=3 /q 0x4d510001
		purge -x /q
		rm
		rm -a
		rm -a -S /q
		rm -a -S -f
		rm -S /q
		rm -y /q
		rm -a --match=
		rm -a --owner=:0
		stat -o x
		stat -s x:y
		stat -s x
		stat -L /q
		stat -L -o queue
		check
		check -w 3 -c 2
		check -w 300 -c 2
		wait --empty --gone /q
		wait --messages -3 /q
		watch -d 1
		watch -d 1ms
		watch -n 1 --color=x
		watch -b --mouse
		watch --filter use>
		watch --filter use>x
		watch --filter user>3
		watch -b -n 1 --filter 1234567890123456789012345678901234567890123456789012345678901234567890
		watch -b -n 1 --filter a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v
		stat 0
		stat 0x0
		stat 017
		stat key:017
		stat 0x123456789
		stat key:x
		stat id:01
		stat id:99999999999
		stat id:x
		stat ftok:
		stat ftok:/:0777
		stat ftok:/:777
		stat ftok:/:abc
		stat ftok:/nonexistent
		stat /
		stat esc:/a\x00
		stat /a/b
		stat /..
		stat /dev/mqueue/a
		stat esc:a
		stat esc:/\y
		stat 77
		stat 4294967290
		stat +77
		stat nonsense:a
		stat name
		stat na/me
		stat amqp://host
		stat amqp://
		stat amqp://h:0/q
		stat amqp://[h/q
		stat amqp://[::1]x/q
		stat amqp://@h/q
		stat amqp://u:p@h/q
		stat amqp://h//q
		stat amqp://h/a/b/c
		stat amqp://h/a%0
		stat amqp://h/%00
		stat amqp://h/%ff
		stat amqp://h/a#
		create --quorum --max-priority=3 /q
		create --quorum /q
		create --private --quorum
		check -w 1 -c 2 --max-messages=3 /q
	END
	mqtool stat "amqp://h/$(printf '%0300d' 0)"
	say_usage_of_brokers
	mqtool stat ''
	mqtool stat "/$(printf '%0300d' 0)"
	mqtool watch -n 1
}

# Nobody is asked: all of it is wrong before that.
say_usage_of_brokers()
{
	local words
	[ -x "$MQTOOL_BUILD/mqtool-amqp" ] || return 0
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD
	while read -ra words; do
		mqtool "${words[@]}"
	done <<-END
		send -p 300 amqp://127.0.0.1:1/q
		send amqp://nobody@127.0.0.1:1/q
		move --set-priority=300 /q amqp://127.0.0.1:1/q
		recv --peek amqp://127.0.0.1:1/q
		recv -t 1 amqp://127.0.0.1:1/q
		set -m 600 amqp://127.0.0.1:1/q
		wait --writable amqp://127.0.0.1:1/q
		watch amqp://127.0.0.1:1/q
	END
	MQTOOL_AMQP_PASSFILE=/nowhere mqtool stat amqp://127.0.0.1:1/q
	MQTOOL_AMQP_PASSFILE=/dev/null mqtool stat amqp://127.0.0.1:1/q
	MQTOOL_AMQP_PASSWORD=x mqtool stat amqp://127.0.0.1:1/q amqp://127.0.0.1:2/q
	MQTOOL_LIBEXECDIR=/nowhere mqtool stat amqp://127.0.0.1:1/q
}

say_errors()
{
	create -c 2 -s 16 /small
	create 0x4d510001
	mqtool create -c 3 /small
	mqtool create -e -c 3 -m 644 /small
	mqtool create -e -b 300 -m 644 0x4d510001
	mqtool create -c 99999999 /large
	mqtool create -s 999999999 /large
	mqtool create -b 99999999999 0x4d510002
	(ulimit -q 1000 && mqtool create -c 10 -s 100 /large)
	mqtool set -m 0 /small
	without_capabilities mqtool send /small x
	mqtool set -m 600 /small
	mqtool set -b 99999999999999 0x4d510001
	mqtool set -m 600 /nowhere
	mqtool rm /nowhere
	mqtool purge 0x4d51000f
	mqtool recv -n /small
	mqtool recv -n -t 3 0x4d510001
	mqtool recv -T 1ms /small
	mqtool wait -T 0 /small
	mqtool wait -T 0 --exists /nowhere
	mqtool wait -T 0 --gone /small
	mqtool wait --messages 3 /small
	mqtool send /small '12345678901234567'
	printf '%s\n' 12345678901234567 | mqtool send -l /small
	mqtool send -n /small 1 2 3
	mqtool wait -T 0 --empty /small
	mqtool wait -T 0 --writable /small
	mqtool wait -T 0 --writable=99 /small
	mqtool recv -a -v /small
	printf '1\n2\n' | mqtool send -l -v /small
	mqtool recv /small -- false
	mqtool recv /small -- sh -c 'kill -9 $$'
	mqtool recv /small -- no-such-command-at-all
	mqtool recv --on-failure=drop /small -- false
	mqtool recv --move-failed=0x4d510001 /small -- false
	mqtool send /small 1
	mqtool send 0x4d510001 1
	mqtool recv --move-failed=/small /small -- true
	mqtool move /small /small
	mqtool send -t 40000 0x4d510001 2
	mqtool move -v -n 0x4d510001 /small
	mqtool move -v -t 40000 0x4d510001 /small
	mqtool move -n -c 1 -t 3 0x4d510001 /small
	mqtool recv /small >/dev/full
	mqtool send -f /nonexistent /small
	mqtool send -f . /small
	printf '[]\n' | mqtool send -j /small
	printf '{\n' | mqtool send -j /small
	printf '{"body":3}\n' | mqtool send -j /small
	printf '{"body":"x","body_base64":"eA=="}\n' | mqtool send -j /small
	printf '{}\n' | mqtool send -j /small
	printf '{"body_base64":"*"}\n' | mqtool send -j /small
	printf '{"body":"x","priority":-1}\n' | mqtool send -j /small
	printf '{"body":"x","type":1}\n' | mqtool send -j /small
	printf '{"body":"x","priority":1}\n' | mqtool send -j 0x4d510001
	printf '{"body":"12345678901234567"}\n' | mqtool send -j /small
	mqtool rm -a -S
	mqtool help >/dev/full
	on_terminal mqtool rm -a -P <<<n
}

say_state()
{
	create -c 2 -s 16 /two
	create -b 16 0x4d510003
	mqtool send /two 1 2
	mqtool send 0x4d510003 1
	start mqtool send /two 3
	blocked "$pid" mq_timedsend
	start mqtool recv -t 9 0x4d510003
	blocked "$pid" msgrcv
	mqtool stat /two 0x4d510003
	mqtool stat -w
	mqtool stat -L
	mqtool check -w 1 -c 2
	mqtool check -w 1 -c 100 /nowhere
	mqtool purge /two 0x4d510003
	mqtool check -w 99 -c 100
	mqtool watch -b -n 1
}

# said LANGUAGE HOW: into the file HOW.LANGUAGE.  How long ago something was is no text.
said()
{
	remove_all
	in_language "$1" "$2" >"$2.$1" 2>&1 </dev/null || :
	sed -Ei 's/\b[0-9]+s\b/0s/g' "$2.$1"
}

# Lines with words beside names, values and capitals.
has_words()
{
	perl -ne 'my $line = $_;
		s/System V|POSIX|RabbitMQ|'"'[^']*'"'|\S*[:\/=]\S*|-\S+//g;
		print $line if /[a-z]{2}/'
}

# no_english HOW LINES: no line that English has and that is translatable is there in any language.
no_english()
{
	local language status=0
	said C "$1"
	said xx "$1"
	sort -u "$1.C" >all
	sort -u "$1.xx" | comm -23 all - | has_words >translatable
	[ "$(wc -l <translatable)" -ge "$2" ] || {
		echo "only $(wc -l <translatable) lines to translate:" >&2
		cat "$1.C" >&2
		return 1
	}
	for language in "${languages[@]}"; do
		said "$language" "$1"
		if sort -u "$1.$language" | comm -12 translatable - | grep .; then
			echo "^ English in $language" >&2
			status=1
		fi
	done
	return $status
}

# ---- catalogues ----

@test "the template has the text of the sources" {
	command -v xgettext >/dev/null || skip_loudly "xgettext not found; install gettext"
	[ -e "$po/../.git" ] || skip "a release has the template that it was made with"
	local options
	options=$(make_variable XGETTEXT_OPTIONS po)
	grep -v '^#' "$po/POTFILES.in" >files
	# shellcheck disable=SC2086
	xgettext $options --directory="$po/.." --files-from=files -o new.pot
	msgcat --no-location --no-wrap new.pot | sed '1,/^$/d' >new
	msgcat --no-location --no-wrap "$po/mqtool.pot" | sed '1,/^$/d' >old
	diff old new
	[ "$(grep -c '^msgid ' new)" -gt 400 ]
}

@test "every catalogue is whole" {
	local language
	for language in "${languages[@]}"; do
		msgmerge --quiet --no-fuzzy-matching -o merged "$po/$language.po" "$po/mqtool.pot"
		msgfmt -c --check-header --check-format -o /dev/null merged
		run -0 msgattrib --no-obsolete --untranslated --no-location merged
		equal "$output" "" || return
		run -0 msgattrib --no-obsolete --only-fuzzy --no-location merged
		equal "$output" "" || return
	done
}

@test "every catalogue keeps what is no language" {
	local language
	for language in "${languages[@]}"; do
		msgcat --no-wrap --no-location "$po/$language.po" | sed '1,/^$/d' |
			perl -CSD -Mutf8 -00 -ne '
			# What users type, kernel parameters, blanks around it; each in its number.
			my ($id, $many, @text);
			s/"\n"//g;
			while (/^(msg\w+(?:\[\d\])?) "(.*)"$/mg) {
				$1 eq "msgid" ? $id = $2 : $1 eq "msgid_plural" ? $many = $2 : push @text, $2;
			}
			s/\\n/ /g for $id, $many // ();
			my $kept = qr/--[a-z][-a-z]+|(?<![\w-])-[a-zA-Z0](?!\w)|fs\.mqueue\.[a-z_%]+|
				kernel\.\w+(?:\.\w+)?|RLIMIT_\w+|MQTOOL_\w+|CAP_\w+|IPC_PRIVATE|
				\bm(?:q|sg)_\w+|\bulimit\ -\w|\bsysctl\b|\w+\(\d\)|\/dev\/mqueue|
				\bmqtool\ (?:create|send|recv|move|stat|check|set|rm|purge|wait|watch)\b|
				\b0x[0-9a-f]+|\b(?:id|key|esc|ftok):(?=[\w%\/])|\d{3,}/x;
			for my $text (@text) {
				$text =~ s/\\n/ /g;
				my %count;
				$count{$_}++ for ($many // $id) =~ /$kept/g;
				$count{$_}-- for $text =~ /$kept/g;
				delete $count{"-N"};
				if (my @bad = grep { $count{$_} > 0 } sort keys %count) {
					print "lacks @bad: $id -> $text\n";
				}
				print "blanks: [$id] -> [$text]\n"
					if $id =~ /^\s/ && $text !~ /^\s/ || $id =~ /\s$/ xor $text =~ /\s$/;
			}' >"wrong.$language"
		if [ -s "wrong.$language" ]; then
			cat "wrong.$language" >&2
			echo "^ $language" >&2
			status=1
		fi
	done
	[ -z "${status-}" ]
}

# ---- what is said ----

@test "help is in every language" {
	no_english say_help 100
}

@test "usage errors are in every language" {
	no_english say_usage 100
}

@test "other errors are in every language" {
	no_english say_errors 50
}

@test "what stat, check and watch -b say is in every language" {
	no_english say_state 20
}

@test "no text goes past the catalogues" {
	local how words
	# Commands, columns and members, what the test itself names, and units of the kernel.
	words="$(commands) $("$MQTOOL_BUILD/tests/optdump" | sed -n 's/^column\t\([^\t]*\).*/\1/p' |
		tr '[:upper:]' '[:lower:]') mqtool Usage System sysv posix full holders waiters \
		diagnosis fd ulimit msgmax msgmnb msgmni false sh help body priority $(id -un)"
	# Of popt, the C library and jansson, which have catalogues of their own.
	words+=" No space left on device No such file or directory Is a string or expected near end of"
	for how in say_help say_usage say_errors say_state; do
		said xx $how
	done
	cat say_*.xx | perl -CSD -Mutf8 -ne '
		BEGIN { $known{$_} = 1 for split " ", shift }
		s/\x27[^\x27]*\x27|(?<!\S)--?[a-z]\S*|\S*[\/:=_.%|\d]\S*//g;
		for my $word (/(?<!\w)[A-Za-z]?[a-z]+(?!\w)/g) {
			print "$word\n" unless $known{$word};
		}' "$words" | sort | uniq -c >left
	cat left >&2
	[ ! -s left ]
}

@test "help is no wider than a terminal" {
	local language command width
	for command in '' $(commands); do
		for language in C "${languages[@]}"; do
			width=$(LANGUAGE=$language mqtool ${command:+"$command"} --help | wc -L)
			[ "$width" -le 80 ] || {
				echo "$language: mqtool ${command:+"$command"} --help is $width columns wide" >&2
				LANGUAGE=$language mqtool ${command:+"$command"} --help |
					while IFS= read -r line; do
						[ "$(wc -L <<<"$line")" -le 80 ] || echo "$line"
					done >&2
				status=1
			}
		done
	done
	[ -z "${status-}" ]
}

# ---- the screen ----

tm()
{
	TMUX_TMPDIR=$BATS_TEST_TMPDIR tmux -u -L "$server" -f /dev/null "$@" 3>&-
}

# Sets $server: not the last one's name, which may still be about to go.
new_server()
{
	server=$(mktemp -u i18n.XXXXXX)
}

# shows PATTERN: as grep -E has it, now.
shows()
{
	tm capture-pane -p | grep -qE -- "$1"
}

# screen LANGUAGE WIDTH HEIGHT [KEY PATTERN [OPTION...]]: watch there, with KEY pressed and what it
# leads to.
screen()
{
	local server
	new_server
	tm new-session -d -x "$2" -y "$3" env -u TMUX \
		"LANGUAGE=${1/#C/}" mqtool watch -d 100ms --color=never "${@:6}"
	wait_until shows 'QUEUE .*USE%.*/orders|/orders' || return
	if [ $# -gt 3 ]; then
		tm send-keys "$4"
		wait_until shows "$5" || { tm capture-pane -p >&2; return 1; }
	fi
	tm capture-pane -p
	tm kill-server
}

need_screen()
{
	[ -x "$MQTOOL_BUILD/mqtool-watch" ] || skip_loudly "mqtool-watch was not built: no ncursesw"
	command -v tmux >/dev/null || skip_loudly "tmux not found"
	need_mqueue
	unset TMUX LINES COLUMNS
}

# The number of the line with PATTERN in standard input.
line_of()
{
	grep -nE -m 1 -- "$1" | cut -d: -f1
}

@test "the screen keeps its shape at 80 columns" {
	local language at keys
	need_screen
	mqtool create /orders -c 4 -s 64
	mqtool create 0x4d510001
	mqtool send /orders a b c d
	screen C 80 24 >C
	matches "$(tail -n 1 C)" "[?] help *q quit"
	matches "$(head -n 1 C)" "mqtool watch *1 System V  1 POSIX"
	for language in "${languages[@]}"; do
		screen "$language" 80 24 >"$language"
		# What is asked of the kernel and what users type is the same in the same place.
		for at in 'QUEUE .*USE%' '/orders' 'key:0x4d510001'; do
			equal "$(line_of "$at" <"$language")" "$(line_of "$at" <C)" || return
		done
		equal "$(grep -E 'QUEUE .*USE%' "$language")" "$(grep -E 'QUEUE .*USE%' C)" || return
		matches "$(head -n 1 "$language")" "mqtool watch *1 System V  1 POSIX" || return
		matches "$(sed -n 2p "$language")" "4 * 4 * 1 *" || return
		# Whole keys, the one that leads out among them, and no more than fit.
		keys=$(tail -n 1 "$language")
		matches "$keys" "[?] * / * s * Enter *  q [[:alpha:]]*" || return
		[ "$(wc -L <<<"$keys")" -le 80 ] || return
	done
	screen xx 80 24 >xx
	run ! grep -E '[a-z]{2}' < <(sed -n '2p;$p' xx | sed -E 's/System V|POSIX|Enter|Space//g')
}

@test "the screen's help fits 80 columns" {
	local language
	need_screen
	mqtool create /orders -c 4 -s 64
	for language in "${languages[@]}"; do
		# The same words where lines have more room: broken, not cut.  The last line comes last.
		screen "$language" 80 110 '?' 'PgDn .*PgUp .*Esc' | sed '1,3d;$d;/[0-9][.][0-9] %/d' >narrow
		screen "$language" 109 110 '?' 'PgDn .*PgUp .*Esc' | sed '1,3d;$d;/[0-9][.][0-9] %/d' >wide
		[ "$(grep -c . narrow)" -gt 60 ]
		diff <(tr -s '[:space:]' '\n' <narrow) <(tr -s '[:space:]' '\n' <wide)
	done
}

@test "--ascii is ASCII, and legible, in every language" {
	local language
	need_screen
	mqtool create /orders -c 4 -s 64
	for language in "${languages[@]}"; do
		screen "$language" 80 70 '?' 'PgUp PgDn' --ascii >ascii
		run ! grep -P '[^\x20-\x7e]|\\x[0-9a-f]{2}|[a-z][?][a-z]' ascii
	done
}

# It is there, with so many lines, and the first of them is not empty.
painted()
{
	[ "$(tm display -p '#{pane_height}')" = "$1" ] && tm capture-pane -p | head -n 1 | grep -q '[^ ]'
}

# The keys below begin as they do in that language; there is no English in others.
footer_in()
{
	local keys
	keys=$(tm capture-pane -p | tail -n 1)
	case $1:$keys in
	C:"? help  / filter "*) ;;
	C:* | *:"? help"*) return 1 ;;
	*:"? "[[:alpha:]]*) ;;
	*) return 1 ;;
	esac
}

@test "the screen has every size in every language" {
	local language size
	need_screen
	mqtool create /orders -c 2 -s 64
	mqtool send /orders a b
	start mqtool send /orders c
	blocked "$pid" mq_timedsend
	for language in C "${languages[@]}"; do
		new_server
		tm new-session -d -x 120 -y 40 env -u TMUX "LANGUAGE=${language/#C/}" \
			mqtool watch -d 50ms --color=never
		wait_until footer_in "$language"
		for size in 200x60 80x24 40x10 20x5 1x1 120x40; do
			tm resize-window -x "${size%x*}" -y "${size#*x}"
			wait_until painted "${size#*x}"
			[ "$size" = 1x1 ] || wait_until shows '/orders '
			[ "${size%x*}" -lt 40 ] || wait_until footer_in "$language"
		done
		wait_until shows '^! /orders: .* [0-9]+s'
		tm kill-server
	done
}

@test "events stand in columns in every language" {
	local language
	need_screen
	for language in "${languages[@]}"; do
		new_server
		tm new-session -d -x 80 -y 24 env -u TMUX "LANGUAGE=$language" \
			mqtool watch -d 50ms --color=never
		wait_until shows 'QUEUE .*USE%'
		tm send-keys e
		mqtool create /orders -c 1 -s 8
		wait_until shows ':[0-9][0-9]  .* /orders'
		mqtool send /orders x
		wait_until shows '100%!'
		mqtool rm /orders
		wait_until test_events 3
		tm capture-pane -p | sed -n 's/^\( *[0-9][0-9:]* .*\) \/orders$/\1/p' >events
		tm kill-server
		equal "$(while IFS= read -r line; do wc -L <<<"$line"; done <events | sort -u | wc -l)" 1
	done
}

# test_events N: so many are shown.
test_events()
{
	[ "$(tm capture-pane -p | grep -cE '^ *[0-9][0-9:]+  .* /orders$')" -ge "$1" ]
}
