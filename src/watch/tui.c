/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tui.c - the screen of watch: a terminal, a clock and keys, put together
 *
 * The only user of curses.  Signals are taken only while it waits, so that none arrives half way
 * through painting.
 */
#include "config.h"

#define NCURSES_WIDECHAR 1

#include "base/buffer.h"
#include "base/escape.h"
#include "base/stop.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/enter.h"
#include "cmd/msg.h"
#include "watch/tui.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* <term.h> has capabilities as macros with everyday names. */
#undef columns
#undef lines

#include "watch/canvas.h"
#include "watch/model.h"
#include "watch/sampler.h"
#include "watch/view.h"

/* Looking takes at most this fraction of the time, else it is done less often. */
#define LOOK_SHARE 20
/* One queue in detail: finding its processes takes a look at all processes. */
#define DETAIL_SHARE 50
#define DETAIL_EVERY_NS (2 * NSEC_PER_SEC)
/* The selection must rest on a queue for this long before it is looked at in detail. */
#define DETAIL_AFTER_NS (NSEC_PER_SEC / 20)

enum { PAIR_GOOD = 1, PAIR_WARN, PAIR_ALARM };

struct tui {
	const struct watch_options *o;
	struct sampler sampler;
	struct model model;
	struct view view;
	struct facts facts;
	struct canvas canvas;
	cchar_t *line; /* one line for curses */
	int line_cap;
	SCREEN *screen;
	bool color;
	bool mouse; /* taken now */
	uint64_t looks;
	int64_t due_ns;          /* the next look */
	int64_t delay_ns;        /* the real one */
	int64_t detail_due_ns;   /* INT64_MAX: never */
	int64_t detail_rest_ns;  /* no other queue is looked at earlier */
	int64_t cpu_ns, wall_ns; /* at the last measurement of our own cost */
	bool dead;               /* the terminal is gone */
	sigset_t usual;          /* signals blocked except while waiting */
};

/* ---- restoring the terminal after a crash ---- */

static struct termios before;
static bool have_before;
static char restore[256]; /* the strings that make the screen usable again */
static size_t restore_len;
static struct sigaction usual_crash[NSIG];

static const int crash_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP };

/* Does only what signal-safety(7) allows, then dies as it would have without us. */
static void on_crash(int sig)
{
	ssize_t unused = write(STDOUT_FILENO, restore, restore_len);

	(void)unused;
	if (have_before)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
	sigaction(sig, &usual_crash[sig], NULL);
	raise(sig);
}

/* Adds a string of the terminal, without its padding ("$<5>"). */
static void add_restore(const char *capability)
{
	const char *p = tigetstr(capability);

	if (!p || p == (const char *)-1)
		return;
	while (*p && restore_len < sizeof(restore)) {
		if (p[0] == '$' && p[1] == '<' && strchr(p, '>'))
			p = strchr(p, '>') + 1;
		else
			restore[restore_len++] = *p++;
	}
}

static void prepare_crash(void)
{
	static const char mouse_off[] = "\033[?1000l\033[?1006l";
	struct sigaction action = { .sa_handler = on_crash };

	restore_len = 0;
	if (tigetstr("kmous") && tigetstr("kmous") != (char *)-1) {
		memcpy(restore, mouse_off, sizeof(mouse_off) - 1);
		restore_len = sizeof(mouse_off) - 1;
	}
	add_restore("sgr0");
	add_restore("op");
	add_restore("rmkx");
	add_restore("cnorm");
	add_restore("rmcup");
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++)
		sigaction(crash_signals[i], &action, &usual_crash[crash_signals[i]]);
}

static void forget_crash(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(crash_signals); i++)
		sigaction(crash_signals[i], &usual_crash[crash_signals[i]], NULL);
}

/* ---- stopping (Ctrl-Z) ---- */

static volatile sig_atomic_t stop_wanted;

static void on_stop(int sig)
{
	(void)sig;
	stop_wanted = true;
}

/* curses has a handler of its own if there is none yet, and ignores the signal while it paints: a
 * pending one would be lost. */
