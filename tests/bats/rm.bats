# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool rm

load helper

# ids: of all System V queues, in order.
ids()
{
	awk 'NR > 1 { print $2 }' /proc/sysvipc/msg | sort -n
}

@test "removes queues however they are named" {
	mqtool create /a posix:b 'esc:/c\x0ad' 0x11 key:18 ftok:/:A
	run -0 mqtool create --private
	local private=$output
	run -0 mqtool rm /a /b 'esc:/c\x0ad' key:0x11 0x12 ftok:/:65 "$private"
	equal "$output" ""
	equal "$(ids)" ""
	run -4 mqtool rm /a
	run -4 mqtool rm 'esc:/c\x0ad'
}

@test "-v prints the names as they are accepted back" {
	mqtool create -- 'esc:/v\x20w' 0xdeadbeef /-rf
	run -0 mqtool rm -v -- 'esc:/v\x20w' key:-559038737 posix:-rf
	equal "$output" 'esc:/v\x20w
key:0xdeadbeef
/-rf'
}

@test "names with anything in them" {
	local name=$'/x\e[31m\xff *%s\\'
	mqtool create "$name"
	run -0 mqtool rm -v "$name"
	equal "$output" 'esc:/x\x1b[31m\xff\x20*%s\\'
	run --separate-stderr -4 mqtool rm "$output"
	equal "$stderr" 'mqtool rm: esc:/x\x1b[31m\xff\x20*%s\\: no such queue'
}

@test "a missing queue is status 4, and with -f fine" {
	run --separate-stderr -4 mqtool rm /missing
	equal "$stderr" "mqtool rm: /missing: no such queue"
	run --separate-stderr -4 mqtool rm key:0x404
	equal "$stderr" "mqtool rm: key:0x00000404: no such queue"
	run --separate-stderr -4 mqtool rm id:2147483647
	equal "$stderr" "mqtool rm: id:2147483647: no such queue"
	run -0 mqtool rm -f -v /missing key:0x404 id:2147483647
	equal "$output" ""
	mqtool create /here
	run -0 mqtool rm --force -v /missing /here
	equal "$output" /here
}

@test "an ftok path that is not there is status 1, also with -f" {
	run --separate-stderr -1 mqtool rm ftok:/no/such
	equal "$stderr" "mqtool rm: ftok:/no/such: no key from this path: No such file or directory"
	run -1 mqtool rm -f ftok:/no/such
}

@test "every operand is tried, and the first failure is the status" {
	mqtool create /t1 /t2 key:0x71
	run --separate-stderr -4 mqtool rm -v /t1 /gone ftok:/no/such key:0x71 /t1 /t2
	equal "$output" "/t1
key:0x00000071
/t2"
	equal "${#stderr_lines[@]}" 3
	mqtool create /t1
	run -1 mqtool rm ftok:/no/such /gone /t1
	run -4 mqtool rm /t1
}

# ---- what ipcrm(1) does wrong ----

@test "a word that is no queue removes nothing" {
	mqtool create /keep key:0x5001
	run --separate-stderr -2 mqtool rm msg
	equal "${#stderr_lines[@]}" 1
	matches "$stderr" "mqtool rm: 'msg': */msg*"
	run -2 mqtool rm -a msg
	run -2 mqtool rm -a
	run -2 mqtool rm --all=msg
	run -2 mqtool rm all
	run -0 mqtool rm -v /keep key:0x5001
	equal "${#lines[@]}" 2
}

@test "keys are not cut down to 32 bits" {
	mqtool create key:0x1234
	local key
	for key in key:0x100001234 0x100001234 key:4294971956 key:-4294962636; do
		run --separate-stderr -2 mqtool rm "$key"
		equal "${#stderr_lines[@]}" 1
		matches "$stderr" "mqtool rm: '$key': *"
	done
	mqtool rm key:0x1234
}

@test "ids are not cut down to 32 bits, and 0 is one" {
	mqtool create key:0x1a key:0x1b key:0x1c
	local id all
	all=$(ids)
	for id in $all; do
		run --separate-stderr -2 mqtool rm "id:$((4294967296 + id))"
		equal "${#stderr_lines[@]}" 1
		run -2 mqtool rm "$((4294967296 + id))"
		run -2 mqtool rm "$id"
		run -2 mqtool rm "id:-$id"
		run -2 mqtool rm "id:+$id"
		run -2 mqtool rm "id:$id "
	done
	run -2 mqtool rm id:4294967298
	run -2 mqtool rm id:99999999999999999999
	equal "$(ids)" "$all"
	mqtool rm key:0x1a key:0x1b key:0x1c
}

@test "the first queue of a fresh namespace, id:0, can be removed" {
	run -0 unshare -i sh -c 'mqtool create --private && mqtool rm -v id:0 && mqtool rm -f id:0'
	equal "$output" "id:0
id:0"
}

@test "key 0 is no queue" {
	run -0 mqtool create --private
	local private=$output key
	for key in key:0 0x0 key:0x00000000 key:-0; do
		run -2 mqtool rm "$key"
	done
	mqtool rm "$private"
}

@test "a bad last operand leaves the first in place" {
	mqtool create /first key:0x1f1
	local bad
	for bad in msg key:0x100001234 id:4294967298 "" / /a/b posix: id: key: key:0x key:12x; do
		run --separate-stderr -2 mqtool rm -f -v /first key:0x1f1 "$bad"
		equal "$output" ""
	done
	run -2 mqtool rm /first --bogus
	run -2 mqtool rm /first --force=yes
	run -2 mqtool rm /first -fx
	run -0 mqtool rm -v /first key:0x1f1
	equal "${#lines[@]}" 2
}

@test "no queue given" {
	run --separate-stderr -2 mqtool rm
	equal "$stderr" "mqtool rm: no queue given
Try 'mqtool rm --help' for more information."
	run -2 mqtool rm -f
	run -2 mqtool rm -v --
}

@test "a mistyped option" {
	run --separate-stderr -2 mqtool rm --froce /q
	equal "$stderr" "mqtool rm: unknown option '--froce'
Did you mean '--force'?"
}

@test "names that cannot be written are a failure, the queues being gone" {
	mqtool create /full
	run --separate-stderr -1 bash -c 'mqtool rm -v /full >/dev/full'
	equal "$stderr" "mqtool rm: cannot write standard output: No space left on device"
	run -4 mqtool rm /full
}
