/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <linux/perf_event.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint64_t events[COUNTERS] = {
    PERF_COUNT_HW_INSTRUCTIONS,
    PERF_COUNT_HW_CPU_CYCLES,
};

/* Opened at a thread's first reading, closed with the process. */
static _Thread_local struct {
	bool opened;
	int fd[COUNTERS];
} counters;

static void open_counters(void)
{
	counters.opened = true;
	for (int i = 0; i < COUNTERS; i++) {
		struct perf_event_attr attr = {
		    .type = PERF_TYPE_HARDWARE,
		    .size = sizeof(attr),
		    .config = events[i],
		    .exclude_hv = 1,
		    .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		};

		counters.fd[i] =
		    (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
	}
}

void counters_read(int64_t values[COUNTERS])
{
	if (!counters.opened)
		open_counters();
	for (int i = 0; i < COUNTERS; i++) {
		struct {
			uint64_t value, enabled, running;
		} r;

		values[i] = -1;
		/* Where others have taken the counters, it counted only some of the time. */
		if (counters.fd[i] >= 0 && read(counters.fd[i], &r, sizeof(r)) == sizeof(r) &&
		    r.enabled == r.running)
			values[i] = (int64_t)r.value;
	}
}
