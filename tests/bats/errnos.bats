# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every system call that a command makes on a queue, each with every errno that a seccomp filter, a
# security module, or a lack of memory, descriptors or the call itself may answer with.  The calls
# are found by a run without faults.
#
# MQTOOL_FAULTS=all, which make soak sets, tries all of them; else one in so many.

load helper
load faults

# Names that are not on every machine have a question mark before them.
QUEUE_CALLS=mq_open,mq_unlink,mq_timedsend,mq_timedreceive,mq_getsetattr,msgget,msgsnd,msgrcv,msgctl
FILE_CALLS=?umask,fchmod,?chmod,fchmodat,fchown,fchownat,fstat,?newfstatat,statx,fstatfs,openat,?open
FILE_CALLS+=,?preadv2,?pwritev2,fcntl,pread64,getdents64,?readlink,readlinkat,read,write,memfd_create,pwrite64
WAIT_CALLS=epoll_create1,epoll_ctl,epoll_pwait,?epoll_wait,inotify_init1,inotify_add_watch,eventfd2
WAIT_CALLS+=,timerfd_create,timerfd_settime,?clone3,clone,?vfork,unshare,?poll,ppoll
MOUNT_CALLS=?fsopen,?fsconfig,?fsmount

# calls COMMAND [ARG...]: what it calls from its first call on a queue on, into the file "made": name
# and number of the first and last call of each, a line each.  Sets $usual, its status.
calls()
{
	usual=0
	timeout -k 5 20 strace -f -qq -o base \
		-e "trace=$QUEUE_CALLS,$FILE_CALLS,$WAIT_CALLS,$MOUNT_CALLS" "$@" \
		>out 2>err </dev/null || usual=$?
	awk '$2 ~ /^[a-z_0-9]+\(/ {
		# A COMMAND counts its own.
		if (!($1 in seen))
			seen[$1] = forked ? "command" : "mqtool"
		forked = forked || /CLONE_VFORK|vfork\(/
		if (seen[$1] == "command")
			next
		name = $2
		sub(/\(.*/, "", name)
		n = ++count[$1, name]
		if (name ~ /^(mq_|msg|epoll_create1|fsopen)/ || /"\/dev\/mqueue"|sysvipc/)
			begun = 1
		# Of its own files; and what it says when all is done.
		if (!begun || (name == "write" && /"mqtool/))
			next
		if (!(name in first))
			first[name] = n
		last[name] = n
	}
	END {
		for (name in first) {
			print name, first[name]
			if (last[name] != first[name])
				print name, last[name]
		}
	}' base | sort >made
}

# reason ERRNO: a pattern of grep -E for what is to be said.
reason()
{
	case $1 in
	EPERM) echo 'seccomp filter|Operation not permitted' ;;
	EACCES) echo '[Pp]ermission denied|seccomp filter' ;;
	ENOSYS) echo 'seccomp filter|CONFIG_CHECKPOINT_RESTORE|this kernel has none|not implemented' ;;
	ENOMEM) echo 'no memory left|[Oo]ut of memory|Cannot allocate memory' ;;
	EMFILE) echo 'RLIMIT_(NOFILE|MSGQUEUE)|Too many open files' ;;
	EINTR) echo 'Interrupted|interrupted' ;;
	esac
}

# told ERRNO: the status is one that the errno may bring, and its reason is given, or it is as usual.
told()
{
	[ "$status" -ne "$usual" ] || return 0
	case $1:$status:$what_failed in
	EPERM:[015]:* | EACCES:[015]:* | E*:[01]:*) ;;
	E*:3:*" check "*)
		echo mqtool >>err
		# Of a queue in its list check says no more.
		! grep -q 'cannot be read' out || return 0
		;;
	*) broken "no status for $1" || return ;;
	esac
	[ "$status" -eq 0 ] || grep -qE "$(reason "$1")" out err || broken "$1 is not the reason given"
}

# matrix QUEUE BEFORE AFTER COMMAND [ARG...]: mqtool COMMAND with each fault; BEFORE QUEUE prepares
# each run, AFTER QUEUE checks it.
matrix()
{
	local queue=$1 before=$2 after=$3 call place error
	shift 3
	$before "$queue" || return
	calls mqtool "$@"
	ready=
	while read -r call place <&3; do
		for error in EPERM EACCES ENOSYS ENOMEM EMFILE EINTR; do
			turn=$((turn + 1))
			all || [ $((turn % STRIDE)) -eq 0 ] || continue
			$before "$queue" || return
			fault "$call:error=$error:when=$place" mqtool "$@"
			told "$error" || return
			documented || return
			$after "$queue" || return
		done
	done 3<made
}

# A step that takes no part in 2, 3 and 6: all calls and errnos get their turn.
STRIDE=${MQTOOL_FAULTS_STRIDE:-19}
turn=0

# ---- before and after ----

filled()
{
	[ "$ready" = "$1" ] || refill "$1"
	ready=$1
}

emptied()
{
	mqtool rm -f "$1" && create_small "$1"
}

