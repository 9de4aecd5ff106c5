/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-amqp.h - lets a program have queues of brokers
 *
 * Linked into mqtool-amqp alone (sibling.h): nothing else is to map librabbitmq.
 */
#ifndef MQTOOL_QUEUE_AMQP_H
#define MQTOOL_QUEUE_AMQP_H

/* From now on queue.h has queues of kind QUEUE_AMQP. */
void queue_amqp_use(void);

#endif
