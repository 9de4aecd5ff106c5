/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dispatch.c - which command is meant
 */
#include "config.h"

#include "cmd/dispatch.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/near.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/msg.h"
#include "cmd/stdout.h"
#include "cmd/version.h"

/* Names that others have for these commands. */
static const struct {
	const char *word, *command;
} other_names[] = {
	{ "receive", "recv" }, { "get", "recv" },      { "pop", "recv" },
	{ "listen", "recv" },  { "consume", "recv" },  { "subscribe", "recv" },
	{ "read", "recv" },    { "put", "send" },      { "push", "send" },
	{ "post", "send" },    { "write", "send" },    { "publish", "send" },
	{ "list", "stat" },    { "ls", "stat" },       { "show", "stat" },
	{ "status", "stat" },  { "info", "stat" },     { "remove", "rm" },
	{ "delete", "rm" },    { "del", "rm" },        { "unlink", "rm" },
	{ "drain", "purge" },  { "flush", "purge" },   { "clear", "purge" },
	{ "empty", "purge" },  { "make", "create" },   { "new", "create" },
	{ "mk", "create" },    { "monitor", "watch" }, { "top", "watch" },
	{ "mv", "move" },      { "transfer", "move" }, { "forward", "move" },
	{ "peek", "recv" },    { "tail", "trace" },    { "sniff", "trace" },
};

/* What to suggest for a word whose command needs an option to do that. */
#define PEEK "recv --peek"

static const struct command *find_command(const char *name)
{
	const struct command *const *cmd;

	for (cmd = commands; *cmd; cmd++)
		if (strcmp((*cmd)->name, name) == 0)
			return *cmd;
	return NULL;
}

/* The command that a link of this name runs, or NULL. */
static const struct command *linked_command(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *const *word;

	if (strncmp(name, "mq", 2) != 0)
		return NULL;
	for (word = linked_commands; *word; word++)
		if (strcmp(name + 2, *word) == 0)
			return find_command(*word);
	return NULL;
}

/* The command that a word names, or that others call so; NULL for any other word. */
static const struct command *named_command(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(other_names); i++)
		if (strcmp(other_names[i].word, word) == 0)
			return find_command(other_names[i].command);
	return find_command(word);
}

/* `mqtool /q send hi`: the command comes first.  False if the line does not begin with a queue. */
static bool suggest_order(int argc, char **argv)
{
	const struct command *cmd = argc > 2 ? named_command(argv[2]) : find_command("stat");
	struct buffer line = { 0 };
	struct refusal error;
	struct queue_ref ref;

	if (!cmd || queue_ref_parse(&ref, argv[1], &error) < 0)
		return false;
	buffer_printf(&line, "mqtool %s %s", cmd->name, msg_word(argv[1]));
	for (int i = 3; i < argc; i++) {
		buffer_putc(&line, ' ');
		buffer_puts(&line, msg_word(argv[i]));
	}
	(void)!msg_usage_near(buffer_string(&line), _("unknown command '%s'"), msg_quote(argv[1]));
	buffer_free(&line);
	return true;
}

static int unknown_command(const char *word)
{
	const struct command *const *cmd;
	struct near_miss near;
	size_t i;

	near_begin(&near, word, strlen(word));
	for (cmd = commands; *cmd; cmd++)
		near_offer(&near, (*cmd)->name, (*cmd)->name);
	for (i = 0; i < ARRAY_SIZE(other_names); i++)
		if (find_command(other_names[i].command))
			near_offer(&near, other_names[i].word,
				   strcmp(other_names[i].word, "peek") == 0 ?
					   PEEK :
					   other_names[i].command);
	near_offer(&near, "help", "help");
	if (near_answer(&near))
		return msg_usage_near(near_answer(&near), _("unknown command '%s'"),
				      msg_quote(word));
	return msg_usage(_("unknown command '%s'"), msg_quote(word));
}

static bool has_option(const struct command *cmd, const char *word)
{
	const char *line[] = { word, NULL };
	struct option_walk walk;
	enum walk_result result;

	walk_begin(&walk, cmd->options, line);
	result = walk_next(&walk);
	return result == WALK_OPTION || result == WALK_NO_VALUE;
}

/* `mqtool -n recv /jobs`: the command comes first.  False if the second word is not a command with
 * that option. */
static bool suggest_command_first(int argc, char **argv)
{
	const struct command *cmd = argc > 2 ? find_command(argv[2]) : NULL;
	struct buffer line = { 0 };

	if (!cmd || !has_option(cmd, argv[1]))
		return false;
	buffer_printf(&line, "mqtool %s %s", cmd->name, msg_word(argv[1]));
	for (int i = 3; i < argc; i++) {
		buffer_putc(&line, ' ');
		buffer_puts(&line, msg_word(argv[i]));
	}
	(void)!msg_usage_near(buffer_string(&line), _("unknown option '%s'"), msg_quote(argv[1]));
	buffer_free(&line);
	return true;
}

