# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool check

load helper

setup()
{
	test_setup
	small_queues
}

# plugin STATUS ARGUMENT...: runs check, which must print one line of a plugin's, with nothing on
# stderr, and exit with STATUS.
plugin()
{
	local status=$1 states=(OK WARNING CRITICAL UNKNOWN)
	shift
	run --separate-stderr "-$status" mqtool check "$@"
	equal "${#lines[@]}" 1
	equal "$stderr" ""
	matches "$output" "MQTOOL ${states[status]} - ?*"
}

# fill NAME N: N messages of a byte.
fill()
{
	yes | head -n "$2" | mqtool send -l "$1"
}

@test "no queues are no fault" {
	plugin 0 -w 80 -c 90
	equal "$output" "MQTOOL OK - no queues"
}

@test "POSIX: messages over mq_maxmsg" {
	mqtool create /c1
	plugin 0 -w 80 -c 90 /c1
	equal "$output" "MQTOOL OK - 1 queue, at most 0% in use (/c1) | '/c1'=0%;80;90;0;100"
	fill /c1 7
	plugin 0 -w 80 -c 90 /c1
	equal "$output" "MQTOOL OK - 1 queue, at most 70% in use (/c1) | '/c1'=70%;80;90;0;100"
	fill /c1 1
	plugin 1 -w 80 -c 90 /c1
	equal "$output" "MQTOOL WARNING - /c1: 80% in use | '/c1'=80%;80;90;0;100"
	fill /c1 1
	plugin 2 -w 80 -c 90 /c1
	equal "$output" "MQTOOL CRITICAL - /c1: 90% in use | '/c1'=90%;80;90;0;100"
	mqtool rm /c1
}

@test "System V: bytes or messages over msg_qbytes, whichever is more" {
	mqtool create -b 100 key:0x41
	head -c 49 /dev/zero | mqtool send key:0x41
	plugin 0 -w 50 -c 90 key:0x41
	matches "$output" "* | 'key:0x00000041'=49%;50;90;0;100"
	mqtool send key:0x41 x
	plugin 1 -w 50 -c 90 key:0x41
	mqtool purge key:0x41
	yes "" | head -n 90 | mqtool send -l key:0x41
	plugin 2 -w 50 -c 90 key:0x41
	matches "$output" "* | 'key:0x00000041'=90%;50;90;0;100"
	mqtool purge key:0x41
	head -c 100 /dev/zero | mqtool send key:0x41
	mqtool set -b 50 key:0x41
	plugin 2 -w 50 -c 90 key:0x41
	equal "$output" \
		"MQTOOL CRITICAL - key:0x00000041: 200% in use | 'key:0x00000041'=200%;50;90;0;100"
	mqtool purge key:0x41
	mqtool set -b 0 key:0x41
	plugin 2 -w 50 -c 100 key:0x41
	mqtool rm key:0x41
}

@test "0 and 100 are limits too" {
	mqtool create /c2
	plugin 2 -w 0 -c 0 /c2
	plugin 1 -w 0 -c 100 /c2
	fill /c2 10
	plugin 2 -w 100 -c 100 /c2
	plugin 2 --warning=100 --critical=100 /c2
	mqtool rm /c2
}

@test "the last of repeated options wins" {
	mqtool create /c3
	plugin 0 -w 0 -c 0 -c 100 -w 50 /c3
	mqtool rm /c3
}

@test "without QUEUE all queues, of both kinds, in order" {
	need_mqueue
	mqtool create /c4b /c4a -c 10
	mqtool create key:0x42
	run -0 mqtool create --private
	local private=$output
	fill /c4a 5
	plugin 0 -w 80 -c 90
	equal "$output" "MQTOOL OK - 4 queues, at most 50% in use (/c4a) |\
 '$private'=0%;80;90;0;100 'key:0x00000042'=0%;80;90;0;100 '/c4a'=50%;80;90;0;100\
 '/c4b'=0%;80;90;0;100"
	fill /c4b 9
	fill /c4a 3
	plugin 2 -w 80 -c 90
	matches "$output" "MQTOOL CRITICAL - /c4b: 90% in use; /c4a: 80% in use | *"
	mqtool rm /c4a /c4b key:0x42 "$private"
}

# ---- what is not known ----

