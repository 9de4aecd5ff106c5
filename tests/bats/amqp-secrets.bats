# SPDX-License-Identifier: GPL-2.0-or-later
#
# Users, passwords, and certificates of brokers: who is let in, and who is told a password.
#
# needs: broker

load helper
load broker

setup()
{
	amqp_setup
	here=127.0.0.1:$AMQP_PORT
	as_tester=amqp://tester@$here/$name
	as_denied=amqp://denied@$here/$name
	secure=amqps://localhost:$AMQPS_PORT/$name
}

# passwords LINE...: the file that MQTOOL_AMQP_PASSFILE names.
passwords()
{
	export MQTOOL_AMQP_PASSFILE=$BATS_TEST_TMPDIR/passwords
	(umask 077; printf '%s\n' "$@" >"$MQTOOL_AMQP_PASSFILE")
}

# ---- passwords ----

@test "without a user or a password it is guest" {
	mqtool create "$q"
	send "amqp://guest@$here/$name" hello
	holds "$q" '[hello]'
}

@test "a user takes a password" {
	fails 2 "*no password*MQTOOL_AMQP_PASSWORD*" create "$as_tester"
	is_gone "$q"
}

@test "the password from the environment" {
	MQTOOL_AMQP_PASSWORD=pass:word mqtool create "$as_tester"
	MQTOOL_AMQP_PASSWORD=pass:word send "$as_tester" a
	MQTOOL_AMQP_PASSWORD=guest send "$q" b
	MQTOOL_AMQP_PASSWORD=wrong fails 5 "$as_tester: *" send "$as_tester" c
	MQTOOL_AMQP_PASSWORD=wrong fails 5 "$q: *" send "$q" c
	MQTOOL_AMQP_PASSWORD= fails 5 "$q: *" send "$q" c
	[[ $stderr != *wrong* ]]
	holds "$q" '[a][b]'
}

@test "the password from the environment goes to one broker only" {
	local other
	export MQTOOL_AMQP_PASSWORD=pass:word
	mqtool create "$as_tester" "$as_tester.2"
	run -0 mqtool stat -H -o MESSAGES "$as_tester" "$as_tester.2"
	for other in "amqp://tester@127.0.0.1:$AMQPS_PORT/$name" \
		"amqp://tester@localhost:$AMQP_PORT/$name"; do
		fails 2 "*MQTOOL_AMQP_PASSWORD*MQTOOL_AMQP_PASSFILE*" purge "$as_tester" "$other"
		fails 2 "*MQTOOL_AMQP_PASSWORD*" recv --move-failed="$other" "$as_tester" -- false
	done
	mqtool rm "$as_tester" "$as_tester.2"
}

@test "the password from a file: the first line that matches" {
	local line
	MQTOOL_AMQP_PASSWORD=guest mqtool create "$q"
	for line in "$here:/:tester:pass:word" "*:*:*:*:pass:word" "*:$AMQP_PORT:/:*:pass:word" \
		"127.0.0.1:*:*:tester:pass:word"; do
		passwords '' '# x' 'elsewhere:*:*:*:no' "*:1:*:*:no" "*:*:v:*:no" "*:*:*:other:no" "$line" \
			'*:*:*:*:no'
		send "$as_tester" "$line"
	done
	equal "$(MQTOOL_AMQP_PASSWORD=guest waiting "$q")" 4
	passwords '*:*:*:*:no' "$here:/:tester:pass:word"
	fails 5 "*" send "$as_tester" x
	# A file with nothing for it is as good as none.
	passwords 'elsewhere:*:*:*:no'
	send "$q" x
	fails 2 "*no password*" send "$as_tester" x
	equal "$(MQTOOL_AMQP_PASSWORD=guest waiting "$q")" 5
	# No newline at the end.
	printf '*:*:*:tester:pass:word' >"$MQTOOL_AMQP_PASSFILE"
	send "$as_tester" x
	mqtool rm "$as_tester"
}

@test "the password from a file: users and vhosts with colons and slashes" {
	broker ctl add_user 'a:b\c' 'x\y:z'
	broker ctl set_permissions -p other/vhost 'a:b\c' '.*' '.*' '.*'
	passwords 'nowhere:1:x\:y\\z:u:no' "$here"':other/vhost:a\:b\\c:x\y:z'
	mqtool create "amqp://a%3Ab%5Cc@$here/other%2Fvhost/$name"
	mqtool rm "amqp://a%3Ab%5Cc@$here/other%2Fvhost/$name"
	# The vhost "/" is not that one.
	fails 2 "*no password*" create "amqp://a%3Ab%5Cc@$here/$name"
}

