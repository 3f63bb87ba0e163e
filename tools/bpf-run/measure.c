/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "cpus.h"
#include "profile.h"
#include "stats.h"
#include "xalloc.h"

#define SMALL_PART 8 /* the small call has large / SMALL_PART invocations */
/* A slope needs two counts, and the kernel's test run calls repeat = 1 something else than a loop.
 */
#define SMALL_MIN 2
#define LARGE_MIN 4
#define NONLINEAR 0.05
#define FIRST_INVOCATIONS 16 /* where calibration begins */
#define CALIBRATED_PART 4    /* it trusts a call of a quarter of the wanted time */
#define TICK_GAP_NS 1000     /* a tick takes longer, two readings of a clock do not */
#define TICK_SEARCH 16	     /* ticks in which to find two */
#define TICK_OVER_NS 200000  /* by then a tick and the work that it starts are done */

_Static_assert(COUNTERS == READ_COUNT - FIRST_COUNTER, "a reading for each counter");

/* What the probes of one sample share. */
struct measurement {
	size_t n;
	atomic_size_t ready;	  /* probes whose thread has come to the start */
	atomic_size_t unfinished; /* probes that have no whole pair yet */
};

#define ABSENT INT64_MIN

struct call {
	int64_t value[READ_COUNT]; /* ABSENT where nothing was read */
	uint32_t kernel_ns;
	int error;
};

/* A small and a large call, and what happened to the thread meanwhile. */
struct pair {
	struct call small, large;
	int64_t end_ns;
	unsigned int marks;
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
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
	int64_t period = tick_ns(), gap = 0, before = clock_ns(CLOCK_MONOTONIC);
	int64_t give_up = before + TICK_SEARCH * period;

	while (before < give_up) {
		int64_t now = clock_ns(CLOCK_MONOTONIC);

		if (now - before > TICK_GAP_NS) {
			if (gap && llabs(before - gap - period) < TICK_GAP_NS)
				return before;
			gap = before;
		}
		before = now;
	}
	return gap;
}