static int unknown_option(const char *word)
{
	const char *name = word + strspn(word, "-");
	struct near_miss near;

	near_begin(&near, name, strlen(name));
	near_offer(&near, "help", "--help");
	near_offer(&near, "version", "--version");
	if (near_answer(&near))
		return msg_usage_near(near_answer(&near), _("unknown option '%s'"), msg_quote(word));
	return msg_usage(_("unknown option '%s'"), msg_quote(word));
}

static void print_commands(FILE *f)
{
	const struct command *const *cmd;

	fprintf(f, "\n%s\n", _("Commands:"));
	for (cmd = commands; *cmd; cmd++)
		fprintf(f, "  %-10s %s\n", (*cmd)->name, _((*cmd)->summary));
	fprintf(f, "  %-10s %s\n", "help", _("Show this help, or that of a command"));
}

/* A line without a command. */
static int no_command(void)
{
	fprintf(stderr, "%s\n", _("Usage: mqtool COMMAND [OPTION...] ..."));
	print_commands(stderr);
	fprintf(stderr, "\n");
	return msg_usage(_("no command given"));
}

static int print_global_help(void)
{
	puts(_("Usage: mqtool COMMAND [OPTION...] ..."));
	puts(_("Every message queue on this machine, System V and POSIX, from the command line."));
	print_commands(stdout);
	printf("\n%s\n", _("Options:"));
	printf("  %-15s %s\n", "-h, --help", _("show this help and exit"));
	printf("  %-15s %s\n", "-V, --version", _("show the version and exit"));
	printf("\n%s\n", _("Queues:"));
	puts(_("  /NAME, esc:/NAME, proc:PID/FD\n"
	       "                  POSIX; esc: is for names with \\xNN in them\n"
	       "  0xKEY, key:KEY, id:MSQID, ftok:PATH[:PROJ]\n"
	       "                  System V\n"
	       "  amqp://[USER@]HOST[:PORT]/[VHOST/]QUEUE, amqps://...\n"
	       "                  RabbitMQ"));
	printf("\n%s\n", _("Exit status:"));
	puts(_("  0  done\n"
	       "  1  failed: bad input data, a limit, a failed write or command\n"
	       "  2  usage: nothing was done\n"
	       "  3  nothing to receive, no room, or a condition not met in time\n"
	       "  4  no such queue, or it was removed while in use\n"
	       "  5  permission denied"));
	printf("\n%s\n", _("'mqtool COMMAND --help' shows the options of a command;"
			   " 'man mqtool' has it all."));
	return EX_DONE;
}

static bool is_help(const char *word)
{
	return strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;
}

/* argv[0] is "help". */
static int help_command(int argc, char **argv)
{
	char help[] = "--help", *line[] = { argv[0], help, NULL };
	const struct command *cmd;

	if (argc < 2 || is_help(argv[1]))
		return print_global_help();
	if (argc > 2)
		return msg_usage(_("extra operand '%s'"), msg_quote(argv[2]));
	cmd = find_command(argv[1]);
	if (cmd)
		return cmdline_run(cmd, 2, line);
	if (strcmp(argv[1], "help") == 0)
		return print_global_help();
	return argv[1][0] == '-' ? unknown_option(argv[1]) : unknown_command(argv[1]);
}

static int run(int argc, char **argv)
{
	const struct command *cmd = argc > 0 ? linked_command(argv[0]) : NULL;

	if (cmd)
		return cmdline_run(cmd, argc, argv);
	if (argc < 2)
		return no_command();
	cmd = find_command(argv[1]);
	if (cmd)
		return cmdline_run(cmd, argc - 1, argv + 1);
	if (is_help(argv[1]))
		return print_global_help();
	if (strcmp(argv[1], "help") == 0)
		return help_command(argc - 1, argv + 1);
	if (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0) {
		print_version();
		return EX_DONE;
	}
	if (argv[1][0] == '-' ? suggest_command_first(argc, argv) : suggest_order(argc, argv))
		return EX_BADUSAGE;
	return argv[1][0] == '-' ? unknown_option(argv[1]) : unknown_command(argv[1]);
}

/*
 * A queue or file opened while 0, 1 or 2 is free would get that number, and messages meant for
 * stderr could go to it.  Each is opened in the mode that makes its use fail.  One poll(2) tells
 * which are closed; for an O_PATH descriptor its answer is wrong, and open(2) then returns another
 * number.
 */
static void guard_stdio(void)
{
	struct pollfd fds[] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };
	int fd, got;

	if (poll(fds, 3, 0) <= 0)
		return;
	for (fd = 0; fd < 3; fd++) {
		if (!(fds[fd].revents & POLLNVAL))
			continue;
		got = open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
		if (got >= 0 && got != fd)
			close(got);
	}
}

int dispatch(int argc, char **argv)
{
	guard_stdio();
	return stdout_finish(run(argc, argv));
}
