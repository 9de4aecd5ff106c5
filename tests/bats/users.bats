# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# send and recv between users: what the mode of a queue allows, and the clear refusal of the rest

load helper

user=1234
other=5678

# start for the user: as_user, a function, would be a shell more, and $pid the shell's.
start_as_user()
{
	start setpriv --reuid=$user --regid=$user --clear-groups "$@"
}

# denied NAME COMMAND...: as the user: status 5, one line, with the mode and owner of that queue.
denied()
{
	local name=$1 mode uid gid owner
	shift
	read -r mode uid gid < <(mqtool stat -H -o MODE,UID,GID "$name")
	owner=$uid:$gid
	[ "$owner" != 0:0 ] || owner=root:root
	run -5 --separate-stderr as_user $user timeout 20 mqtool "$@"
	equal "$output" ""
	equal "$stderr" "mqtool $1: $name: permission denied (mode $mode, owner $owner)"
}

# One queue of each kind, of mode $1; the names are $names, one pair "QUEUE:AS_PRINTED" each.
create_with_mode()
{
	create -m "$1" -c 10 -s 512 /u
	create -m "$1" 0x40
}
names=(/u:/u 0x40:key:0x00000040)

@test "uid 0 and a user exchange messages where the mode allows it" {
	create_with_mode 666
	for queue in /u 0x40; do
		mqtool send "$queue" "from root"
		run -0 as_user $user mqtool recv -n "$queue"
		equal "$output" "from root"
		as_user $user mqtool send "$queue" "from a user"
		run -0 mqtool recv -n "$queue"
		equal "$output" "from a user"
		as_user $user mqtool send "$queue" "to another"
		run -0 as_user $other mqtool recv -n "$queue"
		equal "$output" "to another"
	done
}

@test "a user waits for uid 0, and uid 0 for a user" {
	create_with_mode 666
	for queue in /u 0x40; do
		start_as_user mqtool recv "$queue" >got
		blocked "$pid"
		mqtool send "$queue" down
		finish "$pid" 0
		start mqtool recv "$queue" >>got
		blocked "$pid"
		as_user $user mqtool send "$queue" up
		finish "$pid" 0
		equal "$(cat got)" $'down\nup'
	done
}

