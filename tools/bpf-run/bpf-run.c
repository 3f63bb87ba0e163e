/* SPDX-License-Identifier: MIT */
/*
 * bpf-run: load, execute and time the programs of a plan, and write samples.csv.
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "advice.h"
#include "cgroup.h"
#include "cli.h"
#include "cpus.h"
#include "csv.h"
#include "explain.h"
#include "identity.h"
#include "interrupt.h"
#include "measure.h"
#include "mounts.h"
#include "program.h"
#include "run.h"
#include "samples.h"
#include "select.h"
#include "selftest.h"
#include "tests.h"
#include "trace.h"
#include "xalloc.h"

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
	bool list, exit_code, quiet, self_test;
};

enum {
	OPT_ROUNDS = 256,
	OPT_SAMPLES,
	OPT_SAMPLE_MS,
	OPT_SUITE_ITERATIONS,
	OPT_SEED,
	OPT_ONLY,
	OPT_LIST,
	OPT_ENVIRONMENT,
	OPT_SELF_TEST,
	OPT_PROFILE,
	OPT_PRE,
	OPT_POST,
	OPT_EXIT_CODE,
	OPT_IDENTITY,
	OPT_FIRST_ROUND,
	OPT_TRACK,
};

/* What only pipelines give is in the man page. */
static const struct argp_option options[] = {
    {"rounds", OPT_ROUNDS, "N", 0, "rounds over all tests (default: 10)", 1},
    {"samples", OPT_SAMPLES, "N", 0, "samples of a test in a round (default: 10)", 1},
    {"sample-ms", OPT_SAMPLE_MS, "MS", 0, "how long a sample lasts (default: 3)", 1},
    {"iterations", 'c', "N", 0, "invocations a sample, instead of calibrating", 1},
    {"suite-iterations", OPT_SUITE_ITERATIONS, NULL, OPTION_HIDDEN, NULL, 1},
    {"cpus", 'p', "N", 0, "use only the first N CPUs (default: all)", 1},
    {"ignore-results", 'r', NULL, 0, "do not compare the programs' results", 1},
    {"seed", OPT_SEED, "N", 0, "of the random order (default: a random one)", 1},
    {"pre", OPT_PRE, "COMMAND", 0, "run before each visit to a test ($BPF_RUN_TEST)", 1},
    {"post", OPT_POST, "COMMAND", 0, "run after each visit to a test", 1},
    {"test", 't', "REGEX", 0, "only tests whose name matches", 1},
    {"only", OPT_ONLY, "CSV", 0, "only tests in this file (suite,test)", 1},
    {"list", OPT_LIST, NULL, 0, "write the tests' names, and measure nothing", 1},
    {"self-test", OPT_SELF_TEST, NULL, 0, "measure programs of known cost instead", 1},
    {"environment", OPT_ENVIRONMENT, "FILE", 0, "write environment.csv there", 1},
    {"track", OPT_TRACK, "NAME", 0, "the track (default: local)", 1},
    {"identity", OPT_IDENTITY, "FILE", OPTION_HIDDEN, NULL, 1},
    {"first-round", OPT_FIRST_ROUND, "N", OPTION_HIDDEN, NULL, 1},
    {"profile", OPT_PROFILE, "FILE", OPTION_HIDDEN, NULL, 1},
    {"quiet", 'q', NULL, 0, "no advice about the host, no progress bar", 1},
    {"exit-code", OPT_EXIT_CODE, NULL, 0, "exit 1: a program failed, 3: no number", 1},
    {0},
};

static const char doc[] =
    "Load, execute and time the eBPF programs of a plan, and write samples.csv."
    "\vBuilds side by side: bpf-run a.csv b.csv | regress-detect --baseline a\n";

enum kind {
	FLAG,
	TEXT,
	NAME, /* a text that is not empty */
	NUMBER,
};

#define AT(member) offsetof(struct opts, member)

/* Where the value of an option goes, and the bounds of numbers. */
static const struct destination {
	int key;
	enum kind kind;
	size_t at;
	uint64_t min, max;
} destinations[] = {
    {OPT_ROUNDS, NUMBER, AT(run.rounds), 1, 1000000},
    {OPT_SAMPLES, NUMBER, AT(run.samples), 1, 100000},
    {'c', NUMBER, AT(run.iterations), MEASURE_LARGE_MIN, INT32_MAX},
    {OPT_SUITE_ITERATIONS, FLAG, AT(run.suite_iterations), 0, 0},
    {'p', NUMBER, AT(run.cpus), 1, CPUS_MAX},
    {'r', FLAG, AT(run.ignore_results), 0, 0},
    {OPT_SEED, NUMBER, AT(run.seed), 0, UINT64_MAX},
    {OPT_PRE, TEXT, AT(run.pre), 0, 0},
    {OPT_POST, TEXT, AT(run.post), 0, 0},
    {'t', TEXT, AT(regex), 0, 0},
    {OPT_ONLY, NAME, AT(only), 0, 0},
    {OPT_LIST, FLAG, AT(list), 0, 0},
    {OPT_SELF_TEST, FLAG, AT(self_test), 0, 0},
    {OPT_ENVIRONMENT, NAME, AT(environment), 0, 0},
    {OPT_TRACK, NAME, AT(track), 0, 0},
    {OPT_IDENTITY, NAME, AT(identity), 0, 0},
    {OPT_FIRST_ROUND, NUMBER, AT(run.first_round), 1, UINT32_MAX},
    {OPT_PROFILE, NAME, AT(run.profile), 0, 0},
    {'q', FLAG, AT(quiet), 0, 0},
    {OPT_EXIT_CODE, FLAG, AT(exit_code), 0, 0},
};

