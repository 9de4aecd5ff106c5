# SPDX-License-Identifier: GPL-2.0-or-later
# in-ns: --init
#
# trace: what it shows, of whom, and that nothing of it stays.  The kernel lets only root of the
# machine do it, and where bpf(2) is refused these tests are skipped.

load helper
load trace

@test "messages of both kinds, with their processes, priorities and types" {
	LINKS=4 trace -c 4 -F '%E %Q %p%t %S %q %C\n'
	send -p 5 /one 'hello world'
	recv /one
	send -t 7 key:0x51 $'a\tb'
	recv key:0x51
	finish "$tracer" 0
	equal "$(<out)" 'send /one 5 11 hello world mqtool
recv /one 5 11 hello world mqtool
send key:0x00000051 7 3 a\x09b mqtool
recv key:0x00000051 7 3 a\x09b mqtool'
	equal "$(<err)" ""
}

@test "a line of text has all of it" {
	LINKS=4 trace -c 1 /one
	send -p 5 /one 'hello world'
	finish "$tracer" 0
	matches "$(<out)" '[0-2][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9][0-9][0-9][0-9] /one'\
'             send  mqtool    +([0-9])  *prio=5   11 B  +([0-9])[um]s *"hello world"'
}

@test "the example of the page is of that form" {
	local page=$BATS_TEST_DIRNAME/../../man/mqtool-trace.1
	LINKS=4 trace -c 1 /one
	send -p 5 /one 'hello world'
	finish "$tracer" 0
	equal "$(sed -n '/^# mqtool trace .jobs$/{n;p}' "$page" | sed "$mask")" \
		"$(sed 's/one /jobs/; s/mqtool/worker/' out | sed "$mask")"
}

# Times and numbers of processes, which differ.
mask='s/^[0-9:.]*//; s/ [0-9]* *prio/ PID prio/; s/ [0-9]*us */ TIME /'

@test "JSON has recv's members and those of the call" {
	local sender
	LINKS=4 trace -j -c 1 /one
	start mqtool send -p 3 /one hello
	sender=$pid
	finish "$sender" 0
	finish "$tracer" 0
	equal "$(jq -c 'del(.time, .wait)' out)" "{\"queue\":\"/one\",\"priority\":3,\"size\":5,\
\"body\":\"hello\",\"event\":\"send\",\"pid\":$sender,\"tid\":$sender,\"command\":\"mqtool\",\
\"namespace\":$(stat -L -c %i /proc/self/ns/ipc),\"errno\":0}"
	jq -e ".wait > 0 and .wait < 20 and (.time - $(date +%s) | fabs) < 60" out
}

@test "filters: queue, direction, process, command, type, pattern" {
	LINKS=1 trace -F '%q\n' -c 1 --recv -S
	send /one no
	recv /one
	send key:0x51 yes
	recv key:0x51
	finish "$tracer" 0
	equal "$(<out)" yes
	LINKS=2 trace -F '%Q %q\n' -c 2 key:0x51
	send /one no
	recv /one
	send key:0x51 yes
	recv key:0x51
	finish "$tracer" 0
	equal "$(<out)" $'key:0x00000051 yes\nkey:0x00000051 yes'
	LINKS=1 trace -F '%t %q\n' -c 1 -t 3 --send -S
	send -t 2 key:0x51 no
	send -t 3 key:0x51 yes
	finish "$tracer" 0
	equal "$(<out)" "3 yes"
	LINKS=1 trace -F '%t\n' -c 1 -t 2 -x --recv
	recv -t 2 key:0x51
	recv -t 3 key:0x51
	finish "$tracer" 0
	equal "$(<out)" 3
	LINKS=4 trace -F '%C\n' -c 2 --command=traffic
	send /one no
	recv /one
	"$traffic" thread /one
	finish "$tracer" 0
	equal "$(<out)" $'traffic\ntraffic'
	LINKS=4 trace -F '%Q\n' -c 2 --match='/late*'
	create_small /later /never
	send /never x
	recv /never
	send /later x
	recv /later
	finish "$tracer" 0
	equal "$(<out)" $'/later\n/later'
}

