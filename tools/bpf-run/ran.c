/* SPDX-License-Identifier: MIT */
#include "ran.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <unistd.h>

#include "clock.h"
#include "cpus.h"
#include "stats.h"

/* Up to 1000 firings, or 5 ms of them. */
#define WINDOWS 20
#define WINDOW_FIRINGS 50
#define WINDOW_NS 250000
/* A binomial variable of 20 tries and probability .5 is that small in 1 of 776 cases. */
#define WINDOWS_BY_CHANCE 3
/* Other processes run a little slower or faster while this CPU fires: up to 8 % were seen of one
 * that does nothing but system calls. */
#define BACKGROUND_PART 0.25

struct visit {
	const struct target *target;
	int cpu, error;
	struct ran *ran;
};

/* Fire for a while. Returns how often. */
static uint64_t fire(struct visit *visit)
{
	int64_t end = clock_now() + WINDOW_NS;
	uint64_t fired = 0;

	while (fired < WINDOW_FIRINGS && clock_now() < end && !visit->error) {
		visit->error = target_invoke(visit->target, 1, NULL, NULL);
		fired++;
	}
	return fired;
}

static void wait_until(int64_t end)
{
	while (clock_now() < end)
		;
}

/* A window of firings, and one of the same length without. */
struct window {
	uint64_t fired, with, without; /* firings, and the runs counted in each */
};

static struct window count_window(struct visit *visit)
{
	uint64_t before = target_counted(visit->target), between;
	int64_t begin = clock_now(), length;
	struct window w;

	w.fired = fire(visit);
	length = clock_now() - begin;
	between = target_counted(visit->target);
	wait_until(clock_now() + length);
	w.with = between - before;
	w.without = target_counted(visit->target) - between;
	return w;
}

/* Judge all windows together: one run a firing, unless too few have as many runs, or as few. */
static void judge_windows(struct ran *ran, const struct window *windows)
{
	size_t enough = 0, no_more = 0;
	double runs[WINDOWS];

	for (size_t i = 0; i < WINDOWS; i++) {
		double fired = (double)windows[i].fired, without = (double)windows[i].without;
		double more = (double)windows[i].with - without;

		enough += more + BACKGROUND_PART * without >= fired;
		no_more += more - BACKGROUND_PART * without <= fired;
		runs[i] = more / fired;
		ran->called += windows[i].fired;
	}
	ran->missed = enough <= WINDOWS_BY_CHANCE;
	ran->runs = ran->missed || no_more <= WINDOWS_BY_CHANCE ? stats_median(runs, WINDOWS) : 1;
	if (ran->runs < 0)
		ran->runs = 0;
}

static void count_firings(void *arg)
{
	struct visit *visit = arg;
	const struct target *target = visit->target;
	struct attached attached;
	struct window windows[WINDOWS];

	if (trigger_attach(target->trigger, target->program, visit->cpu, &attached))
		visit->error = errno;
	for (size_t i = 0; i < WINDOWS && !visit->error; i++)
		windows[i] = count_window(visit);
	trigger_detach(&attached);
	if (!visit->error)
		judge_windows(visit->ran, windows);
}

static void count_calls(void *arg)
{
	struct visit *visit = arg;
	uint64_t before = target_counted(visit->target);
	uint32_t result;

	visit->error = left_invoke(visit->target, RAN_CALLS, &result, visit->ran->change);
	visit->ran->called = RAN_CALLS;
	visit->ran->runs = (double)(target_counted(visit->target) - before) / RAN_CALLS;
	visit->ran->missed = visit->ran->runs < 1;
}

int ran_count(const struct target *target, int cpu, struct ran *ran)
{
	struct visit visit = {.target = target, .cpu = cpu, .ran = ran};
	struct cpu_task task = {cpu, target->trigger ? count_firings : count_calls, &visit};
	int counting;

	*ran = (struct ran){.runs = NAN};
	counting = target->user ? -1 : bpf_enable_stats(BPF_STATS_RUN_TIME);
	if (counting < 0)
		return 0;
	cpus_run(&task, 1);
	close(counting);
	return visit.error;
}
