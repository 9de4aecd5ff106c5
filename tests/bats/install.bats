# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install and make uninstall: what they put where, and that nothing stays behind.

load helper

setup()
{
	test_setup
	# Not the jobs of the make that runs the tests.
	unset MAKEFLAGS MFLAGS MAKELEVEL
	links=no
	[ -z "$(make_variable link_pages)" ] || links=yes
}

@test "the links of make install are those that mqtool knows" {
	equal "$(make_variable MQTOOL_LINKS | tr ' ' '\n' | sort)" \
		"$("$MQTOOL_BUILD/tests/optdump" | sed -n 's/^linked\t/mq/p' | sort)"
}

@test "installed, mqtool and its links run" {
	local bin link
	install_there
	bin=$PWD/root$(make_variable bindir)
	run -0 "$bin/mqtool" --version
	[ $links = yes ] || skip_loudly "configured with --disable-links"
	for link in $(make_variable MQTOOL_LINKS); do
		equal "$(readlink "$bin/$link")" mqtool
		run -0 "$bin/$link" --help
		matches "${lines[0]}" "Usage: mqtool ${link#mq} *"
	done
}

@test "installed, each command and each link has its manual page" {
	local dir page
	install_there
	dir=$PWD/root$(make_variable mandir)
	for page in "$BATS_TEST_DIRNAME"/../../man/mqtool*.[1-8]; do
		cmp "$page" "$dir/man${page##*.}/${page##*/}"
	done
	[ $links = yes ] || return 0
	for page in $(make_variable MQTOOL_LINKS); do
		equal "$(cat "$dir/man1/$page.1")" ".so man1/mqtool-${page#mq}.1"
		[ -e "$dir/man1/mqtool-${page#mq}.1" ]
	done
}

@test "installed, completions are where the shells look for them" {
	local source=$BATS_TEST_DIRNAME/../../completions link
	install_there
	cmp "$source/mqtool.bash" "root$(make_variable bashcompletiondir)/mqtool"
	cmp "$source/_mqtool" "root$(make_variable zshcompletiondir)/_mqtool"
	cmp "$source/mqtool.fish" "root$(make_variable fishcompletiondir)/mqtool.fish"
	[ $links = yes ] || return 0
	for link in $(make_variable MQTOOL_LINKS); do
		cmp "$source/mqtool.bash" "root$(make_variable bashcompletiondir)/$link"
		cmp "$source/mqtool.fish" "root$(make_variable fishcompletiondir)/$link.fish"
	done
}

@test "installed, bash-completion and fish find them by themselves" {
	local data=$PWD/root library=/usr/share/bash-completion/bash_completion
	data+=$(make_variable datadir)
	install_there
	if [ -e $library ] && [ $links = yes ]; then
		run -0 env XDG_DATA_DIRS="$data" bash --norc -c '. "$1"
			_completion_loader mqsend || :
			complete -p mqsend' - $library
		matches "$output" "complete *-F _mqtool mqsend"
	fi
	command -v fish >/dev/null || skip_loudly "fish not found"
	run -0 env HOME="$PWD" XDG_DATA_DIRS="$data" fish -c 'complete -C "mqtool sen"'
	matches "$output" "send*"
}

@test "make uninstall leaves nothing" {
	install_there
	run -0 find root ! -type d
	[ "${#lines[@]}" -gt 10 ]
	make -C "$MQTOOL_BUILD" uninstall DESTDIR="$PWD/root" >uninstall.log 2>&1
	run -0 find root ! -type d
	equal "$output" ""
}

@test "a place with a blank in its name gets all of it, and nothing beside it" {
	install_there
	mkdir "a place"
	make -C "$MQTOOL_BUILD" install DESTDIR="$PWD/a place" >blank.log 2>&1
	equal "$(cd "a place" && find . | sort)" "$(cd root && find . | sort)"
	equal "$(find . -maxdepth 1 -type d | sort | tr '\n' ' ')" ". ./a place ./root "
	make -C "$MQTOOL_BUILD" uninstall DESTDIR="$PWD/a place" >blank.log 2>&1
	run -0 find "a place" ! -type d
	equal "$output" ""
	run -0 find "$MQTOOL_BUILD/po" -name place
	equal "$output" ""
}

@test "--disable-links and --with-*-completion-dir are done" {
	local source
	source=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	[ ! -e "$source/config.status" ] || skip_loudly "the sources are configured themselves"
	# configure takes no blank in that path.
	ln -s "$source" source
	mkdir without
	cd without
	../source/configure --disable-links --with-bash-completion-dir=/there/bash \
		--without-zsh-completion-dir --with-fish-completion-dir=no --quiet >../configure.log 2>&1
	mkdir there
	: >mqtool
	make install-man install-completions DESTDIR="$PWD/there" >../install.log
	run -0 find there ! -type d -name '*send*'
	matches "$output" "there/*/man1/mqtool-send.1"
	run -0 find there ! -type d -name '*mqtool' ! -path '*/man/*'
	equal "$output" there/there/bash/mqtool
	make uninstall-man uninstall-completions DESTDIR="$PWD/there" >../uninstall.log
	run -0 find there ! -type d
	equal "$output" ""
	run ! grep -w mqsend ../install.log
}

@test "only the C library and popt are needed to start" {
	local needed allowed='c|popt|rt|pthread|dl|intl'
	# Sanitizers need more, and are not for users.
	! nm "$MQTOOL" 2>/dev/null | grep -q __asan_init || allowed+='|[at]san|ubsan|gcc_s|stdc[+][+]|m'
	LC_ALL=C run -0 --separate-stderr readelf -d "$MQTOOL"
	needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$output")
	echo "$needed"
	grep -q '^libc[.]' <<<"$needed"
	run ! grep -vE "^(lib($allowed)[.]|ld-)" <<<"$needed"
}