@test "-p chooses a process" {
	local receiver
	start mqtool recv -f /one >received
	receiver=$pid
	blocked "$receiver"
	LINKS=4 trace -F '%E %P %q\n' -c 1 -p "$receiver"
	send /one x
	finish "$tracer" 0
	equal "$(<out)" "recv $receiver x"
}

@test "threads, fork, dup, a passed descriptor, open by path, unlinked, renamed over" {
	local way
	for way in thread fork dup rights path; do
		LINKS=2 trace -F '%E %Q %q\n' -c 2 /one
		"$traffic" $way /one
		finish "$tracer" 0
		equal "$(<out)" "send /one $way"$'\n'"recv /one $way"
	done
	create_small /gone
	LINKS=2 trace -F '%E %Q %q\n' -c 2 /gone
	"$traffic" unlinked /gone
	finish "$tracer" 0
	equal "$(<out)" $'send /gone unlinked\nrecv /gone unlinked'
	create_small /gone
	LINKS=2 trace -F '%E %Q %q\n' -c 4 /gone
	"$traffic" replaced /gone
	finish "$tracer" 0
	equal "$(<out)" $'send /gone old\nsend /gone new\nrecv /gone old\nrecv /gone new'
}

@test "the thread is told from its process" {
	LINKS=2 trace -F '%E %P %I\n' -c 2 /one
	"$traffic" thread /one
	finish "$tracer" 0
	awk '$1 == "send" && $2 == $3 { exit 1 } $1 == "recv" && $2 != $3 { exit 1 }' out
}

@test "MSG_EXCEPT and negative types show the type that came, MSG_COPY is no receive" {
	LINKS=2 trace -F '%E %t %q\n' -c 4 key:0x51
	"$traffic" except 0x51
	finish "$tracer" 0
	equal "$(<out)" $'send 1 one\nsend 2 two\nrecv 2 two\nrecv 1 one'
	LINKS=2 trace -F '%E %t %q\n' -c 4 key:0x51
	"$traffic" negative 0x51
	finish "$tracer" 0
	equal "$(<out)" $'send 9 nine\nsend 4 four\nrecv 4 four\nrecv 9 nine'
	LINKS=2 trace -F '%E %q\n' -c 2 key:0x51
	"$traffic" copy 0x51
	finish "$tracer" 0
	equal "$(<out)" $'send copy\nrecv copy'
}

@test "a receiver that asks for no priority leaves it unknown" {
	LINKS=4 trace -j -c 2 /one
	"$traffic" null /one
	finish "$tracer" 0
	equal "$(jq -c '[.event, .priority]' out)" $'["send",1]\n["recv",null]'
}

@test "calls that failed are for --failed alone" {
	LINKS=4 trace -F '%E %e\n' -c 1
	run -3 mqtool recv -n /one
	run -3 mqtool recv -n key:0x51
	send /one x
	finish "$tracer" 0
	equal "$(<out)" "send "
	LINKS=4 trace --failed -F '%E %Q %e\n' -c 3
	recv /one
	run -3 mqtool recv -n /one
	run -3 mqtool recv -n key:0x51
	finish "$tracer" 0
	equal "$(sed 's/ETIMEDOUT\|EAGAIN/EAGAIN/' out)" $'recv /one \nrecv /one EAGAIN\nrecv key:0x00000051 ENOMSG'
}

@test "an interrupted call is EINTR" {
	local receiver
	start mqtool recv key:0x51
	receiver=$pid
	blocked "$receiver"
	LINKS=1 trace --failed --recv -S -F '%P %e\n' -c 1
	kill -TERM "$receiver"
	finish "$receiver" 143
	finish "$tracer" 0
	equal "$(<out)" "$receiver EINTR"
}

@test "only calls that had to wait, and how long" {
	local receiver
	trace -j --blocked=50ms -c 1
	send /one no
	recv /one
	start mqtool recv /one >received
	receiver=$pid
	blocked "$receiver"
	# It has waited so long once this is over.
	run -3 mqtool wait -T 100ms --messages=2 /one
	send /one yes
	finish "$tracer" 0
	jq -e '.body == "yes" and .event == "recv" and .wait >= 0.05' out
}

