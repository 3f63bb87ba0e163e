/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "clock.h"
#include "cpus.h"
#include "xalloc.h"

/* What the probes of one sample share. */
struct measurement {
	size_t n;
	size_t wanted;		  /* pairs of each probe */
	atomic_size_t ready;	  /* probes whose thread has come to the start */
	atomic_size_t unfinished; /* probes that have not run as many yet */
};

struct thread_result {
	struct probe *probe;
	struct measurement *measurement;
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
		calls_run_pair(probe, filler);
		result->filled += n + probe->large;
	} else {
		calls_run(probe, n, &filler->small);
		result->filled += n;
	}
	result->end_ns = clock_now();
}

/* On the probe's CPU. All threads spin at the start until the last has come. Each runs the pairs
 * that are wanted, and goes on until all have. */
static void run_probe(void *arg)
{
	struct thread_result *result = arg;
	struct measurement *m = result->measurement;
	struct pair *pair, filler;

	atomic_fetch_add(&m->ready, 1);
	while (atomic_load(&m->ready) < m->n)
		;
	do {
		pair = &result->pairs[result->run];
		calls_run_pair(result->probe, pair);
		if (!result->run)
			result->begin_ns = pair->begin_ns;
		result->end_ns = pair->end_ns;
	} while (++result->run < m->wanted && !calls_error(pair));
	atomic_fetch_sub(&m->unfinished, 1);
	filler = *pair;
	while (atomic_load(&m->unfinished) && !calls_error(&filler))
		run_filler(result, &filler);
	if (calls_error(&filler))
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

static void count_result(struct returned *returned, uint32_t value)
{
	size_t i = 0;

	while (i < returned->n && returned->kept[i].value != value)
		i++;
	if (i == RETURNED_KEPT) {
		returned->others++;
		return;
	}
	returned->n += i == returned->n;
	returned->kept[i].value = value;
	returned->kept[i].count++;
}

static void compare_result(const struct probe *probe, const struct call *call, struct sample *s)
{
	if (!call->error)
		count_result(&s->returned, call->result);
	if (!calls_is_wrong(probe, call))
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

		s->error = s->error ? s->error : calls_error(p);
		compare_result(probe, &p->small, s);
		compare_result(probe, &p->large, s);
		if (!is_inside(p, w))
			continue;
		inside++;
		s->marks |= p->marks;
		s->kernel_ns = p->large.kernel_ns;
		s->trigger_cost += p->trigger_cost;
		for (int r = 0; r < READ_COUNT; r++) {
			s->large[r] += p->large.value[r];
			s->slope[r] += (p->large.value[r] - p->small.value[r]) / divisor;
		}
	}
	s->trigger_cost = inside ? s->trigger_cost / (double)inside : NAN;
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
		results[i] = (struct thread_result){
		    .probe = &probes[i], .measurement = &m, .pairs = results[i].pairs};
		tasks[i] = (struct cpu_task){probes[i].cpu, run_probe, &results[i],
					     probes[i].target->network};
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
			invocations += results[i].filled +
				       results[i].run * probes[i].turns *
					   ((uint64_t)probes[i].large + measure_small(&probes[i]));
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

uint32_t measure_small(const struct probe *probe)
{
	return calls_small(probe, probe->large);
}

bool measure_is_difference(const struct probe *probe)
{
	return probe->target->trigger || probe->empty;
}
