# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by demo and check: installing what is missing, and building.  They run in the top directory.

say()
{
	printf '%s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# ---- what is needed, and the packages that have it ----

# What (a command, NAME.pc for a library of pkg-config's, a file, or sanitizers), then its package for apt, dnf, pacman
# and apk.  A comma joins several.
packages='
cc          gcc,libc6-dev    gcc                 gcc             gcc,musl-dev
clang       clang            clang               clang           clang
sanitizers  gcc              libasan,libubsan    gcc             gcc
make        make             make                make            make
autoconf    autoconf         autoconf            autoconf        autoconf
automake    automake         automake            automake        automake
autopoint   autopoint        gettext-devel       gettext         gettext-dev
msgfmt      gettext          gettext             gettext         gettext
pkg-config  pkg-config       pkgconf-pkg-config  pkgconf         pkgconf
xz          xz-utils         xz                  xz              xz
unshare     util-linux       util-linux          util-linux      util-linux-misc
setpriv     util-linux       util-linux          util-linux      setpriv
ipcs        util-linux       util-linux          util-linux      util-linux-misc
perl        perl             perl                perl            perl
ps          procps           procps-ng           procps-ng       procps
bats        bats             bats                bats            bats
tmux        tmux             tmux                tmux            tmux
valgrind    valgrind         valgrind            valgrind        valgrind
strace      strace           strace              strace          strace
stress-ng   stress-ng        stress-ng           stress-ng       stress-ng
shellcheck  shellcheck       ShellCheck          shellcheck      shellcheck
codespell   codespell        codespell           codespell       codespell
cppcheck    cppcheck         cppcheck            cppcheck        cppcheck
clang-format  clang-format   clang-tools-extra   clang           clang-extra-tools
clang-tidy  clang-tidy       clang-tools-extra   clang           clang-extra-tools
jq          jq               jq                  jq              jq
mandoc      mandoc           mandoc              mandoc          mandoc
man         man-db           man-db              man-db          man-db
groff       groff-base       groff-base          groff           groff
zsh         zsh              zsh                 zsh             zsh
fish        fish             fish                fish            fish
popt.pc     libpopt-dev      popt-devel          popt            popt-dev
jansson.pc  libjansson-dev   jansson-devel       jansson         jansson-dev
ncursesw.pc libncurses-dev   ncurses-devel       ncurses         ncurses-dev
cmocka.pc   libcmocka-dev    libcmocka-devel     cmocka          cmocka-dev
librabbitmq.pc librabbitmq-dev librabbitmq-devel librabbitmq-c rabbitmq-c-dev
libbpf.pc   libbpf-dev       libbpf-devel        libbpf          libbpf-dev
bpftool     bpftool          bpftool             bpf             bpftool
openssl.pc  libssl-dev       openssl-devel       openssl         openssl-dev
openssl     openssl          openssl             openssl         openssl
amqp-publish amqp-tools      librabbitmq-tools   librabbitmq-c   rabbitmq-c-utils
pika        python3-pika     python3-pika        python-pika     py3-pika
promtool    prometheus       golang-github-prometheus prometheus prometheus
/usr/lib/rabbitmq/bin/rabbitmq-server  rabbitmq-server rabbitmq-server rabbitmq rabbitmq-server
/usr/share/bash-completion/bash_completion  bash-completion bash-completion bash-completion bash-completion
'

build_needs='cc make msgfmt pkg-config popt.pc unshare'
bootstrap_needs='autoconf automake autopoint'
check_needs='jansson.pc ncursesw.pc cmocka.pc bats setpriv ipcs jq perl ps xz'
check_wishes='sanitizers clang clang-format clang-tidy valgrind shellcheck codespell cppcheck strace
	stress-ng tmux mandoc man groff zsh fish /usr/share/bash-completion/bash_completion libbpf.pc bpftool librabbitmq.pc openssl.pc openssl
	amqp-publish pika promtool /usr/lib/rabbitmq/bin/rabbitmq-server'

have()
{
	case $1 in
	*.pc) command -v pkg-config >/dev/null && pkg-config --exists "${1%.pc}" ;;
	/*) [ -e "$1" ] ;;
	bpftool) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
	pika) /usr/bin/python3 -c 'import pika' 2>/dev/null ;;
	sanitizers) links_sanitizers ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

links_sanitizers()
{
	local program status
	program=$(mktemp) || return
	"${CC:-cc}" -fsanitize=address,undefined -x c -o "$program" - 2>/dev/null \
		<<<'int main(void) { return 0; }'
	status=$?
	rm -f "$program"
	return $status
}

# Prints those of the arguments that are not here.
missing()
{
	local what
	for what in "$@"; do
		have "$what" || printf '%s\n' "$what"
	done
}

package_manager()
{
	local manager
	for manager in apt-get dnf pacman apk; do
		! command -v $manager >/dev/null || { echo $manager; return; }
	done
	echo none
}

# Prints the packages of MANAGER that have the other arguments.
packages_of()
{
	local manager=$1 what apt dnf pacman apk
	shift
	while read -r what apt dnf pacman apk; do
		[[ " $* " == *" $what "* ]] || continue
		case $manager in
		apt-get) printf '%s\n' "${apt//,/$'\n'}" ;;
		dnf) printf '%s\n' "${dnf//,/$'\n'}" ;;
		pacman) printf '%s\n' "${pacman//,/$'\n'}" ;;
		apk) printf '%s\n' "${apk//,/$'\n'}" ;;
		none) printf '%s\n' "$what" ;;
		esac
	done <<<"$packages" | sort -u
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# Debian's packages make services of what tests start for themselves, and these would listen on every
# interface.
services='rabbitmq-server.service epmd.service epmd.socket prometheus.service'

# without_services COMMAND [ARG...]: those that it installs are not started, now or at boot.
without_services()
{
	local new=() service status
	if [ -d /run/systemd/system ]; then
		for service in $services; do
			systemctl cat "$service" >/dev/null 2>&1 || new+=("$service")
		done
	fi
	[ ${#new[@]} -eq 0 ] || as_root systemctl -q mask "${new[@]}" || return
	"$@"
	status=$?
	if [ ${#new[@]} -gt 0 ]; then
		as_root systemctl -q unmask "${new[@]}"
		# Those that are there now.
		for service in "${new[@]}"; do
			! systemctl cat "$service" >/dev/null 2>&1 || as_root systemctl -q disable "$service"
		done
	fi
	return $status
}

may_be_root()
{
	[ "$(id -u)" = 0 ] || command -v sudo >/dev/null
}

package_lists_fresh=no

# install_packages MANAGER PACKAGE...
install_packages()
{
	local manager=$1
	shift
	case $manager in
	apt-get)
		# The lists may be old, or not be there at all.
		if [ $package_lists_fresh = no ]; then
			as_root apt-get -q update || return
			package_lists_fresh=yes
		fi
		without_services as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -q -y --no-install-recommends install "$@"
		;;
	dnf) as_root dnf -y install "$@" ;;
	pacman) as_root pacman -Sy --noconfirm --needed "$@" ;;
	apk) as_root apk add "$@" ;;
	*) return 1 ;;
	esac
}

# install_missing WHAT...: installs those that are missing, together; fails, saying what to install, if
# that cannot be done; with 2 if it takes root.
install_missing()
{
	local wanted names manager log
	mapfile -t wanted < <(missing "$@")
	[ ${#wanted[@]} -gt 0 ] || return 0
	manager=$(package_manager)
	mapfile -t names < <(packages_of "$manager" "${wanted[@]}")
	may_be_root || {
		say "to install takes root, and there is no sudo: as root, install ${names[*]}" >&2
		return 2
	}
	say "installing: ${names[*]}"
	log=$(mktemp) || return
	if ! install_packages "$manager" "${names[@]}" </dev/null >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		rm -f "$log"
		say "could not install: ${names[*]}" >&2
		return 1
	fi
	rm -f "$log"
	mapfile -t wanted < <(missing "$@")
	[ ${#wanted[@]} -eq 0 ] || { say "still missing: ${wanted[*]}" >&2; return 1; }
}

# ---- building ----

bootstrap_due()
{
	[ -x configure ] || return 0
	[ -n "$(find configure.ac Makefile.am ./*/local.mk m4/mqtool-*.m4 -newer configure)" ]
}

