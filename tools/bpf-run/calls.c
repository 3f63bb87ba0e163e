/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <sys/resource.h>

#include "clock.h"
#include "command.h"
#include "counters.h"
#include "profile.h"

#define SMALL_PART 8 /* the small call has large / SMALL_PART invocations */
/* Counted calls differ by three quarters of a power of two: what happens each 128th time, such as
 * an LRU map's refill of free elements, then happens as often in each sample. */
#define SMALL_PART_COUNTED 4

_Static_assert(COUNTERS == READ_COUNT - FIRST_COUNTER, "a reading for each counter");

/* Invocations of a pair's two calls. */
struct counts {
	uint32_t small, large;
};

uint32_t calls_small(const struct probe *probe, uint32_t n)
{
	uint32_t small = n / (probe->tickless_ns ? SMALL_PART_COUNTED : SMALL_PART);

	return small < MEASURE_SMALL_MIN ? MEASURE_SMALL_MIN : small;
}

bool calls_is_wrong(const struct probe *probe, const struct call *call)
{
	return probe->compared && call->result != probe->expected_result;
}

int calls_error(const struct pair *pair)
{
	return pair->small.error ? pair->small.error : pair->large.error;
}

/* Run what comes before each call of the probe. */
static int prepare(struct probe *probe)
{
	int64_t begin = clock_now();
	int error;

	if (!probe->prepare)
		return 0;
	error = target_invoke(probe->prepare, probe->prepare_iterations, NULL, NULL);
	probe->prepare_ns += clock_now() - begin;
	return error;
}

static bool is_command(const struct probe *probe)
{
	return probe->target->trigger && trigger_command(probe->target->trigger);
}

static void try_call(struct probe *probe, uint32_t n, struct call *c, enum profile_part part)
{
	int64_t before[COUNTERS], after[COUNTERS], cpu;

	c->error = prepare(probe);
	if (c->error)
		return;
	if (probe->consumer)
		consumer_settle(probe->consumer);
	if (probe->settle_ns)
		clock_settle(probe->settle_ns);
	if (probe->tickless_ns)
		clock_wait_for_tick(probe->tickless_ns);
	counters_read(before);
	cpu = clock_thread() + command_ns();
	profile_enter(probe->profiled ? part : PROFILE_NONE);
	c->error = target_invoke(probe->target, n, &c->result, &c->kernel_ns);
	profile_enter(PROFILE_NONE);
	c->value[READ_CPU_NS] = (double)(clock_thread() + command_ns() - cpu);
	counters_read(after);
	/* Counters are of this thread alone. */
	for (int i = 0; i < COUNTERS; i++)
		c->value[FIRST_COUNTER + i] =
		    after[i] < 0 || is_command(probe) ? NAN : (double)(after[i] - before[i]);
}

static void run_call(struct probe *probe, uint32_t n, struct call *c, enum profile_part part)
{
	unsigned int tries = 0;

	do
		try_call(probe, n, c, part);
	while (target_again(c->error, &tries));
}

void calls_run(struct probe *probe, uint32_t n, struct call *call)
{
	run_call(probe, n, call, PROFILE_NONE);
}

static struct pair run_calls(struct probe *probe, struct counts n, bool bare)
{
	enum profile_part small = bare ? PROFILE_BARE_SMALL : PROFILE_SMALL;
	enum profile_part large = bare ? PROFILE_BARE_LARGE : PROFILE_LARGE;
	struct pair pair = {0};

	if (probe->large_first)
		run_call(probe, n.large, &pair.large, large);
	run_call(probe, n.small, &pair.small, small);
	if (!probe->large_first)
		run_call(probe, n.large, &pair.large, large);
	return pair;
}

/* Add a part, times a factor. */
static void add_call(struct call *sum, const struct call *part, double factor)
{
	for (int r = 0; r < READ_COUNT; r++)
		sum->value[r] += factor * part->value[r];
	if (!sum->error)
		sum->error = part->error;
}

static void add(struct pair *sum, const struct pair *part, double factor)
{
	add_call(&sum->small, &part->small, factor);
	add_call(&sum->large, &part->large, factor);
}