/* Sleep until the next timer tick is over, unless it is more than `wanted_ns` away. */
static void wait_for_tick(int64_t wanted_ns)
{
	static _Thread_local int64_t tick;
	struct timespec until;
	int64_t now, left_ns;

	if (!tick)
		tick = find_tick();
	now = clock_ns(CLOCK_MONOTONIC);
	left_ns = tick_ns() - (now - tick) % tick_ns();
	if (left_ns > wanted_ns)
		return;
	now += left_ns + TICK_OVER_NS;
	until = (struct timespec){now / 1000000000, now % 1000000000};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Ticks (1/100 s) that the hypervisor has taken from a CPU: `cpuN user nice system idle iowait
 * irq softirq steal` in /proc/stat. */
static int64_t stolen_ticks(int cpu)
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

static void call(const struct probe *probe, uint32_t n, struct call *c, enum profile_part part)
{
	int64_t before[COUNTERS], after[COUNTERS], cpu, wall;

	c->error = probe->prepare
		       ? target_invoke(probe->prepare, probe->prepare_iterations, NULL, NULL)
		       : 0;
	if (c->error)
		return;
	if (probe->consumer)
		consumer_settle(probe->consumer);
	if (probe->tickless_ns)
		wait_for_tick(probe->tickless_ns);
	counters_read(before);
	wall = clock_ns(CLOCK_MONOTONIC);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	profile_enter(probe->profiled ? part : PROFILE_NONE);
	c->error = target_invoke(probe->target, n, NULL, &c->kernel_ns);
	profile_enter(PROFILE_NONE);
	c->value[READ_CPU_NS] = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	c->value[READ_WALL_NS] = clock_ns(CLOCK_MONOTONIC) - wall;
	counters_read(after);
	for (int i = 0; i < COUNTERS; i++)
		c->value[FIRST_COUNTER + i] = after[i] < 0 ? ABSENT : after[i] - before[i];
}

static void run_calls(const struct probe *probe, struct pair *pair, bool bare)
{
	enum profile_part small = bare ? PROFILE_BARE_SMALL : PROFILE_SMALL;
	enum profile_part large = bare ? PROFILE_BARE_LARGE : PROFILE_LARGE;

	if (probe->large_first)
		call(probe, probe->large, &pair->large, large);
	call(probe, measure_small(probe->large), &pair->small, small);
	if (!probe->large_first)
		call(probe, probe->large, &pair->large, large);
}

static void subtract(struct call *with, const struct call *without)
{
	for (int r = 0; r < READ_COUNT; r++)
		if (with->value[r] != ABSENT && without->value[r] != ABSENT)
			with->value[r] -= without->value[r];
	if (!with->error)
		with->error = without->error;
}

/* The calls of a trigger with the program attached, less the same calls without it. */
static void run_triggered(const struct probe *probe, struct pair *pair)
{
	const struct target *target = probe->target;
	struct attached attached;
	struct pair bare;

	memset(&bare, 0, sizeof(bare));
	if (!probe->large_first)
		run_calls(probe, &bare, true);
	if (trigger_attach(target->trigger, target->program, probe->cpu, &attached)) {
		pair->large.error = errno;
		return;
	}
	run_calls(probe, pair, false);
	trigger_detach(&attached);
	if (probe->large_first)
		run_calls(probe, &bare, true);
	subtract(&pair->small, &bare.small);
	subtract(&pair->large, &bare.large);
}

static void run_pair(const struct probe *probe, struct pair *pair)
{
	int64_t stolen = stolen_ticks(probe->cpu);
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	if (probe->target->trigger)
		run_triggered(probe, pair);
	else
		run_calls(probe, pair, false);
	pair->end_ns = clock_ns(CLOCK_MONOTONIC);
	getrusage(RUSAGE_THREAD, &after);
	pair->marks = 0;
	if (after.ru_nivcsw != before.ru_nivcsw)
		pair->marks |= MARK_PREEMPTED;
	if (sched_getcpu() != probe->cpu)
		pair->marks |= MARK_MIGRATED;
	if (stolen_ticks(probe->cpu) != stolen)
		pair->marks |= MARK_STOLEN;
}

static double number(int64_t value)
{
	return value == ABSENT ? NAN : (double)value;
}

/* The mean of the pairs that were over while all threads were still running. */
static void summarize(struct probe *probe, const struct pair *pairs, size_t n, int64_t end_ns)
{
	double divisor = (double)probe->large - measure_small(probe->large);
	struct sample *s = &probe->sample;
	size_t inside = 0;

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < n; i++) {
		const struct pair *p = &pairs[i];

		s->error = s->error ? s->error : p->small.error ? p->small.error : p->large.error;
		if (p->end_ns > end_ns)
			continue;
		inside++;
		s->marks |= p->marks;
		s->kernel_ns = p->large.kernel_ns;
		for (int r = 0; r < READ_COUNT; r++) {
			double small = number(p->small.value[r]), large = number(p->large.value[r]);

			s->large[r] += large;
			s->slope[r] += (large - small) / divisor;
		}
	}
	for (int r = 0; r < READ_COUNT; r++) {
		s->large[r] = inside ? s->large[r] / (double)inside : NAN;
		s->slope[r] = inside ? s->slope[r] / (double)inside : NAN;
	}
}

struct thread_result {
	struct probe *probe;
	struct pair *pairs;
	size_t n;
};

/* On the probe's CPU. All threads spin at the start until the last has come: from then on all are
 * running. Each runs pairs until none is without one. */
static void run_probe(void *arg)
{
	struct thread_result *result = arg;
	struct measurement *m = result->probe->measurement;

	atomic_fetch_add(&m->ready, 1);
	while (atomic_load(&m->ready) < m->n)
		;
	do {
		struct pair *pair;

		result->pairs = xrealloc(result->pairs, (result->n + 1) * sizeof(*result->pairs));
		pair = &result->pairs[result->n++];
		memset(pair, 0, sizeof(*pair));
		run_pair(result->probe, pair);
		if (result->n == 1)
			atomic_fetch_sub(&m->unfinished, 1);
		if (pair->small.error || pair->large.error)
			break;
	} while (atomic_load(&m->unfinished));
}

static uint64_t count_records(struct consumer *consumer)
{
	if (!consumer)
		return 0;
	consumer_settle(consumer);
	return consumer_count(consumer);
}

