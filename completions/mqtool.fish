# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completions of mqtool and its links for fish.

set -g __mqtool_commands create send recv move stat check set rm purge wait trace watch

# The commands and what they do, separated by a tab.
function __mqtool_command_list
    printf '%s\t%s\n' \
        create 'make queues' \
        send 'put messages on a queue' \
        recv 'take messages from a queue' \
        move 'move messages from one queue to another' \
        stat 'show queues, their use, and who is behind them' \
        check 'check how full queues are, for monitoring' \
        set 'change the mode, the owner or the size of queues' \
        rm 'remove queues' \
        purge 'throw away the messages that wait on queues' \
        wait 'wait until a queue is as wanted' \
        trace 'show every message that passes' \
        watch 'show queues live' \
        help 'show the options of a command'
end

# The command of the line: a word behind mqtool, or the name of a link.
function __mqtool_command
    set -l words (commandline -opc)
    set -l name (string replace -r '.*/' '' -- $words[1])
    if test "$name" != mqtool
        string replace -r '^mq' '' -- $name
    else if set -q words[2]
        echo -- $words[2]
    end
end

function __mqtool_no_command
    test -z (__mqtool_command)"" && string match -qr '(^|/)mqtool$' -- (commandline -opc)[1]
end

# Is the command one of these, and no COMMAND of recv begun?
function __mqtool_is
    contains -- (__mqtool_command) $argv
    and not contains -- -- (commandline -opc)
end

# The words behind the command that are no options: how many.
function __mqtool_operands
    set -l words (commandline -opc)
    set -l behind 2
    string match -qr '(^|/)mqtool$' -- $words[1]
    and set behind 3
    set -l count 0
    set -l value no
    for word in $words[$behind..-1]
        if test $value = yes
            set value no
        else if string match -qr '^-' -- $word
            __mqtool_takes_value $word
            and set value yes
        else
            set count (math $count + 1)
        end
    end
    echo $count
end

# Is this an option whose value is the next word?
function __mqtool_takes_value
    switch (__mqtool_command)
        case create
            string match -qr '^(-[ev]*[mocsb]|--(mode|owner|max-messages|message-size|max-bytes|max-priority|namespace))$' -- $argv[1]
        case send
            string match -qr '^(-[l0jJnv]*[ftpT]|--(file|prefix|type|priority|timeout|namespace))$' -- $argv[1]
        case recv
            string match -qr '^(-[fanx0rjJv]*[cTtF]|--(count|timeout|type|format|on-failure|move-failed|namespace))$' -- $argv[1]
        case move
            string match -qr '^(-[fnxv]*[cTt]|--(count|timeout|type|set-type|set-priority|namespace))$' -- $argv[1]
        case wait
            string match -qr '^(-T|--(messages|timeout|namespace))$' -- $argv[1]
        case '*'
            return 1
    end
end

function __mqtool_first_operand
    __mqtool_is $argv
    and test (__mqtool_operands) -eq 0
end

# The word at the cursor as it is meant, without what $argv[1], a regular expression, finds in front.
function __mqtool_word
    set -l word (commandline -ct | string replace -r "^($argv[1])" '')
    if string match -qr '^["\']' -- $word
        string sub -s 2 -- $word
    else
        string unescape -- $word
    end
end

# A name that needs escapes is found by a part of it, as fish finds everything.
function __mqtool_queues
    set -l names (command mqtool stat -H -o QUEUE 2>/dev/null)
    set -l word (__mqtool_word '--move-failed=')
    printf '%s\n' $names
    switch $word
        case '0*'
            __mqtool_keys $word $names
        case 'proc:*'
            command mqtool stat --removed -H 2>/dev/null | string replace -r ' .*' ''
    end
    __mqtool_ftok
end

# __mqtool_keys WORD NAME...: those that are keys, without "key:"; with no more zeros than were typed.
function __mqtool_keys
    set -l keys (string replace -f -r '^key:' '' -- $argv[2..-1])
    if string match -qr '^0x[1-9a-fA-F]' -- $argv[1]
        string replace -r '^0x0*' 0x -- $keys
    else
        printf '%s\n' $keys
    end
