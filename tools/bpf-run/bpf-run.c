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

#include "cgroup.h"
#include "cli.h"
#include "cpus.h"
#include "explain.h"
#include "identity.h"
#include "machine.h"
#include "measure.h"
#include "mounts.h"
#include "program.h"
#include "run.h"
#include "samples.h"
#include "selftest.h"
#include "tests.h"
#include "trace.h"

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

enum kind {
	FLAG,
	TEXT,
	NAME, /* a text that is not empty */
	NUMBER,
	MILLISECONDS,
};

#define AT(member) offsetof(struct opts, member)
#define SAMPLE_MS_MIN 0.01
#define SAMPLE_MS_MAX 10000

/* An option, where its value goes, and the bounds of a number. Those without a text, which
 * pipelines give, are in the man page only. */
static const struct spec {
	const char *name;
	char letter;
	const char *argument, *text;
	enum kind kind;
	size_t at;
	uint64_t min, max;
} specs[] = {
    {"rounds", 0, "N", "rounds over all tests (default: 10)", NUMBER, AT(run.rounds), 1, 1000000},
    {"samples", 0, "N", "samples of a test in a round (default: 10)", NUMBER, AT(run.samples), 1,
     100000},
    {"sample-ms", 0, "MS", "how long a sample lasts (default: 3)", MILLISECONDS, AT(run.sample_ns),
     0, 0},
    {"iterations", 'c', "N", "invocations a sample, instead of calibrating", NUMBER,
     AT(run.iterations), MEASURE_LARGE_MIN, INT32_MAX},
    {"suite-iterations", 0, NULL, NULL, FLAG, AT(run.suite_iterations), 0, 0},
    {"cpus", 'p', "N", "use only the first N CPUs (default: all)", NUMBER, AT(run.cpus), 1,
     CPUS_MAX},
    {"ignore-results", 'r', NULL, "do not compare the programs' results", FLAG,
     AT(run.ignore_results), 0, 0},
    {"seed", 0, "N", NULL, NUMBER, AT(run.seed), 0, UINT64_MAX},
    {"pre", 0, "COMMAND", "run before each visit to a test ($BPF_RUN_TEST)", TEXT, AT(run.pre), 0,
     0},
    {"post", 0, "COMMAND", "run after each visit to a test", TEXT, AT(run.post), 0, 0},
    {"test", 't', "REGEX", "only tests whose name matches", TEXT, AT(regex), 0, 0},
    {"only", 0, "CSV", "only tests in this file (suite,test)", NAME, AT(only), 0, 0},
    {"list", 0, NULL, "write the tests' names, and measure nothing", FLAG, AT(list), 0, 0},
    {"self-test", 0, NULL, "measure programs of known cost instead", FLAG, AT(self_test), 0, 0},
    {"environment", 0, "FILE", NULL, NAME, AT(environment), 0, 0},
    {"track", 0, "NAME", "the track (default: local)", NAME, AT(track), 0, 0},
    {"identity", 0, "FILE", NULL, NAME, AT(identity), 0, 0},
    {"first-round", 0, "N", NULL, NUMBER, AT(run.first_round), 1, UINT32_MAX},
    {"profile", 0, "FILE", NULL, NAME, AT(run.profile), 0, 0},
    {"quiet", 'q', NULL, "no advice about the host, no progress bar", FLAG, AT(quiet), 0, 0},
    {"exit-code", 0, NULL, "exit 1: a program failed, 3: no number", FLAG, AT(exit_code), 0, 0},
};

#define SPECS (sizeof(specs) / sizeof(*specs))
#define FIRST_KEY 256 /* of options without a letter */

static const char doc[] =
    "Load, execute and time the eBPF programs of a plan, and write samples.csv."
    "\vBuilds side by side: bpf-run a.csv b.csv | regress-detect --baseline a\n";

static int key_of(size_t spec)
{
	return specs[spec].letter ? specs[spec].letter : FIRST_KEY + (int)spec;
}

static void set(struct opts *o, const struct spec *spec, char *arg)
{
	void *member = (char *)o + spec->at;
	char name[32];

	snprintf(name, sizeof(name), "--%s", spec->name);
	switch (spec->kind) {
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
		*(uint64_t *)member = cli_u64(name, arg, spec->min, spec->max);
		break;
	case MILLISECONDS:
		*(uint64_t *)member =
		    (uint64_t)(1e6 * cli_double(name, arg, SAMPLE_MS_MIN, SAMPLE_MS_MAX));
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
	for (size_t i = 0; i < SPECS; i++)
		if (key_of(i) == key) {
			set(o, &specs[i], arg);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

static void parse_options(struct opts *o, int argc, char **argv)
{
	struct argp_option options[SPECS + 1] = {{0}};
	const struct argp argp = {options, parse, "[PLAN.csv...]", doc, cli_children, NULL, NULL};

	for (size_t i = 0; i < SPECS; i++)
		options[i] = (struct argp_option){.name = specs[i].name,
						  .key = key_of(i),
						  .arg = specs[i].argument,
						  .flags = specs[i].text ? 0 : OPTION_HIDDEN,
						  .doc = specs[i].text,
						  .group = 1};
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, o);
}

static void read_plans(struct plan *plan, struct tests *tests, const struct opts *o)
{
	char error[512];

	for (int i = 0; i < o->cli.noperands; i++)
		if (plan_read(plan, o->cli.operands[i], error, sizeof(error)))
			errx(EXIT_TROUBLE, "%s", error);
	tests_select(plan, o->regex, o->only);
	tests_group(tests, plan);
}

static void check_privilege(void)
{
	const char *forbidden = program_may_load();

	if (forbidden)
		errx(EXIT_TROUBLE, "%s", forbidden);
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
		errx(EXIT_TROUBLE,
		     "--profile is for one row of a plan and one round: there are %zu and %llu "
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
		read_plans(&plan, &tests, o);
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
	struct samples samples = {.identity = &identity, .plan = &plan};
	uint64_t rounds;

	if (o->environment && !strcmp(o->environment, "-"))
		errx(EXIT_TROUBLE, "--environment needs a file: standard output is samples.csv's");
	identity_init(&identity, o->identity, o->track);
	o->run.counted = identity.runtime == RUNTIME_ICOUNT;
	read_plans(&plan, &tests, o);
	check_profile(o, &plan);
	if (needs_object(&plan))
		check_privilege();
	mounts_complete();
	cgroup_remove_orphans();
	trace_remove_orphans();
	if (!o->quiet)
		machine_advise();
	cli_writes(&o->cli, o->environment);
	cli_writes(&o->cli, o->run.profile);
	cli_open_output(&o->cli);
	cpus_catch_signals();
	if (o->environment)
		identity_write_environment(&identity, &plan, o->environment);
	samples_write_header(&samples);
	rounds = run_rounds(&tests, &o->run, &samples);
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
	parse_options(&o, argc, argv);
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
