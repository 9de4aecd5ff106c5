# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by *.bats: asks shells for completions, by their own keys in terminals of their own.

# start_shell bash|zsh|fish: starts one in the current directory, with the completions of the source
# tree in it.  ask and press talk to it.
start_shell()
{
	shell=$1
	completions=$(cd "$BATS_TEST_DIRNAME/../../completions" && pwd)
	command -v "$shell" >/dev/null || skip_loudly "$shell not found"
	command -v script >/dev/null || skip_loudly "script not found"
	rm -f keys ready reply
	mkfifo keys
	"${shell}_rc" >rc."$shell"
	cp rc."$shell" .zshrc
	# HOME is here: nothing of the user's is read.
	env HOME="$PWD" TERM=dumb INPUTRC=/dev/null ZDOTDIR="$PWD" script -qec "$("${shell}_command")" \
		/dev/null <keys >terminal 2>&1 3>&- &
	started+=($!)
	exec {keys}>keys
	wait_until [ -e ready ] || { cat terminal >&2; return 1; }
}

# press KEYS: types them.
press()
{
	printf '%s' "$1" >&"$keys"
}

# ask LINE: what may stand at its end, one a line, sorted.
ask()
{
	if [ "$shell" = fish ]; then
		# Its own way of being asked.
		described "$1" | sed 's/\t.*//' | sort -u
		return
	fi
	rm -f reply
	press "$1"$'\t'
	wait_until [ -e reply ] || { cat terminal >&2; return 1; }
	# Ctrl-U: away with the line.
	press $'\x15'
	sort -u reply
}

# described LINE: what fish offers at its end, each followed by a tab and its description.
described()
{
	# shellcheck disable=SC2016
	fish --no-config -c 'source $argv[1]; complete -C "$argv[2]"' "$completions/mqtool.fish" "$1"
}

bash_command()
{
	echo 'bash --noprofile --rcfile rc.bash -i'
}

# What _mqtool offers is written down before bash puts it into the line; once, where it completes a
# COMMAND that is mqtool again.
bash_rc()
{
	cat <<-END
	PS1= HISTFILE=
	bind 'set bell-style none' 'set enable-bracketed-paste off'
	. '$completions/mqtool.bash'
	depth=0
	asked()
	{
		((++depth))
		_mqtool "\$@"
		if ((--depth == 0)); then
			printf '%s\n' "\${COMPREPLY[@]}" >reply.new
			mv reply.new reply
		fi
	}
	complete -F asked mqtool mqcreate mqsend mqrecv mqstat mqrm mqwatch
	: >ready
	END
}

zsh_command()
{
	echo 'zsh -d -i'
}

zsh_rc()
{
	cat <<-END
	PROMPT= HISTFILE=
	unset zle_bracketed_paste
	unsetopt beep auto_list auto_menu
	fpath=('$completions' \$fpath)
	autoload -Uz compinit && compinit -u -D
	zstyle ':completion:*' insert-tab no
	bindkey -e
	bindkey '^I' complete-word
	compadd() {
		# Only what is added in the end, not what completion functions ask for themselves.
		if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
			builtin compadd "\$@"
			return
		fi
		local -a hits
		local -A option
		builtin compadd -A hits "\$@"
		zparseopts -E -A option P: p: S: s:
		(( \$#hits )) && print -rl -- "\$IPREFIX\${option[-P]}\${option[-p]}"\${^hits} >>reply.new
		builtin compadd "\$@"
	}
	asked_begin() { : >reply.new; compprefuncs=(asked_begin) }
	asked_end() { mv reply.new reply; comppostfuncs=(asked_end) }
	compprefuncs=(asked_begin)
	comppostfuncs=(asked_end)
	: >ready
	END
}

fish_command()
{
	echo "fish --no-config -i -C 'source rc.fish'"
}

fish_rc()
{
	cat <<-END
	function fish_prompt; end
	source '$completions/mqtool.fish'
	echo >ready
	END
}
