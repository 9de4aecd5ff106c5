# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# stat QUEUE: who is to be notified and who polls, as root of the machine, to whom the kernel tells it.

load helper

setup()
{
	test_setup
	export MQTOOL_LIBEXECDIR=$MQTOOL_BUILD
	[ -x "$MQTOOL_BUILD/mqtool-trace" ] || skip_loudly "mqtool-trace was not built"
	"$MQTOOL_BUILD/tests/helpers/ask-tracer" >allowed 2>&1 || skip_loudly "$(<allowed)"
	small_queues
	need_mqueue
	create_small /q
}

# sleeps PID: in poll(2), select(2) or epoll_wait(2).
sleeps()
{
	[[ $(cat "/proc/$1/wchan") == *poll* ]]
}

# polls WAY: one that does, and sleeps there; its pid is in $pid.
polls()
{
	start "$MQTOOL_BUILD/tests/helpers/polls" "$1" /q
	wait_until sleeps "$pid"
}

# of FIELD: the lines of it in the block of /q.
of()
{
	mqtool stat /q | grep "^$1: "
}

# epoll_fd PID: the descriptor of its instance of epoll.
epoll_fd()
{
	find "/proc/$1/fd" -lname '*eventpoll*' -printf '%f\n'
}

@test "who polls, by poll, select and epoll" {
	local one two three
	run -1 of polls
	polls poll
	one=$pid
	equal "$(of polls)" "polls: $one polls, poll"
	polls select
	two=$pid
	polls epoll
	three=$pid
	equal "$(of polls | sort)" "$(sort <<-END
		polls: $one polls, poll
		polls: $two polls, poll
		polls: $three polls, epoll, fd $(epoll_fd "$three")
	END
	)"
	equal "$(mqtool stat -j -w /q | jq -c '.[0].pollers | sort_by(.pid) | .[]')" "$(sort -t: -k2n <<-END
		{"pid":$one,"command":"polls","by":"poll","fd":null}
		{"pid":$two,"command":"polls","by":"poll","fd":null}
		{"pid":$three,"command":"polls","by":"epoll","fd":$(epoll_fd "$three")}
	END
	)"
	# Looking wakes nobody.
	for pid in $one $two $three; do
		sleeps "$pid"
	done
	mqtool send /q x
	finish "$one" 0
	finish "$two" 0
	finish "$three" 0
	run -1 of polls
	equal "$(mqtool stat -j -w /q | jq -c '.[0].pollers')" "[]"
	equal "$(mqtool stat -j -w | jq -c '.[0] | has("pollers")')" false
}

@test "without mqtool-trace, epoll alone" {
	equal "$(MQTOOL_LIBEXECDIR=$PWD mqtool stat -j -w /q | jq -c '.[0].pollers')" null
	polls epoll
	local epoll=$pid
	MQTOOL_LIBEXECDIR=$PWD
	equal "$(of polls)" "polls: $epoll polls, epoll, fd $(epoll_fd "$epoll")"
	polls poll
	equal "$(of polls)" "polls: $epoll polls, epoll, fd $(epoll_fd "$epoll")"
	run -0 --separate-stderr mqtool stat /q
	[[ $stderr != *mqtool-trace* ]]
}

@test "who is to be notified, in this PID namespace and outside of it" {
	local watcher
	start "$MQTOOL_BUILD/tests/helpers/blocked" notify /q
	watcher=$pid
	wait_until grep -q "NOTIFY_PID:$watcher" /dev/mqueue/q
	equal "$(of notify)" "notify: $watcher blocked"
	run -0 unshare -p -f --mount-proc mqtool stat /q
	grep -qx "notify: $watcher blocked, in another PID namespace" <<<"$output"
	run -1 exited "$watcher"
	grep -q "NOTIFY_PID:$watcher" /dev/mqueue/q
	mqtool send /q x
	finish "$watcher" 0
	equal "$(of notify)" "notify: -"
}

@test "who polls from outside of this PID namespace" {
	polls poll
	local poller=$pid
	run -0 unshare -p -f --mount-proc mqtool stat /q
	grep -qx "polls: $poller polls, poll, in another PID namespace" <<<"$output"
	run -0 unshare -p -f --mount-proc mqtool stat -j -w /q
	equal "$(jq -c '.[0].pollers' <<<"$output")" '[{"pid":null,"command":"polls","by":"poll","fd":null}]'
}
