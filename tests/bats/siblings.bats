# SPDX-License-Identifier: GPL-2.0-or-later
#
# The programs that mqtool becomes where a command needs a library of its own: that make install has
# those that were built, and what mqtool says of those that are missing.

load helper

# built_with_amqp: configure was to build mqtool-amqp, and could.
built_with_amqp()
{
	grep -q '^#define HAVE_RABBITMQ 1$' "$MQTOOL_BUILD/config.h"
}

built_with_bpf()
{
	grep -q '^#define HAVE_BPF 1$' "$MQTOOL_BUILD/config.h"
}

@test "installed, what needs a library of its own is a program of its own" {
	local bin dir expected
	install_there
	bin=$(make_variable bindir)
	dir=$(make_variable pkglibexecdir)
	expected=$bin/mqtool$'\n'
	! built_with_amqp || expected+=$dir/mqtool-amqp$'\n'
	! built_with_bpf || expected+=$dir/mqtool-trace$'\n'
	[ -z "$(make_variable NCURSESW_LIBS)" ] || expected+=$dir/mqtool-watch$'\n'
	# Nor are scripts to read, in the documentation.
	run -0 find root -type f -perm -u+x ! -path '*/examples/*' -printf '/%P\n'
	equal "$(sort <<<"$output")" "$(sort <<<"${expected%$'\n'}")"
}

@test "installed, queues of RabbitMQ are for mqtool-amqp, or refused where that was not built" {
	local bin dir
	# A user's passwords are none of this.
	unset "${!MQTOOL_AMQP_@}"
	export HOME=$PWD
	install_there
	bin=$PWD/root$(make_variable bindir)
	dir=$PWD/root$(make_variable pkglibexecdir)
	export MQTOOL_LIBEXECDIR=$dir
	if built_with_amqp; then
		run -1 "$bin/mqtool" send amqp://127.0.0.1:1/q x
		equal "$output" "mqtool send: amqp://127.0.0.1:1/q: cannot connect to 127.0.0.1, port 1:\
 Connection refused"
		rm "$dir/mqtool-amqp"
		run -2 "$bin/mqtool" send amqp://127.0.0.1:1/q x
		equal "${lines[0]}" "mqtool send: 'amqp://127.0.0.1:1/q': AMQP queues are not supported by\
 this build: $dir/mqtool-amqp is in the package mqtool-amqp"
	else
		run -2 "$bin/mqtool" send amqp://127.0.0.1/q x
		equal "${lines[0]}" "mqtool send: 'amqp://127.0.0.1/q': AMQP queues are not supported by\
 this build: name a System V or POSIX queue"
	fi
}

@test "without mqtool-trace, trace names the package, or says that it was not built" {
	export MQTOOL_LIBEXECDIR=$PWD
	run -1 mqtool trace
	if built_with_bpf; then
		equal "$output" \
			"mqtool trace: trace is not installed: $PWD/mqtool-trace is in the package mqtool-trace"
	else
		equal "$output" "mqtool trace: this build cannot trace: it was made without libbpf"
	fi
}

@test "such a program is sought where make install puts it" {
	local dir
	dir=$(make_variable pkglibexecdir)
	[ ! -e "$dir" ] || skip_loudly "$dir is there"
	install_there
	on_terminal "root$(make_variable bindir)/mqtool" watch >said || :
	grep -F ": $dir/mqtool-watch is in the package mqtool-watch (" said
}
