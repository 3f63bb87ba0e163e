/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <unistd.h>

#include "cpus.h"

volatile sig_atomic_t interrupted;

/* A call that a thread is about to make is not ended: ask again every second. */
static void on_signal(int signal)
{
	(void)signal;
	interrupted = 1;
	cpus_interrupt();
	alarm(1);
}

void interrupt_catch(void)
{
	/* A write that waits for its reader goes on: rows are whole. */
	const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction hangup;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
}
