/* SPDX-License-Identifier: MIT */
/*
 * bpf-run: load, execute and time the programs of a plan, and write samples.csv.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cgroup.h"
#include "cli.h"
#include "cpus.h"
#include "explain.h"
#include "identity.h"
#include "machine.h"
#include "measure.h"
#include "program.h"
#include "run.h"
#include "samples.h"
#include "say.h"
#include "selftest.h"
#include "tests.h"
#include "trace.h"
#include "tracefs.h"

/* Samples so short that a busy machine is met by many of them, and long enough that the fixed cost
 * of a call, some 10 us, is a small part. */
#define SAMPLE_MS 3
#define SAMPLES 10
#define ROUNDS 10

struct opts {
	struct cli cli;
	struct run_options run;
	const char *identity, *track;
	const char *regex, *only, *environment;
	double sample_ms;
	bool list, exit_code, quiet, self_test;
};

#define AT(member) offsetof(struct opts, member)

static const struct cli_option options[] = {
    {"rounds", 0, "N", "rounds over all tests (default: 10)", CLI_U64, .at = AT(run.rounds),
     .min = 1, .max = 1000000},
    {"samples", 0, "N", "samples of a test in a round (default: 10)", CLI_U64,
     .at = AT(run.samples), .min = 1, .max = 100000},
    {"sample-ms", 0, "MS", "how long a sample lasts (default: 3)", CLI_DOUBLE, .at = AT(sample_ms),
     .least = .01, .most = 10000},
    {"iterations", 'c', "N", "invocations a sample, instead of calibrating", CLI_U64,
     .at = AT(run.iterations), .min = MEASURE_LARGE_MIN, .max = INT32_MAX},
    {"suite-iterations", 0, NULL, NULL, CLI_FLAG, .at = AT(run.suite_iterations)},
    {"cpus", 'p', "N", "use only the first N CPUs (default: all)", CLI_U64, .at = AT(run.cpus),
     .min = 1, .max = CPUS_MAX},
    {"ignore-results", 'r', NULL, "do not compare the programs' results", CLI_FLAG,
     .at = AT(run.ignore_results)},
    {"no-attach", 0, NULL, NULL, CLI_FLAG, .at = AT(run.no_attach)},
    {"commands", 0, NULL, NULL, CLI_FLAG, .at = AT(run.commands)},
    {"seed", 0, "N", NULL, CLI_U64, .at = AT(run.seed), .max = UINT64_MAX},
    {"pre", 0, "COMMAND", "run before each visit to a test ($BPF_RUN_TEST)", CLI_MAYBE,
     .at = AT(run.pre)},
    {"post", 0, "COMMAND", "run after each visit to a test", CLI_MAYBE, .at = AT(run.post)},
    {"test", 't', "REGEX", "only tests whose name matches", CLI_MAYBE, .at = AT(regex)},
    {"only", 0, "CSV", "only tests in this file (suite,test)", CLI_TEXT, .at = AT(only)},
    {"list", 0, NULL, "write the tests' names, and measure nothing", CLI_FLAG, .at = AT(list)},
    {"self-test", 0, NULL, "measure programs of known cost instead", CLI_FLAG, .at = AT(self_test)},
    {"environment", 0, "FILE", NULL, CLI_TEXT, .at = AT(environment)},
    {"track", 0, "NAME", "the track (default: local)", CLI_TEXT, .at = AT(track)},
    {"identity", 0, "FILE", NULL, CLI_TEXT, .at = AT(identity)},
    {"first-round", 0, "N", NULL, CLI_U64, .at = AT(run.first_round), .min = 1, .max = UINT32_MAX},
    {"profile", 0, "FILE", NULL, CLI_TEXT, .at = AT(run.profile)},
    {"quiet", 'q', NULL, "no advice about the host, no progress bar", CLI_FLAG, .at = AT(quiet)},
    {"exit-code", 0, NULL, "exit 1: a program failed, 3: no number", CLI_FLAG, .at = AT(exit_code)},
};

static const struct cli_usage usage = {
    .options = options,
    .noptions = sizeof(options) / sizeof(*options),
    .operands = "[PLAN.csv...]",
    .doc = "Load, execute and time the eBPF programs of a plan, and write samples.csv."
	   "\vBuilds side by side: bpf-run a.csv b.csv | regress-detect --baseline a\n",
};

/* Controls that say nothing in a VM: there the kernel is what changes, and where instructions are
 * counted memory takes no time. What is left are tests, and they would raise alarms. */
static void leave_out_controls(struct plan *plan, enum runtime runtime)
{
	for (size_t i = 0; i < plan->nrows; i++) {
		struct plan_row *row = &plan->rows[i];
		enum user_operation operation = user_find(row->program_type, row->entry_point);
		const char *why = NULL;

		if (!row->control || row->status != STATUS_OK || runtime == RUNTIME_HOST)
			continue;
		if (user_is_call(row->program_type))
			why = "in a VM the kernel is what changes: what calls it is no control";
		else if (runtime == RUNTIME_ICOUNT && user_is_chase(operation))
			why = "where instructions are counted, memory takes no time";
		if (!why)
			continue;
		row->status = STATUS_UNSUPPORTED;
		plan_set(&row->reason, why);
	}
}

