# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Helpers of all *.bats files, which begin with: load helper
#
# A test runs in a directory of its own, where it may leave files, with mqtool and its links first
# in PATH, in namespaces of its file's own (tests/in-ns): queues that it makes there are gone with
# the file, but later tests of the file see them, so use other names or remove them.

bats_require_minimum_version 1.5.0

# A file that has a setup or teardown of its own calls these.
setup()
{
	test_setup
}

teardown()
{
	test_teardown
}

test_setup()
{
	[ -n "${MQTOOL_TEST_NS-}" ] || { echo "not inside tests/in-ns; use: make check" >&2; return 1; }
	started=()
	created=()
	limits=()
	install_programs
	cd "$BATS_TEST_TMPDIR" || return
	unset POSIXLY_CORRECT POSIX_ME_HARDER MQTOOL_LIBEXECDIR LANGUAGE
	export LC_ALL=C.UTF-8 TZ=UTC
	# Exit statuses that mqtool does not have, so that no test takes a finding for an answer.
	export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99:print_stacktrace=1
	export LSAN_OPTIONS=exitcode=99
	umask 022
}

test_teardown()
{
	local pid limit
	for pid in "${started[@]}"; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ ${#created[@]} -eq 0 ] || mqtool rm -f "${created[@]}"
	for limit in "${limits[@]}"; do
		echo "${limit#*=}" >"${limit%%=*}"
	done
	return 0
}

# Puts mqtool and its links into a directory of PATH, once per file.  For several users it is
# copied, since the build tree may be closed to them.
install_programs()
{
	local bin=$BATS_FILE_TMPDIR/bin name
	local names=(mqtool mqcreate mqsend mqrecv mqstat mqrm)

	: "${MQTOOL:?}"
	PATH=$bin:$PATH
	if [ "$MQTOOL_TEST_NS" = root ]; then
		chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
		chmod 1777 "$BATS_TEST_TMPDIR"
	fi
	[ ! -d "$bin" ] || return 0
	mkdir "$bin" "$bin/plain"
	if [ "$MQTOOL_TEST_NS" = root ]; then
		cp "$MQTOOL" "$bin/plain/mqtool"
	else
		ln -s "$MQTOOL" "$bin/plain/mqtool"
	fi
	for name in "${names[@]}"; do
		[ "$name" = mqtool ] || ln -s mqtool "$bin/plain/$name"
		if [ -n "${MQTOOL_VALGRIND-}" ]; then
			valgrind_wrapper "$bin/plain/$name" >"$bin/$name"
			chmod 755 "$bin/$name"
		else
			ln -s "plain/$name" "$bin/$name"
		fi
	done
}

valgrind_wrapper()
{
	local VALGRIND_COMMAND
	# shellcheck source=tests/valgrind.sh
	. "$BATS_TEST_DIRNAME/../valgrind.sh"
	printf '#!/bin/sh\nexec %s %s "$@"\n' "${VALGRIND_COMMAND//$'\n'/ }" "$1"
}

# make_variable NAME [DIRECTORY]: its value in the Makefile of the build tree, or of a part of it.
make_variable()
{
	printf 'include Makefile\nprint-value:\n\t@printf "%%s" "$(%s)"\n' "$1" |
		make --no-print-directory -C "$MQTOOL_BUILD/${2-}" -f - print-value
}

# make install, below the directory "root".
install_there()
{
	# Not the jobs of the make that runs the tests.
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
		make -C "$MQTOOL_BUILD" install DESTDIR="$PWD/root" >install.log 2>&1 || {
		cat install.log >&2
		return 1
	}
}

# start COMMAND [ARG...]: runs it in the background; its pid is in $pid.  Redirections of start are
# those of COMMAND.  Ended with the test.
start()
{
	# Without a redirection of its own the shell would give it /dev/null.
	"$@" <&0 3>&- &
	pid=$!
	started+=("$pid")
	# A signal that reaches the shell before it has become COMMAND is lost.
	[ "$(type -t "$1")" != file ] || wait_until is_executed "$pid"
}

# is_executed PID: it is no longer a copy of this shell, or has ended.
is_executed()
{
	local copy own
	mapfile -d '' copy 2>/dev/null <"/proc/$1/cmdline" || return 0
	mapfile -d '' own </proc/$$/cmdline
	[ "${copy[*]}" != "${own[*]}" ]
}

# finish PID STATUS: waits for a started process, which must exit with STATUS (128 + the signal
# that it died by).
finish()
{
	local got=0
	wait_until exited "$1" || return
	wait "$1" || got=$?
	equal "exit status $got" "exit status $2"
}

# Gone, or a zombie that wait(1) will collect.
exited()
{
	local stat
	read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
	[[ ${stat##*) } == [ZX]* ]]
}

# wait_until COMMAND [ARG...]: until it succeeds, tried every 10 ms; fails after WAIT_LIMIT seconds.
wait_until()
{
	local deadline=$((SECONDS + ${WAIT_LIMIT:-20}))
	until "$@"; do
		if ((SECONDS > deadline)); then
			echo "gave up waiting for: $*" >&2
			return 1
		fi
		sleep 0.01
	done
}

# blocked PID [CALL...]: waits until a thread of PID is blocked in one of the calls: msgrcv,
# msgsnd, mq_timedreceive, mq_timedsend; in any of them when none is named.
blocked()
{
	local pid=$1
	shift
	[ $# -gt 0 ] || set -- msgrcv msgsnd mq_timedreceive mq_timedsend
	wait_until is_blocked "$pid" "$@"
}

# is_blocked PID CALL...: true if it is blocked in one of the calls now.
is_blocked()
{
	local pid=$1 dir
	shift
	for dir in "/proc/$pid/task/"*; do
		thread_blocked "$dir" "$@" && return 0
	done
	return 1
}

thread_blocked()
{
	local dir=$1 call number where
	shift
	# "running", or the number of the system call and its arguments, and where in the kernel it
	# sleeps; see proc(5).  The number alone is true also of a first try that will not wait, but
	# sleeps for memory.  Where ptrace is restricted it cannot be read, and where the kernel has
	# no names for its places those are "0": then one of the two has to do.
	read -r number _ 2>/dev/null <"$dir/syscall" || number=
	read -r where 2>/dev/null <"$dir/wchan" || where=
	[ "$where" != 0 ] || where=
	[ -n "$number$where" ] || return 1
	for call in "$@"; do
		[ "${number:-$(syscall_number "$call")}" = "$(syscall_number "$call")" ] || continue
		[[ $call:${where:-unknown} == @(msgrcv:*msgrcv*|msgsnd:*msgsnd*|mq_*:wq_sleep*|mq_*:*mq_timed*|*:unknown) ]] &&
			return 0
	done
	return 1
}

syscall_number()
{
	case $(uname -m):$1 in
	x86_64:msgsnd) echo 69 ;;
	x86_64:msgrcv) echo 70 ;;
	x86_64:mq_timedsend) echo 242 ;;
	x86_64:mq_timedreceive) echo 243 ;;
	aarch64:mq_timedsend | riscv64:mq_timedsend | loongarch64:mq_timedsend) echo 182 ;;
	aarch64:mq_timedreceive | riscv64:mq_timedreceive | loongarch64:mq_timedreceive) echo 183 ;;
	aarch64:msgrcv | riscv64:msgrcv | loongarch64:msgrcv) echo 188 ;;
	aarch64:msgsnd | riscv64:msgsnd | loongarch64:msgsnd) echo 189 ;;
	*) echo "unknown" ;;
	esac
}

