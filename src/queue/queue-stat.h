/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-stat.h - what is known of a queue, and what follows from it
 */
#ifndef MQTOOL_QUEUE_STAT_H
#define MQTOOL_QUEUE_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "queue/ref.h"

/* Presence bits: a field that a kind lacks, or that may not be read, is absent, not zero. */
#define STAT_MESSAGES (1u << 0)
#define STAT_BYTES (1u << 1)
#define STAT_MAXMSG (1u << 2)   /* POSIX mq_maxmsg */
#define STAT_MSGSIZE (1u << 3)  /* POSIX mq_msgsize */
#define STAT_QBYTES (1u << 4)   /* System V msg_qbytes */
#define STAT_OWNER (1u << 5)    /* mode, uid, gid */
#define STAT_KEY (1u << 6)      /* System V key (0: private) and msqid */
#define STAT_PIDS (1u << 7)     /* System V lspid, lrpid */
#define STAT_SENT (1u << 8)     /* System V stime */
#define STAT_RECEIVED (1u << 9) /* System V rtime */
#define STAT_LAST (1u << 10)    /* last send or receive */
#define STAT_CTIME (1u << 11)
#define STAT_INODE (1u << 12)     /* POSIX dev and ino */
#define STAT_NOTIFY (1u << 13)    /* POSIX: notify_pid, 0 none */
#define STAT_WAITING (1u << 14)   /* receivers, senders: from procs.h, from no backend */
#define STAT_NET (1u << 15)       /* net: what watch saw between two looks */
#define STAT_HISTORY (1u << 16)   /* history: likewise */
#define STAT_SEEN (1u << 17)      /* receivers, senders: a lower bound, by procs.h */
#define STAT_NAMESPACE (1u << 18) /* ns, ns_pid, ns_procs: from namespaces.h */
#define STAT_RATES (1u << 19)     /* rates: from rates.h */

/* What passes through a queue in a second, and how long it takes; NAN if there is nothing to derive
 * it from. */
struct queue_rates {
	float send, recv;   /* messages in a second */
	float in, out;      /* bytes in a second */
	float age;          /* mean seconds that a message stays */
	float swait, rwait; /* mean seconds that a call is blocked */
};

struct history;

struct queue_stat {
	enum queue_kind kind;
	unsigned int have;
	uint32_t key;
	int msqid;
	union {                                      /* owned by the list or queue it came from */
		const char *name;                    /* POSIX: with its slash */
		const struct queue_address *address; /* AMQP */
	};
	uint64_t messages, bytes;
	uint64_t maxmsg, msgsize, qbytes;
	mode_t mode; /* the nine permission bits */
	uid_t uid;
	gid_t gid;
	uid_t cuid; /* System V: who made it */
	gid_t cgid;
	pid_t lspid, lrpid;                /* as seen from our pid namespace, 0 outside it */
	int64_t stime, rtime, last, ctime; /* seconds since the epoch, 0 never */
	dev_t dev;
	ino_t ino;
	pid_t notify_pid;
	unsigned int receivers, senders; /* threads blocked on the queue now */
	double net;                      /* change of messages in a second */
	const struct history *history;   /* owned by whoever set it */
	uint64_t ns;                     /* its IPC namespace, as ls -iL /proc/PID/ns/ipc says */
	pid_t ns_pid;                    /* a process that lives there */
	unsigned int ns_procs;           /* how many processes do */
	struct queue_rates rates;
};

/* Makes the name ref's, which must outlive st, instead of that of the queue it was read from. */
void queue_stat_name(struct queue_stat *st, const struct queue_ref *ref);
/* Writes the queue's name in the form mqtool prints and accepts back; returns buf. */
const char *queue_stat_text(const struct queue_stat *st, char buf[static QUEUE_NAME_TEXT]);
/* part of whole in percent, rounded down, at most INT_MAX; 100 if whole is 0. */
int queue_percent(uint64_t part, uint64_t whole);
/*
 * Percent of the queue in use, rounded down.  System V: the larger of bytes and messages over
 * msg_qbytes (the kernel blocks on either); 100 if msg_qbytes is 0.  POSIX: messages over
 * mq_maxmsg.  -1 if the numbers are absent.
 */
int queue_stat_use(const struct queue_stat *st);
/*
 * True if a message of size bytes has room beside those there.  If not, the sender waits, and for
 * ever if the size is over what the queue takes (queue_max_message()).
 */
bool queue_stat_fits(const struct queue_stat *st, uint64_t size);

/* Sets *ref to the queue that st describes, by what no other queue can have meanwhile: System V by
 * id. */
void queue_stat_ref(const struct queue_stat *st, struct queue_ref *ref);
/* True if st is the queue that ref names. */
bool queue_ref_is(const struct queue_ref *ref, const struct queue_stat *st);
/* True if both are one queue of the kernel, by what no two queues have in common. */
bool queue_stat_same(const struct queue_stat *a, const struct queue_stat *b);
/*
 * The order of names: by kind; System V by key, private queues first, then by msqid; POSIX by
 * bytes, AMQP as printed; the same name by IPC namespace.  Returns as strcmp(3).
 */
int queue_stat_compare(const struct queue_stat *a, const struct queue_stat *b);

#endif
