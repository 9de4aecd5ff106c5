/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmdline.c - reads the line of one command with popt, and prints its help
 */
#include "config.h"

#include "base/buffer.h"
#include "base/refusal.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "base/sibling.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "cmd/version.h"

/* popt replaces this by the next operand wherever an option's value contains it. */
#define POPT_SUBSTITUTE "!#:+"
/* Stands for a value that may be left out, and was. */
#define LEFT_OUT "\001"

static void print_help(const struct cmdline *cl)
{
	const struct command *cmd = cl->cmd;
	struct buffer intro = { 0 };

	/* popt translates the table's texts itself. */
	text_init();
	buffer_printf(&intro, "%s %s\n%s.\n", _("[OPTION...]"), _(cmd->operands), _(cmd->summary));
	poptSetOtherOptionHelp(cl->con, buffer_string(&intro));
	buffer_free(&intro);
	poptPrintHelp(cl->con, stdout, 0);
	if (cmd->notes)
		printf("\n%s\n", _(cmd->notes));
}

/* ---- what is wrong with a line ---- */

/* A negative number looks like an option. */
static bool is_number(const char *word)
{
	size_t digits = strspn(word + 1, "0123456789");

	return word[0] == '-' && digits > 0 && digits < 20 && !word[1 + digits];
}

/* `send /jobs -hello` and `send /jobs "--- begin ---"`: a message, not a mistyped option. */
static bool may_be_text(const struct cmdline *cl, const struct option_walk *walk)
{
	return cl->cmd->takes_text && walk->operands > 0 &&
	       (walk->word[1] != '-' || walk->word[2] == '-');
}

static int report_unknown(const struct cmdline *cl, const struct option_walk *walk)
{
	const char *name = walk->word + strspn(walk->word, "-");
	bool ascii = (unsigned char)walk->seen[1] < 0x80;
	const char *written = msg_quote(ascii ? walk->seen : walk->word);
	const struct poptOption *row;
	struct near_miss near;
	char answer[64];

	near_begin(&near, name, strcspn(name, "="));
	for (row = walk->options; row->longName || row->shortName; row++)
		if (row->longName)
			near_offer(&near, row->longName, row->longName);
	if (is_number(walk->word) || may_be_text(cl, walk)) {
		snprintf(answer, sizeof(answer), "-- %s", msg_word(walk->word));
		return msg_usage_near(answer, _("unknown option '%s'"), written);
	}
	if (!near_answer(&near))
		return msg_usage(_("unknown option '%s'"), written);
	snprintf(answer, sizeof(answer), "--%s", near_answer(&near));
	return msg_usage_near(answer, _("unknown option '%s'"), written);
}

static int report_value(const struct option_walk *walk)
{
	return msg_usage(_("option '%s' cannot be given a value with '%s' in it"), walk->seen,
			 POPT_SUBSTITUTE);
}

static int report_walk(const struct cmdline *cl, const struct option_walk *walk,
		       enum walk_result result)
{
	if (result == WALK_UNKNOWN)
		return report_unknown(cl, walk);
	if (result == WALK_NO_VALUE)
		return msg_usage(_("option '%s' needs a value"), walk->seen);
	return msg_usage(_("option '%s' takes no value"), walk->seen);
}

/* --help and --version: false for any other option, and for "-hello", which is not a cluster of
 * options. */
static bool serve(const struct cmdline *cl, const struct option_walk *at)
{
	struct option_walk walk = *at;

	while (walk.cluster && *walk.cluster)
		if (walk_next(&walk) != WALK_OPTION)
			return false;
	if (at->row->val == OPT_HELP)
		print_help(cl);
	else if (at->row->val == OPT_VERSION)
		print_version();
	else
		return false;
	return true;
}

/*
 * Looks at the whole line before acting on any of it.  True if the command is to run; else *status
 * is set: --help or --version was served, or a usage error printed.
 */
static bool check_line(const struct cmdline *cl, int *status)
{
	struct option_walk walk = cl->walk;
	enum walk_result result;

	while ((result = walk_next(&walk)) == WALK_OPTION) {
		*status = EX_DONE;
		if (serve(cl, &walk))
			return false;
		if (walk.value && strstr(walk.value, POPT_SUBSTITUTE)) {
			*status = report_value(&walk);
			return false;
		}
	}
	if (result != WALK_DONE)
		*status = report_walk(cl, &walk, result);
	else if (cl->trailing && !*cl->trailing)
		*status = msg_usage(_("no command after '--'"));
	else
		return true;
	return false;
}

/* ---- the line ---- */

/* The words for popt: the command's title for its usage line, then all up to a "--" that begins a
 * COMMAND, after those of the environment. */
