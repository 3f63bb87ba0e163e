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
#include "xalloc.h"

#define SMALL_PART 8 /* the small call has large / SMALL_PART invocations */
/* Counted, what lies between the calls is three quarters of a power of two: what happens each 128th
 * time, as an LRU map's refill of free elements, happens as often in each sample. */
#define SMALL_PART_COUNTED 4
#define FIRST_INVOCATIONS 16 /* where calibration begins */
#define CALIBRATED_PART 4    /* it trusts a call of a quarter of the wanted time */
#define TICK_GAP_NS 1000     /* a tick takes longer, two readings of a clock do not */
#define TICK_SEARCH 16	     /* ticks in which to find two */
#define TICK_OVER_NS 200000  /* by then a tick and the work that it starts are done */

_Static_assert(COUNTERS == READ_COUNT - FIRST_COUNTER, "a reading for each counter");

/* What the probes of one sample share. */
struct measurement {
	size_t n;
	size_t wanted;		  /* pairs of each probe */
	atomic_size_t ready;	  /* probes whose thread has come to the start */
	atomic_size_t unfinished; /* probes that have not run as many yet */
};

#define ABSENT INT64_MIN

struct call {
	int64_t value[READ_COUNT]; /* ABSENT where nothing was read */
	uint32_t kernel_ns, result;
	int error;
};

/* A small and a large call, and what happened to the thread meanwhile. */
struct pair {
	struct call small, large;
	int64_t begin_ns, end_ns;
	unsigned int marks;
};