end

# The files behind ftok:.
function __mqtool_ftok
    set -l word (commandline -ct)
    if string match -q 'ftok:*' -- $word
        set -l path (string replace 'ftok:' '' -- $word)
        printf 'ftok:%s\n' (__fish_complete_path $path | string replace -r '\t.*' '')
    else
        echo ftok:
    end
end

# Columns and what they show, separated by a tab.
function __mqtool_columns
    printf '%s\t%s\n' \
        QUEUE name \
        KIND 'sysv or posix' \
        MESSAGES 'messages waiting' \
        BYTES 'bytes waiting' \
        USE% 'how full the queue is' \
        MODE 'permissions, octal' \
        OWNER 'name of the owning user' \
        LAST 'age of the last send or receive' \
        WAITING 'threads blocked on the queue' \
        KEY 'key (System V)' \
        MSQID 'identifier (System V)' \
        MAXMSG 'messages that it can hold (POSIX)' \
        MSGSIZE 'largest message (POSIX)' \
        QBYTES 'bytes that it can hold (System V)' \
        UID 'number of the owning user' \
        GID 'number of the owning group' \
        CUID 'number of the user who created it (System V)' \
        CGID 'number of the group it was created with (System V)' \
        SENT 'time of the last send (System V)' \
        RECEIVED 'time of the last receive (System V)' \
        LSPID 'process that sent last (System V)' \
        LRPID 'process that received last (System V)' \
        CTIME 'time of the last change of mode, owner or size' \
        INO 'inode number (POSIX)' \
        NOTIFY 'process to be notified (POSIX)' \
        NAMESPACE 'IPC namespace' \
        PROCS 'processes in the namespace' \
        PID 'one of those processes' \
        SEND/s 'messages sent per second' \
        RECV/s 'messages received per second' \
        IN/s 'bytes sent per second' \
        OUT/s 'bytes received per second' \
        AGE 'mean time that a message stays' \
        SWAIT 'mean time that a send is blocked' \
        RWAIT 'mean time that a receive is blocked'
    test (__mqtool_command) = watch
    and printf '%s\t%s\n' NET/s 'messages more or fewer per second' HISTORY 'how full it was'
end

# A list of columns: what is there already stays in front.
function __mqtool_column_list
    set -l word (__mqtool_word '--output=|-o')
    set -l before (string match -r '^(?:.*,|\+)' -- $word)
    set -l chosen (string split , -- (string replace -r '^\+' '' -- $before))
    for column in (__mqtool_columns)
        contains -- (string split \t -- $column)[1] $chosen
        or echo "$before$column"
    end
end

function __mqtool_sort
    for column in (__mqtool_columns | string match -v 'HISTORY*')
        echo $column
        string replace \t :r\t -- $column
    end
end

# The letters of a format behind a "%", and what they stand for, separated by a tab.
function __mqtool_format
    set -l word (__mqtool_word '--format=|-F')
    set -l percents (string match -r '%*$' -- $word)
    if test -z "$word"; or test (math (string length -- "$percents") % 2) = 1
        set word (string replace -r '%$' '' -- $word)
        string replace -r '^' "$word%" -- (__mqtool_letters) %\t%
    end
end

function __mqtool_letters
    printf '%s\t%s\n' s body S size q 'body, escaped to printable' x 'body in hex' t type \
        p priority n 'number from 1' Q queue T 'time of receipt'
    test (__mqtool_command) = trace
    and printf '%s\t%s\n' E event P process I thread C 'command of the process' \
        W 'time that it waited' e error N namespace
end