# install_build_needs [WHAT...]: what a build takes and WHAT, or the end.
install_build_needs()
{
	local needs="$build_needs $*"
	! bootstrap_due || needs="$needs $bootstrap_needs"
	# shellcheck disable=SC2086
	install_missing $needs && return
	# Without root, all is said.
	[ $? = 1 ] || exit 1
	die "install what is named above and start again"
}

# quietly LOG COMMAND [ARG...]: shows the end of its output only if it fails.
quietly()
{
	local log=$1
	shift
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 60 "$log"
		say "failed: $* (all of its output: $log)"
		return 1
	fi
}

bootstrap()
{
	bootstrap_due || return 0
	say "making configure"
	mkdir -p build
	quietly build/autogen.log ./autogen.sh
}

# configure DIRECTORY [ARG...]: again only if the arguments are not those of the last time.
configure()
{
	local dir=$1 source
	shift
	if [ -e "$dir/Makefile" ] && [ "$(cat "$dir/configured-with" 2>/dev/null)" = "$*" ]; then
		return 0
	fi
	say "configuring $dir${*:+: $*}"
	mkdir -p "$dir"
	source=$PWD
	# The objects of the last time have other flags.
	[ ! -e "$dir/Makefile" ] || quietly "$dir/clean.log" make -C "$dir" clean || return
	(cd "$dir" && quietly configure.log "$source/configure" "$@") || return
	printf '%s' "$*" >"$dir/configured-with"
}

job_count()
{
	nproc 2>/dev/null || echo 1
}

# compile DIRECTORY [TARGET...]
compile()
{
	local dir=$1
	shift
	say "building $dir${*:+: $*}"
	quietly "$dir/make.log" make -C "$dir" -j"$(job_count)" "${@:-all}"
}