static bool has_failed(const struct pair *pair)
{
	return pair->small.error || pair->large.error;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t measure_clock_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
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

/* Sleep so long, and on to the same place in a second: a clock's reading is a sum, with a carry or
 * not. Not to the full second, as kernels differ by some milliseconds in when the carry comes
 * there.
 */
#define PLACE_NS 750000000
static void settle(int64_t least_ns)
{
	struct timespec until = {(clock_ns(CLOCK_REALTIME) + least_ns) / 1000000000 + 1, PLACE_NS};

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &until, NULL);
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

/* Run what comes before each call of the probe. */
static int prepare(struct probe *probe)
{
	int64_t begin = measure_clock_ns();
	int error;

	if (!probe->prepare)
		return 0;
	error = target_invoke(probe->prepare, probe->prepare_iterations, NULL, NULL);
	probe->prepare_ns += measure_clock_ns() - begin;
	return error;
}

static void call(struct probe *probe, uint32_t n, struct call *c, enum profile_part part)
{
	int64_t before[COUNTERS], after[COUNTERS], cpu;

	c->error = prepare(probe);
	if (c->error)
		return;
	if (probe->consumer)
		consumer_settle(probe->consumer);
	if (probe->settle_ns)
		settle(probe->settle_ns);
	if (probe->tickless_ns)
		wait_for_tick(probe->tickless_ns);
	counters_read(before);
	cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	profile_enter(probe->profiled ? part : PROFILE_NONE);
	c->error = target_invoke(probe->target, n, &c->result, &c->kernel_ns);
	profile_enter(PROFILE_NONE);
	c->value[READ_CPU_NS] = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu;
	counters_read(after);
	for (int i = 0; i < COUNTERS; i++)
		c->value[FIRST_COUNTER + i] = after[i] < 0 ? ABSENT : after[i] - before[i];
}

/* Invocations of a pair's two calls. */
struct counts {
	uint32_t small, large;
};

static struct counts counts_of(const struct probe *probe)
{
	return (struct counts){measure_small(probe), probe->large};
}

static void run_calls(struct probe *probe, struct counts n, struct pair *pair, bool bare)
{
	enum profile_part small = bare ? PROFILE_BARE_SMALL : PROFILE_SMALL;
	enum profile_part large = bare ? PROFILE_BARE_LARGE : PROFILE_LARGE;

	if (probe->large_first)
		call(probe, n.large, &pair->large, large);
	call(probe, n.small, &pair->small, small);
	if (!probe->large_first)
		call(probe, n.large, &pair->large, large);
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
static void run_triggered(struct probe *probe, struct pair *pair)
{
	const struct target *target = probe->target;
	struct attached attached;
	struct pair bare;

	memset(&bare, 0, sizeof(bare));
	if (!probe->large_first)
		run_calls(probe, counts_of(probe), &bare, true);
	if (trigger_attach(target->trigger, target->program, probe->cpu, &attached)) {
		pair->large.error = errno;
		return;
	}
	run_calls(probe, counts_of(probe), pair, false);
	trigger_detach(&attached);
	if (probe->large_first)
		run_calls(probe, counts_of(probe), &bare, true);
	subtract(&pair->small, &bare.small);
	subtract(&pair->large, &bare.large);
}

static void add(struct call *sum, const struct call *part)
{
	for (int r = 0; r < READ_COUNT; r++)
		if (sum->value[r] != ABSENT && part->value[r] != ABSENT)
			sum->value[r] += part->value[r];
		else
			sum->value[r] = ABSENT;
	sum->result = part->result;
	if (!sum->error)
		sum->error = part->error;
}

/* A machine that becomes slower or faster within a few milliseconds, as one with neighbours does,
 * would be in the difference of two calls that take nearly the same: they take turns. */
#define TURNS 32

/* No turn of a small call is shorter than a small call may be. What comes before each call is done
 * once: where that takes long, or counts exactly, there is one turn. */
static uint32_t turns_of(const struct probe *probe, struct counts n)
{
	uint32_t most = n.small / MEASURE_SMALL_MIN;

	if (probe->tickless_ns || probe->prepare || probe->consumer)
		return 1;
	return most < TURNS ? most : TURNS;
}

static void divide(struct call *sum, uint32_t turns)
{
	for (int r = 0; r < READ_COUNT; r++)
		if (sum->value[r] != ABSENT)
			sum->value[r] /= turns;
}

static bool is_wrong(const struct probe *probe, const struct call *call)
{
	return probe->compared && call->result != probe->expected_result;
}

/* Of each kind in a sample. */
static uint32_t calls_of(const struct probe *probe)
{
	return probe->turns ? probe->turns : 1;
}

/* The calls of a program, as often as it has turns. */
static void run_in_turns(struct probe *probe, struct pair *pair)
{
	uint32_t turns = calls_of(probe), wrong = 0;
	bool any_wrong = false;

	for (uint32_t t = 0; t < turns && !has_failed(pair); t++) {
		struct pair one;

		memset(&one, 0, sizeof(one));
		run_calls(probe, counts_of(probe), &one, false);
		if (is_wrong(probe, &one.small) || is_wrong(probe, &one.large)) {
			wrong = is_wrong(probe, &one.small) ? one.small.result : one.large.result;
			any_wrong = true;
		}
		add(&pair->small, &one.small);
		add(&pair->large, &one.large);
		pair->large.kernel_ns = one.large.kernel_ns;
	}
	divide(&pair->small, turns);
	divide(&pair->large, turns);
	if (any_wrong)
		pair->large.result = wrong;
}

/* The part of n that the turn of a number has, so that all together have n. */
static uint32_t part_of(uint32_t n, uint32_t turn, uint32_t turns)
{
	return (uint32_t)((uint64_t)n * (turn + 1) / turns - (uint64_t)n * turn / turns);
}

/* The calls of a program, less the same calls of an empty one. */
static void run_beside_empty(struct probe *probe, struct pair *pair)
{
	struct counts n = counts_of(probe);
	uint32_t turns = turns_of(probe, n);
	struct probe empty = *probe;

	empty.target = probe->empty;
	for (uint32_t t = 0; t < turns; t++) {
		struct counts part = {part_of(n.small, t, turns), part_of(n.large, t, turns)};
		struct pair with, without;

		memset(&with, 0, sizeof(with));
		memset(&without, 0, sizeof(without));
		if (t & 1)
			run_calls(&empty, part, &without, true);
		run_calls(probe, part, &with, false);
		if (!(t & 1))
			run_calls(&empty, part, &without, true);
		subtract(&with.small, &without.small);
		subtract(&with.large, &without.large);
		add(&pair->small, &with.small);
		add(&pair->large, &with.large);
	}
}

static void run_pair(struct probe *probe, struct pair *pair)
{
	int64_t stolen = stolen_ticks(probe->cpu);
	uint64_t counted = target_counted(probe->target);
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	pair->begin_ns = clock_ns(CLOCK_MONOTONIC);
	if (probe->empty)
		run_beside_empty(probe, pair);
	else if (probe->target->trigger)
		run_triggered(probe, pair);
	else
		run_in_turns(probe, pair);
	pair->end_ns = clock_ns(CLOCK_MONOTONIC);
	getrusage(RUSAGE_THREAD, &after);
	pair->marks = 0;
	if (after.ru_nivcsw != before.ru_nivcsw)
		pair->marks |= MARK_PREEMPTED;
	if (sched_getcpu() != probe->cpu)
		pair->marks |= MARK_MIGRATED;
	if (stolen_ticks(probe->cpu) != stolen)
		pair->marks |= MARK_STOLEN;
	if (target_counted(probe->target) != counted)
		pair->marks |= MARK_STATS;
}

static double number(int64_t value)
{
	return value == ABSENT ? NAN : (double)value;
}

struct thread_result {
	struct probe *probe;
	struct pair *pairs;
	size_t run;
	uint64_t filled;	  /* invocations besides */
	int64_t begin_ns, end_ns; /* of the first, and of the last that it ran */
};

/* Something for the others to run beside. Short, as nobody waits for its end; what is measured as a
 * difference has no short part. */
static void run_filler(struct thread_result *result, struct pair *filler)
{
	struct probe *probe = result->probe;
	uint32_t n = measure_small(probe);

	if (measure_is_difference(probe)) {
		run_pair(probe, filler);
		result->filled += n + probe->large;
	} else {
		call(probe, n, &filler->small, PROFILE_NONE);
		result->filled += n;
	}
	result->end_ns = clock_ns(CLOCK_MONOTONIC);
}

/* On the probe's CPU. All threads spin at the start until the last has come. Each runs the pairs
 * that are wanted, and goes on until all have. */
static void run_probe(void *arg)
{
	struct thread_result *result = arg;
	struct measurement *m = result->probe->measurement;
	struct pair *pair, filler;

	atomic_fetch_add(&m->ready, 1);
	while (atomic_load(&m->ready) < m->n)
		;
	do {
		pair = &result->pairs[result->run];
		memset(pair, 0, sizeof(*pair));
		run_pair(result->probe, pair);
		if (!result->run)
			result->begin_ns = pair->begin_ns;
		result->end_ns = pair->end_ns;
	} while (++result->run < m->wanted && !has_failed(pair));
	atomic_fetch_sub(&m->unfinished, 1);
	filler = *pair;
	while (atomic_load(&m->unfinished) && !has_failed(&filler))
		run_filler(result, &filler);
	if (has_failed(&filler))
		*pair = filler;
}

/* The time in which all threads were running. */
struct window {
	int64_t begin_ns, end_ns;
};

static struct window window_of(const struct thread_result *results, size_t n)
{
	struct window w = {INT64_MIN, INT64_MAX};

	for (size_t i = 0; i < n; i++) {
		w.begin_ns = w.begin_ns < results[i].begin_ns ? results[i].begin_ns : w.begin_ns;
		w.end_ns = w.end_ns < results[i].end_ns ? w.end_ns : results[i].end_ns;
	}
	return w;
}

/* Threads do not start in the same nanosecond: a pair may begin before the window by this part. */
#define BEFORE_WINDOW 0.05

static bool is_inside(const struct pair *p, const struct window *w)
{
	double length = (double)(p->end_ns - p->begin_ns);

	return p->end_ns <= w->end_ns &&
	       (double)(w->begin_ns - p->begin_ns) <= BEFORE_WINDOW * length;
}

static void compare_result(const struct probe *probe, const struct call *call, struct sample *s)
{
	if (!call->error)
		returned_add(&s->returned, call->result);
	if (!is_wrong(probe, call))
		return;
	s->wrong = true;
	s->result = call->result;
}

/* The mean of the pairs inside the window. Returns whether there is one. */
static bool summarize(const struct thread_result *result, const struct window *w)
{
	struct probe *probe = result->probe;
	double divisor = (double)probe->large - measure_small(probe);
	struct sample *s = &probe->sample;
	size_t inside = 0;

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < result->run; i++) {
		const struct pair *p = &result->pairs[i];

		s->error = s->error ? s->error : p->small.error ? p->small.error : p->large.error;
		compare_result(probe, &p->small, s);
		compare_result(probe, &p->large, s);
		if (!is_inside(p, w))
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
	return inside;
}

/* Run all probes at once, `wanted` pairs of each at least. Returns whether all have a pair during
 * which all were running, or cannot have one. */
static bool run_together(struct probe *probes, struct thread_result *results,
			 struct cpu_task *tasks, size_t n, size_t wanted)
{
	struct measurement m = {.n = n, .wanted = wanted, .unfinished = n};
	struct window w;
	bool all = true, failed = false;

	for (size_t i = 0; i < n; i++) {
		probes[i].measurement = &m;
		results[i].probe = &probes[i];
		results[i].run = 0;
		results[i].filled = 0;
		tasks[i] = (struct cpu_task){probes[i].cpu, run_probe, &results[i]};
	}
	cpus_run(tasks, n);
	w = window_of(results, n);
	for (size_t i = 0; i < n; i++) {
		all &= summarize(&results[i], &w);
		failed |= probes[i].sample.error != 0;
	}
	return all || failed;
}

static uint64_t count_records(struct consumer *consumer)
{
	if (!consumer)
		return 0;
	consumer_settle(consumer);
	return consumer_count(consumer);
}

/* On a busy machine a thread may be kept from its CPU while the others run. Each try is longer than
 * the one before: in one pair of each there is a moment in common only when they begin together. */
#define TRIES 10

/* Of a pair. */
static uint64_t invocations_of(const struct probe *probe)
{
	return (probe->turns ? probe->turns : 1) * ((uint64_t)probe->large + measure_small(probe));
}

void measure_sample(struct probe *probes, size_t n)
{
	struct thread_result *results = xcalloc(n, sizeof(*results));
	struct cpu_task *tasks = xcalloc(n, sizeof(*tasks));
	uint64_t records, invocations = 0;
	bool done = false;

	for (size_t i = 0; i < n; i++)
		results[i].pairs = xcalloc(TRIES, sizeof(*results[i].pairs));
	records = count_records(probes[0].consumer);
	for (int try = 0; try < TRIES && !done; try++) {
		done = run_together(probes, results, tasks, n, (size_t)try + 1);
		for (size_t i = 0; i < n; i++)
			invocations +=
			    results[i].filled + results[i].run * invocations_of(&probes[i]);
	}
	records = count_records(probes[0].consumer) - records;
	for (size_t i = 0; i < n; i++) {
		probes[i].sample.invocations = invocations;
		probes[i].sample.records = records;
		free(results[i].pairs);
	}
	free(results);
	free(tasks);
}

static uint32_t small_of(const struct probe *probe, uint32_t large)
{
	uint32_t small = large / (probe->tickless_ns ? SMALL_PART_COUNTED : SMALL_PART);

	return small < MEASURE_SMALL_MIN ? MEASURE_SMALL_MIN : small;
}

uint32_t measure_small(const struct probe *probe)
{
	return small_of(probe, probe->large);
}

bool measure_is_difference(const struct probe *probe)
{
	return probe->target->trigger || probe->empty;
}

struct calibration {
	struct probe *probe;
	uint64_t target_ns;
	uint32_t limit;
	int error;
};

/* Calls of call_ns that fit: one at least, TURNS at most. */
static uint32_t turns_within(uint64_t target_ns, double call_ns)
{
	return (uint32_t)fmin(fmax((double)target_ns / fmax(call_ns, 1), 1), TURNS);
}

static void run_calibration(void *arg)
{
	struct calibration *c = arg;
	struct probe *probe = c->probe;
	uint32_t n = FIRST_INVOCATIONS;
	double each_ns = 0;

	for (;;) {
		struct call small = {0}, large = {0};
		double ns;

		if (c->limit && n > c->limit)
			n = c->limit;
		call(probe, small_of(probe, n), &small, PROFILE_NONE);
		call(probe, n, &large, PROFILE_NONE);
		c->error = small.error ? small.error : large.error;
		if (c->error)
			return;
		ns = (double)(large.value[READ_CPU_NS] - small.value[READ_CPU_NS]);
		each_ns = ns / (n - small_of(probe, n));
		if (ns * CALIBRATED_PART >= (double)c->target_ns) {
			double wanted = n * ((double)c->target_ns / ns);

			if (wanted < n)
				n = wanted < MEASURE_LARGE_MIN ? MEASURE_LARGE_MIN
							       : (uint32_t)wanted;
			else if (wanted < UINT32_MAX / 2)
				n = (uint32_t)wanted;
			break;
		}
		if (n == c->limit || n >= UINT32_MAX / 4)
			break;
		n *= 2;
	}
	probe->large = c->limit && n > c->limit ? c->limit : n;
	probe->turns = 1;
	if (probe->large == c->limit && !measure_is_difference(probe) && !probe->tickless_ns)
		probe->turns = turns_within(c->target_ns, each_ns * c->limit);
}

int measure_calibrate(struct probe *probe, uint64_t target_ns, uint32_t limit)
{
	struct calibration c = {probe, target_ns, limit, 0};
	struct cpu_task task = {probe->cpu, run_calibration, &c};

	cpus_run(&task, 1);
	return c.error;
}
