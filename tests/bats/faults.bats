# SPDX-License-Identifier: GPL-2.0-or-later
#
# System calls that fail: the 1st, 2nd or 3rd call of one kind is answered with an error, or meets
# a signal, by strace(1).  Whatever fails, the outcome is done right, or a documented exit status
# with nothing lost.
#
# MQTOOL_FAULTS=all, which make soak sets, tries every error at every place; else some of each.

load helper
load faults

# errors CALL: what to answer it with.
errors()
{
	if all; then
		echo EINTR EAGAIN EIDRM ENOMEM ENOSPC EIO EMFILE EACCES EINVAL ENOENT
	else
		case $1 in
		msgsnd | mq_timedsend) echo EINTR EIDRM ENOMEM ;;
		msgrcv | mq_timedreceive) echo EINTR EIDRM EIO ;;
		write) echo EINTR ENOSPC EIO ;;
		*) echo ENOMEM EMFILE ;;
		esac
	fi
}

# places: which calls fail.
places()
{
	if all; then echo 1 2 3 5; else echo 1 2; fi
}

calls_of()
{
	case $1:$2 in
	/*:take) echo mq_timedreceive ;;
	/*:send) echo mq_timedsend ;;
	/*:open) echo mq_open ;;
	/*:look) echo mq_getsetattr ;;
	*:take) echo msgrcv ;;
	*:send) echo msgsnd ;;
	*:open) echo msgget ;;
	*:look) echo msgctl ;;
	esac
}

@test "send: what was sent is the beginning, and its number is told" {
	local queue call error place
	for queue in $(kinds); do
		for call in $(calls_of "$queue" send) $(calls_of "$queue" open); do
			for error in $(errors "$call"); do
				for place in $(places); do
					: >nothing
					mqtool rm -f "$queue"
					case $queue in
					/*) create_small "$queue" ;;
					*) create "$queue" ;;
					esac
					fault "$call:error=$error:when=$place" \
						mqtool send -l -f in "$queue"
					documented
					prefixed "$queue"
				done
			done
		done
	done
	[ "$injected" -gt 0 ]
}

@test "send: an input that cannot be read on" {
	local queue error place
	for queue in $(kinds); do
		for error in EIO EINTR EISDIR; do
			for place in $(places); do
				mqtool rm -f "$queue"
				case $queue in
				/*) create_small "$queue" ;;
				*) create "$queue" ;;
				esac
				status=0
				timeout 20 strace -qq -o trace -P "$PWD/in" -e trace=read \
					-e "inject=read:error=$error:when=$place" \
					mqtool send -l -f in "$queue" >out 2>err || status=$?
				injected=$((injected + $(grep -c INJECTED trace || :)))
				what_failed="read of input: $error at $place: status $status"
				documented
				prefixed "$queue"
			done
		done
	done
}

@test "recv: a call that fails, in every style of output" {
	local queue call error place style
	local styles=(-a "-a -0" "-a -j")
	all && styles+=("-a -F%s\\n" "-c5" "-c5 -T1" "-f -T0.05")
	for queue in $(kinds); do
		for call in $(calls_of "$queue" take) write; do
			for error in $(errors "$call"); do
				for place in $(places); do
					for style in "${styles[@]}"; do
						refill "$queue"
						# shellcheck disable=SC2086
						fault "$call:error=$error:when=$place" \
							mqtool recv $style "$queue"
						documented
						case $style in
						*-0) tr '\0' '\n' <out >got ;;
						*-j) sed -n 's/.*"body":"\([^"]*\)"}$/\1/p' out >got ;;
						*) cp out got ;;
						esac
						conserved "$queue"
					done
				done
			done
		done
	done
	[ "$injected" -gt 0 ]
}

@test "recv: what cannot be written nor put back is reported" {
	local queue send error write
	for queue in $(kinds); do
		send=$(calls_of "$queue" send)
		for error in EAGAIN EIDRM ENOMEM $(all && errors "$send"); do
			for write in EIO ENOSPC; do
				for place in $(places); do
					refill "$queue"
					fault "write:error=$write:when=1 $send:error=$error:when=$place" \
						mqtool recv -a "$queue"
					documented
					equal "$status" 1
					cp out got
					conserved "$queue"
				done
			done
		done
	done
}

@test "recv: a signal at any call" {
	local queue call place
	for queue in $(kinds); do
		for call in $(calls_of "$queue" take) write; do
			for place in $(places); do
				refill "$queue"
				fault "$call:signal=TERM:when=$place" mqtool recv -f "-T" 1 "$queue"
				documented
				cp out got
				conserved "$queue"
				refill "$queue"
				fault "$call:signal=TERM:when=$place" mqtool recv -a "$queue"
				documented
				cp out got
				conserved "$queue"
			done
		done
	done
}

@test "recv COMMAND: what cannot be handed over goes back" {
	local queue call error place
	for queue in $(kinds); do
		for call in memfd_create pwrite64 clone3 vfork clone $(calls_of "$queue" take); do
			for error in $(errors "$call"); do
				for place in $(places); do
					refill "$queue"
					rm -f got
					: >got
					fault "$call:error=$error:when=$place" \
						mqtool recv -a "$queue" -- sh -c 'cat >>got; echo >>got'
					documented
					conserved "$queue"
				done
			done
		done
	done
}

@test "recv --move-failed: a queue that takes nothing" {
	local queue send error place
	for queue in $(kinds); do
		mqtool rm -f 0x7a2
		create 0x7a2
		for error in $(errors msgsnd); do
			for place in $(places); do
				refill "$queue"
				fault "msgsnd:error=$error:when=$place" \
					mqtool recv -a --move-failed=0x7a2 "$queue" -- false
				documented
				mqtool recv -a 0x7a2 >got
				conserved "$queue"
			done
		done
	done
}

# move_pairs: where from and where to, both kinds each.
move_pairs()
{
	echo "0x7a1 0x7a2
		0x7a1 /faults2
		/faults 0x7a2
		/faults /faults2"
}

# moved WHAT FROM TO ARG...: move ARG... from a queue with the lines of "in" to an empty one, with the
# faults WHAT; none may be lost or doubled.
moved()
{
	local what=$1 from=$2 to=$3
	shift 3
	refill "$from"
	mqtool rm -f "$to"
	case $to in
	/*) create_small "$to" ;;
	*) create "$to" ;;
	esac
	fault "$what" mqtool move "$@" "$from" "$to"
	documented
	mqtool recv -a "$to" >got
	# What is there is the beginning: nothing overtook what went back.
	head -n "$(wc -l <got)" in | cmp -s - got || broken "not in order"
	[ "$status" -ne 0 ] || [ "$(wc -l <got)" -eq 5 ] || broken "status 0 for $(wc -l <got) of 5"
	! grep -qE 'messages? (was|were) moved' err ||
		grep -qE "(^|[^0-9])$(wc -l <got) messages? (was|were) moved" err ||
		broken "moved $(wc -l <got), said another number"
	conserved "$from"
}

@test "move: a call that fails, or meets a signal" {
	local from to call error place
	while read -r from to; do
		for call in $(calls_of "$from" take) $(calls_of "$to" send) $(calls_of "$to" open); do
			for place in $(places); do
				for error in $(errors "$call"); do
					# An answer that means "empty" ends it as it should.
					[ "$error:$call" != "EAGAIN:$(calls_of "$from" take)" ] || continue
					moved "$call:error=$error:when=$place" "$from" "$to"
				done
				moved "$call:signal=TERM:when=$place" "$from" "$to"
				moved "$call:signal=TERM:when=$place" "$from" "$to" -f -T 1
			done
		done
	done < <(move_pairs)
	[ "$injected" -gt 0 ]
}

@test "move: what cannot be sent nor put back is reported" {
	local from to error place
	while read -r from to; do
		for error in EIDRM ENOMEM $(all && errors msgsnd); do
			[ "$error" != EINTR ] || continue
			for place in $(places); do
				if [ "$(calls_of "$from" send)" = "$(calls_of "$to" send)" ]; then
					moved "$(calls_of "$to" send):error=$error:when=$place+" "$from" "$to" -n
				else
					moved "$(calls_of "$to" send):error=$error:when=$place $(
						calls_of "$from" send):error=$error:when=1" "$from" "$to" -n
				fi
				equal "$status" 1
				equal "$(reported | wc -l)" 1
			done
		done
	done < <(move_pairs)
}

@test "a wait that is interrupted goes on, and one that cannot begin says so" {
	local queue call
	for queue in $(kinds); do
		refill "$queue"
		mqtool purge "$queue" >/dev/null
		for call in $(calls_of "$queue" take); do
			fault "$call:error=EINTR:when=2" mqtool recv -T 0.1 "$queue"
			documented
			equal "$status" 3
		done
		fault "clone3:error=EAGAIN clone:error=EAGAIN" mqtool recv -T 0.1 "$queue"
		documented
		[ "$fired" -eq 0 ] || equal "$status" 1
		[ "$fired" -eq 0 ] || grep -q RLIMIT_NPROC err
		for call in epoll_create1 epoll_ctl epoll_pwait inotify_init1 inotify_add_watch; do
			fault "$call:error=EMFILE:when=1" mqtool wait -T 0.1 "$queue"
			documented
			[ "$status" -ne 0 ] || broken "an empty queue has messages"
		done
	done
}

# interrupted CALL PLACE STATUS COMMAND [ARG...]: that call of the command is interrupted, which changes
# nothing: it ends with STATUS.
interrupted()
{
	local call=$1 place=$2 expected=$3
	shift 3
	fault "$call:error=EINTR:when=$place" "$@"
	[ "$fired" -ge 1 ] || broken "the call was not made" || return
	[ "$status" -eq "$expected" ] || broken "status $expected expected"
}

@test "every call that blocks goes on where it was interrupted for nothing" {
	local queue place
	for queue in $(kinds); do
		refill "$queue"
		for place in 1 2; do
			interrupted wait4 1 0 mqtool recv -c "$place" "$queue" -- cat
		done
		equal "$(mqtool recv -a "$queue")" $'four\nfive'
		# It is empty: the first try does not block.
		for place in 2 2..4; do
			interrupted "$(calls_of "$queue" take)" "$place" 3 mqtool recv -T 0.1 "$queue"
		done
		for place in 1 1..3; do
			interrupted ppoll "$place" 3 mqtool recv -T 0.1 "$queue"
			interrupted epoll_pwait "$place" 3 mqtool wait -T 0.1 "$queue"
			interrupted ppoll "$place" 0 mqtool watch -b -n 4 -d 10ms "$queue"
		done
		while mqtool send -n "$queue" "$(printf '%0500d' 1)" 2>err; do :; done
		for place in 2 2..4; do
			interrupted "$(calls_of "$queue" send)" "$place" 3 \
				mqtool send -T 0.1 "$queue" "$(printf '%0500d' 2)"
		done
		equal "$(mqtool recv -a "$queue" | sort -u)" "$(printf '%0500d' 1)"
	done
}

@test "create: what fails leaves no queue behind" {
	local queue call error place
	for queue in $(kinds); do
		for call in $(calls_of "$queue" open) $(calls_of "$queue" look) fchmod fchown umask \
			fchownat fchmodat; do
			for error in $(errors "$call") EPERM; do
				for place in 1 2; do
					[ "$call" != umask ] || continue
					mqtool rm -f "$queue"
					case $queue in
					/*) fault "$call:error=$error:when=$place" \
						mqtool create -m 640 -o "$(id -u)" -s 64 -c 2 "$queue" ;;
					*) fault "$call:error=$error:when=$place" \
						mqtool create -m 640 -o "$(id -u)" -b 100 "$queue" ;;
					esac
					documented
					if [ "$status" -eq 0 ]; then
						equal "$(mqtool stat -H -o MODE "$queue" | tr -d ' ')" 0640
					else
						run -4 mqtool stat "$queue"
					fi
					created+=("$queue")
				done
			done
		done
	done
}

@test "looking: whatever fails, no message is touched" {
	local queue call error command
	for queue in $(kinds); do
		refill "$queue"
		for command in "stat $queue" "stat -w" "check -w 90 -c 95 $queue" "watch -b -n 1" \
			"wait --writable $queue" "stat -L" "set -m 600 $queue"; do
			for call in $(calls_of "$queue" look) $(calls_of "$queue" open) write; do
				for error in EIO $(all && errors "$call"); do
					# shellcheck disable=SC2086
					fault "$call:error=$error:when=1" mqtool $command
					[ "$command" != "check -w 90 -c 95 $queue" ] ||
						[ "$status" -ne 3 ] || : >err
					[ "$status" -eq 0 ] || [ -s err ] || echo mqtool: check >err
					documented
					cp /dev/null got
				done
			done
		done
		: >err
		conserved "$queue"
	done
}

@test "rm and purge: done and told, or not done" {
	local queue call error left
	for queue in $(kinds); do
		call=$(calls_of "$queue" look)
		[[ $queue != /* ]] || call=mq_unlink
		for error in EIO EPERM EIDRM $(all && errors "$call"); do
			refill "$queue"
			fault "$call:error=$error" mqtool rm "$queue"
			documented
			if [ "$status" -ne 0 ] && [ "$error" != EIDRM ]; then
				: >got
				: >err
				conserved "$queue"
			fi
		done
		call=$(calls_of "$queue" take)
		for error in $(errors "$call"); do
			refill "$queue"
			fault "$call:error=$error:when=2" mqtool purge "$queue"
			documented
			left=$(waiting "$queue")
			equal "$(sed -n 's/.*: \([0-9]*\) messages\? purged$/\1/p' out)" $((5 - left))
		done
	done
}