@test "the user from a file, where the name of the queue has none" {
	passwords '*:*:other/vhost:*:no' '*:*:*:denied:denied'
	fails 5 "$q: *" create "$q"
	passwords '*:*:*:tester:pass:word'
	mqtool create "$q"
	mqtool rm "$q"
}

@test "the file in the home directory" {
	mkdir -p .config/mqtool
	(umask 077; echo '*:*:*:tester:pass:word' >.config/mqtool/amqp)
	mqtool create "$as_tester"
	chmod 640 .config/mqtool/amqp
	fails 2 "*chmod 600*" rm "$as_tester"
	# One that is named takes its place, and so does a password in the environment.
	passwords '*:*:*:tester:pass:word'
	send "$as_tester" a
	unset MQTOOL_AMQP_PASSFILE
	MQTOOL_AMQP_PASSWORD=pass:word send "$as_tester" b
	rm .config/mqtool/amqp
	holds "$q" '[a][b]'
}

@test "a file that others may read is not used, nor one that is none" {
	local mode
	mqtool create "$q"
	passwords '*:*:*:tester:pass:word'
	for mode in 600 400; do
		chmod $mode passwords
		send "$as_tester" "$mode"
	done
	for mode in 640 604 620 602 660 666 644 610 601 700 500; do
		chmod $mode passwords
		fails 2 "*passw*" send "$as_tester" x
		fails 2 "*passw*" send "$q" x
	done
	rm passwords
	fails 2 "*passw*" send "$as_tester" x
	mkdir -m 700 passwords
	fails 2 "*passw*" send "$as_tester" x
	rmdir passwords
	mkfifo -m 600 passwords
	fails 2 "*passw*" send "$as_tester" x
	rm passwords
	for line in 'no colons' 'a:b:c:d' "*:*:*:tester:$(printf 'x%.0s' {1..2000})"; do
		passwords "$line"
		fails 2 "*host:port:vhost:user:password*" send "$as_tester" x
		[[ $stderr != *xxx* ]]
	done
	unset MQTOOL_AMQP_PASSFILE
	holds "$q" '[600][400]'
}

@test "a password does not cross the net in the clear" {
	local far=amqp://192.0.2.1:9/q
	export MQTOOL_AMQP_PASSWORD=x
	fails 2 "*--allow-plaintext*" send "$far" x
	fails 2 "*--allow-plaintext*" stat "$far"
	MQTOOL_AMQP_ALLOW_PLAINTEXT=0 fails 2 "*--allow-plaintext*" send "$far" x
	MQTOOL_AMQP_ALLOW_PLAINTEXT= fails 2 "*--allow-plaintext*" send "$far" x
	unset MQTOOL_AMQP_PASSWORD
	fails 2 "*--allow-plaintext*" send "$far" x
	# It is tried, from where there is no net.
	run -1 --separate-stderr unshare -n mqtool send --allow-plaintext "$far" x
	matches "$stderr" "*cannot connect to 192.0.2.1*"
	MQTOOL_AMQP_ALLOW_PLAINTEXT=1 run -1 --separate-stderr unshare -n mqtool send "$far" x
	matches "$stderr" "*cannot connect to 192.0.2.1*"
	run -1 --separate-stderr unshare -n mqtool send "amqps://192.0.2.1:9/q" x
	matches "$stderr" "*cannot connect to 192.0.2.1*"
}

# ---- rights ----

@test "no permission is status 5" {
	export MQTOOL_AMQP_PASSWORD=denied
	fails 5 "$as_denied: *" create "$as_denied"
	MQTOOL_AMQP_PASSWORD=guest is_gone "$q"
	MQTOOL_AMQP_PASSWORD=guest mqtool create "$q"
	MQTOOL_AMQP_PASSWORD=guest send "$q" x
	fails 5 "$as_denied: *" send "$as_denied" y
	fails 5 "$as_denied: *" recv -n "$as_denied"
	fails 5 "$as_denied: *" recv -T 5 "$as_denied"
	fails 5 "$as_denied: *" purge "$as_denied"
	fails 5 "$as_denied: *" rm "$as_denied"
	# A vhost that is there, but not for this user.
	fails 5 "*" purge "amqp://denied@$here/other%2Fvhost/$name"
	unset MQTOOL_AMQP_PASSWORD
	holds "$q" '[x]'
}

@test "a wrong password is status 5, a wrong vhost 4" {
	MQTOOL_AMQP_PASSWORD=wrong fails 5 "$as_tester: *" purge "$as_tester"
	MQTOOL_AMQP_PASSWORD=x fails 5 "*" purge "amqp://nobody@$here/$name"
	fails 4 "*" purge "$at/no-vhost/$name"
	fails 4 "*" send "$at/no-vhost/$name" x
	fails 4 "*" create "$at/no-vhost/$name"
}

