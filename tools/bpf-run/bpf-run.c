/* SPDX-License-Identifier: MIT */
/*
 * bpf-run: load, execute and time the programs of a plan, and write samples.csv.
 */
#include <err.h>
#include <signal.h>
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
	struct identity identity;
	const char *regex, *only, *environment, *build;
	bool list, exit_code, quiet, self_test;
};

static volatile sig_atomic_t stop;

/* A call that a thread is about to make is not ended: ask again every second. */
static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
	interrupted = 1;
	cpus_interrupt();
	alarm(1);
}

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
	OPT_RUN_ID,
	OPT_FIRST_ROUND,
	OPT_BOOT,
	OPT_BUILD,
	OPT_TRACK,
	OPT_HOST_CLASS,
	OPT_RUNTIME,
};

static const struct argp_option options[] = {
    {"rounds", OPT_ROUNDS, "N", 0, "rounds over all tests (default: 10)", 1},
    {"samples", OPT_SAMPLES, "N", 0, "samples of a test in a round (default: 10)", 1},
    {"sample-ms", OPT_SAMPLE_MS, "MS", 0, "how long a sample lasts (default: 3)", 1},
    {"iterations", 'c', "N", 0, "invocations a sample, instead of calibrating them", 1},
    {"cpus", 'p', "N", 0, "use only the first N CPUs (default: all)", 1},
    {"suite-iterations", OPT_SUITE_ITERATIONS, NULL, 0,
     "take the invocations a sample from the suite, where it has them", 1},
    {"ignore-results", 'r', NULL, 0, "do not compare the programs' results", 1},
    {"seed", OPT_SEED, "N", 0, "of the random order (default: a random one)", 1},
    {"pre", OPT_PRE, "COMMAND", 0,
     "run before each visit to a test, which it finds in $BPF_RUN_TEST", 1},
    {"post", OPT_POST, "COMMAND", 0, "run after each visit to a test", 1},
    {"test", 't', "REGEX", 0, "only tests whose name matches", 2},
    {"only", OPT_ONLY, "CSV", 0, "only tests that are in this file (suite,test)", 2},
    {"list", OPT_LIST, NULL, 0, "write the tests' names and do nothing else", 2},
    {"self-test", OPT_SELF_TEST, NULL, 0, "measure programs of known cost, and nothing else", 2},
    {"profile", OPT_PROFILE, "FILE", 0, "mark calls for a profiler, write symbols there", 3},
    {"environment", OPT_ENVIRONMENT, "FILE", 0, "write environment.csv there", 3},
    {"run-id", OPT_RUN_ID, "ID", 0, "the run's name (default: a random one)", 3},
    {"build", OPT_BUILD, "LABEL", 0, "relabel the build (default: the plan's)", 3},
    {"track", OPT_TRACK, "NAME", 0, "the track (default: local)", 3},
    {"host-class", OPT_HOST_CLASS, "NAME", 0, "the host class (default: from the CPU)", 3},
    {"runtime", OPT_RUNTIME, "host|kvm|icount", 0, "what runs the programs (default: host)", 3},
    {"boot", OPT_BOOT, "N", 0, "number of the boot (default: 1)", 3},
    {"first-round", OPT_FIRST_ROUND, "N", 0, "number of the first round (default: 1)", 3},
    {"quiet", 'q', NULL, 0, "no advice about the host, no progress bar", 3},
    {"exit-code", OPT_EXIT_CODE, NULL, 0,
     "exit with 1 when a program failed, 3 when nothing was measured", 3},
    {0},
};

static const char doc[] =
    "Load, execute and time the eBPF programs of a plan, and write samples.csv."
    "\vSeveral plans are builds, measured side by side.\n\nEXAMPLES\n"
    "  bpf-compile-check bpf/suites/smoke.yml | bpf-run --rounds 20 | stats-reduce\n"
    "  bpf-run --rounds 20 a.csv b.csv | regress-detect --baseline a\n";

static int parse_runtime(struct argp_state *state, const char *arg)
{
	for (int r = 0; r < RUNTIME_COUNT; r++)
		if (!strcmp(arg, runtime_names[r]))
			return r;
	argp_error(state, "--runtime is host, kvm or icount: '%s'", arg);
	return RUNTIME_HOST;
}

