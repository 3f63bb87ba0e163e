/* SPDX-License-Identifier: MIT */
#include "partner.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "cpus.h"
#include "xalloc.h"

struct partner {
	pthread_t thread;
	int cpu, to, from; /* CPU, and event counters */
	bool leave;
};

static int take_turn(int fd, bool give)
{
	eventfd_t value = 1;

	return (give ? eventfd_write(fd, value) : eventfd_read(fd, &value)) ? errno : 0;
}

static void *take_turns(void *arg)
{
	struct partner *p = arg;

	cpus_pin(p->cpu);
	while (!take_turn(p->to, false) && !p->leave)
		if (take_turn(p->from, true))
			break;
	return NULL;
}

int partner_start(struct partner **partner)
{
	struct partner *p = xcalloc(1, sizeof(*p));

	p->cpu = sched_getcpu();
	p->to = eventfd(0, EFD_CLOEXEC);
	p->from = eventfd(0, EFD_CLOEXEC);
	if (p->cpu < 0 || p->to < 0 || p->from < 0) {
		int error = errno;

		if (p->to >= 0)
			close(p->to);
		free(p);
		return error;
	}
	p->thread = cpus_start_thread(take_turns, p);
	*partner = p;
	return 0;
}

int partner_turn(struct partner *p)
{
	int error = take_turn(p->to, true);

	while (!error && (error = take_turn(p->from, false)) == EINTR && !interrupted)
		error = 0;
	return error;
}

void partner_stop(struct partner *p)
{
	if (!p)
		return;
	p->leave = true;
	take_turn(p->to, true);
	pthread_join(p->thread, NULL);
	close(p->to);
	close(p->from);
	free(p);
}
