# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completions of mqtool and its links for bash; works with and without bash-completion.

_mqtool_commands='create send recv move stat check set rm purge wait trace watch help'
_mqtool_columns='QUEUE KIND MESSAGES BYTES USE% MODE OWNER LAST WAITING KEY MSQID MAXMSG MSGSIZE
	QBYTES UID GID CUID CGID SENT RECEIVED LSPID LRPID CTIME INO NOTIFY NAMESPACE PROCS PID
	SEND/s RECV/s IN/s OUT/s AGE SWAIT RWAIT'
_mqtool_live_columns='NET/s HISTORY'

# _mqtool_options COMMAND: an option a word, with what its value is: letter,name=VALUE
_mqtool_options()
{
	case $1 in
	create)
		echo -m,--mode=MODE -o,--owner=OWNER -c,--max-messages=N -s,--message-size=N \
			-b,--max-bytes=N --max-priority=N --quorum --dead-letter=NAME -e,--exist-ok \
			--private -v,--verbose --allow-plaintext --namespace=PID
		;;
	send)
		echo -f,--file=FILE -l,--lines -0,--null -j,-J,--json --prefix=N -t,--type=N \
			-p,--priority=N -n,--nonblock -T,--timeout=N -v,--verbose --progress --allow-plaintext \
			--namespace=PID
		;;
	recv)
		echo -c,--count=N -f,--follow -a,--all -n,--nonblock -T,--timeout=N -t,--type=N \
			-x,--except --peek -0,--null -r,--raw -F,--format=FORMAT -j,-J,--json \
			--on-failure=FAILURE --move-failed=QUEUE -v,--verbose --progress \
			--allow-plaintext --namespace=PID
		;;
	move)
		echo -c,--count=N -f,--follow -n,--nonblock -T,--timeout=N -t,--type=N -x,--except \
			--set-type=N --set-priority=N --strict -v,--verbose --progress \
			--allow-plaintext --namespace=PID
		;;
	stat)
		echo -S,--sysv -P,--posix -o,--output=COLUMNS -s,--sort=SORT -b,--bytes \
			-H,--noheadings -j,-J,--json -w,--waiters -L,--limits --match=N --openmetrics --removed \
			--trace=N --allow-plaintext --namespace=NAMESPACE
		;;
	check)
		echo -w,--warning=N -c,--critical=N -m,--messages -L,--limits --match=N --readable \
			--allow-plaintext --namespace=PID
		;;
	set) echo -m,--mode=MODE -o,--owner=OWNER -b,--max-bytes=N --namespace=PID ;;
	rm)
		echo -f,--force -a,--all -S,--sysv -P,--posix --match=N --empty --idle=N --owner=USER \
			--dry-run -y,--yes -v,--verbose --allow-plaintext --namespace=PID
		;;
	purge)
		echo -t,--type=N -x,--except --match=N -y,--yes --allow-plaintext --namespace=PID
		;;
	wait)
		echo --messages=N --empty --writable --exists --gone -T,--timeout=N --allow-plaintext \
			--namespace=PID
		;;
	trace)
		echo -s,--snaplen=SNAPLEN -c,--count=N -d,--duration=N --send --recv -p,--pid=PID \
			--command=N --failed --blocked -t,--type=N -x,--except -S,--sysv -P,--posix \
			--match=N -F,--format=CALL_FORMAT -j,-J,--json --summary --buffer=N --strict \
			--namespace=NAMESPACE
		;;
	watch)
		echo -d,--delay=N -n,--iterations=N -S,--sysv -P,--posix -s,--sort=SORT \
			-o,--output=COLUMNS --filter=FILTER -b,--batch -j,-J,--json --color=COLOR \
			--ascii --mouse --match=N --allow-changes --trace \
			--namespace=NAMESPACE
		;;
	esac
	echo -h,--help -V,--version
}

# ---- the line ----