/* The calls of a trigger with the program attached, less the same calls without it. */
static void run_triggered(struct probe *probe, struct pair *pair)
{
	const struct target *target = probe->target;
	struct counts n = {calls_small(probe, probe->large), probe->large};
	struct attached attached;
	struct pair with, bare = {0};

	if (!probe->large_first)
		bare = run_calls(probe, n, true);
	if (trigger_attach(target->trigger, target->program, probe->cpu, &attached)) {
		pair->large.error = errno;
		return;
	}
	with = run_calls(probe, n, false);
	trigger_detach(&attached);
	if (probe->large_first)
		bare = run_calls(probe, n, true);
	add(pair, &with, 1);
	add(pair, &bare, -1);
	pair->trigger_cost = (bare.large.value[READ_CPU_NS] - bare.small.value[READ_CPU_NS]) /
			     ((double)n.large - n.small);
}

/* The mean over the probe's turns. */
static void run_in_turns(struct probe *probe, struct pair *pair)
{
	struct counts n = {calls_small(probe, probe->large), probe->large};

	for (uint32_t t = 0; t < probe->turns && !calls_error(pair); t++) {
		struct pair one = run_calls(probe, n, false);

		add(pair, &one, 1.0 / probe->turns);
		/* One wrong result is kept. */
		if (!t || !calls_is_wrong(probe, &pair->small))
			pair->small.result = one.small.result;
		if (!t || !calls_is_wrong(probe, &pair->large))
			pair->large.result = one.large.result;
		pair->large.kernel_ns = one.large.kernel_ns;
	}
}

/* The two calls take nearly the same time, and a machine with neighbours becomes slower or faster
 * within milliseconds. So they take turns, none shorter than a small call may be. Where something
 * comes before each call, or instructions are counted, there is one turn. */
static uint32_t turns_beside_empty(const struct probe *probe, struct counts n)
{
	uint32_t most = n.small / MEASURE_SMALL_MIN;

	if (probe->tickless_ns || probe->prepare || probe->consumer)
		return 1;
	return most < CALLS_TURNS ? most : CALLS_TURNS;
}

/* The invocations of one turn; those of all turns are n. */
static uint32_t part_of(uint32_t n, uint32_t turn, uint32_t turns)
{
	return (uint32_t)((uint64_t)n * (turn + 1) / turns - (uint64_t)n * turn / turns);
}

/* The calls of a program, less the same calls of an empty one, or of one that nothing traces. */
static void run_beside_empty(struct probe *probe, struct pair *pair)
{
	struct counts n = {calls_small(probe, probe->large), probe->large};
	uint32_t turns = turns_beside_empty(probe, n);
	struct probe empty = *probe;

	double without_ns = 0;

	empty.target = probe->empty;
	for (uint32_t t = 0; t < turns; t++) {
		struct counts part = {part_of(n.small, t, turns), part_of(n.large, t, turns)};
		struct pair with, without = {0};

		if (t & 1)
			without = run_calls(&empty, part, true);
		with = run_calls(probe, part, false);
		if (!(t & 1))
			without = run_calls(&empty, part, true);
		add(pair, &with, 1);
		add(pair, &without, -1);
		without_ns += without.large.value[READ_CPU_NS] - without.small.value[READ_CPU_NS];
		pair->small.result = with.small.result;
		pair->large.result = with.large.result;
	}
	if (probe->target->trigger)
		pair->trigger_cost = without_ns / ((double)n.large - n.small);
}

void calls_run_pair(struct probe *probe, struct pair *pair)
{
	int64_t stolen = clock_stolen(probe->cpu);
	uint64_t counted = target_counted(probe->target);
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	*pair = (struct pair){.begin_ns = clock_now(), .trigger_cost = NAN};
	if (probe->empty)
		run_beside_empty(probe, pair);
	else if (probe->target->trigger)
		run_triggered(probe, pair);
	else
		run_in_turns(probe, pair);
	pair->end_ns = clock_now();
	getrusage(RUSAGE_THREAD, &after);
	if (after.ru_nivcsw != before.ru_nivcsw)
		pair->marks |= MARK_PREEMPTED;
	if (sched_getcpu() != probe->cpu)
		pair->marks |= MARK_MIGRATED;
	if (clock_stolen(probe->cpu) != stolen)
		pair->marks |= MARK_STOLEN;
	if (target_counted(probe->target) != counted)
		pair->marks |= MARK_STATS;
}