@test "a missing queue is UNKNOWN, less than WARNING and more than OK, and is named in any case" {
	mqtool create /c5
	plugin 3 -w 80 -c 90 /c5 /gone id:2147483647
	equal "$output" "MQTOOL UNKNOWN - /gone: no such queue, id:2147483647: no such queue\
 | '/c5'=0%;80;90;0;100"
	fill /c5 8
	plugin 1 -w 80 -c 90 /c5 /gone
	equal "$output" \
		"MQTOOL WARNING - /c5: 80% in use; /gone: no such queue | '/c5'=80%;80;90;0;100"
	fill /c5 2
	plugin 2 -w 80 -c 90 /c5 /gone
	equal "$output" \
		"MQTOOL CRITICAL - /c5: 100% in use; /gone: no such queue | '/c5'=100%;80;90;0;100"
	plugin 3 -w 80 -c 90 ftok:/no/such
	equal "$output" \
		"MQTOOL UNKNOWN - ftok:/no/such: no key from this path: No such file or directory"
	mqtool rm /c5
}

@test "a queue that cannot be read is UNKNOWN" {
	need_mqueue
	mqtool create -m 0 /c6 key:0x43
	plugin 0 -w 80 -c 90
	run --separate-stderr -3 without_capabilities mqtool check -w 80 -c 90 /c6
	equal "$output" "MQTOOL UNKNOWN - /c6: permission denied (mode 0000, owner root:root)"
	run --separate-stderr -3 without_capabilities mqtool check -w 80 -c 90
	equal "$output" \
		"MQTOOL UNKNOWN - /c6: cannot be read | 'key:0x00000043'=0%;80;90;0;100"
	equal "$stderr" ""
	run --separate-stderr -0 without_capabilities mqtool check -w 80 -c 90 --readable
	equal "$output" "MQTOOL OK - 1 queue, at most 0% in use (key:0x00000043),\
 1 cannot be read | 'key:0x00000043'=0%;80;90;0;100"
	run --separate-stderr -0 without_capabilities mqtool check -m -w 80 -c 90 --readable
	equal "$output" "MQTOOL OK - 1 queue, at most 0 messages (key:0x00000043),\
 1 cannot be read | 'key:0x00000043'=0;80;90;0"
	run --separate-stderr -3 without_capabilities mqtool check -m -w 80 -c 90
	equal "$output" \
		"MQTOOL UNKNOWN - /c6: cannot be read | 'key:0x00000043'=0;80;90;0"
	# Neither reading nor writing is needed of System V queues, and writing will do for POSIX.
	mqtool set -m 200 /c6
	run --separate-stderr -0 without_capabilities mqtool check -w 80 -c 90
	matches "$output" "MQTOOL OK - 2 queues, *"
	mqtool rm /c6 key:0x43
}

@test "queues that cannot be listed are UNKNOWN" {
	need_mqueue
	mqtool create /c7 key:0x44
	run --separate-stderr -3 unshare -m bash -c 'umount /dev/mqueue &&
		exec setpriv --bounding-set=-all --inh-caps=-all mqtool check -w 80 -c 90'
	equal "$output" "MQTOOL UNKNOWN - POSIX queues are not listed: mqueue is not mounted on\
 /dev/mqueue (as root: mount -t mqueue none /dev/mqueue) | 'key:0x00000044'=0%;80;90;0;100"
	equal "$stderr" ""
	# Another namespace's are not ours.
	run --separate-stderr -3 unshare -i \
		setpriv --bounding-set=-all --inh-caps=-all mqtool check -w 80 -c 90
	matches "$output" "MQTOOL UNKNOWN - POSIX queues are not listed: * another IPC namespace *"
	mqtool rm /c7 key:0x44
}

@test "an unmounted /dev/mqueue is no hindrance with privilege" {
	need_mqueue
	mqtool create /c8
	run -0 unshare -m bash -c 'umount /dev/mqueue && exec mqtool check -w 80 -c 90'
	matches "$output" "MQTOOL OK - 1 queue, *"
	mqtool rm /c8
}

# ---- the worst that is known ----

# worst_of NAME...: the exit status for these; the end of a name says what its queue is.
worst_of()
{
	case " $* " in
	*critical\ *) echo 2 ;;
	*warning\ *) echo 1 ;;
	*unknown\ *) echo 3 ;;
	*) echo 0 ;;
	esac
}

