# SPDX-License-Identifier: GPL-2.0-or-later
#
# The units of examples/systemd: systemd understands them, and mqtool their lines.

load helper

units=$BATS_TEST_DIRNAME/../../examples/systemd

setup()
{
	test_setup
	small_queues
}

# commands UNIT [INSTANCE]: its ExecStart= lines that run mqtool, without the mqtool.
commands()
{
	sed -n "s|^ExecStart=mqtool ||; T; s|%[iI]|${2-}|g; p" "$units/$1"
}

@test "systemd-analyze has nothing to say about any of them" {
	command -v systemd-analyze >/dev/null || skip_loudly "systemd-analyze not found; install systemd"
	mkdir verified
	local unit
	for unit in "$units"/*; do
		# Programs that are there; a template needs an instance.
		sed 's|^ExecStart=mqtool|ExecStart=/bin/true|; s|/usr/local/libexec/mqtool-worker/[a-z%]*|/bin/true|' \
			"$unit" >"verified/$(basename "${unit/@./@jobs.}")"
	done
	run -0 systemd-analyze verify --man=no verified/*
	equal "$output" ""
	run -0 systemd-analyze security --offline=yes --threshold=20 verified/mqtool-worker@jobs.service
}

@test "mqtool-queues.service makes its queues, twice" {
	local line words
	for _ in 1 2; do
		while read -ra words; do
			# The user is made by whoever installs the unit.
			mqtool "${words[@]/mqworker:mqworker/$(id -un):$(id -gn)}"
		done < <(commands mqtool-queues.service)
	done
	run -0 mqtool stat -H -o QUEUE,MODE
	matches "$output" "key:0x4d510001 *0660*/jobs *0660*"
	mqtool rm /jobs key:0x4d510001
}

@test "mqtool-worker@jobs.service runs its command for each message, until it is stopped" {
	local words
	mqtool create /jobs
	printf '#!/bin/sh\ncat >>"%s"; echo >>"%s"\n' "$PWD/done" "$PWD/done" >worker
	chmod +x worker
	read -ra words < <(commands mqtool-worker@.service jobs)
	equal "${words[*]: -2}" "-- /usr/local/libexec/mqtool-worker/jobs"
	start mqtool "${words[@]/#\/usr*/$PWD/worker}"
	mqtool send /jobs one two
	blocked "$pid" mq_timedreceive
	wait_until test "$(wc -l <done)" = 2
	kill -TERM "$pid"
	finish "$pid" 143
	equal "$(cat done)" $'one\ntwo'
	mqtool rm /jobs
}

@test "mqtool-batch.service takes what waits, and ends" {
	local words
	mqtool create /batch
	mqtool send /batch one two
	read -ra words < <(commands mqtool-batch.service)
	run -0 mqtool "${words[@]/#\/usr*/cat}"
	equal "$output" onetwo
	mqtool rm /batch
}

@test "mqtool-metrics.service writes a whole file" {
	local line
	mkdir out
	mqtool create /jobs
	line=$(sed -n "s|^ExecStart=/bin/sh -c '\(.*\)'\$|\1|p" "$units/mqtool-metrics.service")
	DIRECTORY=$PWD/out run -0 sh -c "$line"
	equal "$(ls out)" mqtool.prom
	equal "$(tail -n 1 out/mqtool.prom)" "# EOF"
	grep -q 'queue="/jobs"' out/mqtool.prom
	mqtool rm /jobs
}