@test "a group shares a queue" {
	create -m 660 -o "$user:77" -c 10 -s 512 /u
	create -m 660 -o "$user:77" 0x40
	for queue in "${names[@]}"; do
		name=${queue#*:}
		queue=${queue%%:*}
		as_user $user mqtool send "$queue" x
		run -0 setpriv --reuid=$other --regid=77 --clear-groups mqtool recv -n "$queue"
		equal "$output" x
		run -5 as_user $other mqtool recv -n "$queue"
		equal "$output" "mqtool recv: $name: permission denied (mode 0660, owner $user:77)"
	done
}

@test "where the mode allows nothing: status 5, and nothing is done" {
	create_with_mode 600
	for queue in "${names[@]}"; do
		mqtool send "${queue%%:*}" stays
		denied "${queue#*:}" send "${queue%%:*}" x
		denied "${queue#*:}" send -n -l "${queue%%:*}"
		denied "${queue#*:}" recv "${queue%%:*}"
		denied "${queue#*:}" recv -n "${queue%%:*}"
		denied "${queue#*:}" recv -a "${queue%%:*}"
		denied "${queue#*:}" recv "${queue%%:*}" -- cat
		equal "$(mqtool recv -a "${queue%%:*}")" stays
	done
}

@test "where the mode allows nothing, by id" {
	run -0 mqtool create --private
	id=$output
	mqtool send "$id" stays
	run -5 --separate-stderr as_user $user timeout 20 mqtool send "$id" x
	equal "$stderr" "mqtool send: $id: permission denied (mode 0600, owner root:root)"
	run -5 --separate-stderr as_user $user timeout 20 mqtool recv -n "$id"
	equal "$stderr" "mqtool recv: $id: permission denied (mode 0600, owner root:root)"
	equal "$(mqtool recv -a "$id")" stays
	mqtool rm "$id"
}

@test "sending needs write permission alone" {
	create_with_mode 602
	for queue in "${names[@]}"; do
		as_user $user mqtool send -v "${queue%%:*}" one two
		printf 'three\nfour\n' | as_user $user mqtool send -l "${queue%%:*}"
		denied "${queue#*:}" recv -n "${queue%%:*}"
		# What can never fit is known without a right to look.
		run -1 as_user $user timeout 20 mqtool send "${queue%%:*}" "$(head -c 8193 /dev/zero | tr '\0' x)"
		matches "$output" "mqtool send: 8193 bytes; * takes at most *"
		equal "$(mqtool recv -a -F '%s ' "${queue%%:*}")" "one two three four "
	done
}

@test "sending needs write permission alone, also to wait" {
	create -m 602 -c 1 -s 512 /u
	create -m 602 -b 5 0x40
	for queue in /u 0x40; do
		mqtool send "$queue" first
		run -3 as_user $user mqtool send -n "$queue" later
		run -3 as_user $user mqtool send -T 10ms "$queue" later
		start_as_user mqtool send "$queue" later
		blocked "$pid"
		equal "$(mqtool recv "$queue")" first
		finish "$pid" 0
		equal "$(mqtool recv "$queue")" later
	done
}

@test "receiving needs read permission alone" {
	create_with_mode 604
	for queue in "${names[@]}"; do
		mqtool send "${queue%%:*}" one two
		denied "${queue#*:}" send "${queue%%:*}" x
		run -0 as_user $user mqtool recv -a "${queue%%:*}"
		equal "$output" $'one\ntwo'
		run -3 as_user $user mqtool recv -n "${queue%%:*}"
		start_as_user mqtool recv "${queue%%:*}" >got
		blocked "$pid"
		mqtool send "${queue%%:*}" three
		finish "$pid" 0
		equal "$(cat got)" three
	done
}

@test "move needs read permission of one queue and write permission of the other, alone" {
	create -m 604 -c 10 -s 512 /u
	create -m 604 0x40
	create -m 602 -c 10 -s 5 /v
	create -m 602 -b 64 0x41
	for queue in "${names[@]}"; do
		for dest in /v:/v 0x41:key:0x00000041; do
			mqtool send "${queue%%:*}" one two
			as_user $user timeout 20 mqtool move "${queue%%:*}" "${dest%%:*}"
			equal "$(mqtool recv -a "${dest%%:*}")" $'one\ntwo'
			denied "${dest#*:}" move "${dest%%:*}" "${queue%%:*}"
			mqtool send "${queue%%:*}" stays
			denied "/u" move "${queue%%:*}" /u
			denied "key:0x00000040" move "${queue%%:*}" 0x40
			equal "$(mqtool recv -a "${queue%%:*}")" stays
		done
		# It cannot go back without write permission.
		mqtool send "${queue%%:*}" "too large"
		run -1 --separate-stderr as_user $user timeout 20 mqtool move "${queue%%:*}" /v
		matches "${stderr_lines[0]}" "{\"queue\":\"${queue#*:}\",*,\"size\":9,\"body\":\"too large\"}"
		matches "${stderr_lines[1]}" "mqtool move: 9 bytes; /v takes at most 5 (*); 0 messages were moved before it"
		matches "${stderr_lines[2]}" "mqtool move: ${queue#*:}: 1 message could not be put back (no permission to write); *"
	done
}

@test "what cannot go back without write permission is reported" {
	create_with_mode 604
	mqtool send -p 5 /u posix
	mqtool send -t 5 0x40 sysv
	run -1 --separate-stderr as_user $user sh -c "mqtool recv -n /u >/dev/full"
	equal "${stderr_lines[0]}" '{"queue":"/u","priority":5,"size":5,"body":"posix"}'
	matches "${stderr_lines[1]}" "mqtool recv: /u: 1 message could not be put back (no permission to write); *"
	run -1 --separate-stderr as_user $user sh -c "mqtool recv -n 0x40 >/dev/full"
	equal "${stderr_lines[0]}" '{"queue":"key:0x00000040","type":5,"size":4,"body":"sysv"}'
	matches "${stderr_lines[1]}" "mqtool recv: key:0x00000040: 1 message could not be put back (no permission to write); *"
}

@test "the owner is held to the mode as well" {
	for mode in 400:recv 200:send 000:; do
		allowed=${mode#*:}
		as_user $user mqtool create -m "${mode%%:*}" -c 10 -s 512 /o
		as_user $user mqtool create -m "${mode%%:*}" 0x41
		for queue in /o:/o 0x41:key:0x00000041; do
			if [ "$allowed" = send ]; then
				as_user $user mqtool send -n "${queue%%:*}" x
			else
				denied "${queue#*:}" send -n "${queue%%:*}" x
			fi
			if [ "$allowed" = recv ]; then
				run -3 as_user $user mqtool recv -n "${queue%%:*}"
			else
				denied "${queue#*:}" recv -n "${queue%%:*}"
			fi
		done
		mqtool rm /o 0x41
	done
}

@test "modes are exact under every umask, and so is what they allow" {
	for mask in 000 022 077 777; do
		(umask "$mask" && mqtool create -m 666 -c 10 -s 512 /m && mqtool create -m 666 0x42)
		equal "$(posix_mode /m) $(sysv 0x42 perms)" "666 666"
		for queue in /m 0x42; do
			as_user $user mqtool send "$queue" x
			equal "$(as_user $other mqtool recv -n "$queue")" x
		done
		mqtool rm /m 0x42
		(umask "$mask" && mqtool create -c 10 -s 512 /m && mqtool create 0x42)
		equal "$(posix_mode /m) $(sysv 0x42 perms)" "600 600"
		mqtool rm /m 0x42
	done
}

@test "a user's queue is no secret from uid 0, and its messages go on when its owner is gone" {
	as_user $user mqtool create -c 10 -s 512 /mine
	as_user $user mqtool create 0x43
	for queue in /mine 0x43; do
		as_user $user mqtool send "$queue" mine
		run -0 mqtool recv -n "$queue"
		equal "$output" mine
	done
	mqtool rm /mine 0x43
}

@test "a file of passwords for brokers that is somebody else's is not used" {
	[ -x "$MQTOOL_BUILD/mqtool-amqp" ] ||
		skip_loudly "mqtool-amqp was not built; install librabbitmq-dev and libssl-dev"
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD MQTOOL_AMQP_PASSFILE=$PWD/passwords
	(umask 077; echo '*:*:*:*:x' >passwords)
	chown $user passwords
	run -2 --separate-stderr mqtool send amqp://me@127.0.0.1:1/q x
	matches "$stderr" "mqtool send: *password file*"
	# Ours is; but nobody listens there.
	chown 0 passwords
	run -1 --separate-stderr mqtool send amqp://me@127.0.0.1:1/q x
	matches "$stderr" "mqtool send: amqp://me@127.0.0.1:1/q: *"
}

@test "it takes no right to see why: mode and owner, unless /dev/mqueue shows another namespace" {
	need_mqueue
	# No other queue is there that would tell whose directory it is.
	create -m 640 -o $other:77 /only
	run -5 --separate-stderr as_user $user mqtool recv -n /only
	equal "$stderr" "mqtool recv: /only: permission denied (mode 0640, owner $other:77)"
	run -5 --separate-stderr as_user $user mqtool rm /only
	matches "$stderr" "mqtool rm: /only: not permitted: * (mode 0640, owner $other:77)"
	# One that opens tells that the directory is not ours.
	create -m 644 /theirs
	# shellcheck disable=SC2016
	run -5 --separate-stderr unshare -im bash -c '
		mqtool create -m 0 /only
		exec setpriv --reuid=1234 --regid=1234 --clear-groups mqtool recv -n /only'
	equal "$stderr" "mqtool recv: /only: permission denied"
}

@test "proc:PID/FD of a process that may not be looked into" {
	create /u
	mqtool create /gone
	start mqtool recv /gone
	blocked "$pid"
	mqtool rm /gone
	run -5 --separate-stderr as_user $user mqtool recv -n "proc:$pid/3"
	matches "$stderr" "mqtool recv: proc:$pid/3: the process may not be looked into: *CAP_SYS_PTRACE*"
}
