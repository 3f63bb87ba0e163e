/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cpus.h"
#include "hooks.h"
#include "instance.h"
#include "interrupt.h"
#include "outcome.h"
#include "profile.h"
#include "random_order.h"
#include "schedule.h"
#include "spent.h"
#include "tests.h"
#include "text.h"
#include "trace.h"
#include "xalloc.h"

struct run {
	const struct run_options *options;
	struct samples *out;
	struct cpu_list available;
	struct tests tests;
	uint64_t random; /* state of the generator */
	uint64_t round;
	bool advised; /* that the kernel times programs itself */
	size_t visit; /* of the round's to the test at hand, from 0 */
	struct spent spent;
};

static size_t *new_order(size_t n)
{
	size_t *order = xcalloc(n, sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = i;
	return order;
}

/* How often an entry point ran for each call, where that is why it failed. */
static double runs_of(const struct variant *variant, size_t entry, enum status status)
{
	for (size_t p = 0; p < variant->nprobes && status == STATUS_MISSED; p++)
		if (variant->entry[p] == entry)
			return variant->probes[p].runs;
	return NAN;
}

/* Say what became of a variant, and leave it out from now on. */
static void end_variant(struct run *run, struct variant *variant, enum status status,
			const char *reason)
{
	/* Then that is why a call failed. */
	if (interrupted) {
		status = STATUS_INTERRUPTED;
		reason = "ended by a signal";
	} else {
		plan_warn(variant->row[0], status, reason);
	}
	for (size_t i = 0; i < variant->nrows; i++)
		samples_write_failure(run->out, variant->row[i], run->round, status, reason,
				      runs_of(variant, i, status));
	variant->ended = true;
}

/* Take the CPUs of an entry point; a reason when another has taken one of them. */
static int take_cpus(struct cpu_list *taken, const struct plan_row **taker,
		     const struct plan_row *row, const struct cpu_list *list, char *reason,
		     size_t reason_size)
{
	for (size_t c = 0; c < list->n; c++) {
		for (size_t t = 0; t < taken->n; t++)
			if (taken->cpu[t] == list->cpu[c]) {
				snprintf(reason, reason_size,
					 "two entry points want CPU %d: %s (%s) and %s (%s)",
					 taken->cpu[t], taker[t]->entry_point, taker[t]->cpus,
					 row->entry_point, row->cpus);
				return -1;
			}
		taker[taken->n] = row;
		taken->cpu[taken->n++] = list->cpu[c];
	}
	return 0;
}

/* When an entry point's CPUs are resolved: first those that must be the ones they are. */
static int turn_of(const char *spec)
{
	return !strcmp(spec, "remaining") ? 2 : !strcmp(spec, "any") ? 1 : 0;
}

/* The CPUs of each entry point. */
static int resolve_cpus(struct run *run, const struct variant *variant, struct cpu_list *lists,
			char *reason, size_t reason_size)
{
	const struct plan_row *taker[CPUS_MAX];
	struct cpu_list taken = {.n = 0};

	for (int turn = 0; turn <= 2; turn++)
		for (size_t i = 0; i < variant->nrows; i++) {
			const struct plan_row *row = variant->row[i];

			if (turn_of(row->cpus) != turn)
				continue;
			if (cpus_resolve(row->cpus, &run->available, &taken, &lists[i], reason,
					 reason_size) ||
			    take_cpus(&taken, taker, row, &lists[i], reason, reason_size))
				return -1;
		}
	return 0;
}

static void make_probes(struct run *run, struct variant *variant)
{
	struct cpu_list *lists = xcalloc(variant->nrows, sizeof(*lists));
	uint64_t limit = variant->row[0]->prepare_every;
	char reason[400];
	size_t n = 0;

	snprintf(
	    reason, sizeof(reason),
	    "map_state_preparation every %llu: a sample takes %d invocations or more without one",
	    (unsigned long long)limit, MEASURE_LARGE_MIN);
	if ((limit && limit < MEASURE_LARGE_MIN) ||
	    resolve_cpus(run, variant, lists, reason, sizeof(reason))) {
		end_variant(run, variant, STATUS_UNSUPPORTED, reason);
		free(lists);
		return;
	}
	for (size_t i = 0; i < variant->nrows; i++)
		n += lists[i].n;
	variant->probes = xcalloc(n, sizeof(*variant->probes));
	variant->entry = xcalloc(n, sizeof(*variant->entry));
	variant->room = run->options->samples;
	variant->samples = xcalloc(n * variant->room, sizeof(*variant->samples));
	for (size_t i = 0; i < variant->nrows; i++)
		for (size_t c = 0; c < lists[i].n; c++) {
			variant->probes[variant->nprobes].cpu = lists[i].cpu[c];
			variant->probes[variant->nprobes].runs = NAN;
			variant->entry[variant->nprobes++] = i;
		}
	free(lists);
}

/* A CPU on which nothing of the test is timed; -1 when all are taken. */
static int spare_cpu(const struct run *run, const struct variant *variant)
{
	for (size_t i = 0; i < run->available.n; i++) {
		int cpu = run->available.cpu[i];
		bool taken = false;

		for (size_t p = 0; p < variant->nprobes; p++)
			taken |= variant->probes[p].cpu == cpu;
		if (!taken)
			return cpu;
	}
	return -1;
}

static void unload_variant(struct run *run, struct variant *variant)
{
	enum step before = spent_enter(&run->spent, STEP_UNLOAD);

	instance_unload(&variant->instance);
	variant->loaded = false;
	spent_enter(&run->spent, before);
}

static void fail_instance(struct run *run, struct variant *variant)
{
	end_variant(run, variant, variant->instance.status, variant->instance.reason);
	unload_variant(run, variant);
}

/* That each program runs as often as it is called is proved once a variant: what it is attached to
 * and what the trigger does do not change from round to round. It is done in the first load, before
 * anything is timed, so that no later round and no boot is without it or has it at another place:
 * counted instructions are the same in each. It costs as long as RAN_CALLS calls, or 10 ms of a
 * trigger. */
static enum status count_runs(struct variant *variant)
{
	double runs[ENTRIES_MAX];
	enum status status;

	if (variant->ran)
		return STATUS_OK;
	variant->ran = true;
	for (size_t i = 0; i < ENTRIES_MAX; i++)
		runs[i] = NAN;
	status = instance_count_runs(&variant->instance, runs);
	for (size_t p = 0; p < variant->nprobes; p++)
		variant->probes[p].runs = runs[variant->entry[p]];
	return status;
}

static enum status load(struct run *run, struct variant *variant, const int *cpu)
{
	enum step before = spent_enter(&run->spent, STEP_LOAD);
	enum status status = instance_load(&variant->instance, variant->row, variant->nrows, cpu,
					   spare_cpu(run, variant));

	spent_prepared(&run->spent, variant->instance.prepare_ns);
	spent_enter(&run->spent, before);
	return status;
}

static enum status validate(struct run *run, struct variant *variant)
{
	enum step before = spent_enter(&run->spent, STEP_VALIDATE);
	enum status status = instance_validate(&variant->instance, run->options->ignore_results);

	if (!status)
		status = count_runs(variant);
	spent_enter(&run->spent, before);
	return status;
}

/* Point a probe at its program. */
static void aim_probe(const struct run_options *options, struct variant *variant, size_t p)
{
	const struct plan_row *first = variant->row[0], *row = variant->row[variant->entry[p]];
	struct instance *instance = &variant->instance;
	struct probe *probe = &variant->probes[p];
	size_t entry = variant->entry[p];

	probe->target = &instance->target[entry];
	probe->empty = instance->has_empty[entry] ? &instance->empty[entry] : NULL;
	/* What a triggered program returns nobody sees; of one that may lose records, the result
	 * may say that it did. */
	probe->compared = row->has_expected_result && !options->ignore_results &&
			  !probe->target->trigger && !(row->dropped_max_pct > 0);
	probe->expected_result = row->expected_result;
	/* A consumer is what prepares then. */
	probe->prepare = first->prepare_every && instance->has_prepare && !instance->consumer
			     ? &instance->prepare
			     : NULL;
	probe->prepare_iterations = (uint32_t)first->prepare_iterations;
	probe->consumer = instance->consumer;
	probe->settle_ns = 0;
	/* Twice the time, for what calibration does not hit. */
	probe->tickless_ns = options->counted ? 2 * (int64_t)options->sample_ns : 0;
}

/* Load, prepare and validate a variant, and point its probes at its programs. */
static void start_variant(struct run *run, struct variant *variant)
{
	int cpu[ENTRIES_MAX] = {0};

	if (!variant->probes)
		make_probes(run, variant);
	if (variant->ended)
		return;
	if (variant->loaded) {
		instance_attach(&variant->instance);
		return;
	}
	for (size_t p = variant->nprobes; p-- > 0;)
		cpu[variant->entry[p]] = variant->probes[p].cpu;
	variant->loaded = true;
	if (load(run, variant, cpu) || validate(run, variant)) {
		fail_instance(run, variant);
		return;
	}
	for (size_t p = 0; p < variant->nprobes; p++)
		aim_probe(run->options, variant, p);
}

/* Invocations that a test asks for instead of calibration; 0 for none. */
static uint32_t fixed_iterations(const struct run_options *options, const struct plan_row *row)
{
	char *name;

	if (options->iterations)
		return (uint32_t)options->iterations;
	if (!options->suite_iterations || !row->iterations)
		return 0;
	if (row->iterations >= MEASURE_LARGE_MIN)
		return (uint32_t)row->iterations;
	name = text_line(row->test);
	warnx("'%s': a sample takes %d invocations or more, not %llu: it takes %d", name,
	      MEASURE_LARGE_MIN, (unsigned long long)row->iterations, MEASURE_LARGE_MIN);
	free(name);
	return MEASURE_LARGE_MIN;
}

/* Builds that differ a little then do the same number of invocations, and so the same random ones.
 */
static uint32_t floor_power_of_two(uint32_t n)
{
	while (n & (n - 1))
		n &= n - 1;
	return n;
}

/* Builds share the invocations of the slowest: its samples last as long as is wanted. */
static void lower(uint32_t *large, uint32_t to)
{
	if (!*large || to < *large)
		*large = to;
}

/* Programs that run at once hinder each other: a write to a shared map takes up to ten times longer
 * than alone. Have them all run once, and shorten what lasts longer than is wanted. */
static int shorten_together(struct run *run, struct variant *variant)
{
	double ns[ENTRIES_MAX] = {0};

	measure_sample(variant->probes, variant->nprobes);
	for (size_t p = 0; p < variant->nprobes; p++) {
		const struct sample *s = &variant->probes[p].sample;
		size_t entry = variant->entry[p];

		if (s->error)
			return s->error;
		ns[entry] = fmax(ns[entry], s->large[READ_CPU_NS]);
	}
	for (size_t p = 0; p < variant->nprobes; p++) {
		struct probe *probe = &variant->probes[p];
		double longer = ns[variant->entry[p]] / (double)run->options->sample_ns;

		if (longer > 1)
			probe->large = (uint32_t)fmax(probe->large / longer, MEASURE_LARGE_MIN);
	}
	return 0;
}

/* Each entry point on the first of its CPUs, for all of them. Returns 0 and whether anything was to
 * be found out. */
static int calibrate_alone(struct run *run, struct variant *variant, bool *calibrated)
{
	uint32_t own[ENTRIES_MAX] = {0}, turns[ENTRIES_MAX] = {0};
	uint32_t limit = (uint32_t)variant->row[0]->prepare_every;

	for (size_t p = 0; p < variant->nprobes; p++) {
		struct probe *probe = &variant->probes[p];
		uint32_t *large = &own[variant->entry[p]];

		if (!*large)
			*large = fixed_iterations(run->options, variant->row[variant->entry[p]]);
		if (!*large) {
			int error = measure_calibrate(probe, run->options->sample_ns, limit);

			if (error)
				return error;
			*large =
			    run->options->counted ? floor_power_of_two(probe->large) : probe->large;
			turns[variant->entry[p]] = probe->turns;
			*calibrated = true;
		}
		probe->turns = turns[variant->entry[p]];
		if (limit && *large > limit)
			*large = limit;
		probe->large = *large;
	}
	return 0;
}

/* In the first visit to a test. */
static int calibrate(struct run *run, struct test *test, struct variant *variant)
{
	bool calibrated = false;
	int error = calibrate_alone(run, variant, &calibrated);

	/* Twice, as once may be a lucky moment. */
	for (int i = 0; i < 2 && calibrated && variant->nprobes > 1 && !run->options->counted; i++)
		error = error ? error : shorten_together(run, variant);
	for (size_t p = 0; p < variant->nprobes && !error; p++) {
		const struct probe *probe = &variant->probes[p];
		size_t entry = tests_entry(test, variant->row[variant->entry[p]]->entry_point);

		lower(&test->large[entry], probe->large);
		lower(&test->turns[entry], probe->turns);
	}
	return error;
}

static void set_iterations(struct test *test)
{
	for (size_t v = 0; v < test->nvariants; v++) {
		struct variant *variant = &test->variants[v];

		for (size_t p = 0; p < variant->nprobes && !variant->ended; p++) {
			const struct plan_row *row = variant->row[variant->entry[p]];
			size_t entry = tests_entry(test, row->entry_point);

			variant->probes[p].large = test->large[entry];
			variant->probes[p].turns = test->turns[entry];
		}
	}
	test->calibrated = true;
}

/* Probes prepare at the same time. */
static void book_preparation(struct run *run, struct variant *variant)
{
	spent_prepared(&run->spent, variant->probes[0].prepare_ns);
	for (size_t p = 0; p < variant->nprobes; p++)
		variant->probes[p].prepare_ns = 0;
}

static void sample_variant(struct run *run, struct variant *variant, size_t sample)
{
	/* Counts do not drift, but what comes once in several calls, such as a list's refill, comes
	 * to the large or to the small one: in turn, and not by the seed. */
	bool large_first = run->options->counted ? sample & 1 : random_next(&run->random) & 1;

	for (size_t p = 0; p < variant->nprobes; p++)
		variant->probes[p].large_first = large_first;
	measure_sample(variant->probes, variant->nprobes);
	book_preparation(run, variant);
	for (size_t p = 0; p < variant->nprobes; p++)
		variant->samples[p * variant->room + sample] = variant->probes[p].sample;
	variant->taken = sample + 1;
}

/* Counted samples of a fixed path are equal: then these do. */
#define COUNTED_FEW 3

static bool has_enough(const struct run *run, const struct variant *variant)
{
	if (!run->options->counted || variant->taken < COUNTED_FEW)
		return false;
	for (size_t p = 0; p < variant->nprobes; p++) {
		const struct sample *s = &variant->samples[p * variant->room];

		for (size_t i = 1; i < variant->taken; i++)
			if (samples_count(&variant->probes[p], &s[i]) !=
			    samples_count(&variant->probes[p], &s[0]))
				return false;
	}
	return true;
}

/* Counted samples are few and short: first bring the test to where samples of a timed run spend
 * their time, so that an LRU map evicts and a branch's code is patched. */
#define WARM_INVOCATIONS 131072
#define WARM_NS 50000000

static void warm_up(struct run *run, struct variant *variant)
{
	uint64_t invocations = 0, ns = 0, spent;

	while (invocations < WARM_INVOCATIONS && ns < WARM_NS && !interrupted) {
		sample_variant(run, variant, 0);
		if (variant->samples[0].error)
			return;
		invocations += variant->probes[0].large;
		/* What takes long is there with its first call. */
		spent = (uint64_t)variant->samples[0].large[READ_CPU_NS];
		ns += spent > run->options->sample_ns ? spent : run->options->sample_ns;
	}
}

/* Memory that a call has freed comes back to the allocator after a grace period and, with
 * kfree_rcu(), a batch's delay; a trie's, or a large map's that was unloaded, after many batches.
 * In between an update of a trie differs by some per cent. Virtual time, which costs little.
 */
#define SETTLE_NS 250000000

/* What is done before and during the calls of what is sampled from now on. */
static void begin_samples(struct variant *variant, bool counted, bool profiled)
{
	variant->taken = 0;
	for (size_t p = 0; p < variant->nprobes; p++) {
		variant->probes[p].settle_ns = counted ? SETTLE_NS : 0;
		variant->probes[p].profiled = profiled;
	}
}

static void write_symbols(const struct run *run, const struct variant *variant)
{
	uint64_t invocations = 0;

	for (size_t p = 0; p < variant->nprobes; p++)
		invocations += variant->probes[p].large - measure_small(&variant->probes[p]);
	profile_write_symbols(run->options->profile, invocations * variant->taken);
}

static void sample_test(struct run *run, struct test *test)
{
	size_t n = test->nvariants, *order = new_order(n);
	enum step before = spent_enter(&run->spent, STEP_SAMPLE);

	for (size_t v = 0; v < n && run->options->counted; v++)
		if (!test->variants[v].ended)
			warm_up(run, &test->variants[v]);
	for (size_t v = 0; v < n; v++)
		begin_samples(&test->variants[v], run->options->counted,
			      run->options->profile && !v);
	for (size_t s = 0; s < run->options->samples && !interrupted; s++) {
		if (s % 2 == 0)
			random_shuffle(&run->random, order, n);
		for (size_t i = 0; i < n; i++) {
			/* Odd samples go back the way the even ones came: A B B A. */
			size_t v = order[s % 2 ? n - 1 - i : i];

			if (!test->variants[v].ended && !has_enough(run, &test->variants[v]))
				sample_variant(run, &test->variants[v], s);
		}
	}
	if (run->options->profile && !test->variants[0].ended)
		write_symbols(run, &test->variants[0]);
	spent_enter(&run->spent, before);
	free(order);
}

/* Another process can have the kernel time programs at any moment, which no setting shows. */
static void advise_stats(struct run *run, const struct sample *sample)
{
	if (!(sample->marks & MARK_STATS) || run->advised || !run->options->advise)
		return;
	run->advised = true;
	warnx("advice: the kernel times each program run (samples are marked 'stats'): sysctl "
	      "kernel.bpf_stats_enabled=0, and stop what asks for it, such as bpftop");
}

static void write_samples(struct run *run, struct variant *variant)
{
	size_t n = run->options->samples;

	run->out->visit = run->visit + 1;
	for (size_t p = 0; p < variant->nprobes; p++) {
		struct sample *samples = &variant->samples[p * n];

		measure_costs(&variant->probes[p], samples, variant->taken);
		for (size_t s = 0; s < variant->taken; s++) {
			advise_stats(run, &samples[s]);
			samples_write(run->out, variant->row[variant->entry[p]], run->round,
				      run->visit * n + s + 1, &variant->probes[p], &samples[s]);
		}
	}
}

/* What is kept over rounds is loaded anew in the same rounds in all builds, and not by visits. */
static bool is_kept(const struct run *run, const struct test *test)
{
	uint64_t keep = test->variants[0].row[0]->keep;

	return keep && (run->visit + 1 < schedule_visits(test, run->options->counted) ||
			(run->round - run->options->first_round + 1) % keep);
}

/* A variant's numbers are written only when all of its calls and its check succeeded. */
static void finish_variant(struct run *run, const struct test *test, struct variant *variant)
{
	char reason[512] = "";
	enum status status = STATUS_INTERRUPTED;

	enum step before = spent_enter(&run->spent, STEP_CHECK);

	if (!interrupted)
		status = outcome_judge(variant, reason, sizeof(reason));
	spent_enter(&run->spent, before);
	if (status != STATUS_OK)
		end_variant(run, variant, status, reason);
	else
		write_samples(run, variant);
	if (!variant->ended && is_kept(run, test)) {
		instance_detach(&variant->instance);
		return;
	}
	unload_variant(run, variant);
}

/* Whether nothing of a test is to be measured, or never was: its plan says so. */
static bool has_ended(struct run *run, const struct test *test)
{
	bool all = true;

	for (size_t v = 0; v < test->nvariants; v++) {
		struct variant *variant = &test->variants[v];
		const struct plan_row *first = variant->row[0];

		if (!variant->ended && first->status != STATUS_OK &&
		    first->status != STATUS_COMPILED)
			end_variant(run, variant, first->status, first->reason);
		all &= variant->ended;
	}
	return all;
}

/* Load and calibrate what is to be sampled; a variant that fails says so and is left out. */
static void ready_variant(struct run *run, struct test *test, struct variant *variant)
{
	enum step before;
	int error;

	if (variant->ended)
		return;
	start_variant(run, variant);
	if (variant->ended)
		return;
	if (test->calibrated)
		return;
	before = spent_enter(&run->spent, STEP_CALIBRATE);
	error = calibrate(run, test, variant);
	spent_enter(&run->spent, before);
	if (!error)
		return;
	end_variant(run, variant, STATUS_RUN_FAILED,
		    target_error(&variant->instance.target[0], error));
	unload_variant(run, variant);
}

static void run_test(struct run *run, struct test *test)
{
	const struct plan_row *first = test->variants[0].row[0];
	size_t n = test->nvariants, *order;

	if (has_ended(run, test))
		return;
	run->visit = test->visited++;
	hook_run(run->options->pre, "--pre", first, run->round);
	/* What is loaded first gets other memory than what is loaded next, and may be faster for
	 * it: in a fixed order that would be a difference between builds. */
	order = new_order(n);
	random_shuffle(&run->random, order, n);
	for (size_t i = 0; i < n; i++)
		ready_variant(run, test, &test->variants[order[i]]);
	set_iterations(test);
	sample_test(run, test);
	random_shuffle(&run->random, order, n);
	for (size_t i = 0; i < n; i++)
		if (!test->variants[order[i]].ended)
			finish_variant(run, test, &test->variants[order[i]]);
	free(order);
	hook_run(run->options->post, "--post", first, run->round);
}

static void show_progress(const struct run *run, size_t percent, const struct test *test)
{
	char *name;

	if (!run->options->progress)
		return;
	name = text_line(test->variants[0].row[0]->test);
	fprintf(stderr, "\r\033[Kround %llu of %llu  %3zu%%  %s",
		(unsigned long long)(run->round - run->options->first_round + 1),
		(unsigned long long)run->options->rounds, percent, name);
	free(name);
}

static void run_round(struct run *run, struct schedule *schedule)
{
	for (size_t t = 0; t < run->tests.n; t++)
		run->tests.test[t].visited = 0;
	schedule_shuffle(schedule, &run->random);
	for (size_t i = 0; i < schedule->n && !interrupted; i++) {
		struct test *test = &run->tests.test[schedule->test[i]];

		spent_test(&run->spent, schedule->test[i]);
		show_progress(run, 100 * i / schedule->n, test);
		run_test(run, test);
	}
}

uint64_t run_rounds(const struct plan *plan, const struct run_options *options,
		    struct samples *samples)
{
	struct run run = {
	    .options = options,
	    .out = samples,
	    .random = options->seed,
	};
	uint64_t whole = 0;
	struct schedule schedule;

	cpus_available(&run.available);
	if (options->cpus && options->cpus < run.available.n)
		run.available.n = options->cpus;
	tests_group(&run.tests, plan);
	schedule_make(&schedule, &run.tests, options->counted);
	spent_start(&run.spent, run.tests.n);
	for (uint64_t r = 0; r < options->rounds && !interrupted; r++) {
		run.round = options->first_round + r;
		run_round(&run, &schedule);
		whole += !interrupted;
	}
	if (options->progress)
		fprintf(stderr, "\r\033[K");
	if (options->show_spent)
		spent_write(&run.spent, &run.tests, stderr);
	spent_release(&run.spent);
	schedule_release(&schedule);
	tests_release(&run.tests);
	trace_restore();
	trigger_release();
	return whole;
}