# The last term of a filter; a field alone with what may follow it.
function __mqtool_filter
    set -l word (__mqtool_word '--filter=')
    set -l before (string match -r '^(?:.*[ ])?!?' -- $word)
    set -l term (string replace -r '^(?:.*[ ])?!?' '' -- $word)
    if string match -qr '^kind!?=' -- $term
        set term (string replace -r '=.*' = -- $term)
        printf '%s\n' "$before$term"{posix,sysv}
        return
    end
    set -l fields (__mqtool_columns | string match -v 'HISTORY*' | string lower | string replace -r '[%/].?\t' \t)
    set -l hits (string match -r -- '^'(string escape --style=regex -- "$term")'[^\t]*(?=\t)' $fields)
    if test (count $hits) = 1; and not string match -qr "^"(string escape --style=regex -- "$term") full waiting
        printf '%s\n' "$before$hits"{=,!=}
        contains -- $hits queue kind owner key
        or printf '%s\n' "$before$hits"{'<','<=','>','>='}
        return
    end
    string replace -r '^' "$before" -- $fields full waiting empty idle
end

function __mqtool_behind_dashes
    contains -- (__mqtool_command) recv
    and contains -- -- (commandline -opc)
end

# What is typed behind the "--" of recv, for fish to complete by itself.
function __mqtool_subcommand
    set -l words (commandline -opc) (commandline -ct)
    set -l at (contains -i -- -- $words)
    complete -C (string join ' ' -- (string escape -- $words[(math $at + 1)..-2]) $words[-1])
end

function __mqtool_option
    # COMMANDS OPTION...: an option of these commands, of mqtool and of the links.
    set -l commands (string split ' ' -- $argv[1])
    set -l option $argv[2..-1]
    complete -c mqtool -n "__mqtool_is $commands" $option
    for name in $commands
        contains -- $name create send recv stat rm watch
        and complete -c mq$name -n "__mqtool_is $name" $option
    end
end

complete -c mqtool -f
complete -c mqtool -n __mqtool_no_command -a '(__mqtool_command_list)'
complete -c mqtool -n __mqtool_no_command -s h -l help -d 'show the options and exit'
complete -c mqtool -n __mqtool_no_command -s V -l version -d 'show the version and exit'
complete -c mqtool -n '__mqtool_is help' -a '(__mqtool_command_list | string match -v "help*")'
for name in create send recv stat rm watch
    complete -c mq$name -f
end

__mqtool_option "$__mqtool_commands" -s h -l help -d 'show the options and exit'
__mqtool_option "$__mqtool_commands" -s V -l version -d 'show the version and exit'

__mqtool_option 'create set' -s m -l mode -x -a '0600 0620 0622 0640 0660 0666' -d 'permissions in octal'
__mqtool_option 'create set' -s o -l owner -x -a '(__fish_complete_users)' -d 'owner and group'
__mqtool_option 'create set' -s b -l max-bytes -x -d 'System V: room for so many bytes'
__mqtool_option create -s c -l max-messages -x -d 'POSIX: room for so many messages'
__mqtool_option create -s s -l message-size -x -d 'POSIX: the largest message'
__mqtool_option create -l max-priority -x -d 'AMQP: tell priorities up to this one apart'
__mqtool_option create -l quorum -d 'AMQP: a queue that the broker replicates'
__mqtool_option create -l dead-letter -x -d 'AMQP: the queue that gets what this one drops'
__mqtool_option create -s e -l exist-ok -d 'a queue that is there already is fine'
__mqtool_option create -l private -d 'make a System V queue without a key'
__mqtool_option create -s v -l verbose -d 'print the name of each queue'
__mqtool_option create -a '(__mqtool_ftok)'

__mqtool_option send -s f -l file -r -F -d 'read a file instead of standard input'
__mqtool_option send -s l -l lines -d 'each line is one message'
__mqtool_option send -s 0 -l null -d 'messages are separated by NUL'
__mqtool_option send -s j -s J -l json -d 'each line is one message as JSON'
__mqtool_option send -l prefix -x -d 'each message begins with its type or priority and this'
__mqtool_option send -s t -l type -x -d 'type of the messages (System V)'
__mqtool_option send -s p -l priority -x -d 'priority of the messages (POSIX)'
__mqtool_option send -s n -l nonblock -d 'do not wait for room'
__mqtool_option send -s T -l timeout -x -d 'wait at most this long for room'
__mqtool_option send -s v -l verbose -d 'say at the end how much was sent'