missing()
{
	mqtool rm -f "$1"
}

both()
{
	refill "$1" && emptied "$(other "$1")"
}

# other QUEUE: a second one, of the other kind.
other()
{
	case $1 in
	/*) echo 0x7a2 ;;
	*) echo /faults2 ;;
	esac
}

nothing()
{
	:
}

# recv: what it wrote, what is on the queue and what it reported are all there was.
received()
{
	cp out got
	conserved "$1"
}

moved()
{
	mqtool recv -a "$(other "$1")" >got
	conserved "$1"
}

purged()
{
	local said
	! grep -q 'cannot write standard output' err || return 0
	said=$(sed -n 's/.*: \([0-9]*\) messages\? purged$/\1/p' out)
	[ "$(waiting "$1")" -eq $((5 - ${said:-0})) ] || broken "purged another number"
}

# removed or there, as the status says.
removed()
{
	local there=0
	mqtool stat -H -o MODE "$1" >/dev/null 2>&1 || there=$?
	if [ "$status" -eq 0 ]; then
		[ "$there" -eq 4 ] || broken "not removed"
	else
		[ "$there" -eq 0 ] || broken "removed"
	fi
}

made()
{
	local mode
	mode=$(mqtool stat -H -o MODE "$1" 2>/dev/null | tr -d ' ')
	if [ "$status" -eq 0 ]; then
		[ "$mode" = 0640 ] || broken "mode $mode"
	else
		[ -z "$mode" ] || broken "a queue is left behind"
	fi
}

no_private()
{
	local queue
	for queue in $(mqtool stat -SHo QUEUE | grep '^id:'); do
		mqtool rm "$queue"
	done
}

# The new queue is named, or there is none.
told_private()
{
	if [ "$status" -eq 0 ]; then
		mqtool rm "$(cat out)" || broken "not told which queue" || return
	fi
	! mqtool stat -SHo QUEUE | grep '^id:' || broken "a queue is left behind"
}

# untouched QUEUE LINE...: each is a command that takes nothing from it.
untouched()
{
	local queue=$1 command
	shift
	for command; do
		# shellcheck disable=SC2086
		matrix "$queue" filled nothing $command || return
	done
	: >got
	: >err
	conserved "$queue" || return
	[ "$injected" -gt 0 ]
}

@test "stat" {
	local queue
	for queue in $(kinds); do
		untouched "$queue" "stat $queue" stat "stat -w" "stat -j $queue" "stat -L"
	done
}

@test "check and watch" {
	local queue
	for queue in $(kinds); do
		untouched "$queue" "check -w 90 -c 95 $queue" "check -w 90 -c 95" "watch -b -n 1"
	done
}

@test "wait" {
	local queue
	for queue in $(kinds); do
		untouched "$queue" "wait --messages=5 $queue" "wait --writable $queue" \
			"wait -T 0.03 --empty $queue" "wait --exists $queue" \
			"wait -T 0.03 --gone $queue"
	done
}

@test "set, create -e and rm --dry-run" {
	local queue
	for queue in $(kinds); do
		untouched "$queue" "set -m 600 $queue" "create -e $queue" "rm --dry-run $queue" \
			"rm -a -S -P --dry-run"
	done
}

@test "send" {
	local queue
	tr '\n' '\0' <in >in0
	for queue in $(kinds); do
		matrix "$queue" emptied prefixed send -l -f in "$queue"
		matrix "$queue" emptied prefixed send -T 1 -0 -f in0 "$queue"
	done
}

@test "recv" {
	local queue
	for queue in $(kinds); do
		matrix "$queue" refill received recv -a "$queue"
		matrix "$queue" refill received recv -c 6 -T 0.03 "$queue"
		matrix "$queue" refill received recv -f -T 0.03 "$queue"
		matrix "$queue" refill received recv -c 2 "$queue" -- sh -c 'cat && echo'
	done
	matrix 0x7a1 filled nothing recv --peek -a 0x7a1
	: >out
	received 0x7a1
}

@test "move" {
	local queue
	for queue in $(kinds); do
		matrix "$queue" both moved move "$queue" "$(other "$queue")"
		matrix "$queue" both moved move -f -T 0.03 "$queue" "$(other "$queue")"
	done
}

@test "purge and rm" {
	local queue
	for queue in $(kinds); do
		matrix "$queue" refill purged purge "$queue"
		matrix "$queue" refill removed rm "$queue"
	done
	matrix 0x7a1 refill removed rm -a -y -S
	matrix /faults refill removed rm -a -y -P --match='/f*'
}

@test "create" {
	local queue
	for queue in $(kinds); do
		created+=("$queue")
		matrix "$queue" missing made create -m 640 "$queue"
		matrix "$queue" missing made create -m 640 -o "$(id -u)" "$queue"
	done
	matrix /faults missing made create -m 640 -c 3 /faults
	matrix --private no_private told_private create --private
	matrix 0x7a1 missing made create -m 640 -b 1K 0x7a1
}
