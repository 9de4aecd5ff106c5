# SPDX-License-Identifier: GPL-2.0-or-later
#
# mqtool stat -L: the kernel's limits

load helper

teardown()
{
	test_teardown
	mqtool stat -H -o queue 2>/dev/null | xargs -r -d '\n' mqtool rm -f --
}

# limit NAME MEMBER: of the limits in JSON.
limit()
{
	mqtool stat -L -j | jq -c ".[] | select(.limit == \"$1\") | $2"
}

# row NAME [OPTION...]: of the table, blanks made one, the meaning left out.
row()
{
	local name=$1
	shift
	mqtool stat -L -H "$@" | awk -v name="$name" '$1 == name { print $2, $3, $4, $5, ($6 ~ /^-/ ? $6 : "") }'
}

@test "every limit, its value, and where it is set" {
	run -0 mqtool stat -L
	matches "$(tr -s ' ' <<<"${lines[0]}")" "LIMIT VALUE USED USE% SETTING MEANING"
	equal "$(awk 'NR > 1 { print $1 }' <<<"$output" | tr '\n' ' ')" \
		"msgmax msgmnb msgmni msg_max msgsize_max queues_max msg_default msgsize_default RLIMIT_MSGQUEUE RLIMIT_NOFILE "
	local name path
	for path in kernel/msgmax kernel/msgmnb kernel/msgmni fs/mqueue/msg_max fs/mqueue/msgsize_max \
		fs/mqueue/queues_max fs/mqueue/msg_default fs/mqueue/msgsize_default; do
		name=${path##*/}
		equal "$(limit "$name" .value)" "$(tr -d '[:blank:]' <"/proc/sys/$path")" || return
		equal "$(limit "$name" .setting)" "\"${path//\//.}\"" || return
	done
	equal "$(limit RLIMIT_NOFILE .value)" "$(ulimit -n)"
	equal "$(limit RLIMIT_NOFILE .setting)" '"ulimit -n"'
	equal "$(limit RLIMIT_MSGQUEUE .setting)" '"ulimit -q"'
}

@test "what is known of the use" {
	need_mqueue
	equal "$(limit msgmni .used) $(limit queues_max .used) $(limit RLIMIT_MSGQUEUE .used)" "0 0 0"
	mqtool create -c 10 -s 8192 /a
	mqtool create -c 1 -s 1 /b
	mqtool create key:1 key:2 key:3
	equal "$(limit msgmni '[.used, .at_least, .use]')" \
		"[3,false,$((300 / $(</proc/sys/kernel/msgmni)))]"
	equal "$(limit queues_max '[.used, .at_least, .use]')" \
		"[2,true,$((200 / $(</proc/sys/fs/mqueue/queues_max)))]"
	# The kernel counts 96 bytes for a message beside its body, on 64 bits.
	[ "$(getconf LONG_BIT)" = 64 ] || skip_loudly "not 64 bits"
	equal "$(limit RLIMIT_MSGQUEUE '[.used, .at_least]')" "[$((10 * (96 + 8192) + 96 + 1)),true]"
	equal "$(limit msgmax '[.used, .use]')" '[null,null]'
	matches "$(row queues_max)" "+([0-9]) >=2 +([0-9])% fs.mqueue.queues_max *"
	matches "$(row msgmni)" "+([0-9]) 3 +([0-9])% kernel.msgmni *"
	matches "$(row msg_max)" "+([0-9]) - - fs.mqueue.msg_max *"
}

@test "the charge is what the kernel counts" {
	need_mqueue
	mqtool create -c 7 -s 100 /a
	local used
	used=$(limit RLIMIT_MSGQUEUE .used)
	# With that much, and one byte less, of the limit left for another such queue.
	run -0 bash -c "ulimit -q $((2 * used)) && mqtool create -c 7 -s 100 /b"
	mqtool rm /b
	run -1 bash -c "ulimit -q $((2 * used - 1)) && mqtool create -c 7 -s 100 /b"
	run -0 bash -c "ulimit -q $((2 * used)) && mqtool stat -Lj"
	equal "$(jq '.[] | select(.limit == "RLIMIT_MSGQUEUE") | .use' <<<"$output")" 50
}

@test "-S and -P choose the kind, -b prints bytes" {
	equal "$(mqtool stat -L -S -H | awk '{ print $1 }' | tr '\n' ' ')" "msgmax msgmnb msgmni "
	equal "$(mqtool stat -L -P -j | jq -r '[.[].kind] | unique | @json')" '["posix"]'
	echo 8192 >/proc/sys/kernel/msgmax || skip_loudly "kernel.msgmax cannot be set here"
	matches "$(row msgmax)" "8K *"
	matches "$(row msgmax -b)" "8192 *"
	# A count is no size.
	echo 1024 >/proc/sys/fs/mqueue/queues_max
	matches "$(row queues_max)" "1024 *"
}

@test "JSON is valid" {
	mqtool stat -L -j | python3 -m json.tool >/dev/null
	mqtool stat -L -J -S | python3 -m json.tool >/dev/null
}