# Sets words and cword: the words up to the cursor, with those put together that bash cut at ":" and
# "=".
_mqtool_words()
{
	local rest=${COMP_LINE:0:COMP_POINT} blank word i
	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		blank=${rest%%[![:space:]]*}
		rest=${rest#"$blank"}
		word=${COMP_WORDS[i]}
		# The last one may go on behind the cursor.
		[ "$i" -lt "$COMP_CWORD" ] || word=$rest
		rest=${rest#"$word"}
		if [ -n "$blank" ] || [ "$i" -eq 0 ]; then
			words+=("$word")
		else
			words[${#words[@]} - 1]+=$word
		fi
	done
	cword=$((${#words[@]} - 1))
}

# Sets text, what a word stands for, and quote, the quote that it is in.
_mqtool_unquote()
{
	local raw=$1
	text='' quote=''
	case $raw in
	[\'\"]*)
		quote=${raw:0:1}
		text=${raw:1}
		return
		;;
	esac
	while [[ $raw == *\\* ]]; do
		text+=${raw%%\\*}
		raw=${raw#*\\}
		text+=${raw:0:1}
		raw=${raw:1}
	done
	text+=$raw
}

# _mqtool_value_of OPTION: sets value to what it takes, or to nothing.
_mqtool_value_of()
{
	local spec
	value=
	for spec in $options; do
		[[ ,${spec%%=*}, == *",$1,"* ]] || continue
		[[ $spec != *=* ]] || value=${spec#*=}
	done
}

# _mqtool_expects WORD: sets value to what the next word has to be, where WORD is an option that
# takes a value and has none.
_mqtool_expects()
{
	local letters=$1
	value=
	case $1 in
	--*=*) ;;
	--?*) _mqtool_value_of "$1" ;;
	-?*)
		while letters=${letters:1}; [ -n "$letters" ]; do
			_mqtool_value_of "-${letters:0:1}"
			[ -n "$value" ] || continue
			[ -z "${letters:1}" ] || value=
			return
		done
		;;
	esac
}

# ---- what there is ----

# Sets cut to the part of the word that bash takes for words of their own, and keeps by itself.
_mqtool_cut()
{
	local breaks=
	cut=
	[ -z "$quote" ] || return
	[[ $COMP_WORDBREAKS != *:* ]] || breaks=:
	[[ $COMP_WORDBREAKS != *'='* ]] || breaks+='='
	[ -n "$breaks" ] && [[ $text == *["$breaks"]* ]] || return
	cut=${text%"${text##*["$breaks"]}"}
}

# _mqtool_offer TEXT...: those that begin as the current word does, ready to be put there.
_mqtool_offer()
{
	local offer
	for offer; do
		[[ $offer == "$text"* ]] || continue
		offer=$ahead$offer
		offer=${offer#"$cut"}
		case $quote in
		'')
			printf -v offer %q "$offer"
			# A comma means something only between braces, and they are quoted.
			offer=${offer//\\,/,}
			;;
		\") offer=$(printf %s "$offer" | sed 's/[\\$`]/\\&/g') ;;
		esac
		COMPREPLY+=("$offer")
	done
}

# _mqtool_files PREFIX: files behind it, which bash quotes.
_mqtool_files()
{
	local file
	compopt -o filenames 2>/dev/null
	while IFS= read -r file; do
		file=$ahead$1$file
		COMPREPLY+=("${file#"$cut"}")
	done < <(compgen -f -- "${text#"$1"}")
}

_mqtool_queues()
{
	local names=()
	case $text in
	ftok:*)
		_mqtool_files ftok:
		return
		;;
	proc:*)
		mapfile -t names < <(command mqtool stat --removed -H 2>/dev/null)
		_mqtool_offer "${names[@]%% *}"
		return
		;;
	esac
	mapfile -t names < <(command mqtool stat -H -o QUEUE 2>/dev/null)
	_mqtool_offer "${names[@]}"
	[ ${#COMPREPLY[@]} -gt 0 ] || _mqtool_keys
	[ ${#COMPREPLY[@]} -gt 0 ] || _mqtool_escaped
	[ ${#COMPREPLY[@]} -gt 0 ] || _mqtool_ftok
}

# Those of $names that are keys, without "key:"; with no more zeros than were typed.
_mqtool_keys()
{
	local name key text=${text,,}
	[[ $text == 0* ]] || return
	for name in "${names[@]}"; do
		[[ $name == key:* ]] || continue
		key=${name#key:}
		[[ $text != 0x[1-9a-f]* ]] || printf -v key 0x%x "$key"
		_mqtool_offer "$key"
	done
}

# Those of $names that need escapes, if that which they stand for begins as the word does.
_mqtool_escaped()
{
	local name plain found=()
	# What bash keeps in front could not become another beginning.
	[[ $text == /* && -z $cut ]] || return
	for name in "${names[@]}"; do
		[[ $name == esc:* ]] || continue
		printf -v plain %b "${name#esc:}"
		[[ $plain != "$text"* ]] || found+=("$name")
	done
	local text=
	_mqtool_offer "${found[@]}"
}

# The one prefix that files follow.
_mqtool_ftok()
{
	_mqtool_offer ftok:
	[ ${#COMPREPLY[@]} -eq 0 ] || compopt -o nospace 2>/dev/null
}

# _mqtool_of_columns COLUMN...: the last of a list, with what is in front of it.
_mqtool_of_columns()
{
	local column before='' last=$text offers=()
	case $text in
	*,*)
		before=${text%,*},
		last=${text##*,}
		;;
	+*)
		before=+
		last=${text#+}
		;;
	esac
	for column; do
		[[ ${column^^} == "${last^^}"* ]] || continue
		[[ ,${before#+} != *",$column,"* ]] || continue
		offers+=("$before$column")
	done
	text=$before
	_mqtool_offer "${offers[@]}"
	compopt -o nospace 2>/dev/null
}

_mqtool_sort()
{
	local column offers=() last=$text
	for column; do
		[[ ${column^^}:r == "${last^^}"* ]] || [[ $column:r == "$last"* ]] || continue
		[[ ${last^^} == "${column^^}":* ]] || offers+=("$column")
		[[ ${last^^} != "${column^^}"* ]] || offers+=("$column:r")
	done
	text=
	_mqtool_offer "${offers[@]}"
}

_mqtool_owner()
{
	local names=() user=${text%%:*}
	if [[ $text == *:* ]]; then
		mapfile -t names < <(compgen -g)
		_mqtool_offer "${names[@]/#/$user:}"
	else
		mapfile -t names < <(compgen -u)
		_mqtool_offer "${names[@]}"
	fi
}

# _mqtool_format LETTERS: those of a format behind a "%".
_mqtool_format()
{
	local percents=${text##*[!%]} letter
	if [ -z "$text" ] || ((${#percents} % 2)); then
		for letter in $1 %; do
			_mqtool_offer "${text%\%}%$letter"
		done
	fi
	compopt -o nospace 2>/dev/null
}

# _mqtool_filter COLUMN...: the last term of a filter; a field alone with what may follow it.
_mqtool_filter()
{
	local before='' term=${text##* } column fields=() operators='= != < <= > >='
	[[ $text != *' '* ]] || before=${text% *}' '
	if [[ $term == !* ]]; then
		before+=!
		term=${term#!}
	fi
	compopt -o nospace 2>/dev/null
	if [[ $term == kind=* || $term == kind!=* ]]; then
		_mqtool_offer "$before${term%%=*}="{posix,sysv}
		return
	fi
	_mqtool_offer "$before"{full,waiting,empty,idle}
	for column; do
		column=${column%[%/]*}
		[[ ${column,,} != "$term"* ]] || fields+=("$before${column,,}")
	done
	if [ ${#COMPREPLY[@]} -gt 0 ] || [ ${#fields[@]} -ne 1 ]; then
		_mqtool_offer "${fields[@]}"
		return
	fi
	case ${fields[0]#"$before"} in
	queue | kind | owner | key) operators='= !=' ;;
	esac
	for term in $operators; do
		_mqtool_offer "${fields[0]}$term"
	done
}

_mqtool_pids()
{
	local dir
	for dir in /proc/[0-9]*; do
		_mqtool_offer "${dir#/proc/}"
	done
}

# The value of an option; $value says what it is.
_mqtool_value()
{
	local columns=$_mqtool_columns
	[ "$command" != watch ] || columns+=" $_mqtool_live_columns"
	# shellcheck disable=SC2086
	case $value in
	MODE) _mqtool_offer 0600 0620 0622 0640 0660 0666 ;;
	OWNER) _mqtool_owner ;;
	USER)
		mapfile -t names < <(compgen -u)
		_mqtool_offer "${names[@]}"
		;;
	FILE) _mqtool_files '' ;;
	QUEUE) _mqtool_queues ;;
	COLUMNS) _mqtool_of_columns $columns ;;
	SORT) _mqtool_sort ${columns/HISTORY/} ;;
	FAILURE) _mqtool_offer stop drop retry ;;
	COLOR) _mqtool_offer auto always never ;;
	FILTER) _mqtool_filter ${columns/HISTORY/} ;;
	FORMAT) _mqtool_format 's S q x t p n Q T' ;;
	CALL_FORMAT) _mqtool_format 's S q x t p n Q T E P I C W e N' ;;
	SNAPLEN) _mqtool_offer 0 64 max ;;
	PID) _mqtool_pids ;;
	NAMESPACE)
		_mqtool_offer all
		_mqtool_pids
		;;
	esac
}

_mqtool_option_names()
{
	local spec name value
	for spec in $options; do
		value=
		[[ $spec != *=* ]] || value='='
		for name in ${spec//,/ }; do
			name=${name%%=*}
			case $name in
			--*) _mqtool_offer "$name$value" ;;
			*) _mqtool_offer "$name" ;;
			esac
		done
	done
	# Behind "=" comes the value, not a blank.
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

# The command behind the "--" of recv.
_mqtool_subcommand()
{
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" != -- ] || break
	done
	COMPREPLY=()
	if declare -F _comp_command_offset >/dev/null; then
		# It counts in these, which may be other words than COMP_WORDS.
		# shellcheck disable=SC2034
		local words=("${COMP_WORDS[@]}")
		_comp_command_offset $((i + 1))
	elif declare -F _command_offset >/dev/null; then
		_command_offset $((i + 1))
	elif [ $((i + 1)) -eq "$COMP_CWORD" ]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$text")
	else
		_mqtool_words_of_command $((i + 1))
	fi
}

# Without bash-completion: what the command at this word of the line completes by a function, or files.
_mqtool_words_of_command()
{
	local rest=${COMP_LINE:0:COMP_POINT} how name=${COMP_WORDS[$1]##*/}
	how=$(complete -p "$name" 2>/dev/null)
	how=${how##* -F }
	if [ -z "$how" ] || ! declare -F "${how%% *}" >/dev/null; then
		_mqtool_files ''
		return
	fi
	rest=${rest#* -- }
	rest=${rest#"${rest%%[![:space:]]*}"}
	local COMP_WORDS=("${COMP_WORDS[@]:$1}") COMP_CWORD=$((COMP_CWORD - $1))
	local COMP_LINE=$rest COMP_POINT=${#rest}
	"${how%% *}" "$name" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
}

_mqtool_operand()
{
	case $command:$operands in
	create:*) _mqtool_ftok ;;
	send:0 | recv:0 | wait:0 | move:[01]) _mqtool_queues ;;
	send:* | recv:* | wait:* | move:*) ;;
	*) _mqtool_queues ;;
	esac
}

# Completes behind the command; $1 is the number of its first word.
_mqtool_line()
{
	local i options operands=0 ended=no value=
	options=$(_mqtool_options "$command")
	for ((i = $1; i < cword; i++)); do
		if [ -n "$value" ]; then
			value=
		elif [ "${words[i]}" = -- ] && [ $ended = no ]; then
			ended=yes
		elif [ $ended = yes ] || [[ ${words[i]} != -?* ]]; then
			operands=$((operands + 1))
		else
			_mqtool_expects "${words[i]}"
		fi
	done
	if [ -n "$value" ]; then
		_mqtool_value
	elif [ $ended = yes ] && [ "$command" = recv ]; then
		_mqtool_subcommand
	elif [ $ended = no ] && [[ $text == --*=* ]]; then
		_mqtool_value_of "${text%%=*}"
		ahead=${text%%=*}=
		text=${text#*=}
		_mqtool_value
	elif [ $ended = no ] && [[ $text == -* ]]; then
		_mqtool_option_names
	else
		_mqtool_operand
	fi
}

_mqtool()
{
	local words cword text quote cut ahead='' command names
	COMPREPLY=()
	_mqtool_words
	_mqtool_unquote "${words[cword]}"
	_mqtool_cut
	command=${words[0]##*/}
	if [ "$command" != mqtool ]; then
		command=${command#mq}
		_mqtool_line 1
	elif [ "$cword" -gt 1 ] && [ "${words[1]}" != help ]; then
		command=${words[1]}
		_mqtool_line 2
	elif [ "$cword" -gt 2 ]; then
		:
	elif [ "$cword" -eq 1 ] && [[ $text == -* ]]; then
		_mqtool_offer -h --help -V --version
	else
		# shellcheck disable=SC2086
		_mqtool_offer $_mqtool_commands
	fi
}

complete -F _mqtool mqtool mqcreate mqsend mqrecv mqstat mqrm mqwatch