__mqtool_option recv -s c -l count -x -d 'take so many messages'
__mqtool_option recv -s f -l follow -d 'take messages until interrupted'
__mqtool_option recv -s a -l all -d 'take messages until the queue is empty'
__mqtool_option recv -s n -l nonblock -d 'do not wait for a message'
__mqtool_option recv -s T -l timeout -x -d 'wait at most this long for each message'
__mqtool_option recv -l peek -d 'show messages without taking them'
__mqtool_option recv -s 0 -l null -d 'NUL behind each message, not newline'
__mqtool_option recv -s r -l raw -d 'the messages and nothing else'
__mqtool_option recv -s F -l format -x -a '(__mqtool_format)' -d 'each message as a format says'
__mqtool_option recv -s j -s J -l json -d 'each message as a line of JSON'
__mqtool_option recv -l on-failure -x -a 'stop drop retry' -d 'when the command fails'
__mqtool_option recv -l move-failed -x -a '(__mqtool_queues)' -d 'when the command fails, send the message to a queue'
__mqtool_option recv -s v -l verbose -d 'say at the end how much was received'
__mqtool_option 'send recv move' -l progress -d 'show progress on a terminal'
__mqtool_option 'recv move purge' -s t -l type -x -d 'only messages of this type (System V)'
__mqtool_option 'recv move purge' -s x -l except -d 'with -t: only messages of other types (System V)'

__mqtool_option move -s c -l count -x -d 'move so many messages'
__mqtool_option move -s f -l follow -d 'move messages until interrupted'
__mqtool_option move -s n -l nonblock -d 'wait neither for a message nor for room'
__mqtool_option move -s T -l timeout -x -d 'wait at most this long for each step'
__mqtool_option move -l set-type -x -d 'type of the messages there (System V)'
__mqtool_option move -l set-priority -x -d 'priority of the messages there (POSIX)'
__mqtool_option move -l strict -d 'refuse a message with properties that cannot be taken (AMQP)'
__mqtool_option move -s v -l verbose -d 'say at the end how much was moved'

__mqtool_option 'stat watch' -s S -l sysv -d 'System V queues'
__mqtool_option 'stat watch' -s P -l posix -d 'POSIX queues'
__mqtool_option 'stat watch' -s o -l output -x -a '(__mqtool_column_list)' -d 'show these columns'
__mqtool_option 'stat watch' -s s -l sort -x -a '(__mqtool_sort)' -d 'sort by a column'
__mqtool_option 'stat watch' -s j -s J -l json -d 'as JSON'
__mqtool_option stat -s b -l bytes -d 'sizes in bytes'
__mqtool_option stat -s H -l noheadings -d 'omit the headings'
__mqtool_option stat -s w -l waiters -d 'look for the processes that wait on queues'
__mqtool_option stat -s L -l limits -d 'show the limits of the kernel'
__mqtool_option stat -l match -x -d 'queues whose name matches'
__mqtool_option stat -l openmetrics -d 'as OpenMetrics text'
__mqtool_option stat -l trace -x -d 'count what passes for this time'
__mqtool_option stat -l removed -d 'queues that were removed while open'

__mqtool_option check -s w -l warning -x -d 'WARNING from this use on'
__mqtool_option check -s c -l critical -x -d 'CRITICAL from this use on'
__mqtool_option check -s m -l messages -d 'limits are numbers of messages'
__mqtool_option check -s L -l limits -d 'the limits on the number of queues too'
__mqtool_option check -l match -x -d 'queues whose name matches'
__mqtool_option check -l readable -d 'only count the queues that may not be read'

__mqtool_option rm -s f -l force -d 'ignore queues that do not exist'
__mqtool_option rm -s a -l all -d 'all queues for which what follows holds'
__mqtool_option rm -s S -l sysv -d '-a: System V queues'
__mqtool_option rm -s P -l posix -d '-a: POSIX queues'
__mqtool_option rm -l match -x -d '-a: queues whose name matches'
__mqtool_option rm -l empty -d '-a: queues without messages'
__mqtool_option rm -l idle -x -d '-a: queues that were idle for so long'
__mqtool_option rm -l owner -x -a '(__fish_complete_users)' -d '-a: queues of a user'
__mqtool_option rm -l dry-run -d 'print what would be removed, and remove nothing'
__mqtool_option rm -s y -l yes -d '-a: do not ask'
__mqtool_option rm -s v -l verbose -d 'print the name of each queue removed'