@test "COMMAND does not inherit passwords" {
	mqtool create "$q"
	MQTOOL_AMQP_PASSWORD=guest send "$q" x
	# shellcheck disable=SC2016
	MQTOOL_AMQP_PASSWORD=guest run -0 recv "$q" -- sh -c 'echo "${MQTOOL_AMQP_PASSWORD-none}"'
	equal "$output" none
}

@test "the password does not stay in the environment, and the connection has a name" {
	mqtool create "$q"
	export MQTOOL_AMQP_PASSWORD=guest
	start mqtool recv -f "$q" >out
	send "$q" x
	wait_until grep -q x out
	tr '\0' '\n' <"/proc/$pid/environ" >seen
	grep -qx 'MQTOOL_AMQP_PASSWORD=' seen
	broker ctl list_connections client_properties | grep -qF "\"mqtool recv $pid@$(uname -n)\""
	kill -TERM "$pid"
	finish "$pid" 143
}

# ---- TLS ----

@test "amqps: the certificate and the name are right" {
	export SSL_CERT_FILE=$AMQP_CA
	mqtool create "$secure"
	send "$secure" one two
	head -c 1000000 /dev/urandom >large
	send "$secure" <large
	equal "$(waiting "$secure")" 3
	run -0 recv -c 2 "$secure"
	equal "$output" $'one\ntwo'
	recv -r "$secure" | cmp - large
	seq 5000 | send -l "$secure"
	recv -T 5 -c 5000 "$secure" | diff - <(seq 5000)
	fails 3 "*" recv -T 50ms "$secure"
	MQTOOL_AMQP_PASSWORD=wrong fails 5 "*" purge "$secure"
	mqtool rm "$secure"
}

@test "amqps: a certificate of ours" {
	export SSL_CERT_FILE=$AMQP_CA
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
		-subj '/CN=client' -keyout client.key -out client.pem 2>/dev/null
	cat client.key client.pem >both.pem
	mqtool create "$q"
	MQTOOL_AMQP_CERT=client.pem MQTOOL_AMQP_KEY=client.key send "$secure" one
	MQTOOL_AMQP_CERT=both.pem send "$secure" two
	MQTOOL_AMQP_CERT=client.pem fails 1 "$secure: *MQTOOL_AMQP_CERT*" send "$secure" x
	MQTOOL_AMQP_CERT=missing.pem fails 1 "$secure: *MQTOOL_AMQP_CERT*" send "$secure" x
	holds "$q" '[one][two]'
	# Somebody who asks for it sees it.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj '/CN=server' \
		-addext 'subjectAltName = DNS:localhost' -keyout server.key -out server.pem 2>/dev/null
	mkfifo keys
	exec 9<>keys
	start openssl s_server -accept 127.0.0.1:0 -cert server.pem -key server.key -Verify 1 <keys >seen 2>&1
	wait_until grep -q "^ACCEPT 127.0.0.1:[0-9]*$" seen || { cat seen >&2; return 1; }
	local port
	port=$(sed -n 's/^ACCEPT 127.0.0.1://p' seen)
	export SSL_CERT_FILE=server.pem MQTOOL_AMQP_CERT=client.pem MQTOOL_AMQP_KEY=client.key
	fails 3 "*" send -T 1 "amqps://localhost:$port/q" x
	grep -q "subject=CN *= *client" seen
	kill "$pid"
	wait "$pid" || :
	exec 9>&-
}

@test "amqps: one that is not from an authority we trust, or not for that name, is refused" {
	mqtool create "$q"
	fails 1 "$secure: *" send "$secure" x
	# No authority, another one, and a file that is not one.
	SSL_CERT_FILE=/dev/null fails 1 "$secure: *" send "$secure" x
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 \
		-subj '/CN=tests of mqtool' -keyout other.key -out other.pem 2>/dev/null
	SSL_CERT_FILE=other.pem fails 1 "$secure: *" send "$secure" x
	export SSL_CERT_FILE=$AMQP_CA
	fails 1 "*" send "amqps://127.0.0.1:$AMQPS_PORT/$name" x
	fails 1 "*" send "amqps://127.0.0.2:$AMQPS_PORT/$name" x
	# Not TLS at all, either way round.
	fails 1 "*" send -T 5 "amqps://localhost:$AMQP_PORT/$name" x
	fails 1 "*" send -T 5 "amqp://localhost:$AMQPS_PORT/$name" x
	holds "$q" ""
}
