/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue-amqp.h - lets a program use queues of brokers
 *
 * Linked only into mqtool-amqp (sibling.h): nothing else may map librabbitmq.
 */
#ifndef MQTOOL_QUEUE_AMQP_H
#define MQTOOL_QUEUE_AMQP_H

/* From now on queue.h has queues of kind QUEUE_AMQP. */
void queue_amqp_use(void);

#endif