__mqtool_option purge -l match -x -d 'queues whose name matches'
__mqtool_option purge -s y -l yes -d '--match: do not ask'

__mqtool_option wait -l messages -x -d 'until so many messages wait'
__mqtool_option wait -l empty -d 'until no message waits'
__mqtool_option wait -l writable -d 'until there is room for a message'
__mqtool_option wait -l exists -d 'until there is such a queue'
__mqtool_option wait -l gone -d 'until there is no such queue'
__mqtool_option wait -s T -l timeout -x -d 'wait at most this long'

__mqtool_option trace -s s -l snaplen -x -a '0 64 max' -d 'keep so many bytes of each body'
__mqtool_option trace -s c -l count -x -d 'end after so many lines'
__mqtool_option trace -s d -l duration -x -d 'exit after this time'
__mqtool_option trace -l send -d 'only messages that are sent'
__mqtool_option trace -l recv -d 'only messages that are received'
__mqtool_option trace -s p -l pid -x -a '(__fish_complete_pids)' -d 'only calls of this process'
__mqtool_option trace -l command -x -d 'only calls of processes with this name'
__mqtool_option trace -l failed -d 'failed calls too'
__mqtool_option trace -l blocked -d 'only calls that had to wait'
__mqtool_option trace -s t -l type -x -d 'only messages of this type (System V)'
__mqtool_option trace -s x -l except -d 'with -t: only messages of other types (System V)'
__mqtool_option trace -s S -l sysv -d 'System V queues'
__mqtool_option trace -s P -l posix -d 'POSIX queues'
__mqtool_option trace -l match -x -d 'queues whose name matches'
__mqtool_option trace -s F -l format -x -a '(__mqtool_format)' -d 'each message as a format says'
__mqtool_option trace -s j -s J -l json -d 'a JSON object a line'
__mqtool_option trace -l summary -d 'write one table at the end instead of messages'
__mqtool_option trace -l buffer -x -d 'room in the kernel'
__mqtool_option trace -l strict -d 'exit with status 1 if any message was lost'

__mqtool_option watch -s d -l delay -x -d 'time between refreshes'
__mqtool_option watch -s n -l iterations -x -d 'exit after so many looks'
__mqtool_option watch -l filter -x -a '(__mqtool_filter)' -d 'show only these queues'
__mqtool_option watch -s b -l batch -d 'print tables instead of a screen'
__mqtool_option watch -l color -x -a 'auto always never' -d 'colours on the screen'
__mqtool_option watch -l ascii -d 'use only ASCII characters'
__mqtool_option watch -l mouse -d 'use the mouse on the screen'
__mqtool_option watch -l match -x -d 'queues whose name matches'
__mqtool_option watch -l trace -d 'count what passes'
__mqtool_option watch -l allow-changes -d 'let x purge, remove, send and receive'

__mqtool_option 'create send recv move check set rm purge wait' -l namespace -x -a '(__fish_complete_pids)' -d 'the queues of an IPC namespace'
__mqtool_option 'stat trace watch' -l namespace -x -a '(echo all; __fish_complete_pids)' -d 'the queues of an IPC namespace, or of all'
__mqtool_option 'create send recv move stat check rm purge wait' -l allow-plaintext -d 'a password may go in the clear'

__mqtool_option 'stat check set rm purge trace watch' -a '(__mqtool_queues)'
for name in send recv wait
    complete -c mqtool -n "__mqtool_first_operand $name" -a '(__mqtool_queues)'
    contains $name send recv
    and complete -c mq$name -n "__mqtool_first_operand $name" -a '(__mqtool_queues)'
end
complete -c mqtool -n '__mqtool_is move; and test (__mqtool_operands) -lt 2' -a '(__mqtool_queues)'
for name in mqtool mqrecv
    complete -c $name -n __mqtool_behind_dashes -a '(__mqtool_subcommand)'
end