static void set(struct opts *o, const struct destination *to, char *arg)
{
	void *member = (char *)o + to->at;
	const struct argp_option *option = options;
	char name[32];

	while (option->key != to->key)
		option++;
	snprintf(name, sizeof(name), "--%s", option->name);
	switch (to->kind) {
	case FLAG:
		*(bool *)member = true;
		break;
	case TEXT:
		*(const char **)member = arg;
		break;
	case NAME:
		*(const char **)member = cli_text(name, arg);
		break;
	case NUMBER:
		*(uint64_t *)member = cli_u64(name, arg, to->min, to->max);
		break;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	if (key == ARGP_KEY_INIT) {
		state->child_inputs[0] = &o->cli;
		return 0;
	}
	if (key == OPT_SAMPLE_MS) {
		o->run.sample_ns = (uint64_t)(1e6 * cli_double("--sample-ms", arg, 0.01, 10000));
		return 0;
	}
	for (size_t i = 0; i < sizeof(destinations) / sizeof(*destinations); i++)
		if (destinations[i].key == key) {
			set(o, &destinations[i], arg);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {options, parse, "[PLAN.csv...]", doc, cli_children, NULL, NULL};

static void read_plans(struct plan *plan, const struct opts *o)
{
	char error[512];

	for (int i = 0; i < o->cli.noperands; i++)
		if (plan_read(plan, o->cli.operands[i], error, sizeof(error)))
			errx(EXIT_TROUBLE, "%s", error);
	select_rows(plan, o->regex, o->only);
	tests_check_rows(plan);
}

static void check_privilege(const struct plan *plan)
{
	const char *forbidden = NULL;

	for (size_t i = 0; i < plan->nrows; i++)
		if (user_needs_object(&plan->rows[i])) {
			forbidden = program_may_load();
			break;
		}
	if (forbidden)
		errx(EXIT_TROUBLE, "%s", forbidden);
}

/* The marks of a profile tell the parts of a measurement apart, but not one measurement from
 * another. */
static void check_profile(const struct opts *o, const struct plan *plan)
{
	if (o->run.profile && (plan->nrows != 1 || o->run.rounds != 1))
		errx(EXIT_TROUBLE,
		     "--profile is for one row of a plan and one round: there are %zu and %llu "
		     "(-t chooses rows)",
		     plan->nrows, (unsigned long long)o->run.rounds);
}

static void remove_orphans(void)
{
	cgroup_remove_orphans();
	trace_remove_orphans();
}

static int self_test(struct opts *o)
{
	const char *forbidden = program_may_load();
	bool passed;

	if (forbidden)
		errx(EXIT_TROUBLE, "%s", forbidden);
	remove_orphans();
	cli_open_output(&o->cli);
	passed = selftest_run(o->run.seed);
	cli_close_output();
	return o->exit_code && !passed ? EXIT_BAD_ANSWER : 0;
}

static int list(struct opts *o)
{
	struct plan plan = {0};

	if (!o->self_test)
		read_plans(&plan, o);
	cli_open_output(&o->cli);
	if (o->self_test)
		selftest_list();
	else
		plan_write_list(&plan, stdout);
	cli_close_output();
	plan_release(&plan);
	return 0;
}

static int measure(struct opts *o)
{
	struct plan plan = {0};
	struct identity identity;
	struct samples samples = {.identity = &identity, .plan = &plan};
	uint64_t rounds;

	if (o->environment && !strcmp(o->environment, "-"))
		errx(EXIT_TROUBLE, "--environment needs a file: standard output is samples.csv's");
	identity_init(&identity, o->identity, o->track);
	o->run.counted = identity.runtime == RUNTIME_ICOUNT;
	read_plans(&plan, o);
	check_profile(o, &plan);
	check_privilege(&plan);
	mounts_complete();
	remove_orphans();
	if (!o->quiet)
		advice_give();
	cli_writes(&o->cli, o->environment);
	cli_writes(&o->cli, o->run.profile);
	cli_open_output(&o->cli);
	interrupt_catch();
	if (o->environment)
		identity_write_environment(&identity, &plan, o->environment);
	samples_write_header(&samples);
	rounds = run_rounds(&plan, &o->run, &samples);
	cli_close_output();
	identity_release(&identity);
	plan_release(&plan);
	if (interrupted)
		errx(EXIT_TROUBLE, "interrupted: %llu of %llu rounds are whole",
		     (unsigned long long)rounds, (unsigned long long)o->run.rounds);
	if (o->exit_code && samples.failed)
		return EXIT_BAD_ANSWER;
	return o->exit_code && !samples.measured ? EXIT_INCONCLUSIVE : 0;
}

int main(int argc, char **argv)
{
	struct opts o = {
	    .run = {.rounds = ROUNDS,
		    .first_round = 1,
		    .samples = SAMPLES,
		    .sample_ns = SAMPLE_MS * 1000000},
	};

	cli_start();
	if (getrandom(&o.run.seed, sizeof(o.run.seed), GRND_NONBLOCK) < 0)
		o.run.seed = (uint64_t)getpid();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
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