static void read_plans(struct plan *plan, struct tests *tests, const struct opts *o,
		       enum runtime runtime)
{
	for (int i = 0; i < o->cli.noperands; i++) {
		const char *wrong = plan_read(plan, o->cli.operands[i]);

		if (wrong)
			die("%s", wrong);
	}
	tests_select(plan, o->regex, o->only);
	leave_out_controls(plan, runtime);
	tests_group(tests, plan);
}

static void check_privilege(void)
{
	const char *forbidden = program_may_load();

	if (forbidden)
		die("%s", forbidden);
}

static bool needs_object(const struct plan *plan)
{
	for (size_t i = 0; i < plan->nrows; i++)
		if (user_needs_object(&plan->rows[i]))
			return true;
	return false;
}

/* The marks of a profile tell the parts of a measurement apart, but not one measurement from
 * another. */
static void check_profile(const struct opts *o, const struct plan *plan)
{
	if (o->run.profile && (plan->nrows != 1 || o->run.rounds != 1))
		die("--profile is for one row of a plan and one round: there are %zu and %llu "
		    "(-t chooses rows)",
		    plan->nrows, (unsigned long long)o->run.rounds);
}

static int self_test(struct opts *o)
{
	bool passed;

	check_privilege();
	cli_open_output(&o->cli);
	passed = selftest_run(o->run.seed);
	cli_close_output();
	return o->exit_code && !passed ? EXIT_BAD_ANSWER : 0;
}

static int list(struct opts *o)
{
	struct plan plan = {0};
	struct tests tests = {0};

	if (!o->self_test)
		read_plans(&plan, &tests, o, RUNTIME_HOST);
	cli_open_output(&o->cli);
	if (o->self_test)
		selftest_list();
	else
		plan_write_list(&plan, stdout);
	cli_close_output();
	tests_release(&tests);
	plan_release(&plan);
	return 0;
}

static int measure(struct opts *o)
{
	struct plan plan = {0};
	struct tests tests = {0};
	struct identity identity;
	struct busy begin;
	struct samples samples = {
	    .identity = &identity,
	    .plan = &plan,
	    .last_round = o->run.first_round + o->run.rounds - 1,
	};
	uint64_t rounds;

	if (o->environment && !strcmp(o->environment, "-"))
		die("--environment needs a file: standard output is samples.csv's");
	identity_init(&identity, o->identity, o->track);
	o->run.counted = identity.runtime == RUNTIME_ICOUNT;
	read_plans(&plan, &tests, o, identity.runtime);
	check_profile(o, &plan);
	if (needs_object(&plan))
		check_privilege();
	tracefs_mount();
	cgroup_remove_orphans();
	trace_remove_orphans();
	if (!o->quiet) {
		tests_advise(&tests);
		machine_advise();
	}
	cli_writes(&o->cli, o->environment);
	cli_writes(&o->cli, o->run.profile);
	cli_open_output(&o->cli);
	cpus_catch_signals();
	if (o->environment)
		identity_write_environment(&identity, &plan, o->environment);
	samples_write_header(&samples);
	busy_read(&begin);
	rounds = run_rounds(&tests, &o->run, &samples);
	cli_close_output();
	if (o->environment)
		identity_end_environment(&begin, o->environment);
	identity_release(&identity);
	plan_release(&plan);
	if (interrupted)
		die("interrupted: %llu of %llu rounds are whole", (unsigned long long)rounds,
		    (unsigned long long)o->run.rounds);
	if (o->exit_code && samples.failed)
		return EXIT_BAD_ANSWER;
	return o->exit_code && !samples.measured ? EXIT_INCONCLUSIVE : 0;
}

int main(int argc, char **argv)
{
	struct opts o = {
	    .run = {.rounds = ROUNDS, .first_round = 1, .samples = SAMPLES},
	    .sample_ms = SAMPLE_MS,
	};

	if (getrandom(&o.run.seed, sizeof(o.run.seed), GRND_NONBLOCK) < 0)
		o.run.seed = (uint64_t)getpid();
	cli_parse(&o.cli, &usage, argc, argv, &o);
	o.run.sample_ns = (uint64_t)(1e6 * o.sample_ms);
	cli_reads(&o.cli, o.only);
	cli_reads(&o.cli, o.identity);
	o.run.progress = !o.quiet && isatty(STDERR_FILENO);
	o.run.advise = !o.quiet;
	o.run.show_spent = o.cli.verbose;
	explain_listen(o.cli.verbose);
	if (o.list)
		return list(&o);
	return o.self_test ? self_test(&o) : measure(&o);
}