# waiting QUEUE: prints how many messages wait on it.
waiting()
{
	mqtool stat -H -o MESSAGES "$1" | tr -d ' '
}

# is_waiting QUEUE COUNT: true if COUNT threads wait on it now.
is_waiting()
{
	[ "$(waiting "$1")" = "$2" ]
}

# create_small QUEUE...: for messages of up to 512 bytes, 10 of them.
create_small()
{
	local queue
	for queue; do
		case $queue in
		/*) create -c 10 -s 512 "$queue" ;;
		*) create "$queue" ;;
		esac || return
	done
}

# limit SYSCTL VALUE: sets kernel/msgmax and its like, which every IPC namespace has of its own, for
# this test.
limit()
{
	local old
	if ! old=$(cat "/proc/sys/$1") || ! echo "$2" 2>/dev/null >"/proc/sys/$1"; then
		skip_loudly "$1 cannot be set here"
	fi
	limits=("/proc/sys/$1=$old" "${limits[@]}")
}

# A pipe that nobody reads any more, as descriptor 9.
broken_pipe()
{
	mkfifo "$BATS_TEST_TMPDIR/broken"
	exec 8<>"$BATS_TEST_TMPDIR/broken" 9>"$BATS_TEST_TMPDIR/broken" 8>&-
}

# A pipe whose reader has stopped: 9 is both its ends.  It is full, or has room for one page where
# $1 is "page": of a longer write that is how much it takes.
stopped_reader()
{
	mkfifo fifo
	exec 9<>fifo
	perl -e 'use Fcntl;
		sysopen(my $pipe, "fifo", O_WRONLY | O_NONBLOCK) or die;
		1 while syswrite($pipe, "#" x 4096);
		sysread(STDIN, my $junk, 4096) if $ARGV[0]' -- "$@" <&9
}

# What is in that pipe goes to the file "out", except for what filled it.
drain()
{
	exec 7<fifo 9>&-
	tr -d '#' <&7 >out
	exec 7<&-
}

# The process waits in write(2).
in_write()
{
	[[ $(cat "/proc/$1/wchan") == *pipe_write* ]]
}

# on_terminal COMMAND [ARG...]: runs it with a terminal for its three standard files, and prints
# what it writes there: lines end in CR LF.
on_terminal()
{
	command -v script >/dev/null || skip_loudly "script not found"
	SHELL=$BASH script -qefc "$(printf '%q ' "$@")" /dev/null </dev/null
}

# succeeded: after run --separate-stderr of a program without a /proc of its own, where LeakSanitizer
# cannot work, nor be told not to.
succeeded()
{
	[ "$status" -eq 0 ] || matches "$stderr" "*LeakSanitizer has encountered a fatal error*"
}

# equal ACTUAL EXPECTED: shows both where they differ.
equal()
{
	[ "$1" = "$2" ] && return 0
	printf 'expected: %q\n but got: %q\n' "$2" "$1" >&2
	return 1
}

# matches ACTUAL PATTERN: a pattern of the shell for the whole text.
matches()
{
	# shellcheck disable=SC2053
	[[ $1 == $2 ]] && return 0
	printf 'expected: %s\n but got: %q\n' "$2" "$1" >&2
	return 1
}

# All 256 values of a byte, in their order.
all_bytes()
{
	local i
	for ((i = 0; i < 256; i++)); do
		# shellcheck disable=SC2059
		printf "\\x$(printf %02x "$i")"
	done
}

# small_queues: POSIX queues that this file makes take messages of at most 128 bytes where it does
# not say more, so that many of them have room beside those of other tests.
small_queues()
{
	echo 128 2>/dev/null >/proc/sys/fs/mqueue/msgsize_default || :
}

# create ARG...: mqtool create; the queues are removed with the test.  All POSIX queues of a user,
# those of tests that run beside this one too, have room for about nine of the default size.
create()
{
	local names
	names=$(mqtool create -v "$@") || return
	# shellcheck disable=SC2206
	created+=($names)
}

# sysv KEY FIELD: a column of /proc/sysvipc/msg.
sysv()
{
	awk -v key="$(($1))" -v field="$2" '
	NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
	NR > 1 && $1 == (key > 2147483647 ? key - 4294967296 : key) { print $column[field]; n++ }
	END { exit n != 1 }' /proc/sysvipc/msg
}

# qbytes KEY: msg_qbytes.
qbytes()
{
	ipcs -q -i "$(sysv "$1" msqid)" | sed -n 's/.*[[:space:]]qbytes=\([0-9]*\).*/\1/p'
}

