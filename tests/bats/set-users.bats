# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --root
#
# mqtool set, with several users

load helper

# owner NAME: uid and gid of a POSIX queue.
owner()
{
	need_mqueue
	stat -c '%u %g' "/dev/mqueue$1"
}

# sysv_owner KEY: uid and gid.
sysv_owner()
{
	echo "$(sysv "$1" uid) $(sysv "$1" gid)"
}

# one_line TEXT: that is all of stderr.
one_line()
{
	equal "$stderr" "mqtool set: $1"
}

@test "a privileged user gives queues away" {
	mqtool create /given key:0x31
	mqtool set -o 1234:4321 /given key:0x31
	equal "$(owner /given)" "1234 4321"
	equal "$(sysv_owner 0x31)" "1234 4321"
	mqtool set -o 1235 /given key:0x31
	equal "$(owner /given)" "1235 4321"
	equal "$(sysv_owner 0x31)" "1235 4321"
	mqtool set -o :0 -m 640 /given key:0x31
	equal "$(owner /given) $(posix_mode /given)" "1235 0 640"
	equal "$(sysv_owner 0x31) $(sysv 0x31 perms)" "1235 0 640"
	mqtool set -o daemon: /given
	equal "$(owner /given)" "$(id -u daemon) $(id -g daemon)"
	mqtool rm /given key:0x31
}

@test "an owner changes what is his, also of mode 0" {
	as_user 1234 mqtool create /his key:0x32
	as_user 1234 mqtool set -m 0 /his key:0x32
	as_user 1234 mqtool set -m 640 /his key:0x32
	equal "$(posix_mode /his) $(sysv 0x32 perms)" "640 640"
	as_user 1234 mqtool set -o 1234:1234 /his key:0x32
	mqtool rm /his key:0x32
}

@test "others change nothing, status 5" {
	mqtool create -m 666 /others key:0x33
	run --separate-stderr -5 as_user 1234 mqtool set -m 600 /others
	one_line "/others: not permitted: only the owner, the creator or a privileged user may (mode 0666, owner root:root)"
	run --separate-stderr -5 as_user 1234 mqtool set -m 600 key:0x33
	one_line "key:0x00000033: not permitted: only the owner, the creator or a privileged user may (mode 0666, owner root:root)"
	run --separate-stderr -5 as_user 1234 mqtool set -o 1234 /others
	one_line "/others: not permitted: only the owner, the creator or a privileged user may (mode 0666, owner root:root)"
	# Nor to what it is already.
	run --separate-stderr -5 as_user 1234 mqtool set -m 666 /others
	one_line "/others: not permitted: only the owner, the creator or a privileged user may (mode 0666, owner root:root)"
	run -5 as_user 1234 mqtool set -m 666 key:0x33
	# The limit is not what stands in his way.
	run --separate-stderr -5 as_user 1234 mqtool set -b 1G key:0x33
	one_line "key:0x00000033: not permitted: only the owner, the creator or a privileged user may (mode 0666, owner root:root)"
	equal "$(posix_mode /others) $(sysv 0x33 perms)" "666 666"
	mqtool set -m 600 /others
	run -5 as_user 1234 mqtool set -m 666 /others
	equal "$(posix_mode /others)" 600
	mqtool rm /others key:0x33
}

@test "an owner may not give a POSIX queue away, and its mode stays" {
	as_user 1234 mqtool create -m 660 /mine
	run --separate-stderr -5 as_user 1234 mqtool set -m 400 -o 0 /mine
	one_line "/mine: only a privileged user may give a POSIX queue to another user, or to a group \
that he is not in"
	run -5 as_user 1234 mqtool set -m 400 -o :0 /mine
	equal "$(owner /mine) $(posix_mode /mine)" "1234 1234 660"
	mqtool rm /mine
}

@test "an owner may give a System V queue away" {
	as_user 1234 mqtool create key:0x34
	as_user 1234 mqtool set -o 1235 -m 644 key:0x34
	equal "$(sysv_owner 0x34) $(sysv 0x34 perms)" "1235 1234 644"
	# He is its creator still.
	as_user 1234 mqtool set -m 600 key:0x34
	as_user 1235 mqtool set -m 640 key:0x34
	equal "$(sysv 0x34 perms)" 640
	mqtool rm key:0x34
}

@test "between the old and the new owner a queue is open to neither alone" {
	command -v strace >/dev/null || skip_loudly "strace not found"
	mqtool create -m 606 /narrow
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -o trace \
		-e trace=fchmod,chmod,fchmodat,fchownat mqtool set -m 660 -o 1234 /narrow
	equal "$(sed -n 's/.*\(fchmod\|fchownat\)(.*, \(0[0-7]*\|1234\)[,)].*/\1 \2/p' trace)" \
		"fchmod 0600
fchownat 1234
fchmod 0660"
	mqtool rm /narrow
}