# combinations PREFIX: each set of queues of different states, one a line.
combinations()
{
	local i
	for ((i = 1; i < 16; i++)); do
		local names=()
		((i & 1)) && names+=("$1ok")
		((i & 2)) && names+=("$1unknown")
		((i & 4)) && names+=("$1warning")
		((i & 8)) && names+=("$1critical")
		echo "${names[*]}"
	done
}

# names_states QUEUE...: the line has each that is not OK, and no other.
names_states()
{
	local state text=${output%% | *}
	for state in critical warning unknown; do
		case " $* " in
		*$state\ *) matches "$text" "*/*$state: *" || return ;;
		*) [[ $text != *"$state: "* ]] || return ;;
		esac
	done
}

@test "of named queues the worst known state counts, in every combination and order" {
	local names limits
	mqtool create -c 10 /ok /warning /critical
	fill /warning 5
	fill /critical 9
	for limits in '-w 50 -c 90' '-m -w 5 -c 9'; do
		while read -ra names; do
			# shellcheck disable=SC2086
			plugin "$(worst_of "${names[@]}")" $limits "${names[@]}"
			names_states "${names[@]}"
			mapfile -t names < <(printf '%s\n' "${names[@]}" | tac)
			# shellcheck disable=SC2086
			plugin "$(worst_of "${names[@]}")" $limits "${names[@]}"
			names_states "${names[@]}"
		done < <(combinations /)
	done
	mqtool rm /ok /warning /critical
}

# plugin_of_other STATUS ARGUMENT...: as plugin, for whom a queue of mode 0 is closed.
plugin_of_other()
{
	local status=$1
	shift
	run --separate-stderr "-$status" without_capabilities mqtool check "$@"
	equal "${#lines[@]}" 1
}

# make_states NAME...: queues whose states are the ends of their names.
make_states()
{
	local name
	for name; do
		mqtool create -c 10 "$name"
		case $name in
		*warning) fill "$name" 5 ;;
		*critical) fill "$name" 9 ;;
		*unknown) mqtool set -m 0 "$name" ;;
		esac
	done
}

