/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main-amqp.c - mqtool-amqp, which mqtool becomes for queues of brokers
 */
#include "config.h"

#include "cmd/dispatch.h"
#include "queue/queue-amqp.h"

int main(int argc, char **argv)
{
	queue_amqp_use();
	return dispatch(argc, argv);
}