static void catch_stop(void)
{
	const struct sigaction ours = { .sa_handler = on_stop };
	struct sigaction old;

	if (sigaction(SIGTSTP, NULL, &old) == 0 && old.sa_handler == SIG_DFL)
		sigaction(SIGTSTP, &ours, NULL);
}

static void forget_stop(void)
{
	struct sigaction old;

	if (sigaction(SIGTSTP, NULL, &old) == 0 && old.sa_handler == on_stop)
		signal(SIGTSTP, SIG_DFL);
}

/* Stops, with the terminal as it was before; goes on when continued. */
static void stop_here(void)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	struct sigaction ours;
	sigset_t set, blocked;

	stop_wanted = false;
	endwin();
	sigaction(SIGTSTP, &usual, &ours);
	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	sigaction(SIGTSTP, &ours, NULL);
	/* The size may have changed, and only the foreground job is told. */
	raise(SIGWINCH);
	clearok(curscr, TRUE);
}

/* ---- the terminal ---- */

static void block_signals(struct tui *t)
{
	sigset_t set;

	stop_init();
	stop_hold(&t->usual);
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool hangup_ignored(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

enum terminal { TERMINAL_UNKNOWN, TERMINAL_TOO_DUMB, TERMINAL_GOOD };

/* What is known about a type of terminal: to show a screen it must move its cursor. */
static enum terminal try_terminal(const char *term)
{
	const char *cup;
	int error;

	if (setupterm(term, STDOUT_FILENO, &error) != OK)
		return TERMINAL_UNKNOWN;
	cup = tigetstr("cup");
	del_curterm(cur_term);
	return cup && cup != (const char *)-1 ? TERMINAL_GOOD : TERMINAL_TOO_DUMB;
}

/* The terminal to open: TERM if it will do, else what nearly all of today's resemble. */
static const char *choose_terminal(void)
{
	static const char *const like[] = { "xterm-256color", "xterm" };
	const char *term = getenv("TERM");
	enum terminal known = term && *term ? try_terminal(term) : TERMINAL_UNKNOWN;

	/* A known terminal that cannot do it must be believed. */
	if (known != TERMINAL_UNKNOWN)
		return known == TERMINAL_GOOD ? term : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(like); i++) {
		if (try_terminal(like[i]) == TERMINAL_GOOD)
			return like[i];
	}
	return NULL;
}

static void start_colors(struct tui *t)
{
	const char *no_color = getenv("NO_COLOR");
	bool wanted = t->o->color == WATCH_COLOR_ALWAYS ||
		      (t->o->color == WATCH_COLOR_AUTO && !(no_color && *no_color));

	if (!wanted || !has_colors() || start_color() == ERR || use_default_colors() == ERR)
		return;
	init_pair(PAIR_GOOD, COLOR_GREEN, -1);
	init_pair(PAIR_WARN, COLOR_YELLOW, -1);
	init_pair(PAIR_ALARM, COLOR_RED, -1);
	t->color = true;
}

static int no_terminal(void)
{
	const char *term = getenv("TERM");

	return msg_usage(_("a terminal of type '%s' cannot show a screen; to print instead, use"
			   " --batch or --json"),
			 msg_quote(term ? term : ""));
}

static int open_terminal(struct tui *t)
{
	const char *term, *wanted = getenv("TERM");

	text_init();
	term = choose_terminal();
	if (!term)
		return no_terminal();
	have_before = tcgetattr(STDIN_FILENO, &before) == 0;
	t->canvas.ascii = t->o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (t->canvas.ascii)
		text_ascii(); /* the canvas would escape other controls */
	catch_stop();
	t->screen = newterm(term, stdout, stdin);
	if (!t->screen)
		return no_terminal();
	if (!wanted || strcmp(term, wanted) != 0)
		snprintf(t->view.said, sizeof(t->view.said),
			 _("the terminal's type is not known here: taken for %s"), term);
	cbreak();
	noecho();
	nonl();
	set_escdelay(50);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	curs_set(0);
	mouseinterval(0);
	start_colors(t);
	prepare_crash();
	return EX_DONE;
}

static void close_terminal(struct tui *t)
{
	if (!t->screen)
		return;
	endwin();
	forget_stop();
	forget_crash();
	delscreen(t->screen);
	t->screen = NULL;
}

static void take_mouse(struct tui *t)
{
	mmask_t mask = BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED;

	if (t->mouse == t->view.mouse)
		return;
	t->mouse = t->view.mouse;
	mousemask(t->mouse ? mask : 0, NULL);
}

/* ---- painting ---- */

static attr_t attribute_of(const struct tui *t, unsigned int style, short *pair)
{
	attr_t attr = style & STYLE_SELECTED ? A_REVERSE : A_NORMAL;

	*pair = 0;
	switch (style & ~(unsigned int)STYLE_SELECTED) {
	case STYLE_BOLD:
		return attr | A_BOLD;
	case STYLE_DIM:
		return attr | A_DIM;
	case STYLE_BAR:
		return attr | A_REVERSE;
	case STYLE_GOOD:
		*pair = t->color ? PAIR_GOOD : 0;
		return attr;
	case STYLE_WARN:
		*pair = t->color ? PAIR_WARN : 0;
		return attr | A_BOLD; /* yellow alone cannot be read on white */
	case STYLE_ALARM:
		*pair = t->color ? PAIR_ALARM : 0;
		return attr | A_BOLD;
	default:
		return attr;
	}
}

/* True if the character is as wide to curses as to us: else columns would shift. */
static bool agreed(const struct canvas *c, int y, int x)
{
	const struct cell *cell = canvas_at(c, y, x);
	int width = x + 1 < c->width && canvas_at(c, y, x + 1)->ch[0] == 0 ? 2 : 1;

	return cell->ch[0] < 0x80 || wcwidth((wchar_t)cell->ch[0]) == width;
}

static void put_line(struct tui *t, int y)
{
	const struct canvas *c = &t->canvas;
	int n = 0;

	for (int x = 0; x < c->width; x++) {
		const struct cell *cell = canvas_at(c, y, x);
		wchar_t text[CELL_CHARS + 1] = { 0 };
		attr_t attr;
		short pair;

		if (cell->ch[0] == 0)
			continue; /* the right half of the character before */
		attr = attribute_of(t, cell->style, &pair);
		for (int i = 0; i < CELL_CHARS; i++)
			text[i] = (wchar_t)cell->ch[i];
		if (!agreed(c, y, x)) {
			bool wide = x + 1 < c->width && canvas_at(c, y, x + 1)->ch[0] == 0;

			wmemset(text, L'\0', CELL_CHARS);
			text[0] = L'?';
			if (wide)
				setcchar(&t->line[n++], text, attr, pair, NULL);
		}
		setcchar(&t->line[n++], text, attr, pair, NULL);
	}
	mvadd_wchnstr(y, 0, t->line, n);
}

static bool fit_canvas(struct tui *t)
{
	int height, width;

	getmaxyx(stdscr, height, width);
	if (width > t->line_cap) {
		cchar_t *line = reallocarray(t->line, (size_t)width, sizeof(*line));

		if (!line)
			return false;
		t->line = line;
		t->line_cap = width;
	}
	return canvas_resize(&t->canvas, width, height) == 0;
}

static void paint(struct tui *t)
{
	struct canvas *c = &t->canvas;
	struct timespec now;

	if (!fit_canvas(t))
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	t->facts.now = now.tv_sec;
	t->facts.monotonic_ns = clock_monotonic_ns();
	t->facts.delay_ns = t->delay_ns;
	sampler_facts(&t->sampler, &t->facts);
	view_paint(&t->view, c, &t->facts);
	/* Curses writes the last cell of a screen by way of the one to its left: there must be one. */
	if (c->width == 1)
		canvas_blank(c, c->height - 1, 0, 1, STYLE_PLAIN);
	for (int y = 0; y < c->height; y++)
		put_line(t, y);
	curs_set(c->cursor_y >= 0);
	if (c->cursor_y >= 0)
		move(c->cursor_y, c->cursor_x);
	refresh();
}

/* ---- looking ---- */

static int64_t cpu_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void measure_cost(struct tui *t)
{
	int64_t cpu = cpu_clock_ns(), wall = clock_monotonic_ns();

	if (t->wall_ns && wall > t->wall_ns)
		t->facts.cost = 100.0 * (double)(cpu - t->cpu_ns) / (double)(wall - t->wall_ns);
	t->cpu_ns = cpu;
	t->wall_ns = wall;
}

/* A blocked thread is an event when it is first known to be stuck. */
static void note_alarms(struct tui *t)
{
	const struct alarms *a = &t->sampler.alarms;

	for (size_t i = 0; i < a->n; i++) {
		if (!a->items[i].fresh || !alarm_is_grave(&a->items[i]))
			continue;
		model_note(&t->model, &a->items[i].st, EVENT_SENDER);
	}
}

static int look(struct tui *t)
{
	int64_t began = clock_monotonic_ns(), took;
	enum sampler_waiters waiters = t->view.waiters ? SAMPLER_PACED : SAMPLER_NO_WAITERS;
	unsigned int detail = STAT_MESSAGES |
			      watch_detail(&t->view.columns, t->model.sort, &t->model.filter);
	struct facts_look l;
	int rc;

	t->sampler.traced = t->view.traced;
	t->sampler.waits = cmd_look_wants_waits(&t->view.columns, t->model.sort);
	rc = sampler_look(&t->sampler, detail, waiters, &l);

	if (rc == 0)
		rc = model_update(&t->model, &l);
	if (rc < 0)
		return rc;
	note_alarms(t);
	sampler_refresh(&t->sampler, &t->facts.detail);
	took = clock_monotonic_ns() - began;
	t->delay_ns = t->view.delay_ns > took * LOOK_SHARE ? t->view.delay_ns : took * LOOK_SHARE;
	t->due_ns += t->delay_ns;
	/* Missed looks are not caught up. */
	if (t->due_ns < began + took)
		t->due_ns = began + t->delay_ns;
	t->looks++;
	measure_cost(t);
	return 0;
}

static void look_at_detail(struct tui *t)
{
	const struct row *row = model_selected(&t->model);
	int64_t began = clock_monotonic_ns(), took;

	t->detail_due_ns = INT64_MAX;
	if (!row || !view_wants_detail(&t->view))
		return;
	if (row->state & ROW_GONE) {
		t->facts.detail.valid = false;
	} else {
		size_t at = t->view.message;

		sampler_detail(&t->sampler, &row->st, view_wants_messages(&t->view),
			       at > FACTS_MESSAGES / 2 ? at - FACTS_MESSAGES / 2 : 0,
			       t->view.waiters, &t->facts.detail);
	}
	took = clock_monotonic_ns() - began;
	t->detail_rest_ns = began + took * DETAIL_SHARE;
	t->detail_due_ns = began + (took * DETAIL_SHARE > DETAIL_EVERY_NS ? took * DETAIL_SHARE :
									    DETAIL_EVERY_NS);
}

static void look_at_message(struct tui *t)
{
	const struct row *row = model_selected(&t->model);

	t->facts.whole = (struct facts_whole){ .valid = false };
	if (row && !(row->state & ROW_GONE))
		sampler_message(&t->sampler, &row->st, t->view.message, &t->facts.whole);
}

/* A received message is on the screen, whole, until the user leaves it. */
static void change(struct tui *t)
{
	struct change_result result;
	struct timespec now;

	change_queue(t->view.change.kind, &t->view.change.of, t->view.typed, &t->sampler.whole,
		     &result);
	clock_gettime(CLOCK_REALTIME, &now);
	if (t->view.change.kind == CHANGE_RECEIVE && !result.error)
		t->facts.whole = (struct facts_whole){
			.valid = true,
			.taken = true,
			.has_priority = result.message.have & MESSAGE_HAS_PRIORITY,
			.type = result.message.have & MESSAGE_HAS_PRIORITY ?
					(long)result.message.priority :
					result.message.type,
			.size = result.message.len,
			.data = result.message.data,
		};
	view_tell_change(&t->view, &result, now.tv_sec);
}

/* ---- keys ---- */

static uint32_t key_of(wint_t code)
{
	static const struct {
		wint_t code;
		uint32_t key;
	} keys[] = {
		{ KEY_UP, VIEW_KEY_UP },         { KEY_DOWN, VIEW_KEY_DOWN },
		{ KEY_LEFT, VIEW_KEY_LEFT },     { KEY_RIGHT, VIEW_KEY_RIGHT },
		{ KEY_PPAGE, VIEW_KEY_PAGE_UP }, { KEY_NPAGE, VIEW_KEY_PAGE_DOWN },
		{ KEY_HOME, VIEW_KEY_HOME },     { KEY_END, VIEW_KEY_END },
		{ KEY_ENTER, VIEW_KEY_ENTER },   { KEY_BACKSPACE, VIEW_KEY_BACKSPACE },
		{ KEY_F(1), VIEW_KEY_F1 },       { KEY_F(2), VIEW_KEY_F2 },
		{ KEY_F(3), VIEW_KEY_F3 },       { KEY_F(4), VIEW_KEY_F4 },
		{ KEY_F(5), VIEW_KEY_F5 },       { KEY_F(6), VIEW_KEY_F6 },
		{ KEY_F(9), VIEW_KEY_F9 },       { KEY_F(10), VIEW_KEY_F10 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (keys[i].code == code)
			return keys[i].key;
	}
	return VIEW_KEY_NONE;
}

static unsigned int mouse_event(struct tui *t)
{
	MEVENT event;
	int wheel = 0;

	if (getmouse(&event) != OK)
		return 0;
	if (event.bstate & BUTTON4_PRESSED)
		wheel = -1;
	else if (event.bstate & BUTTON5_PRESSED)
		wheel = 1;
	return view_click(&t->view, event.y, event.x, wheel, clock_monotonic_ns());
}

/* Handles all pending keys.  Returns VIEW_* bits. */
static unsigned int read_keys(struct tui *t)
{
	unsigned int todo = 0;
	wint_t code;
	int rc;

	while (!(todo & VIEW_QUIT) && (rc = get_wch(&code)) != ERR) {
		if (rc == KEY_CODE_YES && code == KEY_RESIZE)
			todo |= VIEW_PAINT;
		else if (rc == KEY_CODE_YES && code == KEY_MOUSE)
			todo |= mouse_event(t);
		else
			todo |= view_key(&t->view, rc == KEY_CODE_YES ? key_of(code) : code,
					 clock_monotonic_ns());
	}
	return todo;
}

/* ---- the loop ---- */

/* The detail beside the table is always that of the selected queue. */
static void plan_detail(struct tui *t)
{
	const struct row *row = model_selected(&t->model);
	int64_t due = clock_monotonic_ns() + DETAIL_AFTER_NS;

	if (!row || row->state & ROW_GONE || !view_wants_detail(&t->view))
		return;
	if (t->facts.detail.valid && queue_stat_same(&t->facts.detail.of, &row->st))
		return;
	if (due < t->detail_rest_ns)
		due = t->detail_rest_ns;
	if (t->detail_due_ns > due)
		t->detail_due_ns = due;
}

static int64_t next_due(const struct tui *t)
{
	int64_t due = t->view.paused ? INT64_MAX : t->due_ns;

	if (!t->view.paused && view_wants_detail(&t->view) && t->detail_due_ns < due)
		due = t->detail_due_ns;
	return due;
}

/* Ready, but with nothing to read: the terminal is gone (or stdin closed). */
static bool at_end(void)
{
	int n = 0;

	return ioctl(STDIN_FILENO, FIONREAD, &n) < 0 || n == 0;
}

/* Waits for a key, a signal or the next look. */
static void wait_for_events(struct tui *t)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t left = next_due(t) - clock_monotonic_ns();
	struct timespec timeout;

	if (stop_signal())
		return;
	if (left < 0)
		left = 0;
	timeout.tv_sec = left / NSEC_PER_SEC;
	timeout.tv_nsec = left % NSEC_PER_SEC;
	if (ppoll(&in, 1, next_due(t) == INT64_MAX ? NULL : &timeout, &t->usual) <= 0)
		return;
	t->dead = in.revents & (POLLHUP | POLLERR | POLLNVAL) || (in.revents & POLLIN && at_end());
}

static int react(struct tui *t, unsigned int todo)
{
	int64_t now = clock_monotonic_ns();

	if (todo & VIEW_MOUSE)
		take_mouse(t);
	if (todo & VIEW_MESSAGE)
		look_at_message(t);
	if (todo & VIEW_CHANGE)
		change(t);
	if (todo & VIEW_TIMER)
		t->due_ns = now;
	if (todo & VIEW_DETAIL)
		t->detail_due_ns = now + (t->facts.detail.valid ? DETAIL_AFTER_NS : 0);
	if (todo & VIEW_REPAIR)
		clearok(curscr, TRUE);
	if (todo & VIEW_LOOK && !t->view.paused)
		t->due_ns = now;
	return 0;
}

static int loop(struct tui *t)
{
	const uint64_t wanted = t->o->iterations;
	unsigned int todo;
	int rc = 0;

	take_mouse(t);
	paint(t);
	while (!t->dead && !stop_signal() && !(wanted && t->looks >= wanted && !t->view.paused)) {
		plan_detail(t);
		wait_for_events(t);
		if (stop_wanted)
			stop_here();
		todo = read_keys(t);
		if (todo & VIEW_QUIT)
			break;
		rc = react(t, todo);
		if (!t->view.paused && clock_monotonic_ns() >= t->due_ns)
			rc = look(t);
		if (!t->view.paused && clock_monotonic_ns() >= t->detail_due_ns)
			look_at_detail(t);
		if (rc < 0)
			break;
		paint(t);
	}
	return rc;
}

/* ---- beginning and end ---- */

static void name_machine(struct facts *facts)
{
	char host[65] = "";
	struct buffer b = { 0 };

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	escape_put(&b, host, strlen(host), ESCAPE_FOREIGN);
	snprintf(facts->host, sizeof(facts->host), "%s", buffer_string(&b));
	buffer_free(&b);
}

static void set_up(struct tui *t, const struct watch_options *o)
{
	*t = (struct tui){
		.o = o,
		.sampler = watch_sampler(o),
		.detail_due_ns = INT64_MAX,
		.facts = { .cost = -1, .root = geteuid() == 0 },
	};
	model_init(&t->model);
	view_init(&t->view, &t->model);
	t->model.sort = o->look.sort;
	t->model.reverse = o->look.reverse;
	t->model.filter = o->filter;
	memcpy(t->view.filter_text, o->filter_text, sizeof(t->view.filter_text));
	t->view.columns = o->look.columns;
	t->view.delay_ns = t->view.start_ns = o->delay_ns;
	t->view.allow_changes = o->allow_changes;
	t->view.traced = o->look.traced;
	t->view.mouse = o->mouse;
	name_machine(&t->facts);
}

static void tear_down(struct tui *t)
{
	close_terminal(t);
	sampler_free(&t->sampler);
	model_free(&t->model);
	canvas_free(&t->canvas);
	view_free(&t->view);
	free(t->line);
}

/* An error that prevents any screen is printed before there is a screen to hide it. */
static int first_look(struct tui *t)
{
	struct sampler *s = &t->sampler;
	int status = EX_DONE, rc;

	t->due_ns = clock_monotonic_ns();
	rc = look(t);
	if (rc < 0)
		return watch_look_failed(t->o, rc);
	if (s->mask != QUEUE_MASK_ALL)
		status = msg_list_notes(&s->list, s->mask);
	if (status == EX_DONE)
		status = msg_check_named(t->o->look.refs, t->o->look.nrefs, s->list.items,
					 s->list.n);
	return status;
}

int tui_run(const struct watch_options *o)
{
	struct tui t;
	int status;

	set_up(&t, o);
	block_signals(&t);
	status = first_look(&t);
	if (status == EX_DONE)
		status = open_terminal(&t);
	if (status == EX_DONE) {
		int rc = loop(&t);

		close_terminal(&t);
		if (rc < 0)
			status = watch_look_failed(o, rc);
		else if (t.dead)
			status = EX_FAILED;
	}
	tear_down(&t);
	sigprocmask(SIG_SETMASK, &t.usual, NULL);
	if (stop_signal())
		stop_die(stop_signal());
	/* The signal for it may be late, or go only to the session's leader. */
	if (t.dead && !hangup_ignored())
		stop_die(SIGHUP);
	return status;
}
