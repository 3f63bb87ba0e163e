/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TICK_GAP_NS 1000    /* a tick takes longer, two readings of a clock do not */
#define TICK_SEARCH 16	    /* ticks in which to find two */
#define TICK_OVER_NS 200000 /* by then a tick and the work that it starts are done */
/* Not the full second: kernels differ by some milliseconds in when the carry comes there. */
#define PLACE_NS 750000000

static int64_t read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_thread(void)
{
	return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void clock_settle(int64_t least_ns)
{
	struct timespec until = {(read_clock(CLOCK_REALTIME) + least_ns) / 1000000000 + 1,
				 PLACE_NS};

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
}

static int64_t tick_ns(void)
{
	struct timespec resolution;

	clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
	return resolution.tv_nsec;
}

/* When the last timer tick began, found as a gap in the readings of a clock that is followed by
 * another one a tick later. Ticks keep their phase, so it is looked for once. */
static int64_t find_tick(void)
{
	int64_t period = tick_ns(), gap = 0, before = clock_now();
	int64_t give_up = before + TICK_SEARCH * period;

	while (before < give_up) {
		int64_t now = clock_now();

		if (now - before > TICK_GAP_NS) {
			if (gap && llabs(before - gap - period) < TICK_GAP_NS)
				return before;
			gap = before;
		}
		before = now;
	}
	return gap;
}

void clock_wait_for_tick(int64_t wanted_ns)
{
	static _Thread_local int64_t tick;
	struct timespec until;
	int64_t now, left_ns;

	if (!tick)
		tick = find_tick();
	now = clock_now();
	left_ns = tick_ns() - (now - tick) % tick_ns();
	if (left_ns > wanted_ns)
		return;
	now += left_ns + TICK_OVER_NS;
	until = (struct timespec){now / 1000000000, now % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* `cpuN user nice system idle iowait irq softirq steal` in /proc/stat. */
int64_t clock_stolen(int cpu)
{
	static _Thread_local int fd = -2;
	static _Thread_local char text[65536];
	long long steal;
	char name[16];
	const char *at;
	ssize_t n;

	if (fd == -2)
		fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	if (n < 0)
		return 0;
	text[n] = '\0';
	snprintf(name, sizeof(name), "\ncpu%d ", cpu);
	at = strstr(text, name);
	if (!at || sscanf(at + strlen(name), "%*d %*d %*d %*d %*d %*d %*d %lld", &steal) != 1)
		return 0;
	return steal;
}
