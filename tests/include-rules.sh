#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The sources keep the rules of include-rules, and include-rules finds what breaks them.

set -u
tests=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/tap.sh
. "$tests/tap.sh"

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT

# planted FILE LINE WHY: a source with LINE in it is refused, for WHY, at its line.
planted()
{
	mkdir -p "$scratch/$(dirname "$1")"
	printf '#include "config.h"\n\n%s\n' "$2" >"$scratch/$1"
	found=$("$tests/include-rules" "$scratch")
	status=$?
	echo "$found"
	[ $status -eq 1 ] && [ "$found" = "$1:3: $3" ]
	result $? "$1 may not have: $2"
	rm "$scratch/$1"
}

# harmless FILE LINE: a source with LINE in it is accepted.
harmless()
{
	mkdir -p "$scratch/$(dirname "$1")"
	printf '#include "config.h"\n\n%s\n' "$2" >"$scratch/$1"
	"$tests/include-rules" "$scratch"
	result $? "$1 may have: $2"
	rm "$scratch/$1"
}

"$tests/include-rules" "$tests/../src"
result $? "the sources keep the rules"

planted queue-posix.c '#include <sys/msg.h>' '<sys/msg.h> is for queue-sysv.c queue-call.c'
planted queue-sysv.c '#include <mqueue.h>' '<mqueue.h> is for queue-posix.c queue-call.c mqueue-*.c'
planted queue.c '# include <popt.h>' '<popt.h> is for cmd.h cmdline.c cmd-*.c walk.h'
planted cmd-send.c '#include <jansson.h>' '<jansson.h> is for json-library.h'
planted cmd-watch.c '#include <curses.h>' '<curses.h> is for tui.c'
planted cmd-watch.c '#include <ncurses.h>' '<ncurses.h> is for tui.c'
planted cmd-send.c '#include <amqp.h>' '<amqp.h> is for amqp-link.c amqp-connect.c'
planted cmd-send.c '#include <rabbitmq-c/amqp.h>' '<rabbitmq-c/amqp.h> is for amqp-link.c amqp-connect.c'
planted show/procs.c '#include "queue/amqp-link.h"' '<queue/amqp-link.h> is for queue-amqp.c amqp-*.c amqp-queue.h'
planted base/new.h '#include "queue/queue.h"' 'base/ may not include queue/'
planted queue/new.c '#include "show/columns.h"' 'queue/ may not include show/'
planted show/new.c '#include "cmd/cmd.h"' 'show/ may not include cmd/'
planted cmd/new.c '#include "watch/view.h"' 'cmd/ may not include watch/'
planted watch/new.c '#include "trace/trace.h"' 'watch/ may not include trace/'
planted trace/new.c '#include "watch/view.h"' 'trace/ may not include watch/'
planted new/new.c '#include "base/util.h"' 'new/ may not include base/'
planted cmd/new.c '#include "queue.h"' '"queue.h" is named without its folder'
for call in 'printf(x);' 'fprintf (f, x);' 'puts(x);' 'a = 1; perror(x);'; do
	planted parse.c "	$call" 'prints, below the commands'
	planted queue-amqp.c "	$call" 'prints, below the commands'
done
planted ref.c '	exit(1);' 'ends the process, below the commands'
planted wait.c '	abort();' 'ends the process, below the commands'
planted model.c '/* a comment */ abort();' 'ends the process, below the commands'
for begin in 'static void ' 'int '; do
	planted queue-posix.c "${begin}posix_close(struct queue *q)" \
		'names that begin with posix_ are of the C library'
done

harmless parse.c '	buffer_printf(b, x); snprintf(p, n, x);'
harmless parse.c '/* not printf(3), nor */'
harmless parse.c '	f("exit(1) " "abort()");'
harmless cmd-recv.c '	printf(x);'
harmless cmd/handler.c '	posix_spawn(x);'
harmless show/new.c '#include "queue/queue.h"'
harmless trace/new.c '#include "cmd/cmd.h"'
harmless main-new.c '#include "watch/view.h"'

printf '#include <stdio.h>\n#include "config.h"\n' >"$scratch/ref.c"
[ "$("$tests/include-rules" "$scratch")" = "ref.c:1: config.h must be included first" ]
result $? "config.h comes first"

finish