void measure_sample(struct probe *probes, size_t n)
{
	struct thread_result *results = xcalloc(n, sizeof(*results));
	struct cpu_task *tasks = xcalloc(n, sizeof(*tasks));
	struct measurement m = {.n = n, .unfinished = n};
	int64_t end_ns = INT64_MAX;
	uint64_t records, invocations = 0;

	for (size_t i = 0; i < n; i++) {
		probes[i].measurement = &m;
		results[i].probe = &probes[i];
		tasks[i] = (struct cpu_task){probes[i].cpu, run_probe, &results[i]};
	}
	records = count_records(probes[0].consumer);
	cpus_run(tasks, n);
	records = count_records(probes[0].consumer) - records;
	for (size_t i = 0; n > 1 && i < n; i++) {
		int64_t end = results[i].pairs[results[i].n - 1].end_ns;

		end_ns = end < end_ns ? end : end_ns;
	}
	for (size_t i = 0; i < n; i++) {
		summarize(&probes[i], results[i].pairs, results[i].n, end_ns);
		invocations +=
		    results[i].n * ((uint64_t)probes[i].large + measure_small(probes[i].large));
		free(results[i].pairs);
	}
	for (size_t i = 0; i < n; i++) {
		probes[i].sample.invocations = invocations;
		probes[i].sample.records = records;
	}
	free(results);
	free(tasks);
}

uint32_t measure_small(uint32_t large)
{
	uint32_t small = large / SMALL_PART;

	return small < SMALL_MIN ? SMALL_MIN : small;
}

struct calibration {
	struct probe *probe;
	uint64_t target_ns;
	uint32_t limit;
	int error;
};

static void run_calibration(void *arg)
{
	struct calibration *c = arg;
	struct probe *probe = c->probe;
	uint32_t n = FIRST_INVOCATIONS;

	for (;;) {
		struct call small = {0}, large = {0};
		double ns;

		if (c->limit && n > c->limit)
			n = c->limit;
		call(probe, measure_small(n), &small, PROFILE_NONE);
		call(probe, n, &large, PROFILE_NONE);
		c->error = small.error ? small.error : large.error;
		if (c->error)
			return;
		ns = (double)(large.value[READ_CPU_NS] - small.value[READ_CPU_NS]);
		if (ns * CALIBRATED_PART >= (double)c->target_ns) {
			double wanted = n * ((double)c->target_ns / ns);

			if (wanted < n)
				n = wanted < LARGE_MIN ? LARGE_MIN : (uint32_t)wanted;
			else if (wanted < UINT32_MAX / 2)
				n = (uint32_t)wanted;
			break;
		}
		if (n == c->limit || n >= UINT32_MAX / 4)
			break;
		n *= 2;
	}
	probe->large = c->limit && n > c->limit ? c->limit : n;
}

int measure_calibrate(struct probe *probe, uint64_t target_ns, uint32_t limit)
{
	struct calibration c = {probe, target_ns, limit, 0};
	struct cpu_task task = {probe->cpu, run_calibration, &c};

	cpus_run(&task, 1);
	return c.error;
}

/* The shortest call of all, which holds the fixed cost and more. */
static double shortest_call(const struct sample *samples, size_t n, uint32_t large,
			    enum reading reading)
{
	double between = (double)large - measure_small(large), least = INFINITY;

	for (size_t i = 0; i < n; i++) {
		double longer = samples[i].large[reading];

		least = fmin(least, fmin(longer, longer - between * samples[i].slope[reading]));
	}
	return least;
}

void measure_costs(const struct probe *probe, struct sample *samples, size_t n)
{
	double *fixed = xcalloc(n, sizeof(*fixed));
	uint32_t large = probe->large;

	for (int r = 0; r < READ_COUNT; r++) {
		double median;

		/* A counter that the machine has not. */
		if (isnan(samples[0].large[r])) {
			for (size_t i = 0; i < n; i++)
				samples[i].cost[r] = NAN;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			fixed[i] = samples[i].large[r] - large * samples[i].slope[r];
		median = stats_median(fixed, n);
		/* Where most pairs are disturbed, their median is no fixed cost. What a trigger's
		 * program costs is a difference, of which the shortest is just the most disturbed.
		 */
		if (!probe->target->trigger)
			median = fmin(median, shortest_call(samples, n, large, r));
		for (size_t i = 0; i < n; i++) {
			struct sample *s = &samples[i];
			double own = s->large[r] - large * s->slope[r];

			s->cost[r] = (s->large[r] - median) / large;
			if (r == READ_CPU_NS && fabs(own - median) > NONLINEAR * s->large[r])
				s->marks |= MARK_NONLINEAR;
		}
	}
	free(fixed);
}

const char *mark_text(unsigned int marks, char *buffer, size_t size)
{
	static const char *const names[] = {"preempted", "migrated", "stolen", "nonlinear"};

	*buffer = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t used = strlen(buffer);

		if (marks & 1U << i)
			snprintf(buffer + used, size - used, "%s%s", used ? " " : "", names[i]);
	}
	return buffer;
}