# posix_mode NAME: in octal.
posix_mode()
{
	need_mqueue
	stat -c %a "/dev/mqueue$1"
}

# skip_loudly WHY: skips the test, and says so even if only failures are shown.
skip_loudly()
{
	echo "# SKIPPED: ${BATS_TEST_FILENAME##*/}: $BATS_TEST_DESCRIPTION: $1" >&3
	skip "$1"
}

# Skips a test that lists POSIX queues where mqueue could not be mounted.
need_mqueue()
{
	[ -n "${MQTOOL_TEST_MQUEUE-}" ] || skip_loudly "mqueue cannot be mounted on /dev/mqueue"
}

# as_user UID COMMAND [ARG...]: in files with "# in-ns: --root".
as_user()
{
	local uid=$1
	shift
	setpriv --reuid="$uid" --regid="$uid" --clear-groups "$@"
}

# without_capabilities COMMAND [ARG...]: uid 0 of the namespace, held to the modes of queues as
# any owner is.
without_capabilities()
{
	setpriv --bounding-set=-all --inh-caps=-all "$@"
}

# recv ARG... and send ARG...: bounded, since what wrongly waits would wait for ever.
recv()
{
	timeout 20 mqtool recv "$@"
}

send()
{
	timeout 20 mqtool send "$@"
}

# holds QUEUE TEXT: all that is on the queue, each message in [], in the order it is taken.
holds()
{
	equal "$(recv -a -F '[%q]' "$1")" "$2"
}