static error_t parse_identity(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case OPT_RUN_ID:
		o->identity.run_id = cli_text("--run-id", arg);
		return 0;
	case OPT_BUILD:
		o->build = cli_text("--build", arg);
		return 0;
	case OPT_TRACK:
		o->identity.track = cli_text("--track", arg);
		return 0;
	case OPT_HOST_CLASS:
		o->identity.host_class = cli_text("--host-class", arg);
		return 0;
	case OPT_RUNTIME:
		o->identity.runtime = (enum runtime)parse_runtime(state, arg);
		o->run.counted = o->identity.runtime == RUNTIME_ICOUNT;
		return 0;
	case OPT_BOOT:
		o->identity.boot = cli_u64("--boot", arg, 1, UINT32_MAX);
		return 0;
	case OPT_FIRST_ROUND:
		o->run.first_round = cli_u64("--first-round", arg, 1, UINT32_MAX);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_measurement(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case OPT_ROUNDS:
		o->run.rounds = cli_u64("--rounds", arg, 1, 1000000);
		return 0;
	case OPT_SAMPLES:
		o->run.samples = cli_u64("--samples", arg, 1, 100000);
		return 0;
	case OPT_SAMPLE_MS:
		o->run.sample_ns = (uint64_t)(1e6 * cli_double("--sample-ms", arg, 0.01, 10000));
		return 0;
	case 'c':
		o->run.iterations =
		    (uint32_t)cli_u64("--iterations", arg, MEASURE_LARGE_MIN, INT32_MAX);
		return 0;
	case 'p':
		o->run.cpus = (size_t)cli_u64("--cpus", arg, 1, CPUS_MAX);
		return 0;
	case OPT_SUITE_ITERATIONS:
		o->run.suite_iterations = true;
		return 0;
	case 'r':
		o->run.ignore_results = true;
		return 0;
	case OPT_SEED:
		o->run.seed = cli_u64("--seed", arg, 0, UINT64_MAX);
		return 0;
	case OPT_PRE:
		o->run.pre = arg;
		return 0;
	case OPT_POST:
		o->run.post = arg;
		return 0;
	case OPT_PROFILE:
		o->run.profile = cli_text("--profile", arg);
		return 0;
	default:
		return parse_identity(key, arg, state);
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct opts *o = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->cli;
		return 0;
	case 't':
		o->regex = arg;
		return 0;
	case OPT_ONLY:
		o->only = cli_text("--only", arg);
		return 0;
	case OPT_LIST:
		o->list = true;
		return 0;
	case OPT_SELF_TEST:
		o->self_test = true;
		return 0;
	case OPT_ENVIRONMENT:
		o->environment = cli_text("--environment", arg);
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return 0;
	default:
		return parse_measurement(key, arg, state);
	}
}

static const struct argp argp = {options, parse, "[PLAN.csv...]", doc, cli_children, NULL, NULL};

static void read_plans(struct plan *plan, const struct opts *o)
{
	char error[512];

	for (int i = 0; i < o->cli.noperands; i++)
		if (plan_read(plan, o->cli.operands[i], error, sizeof(error)))
			errx(EXIT_TROUBLE, "%s", error);
	for (size_t i = 0; o->build && i < plan->nrows; i++)
		plan_set(&plan->rows[i].build, o->build);
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

/* Elsewhere than in a VM that counts, the same clock tells time, which would pass for a count. */
static void check_runtime(const struct opts *o)
{
	if (o->identity.runtime != RUNTIME_HOST && !getenv("BPF_RUN_GUEST"))
		errx(EXIT_TROUBLE,
		     "--runtime %s is for a VM that pipelines/vm boots (make bench RUNTIME=%s)",
		     runtime_names[o->identity.runtime], runtime_names[o->identity.runtime]);
}

/* Marks tell parts of a measurement, but not which. */
static void check_profile(const struct opts *o, const struct plan *plan)
{
	if (o->run.profile && (plan->nrows != 1 || o->run.rounds != 1))
		errx(EXIT_TROUBLE,
		     "--profile is for one row of a plan and one round: there are %zu and %llu "
		     "(-t chooses rows)",
		     plan->nrows, (unsigned long long)o->run.rounds);
}

static void catch_signals(void)
{
	/* A write that waits for its reader goes on: rows are whole. */
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	struct sigaction hangup;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	sigaction(SIGHUP, NULL, &hangup);
	if (hangup.sa_handler != SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
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
	struct samples samples = {.identity = &o->identity, .plan = &plan};
	uint64_t rounds;

	if (o->environment && !strcmp(o->environment, "-"))
		errx(EXIT_TROUBLE, "--environment needs a file: standard output is samples.csv's");
	read_plans(&plan, o);
	check_runtime(o);
	check_profile(o, &plan);
	check_privilege(&plan);
	mounts_complete();
	remove_orphans();
	if (!o->quiet)
		advice_give();
	cli_writes(&o->cli, o->environment);
	cli_writes(&o->cli, o->run.profile);
	cli_open_output(&o->cli);
	catch_signals();
	identity_complete(&o->identity);
	if (o->environment)
		identity_write_environment(&o->identity, &plan, o->environment);
	samples_write_header(&samples);
	rounds = run_rounds(&plan, &o->run, &samples, &stop);
	cli_close_output();
	identity_release(&o->identity);
	plan_release(&plan);
	if (stop)
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
	    .identity = {.boot = 1},
	};

	cli_start();
	if (getrandom(&o.run.seed, sizeof(o.run.seed), GRND_NONBLOCK) < 0)
		o.run.seed = (uint64_t)getpid();
	argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &o);
	cli_reads(&o.cli, o.only);
	o.run.progress = !o.quiet && isatty(STDERR_FILENO);
	o.run.advise = !o.quiet;
	o.run.show_spent = o.cli.verbose;
	explain_listen(o.cli.verbose);
	if (o.list)
		return list(&o);
	return o.self_test ? self_test(&o) : measure(&o);
}