@test "-s keeps so much of a body, and send -j refuses what was cut" {
	LINKS=2 trace -j -s 2 -c 1 --send /one
	send /one hello
	finish "$tracer" 0
	equal "$(jq -c '[.size, .body, .truncated]' out)" '[5,"he",true]'
	run -1 mqtool send -j /one <out
	matches "$output" "*line 1: the body is truncated: 'mqtool trace -s max' keeps all of it*"
	recv /one
	LINKS=2 trace -s 0 -c 1 --send /one
	send /one hello
	finish "$tracer" 0
	matches "$(<out)" "*5 B * ..."
}

@test "a pipe has each message at once, without another that pushes it" {
	local event
	mkfifo live
	exec 4<>live
	start mqtool trace /one 4>&- >live 2>err
	tracer=$pid
	LINKS=4 wait_until attached "$tracer"
	for event in send recv; do
		if [ $event = send ]; then send /one x; else recv /one; fi
		read -r -t "${WAIT_LIMIT:-15}" line <&4
		matches "$line" "* $event *"
	done
	exec 4>&-
	kill "$tracer"
	finish "$tracer" 143
}

@test "live traffic is mirrored byte for byte" {
	create -c 10 -s 512 /copy
	# shellcheck disable=SC2016
	start sh -c 'mqtool trace --send -j -s max -c 4 /one | mqtool send -j /copy'
	LINKS=2 wait_until traced_by "$pid"
	all_bytes | mqtool send -p 9 /one
	: | mqtool send /one
	printf 'a\0b\n' | mqtool send -p 1 /one
	printf '\377' | mqtool send -p 2 /one
	finish "$pid" 0
	for _ in 1 2 3 4; do
		mqtool recv -F '%p %x\n' /one
	done >there
	mqtool recv -a -F '%p %x\n' /copy >copied
	equal "$(<copied)" "$(<there)"
	[ "$(wc -l <copied)" -eq 4 ]
}

@test "the summary: exact sums, and how long messages stayed" {
	trace --summary -j -d 60
	send /one a bb ccc
	run -3 mqtool wait -T 200ms --empty /one
	recv -c 3 /one
	kill -TERM "$tracer"
	finish "$tracer" 143
	equal "$(jq -c 'select(.queue == "/one" and .pid == null) |
		[.sent, .received, .sent_bytes, .received_bytes]' out)" '[3,3,6,6]'
	jq -e -s 'map(select(.queue == "/one" and .pid == null))[0].age > 0.15' out
	equal "$(jq -c 'select(.pid != null) | [.command, .sent, .received]' out | sort)" \
		$'["mqtool",0,3]\n["mqtool",3,0]'
	trace --summary -d 60
	send /one x
	kill -TERM "$tracer"
	finish "$tracer" 143
	matches "$(<out)" $'QUEUE *\n/one *-  - *1 *'
	# The page shows one like that.
	equal "$(grep -A 1 '^# mqtool trace .*summary' "$BATS_TEST_DIRNAME/../../man/mqtool-trace.1" |
		tail -n 1 | tr -s ' ')" "$(head -n 1 out | tr -s ' ')"
}

@test "queues of other namespaces, one and all" {
	local there
	start unshare -i sleep 600
	there=$pid
	wait_until other_namespace "$there"
	mqtool create --namespace="$there" -c 4 -s 64 /there
	LINKS=4 trace --namespace="$there" -F '%Q %q %N\n' -c 1
	send /one no
	mqtool send --namespace="$there" /there yes
	finish "$tracer" 0
	equal "$(<out)" "/there yes $(stat -L -c %i /proc/"$there"/ns/ipc)"
	LINKS=4 trace --namespace=all -F '%Q %q\n' -c 2 --match='/[ot]*e'
	recv /one
	mqtool recv --namespace="$there" /there
	finish "$tracer" 0
	equal "$(<out)" $'/one no\n/there yes'
}

