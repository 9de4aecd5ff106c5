/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-backend.h - what a kind of queue provides to queue.c, and what queue.c provides to it
 *
 * Only queue*.c and amqp-*.c include it.  Each member does what the function of that name in
 * queue.h says.
 */
#ifndef MQTOOL_QUEUE_BACKEND_H
#define MQTOOL_QUEUE_BACKEND_H

#include "base/buffer.h"
#include "base/refusal.h"
#include "queue/queue.h"

/* What every backend's own struct begins with. */
struct queue {
	const struct queue_backend *backend;
	struct queue_ref ref;
};

struct queue_backend {
	size_t size; /* of that struct; it is zeroed before open() */
	/* An error leaves *q for close() to free. */
	int (*open)(struct queue *q, unsigned int access);
	void (*close)(struct queue *q);
	int (*send)(struct queue *q, const struct message *m, int64_t timeout_ns);
	int (*take)(struct queue *q, struct message *m, size_t room,
		    const struct queue_select *want, int64_t timeout_ns);
	size_t (*room_wanted)(struct queue *q);
	size_t (*max_message)(struct queue *q);
	int (*change_fd)(const struct queue *q); /* NULL: -1 */
	bool (*same)(const struct queue *a, const struct queue *b);
	int (*put_back)(struct queue *q, const struct message *m);
	/* NULL: this kind takes no properties. */
	bool (*leaves_out)(const struct queue *q, const struct message *m);
	/* Operations that not every kind has; NULL if there is nothing to do. */
	int (*delivered)(struct queue *q, const struct message *m);
	int (*tell)(struct queue *q);
	int (*catch_up)(struct queue *q);
	int (*flush)(struct queue *q, int64_t timeout_ns);
	void (*window)(struct queue *q, size_t messages, size_t bytes);
	void (*before_wait)(struct queue *q, void (*before_wait)(void *arg, bool for_room),
			    void *arg);
	int (*still_there)(struct queue *q);
	uint64_t (*unconfirmed)(struct queue *q, struct buffer *numbers, uint64_t *first);
	bool (*confirmed)(struct queue *q, uint64_t number);
	bool (*kept)(struct queue *q, uint64_t number, struct message *m);
	bool (*withdraw)(struct queue *q, uint64_t number);
	uint64_t (*resent)(struct queue *q);
	int (*reopen)(struct queue *q, int64_t timeout_ns);
	bool (*may_reopen)(int error);
	void (*expect)(struct queue *q, uint64_t n, enum queue_expectation how);
	void (*hold)(struct queue *q, unsigned int n);
	int (*ready)(const struct queue_ref *ref, struct refusal *error);
	/* NULL in the next six, except look(): -EOPNOTSUPP. */
	int (*rights)(const struct queue_ref *ref, struct queue_stat *st);
	int (*peek)(struct queue *q, struct message *m, size_t room, size_t index);
	int (*look)(struct queue *q, unsigned int detail, struct queue_stat *st);
	int (*look_again)(const struct queue_stat *seen, unsigned int detail,
			  struct queue_stat *now);
	int (*list)(struct queue_list *list, unsigned int detail);
	int (*visit)(queue_visitor *visit, void *arg);
	int (*create)(const struct queue_ref *ref, const struct queue_attr *attr, bool exist_ok,
		      struct queue_ref *made);
	int (*set)(const struct queue_ref *ref, const struct queue_attr *attr);
	int (*remove)(const struct queue_ref *ref);
	/* Like queue_explain(), but returns false with nothing appended if it knows no more than
	 * the plain meaning of the error. */
	bool (*explain)(const struct queue_attempt *attempt, int error, struct buffer *why);
};

extern const struct queue_backend queue_backend_sysv;
extern const struct queue_backend queue_backend_posix;
/* NULL except in the program that has it: queue_amqp_use() (queue-amqp.h). */
extern const struct queue_backend *queue_backend_amqp;
/* As given to queue_set_broker(), with the default filled in. */
const struct queue_broker *queue_broker(void);

/*
 * Reads one line of /proc/sysvipc/msg (proc(5)) into the zeroed st.  False for a line that is not a
 * queue, such as the heading: st is then unchanged.  Pure.
 */
bool queue_parse_proc_line(const char *line, struct queue_stat *st);

/* Appends what an error means for the attempt, if the backend knows no more. */
void queue_explain_plain(const struct queue_attempt *attempt, int error, struct buffer *why);
/* Appends what EPERM means for a caller who is allowed all that the call itself checks. */
void queue_explain_refused(struct buffer *why);
/* Appends "SIZE bytes; QUEUE takes at most LIMIT (REASON)"; reason is translated. */
void queue_explain_size(const struct queue_attempt *attempt, uint64_t limit, const char *reason,
			struct buffer *why);

/* Empties the list, but keeps its memory for the next filling. */
void queue_list_empty(struct queue_list *list);
/* One more zeroed item at the end of the list, or NULL (out of memory). */
struct queue_stat *queue_list_add(struct queue_list *list);
/* A copy of a name that lives as long as the list's content, or NULL (out of memory). */
const char *queue_list_name(struct queue_list *list, const char *name);

#endif
