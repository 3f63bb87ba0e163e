/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "assign.h"
#include "cgroup.h"
#include "cpus.h"
#include "hooks.h"
#include "instance.h"
#include "notices.h"
#include "sampling.h"
#include "say.h"
#include "spent.h"
#include "text.h"
#include "trace.h"
#include "untimed.h"
#include "xalloc.h"

struct run {
	const struct run_options *options;
	struct samples *out;
	struct cpu_list available;
	struct tests *tests;
	uint64_t random; /* state of the generator */
	uint64_t round;
	bool advised; /* that the kernel times programs itself */
	size_t visit; /* of the round's to the test at hand, from 0 */
	struct spent spent;
	struct notices notices;
};

static void unload_variant(struct run *run, struct variant *variant)
{
	spent_enter(&run->spent, STEP_UNLOAD);
	instance_unload(&variant->instance);
	spent_enter(&run->spent, STEP_OTHER);
}

/* Say what became of a variant, as its instance has it, and leave it out from now on. */
static void end_variant(struct run *run, struct variant *variant)
{
	struct instance *instance = &variant->instance;

	/* A signal makes calls fail. */
	if (interrupted)
		instance_fail(instance, STATUS_INTERRUPTED, "ended by a signal");
	else
		notices_add(&run->notices, variant->row[0], status_names[instance->status],
			    instance->reason);
	for (size_t i = 0; i < variant->nrows; i++)
		samples_write_failure(run->out, variant->row[i], run->round, instance->status,
				      instance->reason,
				      instance->status == STATUS_MISSED ? variant->runs[i] : NAN);
	variant->ended = true;
	unload_variant(run, variant);
}

static void make_probes(struct run *run, struct variant *variant, const struct cpu_list *lists)
{
	size_t n = 0;

	for (size_t i = 0; i < variant->nrows; i++)
		n += lists[i].n;
	variant->probes = xcalloc(n, sizeof(*variant->probes));
	variant->room = run->options->samples;
	variant->samples = xcalloc(n * variant->room, sizeof(*variant->samples));
	for (size_t i = 0; i < variant->nrows; i++)
		for (size_t c = 0; c < lists[i].n; c++)
			variant->probes[variant->nprobes++] =
			    (struct probe){.cpu = lists[i].cpu[c], .entry = i};
}

/* Give each entry point its CPUs, once. */
static enum status assign(struct run *run, struct variant *variant)
{
	uint64_t limit = variant->row[0]->prepare_every;
	struct cpu_list *lists;
	char *wrong;

	if (variant->probes)
		return STATUS_OK;
	if (limit && limit < MEASURE_LARGE_MIN)
		return instance_fail(&variant->instance, STATUS_UNSUPPORTED,
				     "map_state_preparation every %llu: a sample takes %d "
				     "invocations or more without one",
				     (unsigned long long)limit, MEASURE_LARGE_MIN);
	lists = xcalloc(variant->nrows, sizeof(*lists));
	wrong = assign_cpus(variant->row, variant->nrows, &run->available, lists);
	if (!wrong)
		make_probes(run, variant, lists);
	free(lists);
	return wrong ? instance_failed(&variant->instance, STATUS_UNSUPPORTED, wrong) : STATUS_OK;
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

/* Leave out a test with a program that only a trigger runs, where it is attached, or with a command
 * that nobody allowed: a plan may be a stranger's. */
static enum status refuse_triggers(const struct run_options *options, struct instance *instance)
{
	bool any = instance->prepare.trigger || instance->check.trigger;

	for (size_t i = 0; i < instance->n; i++) {
		const struct trigger *trigger = instance->target[i].trigger;
		const char *command = trigger ? trigger_command(trigger) : NULL;

		any |= trigger != NULL;
		if (command && !options->commands)
			return instance_fail(instance, STATUS_UNSUPPORTED,
					     "its trigger is the command '%s', which --commands "
					     "allows",
					     command);
	}
	return any && options->no_attach
		   ? instance_fail(instance, STATUS_UNSUPPORTED,
				   "it runs only where it is attached, and --no-attach is given")
		   : STATUS_OK;
}

/* Prove, once a variant, that each program runs as often as it is called. It is done in the first
 * load, before anything is timed, so that it lies at the same place in each boot: counted
 * instructions depend on that. It takes three calls, or 10 ms of a trigger. */
static enum status count_runs(struct variant *variant)
{
	if (variant->ran)
		return STATUS_OK;
	variant->ran = true;
	for (size_t i = 0; i < variant->nrows; i++)
		variant->runs[i] = NAN;
	return untimed_count_runs(&variant->instance, variant->runs);
}

static enum status load(struct run *run, struct variant *variant)
{
	struct instance *instance = &variant->instance;
	int cpu[ENTRIES_MAX] = {0};

