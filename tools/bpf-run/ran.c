/* SPDX-License-Identifier: MIT */
/*
 * Whether a program runs as often as it is called, or its trigger fires. The kernel's own count
 * (BPF_ENABLE_STATS, since Linux 5.8) needs nothing of the program, and costs the timed calls
 * nothing.
 *
 * A test run is called RAN_CALLS times. A trigger is fired in windows, each followed by an equally
 * long one without firing: other processes cause runs in both. A program that runs at each firing
 * has as many runs as firings, or more, in half of the windows at least; it is missed when so few
 * have that chance gives it in 1 of 776 cases. So a hook that never fires is found on a busy
 * machine too, and a run that the kernel left out, as another program ran on that CPU, is no miss.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <math.h>
#include <unistd.h>

#include "clock.h"
#include "cpus.h"
#include "stats.h"
#include "untimed.h"

/* With the one that validates, no more than a preparation may be good for: MEASURE_LARGE_MIN. */
#define RAN_CALLS 3

/* Up to 1000 firings, or 5 ms of them. */
#define WINDOWS 20
#define WINDOW_FIRINGS 50
#define WINDOW_NS 250000
/* A binomial variable of 20 tries and probability .5 is that small in 1 of 776 cases. */
#define WINDOWS_BY_CHANCE 3
/* Other processes run a little slower or faster while this CPU fires: up to 8 % were seen of one
 * that does nothing but system calls. */
#define BACKGROUND_PART 0.25

struct count {
	const struct target *target;
	int cpu, error;
	uint64_t called;	/* invocations, or firings of the trigger */
	double runs;		/* for each of them; NaN where the kernel does not count */
	bool missed;		/* fewer than one */
	char change[LEFT_TEXT]; /* what it did to its packet; "" for nothing */
};

/* Fire for a while. Returns how often. */
static uint64_t fire(struct count *c)
{
	int64_t end = clock_now() + WINDOW_NS;
	uint64_t fired = 0;

	while (fired < WINDOW_FIRINGS && clock_now() < end && !c->error) {
		c->error = target_invoke(c->target, 1, NULL, NULL);
		fired++;
	}
	return fired;
}

/* A window of firings, and one of the same length without. */
struct window {
	uint64_t fired, with, without; /* firings, and the runs counted in each */
};

static struct window count_window(struct count *c)
{
	uint64_t before = target_counted(c->target), between;
	int64_t begin = clock_now(), length, end;
	struct window w;

	w.fired = fire(c);
	length = clock_now() - begin;
	between = target_counted(c->target);
	end = clock_now() + length;
	while (clock_now() < end && !interrupted && !c->error)
		;
	w.with = between - before;
	w.without = target_counted(c->target) - between;
	return w;
}

/* Judge all windows together: one run a firing, unless too few have as many runs, or as few. Where
 * others cause a good part of the runs, how many there are for each firing can't be told. */
static void judge_windows(struct count *c, const struct window *windows)
{
	size_t enough = 0, no_more = 0;
	double runs[WINDOWS], others = 0;

	for (size_t i = 0; i < WINDOWS; i++) {
		double fired = (double)windows[i].fired, without = (double)windows[i].without;
		double more = (double)windows[i].with - without;

		enough += more + BACKGROUND_PART * without >= fired;
		no_more += more - BACKGROUND_PART * without <= fired;
		runs[i] = more / fired;
		c->called += windows[i].fired;
		others += without;
	}
	c->missed = enough <= WINDOWS_BY_CHANCE;
	c->runs = c->missed || no_more <= WINDOWS_BY_CHANCE ? stats_median(runs, WINDOWS) : 1;
	if (!c->missed && others > BACKGROUND_PART * (double)c->called)
		c->runs = NAN;
	if (c->runs < 0)
		c->runs = 0;
}

static void count_firings(void *arg)
{
	struct count *c = arg;
	const struct target *target = c->target;
	struct attached attached;
	struct window windows[WINDOWS];

	if (trigger_attach(target->trigger, target->program, c->cpu, &attached))
		c->error = errno;
	for (size_t i = 0; i < WINDOWS && !c->error; i++)
		windows[i] = count_window(c);
	trigger_detach(&attached);
	if (!c->error)
		judge_windows(c, windows);
}

static void count_calls(void *arg)
{
	struct count *c = arg;
	unsigned int tries = 0;
	uint64_t before;
	uint32_t result;

	do {
		before = target_counted(c->target);
		c->error = left_invoke(c->target, RAN_CALLS, &result, c->change);
	} while (target_again(c->error, &tries));
	c->called = RAN_CALLS;
	c->runs = (double)(target_counted(c->target) - before) / RAN_CALLS;
	c->missed = c->runs < 1;
}

/* For an operation in user space no program runs. */
static struct count count_runs(const struct target *target, int cpu)
{
	struct count c = {.target = target, .cpu = cpu, .runs = NAN};
	struct cpu_task task = {cpu, target_is_fired(target) ? count_firings : count_calls, &c,
				target->network};
	int counting = target->user ? -1 : bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (counting < 0)
		return c;
	cpus_run(&task, 1);
	close(counting);
	return c;
}

static enum status miss(struct instance *instance, size_t i, const struct count *c)
{
	const struct trigger *trigger = c->target->trigger;

	return instance_fail(instance, STATUS_MISSED, "%s ran %lld times in %llu %s%s",
			     instance->row[i]->entry_point, llround(c->runs * (double)c->called),
			     (unsigned long long)c->called,
			     trigger ? trigger_calls(trigger) : "calls of its test run",
			     trigger ? ": its hook is not what the trigger does; see bpf-run(1)"
				     : "");
}

enum status untimed_count_runs(struct instance *instance, double *runs)
{
	for (size_t i = 0; i < instance->n; i++) {
		struct count c = count_runs(&instance->target[i], instance->cpu[i]);

		if (c.error)
			return instance_fail(instance, STATUS_RUN_FAILED, "%s: %s",
					     instance->row[i]->entry_point,
					     target_error(c.target, c.error));
		runs[i] = c.runs;
		if (c.missed)
			return miss(instance, i, &c);
		if (*c.change)
			return untimed_changes_packet(instance, i, c.change);
	}
	return STATUS_OK;
}