static int copy_words(struct cmdline *cl, char *first, int argc, char **argv)
{
	int n = 0, i;
	char *rest = first, *word;

	stpcpy(stpcpy(cl->title, "mqtool "), cl->cmd->name);
	cl->argv[n++] = cl->title;
	while (rest && (word = strtok_r(rest, " \t\n", &rest))) {
		cl->argv[n++] = word;
		cl->nfirst++;
	}
	for (i = 1; i < argc; i++) {
		if (cl->cmd->takes_command && strcmp(argv[i], "--") == 0) {
			cl->trailing = argv + i + 1;
			break;
		}
		cl->argv[n++] = argv[i];
	}
	cl->argv[n] = NULL;
	return n;
}

/*
 * popt takes the next word for a value that was left out, so it is given one that nobody can mean.
 */
static bool fill_left_out(struct cmdline *cl)
{
	struct option_walk walk = cl->walk;
	size_t size;
	char *word;

	while (walk_next(&walk) == WALK_OPTION) {
		if (!(walk.row->argInfo & POPT_ARGFLAG_OPTIONAL) || walk.value)
			continue;
		size = strlen(walk.word) + sizeof("=" LEFT_OUT);
		word = malloc(size);
		if (!word)
			return false;
		snprintf(word, size, "%s=" LEFT_OUT, walk.word);
		cl->kept[cl->nkept++] = word;
		walk.next[-1] = word;
	}
	return true;
}

static bool open_line(struct cmdline *cl, int argc, char **argv)
{
	const char *value = cl->cmd->environment ? getenv(cl->cmd->environment) : NULL;
	/* A word and the blank after it. */
	size_t words = (argc > 0 ? (size_t)argc : 1) + (value ? strlen(value) / 2 + 1 : 0);
	char *first = value ? strdup(value) : NULL;
	int n;

	cl->argv = calloc(words + 1, sizeof(*cl->argv));
	cl->kept = calloc(2 * words + 1, sizeof(*cl->kept));
	if (cl->kept && first)
		cl->kept[cl->nkept++] = first;
	else
		free(first);
	if (cl->argv && cl->kept && (first || !value)) {
		n = copy_words(cl, first, argc, argv);
		walk_begin(&cl->walk, cl->cmd->options, cl->argv + 1);
		if (fill_left_out(cl))
			cl->con = poptGetContext(NULL, n, cl->argv, cl->cmd->options, 0);
	}
	if (!cl->con)
		msg_no_memory();
	return cl->con != NULL;
}

static void close_line(struct cmdline *cl)
{
	size_t i;

	if (cl->con)
		poptFreeContext(cl->con);
	for (i = 0; i < cl->nkept; i++)
		free(cl->kept[i]);
	free(cl->kept);
	free(cl->argv);
}

int cmdline_run(const struct command *cmd, int argc, char **argv)
{
	static char *none[] = { NULL };
	struct cmdline cl = { .cmd = cmd, .words = argc > 0 ? argv + 1 : none };
	int status = EX_FAILED;

	msg_set_command(cmd->name);
	if (open_line(&cl, argc, argv) && check_line(&cl, &status))
		status = cmd->run(&cl);
	else if (status != EX_DONE && cmd->refused)
		status = cmd->refused();
	close_line(&cl);
	return status;
}

static bool is_queue(const char *word)
{
	struct refusal error;
	struct queue_ref ref;

	return queue_ref_parse(&ref, word, &error) == 0;
}

/* Too few operands; the queue may have become the value of the option before it. */
static _cold_ int refuse_missing(const struct cmdline *cl)
{
	if (cl->noperands > 0)
		return msg_usage(_("missing operand after '%s'"),
				 msg_quote(cl->operands[cl->noperands - 1]));
	if (cl->value && is_queue(cl->value))
		return msg_usage(_("no queue given: '%s' is taken as the value of %s"),
				 msg_quote(cl->value), cl->seen);
	return msg_usage(_("no queue given"));
}

static int count_operands(struct cmdline *cl)
{
	static const char *none[] = { NULL };
	const struct command *cmd = cl->cmd;
	const char *extra;

	cl->operands = poptGetArgs(cl->con);
	if (!cl->operands)
		cl->operands = none;
	for (cl->noperands = 0; cl->operands[cl->noperands]; cl->noperands++)
		;
	if (cl->noperands < cmd->min_operands)
		return refuse_missing(cl);
	if (cmd->max_operands < 0 || cl->noperands <= cmd->max_operands)
		return EX_DONE;
	extra = msg_quote(cl->operands[cmd->max_operands]);
	if (cmd->takes_command && is_queue(cl->operands[cmd->max_operands]))
		return msg_usage(_("extra operand '%s': %s takes one queue"), extra, cmd->name);
	if (cmd->takes_command && !cl->trailing)
		return msg_usage(_("extra operand '%s' (write a command after '--')"), extra);
	return msg_usage(_("extra operand '%s'"), extra);
}