@test "of queues that are found the worst known state counts, with each option" {
	need_mqueue
	local names limits known
	make_states /other-critical
	while read -ra names; do
		make_states "${names[@]}"
		for limits in '-w 50 -c 90' '-m -w 5 -c 9' '-L -w 50 -c 90'; do
			# shellcheck disable=SC2086
			plugin_of_other "$(worst_of "${names[@]}")" $limits --match='/its-*'
			names_states "${names[@]}"
			mapfile -t known < <(printf '%s\n' "${names[@]}" | grep -v unknown)
			# shellcheck disable=SC2086
			plugin_of_other "$(worst_of "${known[@]}")" $limits --match='/its-*' --readable
			names_states "${known[@]}"
			[ ${#known[@]} -eq ${#names[@]} ] || matches "${output%% | *}" "*, 1 cannot be read*"
		done
		plugin_of_other 2 -w 50 -c 90
		names_states "${names[@]}" /other-critical
		mqtool rm "${names[@]}"
	done < <(combinations /its-)
	mqtool rm /other-critical
}

@test "-L: what is known of a limit counts beside queues, in every combination" {
	need_mqueue
	local names queues_max use
	read -r queues_max </proc/sys/fs/mqueue/queues_max
	mqtool create /its-limit
	while read -ra names; do
		make_states "${names[@]}"
		# As many as make queues_max OK, WARNING and CRITICAL.
		for use in 1:100 2:2 3:1; do
			echo $(((${#names[@]} + 1) * ${use#*:})) >/proc/sys/fs/mqueue/queues_max
			case $use in
			1:*) plugin_of_other "$(worst_of "${names[@]}")" -L -w 50 -c 90 --match='/its-[!l]*' ;;
			2:*) plugin_of_other "$(worst_of "${names[@]}" warning)" -L -w 50 -c 90 --match='/its-[!l]*' ;;
			3:*) plugin_of_other 2 -L -w 50 -c 90 --match='/its-[!l]*' ;;
			esac
			names_states "${names[@]}"
		done
		mqtool rm "${names[@]}"
		echo "$queues_max" >/proc/sys/fs/mqueue/queues_max
	done < <(combinations /its-)
	mqtool rm /its-limit
}

# ---- numbers of messages, patterns, limits ----

@test "-m: limits are numbers of messages, on both kinds" {
	mqtool create -c 5 /m1
	mqtool create key:0x46
	plugin 0 -m -w 2 -c 3 /m1 key:0x46
	equal "$output" "MQTOOL OK - 2 queues, at most 0 messages (/m1) |\
 '/m1'=0;2;3;0;5 'key:0x00000046'=0;2;3;0"
	fill /m1 1
	plugin 0 -m -w 2 -c 3 /m1
	matches "$output" "MQTOOL OK - 1 queue, at most 1 message (/m1) | *"
	fill /m1 1
	plugin 1 -w 2 -c 3 -m /m1
	equal "$output" "MQTOOL WARNING - /m1: 2 messages | '/m1'=2;2;3;0;5"
	fill key:0x46 3
	plugin 2 --messages -w 2 -c 3 /m1 key:0x46
	equal "$output" "MQTOOL CRITICAL - key:0x00000046: 3 messages; /m1: 2 messages |\
 '/m1'=2;2;3;0;5 'key:0x00000046'=3;2;3;0"
	plugin 0 -m -w 18446744073709551615 -c 18446744073709551615
	mqtool rm /m1 key:0x46
}

@test "--match: only queues whose name matches" {
	need_mqueue
	mqtool create /app-1 /app-2 /other key:0x47
	fill /other 10
	plugin 0 -w 80 -c 90 --match='/app*'
	matches "$output" "MQTOOL OK - 2 queues, at most 0% in use (/app-1) | *"
	plugin 2 -w 80 -c 90 --match='/o*'
	plugin 0 -w 80 -c 90 --match='key:*47'
	matches "$output" "MQTOOL OK - 1 queue, *"
	plugin 0 -w 80 -c 90 --match='/none*'
	equal "$output" "MQTOOL OK - no queues"
	mqtool rm /app-1 /app-2 /other key:0x47
}

@test "-L: the limits on the number of queues too, with queues named or not" {
	need_mqueue
	mqtool create /l1 /l2 key:0x48
	local queues_max msgmni
	read -r queues_max </proc/sys/fs/mqueue/queues_max
	read -r msgmni </proc/sys/kernel/msgmni
	echo 4 >/proc/sys/fs/mqueue/queues_max
	echo 100 >/proc/sys/kernel/msgmni
	plugin 0 -w 60 -c 90 -L /l1
	equal "$output" "MQTOOL OK - 1 queue, at most 50% in use (queues_max) |\
 'msgmni'=1%;60;90;0;100 'queues_max'=50%;60;90;0;100 '/l1'=0%;60;90;0;100"
	plugin 1 -w 50 -c 90 --limits
	matches "$output" "MQTOOL WARNING - queues_max: 50% in use | *"
	run --separate-stderr -3 unshare -m bash -c 'umount /dev/mqueue &&
		exec setpriv --bounding-set=-all --inh-caps=-all mqtool check -L -w 80 -c 90 key:0x48'
	matches "$output" "*, queues_max: its use is not known | 'msgmni'=1%;80;90;0;100 *"
	mqtool rm /l1 /l2 key:0x48
	echo "$queues_max" >/proc/sys/fs/mqueue/queues_max
	echo "$msgmni" >/proc/sys/kernel/msgmni
}

# ---- the line ----

@test "names that would end the text or the label are escaped" {
	need_mqueue
	mqtool create '/a=b' '/a|b' "esc:/a'b=" 'esc:/a\x20b' '/ä;b'
	plugin 2 -w 0 -c 0
	local name
	for name in 'esc:/a\x3db' 'esc:/a\x7cb' 'esc:/a\x27b\x3d' 'esc:/a\x20b' '/ä;b'; do
		[[ $output == *" $name: 0% in use"*"|"*" '$name'=0%;0;0;0;100"* ]]
		# The label is a name that is accepted back.
		mqtool rm "$name"
	done
	plugin 0 -w 80 -c 90
	plugin 3 -w 80 -c 90 '/a=b|c'
	equal "$output" 'MQTOOL UNKNOWN - esc:/a\x3db\x7cc: no such queue'
}

@test "ten are named and the others counted, each in the performance data" {
	local i names=()
	for i in {10..21}; do
		names+=("key:0x$i")
	done
	mqtool create "${names[@]}"
	plugin 2 -w 0 -c 0
	matches "$output" "* key:0x00000019: 0% in use and 2 more | *"
	equal "$(grep -o "'=0%" <<<"$output" | wc -l)" 12
	mqtool rm "${names[@]}"
	plugin 3 -w 80 -c 90 "${names[@]}"
	matches "$output" "*key:0x00000019: no such queue and 2 more"
}

@test "the longest name, of bytes that all need escapes" {
	local name
	name=$(printf '\377%.0s' {1..254})=
	mqtool create "/$name"
	plugin 1 -w 0 -c 100
	local escaped=${output#*"'"}
	escaped=${escaped%%"'"*}
	matches "$escaped" 'esc:/\\xff*\\xff\\x3d'
	mqtool rm "$escaped"
}

# ---- usage is UNKNOWN too ----

# wrong ARGUMENT...: a usage error is said on stderr, and on stdout for monitoring.
wrong()
{
	run --separate-stderr -3 mqtool check "$@"
	equal "$output" \
		"MQTOOL UNKNOWN - wrong usage: see standard error, and mqtool check --help"
	[ -n "$stderr" ]
}

@test "wrong usage is status 3" {
	mqtool create /c9
	local bad
	wrong
	equal "${stderr_lines[0]}" "mqtool check: both -w and -c are needed"
	wrong -w 80
	wrong -c 90 /c9
	wrong -w 91 -c 90 /c9
	equal "${stderr_lines[0]}" "mqtool check: -w is above -c: there could be no warning"
	wrong -w 101 -c 102 /c9
	equal "${stderr_lines[0]}" "mqtool check: -w: 101 is out of range (0 to 100)"
	wrong -w 80 -c 101 /c9
	equal "${stderr_lines[0]}" "mqtool check: -c: 101 is out of range (0 to 100)"
	wrong -m -w 3 -c 2 /c9
	wrong -m -w 1 -c 18446744073709551616 /c9
	wrong -w 80 -c 90 --match=
	equal "${stderr_lines[0]}" "mqtool check: --match: an empty pattern matches no queue"
	wrong -w 80 -c 90 --match='/c*' /c9
	equal "${stderr_lines[0]}" "mqtool check: --match takes no QUEUE: '/c9' cannot be named"
	wrong -w 80 -c 90 --readable /c9
	wrong -m -L -w 80 -c 90
	equal "${stderr_lines[0]}" "mqtool check: -L is in percent, so it excludes -m"
	wrong -m --max-messages=3 -w 80 -c 90 amqp://127.0.0.1/q
	for bad in -w -w= -w101 -w-1 -w1.5 -w80% -c101 -q --bogus --warning --help=x; do
		wrong -w 80 -c 90 /c9 "$bad"
	done
	for bad in msg 12 "" /a/b id:4294967298 key:0; do
		wrong -w 80 -c 90 /c9 "$bad"
	done
	mqtool rm /c9
}

@test "--help and --version are status 0" {
	run -0 mqtool check --help
	matches "$output" "*--warning=LIMIT*--critical=LIMIT*"
	run -0 mqtool check --version
}

@test "a line that cannot be written is status 3" {
	run --separate-stderr -3 bash -c 'mqtool check -w 80 -c 90 >/dev/full'
	equal "$stderr" "mqtool check: cannot write standard output: No space left on device"
	run -3 bash -c 'mqtool check >/dev/full'
}

@test "looking changes nothing" {
	need_mqueue
	mqtool create /c10 key:0x45
	fill /c10 3
	fill key:0x45 3
	local before after
	touch -d @1000 -a /dev/mqueue/c10
	before=$(stat -c '%X %Y %Z %s' /dev/mqueue/c10; cat /proc/sysvipc/msg)
	plugin 0 -w 80 -c 90
	plugin 0 -w 80 -c 90 /c10 key:0x45
	after=$(stat -c '%X %Y %Z %s' /dev/mqueue/c10; cat /proc/sysvipc/msg)
	equal "$after" "$before"
	mqtool rm /c10 key:0x45
}
