# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# What an unprivileged user may do with the queues of others: what the kernel says, in every mode

load helper

# compare KIND RELATION: what r and w of the user may be, beside the opposite for the others; with
# MQTOOL_RIGHTS=full all 512 modes.
compare()
{
	run -0 "$MQTOOL_BUILD/tests/helpers/rights" "$BATS_FILE_TMPDIR/bin/plain/mqtool" "$@" \
		"${MQTOOL_RIGHTS:-quick}"
	[ "${MQTOOL_RIGHTS-}" != full ] || echo "# $*: $output" >&3
	matches "${lines[-1]}" "+([0-9]) compared, 0 different"
	[ "${lines[-1]%% *}" -ge 32 ]
}

@test "the owner" {
	need_mqueue
	compare sysv owner
	compare posix owner
}

@test "who made a System V queue and gave it away" {
	compare sysv creator
}

@test "a member of its group, by his first group or by another" {
	need_mqueue
	compare sysv group
	compare sysv supplementary
	compare posix group
	compare posix supplementary
}

@test "everybody else" {
	need_mqueue
	compare sysv other
	compare posix other
}

@test "the comparison sees a program that allows what the kernel refuses, and the reverse" {
	need_mqueue
	run -1 "$MQTOOL_BUILD/tests/helpers/rights" "$(type -P true)" sysv other quick
	matches "$output" "*recv of key:0x4d510777 by other, mode 0770: the kernel says Permission denied \
and leaves 1 messages; mqtool exits with 0 *"
	run -1 "$MQTOOL_BUILD/tests/helpers/rights" "$(type -P false)" posix owner quick
	matches "$output" "*recv of /rights by owner, mode 0611: the kernel says yes and leaves 0 \
messages; mqtool exits with 1 *"
}

# calls ARG...: mqtool create ARG..., and in "trace" its calls that concern a mode.
calls()
{
	command -v strace >/dev/null || skip_loudly "strace not found"
	strace -o /dev/null true 2>/dev/null || skip_loudly "strace is not permitted"
	(umask 027 && ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -o trace \
		-e trace=umask,mq_open,fchmod,chmod,fchmodat,fchown,fchownat,msgget,msgctl \
		mqtool create "$@")
	sed -nE 's/^[0-9]* *(umask\(0?[0-7]*\)|[a-z_]*\().*/\1/; T
		s/umask\(0*([0-7]+)\)/umask \1/; s/\($//; p' trace >calls
}

@test "made with mode 0 and opened at the end, or with its mode at once" {
	need_mqueue
	calls -m 664 -c 4 -s 8 /race
	equal "$(paste -sd, calls)" "umask 0,mq_open,umask 27"
	grep -q 'mq_open("race", O_.*O_CREAT|O_EXCL.*, 0664,' trace
	equal "$(posix_mode /race)" 664
	mqtool rm /race
	calls -m 664 -o 1234 -c 4 -s 8 /race
	equal "$(paste -sd, calls)" "umask 0,mq_open,umask 27,fchownat,fchmod"
	grep -q 'mq_open("race", O_.*O_CREAT|O_EXCL.*, 000,\|mq_open("race", O_.*O_CREAT|O_EXCL.*, 0,' trace
	equal "$(posix_mode /race)" 664
	mqtool rm /race
	calls -m 664 0x77
	equal "$(paste -sd, calls)" "msgget"
	grep -q 'msgget(0x77, IPC_CREAT|IPC_EXCL|0664)' trace
	mqtool rm 0x77
	calls -m 664 -o 1234 0x77
	equal "$(head -n 1 calls)" "msgget"
	grep -q 'msgget(0x77, IPC_CREAT|IPC_EXCL|000)\|msgget(0x77, IPC_CREAT|IPC_EXCL)' trace
	equal "$(sysv 0x77 perms)" 664
	mqtool rm 0x77
}

@test "no file that is installed or made at run time may be written by all" {
	unset MAKEFLAGS MFLAGS MAKELEVEL
	(umask 000 && make -C "$MQTOOL_BUILD" install DESTDIR="$PWD/root" >install.log 2>&1)
	run -0 find root -type f
	[ "${#lines[@]}" -gt 10 ]
	# Nor runs as another than who started it.
	run -0 find root -type f \( -perm /002 -o -perm /6000 \)
	equal "$output" ""
	mkdir run home
	cd run
	export TMPDIR=$PWD HOME=$PWD/../home
	(
		umask 000
		mqtool create -c 4 -s 64 /files
		mqtool create 0x78
		mqtool send /files a b
		mqtool send 0x78 a b
		mqtool recv /files -- cat
		mqtool recv -j /files
		mqtool recv -a 0x78
		mqtool stat /files 0x78
		mqtool watch -b -n 1
		mqtool rm /files 0x78
	) >/dev/null
	run -0 find . ../home -mindepth 1
	equal "$output" ""
}