other_namespace()
{
	[ "$(readlink "/proc/$1/ns/ipc")" != "$(readlink /proc/self/ns/ipc)" ]
}

# loaded_by PID: what it has in the kernel, as "prog NUMBER" and "map NUMBER".
loaded_by()
{
	sed -n 's/^\(prog\|map\)_id:[[:space:]]*/\1 /p' /proc/"$1"/fdinfo/* | sort -u
}

# none_left PROGRAM-OR-MAP...: the kernel has none of these any more.
none_left()
{
	local one
	for one; do
		! bpftool "${one% *}" show id "${one#* }" >/dev/null 2>&1 || return 1
	done
}

@test "however it ends, nothing is left: no program, no map, no mount" {
	local mounts signal loaded
	command -v bpftool >/dev/null || PATH=$PATH:/usr/sbin
	command -v bpftool >/dev/null || skip_loudly "bpftool not found"
	mounts=$(cat /proc/self/mountinfo)
	for signal in INT TERM HUP KILL; do
		# The shell lets what it starts in the background ignore SIGINT.
		start env --default-signal=INT mqtool trace >out 2>err
		tracer=$pid
		wait_until attached "$tracer"
		mapfile -t loaded < <(loaded_by "$tracer")
		equal "$(printf '%s\n' "${loaded[@]}" | grep -c prog)" 8
		run -1 none_left "${loaded[@]}"
		equal "$(cat /proc/"$tracer"/mountinfo)" "$mounts"
		kill -$signal "$tracer"
		finish "$tracer" $((128 + $(kill -l $signal)))
		wait_until none_left "${loaded[@]}"
	done
	mkfifo pipe
	exec 9<>pipe
	start mqtool trace >pipe 9<&-
	tracer=$pid
	wait_until attached "$tracer"
	mapfile -t loaded < <(loaded_by "$tracer")
	exec 9>&-
	finish "$tracer" 141
	wait_until none_left "${loaded[@]}"
	equal "$(cat /proc/self/mountinfo)" "$mounts"
}

@test "refused by name: capabilities, a user namespace, no BTF, no tracefs" {
	run -5 without_capabilities mqtool trace -d 0
	equal "$output" "mqtool trace: not permitted: it needs CAP_BPF, CAP_PERFMON (root has both \
CAP_BPF and CAP_PERFMON)"
	run -5 setpriv --bounding-set=-bpf,-sys_admin mqtool trace -d 0
	equal "$output" "mqtool trace: not permitted: it needs CAP_BPF (root has both CAP_BPF and CAP_PERFMON)"
	run -5 setpriv --bounding-set=-perfmon,-sys_admin mqtool trace -d 0
	equal "$output" \
		"mqtool trace: not permitted: it needs CAP_PERFMON (root has both CAP_BPF and CAP_PERFMON)"
	run -5 unshare -Ur mqtool trace -d 0
	matches "$output" "mqtool trace: not permitted inside a user namespace: *"
	run -1 unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec mqtool trace -d 0'
	matches "$output" "mqtool trace: the kernel does not describe its structures: \
/sys/kernel/btf/vmlinux: No such file or directory (CONFIG_DEBUG_INFO_BTF)"
	run -5 no_tracefs setpriv --bounding-set=-sys_admin mqtool trace -d 0
	matches "$output" "mqtool trace: tracefs is not mounted on /sys/kernel/tracing and cannot be \
opened: Operation not permitted *"
}

# no_tracefs COMMAND [ARG...]: where it is mounted nowhere.
no_tracefs()
{
	# shellcheck disable=SC2016
	unshare -m bash -c 'for dir in /sys/kernel/tracing /sys/kernel/debug; do
			[ ! -d $dir ] || mount -t tmpfs none $dir || exit
		done
		"$@"' bash "$@"
}

# with_tracefs COMMAND [ARG...]
with_tracefs()
{
	# shellcheck disable=SC2016
	unshare -m bash -c 'mount -t tracefs none /sys/kernel/tracing && "$@"' bash "$@"
}

@test "refused by name: an old kernel, calls that are filtered, lockdown" {
	run -1 setarch --uname-2.6 mqtool trace -d 0
	matches "$output" "mqtool trace: this kernel is too old: Linux 5.15 is needed, and this is 2.6"
	command -v strace >/dev/null || skip_loudly "strace not found"
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0
	run -5 refusing bpf EPERM mqtool trace -d 0
	equal "$output" "mqtool trace: not permitted: bpf(2) is refused, by a container's filter of \
system calls or a security module"
	run -5 refusing perf_event_open EACCES mqtool trace -d 0
	equal "$output" "mqtool trace: not permitted: perf_event_open(2) is refused, by a container's \
filter of system calls or a security module"
	run -1 refusing bpf ENOSYS mqtool trace -d 0
	matches "$output" "mqtool trace: the kernel does not take the program (bpf(2)): *"
	[ -d /sys/kernel/security ] || skip_loudly "no /sys/kernel/security to mount on"
	# shellcheck disable=SC2016
	run -5 unshare -m sh -c 'mount -t tmpfs none /sys/kernel/security &&
		echo "none integrity [confidentiality]" >/sys/kernel/security/lockdown && exec "$@"' sh \
		strace -f -qq -o /dev/null -e inject=bpf:error=EPERM mqtool trace -d 0
	equal "$output" \
		"mqtool trace: not permitted: the kernel is locked down (lockdown=confidentiality)"
}

# refusing CALL ERROR COMMAND [ARG...]
refusing()
{
	local call=$1 error=$2
	shift 2
	strace -f -qq -o /dev/null -e "trace=$call" -e "inject=$call:error=$error" "$@"
}

# with_these CAPABILITIES COMMAND [ARG...]: a user who has no others than, say, ,+bpf,+perfmon.
with_these()
{
	local caps=$1
	shift
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 setpriv --reuid=12345 --regid=12345 --clear-groups \
		--inh-caps="-all$caps" --ambient-caps="-all$caps" "$@"
}
export -f with_these

# That user can reach what the tests run.
reachable()
{
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
	setpriv --reuid=12345 --clear-groups test -x "$MQTOOL_BUILD/mqtool-trace" ||
		skip_loudly "other users cannot reach the build"
}

@test "which capabilities it takes, with tracefs mounted and without" {
	[ -d /sys/kernel/tracing ] || skip_loudly "no /sys/kernel/tracing to mount on"
	reachable
	run -0 with_tracefs with_these ,+bpf,+perfmon,+dac_read_search mqtool trace -d 0
	equal "$output" ""
	run -5 with_tracefs with_these ,+bpf,+perfmon mqtool trace -d 0
	equal "$output" "mqtool trace: not permitted: tracefs is for root alone, and this takes \
CAP_DAC_READ_SEARCH too"
	run -5 no_tracefs with_these ,+bpf,+perfmon,+dac_read_search mqtool trace -d 0
	matches "$output" "mqtool trace: tracefs is not mounted on /sys/kernel/tracing and cannot be \
opened: Operation not permitted *"
	run -5 with_tracefs with_these ,+perfmon,+dac_read_search mqtool trace -d 0
	matches "$output" "mqtool trace: not permitted: it needs CAP_BPF *"
	run -5 with_tracefs with_these ,+bpf,+dac_read_search mqtool trace -d 0
	matches "$output" "mqtool trace: not permitted: it needs CAP_PERFMON *"
	run -5 with_tracefs unshare -Ur mqtool trace -d 0
	matches "$output" "mqtool trace: not permitted inside a user namespace: *"
	run -0 with_tracefs setpriv --bounding-set=-all,+bpf,+perfmon mqtool trace -d 0
	run -0 no_tracefs mqtool trace -d 0
}

@test "capabilities of the file are enough" {
	command -v setcap >/dev/null || PATH=$PATH:/usr/sbin
	command -v setcap >/dev/null || skip_loudly "setcap not found"
	[ -d /sys/kernel/tracing ] || skip_loudly "no /sys/kernel/tracing to mount on"
	mkdir libexec
	cp "$MQTOOL_BUILD/mqtool-trace" libexec/
	cp "$MQTOOL" mqtool-copy
	reachable
	export MQTOOL_LIBEXECDIR=$PWD/libexec
	setcap cap_bpf,cap_perfmon+ep libexec/mqtool-trace || skip_loudly "no file capabilities here"
	run -5 with_tracefs with_these "" ./mqtool-copy trace -d 0
	matches "$output" "*tracefs is for root alone, and this takes CAP_DAC_READ_SEARCH too*"
	setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep libexec/mqtool-trace
	run with_tracefs with_these "" ./mqtool-copy trace -d 0
	succeeded_aside "$output"
}

# LeakSanitizer cannot work in a program with more rights than its caller, nor be told not to.
succeeded_aside()
{
	[ "$status" -eq 0 ] || matches "$1" "*LeakSanitizer has encountered a fatal error*"
}

# ask: what mqtool-trace says to those that ask it over a socketpair.
ask()
{
	"$MQTOOL_BUILD/tests/helpers/ask-tracer" "$@"
}

@test "asked over a socketpair, it refuses by the same names" {
	run -0 ask
	equal "$output" yes
	run -1 without_capabilities "$MQTOOL_BUILD/tests/helpers/ask-tracer"
	equal "$output" "not permitted: it needs CAP_BPF, CAP_PERFMON (root has both CAP_BPF and \
CAP_PERFMON)"
	run -1 unshare -Ur "$MQTOOL_BUILD/tests/helpers/ask-tracer"
	matches "$output" "not permitted inside a user namespace: *"
	# shellcheck disable=SC2016
	run -1 unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0"' \
		"$MQTOOL_BUILD/tests/helpers/ask-tracer"
	matches "$output" "the kernel does not describe its structures: /sys/kernel/btf/vmlinux: *"
	export MQTOOL_LIBEXECDIR=$PWD
	run -1 ask
	equal "$output" \
		"mqtool-trace is not installed: $PWD/mqtool-trace is in the package of that name"
	run -2 "$MQTOOL_BUILD/mqtool-trace" serve </dev/null
	equal "$output" ""
}

# children_of PID: their numbers.
children_of()
{
	ps -o pid= --ppid "$1"
}

@test "who is asked ends with who asked, however that ends, and holds no pipe open" {
	local signal child
	for signal in TERM KILL; do
		start "$MQTOOL_BUILD/tests/helpers/ask-tracer" 600 > >(cat >piped; mv piped "closed-$signal")
		wait_until test -s piped
		wait_until eval '[ -n "$(children_of "$pid")" ]'
		child=$(children_of "$pid")
		equal "$(readlink "/proc/${child// /}/fd/1")" /dev/null
		kill "-$signal" "$pid"
		finish "$pid" $((128 + $(kill -l $signal)))
		wait_until exited "${child// /}"
		wait_until test -e "closed-$signal"
	done
}

@test "tracefs need not be mounted" {
	run -0 no_tracefs mqtool trace -d 0
	equal "$output" ""
}

@test "what is not there, and lines that are wrong" {
	run -4 mqtool trace -d 0 /none
	equal "$output" "mqtool trace: /none: no such queue ('mqtool create /none' makes it)"
	run -4 mqtool trace -d 0 --namespace=2147483646
	run -2 mqtool trace -s 2M
	run -2 mqtool trace --buffer=1
	run -2 mqtool trace -x
	run -2 mqtool trace -t 3 /one
	run -2 mqtool trace -t 3 -P
	run -2 mqtool trace -F %y
	run -2 mqtool trace -F %s -j
	run -2 mqtool trace --summary -c 1
	run -2 mqtool trace --summary -F %s
	run -2 mqtool trace --match=x /one
	run -2 mqtool trace --command=0123456789abcdef
	run -2 mqtool trace -S /one
	run -2 mqtool trace amqp://localhost/q
	run -2 mqtool recv -F %W /one
}

@test "standard output that cannot be written is a failure" {
	start mqtool trace >/dev/full 2>err
	wait_until attached "$pid"
	send /one x
	finish "$pid" 1
	equal "$(<err)" "mqtool trace: cannot write standard output: No space left on device"
}