	for (size_t p = variant->nprobes; p-- > 0;)
		cpu[variant->probes[p].entry] = variant->probes[p].cpu;
	spent_enter(&run->spent, STEP_LOAD);
	if (instance_load(instance, variant->row, variant->nrows, cpu, spare_cpu(run, variant)))
		return instance->status;
	if (variant->nprobes > 1 && instance->loaded.setup.loopback.has[LOOPBACK_SENDER])
		return instance_fail(instance, STATUS_UNSUPPORTED,
				     "its sender and receiver are one pair, for one CPU");
	if (refuse_triggers(run->options, instance))
		return instance->status;
	spent_enter(&run->spent, STEP_PREPARE);
	if (untimed_prepare(instance))
		return instance->status;
	spent_enter(&run->spent, STEP_VALIDATE);
	if (untimed_validate(instance, run->options->ignore_results))
		return instance->status;
	return count_runs(variant);
}

/* Point a probe at its program. */
static void aim_probe(const struct run_options *options, struct variant *variant, size_t p)
{
	struct instance *instance = &variant->instance;
	struct probe *probe = &variant->probes[p];
	size_t entry = probe->entry;
	const struct plan_row *first = variant->row[0], *row = variant->row[entry];

	probe->target = &instance->target[entry];
	probe->empty = instance->has_empty[entry] ? &instance->empty[entry] : NULL;
	/* Nobody sees what a triggered program returns; one that may lose records may return that
	 * it did. */
	probe->compared = row->has_expected_result && !options->ignore_results &&
			  !probe->target->trigger && !(row->dropped_max_pct > 0);
	probe->expected_result = row->expected_result;
	/* A consumer prepares its buffer itself. */
	probe->prepare = first->prepare_every && *first->prepare && !instance->consumer
			     ? &instance->prepare
			     : NULL;
	probe->prepare_iterations = (uint32_t)first->prepare_iterations;
	probe->consumer = instance->consumer;
	probe->settle_ns = 0;
	probe->runs = variant->runs[entry];
	/* Calibration may miss by a factor of two. */
	probe->tickless_ns = options->counted ? 2 * (int64_t)options->sample_ns : 0;
}

/* Load, prepare and validate a variant, and point its probes at its programs. */
static void start_variant(struct run *run, struct variant *variant)
{
	if (variant->instance.n) { /* kept */
		instance_attach(&variant->instance);
		return;
	}
	if (assign(run, variant) || load(run, variant)) {
		end_variant(run, variant);
		return;
	}
	for (size_t p = 0; p < variant->nprobes; p++)
		aim_probe(run->options, variant, p);
}

/* Another process can make the kernel time programs at any moment, without a setting. */
static void advise_stats(struct run *run, const struct sample *sample)
{
	if (!(sample->marks & MARK_STATS) || run->advised || !run->options->advise)
		return;
	run->advised = true;
	say("advice: the kernel times each program run (samples are marked 'stats'): sysctl "
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
			samples_write(run->out, variant->row[variant->probes[p].entry], run->round,
				      run->visit * n + s + 1, &variant->probes[p], &samples[s]);
		}
	}
}

/* All builds load what is kept anew in the same rounds, in the last visit of a round. */
static bool is_kept(const struct run *run, const struct test *test)
{
	uint64_t keep = test->variants[0].row[0]->keep;

	return keep && (run->visit + 1 < schedule_visits(test, run->options->counted) ||
			(run->round - run->options->first_round + 1) % keep);
}

/* A variant's numbers are written only when all of its calls and its check succeeded. */
static void finish_variant(struct run *run, const struct test *test, struct variant *variant)
{
	bool is_valid;

	spent_enter(&run->spent, STEP_CHECK);
	is_valid = !interrupted && !outcome_judge(variant);
	spent_enter(&run->spent, STEP_OTHER);
	if (!is_valid) {
		end_variant(run, variant);
		return;
	}
	write_samples(run, variant);
	if (is_kept(run, test))
		instance_detach(&variant->instance);
	else
		unload_variant(run, variant);
}

