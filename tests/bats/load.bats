# SPDX-License-Identifier: GPL-2.0-or-later
#
# send and recv with many messages, many processes, and nobody there at the same time

load helper

# has_lines FILE COUNT: so many or more.
has_lines()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

is_empty()
{
	[ "$(mqtool stat -H -o MESSAGES "$1")" -eq 0 ]
}

@test "100,000 lines through send -l and recv -f: none lost, in order" {
	create -c 10 -s 64 /stream
	create 0x50
	seq 100000 >lines
	for queue in /stream 0x50; do
		start mqtool recv -f "$queue" >got
		receiver=$pid
		timeout 50 mqtool send -l "$queue" <lines
		WAIT_LIMIT=30 wait_until has_lines got 100000
		kill -TERM "$receiver"
		finish "$receiver" 143
		cmp lines got
	done
}

@test "100,000 lines through a pipeline that ends by itself" {
	create -c 10 -s 64 /pipe
	create 0x51
	seq 100000 >lines
	for queue in /pipe 0x51; do
		start timeout 50 mqtool send -l "$queue" <lines
		sender=$pid
		timeout 50 mqtool recv -c 100000 "$queue" | cmp - lines
		finish "$sender" 0
		equal "$(mqtool recv -a "$queue")" ""
	done
}

@test "lines of every length, fast both ways" {
	create -c 10 -s 2048 /long
	create 0x52
	for ((i = 0; i < 2000; i++)); do
		printf '%*s\n' "$i" "$i"
	done >lines
	for queue in /long 0x52; do
		start timeout 50 mqtool send -l "$queue" <lines
		sender=$pid
		timeout 50 mqtool recv -c 2000 "$queue" | cmp - lines
		finish "$sender" 0
	done
}

@test "4 senders and 4 receivers at once: every message exactly once" {
	create -c 10 -s 64 /crowd
	create 0x53
	for queue in /crowd 0x53; do
		senders=()
		receivers=()
		for i in 1 2 3 4; do
			start mqtool recv -f "$queue" >"got.$i"
			receivers+=("$pid")
		done
		for i in 1 2 3 4; do
			seq -f "$i-%.0f" 5000 >"lines.$i"
			start mqtool send -l "$queue" <"lines.$i"
			senders+=("$pid")
		done
		for pid in "${senders[@]}"; do
			WAIT_LIMIT=40 finish "$pid" 0
		done
		# Then all that was taken is written before the receivers wait again.
		wait_until is_empty "$queue"
		for pid in "${receivers[@]}"; do
			blocked "$pid"
		done
		for pid in "${receivers[@]}"; do
			kill -TERM "$pid"
			finish "$pid" 143
		done
		sort got.? >got
		sort lines.? | cmp - got
		# What one sender sent, each receiver has in its order.
		for i in 1 2 3 4; do
			for j in 1 2 3 4; do
				grep "^$i-" "got.$j" | cut -d- -f2 | sort -nc
			done
		done
	done
}

@test "receivers that come and go lose nothing" {
	create -c 10 -s 64 /relay
	create 0x54
	seq 5000 >lines
	for queue in /relay 0x54; do
		start timeout 50 mqtool send -l "$queue" <lines
		sender=$pid
		for ((i = 0; i < 50; i++)); do
			timeout 50 mqtool recv -c 100 "$queue"
		done >got
		finish "$sender" 0
		cmp lines got
	done
}

@test "receivers that are interrupted lose nothing" {
	create -c 10 -s 64 /cut
	create 0x55
	seq 20000 >lines
	for queue in /cut 0x55; do
		: >got
		start timeout 50 mqtool send -l "$queue" <lines
		sender=$pid
		while ! exited "$sender"; do
			start mqtool recv -f "$queue" >>got
			wait_until has_lines got $(($(wc -l <got) + 10)) || exited "$sender"
			kill -TERM "$pid"
			finish "$pid" 143
		done
		finish "$sender" 0
		mqtool recv -a "$queue" >>got
		# What went back comes after what arrived later.
		sort -n got | cmp - lines
	done
}

@test "a sender is gone before the receiver starts" {
	create -c 10 -s 64 /past
	create 0x56
	for queue in /past 0x56; do
		start mqtool send "$queue" one two "" three
		finish "$pid" 0
		[ ! -e "/proc/$pid" ]
		run -0 mqtool recv -a -F '[%s]' "$queue"
		equal "$output" "[one][two][][three]"
	done
}

@test "a receiver is there before the sender, and before the queue is used at all" {
	create -c 10 -s 64 /early
	create 0x57
	for queue in /early 0x57; do
		start mqtool recv -c 3 "$queue" >got
		blocked "$pid"
		mqtool send "$queue" one
		mqtool send "$queue" two three
		finish "$pid" 0
		equal "$(cat got)" $'one\ntwo\nthree'
	done
}
