/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - queues over time: what changed, in which order, which is selected, what happened
 *
 * Pure: no terminal, no clock, no system call; looks and times are arguments.  A row is one queue
 * for as long as it lives: System V by msqid and times that only go forward, POSIX by inode, so
 * that a new queue with an old name begins a new row.
 */
#ifndef MQTOOL_MODEL_H
#define MQTOOL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "queue/queue.h"
#include "show/columns.h"
#include "show/history.h"
#include "watch/events.h"
#include "watch/facts.h"
#include "watch/filter.h"
#include "watch/totals.h"

/* The order stands still for this long after the selection was moved. */
#define MODEL_HOLD_NS (3 * NSEC_PER_SEC)

#define ROW_NEW (1u << 0)     /* did not exist at the look before */
#define ROW_GONE (1u << 1)    /* existed at the look before */
#define ROW_CHANGED (1u << 2) /* its number of messages changed */
#define ROW_FULL (1u << 3)    /* in use to 100 % */
#define ROW_HALF (1u << 4)    /* was at half or more since it was last empty */
#define ROW_WAITED (1u << 5)  /* a thread is blocked receiving */

struct row {
	struct queue_stat st; /* the row owns st.name */
	struct history history;
	int64_t since;  /* seconds since the epoch when it was first seen not empty; 0 */
	uint32_t next;  /* in its hash chain, or in the list of free rows */
	uint32_t rank;  /* its place by name among all */
	uint32_t seen;  /* the update that contained it */
	uint32_t place; /* in the order shown; MODEL_NONE if it is not shown */
	uint8_t state;  /* ROW_* */
	bool used;
};

#define MODEL_NONE UINT32_MAX

struct order_item {
	uint64_t key;
	const char *text;
	uint32_t rank, slot;
};

/* Zero-initialise it, then call model_init(); the owner calls model_free(). */
struct model {
	struct row *rows;
	uint32_t nrows;          /* slots in use, holes included */
	uint32_t rows_cap, free; /* first of the list of free rows */
	uint32_t *buckets;
	uint32_t nbuckets;
	uint32_t *by_name;        /* all slots in use */
	uint32_t live;            /* how many */
	uint32_t gone;            /* of them marked ROW_GONE */
	struct order_item *order; /* what is shown, in its order */
	uint32_t shown;
	uint32_t list_cap; /* of by_name and order */

	enum column sort;
	bool reverse;
	struct filter filter;
	unsigned int kinds; /* QUEUE_MASK_* shown */
	bool hide_idle;     /* only queues with messages or waiters */

	uint32_t selected;     /* slot, or MODEL_NONE */
	uint32_t cursor;       /* its place, kept when the row is gone */
	uint32_t top;          /* the first place on the screen */
	bool touched;          /* the selection was moved: before that it is the first row */
	bool bound;            /* the selection goes with its queue, the screen does not */
	bool follow;           /* both do: the row keeps its line on the screen */
	bool reveal;           /* bring the selection onto the screen at the next model_scroll() */
	struct row removed;    /* what was selected, after it is gone */
	int64_t gone_when;     /* the last time that a queue was found gone */
	int64_t removed_when;  /* seconds since the epoch; 0: none is */
	int64_t hold_until_ns; /* monotonic; the order stands still until then */

	uint32_t updates;
	int64_t last_ns; /* of the last update, monotonic */
	int64_t dt_ns;   /* between the last two; 0 after the first */
	int64_t now;     /* of the last update, seconds since the epoch */
	struct totals totals;

	struct events events;
};

/* Shows everything, the fullest first. */
void model_init(struct model *m);
/* Frees the memory; safe on a zeroed struct. */
void model_free(struct model *m);

/*
 * Takes in a look: adds and changes rows, marks those that are gone for one look, updates rates and
 * totals.  Returns 0, or -ENOMEM: some queues are then missing, but the model is sound.
 */
int model_update(struct model *m, const struct facts_look *look) _must_check_;

/* The row at a place shown (below m->shown). */
struct row *model_row(const struct model *m, uint32_t place);
/*
 * The selected row, or NULL.  It may be marked ROW_GONE: for one look while it is still shown or,
 * if the selection was bound to it, until another one is selected (m->removed_when).
 */
struct row *model_selected(const struct model *m);

/* The use as a mark that does not need colour: ' ', '~' from half on, '!' from 90 % on. */
char model_mark(const struct row *row);

/* These take effect at once, also on the order. */
void model_sort_by(struct model *m, enum column col, bool reverse);
void model_set_filter(struct model *m, const struct filter *filter);
void model_set_kinds(struct model *m, unsigned int kinds);
void model_set_hide_idle(struct model *m, bool hide);

/* Logs that something happened to the queue, if it has a row. */
void model_note(struct model *m, const struct queue_stat *st, enum event_kind kind);
/* follow: the selection, once moved, goes with its queue instead of keeping its line. */
void model_bind(struct model *m, bool bound);
/* Selects the row at a place, or the nearest one, and holds the order. */
void model_select(struct model *m, int64_t place, int64_t monotonic_ns);
/* Moves the selection by that many rows. */
void model_move(struct model *m, int64_t rows, int64_t monotonic_ns);
/* True while the order is held because the selection was moved. */
bool model_held(const struct model *m, int64_t monotonic_ns);
/*
 * Chooses m->top for `lines` lines: unchanged, unless the selection was just moved and must be
 * among them.  Call it before painting.
 */
void model_scroll(struct model *m, uint32_t lines);

/* The natural direction of a sort key on a screen: largest first, except for names and ages. */
bool model_largest_first(enum column col);

#endif