/* Whether no variant of a test is left, or its plan had none to measure. */
static bool has_ended(struct run *run, const struct test *test)
{
	bool all = true;

	for (size_t v = 0; v < test->nvariants; v++) {
		struct variant *variant = &test->variants[v];
		const struct plan_row *first = variant->row[0];

		if (!variant->ended && first->status != STATUS_OK &&
		    first->status != STATUS_COMPILED) {
			instance_fail(&variant->instance, first->status, "%s", first->reason);
			end_variant(run, variant);
		}
		all &= variant->ended;
	}
	return all;
}

/* Load and calibrate a variant. One that fails is left out from now on. */
static void ready_variant(struct run *run, const struct test *test, struct variant *variant)
{
	int error;

	if (!variant->ended)
		start_variant(run, variant);
	if (variant->ended || test->calibrated)
		return;
	spent_enter(&run->spent, STEP_CALIBRATE);
	error = calibrate_variant(run->options, variant, &run->notices);
	if (!error)
		return;
	instance_fail(&variant->instance, STATUS_RUN_FAILED, "%s",
		      target_error(&variant->instance.target[0], error));
	end_variant(run, variant);
}

static void run_test(struct run *run, struct test *test)
{
	const struct plan_row *first = test->variants[0].row[0];
	size_t n = test->nvariants;

	if (has_ended(run, test))
		return;
	run->visit = test->visited++;
	hook_run(run->options->pre, "--pre", first, run->round);
	/* What is loaded first gets other memory, and may be faster for it: a fixed order would
	 * make that a difference between builds. */
	random_shuffle(&run->random, test->order, n);
	for (size_t i = 0; i < n; i++)
		ready_variant(run, test, &test->variants[test->order[i]]);
	calibrate_share(test);
	spent_enter(&run->spent, STEP_SAMPLE);
	sampling_visit(run->options, test, &run->random, &run->spent);
	spent_enter(&run->spent, STEP_OTHER);
	random_shuffle(&run->random, test->order, n);
	for (size_t i = 0; i < n; i++)
		if (!test->variants[test->order[i]].ended)
			finish_variant(run, test, &test->variants[test->order[i]]);
	hook_run(run->options->post, "--post", first, run->round);
}

static void show_progress(const struct run *run, size_t percent, const struct test *test)
{
	char *name;

	if (!run->options->progress)
		return;
	name = text_line(test->variants[0].row[0]->test);
	fprintf(stderr, "\r\033[Kround %" PRIu64 " of %" PRIu64 "  %3zu%%  %s",
		run->round - run->options->first_round + 1, run->options->rounds, percent, name);
	free(name);
}

static void run_round(struct run *run, struct schedule *schedule)
{
	for (size_t t = 0; t < run->tests->n; t++)
		run->tests->test[t].visited = 0;
	schedule_shuffle(schedule, &run->random);
	for (size_t i = 0; i < schedule->n && !interrupted; i++) {
		struct test *test = &run->tests->test[schedule->test[i]];

		spent_test(&run->spent, schedule->test[i]);
		show_progress(run, 100 * i / schedule->n, test);
		run_test(run, test);
	}
	if (run->options->progress)
		fprintf(stderr, "\r\033[K");
	notices_say(&run->notices);
}

uint64_t run_rounds(struct tests *tests, const struct run_options *options, struct samples *samples)
{
	struct run run = {
	    .options = options, .out = samples, .tests = tests, .random = options->seed};
	uint64_t whole = 0;
	struct schedule schedule;

	assign_available(&run.available, options->cpus);
	schedule_make(&schedule, tests, options->counted);
	spent_start(&run.spent, tests);
	for (uint64_t r = 0; r < options->rounds && !interrupted; r++) {
		run.round = options->first_round + r;
		run_round(&run, &schedule);
		whole += !interrupted;
	}
	spent_end(&run.spent, options->show_spent ? stderr : NULL);
	free(schedule.test);
	tests_release(tests);
	trace_restore();
	cgroup_leave();
	return whole;
}