/* The next option of the command's own or a common one. */
static int next_option(struct cmdline *cl, const char **value)
{
	int val = poptGetNextOpt(cl->con);
	char *arg;

	*value = NULL;
	if (val == -1)
		return count_operands(cl) == EX_DONE ? 0 : -1;
	if (val < 0) {
		msg_error("%s: %s", msg_quote(poptBadOption(cl->con, POPT_BADOPTION_NOALIAS)),
			  poptStrerror(val));
		return -1;
	}
	if (walk_next(&cl->walk) == WALK_OPTION)
		cl->seen = cl->walk.seen;
	cl->by_environment = cl->walk.next <= cl->argv + 1 + cl->nfirst;
	arg = poptGetOptArg(cl->con);
	if (arg)
		cl->kept[cl->nkept++] = arg;
	cl->value = arg;
	if (arg && (cl->walk.row->argInfo & POPT_ARGFLAG_OPTIONAL) && strcmp(arg, LEFT_OUT) == 0)
		arg = NULL;
	*value = arg;
	return val;
}

int cmdline_next(struct cmdline *cl, const char **value)
{
	int val;

	while ((val = next_option(cl, value)) == OPT_PLAINTEXT || val == OPT_NAMESPACE) {
		if (val == OPT_PLAINTEXT)
			cl->plaintext = true;
		else if (!cmdline_read_namespace(cl, *value))
			return -1;
	}
	if (val == 0)
		cmdline_set_timeout(cl, 0);
	return val;
}

bool cmdline_read(struct cmdline *cl, option_reader *one, void *arg)
{
	const char *value;
	int val;

	while ((val = cmdline_next(cl, &value)) > 0)
		if (!one(cl, val, value, arg))
			return false;
	return val == 0;
}

void cmdline_set_timeout(const struct cmdline *cl, int64_t timeout_ns)
{
	const struct queue_broker how = { .timeout_ns = timeout_ns,
					  .plaintext = cl->plaintext,
					  .command = cl->cmd->name };

	queue_set_broker(&how);
}

/* ---- queues ---- */

/* Becomes the program that handles queues of that kind, or says why not. */
static _cold_ bool use_sibling(const struct cmdline *cl, const struct queue_ref *ref)
{
	char path[PATH_MAX];
	int rc = HAVE_RABBITMQ ? sibling_exec(SIBLING_AMQP, cl->cmd->name, cl->words) : -ENOSYS;

	sibling_path(SIBLING_AMQP, path, sizeof(path));
	if (rc == -ENOSYS)
		msg_error(_("'%s': AMQP queues are not supported by this build: name a System V or"
			    " POSIX queue"),
			  msg_name(ref));
	else if (rc == -ENOENT)
		msg_error(_("'%s': AMQP queues are not supported by this build: %s is in the package"
			    " mqtool-amqp"),
			  msg_name(ref), msg_quote(path));
	else
		msg_error("%s: %s", msg_quote(path), strerror(-rc));
	return false;
}

/* An address as it may be shown: without a password that was written into it. */
static const char *show_name(const char *text)
{
	const char *user = strstr(text, "://");
	const char *at = user ? strchr(user, '@') : NULL;
	const char *colon = at ? strchr(user + 3, ':') : NULL;
	struct buffer b = { 0 };
	const char *shown;

	if (strncmp(text, "amqp", 4) != 0 || !colon || colon > at)
		return msg_quote(text);
	buffer_put(&b, text, (size_t)(colon + 1 - text));
	buffer_puts(&b, "...");
	buffer_puts(&b, at);
	shown = msg_quote(buffer_string(&b));
	buffer_free(&b);
	return shown;
}

bool cmdline_queue(struct cmdline *cl, const char *text, struct queue_ref *ref)
{
	struct refusal error;
	int rc = queue_ref_parse(ref, text, &error);

	if (rc == 0 && !queue_supported(ref->kind))
		return use_sibling(cl, ref);
	if (rc == 0)
		rc = queue_ref_ready(ref, &error);
	if (rc == 0) {
		cl->kinds |= 1u << ref->kind;
		return true;
	}
	msg_error("'%s': %s", show_name(text), error.text);
	return false;
}

struct queue_ref *cmdline_queues(struct cmdline *cl, int first)
{
	int n = cl->noperands - first, i;
	struct queue_ref *refs = calloc(n > 0 ? (size_t)n : 1, sizeof(*refs));

	if (!refs) {
		msg_no_memory();
		return NULL;
	}
	for (i = 0; i < n; i++) {
		if (!cmdline_queue(cl, cl->operands[first + i], &refs[i])) {
			free(refs);
			return NULL;
		}
	}
	return refs;
}

struct queue_ref *cmdline_names(struct cmdline *cl, int first)
{
	struct queue_ref *refs = cmdline_queues(cl, first);

	for (int i = first; refs && i < cl->noperands; i++) {
		if (refs[i - first].by != QUEUE_BY_PROC)
			continue;
		(void)!msg_usage(_("%s names an open descriptor: give the queue's own name"),
				 cl->operands[i]);
		free(refs);
		return NULL;
	}
	return refs;
}

int cmdline_each(const struct queue_ref *refs, int n,
		 int (*one)(const struct queue_ref *ref, void *arg), void *arg)
{
	int status = EX_DONE, i;

	for (i = 0; i < n; i++)
		status = status_first(status, one(&refs[i], arg));
	return status;
}
